// A project on disk; see project.h.
#include "compiler/project.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "runtime/base/error_codes.h"

enum { MAX_FILES = 10000, MAX_DEPTH = 64 };

struct file_list {
  struct seg_arena arena;
  SEG_VEC(const char *) paths;
};

static enum seg_status add_path(struct file_list *list, const char *path, struct seg_error *error) {
  if (list->paths.count >= MAX_FILES) {
    enum seg_status status = seg_fail(error, SEG_LIMIT, seg_error_code(SEG_ERROR_PROJECT_SIZE),
                                      "the project has more than %d rule files", MAX_FILES);
    seg_error_help(error, "name the folder that holds this project's rules only");
    return status;
  }
  struct seg_str copy = seg_arena_str(&list->arena, seg_str_view(path));
  if (copy.data == NULL || !SEG_VEC_PUSH(&list->paths, copy.data))
    return seg_fail_memory(error, "the list of rule files");
  return SEG_OK;
}

static enum seg_status unreadable(const char *path, struct seg_error *error) {
  const char *reason = errno == ENOENT   ? "there is nothing of that name"
                       : errno == EACCES ? "you may not read it"
                                         : "the system cannot read it";
  return seg_fail(error, SEG_IO, seg_error_code(SEG_ERROR_RULE_FILE), "cannot read %s: %s", path,
                  reason);
}

static bool is_rule_file(const char *name) {
  size_t size = strlen(name);
  return size > 4 && strcmp(name + size - 4, ".seg") == 0;
}

static enum seg_status add_folder(struct file_list *list, const char *folder, int depth,
                                  struct seg_error *error);

static enum seg_status add_entry(struct file_list *list, const char *folder, const char *name,
                                 int depth, struct seg_error *error) {
  bool slash = folder[strlen(folder) - 1] == '/';
  struct seg_str path = seg_arena_format(&list->arena, "%s%s%s", folder, slash ? "" : "/", name);
  if (path.data == NULL)
    return seg_fail_memory(error, "the list of rule files");
  struct stat info;
  if (lstat(path.data, &info) != 0)
    return errno == ENOENT ? SEG_OK : unreadable(path.data, error); // gone since it was listed
  if (S_ISDIR(info.st_mode))
    return add_folder(list, path.data, depth + 1, error);
  return is_rule_file(name) ? add_path(list, path.data, error) : SEG_OK;
}

static enum seg_status add_folder(struct file_list *list, const char *folder, int depth,
                                  struct seg_error *error) {
  if (depth > MAX_DEPTH)
    return seg_fail(error, SEG_LIMIT, seg_error_code(SEG_ERROR_PROJECT_SIZE),
                    "%s lies more than %d folders deep", folder, MAX_DEPTH);
  DIR *directory = opendir(folder);
  if (directory == NULL)
    return unreadable(folder, error);
  enum seg_status status = SEG_OK;
  struct dirent *entry;
  while (status == SEG_OK && (entry = readdir(directory)) != NULL)
    if (entry->d_name[0] != '.')
      status = add_entry(list, folder, entry->d_name, depth, error);
  closedir(directory);
  return status;
}

static enum seg_status add_argument(struct file_list *list, const char *path,
                                    struct seg_error *error) {
  struct stat info;
  if (path[0] == '\0' || stat(path, &info) != 0) {
    if (path[0] != '\0')
      return unreadable(path, error);
    return seg_fail(error, SEG_USAGE, seg_error_code(SEG_ERROR_RULE_FILE),
                    "the name of a rule file or folder is empty");
  }
  if (!S_ISDIR(info.st_mode))
    return add_path(list, path, error);
  size_t before = list->paths.count;
  enum seg_status status = add_folder(list, path, 0, error);
  if (status == SEG_OK && list->paths.count == before) {
    status = seg_fail(error, SEG_USAGE, seg_error_code(SEG_ERROR_NO_RULE_FILES),
                      "%s has no rule files (names ending in .seg)", path);
    seg_error_help(error, "name the folder that holds your .seg files");
  }
  return status;
}

static int by_path(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum seg_status seg_project_read(struct seg_source_map *map, const char *const *paths,
                                 size_t path_count, struct seg_error *error) {
  struct file_list list = {0};
  seg_arena_init(&list.arena);
  enum seg_status status = SEG_OK;
  for (size_t i = 0; status == SEG_OK && i < path_count; i++)
    status = add_argument(&list, paths[i], error);
  if (status == SEG_OK && list.paths.count > 0)
    qsort(list.paths.items, list.paths.count, sizeof *list.paths.items, by_path);
  for (size_t i = 0; status == SEG_OK && i < list.paths.count; i++) {
    bool repeated = i > 0 && strcmp(list.paths.items[i - 1], list.paths.items[i]) == 0;
    uint32_t file;
    if (!repeated)
      status = seg_source_map_read(map, list.paths.items[i], &file, error);
  }
  SEG_VEC_FREE(&list.paths);
  seg_arena_deinit(&list.arena);
  return status;
}
