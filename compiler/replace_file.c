// Whole or not at all; see replace_file.h.
#include "compiler/replace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/private_file.h"
#include "runtime/io/io_errors.h"

static enum seg_status fail_place(const char *path, const char *words, struct seg_error *error) {
  return SEG_IO_FAIL(error, SEG_IO, OUTPUT_PLACE, "%s cannot be written: %s", path, words);
}

static enum seg_status fail_write(const char *path, int reason, struct seg_error *error) {
  SEG_IO_FAIL(error, SEG_IO, OUTPUT_WRITE, "writing %s failed: %s", path, seg_io_reason(reason));
  seg_error_help(error, "what was there before is untouched");
  return SEG_IO;
}

/** A new empty file beside the target; its handle, or -1 with errno. */
static int create_beside(struct seg_arena *arena, const char *target, struct seg_str *private) {
  const char *slash = strrchr(target, '/'); // there is one: the path is absolute
  struct seg_str folder =
      seg_arena_str(arena, (struct seg_str){target, (size_t)(slash - target) + 1});
  errno = ENOMEM;
  return folder.data == NULL ? -1 : seg_private_file_create(arena, folder.data, slash + 1, private);
}

static int write_all(int handle, struct seg_str text) {
  for (size_t at = 0; at < text.size;) {
    ssize_t written = write(handle, text.data + at, text.size - at);
    if (written < 0 && errno != EINTR)
      return errno;
    at += written > 0 ? (size_t)written : 0;
  }
  return 0;
}

/** Text, owner and permissions, safely on disk; 0 or the reason. The handle stays open, so that the
 * private file is not taken for one that was left behind. */
static int fill(int handle, struct seg_str text, const struct stat *info) {
  int reason = write_all(handle, text);
  // Only a privileged user may give files away; without it the file belongs to who writes it.
  if (reason == 0 && fchown(handle, info->st_uid, info->st_gid) != 0 && errno != EPERM)
    reason = errno;
  if (reason == 0 && fchmod(handle, info->st_mode & 0777) != 0)
    reason = errno;
  if (reason == 0 && fsync(handle) != 0)
    reason = errno;
  return reason;
}

/** The new name must be on disk too. A file system that cannot sync folders has done what it can.
 */
static void sync_folder(struct seg_arena *arena, const char *target) {
  const char *slash = strrchr(target, '/');
  struct seg_str folder =
      seg_arena_str(arena, (struct seg_str){target, (size_t)(slash - target) + 1});
  int handle = folder.data == NULL ? -1 : open(folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0)
    return;
  (void)fsync(handle);
  close(handle);
}

enum seg_status seg_replace_file(struct seg_arena *arena, const char *path, struct seg_str text,
                                 struct seg_error *error) {
  struct stat info;
  char target[PATH_MAX];
  struct seg_str private;
  if (realpath(path, target) == NULL || stat(target, &info) != 0)
    return fail_place(path, seg_io_reason(errno), error);
  if (!S_ISREG(info.st_mode))
    return fail_place(path, "it is not an ordinary file", error);
  if (access(target, W_OK) != 0)
    return fail_place(path, seg_io_reason(errno), error);
  int handle = create_beside(arena, target, &private);
  if (handle < 0)
    return fail_write(path, errno, error);
  int reason = fill(handle, text, &info);
  if (reason == 0 && rename(private.data, target) != 0)
    reason = errno;
  if (reason != 0)
    unlink(private.data);
  close(handle); // all of it is on disk since fsync
  if (reason != 0)
    return fail_write(path, reason, error);
  sync_folder(arena, target);
  return SEG_OK;
}

// Permissions that the system would give a new file. The mask can only be read by setting it.
static mode_t new_file_mode(void) {
  mode_t mask = umask(022);
  umask(mask);
  return 0666 & ~mask;
}

enum seg_status seg_create_file(struct seg_arena *arena, const char *path, struct seg_str text,
                                struct seg_error *error) {
  struct seg_str private,
      target = seg_arena_format(arena, "%s%s", path[0] == '/' ? "" : "./", path);
  if (target.data == NULL)
    return seg_fail_memory(error, "a file's name");
  int handle = create_beside(arena, target.data, &private);
  if (handle < 0)
    return fail_write(path, errno, error);
  struct stat info = {.st_uid = geteuid(), .st_gid = getegid(), .st_mode = new_file_mode()};
  int reason = fill(handle, text, &info);
  // A link, unlike a rename, refuses to take the place of another file.
  if (reason == 0 && link(private.data, target.data) != 0)
    reason = errno;
  unlink(private.data);
  close(handle);
  if (reason == EEXIST)
    return SEG_IO_FAIL(error, SEG_USAGE, OUTPUT_PLACE, "%s exists already", path);
  if (reason != 0)
    return fail_write(path, reason, error);
  sync_folder(arena, target.data);
  return SEG_OK;
}
