// Places for some groups at a time, and the thread that empties them; see result_groups.h.
#include "runtime/run/result_groups.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/large_memory.h"
#include "runtime/column/bitmap.h"

static const char what_for[] = "the result of the run";

/** Customers that lie in one group, out of a batch. */
struct piece {
  struct seg_result_places *places;
  uint32_t at;   // the first one's place in the group
  uint32_t from; // in the batch
  uint32_t rows;
};

static uint64_t group_rows(const struct seg_result_groups *groups) {
  return groups->taker->group_rows;
}

// The piece of customers first .. first + rows - 1 that begins with the `from`-th; without rows at
// the end.
static struct piece piece_at(const struct seg_result_groups *groups, uint64_t first, uint32_t from,
                             uint32_t rows) {
  uint64_t group = (first + from) / group_rows(groups), at = (first + from) % group_rows(groups);
  uint64_t room = group_rows(groups) - at, rest = rows - from;
  return (struct piece){.places = &groups->places[group % groups->place_count],
                        .at = (uint32_t)at,
                        .from = from,
                        .rows = (uint32_t)(rest < room ? rest : room)};
}

static uint64_t bitmap_bytes(const struct seg_result_groups *groups) {
  uint64_t bytes = seg_bitmap_words((int64_t)group_rows(groups)) * sizeof(uint64_t);
  return (bytes + SEG_COLUMN_ALIGNMENT - 1) / SEG_COLUMN_ALIGNMENT * SEG_COLUMN_ALIGNMENT;
}

// Of one group; winners of odd numbers of customers begin at words, too.
static uint64_t place_bytes(const struct seg_result_groups *groups) {
  return groups->segment_count * bitmap_bytes(groups) +
         (groups->chain_count * sizeof(uint16_t) + sizeof(int64_t)) *
             seg_bitmap_words((int64_t)group_rows(groups)) * 64;
}

static bool set_places(struct seg_result_groups *groups, struct seg_result_places *places,
                       char *memory) {
  uint64_t padded = seg_bitmap_words((int64_t)group_rows(groups)) * 64;
  places->members = calloc((size_t)groups->segment_count + 1, sizeof *places->members);
  places->winners = calloc((size_t)groups->chain_count + 1, sizeof *places->winners);
  if (places->members == NULL || places->winners == NULL)
    return false;
  places->keys = (int64_t *)memory;
  memory += padded * sizeof *places->keys;
  for (uint32_t s = 0; s < groups->segment_count; s++, memory += bitmap_bytes(groups))
    places->members[s] = (uint64_t *)memory;
  for (uint32_t c = 0; c < groups->chain_count; c++, memory += padded * sizeof(uint16_t))
    places->winners[c] = (uint16_t *)memory;
  return true;
}

// With the lock held, which is given back meanwhile.
static void take(struct seg_result_groups *groups, const struct seg_result_places *places) {
  struct seg_run_part part = {.rows = places->decided,
                              .keys = places->keys,
                              .members = (const uint64_t *const *)places->members,
                              .winners = (const uint16_t *const *)places->winners};
  struct seg_error error;
  pthread_mutex_unlock(&groups->lock);
  for (uint32_t s = 0; s < groups->segment_count; s++) // there was another group before
    seg_bitmap_clear_tail(places->members[s], part.rows);
  enum seg_status status = groups->taker->take(groups->taker->context, &part, &error);
  pthread_mutex_lock(&groups->lock);
  if (status == SEG_OK)
    return;
  groups->status = status;
  groups->error = error;
  groups->given_up = true;
}

static void *take_groups(void *context) {
  struct seg_result_groups *groups = context;
  pthread_mutex_lock(&groups->lock);
  for (;;) {
    struct seg_result_places *places = &groups->places[groups->taken % groups->place_count];
    while (!groups->ended && !groups->given_up && places->decided < group_rows(groups))
      pthread_cond_wait(&groups->moved, &groups->lock);
    if (groups->given_up || places->decided == 0)
      break;
    take(groups, places);
    places->decided = 0;
    groups->taken++;
    pthread_cond_broadcast(&groups->moved);
  }
  pthread_mutex_unlock(&groups->lock);
  return NULL;
}

enum seg_status seg_result_groups_init(struct seg_result_groups *groups,
                                       const struct seg_run_taker *taker,
                                       const struct seg_run_result *result, uint32_t place_count,
                                       struct seg_memory_budget *budget, bool *begun,
                                       struct seg_error *error) {
  *groups = (struct seg_result_groups){.taker = taker,
                                       .segment_count = result->segment_count,
                                       .chain_count = result->chain_count,
                                       .place_count = place_count,
                                       .budget = budget};
  groups->bytes = place_count * place_bytes(groups);
  *begun = seg_memory_budget_take(budget, groups->bytes);
  if (!*begun)
    return SEG_OK;
  pthread_mutex_init(&groups->lock, NULL);
  pthread_cond_init(&groups->moved, NULL);
  groups->places = calloc(place_count, sizeof *groups->places);
  groups->memory = seg_large_memory(groups->bytes);
  bool fine = groups->places != NULL && groups->memory != NULL;
  for (uint32_t p = 0; fine && p < place_count; p++)
    fine = set_places(groups, &groups->places[p], (char *)groups->memory + p * place_bytes(groups));
  if (fine)
    groups->has_thread = pthread_create(&groups->thread, NULL, take_groups, groups) == 0;
  if (groups->has_thread)
    return SEG_OK;
  seg_result_groups_deinit(groups);
  *begun = false;
  return fine ? SEG_OK : seg_fail_memory(error, what_for);
}

