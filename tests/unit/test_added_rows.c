// Few rows that are appended to a store stay in memory and are written file by file when their
// number is known beforehand, as of Parquet; those of CSV go through runs and partitions. The same
// rows must become the same files, to the byte: keys in any order, of customers, of nobody and
// missing, columns of every kind with what is missing, days that fall, several morsels. SEGC_SEED
// repeats a run. So must parts that were appended one after the other and brought together later.
#include "tests/unit/io_support.h"

#include <segc.h>
#include <sys/stat.h>

#include "tests/support/random.h"
#include "tests/support/rules_folder.h"

enum { CUSTOMERS = 5000 }; // more keys than one pass of sorting tells apart

/** Who the customers are. */
struct variant {
  const char *customer;
  bool has_table;
  const char *key; // what keys begin with
};

static const struct variant variants[] = {
    {"customer from \"customers\" key id {\n}\n", true, ""},
    {"customer from buy {\n}\n", false, "k"},
};

static const char event[] =
    "event buy from \"buys\" by customer at time {\n"
    "  amount: money(EUR)?\n  pieces: int\n  many: int?\n"
    "  weight: number\n  height: number?\n  born: date?\n"
    "  kind: one of (\"a\", \"b\", \"c\")\n  gift: bool?\n  paid: bool\n}\n";

static void write_line(FILE *out, const struct variant *variant, struct seg_random *random,
                       bool wide) {
  if (!seg_random_chance(random, 3)) // a key; one in ten is nobody's
    fprintf(out, "%s%u", variant->key,
            seg_random_chance(random, 15)
                ? 1000 // somebody with many
                : 1000 + seg_random_below(random, CUSTOMERS + CUSTOMERS / 10));
  fprintf(out, ",2026-%02u-%02u %02u:30:00Z,", 1 + seg_random_below(random, 12),
          1 + seg_random_below(random, 28), seg_random_below(random, 24));
  if (!seg_random_chance(random, 10))
    fprintf(out, "%u.25", seg_random_below(random, wide ? 90000000 : 300));
  fprintf(out, ",%d,", (int)seg_random_below(random, wide ? 70000 : 200) - 100);
  if (!seg_random_chance(random, 1))
    fprintf(out, "%u", seg_random_below(random, 4000000000));
  fprintf(out, ",%u.5,", seg_random_below(random, 100));
  if (!seg_random_chance(random, 30))
    fprintf(out, "%u.125", seg_random_below(random, 100));
  fprintf(out, ",");
  if (seg_random_chance(random, 50))
    fprintf(out, "19%02u-01-31", seg_random_below(random, 100));
  fprintf(out, ",%c,%s,%s\n", "abc"[seg_random_below(random, 3)],
          seg_random_chance(random, 20)   ? ""
          : seg_random_chance(random, 50) ? "true"
                                          : "false",
          seg_random_chance(random, 50) ? "true" : "false");
}

static void write_events(const char *name, const struct variant *variant, uint32_t rows,
                         struct seg_random *random, bool wide) {
  FILE *out = fopen(io_path(name), "w");
  assert_non_null(out);
  fprintf(out, "customer,time,amount,pieces,many,weight,height,born,kind,gift,paid\n");
  for (uint32_t i = 0; i < rows; i++)
    write_line(out, variant, random, wide);
  assert_int_equal(fclose(out), 0);
}

static void command(const char *format) {
  char text[1024];
  snprintf(text, sizeof text, format, io_folder, io_folder, io_folder);
  assert_int_equal(system(text), 0);
}

static void write_project(const struct variant *variant, uint32_t rows, struct seg_random *random) {
  command("cd %s && rm -rf * && mkdir first csv parquet");
  FILE *rules = fopen(io_path("rules.seg"), "w");
  assert_non_null(rules);
  fprintf(rules,
          "segc 1\n\ntimezone: \"Europe/Berlin\"\ncurrency: EUR\n\n%s\n%s\n"
          "segment s { when: count(buy) within 30d > 2 }\n",
          variant->customer, event);
  assert_int_equal(fclose(rules), 0);
  write_events("first/buys.csv", variant, rows, random, false);
  if (!variant->has_table)
    return;
  FILE *customers = fopen(io_path("first/customers.csv"), "w");
  assert_non_null(customers);
  fprintf(customers, "id\n");
  for (unsigned c = 0; c < CUSTOMERS; c++)
    fprintf(customers, "%u\n", 1000 + c * 7 % CUSTOMERS);
  assert_int_equal(fclose(customers), 0);
}

static void begin(struct seg_random *random) {
  uint64_t seed = seg_random_seed("SEGC_SEED", 20261124);
  print_message("SEGC_SEED=%llu\n", (unsigned long long)seed);
  seg_random_init(random, seed);
}

static void same_files(void **state) {
  (void)state;
  static const uint32_t sizes[] = {1, 4097, 40000};
  struct seg_random random;
  begin(&random);
  for (size_t v = 0; v < sizeof variants / sizeof *variants; v++)
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
      write_project(&variants[v], 200, &random);
      write_events("csv/buys.csv", &variants[v], sizes[s], &random, s > 0);
      io_sql(
          "copy (from read_csv('%s/csv/buys.csv')) to '%s/parquet/buys.parquet' (format parquet)");
      prepare(io_folder, "first", false);
      command("cp -r %s/store %s/before");
      prepare(io_folder, "csv", true);
      command("cd %s && mv store expected && mv before store");
      prepare(io_folder, "parquet", true);
      command("diff -r %s/expected/g000002 %s/store/g000002");
    }
}

/* Eight days that are appended one by one and then brought together become what they are when they
 * are appended at once. */
static void merged_parts(void **state) {
  (void)state;
  enum { DAYS = 8, ROWS = 3000 };
  struct seg_random random;
  begin(&random);
  for (size_t v = 0; v < sizeof variants / sizeof *variants; v++) {
    write_project(&variants[v], 2 * DAYS * ROWS, &random); // more than are brought together
    prepare(io_folder, "first", false);
    command("cp -r %s/store %s/expected");
    command("head -n 1 %s/first/buys.csv >%s/all.csv");
    for (int day = 0; day < DAYS; day++) {
      write_events("csv/buys.csv", &variants[v], ROWS, &random, day == 2);
      command("tail -n +2 %s/csv/buys.csv >>%s/all.csv");
      prepare(io_folder, "csv", true);
    }
    write_events("csv/buys.csv", &variants[v], 1, &random, false);
    prepare(io_folder, "csv", true);
    command("cd %s && mv store merged && mv expected store && mv all.csv csv/buys.csv");
    prepare(io_folder, "csv", true);
    command("cd %s && sha256sum store/g000002/buy*.npy | cut -d' ' -f1 | sort -u >once && "
            "sha256sum merged/g000010/buy*.npy | cut -d' ' -f1 | sort -u >together && "
            "[ $(wc -l <once) -ge 10 ] && [ -z \"$(comm -23 once together)\" ]");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(same_files), cmocka_unit_test(merged_parts)};
  return cmocka_run_group_tests(tests, io_make_folder, io_remove_folder);
}
