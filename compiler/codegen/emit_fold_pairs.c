// Two events at a time, where AVX2 is what there is and days, flags and amounts have 16 bits: a
// vector has eight lanes of 32 bits, a half of each for each of the two. Broadcasting 32 bits of
// memory puts both there at no cost, and one instruction multiplies an amount by -1 where its event
// counts, by 0 where it does not, and adds both. Half as many instructions for an event as with
// all lanes for one.
#include <stddef.h>
#include <string.h>

#include "compiler/codegen/emit_fold.h"

bool seg_emit_fold_can_pair(const struct seg_emit *emit, uint32_t event,
                            const struct seg_fold_group *groups, uint32_t count) {
  const struct seg_plan_entity *entity = &emit->plan->events[event];
  const struct seg_fold *fold = &emit->plan->folds[event];
  bool can = emit->vector_bits == 256 && fold->day_width == SEG_WIDTH_16;
  for (uint32_t g = 0; can && g < count; g++)
    for (uint32_t c = 0; c < groups[g].cell_count; c++) {
      const struct seg_fold_cell *cell = &fold->cells[groups[g].cells[c]];
      bool is_sum = cell->kind == SEG_FOLD_SUM && cell->layout == SEG_LAYOUT_I64 &&
                    seg_plan_carried_width(entity, cell->column) == SEG_WIDTH_16;
      can = can && (is_sum || cell->kind == SEG_FOLD_COUNT) &&
            (cell->flag_count == 0 || fold->flag_width == SEG_WIDTH_16);
    }
  return can;
}

/** Each lane twice: for the first and for the second event. */
static LLVMValueRef doubled(LLVMBuilderRef builder, struct seg_emit *emit, LLVMValueRef lanes) {
  LLVMValueRef numbers[2 * SEG_FOLD_LANES];
  for (unsigned i = 0; i < 2 * SEG_FOLD_LANES; i++)
    numbers[i] = seg_emit_i32(emit, i / 2);
  return LLVMBuildShuffleVector(builder, lanes, lanes, LLVMConstVector(numbers, 2 * SEG_FOLD_LANES),
                                "");
}

void seg_emit_fold_open_pairs(struct seg_emit_fold *fold, struct seg_fold_test *test) {
  LLVMBuilderRef builder = seg_emit_aside(fold->emit, fold->entry);
  test->first = doubled(builder, fold->emit, test->first);
  test->last = doubled(builder, fold->emit, test->last);
}

/** 32 bits in each lane, as halves of 16. */
static LLVMValueRef halves(struct seg_emit *emit, LLVMValueRef both) {
  LLVMTypeRef type = LLVMVectorType(emit->type.i16, 2 * SEG_FOLD_LANES);
  return LLVMBuildBitCast(emit->builder, seg_emit_splat(emit, both, SEG_FOLD_LANES), type, "");
}

/** The 16 bits of the event at hand, and of the next one unless it is alone. */
static LLVMValueRef load_pair(struct seg_emit_fold *fold, LLVMValueRef base, bool is_alone) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef at = LLVMBuildInBoundsGEP2(builder, emit->type.i16, base, &fold->at, 1, "");
  LLVMValueRef both = LLVMBuildLoad2(builder, is_alone ? emit->type.i16 : emit->type.i32, at, "");
  LLVMSetAlignment(both, sizeof(uint16_t));
  return halves(emit, LLVMBuildZExt(builder, both, emit->type.i32, ""));
}

/** Which flags an event needs to have, lane by lane, and has. NULL: none. */
static LLVMValueRef has_flags(struct seg_emit_fold *fold, const struct seg_fold_test *test,
                              bool is_alone) {
  struct seg_emit *emit = fold->emit;
  LLVMValueRef items[2 * SEG_FOLD_LANES];
  unsigned all = 0;
  for (unsigned i = 0; i < 2 * SEG_FOLD_LANES; i++) {
    unsigned bits = 0;
    for (uint32_t f = 0; i / 2 < test->cell_count && f < test->cells[i / 2]->flag_count; f++)
      bits |= 1U << test->cells[i / 2]->flags[f];
    items[i] = LLVMConstInt(emit->type.i16, bits, false);
    all |= bits;
  }
  if (all == 0)
    return NULL;
  LLVMValueRef wanted = LLVMConstVector(items, 2 * SEG_FOLD_LANES);
  LLVMValueRef words = seg_emit_fold_array(fold, offsetof(struct seg_fold_frame, flags), 0);
  LLVMValueRef those = LLVMBuildAnd(emit->builder, load_pair(fold, words, is_alone), wanted, "");
  return LLVMBuildICmp(emit->builder, LLVMIntEQ, those, wanted, "");
}

