/**
 * What a fuzz target is: one function that is given any bytes at all and must come back. The name
 * is libFuzzer's; without libFuzzer, replay.c calls it.
 */
#ifndef SEG_TESTS_FUZZ_TARGET_H
#define SEG_TESTS_FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Always 0. What must not happen ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Change a text in place, as people do: words, numbers and lines go, come twice, change places.
 * The new size, at most `room`. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);

/**
 * Does a changed text get as far as the target would like, or should another change be tried? For
 * targets behind the parser, where most changes would end; others leave it out.
 */
bool fuzz_is_worth(const uint8_t *data, size_t size);

/** Tell what is wrong and end the process, so that the input is kept. */
_Noreturn void fuzz_stop(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
