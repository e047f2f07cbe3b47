// Plans built by hand; see plan_builder.h.
#include "tests/support/plan_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *memory) {
  if (memory == NULL) {
    fputs("plan_builder: out of memory\n", stderr);
    abort();
  }
  return memory;
}

/** Room for one more item; arrays move inside the arena, which is fine for tests. */
static void *grow(struct seg_arena *arena, void *items, uint32_t count, uint32_t *capacity,
                  size_t size) {
  if (count < *capacity)
    return items;
  *capacity = *capacity == 0 ? 16 : *capacity * 2;
  void *moved = must(seg_arena_array(arena, *capacity, size));
  if (count > 0)
    memcpy(moved, items, count * size);
  return moved;
}

#define PUSH(builder, items, count, capacity, ...)                                                 \
  ((items) = grow((builder)->arena, (items), (count), &(capacity), sizeof *(items)),               \
   (items)[(count)++] = (__VA_ARGS__))

void seg_test_block_init(struct seg_test_block *builder, struct seg_arena *arena) {
  *builder = (struct seg_test_block){.arena = arena};
}

static bool same_constant(const struct seg_plan_constant *a, const struct seg_plan_constant *b) {
  return a->integer == b->integer && seg_str_equal(a->text, b->text);
}

static bool same_step(const struct seg_step *a, const struct seg_step *b) {
  bool same = a->op == b->op && a->layout == b->layout && a->slot == b->slot &&
              memcmp(a->operands, b->operands, sizeof a->operands) == 0 &&
              a->comparison == b->comparison && a->text_test == b->text_test &&
              a->text_map == b->text_map && a->date_part == b->date_part &&
              a->rounding == b->rounding && a->scale == b->scale && a->factor == b->factor &&
              same_constant(&a->constant, &b->constant) && a->list_count == b->list_count;
  for (uint32_t i = 0; same && i < a->list_count; i++)
    same = same_constant(&a->list[i], &b->list[i]);
  return same;
}

static bool is_optional(const struct seg_test_block *builder, const struct seg_step *step) {
  bool any = false, all = true;
  for (uint32_t i = 0; i < seg_op_info[step->op].operand_count; i++) {
    bool optional = builder->block.steps[step->operands[i]].optional;
    any = any || optional;
    all = all && optional;
  }
  if (seg_op_info[step->op].stage == SEG_STAGE_MASK)
    return false;
  if (step->op == SEG_OP_INPUT)
    return builder->input_optional[step->slot];
  if (step->op == SEG_OP_ELSE)
    return all;
  return any || step->op == SEG_OP_DIVIDE || step->op == SEG_OP_FRACTION_BAND ||
         step->op == SEG_OP_FRACTION_HALVES || step->op == SEG_OP_FRACTION_ORDER;
}

uint32_t seg_test_block_step(struct seg_test_block *builder, struct seg_step step) {
  struct seg_block *block = &builder->block;
  for (uint32_t i = seg_op_info[step.op].operand_count; i < 4; i++)
    step.operands[i] = 0;
  for (uint32_t i = 0; i < block->step_count; i++) {
    if (same_step(&block->steps[i], &step))
      return i;
  }
  step.optional = is_optional(builder, &step);
  if (step.list_count > 0) {
    struct seg_plan_constant *list =
        must(SEG_NEW_ARRAY(builder->arena, struct seg_plan_constant, step.list_count));
    memcpy(list, step.list, step.list_count * sizeof *list);
    step.list = list;
  }
  PUSH(builder, block->steps, block->step_count, builder->step_capacity, step);
  return block->step_count - 1;
}

uint32_t seg_test_block_input(struct seg_test_block *builder, enum seg_layout layout,
                              bool optional) {
  uint32_t slot = builder->block.input_count;
  uint32_t capacity = builder->input_capacity;
  builder->input_layouts =
      grow(builder->arena, builder->input_layouts, slot, &capacity, sizeof *builder->input_layouts);
  builder->input_optional = grow(builder->arena, builder->input_optional, slot,
                                 &builder->input_capacity, sizeof *builder->input_optional);
  builder->input_layouts[slot] = layout;
  builder->input_optional[slot] = optional;
  builder->block.input_count++;
  return seg_test_block_step(builder,
                             (struct seg_step){.op = SEG_OP_INPUT, .layout = layout, .slot = slot});
}

