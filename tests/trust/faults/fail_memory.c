// What allocates, for segc's own code: memory, and things of the C library, libcrypto and threads
// that need some.
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <locale.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "runtime/base/arena.h"
#include "runtime/base/vec.h"
#include "tests/trust/faults/fault.h"

// WRAP(type of the answer, answer of a failure, name, parameters, arguments)
#define WRAP(type, failure, name, parameters, arguments)                                           \
  type __real_##name parameters;                                                                   \
  type __wrap_##name parameters;                                                                   \
  type __wrap_##name parameters {                                                                  \
    return fault_strikes(FAULT_MEMORY) ? (failure) : __real_##name arguments;                      \
  }

WRAP(void *, NULL, malloc, (size_t size), (size))
WRAP(void *, NULL, calloc, (size_t count, size_t size), (count, size))
WRAP(void *, NULL, realloc, (void *memory, size_t size), (memory, size))
WRAP(void *, NULL, reallocarray, (void *memory, size_t count, size_t size), (memory, count, size))
WRAP(void *, NULL, aligned_alloc, (size_t alignment, size_t size), (alignment, size))
WRAP(int, ENOMEM, posix_memalign, (void **memory, size_t alignment, size_t size),
     (memory, alignment, size))
WRAP(char *, NULL, strdup, (const char *text), (text))
WRAP(char *, NULL, strndup, (const char *text, size_t size), (text, size))
WRAP(int, -1, vasprintf, (char **text, const char *format, va_list arguments),
     (text, format, arguments))
WRAP(char *, NULL, realpath, (const char *path, char *resolved), (path, resolved))
WRAP(FILE *, NULL, fopencookie, (void *cookie, const char *mode, cookie_io_functions_t functions),
     (cookie, mode, functions))
WRAP(DIR *, NULL, opendir, (const char *path), (path))
WRAP(DIR *, NULL, fdopendir, (int file), (file))
WRAP(int, GLOB_NOSPACE, glob,
     (const char *pattern, int flags, int (*failed)(const char *, int), glob_t *found),
     (pattern, flags, failed, found))
WRAP(locale_t, (locale_t)0, newlocale, (int mask, const char *name, locale_t base),
     (mask, name, base))
WRAP(int, EAGAIN, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*start)(void *), void *context),
     (thread, attributes, start, context))
WRAP(int, Z_MEM_ERROR, deflateInit2_,
     (z_stream * stream, int level, int method, int bits, int memory, int strategy,
      const char *version, int size),
     (stream, level, method, bits, memory, strategy, version, size))
WRAP(gzFile, NULL, gzopen, (const char *path, const char *mode), (path, mode))
WRAP(EVP_MD_CTX *, NULL, EVP_MD_CTX_new, (void), ())

// Arenas and vectors ask for memory now and then; here each piece of it can be the one that is not
// there any more.
#define WRAP_PIECE(type, failure, name, parameters, arguments)                                     \
  type __real_##name parameters;                                                                   \
  type __wrap_##name parameters;                                                                   \
  type __wrap_##name parameters {                                                                  \
    return fault_strikes(FAULT_PIECE) ? (failure) : __real_##name arguments;                       \
  }

WRAP_PIECE(void *, NULL, seg_arena_alloc, (struct seg_arena * arena, size_t size), (arena, size))
WRAP_PIECE(void *, NULL, seg_arena_array, (struct seg_arena * arena, size_t count, size_t size),
           (arena, count, size))
WRAP_PIECE(struct seg_str, (struct seg_str){0}, seg_arena_str,
           (struct seg_arena * arena, struct seg_str text), (arena, text))
WRAP_PIECE(bool, false, seg_vec_grow,
           (void **items, size_t *capacity, size_t count, size_t extra, size_t element_size),
           (items, capacity, count, extra, element_size))

struct seg_str __wrap_seg_arena_format(struct seg_arena *arena, const char *format, ...);
struct seg_str __wrap_seg_arena_format(struct seg_arena *arena, const char *format, ...) {
  va_list rest;
  char *text = NULL;
  va_start(rest, format);
  int size = fault_strikes(FAULT_PIECE) ? -1 : __real_vasprintf(&text, format, rest);
  va_end(rest);
  struct seg_str result = {0};
  if (size >= 0)
    result = __real_seg_arena_str(arena, (struct seg_str){text, (size_t)size});
  free(text);
  return result;
}

// A file that was cut short since it was opened, and one whose disk fails, are the same to who has
// it mapped: there is no page where there should be one.
void *__real_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset) {
  if (fault_strikes(FAULT_MEMORY))
    return MAP_FAILED;
  if (file < 0 || !fault_strikes(FAULT_PAGE))
    return __real_mmap(address, size, protection, flags, file, offset);
  int nothing = memfd_create("nothing", MFD_CLOEXEC);
  void *mapped = __real_mmap(address, size, protection, flags, nothing, 0);
  close(nothing);
  return mapped;
}

// Of `--memory 256MB`, the least that may be asked for, a run gets so little here that it writes a
// temporary file.
struct seg_memory_budget;
void __real_seg_memory_budget_init(struct seg_memory_budget *budget, uint64_t limit);
void __wrap_seg_memory_budget_init(struct seg_memory_budget *budget, uint64_t limit);
void __wrap_seg_memory_budget_init(struct seg_memory_budget *budget, uint64_t limit) {
  enum { HALF = 128000000, LITTLE = 1500000 };
  __real_seg_memory_budget_init(budget, limit == HALF ? LITTLE : limit);
}
