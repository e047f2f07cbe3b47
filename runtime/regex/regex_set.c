// A set of characters while its list is read; see regex_set.h.
#include "runtime/regex/regex_set.h"

#include <stdlib.h>

bool seg_letter_set_add(struct seg_letter_set *set, uint32_t first, uint32_t last) {
  struct seg_letter_range range = {first, last};
  if (!SEG_VEC_PUSH(&set->ranges, range))
    set->out_of_memory = true;
  return !set->out_of_memory;
}

bool seg_letter_set_add_class(struct seg_letter_set *set, char letter) {
  static const struct seg_letter_range digits[] = {{'0', '9'}};
  static const struct seg_letter_range words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
  static const struct seg_letter_range blanks[] = {{'\t', '\r'}, {' ', ' '}};
  static const struct {
    char letter;
    const struct seg_letter_range *ranges;
    uint32_t count;
  } classes[] = {{'d', digits, 1}, {'w', words, 4}, {'s', blanks, 2}};
  for (size_t c = 0; c < sizeof classes / sizeof *classes; c++) {
    bool negated = letter == classes[c].letter - 'a' + 'A';
    if (letter != classes[c].letter && !negated)
      continue;
    uint32_t next = 0; // the first character behind the ranges so far
    for (uint32_t i = 0; i < classes[c].count; i++) {
      struct seg_letter_range range = classes[c].ranges[i];
      bool fine = negated ? seg_letter_set_add(set, next, range.first - 1)
                          : seg_letter_set_add(set, range.first, range.last);
      if (!fine)
        return false;
      next = range.last + 1;
    }
    return !negated || seg_letter_set_add(set, next, SEG_REGEX_LAST_LETTER);
  }
  return false;
}

static int compare_ranges(const void *left, const void *right) {
  const struct seg_letter_range *a = left, *b = right;
  return (a->first > b->first) - (a->first < b->first);
}

/** Sort, and join what touches; the number that stays. */
static uint32_t put_in_order(struct seg_letter_range *ranges, size_t count) {
  uint32_t kept = 0;
  qsort(ranges, count, sizeof *ranges, compare_ranges);
  for (size_t i = 0; i < count; i++) {
    if (kept > 0 && ranges[i].first <= ranges[kept - 1].last + 1) {
      if (ranges[i].last > ranges[kept - 1].last)
        ranges[kept - 1].last = ranges[i].last;
    } else {
      ranges[kept++] = ranges[i];
    }
  }
  return kept;
}

bool seg_letter_set_finish(struct seg_letter_set *set, bool negated, struct seg_arena *arena,
                           struct seg_regex *node) {
  uint32_t count = set->ranges.count == 0 ? 0 : put_in_order(set->ranges.items, set->ranges.count);
  struct seg_letter_range *out = SEG_NEW_ARRAY(arena, struct seg_letter_range, count + 1u);
  if (out == NULL)
    return false;
  node->ranges = out;
  if (!negated) {
    for (uint32_t i = 0; i < count; i++)
      out[i] = set->ranges.items[i];
    node->range_count = count;
    return true;
  }
  uint32_t next = 0;
  for (uint32_t i = 0; i < count; i++) {
    struct seg_letter_range range = set->ranges.items[i];
    if (range.first > next)
      out[node->range_count++] = (struct seg_letter_range){next, range.first - 1};
    next = range.last + 1;
  }
  if (next <= SEG_REGEX_LAST_LETTER)
    out[node->range_count++] = (struct seg_letter_range){next, SEG_REGEX_LAST_LETTER};
  return true;
}
