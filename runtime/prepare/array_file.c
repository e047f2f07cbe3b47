// See array_file.h.
#include "runtime/prepare/array_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/store/checksum.h"
#include "runtime/store/npy.h"

static const char what_for[] = "the arrays of the store";

enum seg_status seg_array_file_create(struct seg_array_file *array, struct seg_build *build,
                                      struct seg_str name, enum seg_store_type type,
                                      struct seg_error *error) {
  *array = (struct seg_array_file){.build = build, .name = name, .type = type, .file = -1};
  array->buffer = malloc(SEG_NPY_HEADER + SEG_CHECKSUM_BLOCK);
  if (array->buffer == NULL)
    return seg_fail_memory(error, what_for);
  memset(array->buffer, 0, SEG_NPY_HEADER);
  array->file = openat(build->generation_folder, array->name.data,
                       O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  return array->file < 0 ? seg_build_fail(build, errno, error) : SEG_OK;
}

static enum seg_status write_at(const struct seg_array_file *array, const void *bytes, size_t size,
                                uint64_t offset, struct seg_error *error) {
  const char *at = bytes;
  while (size > 0) {
    ssize_t done = pwrite(array->file, at, size, (off_t)offset);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return seg_build_fail(array->build, done < 0 ? errno : ENOSPC, error);
    at += done;
    size -= (size_t)done;
    offset += (uint64_t)done;
  }
  return SEG_OK;
}

// The checksum of what is in the block, which lies behind SEG_NPY_HEADER bytes in the buffer.
static enum seg_status sum_block(struct seg_array_file *array, struct seg_error *error) {
  uint64_t sum = seg_checksum(array->buffer + SEG_NPY_HEADER, array->filled);
  return SEG_VEC_PUSH(&array->checksums, sum) ? SEG_OK : seg_fail_memory(error, what_for);
}

// A block is full. It begins behind the header, but pieces of the file are written that begin at
// their multiples: each can be one page of the system's cache then. Of pieces that do not, the
// cache makes a dozen smaller pages, which cost more, here and whenever the file is mapped.
static enum seg_status end_block(struct seg_array_file *array, struct seg_error *error) {
  enum seg_status status = sum_block(array, error);
  if (status == SEG_OK)
    status = write_at(array, array->buffer, SEG_CHECKSUM_BLOCK, array->written, error);
  memcpy(array->buffer, array->buffer + SEG_CHECKSUM_BLOCK, SEG_NPY_HEADER);
  array->written += SEG_CHECKSUM_BLOCK;
  array->filled = 0;
  return status;
}

// What is in the buffer, behind what is written.
static enum seg_status write_rest(const struct seg_array_file *array, struct seg_error *error) {
  return write_at(array, array->buffer, SEG_NPY_HEADER + array->filled, array->written, error);
}

static enum seg_status append_bytes(struct seg_array_file *array, const void *bytes, uint64_t size,
                                    struct seg_error *error) {
  const unsigned char *from = bytes;
  while (size > 0) {
    size_t room = SEG_CHECKSUM_BLOCK - array->filled;
    size_t take = size < room ? (size_t)size : room;
    memcpy(array->buffer + SEG_NPY_HEADER + array->filled, from, take);
    array->filled += take;
    from += take;
    size -= take;
    if (array->filled == SEG_CHECKSUM_BLOCK) {
      enum seg_status status = end_block(array, error);
      if (status != SEG_OK)
        return status;
    }
  }
  return SEG_OK;
}

enum seg_status seg_array_file_append(struct seg_array_file *array, const void *elements,
                                      uint64_t count, struct seg_error *error) {
  array->count += count;
  return append_bytes(array, elements, count * seg_store_types[array->type].size, error);
}

static int64_t element(const struct seg_array_file *array, const unsigned char *bytes, size_t i) {
  switch (array->type) {
  case SEG_STORE_I8: return ((const int8_t *)bytes)[i];
  case SEG_STORE_I16: return ((const int16_t *)bytes)[i];
  case SEG_STORE_I32: return ((const int32_t *)bytes)[i];
  case SEG_STORE_I64:
  case SEG_STORE_F64:
  case SEG_STORE_U8:
  case SEG_STORE_U32:
  case SEG_STORE_U64:
  case SEG_STORE_TYPE_COUNT: break;
  }
  return 0;
}

static void put_element(enum seg_store_type type, int64_t value, unsigned char *bytes, size_t i) {
  if (type == SEG_STORE_I16)
    ((int16_t *)bytes)[i] = (int16_t)value;
  else if (type == SEG_STORE_I32)
    ((int32_t *)bytes)[i] = (int32_t)value;
  else
    ((int64_t *)bytes)[i] = value;
}

// `size` bytes of elements of the narrow file, to the end of the wide one.
static enum seg_status copy_wider(const struct seg_array_file *from, const unsigned char *bytes,
                                  size_t size, struct seg_array_file *to, struct seg_error *error) {
  enum { AT_ONCE = 512 };
  unsigned char wide[AT_ONCE * sizeof(int64_t)] __attribute__((aligned(8)));
  size_t count = size / seg_store_types[from->type].size;
  enum seg_status status = SEG_OK;
  for (size_t i = 0; i < count && status == SEG_OK; i += AT_ONCE) {
    size_t some = count - i < AT_ONCE ? count - i : AT_ONCE;
    for (size_t j = 0; j < some; j++)
      put_element(to->type, element(from, bytes, i + j), wide, j);
    status = seg_array_file_append(to, wide, some, error);
  }
  return status;
}

static enum seg_status copy_file_wider(const struct seg_array_file *from, struct seg_array_file *to,
                                       struct seg_error *error) {
  unsigned char *bytes = malloc(SEG_CHECKSUM_BLOCK);
  if (bytes == NULL)
    return seg_fail_memory(error, what_for);
  enum seg_status status = write_rest(from, error); // the end of the last whole block among it
  for (uint64_t at = 0; at < from->written && status == SEG_OK; at += SEG_CHECKSUM_BLOCK) {
    if (pread(from->file, bytes, SEG_CHECKSUM_BLOCK, (off_t)(SEG_NPY_HEADER + at)) !=
        SEG_CHECKSUM_BLOCK)
      status = seg_build_fail(from->build, EIO, error);
    else
      status = copy_wider(from, bytes, SEG_CHECKSUM_BLOCK, to, error);
  }
  free(bytes);
  return status == SEG_OK ? copy_wider(from, from->buffer + SEG_NPY_HEADER, from->filled, to, error)
                          : status;
}

enum seg_status seg_array_file_widen(struct seg_array_file *array, enum seg_store_type type,
                                     struct seg_error *error) {
  if (array->count == 0) {
    array->type = type;
    return SEG_OK;
  }
  struct seg_array_file wide;
  char text[NAME_MAX + 1];
  snprintf(text, sizeof text, "%.*s.wider", SEG_STR(array->name));
  struct seg_str name = seg_str_view(text);
  enum seg_status status = seg_array_file_create(&wide, array->build, name, type, error);
  if (status == SEG_OK)
    status = copy_file_wider(array, &wide, error);
  int folder = array->build->generation_folder;
  if (status == SEG_OK && renameat(folder, name.data, folder, array->name.data) != 0)
    status = seg_build_fail(array->build, errno, error);
  if (status != SEG_OK) {
    seg_array_file_discard(&wide);
    return status;
  }
  wide.name = array->name;
  close(array->file);
  free(array->buffer);
  SEG_VEC_FREE(&array->checksums);
  *array = wide;
  return SEG_OK;
}

static struct seg_store_array describe(const struct seg_array_file *array) {
  return (struct seg_store_array){.generation = array->build->number,
                                  .file = array->name,
                                  .type = array->type,
                                  .count = array->count};
}

enum seg_status seg_array_file_complete(struct seg_array_file *array, struct seg_error *error) {
  char header[SEG_NPY_HEADER];
  unsigned char zeros[64 * sizeof(uint64_t)] = {0};
  if (array->is_complete)
    return SEG_OK;
  struct seg_store_array made = describe(array);
  uint64_t padding = seg_store_array_bytes(&made) - array->written - array->filled;
  enum seg_status status = append_bytes(array, zeros, padding, error);
  if (status == SEG_OK && array->filled > 0)
    status = sum_block(array, error);
  if (status == SEG_OK)
    status = write_rest(array, error);
  seg_npy_header(header, array->type, array->count);
  if (status == SEG_OK)
    status = write_at(array, header, sizeof header, 0, error);
  // Only a beginning: what comes of it, fsync says.
  if (status == SEG_OK)
    (void)sync_file_range(array->file, 0, 0, SYNC_FILE_RANGE_WRITE);
  array->is_complete = status == SEG_OK;
  return status;
}

enum seg_status seg_array_file_finish(struct seg_array_file *array, struct seg_store_array *made,
                                      struct seg_error *error) {
  struct seg_build *build = array->build;
  enum seg_status status = seg_array_file_complete(array, error);
  *made = describe(array);
  made->block = build->checksums.count;
  for (size_t i = 0; status == SEG_OK && i < array->checksums.count; i++)
    if (!SEG_VEC_PUSH(&build->checksums, array->checksums.items[i]))
      status = seg_fail_memory(error, what_for);
  if (status != SEG_OK)
    return status;
  int file = array->file;
  free(array->buffer);
  SEG_VEC_FREE(&array->checksums);
  *array = (struct seg_array_file){.file = -1};
  return seg_build_sync_later(build, file, error);
}

void seg_array_file_discard(struct seg_array_file *array) {
  if (array->build == NULL)
    return;
  if (array->file >= 0) {
    close(array->file);
    unlinkat(array->build->generation_folder, array->name.data, 0);
  }
  free(array->buffer);
  SEG_VEC_FREE(&array->checksums);
  *array = (struct seg_array_file){.file = -1};
}
