/**
 * Inputs of the checker and of compiled rules: a whole file, or only segments, which stand behind
 * declarations that are always the same. So a short input is a program, and most changes of it
 * reach what is to be tested instead of ending in the parser.
 */
#ifndef SEG_TESTS_FUZZ_DECLARED_H
#define SEG_TESTS_FUZZ_DECLARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/arena.h"

/** Does an input stand alone, because it begins with `segc`? */
bool declared_is_whole(const uint8_t *data, size_t size);

/** The text of an input: it alone when it is whole, else behind the declarations. It ends with a
 * zero byte. */
struct seg_str declared_text(struct seg_arena *arena, const uint8_t *data, size_t size);

#endif
