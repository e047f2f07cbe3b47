/**
 * Stored copy: rows of a prepared store that lie in many short stretches, brought together. What a
 * customer did lies in every part of a store that days were added to.
 */
#ifndef SEG_RUNTIME_RUN_STORED_COPY_H
#define SEG_RUNTIME_RUN_STORED_COPY_H

#include "runtime/run/stored_stretches.h"

/** Rows of a part from the first to the last that is asked for; none when first >= end. */
struct seg_stored_reach {
  uint64_t first, end;
};

/** Where a part's elements lie. */
struct seg_stored_part_bytes {
  const unsigned char *data;
  uint64_t safe; // behind a stretch that ends before this byte there is something to read
};

/** The values of one column and the rows that are asked for. */
struct seg_stored_copy {
  const struct seg_store *store;
  uint32_t part_count;
  const struct seg_store_values *const *parts;
  const struct seg_stored_stretch *stretches;
  size_t count;
  /* Per part: verified as a whole. NULL: the rows lie far from each other, and each stretch is
   * verified by itself. */
  const struct seg_stored_reach *reaches;
  struct seg_stored_part_bytes *sources; // room for one per part
};

/** Room behind the last row of a copy that is written over: bytes. */
enum { SEG_STORED_COPY_MARGIN = 64 };

/**
 * Copy them, one stretch after the other, to `to` with its layout and `width`, texts excluded; all
 * values must fit it. `to->known` may be NULL when no part lacks values; bits there must be 0. Bits
 * of the values, too. Errors: a damaged store.
 */
SEG_NODISCARD enum seg_status seg_stored_copy_run(const struct seg_stored_copy *copy,
                                                  enum seg_width width, struct seg_column *to,
                                                  struct seg_error *error);

#endif
