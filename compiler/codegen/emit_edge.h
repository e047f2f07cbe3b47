/**
 * The value of one chosen event, for folds that take the first or the last one.
 */
#ifndef SEG_COMPILER_CODEGEN_EMIT_EDGE_H
#define SEG_COMPILER_CODEGEN_EMIT_EDGE_H

#include "compiler/codegen/emit.h"

/** Where the values of events are found, and what says that they are known. */
struct seg_emit_edge {
  enum seg_layout layout;
  enum seg_width width;      // of the carried column
  enum seg_width flag_width; // of the words
  LLVMValueRef values;       // the carried column; NULL: a bit of the flags (I32)
  LLVMValueRef value_words;  // flag words, and the bit in them
  uint32_t value_bit;
  LLVMValueRef known_words; // NULL: always known
  uint32_t known_bit;
};

/** The value of event `at` where the i1 `seen` holds, otherwise zero (empty text) and unknown. */
struct seg_emit_value seg_emit_edge_value(struct seg_emit *emit, const struct seg_emit_edge *edge,
                                          LLVMValueRef seen, LLVMValueRef at);

void seg_emit_edge_store(struct seg_emit *emit, LLVMValueRef column, LLVMValueRef row,
                         struct seg_emit_value value);

/** Empty texts behind the last row of a word: rows first + count .. first + 63. */
void seg_emit_edge_pad(struct seg_emit *emit, LLVMValueRef column, LLVMValueRef first,
                       LLVMValueRef count);

#endif
