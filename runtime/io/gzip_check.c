// zlib compares checksum and length while it reads; all that is to do is to read.
#include "runtime/io/gzip_check.h"

#include <strings.h>
#include <zlib.h>

static bool is_gzip(struct seg_str file) {
  return file.size > 3 && strncasecmp(file.data + file.size - 3, ".gz", 3) == 0;
}

static bool is_whole(struct seg_gzip_check *check, struct seg_str path) {
  gzFile file = gzopen(path.data, "rbe");
  char buffer[1 << 16];
  int size = 0;
  int state = Z_OK;
  bool whole = false;
  if (file != NULL) {
    do
      size = gzread(file, buffer, sizeof buffer);
    while (size > 0 && !atomic_load(&check->stop));
    gzerror(file, &state);
    whole = size >= 0 && (state == Z_OK || state == Z_STREAM_END);
  }
  if (file != NULL && gzclose_r(file) != Z_OK && !atomic_load(&check->stop))
    whole = false; // closing reports a stream that ends too early
  return whole;
}

static void *check_files(void *argument) {
  struct seg_gzip_check *check = argument;
  for (size_t i = 0; i < check->file_count && !atomic_load(&check->stop); i++)
    if (is_gzip(check->files[i]) && !is_whole(check, check->files[i])) {
      check->damaged = i;
      break;
    }
  return NULL;
}

void seg_gzip_check_start(struct seg_gzip_check *check, const struct seg_str *files,
                          size_t file_count) {
  bool any = false;
  check->files = files;
  check->file_count = file_count;
  check->damaged = file_count;
  for (size_t i = 0; i < file_count; i++)
    any = any || is_gzip(files[i]);
  if (!any)
    return;
  check->running = pthread_create(&check->thread, NULL, check_files, check) == 0;
  if (!check->running)
    check_files(check); // no thread to be had: then it happens here
}

size_t seg_gzip_check_finish(struct seg_gzip_check *check) {
  if (check->running)
    pthread_join(check->thread, NULL);
  check->running = false;
  return check->damaged;
}

void seg_gzip_check_cancel(struct seg_gzip_check *check) {
  atomic_store(&check->stop, true);
  seg_gzip_check_finish(check);
}
