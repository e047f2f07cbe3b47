// UTF-8; see utf8.h.
#include "runtime/base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/** The first byte that is not ASCII, or `end`; eight bytes a step. */
static const unsigned char *skip_ascii(const unsigned char *at, const unsigned char *end) {
  while (end - at >= 8) {
    uint64_t word;
    memcpy(&word, at, 8);
    if ((word & 0x8080808080808080u) != 0)
      break;
    at += 8;
  }
  while (at < end && *at < 0x80)
    at++;
  return at;
}

bool seg_utf8_is_ascii(struct seg_str text) {
  const unsigned char *at = (const unsigned char *)text.data;
  return text.size == 0 || skip_ascii(at, at + text.size) == at + text.size;
}

/** The size of the well-formed sequence at `at`, 2 to 4, or 0; Unicode standard, table 3-7. */
static size_t sequence(const unsigned char *at, const unsigned char *end) {
  unsigned char lead = at[0];
  size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || (size_t)(end - at) < size)
    return 0;
  // The second byte alone decides overlong forms, surrogates and the end of Unicode.
  unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (at[1] < low || at[1] > high)
    return 0;
  for (size_t i = 2; i < size; i++)
    if (at[i] < 0x80 || at[i] > 0xbf)
      return 0;
  return size;
}

size_t seg_utf8_next(struct seg_str text, size_t at, uint32_t *code_point) {
  const unsigned char *bytes = (const unsigned char *)text.data + at;
  const unsigned char *end = (const unsigned char *)text.data + text.size;
  if (*bytes < 0x80) {
    *code_point = *bytes;
    return 1;
  }
  size_t size = sequence(bytes, end);
  if (size == 0) {
    *code_point = SEG_UTF8_REPLACEMENT;
    return 1;
  }
  uint32_t value = bytes[0] & (0x7fu >> size); // the lead byte carries 7 - size bits
  for (size_t i = 1; i < size; i++)
    value = value << 6 | (bytes[i] & 0x3fu);
  *code_point = value;
  return size;
}

size_t seg_utf8_put(uint32_t code_point, char *out) {
  if (code_point < 0x80) {
    out[0] = (char)code_point;
    return 1;
  }
  bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (surrogate || code_point > 0x10ffff)
    code_point = SEG_UTF8_REPLACEMENT;
  size_t size = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
  for (size_t i = size - 1; i > 0; i--) {
    out[i] = (char)(0x80 | (code_point & 0x3f));
    code_point >>= 6;
  }
  out[0] = (char)((0xf00 >> size & 0xff) | code_point);
  return size;
}

/** Valid? `*highest` becomes the highest lead byte seen, which bounds the code points. */
static bool scan(struct seg_str text, unsigned char *highest) {
  *highest = 0;
  if (text.size == 0)
    return true;
  const unsigned char *at = (const unsigned char *)text.data;
  const unsigned char *end = at + text.size;
  while ((at = skip_ascii(at, end)) < end) {
    size_t size = sequence(at, end);
    if (size == 0)
      return false;
    if (*at > *highest)
      *highest = *at;
    at += size;
  }
  return true;
}

bool seg_utf8_valid(struct seg_str text) {
  unsigned char highest;
  return scan(text, &highest);
}

enum seg_status seg_utf8_nfc(struct seg_arena *arena, struct seg_str in, struct seg_str *out) {
  enum { LEAD_OF_U0300 = 0xcc };
  const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
  unsigned char highest;
  if (!scan(in, &highest))
    return SEG_BAD_DATA;
  *out = in;
  // Combining marks begin at U+0300; a text of lower code points is its own NFC (Unicode annex 15).
  if (highest < LEAD_OF_U0300)
    return SEG_OK;

  enum seg_status status = SEG_BAD_DATA;
  utf8proc_int32_t *points = NULL;
  const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)in.data;
  utf8proc_ssize_t size = (utf8proc_ssize_t)in.size;
  utf8proc_ssize_t count = utf8proc_decompose(bytes, size, NULL, 0, options);
  if (count < 0)
    goto cleanup;
  status = SEG_OUT_OF_MEMORY;
  points =
      malloc(((size_t)count + 1) * sizeof *points); // one more for the NUL of utf8proc_reencode
  if (points == NULL)
    goto cleanup;
  status = SEG_BAD_DATA;
  if (utf8proc_decompose(bytes, size, points, count, options) != count)
    goto cleanup;
  utf8proc_ssize_t encoded = utf8proc_reencode(points, count, options);
  if (encoded < 0)
    goto cleanup;
  struct seg_str composed = {(const char *)points, (size_t)encoded};
  status = SEG_OK;
  if (!seg_str_equal(composed, in)) {
    composed = seg_arena_str(arena, composed);
    *out = composed.data == NULL ? in : composed;
    status = composed.data == NULL ? SEG_OUT_OF_MEMORY : SEG_OK;
  }
cleanup:
  free(points);
  return status;
}
