/**
 * Aggregates over events, and filters in brackets: on the event inside an aggregate, or on a
 * metric, where the filter joins what the metric's aggregates have.
 */
#include "compiler/sema/check.h"
#include "compiler/sema/types.h"

static const char *const words[SEG_AGGREGATE_KIND_COUNT] = {
#define SEG_AGGREGATE(name, word) word,
#include "compiler/sema/aggregates.def"
#undef SEG_AGGREGATE
};

#define KIND(name) (1u << SEG_TYPE_##name)

#define ALL_KINDS ((1u << SEG_TYPE_KIND_COUNT) - 1)

/** Types of columns an aggregate takes; 0 where it takes the event alone. `first` and `last` take
 * either. */
static const uint32_t takes[SEG_AGGREGATE_KIND_COUNT] = {
    [SEG_AGGREGATE_SUM] = KIND(INT) | KIND(MONEY) | KIND(NUMBER) | KIND(AMOUNT),
    [SEG_AGGREGATE_AVERAGE] = KIND(INT) | KIND(MONEY) | KIND(NUMBER) | KIND(AMOUNT),
    [SEG_AGGREGATE_MIN] = KIND(INT) | KIND(MONEY) | KIND(NUMBER) | KIND(AMOUNT) | KIND(DATE),
    [SEG_AGGREGATE_MAX] = KIND(INT) | KIND(MONEY) | KIND(NUMBER) | KIND(AMOUNT) | KIND(DATE),
    [SEG_AGGREGATE_DISTINCT] =
        KIND(INT) | KIND(TEXT) | KIND(ENUM) | KIND(DATE) | KIND(MONEY) | KIND(TIMESTAMP),
    [SEG_AGGREGATE_FIRST] = ALL_KINDS,
    [SEG_AGGREGATE_LAST] = ALL_KINDS,
};

static bool is_edge(enum seg_aggregate_kind kind) {
  return kind == SEG_AGGREGATE_FIRST || kind == SEG_AGGREGATE_LAST;
}

bool seg_is_aggregate_word(struct seg_str word, enum seg_aggregate_kind *kind) {
  for (int i = 0; i < SEG_AGGREGATE_KIND_COUNT; i++) {
    if (seg_str_is(word, words[i])) {
      *kind = (enum seg_aggregate_kind)i;
      return true;
    }
  }
  return false;
}

static bool add_filter(struct seg_check *check, struct seg_table *table,
                       const struct seg_expr *expr, struct seg_node **filter) {
  struct seg_scope scope = {SEG_IN_EVENT, table, false};
  struct seg_node *condition = seg_check_condition(check, &scope, expr);
  if (!condition)
    return false;
  if (*filter)
    condition = seg_node_binary(check, SEG_NODE_AND, seg_type_of(SEG_TYPE_BOOL), condition->span,
                                *filter, condition);
  *filter = condition;
  return condition != NULL;
}

/** `count(purchase within 30d)`: the window is said in the wrong place. */
static void report_window_inside(struct seg_check *check, const struct seg_expr *expr,
                                 enum seg_aggregate_kind kind) {
  struct seg_str window = seg_code(check, expr->window->span);
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_WINDOW_OVER_GROUP, expr->window->span,
                 "the window stands behind the closing parenthesis of `%s`", words[kind]);
  const struct seg_expr *inner = expr->operands[0];
  if (inner->kind != SEG_EXPR_SEQUENCE || kind == SEG_AGGREGATE_COUNT)
    seg_help(check->sink, d, "write `%s(%.*s) %.*s`", words[kind],
             SEG_STR(seg_code(check, inner->span)), SEG_STR(window));
}

