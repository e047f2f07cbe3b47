// A long file in parts, each read by a thread of its own; see seg_parse_parts in parser.h.
//
// A file is cut where a line begins with the word `segment`. Whether a declaration begins there is
// seen afterwards: parts that are read without a word of complaint are what the whole file says,
// because a declaration never goes on behind that word, and each part ends where one ends. Of any
// other file nothing is kept, and it is read as a whole, so that mistakes are told in their place.
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "grammar/parser.h"
#include "grammar/seg_parser.h"

// A thread takes some 0.1 ms to start, in which a processor reads 2 KB of rules or more.
enum { PART_BYTES = 10 << 10, MOST_PARTS = 4 };

struct part {
  struct seg_parser parser;
  struct seg_ast ast;
  struct seg_diagnostics sink;
  pthread_t thread;
  bool started;
};

static const char cut_at[] = "\nsegment ";

static uint32_t wanted_parts(size_t bytes) {
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  size_t parts = bytes / PART_BYTES;
  parts = parts < MOST_PARTS ? parts : MOST_PARTS;
  return processors < 1 ? 1 : parts < (size_t)processors ? (uint32_t)parts : (uint32_t)processors;
}

/** Where parts end, at most `wanted` of them; returns how many there are. */
static uint32_t cut(struct seg_str text, uint32_t wanted, size_t *ends) {
  uint32_t count = 0;
  size_t begin = 0;
  for (uint32_t i = 1; i < wanted; i++) {
    size_t from = text.size / wanted * i;
    if (from < begin)
      continue;
    const char *line = memmem(text.data + from, text.size - from, cut_at, sizeof cut_at - 1);
    if (line == NULL)
      break;
    begin = (size_t)(line - text.data) + 1;
    ends[count++] = begin;
  }
  ends[count++] = text.size;
  return count;
}

static void *read_part(void *argument) {
  struct part *part = argument;
  seg_parser_run(&part->parser);
  return NULL;
}

static void begin_part(struct part *part, const struct seg_parser *whole, size_t begin,
                       size_t end) {
  seg_ast_init(&part->ast);
  seg_diagnostics_init(&part->sink);
  part->parser = (struct seg_parser){.map = whole->map,
                                     .file = whole->file,
                                     .text = {whole->text.data, end},
                                     .ast = &part->ast,
                                     .sink = &part->sink,
                                     .offset = (uint32_t)begin,
                                     .goes_on = begin > 0};
}

/** Read without complaint; and a part that goes on begins with a declaration. */
static bool is_fine(const struct part *part) {
  const struct seg_parser *parser = &part->parser;
  const struct seg_diagnostics *sink = &part->sink;
  return !parser->out_of_memory && !sink->out_of_memory && sink->errors == 0 &&
         sink->warnings == 0 && sink->list.count == 0 && parser->tokens.count > 0 &&
         (!parser->goes_on || parser->tokens.items[0].kind == TOK_SEGMENT);
}

/** The declarations of a part behind those of the tree, whose memory they become. */
static void append(struct seg_ast *ast, struct part *part) {
  struct seg_ast *more = &part->ast;
  for (size_t i = 0; i < part->parser.made.count; i++)
    part->parser.made.items[i]->id += ast->expression_count;
  ast->expression_count += more->expression_count;
  if (more->first != NULL) {
    *(ast->last == NULL ? &ast->first : &ast->last->next) = more->first;
    ast->last = more->last;
  }
  seg_arena_join(&ast->arena, &more->arena);
}

static void end_part(struct part *part) {
  seg_parser_release(&part->parser);
  seg_diagnostics_deinit(&part->sink);
  seg_ast_deinit(&part->ast);
}

bool seg_parse_parts(struct seg_parser *whole) {
  size_t ends[MOST_PARTS], begin = 0;
  struct part parts[MOST_PARTS];
  uint32_t wanted = wanted_parts(whole->text.size);
  uint32_t count = wanted > 1 ? cut(whole->text, wanted, ends) : 1;
  if (count < 2)
    return false;
  for (uint32_t i = 0; i < count; begin = ends[i++])
    begin_part(&parts[i], whole, begin, ends[i]);
  for (uint32_t i = 1; i < count; i++)
    parts[i].started = pthread_create(&parts[i].thread, NULL, read_part, &parts[i]) == 0;
  bool fine = true;
  for (uint32_t i = 0; i < count; i++) {
    if (i == 0 || !parts[i].started)
      read_part(&parts[i]);
    else
      pthread_join(parts[i].thread, NULL);
    fine = is_fine(&parts[i]) && fine;
  }
  for (uint32_t i = 0; i < count; i++) {
    if (fine)
      append(whole->ast, &parts[i]);
    end_part(&parts[i]);
  }
  return fine;
}
