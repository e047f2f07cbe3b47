/**
 * `let NAME = value`: a name for a value that is written out. The value is made of literals, of
 * `+`,
 * `-`, `*` and `/` of them, and of other constants; it is computed once, exactly, and stands for
 * itself wherever a literal can: it takes the type of its neighbour at each use.
 */
#include "compiler/sema/check.h"

static bool report_not_constant(struct seg_check *check, const struct seg_expr *expr,
                                const char *what) {
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_NOT_CONSTANT, expr->span,
                                        "`%.*s` is %s, and a constant is written out",
                                        SEG_STR(seg_code(check, expr->span)), what);
  seg_note(check->sink, d,
           "a constant is made of numbers, amounts, texts, dates, true and false, and of "
           "`+`, `-`, `*` and `/` of them");
  seg_help(check->sink, d, "a value that differs between customers is a `metric`");
  return false;
}

static bool is_column(struct seg_check *check, struct seg_str name) {
  bool found =
      check->customer.syntax && seg_names_find(&check->customer.columns, name) != SEG_NO_NAME;
  for (uint32_t i = 0; !found && i < check->program->event_count; i++)
    found =
        check->events[i].syntax && seg_names_find(&check->events[i].columns, name) != SEG_NO_NAME;
  return found;
}

static bool check_name(struct seg_check *check, const struct seg_expr *expr) {
  struct seg_str name = expr->name.text;
  const struct seg_symbol *symbol = seg_find_symbol(check, name);
  if (symbol && symbol->kind == SEG_SYMBOL_CONSTANT)
    return true;
  if (symbol)
    return report_not_constant(check, expr, seg_symbol_word(symbol->kind));
  if (is_column(check, name))
    return report_not_constant(check, expr, "a column");
  seg_unknown_symbol(check, (struct seg_name){name, expr->span}, SEG_SYMBOL_CONSTANT, "constant");
  return false;
}

/** Is it built of literals and constants only? By its shape; reported when not. */
static bool is_written_out(struct seg_check *check, const struct seg_expr *expr) {
  if (!expr)
    return false;
  switch (expr->kind) {
  case SEG_EXPR_NUMBER:
  case SEG_EXPR_PERCENT:
  case SEG_EXPR_MONEY:
  case SEG_EXPR_DURATION:
  case SEG_EXPR_DATE:
  case SEG_EXPR_PERIOD:
  case SEG_EXPR_STRING:
  case SEG_EXPR_TRUTH: return true; // a duration or period is refused where literals are read
  case SEG_EXPR_NAME: return check_name(check, expr);
  case SEG_EXPR_NEGATE:
  case SEG_EXPR_PAREN: return is_written_out(check, expr->operands[0]);
  case SEG_EXPR_ARITHMETIC:
    return is_written_out(check, expr->operands[0]) && is_written_out(check, expr->operands[1]);
  case SEG_EXPR_CALL: return report_not_constant(check, expr, "a calculation");
  case SEG_EXPR_FIELD:
  case SEG_EXPR_FILTER:
  case SEG_EXPR_WINDOWED:
  case SEG_EXPR_SEQUENCE: return report_not_constant(check, expr, "read from data");
  case SEG_EXPR_COMPARE:
  case SEG_EXPR_BETWEEN:
  case SEG_EXPR_IN:
  case SEG_EXPR_IS:
  case SEG_EXPR_NOT:
  case SEG_EXPR_AND:
  case SEG_EXPR_OR: return report_not_constant(check, expr, "a condition");
  case SEG_EXPR_ELSE: return report_not_constant(check, expr, "a default");
  case SEG_EXPR_RANGE:
  case SEG_EXPR_EVERY:
  case SEG_EXPR_LAST_ON: return report_not_constant(check, expr, "the form of a clause");
  case SEG_EXPR_KIND_COUNT: break;
  }
  return false;
}

struct seg_node *seg_constant_value(struct seg_check *check, struct seg_symbol *symbol) {
  symbol->used = true;
  if (symbol->progress == SEG_UNDER_WAY)
    seg_report_cycle(check, symbol);
  if (symbol->progress == SEG_NOT_STARTED) {
    const struct seg_expr *value = symbol->declaration->constant->value;
    struct seg_scope scope = {.place = SEG_IN_RULE};
    symbol->progress = SEG_UNDER_WAY;
    symbol->value = is_written_out(check, value) ? seg_check_value(check, &scope, value) : NULL;
    if (symbol->value && !seg_is_literal(symbol->value)) {
      report_not_constant(check, value, "a calculation");
      symbol->value = NULL;
    }
    symbol->progress = symbol->value ? SEG_DONE : SEG_BROKEN;
  }
  return symbol->progress == SEG_DONE ? symbol->value : NULL;
}

void seg_check_constants(struct seg_check *check) {
  uint32_t index = 0;
  for (const struct seg_declaration *d = check->ast->first; d; d = d->next) {
    if (d->kind != SEG_DECLARE_CONSTANT)
      continue;
    struct seg_program_constant *constant = &check->program->constants[index++];
    constant->name = d->constant->name;
    constant->span = d->span;
    struct seg_symbol *symbol = seg_find_symbol(check, d->constant->name.text);
    if (!symbol || symbol->declaration != d)
      continue; // a second declaration of the name, reported
    bool used = symbol->used;
    constant->value = seg_settle_literal(check, seg_constant_value(check, symbol));
    symbol->used = used;
  }
}
