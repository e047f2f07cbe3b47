// Going on after a mistake. The grammar has `error SYNC...` where it can go on; here is decided
// where in the file that is, so that one mistake gives one error and swallows as little as it can:
//   - inside braces: the next item (column, clause, record) or the closing brace;
//   - in the head of a declaration: its `{`, so that the body is read;
//   - otherwise: the next declaration.
// settle.c has closed all brackets, so the depth of a token can be relied on.
#include <assert.h>

#include "grammar/parser.h"
#include "grammar/seg_parser.h"

static bool begins_declaration(const struct seg_token *token) {
  if (token->kind == TOK_IDENT && token[1].kind == TOK_LEFT_BRACE)
    return false; // a record of a test whose own begin was not understood
  if (token->kind == TOK_IDENT && token->depth == 0 && token->first_in_line && !token->quoted) {
    int word = seg_grammar_word(token->text); // an attempt, which gets its own error
    return (word >= TOK_CUSTOMER && word <= TOK_OVERLAP) || seg_str_is(token->text, "segc");
  }
  return token->depth == 0 &&
         ((token->kind >= TOK_CUSTOMER && token->kind <= TOK_OVERLAP) || token->kind == TOK_END ||
          (token->kind == TOK_LABEL && token->first_in_line));
}

/** Can the body of the current declaration go on at this token? */
static bool begins_item(const struct seg_parser *parser, size_t index) {
  const struct seg_token *token = &parser->tokens.items[index], *next = token + 1;
  if (token->kind == TOK_LABEL)
    return parser->declaration != TOK_TEST || token->depth > 1;
  if (!token->first_in_line)
    return false;
  switch (parser->declaration) {
  case TOK_CUSTOMER:
  case TOK_EVENT:
    return token->kind == TOK_WHERE || token->kind == TOK_UNIQUE || next->kind == TOK_EQUAL;
  case TOK_TEST:
    return token->kind == TOK_EXPECT || token->kind == TOK_REJECT || next->kind == TOK_LEFT_BRACE;
  default: // bodies of clauses only
    return false;
  }
}

static size_t find_item(const struct seg_parser *parser, size_t from, uint32_t depth) {
  const struct seg_token *tokens = parser->tokens.items;
  for (size_t i = from; i + 1 < parser->tokens.count; i++)
    if (tokens[i].depth <= depth &&
        (tokens[i].depth < depth || tokens[i].kind == TOK_RIGHT_BRACE || begins_item(parser, i)))
      return i;
  return parser->tokens.count - 1;
}

static size_t find_declaration(const struct seg_parser *parser, size_t from) {
  size_t i = from;
  while (i + 1 < parser->tokens.count && !begins_declaration(&parser->tokens.items[i]))
    i++;
  return i;
}

/** The `{` of the head that holds the mistake; false when the next declaration comes first. */
static bool find_body(const struct seg_parser *parser, size_t from, size_t *body) {
  size_t end = find_declaration(parser, from);
  for (size_t i = from; i < end; i++)
    if (parser->tokens.items[i].kind == TOK_LEFT_BRACE) {
      *body = i;
      return true;
    }
  return false;
}

void seg_begin_recovery(struct seg_parser *parser) {
  size_t mistake = parser->mistake, body;
  uint32_t depth = parser->tokens.items[mistake].depth;
  size_t from =
      mistake + 1 == parser->resumed ? mistake + 1 : mistake; // never the same place twice
  if (from >= parser->tokens.count)
    from = mistake;
  if (depth > 0) {
    parser->recovery = SEG_RECOVER_ITEM;
    parser->cursor = find_item(parser, from, depth);
  } else if (find_body(parser, from, &body)) {
    parser->recovery = SEG_RECOVER_BODY;
    parser->cursor = body;
  } else {
    parser->recovery = SEG_RECOVER_DECLARATION;
    parser->cursor = find_declaration(parser, from);
  }
}

void seg_recovered(struct seg_parser *parser) {
  parser->recovery = SEG_RECOVER_NONE;
  parser->marks = 0;
  parser->resumed = parser->cursor + 1;
}

/** The mark for the grammar. When it is not taken, the next call offers the one further out. */
static struct seg_token recovery_mark(struct seg_parser *parser) {
  struct seg_token mark = {.span = parser->tokens.items[parser->cursor].span};
  mark.span.end = mark.span.begin;
  switch (parser->recovery) {
  case SEG_RECOVER_ITEM: mark.kind = TOK_SYNC_ITEM; break;
  case SEG_RECOVER_BODY: mark.kind = TOK_SYNC_BODY; break;
  case SEG_RECOVER_DECLARATION: mark.kind = TOK_SYNC; return mark;
  case SEG_RECOVER_NONE: assert(false);
  }
  parser->recovery = SEG_RECOVER_DECLARATION;
  return mark;
}

struct seg_token seg_next_token(struct seg_parser *parser) {
  size_t last = parser->tokens.count - 1;
  if (seg_parser_stopped(parser))
    parser->cursor = last;
  else if (parser->recovery != SEG_RECOVER_NONE) {
    struct seg_token mark = recovery_mark(parser);
    // The position of an outer mark is only known when the inner one was not taken.
    if (mark.kind == TOK_SYNC)
      parser->cursor = find_declaration(parser, parser->cursor);
    parser->marks++;
    assert(parser->marks < 8); // the grammar takes every mark sooner or later
    return mark;
  }
  size_t index = parser->cursor < last ? parser->cursor : last;
  struct seg_token token = parser->tokens.items[index];
  parser->mistake = index; // should it not fit
  parser->cursor = index + 1;
  if (token.depth == 0 && ((token.kind >= TOK_CUSTOMER && token.kind <= TOK_OVERLAP) ||
                           (token.kind == TOK_LABEL && token.first_in_line)))
    parser->declaration = token.kind;
  parser->too_deep_reported = parser->too_deep_reported || token.too_deep;
  return token;
}
