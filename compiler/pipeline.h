/**
 * The passes of the compiler, in order: the table of contents of this folder.
 *
 * A pipeline holds what every pass leaves behind. Passes run once, each when first needed; after a
 * pass that reported errors in the rules the later ones do not run.
 */
#ifndef SEG_COMPILER_PIPELINE_H
#define SEG_COMPILER_PIPELINE_H

#include "compiler/codegen/codegen.h"
#include "compiler/diag/diag.h"
#include "compiler/sema/sema.h"
#include "grammar/parse.h"
#include "runtime/plan/plan.h"

enum seg_pass {
  SEG_PASS_PARSE,   // texts of the map -> ast, with the modules it uses
  SEG_PASS_SEMA,    // ast -> program: names, types, ambiguity, missing values, clauses; what is in
                    // doubt is proved
  SEG_PASS_LOWER,   // program -> plan, verified
  SEG_PASS_CODEGEN, // plan -> machine code
  SEG_PASS_COUNT,
};

struct seg_pipeline {
  struct seg_source_map map; // filled by the caller before the first pass
  struct seg_diagnostics sink;
  struct seg_ast ast;
  struct seg_sema_options sema_options;
  struct seg_program program;
  struct seg_plan plan;
  struct seg_codegen_options codegen_options; // set by the caller before SEG_PASS_CODEGEN
  struct seg_code *code;
  uint32_t passes_done; // the passes 0 .. passes_done - 1 have run
};

void seg_pipeline_init(struct seg_pipeline *pipeline);
void seg_pipeline_deinit(struct seg_pipeline *pipeline);

/**
 * Run all passes up to and including `last` that have not run yet. Stops before a pass when the
 * rules have errors by then; seg_pipeline_reached tells. A failure is one of the world: memory, or
 * an internal error.
 */
SEG_NODISCARD enum seg_status seg_pipeline_run(struct seg_pipeline *pipeline, enum seg_pass last,
                                               struct seg_error *error);

bool seg_pipeline_reached(const struct seg_pipeline *pipeline, enum seg_pass pass);

#endif
