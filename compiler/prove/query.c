// The two passes over the rules of a question; see query.h.
#include "compiler/prove/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/prove/days.h"
#include "compiler/prove/window_ages.h"

enum {
  EARLIEST_DATE = -36524, // 1870-01-01: dates in data, such as those of birth
  LATEST_DATE = 84370,    // 2200-12-31
};

void seg_query_fact(struct seg_query *query, Z3_ast fact) {
  if (!query->collecting && !SEG_VEC_PUSH(&query->facts, fact))
    query->out_of_memory = true;
}

void seg_query_weaken(struct seg_query *query, const char *reason) {
  if (query->weak == NULL)
    query->weak = reason;
}

struct seg_str seg_query_form(struct seg_query *query, const struct seg_program_entity *entity,
                              const struct seg_node *node) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  struct seg_str form = {0};
  if (out == NULL) {
    query->out_of_memory = true;
    return form;
  }
  bool printed = seg_program_print_normal(query->program, entity, node, SEG_NORMAL_RULE, NULL, out);
  fclose(out);
  form = seg_arena_str(&query->arena, (struct seg_str){text, size});
  query->out_of_memory = query->out_of_memory || !printed || form.data == NULL;
  free(text);
  return form;
}

static void at_least(struct seg_query *query, Z3_ast term, int64_t low) {
  seg_query_fact(query, seg_term_at_most(query->solver, seg_term_int(query->solver, low), term));
}

static void at_most(struct seg_query *query, Z3_ast term, int64_t high) {
  seg_query_fact(query, seg_term_at_most(query->solver, term, seg_term_int(query->solver, high)));
}

struct seg_term seg_query_variable(struct seg_query *query, const struct seg_type *type,
                                   const char *prefix) {
  struct seg_solver *solver = query->solver;
  bool real = type->kind == SEG_TYPE_NUMBER || type->kind == SEG_TYPE_AMOUNT;
  struct seg_term term = {
      solver->yes, seg_term_variable(solver, real ? solver->reals : solver->integers, prefix)};
  switch (type->kind) {
  case SEG_TYPE_BOOL:
    at_least(query, term.value, 0);
    at_most(query, term.value, 1);
    break;
  case SEG_TYPE_ENUM:
    at_least(query, term.value, 0);
    at_most(query, term.value, (int64_t)type->enumeration->count - 1);
    break;
  case SEG_TYPE_DATE:
    at_least(query, term.value, EARLIEST_DATE);
    at_most(query, term.value, LATEST_DATE);
    break;
  case SEG_TYPE_INT:
  case SEG_TYPE_MONEY: // far from where 64 bits end: nobody's rule depends on it
    at_least(query, term.value, -1000000000000000);
    at_most(query, term.value, 1000000000000000);
    break;
  case SEG_TYPE_NUMBER:
  case SEG_TYPE_AMOUNT:
  case SEG_TYPE_TEXT:
  case SEG_TYPE_TIMESTAMP: break;
  default: break;
  }
  return term;
}

// --- windows ---

bool seg_query_window(const struct seg_query *query, const struct seg_day_window *window,
                      struct seg_age_band *band) {
  return seg_window_ages(window, query->day, &band->near, &band->far);
}

static int by_age(const void *a, const void *b) {
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return (x > y) - (x < y);
}

static bool build_bands(struct seg_query *query) {
  if (!SEG_VEC_PUSH(&query->cuts, 1))
    return false;
  qsort(query->cuts.items, query->cuts.count, sizeof *query->cuts.items, by_age);
  query->bands = SEG_NEW_ARRAY(&query->arena, struct seg_age_band, query->cuts.count);
  if (query->bands == NULL)
    return false;
  for (size_t i = 0; i < query->cuts.count; i++) {
    int32_t near = query->cuts.items[i];
    if (near > SEG_FAR_AGE || (i > 0 && near == query->cuts.items[i - 1]))
      continue;
    if (query->band_count > 0)
      query->bands[query->band_count - 1].far = near - 1;
    query->bands[query->band_count++] = (struct seg_age_band){near, SEG_FAR_AGE};
  }
  return true;
}

