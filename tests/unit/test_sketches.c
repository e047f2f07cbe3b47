// Codes of fractions: how they are chosen, how comparisons use them on every level of processors,
// and runs over stores that have them against runs over the files. SEGC_SEED repeats a run.
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <segc.h>

#include "runtime/column/number_order.h"
#include "runtime/filter/mask_sketches.h"
#include "runtime/prepare/value_codes.h"
#include "tests/support/damaged_file.h"
#include "tests/support/random.h"
#include "tests/support/rules_folder.h"

enum { VALUES = 20032, SHAPES = 9, PATH = 512 }; // values: a multiple of 64, not of 512

// Value `i` of a column of some shape.
static double value_of(int shape, int i, struct seg_random *random) {
  const double number = seg_random_below(random, 1 << 30) / (double)(1 << 30);
  switch (shape) {
  case 0: return floor(number * 1000000) / 1000;                        // many different ones
  case 1: return number < 0.4 ? 0 : number < 0.5 ? -0.0 : number - 0.7; // frequent, both zeros
  case 2: return 17.25;                                                 // all equal
  case 3: return exp(40 * (number - 0.5));                              // skewed
  case 4: return i % 5 - 2;                                             // few different ones
  case 5: return ldexp(number - 0.5, (int)seg_random_below(random, 2000) - 1000);
  case 6: return i; // rising
  case 7: return i % 2 ? DBL_MAX * (number - 0.5) : DBL_TRUE_MIN * (i % 7);
  default: return i % 3 ? 1000 + number / 1000000 : number; // crowded, and a tail
  }
}

static struct seg_random random_from(uint64_t seed) {
  struct seg_random random;
  seg_random_init(&random, seed);
  return random;
}

static struct seg_random random_of_seed(void) {
  uint64_t seed = seg_random_seed("SEGC_SEED", 20261123);
  print_message("seed %" PRIu64 "\n", seed);
  return random_from(seed);
}

static struct seg_value_coder code_values(const double *values, uint64_t count, uint32_t most) {
  struct seg_value_coder coder = {0};
  struct seg_error error;
  int64_t *sample = malloc(count * sizeof *sample);
  assert_non_null(sample);
  for (uint64_t i = 0; i < count; i++)
    sample[i] = seg_number_order(values[i]);
  assert_int_equal(seg_value_coder_init(&coder, sample, count, most, &error), SEG_OK);
  free(sample);
  return coder;
}

static double *make_values(int shape, uint64_t seed) {
  struct seg_random random = random_from(seed);
  double *values = malloc(VALUES * sizeof *values);
  assert_non_null(values);
  for (int i = 0; i < VALUES; i++)
    values[i] = value_of(shape, i, &random);
  return values;
}

// By the definition: the last code whose least value does not exceed the value.
static void codes_are_those_of_the_bounds(void **state) {
  (void)state;
  static const uint32_t mosts[] = {4, 100, 5000, SEG_VALUE_CODES_MOST};
  static int16_t codes[VALUES];
  for (int shape = 0; shape < SHAPES; shape++)
    for (size_t m = 0; m < sizeof mosts / sizeof *mosts; m++) {
      double *values = make_values(shape, 1);
      struct seg_value_coder coder = code_values(values, VALUES, mosts[m]);
      assert_in_range(coder.count, 1, mosts[m]);
      assert_true(isinf(coder.bounds[0]) && coder.bounds[0] < 0);
      for (uint32_t c = 1; c < coder.count; c++)
        assert_true(coder.bounds[c - 1] < coder.bounds[c]);
      if (shape != 5) // others than those that were looked at
        for (int i = 0; i < VALUES; i += 3)
          values[i] *= i % 2 ? 1.0001 : -1;
      seg_value_coder_encode(&coder, values, VALUES, codes);
      for (int i = 0; i < VALUES; i++) {
        uint32_t code = (uint32_t)(codes[i] - INT16_MIN);
        assert_in_range(code, 0, coder.count - 1);
        assert_true(coder.bounds[code] <= values[i]);
        assert_true(code + 1 == coder.count || values[i] < coder.bounds[code + 1]);
      }
      seg_value_coder_deinit(&coder);
      free(values);
    }
}

