// See stored_stretches.h.
#include "runtime/run/stored_stretches.h"

#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "runtime/store/store_read.h"

enum {
  TOGETHER = 64,  // customers that are never divided: a word of the bitmaps
  SOME = 256,     // chosen customers that are looked for in one part after the other
  NEAR = 1 << 14, // numbers, among which their places are kept in a table
  GROUP = 32,     // days that are compared together
  FEW = 64,       // among which old ones are counted; among more they are searched
};

static const char what_for[] = "where the events of customers are";

static bool is_plain(const struct seg_stored_view *view) {
  const struct seg_store_entity *entity = view->from.entity;
  return view->numbers == NULL && entity->part_count == 1 &&
         !seg_store_has(&entity->parts[0].numbers);
}

static bool can_skip(const struct seg_store_part *part, int32_t from_day) {
  return part->span.is_known && part->span.rise && part->span.first < from_day;
}

bool seg_stored_stretches_scatter(const struct seg_stored_view *view, int32_t from_day) {
  if (!is_plain(view))
    return true;
  // Bringing rows together takes about as long as folding twice as many where they lie.
  const struct seg_store_part *part = &view->from.entity->parts[0];
  int64_t days = (int64_t)part->span.last - part->span.first + 1;
  return can_skip(part, from_day) && (int64_t)from_day - part->span.first > days * 2 / 3;
}

enum seg_status seg_stored_stretches_init(struct seg_stored_stretches *stretches,
                                          const struct seg_stored_view *view, int32_t from_day,
                                          struct seg_error *error) {
  uint32_t parts = view->from.entity->part_count;
  bool scatter = seg_stored_stretches_scatter(view, from_day);
  stretches->view = view;
  stretches->from_day = from_day;
  stretches->cursors = calloc((size_t)parts + 1, sizeof *stretches->cursors);
  if (stretches->cursors == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t p = 0; p < parts; p++) {
    const struct seg_store_part *part = &view->from.entity->parts[p];
    stretches->cursors[p] = (struct seg_stored_cursor){
        .offsets = (const uint64_t *)part->offsets.data,
        .numbers = (const uint32_t *)part->numbers.data,
        .count = part->offsets.count - 1,
        .skips = scatter && can_skip(part, from_day),
    };
  }
  bool is_one_piece = is_plain(view) && !stretches->cursors[0].skips;
  if (is_one_piece || (view->numbers != NULL && !view->rise)) // the others: one by one
    return SEG_OK;
  stretches->hits = calloc((size_t)parts * SOME + 1, sizeof *stretches->hits);
  stretches->ends = calloc((size_t)parts + 1, sizeof *stretches->ends);
  stretches->tallies = calloc(SOME, sizeof *stretches->tallies);
  stretches->places = calloc(NEAR, sizeof *stretches->places);
  if (stretches->hits == NULL || stretches->ends == NULL || stretches->tallies == NULL ||
      stretches->places == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t i = 0; i < NEAR; i++)
    stretches->places[i] = SOME;
  return SEG_OK;
}

void seg_stored_stretches_deinit(struct seg_stored_stretches *stretches) {
  SEG_VEC_FREE(&stretches->list);
  free(stretches->hits);
  free(stretches->ends);
  free(stretches->tallies);
  free(stretches->places);
  free(stretches->cursors);
  *stretches = (struct seg_stored_stretches){0};
}

// The rows lie in one piece, and the offsets are there already.
static enum seg_status find_plain(struct seg_stored_stretches *stretches, uint64_t first,
                                  uint32_t count, uint64_t most, uint64_t *offsets, uint32_t *taken,
                                  struct seg_error *error) {
  const struct seg_stored_cursor *cursor = &stretches->cursors[0];
  const uint64_t *from = cursor->offsets;
  uint64_t last = cursor->count, base = from[first < last ? first : last];
  offsets[0] = 0;
  for (*taken = 0; *taken < count && (*taken % TOGETHER != 0 || offsets[*taken] < most);) {
    uint64_t next = first + ++*taken;
    offsets[*taken] = from[next < last ? next : last] - base;
  }
  struct seg_stored_stretch all = {0, base, offsets[*taken]};
  return all.count == 0 || SEG_VEC_PUSH(&stretches->list, all) ? SEG_OK
                                                               : seg_fail_memory(error, what_for);
}

