// runtime/manifest: hashes that are remembered from run to run, and when they are not believed.
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "runtime/manifest/hash_memory.h"
#include "tests/support/damaged_file.h"

enum { PATH = 200, LARGE = SEG_HASH_MEMORY_SMALLEST };

// A million bytes of 0 and some more: `head -c 1048576 /dev/zero | sha256sum`.
static const char zeros[] = "30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58";
static const char mark[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static char folder[64];

static const char *place(const char *name) {
  static char path[PATH];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/segc-hashes-XXXXXX");
  return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state) {
  (void)state;
  char command[100];
  snprintf(command, sizeof command, "rm -r %s", folder);
  return system(command);
}

static struct seg_file_hash hash_of(uint64_t inode) {
  struct seg_file_hash hash = {
      .identity = {.device = 1, .inode = inode, .bytes = LARGE, .changed = 5}};
  memcpy(hash.sha256, mark, sizeof mark);
  return hash;
}

static bool knows(struct seg_hash_memory *memory, struct seg_file_identity identity) {
  char found[SEG_SHA256_TEXT] = "";
  bool is_known = seg_hash_memory_find(memory, &identity, found);
  assert_string_equal(found, is_known ? mark : "");
  return is_known;
}

static void keep(uint64_t inode) {
  struct seg_hash_memory memory;
  struct seg_file_hash hash = hash_of(inode);
  seg_hash_memory_open(&memory, folder);
  assert_true(memory.is_open);
  seg_hash_memory_add(&memory, &hash);
  seg_hash_memory_keep(&memory);
  seg_hash_memory_deinit(&memory);
}

static bool next_run_knows(uint64_t inode) {
  struct seg_hash_memory memory;
  seg_hash_memory_open(&memory, folder);
  bool is_known = knows(&memory, hash_of(inode).identity);
  seg_hash_memory_deinit(&memory);
  return is_known;
}

static void from_run_to_run(void **state) {
  (void)state;
  assert_false(next_run_knows(7));
  keep(7);
  keep(8);
  assert_true(next_run_knows(7));
  assert_true(next_run_knows(8));
  assert_false(next_run_knows(9));
  struct seg_hash_memory memory;
  seg_hash_memory_open(&memory, folder);
  struct seg_file_identity wanted = hash_of(7).identity, other = wanted;
  other.changed++;
  assert_false(knows(&memory, other));
  other = wanted;
  other.bytes++;
  assert_false(knows(&memory, other));
  other = wanted;
  other.device++;
  assert_false(knows(&memory, other));
  assert_true(knows(&memory, wanted));
  seg_hash_memory_deinit(&memory);
}

/** Of a file that changed only the newest hash is known. */
static void the_newest(void **state) {
  (void)state;
  struct seg_hash_memory memory;
  struct seg_file_hash old = hash_of(7), new = old;
  new.identity.changed = 6;
  seg_hash_memory_open(&memory, folder);
  seg_hash_memory_add(&memory, &old);
  seg_hash_memory_add(&memory, &new);
  assert_int_equal(memory.files.count, 1);
  assert_false(knows(&memory, old.identity));
  assert_true(knows(&memory, new.identity));
  seg_hash_memory_deinit(&memory);
}

static void not_believed(void **state) {
  (void)state;
  keep(7);
  assert_true(next_run_knows(7));
  // A byte of: what it is, the boot, the number of entries, the checksum, an entry.
  static const long bytes[] = {0, 20, 56, 64, -1};
  for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
    change_byte(place("hashes"), bytes[i]);
    assert_false(next_run_knows(7));
    change_byte(place("hashes"), bytes[i]);
    assert_true(next_run_knows(7));
  }
  assert_int_equal(chmod(place("hashes"), 0620), 0);
  assert_false(next_run_knows(7));
  assert_int_equal(chmod(place("hashes"), 0600), 0);
  assert_int_equal(truncate(place("hashes"), 100), 0);
  assert_false(next_run_knows(7));
  // No folder: nothing is remembered, and nothing goes wrong.
  struct seg_hash_memory memory;
  seg_hash_memory_open(&memory, "/dev/null/nowhere");
  assert_false(memory.is_open);
  seg_hash_memory_keep(&memory);
  seg_hash_memory_deinit(&memory);
}

