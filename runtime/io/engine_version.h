/**
 * Which DuckDB reads and writes the files.
 */
#ifndef SEG_RUNTIME_IO_ENGINE_VERSION_H
#define SEG_RUNTIME_IO_ENGINE_VERSION_H

/** A text such as "v1.4.4", static. */
const char *seg_engine_version(void);

#endif
