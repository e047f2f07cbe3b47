// Which events count: a lane a cell, by its window and its flags.
#include <stddef.h>
#include <string.h>

#include "compiler/codegen/emit_fold.h"

unsigned seg_emit_fold_lanes(const struct seg_emit_fold *fold, uint32_t cells) {
  unsigned lanes = fold->is_paired ? SEG_FOLD_LANES : 1;
  while (lanes < cells)
    lanes *= 2;
  return lanes;
}

static bool same_flags(const struct seg_fold_cell *a, const struct seg_fold_cell *b) {
  return a->flag_count == b->flag_count &&
         memcmp(a->flags, b->flags, a->flag_count * sizeof *a->flags) == 0;
}

struct seg_fold_test *seg_emit_fold_share_test(struct seg_emit_fold *fold,
                                               const struct seg_fold_group *cells) {
  const struct seg_fold_cell *all = fold->fold->cells;
  for (uint32_t i = 0; i < fold->test_count; i++) {
    struct seg_fold_test *test = &fold->tests[i];
    bool same = test->cell_count == cells->cell_count;
    for (uint32_t c = 0; same && c < cells->cell_count; c++)
      same = test->cells[c]->window == all[cells->cells[c]].window &&
             same_flags(test->cells[c], &all[cells->cells[c]]);
    if (same)
      return test;
  }
  struct seg_fold_test *test = &fold->tests[fold->test_count++];
  *test = (struct seg_fold_test){.cell_count = cells->cell_count};
  for (uint32_t c = 0; c < cells->cell_count; c++)
    test->cells[c] = &all[cells->cells[c]];
  return test;
}

/** First (which = 0) or last days of the windows of a test, loaded at the entry. */
static LLVMValueRef window_days(struct seg_emit_fold *fold, const struct seg_fold_test *test,
                                uint32_t which) {
  struct seg_emit *emit = fold->emit;
  unsigned lanes = seg_emit_fold_lanes(fold, test->cell_count);
  LLVMValueRef windows = seg_emit_fold_pointer(fold, offsetof(struct seg_fold_frame, windows));
  LLVMBuilderRef builder = seg_emit_aside(emit, fold->entry);
  LLVMValueRef never[SEG_FOLD_LANES], days = NULL;
  for (unsigned i = 0; i < lanes; i++)
    never[i] = seg_emit_i32(emit, which == 0 ? INT32_MAX : INT32_MIN);
  if (lanes > 1)
    days = LLVMConstVector(never, lanes);
  for (uint32_t c = 0; c < test->cell_count; c++) {
    LLVMValueRef at = seg_emit_i64(emit, (int64_t)test->cells[c]->window * 2 + which);
    LLVMValueRef day = seg_emit_load(builder, emit->type.i32, windows, at);
    days = lanes == 1
               ? day
               : LLVMBuildInsertElement(builder, days, day, seg_emit_i32(emit, (int64_t)c), "");
  }
  return days;
}

static LLVMValueRef constant_lanes(struct seg_emit *emit, LLVMTypeRef type, int64_t value,
                                   unsigned lanes) {
  LLVMValueRef items[SEG_FOLD_LANES];
  for (unsigned i = 0; i < lanes; i++)
    items[i] = LLVMConstInt(type, (uint64_t)value, true);
  (void)emit;
  return lanes == 1 ? items[0] : LLVMConstVector(items, lanes);
}

/** Where the i32 lanes `days` lie beyond what `bits` bits can hold, the end of that. */
static LLVMValueRef clamped(struct seg_emit *emit, LLVMBuilderRef builder, LLVMValueRef days,
                            unsigned lanes, unsigned bits) {
  int64_t most = (INT64_C(1) << (bits - 1)) - 1;
  LLVMValueRef high = constant_lanes(emit, emit->type.i32, most, lanes);
  LLVMValueRef low = constant_lanes(emit, emit->type.i32, -most - 1, lanes);
  LLVMValueRef above = LLVMBuildICmp(builder, LLVMIntSGT, days, high, "");
  days = LLVMBuildSelect(builder, above, high, days, "");
  LLVMValueRef below = LLVMBuildICmp(builder, LLVMIntSLT, days, low, "");
  return LLVMBuildSelect(builder, below, low, days, "");
}

