// Our own look at CSV against DuckDB's reading: random small files, both must agree on whether the
// file is sound, and on its rows. The look only explains what DuckDB refuses, so a disagreement
// would be an error without a place, or a wrong line.
#include "tests/unit/io_support.h"

#include <errno.h>
#include <time.h>

#include "runtime/io/csv_file.h"

#define TEXT(literal) {(literal), sizeof(literal) - 1}

static uint64_t random_state;

static uint64_t next_random(uint64_t below) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state % below;
}

// A file of pieces that are likely to be trouble, mostly sound.
static void write_random(void) {
  static const char *const fields[] = {
      "",     "a",      "b c",    "\"\"", "\"x\"",    "\"a,b\"", "\"l\nm\"", "\"q\"\"\"",
      "a\"b", " \"s\"", "\"t\" ", " ",    "\xc3\xa9", "\"\n\"",  "7",        "\"\"\"\"\"\""};
  static const char *const bad[] = {"\"open",  "\"x\"y", "\xff", "\"\"x",
                                    "\"a\"\"", "a,b",    "\r",   "\"z\" w"};
  const char *end = next_random(4) == 0 ? "\r\n" : "\n";
  char text[4096] = "p,q";
  strcat(text, end);
  for (uint64_t row = next_random(6); row > 0; row--) {
    uint64_t kind = next_random(24);
    for (int field = 0; field < (kind == 0 ? 1 : kind == 1 ? 3 : 2); field++) {
      if (field > 0)
        strcat(text, ",");
      strcat(text, next_random(60) == 0 ? bad[next_random(8)] : fields[next_random(16)]);
    }
    if (kind == 2)
      strcat(text, ",");
    strcat(text, next_random(60) == 0 ? "\n" : end);
    if (kind == 3)
      strcat(text, end);
  }
  if (next_random(4) == 0)
    text[strlen(text) - strlen(end)] = '\0';
  io_write_text("random.csv", text);
}

static void show_file(const char *path) {
  FILE *file = fopen(path, "rb");
  for (int byte; file != NULL && (byte = fgetc(file)) != EOF;)
    byte == '\n' || byte == '\r' || byte > 126 ? fprintf(stderr, "\\x%02x", byte)
                                               : fputc(byte, stderr);
  fputc('\n', stderr);
  if (file != NULL)
    fclose(file);
}

static void agreement(void **state) {
  (void)state;
  const char *wanted = getenv("SEGC_TEST_SEED");
  const char *count = getenv("SEGC_TEST_COUNT");
  uint64_t seed = wanted != NULL ? strtoull(wanted, NULL, 10) : (uint64_t)time(NULL);
  struct seg_plan_input input = {.type = SEG_COLUMN_TEXT, .name = TEXT("q"), .optional = true};
  struct seg_plan_entity entity = {
      .name = TEXT("customer"), .key = TEXT("p"), .inputs = &input, .input_count = 1};
  int broken = 0;
  print_message("seed %llu\n", (unsigned long long)seed);
  random_state = seed * 2 + 1;
  for (int i = 0; i < (count != NULL ? atoi(count) : 100); i++) {
    struct seg_arena arena;
    struct seg_csv_header header;
    struct seg_csv_place place;
    struct io_rows rows;
    const char *path = io_path("random.csv");
    write_random();
    seg_arena_init(&arena);
    assert_int_equal(seg_csv_read_header(&arena, seg_str_view(path), &header, NULL), SEG_OK);
    assert_int_equal(header.count, 2);
    assert_true(seg_csv_find(seg_str_view(path), &header, INT64_MAX, &place));
    io_read(path, &entity, "UTC", 1, &rows);
    bool sound = place.fault == SEG_CSV_FINE;
    if (place.fault == SEG_CSV_LINE_END) { // DuckDB refuses only some of these
      io_rows_free(&rows);
      seg_arena_deinit(&arena);
      continue;
    }
    broken += !sound;
    if (sound != (rows.status == SEG_OK) || (sound && place.row != rows.count)) {
      show_file(path);
      fail_msg("file %d: the look says fault %d after %lld rows, DuckDB read %lld: %s", i,
               place.fault, (long long)place.row, (long long)rows.count, rows.error.message);
    }
    io_rows_free(&rows);
    seg_arena_deinit(&arena);
  }
  print_message("%d files were broken\n", broken);
}

// Opening it succeeds, reading it does not: like a disk that fails.
static void what_cannot_be_read_is_not_called_damaged(void **state) {
  (void)state;
  struct seg_arena arena;
  struct seg_csv_header header = {.delimiter = ',', .count = 1};
  struct seg_csv_place place;
  struct seg_error error = {0};
  struct seg_str folder = TEXT("/tmp");
  seg_arena_init(&arena);
  assert_true(seg_csv_find(folder, &header, INT64_MAX, &place));
  assert_int_equal(place.fault, SEG_CSV_UNREADABLE);
  assert_int_equal(place.reason, EISDIR);
  assert_int_equal(seg_csv_read_header(&arena, folder, &header, &error), SEG_IO);
  assert_string_equal(error.message, "the file /tmp cannot be read: it is a folder");
  seg_arena_deinit(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(agreement, io_make_folder, io_remove_folder),
      cmocka_unit_test(what_cannot_be_read_is_not_called_damaged),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
