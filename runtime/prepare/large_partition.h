/**
 * A partition of keys whose rows are too many to be brought together at once: it is cut into
 * windows that are not. A window has all rows of some keys that follow each other, or, of a key
 * that is too large by itself, some of its rows in file order.
 *
 * The rows are read twice, once to count and once to write them to the temporary file by window;
 * what is in memory is one slice of a run, later one window.
 */
#ifndef SEG_RUNTIME_PREPARE_LARGE_PARTITION_H
#define SEG_RUNTIME_PREPARE_LARGE_PARTITION_H

#include "runtime/base/vec.h"
#include "runtime/entity/event_runs.h"
#include "runtime/fold/gather.h"

enum { SEG_NO_PIECE = UINT32_MAX };

/** Keys that follow each other, counted from the partition's first, whose rows fit in a window; or
 * one that is too large for that. */
struct seg_large_bucket {
  uint32_t first_key, key_count;
  uint32_t first_piece, last_piece; // SEG_NO_PIECE: none
};

/** Rows of a bucket that were in one slice, now in the temporary file. */
struct seg_large_piece {
  const struct seg_slice_form *form;
  uint32_t count;
  uint32_t next; // piece of the bucket
  uint64_t size, file_offset;
};

/** Slices of a window, in file order; they and their bytes stay until the next one. */
struct seg_large_window {
  uint32_t first_key, key_count;
  bool goes_on; // of the one key earlier windows have rows, too
  uint64_t rows;
  const struct seg_slice *slices;
  size_t slice_count;
};

struct seg_large_partition {
  const struct seg_event_runs *runs; // borrowed
  uint32_t partition, shift;
  uint32_t first_key, key_count;
  uint64_t window_bytes;   // of the slices of a window and of what is gathered from them
  uint64_t gathered_bytes; // of a row
  uint64_t *weights;       // bytes of its rows, by key
  uint16_t *bucket_of;     // by key
  SEG_VEC(struct seg_large_bucket) buckets;
  SEG_VEC(struct seg_large_piece) pieces;
  SEG_VEC(struct seg_slice) slices; // of the window
  unsigned char *bytes;             // of a slice that is in the file; later of the window
  uint64_t byte_capacity;
  unsigned char *sorted; // the slice, by bucket
  uint64_t sorted_capacity;
  uint32_t *rows; // of the slice, by bucket
  uint32_t row_capacity;
  uint32_t *ends;         // of the buckets in `rows`
  uint32_t bucket, piece; // where the next window begins
};

/**
 * Cut partition `partition` of `shift`, which has `key_count` keys, into windows of at most
 * `window_bytes`, or of one slice of a run where that is more. `runs` are finished. End it in any
 * case.
 */
SEG_NODISCARD enum seg_status seg_large_partition_begin(struct seg_large_partition *large,
                                                        const struct seg_event_runs *runs,
                                                        uint32_t partition, uint32_t shift,
                                                        uint32_t key_count, uint64_t window_bytes,
                                                        struct seg_error *error);

/** The next window, in the order of keys; `*end` is true, and there is none, behind the last. Keys
 * without rows are in windows, too. */
SEG_NODISCARD enum seg_status seg_large_partition_next(struct seg_large_partition *large,
                                                       struct seg_large_window *window, bool *end,
                                                       struct seg_error *error);

void seg_large_partition_end(struct seg_large_partition *large);

#endif
