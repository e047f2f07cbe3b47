// The end of a process that found something.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/target.h"

void fuzz_stop(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("fuzz: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  abort();
}
