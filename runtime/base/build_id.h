/**
 * Which build of the program this is, for files that only the same build may trust.
 */
#ifndef SEG_RUNTIME_BASE_BUILD_ID_H
#define SEG_RUNTIME_BASE_BUILD_ID_H

enum { SEG_BUILD_ID_TEXT = 2 * 20 + 1 };

/** The identity that the linker gave to this program or library (an ELF note, up to 20 bytes) in
 * hexadecimal digits, NUL-terminated; empty when it gave none. */
void seg_build_id(char out[SEG_BUILD_ID_TEXT]);

#endif
