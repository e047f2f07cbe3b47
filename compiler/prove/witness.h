/**
 * A concrete customer out of a model: attributes and dated events, as few events as possible.
 *
 * The rows are those of a data set with one customer, for the reference evaluator and the compiled
 * rules. A model of weak terms may lead to a customer that the rules refuse: always try it out.
 */
#ifndef SEG_COMPILER_PROVE_WITNESS_H
#define SEG_COMPILER_PROVE_WITNESS_H

#include "compiler/prove/query.h"
#include "compiler/reference/dataset.h"

struct seg_witness {
  int32_t as_of;
  struct seg_dataset dataset; // one customer; texts live in `arena`
  struct seg_arena arena;
  bool smallest; // it is known that on such a day nobody with fewer events would do
};

enum { SEG_MAX_WITNESS_EVENTS = 1000 };

/**
 * Ask for the smallest customer of the asserted facts: first the fewest events. SEG_IMPOSSIBLE and
 * SEG_UNDECIDED leave no witness; SEG_POSSIBLE fills it, or leaves `*made` false when the model
 * cannot be made concrete. SEG_OUT_OF_MEMORY.
 */
SEG_NODISCARD enum seg_status seg_witness_find(struct seg_query *query, enum seg_answer *answer,
                                               bool *made, struct seg_witness *witness,
                                               struct seg_error *error);
int64_t seg_witness_event_count(const struct seg_witness *witness);
void seg_witness_deinit(struct seg_witness *witness);

#endif
