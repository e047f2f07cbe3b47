// The second look at the tokens: what a word means in its place, and a shape the grammar can rely
// on. After it
//   - `name:` is one TOK_LABEL, so that every word can name a column, a clause or a setting;
//   - a declaration word is a keyword only where a declaration begins; elsewhere it is a name, and
//     so are `where`, `unique` and `personal` outside their places;
//   - `in (` and `between 31d and 60d ago` are told from the window and the comparison of that
//   name;
//   - every bracket and brace is closed and declarations stand outside of braces: what is missing
//     or too much is reported here, once, and put right;
//   - nothing is nested deeper than SEG_MAX_NESTING, so that bison's stack stays below its limit.
#include <string.h>

#include "grammar/parse.h"
#include "grammar/parser.h"
#include "grammar/seg_parser.h"

struct open_bracket {
  struct seg_token token;
  struct seg_span owner; // the declaration word and its name, for messages; of `{` only
  uint32_t nesting;      // before the bracket
};

struct settling {
  struct seg_parser *parser;
  SEG_VEC(struct open_bracket) open;
  uint32_t braces;       // how many of `open` are `{`
  int declaration;       // kind of the declaration we are in
  bool body_missing;     // its `{` must still come
  struct seg_span owner; // its word and name
  uint32_t nesting;      // brackets and the prefix signs before them
  uint32_t prefixes;     // prefix signs since the last operand
  size_t skip_from;      // brackets open when skipping began; only while skipping
  bool skipping;         // too deep: drop everything up to the closing bracket
  bool too_deep;         // the next token carries the mark
};

// --- looking at the raw tokens -------------------------------------------------------------------

static const struct seg_token *raw_at(const struct seg_parser *parser, size_t index) {
  size_t last = parser->raw.count - 1;
  return &parser->raw.items[index < last ? index : last]; // the last is TOK_END
}

static bool is_word(const struct seg_token *token) {
  return token->kind == TOK_IDENT;
}

/** The token of an unquoted word, otherwise TOK_IDENT or the sign itself. */
static int word_kind(const struct seg_token *token) {
  return is_word(token) && !token->quoted ? seg_grammar_word(token->text) : token->kind;
}

static bool word_is(const struct seg_token *token, const char *text) {
  return is_word(token) && !token->quoted && seg_str_is(token->text, text);
}

static bool is_label(const struct seg_parser *parser, size_t index) {
  return is_word(raw_at(parser, index)) && raw_at(parser, index + 1)->kind == TOK_COLON;
}

static bool is_plain_name(const struct seg_parser *parser, size_t index) {
  const struct seg_token *token = raw_at(parser, index);
  return is_word(token) && !seg_grammar_is_operator_word(word_kind(token));
}

/** Can an operand end with this token? */
static bool ends_operand(int kind) {
  switch (kind) {
  case TOK_NUMBER:
  case TOK_PERCENT:
  case TOK_DURATION:
  case TOK_DATE:
  case TOK_PERIOD:
  case TOK_STRING:
  case TOK_CURRENCY:
  case TOK_UNIT:
  case TOK_TRUE:
  case TOK_FALSE:
  case TOK_EVER:
  case TOK_IDENT:
  case TOK_RIGHT_PAREN:
  case TOK_RIGHT_BRACKET: return true;
  default: // every other token of the grammar
    return false;
  }
}

static bool starts_operand(const struct seg_parser *parser, size_t index) {
  switch (word_kind(raw_at(parser, index))) {
  case TOK_NUMBER:
  case TOK_PERCENT:
  case TOK_DURATION:
  case TOK_DATE:
  case TOK_PERIOD:
  case TOK_STRING:
  case TOK_TRUE:
  case TOK_FALSE:
  case TOK_NOT:
  case TOK_LEFT_PAREN: return !is_label(parser, index);
  default: // words that are names, and what starts nothing
    return is_plain_name(parser, index) && !is_label(parser, index);
  }
}

/**
 * Does a declaration begin at this word? A name behind it is enough, or the exact shape: within
 * braces, and when the name is an operator word (which the grammar then refuses).
 */
