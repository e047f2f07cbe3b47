// Going through the tokens: labels, declarations, and what is missing or too much between the items
// of a body. See settle.h.
#include "grammar/settle.h"
#include "grammar/seg_parser.h"

static struct seg_diagnostic *report(struct seg_settling *s, struct seg_span span,
                                     const char *message) {
  return seg_parser_report(s->parser, SEG_DIAG_SYNTAX, span, "%s", message);
}

static void begin_declaration(struct seg_settling *s, const struct seg_token *token, int kind,
                              size_t index) {
  const struct seg_token *name = seg_raw_at(s->parser, index + 1);
  while (seg_innermost(s) != NULL && !seg_parser_stopped(s->parser))
    seg_close_missing(s, token);
  s->skipping = false;
  s->deep_reported = false;
  s->nesting = s->prefixes = 0;
  s->declaration = kind;
  s->body_missing = kind == TOK_SEGMENT || kind == TOK_EVENT || kind == TOK_TEST ||
                    (kind == TOK_CUSTOMER && seg_raw_at(s->parser, index + 2)->kind == TOK_STRING);
  s->owner = token->span;
  if (kind != TOK_CUSTOMER && !name->first_in_line && name->kind != TOK_END)
    s->owner.end = name->span.end;
  struct seg_token begin = *token;
  begin.kind = kind;
  seg_settle_push(s, begin);
}

/** A record of a test needs braces too. */
static bool record_lacks_brace(const struct seg_settling *s) {
  return s->declaration == TOK_TEST && s->braces == 1 && seg_previous_kind(s, 1) == TOK_IDENT;
}

/** There is a token before: the declaration whose body is missing. */
static void report_missing_brace(struct seg_settling *s, const struct seg_token *before) {
  struct seg_span last = s->parser->tokens.items[s->parser->tokens.count - 1].span;
  struct seg_diagnostic *d =
      seg_parser_report(s->parser, SEG_DIAG_SYNTAX, last, "`{` is missing behind `%.*s`",
                        SEG_STR(seg_parser_text(s->parser, last)));
  seg_note_at(s->parser->sink, d, before->span, "this can stand only in braces");
}

static void open_missing(struct seg_settling *s, const struct seg_token *before) {
  struct seg_token brace = {.kind = TOK_LEFT_BRACE, .span = before->span};
  brace.span.end = brace.span.begin;
  seg_open_bracket(s, &brace);
}

static void settle_label(struct seg_settling *s, size_t index) {
  const struct seg_token *token = seg_raw_at(s->parser, index);
  struct seg_token label = *token;
  label.kind = TOK_LABEL;
  seg_close_brackets(s, token);
  if (s->braces == 0 && seg_previous_kind(s, 1) == TOK_SEGMENT) {
    struct seg_diagnostic *d = report(s, seg_raw_at(s->parser, index + 1)->span,
                                      "`:` cannot follow the name of a segment");
    seg_help(s->parser->sink, d, "write `segment %.*s { ... }`", SEG_STR(token->text));
    label.kind = TOK_IDENT;
    seg_settle_push(s, label);
    if (seg_raw_at(s->parser, index + 2)->kind != TOK_LEFT_BRACE &&
        seg_raw_at(s->parser, index + 2)->kind != TOK_STRING)
      open_missing(s, seg_raw_at(s->parser, index + 2));
    return;
  }
  if (s->body_missing || record_lacks_brace(s)) {
    report_missing_brace(s, token);
    open_missing(s, token);
  }
  int word = seg_word_kind(token);
  if (s->braces == 0 && (word == TOK_EXCLUSIVE || word == TOK_OVERLAP)) {
    s->declaration = word;
    label.kind = word;
  }
  s->prefixes = 0;
  seg_settle_push(s, label);
}

