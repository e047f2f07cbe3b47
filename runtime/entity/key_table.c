// Customer key -> dense number; see key_table.h.
#include "runtime/entity/key_table.h"

#include <assert.h>
#include <string.h>

#include "runtime/base/hash.h"
#include "runtime/base/large_memory.h"
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
  seg_large_memory_free(table->slots, slot_bytes(table->slot_bits));
  table->slots = NULL;
}

static void free_keys(struct seg_key_table *table) {
  void *keys = table->is_text ? (void *)table->texts : (void *)table->integers;
  seg_large_memory_free(keys, key_bytes(table, table->capacity));
  seg_memory_budget_give(table->budget, key_bytes(table, table->capacity));
}

// One entry more than there are keys: that of keys outside.
static uint64_t direct_bytes(uint64_t count) {
  return (count + 1) * sizeof(uint32_t);
}

void seg_key_table_deinit(struct seg_key_table *table) {
  drop_slots(table);
  free_keys(table);
  if (table->direct != NULL)
    seg_memory_budget_give(table->budget, direct_bytes(table->direct_count));
  seg_large_memory_free(table->direct, direct_bytes(table->direct_count));
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

static void fill_slots(struct seg_key_table *table) {
  for (uint32_t i = 0; i < table->implied; i++)
    table->integers[i] = (int64_t)((uint64_t)table->first + i);
  table->implied = 0;
  uint32_t mask = (uint32_t)((UINT64_C(1) << table->slot_bits) - 1);
  for (uint32_t i = 0; i < table->count; i++) {
    uint32_t tag = tag_of_integer(table->integers[i]), at = home(table, tag);
    while (table->slots[at].number_plus_one != 0)
      at = (at + 1) & mask;
    table->slots[at] = (struct seg_key_slot){.tag = tag, .number_plus_one = i + 1};
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
  struct seg_key_slot *slots = seg_large_memory(slot_bytes(bits));
  if (slots == NULL) {
    seg_memory_budget_give(table->budget, slot_bytes(bits));
    return seg_fail_memory(error, what_for);
  }
  struct seg_key_slot *old = table->slots;
  uint64_t old_count = old == NULL ? 0 : UINT64_C(1) << table->slot_bits;
  uint64_t old_bytes = old == NULL ? 0 : slot_bytes(table->slot_bits);
  table->slots = slots;
  table->slot_bits = bits;
  if (table->is_consecutive)
    fill_slots(table);
  table->is_consecutive = false;
  move_slots(old, old_count, table);
  seg_large_memory_free(old, old_bytes);
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
  uint64_t bytes = key_bytes(table, table->capacity), more = key_bytes(table, capacity) - bytes;
  enum seg_status status = seg_memory_budget_need(table->budget, more, what_for, error);
  if (status != SEG_OK)
    return status;
  void *old = table->is_text ? (void *)table->texts : (void *)table->integers;
  void *grown = seg_large_memory_grow(old, bytes, bytes + more);
  if (grown == NULL) {
    seg_memory_budget_give(table->budget, more);
    return seg_fail_memory(error, what_for);
  }
  if (table->is_text)
    table->texts = grown;
  else
    table->integers = grown;
  table->capacity = capacity;
  return SEG_OK;
}

static uint32_t slot_mask(const struct seg_key_table *table) {
  return (uint32_t)((UINT64_C(1) << table->slot_bits) - 1);
}

/** One key while it is looked up. */
struct probe {
  uint32_t tag;
  uint32_t place; // the first slot that is empty or has the tag; later the one that decided
};

// The next slot from probe->place on that is empty or has the tag; its number, or SEG_NO_NUMBER.
static inline uint32_t next_candidate(const struct seg_key_table *table, struct probe *probe) {
  uint32_t mask = slot_mask(table);
  for (;; probe->place = (probe->place + 1) & mask) {
    struct seg_key_slot slot = table->slots[probe->place];
    if (slot.number_plus_one == 0)
      return SEG_NO_NUMBER;
    if (slot.tag == probe->tag)
      return slot.number_plus_one - 1;
  }
}

static inline uint32_t find_integer(const struct seg_key_table *table, struct probe *probe,
                                    int64_t key) {
  for (;; probe->place = (probe->place + 1) & slot_mask(table)) {
    uint32_t number = next_candidate(table, probe);
    if (number == SEG_NO_NUMBER || table->integers[number] == key)
      return number;
  }
}

static inline uint32_t find_text(const struct seg_key_table *table, struct probe *probe,
                                 struct seg_str key) {
  for (;; probe->place = (probe->place + 1) & slot_mask(table)) {
    uint32_t number = next_candidate(table, probe);
    if (number == SEG_NO_NUMBER || seg_str_equal(table->texts[number], key))
      return number;
  }
}

// Slots first, then the keys they name, then the bytes of texts: a cache miss of one key hides
// behind those of the others.
static void begin_probes(const struct seg_key_table *table, struct probe *probes, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    probes[i].place = home(table, probes[i].tag);
    __builtin_prefetch(&table->slots[probes[i].place]);
  }
  for (uint32_t i = 0; i < count; i++) {
    uint32_t number = next_candidate(table, &probes[i]);
    if (number != SEG_NO_NUMBER && table->is_text)
      __builtin_prefetch(&table->texts[number]);
    else if (number != SEG_NO_NUMBER)
      __builtin_prefetch(&table->integers[number]);
  }
  for (uint32_t i = 0; table->is_text && i < count; i++) {
    uint32_t number = next_candidate(table, &probes[i]);
    if (number != SEG_NO_NUMBER)
      __builtin_prefetch(table->texts[number].data);
  }
}

static void put_slot(struct seg_key_table *table, const struct probe *probe) {
  table->count++;
  table->slots[probe->place] =
      (struct seg_key_slot){.tag = probe->tag, .number_plus_one = table->count};
}

static void add_integers(struct seg_key_table *table, const int64_t *keys, const uint32_t *rows,
                         uint32_t count, uint32_t *numbers) {
  struct probe probes[AHEAD] = {{0}};
  for (uint32_t i = 0; i < count; i++)
    probes[i].tag = tag_of_integer(keys[rows[i]]);
  begin_probes(table, probes, count);
  for (uint32_t i = 0; i < count; i++) {
    numbers[i] = find_integer(table, &probes[i], keys[rows[i]]);
    if (numbers[i] == SEG_NO_NUMBER) {
      numbers[i] = table->count;
      table->integers[table->count] = keys[rows[i]];
      put_slot(table, &probes[i]);
    }
  }
}

static enum seg_status add_texts(struct seg_key_table *table, const struct seg_str *keys,
                                 const uint32_t *rows, uint32_t count, uint32_t *numbers,
                                 struct seg_error *error) {
  struct probe probes[AHEAD] = {{0}};
  for (uint32_t i = 0; i < count; i++)
    probes[i].tag = tag_of_text(keys[rows[i]]);
  begin_probes(table, probes, count);
  for (uint32_t i = 0; i < count; i++) {
    numbers[i] = find_text(table, &probes[i], keys[rows[i]]);
    if (numbers[i] == SEG_NO_NUMBER) {
      struct seg_str key = keys[rows[i]];
      enum seg_status status = seg_text_heap_copy(&table->heap, &key, what_for, error);
      if (status != SEG_OK)
        return status;
      numbers[i] = table->count;
      table->texts[table->count] = key;
      put_slot(table, &probes[i]);
    }
  }
  return SEG_OK;
}

// Add keys as long as they continue those that are there; how many were added.
static uint32_t add_consecutive(struct seg_key_table *table, const int64_t *keys,
                                const uint32_t *rows, uint32_t count, uint32_t *numbers) {
  if (table->count == 0 && count > 0) {
    table->is_consecutive = true;
    table->first = keys[rows[0]];
  }
  uint32_t i = 0;
  for (; i < count; i++) {
    int64_t key = keys[rows[i]];
    uint64_t place = (uint64_t)key - (uint64_t)table->first;
    if (place > table->count)
      break;
    numbers[i] = (uint32_t)place;
    if (place < table->count)
      continue;
    if (table->implies)
      table->implied++;
    else
      table->integers[table->count] = key;
    table->count++;
  }
  return i;
}

static enum seg_status check_count(uint64_t count, struct seg_error *error) {
  if (count < SEG_NO_NUMBER)
    return SEG_OK;
  return seg_fail(error, SEG_LIMIT, seg_run_code(SEG_RUN_ERROR_CUSTOMERS),
                  "there are more than 4,294,967,294 customers, the most that one run can hold");
}

enum seg_status seg_key_table_add(struct seg_key_table *table, const struct seg_column_view *keys,
                                  const uint32_t *rows, uint32_t row_count, uint32_t *numbers,
                                  struct seg_error *error) {
  assert(table->direct == NULL);
  assert((keys->layout == SEG_LAYOUT_TEXT) == table->is_text);
  uint64_t most = (uint64_t)table->count + row_count;
  enum seg_status status = check_count(most, error);
  // Keys that are implied need no room.
  if (status == SEG_OK && !table->implies)
    status = grow_keys(table, most, error);
  uint32_t done = 0;
  if (status == SEG_OK && !table->is_text && table->slots == NULL)
    done = add_consecutive(table, keys->values, rows, row_count, numbers);
  if (status == SEG_OK && done < row_count)
    status = grow_keys(table, most, error);
  if (status == SEG_OK && done < row_count)
    status = grow_slots(table, most, error);
  for (uint32_t i = done; status == SEG_OK && i < row_count; i += AHEAD) {
    uint32_t count = row_count - i < AHEAD ? row_count - i : AHEAD;
    if (table->is_text)
      status = add_texts(table, keys->values, rows + i, count, numbers + i, error);
    else
      add_integers(table, keys->values, rows + i, count, numbers + i);
  }
  return status;
}

enum seg_status seg_key_table_append(struct seg_key_table *table,
                                     const struct seg_column_view *keys, struct seg_error *error) {
  assert(table->slots == NULL && !table->is_consecutive && table->direct == NULL);
  uint64_t most = (uint64_t)table->count + (uint64_t)keys->count;
  enum seg_status status = check_count(most, error);
  if (status == SEG_OK)
    status = grow_keys(table, most, error);
  if (status == SEG_OK && !table->is_text) {
    memcpy(table->integers + table->count, keys->values, (size_t)keys->count * sizeof(int64_t));
    table->count = (uint32_t)most;
  }
  for (int64_t i = 0; status == SEG_OK && table->is_text && i < keys->count; i++) {
    struct seg_str key = ((const struct seg_str *)keys->values)[i];
    status = seg_text_heap_copy(&table->heap, &key, what_for, error);
    if (status == SEG_OK)
      table->texts[table->count++] = key;
  }
  return status;
}

void seg_key_table_set_count(struct seg_key_table *table, uint32_t count) {
  assert(table->count == 0);
  table->count = count;
}

void seg_key_table_imply(struct seg_key_table *table) {
  assert(table->count == 0);
  table->implies = true;
}

void seg_key_table_set_consecutive(struct seg_key_table *table, int64_t first, uint32_t count) {
  assert(table->count == 0 && !table->is_text && count > 0);
  table->is_consecutive = true;
  table->first = first;
  table->count = table->implied = count;
}

void seg_key_table_seal(struct seg_key_table *table) {
  if (table->is_text || table->count == 0 || table->is_consecutive)
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
  uint64_t bytes = direct_bytes(range + 1);
  if (!seg_memory_budget_take(table->budget, bytes))
    return;
  table->direct = seg_large_memory(bytes);
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
  struct probe probes[AHEAD] = {{0}};
  for (uint32_t i = 0; i < count; i++)
    probes[i].tag = tag_of_integer(keys[i]);
  begin_probes(table, probes, count);
  for (uint32_t i = 0; i < count; i++)
    numbers[i] = find_integer(table, &probes[i], keys[i]);
}

static void find_direct(const struct seg_key_table *table, const int64_t *keys, uint32_t count,
                        uint32_t *numbers) {
  uint64_t places[AHEAD];
  for (uint32_t i = 0; i < count; i++) {
    uint64_t place = (uint64_t)keys[i] - (uint64_t)table->direct_first;
    places[i] = place < table->direct_count ? place : table->direct_count; // the entry of nobody
    __builtin_prefetch(&table->direct[places[i]]);
  }
  for (uint32_t i = 0; i < count; i++)
    numbers[i] = table->direct[places[i]];
}

static inline uint32_t find_consecutive(const struct seg_key_table *table, int64_t key) {
  uint64_t place = (uint64_t)key - (uint64_t)table->first;
  return place < table->count ? (uint32_t)place : SEG_NO_NUMBER;
}

static void find_texts(const struct seg_key_table *table, const struct seg_str *keys,
                       uint32_t count, uint32_t *numbers) {
  struct probe probes[AHEAD] = {{0}};
  for (uint32_t i = 0; i < count; i++)
    probes[i].tag = tag_of_text(keys[i]);
  begin_probes(table, probes, count);
  for (uint32_t i = 0; i < count; i++)
    numbers[i] = find_text(table, &probes[i], keys[i]);
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
  if (table->is_consecutive)
    for (uint32_t i = 0; i < count; i++)
      numbers[i] = find_consecutive(table, found[i]);
  else if (table->direct != NULL)
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
  if (table->is_consecutive && keys->layout == SEG_LAYOUT_I64) {
    for (uint32_t i = 0; i < row_count; i++)
      numbers[i] = find_consecutive(table, ((const int64_t *)keys->values)[rows[i]]);
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
