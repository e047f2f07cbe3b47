/**
 * Code generation: a verified plan becomes machine code for the runtime to call.
 *
 * Needs no rules and no data. Every call uses an LLVM context of its own, so that several programs
 * can be compiled and run at the same time.
 */
#ifndef SEG_COMPILER_CODEGEN_CODEGEN_H
#define SEG_COMPILER_CODEGEN_CODEGEN_H

#include <stdio.h>

#include "runtime/base/private_folder.h"
#include "runtime/base/status.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/plan.h"

/** Machine code in memory; read-only and executable, never writable. */
struct seg_code;

/** Zero-initialised = the machine we run on. Code for another one may only be dumped. */
struct seg_codegen_options {
  const char *cpu;      // LLVM's name of a processor, such as "x86-64-v3"; NULL = host
  const char *features; // LLVM's feature list, such as "+avx2,-avx512f"; NULL = those of `cpu`
  const struct seg_private_folder *objects; // where object code is kept for the next time; NULL:
                                            // nowhere
  bool winners_only; // runs with this option only: who matches each rule is not made, when no
                     // control group asks for it
};

/**
 * Compile a plan that seg_plan_verify accepted. `options` may be NULL. `*out` is the caller's, to
 * be released with seg_code_free; it does not refer to the plan afterwards.
 * SEG_OUT_OF_MEMORY; SEG_INTERNAL when LLVM refuses what we generated.
 */
SEG_NODISCARD enum seg_status seg_codegen(const struct seg_plan *plan,
                                          const struct seg_codegen_options *options,
                                          struct seg_code **out, struct seg_error *error);

/** The functions; they live as long as the code. */
const struct seg_kernels *seg_code_kernels(const struct seg_code *code);

void seg_code_free(struct seg_code *code);

/** Write the intermediate representation as it goes to the machine code generator. */
SEG_NODISCARD enum seg_status seg_code_dump_llvm(const struct seg_plan *plan,
                                                 const struct seg_codegen_options *options,
                                                 FILE *out, struct seg_error *error);

/** Write the assembly text. */
SEG_NODISCARD enum seg_status seg_code_dump_asm(const struct seg_plan *plan,
                                                const struct seg_codegen_options *options,
                                                FILE *out, struct seg_error *error);

#endif
