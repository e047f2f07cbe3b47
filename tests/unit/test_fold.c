// Gathering slices by customer, collapsing equal events, counting different values, and the chain
// winners that follow.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/entity/event_runs.h"
#include "runtime/filter/chain_winners.h"
#include "runtime/fold/fold_scratch.h"
#include "runtime/fold/gather.h"
#include "runtime/fold/unique.h"
#include "tests/support/random.h"

/** One kind of events for the tests: I32, I64, F64 and text columns, and flags. */
enum { COLUMNS = 4 };
static const enum seg_layout layouts[COLUMNS] = {SEG_LAYOUT_I32, SEG_LAYOUT_I64, SEG_LAYOUT_F64,
                                                 SEG_LAYOUT_TEXT};

struct rows {
  uint32_t count;
  uint32_t *rows, *customers;
  int32_t *days, *codes;
  int64_t *amounts;
  double *numbers;
  struct seg_str *texts;
  uint64_t *flags;
  const void *columns[COLUMNS];
  const uint64_t **flag_list;
};

static const char *const words[] = {"", "a", "apple", "pear", "a longer text than eight bytes"};

/** Amounts up to `largest`, negative ones too. */
static void spread_amounts(struct rows *rows, int64_t largest) {
  for (uint32_t i = 0; i < rows->count; i++)
    rows->amounts[i] = largest / rows->count * (i % 2 == 0 ? i : -(int64_t)i);
  rows->amounts[1] = -largest - 1;
  rows->amounts[2] = largest;
}

static void rows_init(struct rows *rows, uint32_t count, uint32_t flag_count) {
  *rows = (struct rows){.count = count};
  size_t room = (size_t)count + 64;
  rows->rows = calloc(room, sizeof *rows->rows);
  rows->customers = calloc(room, sizeof *rows->customers);
  rows->days = calloc(room, sizeof *rows->days);
  rows->codes = calloc(room, sizeof *rows->codes);
  rows->amounts = calloc(room, sizeof *rows->amounts);
  rows->numbers = calloc(room, sizeof *rows->numbers);
  rows->texts = calloc(room, sizeof *rows->texts);
  rows->flags = calloc(room, sizeof *rows->flags); // one bitmap, shifted for each flag
  rows->flag_list = calloc(flag_count + 1, sizeof *rows->flag_list);
  rows->columns[0] = rows->codes;
  rows->columns[1] = rows->amounts;
  rows->columns[2] = rows->numbers;
  rows->columns[3] = rows->texts;
  for (uint32_t f = 0; f < flag_count; f++)
    rows->flag_list[f] = rows->flags + (f % 2) * (room / 2);
  for (uint32_t i = 0; i < count; i++) {
    rows->rows[i] = i;
    rows->days[i] = (int32_t)i;
    rows->codes[i] = (int32_t)(i % 7) - 3;
    rows->amounts[i] = (int64_t)i * 1000000007;
    rows->numbers[i] = i / 4.0;
    rows->texts[i] = seg_str_view(words[i % 5]);
    if (i % 3 == 0)
      seg_bitmap_set(rows->flags, i);
    if (i % 4 == 0)
      seg_bitmap_set(rows->flags + room / 2, i);
  }
}

static void rows_deinit(struct rows *rows) {
  free(rows->rows);
  free(rows->customers);
  free(rows->days);
  free(rows->codes);
  free(rows->amounts);
  free(rows->numbers);
  free(rows->texts);
  free(rows->flags);
  free(rows->flag_list);
}

static struct seg_event_rows view(const struct rows *rows, int64_t number) {
  return (struct seg_event_rows){.number = number,
                                 .count = rows->count,
                                 .rows = rows->rows,
                                 .customers = rows->customers,
                                 .days = rows->days,
                                 .columns = rows->columns,
                                 .flags = rows->flag_list};
}

/** A run of the rows, gathered again as partition `partition` of the run's shift. */
struct fixture {
  struct seg_memory_budget budget;
  struct seg_spill_file spill;
  struct seg_event_runs runs;
  struct seg_run_builder builder;
  struct seg_gather gather;
};

