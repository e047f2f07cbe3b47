/**
 * Writing JSON (RFC 8259) to a stream, value by value.
 *
 *   struct seg_json json;
 *   seg_json_init(&json, stdout);
 *   seg_json_begin_object(&json);
 *   seg_json_key(&json, "customers");
 *   seg_json_uint(&json, 3);
 *   seg_json_end_object(&json);
 *   seg_json_finish(&json);
 *
 * The writer puts the commas; the order of calls is the caller's, and asserted where it is cheap.
 * Compact, one line. A write error stays in the stream's error flag (ferror) for the caller.
 */
#ifndef SEG_RUNTIME_BASE_JSON_WRITER_H
#define SEG_RUNTIME_BASE_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "runtime/base/str.h"

struct seg_json {
  FILE *out;
  uint32_t depth; // open objects and arrays
  bool comma;     // the next key or value follows another one
};

void seg_json_init(struct seg_json *json, FILE *out);

/** Ends the line; every object and array must be closed. */
void seg_json_finish(struct seg_json *json);

void seg_json_begin_object(struct seg_json *json);
void seg_json_end_object(struct seg_json *json);
void seg_json_begin_array(struct seg_json *json);
void seg_json_end_array(struct seg_json *json);

/** A member's name; its value is the next call. */
void seg_json_key(struct seg_json *json, const char *name);

/** A text; bytes that are not valid UTF-8 become U+FFFD, one each. */
void seg_json_str(struct seg_json *json, struct seg_str text);

/** The same for a NUL-terminated text; NULL is written as null. */
void seg_json_text(struct seg_json *json, const char *text);

/** A member's name and its text; an empty text is written as null. */
void seg_json_member(struct seg_json *json, const char *name, struct seg_str text);

/** A text in pieces: begin, any number of parts, end. No character may lie in two parts. */
void seg_json_begin_str(struct seg_json *json);
void seg_json_part(struct seg_json *json, struct seg_str text);
void seg_json_end_str(struct seg_json *json);

void seg_json_int(struct seg_json *json, int64_t value);
void seg_json_uint(struct seg_json *json, uint64_t value);
void seg_json_bool(struct seg_json *json, bool value);
void seg_json_null(struct seg_json *json);

/** A value that is JSON already. */
void seg_json_written(struct seg_json *json, struct seg_str value);

/** The shortest decimal form that reads back as the same double; JSON has no NaN or infinity: null.
 */
void seg_json_double(struct seg_json *json, double value);

#endif
