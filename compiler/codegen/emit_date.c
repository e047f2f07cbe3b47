// Parts of a date: year, month, day of a day number, and counts of weeks and months.
//
// The method is that of runtime/time/civil.c: years begin in March, eras of 400 years repeat. All
// in 64 bits, so that every day number is right, also one that stands in an unknown row.
#include "compiler/codegen/emit_date.h"

enum {
  DAYS_PER_ERA = 146097,      // 400 years
  DAYS_PER_CENTURY = 36524,   // without the leap day of the fourth century
  DAYS_PER_FOUR_YEARS = 1460, // without the leap day
  EPOCH = 719468,             // days from 0000-03-01 to 1970-01-01
  MONDAY = 3,                 // days from the Monday before 1970-01-01 to that day
};

static LLVMValueRef number(const struct seg_emit *emit, int64_t value) {
  return seg_emit_i64(emit, value);
}

static LLVMValueRef add(struct seg_emit *emit, LLVMValueRef a, int64_t b) {
  return LLVMBuildAdd(emit->builder, a, number(emit, b), "");
}

static LLVMValueRef times(struct seg_emit *emit, LLVMValueRef a, int64_t b) {
  return LLVMBuildMul(emit->builder, a, number(emit, b), "");
}

static LLVMValueRef minus(struct seg_emit *emit, LLVMValueRef a, LLVMValueRef b) {
  return LLVMBuildSub(emit->builder, a, b, "");
}

/** a / b for a >= 0. */
static LLVMValueRef over(struct seg_emit *emit, LLVMValueRef a, int64_t b) {
  return LLVMBuildUDiv(emit->builder, a, number(emit, b), "");
}

/** a / b rounded down, b > 0. */
static LLVMValueRef floor_over(struct seg_emit *emit, LLVMValueRef a, int64_t b) {
  LLVMValueRef quotient = LLVMBuildSDiv(emit->builder, a, number(emit, b), "");
  LLVMValueRef rest = minus(emit, a, times(emit, quotient, b));
  LLVMValueRef below = LLVMBuildICmp(emit->builder, LLVMIntSLT, rest, number(emit, 0), "");
  return minus(emit, quotient, LLVMBuildZExt(emit->builder, below, emit->type.i64, ""));
}

struct seg_emit_date seg_emit_date_of(struct seg_emit *emit, LLVMValueRef day) {
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef since_march = add(emit, day, EPOCH);
  LLVMValueRef era = floor_over(emit, since_march, DAYS_PER_ERA);
  LLVMValueRef day_of_era = minus(emit, since_march, times(emit, era, DAYS_PER_ERA));
  LLVMValueRef leap_days = minus(emit, over(emit, day_of_era, DAYS_PER_FOUR_YEARS),
                                 over(emit, day_of_era, DAYS_PER_CENTURY));
  leap_days = LLVMBuildAdd(builder, leap_days, over(emit, day_of_era, DAYS_PER_ERA - 1), "");
  LLVMValueRef year_of_era = over(emit, minus(emit, day_of_era, leap_days), 365);
  LLVMValueRef days_before = times(emit, year_of_era, 365);
  days_before = LLVMBuildAdd(builder, days_before, over(emit, year_of_era, 4), "");
  days_before = minus(emit, days_before, over(emit, year_of_era, 100));
  LLVMValueRef day_of_year = minus(emit, day_of_era, days_before);
  LLVMValueRef march_month = over(emit, add(emit, times(emit, day_of_year, 5), 2), 153);
  LLVMValueRef before_month = over(emit, add(emit, times(emit, march_month, 153), 2), 5);
  // Months 10 and 11 after March are January and February of the next year.
  LLVMValueRef wraps = LLVMBuildICmp(builder, LLVMIntUGE, march_month, number(emit, 10), "");
  LLVMValueRef shift = LLVMBuildSelect(builder, wraps, number(emit, -9), number(emit, 3), "");
  LLVMValueRef year = LLVMBuildAdd(builder, times(emit, era, 400), year_of_era, "");
  return (struct seg_emit_date){
      .year = LLVMBuildAdd(builder, year, LLVMBuildZExt(builder, wraps, emit->type.i64, ""), ""),
      .month = LLVMBuildAdd(builder, march_month, shift, ""),
      .day = add(emit, minus(emit, day_of_year, before_month), 1),
  };
}