/** What was of use stays; of the rest as much as there is room for. */
static void bounded(void **state) {
  (void)state;
  struct seg_hash_memory memory;
  seg_hash_memory_open(&memory, folder);
  for (uint64_t i = 0; i < SEG_HASH_MEMORY_FILES; i++) {
    struct seg_file_hash hash = hash_of(i);
    seg_hash_memory_add(&memory, &hash);
  }
  seg_hash_memory_keep(&memory);
  seg_hash_memory_deinit(&memory);
  seg_hash_memory_open(&memory, folder);
  assert_true(knows(&memory, hash_of(SEG_HASH_MEMORY_FILES - 1).identity));
  struct seg_file_hash hash = hash_of(SEG_HASH_MEMORY_FILES);
  seg_hash_memory_add(&memory, &hash);
  seg_hash_memory_keep(&memory);
  seg_hash_memory_deinit(&memory);
  seg_hash_memory_open(&memory, folder);
  assert_int_equal(memory.files.count, SEG_HASH_MEMORY_FILES);
  assert_true(knows(&memory, hash_of(SEG_HASH_MEMORY_FILES).identity));
  assert_true(knows(&memory, hash_of(SEG_HASH_MEMORY_FILES - 1).identity));
  assert_true(knows(&memory, hash_of(0).identity));
  assert_false(knows(&memory, hash_of(SEG_HASH_MEMORY_FILES - 2).identity));
  seg_hash_memory_deinit(&memory);
}

// --- real files ---

static const char *make_large(void) {
  const char *path = place("large");
  int file = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  assert_true(file >= 0);
  assert_int_equal(ftruncate(file, LARGE), 0);
  close(file);
  return path;
}

static bool may_add(const struct seg_hash_memory *memory, const char *path) {
  struct stat about;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  assert_true(file >= 0);
  assert_int_equal(fstat(file, &about), 0);
  struct seg_file_identity identity = {.bytes = (uint64_t)about.st_size,
                                       .changed = (int64_t)about.st_ctim.tv_sec * 1000000000 +
                                                  about.st_ctim.tv_nsec};
  bool may = seg_hash_memory_may_add(memory, file, &identity);
  identity.bytes = SEG_HASH_MEMORY_SMALLEST - 1;
  assert_false(seg_hash_memory_may_add(memory, file, &identity));
  close(file);
  return may;
}

static void check_hash(struct seg_hash_memory *memory, const char *path, const char *wanted) {
  struct seg_file_hash hash;
  struct seg_error error;
  assert_int_equal(seg_file_hash(path, NULL, memory, &hash, &error), SEG_OK);
  assert_string_equal(hash.sha256, wanted);
}

static void check_writers(const struct seg_hash_memory *memory, const char *path) {
  int file = open(path, O_RDWR | O_CLOEXEC);
  assert_true(file >= 0);
  assert_false(may_add(memory, path)); // somebody could write
  void *mapped = mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  assert_ptr_not_equal(mapped, MAP_FAILED);
  close(file);
  assert_false(may_add(memory, path)); // through the mapping, too
  assert_int_equal(munmap(mapped, LARGE), 0);
  assert_true(may_add(memory, path));
}

/** Right hashes of a file that changes; that one was not read again is seen by a false hash in the
 * memory. */
static void of_files(void **state) {
  (void)state;
  struct seg_hash_memory memory;
  seg_hash_memory_open(&memory, folder);
  const char *path = make_large();
  char large[PATH];
  path = strcpy(large, path);
  check_hash(&memory, path, zeros);
  assert_int_equal(memory.files.count, 0); // too new
  usleep(2100000);
  if (!may_add(&memory, path)) {
    seg_hash_memory_deinit(&memory);
    skip(); // a file system that is not believed
  }
  check_writers(&memory, path);
  check_hash(&memory, path, zeros);
  assert_int_equal(memory.files.count, 1);
  memcpy(memory.files.items[0].hash.sha256, mark, sizeof mark);
  check_hash(&memory, path, mark);
  check_hash(NULL, path, zeros);
  // Other attributes, the same time of the last writing: not believed any more.
  struct stat before;
  assert_int_equal(stat(path, &before), 0);
  const struct timespec times[2] = {before.st_atim, before.st_mtim};
  assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
  check_hash(&memory, path, zeros);
  seg_hash_memory_deinit(&memory);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(from_run_to_run, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(the_newest, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(not_believed, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(bounded, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(of_files, make_folder, remove_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
