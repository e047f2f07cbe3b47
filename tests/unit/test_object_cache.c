// compiler/codegen: compiled rules are kept in files, and files that are not what they were do no
// harm.
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "compiler/codegen/codegen.h"
#include "compiler/codegen/processor.h"
#include "tests/support/kernel_run.h"
#include "tests/support/plan_builder.h"

enum { ROWS = 64, MOST_FILES = 64, NAME = 300 };

static struct seg_private_folder folder;

static int make_folder(void **state) {
  (void)state;
  char path[] = "/tmp/segc-objects-XXXXXX";
  return mkdtemp(path) != NULL && seg_private_folder_open(&folder, path) ? 0 : -1;
}

struct names {
  size_t count;
  char items[MOST_FILES][NAME];
};

static struct names files(void) {
  struct names names = {0};
  DIR *entries = opendir(folder.path);
  if (entries == NULL) {
    fail();
    return names;
  }
  for (struct dirent *entry; (entry = readdir(entries)) != NULL && names.count < MOST_FILES;)
    if (entry->d_name[0] != '.')
      snprintf(names.items[names.count++], NAME, "%s", entry->d_name);
  closedir(entries);
  return names;
}

static void file_path(const char *name, char out[SEG_PRIVATE_PATH + NAME]) {
  snprintf(out, SEG_PRIVATE_PATH + NAME, "%s/%s", folder.path, name);
}

static int remove_folder(void **state) {
  (void)state;
  struct names names = files();
  for (size_t i = 0; i < names.count; i++) {
    char path[SEG_PRIVATE_PATH + NAME];
    file_path(names.items[i], path);
    (void)unlink(path);
  }
  return rmdir(folder.path);
}

/** Customers with x: the one segment takes those of whom x - bound is above 0. */
static void build(struct seg_plan *plan, int64_t bound) {
  seg_plan_builder_init(plan, 0);
  struct seg_test_block scan;
  seg_test_block_init(&scan, &plan->arena);
  uint32_t all = seg_test_block_operation(&scan, SEG_OP_ALL, SEG_LAYOUT_BIT, 0, 0);
  seg_test_block_value_root(&scan, seg_test_block_input(&scan, SEG_LAYOUT_I64, false));
  seg_test_block_mask_root(&scan, all);
  seg_plan_builder_scan(plan, &plan->customer, &scan);
  struct seg_test_block block;
  seg_plan_builder_customer_block(plan, &block);
  uint32_t least = seg_test_block_integer(&block, SEG_LAYOUT_I64, bound);
  uint32_t excess = seg_test_block_operation(&block, SEG_OP_SUBTRACT, SEG_LAYOUT_I64, 0, least);
  uint32_t above = seg_test_block_compare(&block, SEG_IS_GREATER, excess,
                                          seg_test_block_integer(&block, SEG_LAYOUT_I64, 0));
  seg_test_block_mask_root(&block, above);
  seg_plan_builder_segments(plan, &block);
}

/** Compile with the folder and see that the code does what the plan says. */
static void compile_and_run(int64_t bound, const char *cpu) {
  struct seg_plan plan;
  struct seg_error error = {0};
  struct seg_code *code = NULL;
  build(&plan, bound);
  const struct seg_codegen_options options = {.cpu = cpu, .objects = &folder};
  if (seg_codegen(&plan, &options, &code, &error) != SEG_OK)
    fail_msg("%s", error.message);
  int64_t x[ROWS];
  for (int64_t i = 0; i < ROWS; i++)
    x[i] = i;
  const void *const values[] = {x};
  const uint64_t *const known[] = {NULL};
  const struct seg_kernel_inputs inputs = {.row_count = ROWS, .values = values, .known = known};
  struct seg_kernel_run run;
  seg_kernel_run_init(&run, &plan.customer_block, &seg_code_kernels(code)->customer_block, &inputs);
  for (int64_t i = 0; i < ROWS; i++)
    assert_int_equal(seg_kernel_run_root_mask(&run, 0, i), i > bound);
  seg_kernel_run_deinit(&run);
  seg_code_free(code);
  seg_plan_deinit(&plan);
}

static void the_same_rules_are_compiled_once(void **state) {
  (void)state;
  compile_and_run(10, NULL);
  struct names first = files();
  assert_int_equal(first.count, 1);
  for (size_t i = 0; i < first.count; i++) {
    char path[SEG_PRIVATE_PATH + NAME];
    struct stat entry;
    file_path(first.items[i], path);
    assert_int_equal(stat(path, &entry), 0);
    assert_int_equal(entry.st_mode & 0777, 0600);
  }
  compile_and_run(10, NULL);
  assert_int_equal(files().count, 1);
}

static void other_rules_and_other_processors_are_other_code(void **state) {
  (void)state;
  compile_and_run(10, NULL);
  size_t before = files().count;
  compile_and_run(11, NULL);
  size_t between = files().count;
  assert_true(between > before);
#ifdef __x86_64__
  compile_and_run(11, "x86-64");
  assert_true(files().count > between);
#endif
}

/** Change one byte of each file, at a share of its size. */
static void damage(double share) {
  struct names names = files();
  for (size_t i = 0; i < names.count; i++) {
    char path[SEG_PRIVATE_PATH + NAME];
    file_path(names.items[i], path);
    FILE *file = fopen(path, "r+b");
    if (file == NULL) {
      fail();
      return;
    }
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long at = (long)(share * (double)(ftell(file) - 1));
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_not_equal(fputc(byte ^ 0x10, file), EOF);
    assert_int_equal(fclose(file), 0);
  }
}

