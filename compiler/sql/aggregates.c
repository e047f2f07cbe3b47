// Aggregates: each different one is a column of its event's totals, a row a customer.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/sema/check.h"
#include "compiler/sql/internal.h"

// --- finding and naming them ---

static bool holds_word(struct seg_str text, const char *word) {
  return memmem(text.data, text.size, word, strlen(word)) != NULL;
}

static bool tells_window(struct seg_str text) {
  static const char *const words[] = {" ever", " within ", " between ", " from ", " in "};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (holds_word(text, words[i]))
      return true;
  return false;
}

// A metric may stand for several aggregates: an average is a sum and a count.
static struct seg_str name_of(struct seg_sql *sql, const struct seg_node *node) {
  static const char *const kinds[SEG_AGGREGATE_KIND_COUNT] = {
#define SEG_AGGREGATE(name, word) word,
#include "compiler/sema/aggregates.def"
#undef SEG_AGGREGATE
  };
  struct seg_str words = seg_sql_source(sql, node->span);
  const char *kind = kinds[node->aggregate];
  struct seg_str name = words;
  if (!holds_word(words, kind) && node->argument != NULL)
    name = seg_sql_format(sql, "%s of %.*s", kind, SEG_STR(words));
  if (!tells_window(words)) {
    struct seg_str window = seg_sql_window_words(sql, &node->window);
    name = seg_sql_format(sql, "%.*s %.*s", SEG_STR(name), SEG_STR(window));
  }
  return seg_sql_new_name(sql, name);
}

static const struct seg_sql_aggregate *find(const struct seg_sql *sql,
                                            const struct seg_node *node) {
  for (size_t i = 0; i < sql->aggregates.count; i++)
    if (seg_same_value(sql->aggregates.items[i].node, node))
      return &sql->aggregates.items[i];
  return NULL;
}

// Equal sequences of an event are one column.
static int32_t sequence_number(const struct seg_sql *sql, const struct seg_node *node) {
  int32_t next = 0;
  if (node->sequence == NULL)
    return -1;
  for (size_t i = 0; i < sql->aggregates.count; i++) {
    const struct seg_sql_aggregate *other = &sql->aggregates.items[i];
    if (other->node->event != node->event || other->sequence < 0)
      continue;
    if (seg_same_sequence(other->node->sequence, node->sequence))
      return other->sequence;
    next = other->sequence >= next ? other->sequence + 1 : next;
  }
  return next;
}

void seg_sql_collect(struct seg_sql *sql, const struct seg_node *node) {
  if (node->kind == SEG_NODE_MEMBER)
    return; // the other segment is collected by itself
  if (node->kind == SEG_NODE_AGGREGATE && find(sql, node) == NULL) {
    struct seg_sql_aggregate aggregate = {
        .node = node, .name = name_of(sql, node), .sequence = sequence_number(sql, node)};
    if (!SEG_VEC_PUSH(&sql->aggregates, aggregate))
      sql->out_of_memory = true;
  }
  if (node->kind == SEG_NODE_BUCKET)
    seg_sql_collect_salt(sql, node->salt);
  for (uint32_t i = 0; i < node->operand_count; i++)
    seg_sql_collect(sql, node->operands[i]);
  if (node->kind != SEG_NODE_RANK)
    return;
  for (size_t i = 0; i < sql->ranks.count; i++)
    if (seg_same_value(sql->ranks.items[i].node, node))
      return;
  struct seg_sql_rank rank = {.node = node,
                              .name = seg_sql_new_name(sql, seg_sql_source(sql, node->span))};
  if (!SEG_VEC_PUSH(&sql->ranks, rank))
    sql->out_of_memory = true;
}

struct seg_sql_text seg_sql_aggregate(struct seg_sql *sql, const struct seg_node *node) {
  const struct seg_sql_aggregate *aggregate = find(sql, node);
  assert(aggregate != NULL);
  return seg_sql_column(sql, aggregate->name, !seg_aggregate_is_always_known(node->aggregate));
}

bool seg_sql_has_totals(const struct seg_sql *sql, uint32_t event) {
  for (size_t i = 0; i < sql->aggregates.count; i++)
    if (sql->aggregates.items[i].node->event == event)
      return true;
  return false;
}

// --- one of them ---

static bool is_fractional(const struct seg_node *node) {
  return node->type.kind == SEG_TYPE_NUMBER || node->type.kind == SEG_TYPE_AMOUNT;
}

static struct seg_str sequence_name(struct seg_sql *sql, int32_t number) {
  return seg_sql_format(sql, "#next %d", number + 1);
}

// Behind `without`, the time must be over before the as-of day.
static struct seg_sql_text is_over(struct seg_sql *sql, const struct seg_node *node) {
  const struct seg_sequence *sequence = node->sequence;
  struct seg_sql_text day = seg_sql_column(sql, seg_str_view("#day"), false);
  struct seg_sql_text at = seg_sql_column(sql, seg_str_view("#at"), false);
  struct seg_sql_text limit = seg_sql_number(sql, sequence->limit);
  struct seg_sql_text end = sequence->in_days ? SEG_SQL_FORM(sql, ADD_DAYS, node, day, limit)
                                              : SEG_SQL_FORM(sql, ADD_HOURS, node, at, limit);
  struct seg_str until = sequence->in_days ? sql->day.text : sql->midnight.text;
  return (struct seg_sql_text){
      .text = seg_sql_format(sql, "%.*s < %.*s", SEG_STR(end.text), SEG_STR(until)),
      .level = SEG_SQL_OTHER};
}

