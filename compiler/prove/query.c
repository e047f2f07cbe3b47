// The two passes over the rules of a question; see query.h.
#include "compiler/prove/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/prove/calendar.h"
#include "compiler/prove/encode.h"
#include "compiler/prove/window_ages.h"
#include "runtime/base/text_stream.h"
#include "runtime/time/civil.h"

const struct seg_term *seg_query_calculated(const struct seg_query *query, struct seg_str form,
                                            const struct seg_type *type) {
  for (size_t i = 0; form.size > 0 && i < query->shared.count; i++) {
    const struct seg_shared_term *shared = &query->shared.items[i];
    if (shared->type != NULL && shared->type->kind == type->kind &&
        shared->type->scale == type->scale && seg_str_equal(shared->form, form))
      return &shared->term;
  }
  return NULL;
}

void seg_query_fact(struct seg_query *query, Z3_ast fact) {
  if (!query->collecting && !SEG_VEC_PUSH(&query->facts, fact))
    query->out_of_memory = true;
}

void seg_query_wish(struct seg_query *query, Z3_ast wish) {
  if (!query->collecting && !SEG_VEC_PUSH(&query->wishes, wish))
    query->out_of_memory = true;
}

void seg_query_weaken(struct seg_query *query, const char *reason) {
  if (query->weak == NULL)
    query->weak = reason;
}

struct seg_str seg_query_form(struct seg_query *query, const struct seg_program_entity *entity,
                              const struct seg_node *node) {
  struct seg_str form = seg_vocabulary_form(query->vocabulary, entity, node);
  query->out_of_memory = query->out_of_memory || form.data == NULL;
  return form;
}

static void at_least(struct seg_query *query, Z3_ast term, int64_t low) {
  seg_query_fact(query, seg_term_at_most(query->solver, seg_term_int(query->solver, low), term));
}

static void at_most(struct seg_query *query, Z3_ast term, int64_t high) {
  seg_query_fact(query, seg_term_at_most(query->solver, term, seg_term_int(query->solver, high)));
}

/** What data can hold at all. */
static void in_range(struct seg_query *query, Z3_ast term, int64_t low, int64_t high) {
  struct seg_solver *solver = query->solver;
  Z3_ast range = seg_term_and(solver, seg_term_at_most(solver, seg_term_int(solver, low), term),
                              seg_term_at_most(solver, term, seg_term_int(solver, high)));
  if (!query->collecting && !SEG_VEC_PUSH(&query->ranges, range))
    query->out_of_memory = true;
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
  case SEG_TYPE_DATE: in_range(query, term.value, SEG_CIVIL_FIRST_DAY, SEG_CIVIL_LAST_DAY); break;
  case SEG_TYPE_INT:
  case SEG_TYPE_MONEY: in_range(query, term.value, INT64_MIN, INT64_MAX); break;
  case SEG_TYPE_NUMBER:
  case SEG_TYPE_AMOUNT:
  case SEG_TYPE_TEXT:
  case SEG_TYPE_TIMESTAMP: break;
  default: break;
  }
  return term;
}

struct seg_apart seg_query_go_apart(struct seg_query *query, struct seg_solver *solver) {
  struct seg_apart apart = {query->solver, query->as_of};
  seg_solver_begin(solver);
  query->solver = solver;
  query->as_of = seg_term_variable(solver, solver->integers, "as_of");
  return apart;
}

void seg_query_come_back(struct seg_query *query, struct seg_apart apart) {
  query->solver = apart.solver;
  query->as_of = apart.as_of;
}

// --- windows ---

bool seg_query_window(const struct seg_query *query, const struct seg_day_window *window,
                      struct seg_age_band *band) {
  return seg_window_ages(window, query->kind->day, &band->near, &band->far);
}

static int by_age(const void *a, const void *b) {
  const struct seg_age_cut *x = a, *y = b;
  return (x->age > y->age) - (x->age < y->age);
}

