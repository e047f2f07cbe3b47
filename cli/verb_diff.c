// segc diff: what two versions of a project mean differently.
#include <segc.h>
#include <stdio.h>

#include "cli/report.h"
#include "cli/verbs.h"

static const char help[] =
    "usage: segc diff BEFORE AFTER [--data DATA --as-of DATE] [OPTIONS]\n"
    "\n"
    "Compares what two versions of a project mean: segments that were added, removed or renamed,\n"
    "or whose rule changed, in which clause; changed metrics, events and columns with the "
    "segments\n"
    "they act on; chains. Layout, comments, names of metrics and the order of `and` make no\n"
    "difference. Of each changed rule it is proved, or shown on a customer, whether anybody\n"
    "leaves the segment or is new in it. With data both versions are run over it, and the\n"
    "customers who enter, leave and move are counted. Exit code 0: no difference, 1: there are\n"
    "differences, 2: an error, also in the rules.\n"
    "\n"
    "  BEFORE, AFTER        a folder (all .seg files below it) or a rule file each\n"
    "  --as-of DATE         YYYY-MM-DD: events before that day count\n"
    "  --data DIR           as in `segc run`\n"
    "  --source NAME=WHAT   as in `segc run`; may be repeated\n"
    "  --list FILE          the customers who move, as .csv, .csv.gz or .parquet: the key, and\n"
    "                       NAME_before and NAME_after of every segment and chain; mode 0600\n"
    "  --no-proofs          do not ask who leaves and who is new\n"
    "  --proof-budget N     work for one question, before it stays unproved; usual: 300000\n"
    "  --format FORMAT      human, json or markdown\n"
    "  --allow-no-decision  accept segments without a decision, for exploration\n"
    "  --color WHEN         auto, always or never: colours of messages\n";

enum {
  AS_OF,
  DATA,
  SOURCE,
  LIST,
  NO_PROOFS,
  PROOF_BUDGET,
  FORMAT,
  ALLOW_NO_DECISION,
  OPTION_COUNT
};

// Rules with errors cannot be compared: exit code 1 would read as a difference.
static bool load(struct segc_session *session, const struct arguments *arguments, int version,
                 bool color) {
  struct segc_project_options project = {
      .size = sizeof project,
      .paths = &arguments->paths[version],
      .path_count = 1,
      .allow_no_decision = arguments->options[ALLOW_NO_DECISION].given,
  };
  enum segc_status status = segc_load(session, &project);
  if (status == SEGC_FINDINGS)
    report_diagnostics(session, color);
  else if (status != SEGC_OK)
    report_failure(session, status, color);
  return status == SEGC_OK;
}

// `before` is the session of the call.
static enum segc_status compare(struct call *call, struct segc_session *after, unsigned budget,
                                enum segc_format format) {
  const struct arguments *arguments = &call->arguments;
  const struct option *options = arguments->options;
  struct segc_session *before = call->session;
  struct segc_run_options data = {
      .size = sizeof data,
      .as_of = options[AS_OF].value,
      .data_folder = options[DATA].value,
      .sources = options[SOURCE].values,
      .source_count = options[SOURCE].count,
  };
  bool with_data = options[DATA].given || options[SOURCE].given || options[AS_OF].given;
  struct segc_diff_options diff_options = {.size = sizeof diff_options,
                                           .data = with_data ? &data : NULL,
                                           .list_path = options[LIST].value,
                                           .no_proofs = options[NO_PROOFS].given,
                                           .proof_budget = budget};
  bool loaded = load(before, arguments, 0, call->color);
  loaded = load(after, arguments, 1, call->color) && loaded;
  if (!loaded)
    return SEGC_FAILURE;
  watch_signals(after);
  enum segc_status status = segc_diff(before, after, &diff_options, format, stdout);
  unwatch_signals();
  if (status != SEGC_OK && status != SEGC_FINDINGS)
    report_failure(after, status, call->color);
  return finish_output(stdout, status);
}

static bool right_arguments(const struct arguments *arguments) {
  const struct option *options = arguments->options;
  if (arguments->path_count != 2) {
    fprintf(stderr,
            "error: segc diff compares two versions, and %zu %s given\n"
            "  = help: write `segc diff BEFORE AFTER`, a folder each\n",
            arguments->path_count, arguments->path_count == 1 ? "is" : "are");
    return false;
  }
  if (options[LIST].given && !options[DATA].given && !options[SOURCE].given) {
    fprintf(stderr, "error: `--list` lists customers, and no data is given\n"
                    "  = help: add `--data DATA --as-of YYYY-MM-DD`\n");
    return false;
  }
  return true;
}

static enum segc_status diff(struct call *call) {
  static const char *const words[] = {"human", "json", "markdown"};
  static const enum segc_format formats[] = {SEGC_FORMAT_HUMAN, SEGC_FORMAT_JSON,
                                             SEGC_FORMAT_MARKDOWN};
  const struct option *options = call->arguments.options;
  int format = choose("diff", "--format", options[FORMAT].value, words, 3);
  long budget = choose_budget("diff", options[PROOF_BUDGET].value);
  if (format < 0 || budget < 0 || !right_arguments(&call->arguments))
    return SEGC_FAILURE;
  struct segc_session *after = open_session();
  if (after == NULL)
    return SEGC_FAILURE;
  enum segc_status status = compare(call, after, (unsigned)budget, formats[format]);
  segc_session_free(after);
  return status;
}

static const struct option option_table[OPTION_COUNT] = {
    [AS_OF] = {.name = "--as-of", .takes_value = true},
    [DATA] = {.name = "--data", .takes_value = true},
    [SOURCE] = {.name = "--source", .takes_value = true, .repeats = true},
    [LIST] = {.name = "--list", .takes_value = true},
    [NO_PROOFS] = {.name = "--no-proofs"},
    [PROOF_BUDGET] = {.name = "--proof-budget", .takes_value = true},
    [FORMAT] = {.name = "--format", .takes_value = true},
    [ALLOW_NO_DECISION] = {.name = "--allow-no-decision"},
};

const struct verb verb_diff = {
    .name = "diff",
    .summary = "what two versions of a project mean differently",
    .help = help,
    .options = option_table,
    .option_count = OPTION_COUNT,
    .run = diff,
};
