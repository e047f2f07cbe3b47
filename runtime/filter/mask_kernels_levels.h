/** The tables behind seg_mask_kernels. */
#ifndef SEG_RUNTIME_FILTER_MASK_KERNELS_LEVELS_H
#define SEG_RUNTIME_FILTER_MASK_KERNELS_LEVELS_H

#include "runtime/filter/mask_kernels.h"

extern const struct seg_mask_kernels seg_mask_kernels_baseline;
#ifdef __x86_64__
extern const struct seg_mask_kernels seg_mask_kernels_avx2;
extern const struct seg_mask_kernels seg_mask_kernels_avx512;
#endif

#endif
