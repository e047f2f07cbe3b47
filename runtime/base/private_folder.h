/**
 * A folder for what the program remembers from run to run, such as answers and compiled rules. Only
 * the user may write to it: what is read there is believed.
 *
 * Nothing in it is needed. Whatever cannot be read, or may not be believed, is as if it were not
 * there; whatever cannot be written is forgotten.
 */
#ifndef SEG_RUNTIME_BASE_PRIVATE_FOLDER_H
#define SEG_RUNTIME_BASE_PRIVATE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { SEG_PRIVATE_PATH = 4096 };

struct seg_private_folder {
  char path[SEG_PRIVATE_PATH];
};

/**
 * Open a folder, which is made (for the user alone, 0700) when it is not there. `path` NULL:
 * $XDG_CACHE_HOME/segc or ~/.cache/segc. False when there is none to use: it cannot be made, it
 * belongs to somebody else, or others may write to it.
 */
bool seg_private_folder_open(struct seg_private_folder *folder, const char *path);

/**
 * The content of a file: an ordinary one, ours, that others cannot write to, of at most `limit`
 * bytes. The caller frees it. NULL when there is none, or memory is out.
 */
char *seg_private_folder_read(const struct seg_private_folder *folder, const char *name,
                              size_t limit, size_t *size);

/**
 * Write a file of that name, mode 0600: under another name first, then renamed, so that
 * readers see the old file or the new one; what killed runs left is swept. Nobody waits for the
 * disk: after a power failure a file may be cut short or be zeros, so it needs a hash of what is in
 * it, and must be something that can be made again. `write` says whether all went well; it need not
 * look at the stream's errors.
 */
bool seg_private_folder_write(const struct seg_private_folder *folder, const char *name,
                              bool (*write)(void *context, FILE *out), void *context);

/** Say that a file was of use, for seg_private_folder_trim. */
void seg_private_folder_touch(const struct seg_private_folder *folder, const char *name);

/** Files whose names begin with `prefix` may take `limit` bytes together: when they take more,
 * those that were of no use for longest go, until half of the limit is free. */
void seg_private_folder_trim(const struct seg_private_folder *folder, const char *prefix,
                             size_t limit);

#endif
