// Whole or absent: the steps of an atomic replacement (POSIX rename), each with its own words.
#include "runtime/io/sink_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

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

/** Is it a private file of this output? */
static bool is_private_name(const char *entry, const char *name) {
  static const char mark[] = ".segc-", ending[] = ".tmp";
  size_t size = strlen(name), all = strlen(entry);
  return entry[0] == '.' && strncmp(entry + 1, name, size) == 0 &&
         strncmp(entry + 1 + size, mark, strlen(mark)) == 0 &&
         all > size + strlen(mark) + strlen(ending) &&
         strcmp(entry + all - strlen(ending), ending) == 0;
}

/** Remove private files of this output that nobody holds. What cannot be removed stays. */
static void sweep(const struct seg_sink_file *file) {
  int place = open(file->folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (place < 0)
    return;
  DIR *entries = fdopendir(place);
  if (entries == NULL) {
    close(place);
    return;
  }
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    if (!is_private_name(entry->d_name, name_of(file)))
      continue;
    struct stat about;
    int left = openat(place, entry->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (left < 0)
      continue;
    if (fstat(left, &about) == 0 && S_ISREG(about.st_mode) && about.st_uid == geteuid() &&
        flock(left, LOCK_EX | LOCK_NB) == 0)
      (void)unlinkat(place, entry->d_name, 0);
    close(left);
  }
  closedir(entries); // and `place` with it
}

/** Is the name still that of the file we hold? Between creating and locking it somebody may have
 * taken it for one that was left behind. */
static bool is_still_there(const char *path, int handle) {
  struct stat held, named;
  return fstat(handle, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

enum seg_status seg_sink_file_create(struct seg_arena *arena, struct seg_sink_file *file,
                                     struct seg_error *error) {
  enum { TRIES = 100 };
  const char *folder = strchr(file->target.data, '/') == NULL ? "./" : file->folder.data;
  sweep(file);
  // Another thread may be writing the same output: each gets a file of its own.
  for (int i = 0; i < TRIES; i++) {
    struct seg_str path =
        seg_arena_format(arena, "%s.%s.segc-%ld-%d.tmp", folder, name_of(file), (long)getpid(), i);
    if (path.data == NULL)
      return seg_fail_memory(error, "the output's name");
    int handle = open(path.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (handle < 0 && errno != EEXIST)
      return fail_write(file, errno, error);
    if (handle < 0)
      continue;
    // Where the file system knows no locks, nothing is ever taken for left behind.
    bool taken = flock(handle, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!taken && is_still_there(path.data, handle)) {
      file->private = path;
      file->lock = handle;
      return SEG_OK;
    }
    close(handle);
  }
  return fail_write(file, EEXIST, error);
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
