// Names of processors; see processor.h.
#include "compiler/codegen/processor.h"

#include <stdbool.h>
#include <string.h>

#include "runtime/filter/mask_kernels.h"

struct level {
  const char *name;
  bool runs_here;
};

enum seg_status seg_processor_find(const char *name, const char **cpu, struct seg_error *error) {
  *cpu = NULL;
  if (name == NULL || strcmp(name, "native") == 0)
    return SEG_OK;
#ifdef __x86_64__
  __builtin_cpu_init();
  const struct level levels[] = {
      {"x86-64", true},
      {"x86-64-v2", __builtin_cpu_supports("x86-64-v2") != 0},
      {"x86-64-v3", __builtin_cpu_supports("x86-64-v3") != 0},
      {"x86-64-v4", __builtin_cpu_supports("x86-64-v4") != 0},
  };
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
    if (strcmp(name, levels[i].name) != 0)
      continue;
    if (!levels[i].runs_here) {
      seg_fail(error, SEG_USAGE, "", "this machine cannot run code for the processor `%s`", name);
      seg_error_help(error, "leave the processor out: code for this machine is made");
      return SEG_USAGE;
    }
    *cpu = levels[i].name;
    return SEG_OK;
  }
  seg_fail(error, SEG_USAGE, "", "there is no processor `%s`", name);
  seg_error_help(error, "write native, x86-64, x86-64-v2, x86-64-v3 or x86-64-v4");
#else
  seg_fail(error, SEG_USAGE, "", "there is no processor `%s` on this kind of machine", name);
  seg_error_help(error, "leave it out: code for this machine is made");
#endif
  return SEG_USAGE;
}

enum seg_vector_level seg_processor_level(const struct seg_codegen_options *options) {
  enum seg_vector_level level = SEG_VECTOR_AVX512; // of which the machine takes what it has
  const char *cpu = options == NULL ? NULL : options->cpu;
  const char *features = options == NULL ? NULL : options->features;
  if (cpu != NULL && (strcmp(cpu, "x86-64") == 0 || strcmp(cpu, "x86-64-v2") == 0))
    level = SEG_VECTOR_BASELINE;
  else if (cpu != NULL && strcmp(cpu, "x86-64-v3") == 0)
    level = SEG_VECTOR_AVX2;
  if (features != NULL && level > SEG_VECTOR_AVX2 && strstr(features, "-avx512") != NULL)
    level = SEG_VECTOR_AVX2;
  if (features != NULL && (strstr(features, "-avx2") != NULL || strstr(features, "-avx,") != NULL))
    level = SEG_VECTOR_BASELINE;
  return level;
}

unsigned seg_processor_vector_bits(const struct seg_codegen_options *options) {
  enum seg_vector_level level = seg_processor_level(options), best = seg_mask_best_level();
  level = level < best ? level : best;
  return level == SEG_VECTOR_AVX512 ? 512 : level == SEG_VECTOR_AVX2 ? 256 : 128;
}
