// Functions over texts, one character after the other.
#include "compiler/reference/internal.h"
#include "runtime/base/utf8.h"
#include "runtime/base/utf8_letter.h"
#include "runtime/base/utf8_walk.h"

bool seg_evaluate_text_test(enum seg_text_test test, struct seg_str text, struct seg_str part) {
  if (part.size > text.size)
    return false;
  struct seg_str start = {text.data, part.size};
  struct seg_str end = {text.data + (text.size - part.size), part.size};
  if (test == SEG_STARTS_WITH)
    return seg_str_equal(start, part);
  if (test == SEG_ENDS_WITH)
    return seg_str_equal(end, part);
  for (size_t i = 0; i + part.size <= text.size; i++)
    if (seg_str_equal((struct seg_str){text.data + i, part.size}, part))
      return true;
  return false;
}

// From the first character that is no blank to behind the last one.
static struct seg_str trimmed(struct seg_str text) {
  size_t begin = text.size, end = 0;
  for (size_t at = 0; at < text.size;) {
    uint32_t letter;
    size_t size = seg_utf8_next(text, at, &letter);
    if (!seg_utf8_is_blank(letter)) {
      begin = at < begin ? at : begin;
      end = at + size;
    }
    at += size;
  }
  return end == 0 ? (struct seg_str){text.data, 0}
                  : (struct seg_str){text.data + begin, end - begin};
}

struct seg_value seg_evaluate_map(const struct seg_subject *subject, enum seg_text_map map,
                                  struct seg_str text) {
  struct seg_reference *reference = subject->reference;
  if (map == SEG_TRIM)
    return (struct seg_value){.known = true, .text = trimmed(text)};
  char *letters = seg_arena_alloc(&reference->texts, text.size * 2 + SEG_UTF8_MAX);
  struct seg_str mapped = {letters, 0};
  for (size_t at = 0; letters != NULL && at < text.size;) {
    uint32_t letter;
    at += seg_utf8_next(text, at, &letter);
    letter = map == SEG_LOWER ? seg_utf8_lower(letter) : seg_utf8_upper(letter);
    mapped.size += seg_utf8_put(letter, letters + mapped.size);
  }
  struct seg_value value = {.known = true};
  if (letters == NULL || seg_utf8_nfc(&reference->texts, mapped, &value.text) != SEG_OK)
    reference->out_of_memory = true;
  return value;
}

int64_t seg_evaluate_length(struct seg_str text) {
  int64_t length = 0;
  for (size_t at = 0; at < text.size; length++) {
    uint32_t letter;
    at += seg_utf8_next(text, at, &letter);
  }
  return length;
}
