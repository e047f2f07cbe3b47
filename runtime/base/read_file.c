// A whole file in memory; see read_file.h.
#include "runtime/base/read_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "runtime/base/vec.h"

enum { PIECE = 64 * 1024 };

char *seg_read_file(const char *path, size_t limit, size_t *size) {
  SEG_VEC(char) bytes = {0};
  int file = open(path, O_RDONLY | O_CLOEXEC);
  int reason = file < 0 ? errno : 0;
  for (ssize_t got = 1; reason == 0 && got != 0;) {
    if (!SEG_VEC_RESERVE(&bytes, PIECE)) {
      reason = ENOMEM;
      break;
    }
    got = read(file, bytes.items + bytes.count, PIECE - 1);
    if (got < 0 && errno != EINTR)
      reason = errno;
    bytes.count += got > 0 ? (size_t)got : 0;
    if (bytes.count > limit)
      reason = EFBIG;
  }
  if (file >= 0)
    close(file);
  if (reason != 0) {
    SEG_VEC_FREE(&bytes);
    errno = reason;
    return NULL;
  }
  bytes.items[bytes.count] = '\0';
  *size = bytes.count;
  return bytes.items;
}
