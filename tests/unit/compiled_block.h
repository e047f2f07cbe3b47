/**
 * A block compiled, run over random columns whose padding is poisoned, and compared with the oracle
 * of tests/support.
 */
#ifndef SEG_TESTS_UNIT_COMPILED_BLOCK_H
#define SEG_TESTS_UNIT_COMPILED_BLOCK_H

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/codegen/codegen.h"
#include "runtime/plan/plan_verify_block.h"
#include "runtime/regex/automaton.h"
#include "runtime/time/civil.h"
#include "tests/support/block_oracle.h"
#include "tests/support/guarded_memory.h"
#include "tests/support/kernel_run.h"
#include "tests/support/plan_builder.h"
#include "tests/support/random.h"

/** A compiled block, in the place of a customer scan. */
struct compiled {
  struct seg_plan plan;
  struct seg_code *code;
};

static inline void compile(struct compiled *compiled, const struct seg_test_block *builder,
                           const char *cpu) {
  struct seg_error error = {0};
  compiled->plan.customer.scan = seg_test_block_finish(builder);
  if (seg_plan_verify_block(&compiled->plan.customer.scan, "test block", &error) != SEG_OK)
    fail_msg("%s", error.message);
  const struct seg_codegen_options options = {.cpu = cpu};
  if (seg_codegen(&compiled->plan, &options, &compiled->code, &error) != SEG_OK)
    fail_msg("%s", error.message);
}

static inline void compiled_deinit(struct compiled *compiled) {
  seg_code_free(compiled->code);
  seg_plan_deinit(&compiled->plan);
}

static const int64_t row_counts[] = {0, 1, 63, 64, 65, 2048, 2049};
static const char *const cpus[] = {NULL, "x86-64", "x86-64-v3"};

/** Constants at the ends of every width, and far outside of it. */
static const int64_t edges[] = {INT64_MIN, INT32_MIN, -32769, -32768,    -129,     -128,
                                -127,      0,         1,      126,       127,      128,
                                32767,     32768,     100000, INT32_MAX, INT64_MAX};
enum { EDGES = sizeof edges / sizeof *edges };

// Random columns

static const char *const texts[] = {"",    "a",          "ab",       "abc",     "abd",
                                    "b",   "ba",         "\xc3\xa4", "z",       "abcabc",
                                    " Ab", "\xc3\x84\t", "abcdefg",  "abcdefgh"};
enum { TEXTS = sizeof texts / sizeof *texts };

static const int64_t extremes[] = {
    127,       128,           -128,       -129,          32767,     -32768,    -32769, 32768,
    INT64_MIN, INT64_MIN + 1, INT64_MAX,  INT64_MAX - 1, INT32_MIN, INT32_MAX, -1,     0,
    1,         3037000500,    -3037000500};
enum { EXTREMES = sizeof extremes / sizeof *extremes };

static const double numbers[] = {0,        -0.0,    1,     -1,      0.1, DBL_MIN,
                                 -DBL_MAX, DBL_MAX, 1e300, -1e-300, 1e15};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

/** How wild the columns are: the share of extreme values, in percent. */
static inline int64_t random_integer(struct seg_random *random, uint32_t wild) {
  if (seg_random_chance(random, wild))
    return extremes[seg_random_below(random, EXTREMES)];
  return seg_random_between(random, -9, 9);
}

static inline double random_number(struct seg_random *random, uint32_t wild) {
  if (seg_random_chance(random, wild))
    return numbers[seg_random_below(random, NUMBERS)];
  return (double)seg_random_between(random, -40, 40) / 8;
}

/** An integer as it lies in memory; what does not fit its width loses its upper bits. */
static inline void put_integer(void *column, int64_t row, size_t bytes, int64_t value) {
  switch (bytes) {
  case 1: ((int8_t *)column)[row] = (int8_t)value; break;
  case 2: ((int16_t *)column)[row] = (int16_t)value; break;
  case 4: ((int32_t *)column)[row] = (int32_t)value; break;
  default: ((int64_t *)column)[row] = value; break;
  }
}

