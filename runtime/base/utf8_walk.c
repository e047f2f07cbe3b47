// Walking over UTF-8 that may be damaged; see utf8_walk.h.
#include "runtime/base/utf8_walk.h"

#include <assert.h>
#include <utf8proc.h>

size_t seg_utf8_next(struct seg_str text, size_t at, uint32_t *code_point) {
  assert(at < text.size);
  unsigned char byte = (unsigned char)text.data[at];
  if (byte < 0x80) {
    *code_point = byte;
    return 1;
  }
  size_t rest = text.size - at;
  utf8proc_int32_t found = -1;
  utf8proc_ssize_t size =
      utf8proc_iterate((const utf8proc_uint8_t *)text.data + at,
                       (utf8proc_ssize_t)(rest < SEG_UTF8_MAX ? rest : SEG_UTF8_MAX), &found);
  if (size <= 0 || found < 0) {
    *code_point = SEG_UTF8_REPLACEMENT;
    return 1;
  }
  *code_point = (uint32_t)found;
  return (size_t)size;
}

size_t seg_utf8_put(uint32_t code_point, char *out) {
  return (size_t)utf8proc_encode_char((utf8proc_int32_t)code_point, (utf8proc_uint8_t *)out);
}
