/**
 * Spill file: where runs go that do not fit in memory. A temporary file without a name, readable by
 * its owner only, gone when the process ends, however it ends. Made by the first write.
 * Thread-safe.
 */
#ifndef SEG_RUNTIME_ENTITY_SPILL_FILE_H
#define SEG_RUNTIME_ENTITY_SPILL_FILE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/status.h"

struct seg_spill_file {
  const char *folder; // borrowed
  pthread_mutex_t lock;
  _Atomic int file; // -1 until the first write
  _Atomic uint64_t size;
};

/** `folder` NULL: the folder TMPDIR names, else /tmp. */
void seg_spill_file_init(struct seg_spill_file *spill, const char *folder);
void seg_spill_file_deinit(struct seg_spill_file *spill);

/** Append the bytes; `*offset` is where they are. SEG_IO with the reason (a full disk above all).
 */
SEG_NODISCARD enum seg_status seg_spill_file_write(struct seg_spill_file *spill, const void *bytes,
                                                   size_t size, uint64_t *offset,
                                                   struct seg_error *error);

/** Bytes that were written. A file that ends early is SEG_IO. */
SEG_NODISCARD enum seg_status seg_spill_file_read(struct seg_spill_file *spill, void *bytes,
                                                  size_t size, uint64_t offset,
                                                  struct seg_error *error);

#endif
