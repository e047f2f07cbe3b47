// Stored arrays -> columns; see store_read.h.
#include "runtime/store/store_read.h"

#include <string.h>

#include "runtime/store/store_errors.h"

#define COPY(from_type, to_type)                                                                   \
  for (uint64_t i = 0; i < count; i++)                                                             \
    ((to_type *)to)[i] = (to_type)((const from_type *)array->data)[first + i];                     \
  break

// To integers of a type that holds all of the array.
#define COPY_TO(to_type)                                                                           \
  switch (array->type) {                                                                           \
  case SEG_STORE_I8: COPY(int8_t, to_type);                                                        \
  case SEG_STORE_I16: COPY(int16_t, to_type);                                                      \
  case SEG_STORE_I32: COPY(int32_t, to_type);                                                      \
  case SEG_STORE_I64: COPY(int64_t, to_type);                                                      \
  case SEG_STORE_U8: COPY(uint8_t, to_type);                                                       \
  case SEG_STORE_U32: COPY(uint32_t, to_type);                                                     \
  case SEG_STORE_U64: COPY(uint64_t, to_type);                                                     \
  case SEG_STORE_F64:                                                                              \
  case SEG_STORE_TYPE_COUNT: break;                                                                \
  }                                                                                                \
  break

void seg_store_copy_integers(const struct seg_store_array *array, uint64_t first, uint64_t count,
                             void *to, size_t bytes) {
  if (bytes == seg_store_types[array->type].size) {
    memcpy(to, array->data + first * bytes, count * bytes);
    return;
  }
  switch (bytes) {
  case 1: COPY_TO(int8_t);
  case 2: COPY_TO(int16_t);
  case 4: COPY_TO(int32_t);
  default: COPY_TO(int64_t);
  }
}

static enum seg_status fail_texts(const struct seg_store *store, struct seg_error *error) {
  return SEG_STORE_FAIL(error, SEG_BAD_DATA, DAMAGED,
                        "the store %s is damaged: its texts do not fit together", store->path);
}

// Texts that are numbered: the entries are few, and all of them are verified.
static enum seg_status copy_entries(const struct seg_store *store,
                                    const struct seg_store_values *values, uint64_t first,
                                    uint64_t count, struct seg_str *to, struct seg_error *error) {
  const uint64_t *offsets = (const uint64_t *)values->entries.data;
  enum seg_status status = seg_store_verify_entries(store, values, error);
  if (status == SEG_OK)
    status = seg_store_verify(store, &values->values, first, count, error);
  for (uint64_t i = 0; status == SEG_OK && i < count; i++) {
    uint64_t code = (uint64_t)seg_store_integer(&values->values, first + i);
    if (code + 1 >= values->entries.count || offsets[code + 1] < offsets[code] ||
        offsets[code + 1] > values->bytes.count)
      return fail_texts(store, error);
    to[i] = (struct seg_str){(const char *)values->bytes.data + offsets[code],
                             offsets[code + 1] - offsets[code]};
  }
  return status;
}

enum seg_status seg_store_verify_entries(const struct seg_store *store,
                                         const struct seg_store_values *values,
                                         struct seg_error *error) {
  enum seg_status status =
      seg_store_verify(store, &values->entries, 0, values->entries.count, error);
  return status == SEG_OK ? seg_store_verify(store, &values->bytes, 0, values->bytes.count, error)
                          : status;
}

static enum seg_status copy_texts(const struct seg_store *store,
                                  const struct seg_store_values *values, uint64_t first,
                                  uint64_t count, struct seg_str *to, struct seg_error *error) {
  if (seg_store_has(&values->entries))
    return copy_entries(store, values, first, count, to, error);
  enum seg_status status = seg_store_verify(store, &values->values, first, count + 1, error);
  if (status != SEG_OK || count == 0)
    return status;
  const uint64_t *offsets = (const uint64_t *)values->values.data + first;
  if (offsets[count] < offsets[0])
    return fail_texts(store, error);
  status = seg_store_verify(store, &values->bytes, offsets[0], offsets[count] - offsets[0], error);
  if (status != SEG_OK)
    return status;
  for (uint64_t i = 0; i < count; i++) {
    if (offsets[i + 1] < offsets[i] || offsets[i + 1] > offsets[count])
      return fail_texts(store, error);
    to[i] = (struct seg_str){(const char *)values->bytes.data + offsets[i],
                             offsets[i + 1] - offsets[i]};
  }
  return SEG_OK;
}

