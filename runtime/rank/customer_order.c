// Sorting customers; see customer_order.h. Numbers go through a stable radix sort of 64-bit keys
// that rise with the value. Where such a key cannot hold all of a value (long texts, fractions),
// runs of equal keys are sorted by comparing.
#include "runtime/rank/customer_order.h"

#include <assert.h>
#include <string.h>

enum { DIGITS = 8, DIGIT_VALUES = 256, SHORT_RUN = 16 };

static const uint64_t sign_bit = UINT64_C(1) << 63;

// --- stable sorts ---

static void swap(struct seg_order_entry **a, struct seg_order_entry **b) {
  struct seg_order_entry *other = *a;
  *a = *b;
  *b = other;
}

// By `key`, stable. A digit that all keys share costs nothing.
static void sort_by_key(struct seg_order_entry *entries, uint64_t count,
                        struct seg_order_entry *spare) {
  uint64_t counts[DIGITS][DIGIT_VALUES] = {0};
  for (uint64_t i = 0; i < count; i++)
    for (unsigned d = 0; d < DIGITS; d++)
      counts[d][(entries[i].key >> (8 * d)) & 0xFF]++;
  struct seg_order_entry *from = entries, *to = spare;
  for (unsigned d = 0; d < DIGITS && count > 1; d++) {
    if (counts[d][(from[0].key >> (8 * d)) & 0xFF] == count)
      continue;
    uint64_t place = 0, places[DIGIT_VALUES];
    for (unsigned v = 0; v < DIGIT_VALUES; v++) {
      places[v] = place;
      place += counts[d][v];
    }
    for (uint64_t i = 0; i < count; i++)
      to[places[(from[i].key >> (8 * d)) & 0xFF]++] = from[i];
    swap(&from, &to);
  }
  if (from != entries)
    memcpy(entries, from, count * sizeof *entries);
}

/** How entries with equal keys compare. */
struct comparing {
  const struct seg_str *texts;             // keys of customers, or NULL
  const struct seg_ordered_values *values; // fractions
};

static int compare(const struct comparing *how, uint64_t a, uint64_t b) {
  if (how->texts != NULL)
    return seg_str_compare(how->texts[a], how->texts[b]);
  return seg_ordered_compare(how->values, a, b);
}

static void insert_each(const struct comparing *how, struct seg_order_entry *entries,
                        uint64_t count) {
  for (uint64_t i = 1; i < count; i++) {
    struct seg_order_entry entry = entries[i];
    uint64_t at = i;
    for (; at > 0 && compare(how, entries[at - 1].customer, entry.customer) > 0; at--)
      entries[at] = entries[at - 1];
    entries[at] = entry;
  }
}

static void merge(const struct comparing *how, const struct seg_order_entry *from, uint64_t middle,
                  uint64_t count, struct seg_order_entry *to) {
  uint64_t left = 0, right = middle;
  for (uint64_t i = 0; i < count; i++) {
    bool takes_left = right >= count || (left < middle && compare(how, from[left].customer,
                                                                  from[right].customer) <= 0);
    to[i] = takes_left ? from[left++] : from[right++];
  }
}

// Stable; bottom up, from short stretches that are sorted in place.
static void sort_by_comparing(const struct comparing *how, struct seg_order_entry *entries,
                              uint64_t count, struct seg_order_entry *spare) {
  for (uint64_t i = 0; i < count; i += SHORT_RUN)
    insert_each(how, entries + i, count - i < SHORT_RUN ? count - i : SHORT_RUN);
  struct seg_order_entry *from = entries, *to = spare;
  for (uint64_t width = SHORT_RUN; width < count; width *= 2) {
    for (uint64_t i = 0; i < count; i += 2 * width) {
      uint64_t size = count - i < 2 * width ? count - i : 2 * width;
      merge(how, from + i, size < width ? size : width, size, to + i);
    }
    swap(&from, &to);
  }
  if (from != entries)
    memcpy(entries, from, count * sizeof *entries);
}

// Runs of equal keys that are not in order yet are brought into order.
static void sort_equal_keys(const struct comparing *how, struct seg_order_entry *entries,
                            uint64_t count, struct seg_order_entry *spare) {
  uint64_t end;
  for (uint64_t begin = 0; begin < count; begin = end) {
    bool in_order = true;
    for (end = begin + 1; end < count && entries[end].key == entries[begin].key; end++)
      in_order = in_order && compare(how, entries[end - 1].customer, entries[end].customer) <= 0;
    if (!in_order)
      sort_by_comparing(how, entries + begin, end - begin, spare);
  }
}

// --- keys of customers ---

