// The output file: what is in it, read back by DuckDB, and that it is whole or absent.
#include "tests/unit/io_support.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <zlib.h>

#include "runtime/io/sink.h"

#define TEXT(literal) {(literal), sizeof(literal) - 1}

enum { CUSTOMERS = 5000 };

static const struct seg_str segment_names[] = {TEXT("vip"), TEXT("no \"one\"")};
static const struct seg_str chain_members[] = {TEXT("vip"), TEXT("a name that is long")};

// Customer i: key 10 * i; in vip when i is odd, in the other segment never; the chain has vip for
// odd i, the second member for i divisible by 4, nobody else.
struct sample {
  int64_t keys[CUSTOMERS];
  struct seg_str texts[CUSTOMERS];
  char bytes[CUSTOMERS][32];
  uint64_t vip[(CUSTOMERS + 63) / 64], none[(CUSTOMERS + 63) / 64];
  uint16_t winners[CUSTOMERS];
  const uint64_t *members[2];
  struct seg_result_chain chains[2];
  struct seg_result_view view;
};

static struct sample *make_sample(bool text_keys) {
  struct sample *sample = calloc(1, sizeof *sample);
  assert_non_null(sample);
  for (int64_t i = 0; i < CUSTOMERS; i++) {
    sample->keys[i] = 10 * i;
    snprintf(sample->bytes[i], sizeof sample->bytes[i], i % 2 ? "k%d" : "customer, number %d",
             (int)i);
    sample->texts[i] = seg_str_view(sample->bytes[i]);
    sample->winners[i] = i % 2 ? 0 : i % 4 == 0 ? 1 : SEG_NO_WINNER;
    if (i % 2)
      seg_bitmap_set(sample->vip, i);
  }
  sample->members[0] = sample->vip;
  sample->members[1] = sample->none;
  sample->chains[0] =
      (struct seg_result_chain){TEXT("life"), 2, chain_members, TEXT("nurture"), sample->winners};
  sample->chains[1] =
      (struct seg_result_chain){TEXT("plain"), 2, chain_members, {NULL, 0}, sample->winners};
  sample->view = (struct seg_result_view){
      .customer_count = CUSTOMERS,
      .key_name = TEXT("customer id"),
      .keys = {text_keys ? SEG_LAYOUT_TEXT : SEG_LAYOUT_I64,
               text_keys ? (void *)sample->texts : (void *)sample->keys, NULL, CUSTOMERS},
      .segment_count = 2,
      .segments = segment_names,
      .members = sample->members,
      .chain_count = 2,
      .chains = sample->chains,
  };
  return sample;
}

static void expect_files(int count) {
  int found = 0;
  DIR *folder = opendir(io_folder);
  assert_non_null(folder);
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
    found += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
  closedir(folder);
  assert_int_equal(found, count);
}

static void write_fine(const char *path, const struct seg_result_view *view) {
  struct seg_error error;
  struct seg_io_options options = {.threads = 2};
  assert_int_equal(seg_sink_check(seg_str_view(path), view, &error), SEG_OK);
  if (seg_sink_write(seg_str_view(path), view, &options, NULL, &error) != SEG_OK)
    fail_msg("%s", error.message);
}

static void parquet_rows(void **state) {
  (void)state;
  struct sample *sample = make_sample(false);
  struct stat info;
  write_fine(io_path("out.parquet"), &sample->view);
  expect_files(1);
  assert_int_equal(stat(io_path("out.parquet"), &info), 0);
  assert_int_equal(info.st_mode & 0777, 0600);
  // Every row at its place, with the types that were promised; a difference makes the query fail.
  io_sql("select error('row ' || n) from (select row_number() over () - 1 as n, * from "
         "'%s/out.parquet') where "
         "typeof(\"customer id\") <> 'BIGINT' or typeof(vip) <> 'BOOLEAN' or typeof(life) <> "
         "'VARCHAR' or "
         "\"customer id\" <> 10 * n or vip <> (n %% 2 = 1) or \"no \"\"one\"\"\" or "
         "life <> case when n %% 2 = 1 then 'vip' when n %% 4 = 0 then 'a name that is long' else "
         "'nurture' end or "
         "plain is distinct from case when n %% 2 = 1 then 'vip' when n %% 4 = 0 then 'a name that "
         "is long' end");
  io_sql("select case when count(*) <> 5000 then error('rows') end from '%s/out.parquet'");
  free(sample);
}

