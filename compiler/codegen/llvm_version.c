// Which LLVM generates the code; see llvm_version.h.
#include "compiler/codegen/llvm_version.h"

#include <llvm-c/Core.h>
#include <stdio.h>

void seg_llvm_version(char *text, size_t size) {
  unsigned major, minor, patch;
  LLVMGetVersion(&major, &minor, &patch);
  snprintf(text, size, "%u.%u.%u", major, minor, patch);
}
