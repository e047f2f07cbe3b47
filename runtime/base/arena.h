/**
 * Arena: many small allocations, one release.
 *
 * A compile, a program and a batch each own one. Pointers stay valid until seg_arena_deinit.
 * Not thread-safe: one arena belongs to one thread at a time.
 */
#ifndef SEG_RUNTIME_BASE_ARENA_H
#define SEG_RUNTIME_BASE_ARENA_H

#include <stddef.h>

#include "runtime/base/status.h"
#include "runtime/base/str.h"

struct seg_arena_block;

struct seg_arena {
  struct seg_arena_block *blocks; // newest first
  size_t bytes;                   // handed out so far
};

void seg_arena_init(struct seg_arena *arena);
void seg_arena_deinit(struct seg_arena *arena);

/** `size` zeroed bytes, aligned to 16; NULL when memory is out. */
SEG_NODISCARD void *seg_arena_alloc(struct seg_arena *arena, size_t size);

/** An array of `count` zeroed elements of `size` bytes; NULL when memory is out or the product
 * overflows. */
SEG_NODISCARD void *seg_arena_array(struct seg_arena *arena, size_t count, size_t size);

/** What comes from `other` belongs to `arena` from now on; `other` is empty then. */
void seg_arena_join(struct seg_arena *arena, struct seg_arena *other);

/** A copy of the text, NUL-terminated behind its end; `data` is NULL when memory is out. */
SEG_NODISCARD struct seg_str seg_arena_str(struct seg_arena *arena, struct seg_str text);

/** Formatted text, NUL-terminated; `data` is NULL when memory is out. */
SEG_PRINTF(2, 3)
SEG_NODISCARD struct seg_str seg_arena_format(struct seg_arena *arena, const char *format, ...);

#define SEG_NEW(arena, type)              ((type *)seg_arena_alloc((arena), sizeof(type)))
#define SEG_NEW_ARRAY(arena, type, count) ((type *)seg_arena_array((arena), (count), sizeof(type)))

#endif
