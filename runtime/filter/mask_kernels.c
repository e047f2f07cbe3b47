// Which kernels a machine can run; see mask_kernels.h.
#include "runtime/filter/mask_kernels.h"

#include "runtime/filter/mask_kernels_levels.h"

enum seg_vector_level seg_mask_best_level(void) {
#ifdef __x86_64__
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512vbmi") &&
      __builtin_cpu_supports("gfni"))
    return SEG_VECTOR_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"))
    return SEG_VECTOR_AVX2;
#endif
  return SEG_VECTOR_BASELINE;
}

const struct seg_mask_kernels *seg_mask_kernels(enum seg_vector_level level) {
  enum seg_vector_level best = seg_mask_best_level();
  level = level < best ? level : best;
  switch (level) {
#ifdef __x86_64__
  case SEG_VECTOR_AVX512: return &seg_mask_kernels_avx512;
  case SEG_VECTOR_AVX2: return &seg_mask_kernels_avx2;
#else
  case SEG_VECTOR_AVX512:
  case SEG_VECTOR_AVX2:
#endif
  case SEG_VECTOR_BASELINE: break;
  }
  return &seg_mask_kernels_baseline;
}
