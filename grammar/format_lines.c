// Lines as they grow, their alignment, and the text they make.
//
// Two things are aligned: the `=` of one-line metrics, constants and computed columns that follow
// one another, and the comments at the end of lines, within braces and between blank lines and
// comments on lines of their own.
#include <string.h>

#include "grammar/format_parts.h"

struct seg_format_line *seg_format_new_line(struct seg_format *f, uint32_t indent, uint32_t level,
                                            bool blank_before) {
  struct seg_format_line line = {
      .indent = indent, .level = level, .begin = f->text.count, .blank_before = blank_before};
  if (!SEG_VEC_PUSH(&f->lines, line)) {
    f->out_of_memory = true;
    return NULL;
  }
  return &f->lines.items[f->lines.count - 1];
}

static struct seg_format_line *last_line(const struct seg_format *f) {
  return f->lines.count > 0 ? &f->lines.items[f->lines.count - 1] : NULL;
}

static void append(struct seg_format *f, const char *text, size_t size) {
  if (f->out_of_memory || size == 0)
    return;
  if (!SEG_VEC_RESERVE(&f->text, size)) {
    f->out_of_memory = true;
    return;
  }
  memcpy(f->text.items + f->text.count, text, size);
  f->text.count += size;
}

void seg_format_put(struct seg_format *f, struct seg_str text) {
  append(f, text.data, text.size);
  if (!f->out_of_memory)
    last_line(f)->size = f->text.count - last_line(f)->begin;
}

static struct seg_str text_of(const struct seg_format *f, const struct seg_format_line *line) {
  return (struct seg_str){line->size > 0 ? f->text.items + line->begin : "", line->size};
}

uint32_t seg_format_column(const struct seg_format *f) {
  const struct seg_format_line *line = last_line(f);
  return f->out_of_memory ? 0 : line->indent + seg_format_width(text_of(f, line));
}

void seg_format_put_comment(struct seg_format *f, const struct seg_format_comment *comment,
                            uint32_t indent, uint32_t level, bool blank_before) {
  struct seg_format_line *line = last_line(f);
  if (comment->own_line || line == NULL || line->comment.size > 0)
    line = seg_format_new_line(f, indent, level, blank_before);
  if (line != NULL)
    line->comment = comment->text;
}

// --- alignment -----------------------------------------------------------------------------------

static uint32_t align_column(const struct seg_format *f, const struct seg_format_line *line) {
  return line->indent +
         seg_format_width((struct seg_str){f->text.items + line->begin, line->align_at});
}

/** Blanks to add to each of the lines `begin` .. `end` - 1, unless one would become too long. */
static void align_run(struct seg_format *f, size_t begin, size_t end, uint32_t *blanks) {
  uint32_t widest = 0;
  for (size_t i = begin; i < end; i++) {
    uint32_t column = align_column(f, &f->lines.items[i]);
    widest = column > widest ? column : widest;
  }
  for (size_t i = begin; i < end; i++) {
    const struct seg_format_line *line = &f->lines.items[i];
    blanks[i] = widest - align_column(f, line);
    if (line->indent + seg_format_width(text_of(f, line)) + blanks[i] <= SEG_FORMAT_COLUMNS)
      continue;
    memset(blanks + begin, 0, (end - begin) * sizeof *blanks);
    return;
  }
}

static void align_signs(struct seg_format *f, uint32_t *blanks) {
  for (size_t begin = 0, end; begin < f->lines.count; begin = end) {
    const struct seg_format_line *lines = f->lines.items;
    end = begin + 1;
    if (lines[begin].align == SEG_ALIGN_NONE)
      continue;
    while (end < f->lines.count && lines[end].align == lines[begin].align &&
           !lines[end].blank_before)
      end++;
    align_run(f, begin, end, blanks);
  }
}

static bool continues_block(const struct seg_format_line *line, uint32_t level) {
  return !line->blank_before && line->level == level && line->size > 0;
}

/** The column of the comment of each line; 0 for a comment on a line of its own. */
static void align_comments(const struct seg_format *f, const uint32_t *blanks, uint32_t *columns) {
  for (size_t begin = 0, end; begin < f->lines.count; begin = end) {
    uint32_t widest = 0;
    end = begin;
    do {
      const struct seg_format_line *line = &f->lines.items[end];
      uint32_t width = line->indent + seg_format_width(text_of(f, line)) + blanks[end];
      if (line->comment.size > 0 && width > widest)
        widest = width;
      end++;
    } while (end < f->lines.count &&
             continues_block(&f->lines.items[end], f->lines.items[begin].level) &&
             f->lines.items[begin].size > 0);
    for (size_t i = begin; i < end; i++)
      columns[i] = f->lines.items[i].size > 0 ? widest + 2 : 0;
  }
}

// --- text ----------------------------------------------------------------------------------------

/** Everything is counted first and written then: `to` is NULL while counting. */
struct writer {
  char *to;
  size_t size;
};

static void write_text(struct writer *w, const char *text, size_t size) {
  if (w->to != NULL && size > 0)
    memcpy(w->to + w->size, text, size);
  w->size += size;
}

static void write_blanks(struct writer *w, size_t count) {
  if (w->to != NULL)
    memset(w->to + w->size, ' ', count);
  w->size += count;
}

static void write_line(struct writer *w, const struct seg_format *f, size_t index, uint32_t blanks,
                       uint32_t comment_column) {
  const struct seg_format_line *line = &f->lines.items[index];
  struct seg_str text = text_of(f, line);
  if (line->blank_before && index > 0)
    write_text(w, "\n", 1);
  write_blanks(w, line->indent);
  write_text(w, text.data, line->align_at);
  write_blanks(w, blanks);
  write_text(w, text.data + line->align_at, text.size - line->align_at);
  if (line->comment.size > 0) {
    if (line->size > 0)
      write_blanks(w, comment_column - (line->indent + seg_format_width(text) + blanks));
    write_text(w, line->comment.data, line->comment.size);
  }
  write_text(w, "\n", 1);
}

static void write_lines(struct writer *w, const struct seg_format *f, const uint32_t *blanks,
                        const uint32_t *columns) {
  w->size = 0;
  for (size_t i = 0; i < f->lines.count; i++)
    write_line(w, f, i, blanks[i], columns[i]);
}

struct seg_str seg_format_finish(struct seg_format *f, struct seg_arena *arena) {
  struct seg_str none = {NULL, 0};
  struct seg_arena *own = &f->parser->ast->arena;
  uint32_t *blanks = SEG_NEW_ARRAY(own, uint32_t, f->lines.count);
  uint32_t *columns = SEG_NEW_ARRAY(own, uint32_t, f->lines.count);
  if (blanks == NULL || columns == NULL || f->out_of_memory)
    return none;
  align_signs(f, blanks);
  align_comments(f, blanks, columns);
  struct writer w = {NULL, 0};
  write_lines(&w, f, blanks, columns);
  w.to = seg_arena_alloc(arena, w.size + 1);
  if (w.to == NULL)
    return none;
  write_lines(&w, f, blanks, columns);
  return (struct seg_str){w.to, w.size};
}
