// The common ground of all emitters: modules, functions, loops, loads and stores.
//
// Attributes of every function: nounwind (no unwind tables to register) and no-builtins (so that
// LLVM does not turn a loop into a call of memset, which generated code may not call).
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "compiler/codegen/emit.h"

enum seg_status seg_emit_init(struct seg_emit *emit, const struct seg_plan *plan,
                              struct seg_arena *arena, struct seg_error *error) {
  memset(emit, 0, sizeof *emit);
  emit->plan = plan;
  emit->arena = arena;
  emit->context = LLVMContextCreate();
  if (emit->context == NULL)
    return seg_fail_memory(error, "compiling the rules");
  emit->module = LLVMModuleCreateWithNameInContext("segc", emit->context);
  emit->builder = LLVMCreateBuilderInContext(emit->context);
  emit->aside = LLVMCreateBuilderInContext(emit->context);
  emit->type.nothing = LLVMVoidTypeInContext(emit->context);
  emit->type.i1 = LLVMInt1TypeInContext(emit->context);
  emit->type.i8 = LLVMInt8TypeInContext(emit->context);
  emit->type.i16 = LLVMInt16TypeInContext(emit->context);
  emit->type.i32 = LLVMInt32TypeInContext(emit->context);
  emit->type.i64 = LLVMInt64TypeInContext(emit->context);
  emit->type.i128 = LLVMInt128TypeInContext(emit->context);
  emit->type.f64 = LLVMDoubleTypeInContext(emit->context);
  emit->type.pointer = LLVMPointerTypeInContext(emit->context, 0);
  return SEG_OK;
}

void seg_emit_deinit(struct seg_emit *emit) {
  if (emit->aside != NULL)
    LLVMDisposeBuilder(emit->aside);
  if (emit->builder != NULL)
    LLVMDisposeBuilder(emit->builder);
  if (emit->module != NULL)
    LLVMDisposeModule(emit->module);
  if (emit->context != NULL)
    LLVMContextDispose(emit->context);
  memset(emit, 0, sizeof *emit);
}

LLVMTypeRef seg_emit_layout_type(const struct seg_emit *emit, enum seg_layout layout) {
  switch (layout) {
  case SEG_LAYOUT_I32: return emit->type.i32;
  case SEG_LAYOUT_I64: return emit->type.i64;
  case SEG_LAYOUT_F64: return emit->type.f64;
  case SEG_LAYOUT_BIT:
  case SEG_LAYOUT_TEXT: break;
  }
  return NULL;
}

LLVMTypeRef seg_emit_width_type(const struct seg_emit *emit, enum seg_layout layout,
                                enum seg_width width) {
  switch (width) {
  case SEG_WIDTH_FULL: return seg_emit_layout_type(emit, layout);
  case SEG_WIDTH_8: return emit->type.i8;
  case SEG_WIDTH_16: return emit->type.i16;
  case SEG_WIDTH_32: return emit->type.i32;
  }
  return NULL;
}

LLVMValueRef seg_emit_widen(struct seg_emit *emit, enum seg_layout layout, LLVMValueRef value) {
  LLVMTypeRef type = LLVMTypeOf(value), full = seg_emit_layout_type(emit, layout);
  if (LLVMGetTypeKind(type) == LLVMVectorTypeKind)
    full = LLVMVectorType(full, LLVMGetVectorSize(type));
  return type == full ? value : LLVMBuildSExt(emit->builder, value, full, "");
}

LLVMValueRef seg_emit_flag_word(struct seg_emit *emit, LLVMValueRef words, enum seg_width width,
                                LLVMValueRef at) {
  LLVMTypeRef type = seg_emit_width_type(emit, SEG_LAYOUT_I64, width);
  LLVMValueRef word = seg_emit_load(emit->builder, type, words, at);
  return LLVMBuildZExt(emit->builder, word, emit->type.i64, "");
}

LLVMValueRef seg_emit_i32(const struct seg_emit *emit, int64_t value) {
  return LLVMConstInt(emit->type.i32, (uint64_t)value, true);
}

