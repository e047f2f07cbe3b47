/**
 * Text to syntax tree.
 *
 * Parses one file of the source map and appends its declarations to `ast`. Mistakes go to the sink
 * (several a file; one mistake gives one error; at most a hundred) and parsing goes on. After an
 * error the tree holds what could be read: whole declarations and items, never half ones. It is
 * good for looking up names, not for checking, which would report what is missing a second time.
 * Only SEG_OUT_OF_MEMORY and SEG_INTERNAL are returned as failures.
 */
#ifndef SEG_GRAMMAR_PARSE_H
#define SEG_GRAMMAR_PARSE_H

#include "compiler/diag/diag.h"
#include "grammar/ast.h"

enum { SEG_MAX_NESTING = 256 };

SEG_NODISCARD enum seg_status seg_parse(const struct seg_source_map *map, uint32_t file,
                                        struct seg_ast *ast, struct seg_diagnostics *sink,
                                        struct seg_error *error);

/** Write the tokens of a file, one a line: kind, place, text. */
void seg_dump_tokens(const struct seg_source_map *map, uint32_t file, FILE *out);

/** Write the tree as indented text, stable enough for tests. */
void seg_ast_print(const struct seg_ast *ast, FILE *out);

#endif
