// segc version: which segc this is.
#include <segc.h>
#include <stdio.h>

#include "cli/report.h"
#include "cli/verbs.h"

static const char help[] = "usage: segc version\n\nPrints the versions of segc, of the language it "
                           "reads, of what it runs\n"
                           "with and of the time zone data.\n";

static enum segc_status version(struct call *call) {
  if (call->arguments.path_count > 0) {
    fprintf(stderr, "error: segc version takes no arguments\n");
    return SEGC_FAILURE;
  }
  segc_write_versions(stdout);
  return finish_output(stdout, SEGC_OK);
}

const struct verb verb_version = {
    .name = "version",
    .summary = "the versions of segc and of what it is built with",
    .help = help,
    .run = version,
};
