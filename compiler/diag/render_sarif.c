// Diagnostics as SARIF 2.1.0 (OASIS standard), for code scanning services.
//
// One run, every code of diagnostics.def as a rule. Notes that show a place become
// relatedLocations; all other notes and the helps follow the message, because most viewers show
// nothing else.
#include <string.h>

#include "compiler/diag/render.h"
#include "runtime/base/json_writer.h"

/** A path as a URI reference (RFC 3986): all but unreserved characters and `/` percent-encoded. */
static void put_uri(struct seg_json *json, struct seg_str path) {
  static const char unreserved[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789-._~/";
  seg_json_begin_str(json);
  if (path.size > 0 && path.data[0] == '/')
    seg_json_part(json, seg_str_view("file://"));
  for (size_t i = 0; i < path.size; i++) {
    char encoded[4];
    unsigned char byte = (unsigned char)path.data[i];
    if (byte != 0 && strchr(unreserved, byte) != NULL)
      seg_json_part(json, (struct seg_str){path.data + i, 1});
    else if (snprintf(encoded, sizeof encoded, "%%%02X", byte) > 0)
      seg_json_part(json, seg_str_view(encoded));
  }
  seg_json_end_str(json);
}

static void put_physical_location(struct seg_json *json, struct seg_place begin,
                                  struct seg_place end) {
  seg_json_key(json, "physicalLocation");
  seg_json_begin_object(json);
  seg_json_key(json, "artifactLocation");
  seg_json_begin_object(json);
  seg_json_key(json, "uri");
  put_uri(json, begin.file);
  seg_json_end_object(json);
  seg_json_key(json, "region");
  seg_json_begin_object(json);
  seg_json_key(json, "startLine");
  seg_json_uint(json, begin.line);
  seg_json_key(json, "startColumn");
  seg_json_uint(json, begin.column);
  seg_json_key(json, "endLine");
  seg_json_uint(json, end.line);
  seg_json_key(json, "endColumn");
  seg_json_uint(json, end.column);
  seg_json_end_object(json);
  seg_json_end_object(json);
}

static void put_text_object(struct seg_json *json, const char *key, struct seg_str text) {
  seg_json_key(json, key);
  seg_json_begin_object(json);
  seg_json_key(json, "text");
  seg_json_str(json, text);
  seg_json_end_object(json);
}

static void put_rules(struct seg_json *json) {
  seg_json_key(json, "rules");
  seg_json_begin_array(json);
  for (int code = 0; code < SEG_DIAG_COUNT; code++) {
    seg_json_begin_object(json);
    seg_json_key(json, "id");
    seg_json_text(json, seg_diag_info[code].code);
    put_text_object(json, "shortDescription", seg_str_view(seg_diag_info[code].title));
    seg_json_key(json, "defaultConfiguration");
    seg_json_begin_object(json);
    seg_json_key(json, "level");
    seg_json_text(json, seg_render_severity((enum seg_diag_code)code));
    seg_json_end_object(json);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
}

/** Does this part stand at a place that the file list knows? Then it is a relatedLocation. */
static bool is_related(const struct seg_source_map *map, const struct seg_diag_part *part) {
  return part->has_span && part->span.file < map->files.count;
}

static void put_message(struct seg_json *json, const struct seg_source_map *map,
                        const struct seg_diagnostic *diagnostic) {
  seg_json_key(json, "message");
  seg_json_begin_object(json);
  seg_json_key(json, "text");
  seg_json_begin_str(json);
  seg_json_part(json, diagnostic->message);
  for (const struct seg_diag_part *part = diagnostic->parts; part != NULL; part = part->next) {
    if (is_related(map, part))
      continue;
    seg_json_part(json, seg_str_view("\n"));
    seg_json_part(json, seg_str_view(seg_render_part_kind(part)));
    seg_json_part(json, seg_str_view(": "));
    seg_json_part(json, part->text);
  }
  seg_json_end_str(json);
  seg_json_end_object(json);
}

static void put_related(struct seg_json *json, const struct seg_source_map *map,
                        const struct seg_diagnostic *diagnostic) {
  uint32_t id = 0;
  for (const struct seg_diag_part *part = diagnostic->parts; part != NULL; part = part->next) {
    struct seg_place begin, end;
    if (!is_related(map, part) || !seg_render_places(map, part->span, &begin, &end))
      continue;
    if (id == 0) {
      seg_json_key(json, "relatedLocations");
      seg_json_begin_array(json);
    }
    seg_json_begin_object(json);
    seg_json_key(json, "id");
    seg_json_uint(json, ++id);
    put_text_object(json, "message", part->text);
    put_physical_location(json, begin, end);
    seg_json_end_object(json);
  }
  if (id > 0)
    seg_json_end_array(json);
}

static void put_result(struct seg_json *json, const struct seg_source_map *map,
                       const struct seg_diagnostic *diagnostic) {
  seg_json_begin_object(json);
  seg_json_key(json, "ruleId");
  seg_json_text(json, seg_diag_info[diagnostic->code].code);
  seg_json_key(json, "ruleIndex");
  seg_json_uint(json, (uint64_t)diagnostic->code);
  seg_json_key(json, "level");
  seg_json_text(json, seg_render_severity(diagnostic->code));
  put_message(json, map, diagnostic);
  seg_json_key(json, "locations");
  seg_json_begin_array(json);
  struct seg_place begin, end;
  if (seg_render_places(map, diagnostic->span, &begin, &end)) {
    seg_json_begin_object(json);
    put_physical_location(json, begin, end);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
  put_related(json, map, diagnostic);
  seg_json_end_object(json);
}

void seg_render_sarif(const struct seg_render *render) {
  struct seg_json json;
  seg_json_init(&json, render->out);
  seg_json_begin_object(&json);
  seg_json_key(&json, "$schema");
  seg_json_text(&json, "https://json.schemastore.org/sarif-2.1.0.json");
  seg_json_key(&json, "version");
  seg_json_text(&json, "2.1.0");
  seg_json_key(&json, "runs");
  seg_json_begin_array(&json);
  seg_json_begin_object(&json);
  seg_json_key(&json, "tool");
  seg_json_begin_object(&json);
  seg_json_key(&json, "driver");
  seg_json_begin_object(&json);
  seg_json_key(&json, "name");
  seg_json_text(&json, "segc");
  put_rules(&json);
  seg_json_end_object(&json);
  seg_json_end_object(&json);
  seg_json_key(&json, "columnKind");
  seg_json_text(&json, "unicodeCodePoints");
  seg_json_key(&json, "results");
  seg_json_begin_array(&json);
  for (size_t i = 0; i < render->count; i++)
    put_result(&json, render->map, render->list[i]);
  seg_json_end_array(&json);
  seg_json_end_object(&json);
  seg_json_end_array(&json);
  seg_json_end_object(&json);
  seg_json_finish(&json);
}
