// The events of one customer behind an aggregate: those that counted, and why the others did not.
#include <stdlib.h>
#include <string.h>

#include "compiler/explain/parts.h"
#include "compiler/reference/internal.h"
#include "compiler/report/english.h"
#include "runtime/base/text_stream.h"

enum { DAYS_TO_LOOK_BACK = 100000 }; // longer than any window may be

bool seg_tells_personal(const struct seg_program *program, const struct seg_program_entity *entity,
                        const struct seg_node *node) {
  if (node->kind == SEG_NODE_ATTRIBUTE || node->kind == SEG_NODE_COLUMN) {
    const struct seg_program_column *column = &entity->columns[node->column];
    return column->personal ||
           (column->computed != NULL && seg_tells_personal(program, entity, column->computed));
  }
  if (node->kind == SEG_NODE_AGGREGATE) {
    return !seg_aggregate_counts(node->aggregate) && node->argument != NULL &&
           seg_tells_personal(program, &program->events[node->event], node->argument);
  }
  bool tells = false;
  for (uint32_t i = 0; i < node->operand_count; i++)
    tells = tells || seg_tells_personal(program, entity, node->operands[i]);
  return tells;
}

struct seg_str seg_explain_text(struct seg_explainer *explainer, const struct seg_type *type,
                                const struct seg_value *value, bool personal) {
  if (!value->known)
    return seg_str_view("missing");
  if (personal)
    return seg_str_view("(personal)");
  struct seg_literal literal = {.text = value->text};
  memcpy(&literal.integer, &value->integer, sizeof literal.integer); // or the number beside it
  char *buffer = NULL;
  size_t size = 0;
  struct seg_str text = {0};
  FILE *out = seg_text_stream(&buffer, &size);
  if (out != NULL) {
    seg_english_literal(type, &literal, out);
    if (fclose(out) == 0)
      text = seg_arena_str(explainer->arena, (struct seg_str){buffer, size});
  }
  free(buffer);
  explainer->failed = explainer->failed || text.data == NULL;
  return text.data == NULL ? (struct seg_str){0} : text;
}

// --- days ---

// Looked up day by day in the definition itself, so that every kind of window is right.
static void explain_days(const struct seg_explainer *explainer, const struct seg_node *aggregate,
                         struct seg_explained_value *out) {
  const struct seg_reference *reference = explainer->reference;
  int32_t as_of = explainer->request->as_of, end = as_of - DAYS_TO_LOOK_BACK;
  out->last_day = as_of - 1;
  if (aggregate->window.kind == SEG_WINDOW_EVER)
    return;
  out->has_first_day = true;
  while (out->last_day > end && !seg_day_in_window(reference, &aggregate->window, out->last_day))
    out->last_day--;
  out->first_day = out->last_day + (out->last_day == end);
  while (out->first_day > end && out->first_day <= out->last_day &&
         seg_day_in_window(reference, &aggregate->window, out->first_day - 1))
    out->first_day--;
}

// --- events ---

/** A row that counted. */
struct counted {
  uint32_t row;
  int32_t day;
  int64_t instant;
  struct seg_value value;
};

// The telling event first: the least and the greatest, the first and otherwise the latest.
static int by_interest(const void *left, const void *right, void *context) {
  const struct counted *a = left, *b = right;
  const struct seg_node *aggregate = context;
  int order = 0;
  if (aggregate->aggregate == SEG_AGGREGATE_MIN || aggregate->aggregate == SEG_AGGREGATE_MAX) {
    if (a->value.known != b->value.known)
      return a->value.known ? -1 : 1;
    if (a->value.known)
      order = seg_value_compare(&aggregate->argument->type, &a->value, &b->value);
    if (order != 0)
      return aggregate->aggregate == SEG_AGGREGATE_MIN ? order : -order;
  }
  order = (a->instant > b->instant) - (a->instant < b->instant);
  if (order == 0)
    order = (a->row > b->row) - (a->row < b->row);
  return aggregate->aggregate == SEG_AGGREGATE_FIRST ? order : -order;
}

static void show_events(struct seg_explainer *explainer, const struct seg_node *aggregate,
                        struct counted *counted, uint32_t count, struct seg_explained_value *out) {
  const struct seg_program *program = explainer->request->program;
  bool personal =
      aggregate->argument != NULL &&
      seg_tells_personal(program, &program->events[aggregate->event], aggregate->argument);
  qsort_r(counted, count, sizeof *counted, by_interest, (void *)(uintptr_t)aggregate);
  out->event_count = count < SEG_MOST_EVENTS_SHOWN ? count : SEG_MOST_EVENTS_SHOWN;
  out->events = seg_explain_array(explainer, out->event_count, sizeof *out->events);
  for (uint32_t i = 0; !explainer->failed && i < out->event_count; i++) {
    out->events[i] = (struct seg_explained_event){
        .day = counted[i].day, .age = explainer->request->as_of - counted[i].day};
    if (aggregate->argument != NULL)
      out->events[i].value =
          seg_explain_text(explainer, &aggregate->argument->type, &counted[i].value, personal);
  }
}

void seg_explain_events(struct seg_explainer *explainer, const struct seg_node *aggregate,
                        struct seg_explained_value *out) {
  const struct seg_rows *rows = &explainer->dataset->events[aggregate->event];
  uint32_t row_count = (uint32_t)rows->rows.count, count = 0;
  explain_days(explainer, aggregate, out);
  struct counted *counted = calloc(row_count + 1, sizeof *counted);
  if (counted == NULL) {
    explainer->failed = true;
    return;
  }
  struct seg_str key = seg_reference_customer_key(explainer->reference, explainer->customer);
  for (uint32_t i = 0; i < row_count; i++) {
    struct counted found = {
        .row = i, .day = rows->rows.items[i].day, .instant = rows->rows.items[i].instant};
    if (!seg_str_equal(rows->rows.items[i].key, key))
      continue;
    enum seg_row_fate fate =
        seg_reference_fate(explainer->reference, aggregate, explainer->customer, i, &found.value);
    out->fates[fate]++;
    if (fate == SEG_ROW_COUNTS)
      counted[count++] = found;
  }
  show_events(explainer, aggregate, counted, count, out);
  free(counted);
}
