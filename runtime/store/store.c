// Opening, mapping and verifying; see store.h.
#include "runtime/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/hash.h"
#include "runtime/io/io_errors.h"
#include "runtime/store/checksum.h"
#include "runtime/store/npy.h"
#include "runtime/store/store_errors.h"

enum {
  LARGEST_MANIFEST = 1 << 28,
  LARGE_PAGE = 1 << 21,
};

void seg_store_generation_name(char name[SEG_STORE_NAME], uint32_t number) {
  snprintf(name, SEG_STORE_NAME, "g%06" PRIu32, number);
}

void seg_store_manifest_name(char name[SEG_STORE_NAME], uint32_t number) {
  snprintf(name, SEG_STORE_NAME, "manifest-%06" PRIu32 ".json", number);
}

struct seg_str seg_store_current_text(struct seg_arena *arena, uint32_t number,
                                      struct seg_str manifest) {
  return seg_arena_format(arena, "%" PRIu32 " %016" PRIx64 "\n", number,
                          seg_hash_bytes(manifest.data, manifest.size));
}

static enum seg_status fail_damaged(const struct seg_store *store, const char *what,
                                    struct seg_error *error) {
  SEG_STORE_FAIL(error, SEG_BAD_DATA, DAMAGED, "the store %s is damaged: %s", store->path, what);
  seg_error_help(error, "make it again: segc prepare ... --store %s", store->path);
  return SEG_BAD_DATA;
}

static enum seg_status fail_file(const struct seg_store *store, const char *file, int reason,
                                 struct seg_error *error) {
  char words[SEG_STORE_NAME + 320];
  snprintf(words, sizeof words, "%s: %s", file, seg_io_reason(reason));
  return fail_damaged(store, words, error);
}

