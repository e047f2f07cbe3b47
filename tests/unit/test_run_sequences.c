// Sequences through the whole executor: an event that is read only because it may follow another,
// rows in any order, repeated rows, runs that go to the file. The answer is a naive one.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/pipeline.h"
#include "runtime/run/run.h"
#include "runtime/time/civil.h"
#include "tests/support/random.h"

static const char rules[] =
    "segc 1\n"
    "timezone: \"UTC\"\n"
    "customer from \"customers\" key id { }\n"
    "event cart from \"carts\" by id at ts { value: int  unique by ts, value }\n"
    "event purchase from \"purchases\" by id at ts { amount: int  where amount > 0 }\n"
    "segment soon { when: count(cart[value > 50] then purchase within 6h) >= 1 ever decision: "
    "\"a\" }\n"
    "segment lost { when: count(cart without purchase[amount > 50] within 2d) >= 5 ever "
    "decision: \"b\" }\n"
    "segment again { when: count(cart then cart[value > 90] within 3d) >= 2 within 30d decision: "
    "\"c\" }\n";

enum { AS_OF = 20000, SEGMENTS = 3, CUSTOMERS = 3000, ROWS = 40000, SPREAD = 60 };

/** Rows of one event: key, instant, and the one column (`value` or `amount`). */
struct rows {
  int64_t keys[ROWS], instants[ROWS], values[ROWS];
  int32_t days[ROWS];
};

static void rows_fill(struct rows *rows, struct seg_random *random) {
  for (int64_t i = 0; i < ROWS; i++) {
    bool repeats = i > 0 && seg_random_chance(random, 10);
    int64_t old = repeats ? seg_random_between(random, 0, i - 1) : i;
    // Whole hours tie often. Everybody's, nobody's, and one busy customer's.
    rows->keys[i] = seg_random_between(random, 0, CUSTOMERS + 100);
    if (seg_random_chance(random, 5))
      rows->keys[i] = 17;
    rows->instants[i] = ((AS_OF - SPREAD) * INT64_C(24) +
                         seg_random_between(random, 0, (SPREAD + 1) * INT64_C(24) - 1)) *
                        SEG_MICROSECONDS_PER_HOUR;
    rows->values[i] = seg_random_between(random, -10, 100);
    if (repeats) {
      rows->keys[i] = rows->keys[old];
      rows->instants[i] = rows->instants[old];
      rows->values[i] = rows->values[old];
    }
    rows->days[i] = seg_civil_day_of(rows->instants[i]);
  }
}

/** Numbers of a customer's rows that exist. */
struct own {
  uint32_t count, *rows;
};

static void own_fill(struct own *own, const struct rows *rows, bool carts) {
  for (uint32_t i = 0; i < ROWS; i++) {
    if (rows->keys[i] >= CUSTOMERS || rows->days[i] >= AS_OF || (!carts && rows->values[i] <= 0))
      continue;
    struct own *list = &own[rows->keys[i]];
    bool repeated = false;
    for (uint32_t j = 0; carts && j < list->count; j++)
      repeated = repeated || (rows->instants[list->rows[j]] == rows->instants[i] &&
                              rows->values[list->rows[j]] == rows->values[i]);
    if (repeated)
      continue;
    list->rows = realloc(list->rows, (list->count + 1) * sizeof *list->rows);
    assert_non_null(list->rows);
    list->rows[list->count++] = i;
  }
}

static bool followed(const struct rows *rows, uint32_t row, const struct rows *next,
                     const struct own *own, int64_t above, int64_t hours, int32_t days) {
  for (uint32_t i = 0; i < own->count; i++) {
    uint32_t other = own->rows[i];
    int64_t gap = next->instants[other] - rows->instants[row];
    bool in_time = hours > 0 ? gap <= hours * SEG_MICROSECONDS_PER_HOUR
                             : next->days[other] - rows->days[row] <= days;
    if (gap > 0 && in_time && next->values[other] > above)
      return true;
  }
  return false;
}

static void naive(const struct rows *carts, const struct own *own_carts, const struct rows *bought,
                  const struct own *own_bought, bool *member) {
  uint32_t soon = 0, lost = 0, again = 0;
  for (uint32_t i = 0; i < own_carts->count; i++) {
    uint32_t row = own_carts->rows[i];
    soon += carts->values[row] > 50 && followed(carts, row, bought, own_bought, 0, 6, 0);
    lost += carts->days[row] + 2 < AS_OF && !followed(carts, row, bought, own_bought, 50, 0, 2);
    again += carts->days[row] >= AS_OF - 30 && followed(carts, row, carts, own_carts, 90, 0, 3);
  }
  member[0] = soon >= 1;
  member[1] = lost >= 5;
  member[2] = again >= 2;
}

/** What the plan wants to read of an event. */
static struct seg_memory_rows view(const struct rows *rows, const struct seg_plan_entity *entity,
                                   struct seg_column_view *inputs, int64_t morsel_rows) {
  for (uint32_t i = 0; i < entity->input_count; i++) {
    bool instant = entity->inputs[i].type == SEG_COLUMN_INSTANT;
    inputs[i] = (struct seg_column_view){.layout = SEG_LAYOUT_I64,
                                         .values = instant ? rows->instants : rows->values,
                                         .known = NULL,
                                         .count = ROWS};
  }
  return (struct seg_memory_rows){
      .row_count = ROWS,
      .key = {.layout = SEG_LAYOUT_I64, .values = rows->keys, .known = NULL, .count = ROWS},
      .days = {.layout = SEG_LAYOUT_I32, .values = rows->days, .known = NULL, .count = ROWS},
      .inputs = inputs,
      .morsel_rows = morsel_rows};
}

