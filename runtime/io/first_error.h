/**
 * The first error of several workers: the one with the smallest row stays.
 *
 * A worker asks seg_first_error_any before it takes a morsel and stops when there is one.
 */
#ifndef SEG_RUNTIME_IO_FIRST_ERROR_H
#define SEG_RUNTIME_IO_FIRST_ERROR_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/status.h"

struct seg_first_error {
  pthread_mutex_t lock;
  atomic_bool any;
  bool located; // the message has its place already (errors of seg_source_next)
  int64_t row;
  struct seg_error error;
};

void seg_first_error_init(struct seg_first_error *first);
void seg_first_error_deinit(struct seg_first_error *first);

/** Keep the error if no other of a smaller row is there. Of two with one row the first stays. */
void seg_first_error_offer(struct seg_first_error *first, int64_t row, bool located,
                           const struct seg_error *error);

/** Has a worker met an error? Cheap. */
bool seg_first_error_any(const struct seg_first_error *first);

/** Is there an error of this row or one before? Then an error of `row` would not be the first. */
bool seg_first_error_before(struct seg_first_error *first, int64_t row);

struct seg_source;

/** After all workers have stopped: SEG_OK, or the first error, with its place. */
SEG_NODISCARD enum seg_status seg_first_error_take(struct seg_first_error *first,
                                                   struct seg_source *source,
                                                   struct seg_error *error);

#endif
