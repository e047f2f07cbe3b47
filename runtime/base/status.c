// Status codes and the error a caller owns; see status.h.
#include "runtime/base/status.h"

#include <stdio.h>
#include <string.h>

#include "runtime/base/error_codes.h"

enum seg_status seg_fail(struct seg_error *error, enum seg_status status, const char *code,
                         const char *format, ...) {
  if (error == NULL)
    return status;
  error->status = status;
  snprintf(error->code, sizeof error->code, "%s", code == NULL ? "" : code);
  error->help[0] = '\0';
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->message, sizeof error->message, format, arguments);
  va_end(arguments);
  return status;
}

void seg_error_help(struct seg_error *error, const char *format, ...) {
  if (error == NULL)
    return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->help, sizeof error->help, format, arguments);
  va_end(arguments);
}

enum seg_status seg_fail_memory(struct seg_error *error, const char *what) {
  return seg_fail(error, SEG_OUT_OF_MEMORY, seg_error_code(SEG_ERROR_MEMORY),
                  "not enough memory for %s", what);
}
