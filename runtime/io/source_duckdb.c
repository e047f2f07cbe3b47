// The DuckDB source: one streaming query in file order, taken chunk by chunk under a lock by
// whichever worker needs rows, decoded outside it.
//
// The stream keeps the order of the files because DuckDB preserves insertion order (its default,
// proved by tests/unit/test_source_duckdb.c for many row groups, files and threads). When a CSV row
// is broken, DuckDB's threads may trip over it long before the rows in front of it are handed out;
// so that the first error in file order is reported, those rows are read once more, tolerantly and
// up to that row only, before the error comes.
#include "runtime/io/source_duckdb.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/io/io_errors.h"
#include "runtime/io/source_parquet.h"

enum { STREAMED_ROWS = SEG_MORSEL_ROWS / 2 }; // of a morsel

static struct seg_duck_source *from_head(struct seg_source *head) {
  return (struct seg_duck_source *)head;
}

static void close_scan(struct seg_duck_scan *scan) {
  if (scan->statement == NULL)
    return;
  if (scan->has_result)
    duckdb_destroy_result(&scan->result);
  duckdb_destroy_pending(&scan->pending);
  duckdb_destroy_prepare(&scan->statement);
  *scan = (struct seg_duck_scan){0};
}

static enum seg_status fail_interrupted(struct seg_error *error) {
  return SEG_IO_FAIL(error, SEG_INTERRUPTED, INTERRUPTED, "interrupted");
}

static bool interrupted(const struct seg_duck_source *source) {
  const atomic_bool *flag = source->options.interrupted;
  return flag != NULL && atomic_load(flag);
}

// The scan failed after `rows` rows. `reason` dies with it.
static void fail_scan(struct seg_duck_source *source, const char *reason, int64_t rows) {
  if (source->state == SEG_SCAN_DRAINING || source->state == SEG_SCAN_BROKEN) {
    source->state = SEG_SCAN_FAILED; // the first failure stays
    close_scan(&source->scan);
    return;
  }
  char *copy = reason != NULL ? strdup(reason) : NULL;
  close_scan(&source->scan);
  seg_duck_source_explain(source, copy, rows);
  source->state = source->binding->kind == SEG_BINDING_CSV && source->failure_row > rows
                      ? SEG_SCAN_BROKEN
                      : SEG_SCAN_FAILED;
  free(copy);
}

// Let DuckDB work until the first rows are there. `*reason` is set when it fails.
static enum seg_status await_scan(struct seg_duck_source *source, const char **reason,
                                  struct seg_error *error) {
  struct seg_duck_scan *scan = &source->scan;
  for (;;) {
    duckdb_pending_state state = duckdb_pending_execute_task(scan->pending);
    if (state == DUCKDB_PENDING_ERROR) {
      *reason = duckdb_pending_error(scan->pending);
      return SEG_OK;
    }
    if (duckdb_pending_execution_is_finished(state))
      break;
    if (interrupted(source))
      return fail_interrupted(error);
    if (state == DUCKDB_PENDING_NO_TASKS_AVAILABLE)
      usleep(200); // DuckDB's own threads have all tasks; the C interface has no way to wait
  }
  scan->has_result = true;
  if (duckdb_execute_pending(scan->pending, &scan->result) != DuckDBSuccess)
    *reason = duckdb_result_error(&scan->result);
  return SEG_OK;
}

// Start the query and enter state `next`, or the state after a failure, which is no status: it has
// its turn in the order of rows. Interruption and lack of memory are.
static enum seg_status start_scan(struct seg_duck_source *source,
                                  const struct seg_read_range *range, enum seg_duck_scan_state next,
                                  struct seg_error *error) {
  struct seg_duck_scan *scan = &source->scan;
  const char *reason = NULL;
  enum seg_status status = SEG_OK;
  char *sql = seg_schema_query(&source->schema, source->binding, source->columns,
                               source->column_count, range);
  if (sql == NULL)
    return seg_fail_memory(error, "the reading of a source");
  if (duckdb_prepare(source->duck.connection, sql, &scan->statement) != DuckDBSuccess)
    reason = duckdb_prepare_error(scan->statement);
  else if (duckdb_pending_prepared_streaming(scan->statement, &scan->pending) != DuckDBSuccess)
    reason = duckdb_pending_error(scan->pending);
  else
    status = await_scan(source, &reason, error);
  free(sql);
  if (status != SEG_OK)
    close_scan(scan);
  else if (reason != NULL)
    fail_scan(source, reason, source->next_row);
  else
    source->state = next;
  return status;
}

