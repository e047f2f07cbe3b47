/**
 * Hash writer: the SHA-256 of a file while it is written, by a thread of its own. The file gets its
 * name only when the inputs of the run are hashed and have not changed.
 */
#ifndef SEG_RUNTIME_MANIFEST_HASH_WRITER_H
#define SEG_RUNTIME_MANIFEST_HASH_WRITER_H

#include <pthread.h>

#include "runtime/io/sink.h"
#include "runtime/manifest/inputs.h"

struct evp_md_ctx_st;

struct seg_hash_writer {
  struct seg_sink_watcher watcher; // for seg_sink_write
  struct seg_inputs *inputs;       // borrowed; NULL: none
  struct evp_md_ctx_st *digest;
  uint64_t bytes;
  bool failed;
  bool has_thread; // else all is done by the writer itself
  pthread_t thread;
  pthread_mutex_t lock; // guards all below
  pthread_cond_t moved;
  const void *piece; // being hashed; NULL: none
  size_t piece_size;
  bool ended;
};

/** `inputs` may be NULL. Deinit in any case. */
SEG_NODISCARD enum seg_status seg_hash_writer_init(struct seg_hash_writer *writer,
                                                   struct seg_inputs *inputs,
                                                   struct seg_error *error);
void seg_hash_writer_deinit(struct seg_hash_writer *writer);

/** After the last byte. */
SEG_NODISCARD enum seg_status seg_hash_writer_finish(struct seg_hash_writer *writer,
                                                     char sha256[SEG_SHA256_TEXT],
                                                     struct seg_error *error);

#endif
