/**
 * Names: unknown, declared twice, look-alikes, circles, wrong kinds, two readings; settings.
 */
#include "compiler/sema/names.h"
#include "tests/unit/sema_case.h"

static void unknown_names_get_the_nearest_one(void **state) {
  (void)state;
  expect_rule("contry = \"DE\" and visits > 1", "E101", "contry", "`country` is spelt like it");
  expect_rule("purchses >= 2 ever", "E101", "purchses", "`purchases` is spelt like it");
  expect_rule("count(purchas) ever >= 1", "E101", "purchas", "`purchase` is spelt like it");
  expect_rule("sum(purchase.amont) ever > 1", "E101", "amont", "`amount` is spelt like it");
  expect_rule("count(purchase[chanel = \"web\"]) ever > 1", "E101", "chanel", "`channel`");
  expect_rule("zzzzzz = 1", "E101", "zzzzzz", NULL);
  expect_declared("let threshold = 3\n", "visits > treshold", "E101", "treshold",
                  "`threshold` is spelt like it");
  expect_declared("let least = 3\nlet more = lest + 1\n", "visits > more", "E101", "lest",
                  "`least` is spelt like it");
}

static void right_names_at_wrong_places_are_explained(void **state) {
  (void)state;
  expect_rule("amount > 50", "E101", "amount", "a column of the event `purchase`");
  expect_rule("count(purchase[country = \"DE\"]) ever > 1", "E101", "country",
              "a column of the customer");
  expect_rule("customer_id = \"7\"", "E101", "customer_id", "is the key");
  expect_rule("purchase >= 2", "E105", "purchase", "count(purchase)");
  expect_rule("count(purchases) ever > 1", "E105", "purchases", "by its name alone");
  expect_rule("count(country) ever > 1", "E105", "country", NULL);
  expect_rule("purchase.amount > 5", "E105", "purchase.amount", "sum(purchase.amount)");
  expect_rule("customer.city = \"Bonn\"", "E105", "customer.city", "write `city`");
  expect_rule("s", "E105", "s", "a segment");
  expect_rule("count(purchase[purchases > 1]) ever > 1", "E105", "purchases", "not a column");
  expect_rule("count(purchase[count(visit) > 1]) ever > 1", "E105", "count(visit)", NULL);
  expect_rule("purchase[channel = \"web\"] > 1", "E105", "purchase[channel = \"web\"]", "count(");
  expect_rule("count(purchase)[channel = \"web\"] ever > 1", "E105",
              "count(purchase)[channel = \"web\"]", "inside");
  expect_declared("metric both = purchases + views\n", "both[channel = \"web\"] > 1 ever", "E105",
                  "both[channel = \"web\"]", "several events");
  expect_rule("city[channel = \"web\"] = \"x\"", "E105", "city[channel = \"web\"]", "no event");
  expect_declared("event e from \"e\" by k at t { a = count(purchase) ever }\n", "opt_in", "E105",
                  "count(purchase)", NULL);
}

static void functions(void **state) {
  (void)state;
  expect_rule("day_since(joined) > 1", "E107", "day_since", "`days_since` is spelt like it");
  expect_rule("purchases() > 1", "E107", "purchases", "by its name alone");
  expect_rule("days_since(joined, joined) > 1", "E206", "days_since(joined, joined)", NULL);
  expect_rule("count() ever > 1", "E206", "count()", NULL);
  expect_rule("count(purchase.amount) ever > 1", "E206", "purchase.amount", "count(purchase)");
  expect_rule("sum(purchase) ever > 1", "E206", "purchase", "sum(purchase.order_id)");
  expect_rule("sum(purchase.amount[channel = \"web\"]) ever > 1", "E206",
              "purchase.amount[channel = \"web\"]", "before the column");
  expect_rule("sum(purchase.amount * 2) ever > 1", "E206", "purchase.amount * 2", "declaration");
}

