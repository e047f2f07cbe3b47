// compiler/prove: answers are kept from run to run, and a file that is not what it was does no
// harm.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "compiler/pipeline.h"
#include "compiler/prove/proof_record.h"

enum { BUDGET = 20000000 };

static char folder[64], path[96];

static int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/segc-proofs-XXXXXX");
  if (mkdtemp(folder) == NULL)
    return -1;
  snprintf(path, sizeof path, "%s/proofs", folder);
  return 0;
}

static int remove_folder(void **state) {
  (void)state;
  (void)unlink(path);
  return rmdir(folder);
}

static struct seg_proof_key key_of(uint64_t number) {
  return (struct seg_proof_key){{number * 7919, number}};
}

static struct seg_proof_cache *open_cache(void) {
  struct seg_proof_cache *cache = seg_proof_cache_open(folder, "test");
  assert_non_null(cache);
  return cache;
}

static void write_records(uint64_t count) {
  struct seg_proof_cache *cache = open_cache();
  for (uint64_t i = 1; i <= count; i++) {
    char text[32];
    snprintf(text, sizeof text, "record %d", (int)i);
    seg_proof_cache_put(cache, key_of(i), seg_str_view(text));
  }
  seg_proof_cache_write(cache);
  seg_proof_cache_close(cache);
}

/** How many of the records are there; what is there is right. */
static uint64_t count_records(const char *version, uint64_t count) {
  struct seg_proof_cache *cache = seg_proof_cache_open(folder, version);
  uint64_t found = 0;
  assert_non_null(cache);
  for (uint64_t i = 1; i <= count; i++) {
    char text[32];
    struct seg_str record;
    snprintf(text, sizeof text, "record %d", (int)i);
    if (!seg_proof_cache_get(cache, key_of(i), &record))
      continue;
    assert_true(seg_str_is(record, text));
    found++;
  }
  seg_proof_cache_close(cache);
  return found;
}

static void records_stay(void **state) {
  (void)state;
  assert_int_equal(count_records("test", 2000), 0);
  write_records(2000);
  assert_int_equal(count_records("test", 2000), 2000);
  assert_int_equal(count_records("another version", 2000), 0);
  struct stat entry;
  assert_int_equal(stat(path, &entry), 0);
  assert_int_equal(entry.st_mode & 077, 0);
}

static size_t read_all(char *bytes, size_t size) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t got = fread(bytes, 1, size, file);
  fclose(file);
  return got;
}

static void write_all(const char *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  fclose(file);
}

static void damage_does_no_harm(void **state) {
  (void)state;
  char bytes[4096];
  write_records(20);
  size_t size = read_all(bytes, sizeof bytes);
  assert_true(size > 500 && size < sizeof bytes);
  for (size_t at = 0; at < size; at++) {
    bytes[at] ^= 0x41;
    write_all(bytes, size);
    assert_true(count_records("test", 20) <= 20); // and those that are there are right
    bytes[at] ^= 0x41;
  }
  for (size_t cut = 0; cut < size; cut += 7) {
    write_all(bytes, cut);
    assert_true(count_records("test", 20) < 20);
  }
  write_all(bytes, size);
  assert_int_equal(count_records("test", 20), 20);
}

static void others_are_not_trusted(void **state) {
  (void)state;
  write_records(3);
  assert_int_equal(chmod(path, 0666), 0);
  assert_int_equal(count_records("test", 3), 0);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(symlink("/etc/passwd", path), 0);
  assert_int_equal(count_records("test", 3), 0);
  write_records(3); // the link is replaced, not followed
  assert_int_equal(count_records("test", 3), 3);
  assert_int_equal(chmod(folder, 0777), 0);
  assert_null(seg_proof_cache_open(folder, "test"));
  assert_int_equal(chmod(folder, 0700), 0);
  assert_null(seg_proof_cache_open("/dev/null/segc", "test"));
}

