/**
 * Stored customers: the table of a prepared store, whose rows are the customers in their order. Its
 * columns are read where they lie, as narrow as they are; keys are read as far as somebody asks for
 * them.
 *
 * Possible when the scan keeps every row, and the plan says how wide the columns are
 * (seg_run_narrow). Otherwise the store is a source as any other.
 */
#ifndef SEG_RUNTIME_RUN_STORED_CUSTOMERS_H
#define SEG_RUNTIME_RUN_STORED_CUSTOMERS_H

#include "runtime/filter/block_runner.h"
#include "runtime/run/run_state.h"
#include "runtime/store/source_store.h"

/** Could the customers of a plan be read where they lie, and how wide is each input of their scan
 * then? `widths` has room for all of them. */
bool seg_stored_customers_fit(const struct seg_plan *plan, const struct seg_source *source,
                              enum seg_width *widths);

/** The same of a plan that has widths: are they those of the source? */
bool seg_stored_customers_apply(const struct seg_run_state *state);

/** Stage 1: their number, and their keys as far as the run or its caller asks for them. */
SEG_NODISCARD enum seg_status seg_stored_customers_load(struct seg_run_state *state,
                                                        struct seg_error *error);

/** The key of one customer, as the only row of `key`, which is initialised here. */
SEG_NODISCARD enum seg_status seg_stored_customers_key(const struct seg_run_state *state,
                                                       uint64_t customer, struct seg_column *key,
                                                       struct seg_error *error);

/** One thread's batch of their columns. Zero-initialise. */
struct seg_stored_batch {
  const struct seg_run_state *state;
  struct seg_stored_source from;
  struct seg_block_runner scan;
  struct seg_text_dictionary *dictionaries; // per input: of texts that are numbered
  struct seg_code_bounds *bounds;           // per input: of fractions with codes that masks read
  struct seg_column *texts; // per input of the scan: a batch of it, when it is a text
  void **chosen_values;     // per input: a batch of it brought together, when only some customers
  uint64_t **chosen_known;  // are looked at
};

SEG_NODISCARD enum seg_status seg_stored_batch_init(struct seg_stored_batch *batch,
                                                    const struct seg_run_state *state,
                                                    uint32_t batch_rows, struct seg_error *error);
void seg_stored_batch_deinit(struct seg_stored_batch *batch);

/** Bytes of its buffers. */
uint64_t seg_stored_batch_bytes(const struct seg_run_state *state, uint32_t batch_rows);

/** Scan customers first .. first + rows - 1 (of the chosen ones); `first` is a multiple of 64. The
 * carried columns are the scan's value roots afterwards. */
SEG_NODISCARD enum seg_status seg_stored_batch_read(struct seg_stored_batch *batch, uint64_t first,
                                                    uint32_t rows, struct seg_error *error);

#endif