uint32_t seg_test_block_integer(struct seg_test_block *builder, enum seg_layout layout,
                                int64_t value) {
  return seg_test_block_step(
      builder,
      (struct seg_step){.op = SEG_OP_CONSTANT, .layout = layout, .constant.integer = value});
}

uint32_t seg_test_block_number(struct seg_test_block *builder, double value) {
  return seg_test_block_step(
      builder,
      (struct seg_step){.op = SEG_OP_CONSTANT, .layout = SEG_LAYOUT_F64, .constant.number = value});
}

uint32_t seg_test_block_text(struct seg_test_block *builder, const char *text) {
  struct seg_str copy = seg_arena_str(builder->arena, seg_str_view(text));
  must((void *)(uintptr_t)copy.data);
  return seg_test_block_step(
      builder,
      (struct seg_step){.op = SEG_OP_CONSTANT, .layout = SEG_LAYOUT_TEXT, .constant.text = copy});
}

uint32_t seg_test_block_operation(struct seg_test_block *builder, enum seg_op op,
                                  enum seg_layout layout, uint32_t a, uint32_t b) {
  return seg_test_block_step(builder,
                             (struct seg_step){.op = op, .layout = layout, .operands = {a, b}});
}

uint32_t seg_test_block_compare(struct seg_test_block *builder, enum seg_plan_comparison comparison,
                                uint32_t a, uint32_t b) {
  return seg_test_block_step(builder, (struct seg_step){.op = SEG_OP_COMPARE,
                                                        .layout = SEG_LAYOUT_BIT,
                                                        .operands = {a, b},
                                                        .comparison = comparison});
}

void seg_test_block_value_root(struct seg_test_block *builder, uint32_t step) {
  struct seg_block *block = &builder->block;
  PUSH(builder, block->value_roots, block->value_root_count, builder->value_root_capacity, step);
}

void seg_test_block_mask_root(struct seg_test_block *builder, uint32_t step) {
  struct seg_block *block = &builder->block;
  PUSH(builder, block->mask_roots, block->mask_root_count, builder->mask_root_capacity, step);
}

struct seg_block seg_test_block_finish(const struct seg_test_block *builder) {
  struct seg_block block = builder->block;
  block.input_layouts = builder->input_layouts;
  block.input_optional = builder->input_optional;
  block.input_widths = builder->input_widths;
  return block;
}

static void name_entity(struct seg_plan_entity *entity, struct seg_str name) {
  entity->name = name;
  entity->source = name;
  entity->key = seg_str_view("id");
}

void seg_plan_builder_init(struct seg_plan *plan, uint32_t event_count) {
  seg_plan_init(plan);
  struct seg_test_block scan;
  seg_test_block_init(&scan, &plan->arena);
  seg_test_block_mask_root(&scan,
                           seg_test_block_operation(&scan, SEG_OP_ALL, SEG_LAYOUT_BIT, 0, 0));
  plan->timezone = seg_str_view("Europe/Berlin");
  name_entity(&plan->customer, seg_str_view("customer"));
  seg_plan_builder_scan(plan, &plan->customer, &scan);
  plan->event_count = event_count;
  plan->events = must(SEG_NEW_ARRAY(&plan->arena, struct seg_plan_entity, event_count));
  plan->folds = must(SEG_NEW_ARRAY(&plan->arena, struct seg_fold, event_count));
  for (uint32_t i = 0; i < event_count; i++) {
    name_entity(&plan->events[i], seg_arena_format(&plan->arena, "event%u", i));
    plan->events[i].time = seg_str_view("at");
    seg_plan_builder_scan(plan, &plan->events[i], &scan);
  }
}

