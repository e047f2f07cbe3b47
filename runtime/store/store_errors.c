// The table behind store_errors.h.
#include "runtime/store/store_errors.h"

const struct seg_store_error_info seg_store_errors[SEG_STORE_ERROR_COUNT] = {
#define SEG_STORE_ERROR(name, code, title) {code, title},
#include "runtime/store/store_errors.def"
#undef SEG_STORE_ERROR
};
