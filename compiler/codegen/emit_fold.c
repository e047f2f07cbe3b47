// The fold of an event: loops over words of 64 customers, customers, and events of one customer.
// Every group of cells has its accumulators in registers, a lane a cell; an event counts for a lane
// when the lane's test holds.
//
// Groups with the same windows and flags share the test and its count of events. No branches inside
// the event loop: a lane that an event does not count for keeps its accumulator by a select. Lanes
// never mix, so a sum of numbers is added in the order of the file.
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "compiler/codegen/emit_edge.h"
#include "compiler/codegen/emit_fold.h"

/** What a kind of cell does. */
struct fold_kind_emitter {
  uint32_t accumulator_count;
  /** What every accumulator begins with, one lane of it. */
  LLVMValueRef (*initial)(struct seg_emit_fold *fold, const struct seg_emit_fold_group *group);
  /** Add the event at hand to the accumulators, given their old values. */
  void (*add)(struct seg_emit_fold *fold, const struct seg_emit_fold_group *group,
              LLVMValueRef *accumulators);
  /** The results from the last values, and in `*broken` where they overflowed (NULL: they cannot).
   */
  LLVMValueRef (*result)(struct seg_emit_fold *fold, const struct seg_emit_fold_group *group,
                         const LLVMValueRef *last, LLVMValueRef *broken);
};

// The frame

LLVMValueRef seg_emit_fold_array(struct seg_emit_fold *fold, size_t offset, uint32_t index) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = seg_emit_aside(emit, fold->entry);
  LLVMValueRef array = seg_emit_member(emit, builder, emit->type.pointer, fold->frame, offset);
  return seg_emit_load(builder, emit->type.pointer, array, seg_emit_i64(emit, index));
}

LLVMValueRef seg_emit_fold_pointer(struct seg_emit_fold *fold, size_t offset) {
  struct seg_emit *emit = fold->emit;
  return seg_emit_member(emit, seg_emit_aside(emit, fold->entry), emit->type.pointer, fold->frame,
                         offset);
}

static LLVMValueRef entry_alloca(struct seg_emit_fold *fold, LLVMTypeRef type) {
  return LLVMBuildAlloca(seg_emit_aside(fold->emit, fold->entry), type, "");
}

LLVMTypeRef seg_emit_fold_cell_type(const struct seg_emit_fold *fold,
                                    const struct seg_emit_fold_group *group) {
  return seg_emit_width_type(fold->emit, group->cell->layout, group->cell->width);
}

LLVMValueRef seg_emit_fold_day(struct seg_emit_fold *fold) {
  LLVMTypeRef type = seg_emit_width_type(fold->emit, SEG_LAYOUT_I32, fold->fold->day_width);
  LLVMValueRef days = seg_emit_fold_pointer(fold, offsetof(struct seg_fold_frame, days));
  return seg_emit_load(fold->emit->builder, type, days, fold->at);
}

/** Carried column `number` of the event at hand, as wide as it is in memory. */
static LLVMValueRef carried_as_stored(struct seg_emit_fold *fold, uint32_t number) {
  struct seg_emit *emit = fold->emit;
  enum seg_layout layout = fold->event->carried_layout[number];
  LLVMTypeRef type = seg_emit_width_type(emit, layout, seg_plan_carried_width(fold->event, number));
  LLVMValueRef column = seg_emit_fold_array(fold, offsetof(struct seg_fold_frame, columns), number);
  return seg_emit_load(emit->builder, type, column, fold->at);
}

/** The same in the full type of its layout. */
static LLVMValueRef carried(struct seg_emit_fold *fold, uint32_t number) {
  return seg_emit_widen(fold->emit, fold->event->carried_layout[number],
                        carried_as_stored(fold, number));
}

/** The argument of a group for the event at hand, in every lane; meaningless where the test does
 * not hold. */
static LLVMValueRef event_value(struct seg_emit_fold *fold,
                                const struct seg_emit_fold_group *group) {
  uint32_t number = group->cell->column;
  LLVMValueRef value = number == SEG_NO_COLUMN
                           ? seg_emit_widen(fold->emit, SEG_LAYOUT_I32, seg_emit_fold_day(fold))
                           : carried(fold, number);
  return seg_emit_splat(fold->emit, value, group->lanes);
}

static LLVMValueRef lane_of(struct seg_emit_fold *fold, LLVMValueRef lanes, unsigned count,
                            uint32_t lane) {
  if (count == 1)
    return lanes;
  return LLVMBuildExtractElement(fold->emit->builder, lanes, seg_emit_i32(fold->emit, lane), "");
}

