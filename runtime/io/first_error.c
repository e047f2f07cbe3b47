// The smallest row wins under a lock; the flag beside it is what workers poll.
#include "runtime/io/first_error.h"

#include "runtime/io/source.h"

void seg_first_error_init(struct seg_first_error *first) {
  *first = (struct seg_first_error){.row = 0};
  pthread_mutex_init(&first->lock, NULL);
  atomic_init(&first->any, false);
}

void seg_first_error_deinit(struct seg_first_error *first) {
  pthread_mutex_destroy(&first->lock);
}

void seg_first_error_offer(struct seg_first_error *first, int64_t row, bool located,
                           const struct seg_error *error) {
  pthread_mutex_lock(&first->lock);
  if (!atomic_load(&first->any) || row < first->row) {
    first->row = row;
    first->located = located;
    first->error = *error;
    atomic_store(&first->any, true);
  }
  pthread_mutex_unlock(&first->lock);
}

bool seg_first_error_any(const struct seg_first_error *first) {
  return atomic_load_explicit(&first->any, memory_order_relaxed);
}

bool seg_first_error_before(struct seg_first_error *first, int64_t row) {
  if (!seg_first_error_any(first))
    return false;
  pthread_mutex_lock(&first->lock);
  bool before = first->row <= row;
  pthread_mutex_unlock(&first->lock);
  return before;
}

enum seg_status seg_first_error_take(struct seg_first_error *first, struct seg_source *source,
                                     struct seg_error *error) {
  if (!atomic_load(&first->any))
    return SEG_OK;
  if (!first->located)
    seg_source_locate(source, first->row, &first->error);
  if (error != NULL)
    *error = first->error;
  return first->error.status;
}
