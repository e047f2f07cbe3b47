// Diagnostics as one JSON object, for editors and scripts.
//
// Lines and columns count from 1; columns count characters; the end is behind the last character.
// What has no place has no "file". The form is described in docs/diagnostics/README.md.
#include "compiler/diag/render.h"
#include "runtime/base/json_writer.h"

static void put_span(struct seg_json *json, const struct seg_source_map *map,
                     struct seg_span span) {
  struct seg_place begin, end;
  if (!seg_render_places(map, span, &begin, &end))
    return;
  seg_json_key(json, "file");
  seg_json_str(json, begin.file);
  seg_json_key(json, "line");
  seg_json_uint(json, begin.line);
  seg_json_key(json, "column");
  seg_json_uint(json, begin.column);
  seg_json_key(json, "endLine");
  seg_json_uint(json, end.line);
  seg_json_key(json, "endColumn");
  seg_json_uint(json, end.column);
}

static void put_note(struct seg_json *json, const struct seg_source_map *map,
                     const struct seg_diag_part *note) {
  seg_json_begin_object(json);
  seg_json_key(json, "message");
  seg_json_str(json, note->text);
  if (note->has_span)
    put_span(json, map, note->span);
  seg_json_end_object(json);
}

static void put_diagnostic(struct seg_json *json, const struct seg_source_map *map,
                           const struct seg_diagnostic *diagnostic) {
  seg_json_begin_object(json);
  seg_json_key(json, "code");
  seg_json_text(json, seg_diag_info[diagnostic->code].code);
  seg_json_key(json, "severity");
  seg_json_text(json, seg_render_severity(diagnostic->code));
  seg_json_key(json, "message");
  seg_json_str(json, diagnostic->message);
  put_span(json, map, diagnostic->span);
  seg_json_key(json, "notes");
  seg_json_begin_array(json);
  for (const struct seg_diag_part *part = diagnostic->parts; part != NULL; part = part->next)
    if (part->kind == SEG_PART_NOTE)
      put_note(json, map, part);
  seg_json_end_array(json);
  seg_json_key(json, "help");
  seg_json_begin_array(json);
  for (const struct seg_diag_part *part = diagnostic->parts; part != NULL; part = part->next)
    if (part->kind == SEG_PART_HELP)
      seg_json_str(json, part->text);
  seg_json_end_array(json);
  if (diagnostic->witness.size > 0) {
    seg_json_key(json, "witness");
    seg_json_written(json, diagnostic->witness);
  }
  seg_json_end_object(json);
}

void seg_render_json(const struct seg_render *render) {
  struct seg_json json;
  seg_json_init(&json, render->out);
  seg_json_begin_object(&json);
  seg_json_key(&json, "diagnostics");
  seg_json_begin_array(&json);
  for (size_t i = 0; i < render->count; i++)
    put_diagnostic(&json, render->map, render->list[i]);
  seg_json_end_array(&json);
  seg_json_key(&json, "errors");
  seg_json_uint(&json, render->sink->errors);
  seg_json_key(&json, "warnings");
  seg_json_uint(&json, render->sink->warnings);
  const struct seg_diag_appendix *appendix = &render->sink->appendix;
  if (appendix->key != NULL) {
    seg_json_key(&json, appendix->key);
    appendix->write(appendix->context, &json);
  }
  seg_json_end_object(&json);
  seg_json_finish(&json);
}
