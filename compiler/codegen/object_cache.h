/**
 * Object code of earlier compiles, kept in files, so that rules which did not change are only
 * linked.
 *
 * Code is found by everything that it was made from: what the emitters read of the plan, the build
 * of this program (and with it the emitters and the passes), the version of LLVM, the processor and
 * its features. Nothing has to be emitted to find it. It is used when the file is ours alone to
 * write and its checksum is right; otherwise it is as if it were not there.
 */
#ifndef SEG_COMPILER_CODEGEN_OBJECT_CACHE_H
#define SEG_COMPILER_CODEGEN_OBJECT_CACHE_H

#include <llvm-c/Core.h>

#include "compiler/codegen/code_inputs.h"
#include "compiler/codegen/jit.h"
#include "runtime/base/private_folder.h"

/** What the files may take together. */
#define SEG_OBJECT_CACHE_BYTES ((size_t)256 * 1024 * 1024)

struct seg_object_key {
  uint64_t words[2];
};

/** The key of code that is made from `inputs` for a machine. False when this build has no identity:
 * then nothing is kept. */
bool seg_object_key_of(const struct seg_code_inputs *inputs, const struct seg_jit_machine *machine,
                       struct seg_object_key *key);

/** The object code, to be released with LLVMDisposeMemoryBuffer; NULL when there is none. */
LLVMMemoryBufferRef seg_object_cache_get(const struct seg_private_folder *folder,
                                         struct seg_object_key key);

void seg_object_cache_put(const struct seg_private_folder *folder, struct seg_object_key key,
                          LLVMMemoryBufferRef object);

#endif
