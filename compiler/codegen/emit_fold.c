// The fold of an event: loops over words of 64 customers, customers, and events of one customer.
// Every cell has an accumulator in a register; an event counts for it when the cell's test holds.
//
// Cells that share window and flags share the test. No branches inside the event loop: a cell that
// an event does not count for keeps its accumulator by a select.
#include <math.h>
#include <stddef.h>

#include "compiler/codegen/emit.h"

/** Cells of one function: beyond, accumulators live on the stack and compiling slows down. */
enum { FOLD_TILE_CELLS = 32 };

/** The condition that an event counts, shared by cells. */
struct test {
  uint32_t window, flag_count, flags[SEG_MAX_CELL_FLAGS];
  LLVMValueRef holds; // i1 for the event at hand
  LLVMValueRef seen;  // alloca i1: did it hold for an event of this customer?
};

struct cell {
  const struct seg_fold_cell *plan;
  uint32_t number;
  struct test *test;
  LLVMValueRef accumulator;   // alloca
  LLVMValueRef values, known; // result column and its words
  LLVMValueRef known_word;    // alloca
};

struct fold_emit {
  struct seg_emit *emit;
  const struct seg_plan_entity *event;
  LLVMValueRef frame, fault;
  LLVMBasicBlockRef entry;
  uint32_t cell_count, test_count;
  struct cell cells[FOLD_TILE_CELLS];
  struct test tests[FOLD_TILE_CELLS];
  LLVMValueRef begin, end; // events of the customer at hand
  LLVMValueRef customer, bit;
  LLVMValueRef at; // the event at hand
};

/** What a kind of cell does; `add` gets i1 `holds` and returns the new accumulator. */
struct fold_kind_emitter {
  LLVMValueRef (*initial)(struct fold_emit *fold, const struct cell *cell);
  LLVMValueRef (*add)(struct fold_emit *fold, const struct cell *cell, LLVMValueRef old);
  LLVMValueRef (*result)(struct fold_emit *fold, const struct cell *cell, LLVMValueRef last);
};

/** Load item `index` of a pointer array of the frame, at the entry. */
static LLVMValueRef frame_array(struct fold_emit *fold, size_t offset, uint32_t index) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = seg_emit_aside(emit, fold->entry);
  LLVMValueRef array = seg_emit_member(emit, builder, emit->type.pointer, fold->frame, offset);
  return seg_emit_load(builder, emit->type.pointer, array, seg_emit_i64(emit, index));
}

static LLVMValueRef frame_pointer(struct fold_emit *fold, size_t offset) {
  struct seg_emit *emit = fold->emit;
  return seg_emit_member(emit, seg_emit_aside(emit, fold->entry), emit->type.pointer, fold->frame,
                         offset);
}

static LLVMValueRef event_day(struct fold_emit *fold) {
  LLVMValueRef days = frame_pointer(fold, offsetof(struct seg_fold_frame, days));
  return seg_emit_load(fold->emit->builder, fold->emit->type.i32, days, fold->at);
}

/** The argument of a cell for the event at hand; meaningless where the test does not hold. */
static LLVMValueRef event_value(struct fold_emit *fold, const struct cell *cell) {
  const struct seg_fold_cell *plan = cell->plan;
  if (plan->column == SEG_NO_COLUMN)
    return event_day(fold);
  LLVMTypeRef type = seg_emit_layout_type(fold->emit, fold->event->carried_layout[plan->column]);
  LLVMValueRef column = frame_array(fold, offsetof(struct seg_fold_frame, columns), plan->column);
  return seg_emit_load(fold->emit->builder, type, column, fold->at);
}

static LLVMValueRef as_is(struct fold_emit *fold, const struct cell *cell, LLVMValueRef last) {
  (void)fold;
  (void)cell;
  return last;
}

static LLVMValueRef count_initial(struct fold_emit *fold, const struct cell *cell) {
  (void)cell;
  return seg_emit_i64(fold->emit, 0);
}

static LLVMValueRef count_add(struct fold_emit *fold, const struct cell *cell, LLVMValueRef old) {
  LLVMValueRef one =
      LLVMBuildZExt(fold->emit->builder, cell->test->holds, fold->emit->type.i64, "");
  return LLVMBuildAdd(fold->emit->builder, old, one, "");
}

