// Files that only their owner can write to; see private_folder.h.
#include "runtime/base/private_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/private_file.h"
#include "runtime/base/vec.h"

enum { NAME_SIZE = 256, FILE_PATH = SEG_PRIVATE_PATH + NAME_SIZE };

/** Ours, and nobody else's to write to. */
static bool is_ours(const struct stat *entry) {
  return entry->st_uid == geteuid() && (entry->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static bool is_our_file(const struct stat *entry) {
  return S_ISREG(entry->st_mode) && is_ours(entry);
}

/** Make the folder and those above it. */
static bool make(char *path) {
  struct stat entry;
  for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
    *at = '\0';
    (void)mkdir(path, 0700);
    *at = '/';
  }
  (void)mkdir(path, 0700);
  return stat(path, &entry) == 0 && S_ISDIR(entry.st_mode) && is_ours(&entry);
}

bool seg_private_folder_open(struct seg_private_folder *folder, const char *path) {
  const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  int size;
  if (path != NULL)
    size = snprintf(folder->path, sizeof folder->path, "%s", path);
  else if (base != NULL && base[0] == '/')
    size = snprintf(folder->path, sizeof folder->path, "%s/segc", base);
  else if (home != NULL && home[0] == '/')
    size = snprintf(folder->path, sizeof folder->path, "%s/.cache/segc", home);
  else
    return false;
  return size > 0 && (size_t)size < sizeof folder->path && make(folder->path);
}

static bool file_path(const struct seg_private_folder *folder, const char *name,
                      char out[FILE_PATH]) {
  int size = snprintf(out, FILE_PATH, "%s/%s", folder->path, name);
  return size > 0 && size < FILE_PATH;
}

static char *read_all(int file, size_t size, size_t *got) {
  char *bytes = malloc(size);
  ssize_t part = 1;
  *got = 0;
  while (bytes != NULL && *got < size && part > 0) {
    part = read(file, bytes + *got, size - *got);
    *got += part > 0 ? (size_t)part : 0;
  }
  return bytes;
}

char *seg_private_folder_read(const struct seg_private_folder *folder, const char *name,
                              size_t limit, size_t *size) {
  char path[FILE_PATH];
  struct stat entry;
  *size = 0;
  int file = file_path(folder, name, path)
                 ? open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
                 : -1;
  if (file < 0)
    return NULL;
  char *bytes = NULL;
  if (fstat(file, &entry) == 0 && is_our_file(&entry) && entry.st_size > 0 &&
      (size_t)entry.st_size <= limit)
    bytes = read_all(file, (size_t)entry.st_size, size);
  close(file);
  return bytes;
}

bool seg_private_folder_write(const struct seg_private_folder *folder, const char *name,
                              bool (*write)(void *context, FILE *out), void *context) {
  char path[FILE_PATH], place[FILE_PATH];
  struct seg_arena arena;
  struct seg_str temporary;
  if (!file_path(folder, name, path) || !file_path(folder, "", place))
    return false;
  seg_arena_init(&arena);
  // One name for all: whatever is written next sweeps what any killed run left.
  int file = seg_private_file_create(&arena, place, "new", &temporary);
  FILE *out = file < 0 ? NULL : fdopen(file, "wb");
  bool written = out != NULL && write(context, out) && fflush(out) == 0 && !ferror(out) &&
                 rename(temporary.data, path) == 0;
  if (file >= 0 && !written)
    (void)unlink(temporary.data);
  // Only now, for with the file goes the lock. All of it is in the system's hands since fflush.
  if (out != NULL)
    (void)fclose(out);
  else if (file >= 0)
    close(file);
  seg_arena_deinit(&arena);
  return written;
}

void seg_private_folder_touch(const struct seg_private_folder *folder, const char *name) {
  char path[FILE_PATH];
  if (file_path(folder, name, path))
    (void)utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
}

struct remembered {
  char name[NAME_SIZE];
  size_t size;
  struct timespec used;
};

static int by_use(const void *a, const void *b) {
  const struct remembered *x = a, *y = b;
  if (x->used.tv_sec != y->used.tv_sec)
    return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
  if (x->used.tv_nsec != y->used.tv_nsec)
    return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
  return strcmp(x->name, y->name);
}

void seg_private_folder_trim(const struct seg_private_folder *folder, const char *prefix,
                             size_t limit) {
  SEG_VEC(struct remembered) files = {0};
  size_t total = 0;
  int place = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (place < 0)
    return;
  DIR *entries = fdopendir(place);
  if (entries == NULL) {
    close(place);
    return;
  }
  for (struct dirent *entry = NULL; (entry = readdir(entries)) != NULL;) {
    struct stat state;
    struct remembered file;
    if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 ||
        fstatat(place, entry->d_name, &state, AT_SYMLINK_NOFOLLOW) != 0 || !is_our_file(&state))
      continue;
    snprintf(file.name, sizeof file.name, "%s", entry->d_name);
    file.size = (size_t)state.st_size;
    file.used = state.st_mtim;
    total += file.size;
    if (!SEG_VEC_PUSH(&files, file))
      break;
  }
  if (total > limit) {
    qsort(files.items, files.count, sizeof *files.items, by_use);
    for (size_t i = 0; i < files.count && total > limit / 2; i++)
      if (unlinkat(place, files.items[i].name, 0) == 0)
        total -= files.items[i].size;
  }
  closedir(entries); // and `place` with it
  SEG_VEC_FREE(&files);
}
