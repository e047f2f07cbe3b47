// See values_writer.h.
#include "runtime/prepare/values_writer.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runtime/prepare/value_codes.h"

static const char what_for[] = "the columns of the store";

static bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// At most so many characters of a name: file names have a limit.
static void plain_name(char out[64], struct seg_str name) {
  size_t size = 0;
  for (; size < name.size && size < 63; size++)
    out[size] = name.data[size];
  for (size_t i = 0; i < size; i++)
    if (!is_plain(out[i]))
      out[i] = '_';
  out[size] = '\0';
}

struct seg_str seg_values_name(struct seg_build *build, struct seg_str entity,
                               struct seg_str column, const char *kind) {
  enum { TRIES = 100000 };
  char first[64], second[64];
  plain_name(first, entity);
  plain_name(second, column);
  struct seg_str name = {NULL, 0};
  struct stat info;
  for (int i = 1; i < TRIES; i++) {
    char more[16] = "";
    if (i > 1)
      snprintf(more, sizeof more, "-%d", i);
    name =
        seg_arena_format(&build->store.arena, "%s%s%s%s%s%s.npy", first, column.size > 0 ? "." : "",
                         second, *kind != '\0' ? "-" : "", kind, more);
    if (name.data == NULL || fstatat(build->generation_folder, name.data, &info, 0) != 0)
      return name;
  }
  return name;
}

static enum seg_status begin_bits(struct seg_bit_writer *bits, struct seg_build *build,
                                  struct seg_str name, struct seg_error *error) {
  if (name.data == NULL)
    return seg_fail_memory(error, what_for);
  bits->word = 0;
  bits->count = 0;
  return seg_array_file_create(&bits->file, build, name, SEG_STORE_U64, error);
}

// `words` NULL: ones.
static enum seg_status append_bits(struct seg_bit_writer *bits, const uint64_t *words,
                                   uint64_t count, struct seg_error *error) {
  for (uint64_t done = 0; done < count;) {
    uint64_t take = count - done < 64 ? count - done : 64;
    uint64_t word = words == NULL ? UINT64_MAX : words[done / 64];
    if (take < 64)
      word &= (UINT64_C(1) << take) - 1;
    uint64_t at = bits->count % 64;
    bits->word |= word << at;
    if (at + take >= 64) {
      enum seg_status status = seg_array_file_append(&bits->file, &bits->word, 1, error);
      if (status != SEG_OK)
        return status;
      bits->word = at == 0 ? 0 : word >> (64 - at);
    }
    bits->count += take;
    done += take;
  }
  return SEG_OK;
}

static enum seg_status finish_bits(struct seg_bit_writer *bits, struct seg_store_array *made,
                                   struct seg_error *error) {
  if (bits->count % 64 != 0) {
    enum seg_status status = seg_array_file_append(&bits->file, &bits->word, 1, error);
    if (status != SEG_OK)
      return status;
  }
  return seg_array_file_finish(&bits->file, made, error);
}

// Texts are written as they are, and as numbers as long as there are few different ones.
static enum seg_status begin_texts(struct seg_values_writer *writer, struct seg_build *build,
                                   struct seg_str entity, struct seg_str column,
                                   struct seg_error *error) {
  writer->text_name = seg_values_name(build, entity, column, "text");
  writer->entries_name = seg_values_name(build, entity, column, "entries");
  struct seg_str places = seg_values_name(build, entity, column, "places");
  if (writer->text_name.data == NULL || writer->entries_name.data == NULL || places.data == NULL)
    return seg_fail_memory(error, what_for);
  writer->numbers_texts = true;
  enum seg_status status =
      seg_array_file_create(&writer->bytes, build, writer->text_name, SEG_STORE_U8, error);
  if (status == SEG_OK)
    status = seg_array_file_create(&writer->values, build, writer->name, SEG_STORE_U64, error);
  if (status == SEG_OK)
    status = seg_array_file_create(&writer->places, build, places, SEG_STORE_I8, error);
  uint64_t zero = 0;
  return status == SEG_OK ? seg_array_file_append(&writer->values, &zero, 1, error) : status;
}