static LLVMValueRef sum_initial(struct fold_emit *fold, const struct cell *cell) {
  struct seg_emit *emit = fold->emit;
  return LLVMConstNull(cell->plan->layout == SEG_LAYOUT_F64 ? emit->type.f64 : emit->type.i128);
}

static LLVMValueRef sum_add(struct fold_emit *fold, const struct cell *cell, LLVMValueRef old) {
  struct seg_emit *emit = fold->emit;
  LLVMValueRef value = event_value(fold, cell);
  if (cell->plan->layout == SEG_LAYOUT_F64) {
    LLVMValueRef sum = LLVMBuildFAdd(emit->builder, old, value, "");
    return LLVMBuildSelect(emit->builder, cell->test->holds, sum, old, "");
  }
  LLVMValueRef counted =
      LLVMBuildSelect(emit->builder, cell->test->holds, value, seg_emit_i64(emit, 0), "");
  LLVMValueRef wide = LLVMBuildSExt(emit->builder, counted, emit->type.i128, "");
  return LLVMBuildAdd(emit->builder, old, wide, "");
}

static LLVMValueRef sum_result(struct fold_emit *fold, const struct cell *cell, LLVMValueRef last) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef result = last, broken;
  if (cell->plan->layout == SEG_LAYOUT_F64) {
    LLVMValueRef infinite = LLVMConstReal(emit->type.f64, INFINITY);
    // Neither below +infinity nor above -infinity: an infinity or NaN.
    LLVMValueRef low =
        LLVMBuildFCmp(builder, LLVMRealULE, last, LLVMConstReal(emit->type.f64, -INFINITY), "");
    LLVMValueRef high = LLVMBuildFCmp(builder, LLVMRealUGE, last, infinite, "");
    broken = LLVMBuildOr(builder, low, high, "");
  } else {
    result = LLVMBuildTrunc(builder, last, emit->type.i64, "");
    LLVMValueRef back = LLVMBuildSExt(builder, result, emit->type.i128, "");
    broken = LLVMBuildICmp(builder, LLVMIntNE, back, last, "");
  }
  seg_emit_fault_if(emit, emit->optimised, broken, fold->fault, cell->number, fold->customer);
  return result;
}

static bool wants_least(const struct cell *cell) {
  return cell->plan->kind == SEG_FOLD_MIN || cell->plan->kind == SEG_FOLD_FIRST_DAY;
}

/** The end of the range that every value beats or equals. */
static LLVMValueRef extreme_initial(struct fold_emit *fold, const struct cell *cell) {
  struct seg_emit *emit = fold->emit;
  bool least = wants_least(cell);
  switch (cell->plan->layout) {
  case SEG_LAYOUT_I32: return seg_emit_i32(emit, least ? INT32_MAX : INT32_MIN);
  case SEG_LAYOUT_F64: return LLVMConstReal(emit->type.f64, least ? INFINITY : -INFINITY);
  case SEG_LAYOUT_BIT:
  case SEG_LAYOUT_I64:
  case SEG_LAYOUT_TEXT: break;
  }
  return seg_emit_i64(emit, least ? INT64_MAX : INT64_MIN);
}

static LLVMValueRef extreme_add(struct fold_emit *fold, const struct cell *cell, LLVMValueRef old) {
  struct seg_emit *emit = fold->emit;
  LLVMValueRef value = event_value(fold, cell);
  enum seg_plan_comparison comparison = wants_least(cell) ? SEG_IS_LESS : SEG_IS_GREATER;
  LLVMValueRef beats = seg_emit_compare(emit, cell->plan->layout, comparison, value, old);
  LLVMValueRef takes = LLVMBuildAnd(emit->builder, cell->test->holds, beats, "");
  return LLVMBuildSelect(emit->builder, takes, value, old, "");
}

static LLVMValueRef extreme_result(struct fold_emit *fold, const struct cell *cell,
                                   LLVMValueRef last) {
  struct seg_emit *emit = fold->emit;
  LLVMValueRef seen = LLVMBuildLoad2(emit->builder, emit->type.i1, cell->test->seen, "");
  return LLVMBuildSelect(emit->builder, seen, last, LLVMConstNull(LLVMTypeOf(last)), "");
}

