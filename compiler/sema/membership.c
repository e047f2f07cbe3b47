/**
 * `member(vip)`: the rule of another segment for the same customer, or a list of keys. Each rule is
 * checked once, in any order, and stands below a MEMBER node wherever it is asked for.
 */
#include "compiler/sema/check.h"

/** Segments under way from the one that is met again up to the innermost: they form the circle. */
static void report_circle(struct seg_check *check, const struct seg_symbol *symbol,
                          struct seg_span again) {
  size_t first = check->rules.count;
  while (first > 0 && check->rules.items[first - 1].symbol != symbol)
    first--;
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_CYCLE, symbol->name.span, "the segment `%.*s` needs itself",
                 SEG_STR(symbol->name.text));
  for (size_t i = first; i <= check->rules.count && first > 0; i++) {
    bool last = i == check->rules.count;
    struct seg_span place = last ? again : check->rules.items[i].asked_at;
    const struct seg_symbol *asked = last ? symbol : check->rules.items[i].symbol;
    const struct seg_symbol *asks = check->rules.items[i - 1].symbol;
    seg_note_at(check->sink, d, place, "`%.*s` asks for `%.*s` here", SEG_STR(asks->name.text),
                SEG_STR(asked->name.text));
  }
  seg_note(check->sink, d, "who is in a segment cannot depend on who is in it");
}

struct seg_node *seg_segment_rule(struct seg_check *check, struct seg_symbol *symbol,
                                  struct seg_span asked_at) {
  if (symbol->progress == SEG_UNDER_WAY)
    report_circle(check, symbol, asked_at);
  if (symbol->progress == SEG_NOT_STARTED) {
    symbol->progress = SEG_UNDER_WAY;
    struct seg_rule_under_way own = {symbol, asked_at};
    if (!SEG_VEC_PUSH(&check->rules, own)) {
      check->out_of_memory = true;
      return NULL;
    }
    symbol->value = seg_check_rule(check, symbol->declaration->segment);
    symbol->progress = symbol->value ? SEG_DONE : SEG_BROKEN;
    check->rules.count--;
    if (symbol->value)
      symbol->shape = seg_shape_of(symbol->value);
  }
  return symbol->progress == SEG_DONE ? symbol->value : NULL;
}

/** Is this a place where a customer is asked? Reported when not. */
static bool asks_customer(struct seg_check *check, const struct seg_scope *scope,
                          const struct seg_expr *expr) {
  if (scope->place == SEG_IN_RULE && !check->in_metric)
    return true;
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_WRONG_KIND, expr->span, "`member` stands in rules only");
  if (scope->place == SEG_IN_EVENT)
    seg_note(check->sink, d, "it asks about the customer, and here one event is looked at");
  else if (scope->place == SEG_IN_CUSTOMER)
    seg_note(check->sink, d,
             "segments are made of customers, so they cannot decide who is a customer");
  else
    seg_note(check->sink, d,
             "a metric is a value that takes its filter and window where it is used; a rule has "
             "its own");
  seg_help(check->sink, d, "test it beside, joined with `and`, in the segment's `when`");
  return false;
}

static struct seg_node *report_other(struct seg_check *check, struct seg_name name,
                                     const struct seg_symbol *symbol) {
  if (!symbol) {
    seg_unknown_member(check, name);
  } else if (!symbol->excused) {
    struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_WRONG_KIND, name.span,
                                          "`%.*s` is %s, not a segment or list", SEG_STR(name.text),
                                          seg_symbol_word(symbol->kind));
    seg_note(check->sink, d, "`member` takes the name of a segment or of a list");
  }
  return NULL;
}

static struct seg_node *segment_node(struct seg_check *check, const struct seg_expr *expr,
                                     struct seg_symbol *symbol) {
  struct seg_node *rule = seg_segment_rule(check, symbol, expr->span);
  if (!rule)
    return NULL;
  if (check->depth + symbol->shape.depth > SEG_MAX_CHECK_DEPTH ||
      symbol->shape.nodes > SEG_MAX_RULE_NODES) {
    seg_report(check->sink, SEG_DIAG_TOO_DEEP, expr->span,
               "`%.*s` builds on too many other segments", SEG_STR(symbol->name.text));
    symbol->progress = SEG_BROKEN; // said once
    return NULL;
  }
  struct seg_node *node =
      seg_node_unary(check, SEG_NODE_MEMBER, seg_type_of(SEG_TYPE_BOOL), expr->span, rule);
  if (node)
    node->segment = symbol->index;
  return node;
}

struct seg_node *seg_check_membership(struct seg_check *check, const struct seg_scope *scope,
                                      const struct seg_expr *expr) {
  const struct seg_expr *named = expr->operands[0];
  if (!named || !asks_customer(check, scope, expr))
    return NULL;
  if (named->kind != SEG_EXPR_NAME) {
    struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_ARGUMENTS, named->span,
                                          "`member` takes the name of a segment or of a list");
    seg_help(check->sink, d, "for example `member(vip)`");
    return NULL;
  }
  struct seg_name name = {named->name.text, named->span};
  if (name.text.size == 0)
    return NULL;
  struct seg_symbol *symbol = seg_find_symbol(check, name.text);
  if (symbol && symbol->kind == SEG_SYMBOL_SEGMENT) {
    symbol->used = true;
    return segment_node(check, expr, symbol);
  }
  if (symbol && symbol->kind == SEG_SYMBOL_LIST) {
    symbol->used = true;
    struct seg_node *node =
        seg_node_new(check, SEG_NODE_LISTED, seg_type_of(SEG_TYPE_BOOL), expr->span, 0);
    if (node)
      node->list = symbol->index;
    return node;
  }
  return report_other(check, name, symbol);
}
