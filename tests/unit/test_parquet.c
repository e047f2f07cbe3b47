// runtime/parquet piece by piece: Snappy, runs and packed bits, and differences by examples of
// their specifications, columns whose pages are put together here, and footers with any byte
// changed.
#include "tests/unit/io_support.h"

#include <fcntl.h>

#include "runtime/io/thrift.h"
#include "runtime/parquet/column_reader.h"
#include "runtime/parquet/page_checksum.h"
#include "runtime/parquet/unpack.h"

/* Literals and copies by the format's description; every size of copy, overlapping ones too. */
static void snappy(void **state) {
  (void)state;
  uint8_t out[256];
  // "Wikipedia" as a literal, then 5 bytes of 9 back (kind 1), then 20 bytes of 2 back (kind 2).
  static const uint8_t packed[] = {34,  8 << 2, 'W', 'i',          'k', 'i',           'p', 'e',
                                   'd', 'i',    'a', 1 | (1 << 2), 9,   2 | (19 << 2), 2,   0};
  assert_true(seg_parquet_unpack(SEG_PARQUET_SNAPPY, packed, sizeof packed, out, 34));
  assert_memory_equal(out, "WikipediaWikipipipipipipipipipipip", 34);
  assert_false(seg_parquet_unpack(SEG_PARQUET_SNAPPY, packed, sizeof packed, out, 33));
  for (size_t cut = 0; cut < sizeof packed; cut++)
    assert_false(seg_parquet_unpack(SEG_PARQUET_SNAPPY, packed, cut, out, 34));
  static const uint8_t too_far[] = {6, 0, 'a', 1 | (1 << 2), 2};
  assert_false(seg_parquet_unpack(SEG_PARQUET_SNAPPY, too_far, sizeof too_far, out, 6));
  // A literal of 100 bytes (its size in the next byte), and 64 bytes of `back` bytes back.
  for (uint8_t back = 1; back <= 100; back++) {
    uint8_t long_one[110] = {164, 1, 60 << 2, 99};
    for (uint8_t i = 0; i < 100; i++)
      long_one[4 + i] = i;
    long_one[104] = 3 | (63 << 2);
    long_one[105] = back;
    memset(long_one + 106, 0, 3);
    assert_true(seg_parquet_unpack(SEG_PARQUET_SNAPPY, long_one, 109, out, 164));
    for (int i = 0; i < 164; i++)
      assert_int_equal(out[i], i < 100 ? i : 100 - back + (i - 100) % back);
  }
}

/* The example of Parquet's specification, 0 to 7 in three bits each, then runs. */
static void hybrid(void **state) {
  (void)state;
  static const uint8_t bytes[24] = {3, 0x88, 0xc6, 0xfa, 10 << 1, 5};
  struct seg_hybrid runs;
  uint32_t values[18], largest;
  seg_hybrid_init(&runs, bytes, 6, 3);
  assert_true(seg_hybrid_read(&runs, 18, values, &largest));
  for (uint32_t i = 0; i < 18; i++)
    assert_int_equal(values[i], i < 8 ? i : 5);
  assert_int_equal(largest, 7);
  assert_false(seg_hybrid_read(&runs, 1, values, &largest));
  seg_hybrid_init(&runs, bytes, 6, 3);
  assert_true(seg_hybrid_skip(&runs, 7));
  assert_true(seg_hybrid_read(&runs, 2, values, &largest));
  assert_true(values[0] == 7 && values[1] == 5);
  assert_true(seg_hybrid_is_run(&runs, 9, 5));
  assert_false(seg_hybrid_is_run(&runs, 10, 5));
  // Bits: 200 of a run of ones, then 16 packed ones, 0x0f 0xa5.
  static const uint8_t levels[24] = {0x90, 3, 1, 5, 0x0f, 0xa5};
  uint64_t bits[4] = {0};
  seg_hybrid_init(&runs, levels, 6, 1);
  assert_true(seg_hybrid_skip(&runs, 3));
  assert_true(seg_hybrid_read_bits(&runs, 213, bits));
  assert_int_equal(seg_bitmap_count(bits, 213), 197 + 8);
  assert_true(seg_bitmap_test(bits, 196) && seg_bitmap_test(bits, 200));
  assert_false(seg_bitmap_test(bits, 201));
  assert_true(seg_bitmap_test(bits, 197 + 8) && !seg_bitmap_test(bits, 197 + 9));
  assert_false(seg_hybrid_read_bits(&runs, 1, bits));
}

