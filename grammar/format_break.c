// What to do with a line that is too long: it is broken at its outermost breaks first, then what is
// still too long inside of its brackets, and so on. A line without any break stays too long.
#include "grammar/format_parts.h"
#include "grammar/seg_parser.h"

enum { NO_LINE = 1 << 24 }; // wider than any file

uint32_t seg_format_flat_width(const struct seg_format *f, uint32_t begin, uint32_t end) {
  uint32_t width = 0;
  for (uint32_t i = begin; i < end; i++) {
    const struct seg_format_token *token = &f->tokens[i];
    if (i > begin && token->comment_count > 0)
      return NO_LINE;
    width += seg_format_width(token->text) + (token->sign != 0);
    width += i > begin && !seg_format_is_glued(f, i);
  }
  return width;
}

uint32_t seg_format_end_column(const struct seg_format *f, uint32_t begin, uint32_t end,
                               uint32_t column) {
  for (uint32_t i = begin; i < end; i++) {
    const struct seg_format_token *token = &f->tokens[i];
    if (i > begin && token->column > 0)
      column = token->column;
    else
      column += i > begin && !seg_format_is_glued(f, i);
    column += seg_format_width(token->text) + (token->sign != 0);
  }
  return column;
}

static bool breaks_at(const struct seg_format_token *token, uint32_t nesting,
                      enum seg_format_break can) {
  return token->nesting == nesting && token->can == can;
}

/** Where the piece that begins at `begin` ends: before the next break of that kind. */
static uint32_t piece_end(const struct seg_format *f, uint32_t begin, uint32_t end,
                          uint32_t nesting, enum seg_format_break can) {
  uint32_t i = begin + 1;
  while (i < end && !breaks_at(&f->tokens[i], nesting, can))
    i++;
  return i;
}

static bool fits(const struct seg_format *f, uint32_t begin, uint32_t end, uint32_t column) {
  return column + seg_format_flat_width(f, begin, end) <= SEG_FORMAT_COLUMNS;
}

static void break_inside(struct seg_format *f, uint32_t begin, uint32_t end, uint32_t column,
                         uint32_t indent, uint32_t nested, uint32_t nesting);

/** Each piece on a line of its own. */
static void break_all(struct seg_format *f, uint32_t begin, uint32_t end, uint32_t column,
                      uint32_t indent, uint32_t nesting, enum seg_format_break can) {
  for (uint32_t piece = begin, next; piece < end; piece = next) {
    next = piece_end(f, piece, end, nesting, can);
    if (piece > begin)
      f->tokens[piece].column = column = indent;
    break_inside(f, piece, next, column, indent + 2, indent + 2, nesting + 1);
  }
}

void seg_format_fill(struct seg_format *f, uint32_t begin, uint32_t end, uint32_t column,
                     uint32_t indent, uint32_t nesting, enum seg_format_break can) {
  for (uint32_t piece = begin, next; piece < end; piece = next) {
    next = piece_end(f, piece, end, nesting, can);
    if (piece > begin && f->tokens[piece].comment_count == 0 && fits(f, piece, next, column + 1))
      column++;
    else if (piece > begin)
      f->tokens[piece].column = column = indent;
    break_inside(f, piece, next, column, indent + 2, indent + 2, nesting + 1);
    column = seg_format_end_column(f, piece, next, column);
  }
}

static bool has_break(const struct seg_format *f, uint32_t begin, uint32_t end, uint32_t nesting,
                      enum seg_format_break can) {
  return piece_end(f, begin, end, nesting, can) < end;
}

static uint32_t deepest(const struct seg_format *f, uint32_t begin, uint32_t end) {
  uint32_t nesting = 0;
  for (uint32_t i = begin; i < end; i++)
    nesting = f->tokens[i].nesting > nesting ? f->tokens[i].nesting : nesting;
  return nesting;
}

/** As seg_format_break, from a level of brackets on. */
static void break_inside(struct seg_format *f, uint32_t begin, uint32_t end, uint32_t column,
                         uint32_t indent, uint32_t nested, uint32_t nesting) {
  if (fits(f, begin, end, column))
    return;
  uint32_t last = deepest(f, begin, end);
  for (; nesting <= last; nesting++, indent = nested)
    for (enum seg_format_break can = SEG_BREAK_LOGICAL; can < SEG_BREAK_NEVER; can++) {
      if (!has_break(f, begin, end, nesting, can))
        continue;
      if (can == SEG_BREAK_LOGICAL)
        break_all(f, begin, end, column, indent, nesting, can);
      else
        seg_format_fill(f, begin, end, column, indent, nesting, can);
      return;
    }
}

void seg_format_break(struct seg_format *f, uint32_t begin, uint32_t end, uint32_t column,
                      uint32_t indent, uint32_t nested) {
  break_inside(f, begin, end, column, indent, nested, 0);
}

void seg_format_break_at_comments(struct seg_format *f, uint32_t begin, uint32_t end,
                                  uint32_t column) {
  for (uint32_t i = begin; i < end; i++)
    if (f->tokens[i].comment_count > 0 && f->tokens[i].column == 0)
      f->tokens[i].column = column;
}
