// Aggregates over the existing events of one customer, straight from their definition.
#include <assert.h>
#include <math.h>

#include "compiler/reference/internal.h"
#include "runtime/time/civil.h"
#include "runtime/time/zone.h"

// Weeks, months, quarters or years, counted through: days of one period have one number.
static int64_t period_number(enum seg_period_unit unit, int32_t day) {
  int year, month;
  if (unit == SEG_PERIOD_UNIT_WEEK)
    return ((int64_t)day - (seg_civil_weekday(day) - 1) + 3) / 7; // from Monday 1969-12-29 on
  if (day < SEG_CIVIL_FIRST_DAY || day > SEG_CIVIL_LAST_DAY)
    return INT32_MIN;
  seg_civil_from_day(day, &year, &month, NULL);
  return unit == SEG_PERIOD_UNIT_MONTH     ? (int64_t)year * 12 + month
         : unit == SEG_PERIOD_UNIT_QUARTER ? (int64_t)year * 4 + (month - 1) / 3
                                           : year;
}

// Hours count back from the moment at which the as-of day begins.
static int64_t hours_before(const struct seg_reference *reference, int32_t hours) {
  return reference->as_of_instant - hours * SEG_MICROSECONDS_PER_HOUR;
}

bool seg_day_in_window(const struct seg_reference *reference, const struct seg_day_window *window,
                       int32_t day) {
  int32_t as_of = reference->as_of;
  int64_t age = (int64_t)as_of - day;
  if (window->hours)
    return seg_zone_midnight(reference->zone, day + 1) > hours_before(reference, window->far_age) &&
           seg_zone_midnight(reference->zone, day) < hours_before(reference, window->near_age);
  if (window->kind == SEG_WINDOW_WITHIN || window->kind == SEG_WINDOW_BETWEEN)
    return window->near_age <= age && age <= window->far_age;
  if (window->kind == SEG_WINDOW_FROM)
    return window->first_day <= day && day <= window->last_day;
  if (window->kind == SEG_WINDOW_THIS)
    return period_number(window->unit, day) == period_number(window->unit, as_of);
  if (window->kind == SEG_WINDOW_LAST) {
    int64_t back = period_number(window->unit, as_of) - period_number(window->unit, day);
    return 1 <= back && back <= window->count;
  }
  return true;
}

bool seg_in_window(const struct seg_reference *reference, const struct seg_day_window *window,
                   const struct seg_row *event) {
  if (!window->hours)
    return seg_day_in_window(reference, window, event->day);
  // An event that exists happened before the as-of day: nothing more is asked of `within`.
  bool near = window->kind == SEG_WINDOW_WITHIN ||
              event->instant < hours_before(reference, window->near_age);
  return near && event->instant >= hours_before(reference, window->far_age);
}

// What one aggregate has seen so far.
struct tally {
  int64_t events;    // that qualify
  int64_t known;     // of them, with a known argument
  __int128 integers; // sum
  double numbers;    // sum, in file order
  struct seg_value least, greatest;
  int32_t first_day, last_day;
  int64_t first_instant, last_instant;
  struct seg_value first, last; // the argument there
  SEG_VEC(struct seg_value) different;
};

static bool seen(const struct tally *tally, const struct seg_type *type,
                 const struct seg_value *value) {
  for (size_t i = 0; i < tally->different.count; i++)
    if (seg_value_equal(type, &tally->different.items[i], value))
      return true;
  return false;
}

static void note_different(struct seg_reference *reference, struct tally *tally,
                           const struct seg_type *type, const struct seg_value *value) {
  if (!seen(tally, type, value) && !SEG_VEC_PUSH(&tally->different, *value))
    reference->out_of_memory = true;
}

// The day itself, the Monday of its week, the first of its month.
static int32_t period_of(enum seg_aggregate_kind kind, int32_t day) {
  int day_of_month = 1;
  if (kind == SEG_AGGREGATE_ACTIVE_WEEKS)
    return day - (seg_civil_weekday(day) - 1);
  if (kind == SEG_AGGREGATE_ACTIVE_MONTHS)
    seg_civil_from_day(day, NULL, NULL, &day_of_month);
  return day - (day_of_month - 1);
}