// The first of rows first .. end - 1 whose day is not before `from`; days rise.
static uint64_t search_day(const struct seg_store_array *days, uint64_t first, uint64_t end,
                           int32_t from) {
  while (first < end) {
    uint64_t middle = first + (end - first) / 2;
    if (seg_store_integer(days, middle) < from)
      first = middle + 1;
    else
      end = middle;
  }
  return first;
}

#ifdef __SSE2__
// The same for the narrow days of the few rows that there mostly are: as they rise, those before
// are as many as the bits before the first zero.
static inline uint64_t count_days(const int16_t *days, uint64_t first, uint64_t end, int16_t from) {
  const __m128i limit = _mm_set1_epi16(from);
  for (;; first += GROUP) {
    const __m128i *at = (const __m128i *)(days + first);
    __m128i low = _mm_packs_epi16(_mm_cmplt_epi16(_mm_loadu_si128(at), limit),
                                  _mm_cmplt_epi16(_mm_loadu_si128(at + 1), limit));
    __m128i high = _mm_packs_epi16(_mm_cmplt_epi16(_mm_loadu_si128(at + 2), limit),
                                   _mm_cmplt_epi16(_mm_loadu_si128(at + 3), limit));
    uint64_t before = (uint32_t)_mm_movemask_epi8(low) | (uint64_t)_mm_movemask_epi8(high) << 16;
    uint64_t past = first + (uint64_t)__builtin_ctzll(~before);
    if (past >= end)
      return end;
    if (past < first + GROUP)
      return past;
  }
}
#endif

static inline uint64_t skip_days(const struct seg_store_array *days, uint64_t first, uint64_t end,
                                 int32_t from) {
#ifdef __SSE2__
  uint64_t readable = (days->count + 63) / 64 * 64;
  if (days->type == SEG_STORE_I16 && from >= INT16_MIN && from <= INT16_MAX && end - first <= FEW &&
      end + GROUP <= readable)
    return count_days((const int16_t *)days->data, first, end, (int16_t)from);
#endif
  return search_day(days, first, end, from);
}

// The first of rows first .. end - 1 that is not too old; the days have been verified.
static inline uint64_t leave_out(const struct seg_stored_stretches *stretches, uint32_t part,
                                 uint64_t first, uint64_t end) {
  const struct seg_store_array *days = &stretches->view->from.entity->parts[part].days;
  return skip_days(days, first, end, stretches->from_day);
}

static enum seg_status verify_days(const struct seg_stored_stretches *stretches, uint32_t part,
                                   uint64_t first, uint64_t end, struct seg_error *error) {
  const struct seg_stored_source *from = &stretches->view->from;
  return seg_store_verify(from->store, &from->entity->parts[part].days, first, end - first, error);
}

// The cursors stand at the first number that is not below, and the days they skip by are verified.
static enum seg_status begin_rising(const struct seg_stored_stretches *stretches, uint64_t first,
                                    uint64_t end, struct seg_error *error) {
  const struct seg_store_entity *entity = stretches->view->from.entity;
  enum seg_status status = SEG_OK;
  for (uint32_t p = 0; status == SEG_OK && p < entity->part_count; p++) {
    struct seg_stored_cursor *cursor = &stretches->cursors[p];
    cursor->place = seg_stored_place(&entity->parts[p], first);
    if (cursor->skips)
      status = verify_days(stretches, p, cursor->offsets[cursor->place],
                           cursor->offsets[seg_stored_place(&entity->parts[p], end)], error);
  }
  return status;
}

