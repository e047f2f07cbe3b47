/**
 * From modules to machine code: target machines, passes, object code, linking into this process.
 *
 * Memory is never writable and executable at once (LLVM's linker maps code read-execute after
 * writing it). Generated code can reach nothing but the functions of runtime/plan/kernel.h: it is
 * linked in a library that knows only those, not the symbols of the process.
 */
#ifndef SEG_COMPILER_CODEGEN_JIT_H
#define SEG_COMPILER_CODEGEN_JIT_H

#include <llvm-c/Core.h>
#include <llvm-c/TargetMachine.h>

#include "compiler/codegen/codegen.h"

/** Which machine code is made for. */
struct seg_jit_machine {
  const char *triple, *cpu, *features; // as LLVM names them; they live as long as the options
};

/** The machine of the options; this one is looked at once in a process. SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status seg_jit_machine_find(const struct seg_codegen_options *options,
                                                   struct seg_jit_machine *out,
                                                   struct seg_error *error);

/** A target machine for that one, to be released with LLVMDisposeTargetMachine. */
SEG_NODISCARD enum seg_status seg_jit_target(const struct seg_jit_machine *machine,
                                             LLVMTargetMachineRef *out, struct seg_error *error);

/** Fit a module to the target machine, and verify it. */
SEG_NODISCARD enum seg_status seg_jit_prepare(LLVMModuleRef module, LLVMTargetMachineRef target,
                                              struct seg_error *error);

/** Optimise a module, and verify it again. */
SEG_NODISCARD enum seg_status seg_jit_optimise(LLVMModuleRef module, LLVMTargetMachineRef target,
                                               struct seg_error *error);

/** Object code (or assembly text) of a module; released with LLVMDisposeMemoryBuffer. */
SEG_NODISCARD enum seg_status seg_jit_emit(LLVMModuleRef module, LLVMTargetMachineRef target,
                                           LLVMCodeGenFileType form, LLVMMemoryBufferRef *out,
                                           struct seg_error *error);

struct seg_jit;

SEG_NODISCARD enum seg_status seg_jit_new(struct seg_jit **out, struct seg_error *error);
void seg_jit_free(struct seg_jit *jit);

/** Take over an object. */
SEG_NODISCARD enum seg_status seg_jit_add(struct seg_jit *jit, LLVMMemoryBufferRef object,
                                          struct seg_error *error);

/** Link everything and find the addresses of `count` functions, in order. */
SEG_NODISCARD enum seg_status seg_jit_lookup(struct seg_jit *jit, const char *const *names,
                                             size_t count, uint64_t *addresses,
                                             struct seg_error *error);

#endif
