/**
 * Masks of coded texts: conditions are decided once for each entry of the dictionary, and every row
 * has the answers of its code.
 *
 * The answers of up to 32 conditions are the bits of one number an entry. 512 rows pick theirs, and
 * the numbers are cut into slices (mask_slices.h): slice b is the mask of condition b.
 */
#ifndef SEG_RUNTIME_FILTER_MASK_CODES_H
#define SEG_RUNTIME_FILTER_MASK_CODES_H

#include "runtime/filter/mask_runner.h"

struct seg_mask_code_tables {
  const struct seg_mask_coded *coded;
  struct seg_mask_runner entries;               // the conditions over entries
  const struct seg_text_dictionary *dictionary; // whose answers are there; NULL: none
  struct seg_str *texts;                        // some entries
  const void **values;                          // per input: those
  bool is_bytes;                                // answers of eight conditions a number
  void *answers;                                // of all entries for the first conditions; ..
};

SEG_NODISCARD enum seg_status seg_mask_codes_init(struct seg_mask_code_tables *tables,
                                                  const struct seg_mask_coded *coded,
                                                  struct seg_error *error);
void seg_mask_codes_deinit(struct seg_mask_code_tables *tables);

/** Bytes of the buffers. */
uint64_t seg_mask_codes_bytes(const struct seg_mask_coded *coded);

/** The masks of rows (a multiple of 64) into their slots. */
void seg_mask_codes_run(struct seg_mask_code_tables *tables, const struct seg_block_frame *frame,
                        int64_t rows, uint64_t *slots, size_t stride);

#endif