// Which is as frequent as what a code stands for on average.
static void frequent_values_are_alone(void **state) {
  (void)state;
  static const int shapes[] = {1, 2, 4};
  static const double frequent[] = {0, 17.25, -2};
  for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
    double *values = make_values(shapes[s], 2);
    struct seg_value_coder coder = code_values(values, VALUES, 64);
    uint32_t c = 0;
    while (c < coder.count && coder.bounds[c] != frequent[s])
      c++;
    assert_true(c + 1 < coder.count);
    assert_true(coder.bounds[c + 1] == nextafter(frequent[s], INFINITY));
    seg_value_coder_deinit(&coder);
    free(values);
  }
}

static void codes_of_one_value_and_of_none(void **state) {
  (void)state;
  const double values[] = {-1.5};
  for (uint64_t count = 0; count < 2; count++) {
    struct seg_value_coder coder = code_values(values, count == 0 ? 1 : count, 4);
    int16_t codes[3];
    const double others[] = {-DBL_MAX, -1.5, DBL_MAX};
    seg_value_coder_encode(&coder, others, 3, codes);
    assert_int_equal(codes[0], INT16_MIN);
    assert_int_equal(codes[1], INT16_MIN + 1);
    assert_int_equal(codes[2], INT16_MIN + 2);
    seg_value_coder_deinit(&coder);
  }
}

static void add_thresholds_around(struct seg_mask_thresholds *thresholds, double number) {
  for (int64_t by = -2; by <= 1; by++) // as comparisons with it and its neighbours
    (void)seg_mask_thresholds_add(thresholds, seg_number_order(number) + by);
}

static void check_ranks(const struct seg_mask_sketch *sketch, const double *values,
                        const int16_t *codes, const struct seg_mask_kernels *kernels) {
  static int8_t ranks[VALUES];
  static uint64_t doubtful[VALUES / 64];
  kernels->rank_codes(codes, VALUES, sketch, ranks, doubtful);
  seg_mask_sketch_settle(sketch, values, VALUES, doubtful, ranks);
  for (int i = 0; i < VALUES; i++) {
    int rank = 0;
    for (uint32_t t = 0; t < sketch->count; t++)
      rank += seg_number_order(values[i]) > sketch->thresholds[t];
    assert_int_equal(ranks[i] + 128, rank);
  }
}

// Thresholds at values, at bounds, and just beside both.
static void ranks_of_codes_are_those_of_values(void **state) {
  (void)state;
  struct seg_random random = random_of_seed();
  static int16_t codes[VALUES];
  static struct seg_mask_sketch sketch;
  int tried = 0;
  for (int shape = 0; shape < SHAPES; shape++) {
    double *values = make_values(shape, seg_random_next(&random));
    struct seg_value_coder coder = code_values(values, VALUES, shape % 2 ? 300 : 60000);
    const struct seg_code_bounds bounds = {coder.bounds, coder.count};
    seg_value_coder_encode(&coder, values, VALUES, codes);
    for (int round = 0; round < 8; round++) {
      struct seg_mask_thresholds thresholds = {.count = 0};
      for (unsigned t = 0; t < 1U << (round % 5); t++) {
        add_thresholds_around(&thresholds, values[seg_random_below(&random, VALUES)]);
        if (coder.count > 1)
          add_thresholds_around(&thresholds,
                                coder.bounds[1 + seg_random_below(&random, coder.count - 1)]);
      }
      seg_mask_thresholds_finish(&thresholds);
      for (int level = SEG_VECTOR_BASELINE; level <= (int)seg_mask_best_level(); level++) {
        const struct seg_mask_kernels *kernels = seg_mask_kernels((enum seg_vector_level)level);
        if (!seg_mask_sketch_build(&sketch, &thresholds, &bounds, kernels))
          continue; // too many in one place
        tried++;
        check_ranks(&sketch, values, codes, kernels);
      }
    }
    seg_value_coder_deinit(&coder);
    free(values);
  }
  assert_true(tried > 8 * SHAPES);
}

