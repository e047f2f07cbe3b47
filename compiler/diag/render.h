/**
 * Inside of compiler/diag: what a renderer gets, and the helpers renderers share.
 *
 * One file a format; diag.c holds the table from enum seg_diag_format to these functions.
 */
#ifndef SEG_COMPILER_DIAG_RENDER_H
#define SEG_COMPILER_DIAG_RENDER_H

#include "compiler/diag/diag.h"

/** Everything to show, in order. Borrowed for the call. */
struct seg_render {
  const struct seg_diagnostics *sink;
  const struct seg_source_map *map;
  struct seg_diagnostic *const *list;
  size_t count;
  bool color;
  FILE *out;
};

void seg_render_human(const struct seg_render *render);
void seg_render_json(const struct seg_render *render);
void seg_render_sarif(const struct seg_render *render);
void seg_render_github(const struct seg_render *render);

/** Both ends of a span; false when its file is not in the map. `end` is behind the last character.
 */
bool seg_render_places(const struct seg_source_map *map, struct seg_span span,
                       struct seg_place *begin, struct seg_place *end);

/** "error" or "warning": the word is the same in all four formats. */
const char *seg_render_severity(enum seg_diag_code code);

/** "note" or "help". */
const char *seg_render_part_kind(const struct seg_diag_part *part);

/**
 * Is this a character that would move, hide or reorder text on a terminal or in a log (control and
 * bidirectional formatting characters)? The line end counts too.
 */
bool seg_render_unsafe(uint32_t code_point);

#endif
