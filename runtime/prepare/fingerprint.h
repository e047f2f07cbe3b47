/**
 * What tells one input file from another: its size and a hash of its first and last bytes.
 */
#ifndef SEG_RUNTIME_PREPARE_FINGERPRINT_H
#define SEG_RUNTIME_PREPARE_FINGERPRINT_H

#include <stdint.h>

#include "runtime/base/status.h"

/** False when the file cannot be read. */
SEG_NODISCARD bool seg_fingerprint(const char *path, uint64_t *size, uint64_t *fingerprint);

#endif
