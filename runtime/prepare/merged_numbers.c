// See merged_numbers.h. Most numbers are in one of the parts only: a part is walked by itself, as
// far as the window goes, and what all of them have is put in order by counting.
#include "runtime/prepare/merged_numbers.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/store/store_read.h"

enum { WINDOW = 1 << 13 };

/** Where a part is walked: a place among its numbers. */
struct seg_merged_cursor {
  const uint32_t *numbers; // NULL: 0, 1, ...
  const uint64_t *offsets;
  uint64_t place, end;
  uint64_t number; // there; UINT64_MAX: the end
};

static void find_number(struct seg_merged_cursor *cursor) {
  cursor->number = cursor->place == cursor->end ? UINT64_MAX
                   : cursor->numbers == NULL    ? cursor->place
                                                : cursor->numbers[cursor->place];
}

static struct seg_merged_cursor begin_cursor(const struct seg_store_part *part) {
  struct seg_merged_cursor cursor = {
      .numbers = seg_store_has(&part->numbers) ? (const uint32_t *)part->numbers.data : NULL,
      .offsets = (const uint64_t *)part->offsets.data,
      .end = part->offsets.count - 1};
  find_number(&cursor);
  return cursor;
}

bool seg_merged_numbers_begin(struct seg_merged_numbers *walk,
                              const struct seg_store_entity *entity, uint32_t first_part,
                              uint32_t end_part, bool rise) {
  size_t most = (size_t)(end_part - first_part) * WINDOW;
  *walk = (struct seg_merged_numbers){.entity = entity,
                                      .first_part = first_part,
                                      .end_part = end_part,
                                      .rise = rise,
                                      .sorted = malloc(most * sizeof *walk->sorted),
                                      .found = malloc(most * sizeof *walk->found),
                                      .cursors = calloc(end_part, sizeof *walk->cursors),
                                      .tallies = malloc(WINDOW * sizeof *walk->tallies),
                                      .last_days = malloc(WINDOW * sizeof *walk->last_days)};
  if (walk->sorted == NULL || walk->found == NULL || walk->cursors == NULL ||
      walk->tallies == NULL || walk->last_days == NULL)
    return false;
  for (uint32_t p = first_part; p < end_part; p++)
    walk->cursors[p] = begin_cursor(&entity->parts[p]);
  return true;
}

void seg_merged_numbers_end(struct seg_merged_numbers *walk) {
  free(walk->sorted);
  free(walk->found);
  free(walk->cursors);
  free(walk->tallies);
  free(walk->last_days);
}

// Do days rise from the rows of a number in the parts before to rows first .. end - 1?
static void look_at_days(struct seg_merged_numbers *walk, const struct seg_store_array *days,
                         uint32_t at, uint64_t first, uint64_t end) {
  if (first == end)
    return;
  walk->rise = walk->rise && seg_store_integer(days, first) >= walk->last_days[at];
  walk->last_days[at] = (int32_t)seg_store_integer(days, end - 1);
}

// What a part has in the window, behind what was found of the parts before.
static void walk_part(struct seg_merged_numbers *walk, uint32_t part) {
  const struct seg_store_array *days = &walk->entity->parts[part].days;
  struct seg_merged_cursor cursor = walk->cursors[part];
  size_t count = walk->count;
  size_t most = count + WINDOW; // a damaged part could list a number twice, or a lower one later
  while (cursor.number - walk->first < WINDOW && count < most) {
    uint32_t at = (uint32_t)(cursor.number - walk->first);
    uint64_t first = cursor.offsets[cursor.place], end = cursor.offsets[++cursor.place];
    walk->found[count++] = (struct seg_merged_number){at, part, end - first};
    walk->tallies[at]++;
    if (walk->rise)
      look_at_days(walk, days, at, first, end);
    find_number(&cursor);
  }
  walk->cursors[part] = cursor;
  walk->count = count;
}

static void sort(struct seg_merged_numbers *walk) {
  uint32_t sum = 0;
  for (uint32_t at = 0; at < WINDOW; at++) {
    uint32_t own = walk->tallies[at];
    walk->tallies[at] = sum;
    sum += own;
  }
  for (size_t i = 0; i < walk->count; i++)
    walk->sorted[walk->tallies[walk->found[i].at]++] = walk->found[i];
}

bool seg_merged_numbers_next(struct seg_merged_numbers *walk) {
  uint64_t first = UINT64_MAX;
  for (uint32_t p = walk->first_part; p < walk->end_part; p++)
    first = walk->cursors[p].number < first ? walk->cursors[p].number : first;
  if (first == UINT64_MAX)
    return false;
  walk->first = first;
  walk->count = 0;
  memset(walk->tallies, 0, WINDOW * sizeof *walk->tallies);
  for (uint32_t at = 0; at < WINDOW; at++)
    walk->last_days[at] = INT32_MIN;
  for (uint32_t p = walk->first_part; p < walk->end_part; p++)
    walk_part(walk, p);
  sort(walk);
  return true;
}