static void constants_are_written_out(void **state) {
  (void)state;
  expect_declared("let x = visits + 1\n", "opt_in", "E208", "visits", "a `metric`");
  expect_declared("let x = purchases\n", "opt_in", "E208", "purchases", "`metric`");
  expect_declared("let x = sum(purchase.amount) ever\n", "opt_in", "E208",
                  "sum(purchase.amount) ever", NULL);
  expect_declared("let x = 2 * (visits > 3)\n", "opt_in", "E208", "visits > 3", NULL);
  // Whatever reads data or asks something: the part that does is named.
  static const char *const forms[][3] = {
      {"3 + (1 between 0 and 2)", "1 between 0 and 2", "a condition"},
      {"1 in (1, 2)", "1 in (1, 2)", "a condition"},
      {"1 is known", "1 is known", "a condition"},
      {"not true", "not true", "a condition"},
      {"true and false", "true and false", "a condition"},
      {"true or false", "true or false", "a condition"},
      {"1 else 2", "1 else 2", "a default"},
      {"purchase.amount", "purchase.amount", "read from data"},
      {"purchases[channel = \"web\"]", "purchases[channel = \"web\"]", "read from data"},
  };
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    char declaration[80], piece[120];
    snprintf(declaration, sizeof declaration, "let x = %s\n", forms[i][0]);
    snprintf(piece, sizeof piece, "`%s` is %s", forms[i][1], forms[i][2]);
    expect_declared(declaration, "opt_in", "E208", forms[i][1], piece);
  }
  expect_declared("let x = y\nlet y = z\nlet z = x\n", "opt_in", "E104", "x", "part of the circle");
  expect_declared("let x = 24h\n", "opt_in", "E201", "24h", NULL);
  expect_declared("let x = 1 EUR + 1 USD\n", "opt_in", "E203", "1 EUR + 1 USD", NULL);
  expect_declared("let Visits = 3\n", "visits > 1", "E103", "Visits", NULL);
  // A wrong constant is reported where it is declared, not at its uses.
  expect_declared("let x = visits\n", "visits > x", "E208", "visits", NULL);
}

static void constants_stand_for_literals(void **state) {
  (void)state;
  expect_right_with("let many = 3\n",
                    "purchases >= many within 90d and views between 1 and many ever");
  expect_right_with("let bad = -3\n", "visits > -bad and visits in (bad, 2 * bad)");
  expect_right_with("let low = 10.5\nlet high = 20 EUR\n", "band(aov, low, high) = 2");
  expect_right_with("let start = \"C\"\n", "starts_with(city, start) and plan = \"pro\"");
  expect_right_with("let web = \"web\"\n", "count(purchase[channel = web]) ever >= 1");
  expect_declared("let web = \"wbe\"\n", "count(purchase[channel = web]) ever >= 1", "E204", "web",
                  "\"web\"");
  expect_declared("let least = 1.234\n", "credit > least", "E205", "least", NULL);
  expect_declared("let pages = 3\n", "count(visit[page = \"a\"]) ever > pages within 3d", "E308",
                  "within 3d", NULL);
  expect_declared("let least = 1\n", "visits > least within 3d", "E304", "within 3d", NULL);
}

static void two_declarations_of_one_name(void **state) {
  (void)state;
  expect_declared("metric revenue = count(visit)\n", "opt_in", "E102", "revenue", NULL);
  expect_declared("metric visit = count(purchase)\n", "opt_in", "E102", "visit", NULL);
  expect_declared("priority s: s\n", "opt_in", "E102", "s", NULL);
  expect_declared("event e from \"e\" by k at t { a: int a: text }\n", "opt_in", "E102", "a",
                  "declared twice");
  expect_declared("event e from \"e\" by k at t { a: one of (\"x\", \"x\") }\n", "opt_in", "E102",
                  "\"x\"", NULL);
  expect_declared("priority p: s otherwise s\n", "opt_in", "E102", "s", "otherwise");
  // The output would have two columns of one name.
  expect_declared("segment Customer_ID { when: opt_in decision: \"e\" }\n", "opt_in", "E102",
                  "Customer_ID", "key");
}

