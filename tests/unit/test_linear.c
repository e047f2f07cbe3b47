// compiler/prove/linear.h: counts, sums and averages that contradict each other by inequalities
// alone. By hand, and at random: who is refuted must be nobody for the prover, and whom a solution
// describes must be somebody for the rules. The seed is printed; SEGC_SEED repeats it.
#include "compiler/prove/days.h"
#include "compiler/prove/linear.h"
#include "compiler/reference/evaluate.h"
#include "runtime/time/civil.h"
#include "tests/support/random.h"
#include "tests/unit/verdict_case.h"

static const char shop[] =
    "segc 1\ntimezone: \"UTC\"\ncurrency: EUR\ncustomer from \"customers\" key id { age: int }\n"
    "event purchase from \"purchases\" by id at day { amount: money  channel: one of (\"web\", "
    "\"store\", \"app\")  items: int? }\n"
    "event order from \"orders\" by id at day { worth: money  pieces: int  shipped: timestamp  "
    "where "
    "worth > 0 }\n";

enum { MOST_CONDITIONS = 40 };

/** A segment a condition. */
struct linear_case {
  struct seg_pipeline pipeline;
  struct seg_prover prover;
  struct seg_linear *linear;
  const struct seg_node *conditions[MOST_CONDITIONS];
  uint32_t count;
};

static void begin(struct linear_case *test, const char *const *conditions, uint32_t count) {
  struct seg_error error = {0};
  char *text = NULL;
  size_t size = 0;
  uint32_t file;
  FILE *out = open_memstream(&text, &size);
  fputs(shop, out);
  for (uint32_t i = 0; i < count; i++)
    fprintf(out, "segment s%u { when: %s }\n", (unsigned)i, conditions[i]);
  fclose(out);
  seg_pipeline_init(&test->pipeline);
  test->pipeline.sema_options.allow_no_decision = true;
  assert_int_equal(seg_source_map_add(&test->pipeline.map, seg_str_view("a.seg"),
                                      (struct seg_str){text, size}, &file, &error),
                   SEG_OK);
  assert_int_equal(seg_pipeline_run(&test->pipeline, SEG_PASS_SEMA, &error), SEG_OK);
  if (test->pipeline.sink.errors > 0)
    seg_diagnostics_write(&test->pipeline.sink, &test->pipeline.map, SEG_FORMAT_HUMAN, false,
                          stderr);
  assert_int_equal(test->pipeline.sink.errors, 0);
  test->count = count;
  for (uint32_t i = 0; i < count; i++)
    test->conditions[i] = test->pipeline.program.segments[i].when;
  seg_prover_init(&test->prover, &test->pipeline.program, SEG_PROVE_USUAL_BUDGET);
  assert_int_equal(seg_linear_new(&test->prover, test->conditions, count, &test->linear, &error),
                   SEG_OK);
  free(text);
}

static void end(struct linear_case *test) {
  seg_linear_free(test->linear);
  seg_prover_deinit(&test->prover);
  seg_pipeline_deinit(&test->pipeline);
}

/** Signs of all conditions: those of `negated` must not hold. Is it refuted, by how many? */
static uint32_t refute(const char *const *conditions, uint32_t count, uint32_t negated) {
  struct linear_case test;
  uint32_t signs[MOST_CONDITIONS], core[MOST_CONDITIONS], loosest[MOST_CONDITIONS], size = 0;
  begin(&test, conditions, count);
  for (uint32_t i = 0; i < count; i++)
    signs[i] = 2 * i + (negated >> i & 1);
  if (test.linear == NULL || !seg_linear_refutes(test.linear, signs, count, core, loosest, &size))
    size = 0;
  end(&test);
  return size;
}

// Each sum is one of parts that the other conditions bound.
static void contradictions(void **state) {
  (void)state;
  static const char *const windows[] = {"count(purchase) within 30d >= 3",
                                        "count(purchase) within 90d >= 2",
                                        "sum(purchase.amount) within 7d < 5"};
  assert_int_equal(refute(windows, 3, 2), 2); // not 2 in 90 days: no 3 in 30
  assert_int_equal(refute(windows, 3, 0), 0);
  // Three channels are all there are.
  static const char *const channels[] = {"sum(purchase[channel = \"web\"].amount) ever > 10",
                                         "sum(purchase[channel = \"app\"].amount) ever > 10",
                                         "sum(purchase[channel = \"store\"].amount) ever >= 0",
                                         "sum(purchase.amount) ever > 20"};
  assert_int_equal(refute(channels, 4, 8), 4);
  assert_int_equal(refute(channels, 3, 0), 0);
  // One event in 30 days, and it is in the last 7: the sums are equal.
  static const char *const alone[] = {"sum(purchase.amount) within 7d >= 89",
                                      "sum(purchase.amount) within 30d >= 84",
                                      "count(purchase) within 30d >= 2"};
  assert_int_equal(refute(alone, 3, 6), 3);
  assert_int_equal(refute(alone, 3, 2), 0); // with two, the older one may be a refund
  // At most 224 at 100 or more each are two; 105 at 97 or less each are two: the same ones.
  static const char *const averages[] = {
      "sum(purchase.amount) within 7d < 105", "sum(purchase.amount) within 30d >= 224",
      "avg(purchase.amount) within 30d < 100", "avg(purchase.amount) within 7d > 97"};
  assert_int_equal(refute(averages, 4, 15), 4);
  assert_int_equal(refute(averages, 4, 11), 0);
  // An average of no event is neither above nor not above 5; a sum of none is 0.
  static const char *const none[] = {"avg(purchase.items) ever > 5", "count(purchase) ever = 0",
                                     "avg(purchase.items) ever <= 5",
                                     "sum(purchase.items) ever > 0"};
  assert_int_equal(refute(none, 2, 0), 2);
  assert_int_equal(refute(none, 3, 5), 0);
  assert_int_equal(refute(none, 4, 5), 2);
  // `where worth > 0`: every order brings a cent, and a longer window no less.
  static const char *const worth[] = {"sum(order.worth) within 30d < 0.03",
                                      "count(order) within 7d >= 3", "sum(order.pieces) ever < -9"};
  assert_int_equal(refute(worth, 3, 0), 2);
  assert_int_equal(refute(worth, 3, 1), 0);
}

