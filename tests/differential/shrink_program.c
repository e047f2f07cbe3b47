// Smaller programs: what is declared is dropped, what is written is replaced by a part of it. The
// checker is the judge of what still makes sense: a program that it refuses does not differ.
#include "tests/differential/shrink_program.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool late(double end) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9 > end;
}

static bool try_drop(struct shrink *shrink, bool *dropped) {
  if (*dropped)
    return false;
  *dropped = true;
  if (shrink_differs(shrink))
    return true;
  *dropped = false;
  return false;
}

static bool try_remove(struct shrink *shrink, struct term **slot) {
  struct term *old = *slot;
  if (old == NULL)
    return false;
  *slot = NULL;
  if (shrink_differs(shrink))
    return true;
  *slot = old;
  return false;
}

static bool try_count(struct shrink *shrink, uint32_t *count) {
  uint32_t old = *count;
  if (old == 0)
    return false;
  *count = 0;
  if (shrink_differs(shrink))
    return true;
  *count = old;
  return false;
}

// --- declarations ---

static bool drop_columns(struct shrink *shrink, struct model_entity *entity) {
  bool changed = false;
  changed = try_remove(shrink, &entity->where) || changed;
  changed = try_count(shrink, &entity->unique_count) || changed;
  for (uint32_t i = entity->column_count; i > 0; i--)
    changed = try_drop(shrink, &entity->columns[i - 1].dropped) || changed;
  return changed;
}

static bool drop_declarations(struct shrink *shrink, double end) {
  struct model *model = shrink->model;
  bool changed = false;
  for (uint32_t i = 0; i < model->chain_count; i++)
    changed = try_drop(shrink, &model->chains[i].dropped) || changed;
  for (uint32_t i = 0; i < model->relation_count; i++)
    changed = try_drop(shrink, &model->relations[i].dropped) || changed;
  for (uint32_t i = 0; i < model->segment_count; i++)
    changed = try_drop(shrink, &model->segments[i].dropped) ||
              try_drop(shrink, &model->segments[i].no_holdout) || changed;
  for (uint32_t i = 0; i < model->list_count; i++)
    changed = try_drop(shrink, &model->lists[i].dropped) || changed;
  for (uint32_t i = model->metric_count; i > 0 && !late(end); i--)
    changed = try_drop(shrink, &model->metrics[i - 1].dropped) || changed;
  for (uint32_t i = 0; i < model->constant_count && !late(end); i++)
    changed = try_drop(shrink, &model->constants[i].dropped) || changed;
  for (uint32_t i = 0; i < model->event_count && !late(end); i++)
    changed = try_drop(shrink, &model->events[i].dropped) || changed;
  changed = drop_columns(shrink, &model->customer) || changed;
  for (uint32_t i = 0; i < model->event_count && !late(end); i++)
    if (!model->events[i].dropped)
      changed = drop_columns(shrink, &model->events[i]) || changed;
  return changed;
}

bool shrink_column_used(const struct model *model, struct seg_str table, struct seg_str column) {
  const struct model_entity *entity = seg_str_is(table, "customer") ? &model->customer : NULL;
  for (uint32_t i = 0; entity == NULL && i < model->event_count; i++)
    if (seg_str_is(table, model->events[i].name))
      entity = &model->events[i];
  for (uint32_t i = 0; entity != NULL && i < entity->column_count; i++) {
    struct seg_str name = seg_str_view(entity->columns[i].name);
    if (name.data[0] == '`')
      name = (struct seg_str){name.data + 1, name.size - 2};
    if (seg_str_equal(name, column))
      return !entity->columns[i].dropped;
  }
  return false;
}

// --- expressions ---

// Every place where an expression stands, outer ones first.
struct places {
  SEG_VEC(struct term **) items;
};

static void collect(struct places *places, struct term **place) {
  if (*place == NULL)
    return;
  if (!SEG_VEC_PUSH(&places->items, place))
    abort();
  struct term *term = *place;
  collect(places, &term->filter);
  if (term->sequence != NULL)
    collect(places, &term->sequence->filter);
  for (uint32_t i = 0; i < term->operand_count; i++)
    collect(places, &term->operands[i]);
}

static void collect_entity(struct places *places, struct model_entity *entity) {
  if (entity->dropped)
    return;
  collect(places, &entity->where);
  for (uint32_t i = 0; i < entity->column_count; i++)
    if (!entity->columns[i].dropped)
      collect(places, &entity->columns[i].computed);
}

static void collect_all(struct places *places, struct model *model) {
  places->items.count = 0;
  for (uint32_t i = 0; i < model->segment_count; i++)
    if (!model->segments[i].dropped)
      collect(places, &model->segments[i].when);
  for (uint32_t i = 0; i < model->metric_count; i++)
    if (!model->metrics[i].dropped)
      collect(places, &model->metrics[i].value);
  collect_entity(places, &model->customer);
  for (uint32_t i = 0; i < model->event_count; i++)
    collect_entity(places, &model->events[i]);
}