static struct seg_sql_text sequence_condition(struct seg_sql *sql,
                                              const struct seg_sql_aggregate *aggregate) {
  if (aggregate->sequence < 0)
    return (struct seg_sql_text){.text = {"", 0}};
  struct seg_sql_text followed =
      seg_sql_column(sql, sequence_name(sql, aggregate->sequence), false);
  if (!aggregate->node->sequence->without)
    return followed;
  return seg_sql_both(sql, SEG_SQL_FORM(sql, NOT, aggregate->node, followed),
                      is_over(sql, aggregate->node));
}

// What an aggregate asks of an event; empty when nothing.
static struct seg_sql_text condition_of(struct seg_sql *sql,
                                        const struct seg_sql_aggregate *aggregate) {
  const struct seg_node *node = aggregate->node;
  struct seg_sql_text condition = seg_sql_window(sql, node);
  if (node->filter != NULL)
    condition = seg_sql_both(sql, condition, seg_sql_condition(sql, node->filter));
  return seg_sql_both(sql, condition, sequence_condition(sql, aggregate));
}

static enum seg_sql_form form_of(const struct seg_node *node) {
  bool fractional = node->argument != NULL && is_fractional(node->argument);
  switch (node->aggregate) {
  case SEG_AGGREGATE_COUNT: return SEG_SQL_FORM_COUNT;
  case SEG_AGGREGATE_SUM: return fractional ? SEG_SQL_FORM_SUM_NUMBER : SEG_SQL_FORM_SUM;
  case SEG_AGGREGATE_AVERAGE:
    return fractional ? SEG_SQL_FORM_AVERAGE_NUMBER : SEG_SQL_FORM_AVERAGE;
  case SEG_AGGREGATE_MIN: return SEG_SQL_FORM_MIN;
  case SEG_AGGREGATE_MAX: return SEG_SQL_FORM_MAX;
  case SEG_AGGREGATE_DISTINCT:
  case SEG_AGGREGATE_ACTIVE_DAYS:
  case SEG_AGGREGATE_ACTIVE_WEEKS:
  case SEG_AGGREGATE_ACTIVE_MONTHS: return SEG_SQL_FORM_COUNT_DIFFERENT;
  case SEG_AGGREGATE_FIRST: return node->argument == NULL ? SEG_SQL_FORM_MIN : SEG_SQL_FORM_FIRST;
  case SEG_AGGREGATE_LAST: return node->argument == NULL ? SEG_SQL_FORM_MAX : SEG_SQL_FORM_LAST;
  case SEG_AGGREGATE_KIND_COUNT: break;
  }
  assert(!"unknown aggregate");
  return SEG_SQL_FORM_COUNT;
}

// What is counted, added or compared.
static struct seg_sql_text argument_of(struct seg_sql *sql, const struct seg_node *node) {
  if (node->argument != NULL)
    return seg_sql_value(sql, node->argument);
  struct seg_sql_text day = seg_sql_column(sql, seg_str_view("#day"), false);
  switch (node->aggregate) {
  case SEG_AGGREGATE_COUNT: return seg_sql_atom(seg_str_view("*"));
  case SEG_AGGREGATE_ACTIVE_WEEKS: return SEG_SQL_FORM(sql, ACTIVE_WEEK, node, day);
  case SEG_AGGREGATE_ACTIVE_MONTHS: return SEG_SQL_FORM(sql, ACTIVE_MONTH, node, day);
  case SEG_AGGREGATE_SUM:
  case SEG_AGGREGATE_AVERAGE:
  case SEG_AGGREGATE_MIN:
  case SEG_AGGREGATE_MAX:
  case SEG_AGGREGATE_DISTINCT:
  case SEG_AGGREGATE_ACTIVE_DAYS:
  case SEG_AGGREGATE_FIRST:
  case SEG_AGGREGATE_LAST:
  case SEG_AGGREGATE_KIND_COUNT: break;
  }
  return day;
}

// `from`: the table of the events, in quotes.
static struct seg_sql_text total(struct seg_sql *sql, const struct seg_sql_aggregate *aggregate,
                                 struct seg_str from) {
  const struct seg_node *node = aggregate->node;
  struct seg_sql_text condition = condition_of(sql, aggregate);
  struct seg_str filter = {"", 0}, more = {"", 0};
  if (condition.text.size > 0) {
    struct seg_str text =
        condition.level == SEG_SQL_OR ? seg_sql_parens(sql, condition) : condition.text;
    filter = seg_sql_format(sql, " FILTER (WHERE %.*s)", SEG_STR(condition.text));
    more = seg_sql_format(sql, " AND %.*s", SEG_STR(text));
  }
  unsigned scale = node->argument != NULL ? node->argument->type.scale : 0;
  struct seg_type number = {.kind = SEG_TYPE_NUMBER};
  struct seg_literal units = {.number = 1};
  for (unsigned i = 0; i < scale; i++)
    units.number *= 10;
  struct seg_sql_text operands[] = {argument_of(sql, node), seg_sql_atom(filter),
                                    seg_sql_literal_value(sql, &number, &units, node),
                                    seg_sql_atom(from), seg_sql_atom(more)};
  return seg_sql_form(sql, form_of(node), node, 5, operands);
}

