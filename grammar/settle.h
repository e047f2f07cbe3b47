/**
 * The second look at the tokens, after the scanner and before the grammar: what a word means in its
 * place, and a shape the grammar can rely on. Private to this folder. After it
 *   - `name:` is one TOK_LABEL, so that every word can name a column, a clause or a setting;
 *   - a declaration word is a keyword only where a declaration begins; elsewhere it is a name, and
 *     so are `where`, `unique` and `personal` outside their places;
 *   - `in (...)` and `between 31d and 60d ago` are told from the window and the comparison of that
 *     name;
 *   - every open bracket and brace is closed and declarations stand outside of braces: what is
 *     missing is reported here, once, and put right;
 *   - nothing is nested deeper than SEG_MAX_NESTING, so that bison's stack stays below its limit.
 *
 * settle.c goes through the tokens, word.c decides about words, bracket.c keeps the brackets.
 */
#ifndef SEG_GRAMMAR_SETTLE_H
#define SEG_GRAMMAR_SETTLE_H

#include "grammar/parser.h"
#include "grammar/seg_parser.h"

struct seg_open_bracket {
  struct seg_token token;
  struct seg_span owner;  // the declaration word and its name, for messages; of `{` only
  uint32_t nesting;       // before the bracket
  uint32_t round, square; // before the bracket
};

struct seg_settling {
  struct seg_parser *parser;
  SEG_VEC(struct seg_open_bracket) open;
  uint32_t braces;        // how many of `open` are `{`
  uint32_t round, square; // how many are `(` and `[`, inside the innermost `{`
  int declaration;        // kind of the declaration we are in
  bool body_missing;      // its `{` must still come
  struct seg_span owner;  // its word and name
  uint32_t nesting;       // brackets and the prefix signs before them
  uint32_t prefixes;      // prefix signs since the last operand
  size_t skip_from;       // brackets open when skipping began; only while skipping
  bool skipping;          // too deep: drop everything up to the closing bracket
  bool too_deep;          // the next token carries the mark
  bool deep_reported;     // once a declaration
};

/** The raw token number `index`; behind the last one comes TOK_END for ever. */
static inline const struct seg_token *seg_raw_at(const struct seg_parser *parser, size_t index) {
  size_t last = parser->raw.count - 1;
  return &parser->raw.items[index < last ? index : last];
}

/** The token of an unquoted word, otherwise TOK_IDENT or the sign itself. */
static inline int seg_word_kind(const struct seg_token *token) {
  return token->kind == TOK_IDENT ? token->word : token->kind;
}

// word.c: about the raw token number `index`
/** A word and a colon. */
bool seg_is_label(const struct seg_parser *parser, size_t index);
/** A word that is no operator word. */
bool seg_is_plain_name(const struct seg_parser *parser, size_t index);
bool seg_starts_operand(const struct seg_parser *parser, size_t index);
/** Can an operand end with a token of this kind? */
bool seg_ends_operand(int kind);
/** The kind of the settled token `back` places ago (1: the last); 0 at the beginning. */
int seg_previous_kind(const struct seg_settling *s, size_t back);
bool seg_is_declaration(const struct seg_settling *s, size_t index);
/** The kind of a word that is neither a label nor the begin of a declaration. */
int seg_contextual_kind(struct seg_settling *s, size_t index);

// bracket.c
/** Hand a token to the grammar as it is. */
void seg_settle_push(struct seg_settling *s, struct seg_token token);
/** Hand on a token that is no bracket, unless it lies too deep. */
void seg_hand_on(struct seg_settling *s, const struct seg_token *token);
/** The innermost open bracket or brace; NULL when none is open. */
struct seg_open_bracket *seg_innermost(struct seg_settling *s);
/** Is the innermost one `(` or `[`? */
bool seg_in_bracket(struct seg_settling *s);
void seg_open_bracket(struct seg_settling *s, const struct seg_token *token);
void seg_close_bracket(struct seg_settling *s, const struct seg_token *token);
/** Report that the innermost one is not closed before `next`, and close it. */
void seg_close_missing(struct seg_settling *s, const struct seg_token *next);
/** The same for all `(` and `[` inside the innermost braces. */
void seg_close_brackets(struct seg_settling *s, const struct seg_token *next);

#endif
