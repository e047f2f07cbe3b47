// Stores made with so little memory that the rows of one customer, and of several, have to be
// written in windows: the same to the byte as those made with all memory. And the windows
// themselves: no larger than asked, and what they gather is what a stable sort says.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/prepare/large_partition.h"
#include "runtime/prepare/prepare.h"
#include "tests/support/random.h"

enum { PATH = 200, TEXT = 24 };

/** Rows of purchases; arrays by row. */
struct rows {
  uint32_t count;
  int64_t *keys, *amounts, *instants;
  int32_t *days;
  double *weights;
  struct seg_str *notes;
  char (*texts)[TEXT];
  uint64_t *key_known, *note_known, *gifts, *gift_known;
};

static void *array(uint32_t rows, size_t width) {
  void *made = calloc((size_t)rows + 64, width);
  assert_non_null(made);
  return made;
}

static void rows_init(struct rows *rows, uint32_t count) {
  *rows = (struct rows){.count = count,
                        .keys = array(count, sizeof *rows->keys),
                        .amounts = array(count, sizeof *rows->amounts),
                        .instants = array(count, sizeof *rows->instants),
                        .days = array(count, sizeof *rows->days),
                        .weights = array(count, sizeof *rows->weights),
                        .notes = array(count, sizeof *rows->notes),
                        .texts = array(count, sizeof *rows->texts),
                        .key_known = array(count, sizeof(uint64_t)),
                        .note_known = array(count, sizeof(uint64_t)),
                        .gifts = array(count, sizeof(uint64_t)),
                        .gift_known = array(count, sizeof(uint64_t))};
}

static void rows_deinit(struct rows *rows) {
  free(rows->keys);
  free(rows->amounts);
  free(rows->instants);
  free(rows->days);
  free(rows->weights);
  free(rows->notes);
  free(rows->texts);
  free(rows->key_known);
  free(rows->note_known);
  free(rows->gifts);
  free(rows->gift_known);
}

/** Whose the rows are. */
struct crowd {
  const char *name;
  uint32_t keys;
  uint32_t huge;  // so many of them, in the middle, have
  uint32_t share; // of a hundred rows
  bool rising;    // days
  uint32_t falls; // from this row on they are a thousand earlier; 0: never
};

static void fill(struct rows *rows, const struct crowd *crowd, struct seg_random *random) {
  for (uint32_t i = 0; i < rows->count; i++) {
    bool huge = crowd->huge > 0 && seg_random_below(random, 100) < crowd->share;
    uint64_t key = huge ? crowd->keys / 2 + seg_random_below(random, crowd->huge)
                        : seg_random_below(random, crowd->keys);
    rows->keys[i] = (int64_t)key * 7 + 1;
    rows->days[i] = crowd->rising ? (int32_t)(20000 + i * 300 / rows->count)
                                  : 20000 + (int32_t)seg_random_below(random, 300);
    if (crowd->falls > 0 && i >= crowd->falls)
      rows->days[i] -= 1000;
    rows->instants[i] = rows->days[i] * INT64_C(86400000000) + i;
    rows->amounts[i] = (int64_t)seg_random_below(random, 40000) - (i % 997 == 0 ? 1 << 20 : 0);
    rows->weights[i] = (double)seg_random_below(random, 1000) / 8;
    int size = seg_random_below(random, 5) == 0 ? 0
                                                : snprintf(rows->texts[i], TEXT, "note %u",
                                                           seg_random_below(random, rows->count));
    rows->notes[i] = (struct seg_str){rows->texts[i], (size_t)size};
    if (seg_random_below(random, 50) != 0)
      seg_bitmap_set(rows->key_known, i);
    if (seg_random_below(random, 20) != 0)
      seg_bitmap_set(rows->note_known, i);
    if (seg_random_below(random, 2) != 0)
      seg_bitmap_set(rows->gifts, i);
    if (seg_random_below(random, 9) != 0)
      seg_bitmap_set(rows->gift_known, i);
  }
}

#define WORD(literal) {literal, sizeof(literal) - 1}

