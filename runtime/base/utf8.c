// UTF-8; see utf8.h.
#include "runtime/base/utf8.h"

#include <stdint.h>
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
