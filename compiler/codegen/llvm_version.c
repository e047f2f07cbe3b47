// Which LLVM generates the code; see llvm_version.h.
#include "compiler/codegen/llvm_version.h"

#include <llvm-c/Core.h>
#include <stdio.h>

#include "built_with.h"
#include "runtime/base/lazy_library.h"

void seg_llvm_version(char *text, size_t size) {
  if (seg_library_is_as_built(SEGC_LLVM_FILE, SEGC_LLVM_BYTES, SEGC_LLVM_CHANGED)) {
    snprintf(text, size, "%s", SEGC_LLVM_VERSION);
    return;
  }
  unsigned major, minor, patch;
  LLVMGetVersion(&major, &minor, &patch);
  snprintf(text, size, "%u.%u.%u", major, minor, patch);
}
