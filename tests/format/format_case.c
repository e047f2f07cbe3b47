// The promises of the layout; see format_case.h.
#include "tests/format/format_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grammar/format.h"
#include "grammar/parse.h"
#include "grammar/parser.h"
#include "grammar/seg_parser.h"

/** A text in a map of its own, parsed with its tokens kept. */
struct parsed {
  struct seg_source_map map;
  struct seg_diagnostics sink;
  struct seg_ast ast;
  struct seg_parser parser;
};

static void *checked(void *memory) {
  if (memory == NULL)
    abort();
  return memory;
}

static void parse(struct parsed *p, const char *text) {
  struct seg_error error = {0};
  uint32_t file;
  seg_source_map_init(&p->map);
  seg_diagnostics_init(&p->sink);
  seg_ast_init(&p->ast);
  if (seg_source_map_add(&p->map, seg_str_view("test.seg"), seg_str_view(text), &file, &error) !=
      SEG_OK)
    abort();
  p->parser = (struct seg_parser){.map = &p->map,
                                  .file = file,
                                  .text = p->map.files.items[file].text,
                                  .ast = &p->ast,
                                  .sink = &p->sink};
  seg_parser_run(&p->parser);
}

static void release(struct parsed *p) {
  seg_parser_release(&p->parser);
  seg_ast_deinit(&p->ast);
  seg_diagnostics_deinit(&p->sink);
  seg_source_map_deinit(&p->map);
}

char *format_text(const char *text) {
  struct seg_source_map map;
  struct seg_diagnostics sink;
  struct seg_arena arena;
  struct seg_str result;
  struct seg_error error = {0};
  uint32_t file;
  seg_source_map_init(&map);
  seg_diagnostics_init(&sink);
  seg_arena_init(&arena);
  if (seg_source_map_add(&map, seg_str_view("test.seg"), seg_str_view(text), &file, &error) !=
          SEG_OK ||
      seg_format(&map, file, &arena, &sink, &result, &error) != SEG_OK) {
    fprintf(stderr, "%s\n%s\n", error.message, text);
    abort();
  }
  char *copy = result.data == NULL ? NULL : checked(strdup(result.data));
  seg_arena_deinit(&arena);
  seg_diagnostics_deinit(&sink);
  seg_source_map_deinit(&map);
  return copy;
}

char *tree_of(const char *text) {
  struct parsed p;
  char *tree = NULL;
  size_t size;
  parse(&p, text);
  if (p.sink.errors == 0) {
    FILE *out = checked(open_memstream(&tree, &size));
    seg_ast_print(&p.ast, out);
    fclose(out);
  }
  release(&p);
  return tree;
}

/** Comments by another way than the formatter's: strings and quoted names are stepped over. */
char *comments_of(const char *text) {
  char *comments = NULL;
  size_t size;
  FILE *out = checked(open_memstream(&comments, &size));
  for (const char *at = text; *at != '\0';) {
    if (*at == '"' || *at == '`') {
      char quote = *at++;
      while (*at != quote)
        at += *at == '\\' && quote == '"' ? 2 : 1;
      at++;
    } else if (*at == '#') {
      size_t length = strcspn(at, "\n"), kept = length;
      while (kept > 0 && strchr(" \t\r", at[kept - 1]) != NULL)
        kept--;
      fprintf(out, "%.*s\n", (int)kept, at);
      at += length;
    } else {
      at++;
    }
  }
  fclose(out);
  return comments;
}

static bool equal(const char *name, const char *what, const char *expected, const char *actual,
                  const char *text) {
  if (actual != NULL && strcmp(expected, actual) == 0)
    return true;
  printf("%s: %s\n--- expected\n%s--- actual\n%s--- of\n%s\n", name, what, expected,
         actual == NULL ? "(nothing)\n" : actual, text);
  return false;
}

bool format_holds(const char *name, const char *text) {
  char *tree = tree_of(text), *first = format_text(text);
  if (tree == NULL) {
    free(first);
    return first == NULL;
  }
  char *comments = comments_of(text), *new_tree = tree_of(first), *second = format_text(first),
       *new_comments = comments_of(first);
  bool holds = equal(name, "another tree", tree, new_tree, text) &&
               equal(name, "other comments", comments, new_comments, text) &&
               equal(name, "not done at once", first, second, text);
  free(tree);
  free(new_tree);
  free(comments);
  free(new_comments);
  free(first);
  free(second);
  return holds;
}

// --- other texts of the same program -------------------------------------------------------------

/** Is this a place where a line end means something? */
static bool binds_to_line(const struct seg_token *before, const struct seg_token *next) {
  return next->kind == TOK_IDENT && (before->kind == TOK_NUMBER || before->kind == TOK_IDENT ||
                                     before->kind == TOK_PERCENT || before->kind == TOK_DATE);
}

char *spread_text(struct seg_random *random, const char *text) {
  static const char *const blanks[] = {" ", "  ", "\t", " \t ", "\n", "\n      ", " \n\t"};
  enum { WITHOUT_LINE_END = 4, ALL = sizeof blanks / sizeof *blanks };
  struct parsed p;
  char *result = NULL;
  size_t size;
  FILE *out = checked(open_memstream(&result, &size));
  parse(&p, text);
  fprintf(out, "%.*s", p.parser.raw.count > 0 ? (int)p.parser.raw.items[0].span.begin : 0, text);
  for (size_t i = 0; i + 1 < p.parser.raw.count; i++) {
    const struct seg_token *token = &p.parser.raw.items[i], *next = token + 1;
    struct seg_span gap = {0, token->span.end, next->span.begin};
    struct seg_str between = seg_parser_text(&p.parser, gap);
    fprintf(out, "%.*s", SEG_STR(seg_parser_text(&p.parser, token->span)));
    if (between.size > 0 && memchr(between.data, '\n', between.size) != NULL)
      fprintf(out, "%.*s", SEG_STR(between));
    else if (between.size > 0 || seg_random_chance(random, 30))
      fputs(blanks[seg_random_below(random,
                                    i == 0 || binds_to_line(token, next) ? WITHOUT_LINE_END : ALL)],
            out);
  }
  fclose(out);
  release(&p);
  return result;
}

char *text_with_comment(const char *text, size_t index, bool own_line) {
  struct parsed p;
  char *result = NULL;
  size_t size;
  parse(&p, text);
  if (index + 1 < p.parser.raw.count) {
    uint32_t at = p.parser.raw.items[index].span.end;
    FILE *out = checked(open_memstream(&result, &size));
    fprintf(out, "%.*s%s# number %zu\n%s", (int)at, text, own_line ? "\n" : " ", index, text + at);
    fclose(out);
  }
  release(&p);
  return result;
}
