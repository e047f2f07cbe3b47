// The tokens of a file as the formatter prints them, each with the comments before it. The scanner
// passes over comments, so they are found again between the tokens: in a file without errors
// nothing else stands there but blanks.
#include <string.h>

#include "grammar/format_parts.h"
#include "grammar/parse.h"
#include "grammar/seg_parser.h"
#include "grammar/settle.h"

// --- comments ------------------------------------------------------------------------------------

/** What a walk over the space between two tokens knows. */
struct gap {
  bool line_start; // only blanks since the line end, or since the begin of the file
  uint32_t ends;   // line ends since the last token or comment
};

static struct seg_str comment_at(struct seg_str space, size_t at) {
  size_t size = 0;
  while (at + size < space.size && space.data[at + size] != '\n')
    size++;
  while (size > 0 && strchr(" \t\r", space.data[at + size - 1]) != NULL)
    size--;
  return (struct seg_str){space.data + at, size};
}

/** Keep the comments of the space before a token. */
static void read_gap(struct seg_format *f, struct seg_str space, bool line_start,
                     struct seg_format_token *token) {
  struct gap gap = {.line_start = line_start};
  token->comments = (uint32_t)f->comments.count;
  for (size_t at = 0; at < space.size; at++) {
    char c = space.data[at];
    if (c == '\n') {
      gap.line_start = true;
      gap.ends++;
    } else if (c == '#') {
      struct seg_format_comment comment = {comment_at(space, at), gap.line_start, gap.ends > 1};
      if (!SEG_VEC_PUSH(&f->comments, comment))
        f->out_of_memory = true;
      at += comment.text.size - 1;
      gap = (struct gap){0};
    }
  }
  token->comment_count = (uint32_t)f->comments.count - token->comments;
  token->blank_before = gap.ends > 1;
}

// --- texts ---------------------------------------------------------------------------------------

uint32_t seg_format_width(struct seg_str text) {
  uint32_t width = 0;
  for (size_t i = 0; i < text.size; i++)
    width +=
        ((unsigned char)text.data[i] & 0xc0) != 0x80; // every byte but those inside a character
  return width;
}

/** A word of the language in small or capital letters, which cannot stand for a name everywhere. */
static bool is_language_word(struct seg_str text) {
  char small[16];
  if (text.size >= sizeof small)
    return false;
  for (size_t i = 0; i < text.size; i++) {
    char c = text.data[i];
    small[i] = c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
  }
  return seg_grammar_word((struct seg_str){small, text.size}) != TOK_IDENT;
}

/** The text of a name in backquotes, without them where the name can do so. */
static struct seg_str unquoted(struct seg_str text, bool any_word) {
  struct seg_str inner = {text.data + 1, text.size - 2};
  return seg_scan_is_name(inner) && (any_word || !is_language_word(inner)) ? inner : text;
}

/** `90 days`, `90days` -> `90d`. What the checker refuses (months, years) stays as it was written.
 */
static struct seg_str duration_text(struct seg_format *f, struct seg_str text, enum seg_unit unit) {
  static const char letters[] = {
      [SEG_UNIT_HOUR] = 'h', [SEG_UNIT_DAY] = 'd', [SEG_UNIT_WEEK] = 'w', [SEG_UNIT_YEAR] = 0};
  char letter = letters[unit];
  size_t digits = 0;
  while (digits < text.size && strchr("0123456789_", text.data[digits]) != NULL)
    digits++;
  if (letter == 0)
    return text;
  struct seg_str result =
      seg_arena_format(&f->parser->ast->arena, "%.*s%c", (int)digits, text.data, letter);
  f->out_of_memory = f->out_of_memory || result.data == NULL;
  return result;
}

// --- what a token is -----------------------------------------------------------------------------

static bool is_name_like(int kind) {
  return kind == TOK_IDENT || (kind >= TOK_KEY && kind <= TOK_THROUGH);
}

bool seg_format_ends_operand(const struct seg_format *f, uint32_t index) {
  const struct seg_format_token *token = &f->tokens[index];
  int before = index > 0 ? f->tokens[index - 1].kind : 0;
  if (token->sign != 0)
    return false;
  if (before == TOK_DOT)
    return true; // a field, whatever its name
  if (token->kind == TOK_BY)
    return before != TOK_UNIQUE;
  return seg_ends_operand(token->kind) || is_name_like(token->kind);
}

