// Files of object code; see object_cache.h. A file is a head and the code.
#include "compiler/codegen/object_cache.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/codegen/llvm_version.h"
#include "runtime/base/build_id.h"
#include "runtime/base/hash.h"
#include "runtime/base/siphash.h"

/** What stands before the code, as the machine writes it: it is never carried to another one. */
struct head {
  char what[16];
  struct seg_object_key key;
  uint64_t checksum; // of the code
  uint64_t size;     // bytes of it
};

enum { FILE_NAME = 64 };

static const char what[16] = "segc object 1\n";
static const char prefix[] = "object-";

static void file_name(struct seg_object_key key, char out[FILE_NAME]) {
  snprintf(out, FILE_NAME, "%s%016" PRIx64 "%016" PRIx64, prefix, key.words[0], key.words[1]);
}

// Texts with the byte 0 between them, so that two lists of texts are never the same bytes.
static void add_text(struct seg_siphash *hashes, const char *text) {
  for (int i = 0; i < 2; i++)
    seg_siphash_add(&hashes[i], text, strlen(text) + 1);
}

bool seg_object_key_of(const struct seg_code_inputs *inputs, const struct seg_jit_machine *machine,
                       struct seg_object_key *key) {
  char build[SEG_BUILD_ID_TEXT];
  seg_build_id(build);
  if (build[0] == '\0')
    return false;
  // Two keyed hashes of 64 bits are one of 128; any two different keys do.
  struct seg_siphash hashes[2];
  for (int i = 0; i < 2; i++)
    seg_siphash_init(&hashes[i], 0x7365676300000000u + (uint64_t)i, 0x6f626a6563740000u);
  char llvm[64];
  seg_llvm_version(llvm, sizeof llvm);
  const char *texts[] = {build, llvm, machine->triple, machine->cpu, machine->features};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    add_text(hashes, texts[i]);
  for (int i = 0; i < 2; i++) {
    seg_siphash_add(&hashes[i], inputs->words.items, inputs->words.count * sizeof(uint64_t));
    key->words[i] = seg_siphash_result(&hashes[i]);
  }
  return true;
}

LLVMMemoryBufferRef seg_object_cache_get(const struct seg_private_folder *folder,
                                         struct seg_object_key key) {
  char name[FILE_NAME];
  size_t size;
  file_name(key, name);
  char *bytes = seg_private_folder_read(folder, name, SEG_OBJECT_CACHE_BYTES / 2, &size);
  LLVMMemoryBufferRef object = NULL;
  struct head head;
  if (bytes != NULL && size > sizeof head) {
    memcpy(&head, bytes, sizeof head);
    const char *code = bytes + sizeof head;
    if (memcmp(head.what, what, sizeof what) == 0 && head.size == size - sizeof head &&
        memcmp(&head.key, &key, sizeof key) == 0 &&
        head.checksum == seg_hash_bytes(code, head.size))
      object = LLVMCreateMemoryBufferWithMemoryRangeCopy(code, head.size, name);
  }
  free(bytes);
  if (object != NULL)
    seg_private_folder_touch(folder, name);
  return object;
}

struct file {
  struct head head;
  const char *code;
};

static bool write_file(void *context, FILE *out) {
  const struct file *file = context;
  return fwrite(&file->head, sizeof file->head, 1, out) == 1 &&
         fwrite(file->code, 1, file->head.size, out) == file->head.size;
}

void seg_object_cache_put(const struct seg_private_folder *folder, struct seg_object_key key,
                          LLVMMemoryBufferRef object) {
  char name[FILE_NAME];
  file_name(key, name);
  struct file file = {.head = {.key = key, .size = LLVMGetBufferSize(object)},
                      .code = LLVMGetBufferStart(object)};
  if (file.head.size > SEG_OBJECT_CACHE_BYTES / 4)
    return;
  memcpy(file.head.what, what, sizeof what);
  file.head.checksum = seg_hash_bytes(file.code, file.head.size);
  if (seg_private_folder_write(folder, name, write_file, &file))
    seg_private_folder_trim(folder, prefix, SEG_OBJECT_CACHE_BYTES);
}
