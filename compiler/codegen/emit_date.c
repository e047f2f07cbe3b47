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