/** Bands between the cuts. Cuts that fall together or follow one another on one day of the kind do
 * so on all its days. */
static bool build_bands(struct seg_query *query) {
  struct seg_solver *solver = query->solver;
  Z3_ast one = seg_term_int(solver, 1);
  // No event is older than the calendar. SEG_FAR_AGE is that for all as-of days.
  Z3_ast oldest =
      seg_term_subtract(solver, query->as_of, seg_term_int(solver, SEG_CIVIL_FIRST_DAY));
  if (!SEG_VEC_PUSH(&query->cuts, (struct seg_age_cut){1, one}))
    return false;
  struct seg_age_cut *cuts = query->cuts.items;
  size_t count = query->cuts.count;
  qsort(cuts, count, sizeof *cuts, by_age);
  query->bands = SEG_NEW_ARRAY(&query->arena, struct seg_age_band, count);
  query->near = SEG_NEW_ARRAY(&query->arena, Z3_ast, count);
  query->far = SEG_NEW_ARRAY(&query->arena, Z3_ast, count);
  if (query->bands == NULL || query->near == NULL || query->far == NULL)
    return false;
  for (size_t i = 0; i < count && cuts[i].age <= SEG_FAR_AGE; i++) {
    uint32_t b = query->band_count;
    if (b > 0 && cuts[i].age == query->bands[b - 1].near) {
      if (cuts[i].term != query->near[b - 1])
        seg_query_fact(query, seg_term_equal(solver, cuts[i].term, query->near[b - 1]));
      continue;
    }
    query->bands[b] = (struct seg_age_band){cuts[i].age, SEG_FAR_AGE};
    query->near[b] = cuts[i].term;
    query->far[b] = oldest;
    if (b > 0) {
      query->bands[b - 1].far = cuts[i].age - 1;
      query->far[b - 1] = seg_term_subtract(solver, cuts[i].term, one);
      seg_query_fact(query, seg_term_at_most(solver, query->near[b - 1], query->far[b - 1]));
    }
    query->band_count++;
  }
  return true;
}

/** The ages at which a window begins and behind which it ends, on any day of the kind. */
static void window_cuts(struct seg_query *query, const struct seg_day_window *window,
                        struct seg_age_cut *near, struct seg_age_cut *behind) {
  struct seg_solver *solver = query->solver;
  Z3_ast tomorrow = seg_term_add(solver, query->as_of, seg_term_int(solver, 1));
  Z3_ast first = NULL, end = NULL; // its first day, the day behind its last one
  near->term = seg_term_int(solver, near->age);
  behind->term = seg_term_int(solver, behind->age);
  if (!query->days->open)
    return;
  switch (window->kind) {
  case SEG_WINDOW_EVER:
  case SEG_WINDOW_WITHIN:
  case SEG_WINDOW_BETWEEN: return;
  case SEG_WINDOW_THIS: first = seg_calendar_period_start(query, window->unit, 0); break;
  case SEG_WINDOW_LAST:
    first = seg_calendar_period_start(query, window->unit, -window->count);
    end = seg_calendar_period_start(query, window->unit, 0);
    break;
  case SEG_WINDOW_FROM:
  case SEG_WINDOW_IN:
    first = seg_term_int(solver, window->first_day);
    end = seg_term_int(solver, (int64_t)window->last_day + 1);
    break;
  }
  behind->term = seg_term_subtract(solver, tomorrow, first);
  if (near->age > 1 && end != NULL) // else it reaches to yesterday
    near->term = seg_term_subtract(solver, tomorrow, end);
}

static void add_cuts(struct seg_query *query, const struct seg_day_window *window) {
  struct seg_age_band band;
  if (!seg_query_window(query, window, &band))
    return;
  struct seg_age_cut near = {.age = band.near}, behind = {.age = band.far + 1};
  window_cuts(query, window, &near, &behind);
  bool pushed = SEG_VEC_PUSH(&query->cuts, near);
  pushed = SEG_VEC_PUSH(&query->cuts, behind) && pushed;
  query->out_of_memory = query->out_of_memory || !pushed;
}

