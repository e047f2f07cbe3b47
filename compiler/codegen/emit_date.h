/**
 * Calendar arithmetic in generated code. Days and results are i64.
 */
#ifndef SEG_COMPILER_CODEGEN_EMIT_DATE_H
#define SEG_COMPILER_CODEGEN_EMIT_DATE_H

#include "compiler/codegen/emit.h"

struct seg_emit_date {
  LLVMValueRef year, month, day; // month 1 .. 12, day of the month 1 .. 31
};

/** The date of a day since 1970-01-01. */
struct seg_emit_date seg_emit_date_of(struct seg_emit *emit, LLVMValueRef day);

/** Days from `as_of` to the next day with the month and day of `day`. */
LLVMValueRef seg_emit_anniversary(struct seg_emit *emit, LLVMValueRef day, LLVMValueRef as_of);

LLVMValueRef seg_emit_date_part(struct seg_emit *emit, enum seg_date_part part, LLVMValueRef day);

#endif
