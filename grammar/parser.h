/**
 * What the parts of the parser share; private to this folder.
 *
 * The way of one file: seg_scan_check (is it text?) -> seg.l (bytes to raw tokens, with scan.c for
 * the literals) -> seg_settle (settle.c: which words are labels, declarations or windows here;
 * every bracket closed; nesting capped) -> seg.y (tokens to tree, with build.c), which reads the
 * settled tokens through seg_grammar_lex. message.c puts syntax errors into words and finds the
 * place to go on from.
 *
 * Memory: when it is out, allocations give a spare inside the parser and set out_of_memory, so that
 * no action needs a check of its own; seg_parse then fails as a whole.
 */
#ifndef SEG_GRAMMAR_PARSER_H
#define SEG_GRAMMAR_PARSER_H

#include "compiler/diag/diag.h"
#include "grammar/ast.h"
#include "runtime/base/vec.h"

struct seg_token {
  int kind; // TOK_... of seg_parser.h
  struct seg_span span;
  uint32_t depth; // number of open `{` around it; a `{` and its `}` count for what is inside
  uint16_t word;  // of TOK_IDENT: the word of the language that it would be without its place
  bool first_in_line : 1; // only blanks before it
  bool quoted : 1;        // a name in backquotes: never a word of the language
  bool surplus : 1;       // a closing sign that closes nothing
  bool too_deep : 1;      // what stood before it was cut because of its nesting, and reported
  union {
    struct seg_str text; // words and strings
    struct seg_decimal decimal;
    struct seg_duration duration;
    int32_t day;
    struct seg_period period;
  };
};

typedef SEG_VEC(struct seg_token) seg_token_vec;
typedef SEG_VEC(struct seg_expr *) seg_expr_vec;

/** A growing array in the arena, for the lists of the tree. */
struct seg_list {
  void *items;
  uint32_t count, capacity;
};

/** Where parsing goes on after a mistake; see recover.c. */
enum seg_recovery { SEG_RECOVER_NONE, SEG_RECOVER_ITEM, SEG_RECOVER_BODY, SEG_RECOVER_DECLARATION };

enum {
  SEG_MAX_SYNTAX_ERRORS = 100, // a file
  SEG_SCAN_POOL = 1024,        // bytes for flex's own bookkeeping, so that it never calls malloc
};

struct seg_parser {
  const struct seg_source_map *map;
  uint32_t file;
  struct seg_str text;
  struct seg_ast *ast;
  struct seg_diagnostics *sink;
  uint32_t errors_before; // of the sink, when this file began
  bool goes_on;           // a part of a file that is not its first: from `offset` on
  bool out_of_memory;
  bool too_many; // SEG_MAX_SYNTAX_ERRORS reached: the rest of the file is not read

  // the scanner
  uint32_t offset; // of the next byte
  bool line_start;
  seg_token_vec raw;
  size_t pool_used;
  _Alignas(16) char pool[SEG_SCAN_POOL];

  // the parser's view
  seg_token_vec tokens;
  size_t cursor; // the next token to hand out
  enum seg_recovery recovery;
  uint32_t marks;         // offered in this recovery
  size_t mistake;         // index of the token that did not fit
  size_t resumed;         // 1 + index of the token where the last recovery ended, or 0
  int declaration;        // kind of the last declaration word handed out, 0 before the first
  bool too_deep_reported; // in the current declaration
  seg_expr_vec made;      // of a part that goes on: its nodes, whose numbers are not final

  struct {
    _Alignas(16) char bytes[512];
  } spare;
};

// parse.c
/** Check, scan, settle and parse the file; the tokens stay until seg_parser_release. */
void seg_parser_run(struct seg_parser *parser);
void seg_parser_release(struct seg_parser *parser);
/** Zeroed memory of the tree's arena; the spare when there is no more. */
void *seg_parser_alloc(struct seg_parser *parser, size_t size);
/** No memory, or too many mistakes: nothing more will come of this file. */
bool seg_parser_stopped(const struct seg_parser *parser);
bool seg_parser_push(struct seg_parser *parser, seg_token_vec *tokens, struct seg_token token);
struct seg_span seg_parser_span(const struct seg_parser *parser, uint32_t begin, uint32_t end);
struct seg_str seg_parser_text(const struct seg_parser *parser, struct seg_span span);
/** seg_report that counts towards SEG_MAX_SYNTAX_ERRORS. */
SEG_PRINTF(4, 5)
struct seg_diagnostic *seg_parser_report(struct seg_parser *parser, enum seg_diag_code code,
                                         struct seg_span span, const char *format, ...);

