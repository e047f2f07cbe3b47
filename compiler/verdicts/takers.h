/**
 * Whom of the known customers the rule of a segment takes. Private to compiler/verdicts.
 */
#ifndef SEG_COMPILER_VERDICTS_TAKERS_H
#define SEG_COMPILER_VERDICTS_TAKERS_H

#include "compiler/verdicts/engine.h"

/** A bit for each customer of the pool, and zeros up to a multiple of 64; they are there until the
 * pool has grown and it is asked again. NULL when memory is out. */
const uint64_t *seg_engine_takers(struct seg_engine *engine, uint32_t segment);
/** The engine of a lane begins with what the other one knows. False when memory is out; what is
 * there is to be forgotten even so. */
SEG_NODISCARD bool seg_engine_fork_takers(struct seg_engine *engine, const struct seg_engine *from);
void seg_engine_forget_takers(struct seg_engine *engine);

/** Is there a customer in the pool, as he is, for whom these conditions hold? Only of one or two
 * that are rules of segments; of others, and where it is not so, `*known` is false.
 * SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status seg_engine_has_taker(struct seg_engine *engine,
                                                   const struct seg_wanted *wanted, uint32_t count,
                                                   bool *known);

#endif
