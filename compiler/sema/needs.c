/**
 * What a module needs: the events and columns that its used metrics read, against those the project
 * declares. The names in the tree are the project's already (compiler/modules).
 */
#include "compiler/sema/check.h"
#include "compiler/sema/types.h"

/** What a metric reads of one needed event. */
struct reading {
  const struct seg_need *need;
  bool event;
  uint64_t columns; // a bit each
};

enum { MAX_NEEDED_COLUMNS = 64 };

static bool is_event(const struct reading *reading, const struct seg_expr *expr) {
  while (expr->kind == SEG_EXPR_FILTER || expr->kind == SEG_EXPR_PAREN)
    expr = expr->operands[0];
  return expr->kind == SEG_EXPR_NAME &&
         seg_str_equal(expr->name.text, reading->need->entity->name.text);
}

static void read_column(struct reading *reading, struct seg_str name) {
  const struct seg_entity *entity = reading->need->entity;
  for (uint32_t i = 0; i < entity->column_count && i < MAX_NEEDED_COLUMNS; i++)
    if (seg_str_equal(entity->columns[i].name.text, name))
      reading->columns |= UINT64_C(1) << i;
}

static void read_expr(struct reading *reading, const struct seg_expr *expr, bool filtered) {
  bool of_event = expr->operand_count > 0 && is_event(reading, expr->operands[0]);
  for (uint32_t i = 0; i < expr->operand_count; i++)
    read_expr(reading, expr->operands[i],
              expr->kind == SEG_EXPR_FILTER && i == 1 ? of_event : filtered);
  if (expr->kind == SEG_EXPR_FIELD && of_event)
    read_column(reading, expr->name.text);
  else if (expr->kind == SEG_EXPR_NAME && filtered)
    read_column(reading, expr->name.text);
  else if (expr->kind == SEG_EXPR_NAME && is_event(reading, expr))
    reading->event = true;
}

static struct seg_diagnostic *report(struct seg_check *check, const struct seg_need *need,
                                     const struct seg_metric *metric, struct seg_str what) {
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_MODULE_NEED, need->use->span, "`%.*s` needs %.*s",
                 SEG_STR(need->use->module.text), SEG_STR(what));
  seg_note_at(check->sink, d, metric->name.span, "`%.*s` reads it", SEG_STR(metric->name.text));
  return d;
}

static void report_event(struct seg_check *check, const struct seg_need *need,
                         const struct seg_metric *metric) {
  struct seg_str name = need->entity->name.text;
  struct seg_diagnostic *d =
      report(check, need, metric,
             seg_words(check, "an event `%.*s`, which is not declared", SEG_STR(name)));
  if (check->program->event_count == 0) {
    seg_help(check->sink, d,
             "declare it: `event %.*s from \"SOURCE\" by KEY_COLUMN at TIME_COLUMN { ... }`",
             SEG_STR(name));
    return;
  }
  seg_help(check->sink, d, "declare it, or say which event it is: `use %.*s with %.*s = %.*s`",
           SEG_STR(need->use->module.text), SEG_STR(need->event.text),
           SEG_STR(check->events[0].syntax->name.text));
}

static void report_column(struct seg_check *check, const struct seg_need *need, uint32_t index,
                          const struct seg_metric *metric) {
  const struct seg_column_syntax *column = &need->entity->columns[index];
  struct seg_str event = need->entity->name.text;
  struct seg_diagnostic *d = report(
      check, need, metric,
      seg_words(check, "a column `%.*s` of type %.*s in the event `%.*s`",
                SEG_STR(column->name.text), SEG_STR(column->type.name.text), SEG_STR(event)));
  struct seg_str renamed = {"", 0};
  if (!seg_str_equal(event, need->event.text))
    renamed = seg_words(check, "%.*s = %.*s, ", SEG_STR(need->event.text), SEG_STR(event));
  seg_help(check->sink, d,
           "add the column (it may be computed), or say which one it is: `use %.*s with "
           "%.*s%.*s.%.*s = COLUMN`",
           SEG_STR(need->use->module.text), SEG_STR(renamed), SEG_STR(need->event.text),
           SEG_STR(need->columns[index].text));
}

/** An amount is money too, a closed list is text too. */
static bool fits(enum seg_type_kind needed, enum seg_type_kind given) {
  return needed == given || (needed == SEG_TYPE_TEXT && given == SEG_TYPE_ENUM) ||
         (needed == SEG_TYPE_NUMBER && given == SEG_TYPE_INT);
}

static void report_type(struct seg_check *check, const struct seg_need *need, uint32_t index,
                        const struct seg_metric *metric, const struct seg_program_column *column) {
  char type[SEG_TYPE_TEXT_SIZE];
  const struct seg_column_syntax *syntax = &need->entity->columns[index];
  struct seg_diagnostic *d = report(
      check, need, metric,
      seg_words(check, "`%.*s` of the event `%.*s` to be of type %.*s", SEG_STR(syntax->name.text),
                SEG_STR(need->entity->name.text), SEG_STR(syntax->type.name.text)));
  seg_note_at(check->sink, d, column->span, "its type is %s",
              seg_type_describe(&column->type, type, sizeof type));
}

static bool column_met(struct seg_check *check, const struct seg_need *need, uint32_t index,
                       struct seg_table *table, const struct seg_metric *metric) {
  const struct seg_column_syntax *needed = &need->entity->columns[index];
  int64_t found = seg_names_find(&table->columns, needed->name.text);
  if (found == SEG_NO_NAME) {
    report_column(check, need, index, metric);
    return false;
  }
  if (!seg_column_ready(check, table, (uint32_t)found))
    return false; // reported
  enum seg_type_kind kind;
  const struct seg_program_column *column = &table->entity->columns[found];
  if (!seg_type_word(needed->type.name.text, &kind) || fits(kind, column->type.kind))
    return true;
  report_type(check, need, index, metric, column);
  return false;
}

static bool need_met(struct seg_check *check, const struct reading *reading,
                     const struct seg_metric *metric) {
  const struct seg_need *need = reading->need;
  struct seg_symbol *symbol = seg_find_symbol(check, need->entity->name.text);
  if (!symbol || symbol->kind != SEG_SYMBOL_EVENT) {
    report_event(check, need, metric);
    return false;
  }
  for (uint32_t i = 0; i < need->entity->column_count && i < MAX_NEEDED_COLUMNS; i++)
    if ((reading->columns >> i & 1) != 0 &&
        !column_met(check, need, i, &check->events[symbol->index], metric))
      return false;
  return true;
}

bool seg_needs_met(struct seg_check *check, const struct seg_metric *metric) {
  if (!seg_in_library(check, metric->span))
    return true;
  bool met = true;
  for (const struct seg_declaration *d = check->ast->first; d; d = d->next) {
    if (d->kind != SEG_DECLARE_NEED || d->span.file != metric->span.file)
      continue;
    struct reading reading = {.need = d->need};
    read_expr(&reading, metric->value, false);
    bool reported = false;
    for (size_t i = 0; i < check->unmet.count; i++)
      reported = reported || check->unmet.items[i] == d->need;
    if (!reading.event)
      continue;
    if (!reported && need_met(check, &reading, metric))
      continue;
    if (!reported && !SEG_VEC_PUSH(&check->unmet, d->need))
      check->out_of_memory = true;
    met = false;
  }
  return met;
}
