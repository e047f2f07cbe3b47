// Writing results: checks before the run, then rows into a private file.
#include "runtime/io/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "runtime/base/arena.h"
#include "runtime/io/io_errors.h"
#include "runtime/io/sink_csv.h"
#include "runtime/io/sink_file.h"
#include "runtime/io/sink_parquet.h"

enum form { FORM_PARQUET, FORM_CSV, FORM_CSV_GZIP };

static const struct ending {
  const char *text;
  enum form form;
} endings[] = {
    {".parquet", FORM_PARQUET},
    {".csv", FORM_CSV},
    {".csv.gz", FORM_CSV_GZIP},
};

static const struct ending *ending_of(struct seg_str path) {
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    size_t size = strlen(endings[i].text);
    if (path.size > size && path.data[path.size - size - 1] != '/' &&
        strncasecmp(path.data + path.size - size, endings[i].text, size) == 0)
      return &endings[i];
  }
  return NULL;
}

// The names of the output's columns in order.
static struct seg_str column_name(const struct seg_result_view *result, uint32_t column) {
  if (column == 0)
    return result->key_name;
  if (column <= result->segment_count)
    return result->segments[column - 1];
  return result->chains[column - 1 - result->segment_count].name;
}

static const char *column_kind(const struct seg_result_view *result, uint32_t column) {
  if (column == 0)
    return "the key";
  return column <= result->segment_count ? "a segment" : "a chain";
}

// ASCII letters only, as DuckDB compares names.
static uint64_t folded_hash(struct seg_str name) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325); // FNV-1a
  for (size_t i = 0; i < name.size; i++) {
    unsigned char byte = (unsigned char)name.data[i];
    if (byte >= 'A' && byte <= 'Z')
      byte = (unsigned char)(byte + 'a' - 'A');
    hash = (hash ^ byte) * UINT64_C(0x100000001b3);
  }
  return hash;
}

static bool same_name(struct seg_str a, struct seg_str b) {
  return a.size == b.size && strncasecmp(a.data, b.data, a.size) == 0;
}

static enum seg_status check_names(const struct seg_result_view *result, struct seg_error *error) {
  uint32_t count = 1 + result->segment_count + result->chain_count;
  uint32_t size = 8;
  enum seg_status status = SEG_OK;
  while (size < 2 * count)
    size *= 2;
  uint32_t *slots = calloc(size, sizeof *slots); // column + 1; 0: free
  if (slots == NULL)
    return seg_fail_memory(error, "the output's columns");
  for (uint32_t i = 0; status == SEG_OK && i < count; i++) {
    struct seg_str name = column_name(result, i);
    uint32_t at = (uint32_t)folded_hash(name) & (size - 1);
    while (slots[at] != 0 && !same_name(column_name(result, slots[at] - 1), name))
      at = (at + 1) & (size - 1);
    if (slots[at] != 0) {
      status =
          SEG_IO_FAIL(error, SEG_USAGE, OUTPUT_COLUMNS,
                      "the output would have two columns called \"%.*s\": %s and %s", SEG_STR(name),
                      column_kind(result, slots[at] - 1), column_kind(result, i));
      seg_error_help(error, "give one of them another name (small and capital letters count as "
                            "the same here)");
    }
    slots[at] = i + 1;
  }
  free(slots);
  return status;
}

static enum seg_status check(struct seg_arena *arena, struct seg_str path,
                             const struct seg_result_view *result, struct seg_sink_file *file,
                             struct seg_error *error) {
  if (ending_of(path) == NULL) {
    SEG_IO_FAIL(error, SEG_USAGE, OUTPUT_NAME, "the output %.*s has no ending that says its form",
                SEG_STR(path));
    seg_error_help(error, "end its name in .parquet, .csv or .csv.gz");
    return SEG_USAGE;
  }
  enum seg_status status = check_names(result, error);
  return status == SEG_OK ? seg_sink_file_check(arena, path, file, error) : status;
}

enum seg_status seg_sink_check(struct seg_str path, const struct seg_result_view *result,
                               struct seg_error *error) {
  struct seg_arena arena;
  struct seg_sink_file file;
  seg_arena_init(&arena);
  enum seg_status status = check(&arena, path, result, &file, error);
  seg_arena_deinit(&arena);
  return status;
}

static enum seg_status fail_write(const struct seg_sink_file *file, const char *words,
                                  struct seg_error *error) {
  SEG_IO_FAIL(error, SEG_IO, OUTPUT_WRITE, "writing the output %.*s failed: %s",
              SEG_STR(file->path), words);
  seg_error_help(error, "what was there before is untouched");
  return SEG_IO;
}

static enum seg_status fail_interrupted(const struct seg_sink_file *file, struct seg_error *error) {
  return SEG_IO_FAIL(error, SEG_INTERRUPTED, INTERRUPTED,
                     "interrupted; the output %.*s is not written", SEG_STR(file->path));
}

static enum seg_status fail_parquet(const struct seg_sink_file *file,
                                    enum seg_sink_parquet_outcome outcome, int reason,
                                    struct seg_error *error) {
  switch (outcome) {
  case SEG_SINK_PARQUET_DONE: return SEG_OK;
  case SEG_SINK_PARQUET_MEMORY: return seg_fail_memory(error, "the output");
  case SEG_SINK_PARQUET_INTERRUPTED: return fail_interrupted(file, error);
  case SEG_SINK_PARQUET_FAILED: break;
  }
  return fail_write(file, seg_io_reason(reason), error);
}