static LLVMValueRef distinct_add(struct fold_emit *fold, const struct cell *cell,
                                 LLVMValueRef old) {
  (void)fold;
  (void)cell;
  return old;
}

/** Counted after the loop by the runtime, which owns the hash sets. */
static LLVMValueRef distinct_result(struct fold_emit *fold, const struct cell *cell,
                                    LLVMValueRef last) {
  (void)last;
  struct seg_emit *emit = fold->emit;
  const struct seg_fold_cell *plan = cell->plan;
  LLVMValueRef flags[SEG_MAX_CELL_FLAGS];
  for (uint32_t i = 0; i < plan->flag_count; i++)
    flags[i] = seg_emit_i32(emit, plan->flags[i]);
  LLVMValueRef table = plan->flag_count == 0 ? LLVMConstNull(emit->type.pointer)
                                             : seg_emit_table(emit, emit->optimised, emit->type.i32,
                                                              flags, plan->flag_count);
  LLVMValueRef arguments[] = {
      fold->frame,
      seg_emit_i32(emit, cell->number),
      seg_emit_i32(emit, plan->column),
      seg_emit_i32(emit, fold->event->carried_layout[plan->column]),
      seg_emit_i32(emit, plan->window),
      table,
      seg_emit_i32(emit, plan->flag_count),
      fold->begin,
      fold->end,
      fold->customer,
  };
  return seg_emit_call(emit, emit->optimised, "seg_kernel_distinct", emit->type.i64, arguments,
                       sizeof arguments / sizeof *arguments);
}

static const struct fold_kind_emitter kinds[] = {
    [SEG_FOLD_COUNT] = {count_initial, count_add, as_is},
    [SEG_FOLD_SUM] = {sum_initial, sum_add, sum_result},
    [SEG_FOLD_MIN] = {extreme_initial, extreme_add, extreme_result},
    [SEG_FOLD_MAX] = {extreme_initial, extreme_add, extreme_result},
    [SEG_FOLD_FIRST_DAY] = {extreme_initial, extreme_add, extreme_result},
    [SEG_FOLD_LAST_DAY] = {extreme_initial, extreme_add, extreme_result},
    [SEG_FOLD_DISTINCT] = {count_initial, distinct_add, distinct_result},
};

static bool is_always_known(const struct cell *cell) {
  return kinds[cell->plan->kind].result != extreme_result;
}

static struct test *share_test(struct fold_emit *fold, const struct seg_fold_cell *cell) {
  for (uint32_t i = 0; i < fold->test_count; i++) {
    struct test *test = &fold->tests[i];
    bool same = test->window == cell->window && test->flag_count == cell->flag_count;
    for (uint32_t flag = 0; same && flag < cell->flag_count; flag++)
      same = test->flags[flag] == cell->flags[flag];
    if (same)
      return test;
  }
  struct test *test = &fold->tests[fold->test_count++];
  *test = (struct test){.window = cell->window, .flag_count = cell->flag_count};
  for (uint32_t flag = 0; flag < cell->flag_count; flag++)
    test->flags[flag] = cell->flags[flag];
  return test;
}

static LLVMValueRef window_end(struct fold_emit *fold, uint32_t window, uint32_t which) {
  struct seg_emit *emit = fold->emit;
  LLVMValueRef windows = frame_pointer(fold, offsetof(struct seg_fold_frame, windows));
  return seg_emit_load(seg_emit_aside(emit, fold->entry), emit->type.i32, windows,
                       seg_emit_i64(emit, (int64_t)window * 2 + which));
}

