// Map functions: one loop over words, inside it one over the rows of the word; every step of the
// tile is computed in registers, and what others read is stored.
//
// Known bits are gathered in a register and written once a word, so bits behind the last row are 0.
// Values of unknown rows are stored as zero (text as empty text), and so is the text behind the
// last row of the last word: the text helpers look at all 64 rows of a word.
#include "compiler/codegen/emit.h"

/** A value slot that the tile writes. */
struct store {
  uint32_t step;
  LLVMValueRef values; // pointer
  LLVMValueRef known;  // pointer to words
  LLVMValueRef word;   // alloca of the known word; NULL when always known
};

static LLVMValueRef zero_unless(struct seg_emit *emit, LLVMValueRef known, LLVMValueRef value) {
  if (known == NULL || value == NULL)
    return value;
  return LLVMBuildSelect(emit->builder, known, value, LLVMConstNull(LLVMTypeOf(value)), "");
}

static void store_value(struct seg_emit_block *block, const struct store *store,
                        struct seg_emit_value value) {
  struct seg_emit *emit = block->emit;
  LLVMValueRef data = zero_unless(emit, value.known, value.data);
  if (value.size != NULL)
    seg_emit_store_text(emit, store->values, block->row, data,
                        zero_unless(emit, value.known, value.size));
  else
    seg_emit_store(emit, LLVMTypeOf(data), store->values, block->row, data);
  if (store->word == NULL)
    return;
  LLVMValueRef known = value.known == NULL ? LLVMConstInt(emit->type.i1, 1, false) : value.known;
  LLVMValueRef bit = LLVMBuildZExt(emit->builder, known, emit->type.i64, "");
  LLVMValueRef placed = LLVMBuildShl(emit->builder, bit, block->bit, "");
  LLVMValueRef old = LLVMBuildLoad2(emit->builder, emit->type.i64, store->word, "");
  LLVMBuildStore(emit->builder, LLVMBuildOr(emit->builder, old, placed, ""), store->word);
}

static struct store open_store(struct seg_emit_block *block, uint32_t step, uint32_t slot) {
  struct seg_emit *emit = block->emit;
  struct store store = {
      .step = step,
      .values = seg_emit_frame_array(block, offsetof(struct seg_block_frame, values), slot),
      .known = seg_emit_frame_array(block, offsetof(struct seg_block_frame, value_known), slot),
  };
  if (block->block->steps[step].optional) {
    store.word = LLVMBuildAlloca(seg_emit_aside(emit, block->entry), emit->type.i64, "known");
    LLVMBuildStore(seg_emit_aside(emit, block->words.body), seg_emit_i64(emit, 0), store.word);
  }
  return store;
}

/** After the rows of a word: its known word, and empty text behind the last row. */
static void finish_word(struct seg_emit_block *block, const struct store *store,
                        LLVMValueRef rows) {
  struct seg_emit *emit = block->emit;
  LLVMValueRef known = store->word == NULL
                           ? seg_emit_low_bits(emit, rows)
                           : LLVMBuildLoad2(emit->builder, emit->type.i64, store->word, "");
  seg_emit_store(emit, emit->type.i64, store->known, block->words.index, known);
  if (block->block->steps[store->step].layout != SEG_LAYOUT_TEXT)
    return;
  struct seg_emit_loop behind = seg_emit_loop_open(emit, rows, seg_emit_i64(emit, SEG_WORD_ROWS));
  LLVMValueRef first = LLVMBuildShl(emit->builder, block->words.index, seg_emit_i64(emit, 6), "");
  LLVMValueRef row = LLVMBuildAdd(emit->builder, first, behind.index, "");
  seg_emit_store_text(emit, store->values, row, LLVMConstNull(emit->type.pointer),
                      seg_emit_i64(emit, 0));
  seg_emit_loop_close(emit, &behind);
}

void seg_emit_map_tile(struct seg_emit_block *block, uint32_t tile, const char *name) {
  struct seg_emit *emit = block->emit;
  const struct seg_block_layout *layout = block->layout;
  struct store stores[SEG_MAP_TILE_STEPS];
  uint32_t store_count = 0;
  seg_emit_block_open(block, emit->module, name);
  LLVMValueRef rows = seg_emit_rows_of_word(emit, block->row_count, block->words.index);
  LLVMValueRef first = LLVMBuildShl(emit->builder, block->words.index, seg_emit_i64(emit, 6), "");
  struct seg_emit_loop row_loop = seg_emit_loop_open(emit, seg_emit_i64(emit, 0), rows);
  block->bit = row_loop.index;
  block->row = LLVMBuildAdd(emit->builder, first, block->bit, "row");
  uint32_t begin = tile * SEG_MAP_TILE_STEPS;
  for (uint32_t i = begin; i < layout->map_step_count && i < begin + SEG_MAP_TILE_STEPS; i++) {
    uint32_t step = layout->map_steps[i];
    struct seg_emit_value value = seg_emit_compute(block, step);
    if (layout->value_slots[step] == SEG_NO_SLOT)
      continue;
    stores[store_count] = open_store(block, step, layout->value_slots[step]);
    store_value(block, &stores[store_count++], value);
  }
  seg_emit_loop_close(emit, &row_loop);
  for (uint32_t i = 0; i < store_count; i++)
    finish_word(block, &stores[i], rows);
  seg_emit_block_close(block);
}
