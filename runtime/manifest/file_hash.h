/**
 * The content of a file in 256 bits, and whether it is still the same file.
 */
#ifndef SEG_RUNTIME_MANIFEST_FILE_HASH_H
#define SEG_RUNTIME_MANIFEST_FILE_HASH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/status.h"

enum { SEG_SHA256_TEXT = 65 };

/** What the file system says of a file; it changes when somebody writes to the file or puts another
 * one in its place. */
struct seg_file_identity {
  uint64_t device, inode, bytes;
  int64_t changed; // nanoseconds since 1970
};

bool seg_file_identity_equal(const struct seg_file_identity *a, const struct seg_file_identity *b);

struct seg_file_hash {
  char sha256[SEG_SHA256_TEXT]; // SHA-256 (FIPS 180-4) in small hexadecimal digits
  struct seg_file_identity identity;
};

struct seg_hash_memory;

/**
 * Read the whole file, unless `memory` (hash_memory.h; may be NULL) knows its hash; what it may
 * remember is added to it. `interrupted` may be NULL. Errors: D002 (not readable), D114 (it changed
 * meanwhile), SEG_INTERRUPTED, SEG_OUT_OF_MEMORY.
 */
SEG_NODISCARD enum seg_status seg_file_hash(const char *path, const atomic_bool *interrupted,
                                            struct seg_hash_memory *memory,
                                            struct seg_file_hash *hash, struct seg_error *error);

/** Is it the file that was hashed? D114 when it is not. */
SEG_NODISCARD enum seg_status
seg_file_hash_confirm(const char *path, const struct seg_file_hash *hash, struct seg_error *error);

struct evp_md_ctx_st;

/** The digits of a hash that has seen all; false when memory is out. For this room. */
bool seg_sha256_finish(struct evp_md_ctx_st *digest, char out[SEG_SHA256_TEXT]);

/** The SHA-256 of a text. False when memory is out. */
bool seg_sha256_text(const void *bytes, size_t size, char out[SEG_SHA256_TEXT]);

#endif