struct shop {
  struct seg_pipeline pipeline;
  int64_t ids[CUSTOMERS];
  struct rows carts, bought;
  bool member[CUSTOMERS][SEGMENTS];
};

static void shop_init(struct shop *shop) {
  struct seg_error error = {0};
  struct seg_random random;
  uint32_t file;
  seg_pipeline_init(&shop->pipeline);
  assert_int_equal(seg_source_map_add(&shop->pipeline.map, seg_str_view("shop.seg"),
                                      seg_str_view(rules), &file, &error),
                   SEG_OK);
  assert_int_equal(seg_pipeline_run(&shop->pipeline, SEG_PASS_CODEGEN, &error), SEG_OK);
  assert_true(seg_pipeline_reached(&shop->pipeline, SEG_PASS_CODEGEN));
  seg_random_init(&random, 20261123);
  rows_fill(&shop->carts, &random);
  rows_fill(&shop->bought, &random);
  struct own *carts = calloc(CUSTOMERS, sizeof *carts), *bought = calloc(CUSTOMERS, sizeof *bought);
  assert_true(carts != NULL && bought != NULL);
  own_fill(carts, &shop->carts, true);
  own_fill(bought, &shop->bought, false);
  for (int64_t c = 0; c < CUSTOMERS; c++) {
    shop->ids[c] = c;
    naive(&shop->carts, &carts[c], &shop->bought, &bought[c], shop->member[c]);
    free(carts[c].rows);
    free(bought[c].rows);
  }
  free(carts);
  free(bought);
}

static enum seg_status run(const struct shop *shop, unsigned threads, uint64_t memory,
                           int64_t morsel_rows, struct seg_run_result **result) {
  const struct seg_plan *plan = &shop->pipeline.plan;
  struct seg_error error = {0};
  struct seg_column_view inputs[2][4];
  struct seg_memory_rows customers = {
      .row_count = CUSTOMERS,
      .key = {.layout = SEG_LAYOUT_I64, .values = shop->ids, .known = NULL, .count = CUSTOMERS},
      .morsel_rows = morsel_rows};
  struct seg_memory_rows carts = view(&shop->carts, &plan->events[0], inputs[0], morsel_rows);
  struct seg_memory_rows bought = view(&shop->bought, &plan->events[1], inputs[1], morsel_rows);
  struct seg_source *customer = NULL, *events[2] = {NULL, NULL};
  assert_int_equal(seg_source_open_memory(&customers, &plan->customer, &customer, NULL), SEG_OK);
  assert_int_equal(seg_source_open_memory(&carts, &plan->events[0], &events[0], NULL), SEG_OK);
  assert_int_equal(seg_source_open_memory(&bought, &plan->events[1], &events[1], NULL), SEG_OK);
  struct seg_run_sources sources = {.customer = customer, .events = events};
  struct seg_run_options options = {.as_of = AS_OF, .threads = threads, .memory_bytes = memory};
  enum seg_status status =
      seg_run(plan, seg_code_kernels(shop->pipeline.code), &sources, &options, result, &error);
  seg_source_close(customer);
  seg_source_close(events[0]);
  seg_source_close(events[1]);
  return status;
}

static void check(const struct shop *shop, const struct seg_run_result *result) {
  assert_int_equal(result->customer_count, CUSTOMERS);
  for (uint32_t s = 0; s < SEGMENTS; s++) {
    uint64_t members = 0;
    for (int64_t c = 0; c < CUSTOMERS; c++) {
      assert_int_equal(seg_bitmap_test(result->members[s], c), shop->member[c][s]);
      members += shop->member[c][s];
    }
    assert_in_range(members, 200, CUSTOMERS - 200); // the rules tell customers apart
  }
}

static void threads_and_morsels_change_nothing(void **state) {
  static const int64_t morsels[] = {997, 0};
  for (size_t m = 0; m < 2; m++) {
    for (unsigned threads = 1; threads <= 3; threads += 2) {
      struct seg_run_result *result = NULL;
      assert_int_equal(run(*state, threads, 0, morsels[m], &result), SEG_OK);
      check(*state, result);
      seg_run_result_free(result);
    }
  }
}

static void little_memory_changes_nothing(void **state) {
  uint32_t spilled = 0;
  bool refused = false;
  for (uint64_t memory = 8 << 20; !refused; memory = memory / 4 * 3) {
    struct seg_run_result *result = NULL;
    enum seg_status status = run(*state, 2, memory, 5000, &result);
    refused = status == SEG_LIMIT;
    if (refused)
      break;
    assert_int_equal(status, SEG_OK);
    assert_true(result->peak_bytes <= memory);
    spilled += result->spilled_bytes > 0;
    check(*state, result);
    seg_run_result_free(result);
  }
  assert_true(spilled >= 2);
}

static void only_what_follows_is_read_without_a_cell(void **state) {
  const struct shop *shop = *state;
  const struct seg_plan *plan = &shop->pipeline.plan;
  assert_int_equal(plan->folds[1].cell_count, 0);
  assert_true(seg_run_reads_event(plan, 1));
}

static int setup(void **state) {
  struct shop *shop = calloc(1, sizeof *shop);
  if (shop == NULL)
    return 1;
  shop_init(shop);
  *state = shop;
  return 0;
}

static int teardown(void **state) {
  struct shop *shop = *state;
  seg_pipeline_deinit(&shop->pipeline);
  free(shop);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(threads_and_morsels_change_nothing),
      cmocka_unit_test(little_memory_changes_nothing),
      cmocka_unit_test(only_what_follows_is_read_without_a_cell),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
