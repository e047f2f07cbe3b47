// What a word means in its place: see settle.h.
#include "grammar/seg_parser.h"
#include "grammar/settle.h"

static bool is_word(const struct seg_token *token) {
  return token->kind == TOK_IDENT;
}

static bool word_is(const struct seg_token *token, const char *text) {
  return is_word(token) && !token->quoted && seg_str_is(token->text, text);
}

bool seg_is_label(const struct seg_parser *parser, size_t index) {
  return is_word(seg_raw_at(parser, index)) && seg_raw_at(parser, index + 1)->kind == TOK_COLON;
}

bool seg_is_plain_name(const struct seg_parser *parser, size_t index) {
  const struct seg_token *token = seg_raw_at(parser, index);
  return is_word(token) && !seg_grammar_is_operator_word(seg_word_kind(token));
}

/** Can an operand end with this token? */
bool seg_ends_operand(int kind) {
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

bool seg_starts_operand(const struct seg_parser *parser, size_t index) {
  switch (seg_word_kind(seg_raw_at(parser, index))) {
  case TOK_NUMBER:
  case TOK_PERCENT:
  case TOK_DURATION:
  case TOK_DATE:
  case TOK_PERIOD:
  case TOK_STRING:
  case TOK_TRUE:
  case TOK_FALSE:
  case TOK_NOT:
  case TOK_LEFT_PAREN: return !seg_is_label(parser, index);
  default: // words that are names, and what starts nothing
    return seg_is_plain_name(parser, index) && !seg_is_label(parser, index);
  }
}

/**
 * Does a declaration begin at this word? A name behind it is enough, or the exact shape: within
 * braces, and when the name is an operator word (which the grammar then refuses).
 */
static bool begins_declaration(const struct seg_parser *parser, size_t index, int kind,
                               bool inside) {
  const struct seg_token *next = seg_raw_at(parser, index + 1);
  int third = seg_word_kind(seg_raw_at(parser, index + 2));
  bool word = is_word(next) && !next->first_in_line;
  bool name = word && seg_is_plain_name(parser, index + 1) && !inside;
  switch (kind) {
  case TOK_CUSTOMER:
    return seg_word_kind(next) == TOK_FROM || name || (!inside && next->kind == TOK_STRING);
  case TOK_EVENT: return name || (word && third == TOK_FROM);
  case TOK_METRIC:
  case TOK_LET: return name || (word && third == TOK_EQUAL);
  case TOK_SEGMENT:
    return name || (word && (third == TOK_LEFT_BRACE || third == TOK_STRING)) ||
           (word && seg_is_label(parser, index + 2) &&
            seg_raw_at(parser, index + 2)->first_in_line) ||
           (!inside && next->kind == TOK_STRING);
  case TOK_PRIORITY: return name || (word && third == TOK_COLON);
  case TOK_USE: return name;
  case TOK_LIST: return name || (word && third == TOK_FROM);
  case TOK_TEST: return next->kind == TOK_STRING;
  default: // not the word of a declaration
    return false;
  }
}

static bool is_declaration_word(int kind) {
  return kind == TOK_CUSTOMER || kind == TOK_EVENT || kind == TOK_METRIC || kind == TOK_LET ||
         kind == TOK_SEGMENT || kind == TOK_PRIORITY || kind == TOK_USE || kind == TOK_TEST ||
         kind == TOK_LIST;
}

int seg_previous_kind(const struct seg_settling *s, size_t back) {
  const seg_token_vec *tokens = &s->parser->tokens;
  return tokens->count >= back ? tokens->items[tokens->count - back].kind : 0;
}

bool seg_is_declaration(const struct seg_settling *s, size_t index) {
  const struct seg_token *token = seg_raw_at(s->parser, index);
  int word = seg_word_kind(token), last = seg_previous_kind(s, 1);
  bool line_begin = token->first_in_line || last == 0 || last == TOK_RIGHT_BRACE;
  return is_declaration_word(word) && line_begin && last != TOK_DOT &&
         begins_declaration(s->parser, index, word, s->braces > 0);
}

static bool equals_ignoring_case(struct seg_str a, const char *b) {
  size_t i = 0;
  for (; i < a.size && b[i] != '\0'; i++)
    if ((a.data[i] | 0x20) != b[i])
      return false;
  return i == a.size && b[i] == '\0';
}

/** `between 31d` or `between 31 and 60 ago`: the window, not the comparison. */
static bool is_ago_window(const struct seg_parser *parser, size_t index) {
  const struct seg_token *token = seg_raw_at(parser, ++index);
  enum seg_unit unit;
  bool united = token->kind == TOK_DURATION;
  if (!united && token->kind != TOK_NUMBER)
    return false;
  if (!united && is_word(seg_raw_at(parser, index + 1)) &&
      seg_unit_find(seg_raw_at(parser, index + 1)->text, &unit)) {
    united = true;
    index++;
  }
  if (united)
    return true;
  if (seg_word_kind(seg_raw_at(parser, ++index)) != TOK_AND)
    return false;
  token = seg_raw_at(parser, ++index);
  if (token->kind != TOK_DURATION && token->kind != TOK_NUMBER)
    return false;
  token = seg_raw_at(parser, ++index);
  if (is_word(token) && seg_unit_find(token->text, &unit))
    token = seg_raw_at(parser, ++index);
  return word_is(token, "ago");
}

/** `in` and `between` are two words each. */
static int in_context(const struct seg_parser *parser, size_t index, int kind) {
  if (kind == TOK_IN)
    return seg_raw_at(parser, index + 1)->kind == TOK_LEFT_PAREN ? TOK_IN_LIST : TOK_IN;
  if (kind == TOK_BETWEEN)
    return is_ago_window(parser, index) ? TOK_BETWEEN_AGO : TOK_BETWEEN;
  return kind;
}

static bool has_capital(struct seg_str text) {
  for (size_t i = 0; i < text.size; i++)
    if (text.data[i] >= 'A' && text.data[i] <= 'Z')
      return true;
  return false;
}

/** `AND`, `Not`: reported and read as the word, where a name could not stand anyway. */
static int foreign_case(struct seg_settling *s, size_t index) {
  static const int words[] = {TOK_AND, TOK_OR,      TOK_NOT,  TOK_IN,
                              TOK_IS,  TOK_BETWEEN, TOK_ELSE, TOK_WITHIN};
  const struct seg_token *token = seg_raw_at(s->parser, index);
  for (size_t i = 0; has_capital(token->text) && i < sizeof words / sizeof *words; i++) {
    const char *word = seg_grammar_token_name(words[i]);
    if (!equals_ignoring_case(token->text, word))
      continue;
    bool behind = seg_ends_operand(seg_previous_kind(s, 1));
    bool fits = seg_starts_operand(s->parser, index + 1) &&
                (words[i] == TOK_NOT || (behind && !token->first_in_line) ||
                 (behind && seg_previous_kind(s, 1) != TOK_IDENT));
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
static int number_word(struct seg_settling *s, size_t index) {
  const struct seg_token *token = seg_raw_at(s->parser, index);
  enum seg_unit unit;
  int before = seg_previous_kind(s, 2);
  if (token->first_in_line || token->quoted || seg_is_label(s->parser, index))
    return TOK_IDENT;
  bool in_ago = before == TOK_BETWEEN_AGO ||
                (before == TOK_AND && (seg_previous_kind(s, 4) == TOK_BETWEEN_AGO ||
                                       seg_previous_kind(s, 5) == TOK_BETWEEN_AGO));
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
static bool is_personal_flag(const struct seg_settling *s, size_t index) {
  int last = seg_previous_kind(s, 1);
  bool behind_type = last == TOK_QUESTION || last == TOK_RIGHT_PAREN ||
                     (last == TOK_IDENT && seg_previous_kind(s, 2) == TOK_LABEL);
  return behind_type && seg_raw_at(s->parser, index + 1)->kind != TOK_EQUAL;
}

/** Must an operand follow this token? */
static bool wants_operand(int kind) {
  return kind == TOK_NOT || kind == TOK_AND || kind == TOK_OR || kind == TOK_ELSE ||
         kind == TOK_WHERE || kind == TOK_COMMA || (kind >= TOK_EQUAL && kind <= TOK_DIVIDE);
}

static bool is_where(struct seg_settling *s, size_t index) {
  const struct seg_token *token = seg_raw_at(s->parser, index);
  int next = seg_raw_at(s->parser, index + 1)->kind;
  if (token->first_in_line)
    return seg_starts_operand(s->parser, index + 1) || next == TOK_MINUS || next == TOK_RIGHT_BRACE;
  return seg_starts_operand(s->parser, index + 1) && !seg_in_bracket(s) &&
         !wants_operand(seg_previous_kind(s, 1));
}

int seg_contextual_kind(struct seg_settling *s, size_t index) {
  const struct seg_token *token = seg_raw_at(s->parser, index);
  int kind = seg_word_kind(token);
  if (seg_previous_kind(s, 1) == TOK_DOT)
    return kind == TOK_IDENT || !seg_grammar_is_operator_word(kind) ? TOK_IDENT : kind;
  if (seg_previous_kind(s, 1) == TOK_NUMBER && number_word(s, index) != TOK_IDENT)
    return number_word(s, index);
  switch (kind) {
  case TOK_IDENT: return token->quoted ? TOK_IDENT : foreign_case(s, index);
  case TOK_IN:
  case TOK_BETWEEN: return in_context(s->parser, index, kind);
  case TOK_WHERE: return is_where(s, index) ? TOK_WHERE : TOK_IDENT;
  case TOK_UNIQUE: return word_is(seg_raw_at(s->parser, index + 1), "by") ? TOK_UNIQUE : TOK_IDENT;
  case TOK_ONE: return word_is(seg_raw_at(s->parser, index + 1), "of") ? TOK_ONE : TOK_IDENT;
  case TOK_OF:
    return seg_previous_kind(s, 1) == TOK_ONE || seg_previous_kind(s, 1) == TOK_AS ? TOK_OF
                                                                                   : TOK_IDENT;
  case TOK_PERSONAL: return is_personal_flag(s, index) ? TOK_PERSONAL : TOK_IDENT;
  case TOK_EXCLUSIVE: // only as labels
  case TOK_OVERLAP: return TOK_IDENT;
  default: // words that the grammar itself tells apart
    return is_declaration_word(kind) ? TOK_IDENT : kind;
  }
}
