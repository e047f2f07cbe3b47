// The storage of a plan and the table of its operations; see plan.h.
#include "runtime/plan/plan.h"

#include <string.h>

const struct seg_op_info seg_op_info[SEG_OP_COUNT] = {
#define SEG_OP(name, printed, operands, stage)                                                     \
  [SEG_OP_##name] = {printed, operands, SEG_STAGE_##stage},
#include "runtime/plan/plan_ops.def"
#undef SEG_OP
};

void seg_plan_init(struct seg_plan *plan) {
  memset(plan, 0, sizeof *plan);
  seg_arena_init(&plan->arena);
  plan->customer_from_event = -1;
}

void seg_plan_deinit(struct seg_plan *plan) {
  seg_arena_deinit(&plan->arena);
  seg_plan_init(plan);
}
