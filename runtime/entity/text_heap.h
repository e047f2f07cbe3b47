/**
 * Text heap: bytes of many texts that live as long as a run, without a header or padding a text.
 *
 * Pointers stay valid until deinit. One thread at a time.
 */
#ifndef SEG_RUNTIME_ENTITY_TEXT_HEAP_H
#define SEG_RUNTIME_ENTITY_TEXT_HEAP_H

#include <stddef.h>

#include "runtime/base/status.h"
#include "runtime/base/str.h"
#include "runtime/entity/memory_budget.h"

struct seg_text_chunk;

struct seg_text_heap {
  struct seg_memory_budget *budget;
  struct seg_text_chunk *chunks; // newest first
  char *next;
  size_t left;
};

void seg_text_heap_init(struct seg_text_heap *heap, struct seg_memory_budget *budget);
void seg_text_heap_deinit(struct seg_text_heap *heap);

/** Copy the bytes; `*text` then points to the copy. SEG_LIMIT, SEG_OUT_OF_MEMORY; `what` names the
 * use. */
SEG_NODISCARD enum seg_status seg_text_heap_copy(struct seg_text_heap *heap, struct seg_str *text,
                                                 const char *what, struct seg_error *error);

#endif