LLVMValueRef seg_emit_i64(const struct seg_emit *emit, int64_t value) {
  return LLVMConstInt(emit->type.i64, (uint64_t)value, true);
}

LLVMValueRef seg_emit_constant(const struct seg_emit *emit, enum seg_layout layout,
                               const struct seg_plan_constant *constant) {
  if (layout == SEG_LAYOUT_F64)
    return LLVMConstReal(emit->type.f64, constant->number);
  return LLVMConstInt(seg_emit_layout_type(emit, layout), (uint64_t)constant->integer, true);
}

static void add_attribute(const struct seg_emit *emit, LLVMValueRef function, const char *name) {
  unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
  LLVMAddAttributeAtIndex(function, LLVMAttributeFunctionIndex,
                          LLVMCreateEnumAttribute(emit->context, kind, 0));
}

LLVMValueRef seg_emit_new_function(struct seg_emit *emit, LLVMModuleRef module, const char *name,
                                   LLVMTypeRef type) {
  LLVMValueRef function = LLVMAddFunction(module, name, type);
  add_attribute(emit, function, "nounwind");
  static const char no_builtins[] = "no-builtins";
  LLVMAddAttributeAtIndex(
      function, LLVMAttributeFunctionIndex,
      LLVMCreateStringAttribute(emit->context, no_builtins, sizeof no_builtins - 1, "", 0));
  LLVMBasicBlockRef entry = LLVMAppendBasicBlockInContext(emit->context, function, "entry");
  LLVMPositionBuilderAtEnd(emit->builder, entry);
  return function;
}

LLVMValueRef seg_emit_function(struct seg_emit *emit, LLVMModuleRef module, const char *name) {
  LLVMTypeRef type = LLVMFunctionType(emit->type.nothing, &emit->type.pointer, 1, false);
  return seg_emit_new_function(emit, module, name, type);
}

void seg_emit_keep_apart(struct seg_emit *emit, LLVMValueRef function) {
  LLVMSetLinkage(function, LLVMInternalLinkage);
  add_attribute(emit, function, "noinline");
}

LLVMBasicBlockRef seg_emit_here(const struct seg_emit *emit) {
  return LLVMGetInsertBlock(emit->builder);
}

LLVMBasicBlockRef seg_emit_add_block(const struct seg_emit *emit, const char *name) {
  LLVMValueRef function = LLVMGetBasicBlockParent(seg_emit_here(emit));
  return LLVMAppendBasicBlockInContext(emit->context, function, name);
}

LLVMBuilderRef seg_emit_aside(struct seg_emit *emit, LLVMBasicBlockRef block) {
  LLVMPositionBuilderBefore(emit->aside, LLVMGetBasicBlockTerminator(block));
  return emit->aside;
}

struct seg_emit_loop seg_emit_loop_open(struct seg_emit *emit, LLVMValueRef begin,
                                        LLVMValueRef end) {
  LLVMBasicBlockRef before = seg_emit_here(emit);
  struct seg_emit_loop loop = {
      .head = seg_emit_add_block(emit, "head"),
      .body = seg_emit_add_block(emit, "body"),
      .exit = seg_emit_add_block(emit, "exit"),
  };
  LLVMBuildBr(emit->builder, loop.head);
  LLVMPositionBuilderAtEnd(emit->builder, loop.head);
  loop.index = LLVMBuildPhi(emit->builder, emit->type.i64, "index");
  LLVMAddIncoming(loop.index, &begin, &before, 1);
  LLVMValueRef more = LLVMBuildICmp(emit->builder, LLVMIntULT, loop.index, end, "");
  LLVMBuildCondBr(emit->builder, more, loop.body, loop.exit);
  LLVMPositionBuilderAtEnd(emit->builder, loop.body);
  return loop;
}

