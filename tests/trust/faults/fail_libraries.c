// What zlib and DuckDB read. Their calls do not pass through `--wrap`, but the program's own
// functions come before those of the C library.
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/trust/faults/fault.h"

// Is the caller a library that segc reads with?
static bool is_library(const void *caller) {
  Dl_info about;
  return dladdr(caller, &about) != 0 && about.dli_fname != NULL &&
         (strstr(about.dli_fname, "libz.so") != NULL ||
          strstr(about.dli_fname, "libduckdb") != NULL);
}

// The bytes that a call may move; 0 with errno for none.
static size_t allowed(const void *caller, size_t size) {
  int reason = errno;
  bool strikes = fault_wants(FAULT_LIBRARY_READ) && is_library(caller);
  strikes = strikes && fault_strikes(FAULT_LIBRARY_READ);
  if (strikes && errno == 0)
    size = (size + 1) / 2;
  else if (strikes)
    return 0;
  errno = reason;
  return size;
}

ssize_t read(int file, void *bytes, size_t size) {
  size_t most = size == 0 ? 0 : allowed(__builtin_return_address(0), size);
  return most < size && most == 0 ? -1 : syscall(SYS_read, file, bytes, most);
}

ssize_t pread(int file, void *bytes, size_t size, off_t offset) {
  size_t most = size == 0 ? 0 : allowed(__builtin_return_address(0), size);
  return most < size && most == 0 ? -1 : syscall(SYS_pread64, file, bytes, most, offset);
}
