/**
 * What the files that emit folds share. Inside compiler/codegen only.
 */
#ifndef SEG_COMPILER_CODEGEN_EMIT_FOLD_H
#define SEG_COMPILER_CODEGEN_EMIT_FOLD_H

#include "compiler/codegen/emit.h"
#include "compiler/codegen/fold_groups.h"

enum {
  /** Events of a customer that are counted in 16 bits, and whose values of 16 bits are summed in
   * 32. */
  SEG_FOLD_STRETCH = 1 << 15,
  /** Customers whose results are written together; divides 64. */
  SEG_FOLD_TOGETHER = 4,
};

/** The condition that an event counts, a lane a cell: window and flags. */
struct seg_fold_test {
  uint32_t cell_count;
  const struct seg_fold_cell *cells[SEG_FOLD_LANES];
  bool is_counted;          // a group wants to know how many events there were
  LLVMValueRef first, last; // days, a lane a window, as wide as days are in memory
  LLVMValueRef holds;       // for the event at hand
  /* Allocas: events of the customer at hand, in lanes of i64 or, with stretches and where the cells
   * need no more, of i32; and of the stretch at hand, in lanes as wide as those of days. NULL
   * unless counted; and without stretches, where that is no narrower. */
  LLVMValueRef count, few;
  LLVMValueRef earlier; // alloca: events of the stretches before that one, 0 after each customer
};

struct seg_emit_fold_group {
  const struct seg_fold_cell *cell; // the first: what all cells share
  const struct seg_fold_group *cells;
  unsigned lanes; // a power of two; those behind the last cell never count anything
  struct seg_fold_test *test;
  LLVMValueRef accumulators[2]; // allocas
  LLVMValueRef few; // alloca of i32 lanes: the sum of the stretch at hand; NULL: not summed so
  LLVMValueRef values[SEG_FOLD_LANES], known[SEG_FOLD_LANES]; // result columns and their words
  LLVMValueRef earlier; // alloca: the sum of the stretches before that one, 0 after each customer
  LLVMValueRef rows;    // alloca: lanes of results, a row a customer of those written together;
                        // NULL: each is written by itself
  LLVMValueRef known_words; // alloca of i64 lanes; NULL when always known
};

struct seg_emit_fold {
  struct seg_emit *emit;
  const struct seg_plan_entity *event;
  const struct seg_fold *fold;
  LLVMValueRef frame, fault;
  LLVMBasicBlockRef entry;
  bool is_paired; // two events at a time; all groups have SEG_FOLD_LANES lanes then
  uint32_t group_count, test_count;
  struct seg_emit_fold_group groups[SEG_FOLD_TILE_GROUPS];
  struct seg_fold_test tests[SEG_FOLD_TILE_GROUPS];
  LLVMValueRef begin, end; // events of the customer at hand
  LLVMValueRef customer, bit;
  LLVMValueRef at; // the event at hand
};

// emit_fold.c
/** Item `index` of a pointer array of the frame, or a pointer of the frame; loaded at the entry. */
LLVMValueRef seg_emit_fold_array(struct seg_emit_fold *fold, size_t offset, uint32_t index);
LLVMValueRef seg_emit_fold_pointer(struct seg_emit_fold *fold, size_t offset);
/** The day of the event at hand, as wide as it is in memory. */
LLVMValueRef seg_emit_fold_day(struct seg_emit_fold *fold);

/** One result of a group, as it is written. */
LLVMTypeRef seg_emit_fold_cell_type(const struct seg_emit_fold *fold,
                                    const struct seg_emit_fold_group *group);

/** The event at hand: what it adds to all tests and groups. */
void seg_emit_fold_event(struct seg_emit_fold *fold);

// emit_fold_events.c
/** All events of the customer at hand. */
void seg_emit_fold_events(struct seg_emit_fold *fold);

// emit_fold_pairs.c
/** Can these groups count two events at a time? */
bool seg_emit_fold_can_pair(const struct seg_emit *emit, uint32_t event,
                            const struct seg_fold_group *groups, uint32_t count);
/** The days of a test's windows, for both. */
void seg_emit_fold_open_pairs(struct seg_emit_fold *fold, struct seg_fold_test *test);
/** `count` events from `begin` on. */
void seg_emit_fold_pairs(struct seg_emit_fold *fold, LLVMValueRef begin, LLVMValueRef count);
/** i32 lanes: what the halves of each counted together. */
LLVMValueRef seg_emit_fold_pair_counts(struct seg_emit_fold *fold, LLVMValueRef halves_counted);

// emit_fold_store.c
/** Write the results of some customers, of whom `first` is the first: a store a cell. */
void seg_emit_fold_store(struct seg_emit_fold *fold, const struct seg_emit_fold_group *group,
                         LLVMValueRef first);

// emit_fold_test.c
/** The lanes that so many cells need: a power of two. */
unsigned seg_emit_fold_lanes(const struct seg_emit_fold *fold, uint32_t cells);
/** The test of a group; groups with the same windows and flags share it. */
struct seg_fold_test *seg_emit_fold_share_test(struct seg_emit_fold *fold,
                                               const struct seg_fold_group *cells);
/** At the entry: the days of its windows. */
void seg_emit_fold_open_test(struct seg_emit_fold *fold, struct seg_fold_test *test);
/** Do that many lanes of 64 bits need several vectors? Then narrower ones are worth a stretch. */
bool seg_emit_fold_needs_few(const struct seg_emit_fold *fold, unsigned lanes);
/** The lanes in which a test counts the events of a stretch. */
LLVMTypeRef seg_emit_fold_few_type(const struct seg_emit_fold *fold,
                                   const struct seg_fold_test *test);
/** For the event at hand: whether it counts, and the count of those that do. */
void seg_emit_fold_test(struct seg_emit_fold *fold, struct seg_fold_test *test);

#endif
