/** From the mask steps of a block to literals of a graph; a part of making programs. */
#ifndef SEG_RUNTIME_FILTER_MASK_LEAVES_H
#define SEG_RUNTIME_FILTER_MASK_LEAVES_H

#include "runtime/filter/mask_program.h"

/** Longer lists of integers are searched in a table, shorter ones are a comparison each. */
enum { SEG_MASK_LONG_LIST = 16 };

/** The literals of all mask steps that `needed` names, into `literals` (per step). */
void seg_mask_leaves_build(struct seg_mask_graph *graph, const struct seg_block *block,
                           const bool *needed, seg_mask_literal *literals);

/** Steps that mask step `number` reads as columns; true when step `operand` is a scalar to it. */
bool seg_mask_reads_scalar(const struct seg_block *block, uint32_t number, uint32_t operand);

#endif