// Member by member: a whole one would be read back before it is written.
static inline size_t put(struct seg_stored_stretch *items, size_t used, uint32_t part,
                         uint64_t first, uint64_t end) {
  items[used].part = part;
  items[used].first = first;
  items[used].count = end - first;
  return used + (first < end);
}

// In a part where all numbers have offsets. The processor cannot see where the next ones' days are.
static uint32_t find_in_dense(const struct seg_stored_cursor *cursor,
                              const struct seg_store_array *days, const uint32_t *numbers,
                              uint32_t count, struct seg_stored_hit *hits) {
  size_t size = seg_store_types[days->type].size;
  for (uint32_t i = 0; i < count; i++) {
    uint64_t place = numbers[i] < cursor->count ? numbers[i] : cursor->count;
    uint64_t first = cursor->offsets[place];
    hits[i].first = first;
    hits[i].end = cursor->offsets[place + (place < cursor->count)];
    hits[i].at = i;
    if (cursor->skips) {
      __builtin_prefetch(days->data + first * size);
      __builtin_prefetch(days->data + (first + GROUP) * size - 1);
    }
  }
  return count;
}

// In a part that lists its numbers, by searching.
static uint32_t search_sparse(struct seg_stored_cursor *cursor, const struct seg_store_part *part,
                              const uint32_t *numbers, uint32_t count,
                              struct seg_stored_hit *hits) {
  uint32_t found = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint64_t first = 0;
    uint64_t rows =
        seg_stored_rows_at(part, numbers[i], seg_stored_place(part, numbers[i]), &first);
    hits[found] = (struct seg_stored_hit){first, first + rows, i};
    found += rows > 0;
  }
  cursor->place = seg_stored_place(part, (uint64_t)numbers[count - 1] + 1);
  return found;
}

// The same by going over it, when it does not list many more: `places` tells who is who. Without a
// branch that nobody could predict: what is nobody's is written over.
static uint32_t scan_sparse(struct seg_stored_cursor *cursor, const uint32_t *numbers,
                            uint32_t count, const uint16_t *places, struct seg_stored_hit *hits) {
  uint64_t place = cursor->place;
  uint32_t low = numbers[0], high = numbers[count - 1], found = 0;
  while (place < cursor->count && cursor->numbers[place] < low)
    place++;
  for (; place < cursor->count && cursor->numbers[place] <= high; place++) {
    uint32_t at = places[cursor->numbers[place] - low];
    hits[found].first = place;
    hits[found].at = at;
    found += at != SOME;
  }
  cursor->place = place;
  for (uint32_t i = 0; i < found; i++) {
    uint64_t where = hits[i].first;
    hits[i].first = cursor->offsets[where];
    hits[i].end = cursor->offsets[where + 1];
  }
  return found;
}

static uint32_t find_in_sparse(struct seg_stored_stretches *stretches, uint32_t part,
                               const uint32_t *numbers, uint32_t count,
                               struct seg_stored_hit *hits) {
  enum { FEWER = 4 };
  struct seg_stored_cursor *cursor = &stretches->cursors[part];
  uint32_t last = numbers[count - 1];
  uint64_t far = cursor->place + (uint64_t)count * FEWER;
  if (last - numbers[0] >= NEAR || (far < cursor->count && cursor->numbers[far] <= last))
    return search_sparse(cursor, &stretches->view->from.entity->parts[part], numbers, count, hits);
  return scan_sparse(cursor, numbers, count, stretches->places, hits);
}

// Nothing has been found yet.
static void begin_some(struct seg_stored_stretches *stretches, uint32_t count) {
  stretches->found = 0;
  memset(stretches->tallies, 0, count * sizeof *stretches->tallies);
}