static enum seg_status verify_words(const struct seg_store *store,
                                    const struct seg_store_array *array, uint64_t first,
                                    uint64_t count, struct seg_error *error) {
  return seg_store_verify(store, array, first / 64, (first + count + 63) / 64 - first / 64, error);
}

enum seg_status seg_store_read(const struct seg_store *store, const struct seg_store_values *values,
                               uint64_t first, uint64_t count, struct seg_column *to, int64_t at,
                               struct seg_error *error) {
  return seg_store_read_narrow(store, values, first, count, SEG_WIDTH_FULL, to, at, error);
}

enum seg_status seg_store_read_narrow(const struct seg_store *store,
                                      const struct seg_store_values *values, uint64_t first,
                                      uint64_t count, enum seg_width width, struct seg_column *to,
                                      int64_t at, struct seg_error *error) {
  enum seg_status status = SEG_OK;
  if (count == 0)
    return SEG_OK;
  char *out = (char *)to->values;
  size_t bytes = seg_width_bytes(to->layout, width);
  switch (to->layout) {
  case SEG_LAYOUT_BIT:
    status = verify_words(store, &values->values, first, count, error);
    if (status == SEG_OK)
      seg_bitmap_copy((const uint64_t *)values->values.data, (int64_t)first, (int64_t)count,
                      to->values, at);
    break;
  case SEG_LAYOUT_I32:
  case SEG_LAYOUT_I64:
    status = seg_store_verify(store, &values->values, first, count, error);
    if (status == SEG_OK)
      seg_store_copy_integers(&values->values, first, count, out + (size_t)at * bytes, bytes);
    break;
  case SEG_LAYOUT_F64:
    status = seg_store_verify(store, &values->values, first, count, error);
    if (status == SEG_OK)
      memcpy(out + at * (int64_t)sizeof(double), (const double *)values->values.data + first,
             count * sizeof(double));
    break;
  case SEG_LAYOUT_TEXT:
    status = copy_texts(store, values, first, count, (struct seg_str *)to->values + at, error);
    break;
  }
  if (status != SEG_OK || to->known == NULL)
    return status;
  if (!seg_store_has(&values->known)) {
    for (uint64_t i = 0; i < count; i++)
      seg_bitmap_set(to->known, at + (int64_t)i);
    return SEG_OK;
  }
  status = verify_words(store, &values->known, first, count, error);
  if (status == SEG_OK)
    seg_bitmap_copy((const uint64_t *)values->known.data, (int64_t)first, (int64_t)count, to->known,
                    at);
  return status;
}

enum seg_width seg_store_width(enum seg_store_type type, enum seg_layout layout) {
  if (layout != SEG_LAYOUT_I32 && layout != SEG_LAYOUT_I64)
    return SEG_WIDTH_FULL;
  switch (type) {
  case SEG_STORE_I8: return SEG_WIDTH_8;
  case SEG_STORE_I16: return SEG_WIDTH_16;
  case SEG_STORE_I32: return layout == SEG_LAYOUT_I32 ? SEG_WIDTH_FULL : SEG_WIDTH_32;
  case SEG_STORE_I64:
  case SEG_STORE_F64:
  case SEG_STORE_U8:
  case SEG_STORE_U32:
  case SEG_STORE_U64:
  case SEG_STORE_TYPE_COUNT: break;
  }
  return SEG_WIDTH_FULL;
}

enum seg_status seg_store_read_integers(const struct seg_store *store,
                                        const struct seg_store_array *array, uint64_t first,
                                        uint64_t count, int64_t *to, struct seg_error *error) {
  enum seg_status status = seg_store_verify(store, array, first, count, error);
  if (status == SEG_OK)
    seg_store_copy_integers(array, first, count, to, sizeof *to);
  return status;
}
