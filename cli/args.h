/**
 * Arguments of a verb: a table of options, filled by one loop.
 */
#ifndef SEGC_CLI_ARGS_H
#define SEGC_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

/** One option: `--name VALUE` or `--name=VALUE`, or a flag without a value. */
struct option {
  const char *name; // with its dashes
  bool takes_value;
  bool repeats;        // may be given several times
  bool given;          // set by parse_arguments
  const char *value;   // the last one
  const char **values; // all of them, when it repeats
  size_t count;
};

struct arguments {
  const char *verb;
  struct option *options;
  size_t option_count;
  const char **paths; // what is no option
  size_t path_count;
};

/** False after a mistake, which has been written to stderr. Free with free_arguments in any case.
 */
bool parse_arguments(struct arguments *arguments, int argc, char **argv);
void free_arguments(struct arguments *arguments);

/** Which of the words `value` is; -1 after a message on stderr. A NULL value is word 0. */
int choose(const char *verb, const char *option, const char *value, const char *const *words,
           size_t count);

/** The value of `--proof-budget`, 0 for NULL; -1 after a message on stderr. */
long choose_budget(const char *verb, const char *value);

#endif
