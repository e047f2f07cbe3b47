// segc run: compile the rules and score all customers.
#include <segc.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/limits.h"
#include "cli/report.h"
#include "cli/verbs.h"

static const char help[] =
    "usage: segc run DIR|FILE... --data DIR --as-of DATE [OPTIONS]\n"
    "       segc run DIR|FILE... --store DIR --as-of DATE [OPTIONS]\n"
    "       segc run DIR|FILE... --dump=STAGE\n"
    "\n"
    "Compiles the rules to native code, reads customers and events, and prints how many customers\n"
    "are in each segment and which segment wins each chain.\n"
    "\n"
    "  DIR|FILE             folders (all .seg files below them) and rule files: one project\n"
    "  --as-of DATE         YYYY-MM-DD: events before that day count. The only clock of a run\n"
    "  --data DIR           a source `purchases` is DIR/purchases.parquet, .csv, .csv.gz or a\n"
    "                       folder of that name\n"
    "  --source NAME=WHAT   read a source from a file, a glob or a `select ...`; may be repeated\n"
    "  --store DIR          read what `segc prepare` made of the sources, instead of --data\n"
    "  --verify             first look at every byte of the store\n"
    "  --remember           remember the counts with the store, and start from those of the last\n"
    "                       run: only customers for whom something can be different are looked at\n"
    "  --out FILE           one row a customer, as .parquet, .csv or .csv.gz: the key, a column a\n"
    "                       segment (and one for its control group), a column a chain. Appears\n"
    "                       whole or not at all, mode 0600\n"
    "                       Beside it FILE.manifest.json: hashes of inputs, rules and output,\n"
    "                       versions. --no-out-manifest leaves it out\n"
    "  --winners-only       who wins each chain, and not who matches each segment: no rule is\n"
    "                       evaluated for customers that an earlier one of the chain has won.\n"
    "                       The output then has no columns of segments\n"
    "  --manifest FILE      read files only with the contents that `segc manifest` listed there\n"
    "  --format FORMAT      human or json: the summary on stdout\n"
    "  --threads N          default: all cores\n"
    "  --memory SIZE        such as 500MB or 8GB; default: three quarters of the machine\n"
    "  --stats              time, rows, bytes of each stage, and its share of what memory can "
    "read\n"
    "  --code-cache DIR     where compiled rules are kept for the next run, readable by you "
    "alone;\n"
    "                       default: $XDG_CACHE_HOME/segc or ~/.cache/segc\n"
    "  --no-code-cache      keep none, use none\n"
    "  --no-hash-cache      hash large inputs for FILE.manifest.json even when an earlier run has "
    "and\n"
    "                       nobody has touched them since\n"
    "  --cpu NAME           make code for native (this machine) or for a level that it can run:\n"
    "                       x86-64, x86-64-v2, x86-64-v3, x86-64-v4. The answer is the same\n"
    "  --dump STAGE         tokens, ast, types, plan, llvm or asm, on stdout; no data is read\n"
    "  --allow-no-decision  accept segments without a decision, for exploration\n"
    "  --color WHEN         auto, always or never\n";

enum {
  AS_OF,
  DATA,
  SOURCE,
  STORE,
  VERIFY,
  REMEMBER,
  OUT,
  NO_OUT_MANIFEST,
  WINNERS_ONLY,
  MANIFEST,
  FORMAT,
  THREADS,
  MEMORY,
  STATS,
  CODE_CACHE,
  NO_CODE_CACHE,
  NO_HASH_CACHE,
  CPU,
  DUMP,
  ALLOW_NO_DECISION,
  OPTION_COUNT
};

static enum segc_status score(struct segc_session *session, struct segc_run_options *options,
                              enum segc_format format) {
  struct progress_line line;
  progress_begin(&line);
  if (isatty(STDERR_FILENO)) {
    options->progress = progress_show;
    options->progress_context = &line;
  }
  const struct segc_summary *summary = NULL;
  watch_signals(session);
  enum segc_status status = segc_run(session, options, &summary);
  unwatch_signals();
  progress_end(&line);
  if (summary != NULL) {
    segc_write_summary(summary, format, stdout);
    fflush(stdout); // before what goes to stderr, so that a terminal shows them in this order
  }
  return status;
}