// --- what follows an event ---

static void write_sequence(struct seg_sql *sql, const struct seg_sql_aggregate *aggregate) {
  const struct seg_node *node = aggregate->node;
  const struct seg_sequence *sequence = node->sequence;
  struct seg_sql_text limit = seg_sql_number(sql, sequence->limit);
  struct seg_sql_text day = seg_sql_atom(seg_str_view("event.\"#day\""));
  struct seg_sql_text at = seg_sql_atom(seg_str_view("event.\"#at\""));
  struct seg_sql_text end = sequence->in_days ? SEG_SQL_FORM(sql, ADD_DAYS, node, day, limit)
                                              : SEG_SQL_FORM(sql, ADD_HOURS, node, at, limit);
  struct seg_str table = seg_sql_event_name(sql, sequence->event);
  struct seg_str quoted = seg_sql_quoted(sql, table);
  fprintf(sql->out,
          ",\n    EXISTS (\n      SELECT 1 FROM %.*s AS next\n"
          "      WHERE next.\"#key\" = event.\"#key\" AND next.\"#at\" > event.\"#at\"\n"
          "        AND next.\"%s\" <= %.*s",
          SEG_STR(quoted), sequence->in_days ? "#day" : "#at", SEG_STR(end.text));
  if (sequence->filter != NULL) {
    const struct seg_program_entity *entity = sql->entity;
    sql->entity = &sql->program->events[sequence->event];
    sql->qualifier = "next.";
    struct seg_sql_text filter = seg_sql_condition(sql, sequence->filter);
    sql->qualifier = "";
    sql->entity = entity;
    struct seg_str text = filter.level == SEG_SQL_OR ? seg_sql_parens(sql, filter) : filter.text;
    fprintf(sql->out, "\n        AND %.*s", SEG_STR(text));
  }
  struct seg_str name = seg_sql_quoted(sql, sequence_name(sql, aggregate->sequence));
  fprintf(sql->out, "\n    ) AS %.*s", SEG_STR(name));
}

// The events with a column for each sequence; the name of the table that has them.
static struct seg_str write_sequences(struct seg_sql *sql, uint32_t event) {
  struct seg_str from = seg_sql_event_name(sql, event);
  struct seg_str table = seg_sql_cte_name(sql, sql->program->events[event].name.text, "followed");
  int32_t written = 0;
  for (size_t i = 0; i < sql->aggregates.count; i++) {
    const struct seg_sql_aggregate *aggregate = &sql->aggregates.items[i];
    if (aggregate->node->event != event || aggregate->sequence < written)
      continue;
    if (written == 0) {
      seg_sql_begin(sql, table, seg_str_view("which events are followed by another one in time"));
      fputs("  SELECT\n    event.*", sql->out);
    }
    write_sequence(sql, aggregate);
    written = aggregate->sequence + 1;
  }
  if (written == 0)
    return from;
  struct seg_str quoted = seg_sql_quoted(sql, from);
  fprintf(sql->out, "\n  FROM %.*s AS event\n", SEG_STR(quoted));
  seg_sql_end(sql);
  return table;
}

void seg_sql_write_totals(struct seg_sql *sql, uint32_t event) {
  if (!seg_sql_has_totals(sql, event))
    return;
  sql->entity = &sql->program->events[event];
  struct seg_str from = seg_sql_quoted(sql, write_sequences(sql, event));
  seg_sql_begin(sql, seg_sql_totals_name(sql, event),
                seg_sql_format(sql, "a row a customer, a column for what the rules ask of `%.*s`",
                               SEG_STR(sql->entity->name.text)));
  fputs("  SELECT\n    \"#key\"", sql->out);
  for (size_t i = 0; i < sql->aggregates.count; i++) {
    const struct seg_sql_aggregate *aggregate = &sql->aggregates.items[i];
    if (aggregate->node->event != event)
      continue;
    struct seg_sql_text text = total(sql, aggregate, from);
    struct seg_str name = seg_sql_quoted(sql, aggregate->name);
    fprintf(sql->out, ",\n    %.*s AS %.*s", SEG_STR(text.text), SEG_STR(name));
  }
  struct seg_str customers = seg_sql_quoted(sql, seg_sql_customers_name(sql));
  fprintf(sql->out,
          "\n  FROM %.*s\n  WHERE \"#key\" IN (SELECT \"#key\" FROM %.*s)\n  GROUP BY \"#key\"\n",
          SEG_STR(from), SEG_STR(customers));
  seg_sql_end(sql);
}