static LLVMValueRef is(struct seg_emit *emit, LLVMValueRef a, int64_t b) {
  return LLVMBuildICmp(emit->builder, LLVMIntEQ, a, number(emit, b), "");
}

/** a % b = 0 for any a. */
static LLVMValueRef divides(struct seg_emit *emit, LLVMValueRef a, int64_t b) {
  return is(emit, LLVMBuildSRem(emit->builder, a, number(emit, b), ""), 0);
}

static LLVMValueRef is_leap(struct seg_emit *emit, LLVMValueRef year) {
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef century = LLVMBuildNot(builder, divides(emit, year, 100), "");
  century = LLVMBuildOr(builder, century, divides(emit, year, 400), "");
  return LLVMBuildAnd(builder, divides(emit, year, 4), century, "");
}

/** The day of a date; 29 February of a common year is the 28th. */
static LLVMValueRef day_of_date(struct seg_emit *emit, struct seg_emit_date date) {
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef leap_day =
      LLVMBuildAnd(builder, is(emit, date.month, 2), is(emit, date.day, 29), "");
  LLVMValueRef moves =
      LLVMBuildAnd(builder, leap_day, LLVMBuildNot(builder, is_leap(emit, date.year), ""), "");
  LLVMValueRef day = minus(emit, date.day, LLVMBuildZExt(builder, moves, emit->type.i64, ""));
  LLVMValueRef is_late = LLVMBuildICmp(builder, LLVMIntSGT, date.month, number(emit, 2), "");
  LLVMValueRef early =
      LLVMBuildZExt(builder, LLVMBuildNot(builder, is_late, ""), emit->type.i64, "");
  LLVMValueRef year = minus(emit, date.year, early);
  LLVMValueRef march_month = add(emit, date.month, -3);
  march_month = LLVMBuildAdd(builder, march_month, times(emit, early, 12), "");
  LLVMValueRef era = floor_over(emit, year, 400);
  LLVMValueRef year_of_era = minus(emit, year, times(emit, era, 400));
  LLVMValueRef sum = over(emit, add(emit, times(emit, march_month, 153), 2), 5);
  sum = LLVMBuildAdd(builder, sum, add(emit, day, -1), "");
  sum = LLVMBuildAdd(builder, sum, times(emit, year_of_era, 365), "");
  sum = LLVMBuildAdd(builder, sum, over(emit, year_of_era, 4), "");
  sum = minus(emit, sum, over(emit, year_of_era, 100));
  sum = LLVMBuildAdd(builder, sum, times(emit, era, DAYS_PER_ERA), "");
  return add(emit, sum, -EPOCH);
}

LLVMValueRef seg_emit_anniversary(struct seg_emit *emit, LLVMValueRef day, LLVMValueRef as_of) {
  struct seg_emit_date date = seg_emit_date_of(emit, day);
  date.year = seg_emit_date_of(emit, as_of).year;
  LLVMValueRef same_year = day_of_date(emit, date);
  date.year = add(emit, date.year, 1);
  LLVMValueRef next_year = day_of_date(emit, date);
  LLVMValueRef is_past = LLVMBuildICmp(emit->builder, LLVMIntSLT, same_year, as_of, "");
  return minus(emit, LLVMBuildSelect(emit->builder, is_past, next_year, same_year, ""), as_of);
}

LLVMValueRef seg_emit_date_part(struct seg_emit *emit, enum seg_date_part part, LLVMValueRef day) {
  LLVMValueRef since_monday = add(emit, day, MONDAY);
  LLVMValueRef week = floor_over(emit, since_monday, 7);
  struct seg_emit_date date;
  switch (part) {
  case SEG_PART_WEEK_COUNT: return week;
  case SEG_PART_WEEKDAY: return add(emit, minus(emit, since_monday, times(emit, week, 7)), 1);
  case SEG_PART_YEAR: return seg_emit_date_of(emit, day).year;
  case SEG_PART_MONTH: return seg_emit_date_of(emit, day).month;
  case SEG_PART_DAY: return seg_emit_date_of(emit, day).day;
  case SEG_PART_MONTH_COUNT:
    date = seg_emit_date_of(emit, day);
    return add(emit, LLVMBuildAdd(emit->builder, times(emit, date.year, 12), date.month, ""), -1);
  }
  return day;
}
