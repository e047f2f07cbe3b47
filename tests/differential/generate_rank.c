// Places among all customers.
#include "tests/differential/generate.h"

static bool compares_customers(const struct generator *generator, const struct term *term) {
  if (term->kind == TERM_RANK || term->kind == TERM_TOP)
    return true;
  if (term->kind == TERM_METRIC)
    return compares_customers(generator, generator->model->metrics[term->metric].value);
  for (uint32_t i = 0; i < term->operand_count; i++)
    if (compares_customers(generator, term->operands[i]))
      return true;
  return false;
}

bool generate_is_ordered(const struct generator *generator, const struct term *term) {
  switch (term->type.kind) {
  case SEG_TYPE_INT:
  case SEG_TYPE_NUMBER:
  case SEG_TYPE_MONEY:
  case SEG_TYPE_AMOUNT:
  case SEG_TYPE_DATE:
  case SEG_TYPE_TIMESTAMP:
    return term->kind != TERM_LITERAL && !compares_customers(generator, term);
  case SEG_TYPE_BOOL:
  case SEG_TYPE_TEXT:
  case SEG_TYPE_ENUM:
  case SEG_TYPE_KIND_COUNT: break;
  }
  return false;
}

static struct term *around(struct generator *generator, enum term_kind kind,
                           enum seg_type_kind type, struct term *value) {
  struct term *term = model_term(generator->model, kind, (struct model_type){.kind = type});
  term->operand_count = 1;
  term->operands[0] = value;
  return term;
}

struct term *generate_rank(struct generator *generator, struct term *value) {
  static const uint32_t parts[] = {2, 3, 4, 5, 10, 100, 10000};
  uint32_t count = parts[pick(generator, sizeof parts / sizeof *parts)];
  struct term *term = around(generator, TERM_RANK, SEG_TYPE_INT, value);
  switch (pick(generator, 3)) {
  case 0: term->text = model_text(generator->model, "ntile(%u, ", count); break;
  case 1:
    term->text = model_text(generator->model, "quantile_band(%u, ", count);
    term->optional = value->optional;
    break;
  default: term->text = "percentile_rank("; term->type.kind = SEG_TYPE_NUMBER;
  }
  return term;
}

struct term *generate_top(struct generator *generator, struct term *value) {
  static const char *const calls[] = {"top(10%, ", "top(0.1%, ",  "top(50%, ", "top(99.999%, ",
                                      "top(1, ",   "top(2, ",     "top(7, ",   "top(0.25, ",
                                      "top(33%, ", "top(100000, "};
  static const char *const shares[] = {"top_share(80%, ", "top_share(0.1%, ",
                                       "top_share(33.3333%, ", "top_share(99.9999%, "};
  struct term *term = around(generator, TERM_TOP, SEG_TYPE_BOOL, value);
  bool adds_up = value->type.kind == SEG_TYPE_INT || value->type.kind == SEG_TYPE_MONEY;
  bool average = value->kind == TERM_AGGREGATE || value->kind == TERM_METRIC;
  term->text = adds_up && !average && chance(generator, 40)
                   ? shares[pick(generator, sizeof shares / sizeof *shares)]
                   : calls[pick(generator, sizeof calls / sizeof *calls)];
  return term;
}

struct term *generate_rank_test(struct generator *generator, const struct scope *scope) {
  static const char *const signs[] = {"=", "<", "<=", ">", ">="};
  struct term *value = generate_value(generator, scope, pick(generator, 4) / 2);
  if (value == NULL || !generate_is_ordered(generator, value))
    return NULL;
  if (chance(generator, 50))
    return generate_top(generator, value);
  struct term *rank = generate_rank(generator, value);
  bool share = rank->type.kind == SEG_TYPE_NUMBER;
  struct term *limit = model_term(generator->model, TERM_LITERAL, rank->type);
  limit->text = share ? model_text(generator->model, "%u%%", pick(generator, 101))
                      : model_text(generator->model, "%u", 1 + pick(generator, 4));
  struct term *term = around(generator, TERM_COMPARE, SEG_TYPE_BOOL, rank);
  term->operands[term->operand_count++] = limit;
  term->sign = signs[share ? 1 + pick(generator, 4) : pick(generator, 5)];
  return term;
}
