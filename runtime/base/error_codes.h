/**
 * The list of error_codes.def: an enumerator, a code and a title each.
 */
#ifndef SEG_RUNTIME_BASE_ERROR_CODES_H
#define SEG_RUNTIME_BASE_ERROR_CODES_H

enum seg_error_kind {
#define SEG_ERROR_CODE(name, code, title) SEG_ERROR_##name,
#include "runtime/base/error_codes.def"
#undef SEG_ERROR_CODE
  SEG_ERROR_COUNT
};

struct seg_error_info {
  const char *code;
  const char *title;
};
extern const struct seg_error_info seg_error_infos[SEG_ERROR_COUNT];

/** The code of a kind, for seg_fail. */
static inline const char *seg_error_code(enum seg_error_kind kind) {
  return seg_error_infos[kind].code;
}

#endif