// --- runs ---

enum { CUSTOMERS = SEG_VALUE_CODES_FEWEST_ROWS + 777, SCALE = 1000, CONSTANTS = 20 };

static double column_value(int column, int row, struct seg_random *random) {
  const double value = seg_random_below(random, 1000000);
  switch (column) {
  case 0: return value / SCALE;
  case 1: return seg_random_chance(random, 40) ? 0 : (value - 500000) / SCALE;
  case 2: return row < 2 ? row : 0.5;
  default: return floor(value * value / 1000000) / SCALE;
  }
}
enum { COLUMNS = 4 };

static FILE *open_file(const char *folder, const char *name) {
  char path[PATH + 32];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  return file;
}

static void write_customers(const char *folder, const char *name, struct seg_random *random) {
  char path[PATH];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  assert_int_equal(mkdir(path, 0700), 0);
  FILE *out = open_file(path, "customers.csv");
  fprintf(out, "id,c0,c1,c2,c3\n");
  for (int row = 0; row < CUSTOMERS; row++) {
    fprintf(out, "%d", row);
    for (int c = 0; c < COLUMNS; c++) {
      const double value = column_value(c, row, random);
      if (c == 3 && seg_random_chance(random, 10))
        fprintf(out, ","); // not known
      else
        fprintf(out, ",%s%.3f", c == 1 && value == 0 && row % 2 ? "-" : "", value);
    }
    fprintf(out, "\n");
  }
  assert_int_equal(fclose(out), 0);
}

// Constants are values, and numbers between two.
static void write_rules(const char *folder, struct seg_random *random) {
  static const char *const comparisons[] = {"<", "<=", ">", ">="};
  FILE *out = open_file(folder, "rules.seg");
  fprintf(out, "segc 1\ntimezone: \"UTC\"\ncurrency: EUR\n\ncustomer from \"customers\" key id {\n"
               "  c0: number\n  c1: number\n  c2: number\n  c3: number?\n}\n\n");
  int number = 0;
  for (int i = 0; i < CONSTANTS; i++)
    for (int c = 0; c < COLUMNS; c++) {
      // Few of the first column, many of the others.
      if (c == 0 && i % 8 != 0)
        continue;
      const double value = i < 3 ? (i - 1) * 0.5 : column_value(c, i, random);
      fprintf(out, "segment s%d { when: %sc%d %s %s%.*f%s decision: \"d\" }\n", number++,
              c == 3 ? "c3 is known and " : "", c, comparisons[seg_random_below(random, 4)],
              value < 0 ? "-" : "", i % 3 == 0 ? 4 : 3, fabs(value) + (i % 3 == 0 ? 0.0005 : 0),
              i % 7 == 1 && c != 0 ? " and c0 + c1 > 0.25" : "");
    }
  fprintf(out, "segment last { when: c0 between 100.5 and 200.25 or c3 between 7 and 7.5 "
               "decision: \"l\" }\nsegment beyond { when: c1 > 1000 or c2 < -3 decision: \"b\" }\n"
               "priority next: last > s0 > s1 > s2 > s3 otherwise nobody\n");
  assert_int_equal(fclose(out), 0);
}