/** The loosest conditions that contradict each other as two do. */
static void assert_loosest(const char *const *conditions, uint32_t count, const uint32_t *signs,
                           const uint32_t *expected) {
  struct linear_case test;
  uint32_t core[2], loosest[2], size = 0;
  begin(&test, conditions, count);
  assert_true(seg_linear_refutes(test.linear, signs, 2, core, loosest, &size));
  assert_int_equal(size, 2);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(core[i], signs[i]);
    assert_int_equal(loosest[i], expected[i]);
  }
  end(&test);
}

#define HOLDS(condition) (2 * (condition))
#define FAILS(condition) (2 * (condition) + 1)

static void loosest(void **state) {
  (void)state;
  // 8 in 30 days, at most 3 in 90: at least 5 and at most 4 are a contradiction still, but neither
  // at least 3 and at most 4 is one, nor at least 5 and at most 8.
  static const char *const counts[] = {
      "count(purchase) within 30d >= 8", "count(purchase) within 30d >= 5",
      "count(purchase) within 30d >= 3", "count(purchase) within 90d < 4",
      "count(purchase) within 90d >= 5", "count(purchase) within 90d < 9"};
  assert_loosest(counts, 6, (uint32_t[]){HOLDS(0), HOLDS(3)}, (uint32_t[]){HOLDS(1), FAILS(4)});
  // A sum above 0 is one of some event, whatever it is; 0 and less say nothing of events.
  static const char *const sums[] = {"sum(purchase.amount) ever >= 50",
                                     "sum(purchase.amount) ever >= 0", "count(purchase) ever < 1",
                                     "sum(purchase.amount) ever > 10", "count(purchase) ever < 3"};
  assert_loosest(sums, 5, (uint32_t[]){HOLDS(0), HOLDS(2)}, (uint32_t[]){HOLDS(3), HOLDS(2)});
  // Every order brings a cent: 9 of them more than 4, and 7 more than 6; but 9 not more than 9.
  static const char *const orders[] = {
      "count(order) within 30d >= 9", "sum(order.worth) within 30d < 0.05",
      "count(order) within 30d >= 7", "sum(order.worth) within 30d < 0.07",
      "sum(order.worth) within 30d < 0.10"};
  assert_loosest(orders, 5, (uint32_t[]){HOLDS(0), HOLDS(1)}, (uint32_t[]){HOLDS(2), HOLDS(3)});
}

static void of_another_kind(void **state) {
  (void)state;
  static const char *const others[] = {
      "age > 5", "max(purchase.amount) ever > 3", "count(purchase) in this month > 3",
      "sum(purchase.amount) within 30d > count(purchase) ever * 5 EUR"};
  assert_int_equal(refute(others, 3, 0), 0);
}

// --- at random ---

static const char *one(struct seg_random *random, const char *const *items, uint32_t count) {
  return items[seg_random_below(random, count)];
}
#define ONE(random, ...)                                                                           \
  one(random, (const char *const[]){__VA_ARGS__},                                                  \
      sizeof(const char *const[]){__VA_ARGS__} / sizeof(const char *))

static char *draw_condition(struct seg_random *random) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  bool order = seg_random_below(random, 3) == 0;
  const char *event = order ? "order" : "purchase";
  const char *filter = order ? ONE(random, "", "", "[pieces > 1]")
                             : ONE(random, "", "", "[channel = \"web\"]", "[channel = \"app\"]");
  const char *value = order ? ONE(random, "worth", "pieces") : ONE(random, "amount", "items");
  const char *kind = ONE(random, "count", "sum", "avg");
  bool money = value[0] == 'w' || value[0] == 'a';
  const char *window = ONE(random, "within 7d", "within 30d", "between 8d and 30d ago", "ever");
  const char *sign = ONE(random, ">=", ">", "<", "<=");
  if (kind[0] == 'c')
    fprintf(out, "count(%s%s) %s %s %d", event, filter, window, sign,
            (int)seg_random_below(random, 4));
  else
    fprintf(out, "%s(%s%s.%s) %s %s %d%s", kind, event, filter, value, window, sign,
            (int)seg_random_below(random, 5) - 1, money ? ONE(random, "", ".50") : "");
  fclose(out);
  return text;
}

