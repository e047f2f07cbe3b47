/**
 * Walking over UTF-8 that may be damaged.
 */
#ifndef SEG_RUNTIME_BASE_UTF8_WALK_H
#define SEG_RUNTIME_BASE_UTF8_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/base/str.h"

enum { SEG_UTF8_REPLACEMENT = 0xfffd, SEG_UTF8_MAX = 4 };

/**
 * The character at byte `at` (below text.size) and the number of bytes it takes. A byte that begins
 * no valid character is U+FFFD and takes one byte, so that every walk ends.
 */
size_t seg_utf8_next(struct seg_str text, size_t at, uint32_t *code_point);

/** Write a code point as UTF-8; returns the number of bytes, at most SEG_UTF8_MAX. */
size_t seg_utf8_put(uint32_t code_point, char *out);

#endif
