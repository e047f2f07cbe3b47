// compiler/reference: which rows exist, and what aggregates, missing values and windows mean.
#include "tests/unit/sema_case.h"

#include "compiler/reference/evaluate.h"

static const char project[] =
    "segc 1\n"
    "timezone: \"UTC\"\n"
    "currency: EUR\n"
    "customer from \"customers\" key id { age: int? }\n"
    "event buy from \"buys\" by id at day { amount: money? order: text where amount is missing or "
    "amount > 0 unique by order }\n"
    "segment twice { when: count(buy) within 10d = 2 decision: \"a\" }\n"
    "segment spent { when: sum(buy.amount) ever = 30 decision: \"b\" }\n"
    "segment mean { when: avg(buy.amount) ever > 9.99 decision: \"c\" }\n"
    "segment young { when: age < 30 decision: \"d\" }\n"
    "segment gone { when: days_since(last(buy)) >= 5 decision: \"e\" }\n"
    "priority p: gone > twice > young otherwise rest\n";

enum { AS_OF = 20000, TWICE = 0, SPENT, MEAN, YOUNG, GONE };

// Values of a row: amount in cents (-1 = missing) and the order's number.
static void add_buy(struct seg_dataset *data, struct seg_value *values, const char *key,
                    int32_t day, int64_t cents, const char *order) {
  values[0] = (struct seg_value){.known = cents != -1, .integer = cents};
  values[1] = (struct seg_value){.known = true, .text = seg_str_view(order)};
  struct seg_row row = {.key = seg_str_view(key), .values = values, .day = day};
  assert_true(SEG_VEC_PUSH(&data->events[0].rows, row));
}

static void add_customer(struct seg_dataset *data, struct seg_value *age, const char *key) {
  struct seg_row row = {.key = seg_str_view(key), .values = age};
  assert_true(SEG_VEC_PUSH(&data->customers.rows, row));
}

static void rows_and_rules(void **state) {
  (void)state;
  struct sema_case c;
  struct seg_dataset data;
  struct seg_error error;
  struct seg_reference *reference = NULL;
  check_text(&c, project);
  if (c.sink.errors > 0)
    fail_with_reports(&c, project);
  assert_true(seg_dataset_init(&data, 1));

  struct seg_value ages[2] = {{.known = true, .integer = 29}, {.known = false}};
  add_customer(&data, &ages[0], "ann");
  add_customer(&data, &ages[1], "ben");
  struct seg_value values[8][2];
  add_buy(&data, values[0], "ann", AS_OF - 1, 1000, "o1");
  add_buy(&data, values[1], "ann", AS_OF - 10, 2000, "o2"); // the oldest day of `within 10d`
  add_buy(&data, values[2], "ann", AS_OF - 1, 9900, "o1");  // a repetition: the first one stays
  add_buy(&data, values[3], "ann", AS_OF, 5000, "o3");      // on the as-of day: has not happened
  add_buy(&data, values[4], "ann", AS_OF - 2, -500, "o4");  // dropped by `where`
  add_buy(&data, values[5], "ben", AS_OF - 11, -1, "o5");   // amount missing: counts, adds nothing
  add_buy(&data, values[6], "zoe", AS_OF - 1, 100, "o6");   // nobody knows zoe

  assert_int_equal(seg_reference_new(&c.program, &data, AS_OF, &reference, &error), SEG_OK);
  assert_int_equal(seg_reference_customer_count(reference), 2);
  assert_int_equal(seg_reference_orphan_count(reference), 1);
  // ann: two buys of 10 and 20 euros; average 15; last bought yesterday.
  assert_true(seg_reference_member(reference, TWICE, 0));
  assert_true(seg_reference_member(reference, SPENT, 0));
  assert_true(seg_reference_member(reference, MEAN, 0));
  assert_true(seg_reference_member(reference, YOUNG, 0));
  assert_false(seg_reference_member(reference, GONE, 0));
  assert_int_equal(seg_reference_winner(reference, 0, 0), 1); // twice
  // ben: one buy eleven days ago, of an unknown amount, at an unknown age.
  assert_false(seg_reference_member(reference, TWICE, 1));
  assert_false(seg_reference_member(reference, SPENT, 1));
  assert_false(seg_reference_member(reference, MEAN, 1)); // the average of nothing is missing
  assert_false(seg_reference_member(reference, YOUNG, 1));
  assert_true(seg_reference_member(reference, GONE, 1));
  assert_int_equal(seg_reference_winner(reference, 0, 1), 0); // gone
  assert_false(seg_reference_overflow(reference));
  assert_int_equal(seg_reference_status(reference, &error), SEG_OK);

  seg_reference_free(reference);
  seg_dataset_deinit(&data);
  end_case(&c);
}

static void an_overflow_is_remembered(void **state) {
  (void)state;
  struct sema_case c;
  struct seg_dataset data;
  struct seg_error error;
  struct seg_reference *reference = NULL;
  check_text(&c, "segc 1\ntimezone: \"UTC\"\n"
                 "customer from \"customers\" key id { age: int }\n"
                 "segment s { when: age < 0 and age * age > 5 decision: \"d\" }\n");
  assert_int_equal(c.sink.errors, 0);
  assert_true(seg_dataset_init(&data, 0));
  struct seg_value age = {.known = true, .integer = INT64_C(4000000000)};
  add_customer(&data, &age, "ann");
  assert_int_equal(seg_reference_new(&c.program, &data, AS_OF, &reference, &error), SEG_OK);
  // 1.6e19 is more than 2^63; that the left side is false does not hide it.
  assert_false(seg_reference_member(reference, 0, 0));
  assert_true(seg_reference_overflow(reference));
  seg_reference_free(reference);
  seg_dataset_deinit(&data);
  end_case(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_and_rules),
      cmocka_unit_test(an_overflow_is_remembered),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
