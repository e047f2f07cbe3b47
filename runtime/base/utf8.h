/**
 * UTF-8: is it valid, is it ASCII, and its canonical composition (Unicode NFC). Text in rules and
 * in data is compared byte for byte after NFC, so that one way of writing "é" equals the other.
 */
#ifndef SEG_RUNTIME_BASE_UTF8_H
#define SEG_RUNTIME_BASE_UTF8_H

#include <stdbool.h>

#include "runtime/base/arena.h"
#include "runtime/base/status.h"
#include "runtime/base/str.h"

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
