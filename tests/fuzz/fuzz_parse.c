// Any bytes through the lexer and the parser: what can be read of them is a tree that can be
// written down, and mistakes have places in the text.
#include <stdio.h>

#include "grammar/parse.h"
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct seg_source_map map;
  struct seg_diagnostics sink;
  struct seg_ast ast;
  struct seg_error error = {0};
  uint32_t file;
  seg_source_map_init(&map);
  seg_diagnostics_init(&sink);
  seg_ast_init(&ast);
  struct seg_str text = {(const char *)data, size};
  if (seg_source_map_add(&map, seg_str_view("fuzz.seg"), text, &file, &error) == SEG_OK) {
    if (seg_parse(&map, file, &ast, &sink, &error) != SEG_OK)
      fuzz_stop("%s", error.message);
    for (size_t i = 0; i < sink.list.count; i++)
      if (sink.list.items[i]->span.end > size)
        fuzz_stop("a diagnostic outside the text");
  }
  seg_ast_deinit(&ast);
  seg_diagnostics_deinit(&sink);
  seg_source_map_deinit(&map);
  return 0;
}