/** How many events of the customer each lane counted. */
static LLVMValueRef lane_counts(struct seg_emit_fold *fold,
                                const struct seg_emit_fold_group *group) {
  LLVMValueRef at = group->test->count;
  return LLVMBuildLoad2(fold->emit->builder, LLVMGetAllocatedType(at), at, "");
}

/** Where a lane counted an event. */
static LLVMValueRef lanes_with_events(struct seg_emit_fold *fold,
                                      const struct seg_emit_fold_group *group) {
  LLVMValueRef counts = lane_counts(fold, group);
  return LLVMBuildICmp(fold->emit->builder, LLVMIntNE, counts, LLVMConstNull(LLVMTypeOf(counts)),
                       "");
}

// Kinds of cells

/** What is summed in stretches is as wide as the cell. */
static LLVMValueRef zero_initial(struct seg_emit_fold *fold,
                                 const struct seg_emit_fold_group *group) {
  return LLVMConstNull(group->few != NULL ? seg_emit_fold_cell_type(fold, group)
                                          : seg_emit_layout_type(fold->emit, group->cell->layout));
}

/** Counted with the test. */
static LLVMValueRef count_result(struct seg_emit_fold *fold,
                                 const struct seg_emit_fold_group *group, const LLVMValueRef *last,
                                 LLVMValueRef *broken) {
  (void)last;
  (void)broken;
  return lane_counts(fold, group);
}

/** Values of 32 bits: 2^31 events cannot overflow their sum. */
static bool is_narrow(const struct seg_emit_fold *fold, const struct seg_emit_fold_group *group) {
  return group->cell->layout == SEG_LAYOUT_I64 &&
         seg_plan_carried_width(fold->event, group->cell->column) != SEG_WIDTH_FULL;
}

/** Values of 16 bits, of which those of a stretch cannot overflow 32. */
static bool is_summed_in_few(const struct seg_emit_fold *fold,
                             const struct seg_emit_fold_group *group) {
  if (group->cell->kind != SEG_FOLD_SUM || !is_narrow(fold, group) ||
      !seg_emit_fold_needs_few(fold, group->lanes))
    return false;
  enum seg_width width = seg_plan_carried_width(fold->event, group->cell->column);
  return width == SEG_WIDTH_8 || width == SEG_WIDTH_16;
}

/** Add the event at hand to the sum of the stretch. */
static void add_to_few(struct seg_emit_fold *fold, const struct seg_emit_fold_group *group) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  LLVMTypeRef type = LLVMGetAllocatedType(group->few);
  LLVMValueRef value =
      LLVMBuildSExt(builder, carried_as_stored(fold, group->cell->column), emit->type.i32, "");
  LLVMValueRef old = LLVMBuildLoad2(builder, type, group->few, "");
  LLVMValueRef sum = LLVMBuildAdd(builder, old, seg_emit_splat(emit, value, group->lanes), "");
  LLVMBuildStore(builder, LLVMBuildSelect(builder, group->test->holds, sum, old, ""), group->few);
}

/** I64: the low and the high halves of the values are summed apart, so that 2^31 events cannot
 * overflow either. */
static void sum_add(struct seg_emit_fold *fold, const struct seg_emit_fold_group *group,
                    LLVMValueRef *accumulators) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef value = event_value(fold, group), holds = group->test->holds;
  if (group->cell->layout == SEG_LAYOUT_F64) {
    LLVMValueRef sum = LLVMBuildFAdd(builder, accumulators[0], value, "");
    accumulators[0] = LLVMBuildSelect(builder, holds, sum, accumulators[0], "");
    return;
  }
  if (is_narrow(fold, group)) {
    LLVMValueRef sum = LLVMBuildAdd(builder, accumulators[0], value, "");
    accumulators[0] = LLVMBuildSelect(builder, holds, sum, accumulators[0], "");
    return;
  }
  LLVMValueRef half = seg_emit_splat(emit, seg_emit_i64(emit, 32), group->lanes);
  LLVMValueRef ones = seg_emit_splat(emit, seg_emit_i64(emit, UINT32_MAX), group->lanes);
  LLVMValueRef parts[] = {LLVMBuildAnd(builder, value, ones, ""),
                          LLVMBuildAShr(builder, value, half, "")};
  for (int i = 0; i < 2; i++) {
    LLVMValueRef sum = LLVMBuildAdd(builder, accumulators[i], parts[i], "");
    accumulators[i] = LLVMBuildSelect(builder, holds, sum, accumulators[i], "");
  }
}

