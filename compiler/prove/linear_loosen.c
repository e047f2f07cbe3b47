// Conditions about one form, from those that say the most to those that say the least: a
// contradiction holds for all that say at least as much as those that it needs. See linear.h.
#include <stdlib.h>

#include "compiler/prove/linear_parts.h"

enum { NONE = SEG_LINEAR_NONE };

/** A sign that says that its form lies above, or below, a bound. */
struct bound_sign {
  uint32_t form, sign;
  bool upper, some;
  int64_t bound;
};

static int in_order(int64_t a, int64_t b) {
  return (a > b) - (a < b);
}

/** May they stand in one row? Zero when they do. */
static int compare_rows(const struct bound_sign *a, const struct bound_sign *b) {
  int order = in_order(a->form, b->form);
  if (order == 0)
    order = a->upper - b->upper;
  return order != 0 ? order : a->some - b->some;
}

static int by_row(const void *a, const void *b) {
  const struct bound_sign *x = a, *y = b;
  int order = compare_rows(x, y);
  if (order == 0)
    order = x->upper ? in_order(x->bound, y->bound) : in_order(y->bound, x->bound);
  return order != 0 ? order : in_order(x->sign, y->sign);
}

bool seg_linear_find_looser(struct seg_linear *linear) {
  uint32_t signs = 2 * linear->condition_count, count = 0;
  struct bound_sign *bounds = malloc((signs + 1u) * sizeof *bounds);
  linear->looser = SEG_NEW_ARRAY(&linear->arena, uint32_t, signs + 1u);
  if (bounds == NULL || linear->looser == NULL) {
    free(bounds);
    return false;
  }
  for (uint32_t sign = 0; sign < signs; sign++) {
    const struct seg_linear_claim *claim = seg_linear_claim_of(linear, sign);
    bool low = claim->low > INT64_MIN, high = claim->high < INT64_MAX;
    linear->looser[sign] = NONE;
    if (linear->conditions[sign / 2].form != NONE && low != high)
      bounds[count++] = (struct bound_sign){linear->conditions[sign / 2].form, sign, high,
                                            claim->some, high ? claim->high : claim->low};
  }
  if (count > 0)
    qsort(bounds, count, sizeof *bounds, by_row);
  for (uint32_t i = 0; i + 1 < count; i++)
    if (compare_rows(&bounds[i], &bounds[i + 1]) == 0)
      linear->looser[bounds[i].sign] = bounds[i + 1].sign;
  free(bounds);
  return true;
}
