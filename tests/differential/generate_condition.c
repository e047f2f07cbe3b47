// Conditions. Negations over values that may be missing are refused by the language, so they come
// in the forms that say what is wanted: with a default, with `is known and`, with `is missing or`.
#include <assert.h>

#include "tests/differential/generate.h"

static struct term *condition(struct generator *generator, enum term_kind kind,
                              uint32_t operand_count, struct term *a, struct term *b,
                              struct term *c) {
  struct term *term =
      model_term(generator->model, kind, (struct model_type){.kind = SEG_TYPE_BOOL});
  term->operand_count = operand_count;
  term->operands[0] = a;
  term->operands[1] = b;
  term->operands[2] = c;
  term->parens = chance(generator, 10);
  return term;
}

static struct term *is_known(struct generator *generator, struct term *value, bool missing) {
  struct term *term = condition(generator, TERM_IS, 1, value, NULL, NULL);
  term->negated = missing;
  return term;
}

// `count(e) >= 1 ever`: there are events, so their average is known. With the filter and window of
// the aggregate, or without the filter, which tells too little when there is one.
static struct term *has_events(struct generator *generator, const struct term *aggregate) {
  struct term *count =
      model_term(generator->model, TERM_AGGREGATE, (struct model_type){.kind = SEG_TYPE_INT});
  *count = *aggregate;
  count->type = (struct model_type){.kind = SEG_TYPE_INT};
  count->aggregate = SEG_AGGREGATE_COUNT;
  count->operand_count = 0;
  count->optional = false;
  if (chance(generator, 5))
    count->filter = NULL;
  struct term *one = generate_literal(generator, count->type);
  one->text = "1";
  struct term *term = condition(generator, TERM_COMPARE, 2, count, one, NULL);
  term->sign = chance(generator, 50) ? ">=" : "=";
  return term;
}

static bool is_vouched_for(const struct term *value) {
  return value->kind == TERM_AGGREGATE && value->has_window &&
         (value->operand_count == 0 || !value->operands[0]->optional);
}

// The negated test, guarded where an operand may be missing.
static struct term *guarded(struct generator *generator, struct term *test) {
  bool known = chance(generator, 50);
  struct term *guards[3];
  uint32_t count = 0;
  for (uint32_t i = 0; i < test->operand_count && i < 3; i++)
    if (test->operands[i]->optional)
      guards[count++] = known && is_vouched_for(test->operands[i]) && chance(generator, 50)
                            ? has_events(generator, test->operands[i])
                            : is_known(generator, test->operands[i], !known);
  if (count == 0)
    return test;
  struct term *all = condition(generator, known ? TERM_AND : TERM_OR, 0, NULL, NULL, NULL);
  for (uint32_t i = 0; i < count; i++)
    all->operands[all->operand_count++] = guards[i];
  all->operands[all->operand_count++] = test;
  return all;
}

// `x is known and not (x < 3)`: the guard stands outside of the negation.
static struct term *guarded_not(struct generator *generator, struct term *test) {
  struct term *negation = condition(generator, TERM_NOT, 1, test, NULL, NULL);
  struct term *all = condition(generator, TERM_AND, 0, NULL, NULL, NULL);
  for (uint32_t i = 0; i < test->operand_count && i < 3; i++)
    if (test->operands[i]->optional)
      all->operands[all->operand_count++] = is_known(generator, test->operands[i], false);
  if (all->operand_count == 0)
    return negation;
  all->operands[all->operand_count++] = negation;
  return all;
}

static bool is_ordered(struct model_type type) {
  return type.kind != SEG_TYPE_ENUM && type.kind != SEG_TYPE_BOOL;
}

static bool has_equality(struct model_type type) {
  return type.kind != SEG_TYPE_NUMBER && type.kind != SEG_TYPE_AMOUNT;
}

static const char *some_sign(struct generator *generator, struct model_type type) {
  static const char *const signs[] = {"=", "!=", "<", "<=", ">", ">="};
  uint32_t first = has_equality(type) ? 0 : 2, last = is_ordered(type) ? 6 : 2;
  return signs[first + pick(generator, last - first)];
}

