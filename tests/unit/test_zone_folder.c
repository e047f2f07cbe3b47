// runtime/time: the folder of time zones as it may be found: names, releases, files that are none.
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

#include "runtime/time/zone.h"

static char folder[64];

static const char *place(const char *name) {
  static char path[200];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void write_file(const char *name, const char *text) {
  FILE *file = fopen(place(name), "w");
  assert_non_null(file);
  fputs(text, file);
  assert_int_equal(fclose(file), 0);
}

static int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/segc-zones-XXXXXX");
  return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state) {
  (void)state;
  char command[100];
  snprintf(command, sizeof command, "rm -r %s", folder);
  return system(command);
}

static void expect_refused(const char *from, const char *name, enum seg_status status,
                           const char *message, const char *help) {
  struct seg_zone *zone = NULL;
  struct seg_error error = {0};
  assert_int_equal(seg_zone_load_from(from, seg_str_view(name), &zone, &error), status);
  assert_null(zone);
  if (strstr(error.message, message) == NULL || strstr(error.help, help) == NULL)
    fail_msg("%s: \"%s\", \"%s\"", name, error.message, error.help);
}

static void names_are_suggested(void **state) {
  (void)state;
  static const char unknown[] = "there is no time zone";
  expect_refused(folder, "Zone/Somewhere", SEG_USAGE, unknown, "write a name of the IANA");
  write_file("tzdata.zi",
             "# version 2026z\n"
             "Z Zone/Somewhere 1 - X\n"
             "L Zone/Somewhere Other/Place\n"
             "L Zone/Somewheer\n" // has no name
             "Z\n"
             "Zone/Somewhere\n"
             "Z Zone/0123456789012345678901234567890123456789012345678901234567890123456789\n"
             "Z Last/City");
  expect_refused(folder, "Zone/Somewhre", SEG_USAGE, unknown, "\"Zone/Somewhere\"");
  expect_refused(folder, "zone/somewhere", SEG_USAGE, unknown, "\"Zone/Somewhere\"");
  expect_refused(folder, "OTHER/PLACE", SEG_USAGE, unknown, "\"Other/Place\"");
  expect_refused(folder, "Last/Cyti", SEG_USAGE, unknown, "\"Last/City\"");
  expect_refused(folder, "somewhere", SEG_USAGE, unknown, "\"Zone/Somewhere\"");
  expect_refused(folder, "Zone/Nowhere+1-2", SEG_USAGE, unknown, "write a name of the IANA");
  static const char *const never[] = {"",           "/Zone/City", "Zone/",      "Zone//City",
                                      "../zone",    "localtime",  "posixrules", "Zone/Ci.ty",
                                      "Zone/City ", "Zone\\City"};
  for (size_t i = 0; i < sizeof never / sizeof *never; i++)
    expect_refused(folder, never[i], SEG_USAGE, unknown, "");
}

static void files_that_are_no_zones(void **state) {
  (void)state;
  assert_int_equal(mkdir(place("Zone"), 0700), 0);
  expect_refused(folder, "Zone", SEG_USAGE, "there is no time zone", "");
  write_file("Zone/City", "no zone");
  expect_refused(folder, "Zone/City", SEG_BAD_DATA, "", "");
  expect_refused(folder, "Zone/City/Part", SEG_USAGE, "there is no time zone", "");
  assert_int_equal(truncate(place("Zone/City"), 1 << 26), 0);
  expect_refused(folder, "Zone/City", SEG_BAD_DATA, "is too large", "");
  assert_int_equal(symlink("Circle", place("Circle")), 0);
  expect_refused(folder, "Circle", SEG_IO, "cannot be read", "install the package tzdata again");
  char longest[5000];
  memset(longest, 'a', sizeof longest - 1);
  longest[sizeof longest - 1] = '\0';
  expect_refused(longest, "Zone/City", SEG_IO, "the time zone \"Zone/City\" in aaaa", "");
  expect_refused("/nonexistent", "Zone/City", SEG_IO, "no time zone folder", "install");
  write_file("file", "");
  char file[200];
  strcpy(file, place("file"));
  expect_refused(file, "Zone/City", SEG_IO, "no time zone folder", "install");
  struct seg_zone *zone = NULL;
  struct seg_error error = {0};
  assert_int_equal(seg_zone_load_from(file, seg_str_view("Etc/UTC"), &zone, &error), SEG_OK);
  seg_zone_free(zone);
}

static void expect_version(const char *list, const char *other, size_t size, const char *expected) {
  char version[40] = "not set";
  write_file("tzdata.zi", list);
  write_file("+VERSION", other);
  assert_true(seg_zone_version_of(folder, version, size));
  assert_string_equal(version, expected);
}

static void releases(void **state) {
  (void)state;
  char version[40] = "not set", longest[5000];
  expect_version("# version 2026z\nZ x", "2026b\n", 40, "2026z");
  expect_version("# version 2026z", "2026b\n", 40, "2026z");
  expect_version("# version \n", "2026b\n", 40, "2026b");
  expect_version("# Version 2026z\n", "2026b\n", 40, "2026b");
  expect_version("# version 2026/z\n", "2026b", 40, "2026b");
  expect_version("# version 2026z\n", "2026b", 6, "2026z");
  expect_version("# version 2026-long\n", "2026b", 6, "2026b"); // no room for it
  expect_version("", "", 40, "unknown");
  expect_version("", "a release, perhaps\n", 40, "unknown");
  expect_version("", "2026b\n", 0, "not set");
  memset(longest, '1', sizeof longest - 1);
  longest[sizeof longest - 1] = '\0';
  expect_version(longest, longest, 40, "unknown");
  assert_true(seg_zone_version_of(longest, version, sizeof version));
  assert_string_equal(version, "unknown");
  assert_int_equal(unlink(place("tzdata.zi")), 0);
  assert_int_equal(symlink("tzdata.zi", place("tzdata.zi")), 0);
  assert_false(seg_zone_version_of(folder, version, sizeof version)); // there, but not to be read
  assert_string_equal(version, "unknown");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(names_are_suggested, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(files_that_are_no_zones, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(releases, make_folder, remove_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
