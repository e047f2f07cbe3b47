/**
 * A quick search for the many small questions: most need no more than a look at a few bounds, for
 * which a general solver takes a hundred times as long to get started.
 *
 * Truths are found by going into alternatives one after the other, numbers by the simplex method
 * and by cutting at whole numbers, in exact fractions. Alternatives that the values at hand already
 * satisfy are not gone into. The search is bounded by its steps: it gives up where it is not quick,
 * and where terms are not linear. Facts that several questions share are worked on once.
 */
#ifndef SEG_COMPILER_PROVE_QUICK_H
#define SEG_COMPILER_PROVE_QUICK_H

#include "compiler/prove/quick_terms.h"

enum seg_quick_answer { SEG_QUICK_POSSIBLE, SEG_QUICK_IMPOSSIBLE, SEG_QUICK_GAVE_UP };

struct seg_quick;

/** NULL when memory is out. `context` and the sorts outlive it. */
struct seg_quick *seg_quick_new(Z3_context context, Z3_sort integers, Z3_sort truths);
void seg_quick_free(struct seg_quick *quick);

/** No facts. */
void seg_quick_begin(struct seg_quick *quick);
/** The first so many facts. */
void seg_quick_back(struct seg_quick *quick, size_t count);
/** A fact, until the next beginning. */
void seg_quick_assert(struct seg_quick *quick, Z3_ast fact);

/** Can the facts and all these conditions hold together? After POSSIBLE there are values for all
 * terms of them; they stay until the next POSSIBLE. */
enum seg_quick_answer seg_quick_ask(struct seg_quick *quick, const Z3_ast *conditions,
                                    size_t count);

/** A whole number that the term is never below when the facts hold, as far as bounds of single
 * values tell. False: they do not. */
bool seg_quick_least(struct seg_quick *quick, Z3_ast term, int64_t *least);

// Values of the last POSSIBLE. False when a term is not read; what nothing looks at is 0 and false.
bool seg_quick_truth(struct seg_quick *quick, Z3_ast term, bool *truth);
bool seg_quick_value(struct seg_quick *quick, Z3_ast term, struct seg_ratio *value);

#endif
