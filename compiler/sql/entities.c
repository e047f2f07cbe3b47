// The customers and the events: what the rows of the tables are, and which of them exist.
#include <stdio.h>
#include <strings.h>

#include "compiler/sql/internal.h"
#include "runtime/base/decimal.h"

// --- names of common table expressions: never that of a table that is read ---

static bool is_source(const struct seg_sql *sql, struct seg_str name) {
  const struct seg_program *program = sql->program;
  for (uint32_t i = 0; i <= program->event_count + program->list_count; i++) {
    struct seg_str source = i == 0 ? program->customer.source
                            : i <= program->event_count
                                ? program->events[i - 1].source
                                : program->lists[i - 1 - program->event_count].source;
    if (source.size == name.size && strncasecmp(source.data, name.data, name.size) == 0)
      return true;
  }
  return false;
}

struct seg_str seg_sql_cte_name(struct seg_sql *sql, struct seg_str word, const char *what) {
  if (word.size > 40) // PostgreSQL cuts long names
    word = (struct seg_str){word.data, 40};
  struct seg_str name = seg_sql_format(sql, "%.*s%s%s", SEG_STR(word), what[0] ? " " : "", what);
  while (is_source(sql, name) && !sql->out_of_memory)
    name = seg_sql_format(sql, "%.*s'", SEG_STR(name));
  return name;
}

struct seg_str seg_sql_event_name(struct seg_sql *sql, uint32_t event) {
  return seg_sql_cte_name(sql, sql->program->events[event].name.text, "events");
}

struct seg_str seg_sql_totals_name(struct seg_sql *sql, uint32_t event) {
  return seg_sql_cte_name(sql, sql->program->events[event].name.text, "totals");
}

struct seg_str seg_sql_customers_name(struct seg_sql *sql) {
  return seg_sql_cte_name(sql, seg_str_view("all customers"), "");
}

void seg_sql_begin(struct seg_sql *sql, struct seg_str name, struct seg_str remark) {
  struct seg_str quoted = seg_sql_quoted(sql, name), line = seg_sql_remark(sql, remark);
  const char *between = sql->ctes++ > 0          ? ",\n\n"
                        : seg_sql_has_draws(sql) ? "WITH RECURSIVE\n"
                                                 : "WITH\n";
  fprintf(sql->out, "%s-- %.*s\n%.*s AS (\n", between, SEG_STR(line), SEG_STR(quoted));
}

void seg_sql_end(struct seg_sql *sql) {
  fputs(")", sql->out);
}

// --- columns of a table ---

static struct seg_sql_text converted(struct seg_sql *sql, const struct seg_program_entity *entity,
                                     const struct seg_program_column *column) {
  struct seg_sql_text raw = seg_sql_column(sql, column->name.text, column->optional);
  struct seg_node place = {.span = column->span};
  switch (column->type.kind) {
  case SEG_TYPE_BOOL: return SEG_SQL_FORM(sql, AS_BOOL, &place, raw);
  case SEG_TYPE_INT: return SEG_SQL_FORM(sql, AS_INT, &place, raw);
  case SEG_TYPE_NUMBER:
  case SEG_TYPE_AMOUNT: return SEG_SQL_FORM(sql, AS_NUMBER, &place, raw);
  case SEG_TYPE_TEXT: return SEG_SQL_FORM(sql, AS_TEXT, &place, raw);
  case SEG_TYPE_ENUM: return SEG_SQL_FORM(sql, AS_WORD, &place, raw);
  case SEG_TYPE_DATE: return SEG_SQL_FORM(sql, AS_DATE, &place, raw);
  case SEG_TYPE_TIMESTAMP: return seg_sql_moment(sql, entity, column->name.text, &place);
  case SEG_TYPE_MONEY:
    return SEG_SQL_FORM(sql, AS_MONEY, &place, raw, seg_sql_units(sql, column->type.scale),
                        seg_sql_number(sql, column->type.scale));
  case SEG_TYPE_KIND_COUNT: break;
  }
  return raw;
}

static void write_column(struct seg_sql *sql, struct seg_sql_text text, struct seg_str name) {
  struct seg_str quoted = seg_sql_quoted(sql, name);
  fprintf(sql->out, ",\n    %.*s AS %.*s", SEG_STR(text.text), SEG_STR(quoted));
}

// The declared columns that a rule stands on; computed ones or the others.
static void write_columns(struct seg_sql *sql, const struct seg_program_entity *entity,
                          uint32_t number, bool computed) {
  for (uint32_t i = 0; i < entity->column_count; i++) {
    const struct seg_program_column *column = &entity->columns[i];
    if (!sql->touched.columns[number][i] || (column->computed != NULL) != computed)
      continue;
    write_column(sql,
                 computed ? seg_sql_value(sql, column->computed) : converted(sql, entity, column),
                 column->name.text);
  }
}

