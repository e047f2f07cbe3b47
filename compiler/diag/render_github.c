// Diagnostics as GitHub workflow commands, which become annotations in a pull request:
//
//   ::error file=rules.seg,line=3,col=9,title=E101%3A a name that nothing declares::message
//
// A command is one line. `%` and line ends are percent-encoded everywhere, `:` and `,` in
// properties too; a rule file cannot end the command early and begin another.
#include <string.h>

#include "compiler/diag/render.h"
#include "runtime/base/utf8_walk.h"

static void put_escaped(FILE *out, struct seg_str text, const char *encoded) {
  for (size_t at = 0; at < text.size;) {
    uint32_t code_point;
    at += seg_utf8_next(text, at, &code_point);
    char bytes[SEG_UTF8_MAX];
    if (code_point != 0 && code_point < 0x80 && strchr(encoded, (int)code_point) != NULL)
      fprintf(out, "%%%02X", (unsigned)code_point);
    else if (seg_render_unsafe(code_point))
      fwrite(bytes, 1, seg_utf8_put(SEG_UTF8_REPLACEMENT, bytes), out);
    else
      fwrite(bytes, 1, seg_utf8_put(code_point, bytes), out);
  }
}

static void put_property(FILE *out, struct seg_str text) {
  put_escaped(out, text, "%\r\n:,");
}

static void put_data(FILE *out, struct seg_str text) {
  put_escaped(out, text, "%\r\n");
}

static void put_part(const struct seg_render *render, const struct seg_diag_part *part) {
  FILE *out = render->out;
  fprintf(out, "%%0A%s: ", seg_render_part_kind(part));
  put_data(out, part->text);
  struct seg_place begin, end;
  if (part->has_span && seg_render_places(render->map, part->span, &begin, &end)) {
    fputs(" (", out);
    put_data(out, begin.file);
    fprintf(out, ":%u:%u)", begin.line, begin.column);
  }
}

static void put_diagnostic(const struct seg_render *render,
                           const struct seg_diagnostic *diagnostic) {
  FILE *out = render->out;
  const struct seg_diag_info *info = &seg_diag_info[diagnostic->code];
  fprintf(out, "::%s ", seg_render_severity(diagnostic->code));
  struct seg_place begin, end;
  if (seg_render_places(render->map, diagnostic->span, &begin, &end)) {
    fputs("file=", out);
    put_property(out, begin.file);
    fprintf(out, ",line=%u,col=%u,", begin.line, begin.column);
  }
  fprintf(out, "title=%s%%3A ", info->code);
  put_property(out, seg_str_view(info->title));
  fputs("::", out);
  put_data(out, diagnostic->message);
  for (const struct seg_diag_part *part = diagnostic->parts; part != NULL; part = part->next)
    put_part(render, part);
  fputc('\n', out);
}

void seg_render_github(const struct seg_render *render) {
  for (size_t i = 0; i < render->count; i++)
    put_diagnostic(render, render->list[i]);
}