static bool begins_declaration(const struct seg_parser *parser, size_t index, int kind,
                               bool inside) {
  const struct seg_token *next = raw_at(parser, index + 1);
  int third = word_kind(raw_at(parser, index + 2));
  bool word = is_word(next) && !next->first_in_line;
  bool name = word && is_plain_name(parser, index + 1) && !inside;
  switch (kind) {
  case TOK_CUSTOMER:
    return word_kind(next) == TOK_FROM || name || (!inside && next->kind == TOK_STRING);
  case TOK_EVENT: return name || (word && third == TOK_FROM);
  case TOK_METRIC:
  case TOK_LET: return name || (word && third == TOK_EQUAL);
  case TOK_SEGMENT:
    return name || (word && (third == TOK_LEFT_BRACE || third == TOK_STRING)) ||
           (!inside && next->kind == TOK_STRING);
  case TOK_PRIORITY: return name || (word && third == TOK_COLON);
  case TOK_USE: return name;
  case TOK_TEST: return next->kind == TOK_STRING;
  default: // not the word of a declaration
    return false;
  }
}

static bool is_declaration_word(int kind) {
  return kind == TOK_CUSTOMER || kind == TOK_EVENT || kind == TOK_METRIC || kind == TOK_LET ||
         kind == TOK_SEGMENT || kind == TOK_PRIORITY || kind == TOK_USE || kind == TOK_TEST;
}

static int previous_kind(const struct settling *s, size_t back) {
  const seg_token_vec *tokens = &s->parser->tokens;
  return tokens->count >= back ? tokens->items[tokens->count - back].kind : 0;
}

// --- handing on ----------------------------------------------------------------------------------

static void push(struct settling *s, struct seg_token token) {
  token.depth = s->braces;
  token.too_deep = s->too_deep;
  s->too_deep = false;
  seg_parser_push(s->parser, &s->parser->tokens, token);
}

/** A token that was not written, at the begin of one that was. */
static void insert(struct settling *s, int kind, struct seg_span before) {
  before.end = before.begin;
  push(s, (struct seg_token){.kind = kind, .span = before, .text = {"", 0}});
}

static struct seg_diagnostic *report(struct settling *s, struct seg_span span,
                                     const char *message) {
  return seg_parser_report(s->parser, SEG_DIAG_SYNTAX, span, "%s", message);
}

static struct open_bracket *innermost(struct settling *s) {
  return s->open.count > 0 ? &s->open.items[s->open.count - 1] : NULL;
}

static bool in_bracket(struct settling *s) {
  return innermost(s) != NULL && innermost(s)->token.kind != TOK_LEFT_BRACE;
}

/** Hand on the closing token of the innermost bracket. */
static void pop(struct settling *s, struct seg_token closing) {
  struct open_bracket bracket = *innermost(s);
  s->open.count--;
  s->nesting = bracket.nesting;
  s->prefixes = 0;
  if (s->skipping && s->open.count == s->skip_from) {
    s->skipping = false;
    insert(s, TOK_IDENT, bracket.token.span); // stands for what was cut
    return;
  }
  if (s->skipping)
    return;
  push(s, closing);
  s->braces -= bracket.token.kind == TOK_LEFT_BRACE;
}

static int closing_kind(int opening) {
  return opening == TOK_LEFT_BRACE   ? TOK_RIGHT_BRACE
         : opening == TOK_LEFT_PAREN ? TOK_RIGHT_PAREN
                                     : TOK_RIGHT_BRACKET;
}

/** The innermost bracket ends before `next` without its sign. */
static void close_missing(struct settling *s, const struct seg_token *next) {
  struct open_bracket *bracket = innermost(s);
  int closing = closing_kind(bracket->token.kind);
  struct seg_token end = {.kind = closing,
                          .span = {next->span.file, next->span.begin, next->span.begin}};
  if (bracket->token.span.begin == bracket->token.span.end) { // missing itself, and reported
    pop(s, end);
    return;
  }
  const char *sign = seg_grammar_token_name(closing);
  struct seg_diagnostic *d;
  if (closing == TOK_RIGHT_BRACE) {
    d = seg_parser_report(s->parser, SEG_DIAG_SYNTAX, bracket->token.span,
                          "the `{` of `%.*s` is not closed",
                          SEG_STR(seg_parser_text(s->parser, bracket->owner)));
  } else {
    d = seg_parser_report(s->parser, SEG_DIAG_SYNTAX, bracket->token.span, "`%s` is not closed",
                          seg_grammar_token_name(bracket->token.kind));
  }
  if (next->kind == TOK_END)
    seg_help(s->parser->sink, d, "write `%s` before the file ends", sign);
  else
    seg_note_at(s->parser->sink, d, next->span, "`%s` is missing before this", sign);
  pop(s, end);
}

