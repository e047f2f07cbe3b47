// Brackets and braces: every one that is open gets closed, and none lies deeper than the limit. See
// settle.h.
#include "grammar/parse.h"
#include "grammar/seg_parser.h"
#include "grammar/settle.h"

void seg_settle_push(struct seg_settling *s, struct seg_token token) {
  token.depth = s->braces;
  token.too_deep = s->too_deep;
  s->too_deep = false;
  seg_parser_push(s->parser, &s->parser->tokens, token);
}

/** A token that was not written, at the begin of one that was. */
static void insert(struct seg_settling *s, int kind, struct seg_span before) {
  before.end = before.begin;
  seg_settle_push(s, (struct seg_token){.kind = kind, .span = before, .text = {"", 0}});
}

struct seg_open_bracket *seg_innermost(struct seg_settling *s) {
  return s->open.count > 0 ? &s->open.items[s->open.count - 1] : NULL;
}

bool seg_in_bracket(struct seg_settling *s) {
  return seg_innermost(s) != NULL && seg_innermost(s)->token.kind != TOK_LEFT_BRACE;
}

/** Hand on the closing token of the seg_innermost bracket. */
static void pop(struct seg_settling *s, struct seg_token closing) {
  struct seg_open_bracket bracket = *seg_innermost(s);
  s->open.count--;
  s->nesting = bracket.nesting;
  s->round = bracket.round;
  s->square = bracket.square;
  s->prefixes = 0;
  if (s->skipping && s->open.count == s->skip_from) {
    s->skipping = false;
    if (!seg_ends_operand(seg_previous_kind(s, 1)))
      insert(s, TOK_IDENT, bracket.token.span); // stands for what was cut
    return;
  }
  if (s->skipping)
    return;
  seg_settle_push(s, closing);
  s->braces -= bracket.token.kind == TOK_LEFT_BRACE;
}

static int closing_kind(int opening) {
  return opening == TOK_LEFT_BRACE   ? TOK_RIGHT_BRACE
         : opening == TOK_LEFT_PAREN ? TOK_RIGHT_PAREN
                                     : TOK_RIGHT_BRACKET;
}

/** The seg_innermost bracket ends before `next` without its sign. */
void seg_close_missing(struct seg_settling *s, const struct seg_token *next) {
  struct seg_open_bracket *bracket = seg_innermost(s);
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

void seg_close_brackets(struct seg_settling *s, const struct seg_token *next) {
  while (seg_in_bracket(s) && !seg_parser_stopped(s->parser))
    seg_close_missing(s, next);
}

static void report_too_deep(struct seg_settling *s, struct seg_span span) {
  s->too_deep = true;
  if (s->deep_reported)
    return;
  s->deep_reported = true;
  struct seg_diagnostic *d =
      seg_parser_report(s->parser, SEG_DIAG_TOO_DEEP, span,
                        "this expression is nested more than %d levels deep", SEG_MAX_NESTING);
  seg_note(s->parser->sink, d, "each `(`, `[`, `not` and `-` before a value opens a level");
  seg_help(s->parser->sink, d, "give parts of it a name with `metric`");
}

void seg_open_bracket(struct seg_settling *s, const struct seg_token *token) {
  struct seg_open_bracket bracket = {*token, s->owner, s->nesting, s->round, s->square};
  bool brace = token->kind == TOK_LEFT_BRACE;
  bool deep = !brace && s->nesting + s->prefixes >= SEG_MAX_NESTING;
  if (deep && !s->skipping) {
    report_too_deep(s, token->span);
    s->skipping = true;
    s->skip_from = s->open.count;
  }
  if (!s->skipping) {
    s->nesting += brace ? 0 : s->prefixes + 1;
    seg_settle_push(s, *token);
    s->braces += brace;
  }
  s->round = brace ? 0 : s->round + (token->kind == TOK_LEFT_PAREN);
  s->square = brace ? 0 : s->square + (token->kind == TOK_LEFT_BRACKET);
  s->prefixes = 0;
  s->body_missing = s->body_missing && !brace;
  if (!SEG_VEC_PUSH(&s->open, bracket))
    s->parser->out_of_memory = true;
}

/** Is there an open bracket of this kind inside the innermost braces? */
static bool is_open(const struct seg_settling *s, int kind) {
  return (kind == TOK_LEFT_PAREN ? s->round : kind == TOK_LEFT_BRACKET ? s->square : s->braces) > 0;
}

void seg_close_bracket(struct seg_settling *s, const struct seg_token *token) {
  int opening = token->kind == TOK_RIGHT_BRACE   ? TOK_LEFT_BRACE
                : token->kind == TOK_RIGHT_PAREN ? TOK_LEFT_PAREN
                                                 : TOK_LEFT_BRACKET;
  if (opening == TOK_LEFT_BRACE)
    seg_close_brackets(s, token);
  if (!is_open(s, opening) && seg_in_bracket(s)) { // `(a]`
    const char *right = seg_grammar_token_name(closing_kind(seg_innermost(s)->token.kind));
    struct seg_diagnostic *d = seg_parser_report(
        s->parser, SEG_DIAG_SYNTAX, token->span, "`%s` cannot close `%s`",
        seg_grammar_token_name(token->kind), seg_grammar_token_name(seg_innermost(s)->token.kind));
    seg_note_at(s->parser->sink, d, seg_innermost(s)->token.span, "it was opened here");
    seg_help(s->parser->sink, d, "write `%s`", right);
    struct seg_token closing = *token;
    closing.kind = closing_kind(seg_innermost(s)->token.kind);
    pop(s, closing);
    return;
  }
  if (!is_open(s, opening)) { // the grammar reports it, unless an error before it explains it
    struct seg_token surplus = *token;
    surplus.surplus = true;
    if (!s->skipping)
      seg_settle_push(s, surplus);
    return;
  }
  while (seg_innermost(s)->token.kind != opening && !seg_parser_stopped(s->parser))
    seg_close_missing(s, token);
  if (seg_innermost(s)->token.kind == opening)
    pop(s, *token);
}

/** Everything else: count prefix signs, drop what lies too deep. */
void seg_hand_on(struct seg_settling *s, const struct seg_token *token) {
  bool prefix = token->kind == TOK_NOT ||
                (token->kind == TOK_MINUS && !seg_ends_operand(seg_previous_kind(s, 1)));
  if (s->skipping)
    return;
  if (prefix && s->nesting + s->prefixes >= SEG_MAX_NESTING) {
    report_too_deep(s, token->span);
    return;
  }
  s->prefixes = prefix ? s->prefixes + 1 : 0;
  seg_settle_push(s, *token);
}