static void fixture_init(struct fixture *fixture, uint32_t flag_count) {
  memset(fixture, 0, sizeof *fixture);
  seg_memory_budget_init(&fixture->budget, 0);
  seg_spill_file_init(&fixture->spill, NULL);
  seg_event_runs_init(&fixture->runs, COLUMNS, layouts, flag_count, &fixture->budget, UINT64_MAX,
                      &fixture->spill, NULL);
  assert_int_equal(seg_gather_init(&fixture->gather, &fixture->runs.layout, 0, 8192, NULL), SEG_OK);
}

static void fixture_deinit(struct fixture *fixture) {
  seg_gather_deinit(&fixture->gather);
  seg_run_builder_deinit(&fixture->builder);
  seg_event_runs_deinit(&fixture->runs);
  seg_spill_file_deinit(&fixture->spill);
  assert_int_equal(seg_memory_budget_used(&fixture->budget), 0);
}

static void gather_partition(struct fixture *fixture, uint32_t partition, uint32_t shift,
                             uint32_t customers, bool few) {
  struct seg_slice slices[256];
  size_t count = 0;
  uint64_t events = 0;
  for (size_t r = 0; r < fixture->runs.count; r++) {
    const struct seg_event_run *run = &fixture->runs.runs[r];
    uint32_t first, end;
    seg_event_run_stretch(run, partition, shift, &first, &end);
    for (uint32_t p = first; p < end; p++) {
      assert_true(count < 256);
      slices[count++] =
          (struct seg_slice){.bytes = run->memory.bytes + (size_t)run->byte_offsets[p] * 8,
                             .count = run->row_offsets[p + 1] - run->row_offsets[p],
                             .first_customer = p << run->shift,
                             .form = &run->form};
      events += slices[count - 1].count;
    }
  }
  assert_int_equal(seg_gather_reserve(&fixture->gather, events, NULL), SEG_OK);
  assert_int_equal((few ? seg_gather_run_few : seg_gather_run)(&fixture->gather, slices, count,
                                                               partition << shift, customers, NULL),
                   SEG_OK);
  assert_int_equal(fixture->gather.count, events);
}

// Two morsels that come in the wrong order, of different shifts: what is gathered is by customer
// and in file order, every field beside its event.
static void check_gather(uint32_t flag_count, int32_t day_step, int64_t largest) {
  struct fixture fixture;
  fixture_init(&fixture, flag_count);
  struct rows rows;
  rows_init(&rows, 3000, flag_count);
  for (uint32_t i = 0; i < rows.count; i++) {
    rows.customers[i] = i * 37 % 301;
    rows.days[i] = ((int32_t)i - 1000) * day_step;
    rows.codes[i] = (int32_t)(largest / 3) - (int32_t)(i % 7);
  }
  spread_amounts(&rows, largest);
  struct seg_event_rows first = view(&rows, 0), second = view(&rows, 1);
  first.count = 1700;
  second.count = rows.count - 1700;
  second.rows += 1700;
  second.customers += 1700;
  assert_int_equal(seg_event_runs_add(&fixture.runs, &second, 7, &fixture.builder, NULL), SEG_OK);
  assert_int_equal(seg_event_runs_add(&fixture.runs, &first, 6, &fixture.builder, NULL), SEG_OK);
  seg_event_runs_finish(&fixture.runs);
  uint32_t shift = 8, seen = 0;
  for (uint32_t p = 0; p < 2; p++) {
    uint32_t customers = p == 0 ? 256 : 301 - 256;
    gather_partition(&fixture, p, shift, customers, false);
    const struct seg_gather *gather = &fixture.gather;
    for (uint32_t c = 0; c < customers; c++) {
      int32_t before = INT32_MIN;
      for (uint64_t e = gather->offsets[c]; e < gather->offsets[c + 1]; e++, seen++) {
        uint32_t i = (uint32_t)(gather->days[e] / day_step + 1000); // the day names the row
        assert_true(gather->days[e] > before);
        before = gather->days[e];
        assert_int_equal(rows.customers[i], (p << shift) + c);
        assert_int_equal(((int32_t *)gather->columns[0])[e], rows.codes[i]);
        assert_int_equal(((int64_t *)gather->columns[1])[e], rows.amounts[i]);
        assert_true(((double *)gather->columns[2])[e] == rows.numbers[i]);
        assert_true(seg_str_equal(((struct seg_str *)gather->columns[3])[e], rows.texts[i]));
        for (uint32_t f = 0; f < flag_count; f++)
          assert_int_equal((gather->flags[f / 64][e] >> (f % 64)) & 1,
                           seg_bitmap_test(rows.flag_list[f], i));
      }
    }
    for (uint64_t e = gather->count; e % 64 != 0; e++)
      assert_int_equal(((struct seg_str *)gather->columns[3])[e].size, 0);
  }
  assert_int_equal(seen, rows.count);
  rows_deinit(&rows);
  fixture_deinit(&fixture);
}

