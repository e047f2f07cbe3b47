// Changes to rule texts, piece by piece: a piece is a word, a number, a quoted text or a sign.
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/target.h"
#include "tests/support/random.h"

/** libFuzzer's own changes, which know the dictionary; NULL without it. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);

/** How far a text gets is up to the target: those that care about it have this function. */
__attribute__((weak)) bool fuzz_is_worth(const uint8_t *data, size_t size);

enum { MOST_PIECES = 4096, MOST_CHANGES = 4, COPY = 256, MOST_BYTES = 1 << 14, MOST_TRIES = 8 };

static const char *const words[] = {
#define FUZZ_WORD(text) text,
#include "tests/fuzz/words.def"
#undef FUZZ_WORD
};
enum { WORD_COUNT = sizeof words / sizeof *words };

enum phrase_kind { CONDITION, FOLDED, FILTER, VALUE };

static const struct {
  enum phrase_kind kind;
  const char *text;
} phrases[] = {
#define FUZZ_PHRASE(kind, text) {kind, text},
#include "tests/fuzz/phrases.def"
#undef FUZZ_PHRASE
};
enum { PHRASE_COUNT = sizeof phrases / sizeof *phrases };

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

/** The same with a printed text, cut off at the size of a copy. */
__attribute__((format(printf, 4, 5))) static void put(struct text *text, size_t at, size_t gone,
                                                      const char *format, ...) {
  char bytes[4 * COPY];
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(bytes, sizeof bytes, format, arguments);
  va_end(arguments);
  if (size > 0 && (size_t)size < sizeof bytes)
    replace(text, at, gone, bytes, (size_t)size);
}

