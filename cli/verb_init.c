// segc init: a starter project for a folder of data.
#include <segc.h>
#include <stdio.h>

#include "cli/args.h"
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

enum { DATA, KEY, CURRENCY, TIMEZONE, COLOR, HELP, HELP_SHORT, OPTION_COUNT };

int verb_init(int argc, char **argv) {
  struct option options[OPTION_COUNT] = {
      [DATA] = {.name = "--data", .takes_value = true},
      [KEY] = {.name = "--key", .takes_value = true},
      [CURRENCY] = {.name = "--currency", .takes_value = true},
      [TIMEZONE] = {.name = "--timezone", .takes_value = true},
      [COLOR] = {.name = "--color", .takes_value = true},
      [HELP] = {.name = "--help"},
      [HELP_SHORT] = {.name = "-h"},
  };
  struct arguments arguments = {"init", options, OPTION_COUNT, NULL, 0};
  struct segc_session *session = NULL;
  int status = SEGC_FAILURE;
  if (!parse_arguments(&arguments, argc, argv))
    goto cleanup;
  if (options[HELP].given || options[HELP_SHORT].given) {
    fputs(help, stdout);
    status = SEGC_OK;
    goto cleanup;
  }
  int color = choose_color("init", options[COLOR].value);
  if (color < 0)
    goto cleanup;
  if (arguments.path_count != 1 || !options[DATA].given) {
    fprintf(stderr, "error: segc init needs %s\n  = help: write `segc init DIR --data DATA`\n",
            arguments.path_count != 1 ? "one folder for the project" : "a folder with data");
    goto cleanup;
  }
  session = open_session();
  if (session == NULL)
    goto cleanup;
  struct segc_init_options init = {.size = sizeof init,
                                   .folder = arguments.paths[0],
                                   .data_folder = options[DATA].value,
                                   .currency = options[CURRENCY].value,
                                   .timezone = options[TIMEZONE].value,
                                   .key = options[KEY].value};
  watch_signals(session);
  status = segc_init(session, &init, stdout);
  unwatch_signals();
  if (status != SEGC_OK)
    report_failure(session, status, use_color((enum color_choice)color, stderr));
  status = finish_output(stdout, status);
cleanup:
  segc_session_free(session);
  free_arguments(&arguments);
  return status;
}
