// Grouping the cells of a fold; see fold_groups.h.
#include "compiler/codegen/fold_groups.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/hash.h"

enum { NO_FLAGS = UINT32_MAX, SEVERAL_WORDS = UINT32_MAX - 1 };

/** The word that has all flags of a cell. */
static uint32_t word_of(const struct seg_fold_cell *cell) {
  uint32_t word = NO_FLAGS;
  for (uint32_t i = 0; i < cell->flag_count; i++) {
    if (word != NO_FLAGS && word != cell->flags[i] / 64)
      return SEVERAL_WORDS;
    word = cell->flags[i] / 64;
  }
  return word;
}

/** Cells without flags go with those of the first word. */
static uint32_t group_word(const struct seg_fold_cell *cell) {
  uint32_t word = word_of(cell);
  return word == NO_FLAGS ? 0 : word;
}

static bool same_flags(const struct seg_fold_cell *a, const struct seg_fold_cell *b) {
  if (group_word(a) != SEVERAL_WORDS)
    return group_word(a) == group_word(b);
  return a->flag_count == b->flag_count &&
         memcmp(a->flags, b->flags, a->flag_count * sizeof *a->flags) == 0;
}

static bool same_kind(const struct seg_fold_cell *a, const struct seg_fold_cell *b) {
  return a->kind == b->kind && a->layout == b->layout && a->width == b->width &&
         a->column == b->column && a->order == b->order && a->value_flag == b->value_flag &&
         a->known_flag == b->known_flag && same_flags(a, b);
}

static uint64_t hash_cell(const struct seg_fold_cell *cell) {
  uint64_t hash = seg_hash_mix((uint64_t)cell->kind * 8 + (uint64_t)cell->layout, cell->column);
  return seg_hash_mix(hash, group_word(cell));
}

/** Flags before windows, so that groups of several kinds have their lanes in the same order, and
 * with them their tests. */
static int by_flags(const void *left, const void *right, void *context) {
  const struct seg_fold *fold = context;
  uint32_t numbers[] = {*(const uint32_t *)left, *(const uint32_t *)right};
  const struct seg_fold_cell *a = &fold->cells[numbers[0]], *b = &fold->cells[numbers[1]];
  if (a->flag_count != b->flag_count)
    return a->flag_count < b->flag_count ? -1 : 1;
  for (uint32_t i = 0; i < a->flag_count; i++)
    if (a->flags[i] != b->flags[i])
      return a->flags[i] < b->flags[i] ? -1 : 1;
  if (a->window != b->window)
    return a->window < b->window ? -1 : 1;
  return numbers[0] < numbers[1] ? -1 : numbers[0] > numbers[1];
}

bool seg_fold_groups_build(struct seg_arena *arena, const struct seg_fold *fold,
                           struct seg_cell_range range, struct seg_fold_groups *out) {
  size_t size = 16;
  while (size < (size_t)(range.end - range.begin) * 2)
    size *= 2;
  // Open addressing: the number + 1 of the newest group of a kind of cell.
  uint32_t *table = SEG_NEW_ARRAY(arena, uint32_t, size);
  out->count = 0;
  out->groups = SEG_NEW_ARRAY(arena, struct seg_fold_group, range.end - range.begin);
  uint32_t *order = SEG_NEW_ARRAY(arena, uint32_t, (size_t)(range.end - range.begin) + 1);
  if (table == NULL || out->groups == NULL || order == NULL)
    return false;
  for (uint32_t number = range.begin; number < range.end; number++)
    order[number - range.begin] = number;
  qsort_r(order, range.end - range.begin, sizeof *order, by_flags, (void *)fold);
  for (uint32_t i = 0; i < range.end - range.begin; i++) {
    uint32_t number = order[i];
    const struct seg_fold_cell *cell = &fold->cells[number];
    size_t at = hash_cell(cell) & (size - 1);
    while (table[at] != 0 && !same_kind(cell, &fold->cells[out->groups[table[at] - 1].cells[0]]))
      at = (at + 1) & (size - 1);
    bool is_full = table[at] != 0 && out->groups[table[at] - 1].cell_count == SEG_FOLD_LANES;
    // Different values are counted by a call for each cell, which has no lanes.
    if (table[at] == 0 || is_full || cell->kind == SEG_FOLD_DISTINCT)
      table[at] = ++out->count;
    struct seg_fold_group *group = &out->groups[table[at] - 1];
    group->cells[group->cell_count++] = number;
  }
  return true;
}