static void close_brackets(struct settling *s, const struct seg_token *next) {
  while (in_bracket(s) && !s->parser->out_of_memory)
    close_missing(s, next);
}

static void report_too_deep(struct settling *s, struct seg_span span) {
  struct seg_diagnostic *d =
      seg_parser_report(s->parser, SEG_DIAG_TOO_DEEP, span,
                        "this expression is nested more than %d levels deep", SEG_MAX_NESTING);
  seg_note(s->parser->sink, d, "each `(`, `[`, `not` and `-` before a value opens a level");
  seg_help(s->parser->sink, d, "give parts of it a name with `metric`");
  s->too_deep = true;
}

static void open_bracket(struct settling *s, const struct seg_token *token) {
  struct open_bracket bracket = {*token, s->owner, s->nesting};
  bool brace = token->kind == TOK_LEFT_BRACE;
  bool deep = !brace && s->nesting + s->prefixes >= SEG_MAX_NESTING;
  if (deep && !s->skipping) {
    report_too_deep(s, token->span);
    s->skipping = true;
    s->skip_from = s->open.count;
  }
  if (!s->skipping) {
    s->nesting += brace ? 0 : s->prefixes + 1;
    push(s, *token);
    s->braces += brace;
  }
  s->prefixes = 0;
  s->body_missing = s->body_missing && !brace;
  if (!SEG_VEC_PUSH(&s->open, bracket))
    s->parser->out_of_memory = true;
}

/** Is there an open bracket of this kind inside the innermost braces? */
static bool is_open(const struct settling *s, int kind) {
  for (size_t i = s->open.count; i > 0; i--) {
    if (s->open.items[i - 1].token.kind == kind)
      return true;
    if (s->open.items[i - 1].token.kind == TOK_LEFT_BRACE)
      return false;
  }
  return false;
}

static void close_bracket(struct settling *s, const struct seg_token *token) {
  int opening = token->kind == TOK_RIGHT_BRACE   ? TOK_LEFT_BRACE
                : token->kind == TOK_RIGHT_PAREN ? TOK_LEFT_PAREN
                                                 : TOK_LEFT_BRACKET;
  if (opening == TOK_LEFT_BRACE)
    close_brackets(s, token);
  if (!is_open(s, opening) && in_bracket(s)) { // `(a]`
    const char *right = seg_grammar_token_name(closing_kind(innermost(s)->token.kind));
    struct seg_diagnostic *d = seg_parser_report(
        s->parser, SEG_DIAG_SYNTAX, token->span, "`%s` cannot close `%s`",
        seg_grammar_token_name(token->kind), seg_grammar_token_name(innermost(s)->token.kind));
    seg_note_at(s->parser->sink, d, innermost(s)->token.span, "it was opened here");
    seg_help(s->parser->sink, d, "write `%s`", right);
    struct seg_token closing = *token;
    closing.kind = closing_kind(innermost(s)->token.kind);
    pop(s, closing);
    return;
  }
  if (!is_open(s, opening)) {
    struct seg_diagnostic *d =
        seg_parser_report(s->parser, SEG_DIAG_SYNTAX, token->span, "`%s` closes nothing",
                          seg_grammar_token_name(token->kind));
    seg_help(s->parser->sink, d, "delete it, or write the `%s` it belongs to",
             seg_grammar_token_name(opening));
    return;
  }
  while (innermost(s)->token.kind != opening)
    close_missing(s, token);
  pop(s, *token);
}

/** Everything else: count prefix signs, drop what lies too deep. */
static void hand_on(struct settling *s, const struct seg_token *token) {
  bool prefix =
      token->kind == TOK_NOT || (token->kind == TOK_MINUS && !ends_operand(previous_kind(s, 1)));
  if (s->skipping)
    return;
  if (prefix && s->nesting + s->prefixes >= SEG_MAX_NESTING) {
    if (!s->too_deep)
      report_too_deep(s, token->span);
    return;
  }
  s->prefixes = prefix ? s->prefixes + 1 : 0;
  push(s, *token);
}

// --- what a word means in its place --------------------------------------------------------------

static bool equals_ignoring_case(struct seg_str a, const char *b) {
  size_t i = 0;
  for (; i < a.size && b[i] != '\0'; i++)
    if ((a.data[i] | 0x20) != b[i])
      return false;
  return i == a.size && b[i] == '\0';
}

