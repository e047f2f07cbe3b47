/**
 * The modules that come with segc, inside the program: the texts of the .seg files of this folder
 * and of the folders in it. `std.rfm` is stdlib/rfm.seg.
 *
 * The table is written by the build (cmake/EmbedModules.cmake) in the order of the names.
 */
#ifndef SEG_STDLIB_MODULES_H
#define SEG_STDLIB_MODULES_H

#include <stddef.h>

struct seg_module {
  const char *name; // "std.rfm"
  const char *file; // "std/rfm.seg": how messages name the file
  const char *text; // size bytes and a zero
  size_t size;
};

extern const struct seg_module seg_modules[];
extern const size_t seg_module_count;

#endif
