/**
 * What a name in an expression means: a column of the table at hand, or (in rules) a metric.
 * Everything else is told apart in words, because the usual mistake is a right name at a wrong
 * place.
 */
#include <assert.h>

#include "compiler/sema/check.h"

struct seg_symbol *seg_find_symbol(struct seg_check *check, struct seg_str name) {
  int64_t found = seg_names_find(&check->names, name);
  return found == SEG_NO_NAME ? NULL : &check->symbols[found];
}

const char *seg_symbol_word(enum seg_symbol_kind kind) {
  switch (kind) {
  case SEG_SYMBOL_EVENT: return "an event";
  case SEG_SYMBOL_METRIC: return "a metric";
  case SEG_SYMBOL_SEGMENT: return "a segment";
  case SEG_SYMBOL_CHAIN: return "a priority chain";
  case SEG_SYMBOL_LIST: return "a list of customers";
  case SEG_SYMBOL_CONSTANT: return "a constant";
  }
  return "";
}

/** Candidates for a suggestion: the columns of `table` (may be NULL) and the symbols of the kinds.
 */
static struct seg_str nearest_name(struct seg_check *check, struct seg_str name,
                                   const struct seg_table *table, uint32_t kinds) {
  if (check->suggestions++ >= SEG_MAX_SUGGESTIONS)
    return (struct seg_str){0};
  size_t room = (size_t)check->names.count + (table ? table->columns.count : 0u) + 1u;
  struct seg_str *candidates = SEG_NEW_ARRAY(&check->scratch, struct seg_str, room);
  if (!candidates)
    return seg_lost(check);
  size_t count = 0;
  for (uint32_t i = 0; table && i < table->columns.count; i++)
    candidates[count++] = table->columns.entries[i].text;
  for (uint32_t i = 0; i < check->names.count; i++) {
    const struct seg_symbol *symbol = &check->symbols[check->names.entries[i].value];
    if (kinds & (1u << symbol->kind))
      candidates[count++] = symbol->name.text;
  }
  return seg_suggest(name, candidates, count);
}

/** `sum(amount)`: the events that have such a column, in words that can be copied. */
static bool help_owners(struct seg_check *check, struct seg_diagnostic *d, struct seg_str name) {
  bool found = false;
  for (uint32_t i = 0; i < check->program->event_count; i++) {
    struct seg_table *table = &check->events[i];
    if (seg_names_find(&table->columns, name) == SEG_NO_NAME)
      continue;
    seg_help(check->sink, d, "%s `%.*s.%.*s`",
             found ? "or" : "a column stands behind its event:", SEG_STR(table->entity->name.text),
             SEG_STR(name));
    found = true;
  }
  return found;
}

static void unknown_symbol(struct seg_check *check, struct seg_name name, uint32_t kinds,
                           const char *what) {
  if (name.text.size == 0 || check->incomplete)
    return;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_UNKNOWN_NAME, name.span,
                                        "there is no %s `%.*s`", what, SEG_STR(name.text));
  if (kinds == 1u << SEG_SYMBOL_EVENT && help_owners(check, d, name.text))
    return;
  struct seg_str nearest = nearest_name(check, name.text, NULL, kinds);
  if (nearest.data && nearest.size > 0)
    seg_help(check->sink, d, "`%.*s` is spelt like it", SEG_STR(nearest));
}

void seg_unknown_symbol(struct seg_check *check, struct seg_name name, enum seg_symbol_kind kind,
                        const char *what) {
  unknown_symbol(check, name, 1u << kind, what);
}

void seg_unknown_member(struct seg_check *check, struct seg_name name) {
  unknown_symbol(check, name, 1u << SEG_SYMBOL_SEGMENT | 1u << SEG_SYMBOL_LIST, "segment or list");
}

void seg_unknown_side(struct seg_check *check, struct seg_name name) {
  unknown_symbol(check, name, 1u << SEG_SYMBOL_SEGMENT | 1u << SEG_SYMBOL_CHAIN,
                 "segment or chain");
}

/** Help for an unknown name in a rule that some event has as a column; true when there is one. */
static bool help_event_column(struct seg_check *check, struct seg_diagnostic *d,
                              struct seg_str name) {
  for (uint32_t i = 0; i < check->program->event_count; i++) {
    struct seg_table *table = &check->events[i];
    if (seg_names_find(&table->columns, name) == SEG_NO_NAME)
      continue;
    struct seg_str event = table->entity->name.text;
    seg_note(check->sink, d, "`%.*s` is a column of the event `%.*s`, of which a customer has many",
             SEG_STR(name), SEG_STR(event));
    seg_help(check->sink, d, "ask for one value: `max(%.*s.%.*s) within 90d`", SEG_STR(event),
             SEG_STR(name));
    return true;
  }
  return false;
}