static bool is_minus_sign(const struct seg_format *f, uint32_t index) {
  return f->tokens[index].kind == TOK_MINUS &&
         (index == 0 || !seg_format_ends_operand(f, index - 1));
}

/** Is the `(` here that of `name(`? `then` and `without` are names only where an operand begins. */
static bool is_call(const struct seg_format *f, uint32_t index) {
  int name = f->tokens[index - 1].kind;
  return name == TOK_IDENT ||
         (is_name_like(name) && (index < 2 || !seg_format_ends_operand(f, index - 2)));
}

bool seg_format_is_glued(const struct seg_format *f, uint32_t index) {
  const struct seg_format_token *before = &f->tokens[index - 1];
  if (before->sign != 0)
    return false;
  switch (f->tokens[index].kind) {
  case TOK_RIGHT_PAREN:
  case TOK_RIGHT_BRACKET:
  case TOK_LEFT_BRACKET:
  case TOK_QUESTION:
  case TOK_DOT:
  case TOK_RANGE: return true;
  case TOK_LEFT_PAREN:
    if (is_call(f, index))
      return true;
    break;
  default: break; // it depends on the token before
  }
  return before->kind == TOK_LEFT_PAREN || before->kind == TOK_LEFT_BRACKET ||
         before->kind == TOK_DOT || before->kind == TOK_RANGE || is_minus_sign(f, index - 1);
}

static enum seg_format_break break_before(const struct seg_format *f, uint32_t index,
                                          uint32_t betweens) {
  const struct seg_format_token *token = &f->tokens[index], *before = token - 1;
  if (before->sign == ',')
    return token->is_word ? SEG_BREAK_NEVER : SEG_BREAK_LIST;
  if (!seg_format_ends_operand(f, index - 1))
    return SEG_BREAK_NEVER;
  switch (token->kind) {
  case TOK_OR: return SEG_BREAK_LOGICAL;
  case TOK_AND: return betweens == 0 ? SEG_BREAK_LOGICAL : SEG_BREAK_NEVER;
  case TOK_PLUS:
  case TOK_MINUS: return SEG_BREAK_SUM;
  case TOK_TIMES:
  case TOK_DIVIDE: return SEG_BREAK_PRODUCT;
  default: return SEG_BREAK_NEVER; // every other token stays with the one before it
  }
}

/** Does this token begin a line in any case? */
static bool begins_line(const struct seg_format_token *token) {
  return token->begins_declaration || token->begins_item || token->kind == TOK_LABEL ||
         token->kind == TOK_WHERE || token->kind == TOK_UNIQUE;
}

/** Nesting and breaks. The `and` of a `between` is told from the others by counting, a level each.
 */
static void find_breaks(struct seg_format *f) {
  uint32_t betweens[SEG_MAX_NESTING + 2] = {0};
  uint32_t nesting = 0;
  for (uint32_t i = 1; i < f->token_count; i++) {
    struct seg_format_token *token = &f->tokens[i];
    bool field = f->tokens[i - 1].kind == TOK_DOT;
    bool between = (token->kind == TOK_BETWEEN || token->kind == TOK_BETWEEN_AGO) && !field;
    if (begins_line(token))
      betweens[0] = 0; // a list of names may hold the word
    nesting -= token->kind == TOK_RIGHT_PAREN || token->kind == TOK_RIGHT_BRACKET;
    token->nesting = nesting;
    token->can = break_before(f, i, betweens[nesting]);
    betweens[nesting] += between;
    if (token->kind == TOK_AND && betweens[nesting] > 0 && !field)
      betweens[nesting]--;
    nesting += token->kind == TOK_LEFT_PAREN || token->kind == TOK_LEFT_BRACKET;
    if (token->kind == TOK_LEFT_PAREN || token->kind == TOK_LEFT_BRACKET)
      betweens[nesting] = 0;
  }
}

/**
 * A comment that came behind a `,` or `:` ends the line there. Where a word follows that may begin
 * no line, because it would be read as another one there, the comment goes on behind that word.
 */
static void move_comments(struct seg_format *f) {
  for (uint32_t i = 0; i + 1 < f->token_count; i++) {
    struct seg_format_token *token = &f->tokens[i], *next = token + 1;
    if (!token->moved || token->comment_count == 0 || !token->is_word || begins_line(token))
      continue;
    next->moved = next->comment_count == 0;
    next->comments = token->comments;
    next->comment_count += token->comment_count;
    token->comment_count = 0;
  }
}

