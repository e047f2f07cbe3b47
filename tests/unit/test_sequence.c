// runtime/fold/sequence: which events are followed in time, against the definition read aloud.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/fold/sequence.h"
#include "tests/support/random.h"

#define HOUR INT64_C(3600000000)
#define DAY  (24 * HOUR)

enum { MOST_EVENTS = 400, MOST_CUSTOMERS = 20, WORDS = 2 };

/** Events as a gather has them, in arrays of a fixed size. */
struct events {
  uint64_t offsets[MOST_CUSTOMERS + 1];
  int32_t days[MOST_EVENTS];
  int64_t instants[MOST_EVENTS];
  uint64_t words[WORDS][MOST_EVENTS];
  uint64_t *flags[WORDS];
  void *columns[1];
  struct seg_gather gather;
};

static void events_finish(struct events *events, uint32_t customers) {
  for (uint32_t w = 0; w < WORDS; w++)
    events->flags[w] = events->words[w];
  events->columns[0] = events->instants;
  events->gather = (struct seg_gather){.count = events->offsets[customers],
                                       .offsets = events->offsets,
                                       .days = events->days,
                                       .flag_words = WORDS,
                                       .flags = events->flags,
                                       .columns = events->columns};
}

static bool has_flag(const struct events *events, uint64_t event, uint32_t flag) {
  return (events->words[flag / 64][event] >> (flag % 64) & 1) != 0;
}

/** Is the event `at` of customer `c` one that the sequence wants? Straight from plan.h. */
static bool expected(const struct seg_plan_sequence *sequence, const struct events *first,
                     const struct events *next, uint32_t c, uint64_t at,
                     const struct seg_sequence_rows *rows) {
  bool followed = false;
  for (uint64_t e = next->offsets[c]; e < next->offsets[c + 1]; e++) {
    bool later = next->instants[e] > first->instants[at];
    bool flagged = sequence->next_flag == SEG_NO_FLAG || has_flag(next, e, sequence->next_flag);
    bool in_time = sequence->in_days ? next->days[e] - first->days[at] <= sequence->limit
                                     : next->instants[e] - first->instants[at] <= sequence->limit;
    followed = followed || (later && flagged && in_time);
  }
  bool over = sequence->in_days ? first->days[at] + sequence->limit < rows->as_of
                                : first->instants[at] + sequence->limit < rows->as_of_instant;
  return sequence->without ? !followed && over : followed;
}

static void check(const struct seg_plan_sequence *sequence, struct events *first,
                  struct events *next, uint32_t customers, uint32_t flag,
                  struct seg_followers *followers) {
  struct seg_sequence_rows rows = {.gather = &first->gather,
                                   .next = &next->gather,
                                   .customers = customers,
                                   .as_of = 60,
                                   .as_of_instant = 60 * DAY};
  assert_int_equal(seg_sequence_apply(sequence, &rows, flag, followers, NULL), SEG_OK);
  for (uint32_t c = 0; c < customers; c++)
    for (uint64_t e = first->offsets[c]; e < first->offsets[c + 1]; e++)
      assert_int_equal(has_flag(first, e, flag), expected(sequence, first, next, c, e, &rows));
}

/**
 * `coarse`: instants at whole half days, so that many tie. `jumps`: the days are not in the order
 * of the instants, as where clocks go back over midnight.
 */
static void fill(struct events *events, struct seg_random *random, uint32_t customers, bool coarse,
                 bool jumps) {
  memset(events, 0, sizeof *events);
  uint64_t at = 0;
  for (uint32_t c = 0; c < customers; c++) {
    uint32_t count = seg_random_chance(random, 20) ? 0 : seg_random_below(random, 6);
    if (seg_random_chance(random, 10))
      count = 17 + seg_random_below(random, 60); // more than are sorted by insertion
    events->offsets[c] = at;
    for (uint32_t i = 0; i < count && at < MOST_EVENTS; i++, at++) {
      int64_t instant = seg_random_between(random, 0, 59 * DAY);
      if (coarse)
        instant = instant / (12 * HOUR) * 12 * HOUR;
      events->instants[at] = instant;
      events->days[at] = (int32_t)(instant / DAY);
      if (jumps && seg_random_chance(random, 30))
        events->days[at]--;
      events->words[0][at] = seg_random_next(random) & 3; // the flags of a scan
    }
  }
  events->offsets[customers] = at;
  events_finish(events, customers);
}

