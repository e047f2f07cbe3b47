/**
 * A generation of a store while it is made: the folder it is made in, and the manifest it will end
 * with. Nothing of it counts before seg_build_commit, which puts its number into CURRENT.
 *
 * Killed at any moment, what counted before still counts, and what was begun is swept by the next.
 */
#ifndef SEG_RUNTIME_PREPARE_BUILD_H
#define SEG_RUNTIME_PREPARE_BUILD_H

#include "runtime/base/vec.h"
#include "runtime/store/store.h"

struct seg_build {
  struct seg_store store; // what was there, or an empty one: the new manifest grows in it
  bool is_new;            // nothing of what was there is kept
  uint32_t number;        // of the generation
  int folder, generation_folder;
  int writer; // the lock
  SEG_VEC(uint64_t) checksums;
  SEG_VEC(int) unsynced; // files that are written
};

/**
 * Make or open the folder, take the lock, sweep what was left behind and begin a generation. With
 * `append` there must be a store; its manifest is read. Errors: BUSY, WRITE, PLACE, those of
 * seg_store_open.
 */
SEG_NODISCARD enum seg_status seg_build_begin(struct seg_build *build, const char *path,
                                              bool append, struct seg_error *error);

/** Write checksums and manifest, put them into force, sweep what nothing refers to any more. */
SEG_NODISCARD enum seg_status seg_build_commit(struct seg_build *build, struct seg_error *error);

/** Give up what was not committed, and release everything. */
void seg_build_end(struct seg_build *build);

/**
 * A file is written: seg_build_commit waits until it is on disk, for all files together. Takes the
 * file; `error` tells of an earlier one, too.
 */
SEG_NODISCARD enum seg_status seg_build_sync_later(struct seg_build *build, int file,
                                                   struct seg_error *error);

/** The checksums so far, for arrays of this generation that are read while it is made. */
SEG_NODISCARD enum seg_status seg_build_publish_checksums(struct seg_build *build,
                                                          struct seg_error *error);

/** A file of this generation that is not wanted any more. */
void seg_build_drop(struct seg_build *build, struct seg_store_array *array);

/** The failure of writing with the reason of an errno. */
enum seg_status seg_build_fail(const struct seg_build *build, int reason, struct seg_error *error);

#endif
