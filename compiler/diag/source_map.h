/**
 * Source map: the texts of a compile, and from byte offsets back to lines and columns.
 *
 * Files are added before parsing and live as long as the map. A span is 12 bytes and means nothing
 * without its map.
 */
#ifndef SEG_COMPILER_DIAG_SOURCE_MAP_H
#define SEG_COMPILER_DIAG_SOURCE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/arena.h"
#include "runtime/base/status.h"
#include "runtime/base/str.h"
#include "runtime/base/vec.h"

/** Bytes [begin, end) of file number `file`. */
struct seg_span {
  uint32_t file;
  uint32_t begin;
  uint32_t end;
};

struct seg_source_file {
  struct seg_str name; // as the user wrote it, for messages
  struct seg_str text;
  bool bundled;          // a module that comes with segc, not a file of the project
  uint32_t *line_starts; // byte offset of each line's first byte
  uint32_t line_count;
};

struct seg_source_map {
  struct seg_arena arena;
  SEG_VEC(struct seg_source_file) files;
};

/** A place for people: line and column from 1; the column counts characters (UTF-8 code points),
 * not bytes. */
struct seg_place {
  struct seg_str file;
  uint32_t line;
  uint32_t column;
};

void seg_source_map_init(struct seg_source_map *map);
void seg_source_map_deinit(struct seg_source_map *map);

/** Copy a text into the map; its number is stored in `file`. Texts over 16 MiB are refused
 * (SEG_LIMIT). */
SEG_NODISCARD enum seg_status seg_source_map_add(struct seg_source_map *map, struct seg_str name,
                                                 struct seg_str text, uint32_t *file,
                                                 struct seg_error *error);

/** Read a file from disk into the map. */
SEG_NODISCARD enum seg_status seg_source_map_read(struct seg_source_map *map, const char *path,
                                                  uint32_t *file, struct seg_error *error);

/**
 * The place of a byte offset; offsets past the end give the end, offsets inside a character give
 * that character. A byte that is not valid UTF-8 counts as one character. A file that is not in the
 * map gives an empty name and zeros.
 */
struct seg_place seg_source_map_place(const struct seg_source_map *map, uint32_t file,
                                      uint32_t offset);

/** The text of a span, borrowed from the map; empty where the span lies outside. */
struct seg_str seg_source_map_text(const struct seg_source_map *map, struct seg_span span);

/** The line (without its line end) that holds the offset, borrowed from the map. */
struct seg_str seg_source_map_line(const struct seg_source_map *map, uint32_t file,
                                   uint32_t offset);

#endif
