// segc explain: why a customer is in a segment, or is not.
#include <segc.h>
#include <stdio.h>

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

enum { CUSTOMER, AS_OF, DATA, SOURCE, FORMAT, ALLOW_NO_DECISION, OPTION_COUNT };

static enum segc_status explain(struct call *call) {
  static const char *const formats[] = {"human", "json"};
  const struct arguments *arguments = &call->arguments;
  const struct option *options = arguments->options;
  int format = choose("explain", "--format", options[FORMAT].value, formats, 2);
  if (format < 0)
    return SEGC_FAILURE;
  if (arguments->path_count < 2 || !options[CUSTOMER].given) {
    fprintf(stderr,
            "error: segc explain needs %s\n"
            "  = help: write `segc explain SEGMENT --customer KEY DIR --data DATA --as-of "
            "YYYY-MM-DD`\n",
            arguments->path_count == 0   ? "a segment"
            : arguments->path_count == 1 ? "a folder or a file with rules behind the segment"
                                         : "a customer");
    return SEGC_FAILURE;
  }
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
  enum segc_status status = segc_load(call->session, &project);
  if (status == SEGC_OK) {
    watch_signals(call->session);
    status = segc_explain(call->session, arguments->paths[0], options[CUSTOMER].value, &run,
                          (enum segc_format)format, stdout);
    unwatch_signals();
  }
  if (status != SEGC_OK)
    report_diagnostics(call->session, call->color);
  if (status != SEGC_OK && status != SEGC_FINDINGS)
    report_failure(call->session, status, call->color);
  return finish_output(stdout, status);
}

static const struct option option_table[OPTION_COUNT] = {
    [CUSTOMER] = {.name = "--customer", .takes_value = true},
    [AS_OF] = {.name = "--as-of", .takes_value = true},
    [DATA] = {.name = "--data", .takes_value = true},
    [SOURCE] = {.name = "--source", .takes_value = true, .repeats = true},
    [FORMAT] = {.name = "--format", .takes_value = true},
    [ALLOW_NO_DECISION] = {.name = "--allow-no-decision"},
};

const struct verb verb_explain = {
    .name = "explain",
    .summary = "why a customer is in a segment, or is not",
    .help = help,
    .options = option_table,
    .option_count = OPTION_COUNT,
    .run = explain,
};
