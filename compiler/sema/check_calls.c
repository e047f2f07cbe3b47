/**
 * Calls: functions over values (functions.def) and the way to the aggregates.
 */
#include "compiler/sema/check.h"
#include "compiler/sema/types.h"
#include "runtime/base/decimal.h"

typedef struct seg_node *(*call_function)(struct seg_check *, const struct seg_scope *,
                                          const struct seg_expr *);

// --- band ---

/** The exact value of a cut as digits / 10^scale, in the currency of `x` or bare. */
static bool exact_cut(struct seg_check *check, const struct seg_node *x,
                      const struct seg_node *cut) {
  bool exact = cut->type.kind == SEG_TYPE_INT || cut->type.kind == SEG_TYPE_MONEY;
  if (!seg_is_literal(cut)) {
    seg_report(check->sink, SEG_DIAG_BAND_CUTS, cut->span, "a cut of `band` is a constant");
    return false;
  }
  if (seg_mixed_currency(check, cut->span, x, cut))
    return false;
  bool money_cut = exact && cut->type.currency.size > 0;
  bool fits = x->type.kind == SEG_TYPE_DATE ? cut->type.kind == SEG_TYPE_DATE
                                            : (exact && (!money_cut || x->type.currency.size > 0));
  if (fits)
    return true;
  char is[SEG_TYPE_TEXT_SIZE], of[SEG_TYPE_TEXT_SIZE];
  seg_report(check->sink, SEG_DIAG_BAND_CUTS, cut->span, "%s cannot cut %s",
             seg_type_phrase(cut, is, sizeof is), seg_type_phrase(x, of, sizeof of));
  return false;
}

/** Is a < b, both digits / 10^scale (dates at scale 0)? */
static bool is_below(const struct seg_node *a, const struct seg_node *b) {
  __int128 left = (__int128)a->literal.integer * seg_decimal_power(b->type.scale);
  __int128 right = (__int128)b->literal.integer * seg_decimal_power(a->type.scale);
  return left < right;
}

/** The smallest integer at `scale` that is not below the cut; false when out of range. */
static bool cut_at_scale(const struct seg_node *cut, unsigned scale, int64_t *out) {
  __int128 digits = cut->literal.integer;
  if (scale >= cut->type.scale) {
    digits *= seg_decimal_power(scale - cut->type.scale);
  } else {
    __int128 power = seg_decimal_power(cut->type.scale - scale);
    __int128 rest = digits % power;
    digits = digits / power + (rest > 0); // division rounds towards zero: up for negatives already
  }
  if (digits > INT64_MAX || digits < INT64_MIN)
    return false;
  *out = (int64_t)digits;
  return true;
}

static bool check_cuts(struct seg_check *check, const struct seg_scope *scope,
                       const struct seg_expr *expr, const struct seg_node *x,
                       struct seg_node **cuts) {
  bool right = true;
  for (uint32_t i = 1; i < expr->operand_count; i++) {
    cuts[i - 1] = seg_check_value(check, scope, expr->operands[i]);
    right = cuts[i - 1] && exact_cut(check, x, cuts[i - 1]) && right;
  }
  for (uint32_t i = 1; right && i + 1 < expr->operand_count; i++) {
    if (is_below(cuts[i - 1], cuts[i]))
      continue;
    struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_BAND_CUTS, cuts[i]->span,
                                          "the cuts of `band` do not rise here");
    seg_note(check->sink, d,
             "each cut begins the next band, so each is larger than the one "
             "before it");
    right = false;
  }
  return right;
}

/** Fill the literals of a band: doubles, or integers in units of 10^-scale of x. */
static bool fill_cuts(struct seg_check *check, struct seg_node *band, struct seg_node **cuts,
                      struct seg_type type, unsigned scale) {
  band->literals = SEG_NEW_ARRAY(&check->program->arena, struct seg_literal, band->literal_count);
  if (!band->literals) {
    check->out_of_memory = true;
    return false;
  }
  for (uint32_t i = 0; i < band->literal_count; i++) {
    if (type.kind == SEG_TYPE_NUMBER || type.kind == SEG_TYPE_AMOUNT) {
      struct seg_node *number = seg_to_number(check, cuts[i]);
      if (!number)
        return false;
      band->literals[i].number = number->literal.number;
    } else if (!cut_at_scale(cuts[i], scale, &band->literals[i].integer)) {
      seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, cuts[i]->span, "the number is out of range");
      return false;
    }
  }
  return true;
}

