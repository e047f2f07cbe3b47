/**
 * The values of a page, after its bytes were unpacked; private to this room.
 */
#ifndef SEG_RUNTIME_PARQUET_PAGE_VALUES_H
#define SEG_RUNTIME_PARQUET_PAGE_VALUES_H

#include "runtime/parquet/column_reader.h"

/** Bytes of a value that is written plainly; 0 for those of other sizes. */
size_t seg_parquet_value_size(enum seg_parquet_type type);

/** `count` texts from `*at` on, which moves behind them. */
enum seg_reader_result seg_parquet_read_texts(const uint8_t **at, const uint8_t *end,
                                              uint32_t count, struct seg_str *texts);

/** The bytes of the page are in reader->page: find levels and values in them. */
enum seg_reader_result seg_parquet_begin_values(struct seg_column_reader *reader,
                                                const struct seg_parquet_page *page);

/** Fill reader->stretch with the next `rows` rows, at most those that are left. */
enum seg_reader_result seg_parquet_take_values(struct seg_column_reader *reader, uint32_t rows);

enum seg_reader_result seg_parquet_skip_values(struct seg_column_reader *reader, uint32_t rows);

#endif
