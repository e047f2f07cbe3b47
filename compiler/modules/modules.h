/**
 * Modules: what `use` asks for becomes part of the project.
 *
 * Follows every `use` of the tree, those in modules too: adds the module's text to the source map
 * (marked as bundled) and its declarations to the tree, each module once. `with` gives the
 * project's names to the events and columns that the module needs; the names in the module's tree
 * are replaced, so that later passes see the project's only. Whether the project has what they name
 * is for the checker (compiler/sema/needs.c).
 *
 * A `use` without `with` inside a module hands on the names its own module got.
 */
#ifndef SEG_COMPILER_MODULES_MODULES_H
#define SEG_COMPILER_MODULES_MODULES_H

#include "compiler/diag/diag.h"
#include "grammar/ast.h"

/** Mistakes go to the sink. Fails with SEG_OUT_OF_MEMORY or SEG_INTERNAL only. */
SEG_NODISCARD enum seg_status seg_modules_load(struct seg_source_map *map, struct seg_ast *ast,
                                               struct seg_diagnostics *sink,
                                               struct seg_error *error);

#endif
