// The parser on programs without mistakes: precedence, literals, declarations, spans and numbers.
#include "tests/unit/parse_program.h"

// --- precedence ----------------------------------------------------------------------------------

static const struct {
  const char *text, *tree;
} shapes[] = {
    // or, and, not, comparison, else, + -, * /, unary -, postfix: loosest first
    {"a or b and c", "(or a (and b c))"},
    {"a and b or c", "(or (and a b) c)"},
    {"a and b or c and d", "(or (and a b) (and c d))"},
    {"not a and b", "(and (not a) b)"},
    {"not a or b", "(or (not a) b)"},
    {"not a = b", "(not (= a b))"},
    {"not not a", "(not (not a))"},
    {"a = b and c != d", "(and (= a b) (!= c d))"},
    {"a < b < c", "(< (< a b) c)"},
    {"a >= b = c", "(= (>= a b) c)"},
    {"x else 0 > 5", "(> (else x 0) 5)"},
    {"5 <= x else 0", "(<= 5 (else x 0))"},
    {"x else 1 + 2", "(else x (+ 1 2))"},
    {"x else y else z", "(else (else x y) z)"},
    {"1 + 2 * 3", "(+ 1 (* 2 3))"},
    {"1 * 2 + 3", "(+ (* 1 2) 3)"},
    {"1 - 2 - 3", "(- (- 1 2) 3)"},
    {"1 / 2 / 3", "(/ (/ 1 2) 3)"},
    {"1 - -2", "(- 1 (negate 2))"},
    {"-a * b", "(* (negate a) b)"},
    {"- - a", "(negate (negate a))"},
    {"-a.b", "(negate (.b a))"},
    {"-a ever", "(negate (windowed a))"},
    {"a + b ever", "(+ a (windowed b))"},
    {"a.b[c].d", "(.d (filter (.b a) c))"},
    {"(a or b) and c", "(and (paren (or a b)) c)"},
    {"((a))", "(paren (paren a))"},
    {"a between 1 and 2 and b", "(and (between a 1 2) b)"},
    {"a between 1 + 2 and 3 else 4 or b", "(or (between a (+ 1 2) (else 3 4)) b)"},
    {"a not between 1 and 2", "(not-between a 1 2)"},
    {"not a between 1 and 2", "(not (between a 1 2))"},
    {"a in (1, 2) and b", "(and (in a 1 2) b)"},
    {"a not in (1)", "(not-in a 1)"},
    {"a + 1 in (2)", "(in (+ a 1) 2)"},
    {"a is known and b is missing", "(and (known a) (missing b))"},
    {"not a is known", "(not (known a))"},
    {"f()", "(f)"},
    {"f(a, g(b))", "(f a (g b))"},
    // windows bind to the operand before them
    {"p >= 2 within 90d", "(>= p (windowed 2))"},
    {"p within 90d >= 2", "(>= (windowed p) 2)"},
    {"p between 2 and 5 within 90d", "(between p 2 (windowed 5))"},
    {"p in (1, 2) within 30d", "(windowed (in p 1 2))"},
    {"p not in (1, 2) within 30d", "(windowed (not-in p 1 2))"},
    {"(a and b) within 30d", "(windowed (paren (and a b)))"},
    {"r within 30d > 2 * r between 31d and 60d ago", "(> (windowed r) (* 2 (windowed r)))"},
    {"r between 31 and 60 ago > 1", "(> (windowed r) 1)"},
    {"r between 31 and 60", "(between r 31 60)"},
    {"r between 31 days and 60 days ago", "(windowed r)"},
    {"r within 1d within 2d", "(windowed (windowed r))"},
    {"r in 2026 > 1", "(> (windowed r) 1)"},
    {"count(e[a = 1] within 30d)", "(count (windowed (filter e (= a 1))))"},
    {"p[c = 1] >= 1 within 30d", "(>= (filter p (= c 1)) (windowed 1))"},
    {"count(a then b within 24h) ever", "(windowed (count (then a b)))"},
    {"count(a without b within 24h)", "(count (without a b))"},
    // words are names where no operator can stand
    {"then + without", "(+ then without)"},
    {"last(last)", "(last last)"},
    {"this in this month", "(windowed this)"},
    {"purchase.in + purchase.within", "(+ (.in purchase) (.within purchase))"},
    {"`and` and `or`", "(and and or)"},
    // chains are balanced, in the order written
    {"a and b and c", "(and (and a b) c)"},
    {"a and b and c and d", "(and (and a b) (and c d))"},
    {"a or b or c or d or e", "(or (or (or a b) (or c d)) e)"},
};