// What was put behind the hits so far was found in a part: those of them that have rows stay.
static void keep_hits(struct seg_stored_stretches *stretches, uint32_t part, uint32_t found) {
  bool skips = stretches->cursors[part].skips;
  uint32_t used = stretches->found;
  const struct seg_stored_hit *hits = stretches->hits + used;
  for (uint32_t i = 0; i < found; i++) {
    struct seg_stored_hit hit = hits[i];
    if (skips)
      hit.first = leave_out(stretches, part, hit.first, hit.end);
    struct seg_stored_tally *tally = &stretches->tallies[hit.at];
    tally->rows += hit.end - hit.first;
    tally->next += hit.first < hit.end;
    stretches->hits[used].first = hit.first;
    stretches->hits[used].end = hit.end;
    stretches->hits[used].at = hit.at;
    used += hit.first < hit.end;
  }
  stretches->ends[part] = stretches->found = used;
}

// The rows of some customers with rising numbers, part by part: they lie too far from each other
// for the processor to see where the next one's are, and each part has some of few of them. What
// they have is counted, so that each one's stretches can be put where they belong.
static void find_some(struct seg_stored_stretches *stretches, const uint32_t *numbers,
                      uint32_t count) {
  const struct seg_store_entity *entity = stretches->view->from.entity;
  begin_some(stretches, count);
  for (uint32_t i = 0; i < count && numbers[i] - numbers[0] < NEAR; i++)
    stretches->places[numbers[i] - numbers[0]] = (uint16_t)i;
  for (uint32_t p = 0; p < entity->part_count; p++) {
    struct seg_stored_cursor *cursor = &stretches->cursors[p];
    struct seg_stored_hit *hits = stretches->hits + stretches->found;
    keep_hits(stretches, p,
              cursor->numbers == NULL
                  ? find_in_dense(cursor, &entity->parts[p].days, numbers, count, hits)
                  : find_in_sparse(stretches, p, numbers, count, hits));
  }
  for (uint32_t i = 0; i < count && numbers[i] - numbers[0] < NEAR; i++)
    stretches->places[numbers[i] - numbers[0]] = SOME;
}

// Of customers whose numbers follow each other, in a part where all numbers have offsets.
static uint32_t take_dense(const struct seg_stored_cursor *cursor, uint64_t first, uint32_t count,
                           struct seg_stored_hit *hits) {
  uint64_t left = first < cursor->count ? cursor->count - first : 0;
  uint32_t found = count < left ? count : (uint32_t)left;
  const uint64_t *offsets = cursor->offsets + first;
  for (uint32_t i = 0; i < found; i++) {
    hits[i].first = offsets[i];
    hits[i].end = offsets[i + 1];
    hits[i].at = i;
  }
  return found;
}

// The same in one that lists its numbers, from where the cursor stands.
static uint32_t take_sparse(struct seg_stored_cursor *cursor, uint64_t first, uint32_t count,
                            struct seg_stored_hit *hits) {
  uint64_t place = cursor->place;
  uint32_t found = 0;
  for (; place < cursor->count && cursor->numbers[place] < first + count; place++) {
    hits[found].first = cursor->offsets[place];
    hits[found].end = cursor->offsets[place + 1];
    hits[found++].at = (uint32_t)(cursor->numbers[place] - first);
  }
  cursor->place = place;
  return found;
}

// Customers whose numbers follow each other, part by part as well: of most of them a part that was
// added later has nothing, and nothing is asked about them.
static void find_following(struct seg_stored_stretches *stretches, uint64_t first, uint32_t count) {
  uint32_t parts = stretches->view->from.entity->part_count;
  begin_some(stretches, count);
  for (uint32_t p = 0; p < parts; p++) {
    struct seg_stored_cursor *cursor = &stretches->cursors[p];
    struct seg_stored_hit *hits = stretches->hits + stretches->found;
    keep_hits(stretches, p,
              cursor->numbers == NULL ? take_dense(cursor, first, count, hits)
                                      : take_sparse(cursor, first, count, hits));
  }
}