static LLVMValueRef emit_test(struct fold_emit *fold, const struct test *test) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef day = event_day(fold);
  LLVMValueRef from =
      LLVMBuildICmp(builder, LLVMIntSGE, day, window_end(fold, test->window, 0), "");
  LLVMValueRef to = LLVMBuildICmp(builder, LLVMIntSLE, day, window_end(fold, test->window, 1), "");
  LLVMValueRef holds = LLVMBuildAnd(builder, from, to, "");
  for (uint32_t i = 0; i < test->flag_count; i++) {
    uint32_t flag = test->flags[i];
    LLVMValueRef words = frame_array(fold, offsetof(struct seg_fold_frame, flags), flag / 64);
    LLVMValueRef word = seg_emit_load(builder, emit->type.i64, words, fold->at);
    LLVMValueRef bit = seg_emit_bit(emit, word, seg_emit_i64(emit, flag % 64));
    holds = LLVMBuildAnd(builder, holds, bit, "");
  }
  return holds;
}

static LLVMValueRef entry_alloca(struct fold_emit *fold, LLVMTypeRef type) {
  return LLVMBuildAlloca(seg_emit_aside(fold->emit, fold->entry), type, "");
}

static void open_customer(struct fold_emit *fold, LLVMValueRef offsets) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef next = LLVMBuildAdd(builder, fold->customer, seg_emit_i64(emit, 1), "");
  fold->begin = seg_emit_load(builder, emit->type.i64, offsets, fold->customer);
  fold->end = seg_emit_load(builder, emit->type.i64, offsets, next);
  for (uint32_t i = 0; i < fold->test_count; i++) {
    fold->tests[i].seen = entry_alloca(fold, emit->type.i1);
    LLVMBuildStore(builder, LLVMConstNull(emit->type.i1), fold->tests[i].seen);
  }
  for (uint32_t i = 0; i < fold->cell_count; i++) {
    struct cell *cell = &fold->cells[i];
    LLVMValueRef initial = kinds[cell->plan->kind].initial(fold, cell);
    cell->accumulator = entry_alloca(fold, LLVMTypeOf(initial));
    LLVMBuildStore(builder, initial, cell->accumulator);
  }
}

static void emit_event(struct fold_emit *fold) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  for (uint32_t i = 0; i < fold->test_count; i++) {
    struct test *test = &fold->tests[i];
    test->holds = emit_test(fold, test);
    LLVMValueRef seen = LLVMBuildLoad2(builder, emit->type.i1, test->seen, "");
    LLVMBuildStore(builder, LLVMBuildOr(builder, seen, test->holds, ""), test->seen);
  }
  for (uint32_t i = 0; i < fold->cell_count; i++) {
    const struct cell *cell = &fold->cells[i];
    LLVMTypeRef type = LLVMGetAllocatedType(cell->accumulator);
    LLVMValueRef old = LLVMBuildLoad2(builder, type, cell->accumulator, "");
    LLVMBuildStore(builder, kinds[cell->plan->kind].add(fold, cell, old), cell->accumulator);
  }
}

static void close_customer(struct fold_emit *fold) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  for (uint32_t i = 0; i < fold->cell_count; i++) {
    const struct cell *cell = &fold->cells[i];
    LLVMTypeRef type = LLVMGetAllocatedType(cell->accumulator);
    LLVMValueRef last = LLVMBuildLoad2(builder, type, cell->accumulator, "");
    LLVMValueRef result = kinds[cell->plan->kind].result(fold, cell, last);
    seg_emit_store(emit, LLVMTypeOf(result), cell->values, fold->customer, result);
    if (is_always_known(cell))
      continue;
    LLVMValueRef seen = LLVMBuildLoad2(builder, emit->type.i1, cell->test->seen, "");
    LLVMValueRef bit = LLVMBuildZExt(builder, seen, emit->type.i64, "");
    LLVMValueRef placed = LLVMBuildShl(builder, bit, fold->bit, "");
    LLVMValueRef word = LLVMBuildLoad2(builder, emit->type.i64, cell->known_word, "");
    LLVMBuildStore(builder, LLVMBuildOr(builder, word, placed, ""), cell->known_word);
  }
}

