/**
 * Is a gzip file whole? DuckDB unpacks gzip without looking at the checksum or for the end of the
 * stream, so that a file whose copy was cut off reads as a shorter one. A thread of its own reads
 * every gzip file of a source to its end while DuckDB, which unpacks with one thread, is busy.
 */
#ifndef SEG_RUNTIME_IO_GZIP_CHECK_H
#define SEG_RUNTIME_IO_GZIP_CHECK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "runtime/base/str.h"

/** Zero-initialise. */
struct seg_gzip_check {
  const struct seg_str *files;
  size_t file_count;
  size_t damaged; // the first damaged file; file_count: none
  bool running;
  atomic_bool stop;
  pthread_t thread;
};

/** Begin to check the files that end in .gz. Does nothing when there are none. */
void seg_gzip_check_start(struct seg_gzip_check *check, const struct seg_str *files,
                          size_t file_count);

/** Wait for the result: the number of the first damaged file, or file_count. */
size_t seg_gzip_check_finish(struct seg_gzip_check *check);

/** Stop early. Fine at any time. */
void seg_gzip_check_cancel(struct seg_gzip_check *check);

#endif
