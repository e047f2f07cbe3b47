/**
 * On which as-of days a question must be asked so that the answer holds for every day.
 *
 * Windows that count days back from the as-of day lie alike on every day: one question, in which
 * the day stays open, is enough. Windows of the calendar move against them. Two days are alike when
 * the ends of all windows stand in the same order (and, where the rules look at single days or
 * count them, at the same ages); one day of each kind is asked about, out of all days from 1990 to
 * 2100.
 */
#ifndef SEG_COMPILER_PROVE_DAYS_H
#define SEG_COMPILER_PROVE_DAYS_H

#include "compiler/sema/program.h"
#include "runtime/base/vec.h"

enum { SEG_PROVE_FIRST_DAY = 7305, SEG_PROVE_LAST_DAY = 47846, SEG_PROVE_USUAL_DAY = 20605 };

struct seg_days {
  bool any;  // one question about every day; `list` holds the usual day
  bool many; // more kinds of days than can be asked about
  SEG_VEC(int32_t) list;
};

/** False when memory is out. */
SEG_NODISCARD bool seg_days_find(struct seg_days *days, const struct seg_node *const *conditions,
                                 uint32_t count);
void seg_days_deinit(struct seg_days *days);

#endif
