// Currencies of ISO 4217; see currency.h.
#include "runtime/base/currency.h"

#include <string.h>

struct currency {
  char code[4];
  signed char digits;
};

static const struct currency currencies[] = {
#define SEG_CURRENCY(code, digits) {#code, digits},
#include "runtime/base/currencies.def"
#undef SEG_CURRENCY
};

enum { CURRENCIES = sizeof currencies / sizeof *currencies };

int seg_currency_scale(struct seg_str code) {
  if (code.size != 3)
    return -1;
  for (size_t i = 0; i < CURRENCIES; i++)
    if (memcmp(currencies[i].code, code.data, 3) == 0)
      return currencies[i].digits;
  return -1;
}

struct seg_str seg_currency_nearest(struct seg_str code) {
  struct seg_str found = {0};
  char upper[4];
  if (code.size < 2 || code.size > sizeof upper)
    return found;
  for (size_t i = 0; i < code.size; i++)
    upper[i] =
        (char)(code.data[i] >= 'a' && code.data[i] <= 'z' ? code.data[i] - 32 : code.data[i]);
  size_t matches = 0;
  for (size_t i = 0; i < CURRENCIES; i++) {
    struct seg_str known = {currencies[i].code, 3};
    size_t distance = seg_str_distance(known, (struct seg_str){upper, code.size});
    if (distance == 0)
      return known;
    if (distance == 1) {
      found = known;
      matches++;
    }
  }
  // Three letters are close to many others: a guess among several would mislead.
  return matches == 1 ? found : (struct seg_str){0};
}
