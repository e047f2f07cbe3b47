// runtime/fold/followers: the events of a customer in order, and where a moment lies among them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "runtime/fold/followers.h"
#include "tests/support/random.h"

enum { MOST = 40000, PROBES = SEG_FOLLOWERS_AT_ONCE };

#define DAY          INT64_C(86400000000)
#define FIRST_YEAR   (INT64_C(-719162) * DAY)
#define LAST_YEAR    (INT64_C(2932896) * DAY)
#define SOME_YEARS   (730 * DAY)
#define SOME_INSTANT INT64_C(1767225600000000)

enum kind { ANY_MOMENT, SOME_DAYS, ONE_MOMENT, RISING, ALL_YEARS, TWO_CROWDS, KIND_COUNT };

static int64_t moment(struct seg_random *random, enum kind kind, uint64_t at) {
  switch (kind) {
  case SOME_DAYS: return SOME_INSTANT + seg_random_between(random, 0, 5) * DAY;
  case ONE_MOMENT: return SOME_INSTANT;
  case RISING: return SOME_INSTANT + (int64_t)at * 1000003;
  case ALL_YEARS: return seg_random_between(random, FIRST_YEAR, LAST_YEAR);
  case TWO_CROWDS: // nearly all share a bucket
    return (seg_random_chance(random, 50) ? FIRST_YEAR : LAST_YEAR) +
           seg_random_between(random, 0, 1000);
  default: return SOME_INSTANT + seg_random_between(random, 0, SOME_YEARS);
  }
}

/** How many of the moments are not later: where the first later one lies, by its meaning. */
static uint64_t not_later(const int64_t *moments, uint64_t count, int64_t instant) {
  uint64_t found = 0;
  for (uint64_t i = 0; i < count; i++)
    found += moments[i] <= instant;
  return found;
}

static void check(struct seg_followers *followers, struct seg_random *random, enum kind kind,
                  uint64_t count) {
  static int64_t moments[MOST];
  static int64_t days[MOST];
  int64_t moments_sum = 0, order_sum = 0;
  assert_int_equal(seg_followers_reserve(followers, count, MOST, NULL), SEG_OK);
  followers->count = count;
  for (uint64_t i = 0; i < count; i++) {
    moments[i] = moment(random, kind, i);
    days[i] = moments[i] / DAY - seg_random_between(random, 0, 1);
    followers->items[i] = (struct seg_follower){.instant = moments[i], .day = days[i]};
    moments_sum += moments[i] / 1000 % 1000003;
  }
  seg_followers_finish(followers, kind == RISING || kind == ONE_MOMENT);
  for (uint64_t i = 0; i < count; i++) {
    const struct seg_follower *item = &followers->items[i];
    order_sum += item->instant / 1000 % 1000003;
    if (i > 0) {
      assert_true(item[-1].instant <= item->instant);
      assert_true(item[-1].day <= item->day);
    }
  }
  assert_int_equal(order_sum, moments_sum);
  int64_t probes[PROBES] = {FIRST_YEAR - 1, LAST_YEAR + DAY};
  uint64_t found[PROBES];
  for (int p = 2; p < PROBES; p++)
    probes[p] = (count == 0 ? 0 : moments[seg_random_below(random, (uint32_t)count)]) +
                seg_random_between(random, -1, 1);
  seg_followers_find(followers, probes, PROBES, found);
  for (int p = 0; p < PROBES; p++) {
    assert_int_equal(found[p], not_later(moments, count, probes[p]));
    int64_t least = INT64_MAX; // of all that are later
    for (uint64_t i = 0; i < count; i++)
      least = moments[i] > probes[p] && days[i] < least ? days[i] : least;
    if (found[p] < count)
      assert_int_equal(followers->items[found[p]].day, least);
  }
}

static void moments_are_found_in_every_order(void **state) {
  (void)state;
  static const uint64_t counts[] = {0, 1, 2, 17, 4095, 4096, 4100, MOST};
  struct seg_random random;
  seg_random_init(&random, 20261123);
  struct seg_followers followers = {0}; // one for all, so that what was before is seen to be gone
  for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
    for (int kind = 0; kind < KIND_COUNT; kind++)
      check(&followers, &random, (enum kind)kind, counts[c]);
  for (int round = 0; round < 50; round++)
    check(&followers, &random, (enum kind)seg_random_below(&random, KIND_COUNT),
          seg_random_below(&random, 6000));
  seg_followers_deinit(&followers);
}

static void memory_is_what_was_counted(void **state) {
  (void)state;
  struct seg_followers followers = {0};
  assert_int_equal(seg_followers_reserve(&followers, 30000, MOST, NULL), SEG_OK);
  followers.count = 30000;
  for (uint64_t i = 0; i < followers.count; i++)
    followers.items[i] = (struct seg_follower){.instant = (int64_t)(i * 977)};
  seg_followers_finish(&followers, true);
  assert_true(followers.bucket_count > 1000);
  uint64_t bytes = 2 * followers.capacity * sizeof *followers.items +
                   followers.bucket_capacity * sizeof *followers.starts;
  assert_true(bytes <= (uint64_t)MOST * SEG_FOLLOWER_BYTES);
  seg_followers_deinit(&followers);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moments_are_found_in_every_order),
      cmocka_unit_test(memory_is_what_was_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
