// Texts, places and lists of a difference; the order in which it is built. See diff_builder.h.
#include "compiler/diff/diff_builder.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/report/english.h"
#include "runtime/base/text_stream.h"

void *seg_diff_array(struct seg_diff_builder *builder, size_t count, size_t size) {
  void *items = seg_arena_array(&builder->diff->arena, count + 1, size);
  builder->failed = builder->failed || items == NULL;
  return items;
}

struct seg_str seg_diff_keep(struct seg_diff_builder *builder, struct seg_str text) {
  struct seg_str copy = seg_arena_str(&builder->diff->arena, text);
  builder->failed = builder->failed || copy.data == NULL;
  return copy.data == NULL ? (struct seg_str){0} : copy;
}

struct seg_str seg_diff_format(struct seg_diff_builder *builder, const char *format, ...) {
  char *text = NULL;
  va_list arguments;
  va_start(arguments, format);
  int size = vasprintf(&text, format, arguments);
  va_end(arguments);
  if (size < 0) {
    builder->failed = true;
    return (struct seg_str){0};
  }
  struct seg_str copy = seg_diff_keep(builder, (struct seg_str){text, (size_t)size});
  free(text);
  return copy;
}

// Ends the stream and keeps its text.
static struct seg_str finish_text(struct seg_diff_builder *builder, FILE *out, char **buffer,
                                  const size_t *size) {
  builder->failed = fclose(out) != 0 || builder->failed;
  struct seg_str text = {0};
  if (!builder->failed)
    text = seg_diff_keep(builder, (struct seg_str){*buffer, *size});
  free(*buffer);
  return text;
}

struct seg_str seg_diff_source(struct seg_diff_builder *builder,
                               const struct seg_diff_version *version, struct seg_span span) {
  char *buffer = NULL;
  size_t size = 0;
  FILE *out = seg_text_stream(&buffer, &size);
  if (out == NULL) {
    builder->failed = true;
    return (struct seg_str){0};
  }
  seg_english_source(version->map, span, out);
  return finish_text(builder, out, &buffer, &size);
}

struct seg_str seg_diff_place(struct seg_diff_builder *builder,
                              const struct seg_diff_version *version, struct seg_span span) {
  struct seg_place place = seg_source_map_place(version->map, span.file, span.begin);
  return seg_diff_format(builder, "%.*s:%u", SEG_STR(place.file), (unsigned)place.line);
}

struct seg_diff_side seg_diff_side(struct seg_diff_builder *builder,
                                   const struct seg_diff_version *version, struct seg_span span) {
  return (struct seg_diff_side){.text = seg_diff_source(builder, version, span),
                                .place = seg_diff_place(builder, version, span)};
}

struct seg_str seg_diff_normal(struct seg_diff_builder *builder,
                               const struct seg_diff_version *version,
                               const struct seg_program_entity *entity, const struct seg_node *node,
                               enum seg_normal_form form, struct seg_touched *touched) {
  char *buffer = NULL;
  size_t size = 0;
  FILE *out = seg_text_stream(&buffer, &size);
  if (out == NULL) {
    builder->failed = true;
    return (struct seg_str){0};
  }
  if (!seg_program_print_normal(version->program, entity, node, form, touched, out))
    builder->failed = true;
  return finish_text(builder, out, &buffer, &size);
}

// Room for one more in an array that has `count` items: it doubles at each power of two.
static void *grown(struct seg_diff_builder *builder, void *items, uint32_t count, size_t size) {
  if ((count & (count - 1)) != 0)
    return items;
  void *larger = seg_diff_array(builder, (size_t)count * 2 + 1, size);
  if (larger != NULL && count > 0)
    memcpy(larger, items, count * size);
  return larger;
}

struct seg_diff_item *seg_diff_add_item(struct seg_diff_builder *builder,
                                        struct seg_diff_list *list, struct seg_diff_item item) {
  struct seg_diff_item *items = grown(builder, list->items, list->count, sizeof item);
  if (items == NULL)
    return NULL;
  list->items = items;
  items[list->count] = item;
  return &items[list->count++];
}

void seg_diff_add_part(struct seg_diff_builder *builder, struct seg_diff_item *item,
                       struct seg_diff_part part) {
  struct seg_diff_part *parts = grown(builder, item->parts, item->part_count, sizeof part);
  if (parts == NULL)
    return;
  item->parts = parts;
  parts[item->part_count++] = part;
}

void seg_diff_add_text(struct seg_diff_builder *builder, struct seg_diff_texts *texts,
                       struct seg_str text) {
  for (uint32_t i = 0; i < texts->count; i++)
    if (seg_str_equal(texts->items[i], text))
      return;
  struct seg_str *items = grown(builder, texts->items, texts->count, sizeof text);
  if (items == NULL)
    return;
  texts->items = items;
  items[texts->count++] = text;
}

enum seg_status seg_project_diff_init(struct seg_project_diff *diff,
                                      const struct seg_diff_version *before,
                                      const struct seg_diff_version *after,
                                      struct seg_error *error) {
  *diff = (struct seg_project_diff){0};
  seg_arena_init(&diff->arena);
  struct seg_diff_builder builder = {.diff = diff, .before = before, .after = after};
  void (*const steps[])(struct seg_diff_builder *) = {seg_diff_meanings, seg_diff_segments,
                                                      seg_diff_declarations, seg_diff_chains};
  for (size_t i = 0; i < sizeof steps / sizeof *steps && !builder.failed; i++)
    steps[i](&builder);
  return builder.failed ? seg_fail_memory(error, "the difference") : SEG_OK;
}

void seg_project_diff_deinit(struct seg_project_diff *diff) {
  seg_arena_deinit(&diff->arena);
}

bool seg_project_diff_is_empty(const struct seg_project_diff *diff) {
  return diff->settings.count + diff->entities.count + diff->definitions.count +
             diff->segments.count + diff->chains.count + diff->relations.count ==
         0;
}