// Keys that follow each other need no values: the same bytes as with them, in both forms.
static void counted_keys(void **state) {
  (void)state;
  static const char *const forms[] = {"csv", "parquet"};
  struct sample *sample = make_sample(false);
  for (int64_t i = 0; i < CUSTOMERS; i++)
    sample->keys[i] = i - 7;
  for (size_t i = 0; i < 2; i++) {
    static unsigned char bytes[2][1 << 20];
    size_t sizes[2];
    for (size_t counted = 0; counted < 2; counted++) {
      char name[32];
      struct seg_result_view view = sample->view;
      view.keys.values = counted == 1 ? NULL : sample->keys;
      view.first_key = -7;
      snprintf(name, sizeof name, "out%zu.%s", counted, forms[i]);
      write_fine(io_path(name), &view);
      FILE *file = fopen(io_path(name), "rb");
      sizes[counted] = fread(bytes[counted], 1, sizeof bytes[counted], file);
      fclose(file);
    }
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(bytes[0], bytes[1], sizes[0]);
  }
  free(sample);
}

static struct seg_plan_input sample_inputs[] = {
    {.type = SEG_COLUMN_BOOL, .name = TEXT("vip")},
    {.type = SEG_COLUMN_TEXT, .name = TEXT("life")},
    {.type = SEG_COLUMN_TEXT, .name = TEXT("plain"), .optional = true},
    {.type = SEG_COLUMN_BOOL, .name = TEXT("no \"one\"")},
};
static const struct seg_plan_entity sample_entity = {.name = TEXT("customer"),
                                                     .key = TEXT("customer id"),
                                                     .inputs = sample_inputs,
                                                     .input_count = 4};

// Pages carry checksums: whichever byte of them changes, the file is refused or reads as before.
static void parquet_damaged(void **state) {
  (void)state;
  enum { ROUNDS = 160, MOST_BYTES = 1 << 20 };
  static unsigned char bytes[MOST_BYTES];
  struct sample *sample = make_sample(false);
  write_fine(io_path("out.parquet"), &sample->view);
  FILE *file = fopen(io_path("out.parquet"), "rb");
  size_t size = fread(bytes, 1, sizeof bytes, file);
  uint32_t footer, refused = 0;
  fclose(file);
  memcpy(&footer, bytes + size - 8, sizeof footer);
  for (size_t round = 0; round < ROUNDS; round++) {
    size_t at = round < 40 ? 4 + round : 44 + round * (size - footer - 60) / ROUNDS;
    struct io_rows rows;
    bytes[at] ^= (unsigned char)(1 << round % 8);
    io_write("damaged.parquet", bytes, size);
    bytes[at] ^= (unsigned char)(1 << round % 8);
    io_read(io_path("damaged.parquet"), &sample_entity, "UTC", 1, &rows);
    refused += rows.status == SEG_BAD_DATA;
    assert_true(rows.status == SEG_OK || rows.status == SEG_BAD_DATA);
    for (int64_t i = 0; rows.status == SEG_OK && i < CUSTOMERS; i++) {
      const struct seg_str *life = (const struct seg_str *)rows.inputs[1].values + i;
      const char *expected = i % 2 ? "vip" : i % 4 == 0 ? "a name that is long" : "nurture";
      assert_int_equal(rows.count, CUSTOMERS);
      assert_int_equal(((const int64_t *)rows.key.values)[i], 10 * i);
      assert_int_equal(seg_bitmap_test(rows.inputs[0].values, i), i % 2);
      assert_true(seg_str_is(*life, expected));
      assert_false(seg_bitmap_test(rows.inputs[3].values, i));
      assert_int_equal(seg_bitmap_test(rows.inputs[2].known, i), i % 2 || i % 4 == 0);
    }
    io_rows_free(&rows);
  }
  assert_true(refused > ROUNDS * 9 / 10);
  free(sample);
}

