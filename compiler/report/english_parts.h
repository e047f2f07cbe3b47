/**
 * What the two files of English share; private to this room.
 */
#ifndef SEG_COMPILER_REPORT_ENGLISH_PARTS_H
#define SEG_COMPILER_REPORT_ENGLISH_PARTS_H

#include "compiler/report/english.h"

/** "purchases whose channel is "web" in the last 90 complete days": what a count counts; without
 * `plural` "purchase ...". */
void seg_english_counted(const struct seg_english *english, const struct seg_node *node,
                         bool plural);

/** An aggregate, said as if it were of that kind: an average is stored as a sum and a count. */
void seg_english_aggregate(const struct seg_english *english, const struct seg_node *node,
                           enum seg_aggregate_kind kind);

/** What a rank orders. */
void seg_english_ordered(const struct seg_english *english, const struct seg_node *rank);

/** Numerator and denominator: an average, a decimal, or a division. */
void seg_english_fraction(const struct seg_english *english, const struct seg_node *numerator,
                          const struct seg_node *denominator);

#endif