static bool report_no_event(struct seg_check *check, const struct seg_expr *expr,
                            enum seg_aggregate_kind kind) {
  struct seg_str code = seg_code(check, expr->span);
  if (expr->kind == SEG_EXPR_SEQUENCE) {
    seg_report_sequence(check, expr, words[kind]);
    return false;
  }
  if (expr->kind == SEG_EXPR_NAME) {
    struct seg_symbol *symbol = seg_find_symbol(check, expr->name.text);
    if (symbol && symbol->excused)
      return false;
    bool column = check->customer.syntax &&
                  seg_names_find(&check->customer.columns, expr->name.text) != SEG_NO_NAME;
    if (!symbol && !column) {
      seg_unknown_symbol(check, (struct seg_name){expr->name.text, expr->span}, SEG_SYMBOL_EVENT,
                         "event");
      return false;
    }
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_WRONG_KIND, expr->span,
                   "`%.*s` is no event, and `%s` looks at events", SEG_STR(code), words[kind]);
    if (symbol && symbol->kind == SEG_SYMBOL_METRIC)
      seg_help(check->sink, d, "a metric is used by its name alone: `%.*s`", SEG_STR(code));
    return false;
  }
  if (expr->kind == SEG_EXPR_WINDOWED) {
    report_window_inside(check, expr, kind);
    return false;
  }
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_ARGUMENTS, expr->span,
                                        "`%s` looks at events, and this is none", words[kind]);
  if (expr->kind == SEG_EXPR_ARITHMETIC || expr->kind == SEG_EXPR_CALL)
    seg_help(check->sink, d,
             "compute a column in the event's declaration (`value = ...`) and use "
             "that");
  return false;
}

bool seg_check_event_source(struct seg_check *check, const struct seg_expr *expr,
                            enum seg_aggregate_kind kind, struct seg_event_source *source) {
  if (!expr)
    return false;
  if (expr->kind == SEG_EXPR_PAREN)
    return seg_check_event_source(check, expr->operands[0], kind, source);
  if (expr->kind == SEG_EXPR_FILTER)
    return seg_check_event_source(check, expr->operands[0], kind, source) &&
           add_filter(check, source->table, expr->operands[1], &source->filter);
  struct seg_symbol *symbol =
      expr->kind == SEG_EXPR_NAME ? seg_find_symbol(check, expr->name.text) : NULL;
  if (!symbol || symbol->kind != SEG_SYMBOL_EVENT)
    return report_no_event(check, expr, kind);
  symbol->used = true;
  *source = (struct seg_event_source){&check->events[symbol->index], symbol->index, NULL};
  return true;
}

static struct seg_node *new_aggregate(struct seg_check *check, const struct seg_expr *expr,
                                      enum seg_aggregate_kind kind,
                                      const struct seg_event_source *source,
                                      struct seg_node *argument) {
  struct seg_type type = seg_type_of(SEG_TYPE_INT);
  if (is_edge(kind) && !argument)
    type = seg_type_of(SEG_TYPE_DATE);
  else if (argument && (is_edge(kind) || kind == SEG_AGGREGATE_SUM || kind == SEG_AGGREGATE_MIN ||
                        kind == SEG_AGGREGATE_MAX))
    type = argument->type;
  else if (argument && kind == SEG_AGGREGATE_AVERAGE)
    type = argument->type.currency.size > 0
               ? (struct seg_type){.kind = SEG_TYPE_AMOUNT, .currency = argument->type.currency}
               : seg_type_of(SEG_TYPE_NUMBER);
  struct seg_node *node = seg_node_new(check, SEG_NODE_AGGREGATE, type, expr->span, 0);
  if (!node)
    return NULL;
  node->optional = !seg_aggregate_is_always_known(kind);
  node->aggregate = kind;
  node->event = source->event;
  node->filter = source->filter;
  node->argument = argument;
  node->window = (struct seg_day_window){.kind = SEG_WINDOW_WITHIN};
  return node;
}

/** A column where the event itself is counted. */
static void report_column(struct seg_check *check, const struct seg_expr *field,
                          enum seg_aggregate_kind kind) {
  struct seg_str event = seg_code(check, field->operands[0]->span);
  struct seg_diagnostic *d =
      kind == SEG_AGGREGATE_COUNT
          ? seg_report(check->sink, SEG_DIAG_ARGUMENTS, field->span,
                       "`count` counts events, not a column of them")
          : seg_report(check->sink, SEG_DIAG_ARGUMENTS, field->span,
                       "`%s` looks at the days of the events, not at a column", words[kind]);
  seg_help(check->sink, d, "write `%s(%.*s)`, or `distinct(%.*s)` for the different values",
           words[kind], SEG_STR(event), SEG_STR(seg_code(check, field->span)));
}

