/** Masks that are computed 64 rows a call: of texts, and of long lists of integers. */
#ifndef SEG_RUNTIME_FILTER_MASK_CALLS_H
#define SEG_RUNTIME_FILTER_MASK_CALLS_H

#include "runtime/filter/mask_program.h"

/** The words of mask step `number`; of a list of texts: whether they equal item `item`. Known bits
 * are not looked at. `rows` is a multiple of 64. */
void seg_mask_calls_run(const struct seg_mask_program *program, uint32_t number, uint32_t item,
                        const struct seg_block_frame *frame, int64_t rows, uint64_t *words);

#endif
