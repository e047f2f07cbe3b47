/**
 * The machine code of a plan, as the runtime calls it. Filled by the code generator, which owns the
 * functions; plain pointers here, so that the runtime needs no compiler.
 *
 * Rules for buffers: every array has room for its rows rounded up to a multiple of 64, and the
 * padding may be read (text padding is zeroed). Bits behind the last row are 0 in what kernels
 * write into `value_known`. Text of unknown rows must be empty in inputs; kernels store zero (empty
 * text) where a value is unknown.
 */
#ifndef SEG_RUNTIME_PLAN_KERNEL_H
#define SEG_RUNTIME_PLAN_KERNEL_H

#include "runtime/plan/plan.h"

enum seg_fault_kind { SEG_FAULT_NONE, SEG_FAULT_OVERFLOW, SEG_FAULT_MEMORY };

/** The first data fault of a batch: rows ascending, then steps (block) or cells (fold) ascending.
 */
struct seg_kernel_fault {
  enum seg_fault_kind kind;
  uint32_t step; // step of the block, or cell of the fold
  int64_t row;   // row of the batch, or customer of the fold
};

/** The texts that codes stand for; code c is entry c. What has the same address is the same. */
struct seg_text_dictionary {
  const struct seg_str *entries;
  uint32_t count; // every code is less
};

/** The least value of each code of a column of fractions, rising; the first is minus infinity. A
 * value has the last code whose least value does not exceed it, and the codes of rows are that
 * number less 32,768. */
struct seg_code_bounds {
  const double *least;
  uint32_t count; // 1 .. 65,536
};

struct seg_text_room; // runtime/filter: memory of computed texts; one a thread

/** One batch for the functions of a block. */
struct seg_block_frame {
  const void *const *input_values;    // per slot, by its layout and width
  const uint64_t *const *input_known; // per slot; may be NULL for slots that are not optional
  void *const *values;                // per value slot of the kernel: written by it
  uint64_t *const *value_known;       // per value slot: always written
  int64_t row_count;
  int32_t as_of;                // day
  int64_t as_of_instant;        // UTC microseconds at which that day begins
  const struct seg_step *steps; // of the block
  struct seg_text_room *texts;  // where computed texts go; they stay until all rows are done
  struct seg_kernel_fault *fault;
  /** Per slot: of texts that have a width. NULL when there are none. */
  const struct seg_text_dictionary *const *dictionaries;
  /** Per slot of fractions: the codes of the rows, beside their values, and what they mean. NULL
   * when there are none. */
  const int16_t *const *codes;
  const struct seg_code_bounds *const *bounds;
};

typedef void (*seg_block_function)(const struct seg_block_frame *frame);

/** Where a value root is found after the functions ran. */
struct seg_value_place {
  bool is_input; // the root is an input column itself: input slot `slot`
  uint32_t slot;
};

/** A value slot with floor + ceiling of input slots, of I64 and always known: FRACTION_HALVES. */
struct seg_block_halves {
  uint32_t numerator, denominator, slot;
  enum seg_width width; // of both input slots: FULL or 32
};

struct seg_mask_program; // runtime/filter: how masks are computed from inputs and values

/** Generations of processors that masks are computed for. */
enum seg_vector_level { SEG_VECTOR_BASELINE, SEG_VECTOR_AVX2, SEG_VECTOR_AVX512 };

struct seg_block_kernel {
  uint32_t function_count; // call all, in order: they compute the values
  const seg_block_function *functions;
  uint32_t halves_count; // values that no function computes: runtime/filter/block_halves.h
  const struct seg_block_halves *halves;
  uint32_t value_slot_count; // scratch the caller provides
  const enum seg_layout *value_layouts;
  const uint32_t *step_slots;                // per step: its value slot, where it has one
  const struct seg_value_place *value_roots; // per value root of the block
  enum seg_vector_level level;               // masks are made for
  const struct seg_mask_program *masks;      // the mask roots, when the values are there; NULL for
                                             // the customer block when only winners are wanted
};

struct seg_fold_scratch; // runtime/fold: hash sets for distinct; one a thread

/**
 * The events of a group of customers, clustered by customer, in file order inside one.
 *
 * A fold writes all its result columns side by side. Columns that begin at the same place of a page
 * (large allocations do) fall into one set of the first-level cache: 40 of them made a fold three
 * times slower. Begin each a few cache lines further than the one before.
 */
struct seg_fold_frame {
  int64_t customer_count;
  const uint64_t
      *offsets;     // customer_count + 1; events of customer c: offsets[c] .. offsets[c + 1] - 1
  const void *days; // by the fold's day width
  const void *const *flags;   // [flag / 64][event]: bit flag % 64; words by the fold's flag width
  const void *const *columns; // carried columns, by layout and width
  const int32_t
      *windows; // per window of the plan: first day, last day (both count); first > last = empty
  void *const *values;    // per cell: result column
  uint64_t *const *known; // per cell: always written; bits behind the last customer are 0
  struct seg_fold_scratch *scratch;
  struct seg_kernel_fault *fault;
};

typedef void (*seg_fold_function)(const struct seg_fold_frame *frame);

struct seg_kernels {
  struct seg_block_kernel customer_scan;
  struct seg_block_kernel *event_scans; // per event
  seg_fold_function *first_folds;       // per event: cells of the first pass; NULL without any
  seg_fold_function *folds;             // per event: cells of the final pass; NULL without any
  struct seg_block_kernel first_block;
  struct seg_block_kernel customer_block;
};

/*
 * The only symbols that generated code may call. Implemented in runtime/fold and runtime/filter.
 */

/** Record a fault unless an earlier (row, step) is recorded. */
void seg_kernel_fault_raise(struct seg_kernel_fault *fault, uint32_t kind, uint32_t step,
                            int64_t row);

/** `*out` = the text in small or capital letters, or without blanks at its ends; `map` is enum
 * seg_plan_text_map. Raises SEG_FAULT_MEMORY. */
void seg_kernel_text_map(const struct seg_block_frame *frame, const char *data, uint64_t size,
                         uint32_t map, uint32_t step, int64_t row, struct seg_str *out);

/** The number of characters (code points). */
int64_t seg_kernel_text_length(const char *data, uint64_t size);

/**
 * How many different values: over events begin .. end - 1 of the frame whose day lies in the window
 * and whose flags of the cell are set. `layout` is enum seg_layout (I32, I64, TEXT), `width`,
 * `day_width` and `flag_width` are enum seg_width. Raises SEG_FAULT_MEMORY.
 */
int64_t seg_kernel_distinct(const struct seg_fold_frame *frame, uint32_t cell, uint32_t column,
                            uint32_t layout, uint32_t width, uint32_t day_width,
                            uint32_t flag_width, uint32_t window, const uint32_t *flags,
                            uint32_t flag_count, uint64_t begin, uint64_t end, int64_t customer);

#endif