// The stream has ended, which is the end only when no file was cut off.
static void end_scan(struct seg_duck_source *source, int64_t rows) {
  size_t damaged = seg_gzip_check_finish(&source->gzip);
  source->state = SEG_SCAN_ENDED;
  atomic_store(&source->finished, true);
  if (damaged == source->binding->file_count)
    return;
  seg_duck_source_explain_gzip(source, source->binding->files[damaged]);
  source->failure_row = rows;
  source->state = SEG_SCAN_FAILED;
}

// Take chunks until the morsel is full, the stream ends or it fails.
static void fetch_chunks(struct seg_duck_source *source, struct seg_morsel *morsel) {
  struct seg_morsel_state *state = morsel->state;
  int64_t most = (int64_t)duckdb_vector_size();
  while (state->chunk_count < SEG_MORSEL_CHUNKS && morsel->row_count + most <= STREAMED_ROWS) {
    duckdb_data_chunk chunk = duckdb_fetch_chunk(source->scan.result);
    if (chunk == NULL) {
      const char *reason = duckdb_result_error(&source->scan.result);
      if (reason != NULL)
        fail_scan(source, reason, source->next_row + morsel->row_count);
      else if (source->state == SEG_SCAN_DRAINING)
        source->state = SEG_SCAN_FAILED;
      else
        end_scan(source, source->next_row + morsel->row_count);
      return;
    }
    int64_t rows = (int64_t)duckdb_data_chunk_get_size(chunk);
    if (rows == 0) {
      duckdb_destroy_data_chunk(&chunk);
      continue;
    }
    state->chunks[state->chunk_count++] = chunk;
    morsel->row_count += rows;
  }
}

static enum seg_status next_locked(struct seg_duck_source *source, struct seg_morsel *morsel,
                                   bool *end, int64_t *row, struct seg_error *error) {
  enum seg_status status = SEG_OK;
  *row = source->next_row;
  if (interrupted(source))
    return fail_interrupted(error);
  if (source->state == SEG_SCAN_FRESH && !source->gzip.running)
    seg_gzip_check_start(&source->gzip, source->binding->files, source->binding->file_count);
  if (source->state == SEG_SCAN_FRESH)
    status = start_scan(source, &(struct seg_read_range){0}, SEG_SCAN_RUNNING, error);
  if (status == SEG_OK && source->state == SEG_SCAN_RUNNING)
    fetch_chunks(source, morsel);
  if (status == SEG_OK && source->state == SEG_SCAN_BROKEN && morsel->row_count == 0)
    status =
        start_scan(source, &(struct seg_read_range){true, source->next_row, source->failure_row},
                   SEG_SCAN_DRAINING, error);
  if (status == SEG_OK && source->state == SEG_SCAN_DRAINING)
    fetch_chunks(source, morsel);
  if (status != SEG_OK)
    return status;
  if (morsel->row_count > 0) {
    morsel->number = source->next_number++;
    morsel->first_row = source->next_row;
    source->next_row += morsel->row_count;
    return SEG_OK;
  }
  *end = source->state == SEG_SCAN_ENDED;
  if (*end)
    return SEG_OK;
  assert(source->state == SEG_SCAN_FAILED);
  *row = source->failure_row;
  if (error != NULL)
    *error = source->failure;
  return source->failure.status;
}

static enum seg_status duck_next(struct seg_source *head, struct seg_morsel *morsel, bool *end,
                                 int64_t *row, struct seg_error *error) {
  struct seg_duck_source *source = from_head(head);
  *end = false;
  *row = 0;
  morsel->row_count = 0;
  if (morsel->state == NULL)
    morsel->state = seg_morsel_state_new(&source->plan);
  if (morsel->state == NULL)
    return seg_fail_memory(error, "a batch of rows");
  pthread_mutex_lock(&source->lock);
  enum seg_status status = next_locked(source, morsel, end, row, error);
  pthread_mutex_unlock(&source->lock);
  return status;
}

