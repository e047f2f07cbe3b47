/**
 * The data of a call: its as-of day, its zone, and the sources that stand behind the project's
 * names. Shared by everything that reads customers and events.
 */
#ifndef SEG_COMPILER_SESSION_DATA_H
#define SEG_COMPILER_SESSION_DATA_H

#include "compiler/session.h"
#include "runtime/io/binding.h"
#include "runtime/manifest/inputs.h"
#include "runtime/run/run.h"
#include "runtime/store/store.h"
#include "runtime/time/zone.h"

/** Zero-initialised apart from seg_session_data_init; the sources borrow from all of it. */
struct seg_session_data {
  struct seg_arena arena;
  int32_t as_of;
  uint64_t memory_bytes; // of all; `io` has half of it
  struct seg_zone *zone;
  struct seg_io_options io;
  bool narrow;                   // the customers' columns may be narrow: code is made for them
  struct seg_binding **bindings; // of the sources that are read: customer, events, lists in order
  size_t binding_count;
  struct seg_inputs inputs; // the same, file by file
  struct seg_run_sources sources;
  struct seg_source **events, **lists;
  uint32_t event_count, list_count;
  struct seg_store own_store; // when the call names one and keeps none open
  struct seg_store *store;    // that one, or the one kept open; it must be closed after the sources
};

/** Reads the as-of day: SEG_USAGE when it is absent or no date. Deinit in any case. */
SEG_NODISCARD enum seg_status seg_session_data_init(struct seg_session_data *data,
                                                    struct segc_session *session,
                                                    const struct segc_run_options *options,
                                                    struct seg_error *error);

/** Find out what stands behind every source that the plan reads, and open nothing: fills
 * `bindings` and `inputs`. */
SEG_NODISCARD enum seg_status seg_session_data_bind(struct seg_session_data *data,
                                                    const struct seg_plan *plan,
                                                    const struct segc_run_options *options,
                                                    struct seg_error *error);

/** Open the source of every entity that the plan reads, after seg_session_data_bind and after a
 * comparison with the options' manifest. */
SEG_NODISCARD enum seg_status seg_session_data_open(struct seg_session_data *data,
                                                    const struct seg_plan *plan,
                                                    const struct segc_run_options *options,
                                                    struct seg_error *error);

/** Three quarters of the machine when the caller says nothing (0). */
uint64_t seg_session_memory(uint64_t memory_bytes);

/**
 * What of the memory the run's own buffers may take: half, beside the engine that reads and writes
 * files, or, from a store, which needs none, all but an eighth, and at least 128 MB, that is left
 * to the program and its machine code. 0: no limit.
 */
uint64_t seg_session_run_memory(const struct seg_session_data *data);

/** Every override must name a source of the plan. */
SEG_NODISCARD enum seg_status seg_session_check_overrides(struct seg_arena *arena,
                                                          const struct seg_plan *plan,
                                                          const struct seg_binding_options *binding,
                                                          struct seg_error *error);

void seg_session_data_deinit(struct seg_session_data *data);

#endif
