/**
 * The canonical layout of a rule file.
 *
 * One text for one program: the same tokens and comments in the same order give the same lines,
 * however they were spread before; only blank lines are the author's, at most one at a time. The
 * rules of the layout are in docs/formatting.md.
 */
#ifndef SEG_GRAMMAR_FORMAT_H
#define SEG_GRAMMAR_FORMAT_H

#include "compiler/diag/diag.h"

/**
 * Lay out one file of the map. `*result` lives in the arena. With syntax errors it has no data:
 * they are in the sink, which must not know those of this file before. Otherwise it holds the same
 * tree and the same comments, which is checked here before it is given out: SEG_INTERNAL when not.
 */
SEG_NODISCARD enum seg_status seg_format(const struct seg_source_map *map, uint32_t file,
                                         struct seg_arena *arena, struct seg_diagnostics *sink,
                                         struct seg_str *result, struct seg_error *error);

#endif
