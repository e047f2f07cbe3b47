// Events of a prepared store, folded where they lie or gathered from there, against the same events
// read from files: the output files must be the same to the byte. Customers with 0, 1, 63, 64, 65,
// 2048 and 2049 events, columns of every width, filters, rows that do not exist, parts, all levels
// of processors. SEGC_SEED repeats a run.
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <segc.h>

#include "tests/support/random.h"
#include "tests/support/rules_folder.h"

enum { CUSTOMERS = 200, PATH = 512 };

/** What the columns hold, and which rules there are. */
struct variant {
  const char *name;
  int64_t largest; // amount, in cents
  int first_year;  // of the days
  const char *as_of;
  const char *where;     // of the event
  const char *customers; // `where` of the customer
  unsigned filters;      // more of them
  unsigned later;        // of a hundred events are appended: a part, or
  bool in_thirds;        // three times: they are merged with the rest when they are many
  bool rising;           // a customer's days rise
  bool recent;           // every window is short
  bool some_missing;     // amounts
  bool wild;             // some pieces are too many for computed columns
  bool gathered;         // rules fold no events where they lie, and read columns as they are
};

static const struct variant variants[] = {
    {.name = "bytes", .largest = 120, .first_year = 2025, .as_of = "2026-01-01"},
    {.name = "bytes of days",
     .largest = 30000,
     .first_year = 1970,
     .as_of = "1970-03-20",
     .filters = 2,
     .some_missing = true},
    {.name = "days after all bytes", .largest = 30000, .first_year = 1970, .as_of = "1970-12-20"},
    {.name = "two bytes, refused rows",
     .largest = 30000,
     .first_year = 2025,
     .as_of = "2025-10-01",
     .where = "where pieces > 2\n",
     .filters = 3,
     .some_missing = true},
    {.name = "four bytes, late days",
     .largest = 2000000000,
     .first_year = 2095,
     .as_of = "2095-06-01",
     .where = "where pieces > 2\n",
     .filters = 13,
     .later = 60,
     .in_thirds = true},
    {.name = "eight bytes, many filters",
     .largest = 4000000000000,
     .first_year = 2025,
     .as_of = "2026-01-01",
     .filters = 90,
     .some_missing = true},
    {.name = "parts",
     .largest = 30000,
     .first_year = 2025,
     .as_of = "2025-09-01",
     .filters = 4,
     .later = 60,
     .in_thirds = true,
     .some_missing = true},
    {.name = "faults of rows that do not exist",
     .largest = 30000,
     .first_year = 2025,
     .as_of = "2025-09-01",
     .where = "where pieces < 1000\n",
     .filters = 3,
     .some_missing = true,
     .wild = true},
    {.name = "some customers",
     .largest = 30000,
     .first_year = 2025,
     .as_of = "2026-01-01",
     .customers = "where score > 20\n",
     .filters = 2,
     .later = 60,
     .in_thirds = true,
     .some_missing = true},
    {.name = "a small part",
     .largest = 2000000000,
     .first_year = 2095,
     .as_of = "2095-06-01",
     .where = "where pieces > 2\n",
     .filters = 13,
     .later = 10,
     .some_missing = true},
    {.name = "old rows",
     .largest = 30000,
     .first_year = 2025,
     .as_of = "2025-12-25",
     .filters = 2,
     .rising = true,
     .recent = true},
    {.name = "old rows and a small part",
     .largest = 120,
     .first_year = 2025,
     .as_of = "2025-12-25",
     .filters = 5,
     .later = 10,
     .rising = true,
     .recent = true,
     .some_missing = true},
    {.name = "old rows before late ones",
     .largest = 30000,
     .first_year = 2025,
     .as_of = "2025-08-10",
     .where = "where pieces < 1000\n",
     .later = 60,
     .in_thirds = true,
     .rising = true,
     .recent = true,
     .wild = true},
    {.name = "old rows of some customers",
     .largest = 30000,
     .first_year = 2025,
     .as_of = "2025-12-25",
     .customers = "where score > 20\n",
     .filters = 2,
     .later = 10,
     .rising = true,
     .recent = true},
    {.name = "old rows in no order, of four bytes of days",
     .largest = 30000,
     .first_year = 2095,
     .as_of = "2095-12-25",
     .later = 10,
     .recent = true},
    {.name = "gathered, late days",
     .largest = 30000,
     .first_year = 2025,
     .as_of = "2025-09-01",
     .where = "unique by amount, shop\n",
     .some_missing = true,
     .gathered = true},
    {.name = "gathered, in order, parts",
     .largest = 2000000000,
     .first_year = 2095,
     .as_of = "2096-01-01",
     .where = "unique by day, kind\n",
     .later = 50,
     .rising = true,
     .gathered = true},
    {.name = "gathered, a small part",
     .largest = 120,
     .first_year = 2025,
     .as_of = "2025-06-01",
     .later = 10,
     .some_missing = true,
     .gathered = true},
};

