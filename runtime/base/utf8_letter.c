// Letters of Unicode; see utf8_letter.h.
#include "runtime/base/utf8_letter.h"

#include <utf8proc.h>

uint32_t seg_utf8_lower(uint32_t code_point) {
  if (code_point < 0x80)
    return code_point >= 'A' && code_point <= 'Z' ? code_point + 32 : code_point;
  return (uint32_t)utf8proc_tolower((utf8proc_int32_t)code_point);
}

uint32_t seg_utf8_upper(uint32_t code_point) {
  return (uint32_t)utf8proc_toupper((utf8proc_int32_t)code_point);
}

// The property White_Space has been closed since Unicode 6.3.
bool seg_utf8_is_blank(uint32_t code_point) {
  if (code_point < 0x80)
    return code_point == ' ' || (code_point >= '\t' && code_point <= '\r');
  return code_point == 0x85 || code_point == 0xa0 || code_point == 0x1680 ||
         (code_point >= 0x2000 && code_point <= 0x200a) || code_point == 0x2028 ||
         code_point == 0x2029 || code_point == 0x202f || code_point == 0x205f ||
         code_point == 0x3000;
}

bool seg_utf8_is_mark(uint32_t code_point) {
  return code_point >= 0x300 &&
         utf8proc_get_property((utf8proc_int32_t)code_point)->combining_class != 0;
}
