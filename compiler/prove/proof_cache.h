/**
 * Answers of earlier runs, kept in a file, so that checking a project again and again asks only
 * what is new.
 *
 * A record is found by what the question means (seg_prover makes the key), never by where it
 * stands. Answers "nobody" are believed when the record's checksum is right; a customer is tried
 * out by the reference evaluator first, like any other witness. Nothing in the file comes from
 * anybody's data: customers of proofs are made up.
 *
 * The file may vanish, be cut off or belong to another version at any time: then it is as if it
 * were empty. It is written to a temporary file first and renamed, so that readers see all or
 * nothing. A folder or file that others could write to is not used. Each build of the program has
 * answers of its own.
 */
#ifndef SEG_COMPILER_PROVE_PROOF_CACHE_H
#define SEG_COMPILER_PROVE_PROOF_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/str.h"

struct seg_proof_key {
  uint64_t words[2];
};

struct seg_proof_cache;

enum { SEG_PROOF_CACHE_BYTES = 32 * 1024 * 1024 };

/**
 * Open the cache of a folder, which is made when it is not there; NULL: $XDG_CACHE_HOME/segc or
 * ~/.cache/segc. `version` tells programs apart that may answer differently. NULL when there is no
 * folder to use or memory is out: then nothing is kept.
 */
struct seg_proof_cache *seg_proof_cache_open(const char *folder, const char *version);

/** Write the file, when there is something new. Failures mean nothing: the old file stays. */
void seg_proof_cache_write(struct seg_proof_cache *cache);
/** NULL does nothing. Records that were got are gone. */
void seg_proof_cache_close(struct seg_proof_cache *cache);

/** A record lives until the cache is closed. False when there is none. */
bool seg_proof_cache_get(struct seg_proof_cache *cache, struct seg_proof_key key,
                         struct seg_str *record);
/** Keep a copy, in place of an earlier one. Nothing is kept when memory is out. */
void seg_proof_cache_put(struct seg_proof_cache *cache, struct seg_proof_key key,
                         struct seg_str record);

#endif
