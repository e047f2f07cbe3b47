// Starter projects of the public interface: the text is laid out and checked before it is written.
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "compiler/replace_file.h"
#include "compiler/session.h"
#include "compiler/starter/starter.h"
#include "grammar/format.h"
#include "runtime/base/currency.h"
#include "runtime/base/text_stream.h"
#include "runtime/io/io_errors.h"
#include "runtime/time/civil.h"
#include "runtime/time/zone.h"

// --- what can be refused before any data is read ---

static enum seg_status check_options(struct seg_arena *arena,
                                     const struct segc_init_options *options,
                                     struct seg_error *error) {
  struct seg_str currency = seg_str_view(options->currency);
  if (currency.size > 0 && seg_currency_scale(currency) < 0) {
    seg_fail(error, SEG_USAGE, "", "`%s` is not a currency", options->currency);
    struct seg_str near = seg_currency_nearest(currency);
    if (near.size > 0)
      seg_error_help(error, "write `--currency %.*s`", SEG_STR(near));
    else
      seg_error_help(error, "currencies are codes of ISO 4217, such as EUR");
    return SEG_USAGE;
  }
  struct seg_zone *zone = NULL;
  struct seg_str name = seg_arena_str(arena, seg_str_view(options->timezone));
  enum seg_status status = SEG_OK;
  if (options->timezone != NULL)
    status = name.data == NULL ? seg_fail_memory(error, "a time zone")
                               : seg_zone_load(name, &zone, error);
  seg_zone_free(zone);
  return status;
}

// Rule files in the folder or, as a project has them too, in the folders below.
static bool has_rules(struct seg_arena *arena, const char *folder, int depth) {
  enum { DEEPEST = 64 };
  DIR *directory = depth < DEEPEST ? opendir(folder) : NULL;
  bool found = false;
  struct dirent *entry;
  while (!found && directory != NULL && (entry = readdir(directory)) != NULL) {
    size_t size = strlen(entry->d_name);
    struct stat info;
    if (entry->d_name[0] == '.')
      continue;
    struct seg_str path = seg_arena_format(arena, "%s/%s", folder, entry->d_name);
    if (path.data == NULL || lstat(path.data, &info) != 0)
      continue;
    found = S_ISDIR(info.st_mode) ? has_rules(arena, path.data, depth + 1)
                                  : size > 4 && strcmp(entry->d_name + size - 4, ".seg") == 0;
  }
  if (directory != NULL)
    closedir(directory);
  return found;
}

static enum seg_status check_folder(struct seg_arena *arena, const char *folder,
                                    struct seg_error *error) {
  struct stat info;
  if (stat(folder, &info) != 0 && errno == ENOENT)
    return SEG_OK;
  DIR *directory = opendir(folder);
  if (directory == NULL)
    return SEG_IO_FAIL(error, SEG_IO, OUTPUT_PLACE, "%s cannot hold a project: %s", folder,
                       seg_io_reason(errno));
  closedir(directory);
  if (!has_rules(arena, folder, 0))
    return SEG_OK;
  SEG_IO_FAIL(error, SEG_USAGE, OUTPUT_PLACE, "%s holds a project already", folder);
  seg_error_help(error, "name a new folder; nothing was written");
  return SEG_USAGE;
}

// --- the text ---

// The proposal in the canonical layout, and proof that the checker takes it.
static enum seg_status lay_out(struct segc_session *session, struct seg_str path,
                               const struct seg_starter *starter, struct seg_str *text) {
  struct seg_pipeline *pipeline = &session->pipeline;
  struct seg_source_map draft;
  struct seg_diagnostics sink;
  uint32_t file;
  seg_source_map_init(&draft);
  seg_diagnostics_init(&sink);
  enum seg_status status = seg_source_map_add(&draft, path, starter->text, &file, &session->error);
  if (status == SEG_OK)
    status = seg_format(&draft, file, &session->arena, &sink, text, &session->error);
  if (status == SEG_OK && text->data != NULL)
    status = seg_source_map_add(&pipeline->map, path, *text, &file, &session->error);
  if (status == SEG_OK && text->data != NULL)
    status = seg_pipeline_run(pipeline, SEG_PASS_SEMA, &session->error);
  if (status == SEG_OK && (text->data == NULL || pipeline->sink.errors > 0))
    status = seg_fail(&session->error, SEG_INTERNAL, "",
                      "the proposed rules have errors; this is a mistake in segc");
  seg_diagnostics_deinit(&sink);
  seg_source_map_deinit(&draft);
  return status;
}

// --- what is told ---

