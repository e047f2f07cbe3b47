// Columns: which inputs the scans read, which of them are carried along, and where the customer
// block finds them.
#include "compiler/lower/context.h"

static enum seg_column_type column_type(const struct seg_type *type) {
  static const enum seg_column_type types[SEG_TYPE_KIND_COUNT] = {
      [SEG_TYPE_BOOL] = SEG_COLUMN_BOOL,     [SEG_TYPE_INT] = SEG_COLUMN_INT,
      [SEG_TYPE_NUMBER] = SEG_COLUMN_NUMBER, [SEG_TYPE_MONEY] = SEG_COLUMN_MONEY,
      [SEG_TYPE_AMOUNT] = SEG_COLUMN_NUMBER, [SEG_TYPE_TEXT] = SEG_COLUMN_TEXT,
      [SEG_TYPE_DATE] = SEG_COLUMN_DATE,     [SEG_TYPE_TIMESTAMP] = SEG_COLUMN_TIMESTAMP,
      [SEG_TYPE_ENUM] = SEG_COLUMN_ENUM,
  };
  return types[type->kind];
}

enum seg_layout seg_lower_layout(const struct seg_type *type) {
  static const enum seg_layout layouts[SEG_TYPE_KIND_COUNT] = {
      [SEG_TYPE_BOOL] = SEG_LAYOUT_BIT,   [SEG_TYPE_INT] = SEG_LAYOUT_I64,
      [SEG_TYPE_NUMBER] = SEG_LAYOUT_F64, [SEG_TYPE_MONEY] = SEG_LAYOUT_I64,
      [SEG_TYPE_AMOUNT] = SEG_LAYOUT_F64, [SEG_TYPE_TEXT] = SEG_LAYOUT_TEXT,
      [SEG_TYPE_DATE] = SEG_LAYOUT_I32,   [SEG_TYPE_TIMESTAMP] = SEG_LAYOUT_I64,
      [SEG_TYPE_ENUM] = SEG_LAYOUT_I32,
  };
  return layouts[type->kind];
}

static struct seg_str owned(struct seg_lowering *lowering, struct seg_str text) {
  struct seg_str copy = seg_arena_str(&lowering->plan->arena, text);
  if (copy.data == NULL)
    lowering->failed = true;
  return copy;
}

// The values of an enumeration, owned by the plan.
static const struct seg_str *owned_values(struct seg_lowering *lowering,
                                          const struct seg_enumeration *enumeration) {
  struct seg_str *values =
      SEG_NEW_ARRAY(&lowering->plan->arena, struct seg_str, enumeration->count);
  if (values == NULL) {
    lowering->failed = true;
    return NULL;
  }
  for (uint32_t i = 0; i < enumeration->count; i++)
    values[i] = owned(lowering, enumeration->values[i]);
  return values;
}

static bool input_is_time(enum seg_column_type type) {
  return type == SEG_COLUMN_DAY || type == SEG_COLUMN_INSTANT;
}

uint32_t seg_lower_input(struct seg_lowering *lowering, struct seg_entity_draft *draft,
                         const struct seg_program_column *column) {
  for (uint32_t i = 0; i < draft->inputs.count; i++)
    if (!input_is_time(draft->inputs.items[i].type) &&
        seg_str_equal(draft->inputs.items[i].name, column->name.text))
      return i;
  struct seg_plan_input input = {.type = column_type(&column->type),
                                 .name = owned(lowering, column->name.text),
                                 .scale = column->type.scale,
                                 .optional = column->optional,
                                 .personal = column->personal};
  if (column->type.kind == SEG_TYPE_ENUM) {
    input.value_count = column->type.enumeration->count;
    input.values = owned_values(lowering, column->type.enumeration);
  }
  if (!SEG_VEC_PUSH(&draft->inputs, input)) {
    lowering->failed = true;
    return 0;
  }
  return (uint32_t)draft->inputs.count - 1;
}

