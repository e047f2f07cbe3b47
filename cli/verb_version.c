// segc version: which segc this is.
#include <segc.h>
#include <stdio.h>
#include <string.h>

#include "cli/verbs.h"

static const char help[] = "usage: segc version\n\nPrints the versions of segc, of the language it "
                           "reads, of what it runs\n"
                           "with and of the time zone data.\n";

int verb_version(int argc, char **argv) {
  if (argc > 0 && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)) {
    fputs(help, stdout);
    return SEGC_OK;
  }
  if (argc > 0) {
    fprintf(stderr, "error: segc version takes no arguments\n");
    return SEGC_FAILURE;
  }
  segc_write_versions(stdout);
  return SEGC_OK;
}