static void the_file_stays_small(void **state) {
  (void)state;
  enum { SIZE = 1024 * 1024, COUNT = 40 };
  struct stat entry;
  char *text = calloc(1, SIZE);
  assert_non_null(text);
  struct seg_str record = {text, SIZE};
  for (uint64_t half = 0; half < 2; half++) {
    struct seg_proof_cache *cache = open_cache();
    for (uint64_t i = 0; i < COUNT / 2; i++)
      seg_proof_cache_put(cache, key_of(1 + half * COUNT / 2 + i), record);
    seg_proof_cache_write(cache);
    seg_proof_cache_close(cache);
  }
  assert_int_equal(stat(path, &entry), 0);
  assert_true(entry.st_size <= SEG_PROOF_CACHE_BYTES);
  struct seg_proof_cache *cache = open_cache(); // those of the last run are there
  for (uint64_t i = COUNT / 2 + 1; i <= COUNT; i++)
    assert_true(seg_proof_cache_get(cache, key_of(i), &record));
  seg_proof_cache_close(cache);
  free(text);
}

// --- with the prover ---

static const char shop[] =
    "segc 1\ntimezone: \"UTC\"\ncurrency: EUR\n"
    "customer from \"customers\" key id { country: text?  plan: one of (\"free\", \"pro\") }\n"
    "event purchase from \"purchases\" by id at day { amount: money  code: text }\n"
    "segment a { when: count(purchase) >= 2 within 30d and country = \"DE\" decision: \"a\" }\n"
    "segment b { when: count(purchase) <= %d within 90d decision: \"b\" }\n";

struct asked {
  enum seg_existence existence;
  uint64_t questions; // that reached the solver or the quick search
};

static void begin(const char *text, struct seg_pipeline *pipeline, struct seg_prover *prover) {
  struct seg_error error = {0};
  uint32_t file;
  seg_pipeline_init(pipeline);
  assert_int_equal(
      seg_source_map_add(&pipeline->map, seg_str_view("a.seg"), seg_str_view(text), &file, &error),
      SEG_OK);
  assert_int_equal(seg_pipeline_run(pipeline, SEG_PASS_SEMA, &error), SEG_OK);
  assert_int_equal(pipeline->sink.errors, 0);
  seg_prover_init(prover, &pipeline->program, BUDGET);
}

static struct asked ask(int most, bool spoil) {
  struct seg_pipeline pipeline;
  struct seg_error error = {0};
  char text[1000];
  snprintf(text, sizeof text, shop, most);
  struct seg_prover prover;
  begin(text, &pipeline, &prover);
  prover.cache = open_cache();
  struct seg_wanted wanted[] = {{pipeline.program.segments[0].when, false},
                                {pipeline.program.segments[1].when, false}};
  struct seg_found found;
  struct seg_proof_key key;
  if (spoil) { // a customer who is none, in a record that is whole
    assert_true(seg_proof_key_of(&prover, wanted, 2, &key));
    struct seg_str record, other;
    assert_true(seg_proof_cache_get(prover.cache, key, &record));
    assert_true(seg_proof_record_read(&pipeline.program, record, 2, &found));
    assert_int_equal(found.existence, SEG_SOMEBODY);
    found.witness.as_of += 1000;
    other = seg_proof_record_write(&pipeline.program, &found);
    seg_proof_cache_put(prover.cache, key, other);
    free((char *)other.data);
    seg_found_deinit(&found);
  }
  assert_int_equal(seg_prover_find(&prover, wanted, 2, &found, &error), SEG_OK);
  struct asked asked = {found.existence, prover.queries};
  seg_found_deinit(&found);
  seg_prover_deinit(&prover);
  seg_proof_cache_write(prover.cache);
  seg_proof_cache_close(prover.cache);
  seg_pipeline_deinit(&pipeline);
  return asked;
}

static void answers_are_remembered(void **state) {
  (void)state;
  struct asked first = ask(1, false), second = ask(1, false);
  assert_int_equal(first.existence, SEG_NOBODY);
  assert_int_equal(second.existence, SEG_NOBODY);
  assert_true(first.questions > 0);
  assert_int_equal(second.questions, 0);
  first = ask(2, false); // another rule is another question
  second = ask(2, false);
  assert_int_equal(first.existence, SEG_SOMEBODY);
  assert_int_equal(second.existence, SEG_SOMEBODY);
  assert_true(first.questions > 0);
  assert_int_equal(second.questions, 0);
}

