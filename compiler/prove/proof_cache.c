// The file behind the answers; see proof_cache.h. Numbers in it are as the machine writes them: it
// is never carried to another one.
#include "compiler/prove/proof_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/arena.h"
#include "runtime/base/build_id.h"
#include "runtime/base/hash.h"
#include "runtime/base/private_folder.h"
#include "runtime/base/vec.h"

enum { HEAD_SIZE = 128, FIRST_SLOTS = 1024 };

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
  struct seg_private_folder folder;
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

struct seg_proof_cache *seg_proof_cache_open(const char *folder, const char *version) {
  struct seg_proof_cache *cache = calloc(1, sizeof *cache);
  if (cache == NULL)
    return NULL;
  seg_arena_init(&cache->arena);
  char build[SEG_BUILD_ID_TEXT];
  seg_build_id(build);
  snprintf(cache->head, sizeof cache->head, "segc proofs, version %s, build %s\n", version, build);
  if (!seg_private_folder_open(&cache->folder, folder)) {
    seg_proof_cache_close(cache);
    return NULL;
  }
  size_t size;
  char *bytes =
      seg_private_folder_read(&cache->folder, file_name, 2 * (size_t)SEG_PROOF_CACHE_BYTES, &size);
  if (bytes != NULL)
    read_records(cache, bytes, size);
  free(bytes);
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
static bool write_records(void *context, FILE *out) {
  const struct seg_proof_cache *cache = context;
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
  return true;
}

void seg_proof_cache_write(struct seg_proof_cache *cache) {
  if (cache == NULL || !cache->changed || cache->records.count == 0)
    return;
  cache->changed = false;
  qsort(cache->records.items, cache->records.count, sizeof *cache->records.items, by_age);
  memset(cache->slots, 0, cache->slot_count * sizeof *cache->slots);
  for (uint32_t i = 0; i < cache->records.count; i++)
    *find(cache, cache->records.items[i].head.key) = i + 1;
  (void)seg_private_folder_write(&cache->folder, file_name, write_records, cache);
}

void seg_proof_cache_close(struct seg_proof_cache *cache) {
  if (cache == NULL)
    return;
  seg_arena_deinit(&cache->arena);
  SEG_VEC_FREE(&cache->records);
  free(cache->slots);
  free(cache);
}
