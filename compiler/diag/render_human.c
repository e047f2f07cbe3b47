// Diagnostics for people at a terminal: message, place, source line with carets, notes, helps.
//
// Characters that would move, hide or reorder text are shown as U+FFFD, so that a rule file cannot
// forge output. Carets are aligned by display width: a tab is shown as spaces, wide letters are
// two.
#include <string.h>
#include <utf8proc.h>

#include "compiler/diag/render.h"
#include "runtime/base/utf8_walk.h"

enum {
  TAB_COLUMNS = 4,
  GUTTER_DIGITS = 3,
  LINE_COLUMNS = 160, // longer source lines are cut around the span
  LEAD_COLUMNS = 60,  // what stays to the left of the span then
};

enum style { STYLE_ERROR, STYLE_WARNING, STYLE_STRONG, STYLE_PLACE };

static void style(const struct seg_render *render, enum style kind) {
  static const char *const codes[] = {
      [STYLE_ERROR] = "\x1b[1;31m",
      [STYLE_WARNING] = "\x1b[1;33m",
      [STYLE_STRONG] = "\x1b[1m",
      [STYLE_PLACE] = "\x1b[1;34m",
  };
  if (render->color)
    fputs(codes[kind], render->out);
}

static void style_end(const struct seg_render *render) {
  if (render->color)
    fputs("\x1b[0m", render->out);
}

static void put_repeated(FILE *out, char sign, size_t times) {
  while (times-- > 0)
    fputc(sign, out);
}

static void put_character(FILE *out, uint32_t code_point) {
  char bytes[SEG_UTF8_MAX];
  if (seg_render_unsafe(code_point))
    code_point = SEG_UTF8_REPLACEMENT;
  fwrite(bytes, 1, seg_utf8_put(code_point, bytes), out);
}

/** Text with its line ends kept; every further line begins below the first. */
static void put_text(FILE *out, struct seg_str text, size_t indent) {
  for (size_t at = 0; at < text.size;) {
    uint32_t code_point;
    at += seg_utf8_next(text, at, &code_point);
    if (code_point == '\n') {
      fputc('\n', out);
      if (at < text.size && text.data[at] != '\n')
        put_repeated(out, ' ', indent);
    } else {
      put_character(out, code_point);
    }
  }
}

static size_t display_width(uint32_t code_point) {
  if (code_point == '\t')
    return TAB_COLUMNS;
  if (seg_render_unsafe(code_point))
    return 1;
  int width = utf8proc_charwidth((utf8proc_int32_t)code_point);
  return width < 0 ? 0 : (size_t)width;
}

/** A source line in display columns: where the span begins and ends in it, and how long it is. */
struct layout {
  size_t begin, end, width;
};

static struct layout measure(struct seg_str line, size_t span_begin, size_t span_end) {
  struct layout layout = {0};
  for (size_t at = 0; at < line.size;) {
    uint32_t code_point;
    size_t start = at;
    at += seg_utf8_next(line, at, &code_point);
    size_t width = display_width(code_point);
    if (at <= span_begin)
      layout.begin += width;
    if (start < span_end)
      layout.end += width;
    layout.width += width;
  }
  // Empty spans, and spans that begin at the line's end, still get their caret.
  if (layout.end <= layout.begin)
    layout.end = layout.begin + 1;
  return layout;
}

/** The characters of the line that lie whole in the display columns [from, to). */
static void put_columns(FILE *out, struct seg_str line, size_t from, size_t to) {
  size_t column = 0;
  for (size_t at = 0; at < line.size;) {
    uint32_t code_point;
    at += seg_utf8_next(line, at, &code_point);
    size_t width = display_width(code_point);
    if (column + width > to)
      return;
    if (column >= from) {
      if (code_point == '\t')
        put_repeated(out, ' ', TAB_COLUMNS);
      else
        put_character(out, code_point);
    } else if (column + width > from) {
      put_repeated(out, ' ', column + width - from);
    }
    column += width;
  }
}