/** How far the periods of the calendar lie from each other and from the as-of day: it follows from
 * the calendar, but not at once. */
static void relate_periods(struct seg_query *query) {
  const struct seg_days *days = query->days;
  struct seg_solver *solver = query->solver;
  Z3_ast starts[SEG_MAX_PERIOD_STARTS];
  for (uint32_t i = 0; days->open && i < days->start_count; i++) {
    starts[i] = seg_calendar_period_start(query, days->starts[i].unit, days->starts[i].moved);
    for (uint32_t j = 0; j <= i; j++) {
      const struct seg_day_span *apart = &query->kind->apart[i][j];
      Z3_ast distance = i == j ? seg_term_subtract(solver, query->as_of, starts[i])
                               : seg_term_subtract(solver, starts[i], starts[j]);
      seg_encode_between(query, distance, apart->least, apart->most);
    }
  }
}

// --- the question ---

/** The classes of one column's tests, kept for the next question with the same tests. */
struct known_classes {
  bool found;
  size_t count;
  struct seg_text_class *items;
};

static struct seg_str key_of_tests(struct seg_query *query, const struct seg_text_classes *texts) {
  char *key = NULL;
  size_t size = 0;
  FILE *out = seg_text_stream(&key, &size);
  if (out == NULL)
    return (struct seg_str){0};
  fputc('t', out);
  for (size_t i = 0; i < texts->atoms.count; i++) {
    const struct seg_text_atom *atom = &texts->atoms.items[i];
    fprintf(out, "%d %d %d %lld %zu ", (int)atom->question, (int)atom->reading, atom->trimmed,
            (long long)atom->length, atom->literal.size);
    if (atom->literal.size > 0)
      fwrite(atom->literal.data, 1, atom->literal.size, out);
  }
  struct seg_str copy = {0};
  if (fclose(out) == 0)
    copy = seg_arena_str(&query->arena, (struct seg_str){key, size});
  free(key);
  return copy;
}

static struct known_classes *learn_classes(struct seg_query *query, struct seg_text_classes *texts,
                                           struct seg_str key) {
  struct seg_arena *arena = &query->vocabulary->arena;
  struct known_classes *known = SEG_NEW(arena, struct known_classes);
  if (known == NULL)
    return NULL;
  known->found = seg_text_classes_find(texts, arena);
  known->count = known->found ? texts->classes.count : 0;
  known->items = SEG_NEW_ARRAY(arena, struct seg_text_class, known->count + 1);
  if (known->items == NULL)
    return NULL;
  if (known->count > 0)
    memcpy(known->items, texts->classes.items, known->count * sizeof *known->items);
  return seg_vocabulary_keep(query->vocabulary, key, known) ? known : NULL;
}

static bool find_classes_of(struct seg_query *query, struct seg_text_classes *texts) {
  if (texts->atoms.count == 0)
    return true;
  seg_text_classes_sort(texts);
  struct seg_str key = key_of_tests(query, texts);
  if (key.data == NULL)
    return false;
  struct known_classes *known = seg_vocabulary_get(query->vocabulary, key);
  if (known == NULL)
    known = learn_classes(query, texts, key);
  if (known == NULL)
    return false;
  if (!known->found) {
    query->refused = "it asks too much about one text";
    return false;
  }
  texts->classes.count = 0;
  if (!SEG_VEC_RESERVE(&texts->classes, known->count))
    return false;
  memcpy(texts->classes.items, known->items, known->count * sizeof *known->items);
  texts->classes.count = known->count;
  return true;
}