enum seg_status seg_values_writer_begin(struct seg_values_writer *writer, struct seg_build *build,
                                        enum seg_layout layout, struct seg_str entity,
                                        struct seg_str column, const char *kind,
                                        struct seg_error *error) {
  *writer = (struct seg_values_writer){.build = build, .layout = layout};
  writer->values.file = writer->bytes.file = writer->bits.file.file = writer->known.file.file = -1;
  writer->places.file = -1;
  seg_text_codes_init(&writer->codes);
  writer->name = seg_values_name(build, entity, column, kind);
  struct seg_str known = seg_values_name(build, entity, column, "known");
  if (writer->name.data == NULL || known.data == NULL)
    return seg_fail_memory(error, what_for);
  writer->known.file.name = known;
  switch (layout) {
  case SEG_LAYOUT_BIT: return begin_bits(&writer->bits, build, writer->name, error);
  case SEG_LAYOUT_I32:
  case SEG_LAYOUT_I64:
    return seg_array_file_create(&writer->values, build, writer->name, SEG_STORE_I8, error);
  case SEG_LAYOUT_F64:
    writer->codes_name = seg_values_name(build, entity, column, "codes");
    writer->bounds_name = seg_values_name(build, entity, column, "bounds");
    if (writer->codes_name.data == NULL || writer->bounds_name.data == NULL)
      return seg_fail_memory(error, what_for);
    return seg_array_file_create(&writer->values, build, writer->name, SEG_STORE_F64, error);
  case SEG_LAYOUT_TEXT: return begin_texts(writer, build, entity, column, error);
  }
  return SEG_OK;
}

enum { AT_ONCE = 4096 };

static enum seg_store_type narrowest(int64_t low, int64_t high) {
  if (low >= INT8_MIN && high <= INT8_MAX)
    return SEG_STORE_I8;
  if (low >= INT16_MIN && high <= INT16_MAX)
    return SEG_STORE_I16;
  return low >= INT32_MIN && high <= INT32_MAX ? SEG_STORE_I32 : SEG_STORE_I64;
}

#define NARROW(type)                                                                               \
  for (uint64_t i = 0; i < count; i++)                                                             \
    ((type *)out)[i] = (type)values[i];                                                            \
  break

static enum seg_status append_integers(struct seg_array_file *file, const int64_t *values,
                                       uint64_t count, struct seg_error *error) {
  int64_t out[AT_ONCE], low = 0, high = 0;
  for (uint64_t i = 0; i < count; i++) {
    low = values[i] < low ? values[i] : low;
    high = values[i] > high ? values[i] : high;
  }
  enum seg_store_type type = narrowest(low, high);
  if (type > file->type) {
    enum seg_status status = seg_array_file_widen(file, type, error);
    if (status != SEG_OK)
      return status;
  }
  switch (file->type) {
  case SEG_STORE_I8: NARROW(int8_t);
  case SEG_STORE_I16: NARROW(int16_t);
  case SEG_STORE_I32: NARROW(int32_t);
  case SEG_STORE_I64: return seg_array_file_append(file, values, count, error);
  case SEG_STORE_F64:
  case SEG_STORE_U8:
  case SEG_STORE_U32:
  case SEG_STORE_U64:
  case SEG_STORE_TYPE_COUNT: break;
  }
  return seg_array_file_append(file, out, count, error);
}

static bool is_known(const uint64_t *known, uint64_t row) {
  return known == NULL || seg_bitmap_test(known, (int64_t)row);
}

static enum seg_status append_wide(struct seg_values_writer *writer, const void *values,
                                   const uint64_t *known, uint64_t count, struct seg_error *error) {
  int64_t wide[AT_ONCE];
  for (uint64_t first = 0; first < count; first += AT_ONCE) {
    uint64_t some = count - first < AT_ONCE ? count - first : AT_ONCE;
    bool is_wide = writer->layout == SEG_LAYOUT_I64;
    const int64_t *from = is_wide ? (const int64_t *)values + first : wide;
    if (!is_wide || known != NULL) {
      for (uint64_t i = 0; i < some; i++)
        wide[i] = is_wide ? from[i] : ((const int32_t *)values)[first + i];
      for (uint64_t i = 0; known != NULL && i < some; i++)
        wide[i] = is_known(known, first + i) ? wide[i] : 0;
      from = wide;
    }
    enum seg_status status = append_integers(&writer->values, from, some, error);
    if (status != SEG_OK)
      return status;
  }
  return SEG_OK;
}

