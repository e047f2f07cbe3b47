// Changes to rule texts, piece by piece: a piece is a word, a number, a quoted text or a sign.
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/target.h"
#include "tests/support/random.h"

/** libFuzzer's own changes, which know the dictionary; NULL without it. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);

enum { MOST_PIECES = 4096, MOST_CHANGES = 4, COPY = 256 };

static const char *const words[] = {
#define FUZZ_WORD(text) text,
#include "tests/fuzz/words.def"
#undef FUZZ_WORD
};
enum { WORD_COUNT = sizeof words / sizeof *words };

struct piece {
  size_t at, size;
};

struct text {
  uint8_t *data;
  size_t size, room;
};

static bool is_word(uint8_t byte) {
  return isalnum(byte) || byte == '_' || byte >= 0x80;
}

static size_t piece_end(const struct text *text, size_t at) {
  size_t end = at + 1;
  if (is_word(text->data[at]))
    while (end < text->size && is_word(text->data[end]))
      end++;
  else if (text->data[at] == '"') {
    while (end < text->size && text->data[end] != '"' && text->data[end] != '\n')
      end += text->data[end] == '\\' && end + 1 < text->size ? 2 : 1;
    end += end < text->size;
  }
  return end > text->size ? text->size : end;
}

/** Pieces of a text, from a random place on when there are too many. */
static size_t find_pieces(const struct text *text, struct seg_random *random,
                          struct piece *pieces) {
  size_t count = 0, at = 0;
  if (text->size > 4 * (size_t)MOST_PIECES)
    at = seg_random_below(random, (uint32_t)(text->size - 2 * (size_t)MOST_PIECES));
  while (at < text->size && count < MOST_PIECES) {
    size_t end = piece_end(text, at);
    if (!isspace(text->data[at]))
      pieces[count++] = (struct piece){at, end - at};
    at = end;
  }
  return count;
}

/** Put `size` bytes in the place of `gone` ones; nothing happens when there is no room. */
static void replace(struct text *text, size_t at, size_t gone, const void *bytes, size_t size) {
  if (text->size - gone + size > text->room)
    return;
  memmove(text->data + at + size, text->data + at + gone, text->size - at - gone);
  memcpy(text->data + at, bytes, size);
  text->size = text->size - gone + size;
}

static void put_word(struct text *text, size_t at, size_t gone, const char *word) {
  char padded[COPY];
  int size = snprintf(padded, sizeof padded, " %s ", word);
  replace(text, at, gone, padded, (size_t)size);
}

static void change_number(struct text *text, struct piece piece, struct seg_random *random) {
  static const int64_t other[] = {0, 1, 2, 3, 7, 30, 365, 366, 10000, INT32_MAX, INT64_MAX};
  char digits[32] = "";
  size_t written = piece.size < sizeof digits - 1 ? piece.size : sizeof digits - 1;
  memcpy(digits, text->data + piece.at, written);
  int64_t value = other[seg_random_below(random, sizeof other / sizeof *other)];
  if (seg_random_chance(random, 50))
    value = strtol(digits, NULL, 10) % 1000000 + seg_random_between(random, -1, 1);
  int size = snprintf(digits, sizeof digits, "%lld", (long long)value);
  replace(text, piece.at, piece.size, digits, (size_t)size);
}

static void copy_piece(struct text *text, struct piece from, size_t at, size_t gone) {
  uint8_t bytes[COPY + 2] = {' '};
  size_t size = from.size < COPY ? from.size : COPY;
  memcpy(bytes + 1, text->data + from.at, size);
  bytes[size + 1] = ' ';
  replace(text, at, gone, bytes, size + 2);
}

static void change(struct text *text, struct seg_random *random) {
  static struct piece pieces[MOST_PIECES]; // a fuzzer has one thread
  size_t count = find_pieces(text, random, pieces);
  if (count == 0) {
    put_word(text, 0, 0, words[seg_random_below(random, WORD_COUNT)]);
    return;
  }
  struct piece piece = pieces[seg_random_below(random, (uint32_t)count)];
  struct piece other = pieces[seg_random_below(random, (uint32_t)count)];
  if (isdigit(text->data[piece.at]) && seg_random_chance(random, 60)) {
    change_number(text, piece, random);
    return;
  }
  switch (seg_random_below(random, 7)) {
  case 0: replace(text, piece.at, piece.size, "", 0); break;
  case 1: copy_piece(text, other, piece.at, piece.size); break;
  case 2: copy_piece(text, other, piece.at, 0); break;
  case 3: put_word(text, piece.at, 0, words[seg_random_below(random, WORD_COUNT)]); break;
  case 4: put_word(text, piece.at, piece.size, words[seg_random_below(random, WORD_COUNT)]); break;
  case 5: // a stretch goes
    if (other.at > piece.at && other.at - piece.at < COPY)
      replace(text, piece.at, other.at - piece.at, "", 0);
    break;
  default: { // one byte
    uint8_t byte = (uint8_t)seg_random_below(random, 256);
    replace(text, piece.at, 1, &byte, 1);
  }
  }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed) {
  struct seg_random random;
  seg_random_init(&random, seed);
  if (LLVMFuzzerMutate != NULL && seg_random_chance(&random, 50))
    return LLVMFuzzerMutate(data, size, room);
  struct text text = {data, size, room};
  uint32_t changes = 1 + seg_random_below(&random, MOST_CHANGES);
  for (uint32_t i = 0; i < changes; i++)
    change(&text, &random);
  return text.size;
}
