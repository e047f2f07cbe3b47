// The table behind error_codes.h.
#include "runtime/base/error_codes.h"

const struct seg_error_info seg_error_infos[SEG_ERROR_COUNT] = {
#define SEG_ERROR_CODE(name, code, title) {code, title},
#include "runtime/base/error_codes.def"
#undef SEG_ERROR_CODE
};
