/**
 * The customer and the events: types of their columns, computed columns in any order, `where` and
 * `unique by`.
 */
#include "compiler/sema/check.h"
#include "compiler/sema/types.h"
#include "runtime/time/zone.h"

static struct seg_scope scope_of(struct seg_table *table) {
  return (struct seg_scope){table->is_event ? SEG_IN_EVENT : SEG_IN_CUSTOMER, table, false};
}

static void report_duplicate_column(struct seg_check *check, const struct seg_table *table,
                                    uint32_t index, uint32_t other, bool same) {
  const struct seg_column_syntax *column = &table->syntax->columns[index];
  const struct seg_column_syntax *earlier = &table->syntax->columns[other];
  struct seg_diagnostic *d = seg_report(
      check->sink, same ? SEG_DIAG_DUPLICATE_NAME : SEG_DIAG_CONFUSABLE_NAME, column->name.span,
      same ? "the column `%.*s` is declared twice"
           : "the column `%.*s` can be mistaken for another one",
      SEG_STR(column->name.text));
  seg_note_at(check->sink, d, earlier->name.span, same ? "first here" : "it looks like this one");
}

static bool check_declared(struct seg_check *check, struct seg_table *table, uint32_t index) {
  const struct seg_column_syntax *syntax = &table->syntax->columns[index];
  struct seg_program_column *column = &table->entity->columns[index];
  column->optional = syntax->type.optional;
  if (table->syntax->event.text.size > 0) {
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_WRONG_KIND, syntax->name.span,
                   "a customer taken from an event has no columns of its own");
    seg_help(check->sink, d, "give the customers a table: `customer from \"customers\" key %.*s`",
             SEG_STR(table->entity->key));
    return false;
  }
  if (!seg_type_resolve(check, &syntax->type, &column->type))
    return false;
  bool is_time = table->is_event && seg_str_equal(syntax->name.text, table->entity->time);
  if (!is_time || column->type.kind == SEG_TYPE_DATE || column->type.kind == SEG_TYPE_TIMESTAMP)
    return true;
  seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, syntax->type.span,
             "`%.*s` dates the events, so it is a date or a timestamp", SEG_STR(syntax->name.text));
  return false;
}

static bool check_computed(struct seg_check *check, struct seg_table *table, uint32_t index) {
  struct seg_program_column *column = &table->entity->columns[index];
  struct seg_scope scope = scope_of(table);
  struct seg_node *value = seg_settle_literal(
      check, seg_check_expr(check, &scope, table->syntax->columns[index].computed));
  if (!value)
    return false;
  column->computed = value;
  column->type = value->type;
  column->optional = value->optional;
  return true;
}

bool seg_column_ready(struct seg_check *check, struct seg_table *table, uint32_t index) {
  const struct seg_column_syntax *syntax = &table->syntax->columns[index];
  if (table->progress[index] == SEG_UNDER_WAY)
    seg_report(check->sink, SEG_DIAG_CYCLE, syntax->name.span, "the column `%.*s` needs itself",
               SEG_STR(syntax->name.text));
  if (table->progress[index] == SEG_NOT_STARTED) {
    table->progress[index] = SEG_UNDER_WAY;
    bool right = syntax->computed ? check_computed(check, table, index)
                                  : check_declared(check, table, index);
    table->progress[index] = right ? SEG_DONE : SEG_BROKEN;
  }
  return table->progress[index] == SEG_DONE;
}

static void check_where(struct seg_check *check, struct seg_table *table) {
  uint32_t count = table->syntax->where_count;
  struct seg_scope scope = scope_of(table);
  struct seg_node *all = NULL;
  for (uint32_t i = 0; i < count; i++) {
    struct seg_node *line = seg_check_condition(check, &scope, table->syntax->wheres[i]);
    if (!line)
      continue;
    all = all ? seg_node_binary(check, SEG_NODE_AND, seg_type_of(SEG_TYPE_BOOL), line->span, all,
                                line)
              : line;
  }
  // Checked before it is set: a `where` must not vouch for itself.
  seg_check_missing_in(check, all, table->entity);
  table->entity->where = all;
}

static void report_unique_customers(struct seg_check *check, const struct seg_table *table) {
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_SYNTAX, table->syntax->unique_span,
                                        "`unique by` cannot stand in the customer's declaration");
  seg_note(check->sink, d,
           "a source has one row for each customer; two rows with one key are an "
           "error of the data");
  seg_help(check->sink, d, "remove it; a query as the source can pick the row that counts");
}

static void check_unique(struct seg_check *check, struct seg_table *table) {
  struct seg_program_entity *entity = table->entity;
  uint32_t count = table->syntax->unique_count;
  if (!table->is_event && count > 0) {
    report_unique_customers(check, table);
    return;
  }
  bool only_key = count > 0;
  entity->unique = SEG_NEW_ARRAY(&check->program->arena, int32_t, count + 1u);
  if (!entity->unique) {
    check->out_of_memory = true;
    return;
  }
  for (uint32_t i = 0; i < count; i++) {
    struct seg_name name = table->syntax->unique[i];
    bool is_time = table->is_event && seg_str_equal(name.text, entity->time);
    int64_t column = seg_names_find(&table->columns, name.text);
    // Events are compared within one customer, so the key never tells two apart.
    if (!is_time && column == SEG_NO_NAME && seg_str_equal(name.text, entity->key))
      continue;
    only_key = false;
    if (is_time)
      entity->unique[entity->unique_count++] = SEG_UNIQUE_TIME;
    else if (column != SEG_NO_NAME)
      entity->unique[entity->unique_count++] = (int32_t)column;
    else
      seg_check_column(check, table, name); // reports
  }
  if (!only_key)
    return;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_ARGUMENTS, table->syntax->unique_span,
                                        "`unique by` needs a column besides the customer's key");
  seg_help(check->sink, d, "list the columns that make two rows the same event");
}