static void gathered_events_are_by_customer_in_file_order(void **state) {
  (void)state;
  static const uint32_t flag_counts[] = {0, 1, 8, 9, 17, 33, 64, 65, 130};
  for (size_t i = 0; i < sizeof flag_counts / sizeof *flag_counts; i++)
    check_gather(flag_counts[i], 1, INT32_MAX);
}

// Where most customers have no event, those who have are listed; both ways, one after the other.
static void few_customers_are_listed(void **state) {
  (void)state;
  static const uint32_t owners[] = {200, 5, 300, 255, 5, 64, 0, 200, 5, 63};
  static const uint32_t few[] = {0, 5, 63, 64, 200, 255}, offsets[] = {0, 1, 4, 5, 6, 8, 9};
  static const int32_t days[] = {6, 1, 4, 8, 9, 5, 0, 7, 3}; // a day is the number of its row
  struct fixture fixture;
  fixture_init(&fixture, 1);
  struct rows rows;
  rows_init(&rows, 10, 1);
  for (uint32_t i = 0; i < rows.count; i++) {
    rows.customers[i] = owners[i];
    rows.days[i] = (int32_t)i;
  }
  struct seg_event_rows all = view(&rows, 0);
  assert_int_equal(seg_event_runs_add(&fixture.runs, &all, 6, &fixture.builder, NULL), SEG_OK);
  seg_event_runs_finish(&fixture.runs);
  const struct seg_gather *gather = &fixture.gather;
  for (int turn = 0; turn < 2; turn++) {
    gather_partition(&fixture, 0, 8, 256, true);
    assert_int_equal(gather->few_count, 6);
    for (uint32_t c = 0; c <= 6; c++)
      assert_int_equal(gather->offsets[c], offsets[c]);
    for (uint32_t c = 0; c < 6; c++)
      assert_int_equal(gather->few[c], few[c]);
    for (uint32_t e = 0; e < 9; e++)
      assert_int_equal(gather->days[e], days[e]);
    gather_partition(&fixture, 1, 8, 45, true); // customer 300
    assert_int_equal(gather->few_count, 1);
    assert_int_equal(gather->few[0], 44);
    assert_int_equal(gather->days[0], 2);
    gather_partition(&fixture, 0, 8, 256, false);
    assert_int_equal(gather->offsets[200], 6);
    assert_int_equal(gather->offsets[201], 8);
    assert_int_equal(gather->days[6], 0);
  }
  rows_deinit(&rows);
  fixture_deinit(&fixture);
}

// Whole numbers are as wide as those of their run need, days as far apart.
static void narrow_fields_keep_their_values(void **state) {
  (void)state;
  static const int64_t largest[] = {INT8_MAX,  INT8_MAX + 1,     INT16_MAX, INT16_MAX + 1,
                                    INT32_MAX, INT64_C(1) << 31, INT64_MAX};
  for (size_t i = 0; i < sizeof largest / sizeof *largest; i++)
    check_gather(3, i % 2 == 0 ? 1 : 100000, largest[i]);
}

