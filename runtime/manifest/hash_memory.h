/**
 * Hash memory: the hashes of large files that earlier runs have read. A file that nobody has
 * touched since need not be read once more for its hash.
 *
 * What is remembered must be the hash of what a run reads. A file is the one that was hashed when
 * device, inode, size and time of last change are the same: the system sets that time, to the
 * nanosecond, on every change of content or name, and no program can choose it. That is believed
 *
 *   - in the same boot: after a crash the new content of a file may be on the disk, and the time of
 *     the change not. Devices and inodes may get other meanings, too;
 *   - on ext4, XFS and Btrfs: elsewhere times may be coarse, come from another machine, or not be
 *     kept at all;
 *   - when the last change was two seconds before hashing began: another change in the same tick of
 *     the clock would have the same time;
 *   - when nobody had the file open for writing then: who writes through a mapping changes the time
 *     with the first store only. The system tells this to the owner of a file alone.
 *
 * Who writes to the device below the file system is not seen, nor is a disk that decays.
 */
#ifndef SEG_RUNTIME_MANIFEST_HASH_MEMORY_H
#define SEG_RUNTIME_MANIFEST_HASH_MEMORY_H

#include "runtime/base/private_folder.h"
#include "runtime/base/vec.h"
#include "runtime/manifest/file_hash.h"

enum {
  SEG_HASH_MEMORY_SMALLEST = 1 << 20, // bytes of a file; smaller ones are hashed each time
  SEG_HASH_MEMORY_FILES = 4096,       // at most
  SEG_BOOT_ID = 40,
};

struct seg_known_file {
  struct seg_file_hash hash;
  bool is_used; // in this run
};

/** For one thread at a time. Zero-initialised it knows nothing and remembers nothing. */
struct seg_hash_memory {
  bool is_open, is_changed;
  struct seg_private_folder folder;
  char boot[SEG_BOOT_ID];
  SEG_VEC(struct seg_known_file) files;
};

/** `folder` NULL: the usual one (seg_private_folder_open). Where that cannot be used the memory
 * stays empty. */
void seg_hash_memory_open(struct seg_hash_memory *memory, const char *folder);
void seg_hash_memory_deinit(struct seg_hash_memory *memory);

/** Is the hash of this file known? */
bool seg_hash_memory_find(struct seg_hash_memory *memory, const struct seg_file_identity *identity,
                          char sha256[SEG_SHA256_TEXT]);

/** Could a hash be remembered that is made now? `identity` was asked of `file` before. */
bool seg_hash_memory_may_add(const struct seg_hash_memory *memory, int file,
                             const struct seg_file_identity *identity);

/** Remember it: the file was still the same after the last byte. */
void seg_hash_memory_add(struct seg_hash_memory *memory, const struct seg_file_hash *hash);

/** Keep what was added for the next run, those that were of use last before others. */
void seg_hash_memory_keep(struct seg_hash_memory *memory);

#endif
