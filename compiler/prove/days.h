/**
 * On which as-of days a question must be asked so that the answer holds for every day.
 *
 * Windows that count days back from the as-of day lie alike on every day: one question, in which
 * the day stays open, is enough. Windows of the calendar move against them. Two days are of one
 * kind when the ends of all windows stand in the same order; each kind out of all days from 1990 to
 * 2100 is asked about once. Where the rules look at days otherwise (dates, the first or last event,
 * active days), the as-of day stays open within its kind.
 */
#ifndef SEG_COMPILER_PROVE_DAYS_H
#define SEG_COMPILER_PROVE_DAYS_H

#include "compiler/sema/program.h"
#include "runtime/base/vec.h"

enum {
  SEG_PROVE_FIRST_DAY = 7305,
  SEG_PROVE_LAST_DAY = 47846,
  SEG_PROVE_USUAL_DAY = 20605,
  SEG_MAX_PERIOD_STARTS = 16
};

/** The first day of a period of the calendar, so many periods behind the one that holds the as-of
 * day. */
struct seg_period_start {
  enum seg_period_unit unit;
  int32_t moved; // 0 or negative
};

/** Days, both included. */
struct seg_day_span {
  int32_t least, most;
};

struct seg_day_kind {
  int32_t day;         // one of its days, of our time when there is one
  int32_t first, last; // the earliest and the latest of its days
  // Over all its days: start i - start j; for j = i the as-of day - start i.
  struct seg_day_span apart[SEG_MAX_PERIOD_STARTS][SEG_MAX_PERIOD_STARTS];
};

struct seg_days {
  bool calendar; // some window moves; else one kind holds all days
  bool open;     // the rules speak of days: the as-of day must stay open
  bool many;     // more kinds than can be asked about
  uint32_t start_count;
  struct seg_period_start starts[SEG_MAX_PERIOD_STARTS];
  SEG_VEC(struct seg_day_kind) kinds;
};

/** False when memory is out. */
SEG_NODISCARD bool seg_days_find(struct seg_days *days, const struct seg_program *program,
                                 const struct seg_node *const *conditions, uint32_t count);
void seg_days_deinit(struct seg_days *days);

#endif
