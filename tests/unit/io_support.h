// Shared by the tests of runtime/io: a temporary folder, files, Parquet written by DuckDB itself,
// and an entity put together by hand and read with any number of threads.
#ifndef SEG_TESTS_UNIT_IO_SUPPORT_H
#define SEG_TESTS_UNIT_IO_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <duckdb.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/io/first_error.h"
#include "runtime/io/source.h"

static char io_folder[64];

static inline int io_make_folder(void **state) {
  (void)state;
  strcpy(io_folder, "/tmp/segc-test-XXXXXX");
  return mkdtemp(io_folder) == NULL;
}

static inline int io_remove_entry(const char *path, const struct stat *info, int type,
                                  struct FTW *walk) {
  (void)info, (void)type, (void)walk;
  return remove(path);
}

static inline int io_remove_folder(void **state) {
  (void)state;
  return nftw(io_folder, io_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

// A path in the folder; a few stay valid at a time.
static inline const char *io_path(const char *name) {
  static char paths[8][256];
  static int next;
  char *path = paths[next++ % 8];
  snprintf(path, sizeof paths[0], "%s/%s", io_folder, name);
  return path;
}

static inline const char *io_write(const char *name, const void *bytes, size_t size) {
  const char *path = io_path(name);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
  return path;
}

static inline const char *io_write_text(const char *name, const char *text) {
  return io_write(name, text, strlen(text));
}

// Run SQL in a plain DuckDB whose working directory is ours.
static inline void io_query(const char *sql) {
  duckdb_database database;
  duckdb_connection connection;
  duckdb_result result;
  assert_int_equal(duckdb_open(NULL, &database), DuckDBSuccess);
  assert_int_equal(duckdb_connect(database, &connection), DuckDBSuccess);
  if (duckdb_query(connection, sql, &result) != DuckDBSuccess)
    fail_msg("%s: %s", sql, duckdb_result_error(&result));
  duckdb_destroy_result(&result);
  duckdb_disconnect(&connection);
  duckdb_close(&database);
}

// The same; %s is the folder.
static inline void io_sql(const char *format) {
  char sql[4096];
  snprintf(sql, sizeof sql, format, io_folder, io_folder, io_folder);
  io_query(sql);
}

// All rows of a source in file order. Texts are copied.
struct io_rows {
  enum seg_status status;
  struct seg_error error;
  bool key_is_text;
  struct seg_arena arena;
  struct seg_column key, days;
  struct seg_column inputs[16];
  int64_t count;
};

struct io_job {
  struct seg_source *source;
  struct seg_first_error *first;
  pthread_mutex_t lock;
  pthread_cond_t turn;
  int64_t next_number;
  struct io_rows *rows;
  unsigned threads;
};

static inline void io_append(struct io_job *job, struct seg_column *column,
                             const struct seg_column_view *view, int64_t count) {
  assert_int_equal(view->count, count);
  assert_int_equal((uintptr_t)view->values % 64, 0);
  int64_t at = column->count;
  if (view->width == SEG_WIDTH_FULL) {
    assert_int_equal(seg_column_append(column, view, 0, count, NULL), SEG_OK);
  } else {
    assert_int_equal(seg_column_resize(column, at + count, NULL), SEG_OK);
    seg_width_widen(view->layout, view->width, view->values, count,
                    (char *)column->values + (size_t)at * seg_width_bytes(view->layout, 0));
    for (int64_t i = 0; i < count; i++)
      if (view->known == NULL || seg_bitmap_test(view->known, i))
        seg_bitmap_set(column->known, at + i);
  }
  for (int64_t i = at; view->layout == SEG_LAYOUT_TEXT && i < at + count; i++) {
    struct seg_str *text = (struct seg_str *)column->values + i;
    *text = seg_arena_str(&job->rows->arena, *text);
  }
}

static inline void io_take(struct io_job *job, const struct seg_morsel *morsel) {
  struct io_rows *rows = job->rows;
  pthread_mutex_lock(&job->lock);
  while (morsel->number != job->next_number && !seg_first_error_any(job->first))
    pthread_cond_wait(&job->turn, &job->lock);
  if (morsel->number == job->next_number) {
    assert_int_equal(morsel->first_row, rows->count);
    io_append(job, &rows->key, &morsel->key, morsel->row_count);
    if (job->source->entity->time.size > 0)
      io_append(job, &rows->days, &morsel->days, morsel->row_count);
    for (uint32_t i = 0; i < job->source->entity->input_count; i++)
      io_append(job, &rows->inputs[i], &morsel->inputs[i], morsel->row_count);
    rows->count += morsel->row_count;
    job->next_number++;
  }
  pthread_cond_broadcast(&job->turn);
  pthread_mutex_unlock(&job->lock);
}

static inline void *io_work(void *argument) {
  struct io_job *job = argument;
  struct seg_morsel morsel;
  struct seg_error error;
  int64_t row;
  bool end;
  seg_morsel_init(&morsel, job->source);
  while (!seg_first_error_any(job->first)) {
    if (seg_source_next(job->source, &morsel, &end, &row, &error) != SEG_OK) {
      seg_first_error_offer(job->first, row, true, &error);
      break;
    }
    if (end)
      break;
    if (seg_morsel_decode(&morsel, &row, &error) != SEG_OK) {
      seg_first_error_offer(job->first, row, false, &error);
      break;
    }
    io_take(job, &morsel);
  }
  pthread_mutex_lock(&job->lock);
  pthread_cond_broadcast(&job->turn);
  pthread_mutex_unlock(&job->lock);
  seg_morsel_deinit(&morsel);
  return NULL;
}

static inline void io_read_source(struct seg_source *source, unsigned threads,
                                  struct io_rows *rows) {
  struct seg_first_error first;
  struct io_job job = {.source = source, .first = &first, .rows = rows, .threads = threads};
  pthread_t workers[16];
  seg_first_error_init(&first);
  pthread_mutex_init(&job.lock, NULL);
  pthread_cond_init(&job.turn, NULL);
  rows->key_is_text = source->key_is_text;
  seg_column_init(&rows->key, source->key_is_text ? SEG_LAYOUT_TEXT : SEG_LAYOUT_I64, true);
  seg_column_init(&rows->days, SEG_LAYOUT_I32, true);
  for (uint32_t i = 0; i < source->entity->input_count; i++)
    seg_column_init(&rows->inputs[i], seg_column_type_layout(source->entity->inputs[i].type), true);
  for (unsigned i = 0; i < threads; i++)
    assert_int_equal(pthread_create(&workers[i], NULL, io_work, &job), 0);
  for (unsigned i = 0; i < threads; i++)
    pthread_join(workers[i], NULL);
  rows->status = seg_first_error_take(&first, source, &rows->error);
  seg_first_error_deinit(&first);
  pthread_mutex_destroy(&job.lock);
  pthread_cond_destroy(&job.turn);
}

// Bind VALUE (a file, a pattern or a query), open, read all. Release with io_rows_free.
static inline void io_read_with(const char *value, const struct seg_plan_entity *entity,
                                const char *zone_name, const struct seg_io_options *options,
                                struct io_rows *rows) {
  char override[1024];
  struct seg_arena arena;
  struct seg_binding binding;
  struct seg_zone *zone = NULL;
  struct seg_source *source = NULL;
  *rows = (struct io_rows){0};
  seg_arena_init(&arena);
  seg_arena_init(&rows->arena);
  snprintf(override, sizeof override, "data=%s", value);
  struct seg_str text = seg_str_view(override);
  struct seg_binding_options binding_options = {.override_count = 1, .overrides = &text};
  assert_int_equal(seg_zone_load(seg_str_view(zone_name), &zone, &rows->error), SEG_OK);
  rows->status =
      seg_binding_resolve(&arena, &binding_options, seg_str_view("data"), &binding, &rows->error);
  if (rows->status == SEG_OK)
    rows->status = seg_source_open_duckdb(&binding, entity, zone, options, &source, &rows->error);
  if (rows->status == SEG_OK)
    io_read_source(source, options->threads, rows);
  seg_source_close(source);
  seg_zone_free(zone);
  seg_arena_deinit(&arena);
}

static inline void io_read(const char *value, const struct seg_plan_entity *entity,
                           const char *zone_name, unsigned threads, struct io_rows *rows) {
  struct seg_io_options options = {.threads = threads};
  io_read_with(value, entity, zone_name, &options, rows);
}

static inline void io_rows_free(struct io_rows *rows) {
  seg_column_deinit(&rows->key);
  seg_column_deinit(&rows->days);
  for (size_t i = 0; i < 16; i++)
    seg_column_deinit(&rows->inputs[i]);
  seg_arena_deinit(&rows->arena);
}

static inline int64_t io_int(const struct io_rows *rows, size_t input, int64_t row) {
  const struct seg_column *column = &rows->inputs[input];
  if (column->layout == SEG_LAYOUT_I32)
    return ((const int32_t *)column->values)[row];
  if (column->layout == SEG_LAYOUT_BIT)
    return seg_bitmap_test(column->values, row);
  assert_int_equal(column->layout, SEG_LAYOUT_I64);
  return ((const int64_t *)column->values)[row];
}

static inline double io_number(const struct io_rows *rows, size_t input, int64_t row) {
  return ((const double *)rows->inputs[input].values)[row];
}

static inline bool io_known(const struct io_rows *rows, size_t input, int64_t row) {
  return seg_bitmap_test(rows->inputs[input].known, row);
}

static inline const char *io_text(const struct io_rows *rows, size_t input, int64_t row) {
  return ((const struct seg_str *)rows->inputs[input].values)[row].data;
}

#endif
