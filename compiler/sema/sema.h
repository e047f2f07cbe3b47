/**
 * From the syntax tree to the typed program, with every mistake reported.
 *
 * Order and reason: resolve (names first, everything else needs them), check (types, windows,
 * aggregates; builds the typed program), ambiguity (forms with two readings), missing (negations
 * over missing values, needs types), segments (clauses, chains).
 */
#ifndef SEG_COMPILER_SEMA_SEMA_H
#define SEG_COMPILER_SEMA_SEMA_H

#include "compiler/diag/diag.h"
#include "compiler/sema/program.h"
#include "grammar/ast.h"

struct seg_sema_options {
  bool allow_no_decision; // exploration: a segment without `decision` is accepted
};

/**
 * Check a whole project. Mistakes go to the sink; the program is complete only when the sink has no
 * errors afterwards. The program borrows texts from `ast`, which must outlive it.
 */
SEG_NODISCARD enum seg_status seg_sema(const struct seg_ast *ast, const struct seg_source_map *map,
                                       const struct seg_sema_options *options,
                                       struct seg_diagnostics *sink, struct seg_program *program,
                                       struct seg_error *error);

#endif