/** `between 31d` or `between 31 and 60 ago`: the window, not the comparison. */
static bool is_ago_window(const struct seg_parser *parser, size_t index) {
  const struct seg_token *token = raw_at(parser, ++index);
  enum seg_unit unit;
  bool united = token->kind == TOK_DURATION;
  if (!united && token->kind != TOK_NUMBER)
    return false;
  if (!united && is_word(raw_at(parser, index + 1)) &&
      seg_unit_find(raw_at(parser, index + 1)->text, &unit)) {
    united = true;
    index++;
  }
  if (united)
    return true;
  if (word_kind(raw_at(parser, ++index)) != TOK_AND)
    return false;
  token = raw_at(parser, ++index);
  if (token->kind != TOK_DURATION && token->kind != TOK_NUMBER)
    return false;
  token = raw_at(parser, ++index);
  if (is_word(token) && seg_unit_find(token->text, &unit))
    token = raw_at(parser, ++index);
  return word_is(token, "ago");
}

/** `in` and `between` are two words each. */
static int in_context(const struct seg_parser *parser, size_t index, int kind) {
  if (kind == TOK_IN)
    return raw_at(parser, index + 1)->kind == TOK_LEFT_PAREN ? TOK_IN_LIST : TOK_IN;
  if (kind == TOK_BETWEEN)
    return is_ago_window(parser, index) ? TOK_BETWEEN_AGO : TOK_BETWEEN;
  return kind;
}

/** `AND`, `Not`: reported and read as the word, where a name could not stand anyway. */
static int foreign_case(struct settling *s, size_t index) {
  static const int words[] = {TOK_AND, TOK_OR,      TOK_NOT,  TOK_IN,
                              TOK_IS,  TOK_BETWEEN, TOK_ELSE, TOK_WITHIN};
  const struct seg_token *token = raw_at(s->parser, index);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    const char *word = seg_grammar_token_name(words[i]);
    if (!equals_ignoring_case(token->text, word))
      continue;
    bool behind = ends_operand(previous_kind(s, 1));
    bool fits = starts_operand(s->parser, index + 1) &&
                (words[i] == TOK_NOT || (behind && !token->first_in_line) ||
                 (behind && previous_kind(s, 1) != TOK_IDENT));
    if (!fits && !(words[i] == TOK_IS && behind))
      return TOK_IDENT;
    struct seg_diagnostic *d =
        seg_parser_report(s->parser, SEG_DIAG_SYNTAX, token->span,
                          "`%.*s` is no word of the language", SEG_STR(token->text));
    seg_note(s->parser->sink, d, "its words are written in small letters");
    seg_help(s->parser->sink, d, "write `%s`", word);
    return in_context(s->parser, index, words[i]);
  }
  return TOK_IDENT;
}

/** Does the word behind a number belong to it? `90 days`, `80 EUR`. */
static int number_word(struct settling *s, size_t index) {
  const struct seg_token *token = raw_at(s->parser, index);
  enum seg_unit unit;
  int before = previous_kind(s, 2);
  if (token->first_in_line || token->quoted || is_label(s->parser, index))
    return TOK_IDENT;
  bool in_ago =
      before == TOK_BETWEEN_AGO || (before == TOK_AND && (previous_kind(s, 4) == TOK_BETWEEN_AGO ||
                                                          previous_kind(s, 5) == TOK_BETWEEN_AGO));
  if ((before == TOK_WITHIN || before == TOK_EVERY || in_ago) && seg_unit_find(token->text, &unit))
    return TOK_UNIT;
  if (token->text.size != 3)
    return TOK_IDENT;
  for (size_t i = 0; i < 3; i++)
    if (token->text.data[i] < 'A' || token->text.data[i] > 'Z')
      return TOK_IDENT;
  return equals_ignoring_case(token->text, "and") || equals_ignoring_case(token->text, "not")
             ? TOK_IDENT
             : TOK_CURRENCY;
}

/** Only the word behind a column's type. */
static bool is_personal_flag(const struct settling *s, size_t index) {
  int last = previous_kind(s, 1);
  bool behind_type = last == TOK_QUESTION || last == TOK_RIGHT_PAREN ||
                     (last == TOK_IDENT && previous_kind(s, 2) == TOK_LABEL);
  return behind_type && raw_at(s->parser, index + 1)->kind != TOK_EQUAL;
}

/** Must an operand follow this token? */
static bool wants_operand(int kind) {
  return kind == TOK_NOT || kind == TOK_AND || kind == TOK_OR || kind == TOK_ELSE ||
         kind == TOK_WHERE || kind == TOK_COMMA || (kind >= TOK_EQUAL && kind <= TOK_DIVIDE);
}