static void partitions_grow_with_customers(void **state) {
  (void)state;
  assert_int_equal(seg_partition_shift(0), 6);
  assert_int_equal(seg_partition_shift(64 * 512), 6);
  assert_int_equal(seg_partition_shift(64 * 512 + 1), 7);
  assert_int_equal(seg_partition_shift(4000000000u), 13);
  assert_int_equal(seg_partition_count(0, 6), 0);
  assert_int_equal(seg_partition_count(64, 6), 1);
  assert_int_equal(seg_partition_count(65, 6), 2);
}

/** `per_customer` events for each of three customers; the code and text tell whether two are equal.
 */
static void check_unique(uint32_t per_customer, uint32_t different, bool some_missing) {
  struct fixture fixture;
  fixture_init(&fixture, 1);
  struct rows rows;
  rows_init(&rows, per_customer * 3, 1);
  memset(rows.flags, 0xff, ((size_t)rows.count + 63) / 64 * 8);
  for (uint32_t i = 0; i < rows.count; i++) {
    uint32_t value = i / 3 % different;
    rows.customers[i] = i % 3;
    rows.codes[i] = (int32_t)(value / 5);
    rows.texts[i] = seg_str_view(words[value % 5]);
    rows.numbers[i] = value % 2 == 0 ? 0.0 : -0.0; // equal numbers, so never a difference
    // Missing values are equal whatever lies under them.
    if (some_missing && value == 0) {
      seg_bitmap_clear(rows.flags, i);
      rows.codes[i] = (int32_t)i;
    }
  }
  struct seg_event_rows all = view(&rows, 0);
  assert_int_equal(seg_event_runs_add(&fixture.runs, &all, 6, &fixture.builder, NULL), SEG_OK);
  gather_partition(&fixture, 0, 6, 3, false);
  uint32_t columns[] = {0, 2, 3};
  uint32_t known[COLUMNS] = {0, UINT32_MAX, UINT32_MAX, UINT32_MAX};
  struct seg_unique_columns unique = {.count = 3, .columns = columns, .known_flag = known};
  struct seg_event_set set;
  seg_event_set_init(&set);
  assert_int_equal(seg_unique_apply(&unique, &fixture.gather, 3, &set, NULL), SEG_OK);
  uint32_t kept = per_customer < different ? per_customer : different;
  assert_int_equal(fixture.gather.count, kept * 3);
  for (uint32_t c = 0; c < 3; c++) {
    assert_int_equal(fixture.gather.offsets[c], c * kept);
    // The first of each, in file order: rows c, c + 3, c + 6, ...
    for (uint32_t k = 0; k < kept; k++)
      assert_int_equal(fixture.gather.days[c * kept + k], c + k * 3);
  }
  assert_int_equal(fixture.gather.offsets[3], kept * 3);
  seg_event_set_deinit(&set);
  rows_deinit(&rows);
  fixture_deinit(&fixture);
}

/** Conditions travel as flags: events whose flag differs are not equal, whatever else they share.
 */
static void unique_by_flags(void **state) {
  (void)state;
  for (uint32_t per_customer = 1; per_customer <= 40; per_customer += 13) {
    struct fixture fixture;
    fixture_init(&fixture, 1);
    struct rows rows;
    rows_init(&rows, per_customer * 3, 1);
    for (uint32_t i = 0; i < rows.count; i++) {
      rows.customers[i] = i % 3;
      rows.codes[i] = (int32_t)(i / 3 / 2 % 3); // 0 0 1 1 2 2 0 0 ...
      if (i / 3 % 2 == 0)                       // every other event
        seg_bitmap_clear(rows.flags, i);
      else
        seg_bitmap_set(rows.flags, i);
    }
    struct seg_event_rows all = view(&rows, 0);
    assert_int_equal(seg_event_runs_add(&fixture.runs, &all, 6, &fixture.builder, NULL), SEG_OK);
    gather_partition(&fixture, 0, 6, 3, false);
    uint32_t columns[] = {0}, flags[] = {0};
    uint32_t known[COLUMNS] = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
    struct seg_unique_columns unique = {
        .count = 1, .columns = columns, .known_flag = known, .flag_count = 1, .flags = flags};
    struct seg_event_set set;
    seg_event_set_init(&set);
    assert_int_equal(seg_unique_apply(&unique, &fixture.gather, 3, &set, NULL), SEG_OK);
    // Three codes with either flag: the first six events differ, the others repeat them.
    uint32_t kept = per_customer < 6 ? per_customer : 6;
    assert_int_equal(fixture.gather.count, kept * 3);
    for (uint32_t k = 0; k < kept; k++)
      assert_int_equal(fixture.gather.days[k], k * 3);
    seg_event_set_deinit(&set);
    rows_deinit(&rows);
    fixture_deinit(&fixture);
  }
}