// More rows than one group or one page of texts has, and winners of nine bits. Customer i is in
// `third` when 3 divides i, and won by member i % 301, by nobody where that is 300.
static void parquet_of_many_rows(void **state) {
  (void)state;
  enum { ROWS = (1 << 20) + 70, MEMBERS = 300, KEY = 8 };
  struct seg_str *keys = calloc(ROWS, sizeof *keys);
  char(*bytes)[KEY] = calloc(ROWS, sizeof *bytes);
  uint64_t *third = calloc(ROWS / 64 + 1, sizeof *third);
  uint16_t *winners = calloc(ROWS, sizeof *winners);
  assert_true(keys != NULL && bytes != NULL && third != NULL && winners != NULL);
  static char names[MEMBERS][KEY];
  struct seg_str members[MEMBERS], segment = TEXT("third");
  for (int m = 0; m < MEMBERS; m++) {
    snprintf(names[m], KEY, "m%d", m);
    members[m] = seg_str_view(names[m]);
  }
  for (int64_t i = 0; i < ROWS; i++) {
    snprintf(bytes[i], KEY, "%d", (int)i);
    keys[i] = seg_str_view(bytes[i]);
    seg_bitmap_put(third, i, i % 3 == 0);
    winners[i] = i % 301 == 300 ? SEG_NO_WINNER : (uint16_t)(i % 301);
  }
  const uint64_t *const bitmaps[] = {third};
  const struct seg_result_chain chains[] = {{TEXT("a"), MEMBERS, members, TEXT("rest"), winners},
                                            {TEXT("b"), MEMBERS, members, {NULL, 0}, winners}};
  const struct seg_result_view view = {
      .customer_count = ROWS,
      .key_name = TEXT("id"),
      .keys = {.layout = SEG_LAYOUT_TEXT, .values = keys, .count = ROWS},
      .segment_count = 1,
      .segments = &segment,
      .members = bitmaps,
      .chain_count = 2,
      .chains = chains,
  };
  write_fine(io_path("many.parquet"), &view);
  io_sql("select error('row ' || n) from (select row_number() over () - 1 as n, * from "
         "'%s/many.parquet') where id <> n::varchar or third <> (n %% 3 = 0) or "
         "a <> case when n %% 301 = 300 then 'rest' else 'm' || (n %% 301) end or "
         "b is distinct from case when n %% 301 <> 300 then 'm' || (n %% 301) end");
  io_sql("select case when count(*) <> 1048646 then error('rows') end from '%s/many.parquet'");
  free(keys);
  free(bytes);
  free(third);
  free(winners);
}

static size_t read_all(const char *name, unsigned char *bytes, size_t room) {
  FILE *file = fopen(io_path(name), "rb");
  assert_non_null(file);
  size_t size = fread(bytes, 1, room, file);
  fclose(file);
  return size;
}

// Group by group: the bytes of all at once; nothing before it is finished, nor when it never is.
static void parquet_in_groups(void **state) {
  (void)state;
  enum { ROWS = 2 * SEG_SINK_GROUP_ROWS + 77, WORDS = ROWS / 64 + 1, MOST_BYTES = 1 << 20 };
  static unsigned char bytes[2][MOST_BYTES];
  int64_t *keys = calloc(ROWS, sizeof *keys);
  uint64_t *third = calloc(WORDS, sizeof *third);
  uint16_t *winners = calloc(ROWS, sizeof *winners);
  assert_true(keys != NULL && third != NULL && winners != NULL);
  for (int64_t i = 0; i < ROWS; i++) {
    keys[i] = 3 * i + i % 2;
    seg_bitmap_put(third, i, i % 3 == 0);
    winners[i] = i % 5 < 2 ? (uint16_t)(i % 5) : SEG_NO_WINNER;
  }
  struct seg_str segment = TEXT("third");
  const uint64_t *bitmaps[] = {third};
  struct seg_result_chain chain = {TEXT("plain"), 2, chain_members, {NULL, 0}, winners};
  const struct seg_io_options options = {.threads = 1};
  struct seg_error error;
  struct seg_result_view view = {.customer_count = ROWS,
                                 .key_name = TEXT("id"),
                                 .keys = {SEG_LAYOUT_I64, keys, NULL, ROWS},
                                 .segment_count = 1,
                                 .segments = &segment,
                                 .members = bitmaps,
                                 .chain_count = 1,
                                 .chains = &chain};
  write_fine(io_path("whole.parquet"), &view);
  assert_true(seg_sink_takes_groups(seg_str_view("x.PARQUET")));
  assert_false(seg_sink_takes_groups(seg_str_view("x.csv")));
  for (int finished = 0; finished < 2; finished++) {
    struct seg_sink *sink =
        seg_sink_open(seg_str_view(io_path("groups.parquet")), &view, &options, NULL);
    assert_non_null(sink);
    expect_files(1);
    for (int64_t at = 0; at < ROWS; at += SEG_SINK_GROUP_ROWS) {
      struct seg_result_view group = view;
      struct seg_result_chain part = chain;
      const uint64_t *members = third + at / 64;
      part.winners = winners + at;
      group.chains = &part;
      group.members = &members;
      group.keys.values = keys + at;
      group.customer_count = ROWS - at < SEG_SINK_GROUP_ROWS ? ROWS - at : SEG_SINK_GROUP_ROWS;
      assert_int_equal(seg_sink_put(sink, &group, &error), SEG_OK);
    }
    if (finished)
      assert_int_equal(seg_sink_finish(sink, &error), SEG_OK);
    seg_sink_close(sink);
    expect_files(1 + finished);
  }
  size_t size = read_all("whole.parquet", bytes[0], MOST_BYTES);
  assert_int_equal(read_all("groups.parquet", bytes[1], MOST_BYTES), size);
  assert_memory_equal(bytes[0], bytes[1], size);
  free(keys);
  free(third);
  free(winners);
}