static void count_period(struct seg_reference *reference, struct tally *tally,
                         enum seg_aggregate_kind kind, int32_t day) {
  static const struct seg_type date = {.kind = SEG_TYPE_DATE};
  struct seg_value period = {.known = true, .integer = period_of(kind, day)};
  if (kind == SEG_AGGREGATE_ACTIVE_DAYS || kind == SEG_AGGREGATE_ACTIVE_WEEKS ||
      kind == SEG_AGGREGATE_ACTIVE_MONTHS)
    note_different(reference, tally, &date, &period);
}

static void count_value(struct seg_reference *reference, struct tally *tally,
                        const struct seg_node *node, const struct seg_value *value) {
  const struct seg_type *type = &node->argument->type;
  if (!value->known)
    return;
  tally->known++;
  tally->integers += value->integer;
  if (type->kind == SEG_TYPE_NUMBER || type->kind == SEG_TYPE_AMOUNT)
    tally->numbers += value->number;
  if (!tally->least.known || seg_value_compare(type, value, &tally->least) < 0)
    tally->least = *value;
  if (!tally->greatest.known || seg_value_compare(type, value, &tally->greatest) > 0)
    tally->greatest = *value;
  if (node->aggregate == SEG_AGGREGATE_DISTINCT)
    note_different(reference, tally, type, value);
}

// Events come in file order: of several at one instant the first one stays first, the last one
// becomes last.
static void note_edges(struct tally *tally, int64_t instant, const struct seg_value *value) {
  if (tally->events == 0 || instant < tally->first_instant) {
    tally->first_instant = instant;
    tally->first = *value;
  }
  if (tally->events == 0 || instant >= tally->last_instant) {
    tally->last_instant = instant;
    tally->last = *value;
  }
}

static void count_day(struct tally *tally, int32_t day) {
  if (tally->events == 0 || day < tally->first_day)
    tally->first_day = day;
  if (tally->events == 0 || day > tally->last_day)
    tally->last_day = day;
  tally->events++;
}

static struct seg_value known_integer(int64_t value) {
  return (struct seg_value){.known = true, .integer = value};
}

static struct seg_value sum_value(struct seg_reference *reference, const struct seg_node *node,
                                  const struct tally *tally) {
  if (node->type.kind == SEG_TYPE_NUMBER || node->type.kind == SEG_TYPE_AMOUNT) {
    if (!isfinite(tally->numbers))
      reference->overflow = true;
    return (struct seg_value){.known = true, .number = tally->numbers};
  }
  if (tally->integers > INT64_MAX || tally->integers < INT64_MIN)
    reference->overflow = true;
  return known_integer((int64_t)tally->integers);
}

// The exact sum, as a double in whole units, divided by the count of known values.
static struct seg_value average_value(struct seg_reference *reference, const struct seg_node *node,
                                      const struct tally *tally) {
  assert(node->argument != NULL);
  const struct seg_type *type = &node->argument->type;
  double sum = tally->numbers;
  if (type->kind == SEG_TYPE_INT || type->kind == SEG_TYPE_MONEY) {
    if (tally->integers > INT64_MAX || tally->integers < INT64_MIN)
      reference->overflow = true;
    double units = 1;
    for (uint8_t i = 0; i < type->scale; i++)
      units *= 10;
    sum = (double)(int64_t)tally->integers / units;
  }
  if (!isfinite(sum))
    reference->overflow = true;
  if (tally->known == 0)
    return (struct seg_value){.known = false};
  return (struct seg_value){.known = true, .number = sum / (double)tally->known};
}

static struct seg_value day_value(const struct tally *tally, int32_t day) {
  return tally->events == 0 ? (struct seg_value){.known = false} : known_integer(day);
}