static enum seg_status write_parquet(const struct seg_sink_file *file,
                                     const struct seg_result_view *result,
                                     const atomic_bool *interrupted,
                                     const struct seg_sink_watcher *watcher,
                                     struct seg_error *error) {
  int reason = 0;
  enum seg_sink_parquet_outcome outcome =
      seg_sink_parquet_write(file->private.data, result, interrupted, watcher, &reason);
  return fail_parquet(file, outcome, reason, error);
}

static enum seg_status write_csv(const struct seg_sink_file *file, bool gzip,
                                 const struct seg_result_view *result,
                                 const atomic_bool *interrupted,
                                 const struct seg_sink_watcher *watcher, struct seg_error *error) {
  int reason = 0;
  switch (seg_sink_csv_write(file->private.data, gzip, result, interrupted, watcher, &reason)) {
  case SEG_SINK_CSV_DONE: return SEG_OK;
  case SEG_SINK_CSV_MEMORY: return seg_fail_memory(error, "the output");
  case SEG_SINK_CSV_INTERRUPTED: return fail_interrupted(file, error);
  case SEG_SINK_CSV_FAILED: break;
  }
  return fail_write(file, seg_io_reason(reason), error);
}

// The file is whole: it gets its name.
static enum seg_status publish(struct seg_sink_file *file, const struct seg_sink_watcher *watcher,
                               struct seg_error *error) {
  enum seg_status status = watcher == NULL ? SEG_OK : watcher->consent(watcher->context, error);
  return status == SEG_OK ? seg_sink_file_publish(file, error) : status;
}

enum seg_status seg_sink_write(struct seg_str path, const struct seg_result_view *result,
                               const struct seg_io_options *options,
                               const struct seg_sink_watcher *watcher, struct seg_error *error) {
  struct seg_sink_file file = {0};
  struct seg_arena arena;
  seg_arena_init(&arena);
  enum seg_status status = check(&arena, path, result, &file, error);
  if (status == SEG_OK)
    status = seg_sink_file_create(&arena, &file, error);
  if (status == SEG_OK) {
    enum form form = ending_of(path)->form;
    status =
        form == FORM_PARQUET
            ? write_parquet(&file, result, options->interrupted, watcher, error)
            : write_csv(&file, form == FORM_CSV_GZIP, result, options->interrupted, watcher, error);
  }
  if (status == SEG_OK)
    status = publish(&file, watcher, error);
  seg_sink_file_discard(&file);
  seg_arena_deinit(&arena);
  return status;
}

/*
 * Group by group
 */

struct seg_sink {
  struct seg_arena arena;
  struct seg_str path;
  const struct seg_result_view *names;
  const struct seg_io_options *options;
  const struct seg_sink_watcher *watcher;
  struct seg_sink_file file;
  struct seg_sink_parquet *parquet; // NULL: not begun, or closed
};

bool seg_sink_takes_groups(struct seg_str path) {
  const struct ending *ending = ending_of(path);
  return ending != NULL && ending->form == FORM_PARQUET;
}

struct seg_sink *seg_sink_open(struct seg_str path, const struct seg_result_view *names,
                               const struct seg_io_options *options,
                               const struct seg_sink_watcher *watcher) {
  struct seg_sink *sink = calloc(1, sizeof *sink);
  if (sink == NULL)
    return NULL;
  seg_arena_init(&sink->arena);
  sink->path = path;
  sink->names = names;
  sink->options = options;
  sink->watcher = watcher;
  return sink;
}

static enum seg_status begin(struct seg_sink *sink, struct seg_error *error) {
  enum seg_status status = check(&sink->arena, sink->path, sink->names, &sink->file, error);
  if (status == SEG_OK)
    status = seg_sink_file_create(&sink->arena, &sink->file, error);
  if (status != SEG_OK)
    return status;
  sink->parquet = seg_sink_parquet_open(sink->file.private.data, sink->names, sink->watcher);
  return sink->parquet == NULL ? seg_fail_memory(error, "the output") : SEG_OK;
}

enum seg_status seg_sink_put(struct seg_sink *sink, const struct seg_result_view *group,
                             struct seg_error *error) {
  enum seg_status status = sink->parquet == NULL ? begin(sink, error) : SEG_OK;
  if (status != SEG_OK)
    return status;
  int reason = 0;
  seg_sink_parquet_put(sink->parquet, group, 0, group->customer_count, sink->options->interrupted);
  enum seg_sink_parquet_outcome outcome = seg_sink_parquet_outcome(sink->parquet, &reason);
  return fail_parquet(&sink->file, outcome, reason, error);
}

static enum seg_status end(struct seg_sink *sink, struct seg_error *error) {
  int reason = 0;
  enum seg_sink_parquet_outcome outcome =
      seg_sink_parquet_close(sink->parquet, sink->names, &reason);
  sink->parquet = NULL;
  return fail_parquet(&sink->file, outcome, reason, error);
}

enum seg_status seg_sink_finish(struct seg_sink *sink, struct seg_error *error) {
  enum seg_status status = sink->parquet == NULL ? begin(sink, error) : SEG_OK;
  if (status == SEG_OK)
    status = end(sink, error);
  return status == SEG_OK ? publish(&sink->file, sink->watcher, error) : status;
}

void seg_sink_close(struct seg_sink *sink) {
  struct seg_error unused;
  if (sink == NULL)
    return;
  if (sink->parquet != NULL)
    (void)end(sink, &unused);
  seg_sink_file_discard(&sink->file);
  seg_arena_deinit(&sink->arena);
  free(sink);
}