static bool is_where(struct settling *s, size_t index) {
  const struct seg_token *token = raw_at(s->parser, index);
  int next = raw_at(s->parser, index + 1)->kind;
  if (token->first_in_line)
    return starts_operand(s->parser, index + 1) || next == TOK_MINUS || next == TOK_RIGHT_BRACE;
  return starts_operand(s->parser, index + 1) && !in_bracket(s) &&
         !wants_operand(previous_kind(s, 1));
}

static int contextual_kind(struct settling *s, size_t index) {
  const struct seg_token *token = raw_at(s->parser, index);
  int kind = word_kind(token);
  if (previous_kind(s, 1) == TOK_DOT)
    return kind == TOK_IDENT || !seg_grammar_is_operator_word(kind) ? TOK_IDENT : kind;
  if (previous_kind(s, 1) == TOK_NUMBER && number_word(s, index) != TOK_IDENT)
    return number_word(s, index);
  switch (kind) {
  case TOK_IDENT: return token->quoted ? TOK_IDENT : foreign_case(s, index);
  case TOK_IN:
  case TOK_BETWEEN: return in_context(s->parser, index, kind);
  case TOK_WHERE: return is_where(s, index) ? TOK_WHERE : TOK_IDENT;
  case TOK_UNIQUE: return word_is(raw_at(s->parser, index + 1), "by") ? TOK_UNIQUE : TOK_IDENT;
  case TOK_ONE: return word_is(raw_at(s->parser, index + 1), "of") ? TOK_ONE : TOK_IDENT;
  case TOK_OF:
    return previous_kind(s, 1) == TOK_ONE || previous_kind(s, 1) == TOK_AS ? TOK_OF : TOK_IDENT;
  case TOK_PERSONAL: return is_personal_flag(s, index) ? TOK_PERSONAL : TOK_IDENT;
  case TOK_EXCLUSIVE: // only as labels
  case TOK_OVERLAP: return TOK_IDENT;
  default: // words that the grammar itself tells apart
    return is_declaration_word(kind) ? TOK_IDENT : kind;
  }
}

// --- declarations, labels and lines --------------------------------------------------------------

static void begin_declaration(struct settling *s, const struct seg_token *token, int kind,
                              size_t index) {
  const struct seg_token *name = raw_at(s->parser, index + 1);
  while (innermost(s) != NULL && !s->parser->out_of_memory)
    close_missing(s, token);
  s->skipping = false;
  s->nesting = s->prefixes = 0;
  s->declaration = kind;
  s->body_missing = kind == TOK_SEGMENT || kind == TOK_EVENT || kind == TOK_TEST ||
                    (kind == TOK_CUSTOMER && raw_at(s->parser, index + 2)->kind == TOK_STRING);
  s->owner = token->span;
  if (kind != TOK_CUSTOMER && !name->first_in_line && name->kind != TOK_END)
    s->owner.end = name->span.end;
  struct seg_token begin = *token;
  begin.kind = kind;
  push(s, begin);
}

/** A record of a test needs braces too. */
static bool record_lacks_brace(const struct settling *s) {
  return s->declaration == TOK_TEST && s->braces == 1 && previous_kind(s, 1) == TOK_IDENT;
}

/** There is a token before: the declaration whose body is missing. */
static void report_missing_brace(struct settling *s, const struct seg_token *before) {
  struct seg_span last = s->parser->tokens.items[s->parser->tokens.count - 1].span;
  struct seg_diagnostic *d =
      seg_parser_report(s->parser, SEG_DIAG_SYNTAX, last, "`{` is missing behind `%.*s`",
                        SEG_STR(seg_parser_text(s->parser, last)));
  seg_note_at(s->parser->sink, d, before->span, "this can stand only in braces");
}

static void open_missing(struct settling *s, const struct seg_token *before) {
  struct seg_token brace = {.kind = TOK_LEFT_BRACE, .span = before->span};
  brace.span.end = brace.span.begin;
  open_bracket(s, &brace);
}

