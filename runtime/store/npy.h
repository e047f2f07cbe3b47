/**
 * The header of NumPy's array files (form 1.0 of NEP 1), in a fixed size: what follows begins at a
 * multiple of 64 bytes of the file, and of memory when the file is mapped.
 */
#ifndef SEG_RUNTIME_STORE_NPY_H
#define SEG_RUNTIME_STORE_NPY_H

#include "runtime/store/store_manifest.h"

enum { SEG_NPY_HEADER = 128 };

/** The header of a file with `count` elements. */
void seg_npy_header(char header[SEG_NPY_HEADER], enum seg_store_type type, uint64_t count);

#endif
