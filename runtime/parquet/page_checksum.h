/**
 * The checksum of pages: CRC-32 as gzip has it (polynomial 0x04c11db7, bits reversed), which the
 * format asks for.
 */
#ifndef SEG_RUNTIME_PARQUET_PAGE_CHECKSUM_H
#define SEG_RUNTIME_PARQUET_PAGE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/** The checksum of what `checksum` is of (0: nothing), and these bytes behind it. */
uint32_t seg_page_checksum(uint32_t checksum, const void *bytes, size_t size);

#endif