static LLVMValueRef sum_result(struct seg_emit_fold *fold, const struct seg_emit_fold_group *group,
                               const LLVMValueRef *last, LLVMValueRef *broken) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  if (group->cell->layout == SEG_LAYOUT_F64) {
    LLVMValueRef most = seg_emit_splat(emit, LLVMConstReal(emit->type.f64, INFINITY), group->lanes);
    LLVMValueRef least =
        seg_emit_splat(emit, LLVMConstReal(emit->type.f64, -INFINITY), group->lanes);
    // Neither below +infinity nor above -infinity: an infinity or NaN.
    *broken = LLVMBuildOr(builder, LLVMBuildFCmp(builder, LLVMRealULE, last[0], least, ""),
                          LLVMBuildFCmp(builder, LLVMRealUGE, last[0], most, ""), "");
    return last[0];
  }
  if (is_narrow(fold, group))
    return last[0];
  // total = top * 2^32 + the low 32 bits of the low sum; it fits when `top` fits 32 bits.
  LLVMValueRef half = seg_emit_splat(emit, seg_emit_i64(emit, 32), group->lanes);
  LLVMValueRef ones = seg_emit_splat(emit, seg_emit_i64(emit, UINT32_MAX), group->lanes);
  LLVMValueRef top = LLVMBuildAdd(builder, last[1], LLVMBuildLShr(builder, last[0], half, ""), "");
  LLVMValueRef shifted = LLVMBuildShl(builder, top, half, "");
  LLVMValueRef back = LLVMBuildAShr(builder, shifted, half, "");
  *broken = LLVMBuildICmp(builder, LLVMIntNE, back, top, "");
  return LLVMBuildOr(builder, shifted, LLVMBuildAnd(builder, last[0], ones, ""), "");
}

static bool wants_least(const struct seg_emit_fold_group *group) {
  return group->cell->kind == SEG_FOLD_MIN || group->cell->kind == SEG_FOLD_FIRST_DAY;
}

/** The end of the range that every value beats or equals. */
static LLVMValueRef extreme_initial(struct seg_emit_fold *fold,
                                    const struct seg_emit_fold_group *group) {
  struct seg_emit *emit = fold->emit;
  bool least = wants_least(group);
  switch (group->cell->layout) {
  case SEG_LAYOUT_I32: return seg_emit_i32(emit, least ? INT32_MAX : INT32_MIN);
  case SEG_LAYOUT_F64: return LLVMConstReal(emit->type.f64, least ? INFINITY : -INFINITY);
  case SEG_LAYOUT_BIT:
  case SEG_LAYOUT_I64:
  case SEG_LAYOUT_TEXT: break;
  }
  return seg_emit_i64(emit, least ? INT64_MAX : INT64_MIN);
}

static void extreme_add(struct seg_emit_fold *fold, const struct seg_emit_fold_group *group,
                        LLVMValueRef *accumulators) {
  struct seg_emit *emit = fold->emit;
  LLVMValueRef value = event_value(fold, group);
  enum seg_plan_comparison comparison = wants_least(group) ? SEG_IS_LESS : SEG_IS_GREATER;
  LLVMValueRef beats =
      seg_emit_compare(emit, group->cell->layout, comparison, value, accumulators[0]);
  // In this form, and not with one `and` of both conditions, it becomes one instruction.
  LLVMValueRef better = LLVMBuildSelect(emit->builder, beats, value, accumulators[0], "");
  accumulators[0] = LLVMBuildSelect(emit->builder, group->test->holds, better, accumulators[0], "");
}

static LLVMValueRef extreme_result(struct seg_emit_fold *fold,
                                   const struct seg_emit_fold_group *group,
                                   const LLVMValueRef *last, LLVMValueRef *broken) {
  (void)broken;
  return LLVMBuildSelect(fold->emit->builder, lanes_with_events(fold, group), last[0],
                         LLVMConstNull(LLVMTypeOf(last[0])), "");
}