void seg_emit_loop_close(struct seg_emit *emit, const struct seg_emit_loop *loop) {
  LLVMValueRef next = LLVMBuildAdd(emit->builder, loop->index, seg_emit_i64(emit, 1), "");
  LLVMBasicBlockRef last = seg_emit_here(emit);
  LLVMBuildBr(emit->builder, loop->head);
  LLVMAddIncoming(loop->index, &next, &last, 1);
  LLVMPositionBuilderAtEnd(emit->builder, loop->exit);
}

LLVMValueRef seg_emit_word_count(struct seg_emit *emit, LLVMValueRef rows) {
  LLVMValueRef up = LLVMBuildAdd(emit->builder, rows, seg_emit_i64(emit, SEG_WORD_ROWS - 1), "");
  return LLVMBuildLShr(emit->builder, up, seg_emit_i64(emit, 6), "words");
}

LLVMValueRef seg_emit_rows_of_word(struct seg_emit *emit, LLVMValueRef rows, LLVMValueRef word) {
  LLVMValueRef first = LLVMBuildShl(emit->builder, word, seg_emit_i64(emit, 6), "");
  LLVMValueRef left = LLVMBuildSub(emit->builder, rows, first, "");
  LLVMValueRef full = seg_emit_i64(emit, SEG_WORD_ROWS);
  LLVMValueRef is_last = LLVMBuildICmp(emit->builder, LLVMIntULT, left, full, "");
  return LLVMBuildSelect(emit->builder, is_last, left, full, "rows");
}

LLVMValueRef seg_emit_low_bits(struct seg_emit *emit, LLVMValueRef count) {
  LLVMValueRef one = seg_emit_i64(emit, 1), all = seg_emit_i64(emit, -1);
  LLVMValueRef low =
      LLVMBuildSub(emit->builder, LLVMBuildShl(emit->builder, one, count, ""), one, "");
  LLVMValueRef is_full =
      LLVMBuildICmp(emit->builder, LLVMIntEQ, count, seg_emit_i64(emit, SEG_WORD_ROWS), "");
  return LLVMBuildSelect(emit->builder, is_full, all, low, "");
}

LLVMValueRef seg_emit_bit(struct seg_emit *emit, LLVMValueRef word, LLVMValueRef bit) {
  LLVMValueRef shifted = LLVMBuildLShr(emit->builder, word, bit, "");
  return LLVMBuildTrunc(emit->builder, shifted, emit->type.i1, "");
}

LLVMValueRef seg_emit_load(LLVMBuilderRef builder, LLVMTypeRef type, LLVMValueRef base,
                           LLVMValueRef index) {
  LLVMValueRef at = LLVMBuildInBoundsGEP2(builder, type, base, &index, 1, "");
  return LLVMBuildLoad2(builder, type, at, "");
}

void seg_emit_store(struct seg_emit *emit, LLVMTypeRef type, LLVMValueRef base, LLVMValueRef index,
                    LLVMValueRef value) {
  LLVMValueRef at = LLVMBuildInBoundsGEP2(emit->builder, type, base, &index, 1, "");
  LLVMBuildStore(emit->builder, value, at);
}

LLVMValueRef seg_emit_member(struct seg_emit *emit, LLVMBuilderRef builder, LLVMTypeRef type,
                             LLVMValueRef base, size_t offset) {
  LLVMValueRef index = seg_emit_i64(emit, (int64_t)offset);
  LLVMValueRef at = LLVMBuildInBoundsGEP2(builder, emit->type.i8, base, &index, 1, "");
  return LLVMBuildLoad2(builder, type, at, "");
}

static LLVMValueRef text_at(struct seg_emit *emit, LLVMValueRef base, LLVMValueRef row) {
  LLVMTypeRef text = LLVMArrayType2(emit->type.i8, sizeof(struct seg_str));
  return LLVMBuildInBoundsGEP2(emit->builder, text, base, &row, 1, "");
}

