// Memberships that leave a run group after group: what comes out is what went in, however customers
// are spread over groups, batches and threads. The thread sanitizer looks at this.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/column/bitmap.h"
#include "runtime/run/result_groups.h"
#include "runtime/run/workers.h"

enum { CUSTOMERS = 20011, SEGMENTS = 3, CHAINS = 2, THREADS = 4, PLACES = THREADS + 2 };

/** The customers once more: what the taker was given, and where it fails. */
struct taken {
  uint64_t count;    // customers
  uint64_t fails_at; // so many of them
  uint32_t group_rows;
  bool ended; // by a group that was not full
};

/** Customer i has the key 7 i - 3, is in segment s when the bits of i * (s + 3) are odd in number,
 * and winner of chain c is i % (c + 5). */
static int64_t key_of(uint64_t i) {
  return (int64_t)(7 * i) - 3;
}

static bool is_member(uint64_t i, uint32_t segment) {
  return __builtin_popcountll(i * (segment + 3)) % 2 == 1;
}

static uint16_t winner_of(uint64_t i, uint32_t chain) {
  return (uint16_t)(i % (chain + 5));
}

static enum seg_status take(void *context, const struct seg_run_part *part,
                            struct seg_error *error) {
  struct taken *taken = context;
  assert_false(taken->ended);
  assert_in_range(part->rows, 1, taken->group_rows);
  taken->ended = part->rows < taken->group_rows;
  for (uint32_t row = 0; row < part->rows; row++) {
    uint64_t i = taken->count + row;
    assert_true(part->keys[row] == key_of(i));
    for (uint32_t s = 0; s < SEGMENTS; s++)
      assert_int_equal(seg_bitmap_test(part->members[s], row), is_member(i, s));
    for (uint32_t c = 0; c < CHAINS; c++)
      assert_int_equal(part->winners[c][row], winner_of(i, c));
  }
  for (uint32_t s = 0; s < SEGMENTS && part->rows % 64 != 0; s++) // the tail is 0
    assert_true(part->members[s][part->rows / 64] >> part->rows % 64 == 0);
  taken->count += part->rows;
  return taken->count < taken->fails_at
             ? SEG_OK
             : seg_fail(error, SEG_IO, "D005", "the disk is full after %u", (unsigned)taken->count);
}

/** Batches of so many customers, which are handed out in order. */
struct crowd {
  struct seg_result_groups groups;
  uint32_t batch_rows;
  uint64_t left_out; // a batch that is never decided: whoever should gives up instead
  _Atomic uint64_t next;
};

static void decide(struct crowd *crowd, uint64_t first, uint32_t rows) {
  uint64_t mask[64 + 1] = {0};
  uint16_t winners[64 * 64];
  int64_t keys[2 * 64 * 64];
  uint32_t rows_of_keys[64 * 64];
  for (uint32_t r = 0; r < rows; r++) {
    rows_of_keys[r] = 2 * (rows - 1 - r); // backwards, and only every other one
    keys[rows_of_keys[r]] = key_of(first + r);
  }
  seg_result_groups_put_keys(&crowd->groups, first, keys, rows_of_keys, rows);
  for (uint32_t s = 0; s < SEGMENTS; s++) {
    memset(mask, 0xa5, sizeof mask); // what lies behind the rows means nothing
    for (uint32_t r = 0; r < rows; r++)
      seg_bitmap_put(mask, r, is_member(first + r, s));
    seg_result_groups_put_members(&crowd->groups, s, first, mask, rows);
  }
  for (uint32_t c = 0; c < CHAINS; c++) {
    for (uint32_t r = 0; r < rows; r++)
      winners[r] = winner_of(first + r, c);
    seg_result_groups_put_winners(&crowd->groups, c, first, winners, rows);
  }
  seg_result_groups_decided(&crowd->groups, first, rows);
}

