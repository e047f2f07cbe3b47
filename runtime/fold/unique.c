// Collapsing equal events of one customer; see unique.h.
#include "runtime/fold/unique.h"

#include <string.h>

#include "runtime/fold/event_equal.h"

enum { FEW = 8 }; // events that are compared one with another

static inline bool is_set(const struct seg_gather *gather, uint32_t flag, uint64_t event) {
  return ((gather->flags[flag / 64][event] >> (flag % 64)) & 1) != 0;
}

static inline bool is_known(const struct seg_unique_columns *unique,
                            const struct seg_gather *gather, uint32_t column, uint64_t event) {
  uint32_t flag = unique->known_flag[column];
  return flag == UINT32_MAX || is_set(gather, flag, event);
}

static bool equal(const struct seg_unique_columns *unique, const struct seg_gather *gather,
                  uint64_t a, uint64_t b) {
  for (uint32_t f = 0; f < unique->flag_count; f++)
    if (is_set(gather, unique->flags[f], a) != is_set(gather, unique->flags[f], b))
      return false;
  for (uint32_t u = 0; u < unique->count; u++) {
    uint32_t column = unique->columns[u];
    bool known = is_known(unique, gather, column, a);
    if (known != is_known(unique, gather, column, b))
      return false;
    if (known && !seg_event_value_equal(gather->layout->columns[column], SEG_WIDTH_FULL,
                                        gather->columns[column], a, b))
      return false;
  }
  return true;
}

static uint64_t hash_of(const struct seg_unique_columns *unique, const struct seg_gather *gather,
                        uint64_t event) {
  uint64_t hash = 0;
  for (uint32_t f = 0; f < unique->flag_count; f++)
    hash = seg_hash_mix(hash, is_set(gather, unique->flags[f], event));
  for (uint32_t u = 0; u < unique->count; u++) {
    uint32_t column = unique->columns[u];
    uint64_t one = is_known(unique, gather, column, event)
                       ? seg_event_value_hash(gather->layout->columns[column], SEG_WIDTH_FULL,
                                              gather->columns[column], event)
                       : 1;
    hash = seg_hash_mix(hash, one);
  }
  return hash;
}

// Kept events move together to the front: `to` never runs ahead of `from`.
static void move_event(struct seg_gather *gather, uint64_t from, uint64_t to) {
  if (from == to)
    return;
  gather->days[to] = gather->days[from];
  for (uint32_t w = 0; w < gather->layout->flag_words; w++)
    gather->flags[w][to] = gather->flags[w][from];
  for (uint32_t c = 0; c < gather->layout->column_count; c++) {
    switch (gather->layout->columns[c]) {
    case SEG_LAYOUT_BIT: break; // never carried
    case SEG_LAYOUT_I32:
      ((int32_t *)gather->columns[c])[to] = ((int32_t *)gather->columns[c])[from];
      break;
    case SEG_LAYOUT_I64:
      ((int64_t *)gather->columns[c])[to] = ((int64_t *)gather->columns[c])[from];
      break;
    case SEG_LAYOUT_F64:
      ((double *)gather->columns[c])[to] = ((double *)gather->columns[c])[from];
      break;
    case SEG_LAYOUT_TEXT:
      ((struct seg_str *)gather->columns[c])[to] = ((struct seg_str *)gather->columns[c])[from];
      break;
    }
  }
}

static bool seen_before(const struct seg_unique_columns *unique, const struct seg_gather *gather,
                        uint64_t begin, uint64_t end, uint64_t event) {
  for (uint64_t other = begin; other < end; other++)
    if (equal(unique, gather, other, event))
      return true;
  return false;
}

// True when the event is new. `place` is where it will lie when it is kept.
static bool add(const struct seg_unique_columns *unique, const struct seg_gather *gather,
                struct seg_event_set *set, uint64_t event, uint64_t place) {
  uint64_t hash = hash_of(unique, gather, event);
  uint64_t at = hash & set->mask, other;
  while (seg_event_set_next(set, hash, &at, &other)) {
    if (equal(unique, gather, event, other))
      return false;
    seg_event_set_skip(set, &at);
  }
  seg_event_set_put(set, hash, at, place);
  return true;
}

enum seg_status seg_unique_apply(const struct seg_unique_columns *unique, struct seg_gather *gather,
                                 uint32_t customers, struct seg_event_set *set,
                                 struct seg_error *error) {
  if (unique->count + unique->flag_count == 0)
    return SEG_OK;
  uint64_t kept = 0, begin = 0;
  for (uint32_t c = 0; c < customers; c++) {
    uint64_t end = gather->offsets[c + 1], first = kept;
    bool many = end - begin > FEW;
    if (many && !seg_event_set_begin(set, end - begin))
      return seg_fail_memory(error, "finding equal events");
    for (uint64_t event = begin; event < end; event++) {
      bool is_new = many ? add(unique, gather, set, event, kept)
                         : !seen_before(unique, gather, first, kept, event);
      if (is_new)
        move_event(gather, event, kept++);
    }
    begin = end;
    gather->offsets[c] = first;
  }
  gather->offsets[customers] = kept;
  for (uint32_t c = 0; c < gather->layout->column_count; c++)
    if (gather->layout->columns[c] == SEG_LAYOUT_TEXT)
      memset((struct seg_str *)gather->columns[c] + kept, 0,
             (gather->count - kept) * sizeof(struct seg_str));
  gather->count = kept;
  return SEG_OK;
}
