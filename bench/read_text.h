// The text of a file, for the programs of the benchmarks.
#ifndef SEG_BENCH_READ_TEXT_H
#define SEG_BENCH_READ_TEXT_H

#include <stdio.h>
#include <stdlib.h>

/** The whole file, with a NUL behind it; the caller frees it. NULL, after a word on stderr, when it
 * cannot be read. */
static inline char *seg_bench_read_text(const char *path) {
  char *text = NULL;
  FILE *in = fopen(path, "rb");
  long size = -1;
  if (in != NULL && fseek(in, 0, SEEK_END) == 0)
    size = ftell(in);
  if (size >= 0 && fseek(in, 0, SEEK_SET) != 0)
    size = -1;
  if (size >= 0)
    text = malloc((size_t)size + 1);
  if (text != NULL) {
    text[fread(text, 1, (size_t)size, in)] = '\0';
  } else {
    fprintf(stderr, "cannot read %s\n", path);
  }
  if (in != NULL)
    fclose(in);
  return text;
}

#endif