static bool is_average(const struct generator *generator, const struct term *term) {
  if (term->kind == TERM_METRIC)
    term = generator->model->metrics[term->metric].value;
  return term->kind == TERM_AGGREGATE && term->aggregate == SEG_AGGREGATE_AVERAGE;
}

// What a value is compared with. Averages are compared exactly with whole values, too.
static struct term *other_side(struct generator *generator, const struct scope *scope,
                               const struct term *value) {
  struct model_type type = value->type;
  bool literal = chance(generator, 70);
  if (type.kind == SEG_TYPE_INT && literal && chance(generator, 10))
    type.kind = SEG_TYPE_NUMBER;
  if (is_average(generator, value) && chance(generator, 30)) {
    type.kind = type.kind == SEG_TYPE_NUMBER ? SEG_TYPE_INT : SEG_TYPE_MONEY;
    type.scale = 0;
  }
  return literal ? generate_literal(generator, type)
                 : generate_like(generator, scope, generate_kin(generator, type));
}

static struct term *compare(struct generator *generator, const struct scope *scope,
                            struct term *value) {
  struct term *other = other_side(generator, scope, value);
  bool finer =
      other != NULL && other->kind == TERM_LITERAL && other->type.scale > value->type.scale;
  if (finer && value->type.kind == SEG_TYPE_MONEY)
    other = generate_literal(generator, value->type);
  if (other == NULL)
    return value->optional ? is_known(generator, value, false) : NULL;
  bool swapped = chance(generator, 10);
  struct term *term = swapped ? condition(generator, TERM_COMPARE, 2, other, value, NULL)
                              : condition(generator, TERM_COMPARE, 2, value, other, NULL);
  term->sign = some_sign(generator, has_equality(other->type) ? value->type : other->type);
  if (!scope->definite && chance(generator, 8))
    return term->sign[0] == '!' ? guarded(generator, term) : guarded_not(generator, term);
  return term->sign[0] == '!' ? guarded(generator, term) : term;
}

static struct term *between(struct generator *generator, struct term *value) {
  struct term *low = generate_step(generator, value->type, pick(generator, 2));
  struct term *high = generate_step(generator, value->type, 2 + pick(generator, 2));
  struct term *term = condition(generator, TERM_BETWEEN, 3, value, low, high);
  term->negated = chance(generator, 30);
  return term->negated ? guarded(generator, term) : term;
}

static struct term *in_list(struct generator *generator, struct term *value) {
  struct term *term = condition(generator, TERM_IN, 1, value, NULL, NULL);
  uint32_t count = 1 + pick(generator, 4);
  for (uint32_t i = 0; i < count; i++)
    term->operands[term->operand_count++] = generate_literal(generator, value->type);
  term->negated = chance(generator, 30);
  return term->negated ? guarded(generator, term) : term;
}

// A pattern over the letters of the pool of texts, never one that is plain.
static const char *pattern(struct generator *generator) {
  static const char *const atoms[] = {"a",       "b",     "C",     "é",      ".",  "[abc]",
                                      "[^a]",    "\\\\d", "\\\\w", "-1",     "日", "(ab|bc)",
                                      "(a|.b|)", "\\\\s", "[à-ü]", "(^a|b$)"};
  static const char *const repeats[] = {"*", "+", "?", "{2}", "{1,3}", "", "", ""};
  const char *text = "";
  uint32_t parts = 1 + pick(generator, 4);
  for (uint32_t i = 0; i < parts; i++)
    text = model_text(generator->model, "%s%s%s", text, atoms[pick(generator, 16)],
                      repeats[pick(generator, 8)]);
  return model_text(generator->model, chance(generator, 50) ? ".*%s" : "%s.*", text);
}

static struct term *text_test(struct generator *generator, struct term *value) {
  static const char *const tests[] = {"starts_with", "ends_with", "contains"};
  struct term *part = generate_literal(generator, value->type);
  struct term *term = condition(generator, TERM_TEXT_TEST, 2, value, part, NULL);
  term->text = tests[pick(generator, 3)];
  if (chance(generator, 40) && !generator->plain) {
    term->text = "matches";
    part->text = generate_quoted(generator, pattern(generator));
  }
  return term;
}