static void report_unknown(struct seg_check *check, const struct seg_scope *scope,
                           struct seg_name name) {
  if (name.text.size == 0 || check->incomplete)
    return;
  assert(scope->place != SEG_IN_EVENT || scope->table);
  struct seg_diagnostic *d;
  if (scope->place == SEG_IN_EVENT) {
    struct seg_str event = scope->table->entity->name.text;
    d = seg_report(check->sink, SEG_DIAG_UNKNOWN_NAME, name.span,
                   "the event `%.*s` has no column `%.*s`", SEG_STR(event), SEG_STR(name.text));
    if (check->customer.syntax &&
        seg_names_find(&check->customer.columns, name.text) != SEG_NO_NAME) {
      seg_note(check->sink, d,
               "`%.*s` is a column of the customer; here only the columns of `%.*s` can be read",
               SEG_STR(name.text), SEG_STR(event));
      seg_help(check->sink, d, "test the customer beside the aggregate, joined with `and`");
      return;
    }
  } else {
    d = seg_report(check->sink, SEG_DIAG_UNKNOWN_NAME, name.span,
                   scope->place == SEG_IN_RULE ? "nothing is called `%.*s`"
                                               : "the customer has no column `%.*s`",
                   SEG_STR(name.text));
    if (scope->place == SEG_IN_RULE && help_event_column(check, d, name.text))
      return;
  }
  struct seg_str key = scope->table ? scope->table->entity->key : (struct seg_str){0};
  if (seg_str_equal(key, name.text) && key.size > 0) {
    seg_note(check->sink, d, "`%.*s` is the key; its type is only known from the data",
             SEG_STR(key));
    seg_help(check->sink, d, "declare it as a column too: `%.*s: text`", SEG_STR(key));
    return;
  }
  uint32_t kinds = 1u << SEG_SYMBOL_CONSTANT;
  if (scope->place == SEG_IN_RULE)
    kinds |= 1u << SEG_SYMBOL_METRIC;
  struct seg_str nearest = nearest_name(check, name.text, scope->table, kinds);
  if (nearest.data && nearest.size > 0)
    seg_help(check->sink, d, "`%.*s` is spelt like it", SEG_STR(nearest));
}

void seg_unknown_column(struct seg_check *check, struct seg_table *table, struct seg_name name) {
  struct seg_scope scope = {table->is_event ? SEG_IN_EVENT : SEG_IN_CUSTOMER, table, false};
  report_unknown(check, &scope, name);
}

struct seg_node *seg_check_column(struct seg_check *check, struct seg_table *table,
                                  struct seg_name name) {
  struct seg_scope scope = {table->is_event ? SEG_IN_EVENT : SEG_IN_CUSTOMER, table, false};
  if (table->is_event && seg_str_equal(name.text, table->entity->time) && name.text.size > 0)
    return seg_node_new(check, SEG_NODE_EVENT_DATE, seg_type_of(SEG_TYPE_DATE), name.span, 0);
  int64_t found = seg_names_find(&table->columns, name.text);
  if (found == SEG_NO_NAME) {
    report_unknown(check, &scope, name);
    return NULL;
  }
  uint32_t index = (uint32_t)found;
  if (!seg_column_ready(check, table, index))
    return NULL;
  const struct seg_program_column *column = &table->entity->columns[index];
  struct seg_node *node = seg_node_new(
      check, table->is_event ? SEG_NODE_COLUMN : SEG_NODE_ATTRIBUTE, column->type, name.span, 0);
  if (node) {
    node->column = index;
    node->optional = column->optional;
  }
  return node;
}

