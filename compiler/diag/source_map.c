// Source map: texts, and from byte offsets to lines and columns; see source_map.h.
//
// Invariant: every file has at least one line; line_starts rises strictly and begins with 0.
#include "compiler/diag/source_map.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/error_codes.h"
#include "runtime/base/read_file.h"
#include "runtime/base/utf8_walk.h"

enum { MAX_TEXT_BYTES = 16 * 1024 * 1024 };

void seg_source_map_init(struct seg_source_map *map) {
  *map = (struct seg_source_map){0};
  seg_arena_init(&map->arena);
}

void seg_source_map_deinit(struct seg_source_map *map) {
  SEG_VEC_FREE(&map->files);
  seg_arena_deinit(&map->arena);
}

/** What follows the next line end; NULL: there is none. */
static const char *next_line(struct seg_str text, const char *at) {
  const char *end = memchr(at, '\n', (size_t)(text.data + text.size - at));
  return end == NULL ? NULL : end + 1;
}

static bool find_lines(struct seg_arena *arena, struct seg_source_file *file) {
  struct seg_str text = file->text;
  uint32_t count = 1;
  for (const char *at = text.data; (at = next_line(text, at)) != NULL;)
    count++;
  file->line_starts = SEG_NEW_ARRAY(arena, uint32_t, count);
  if (file->line_starts == NULL)
    return false;
  file->line_count = 1;
  for (const char *at = text.data; (at = next_line(text, at)) != NULL;)
    file->line_starts[file->line_count++] = (uint32_t)(at - text.data);
  assert(file->line_count == count);
  return true;
}

static enum seg_status fail_too_large(struct seg_error *error, struct seg_str name) {
  seg_fail(error, SEG_LIMIT, seg_error_code(SEG_ERROR_RULE_FILE_SIZE),
           "the rule file `%.*s` is larger than 16 MiB", SEG_STR(name));
  seg_error_help(error, "split it into several files of one folder");
  return SEG_LIMIT;
}

enum seg_status seg_source_map_add(struct seg_source_map *map, struct seg_str name,
                                   struct seg_str text, uint32_t *file, struct seg_error *error) {
  if (text.size > MAX_TEXT_BYTES)
    return fail_too_large(error, name);
  struct seg_source_file added = {
      .name = seg_arena_str(&map->arena, name),
      .text = seg_arena_str(&map->arena, text),
  };
  if (added.name.data == NULL || added.text.data == NULL || !find_lines(&map->arena, &added) ||
      !SEG_VEC_PUSH(&map->files, added))
    return seg_fail_memory(error, "the text of a rule file");
  *file = (uint32_t)(map->files.count - 1);
  return SEG_OK;
}

static enum seg_status fail_unreadable(struct seg_error *error, const char *path, int reason) {
  const char *why = "the system reports a read error";
  const char *help = "check the disk or copy the file again";
  if (reason == ENOENT || reason == ENOTDIR) {
    why = "there is no such file";
    help = "check the path, or give the folder that holds the .seg files";
  } else if (reason == EACCES || reason == EPERM) {
    why = "this user may not read it";
    help = "change its permissions or run as a user who may read it";
  } else if (reason == EISDIR) {
    why = "it is a folder";
    help = "give a file that ends in .seg";
  }
  seg_fail(error, SEG_IO, seg_error_code(SEG_ERROR_RULE_FILE),
           "the rule file `%s` cannot be read: %s", path, why);
  seg_error_help(error, "%s", help);
  return SEG_IO;
}

enum seg_status seg_source_map_read(struct seg_source_map *map, const char *path, uint32_t *file,
                                    struct seg_error *error) {
  size_t size;
  char *bytes = seg_read_file(path, MAX_TEXT_BYTES, &size);
  if (bytes == NULL && errno == ENOMEM)
    return seg_fail_memory(error, "the text of a rule file");
  if (bytes == NULL && errno == EFBIG)
    return fail_too_large(error, seg_str_view(path));
  if (bytes == NULL)
    return fail_unreadable(error, path, errno);
  enum seg_status status =
      seg_source_map_add(map, seg_str_view(path), (struct seg_str){bytes, size}, file, error);
  free(bytes);
  return status;
}

/** The file of a number, or NULL when the map has none. */
static const struct seg_source_file *file_at(const struct seg_source_map *map, uint32_t file) {
  return file < map->files.count ? &map->files.items[file] : NULL;
}

static size_t clamp(const struct seg_source_file *file, uint32_t offset) {
  return offset < file->text.size ? offset : file->text.size;
}

/** The last line, counted from 0, that starts at or before the offset. */
static uint32_t line_of(const struct seg_source_file *file, size_t offset) {
  uint32_t low = 0, high = file->line_count;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (file->line_starts[middle] <= offset)
      low = middle;
    else
      high = middle;
  }
  return low;
}

struct seg_place seg_source_map_place(const struct seg_source_map *map, uint32_t file,
                                      uint32_t offset) {
  const struct seg_source_file *source = file_at(map, file);
  if (source == NULL)
    return (struct seg_place){0};
  size_t end = clamp(source, offset);
  uint32_t line = line_of(source, end);
  uint32_t column = 1;
  for (size_t at = source->line_starts[line]; at < end;) {
    uint32_t code_point;
    at += seg_utf8_next(source->text, at, &code_point);
    column += at <= end;
  }
  return (struct seg_place){source->name, line + 1, column};
}

struct seg_str seg_source_map_text(const struct seg_source_map *map, struct seg_span span) {
  const struct seg_source_file *source = file_at(map, span.file);
  if (source == NULL)
    return (struct seg_str){0};
  size_t begin = clamp(source, span.begin);
  size_t end = clamp(source, span.end);
  return (struct seg_str){source->text.data + begin, end > begin ? end - begin : 0};
}

struct seg_str seg_source_map_line(const struct seg_source_map *map, uint32_t file,
                                   uint32_t offset) {
  const struct seg_source_file *source = file_at(map, file);
  if (source == NULL)
    return (struct seg_str){0};
  uint32_t line = line_of(source, clamp(source, offset));
  size_t begin = source->line_starts[line];
  bool last = line + 1 == source->line_count;
  size_t end = last ? source->text.size : source->line_starts[line + 1] - 1;
  if (!last && end > begin && source->text.data[end - 1] == '\r')
    end--;
  return (struct seg_str){source->text.data + begin, end - begin};
}
