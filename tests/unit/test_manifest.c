// runtime/manifest: names of every kind, lines that are none, files that change.
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "runtime/manifest/manifest.h"

// SHA-256 of "abc" (FIPS 180-4, first example)
static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

static const char *const names[] = {"plain.csv", "line\nend.csv", "re\rturn.csv", "back\\slash.csv",
                                    "\\n.csv"};
enum { NAMES = sizeof names / sizeof *names, PATH = 200 };

static char folder[64], paths[NAMES][PATH];

static void write_file(const char *path, const char *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
}

static const char *place(const char *name) {
  static char path[PATH];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static int make_files(void **state) {
  (void)state;
  strcpy(folder, "/tmp/segc-manifest-XXXXXX");
  if (mkdtemp(folder) == NULL || mkdir(place("below"), 0700) != 0)
    return -1;
  for (size_t i = 0; i < NAMES; i++) {
    snprintf(paths[i], sizeof paths[i], "%s/%s", folder, names[i]);
    write_file(paths[i], "abc", 3);
  }
  return 0;
}

static int remove_files(void **state) {
  (void)state;
  char command[100];
  snprintf(command, sizeof command, "rm -r %s", folder);
  return system(command);
}

static void add(struct seg_inputs *inputs, const char *source, const char *path) {
  struct seg_input_file file = {.source = seg_str_view(source), .path = seg_str_view(path)};
  assert_true(SEG_VEC_PUSH(&inputs->files, file));
}

/** The manifest of all files, written for `base`, and put into it as `list`. */
static void write_manifest(const char *base) {
  struct seg_inputs inputs = {0};
  struct seg_error error = {0};
  char *text = NULL;
  size_t size;
  for (size_t i = 0; i < NAMES; i++)
    add(&inputs, i < 2 ? "first" : "second", paths[i]);
  assert_int_equal(seg_inputs_finish(&inputs, &error), SEG_OK);
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  assert_int_equal(seg_manifest_write(&inputs, base, out, &error), SEG_OK);
  fclose(out);
  write_file(place("list"), text, size);
  free(text);
  seg_inputs_deinit(&inputs);
}

static enum seg_status verify(size_t count, struct seg_error *error) {
  struct seg_inputs inputs = {0};
  *error = (struct seg_error){0};
  for (size_t i = 0; i < count; i++)
    add(&inputs, i < 2 ? "first" : "second", paths[i]);
  enum seg_status status = seg_manifest_verify(place("list"), &inputs, error);
  seg_inputs_deinit(&inputs);
  return status;
}

static void names_of_every_kind(void **state) {
  (void)state;
  struct seg_error error;
  write_manifest(folder);
  if (verify(NAMES, &error) != SEG_OK)
    fail_msg("%s", error.message);
  char text[2000] = {0};
  FILE *file = fopen(place("list"), "r");
  assert_non_null(file);
  assert_true(fread(text, 1, sizeof text - 1, file) > 0);
  fclose(file);
  char line[200];
  const char *const written[] = {"plain.csv", "line\\nend.csv", "re\\rturn.csv",
                                 "back\\\\slash.csv", "\\\\n.csv"};
  for (size_t i = 0; i < NAMES; i++) {
    snprintf(line, sizeof line, "\n%s%s  %s\n", i == 0 ? "" : "\\", abc, written[i]);
    if (strstr(text, line) == NULL)
      fail_msg("missing:%sin\n%s", line, text);
  }
  // Not below the folder: names are whole paths. From the root all files are below.
  write_manifest(place("below"));
  assert_int_equal(verify(NAMES, &error), SEG_OK);
  write_manifest("/");
  assert_int_equal(verify(NAMES, &error),
                   SEG_BAD_DATA); // names without a slash, from another folder
  assert_non_null(strstr(error.message, "does not list it"));
}

static void what_differs(void **state) {
  (void)state;
  struct seg_error error;
  write_manifest(folder);
  assert_int_equal(verify(2, &error), SEG_OK); // nobody asks for the second source
  assert_int_equal(verify(NAMES - 1, &error), SEG_BAD_DATA);
  assert_non_null(strstr(error.message, "and it is not there"));
  write_file(paths[1], "abd", 3);
  assert_int_equal(verify(NAMES, &error), SEG_BAD_DATA);
  assert_non_null(strstr(error.message, "is not the one in the manifest"));
  assert_int_equal(unlink(paths[1]), 0);
  assert_int_equal(verify(NAMES, &error), SEG_IO);
}

static void lines_that_are_none(void **state) {
  (void)state;
  struct seg_error error;
  char text[400];
  static const char *const wrong[] = {
      "# source first\n%.63s  plain.csv\n",
      "# source first\n%.63sg  plain.csv\n",
      "# source first\n%.63sA  plain.csv\n",
      "# source first\n%.64sx plain.csv\n",
      "# source first\n%.64s xplain.csv\n",
      "# source first\n%.64s  \n",
      "# source first\n%.64s",
      "# source first\n\\%.64s\n",
      "# source first\nx%.63s  plain.csv\n",
      "# another mark\n%.64s  plain.csv\n",
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    int size = snprintf(text, sizeof text, wrong[i], abc);
    write_file(place("list"), text, (size_t)size);
    assert_int_equal(verify(1, &error), SEG_USAGE);
    if (strstr(error.message, "a line is not of the form") == NULL)
      fail_msg("\"%s\": %s", text, error.message);
  }
  // Empty lines and remarks are passed over; the last line need not end.
  int size = snprintf(text, sizeof text, "\n# a remark\n# source first\n\n%s  plain.csv", abc);
  write_file(place("list"), text, (size_t)size);
  assert_int_equal(verify(1, &error), SEG_OK);
  write_file(place("list"), text, (size_t)size + 1); // and the byte that ends it
  assert_int_equal(verify(1, &error), SEG_USAGE);
  assert_non_null(strstr(error.message, "it is not a text"));
  // A mark at the end of an escaped name stands for itself.
  size = snprintf(text, sizeof text, "# source first\n\\%s  plain.csv\\", abc);
  write_file(place("list"), text, (size_t)size);
  assert_int_equal(verify(1, &error), SEG_BAD_DATA);
  assert_int_equal(unlink(place("list")), 0);
  assert_int_equal(verify(1, &error), SEG_USAGE);
}

static void files_that_change(void **state) {
  (void)state;
  struct seg_file_hash hash;
  struct seg_error error = {0};
  assert_int_equal(seg_file_hash(paths[0], NULL, NULL, &hash, &error), SEG_OK);
  assert_string_equal(hash.sha256, abc);
  assert_int_equal(seg_file_hash_confirm(paths[0], &hash, &error), SEG_OK);
  write_file(paths[0], "abcd", 4); // longer
  assert_int_equal(seg_file_hash_confirm(paths[0], &hash, &error), SEG_BAD_DATA);
  assert_int_equal(seg_file_hash(paths[0], NULL, NULL, &hash, &error), SEG_OK);
  const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}}; // another moment
  assert_int_equal(utimensat(AT_FDCWD, paths[0], times, 0), 0);
  assert_int_equal(seg_file_hash_confirm(paths[0], &hash, &error), SEG_BAD_DATA);
  assert_int_equal(seg_file_hash(paths[0], NULL, NULL, &hash, &error), SEG_OK);
  assert_int_equal(rename(paths[2], paths[0]), 0); // another file
  assert_int_equal(seg_file_hash_confirm(paths[0], &hash, &error), SEG_BAD_DATA);
  assert_int_equal(unlink(paths[0]), 0);
  assert_int_equal(seg_file_hash_confirm(paths[0], &hash, &error), SEG_IO);
  assert_int_equal(seg_file_hash(paths[0], NULL, NULL, &hash, &error), SEG_IO);
  atomic_bool interrupted = true;
  assert_int_equal(seg_file_hash(paths[3], &interrupted, NULL, &hash, &error), SEG_INTERRUPTED);
}