/** count(e), active_days(e) and its kin, the dates first(e), last(e). */
static struct seg_node *check_over_event(struct seg_check *check, const struct seg_expr *expr,
                                         enum seg_aggregate_kind kind) {
  const struct seg_expr *argument = expr->operands[0];
  struct seg_event_source source = {0};
  if (argument && argument->kind == SEG_EXPR_FIELD) {
    report_column(check, argument, kind);
    return NULL;
  }
  const struct seg_sequence *sequence = NULL;
  bool counts = argument && argument->kind == SEG_EXPR_SEQUENCE && kind == SEG_AGGREGATE_COUNT;
  bool right = counts ? seg_check_sequence(check, argument, &source, &sequence)
                      : seg_check_event_source(check, argument, kind, &source);
  struct seg_node *node = right ? new_aggregate(check, expr, kind, &source, NULL) : NULL;
  if (node)
    node->sequence = sequence;
  return node;
}

static void report_argument_type(struct seg_check *check, const struct seg_expr *argument,
                                 enum seg_aggregate_kind kind, const struct seg_node *column) {
  char text[SEG_TYPE_TEXT_SIZE];
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, argument->span, "`%s` cannot be taken of %s",
                 words[kind], seg_type_phrase(column, text, sizeof text));
  if (column->type.kind == SEG_TYPE_AMOUNT)
    seg_note(check->sink, d,
             "an amount is a fractional number, and two of them are hardly ever equal: `round` "
             "makes it whole money");
  if (takes[SEG_AGGREGATE_DISTINCT] & (1u << column->type.kind))
    seg_help(check->sink, d, "`distinct(%.*s)` counts the different values",
             SEG_STR(seg_code(check, argument->span)));
  if (column->type.kind == SEG_TYPE_BOOL)
    seg_help(check->sink, d, "count the events where it holds, with a filter in brackets");
}

/** sum, avg, min, max, distinct, first, last of a column. */
static struct seg_node *check_over_column(struct seg_check *check, const struct seg_expr *expr,
                                          enum seg_aggregate_kind kind) {
  const struct seg_expr *argument = expr->operands[0];
  while (argument && argument->kind == SEG_EXPR_PAREN)
    argument = argument->operands[0];
  if (!argument)
    return NULL;
  struct seg_event_source source = {0};
  bool filtered_column =
      argument->kind == SEG_EXPR_FILTER && argument->operands[0]->kind == SEG_EXPR_FIELD;
  if (argument->kind != SEG_EXPR_FIELD) {
    if (filtered_column) {
      struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_ARGUMENTS, argument->span,
                                            "a filter stands on the event, before the column");
      seg_help(check->sink, d, "write `%s(event[...].column)`", words[kind]);
    } else if (seg_check_event_source(check, argument, kind, &source)) {
      struct seg_str code = seg_code(check, argument->span);
      struct seg_str column = {"column", 6};
      if (source.table && source.table->columns.count > 0)
        column = source.table->columns.entries[0].text;
      struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_ARGUMENTS, argument->span,
                                            "`%s` needs a column of the event", words[kind]);
      seg_help(check->sink, d, "name it behind a point: `%s(%.*s.%.*s)`", words[kind],
               SEG_STR(code), SEG_STR(column));
    }
    return NULL;
  }
  if (!seg_check_event_source(check, argument->operands[0], kind, &source))
    return NULL;
  struct seg_node *column = seg_check_column(check, source.table, argument->name);
  if (!column)
    return NULL;
  if (!(takes[kind] & (1u << column->type.kind))) {
    report_argument_type(check, argument, kind, column);
    return NULL;
  }
  return new_aggregate(check, expr, kind, &source, column);
}

/** Is a column written, perhaps with its filter at the wrong place? */
static bool names_column(const struct seg_expr *argument) {
  while (argument && (argument->kind == SEG_EXPR_PAREN || argument->kind == SEG_EXPR_FILTER))
    argument = argument->operands[0];
  return argument && argument->kind == SEG_EXPR_FIELD;
}