/** A day; wild ones lie anywhere in the calendar, or where a century may or may not have its leap
 * day. */
static inline int64_t random_day(struct seg_random *random, uint32_t wild) {
  if (wild == 0 || seg_random_chance(random, 60))
    return seg_random_between(random, -9, wild > 0 ? 40000 : 9);
  if (seg_random_chance(random, 50))
    return seg_random_between(random, SEG_CIVIL_FIRST_DAY, SEG_CIVIL_LAST_DAY);
  int century = 100 * (1 + (int)seg_random_below(random, 99));
  return seg_civil_to_day(century, 2, 28) + (int32_t)seg_random_below(random, 3);
}

/** More entries than one byte can tell apart, and than are looked at together. */
enum { ENTRIES = 2500 };

static inline uint32_t dictionary_size(enum seg_width width) {
  return width == SEG_WIDTH_8 ? 100 : ENTRIES;
}

/** The texts again and again, with numbers behind them. */
struct entries {
  char bytes[ENTRIES][16];
  struct seg_str texts[ENTRIES];
};

static inline struct entries *new_entries(void) {
  struct entries *entries = calloc(1, sizeof *entries);
  assert_non_null(entries);
  for (int i = 0; i < ENTRIES; i++) {
    if (i < TEXTS)
      snprintf(entries->bytes[i], sizeof entries->bytes[i], "%s", texts[i]);
    else
      snprintf(entries->bytes[i], sizeof entries->bytes[i], "%s%d", texts[i % TEXTS], i / TEXTS);
    entries->texts[i] = seg_str_view(entries->bytes[i]);
  }
  return entries;
}

static inline void fill_value(struct seg_random *random, enum seg_layout layout,
                              enum seg_width width, uint32_t wild, void *column, int64_t row) {
  size_t bytes = seg_width_bytes(layout, width);
  switch (layout) {
  case SEG_LAYOUT_BIT:
    if (row % 64 == 0)
      ((uint64_t *)column)[row / 64] = seg_random_next(random);
    break;
  case SEG_LAYOUT_I32: // days and codes
    put_integer(column, row, bytes, random_day(random, wild));
    break;
  case SEG_LAYOUT_I64: put_integer(column, row, bytes, random_integer(random, wild)); break;
  case SEG_LAYOUT_F64: ((double *)column)[row] = random_number(random, wild); break;
  case SEG_LAYOUT_TEXT:
    if (width != SEG_WIDTH_FULL)
      put_integer(column, row, bytes, seg_random_below(random, dictionary_size(width)));
    else
      ((struct seg_str *)column)[row] = seg_str_view(texts[seg_random_below(random, TEXTS)]);
    break;
  }
}

/** What a reader may leave in rows that are unknown: anything, but texts are empty. */
static inline void spoil(enum seg_layout layout, enum seg_width width, void *column, int64_t row) {
  size_t bytes = seg_width_bytes(layout, width);
  switch (layout) {
  case SEG_LAYOUT_BIT: break;
  case SEG_LAYOUT_I32:
  case SEG_LAYOUT_I64:
    put_integer(column, row, bytes, (int64_t)((uint64_t)1 << (8 * bytes - 1)));
    break;
  case SEG_LAYOUT_F64: ((double *)column)[row] = NAN; break;
  case SEG_LAYOUT_TEXT:
    if (width != SEG_WIDTH_FULL)
      put_integer(column, row, bytes, 0);
    else
      ((struct seg_str *)column)[row] = (struct seg_str){NULL, 0};
    break;
  }
}

struct columns {
  struct seg_kernel_inputs inputs;
  uint32_t count;
  void *values[32];
  uint64_t *known[32];
  struct entries *entries;
  struct seg_text_dictionary dictionaries[SEG_WIDTH_COUNT];
  const struct seg_text_dictionary *slot_dictionaries[32];
  size_t value_bytes[32], word_bytes;
};

