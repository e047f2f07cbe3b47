/**
 * Processors that machine code can be made for and tried on.
 */
#ifndef SEG_COMPILER_CODEGEN_PROCESSOR_H
#define SEG_COMPILER_CODEGEN_PROCESSOR_H

#include "compiler/codegen/codegen.h"
#include "runtime/base/status.h"

/**
 * `name` as users write it: "native" (or NULL) is the processor we run on; the others are the
 * levels of the x86-64 psABI, such as "x86-64-v3". `*cpu` is LLVM's name of it: NULL for the one we
 * run on. SEG_USAGE when the name is not known, or when this machine cannot run such code.
 */
SEG_NODISCARD enum seg_status seg_processor_find(const char *name, const char **cpu,
                                                 struct seg_error *error);

/** The masks that go with code for a processor: what its name and features promise. */
enum seg_vector_level seg_processor_level(const struct seg_codegen_options *options);

/** Bits of the widest vectors in code for a processor. */
unsigned seg_processor_vector_bits(const struct seg_codegen_options *options);

#endif