static void damaged_files_are_not_used(void **state) {
  (void)state;
  for (int tenth = 0; tenth <= 10; tenth++) {
    compile_and_run(10, NULL);
    damage(tenth / 10.0);
    compile_and_run(10, NULL);
  }
  struct names names = files();
  for (size_t i = 0; i < names.count; i++) {
    char path[SEG_PRIVATE_PATH + NAME];
    file_path(names.items[i], path);
    assert_int_equal(truncate(path, 40), 0);
  }
  compile_and_run(10, NULL);
}

/** As a power failure may leave them: of no size, or of the right one and all zeros. */
static void files_that_never_reached_the_disk_are_not_used(void **state) {
  (void)state;
  for (int zeros = 0; zeros <= 1; zeros++) {
    compile_and_run(10, NULL);
    struct names names = files();
    assert_int_equal(names.count, 1);
    char path[SEG_PRIVATE_PATH + NAME];
    struct stat entry;
    file_path(names.items[0], path);
    assert_int_equal(stat(path, &entry), 0);
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(truncate(path, zeros ? entry.st_size : 0), 0);
    compile_and_run(10, NULL);
  }
}

static void files_that_others_can_write_to_are_not_read(void **state) {
  (void)state;
  compile_and_run(10, NULL);
  struct names names = files();
  for (size_t i = 0; i < names.count; i++) {
    char path[SEG_PRIVATE_PATH + NAME];
    size_t size;
    file_path(names.items[i], path);
    char *bytes = seg_private_folder_read(&folder, names.items[i], 1 << 20, &size);
    assert_non_null(bytes);
    free(bytes);
    assert_int_equal(chmod(path, 0620), 0);
    assert_null(seg_private_folder_read(&folder, names.items[i], 1 << 20, &size));
  }
  struct seg_private_folder open_to_all;
  assert_int_equal(chmod(folder.path, 0777), 0);
  assert_false(seg_private_folder_open(&open_to_all, folder.path));
  assert_int_equal(chmod(folder.path, 0700), 0);
  compile_and_run(10, NULL);
}

static bool write_kilobyte(void *context, FILE *out) {
  (void)context;
  for (int i = 0; i < 1024; i++)
    fputc('x', out);
  return true;
}

static void what_was_of_no_use_for_longest_goes(void **state) {
  (void)state;
  static const char *const names[] = {"t-1", "t-2", "t-3", "t-4"};
  for (size_t i = 0; i < 4; i++) {
    assert_true(seg_private_folder_write(&folder, names[i], write_kilobyte, NULL));
    char path[SEG_PRIVATE_PATH + NAME];
    file_path(names[i], path);
    const struct timespec times[2] = {{.tv_sec = 1000 + (long)i}, {.tv_sec = 1000 + (long)i}};
    assert_int_equal(utimensat(0, path, times, 0), 0);
  }
  seg_private_folder_touch(&folder, "t-1");
  seg_private_folder_trim(&folder, "t-", 4096); // room for all of them
  size_t size;
  char *bytes = seg_private_folder_read(&folder, "t-2", 4096, &size);
  assert_non_null(bytes);
  free(bytes);
  seg_private_folder_trim(&folder, "t-", 4095); // half of it may stay: one
  assert_null(seg_private_folder_read(&folder, "t-2", 4096, &size));
  assert_null(seg_private_folder_read(&folder, "t-3", 4096, &size));
  assert_null(seg_private_folder_read(&folder, "t-4", 4096, &size));
  bytes = seg_private_folder_read(&folder, "t-1", 4096, &size);
  assert_non_null(bytes);
  assert_int_equal(size, 1024);
  free(bytes);
}

static void what_killed_runs_left_is_swept(void **state) {
  (void)state;
  static const char *const names[] = {".new.segc-1-0.tmp", ".new.segc-2-0.tmp", ".new.notes"};
  char paths[3][SEG_PRIVATE_PATH + NAME];
  int files[3];
  for (size_t i = 0; i < 3; i++) {
    file_path(names[i], paths[i]);
    files[i] = open(paths[i], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(files[i] >= 0);
  }
  assert_int_equal(flock(files[1], LOCK_EX), 0); // somebody is still writing it
  assert_true(seg_private_folder_write(&folder, "s-1", write_kilobyte, NULL));
  assert_int_not_equal(access(paths[0], F_OK), 0);
  assert_int_equal(access(paths[1], F_OK), 0);
  assert_int_equal(access(paths[2], F_OK), 0);
  for (size_t i = 0; i < 3; i++) {
    close(files[i]);
    (void)unlink(paths[i]);
  }
}

static void processors_have_names(void **state) {
  (void)state;
  struct seg_error error = {0};
  const char *cpu = "x";
  assert_int_equal(seg_processor_find("native", &cpu, &error), SEG_OK);
  assert_null(cpu);
  assert_int_equal(seg_processor_find("z80", &cpu, &error), SEG_USAGE);
  assert_non_null(strstr(error.message, "z80"));
#ifdef __x86_64__
  assert_int_equal(seg_processor_find("x86-64", &cpu, &error), SEG_OK);
  assert_string_equal(cpu, "x86-64");
#endif
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_FOLDER(the_same_rules_are_compiled_once),
      IN_FOLDER(other_rules_and_other_processors_are_other_code),
      IN_FOLDER(damaged_files_are_not_used),
      IN_FOLDER(files_that_never_reached_the_disk_are_not_used),
      IN_FOLDER(files_that_others_can_write_to_are_not_read),
      IN_FOLDER(what_was_of_no_use_for_longest_goes),
      IN_FOLDER(what_killed_runs_left_is_swept),
      cmocka_unit_test(processors_have_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
