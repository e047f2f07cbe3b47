// See fingerprint.h.
#include "runtime/prepare/fingerprint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/hash.h"
#include "runtime/io/io_errors.h"

enum { ENDS = 1 << 18 }; // bytes that are looked at, at both ends

static ssize_t read_at(int file, char *bytes, size_t size, off_t from) {
  size_t done = 0;
  while (done < size) {
    ssize_t got = pread(file, bytes + done, size - done, from + (off_t)done);
    if (got < 0 && errno != EINTR)
      return -1;
    if (got == 0)
      break;
    done += got > 0 ? (size_t)got : 0;
  }
  return (ssize_t)done;
}

static bool read_ends(int file, off_t size, char *bytes, uint64_t *fingerprint) {
  ssize_t first = read_at(file, bytes, ENDS, 0);
  *fingerprint = first > 0 ? seg_hash_bytes(bytes, (size_t)first) : 0;
  ssize_t last = size > ENDS ? read_at(file, bytes, ENDS, size - ENDS) : 0;
  if (last > 0)
    *fingerprint = seg_hash_mix(*fingerprint, seg_hash_bytes(bytes, (size_t)last));
  return first >= 0 && last >= 0;
}

enum seg_status seg_fingerprint(const char *path, bool *known, uint64_t *size,
                                uint64_t *fingerprint, struct seg_error *error) {
  struct stat info;
  char *bytes = malloc(ENDS);
  *known = false;
  if (bytes == NULL)
    return seg_fail_memory(error, "the input files of the store");
  int file = open(path, O_RDONLY | O_CLOEXEC);
  int reason = file < 0 || fstat(file, &info) != 0 ? errno : 0;
  if (reason == 0 && S_ISREG(info.st_mode)) {
    *known = true;
    *size = (uint64_t)info.st_size;
    reason = read_ends(file, info.st_size, bytes, fingerprint) ? 0 : errno;
  }
  free(bytes);
  if (file >= 0)
    close(file);
  return reason == 0 ? SEG_OK
                     : SEG_IO_FAIL(error, SEG_IO, UNREADABLE, "the file %s cannot be read: %s",
                                   path, seg_io_reason(reason));
}