/** A line of a body that must begin with `name:` and begins with a bare name. */
static bool lacks_colon(struct seg_settling *s, size_t index) {
  const struct seg_token *token = seg_raw_at(s->parser, index),
                         *next = seg_raw_at(s->parser, index + 1);
  int last = seg_previous_kind(s, 1);
  if (s->braces != 1 || seg_in_bracket(s) || !seg_is_plain_name(s->parser, index) ||
      !(token->first_in_line || last == TOK_LEFT_BRACE) || next->first_in_line)
    return false;
  if (last == TOK_DATE && seg_word_kind(token) == TOK_THROUGH)
    return false; // the second half of a window on the next line
  if (last != TOK_LEFT_BRACE && last != TOK_QUESTION && last != TOK_PERSONAL &&
      !seg_ends_operand(last))
    return false;
  if (s->declaration == TOK_SEGMENT)
    return seg_starts_operand(s->parser, index + 1) || next->kind == TOK_EQUAL ||
           next->kind == TOK_MINUS;
  const struct seg_token *behind = seg_raw_at(s->parser, index + 2);
  int kind = seg_word_kind(behind);
  bool type = behind->first_in_line || kind == TOK_QUESTION || kind == TOK_LEFT_PAREN ||
              kind == TOK_PERSONAL || kind == TOK_RIGHT_BRACE || kind == TOK_OF;
  return (s->declaration == TOK_CUSTOMER || s->declaration == TOK_EVENT) && type &&
         seg_is_plain_name(s->parser, index + 1) && !seg_is_label(s->parser, index + 1) &&
         seg_word_kind(token) != TOK_WHERE && seg_word_kind(token) != TOK_UNIQUE;
}

/** A line of a body although the `{` before it is missing. */
static bool lacks_brace(const struct seg_settling *s, size_t index) {
  const struct seg_token *token = seg_raw_at(s->parser, index);
  int kind = seg_word_kind(token), next = seg_raw_at(s->parser, index + 1)->kind;
  if (!s->body_missing || s->open.count > 0 || !token->first_in_line)
    return false;
  if (s->declaration == TOK_TEST)
    return next == TOK_LEFT_BRACE || kind == TOK_EXPECT || kind == TOK_REJECT;
  return (s->declaration == TOK_CUSTOMER || s->declaration == TOK_EVENT) &&
         (next == TOK_EQUAL || kind == TOK_WHERE || kind == TOK_UNIQUE);
}

/** Report it and go on as if the colon were there; returns how many raw tokens that took. */
static size_t add_colon(struct seg_settling *s, size_t index) {
  struct seg_parser *parser = s->parser;
  const struct seg_token *token = seg_raw_at(parser, index), *next = seg_raw_at(parser, index + 1);
  struct seg_str name = seg_parser_text(parser, token->span);
  bool equal = next->kind == TOK_EQUAL;
  struct seg_diagnostic *d;
  if (s->declaration == TOK_SEGMENT) {
    d = seg_parser_report(parser, SEG_DIAG_SYNTAX, equal ? next->span : token->span,
                          equal ? "`=` cannot follow `%.*s`, the name of a clause"
                                : "a colon is missing behind `%.*s`",
                          SEG_STR(name));
    seg_note(parser->sink, d, "a clause is a name, a colon and its value");
    seg_help(parser->sink, d, "write `%.*s: ...`", SEG_STR(name));
  } else {
    d = seg_parser_report(parser, SEG_DIAG_SYNTAX, token->span, "a colon is missing behind `%.*s`",
                          SEG_STR(name));
    seg_note(parser->sink, d, "a column of the data is a name, a colon and its type");
    seg_help(parser->sink, d, "write `%.*s: %.*s`", SEG_STR(name),
             SEG_STR(seg_parser_text(parser, next->span)));
  }
  struct seg_token label = *token;
  label.kind = TOK_LABEL;
  s->prefixes = 0;
  seg_settle_push(s, label);
  return equal ? 2 : 1;
}

/** A line that begins with a name where none can follow: the bracket before it was not closed. */
static bool line_breaks_bracket(struct seg_settling *s, size_t index, int kind) {
  const struct seg_token *token = seg_raw_at(s->parser, index);
  return seg_in_bracket(s) && token->first_in_line && seg_ends_operand(seg_previous_kind(s, 1)) &&
         (kind == TOK_IDENT || kind == TOK_WHERE || kind == TOK_UNIQUE);
}

