// The storage of a plan, the table of its operations, the layout of column types; see plan.h.
#include "runtime/plan/plan.h"

#include <assert.h>
#include <string.h>

const struct seg_op_info seg_op_info[SEG_OP_COUNT] = {
#define SEG_OP(name, printed, operands, stage)                                                     \
  [SEG_OP_##name] = {printed, operands, SEG_STAGE_##stage},
#include "runtime/plan/plan_ops.def"
#undef SEG_OP
};

struct seg_cell_range seg_fold_range(const struct seg_fold *fold, enum seg_fold_pass pass) {
  if (pass == SEG_FIRST_PASS)
    return (struct seg_cell_range){0, fold->first_end};
  return (struct seg_cell_range){fold->final_begin, fold->cell_count};
}

enum seg_layout seg_plan_rank_layout(enum seg_plan_rank_kind kind) {
  static const enum seg_layout layouts[] = {
      [SEG_PLAN_NTILE] = SEG_LAYOUT_I64,      [SEG_PLAN_QUANTILE_BAND] = SEG_LAYOUT_I64,
      [SEG_PLAN_TOP] = SEG_LAYOUT_I32,        [SEG_PLAN_TOP_SHARE] = SEG_LAYOUT_I32,
      [SEG_PLAN_PERCENTILE] = SEG_LAYOUT_F64,
  };
  return layouts[kind];
}

// Is this a condition about the texts of one step and constants?
static bool asks_one_column(const struct seg_block *block, const struct seg_step *step) {
  if (step->op == SEG_OP_COMPARE)
    return block->steps[step->operands[0]].op == SEG_OP_CONSTANT ||
           block->steps[step->operands[1]].op == SEG_OP_CONSTANT;
  return seg_op_info[step->op].stage == SEG_STAGE_MASK;
}

bool seg_block_reads_texts(const struct seg_block *block, uint32_t slot) {
  for (uint32_t number = 0; number < block->step_count; number++) {
    const struct seg_step *step = &block->steps[number];
    for (uint32_t i = 0; i < seg_op_info[step->op].operand_count; i++) {
      const struct seg_step *operand = &block->steps[step->operands[i]];
      if (operand->op == SEG_OP_INPUT && operand->slot == slot && !asks_one_column(block, step))
        return true;
    }
  }
  return false;
}

size_t seg_width_bytes(enum seg_layout layout, enum seg_width width) {
  switch (width) {
  case SEG_WIDTH_8: return 1;
  case SEG_WIDTH_16: return 2;
  case SEG_WIDTH_32: return 4;
  case SEG_WIDTH_FULL: break;
  }
  switch (layout) {
  case SEG_LAYOUT_BIT: break;
  case SEG_LAYOUT_I32: return sizeof(int32_t);
  case SEG_LAYOUT_I64: return sizeof(int64_t);
  case SEG_LAYOUT_F64: return sizeof(double);
  case SEG_LAYOUT_TEXT: return sizeof(struct seg_str);
  }
  return 0;
}

enum seg_layout seg_column_type_layout(enum seg_column_type type) {
  switch (type) {
  case SEG_COLUMN_BOOL: return SEG_LAYOUT_BIT;
  case SEG_COLUMN_INT: return SEG_LAYOUT_I64;
  case SEG_COLUMN_NUMBER: return SEG_LAYOUT_F64;
  case SEG_COLUMN_MONEY: return SEG_LAYOUT_I64;
  case SEG_COLUMN_TEXT: return SEG_LAYOUT_TEXT;
  case SEG_COLUMN_DATE: return SEG_LAYOUT_I32;
  case SEG_COLUMN_TIMESTAMP: return SEG_LAYOUT_I64;
  case SEG_COLUMN_ENUM: return SEG_LAYOUT_I32;
  case SEG_COLUMN_DAY: return SEG_LAYOUT_I32;
  case SEG_COLUMN_INSTANT: return SEG_LAYOUT_I64;
  }
  assert(!"a column type out of range");
  return SEG_LAYOUT_I64;
}

bool seg_plan_gathers_event(const struct seg_plan *plan, uint32_t event) {
  return plan->folds[event].cell_count > 0 || plan->folds[event].is_followed;
}

void seg_plan_init(struct seg_plan *plan) {
  memset(plan, 0, sizeof *plan);
  seg_arena_init(&plan->arena);
  plan->customer_from_event = -1;
}

void seg_plan_deinit(struct seg_plan *plan) {
  seg_arena_deinit(&plan->arena);
  seg_plan_init(plan);
}
