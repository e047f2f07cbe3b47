// The entities of a project with every declared column as an input: what a prepared store holds.
#include "compiler/lower/context.h"
#include "compiler/lower/lower.h"

static void declare_columns(struct seg_lowering *lowering, struct seg_entity_draft *draft,
                            struct seg_plan_entity *entity, bool is_event) {
  const struct seg_program_entity *source = draft->entity;
  for (uint32_t i = 0; i < source->column_count; i++)
    if (source->columns[i].computed == NULL)
      seg_lower_input(lowering, draft, &source->columns[i]);
  if (is_event)
    seg_lower_time(draft, SEG_COLUMN_INSTANT);
  seg_lower_describe(lowering, source, entity);
  seg_lower_finish_inputs(lowering, draft, entity);
  lowering->failed = lowering->failed || draft->scan.failed;
}

static void declare_entity(struct seg_lowering *lowering, const struct seg_program_entity *source,
                           struct seg_plan_entity *entity, bool is_event) {
  struct seg_entity_draft draft = {.entity = source};
  seg_block_builder_init(&draft.scan, &lowering->plan->arena);
  declare_columns(lowering, &draft, entity, is_event);
  seg_block_builder_deinit(&draft.scan);
  SEG_VEC_FREE(&draft.inputs);
}

enum seg_status seg_lower_declared(const struct seg_program *program, struct seg_plan *plan,
                                   struct seg_error *error) {
  struct seg_lowering lowering = {.program = program, .plan = plan};
  struct seg_arena *arena = &plan->arena;
  plan->timezone = seg_arena_str(arena, program->timezone);
  plan->customer_from_event = program->customer_from_event;
  plan->event_count = program->event_count;
  plan->events = SEG_NEW_ARRAY(arena, struct seg_plan_entity, program->event_count + 1);
  if (plan->timezone.data == NULL || plan->events == NULL)
    return seg_fail_memory(error, "the plan");
  seg_lower_lists(&lowering);
  declare_entity(&lowering, &program->customer, &plan->customer, false);
  for (uint32_t i = 0; i < program->event_count && !lowering.failed; i++) {
    declare_entity(&lowering, &program->events[i], &plan->events[i], true);
    plan->events[i].key_personal = plan->events[i].key_personal || plan->customer.key_personal;
  }
  return lowering.failed ? seg_fail_memory(error, "the plan") : SEG_OK;
}
