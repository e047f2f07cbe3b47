// One function of a block: where its inputs and value slots are. Pointers are loaded
// from the frame at the entry, known words once a word, always only when first asked for.
#include "compiler/codegen/emit.h"

#include <stddef.h>

bool seg_emit_block_init(struct seg_emit_block *block, struct seg_emit *emit,
                         const struct seg_block *of, const struct seg_block_layout *layout) {
  size_t count = of->step_count;
  *block = (struct seg_emit_block){
      .emit = emit,
      .block = of,
      .layout = layout,
      .column_stamps = SEG_NEW_ARRAY(emit->arena, uint32_t, count),
      .value_stamps = SEG_NEW_ARRAY(emit->arena, uint32_t, count),
      .columns = SEG_NEW_ARRAY(emit->arena, struct seg_emit_column, count),
      .values = SEG_NEW_ARRAY(emit->arena, struct seg_emit_value, count),
  };
  return block->column_stamps != NULL && block->value_stamps != NULL && block->columns != NULL &&
         block->values != NULL;
}

void seg_emit_block_open(struct seg_emit_block *block, LLVMModuleRef module, const char *name) {
  struct seg_emit *emit = block->emit;
  block->tile++;
  block->module = module;
  block->as_of = NULL;
  block->as_of_instant = NULL;
  block->function = seg_emit_function(emit, module, name);
  block->frame = LLVMGetParam(block->function, 0);
  block->entry = seg_emit_here(emit);
  block->row_count = seg_emit_member(emit, emit->builder, emit->type.i64, block->frame,
                                     offsetof(struct seg_block_frame, row_count));
  LLVMValueRef words = seg_emit_word_count(emit, block->row_count);
  block->words = seg_emit_loop_open(emit, seg_emit_i64(emit, 0), words);
}

void seg_emit_block_close(struct seg_emit_block *block) {
  seg_emit_loop_close(block->emit, &block->words);
  LLVMBuildRetVoid(block->emit->builder);
}

LLVMValueRef seg_emit_as_of(struct seg_emit_block *block) {
  struct seg_emit *emit = block->emit;
  if (block->as_of == NULL)
    block->as_of = seg_emit_member(emit, seg_emit_aside(emit, block->entry), emit->type.i32,
                                   block->frame, offsetof(struct seg_block_frame, as_of));
  return block->as_of;
}

LLVMValueRef seg_emit_as_of_instant(struct seg_emit_block *block, int64_t before) {
  struct seg_emit *emit = block->emit;
  if (block->as_of_instant == NULL)
    block->as_of_instant =
        seg_emit_member(emit, seg_emit_aside(emit, block->entry), emit->type.i64, block->frame,
                        offsetof(struct seg_block_frame, as_of_instant));
  if (before == 0)
    return block->as_of_instant;
  return LLVMBuildSub(emit->builder, block->as_of_instant, seg_emit_i64(emit, before), "");
}

LLVMValueRef seg_emit_frame_array(struct seg_emit_block *block, size_t offset, uint32_t index) {
  struct seg_emit *emit = block->emit;
  LLVMBuilderRef builder = seg_emit_aside(emit, block->entry);
  LLVMValueRef array = seg_emit_member(emit, builder, emit->type.pointer, block->frame, offset);
  return seg_emit_load(builder, emit->type.pointer, array, seg_emit_i64(emit, index));
}

struct seg_emit_column *seg_emit_column(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit_column *column = &block->columns[number];
  if (block->column_stamps[number] == block->tile)
    return column;
  block->column_stamps[number] = block->tile;
  const struct seg_step *step = &block->block->steps[number];
  bool is_input = step->op == SEG_OP_INPUT;
  uint32_t slot = is_input ? step->slot : block->layout->value_slots[number];
  size_t values = is_input ? offsetof(struct seg_block_frame, input_values)
                           : offsetof(struct seg_block_frame, values);
  size_t known = is_input ? offsetof(struct seg_block_frame, input_known)
                          : offsetof(struct seg_block_frame, value_known);
  *column = (struct seg_emit_column){.values = seg_emit_frame_array(block, values, slot)};
  if (step->optional)
    column->known = seg_emit_frame_array(block, known, slot);
  return column;
}

enum seg_width seg_emit_column_width(const struct seg_emit_block *block, uint32_t number) {
  const struct seg_step *step = &block->block->steps[number];
  return step->op == SEG_OP_INPUT ? seg_block_input_width(block->block, step->slot)
                                  : SEG_WIDTH_FULL;
}

LLVMValueRef seg_emit_known_word(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  struct seg_emit_column *column = seg_emit_column(block, number);
  if (column->known == NULL || column->known_word != NULL)
    return column->known_word;
  LLVMBuilderRef builder = seg_emit_aside(emit, block->words.body); // before the loop over rows
  column->known_word = seg_emit_load(builder, emit->type.i64, column->known, block->words.index);
  return column->known_word;
}
