/**
 * The skeleton of a name: what is left when case, look-alike letters and invisible characters are
 * taken away. Digits stay apart from letters (`band_10` and `band_lo` are two good names).
 */
#include "compiler/sema/names.h"

#include "runtime/base/utf8_letter.h"
#include "runtime/base/utf8_walk.h"

struct confusable {
  uint32_t code_point;
  char latin;
};

static const struct confusable confusables[] = {
#define SEG_CONFUSABLE(code_point, latin) {code_point, latin},
#include "compiler/sema/confusables.def"
#undef SEG_CONFUSABLE
};

/** Zero-width characters, soft hyphen, joiners, bidirectional controls, variation selectors. */
static bool is_invisible(uint32_t c) {
  return c == 0x00ad || c == 0x034f || c == 0x061c || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
         (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff;
}

static uint32_t skeleton_of(uint32_t c) {
  if (c < 0x80)
    return seg_utf8_lower(c);
  if (c >= 0xff01 && c <= 0xff5e) // full-width forms of ASCII
    return seg_utf8_lower(c - 0xfee0u);
  for (size_t i = 0; i < sizeof confusables / sizeof *confusables; i++)
    if (confusables[i].code_point == c)
      return (uint32_t)confusables[i].latin;
  return seg_utf8_lower(c);
}

struct seg_str seg_name_skeleton(struct seg_arena *arena, struct seg_str text) {
  // A skeleton character never needs more bytes than what it stands for, except a broken byte.
  char *bytes = seg_arena_alloc(arena, text.size * 3u + SEG_UTF8_MAX);
  if (!bytes)
    return (struct seg_str){0};
  size_t size = 0;
  for (size_t at = 0; at < text.size;) {
    uint32_t code_point;
    at += seg_utf8_next(text, at, &code_point);
    if (!is_invisible(code_point))
      size += seg_utf8_put(skeleton_of(code_point), bytes + size);
  }
  return (struct seg_str){bytes, size};
}
