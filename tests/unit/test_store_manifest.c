// The manifest of a store: what is written is read again, and whatever is missing, of another kind
// or unknown is refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/store/store_errors.h"
#include "runtime/store/store_manifest.h"

// Two customers, three purchases in two parts, one list.
static const char single_quoted[] =
    "{'format':'segc store','version':1,'engine':'segc 0.1.0','number':2,"
    "'timezone':'Europe/Berlin',"
    "'keys':{'text':true,'count':2,"
    "'parts':[{'values':{'generation':1,'file':'k','type':'<u8','count':3,'block':0},"
    "'bytes':{'generation':1,'file':'k-text','type':'|u1','count':4,'block':1}}]},"
    "'customer':{'name':'customer','source':'customers','key':'id','time':'','zone':'',"
    "'gives_customers':false,"
    "'parts':[{'rows':2,'keyed':2,"
    "'numbers':{'generation':1,'file':'n','type':'<u4','count':2,'block':2}}],"
    "'columns':[{'name':'plan','type':'one of','scale':0,'optional':true,'values':['free','pro'],"
    "'parts':[{'values':{'generation':1,'file':'p','type':'|i1','count':2,'block':3},"
    "'known':{'generation':1,'file':'p-known','type':'<u8','count':1,'block':4}}]}]},"
    "'events':[{'name':'purchase','source':'purchases','key':'id','time':'at',"
    "'zone':'Europe/Berlin','gives_customers':true,"
    "'parts':[{'rows':3,'keyed':3,"
    "'offsets':{'generation':1,'file':'o','type':'<u8','count':3,'block':5},"
    "'days':{'generation':1,'file':'d','type':'<i2','count':3,'block':6},"
    "'instant':{'values':{'generation':1,'file':'i','type':'<i8','count':3,'block':7}},"
    "'rows_of':{'generation':1,'file':'r','type':'<u8','count':2,'block':8}},"
    "{'rows':0,'keyed':0}],"
    "'columns':[{'name':'amount','type':'money','scale':2,'optional':false,'values':[],"
    "'parts':[{'values':{'generation':1,'file':'a','type':'<i4','count':3,'block':9}},"
    "{'values':{'generation':1,'file':'b','type':'<f8','count':0,'block':10},"
    "'codes':{'generation':1,'file':'b-codes','type':'<i2','count':0,'block':10},"
    "'bounds':{'generation':1,'file':'b-bounds','type':'<f8','count':1,'block':10}}]}]}],"
    "'lists':[{'name':'stopped','source':'stopped','key':'id','time':'','zone':'',"
    "'gives_customers':false,"
    "'parts':[{'rows':1,'keyed':1}],"
    "'columns':[]}],"
    "'generations':[{'number':1,'blocks':11,'checksum':'0123456789abcdef'}],"
    "'inputs':[{'source':'customers','file':'c.csv','size':20,'fingerprint':'fedcba9876543210'}]}";

static char whole[sizeof single_quoted]; // with the quotes of JSON

static const char damaged[] = "D403", version[] = "D402";

// NULL when it can be read, otherwise the code of the error.
static const char *refused(const char *text, struct seg_store_manifest *manifest,
                           struct seg_arena *arena) {
  struct seg_error error = {0};
  enum seg_status status =
      seg_store_manifest_read(arena, seg_str_view(text), "store", manifest, &error);
  if (status == SEG_OK)
    return NULL;
  assert_int_equal(status, SEG_BAD_DATA);
  assert_null(manifest->events);
  for (size_t i = 0; i < 2; i++)
    if (strcmp(error.code, i == 0 ? damaged : version) == 0)
      return i == 0 ? damaged : version;
  fail_msg("another code: %s", error.code);
  return NULL;
}

static void expect_refused(const char *text, const char *code, const char *what) {
  struct seg_store_manifest manifest;
  struct seg_arena arena;
  seg_arena_init(&arena);
  const char *found = refused(text, &manifest, &arena);
  if (found == NULL || (code != NULL && strcmp(found, code) != 0))
    fail_msg("%s: %s", what, found == NULL ? "it is read" : found);
  seg_arena_deinit(&arena);
}

