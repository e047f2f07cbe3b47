// See shared_pages.h.
#include "runtime/parquet/shared_pages.h"

void seg_shared_pages_init(struct seg_shared_pages *shared, int64_t part_rows, uint32_t parts) {
  *shared = (struct seg_shared_pages){.part_rows = part_rows, .parts = parts};
  pthread_mutex_init(&shared->lock, NULL);
}

static void discard(struct seg_shared_pages *shared) {
  for (size_t i = 0; i < shared->pages.count; i++)
    free(shared->pages.items[i].bytes);
  SEG_VEC_FREE(&shared->pages);
}

void seg_shared_pages_deinit(struct seg_shared_pages *shared) {
  discard(shared);
  pthread_mutex_destroy(&shared->lock);
}

bool seg_shared_pages_wants(const struct seg_shared_pages *shared,
                            const struct seg_parquet_page *page, int64_t row) {
  if (page->kind == SEG_PAGE_DICTIONARY)
    return true;
  int64_t last = row + page->count - 1;
  return page->count > 0 && row / shared->part_rows != last / shared->part_rows;
}

const struct seg_shared_page *seg_shared_pages_find(const struct seg_shared_pages *shared,
                                                    int64_t offset) {
  for (size_t i = 0; i < shared->pages.count; i++)
    if (shared->pages.items[i].offset == offset)
      return &shared->pages.items[i];
  return NULL;
}

void seg_shared_pages_part_done(struct seg_shared_pages *shared) {
  pthread_mutex_lock(&shared->lock);
  if (--shared->parts == 0)
    discard(shared);
  pthread_mutex_unlock(&shared->lock);
}