static void put_word(struct text *text, size_t at, size_t gone, struct seg_random *random) {
  put(text, at, gone, " %s ", words[seg_random_below(random, WORD_COUNT)]);
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
    put_word(text, 0, 0, random);
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
  case 3: put_word(text, piece.at, 0, random); break;
  case 4: put_word(text, piece.at, piece.size, random); break;
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

// --- slots: whole conditions and values, so that the text stays well formed ---

/** Where a condition or value stands in a text. */
struct slot {
  size_t at, size;
  bool value;
};

static bool piece_is(const struct text *text, struct piece piece, const char *word) {
  return strlen(word) == piece.size && memcmp(text->data + piece.at, word, piece.size) == 0;
}

static bool is_one_of(const struct text *text, struct piece piece, const char *const *list) {
  while (*list != NULL && !piece_is(text, piece, *list))
    list++;
  return *list != NULL;
}

/** Does a slot begin behind this piece? */
static bool opens_slot(const struct text *text, const struct piece *piece, bool *value) {
  static const char *const before_conditions[] = {"and", "or", "not", "where", NULL};
  char sign = piece->size == 1 ? (char)text->data[piece->at] : ' ';
  *value = strchr("<>=+-*/,", sign) != NULL;
  return *value || sign == '(' || sign == '[' || is_one_of(text, *piece, before_conditions) ||
         (sign == ':' && piece_is(text, piece[-1], "when"));
}

/** The slot between piece `first` and whatever ends it outside of brackets. */
static struct slot slot_at(const struct text *text, const struct piece *pieces, size_t count,
                           size_t first, bool value) {
  static const char *const ends[] = {"and", "or", "decision", "then", "without", NULL};
  static const char *const ends_value[] = {"is", "in", "between", "within", "ever", "else", NULL};
  size_t next = first, depth = 0;
  for (; next < count; next++) {
    char sign = pieces[next].size == 1 ? (char)text->data[pieces[next].at] : ' ';
    bool closes = strchr(")]}", sign) != NULL;
    if (depth == 0 &&
        (closes || sign == ',' || is_one_of(text, pieces[next], ends) ||
         (value && (strchr("<>=+-*/", sign) != NULL || is_one_of(text, pieces[next], ends_value)))))
      break;
    depth += strchr("([{", sign) != NULL;
    depth -= closes;
  }
  if (next == first)
    return (struct slot){0};
  size_t at = pieces[first].at;
  return (struct slot){at, pieces[next - 1].at + pieces[next - 1].size - at, value};
}

static const char *phrase(enum phrase_kind kind, struct seg_random *random) {
  for (;;) {
    uint32_t i = seg_random_below(random, PHRASE_COUNT);
    if (phrases[i].kind == kind)
      return phrases[i].text;
  }
}

static const char *condition(struct seg_random *random) {
  return phrase(seg_random_chance(random, 85) ? CONDITION : FOLDED, random);
}

static bool in_square_brackets(const struct text *text, size_t at) {
  int depth = 0;
  while (at-- > 0 && depth <= 0) {
    depth += text->data[at] == '[';
    depth -= text->data[at] == ']';
  }
  return depth > 0;
}

/** A slot drawn among those of the text; nothing when there is none. */
static struct slot draw_slot(const struct text *text, struct seg_random *random) {
  static struct piece pieces[MOST_PIECES]; // a fuzzer has one thread
  size_t count = find_pieces(text, random, pieces);
  if (count < 2)
    return (struct slot){0};
  size_t start = 1 + seg_random_below(random, (uint32_t)count - 1);
  for (size_t i = 0; i < count; i++) {
    bool value;
    size_t piece = (start + i) % count;
    if (piece > 0 && piece + 1 < count && opens_slot(text, &pieces[piece], &value)) {
      struct slot slot = slot_at(text, pieces, count, piece + 1, value);
      if (slot.size > 0)
        return slot;
    }
  }
  return (struct slot){0};
}

static void add_segment(struct text *text, struct seg_random *random) {
  put(text, text->size, 0, "segment x%u { when: %s decision: \"x%u\" }\n",
      seg_random_below(random, 1000), condition(random), seg_random_below(random, 1000));
}

/** Two segments that may have customers in common: some with a condition of both. */
static void add_pair(struct text *text, struct seg_random *random) {
  const char *first = condition(random), *second = condition(random), *third = condition(random);
  const char *shared = seg_random_chance(random, 50) ? first : third;
  put(text, text->size, 0, "segment a { when: %s decision: \"a\" }\n", first);
  put(text, text->size, 0, "segment b { when: (%s)%s(%s) decision: \"b\" }\n", shared,
      seg_random_chance(random, 50) ? " or " : " and ", second);
  if (seg_random_chance(random, 25))
    put(text, text->size, 0,
        seg_random_chance(random, 50) ? "exclusive: a, b\n" : "overlap: b with a\n");
}

static void change_slot(struct text *text, struct seg_random *random) {
  struct slot slot = draw_slot(text, random);
  if (slot.size == 0 || slot.size > COPY) {
    add_segment(text, random);
    return;
  }
  bool filter = in_square_brackets(text, slot.at);
  const char *other = slot.value ? phrase(VALUE, random)
                      : filter   ? phrase(FILTER, random)
                                 : condition(random);
  char was[COPY + 1];
  memcpy(was, text->data + slot.at, slot.size);
  was[slot.size] = '\0';
  switch (seg_random_below(random, slot.value ? 2 : 6)) {
  case 0: put(text, slot.at, slot.size, "%s", other); break;
  case 1: { // one of the text's own
    struct slot from = draw_slot(text, random);
    if (from.value == slot.value && from.size > 0 && from.size <= COPY)
      copy_piece(text, (struct piece){from.at, from.size}, slot.at, slot.size);
    break;
  }
  case 2: put(text, slot.at, slot.size, "(%s and %s)", was, other); break;
  case 3: put(text, slot.at, slot.size, "(%s or %s)", was, other); break;
  case 4: put(text, slot.at, slot.size, "not (%s)", was); break;
  default: put(text, slot.at, slot.size, "%s", "(true)"); break;
  }
}

// --- a change ---

/** `anew`: a pair of segments stands in the place of the text, without its mistakes. */
static size_t change_once(uint8_t *data, size_t size, size_t room, bool anew,
                          struct seg_random *random) {
  bool particular = fuzz_is_worth != NULL;
  if (!anew && LLVMFuzzerMutate != NULL && seg_random_chance(random, particular ? 5 : 50))
    return LLVMFuzzerMutate(data, size, room);
  struct text text = {data, size, room};
  if (anew || (particular && seg_random_chance(random, 25))) {
    text.size = 0;
    add_pair(&text, random);
  }
  uint32_t changes = 1 + seg_random_below(random, particular ? MOST_CHANGES / 2 : MOST_CHANGES);
  for (uint32_t i = 0; i < changes; i++) {
    if (particular && seg_random_chance(random, 85))
      change_slot(&text, random);
    else
      change(&text, random);
  }
  return text.size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed) {
  static uint8_t before[MOST_BYTES];
  struct seg_random random;
  seg_random_init(&random, seed);
  if (fuzz_is_worth == NULL || size > sizeof before)
    return change_once(data, size, room, false, &random);
  memcpy(before, data, size);
  size_t changed = change_once(data, size, room, false, &random);
  for (int i = 1; i < MOST_TRIES && !fuzz_is_worth(data, changed); i++) {
    memcpy(data, before, size);
    changed = change_once(data, size, room, i >= MOST_TRIES / 2, &random);
  }
  return changed;
}
