/**
 * Draws: every customer draws a number out of 2^64 for a salt, the same on every run and machine
 * and in every later version, so that groups drawn today can be drawn again.
 *
 * A draw is SipHash-2-4, under the key with the bytes 0, 1, ... 15, of the salt, one zero byte and
 * the customer's key; both are UTF-8 in Unicode normalization form C, and a key that is a whole
 * number stands in decimal digits. The range is cut into equal stretches: so a draw below one tenth
 * of the range is bucket 1 of 10, and buckets 1 to 10 of 100.
 */
#ifndef SEG_RUNTIME_BASE_DRAW_H
#define SEG_RUNTIME_BASE_DRAW_H

#include "runtime/base/siphash.h"
#include "runtime/base/str.h"

/** A salt, ready for many keys. */
struct seg_draw {
  struct seg_siphash salted;
};

void seg_draw_init(struct seg_draw *draw, struct seg_str salt);

/** The number that this key draws. */
uint64_t seg_draw_of(const struct seg_draw *draw, struct seg_str key);

/** 1 .. buckets: the stretch that the number lies in, of so many equal ones. `buckets` >= 1. */
int64_t seg_draw_bucket(uint64_t number, int64_t buckets);

#endif