/** Members of all segments and winners; with `out`, of each customer. `data` NULL: of the store. */
static char *score(const char *folder, const char *data, const char *cpu,
                   struct segc_kept_store *kept, bool winners_only, bool out) {
  char where[PATH + 32], path[PATH + 32];
  snprintf(where, sizeof where, "%s/%s", folder, data == NULL ? "store" : data);
  snprintf(path, sizeof path, "%s/out.csv", folder);
  struct segc_session *session = open_rules(folder, cpu);
  const struct segc_run_options options = {.size = sizeof options,
                                           .as_of = "2026-01-01",
                                           .data_folder = data == NULL ? NULL : where,
                                           .store = data == NULL ? where : NULL,
                                           .kept_store = kept,
                                           .out_path = out ? path : NULL,
                                           .winners_only = winners_only,
                                           .threads = 2,
                                           .no_out_manifest = true};
  const struct segc_summary *summary = NULL;
  if (segc_run(session, &options, &summary) != SEGC_OK)
    fail_msg("%s", segc_last_error(session).message);
  char *text = NULL;
  size_t size;
  FILE *said = open_memstream(&text, &size);
  for (size_t i = 0; !winners_only && i < summary->segment_count; i++)
    fprintf(said, "%s %" PRIu64 "\n", summary->segments[i].name, summary->segments[i].members);
  for (size_t i = 0; i < summary->chains[0].winner_count; i++)
    fprintf(said, "%s wins %" PRIu64 "\n", summary->chains[0].winners[i].name,
            summary->chains[0].winners[i].members);
  FILE *written = out ? fopen(path, "r") : NULL;
  for (int c; written != NULL && (c = fgetc(written)) != EOF;)
    fputc(c, said);
  if (written != NULL)
    fclose(written);
  fclose(said);
  segc_session_free(session);
  return text;
}

enum { COUNTS, MEMBERS, WINNERS };

static void agree(const char *folder, const char *data, int mode, const char *cpu,
                  struct segc_kept_store *kept) {
  char *wanted = score(folder, data, NULL, NULL, mode == WINNERS, mode == MEMBERS);
  char *got = score(folder, NULL, cpu, kept, mode == WINNERS, mode == MEMBERS);
  if (strcmp(wanted, got) != 0)
    fail_msg("the store and the files give different answers (%s, %d)", folder, mode);
  free(wanted);
  free(got);
}

// A bit of the codes: a run that reads them says so.
static void refuse_damage(const char *folder) {
  char path[PATH + 64], store[PATH + 32];
  snprintf(path, sizeof path, "%s/store/g000002/customer.c1-codes.npy", folder);
  snprintf(store, sizeof store, "%s/store", folder);
  change_byte(path, -3000);
  struct segc_session *session = open_rules(folder, NULL);
  const struct segc_run_options options = {
      .size = sizeof options, .as_of = "2026-01-01", .store = store, .threads = 2};
  const struct segc_summary *summary = NULL;
  assert_int_not_equal(segc_run(session, &options, &summary), SEGC_OK);
  assert_non_null(strstr(segc_last_error(session).message, "customer.c1-codes.npy"));
  segc_session_free(session);
}

static void stores_with_codes_answer_as_files(void **state) {
  (void)state;
  struct seg_random random = random_of_seed();
  char folder[] = "/tmp/segc_sketches_XXXXXX", command[PATH];
  assert_non_null(mkdtemp(folder));
  write_rules(folder, &random);
  write_customers(folder, "one", &random);
  write_customers(folder, "two", &random);
  prepare(folder, "one", false);
  struct segc_kept_store *kept = segc_kept_store_new();
  assert_non_null(kept);
  agree(folder, "one", COUNTS, NULL, kept);
  agree(folder, "one", COUNTS, "x86-64", kept);
  agree(folder, "one", MEMBERS, "x86-64-v3", NULL);
  agree(folder, "one", WINNERS, NULL, kept);
  prepare(folder, "two", true); // the table takes the place of the first
  agree(folder, "two", MEMBERS, NULL, kept);
  segc_kept_store_free(kept);
  refuse_damage(folder);
  snprintf(command, sizeof command, "rm -rf %s", folder);
  assert_int_equal(system(command), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(codes_are_those_of_the_bounds),
      cmocka_unit_test(frequent_values_are_alone),
      cmocka_unit_test(codes_of_one_value_and_of_none),
      cmocka_unit_test(ranks_of_codes_are_those_of_values),
      cmocka_unit_test(stores_with_codes_answer_as_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