static void write_file(const char *folder, const char *name, const char *text) {
  char path[PATH + 32];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  assert_int_equal(fclose(file), 0);
}

static char *read_file(const char *folder, const char *name) {
  char path[PATH + 32];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  char *text = calloc(1, 1 << 22);
  assert_non_null(text);
  size_t size = fread(text, 1, (1 << 22) - 1, file);
  assert_true(size < (1 << 22) - 1);
  assert_int_equal(fclose(file), 0);
  return text;
}

// Rules without filters, over no column that is computed.
static void write_gathered(FILE *out, const struct variant *variant) {
  int64_t limit = variant->largest / 100;
  fprintf(out, "segment s0 { when: count(buy then buy within 2d) ever > 3 }\n");
  fprintf(out, "segment s1 { when: count(buy without buy within 3d) within 90d >= 1 }\n");
  fprintf(out, "segment s2 { when: sum(buy.amount) ever > %" PRId64 " }\n", 10 * limit);
  fprintf(out, "segment s3 { when: max(buy.amount) within 90d >= %" PRId64 " }\n", limit / 3);
  fprintf(out, "segment s4 { when: sum(buy.weight) within 200d > 90.25 }\n");
  fprintf(out, "segment s5 { when: distinct(buy.shop) ever > 9 }\n");
  fprintf(out, "segment s6 { when: first(buy.shop) ever = \"shop 7\" }\n");
  fprintf(out, "segment s7 { when: last(buy.kind) ever = \"c\" }\n");
  fprintf(out, "segment s8 { when: days_since(last(buy)) < 9 }\n");
  fprintf(out, "segment s9 { when: avg(buy.pieces) within 60d > 5 }\n");
}

