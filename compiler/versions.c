// The versions that decide what a run answers.
#include "compiler/codegen/llvm_version.h"
#include "compiler/include/segc.h"
#include "runtime/io/engine_version.h"
#include "runtime/time/zone.h"

void segc_write_versions(FILE *out) {
  char tzdata[32], llvm[32];
  (void)seg_zone_version(tzdata, sizeof tzdata);
  seg_llvm_version(llvm, sizeof llvm);
  fprintf(out, "segc %s, language 1\nLLVM %s\nDuckDB %s\ntzdata %s\n", SEGC_VERSION, llvm,
          seg_engine_version(), tzdata);
}