static void prepare(const struct rows *rows, uint32_t first, uint32_t count, const char *folder,
                    bool append, unsigned threads, uint64_t memory, int64_t morsel_rows) {
  struct seg_plan_input inputs[] = {
      {.type = SEG_COLUMN_INSTANT, .name = WORD("at")},
      {.type = SEG_COLUMN_INT, .name = WORD("amount")},
      {.type = SEG_COLUMN_NUMBER, .name = WORD("weight")},
      {.type = SEG_COLUMN_TEXT, .name = WORD("note"), .optional = true},
      {.type = SEG_COLUMN_BOOL, .name = WORD("gift"), .optional = true},
  };
  struct seg_plan_entity event = {.name = WORD("purchase"),
                                  .source = WORD("purchases"),
                                  .key = WORD("customer"),
                                  .time = WORD("at"),
                                  .input_count = sizeof inputs / sizeof *inputs,
                                  .inputs = inputs};
  struct seg_plan plan = {
      .timezone = WORD("UTC"), .customer_from_event = 0, .event_count = 1, .events = &event};
  assert_int_equal(first % 64, 0);
  struct seg_column_view views[] = {
      {.layout = SEG_LAYOUT_I64, .values = rows->instants + first, .count = count},
      {.layout = SEG_LAYOUT_I64, .values = rows->amounts + first, .count = count},
      {.layout = SEG_LAYOUT_F64, .values = rows->weights + first, .count = count},
      {.layout = SEG_LAYOUT_TEXT,
       .values = rows->notes + first,
       .known = rows->note_known + first / 64,
       .count = count},
      {.layout = SEG_LAYOUT_BIT,
       .values = rows->gifts + first / 64,
       .known = rows->gift_known + first / 64,
       .count = count},
  };
  struct seg_memory_rows from = {
      .row_count = count,
      .key = {.layout = SEG_LAYOUT_I64,
              .values = rows->keys + first,
              .known = rows->key_known + first / 64,
              .count = count},
      .days = {.layout = SEG_LAYOUT_I32, .values = rows->days + first, .count = count},
      .inputs = views,
      .morsel_rows = morsel_rows};
  struct seg_error error;
  struct seg_source *source = NULL;
  assert_int_equal(seg_source_open_memory(&from, &event, &source, &error), SEG_OK);
  struct seg_run_sources sources = {.events = &source};
  struct seg_prepare_options options = {.store = folder,
                                        .engine = "test",
                                        .append = append,
                                        .threads = threads,
                                        .memory_bytes = memory};
  struct seg_prepare_result result;
  if (seg_prepare(&plan, &sources, &options, &result, &error) != SEG_OK)
    fail_msg("%s", error.message);
  assert_int_equal(result.events, count);
  seg_source_close(source);
}

// Five sixths of the rows at first, the rest in four appends, of which the last merges those
// before.
static void prepare_in_parts(const struct rows *rows, const char *folder, unsigned threads,
                             uint64_t memory, int64_t morsel_rows) {
  uint32_t later = rows->count / 24 / 64 * 64, first = rows->count - 5 * later;
  first = first / 64 * 64;
  prepare(rows, 0, first, folder, false, threads, memory, morsel_rows);
  for (; first < rows->count; first += later)
    prepare(rows, first, rows->count - first < later ? rows->count - first : later, folder, true,
            threads, memory, morsel_rows);
}

static void check_command(const char *what, const char *one, const char *two) {
  char command[5 * PATH];
  snprintf(command, sizeof command, "%s %s %s", what, one, two);
  assert_int_equal(system(command), 0);
}

static const struct crowd crowds[] = {
    {.name = "one huge customer", .keys = 300, .huge = 1, .share = 50},
    {.name = "two, and rising days", .keys = 100, .huge = 2, .share = 80, .rising = true},
    {.name = "one, and days that fall once",
     .keys = 100,
     .huge = 1,
     .share = 95,
     .rising = true,
     .falls = 7000},
    {.name = "nobody else", .keys = 1, .rising = true},
    {.name = "a day that falls where a window ends", .keys = 1, .rising = true, .falls = 3000},
    {.name = "few customers with many events", .keys = 9},
};

