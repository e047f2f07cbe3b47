// The steps that put a generation into force; see build.h.
#include "runtime/prepare/build.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/text_stream.h"
#include "runtime/io/io_errors.h"
#include "runtime/prepare/array_file.h"
#include "runtime/prepare/sync.h"
#include "runtime/store/checksum.h"
#include "runtime/store/npy.h"
#include "runtime/store/store_answer.h"
#include "runtime/store/store_errors.h"

static const char what_for[] = "the store";
#define NEXT_CURRENT "CURRENT.next"

enum seg_status seg_build_fail(const struct seg_build *build, int reason, struct seg_error *error) {
  SEG_STORE_FAIL(error, SEG_IO, WRITE, "writing the store %s failed: %s", build->store.path,
                 seg_io_reason(reason));
  if (reason == ENOSPC || reason == EDQUOT || reason == EIO)
    seg_error_help(error, "what was in it before is untouched and can be used");
  return SEG_IO;
}

// All files that wait for it, and folders.
static enum seg_status sync_all(struct seg_build *build, const int *folders, size_t folder_count,
                                struct seg_error *error) {
  int reason =
      seg_sync_together(build->unsynced.items, build->unsynced.count, folders, folder_count);
  for (size_t i = 0; i < build->unsynced.count; i++)
    close(build->unsynced.items[i]);
  build->unsynced.count = 0;
  return reason == 0 ? SEG_OK : seg_build_fail(build, reason, error);
}

enum seg_status seg_build_sync_later(struct seg_build *build, int file, struct seg_error *error) {
  enum { MOST_OPEN = 64 };
  if (!SEG_VEC_PUSH(&build->unsynced, file)) {
    close(file);
    return seg_fail_memory(error, what_for);
  }
  return build->unsynced.count < MOST_OPEN ? SEG_OK : sync_all(build, NULL, 0, error);
}

static bool digits(const char *text, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (text[i] < '0' || text[i] > '9')
      return false;
  return true;
}

static bool is_generation(const char *name) {
  size_t size = strlen(name);
  return name[0] == 'g' && size >= 7 && digits(name + 1, size - 1);
}

static bool is_manifest(const char *name) {
  size_t size = strlen(name), before = strlen("manifest-"), after = strlen(".json");
  return size > before + after && strncmp(name, "manifest-", before) == 0 &&
         strcmp(name + size - after, ".json") == 0 && digits(name + before, size - before - after);
}

static bool is_ours(const char *name) {
  return is_generation(name) || is_manifest(name) || strcmp(name, SEG_STORE_CURRENT) == 0 ||
         strcmp(name, NEXT_CURRENT) == 0 || strcmp(name, SEG_STORE_READERS) == 0 ||
         strcmp(name, SEG_STORE_WRITER) == 0 || strcmp(name, SEG_STORE_ANSWERS) == 0;
}

// The entries of a folder, one after the other; NULL at the end.
static const char *next_name(DIR *folder) {
  for (;;) {
    const struct dirent *entry = readdir(folder);
    if (entry == NULL)
      return NULL;
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      return entry->d_name;
  }
}

static DIR *list_folder(int parent, const char *name) {
  int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  DIR *list = folder < 0 ? NULL : fdopendir(folder);
  if (list == NULL && folder >= 0)
    close(folder);
  return list;
}

// A folder in which a person keeps other things is no place for a store.
static enum seg_status check_place(const struct seg_build *build, struct seg_error *error) {
  DIR *list = list_folder(build->folder, ".");
  if (list == NULL)
    return seg_build_fail(build, errno, error);
  enum seg_status status = SEG_OK;
  for (const char *name = next_name(list); name != NULL && status == SEG_OK;
       name = next_name(list)) {
    if (is_ours(name))
      continue;
    SEG_STORE_FAIL(error, SEG_USAGE, PLACE, "the folder %s is no place for a store: it holds %s",
                   build->store.path, name);
    seg_error_help(error, "name a folder that is empty or not there yet");
    status = SEG_USAGE;
  }
  closedir(list);
  return status;
}

static void remove_generation(const struct seg_build *build, const char *name) {
  DIR *list = list_folder(build->folder, name);
  int folder = list == NULL ? -1 : dirfd(list);
  if (folder < 0)
    return;
  for (const char *file = next_name(list); file != NULL; file = next_name(list))
    unlinkat(folder, file, 0);
  closedir(list);
  unlinkat(build->folder, name, AT_REMOVEDIR);
}

/** A file of a generation that is looked for among the arrays. */
struct wanted_file {
  uint32_t generation;
  const char *name;
  bool found;
};

