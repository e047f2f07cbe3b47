/**
 * What tells one input file from another: its size and a hash of its first and last bytes.
 */
#ifndef SEG_RUNTIME_PREPARE_FINGERPRINT_H
#define SEG_RUNTIME_PREPARE_FINGERPRINT_H

#include <stdint.h>

#include "runtime/base/status.h"

/** `*known` is false for what is no file, such as a pipe. Errors: SEG_IO, SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status seg_fingerprint(const char *path, bool *known, uint64_t *size,
                                              uint64_t *fingerprint, struct seg_error *error);

#endif
