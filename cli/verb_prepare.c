// segc prepare: read the data of a project once, into a store that runs read fast.
#include <inttypes.h>
#include <segc.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/heap.h"
#include "cli/limits.h"
#include "cli/report.h"
#include "cli/verbs.h"

static const char help[] =
    "usage: segc prepare DIR|FILE... --data DIR --store PATH [OPTIONS]\n"
    "       segc prepare DIR|FILE... --data DIR --store PATH --append [OPTIONS]\n"
    "\n"
    "Reads and checks everything that the rules declare, brings the events of each customer\n"
    "together, and keeps the result in a folder. `segc run --store PATH` then gives the same "
    "answer\n"
    "as `segc run --data DIR`, without reading the files again. The rules may change; columns "
    "that\n"
    "were not declared need a new store.\n"
    "\n"
    "  DIR|FILE          folders (all .seg files below them) and rule files: one project\n"
    "  --data DIR        as of segc run\n"
    "  --source NAME=WHAT  as of segc run; may be repeated\n"
    "  --store PATH      the folder; made when it is not there, mode 0700. It holds personal "
    "data.\n"
    "                    A store that is in it stays in force until the new one is complete\n"
    "  --append          add to the store: --data holds the new files only. Events come behind\n"
    "                    those of the store; a customer table or a list takes the place of the "
    "old\n"
    "  --threads N       default: all cores\n"
    "  --memory SIZE     such as 500MB or 8GB; default: three quarters of the machine\n"
    "  --color WHEN      auto, always or never\n";

enum { DATA, SOURCE, STORE, APPEND, THREADS, MEMORY, OPTION_COUNT };

static enum segc_status fill_store(struct call *call, struct segc_prepare_options *options) {
  struct segc_project_options project = {.size = sizeof project,
                                         .paths = call->arguments.paths,
                                         .path_count = call->arguments.path_count,
                                         .allow_no_decision = true};
  enum segc_status status = segc_load(call->session, &project);
  if (status != SEGC_OK)
    return status;
  struct progress_line line;
  progress_begin(&line);
  if (isatty(STDERR_FILENO)) {
    options->progress = progress_show;
    options->progress_context = &line;
  }
  struct segc_prepared prepared;
  watch_signals(call->session);
  status = segc_prepare(call->session, options, &prepared);
  unwatch_signals();
  progress_end(&line);
  if (status == SEGC_OK)
    printf("%s: %" PRIu64 " events read, %" PRIu64 " customers known\n", options->store,
           prepared.events, prepared.customers);
  return status;
}

static bool check_needs(const struct arguments *arguments, const struct option *options) {
  if (arguments->path_count == 0)
    fprintf(stderr, "error: segc prepare needs a folder or a file with rules\n"
                    "  = help: write `segc prepare DIR --data DATA --store PATH`\n");
  else if (!options[STORE].given)
    fprintf(stderr, "error: segc prepare needs the folder of the store\n"
                    "  = help: add `--store PATH`\n");
  else
    return true;
  return false;
}

static enum segc_status prepare(struct call *call) {
  const struct option *options = call->arguments.options;
  struct segc_prepare_options prepared = {
      .size = sizeof prepared,
      .store = options[STORE].value,
      .append = options[APPEND].given,
      .data_folder = options[DATA].value,
      .sources = options[SOURCE].values,
      .source_count = options[SOURCE].count,
  };
  if (!parse_threads(options[THREADS].value, &prepared.threads) ||
      !parse_memory(options[MEMORY].value, &prepared.memory_bytes) ||
      !check_needs(&call->arguments, options))
    return SEGC_FAILURE;
  if (prepared.append)
    heap_for_short_work();
  return call_finish(call, fill_store(call, &prepared));
}

static const struct option option_table[OPTION_COUNT] = {
    [DATA] = {.name = "--data", .takes_value = true},
    [SOURCE] = {.name = "--source", .takes_value = true, .repeats = true},
    [STORE] = {.name = "--store", .takes_value = true},
    [APPEND] = {.name = "--append"},
    [THREADS] = {.name = "--threads", .takes_value = true},
    [MEMORY] = {.name = "--memory", .takes_value = true},
};

const struct verb verb_prepare = {
    .name = "prepare",
    .summary = "read the data once, for many fast runs",
    .help = help,
    .options = option_table,
    .option_count = OPTION_COUNT,
    .run = prepare,
};