static enum seg_status match_file(void *context, struct seg_store_array *array,
                                  struct seg_error *error) {
  (void)error;
  struct wanted_file *wanted = context;
  wanted->found = wanted->found || (array->generation == wanted->generation &&
                                    seg_str_is(array->file, wanted->name));
  return SEG_OK;
}

// Arrays that were replaced while others of their generation are still in use.
static void sweep_files(const struct seg_build *build, struct seg_store_manifest *manifest,
                        const char *name) {
  DIR *list = list_folder(build->folder, name);
  int folder = list == NULL ? -1 : dirfd(list);
  if (folder < 0)
    return;
  uint32_t generation = (uint32_t)strtoul(name + 1, NULL, 10);
  for (const char *file = next_name(list); file != NULL; file = next_name(list)) {
    struct wanted_file wanted = {generation, file, strcmp(file, SEG_STORE_CHECKSUMS) == 0};
    (void)!seg_store_manifest_each_array(manifest, match_file, &wanted, NULL);
    if (!wanted.found)
      unlinkat(folder, file, 0);
  }
  closedir(list);
}

static bool refers_to(const struct seg_store_manifest *manifest, const char *name) {
  char own[SEG_STORE_NAME];
  seg_store_manifest_name(own, manifest->number);
  bool found = manifest->number > 0 && strcmp(name, own) == 0;
  for (uint32_t i = 0; !found && i < manifest->generation_count; i++) {
    seg_store_generation_name(own, manifest->generations[i].number);
    found = strcmp(name, own) == 0;
  }
  return found;
}

// Everything that `manifest` does not refer to, unless somebody has the store open: then the next
// run of segc prepare does it.
static void sweep(const struct seg_build *build, struct seg_store_manifest *manifest) {
  int readers = openat(build->folder, SEG_STORE_READERS, O_RDWR | O_CLOEXEC);
  if (readers < 0)
    return;
  DIR *list = NULL;
  if (flock(readers, LOCK_EX | LOCK_NB) == 0)
    list = list_folder(build->folder, ".");
  for (const char *name = list == NULL ? NULL : next_name(list); name != NULL;
       name = next_name(list)) {
    if (strcmp(name, NEXT_CURRENT) == 0)
      unlinkat(build->folder, name, 0);
    if (refers_to(manifest, name)) {
      if (is_generation(name))
        sweep_files(build, manifest, name);
      continue;
    }
    if (is_manifest(name))
      unlinkat(build->folder, name, 0);
    if (is_generation(name))
      remove_generation(build, name);
  }
  if (list != NULL)
    closedir(list);
  close(readers);
}

static enum seg_status open_folder(struct seg_build *build, bool append, struct seg_error *error) {
  const char *path = build->store.path;
  if (!append && mkdir(path, 0700) != 0 && errno != EEXIST)
    return seg_build_fail(build, errno, error);
  build->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (build->folder >= 0)
    return check_place(build, error);
  return append && errno == ENOENT ? SEG_OK // seg_store_open says what is wrong
                                   : seg_build_fail(build, errno, error);
}

