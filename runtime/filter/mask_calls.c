// Masks of texts and of long lists; see mask_calls.h.
#include "runtime/filter/mask_calls.h"

#include "runtime/filter/kernel_text.h"

static const void *values_of(const struct seg_mask_program *program, uint32_t step,
                             const struct seg_block_frame *frame) {
  const struct seg_mask_column *column = &program->columns[step];
  return column->is_input ? frame->input_values[column->slot] : frame->values[column->slot];
}

/** Is the value in the rising items? Lengths halve, without branches on data. */
static bool contains(const struct seg_mask_table *table, int64_t value) {
  const int64_t *low = table->items;
  for (uint32_t left = table->count; left > 1; left -= left / 2)
    low += low[left / 2] <= value ? left / 2 : 0;
  return *low == value;
}

static void search_table(const struct seg_mask_program *program, uint32_t number, uint32_t step,
                         const struct seg_block_frame *frame, int64_t rows, uint64_t *words) {
  const struct seg_mask_column *column = &program->columns[step];
  const void *values = values_of(program, step, frame);
  size_t bytes = seg_width_bytes(column->layout, column->width);
  for (int64_t first = 0; first < rows; first += 64) {
    uint64_t word = 0;
    for (int64_t i = 0; i < 64; i++) {
      bool found = contains(&program->tables[number], seg_mask_integer(values, bytes, first + i));
      word |= (uint64_t)found << i;
    }
    words[first / 64] = word;
  }
}

/** a ? b as b ?' a. */
static enum seg_plan_comparison swapped(enum seg_plan_comparison comparison) {
  switch (comparison) {
  case SEG_IS_EQUAL:
  case SEG_IS_NOT_EQUAL: break;
  case SEG_IS_LESS: return SEG_IS_GREATER;
  case SEG_IS_LESS_EQUAL: return SEG_IS_GREATER_EQUAL;
  case SEG_IS_GREATER: return SEG_IS_LESS;
  case SEG_IS_GREATER_EQUAL: return SEG_IS_LESS_EQUAL;
  }
  return comparison;
}

static void compare_literal(const struct seg_str *texts, struct seg_str literal,
                            enum seg_plan_comparison comparison, int64_t rows, uint64_t *words) {
  for (int64_t first = 0; first < rows; first += 64)
    words[first / 64] =
        seg_kernel_text_compare(texts + first, literal.data, literal.size, comparison);
}

static void compare_texts(const struct seg_mask_program *program, const struct seg_step *step,
                          const struct seg_block_frame *frame, int64_t rows, uint64_t *words) {
  uint32_t left = step->operands[0], right = step->operands[1];
  const struct seg_step *a = &frame->steps[left], *b = &frame->steps[right];
  if (a->op == SEG_OP_CONSTANT) {
    compare_literal(values_of(program, right, frame), a->constant.text, swapped(step->comparison),
                    rows, words);
  } else if (b->op == SEG_OP_CONSTANT) {
    compare_literal(values_of(program, left, frame), b->constant.text, step->comparison, rows,
                    words);
  } else {
    const struct seg_str *x = values_of(program, left, frame);
    const struct seg_str *y = values_of(program, right, frame);
    for (int64_t first = 0; first < rows; first += 64)
      words[first / 64] = seg_kernel_text_compare_columns(x + first, y + first, step->comparison);
  }
}

void seg_mask_calls_run(const struct seg_mask_program *program, uint32_t number, uint32_t item,
                        const struct seg_block_frame *frame, int64_t rows, uint64_t *words) {
  const struct seg_step *step = &frame->steps[number];
  if (step->op == SEG_OP_COMPARE) {
    compare_texts(program, step, frame, rows, words);
    return;
  }
  uint32_t column = step->operands[0];
  if (step->op == SEG_OP_IN_LIST && program->columns[column].layout != SEG_LAYOUT_TEXT) {
    search_table(program, number, column, frame, rows, words);
    return;
  }
  const struct seg_str *texts = values_of(program, column, frame);
  struct seg_str literal = step->list[item].text;
  if (step->op == SEG_OP_IN_LIST) {
    compare_literal(texts, literal, SEG_IS_EQUAL, rows, words);
    return;
  }
  for (int64_t first = 0; first < rows; first += 64)
    words[first / 64] =
        step->op == SEG_OP_TEXT_MATCH
            ? seg_kernel_text_match(texts + first, frame, number)
            : seg_kernel_text_test(texts + first, literal.data, literal.size, step->text_test);
}