/** -1 where an event counts; `which` of the two may, NULL: both. */
static LLVMValueRef find_counting(struct seg_emit_fold *fold, const struct seg_fold_test *test,
                                  LLVMValueRef which) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef base = seg_emit_fold_pointer(fold, offsetof(struct seg_fold_frame, days));
  LLVMValueRef days = load_pair(fold, base, which != NULL);
  LLVMValueRef from = LLVMBuildICmp(builder, LLVMIntSGE, days, test->first, "");
  LLVMValueRef to = LLVMBuildICmp(builder, LLVMIntSLE, days, test->last, "");
  LLVMValueRef holds = LLVMBuildAnd(builder, from, to, "");
  LLVMValueRef flagged = has_flags(fold, test, which != NULL);
  if (flagged != NULL)
    holds = LLVMBuildAnd(builder, holds, flagged, "");
  LLVMValueRef counting = LLVMBuildSExt(builder, holds, LLVMTypeOf(days), "");
  return which == NULL ? counting : LLVMBuildAnd(builder, counting, which, "");
}

static void subtract(struct seg_emit_fold *fold, LLVMValueRef at, LLVMValueRef value) {
  LLVMBuilderRef builder = fold->emit->builder;
  LLVMValueRef old = LLVMBuildLoad2(builder, LLVMGetAllocatedType(at), at, "");
  LLVMBuildStore(builder, LLVMBuildSub(builder, old, value, ""), at);
}

/** The products of 16 bits, those of a lane added: 32 bits. */
static LLVMValueRef multiply(struct seg_emit *emit, LLVMValueRef left, LLVMValueRef right) {
  static const char name[] = "llvm.x86.avx2.pmadd.wd";
  unsigned number = LLVMLookupIntrinsicID(name, sizeof name - 1);
  LLVMValueRef function = LLVMGetIntrinsicDeclaration(emit->module, number, NULL, 0);
  LLVMValueRef arguments[] = {left, right};
  return LLVMBuildCall2(emit->builder, LLVMGlobalGetValueType(function), function, arguments, 2,
                        "");
}

static void emit_pair(struct seg_emit_fold *fold, LLVMValueRef which) {
  LLVMValueRef counting[SEG_FOLD_TILE_GROUPS];
  for (uint32_t i = 0; i < fold->test_count; i++) {
    counting[i] = find_counting(fold, &fold->tests[i], which);
    if (fold->tests[i].is_counted)
      subtract(fold, fold->tests[i].few, counting[i]);
  }
  for (uint32_t i = 0; i < fold->group_count; i++) {
    const struct seg_emit_fold_group *group = &fold->groups[i];
    if (group->few == NULL)
      continue;
    LLVMValueRef column =
        seg_emit_fold_array(fold, offsetof(struct seg_fold_frame, columns), group->cell->column);
    LLVMValueRef amounts = load_pair(fold, column, which != NULL);
    subtract(fold, group->few, multiply(fold->emit, counting[group->test - fold->tests], amounts));
  }
}

void seg_emit_fold_pairs(struct seg_emit_fold *fold, LLVMValueRef begin, LLVMValueRef count) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  LLVMBasicBlockRef some = seg_emit_add_block(emit, "some");
  LLVMBasicBlockRef done = seg_emit_add_block(emit, "done");
  LLVMValueRef zero = seg_emit_i64(emit, 0), one = seg_emit_i64(emit, 1);
  LLVMBuildCondBr(builder, LLVMBuildICmp(builder, LLVMIntNE, count, zero, ""), some, done);
  LLVMPositionBuilderAtEnd(builder, some);
  struct seg_emit_loop loop =
      seg_emit_loop_open(emit, zero, LLVMBuildLShr(builder, count, one, ""));
  LLVMValueRef before = LLVMBuildShl(builder, loop.index, one, "");
  fold->at = LLVMBuildAdd(builder, begin, before, "");
  emit_pair(fold, NULL);
  seg_emit_loop_close(emit, &loop);
  // The last one of an odd number. Otherwise it is some event that does not count: nobody could
  // predict a branch.
  LLVMValueRef odd = LLVMBuildTrunc(builder, count, emit->type.i1, "");
  LLVMValueRef last = LLVMBuildSub(builder, LLVMBuildAdd(builder, begin, count, ""), one, "");
  fold->at = last;
  LLVMValueRef first_half = LLVMConstInt(emit->type.i32, UINT16_MAX, false);
  emit_pair(fold, halves(emit, LLVMBuildSelect(builder, odd, first_half,
                                               LLVMConstNull(emit->type.i32), "")));
  LLVMBuildBr(builder, done);
  LLVMPositionBuilderAtEnd(builder, done);
}

LLVMValueRef seg_emit_fold_pair_counts(struct seg_emit_fold *fold, LLVMValueRef halves_counted) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  LLVMTypeRef type = LLVMVectorType(emit->type.i32, SEG_FOLD_LANES);
  LLVMValueRef both = LLVMBuildBitCast(builder, halves_counted, type, "");
  LLVMValueRef half = seg_emit_splat(emit, seg_emit_i32(emit, 16), SEG_FOLD_LANES);
  LLVMValueRef ones = seg_emit_splat(emit, seg_emit_i32(emit, UINT16_MAX), SEG_FOLD_LANES);
  return LLVMBuildAdd(builder, LLVMBuildAnd(builder, both, ones, ""),
                      LLVMBuildLShr(builder, both, half, ""), "");
}
