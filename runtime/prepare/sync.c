// See sync.h.
#include "runtime/prepare/sync.h"

#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

#include "runtime/run/workers.h"

// Some file systems cannot sync a folder and say so; there is nothing more to be done then.
int seg_sync_folder(int folder) {
  return fsync(folder) == 0 || errno == EINVAL ? 0 : errno;
}

struct syncing {
  const int *files, *folders;
  size_t file_count, count; // files come first
  _Atomic size_t next;
  _Atomic int reason; // of a failure
};

static void sync_some(void *context, unsigned worker) {
  (void)worker;
  struct syncing *syncing = context;
  for (size_t next; (next = atomic_fetch_add(&syncing->next, 1)) < syncing->count;) {
    int reason;
    if (next < syncing->file_count)
      reason = fsync(syncing->files[next]) == 0 ? 0 : errno;
    else
      reason = seg_sync_folder(syncing->folders[next - syncing->file_count]);
    if (reason != 0)
      atomic_store(&syncing->reason, reason);
  }
}

int seg_sync_together(const int *files, size_t file_count, const int *folders,
                      size_t folder_count) {
  enum { MOST_WAITING = 8 }; // threads, whatever there are processors: they only wait
  struct syncing syncing = {.files = files,
                            .folders = folders,
                            .file_count = file_count,
                            .count = file_count + folder_count};
  seg_workers_run(syncing.count < MOST_WAITING ? (unsigned)syncing.count : MOST_WAITING, sync_some,
                  &syncing);
  return atomic_load(&syncing.reason);
}
