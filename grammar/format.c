// One file to its canonical layout, and the proof that it still says the same; see format.h.
#include "grammar/format.h"

#include <stdlib.h>
#include <string.h>

#include "grammar/format_parts.h"
#include "grammar/parse.h"
#include "runtime/base/text_stream.h"

/** A file that was read: its tree, its comments and its tokens. */
struct reading {
  struct seg_ast ast;
  struct seg_parser parser;
  struct seg_format format;
};

/** False with errors, or without memory: see the sink and format.out_of_memory. */
static bool read_file(struct reading *r, const struct seg_source_map *map, uint32_t file,
                      struct seg_diagnostics *sink) {
  *r = (struct reading){0};
  seg_ast_init(&r->ast);
  r->parser = (struct seg_parser){
      .map = map, .file = file, .text = map->files.items[file].text, .ast = &r->ast, .sink = sink};
  r->format.parser = &r->parser;
  seg_parser_run(&r->parser);
  r->format.out_of_memory = r->parser.out_of_memory || sink->out_of_memory;
  if (r->format.out_of_memory || sink->errors > r->parser.errors_before)
    return false;
  seg_format_read(&r->format);
  return !r->format.out_of_memory;
}

static void release(struct reading *r) {
  SEG_VEC_FREE(&r->format.comments);
  SEG_VEC_FREE(&r->format.text);
  SEG_VEC_FREE(&r->format.lines);
  seg_parser_release(&r->parser);
  seg_ast_deinit(&r->ast);
}

static bool same_comments(const struct seg_format *a, const struct seg_format *b) {
  if (a->comments.count != b->comments.count)
    return false;
  for (size_t i = 0; i < a->comments.count; i++)
    if (!seg_str_equal(a->comments.items[i].text, b->comments.items[i].text))
      return false;
  return true;
}

/** The tree as text, which holds no places; the caller frees it. NULL when memory is out. */
static char *tree_text(const struct seg_ast *ast) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = seg_text_stream(&text, &size);
  if (out == NULL)
    return NULL;
  seg_ast_print(ast, out);
  bool whole = ferror(out) == 0;
  if (fclose(out) == 0 && whole)
    return text;
  free(text);
  return NULL;
}

static enum seg_status fail_changed(const struct seg_source_map *map, uint32_t file,
                                    struct seg_error *error) {
  seg_fail(error, SEG_INTERNAL, "", "the layout of `%.*s` would change what it says",
           SEG_STR(map->files.items[file].name));
  seg_error_help(error, "nothing was changed; this is a mistake in segc: please report it with the "
                        "file");
  return SEG_INTERNAL;
}

/** Read the result as if it were a file: the same tree, the same comments? */
static enum seg_status check_result(const struct reading *before, struct seg_str result,
                                    struct seg_error *error) {
  const struct seg_source_map *source = before->parser.map;
  uint32_t number = before->parser.file, file;
  struct seg_source_map map;
  struct seg_diagnostics sink;
  struct reading after = {0};
  char *old_tree = NULL, *new_tree = NULL;
  seg_source_map_init(&map);
  seg_diagnostics_init(&sink);
  enum seg_status status =
      seg_source_map_add(&map, source->files.items[number].name, result, &file, error);
  if (status != SEG_OK)
    goto cleanup;
  bool fine = read_file(&after, &map, file, &sink);
  if (!fine && !after.format.out_of_memory) {
    status = fail_changed(source, number, error);
    goto cleanup;
  }
  old_tree = tree_text(&before->ast);
  new_tree = tree_text(&after.ast);
  if (!fine || old_tree == NULL || new_tree == NULL)
    status = seg_fail_memory(error, "the layout of a rule file");
  else if (strcmp(old_tree, new_tree) != 0 || !same_comments(&before->format, &after.format))
    status = fail_changed(source, number, error);
cleanup:
  free(old_tree);
  free(new_tree);
  if (after.parser.map != NULL)
    release(&after);
  seg_diagnostics_deinit(&sink);
  seg_source_map_deinit(&map);
  return status;
}

enum seg_status seg_format(const struct seg_source_map *map, uint32_t file, struct seg_arena *arena,
                           struct seg_diagnostics *sink, struct seg_str *result,
                           struct seg_error *error) {
  enum seg_status status = SEG_OK;
  struct reading reading;
  *result = (struct seg_str){NULL, 0};
  bool fine = read_file(&reading, map, file, sink);
  if (!fine && !reading.format.out_of_memory)
    goto cleanup; // its mistakes are in the sink
  if (fine) {
    seg_format_layout(&reading.format);
    *result = seg_format_finish(&reading.format, arena);
  }
  status = result->data == NULL ? seg_fail_memory(error, "the layout of a rule file")
                                : check_result(&reading, *result, error);
  if (status != SEG_OK)
    *result = (struct seg_str){NULL, 0};
cleanup:
  release(&reading);
  return status;
}
