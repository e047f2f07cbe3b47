// Customer key -> dense number; see key_table.h.
#include "runtime/entity/key_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/hash.h"
#include "runtime/entity/run_errors.h"

enum {
  FIRST_SLOT_BITS = 8,
  AHEAD = 32, // keys looked up together, so that their cache misses overlap
};

/** `number` + 1, so that zeroed memory is empty. */
struct seg_key_slot {
  uint32_t tag;
  uint32_t number_plus_one;
};

static const char what_for[] = "the keys of the customers";

void seg_key_table_init(struct seg_key_table *table, bool is_text,
                        struct seg_memory_budget *budget) {
  *table = (struct seg_key_table){.is_text = is_text, .budget = budget};
  seg_text_heap_init(&table->heap, budget);
}

static uint64_t key_bytes(const struct seg_key_table *table, uint64_t keys) {
  return keys * (table->is_text ? sizeof(struct seg_str) : sizeof(int64_t));
}

static uint64_t slot_bytes(uint32_t bits) {
  return sizeof(struct seg_key_slot) << bits;
}

static void drop_slots(struct seg_key_table *table) {
  if (table->slots == NULL)
    return;
  seg_memory_budget_give(table->budget, slot_bytes(table->slot_bits));
  free(table->slots);
  table->slots = NULL;
}

void seg_key_table_deinit(struct seg_key_table *table) {
  drop_slots(table);
  if (table->direct != NULL)
    seg_memory_budget_give(table->budget, table->direct_count * sizeof *table->direct);
  free(table->direct);
  seg_memory_budget_give(table->budget, key_bytes(table, table->capacity));
  free(table->integers);
  free(table->texts);
  seg_text_heap_deinit(&table->heap);
  *table = (struct seg_key_table){.budget = table->budget};
}

static uint32_t tag_of_integer(int64_t key) {
  return (uint32_t)(seg_hash_u64((uint64_t)key) >> 32);
}

static uint32_t tag_of_text(struct seg_str key) {
  return (uint32_t)(seg_hash_bytes(key.data, key.size) >> 32);
}

static uint32_t home(const struct seg_key_table *table, uint32_t tag) {
  return tag >> (32 - table->slot_bits);
}

// In slot order: the place follows the tag's top bits, so the new slots are written in order too.
static void move_slots(const struct seg_key_slot *from, uint64_t from_count,
                       struct seg_key_table *to) {
  uint32_t mask = (uint32_t)((UINT64_C(1) << to->slot_bits) - 1);
  for (uint64_t i = 0; i < from_count; i++) {
    if (from[i].number_plus_one == 0)
      continue;
    uint32_t at = home(to, from[i].tag);
    while (to->slots[at].number_plus_one != 0)
      at = (at + 1) & mask;
    to->slots[at] = from[i];
  }
}

static enum seg_status grow_slots(struct seg_key_table *table, uint64_t keys,
                                  struct seg_error *error) {
  uint32_t bits = table->slots == NULL ? FIRST_SLOT_BITS : table->slot_bits;
  while (bits < 32 && keys * 3 > (UINT64_C(2) << bits))
    bits++;
  if (table->slots != NULL && bits == table->slot_bits)
    return SEG_OK;
  enum seg_status status = seg_memory_budget_need(table->budget, slot_bytes(bits), what_for, error);
  if (status != SEG_OK)
    return status;
  struct seg_key_slot *slots = calloc((size_t)1 << bits, sizeof *slots);
  if (slots == NULL) {
    seg_memory_budget_give(table->budget, slot_bytes(bits));
    return seg_fail_memory(error, what_for);
  }
  struct seg_key_slot *old = table->slots;
  uint64_t old_count = old == NULL ? 0 : UINT64_C(1) << table->slot_bits;
  uint64_t old_bytes = old == NULL ? 0 : slot_bytes(table->slot_bits);
  table->slots = slots;
  table->slot_bits = bits;
  move_slots(old, old_count, table);
  free(old);
  seg_memory_budget_give(table->budget, old_bytes);
  return SEG_OK;
}

static enum seg_status grow_keys(struct seg_key_table *table, uint64_t keys,
                                 struct seg_error *error) {
  if (keys <= table->capacity)
    return SEG_OK;
  uint64_t capacity = table->capacity + table->capacity / 2 + 256;
  capacity = capacity < keys ? keys : capacity;
  capacity = (capacity + 63) / 64 * 64;
  uint64_t more = key_bytes(table, capacity - table->capacity);
  enum seg_status status = seg_memory_budget_need(table->budget, more, what_for, error);
  if (status != SEG_OK)
    return status;
  void *old = table->is_text ? (void *)table->texts : (void *)table->integers;
  char *grown = realloc(old, key_bytes(table, capacity));
  if (grown == NULL) {
    seg_memory_budget_give(table->budget, more);
    return seg_fail_memory(error, what_for);
  }
  memset(grown + key_bytes(table, table->capacity), 0, more);
  if (table->is_text)
    table->texts = (struct seg_str *)(void *)grown;
  else
    table->integers = (int64_t *)(void *)grown;
  table->capacity = capacity;
  return SEG_OK;
}

