// Why a row counts in an aggregate or does not: the same decisions as in evaluate.c and
// evaluate_aggregate.c, for one row.
#include "compiler/reference/internal.h"

static bool holds(const struct seg_subject *event, const struct seg_node *condition) {
  return condition == NULL || seg_evaluate_condition(event, condition);
}

static enum seg_row_fate sequence_fate(enum seg_sequence_state state, bool without) {
  switch (state) {
  case SEG_SEQUENCE_FOLLOWED: return without ? SEG_ROW_FOLLOWED : SEG_ROW_COUNTS;
  case SEG_SEQUENCE_ALONE: return without ? SEG_ROW_COUNTS : SEG_ROW_NOT_FOLLOWED;
  case SEG_SEQUENCE_OPEN: break;
  }
  return without ? SEG_ROW_OPEN : SEG_ROW_NOT_FOLLOWED;
}

enum seg_row_fate seg_reference_fate(struct seg_reference *reference,
                                     const struct seg_node *aggregate, uint32_t customer,
                                     uint32_t row, struct seg_value *argument) {
  const struct seg_program_entity *entity = &reference->program->events[aggregate->event];
  const struct seg_row_list *own = &reference->customers.items[customer].events[aggregate->event];
  const struct seg_row *data = &reference->dataset->events[aggregate->event].rows.items[row];
  struct seg_subject event = {.reference = reference, .entity = entity, .row = data};
  if (data->day >= reference->as_of)
    return SEG_ROW_LATER;
  if (!holds(&event, entity->where))
    return SEG_ROW_DROPPED;
  bool kept = false;
  for (size_t i = 0; i < own->items.count; i++)
    kept = kept || own->items.items[i] == row;
  if (!kept)
    return SEG_ROW_REPEATED;
  if (!holds(&event, aggregate->filter))
    return SEG_ROW_FILTERED;
  if (!seg_in_window(reference, &aggregate->window, data))
    return SEG_ROW_OUTSIDE_WINDOW;
  *argument = (struct seg_value){.known = false};
  if (aggregate->sequence != NULL) {
    struct seg_subject owner = {.reference = reference,
                                .entity = &reference->program->customer,
                                .customer = &reference->customers.items[customer]};
    return sequence_fate(seg_evaluate_sequence(&owner, aggregate->sequence, data),
                         aggregate->sequence->without);
  }
  if (aggregate->argument != NULL)
    *argument = seg_evaluate(&event, aggregate->argument);
  return SEG_ROW_COUNTS;
}
