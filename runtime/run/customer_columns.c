// Carried columns of the customers; see customer_columns.h.
#include "runtime/run/customer_columns.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// Customer numbers have 32 bits. The pointers are set aside at once, so that they never move; what
// is not used is never touched, and so takes no memory.
enum { CHUNKS = 1 << (32 - SEG_CUSTOMER_CHUNK_BITS) };

static const char what_for[] = "the columns of the customers";

static bool set_pointers_aside(struct seg_customer_columns *customers, const bool *has_known) {
  size_t tables = customers->column_count;
  for (uint32_t c = 0; c < customers->column_count; c++)
    tables += has_known[c];
  if (tables == 0)
    return true;
  customers->pointer_bytes = tables * CHUNKS * sizeof *customers->pointers;
  void *pointers = mmap(NULL, customers->pointer_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pointers != MAP_FAILED)
    customers->pointers = pointers;
  return pointers != MAP_FAILED;
}

enum seg_status seg_customer_columns_init(struct seg_customer_columns *customers,
                                          const struct seg_plan_entity *entity,
                                          const bool *has_known, unsigned workers,
                                          struct seg_memory_budget *budget,
                                          struct seg_error *error) {
  uint32_t column_count = entity->carried_count;
  *customers = (struct seg_customer_columns){.budget = budget, .heap_count = workers};
  customers->columns = calloc((size_t)column_count + 1, sizeof *customers->columns);
  customers->heaps = calloc(workers, sizeof *customers->heaps);
  if (customers->columns == NULL || customers->heaps == NULL)
    return seg_fail_memory(error, what_for);
  customers->column_count = column_count;
  for (unsigned w = 0; w < workers; w++)
    seg_text_heap_init(&customers->heaps[w], budget);
  if (!set_pointers_aside(customers, has_known))
    return seg_fail_memory(error, what_for);
  void **next = customers->pointers;
  for (uint32_t c = 0; c < column_count; c++) {
    struct seg_customer_column *column = &customers->columns[c];
    column->layout = entity->carried_layout[c];
    column->width = seg_plan_carried_width(entity, c);
    column->values = next;
    next += CHUNKS;
    column->known = has_known[c] ? next : NULL;
    next += has_known[c] ? CHUNKS : 0;
  }
  return SEG_OK;
}

static uint64_t chunk_bytes(const struct seg_customer_column *column) {
  return seg_width_size(column->layout, column->width, SEG_CUSTOMER_CHUNK) +
         (column->known != NULL ? SEG_CUSTOMER_CHUNK / 8 : 0);
}

void seg_customer_columns_deinit(struct seg_customer_columns *customers) {
  for (uint32_t c = 0; c < customers->column_count; c++) {
    struct seg_customer_column *column = &customers->columns[c];
    for (uint32_t k = 0; column->values != NULL && k < CHUNKS && column->values[k] != NULL; k++) {
      seg_memory_budget_give(customers->budget, chunk_bytes(column));
      free(column->values[k]);
      if (column->known != NULL)
        free(column->known[k]);
    }
  }
  for (unsigned w = 0; customers->heaps != NULL && w < customers->heap_count; w++)
    seg_text_heap_deinit(&customers->heaps[w]);
  if (customers->pointers != NULL)
    munmap(customers->pointers, customers->pointer_bytes);
  free(customers->columns);
  free(customers->heaps);
  *customers = (struct seg_customer_columns){0};
}

static enum seg_status add_chunk(struct seg_customer_columns *customers,
                                 struct seg_customer_column *column, uint32_t chunk,
                                 struct seg_error *error) {
  uint64_t bytes = chunk_bytes(column);
  enum seg_status status = seg_memory_budget_need(customers->budget, bytes, what_for, error);
  if (status != SEG_OK)
    return status;
  void *values =
      seg_column_memory(seg_width_size(column->layout, column->width, SEG_CUSTOMER_CHUNK));
  uint64_t *known = column->known == NULL ? NULL : seg_column_memory(SEG_CUSTOMER_CHUNK / 8);
  if (values == NULL || (column->known != NULL && known == NULL)) {
    free(values);
    free(known);
    seg_memory_budget_give(customers->budget, bytes);
    return seg_fail_memory(error, what_for);
  }
  column->values[chunk] = values;
  if (column->known != NULL)
    column->known[chunk] = known;
  return SEG_OK;
}

