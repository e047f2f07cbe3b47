// One file for all that is known, written anew when something was added; see hash_memory.h.
#include "runtime/manifest/hash_memory.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/hash.h"

/** What stands before the entries, as the machine writes it: it never outlives a boot. */
struct head {
  char what[16];
  char boot[SEG_BOOT_ID];
  uint64_t count;
  uint64_t checksum; // of the entries
};

struct entry {
  struct seg_file_identity identity;
  char sha256[SEG_SHA256_TEXT - 1];
};

enum { LIMIT = sizeof(struct head) + SEG_HASH_MEMORY_FILES * sizeof(struct entry) };

static const char what[16] = "segc hashes 1\n";
static const char name[] = "hashes";
static const int64_t settled = INT64_C(2000000000); // nanoseconds

static bool read_boot(char boot[SEG_BOOT_ID]) {
  int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return false;
  ssize_t got = read(file, boot, SEG_BOOT_ID - 1);
  close(file);
  return got > 0;
}

static void take_entries(struct seg_hash_memory *memory, const char *bytes, size_t size) {
  struct head head;
  if (size < sizeof head)
    return;
  memcpy(&head, bytes, sizeof head);
  const char *entries = bytes + sizeof head;
  size_t rest = size - sizeof head;
  if (memcmp(head.what, what, sizeof what) != 0 ||
      memcmp(head.boot, memory->boot, sizeof head.boot) != 0 ||
      rest != head.count * sizeof(struct entry) || head.checksum != seg_hash_bytes(entries, rest))
    return;
  for (; rest > 0; rest -= sizeof(struct entry), entries += sizeof(struct entry)) {
    struct entry entry;
    struct seg_known_file file = {0};
    memcpy(&entry, entries, sizeof entry);
    file.hash.identity = entry.identity;
    memcpy(file.hash.sha256, entry.sha256, sizeof entry.sha256);
    if (!SEG_VEC_PUSH(&memory->files, file))
      return;
  }
}

void seg_hash_memory_open(struct seg_hash_memory *memory, const char *folder) {
  *memory = (struct seg_hash_memory){0};
  memory->is_open = read_boot(memory->boot) && seg_private_folder_open(&memory->folder, folder);
  if (!memory->is_open)
    return;
  size_t size;
  char *bytes = seg_private_folder_read(&memory->folder, name, LIMIT, &size);
  if (bytes != NULL)
    take_entries(memory, bytes, size);
  free(bytes);
}

void seg_hash_memory_deinit(struct seg_hash_memory *memory) {
  SEG_VEC_FREE(&memory->files);
}

static struct seg_known_file *find(const struct seg_hash_memory *memory, uint64_t device,
                                   uint64_t inode) {
  for (size_t i = 0; i < memory->files.count; i++) {
    const struct seg_file_identity *identity = &memory->files.items[i].hash.identity;
    if (identity->inode == inode && identity->device == device)
      return &memory->files.items[i];
  }
  return NULL;
}

bool seg_hash_memory_find(struct seg_hash_memory *memory, const struct seg_file_identity *identity,
                          char sha256[SEG_SHA256_TEXT]) {
  struct seg_known_file *known = find(memory, identity->device, identity->inode);
  if (known == NULL || !seg_file_identity_equal(&known->hash.identity, identity))
    return false;
  known->is_used = true;
  memcpy(sha256, known->hash.sha256, SEG_SHA256_TEXT);
  return true;
}

static bool keeps_times(int file) {
  struct statfs system;
  return fstatfs(file, &system) == 0 &&
         (system.f_type == EXT4_SUPER_MAGIC || system.f_type == XFS_SUPER_MAGIC ||
          system.f_type == BTRFS_SUPER_MAGIC);
}

// A lease for reading is given only when nobody has the file open for writing. It goes back at
// once; of a writer who comes just then the system tells by a signal, one that is ignored unless
// the program asked for it.
static bool nobody_writes(int file) {
  if (fcntl(file, F_SETSIG, SIGURG) != 0 || fcntl(file, F_SETLEASE, F_RDLCK) != 0)
    return false;
  (void)fcntl(file, F_SETLEASE, F_UNLCK);
  return true;
}

bool seg_hash_memory_may_add(const struct seg_hash_memory *memory, int file,
                             const struct seg_file_identity *identity) {
  struct timespec now;
  if (!memory->is_open || identity->bytes < SEG_HASH_MEMORY_SMALLEST ||
      clock_gettime(CLOCK_REALTIME, &now) != 0)
    return false;
  int64_t since = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - identity->changed;
  return since >= settled && keeps_times(file) && nobody_writes(file);
}

void seg_hash_memory_add(struct seg_hash_memory *memory, const struct seg_file_hash *hash) {
  struct seg_known_file file = {.hash = *hash, .is_used = true};
  struct seg_known_file *known = find(memory, hash->identity.device, hash->identity.inode);
  if (known != NULL)
    *known = file;
  else if (!SEG_VEC_PUSH(&memory->files, file))
    return;
  memory->is_changed = true;
}

static bool write_entries(void *context, FILE *out) {
  const struct seg_hash_memory *memory = context;
  struct head head = {0};
  struct entry *entries = calloc(memory->files.count, sizeof *entries);
  if (entries == NULL)
    return false;
  for (int used = 1; used >= 0; used--)
    for (size_t i = 0; i < memory->files.count && head.count < SEG_HASH_MEMORY_FILES; i++) {
      const struct seg_known_file *file = &memory->files.items[i];
      if (file->is_used != (used == 1))
        continue;
      struct entry *entry = &entries[head.count++];
      entry->identity = file->hash.identity;
      memcpy(entry->sha256, file->hash.sha256, sizeof entry->sha256);
    }
  memcpy(head.what, what, sizeof what);
  memcpy(head.boot, memory->boot, sizeof head.boot);
  head.checksum = seg_hash_bytes(entries, head.count * sizeof *entries);
  bool written = fwrite(&head, sizeof head, 1, out) == 1 &&
                 fwrite(entries, sizeof *entries, head.count, out) == head.count;
  free(entries);
  return written;
}

void seg_hash_memory_keep(struct seg_hash_memory *memory) {
  if (memory->is_changed)
    (void)seg_private_folder_write(&memory->folder, name, write_entries, memory);
  memory->is_changed = false;
}
