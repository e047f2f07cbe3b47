/**
 * "Did you mean ...?": the name of a list that a misspelt one is close to.
 */
#ifndef SEG_RUNTIME_IO_NEAR_NAME_H
#define SEG_RUNTIME_IO_NEAR_NAME_H

#include <stddef.h>

#include "runtime/base/str.h"

/** The index of the closest name that is close enough (equal but for case, or one edit in three
 * characters); `count` when there is none. Ties: the first. */
size_t seg_near_name(struct seg_str name, const struct seg_str *names, size_t count);

/** Names as "a, b, c and 4 more" in `out`, always NUL-terminated, whole names only. */
void seg_name_list(const struct seg_str *names, size_t count, char *out, size_t size);

#endif
