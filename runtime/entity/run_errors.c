// The table behind run_errors.h.
#include "runtime/entity/run_errors.h"

const struct seg_run_error_info seg_run_errors[SEG_RUN_ERROR_COUNT] = {
#define SEG_RUN_ERROR(name, code, title) {code, title},
#include "runtime/entity/run_errors.def"
#undef SEG_RUN_ERROR
};