// What was found of the first `count` of them, customer by customer.
static void put_some(const struct seg_stored_stretches *stretches, uint32_t count,
                     struct seg_stored_stretch *items) {
  const struct seg_stored_hit *hits = stretches->hits;
  for (uint32_t p = 0, i = 0; p < stretches->view->from.entity->part_count; p++) {
    for (; i < stretches->ends[p] && hits[i].at < count; i++) {
      struct seg_stored_stretch *item = &items[stretches->tallies[hits[i].at].next++];
      item->part = p;
      item->first = hits[i].first;
      item->count = hits[i].end - hits[i].first;
    }
    i = stretches->ends[p];
  }
}

// Customers with rising numbers, until they have `most` rows: chosen ones, or, without `numbers`,
// all from `first` on.
static uint32_t find_rising(struct seg_stored_stretches *stretches, const uint32_t *numbers,
                            uint64_t first, uint32_t count, uint64_t most, uint64_t *offsets) {
  uint32_t taken = 0;
  size_t used = 0;
  while (taken < count && offsets[taken] < most) {
    uint32_t some = count - taken < SOME ? count - taken : SOME, i = 0;
    if (numbers == NULL)
      find_following(stretches, first + taken, some);
    else
      find_some(stretches, numbers + taken, some);
    for (; i < some && (i % TOGETHER != 0 || offsets[taken] < most); i++) {
      struct seg_stored_tally *tally = &stretches->tallies[i];
      size_t own = tally->next;
      tally->next = used;
      used += own;
      offsets[taken + 1] = offsets[taken] + tally->rows;
      taken++;
    }
    put_some(stretches, i, stretches->list.items);
  }
  stretches->list.count = used;
  return taken;
}

// Customers with any numbers.
static enum seg_status find_listed(struct seg_stored_stretches *stretches, uint64_t number,
                                   struct seg_stored_stretch *items, size_t *used,
                                   struct seg_error *error) {
  const struct seg_store_entity *entity = stretches->view->from.entity;
  for (uint32_t p = 0; p < entity->part_count; p++) {
    const struct seg_store_part *part = &entity->parts[p];
    uint64_t first = 0;
    uint64_t end = seg_stored_rows_at(part, number, seg_stored_place(part, number), &first);
    end += first;
    if (first < end && stretches->cursors[p].skips) {
      enum seg_status status = verify_days(stretches, p, first, end, error);
      if (status != SEG_OK)
        return status;
      first = leave_out(stretches, p, first, end);
    }
    *used = put(items, *used, p, first, end);
  }
  return SEG_OK;
}

enum seg_status seg_stored_stretches_find(struct seg_stored_stretches *stretches, uint64_t first,
                                          uint32_t count, uint64_t most, uint64_t *offsets,
                                          uint32_t *taken, struct seg_error *error) {
  const struct seg_stored_view *view = stretches->view;
  uint32_t parts = view->from.entity->part_count;
  stretches->list.count = 0;
  if (is_plain(view) && !stretches->cursors[0].skips)
    return find_plain(stretches, first, count, most, offsets, taken, error);
  if (!SEG_VEC_RESERVE(&stretches->list, (size_t)count * parts + parts))
    return seg_fail_memory(error, what_for);
  enum seg_status status = SEG_OK;
  if (view->rise && count > 0)
    status = begin_rising(stretches, view->numbers[first],
                          (uint64_t)view->numbers[first + count - 1] + 1, error);
  else if (view->numbers == NULL)
    status = begin_rising(stretches, first, first + count, error);
  offsets[0] = 0;
  if (view->rise || view->numbers == NULL) {
    if (status == SEG_OK)
      *taken = find_rising(stretches, view->rise ? view->numbers + first : NULL, first, count, most,
                           offsets);
    return status;
  }
  struct seg_stored_stretch *items = stretches->list.items;
  size_t used = 0;
  for (*taken = 0;
       status == SEG_OK && *taken < count && (*taken % TOGETHER != 0 || offsets[*taken] < most);) {
    uint64_t rows = offsets[*taken];
    size_t before = used;
    status = find_listed(stretches, view->numbers[first + *taken], items, &used, error);
    for (; before < used; before++)
      rows += items[before].count;
    offsets[++*taken] = rows;
  }
  stretches->list.count = used;
  return status;
}