static struct seg_value result(struct seg_reference *reference, const struct seg_node *node,
                               const struct tally *tally) {
  switch (node->aggregate) {
  case SEG_AGGREGATE_COUNT:
    return known_integer(node->argument == NULL ? tally->events : tally->known);
  case SEG_AGGREGATE_SUM: return sum_value(reference, node, tally);
  case SEG_AGGREGATE_AVERAGE: return average_value(reference, node, tally);
  case SEG_AGGREGATE_MIN: return tally->least;
  case SEG_AGGREGATE_MAX: return tally->greatest;
  case SEG_AGGREGATE_DISTINCT:
  case SEG_AGGREGATE_ACTIVE_DAYS:
  case SEG_AGGREGATE_ACTIVE_WEEKS:
  case SEG_AGGREGATE_ACTIVE_MONTHS: return known_integer((int64_t)tally->different.count);
  case SEG_AGGREGATE_FIRST:
    return node->argument == NULL ? day_value(tally, tally->first_day) : tally->first;
  case SEG_AGGREGATE_LAST:
    return node->argument == NULL ? day_value(tally, tally->last_day) : tally->last;
  case SEG_AGGREGATE_KIND_COUNT: break;
  }
  assert(!"unknown aggregate");
  return (struct seg_value){.known = false};
}

static bool in_time(const struct seg_sequence *sequence, const struct seg_row *row,
                    const struct seg_row *next) {
  if (next->instant <= row->instant)
    return false;
  if (sequence->in_days)
    return next->day <= row->day + sequence->limit;
  return next->instant <= row->instant + sequence->limit * SEG_MICROSECONDS_PER_HOUR;
}

enum seg_sequence_state seg_evaluate_sequence(const struct seg_subject *subject,
                                              const struct seg_sequence *sequence,
                                              const struct seg_row *row) {
  struct seg_reference *reference = subject->reference;
  const struct seg_rows *rows = &reference->dataset->events[sequence->event];
  const struct seg_row_list *own = &subject->customer->events[sequence->event];
  bool followed = false;
  for (size_t i = 0; i < own->items.count; i++) {
    const struct seg_row *next = &rows->rows.items[own->items.items[i]];
    struct seg_subject event = {.reference = reference,
                                .entity = &reference->program->events[sequence->event],
                                .row = next};
    bool may_follow = sequence->filter == NULL || seg_evaluate_condition(&event, sequence->filter);
    followed = followed || (may_follow && in_time(sequence, row, next));
  }
  if (followed)
    return SEG_SEQUENCE_FOLLOWED;
  bool over = sequence->in_days ? row->day + sequence->limit < reference->as_of
                                : row->instant + sequence->limit * SEG_MICROSECONDS_PER_HOUR <
                                      reference->as_of_instant;
  return over ? SEG_SEQUENCE_ALONE : SEG_SEQUENCE_OPEN;
}

static bool sequence_holds(const struct seg_subject *subject, const struct seg_sequence *sequence,
                           const struct seg_row *row) {
  return seg_evaluate_sequence(subject, sequence, row) ==
         (sequence->without ? SEG_SEQUENCE_ALONE : SEG_SEQUENCE_FOLLOWED);
}

struct seg_value seg_evaluate_aggregate(const struct seg_subject *subject,
                                        const struct seg_node *node) {
  struct seg_reference *reference = subject->reference;
  const struct seg_rows *rows = &reference->dataset->events[node->event];
  const struct seg_row_list *own = &subject->customer->events[node->event];
  struct tally tally = {0};
  for (size_t i = 0; i < own->items.count; i++) {
    struct seg_subject event = {.reference = reference,
                                .entity = &reference->program->events[node->event],
                                .row = &rows->rows.items[own->items.items[i]]};
    bool counts = node->filter == NULL || seg_evaluate_condition(&event, node->filter);
    struct seg_value value = {0};
    if (node->argument != NULL)
      value = seg_evaluate(&event, node->argument);
    if (node->sequence != NULL && !sequence_holds(subject, node->sequence, event.row))
      counts = false;
    if (!counts || !seg_in_window(reference, &node->window, event.row))
      continue;
    note_edges(&tally, event.row->instant, &value);
    count_day(&tally, event.row->day);
    count_period(reference, &tally, node->aggregate, event.row->day);
    if (node->argument != NULL)
      count_value(reference, &tally, node, &value);
  }
  struct seg_value value = result(reference, node, &tally);
  SEG_VEC_FREE(&tally.different);
  return value;
}
