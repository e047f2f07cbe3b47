// The file behind the answers; see proof_cache.h. Numbers in it are as the machine writes them: it
// is never carried to another one.
#include "compiler/prove/proof_cache.h"

#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/arena.h"
#include "runtime/base/hash.h"
#include "runtime/base/vec.h"

enum { HEAD_SIZE = 128, PATH_SIZE = 4096, FIRST_SLOTS = 1024 };

static const char file_name[] = "proofs";

/** What stands before each record in the file. */
struct record_head {
  struct seg_proof_key key;
  uint64_t checksum; // of key and record
  uint32_t size;
  uint32_t age; // runs since it was last asked for
};

struct record {
  struct record_head head;
  struct seg_str text;
};

struct seg_proof_cache {
  char folder[PATH_SIZE];
  char head[HEAD_SIZE]; // of the file
  struct seg_arena arena;
  SEG_VEC(struct record) records;
  uint32_t *slots; // record + 1 by key
  uint32_t slot_count;
  bool changed;
};

static uint64_t checksum_of(struct seg_proof_key key, struct seg_str text) {
  return seg_hash_mix(seg_hash_mix(key.words[0], key.words[1]), seg_str_hash(text));
}

// --- the table ---

static uint32_t *find(const struct seg_proof_cache *cache, struct seg_proof_key key) {
  uint64_t at = key.words[0] & (cache->slot_count - 1);
  while (cache->slots[at] != 0) {
    const struct record *record = &cache->records.items[cache->slots[at] - 1];
    if (record->head.key.words[0] == key.words[0] && record->head.key.words[1] == key.words[1])
      break;
    at = (at + 1) & (cache->slot_count - 1);
  }
  return &cache->slots[at];
}

static bool grow(struct seg_proof_cache *cache) {
  uint32_t count = cache->slot_count == 0 ? FIRST_SLOTS : cache->slot_count * 2;
  uint32_t *slots = calloc(count, sizeof *slots);
  if (slots == NULL)
    return false;
  free(cache->slots);
  cache->slots = slots;
  cache->slot_count = count;
  for (uint32_t i = 0; i < cache->records.count; i++)
    *find(cache, cache->records.items[i].head.key) = i + 1;
  return true;
}

static void add(struct seg_proof_cache *cache, struct record_head head, struct seg_str text) {
  if (cache->records.count * 2 >= cache->slot_count && !grow(cache))
    return;
  uint32_t *slot = find(cache, head.key);
  struct record record = {head, seg_arena_str(&cache->arena, text)};
  if (record.text.data == NULL)
    return;
  if (*slot != 0)
    cache->records.items[*slot - 1] = record;
  else if (SEG_VEC_PUSH(&cache->records, record))
    *slot = (uint32_t)cache->records.count;
}

bool seg_proof_cache_get(struct seg_proof_cache *cache, struct seg_proof_key key,
                         struct seg_str *record) {
  uint32_t number = cache->slot_count == 0 ? 0 : *find(cache, key);
  if (number == 0)
    return false;
  struct record *found = &cache->records.items[number - 1];
  // A file that is only read is not written again for the ages alone, until they are worth it.
  cache->changed = cache->changed || found->head.age > 8;
  found->head.age = 0;
  *record = found->text;
  return true;
}

void seg_proof_cache_put(struct seg_proof_cache *cache, struct seg_proof_key key,
                         struct seg_str record) {
  if (record.size > SEG_PROOF_CACHE_BYTES / 8)
    return;
  struct record_head head = {
      .key = key, .checksum = checksum_of(key, record), .size = (uint32_t)record.size};
  add(cache, head, record);
  cache->changed = true;
}

// --- reading ---