static void test_precedence(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    char *tree = short_form(shapes[i].text);
    if (strcmp(tree, shapes[i].tree) != 0)
      print_error("%s\n", shapes[i].text);
    assert_string_equal(tree, shapes[i].tree);
    free(tree);
  }
}

// --- literals ------------------------------------------------------------------------------------

/** The value of `metric x = TEXT`; the program is the caller's to end. */
static const struct seg_expr *parse_value(struct program *program, const char *text) {
  char source[512];
  snprintf(source, sizeof source, "metric x = %s", text);
  program_parse(program, source);
  program_expect_errors(program, 0);
  assert_non_null(program->ast.first);
  return program->ast.first->metric->value;
}

static void test_decimals(void **state) {
  static const struct {
    const char *text;
    enum seg_expr_kind kind;
    int64_t digits;
    uint8_t scale;
  } cases[] = {
      {"0", SEG_EXPR_NUMBER, 0, 0},
      {"3", SEG_EXPR_NUMBER, 3, 0},
      {"12.50", SEG_EXPR_NUMBER, 1250, 2},
      {"1_000", SEG_EXPR_NUMBER, 1000, 0},
      {"1_0.0_1", SEG_EXPR_NUMBER, 1001, 2},
      {"007", SEG_EXPR_NUMBER, 7, 0},
      {"999999999999999999", SEG_EXPR_NUMBER, 999999999999999999, 0},
      {"0000999999999999999999", SEG_EXPR_NUMBER, 999999999999999999, 0},
      {"0.000000000000000001", SEG_EXPR_NUMBER, 1, 18},
      {"5%", SEG_EXPR_PERCENT, 5, 0},
      {"12.5%", SEG_EXPR_PERCENT, 125, 1},
      {"80 EUR", SEG_EXPR_MONEY, 80, 0},
      {"12.50 USD", SEG_EXPR_MONEY, 1250, 2},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct program program;
    const struct seg_expr *value = parse_value(&program, cases[i].text);
    assert_int_equal(value->kind, cases[i].kind);
    assert_int_equal(value->decimal.digits, cases[i].digits);
    assert_int_equal(value->decimal.scale, cases[i].scale);
    program_end(&program);
  }
}

static void test_money_names_its_currency(void **state) {
  struct program program;
  (void)state;
  const struct seg_expr *value = parse_value(&program, "80 EUR");
  assert_true(seg_str_is(value->name.text, "EUR"));
  assert_int_equal(value->span.end - value->span.begin, 6);
  program_end(&program);
}

static void test_dates(void **state) {
  // Days since 1970-01-01, from the proleptic Gregorian calendar.
  static const struct {
    const char *text;
    int32_t day;
  } cases[] = {
      {"1970-01-01", 0},       {"1970-01-02", 1},       {"1969-12-31", -1},
      {"2000-02-29", 11016},   {"2000-03-01", 11017},   {"2024-12-31", 20088},
      {"0001-01-01", -719162}, {"9999-12-31", 2932896}, {"1900-03-01", -25508},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct program program;
    const struct seg_expr *value = parse_value(&program, cases[i].text);
    assert_int_equal(value->kind, SEG_EXPR_DATE);
    assert_int_equal(value->day, cases[i].day);
    program_end(&program);
  }
}

static void test_every_day_of_some_years(void **state) {
  static const int years[] = {1900, 1970, 1999, 2000, 2024, 2026};
  (void)state;
  for (size_t y = 0; y < sizeof years / sizeof *years; y++) {
    bool leap = (years[y] % 4 == 0 && years[y] % 100 != 0) || years[y] % 400 == 0;
    int good = 0;
    for (int month = 1; month <= 12; month++)
      for (int day = 1; day <= 31; day++) {
        struct program program;
        char text[64];
        snprintf(text, sizeof text, "metric x = %04d-%02d-%02d", years[y], month, day);
        program_parse(&program, text);
        good += program.sink.errors == 0;
        program_end(&program);
      }
    assert_int_equal(good, leap ? 366 : 365);
  }
}

