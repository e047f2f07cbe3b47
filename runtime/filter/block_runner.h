/**
 * Block runner: calls the machine code of a block over rows of any number, in batches whose buffers
 * stay in the cache. One thread each.
 *
 * Values and masks that are roots are kept for all rows; everything between is kept for one batch.
 */
#ifndef SEG_RUNTIME_FILTER_BLOCK_RUNNER_H
#define SEG_RUNTIME_FILTER_BLOCK_RUNNER_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/filter/mask_runner.h"
#include "runtime/filter/text_room.h"
#include "runtime/plan/kernel.h"

struct seg_block_slot {
  void *values;
  uint64_t *known;
  bool is_root;
};

struct seg_block_runner {
  const struct seg_block *block;
  const struct seg_block_kernel *kernel;
  int64_t batch_rows;    // a multiple of 64
  int64_t capacity;      // rows that roots have room for, a multiple of 64
  int64_t as_of_instant; // UTC microseconds at which the as-of day begins; to be set before apply
                         // of a block that reads it
  struct seg_block_slot *value_slots;
  struct seg_mask_runner masks;
  bool is_one_batch;            // the last apply: its masks are where they were computed
  struct seg_block_frame frame; // of the last batch; no fault can be put there any more
  uint64_t **root_masks; // per mask root: all rows of the last apply, when it took several batches
  uint64_t *all_known;   // of a batch: stands in for known bits that are not there
  struct seg_text_room texts; // computed texts of the last apply
  /* The inputs of the last apply, and the frame's arrays. */
  const void **input_values;
  const uint64_t **input_known;
  const struct seg_text_dictionary **input_dictionaries; // of texts that have a width
  const int16_t **input_codes;                           // of fractions; where there are none, NULL
  const struct seg_code_bounds **input_bounds;           // what they mean
  const void **frame_input_values;
  const uint64_t **frame_input_known;
  const int16_t **frame_input_codes;
  void **frame_values;
  uint64_t **frame_value_known;
};

/** Batches of `batch_rows` rows, or fewer when there are many masks. `only_counts`: of mask roots
 * that are not looked at (mask_program.h) only the counts are wanted, of at most as many rows at a
 * time as a batch has. Everything borrowed must outlive the runner. */
SEG_NODISCARD enum seg_status seg_block_runner_init(struct seg_block_runner *runner,
                                                    const struct seg_block *block,
                                                    const struct seg_block_kernel *kernel,
                                                    int64_t batch_rows, bool only_counts,
                                                    struct seg_error *error);

/** The same without masks: only values are computed, of at most `batch_rows` rows at a time. */
SEG_NODISCARD enum seg_status seg_block_runner_init_values(struct seg_block_runner *runner,
                                                           const struct seg_block *block,
                                                           const struct seg_block_kernel *kernel,
                                                           int64_t batch_rows,
                                                           struct seg_error *error);
void seg_block_runner_deinit(struct seg_block_runner *runner);

/** Bytes of the buffers for so many rows. */
uint64_t seg_block_runner_bytes(const struct seg_block *block,
                                const struct seg_block_kernel *kernel, int64_t batch_rows,
                                int64_t rows, bool only_counts);

/** The same without masks. */
uint64_t seg_block_runner_value_bytes(const struct seg_block *block,
                                      const struct seg_block_kernel *kernel, int64_t batch_rows);

/**
 * Compute all roots of `rows` rows. Fill runner->input_values and input_known (per input slot)
 * before; known may be NULL where nothing is missing. Mask bits behind the last row are 0
 * afterwards. All rows are computed even when there is a fault; `fault` then holds the first one,
 * its row counted from the first row.
 */
SEG_NODISCARD enum seg_status seg_block_runner_apply(struct seg_block_runner *runner, int64_t rows,
                                                     int32_t as_of, struct seg_kernel_fault *fault,
                                                     struct seg_error *error);

/** After apply: values and known bits of a value root (known may be NULL: nothing is missing). */
const void *seg_block_runner_values(const struct seg_block_runner *runner, uint32_t root,
                                    const uint64_t **known);

/** The dictionary of a value root that is an input of codes, or NULL. */
const struct seg_text_dictionary *seg_block_runner_dictionary(const struct seg_block_runner *runner,
                                                              uint32_t root);

/** The codes of a value root that is an input with codes, and what they mean; both may be NULL. */
const int16_t *seg_block_runner_codes(const struct seg_block_runner *runner, uint32_t root,
                                      const struct seg_code_bounds **bounds);

/** After apply: the words of a mask root; where only counts are wanted, of one that is looked at.
 */
static inline const uint64_t *seg_block_runner_mask(const struct seg_block_runner *runner,
                                                    uint32_t root) {
  return runner->is_one_batch ? seg_mask_runner_root(&runner->masks, root)
                              : runner->root_masks[root];
}

/** After apply to so many rows: counts[r] grows by those in mask root r, for the first roots. */
void seg_block_runner_count(struct seg_block_runner *runner, int64_t rows, uint32_t root_count,
                            uint64_t *counts);

#endif