/** A comma between two items of a body, where none belongs: reported and dropped. */
static bool is_stray_comma(struct seg_settling *s, size_t index) {
  const struct seg_token *next = seg_raw_at(s->parser, index + 1);
  bool entity = s->declaration == TOK_CUSTOMER || s->declaration == TOK_EVENT;
  if (seg_in_bracket(s) || s->braces != 1 || (!entity && s->declaration != TOK_SEGMENT))
    return false;
  bool item = seg_is_label(s->parser, index + 1) || next->kind == TOK_RIGHT_BRACE;
  if (entity && next->first_in_line)
    item = item ||
           (next->kind == TOK_IDENT && seg_raw_at(s->parser, index + 2)->kind == TOK_EQUAL) ||
           seg_word_kind(next) == TOK_WHERE || seg_word_kind(next) == TOK_UNIQUE;
  if (!item)
    return false;
  struct seg_diagnostic *d = report(s, seg_raw_at(s->parser, index)->span,
                                    entity ? "columns are not separated by commas"
                                           : "clauses are not separated by commas");
  seg_help(s->parser->sink, d, "delete the `,`");
  return true;
}

/** In a test, the next record or claim although the record before it is not closed. */
static bool ends_record(const struct seg_settling *s, size_t index) {
  const struct seg_token *token = seg_raw_at(s->parser, index);
  int kind = seg_word_kind(token);
  if (s->declaration != TOK_TEST || s->braces != 2 || !token->first_in_line)
    return false;
  return seg_raw_at(s->parser, index + 1)->kind == TOK_LEFT_BRACE ||
         ((kind == TOK_EXPECT || kind == TOK_REJECT) && seg_is_plain_name(s->parser, index + 1));
}

static void settle_word(struct seg_settling *s, size_t index) {
  const struct seg_token *token = seg_raw_at(s->parser, index);
  if (ends_record(s, index)) {
    seg_close_brackets(s, token);
    seg_close_missing(s, token);
  }
  if (seg_is_declaration(s, index)) {
    begin_declaration(s, token, seg_word_kind(token), index);
    return;
  }
  struct seg_token settled = *token;
  settled.kind = seg_contextual_kind(s, index);
  if (line_breaks_bracket(s, index, settled.kind))
    seg_close_brackets(s, token);
  seg_hand_on(s, &settled);
}

static size_t settle_one(struct seg_settling *s, size_t index) {
  const struct seg_token *token = seg_raw_at(s->parser, index);
  switch (token->kind) {
  case TOK_IDENT:
    if (seg_is_label(s->parser, index)) {
      settle_label(s, index);
      return index + 2;
    }
    if (!seg_is_declaration(s, index) && lacks_brace(s, index)) {
      report_missing_brace(s, token);
      open_missing(s, token);
    }
    if (!seg_is_declaration(s, index) && lacks_colon(s, index))
      return index + add_colon(s, index);
    settle_word(s, index);
    return index + 1;
  case TOK_LEFT_BRACE:
    seg_close_brackets(s, token);
    seg_open_bracket(s, token);
    return index + 1;
  case TOK_LEFT_PAREN:
  case TOK_LEFT_BRACKET: seg_open_bracket(s, token); return index + 1;
  case TOK_RIGHT_BRACE:
  case TOK_RIGHT_PAREN:
  case TOK_RIGHT_BRACKET: seg_close_bracket(s, token); return index + 1;
  case TOK_COMMA:
    if (!is_stray_comma(s, index))
      seg_hand_on(s, token);
    return index + 1;
  case TOK_END:
    while (seg_innermost(s) != NULL && !seg_parser_stopped(s->parser))
      seg_close_missing(s, token);
    seg_settle_push(s, *token);
    return index + 1;
  default: // literals and signs
    seg_hand_on(s, token);
    return index + 1;
  }
}

void seg_settle(struct seg_parser *parser) {
  struct seg_settling s = {.parser = parser};
  size_t index = parser->cursor;                            // behind the header
  if (!SEG_VEC_RESERVE(&parser->tokens, parser->raw.count)) // as many, but for what is mended
    parser->out_of_memory = true;
  while (index < parser->raw.count && !seg_parser_stopped(parser))
    index = settle_one(&s, index);
  SEG_VEC_FREE(&s.open);
  parser->cursor = 0;
}
