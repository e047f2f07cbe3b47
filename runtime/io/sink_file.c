// Whole or absent: the steps of an atomic replacement (POSIX rename), each with its own words.
#include "runtime/io/sink_file.h"

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

static enum seg_status fail_place(struct seg_str path, const char *words, struct seg_error *error) {
  return SEG_IO_FAIL(error, SEG_IO, OUTPUT_PLACE, "the output %.*s cannot be written: %s",
                     SEG_STR(path), words);
}

static enum seg_status fail_write(const struct seg_sink_file *file, int reason,
                                  struct seg_error *error) {
  SEG_IO_FAIL(error, SEG_IO, OUTPUT_WRITE, "writing the output %.*s failed: %s",
              SEG_STR(file->path), seg_io_reason(reason));
  seg_error_help(error, "what was there before is untouched");
  return SEG_IO;
}

enum seg_status seg_sink_file_check(struct seg_arena *arena, struct seg_str path,
                                    struct seg_sink_file *file, struct seg_error *error) {
  struct stat info;
  char resolved[PATH_MAX];
  *file = (struct seg_sink_file){.path = seg_arena_str(arena, path)};
  file->target = file->path;
  if (file->path.data == NULL)
    return seg_fail_memory(error, "the output's name");
  if (stat(file->path.data, &info) == 0) {
    if (S_ISDIR(info.st_mode))
      return fail_place(path, "it is a folder", error);
    if (!S_ISREG(info.st_mode))
      return fail_place(path, "it is not an ordinary file", error);
    if (realpath(file->path.data, resolved) == NULL)
      return fail_place(path, seg_io_reason(errno), error);
    file->target = seg_arena_str(arena, seg_str_view(resolved));
  }
  const char *slash = file->target.data == NULL ? NULL : strrchr(file->target.data, '/');
  file->folder = seg_arena_str(
      arena, slash == NULL
                 ? seg_str_view(".")
                 : (struct seg_str){file->target.data, (size_t)(slash - file->target.data) + 1});
  if (file->target.data == NULL || file->folder.data == NULL)
    return seg_fail_memory(error, "the output's name");
  if (stat(file->folder.data, &info) != 0)
    return fail_place(path, errno == ENOENT ? "its folder does not exist" : seg_io_reason(errno),
                      error);
  if (!S_ISDIR(info.st_mode))
    return fail_place(path, "a part of its path is not a folder", error);
  if (access(file->folder.data, W_OK | X_OK) != 0)
    return fail_place(
        path, errno == EACCES ? "you may not write into its folder" : seg_io_reason(errno), error);
  return SEG_OK;
}

static const char *name_of(const struct seg_sink_file *file) {
  const char *slash = strrchr(file->target.data, '/');
  return slash == NULL ? file->target.data : slash + 1;
}

enum seg_status seg_sink_file_create(struct seg_arena *arena, struct seg_sink_file *file,
                                     struct seg_error *error) {
  const char *folder = strchr(file->target.data, '/') == NULL ? "" : file->folder.data;
  file->lock = seg_private_file_create(arena, folder, name_of(file), &file->private);
  if (file->lock >= 0)
    return SEG_OK;
  file->private = (struct seg_str){NULL, 0};
  return errno == ENOMEM ? seg_fail_memory(error, "the output's name")
                         : fail_write(file, errno, error);
}

static int sync_path(const char *path, int flags) {
  int handle = open(path, flags | O_RDONLY | O_CLOEXEC);
  if (handle < 0)
    return errno;
  int reason = fsync(handle) == 0 ? 0 : errno;
  close(handle);
  // Some file systems cannot sync a folder and say so; there is nothing more to be done then.
  return (flags & O_DIRECTORY) != 0 && reason == EINVAL ? 0 : reason;
}

static void forget_private(struct seg_sink_file *file) {
  file->private = (struct seg_str){NULL, 0};
  close(file->lock);
}

enum seg_status seg_sink_file_publish(struct seg_sink_file *file, struct seg_error *error) {
  int reason = sync_path(file->private.data, 0);
  if (reason == 0 && rename(file->private.data, file->target.data) != 0)
    reason = errno;
  if (reason != 0)
    return fail_write(file, reason, error);
  forget_private(file);
  reason = sync_path(file->folder.data, O_DIRECTORY);
  if (reason == 0)
    return SEG_OK;
  return SEG_IO_FAIL(error, SEG_IO, OUTPUT_WRITE,
                     "the output %.*s is written, but may not survive a power failure: %s",
                     SEG_STR(file->path), seg_io_reason(reason));
}

void seg_sink_file_discard(struct seg_sink_file *file) {
  if (file->private.data == NULL)
    return;
  unlink(file->private.data);
  forget_private(file);
}
