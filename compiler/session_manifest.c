// Manifests of the public interface: the hashes of a project's inputs, and, beside the output of a
// run, everything that decided it.
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "compiler/codegen/llvm_version.h"
#include "compiler/replace_file.h"
#include "compiler/session_data.h"
#include "compiler/session_manifest.h"
#include "runtime/base/json_writer.h"
#include "runtime/base/text_stream.h"
#include "runtime/io/engine_version.h"
#include "runtime/io/io_errors.h"
#include "runtime/manifest/manifest.h"

static enum seg_status write_file(struct segc_session *session, const char *path,
                                  struct seg_str text) {
  struct seg_error *error = &session->error;
  return access(path, F_OK) == 0 ? seg_replace_file(&session->arena, path, text, error)
                                 : seg_create_file(&session->arena, path, text, error);
}

static struct seg_str folder_of(struct seg_arena *arena, const char *path) {
  const char *slash = path == NULL ? NULL : strrchr(path, '/');
  return slash == NULL ? seg_str_view(".")
                       : seg_arena_str(arena, (struct seg_str){path, (size_t)(slash - path) + 1});
}

static enum seg_status hash_inputs(struct segc_session *session, struct seg_session_data *data,
                                   const struct segc_run_options *options) {
  struct seg_error *error = &session->error;
  enum seg_status status = seg_pipeline_run(&session->pipeline, SEG_PASS_LOWER, error);
  if (status == SEG_OK)
    status = seg_session_data_bind(data, &session->pipeline.plan, options, error);
  if (status != SEG_OK)
    return status;
  if (data->inputs.queries.count > 0) {
    struct seg_str source = data->inputs.queries.items[0].source;
    SEG_IO_FAIL(error, SEG_USAGE, MANIFEST,
                "source \"%.*s\" is a query, and a manifest can only vouch for files",
                SEG_STR(source));
    seg_error_help(error, "name its files with --source %.*s=FILE", SEG_STR(source));
    return SEG_USAGE;
  }
  return seg_inputs_finish(&data->inputs, error);
}

enum segc_status segc_manifest(struct segc_session *session, const struct segc_run_options *options,
                               FILE *out) {
  memset(&session->error, 0, sizeof session->error);
  if (session->pipeline.sink.errors > 0)
    return SEGC_FINDINGS;
  struct seg_session_data data = {0};
  seg_arena_init(&data.arena);
  struct seg_str folder = folder_of(&session->arena, options->out_path);
  char *text = NULL;
  size_t size = 0;
  FILE *stream = NULL;
  data.inputs.interrupted = &session->interrupted;
  enum seg_status status = folder.data == NULL ? seg_fail_memory(&session->error, "the manifest")
                                               : hash_inputs(session, &data, options);
  if (status == SEG_OK && (stream = seg_text_stream(&text, &size)) == NULL)
    status = seg_fail_memory(&session->error, "the manifest");
  if (status == SEG_OK)
    status = seg_manifest_write(&data.inputs, folder.data, stream, &session->error);
  if (stream != NULL && fclose(stream) != 0 && status == SEG_OK)
    status = seg_fail_memory(&session->error, "the manifest");
  if (status == SEG_OK && options->out_path != NULL)
    status = write_file(session, options->out_path, (struct seg_str){text, size});
  else if (status == SEG_OK)
    fwrite(text, 1, size, out);
  free(text);
  seg_session_data_deinit(&data);
  return seg_session_failed(status);
}

// --- beside the output of a run ---

struct record {
  struct segc_session *session;
  const struct seg_session_data *data;
  const char *out_path;
  uint64_t output_bytes;
  char output_hash[SEG_SHA256_TEXT];
  struct seg_error *error;
  char tzdata[32];
};

static void write_versions(const struct record *record, struct seg_json *json) {
  char llvm[32];
  seg_llvm_version(llvm, sizeof llvm);
  seg_json_key(json, "versions");
  seg_json_begin_object(json);
  seg_json_member(json, "segc", seg_str_view(SEGC_VERSION));
  seg_json_member(json, "llvm", seg_str_view(llvm));
  seg_json_member(json, "duckdb", seg_str_view(seg_engine_version()));
  seg_json_member(json, "tzdata", seg_str_view(record->tzdata));
  seg_json_end_object(json);
}

/** Every rule file and module, and one hash over the lines that `sha256sum` would print of them. */
static bool write_rules(struct record *record, struct seg_json *json) {
  const struct seg_source_map *map = &record->session->pipeline.map;
  char *lines = NULL, hash[SEG_SHA256_TEXT];
  size_t size = 0;
  FILE *stream = seg_text_stream(&lines, &size);
  if (stream == NULL)
    return false;
  bool fine = true;
  seg_json_key(json, "rules");
  seg_json_begin_object(json);
  seg_json_key(json, "files");
  seg_json_begin_array(json);
  for (size_t i = 0; i < map->files.count && fine; i++) {
    const struct seg_source_file *file = &map->files.items[i];
    fine = seg_sha256_text(file->text.data, file->text.size, hash);
    seg_json_begin_object(json);
    seg_json_member(json, "path", file->name);
    seg_json_member(json, "sha256", seg_str_view(hash));
    seg_json_end_object(json);
    fprintf(stream, "%s  %.*s\n", hash, SEG_STR(file->name));
  }
  seg_json_end_array(json);
  fine = fclose(stream) == 0 && fine && seg_sha256_text(lines, size, hash);
  seg_json_member(json, "sha256", seg_str_view(hash));
  seg_json_end_object(json);
  free(lines);
  return fine;
}

