/**
 * The bytes of an output on their way to its file, plain or gzip; private to this room. Calls that
 * stop half-way or are interrupted go on; the first failure is kept, and nothing is written after
 * it.
 */
#ifndef SEG_RUNTIME_IO_SINK_STREAM_H
#define SEG_RUNTIME_IO_SINK_STREAM_H

#include <stdbool.h>
#include <stddef.h>

struct z_stream_s;
struct seg_sink_watcher;

struct seg_sink_stream {
  int file;
  int reason;                // errno of the first failure, ENOMEM for memory; 0: none
  unsigned char *buffers[2]; // the second one only with a watcher
  unsigned char *buffer;     // the one of them that is being filled
  size_t filled;
  size_t unsynced;              // bytes that the disk was not told of
  struct z_stream_s *deflating; // NULL: plain
  const struct seg_sink_watcher *watcher;
};

/** Open a file that is there, empty. Close in any case; `reason` says whether it went well.
 * `watcher` sees what is written; NULL is fine. */
void seg_sink_stream_open(struct seg_sink_stream *stream, const char *path, bool gzip,
                          const struct seg_sink_watcher *watcher);

void seg_sink_stream_put(struct seg_sink_stream *stream, const void *bytes, size_t size);

/** Write the rest and close; the reason of the first failure, 0 for none. */
int seg_sink_stream_close(struct seg_sink_stream *stream);

#endif