/** A known name of the wrong kind in an expression. */
static struct seg_node *report_wrong_kind(struct seg_check *check, const struct seg_scope *scope,
                                          struct seg_name name, const struct seg_symbol *symbol) {
  if (symbol->excused)
    return NULL;
  assert(scope->place != SEG_IN_EVENT || scope->table);
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_WRONG_KIND, name.span,
                                        scope->place == SEG_IN_RULE ? "`%.*s` is %s, not a value"
                                                                    : "`%.*s` is %s, not a column",
                                        SEG_STR(name.text), seg_symbol_word(symbol->kind));
  if (scope->place == SEG_IN_EVENT) {
    seg_note(check->sink, d, "here only the columns of the event `%.*s` can be read",
             SEG_STR(scope->table->entity->name.text));
  } else if (scope->place == SEG_IN_CUSTOMER) {
    seg_note(check->sink, d, "a column of the customer is computed from columns of the customer");
  } else if (symbol->kind == SEG_SYMBOL_EVENT) {
    seg_help(check->sink, d, "count it: `count(%.*s) within 90d`", SEG_STR(name.text));
  } else if (symbol->kind == SEG_SYMBOL_SEGMENT || symbol->kind == SEG_SYMBOL_LIST) {
    seg_help(check->sink, d, "ask for it: `member(%.*s)`", SEG_STR(name.text));
  } else {
    seg_note(check->sink, d, "chains decide between segments; a rule asks for one: `member(vip)`");
  }
  return NULL;
}

static bool report_both(struct seg_check *check, struct seg_name name,
                        const struct seg_symbol *symbol, const struct seg_table *table,
                        struct seg_span column) {
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_COLUMN_OR_NAME, name.span,
                 "`%.*s` can be read as a column of the %s and as %s", SEG_STR(name.text),
                 table->is_event ? "event" : "customer", seg_symbol_word(symbol->kind));
  seg_note_at(check->sink, d, column, "the column");
  seg_note_at(check->sink, d, symbol->name.span, "%s", seg_symbol_word(symbol->kind));
  seg_help(check->sink, d, "give %s another name; the column's name is that of the data",
           symbol->kind == SEG_SYMBOL_METRIC  ? "the metric"
           : symbol->kind == SEG_SYMBOL_EVENT ? "the event"
                                              : "the constant");
  return true;
}

/** Can the name of a column also be read as that symbol here? Constants can be read everywhere. */
static bool is_readable(const struct seg_scope *scope, const struct seg_symbol *symbol) {
  return symbol->kind == SEG_SYMBOL_CONSTANT ||
         (scope->place == SEG_IN_RULE &&
          (symbol->kind == SEG_SYMBOL_METRIC || symbol->kind == SEG_SYMBOL_EVENT));
}

static struct seg_node *constant_use(struct seg_check *check, struct seg_symbol *symbol,
                                     struct seg_span span) {
  return seg_expand_use(check, seg_constant_value(check, symbol), NULL, NULL, span);
}

struct seg_node *seg_check_name(struct seg_check *check, const struct seg_scope *scope,
                                const struct seg_expr *expr) {
  struct seg_name name = {expr->name.text, expr->span};
  struct seg_symbol *symbol = seg_find_symbol(check, name.text);
  struct seg_table *table = scope->place == SEG_IN_RULE
                                ? (check->customer.syntax ? &check->customer : NULL)
                                : scope->table;
  int64_t column = table ? seg_names_find(&table->columns, name.text) : SEG_NO_NAME;
  bool is_time = table && table->is_event && name.text.size > 0 &&
                 seg_str_equal(name.text, table->entity->time);
  if (column != SEG_NO_NAME || is_time) {
    struct seg_span place =
        column != SEG_NO_NAME ? table->entity->columns[column].span : table->syntax->time.span;
    if (symbol && is_readable(scope, symbol) && report_both(check, name, symbol, table, place))
      return NULL;
    return seg_check_column(check, table, name);
  }
  if (!symbol) {
    struct seg_scope where = *scope;
    where.table = table;
    report_unknown(check, &where, name);
    return NULL;
  }
  if (symbol->kind == SEG_SYMBOL_CONSTANT)
    return constant_use(check, symbol, name.span);
  if (symbol->kind != SEG_SYMBOL_METRIC || scope->place != SEG_IN_RULE)
    return report_wrong_kind(check, scope, name, symbol);
  struct seg_node *value = seg_metric_value(check, symbol);
  if (!value)
    return NULL;
  if (check->depth + symbol->shape.depth > SEG_MAX_CHECK_DEPTH ||
      symbol->shape.nodes > SEG_MAX_RULE_NODES) {
    seg_report(check->sink, SEG_DIAG_TOO_DEEP, name.span, "`%.*s` builds on too many other metrics",
               SEG_STR(name.text));
    symbol->progress = SEG_BROKEN; // said once
    return NULL;
  }
  return seg_close_windows(check, scope, expr, seg_expand_use(check, value, NULL, NULL, name.span));
}
