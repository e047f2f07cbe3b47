/** Verification of one block; a part of seg_plan_verify. */
#ifndef SEG_RUNTIME_PLAN_PLAN_VERIFY_BLOCK_H
#define SEG_RUNTIME_PLAN_PLAN_VERIFY_BLOCK_H

#include "runtime/plan/plan.h"

/** `place` names the block in the message, such as "scan of event purchase". */
SEG_NODISCARD enum seg_status seg_plan_verify_block(const struct seg_block *block,
                                                    const char *place, struct seg_error *error);

/** Of its invariants those about the widths of inputs. */
SEG_NODISCARD enum seg_status seg_plan_verify_block_widths(const struct seg_block *block,
                                                           const char *place,
                                                           struct seg_error *error);

#endif
