// The public interface: the canonical layout of rule files.
#include <string.h>

#include "compiler/project.h"
#include "compiler/replace_file.h"
#include "compiler/session.h"
#include "grammar/format.h"

/** A session holds one project: what a second call would add is refused. */
static enum seg_status begin(struct segc_session *session) {
  memset(&session->error, 0, sizeof session->error);
  if (session->loaded)
    return seg_fail(&session->error, SEG_USAGE, "", "a session reads one set of files only");
  session->loaded = true;
  return SEG_OK;
}

static enum seg_status lay_out(struct segc_session *session, uint32_t file,
                               struct segc_layout *layout) {
  struct seg_pipeline *pipeline = &session->pipeline;
  const struct seg_source_file *source = &pipeline->map.files.items[file];
  struct seg_str canonical;
  enum seg_status status = seg_format(&pipeline->map, file, &session->arena, &pipeline->sink,
                                      &canonical, &session->error);
  *layout = (struct segc_layout){source->name.data, source->text.data, source->text.size,
                                 canonical.data, canonical.size};
  return status;
}

static enum segc_status finish(struct segc_session *session, enum seg_status status) {
  if (status != SEG_OK)
    return seg_session_failed(status);
  return session->pipeline.sink.errors > 0 ? SEGC_FINDINGS : SEGC_OK;
}

/** Everything in the map. */
static enum seg_status lay_out_all(struct segc_session *session,
                                   const struct segc_layout **layouts) {
  size_t count = session->pipeline.map.files.count;
  struct segc_layout *list = SEG_NEW_ARRAY(&session->arena, struct segc_layout, count);
  if (list == NULL)
    return seg_fail_memory(&session->error, "the layout of the rule files");
  enum seg_status status = SEG_OK;
  for (uint32_t file = 0; status == SEG_OK && file < count; file++)
    status = lay_out(session, file, &list[file]);
  *layouts = list;
  return status;
}

enum segc_status segc_layout_files(struct segc_session *session, const char *const *paths,
                                   size_t path_count, const struct segc_layout **layouts,
                                   size_t *layout_count) {
  struct seg_source_map *map = &session->pipeline.map;
  enum seg_status status = begin(session);
  if (status == SEG_OK)
    status = seg_project_read(map, paths, path_count, &session->error);
  if (status == SEG_OK)
    status = lay_out_all(session, layouts);
  *layout_count = status == SEG_OK ? map->files.count : 0;
  return finish(session, status);
}

enum segc_status segc_layout_text(struct segc_session *session, const char *name, const char *text,
                                  size_t size, const struct segc_layout **layout) {
  uint32_t file;
  enum seg_status status = begin(session);
  if (status == SEG_OK)
    status = seg_source_map_add(&session->pipeline.map, seg_str_view(name),
                                (struct seg_str){text, size}, &file, &session->error);
  if (status == SEG_OK)
    status = lay_out_all(session, layout);
  return finish(session, status);
}

enum segc_status segc_layout_write(struct segc_session *session, const struct segc_layout *layout) {
  memset(&session->error, 0, sizeof session->error);
  struct seg_str canonical = {layout->canonical, layout->canonical_size};
  return seg_session_failed(
      seg_replace_file(&session->arena, layout->path, canonical, &session->error));
}
