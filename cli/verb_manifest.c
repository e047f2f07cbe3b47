// segc manifest: the hashes of a project's inputs.
#include <segc.h>
#include <stdio.h>

#include "cli/report.h"
#include "cli/verbs.h"

static const char help[] =
    "usage: segc manifest DIR|FILE... --data DIR [OPTIONS]\n"
    "\n"
    "Writes the SHA-256 of every file that a run of the project would read, in the form of\n"
    "`sha256sum`. `segc run --manifest FILE` then reads these files with these contents only.\n"
    "\n"
    "  DIR|FILE             folders (all .seg files below them) and rule files: one project\n"
    "  --data DIR           a source `purchases` is DIR/purchases.parquet, .csv, .csv.gz or a\n"
    "                       folder of that name\n"
    "  --source NAME=WHAT   read a source from a file or a glob; may be repeated\n"
    "  --out FILE           where to write; default: stdout. Names of files below its folder are\n"
    "                       relative to it\n"
    "  --allow-no-decision  accept segments without a decision, for exploration\n"
    "  --color WHEN         auto, always or never\n";

enum { DATA, SOURCE, OUT, ALLOW_NO_DECISION, OPTION_COUNT };

static enum segc_status manifest(struct call *call) {
  const struct arguments *arguments = &call->arguments;
  const struct option *options = arguments->options;
  if (arguments->path_count == 0) {
    fprintf(stderr, "error: segc manifest needs a folder or a file with rules\n"
                    "  = help: write `segc manifest DIR --data DATA --out inputs.sha256`\n");
    return SEGC_FAILURE;
  }
  struct segc_project_options project = {
      .size = sizeof project,
      .paths = arguments->paths,
      .path_count = arguments->path_count,
      .allow_no_decision = options[ALLOW_NO_DECISION].given,
  };
  struct segc_run_options run = {
      .size = sizeof run,
      .data_folder = options[DATA].value,
      .sources = options[SOURCE].values,
      .source_count = options[SOURCE].count,
      .out_path = options[OUT].value,
  };
  enum segc_status status = segc_load(call->session, &project);
  if (status == SEGC_OK) {
    watch_signals(call->session);
    status = segc_manifest(call->session, &run, stdout);
    unwatch_signals();
  }
  return call_finish(call, status);
}

static const struct option option_table[OPTION_COUNT] = {
    [DATA] = {.name = "--data", .takes_value = true},
    [SOURCE] = {.name = "--source", .takes_value = true, .repeats = true},
    [OUT] = {.name = "--out", .takes_value = true},
    [ALLOW_NO_DECISION] = {.name = "--allow-no-decision"},
};

const struct verb verb_manifest = {
    .name = "manifest",
    .summary = "the hashes of the files that a run would read",
    .help = help,
    .options = option_table,
    .option_count = OPTION_COUNT,
    .run = manifest,
};
