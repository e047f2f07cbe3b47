/**
 * The files and queries behind the sources of a run. Their hashes are made by a thread of their
 * own, beside the run that reads the same files.
 */
#ifndef SEG_RUNTIME_MANIFEST_INPUTS_H
#define SEG_RUNTIME_MANIFEST_INPUTS_H

#include <pthread.h>

#include "runtime/base/vec.h"
#include "runtime/io/binding.h"
#include "runtime/manifest/hash_memory.h"

struct seg_input_file {
  struct seg_str source;
  struct seg_str path; // as it was found; NUL-terminated
  struct seg_file_hash hash;
};

/** A source that is a query: nothing says which bytes it reads. */
struct seg_input_query {
  struct seg_str source;
  struct seg_str sql;
};

/** Texts are borrowed from the bindings. */
struct seg_inputs {
  SEG_VEC(struct seg_input_file) files; // of one source together, in the order of reading
  SEG_VEC(struct seg_input_query) queries;
  unsigned threads; // for hashing before a run; 0: one
  /* seg_inputs_start .. seg_inputs_finish: */
  const atomic_bool *interrupted;
  pthread_t thread;
  bool remembers, is_hashing, is_hashed;
  struct seg_hash_memory memory;
  enum seg_status status;
  struct seg_error error;
};

/** Zero-initialised is empty. */
void seg_inputs_deinit(struct seg_inputs *inputs);

/** What is there already stays there once. */
SEG_NODISCARD enum seg_status seg_inputs_add(struct seg_inputs *inputs,
                                             const struct seg_binding *binding,
                                             struct seg_error *error);

/** Begin to hash in a thread; without one when none can be had. `remembers`: hashes of earlier runs
 * are used, and kept for later ones (hash_memory.h). */
void seg_inputs_start(struct seg_inputs *inputs, const atomic_bool *interrupted, bool remembers);

/** All hashes are there (made now, by `threads`, if nobody has started), and the files are still
 * the ones that were hashed. Errors: those of seg_file_hash. */
SEG_NODISCARD enum seg_status seg_inputs_finish(struct seg_inputs *inputs, struct seg_error *error);

#endif
