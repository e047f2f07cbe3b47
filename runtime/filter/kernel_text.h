/**
 * Conditions on 64 texts: bytes are compared, nothing is decoded.
 */
#ifndef SEG_RUNTIME_FILTER_KERNEL_TEXT_H
#define SEG_RUNTIME_FILTER_KERNEL_TEXT_H

#include "runtime/plan/kernel.h"

/** 64 comparisons `values[i] ? literal`, i < 64: bit i of the result; `comparison` is enum
 * seg_plan_comparison. */
uint64_t seg_kernel_text_compare(const struct seg_str *values, const char *literal, uint64_t size,
                                 uint32_t comparison);

/** 64 comparisons of two columns. */
uint64_t seg_kernel_text_compare_columns(const struct seg_str *left, const struct seg_str *right,
                                         uint32_t comparison);

/** 64 tests; `test` is enum seg_plan_text_test. */
uint64_t seg_kernel_text_test(const struct seg_str *values, const char *literal, uint64_t size,
                              uint32_t test);

/** 64 texts against the automaton of a step (TEXT_MATCH). */
uint64_t seg_kernel_text_match(const struct seg_str *values, const struct seg_block_frame *frame,
                               uint32_t step);

enum { SEG_TEXT_HEAD_BYTES = 7 };

/**
 * The head of a text: its first 7 bytes, highest first, and how many bytes it has (8: more than 7),
 * as an integer. It has the order of texts wherever one of two texts has 7 bytes or fewer, and is
 * equal only where that one is.
 */
int64_t seg_kernel_text_head(struct seg_str text);
void seg_kernel_text_heads(const struct seg_str *texts, int64_t rows, int64_t *heads);

#endif