static bool find_classes(struct seg_query *query, struct seg_row_terms *row) {
  for (uint32_t i = 0; i < row->entity->column_count; i++)
    if (!find_classes_of(query, &row->columns[i].texts))
      return false;
  seg_row_terms_forget(row);
  return true;
}

void seg_row_terms_forget(struct seg_row_terms *row) {
  for (uint32_t i = 0; i < row->entity->column_count; i++)
    row->columns[i].term = (struct seg_term){NULL, NULL};
}

static bool init_row(struct seg_query *query, struct seg_row_terms *row,
                     const struct seg_program_entity *entity) {
  row->entity = entity;
  row->columns =
      SEG_NEW_ARRAY(&query->arena, struct seg_column_term, (size_t)entity->column_count + 1);
  return row->columns != NULL;
}

static bool build(struct seg_query *query) {
  seg_query_exchange_tests(query);
  if (!find_classes(query, &query->customer))
    return false;
  for (uint32_t e = 0; e < query->program->event_count; e++)
    if (query->events[e].used && !find_classes(query, &query->events[e].row))
      return false;
  query->shared.count = 0;
  query->weak = NULL;
  query->collecting = false;
  at_least(query, query->as_of, query->days->open ? query->kind->first : query->kind->day);
  at_most(query, query->as_of, query->days->open ? query->kind->last : query->kind->day);
  if (query->days->open && query->days->start_count > 0)
    seg_calendar_make_starts(query);
  for (size_t i = 0; i < query->windows.count; i++)
    add_cuts(query, query->windows.items[i]);
  relate_periods(query);
  return build_bands(query) && seg_query_build_spaces(query);
}

enum seg_status seg_query_init(struct seg_query *query, struct seg_vocabulary *vocabulary,
                               struct seg_solver *solver, const struct seg_days *days,
                               const struct seg_day_kind *kind,
                               const struct seg_node *const *conditions, uint32_t count,
                               struct seg_error *error) {
  const struct seg_program *program = vocabulary->program;
  *query = (struct seg_query){.program = program,
                              .vocabulary = vocabulary,
                              .solver = solver,
                              .days = days,
                              .kind = kind,
                              .collecting = true};
  seg_solver_begin(solver);
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
    solver->dry = true;
    for (uint32_t i = 0; i < count; i++)
      seg_encode_condition(&customers, conditions[i]);
    if (program->customer.where != NULL)
      seg_encode_condition(&customers, program->customer.where);
    if (program->customer_from_event >= 0)
      seg_query_look_at_event(query, (uint32_t)program->customer_from_event);
    solver->dry = false;
    if (!build(query) && query->refused == NULL)
      query->out_of_memory = true;
    if (!query->out_of_memory && query->refused == NULL && program->customer.where != NULL)
      seg_query_fact(query, seg_encode_condition(&customers, program->customer.where));
    if (!query->out_of_memory && query->refused == NULL && program->customer_from_event >= 0)
      at_least(query, seg_query_events_of(query, (uint32_t)program->customer_from_event), 1);
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
  SEG_VEC_FREE(&query->windows);
  SEG_VEC_FREE(&query->cuts);
  SEG_VEC_FREE(&query->dates);
  SEG_VEC_FREE(&query->added);
  SEG_VEC_FREE(&query->draws);
  SEG_VEC_FREE(&query->listings);
  SEG_VEC_FREE(&query->ranks);
  SEG_VEC_FREE(&query->parts);
  SEG_VEC_FREE(&query->differents);
  SEG_VEC_FREE(&query->text_pairs);
  SEG_VEC_FREE(&query->shared);
  SEG_VEC_FREE(&query->facts);
  SEG_VEC_FREE(&query->ranges);
  SEG_VEC_FREE(&query->wishes);
  seg_arena_deinit(&query->arena);
}

Z3_ast seg_query_condition(struct seg_query *query, const struct seg_node *condition) {
  struct seg_encode_scope customers = {query, &query->customer, false};
  return seg_encode_condition(&customers, condition);
}