/** The days of the windows in the type of narrow days. A window beyond all of those is empty. */
static void narrow_windows(struct seg_emit_fold *fold, struct seg_fold_test *test, unsigned bits) {
  struct seg_emit *emit = fold->emit;
  unsigned lanes = seg_emit_fold_lanes(fold, test->cell_count);
  LLVMBuilderRef builder = seg_emit_aside(emit, fold->entry);
  LLVMTypeRef item = LLVMIntTypeInContext(emit->context, bits);
  LLVMTypeRef type = seg_emit_lanes_type(item, lanes);
  int64_t most = (INT64_C(1) << (bits - 1)) - 1;
  LLVMValueRef high = constant_lanes(emit, emit->type.i32, most, lanes);
  LLVMValueRef low = constant_lanes(emit, emit->type.i32, -most - 1, lanes);
  LLVMValueRef late = LLVMBuildICmp(builder, LLVMIntSGT, test->first, high, "");
  LLVMValueRef early = LLVMBuildICmp(builder, LLVMIntSLT, test->last, low, "");
  LLVMValueRef empty = LLVMBuildOr(builder, late, early, "");
  LLVMValueRef first =
      LLVMBuildTrunc(builder, clamped(emit, builder, test->first, lanes, bits), type, "");
  LLVMValueRef last =
      LLVMBuildTrunc(builder, clamped(emit, builder, test->last, lanes, bits), type, "");
  test->first = LLVMBuildSelect(builder, empty, constant_lanes(emit, item, most, lanes), first, "");
  test->last =
      LLVMBuildSelect(builder, empty, constant_lanes(emit, item, -most - 1, lanes), last, "");
}

static unsigned day_bits(const struct seg_emit_fold *fold) {
  return 8 * (unsigned)seg_width_bytes(SEG_LAYOUT_I32, fold->fold->day_width);
}

void seg_emit_fold_open_test(struct seg_emit_fold *fold, struct seg_fold_test *test) {
  test->first = window_days(fold, test, 0);
  test->last = window_days(fold, test, 1);
  unsigned bits = day_bits(fold);
  if (bits < 32)
    narrow_windows(fold, test, bits);
  if (fold->is_paired)
    seg_emit_fold_open_pairs(fold, test);
}

bool seg_emit_fold_needs_few(const struct seg_emit_fold *fold, unsigned lanes) {
  return 64 * lanes > fold->emit->vector_bits;
}

LLVMTypeRef seg_emit_fold_few_type(const struct seg_emit_fold *fold,
                                   const struct seg_fold_test *test) {
  unsigned bits = day_bits(fold) < 16 ? 16 : day_bits(fold);
  unsigned lanes = seg_emit_fold_lanes(fold, test->cell_count);
  return seg_emit_lanes_type(LLVMIntTypeInContext(fold->emit->context, bits),
                             fold->is_paired ? 2 * lanes : lanes);
}

/** i64 */
static LLVMValueRef flag_word(struct seg_emit_fold *fold, uint32_t word) {
  LLVMValueRef words = seg_emit_fold_array(fold, offsetof(struct seg_fold_frame, flags), word);
  return seg_emit_flag_word(fold->emit, words, fold->fold->flag_width, fold->at);
}

/** i1: all flags of a cell. NULL without any. */
static LLVMValueRef all_flags(struct seg_emit_fold *fold, const struct seg_fold_cell *cell) {
  struct seg_emit *emit = fold->emit;
  LLVMValueRef flagged = NULL;
  for (uint32_t i = 0; i < cell->flag_count; i++) {
    LLVMValueRef word = flag_word(fold, cell->flags[i] / 64);
    LLVMValueRef bit = seg_emit_bit(emit, word, seg_emit_i64(emit, cell->flags[i] % 64));
    flagged = flagged == NULL ? bit : LLVMBuildAnd(emit->builder, flagged, bit, "");
  }
  return flagged;
}

