// Which DuckDB reads and writes the files; see engine_version.h.
#include "runtime/io/engine_version.h"

#include <duckdb.h>

const char *seg_engine_version(void) {
  return duckdb_library_version();
}
