// Draws; see draw.h. Nothing here may ever change: control groups and tests of campaigns are drawn
// with it.
#include "runtime/base/draw.h"

void seg_draw_init(struct seg_draw *draw, struct seg_str salt) {
  static const char separator = 0;
  seg_siphash_init(&draw->salted, UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908));
  seg_siphash_add(&draw->salted, salt.data, salt.size);
  seg_siphash_add(&draw->salted, &separator, 1);
}

uint64_t seg_draw_of(const struct seg_draw *draw, struct seg_str key) {
  struct seg_siphash state = draw->salted;
  seg_siphash_add(&state, key.data, key.size);
  return seg_siphash_result(&state);
}

int64_t seg_draw_bucket(uint64_t number, int64_t buckets) {
  return 1 + (int64_t)((unsigned __int128)number * (uint64_t)buckets >> 64);
}