static void join(struct seg_result_groups *groups) {
  if (groups->has_thread)
    pthread_join(groups->thread, NULL);
  groups->has_thread = false;
}

void seg_result_groups_deinit(struct seg_result_groups *groups) {
  seg_result_groups_give_up(groups);
  join(groups);
  for (uint32_t p = 0; groups->places != NULL && p < groups->place_count; p++) {
    free(groups->places[p].members);
    free(groups->places[p].winners);
  }
  free(groups->places);
  seg_large_memory_free(groups->memory, groups->bytes);
  seg_memory_budget_give(groups->budget, groups->bytes);
  pthread_cond_destroy(&groups->moved);
  pthread_mutex_destroy(&groups->lock);
}

bool seg_result_groups_wait(struct seg_result_groups *groups, uint64_t first, uint32_t rows) {
  uint64_t last = (first + rows - 1) / group_rows(groups);
  pthread_mutex_lock(&groups->lock);
  while (!groups->given_up && last >= groups->taken + groups->place_count)
    pthread_cond_wait(&groups->moved, &groups->lock);
  bool has_places = !groups->given_up;
  pthread_mutex_unlock(&groups->lock);
  return has_places;
}

// `count` bits, at most 64, from bit `at` on; what stands above them is anything.
static uint64_t bits_at(const uint64_t *words, uint32_t at, uint32_t count) {
  uint32_t shift = at % 64;
  uint64_t word = words[at / 64] >> shift;
  if (shift > 0 && shift + count > 64)
    word |= words[at / 64 + 1] << (64 - shift);
  return word;
}

// Bits of another worker may lie in the words at both ends.
static void put_bits(uint64_t *to, uint32_t at, const uint64_t *from, uint32_t from_at,
                     uint32_t rows) {
  if (at % 64 == 0 && from_at % 64 == 0 && rows % 64 == 0) {
    memcpy(to + at / 64, from + from_at / 64, rows / 8);
    return;
  }
  for (uint32_t done = 0; done < rows;) {
    uint32_t shift = (at + done) % 64, count = 64 - shift;
    count = count < rows - done ? count : rows - done;
    uint64_t *word = &to[(at + done) / 64];
    uint64_t bits = bits_at(from, from_at + done, count);
    uint64_t mine = (count == 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1) << shift;
    if (count == 64) {
      *word = bits;
    } else {
      __atomic_fetch_and(word, ~mine, __ATOMIC_RELAXED);
      __atomic_fetch_or(word, bits << shift & mine, __ATOMIC_RELAXED);
    }
    done += count;
  }
}

void seg_result_groups_put_members(struct seg_result_groups *groups, uint32_t segment,
                                   uint64_t first, const uint64_t *mask, uint32_t rows) {
  for (uint32_t from = 0; from < rows;) {
    struct piece piece = piece_at(groups, first, from, rows);
    put_bits(piece.places->members[segment], piece.at, mask, from, piece.rows);
    from += piece.rows;
  }
}

void seg_result_groups_put_winners(struct seg_result_groups *groups, uint32_t chain, uint64_t first,
                                   const uint16_t *winners, uint32_t rows) {
  for (uint32_t from = 0; from < rows;) {
    struct piece piece = piece_at(groups, first, from, rows);
    memcpy(piece.places->winners[chain] + piece.at, winners + from, piece.rows * sizeof *winners);
    from += piece.rows;
  }
}

void seg_result_groups_put_keys(struct seg_result_groups *groups, uint64_t first,
                                const int64_t *keys, const uint32_t *rows_of_keys, uint32_t rows) {
  for (uint32_t from = 0; from < rows;) {
    struct piece piece = piece_at(groups, first, from, rows);
    for (uint32_t i = 0; i < piece.rows; i++)
      piece.places->keys[piece.at + i] = keys[rows_of_keys[from + i]];
    from += piece.rows;
  }
}

void seg_result_groups_decided(struct seg_result_groups *groups, uint64_t first, uint32_t rows) {
  bool full = false;
  pthread_mutex_lock(&groups->lock);
  for (uint32_t from = 0; from < rows;) {
    struct piece piece = piece_at(groups, first, from, rows);
    piece.places->decided += piece.rows;
    full = full || piece.places->decided == group_rows(groups);
    from += piece.rows;
  }
  if (full)
    pthread_cond_broadcast(&groups->moved);
  pthread_mutex_unlock(&groups->lock);
}

void seg_result_groups_give_up(struct seg_result_groups *groups) {
  pthread_mutex_lock(&groups->lock);
  groups->given_up = true;
  pthread_cond_broadcast(&groups->moved);
  pthread_mutex_unlock(&groups->lock);
}

enum seg_status seg_result_groups_finish(struct seg_result_groups *groups,
                                         struct seg_error *error) {
  pthread_mutex_lock(&groups->lock);
  groups->ended = true;
  pthread_cond_broadcast(&groups->moved);
  pthread_mutex_unlock(&groups->lock);
  join(groups);
  if (groups->status != SEG_OK)
    *error = groups->error;
  return groups->status;
}