/** The check value of CRC-32 that every list of checksums has; then bit by bit, by definition. */
static void checksums(void **state) {
  (void)state;
  static uint8_t bytes[3000];
  assert_int_equal(seg_page_checksum(0, "123456789", 9), 0xcbf43926);
  assert_int_equal(seg_page_checksum(seg_page_checksum(0, "1234", 4), "56789", 5), 0xcbf43926);
  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (uint8_t)(i * 2654435761u >> 13);
  for (size_t size = 0; size < 1000; size++) {
    size_t first = size % 97;
    uint32_t before = size % 3 == 0 ? 0 : (uint32_t)size * 2654435761u, wanted = ~before;
    for (size_t i = first; i < first + size; i++) {
      wanted ^= bytes[i];
      for (int bit = 0; bit < 8; bit++)
        wanted = wanted >> 1 ^ (0xedb88320u & -(wanted & 1));
    }
    assert_int_equal(seg_page_checksum(before, bytes + first, size), ~wanted);
  }
}

/* Numbers of every width, packed bit by bit, from the first one on and from another. */
static void unpacking(void **state) {
  (void)state;
  enum { COUNT = 203 };
  for (uint32_t width = 0; width <= 32; width++) {
    uint8_t packed[COUNT * 4 + SEG_PARQUET_SLACK] = {0};
    uint32_t numbers[COUNT], out[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
      numbers[i] = (uint32_t)(i * UINT64_C(0x9e3779b97f4a7c15) >> 32);
      numbers[i] = width == 0 ? 0 : numbers[i] >> (32 - width);
      for (uint32_t b = 0; b < width; b++)
        packed[(i * width + b) / 8] |= (uint8_t)((numbers[i] >> b & 1) << ((i * width + b) % 8));
    }
    for (uint32_t first = 0; first < 18; first++) {
      uint32_t largest = 0;
      for (uint32_t i = first; i < COUNT; i++)
        largest = numbers[i] > largest ? numbers[i] : largest;
      assert_int_equal(seg_unpack(packed, (uint64_t)first * width, width, COUNT - first, out),
                       largest);
      assert_memory_equal(out, numbers + first, (COUNT - first) * sizeof *out);
    }
  }
}

/* A header that cannot be, and a run without its value: also whoever asks a second time is refused,
 * with whatever stands behind. */