static void unique_keeps_the_first(void **state) {
  (void)state;
  check_unique(1, 1, false);
  check_unique(8, 3, false);
  check_unique(8, 3, true);
  check_unique(9, 3, true);
  check_unique(5000, 1, false);
  check_unique(5000, 4999, true);
  check_unique(5000, 6000, false);
}

/** distinct over one customer: events i = 0 .. count - 1, value i % different, day i. */
static int64_t count_distinct(enum seg_layout layout, uint64_t count, uint64_t different,
                              int32_t first_day, int32_t last_day, bool odd_only,
                              struct seg_fold_scratch *scratch) {
  int32_t *days = calloc(count + 1, sizeof *days);
  int64_t *integers = calloc(count + 1, sizeof *integers);
  int32_t *codes = calloc(count + 1, sizeof *codes);
  double *numbers = calloc(count + 1, sizeof *numbers);
  struct seg_str *texts = calloc(count + 1, sizeof *texts);
  char(*bytes)[24] = calloc(count + 1, sizeof *bytes);
  uint64_t *flags = calloc(count + 1, sizeof *flags);
  for (uint64_t i = 0; i < count; i++) {
    days[i] = (int32_t)i;
    integers[i] = (int64_t)(i % different) << 40;
    codes[i] = (int32_t)(i % different);
    numbers[i] = (double)(i % different) / 8;
    snprintf(bytes[i], sizeof bytes[i], "%llu", (unsigned long long)(i % different));
    texts[i] = seg_str_view(bytes[i]);
    flags[i] = i % 2 == 1 ? 5 : 1; // flags 0 and 2
  }
  const void *columns[] = {codes, integers, numbers, texts};
  uint32_t column = layout == SEG_LAYOUT_I32   ? 0
                    : layout == SEG_LAYOUT_I64 ? 1
                    : layout == SEG_LAYOUT_F64 ? 2
                                               : 3;
  const void *words_of_flags[] = {flags};
  int32_t windows[] = {9, 0, first_day, last_day};
  struct seg_kernel_fault fault = {.kind = SEG_FAULT_NONE};
  struct seg_fold_frame frame = {.customer_count = 1,
                                 .days = days,
                                 .flags = words_of_flags,
                                 .columns = columns,
                                 .windows = windows,
                                 .scratch = scratch,
                                 .fault = &fault};
  uint32_t wanted[] = {0, 2};
  int64_t result = seg_kernel_distinct(&frame, 0, column, layout, SEG_WIDTH_FULL, SEG_WIDTH_FULL,
                                       SEG_WIDTH_FULL, 1, wanted, odd_only ? 2 : 1, 0, count, 0);
  assert_int_equal(fault.kind, SEG_FAULT_NONE);
  free(days);
  free(integers);
  free(codes);
  free(numbers);
  free(texts);
  free(bytes);
  free(flags);
  return result;
}

