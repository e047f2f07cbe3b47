/**
 * A file that appears whole or not at all: written under a private name in the folder it will be
 * in, synced, renamed. Private to this room.
 *
 * The private file is locked (flock) while somebody writes it. One that nobody holds was left by a
 * process that was killed; the next one that writes the same output removes it.
 */
#ifndef SEG_RUNTIME_IO_SINK_FILE_H
#define SEG_RUNTIME_IO_SINK_FILE_H

#include "runtime/base/arena.h"
#include "runtime/base/status.h"
#include "runtime/base/str.h"

struct seg_sink_file {
  struct seg_str path;    // as the user wrote it, for messages
  struct seg_str target;  // where symbolic links lead
  struct seg_str folder;  // of the target
  struct seg_str private; // empty when there is none to remove
  int lock;               // holds the private file; meaningless when `private` is empty
};

/** Can a file be put there? Nothing is created. Errors: OUTPUT_PLACE. */
SEG_NODISCARD enum seg_status seg_sink_file_check(struct seg_arena *arena, struct seg_str path,
                                                  struct seg_sink_file *file,
                                                  struct seg_error *error);

/** Create the empty private file, mode 0600, after removing those that nobody writes any more. */
SEG_NODISCARD enum seg_status
seg_sink_file_create(struct seg_arena *arena, struct seg_sink_file *file, struct seg_error *error);

/** Sync the private file, give it its name, sync the folder. */
SEG_NODISCARD enum seg_status seg_sink_file_publish(struct seg_sink_file *file,
                                                    struct seg_error *error);

/** Remove the private file, if it is still there. */
void seg_sink_file_discard(struct seg_sink_file *file);

#endif