// `true` is a condition too.
static struct term *constant(struct generator *generator) {
  struct term *value = generate_literal(generator, (struct model_type){.kind = SEG_TYPE_BOOL});
  return condition(generator, TERM_TRUE, 1, value, NULL, NULL);
}

static struct term *truth(struct generator *generator, struct term *value) {
  return condition(generator, TERM_TRUE, 1, value, NULL, NULL);
}

// An aggregate or metric whose window stands behind the constant it is compared with.
static struct term *windowed_behind(struct generator *generator, const struct scope *scope) {
  struct term *value = generate_open(generator, scope);
  struct model_window window = generate_window(generator);
  bool listed = has_equality(value->type) && chance(generator, 25);
  struct term *term;
  bool constant = value->type.kind != SEG_TYPE_TIMESTAMP && value->type.kind != SEG_TYPE_BOOL;
  if ((scope->definite && value->optional) || !constant)
    return NULL;
  if (listed) {
    term = condition(generator, TERM_IN, 3, value, generate_literal(generator, value->type),
                     generate_literal(generator, value->type));
  } else {
    term = condition(generator, TERM_COMPARE, 2, value, generate_literal(generator, value->type),
                     NULL);
    do
      term->sign = some_sign(generator, value->type);
    while (value->optional && term->sign[0] == '!');
  }
  term->behind = true;
  term->window = window;
  term->parens = false;
  return term;
}

// Who has no value is never in `top`, so its negation needs a guard.
static struct term *rank_test(struct generator *generator, const struct scope *scope) {
  struct term *term = generate_rank_test(generator, scope);
  bool negates = term != NULL && term->kind == TERM_TOP && !scope->definite;
  return negates && chance(generator, 20) ? guarded_not(generator, term) : term;
}

static struct term *test_of(struct generator *generator, const struct scope *scope,
                            struct term *value) {
  if (value->optional && chance(generator, 15))
    return is_known(generator, value, chance(generator, 50));
  switch (value->type.kind) {
  case SEG_TYPE_BOOL:
    return value->veiled || chance(generator, 50) ? truth(generator, value)
                                                  : compare(generator, scope, value);
  case SEG_TYPE_TEXT:
    if (chance(generator, 45))
      return text_test(generator, value);
    return chance(generator, 30) ? in_list(generator, value) : compare(generator, scope, value);
  case SEG_TYPE_ENUM:
    return chance(generator, 40) ? in_list(generator, value) : compare(generator, scope, value);
  case SEG_TYPE_INT:
  case SEG_TYPE_MONEY:
  case SEG_TYPE_DATE:
    if (chance(generator, 15))
      return in_list(generator, value);
    return chance(generator, 20) ? between(generator, value) : compare(generator, scope, value);
  case SEG_TYPE_NUMBER:
  case SEG_TYPE_AMOUNT:
    return chance(generator, 20) ? between(generator, value) : compare(generator, scope, value);
  case SEG_TYPE_TIMESTAMP: return compare(generator, scope, value);
  case SEG_TYPE_KIND_COUNT: break;
  }
  return NULL;
}

// Under a negation nothing may be missing, and a timestamp has no constant for a default: whether
// it is known can still be asked.
static struct term *last_resort(struct generator *generator, const struct scope *scope) {
  struct scope loose = *scope;
  loose.definite = false;
  struct term *value = generate_value(generator, &loose, 0);
  return value != NULL && value->optional ? is_known(generator, value, chance(generator, 50))
                                          : NULL;
}

static struct term *listed(struct generator *generator) {
  struct term *term = condition(generator, TERM_LISTED, 0, NULL, NULL, NULL);
  term->metric = pick(generator, generator->model->list_count);
  return term;
}

static struct term *member(struct generator *generator, const struct scope *scope) {
  struct term *term = condition(generator, TERM_MEMBER, 0, NULL, NULL, NULL);
  term->metric = pick(generator, scope->segment_count);
  return term;
}

