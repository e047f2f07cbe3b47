/**
 * What machine code is made from, word by word: two plans with the same words have the same code.
 *
 * Only what the emitters read is in it. Masks are not (they become tables), nor are names and
 * windows; so that rules whose limits were changed have their code already.
 */
#ifndef SEG_COMPILER_CODEGEN_CODE_INPUTS_H
#define SEG_COMPILER_CODEGEN_CODE_INPUTS_H

#include "compiler/codegen/block_layout.h"
#include "runtime/base/vec.h"
#include "runtime/plan/plan.h"

/** Zero-initialised = nothing yet. Free the words with SEG_VEC_FREE. */
struct seg_code_inputs {
  SEG_VEC(uint64_t) words;
  bool out_of_memory; // sticky; the words say nothing then
};

void seg_code_inputs_add(struct seg_code_inputs *inputs, uint64_t word);

/** Of the functions of a block. */
void seg_code_inputs_add_block(struct seg_code_inputs *inputs, const struct seg_block *block,
                               const struct seg_block_layout *layout);

/** Of the function that folds an event in a pass. */
void seg_code_inputs_add_fold(struct seg_code_inputs *inputs, const struct seg_plan *plan,
                              uint32_t event, enum seg_fold_pass pass);

#endif
