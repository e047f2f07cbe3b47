/**
 * Prepare: sources in, a store out (runtime/store). Everything that is declared is read, decoded
 * and checked; the rows of events are brought together by customer, with what does not fit in
 * memory in a temporary file.
 *
 * The store does not depend on threads, memory or the size of morsels.
 */
#ifndef SEG_RUNTIME_PREPARE_PREPARE_H
#define SEG_RUNTIME_PREPARE_PREPARE_H

#include "runtime/run/run.h"
#include "runtime/store/store_manifest.h"

struct seg_prepare_options {
  const char *store;  // folder
  const char *engine; // who writes it, such as "segc 0.1.0"
  bool append;        // to what is there: the files hold what is new
  unsigned threads;
  uint64_t memory_bytes;   // for buffers of its own; 0: no limit
  const char *temp_folder; // NULL: TMPDIR, else /tmp
  uint32_t input_count;    // what the sources read, for the manifest
  const struct seg_store_input *inputs;
  void (*progress)(void *context, const struct seg_run_progress *progress); // as of a run
  void *progress_context;
  const atomic_bool *interrupted;
};

struct seg_prepare_result {
  uint64_t keys;   // in the store
  uint64_t events; // that were read now
  uint64_t parts;  // of the events: what was added and is not merged yet counts by itself
};

/**
 * The entities of `plan` have every declared column as an input, and events their instant; nothing
 * else of it is looked at. Sources may be absent (NULL): then the store does not hold the entity,
 * or, with `append`, what it held of it stays. A customer table or a list that is there takes the
 * place of the old one, an event's rows come behind the old ones.
 *
 * Errors: those of sources and of runs; BUSY, WRITE, PLACE, OTHER, APPEND.
 */
SEG_NODISCARD enum seg_status seg_prepare(const struct seg_plan *plan,
                                          const struct seg_run_sources *sources,
                                          const struct seg_prepare_options *options,
                                          struct seg_prepare_result *result,
                                          struct seg_error *error);

#endif
