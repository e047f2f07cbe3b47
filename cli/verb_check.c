// segc check: what is wrong with the rules, for people and for tools.
#include <segc.h>
#include <stdio.h>

#include "cli/args.h"
#include "cli/report.h"
#include "cli/verbs.h"

static const char help[] =
    "usage: segc check DIR|FILE... [OPTIONS]\n"
    "\n"
    "Reads the rule files of a project and reports every mistake with its place, the reason and\n"
    "a fix. Exit code 0 when there is none, 1 when there are errors, 2 when a file cannot be "
    "read.\n"
    "\n"
    "  DIR|FILE             folders (all .seg files below them) and rule files: one project\n"
    "  --format FORMAT      human (stderr), json, sarif or github (stdout)\n"
    "  --allow-no-decision  accept segments without a decision, for exploration\n"
    "  --color WHEN         auto, always or never\n";

enum { FORMAT, ALLOW_NO_DECISION, COLOR, HELP, HELP_SHORT, OPTION_COUNT };

static void print_count(size_t count, const char *what, const char *behind) {
  printf("%zu %s%s%s", count, what, count == 1 ? "" : "s", behind);
}

static void print_fine(const struct segc_session *session) {
  struct segc_counts counts = segc_counts(session);
  print_count(counts.segments, "segment", ", ");
  print_count(counts.chains, "chain", ", ");
  print_count(counts.events, "event", ", ");
  print_count(counts.metrics, "metric", counts.tests > 0 ? ", " : " in ");
  if (counts.tests > 0)
    print_count(counts.tests, "test", " in ");
  print_count(counts.files, "file", ": no errors\n");
}

static enum segc_status check(struct segc_session *session, const struct arguments *arguments,
                              enum segc_format format, enum color_choice color) {
  struct segc_project_options options = {
      .size = sizeof options,
      .paths = arguments->paths,
      .path_count = arguments->path_count,
      .allow_no_decision = arguments->options[ALLOW_NO_DECISION].given,
  };
  enum segc_status status = segc_load(session, &options);
  if (status != SEGC_OK && status != SEGC_FINDINGS) {
    report_failure(session, status, use_color(color, stderr));
    return status;
  }
  if (format != SEGC_FORMAT_HUMAN) {
    segc_write_diagnostics(session, format, false, stdout);
    return finish_output(stdout, status);
  }
  report_diagnostics(session, use_color(color, stderr));
  if (status == SEGC_OK)
    print_fine(session);
  return finish_output(stdout, status);
}

int verb_check(int argc, char **argv) {
  struct option options[OPTION_COUNT] = {
      [FORMAT] = {.name = "--format", .takes_value = true},
      [ALLOW_NO_DECISION] = {.name = "--allow-no-decision"},
      [COLOR] = {.name = "--color", .takes_value = true},
      [HELP] = {.name = "--help"},
      [HELP_SHORT] = {.name = "-h"},
  };
  static const char *const formats[] = {"human", "json", "sarif", "github"};
  struct arguments arguments = {"check", options, OPTION_COUNT, NULL, 0};
  struct segc_session *session = NULL;
  int status = SEGC_FAILURE;
  if (!parse_arguments(&arguments, argc, argv))
    goto cleanup;
  if (options[HELP].given || options[HELP_SHORT].given) {
    fputs(help, stdout);
    status = SEGC_OK;
    goto cleanup;
  }
  int format = choose("check", "--format", options[FORMAT].value, formats, 4);
  int color = choose_color("check", options[COLOR].value);
  if (format < 0 || color < 0)
    goto cleanup;
  if (arguments.path_count == 0) {
    fprintf(stderr, "error: segc check needs a folder or a file with rules\n"
                    "  = help: `segc check .` checks the .seg files below this folder\n");
    goto cleanup;
  }
  session = open_session();
  if (session == NULL)
    goto cleanup;
  status = check(session, &arguments, (enum segc_format)format, (enum color_choice)color);
cleanup:
  segc_session_free(session);
  free_arguments(&arguments);
  return status;
}