static void stores_do_not_depend_on_memory(void **state) {
  (void)state;
  enum { ROWS = 12000 };
  uint64_t seed = seg_random_seed("SEGC_SEED", 20261123);
  print_message("seed %" PRIu64 "\n", seed);
  for (size_t i = 0; i < sizeof crowds / sizeof *crowds; i++) {
    char folder[PATH], wanted[2 * PATH], got[2 * PATH];
    struct seg_random random;
    struct rows rows;
    seg_random_init(&random, seed + i);
    rows_init(&rows, ROWS);
    fill(&rows, &crowds[i], &random);
    snprintf(folder, sizeof folder, "%s/segc_large_partition_XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(folder));
    snprintf(wanted, sizeof wanted, "%s/wanted", folder);
    snprintf(got, sizeof got, "%s/got", folder);
    prepare_in_parts(&rows, wanted, 1, 0, 1000);
    for (unsigned j = 0; j < 2; j++) { // windows of 16 KB, and of 64 KB: one morsel of 1,500 rows
      prepare_in_parts(&rows, got, 1 + 2 * j, UINT64_C(64) << 10 << 2 * j, j == 0 ? 193 : 1500);
      check_command("diff -r", wanted, got);
      check_command("rm -r", got, "");
    }
    check_command("rm -r", folder, "");
    rows_deinit(&rows);
  }
}

static void runs_init(struct seg_event_runs *runs, const struct rows *rows,
                      struct seg_memory_budget *budget, struct seg_spill_file *spill, uint64_t keep,
                      uint32_t morsel_rows) {
  static const enum seg_layout layouts[] = {SEG_LAYOUT_I64, SEG_LAYOUT_TEXT, SEG_LAYOUT_F64};
  struct seg_run_builder builder = {0};
  struct seg_error error;
  uint32_t *numbers = array(morsel_rows, sizeof *numbers), *all = array(morsel_rows, sizeof *all);
  seg_event_runs_init(runs, 3, layouts, 1, budget, keep, spill, NULL);
  for (uint32_t first = 0, number = 0; first < rows->count; first += morsel_rows, number++) {
    const void *columns[] = {rows->amounts + first, rows->notes + first, rows->weights + first};
    const uint64_t *flags[] = {rows->gifts + first / 64};
    struct seg_event_rows some = {.number = number,
                                  .count = rows->count - first < morsel_rows ? rows->count - first
                                                                             : morsel_rows,
                                  .rows = all,
                                  .customers = numbers,
                                  .days = rows->days + first,
                                  .columns = columns,
                                  .flags = flags};
    for (uint32_t i = 0; i < some.count; i++) {
      all[i] = i;
      numbers[i] = (uint32_t)(rows->keys[first + i] / 7);
    }
    // The first runs have finer partitions, as when customers become more.
    assert_int_equal(seg_event_runs_add(runs, &some, number < 3 ? 6 : 7, &builder, &error), SEG_OK);
  }
  seg_event_runs_finish(runs);
  seg_run_builder_deinit(&builder);
  free(numbers);
  free(all);
}

/** What windows say, against a stable sort. */
struct walk {
  const struct rows *rows;
  uint32_t key, row; // the next row is this one or behind it
  uint32_t windows, going_on;
};

static void check_window(struct walk *walk, const struct seg_gather *gather,
                         const struct seg_large_window *window) {
  const struct rows *rows = walk->rows;
  walk->windows++;
  walk->going_on += window->goes_on;
  assert_int_equal(window->goes_on ? walk->key - 1 : walk->key, window->first_key);
  assert_true(!window->goes_on || window->key_count == 1);
  for (uint32_t k = 0; k < window->key_count; k++) {
    uint32_t key = window->first_key + k;
    if (!window->goes_on)
      walk->row = 0;
    for (uint64_t e = gather->offsets[k]; e < gather->offsets[k + 1]; e++) {
      while (walk->row < rows->count && rows->keys[walk->row] / 7 != key)
        walk->row++;
      uint32_t row = walk->row++;
      assert_true(row < rows->count);
      assert_int_equal(gather->days[e], rows->days[row]);
      assert_int_equal(((const int64_t *)gather->columns[0])[e], rows->amounts[row]);
      assert_true(seg_str_equal(((const struct seg_str *)gather->columns[1])[e], rows->notes[row]));
      assert_true(((const double *)gather->columns[2])[e] == rows->weights[row]);
      assert_int_equal(gather->flags[0][e] & 1, seg_bitmap_test(rows->gifts, row));
    }
    walk->key = key + 1;
  }
}

static void windows_are_as_small_as_asked(void **state) {
  (void)state;
  enum { ROWS = 6000, MORSEL = 320, KEYS = 128, WINDOW = 16 << 10 };
  const struct crowd crowd = {.keys = 120, .huge = 1, .share = 60};
  for (uint64_t keep = 0; keep <= 64 << 10; keep += 32 << 10) { // in the file, in memory, both
    struct seg_random random;
    struct seg_memory_budget budget;
    struct seg_spill_file spill;
    struct seg_event_runs runs;
    struct seg_large_partition large;
    struct seg_large_window window;
    struct seg_gather gather;
    struct seg_error error;
    struct rows rows;
    seg_random_init(&random, 5 + keep);
    rows_init(&rows, ROWS);
    fill(&rows, &crowd, &random);
    seg_memory_budget_init(&budget, 0);
    seg_spill_file_init(&spill, NULL);
    runs_init(&runs, &rows, &budget, &spill, keep, MORSEL);
    assert_int_equal(seg_gather_init(&gather, &runs.layout, 0, KEYS, &error), SEG_OK);
    assert_int_equal(seg_large_partition_begin(&large, &runs, 0, 7, KEYS, WINDOW, &error), SEG_OK);
    struct walk walk = {.rows = &rows};
    uint64_t found = 0;
    bool end = false;
    for (;;) {
      assert_int_equal(seg_large_partition_next(&large, &window, &end, &error), SEG_OK);
      if (end)
        break;
      assert_int_equal(seg_gather_reserve(&gather, window.rows, &error), SEG_OK);
      assert_int_equal(seg_gather_run(&gather, window.slices, window.slice_count, window.first_key,
                                      window.key_count, &error),
                       SEG_OK);
      assert_int_equal(gather.count, window.rows);
      assert_true(large.byte_capacity < WINDOW); // slices are a part of the window
      assert_true(seg_gather_bytes(&runs.layout, 0, window.rows / 64 * 64) < WINDOW);
      check_window(&walk, &gather, &window);
      found += window.rows;
    }
    assert_int_equal(found, ROWS);
    assert_int_equal(walk.key, KEYS);
    assert_true(walk.going_on > 3); // the huge one
    assert_true(walk.windows > walk.going_on + 4);
    seg_large_partition_end(&large);
    seg_gather_deinit(&gather);
    seg_event_runs_deinit(&runs);
    seg_spill_file_deinit(&spill);
    rows_deinit(&rows);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(stores_do_not_depend_on_memory),
                                     cmocka_unit_test(windows_are_as_small_as_asked)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