static bool is_nobody(struct linear_case *test, const uint32_t *signs, uint32_t count,
                      bool *somebody) {
  struct seg_wanted wanted[MOST_CONDITIONS];
  struct seg_found found;
  struct seg_error error = {0};
  for (uint32_t i = 0; i < count; i++)
    wanted[i] = (struct seg_wanted){test->conditions[signs[i] / 2], signs[i] % 2};
  test->prover.any_witness = true;
  assert_int_equal(seg_prover_find(&test->prover, wanted, count, &found, &error), SEG_OK);
  bool nobody = found.existence == SEG_NOBODY;
  *somebody = found.existence == SEG_SOMEBODY;
  seg_found_deinit(&found);
  return nobody;
}

/** Whom the solution of the inequalities describes: do the rules take him? */
static bool is_taken(struct linear_case *test, const uint32_t *signs, uint32_t count) {
  struct seg_dataset dataset;
  struct seg_reference *reference;
  struct seg_arena arena;
  struct seg_error error = {0};
  struct seg_value age = {.known = true, .integer = 40};
  struct seg_row customer = {.key = seg_str_view("1"), .values = &age};
  bool made;
  seg_arena_init(&arena);
  assert_true(seg_dataset_init(&dataset, 2));
  assert_true(SEG_VEC_PUSH(&dataset.customers.rows, customer));
  assert_true(seg_linear_events(test->linear, &arena, &dataset, &made));
  for (uint32_t e = 0; e < 2; e++)
    for (size_t i = 0; i < dataset.events[e].rows.count; i++)
      dataset.events[e].rows.items[i].instant =
          dataset.events[e].rows.items[i].day * 24 * SEG_MICROSECONDS_PER_HOUR;
  assert_int_equal(
      seg_reference_new(&test->pipeline.program, &dataset, SEG_PROVE_USUAL_DAY, &reference, &error),
      SEG_OK);
  for (uint32_t i = 0; i < count && made; i++)
    made = seg_reference_condition(reference, test->conditions[signs[i] / 2], 0) !=
           (signs[i] % 2 != 0);
  seg_reference_free(reference);
  seg_dataset_deinit(&dataset);
  seg_arena_deinit(&arena);
  return made;
}

static void like_the_prover(void **state) {
  (void)state;
  enum { CONDITIONS = 24, SETS = 250, SIZE = 7 };
  struct seg_random random;
  seg_random_init(&random, seg_random_seed("SEGC_SEED", 20261123));
  char *conditions[CONDITIONS];
  struct linear_case test;
  uint32_t nobody = 0, refuted = 0, possible = 0, solved = 0, looser = 0;
  for (int i = 0; i < CONDITIONS; i++)
    conditions[i] = draw_condition(&random);
  begin(&test, (const char *const *)conditions, CONDITIONS);
  assert_non_null(test.linear);
  for (int set = 0; set < SETS; set++) {
    uint32_t signs[SIZE], core[SIZE], loosest[SIZE], size = 0;
    bool somebody;
    for (int i = 0; i < SIZE; i++)
      signs[i] = (uint32_t)seg_random_below(&random, 2 * CONDITIONS);
    nobody += is_nobody(&test, signs, SIZE, &somebody);
    possible += somebody;
    if (!seg_linear_refutes(test.linear, signs, SIZE, core, loosest, &size)) {
      solved += is_taken(&test, signs, SIZE);
      continue;
    }
    refuted++;
    assert_false(somebody);
    assert_true(size > 0 && is_nobody(&test, core, size, &somebody));
    assert_true(is_nobody(&test, loosest, size, &somebody));
    for (uint32_t i = 0; i < size; i++) {
      uint32_t only_core[2] = {core[i], loosest[i] ^ 1};
      assert_true(is_nobody(&test, only_core, 2, &somebody)); // it says no more
      looser += core[i] != loosest[i];
    }
  }
  print_message("%u of %u contradictions found\n", (unsigned)refuted, (unsigned)nobody);
  print_message("%u of %u customers found\n", (unsigned)solved, (unsigned)possible);
  print_message("%u of their conditions are looser than asked\n", (unsigned)looser);
  assert_true(refuted * 10 >= nobody * 8 && looser > 0);
  assert_true(solved <= possible && solved * 10 >= possible * 8);
  end(&test);
  for (int i = 0; i < CONDITIONS; i++)
    free(conditions[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(contradictions), cmocka_unit_test(loosest),
                                     cmocka_unit_test(of_another_kind),
                                     cmocka_unit_test(like_the_prover)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
