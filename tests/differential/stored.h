/**
 * The rows as a prepared store: prepared from a part of them, the rest appended, in a folder of its
 * own that is removed at the end.
 */
#ifndef SEG_TESTS_DIFFERENTIAL_STORED_H
#define SEG_TESTS_DIFFERENTIAL_STORED_H

#include "compiler/pipeline.h"
#include "runtime/store/source_store.h"
#include "tests/differential/compare.h"

struct stored {
  char folder[64]; // empty: none was made
  struct seg_store store;
};

/**
 * Prepare and open. Of customers and lists earlier parts have some rows only, and the last has all.
 * Which rows go where depends on how many there are. SEG_INTERNAL when no folder can be had.
 */
enum seg_status stored_init(struct stored *stored, const struct seg_pipeline *pipeline,
                            struct data *data, const struct run_manner *manner,
                            struct seg_error *error);

/** After the sources are closed. */
void stored_deinit(struct stored *stored);

#endif
