// segc init: a starter project for a folder of data.
#include <segc.h>
#include <stdio.h>

#include "cli/report.h"
#include "cli/verbs.h"

static const char help[] =
    "usage: segc init DIR --data DATA [OPTIONS]\n"
    "\n"
    "Looks at the files of a data folder and writes DIR/segments.seg: customers and events with\n"
    "types, missing marks and lists of values, and three segments that run at once. A folder that\n"
    "has rule files is left alone.\n"
    "\n"
    "  DIR                  for the project; made when it does not exist\n"
    "  --data DIR           the folder with .csv, .csv.gz and .parquet files\n"
    "  --key COLUMN         the column with the customer's key; default: segc looks for it\n"
    "  --currency CODE      of amounts of money; default: EUR\n"
    "  --timezone ZONE      such as Europe/Berlin: decides which day an event falls on, and reads\n"
    "                       times without an offset; default: UTC\n"
    "  --color WHEN         auto, always or never: colours of messages\n";

enum { DATA, KEY, CURRENCY, TIMEZONE, OPTION_COUNT };

static enum segc_status init(struct call *call) {
  const struct arguments *arguments = &call->arguments;
  const struct option *options = arguments->options;
  if (arguments->path_count != 1 || !options[DATA].given) {
    fprintf(stderr, "error: segc init needs %s\n  = help: write `segc init DIR --data DATA`\n",
            arguments->path_count != 1 ? "one folder for the project" : "a folder with data");
    return SEGC_FAILURE;
  }
  const struct segc_init_options starter = {.size = sizeof starter,
                                            .folder = arguments->paths[0],
                                            .data_folder = options[DATA].value,
                                            .currency = options[CURRENCY].value,
                                            .timezone = options[TIMEZONE].value,
                                            .key = options[KEY].value};
  watch_signals(call->session);
  enum segc_status status = segc_init(call->session, &starter, stdout);
  unwatch_signals();
  return call_finish(call, status);
}

static const struct option option_table[OPTION_COUNT] = {
    [DATA] = {.name = "--data", .takes_value = true},
    [KEY] = {.name = "--key", .takes_value = true},
    [CURRENCY] = {.name = "--currency", .takes_value = true},
    [TIMEZONE] = {.name = "--timezone", .takes_value = true},
};

const struct verb verb_init = {
    .name = "init",
    .summary = "a starter project for a folder of data",
    .help = help,
    .options = option_table,
    .option_count = OPTION_COUNT,
    .run = init,
};