static struct seg_str place_remark(struct seg_sql *sql, const char *what,
                                   const struct seg_program_entity *entity) {
  struct seg_str place = seg_sql_place(sql, entity->span);
  return seg_sql_format(sql, "%s (%.*s)", what, SEG_STR(place));
}

// --- events ---

static bool adds_in_order(const struct seg_node *node) {
  enum seg_type_kind kind = node->argument->type.kind;
  return (node->aggregate == SEG_AGGREGATE_SUM || node->aggregate == SEG_AGGREGATE_AVERAGE) &&
         (kind == SEG_TYPE_NUMBER || kind == SEG_TYPE_AMOUNT);
}

// Does the order of the table decide anything? The place of the rule that asks for it, or NULL.
static const struct seg_node *asks_for_order(const struct seg_sql *sql, uint32_t event) {
  for (size_t i = 0; i < sql->aggregates.count; i++) {
    const struct seg_node *node = sql->aggregates.items[i].node;
    if (node->event == event && node->argument != NULL &&
        (node->aggregate == SEG_AGGREGATE_FIRST || node->aggregate == SEG_AGGREGATE_LAST ||
         adds_in_order(node)))
      return node;
  }
  return NULL;
}

// Is more asked of the event's time than the day?
static bool asks_for_moment(const struct seg_sql *sql, uint32_t event) {
  const struct seg_program_entity *entity = &sql->program->events[event];
  for (uint32_t i = 0; i < entity->unique_count; i++)
    if (entity->unique[i] == SEG_UNIQUE_TIME)
      return true;
  for (size_t i = 0; i < sql->aggregates.count; i++) {
    const struct seg_node *node = sql->aggregates.items[i].node;
    bool edge = node->argument != NULL &&
                (node->aggregate == SEG_AGGREGATE_FIRST || node->aggregate == SEG_AGGREGATE_LAST);
    if (node->event == event && (edge || node->window.hours || node->sequence != NULL))
      return true;
    if (node->sequence != NULL && node->sequence->event == event)
      return true;
  }
  return false;
}

static void write_order(struct seg_sql *sql, uint32_t event) {
  const struct seg_program_entity *entity = &sql->program->events[event];
  struct seg_node place = {.span = entity->span};
  const struct seg_node *node = asks_for_order(sql, event);
  if (node == NULL && entity->unique_count == 0)
    return;
  struct seg_str order = sql->request->order;
  write_column(sql,
               order.size > 0 ? seg_sql_column(sql, order, false)
                              : seg_sql_form(sql, SEG_SQL_FORM_ROW_ORDER,
                                             node != NULL ? node : &place, 0, NULL),
               seg_str_view("#row"));
}

static void write_key(struct seg_sql *sql, const struct seg_program_entity *entity) {
  struct seg_node place = {.span = entity->span};
  struct seg_sql_text raw = seg_sql_column(sql, entity->key, false);
  struct seg_sql_text key = SEG_SQL_FORM(sql, AS_KEY, &place, raw);
  fprintf(sql->out, "  SELECT\n    %.*s AS \"#key\",\n    %.*s AS \"#id\"", SEG_STR(key.text),
          SEG_STR(raw.text));
}

static struct seg_str write_event_rows(struct seg_sql *sql, uint32_t event) {
  const struct seg_program_entity *entity = &sql->program->events[event];
  struct seg_node place = {.span = entity->span};
  struct seg_str name = seg_sql_cte_name(sql, entity->name.text, "rows");
  struct seg_str table = seg_sql_quoted(sql, entity->source);
  seg_sql_begin(sql, name, place_remark(sql, "the table in the types of the rules", entity));
  write_key(sql, entity);
  write_column(sql, seg_sql_local_day(sql, entity, entity->time, &place), seg_str_view("#day"));
  if (asks_for_moment(sql, event))
    write_column(sql, seg_sql_moment(sql, entity, entity->time, &place), seg_str_view("#at"));
  write_order(sql, event);
  write_columns(sql, entity, event + 1, false);
  fprintf(sql->out, "\n  FROM %.*s\n", SEG_STR(table));
  seg_sql_end(sql);
  return name;
}

