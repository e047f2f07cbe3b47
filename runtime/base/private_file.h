/**
 * A file that is to take the place of another one, `.NAME.segc-PID-N.tmp` beside it. Who writes it
 * holds a lock on it, so that one which nobody holds was left behind by a run that was killed.
 */
#ifndef SEG_RUNTIME_BASE_PRIVATE_FILE_H
#define SEG_RUNTIME_BASE_PRIVATE_FILE_H

#include "runtime/base/arena.h"

/**
 * A new, empty, locked file for `name` in `folder` ("" or with a slash at its end), mode 0600,
 * after those that were left behind are swept. Its handle, for writing; -1 with errno, ENOMEM for
 * memory.
 */
int seg_private_file_create(struct seg_arena *arena, const char *folder, const char *name,
                            struct seg_str *path);

#endif
