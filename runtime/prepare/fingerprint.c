// See fingerprint.h.
#include "runtime/prepare/fingerprint.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/hash.h"

enum { ENDS = 1 << 18 }; // bytes that are looked at, at both ends

bool seg_fingerprint(const char *path, uint64_t *size, uint64_t *fingerprint) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  char *bytes = malloc(ENDS);
  struct stat info;
  bool fine = file >= 0 && bytes != NULL && fstat(file, &info) == 0;
  if (fine) {
    ssize_t first = pread(file, bytes, ENDS, 0);
    *size = (uint64_t)info.st_size;
    *fingerprint = first > 0 ? seg_hash_bytes(bytes, (size_t)first) : 0;
    ssize_t last = info.st_size > ENDS ? pread(file, bytes, ENDS, info.st_size - ENDS) : 0;
    if (last > 0)
      *fingerprint = seg_hash_mix(*fingerprint, seg_hash_bytes(bytes, (size_t)last));
    fine = first >= 0 && last >= 0;
  }
  free(bytes);
  if (file >= 0)
    close(file);
  return fine;
}
