// The events of a customer, in stretches where these pay: their counts and small sums need few
// bits, so that one vector has the lanes of two or four. Hardly anybody has a second stretch, so
// that what is needed for one is out of the way, in memory.
#include "compiler/codegen/emit_fold.h"

static void clear(struct seg_emit_fold *fold, LLVMValueRef lanes) {
  if (lanes != NULL)
    LLVMBuildStore(fold->emit->builder, LLVMConstNull(LLVMGetAllocatedType(lanes)), lanes);
}

/** Lanes of a stretch, as wide as those of the customer. */
static LLVMValueRef widened(struct seg_emit_fold *fold, LLVMValueRef few, bool is_signed,
                            LLVMValueRef all) {
  LLVMBuilderRef builder = fold->emit->builder;
  LLVMTypeRef type = LLVMGetAllocatedType(all);
  LLVMValueRef lanes = LLVMBuildLoad2(builder, LLVMGetAllocatedType(few), few, "");
  if (fold->is_paired && !is_signed)
    lanes = seg_emit_fold_pair_counts(fold, lanes);
  return is_signed ? LLVMBuildSExt(builder, lanes, type, "")
                   : LLVMBuildZExt(builder, lanes, type, "");
}

/** Volatile, so that registers are left to those who have one stretch. */
static LLVMValueRef load_earlier(struct seg_emit_fold *fold, LLVMValueRef earlier) {
  LLVMTypeRef type = LLVMGetAllocatedType(earlier);
  LLVMValueRef lanes = LLVMBuildLoad2(fold->emit->builder, type, earlier, "");
  LLVMSetVolatile(lanes, true);
  return lanes;
}

static void store_earlier(struct seg_emit_fold *fold, LLVMValueRef earlier, LLVMValueRef lanes) {
  LLVMSetVolatile(LLVMBuildStore(fold->emit->builder, lanes, earlier), true);
}

/** What is done with the lanes of a stretch. */
enum step { KEEP, ADD_TO_EARLIER, ADD_EARLIER };

static void take_lanes(struct seg_emit_fold *fold, enum step step, LLVMValueRef few, bool is_signed,
                       LLVMValueRef all, LLVMValueRef earlier) {
  LLVMBuilderRef builder = fold->emit->builder;
  if (few == NULL)
    return;
  LLVMValueRef lanes = widened(fold, few, is_signed, all);
  if (step != KEEP)
    lanes = LLVMBuildAdd(builder, load_earlier(fold, earlier), lanes, "");
  if (step == ADD_TO_EARLIER)
    store_earlier(fold, earlier, lanes);
  else
    LLVMBuildStore(builder, lanes, all);
  if (step == ADD_EARLIER)
    store_earlier(fold, earlier, LLVMConstNull(LLVMTypeOf(lanes)));
}

static void take_stretch(struct seg_emit_fold *fold, enum step step) {
  for (uint32_t i = 0; i < fold->test_count; i++)
    take_lanes(fold, step, fold->tests[i].few, false, fold->tests[i].count, fold->tests[i].earlier);
  for (uint32_t i = 0; i < fold->group_count; i++)
    take_lanes(fold, step, fold->groups[i].few, true, fold->groups[i].accumulators[0],
               fold->groups[i].earlier);
}

static void emit_some_events(struct seg_emit_fold *fold, LLVMValueRef begin, LLVMValueRef end) {
  struct seg_emit_loop loop = seg_emit_loop_open(fold->emit, begin, end);
  fold->at = loop.index;
  seg_emit_fold_event(fold);
  seg_emit_loop_close(fold->emit, &loop);
}

static bool has_few(const struct seg_emit_fold *fold) {
  bool has = false;
  for (uint32_t i = 0; i < fold->test_count; i++)
    has = has || fold->tests[i].few != NULL;
  for (uint32_t i = 0; i < fold->group_count; i++)
    has = has || fold->groups[i].few != NULL;
  return has;
}

