// See changed_days.h.
#include "runtime/run/changed_days.h"

static bool add(struct seg_changed_days *changed, int64_t first, int64_t last) {
  return first > last ||
         SEG_VEC_PUSH(&changed->ranges, (struct seg_day_range){(int32_t)first, (int32_t)last});
}

// What one of two stretches of days has and the other has not; first > last is a stretch of none.
static bool add_difference(struct seg_changed_days *changed, const int32_t *a, const int32_t *b) {
  bool apart = a[0] > a[1] || b[0] > b[1] || a[1] < b[0] || b[1] < a[0];
  if (apart)
    return add(changed, a[0], a[1]) && add(changed, b[0], b[1]);
  const int32_t *early = a[0] < b[0] ? a : b, *late = a[0] < b[0] ? b : a;
  const int32_t *low = a[1] < b[1] ? a : b, *high = a[1] < b[1] ? b : a;
  return add(changed, early[0], (int64_t)late[0] - 1) && add(changed, (int64_t)low[1] + 1, high[1]);
}

static int by_first(const void *left, const void *right) {
  const struct seg_day_range *a = left, *b = right;
  return (a->first > b->first) - (a->first < b->first);
}

static void join(struct seg_changed_days *changed) {
  size_t kept = 0;
  for (size_t i = 0; i < changed->ranges.count; i++) {
    struct seg_day_range range = changed->ranges.items[i];
    struct seg_day_range *last = &changed->ranges.items[kept > 0 ? kept - 1 : 0];
    if (kept == 0 || range.first > (int64_t)last->last + 1)
      changed->ranges.items[kept++] = range;
    else if (range.last > last->last)
      last->last = range.last;
  }
  changed->ranges.count = kept;
}

bool seg_changed_days_find(struct seg_changed_days *changed, const struct seg_fold *fold,
                           const int32_t *before, const int32_t *now) {
  struct seg_cell_range cells = seg_fold_range(fold, SEG_FINAL_PASS);
  changed->ranges.count = 0;
  for (uint32_t c = cells.begin; c < cells.end; c++) {
    size_t window = (size_t)fold->cells[c].window * 2;
    if (!add_difference(changed, before + window, now + window))
      return false;
    // Many cells have the same few windows.
    if (changed->ranges.count >= 64) {
      qsort(changed->ranges.items, changed->ranges.count, sizeof *changed->ranges.items, by_first);
      join(changed);
    }
  }
  if (changed->ranges.count > 0)
    qsort(changed->ranges.items, changed->ranges.count, sizeof *changed->ranges.items, by_first);
  join(changed);
  return true;
}

bool seg_changed_days_meet(const struct seg_changed_days *changed, int32_t first, int32_t last) {
  bool meet = false;
  for (size_t i = 0; i < changed->ranges.count; i++)
    meet =
        meet || (changed->ranges.items[i].first <= last && changed->ranges.items[i].last >= first);
  return meet;
}
