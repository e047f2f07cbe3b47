/**
 * The difference between two texts, line by line, in the unified form of diff -u.
 */
#ifndef SEGC_CLI_TEXT_DIFF_H
#define SEGC_CLI_TEXT_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct diff_text {
  const char *name; // of the `---` or `+++` line
  const char *text;
  size_t size;
};

/**
 * Write the difference with three lines of context; nothing when the texts are equal. patch(1)
 * takes it. False when memory is out.
 */
bool write_diff(const struct diff_text *before, const struct diff_text *after, FILE *out);

#endif
