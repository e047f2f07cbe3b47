/**
 * Shared pages: the rows of a row group are cut into parts that are read by several threads, and a
 * page may have rows of several parts. The first thread that wants such a page unpacks it, and the
 * others find it unpacked. One column's; so are dictionaries, which belong to every part.
 */
#ifndef SEG_RUNTIME_PARQUET_SHARED_PAGES_H
#define SEG_RUNTIME_PARQUET_SHARED_PAGES_H

#include <pthread.h>

#include "runtime/base/vec.h"
#include "runtime/parquet/parquet_page.h"

struct seg_shared_page {
  int64_t offset; // of its header in the file
  struct seg_parquet_page page;
  uint8_t *bytes; // unpacked, and slack behind them
};

struct seg_shared_pages {
  pthread_mutex_t lock;
  int64_t part_rows; // of each part; the last one may have fewer
  uint32_t parts;    // that are still to be read
  SEG_VEC(struct seg_shared_page) pages;
};

void seg_shared_pages_init(struct seg_shared_pages *shared, int64_t part_rows, uint32_t parts);
void seg_shared_pages_deinit(struct seg_shared_pages *shared);

/** Does a page belong to several parts, when the next row of the group is `row`? */
bool seg_shared_pages_wants(const struct seg_shared_pages *shared,
                            const struct seg_parquet_page *page, int64_t row);

/** The page whose header lies there; NULL: nobody has unpacked it. With the lock; valid until
 * another page is added, its bytes until the last part is done. */
const struct seg_shared_page *seg_shared_pages_find(const struct seg_shared_pages *shared,
                                                    int64_t offset);

/** A part is read; it wants nothing of the pages any more. After the last part they are gone. */
void seg_shared_pages_part_done(struct seg_shared_pages *shared);

#endif
