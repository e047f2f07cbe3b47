// The sink of diagnostics, their order, and spelling suggestions; see diag.h.
#include "compiler/diag/diag.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/diag/render.h"

const struct seg_diag_info seg_diag_info[SEG_DIAG_COUNT] = {
#define SEG_DIAG(name, code, severity, title) [SEG_DIAG_##name] = {code, severity, title},
#include "compiler/diag/diagnostics.def"
#undef SEG_DIAG
};

void seg_diagnostics_init(struct seg_diagnostics *sink) {
  *sink = (struct seg_diagnostics){0};
  seg_arena_init(&sink->arena);
}

void seg_diagnostics_deinit(struct seg_diagnostics *sink) {
  SEG_VEC_FREE(&sink->list);
  seg_arena_deinit(&sink->arena);
}

static struct seg_str format_text(struct seg_arena *arena, const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int size = vsnprintf(NULL, 0, format, again);
  va_end(again);
  char *text = size < 0 ? NULL : seg_arena_alloc(arena, (size_t)size + 1);
  if (text == NULL)
    return (struct seg_str){0};
  vsnprintf(text, (size_t)size + 1, format, arguments);
  return (struct seg_str){text, (size_t)size};
}

static bool reported(const struct seg_diagnostics *sink, enum seg_diag_code code,
                     struct seg_span span) {
  // Backwards, because repetitions come soon after the first.
  for (size_t i = sink->list.count; i-- > 0;) {
    const struct seg_diagnostic *other = sink->list.items[i];
    if (other->code == code && other->span.file == span.file && other->span.begin == span.begin &&
        other->span.end == span.end)
      return true;
  }
  return false;
}

static struct seg_diagnostic *add(struct seg_diagnostics *sink, enum seg_diag_code code,
                                  struct seg_span span, const char *format, va_list arguments) {
  if (seg_diag_info[code].severity == SEG_ERROR)
    sink->errors++;
  else
    sink->warnings++;
  if (sink->list.count >= SEG_DIAG_LIMIT) {
    sink->dropped++;
    return &sink->spare;
  }
  struct seg_diagnostic *result = SEG_NEW(&sink->arena, struct seg_diagnostic);
  if (result != NULL)
    *result = (struct seg_diagnostic){
        .code = code,
        .number = (uint32_t)sink->list.count,
        .span = span,
        .message = format_text(&sink->arena, format, arguments),
    };
  if (result == NULL || result->message.data == NULL || !SEG_VEC_PUSH(&sink->list, result)) {
    sink->out_of_memory = true;
    return &sink->spare;
  }
  return result;
}

struct seg_diagnostic *seg_report(struct seg_diagnostics *sink, enum seg_diag_code code,
                                  struct seg_span span, const char *format, ...) {
  if (reported(sink, code, span))
    return &sink->spare;
  va_list arguments;
  va_start(arguments, format);
  struct seg_diagnostic *result = add(sink, code, span, format, arguments);
  va_end(arguments);
  return result;
}

struct seg_diagnostic *seg_report_each(struct seg_diagnostics *sink, enum seg_diag_code code,
                                       struct seg_span span, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  struct seg_diagnostic *result = add(sink, code, span, format, arguments);
  va_end(arguments);
  return result;
}

static void add_part(struct seg_diagnostics *sink, struct seg_diagnostic *diagnostic,
                     struct seg_diag_part content, const char *format, va_list arguments) {
  if (diagnostic == &sink->spare)
    return;
  struct seg_diag_part *part = SEG_NEW(&sink->arena, struct seg_diag_part);
  content.text = format_text(&sink->arena, format, arguments);
  if (part == NULL || content.text.data == NULL) {
    sink->out_of_memory = true;
    return;
  }
  *part = content;
  if (diagnostic->last_part == NULL)
    diagnostic->parts = part;
  else
    diagnostic->last_part->next = part;
  diagnostic->last_part = part;
}

void seg_note(struct seg_diagnostics *sink, struct seg_diagnostic *diagnostic, const char *format,
              ...) {
  va_list arguments;
  va_start(arguments, format);
  add_part(sink, diagnostic, (struct seg_diag_part){.kind = SEG_PART_NOTE}, format, arguments);
  va_end(arguments);
}

void seg_note_at(struct seg_diagnostics *sink, struct seg_diagnostic *diagnostic,
                 struct seg_span span, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  add_part(sink, diagnostic,
           (struct seg_diag_part){.kind = SEG_PART_NOTE, .has_span = true, .span = span}, format,
           arguments);
  va_end(arguments);
}

void seg_help(struct seg_diagnostics *sink, struct seg_diagnostic *diagnostic, const char *format,
              ...) {
  va_list arguments;
  va_start(arguments, format);
  add_part(sink, diagnostic, (struct seg_diag_part){.kind = SEG_PART_HELP}, format, arguments);
  va_end(arguments);
}

void seg_show_witness(struct seg_diagnostics *sink, struct seg_diagnostic *diagnostic,
                      struct seg_str json) {
  if (diagnostic == &sink->spare)
    return;
  diagnostic->witness = seg_arena_str(&sink->arena, json);
  sink->out_of_memory = sink->out_of_memory || diagnostic->witness.data == NULL;
}

