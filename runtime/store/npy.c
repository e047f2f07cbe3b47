// See npy.h.
#include "runtime/store/npy.h"

#include <inttypes.h>
#include <string.h>

void seg_npy_header(char header[SEG_NPY_HEADER], enum seg_store_type type, uint64_t count) {
  enum { PREFIX = 10 };
  char text[SEG_NPY_HEADER];
  int size = snprintf(text, sizeof text,
                      "{'descr': '%s', 'fortran_order': False, 'shape': (%" PRIu64 ",), }",
                      seg_store_types[type].name, count);
  memset(header, ' ', SEG_NPY_HEADER);
  memcpy(header, "\x93NUMPY\x01\x00", 8);
  header[8] = SEG_NPY_HEADER - PREFIX; // of the text, little-endian
  header[9] = 0;
  memcpy(header + PREFIX, text, (size_t)size);
  header[SEG_NPY_HEADER - 1] = '\n';
}