/** band(avg(...), cuts): cut c holds when c * 10^more * count <= sum * 10^more, in integers. */
static struct seg_node *band_of_average(struct seg_check *check, const struct seg_expr *expr,
                                        struct seg_node *average, struct seg_node **cuts,
                                        uint32_t count) {
  unsigned scale = average->argument->type.scale, finest = scale;
  for (uint32_t i = 0; i < count; i++)
    if (cuts[i]->type.scale > finest)
      finest = cuts[i]->type.scale;
  struct seg_node *band =
      seg_node_new(check, SEG_NODE_BAND_FRACTION, seg_type_of(SEG_TYPE_INT), expr->span, 3);
  if (!band || !seg_split_average(check, average, &band->operands[0], &band->operands[1]))
    return NULL;
  band->operands[2] = seg_literal_int(check, expr->span, seg_decimal_power(finest - scale));
  band->optional = true;
  band->literal_count = count;
  return band->operands[2] && fill_cuts(check, band, cuts, average->argument->type, finest) ? band
                                                                                            : NULL;
}

static struct seg_node *check_band(struct seg_check *check, const struct seg_scope *scope,
                                   const struct seg_expr *expr) {
  struct seg_node *x = seg_settle_literal(check, seg_check_value(check, scope, expr->operands[0]));
  uint32_t count = expr->operand_count - 1;
  struct seg_node **cuts = SEG_NEW_ARRAY(&check->scratch, struct seg_node *, count + 1u);
  if (!x || !cuts) {
    check->out_of_memory = check->out_of_memory || !cuts;
    return NULL;
  }
  if (!seg_is_numeric(x) && x->type.kind != SEG_TYPE_DATE) {
    char text[SEG_TYPE_TEXT_SIZE];
    seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, expr->operands[0]->span,
               "`band` cuts numbers, money and dates, not %s",
               seg_type_phrase(x, text, sizeof text));
    return NULL;
  }
  if (!check_cuts(check, scope, expr, x, cuts))
    return NULL;
  if (seg_is_exact_average(x))
    return band_of_average(check, expr, x, cuts, count);
  struct seg_node *band =
      seg_node_unary(check, SEG_NODE_BAND, seg_type_of(SEG_TYPE_INT), expr->span, x);
  if (!band)
    return NULL;
  band->literal_count = count;
  return fill_cuts(check, band, cuts, x->type, x->type.scale) ? band : NULL;
}

// --- the table ---

struct function {
  const char *word;
  call_function check;
  uint32_t least, most;
  const char *example;
};

static const struct function functions[] = {
#define SEG_FUNCTION(word, check, least, most, example) {word, check, least, most, example},
#include "compiler/sema/functions.def"
#undef SEG_FUNCTION
};
enum { FUNCTION_COUNT = sizeof functions / sizeof *functions };

static const char *const aggregate_words[] = {
#define SEG_AGGREGATE(name, word) word,
#include "compiler/sema/aggregates.def"
#undef SEG_AGGREGATE
};

static struct seg_node *report_unknown_function(struct seg_check *check,
                                                const struct seg_expr *expr) {
  struct seg_str known[FUNCTION_COUNT + SEG_AGGREGATE_KIND_COUNT];
  size_t count = 0;
  for (size_t i = 0; i < FUNCTION_COUNT; i++)
    known[count++] = seg_str_view(functions[i].word);
  for (size_t i = 0; i < SEG_AGGREGATE_KIND_COUNT; i++)
    known[count++] = seg_str_view(aggregate_words[i]);
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_UNKNOWN_FUNCTION, expr->name.span,
                                        "there is no function `%.*s`", SEG_STR(expr->name.text));
  struct seg_str nearest = seg_suggest(expr->name.text, known, count);
  const struct seg_symbol *symbol = seg_find_symbol(check, expr->name.text);
  if (symbol && symbol->kind == SEG_SYMBOL_METRIC)
    seg_help(check->sink, d, "a metric is used by its name alone: `%.*s`",
             SEG_STR(expr->name.text));
  else if (nearest.data)
    seg_help(check->sink, d, "`%.*s` is spelt like it", SEG_STR(nearest));
  return NULL;
}

struct seg_node *seg_check_call(struct seg_check *check, const struct seg_scope *scope,
                                const struct seg_expr *expr) {
  enum seg_aggregate_kind kind;
  if (expr->name.text.size == 0)
    return NULL;
  if (seg_is_aggregate_word(expr->name.text, &kind))
    return seg_check_aggregate(check, scope, expr, kind);
  for (size_t i = 0; i < FUNCTION_COUNT; i++) {
    const struct function *function = &functions[i];
    if (!seg_str_is(expr->name.text, function->word))
      continue;
    if (expr->operand_count >= function->least && expr->operand_count <= function->most)
      return function->check(check, scope, expr);
    struct seg_diagnostic *d = seg_report(
        check->sink, SEG_DIAG_ARGUMENTS, expr->span, "`%s` is called with %u value%s",
        function->word, (unsigned)expr->operand_count, expr->operand_count == 1 ? "" : "s");
    seg_help(check->sink, d, "it is written like this: `%s`", function->example);
    return NULL;
  }
  return report_unknown_function(check, expr);
}
