/**
 * What a run allows its sources and sinks.
 */
#ifndef SEG_RUNTIME_IO_IO_OPTIONS_H
#define SEG_RUNTIME_IO_IO_OPTIONS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** All zero is a good default. */
struct seg_io_options {
  uint32_t threads;      // 0: as many as the machine has
  uint64_t memory_bytes; // for one source or sink; 0: what DuckDB takes by itself
  bool narrow; // whole numbers may come narrower than their layout (seg_source.input_widths)
  const atomic_bool *interrupted; // polled; true stops the work with SEG_INTERRUPTED; may be NULL
};

#endif