static enum segc_status load(struct call *call) {
  const struct arguments *arguments = &call->arguments;
  struct segc_project_options project = {
      .size = sizeof project,
      .paths = arguments->paths,
      .path_count = arguments->path_count,
      .allow_no_decision = arguments->options[ALLOW_NO_DECISION].given,
      .cpu = arguments->options[CPU].value,
  };
  return segc_load(call->session, &project);
}

static enum segc_status run(struct call *call) {
  static const char *const formats[] = {"human", "json"};
  static const char *const stages[] = {"tokens", "ast", "types", "plan", "llvm", "asm"};
  const struct option *options = call->arguments.options;
  struct segc_run_options run_options = {
      .size = sizeof run_options,
      .as_of = options[AS_OF].value,
      .data_folder = options[DATA].value,
      .sources = options[SOURCE].values,
      .source_count = options[SOURCE].count,
      .store = options[STORE].value,
      .verify = options[VERIFY].given,
      .remember = options[REMEMBER].given,
      .out_path = options[OUT].value,
      .manifest = options[MANIFEST].value,
      .no_out_manifest = options[NO_OUT_MANIFEST].given,
      .winners_only = options[WINNERS_ONLY].given,
      .stats = options[STATS].given,
      .code_cache = options[CODE_CACHE].value,
      .no_code_cache = options[NO_CODE_CACHE].given,
      .no_hash_cache = options[NO_HASH_CACHE].given,
  };
  int format = choose("run", "--format", options[FORMAT].value, formats, 2);
  int stage = choose("run", "--dump", options[DUMP].value, stages, 6);
  if (format < 0 || stage < 0 || !parse_threads(options[THREADS].value, &run_options.threads) ||
      !parse_memory(options[MEMORY].value, &run_options.memory_bytes))
    return SEGC_FAILURE;
  if (call->arguments.path_count == 0) {
    fprintf(stderr, "error: segc run needs a folder or a file with rules\n"
                    "  = help: write `segc run DIR --data DATA --as-of YYYY-MM-DD`\n");
    return SEGC_FAILURE;
  }
  enum segc_status status = load(call);
  if (options[DUMP].given && (status == SEGC_OK || status == SEGC_FINDINGS)) {
    enum segc_status shown = segc_dump(call->session, (enum segc_stage)stage, stdout);
    status = shown == SEGC_OK ? status : shown;
  } else if (status == SEGC_OK) {
    status = score(call->session, &run_options, (enum segc_format)format);
  }
  return call_finish(call, status);
}

static const struct option option_table[OPTION_COUNT] = {
    [AS_OF] = {.name = "--as-of", .takes_value = true},
    [DATA] = {.name = "--data", .takes_value = true},
    [SOURCE] = {.name = "--source", .takes_value = true, .repeats = true},
    [STORE] = {.name = "--store", .takes_value = true},
    [VERIFY] = {.name = "--verify"},
    [REMEMBER] = {.name = "--remember"},
    [OUT] = {.name = "--out", .takes_value = true},
    [NO_OUT_MANIFEST] = {.name = "--no-out-manifest"},
    [WINNERS_ONLY] = {.name = "--winners-only"},
    [MANIFEST] = {.name = "--manifest", .takes_value = true},
    [FORMAT] = {.name = "--format", .takes_value = true},
    [THREADS] = {.name = "--threads", .takes_value = true},
    [MEMORY] = {.name = "--memory", .takes_value = true},
    [STATS] = {.name = "--stats"},
    [CODE_CACHE] = {.name = "--code-cache", .takes_value = true},
    [NO_CODE_CACHE] = {.name = "--no-code-cache"},
    [NO_HASH_CACHE] = {.name = "--no-hash-cache"},
    [CPU] = {.name = "--cpu", .takes_value = true},
    [DUMP] = {.name = "--dump", .takes_value = true},
    [ALLOW_NO_DECISION] = {.name = "--allow-no-decision"},
};

const struct verb verb_run = {
    .name = "run",
    .summary = "compile the rules and score all customers",
    .help = help,
    .options = option_table,
    .option_count = OPTION_COUNT,
    .run = run,
};
