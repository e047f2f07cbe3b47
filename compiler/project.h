/**
 * A project on disk: which rule files the given paths stand for.
 */
#ifndef SEG_COMPILER_PROJECT_H
#define SEG_COMPILER_PROJECT_H

#include "compiler/diag/source_map.h"

/**
 * Read the rule files of `paths` into the map: a file stands for itself, a folder for every .seg
 * file in it and in the folders below (hidden ones and links to folders are passed over), in the
 * order of their paths, byte for byte; a file named twice is read once. Errors: a path that does
 * not exist, a folder without rule files, more than 10,000 files.
 */
SEG_NODISCARD enum seg_status seg_project_read(struct seg_source_map *map, const char *const *paths,
                                               size_t path_count, struct seg_error *error);

#endif
