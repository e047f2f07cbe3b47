// Where compiled code puts texts; see text_room.h.
#include "runtime/filter/text_room.h"

#include <stdlib.h>

enum { CHUNK_BYTES = 64 * 1024 };

struct seg_text_chunk {
  struct seg_text_chunk *next;
  size_t capacity, used;
  char bytes[];
};

void seg_text_room_init(struct seg_text_room *room) {
  *room = (struct seg_text_room){0};
}

void seg_text_room_deinit(struct seg_text_room *room) {
  for (struct seg_text_chunk *chunk = room->first; chunk != NULL;) {
    struct seg_text_chunk *next = chunk->next;
    free(chunk);
    chunk = next;
  }
  *room = (struct seg_text_room){0};
}

void seg_text_room_empty(struct seg_text_room *room) {
  for (struct seg_text_chunk *chunk = room->first; chunk != NULL; chunk = chunk->next)
    chunk->used = 0;
  room->current = room->first;
}

// A chunk with that much room behind the current one: an empty one, or a new one.
static struct seg_text_chunk *next_chunk(struct seg_text_room *room, size_t size) {
  struct seg_text_chunk **place = room->current == NULL ? &room->first : &room->current->next;
  while (*place != NULL && (*place)->capacity < size)
    place = &(*place)->next;
  if (*place == NULL) {
    size_t capacity = size > CHUNK_BYTES ? size : CHUNK_BYTES;
    *place = malloc(sizeof(struct seg_text_chunk) + capacity);
    if (*place == NULL)
      return NULL;
    **place = (struct seg_text_chunk){.capacity = capacity};
  }
  return *place;
}

char *seg_text_room_take(struct seg_text_room *room, size_t size) {
  struct seg_text_chunk *chunk = room->current;
  if (chunk == NULL || chunk->capacity - chunk->used < size) {
    chunk = next_chunk(room, size);
    if (chunk == NULL)
      return NULL;
    room->current = chunk;
  }
  chunk->used += size;
  return chunk->bytes + (chunk->used - size);
}

void seg_text_room_return(struct seg_text_room *room, size_t unused) {
  room->current->used -= unused;
}
