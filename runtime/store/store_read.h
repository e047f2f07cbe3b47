/**
 * Reading rows of a store as the executor wants them: in the layout of their type, whatever they
 * are stored as. What is read is verified first.
 */
#ifndef SEG_RUNTIME_STORE_STORE_READ_H
#define SEG_RUNTIME_STORE_STORE_READ_H

#include "runtime/column/column.h"
#include "runtime/store/store.h"

/**
 * Rows first .. first + count - 1 of mapped values, written to the rows of `to` from `at` on. `to`
 * has the layout of the column's type, and room; with a bitmap, its bits there must be 0. Texts
 * borrow from the store.
 */
SEG_NODISCARD enum seg_status seg_store_read(const struct seg_store *store,
                                             const struct seg_store_values *values, uint64_t first,
                                             uint64_t count, struct seg_column *to, int64_t at,
                                             struct seg_error *error);

/** The same, with whole numbers as narrow as `width` says; all of the array must fit it. */
SEG_NODISCARD enum seg_status seg_store_read_narrow(const struct seg_store *store,
                                                    const struct seg_store_values *values,
                                                    uint64_t first, uint64_t count,
                                                    enum seg_width width, struct seg_column *to,
                                                    int64_t at, struct seg_error *error);

/** Entries of numbered texts and their bytes: are they what was written? */
SEG_NODISCARD enum seg_status seg_store_verify_entries(const struct seg_store *store,
                                                       const struct seg_store_values *values,
                                                       struct seg_error *error);

/** How wide whole numbers of a stored type are as values of a layout. */
enum seg_width seg_store_width(enum seg_store_type type, enum seg_layout layout);

/** Elements of an array of whole numbers as such of `bytes` bytes, which hold all of them; what is
 * read has been verified. */
void seg_store_copy_integers(const struct seg_store_array *array, uint64_t first, uint64_t count,
                             void *to, size_t bytes);

/** Elements of an array of whole numbers as 64-bit ones. */
SEG_NODISCARD enum seg_status seg_store_read_integers(const struct seg_store *store,
                                                      const struct seg_store_array *array,
                                                      uint64_t first, uint64_t count, int64_t *to,
                                                      struct seg_error *error);

/** One element of a mapped array of whole numbers that was verified. */
static inline int64_t seg_store_integer(const struct seg_store_array *array, uint64_t at) {
  switch (array->type) {
  case SEG_STORE_I8: return ((const int8_t *)array->data)[at];
  case SEG_STORE_I16: return ((const int16_t *)array->data)[at];
  case SEG_STORE_I32: return ((const int32_t *)array->data)[at];
  case SEG_STORE_I64: return ((const int64_t *)array->data)[at];
  case SEG_STORE_U8: return array->data[at];
  case SEG_STORE_U32: return ((const uint32_t *)array->data)[at];
  case SEG_STORE_U64: return (int64_t)((const uint64_t *)array->data)[at];
  case SEG_STORE_F64: break;
  case SEG_STORE_TYPE_COUNT: break;
  }
  return 0;
}

#endif
