// Keys of one type looked up in a table of the other: the decimal form of an integer, exactly.
#include "runtime/entity/key_table.h"

#include <string.h>

struct seg_str seg_key_format_integer(int64_t value, char out[SEG_KEY_INTEGER_TEXT]) {
  char *end = out + SEG_KEY_INTEGER_TEXT;
  char *at = end;
  // Negated as unsigned: the smallest integer has no positive twin.
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do {
    *--at = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  if (value < 0)
    *--at = '-';
  size_t size = (size_t)(end - at);
  memmove(out, at, size);
  return (struct seg_str){.data = out, .size = size};
}

bool seg_key_parse_integer(struct seg_str text, int64_t *value) {
  size_t at = 0;
  bool negative = text.size > 0 && text.data[0] == '-';
  if (negative)
    at = 1;
  size_t digits = text.size - at;
  if (digits == 0 || digits > 19 || (text.data[at] == '0' && (digits > 1 || negative)))
    return false;
  uint64_t sum = 0;
  for (; at < text.size; at++) {
    unsigned digit = (unsigned)(unsigned char)text.data[at] - '0';
    if (digit > 9)
      return false;
    sum = sum * 10 + digit; // 19 digits fit into 64 bits
  }
  uint64_t largest = (uint64_t)INT64_MAX + (negative ? 1 : 0);
  if (sum > largest)
    return false;
  *value = (int64_t)(negative ? 0 - sum : sum);
  return true;
}