static struct seg_plan_sequence some_sequence(struct seg_random *random) {
  struct seg_plan_sequence sequence = {
      .next_flag = seg_random_chance(random, 50) ? SEG_NO_FLAG : seg_random_below(random, 2),
      .without = seg_random_chance(random, 50),
      .in_days = seg_random_chance(random, 50),
  };
  sequence.limit = 1 + seg_random_below(random, 20);
  if (!sequence.in_days)
    sequence.limit *= seg_random_chance(random, 50) ? 12 * HOUR : HOUR / 7;
  return sequence;
}

static void random_events_agree_with_the_definition(void **state) {
  (void)state;
  struct seg_random random;
  seg_random_init(&random, 20261122);
  static struct events first, next;
  struct seg_followers followers = {0};
  for (int round = 0; round < 3000; round++) {
    uint32_t customers = 1 + seg_random_below(&random, MOST_CUSTOMERS);
    bool coarse = seg_random_chance(&random, 60), jumps = seg_random_chance(&random, 30);
    fill(&first, &random, customers, coarse, jumps);
    fill(&next, &random, customers, coarse, jumps);
    struct seg_plan_sequence sequence = some_sequence(&random);
    uint32_t flag = seg_random_chance(&random, 50) ? 2 : 64 + seg_random_below(&random, 64);
    bool itself = seg_random_chance(&random, 25);
    check(&sequence, &first, itself ? &first : &next, customers, flag, &followers);
  }
  seg_followers_deinit(&followers);
}

static void the_flags_of_others_stay(void **state) {
  (void)state;
  static struct events events;
  memset(&events, 0, sizeof events);
  events.offsets[1] = 3;
  for (int i = 0; i < 3; i++) {
    events.instants[i] = i * HOUR;
    events.words[0][i] = UINT64_C(0x8000000000000001);
  }
  events_finish(&events, 1);
  struct seg_followers followers = {0};
  struct seg_plan_sequence sequence = {.next_flag = SEG_NO_FLAG, .limit = HOUR};
  check(&sequence, &events, &events, 1, 1, &followers);
  assert_int_equal(events.words[0][0], UINT64_C(0x8000000000000003));
  assert_int_equal(events.words[0][1], UINT64_C(0x8000000000000003));
  assert_int_equal(events.words[0][2], UINT64_C(0x8000000000000001));
  seg_followers_deinit(&followers);
}

/** One customer with half a million events in the worst order; a second of work at most. */
static void one_busy_customer_is_not_quadratic(void **state) {
  (void)state;
  enum { MANY = 500000 };
  uint64_t offsets[2] = {0, MANY};
  int32_t *days = calloc(MANY, sizeof *days);
  int64_t *instants = calloc(MANY, sizeof *instants);
  uint64_t *words = calloc(MANY, sizeof *words);
  assert_true(days != NULL && instants != NULL && words != NULL);
  for (int64_t i = 0; i < MANY; i++) {
    instants[i] = (i % 2 == 0 ? MANY - i : i) * HOUR; // falling and rising by turns
    days[i] = (int32_t)(instants[i] / DAY);
  }
  uint64_t *flags[1] = {words};
  void *columns[1] = {instants};
  struct seg_gather gather = {.count = MANY,
                              .offsets = offsets,
                              .days = days,
                              .flag_words = 1,
                              .flags = flags,
                              .columns = columns};
  struct seg_sequence_rows rows = {.gather = &gather, .next = &gather, .customers = 1};
  struct seg_followers followers = {0};
  struct seg_plan_sequence sequence = {.next_flag = SEG_NO_FLAG, .limit = 2 * HOUR};
  assert_int_equal(seg_sequence_apply(&sequence, &rows, 0, &followers, NULL), SEG_OK);
  uint64_t followed = 0;
  for (int64_t i = 0; i < MANY; i++)
    followed += words[i] & 1;
  // Even places hold the even hours MANY .. 2, odd places the odd hours 1 .. MANY - 1: each hour
  // once. All but the last have another one an hour later.
  assert_int_equal(followed, MANY - 1);
  seg_followers_deinit(&followers);
  free(days);
  free(instants);
  free(words);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_events_agree_with_the_definition),
      cmocka_unit_test(the_flags_of_others_stay),
      cmocka_unit_test(one_busy_customer_is_not_quadratic),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