/** Ours, and nobody else's to write to. */
static bool is_ours(const struct stat *entry) {
  return entry->st_uid == geteuid() && (entry->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static void read_records(struct seg_proof_cache *cache, const char *bytes, size_t size) {
  size_t at = HEAD_SIZE;
  if (size < HEAD_SIZE || memcmp(bytes, cache->head, HEAD_SIZE) != 0)
    return;
  while (size - at >= sizeof(struct record_head)) {
    struct record_head head;
    memcpy(&head, bytes + at, sizeof head);
    at += sizeof head;
    if (head.size > size - at)
      return; // cut off
    struct seg_str text = {bytes + at, head.size};
    at += head.size;
    if (head.checksum != checksum_of(head.key, text))
      return; // whatever follows may be anything
    head.age += head.age < UINT32_MAX;
    add(cache, head, text);
  }
}

static void read_file(struct seg_proof_cache *cache) {
  char path[PATH_SIZE + sizeof file_name + 1];
  struct stat entry;
  snprintf(path, sizeof path, "%s/%s", cache->folder, file_name);
  int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    return;
  if (fstat(file, &entry) == 0 && S_ISREG(entry.st_mode) && is_ours(&entry) && entry.st_size > 0 &&
      entry.st_size <= 2 * (off_t)SEG_PROOF_CACHE_BYTES) {
    size_t size = (size_t)entry.st_size, got = 0;
    char *bytes = malloc(size);
    ssize_t part = 1;
    while (bytes != NULL && got < size && part > 0) {
      part = read(file, bytes + got, size - got);
      got += part > 0 ? (size_t)part : 0;
    }
    if (bytes != NULL)
      read_records(cache, bytes, got);
    free(bytes);
  }
  close(file);
}

/** Make the folder and those above it, for us alone. */
static bool make_folder(char *path) {
  struct stat entry;
  for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
    *at = '\0';
    (void)mkdir(path, 0700);
    *at = '/';
  }
  (void)mkdir(path, 0700);
  return stat(path, &entry) == 0 && S_ISDIR(entry.st_mode) && is_ours(&entry);
}

static bool name_folder(struct seg_proof_cache *cache, const char *folder) {
  const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  int size;
  if (folder != NULL)
    size = snprintf(cache->folder, sizeof cache->folder, "%s", folder);
  else if (base != NULL && base[0] == '/')
    size = snprintf(cache->folder, sizeof cache->folder, "%s/segc", base);
  else if (home != NULL && home[0] == '/')
    size = snprintf(cache->folder, sizeof cache->folder, "%s/.cache/segc", home);
  else
    return false;
  return size > 0 && (size_t)size < sizeof cache->folder && make_folder(cache->folder);
}

// --- which build this is ---

struct build {
  uintptr_t place; // in the program or library that is asked for
  char id[2 * 20 + 1];
};

static void read_notes(struct build *build, const char *at, size_t size) {
  ElfW(Nhdr) note;
  while (size > sizeof note) {
    memcpy(&note, at, sizeof note);
    size_t name = (note.n_namesz + 3u) & ~3u, content = (note.n_descsz + 3u) & ~3u;
    if (name > size - sizeof note || content > size - sizeof note - name)
      return;
    const unsigned char *bytes = (const unsigned char *)at + sizeof note + name;
    for (size_t i = 0; note.n_type == NT_GNU_BUILD_ID && i < note.n_descsz && i < 20; i++)
      snprintf(build->id + 2 * i, 3, "%02x", bytes[i]);
    at += sizeof note + name + content;
    size -= sizeof note + name + content;
  }
}

static int look_at_object(struct dl_phdr_info *object, size_t size, void *data) {
  (void)size;
  struct build *build = data;
  bool ours = false;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[i];
    uintptr_t from = object->dlpi_addr + part->p_vaddr;
    ours = ours ||
           (part->p_type == PT_LOAD && build->place >= from && build->place - from < part->p_memsz);
  }
  for (int i = 0; ours && i < object->dlpi_phnum; i++)
    if (object->dlpi_phdr[i].p_type == PT_NOTE)
      read_notes(build, (const char *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr),
                 object->dlpi_phdr[i].p_memsz);
  return ours;
}

/** What the linker says of this build: another one may prove differently. Empty when it says
 * nothing.
 */
static struct build this_build(void) {
  struct build build = {.place = (uintptr_t)&look_at_object};
  (void)dl_iterate_phdr(look_at_object, &build);
  return build;
}

struct seg_proof_cache *seg_proof_cache_open(const char *folder, const char *version) {
  struct seg_proof_cache *cache = calloc(1, sizeof *cache);
  if (cache == NULL)
    return NULL;
  seg_arena_init(&cache->arena);
  struct build build = this_build();
  snprintf(cache->head, sizeof cache->head, "segc proofs, version %s, build %s\n", version,
           build.id);
  if (!name_folder(cache, folder)) {
    seg_proof_cache_close(cache);
    return NULL;
  }
  read_file(cache);
  return cache;
}

// --- writing ---

static int by_age(const void *a, const void *b) {
  const struct record *x = a, *y = b;
  if (x->head.age != y->head.age)
    return x->head.age < y->head.age ? -1 : 1;
  int first =
      (x->head.key.words[0] > y->head.key.words[0]) - (x->head.key.words[0] < y->head.key.words[0]);
  return first != 0 ? first
                    : (x->head.key.words[1] > y->head.key.words[1]) -
                          (x->head.key.words[1] < y->head.key.words[1]);
}

/** What was asked for last comes first; what is too much is forgotten. */
static bool write_records(struct seg_proof_cache *cache, FILE *out) {
  size_t size = HEAD_SIZE;
  fwrite(cache->head, 1, HEAD_SIZE, out);
  for (size_t i = 0; i < cache->records.count; i++) {
    const struct record *record = &cache->records.items[i];
    size += sizeof record->head + record->text.size;
    if (size > SEG_PROOF_CACHE_BYTES)
      break;
    fwrite(&record->head, sizeof record->head, 1, out);
    fwrite(record->text.data, 1, record->text.size, out);
  }
  return fflush(out) == 0 && !ferror(out) && fsync(fileno(out)) == 0;
}

void seg_proof_cache_write(struct seg_proof_cache *cache) {
  char path[PATH_SIZE + sizeof file_name + 1], temporary[PATH_SIZE + 32];
  if (cache == NULL || !cache->changed || cache->records.count == 0)
    return;
  cache->changed = false;
  qsort(cache->records.items, cache->records.count, sizeof *cache->records.items, by_age);
  memset(cache->slots, 0, cache->slot_count * sizeof *cache->slots);
  for (uint32_t i = 0; i < cache->records.count; i++)
    *find(cache, cache->records.items[i].head.key) = i + 1;
  snprintf(path, sizeof path, "%s/%s", cache->folder, file_name);
  snprintf(temporary, sizeof temporary, "%s/.proofs-XXXXXX", cache->folder);
  int file = mkstemp(temporary);
  FILE *out = file < 0 ? NULL : fdopen(file, "wb");
  if (out == NULL) {
    if (file >= 0) {
      close(file);
      (void)unlink(temporary);
    }
    return;
  }
  bool written = write_records(cache, out);
  written = fclose(out) == 0 && written;
  if (!written || rename(temporary, path) != 0)
    (void)unlink(temporary);
}

void seg_proof_cache_close(struct seg_proof_cache *cache) {
  if (cache == NULL)
    return;
  seg_arena_deinit(&cache->arena);
  SEG_VEC_FREE(&cache->records);
  free(cache->slots);
  free(cache);
}