// Where the first difference among the texts may begin.
static size_t common_bytes(const struct seg_str *texts, uint32_t count) {
  size_t common = count > 0 ? texts[0].size : 0;
  for (uint32_t i = 1; i < count && common > 0; i++) {
    size_t same = 0;
    while (same < common && same < texts[i].size && texts[i].data[same] == texts[0].data[same])
      same++;
    common = same;
  }
  return common;
}

// Eight bytes from `begin` on, as a number that rises with them; zeros behind the end.
static uint64_t eight_bytes(struct seg_str text, size_t begin) {
  uint64_t key = 0;
  for (size_t i = begin; i < begin + 8; i++)
    key = key << 8 | (i < text.size ? (unsigned char)text.data[i] : 0U);
  return key;
}

void seg_order_keys(const struct seg_column_view *keys, uint32_t count, uint32_t *order,
                    struct seg_order_entry *entries, struct seg_order_entry *spare) {
  bool are_texts = keys->layout == SEG_LAYOUT_TEXT;
  const struct seg_str *texts = keys->values; // or
  const int64_t *integers = keys->values;
  size_t common = are_texts ? common_bytes(texts, count) : 0;
  for (uint32_t i = 0; i < count; i++) {
    uint64_t key = are_texts ? eight_bytes(texts[i], common) : (uint64_t)integers[i] ^ sign_bit;
    entries[i] = (struct seg_order_entry){key, i};
  }
  sort_by_key(entries, count, spare);
  if (are_texts)
    sort_equal_keys(&(struct comparing){.texts = texts}, entries, count, spare);
  for (uint32_t i = 0; i < count; i++)
    order[i] = (uint32_t)entries[i].customer;
}

// --- values ---

bool seg_ordered_is_known(const struct seg_ordered_values *values, uint64_t customer) {
  if (values->known != NULL && (values->known[customer / 64] >> (customer % 64) & 1) == 0)
    return false;
  return values->denominators == NULL || values->denominators[customer] != 0;
}

struct seg_fraction seg_ordered_fraction(const struct seg_ordered_values *values,
                                         uint64_t customer) {
  return (struct seg_fraction){((const int64_t *)values->values)[customer],
                               values->denominators[customer]};
}

int64_t seg_ordered_integer(const struct seg_ordered_values *values, uint64_t customer) {
  if (values->layout == SEG_LAYOUT_I32)
    return ((const int32_t *)values->values)[customer];
  return ((const int64_t *)values->values)[customer];
}

int seg_ordered_compare(const struct seg_ordered_values *values, uint64_t a, uint64_t b) {
  if (values->denominators != NULL)
    return seg_fraction_compare(seg_ordered_fraction(values, a), seg_ordered_fraction(values, b));
  if (values->layout == SEG_LAYOUT_F64) {
    double left = ((const double *)values->values)[a], right = ((const double *)values->values)[b];
    return (left > right) - (left < right);
  }
  int64_t left = seg_ordered_integer(values, a), right = seg_ordered_integer(values, b);
  return (left > right) - (left < right);
}

// Bits that rise with the number. Minus zero is zero.
static uint64_t key_of_number(double number) {
  uint64_t bits;
  number = number == 0 ? 0 : number;
  memcpy(&bits, &number, sizeof bits);
  return (bits & sign_bit) != 0 ? ~bits : bits | sign_bit;
}

// A long double holds every 64-bit integer, so the quotient is rounded once and never falls while
// the fraction rises; fractions that round to one key are told apart by comparing.
static uint64_t key_of_value(const struct seg_ordered_values *values, uint64_t customer) {
  if (values->denominators != NULL) {
    struct seg_fraction fraction = seg_ordered_fraction(values, customer);
    assert(fraction.denominator > 0);
    return key_of_number(
        (double)((long double)fraction.numerator / (long double)fraction.denominator));
  }
  if (values->layout == SEG_LAYOUT_F64)
    return key_of_number(((const double *)values->values)[customer]);
  return (uint64_t)seg_ordered_integer(values, customer) ^ sign_bit;
}

uint32_t seg_order_values(const struct seg_ordered_values *values, const uint32_t *key_order,
                          uint32_t count, struct seg_order_entry *entries,
                          struct seg_order_entry *spare) {
  uint32_t known = 0, missing = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t customer = key_order[i];
    if (seg_ordered_is_known(values, customer))
      entries[known++] = (struct seg_order_entry){key_of_value(values, customer), customer};
    else
      spare[missing++] = (struct seg_order_entry){0, customer};
  }
  memcpy(entries + known, spare, missing * sizeof *spare);
  sort_by_key(entries, known, spare);
  if (values->denominators != NULL)
    sort_equal_keys(&(struct comparing){.values = values}, entries, known, spare);
  return known;
}
