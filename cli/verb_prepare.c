// segc prepare: read the data of a project once, into a store that runs read fast.
#include <inttypes.h>
#include <segc.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/args.h"
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

enum { DATA, SOURCE, STORE, APPEND, THREADS, MEMORY, COLOR, HELP, HELP_SHORT, OPTION_COUNT };

static enum segc_status report(const struct segc_session *session, enum segc_status status,
                               bool color) {
  report_diagnostics(session, color);
  if (status != SEGC_OK && status != SEGC_FINDINGS)
    report_failure(session, status, color);
  return status;
}

static enum segc_status prepare(struct segc_session *session, const struct arguments *arguments,
                                struct segc_prepare_options *options, bool color) {
  struct segc_project_options project = {.size = sizeof project,
                                         .paths = arguments->paths,
                                         .path_count = arguments->path_count,
                                         .allow_no_decision = true};
  enum segc_status status = segc_load(session, &project);
  if (status != SEGC_OK)
    return report(session, status, color);
  struct progress_line line;
  progress_begin(&line);
  if (isatty(STDERR_FILENO)) {
    options->progress = progress_show;
    options->progress_context = &line;
  }
  struct segc_prepared prepared;
  watch_signals(session);
  status = segc_prepare(session, options, &prepared);
  unwatch_signals();
  progress_end(&line);
  if (status == SEGC_OK)
    printf("%s: %" PRIu64 " events read, %" PRIu64 " customers known\n", options->store,
           prepared.events, prepared.customers);
  return finish_output(stdout, report(session, status, color));
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

int verb_prepare(int argc, char **argv) {
  struct option options[OPTION_COUNT] = {
      [DATA] = {.name = "--data", .takes_value = true},
      [SOURCE] = {.name = "--source", .takes_value = true, .repeats = true},
      [STORE] = {.name = "--store", .takes_value = true},
      [APPEND] = {.name = "--append"},
      [THREADS] = {.name = "--threads", .takes_value = true},
      [MEMORY] = {.name = "--memory", .takes_value = true},
      [COLOR] = {.name = "--color", .takes_value = true},
      [HELP] = {.name = "--help"},
      [HELP_SHORT] = {.name = "-h"},
  };
  struct arguments arguments = {"prepare", options, OPTION_COUNT, NULL, 0};
  struct segc_prepare_options prepare_options = {.size = sizeof prepare_options};
  struct segc_session *session = NULL;
  int status = SEGC_FAILURE;
  if (!parse_arguments(&arguments, argc, argv))
    goto cleanup;
  if (options[HELP].given || options[HELP_SHORT].given) {
    fputs(help, stdout);
    status = SEGC_OK;
    goto cleanup;
  }
  int color = choose_color("prepare", options[COLOR].value);
  if (color < 0 || !parse_threads(options[THREADS].value, &prepare_options.threads) ||
      !parse_memory(options[MEMORY].value, &prepare_options.memory_bytes) ||
      !check_needs(&arguments, options))
    goto cleanup;
  prepare_options.store = options[STORE].value;
  prepare_options.append = options[APPEND].given;
  prepare_options.data_folder = options[DATA].value;
  prepare_options.sources = options[SOURCE].values;
  prepare_options.source_count = options[SOURCE].count;
  session = open_session();
  if (session == NULL)
    goto cleanup;
  status =
      prepare(session, &arguments, &prepare_options, use_color((enum color_choice)color, stderr));
cleanup:
  segc_session_free(session);
  free_arguments(&arguments);
  return status;
}
