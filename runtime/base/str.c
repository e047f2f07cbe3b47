// Borrowed text; see str.h.
#include "runtime/base/str.h"

#include <string.h>

#include "runtime/base/hash.h"

struct seg_str seg_str_view(const char *text) {
  return (struct seg_str){text, text == NULL ? 0 : strlen(text)};
}

bool seg_str_equal(struct seg_str a, struct seg_str b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

int seg_str_compare(struct seg_str a, struct seg_str b) {
  size_t shared = a.size < b.size ? a.size : b.size;
  int order = shared == 0 ? 0 : memcmp(a.data, b.data, shared);
  return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

bool seg_str_is(struct seg_str text, const char *literal) {
  bool begins_alike = text.size == 0 || text.data[0] == literal[0]; // mostly enough to say no
  return begins_alike && seg_str_equal(text, seg_str_view(literal));
}

uint64_t seg_str_hash(struct seg_str text) {
  return seg_hash_bytes(text.data, text.size);
}

static size_t smallest(size_t a, size_t b, size_t c) {
  size_t least = a < b ? a : b;
  return least < c ? least : c;
}

size_t seg_str_distance(struct seg_str a, struct seg_str b) {
  enum { LIMIT = 64 };
  if (a.size > LIMIT)
    a.size = LIMIT;
  if (b.size > LIMIT)
    b.size = LIMIT;
  // Three rows of the usual table are enough: a swap looks two rows back.
  size_t rows[3][LIMIT + 1];
  for (size_t j = 0; j <= b.size; j++)
    rows[0][j] = j;
  for (size_t i = 1; i <= a.size; i++) {
    size_t *now = rows[i % 3];
    const size_t *last = rows[(i + 2) % 3];
    const size_t *before = rows[(i + 1) % 3];
    now[0] = i;
    for (size_t j = 1; j <= b.size; j++) {
      size_t replace = last[j - 1] + (a.data[i - 1] != b.data[j - 1]);
      now[j] = smallest(replace, last[j] + 1, now[j - 1] + 1);
      bool swapped =
          i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1];
      if (swapped && before[j - 2] + 1 < now[j])
        now[j] = before[j - 2] + 1;
    }
  }
  return rows[a.size % 3][b.size];
}
