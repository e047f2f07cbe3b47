// Map functions: one loop over words, inside it one over the rows of the word; every step of the
// tile is computed in registers, and what others read is stored.
//
// Known bits are gathered in a register and written once a word, so bits behind the last row are 0.
// Values of unknown rows are stored as zero (text as empty text), and so is the text behind the
// last row of the last word: the text helpers look at all 64 rows of a word.
#include "compiler/codegen/emit_fraction.h"

/** A value slot that the tile writes. */
struct store {
  LLVMValueRef values; // pointer
  LLVMValueRef known;  // pointer to words
  LLVMValueRef word;   // alloca of the known word; NULL when always known
  uint32_t step;
  bool is_quick; // some rows at a time, also behind the last one
};

static LLVMValueRef zero_unless(struct seg_emit *emit, LLVMValueRef known, LLVMValueRef value) {
  if (known == NULL || value == NULL)
    return value;
  return LLVMBuildSelect(emit->builder, known, value, LLVMConstNull(LLVMTypeOf(value)), "");
}

static void add_known(struct seg_emit *emit, const struct store *store, LLVMValueRef bits) {
  LLVMValueRef old = LLVMBuildLoad2(emit->builder, emit->type.i64, store->word, "");
  LLVMBuildStore(emit->builder, LLVMBuildOr(emit->builder, old, bits, ""), store->word);
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
  add_known(emit, store, LLVMBuildShl(emit->builder, bit, block->bit, ""));
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
  if (store->is_quick)
    known = LLVMBuildAnd(emit->builder, known, seg_emit_low_bits(emit, rows), "");
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

/** One by one: the rows from the one at hand on. What is computed here is forgotten again, as it is
 * nothing to others. */
static void store_slowly(struct seg_emit_block *block, const struct store *stores, uint32_t count) {
  struct seg_emit *emit = block->emit;
  LLVMValueRef first_bit = block->bit, first_row = block->row;
  struct seg_emit_loop loop =
      seg_emit_loop_open(emit, seg_emit_i64(emit, 0), seg_emit_i64(emit, SEG_FRACTION_ROWS));
  block->bit = LLVMBuildAdd(emit->builder, first_bit, loop.index, "");
  block->row = LLVMBuildAdd(emit->builder, first_row, loop.index, "");
  for (uint32_t i = 0; i < count; i++) {
    const struct seg_step *step = &block->block->steps[stores[i].step];
    store_value(block, &stores[i], seg_emit_compute(block, stores[i].step));
    block->value_stamps[stores[i].step] = 0;
    for (uint32_t o = 0; o < seg_op_info[step->op].operand_count; o++)
      block->value_stamps[step->operands[o]] = 0;
  }
  seg_emit_loop_close(emit, &loop);
  block->bit = first_bit;
  block->row = first_row;
}

/** All rows of the word for the steps that can be computed some rows at a time. */
static uint32_t store_quickly(struct seg_emit_block *block, const uint32_t *steps, uint32_t count,
                              LLVMValueRef first, LLVMValueRef rows, struct store *stores) {
  struct seg_emit *emit = block->emit;
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef some = seg_emit_i64(emit, SEG_FRACTION_ROWS), large = NULL;
  uint32_t store_count = 0;
  for (uint32_t i = 0; i < count; i++)
    if (seg_emit_is_quick_fraction(block, steps[i]))
      stores[store_count++] = (struct store){.step = steps[i]};
  if (store_count == 0)
    return 0;
  LLVMValueRef up = LLVMBuildAdd(builder, rows, seg_emit_i64(emit, SEG_FRACTION_ROWS - 1), "");
  struct seg_emit_loop loop =
      seg_emit_loop_open(emit, seg_emit_i64(emit, 0), LLVMBuildUDiv(builder, up, some, ""));
  block->bit = LLVMBuildMul(builder, loop.index, some, "");
  block->row = LLVMBuildAdd(builder, first, block->bit, "row");
  for (uint32_t i = 0; i < store_count; i++) {
    uint32_t step = stores[i].step;
    stores[i] = open_store(block, step, block->layout->value_slots[step]);
    stores[i].is_quick = true;
    LLVMValueRef is_large = seg_emit_fraction_is_large(block, step);
    large = large == NULL ? is_large : LLVMBuildOr(builder, large, is_large, "");
  }
  LLVMBasicBlockRef slow = seg_emit_add_block(emit, "slow");
  LLVMBasicBlockRef quick = seg_emit_add_block(emit, "quick");
  LLVMBasicBlockRef done = seg_emit_add_block(emit, "done");
  LLVMTypeRef bits = LLVMIntTypeInContext(emit->context, 64 * SEG_FRACTION_ROWS);
  LLVMValueRef any = LLVMBuildICmp(builder, LLVMIntNE, LLVMBuildBitCast(builder, large, bits, ""),
                                   LLVMConstNull(bits), "");
  LLVMBuildCondBr(builder, any, slow, quick);
  LLVMPositionBuilderAtEnd(builder, slow);
  store_slowly(block, stores, store_count);
  LLVMBuildBr(builder, done);
  LLVMPositionBuilderAtEnd(builder, quick);
  for (uint32_t i = 0; i < store_count; i++) {
    LLVMValueRef known = seg_emit_fraction_rows(block, stores[i].step);
    add_known(emit, &stores[i], LLVMBuildShl(builder, known, block->bit, ""));
  }
  LLVMBuildBr(builder, done);
  LLVMPositionBuilderAtEnd(builder, done);
  seg_emit_loop_close(emit, &loop);
  return store_count;
}

void seg_emit_map_tile(struct seg_emit_block *block, uint32_t tile, const char *name) {
  struct seg_emit *emit = block->emit;
  const struct seg_block_layout *layout = block->layout;
  struct store stores[SEG_MAP_TILE_STEPS];
  seg_emit_block_open(block, emit->module, name);
  LLVMValueRef rows = seg_emit_rows_of_word(emit, block->row_count, block->words.index);
  LLVMValueRef first = LLVMBuildShl(emit->builder, block->words.index, seg_emit_i64(emit, 6), "");
  uint32_t begin = tile * SEG_MAP_TILE_STEPS, left = layout->map_step_count - begin;
  uint32_t count = left < SEG_MAP_TILE_STEPS ? left : SEG_MAP_TILE_STEPS;
  const uint32_t *steps = layout->map_steps + begin;
  uint32_t quick_count = store_quickly(block, steps, count, first, rows, stores);
  uint32_t store_count = quick_count;
  if (quick_count < count) {
    struct seg_emit_loop row_loop = seg_emit_loop_open(emit, seg_emit_i64(emit, 0), rows);
    block->bit = row_loop.index;
    block->row = LLVMBuildAdd(emit->builder, first, block->bit, "row");
    for (uint32_t i = 0; i < count; i++) {
      if (quick_count > 0 && seg_emit_is_quick_fraction(block, steps[i]))
        continue;
      struct seg_emit_value value = seg_emit_compute(block, steps[i]);
      if (layout->value_slots[steps[i]] == SEG_NO_SLOT)
        continue;
      stores[store_count] = open_store(block, steps[i], layout->value_slots[steps[i]]);
      store_value(block, &stores[store_count++], value);
    }
    seg_emit_loop_close(emit, &row_loop);
  }
  for (uint32_t i = 0; i < store_count; i++)
    finish_word(block, &stores[i], rows);
  seg_emit_block_close(block);
}