/** Counted after the loop by the runtime, which owns the hash sets. Such groups have one lane. */
static LLVMValueRef distinct_result(struct seg_emit_fold *fold,
                                    const struct seg_emit_fold_group *group,
                                    const LLVMValueRef *last, LLVMValueRef *broken) {
  (void)last;
  (void)broken;
  struct seg_emit *emit = fold->emit;
  uint32_t number = group->cells->cells[0];
  const struct seg_fold_cell *cell = &fold->fold->cells[number];
  LLVMValueRef flags[SEG_MAX_CELL_FLAGS];
  for (uint32_t i = 0; i < cell->flag_count; i++)
    flags[i] = seg_emit_i32(emit, cell->flags[i]);
  LLVMValueRef table = cell->flag_count == 0 ? LLVMConstNull(emit->type.pointer)
                                             : seg_emit_table(emit, emit->module, emit->type.i32,
                                                              flags, cell->flag_count);
  LLVMValueRef arguments[] = {
      fold->frame,
      seg_emit_i32(emit, number),
      seg_emit_i32(emit, cell->column),
      seg_emit_i32(emit, fold->event->carried_layout[cell->column]),
      seg_emit_i32(emit, seg_plan_carried_width(fold->event, cell->column)),
      seg_emit_i32(emit, fold->fold->day_width),
      seg_emit_i32(emit, fold->fold->flag_width),
      seg_emit_i32(emit, cell->window),
      table,
      seg_emit_i32(emit, cell->flag_count),
      fold->begin,
      fold->end,
      fold->customer,
  };
  return seg_emit_call(emit, emit->module, "seg_kernel_distinct", emit->type.i64, arguments,
                       sizeof arguments / sizeof *arguments);
}

/** The instant that every event beats or equals; also what the number of an event begins with. */
static LLVMValueRef edge_initial(struct seg_emit_fold *fold,
                                 const struct seg_emit_fold_group *group) {
  return seg_emit_i64(fold->emit,
                      group->cell->kind == SEG_FOLD_FIRST_VALUE ? INT64_MAX : INT64_MIN);
}

/** The instant and the number of the first or last event so far. Events come in file order. */
static void edge_add(struct seg_emit_fold *fold, const struct seg_emit_fold_group *group,
                     LLVMValueRef *accumulators) {
  struct seg_emit *emit = fold->emit;
  LLVMValueRef instant = seg_emit_splat(emit, carried(fold, group->cell->order), group->lanes);
  LLVMIntPredicate sign = group->cell->kind == SEG_FOLD_FIRST_VALUE ? LLVMIntSLT : LLVMIntSGE;
  LLVMValueRef beats = LLVMBuildICmp(emit->builder, sign, instant, accumulators[0], "");
  LLVMValueRef takes = LLVMBuildAnd(emit->builder, group->test->holds, beats, "");
  LLVMValueRef at = seg_emit_splat(emit, fold->at, group->lanes);
  accumulators[0] = LLVMBuildSelect(emit->builder, takes, instant, accumulators[0], "");
  accumulators[1] = LLVMBuildSelect(emit->builder, takes, at, accumulators[1], "");
}

static const struct fold_kind_emitter kinds[] = {
    [SEG_FOLD_COUNT] = {0, NULL, NULL, count_result},
    [SEG_FOLD_SUM] = {2, zero_initial, sum_add, sum_result},
    [SEG_FOLD_MIN] = {1, extreme_initial, extreme_add, extreme_result},
    [SEG_FOLD_MAX] = {1, extreme_initial, extreme_add, extreme_result},
    [SEG_FOLD_FIRST_DAY] = {1, extreme_initial, extreme_add, extreme_result},
    [SEG_FOLD_LAST_DAY] = {1, extreme_initial, extreme_add, extreme_result},
    [SEG_FOLD_DISTINCT] = {0, NULL, NULL, distinct_result},
    [SEG_FOLD_FIRST_VALUE] = {2, edge_initial, edge_add, NULL}, // see close_edge
    [SEG_FOLD_LAST_VALUE] = {2, edge_initial, edge_add, NULL},
};

static const struct fold_kind_emitter *kind_of(const struct seg_emit_fold_group *group) {
  return &kinds[group->cell->kind];
}

static bool is_always_known(const struct seg_emit_fold_group *group) {
  return kind_of(group)->result != extreme_result && !seg_fold_is_edge_value(group->cell->kind);
}

// The loops