enum seg_status seg_customer_columns_reserve(struct seg_customer_columns *customers, uint64_t count,
                                             struct seg_error *error) {
  uint32_t chunks = (uint32_t)((count + SEG_CUSTOMER_CHUNK - 1) >> SEG_CUSTOMER_CHUNK_BITS);
  for (; customers->chunk_count < chunks; customers->chunk_count++) {
    for (uint32_t c = 0; c < customers->column_count; c++) {
      enum seg_status status =
          add_chunk(customers, &customers->columns[c], customers->chunk_count, error);
      if (status != SEG_OK)
        return status;
    }
  }
  return SEG_OK;
}

// Words are shared with the neighbours of a stretch, which another worker may be writing.
static void write_known(uint64_t *target, uint32_t at, const uint64_t *known, const uint32_t *rows,
                        uint32_t count) {
  for (uint32_t i = 0; i < count;) {
    uint64_t word = 0;
    uint32_t place = (at + i) / 64;
    for (; i < count && (at + i) / 64 == place; i++) {
      uint64_t bit = known == NULL ? 1 : (known[rows[i] / 64] >> (rows[i] % 64)) & 1;
      word |= bit << ((at + i) % 64);
    }
    uint64_t *shared = &target[place];
    if (word != 0)
      __atomic_fetch_or(shared, word, __ATOMIC_RELAXED);
  }
}

static enum seg_status write_texts(struct seg_text_heap *heap, struct seg_str *target,
                                   const struct seg_str *values, const uint64_t *known,
                                   const uint32_t *rows, uint32_t count, struct seg_error *error) {
  for (uint32_t i = 0; i < count; i++) {
    if (known != NULL && !seg_bitmap_test(known, rows[i]))
      continue; // stays the empty text
    struct seg_str text = values[rows[i]];
    enum seg_status status = seg_text_heap_copy(heap, &text, what_for, error);
    if (status != SEG_OK)
      return status;
    target[i] = text;
  }
  return SEG_OK;
}

// NOLINTBEGIN(bugprone-macro-parentheses): Type is a type
#define WRITE(Type)                                                                                \
  do {                                                                                             \
    for (uint32_t i = 0; i < count; i++)                                                           \
      ((Type *)target)[at + i] = ((const Type *)values)[rows[i]];                                  \
  } while (0)
// NOLINTEND(bugprone-macro-parentheses)

static enum seg_status write_stretch(struct seg_customer_columns *customers, unsigned worker,
                                     const struct seg_customer_column *column, const void *values,
                                     const uint64_t *known, const uint32_t *rows, uint32_t count,
                                     uint64_t first, struct seg_error *error) {
  uint32_t chunk = (uint32_t)(first >> SEG_CUSTOMER_CHUNK_BITS);
  uint32_t at = (uint32_t)(first & (SEG_CUSTOMER_CHUNK - 1));
  void *target = column->values[chunk];
  if (column->known != NULL)
    write_known(column->known[chunk], at, known, rows, count);
  if (column->layout == SEG_LAYOUT_TEXT)
    return write_texts(&customers->heaps[worker], (struct seg_str *)target + at, values, known,
                       rows, count, error);
  switch (seg_width_bytes(column->layout, column->width)) { // truth values are never carried
  case sizeof(int8_t): WRITE(int8_t); break;
  case sizeof(int16_t): WRITE(int16_t); break;
  case sizeof(int32_t): WRITE(int32_t); break;
  default: WRITE(int64_t); // and fractions, bit by bit
  }
  return SEG_OK;
}

enum seg_status seg_customer_columns_write(struct seg_customer_columns *customers, unsigned worker,
                                           uint32_t column, const void *values,
                                           const uint64_t *known, const uint32_t *rows,
                                           uint32_t count, uint64_t first,
                                           struct seg_error *error) {
  enum seg_status status = SEG_OK;
  while (count > 0 && status == SEG_OK) {
    uint64_t room = SEG_CUSTOMER_CHUNK - (first & (SEG_CUSTOMER_CHUNK - 1));
    uint32_t stretch = count < room ? count : (uint32_t)room;
    status = write_stretch(customers, worker, &customers->columns[column], values, known, rows,
                           stretch, first, error);
    rows += stretch;
    count -= stretch;
    first += stretch;
  }
  return status;
}

const void *seg_customer_columns_at(const struct seg_customer_columns *customers, uint32_t column,
                                    uint64_t first, const uint64_t **known) {
  const struct seg_customer_column *from = &customers->columns[column];
  uint32_t chunk = (uint32_t)(first >> SEG_CUSTOMER_CHUNK_BITS);
  uint32_t at = (uint32_t)(first & (SEG_CUSTOMER_CHUNK - 1));
  *known = from->known == NULL ? NULL : (const uint64_t *)from->known[chunk] + at / 64;
  return (const char *)from->values[chunk] + seg_width_size(from->layout, from->width, at);
}
