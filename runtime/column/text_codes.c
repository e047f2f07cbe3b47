// See text_codes.h.
#include "runtime/column/text_codes.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

void seg_text_codes_init(struct seg_text_codes *codes) {
  *codes = (struct seg_text_codes){0};
  seg_arena_init(&codes->arena);
}

void seg_text_codes_deinit(struct seg_text_codes *codes) {
  free(codes->entries);
  free(codes->table);
  seg_arena_deinit(&codes->arena);
  *codes = (struct seg_text_codes){0};
}

// Where the text is in the table, or the empty place for it.
static uint32_t *place_of(const struct seg_text_codes *codes, struct seg_str text) {
  size_t mask = (size_t)codes->capacity * 2 - 1, at = seg_str_hash(text) & mask;
  while (codes->table[at] != 0 && !seg_str_equal(codes->entries[codes->table[at] - 1], text))
    at = (at + 1) & mask;
  return &codes->table[at];
}

static bool grow(struct seg_text_codes *codes) {
  uint32_t capacity = codes->capacity == 0 ? FIRST_CAPACITY : codes->capacity * 2;
  struct seg_str *entries = realloc(codes->entries, capacity * sizeof *entries);
  if (entries == NULL)
    return false;
  codes->entries = entries;
  uint32_t *table = calloc((size_t)capacity * 2, sizeof *table);
  if (table == NULL)
    return false;
  free(codes->table);
  codes->table = table;
  codes->capacity = capacity;
  for (uint32_t i = 0; i < codes->count; i++)
    *place_of(codes, entries[i]) = i + 1;
  return true;
}

enum seg_text_coded seg_text_codes_add(struct seg_text_codes *codes, struct seg_str text,
                                       uint32_t *code) {
  if (codes->count == codes->capacity && !grow(codes))
    return SEG_TEXT_NO_MEMORY;
  uint32_t *place = place_of(codes, text);
  if (*place == 0) {
    if (codes->count == SEG_TEXT_CODES_MOST || text.size > SEG_TEXT_CODES_BYTES - codes->bytes)
      return SEG_TEXT_TOO_MANY;
    struct seg_str copy = {"", 0};
    if (text.size > 0)
      copy = seg_arena_str(&codes->arena, text);
    if (copy.data == NULL)
      return SEG_TEXT_NO_MEMORY;
    codes->entries[codes->count] = copy;
    codes->bytes += text.size;
    *place = ++codes->count;
  }
  *code = *place - 1;
  return SEG_TEXT_CODED;
}
