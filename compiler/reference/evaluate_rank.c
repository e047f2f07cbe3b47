// Places among all customers, straight from their definition: everybody's value is asked for, the
// customers are sorted, and each gets a place.
#include <assert.h>
#include <stdlib.h>

#include "compiler/reference/internal.h"
#include "runtime/rank/quantile_cut.h"

/** A customer in the order. */
struct placed {
  uint32_t customer;
  struct seg_str key;
  bool known;
  struct seg_value value;
  struct seg_fraction fraction; // instead of the value, for averages
};

/** What the sort needs to know. */
struct order {
  const struct seg_node *node;
  bool integer_keys;
};

static bool is_fraction(const struct seg_node *node) {
  return node->operand_count == 2;
}

static int compare_values(const struct seg_node *node, const struct placed *a,
                          const struct placed *b) {
  return is_fraction(node) ? seg_fraction_compare(a->fraction, b->fraction)
                           : seg_value_compare(&node->operands[0]->type, &a->value, &b->value);
}

// The decimal digits of a whole number, as the data set writes keys that are one.
static int64_t integer_key(struct seg_str key) {
  bool negative = key.size > 0 && key.data[0] == '-';
  int64_t value = 0;
  for (size_t i = negative ? 1 : 0; i < key.size; i++)
    value = value * 10 + (negative ? '0' - key.data[i] : key.data[i] - '0');
  return value;
}

static int compare_keys(const struct order *order, const struct placed *a, const struct placed *b) {
  if (!order->integer_keys)
    return seg_str_compare(a->key, b->key);
  int64_t left = integer_key(a->key), right = integer_key(b->key);
  return (left > right) - (left < right);
}

static bool falls(const struct seg_node *node) {
  return node->rank == SEG_RANK_TOP || node->rank == SEG_RANK_TOP_SHARE;
}

// Rising, but falling for `top` and `top_share`; without a value last; ties by key, rising in
// either case.
static int by_value(const void *left, const void *right, void *context) {
  const struct placed *a = left, *b = right;
  const struct order *order = context;
  if (a->known != b->known)
    return a->known ? -1 : 1;
  int by = a->known ? compare_values(order->node, a, b) : 0;
  if (by != 0)
    return falls(order->node) ? -by : by;
  return compare_keys(order, a, b);
}

static struct placed placed_customer(struct seg_reference *reference, const struct seg_node *node,
                                     uint32_t customer) {
  struct placed placed = {.customer = customer, .key = reference->customers.items[customer].key};
  placed.value = seg_reference_value(reference, node->operands[0], customer);
  placed.known = placed.value.known;
  if (!is_fraction(node))
    return placed;
  struct seg_value count = seg_reference_value(reference, node->operands[1], customer);
  placed.fraction = (struct seg_fraction){placed.value.integer, count.integer};
  placed.known = placed.known && count.known && count.integer != 0;
  return placed;
}

// --- the results, each from the position in the order, from 0 ---

static struct seg_value integer(int64_t value) {
  return (struct seg_value){.known = true, .integer = value};
}

// Tiles of equal size, the first N mod n of them one larger.
static int64_t tile_of(uint64_t position, uint64_t customers, uint64_t tiles) {
  uint64_t begin = 0;
  for (uint64_t tile = 1; tile <= tiles; tile++) {
    begin += customers / tiles + (tile <= customers % tiles);
    if (position < begin)
      return (int64_t)tile;
  }
  assert(!"a position behind the last customer");
  return 0;
}

static struct seg_value band_of(const struct seg_node *node, const struct placed *placed,
                                uint32_t known, const struct placed *own) {
  if (!own->known)
    return (struct seg_value){.known = false};
  enum seg_type_kind type = node->operands[0]->type.kind;
  bool number = type == SEG_TYPE_NUMBER || type == SEG_TYPE_AMOUNT;
  int64_t band = 1;
  for (uint32_t cut = 1; cut < node->rank_count; cut++) {
    struct seg_cut_place place = seg_cut_place(known, cut, (uint32_t)node->rank_count);
    const struct placed *low = &placed[place.low], *high = &placed[place.high];
    if (is_fraction(node))
      band += seg_cut_below_fraction(&place, low->fraction, high->fraction, own->fraction);
    else if (number)
      band +=
          seg_cut_below_number(&place, low->value.number, high->value.number, own->value.number);
    else
      band += seg_cut_below_integer(&place, low->value.integer, high->value.integer,
                                    own->value.integer);
  }
  return integer(band);
}

uint64_t seg_reference_top_size(const struct seg_node *node, uint64_t customers) {
  if (node->rank_count > 0)
    return (uint64_t)node->rank_count;
  __int128 whole = 1;
  for (uint8_t i = 0; i < node->rank_share.scale; i++)
    whole *= 10;
  __int128 product = (__int128)node->rank_share.digits * customers;
  return (uint64_t)(product / whole + (product % whole > 0)); // rounded up
}