/** The same hashes, and the same file that cannot be read, with any number of threads. */
static void by_threads(void **state) {
  (void)state;
  for (unsigned round = 0; round < 40; round++) {
    struct seg_inputs inputs = {.threads = round % 8};
    struct seg_error error = {0};
    for (size_t i = 0; i < NAMES; i++)
      add(&inputs, "first", paths[i]);
    assert_int_equal(seg_inputs_finish(&inputs, &error), SEG_OK);
    for (size_t i = 0; i < NAMES; i++)
      assert_string_equal(inputs.files.items[i].hash.sha256, abc);
    seg_inputs_deinit(&inputs);
  }
  assert_int_equal(unlink(paths[1]), 0);
  assert_int_equal(unlink(paths[3]), 0);
  for (unsigned round = 0; round < 40; round++) {
    struct seg_inputs inputs = {.threads = round % 8};
    struct seg_error error = {0};
    for (size_t i = 0; i < NAMES; i++)
      add(&inputs, "first", paths[i]);
    assert_int_equal(seg_inputs_finish(&inputs, &error), SEG_IO);
    assert_non_null(strstr(error.message, names[1]));
    seg_inputs_deinit(&inputs);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(names_of_every_kind, make_files, remove_files),
      cmocka_unit_test_setup_teardown(what_differs, make_files, remove_files),
      cmocka_unit_test_setup_teardown(lines_that_are_none, make_files, remove_files),
      cmocka_unit_test_setup_teardown(files_that_change, make_files, remove_files),
      cmocka_unit_test_setup_teardown(by_threads, make_files, remove_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