// Keys that are as far from each other as can be, for DuckDB to read: key i is `factor` * i +
// `first` in 64 bits, which may go round.
static void parquet_of_number_keys(void **state) {
  (void)state;
  enum { MOST = 70001 };
  static const struct {
    const char *name;
    int64_t rows;
    uint64_t factor, first;
    off_t most_bytes;
  } cases[] = {
      {"one row", 1, 0, UINT64_C(1) << 63, 1000},
      {"a page and a bit", 65537, 1, 1000000, 12000 + 65537 / 8},
      {"downwards", 129, -3ull, 5, 1000},
      {"a block", 128, 1000, -64000ull, 1000},
      {"steps of 40 bits", MOST, UINT64_C(1000000000039), 7, 12000 + MOST / 8},
      {"all bits", MOST, UINT64_C(0x9e3779b97f4a7c15), 0, MOST * 10},
  };
  int64_t *keys = calloc(MOST, sizeof *keys);
  uint64_t *nobody = calloc(MOST / 64 + 1, sizeof *nobody);
  struct seg_str segment = TEXT("nobody");
  const uint64_t *const bitmaps[] = {nobody};
  assert_true(keys != NULL && nobody != NULL);
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    struct stat info;
    char sql[512];
    for (int64_t i = 0; i < cases[c].rows; i++)
      keys[i] = (int64_t)(cases[c].factor * (uint64_t)i + cases[c].first);
    const struct seg_result_view view = {
        .customer_count = cases[c].rows,
        .key_name = TEXT("id"),
        .keys = {.layout = SEG_LAYOUT_I64, .values = keys, .count = cases[c].rows},
        .segment_count = 1,
        .segments = &segment,
        .members = bitmaps,
    };
    write_fine(io_path("keys.parquet"), &view);
    assert_int_equal(stat(io_path("keys.parquet"), &info), 0);
    if (info.st_size > cases[c].most_bytes)
      fail_msg("%s: %lld bytes", cases[c].name, (long long)info.st_size);
    // 128 bits, of which the lowest 64 count.
    snprintf(sql, sizeof sql,
             "select error('row ' || n) from (select row_number() over () - 1 as n, * from '%s') "
             "where (id::hugeint - n * %llu - %llu) %% 18446744073709551616 <> 0",
             io_path("keys.parquet"), (unsigned long long)cases[c].factor,
             (unsigned long long)cases[c].first);
    io_query(sql);
    snprintf(sql, sizeof sql, "select case when count(*) <> %lld then error('rows') end from '%s'",
             (long long)cases[c].rows, io_path("keys.parquet"));
    io_query(sql);
  }
  free(keys);
  free(nobody);
}

