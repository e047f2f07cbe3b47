// Text in memory behind a FILE; see text_stream.h.
#include "runtime/base/text_stream.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "runtime/base/vec.h"

struct text_stream {
  SEG_VEC(char) bytes;
  char **text;
  size_t *size;
  bool failed; // for good: what comes after a gap is of no use
};

static ssize_t append(void *context, const char *bytes, size_t size) {
  struct text_stream *stream = context;
  if (stream->failed || !SEG_VEC_RESERVE(&stream->bytes, size + 1)) {
    stream->failed = true;
    errno = ENOMEM;
    return 0;
  }
  memcpy(stream->bytes.items + stream->bytes.count, bytes, size);
  stream->bytes.count += size;
  stream->bytes.items[stream->bytes.count] = '\0';
  *stream->text = stream->bytes.items;
  *stream->size = stream->bytes.count;
  return (ssize_t)size;
}

static int finish(void *context) {
  struct text_stream *stream = context;
  bool failed = stream->failed;
  free(stream);
  errno = failed ? ENOMEM : errno;
  return failed ? EOF : 0;
}

FILE *seg_text_stream(char **text, size_t *size) {
  const cookie_io_functions_t functions = {.write = append, .close = finish};
  *text = NULL;
  *size = 0;
  struct text_stream *stream = malloc(sizeof *stream);
  if (stream == NULL)
    return NULL;
  *stream = (struct text_stream){.text = text, .size = size};
  FILE *out = NULL;
  if (append(stream, "", 0) == 0 && !stream->failed)
    out = fopencookie(stream, "w", functions);
  if (out == NULL) {
    SEG_VEC_FREE(&stream->bytes);
    *text = NULL;
    free(stream);
  }
  return out;
}
