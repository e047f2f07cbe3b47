// Bytes of many texts; see text_heap.h.
#include "runtime/entity/text_heap.h"

#include <stdlib.h>
#include <string.h>

enum { SMALLEST_CHUNK = 4096, LARGEST_CHUNK = 1 << 20 };

struct seg_text_chunk {
  struct seg_text_chunk *older;
  size_t size; // with this head
};

void seg_text_heap_init(struct seg_text_heap *heap, struct seg_memory_budget *budget) {
  *heap = (struct seg_text_heap){.budget = budget};
}

void seg_text_heap_deinit(struct seg_text_heap *heap) {
  while (heap->chunks != NULL) {
    struct seg_text_chunk *chunk = heap->chunks;
    heap->chunks = chunk->older;
    seg_memory_budget_give(heap->budget, chunk->size);
    free(chunk);
  }
  heap->next = NULL;
  heap->left = 0;
}

static enum seg_status add_chunk(struct seg_text_heap *heap, size_t needed, const char *what,
                                 struct seg_error *error) {
  size_t size = heap->chunks == NULL ? SMALLEST_CHUNK : heap->chunks->size * 2;
  size = size > LARGEST_CHUNK ? LARGEST_CHUNK : size;
  if (size < needed + sizeof(struct seg_text_chunk))
    size = needed + sizeof(struct seg_text_chunk);
  enum seg_status status = seg_memory_budget_need(heap->budget, size, what, error);
  if (status != SEG_OK)
    return status;
  struct seg_text_chunk *chunk = malloc(size);
  if (chunk == NULL) {
    seg_memory_budget_give(heap->budget, size);
    return seg_fail_memory(error, what);
  }
  *chunk = (struct seg_text_chunk){.older = heap->chunks, .size = size};
  heap->chunks = chunk;
  heap->next = (char *)(chunk + 1);
  heap->left = size - sizeof *chunk;
  return SEG_OK;
}

enum seg_status seg_text_heap_copy(struct seg_text_heap *heap, struct seg_str *text,
                                   const char *what, struct seg_error *error) {
  if (text->size == 0) {
    *text = (struct seg_str){.data = ""};
    return SEG_OK;
  }
  if (text->size > heap->left) {
    enum seg_status status = add_chunk(heap, text->size, what, error);
    if (status != SEG_OK)
      return status;
  }
  memcpy(heap->next, text->data, text->size);
  text->data = heap->next;
  heap->next += text->size;
  heap->left -= text->size;
  return SEG_OK;
}
