// The sources of a data folder, by the names that a binding would look for.
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runtime/base/vec.h"
#include "runtime/io/io_errors.h"
#include "runtime/io/profile.h"

// The name without an ending of data files; empty for other files.
static struct seg_str stem(const char *name) {
  static const char *const endings[] = {".csv.gz", ".csv", ".parquet"};
  size_t size = strlen(name);
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    size_t end = strlen(endings[i]);
    if (size > end && strcmp(name + size - end, endings[i]) == 0)
      return (struct seg_str){name, size - end};
  }
  return (struct seg_str){"", 0};
}

static int compare_names(const void *a, const void *b) {
  return seg_str_compare(*(const struct seg_str *)a, *(const struct seg_str *)b);
}

static bool is_folder(struct seg_arena *arena, struct seg_str folder, const char *name) {
  struct stat info;
  struct seg_str path = seg_arena_format(arena, "%.*s/%s", SEG_STR(folder), name);
  return path.data != NULL && stat(path.data, &info) == 0 && S_ISDIR(info.st_mode);
}

enum seg_status seg_profile_sources(struct seg_arena *arena, struct seg_str folder,
                                    struct seg_str **names, uint32_t *count,
                                    struct seg_error *error) {
  SEG_VEC(struct seg_str) found = {0};
  struct seg_str path = seg_arena_str(arena, folder);
  enum seg_status status = SEG_OK;
  DIR *directory = path.data == NULL ? NULL : opendir(path.data);
  if (directory == NULL)
    return SEG_IO_FAIL(error, SEG_IO, UNREADABLE, "the folder %.*s cannot be read: %s",
                       SEG_STR(folder), seg_io_reason(errno));
  struct dirent *entry;
  while (status == SEG_OK && (entry = readdir(directory)) != NULL) {
    struct seg_str name = stem(entry->d_name);
    if (entry->d_name[0] == '.' || entry->d_name[0] == '_')
      continue;
    if (is_folder(arena, folder, entry->d_name))
      name = seg_str_view(entry->d_name);
    if (name.size == 0)
      continue;
    struct seg_str copy = seg_arena_str(arena, name);
    if (copy.data == NULL || !SEG_VEC_PUSH(&found, copy))
      status = seg_fail_memory(error, "the list of files");
  }
  closedir(directory);
  if (found.count > 0)
    qsort(found.items, found.count, sizeof *found.items, compare_names);
  struct seg_str *list = SEG_NEW_ARRAY(arena, struct seg_str, found.count + 1);
  *names = list;
  *count = 0;
  if (list == NULL && status == SEG_OK)
    status = seg_fail_memory(error, "the list of files");
  for (size_t i = 0; list != NULL && status == SEG_OK && i < found.count; i++)
    if (i == 0 || !seg_str_equal(found.items[i], found.items[i - 1]))
      list[(*count)++] = found.items[i];
  SEG_VEC_FREE(&found);
  return status;
}