static void emit_word(struct fold_emit *fold, LLVMValueRef offsets, LLVMValueRef word,
                      LLVMValueRef customers) {
  struct seg_emit *emit = fold->emit;
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef zero = seg_emit_i64(emit, 0);
  for (uint32_t i = 0; i < fold->cell_count; i++)
    LLVMBuildStore(builder, zero, fold->cells[i].known_word);
  LLVMValueRef first = LLVMBuildShl(builder, word, seg_emit_i64(emit, 6), "");
  struct seg_emit_loop customer_loop = seg_emit_loop_open(emit, zero, customers);
  fold->bit = customer_loop.index;
  fold->customer = LLVMBuildAdd(builder, first, fold->bit, "customer");
  open_customer(fold, offsets);
  struct seg_emit_loop event_loop = seg_emit_loop_open(emit, fold->begin, fold->end);
  fold->at = event_loop.index;
  emit_event(fold);
  seg_emit_loop_close(emit, &event_loop);
  close_customer(fold);
  seg_emit_loop_close(emit, &customer_loop);
  LLVMValueRef all = seg_emit_low_bits(emit, customers);
  for (uint32_t i = 0; i < fold->cell_count; i++) {
    const struct cell *cell = &fold->cells[i];
    LLVMValueRef known = LLVMBuildLoad2(builder, emit->type.i64, cell->known_word, "");
    seg_emit_store(emit, emit->type.i64, cell->known, word, is_always_known(cell) ? all : known);
  }
}

/** The function of cells first .. first + count - 1. */
static LLVMValueRef emit_tile(struct seg_emit *emit, uint32_t event, uint32_t first, uint32_t count,
                              const char *name) {
  struct fold_emit fold = {.emit = emit, .event = &emit->plan->events[event], .cell_count = count};
  LLVMValueRef function = seg_emit_function(emit, emit->optimised, name);
  fold.frame = LLVMGetParam(function, 0);
  fold.entry = seg_emit_here(emit);
  LLVMValueRef customers = seg_emit_member(emit, emit->builder, emit->type.i64, fold.frame,
                                           offsetof(struct seg_fold_frame, customer_count));
  LLVMValueRef offsets = seg_emit_member(emit, emit->builder, emit->type.pointer, fold.frame,
                                         offsetof(struct seg_fold_frame, offsets));
  LLVMValueRef words = seg_emit_word_count(emit, customers);
  struct seg_emit_loop word_loop = seg_emit_loop_open(emit, seg_emit_i64(emit, 0), words);
  fold.fault = frame_pointer(&fold, offsetof(struct seg_fold_frame, fault));
  for (uint32_t i = 0; i < count; i++) {
    struct cell *cell = &fold.cells[i];
    cell->number = first + i;
    cell->plan = &emit->plan->folds[event].cells[cell->number];
    cell->test = share_test(&fold, cell->plan);
    cell->values = frame_array(&fold, offsetof(struct seg_fold_frame, values), cell->number);
    cell->known = frame_array(&fold, offsetof(struct seg_fold_frame, known), cell->number);
    cell->known_word = entry_alloca(&fold, emit->type.i64);
  }
  emit_word(&fold, offsets, word_loop.index,
            seg_emit_rows_of_word(emit, customers, word_loop.index));
  seg_emit_loop_close(emit, &word_loop);
  LLVMBuildRetVoid(emit->builder);
  return function;
}

void seg_emit_fold(struct seg_emit *emit, uint32_t event, const char *name) {
  uint32_t count = emit->plan->folds[event].cell_count;
  if (count <= FOLD_TILE_CELLS) {
    emit_tile(emit, event, 0, count, name);
    return;
  }
  LLVMValueRef whole = seg_emit_function(emit, emit->optimised, name);
  LLVMBasicBlockRef entry = seg_emit_here(emit);
  for (uint32_t first = 0; first < count; first += FOLD_TILE_CELLS) {
    char tile_name[96];
    snprintf(tile_name, sizeof tile_name, "%s_cells_%u", name, first);
    uint32_t left = count - first;
    LLVMValueRef tile =
        emit_tile(emit, event, first, left < FOLD_TILE_CELLS ? left : FOLD_TILE_CELLS, tile_name);
    seg_emit_keep_apart(emit, tile);
    LLVMPositionBuilderAtEnd(emit->builder, entry);
    LLVMValueRef frame = LLVMGetParam(whole, 0);
    LLVMBuildCall2(emit->builder, LLVMGlobalGetValueType(tile), tile, &frame, 1, "");
  }
  LLVMBuildRetVoid(emit->builder);
}
