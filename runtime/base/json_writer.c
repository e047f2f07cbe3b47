// Writing JSON to a stream; see json_writer.h.
#include "runtime/base/json_writer.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/utf8_walk.h"

void seg_json_init(struct seg_json *json, FILE *out) {
  *json = (struct seg_json){.out = out};
}

void seg_json_finish(struct seg_json *json) {
  assert(json->depth == 0);
  fputc('\n', json->out);
}

static void before_value(struct seg_json *json) {
  if (json->comma)
    fputc(',', json->out);
  json->comma = true;
}

static void begin(struct seg_json *json, char bracket) {
  before_value(json);
  fputc(bracket, json->out);
  json->depth++;
  json->comma = false;
}

static void end(struct seg_json *json, char bracket) {
  assert(json->depth > 0);
  fputc(bracket, json->out);
  json->depth--;
  json->comma = true;
}

void seg_json_begin_object(struct seg_json *json) {
  begin(json, '{');
}

void seg_json_end_object(struct seg_json *json) {
  end(json, '}');
}

void seg_json_begin_array(struct seg_json *json) {
  begin(json, '[');
}

void seg_json_end_array(struct seg_json *json) {
  end(json, ']');
}

void seg_json_key(struct seg_json *json, const char *name) {
  assert(json->depth > 0);
  seg_json_text(json, name);
  fputc(':', json->out);
  json->comma = false;
}

void seg_json_begin_str(struct seg_json *json) {
  before_value(json);
  fputc('"', json->out);
}

void seg_json_end_str(struct seg_json *json) {
  fputc('"', json->out);
}

/** The letter of a two-character escape, or 0. */
static char short_escape(uint32_t code_point) {
  switch (code_point) {
  case '"': return '"';
  case '\\': return '\\';
  case '\b': return 'b';
  case '\f': return 'f';
  case '\n': return 'n';
  case '\r': return 'r';
  case '\t': return 't';
  default: return 0;
  }
}

void seg_json_part(struct seg_json *json, struct seg_str text) {
  for (size_t at = 0; at < text.size;) {
    uint32_t code_point;
    at += seg_utf8_next(text, at, &code_point);
    char letter = short_escape(code_point);
    if (letter != 0) {
      fputc('\\', json->out);
      fputc(letter, json->out);
    } else if (code_point < 0x20 || code_point == 0x7f) {
      // DEL needs no escape in JSON, but a terminal that shows the output is better off without it.
      fprintf(json->out, "\\u%04x", (unsigned)code_point);
    } else {
      char bytes[SEG_UTF8_MAX];
      fwrite(bytes, 1, seg_utf8_put(code_point, bytes), json->out);
    }
  }
}

void seg_json_str(struct seg_json *json, struct seg_str text) {
  seg_json_begin_str(json);
  seg_json_part(json, text);
  seg_json_end_str(json);
}

void seg_json_text(struct seg_json *json, const char *text) {
  if (text == NULL)
    seg_json_null(json);
  else
    seg_json_str(json, seg_str_view(text));
}

void seg_json_written(struct seg_json *json, struct seg_str value) {
  before_value(json);
  fwrite(value.data, 1, value.size, json->out);
}

void seg_json_int(struct seg_json *json, int64_t value) {
  before_value(json);
  fprintf(json->out, "%" PRId64, value);
}

void seg_json_uint(struct seg_json *json, uint64_t value) {
  before_value(json);
  fprintf(json->out, "%" PRIu64, value);
}

void seg_json_bool(struct seg_json *json, bool value) {
  before_value(json);
  fputs(value ? "true" : "false", json->out);
}

void seg_json_null(struct seg_json *json) {
  before_value(json);
  fputs("null", json->out);
}

void seg_json_double(struct seg_json *json, double value) {
  if (!isfinite(value)) {
    seg_json_null(json);
    return;
  }
  before_value(json);
  // 17 significant digits always suffice for a double; most values need fewer.
  char digits[40];
  for (int precision = 1; precision <= 17; precision++) {
    snprintf(digits, sizeof digits, "%.*g", precision, value);
    if (strtod(digits, NULL) == value)
      break;
  }
  // The host program's locale may print a decimal comma.
  char *comma = strchr(digits, ',');
  if (comma != NULL)
    *comma = '.';
  fputs(digits, json->out);
}

void seg_json_member(struct seg_json *json, const char *name, struct seg_str text) {
  seg_json_key(json, name);
  if (text.size == 0)
    seg_json_null(json);
  else
    seg_json_str(json, text);
}