static enum seg_status append_numbers(struct seg_values_writer *writer, const double *values,
                                      const uint64_t *known, uint64_t count,
                                      struct seg_error *error) {
  if (known == NULL)
    return seg_array_file_append(&writer->values, values, count, error);
  for (uint64_t i = 0; i < count; i++) {
    double value = is_known(known, i) ? values[i] : 0;
    enum seg_status status = seg_array_file_append(&writer->values, &value, 1, error);
    if (status != SEG_OK)
      return status;
  }
  return SEG_OK;
}

static void stop_numbering(struct seg_values_writer *writer) {
  seg_array_file_discard(&writer->places);
  seg_text_codes_deinit(&writer->codes);
  writer->numbers_texts = false;
}

static enum seg_status append_places(struct seg_values_writer *writer, const struct seg_str *values,
                                     const uint64_t *known, uint64_t count,
                                     struct seg_error *error) {
  int64_t places[AT_ONCE];
  enum seg_status status = SEG_OK;
  for (uint64_t first = 0; first < count && status == SEG_OK; first += AT_ONCE) {
    uint64_t some = count - first < AT_ONCE ? count - first : AT_ONCE;
    for (uint64_t i = 0; i < some; i++) {
      uint32_t code = 0;
      struct seg_str text =
          is_known(known, first + i) ? values[first + i] : (struct seg_str){"", 0};
      enum seg_text_coded coded = seg_text_codes_add(&writer->codes, text, &code);
      if (coded == SEG_TEXT_NO_MEMORY)
        return seg_fail_memory(error, what_for);
      if (coded == SEG_TEXT_TOO_MANY) {
        stop_numbering(writer);
        return SEG_OK;
      }
      places[i] = code;
    }
    status = append_integers(&writer->places, places, some, error);
  }
  return status;
}

static enum seg_status append_texts(struct seg_values_writer *writer, const struct seg_str *values,
                                    const uint64_t *known, uint64_t count,
                                    struct seg_error *error) {
  if (writer->numbers_texts) {
    enum seg_status status = append_places(writer, values, known, count, error);
    if (status != SEG_OK)
      return status;
  }
  for (uint64_t i = 0; i < count; i++) {
    struct seg_str text = is_known(known, i) ? values[i] : (struct seg_str){"", 0};
    writer->text_bytes += text.size;
    enum seg_status status = seg_array_file_append(&writer->bytes, text.data, text.size, error);
    if (status == SEG_OK)
      status = seg_array_file_append(&writer->values, &writer->text_bytes, 1, error);
    if (status != SEG_OK)
      return status;
  }
  return SEG_OK;
}

static enum seg_status append_conditions(struct seg_values_writer *writer, const uint64_t *values,
                                         const uint64_t *known, uint64_t count,
                                         struct seg_error *error) {
  for (uint64_t first = 0; first < count; first += 64) {
    uint64_t some = count - first < 64 ? count - first : 64;
    uint64_t word = values[first / 64] & (known == NULL ? UINT64_MAX : known[first / 64]);
    enum seg_status status = append_bits(&writer->bits, &word, some, error);
    if (status != SEG_OK)
      return status;
  }
  return SEG_OK;
}

static enum seg_status append_known(struct seg_values_writer *writer, const uint64_t *known,
                                    uint64_t count, struct seg_error *error) {
  bool all = known == NULL || seg_bitmap_all(known, (int64_t)count);
  if (all && !writer->has_known)
    return SEG_OK;
  if (!writer->has_known) {
    enum seg_status status =
        begin_bits(&writer->known, writer->build, writer->known.file.name, error);
    if (status == SEG_OK)
      status = append_bits(&writer->known, NULL, writer->rows, error);
    if (status != SEG_OK)
      return status;
    writer->has_known = true;
  }
  return append_bits(&writer->known, all ? NULL : known, count, error);
}