static void write_rules(const char *folder, const struct variant *variant) {
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  fprintf(out,
          "segc 1\ntimezone: \"UTC\"\ncurrency: EUR\n\n"
          "customer from \"customers\" key id {\n  score: int\n  %s}\n\n"
          "event buy from \"buys\" by customer at day {\n"
          "  amount: money(EUR)%s\n  pieces: int\n  weight: number\n  shop: text\n"
          "  kind: one of (\"a\", \"b\", \"c\")\n  gift: bool?\n  each = pieces * 3 - 1\n  %s}\n\n",
          variant->customers == NULL ? "" : variant->customers, variant->some_missing ? "?" : "",
          variant->where == NULL ? "" : variant->where);
  const char *ever = variant->recent ? "within 60d" : "ever";
  unsigned days = variant->recent ? 80 : 200;
  unsigned number = 0;
  const int64_t limits[] = {variant->largest / 3, variant->largest * 10, variant->largest * 600};
  if (variant->gathered)
    write_gathered(out, variant);
  for (size_t i = 0; i < 3 && !variant->gathered; i++) {
    int64_t cents = limits[i];
    fprintf(out, "segment s%u { when: sum(buy.amount) %s > %" PRId64 ".%02" PRId64 " }\n", number++,
            ever, cents / 100, cents % 100);
    fprintf(out, "segment s%u { when: max(buy.amount) within 90d >= %" PRId64 ".%02" PRId64 " }\n",
            number++, cents / 100, cents % 100);
    fprintf(out, "segment s%u { when: count(buy[kind = \"%c\"]) within %zud >= %zu }\n", number++,
            "abc"[i], 30 + (variant->recent ? 20 : 50) * i, 1 + 3 * i);
    fprintf(out, "segment s%u { when: sum(buy[gift].each) %s > %zu }\n", number++, ever,
            20 + 400 * i);
    fprintf(out, "segment s%u { when: sum(buy.weight) within %ud > %zu.25 }\n", number++, days,
            3 + 100 * i);
    fprintf(out, "segment s%u { when: distinct(buy.shop) within %ud > %zu }\n", number++, days / 2,
            i * 7);
    fprintf(out, "segment s%u { when: distinct(buy[not (kind = \"b\")].pieces) %s > %zu }\n",
            number++, ever, i * 4);
    fprintf(out, "segment s%u { when: first(buy.shop) %s = \"shop %zu\" }\n", number++, ever, i);
    fprintf(out, "segment s%u { when: last(buy[pieces > %zu].kind) %s = \"c\" }\n", number++, i * 2,
            ever);
    fprintf(out, "segment s%u { when: days_since(last(buy[shop = \"shop %zu\"]) %s) < 40 }\n",
            number++, i, ever);
  }
  for (unsigned i = 0; i < 3 && !variant->gathered;
       i++) // an event on the first days of the longest window
    fprintf(out, "segment s%u { when: days_since(first(buy) within 90d) >= %u }\n", number++,
            90 - i);
  for (unsigned f = 0; f < variant->filters; f++)
    fprintf(out,
            "segment s%u { when: count(buy[pieces = %u and kind != \"%c\"]) within %ud > %u }\n",
            number++, f % 12, "abc"[f % 3], days / 4 * 3, f / 12);
  fclose(out);
  write_file(folder, "rules.seg", text);
  free(text);
}

static unsigned events_of(unsigned customer, struct seg_random *random) {
  static const unsigned sizes[] = {0, 1, 63, 64, 65, 2048, 2049};
  return customer % 23 < 7 && customer < 46 ? sizes[customer % 23] : seg_random_below(random, 40);
}

// Event `number` of `all` of the customer.
static void write_event(FILE *out, const struct variant *variant, unsigned customer,
                        unsigned number, unsigned all, struct seg_random *random) {
  unsigned months = variant->first_year == 1970 ? 4 : 12;
  unsigned day =
      variant->rising ? number * months * 28 / all : seg_random_below(random, months * 28);
  fprintf(out, "k%u,%d-%02u-%02u,", customer, variant->first_year, 1 + day / 28, 1 + day % 28);
  int64_t amount = (int64_t)(seg_random_next(random) % (uint64_t)variant->largest);
  if (!variant->some_missing || !seg_random_chance(random, 10))
    fprintf(out, "%" PRId64 ".%02" PRId64, amount / 100, amount % 100);
  bool wild = variant->wild && seg_random_chance(random, 5);
  fprintf(out, ",%" PRIu64 ",%u.125,shop %u,%c,%s\n",
          wild ? UINT64_C(1) << 62 : (uint64_t)seg_random_below(random, 12),
          seg_random_below(random, 9), seg_random_below(random, 30),
          "abc"[seg_random_below(random, 3)],
          seg_random_chance(random, 20)   ? ""
          : seg_random_chance(random, 50) ? "true"
                                          : "false");
}

static const char *const folders[] = {"all", "one", "two", "three", "four"};
enum { FOLDERS = sizeof folders / sizeof *folders };

// The first of a customer's events in a part, 0 to 4.
static unsigned begin_of(const struct variant *variant, unsigned part, unsigned all) {
  unsigned later = all * variant->later / 100;
  if (part < 2 || !variant->in_thirds)
    return part == 0 ? 0 : part == 1 ? all - later : all;
  return all - later + later * (part - 1) / 3;
}

