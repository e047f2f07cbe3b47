/**
 * Lazy libraries: large shared libraries that are loaded when one of their functions is called for
 * the first time. Finding the places of all that a library refers to takes longer than many
 * commands do in all, and most of them never call it.
 *
 * cmake/LazyLibrary.cmake makes the stand-ins that call this.
 *
 * Their versions are known without loading them, as long as the files are those of the build.
 */
#ifndef SEG_RUNTIME_BASE_LAZY_LIBRARY_H
#define SEG_RUNTIME_BASE_LAZY_LIBRARY_H

#include <stdbool.h>
#include <stdint.h>

/** Is it the file that has so many bytes and was changed in that second (since 1970, UTC)? */
bool seg_library_is_as_built(const char *file, int64_t bytes, int64_t changed);

/**
 * The function `name` of the library, which is kept in `*place`; `*handle` is kept for the others.
 * The library is the file it was at build time, or what the system finds under its name. A program
 * whose library is missing ends here, as it would at its start. Any number of threads.
 */
void *seg_lazy_function(const char *library, const char *file, const char *name, void **place,
                        void **handle);

#endif
