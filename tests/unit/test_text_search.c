// Words that texts contain, looked for together: every level of processors beside a plain search.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>
#include <string.h>

#include "runtime/filter/mask_kernels.h"
#include "tests/support/random.h"

enum { ROWS = 512, STRIDE = ROWS / 64, SLOT = 3, LONGEST = 300 };

/** How texts lie in memory. */
enum placing { ONE_BEHIND_THE_OTHER, EACH_ALONE, SOME_TOGETHER, PLACINGS };

struct texts {
  struct seg_str of[ROWS];
  char *memory[ROWS];
};

static size_t random_size(struct seg_random *random, bool long_ones) {
  switch (seg_random_below(random, 8)) {
  case 0: return 0;
  case 1: return long_ones ? seg_random_below(random, LONGEST) : 1;
  default: return seg_random_below(random, 30);
  }
}

static void fill(struct seg_random *random, char *bytes, size_t size, unsigned letters) {
  static const char all[] = {'a', 'b', (char)0xc3, 0, 'q', 'Q', '1', (char)0xff};
  for (size_t i = 0; i < size; i++)
    bytes[i] = all[seg_random_below(random, letters)];
}

// Memory of its own and of its size, so that a sanitizer sees what is read behind a text.
static void make_texts(struct seg_random *random, struct texts *texts, enum placing placing,
                       bool long_ones, unsigned letters) {
  memset(texts, 0, sizeof *texts);
  for (size_t row = 0; row < ROWS;) {
    size_t some = placing == EACH_ALONE      ? 1
                  : placing == SOME_TOGETHER ? 1 + seg_random_below(random, 9)
                                             : ROWS;
    size_t end = row + some < ROWS ? row + some : ROWS, total = 0;
    for (size_t i = row; i < end; i++)
      total += texts->of[i].size = random_size(random, long_ones);
    char *memory = texts->memory[row] = malloc(total == 0 ? 1 : total);
    assert_non_null(memory);
    fill(random, memory, total, letters);
    for (; row < end; row++) {
      texts->of[row].data = texts->of[row].size == 0 && row % 2 == 0 ? NULL : memory;
      memory += texts->of[row].size;
    }
  }
}

static bool contains(struct seg_str text, struct seg_str word) {
  for (size_t at = 0; at + word.size <= text.size; at++)
    if (memcmp(text.data + at, word.data, word.size) == 0)
      return true;
  return false;
}

static void check(const struct seg_text_search *search, const struct seg_str *words, uint32_t count,
                  const struct texts *texts) {
  static uint64_t slots[(SLOT + SEG_SEARCH_WORDS_MOST) * STRIDE];
  for (int level = SEG_VECTOR_BASELINE; level <= (int)seg_mask_best_level(); level++) {
    memset(slots, 0x5a, sizeof slots);
    seg_mask_kernels((enum seg_vector_level)level)->search(search, texts->of, ROWS, slots, STRIDE);
    for (uint32_t w = 0; w < count; w++)
      for (int row = 0; row < ROWS; row++) {
        bool found = slots[(SLOT + w) * STRIDE + row / 64] >> row % 64 & 1;
        if (found != contains(texts->of[row], words[w]))
          fail_msg("level %d, word %u, row %d: %d", level, w, row, found);
      }
  }
}

static void try_words(struct seg_random *random, uint32_t count, size_t longest) {
  char bytes[SEG_SEARCH_WORDS_MOST][LONGEST];
  struct seg_str words[SEG_SEARCH_WORDS_MOST];
  unsigned letters = 1 + (unsigned)seg_random_below(random, 8);
  struct seg_arena arena;
  seg_arena_init(&arena);
  for (uint32_t w = 0; w < count; w++) {
    words[w] = (struct seg_str){bytes[w], 1 + seg_random_below(random, longest)};
    fill(random, bytes[w], words[w].size, letters);
  }
  struct seg_text_search search;
  assert_true(seg_text_search_build(&search, &arena, 0, words, count, SLOT));
  for (int placing = 0; placing < PLACINGS; placing++) {
    struct texts texts;
    make_texts(random, &texts, (enum placing)placing, longest > 9, letters);
    for (int row = 0; row < ROWS; row += 7) // a word at the very end, sometimes
      if (texts.of[row].size >= words[0].size)
        memcpy((char *)texts.of[row].data + texts.of[row].size - words[0].size, words[0].data,
               words[0].size);
    check(&search, words, count, &texts);
    for (int row = 0; row < ROWS; row++)
      free(texts.memory[row]);
  }
  seg_arena_deinit(&arena);
}

static void words_are_found_wherever_they_are(void **state) {
  (void)state;
  struct seg_random random;
  seg_random_init(&random, 15);
  for (int i = 0; i < 60; i++) {
    try_words(&random, 1 + (uint32_t)seg_random_below(&random, 4), 6);
    try_words(&random, 1 + (uint32_t)seg_random_below(&random, SEG_SEARCH_WORDS_MOST), 4);
    try_words(&random, 1 + (uint32_t)seg_random_below(&random, 9), 100);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(words_are_found_wherever_they_are)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
