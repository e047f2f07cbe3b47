// One file: check, scan, settle, parse. The stages are in parser.h; here is what holds them
// together: memory, errors, the header line.
#include <stdlib.h>
#include <string.h>

#include "grammar/parse.h"
#include "grammar/parser.h"
#include "grammar/seg_parser.h"

void *seg_parser_alloc(struct seg_parser *parser, size_t size) {
  void *memory = parser->out_of_memory ? NULL : seg_arena_alloc(&parser->ast->arena, size);
  if (memory != NULL)
    return memory;
  parser->out_of_memory = true;
  memset(&parser->spare, 0, sizeof parser->spare);
  return &parser->spare;
}

bool seg_parser_stopped(const struct seg_parser *parser) {
  return parser->out_of_memory || parser->too_many;
}

bool seg_parser_push(struct seg_parser *parser, seg_token_vec *tokens, struct seg_token token) {
  if (SEG_VEC_PUSH(tokens, token))
    return true;
  parser->out_of_memory = true;
  return false;
}

struct seg_span seg_parser_span(const struct seg_parser *parser, uint32_t begin, uint32_t end) {
  return (struct seg_span){parser->file, begin, end};
}

struct seg_str seg_parser_text(const struct seg_parser *parser, struct seg_span span) {
  return (struct seg_str){parser->text.data + span.begin, span.end - span.begin};
}

struct seg_diagnostic *seg_parser_report(struct seg_parser *parser, enum seg_diag_code code,
                                         struct seg_span span, const char *format, ...) {
  char message[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  struct seg_diagnostic *d = seg_report(parser->sink, code, span, "%s", message);
  if (!parser->too_many && parser->sink->errors - parser->errors_before >= SEG_MAX_SYNTAX_ERRORS) {
    parser->too_many = true;
    seg_note(parser->sink, d, "this is mistake number %d; the rest of the file was not read",
             SEG_MAX_SYNTAX_ERRORS);
  }
  return d;
}

/** `segc 1` at the begin; the cursor goes behind it. */
static void read_header(struct seg_parser *parser) {
  const struct seg_token *word = &parser->raw.items[0];
  struct seg_diagnostic *d;
  bool there = word->kind == TOK_IDENT && !word->quoted && seg_str_is(word->text, "segc");
  if (!there) {
    struct seg_span begin = seg_parser_span(parser, word->span.begin, word->span.begin);
    d = seg_parser_report(parser, SEG_DIAG_HEADER, begin,
                          "the first line does not say which language version this is");
    seg_note(parser->sink, d,
             "a later version may give a rule another meaning only under a new "
             "number");
    seg_help(parser->sink, d, "begin the file with the line `segc 1`");
    return;
  }
  const struct seg_token *number = word + 1; // at least the end is there
  bool numbered = number->kind == TOK_NUMBER && !number->first_in_line;
  parser->cursor = numbered ? 2 : 1;
  if (numbered && number->decimal.scale == 0 && number->decimal.digits == 1)
    return;
  d = seg_parser_report(parser, SEG_DIAG_HEADER, numbered ? number->span : word->span,
                        numbered ? "this language version is unknown"
                                 : "the number of the language version is missing");
  seg_help(parser->sink, d, "write `segc 1`");
}

/** Everything up to the settled tokens; false when there is nothing to parse. */
static bool read_tokens(struct seg_parser *parser) {
  parser->errors_before = parser->sink->errors;
  parser->line_start = true;
  if (!seg_scan_check(parser) || parser->too_many)
    return false;
  // Most tokens have four bytes or more, with what stands before them.
  if (!SEG_VEC_RESERVE(&parser->raw, (parser->text.size - parser->offset) / 4))
    parser->out_of_memory = true;
  else
    seg_scan(parser);
  return !parser->out_of_memory;
}

void seg_parser_release(struct seg_parser *parser) {
  SEG_VEC_FREE(&parser->raw);
  SEG_VEC_FREE(&parser->tokens);
  SEG_VEC_FREE(&parser->made);
}

void seg_parser_run(struct seg_parser *parser) {
  if (!read_tokens(parser))
    return;
  if (!parser->goes_on)
    read_header(parser);
  seg_settle(parser);
  if (!parser->out_of_memory && !parser->too_many)
    (void)seg_grammar_parse(parser); // its mistakes are in the sink
}

enum seg_status seg_parse(const struct seg_source_map *map, uint32_t file, struct seg_ast *ast,
                          struct seg_diagnostics *sink, struct seg_error *error) {
  struct seg_parser parser = {
      .map = map, .file = file, .text = map->files.items[file].text, .ast = ast, .sink = sink};
  if (!seg_parse_parts(&parser))
    seg_parser_run(&parser);
  seg_parser_release(&parser);
  return parser.out_of_memory ? seg_fail_memory(error, "the syntax tree") : SEG_OK;
}

void seg_dump_tokens(const struct seg_source_map *map, uint32_t file, FILE *out) {
  struct seg_ast ast;
  struct seg_diagnostics sink;
  seg_ast_init(&ast);
  seg_diagnostics_init(&sink);
  struct seg_parser parser = {
      .map = map, .file = file, .text = map->files.items[file].text, .ast = &ast, .sink = &sink};
  if (read_tokens(&parser))
    seg_settle(&parser);
  for (size_t i = 0; i < parser.tokens.count && !parser.out_of_memory; i++) {
    const struct seg_token *token = &parser.tokens.items[i];
    struct seg_place place = seg_source_map_place(map, file, token->span.begin);
    struct seg_str text = seg_parser_text(&parser, token->span);
    fprintf(out, "%u:%u\t%s\t%.*s\n", place.line, place.column, seg_grammar_token_name(token->kind),
            SEG_STR(text));
  }
  seg_parser_release(&parser);
  seg_diagnostics_deinit(&sink);
  seg_ast_deinit(&ast);
}