static void add_group(struct seg_emit_fold *fold, const struct seg_fold_group *cells) {
  struct seg_emit *emit = fold->emit;
  struct seg_emit_fold_group *group = &fold->groups[fold->group_count++];
  *group =
      (struct seg_emit_fold_group){.cell = &fold->fold->cells[cells->cells[0]], .cells = cells};
  group->lanes = seg_emit_fold_lanes(fold, cells->cell_count);
  group->test = seg_emit_fold_share_test(fold, cells);
  if (group->cell->kind == SEG_FOLD_COUNT || !is_always_known(group))
    group->test->is_counted = true;
  for (uint32_t i = 0; i < cells->cell_count; i++) {
    uint32_t number = cells->cells[i];
    group->values[i] = seg_emit_fold_array(fold, offsetof(struct seg_fold_frame, values), number);
    group->known[i] = seg_emit_fold_array(fold, offsetof(struct seg_fold_frame, known), number);
  }
  if (!is_always_known(group))
    group->known_words = entry_alloca(fold, seg_emit_lanes_type(emit->type.i64, group->lanes));
  // With AVX-512 results are written as they were measured there: one by one.
  if (emit->vector_bits < 512 && group->lanes >= SEG_FOLD_TOGETHER &&
      group->cell->layout != SEG_LAYOUT_TEXT && !seg_fold_is_edge_value(group->cell->kind)) {
    LLVMTypeRef lanes = LLVMVectorType(seg_emit_fold_cell_type(fold, group), group->lanes);
    group->rows = entry_alloca(fold, LLVMArrayType2(lanes, SEG_FOLD_TOGETHER));
  }
  if (is_summed_in_few(fold, group)) {
    group->few = entry_alloca(fold, seg_emit_lanes_type(emit->type.i32, group->lanes));
    LLVMTypeRef all = seg_emit_fold_cell_type(fold, group);
    group->earlier = entry_alloca(fold, seg_emit_lanes_type(all, group->lanes));
  }
}

/** What a customer's events are counted in where they are counted in stretches: as wide as the
 * cells. */
static LLVMTypeRef count_type(const struct seg_emit_fold *fold, const struct seg_fold_test *test) {
  bool is_narrow = false;
  for (uint32_t i = 0; i < fold->group_count; i++) {
    const struct seg_emit_fold_group *group = &fold->groups[i];
    if (group->test != test || group->cell->kind != SEG_FOLD_COUNT)
      continue;
    if (group->cell->width == SEG_WIDTH_FULL)
      return fold->emit->type.i64;
    is_narrow = true;
  }
  return is_narrow ? fold->emit->type.i32 : fold->emit->type.i64;
}

static void open_tests(struct seg_emit_fold *fold) {
  struct seg_emit *emit = fold->emit;
  for (uint32_t i = 0; i < fold->test_count; i++) {
    struct seg_fold_test *test = &fold->tests[i];
    seg_emit_fold_open_test(fold, test);
    unsigned lanes = seg_emit_fold_lanes(fold, test->cell_count);
    if (!test->is_counted)
      continue;
    bool in_stretches = seg_emit_fold_needs_few(fold, lanes);
    LLVMTypeRef type =
        seg_emit_lanes_type(in_stretches ? count_type(fold, test) : emit->type.i64, lanes);
    test->count = entry_alloca(fold, type);
    if (in_stretches) {
      test->few = entry_alloca(fold, seg_emit_fold_few_type(fold, test));
      test->earlier = entry_alloca(fold, type);
    }
  }
}

static void open_customer(struct seg_emit_fold *fold, LLVMValueRef offsets) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef next = LLVMBuildAdd(builder, fold->customer, seg_emit_i64(emit, 1), "");
  fold->begin = seg_emit_load(builder, emit->type.i64, offsets, fold->customer);
  fold->end = seg_emit_load(builder, emit->type.i64, offsets, next);
  for (uint32_t i = 0; i < fold->test_count; i++) {
    LLVMValueRef count = fold->tests[i].count;
    if (count != NULL && fold->tests[i].few == NULL)
      LLVMBuildStore(builder, LLVMConstNull(LLVMGetAllocatedType(count)), count);
  }
  for (uint32_t i = 0; i < fold->group_count; i++) {
    struct seg_emit_fold_group *group = &fold->groups[i];
    for (uint32_t a = 0; a < kind_of(group)->accumulator_count; a++) {
      LLVMValueRef initial =
          seg_emit_splat(emit, kind_of(group)->initial(fold, group), group->lanes);
      group->accumulators[a] = entry_alloca(fold, LLVMTypeOf(initial));
      if (group->few == NULL)
        LLVMBuildStore(builder, initial, group->accumulators[a]);
    }
  }
}

static void load_accumulators(struct seg_emit_fold *fold, const struct seg_emit_fold_group *group,
                              LLVMValueRef *values) {
  for (uint32_t a = 0; a < kind_of(group)->accumulator_count; a++) {
    LLVMTypeRef type = LLVMGetAllocatedType(group->accumulators[a]);
    values[a] = LLVMBuildLoad2(fold->emit->builder, type, group->accumulators[a], "");
  }
}

