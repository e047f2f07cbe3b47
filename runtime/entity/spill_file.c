// The temporary file of runs that do not fit in memory; see spill_file.h.
#include "runtime/entity/spill_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/entity/run_errors.h"

enum { LARGEST_PIECE = 1 << 30 }; // the kernel moves at most 2 GiB a call

void seg_spill_file_init(struct seg_spill_file *spill, const char *folder) {
  if (folder == NULL || folder[0] == '\0')
    folder = getenv("TMPDIR");
  if (folder == NULL || folder[0] == '\0')
    folder = "/tmp";
  spill->folder = folder;
  pthread_mutex_init(&spill->lock, NULL);
  atomic_init(&spill->file, -1);
  atomic_init(&spill->size, 0);
}

void seg_spill_file_deinit(struct seg_spill_file *spill) {
  int file = atomic_load(&spill->file);
  if (file >= 0)
    close(file);
  atomic_store(&spill->file, -1);
  pthread_mutex_destroy(&spill->lock);
}

static enum seg_status fail(const struct seg_spill_file *spill, const char *doing, int reason,
                            struct seg_error *error) {
  char words[128] = "";
  if (reason == ENOSPC || reason == EDQUOT)
    snprintf(words, sizeof words, "the disk is full");
  else if (reason == EACCES || reason == EPERM || reason == EROFS)
    snprintf(words, sizeof words, "it may not be written by this user");
  else if (reason == ENOENT || reason == ENOTDIR)
    snprintf(words, sizeof words, "there is no such folder");
  else if (reason == 0)
    snprintf(words, sizeof words, "the file ends too early");
  else
    snprintf(words, sizeof words, "%s", strerror(reason)); // glibc's is thread-safe
  seg_fail(error, SEG_IO, seg_run_code(SEG_RUN_ERROR_TEMPORARY_FILE),
           "%s in the folder %s failed: %s", doing, spill->folder, words);
  seg_error_help(error, "name a folder with more room in TMPDIR, or allow more memory with "
                        "--memory, so that less is written");
  return SEG_IO;
}

static int open_unnamed(const char *folder) {
  int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
    return file;
  // A file system without unnamed files: a name for the blink of an eye.
  char path[PATH_MAX];
  int size = snprintf(path, sizeof path, "%s/segc-XXXXXX", folder);
  if (size < 0 || (size_t)size >= sizeof path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  file = mkostemp(path, O_CLOEXEC);
  if (file >= 0)
    unlink(path);
  return file;
}

static enum seg_status ensure_open(struct seg_spill_file *spill, int *file,
                                   struct seg_error *error) {
  int reason = 0;
  pthread_mutex_lock(&spill->lock);
  *file = atomic_load(&spill->file);
  if (*file < 0) {
    *file = open_unnamed(spill->folder);
    reason = *file < 0 ? errno : 0;
    atomic_store(&spill->file, *file);
  }
  pthread_mutex_unlock(&spill->lock);
  return *file < 0 ? fail(spill, "making a temporary file", reason, error) : SEG_OK;
}

enum seg_status seg_spill_file_write(struct seg_spill_file *spill, const void *bytes, size_t size,
                                     uint64_t *offset, struct seg_error *error) {
  int file = atomic_load(&spill->file);
  if (file < 0) {
    enum seg_status status = ensure_open(spill, &file, error);
    if (status != SEG_OK)
      return status;
  }
  *offset = atomic_fetch_add(&spill->size, size);
  const char *at = bytes;
  uint64_t place = *offset;
  while (size > 0) {
    size_t piece = size < LARGEST_PIECE ? size : LARGEST_PIECE;
    ssize_t done = pwrite(file, at, piece, (off_t)place);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return fail(spill, "writing a temporary file", done < 0 ? errno : ENOSPC, error);
    at += done;
    place += (uint64_t)done;
    size -= (size_t)done;
  }
  return SEG_OK;
}

enum seg_status seg_spill_file_read(struct seg_spill_file *spill, void *bytes, size_t size,
                                    uint64_t offset, struct seg_error *error) {
  int file = atomic_load(&spill->file);
  char *at = bytes;
  while (size > 0) {
    size_t piece = size < LARGEST_PIECE ? size : LARGEST_PIECE;
    ssize_t done = pread(file, at, piece, (off_t)offset);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return fail(spill, "reading back a temporary file", done < 0 ? errno : 0, error);
    at += done;
    offset += (uint64_t)done;
    size -= (size_t)done;
  }
  return SEG_OK;
}
