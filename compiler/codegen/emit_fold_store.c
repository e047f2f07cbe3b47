// Results of a few customers at a time: rows of lanes become columns, so that each of these is
// written with one store for all of them.
#include "compiler/codegen/emit_fold.h"

/** Lanes of two vectors of SEG_FOLD_TOGETHER lanes, by number; those of the second come after the
 * first's. */
static LLVMValueRef shuffled(struct seg_emit *emit, LLVMValueRef left, LLVMValueRef right,
                             const uint8_t lanes[SEG_FOLD_TOGETHER]) {
  LLVMValueRef numbers[SEG_FOLD_TOGETHER];
  for (unsigned i = 0; i < SEG_FOLD_TOGETHER; i++)
    numbers[i] = seg_emit_i32(emit, lanes[i]);
  return LLVMBuildShuffleVector(emit->builder, left, right,
                                LLVMConstVector(numbers, SEG_FOLD_TOGETHER), "");
}

/** Rows become columns. */
static void transpose(struct seg_emit *emit, LLVMValueRef v[SEG_FOLD_TOGETHER]) {
  static const uint8_t low[] = {0, 1, 4, 5}, high[] = {2, 3, 6, 7};
  static const uint8_t even[] = {0, 4, 2, 6}, odd[] = {1, 5, 3, 7};
  LLVMValueRef a = shuffled(emit, v[0], v[2], low), b = shuffled(emit, v[1], v[3], low);
  LLVMValueRef c = shuffled(emit, v[0], v[2], high), d = shuffled(emit, v[1], v[3], high);
  v[0] = shuffled(emit, a, b, even);
  v[1] = shuffled(emit, a, b, odd);
  v[2] = shuffled(emit, c, d, even);
  v[3] = shuffled(emit, c, d, odd);
}

void seg_emit_fold_store(struct seg_emit_fold *fold, const struct seg_emit_fold_group *group,
                         LLVMValueRef first) {
  struct seg_emit *emit = fold->emit;
  LLVMTypeRef item = seg_emit_layout_type(emit, group->cell->layout);
  LLVMTypeRef some = LLVMVectorType(item, SEG_FOLD_TOGETHER);
  for (uint32_t lane = 0; lane < group->cells->cell_count; lane += SEG_FOLD_TOGETHER) {
    LLVMValueRef v[SEG_FOLD_TOGETHER];
    for (unsigned i = 0; i < SEG_FOLD_TOGETHER; i++)
      v[i] = seg_emit_load(emit->builder, some, group->rows,
                           seg_emit_i64(emit, (i * group->lanes + lane) / SEG_FOLD_TOGETHER));
    transpose(emit, v);
    for (unsigned i = 0; i < SEG_FOLD_TOGETHER && lane + i < group->cells->cell_count; i++) {
      LLVMValueRef at =
          LLVMBuildInBoundsGEP2(emit->builder, item, group->values[lane + i], &first, 1, "");
      LLVMSetAlignment(LLVMBuildStore(emit->builder, v[i], at),
                       (unsigned)seg_width_bytes(group->cell->layout, SEG_WIDTH_FULL));
    }
  }
}
