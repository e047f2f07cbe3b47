// Texts computed by compiled code, one a call: small and capital letters, blanks cut off, length.
//
// Most texts need no new bytes: what does not change is handed on. What changes goes into the text
// room of the batch.
#include <string.h>

#include "runtime/base/arena.h"
#include "runtime/base/utf8.h"
#include "runtime/base/utf8_letter.h"
#include "runtime/base/utf8_walk.h"
#include "runtime/filter/text_room.h"
#include "runtime/plan/kernel.h"

// Both loops have no branches on the data, so that they become vector code.
static bool is_changed_ascii(struct seg_str text, unsigned char first) {
  unsigned changed = 0;
  for (size_t i = 0; i < text.size; i++)
    changed |= (unsigned)((unsigned char)((unsigned char)text.data[i] - first) < 26);
  return changed != 0;
}

static void change_ascii(struct seg_str text, unsigned char first, char *out) {
  for (size_t i = 0; i < text.size; i++) {
    unsigned char byte = (unsigned char)text.data[i];
    out[i] = (char)(byte ^ ((unsigned char)(byte - first) < 26 ? 0x20 : 0));
  }
}

static bool map_ascii(struct seg_text_room *room, struct seg_str text, bool upper,
                      struct seg_str *out) {
  unsigned char first = upper ? 'a' : 'A';
  *out = text;
  if (!is_changed_ascii(text, first))
    return true;
  char *bytes = seg_text_room_take(room, text.size);
  if (bytes == NULL)
    return false;
  change_ascii(text, first, bytes);
  out->data = bytes;
  return true;
}

static size_t first_change(struct seg_str text, bool upper) {
  size_t at = 0;
  while (at < text.size) {
    uint32_t letter;
    size_t size = seg_utf8_next(text, at, &letter);
    if ((upper ? seg_utf8_upper(letter) : seg_utf8_lower(letter)) != letter)
      break;
    at += size;
  }
  return at;
}

// Rare: letters that changed stand beside combining marks.
static bool compose(struct seg_text_room *room, struct seg_str *text) {
  struct seg_arena arena;
  struct seg_str composed;
  seg_arena_init(&arena);
  bool fine = seg_utf8_nfc(&arena, *text, &composed) == SEG_OK;
  if (fine && composed.data != text->data) {
    char *bytes = seg_text_room_take(room, composed.size);
    fine = bytes != NULL;
    if (fine) {
      memcpy(bytes, composed.data, composed.size);
      *text = (struct seg_str){bytes, composed.size};
    }
  }
  seg_arena_deinit(&arena);
  return fine;
}

static bool map_letters(struct seg_text_room *room, struct seg_str text, bool upper,
                        struct seg_str *out) {
  *out = text;
  size_t at = first_change(text, upper);
  if (at == text.size)
    return true;
  size_t room_for = text.size + text.size / 2 + SEG_UTF8_MAX;
  char *bytes = seg_text_room_take(room, room_for);
  if (bytes == NULL)
    return false;
  size_t used = at;
  bool has_marks = false;
  memcpy(bytes, text.data, at);
  while (at < text.size) {
    uint32_t letter;
    at += seg_utf8_next(text, at, &letter);
    letter = upper ? seg_utf8_upper(letter) : seg_utf8_lower(letter);
    has_marks = has_marks || seg_utf8_is_mark(letter);
    used += seg_utf8_put(letter, bytes + used);
  }
  seg_text_room_return(room, room_for - used);
  *out = (struct seg_str){bytes, used};
  return !has_marks || compose(room, out);
}

static struct seg_str trim(struct seg_str text) {
  uint32_t letter;
  while (text.size > 0) {
    size_t size = seg_utf8_next(text, 0, &letter);
    if (!seg_utf8_is_blank(letter))
      break;
    text.data += size;
    text.size -= size;
  }
  while (text.size > 0) {
    size_t last = text.size - 1;
    while (last > 0 && ((unsigned char)text.data[last] & 0xc0) == 0x80)
      last--;
    seg_utf8_next(text, last, &letter);
    if (!seg_utf8_is_blank(letter))
      break;
    text.size = last;
  }
  return text;
}

void seg_kernel_text_map(const struct seg_block_frame *frame, const char *data, uint64_t size,
                         uint32_t map, uint32_t step, int64_t row, struct seg_str *out) {
  const struct seg_str text = {data, size};
  if (map == SEG_TEXT_TRIM) {
    *out = trim(text);
    return;
  }
  bool upper = map == SEG_TEXT_UPPER;
  bool fine = seg_utf8_is_ascii(text) ? map_ascii(frame->texts, text, upper, out)
                                      : map_letters(frame->texts, text, upper, out);
  if (fine)
    return;
  *out = (struct seg_str){0};
  seg_kernel_fault_raise(frame->fault, SEG_FAULT_MEMORY, step, row);
}

int64_t seg_kernel_text_length(const char *data, uint64_t size) {
  int64_t length = 0;
  for (uint64_t i = 0; i < size; i++)
    length += ((unsigned char)data[i] & 0xc0) != 0x80;
  return length;
}