static void test_durations_and_periods(void **state) {
  static const struct {
    const char *text;
    int64_t count;
    enum seg_unit unit;
  } durations[] = {
      {"90d", 90, SEG_UNIT_DAY},      {"2w", 2, SEG_UNIT_WEEK},   {"24h", 24, SEG_UNIT_HOUR},
      {"3m", 3, SEG_UNIT_MONTH},      {"3mo", 3, SEG_UNIT_MONTH}, {"1y", 1, SEG_UNIT_YEAR},
      {"1_000d", 1000, SEG_UNIT_DAY},
  };
  static const struct {
    const char *text;
    struct seg_period period;
  } periods[] = {
      {"2026-10", {SEG_PERIOD_MONTH, 2026, 10}},
      {"2026-Q3", {SEG_PERIOD_QUARTER, 2026, 3}},
      {"2026-W53", {SEG_PERIOD_WEEK, 2026, 53}}, // 2026 begins on a Thursday: 53 ISO weeks
      {"2020-W53", {SEG_PERIOD_WEEK, 2020, 53}}, // a leap year that begins on a Wednesday
  };
  (void)state;
  for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
    struct program program;
    const struct seg_expr *value = parse_value(&program, durations[i].text);
    assert_int_equal(value->kind, SEG_EXPR_DURATION);
    assert_int_equal(value->duration.count, durations[i].count);
    assert_int_equal(value->duration.unit, durations[i].unit);
    program_end(&program);
  }
  for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
    struct program program;
    const struct seg_expr *value = parse_value(&program, periods[i].text);
    assert_int_equal(value->kind, SEG_EXPR_PERIOD);
    assert_int_equal(value->period.kind, periods[i].period.kind);
    assert_int_equal(value->period.year, periods[i].period.year);
    assert_int_equal(value->period.part, periods[i].period.part);
    program_end(&program);
  }
}

static void test_strings(void **state) {
  static const struct {
    const char *text, *value;
  } cases[] = {
      {"\"\"", ""},
      {"\"a b\"", "a b"},
      {"\"\\\"\\\\\\n\\t\"", "\"\\\n\t"},
      {"\"\\u{e9}\\u{1F600}\"", "\xc3\xa9\xf0\x9f\x98\x80"},
      {"\"e\xcc\x81\"", "\xc3\xa9"}, // e and a combining accent become one letter (NFC)
      {"\"e\\u{301}\"", "\xc3\xa9"}, // also when escaped
      {"\"# no comment\"", "# no comment"},
      {"\"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb\"",
       "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb"}, // joined emoji stay as they are
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct program program;
    const struct seg_expr *value = parse_value(&program, cases[i].text);
    assert_int_equal(value->kind, SEG_EXPR_STRING);
    assert_true(seg_str_is(value->text, cases[i].value));
    program_end(&program);
  }
}

