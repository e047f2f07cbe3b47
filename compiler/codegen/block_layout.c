// Where the steps of a block live; see block_layout.h.
#include "compiler/codegen/block_layout.h"

#include <string.h>

/** Work in progress: per step, whether anything needs it, whether it must be stored, and its tile.
 */
struct planner {
  const struct seg_block *block;
  struct seg_block_layout *layout;
  bool *needed;
  bool *stored;
  bool *mapped; // by a map that reads it
  uint32_t *tile;
};

bool seg_step_is_source(const struct seg_step *step) {
  return step->op == SEG_OP_INPUT || step->op == SEG_OP_CONSTANT || step->op == SEG_OP_AS_OF ||
         step->op == SEG_OP_AS_OF_INSTANT;
}

static bool is_mask(const struct seg_step *step) {
  return seg_op_info[step->op].stage == SEG_STAGE_MASK;
}

/** Must the operand lie in memory as a column? Comparisons alone take a constant or the as-of day
 * as it is. */
static bool wants_column(const struct seg_step *step, const struct seg_step *operand) {
  return is_mask(step) && !is_mask(operand) && step->op != SEG_OP_COMPARE &&
         operand->op != SEG_OP_INPUT;
}

static void mark_needed(struct planner *planner) {
  const struct seg_block *block = planner->block;
  for (uint32_t i = 0; i < block->value_root_count; i++) {
    uint32_t number = block->value_roots[i];
    planner->needed[number] = true;
    planner->stored[number] = block->steps[number].op != SEG_OP_INPUT;
  }
  for (uint32_t i = 0; i < block->mask_root_count; i++)
    planner->needed[block->mask_roots[i]] = true;
  for (uint32_t number = block->step_count; number-- > 0;) {
    const struct seg_step *step = &block->steps[number];
    for (uint32_t i = 0; planner->needed[number] && i < seg_op_info[step->op].operand_count; i++) {
      planner->needed[step->operands[i]] = true;
      if (!is_mask(step))
        planner->mapped[step->operands[i]] = true;
      if (wants_column(step, &block->steps[step->operands[i]]))
        planner->stored[step->operands[i]] = true;
    }
  }
}

static bool is_input_of(const struct seg_block *block, uint32_t number, enum seg_width width) {
  const struct seg_step *step = &block->steps[number];
  return step->op == SEG_OP_INPUT && !step->optional &&
         seg_block_input_width(block, step->slot) == width;
}

static bool are_inputs_of(const struct seg_block *block, const struct seg_step *step,
                          enum seg_width width) {
  return is_input_of(block, step->operands[0], width) &&
         is_input_of(block, step->operands[1], width);
}

/** Fractions of two input columns that only masks read are computed a column at a time. */
static bool is_by_column(const struct planner *planner, uint32_t number) {
  const struct seg_step *step = &planner->block->steps[number];
  return step->op == SEG_OP_FRACTION_HALVES && !planner->mapped[number] &&
         (are_inputs_of(planner->block, step, SEG_WIDTH_FULL) ||
          are_inputs_of(planner->block, step, SEG_WIDTH_32));
}

static void assign_tiles(struct planner *planner) {
  struct seg_block_layout *layout = planner->layout;
  for (uint32_t number = 0; number < planner->block->step_count; number++) {
    const struct seg_step *step = &planner->block->steps[number];
    if (!planner->needed[number] || is_by_column(planner, number))
      continue;
    if (!is_mask(step) && (!seg_step_is_source(step) || planner->stored[number])) {
      planner->tile[number] = layout->map_step_count / SEG_MAP_TILE_STEPS;
      layout->map_steps[layout->map_step_count++] = number;
    }
  }
}

/** Whatever crosses from one function to another goes through memory. */
static void mark_crossings(struct planner *planner) {
  const struct seg_block *block = planner->block;
  for (uint32_t number = 0; number < block->step_count; number++) {
    const struct seg_step *step = &block->steps[number];
    for (uint32_t i = 0; planner->needed[number] && i < seg_op_info[step->op].operand_count; i++) {
      uint32_t operand = step->operands[i];
      const struct seg_step *of = &block->steps[operand];
      bool crosses = is_mask(step) || planner->tile[number] != planner->tile[operand];
      if (crosses && !is_mask(of) && !seg_step_is_source(of))
        planner->stored[operand] = true;
    }
  }
}

static void assign_slots(struct planner *planner) {
  const struct seg_block *block = planner->block;
  struct seg_block_layout *layout = planner->layout;
  for (uint32_t number = 0; number < block->step_count; number++) {
    const struct seg_step *step = &block->steps[number];
    layout->value_slots[number] = SEG_NO_SLOT;
    if (!planner->stored[number])
      continue;
    layout->value_layouts[layout->value_slot_count] = step->layout;
    layout->value_slots[number] = layout->value_slot_count++;
    if (!is_by_column(planner, number))
      continue;
    uint32_t numerator = block->steps[step->operands[0]].slot;
    layout->halves[layout->halves_count++] =
        (struct seg_block_halves){.numerator = numerator,
                                  .denominator = block->steps[step->operands[1]].slot,
                                  .slot = layout->value_slots[number],
                                  .width = seg_block_input_width(block, numerator)};
  }
  for (uint32_t i = 0; i < block->value_root_count; i++) {
    const struct seg_step *step = &block->steps[block->value_roots[i]];
    bool is_input = step->op == SEG_OP_INPUT;
    layout->value_roots[i].is_input = is_input;
    layout->value_roots[i].slot =
        is_input ? step->slot : layout->value_slots[block->value_roots[i]];
  }
}

enum seg_status seg_block_layout_build(struct seg_arena *arena, const struct seg_block *block,
                                       struct seg_block_layout *out, struct seg_error *error) {
  memset(out, 0, sizeof *out);
  size_t count = block->step_count;
  struct planner planner = {
      .block = block,
      .layout = out,
      .needed = SEG_NEW_ARRAY(arena, bool, count),
      .stored = SEG_NEW_ARRAY(arena, bool, count),
      .mapped = SEG_NEW_ARRAY(arena, bool, count),
      .tile = SEG_NEW_ARRAY(arena, uint32_t, count),
  };
  out->value_slots = SEG_NEW_ARRAY(arena, uint32_t, count);
  out->value_layouts = SEG_NEW_ARRAY(arena, enum seg_layout, count);
  out->map_steps = SEG_NEW_ARRAY(arena, uint32_t, count);
  out->value_roots = SEG_NEW_ARRAY(arena, struct seg_value_place, block->value_root_count);
  out->halves = SEG_NEW_ARRAY(arena, struct seg_block_halves, count);
  if (planner.needed == NULL || planner.stored == NULL || planner.mapped == NULL ||
      planner.tile == NULL || out->halves == NULL || out->value_slots == NULL ||
      out->value_layouts == NULL || out->map_steps == NULL || out->value_roots == NULL)
    return seg_fail_memory(error, "the layout of compiled rules");
  mark_needed(&planner);
  assign_tiles(&planner);
  mark_crossings(&planner);
  assign_slots(&planner);
  return SEG_OK;
}

uint32_t seg_block_map_tiles(const struct seg_block_layout *layout) {
  return (layout->map_step_count + SEG_MAP_TILE_STEPS - 1) / SEG_MAP_TILE_STEPS;
}