// The text with its first `from` behind `after` replaced.
static char *changed(const char *after, const char *from, const char *to) {
  const char *at = strstr(whole, after);
  assert_non_null(at);
  at = strstr(at, from);
  assert_non_null(at);
  char *text = malloc(sizeof whole + strlen(to));
  assert_non_null(text);
  sprintf(text, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
  return text;
}

static void what_is_written_is_read(void **state) {
  (void)state;
  struct seg_store_manifest manifest;
  struct seg_arena arena;
  seg_arena_init(&arena);
  assert_null(refused(whole, &manifest, &arena));
  assert_int_equal(manifest.number, 2);
  assert_int_equal(manifest.key_count, 2);
  assert_true(manifest.key_is_text && manifest.has_customers);
  assert_int_equal(manifest.customer.columns[0].type, SEG_COLUMN_ENUM);
  assert_true(seg_str_is(manifest.customer.columns[0].values[1], "pro"));
  assert_int_equal(manifest.events[0].part_count, 2);
  assert_int_equal(manifest.events[0].columns[0].scale, 2);
  assert_int_equal(manifest.events[0].columns[0].parts[1].values.type, SEG_STORE_F64);
  assert_int_equal(manifest.events[0].columns[0].parts[1].bounds.count, 1);
  assert_true(seg_store_has(&manifest.events[0].parts[0].days));
  assert_false(seg_store_has(&manifest.events[0].parts[1].days));
  assert_int_equal(manifest.lists[0].column_count, 0);
  assert_int_equal(manifest.generations[0].checksum, UINT64_C(0x0123456789abcdef));
  assert_int_equal(manifest.inputs[0].fingerprint, UINT64_C(0xfedcba9876543210));
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  seg_store_manifest_write(&manifest, out);
  assert_int_equal(fclose(out), 0);
  text[strcspn(text, "\n")] = '\0';
  assert_string_equal(text, whole);
  free(text);
  seg_arena_deinit(&arena);
}

// Every value that is a number, a text or a truth, made nothing, and every member under another
// name.
static void every_value_is_needed(void **state) {
  (void)state;
  int values = 0, names = 0;
  for (const char *at = strchr(whole, '"'); at != NULL; at = strchr(at, '"')) {
    const char *end = strchr(at + 1, '"') + 1;
    char text[sizeof whole + 8];
    if (*end == ':') {
      sprintf(text, "%.*sX%s", (int)(at + 1 - whole), whole, at + 2);
      expect_refused(text, NULL, at);
      names++;
    }
    const char *value = *end == ':' ? end + 1 : at;
    if (value != at && *value != '{' && *value != '[') {
      size_t length = *value == '"' ? strcspn(value + 1, "\"") + 2 : strcspn(value, ",}]");
      sprintf(text, "%.*snull%s", (int)(value - whole), whole, value + length);
      expect_refused(text, strncmp(at, "\"version\"", 9) == 0 ? NULL : damaged, at);
      values++;
      end = *value == '"' ? value + length : end;
    }
    at = end;
  }
  assert_true(values > 100 && names > values);
}

static void what_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *after, *from, *to, *code;
  } cases[] = {
      {"", "segc store", "another", damaged},
      {"", "\"version\":1", "\"version\":2", version},
      {"", "\"number\":2", "\"number\":-1", damaged},
      {"", "\"number\":2", "\"number\":4294967296", damaged},
      {"", "\"number\":2", "\"number\":2,\"colour\":1", version},
      {"\"keys\"", "\"text\":true", "\"text\":1", damaged},
      {"\"keys\"", "[{", "[1,{", damaged},
      {"\"keys\"", "\"generation\":1", "\"generation\":0", damaged},
      {"\"keys\"", "<u8", "<u9", damaged},
      {"\"keys\"", "\"k\"", "\"\"", damaged},
      {"\"keys\"", "\"k\"", "\".k\"", damaged},
      {"\"keys\"", "\"k\"", "\"../k\"", damaged},
      {"\"keys\"", "\"k\"", "\"a/k\"", damaged},
      {"\"keys\"", "\"k\"", "\"a\\u0000k\"", damaged},
      {"\"keys\"", "\"count\":3", "\"count\":72057594037927937", damaged},
      {"\"keys\"", "\"count\":3", "\"count\":3,\"colour\":1", version},
      {"\"customer\"", "\"parts\":[", "\"parts\":1,\"more\":[", damaged},
      {"\"customer\"", "one of", "colour", damaged},
      {"\"amount\"", "\"scale\":2", "\"scale\":258", damaged},
      {"\"customer\"", "\"free\"", "7", damaged},
      {"\"customer\"", "[\"free\",\"pro\"]", "\"free\"", damaged},
      {"\"purchase\"", ",{\"rows\":0,\"keyed\":0}", "", damaged}, // its columns have two parts
      {"\"purchase\"", "\"instant\":{", "\"instant\":{\"colour\":1,", version},
      {"\"b-codes\"", "<i2", "<i4", damaged},
      {"\"b-codes\"", "\"count\":0", "\"count\":1", damaged}, // as many as values
      {"\"b-bounds\"", "<f8", "<i8", damaged},
      {"\"b-bounds\"", "\"count\":1", "\"count\":0", damaged},
      {"\"b-bounds\"", "\"count\":1", "\"count\":65537", damaged},
      {"\"file\":\"b\"", "<f8", "<i8", damaged}, // of fractions
      {"\"events\"", "\"events\":[", "\"events\":[[],", damaged},
      {"\"lists\"", "\"lists\":[{", "\"lists\":{\"a\":{", damaged},
      {"\"generations\"", "0123456789abcdef", "0123456789abcde", damaged},
      {"\"generations\"", "0123456789abcdef", "0123456789abcdeF", damaged},
      {"\"generations\"", "0123456789abcdef", "0123456789abcde/", damaged},
      {"\"inputs\"", "\"size\":20", "\"size\":\"20\"", damaged},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *text = changed(cases[i].after, cases[i].from, cases[i].to);
    expect_refused(text, cases[i].code, cases[i].to);
    free(text);
  }
  static const char *const none[] = {"", "[]", "1", "{", "{}"};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    expect_refused(none[i], damaged, none[i]);
}

int main(void) {
  for (size_t i = 0; i < sizeof whole; i++)
    whole[i] = single_quoted[i] == '\'' ? '"' : single_quoted[i];
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_written_is_read),
      cmocka_unit_test(every_value_is_needed),
      cmocka_unit_test(what_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