// --- reading -------------------------------------------------------------------------------------

/** Which tokens begin declarations and columns: only the tree knows where a computed one begins. */
static void mark_starts(struct seg_format *f, const uint32_t *offsets) {
  uint32_t i = 0;
  for (const struct seg_declaration *d = f->parser->ast->first; d != NULL; d = d->next) {
    while (i + 1 < f->token_count && offsets[i] < d->span.begin)
      i++;
    f->tokens[i].begins_declaration = true;
    if (d->kind != SEG_DECLARE_CUSTOMER && d->kind != SEG_DECLARE_EVENT)
      continue;
    for (uint32_t c = 0; c < d->entity->column_count; c++) {
      while (i + 1 < f->token_count && offsets[i] < d->entity->columns[c].span.begin)
        i++;
      f->tokens[i].begins_item = true;
    }
  }
}

/** A `:` or `,` belongs to the token before it; comments between the two go behind it. */
static bool joins_before(struct seg_format *f, int kind) {
  if (kind != TOK_COLON && kind != TOK_COMMA)
    return false;
  f->tokens[f->token_count - 1].sign = kind == TOK_COLON ? ':' : ',';
  return true;
}

static void set_text(struct seg_format *f, const struct seg_token *raw,
                     const struct seg_token *settled, struct seg_format_token *token) {
  const struct seg_format_token *before = f->token_count > 0 ? token - 1 : NULL;
  token->text = seg_parser_text(f->parser, raw->span);
  token->is_word = raw->kind == TOK_IDENT && is_language_word(raw->text);
  if (raw->quoted)
    token->text = unquoted(token->text,
                           raw[1].kind == TOK_COLON || (before != NULL && before->kind == TOK_DOT));
  if (token->kind == TOK_DURATION)
    token->text = duration_text(f, token->text, settled->duration.unit);
}

/** `90 days` becomes one token; the unit stands in the same line, so no comment is between them. */
static bool joins_number(struct seg_format *f, const struct seg_token *raw, int kind) {
  enum seg_unit unit;
  if (kind != TOK_UNIT || !seg_unit_find(raw->text, &unit) || unit == SEG_UNIT_MONTH ||
      unit == SEG_UNIT_YEAR)
    return false;
  struct seg_format_token *number = &f->tokens[f->token_count - 1];
  number->text = duration_text(f, number->text, unit);
  number->kind = TOK_DURATION;
  return true;
}

void seg_format_read(struct seg_format *f) {
  const struct seg_parser *parser = f->parser;
  const seg_token_vec *raw = &parser->raw, *settled = &parser->tokens;
  struct seg_arena *arena = &parser->ast->arena;
  uint32_t *offsets = SEG_NEW_ARRAY(arena, uint32_t, raw->count);
  f->tokens = SEG_NEW_ARRAY(arena, struct seg_format_token, raw->count);
  f->token_count = 0;
  f->out_of_memory = f->out_of_memory || offsets == NULL || f->tokens == NULL;
  bool marked = parser->text.size >= 3 && memcmp(parser->text.data, "\xef\xbb\xbf", 3) == 0;
  uint32_t end = marked ? 3 : 0, first_comment = 0; // behind a byte order mark
  for (size_t i = 0, s = 0; i < raw->count && !f->out_of_memory; i++) {
    const struct seg_token *token = &raw->items[i], *seen = token;
    struct seg_format_token *next = &f->tokens[f->token_count];
    if (s < settled->count && settled->items[s].span.begin == token->span.begin)
      seen = &settled->items[s++]; // not the header, which the grammar does not see, nor a colon
    struct seg_span space = {parser->file, end, token->span.begin};
    *next = (struct seg_format_token){.kind = seen->kind};
    read_gap(f, seg_parser_text(parser, space), i == 0, next);
    end = token->span.end;
    next->moved = next->comment_count == 0;
    if (joins_before(f, seen->kind) || joins_number(f, token, seen->kind))
      continue;
    set_text(f, token, seen, next);
    next->comments = first_comment;
    next->comment_count = (uint32_t)f->comments.count - first_comment;
    first_comment = (uint32_t)f->comments.count;
    offsets[f->token_count++] = token->span.begin;
  }
  if (f->out_of_memory)
    return;
  mark_starts(f, offsets);
  move_comments(f);
  find_breaks(f);
}