static void csv_text(void **state) {
  (void)state;
  static const char expected[] =
      "customer id,vip,\"no \"\"one\"\"\",life,plain\n"
      "\"customer, number 0\",false,false,a name that is long,a name that is long\n"
      "k1,true,false,vip,vip\n"
      "\"customer, number 2\",false,false,nurture,\n"
      "k3,true,false,vip,vip\n";
  struct sample *sample = make_sample(true);
  char text[1024] = "";
  sample->view.customer_count = 4;
  sample->view.keys.count = 4;
  write_fine(io_path("out.csv"), &sample->view);
  write_fine(io_path("OUT.CSV.GZ"), &sample->view);
  write_fine(io_path("out.csv"), &sample->view); // replaces itself
  expect_files(2);
  FILE *file = fopen(io_path("out.csv"), "rb");
  assert_non_null(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  assert_string_equal(text, expected);
  gzFile packed = gzopen(io_path("OUT.CSV.GZ"), "rb");
  int size = gzread(packed, text, sizeof text - 1);
  assert_int_equal(gzclose(packed), Z_OK);
  assert_int_equal(size, sizeof expected - 1);
  text[size] = '\0';
  assert_string_equal(text, expected);
  free(sample);
}

static void no_customers(void **state) {
  (void)state;
  struct sample *sample = make_sample(false);
  sample->view.customer_count = 0;
  write_fine(io_path("none.parquet"), &sample->view);
  io_sql("select case when count(*) <> 0 then error('rows') end from '%s/none.parquet'");
  free(sample);
}

static void expect_error(const char *path, const struct seg_result_view *view, const char *code,
                         const char *message, const char *help) {
  struct seg_error error;
  struct seg_io_options options = {.threads = 1};
  char whole[1024];
  snprintf(whole, sizeof whole, message, path);
  assert_int_not_equal(seg_sink_check(seg_str_view(path), view, &error), SEG_OK);
  assert_string_equal(error.message, whole);
  assert_string_equal(error.code, code);
  assert_non_null(strstr(error.help, help));
  assert_int_not_equal(seg_sink_write(seg_str_view(path), view, &options, NULL, &error), SEG_OK);
  assert_string_equal(error.message, whole);
}

static void refused(void **state) {
  (void)state;
  struct sample *sample = make_sample(false);
  struct seg_result_view *view = &sample->view;
  expect_error(io_path("out.xlsx"), view, "D003", "the output %s has no ending that says its form",
               ".parquet, .csv or .csv.gz");
  expect_error(io_path("out"), view, "D003", "the output %s has no ending that says its form",
               ".parquet");
  expect_error(io_path(".csv"), view, "D003", "the output %s has no ending that says its form",
               ".parquet");
  expect_error(io_path("no/out.csv"), view, "D004",
               "the output %s cannot be written: its folder does not exist", "");
  assert_int_equal(mkdir(io_path("dir.csv"), 0700), 0);
  expect_error(io_path("dir.csv"), view, "D004", "the output %s cannot be written: it is a folder",
               "");
  expect_files(1);
  struct seg_str names[] = {TEXT("vip"), TEXT("Customer ID")};
  view->segments = names;
  expect_error(io_path("out.csv"), view, "D006",
               "the output would have two columns called \"Customer ID\": the key and a segment",
               "another name");
  names[1] = (struct seg_str)TEXT("life");
  expect_error(io_path("out.csv"), view, "D006",
               "the output would have two columns called \"life\": a segment and a chain",
               "another name");
  expect_files(1);
  free(sample);
}

static void check_old_output(void) {
  char text[16] = "";
  FILE *file = fopen(io_path("out.csv"), "rb");
  assert_non_null(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  assert_string_equal(text, "old\n");
  expect_files(1);
}

static void interrupted(void **state) {
  (void)state;
  struct sample *sample = make_sample(false);
  struct seg_error error;
  atomic_bool stop = true;
  struct seg_io_options options = {.threads = 1, .interrupted = &stop};
  io_write_text("out.csv", "old\n");
  assert_int_equal(
      seg_sink_write(seg_str_view(io_path("out.csv")), &sample->view, &options, NULL, &error),
      SEG_INTERRUPTED);
  assert_string_equal(error.code, "D007");
  check_old_output();
  free(sample);
}

/* A limit on the size of files stands in for a full disk; in a process of its own. */
static void disk_full(void **state) {
  (void)state;
  struct sample *sample = make_sample(true);
  io_write_text("out.csv", "old\n");
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    struct seg_error error;
    struct seg_io_options options = {.threads = 1};
    struct rlimit limit = {1000, 1000};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    enum seg_status status =
        seg_sink_write(seg_str_view(io_path("out.csv")), &sample->view, &options, NULL, &error);
    bool fine = status == SEG_IO && strcmp(error.code, "D005") == 0 &&
                strstr(error.message, "out.csv failed: ") != NULL &&
                strstr(error.help, "untouched") != NULL;
    if (!fine)
      fprintf(stderr, "%d %s %s\n", status, error.code, error.message);
    free(sample); // valgrind looks at what a process leaves
    _exit(fine ? 0 : 1);
  }
  int result = 0;
  assert_int_equal(waitpid(child, &result, 0), child);
  assert_int_equal(result, 0);
  check_old_output();
  free(sample);
}

/* A symbolic link stays one; what it leads to is replaced. */
static void links(void **state) {
  (void)state;
  struct sample *sample = make_sample(false);
  struct stat info;
  assert_int_equal(mkdir(io_path("real"), 0700), 0);
  io_write_text("real/out.csv", "old\n");
  assert_int_equal(symlink("real/out.csv", io_path("link.csv")), 0);
  write_fine(io_path("link.csv"), &sample->view);
  assert_int_equal(lstat(io_path("link.csv"), &info), 0);
  assert_true(S_ISLNK(info.st_mode));
  assert_int_equal(stat(io_path("real/out.csv"), &info), 0);
  assert_true(info.st_size > 1000);
  free(sample);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(parquet_rows, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(counted_keys, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(parquet_damaged, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(parquet_of_many_rows, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(parquet_in_groups, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(parquet_of_number_keys, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(csv_text, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(no_customers, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(refused, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(interrupted, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(disk_full, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(links, io_make_folder, io_remove_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