static enum seg_column_type type_for(enum seg_layout layout) {
  switch (layout) {
  case SEG_LAYOUT_BIT: return SEG_COLUMN_BOOL;
  case SEG_LAYOUT_I32: return SEG_COLUMN_DATE;
  case SEG_LAYOUT_I64: return SEG_COLUMN_INT;
  case SEG_LAYOUT_F64: return SEG_COLUMN_NUMBER;
  case SEG_LAYOUT_TEXT: return SEG_COLUMN_TEXT;
  }
  return SEG_COLUMN_INT;
}

void seg_plan_builder_scan(struct seg_plan *plan, struct seg_plan_entity *entity,
                           const struct seg_test_block *scan) {
  struct seg_arena *arena = &plan->arena;
  bool is_event = entity != &plan->customer;
  struct seg_block block = seg_test_block_finish(scan);
  entity->scan = block;
  entity->input_count = block.input_count;
  entity->inputs = must(SEG_NEW_ARRAY(arena, struct seg_plan_input, block.input_count));
  for (uint32_t i = 0; i < block.input_count; i++) {
    entity->inputs[i].type = type_for(block.input_layouts[i]);
    entity->inputs[i].name = seg_arena_format(arena, "c%u", i);
    entity->inputs[i].optional = block.input_optional[i];
  }
  entity->filter_count = block.mask_root_count - 1;
  entity->flag_count = entity->filter_count;
  entity->carried_count = block.value_root_count;
  entity->carried_flag = must(SEG_NEW_ARRAY(arena, uint32_t, block.value_root_count));
  enum seg_layout *layouts = must(SEG_NEW_ARRAY(arena, enum seg_layout, block.value_root_count));
  entity->carried_layout = layouts;
  for (uint32_t i = 0; i < block.value_root_count; i++) {
    const struct seg_step *step = &block.steps[block.value_roots[i]];
    layouts[i] = step->layout;
    entity->carried_flag[i] = is_event && step->optional ? entity->flag_count++ : UINT32_MAX;
  }
}

void seg_plan_builder_windows(struct seg_plan *plan, const struct seg_plan_window *windows,
                              uint32_t count) {
  plan->window_count = count;
  plan->windows = must(SEG_NEW_ARRAY(&plan->arena, struct seg_plan_window, count));
  memcpy(plan->windows, windows, count * sizeof *windows);
}

void seg_plan_builder_cells(struct seg_plan *plan, uint32_t event,
                            const struct seg_fold_cell *cells, uint32_t count) {
  struct seg_fold *fold = &plan->folds[event];
  fold->cell_count = count;
  fold->cells = must(SEG_NEW_ARRAY(&plan->arena, struct seg_fold_cell, count));
  memcpy(fold->cells, cells, count * sizeof *cells);
}

void seg_plan_builder_customer_block(struct seg_plan *plan, struct seg_test_block *builder) {
  seg_test_block_init(builder, &plan->arena);
  for (uint32_t i = 0; i < plan->customer.carried_count; i++) {
    const struct seg_block *scan = &plan->customer.scan;
    const struct seg_step *step = &scan->steps[scan->value_roots[i]];
    seg_test_block_input(builder, step->layout, step->optional);
  }
  for (uint32_t event = 0; event < plan->event_count; event++) {
    for (uint32_t i = 0; i < plan->folds[event].cell_count; i++) {
      const struct seg_fold_cell *cell = &plan->folds[event].cells[i];
      bool always = cell->kind == SEG_FOLD_COUNT || cell->kind == SEG_FOLD_SUM ||
                    cell->kind == SEG_FOLD_DISTINCT;
      seg_test_block_input(builder, cell->layout, !always);
    }
  }
}

void seg_plan_builder_segments(struct seg_plan *plan, const struct seg_test_block *builder) {
  plan->customer_block = seg_test_block_finish(builder);
  plan->segment_count = plan->customer_block.mask_root_count;
  plan->segments = must(SEG_NEW_ARRAY(&plan->arena, struct seg_str, plan->segment_count));
  for (uint32_t i = 0; i < plan->segment_count; i++)
    plan->segments[i] = seg_arena_format(&plan->arena, "s%u", i);
}