static void check_zone(struct seg_check *check, const struct seg_table *table) {
  struct seg_name name = table->syntax->zone;
  struct seg_zone *zone = NULL;
  struct seg_error error = {0};
  if (name.text.size == 0)
    return;
  // Only a wrong name is a mistake of the rules; a machine without zones is found out at the run.
  enum seg_status status = seg_zone_load(name.text, &zone, &error);
  check->out_of_memory = check->out_of_memory || status == SEG_OUT_OF_MEMORY;
  if (status == SEG_USAGE) {
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_SETTING, name.span, "%s", error.message);
    if (error.help[0])
      seg_help(check->sink, d, "%s", error.help);
  }
  seg_zone_free(zone);
}

/** Names of the columns, which everything else looks up. */
static bool name_columns(struct seg_check *check, struct seg_table *table) {
  const struct seg_entity *syntax = table->syntax;
  struct seg_program_entity *entity = table->entity;
  entity->name = syntax->name;
  entity->source = syntax->source.text;
  entity->key = syntax->key.text;
  entity->time = syntax->time.text;
  entity->zone = syntax->zone.text;
  entity->span = syntax->span;
  entity->column_count = syntax->column_count;
  entity->columns =
      SEG_NEW_ARRAY(&check->program->arena, struct seg_program_column, syntax->column_count + 1u);
  table->progress =
      SEG_NEW_ARRAY(&check->scratch, enum seg_progress, (size_t)syntax->column_count + 1u);
  if (!entity->columns || !table->progress ||
      !seg_names_init(&table->columns, &check->scratch, syntax->column_count)) {
    check->out_of_memory = true;
    return false;
  }
  for (uint32_t i = 0; i < syntax->column_count; i++) {
    const struct seg_column_syntax *column = &syntax->columns[i];
    entity->columns[i] = (struct seg_program_column){
        .name = column->name, .personal = column->personal, .span = column->span};
    uint32_t other = 0;
    enum seg_name_added added = seg_names_add(&table->columns, column->name.text, i, &other);
    if (added == SEG_NAME_SAME || added == SEG_NAME_ALIKE)
      report_duplicate_column(check, table, i, other, added == SEG_NAME_SAME);
    else if (added == SEG_NAME_NO_MEMORY)
      check->out_of_memory = true;
  }
  return !check->out_of_memory;
}

/** `customer from purchase`: every customer of that event, under its key. */
static void find_customer_event(struct seg_check *check) {
  const struct seg_entity *syntax = check->customer.syntax;
  check->program->customer_from_event = -1;
  if (syntax->event.text.size == 0)
    return;
  struct seg_symbol *symbol = seg_find_symbol(check, syntax->event.text);
  if (!symbol) {
    seg_unknown_symbol(check, syntax->event, SEG_SYMBOL_EVENT, "event");
  } else if (symbol->kind != SEG_SYMBOL_EVENT && symbol->excused) {
    return;
  } else if (symbol->kind != SEG_SYMBOL_EVENT) {
    seg_report(check->sink, SEG_DIAG_WRONG_KIND, syntax->event.span,
               "`%.*s` is no event to take customers from", SEG_STR(syntax->event.text));
  } else {
    symbol->used = true;
    check->program->customer_from_event = (int32_t)symbol->index;
    check->program->customer.key = check->events[symbol->index].syntax->key.text;
  }
}

static void check_table(struct seg_check *check, struct seg_table *table) {
  for (uint32_t i = 0; i < table->syntax->column_count; i++)
    seg_column_ready(check, table, i);
  check_where(check, table);
  check_unique(check, table);
  check_zone(check, table);
  for (uint32_t i = 0; i < table->syntax->column_count; i++)
    seg_check_missing_in(check, table->entity->columns[i].computed, table->entity);
}

/** A column of the customer that looks like a metric, event or constant: all are read in rules. */
static void check_lookalikes(struct seg_check *check) {
  const struct seg_table *table = &check->customer;
  for (uint32_t i = 0; i < table->columns.count; i++) {
    const struct seg_name_entry *entry = &table->columns.entries[i];
    int64_t found = seg_names_find_alike(&check->names, entry->text);
    if (found == SEG_NO_NAME)
      continue;
    const struct seg_symbol *symbol = &check->symbols[found];
    bool readable = symbol->kind == SEG_SYMBOL_METRIC || symbol->kind == SEG_SYMBOL_EVENT ||
                    symbol->kind == SEG_SYMBOL_CONSTANT;
    if (!readable || seg_str_equal(symbol->name.text, entry->text))
      continue;
    struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_CONFUSABLE_NAME, symbol->name.span,
                                          "`%.*s` can be mistaken for a column of the customer",
                                          SEG_STR(symbol->name.text));
    seg_note_at(check->sink, d, table->syntax->columns[entry->value].name.span,
                "it looks like this one");
  }
}

void seg_check_entities(struct seg_check *check) {
  for (uint32_t i = 0; i < check->program->event_count; i++)
    if (!name_columns(check, &check->events[i]))
      return;
  check->program->customer_from_event = -1;
  if (check->customer.syntax) {
    if (!name_columns(check, &check->customer))
      return;
    find_customer_event(check);
    check_table(check, &check->customer);
    check_lookalikes(check);
  }
  for (uint32_t i = 0; i < check->program->event_count; i++)
    check_table(check, &check->events[i]);
}
