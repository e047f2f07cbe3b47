/**
 * A prepared store, open for reading: its manifest, and its arrays as mapped files.
 *
 * The folder holds CURRENT (the number of the manifest that counts, and its hash), manifests, a
 * folder of arrays a generation, and two files to lock: `writer`, held while a store is prepared,
 * and `readers`, shared by all that have it open. What CURRENT names is complete and on disk;
 * whatever else lies there was left by a run that was killed, and the next one sweeps it.
 *
 * An open store may be read by many threads; opening, mapping and closing are one thread's.
 */
#ifndef SEG_RUNTIME_STORE_STORE_H
#define SEG_RUNTIME_STORE_STORE_H

#include "runtime/base/arena.h"
#include "runtime/store/store_manifest.h"

enum { SEG_STORE_NAME = 64 }; // bytes that the functions below need for a name

struct seg_store {
  struct seg_arena arena;
  const char *path;       // NULL: not open
  int readers;            // the lock; -1: not held
  struct seg_str current; // the content of CURRENT
  uint64_t manifest_hash; // of the manifest, whose checksums stand for everything else
  struct seg_store_manifest manifest;
};

/** The names of a generation's folder and of a manifest. */
void seg_store_generation_name(char name[SEG_STORE_NAME], uint32_t number);
void seg_store_manifest_name(char name[SEG_STORE_NAME], uint32_t number);
#define SEG_STORE_CURRENT   "CURRENT"
#define SEG_STORE_CHECKSUMS "checksums.npy"
#define SEG_STORE_READERS   "readers"
#define SEG_STORE_WRITER    "writer"

/** The content of CURRENT for a manifest. */
struct seg_str seg_store_current_text(struct seg_arena *arena, uint32_t number,
                                      struct seg_str manifest);

/**
 * Open the store in the folder `path`. Nothing but the manifest and the
 * checksums is read yet. Errors: ABSENT, VERSION, DAMAGED; SEG_IO. Close in any case.
 */
SEG_NODISCARD enum seg_status seg_store_open(struct seg_store *store, const char *path,
                                             struct seg_error *error);
void seg_store_close(struct seg_store *store);

/**
 * The same for a store that may still be open from an earlier call: it stays as it is, with what
 * was mapped and verified, when it is the one that CURRENT names in `path`. An error leaves it
 * closed.
 */
SEG_NODISCARD enum seg_status seg_store_reopen(struct seg_store *store, const char *path,
                                               struct seg_error *error);

/** Make the array's elements readable: `data`, with 64-byte alignment, and zeros up to a multiple
 * of 64 elements. Does nothing when it is absent or mapped already. */
SEG_NODISCARD enum seg_status seg_store_map(struct seg_store *store, struct seg_store_array *array,
                                            struct seg_error *error);

/** Before its end: the store closes what is left. */
void seg_store_unmap(struct seg_store_array *array);

/** The same as seg_store_map for all arrays of the values of a column. */
SEG_NODISCARD enum seg_status seg_store_map_values(struct seg_store *store,
                                                   struct seg_store_values *values,
                                                   struct seg_error *error);

/**
 * Are elements first .. first + count - 1 of a mapped array what was written? To be asked before
 * they are looked at; what was found right before is not read again. Any thread. Error: DAMAGED.
 */
SEG_NODISCARD enum seg_status seg_store_verify(const struct seg_store *store,
                                               const struct seg_store_array *array, uint64_t first,
                                               uint64_t count, struct seg_error *error);

/**
 * The same of those blocks that no other thread is just verifying. Who needs several arrays asks
 * this of all of them first, so that threads share the work instead of waiting for each other.
 */
SEG_NODISCARD enum seg_status seg_store_verify_idle(const struct seg_store *store,
                                                    const struct seg_store_array *array,
                                                    uint64_t first, uint64_t count,
                                                    struct seg_error *error);

/** Map and verify every array of the store. */
SEG_NODISCARD enum seg_status seg_store_verify_all(struct seg_store *store,
                                                   struct seg_error *error);

#endif