// A store is named by the hash of its manifest, which has the checksums of everything in it.
static void write_store(const struct seg_store *store, struct seg_json *json) {
  char hash[24];
  snprintf(hash, sizeof hash, "%016" PRIx64, store->manifest_hash);
  seg_json_begin_object(json);
  seg_json_member(json, "store", seg_str_view(store->path));
  seg_json_key(json, "generation");
  seg_json_uint(json, store->manifest.number);
  seg_json_member(json, "hash", seg_str_view(hash));
  seg_json_end_object(json);
}

static void write_inputs(const struct seg_session_data *data, struct seg_json *json) {
  const struct seg_inputs *inputs = &data->inputs;
  seg_json_key(json, "inputs");
  seg_json_begin_array(json);
  if (data->store != NULL)
    write_store(data->store, json);
  for (size_t i = 0; i < inputs->files.count; i++) {
    const struct seg_input_file *file = &inputs->files.items[i];
    seg_json_begin_object(json);
    seg_json_member(json, "source", file->source);
    seg_json_member(json, "path", file->path);
    seg_json_key(json, "bytes");
    seg_json_uint(json, file->hash.identity.bytes);
    seg_json_member(json, "sha256", seg_str_view(file->hash.sha256));
    seg_json_end_object(json);
  }
  for (size_t i = 0; i < inputs->queries.count; i++) {
    const struct seg_input_query *query = &inputs->queries.items[i];
    seg_json_begin_object(json);
    seg_json_member(json, "source", query->source);
    seg_json_member(json, "query", query->sql);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
}

static void write_segments(const struct segc_summary *summary, struct seg_json *json) {
  seg_json_key(json, "segments");
  seg_json_begin_array(json);
  for (size_t i = 0; i < summary->segment_count; i++) {
    seg_json_begin_object(json);
    seg_json_member(json, "name", seg_str_view(summary->segments[i].name));
    seg_json_key(json, "members");
    seg_json_uint(json, summary->segments[i].members);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
}

static void write_answer(const struct record *record, struct seg_json *json) {
  const struct segc_summary *summary = &record->session->summary;
  seg_json_key(json, "customers");
  seg_json_uint(json, summary->customers);
  if (!summary->winners_only)
    write_segments(summary, json);
  const char *slash = strrchr(record->out_path, '/');
  seg_json_key(json, "output");
  seg_json_begin_object(json);
  seg_json_member(json, "file", seg_str_view(slash == NULL ? record->out_path : slash + 1));
  seg_json_key(json, "bytes");
  seg_json_uint(json, record->output_bytes);
  seg_json_member(json, "sha256", seg_str_view(record->output_hash));
  seg_json_end_object(json);
}

static bool write_record(struct record *record, FILE *out) {
  struct seg_json json;
  seg_json_init(&json, out);
  seg_json_begin_object(&json);
  seg_json_key(&json, "segc_manifest");
  seg_json_uint(&json, 1);
  seg_json_member(&json, "as_of", seg_str_view(record->session->summary.as_of));
  write_versions(record, &json);
  bool fine = write_rules(record, &json);
  write_inputs(record->data, &json);
  write_answer(record, &json);
  seg_json_end_object(&json);
  seg_json_finish(&json);
  return fine;
}

enum seg_status seg_session_write_manifest(struct segc_session *session,
                                           const struct seg_session_data *data,
                                           const char *out_path, struct seg_hash_writer *output) {
  struct seg_error *error = &session->error;
  struct record record = {.session = session, .data = data, .out_path = out_path, .error = error};
  struct seg_str path = seg_arena_format(&session->arena, "%s.manifest.json", out_path);
  if (path.data == NULL)
    return seg_fail_memory(error, "the manifest of the output");
  if (!seg_zone_version(record.tzdata, sizeof record.tzdata))
    return SEG_IO_FAIL(error, SEG_IO, UNREADABLE,
                       "the release of the system's time zones cannot be read");
  record.output_bytes = output->bytes;
  enum seg_status status = seg_hash_writer_finish(output, record.output_hash, error);
  if (status != SEG_OK)
    return status;
  char *text = NULL;
  size_t size = 0;
  FILE *stream = seg_text_stream(&text, &size);
  bool fine = stream != NULL && write_record(&record, stream);
  fine = stream != NULL && fclose(stream) == 0 && fine;
  status = fine ? write_file(session, path.data, (struct seg_str){text, size})
                : seg_fail_memory(error, "the manifest of the output");
  free(text);
  return status;
}