// parts.c
/** Read a long file in several parts at the same time, into the tree. False when it is not long,
 * and when anything is to be said about it: then nothing has been done. */
bool seg_parse_parts(struct seg_parser *parser);

// seg.l
/** Read all of parser->text into parser->raw; the last token is TOK_END. */
void seg_scan(struct seg_parser *parser);

// scan.c: called by seg.l with the longest candidate; each returns the number of bytes it took
/** Report what cannot stand in any text file; false when the rest would be noise. */
bool seg_scan_check(struct seg_parser *parser);
size_t seg_scan_word(struct seg_parser *parser, struct seg_str text);
/** Bytes of the leading characters that may stand in a name. */
size_t seg_scan_name_size(struct seg_str text);
/** Can this text be written as a name without backquotes? */
bool seg_scan_is_name(struct seg_str text);
size_t seg_scan_quoted_name(struct seg_parser *parser, struct seg_str text);
size_t seg_scan_string(struct seg_parser *parser, struct seg_str text);
/** A string in the quotes of another language, each `quote` bytes long. */
size_t seg_scan_foreign_string(struct seg_parser *parser, struct seg_str text, size_t quote);
size_t seg_scan_number(struct seg_parser *parser, struct seg_str text);
size_t seg_scan_date(struct seg_parser *parser, struct seg_str text);
size_t seg_scan_bad(struct seg_parser *parser, struct seg_str text);
size_t seg_scan_sign(struct seg_parser *parser, struct seg_str text, int kind);
/** A sign of another language: reported, and read as `kind` (0 drops it). */
size_t seg_scan_foreign(struct seg_parser *parser, struct seg_str text, int kind,
                        const char *reason, const char *help);

// unit.c
/** The unit a word or suffix names (`d`, `days`, `h` ...); false when it names none. */
bool seg_unit_find(struct seg_str word, enum seg_unit *unit);
/** `month`, `months` and so on, for calendar windows. */
bool seg_period_find(struct seg_str word, enum seg_period_kind *kind);
/** Days since 1970-01-01 of a Gregorian date; false when the calendar has no such day. */
bool seg_day_from_date(int year, int month, int day, int32_t *result);
void seg_date_from_day(int32_t days, int *year, int *month, int *day);
/** Number of ISO weeks of a year: 52 or 53. */
int seg_weeks_of_year(int year);

// settle.c
/** From parser->raw to parser->tokens. */
void seg_settle(struct seg_parser *parser);

// build.c
struct seg_expr *seg_build(struct seg_parser *parser, enum seg_expr_kind kind, struct seg_span span,
                           uint32_t operand_count, struct seg_expr *const *operands);
/** Append a copy of `size` bytes. */
void seg_list_push(struct seg_parser *parser, struct seg_list *list, const void *item, size_t size);
/** A chain of `and` or `or`, built balanced: see ast.h. */
struct seg_expr *seg_build_chain(struct seg_parser *parser, enum seg_expr_kind kind,
                                 const struct seg_list *operands);
struct seg_declaration *seg_build_declaration(struct seg_parser *parser,
                                              enum seg_declaration_kind kind, struct seg_span span);
struct seg_span seg_span_join(struct seg_span first, struct seg_span last);
struct seg_expr *seg_build_between(struct seg_parser *parser, struct seg_span span, bool negated,
                                   struct seg_expr *value, struct seg_expr *low,
                                   struct seg_expr *high);
struct seg_expr *seg_build_in(struct seg_parser *parser, struct seg_span span, bool negated,
                              struct seg_expr *value, struct seg_list list);
struct seg_expr *seg_build_windowed(struct seg_parser *parser, struct seg_span span,
                                    struct seg_expr *operand, const struct seg_window *window);
/** `first then second`: the window of `second` becomes the time allowed between the two. */
struct seg_expr *seg_build_sequence(struct seg_parser *parser, struct seg_span span,
                                    struct seg_span word, bool without, struct seg_expr *first,
                                    struct seg_expr *second);
struct seg_window *seg_build_window(struct seg_parser *parser, struct seg_span span,
                                    enum seg_window_kind kind);
struct seg_type_syntax *seg_build_type(struct seg_parser *parser, struct seg_span span,
                                       struct seg_name name);
struct seg_type_syntax *seg_build_one_of(struct seg_parser *parser, struct seg_span span,
                                         struct seg_span one, struct seg_span of,
                                         struct seg_list texts);
