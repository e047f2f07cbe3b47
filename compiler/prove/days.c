// Kinds of as-of days; see days.h.
#include "compiler/prove/days.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/prove/window_ages.h"
#include "runtime/base/hash.h"

enum { MAX_WINDOWS = 64, MAX_KINDS = 160 };

// --- what the rules look at ---

struct looking {
  const struct seg_program *program;
  struct seg_days *days;
  const struct seg_day_window *windows[MAX_WINDOWS];
  uint32_t count;
  bool too_many;
  uint64_t names[MAX_KINDS]; // hashes of the kinds' orders
};

static bool moves(const struct seg_day_window *window) {
  return window->kind == SEG_WINDOW_THIS || window->kind == SEG_WINDOW_LAST ||
         window->kind == SEG_WINDOW_FROM || window->kind == SEG_WINDOW_IN;
}

static bool same_window(const struct seg_day_window *a, const struct seg_day_window *b) {
  return a->kind == b->kind && a->near_age == b->near_age && a->far_age == b->far_age &&
         a->hours == b->hours && a->first_day == b->first_day && a->last_day == b->last_day &&
         a->unit == b->unit && a->count == b->count;
}

static void add_start(struct looking *looking, enum seg_period_unit unit, int32_t moved) {
  struct seg_days *days = looking->days;
  for (uint32_t i = 0; i < days->start_count; i++)
    if (days->starts[i].unit == unit && days->starts[i].moved == moved)
      return;
  if (days->start_count == SEG_MAX_PERIOD_STARTS)
    looking->too_many = true;
  else
    days->starts[days->start_count++] = (struct seg_period_start){unit, moved};
}

static void look_at_window(struct looking *looking, const struct seg_day_window *window) {
  looking->days->calendar = looking->days->calendar || moves(window);
  for (uint32_t i = 0; i < looking->count; i++)
    if (same_window(looking->windows[i], window))
      return;
  if (looking->count == MAX_WINDOWS) {
    looking->too_many = true;
    return;
  }
  looking->windows[looking->count++] = window;
  if (window->kind == SEG_WINDOW_THIS || window->kind == SEG_WINDOW_LAST)
    add_start(looking, window->unit, 0);
  if (window->kind == SEG_WINDOW_LAST)
    add_start(looking, window->unit, -window->count);
}

static bool looks_at_days(const struct seg_node *node) {
  if (node->kind == SEG_NODE_AGGREGATE)
    return node->aggregate == SEG_AGGREGATE_FIRST || node->aggregate == SEG_AGGREGATE_LAST ||
           node->aggregate == SEG_AGGREGATE_ACTIVE_DAYS ||
           node->aggregate == SEG_AGGREGATE_ACTIVE_WEEKS ||
           node->aggregate == SEG_AGGREGATE_ACTIVE_MONTHS || node->sequence != NULL ||
           node->window.hours;
  return node->type.kind == SEG_TYPE_DATE;
}

