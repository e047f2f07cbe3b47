/**
 * UTF-8: walking over it even when it is damaged, is it valid, is it ASCII, and its canonical
 * composition (Unicode NFC). Text in rules and in data is compared byte for byte after NFC, so that
 * one way of writing "é" equals the other.
 */
#ifndef SEG_RUNTIME_BASE_UTF8_H
#define SEG_RUNTIME_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/arena.h"
#include "runtime/base/status.h"
#include "runtime/base/str.h"

enum { SEG_UTF8_REPLACEMENT = 0xfffd, SEG_UTF8_MAX = 4 };

/**
 * The character at byte `at` (below text.size) and the number of bytes it takes. A byte that begins
 * no valid character is U+FFFD and takes one byte, so that every walk ends.
 */
size_t seg_utf8_next(struct seg_str text, size_t at, uint32_t *code_point);

/** Write a code point as UTF-8; returns the number of bytes, at most SEG_UTF8_MAX. */
size_t seg_utf8_put(uint32_t code_point, char *out);

/** Only well-formed sequences (Unicode table 3-7): no overlong forms, surrogates or beyond
 * U+10FFFF. */
bool seg_utf8_valid(struct seg_str text);

/** Only bytes below 0x80. */
bool seg_utf8_is_ascii(struct seg_str text);

/**
 * The NFC form of `in`. `*out` is `in` itself, not a copy, when it is in that form already;
 * otherwise it lives in the arena. SEG_BAD_DATA when `in` is not valid UTF-8, SEG_OUT_OF_MEMORY.
 */
SEG_NODISCARD enum seg_status seg_utf8_nfc(struct seg_arena *arena, struct seg_str in,
                                           struct seg_str *out);

#endif