static void copy_part(struct seg_diagnostics *sink, struct seg_diagnostic *to,
                      const struct seg_diag_part *part) {
  if (part->kind == SEG_PART_HELP)
    seg_help(sink, to, "%.*s", SEG_STR(part->text));
  else if (part->has_span)
    seg_note_at(sink, to, part->span, "%.*s", SEG_STR(part->text));
  else
    seg_note(sink, to, "%.*s", SEG_STR(part->text));
}

struct seg_diagnostic *seg_report_copy(struct seg_diagnostics *sink,
                                       const struct seg_diagnostic *diagnostic,
                                       struct seg_str note) {
  struct seg_diagnostic *copy =
      seg_report(sink, diagnostic->code, diagnostic->span, "%.*s", SEG_STR(diagnostic->message));
  const struct seg_diag_part *part = diagnostic->parts;
  for (; part != NULL && part->kind == SEG_PART_NOTE; part = part->next)
    copy_part(sink, copy, part);
  if (note.size > 0)
    seg_note(sink, copy, "%.*s", SEG_STR(note));
  for (; part != NULL; part = part->next)
    copy_part(sink, copy, part);
  return copy;
}

static int order_numbers(uint32_t a, uint32_t b) {
  return (a > b) - (a < b);
}

/** File, offset, code, end; then as reported, so that the order never depends on chance. */
static int order_diagnostics(const void *left, const void *right) {
  const struct seg_diagnostic *a = *(struct seg_diagnostic *const *)left;
  const struct seg_diagnostic *b = *(struct seg_diagnostic *const *)right;
  int order = order_numbers(a->span.file, b->span.file);
  if (order == 0)
    order = order_numbers(a->span.begin, b->span.begin);
  if (order == 0)
    order = order_numbers((uint32_t)a->code, (uint32_t)b->code);
  if (order == 0)
    order = order_numbers(a->span.end, b->span.end);
  return order != 0 ? order : order_numbers(a->number, b->number);
}

void seg_diagnostics_write(const struct seg_diagnostics *sink, const struct seg_source_map *map,
                           enum seg_diag_format format, bool color, FILE *out) {
  static void (*const renderers[])(const struct seg_render *) = {
      [SEG_FORMAT_HUMAN] = seg_render_human,
      [SEG_FORMAT_JSON] = seg_render_json,
      [SEG_FORMAT_SARIF] = seg_render_sarif,
      [SEG_FORMAT_GITHUB] = seg_render_github,
  };
  size_t count = sink->list.count;
  // In place: there may be no memory left for a second list, and none needs the order of reporting.
  if (count > 0)
    qsort(sink->list.items, count, sizeof *sink->list.items, order_diagnostics);
  struct seg_render render = {
      .sink = sink,
      .map = map,
      .list = sink->list.items,
      .count = count,
      .color = color,
      .out = out,
  };
  renderers[format](&render);
}

bool seg_render_places(const struct seg_source_map *map, struct seg_span span,
                       struct seg_place *begin, struct seg_place *end) {
  if (span.file >= map->files.count)
    return false;
  *begin = seg_source_map_place(map, span.file, span.begin);
  *end = seg_source_map_place(map, span.file, span.end < span.begin ? span.begin : span.end);
  return true;
}

const char *seg_render_severity(enum seg_diag_code code) {
  return seg_diag_info[code].severity == SEG_ERROR ? "error" : "warning";
}

const char *seg_render_part_kind(const struct seg_diag_part *part) {
  return part->kind == SEG_PART_NOTE ? "note" : "help";
}

bool seg_render_unsafe(uint32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) || code_point == 0x61c ||
         code_point == 0x200e || code_point == 0x200f ||
         (code_point >= 0x2028 && code_point <= 0x202e) ||
         (code_point >= 0x2066 && code_point <= 0x2069);
}

enum { COMPARED_BYTES = 64 }; // as many as seg_str_distance looks at

static struct seg_str fold_case(struct seg_str name, char *buffer) {
  size_t size = name.size < COMPARED_BYTES ? name.size : COMPARED_BYTES;
  for (size_t i = 0; i < size; i++) {
    char letter = name.data[i];
    buffer[i] = letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
  }
  return (struct seg_str){buffer, size};
}

struct seg_str seg_suggest(struct seg_str name, const struct seg_str *candidates, size_t count) {
  char name_buffer[COMPARED_BYTES], candidate_buffer[COMPARED_BYTES];
  struct seg_str folded = fold_case(name, name_buffer);
  struct seg_str best = {0};
  size_t best_distance = SIZE_MAX;
  for (size_t i = 0; i < count; i++) {
    if (candidates[i].size == 0 || seg_str_equal(candidates[i], name))
      continue;
    struct seg_str candidate = fold_case(candidates[i], candidate_buffer);
    size_t longer = candidate.size > folded.size ? candidate.size : folded.size;
    size_t shorter = candidate.size < folded.size ? candidate.size : folded.size;
    size_t allowed = longer < 3 ? 1 : longer / 3;
    // Equal but for case is distance 0, so it wins by itself. A distance as large as the shorter
    // name means that nothing of it is left.
    size_t distance = seg_str_distance(folded, candidate);
    if (distance <= allowed && distance < shorter && distance < best_distance) {
      best = candidates[i];
      best_distance = distance;
    }
  }
  return best;
}
