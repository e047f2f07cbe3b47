// The value of the first or last event; see emit_edge.h. A customer without such an event has no
// row that could be read, so there is a branch around the load.
#include "compiler/codegen/emit_edge.h"

static LLVMValueRef flag_of(struct seg_emit *emit, const struct seg_emit_edge *edge,
                            LLVMValueRef words, uint32_t bit, LLVMValueRef at) {
  LLVMValueRef word = seg_emit_flag_word(emit, words, edge->flag_width, at);
  return seg_emit_bit(emit, word, seg_emit_i64(emit, bit));
}

/** Zero where it is unknown. */
static LLVMValueRef kept(struct seg_emit *emit, LLVMValueRef known, LLVMValueRef value) {
  return LLVMBuildSelect(emit->builder, known, value, LLVMConstNull(LLVMTypeOf(value)), "");
}

static struct seg_emit_value load(struct seg_emit *emit, const struct seg_emit_edge *edge,
                                  LLVMValueRef at) {
  struct seg_emit_value value = {.known = LLVMConstInt(emit->type.i1, 1, false)};
  if (edge->known_words != NULL)
    value.known = flag_of(emit, edge, edge->known_words, edge->known_bit, at);
  if (edge->values == NULL)
    value.data =
        LLVMBuildZExt(emit->builder, flag_of(emit, edge, edge->value_words, edge->value_bit, at),
                      emit->type.i32, "");
  else if (edge->layout == SEG_LAYOUT_TEXT)
    value.data = seg_emit_load_text(emit, edge->values, at, &value.size);
  else
    value.data = seg_emit_widen(emit, edge->layout,
                                seg_emit_load(emit->builder,
                                              seg_emit_width_type(emit, edge->layout, edge->width),
                                              edge->values, at));
  value.data = kept(emit, value.known, value.data);
  if (value.size != NULL)
    value.size = kept(emit, value.known, value.size);
  return value;
}

/** `value` behind the branch, zero beside it. */
static LLVMValueRef joined(struct seg_emit *emit, LLVMValueRef value, LLVMBasicBlockRef loaded,
                           LLVMBasicBlockRef beside) {
  LLVMValueRef phi = LLVMBuildPhi(emit->builder, LLVMTypeOf(value), "");
  LLVMValueRef values[] = {value, LLVMConstNull(LLVMTypeOf(value))};
  LLVMBasicBlockRef blocks[] = {loaded, beside};
  LLVMAddIncoming(phi, values, blocks, 2);
  return phi;
}

struct seg_emit_value seg_emit_edge_value(struct seg_emit *emit, const struct seg_emit_edge *edge,
                                          LLVMValueRef seen, LLVMValueRef at) {
  LLVMBasicBlockRef beside = seg_emit_here(emit);
  LLVMBasicBlockRef reading = seg_emit_add_block(emit, "reading");
  LLVMBasicBlockRef go_on = seg_emit_add_block(emit, "go_on");
  LLVMBuildCondBr(emit->builder, seen, reading, go_on);
  LLVMPositionBuilderAtEnd(emit->builder, reading);
  struct seg_emit_value value = load(emit, edge, at);
  LLVMBuildBr(emit->builder, go_on);
  LLVMPositionBuilderAtEnd(emit->builder, go_on);
  value.data = joined(emit, value.data, reading, beside);
  if (value.size != NULL)
    value.size = joined(emit, value.size, reading, beside);
  value.known = joined(emit, value.known, reading, beside);
  return value;
}

void seg_emit_edge_store(struct seg_emit *emit, LLVMValueRef column, LLVMValueRef row,
                         struct seg_emit_value value) {
  if (value.size != NULL)
    seg_emit_store_text(emit, column, row, value.data, value.size);
  else
    seg_emit_store(emit, LLVMTypeOf(value.data), column, row, value.data);
}

void seg_emit_edge_pad(struct seg_emit *emit, LLVMValueRef column, LLVMValueRef first,
                       LLVMValueRef count) {
  LLVMValueRef all = seg_emit_i64(emit, SEG_WORD_ROWS);
  struct seg_emit_loop behind = seg_emit_loop_open(emit, count, all);
  LLVMValueRef row = LLVMBuildAdd(emit->builder, first, behind.index, "");
  seg_emit_store_text(emit, column, row, LLVMConstNull(emit->type.pointer), seg_emit_i64(emit, 0));
  seg_emit_loop_close(emit, &behind);
}
