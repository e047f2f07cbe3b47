/**
 * What the parts of the formatter share; private to this folder.
 *
 * The way of one file: the parser reads it -> format_tokens.c (its tokens as they will be printed,
 * each with the comments before it) -> format_layout.c (declarations and items to lines, with
 * format_break.c for what is too long) -> format_lines.c (alignment, text). Every token is printed
 * once and in its order, so nothing can be lost or pass anything else; what changes is the space
 * between, a comma at the end of a record's values, the spelling of days, and needless backquotes.
 *
 * Memory: the first allocation that fails sets out_of_memory, and the result is given up.
 */
#ifndef SEG_GRAMMAR_FORMAT_PARTS_H
#define SEG_GRAMMAR_FORMAT_PARTS_H

#include "grammar/parser.h"

enum { SEG_FORMAT_COLUMNS = 100 }; // lines are broken to stay within, where they can be

struct seg_format_comment {
  struct seg_str text; // with its `#`, without blanks at the end
  bool own_line;       // nothing but blanks before it
  bool blank_before;   // a blank line
};

/** Where a line can be broken before a token, the best first. */
enum seg_format_break {
  SEG_BREAK_LOGICAL, // before `and` and `or`
  SEG_BREAK_LIST,    // behind a comma
  SEG_BREAK_SUM,     // before `+` and `-`
  SEG_BREAK_PRODUCT, // before `*` and `/`
  SEG_BREAK_NEVER,
};

struct seg_format_token {
  int kind;                  // as the grammar sees it: TOK_...
  struct seg_str text;       // as it is printed
  char sign;                 // the `:` or `,` directly behind it, or 0
  bool begins_declaration;   // by the tree
  bool begins_item;          // a column, by the tree
  bool blank_before;         // a blank line, behind the comments before it
  bool is_word;              // a word of the language: never at the begin of a line by our choice
  bool moved;                // its comments stood before a `:` or `,` that is before it
  uint32_t comments;         // number of the first comment before it ...
  uint32_t comment_count;    // ... and how many there are
  uint32_t nesting;          // open `(` and `[`; a bracket itself belongs to the outside
  enum seg_format_break can; // be moved to the begin of a line
  uint32_t column;           // where it begins a line inside an item, or 0
};

enum seg_format_align { SEG_ALIGN_NONE, SEG_ALIGN_METRIC, SEG_ALIGN_CONSTANT, SEG_ALIGN_COLUMN };

struct seg_format_line {
  uint32_t indent;
  uint32_t level; // of braces: comments are aligned within one
  size_t begin;   // of its text
  size_t size;
  struct seg_str comment;      // at its end, or the whole line when size is 0
  enum seg_format_align align; // lines of one kind that follow one another are aligned ...
  size_t align_at;             // ... at this byte of their text
  bool blank_before;
};

struct seg_format {
  struct seg_parser *parser;
  struct seg_format_token *tokens; // the last is TOK_END
  uint32_t token_count;
  SEG_VEC(struct seg_format_comment) comments;
  SEG_VEC(char) text;
  SEG_VEC(struct seg_format_line) lines;
  bool out_of_memory;
};

// format_tokens.c
/** From a parsed file without errors to f->tokens and f->comments. */
void seg_format_read(struct seg_format *f);
/** Can an operand end with this token? Then `-` behind it is a subtraction. */
bool seg_format_ends_operand(const struct seg_format *f, uint32_t index);
/** Does no blank belong between this token and the one before it? */
bool seg_format_is_glued(const struct seg_format *f, uint32_t index);
/** Columns a text takes: its characters. */
uint32_t seg_format_width(struct seg_str text);

// format_break.c
/** Columns of the tokens `begin` .. `end` - 1 on one line; larger than any line when a comment
 * stands between them. */
uint32_t seg_format_flat_width(const struct seg_format *f, uint32_t begin, uint32_t end);
/** The column behind `end` - 1 when `begin` stands in `column`, with the breaks set so far. */
uint32_t seg_format_end_column(const struct seg_format *f, uint32_t begin, uint32_t end,
                               uint32_t column);
/**
 * Break `begin` .. `end` - 1, which begin in `column`, where that is needed: the outermost breaks
 * begin their lines in `indent`, the ones inside of brackets from `nested` on.
 */
void seg_format_break(struct seg_format *f, uint32_t begin, uint32_t end, uint32_t column,
                      uint32_t indent, uint32_t nested);
/** The same for one kind of break only, before the tokens with `can`, as late as possible. */
void seg_format_fill(struct seg_format *f, uint32_t begin, uint32_t end, uint32_t column,
                     uint32_t indent, uint32_t nesting, enum seg_format_break can);
/** A token with comments before it begins a line, whether that is wanted or not. */
void seg_format_break_at_comments(struct seg_format *f, uint32_t begin, uint32_t end,
                                  uint32_t column);

// format_layout.c
/** From f->tokens to f->lines. */
void seg_format_layout(struct seg_format *f);

// format_lines.c
struct seg_format_line *seg_format_new_line(struct seg_format *f, uint32_t indent, uint32_t level,
                                            bool blank_before);
/** Append to the last line. */
void seg_format_put(struct seg_format *f, struct seg_str text);
/** Columns of the last line so far. */
uint32_t seg_format_column(const struct seg_format *f);
/** Put a comment behind the last line, or on a line of its own when that has no place for one. */
void seg_format_put_comment(struct seg_format *f, const struct seg_format_comment *comment,
                            uint32_t indent, uint32_t level, bool blank_before);
/** Align, and write everything into the arena; no data when memory is out. */
struct seg_str seg_format_finish(struct seg_format *f, struct seg_arena *arena);

#endif