static struct term *atom(struct generator *generator, const struct scope *scope) {
  static const uint32_t depths[] = {0, 0, 0, 0, 1, 1, 2, 3};
  for (uint32_t tries = 0;; tries++) {
    struct term *term = NULL;
    if (chance(generator, 1))
      return constant(generator);
    if (scope->segments && generator->model->list_count > 0 && chance(generator, 15))
      return listed(generator);
    if (scope->segment_count > 0 && chance(generator, 15))
      return member(generator, scope);
    if (scope->rule && chance(generator, 15)) {
      term = windowed_behind(generator, scope);
    } else if (scope->rule && chance(generator, 6)) {
      term = rank_test(generator, scope);
    } else {
      struct term *value = generate_value(generator, scope, depths[pick(generator, 8)]);
      term = value != NULL ? test_of(generator, scope, value) : last_resort(generator, scope);
    }
    assert(tries < 1000); // some column can always be asked
    if (term != NULL)
      return term;
  }
}

// `(p or x is known) and not p and not (x < 3)`: no part of it is a guard, but all together are,
// which the compiler has to prove.
static struct term *implied(struct generator *generator, const struct scope *scope) {
  struct scope definite = *scope;
  definite.definite = true;
  struct term *value = generate_value(generator, scope, pick(generator, 2));
  if (value == NULL || !value->optional || value->type.kind == SEG_TYPE_BOOL)
    return NULL;
  struct term *literal = generate_literal(generator, value->type);
  if (literal == NULL)
    return NULL;
  struct term *test = condition(generator, TERM_COMPARE, 2, value, literal, NULL);
  test->sign = some_sign(generator, value->type);
  if (test->sign[0] != '!')
    test = condition(generator, TERM_NOT, 1, test, NULL, NULL);
  struct term *other = atom(generator, &definite);
  struct term *either =
      condition(generator, TERM_OR, 2, other, is_known(generator, value, false), NULL);
  struct term *neither = condition(generator, TERM_NOT, 1, other, NULL, NULL);
  return condition(generator, TERM_AND, 3, either, neither, test);
}

// `at_least(2, a, b, c)`. Fewer that hold can make the other two true: nothing in them may be
// missing.
static struct term *tally(struct generator *generator, const struct scope *scope, uint32_t depth) {
  static const char *const words[] = {"at_least", "at_most", "exactly"};
  uint32_t word = pick(generator, 3), count = 2 + pick(generator, 5);
  struct scope inside = *scope;
  inside.definite = scope->definite || word > 0;
  struct term *term = condition(generator, TERM_TALLY, 0, NULL, NULL, NULL);
  term->text = words[word];
  term->number = word == 0 ? 1 + pick(generator, count) : pick(generator, count + word - 1);
  for (uint32_t i = 0; i < count; i++)
    term->operands[term->operand_count++] = generate_condition(generator, &inside, depth - 1);
  return term;
}

struct term *generate_condition(struct generator *generator, const struct scope *scope,
                                uint32_t depth) {
  struct term *guarded_by_all = NULL;
  if (scope->segments && !scope->definite && chance(generator, 4))
    guarded_by_all = implied(generator, scope);
  if (guarded_by_all != NULL)
    return guarded_by_all;
  if (depth == 0 || chance(generator, 25))
    return atom(generator, scope);
  if (chance(generator, 20)) {
    struct scope under = *scope;
    under.definite = true;
    return condition(generator, TERM_NOT, 1, generate_condition(generator, &under, depth - 1), NULL,
                     NULL);
  }
  if (chance(generator, 12))
    return tally(generator, scope, depth);
  struct term *term =
      condition(generator, chance(generator, 55) ? TERM_AND : TERM_OR, 0, NULL, NULL, NULL);
  uint32_t count = 2 + pick(generator, depth > 1 ? 2 : 3);
  for (uint32_t i = 0; i < count; i++)
    term->operands[term->operand_count++] = generate_condition(generator, scope, depth - 1);
  return term;
}
