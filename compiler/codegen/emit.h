/**
 * The emitters: from plan steps to LLVM's intermediate representation.
 *
 * No address of this process is written into the code: all
 * data comes through the frame, and the few outside functions are symbols that the linker of jit.c
 * knows.
 */
#ifndef SEG_COMPILER_CODEGEN_EMIT_H
#define SEG_COMPILER_CODEGEN_EMIT_H

#include <llvm-c/Core.h>

#include "compiler/codegen/block_layout.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/plan.h"

enum { SEG_WORD_ROWS = 64 }; // rows behind one word of bits

struct seg_emit_types {
  LLVMTypeRef nothing, i1, i8, i16, i32, i64, i128, f64, pointer;
};

enum {
  SEG_LAYOUT_COUNT = SEG_LAYOUT_TEXT + 1,
  SEG_COMPARISON_COUNT = SEG_IS_GREATER_EQUAL + 1,
  /** Longer lists become a sorted table that is searched, shorter ones a comparison each. */
  SEG_LONG_LIST = 16,
};

struct seg_emit {
  const struct seg_plan *plan;
  struct seg_arena *arena;
  LLVMContextRef context;
  LLVMModuleRef module;
  LLVMBuilderRef builder; // at the place where code is being added
  LLVMBuilderRef aside;   // for additions to blocks that already end, such as loads at the entry
  struct seg_emit_types type;
  unsigned vector_bits; // of the widest vectors of the processor that code is made for
  LLVMValueRef count_cuts_helpers[SEG_LAYOUT_COUNT];
  bool out_of_memory; // sticky; the code is thrown away then
};

/** A counting loop from 0; see emit_function.c. */
struct seg_emit_loop {
  LLVMBasicBlockRef head, body, exit;
  LLVMValueRef index; // i64
};

/** The value of a step for the row at hand. `known` is an i1, or NULL when it is always known. */
struct seg_emit_value {
  LLVMValueRef data; // TEXT: the pointer
  LLVMValueRef size; // TEXT only
  LLVMValueRef known;
};

/** A column as a function of a block reads it; loaded from the frame once at the entry. */
struct seg_emit_column {
  LLVMValueRef values;     // pointer
  LLVMValueRef known;      // pointer to words, NULL when not optional
  LLVMValueRef known_word; // of the word at hand, NULL until read
};

/** One function of a block while it is being emitted. */
struct seg_emit_block {
  struct seg_emit *emit;
  const struct seg_block *block;
  const struct seg_block_layout *layout;
  LLVMModuleRef module;
  LLVMValueRef function, frame, row_count;
  LLVMBasicBlockRef entry;
  struct seg_emit_loop words; // its index: the word of 64 rows
  LLVMValueRef row, bit;      // maps: the row, and the row within its word
  LLVMValueRef as_of;         // NULL until read
  LLVMValueRef as_of_instant; // NULL until read

  // Per step; an entry belongs to this function when its stamp equals `tile`.
  uint32_t tile;
  uint32_t *column_stamps, *value_stamps;
  struct seg_emit_column *columns;
  struct seg_emit_value *values;
};

// emit_function.c: modules, functions, loops, loads
SEG_NODISCARD enum seg_status seg_emit_init(struct seg_emit *emit, const struct seg_plan *plan,
                                            struct seg_arena *arena, struct seg_error *error);
void seg_emit_deinit(struct seg_emit *emit);
LLVMTypeRef seg_emit_layout_type(const struct seg_emit *emit,
                                 enum seg_layout layout); // not BIT, TEXT
/** The type in memory of integers of a width; the layout's own for FULL. */
LLVMTypeRef seg_emit_width_type(const struct seg_emit *emit, enum seg_layout layout,
                                enum seg_width width);
/** A value as it was loaded, or a vector of them, in the full type of its layout. */
LLVMValueRef seg_emit_widen(struct seg_emit *emit, enum seg_layout layout, LLVMValueRef value);
/** The i64 of an event's flags, out of words of that width. */
LLVMValueRef seg_emit_flag_word(struct seg_emit *emit, LLVMValueRef words, enum seg_width width,
                                LLVMValueRef at);
LLVMValueRef seg_emit_i32(const struct seg_emit *emit, int64_t value);
LLVMValueRef seg_emit_i64(const struct seg_emit *emit, int64_t value);
/** A constant of layout I32, I64 or F64. */
LLVMValueRef seg_emit_constant(const struct seg_emit *emit, enum seg_layout layout,
                               const struct seg_plan_constant *constant);
/** A function void(pointer frame); the builder goes to the end of its entry block. */
LLVMValueRef seg_emit_function(struct seg_emit *emit, LLVMModuleRef module, const char *name);
LLVMValueRef seg_emit_new_function(struct seg_emit *emit, LLVMModuleRef module, const char *name,
                                   LLVMTypeRef type);
/** A function that only this module calls and that is not to be merged into its caller. */
void seg_emit_keep_apart(struct seg_emit *emit, LLVMValueRef function);
LLVMBasicBlockRef seg_emit_here(const struct seg_emit *emit);
LLVMBasicBlockRef seg_emit_add_block(const struct seg_emit *emit, const char *name);
/** Put the builder `aside` before the end of a block that already ends. */
LLVMBuilderRef seg_emit_aside(struct seg_emit *emit, LLVMBasicBlockRef block);
struct seg_emit_loop seg_emit_loop_open(struct seg_emit *emit, LLVMValueRef begin,
                                        LLVMValueRef end);
