// From a logical source name to files or a query. Everything that can be known without opening a
// file is checked here, so that a run fails before it has done any work.
#include "runtime/io/binding.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/vec.h"
#include "runtime/io/io_errors.h"
#include "runtime/io/near_name.h"

struct ending {
  const char *text;
  enum seg_binding_kind kind;
};

static const struct ending endings[] = {
    {".parquet", SEG_BINDING_PARQUET},
    {".csv", SEG_BINDING_CSV},
    {".csv.gz", SEG_BINDING_CSV},
};
enum { ENDING_COUNT = sizeof endings / sizeof *endings };

typedef SEG_VEC(struct seg_str) name_list;

static bool ends_with(struct seg_str text, const char *ending) {
  size_t size = strlen(ending);
  return text.size > size && strncasecmp(text.data + text.size - size, ending, size) == 0;
}

static const struct ending *ending_of(struct seg_str path) {
  for (size_t i = 0; i < ENDING_COUNT; i++)
    if (ends_with(path, endings[i].text))
      return &endings[i];
  return NULL;
}

static bool is_folder(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool exists(const char *path) {
  struct stat info;
  return stat(path, &info) == 0;
}

// A file that can be read and is not empty.
static enum seg_status check_file(const char *path, struct seg_error *error) {
  struct stat info;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return SEG_IO_FAIL(error, SEG_IO, UNREADABLE, "the file %s cannot be read: %s", path,
                       seg_io_reason(errno));
  int failed = fstat(file, &info);
  int reason = errno;
  close(file);
  if (failed != 0)
    return SEG_IO_FAIL(error, SEG_IO, UNREADABLE, "the file %s cannot be read: %s", path,
                       seg_io_reason(reason));
  if (S_ISREG(info.st_mode) && info.st_size == 0)
    return SEG_IO_FAIL(error, SEG_BAD_DATA, EMPTY_FILE, "the file %s is empty: it has no columns",
                       path);
  return SEG_OK;
}

static int compare_names(const void *a, const void *b) {
  return seg_str_compare(*(const struct seg_str *)a, *(const struct seg_str *)b);
}

// Sort, check and hand over a list of files; all must be of one kind.
static enum seg_status take_files(struct seg_arena *arena, name_list *files,
                                  struct seg_binding *binding, struct seg_error *error) {
  assert(files->count > 0);
  qsort(files->items, files->count, sizeof *files->items, compare_names);
  for (size_t i = 0; i < files->count; i++) {
    struct seg_str path = files->items[i];
    const struct ending *ending = ending_of(path);
    if (ending == NULL) {
      SEG_IO_FAIL(error, SEG_USAGE, MIXED_FILES,
                  "source \"%.*s\": %.*s is neither .parquet nor .csv nor .csv.gz",
                  SEG_STR(binding->source), SEG_STR(path));
      seg_error_help(error,
                     "keep only the data files in the folder, or name the files with "
                     "--source %.*s=GLOB",
                     SEG_STR(binding->source));
      return SEG_USAGE;
    }
    if (i > 0 && ending->kind != binding->kind) {
      SEG_IO_FAIL(error, SEG_USAGE, MIXED_FILES,
                  "source \"%.*s\" has both Parquet and CSV files, such as %.*s and %.*s",
                  SEG_STR(binding->source), SEG_STR(files->items[0]), SEG_STR(path));
      seg_error_help(error, "name the files of one kind with --source %.*s=GLOB",
                     SEG_STR(binding->source));
      return SEG_USAGE;
    }
    binding->kind = ending->kind;
    enum seg_status status = check_file(path.data, error);
    if (status != SEG_OK)
      return status;
  }
  struct seg_str *copy = SEG_NEW_ARRAY(arena, struct seg_str, files->count);
  if (copy == NULL)
    return seg_fail_memory(error, "the list of files");
  memcpy(copy, files->items, files->count * sizeof *copy);
  binding->files = copy;
  binding->file_count = files->count;
  return SEG_OK;
}

static enum seg_status add_file(struct seg_arena *arena, name_list *files, struct seg_str path,
                                struct seg_error *error) {
  struct seg_str copy = seg_arena_str(arena, path);
  if (copy.data == NULL || !SEG_VEC_PUSH(files, copy))
    return seg_fail_memory(error, "the list of files");
  return SEG_OK;
}

// The names in a folder, without hidden ones and without those that begin with _ (marks that other
// tools leave, such as _SUCCESS).
static enum seg_status list_folder(struct seg_arena *arena, const char *folder, bool with_path,
                                   name_list *names, struct seg_error *error) {
  DIR *open_folder = opendir(folder);
  if (open_folder == NULL)
    return SEG_IO_FAIL(error, SEG_IO, UNREADABLE, "the folder %s cannot be read: %s", folder,
                       seg_io_reason(errno));
  enum seg_status status = SEG_OK;
  struct dirent *entry;
  while (status == SEG_OK && (entry = readdir(open_folder)) != NULL) {
    if (entry->d_name[0] == '.' || entry->d_name[0] == '_')
      continue;
    struct seg_str name = seg_str_view(entry->d_name);
    if (with_path) {
      name = seg_arena_format(arena, "%s/%s", folder, entry->d_name);
      if (name.data == NULL) {
        status = seg_fail_memory(error, "the list of files");
        break;
      }
    }
    status = add_file(arena, names, name, error);
  }
  closedir(open_folder);
  return status;
}

static enum seg_status bind_folder(struct seg_arena *arena, const char *folder,
                                   struct seg_binding *binding, struct seg_error *error) {
  name_list files = {0};
  struct seg_str plain = seg_str_view(folder);
  while (plain.size > 1 && plain.data[plain.size - 1] == '/')
    plain.size--;
  plain = seg_arena_str(arena, plain);
  enum seg_status status = plain.data == NULL ? seg_fail_memory(error, "a folder's name")
                                              : list_folder(arena, plain.data, true, &files, error);
  if (status == SEG_OK && files.count == 0)
    status = SEG_IO_FAIL(error, SEG_IO, NO_SOURCE, "source \"%.*s\": the folder %s has no files",
                         SEG_STR(binding->source), folder);
  if (status == SEG_OK)
    status = take_files(arena, &files, binding, error);
  SEG_VEC_FREE(&files);
  return status;
}

static enum seg_status bind_glob(struct seg_arena *arena, const char *pattern,
                                 struct seg_binding *binding, struct seg_error *error) {
  name_list files = {0};
  glob_t found = {0};
  enum seg_status status = SEG_OK;
  int result = glob(pattern, GLOB_NOSORT, NULL, &found);
  if (result == GLOB_NOSPACE)
    status = seg_fail_memory(error, "the list of files");
  for (size_t i = 0; status == SEG_OK && result == 0 && i < found.gl_pathc; i++)
    if (!is_folder(found.gl_pathv[i]))
      status = add_file(arena, &files, seg_str_view(found.gl_pathv[i]), error);
  if (status == SEG_OK && files.count == 0)
    status = SEG_IO_FAIL(error, SEG_IO, NO_SOURCE, "source \"%.*s\": no file fits %s",
                         SEG_STR(binding->source), pattern);
  if (status == SEG_OK)
    status = take_files(arena, &files, binding, error);
  globfree(&found);
  SEG_VEC_FREE(&files);
  return status;
}

static bool is_word(struct seg_str text, const char *word) {
  size_t size = strlen(word);
  if (text.size <= size || strncasecmp(text.data, word, size) != 0)
    return false;
  char next = text.data[size];
  return next == ' ' || next == '\t' || next == '\n' || next == '\r' || next == '(' ||
         next == '\'' || next == '"' || next == '*';
}

static bool is_query(struct seg_str text) {
  while (text.size > 0 && strchr(" \t\r\n(", text.data[0]) != NULL) {
    text.data++;
    text.size--;
  }
  return is_word(text, "select") || is_word(text, "with") || is_word(text, "from");
}

static enum seg_status bind_override(struct seg_arena *arena, struct seg_str value,
                                     struct seg_binding *binding, struct seg_error *error) {
  struct seg_str text = seg_arena_str(arena, value);
  if (text.data == NULL)
    return seg_fail_memory(error, "a --source option");
  // A file of that very name is meant even when it looks like a query or a pattern.
  bool there = exists(text.data);
  if (!there && is_query(text)) {
    binding->kind = SEG_BINDING_SQL;
    binding->sql = text;
    return SEG_OK;
  }
  if (there && is_folder(text.data))
    return bind_folder(arena, text.data, binding, error);
  if (!there && strpbrk(text.data, "*?[") != NULL)
    return bind_glob(arena, text.data, binding, error);
  if (!there) {
    SEG_IO_FAIL(error, SEG_IO, NO_SOURCE, "source \"%.*s\": the file %s cannot be found",
                SEG_STR(binding->source), text.data);
    seg_error_help(error, "give an existing file, folder or pattern, or a query that begins with "
                          "select, with or from");
    return SEG_IO;
  }
  name_list files = {0};
  enum seg_status status = add_file(arena, &files, text, error);
  if (status == SEG_OK)
    status = take_files(arena, &files, binding, error);
  SEG_VEC_FREE(&files);
  return status;
}

// The name of a file without the endings that are known.
static struct seg_str stem(struct seg_str name) {
  const struct ending *ending = ending_of(name);
  if (ending != NULL)
    name.size -= strlen(ending->text);
  return name;
}

static enum seg_status fail_not_found(struct seg_arena *arena, const char *folder,
                                      const struct seg_binding *binding, struct seg_error *error) {
  name_list names = {0};
  name_list stems = {0};
  struct seg_str source = binding->source;
  enum seg_status status = list_folder(arena, folder, false, &names, error);
  if (status != SEG_OK)
    goto cleanup;
  if (names.count > 0) // an empty list has no memory that could be sorted
    qsort(names.items, names.count, sizeof *names.items, compare_names);
  for (size_t i = 0; i < names.count; i++)
    if (!SEG_VEC_PUSH(&stems, stem(names.items[i]))) {
      status = seg_fail_memory(error, "the list of files");
      goto cleanup;
    }
  status = SEG_IO_FAIL(error, SEG_IO, NO_SOURCE,
                       "no data for source \"%.*s\": the folder %s has no %.*s.parquet, %.*s.csv, "
                       "%.*s.csv.gz or folder %.*s",
                       SEG_STR(source), folder, SEG_STR(source), SEG_STR(source), SEG_STR(source),
                       SEG_STR(source));
  size_t near = seg_near_name(source, stems.items, stems.count);
  if (near < stems.count)
    seg_error_help(error, "there is %.*s: rename it, or pass --source %.*s=%s/%.*s",
                   SEG_STR(names.items[near]), SEG_STR(source), folder, SEG_STR(names.items[near]));
  else
    seg_error_help(error, "pass --source %.*s=FILE, a pattern, or a query", SEG_STR(source));

cleanup:
  SEG_VEC_FREE(&names);
  SEG_VEC_FREE(&stems);
  return status;
}

static enum seg_status bind_in_folder(struct seg_arena *arena, struct seg_str data_folder,
                                      struct seg_binding *binding, struct seg_error *error) {
  struct seg_str source = binding->source;
  struct seg_str folder = seg_arena_str(arena, data_folder);
  struct seg_str found[ENDING_COUNT + 1];
  size_t found_count = 0;
  if (folder.data == NULL)
    return seg_fail_memory(error, "a folder's name");
  while (folder.size > 1 && folder.data[folder.size - 1] == '/')
    folder.size--;
  if (!is_folder(folder.data))
    return SEG_IO_FAIL(error, SEG_IO, UNREADABLE, "the data folder %s %s", folder.data,
                       exists(folder.data) ? "is not a folder" : "does not exist");
  for (size_t i = 0; i <= ENDING_COUNT; i++) {
    struct seg_str path = seg_arena_format(arena, "%.*s/%.*s%s", SEG_STR(folder), SEG_STR(source),
                                           i < ENDING_COUNT ? endings[i].text : "");
    if (path.data == NULL)
      return seg_fail_memory(error, "a file's name");
    if (i < ENDING_COUNT ? exists(path.data) : is_folder(path.data))
      found[found_count++] = path;
  }
  if (found_count == 0)
    return fail_not_found(arena, folder.data, binding, error);
  if (found_count > 1) {
    SEG_IO_FAIL(error, SEG_USAGE, TWO_SOURCES, "source \"%.*s\" could be %.*s or %.*s",
                SEG_STR(source), SEG_STR(found[0]), SEG_STR(found[1]));
    seg_error_help(error, "remove one, or say which with --source %.*s=%.*s", SEG_STR(source),
                   SEG_STR(found[0]));
    return SEG_USAGE;
  }
  return bind_override(arena, found[0], binding, error);
}

// Split NAME=VALUE; false when there is no name or no value.
static bool split_override(struct seg_str text, struct seg_str *name, struct seg_str *value) {
  const char *sign = text.size > 0 ? memchr(text.data, '=', text.size) : NULL;
  if (sign == NULL)
    return false;
  *name = (struct seg_str){text.data, (size_t)(sign - text.data)};
  *value = (struct seg_str){sign + 1, text.size - name->size - 1};
  return name->size > 0 && value->size > 0;
}

enum seg_status seg_binding_resolve(struct seg_arena *arena,
                                    const struct seg_binding_options *options,
                                    struct seg_str source, struct seg_binding *binding,
                                    struct seg_error *error) {
  struct seg_str name, value;
  *binding = (struct seg_binding){.source = seg_arena_str(arena, source)};
  if (binding->source.data == NULL)
    return seg_fail_memory(error, "a source's name");
  for (size_t i = 0; i < options->override_count; i++)
    if (split_override(options->overrides[i], &name, &value) && seg_str_equal(name, source))
      return bind_override(arena, value, binding, error);
  if (source.size == 0 || source.data[0] == '.' || memchr(source.data, '/', source.size) != NULL) {
    SEG_IO_FAIL(error, SEG_USAGE, NO_SOURCE, "source \"%.*s\" is not a plain name",
                SEG_STR(source));
    seg_error_help(error, "call the source by a simple name in the rules and pass --source "
                          "NAME=FILE");
    return SEG_USAGE;
  }
  if (options->data_folder.size == 0) {
    SEG_IO_FAIL(error, SEG_USAGE, NO_SOURCE, "no data for source \"%.*s\"", SEG_STR(source));
    seg_error_help(error, "pass --data FOLDER, or --source %.*s=FILE", SEG_STR(source));
    return SEG_USAGE;
  }
  return bind_in_folder(arena, options->data_folder, binding, error);
}

static enum seg_status check_override(const struct seg_binding_options *options, size_t index,
                                      size_t source_count, const struct seg_str *sources,
                                      struct seg_error *error) {
  struct seg_str text = options->overrides[index];
  struct seg_str name, value, other;
  if (!split_override(text, &name, &value)) {
    SEG_IO_FAIL(error, SEG_USAGE, OVERRIDE, "--source %.*s is not of the form NAME=FILE",
                SEG_STR(text));
    seg_error_help(error, "write --source purchases=data/orders.csv, for example");
    return SEG_USAGE;
  }
  for (size_t i = 0; i < index; i++)
    if (split_override(options->overrides[i], &other, &value) && seg_str_equal(other, name))
      return SEG_IO_FAIL(error, SEG_USAGE, OVERRIDE, "--source names \"%.*s\" twice",
                         SEG_STR(name));
  for (size_t i = 0; i < source_count; i++)
    if (seg_str_equal(sources[i], name))
      return SEG_OK;
  SEG_IO_FAIL(error, SEG_USAGE, OVERRIDE, "--source %.*s: the rules have no source of that name",
              SEG_STR(name));
  size_t near = seg_near_name(name, sources, source_count);
  char list[256];
  seg_name_list(sources, source_count, list, sizeof list);
  if (near < source_count)
    seg_error_help(error, "did you mean \"%.*s\"?", SEG_STR(sources[near]));
  else
    seg_error_help(error, "the rules read from: %s", list);
  return SEG_USAGE;
}

enum seg_status seg_binding_check_overrides(const struct seg_binding_options *options,
                                            size_t source_count, const struct seg_str *sources,
                                            struct seg_error *error) {
  for (size_t i = 0; i < options->override_count; i++) {
    enum seg_status status = check_override(options, i, source_count, sources, error);
    if (status != SEG_OK)
      return status;
  }
  return SEG_OK;
}
