// Folders as they are; see folder.h.
#include "tests/trust/faults/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/hash.h"

static void *sure(void *memory, const char *doing) {
  if (memory != NULL)
    return memory;
  fprintf(stderr, "%s: %s\n", doing, strerror(errno));
  exit(2);
}

static void join(char path[PATH_MAX], const char *folder, const char *name) {
  snprintf(path, PATH_MAX, "%s/%s", folder, name);
}

// Calls `each` for every entry but `.` and `..`.
static void walk(const char *folder, void (*each)(void *context, const char *name), void *context) {
  DIR *list = sure(opendir(folder), folder);
  for (const struct dirent *entry; (entry = readdir(list)) != NULL;)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      each(context, entry->d_name);
  closedir(list);
}

static bool is_folder(const char *path) {
  struct stat about;
  return lstat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

char *folder_read(const char *folder, const char *name, size_t *size) {
  char path[PATH_MAX];
  struct stat about;
  join(path, folder, name);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 || fstat(file, &about) != 0)
    sure(NULL, path);
  char *bytes = sure(malloc((size_t)about.st_size + 1), path);
  ssize_t got = read(file, bytes, (size_t)about.st_size);
  *size = got < 0 ? 0 : (size_t)got;
  bytes[*size] = '\0';
  close(file);
  return bytes;
}

struct copying {
  const char *from, *to;
};

// With its times: the manifest of a store writes down those of its inputs.
static void copy_file(const char *folder, const char *name, const char *to) {
  struct stat about;
  char from[PATH_MAX];
  size_t size;
  char *bytes = folder_read(folder, name, &size);
  int file = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  join(from, folder, name);
  if (file < 0 || write(file, bytes, size) != (ssize_t)size || stat(from, &about) != 0)
    sure(NULL, to);
  struct timespec times[2] = {about.st_atim, about.st_mtim};
  fchmod(file, about.st_mode & 0777);
  futimens(file, times);
  close(file);
  free(bytes);
}

static void copy_entry(void *context, const char *name) {
  const struct copying *copying = context;
  char from[PATH_MAX], to[PATH_MAX];
  join(from, copying->from, name);
  join(to, copying->to, name);
  if (is_folder(from))
    folder_copy(from, to);
  else
    copy_file(copying->from, name, to);
}

void folder_copy(const char *from, const char *to) {
  struct copying copying = {from, to};
  if (mkdir(to, 0700) != 0 && errno != EEXIST)
    sure(NULL, to);
  walk(from, copy_entry, &copying);
}

static void remove_entry(void *context, const char *name) {
  char path[PATH_MAX];
  join(path, context, name);
  if (is_folder(path))
    folder_remove(path);
  else
    unlink(path);
}

void folder_remove(const char *path) {
  if (!is_folder(path))
    return;
  walk(path, remove_entry, (char *)path);
  rmdir(path);
}

struct looking {
  struct folder_list *list;
  const char *folder, *below;
};

static uint64_t hash_of(const char *bytes, size_t size) {
  uint64_t hash = seg_hash_u64(size), word;
  for (; size >= sizeof word; bytes += sizeof word, size -= sizeof word) {
    memcpy(&word, bytes, sizeof word);
    hash = seg_hash_mix(hash, word);
  }
  return seg_hash_mix(hash, seg_hash_bytes(bytes, size));
}

static void look_below(struct folder_list *list, const char *folder, const char *below);

static void look_at(void *context, const char *name) {
  const struct looking *looking = context;
  struct folder_list *list = looking->list;
  char path[PATH_MAX], below[PATH_MAX];
  join(path, looking->folder, name);
  snprintf(below, sizeof below, "%s%s%s", looking->below, looking->below[0] == '\0' ? "" : "/",
           name);
  struct folder_entry entry = {sure(strdup(below), below), 0};
  if (!is_folder(path)) {
    size_t size;
    char *bytes = folder_read(looking->folder, name, &size);
    entry.bytes = hash_of(bytes, size);
    free(bytes);
  }
  list->entries = sure(realloc(list->entries, (list->count + 1) * sizeof entry), path);
  list->entries[list->count++] = entry;
  if (is_folder(path))
    look_below(list, path, below);
}

static void look_below(struct folder_list *list, const char *folder, const char *below) {
  struct looking looking = {list, folder, below};
  walk(folder, look_at, &looking);
}

struct folder_list folder_look(const char *path) {
  struct folder_list list = {0};
  look_below(&list, path, "");
  return list;
}

void folder_forget(struct folder_list *list) {
  for (size_t i = 0; i < list->count; i++)
    free(list->entries[i].path);
  free(list->entries);
  *list = (struct folder_list){0};
}

const struct folder_entry *folder_find(const struct folder_list *list, const char *path) {
  for (size_t i = 0; i < list->count; i++)
    if (strcmp(list->entries[i].path, path) == 0)
      return &list->entries[i];
  return NULL;
}