enum seg_status seg_values_writer_append(struct seg_values_writer *writer, const void *values,
                                         const uint64_t *known, uint64_t count,
                                         struct seg_error *error) {
  enum seg_status status = append_known(writer, known, count, error);
  if (status != SEG_OK || count == 0)
    return status;
  switch (writer->layout) {
  case SEG_LAYOUT_BIT: status = append_conditions(writer, values, known, count, error); break;
  case SEG_LAYOUT_I32:
  case SEG_LAYOUT_I64: status = append_wide(writer, values, known, count, error); break;
  case SEG_LAYOUT_F64: status = append_numbers(writer, values, known, count, error); break;
  case SEG_LAYOUT_TEXT: status = append_texts(writer, values, known, count, error); break;
  }
  writer->rows += count;
  return status;
}

// The numbers of texts take the place of the texts.
static enum seg_status finish_numbered(struct seg_values_writer *writer,
                                       struct seg_store_values *made, struct seg_error *error) {
  const struct seg_text_codes *codes = &writer->codes;
  struct seg_array_file entries = {.file = -1};
  uint64_t end = 0;
  seg_array_file_discard(&writer->values);
  seg_array_file_discard(&writer->bytes);
  enum seg_status status =
      seg_array_file_create(&writer->bytes, writer->build, writer->text_name, SEG_STORE_U8, error);
  if (status == SEG_OK)
    status =
        seg_array_file_create(&entries, writer->build, writer->entries_name, SEG_STORE_U64, error);
  if (status == SEG_OK)
    status = seg_array_file_append(&entries, &end, 1, error);
  for (uint32_t i = 0; i < codes->count && status == SEG_OK; i++) {
    end += codes->entries[i].size;
    status = seg_array_file_append(&writer->bytes, codes->entries[i].data, codes->entries[i].size,
                                   error);
    if (status == SEG_OK)
      status = seg_array_file_append(&entries, &end, 1, error);
  }
  if (status == SEG_OK)
    status = seg_array_file_finish(&writer->places, &made->values, error);
  if (status == SEG_OK)
    status = seg_array_file_finish(&entries, &made->entries, error);
  if (status == SEG_OK)
    status = seg_array_file_finish(&writer->bytes, &made->bytes, error);
  seg_array_file_discard(&entries);
  return status;
}

static enum seg_status finish_texts(struct seg_values_writer *writer, struct seg_store_values *made,
                                    struct seg_error *error) {
  if (writer->numbers_texts && writer->codes.count <= writer->rows / 2)
    return finish_numbered(writer, made, error);
  if (writer->numbers_texts)
    stop_numbering(writer);
  enum seg_status status = seg_array_file_finish(&writer->values, &made->values, error);
  return status == SEG_OK ? seg_array_file_finish(&writer->bytes, &made->bytes, error) : status;
}

enum seg_status seg_values_writer_complete(struct seg_values_writer *writer,
                                           struct seg_error *error) {
  bool is_text = writer->layout == SEG_LAYOUT_TEXT; // which of its files stay is not known yet
  return writer->layout == SEG_LAYOUT_BIT || is_text
             ? SEG_OK
             : seg_array_file_complete(&writer->values, error);
}

enum seg_status seg_values_writer_finish(struct seg_values_writer *writer,
                                         struct seg_store_values *made, struct seg_error *error) {
  *made = (struct seg_store_values){0};
  enum seg_status status = SEG_OK;
  if (writer->layout == SEG_LAYOUT_BIT)
    status = finish_bits(&writer->bits, &made->values, error);
  else if (writer->layout == SEG_LAYOUT_TEXT)
    status = finish_texts(writer, made, error);
  else
    status = seg_array_file_finish(&writer->values, &made->values, error);
  if (status == SEG_OK && writer->makes_codes && writer->layout == SEG_LAYOUT_F64)
    status =
        seg_value_codes_write(writer->build, writer->codes_name, writer->bounds_name, made, error);
  if (status == SEG_OK && writer->has_known)
    status = finish_bits(&writer->known, &made->known, error);
  return status;
}

void seg_values_writer_discard(struct seg_values_writer *writer) {
  if (writer->build == NULL)
    return;
  seg_array_file_discard(&writer->values);
  seg_array_file_discard(&writer->bytes);
  seg_array_file_discard(&writer->places);
  seg_text_codes_deinit(&writer->codes);
  seg_array_file_discard(&writer->bits.file);
  seg_array_file_discard(&writer->known.file);
  *writer = (struct seg_values_writer){0};
}