static uint64_t flag_bits(const struct seg_fold_cell *cell) {
  uint64_t bits = 0;
  for (uint32_t i = 0; i < cell->flag_count; i++)
    bits |= UINT64_C(1) << cell->flags[i] % 64;
  return bits;
}

/** i1 lanes: the flags of each cell, which are all in one word (fold_groups.h). */
static LLVMValueRef flags_by_lane(struct seg_emit_fold *fold, const struct seg_fold_test *test) {
  struct seg_emit *emit = fold->emit;
  unsigned lanes = seg_emit_fold_lanes(fold, test->cell_count);
  uint32_t number = 0;
  uint64_t wanted = 0;
  for (uint32_t c = 0; c < test->cell_count; c++) {
    wanted |= flag_bits(test->cells[c]);
    number = test->cells[c]->flag_count > 0 ? test->cells[c]->flags[0] / 64 : number;
  }
  LLVMTypeRef type = wanted <= UINT32_MAX ? emit->type.i32 : emit->type.i64;
  if (wanted <= UINT16_MAX && day_bits(fold) <= 16 && seg_emit_fold_needs_few(fold, lanes))
    type = LLVMIntTypeInContext(emit->context, 16);
  LLVMValueRef items[SEG_FOLD_LANES];
  for (unsigned c = 0; c < lanes; c++)
    items[c] = LLVMConstInt(type, c < test->cell_count ? flag_bits(test->cells[c]) : 0, false);
  LLVMValueRef mask = LLVMConstVector(items, lanes);
  LLVMValueRef word = LLVMBuildTrunc(emit->builder, flag_word(fold, number), type, "");
  LLVMValueRef those = LLVMBuildAnd(emit->builder, seg_emit_splat(emit, word, lanes), mask, "");
  return LLVMBuildICmp(emit->builder, LLVMIntEQ, those, mask, "");
}

static LLVMValueRef emit_flags(struct seg_emit_fold *fold, const struct seg_fold_test *test) {
  for (uint32_t c = 1; c < test->cell_count; c++)
    if (!same_flags(test->cells[0], test->cells[c]))
      return flags_by_lane(fold, test);
  LLVMValueRef flagged = all_flags(fold, test->cells[0]);
  return flagged == NULL
             ? NULL
             : seg_emit_splat(fold->emit, flagged, seg_emit_fold_lanes(fold, test->cell_count));
}

void seg_emit_fold_test(struct seg_emit_fold *fold, struct seg_fold_test *test) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  unsigned lanes = seg_emit_fold_lanes(fold, test->cell_count);
  LLVMValueRef day = seg_emit_splat(emit, seg_emit_fold_day(fold), lanes);
  LLVMValueRef from = LLVMBuildICmp(builder, LLVMIntSGE, day, test->first, "");
  LLVMValueRef to = LLVMBuildICmp(builder, LLVMIntSLE, day, test->last, "");
  test->holds = LLVMBuildAnd(builder, from, to, "");
  LLVMValueRef flagged = emit_flags(fold, test);
  if (flagged != NULL)
    test->holds = LLVMBuildAnd(builder, test->holds, flagged, "");
  if (!test->is_counted)
    return;
  // What holds is -1 in the lanes of a vector.
  LLVMValueRef at = test->few != NULL ? test->few : test->count;
  LLVMTypeRef type = LLVMGetAllocatedType(at);
  LLVMValueRef minus_one = LLVMBuildSExt(builder, test->holds, type, "");
  LLVMValueRef old = LLVMBuildLoad2(builder, type, at, "");
  LLVMBuildStore(builder, LLVMBuildSub(builder, old, minus_one, ""), at);
}