// Windows of the calendar: whether something holds on all days is asked of each kind of day.
static void days_are_remembered(void **state) {
  (void)state;
  static const char text[] =
      "segc 1\ntimezone: \"UTC\"\n"
      "customer from \"customers\" key id { vip: bool }\n"
      "event purchase from \"purchases\" by id at day { code: text }\n"
      "segment a { when: count(purchase) >= 1 in this week decision: \"a\" }\n"
      "segment b { when: count(purchase) = 0 within 3d decision: \"b\" }\n";
  for (int round = 0; round < 2; round++) {
    struct seg_pipeline pipeline;
    struct seg_error error = {0};
    uint32_t file;
    bool always;
    seg_pipeline_init(&pipeline);
    assert_int_equal(
        seg_source_map_add(&pipeline.map, seg_str_view("a.seg"), seg_str_view(text), &file, &error),
        SEG_OK);
    assert_int_equal(seg_pipeline_run(&pipeline, SEG_PASS_SEMA, &error), SEG_OK);
    struct seg_prover prover;
    seg_prover_init(&prover, &pipeline.program, BUDGET);
    prover.cache = open_cache();
    prover.any_witness = true;
    const struct seg_program_segment *segments = pipeline.program.segments;
    struct seg_wanted both[] = {{segments[0].when, false}, {segments[1].when, false}};
    assert_int_equal(seg_prover_holds_always(&prover, both, 2, &always, &error), SEG_OK);
    assert_false(always); // not on a Tuesday
    assert_int_equal(seg_prover_holds_always(&prover, both + 1, 1, &always, &error), SEG_OK);
    assert_true(always);
    assert_int_equal(prover.queries > 0, round == 0);
    seg_prover_deinit(&prover);
    seg_proof_cache_write(prover.cache);
    seg_proof_cache_close(prover.cache);
    seg_pipeline_deinit(&pipeline);
  }
}

static void customers_are_tried_out(void **state) {
  (void)state;
  (void)ask(2, false);
  struct asked asked = ask(2, true);
  assert_int_equal(asked.existence, SEG_SOMEBODY);
  assert_true(asked.questions > 0);
}

static void records_are_read_with_care(void **state) {
  (void)state;
  struct seg_program program;
  struct seg_found found = {.existence = SEG_NOBODY, .core_count = 2, .core = {0, 1}};
  seg_program_init(&program);
  struct seg_str record = seg_proof_record_write(&program, &found);
  assert_non_null(record.data);
  assert_true(seg_proof_record_read(&program, record, 2, &found));
  assert_int_equal(found.core_count, 2);
  assert_false(seg_proof_record_read(&program, record, 1, &found)); // of another question
  for (size_t size = 0; size < record.size; size++)
    assert_false(seg_proof_record_read(&program, (struct seg_str){record.data, size}, 2, &found));
  free((char *)record.data);
  found = (struct seg_found){.existence = SEG_UNPROVED, .reason = "it is hard"};
  record = seg_proof_record_write(&program, &found);
  assert_true(seg_proof_record_read(&program, record, 2, &found));
  assert_string_equal(found.reason, "it is hard");
  free((char *)record.data);
  seg_program_deinit(&program);
}

// What is read, written again, is what was read: whatever bytes a file may hold.
static void expect_refused_or_same(const struct seg_program *program, struct seg_str record) {
  struct seg_found found;
  if (!seg_proof_record_read(program, record, 1, &found)) {
    assert_int_equal(found.existence, SEG_UNPROVED);
    return;
  }
  struct seg_str again = seg_proof_record_write(program, &found);
  assert_int_equal(again.size, record.size);
  assert_memory_equal(again.data, record.data, record.size);
  free((char *)again.data);
  seg_found_deinit(&found);
}

