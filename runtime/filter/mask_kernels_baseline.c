// The kernels for any processor.
#include <stdbool.h>
#include <string.h>

#include "runtime/filter/mask_kernels_levels.h"

#define KERNEL       static
#define KERNELS      seg_mask_kernels_baseline
#define VECTOR_BYTES 16
#include "runtime/filter/mask_kernels_body.h"
