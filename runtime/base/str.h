/**
 * Borrowed text: a pointer and a size in bytes, UTF-8, not necessarily NUL-terminated.
 */
#ifndef SEG_RUNTIME_BASE_STR_H
#define SEG_RUNTIME_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seg_str {
  const char *data;
  size_t size;
};

/** A view of a NUL-terminated string; NULL gives the empty view. */
struct seg_str seg_str_view(const char *text);

/** Equality byte for byte. */
bool seg_str_equal(struct seg_str a, struct seg_str b);

/** Order byte for byte, as memcmp: negative, zero or positive. */
int seg_str_compare(struct seg_str a, struct seg_str b);

/** Does `text` equal the NUL-terminated `literal`? */
bool seg_str_is(struct seg_str text, const char *literal);

/** 64-bit hash of the bytes, the same on every run and machine. */
uint64_t seg_str_hash(struct seg_str text);

/** Edit distance (insert, delete, replace, swap of neighbours), for spelling suggestions; at most
 * 64 bytes are looked at. */
size_t seg_str_distance(struct seg_str a, struct seg_str b);

/** For printf("%.*s", SEG_STR(text)). */
#define SEG_STR(text) (int)(text).size, (text).data

#endif