static int open_lock(const struct seg_build *build, const char *name) {
  return openat(build->folder, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static enum seg_status lock(struct seg_build *build, struct seg_error *error) {
  build->writer = open_lock(build, SEG_STORE_WRITER);
  if (build->writer < 0)
    return seg_build_fail(build, errno, error);
  // Theirs is there before there is anything to read.
  int readers = open_lock(build, SEG_STORE_READERS);
  if (readers < 0)
    return seg_build_fail(build, errno, error);
  close(readers);
  if (flock(build->writer, LOCK_EX | LOCK_NB) == 0)
    return SEG_OK;
  if (errno != EWOULDBLOCK)
    return seg_build_fail(build, errno, error);
  SEG_STORE_FAIL(error, SEG_USAGE, BUSY, "the store %s is being prepared by another segc",
                 build->store.path);
  seg_error_help(error, "wait until it is done, then try again");
  return SEG_USAGE;
}

// The number behind the largest that was ever used, so that nothing old is taken for something new.
static uint32_t next_number(const struct seg_build *build) {
  uint32_t largest = build->store.manifest.number;
  DIR *list = list_folder(build->folder, ".");
  for (const char *name = list == NULL ? NULL : next_name(list); name != NULL;
       name = next_name(list)) {
    uint32_t number = 0;
    if (is_generation(name))
      number = (uint32_t)strtoul(name + 1, NULL, 10);
    else if (is_manifest(name))
      number = (uint32_t)strtoul(name + strlen("manifest-"), NULL, 10);
    largest = number > largest ? number : largest;
  }
  if (list != NULL)
    closedir(list);
  return largest + 1;
}

static enum seg_status begin_generation(struct seg_build *build, struct seg_error *error) {
  char name[SEG_STORE_NAME];
  build->number = next_number(build);
  seg_store_generation_name(name, build->number);
  if (mkdirat(build->folder, name, 0700) != 0)
    return seg_build_fail(build, errno, error);
  build->generation_folder = openat(build->folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return build->generation_folder < 0 ? seg_build_fail(build, errno, error) : SEG_OK;
}

// The manifest that counts now; an empty one without a store, or when it cannot be read and is to
// be replaced anyway.
static enum seg_status read_old(struct seg_build *build, const char *path, bool append,
                                struct seg_error *error) {
  enum seg_status status = seg_store_open(&build->store, path, append ? error : NULL);
  if (build->store.readers >= 0) // the writer's lock keeps sweepers away
    close(build->store.readers);
  build->store.readers = -1;
  if (status == SEG_OK || append)
    return status;
  seg_store_close(&build->store);
  seg_arena_init(&build->store.arena);
  build->store.path = path;
  return SEG_OK;
}

enum seg_status seg_build_begin(struct seg_build *build, const char *path, bool append,
                                struct seg_error *error) {
  *build = (struct seg_build){.is_new = !append,
                              .store = {.path = path, .readers = -1},
                              .folder = -1,
                              .generation_folder = -1,
                              .writer = -1};
  seg_arena_init(&build->store.arena);
  enum seg_status status = open_folder(build, append, error);
  if (status == SEG_OK && build->folder >= 0)
    status = lock(build, error);
  if (status != SEG_OK)
    return status;
  seg_arena_deinit(&build->store.arena);
  status = read_old(build, path, append, error);
  if (status != SEG_OK)
    return status;
  // A store that cannot be read is left as it is until there is a new one.
  if (build->store.manifest.number > 0)
    sweep(build, &build->store.manifest);
  status = begin_generation(build, error);
  if (!append)
    build->store.manifest = (struct seg_store_manifest){0};
  return status;
}

enum seg_status seg_build_publish_checksums(struct seg_build *build, struct seg_error *error) {
  struct seg_store_manifest *manifest = &build->store.manifest;
  struct seg_store_generation *last = manifest->generation_count == 0
                                          ? NULL
                                          : &manifest->generations[manifest->generation_count - 1];
  if (last == NULL || last->number != build->number) {
    struct seg_store_generation *grown = SEG_NEW_ARRAY(
        &build->store.arena, struct seg_store_generation, manifest->generation_count + 1);
    if (grown == NULL)
      return seg_fail_memory(error, what_for);
    for (uint32_t i = 0; i < manifest->generation_count; i++)
      grown[i] = manifest->generations[i];
    manifest->generations = grown;
    last = &grown[manifest->generation_count++];
    *last = (struct seg_store_generation){.number = build->number};
  }
  // A copy: the list moves when it grows.
  uint64_t *copy = SEG_NEW_ARRAY(&build->store.arena, uint64_t, build->checksums.count + 1);
  if (copy == NULL)
    return seg_fail_memory(error, what_for);
  for (uint64_t i = 0; i < build->checksums.count; i++)
    copy[i] = build->checksums.items[i];
  last->block_count = build->checksums.count;
  last->checksums = copy;
  return SEG_OK;
}

void seg_build_drop(struct seg_build *build, struct seg_store_array *array) {
  seg_store_unmap(array);
  if (seg_store_has(array) && array->generation == build->number)
    unlinkat(build->generation_folder, array->file.data, 0);
  *array = (struct seg_store_array){0};
}

static enum seg_status write_checksums(struct seg_build *build, struct seg_error *error) {
  struct seg_array_file file;
  struct seg_store_array made;
  uint64_t count = build->checksums.count;
  uint64_t *padded = seg_arena_alloc(&build->store.arena, (count + 64) * sizeof *padded);
  if (padded == NULL)
    return seg_fail_memory(error, what_for);
  for (uint64_t i = 0; i < count; i++)
    padded[i] = build->checksums.items[i];
  enum seg_status status =
      seg_array_file_create(&file, build, seg_str_view(SEG_STORE_CHECKSUMS), SEG_STORE_U64, error);
  if (status == SEG_OK)
    status = seg_array_file_append(&file, padded, count, error);
  if (status == SEG_OK)
    status = seg_array_file_finish(&file, &made, error);
  if (status != SEG_OK) {
    seg_array_file_discard(&file);
    return status;
  }
  struct seg_store_manifest *manifest = &build->store.manifest;
  struct seg_store_generation *own = &manifest->generations[manifest->generation_count - 1];
  own->block_count = count;
  own->checksum = seg_checksum(padded, seg_store_array_bytes(&made));
  return SEG_OK;
}

static enum seg_status count_use(void *context, struct seg_store_array *array,
                                 struct seg_error *error) {
  (void)error;
  struct seg_store_manifest *manifest = context;
  for (uint32_t i = 0; i < manifest->generation_count; i++)
    if (manifest->generations[i].number == array->generation)
      manifest->generations[i].checksums = NULL; // used, by the meaning it has here
  return SEG_OK;
}

// Generations that no array is in any more are left out.
static void forget_generations(struct seg_store_manifest *manifest) {
  static const uint64_t unused = 0;
  for (uint32_t i = 0; i < manifest->generation_count; i++)
    manifest->generations[i].checksums = &unused;
  (void)!seg_store_manifest_each_array(manifest, count_use, manifest, NULL);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < manifest->generation_count; i++)
    if (manifest->generations[i].checksums == NULL)
      manifest->generations[kept++] = manifest->generations[i];
  manifest->generation_count = kept;
}

// A small file; it is on disk after sync_all.
static enum seg_status write_small(struct seg_build *build, const char *name, struct seg_str text,
                                   struct seg_error *error) {
  int file =
      openat(build->folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0)
    return seg_build_fail(build, errno, error);
  int reason = 0;
  while (text.size > 0 && reason == 0) {
    ssize_t done = write(file, text.data, text.size);
    if (done < 0)
      reason = errno == EINTR ? 0 : errno;
    else {
      text.data += done;
      text.size -= (size_t)done;
    }
  }
  if (reason == 0)
    return seg_build_sync_later(build, file, error);
  close(file);
  return seg_build_fail(build, reason, error);
}

static enum seg_status put_into_force(struct seg_build *build, struct seg_str text,
                                      struct seg_error *error) {
  const int folders[] = {build->generation_folder, build->folder};
  char name[SEG_STORE_NAME];
  seg_store_manifest_name(name, build->number);
  struct seg_str current = seg_store_current_text(&build->store.arena, build->number, text);
  if (current.data == NULL)
    return seg_fail_memory(error, what_for);
  enum seg_status status = write_small(build, name, text, error);
  if (status == SEG_OK)
    status = write_small(build, NEXT_CURRENT, current, error);
  if (status == SEG_OK)
    status = sync_all(build, folders, sizeof folders / sizeof *folders, error);
  if (status == SEG_OK &&
      renameat(build->folder, NEXT_CURRENT, build->folder, SEG_STORE_CURRENT) != 0)
    status = seg_build_fail(build, errno, error);
  if (status != SEG_OK)
    return status;
  build->number = 0; // it counts: not to be given up any more
  int reason = seg_sync_folder(build->folder);
  return reason == 0 ? SEG_OK : seg_build_fail(build, reason, error);
}

enum seg_status seg_build_commit(struct seg_build *build, struct seg_error *error) {
  enum seg_status status = seg_build_publish_checksums(build, error);
  if (status == SEG_OK)
    status = write_checksums(build, error);
  if (status != SEG_OK)
    return status;
  build->store.manifest.number = build->number;
  forget_generations(&build->store.manifest);
  char *text = NULL;
  size_t size = 0;
  FILE *out = seg_text_stream(&text, &size);
  if (out == NULL)
    return seg_fail_memory(error, what_for);
  seg_store_manifest_write(&build->store.manifest, out);
  bool fine = ferror(out) == 0;
  fine = fclose(out) == 0 && fine;
  status = fine ? put_into_force(build, (struct seg_str){text, size}, error)
                : seg_fail_memory(error, what_for);
  free(text);
  if (status != SEG_OK)
    return status;
  sweep(build, &build->store.manifest);
  return SEG_OK;
}

void seg_build_end(struct seg_build *build) {
  char name[SEG_STORE_NAME];
  if (build->generation_folder >= 0)
    close(build->generation_folder);
  if (build->number > 0 && build->folder >= 0) {
    seg_store_generation_name(name, build->number);
    remove_generation(build, name);
    seg_store_manifest_name(name, build->number);
    unlinkat(build->folder, name, 0);
  }
  if (build->writer >= 0)
    close(build->writer);
  if (build->folder >= 0)
    close(build->folder);
  for (size_t i = 0; i < build->unsynced.count; i++)
    close(build->unsynced.items[i]);
  SEG_VEC_FREE(&build->unsynced);
  SEG_VEC_FREE(&build->checksums);
  seg_store_close(&build->store);
}
