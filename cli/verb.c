// A verb of the command line; see verb.h.
#include "cli/verb.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "cli/report.h"

enum { MOST_OPTIONS = 32 };

int verb_call(const struct verb *verb, int argc, char **argv) {
  enum { COLOR, HELP, HELP_SHORT, COMMON };
  static const struct option common[COMMON] = {
      [COLOR] = {.name = "--color", .takes_value = true},
      [HELP] = {.name = "--help"},
      [HELP_SHORT] = {.name = "-h"},
  };
  struct option options[MOST_OPTIONS + COMMON] = {0};
  const struct option *given = &options[verb->option_count];
  struct call call = {.verb = verb,
                      .arguments = {verb->name, options, verb->option_count + COMMON, NULL, 0}};
  int status = SEGC_FAILURE, color = -1;
  assert(verb->option_count <= MOST_OPTIONS);
  if (verb->option_count > 0)
    memcpy(options, verb->options, verb->option_count * sizeof *options);
  memcpy(&options[verb->option_count], common, sizeof common);
  if (!parse_arguments(&call.arguments, argc, argv))
    goto cleanup;
  if (given[HELP].given || given[HELP_SHORT].given) {
    fputs(verb->help, stdout);
    status = (int)finish_output(stdout, SEGC_OK);
    goto cleanup;
  }
  color = choose_color(verb->name, given[COLOR].value);
  if (color < 0)
    goto cleanup;
  call.color = use_color((enum color_choice)color, stderr);
  call.session = open_session();
  if (call.session != NULL)
    status = (int)verb->run(&call);
cleanup:
  segc_session_free(call.session);
  free_arguments(&call.arguments);
  return status;
}

enum segc_status call_finish(const struct call *call, enum segc_status status) {
  report_diagnostics(call->session, call->color);
  if (status != SEGC_OK && status != SEGC_FINDINGS)
    report_failure(call->session, status, call->color);
  return finish_output(stdout, status);
}