static void work(void *context, unsigned worker) {
  struct crowd *crowd = context;
  (void)worker;
  for (;;) {
    uint64_t batch = atomic_fetch_add(&crowd->next, 1), first = batch * crowd->batch_rows;
    if (first >= CUSTOMERS)
      return;
    uint64_t rest = CUSTOMERS - first;
    uint32_t rows = rest < crowd->batch_rows ? (uint32_t)rest : crowd->batch_rows;
    if (batch == crowd->left_out) {
      seg_result_groups_give_up(&crowd->groups);
      return;
    }
    if (seg_result_groups_wait(&crowd->groups, first, rows))
      decide(crowd, first, rows);
  }
}

static const struct seg_run_result shape = {.segment_count = SEGMENTS, .chain_count = CHAINS};

static enum seg_status run(struct taken *taken, uint32_t batch_rows, uint64_t left_out,
                           struct seg_error *error) {
  struct seg_run_taker taker = {taken->group_rows, take, taken};
  struct seg_memory_budget budget;
  struct crowd crowd = {.batch_rows = batch_rows, .left_out = left_out};
  bool begun = false;
  seg_memory_budget_init(&budget, 0);
  assert_int_equal(
      seg_result_groups_init(&crowd.groups, &taker, &shape, PLACES, &budget, &begun, error),
      SEG_OK);
  assert_true(begun);
  seg_workers_run(THREADS, work, &crowd);
  enum seg_status status = seg_result_groups_finish(&crowd.groups, error);
  seg_result_groups_deinit(&crowd.groups);
  assert_int_equal(seg_memory_budget_used(&budget), 0);
  return status;
}

static void everybody(void **state) {
  (void)state;
  static const uint32_t sizes[] = {64, 100, 512, 1000, 4096};
  for (size_t g = 1; g < sizeof sizes / sizeof *sizes; g++)
    for (size_t b = 0; b <= g; b++) {
      struct taken taken = {.group_rows = sizes[g], .fails_at = UINT64_MAX};
      struct seg_error error;
      assert_int_equal(run(&taken, sizes[b], UINT64_MAX, &error), SEG_OK);
      assert_int_equal(taken.count, CUSTOMERS);
    }
}

// Nobody waits for ever, and nothing behind the gap is taken.
static void given_up(void **state) {
  (void)state;
  struct taken taken = {.group_rows = 100, .fails_at = UINT64_MAX};
  struct seg_error error;
  assert_int_equal(run(&taken, 64, 40, &error), SEG_OK);
  assert_true(taken.count <= UINT64_C(64) * 40);
}

static void taker_fails(void **state) {
  (void)state;
  struct taken taken = {.group_rows = 512, .fails_at = 5000};
  struct seg_error error;
  assert_int_equal(run(&taken, 100, UINT64_MAX, &error), SEG_IO);
  assert_string_equal(error.message, "the disk is full after 5120");
  assert_int_equal(taken.count, 5120);
}

// Places of a group: 1,024 customers are 128 bytes a segment, 2,048 a chain, 8,192 for keys.
static void memory(void **state) {
  (void)state;
  enum { GROUP = 1024, BYTES = SEGMENTS * 128 + CHAINS * 2048 + 8192 };
  struct taken taken = {.group_rows = GROUP};
  struct seg_run_taker taker = {GROUP, take, &taken};
  struct seg_result_groups groups;
  struct seg_memory_budget budget;
  struct seg_error error;
  bool begun = true;
  seg_memory_budget_init(&budget, 2 * BYTES - 1);
  assert_int_equal(seg_result_groups_init(&groups, &taker, &shape, 2, &budget, &begun, &error),
                   SEG_OK);
  assert_false(begun);
  seg_memory_budget_init(&budget, 2 * BYTES);
  assert_int_equal(seg_result_groups_init(&groups, &taker, &shape, 2, &budget, &begun, &error),
                   SEG_OK);
  assert_true(begun);
  assert_int_equal(seg_memory_budget_used(&budget), 2 * BYTES);
  seg_result_groups_deinit(&groups);
  assert_int_equal(seg_memory_budget_used(&budget), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(everybody),
      cmocka_unit_test(given_up),
      cmocka_unit_test(taker_fails),
      cmocka_unit_test(memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