static void names_that_look_alike(void **state) {
  (void)state;
  expect_declared("metric Revenue = count(visit)\n", "opt_in", "E103", "Revenue", NULL);
  expect_declared("metric r\u0435venue = count(visit)\n", "opt_in", "E103", "r\u0435venue", NULL);
  expect_declared("event e from \"e\" by k at t { a: int A: text }\n", "opt_in", "E103", "A", NULL);
  expect_declared("metric Country = count(visit)\n", "opt_in", "E103", "Country", NULL);
  // Digits stay apart from letters, and columns of two tables never meet.
  expect_right_with("metric band_10 = count(visit)\nmetric band_lo = count(visit)\n"
                    "event e from \"e\" by k at t { Country: text AMOUNT: text }\n",
                    "opt_in");
}

static void skeletons(void **state) {
  (void)state;
  struct seg_arena arena;
  seg_arena_init(&arena);
  const char *same[][2] = {{"Paypal", "\u0440\u0430ypal"}, // Cyrillic er, a
                           {"\u00c4rger", "\u00e4rger"},   // Ä, ä
                           {"\u0391B", "ab"},              // Greek Alpha
                           {"vi\u200bp", "vip"},           // zero-width space
                           {"\uff56ip", "vip"}};           // full-width v
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
    struct seg_str a = seg_name_skeleton(&arena, seg_str_view(same[i][0]));
    struct seg_str b = seg_name_skeleton(&arena, seg_str_view(same[i][1]));
    assert_true(seg_str_equal(a, b));
  }
  struct seg_str a = seg_name_skeleton(&arena, seg_str_view("\u00e4rger"));
  assert_false(seg_str_equal(a, seg_name_skeleton(&arena, seg_str_view("arger"))));
  seg_arena_deinit(&arena);
}

static void a_table_of_many_names(void **state) {
  (void)state;
  struct seg_arena arena;
  struct seg_names names;
  seg_arena_init(&arena);
  assert_true(seg_names_init(&names, &arena, 1000));
  char text[1000][12];
  uint32_t other = 0;
  for (uint32_t i = 0; i < 1000; i++) {
    snprintf(text[i], sizeof text[i], "name_%u", i);
    assert_int_equal(seg_names_add(&names, seg_str_view(text[i]), i * 3, &other), SEG_NAME_NEW);
  }
  for (uint32_t i = 0; i < 1000; i++)
    assert_int_equal(seg_names_find(&names, seg_str_view(text[i])), i * 3);
  assert_int_equal(seg_names_find(&names, seg_str_view("name_1000")), SEG_NO_NAME);
  assert_int_equal(seg_names_find_alike(&names, seg_str_view("NAME_7")), 21);
  assert_int_equal(seg_names_add(&names, seg_str_view("name_7"), 1, &other), SEG_NAME_SAME);
  assert_int_equal(other, 21);
  seg_arena_deinit(&arena);
}

static void circles(void **state) {
  (void)state;
  expect_declared("metric a = b + 1\nmetric b = c\nmetric c = a * 2\n", "a > 1 ever", "E104", "a",
                  "`b` is part of the circle");
  expect_declared("metric a = a\n", "opt_in", "E104", "a", NULL);
  expect_declared("event e from \"e\" by k at t { x = y + 1 y = x + 1 }\n", "opt_in", "E104", "x",
                  NULL);
}

static void a_column_and_a_metric_of_one_name(void **state) {
  (void)state;
  expect_declared("metric visits = count(visit) ever\n", "visits > 1", "E311", "visits",
                  "another name");
  // Where only one can be meant there is nothing to refuse.
  expect_right_with("metric amount = sum(purchase.amount)\n",
                    "count(purchase[amount > 5]) ever > 1 and amount > 5 ever");
  expect_right_with("metric visits = count(visit) ever\n", "opt_in");
}