// The files twice: all events, and those of each part by themselves.
static void write_data(const char *folder, const struct variant *variant,
                       struct seg_random *random) {
  char path[PATH + 32];
  FILE *files[FOLDERS] = {NULL};
  char *customers = NULL;
  size_t size;
  FILE *out = open_memstream(&customers, &size);
  fprintf(out, "id,score\n");
  for (unsigned c = 0; c < CUSTOMERS; c++)
    if (c % 31 != 30) // somebody else's events have nobody
      fprintf(out, "k%u,%u\n", (c * 7) % CUSTOMERS, c % 50);
  fclose(out);
  for (size_t i = 0; i < FOLDERS; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, folders[i]);
    assert_int_equal(mkdir(path, 0700), 0);
    if (i < 2)
      write_file(path, "customers.csv", customers);
    snprintf(path, sizeof path, "%s/%s/buys.csv", folder, folders[i]);
    files[i] = fopen(path, "w");
    assert_non_null(files[i]);
    fprintf(files[i], "customer,day,amount,pieces,weight,shop,kind,gift\n");
  }
  free(customers);
  unsigned sizes[CUSTOMERS];
  for (unsigned c = 0; c < CUSTOMERS; c++)
    sizes[c] = events_of(c, random);
  for (unsigned part = 0; part < FOLDERS - 1; part++)
    for (unsigned c = 0; c < CUSTOMERS; c++) {
      unsigned all = sizes[c];
      for (unsigned e = begin_of(variant, part, all); e < begin_of(variant, part + 1, all); e++) {
        char *line = NULL;
        FILE *event = open_memstream(&line, &size);
        write_event(event, variant, c, e, all, random);
        fclose(event);
        fputs(line, files[0]);
        fputs(line, files[1 + part]);
        free(line);
      }
    }
  for (size_t i = 0; i < FOLDERS; i++)
    assert_int_equal(fclose(files[i]), 0);
}

/** The members and the events of a run; from a store that may stay open. */
static char *score(const char *folder, const struct variant *variant, const char *cpu,
                   bool from_store, struct segc_kept_store *kept, unsigned threads,
                   uint64_t memory) {
  char where[PATH + 32], out[PATH + 32];
  snprintf(where, sizeof where, "%s/%s", folder, from_store ? "store" : "all");
  snprintf(out, sizeof out, "%s/out.csv", folder);
  struct segc_session *session = open_rules(folder, cpu);
  const struct segc_run_options options = {.size = sizeof options,
                                           .as_of = variant->as_of,
                                           .data_folder = from_store ? NULL : where,
                                           .store = from_store ? where : NULL,
                                           .kept_store = kept,
                                           .out_path = out,
                                           .threads = threads,
                                           .memory_bytes = memory,
                                           .no_out_manifest = true,
                                           .no_code_cache = true};
  const struct segc_summary *summary = NULL;
  if (segc_run(session, &options, &summary) != SEGC_OK)
    fail_msg("%s: %s", variant->name, segc_last_error(session).message);
  char *members = read_file(folder, "out.csv");
  size_t size = strlen(members);
  snprintf(members + size, 100, "%" PRIu64 " events, %" PRIu64 " of nobody\n", summary->events,
           summary->orphan_events);
  segc_session_free(session);
  return members;
}

static void try_variant(const struct variant *variant, struct seg_random *random) {
  static const char *const cpus[] = {NULL, "x86-64", "x86-64-v3"};
  char folder[] = "/tmp/segc_stored_events_XXXXXX", command[PATH];
  assert_non_null(mkdtemp(folder));
  write_rules(folder, variant);
  write_data(folder, variant, random);
  prepare(folder, variant->later > 0 ? "one" : "all", false);
  struct segc_kept_store *kept = segc_kept_store_new();
  assert_non_null(kept);
  if (variant->later > 0) { // the store that is kept open is then an old one
    free(score(folder, variant, NULL, true, kept, 1, 0));
    for (unsigned part = 1; part < (variant->in_thirds ? 4 : 2); part++)
      prepare(folder, folders[1 + part], true);
  }
  char *wanted = score(folder, variant, NULL, false, NULL, 2, 0);
  for (unsigned i = 0; i < 3; i++) {
    char *got =
        score(folder, variant, cpus[i], true, i == 1 ? NULL : kept, i + 1, i == 2 ? 64 << 20 : 0);
    if (strcmp(wanted, got) != 0)
      fail_msg("%s: the store and the files give different answers (%s)", variant->name, folder);
    free(got);
  }
  free(wanted);
  segc_kept_store_free(kept);
  snprintf(command, sizeof command, "rm -r %s", folder);
  assert_int_equal(system(command), 0);
}