static inline void columns_init(struct columns *columns, const struct seg_block *block,
                                int64_t rows, struct seg_random *random, uint32_t wild) {
  size_t words = (size_t)(rows + 63) / 64;
  columns->count = block->input_count;
  columns->word_bytes = words * sizeof(uint64_t);
  assert_true(block->input_count <= 32);
  columns->entries = new_entries();
  for (int width = 0; width < SEG_WIDTH_COUNT; width++)
    columns->dictionaries[width] = (struct seg_text_dictionary){
        columns->entries->texts, dictionary_size((enum seg_width)width)};
  for (uint32_t slot = 0; slot < block->input_count; slot++) {
    enum seg_layout layout = block->input_layouts[slot];
    enum seg_width width = seg_block_input_width(block, slot);
    columns->slot_dictionaries[slot] = &columns->dictionaries[width];
    size_t bytes =
        layout == SEG_LAYOUT_BIT ? words * 8 : words * 64 * seg_width_bytes(layout, width);
    columns->value_bytes[slot] = bytes;
    columns->values[slot] = seg_guarded_memory(bytes, 0);
    columns->known[slot] =
        block->input_optional[slot] ? seg_guarded_memory(columns->word_bytes, 0) : NULL;
    for (int64_t row = 0; row < rows; row++) {
      fill_value(random, layout, width, wild, columns->values[slot], row);
      if (columns->known[slot] == NULL)
        continue;
      if (seg_random_chance(random, 75))
        columns->known[slot][row / 64] |= (uint64_t)1 << (row % 64);
      else
        spoil(layout, width, columns->values[slot], row);
    }
  }
  columns->inputs = (struct seg_kernel_inputs){
      .row_count = rows,
      .as_of = (int32_t)seg_random_between(random, -5, 5),
      .as_of_instant = seg_random_between(random, -9, 9),
      .values = (const void *const *)columns->values,
      .known = (const uint64_t *const *)columns->known,
      .dictionaries = columns->slot_dictionaries,
  };
}

static inline void columns_deinit(struct columns *columns) {
  free(columns->entries);
  for (uint32_t slot = 0; slot < columns->count; slot++) {
    seg_guarded_memory_free(columns->values[slot], columns->value_bytes[slot]);
    seg_guarded_memory_free(columns->known[slot], columns->word_bytes);
  }
}

// Comparing a run with the oracle

static inline void check_value(const struct seg_kernel_run *run, uint32_t root, int64_t row,
                               const struct seg_oracle_value *expected) {
  uint32_t number = run->block->value_roots[root];
  const struct seg_step *step = &run->block->steps[number];
  const void *column = seg_kernel_run_root_values(run, root);
  bool known = seg_kernel_run_root_known(run, root, row);
  bool same = known == expected->known;
  // What kernels write is zero where unknown; inputs are as they are.
  const struct seg_oracle_value zero = {0};
  if (!known && run->kernel->value_roots[root].is_input)
    return;
  if (step->op == SEG_OP_INPUT && seg_block_input_width(run->block, step->slot) != SEG_WIDTH_FULL)
    return; // handed on as it lies
  const struct seg_oracle_value *value = expected->known ? expected : &zero;
  switch (step->layout) {
  case SEG_LAYOUT_BIT: break;
  case SEG_LAYOUT_I32: same = same && ((const int32_t *)column)[row] == value->integer; break;
  case SEG_LAYOUT_I64: same = same && ((const int64_t *)column)[row] == value->integer; break;
  case SEG_LAYOUT_F64:
    same = same && memcmp(&((const double *)column)[row], &value->number, sizeof(double)) == 0;
    break;
  case SEG_LAYOUT_TEXT:
    same = same && seg_str_equal(((const struct seg_str *)column)[row], value->text);
    break;
  }
  if (!same)
    fail_msg("value of step %" PRIu32 " (%s), row %" PRId64 ": known %d, expected %d", number,
             seg_op_info[step->op].name, row, known, expected->known);
}