static void customers(void **state) {
  (void)state;
  static const char head[] = "segc 1\ntimezone: \"UTC\"\n";
  char text[1000];
  snprintf(text, sizeof text, "%s", head);
  expect_one(text, "E108", "", "customer from");
  snprintf(text, sizeof text, "%scustomer from \"a\" key b { }\ncustomer from \"c\" key d { }\n",
           head);
  expect_one(text, "E108", "customer", "first here");
  snprintf(text, sizeof text, "%scustomer from e { x: int }\nevent e from \"e\" by k at t { }\n",
           head);
  expect_one(text, "E105", "x", NULL);
  snprintf(text, sizeof text, "%scustomer from f\nevent e from \"e\" by k at t { }\n", head);
  expect_one(text, "E101", "f", NULL);
  snprintf(text, sizeof text,
           "%scustomer from m\nevent e from \"e\" by k at t { }\nmetric m = count(e)\n", head);
  expect_one(text, "E105", "m", NULL);
}

static void customers_of_an_event_have_its_key(void **state) {
  (void)state;
  struct sema_case c;
  check_text(&c, "segc 1\ntimezone: \"UTC\"\ncustomer from e\nevent e from \"e\" by k at t { }\n"
                 "segment s { when: count(e) >= 1 ever decision: \"d\" }\n");
  assert_int_equal(c.sink.errors, 0);
  assert_int_equal(c.program.customer_from_event, 0);
  assert_true(seg_str_is(c.program.customer.key, "k"));
  end_case(&c);
}

static void settings(void **state) {
  (void)state;
  expect_one("segc 1\ncustomer from \"a\" key b { }\n", "E006", "", "timezone: \"Europe/Berlin\"");
  expect_one("segc 1\ntimezone: \"UTC\"\ntimezone: \"UTC\"\ncustomer from \"a\" key b { }\n",
             "E006", "timezone", "first here");
  expect_one("segc 1\ntimezone: \"UTC\"\ntimezon: \"UTC\"\ncustomer from \"a\" key b { }\n", "E006",
             "timezon", "`timezone` is spelt like it");
  expect_one("segc 1\ntimezone: \"UTC\"\ncurrency: EURO\ncustomer from \"a\" key b { }\n", "E202",
             "EURO", NULL);
  expect_one("segc 1\ntimezone: \"Europe/Berln\"\ncustomer from \"a\" key b { }\n", "E006",
             "\"Europe/Berln\"", NULL);
  expect_declared("event e from \"e\" by k at t zone \"Mars/Base\" { }\n", "opt_in", "E006",
                  "\"Mars/Base\"", NULL);
}

static void ten_mistakes_are_ten_errors(void **state) {
  (void)state;
  char *text = shop_text("metric bad = sum(purchase.amont)\n"
                         "segment a { when: bad > 1 ever and bad > 2 within 30d decision: \"a\" }\n"
                         "segment b { when: contry = \"DE\" and not (contri = \"DE\") "
                         "decision: \"b\" }\n"
                         "segment c { when: (visits + cty) * 2 > 1 decision: \"c\" }\n",
                         "plan = \"fre\" or purchases > 1");
  expect_codes(text, "E101 E101 E101 E101 E204 E307");
  free(text);
}

static void what_a_syntax_error_hides_is_no_second_error(void **state) {
  (void)state;
  expect_codes("segc 1\ntimezone: \"UTC\"\ncustomer from \"a\" key b { x: int }\n"
               "segment s { when x = 1\n decision: \"d\" }\n",
               "E003");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(unknown_names_get_the_nearest_one),
      cmocka_unit_test(right_names_at_wrong_places_are_explained),
      cmocka_unit_test(functions),
      cmocka_unit_test(constants_are_written_out),
      cmocka_unit_test(constants_stand_for_literals),
      cmocka_unit_test(two_declarations_of_one_name),
      cmocka_unit_test(names_that_look_alike),
      cmocka_unit_test(skeletons),
      cmocka_unit_test(a_table_of_many_names),
      cmocka_unit_test(circles),
      cmocka_unit_test(a_column_and_a_metric_of_one_name),
      cmocka_unit_test(customers),
      cmocka_unit_test(customers_of_an_event_have_its_key),
      cmocka_unit_test(settings),
      cmocka_unit_test(ten_mistakes_are_ten_errors),
      cmocka_unit_test(what_a_syntax_error_hides_is_no_second_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