/** The line that holds the span's begin, with carets below; both cut when they are too long. */
static void put_line(const struct seg_render *render, struct seg_span span, uint32_t number,
                     enum style kind) {
  struct seg_str line = seg_source_map_line(render->map, span.file, span.begin);
  // A span may lie at the end of the file, or go on in the next line.
  struct seg_str text =
      seg_source_map_text(render->map, (struct seg_span){span.file, 0, span.begin});
  size_t line_begin = (size_t)(line.data - text.data);
  size_t begin = text.size - line_begin;
  size_t end = span.end > span.begin ? begin + (span.end - span.begin) : begin;
  struct layout layout = measure(line, begin, end);

  size_t from = 0, to = layout.width;
  if (layout.width > LINE_COLUMNS) {
    from = layout.begin > LEAD_COLUMNS ? layout.begin - LEAD_COLUMNS : 0;
    to = from + LINE_COLUMNS;
  }
  const char *before = from > 0 ? "..." : "";
  const char *after = to < layout.width ? "..." : "";
  size_t last = layout.end > to && to > layout.begin ? to : layout.end;

  style(render, STYLE_PLACE);
  fprintf(render->out, "%*u |", GUTTER_DIGITS, number);
  style_end(render);
  if (line.size > 0) {
    fprintf(render->out, " %s", before);
    put_columns(render->out, line, from, to);
    fputs(after, render->out);
  }
  int gutter = snprintf(NULL, 0, "%*u", GUTTER_DIGITS, number);
  fputc('\n', render->out);
  style(render, STYLE_PLACE);
  fprintf(render->out, "%*s | ", gutter, "");
  style_end(render);
  put_repeated(render->out, ' ', strlen(before) + layout.begin - from);
  style(render, kind);
  put_repeated(render->out, '^', last - layout.begin);
  style_end(render);
  fputc('\n', render->out);
}

static void put_place(const struct seg_render *render, struct seg_span span, enum style kind) {
  struct seg_place begin, end;
  if (!seg_render_places(render->map, span, &begin, &end))
    return;
  style(render, STYLE_PLACE);
  fputs("  --> ", render->out);
  style_end(render);
  put_text(render->out, begin.file, 0);
  fprintf(render->out, ":%u:%u\n", begin.line, begin.column);
  put_line(render, span, begin.line, kind);
}

static void put_diagnostic(const struct seg_render *render,
                           const struct seg_diagnostic *diagnostic) {
  const struct seg_diag_info *info = &seg_diag_info[diagnostic->code];
  enum style kind = info->severity == SEG_ERROR ? STYLE_ERROR : STYLE_WARNING;
  style(render, kind);
  fprintf(render->out, "%s[%s]", seg_render_severity(diagnostic->code), info->code);
  style_end(render);
  style(render, STYLE_STRONG);
  fputs(": ", render->out);
  put_text(render->out, diagnostic->message, 2);
  style_end(render);
  fputc('\n', render->out);
  put_place(render, diagnostic->span, kind);
  for (const struct seg_diag_part *part = diagnostic->parts; part != NULL; part = part->next) {
    style(render, STYLE_PLACE);
    fputs("  = ", render->out);
    style_end(render);
    style(render, STYLE_STRONG);
    fprintf(render->out, "%s: ", seg_render_part_kind(part));
    style_end(render);
    put_text(render->out, part->text, strlen("  = note: "));
    fputc('\n', render->out);
    if (part->has_span)
      put_place(render, part->span, STYLE_PLACE);
  }
  fputc('\n', render->out);
}

void seg_render_human(const struct seg_render *render) {
  for (size_t i = 0; i < render->count; i++)
    put_diagnostic(render, render->list[i]);
  if (render->sink->dropped > 0)
    fprintf(render->out, "%u more are not shown.\n\n", render->sink->dropped);
}