static inline void mark(const struct seg_block *block, uint32_t number, bool *needed) {
  const struct seg_step *step = &block->steps[number];
  if (needed[number])
    return;
  needed[number] = true;
  for (uint32_t i = 0; i < seg_op_info[step->op].operand_count; i++)
    mark(block, step->operands[i], needed);
}

static inline bool *needed_steps(const struct seg_block *block) {
  bool *needed = calloc(block->step_count + 1, sizeof *needed);
  assert_non_null(needed);
  for (uint32_t i = 0; i < block->value_root_count; i++)
    mark(block, block->value_roots[i], needed);
  for (uint32_t i = 0; i < block->mask_root_count; i++)
    mark(block, block->mask_roots[i], needed);
  return needed;
}

static inline void check_bits_behind(const struct seg_kernel_run *run) {
  int64_t rows = run->inputs->row_count;
  for (uint32_t slot = 0; slot < run->kernel->value_slot_count && rows % 64 != 0; slot++)
    assert_int_equal(run->known[slot][rows / 64] >> (rows % 64), 0);
}

/** Everything a run wrote, and its fault, against the oracle. */
static inline void check_run(const struct seg_kernel_run *run) {
  const struct seg_block *block = run->block;
  struct seg_oracle_value *values = calloc(block->step_count + 1, sizeof *values);
  bool *needed = needed_steps(block);
  struct seg_kernel_fault expected = {0};
  for (int64_t row = 0; row < run->inputs->row_count; row++) {
    seg_block_oracle(block, run->inputs, row, values);
    bool faults = false;
    for (uint32_t step = 0; step < block->step_count; step++) {
      if (!needed[step] || !values[step].fault)
        continue;
      faults = true;
      if (expected.kind == SEG_FAULT_NONE)
        expected = (struct seg_kernel_fault){SEG_FAULT_OVERFLOW, step, row};
    }
    if (faults) // what else stands in this row means nothing
      continue;
    for (uint32_t root = 0; root < block->value_root_count; root++)
      check_value(run, root, row, &values[block->value_roots[root]]);
    for (uint32_t root = 0; root < block->mask_root_count; root++) {
      uint32_t step = block->mask_roots[root];
      if (seg_kernel_run_root_mask(run, root, row) != (values[step].integer != 0))
        fail_msg("mask of step %" PRIu32 " (%s), row %" PRId64, step,
                 seg_op_info[block->steps[step].op].name, row);
    }
  }
  check_bits_behind(run);
  assert_int_equal(run->fault.kind, expected.kind);
  if (expected.kind != SEG_FAULT_NONE) {
    assert_int_equal(run->fault.row, expected.row);
    assert_int_equal(run->fault.step, expected.step);
  }
  free(needed);
  free(values);
}

static inline void run_and_check(const struct compiled *compiled, int64_t rows,
                                 struct seg_random *random, uint32_t wild) {
  const struct seg_block *block = &compiled->plan.customer.scan;
  struct columns columns;
  columns_init(&columns, block, rows, random, wild);
  struct seg_kernel_run run;
  seg_kernel_run_init(&run, block, &seg_code_kernels(compiled->code)->customer_scan,
                      &columns.inputs);
  check_run(&run);
  seg_kernel_run_deinit(&run);
  columns_deinit(&columns);
}

/** All row counts on all processors, with tame and wild columns. */
static inline void try_everywhere(void (*build)(struct seg_test_block *builder), uint64_t seed) {
  for (size_t cpu = 0; cpu < 3; cpu++) {
    struct compiled compiled;
    seg_plan_builder_init(&compiled.plan, 0);
    struct seg_test_block builder;
    seg_test_block_init(&builder, &compiled.plan.arena);
    build(&builder);
    compile(&compiled, &builder, cpus[cpu]);
    struct seg_random random;
    seg_random_init(&random, seed);
    for (size_t i = 0; i < sizeof row_counts / sizeof *row_counts; i++) {
      run_and_check(&compiled, row_counts[i], &random, 0);
      run_and_check(&compiled, row_counts[i], &random, 30);
    }
    compiled_deinit(&compiled);
  }
}

#endif
