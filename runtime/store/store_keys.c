// See store_keys.h.
#include "runtime/store/store_keys.h"

enum seg_status seg_store_map_keys(struct seg_store *store, struct seg_error *error) {
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; status == SEG_OK && i < store->manifest.key_part_count; i++)
    status = seg_store_map_values(store, &store->manifest.keys[i], error);
  return status;
}

static uint64_t part_count(const struct seg_store *store, uint32_t part) {
  uint64_t count = store->manifest.keys[part].values.count;
  return store->manifest.key_is_text ? count - 1 : count;
}

// Numbers that follow each other are read at once.
static uint64_t stretch(const uint32_t *numbers, uint64_t count, uint64_t end) {
  uint64_t size = 1;
  while (size < count && numbers[size] == numbers[0] + size && numbers[size] < end)
    size++;
  return size;
}

enum seg_status seg_store_read_keys(const struct seg_store *store, const uint32_t *numbers,
                                    uint64_t count, struct seg_column *to, int64_t at,
                                    struct seg_error *error) {
  uint32_t part = 0;
  uint64_t begin = 0;
  for (uint64_t done = 0; done < count;) {
    uint32_t number = numbers[done];
    if (number < begin)
      part = 0, begin = 0;
    while (part + 1 < store->manifest.key_part_count && number >= begin + part_count(store, part))
      begin += part_count(store, part++);
    uint64_t rows = stretch(numbers + done, count - done, begin + part_count(store, part));
    enum seg_status status = seg_store_read(store, &store->manifest.keys[part], number - begin,
                                            rows, to, at + (int64_t)done, error);
    if (status != SEG_OK)
      return status;
    done += rows;
  }
  return SEG_OK;
}