static void stores_say_what_files_say(void **state) {
  (void)state;
  uint64_t seed = seg_random_seed("SEGC_SEED", 20261123);
  print_message("seed %" PRIu64 "\n", seed);
  for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
    struct seg_random random;
    seg_random_init(&random, seed + i);
    try_variant(&variants[i], &random);
  }
}

// One customer's events, all of one amount, in two parts; another has one.
static void write_long_data(const char *folder, const char *data, unsigned events) {
  char path[PATH];
  snprintf(path, sizeof path, "%s/%s", folder, data);
  assert_int_equal(mkdir(path, 0700), 0);
  write_file(path, "customers.csv", "id\nlong\nshort\n");
  snprintf(path, sizeof path, "%s/%s/buys.csv", folder, data);
  FILE *out = fopen(path, "w");
  assert_non_null(out);
  fprintf(out, "customer,day,amount\nshort,2025-03-01,327.67\n");
  for (unsigned i = 0; i < events; i++)
    fprintf(out, "long,2025-02-%02u,327.67\n", 1 + i % 28);
  assert_int_equal(fclose(out), 0);
}

// 65,535 amounts of 2 bytes are the most whose sum has 4 bytes whatever they are: 2,147,385,345
// cents. With ten more it is 2,147,713,015, and 4 bytes end at 2,147,483,647.
static void sums_of_very_many_events_have_room(void **state) {
  (void)state;
  const struct variant variant = {.name = "many events", .as_of = "2025-04-01"};
  char folder[] = "/tmp/segc_stored_events_XXXXXX", command[PATH];
  assert_non_null(mkdtemp(folder));
  write_file(folder, "rules.seg",
             "segc 1\ntimezone: \"UTC\"\ncurrency: EUR\n\n"
             "customer from \"customers\" key id {\n}\n\n"
             "event buy from \"buys\" by customer at day {\n  amount: money(EUR)\n}\n\n"
             "segment before { when: sum(buy.amount) ever >= 21473853.45 }\n"
             "segment more { when: sum(buy.amount) ever > 21473853.45 }\n"
             "segment after { when: sum(buy.amount) ever >= 21477130.15 }\n"
             "segment beyond { when: sum(buy.amount) ever > 21477130.15 }\n"
             "segment same { when: avg(buy.amount) ever >= 327 }\n"
             "segment many { when: count(buy) ever > 65535 }\n");
  write_long_data(folder, "one", 65535);
  write_long_data(folder, "two", 10);
  prepare(folder, "one", false);
  struct segc_kept_store *kept = segc_kept_store_new();
  assert_non_null(kept);
  static const char *const members[][2] = {
      {"long,true,false,false,false,true,false", "short,false,false,false,false,true,false"},
      {"long,true,true,true,false,true,true", "short,false,false,false,false,true,false"},
  };
  for (size_t i = 0; i < 2; i++) {
    char *got = score(folder, &variant, NULL, true, kept, 1, 0);
    if (strstr(got, members[i][0]) == NULL || strstr(got, members[i][1]) == NULL)
      fail_msg("%s", got);
    free(got);
    if (i == 0)
      prepare(folder, "two", true);
  }
  segc_kept_store_free(kept);
  snprintf(command, sizeof command, "rm -r %s", folder);
  assert_int_equal(system(command), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(stores_say_what_files_say),
                                     cmocka_unit_test(sums_of_very_many_events_have_room)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
