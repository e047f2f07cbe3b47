/**
 * The list of store_errors.def: an enumerator, a code and a title each.
 */
#ifndef SEG_RUNTIME_STORE_STORE_ERRORS_H
#define SEG_RUNTIME_STORE_STORE_ERRORS_H

#include "runtime/base/status.h"

enum seg_store_error_kind {
#define SEG_STORE_ERROR(name, code, title) SEG_STORE_ERROR_##name,
#include "runtime/store/store_errors.def"
#undef SEG_STORE_ERROR
  SEG_STORE_ERROR_COUNT
};

struct seg_store_error_info {
  const char *code;
  const char *title;
};
extern const struct seg_store_error_info seg_store_errors[SEG_STORE_ERROR_COUNT];

/** seg_fail with the code of a kind. */
#define SEG_STORE_FAIL(error, status, kind, ...)                                                   \
  seg_fail((error), (status), seg_store_errors[SEG_STORE_ERROR_##kind].code, __VA_ARGS__)

#endif
