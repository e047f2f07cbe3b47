// Kinds of as-of days; see days.h.
#include "compiler/prove/days.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/prove/window_ages.h"
#include "runtime/base/hash.h"

enum { MAX_WINDOWS = 64, MAX_KINDS = 120 };

struct looking {
  const struct seg_day_window *windows[MAX_WINDOWS];
  uint32_t count;
  bool too_many, calendar, exact;
};

static bool moves(const struct seg_day_window *window) {
  return window->kind == SEG_WINDOW_THIS || window->kind == SEG_WINDOW_LAST ||
         window->kind == SEG_WINDOW_FROM || window->kind == SEG_WINDOW_IN;
}

static bool same_window(const struct seg_day_window *a, const struct seg_day_window *b) {
  return a->kind == b->kind && a->near_age == b->near_age && a->far_age == b->far_age &&
         a->first_day == b->first_day && a->last_day == b->last_day && a->unit == b->unit &&
         a->count == b->count;
}

static void look_at_window(struct looking *looking, const struct seg_day_window *window) {
  looking->calendar = looking->calendar || moves(window);
  for (uint32_t i = 0; i < looking->count; i++)
    if (same_window(looking->windows[i], window))
      return;
  if (looking->count == MAX_WINDOWS)
    looking->too_many = true;
  else
    looking->windows[looking->count++] = window;
}

static void look(struct looking *looking, const struct seg_node *node) {
  if (node->kind == SEG_NODE_AGGREGATE) {
    look_at_window(looking, &node->window);
    looking->exact = looking->exact || node->aggregate == SEG_AGGREGATE_FIRST ||
                     node->aggregate == SEG_AGGREGATE_LAST ||
                     node->aggregate == SEG_AGGREGATE_ACTIVE_DAYS ||
                     node->aggregate == SEG_AGGREGATE_ACTIVE_WEEKS ||
                     node->aggregate == SEG_AGGREGATE_ACTIVE_MONTHS;
  }
  looking->exact = looking->exact || node->type.kind == SEG_TYPE_DATE;
  for (uint32_t i = 0; i < node->operand_count; i++)
    look(looking, node->operands[i]);
}

static int by_age(const void *a, const void *b) {
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return (x > y) - (x < y);
}

/** What makes a day of its kind: the ends of the windows, or only their order. */
static uint64_t kind_of(const struct looking *looking, int32_t day) {
  int32_t ends[2 * MAX_WINDOWS], sorted[2 * MAX_WINDOWS];
  uint32_t count = 2 * looking->count;
  for (uint32_t i = 0; i < looking->count; i++)
    if (!seg_window_ages(looking->windows[i], day, &ends[2 * i], &ends[2 * i + 1]))
      ends[2 * i] = ends[2 * i + 1] = 0; // empty
    else
      ends[2 * i + 1]++; // where the days behind it begin
  if (looking->exact)
    return seg_hash_bytes(ends, count * sizeof *ends);
  memcpy(sorted, ends, count * sizeof *ends);
  qsort(sorted, count, sizeof *sorted, by_age);
  for (uint32_t i = 0; i < count; i++) {
    int32_t rank = 0;
    for (uint32_t j = 0; j < count && sorted[j] < ends[i]; j++)
      rank += j == 0 || sorted[j] != sorted[j - 1];
    ends[i] = ends[i] == 0 ? -1 : rank;
  }
  return seg_hash_bytes(ends, count * sizeof *ends);
}

bool seg_days_find(struct seg_days *days, const struct seg_node *const *conditions,
                   uint32_t count) {
  struct looking looking = {0};
  uint64_t kinds[MAX_KINDS];
  uint32_t kind_count = 0;
  *days = (struct seg_days){0};
  for (uint32_t i = 0; i < count; i++)
    look(&looking, conditions[i]);
  if (!looking.calendar) {
    days->any = true;
    return SEG_VEC_PUSH(&days->list, SEG_PROVE_USUAL_DAY);
  }
  // From the usual day on, so that a witness stands on a day of our time when it can.
  int32_t span = SEG_PROVE_LAST_DAY - SEG_PROVE_FIRST_DAY + 1;
  for (int32_t i = 0; i < span && !days->many; i++) {
    int32_t day = SEG_PROVE_FIRST_DAY + (SEG_PROVE_USUAL_DAY - SEG_PROVE_FIRST_DAY + i) % span;
    uint64_t kind = kind_of(&looking, day);
    bool known = false;
    for (uint32_t k = 0; k < kind_count && !known; k++)
      known = kinds[k] == kind;
    if (known)
      continue;
    days->many = kind_count == MAX_KINDS || looking.too_many;
    if (days->many)
      break;
    kinds[kind_count++] = kind;
    if (!SEG_VEC_PUSH(&days->list, day))
      return false;
  }
  return true;
}

void seg_days_deinit(struct seg_days *days) {
  SEG_VEC_FREE(&days->list);
}
