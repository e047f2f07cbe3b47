/**
 * A verb of the command line: what it is called, which options it takes and what it does. One
 * function reads the arguments of all verbs, prints their help and opens their session.
 */
#ifndef SEGC_CLI_VERB_H
#define SEGC_CLI_VERB_H

#include <segc.h>

#include "cli/args.h"

/** How a verb was called. */
struct call {
  const struct verb *verb;
  struct arguments arguments;   // `options` as in the table of the verb
  struct segc_session *session; // nothing is loaded yet
  bool color;                   // of messages on stderr
};

struct verb {
  const char *name;
  const char *summary; // for the list of all verbs
  const char *help;
  const struct option *options; // less --color, --help and -h, which every verb has
  size_t option_count;
  enum segc_status (*run)(struct call *call); // checks the arguments, too
};

/** Runs a verb with the arguments behind its name; returns the exit code. */
int verb_call(const struct verb *verb, int argc, char **argv);

/** The end of most verbs: diagnostics and a failure to stderr, and whether stdout took it all. */
enum segc_status call_finish(const struct call *call, enum segc_status status);

#endif
