// A file of a prepared store with other content, whose checksums say that it is right: opened and
// run it is refused with a code, or gives an answer. Bytes: the number of the file, then its
// content.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/store/checksum.h"
#include "runtime/store/npy.h"
#include "runtime/store/store.h"
#include "tests/fuzz/shop.h"
#include "tests/fuzz/target.h"

/** The store as it was made. */
struct made {
  struct shop shop;
  struct seg_store store;
  struct shop_file *current, *manifest, *checksums;
};

static void give_up(void) {
  fuzz_stop("no store can be made");
}

static struct shop_file *find_file(struct made *made, const char *name, size_t size) {
  for (uint32_t i = 0; i < made->shop.file_count; i++)
    if (strlen(made->shop.files[i].name) == size &&
        memcmp(made->shop.files[i].name, name, size) == 0)
      return &made->shop.files[i];
  give_up();
  return NULL;
}

static struct made *make(void) {
  static struct made made; // once a process
  struct seg_error error = {0};
  char name[SEG_STORE_NAME];
  if (made.current != NULL)
    return &made;
  if (!shop_init(&made.shop, SHOP_STORE) ||
      seg_store_open(&made.store, made.shop.store, &error) != SEG_OK)
    give_up();
  seg_store_manifest_name(name, 1);
  made.current = find_file(&made, SEG_STORE_CURRENT, strlen(SEG_STORE_CURRENT));
  made.manifest = find_file(&made, name, strlen(name));
  made.checksums = find_file(&made, SEG_STORE_CHECKSUMS, strlen(SEG_STORE_CHECKSUMS));
  return &made;
}

static void remove_shop(void) {
  struct made *made = make();
  seg_store_close(&made->store);
  shop_deinit(&made->shop);
}

// --- checksums that say that it is right ---

struct repair {
  struct made *made;
  const struct shop_file *file;
  const uint8_t *data;
  size_t size;
  uint8_t *checksums; // the whole file
};

static enum seg_status repair_array(void *context, struct seg_store_array *array,
                                    struct seg_error *error) {
  (void)error;
  struct repair *repair = context;
  if (!seg_str_is(array->file, repair->file->name) || repair->size != repair->file->size)
    return SEG_OK; // the size is looked at first
  size_t bytes = repair->size - SEG_NPY_HEADER;
  for (size_t begin = 0, block = array->block; begin < bytes;
       begin += SEG_CHECKSUM_BLOCK, block++) {
    size_t rest = bytes - begin;
    uint64_t sum = seg_checksum(repair->data + SEG_NPY_HEADER + begin,
                                rest < SEG_CHECKSUM_BLOCK ? rest : SEG_CHECKSUM_BLOCK);
    memcpy(repair->checksums + SEG_NPY_HEADER + block * sizeof sum, &sum, sizeof sum);
  }
  return SEG_OK;
}

static void name_manifest(struct made *made, const uint8_t *manifest, size_t size) {
  struct seg_arena arena;
  seg_arena_init(&arena);
  struct seg_str text =
      seg_store_current_text(&arena, 1, (struct seg_str){(const char *)manifest, size});
  shop_write(made->current->path, (const uint8_t *)text.data, text.size);
  seg_arena_deinit(&arena);
}

/** The manifest names the checksums by their own. */
static void name_checksums(struct made *made, const uint8_t *checksums) {
  char was[17], is[17];
  char *text = strndup((const char *)made->manifest->data, made->manifest->size);
  snprintf(was, sizeof was, "%016" PRIx64, made->store.manifest.generations[0].checksum);
  snprintf(is, sizeof is, "%016" PRIx64,
           seg_checksum(checksums + SEG_NPY_HEADER, made->checksums->size - SEG_NPY_HEADER));
  char *at = text == NULL ? NULL : strstr(text, was);
  if (at == NULL)
    give_up();
  memcpy(at, is, sizeof is - 1);
  shop_write(made->checksums->path, checksums, made->checksums->size);
  shop_write(made->manifest->path, (const uint8_t *)text, made->manifest->size);
  name_manifest(made, (const uint8_t *)text, made->manifest->size);
  free(text);
}

static void repair(struct made *made, const struct shop_file *file, const uint8_t *data,
                   size_t size) {
  if (file == made->manifest)
    name_manifest(made, data, size);
  if (file == made->manifest || file == made->current || file == made->checksums)
    return;
  struct repair repair = {.made = made, .file = file, .data = data, .size = size};
  repair.checksums = malloc(made->checksums->size);
  if (repair.checksums == NULL)
    give_up();
  memcpy(repair.checksums, made->checksums->data, made->checksums->size);
  (void)!seg_store_manifest_each_array(&made->store.manifest, repair_array, &repair, NULL);
  name_checksums(made, repair.checksums);
  free(repair.checksums);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static bool registered;
  struct made *made = make();
  if (!registered)
    registered = atexit(remove_shop) == 0;
  if (size == 0)
    return 0;
  struct shop_file *file = &made->shop.files[data[0] % made->shop.file_count];
  shop_write(file->path, data + 1, size - 1);
  repair(made, file, data + 1, size - 1);
  enum segc_status status = shop_run(&made->shop, false);
  struct segc_error error = segc_last_error(made->shop.session);
  if (status != SEGC_OK && (status != SEGC_FAILURE || error.code[0] != 'D'))
    fuzz_stop("status %d, code %s: %s", (int)status, error.code, error.message);
  shop_open(&made->shop);
  return 0;
}
