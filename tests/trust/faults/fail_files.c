// What touches files, for segc's own code. Streams go through functions of our own, so that their
// reads and writes can fail as well.
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "tests/trust/faults/fault.h"

static enum fault_kind opening(int flags) {
  bool makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return makes ? FAULT_MAKE : FAULT_OPEN;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = opening(flags) == FAULT_MAKE ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return fault_strikes(opening(flags)) ? -1 : __real_open(path, flags, mode);
}

int __real_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = opening(flags) == FAULT_MAKE ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return fault_strikes(opening(flags)) ? -1 : __real_openat(folder, path, flags, mode);
}

// WRAP(type of the answer, kind, name, parameters, arguments)
#define WRAP(type, kind, name, parameters, arguments)                                              \
  type __real_##name parameters;                                                                   \
  type __wrap_##name parameters;                                                                   \
  type __wrap_##name parameters {                                                                  \
    return fault_strikes(kind) ? (type) - 1 : __real_##name arguments;                             \
  }

WRAP(int, FAULT_MAKE, mkstemp, (char *path), (path))
WRAP(int, FAULT_MAKE, mkostemp, (char *path, int flags), (path, flags))
WRAP(int, FAULT_MAKE, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(int, FAULT_MAKE, mkdirat, (int folder, const char *path, mode_t mode), (folder, path, mode))
// Not `real_fsync`: nobody pulls the plug here, and the disk is slow.
int __wrap_fsync(int file);
int __wrap_fsync(int file) {
  (void)file;
  return fault_strikes(FAULT_SYNC) ? -1 : 0;
}
WRAP(int, FAULT_NAME, rename, (const char *from, const char *to), (from, to))
WRAP(int, FAULT_NAME, renameat, (int from_folder, const char *from, int to_folder, const char *to),
     (from_folder, from, to_folder, to))
WRAP(int, FAULT_NAME, link, (const char *from, const char *to), (from, to))
WRAP(int, FAULT_WRITE, ftruncate, (int file, off_t size), (file, size))
WRAP(int, FAULT_NAME, fchmod, (int file, mode_t mode), (file, mode))

// The file is closed all the same, as Linux does it.
int __real_close(int file);
int __wrap_close(int file);
int __wrap_close(int file) {
  bool fails = fault_strikes(FAULT_CLOSE);
  int reason = errno;
  int answer = __real_close(file);
  if (!fails)
    return answer;
  errno = reason;
  return -1;
}

// WRAP_MOVE: calls that move `size` bytes; they can stop half-way.
#define WRAP_MOVE(kind, name, parameters, before, after)                                           \
  ssize_t __real_##name parameters;                                                                \
  ssize_t __wrap_##name parameters;                                                                \
  ssize_t __wrap_##name parameters {                                                               \
    if (!fault_strikes(kind))                                                                      \
      return __real_##name(UNWRAP before, size UNWRAP after);                                      \
    return errno == 0 ? __real_##name(UNWRAP before, (size + 1) / 2 UNWRAP after) : -1;            \
  }
#define UNWRAP(...) __VA_ARGS__
#define COMMA       ,

WRAP_MOVE(FAULT_READ, read, (int file, void *bytes, size_t size), (file, bytes), ())
WRAP_MOVE(FAULT_READ, pread, (int file, void *bytes, size_t size, off_t offset), (file, bytes),
          (COMMA offset))
WRAP_MOVE(FAULT_WRITE, write, (int file, const void *bytes, size_t size), (file, bytes), ())
WRAP_MOVE(FAULT_WRITE, pwrite, (int file, const void *bytes, size_t size, off_t offset),
          (file, bytes), (COMMA offset))

static ssize_t stream_read(void *cookie, char *bytes, size_t size) {
  return __wrap_read((int)(intptr_t)cookie, bytes, size);
}

static ssize_t stream_write(void *cookie, const char *bytes, size_t size) {
  ssize_t done = __wrap_write((int)(intptr_t)cookie, bytes, size);
  return done < 0 ? 0 : done; // what fopencookie(3) asks for
}

static int stream_close(void *cookie) {
  return __wrap_close((int)(intptr_t)cookie);
}

FILE *__real_fopencookie(void *cookie, const char *mode, cookie_io_functions_t functions);

static FILE *stream(int file, const char *mode) {
  const cookie_io_functions_t functions = {
      .read = stream_read, .write = stream_write, .close = stream_close};
  return __real_fopencookie((void *)(intptr_t)file, mode, functions);
}

FILE *__real_fdopen(int file, const char *mode);
FILE *__wrap_fdopen(int file, const char *mode);
FILE *__wrap_fdopen(int file, const char *mode) {
  if (!fault_counts())
    return __real_fdopen(file, mode);
  return fault_strikes(FAULT_MEMORY) ? NULL : stream(file, mode);
}

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode) {
  if (!fault_counts())
    return __real_fopen(path, mode);
  bool writes = mode[0] == 'w';
  if (fault_strikes(FAULT_MEMORY))
    return NULL;
  int file =
      __wrap_open(path, (writes ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY) | O_CLOEXEC, 0666);
  return file < 0 ? NULL : stream(file, writes ? "w" : "r");
}
