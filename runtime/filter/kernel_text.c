// Text conditions over 64 rows; see kernel_text.h.
// UTF-8 sorts by code point when its bytes are compared, and all text is in Unicode normalization
// form C.
#include "runtime/filter/kernel_text.h"

#include <string.h>

#include "runtime/regex/automaton.h"

enum { ROWS = 64 };

static uint64_t equal_mask(const struct seg_str *values, struct seg_str literal) {
  uint64_t mask = 0;
  for (unsigned i = 0; i < ROWS; i++) {
    bool holds = values[i].size == literal.size &&
                 (literal.size == 0 || memcmp(values[i].data, literal.data, literal.size) == 0);
    mask |= (uint64_t)holds << i;
  }
  return mask;
}

/** Rows where compare(left, right) < 0, or <= 0 when `or_equal`; steps are 1 (column) or 0
 * (literal). */
static uint64_t less_mask(const struct seg_str *left, unsigned left_step,
                          const struct seg_str *right, unsigned right_step, bool or_equal) {
  uint64_t mask = 0;
  for (unsigned i = 0; i < ROWS; i++) {
    int order = seg_str_compare(left[i * left_step], right[i * right_step]);
    mask |= (uint64_t)(order < 0 || (or_equal && order == 0)) << i;
  }
  return mask;
}

uint64_t seg_kernel_text_compare(const struct seg_str *values, const char *literal, uint64_t size,
                                 uint32_t comparison) {
  const struct seg_str text = {literal, size};
  switch ((enum seg_plan_comparison)comparison) {
  case SEG_IS_EQUAL: return equal_mask(values, text);
  case SEG_IS_NOT_EQUAL: return ~equal_mask(values, text);
  case SEG_IS_LESS: return less_mask(values, 1, &text, 0, false);
  case SEG_IS_LESS_EQUAL: return less_mask(values, 1, &text, 0, true);
  case SEG_IS_GREATER: return less_mask(&text, 0, values, 1, false);
  case SEG_IS_GREATER_EQUAL: return less_mask(&text, 0, values, 1, true);
  }
  return 0;
}

uint64_t seg_kernel_text_compare_columns(const struct seg_str *left, const struct seg_str *right,
                                         uint32_t comparison) {
  uint64_t equal = 0;
  switch ((enum seg_plan_comparison)comparison) {
  case SEG_IS_EQUAL:
  case SEG_IS_NOT_EQUAL:
    for (unsigned i = 0; i < ROWS; i++)
      equal |= (uint64_t)seg_str_equal(left[i], right[i]) << i;
    return comparison == SEG_IS_EQUAL ? equal : ~equal;
  case SEG_IS_LESS: return less_mask(left, 1, right, 1, false);
  case SEG_IS_LESS_EQUAL: return less_mask(left, 1, right, 1, true);
  case SEG_IS_GREATER: return less_mask(right, 1, left, 1, false);
  case SEG_IS_GREATER_EQUAL: return less_mask(right, 1, left, 1, true);
  }
  return 0;
}

static bool text_test_holds(struct seg_str text, struct seg_str literal,
                            enum seg_plan_text_test test) {
  if (literal.size == 0)
    return true;
  if (text.size < literal.size)
    return false;
  switch (test) {
  case SEG_TEXT_STARTS: return memcmp(text.data, literal.data, literal.size) == 0;
  case SEG_TEXT_ENDS:
    return memcmp(text.data + (text.size - literal.size), literal.data, literal.size) == 0;
  case SEG_TEXT_CONTAINS: return memmem(text.data, text.size, literal.data, literal.size) != NULL;
  }
  return false;
}

uint64_t seg_kernel_text_test(const struct seg_str *values, const char *literal, uint64_t size,
                              uint32_t test) {
  const struct seg_str text = {literal, size};
  uint64_t mask = 0;
  for (unsigned i = 0; i < ROWS; i++)
    mask |= (uint64_t)text_test_holds(values[i], text, (enum seg_plan_text_test)test) << i;
  return mask;
}

uint64_t seg_kernel_text_match(const struct seg_str *values, const struct seg_block_frame *frame,
                               uint32_t step) {
  const struct seg_automaton *automaton = frame->steps[step].automaton;
  uint64_t mask = 0;
  for (unsigned i = 0; i < ROWS; i++)
    mask |= (uint64_t)seg_automaton_accepts(automaton, values[i]) << i;
  return mask;
}

// The lowest byte is the first; never a byte behind the text is read.
static uint64_t first_bytes(struct seg_str text) {
  uint64_t word = 0;
  uint32_t first, last;
  if (text.size >= 8) {
    memcpy(&word, text.data, 8);
  } else if (text.size >= 4) {
    memcpy(&first, text.data, 4);
    memcpy(&last, text.data + text.size - 4, 4);
    word = first | (uint64_t)last << 8 * (text.size - 4);
  } else if (text.size > 0) {
    const unsigned char *bytes = (const unsigned char *)text.data;
    size_t middle = text.size / 2, end = text.size - 1;
    word = bytes[0] | (uint64_t)bytes[middle] << 8 * middle | (uint64_t)bytes[end] << 8 * end;
  }
  return word;
}

int64_t seg_kernel_text_head(struct seg_str text) {
  uint64_t count = text.size > SEG_TEXT_HEAD_BYTES ? SEG_TEXT_HEAD_BYTES + 1 : text.size;
  uint64_t head = (__builtin_bswap64(first_bytes(text)) & ~UINT64_C(0xff)) | count;
  return (int64_t)(head ^ UINT64_C(1) << 63); // signed numbers in the order of unsigned ones
}

void seg_kernel_text_heads(const struct seg_str *texts, int64_t rows, int64_t *heads) {
  for (int64_t i = 0; i < rows; i++)
    heads[i] = seg_kernel_text_head(texts[i]);
}