void seg_emit_fold_event(struct seg_emit_fold *fold) {
  for (uint32_t i = 0; i < fold->test_count; i++)
    seg_emit_fold_test(fold, &fold->tests[i]);
  for (uint32_t i = 0; i < fold->group_count; i++) {
    const struct seg_emit_fold_group *group = &fold->groups[i];
    if (group->few != NULL) {
      add_to_few(fold, group);
      continue;
    }
    LLVMValueRef values[2];
    load_accumulators(fold, group, values);
    if (kind_of(group)->add != NULL)
      kind_of(group)->add(fold, group, values);
    for (uint32_t a = 0; a < kind_of(group)->accumulator_count; a++)
      LLVMBuildStore(fold->emit->builder, values[a], group->accumulators[a]);
  }
}

/** Report the lanes whose result overflowed, behind a branch that is hardly ever taken. */
static void report_broken(struct seg_emit_fold *fold, const struct seg_emit_fold_group *group,
                          LLVMValueRef broken) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  LLVMTypeRef bits_type = LLVMIntTypeInContext(emit->context, group->lanes);
  LLVMValueRef bits = LLVMBuildBitCast(builder, broken, bits_type, "");
  LLVMValueRef any = LLVMBuildICmp(builder, LLVMIntNE, bits, LLVMConstNull(bits_type), "");
  LLVMBasicBlockRef faulty = seg_emit_add_block(emit, "faulty");
  LLVMBasicBlockRef go_on = seg_emit_add_block(emit, "go_on");
  LLVMBuildCondBr(builder, any, faulty, go_on);
  LLVMPositionBuilderAtEnd(builder, faulty);
  for (uint32_t lane = 0; lane < group->cells->cell_count; lane++)
    seg_emit_fault_if(emit, emit->module, lane_of(fold, broken, group->lanes, lane), fold->fault,
                      group->cells->cells[lane], fold->customer);
  LLVMBuildBr(builder, go_on);
  LLVMPositionBuilderAtEnd(builder, go_on);
}

/** The bit of the customer at hand in the known words of the lanes where `known` holds. */
static void note_known(struct seg_emit_fold *fold, const struct seg_emit_fold_group *group,
                       LLVMValueRef known) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef bit = LLVMBuildShl(builder, seg_emit_i64(emit, 1), fold->bit, "");
  LLVMValueRef bits = seg_emit_splat(emit, bit, group->lanes);
  LLVMValueRef old = LLVMBuildLoad2(builder, LLVMTypeOf(bits), group->known_words, "");
  LLVMValueRef with = LLVMBuildOr(builder, old, bits, "");
  LLVMValueRef words = LLVMBuildSelect(builder, known, with, old, "");
  LLVMBuildStore(builder, words, group->known_words);
}

static void close_group(struct seg_emit_fold *fold, const struct seg_emit_fold_group *group) {
  struct seg_emit *emit = fold->emit;
  LLVMValueRef last[2], broken = NULL;
  load_accumulators(fold, group, last);
  LLVMValueRef results = kind_of(group)->result(fold, group, last, &broken);
  if (broken != NULL)
    report_broken(fold, group, broken);
  if (group->cell->width != SEG_WIDTH_FULL)
    results =
        LLVMBuildTrunc(emit->builder, results,
                       seg_emit_lanes_type(seg_emit_fold_cell_type(fold, group), group->lanes), "");
  if (group->rows != NULL) {
    LLVMValueRef row =
        LLVMBuildAnd(emit->builder, fold->bit, seg_emit_i64(emit, SEG_FOLD_TOGETHER - 1), "");
    seg_emit_store(emit, LLVMTypeOf(results), group->rows, row, results);
  }
  for (uint32_t lane = 0; group->rows == NULL && lane < group->cells->cell_count; lane++) {
    LLVMValueRef result = lane_of(fold, results, group->lanes, lane);
    seg_emit_store(emit, LLVMTypeOf(result), group->values[lane], fold->customer, result);
  }
  if (!is_always_known(group))
    note_known(fold, group, lanes_with_events(fold, group));
}

