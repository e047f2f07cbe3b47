/**
 * Lazy libraries: large shared libraries that are loaded when one of their functions is called for
 * the first time. Finding the places of all that a library refers to takes longer than many
 * commands do in all, and most of them never call it.
 *
 * cmake/LazyLibrary.cmake makes the stand-ins that call this.
 */
#ifndef SEG_RUNTIME_BASE_LAZY_LIBRARY_H
#define SEG_RUNTIME_BASE_LAZY_LIBRARY_H

/**
 * The function `name` of the library, which is kept in `*place`; `*handle` is kept for the others.
 * The library is the file it was at build time, or what the system finds under its name. A program
 * whose library is missing ends here, as it would at its start. Any number of threads.
 */
void *seg_lazy_function(const char *library, const char *file, const char *name, void **place,
                        void **handle);

#endif
