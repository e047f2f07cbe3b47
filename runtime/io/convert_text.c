// Converters to text and to the codes of an enumeration. Texts are borrowed from the chunk wherever
// they are in Unicode normalization form C already, which ASCII always is.
#include <string.h>

#include "runtime/base/hash.h"
#include "runtime/base/utf8.h"
#include "runtime/io/convert.h"

/*
 * text
 */

// Eight bytes at a time; texts are short, so the call into a library function would dominate.
static bool is_ascii(struct seg_str text) {
  uint64_t seen = 0;
  size_t i = 0;
  for (; i + 8 <= text.size; i += 8) {
    uint64_t word;
    memcpy(&word, text.data + i, sizeof word);
    seen |= word;
  }
  for (; i < text.size; i++)
    seen |= (unsigned char)text.data[i];
  return (seen & UINT64_C(0x8080808080808080)) == 0;
}

static enum seg_verdict text_of_text(struct seg_conversion *conversion, const duckdb_string_t *from,
                                     struct seg_str *to) {
  struct seg_str text = seg_duck_text(from);
  *to = text;
  if (is_ascii(text))
    return SEG_VERDICT_FINE;
  switch ((int)seg_utf8_nfc(&conversion->scratch->arena, text, to)) {
  case SEG_OK: return SEG_VERDICT_FINE;
  case SEG_OUT_OF_MEMORY: return SEG_VERDICT_MEMORY;
  default: return SEG_VERDICT_BAD_TEXT;
  }
}

static enum seg_status to_text_from_text(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, duckdb_string_t, struct seg_str, text_of_text);
}

static enum seg_verdict make_text(struct seg_conversion *conversion, __int128 value,
                                  struct seg_str *to) {
  char digits[40];
  struct seg_str text = {digits, seg_wide_format(value, digits)};
  *to = seg_arena_str(&conversion->scratch->arena, text);
  return to->data != NULL ? SEG_VERDICT_FINE : SEG_VERDICT_MEMORY;
}

static enum seg_verdict text_of_int(struct seg_conversion *conversion, const int64_t *from,
                                    struct seg_str *to) {
  return make_text(conversion, *from, to);
}

static enum seg_verdict text_of_wide(struct seg_conversion *conversion, const __int128 *from,
                                     struct seg_str *to) {
  __int128 value = *from;
  for (unsigned scale = conversion->target->reading.scale; scale > 0; scale--) {
    if (value % 10 != 0)
      return SEG_VERDICT_NOT_INT;
    value /= 10;
  }
  return make_text(conversion, value, to);
}

static enum seg_verdict text_of_decimal(struct seg_conversion *conversion, const int64_t *from,
                                        struct seg_str *to) {
  __int128 value = *from;
  return text_of_wide(conversion, &value, to);
}

static enum seg_status to_text_from_int(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, int64_t, struct seg_str, text_of_int);
}

static enum seg_status to_text_from_decimal(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, int64_t, struct seg_str, text_of_decimal);
}

static enum seg_status to_text_from_wide(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, __int128, struct seg_str, text_of_wide);
}

// Numbers that stand for codes (order numbers, post codes) have one way of being written as long as
// they are whole, so those are let through.
const seg_converter seg_convert_to_text[SEG_FAMILY_COUNT] = {
    [SEG_FAMILY_TEXT] = to_text_from_text,
    [SEG_FAMILY_INT] = to_text_from_int,
    [SEG_FAMILY_DECIMAL] = to_text_from_decimal,
    [SEG_FAMILY_WIDE] = to_text_from_wide,
};

/*
 * Enumerations: open addressing over the 16 bytes of a DuckDB text. A text of up to 12 bytes lies
 * in them entirely (zero-padded), so that most look-ups compare two words and touch no other
 * memory.
 */

enum { SHORT_TEXT = 12 };

struct enum_slot {
  uint64_t words[2]; // of a short text: its DuckDB form
  struct seg_str text;
  int32_t code; // -1: free
};

struct seg_enum_table {
  size_t mask;
  struct enum_slot *slots;
};

static void short_words(struct seg_str text, uint64_t words[2]) {
  duckdb_string_t form;
  memset(&form, 0, sizeof form);
  form.value.inlined.length = (uint32_t)text.size;
  memcpy(form.value.inlined.inlined, text.data, text.size);
  memcpy(words, &form, sizeof form);
}