struct seg_period seg_year_of(struct seg_parser *parser, struct seg_span span,
                              struct seg_decimal number);
enum seg_period_kind seg_period_of(struct seg_parser *parser, struct seg_name word);
enum seg_unit seg_unit_of(struct seg_name word);
int64_t seg_whole_number(struct seg_parser *parser, struct seg_span span,
                         struct seg_decimal number);
int32_t seg_scale_of(struct seg_parser *parser, struct seg_span span, struct seg_decimal number);

// declare.c: the actions of declarations; a `seg_add_...` that has a list or items returns them
/** What the body of a customer, an event or a test collects. */
struct seg_items {
  struct seg_list columns, wheres, unique; // of an entity
  struct seg_span unique_span;
  struct seg_list records, claims; // of a test
};
struct seg_items *seg_begin_items(struct seg_parser *parser);
struct seg_items *seg_add_column(struct seg_parser *parser, struct seg_items *items,
                                 struct seg_span first, struct seg_span last,
                                 struct seg_column_syntax column);
struct seg_items *seg_add_unique(struct seg_parser *parser, struct seg_items *items,
                                 struct seg_span first, struct seg_span last,
                                 struct seg_list names);
struct seg_items *seg_add_record(struct seg_parser *parser, struct seg_items *items,
                                 struct seg_name entity, struct seg_span first,
                                 struct seg_span last, struct seg_list values);
struct seg_items *seg_add_claim(struct seg_parser *parser, struct seg_items *items, bool expected,
                                struct seg_name segment);
struct seg_list seg_add_clause(struct seg_parser *parser, struct seg_list clauses,
                               struct seg_name name, struct seg_span first, struct seg_span last,
                               struct seg_list values);
struct seg_name seg_join_names(struct seg_parser *parser, struct seg_name first,
                               struct seg_name second);
void seg_add_setting(struct seg_parser *parser, struct seg_span span, struct seg_name name,
                     struct seg_name value);
void seg_add_use(struct seg_parser *parser, struct seg_span span, struct seg_name module,
                 struct seg_list renames);
/** `head` holds what stands before the braces. */
void seg_add_entity(struct seg_parser *parser, struct seg_span span, enum seg_declaration_kind kind,
                    const struct seg_items *items, const struct seg_entity *head);
void seg_add_need(struct seg_parser *parser, struct seg_span span, struct seg_name event,
                  const struct seg_items *items);
void seg_add_key_list(struct seg_parser *parser, struct seg_span span, struct seg_name name,
                      struct seg_name source, struct seg_name key);
void seg_add_metric(struct seg_parser *parser, struct seg_span span, struct seg_name name,
                    struct seg_expr *value);
void seg_add_constant(struct seg_parser *parser, struct seg_span span, struct seg_name name,
                      struct seg_expr *value);
void seg_add_segment(struct seg_parser *parser, struct seg_span span, struct seg_name name,
                     struct seg_name title, struct seg_list clauses);
void seg_add_priority(struct seg_parser *parser, struct seg_span span, struct seg_name name,
                      struct seg_list members, struct seg_name otherwise);
void seg_add_relation(struct seg_parser *parser, struct seg_span span, enum seg_stated_kind kind,
                      const struct seg_name *first, struct seg_list members);
void seg_add_test(struct seg_parser *parser, struct seg_span span, struct seg_name title,
                  int32_t as_of, const struct seg_items *items);

// seg.y
/** Parse parser->tokens into parser->ast; not zero when bison gave up. */
int seg_grammar_parse(struct seg_parser *parser);
/** The token of a word of the language, or TOK_IDENT. */
int seg_grammar_word(struct seg_str text);
/** How a token is spelled, or what it is called when it has no fixed spelling. */
const char *seg_grammar_token_name(int kind);
/** Is this one of the words that are no plain name in an expression? */
bool seg_grammar_is_operator_word(int kind);

// message.c
/** Report the token handed out last; `expected` is indexed by token kind. */
void seg_report_mistake(struct seg_parser *parser, const bool *expected);
void seg_report_is_not(struct seg_parser *parser, struct seg_span span, const char *word);

// recover.c
/** The next token for the grammar: from the file, or a SYNC mark while recovering. */
struct seg_token seg_next_token(struct seg_parser *parser);
/** A mistake was reported at the token handed out last. */
void seg_begin_recovery(struct seg_parser *parser);
/** The grammar took the SYNC mark. */
void seg_recovered(struct seg_parser *parser);

#endif