uint32_t seg_lower_time(struct seg_entity_draft *draft, enum seg_column_type type) {
  enum seg_layout layout = type == SEG_COLUMN_DAY ? SEG_LAYOUT_I32 : SEG_LAYOUT_I64;
  for (uint32_t i = 0; i < draft->inputs.count; i++)
    if (draft->inputs.items[i].type == type)
      return seg_build_input(&draft->scan, i, layout, false);
  struct seg_plan_input input = {.type = type,
                                 .name = seg_arena_str(draft->scan.arena, draft->entity->time)};
  if (input.name.data == NULL || !SEG_VEC_PUSH(&draft->inputs, input)) {
    draft->scan.failed = true;
    return 0;
  }
  return seg_build_input(&draft->scan, (uint32_t)draft->inputs.count - 1, layout, false);
}

uint32_t seg_lower_carriable(struct seg_entity_draft *draft, uint32_t step) {
  if (draft->scan.failed || draft->scan.steps.items[step].layout != SEG_LAYOUT_BIT)
    return step;
  return seg_build_step(&draft->scan,
                        (struct seg_step){.op = SEG_OP_BIT_TO_CODE,
                                          .layout = SEG_LAYOUT_I32,
                                          .optional = draft->scan.steps.items[step].optional,
                                          .operands = {step}});
}

uint32_t seg_lower_carry(struct seg_lowering *lowering, struct seg_entity_draft *draft,
                         uint32_t step) {
  for (uint32_t i = 0; i < draft->carried.count; i++)
    if (draft->carried.items[i] == step)
      return i;
  if (!SEG_VEC_PUSH(&draft->carried, step)) {
    lowering->failed = true;
    return 0;
  }
  return (uint32_t)draft->carried.count - 1;
}

uint32_t seg_lower_slot(const struct seg_scope *scope, struct seg_slot_draft slot) {
  struct seg_lowering *lowering = scope->lowering;
  uint32_t number = 0;
  for (; number < lowering->slots.count; number++) {
    const struct seg_slot_draft *old = &lowering->slots.items[number];
    if (old->kind == slot.kind && old->event == slot.event && old->index == slot.index)
      break;
  }
  if (number == lowering->slots.count && !SEG_VEC_PUSH(&lowering->slots, slot)) {
    scope->builder->failed = true; // steps that there are none of will be asked about
    lowering->failed = true;
    return 0;
  }
  return seg_build_input(scope->builder, number, slot.layout, slot.optional);
}

bool seg_column_is_computed(const struct seg_scope *scope, uint32_t index) {
  return scope->draft->entity->columns[index].computed != NULL;
}

/** A column of the customer as an input of his block. */
static uint32_t lower_carried(const struct seg_scope *scope,
                              const struct seg_program_column *column, enum seg_layout layout,
                              uint32_t step) {
  uint32_t of = seg_lower_carriable(scope->draft, step);
  uint32_t carried = seg_lower_carry(scope->lowering, scope->draft, of);
  struct seg_slot_draft slot = {.index = carried,
                                .layout = layout == SEG_LAYOUT_BIT ? SEG_LAYOUT_I32 : layout,
                                .optional = column->optional};
  return seg_lower_slot(scope, slot);
}

uint32_t seg_lower_column(const struct seg_scope *scope, uint32_t index) {
  const struct seg_program_column *column = &scope->draft->entity->columns[index];
  if (column->computed != NULL)
    return seg_lower_value(scope, column->computed);
  // Rules ask for the same few again and again.
  struct seg_lowered_column *lowered =
      scope->kind == SEG_SCOPE_CUSTOMER ? &scope->draft->lowered[index] : NULL;
  if (lowered != NULL && lowered->builder == scope->builder)
    return lowered->step;
  enum seg_layout layout = seg_lower_layout(&column->type);
  uint32_t input = seg_lower_input(scope->lowering, scope->draft, column);
  uint32_t step = seg_build_input(&scope->draft->scan, input, layout, column->optional);
  if (lowered != NULL) {
    step = lower_carried(scope, column, layout, step);
    *lowered = (struct seg_lowered_column){scope->builder, step};
  }
  return step;
}