static void customers_are_read_with_care(void **state) {
  (void)state;
  static const char text[] =
      "segc 1\ntimezone: \"UTC\"\ncurrency: EUR\n"
      "customer from \"customers\" key id {\n"
      "  country: text?  plan: one of (\"free\", \"pro\")  vip: bool  credit: money\n"
      "}\n"
      "event purchase from \"purchases\" by id at day { amount: money  gift: bool? }\n"
      "segment a {\n"
      "  when: country = \"DE\" and plan = \"pro\" and vip and credit > 3 and\n"
      "        count(purchase[gift and amount > 5]) >= 1 within 30d\n"
      "  decision: \"a\"\n"
      "}\n";
  struct seg_pipeline pipeline;
  struct seg_error error = {0};
  struct seg_found found;
  struct seg_prover prover;
  begin(text, &pipeline, &prover);
  struct seg_wanted wanted = {pipeline.program.segments[0].when, false};
  assert_int_equal(seg_prover_find(&prover, &wanted, 1, &found, &error), SEG_OK);
  assert_int_equal(found.existence, SEG_SOMEBODY);
  struct seg_str record = seg_proof_record_write(&pipeline.program, &found);
  seg_found_deinit(&found);
  assert_true(seg_proof_record_read(&pipeline.program, record, 1, &found));
  assert_int_equal(found.witness.dataset.customers.rows.count, 1);
  assert_true(seg_str_is(found.witness.dataset.customers.rows.items[0].values[0].text, "DE"));
  seg_found_deinit(&found);
  expect_refused_or_same(&pipeline.program, record);
  char *bytes = malloc(record.size + 1);
  assert_non_null(bytes);
  memcpy(bytes, record.data, record.size);
  bytes[record.size] = 0;
  assert_false(seg_proof_record_read(&pipeline.program, (struct seg_str){bytes, record.size + 1}, 1,
                                     &found)); // something behind it
  static const char others[] = {0, 1, 2, 3, 127, -128, -1};
  for (size_t at = 0; at < record.size; at++) {
    struct seg_str cut = {bytes, at};
    assert_false(seg_proof_record_read(&pipeline.program, cut, 1, &found));
    for (size_t i = 0; i < sizeof others; i++) {
      bytes[at] = others[i];
      expect_refused_or_same(&pipeline.program, (struct seg_str){bytes, record.size});
    }
    for (size_t i = 0; at % 8 == 0 && at + 8 <= record.size && i < 2; i++) { // a whole number
      memset(bytes + at, i == 0 ? 0xff : 0x7f, 8);
      expect_refused_or_same(&pipeline.program, (struct seg_str){bytes, record.size});
      memcpy(bytes + at, record.data + at, 8);
    }
    bytes[at] = record.data[at];
  }
  free(bytes);
  free((char *)record.data);
  seg_prover_deinit(&prover);
  seg_pipeline_deinit(&pipeline);
}

static void reasons_are_read_with_care(void **state) {
  (void)state;
  struct seg_program program;
  struct seg_found found = {.existence = SEG_UNPROVED, .reason = "hard"};
  seg_program_init(&program);
  struct seg_str record = seg_proof_record_write(&program, &found);
  char bytes[64] = {0};
  assert_true(record.size < sizeof bytes);
  for (size_t at = 0; at < record.size; at++)
    for (int value = 0; value < 256; value++) {
      memcpy(bytes, record.data, record.size);
      bytes[at] = (char)value;
      if (seg_proof_record_read(&program, (struct seg_str){bytes, record.size}, 1, &found))
        assert_true(found.existence == SEG_UNPROVED && strlen(found.reason) <= 4);
    }
  memcpy(bytes, record.data, record.size);
  bytes[record.size - 1] = 'x'; // a text without its end
  assert_false(seg_proof_record_read(&program, (struct seg_str){bytes, record.size}, 1, &found));
  free((char *)record.data);
  seg_program_deinit(&program);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(records_stay, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(damage_does_no_harm, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(others_are_not_trusted, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(the_file_stays_small, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(answers_are_remembered, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(days_are_remembered, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(customers_are_tried_out, make_folder, remove_folder),
      cmocka_unit_test(records_are_read_with_care),
      cmocka_unit_test(customers_are_read_with_care),
      cmocka_unit_test(reasons_are_read_with_care),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
