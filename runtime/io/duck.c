// Opening and locking an embedded DuckDB. Settings that hold lists can only be given in SQL, so the
// lock is the last statement.
#include "runtime/io/duck.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/text_stream.h"
#include "runtime/io/io_errors.h"

unsigned seg_io_threads(const struct seg_io_options *options) {
  if (options->threads > 0)
    return options->threads;
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  return processors > 0 ? (unsigned)processors : 1;
}

// Rows that DuckDB may read ahead of the workers. Below a few row groups its own threads stand
// still half of the time (measured: 1 MB 1.19 s, 64 MB 0.70 s for 50 M rows, no gain above).
static unsigned buffer_megabytes(const struct seg_io_options *options) {
  enum { MOST = 64, SHARE = 8 };
  uint64_t megabytes = options->memory_bytes / SHARE >> 20;
  if (options->memory_bytes == 0 || megabytes > MOST)
    return MOST;
  return megabytes > 0 ? (unsigned)megabytes : 1;
}

void seg_sql_name(FILE *sql, struct seg_str name) {
  fputc('"', sql);
  for (size_t i = 0; i < name.size; i++) {
    if (name.data[i] == '"')
      fputc('"', sql);
    fputc(name.data[i], sql);
  }
  fputc('"', sql);
}

void seg_sql_text(FILE *sql, struct seg_str text) {
  fputc('\'', sql);
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] == '\'')
      fputc('\'', sql);
    fputc(text.data[i], sql);
  }
  fputc('\'', sql);
}

void seg_sql_text_list(FILE *sql, const struct seg_str *texts, size_t count) {
  fputc('[', sql);
  for (size_t i = 0; i < count; i++) {
    if (i > 0)
      fputs(", ", sql);
    seg_sql_text(sql, texts[i]);
  }
  fputc(']', sql);
}

void seg_duck_reason(const char *message, char out[SEG_DUCK_REASON]) {
  static const char kind[] = "Error: ";
  if (message == NULL)
    message = "no reason given";
  const char *end = strchr(message, '\n');
  size_t size = end != NULL ? (size_t)(end - message) : strlen(message);
  for (;;) {
    const char *found = memmem(message, size, kind, sizeof kind - 1);
    if (found == NULL || found - message > 32)
      break;
    size -= (size_t)(found - message) + sizeof kind - 1;
    message = found + sizeof kind - 1;
  }
  while (size > 0 && (message[size - 1] == '.' || message[size - 1] == ' '))
    size--;
  if (size >= SEG_DUCK_REASON)
    size = SEG_DUCK_REASON - 1;
  memcpy(out, message, size);
  out[size] = '\0';
}

bool seg_duck_is_memory(const char *message) {
  return message != NULL && strncmp(message, "Out of Memory Error", 19) == 0;
}

static enum seg_status fail_open(const char *reason, struct seg_error *error) {
  char words[SEG_DUCK_REASON];
  seg_duck_reason(reason, words);
  return SEG_IO_FAIL(error, SEG_INTERNAL, ENGINE, "the data engine could not be started: %s",
                     words);
}

static enum seg_status run_setting(struct seg_duck *duck, const char *sql,
                                   struct seg_error *error) {
  duckdb_result result;
  enum seg_status status = SEG_OK;
  if (duckdb_query(duck->connection, sql, &result) != DuckDBSuccess)
    status = fail_open(duckdb_result_error(&result), error);
  duckdb_destroy_result(&result);
  return status;
}

static enum seg_status lock(struct seg_duck *duck, const struct seg_io_options *options,
                            const struct seg_duck_reach *reach, struct seg_error *error) {
  char *text = NULL;
  size_t size = 0;
  FILE *sql = seg_text_stream(&text, &size);
  if (sql == NULL)
    return seg_fail_memory(error, "the settings of the data engine");
  fprintf(sql, "set streaming_buffer_size = '%uMiB';", buffer_megabytes(options));
  // Without the bar DuckDB does not count its progress; nothing is printed.
  fputs("set enable_progress_bar = true; set enable_progress_bar_print = false;", sql);
  if (!reach->any_file) {
    fputs("set allowed_paths = ", sql);
    seg_sql_text_list(sql, reach->files, reach->file_count);
    fputs("; set enable_external_access = false;", sql);
  }
  fputs("set lock_configuration = true;", sql);
  bool failed = fclose(sql) != 0;
  enum seg_status status = failed ? seg_fail_memory(error, "the settings of the data engine")
                                  : run_setting(duck, text, error);
  free(text);
  return status;
}

enum seg_status seg_duck_open(struct seg_duck *duck, const struct seg_io_options *options,
                              const struct seg_duck_reach *reach, struct seg_error *error) {
  char threads[16], memory[32];
  snprintf(threads, sizeof threads, "%u", seg_io_threads(options));
  snprintf(memory, sizeof memory, "%lluKiB", (unsigned long long)(options->memory_bytes >> 10));
  const char *const settings[][2] = {
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"allow_community_extensions", "false"},
      {"allow_persistent_secrets", "false"},
      {"temp_directory", ""},
      {"threads", threads},
      {"memory_limit", memory},
  };
  size_t count = sizeof settings / sizeof *settings;
  if (options->memory_bytes == 0)
    count--; // the memory limit is the last
  *duck = (struct seg_duck){0};
  duckdb_config config = NULL;
  char *reason = NULL;
  enum seg_status status = SEG_OK;
  if (duckdb_create_config(&config) != DuckDBSuccess)
    return seg_fail_memory(error, "the data engine");
  for (size_t i = 0; i < count; i++)
    if (duckdb_set_config(config, settings[i][0], settings[i][1]) != DuckDBSuccess) {
      status = fail_open(settings[i][0], error);
      goto cleanup;
    }
  if (duckdb_open_ext(NULL, &duck->database, config, &reason) != DuckDBSuccess) {
    status = fail_open(reason, error);
    goto cleanup;
  }
  if (duckdb_connect(duck->database, &duck->connection) != DuckDBSuccess) {
    status = fail_open(NULL, error);
    goto cleanup;
  }
  status = duckdb_vector_size() <= SEG_DUCK_VECTOR
               ? lock(duck, options, reach, error)
               : fail_open("it is a build with other sizes of vectors", error);

cleanup:
  duckdb_free(reason);
  duckdb_destroy_config(&config);
  if (status != SEG_OK)
    seg_duck_close(duck);
  return status;
}

void seg_duck_close(struct seg_duck *duck) {
  if (duck->database == NULL)
    return;
  duckdb_disconnect(&duck->connection);
  duckdb_close(&duck->database);
  *duck = (struct seg_duck){0};
}