// --- the question ---

static bool find_classes(struct seg_query *query, struct seg_row_terms *row) {
  for (uint32_t i = 0; i < row->entity->column_count; i++) {
    struct seg_column_term *column = &row->columns[i];
    column->term = (struct seg_term){NULL, NULL};
    if (column->texts.atoms.count == 0)
      continue;
    if (!seg_text_classes_find(&column->texts, &query->arena)) {
      query->refused = "it asks too much about one text";
      return false;
    }
  }
  return true;
}

static bool init_row(struct seg_query *query, struct seg_row_terms *row,
                     const struct seg_program_entity *entity) {
  row->entity = entity;
  row->columns =
      SEG_NEW_ARRAY(&query->arena, struct seg_column_term, (size_t)entity->column_count + 1);
  return row->columns != NULL;
}

static bool build(struct seg_query *query) {
  if (!find_classes(query, &query->customer))
    return false;
  for (uint32_t e = 0; e < query->program->event_count; e++)
    if (query->events[e].used && !find_classes(query, &query->events[e].row))
      return false;
  query->shared.count = 0;
  query->weak = NULL;
  query->collecting = false;
  at_least(query, query->as_of, query->fixed_day ? query->day : SEG_PROVE_FIRST_DAY);
  at_most(query, query->as_of, query->fixed_day ? query->day : SEG_PROVE_LAST_DAY);
  return build_bands(query) && seg_query_build_spaces(query);
}

enum seg_status seg_query_init(struct seg_query *query, const struct seg_program *program,
                               struct seg_solver *solver, int32_t day, bool fixed_day,
                               const struct seg_node *const *conditions, uint32_t count,
                               struct seg_error *error) {
  *query = (struct seg_query){
      .program = program, .solver = solver, .day = day, .fixed_day = fixed_day, .collecting = true};
  seg_arena_init(&query->arena);
  query->as_of = seg_term_variable(solver, solver->integers, "as_of");
  query->events =
      SEG_NEW_ARRAY(&query->arena, struct seg_event_space, (size_t)program->event_count + 1);
  query->out_of_memory =
      query->events == NULL || !init_row(query, &query->customer, &program->customer);
  for (uint32_t e = 0; !query->out_of_memory && e < program->event_count; e++)
    query->out_of_memory = !init_row(query, &query->events[e].row, &program->events[e]);
  if (!query->out_of_memory) {
    struct seg_encode_scope customers = {query, &query->customer, false};
    for (uint32_t i = 0; i < count; i++)
      seg_encode_condition(&customers, conditions[i]);
    if (program->customer.where != NULL)
      seg_encode_condition(&customers, program->customer.where);
    if (!build(query) && query->refused == NULL)
      query->out_of_memory = true;
    if (!query->out_of_memory && query->refused == NULL && program->customer.where != NULL)
      seg_query_fact(query, seg_encode_condition(&customers, program->customer.where));
  }
  return query->out_of_memory ? seg_fail_memory(error, "the proofs") : SEG_OK;
}

void seg_query_deinit(struct seg_query *query) {
  for (uint32_t i = 0; query->customer.columns != NULL && i < query->program->customer.column_count;
       i++)
    seg_text_classes_deinit(&query->customer.columns[i].texts);
  for (uint32_t e = 0; query->events != NULL && e < query->program->event_count; e++)
    for (uint32_t i = 0;
         query->events[e].row.columns != NULL && i < query->program->events[e].column_count; i++)
      seg_text_classes_deinit(&query->events[e].row.columns[i].texts);
  SEG_VEC_FREE(&query->cuts);
  SEG_VEC_FREE(&query->shared);
  SEG_VEC_FREE(&query->facts);
  seg_arena_deinit(&query->arena);
}

Z3_ast seg_query_condition(struct seg_query *query, const struct seg_node *condition) {
  struct seg_encode_scope customers = {query, &query->customer, false};
  return seg_encode_condition(&customers, condition);
}
