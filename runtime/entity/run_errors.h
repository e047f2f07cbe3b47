/**
 * The list of run_errors.def: an enumerator, a code and a title each.
 */
#ifndef SEG_RUNTIME_ENTITY_RUN_ERRORS_H
#define SEG_RUNTIME_ENTITY_RUN_ERRORS_H

enum seg_run_error_kind {
#define SEG_RUN_ERROR(name, code, title) SEG_RUN_ERROR_##name,
#include "runtime/entity/run_errors.def"
#undef SEG_RUN_ERROR
  SEG_RUN_ERROR_COUNT
};

struct seg_run_error_info {
  const char *code;
  const char *title;
};
extern const struct seg_run_error_info seg_run_errors[SEG_RUN_ERROR_COUNT];

/** The code of a kind, for seg_fail. */
static inline const char *seg_run_code(enum seg_run_error_kind kind) {
  return seg_run_errors[kind].code;
}

#endif
