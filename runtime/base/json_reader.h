/**
 * Reading JSON (RFC 8259) that this program wrote: small files, whole numbers, no fractions.
 *
 * A text becomes a tree in an arena. Whoever reads an object takes its members by name; what is
 * left over is something the reader does not know.
 */
#ifndef SEG_RUNTIME_BASE_JSON_READER_H
#define SEG_RUNTIME_BASE_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/arena.h"
#include "runtime/base/status.h"
#include "runtime/base/str.h"

enum seg_json_kind {
  SEG_JSON_NULL,
  SEG_JSON_BOOL,
  SEG_JSON_INTEGER, // fits in 64 bits
  SEG_JSON_TEXT,
  SEG_JSON_ARRAY,
  SEG_JSON_OBJECT,
};

struct seg_json_value {
  enum seg_json_kind kind;
  bool taken; // as the member of an object
  bool truth;
  int64_t integer;
  struct seg_str name; // as the member of an object
  struct seg_str text;
  size_t count; // of an array or object
  struct seg_json_value *items;
};

/** The value of the whole text. SEG_BAD_DATA: it is no such JSON, names a member twice, or is
 * nested more than 32 deep. SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status seg_json_read(struct seg_arena *arena, struct seg_str text,
                                            struct seg_json_value **value);

/** The member of an object, taken from now on; NULL when there is none, or `object` is no object.
 */
struct seg_json_value *seg_json_take(struct seg_json_value *object, const char *name);

/** The first member that nobody took, or NULL. */
const struct seg_json_value *seg_json_left_over(const struct seg_json_value *object);

#endif