void seg_duck_source_release(struct seg_morsel *morsel) {
  seg_morsel_state_release(morsel->state);
}

void seg_duck_source_deinit(struct seg_morsel *morsel) {
  seg_morsel_state_free(morsel->state);
  morsel->state = NULL;
}

static double duck_progress(struct seg_source *head) {
  struct seg_duck_source *source = from_head(head);
  if (atomic_load(&source->finished))
    return 1;
  double share = duckdb_query_progress(source->duck.connection).percentage / 100;
  return share >= 0 && share <= 1 ? share : -1;
}

void seg_duck_source_close(struct seg_source *head) {
  struct seg_duck_source *source = from_head(head);
  seg_gzip_check_cancel(&source->gzip);
  close_scan(&source->scan);
  seg_duck_close(&source->duck);
  seg_parquet_scan_close(source);
  seg_zone_free(source->native_zone);
  pthread_mutex_destroy(&source->lock);
  seg_arena_deinit(&source->arena);
  free(source);
}

static const struct seg_source_class duck_class = {
    .next = duck_next,
    .decode = seg_decode,
    .release = seg_duck_source_release,
    .deinit = seg_duck_source_deinit,
    .locate = seg_duck_source_locate,
    .progress = duck_progress,
    .close = seg_duck_source_close,
};

// Parquet files of the common kinds tell all that is needed; DuckDB is not asked then. When
// something is wrong it is, for it knows more about files.
static bool open_footers(struct seg_duck_source *source, const struct seg_zone *zone) {
  const struct seg_binding *binding = source->binding;
  struct seg_error unused;
  if (binding->kind != SEG_BINDING_PARQUET)
    return false;
  struct seg_parquet_file *files =
      SEG_NEW_ARRAY(&source->arena, struct seg_parquet_file, binding->file_count);
  if (files != NULL && seg_schema_read_footers(&source->arena, binding, files, &source->schema) &&
      seg_duck_source_bind(source, zone, &unused) == SEG_OK)
    seg_parquet_scan_open(source, files);
  if (source->parquet != NULL)
    return true;
  source->schema = (struct seg_schema){0};
  source->plan = (struct seg_decode_plan){0};
  source->column_count = 0;
  return false;
}

enum seg_status seg_source_open_duckdb(const struct seg_binding *binding,
                                       const struct seg_plan_entity *entity,
                                       const struct seg_zone *zone,
                                       const struct seg_io_options *options,
                                       struct seg_source **source, struct seg_error *error) {
  struct seg_duck_source *made = calloc(1, sizeof *made);
  struct seg_duck_reach reach = {
      .files = binding->files,
      .file_count = binding->file_count,
      .any_file = binding->kind == SEG_BINDING_SQL,
  };
  *source = NULL;
  if (made == NULL)
    return seg_fail_memory(error, "a source");
  made->head = (struct seg_source){.class = &duck_class, .entity = entity};
  made->binding = binding;
  made->options = *options;
  seg_arena_init(&made->arena);
  pthread_mutex_init(&made->lock, NULL);
  enum seg_status status = SEG_OK;
  if (entity->zone.size > 0)
    status = seg_zone_load(entity->zone, &made->native_zone, error);
  if (status == SEG_OK && open_footers(made, zone)) {
    *source = &made->head;
    return SEG_OK;
  }
  if (status == SEG_OK)
    status = seg_duck_open(&made->duck, options, &reach, error);
  if (status == SEG_OK)
    status = seg_schema_read(&made->arena, &made->duck, binding, &made->schema, error);
  if (status == SEG_OK)
    status = seg_duck_source_bind(made, zone, error);
  if (status != SEG_OK) {
    seg_source_close(&made->head);
    return status;
  }
  seg_parquet_scan_open(made, NULL);
  *source = &made->head;
  return SEG_OK;
}
