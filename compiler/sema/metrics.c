/**
 * Metrics: each is checked once where it is declared, in any order, and expanded where it is used.
 * A metric may leave the windows of its aggregates open; `first(e)` and `last(e)` look at `ever`
 * when the use says nothing, so that `days_since(last(purchase))` needs no window.
 */
#include "compiler/sema/check.h"

bool seg_window_is_open(const struct seg_node *aggregate) {
  return aggregate->window.kind == SEG_WINDOW_WITHIN && aggregate->window.far_age == 0;
}

struct seg_shape seg_shape_of(const struct seg_node *node) {
  struct seg_shape shape = {.nodes = 1};
  for (uint32_t i = 0; i < node->operand_count; i++) {
    struct seg_shape part = seg_shape_of(node->operands[i]);
    if (part.depth > shape.depth)
      shape.depth = part.depth;
    shape.nodes += part.nodes;
    shape.open += part.open;
    shape.open_ends += part.open_ends;
    shape.aggregates += part.aggregates;
  }
  shape.depth++;
  if (node->kind == SEG_NODE_AGGREGATE) {
    shape.aggregates++;
    bool is_end = node->aggregate == SEG_AGGREGATE_FIRST || node->aggregate == SEG_AGGREGATE_LAST;
    if (seg_window_is_open(node) && is_end)
      shape.open_ends++;
    else if (seg_window_is_open(node))
      shape.open++;
  }
  return shape;
}

static struct seg_node *copy_node(struct seg_check *check, const struct seg_node *node) {
  struct seg_node *copy =
      seg_node_new(check, node->kind, node->type, node->span, node->operand_count);
  if (!copy)
    return NULL;
  struct seg_node **operands = copy->operands;
  *copy = *node;
  copy->operands = operands;
  for (uint32_t i = 0; i < node->operand_count; i++)
    operands[i] = node->operands[i];
  return copy;
}

static struct seg_node *join(struct seg_check *check, struct seg_node *a, struct seg_node *b) {
  if (!a || !b)
    return a ? a : b;
  return seg_node_binary(check, SEG_NODE_AND, seg_type_of(SEG_TYPE_BOOL), b->span, a, b);
}

/** The node itself when nothing in it changes. */
static struct seg_node *expand(struct seg_check *check, struct seg_node *node,
                               const struct seg_day_window *window, struct seg_node *filter) {
  struct seg_node *result = node;
  for (uint32_t i = 0; i < node->operand_count; i++) {
    struct seg_node *part = expand(check, node->operands[i], window, filter);
    if (part == node->operands[i])
      continue;
    if (result == node)
      result = copy_node(check, node);
    if (!part || !result)
      return NULL;
    result->operands[i] = part;
  }
  if (node->kind != SEG_NODE_AGGREGATE || (!filter && !(window && seg_window_is_open(node))))
    return result;
  result = copy_node(check, node);
  if (!result)
    return NULL;
  if (window && seg_window_is_open(node))
    result->window = *window;
  result->filter = join(check, node->filter, filter);
  return result->filter || !filter ? result : NULL;
}

struct seg_node *seg_expand_use(struct seg_check *check, struct seg_node *node,
                                const struct seg_day_window *window, struct seg_node *filter,
                                struct seg_span span) {
  if (!node)
    return NULL;
  struct seg_node *root = window || filter ? expand(check, node, window, filter) : node;
  if (root == node)
    root = copy_node(check, node);
  if (root)
    root->span = span;
  return root;
}

void seg_report_cycle(struct seg_check *check, const struct seg_symbol *symbol) {
  struct seg_diagnostic *d = seg_report(
      check->sink, SEG_DIAG_CYCLE, symbol->name.span, "the %s `%.*s` needs itself",
      symbol->kind == SEG_SYMBOL_METRIC ? "metric" : "constant", SEG_STR(symbol->name.text));
  for (uint32_t i = 0; i < check->names.count; i++) {
    const struct seg_symbol *other = &check->symbols[check->names.entries[i].value];
    if (other != symbol && other->kind == symbol->kind && other->progress == SEG_UNDER_WAY)
      seg_note_at(check->sink, d, other->name.span, "`%.*s` is part of the circle",
                  SEG_STR(other->name.text));
  }
}

struct seg_node *seg_metric_value(struct seg_check *check, struct seg_symbol *symbol) {
  symbol->used = true;
  if (symbol->progress == SEG_UNDER_WAY)
    seg_report_cycle(check, symbol);
  if (symbol->progress == SEG_NOT_STARTED) {
    symbol->progress = SEG_UNDER_WAY;
    struct seg_scope scope = {.place = SEG_IN_RULE, .open = true};
    bool in_metric = check->in_metric;
    check->in_metric = true;
    if (seg_needs_met(check, symbol->declaration->metric))
      symbol->value = seg_check_expr(check, &scope, symbol->declaration->metric->value);
    check->in_metric = in_metric;
    symbol->progress = symbol->value ? SEG_DONE : SEG_BROKEN;
    if (symbol->value)
      symbol->shape = seg_shape_of(symbol->value);
  }
  return symbol->progress == SEG_DONE ? symbol->value : NULL;
}

static void finish_metric(struct seg_check *check, const struct seg_declaration *declaration,
                          struct seg_symbol *symbol, struct seg_program_metric *metric) {
  static const struct seg_day_window ever = {.kind = SEG_WINDOW_EVER};
  bool used = symbol->used;
  struct seg_node *value = seg_metric_value(check, symbol);
  symbol->used = used;
  if (!value)
    return;
  seg_check_missing(check, value);
  if (symbol->shape.open == 0)
    metric->value = seg_settle_literal(
        check, seg_expand_use(check, value, &ever, NULL, declaration->metric->value->span));
}

// What a module offers is checked when something uses it: an unused metric may need an event that
// the project does not have.
void seg_check_metrics(struct seg_check *check) {
  uint32_t index = 0;
  for (const struct seg_declaration *d = check->ast->first; d; d = d->next) {
    if (d->kind != SEG_DECLARE_METRIC)
      continue;
    struct seg_program_metric *metric = &check->program->metrics[index++];
    metric->name = d->metric->name;
    metric->span = d->span;
    struct seg_symbol *symbol = seg_find_symbol(check, d->metric->name.text);
    if (!symbol || symbol->declaration != d || seg_in_library(check, d->span))
      continue; // a second declaration of the name was reported
    finish_metric(check, d, symbol, metric);
  }
}

void seg_keep_used_metrics(struct seg_check *check) {
  struct seg_program *program = check->program;
  uint32_t kept = 0, index = 0;
  for (const struct seg_declaration *d = check->ast->first; d; d = d->next) {
    if (d->kind != SEG_DECLARE_METRIC)
      continue;
    struct seg_program_metric *metric = &program->metrics[index++];
    if (seg_in_library(check, d->span)) {
      struct seg_symbol *symbol = seg_find_symbol(check, d->metric->name.text);
      if (!symbol || symbol->declaration != d || !symbol->used)
        continue;
      finish_metric(check, d, symbol, metric);
    }
    program->metrics[kept++] = *metric;
  }
  program->metric_count = kept;
}