static void settle_label(struct settling *s, size_t index) {
  const struct seg_token *token = raw_at(s->parser, index);
  struct seg_token label = *token;
  label.kind = TOK_LABEL;
  close_brackets(s, token);
  if (s->braces == 0 && previous_kind(s, 1) == TOK_SEGMENT) {
    struct seg_diagnostic *d =
        report(s, raw_at(s->parser, index + 1)->span, "`:` cannot follow the name of a segment");
    seg_help(s->parser->sink, d, "write `segment %.*s { ... }`", SEG_STR(token->text));
    label.kind = TOK_IDENT;
    push(s, label);
    if (raw_at(s->parser, index + 2)->kind != TOK_LEFT_BRACE &&
        raw_at(s->parser, index + 2)->kind != TOK_STRING)
      open_missing(s, raw_at(s->parser, index + 2));
    return;
  }
  if (s->body_missing || record_lacks_brace(s)) {
    report_missing_brace(s, token);
    open_missing(s, token);
  }
  int word = word_kind(token);
  if (s->braces == 0 && (word == TOK_EXCLUSIVE || word == TOK_OVERLAP)) {
    s->declaration = word;
    label.kind = word;
  }
  s->prefixes = 0;
  push(s, label);
}

/** A line that begins with a name where none can follow: the bracket before it was not closed. */
static bool line_breaks_bracket(struct settling *s, size_t index, int kind) {
  const struct seg_token *token = raw_at(s->parser, index);
  return in_bracket(s) && token->first_in_line && ends_operand(previous_kind(s, 1)) &&
         (kind == TOK_IDENT || kind == TOK_WHERE || kind == TOK_UNIQUE);
}

/** A comma between two items of a body, where none belongs: reported and dropped. */
static bool is_stray_comma(struct settling *s, size_t index) {
  const struct seg_token *next = raw_at(s->parser, index + 1);
  bool entity = s->declaration == TOK_CUSTOMER || s->declaration == TOK_EVENT;
  if (in_bracket(s) || s->braces != 1 || (!entity && s->declaration != TOK_SEGMENT))
    return false;
  bool item = is_label(s->parser, index + 1) || next->kind == TOK_RIGHT_BRACE;
  if (entity && next->first_in_line)
    item = item || (is_word(next) && raw_at(s->parser, index + 2)->kind == TOK_EQUAL) ||
           word_is(next, "where") || word_is(next, "unique");
  if (!item)
    return false;
  struct seg_diagnostic *d = report(s, raw_at(s->parser, index)->span,
                                    entity ? "columns are not separated by commas"
                                           : "clauses are not separated by commas");
  seg_help(s->parser->sink, d, "delete the `,`");
  return true;
}

static void settle_word(struct settling *s, size_t index) {
  const struct seg_token *token = raw_at(s->parser, index);
  int word = word_kind(token), last = previous_kind(s, 1);
  bool line_begin = token->first_in_line || last == 0 || last == TOK_RIGHT_BRACE;
  if (is_declaration_word(word) && line_begin && last != TOK_DOT &&
      begins_declaration(s->parser, index, word, s->braces > 0)) {
    begin_declaration(s, token, word, index);
    return;
  }
  struct seg_token settled = *token;
  settled.kind = contextual_kind(s, index);
  if (line_breaks_bracket(s, index, settled.kind))
    close_brackets(s, token);
  hand_on(s, &settled);
}

static size_t settle_one(struct settling *s, size_t index) {
  const struct seg_token *token = raw_at(s->parser, index);
  switch (token->kind) {
  case TOK_IDENT:
    if (is_label(s->parser, index)) {
      settle_label(s, index);
      return index + 2;
    }
    settle_word(s, index);
    return index + 1;
  case TOK_LEFT_BRACE:
    close_brackets(s, token);
    open_bracket(s, token);
    return index + 1;
  case TOK_LEFT_PAREN:
  case TOK_LEFT_BRACKET: open_bracket(s, token); return index + 1;
  case TOK_RIGHT_BRACE:
  case TOK_RIGHT_PAREN:
  case TOK_RIGHT_BRACKET: close_bracket(s, token); return index + 1;
  case TOK_COMMA:
    if (!is_stray_comma(s, index))
      hand_on(s, token);
    return index + 1;
  case TOK_END:
    while (innermost(s) != NULL && !s->parser->out_of_memory)
      close_missing(s, token);
    push(s, *token);
    return index + 1;
  default: // literals and signs
    hand_on(s, token);
    return index + 1;
  }
}

void seg_settle(struct seg_parser *parser) {
  struct settling s = {.parser = parser};
  size_t index = parser->cursor; // behind the header
  while (index < parser->raw.count && !parser->out_of_memory)
    index = settle_one(&s, index);
  SEG_VEC_FREE(&s.open);
  parser->cursor = 0;
}
