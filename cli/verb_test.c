// segc test: the tests that stand beside the rules.
#include <segc.h>
#include <stdio.h>

#include "cli/report.h"
#include "cli/verbs.h"

static const char help[] =
    "usage: segc test [DIR|FILE...] [OPTIONS]\n"
    "\n"
    "Runs the `test` blocks of a project. A test states one customer and the segments that take\n"
    "this customer, or do not. A test that fails is shown with every clause of the rule, the "
    "values\n"
    "in it and the events behind them. Exit code 0 when all pass, 1 when one fails or the rules\n"
    "have errors, 2 when a file cannot be read.\n"
    "\n"
    "  DIR|FILE             folders (all .seg files below them) and rule files: one project; the\n"
    "                       folder you are in, when none is named\n"
    "  --filter TEXT        only tests that have this text in their title\n"
    "  --coverage           also show which clauses no test made true, or false\n"
    "  --format FORMAT      human, json or junit\n"
    "  --allow-no-decision  accept segments without a decision, for exploration\n"
    "  --color WHEN         auto, always or never: colours of messages\n";

enum { FILTER, COVERAGE, FORMAT, ALLOW_NO_DECISION, OPTION_COUNT };

static enum segc_status test(struct call *call) {
  static const char *const here[] = {"."};
  static const char *const words[] = {"human", "json", "junit"};
  static const enum segc_format formats[] = {SEGC_FORMAT_HUMAN, SEGC_FORMAT_JSON,
                                             SEGC_FORMAT_JUNIT};
  const struct arguments *arguments = &call->arguments;
  const struct option *options = arguments->options;
  int format = choose("test", "--format", options[FORMAT].value, words, 3);
  if (format < 0)
    return SEGC_FAILURE;
  bool named = arguments->path_count > 0;
  struct segc_project_options project = {
      .size = sizeof project,
      .paths = named ? arguments->paths : here,
      .path_count = named ? arguments->path_count : 1,
      .allow_no_decision = options[ALLOW_NO_DECISION].given,
  };
  struct segc_test_options run = {
      .size = sizeof run,
      .filter = options[FILTER].value,
      .coverage = options[COVERAGE].given,
  };
  enum segc_status status = segc_load(call->session, &project);
  if (status == SEGC_FINDINGS)
    report_diagnostics(call->session, call->color);
  if (status == SEGC_OK) {
    watch_signals(call->session);
    status = segc_test(call->session, &run, formats[format], stdout);
    unwatch_signals();
  }
  if (status != SEGC_OK && status != SEGC_FINDINGS)
    report_failure(call->session, status, call->color);
  return finish_output(stdout, status);
}

static const struct option option_table[OPTION_COUNT] = {
    [FILTER] = {.name = "--filter", .takes_value = true},
    [COVERAGE] = {.name = "--coverage"},
    [FORMAT] = {.name = "--format", .takes_value = true},
    [ALLOW_NO_DECISION] = {.name = "--allow-no-decision"},
};

const struct verb verb_test = {
    .name = "test",
    .summary = "run the tests that stand beside the rules",
    .help = help,
    .options = option_table,
    .option_count = OPTION_COUNT,
    .run = test,
};
