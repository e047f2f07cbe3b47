/**
 * New text for a file: whole or not at all.
 */
#ifndef SEG_COMPILER_REPLACE_FILE_H
#define SEG_COMPILER_REPLACE_FILE_H

#include "runtime/base/arena.h"

/**
 * The text is written under a private name in the same folder, synced and renamed (POSIX rename is
 * atomic), with the owner and the permissions of the file. A symbolic link stays; what it leads to
 * is replaced. Errors, D004 and D005: not an ordinary file, not writable, no room.
 */
SEG_NODISCARD enum seg_status seg_replace_file(struct seg_arena *arena, const char *path,
                                               struct seg_str text, struct seg_error *error);

/**
 * The same for a file that does not exist yet, in a folder that does; it gets the permissions that
 * new files have. When there is something of that name already, nothing is written: SEG_USAGE.
 */
SEG_NODISCARD enum seg_status seg_create_file(struct seg_arena *arena, const char *path,
                                              struct seg_str text, struct seg_error *error);

#endif