static void distinct_counts_different_values(void **state) {
  (void)state;
  struct seg_fold_scratch scratch;
  seg_fold_scratch_init(&scratch);
  static const enum seg_layout all[] = {SEG_LAYOUT_I32, SEG_LAYOUT_I64, SEG_LAYOUT_F64,
                                        SEG_LAYOUT_TEXT};
  for (size_t l = 0; l < 4; l++) {
    assert_int_equal(count_distinct(all[l], 0, 1, 0, 100, false, &scratch), 0);
    assert_int_equal(count_distinct(all[l], 8, 8, 0, 100, false, &scratch), 8);
    assert_int_equal(count_distinct(all[l], 9, 9, 0, 100, false, &scratch), 9);
    assert_int_equal(count_distinct(all[l], 100, 8, 0, 1000, false, &scratch), 8);
    assert_int_equal(count_distinct(all[l], 100, 9, 0, 1000, false, &scratch), 9);
    assert_int_equal(count_distinct(all[l], 5000, 777, 0, 10000, false, &scratch), 777);
    assert_int_equal(count_distinct(all[l], 5000, 5000, 100, 199, false, &scratch), 100);
    assert_int_equal(count_distinct(all[l], 5000, 5000, 100, 199, true, &scratch), 50);
    assert_int_equal(count_distinct(all[l], 5000, 5000, 1, 0, false, &scratch), 0);
  }
  seg_fold_scratch_deinit(&scratch);
}

static void distinct_is_linear(void **state) {
  (void)state;
  struct seg_fold_scratch scratch;
  seg_fold_scratch_init(&scratch);
  assert_int_equal(count_distinct(SEG_LAYOUT_I64, 2000000, 2000000, 0, INT32_MAX, false, &scratch),
                   2000000);
  seg_fold_scratch_deinit(&scratch);
}

static void sets_forget_what_was_before(void **state) {
  (void)state;
  struct seg_event_set set;
  seg_event_set_init(&set);
  assert_true(seg_event_set_begin(&set, 100));
  uint64_t at = 5 & set.mask, event;
  assert_false(seg_event_set_next(&set, 5, &at, &event));
  seg_event_set_put(&set, 5, at, 42);
  at = 5 & set.mask;
  assert_true(seg_event_set_next(&set, 5, &at, &event));
  assert_int_equal(event, 42);
  assert_true(seg_event_set_begin(&set, 10));
  at = 5 & set.mask;
  assert_false(seg_event_set_next(&set, 5, &at, &event));
  // The epoch wraps around: old slots must not come back to life.
  set.epoch = UINT32_MAX;
  assert_true(seg_event_set_begin(&set, 10));
  assert_int_equal(set.epoch, 1);
  at = 5 & set.mask;
  assert_false(seg_event_set_next(&set, 5, &at, &event));
  seg_event_set_deinit(&set);
}

static void the_first_member_wins(void **state) {
  (void)state;
  // 70 rows: member 0 matches multiples of 5, member 1 those of 3, member 2 nothing.
  uint64_t masks[3][2] = {{0}};
  for (int64_t i = 0; i < 70; i++) {
    if (i % 5 == 0)
      seg_bitmap_set(masks[0], i);
    if (i % 3 == 0)
      seg_bitmap_set(masks[1], i);
  }
  const uint64_t *members[] = {masks[0], masks[1], masks[2]};
  for (int level = SEG_VECTOR_BASELINE; level <= SEG_VECTOR_AVX512; level++) {
    const struct seg_mask_kernels *kernels = seg_mask_kernels((enum seg_vector_level)level);
    uint64_t slices[6], won[3] = {0}, unmatched = 0;
    uint16_t winners[70];
    assert_int_equal(seg_chain_slice_words(3, 70), 6);
    seg_chain_winners(kernels, members, 3, 70, slices, won, &unmatched, winners);
    for (int64_t i = 0; i < 70; i++)
      assert_int_equal(winners[i], i % 5 == 0 ? 0 : i % 3 == 0 ? 1 : SEG_CHAIN_NO_WINNER);
    assert_int_equal(won[0], 14);     // 0, 5 .. 65
    assert_int_equal(won[1], 24 - 5); // 0, 3 .. 69 without 0, 15, 30, 45, 60
    assert_int_equal(won[2], 0);
    assert_int_equal(unmatched, 70 - 14 - 19);
    // Counts add up over batches; without winners the counts are the same.
    seg_chain_winners(kernels, members, 3, 70, slices, won, &unmatched, NULL);
    assert_int_equal(won[0], 28);
    assert_int_equal(unmatched, 2 * 37);
  }
}