/** Where the values of an edge group lie. */
static struct seg_emit_edge edge_of(struct seg_emit_fold *fold,
                                    const struct seg_emit_fold_group *group) {
  const struct seg_fold_cell *cell = group->cell;
  struct seg_emit_edge edge = {.layout = cell->layout, .flag_width = fold->fold->flag_width};
  if (cell->column != SEG_NO_COLUMN) {
    edge.width = seg_plan_carried_width(fold->event, cell->column);
    edge.values = seg_emit_fold_array(fold, offsetof(struct seg_fold_frame, columns), cell->column);
  } else {
    edge.value_bit = cell->value_flag % 64;
    edge.value_words =
        seg_emit_fold_array(fold, offsetof(struct seg_fold_frame, flags), cell->value_flag / 64);
  }
  if (cell->known_flag != UINT32_MAX) {
    edge.known_bit = cell->known_flag % 64;
    edge.known_words =
        seg_emit_fold_array(fold, offsetof(struct seg_fold_frame, flags), cell->known_flag / 64);
  }
  return edge;
}

/** Read the value of the event that each lane chose. */
static void close_edge(struct seg_emit_fold *fold, const struct seg_emit_fold_group *group) {
  struct seg_emit *emit = fold->emit;
  struct seg_emit_edge edge = edge_of(fold, group);
  LLVMValueRef last[2] = {NULL, NULL}, seen = lanes_with_events(fold, group);
  LLVMValueRef known = LLVMConstNull(LLVMTypeOf(seen));
  load_accumulators(fold, group, last);
  for (uint32_t lane = 0; lane < group->cells->cell_count; lane++) {
    LLVMValueRef at = lane_of(fold, last[1], group->lanes, lane);
    struct seg_emit_value value =
        seg_emit_edge_value(emit, &edge, lane_of(fold, seen, group->lanes, lane), at);
    seg_emit_edge_store(emit, group->values[lane], fold->customer, value);
    known = group->lanes == 1 ? value.known
                              : LLVMBuildInsertElement(emit->builder, known, value.known,
                                                       seg_emit_i32(emit, (int64_t)lane), "");
  }
  note_known(fold, group, known);
}

/** Write the known words of 64 customers. */
static void store_known(struct seg_emit_fold *fold, const struct seg_emit_fold_group *group,
                        LLVMValueRef word, LLVMValueRef all) {
  struct seg_emit *emit = fold->emit;
  LLVMValueRef words = NULL;
  if (!is_always_known(group))
    words = LLVMBuildLoad2(emit->builder, LLVMGetAllocatedType(group->known_words),
                           group->known_words, "");
  for (uint32_t lane = 0; lane < group->cells->cell_count; lane++)
    seg_emit_store(emit, emit->type.i64, group->known[lane], word,
                   words == NULL ? all : lane_of(fold, words, group->lanes, lane));
}

static void clear_known(struct seg_emit_fold *fold) {
  for (uint32_t i = 0; i < fold->group_count; i++) {
    LLVMValueRef words = fold->groups[i].known_words;
    if (words != NULL)
      LLVMBuildStore(fold->emit->builder, LLVMConstNull(LLVMGetAllocatedType(words)), words);
  }
}

/** Customers from .. from + SEG_FOLD_TOGETHER - 1 of the word that begins with customer `first`. */
static void emit_customers(struct seg_emit_fold *fold, LLVMValueRef offsets, LLVMValueRef first,
                           LLVMValueRef from, LLVMValueRef customers) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef full = LLVMBuildAdd(builder, from, seg_emit_i64(emit, SEG_FOLD_TOGETHER), "");
  LLVMValueRef is_full = LLVMBuildICmp(builder, LLVMIntULT, full, customers, "");
  LLVMValueRef to = LLVMBuildSelect(builder, is_full, full, customers, "");
  struct seg_emit_loop loop = seg_emit_loop_open(emit, from, to);
  fold->bit = loop.index;
  fold->customer = LLVMBuildAdd(builder, first, fold->bit, "customer");
  open_customer(fold, offsets);
  seg_emit_fold_events(fold);
  for (uint32_t i = 0; i < fold->group_count; i++)
    if (seg_fold_is_edge_value(fold->groups[i].cell->kind))
      close_edge(fold, &fold->groups[i]);
    else
      close_group(fold, &fold->groups[i]);
  seg_emit_loop_close(emit, &loop);
}

