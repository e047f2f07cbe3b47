// Files of answers; see store_answer.h. A file is a head, the counts, and the hash of both.
#include "runtime/store/store_answer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/hash.h"
#include "runtime/base/private_folder.h"

enum { FORM = 1, FOLDER_BYTES = 1 << 24 };

static const char prefix[] = "answer-";

struct head {
  char what[8];
  uint64_t form;
  struct seg_store_answer_key key;
  uint64_t manifest_hash;
  int64_t as_of;
  uint64_t customers;
  uint64_t count;
};

enum { NAME = sizeof prefix + 2 * 16 + 2 };

static struct head head_of(struct seg_store_answer_key key, uint64_t manifest_hash) {
  struct head head = {.form = FORM, .key = key, .manifest_hash = manifest_hash};
  memcpy(head.what, "segcount", sizeof head.what);
  return head;
}

static void name_of(char name[NAME], struct seg_store_answer_key key, uint64_t manifest_hash) {
  snprintf(name, NAME, "%s%016" PRIx64 "-%016" PRIx64, prefix, key.first, manifest_hash);
}

static bool open_folder(const struct seg_store *store, struct seg_private_folder *folder) {
  char path[SEG_PRIVATE_PATH];
  int size = snprintf(path, sizeof path, "%s/" SEG_STORE_ANSWERS, store->path);
  return size > 0 && (size_t)size < sizeof path && seg_private_folder_open(folder, path);
}

static bool understand(const unsigned char *bytes, size_t size, const struct head *wanted,
                       struct seg_store_answer *answer) {
  struct head head;
  size_t counts = wanted->count * sizeof *answer->counts;
  uint64_t hash;
  if (size != sizeof head + counts + sizeof hash)
    return false;
  memcpy(&head, bytes, sizeof head);
  memcpy(&hash, bytes + sizeof head + counts, sizeof hash);
  if (hash != seg_hash_bytes(bytes, sizeof head + counts) || head.as_of < INT32_MIN ||
      head.as_of > INT32_MAX)
    return false;
  *answer = (struct seg_store_answer){(int32_t)head.as_of, head.customers, head.count, NULL};
  head.as_of = 0;
  head.customers = 0;
  if (memcmp(&head, wanted, sizeof head) != 0)
    return false;
  answer->counts = malloc(counts + 1);
  if (answer->counts != NULL)
    memcpy(answer->counts, bytes + sizeof head, counts);
  return answer->counts != NULL;
}

static bool find(const struct seg_private_folder *folder, struct seg_store_answer_key key,
                 uint64_t manifest_hash, uint64_t count, struct seg_store_answer *answer) {
  char name[NAME];
  name_of(name, key, manifest_hash);
  struct head wanted = head_of(key, manifest_hash);
  wanted.count = count;
  size_t size;
  char *bytes = seg_private_folder_read(folder, name, FOLDER_BYTES, &size);
  bool found = bytes != NULL && understand((const unsigned char *)bytes, size, &wanted, answer);
  free(bytes);
  if (found)
    seg_private_folder_touch(folder, name);
  return found;
}

bool seg_store_answer_find(const struct seg_store *store, struct seg_store_answer_key key,
                           uint64_t count, struct seg_store_answer *answer,
                           const struct seg_store_state **state) {
  struct seg_private_folder folder;
  *state = NULL;
  if (!open_folder(store, &folder))
    return false;
  if (find(&folder, key, store->manifest_hash, count, answer))
    return true;
  for (uint32_t i = store->manifest.state_count; i > 0; i--) {
    *state = &store->manifest.states[i - 1];
    if (find(&folder, key, (*state)->manifest_hash, count, answer))
      return true;
  }
  return false;
}

/** What is written. */
struct writing {
  struct head head;
  const struct seg_store_answer *answer;
};

static bool write_answer(void *context, FILE *out) {
  const struct writing *writing = context;
  size_t counts = writing->answer->count * sizeof *writing->answer->counts;
  unsigned char *bytes = malloc(sizeof writing->head + counts + sizeof(uint64_t));
  if (bytes == NULL)
    return false;
  memcpy(bytes, &writing->head, sizeof writing->head);
  if (counts > 0)
    memcpy(bytes + sizeof writing->head, writing->answer->counts, counts);
  size_t size = sizeof writing->head + counts;
  uint64_t hash = seg_hash_bytes(bytes, size);
  memcpy(bytes + size, &hash, sizeof hash);
  size += sizeof hash;
  bool fine = fwrite(bytes, 1, size, out) == size;
  free(bytes);
  return fine;
}

void seg_store_answer_keep(const struct seg_store *store, struct seg_store_answer_key key,
                           const struct seg_store_answer *answer) {
  struct seg_private_folder folder;
  char name[NAME];
  struct writing writing = {head_of(key, store->manifest_hash), answer};
  writing.head.as_of = answer->as_of;
  writing.head.customers = answer->customers;
  writing.head.count = answer->count;
  if (!open_folder(store, &folder))
    return;
  name_of(name, key, store->manifest_hash);
  if (seg_private_folder_write(&folder, name, write_answer, &writing))
    seg_private_folder_trim(&folder, prefix, FOLDER_BYTES);
}
