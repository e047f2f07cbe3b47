// Dates and rounding, straight from their definition.
#include <math.h>

#include "compiler/reference/internal.h"
#include "runtime/time/civil.h"

// The day of year `year` with the month and day of `day`; 29 February is the 28th in common years.
static int32_t return_in(int year, int32_t day) {
  int month, day_of_month;
  seg_civil_from_day(day, NULL, &month, &day_of_month);
  int last = seg_civil_month_days(year, month);
  return seg_civil_to_day(year, month, day_of_month < last ? day_of_month : last);
}

static int32_t days_to_anniversary(int32_t day, int32_t as_of) {
  int year;
  seg_civil_from_day(as_of, &year, NULL, NULL);
  int32_t next = return_in(year, day);
  if (next < as_of)
    next = return_in(year + 1, day);
  return next - as_of;
}

int64_t seg_evaluate_date(enum seg_date_function function, int32_t day, int32_t as_of) {
  int year, month, day_of_month;
  seg_civil_from_day(day, &year, &month, &day_of_month);
  switch (function) {
  case SEG_DATE_YEAR: return year;
  case SEG_DATE_MONTH: return month;
  case SEG_DATE_DAY: return day_of_month;
  case SEG_DATE_WEEKDAY: return seg_civil_weekday(day);
  case SEG_DATE_ANNIVERSARY: return days_to_anniversary(day, as_of);
  case SEG_DATE_DAYS_UNTIL: return (int64_t)day - as_of;
  }
  return 0;
}

static struct seg_value whole(struct seg_reference *reference, __int128 value) {
  if (value > INT64_MAX || value < INT64_MIN) {
    reference->overflow = true;
    return (struct seg_value){.known = false};
  }
  return (struct seg_value){.known = true, .integer = (int64_t)value};
}

static double round_number(enum seg_rounding rounding, double number) {
  switch (rounding) {
  case SEG_ROUND: return round(number); // halves away from zero
  case SEG_FLOOR: return floor(number);
  case SEG_CEIL: return ceil(number);
  }
  return number;
}

// `units` of 10^-scale as a multiple of 10^scale.
static __int128 round_units(enum seg_rounding rounding, int64_t units, int64_t whole_unit) {
  __int128 below = units / whole_unit - (units % whole_unit < 0); // rounded down
  __int128 rest = units - below * whole_unit;                     // 0 <= rest < whole_unit
  bool up = false;
  switch (rounding) {
  case SEG_ROUND: up = units < 0 ? 2 * rest > whole_unit : 2 * rest >= whole_unit; break;
  case SEG_FLOOR: break;
  case SEG_CEIL: up = rest > 0; break;
  }
  return (below + up) * whole_unit;
}

struct seg_value seg_evaluate_round(const struct seg_subject *subject, const struct seg_node *node,
                                    const struct seg_value *value) {
  const struct seg_type *from = &node->operands[0]->type;
  int64_t whole_unit = 1;
  for (uint8_t i = 0; i < node->type.scale; i++)
    whole_unit *= 10;
  if (!value->known)
    return (struct seg_value){.known = false};
  if (from->kind == SEG_TYPE_MONEY)
    return whole(subject->reference, round_units(node->rounding, value->integer, whole_unit));
  double number = round_number(node->rounding, value->number);
  if (!(number >= -9223372036854775808.0 && number < 9223372036854775808.0)) { // 2^63
    subject->reference->overflow = true;
    return (struct seg_value){.known = false};
  }
  return whole(subject->reference, (__int128)number * whole_unit);
}
