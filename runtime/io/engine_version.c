// Which DuckDB reads and writes the files; see engine_version.h.
#include "runtime/io/engine_version.h"

#include <duckdb.h>

#include "built_with.h"
#include "runtime/base/lazy_library.h"

const char *seg_engine_version(void) {
#ifdef SEGC_DUCKDB_VERSION
  if (seg_library_is_as_built(SEGC_DUCKDB_FILE, SEGC_DUCKDB_BYTES, SEGC_DUCKDB_CHANGED))
    return SEGC_DUCKDB_VERSION;
#endif
  return duckdb_library_version();
}
