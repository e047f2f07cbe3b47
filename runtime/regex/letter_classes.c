// Classes of characters: begin with one class of all, and let every set of the pattern split them
// into what it holds and what it does not.
#include <stdlib.h>
#include <string.h>

#include "runtime/regex/automaton_parts.h"

struct splitting {
  uint32_t *starts; // rising code points: interval i is starts[i] .. starts[i + 1] - 1
  uint16_t *classes;
  uint32_t count, class_count;
};

bool seg_regex_set_holds(const struct seg_regex *set, uint32_t code_point) {
  uint32_t low = 0, high = set->range_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (set->ranges[middle].last < code_point)
      low = middle + 1;
    else
      high = middle;
  }
  return low < set->range_count && set->ranges[low].first <= code_point;
}

static int compare_starts(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return (a > b) - (a < b);
}

static bool is_set(const struct seg_regex_step *step) {
  return step->kind == SEG_STEP_LETTER;
}

// Where any range begins or ends, a class can begin.
static bool find_starts(const struct seg_regex_steps *steps, struct splitting *out) {
  size_t count = 1;
  for (size_t i = 0; i < steps->list.count; i++)
    if (is_set(&steps->list.items[i]))
      count += 2 * (size_t)steps->list.items[i].set->range_count;
  out->starts = calloc(count, sizeof *out->starts);
  out->classes = calloc(count, sizeof *out->classes);
  if (out->starts == NULL || out->classes == NULL)
    return false;
  size_t at = 1; // 0 is there
  for (size_t i = 0; i < steps->list.count; i++) {
    const struct seg_regex *set = steps->list.items[i].set;
    for (uint32_t r = 0; is_set(&steps->list.items[i]) && r < set->range_count; r++) {
      out->starts[at++] = set->ranges[r].first;
      out->starts[at++] = set->ranges[r].last + 1;
    }
  }
  qsort(out->starts, at, sizeof *out->starts, compare_starts);
  for (size_t i = 0; i < at; i++)
    if (out->starts[i] <= SEG_REGEX_LAST_LETTER &&
        (out->count == 0 || out->starts[i] != out->starts[out->count - 1]))
      out->starts[out->count++] = out->starts[i];
  out->class_count = 1;
  return true;
}

// Class c stays for what the set does not hold, and parts[c] - 1 is the class of what it does.
static void split(struct splitting *splitting, const struct seg_regex *set, uint16_t *parts,
                  uint32_t *outside) {
  uint32_t before = splitting->class_count;
  memset(parts, 0, before * sizeof *parts);
  memset(outside, 0, before * sizeof *outside);
  for (uint32_t i = 0; i < splitting->count; i++)
    outside[splitting->classes[i]] += !seg_regex_set_holds(set, splitting->starts[i]);
  for (uint32_t i = 0; i < splitting->count; i++) {
    uint16_t class = splitting->classes[i];
    if (outside[class] == 0 || !seg_regex_set_holds(set, splitting->starts[i]))
      continue;
    if (parts[class] == 0)
      parts[class] = (uint16_t)++splitting->class_count;
    splitting->classes[i] = (uint16_t)(parts[class] - 1);
  }
}

static bool split_all(struct splitting *splitting, const struct seg_regex_steps *steps) {
  uint16_t *parts = calloc(splitting->count + 1u, sizeof *parts); // no more classes than intervals
  uint32_t *outside = calloc(splitting->count + 1u, sizeof *outside);
  bool fine = parts != NULL && outside != NULL;
  const struct seg_regex *last = NULL;
  for (size_t i = 0; fine && i < steps->list.count; i++) {
    const struct seg_regex *set = steps->list.items[i].set;
    if (is_set(&steps->list.items[i]) && set != last)
      split(splitting, set, parts, outside);
    last = set;
  }
  free(parts);
  free(outside);
  return fine;
}

static bool keep(struct seg_arena *arena, const struct splitting *splitting,
                 struct seg_automaton *automaton) {
  uint32_t *starts = SEG_NEW_ARRAY(arena, uint32_t, splitting->count);
  uint16_t *classes = SEG_NEW_ARRAY(arena, uint16_t, splitting->count);
  if (starts == NULL || classes == NULL)
    return false;
  memcpy(starts, splitting->starts, splitting->count * sizeof *starts);
  memcpy(classes, splitting->classes, splitting->count * sizeof *classes);
  automaton->class_count = splitting->class_count;
  automaton->range_count = splitting->count;
  automaton->range_starts = starts;
  automaton->range_classes = classes;
  for (uint32_t i = 0, c = 0; c < SEG_AUTOMATON_ASCII; c++) {
    while (i + 1 < splitting->count && starts[i + 1] <= c)
      i++;
    automaton->ascii_classes[c] = classes[i];
  }
  return true;
}

bool seg_letter_classes_build(struct seg_arena *arena, const struct seg_regex_steps *steps,
                              struct seg_automaton *automaton) {
  struct splitting splitting = {0};
  bool fine = find_starts(steps, &splitting) && split_all(&splitting, steps) &&
              keep(arena, &splitting, automaton);
  free(splitting.starts);
  free(splitting.classes);
  return fine;
}
