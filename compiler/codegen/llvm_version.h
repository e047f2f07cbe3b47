/**
 * Which LLVM generates the code.
 */
#ifndef SEG_COMPILER_CODEGEN_LLVM_VERSION_H
#define SEG_COMPILER_CODEGEN_LLVM_VERSION_H

#include <stddef.h>

/** Writes a text such as "19.1.7". */
void seg_llvm_version(char *text, size_t size);

#endif