// How many of the first hold the share of the sum of all positive values, the last of them in part.
static uint32_t share_size(const struct seg_node *node, const struct placed *placed,
                           uint32_t known) {
  __int128 total = 0, before = 0, whole = 1;
  uint32_t size = 0;
  for (uint8_t i = 0; i < node->rank_share.scale; i++)
    whole *= 10;
  for (uint32_t i = 0; i < known && placed[i].value.integer > 0; i++)
    total += placed[i].value.integer;
  while (size < known && placed[size].value.integer > 0 &&
         before * whole < total * node->rank_share.digits)
    before += placed[size++].value.integer;
  return size;
}

static struct seg_value result_of(const struct seg_node *node, const struct placed *placed,
                                  uint32_t count, uint32_t known, uint32_t share,
                                  uint32_t position) {
  switch (node->rank) {
  case SEG_RANK_NTILE: return integer(tile_of(position, count, (uint64_t)node->rank_count));
  case SEG_RANK_QUANTILE_BAND: return band_of(node, placed, known, &placed[position]);
  case SEG_RANK_TOP:
    return integer(position < known && position < seg_reference_top_size(node, count));
  case SEG_RANK_TOP_SHARE: return integer(position < share);
  case SEG_RANK_PERCENTILE:
    return (struct seg_value){.known = true,
                              .number = count == 1 ? 0 : (double)position / (double)(count - 1)};
  case SEG_RANK_KIND_COUNT: break;
  }
  assert(!"unknown rank");
  return (struct seg_value){.known = false};
}

// --- the first pass ---

static bool place_all(struct seg_reference *reference, struct seg_reference_rank *rank) {
  uint32_t count = (uint32_t)reference->customers.count;
  struct placed *placed = calloc((size_t)count + 1, sizeof *placed);
  rank->places = calloc((size_t)count + 1, sizeof *rank->places);
  rank->order = calloc((size_t)count + 1, sizeof *rank->order);
  if (placed == NULL || rank->places == NULL || rank->order == NULL) {
    free(placed);
    return false;
  }
  for (uint32_t i = 0; i < count; i++) {
    placed[i] = placed_customer(reference, rank->node, i);
    rank->known += placed[i].known;
  }
  struct order order = {rank->node, reference->dataset->integer_keys};
  qsort_r(placed, count, sizeof *placed, by_value, &order);
  rank->share =
      rank->node->rank == SEG_RANK_TOP_SHARE ? share_size(rank->node, placed, rank->known) : 0;
  for (uint32_t i = 0; i < count; i++) {
    rank->order[i] = placed[i].customer;
    rank->places[placed[i].customer] = (struct seg_reference_place){
        .position = i, .result = result_of(rank->node, placed, count, rank->known, rank->share, i)};
  }
  free(placed);
  return true;
}

// The answers for every customer are kept for the next customer who asks.
static const struct seg_reference_rank *rank_of(struct seg_reference *reference,
                                                const struct seg_node *node) {
  for (size_t i = 0; i < reference->ranks.count; i++)
    if (reference->ranks.items[i].node == node)
      return &reference->ranks.items[i];
  struct seg_reference_rank rank = {.node = node};
  if (place_all(reference, &rank) && SEG_VEC_PUSH(&reference->ranks, rank))
    return &reference->ranks.items[reference->ranks.count - 1];
  free(rank.places);
  free(rank.order);
  reference->out_of_memory = true;
  return NULL;
}

void seg_reference_ranks_free(struct seg_reference *reference) {
  for (size_t i = 0; i < reference->ranks.count; i++) {
    free(reference->ranks.items[i].places);
    free(reference->ranks.items[i].order);
  }
  SEG_VEC_FREE(&reference->ranks);
}

struct seg_value seg_evaluate_rank(const struct seg_subject *subject, const struct seg_node *node) {
  const struct seg_reference_rank *rank = rank_of(subject->reference, node);
  if (rank == NULL)
    return (struct seg_value){.known = false};
  return rank->places[subject->customer - subject->reference->customers.items].result;
}

bool seg_reference_standing(struct seg_reference *reference, const struct seg_node *node,
                            uint32_t customer, struct seg_reference_standing *standing) {
  const struct seg_reference_rank *rank = rank_of(reference, node);
  if (rank == NULL)
    return false;
  *standing = (struct seg_reference_standing){.position = rank->places[customer].position,
                                              .customers = (uint32_t)reference->customers.count,
                                              .known = rank->known,
                                              .share = rank->share,
                                              .order = rank->order};
  return true;
}
