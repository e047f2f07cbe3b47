// The order of events that may follow, and where to look in it; see followers.h.
#include "runtime/fold/followers.h"

#include <stdlib.h>

enum { SHORT = 16, SMALLEST = 64, MANY = 4096, BYTE_VALUES = 256 };

static void drop_index(struct seg_followers *followers) {
  free(followers->starts);
  followers->starts = NULL;
  followers->bucket_count = followers->bucket_capacity = 0;
}

void seg_followers_deinit(struct seg_followers *followers) {
  free(followers->items);
  free(followers->other);
  drop_index(followers);
  *followers = (struct seg_followers){0};
}

enum seg_status seg_followers_reserve(struct seg_followers *followers, uint64_t count,
                                      uint64_t most, struct seg_error *error) {
  if (count <= followers->capacity)
    return SEG_OK;
  uint64_t wanted = count * 2 > SMALLEST ? count * 2 : SMALLEST;
  uint64_t capacity = wanted < most ? wanted : most;
  seg_followers_deinit(followers);
  followers->items = malloc(capacity * sizeof *followers->items);
  followers->other = malloc(capacity * sizeof *followers->other);
  if (followers->items == NULL || followers->other == NULL) {
    seg_followers_deinit(followers);
    return seg_fail_memory(error, "the order of events");
  }
  followers->capacity = capacity;
  return SEG_OK;
}

static void sort_short(struct seg_follower *items, uint64_t count) {
  for (uint64_t i = 1; i < count; i++) {
    struct seg_follower item = items[i];
    uint64_t at = i;
    for (; at > 0 && items[at - 1].instant > item.instant; at--)
      items[at] = items[at - 1];
    items[at] = item;
  }
}

// Two neighbouring stretches in order, into `to`.
static void merge(const struct seg_follower *from, uint64_t middle, uint64_t end,
                  struct seg_follower *to) {
  uint64_t left = 0, right = middle;
  for (uint64_t i = 0; i < end; i++) {
    bool take_right = left == middle || (right < end && from[right].instant < from[left].instant);
    to[i] = take_right ? from[right++] : from[left++];
  }
}

static void exchange(struct seg_followers *followers) {
  struct seg_follower *sorted = followers->other;
  followers->other = followers->items;
  followers->items = sorted;
}

static void sort_few(struct seg_followers *followers) {
  uint64_t count = followers->count;
  for (uint64_t first = 0; first < count; first += SHORT)
    sort_short(followers->items + first, count - first < SHORT ? count - first : SHORT);
  for (uint64_t width = SHORT; width < count; width *= 2) {
    for (uint64_t first = 0; first < count; first += 2 * width) {
      uint64_t left = count - first;
      merge(followers->items + first, left < width ? left : width,
            left < 2 * width ? left : 2 * width, followers->other + first);
    }
    exchange(followers);
  }
}

// By one byte of what they exceed the least instant by; equal ones stay in their order.
static void sort_by_byte(struct seg_followers *followers, int64_t least, uint32_t shift) {
  uint64_t places[BYTE_VALUES] = {0}, before = 0;
  for (uint64_t i = 0; i < followers->count; i++)
    places[((uint64_t)followers->items[i].instant - (uint64_t)least) >> shift & 255]++;
  for (int byte = 0; byte < BYTE_VALUES; byte++) {
    uint64_t count = places[byte];
    places[byte] = before;
    before += count;
  }
  for (uint64_t i = 0; i < followers->count; i++) {
    uint64_t byte = ((uint64_t)followers->items[i].instant - (uint64_t)least) >> shift & 255;
    followers->other[places[byte]++] = followers->items[i];
  }
  exchange(followers);
}

static void sort_many(struct seg_followers *followers) {
  int64_t least = INT64_MAX, most = INT64_MIN;
  for (uint64_t i = 0; i < followers->count; i++) {
    int64_t instant = followers->items[i].instant;
    least = instant < least ? instant : least;
    most = instant > most ? instant : most;
  }
  uint64_t range = (uint64_t)most - (uint64_t)least;
  for (uint32_t shift = 0; shift < 64 && range >> shift != 0; shift += 8)
    sort_by_byte(followers, least, shift);
}

// Room for the buckets, or no index: then the search is longer.
static bool reserve_buckets(struct seg_followers *followers, uint64_t buckets) {
  if (buckets + 1 <= followers->bucket_capacity)
    return true;
  drop_index(followers);
  followers->starts = malloc((buckets + 1) * sizeof *followers->starts);
  if (followers->starts == NULL)
    return false;
  followers->bucket_capacity = buckets + 1;
  return true;
}

static uint64_t offset_of(const struct seg_followers *followers, int64_t instant) {
  return (uint64_t)instant - (uint64_t)followers->items[0].instant;
}

static void make_index(struct seg_followers *followers) {
  followers->bucket_count = 0;
  if (followers->count < MANY)
    return;
  uint64_t most = followers->count / SEG_FOLLOWERS_A_BUCKET - 1; // and one for the end
  uint64_t range = offset_of(followers, followers->items[followers->count - 1].instant);
  followers->shift = 0;
  while (range >> followers->shift >= most)
    followers->shift++;
  uint64_t buckets = (range >> followers->shift) + 1;
  if (!reserve_buckets(followers, buckets))
    return;
  uint64_t filled = 0; // buckets whose starts are known
  for (uint64_t i = 0; i < followers->count; i++) {
    uint64_t bucket = offset_of(followers, followers->items[i].instant) >> followers->shift;
    while (filled <= bucket)
      followers->starts[filled++] = i;
  }
  followers->starts[buckets] = followers->count;
  followers->bucket_count = buckets;
}

void seg_followers_finish(struct seg_followers *followers, bool in_order) {
  if (!in_order && followers->count < MANY)
    sort_few(followers);
  else if (!in_order)
    sort_many(followers);
  for (uint64_t i = followers->count; i > 1; i--)
    if (followers->items[i - 2].day > followers->items[i - 1].day)
      followers->items[i - 2].day = followers->items[i - 1].day;
  make_index(followers);
}

// The first item from `low` to `high` that is later; `high` when none is.
static uint64_t first_later(const struct seg_followers *followers, uint64_t low, uint64_t high,
                            int64_t instant) {
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (followers->items[middle].instant > instant)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

// The bucket of an instant; what is before the first item goes with it, and what is behind the last
// bucket's into that.
static uint64_t bucket_of(const struct seg_followers *followers, int64_t instant) {
  if (instant < followers->items[0].instant)
    return 0;
  uint64_t bucket = offset_of(followers, instant) >> followers->shift;
  return bucket < followers->bucket_count ? bucket : followers->bucket_count - 1;
}

void seg_followers_find(const struct seg_followers *followers, const int64_t *instants,
                        uint32_t instant_count, uint64_t *firsts) {
  const uint64_t *starts = followers->starts;
  if (followers->bucket_count == 0) {
    for (uint32_t i = 0; i < instant_count; i++)
      firsts[i] = first_later(followers, 0, followers->count, instants[i]);
    return;
  }
  uint64_t buckets[SEG_FOLLOWERS_AT_ONCE];
  for (uint32_t i = 0; i < instant_count; i++) {
    buckets[i] = bucket_of(followers, instants[i]);
    __builtin_prefetch(&starts[buckets[i]]);
  }
  for (uint32_t i = 0; i < instant_count; i++)
    __builtin_prefetch(&followers->items[starts[buckets[i]]]);
  for (uint32_t i = 0; i < instant_count; i++)
    firsts[i] = first_later(followers, starts[buckets[i]], starts[buckets[i] + 1], instants[i]);
}