static void emit_word(struct seg_emit_fold *fold, LLVMValueRef offsets, LLVMValueRef word,
                      LLVMValueRef customers) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  clear_known(fold);
  LLVMValueRef first = LLVMBuildShl(builder, word, seg_emit_i64(emit, 6), "");
  LLVMValueRef some = seg_emit_i64(emit, SEG_FOLD_TOGETHER);
  LLVMValueRef up = LLVMBuildAdd(builder, customers, seg_emit_i64(emit, SEG_FOLD_TOGETHER - 1), "");
  struct seg_emit_loop loop =
      seg_emit_loop_open(emit, seg_emit_i64(emit, 0), LLVMBuildUDiv(builder, up, some, ""));
  LLVMValueRef from = LLVMBuildMul(builder, loop.index, some, "");
  emit_customers(fold, offsets, first, from, customers);
  LLVMValueRef begin = LLVMBuildAdd(builder, first, from, "");
  for (uint32_t i = 0; i < fold->group_count; i++)
    if (fold->groups[i].rows != NULL)
      seg_emit_fold_store(fold, &fold->groups[i], begin);
  seg_emit_loop_close(emit, &loop);
  for (uint32_t i = 0; i < fold->group_count; i++)
    for (uint32_t lane = 0; lane < fold->groups[i].cells->cell_count; lane++)
      if (fold->groups[i].cell->layout == SEG_LAYOUT_TEXT)
        seg_emit_edge_pad(emit, fold->groups[i].values[lane], first, customers);
  LLVMValueRef all = seg_emit_low_bits(emit, customers);
  for (uint32_t i = 0; i < fold->group_count; i++)
    store_known(fold, &fold->groups[i], word, all);
}

/** The function of `count` groups. */
static LLVMValueRef emit_tile(struct seg_emit *emit, uint32_t event,
                              const struct seg_fold_group *groups, uint32_t count,
                              const char *name) {
  struct seg_emit_fold fold = {.emit = emit, .event = &emit->plan->events[event]};
  fold.fold = &emit->plan->folds[event];
  LLVMValueRef function = seg_emit_function(emit, emit->module, name);
  fold.frame = LLVMGetParam(function, 0);
  fold.entry = seg_emit_here(emit);
  LLVMValueRef customers = seg_emit_member(emit, emit->builder, emit->type.i64, fold.frame,
                                           offsetof(struct seg_fold_frame, customer_count));
  LLVMValueRef offsets = seg_emit_member(emit, emit->builder, emit->type.pointer, fold.frame,
                                         offsetof(struct seg_fold_frame, offsets));
  LLVMValueRef words = seg_emit_word_count(emit, customers);
  struct seg_emit_loop word_loop = seg_emit_loop_open(emit, seg_emit_i64(emit, 0), words);
  fold.fault = seg_emit_fold_pointer(&fold, offsetof(struct seg_fold_frame, fault));
  fold.is_paired = seg_emit_fold_can_pair(emit, event, groups, count);
  for (uint32_t i = 0; i < count; i++)
    add_group(&fold, &groups[i]);
  open_tests(&fold);
  emit_word(&fold, offsets, word_loop.index,
            seg_emit_rows_of_word(emit, customers, word_loop.index));
  seg_emit_loop_close(emit, &word_loop);
  LLVMBuildRetVoid(emit->builder);
  return function;
}

void seg_emit_fold(struct seg_emit *emit, uint32_t event, enum seg_fold_pass pass,
                   const char *name) {
  const struct seg_fold *fold = &emit->plan->folds[event];
  struct seg_fold_groups all;
  if (!seg_fold_groups_build(emit->arena, fold, seg_fold_range(fold, pass), &all)) {
    emit->out_of_memory = true;
    return;
  }
  if (all.count <= SEG_FOLD_TILE_GROUPS) {
    emit_tile(emit, event, all.groups, all.count, name);
    return;
  }
  LLVMValueRef whole = seg_emit_function(emit, emit->module, name);
  LLVMBasicBlockRef entry = seg_emit_here(emit);
  for (uint32_t first = 0; first < all.count; first += SEG_FOLD_TILE_GROUPS) {
    char tile_name[96];
    snprintf(tile_name, sizeof tile_name, "%s_groups_%u", name, first);
    uint32_t left = all.count - first;
    LLVMValueRef tile =
        emit_tile(emit, event, all.groups + first,
                  left < SEG_FOLD_TILE_GROUPS ? left : SEG_FOLD_TILE_GROUPS, tile_name);
    seg_emit_keep_apart(emit, tile);
    LLVMPositionBuilderAtEnd(emit->builder, entry);
    LLVMValueRef frame = LLVMGetParam(whole, 0);
    LLVMBuildCall2(emit->builder, LLVMGlobalGetValueType(tile), tile, &frame, 1, "");
  }
  LLVMBuildRetVoid(emit->builder);
}