/** A branch that is hardly ever taken to its first block. */
static void branch_rarely(struct seg_emit *emit, LLVMValueRef condition, LLVMBasicBlockRef rarely,
                          LLVMBasicBlockRef mostly) {
  static const char prof[] = "prof", weights[] = "branch_weights";
  LLVMValueRef branch = LLVMBuildCondBr(emit->builder, condition, rarely, mostly);
  LLVMMetadataRef items[] = {
      LLVMMDStringInContext2(emit->context, weights, sizeof weights - 1),
      LLVMValueAsMetadata(seg_emit_i32(emit, 1)),
      LLVMValueAsMetadata(seg_emit_i32(emit, 1 << 20)),
  };
  LLVMMetadataRef node = LLVMMDNodeInContext2(emit->context, items, sizeof items / sizeof *items);
  LLVMSetMetadata(branch, LLVMGetMDKindIDInContext(emit->context, prof, sizeof prof - 1),
                  LLVMMetadataAsValue(emit->context, node));
}

/** The lanes of the last stretch, and of those before it, if any. */
static void take_last(struct seg_emit_fold *fold, LLVMValueRef has_earlier) {
  struct seg_emit *emit = fold->emit;
  LLVMBasicBlockRef several = seg_emit_add_block(emit, "several");
  LLVMBasicBlockRef one = seg_emit_add_block(emit, "one");
  LLVMBasicBlockRef taken = seg_emit_add_block(emit, "taken");
  branch_rarely(emit, has_earlier, several, one);
  LLVMPositionBuilderAtEnd(emit->builder, several);
  take_stretch(fold, ADD_EARLIER);
  LLVMBuildBr(emit->builder, taken);
  LLVMPositionBuilderAtEnd(emit->builder, one);
  take_stretch(fold, KEEP);
  LLVMBuildBr(emit->builder, taken);
  LLVMPositionBuilderAtEnd(emit->builder, taken);
}

/** Before any customer: nobody has earlier stretches. */
static void clear_earlier(struct seg_emit_fold *fold, LLVMValueRef earlier) {
  if (earlier == NULL)
    return;
  LLVMBuilderRef builder = seg_emit_aside(fold->emit, fold->entry);
  LLVMBuildStore(builder, LLVMConstNull(LLVMGetAllocatedType(earlier)), earlier);
}

void seg_emit_fold_events(struct seg_emit_fold *fold) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  if (!has_few(fold)) {
    emit_some_events(fold, fold->begin, fold->end);
    return;
  }
  for (uint32_t i = 0; i < fold->test_count; i++)
    clear_earlier(fold, fold->tests[i].earlier);
  for (uint32_t i = 0; i < fold->group_count; i++)
    clear_earlier(fold, fold->groups[i].earlier);
  LLVMBasicBlockRef before = seg_emit_here(emit);
  LLVMBasicBlockRef stretch = seg_emit_add_block(emit, "stretch");
  LLVMBasicBlockRef again = seg_emit_add_block(emit, "again");
  LLVMBasicBlockRef done = seg_emit_add_block(emit, "done");
  LLVMBuildBr(builder, stretch);
  LLVMPositionBuilderAtEnd(builder, stretch);
  LLVMValueRef first = LLVMBuildPhi(builder, emit->type.i64, "");
  LLVMAddIncoming(first, &fold->begin, &before, 1);
  for (uint32_t i = 0; i < fold->test_count; i++)
    clear(fold, fold->tests[i].few);
  for (uint32_t i = 0; i < fold->group_count; i++)
    clear(fold, fold->groups[i].few);
  LLVMValueRef left = LLVMBuildSub(builder, fold->end, first, "");
  LLVMValueRef most = seg_emit_i64(emit, SEG_FOLD_STRETCH);
  LLVMValueRef more = LLVMBuildICmp(builder, LLVMIntUGT, left, most, "");
  LLVMValueRef count = LLVMBuildSelect(builder, more, most, left, "");
  LLVMValueRef last = LLVMBuildAdd(builder, first, count, "");
  if (fold->is_paired)
    seg_emit_fold_pairs(fold, first, count);
  else
    emit_some_events(fold, first, last);
  LLVMValueRef has_earlier = LLVMBuildICmp(builder, LLVMIntNE, first, fold->begin, "");
  branch_rarely(emit, more, again, done);
  LLVMPositionBuilderAtEnd(builder, again);
  take_stretch(fold, ADD_TO_EARLIER);
  LLVMAddIncoming(first, &last, &again, 1);
  LLVMBuildBr(builder, stretch);
  LLVMPositionBuilderAtEnd(builder, done);
  take_last(fold, has_earlier);
}
