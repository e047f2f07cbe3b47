/**
 * Less of the same: SEGC_TEST_SHARE=N asks tests whose sizes are a matter of patience for one N-th
 * of their work. For tools that make a program many times slower.
 */
#ifndef SEG_TESTS_SUPPORT_SHARE_H
#define SEG_TESTS_SUPPORT_SHARE_H

#include <stdint.h>
#include <stdlib.h>

/** count, or the share of it that was asked for; at least 1. */
static inline int64_t seg_test_share(int64_t count) {
  const char *asked = getenv("SEGC_TEST_SHARE");
  int64_t share = asked != NULL ? strtoll(asked, NULL, 10) : 1;
  int64_t part = share > 1 ? count / share : count;
  return part > 0 ? part : 1;
}

#endif