LLVMValueRef seg_emit_load_text(struct seg_emit *emit, LLVMValueRef base, LLVMValueRef row,
                                LLVMValueRef *size) {
  LLVMValueRef at = text_at(emit, base, row);
  *size = seg_emit_member(emit, emit->builder, emit->type.i64, at, offsetof(struct seg_str, size));
  return seg_emit_member(emit, emit->builder, emit->type.pointer, at,
                         offsetof(struct seg_str, data));
}

void seg_emit_store_text(struct seg_emit *emit, LLVMValueRef base, LLVMValueRef row,
                         LLVMValueRef data, LLVMValueRef size) {
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef at = text_at(emit, base, row);
  LLVMValueRef data_at = seg_emit_i64(emit, offsetof(struct seg_str, data));
  LLVMValueRef size_at = seg_emit_i64(emit, offsetof(struct seg_str, size));
  LLVMBuildStore(builder, data, LLVMBuildInBoundsGEP2(builder, emit->type.i8, at, &data_at, 1, ""));
  LLVMBuildStore(builder, size, LLVMBuildInBoundsGEP2(builder, emit->type.i8, at, &size_at, 1, ""));
}

LLVMValueRef seg_emit_call(struct seg_emit *emit, LLVMModuleRef module, const char *name,
                           LLVMTypeRef result, LLVMValueRef *arguments, unsigned count) {
  enum { MOST_ARGUMENTS = 16 };
  LLVMTypeRef types[MOST_ARGUMENTS];
  assert(count <= MOST_ARGUMENTS);
  for (unsigned i = 0; i < count; i++)
    types[i] = LLVMTypeOf(arguments[i]);
  LLVMTypeRef type = LLVMFunctionType(result, types, count, false);
  LLVMValueRef function = LLVMGetNamedFunction(module, name);
  if (function == NULL) {
    function = LLVMAddFunction(module, name, type);
    add_attribute(emit, function, "nounwind");
  }
  return LLVMBuildCall2(emit->builder, type, function, arguments, count, "");
}

static LLVMValueRef private_constant(LLVMModuleRef module, LLVMValueRef value) {
  LLVMValueRef global = LLVMAddGlobal(module, LLVMTypeOf(value), "");
  LLVMSetLinkage(global, LLVMPrivateLinkage);
  LLVMSetGlobalConstant(global, true);
  LLVMSetInitializer(global, value);
  return global;
}

LLVMValueRef seg_emit_text_literal(struct seg_emit *emit, LLVMModuleRef module,
                                   struct seg_str text) {
  const char *bytes = text.size == 0 ? "" : text.data;
  return private_constant(module, LLVMConstStringInContext2(emit->context, bytes, text.size, true));
}

LLVMValueRef seg_emit_table(struct seg_emit *emit, LLVMModuleRef module, LLVMTypeRef type,
                            LLVMValueRef *items, uint32_t count) {
  (void)emit;
  return private_constant(module, LLVMConstArray2(type, items, count));
}

void seg_emit_fault_if(struct seg_emit *emit, LLVMModuleRef module, LLVMValueRef condition,
                       LLVMValueRef fault, uint32_t step, LLVMValueRef row) {
  static const char name[] = "seg_kernel_fault_raise";
  LLVMBasicBlockRef report = seg_emit_add_block(emit, "fault");
  LLVMBasicBlockRef go_on = seg_emit_add_block(emit, "fine");
  LLVMBuildCondBr(emit->builder, condition, report, go_on);
  LLVMPositionBuilderAtEnd(emit->builder, report);
  LLVMValueRef arguments[] = {fault, seg_emit_i32(emit, SEG_FAULT_OVERFLOW),
                              seg_emit_i32(emit, step), row};
  bool is_first = LLVMGetNamedFunction(module, name) == NULL;
  seg_emit_call(emit, module, name, emit->type.nothing, arguments, 4);
  if (is_first) // keeps the reporting out of the hot loop
    add_attribute(emit, LLVMGetNamedFunction(module, name), "cold");
  LLVMBuildBr(emit->builder, go_on);
  LLVMPositionBuilderAtEnd(emit->builder, go_on);
}