void seg_emit_loop_close(struct seg_emit *emit, const struct seg_emit_loop *loop);
/** ceil(rows / 64), and the rows of word `word`: min(64, rows - 64 * word). */
LLVMValueRef seg_emit_word_count(struct seg_emit *emit, LLVMValueRef rows);
LLVMValueRef seg_emit_rows_of_word(struct seg_emit *emit, LLVMValueRef rows, LLVMValueRef word);
/** The word with the lowest `count` bits set, 0 <= count <= 64. */
LLVMValueRef seg_emit_low_bits(struct seg_emit *emit, LLVMValueRef count);
LLVMValueRef seg_emit_bit(struct seg_emit *emit, LLVMValueRef word, LLVMValueRef bit); // i1
LLVMValueRef seg_emit_load(LLVMBuilderRef builder, LLVMTypeRef type, LLVMValueRef base,
                           LLVMValueRef index);
void seg_emit_store(struct seg_emit *emit, LLVMTypeRef type, LLVMValueRef base, LLVMValueRef index,
                    LLVMValueRef value);
/** Row `row` of an array of struct seg_str: the pointer to its bytes, and its size. */
LLVMValueRef seg_emit_load_text(struct seg_emit *emit, LLVMValueRef base, LLVMValueRef row,
                                LLVMValueRef *size);
void seg_emit_store_text(struct seg_emit *emit, LLVMValueRef base, LLVMValueRef row,
                         LLVMValueRef data, LLVMValueRef size);
/** The member of a struct at a byte offset. */
LLVMValueRef seg_emit_member(struct seg_emit *emit, LLVMBuilderRef builder, LLVMTypeRef type,
                             LLVMValueRef base, size_t offset);
LLVMValueRef seg_emit_call(struct seg_emit *emit, LLVMModuleRef module, const char *name,
                           LLVMTypeRef result, LLVMValueRef *arguments, unsigned count);
/** Private read-only bytes or a private array of the module; the pointer to its first element. */
LLVMValueRef seg_emit_text_literal(struct seg_emit *emit, LLVMModuleRef module,
                                   struct seg_str text);
LLVMValueRef seg_emit_table(struct seg_emit *emit, LLVMModuleRef module, LLVMTypeRef type,
                            LLVMValueRef *items, uint32_t count);
/** Report a fault where the i1 `condition` holds; the builder goes on behind it. */
void seg_emit_fault_if(struct seg_emit *emit, LLVMModuleRef module, LLVMValueRef condition,
                       LLVMValueRef fault, uint32_t step, LLVMValueRef row);

// emit_frame.c: the columns and slots of a block's frame
SEG_NODISCARD bool seg_emit_block_init(struct seg_emit_block *block, struct seg_emit *emit,
                                       const struct seg_block *of,
                                       const struct seg_block_layout *layout);
/** Begin the function of one tile and open its loop over words. */
void seg_emit_block_open(struct seg_emit_block *block, LLVMModuleRef module, const char *name);
/** Close the loop over words and the function. */
void seg_emit_block_close(struct seg_emit_block *block);
LLVMValueRef seg_emit_as_of(struct seg_emit_block *block);
/** The moment `before` microseconds before the as-of day begins. */
LLVMValueRef seg_emit_as_of_instant(struct seg_emit_block *block, int64_t before);
/** The column behind a step: an input, or a value that another function stored. */
struct seg_emit_column *seg_emit_column(struct seg_emit_block *block, uint32_t number);
/** How wide the integers of that column are in memory. */
enum seg_width seg_emit_column_width(const struct seg_emit_block *block, uint32_t number);
/** The known word of the column for the word at hand, NULL when it is always known. */
LLVMValueRef seg_emit_known_word(struct seg_emit_block *block, uint32_t number);
/** Load one pointer of a pointer array in the frame, at the entry. */
LLVMValueRef seg_emit_frame_array(struct seg_emit_block *block, size_t offset, uint32_t index);

// emit_value.c: one emitter an operation of stage VALUE; emit_map.c: the functions around them
/** Emit the step itself. */
struct seg_emit_value seg_emit_compute(struct seg_emit_block *block, uint32_t number);
/** A step as an operand: what this tile computed, a source, or what an earlier tile stored. */
struct seg_emit_value seg_emit_step_value(struct seg_emit_block *block, uint32_t number);
void seg_emit_map_tile(struct seg_emit_block *block, uint32_t tile, const char *name);

// emit_helper.c: small functions that others call
/** i64(sorted table, count, value): the number of entries <= value. */
LLVMValueRef seg_emit_count_cuts_helper(struct seg_emit *emit, enum seg_layout layout);
/** A scalar in every lane of a vector; one lane is the scalar itself. */
LLVMTypeRef seg_emit_lanes_type(LLVMTypeRef type, unsigned lanes);
LLVMValueRef seg_emit_splat(struct seg_emit *emit, LLVMValueRef scalar, unsigned lanes);
/** values `comparison` values, as scalars (i1) or vectors of i1. */
LLVMValueRef seg_emit_compare(struct seg_emit *emit, enum seg_layout layout,
                              enum seg_plan_comparison comparison, LLVMValueRef left,
                              LLVMValueRef right);

// emit_fold.c
/** The function of the cells of one event that a pass folds. */
void seg_emit_fold(struct seg_emit *emit, uint32_t event, enum seg_fold_pass pass,
                   const char *name);

#endif