static uint32_t find_integer(const struct seg_key_table *table, uint32_t tag, int64_t key,
                             uint32_t *empty) {
  uint32_t mask = (uint32_t)((UINT64_C(1) << table->slot_bits) - 1);
  for (uint32_t at = home(table, tag);; at = (at + 1) & mask) {
    struct seg_key_slot slot = table->slots[at];
    if (slot.number_plus_one == 0) {
      *empty = at;
      return SEG_NO_NUMBER;
    }
    if (slot.tag == tag && table->integers[slot.number_plus_one - 1] == key)
      return slot.number_plus_one - 1;
  }
}

static uint32_t find_text(const struct seg_key_table *table, uint32_t tag, struct seg_str key,
                          uint32_t *empty) {
  uint32_t mask = (uint32_t)((UINT64_C(1) << table->slot_bits) - 1);
  for (uint32_t at = home(table, tag);; at = (at + 1) & mask) {
    struct seg_key_slot slot = table->slots[at];
    if (slot.number_plus_one == 0) {
      *empty = at;
      return SEG_NO_NUMBER;
    }
    if (slot.tag == tag && seg_str_equal(table->texts[slot.number_plus_one - 1], key))
      return slot.number_plus_one - 1;
  }
}

// First the slots, then the keys they name: a miss of one key hides behind those of the others.
static void prefetch(const struct seg_key_table *table, const uint32_t *tags, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    __builtin_prefetch(&table->slots[home(table, tags[i])]);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t number = table->slots[home(table, tags[i])].number_plus_one;
    if (number == 0)
      continue;
    if (table->is_text)
      __builtin_prefetch(&table->texts[number - 1]);
    else
      __builtin_prefetch(&table->integers[number - 1]);
  }
  if (!table->is_text)
    return;
  for (uint32_t i = 0; i < count; i++) {
    struct seg_key_slot slot = table->slots[home(table, tags[i])];
    if (slot.number_plus_one != 0 && slot.tag == tags[i])
      __builtin_prefetch(table->texts[slot.number_plus_one - 1].data);
  }
}

static void put_slot(struct seg_key_table *table, uint32_t at, uint32_t tag) {
  table->count++;
  table->slots[at] = (struct seg_key_slot){.tag = tag, .number_plus_one = table->count};
}

static void add_integers(struct seg_key_table *table, const int64_t *keys, const uint32_t *rows,
                         uint32_t count, uint32_t *numbers) {
  uint32_t tags[AHEAD] = {0};
  for (uint32_t i = 0; i < count; i++)
    tags[i] = tag_of_integer(keys[rows[i]]);
  prefetch(table, tags, count);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t empty;
    numbers[i] = find_integer(table, tags[i], keys[rows[i]], &empty);
    if (numbers[i] == SEG_NO_NUMBER) {
      numbers[i] = table->count;
      table->integers[table->count] = keys[rows[i]];
      put_slot(table, empty, tags[i]);
    }
  }
}

static enum seg_status add_texts(struct seg_key_table *table, const struct seg_str *keys,
                                 const uint32_t *rows, uint32_t count, uint32_t *numbers,
                                 struct seg_error *error) {
  uint32_t tags[AHEAD] = {0};
  for (uint32_t i = 0; i < count; i++)
    tags[i] = tag_of_text(keys[rows[i]]);
  prefetch(table, tags, count);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t empty;
    numbers[i] = find_text(table, tags[i], keys[rows[i]], &empty);
    if (numbers[i] == SEG_NO_NUMBER) {
      struct seg_str key = keys[rows[i]];
      enum seg_status status = seg_text_heap_copy(&table->heap, &key, what_for, error);
      if (status != SEG_OK)
        return status;
      numbers[i] = table->count;
      table->texts[table->count] = key;
      put_slot(table, empty, tags[i]);
    }
  }
  return SEG_OK;
}

enum seg_status seg_key_table_add(struct seg_key_table *table, const struct seg_column_view *keys,
                                  const uint32_t *rows, uint32_t row_count, uint32_t *numbers,
                                  struct seg_error *error) {
  assert(table->direct == NULL);
  assert((keys->layout == SEG_LAYOUT_TEXT) == table->is_text);
  uint64_t most = (uint64_t)table->count + row_count;
  if (most >= SEG_NO_NUMBER)
    return seg_fail(error, SEG_LIMIT, seg_run_code(SEG_RUN_ERROR_CUSTOMERS),
                    "there are more than 4,294,967,294 customers, the most that one run can hold");
  enum seg_status status = grow_slots(table, most, error);
  if (status == SEG_OK)
    status = grow_keys(table, most, error);
  for (uint32_t i = 0; status == SEG_OK && i < row_count; i += AHEAD) {
    uint32_t count = row_count - i < AHEAD ? row_count - i : AHEAD;
    if (table->is_text)
      status = add_texts(table, keys->values, rows + i, count, numbers + i, error);
    else
      add_integers(table, keys->values, rows + i, count, numbers + i);
  }
  return status;
}