struct seg_node *seg_check_aggregate(struct seg_check *check, const struct seg_scope *scope,
                                     const struct seg_expr *expr, enum seg_aggregate_kind kind) {
  if (expr->operand_count != 1) {
    seg_report(check->sink, SEG_DIAG_ARGUMENTS, expr->span, "`%s` takes one %s, not %u values",
               words[kind],
               is_edge(kind) ? "event, or a column of one"
               : takes[kind] ? "column of an event"
                             : "event",
               (unsigned)expr->operand_count);
    return NULL;
  }
  if (scope->place != SEG_IN_RULE) {
    struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_WRONG_KIND, expr->span,
                                          "an aggregate over events cannot stand here");
    seg_note(check->sink, d,
             scope->place == SEG_IN_EVENT
                 ? "here one event is looked at, by its own columns"
                 : "a column of the customer is computed from columns of the "
                   "customer");
    seg_help(check->sink, d, "declare it as a metric");
    return NULL;
  }
  bool column = is_edge(kind) ? names_column(expr->operands[0]) : takes[kind] != 0;
  struct seg_node *node =
      column ? check_over_column(check, expr, kind) : check_over_event(check, expr, kind);
  return seg_close_windows(check, scope, expr, node);
}

// --- metric[filter] ---

/** The one event that all aggregates below look at: its index, -1 none, -2 several. */
static int64_t event_of(const struct seg_node *node) {
  int64_t event = node->kind == SEG_NODE_AGGREGATE ? (int64_t)node->event : -1;
  for (uint32_t i = 0; i < node->operand_count && event != -2; i++) {
    int64_t part = event_of(node->operands[i]);
    if (event == -1)
      event = part;
    else if (part != -1 && part != event)
      event = -2;
  }
  return event;
}

static struct seg_node *report_filter_base(struct seg_check *check, const struct seg_expr *expr,
                                           const struct seg_expr *base) {
  struct seg_symbol *symbol =
      base->kind == SEG_EXPR_NAME ? seg_find_symbol(check, base->name.text) : NULL;
  struct seg_str code = seg_code(check, expr->span);
  struct seg_diagnostic *d;
  if (symbol && symbol->kind == SEG_SYMBOL_EVENT) {
    d = seg_report(check->sink, SEG_DIAG_WRONG_KIND, expr->span,
                   "`%.*s` is a set of events, not a value", SEG_STR(code));
    seg_help(check->sink, d, "count it: `count(%.*s) within 90d`", SEG_STR(code));
    return NULL;
  }
  d = seg_report(check->sink, SEG_DIAG_WRONG_KIND, expr->span,
                 "a filter in brackets stands on an event or a metric");
  if (base->kind == SEG_EXPR_CALL)
    seg_help(check->sink, d, "write it inside, on the event: `count(purchase[...])`");
  return NULL;
}

struct seg_node *seg_check_filter(struct seg_check *check, const struct seg_scope *scope,
                                  const struct seg_expr *expr) {
  const struct seg_expr *base = expr->operands[0];
  while (base && base->kind == SEG_EXPR_FILTER)
    base = base->operands[0];
  if (!base)
    return NULL;
  struct seg_symbol *symbol =
      base->kind == SEG_EXPR_NAME ? seg_find_symbol(check, base->name.text) : NULL;
  bool unknown = base->kind == SEG_EXPR_NAME && !symbol;
  bool is_metric = symbol && symbol->kind == SEG_SYMBOL_METRIC && scope->place == SEG_IN_RULE;
  if (!unknown && !is_metric)
    return symbol && symbol->excused ? NULL : report_filter_base(check, expr, base);
  struct seg_scope open = *scope;
  open.open = true;
  struct seg_node *value = seg_check_expr(check, &open, expr->operands[0]);
  if (!value)
    return NULL;
  int64_t event = event_of(value);
  if (event < 0) {
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_WRONG_KIND, expr->span,
                   event == -1 ? "`%.*s` looks at no event, so there is nothing to filter"
                               : "`%.*s` looks at several events, and a filter is about one",
                   SEG_STR(base->name.text));
    seg_help(check->sink, d, "write the aggregate with its filter: `count(event[...])`");
    return NULL;
  }
  struct seg_node *filter = NULL;
  if (!add_filter(check, &check->events[event], expr->operands[1], &filter))
    return NULL;
  return seg_close_windows(check, scope, expr,
                           seg_expand_use(check, value, NULL, filter, expr->span));
}
