// A buffer in front of a file, with or without zlib; see sink_stream.h.
#include "runtime/io/sink_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "runtime/io/sink.h"

enum {
  BUFFER = 1 << 20,
  SYNCED_TOGETHER = 8 << 20,
  LEVEL = 6,
  GZIP = 16 + MAX_WBITS,
  USUAL_MEMORY = 8
};

static bool start_deflating(struct seg_sink_stream *stream) {
  stream->deflating = calloc(1, sizeof *stream->deflating);
  if (stream->deflating == NULL)
    return false;
  if (deflateInit2(stream->deflating, LEVEL, Z_DEFLATED, GZIP, USUAL_MEMORY, Z_DEFAULT_STRATEGY) ==
      Z_OK)
    return true;
  free(stream->deflating);
  stream->deflating = NULL;
  return false;
}

void seg_sink_stream_open(struct seg_sink_stream *stream, const char *path, bool gzip,
                          const struct seg_sink_watcher *watcher) {
  *stream = (struct seg_sink_stream){.file = -1, .watcher = watcher};
  stream->buffers[0] = malloc(BUFFER);
  stream->buffers[1] = watcher == NULL ? NULL : malloc(BUFFER);
  stream->buffer = stream->buffers[0];
  if (stream->buffer == NULL || (watcher != NULL && stream->buffers[1] == NULL) ||
      (gzip && !start_deflating(stream))) {
    stream->reason = ENOMEM;
    return;
  }
  stream->file = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  stream->reason = stream->file < 0 ? errno : 0;
}

static void write_unseen(struct seg_sink_stream *stream, const unsigned char *bytes, size_t size) {
  while (size > 0 && stream->reason == 0) {
    ssize_t done = write(stream->file, bytes, size);
    if (done < 0 && errno != EINTR)
      stream->reason = errno;
    if (done > 0) {
      bytes += done;
      size -= (size_t)done;
    }
  }
}

// The watcher has let go of the bytes before the last ones when it gets the next.
static void write_all(struct seg_sink_stream *stream, const unsigned char *bytes, size_t size) {
  const struct seg_sink_watcher *watcher = stream->watcher;
  if (watcher != NULL) {
    watcher->wait(watcher->context);
    watcher->look(watcher->context, bytes, size);
  }
  write_unseen(stream, bytes, size);
  stream->unsynced += size;
  if (stream->unsynced < SYNCED_TOGETHER)
    return;
  // The disk may begin; without this all of it waits for the end. Only a wish.
  (void)sync_file_range(stream->file, 0, 0, SYNC_FILE_RANGE_WRITE);
  stream->unsynced = 0;
}

static void let_go(struct seg_sink_stream *stream) {
  if (stream->watcher != NULL)
    stream->watcher->wait(stream->watcher->context);
}

// With a watcher there are two buffers: it looks at one while the other is filled.
static void flush(struct seg_sink_stream *stream) {
  write_all(stream, stream->buffer, stream->filled);
  stream->filled = 0;
  if (stream->watcher != NULL)
    stream->buffer = stream->buffers[stream->buffer == stream->buffers[0]];
}

// All of the input, and with Z_FINISH the end of the file too.
static void deflate_all(struct seg_sink_stream *stream, const void *bytes, size_t size, int how) {
  z_stream *zlib = stream->deflating;
  int outcome = Z_OK;
  zlib->next_in = (unsigned char *)bytes; // zlib does not write to it
  zlib->avail_in = (unsigned)size;
  do {
    if (stream->filled == BUFFER)
      flush(stream);
    zlib->next_out = stream->buffer + stream->filled;
    zlib->avail_out = (unsigned)(BUFFER - stream->filled);
    outcome = deflate(zlib, how);
    stream->filled = BUFFER - zlib->avail_out;
  } while (stream->reason == 0 && (how == Z_FINISH ? outcome == Z_OK : zlib->avail_in > 0));
}

void seg_sink_stream_put(struct seg_sink_stream *stream, const void *bytes, size_t size) {
  const unsigned char *from = bytes;
  if (stream->deflating != NULL) {
    for (size_t part; size > 0 && stream->reason == 0; size -= part, from += part) {
      part = size < INT_MAX ? size : INT_MAX;
      deflate_all(stream, from, part, Z_NO_FLUSH);
    }
    return;
  }
  if (size == 0 || stream->reason != 0)
    return;
  if (size > BUFFER - stream->filled)
    flush(stream);
  if (size >= BUFFER) {
    write_all(stream, from, size);
    let_go(stream);
    return;
  }
  memcpy(stream->buffer + stream->filled, from, size);
  stream->filled += size;
}

int seg_sink_stream_close(struct seg_sink_stream *stream) {
  if (stream->reason == 0 && stream->deflating != NULL)
    deflate_all(stream, NULL, 0, Z_FINISH);
  if (stream->reason == 0)
    flush(stream);
  let_go(stream);
  if (stream->deflating != NULL)
    deflateEnd(stream->deflating);
  if (stream->file >= 0 && close(stream->file) != 0 && stream->reason == 0)
    stream->reason = errno;
  free(stream->deflating);
  free(stream->buffers[0]);
  free(stream->buffers[1]);
  return stream->reason;
}
