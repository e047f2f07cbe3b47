/**
 * The values of `--threads` and `--memory`.
 */
#ifndef SEGC_CLI_LIMITS_H
#define SEGC_CLI_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

/** False after a message on stderr; NULL leaves `*threads` as it is. */
bool parse_threads(const char *text, unsigned *threads);

/** The same of bytes. */
bool parse_memory(const char *text, uint64_t *bytes);

#endif
