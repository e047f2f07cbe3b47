/**
 * One array of a store while it is written: from front to back, a checksum a block. Different
 * arrays of one build may be appended to by different threads at once; they are created and
 * finished by one.
 */
#ifndef SEG_RUNTIME_PREPARE_ARRAY_FILE_H
#define SEG_RUNTIME_PREPARE_ARRAY_FILE_H

#include "runtime/prepare/build.h"

struct seg_array_file {
  struct seg_build *build;
  struct seg_str name; // in the generation's folder
  enum seg_store_type type;
  int file; // -1: not open
  bool is_complete;
  uint64_t count;
  uint64_t written;      // bytes of the file: whole blocks
  unsigned char *buffer; // what follows: as many bytes as the header has, then the block
  size_t filled;         // bytes of that block
  SEG_VEC(uint64_t) checksums;
};

/** An empty one. Borrowed: `build` and `name`, which ends with a NUL and stays until the build
 * ends. Discard after an error. */
SEG_NODISCARD enum seg_status seg_array_file_create(struct seg_array_file *array,
                                                    struct seg_build *build, struct seg_str name,
                                                    enum seg_store_type type,
                                                    struct seg_error *error);

/** `count` elements as they are. */
SEG_NODISCARD enum seg_status seg_array_file_append(struct seg_array_file *array,
                                                    const void *elements, uint64_t count,
                                                    struct seg_error *error);

/** Write what was appended once more, as elements of a wider type of whole numbers. */
SEG_NODISCARD enum seg_status seg_array_file_widen(struct seg_array_file *array,
                                                   enum seg_store_type type,
                                                   struct seg_error *error);

/** Nothing more is appended: the rest is written, and the disk may begin. As appending, for the
 * thread that appends; finish does the same when nobody has. */
SEG_NODISCARD enum seg_status seg_array_file_complete(struct seg_array_file *array,
                                                      struct seg_error *error);

/** Whole, and on disk when the build is committed; `made` says where it is. */
SEG_NODISCARD enum seg_status seg_array_file_finish(struct seg_array_file *array,
                                                    struct seg_store_array *made,
                                                    struct seg_error *error);

/** Close and remove it. Nothing when it is finished, or was never made. */
void seg_array_file_discard(struct seg_array_file *array);

#endif
