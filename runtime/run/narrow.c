// See narrow.h.
#include "runtime/run/narrow.h"

#include <string.h>

#include "runtime/run/stored_customers.h"
#include "runtime/run/stored_events.h"

static enum seg_status fail_memory(struct seg_error *error) {
  return seg_fail_memory(error, "the plan of the run");
}

// What the scan hands on is as wide as the input that it is, or full.
static void carry_widths(const struct seg_block *scan, enum seg_width *carried) {
  for (uint32_t r = 0; r < scan->value_root_count; r++) {
    const struct seg_step *step = &scan->steps[scan->value_roots[r]];
    carried[r] =
        step->op == SEG_OP_INPUT ? seg_block_input_width(scan, step->slot) : SEG_WIDTH_FULL;
  }
}

// The customer's carried columns are a block's first inputs, and the events' cells the next.
static bool narrow_block(struct seg_arena *arena, const struct seg_plan *plan,
                         struct seg_block *block) {
  enum seg_width *widths = SEG_NEW_ARRAY(arena, enum seg_width, (size_t)block->input_count + 1);
  if (widths == NULL)
    return false;
  uint32_t slot = 0;
  for (uint32_t i = 0; i < plan->customer.carried_count && slot < block->input_count; i++)
    widths[slot++] = seg_plan_carried_width(&plan->customer, i);
  for (uint32_t e = 0; e < plan->event_count; e++)
    for (uint32_t i = 0; i < plan->folds[e].cell_count && slot < block->input_count; i++)
      widths[slot++] = plan->folds[e].cells[i].width;
  block->input_widths = widths;
  return true;
}

static enum seg_status narrow_customers(struct seg_arena *arena, struct seg_plan *plan,
                                        const struct seg_source *source, struct seg_error *error) {
  struct seg_plan_entity *customer = &plan->customer;
  enum seg_width *widths = SEG_NEW_ARRAY(arena, enum seg_width, (size_t)customer->input_count + 1);
  enum seg_width *carried =
      SEG_NEW_ARRAY(arena, enum seg_width, (size_t)customer->carried_count + 1);
  if (widths == NULL || carried == NULL)
    return fail_memory(error);
  if (source != NULL && source->input_widths != NULL)
    memcpy(widths, source->input_widths, customer->input_count * sizeof *widths);
  else if (!seg_stored_customers_fit(plan, source, widths))
    return SEG_OK;
  customer->scan.input_widths = widths;
  carry_widths(&customer->scan, carried);
  customer->carried_width = carried;
  return SEG_OK;
}

static enum seg_status narrow_events(struct seg_arena *arena, struct seg_plan *plan,
                                     const struct seg_run_sources *sources,
                                     struct seg_error *error) {
  struct seg_plan_entity *events =
      SEG_NEW_ARRAY(arena, struct seg_plan_entity, (size_t)plan->event_count + 1);
  struct seg_fold *folds = SEG_NEW_ARRAY(arena, struct seg_fold, (size_t)plan->event_count + 1);
  if (events == NULL || folds == NULL)
    return fail_memory(error);
  for (uint32_t e = 0; e < plan->event_count; e++) {
    events[e] = plan->events[e];
    folds[e] = plan->folds[e];
  }
  plan->events = events;
  plan->folds = folds;
  enum seg_status status = SEG_OK;
  for (uint32_t e = 0; status == SEG_OK && e < plan->event_count; e++)
    status = seg_stored_events_narrow(arena, plan, sources, e, error);
  return status;
}

enum seg_status seg_run_narrow(struct seg_arena *arena, const struct seg_plan *plan,
                               const struct seg_run_sources *sources, struct seg_plan *narrow,
                               struct seg_error *error) {
  *narrow = *plan;
  enum seg_status status = narrow_customers(arena, narrow, sources->customer, error);
  if (status == SEG_OK)
    status = narrow_events(arena, narrow, sources, error);
  if (status != SEG_OK)
    return status;
  return narrow_block(arena, narrow, &narrow->customer_block) &&
                 narrow_block(arena, narrow, &narrow->first_block)
             ? SEG_OK
             : fail_memory(error);
}

static bool equal_widths(const struct seg_block *a, const struct seg_block *b) {
  bool equal = true;
  for (uint32_t i = 0; equal && i < a->input_count; i++)
    equal = seg_block_input_width(a, i) == seg_block_input_width(b, i);
  return equal;
}

bool seg_run_equally_narrow(const struct seg_plan *a, const struct seg_plan *b) {
  bool equal = equal_widths(&a->customer.scan, &b->customer.scan) &&
               equal_widths(&a->customer_block, &b->customer_block);
  for (uint32_t e = 0; equal && e < a->event_count; e++)
    equal = equal_widths(&a->events[e].scan, &b->events[e].scan) &&
            a->folds[e].day_width == b->folds[e].day_width &&
            a->folds[e].flag_width == b->folds[e].flag_width;
  return equal;
}
