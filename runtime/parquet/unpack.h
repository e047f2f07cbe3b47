/**
 * Packed numbers of up to 32 bits, the lowest bit first, made into numbers by row.
 *
 * Bytes are read sixteen at a time: as many behind the last number must be there, whatever they
 * are.
 */
#ifndef SEG_RUNTIME_PARQUET_UNPACK_H
#define SEG_RUNTIME_PARQUET_UNPACK_H

#include <stdint.h>

/** `count` numbers of `width` bits each, the first at bit `bit` of `packed`. Returns the largest; 0
 * of none. */
uint32_t seg_unpack(const uint8_t *packed, uint64_t bit, uint32_t width, uint32_t count,
                    uint32_t *to);

#endif
