/**
 * A whole file in memory.
 */
#ifndef SEG_RUNTIME_BASE_READ_FILE_H
#define SEG_RUNTIME_BASE_READ_FILE_H

#include <stddef.h>

/**
 * The bytes of a file (or of a pipe), with a 0 behind them; the caller frees them. NULL with errno:
 * EFBIG when there are more than `limit` bytes, ENOMEM, or what the system says.
 */
char *seg_read_file(const char *path, size_t limit, size_t *size);

#endif