// A whole small file of the store's folder; `data` NULL with errno when it cannot be read.
static struct seg_str read_small(struct seg_arena *arena, const char *folder, const char *name) {
  struct seg_str path = seg_arena_format(arena, "%s/%s", folder, name);
  struct seg_str text = {NULL, 0};
  struct stat info;
  errno = ENOMEM;
  int file = path.data == NULL ? -1 : open(path.data, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return text;
  if (fstat(file, &info) == 0 && S_ISREG(info.st_mode) && info.st_size < LARGEST_MANIFEST) {
    char *bytes = seg_arena_alloc(arena, (size_t)info.st_size + 1);
    size_t size = 0;
    ssize_t got = bytes == NULL ? 0 : 1;
    while (got != 0 && size < (size_t)info.st_size) {
      got = read(file, bytes + size, (size_t)info.st_size - size);
      if (got < 0 && errno != EINTR)
        break;
      size += got > 0 ? (size_t)got : 0;
    }
    if (bytes != NULL && size == (size_t)info.st_size)
      text = (struct seg_str){bytes, size};
  }
  int reason = errno;
  close(file);
  errno = reason;
  return text;
}

static enum seg_status fail_absent(const struct seg_store *store, int reason,
                                   struct seg_error *error) {
  if (reason == ENOENT || reason == ENOTDIR) {
    SEG_STORE_FAIL(error, SEG_USAGE, ABSENT, "there is no prepared store in %s", store->path);
    seg_error_help(error, "make one: segc prepare DIR --data DATA --store %s", store->path);
    return SEG_USAGE;
  }
  return SEG_STORE_FAIL(error, SEG_IO, ABSENT, "the store %s cannot be read: %s", store->path,
                        seg_io_reason(reason));
}

// Shared, so that nothing is swept while the store is open. A folder that nobody may write into
// can lack the file: then nobody sweeps either.
static void lock_readers(struct seg_store *store) {
  struct seg_str path = seg_arena_format(&store->arena, "%s/" SEG_STORE_READERS, store->path);
  store->readers = path.data == NULL ? -1 : open(path.data, O_RDONLY | O_CLOEXEC);
  while (store->readers >= 0 && flock(store->readers, LOCK_SH) != 0 && errno == EINTR)
    continue;
}

static enum seg_status read_manifest(struct seg_store *store, struct seg_error *error) {
  struct seg_str current = read_small(&store->arena, store->path, SEG_STORE_CURRENT);
  if (current.data == NULL)
    return fail_absent(store, errno, error);
  char *end = NULL;
  uint32_t number = (uint32_t)strtoul(current.data, &end, 10);
  char name[SEG_STORE_NAME];
  seg_store_manifest_name(name, number);
  struct seg_str text = read_small(&store->arena, store->path, name);
  if (text.data == NULL)
    return fail_file(store, name, errno, error);
  struct seg_str expected = seg_store_current_text(&store->arena, number, text);
  if (expected.data == NULL)
    return seg_fail_memory(error, "the store");
  if (!seg_str_equal(expected, current))
    return fail_damaged(store, "its manifest is not the one that CURRENT names", error);
  store->current = current;
  store->manifest_hash = seg_hash_bytes(text.data, text.size);
  return seg_store_manifest_read(&store->arena, text, store->path, &store->manifest, error);
}

static struct seg_store_generation *generation_of(const struct seg_store *store, uint32_t number) {
  for (uint32_t i = 0; i < store->manifest.generation_count; i++)
    if (store->manifest.generations[i].number == number)
      return &store->manifest.generations[i];
  return NULL;
}

// `*bytes` = the elements of the array's file, mapped.
static enum seg_status map_file(struct seg_store *store, const struct seg_store_array *array,
                                const unsigned char **bytes, struct seg_error *error) {
  char folder[SEG_STORE_NAME], name[512], header[SEG_NPY_HEADER];
  seg_store_generation_name(folder, array->generation);
  snprintf(name, sizeof name, "%s/%.*s", folder, SEG_STR(array->file));
  struct seg_str path = seg_arena_format(&store->arena, "%s/%s", store->path, name);
  if (path.data == NULL)
    return seg_fail_memory(error, "the store");
  int file = open(path.data, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return fail_file(store, name, errno, error);
  struct stat info;
  uint64_t size = SEG_NPY_HEADER + seg_store_array_bytes(array);
  void *mapped = MAP_FAILED;
  int reason = 0;
  if (fstat(file, &info) != 0)
    reason = errno;
  else if ((uint64_t)info.st_size == size) {
    mapped = mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
    reason = mapped == MAP_FAILED ? errno : 0;
#ifdef MADV_HUGEPAGE
    // A wish: what is not in the system's cache yet then comes in large pages, if it can.
    if (mapped != MAP_FAILED && size >= LARGE_PAGE)
      (void)madvise(mapped, size, MADV_HUGEPAGE);
#endif
  }
  close(file);
  if (reason != 0)
    return fail_file(store, name, reason, error);
  if (mapped == MAP_FAILED) {
    strncat(name, " has another size", sizeof name - strlen(name) - 1);
    return fail_damaged(store, name, error);
  }
  seg_npy_header(header, array->type, array->count);
  if (memcmp(mapped, header, sizeof header) != 0) {
    munmap(mapped, size);
    strncat(name, " begins in another way", sizeof name - strlen(name) - 1);
    return fail_damaged(store, name, error);
  }
  *bytes = (const unsigned char *)mapped + SEG_NPY_HEADER;
  return SEG_OK;
}

// Checksums of a generation are checked at once: everything else is checked by them.
static enum seg_status load_checksums(struct seg_store *store,
                                      struct seg_store_generation *generation,
                                      struct seg_error *error) {
  struct seg_store_array array = {.generation = generation->number,
                                  .file = seg_str_view(SEG_STORE_CHECKSUMS),
                                  .type = SEG_STORE_U64,
                                  .count = generation->block_count};
  const unsigned char *bytes = NULL;
  enum seg_status status = map_file(store, &array, &bytes, error);
  if (status != SEG_OK || bytes == NULL)
    return status;
  size_t size = seg_store_array_bytes(&array);
  uint64_t *copy = seg_arena_alloc(&store->arena, size + 64);
  bool right = seg_checksum(bytes, size) == generation->checksum;
  if (copy != NULL)
    memcpy(copy, bytes, size);
  munmap((void *)(bytes - SEG_NPY_HEADER), size + SEG_NPY_HEADER);
  generation->checksums = copy;
  if (copy == NULL)
    return seg_fail_memory(error, "the store");
  return right ? SEG_OK
               : fail_damaged(store, "its checksums are not those it was made with", error);
}

static enum seg_status check_array(void *context, struct seg_store_array *array,
                                   struct seg_error *error) {
  const struct seg_store *store = context;
  const struct seg_store_generation *generation = generation_of(store, array->generation);
  uint64_t blocks = seg_checksum_blocks(seg_store_array_bytes(array));
  if (generation == NULL || array->block > generation->block_count ||
      blocks > generation->block_count - array->block)
    return fail_damaged(store, "its manifest cannot be understood", error);
  return SEG_OK;
}

enum seg_status seg_store_open(struct seg_store *store, const char *path, struct seg_error *error) {
  *store = (struct seg_store){.readers = -1};
  seg_arena_init(&store->arena);
  store->path = seg_arena_format(&store->arena, "%s", path).data;
  if (store->path == NULL) {
    seg_arena_deinit(&store->arena);
    return seg_fail_memory(error, "the store");
  }
  lock_readers(store);
  enum seg_status status = read_manifest(store, error);
  for (uint32_t i = 0; status == SEG_OK && i < store->manifest.generation_count; i++)
    status = load_checksums(store, &store->manifest.generations[i], error);
  return status == SEG_OK
             ? seg_store_manifest_each_array(&store->manifest, check_array, store, error)
             : status;
}

void seg_store_unmap(struct seg_store_array *array) {
  if (array->data != NULL)
    munmap((void *)(array->data - SEG_NPY_HEADER), seg_store_array_bytes(array) + SEG_NPY_HEADER);
  array->data = NULL;
}

static enum seg_status unmap(void *context, struct seg_store_array *array,
                             struct seg_error *error) {
  (void)context;
  (void)error;
  seg_store_unmap(array);
  return SEG_OK;
}

void seg_store_close(struct seg_store *store) {
  if (store->path == NULL)
    return;
  (void)!seg_store_manifest_each_array(&store->manifest, unmap, NULL, NULL);
  if (store->readers >= 0)
    close(store->readers);
  seg_arena_deinit(&store->arena);
  *store = (struct seg_store){.readers = -1};
}

static bool is_current(const struct seg_store *store, const char *path) {
  if (store->path == NULL || strcmp(store->path, path) != 0)
    return false;
  struct seg_arena arena;
  seg_arena_init(&arena);
  struct seg_str current = read_small(&arena, path, SEG_STORE_CURRENT);
  bool is_same = current.data != NULL && seg_str_equal(current, store->current);
  seg_arena_deinit(&arena);
  return is_same;
}

enum seg_status seg_store_reopen(struct seg_store *store, const char *path,
                                 struct seg_error *error) {
  if (is_current(store, path))
    return SEG_OK;
  seg_store_close(store);
  enum seg_status status = seg_store_open(store, path, error);
  if (status != SEG_OK)
    seg_store_close(store);
  return status;
}

enum seg_status seg_store_map(struct seg_store *store, struct seg_store_array *array,
                              struct seg_error *error) {
  if (!seg_store_has(array) || array->data != NULL)
    return SEG_OK;
  uint64_t blocks = seg_checksum_blocks(seg_store_array_bytes(array));
  array->verified = seg_arena_alloc(&store->arena, blocks + 1);
  if (array->verified == NULL)
    return seg_fail_memory(error, "the store");
  return map_file(store, array, &array->data, error);
}

enum seg_status seg_store_map_values(struct seg_store *store, struct seg_store_values *values,
                                     struct seg_error *error) {
  enum seg_status status = seg_store_map(store, &values->values, error);
  if (status == SEG_OK)
    status = seg_store_map(store, &values->entries, error);
  if (status == SEG_OK)
    status = seg_store_map(store, &values->bytes, error);
  if (status == SEG_OK)
    status = seg_store_map(store, &values->known, error);
  if (status == SEG_OK)
    status = seg_store_map(store, &values->codes, error);
  return status == SEG_OK ? seg_store_map(store, &values->bounds, error) : status;
}

/** What is known of a block. One thread at a time reads it, so that none is read twice. */
enum { UNREAD, BEING_READ, RIGHT };

static enum seg_status read_block(const struct seg_store *store,
                                  const struct seg_store_array *array, uint64_t block,
                                  struct seg_error *error) {
  const struct seg_store_generation *generation = generation_of(store, array->generation);
  uint64_t bytes = seg_store_array_bytes(array), begin = block * SEG_CHECKSUM_BLOCK;
  uint64_t size = bytes - begin < SEG_CHECKSUM_BLOCK ? bytes - begin : SEG_CHECKSUM_BLOCK;
  bool right =
      seg_checksum(array->data + begin, size) == generation->checksums[array->block + block];
  atomic_store_explicit(&array->verified[block], right ? RIGHT : UNREAD, memory_order_relaxed);
  if (right)
    return SEG_OK;
  char folder[SEG_STORE_NAME], words[512];
  seg_store_generation_name(folder, array->generation);
  snprintf(words, sizeof words, "%s/%.*s has other content than it was made with", folder,
           SEG_STR(array->file));
  return fail_damaged(store, words, error);
}

// Without `wait`, a block that another thread is reading is left to it.
static enum seg_status verify_block(const struct seg_store *store,
                                    const struct seg_store_array *array, uint64_t block, bool wait,
                                    struct seg_error *error) {
  for (;;) {
    unsigned char state = atomic_load_explicit(&array->verified[block], memory_order_relaxed);
    if (state == RIGHT || (state == BEING_READ && !wait))
      return SEG_OK;
    if (state == BEING_READ)
      sched_yield();
    else if (atomic_compare_exchange_strong(&array->verified[block], &state, BEING_READ))
      return read_block(store, array, block, error);
  }
}

static enum seg_status verify_elements(const struct seg_store *store,
                                       const struct seg_store_array *array, uint64_t first,
                                       uint64_t count, bool wait, struct seg_error *error) {
  if (count == 0 || !seg_store_has(array))
    return SEG_OK;
  uint64_t size = seg_store_types[array->type].size;
  if (first > array->count || count > array->count - first)
    return fail_damaged(store, "its arrays do not fit together", error);
  uint64_t block = first * size / SEG_CHECKSUM_BLOCK;
  uint64_t end = seg_checksum_blocks((first + count + 63) / 64 * 64 * size); // with the padding
  enum seg_status status = SEG_OK;
  for (; status == SEG_OK && block < end; block++)
    status = verify_block(store, array, block, wait, error);
  return status;
}

enum seg_status seg_store_verify(const struct seg_store *store, const struct seg_store_array *array,
                                 uint64_t first, uint64_t count, struct seg_error *error) {
  return verify_elements(store, array, first, count, true, error);
}

enum seg_status seg_store_verify_idle(const struct seg_store *store,
                                      const struct seg_store_array *array, uint64_t first,
                                      uint64_t count, struct seg_error *error) {
  return verify_elements(store, array, first, count, false, error);
}

static enum seg_status verify_array(void *context, struct seg_store_array *array,
                                    struct seg_error *error) {
  enum seg_status status = seg_store_map(context, array, error);
  return status == SEG_OK ? seg_store_verify(context, array, 0, array->count, error) : status;
}

enum seg_status seg_store_verify_all(struct seg_store *store, struct seg_error *error) {
  return seg_store_manifest_each_array(&store->manifest, verify_array, store, error);
}