static void many_members_win_in_order(void **state) {
  (void)state;
  enum { MEMBERS = 700, ROWS = 1100, WORDS = (ROWS + 63) / 64 };
  uint64_t(*masks)[WORDS] = calloc(MEMBERS, sizeof *masks);
  const uint64_t *members[MEMBERS];
  uint16_t expected[ROWS], winners[ROWS];
  assert_non_null(masks);
  memset(expected, 0xff, sizeof expected);
  struct seg_random random;
  seg_random_init(&random, 20261104);
  for (uint32_t m = 0; m < MEMBERS; m++) {
    members[m] = masks[m];
    for (int64_t row = 0; row < ROWS; row++) {
      if (!seg_random_chance(&random, 1) || row % 10 == 7)
        continue;
      seg_bitmap_set(masks[m], row);
      expected[row] = expected[row] == SEG_CHAIN_NO_WINNER ? (uint16_t)m : expected[row];
    }
  }
  uint64_t *slices = calloc(seg_chain_slice_words(MEMBERS, ROWS), sizeof *slices);
  assert_non_null(slices);
  for (int level = SEG_VECTOR_BASELINE; level <= SEG_VECTOR_AVX512; level++) {
    uint64_t won[MEMBERS] = {0}, unmatched = 0, all = 0;
    seg_chain_winners(seg_mask_kernels((enum seg_vector_level)level), members, MEMBERS, ROWS,
                      slices, won, &unmatched, winners);
    assert_memory_equal(winners, expected, sizeof winners);
    for (uint32_t m = 0; m < MEMBERS; m++)
      all += won[m];
    assert_int_equal(all + unmatched, ROWS);
  }
  free(slices);
  free(masks);
}

static void held_out_winners_are_counted(void **state) {
  (void)state;
  // As above; of member 0 the even rows are held out, of member 1 the rows below 10.
  uint64_t masks[2][2] = {{0}}, held[2][2] = {{0}};
  for (int64_t i = 0; i < 70; i++) {
    seg_bitmap_put(masks[0], i, i % 5 == 0);
    seg_bitmap_put(masks[1], i, i % 3 == 0);
    seg_bitmap_put(held[0], i, i % 10 == 0);
    seg_bitmap_put(held[1], i, i % 3 == 0 && i < 10);
  }
  const uint64_t *members[] = {masks[0], masks[1], masks[0]};
  const uint64_t *held_out[] = {held[0], held[1], NULL};
  uint64_t unassigned[2], counts[3] = {0};
  seg_chain_held_out(members, held_out, 3, 70, unassigned, counts);
  assert_int_equal(counts[0], 7); // 0, 10 .. 60
  assert_int_equal(counts[1], 3); // 3, 6, 9; 0 is won by the first
  assert_int_equal(counts[2], 0);
}

// What is counted before a set is made is what it takes.
static void a_set_takes_what_is_counted(void **state) {
  (void)state;
  const uint64_t events[] = {0, 1, 48, 49, 96, 97, 10000, 12288, 12289, 100000};
  for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
    struct seg_event_set set;
    seg_event_set_init(&set);
    assert_true(seg_event_set_begin(&set, events[i]));
    assert_int_equal(seg_event_set_bytes(events[i]), set.capacity * sizeof *set.slots);
    assert_true(set.capacity > events[i]);
    seg_event_set_deinit(&set);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_set_takes_what_is_counted),
      cmocka_unit_test(gathered_events_are_by_customer_in_file_order),
      cmocka_unit_test(few_customers_are_listed),
      cmocka_unit_test(narrow_fields_keep_their_values),
      cmocka_unit_test(partitions_grow_with_customers),
      cmocka_unit_test(unique_keeps_the_first),
      cmocka_unit_test(unique_by_flags),
      cmocka_unit_test(distinct_counts_different_values),
      cmocka_unit_test(distinct_is_linear),
      cmocka_unit_test(sets_forget_what_was_before),
      cmocka_unit_test(the_first_member_wins),
      cmocka_unit_test(many_members_win_in_order),
      cmocka_unit_test(held_out_winners_are_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
