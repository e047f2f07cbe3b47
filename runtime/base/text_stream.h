/**
 * A stream whose text is kept in memory, as POSIX open_memstream has it, with one difference: where
 * memory runs out, ferror and fclose say so. The stream of glibc 2.36 drops what does not fit and
 * closes as if all were well.
 */
#ifndef SEG_RUNTIME_BASE_TEXT_STREAM_H
#define SEG_RUNTIME_BASE_TEXT_STREAM_H

#include <stddef.h>
#include <stdio.h>

/**
 * NULL when memory is out; `*text` is NULL then. After fflush and fclose `*text` has `*size` bytes
 * and a closing 0, and belongs to the caller, who frees it, also after a failed fclose.
 */
FILE *seg_text_stream(char **text, size_t *size);

#endif