static void damaged_hybrid(void **state) {
  (void)state;
  static const uint8_t endless[24] = {0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 8 << 1, 1};
  static const uint8_t cut[24] = {8 << 1};
  static const struct {
    const uint8_t *bytes;
    size_t size;
  } cases[] = {{endless, 8}, {cut, 1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct seg_hybrid runs;
    uint64_t bits[1] = {0};
    uint32_t values[8], largest;
    seg_hybrid_init(&runs, cases[i].bytes, cases[i].size, 1);
    assert_false(seg_hybrid_is_run(&runs, 8, 1));
    assert_false(seg_hybrid_read_bits(&runs, 8, bits));
    assert_false(seg_hybrid_read(&runs, 8, values, &largest));
    assert_false(seg_hybrid_skip(&runs, 8));
  }
}

/* The examples of Parquet's specification: 1 to 5, and 7, 5, 3, 1, 2, 3, 4, 5; then damaged ones.
 */
static void differences(void **state) {
  (void)state;
  int64_t values[8];
  struct seg_delta delta;
  // Blocks of 8 values in one part. Numbers with a sign are folded: 2 is 1, 3 is -2, 14 is 7.
  static const uint8_t steady[] = {8, 1, 5, 2, 2, 0, [15] = 0, [31] = 0};
  assert_true(seg_delta_init(&delta, steady, 6));
  assert_true(seg_delta_read(&delta, 2, values));
  assert_true(seg_delta_read(&delta, 3, values + 2));
  for (int i = 0; i < 5; i++)
    assert_int_equal(values[i], i + 1);
  assert_false(seg_delta_read(&delta, 1, values));
  // Over the least difference, -2, the others are 0 0 0 3 3 3 3 in two bits each, the lowest first.
  static const uint8_t turning[] = {8, 1, 8, 14, 3, 2, 0xc0, 0x3f, [31] = 0};
  static const int64_t expected[] = {7, 5, 3, 1, 2, 3, 4, 5};
  assert_true(seg_delta_init(&delta, turning, 8));
  assert_true(seg_delta_read(&delta, 8, values));
  assert_memory_equal(values, expected, sizeof expected);
  for (size_t cut = 0; cut < 8; cut++)
    assert_false(seg_delta_init(&delta, turning, cut) && seg_delta_read(&delta, 8, values));
  static const uint8_t bad[][32] = {
      {8, 0, 8, 14, 3, 2, 0xc0, 0x3f},    // no parts
      {0, 1, 8, 14, 3, 2, 0xc0, 0x3f},    // no values
      {8, 3, 8, 14, 3, 2, 0xc0, 0x3f},    // parts of no whole size
      {8, 1, 8, 14, 3, 65, 0xc0, 0x3f},   // wider than a number
      {8, 1, 8, 255, 255, 255, 255, 255}, // a number without an end
  };
  for (size_t b = 0; b < sizeof bad / sizeof *bad; b++)
    assert_false(seg_delta_init(&delta, bad[b], 8) && seg_delta_read(&delta, 8, values));
}

/** A file that is written page by page. */
struct pages {
  FILE *file;
  int64_t size;
};

static void add_bytes(struct pages *pages, const void *bytes, size_t size) {
  assert_int_equal(fwrite(bytes, 1, size, pages->file), size);
  pages->size += (int64_t)size;
}

// A page as it is, not packed. `kind`: 0 values, 2 a dictionary, 3 values with `levels` bytes in
// front that are never packed.
static void add_page(struct pages *pages, int kind, int count, int encoding, int levels,
                     const void *bytes, size_t size) {
  struct seg_thrift thrift;
  seg_thrift_init(&thrift);
  seg_thrift_integer(&thrift, 1, SEG_THRIFT_I32, kind);
  seg_thrift_integer(&thrift, 2, SEG_THRIFT_I32, (int64_t)size);
  seg_thrift_integer(&thrift, 3, SEG_THRIFT_I32, (int64_t)size);
  seg_thrift_struct(&thrift, kind == 3 ? 8 : kind == 2 ? 7 : 5);
  seg_thrift_integer(&thrift, 1, SEG_THRIFT_I32, count);
  if (kind != 3)
    seg_thrift_integer(&thrift, 2, SEG_THRIFT_I32, encoding);
  if (kind == 0)
    seg_thrift_integer(&thrift, 3, SEG_THRIFT_I32, 3);
  if (kind == 3)
    seg_thrift_integer(&thrift, 4, SEG_THRIFT_I32, encoding);
  if (kind == 3)
    seg_thrift_integer(&thrift, 5, SEG_THRIFT_I32, levels);
  seg_thrift_end(&thrift);
  seg_thrift_end(&thrift);
  assert_false(thrift.failed);
  add_bytes(pages, thrift.bytes, thrift.count);
  add_bytes(pages, bytes, size);
  seg_thrift_deinit(&thrift);
}

/** All that a reader gives, in rows. */
struct column {
  enum seg_reader_result result;
  int64_t count;
  int32_t values[64]; // -1: missing
};

static const struct seg_parquet_column column = {.type = SEG_PARQUET_INT32, .optional = true};

// Rows `all->count` .. `end` - 1, where `reader` stands at the first.
static void read_rows(struct seg_column_reader *reader, int64_t end, struct column *all) {
  while (all->result == SEG_READER_FINE && all->count < end) {
    int64_t rest = end - all->count;
    all->result = seg_column_reader_next(reader, rest < 3 ? (uint32_t)rest : 3);
    const struct seg_parquet_stretch *stretch = &reader->stretch;
    for (uint32_t i = 0; all->result == SEG_READER_FINE && i < stretch->rows; i++) {
      const int32_t *values = stretch->codes != NULL ? reader->dictionary.values : stretch->values;
      bool known = stretch->known == NULL || seg_bitmap_test(stretch->known, i);
      uint32_t at = stretch->codes != NULL ? stretch->codes[i] : i;
      if (stretch->codes != NULL)
        assert_int_equal(known, at < reader->dictionary.count);
      all->values[all->count++] = known ? values[at] : -1;
    }
  }
}

static struct column read_column(const char *path, int64_t size, int64_t rows, int64_t from) {
  struct seg_parquet_chunk chunk = {.size = size, .codec = SEG_PARQUET_PLAIN, .readable = true};
  const struct seg_parquet_group group = {.row_count = rows, .chunks = &chunk};
  struct seg_column_reader reader = {0};
  struct column all = {0};
  int descriptor = open(path, O_RDONLY);
  all.result = seg_column_reader_seek(&reader, descriptor, &column, &group, from, NULL);
  read_rows(&reader, rows - from, &all);
  seg_column_reader_deinit(&reader);
  close(descriptor);
  return all;
}

static struct pages begin(void) {
  struct pages pages = {.file = fopen(io_path("column"), "wb")};
  assert_non_null(pages.file);
  return pages;
}

static struct column finish(struct pages *pages, int64_t rows, int64_t from) {
  assert_int_equal(fclose(pages->file), 0);
  return read_column(io_path("column"), pages->size, rows, from);
}

static const uint8_t dictionary[] = {10, 0, 0, 0, 20, 0, 0, 0, 30, 0, 0, 0};
// Levels 1 0 1 1 (packed), then codes of two bits: 2 0 1.
static const uint8_t coded[] = {2, 0, 0, 0, 3, 0x0d, 2, 3, 0x12, 0};
// Two values, both there: a run of levels, then the values themselves.
static const uint8_t plain[] = {2, 0, 0, 0, 4, 1, 7, 0, 0, 0, 8, 0, 0, 0};
// The same with the levels' size in the header.
static const uint8_t plain_v2[] = {4, 1, 7, 0, 0, 0, 8, 0, 0, 0};
// Values 7, 0x01020308 and -2 with missing ones between, each byte in a stream of its own.
static const uint8_t split[] = {2, 0, 0,    0, 3, 0x15, 7, 8, 0xfe,
                                0, 3, 0xff, 0, 2, 0xff, 0, 1, 0xff};
static const uint8_t all_missing[] = {2, 0, 0, 0, 6, 0};

static struct pages whole(void) {
  struct pages pages = begin();
  add_page(&pages, 2, 3, 0, 0, dictionary, sizeof dictionary);
  add_page(&pages, 0, 4, 8, 0, coded, sizeof coded);
  add_page(&pages, 1, 0, 0, 0, "index", 5); // of a kind that nobody needs
  add_page(&pages, 0, 3, 8, 0, all_missing, sizeof all_missing);
  add_page(&pages, 0, 2, 0, 0, plain, sizeof plain);
  add_page(&pages, 3, 2, 0, 2, plain_v2, sizeof plain_v2);
  return pages;
}

static void pages_of_a_column(void **state) {
  (void)state;
  static const int32_t expected[] = {30, -1, 10, 20, -1, -1, -1, 7, 8, 7, 8};
  for (int64_t from = 0; from < 11; from++) {
    struct pages pages = whole();
    struct column all = finish(&pages, 11, from);
    assert_int_equal(all.result, SEG_READER_FINE);
    assert_int_equal(all.count, 11 - from);
    assert_memory_equal(all.values, expected + from, (size_t)all.count * sizeof *expected);
  }
}

/* Two readers take turns at parts of three rows: what belongs to several parts is unpacked once. */
static void shared_pages(void **state) {
  (void)state;
  enum { ROWS = 11, PART = 3, PARTS = 4 };
  static const int32_t expected[ROWS] = {30, -1, 10, 20, -1, -1, -1, 7, 8, 7, 8};
  struct pages pages = whole();
  assert_int_equal(fclose(pages.file), 0);
  struct seg_parquet_chunk chunk = {
      .size = pages.size, .codec = SEG_PARQUET_PLAIN, .readable = true};
  const struct seg_parquet_group group = {.row_count = ROWS, .chunks = &chunk};
  struct seg_column_reader readers[2] = {{0}, {0}};
  struct seg_shared_pages shared;
  struct column all = {0};
  int file = open(io_path("column"), O_RDONLY);
  seg_shared_pages_init(&shared, PART, PARTS);
  for (int part = 0; part < PARTS; part++) {
    struct seg_column_reader *reader = &readers[part % 2];
    // The second part's first row is in the first page: nothing of it is read from the file.
    int from = part == 1 ? -1 : file;
    all.result = seg_column_reader_seek(reader, from, &column, &group, part * PART, &shared);
    read_rows(reader, part * PART + 1, &all);
    reader->descriptor = file;
    read_rows(reader, part < PARTS - 1 ? (part + 1) * PART : ROWS, &all);
    assert_int_equal(all.result, SEG_READER_FINE);
    // The dictionary, the first page (rows 0 to 3) and the second (4 to 6).
    assert_int_equal(shared.pages.count, part == 0 ? 2 : 3);
    seg_column_reader_lend(reader, &readers[1 - part % 2]);
    if (part < PARTS - 1)
      seg_shared_pages_part_done(&shared);
  }
  assert_memory_equal(all.values, expected, sizeof expected);
  seg_shared_pages_part_done(&shared);
  assert_int_equal(shared.pages.count, 0);
  seg_shared_pages_deinit(&shared);
  for (int r = 0; r < 2; r++)
    seg_column_reader_deinit(&readers[r]);
  close(file);
}

/* From each row on: what is skipped moves all streams alike. */
static void split_pages(void **state) {
  (void)state;
  static const int32_t expected[] = {7, -1, 0x01020308, -1, -2, 7, -1, 0x01020308, -1, -2};
  for (int64_t from = 0; from < 10; from++) {
    struct pages pages = begin();
    add_page(&pages, 0, 5, 9, 0, split, sizeof split);
    add_page(&pages, 0, 5, 9, 0, split, sizeof split);
    struct column all = finish(&pages, 10, from);
    assert_int_equal(all.result, SEG_READER_FINE);
    assert_int_equal(all.count, 10 - from);
    assert_memory_equal(all.values, expected + from, (size_t)all.count * sizeof *expected);
  }
  struct pages pages = begin(); // streams of different lengths
  add_page(&pages, 0, 5, 9, 0, split, sizeof split - 1);
  assert_int_equal(finish(&pages, 5, 0).result, SEG_READER_DAMAGED);
  pages = begin(); // a value fewer than levels say
  add_page(&pages, 0, 5, 9, 0, split, sizeof split - 4);
  assert_int_equal(finish(&pages, 5, 0).result, SEG_READER_DAMAGED);
}

static void wrong_pages(void **state) {
  (void)state;
  struct pages pages = whole();
  assert_int_equal(finish(&pages, 10, 0).result, SEG_READER_DAMAGED); // more rows than the group
  pages = whole();
  assert_int_equal(finish(&pages, 12, 0).result, SEG_READER_DAMAGED); // fewer
  pages = begin();                                                    // a second dictionary
  add_page(&pages, 2, 3, 0, 0, dictionary, sizeof dictionary);
  add_page(&pages, 2, 3, 0, 0, dictionary, sizeof dictionary);
  add_page(&pages, 0, 4, 8, 0, coded, sizeof coded);
  assert_int_equal(finish(&pages, 4, 0).result, SEG_READER_DAMAGED);
  pages = begin(); // no dictionary
  add_page(&pages, 0, 4, 8, 0, coded, sizeof coded);
  assert_int_equal(finish(&pages, 4, 0).result, SEG_READER_DAMAGED);
  pages = begin(); // a code that the dictionary has no value for
  add_page(&pages, 2, 2, 0, 0, dictionary, sizeof dictionary);
  add_page(&pages, 0, 4, 8, 0, coded, sizeof coded);
  assert_int_equal(finish(&pages, 4, 0).result, SEG_READER_DAMAGED);
  pages = begin(); // a dictionary of more values than bytes
  add_page(&pages, 2, 4, 0, 0, dictionary, sizeof dictionary);
  assert_int_equal(finish(&pages, 4, 0).result, SEG_READER_DAMAGED);
  pages = begin(); // an unknown encoding, and values that are cut off
  add_page(&pages, 0, 2, 5, 0, plain, sizeof plain);
  assert_int_equal(finish(&pages, 2, 0).result, SEG_READER_DAMAGED);
  pages = begin();
  add_page(&pages, 0, 2, 0, 0, plain, sizeof plain - 1);
  assert_int_equal(finish(&pages, 2, 0).result, SEG_READER_DAMAGED);
}

/* Any byte of the footer may be anything: the file is refused, or what was found lies in it. */
static void damaged_footers(void **state) {
  (void)state;
  io_sql("copy (select i as id, 'text ' || i as t, [i] as list, {'a': i} as struct, i as n from "
         "range(5000) as r(i)) to '%s/f.parquet' (row_group_size 2048)");
  static unsigned char bytes[1 << 20];
  FILE *file = fopen(io_path("f.parquet"), "rb");
  size_t size = fread(bytes, 1, sizeof bytes, file), refused = 0;
  uint32_t footer;
  fclose(file);
  memcpy(&footer, bytes + size - 8, sizeof footer);
  for (size_t at = size - footer - 8; at < size; at++) {
    struct seg_arena arena;
    struct seg_parquet_file read;
    unsigned char before = bytes[at];
    seg_arena_init(&arena);
    bytes[at] = (unsigned char)(before * 7 + 101);
    struct seg_str path = seg_str_view(io_write("g.parquet", bytes, size));
    bool fine = seg_parquet_file_read(&arena, path, &read);
    refused += !fine;
    for (uint32_t g = 0; fine && g < read.group_count; g++)
      for (uint32_t c = 0; c < read.column_count; c++) {
        const struct seg_parquet_chunk *chunk = &read.groups[g].chunks[read.columns[c].place];
        assert_true(chunk->offset >= 0 && chunk->offset + chunk->size <= (int64_t)size);
      }
    bytes[at] = before;
    seg_arena_deinit(&arena);
  }
  print_message("%zu of %u refused\n", refused, footer + 8);
  assert_true(refused > footer / 20);
  struct seg_arena arena;
  struct seg_parquet_file read;
  seg_arena_init(&arena);
  assert_true(seg_parquet_file_read(&arena, seg_str_view(io_path("f.parquet")), &read));
  assert_int_equal(read.row_count, 5000);
  assert_int_equal(read.column_count, 3); // without the nested ones
  assert_int_equal(read.chunk_count, 5);
  assert_int_equal(read.columns[2].place, 4);
  seg_arena_deinit(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(snappy),
      cmocka_unit_test(hybrid),
      cmocka_unit_test(checksums),
      cmocka_unit_test(unpacking),
      cmocka_unit_test(damaged_hybrid),
      cmocka_unit_test(differences),
      cmocka_unit_test_setup_teardown(pages_of_a_column, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(shared_pages, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(split_pages, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(wrong_pages, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(damaged_footers, io_make_folder, io_remove_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
