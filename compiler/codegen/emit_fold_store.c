// Results of a few customers at a time: rows of lanes become columns, so that each of these is
// written with one store for all of them.
#include "compiler/codegen/emit_fold.h"

/** Lanes of two vectors, by number, alike in every block of SEG_FOLD_TOGETHER lanes; those of the
 * second vector's block come after the first's. */
static LLVMValueRef shuffled(struct seg_emit *emit, LLVMValueRef left, LLVMValueRef right,
                             const uint8_t lanes[SEG_FOLD_TOGETHER]) {
  LLVMValueRef numbers[SEG_FOLD_LANES];
  unsigned count = LLVMGetVectorSize(LLVMTypeOf(left));
  for (unsigned i = 0; i < count; i++) {
    unsigned block = i / SEG_FOLD_TOGETHER * SEG_FOLD_TOGETHER, lane = lanes[i % SEG_FOLD_TOGETHER];
    bool is_left = lane < SEG_FOLD_TOGETHER;
    numbers[i] = seg_emit_i32(emit, block + (is_left ? lane : count + lane - SEG_FOLD_TOGETHER));
  }
  return LLVMBuildShuffleVector(emit->builder, left, right, LLVMConstVector(numbers, count), "");
}

/** Rows become columns, in every block of lanes: those of 8 bytes with one block, which lies in two
 * quarters of a register, and others. */
static void transpose(struct seg_emit *emit, bool are_wide, LLVMValueRef v[SEG_FOLD_TOGETHER]) {
  static const uint8_t low[] = {0, 1, 4, 5}, high[] = {2, 3, 6, 7};
  static const uint8_t even[] = {0, 4, 2, 6}, odd[] = {1, 5, 3, 7};
  static const uint8_t first[] = {0, 4, 1, 5}, last[] = {2, 6, 3, 7};
  if (are_wide) {
    LLVMValueRef a = shuffled(emit, v[0], v[2], low), b = shuffled(emit, v[1], v[3], low);
    LLVMValueRef c = shuffled(emit, v[0], v[2], high), d = shuffled(emit, v[1], v[3], high);
    v[0] = shuffled(emit, a, b, even);
    v[1] = shuffled(emit, a, b, odd);
    v[2] = shuffled(emit, c, d, even);
    v[3] = shuffled(emit, c, d, odd);
    return;
  }
  LLVMValueRef a = shuffled(emit, v[0], v[1], first), b = shuffled(emit, v[2], v[3], first);
  LLVMValueRef c = shuffled(emit, v[0], v[1], last), d = shuffled(emit, v[2], v[3], last);
  v[0] = shuffled(emit, a, b, low);
  v[1] = shuffled(emit, a, b, high);
  v[2] = shuffled(emit, c, d, low);
  v[3] = shuffled(emit, c, d, high);
}

/** One block of a vector. */
static LLVMValueRef block_of(struct seg_emit *emit, LLVMValueRef lanes, unsigned block) {
  LLVMValueRef numbers[SEG_FOLD_TOGETHER];
  if (LLVMGetVectorSize(LLVMTypeOf(lanes)) == SEG_FOLD_TOGETHER)
    return lanes;
  for (unsigned i = 0; i < SEG_FOLD_TOGETHER; i++)
    numbers[i] = seg_emit_i32(emit, block * SEG_FOLD_TOGETHER + i);
  return LLVMBuildShuffleVector(emit->builder, lanes, lanes,
                                LLVMConstVector(numbers, SEG_FOLD_TOGETHER), "");
}

void seg_emit_fold_store(struct seg_emit_fold *fold, const struct seg_emit_fold_group *group,
                         LLVMValueRef first) {
  struct seg_emit *emit = fold->emit;
  LLVMTypeRef item = seg_emit_fold_cell_type(fold, group);
  size_t bytes = seg_width_bytes(group->cell->layout, group->cell->width);
  bool are_wide = bytes == sizeof(int64_t);
  unsigned count = are_wide ? SEG_FOLD_TOGETHER : group->lanes; // that are turned at once
  for (uint32_t from = 0; from < group->cells->cell_count; from += count) {
    LLVMValueRef v[SEG_FOLD_TOGETHER];
    for (unsigned i = 0; i < SEG_FOLD_TOGETHER; i++)
      v[i] = seg_emit_load(emit->builder, LLVMVectorType(item, count), group->rows,
                           seg_emit_i64(emit, (i * group->lanes + from) / count));
    transpose(emit, are_wide, v);
    for (unsigned i = 0; i < count && from + i < group->cells->cell_count; i++) {
      LLVMValueRef at =
          LLVMBuildInBoundsGEP2(emit->builder, item, group->values[from + i], &first, 1, "");
      LLVMValueRef some = block_of(emit, v[i % SEG_FOLD_TOGETHER], i / SEG_FOLD_TOGETHER);
      LLVMSetAlignment(LLVMBuildStore(emit->builder, some, at), (unsigned)bytes);
    }
  }
}
