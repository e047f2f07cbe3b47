// See mask_codes.h.
#include "runtime/filter/mask_codes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/column/column.h"
#include "runtime/column/text_codes.h"

enum { AT_ONCE = 1024, MOST_BITS = 32, AHEAD = 4096 };

static size_t number_bytes(bool is_bytes) {
  return is_bytes ? 1 : sizeof(uint32_t);
}

static uint32_t conditions_at_once(bool is_bytes) {
  return (uint32_t)(8 * number_bytes(is_bytes));
}

static size_t answer_bytes(const struct seg_mask_coded *coded, bool is_bytes, uint32_t entries) {
  uint32_t some = conditions_at_once(is_bytes);
  return (size_t)((coded->count + some - 1) / some) * number_bytes(is_bytes) * entries;
}

// Wide numbers take as many bytes as narrow ones, or more.
static size_t most_bytes(const struct seg_mask_coded *coded) {
  uint32_t most = coded->width == SEG_WIDTH_8 ? 128 : SEG_TEXT_CODES_MOST;
  return answer_bytes(coded, false, most);
}

uint64_t seg_mask_codes_bytes(const struct seg_mask_coded *coded) {
  return seg_mask_runner_bytes(coded->program, AT_ONCE, false) + AT_ONCE * sizeof(struct seg_str) +
         most_bytes(coded);
}

enum seg_status seg_mask_codes_init(struct seg_mask_code_tables *tables,
                                    const struct seg_mask_coded *coded, struct seg_error *error) {
  *tables = (struct seg_mask_code_tables){.coded = coded};
  tables->texts = seg_column_memory(AT_ONCE * sizeof *tables->texts);
  tables->values = calloc((size_t)coded->slot + 1, sizeof *tables->values);
  tables->answers = seg_column_memory(most_bytes(coded));
  if (tables->texts == NULL || tables->values == NULL || tables->answers == NULL)
    return seg_fail_memory(error, "the masks of texts");
  tables->values[coded->slot] = tables->texts;
  return seg_mask_runner_init(&tables->entries, coded->program, AT_ONCE, false, error);
}

void seg_mask_codes_deinit(struct seg_mask_code_tables *tables) {
  free(tables->texts);
  free(tables->values);
  free(tables->answers);
  seg_mask_runner_deinit(&tables->entries);
  *tables = (struct seg_mask_code_tables){0};
}

static void set_answer(const struct seg_mask_code_tables *tables, uint32_t condition,
                       uint32_t entry) {
  uint32_t some = conditions_at_once(tables->is_bytes);
  size_t at = (size_t)(condition / some) * tables->dictionary->count + entry;
  if (tables->is_bytes)
    ((uint8_t *)tables->answers)[at] ^= (uint8_t)(1U << condition % some);
  else
    ((uint32_t *)tables->answers)[at] ^= UINT32_C(1) << condition % some;
}

// Ask all conditions about all entries. Slices are cut from signed numbers, less the least one: the
// highest bit is turned.
static void decide_entries(struct seg_mask_code_tables *tables,
                           const struct seg_text_dictionary *dictionary,
                           const struct seg_block_frame *frame) {
  const struct seg_mask_coded *coded = tables->coded;
  tables->dictionary = dictionary;
  tables->is_bytes = coded->width == SEG_WIDTH_8 && tables->entries.kernels->pick_bytes != NULL;
  assert(answer_bytes(coded, tables->is_bytes, dictionary->count) <= most_bytes(coded));
  size_t bytes = answer_bytes(coded, tables->is_bytes, dictionary->count);
  memset(tables->answers, 0, bytes);
  for (size_t i = number_bytes(tables->is_bytes); i <= bytes; i += number_bytes(tables->is_bytes))
    ((uint8_t *)tables->answers)[i - 1] = 0x80;
  struct seg_block_frame entries = {
      .input_values = tables->values, .row_count = AT_ONCE, .steps = frame->steps};
  for (uint32_t first = 0; first < dictionary->count; first += AT_ONCE) {
    uint32_t left = dictionary->count - first, some = left < AT_ONCE ? left : AT_ONCE;
    memset(tables->texts, 0, AT_ONCE * sizeof *tables->texts);
    memcpy(tables->texts, dictionary->entries + first, some * sizeof *tables->texts);
    seg_mask_runner_run(&tables->entries, &entries);
    for (uint32_t c = 0; c < coded->count; c++) {
      const uint64_t *holds = seg_mask_runner_root(&tables->entries, c);
      for (uint32_t i = 0; i < some; i++)
        if ((holds[i / 64] >> i % 64 & 1) != 0)
          set_answer(tables, c, first + i);
    }
  }
}

// The masks of 512 rows, from word `word` of their slots on.
static void run_rows(const struct seg_mask_code_tables *tables, const void *codes, uint64_t *words,
                     size_t stride) {
  const struct seg_mask_coded *coded = tables->coded;
  const struct seg_mask_kernels *kernels = tables->entries.kernels;
  uint32_t numbers[SEG_MASK_ROUND] __attribute__((aligned(64)));
  uint64_t slices[MOST_BITS * 8] __attribute__((aligned(64)));
  uint32_t at_once = conditions_at_once(tables->is_bytes), count = tables->dictionary->count;
  const char *answers = tables->answers;
  for (uint32_t first = 0; first < coded->count; first += at_once) {
    uint32_t some = coded->count - first < at_once ? coded->count - first : at_once;
    if (tables->is_bytes) {
      kernels->pick_bytes(codes, (const uint8_t *)answers, count, (uint8_t *)numbers);
      kernels->slice[SEG_MASK_I8](numbers, INT8_MIN, INT8_MAX, 8, slices);
    } else {
      kernels->pick[coded->width](codes, (const uint32_t *)answers, numbers);
      kernels->slice[SEG_MASK_I32](numbers, INT32_MIN, INT32_MAX, MOST_BITS, slices);
    }
    for (uint32_t c = 0; c < some; c++)
      memcpy(words + (first + c) * stride, slices + (size_t)8 * c, 64);
    answers += count * number_bytes(tables->is_bytes);
  }
}

void seg_mask_codes_run(struct seg_mask_code_tables *tables, const struct seg_block_frame *frame,
                        int64_t rows, uint64_t *slots, size_t stride) {
  const struct seg_mask_coded *coded = tables->coded;
  const struct seg_text_dictionary *dictionary = frame->dictionaries[coded->slot];
  if (dictionary != tables->dictionary)
    decide_entries(tables, dictionary, frame);
  const char *codes = frame->input_values[coded->slot];
  size_t bytes = seg_width_bytes(SEG_LAYOUT_TEXT, coded->width);
  uint64_t *words = slots + coded->first * stride;
  for (int64_t first = 0; first < rows; first += SEG_MASK_ROUND, words += SEG_MASK_ROUND / 64) {
    uint32_t few[SEG_MASK_ROUND] __attribute__((aligned(64)));
    const void *at = codes + (size_t)first * bytes;
    if (rows - first < SEG_MASK_ROUND) {
      memset(few, 0, sizeof few);
      at = memcpy(few, at, (size_t)(rows - first) * bytes);
    }
    for (size_t i = 0; i < SEG_MASK_ROUND * bytes; i += 64)
      __builtin_prefetch(codes + ((size_t)first + AHEAD) * bytes + i, 0, 3);
    run_rows(tables, at, words, stride);
  }
}
