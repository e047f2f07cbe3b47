// See code_inputs.h. Every list begins with its length, so that different plans never become the
// same words.
#include "compiler/codegen/code_inputs.h"

#include <string.h>

// Whoever gives one of these a new member decides here whether the emitters read it.
_Static_assert(sizeof(void *) != 8 || sizeof(struct seg_step) == 104, "see add_step");
_Static_assert(sizeof(void *) != 8 || sizeof(struct seg_block) == 80, "see add_input");
_Static_assert(sizeof(void *) != 8 || sizeof(struct seg_fold_cell) == 72, "see add_cell");
_Static_assert(sizeof(void *) != 8 || sizeof(struct seg_fold) == 56, "see add_fold");

void seg_code_inputs_add(struct seg_code_inputs *inputs, uint64_t word) {
  inputs->out_of_memory = inputs->out_of_memory || !SEG_VEC_PUSH(&inputs->words, word);
}

static void add_text(struct seg_code_inputs *inputs, struct seg_str text) {
  seg_code_inputs_add(inputs, text.size);
  for (size_t at = 0; at < text.size; at += sizeof(uint64_t)) {
    uint64_t word = 0;
    size_t left = text.size - at;
    memcpy(&word, text.data + at, left < sizeof word ? left : sizeof word);
    seg_code_inputs_add(inputs, word);
  }
}

static void add_constant(struct seg_code_inputs *inputs, const struct seg_plan_constant *constant) {
  seg_code_inputs_add(inputs, (uint64_t)constant->integer); // or the bits of the number
  add_text(inputs, constant->text);
}

static void add_input(struct seg_code_inputs *inputs, const struct seg_block *block,
                      uint32_t slot) {
  seg_code_inputs_add(inputs, (uint64_t)block->input_layouts[slot] |
                                  (uint64_t)block->input_optional[slot] << 8 |
                                  (uint64_t)seg_block_input_width(block, slot) << 16);
}

// Not where the rule's text is, and of a pattern the text, not the automaton.
static void add_step(struct seg_code_inputs *inputs, const struct seg_block *block,
                     const struct seg_block_layout *layout, uint32_t number) {
  const struct seg_step *step = &block->steps[number];
  seg_code_inputs_add(inputs, (uint64_t)number << 32 | layout->value_slots[number]);
  seg_code_inputs_add(inputs,
                      (uint64_t)step->op | (uint64_t)step->layout << 8 |
                          (uint64_t)step->optional << 16 | (uint64_t)step->comparison << 24 |
                          (uint64_t)step->text_test << 32 | (uint64_t)step->date_part << 40 |
                          (uint64_t)step->text_map << 48 | (uint64_t)step->rounding << 56);
  seg_code_inputs_add(inputs, (uint64_t)step->scale << 32 | step->slot);
  for (uint32_t i = 0; i < seg_op_info[step->op].operand_count; i++)
    seg_code_inputs_add(inputs, step->operands[i]);
  seg_code_inputs_add(inputs, (uint64_t)step->factor);
  add_constant(inputs, &step->constant);
  seg_code_inputs_add(inputs, step->list_count);
  for (uint32_t i = 0; i < step->list_count; i++)
    add_constant(inputs, &step->list[i]);
  if (step->op == SEG_OP_INPUT)
    add_input(inputs, block, step->slot);
}

void seg_code_inputs_add_block(struct seg_code_inputs *inputs, const struct seg_block *block,
                               const struct seg_block_layout *layout) {
  uint32_t count = layout->map_step_count;
  seg_code_inputs_add(inputs, count);
  if (count == 0)
    return;
  uint32_t end = layout->map_steps[count - 1] + 1; // operands come before what reads them
  bool *read = calloc(end, sizeof *read);
  if (read == NULL) {
    inputs->out_of_memory = true;
    return;
  }
  for (uint32_t i = 0; i < count; i++) {
    seg_code_inputs_add(inputs, layout->map_steps[i]);
    read[layout->map_steps[i]] = true;
  }
  for (uint32_t number = end; number-- > 0;) {
    const struct seg_step *step = &block->steps[number];
    for (uint32_t i = 0; read[number] && i < seg_op_info[step->op].operand_count; i++)
      read[step->operands[i]] = true;
  }
  for (uint32_t number = 0; number < end; number++)
    if (read[number])
      add_step(inputs, block, layout, number);
  free(read);
}

// Not where the rule's text is.
static void add_cell(struct seg_code_inputs *inputs, const struct seg_fold_cell *cell) {
  seg_code_inputs_add(inputs,
                      (uint64_t)cell->kind << 32 | (uint64_t)cell->width << 16 | cell->layout);
  seg_code_inputs_add(inputs, (uint64_t)cell->column << 32 | cell->window);
  seg_code_inputs_add(inputs, (uint64_t)cell->order << 32 | cell->flag_count);
  seg_code_inputs_add(inputs, (uint64_t)cell->value_flag << 32 | cell->known_flag);
  for (uint32_t i = 0; i < cell->flag_count; i++)
    seg_code_inputs_add(inputs, cell->flags[i]);
}

void seg_code_inputs_add_fold(struct seg_code_inputs *inputs, const struct seg_plan *plan,
                              uint32_t event, enum seg_fold_pass pass) {
  const struct seg_plan_entity *entity = &plan->events[event];
  const struct seg_fold *fold = &plan->folds[event];
  struct seg_cell_range range = seg_fold_range(fold, pass);
  seg_code_inputs_add(inputs, (uint64_t)event << 32 | (uint64_t)pass);
  seg_code_inputs_add(inputs, (uint64_t)range.begin << 32 | range.end);
  seg_code_inputs_add(inputs, (uint64_t)fold->day_width << 32 | (uint64_t)fold->flag_width);
  seg_code_inputs_add(inputs, (uint64_t)entity->flag_count << 32 | fold->sequence_count);
  seg_code_inputs_add(inputs, entity->carried_count);
  for (uint32_t c = 0; c < entity->carried_count; c++)
    seg_code_inputs_add(inputs, (uint64_t)entity->carried_layout[c] << 32 |
                                    (uint64_t)seg_plan_carried_width(entity, c));
  for (uint32_t c = range.begin; c < range.end; c++)
    add_cell(inputs, &fold->cells[c]);
}
