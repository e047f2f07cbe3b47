/**
 * Text room: where compiled code puts the texts that it computes. Chunks stay and are filled again,
 * so that a batch costs no allocation once the room is as large as batches need it. One thread
 * each.
 */
#ifndef SEG_RUNTIME_FILTER_TEXT_ROOM_H
#define SEG_RUNTIME_FILTER_TEXT_ROOM_H

#include <stddef.h>

#include "runtime/base/status.h"

struct seg_text_chunk;

struct seg_text_room {
  struct seg_text_chunk *first;
  struct seg_text_chunk *current; // where the next text goes; those behind it are empty
};

void seg_text_room_init(struct seg_text_room *room);
void seg_text_room_deinit(struct seg_text_room *room);

/** Forget all texts, keep the memory. */
void seg_text_room_empty(struct seg_text_room *room);

/** `size` bytes that stay until the room is emptied; NULL when memory is out. */
SEG_NODISCARD char *seg_text_room_take(struct seg_text_room *room, size_t size);

/** Give back the last `unused` bytes of what was taken last. */
void seg_text_room_return(struct seg_text_room *room, size_t unused);

#endif