static void test_names(void **state) {
  static const struct {
    const char *text, *name;
  } cases[] = {
      {"a_1", "a_1"},
      {"_", "_"},
      {"Gr\xc3\xb6\xc3\x9f"
       "e",
       "Gr\xc3\xb6\xc3\x9f"
       "e"},
      {"e\xcc\x81", "\xc3\xa9"},
      {"`odd name`", "odd name"},
      {"`and`", "and"},
      {"`90d`", "90d"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct program program;
    const struct seg_expr *value = parse_value(&program, cases[i].text);
    assert_int_equal(value->kind, SEG_EXPR_NAME);
    assert_true(seg_str_is(value->name.text, cases[i].name));
    program_end(&program);
  }
}

static void test_windows(void **state) {
  struct program program;
  const struct seg_expr *value;
  (void)state;
  value = parse_value(&program, "m from 2026-01-01 through 2026-03-31");
  assert_int_equal(value->window->kind, SEG_WINDOW_FROM);
  assert_int_equal(value->window->second_day - value->window->first_day, 31 + 28 + 31 - 1);
  program_end(&program);
  value = parse_value(&program, "m between 31d and 2w ago");
  assert_int_equal(value->window->kind, SEG_WINDOW_BETWEEN);
  assert_int_equal(value->window->first.count, 31);
  assert_int_equal(value->window->second.unit, SEG_UNIT_WEEK);
  program_end(&program);
  value = parse_value(&program, "m within 90");
  assert_int_equal(value->window->first.unit, SEG_UNIT_NONE);
  assert_int_equal(value->window->span.end - value->window->span.begin, strlen("within 90"));
  program_end(&program);
  value = parse_value(&program, "m in last 3 months");
  assert_int_equal(value->window->kind, SEG_WINDOW_LAST);
  assert_int_equal(value->window->first.count, 3);
  assert_int_equal(value->window->period.kind, SEG_PERIOD_MONTH);
  program_end(&program);
  value = parse_value(&program, "count(a then b within 24h)");
  assert_int_equal(value->operands[0]->window->first.count, 24);
  assert_int_equal(value->operands[0]->window->first.unit, SEG_UNIT_HOUR);
  program_end(&program);
}

// --- declarations --------------------------------------------------------------------------------

static void test_entity(void **state) {
  struct program program;
  (void)state;
  program_parse(&program, "event line from \"lines\" by id at ts zone \"UTC\" {\n"
                          "  a: money(EUR, 4)? personal\n"
                          "  b: one of (\"x\", \"y\")\n"
                          "  c = a * 2\n"
                          "  where a > 0\n"
                          "  where c > 0\n"
                          "  unique by a, b\n"
                          "  unique by c\n"
                          "}\n");
  program_expect_errors(&program, 0);
  const struct seg_entity *line = program.ast.first->entity;
  assert_int_equal(program.ast.first->kind, SEG_DECLARE_EVENT);
  assert_true(seg_str_is(line->name.text, "line"));
  assert_true(seg_str_is(line->source.text, "lines"));
  assert_true(seg_str_is(line->key.text, "id"));
  assert_true(seg_str_is(line->time.text, "ts"));
  assert_true(seg_str_is(line->zone.text, "UTC"));
  assert_int_equal(line->column_count, 3);
  assert_true(seg_str_is(line->columns[0].type.currency.text, "EUR"));
  assert_int_equal(line->columns[0].type.scale, 4);
  assert_true(line->columns[0].type.optional && line->columns[0].personal);
  assert_true(seg_str_is(line->columns[1].type.name.text, "one of"));
  assert_int_equal(line->columns[1].type.value_count, 2);
  assert_true(seg_str_is(line->columns[1].type.values[1].text, "y"));
  assert_int_equal(line->columns[1].type.scale, -1);
  assert_non_null(line->columns[2].computed);
  assert_int_equal(line->where_count, 2);
  assert_int_equal(line->unique_count, 3);
  program_end(&program);
}

static void test_customer_forms(void **state) {
  struct program program;
  (void)state;
  program_parse(&program, "customer from purchase\ncustomer from purchase { a: int }\n"
                          "customer from \"customers\" key id { a: int }\n");
  program_expect_errors(&program, 0);
  const struct seg_declaration *d = program.ast.first;
  assert_true(seg_str_is(d->entity->event.text, "purchase"));
  assert_int_equal(d->entity->source.text.size, 0);
  assert_int_equal(d->entity->key.text.size, 0);
  d = d->next;
  assert_int_equal(d->entity->column_count, 1);
  d = d->next;
  assert_true(seg_str_is(d->entity->key.text, "id"));
  assert_int_equal(d->entity->event.text.size, 0);
  program_end(&program);
}

static void test_segment_and_chain(void **state) {
  struct program program;
  (void)state;
  program_parse(&program, "segment vip \"VIP\" { when: a decision: \"x\", y size: 5%..25% }\n"
                          "priority p: vip > b otherwise c\n"
                          "exclusive: a, b\noverlap: a with b, c\n");
  program_expect_errors(&program, 0);
  const struct seg_declaration *d = program.ast.first;
  assert_true(seg_str_is(d->segment->title.text, "VIP"));
  assert_int_equal(d->segment->clause_count, 3);
  assert_int_equal(d->segment->clauses[1].value_count, 2);
  assert_int_equal(d->segment->clauses[2].values[0]->kind, SEG_EXPR_RANGE);
  d = d->next;
  assert_int_equal(d->priority->member_count, 2);
  assert_true(seg_str_is(d->priority->otherwise.text, "c"));
  d = d->next;
  assert_int_equal(d->relation->kind, SEG_STATED_EXCLUSIVE);
  d = d->next;
  assert_int_equal(d->relation->member_count, 3);
  assert_true(seg_str_is(d->relation->members[0].text, "a"));
  program_end(&program);
}

static void test_others(void **state) {
  struct program program;
  (void)state;
  program_parse(&program, "timezone: \"UTC\"\ncurrency: EUR\nlet high = 80\nuse std.rfm\n"
                          "test \"t\" as of 1970-01-11 {\n"
                          "  purchase { at: 1970-01-01, amount: 1 EUR }\n"
                          "  expect vip\n  reject lapsing\n}\n");
  program_expect_errors(&program, 0);
  const struct seg_declaration *d = program.ast.first;
  assert_true(seg_str_is(d->setting->value.text, "UTC"));
  d = d->next->next;
  assert_true(seg_str_is(d->constant->name.text, "high"));
  d = d->next;
  assert_true(seg_str_is(d->use->module.text, "std.rfm"));
  d = d->next;
  assert_int_equal(d->test->as_of, 10);
  assert_int_equal(d->test->records[0].value_count, 2);
  assert_true(d->test->claims[0].expected && !d->test->claims[1].expected);
  program_end(&program);
}

static void test_files_share_one_tree(void **state) {
  struct program program;
  (void)state;
  program_begin(&program);
  program_add(&program, seg_str_view("segc 1\nmetric a = 1 + 2"));
  program_add(&program, seg_str_view("segc 1\nmetric b = 3"));
  program_expect_errors(&program, 0);
  assert_int_equal(program_count(&program), 2);
  assert_int_equal(program.ast.expression_count, 4);
  assert_int_equal(program.ast.last->metric->value->id, 3);
  assert_int_equal(program.ast.last->span.file, 1);
  program_end(&program);
}

// --- spans and numbers ---------------------------------------------------------------------------

static void check_node(const struct program *program, const struct seg_expr *expr, bool *seen) {
  assert_true(expr->id < program->ast.expression_count);
  assert_false(seen[expr->id]);
  seen[expr->id] = true;
  assert_true(expr->span.begin < expr->span.end);
  uint32_t depth = 0;
  for (uint32_t i = 0; i < expr->operand_count; i++) {
    const struct seg_expr *operand = expr->operands[i];
    assert_true(operand->span.begin >= expr->span.begin && operand->span.end <= expr->span.end);
    if (i > 0)
      assert_true(expr->operands[i - 1]->span.end <= operand->span.begin);
    depth = operand->depth > depth ? operand->depth : depth;
    check_node(program, operand, seen);
  }
  assert_int_equal(expr->depth, depth + 1);
}

static void test_spans_nest_and_ids_are_dense(void **state) {
  struct program program;
  (void)state;
  const char *text = "not f(a[b = 1].c, 2 EUR) + -3 within 4d >= 5 else 6 and (g in (7, 8) ever) "
                     "or h between 9 and 10 or count(x then y within 2h) is known";
  const struct seg_expr *value = parse_value(&program, text);
  bool *seen = calloc(program.ast.expression_count, sizeof *seen);
  assert_non_null(seen);
  check_node(&program, value, seen);
  for (uint32_t i = 0; i < program.ast.expression_count; i++)
    assert_true(seen[i]);
  struct seg_str whole = seg_source_map_text(&program.map, value->span);
  assert_true(seg_str_is(whole, text));
  free(seen);
  program_end(&program);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_precedence),
      cmocka_unit_test(test_decimals),
      cmocka_unit_test(test_money_names_its_currency),
      cmocka_unit_test(test_dates),
      cmocka_unit_test(test_every_day_of_some_years),
      cmocka_unit_test(test_durations_and_periods),
      cmocka_unit_test(test_strings),
      cmocka_unit_test(test_names),
      cmocka_unit_test(test_windows),
      cmocka_unit_test(test_entity),
      cmocka_unit_test(test_customer_forms),
      cmocka_unit_test(test_segment_and_chain),
      cmocka_unit_test(test_others),
      cmocka_unit_test(test_files_share_one_tree),
      cmocka_unit_test(test_spans_nest_and_ids_are_dense),
  };
  return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
