// segc explain: why a customer is in a segment, or is not.
#include <segc.h>
#include <stdio.h>

#include "cli/args.h"
#include "cli/report.h"
#include "cli/verbs.h"

static const char help[] =
    "usage: segc explain SEGMENT --customer KEY DIR|FILE... --data DATA --as-of DATE [OPTIONS]\n"
    "\n"
    "Shows why one customer is in a segment, or is not: every clause of the rule with its value,\n"
    "the events that counted, their ages, and which segment wins the chain. All sources that the\n"
    "rules need are read; values of `personal` columns are never shown.\n"
    "\n"
    "  SEGMENT              its name\n"
    "  --customer KEY       the customer's key, as in the data\n"
    "  DIR|FILE             folders (all .seg files below them) and rule files: one project\n"
    "  --as-of DATE         YYYY-MM-DD: events before that day count\n"
    "  --data DIR           as in `segc run`\n"
    "  --source NAME=WHAT   as in `segc run`; may be repeated\n"
    "  --format FORMAT      human or json\n"
    "  --allow-no-decision  accept segments without a decision, for exploration\n"
    "  --color WHEN         auto, always or never: colours of messages\n";

enum {
  CUSTOMER,
  AS_OF,
  DATA,
  SOURCE,
  FORMAT,
  ALLOW_NO_DECISION,
  COLOR,
  HELP,
  HELP_SHORT,
  OPTION_COUNT
};

static enum segc_status explain(struct segc_session *session, const struct arguments *arguments,
                                enum segc_format format, bool color) {
  const struct option *options = arguments->options;
  struct segc_project_options project = {
      .size = sizeof project,
      .paths = arguments->paths + 1,
      .path_count = arguments->path_count - 1,
      .allow_no_decision = options[ALLOW_NO_DECISION].given,
  };
  struct segc_run_options run = {
      .size = sizeof run,
      .as_of = options[AS_OF].value,
      .data_folder = options[DATA].value,
      .sources = options[SOURCE].values,
      .source_count = options[SOURCE].count,
  };
  enum segc_status status = segc_load(session, &project);
  if (status == SEGC_OK) {
    watch_signals(session);
    status =
        segc_explain(session, arguments->paths[0], options[CUSTOMER].value, &run, format, stdout);
    unwatch_signals();
  }
  if (status != SEGC_OK)
    report_diagnostics(session, color);
  if (status != SEGC_OK && status != SEGC_FINDINGS)
    report_failure(session, status, color);
  return finish_output(stdout, status);
}

int verb_explain(int argc, char **argv) {
  struct option options[OPTION_COUNT] = {
      [CUSTOMER] = {.name = "--customer", .takes_value = true},
      [AS_OF] = {.name = "--as-of", .takes_value = true},
      [DATA] = {.name = "--data", .takes_value = true},
      [SOURCE] = {.name = "--source", .takes_value = true, .repeats = true},
      [FORMAT] = {.name = "--format", .takes_value = true},
      [ALLOW_NO_DECISION] = {.name = "--allow-no-decision"},
      [COLOR] = {.name = "--color", .takes_value = true},
      [HELP] = {.name = "--help"},
      [HELP_SHORT] = {.name = "-h"},
  };
  static const char *const formats[] = {"human", "json"};
  struct arguments arguments = {"explain", options, OPTION_COUNT, NULL, 0};
  struct segc_session *session = NULL;
  int status = SEGC_FAILURE;
  if (!parse_arguments(&arguments, argc, argv))
    goto cleanup;
  if (options[HELP].given || options[HELP_SHORT].given) {
    fputs(help, stdout);
    status = SEGC_OK;
    goto cleanup;
  }
  int format = choose("explain", "--format", options[FORMAT].value, formats, 2);
  int color = choose_color("explain", options[COLOR].value);
  if (format < 0 || color < 0)
    goto cleanup;
  if (arguments.path_count < 2 || !options[CUSTOMER].given) {
    fprintf(stderr,
            "error: segc explain needs %s\n"
            "  = help: write `segc explain SEGMENT --customer KEY DIR --data DATA --as-of "
            "YYYY-MM-DD`\n",
            arguments.path_count == 0   ? "a segment"
            : arguments.path_count == 1 ? "a folder or a file with rules behind the segment"
                                        : "a customer");
    goto cleanup;
  }
  session = open_session();
  if (session == NULL)
    goto cleanup;
  status = explain(session, &arguments, (enum segc_format)format,
                   use_color((enum color_choice)color, stderr));
cleanup:
  segc_session_free(session);
  free_arguments(&arguments);
  return status;
}