static void write_argument(const char *text, FILE *out) {
  static const char plain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+:@%";
  if (text[0] != '\0' && text[strspn(text, plain)] == '\0') {
    fputs(text, out);
    return;
  }
  fputc('\'', out);
  for (; *text != '\0'; text++)
    fputs(*text == '\'' ? "'\\''" : (char[]){*text, '\0'}, out);
  fputc('\'', out);
}

static enum seg_status make_command(struct seg_arena *arena,
                                    const struct segc_init_options *options,
                                    struct seg_str *command, struct seg_error *error) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = seg_text_stream(&text, &size);
  if (out == NULL)
    return seg_fail_memory(error, "a command");
  fputs("segc run ", out);
  write_argument(options->folder, out);
  fputs(" --data ", out);
  write_argument(options->data_folder, out);
  fputs(" --as-of", out);
  if (fclose(out) == 0)
    *command = seg_arena_str(arena, (struct seg_str){text, size});
  free(text);
  return command->data == NULL ? seg_fail_memory(error, "a command") : SEG_OK;
}

static void write_source(const struct seg_starter_source *source, FILE *out) {
  fprintf(out, "  %.*s: ", SEG_STR(source->name));
  if (source->role == SEG_STARTER_LEFT_OUT) {
    fprintf(out, "left out, %.*s\n", SEG_STR(source->reason));
    return;
  }
  fprintf(out, "%" PRIu64 " rows, ", source->profile.rows);
  if (source->role == SEG_STARTER_CUSTOMERS)
    fprintf(out, "the customers, key %.*s\n", SEG_STR(source->columns[source->key].name));
  else
    fprintf(out, "event %.*s by %.*s at %.*s\n", SEG_STR(source->event),
            SEG_STR(source->columns[source->key].name),
            SEG_STR(source->columns[source->time].name));
}

static void write_report(const struct seg_starter *starter, struct seg_str path, FILE *out) {
  char day[SEG_CIVIL_TEXT];
  seg_civil_format(starter->as_of, day);
  fprintf(out, "wrote %.*s\n", SEG_STR(path));
  for (uint32_t i = 0; i < starter->source_count; i++)
    write_source(&starter->sources[i], out);
  if (starter->customers < 0)
    fprintf(out, "  customers: whoever has an event %.*s\n",
            SEG_STR(starter->sources[starter->customer_event].event));
  fprintf(out, "\nNow run\n\n  %.*s %s\n", SEG_STR(starter->options->command), day);
}

static int32_t today(void) {
  return seg_civil_day_of((int64_t)time(NULL) * SEG_MICROSECONDS_PER_SECOND);
}

static enum seg_status write_project(struct segc_session *session, const char *folder,
                                     struct seg_str path, struct seg_str text) {
  bool made = mkdir(folder, 0777) == 0;
  if (!made && errno != EEXIST)
    return SEG_IO_FAIL(&session->error, SEG_IO, OUTPUT_PLACE, "the folder %s cannot be made: %s",
                       folder, seg_io_reason(errno));
  enum seg_status status = seg_create_file(&session->arena, path.data, text, &session->error);
  if (status != SEG_OK && made)
    rmdir(folder);
  return status;
}

enum segc_status segc_init(struct segc_session *session, const struct segc_init_options *options,
                           FILE *out) {
  struct seg_error *error = &session->error;
  memset(error, 0, sizeof *error);
  const struct seg_io_options io = {.interrupted = &session->interrupted};
  struct seg_starter_options wanted = {
      .data_folder = seg_str_view(options->data_folder),
      .currency = seg_str_view(options->currency),
      .timezone = seg_str_view(options->timezone),
      .key = seg_str_view(options->key),
      .today = today(),
      .io = &io,
  };
  struct seg_starter starter;
  struct seg_str text = {0}, path = {0};
  size_t size = strlen(options->folder);
  bool slash = size > 0 && options->folder[size - 1] == '/';
  path = seg_arena_format(&session->arena, "%s%ssegments.seg", options->folder, slash ? "" : "/");
  enum seg_status status = path.data == NULL ? seg_fail_memory(error, "a file's name") : SEG_OK;
  if (status == SEG_OK)
    status = make_command(&session->arena, options, &wanted.command, error);
  if (status == SEG_OK)
    status = check_options(&session->arena, options, error);
  if (status == SEG_OK)
    status = check_folder(&session->arena, options->folder, error);
  if (status == SEG_OK)
    status = seg_starter_init(&starter, &session->arena, &wanted, error);
  if (status == SEG_OK)
    status = lay_out(session, path, &starter, &text);
  if (status == SEG_OK)
    status = write_project(session, options->folder, path, text);
  if (status == SEG_OK)
    write_report(&starter, path, out);
  return seg_session_failed(status);
}
