/**
 * The list of io_errors.def: an enumerator, a code and a title each.
 */
#ifndef SEG_RUNTIME_IO_IO_ERRORS_H
#define SEG_RUNTIME_IO_IO_ERRORS_H

#include "runtime/base/status.h"

enum seg_io_error_kind {
#define SEG_IO_ERROR(name, code, title) SEG_IO_##name,
#include "runtime/io/io_errors.def"
#undef SEG_IO_ERROR
  SEG_IO_ERROR_COUNT
};

struct seg_io_error_info {
  const char *code;
  const char *title;
};
extern const struct seg_io_error_info seg_io_errors[SEG_IO_ERROR_COUNT];

/** The code of a kind, for seg_fail. */
static inline const char *seg_io_code(enum seg_io_error_kind kind) {
  return seg_io_errors[kind].code;
}

/** seg_fail with the code of a kind. */
#define SEG_IO_FAIL(error, status, kind, ...)                                                      \
  seg_fail((error), (status), seg_io_errors[SEG_IO_##kind].code, __VA_ARGS__)

/** The reason behind an errno in plain words, such as "it does not exist". */
const char *seg_io_reason(int error_number);

#endif