// The first of equal rows stays.
static void write_unique(struct seg_sql *sql, const struct seg_program_entity *entity,
                         struct seg_str from, struct seg_str name) {
  struct seg_str quoted = seg_sql_quoted(sql, from);
  seg_sql_begin(sql, name, place_remark(sql, "each of them once: `unique by`", entity));
  fputs("  SELECT *\n  FROM (\n    SELECT *, row_number() OVER (PARTITION BY \"#key\"", sql->out);
  for (uint32_t i = 0; i < entity->unique_count; i++) {
    struct seg_str column = entity->unique[i] == SEG_UNIQUE_TIME
                                ? seg_str_view("#at")
                                : entity->columns[entity->unique[i]].name.text;
    struct seg_str by = seg_sql_quoted(sql, column);
    fprintf(sql->out, ", %.*s", SEG_STR(by));
  }
  fprintf(sql->out,
          " ORDER BY \"#row\") AS \"#copy\"\n    FROM %.*s\n  ) AS counted\n"
          "  WHERE \"#copy\" = 1\n",
          SEG_STR(quoted));
  seg_sql_end(sql);
}

static void write_where(struct seg_sql *sql, const struct seg_program_entity *entity,
                        const char *word) {
  if (entity->where == NULL)
    return;
  struct seg_sql_text where = seg_sql_condition(sql, entity->where);
  struct seg_str text = where.level == SEG_SQL_OR ? seg_sql_parens(sql, where) : where.text;
  fprintf(sql->out, "  %s %.*s\n", word, SEG_STR(text));
}

void seg_sql_write_event(struct seg_sql *sql, uint32_t event) {
  const struct seg_program_entity *entity = &sql->program->events[event];
  sql->entity = entity;
  struct seg_str rows = seg_sql_quoted(sql, write_event_rows(sql, event));
  struct seg_str name = seg_sql_event_name(sql, event);
  struct seg_str all =
      entity->unique_count == 0 ? name : seg_sql_cte_name(sql, entity->name.text, "with repeats");
  seg_sql_begin(sql, all,
                place_remark(sql, "the events that exist: those before the as-of day", entity));
  sql->expanded = true; // a column of this SELECT cannot be read in it
  fputs("  SELECT\n    *", sql->out);
  write_columns(sql, entity, event + 1, true);
  fprintf(sql->out, "\n  FROM %.*s\n  WHERE \"#day\" < %.*s\n", SEG_STR(rows),
          SEG_STR(sql->day.text));
  write_where(sql, entity, "  AND");
  sql->expanded = false;
  seg_sql_end(sql);
  if (entity->unique_count > 0)
    write_unique(sql, entity, all, name);
}

// --- customers ---

static void write_customers_of_event(struct seg_sql *sql) {
  uint32_t event = (uint32_t)sql->program->customer_from_event;
  struct seg_str from = seg_sql_quoted(sql, seg_sql_event_name(sql, event));
  seg_sql_begin(sql, seg_sql_customers_name(sql),
                place_remark(sql, "who has such an event", &sql->program->customer));
  fprintf(sql->out,
          "  SELECT \"#key\", min(\"#id\") AS \"#id\"\n  FROM %.*s\n"
          "  WHERE \"#key\" IS NOT NULL\n  GROUP BY \"#key\"\n",
          SEG_STR(from));
  seg_sql_end(sql);
}

void seg_sql_write_customer(struct seg_sql *sql) {
  const struct seg_program_entity *entity = &sql->program->customer;
  sql->entity = entity;
  if (sql->program->customer_from_event >= 0) {
    write_customers_of_event(sql);
    return;
  }
  struct seg_str name = seg_sql_customers_name(sql), rows = name;
  bool plain = entity->where == NULL;
  for (uint32_t i = 0; i < entity->column_count; i++)
    plain = plain && !(sql->touched.columns[0][i] && entity->columns[i].computed != NULL);
  if (!plain)
    rows = seg_sql_cte_name(sql, seg_str_view("customer"), "rows");
  struct seg_str table = seg_sql_quoted(sql, entity->source);
  seg_sql_begin(sql, rows, place_remark(sql, "the table of the customers", entity));
  write_key(sql, entity);
  write_columns(sql, entity, 0, false);
  fprintf(sql->out, "\n  FROM %.*s\n", SEG_STR(table));
  seg_sql_end(sql);
  if (plain)
    return;
  struct seg_str quoted = seg_sql_quoted(sql, rows);
  seg_sql_begin(sql, name, place_remark(sql, "those that count as customers", entity));
  sql->expanded = true;
  fputs("  SELECT\n    *", sql->out);
  write_columns(sql, entity, 0, true);
  fprintf(sql->out, "\n  FROM %.*s\n", SEG_STR(quoted));
  write_where(sql, entity, "WHERE");
  sql->expanded = false;
  seg_sql_end(sql);
}