void seg_key_table_seal(struct seg_key_table *table) {
  if (table->is_text || table->count == 0)
    return;
  int64_t smallest = table->integers[0], largest = smallest;
  for (uint32_t i = 1; i < table->count; i++) {
    smallest = table->integers[i] < smallest ? table->integers[i] : smallest;
    largest = table->integers[i] > largest ? table->integers[i] : largest;
  }
  uint64_t range = (uint64_t)largest - (uint64_t)smallest;
  // Four entries a key take as much as the slots do at their fullest, and cost one miss, not two.
  if (range / 4 >= table->count)
    return;
  uint64_t bytes = (range + 1) * sizeof *table->direct;
  if (!seg_memory_budget_take(table->budget, bytes))
    return;
  table->direct = malloc(bytes);
  if (table->direct == NULL) {
    seg_memory_budget_give(table->budget, bytes);
    return;
  }
  memset(table->direct, 0xff, bytes); // SEG_NO_NUMBER
  table->direct_first = smallest;
  table->direct_count = range + 1;
  for (uint32_t i = 0; i < table->count; i++)
    table->direct[(uint64_t)table->integers[i] - (uint64_t)smallest] = i;
  drop_slots(table);
}

static void find_integers(const struct seg_key_table *table, const int64_t *keys, uint32_t count,
                          uint32_t *numbers) {
  uint32_t tags[AHEAD] = {0}, empty;
  for (uint32_t i = 0; i < count; i++)
    tags[i] = tag_of_integer(keys[i]);
  prefetch(table, tags, count);
  for (uint32_t i = 0; i < count; i++)
    numbers[i] = find_integer(table, tags[i], keys[i], &empty);
}

static void find_direct(const struct seg_key_table *table, const int64_t *keys, uint32_t count,
                        uint32_t *numbers) {
  for (uint32_t i = 0; i < count; i++) {
    uint64_t place = (uint64_t)keys[i] - (uint64_t)table->direct_first;
    numbers[i] = place < table->direct_count ? table->direct[place] : SEG_NO_NUMBER;
  }
}

static void find_texts(const struct seg_key_table *table, const struct seg_str *keys,
                       uint32_t count, uint32_t *numbers) {
  uint32_t tags[AHEAD] = {0}, empty;
  for (uint32_t i = 0; i < count; i++)
    tags[i] = tag_of_text(keys[i]);
  prefetch(table, tags, count);
  for (uint32_t i = 0; i < count; i++)
    numbers[i] = find_text(table, tags[i], keys[i], &empty);
}

static void find_in_texts(const struct seg_key_table *table, const struct seg_column_view *keys,
                          const uint32_t *rows, uint32_t count, uint32_t *numbers) {
  struct seg_str found[AHEAD];
  char buffers[AHEAD][SEG_KEY_INTEGER_TEXT];
  for (uint32_t i = 0; i < count; i++)
    found[i] = keys->layout == SEG_LAYOUT_TEXT
                   ? ((const struct seg_str *)keys->values)[rows[i]]
                   : seg_key_format_integer(((const int64_t *)keys->values)[rows[i]], buffers[i]);
  find_texts(table, found, count, numbers);
}

static void find_in_integers(const struct seg_key_table *table, const struct seg_column_view *keys,
                             const uint32_t *rows, uint32_t count, uint32_t *numbers) {
  int64_t found[AHEAD] = {0};
  uint32_t not_numbers = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (keys->layout == SEG_LAYOUT_I64)
      found[i] = ((const int64_t *)keys->values)[rows[i]];
    else if (!seg_key_parse_integer(((const struct seg_str *)keys->values)[rows[i]], &found[i]))
      not_numbers |= UINT32_C(1) << i;
  }
  if (table->direct != NULL)
    find_direct(table, found, count, numbers);
  else
    find_integers(table, found, count, numbers);
  for (; not_numbers != 0; not_numbers &= not_numbers - 1)
    numbers[__builtin_ctz(not_numbers)] = SEG_NO_NUMBER;
}

void seg_key_table_find(const struct seg_key_table *table, const struct seg_column_view *keys,
                        const uint32_t *rows, uint32_t row_count, uint32_t *numbers) {
  if (table->count == 0) {
    for (uint32_t i = 0; i < row_count; i++)
      numbers[i] = SEG_NO_NUMBER;
    return;
  }
  for (uint32_t i = 0; i < row_count; i += AHEAD) {
    uint32_t count = row_count - i < AHEAD ? row_count - i : AHEAD;
    if (table->is_text)
      find_in_texts(table, keys, rows + i, count, numbers + i);
    else
      find_in_integers(table, keys, rows + i, count, numbers + i);
  }
}

struct seg_column_view seg_key_table_view(const struct seg_key_table *table) {
  return (struct seg_column_view){
      .layout = table->is_text ? SEG_LAYOUT_TEXT : SEG_LAYOUT_I64,
      .values = table->is_text ? (const void *)table->texts : (const void *)table->integers,
      .count = table->count,
  };
}