static uint64_t short_hash(const uint64_t words[2]) {
  return seg_hash_mix(words[0], words[1]);
}

static uint64_t text_hash(struct seg_str text) {
  uint64_t words[2];
  if (text.size > SHORT_TEXT)
    return seg_str_hash(text);
  short_words(text, words);
  return short_hash(words);
}

enum seg_status seg_enum_table_new(struct seg_arena *arena, const struct seg_plan_input *input,
                                   const struct seg_enum_table **table, struct seg_error *error) {
  size_t size = 8;
  while (size < 2 * (size_t)input->value_count)
    size *= 2;
  struct seg_enum_table *made = SEG_NEW(arena, struct seg_enum_table);
  struct enum_slot *slots = SEG_NEW_ARRAY(arena, struct enum_slot, size);
  if (made == NULL || slots == NULL)
    return seg_fail_memory(error, "the values of an enumeration");
  for (size_t i = 0; i < size; i++)
    slots[i].code = -1;
  for (uint32_t code = 0; code < input->value_count; code++) {
    struct seg_str text = input->values[code];
    size_t at = text_hash(text) & (size - 1);
    while (slots[at].code >= 0)
      at = (at + 1) & (size - 1);
    slots[at] = (struct enum_slot){.text = text, .code = (int32_t)code};
    if (text.size <= SHORT_TEXT)
      short_words(text, slots[at].words);
  }
  *made = (struct seg_enum_table){.mask = size - 1, .slots = slots};
  *table = made;
  return SEG_OK;
}

// The code of a text, or -1.
static int32_t find_text(const struct seg_enum_table *table, struct seg_str text) {
  for (size_t at = text_hash(text) & table->mask; table->slots[at].code >= 0;
       at = (at + 1) & table->mask)
    if (seg_str_equal(table->slots[at].text, text))
      return table->slots[at].code;
  return -1;
}

static int32_t find_short(const struct seg_enum_table *table, const uint64_t words[2]) {
  for (size_t at = short_hash(words) & table->mask; table->slots[at].code >= 0;
       at = (at + 1) & table->mask)
    if (table->slots[at].words[0] == words[0] && table->slots[at].words[1] == words[1])
      return table->slots[at].code;
  return -1;
}

static enum seg_verdict enum_of_text(struct seg_conversion *conversion, const duckdb_string_t *from,
                                     int32_t *to) {
  const struct seg_enum_table *table = conversion->target->list;
  struct seg_str text = seg_duck_text(from);
  if (text.size <= SHORT_TEXT) {
    uint64_t words[2];
    memcpy(words, from, sizeof words);
    *to = find_short(table, words);
  } else {
    *to = find_text(table, text);
  }
  if (*to >= 0)
    return SEG_VERDICT_FINE;
  // Not there as it is written; it may be once it is normalised.
  enum seg_verdict verdict = text_of_text(conversion, from, &text);
  if (verdict != SEG_VERDICT_FINE)
    return verdict;
  *to = find_text(table, text);
  return *to >= 0 ? SEG_VERDICT_FINE : SEG_VERDICT_NOT_LISTED;
}

static enum seg_verdict enum_of_wide(struct seg_conversion *conversion, const __int128 *from,
                                     int32_t *to) {
  char digits[40];
  *to =
      find_text(conversion->target->list, (struct seg_str){digits, seg_wide_format(*from, digits)});
  return *to >= 0 ? SEG_VERDICT_FINE : SEG_VERDICT_NOT_LISTED;
}

static enum seg_verdict enum_of_int(struct seg_conversion *conversion, const int64_t *from,
                                    int32_t *to) {
  __int128 value = *from;
  return enum_of_wide(conversion, &value, to);
}

static enum seg_status to_enum_from_text(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, duckdb_string_t, int32_t, enum_of_text);
}

static enum seg_status to_enum_from_int(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, int64_t, int32_t, enum_of_int);
}

const seg_converter seg_convert_to_enum[SEG_FAMILY_COUNT] = {
    [SEG_FAMILY_TEXT] = to_enum_from_text,
    [SEG_FAMILY_INT] = to_enum_from_int,
};
