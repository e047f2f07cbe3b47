// segc show: the data dictionary, for people and for tools.
#include <segc.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/report.h"
#include "cli/verbs.h"

static const char help[] =
    "usage: segc show DIR|FILE... [SEGMENT] [OPTIONS]\n"
    "\n"
    "Writes the data dictionary of a project: each segment as an English sentence made from its\n"
    "rule, its clauses, windows, metrics and chains, and the sources and columns it reads. No "
    "data\n"
    "is read. Exit code 1 when the rules have errors.\n"
    "\n"
    "  DIR|FILE             folders (all .seg files below them) and rule files: one project\n"
    "  SEGMENT              only this one\n"
    "  --format FORMAT      human, json or markdown\n"
    "  --allow-no-decision  accept segments without a decision, for exploration\n"
    "  --color WHEN         auto, always or never: colours of messages\n";

enum { FORMAT, ALLOW_NO_DECISION, OPTION_COUNT };

// The last argument is a segment when no file or folder has that name.
static const char *take_segment(struct arguments *arguments) {
  if (arguments->path_count < 2)
    return NULL;
  const char *last = arguments->paths[arguments->path_count - 1];
  if (access(last, F_OK) == 0)
    return NULL;
  arguments->path_count--;
  return last;
}

static enum segc_status show(struct call *call) {
  static const char *const words[] = {"human", "json", "markdown"};
  static const enum segc_format formats[] = {SEGC_FORMAT_HUMAN, SEGC_FORMAT_JSON,
                                             SEGC_FORMAT_MARKDOWN};
  struct arguments *arguments = &call->arguments;
  int format = choose("show", "--format", arguments->options[FORMAT].value, words, 3);
  if (format < 0)
    return SEGC_FAILURE;
  if (arguments->path_count == 0) {
    fprintf(stderr,
            "error: segc show needs a folder or a file with rules\n"
            "  = help: write `segc show DIR`, or `segc show DIR SEGMENT` for one segment\n");
    return SEGC_FAILURE;
  }
  const char *segment = take_segment(arguments);
  struct segc_project_options options = {
      .size = sizeof options,
      .paths = arguments->paths,
      .path_count = arguments->path_count,
      .allow_no_decision = arguments->options[ALLOW_NO_DECISION].given,
  };
  enum segc_status status = segc_load(call->session, &options);
  if (status == SEGC_OK)
    status = segc_show(call->session, segment, formats[format], stdout);
  return call_finish(call, status);
}

static const struct option option_table[OPTION_COUNT] = {
    [FORMAT] = {.name = "--format", .takes_value = true},
    [ALLOW_NO_DECISION] = {.name = "--allow-no-decision"},
};

const struct verb verb_show = {
    .name = "show",
    .summary = "the data dictionary: what every segment means and reads",
    .help = help,
    .options = option_table,
    .option_count = OPTION_COUNT,
    .run = show,
};
