// The layout of any text: laid out again it stays as it is. That tree and comments are the same is
// checked by seg_format itself.
#include <string.h>

#include "grammar/format.h"
#include "tests/fuzz/target.h"

/** The layout of a text, in the arena; no data with syntax errors. */
static struct seg_str layout(struct seg_str text, struct seg_arena *arena) {
  struct seg_source_map map;
  struct seg_diagnostics sink;
  struct seg_error error = {0};
  struct seg_str result = {NULL, 0};
  uint32_t file;
  seg_source_map_init(&map);
  seg_diagnostics_init(&sink);
  if (seg_source_map_add(&map, seg_str_view("fuzz.seg"), text, &file, &error) == SEG_OK &&
      seg_format(&map, file, arena, &sink, &result, &error) != SEG_OK)
    fuzz_stop("%s", error.message);
  seg_diagnostics_deinit(&sink);
  seg_source_map_deinit(&map);
  return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct seg_arena arena;
  seg_arena_init(&arena);
  struct seg_str once = layout((struct seg_str){(const char *)data, size}, &arena);
  if (once.data != NULL) {
    struct seg_str twice = layout(once, &arena);
    if (!seg_str_equal(once, twice))
      fuzz_stop("laid out again it is another text");
  }
  seg_arena_deinit(&arena);
  return 0;
}