static void look(struct looking *looking, const struct seg_program_entity *entity,
                 const struct seg_node *node) {
  if (node == NULL)
    return;
  looking->days->open = looking->days->open || looks_at_days(node);
  if (node->kind == SEG_NODE_ATTRIBUTE || node->kind == SEG_NODE_COLUMN)
    look(looking, entity, entity->columns[node->column].computed);
  if (node->kind == SEG_NODE_AGGREGATE) {
    const struct seg_program_entity *event = &looking->program->events[node->event];
    look_at_window(looking, &node->window);
    look(looking, event, event->where);
    look(looking, event, node->filter);
    look(looking, event, node->argument);
    if (node->sequence != NULL)
      look(looking, &looking->program->events[node->sequence->event], node->sequence->filter);
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    look(looking, entity, node->operands[i]);
}

// --- kinds ---

/** Where the windows lie on one day. */
struct places {
  int32_t starts[SEG_MAX_PERIOD_STARTS];
  int32_t ends[2 * MAX_WINDOWS]; // ages; of the far end the age behind it
};

static void find_places(const struct looking *looking, int32_t day, struct places *places) {
  for (uint32_t i = 0; i < looking->days->start_count; i++)
    places->starts[i] =
        seg_period_first_day(looking->days->starts[i].unit, day, looking->days->starts[i].moved);
  for (uint32_t i = 0; i < looking->count; i++) {
    int32_t *near = &places->ends[2 * i], *far = &places->ends[2 * i + 1];
    if (!seg_window_ages(looking->windows[i], day, near, far))
      *near = *far = 0; // empty
    else
      ++*far;
  }
}

static int by_age(const void *a, const void *b) {
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return (x > y) - (x < y);
}

/** The order of the ends, and which of them is yesterday. */
static uint64_t kind_of(const struct looking *looking, const struct places *places) {
  int32_t sorted[2 * MAX_WINDOWS + 1], ranks[2 * MAX_WINDOWS];
  uint32_t count = 2 * looking->count;
  memcpy(sorted, places->ends, count * sizeof *sorted);
  sorted[count] = 1;
  qsort(sorted, count + 1, sizeof *sorted, by_age);
  for (uint32_t i = 0; i < count; i++) {
    ranks[i] = places->ends[i] == 0 ? -1 : 0; // an empty window has no place
    for (uint32_t j = 0; j <= count && sorted[j] < places->ends[i]; j++)
      ranks[i] += sorted[j] > 0 && (j == 0 || sorted[j] != sorted[j - 1]);
  }
  return seg_hash_bytes(ranks, count * sizeof *ranks);
}

/** For how many days from this one on nothing but the ages of the moving ends changes, by one a
 * day: the order then stays. */
static int32_t days_alike(const struct looking *looking, int32_t day, const struct places *places) {
  int64_t alike = SEG_PROVE_LAST_DAY - day + 1;
  for (uint32_t i = 0; i < looking->days->start_count; i++)
    if (looking->days->starts[i].moved == 0) {
      int64_t next = seg_period_first_day(looking->days->starts[i].unit, day, 1);
      alike = next - day < alike ? next - day : alike;
    }
  for (uint32_t w = 0; w < looking->count; w++) {
    const struct seg_day_window *window = looking->windows[w];
    if (window->kind == SEG_WINDOW_THIS && places->ends[2 * w] == 0)
      return 1; // the first day of its period: from the next one on it is not empty
    if (window->kind != SEG_WINDOW_FROM && window->kind != SEG_WINDOW_IN)
      continue;
    int64_t turns[] = {(int64_t)window->first_day + 1, (int64_t)window->last_day + 1,
                       (int64_t)window->last_day + 2};
    for (int t = 0; t < 3; t++)
      if (turns[t] > day && turns[t] - day < alike)
        alike = turns[t] - day;
  }
  for (uint32_t w = 0; w < looking->count; w++)
    for (uint32_t r = 0; moves(looking->windows[w]) && r <= looking->count; r++)
      for (int e = 0; e < 4; e++) {
        if (r < looking->count && moves(looking->windows[r]))
          break;
        int32_t still = r == looking->count ? 1 : places->ends[2 * r + (uint32_t)e / 2];
        int32_t moving = places->ends[2 * w + (uint32_t)e % 2];
        int64_t meet = moving == still ? 1 : (int64_t)still - moving;
        if (moving > 0 && meet > 0 && meet < alike)
          alike = meet;
      }
  return (int32_t)alike;
}

static void widen(struct seg_day_span *span, int32_t least, int32_t most) {
  span->least = least < span->least ? least : span->least;
  span->most = most > span->most ? most : span->most;
}

/** These days belong to the kind. */
static void add_days(const struct seg_days *days, struct seg_day_kind *kind, int32_t day,
                     int32_t last, const struct places *places) {
  kind->first = day < kind->first ? day : kind->first;
  kind->last = last > kind->last ? last : kind->last;
  for (uint32_t i = 0; i < days->start_count; i++)
    for (uint32_t j = 0; j < days->start_count; j++)
      if (i == j)
        widen(&kind->apart[i][i], day - places->starts[i], last - places->starts[i]);
      else
        widen(&kind->apart[i][j], places->starts[i] - places->starts[j],
              places->starts[i] - places->starts[j]);
}

static struct seg_day_kind new_kind(int32_t day) {
  struct seg_day_kind kind = {.day = day, .first = day, .last = day};
  for (int i = 0; i < SEG_MAX_PERIOD_STARTS; i++)
    for (int j = 0; j < SEG_MAX_PERIOD_STARTS; j++)
      kind.apart[i][j] = (struct seg_day_span){INT32_MAX, INT32_MIN};
  return kind;
}

/** Sort the days from `first` to `last` into kinds. False when memory is out. */
static bool sort_days(struct looking *looking, int32_t first, int32_t last) {
  struct seg_days *days = looking->days;
  for (int32_t day = first, alike; day <= last && !days->many; day += alike) {
    struct places places = {0};
    find_places(looking, day, &places);
    alike = days_alike(looking, day, &places);
    alike = alike < last - day + 1 ? alike : last - day + 1;
    uint64_t name = kind_of(looking, &places);
    size_t k = 0;
    while (k < days->kinds.count && looking->names[k] != name)
      k++;
    days->many = k == MAX_KINDS;
    if (days->many)
      break;
    if (k == days->kinds.count && !SEG_VEC_PUSH(&days->kinds, new_kind(day)))
      return false;
    looking->names[k] = name;
    add_days(days, &days->kinds.items[k], day, day + alike - 1, &places);
  }
  return true;
}

bool seg_days_find(struct seg_days *days, const struct seg_program *program,
                   const struct seg_node *const *conditions, uint32_t count) {
  struct looking looking = {.program = program, .days = days};
  *days = (struct seg_days){0};
  look(&looking, &program->customer, program->customer.where);
  for (uint32_t i = 0; i < count; i++)
    look(&looking, &program->customer, conditions[i]);
  days->many = days->calendar && looking.too_many;
  if (!days->calendar) {
    struct seg_day_kind all = new_kind(SEG_PROVE_USUAL_DAY);
    all.first = SEG_PROVE_FIRST_DAY;
    all.last = SEG_PROVE_LAST_DAY;
    days->open = true;
    return SEG_VEC_PUSH(&days->kinds, all);
  }
  // From the usual day on, so that a witness stands on a day of our time when it can.
  return sort_days(&looking, SEG_PROVE_USUAL_DAY, SEG_PROVE_LAST_DAY) &&
         sort_days(&looking, SEG_PROVE_FIRST_DAY, SEG_PROVE_USUAL_DAY - 1);
}

void seg_days_deinit(struct seg_days *days) {
  SEG_VEC_FREE(&days->kinds);
}
