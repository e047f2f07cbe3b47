// The names a module needs; see rename.h.
//
// What a name in the tree is needs no checker here: a module names a needed event as itself
// (`count(purchase)`), and its columns behind the event (`purchase.amount`) or in a filter of it
// (`purchase[amount > 0]`).
#include "compiler/modules/rename.h"

#include <string.h>

struct renaming {
  const struct seg_ast *ast;
  const struct seg_use *use;
  uint32_t file;
};

static const struct seg_need *next_need(const struct renaming *renaming,
                                        const struct seg_declaration **at) {
  for (const struct seg_declaration *d = *at; d != NULL; d = d->next)
    if (d->kind == SEG_DECLARE_NEED && d->span.file == renaming->file) {
      *at = d->next;
      return d->need;
    }
  return NULL;
}

static const struct seg_need *find_need(const struct renaming *renaming, struct seg_str event) {
  const struct seg_declaration *at = renaming->ast->first;
  const struct seg_need *need;
  while ((need = next_need(renaming, &at)) != NULL)
    if (seg_str_equal(need->event.text, event))
      return need;
  return NULL;
}

/** Is `dotted` the text `event.column`? */
static bool is_column_of(struct seg_str dotted, struct seg_str event, struct seg_str column) {
  return dotted.size == event.size + 1 + column.size &&
         memcmp(dotted.data, event.data, event.size) == 0 && dotted.data[event.size] == '.' &&
         memcmp(dotted.data + event.size + 1, column.data, column.size) == 0;
}

static struct seg_str event_name(const struct renaming *renaming, struct seg_str event) {
  for (uint32_t i = 0; i < renaming->use->rename_count; i++)
    if (seg_str_equal(renaming->use->renames[i].needed.text, event))
      return renaming->use->renames[i].given.text;
  return event;
}

static struct seg_str column_name(const struct renaming *renaming, const struct seg_need *need,
                                  struct seg_str column) {
  for (uint32_t i = 0; i < renaming->use->rename_count; i++)
    if (is_column_of(renaming->use->renames[i].needed.text, need->event.text, column))
      return renaming->use->renames[i].given.text;
  return column;
}

/** The needed event that an expression is about: `purchase`, `purchase[...]`. */
static const struct seg_need *event_of(const struct renaming *renaming,
                                       const struct seg_expr *expr) {
  while (expr->kind == SEG_EXPR_FILTER || expr->kind == SEG_EXPR_PAREN)
    expr = expr->operands[0];
  return expr->kind == SEG_EXPR_NAME ? find_need(renaming, expr->name.text) : NULL;
}

/** `filtered` is the event whose columns the names are, or NULL. */
static void rename_expr(const struct renaming *renaming, struct seg_expr *expr,
                        const struct seg_need *filtered) {
  const struct seg_need *event =
      expr->operand_count > 0 ? event_of(renaming, expr->operands[0]) : NULL;
  for (uint32_t i = 0; i < expr->operand_count; i++)
    rename_expr(renaming, expr->operands[i],
                expr->kind == SEG_EXPR_FILTER && i == 1 ? event : filtered);
  if (expr->kind == SEG_EXPR_FIELD && event != NULL)
    expr->name.text = column_name(renaming, event, expr->name.text);
  else if (expr->kind == SEG_EXPR_NAME && filtered != NULL)
    expr->name.text = column_name(renaming, filtered, expr->name.text);
  else if (expr->kind == SEG_EXPR_NAME && find_need(renaming, expr->name.text) != NULL)
    expr->name.text = event_name(renaming, expr->name.text);
}

static void rename_segment(const struct renaming *renaming, struct seg_segment *segment) {
  for (uint32_t i = 0; i < segment->clause_count; i++)
    for (uint32_t j = 0; j < segment->clauses[i].value_count; j++)
      rename_expr(renaming, segment->clauses[i].values[j], NULL);
}

static void rename_need(const struct renaming *renaming, struct seg_need *need) {
  for (uint32_t i = 0; i < need->entity->column_count; i++) {
    struct seg_name *column = &need->entity->columns[i].name;
    column->text = column_name(renaming, need, column->text);
  }
  need->entity->name.text = event_name(renaming, need->event.text);
  need->use = renaming->use;
}

void seg_rename_needs(struct seg_ast *ast, uint32_t file, const struct seg_use *use) {
  struct renaming renaming = {.ast = ast, .use = use, .file = file};
  for (struct seg_declaration *d = ast->first; d != NULL; d = d->next) {
    if (d->span.file != file)
      continue;
    if (d->kind == SEG_DECLARE_METRIC)
      rename_expr(&renaming, d->metric->value, NULL);
    else if (d->kind == SEG_DECLARE_SEGMENT)
      rename_segment(&renaming, d->segment);
  }
  for (struct seg_declaration *d = ast->first; d != NULL; d = d->next)
    if (d->span.file == file && d->kind == SEG_DECLARE_NEED)
      rename_need(&renaming, d->need);
}

bool seg_rename_is_of(struct seg_str needed, const struct seg_need *need) {
  if (seg_str_equal(needed, need->event.text))
    return true;
  for (uint32_t i = 0; i < need->entity->column_count; i++)
    if (is_column_of(needed, need->event.text, need->columns[i].text))
      return true;
  return false;
}