static bool try_replace(struct shrink *shrink, struct term **place, struct term *by) {
  struct term *old = *place;
  *place = by;
  if (shrink_differs(shrink))
    return true;
  *place = old;
  return false;
}

static bool replace_by_part(struct shrink *shrink, struct term **place) {
  struct term *term = *place;
  bool is_condition = term->kind >= TERM_COMPARE;
  for (uint32_t i = 0; i < term->operand_count; i++) {
    bool part_is_condition = term->operands[i]->kind >= TERM_COMPARE ||
                             (is_condition && term->operands[i]->type.kind == SEG_TYPE_BOOL);
    if (is_condition == part_is_condition && term->kind != TERM_AGGREGATE &&
        try_replace(shrink, place, term->operands[i]))
      return true;
  }
  return false;
}

// A metric is replaced by what it stands for, with the window of its use.
static bool replace_metric(struct shrink *shrink, struct term **place) {
  struct term *term = *place;
  if (term->kind != TERM_METRIC)
    return false;
  struct term *value = shrink->model->metrics[term->metric].value;
  struct term *copy = model_term(shrink->model, value->kind, value->type);
  *copy = *value;
  if (term->has_window) {
    copy->has_window = true;
    copy->window = term->window;
  }
  return try_replace(shrink, place, copy);
}

static bool drop_operand(struct shrink *shrink, struct term **place) {
  struct term *term = *place;
  bool list = term->kind == TERM_AND || term->kind == TERM_OR || term->kind == TERM_IN ||
              term->kind == TERM_BAND || term->kind == TERM_TALLY;
  for (uint32_t i = 0; list && term->operand_count > 2 && i < term->operand_count; i++) {
    struct term *copy = model_term(shrink->model, term->kind, term->type);
    *copy = *term;
    copy->operand_count--;
    for (uint32_t j = i; j < copy->operand_count; j++)
      copy->operands[j] = term->operands[j + 1];
    if (try_replace(shrink, place, copy))
      return true;
  }
  return false;
}

// A copy without its filter, its sequence, its window's limits or its extra parentheses.
static bool simplify_term(struct shrink *shrink, struct term **place) {
  const struct term *term = *place;
  struct term plain = *term;
  if (term->filter != NULL) {
    struct term *copy = model_term(shrink->model, term->kind, term->type);
    *copy = *term;
    copy->filter = NULL;
    if (try_replace(shrink, place, copy))
      return true;
  }
  if (term->sequence != NULL) {
    struct term *copy = model_term(shrink->model, term->kind, term->type);
    *copy = *term;
    copy->sequence = NULL;
    if (try_replace(shrink, place, copy))
      return true;
  }
  plain.parens = false;
  if (term->has_window || term->behind)
    plain.window = (struct model_window){.kind = SEG_WINDOW_EVER};
  if (plain.parens == term->parens && plain.window.kind == term->window.kind)
    return false;
  struct term *copy = model_term(shrink->model, term->kind, term->type);
  *copy = plain;
  return try_replace(shrink, place, copy);
}

// A literal itself in place of its name.
static bool unname_literal(struct shrink *shrink, struct term **place) {
  const struct term *term = *place;
  if (term->kind != TERM_LITERAL || term->constant == 0)
    return false;
  struct term *copy = model_term(shrink->model, term->kind, term->type);
  *copy = *term;
  copy->constant = 0;
  return try_replace(shrink, place, copy);
}

// A constant that is not 0, 1 or "".
static bool simplify_literal(struct shrink *shrink, struct term **place) {
  static const char *const simple[] = {"0", "1", "\"\""};
  const struct term *term = *place;
  if (term->kind != TERM_LITERAL || term->constant > 0 || strlen(term->text) <= 2)
    return false;
  for (size_t i = 0; i < sizeof simple / sizeof *simple; i++) {
    struct term *copy = model_term(shrink->model, term->kind, term->type);
    *copy = *term;
    copy->text = simple[i];
    if (try_replace(shrink, place, copy))
      return true;
  }
  return false;
}

static bool shrink_expressions(struct shrink *shrink, double end) {
  struct places places = {0};
  bool changed = false;
  collect_all(&places, shrink->model);
  for (size_t i = 0; i < places.items.count && !late(end);) {
    struct term **place = places.items.items[i];
    bool smaller = replace_by_part(shrink, place) || drop_operand(shrink, place) ||
                   replace_metric(shrink, place) || simplify_term(shrink, place) ||
                   unname_literal(shrink, place) || simplify_literal(shrink, place);
    changed = changed || smaller;
    if (smaller)
      collect_all(&places, shrink->model); // the same place again: it holds something else
    else
      i++;
  }
  SEG_VEC_FREE(&places.items);
  return changed;
}

bool shrink_program(struct shrink *shrink, double end) {
  bool changed = drop_declarations(shrink, end);
  return shrink_expressions(shrink, end) || changed;
}
