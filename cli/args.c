// Arguments of a verb; see args.h.
#include "cli/args.h"

#include <segc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct option *find_option(struct arguments *arguments, const char *text, size_t size) {
  for (size_t i = 0; i < arguments->option_count; i++) {
    struct option *option = &arguments->options[i];
    if (strlen(option->name) == size && memcmp(option->name, text, size) == 0)
      return option;
  }
  return NULL;
}

static void unknown_option(const struct arguments *arguments, const char *text, size_t size) {
  enum { MOST = 32 };
  const char *names[MOST];
  size_t count = arguments->option_count < MOST ? arguments->option_count : MOST;
  for (size_t i = 0; i < count; i++)
    names[i] = arguments->options[i].name;
  char word[64];
  snprintf(word, sizeof word, "%.*s", (int)size, text);
  const char *nearest = segc_nearest(word, names, count);
  fprintf(stderr, "error: segc %s has no option `%.*s`\n", arguments->verb, (int)size, text);
  if (nearest != NULL)
    fprintf(stderr, "  = help: write `%s`\n", nearest);
  else
    fprintf(stderr, "  = help: `segc %s --help` lists the options\n", arguments->verb);
}

static bool store(const struct arguments *arguments, struct option *option, const char *value) {
  if (option->given && !option->repeats) {
    fprintf(stderr, "error: `%s` is given twice\n  = help: keep one of the two\n", option->name);
    return false;
  }
  option->given = true;
  option->value = value;
  if (!option->repeats)
    return true;
  const char **values = realloc(option->values, (option->count + 1) * sizeof *values);
  if (values == NULL) {
    fprintf(stderr, "error: not enough memory for the arguments of segc %s\n", arguments->verb);
    return false;
  }
  option->values = values;
  option->values[option->count++] = value;
  return true;
}

// Handles argv[*at], and the next one when it is the option's value.
static bool parse_option(struct arguments *arguments, int argc, char **argv, int *at) {
  const char *text = argv[*at];
  const char *equals = strchr(text, '=');
  size_t size = equals == NULL ? strlen(text) : (size_t)(equals - text);
  struct option *option = find_option(arguments, text, size);
  if (option == NULL) {
    unknown_option(arguments, text, size);
    return false;
  }
  if (!option->takes_value && equals != NULL) {
    fprintf(stderr, "error: `%s` takes no value\n  = help: write `%s` alone\n", option->name,
            option->name);
    return false;
  }
  const char *value = equals == NULL ? NULL : equals + 1;
  if (option->takes_value && value == NULL) {
    if (*at + 1 >= argc) {
      fprintf(stderr, "error: `%s` needs a value\n  = help: `segc %s --help` says which\n",
              option->name, arguments->verb);
      return false;
    }
    value = argv[++*at];
  }
  return store(arguments, option, value);
}

bool parse_arguments(struct arguments *arguments, int argc, char **argv) {
  arguments->paths = calloc((size_t)argc + 1, sizeof *arguments->paths);
  if (arguments->paths == NULL) {
    fprintf(stderr, "error: not enough memory for the arguments of segc %s\n", arguments->verb);
    return false;
  }
  bool only_paths = false;
  for (int i = 0; i < argc; i++) {
    if (!only_paths && strcmp(argv[i], "--") == 0)
      only_paths = true;
    else if (!only_paths && argv[i][0] == '-' && argv[i][1] != '\0') {
      if (!parse_option(arguments, argc, argv, &i))
        return false;
    } else
      arguments->paths[arguments->path_count++] = argv[i];
  }
  return true;
}

void free_arguments(struct arguments *arguments) {
  free(arguments->paths);
  for (size_t i = 0; i < arguments->option_count; i++)
    free(arguments->options[i].values);
}

int choose(const char *verb, const char *option, const char *value, const char *const *words,
           size_t count) {
  if (value == NULL)
    return 0;
  for (size_t i = 0; i < count; i++)
    if (strcmp(value, words[i]) == 0)
      return (int)i;
  fprintf(stderr, "error: segc %s: `%s %s` is none of", verb, option, value);
  for (size_t i = 0; i < count; i++)
    fprintf(stderr, "%s %s", i == 0 ? "" : ",", words[i]);
  const char *nearest = segc_nearest(value, words, count);
  fprintf(stderr, "\n  = help: write `%s %s`\n", option, nearest == NULL ? words[0] : nearest);
  return -1;
}

enum { MOST_BUDGET = 1000000000 };

long choose_budget(const char *verb, const char *value) {
  char *end = NULL;
  long budget = value == NULL ? 0 : strtol(value, &end, 10);
  if (value == NULL || (end != value && *end == '\0' && budget > 0 && budget <= MOST_BUDGET))
    return budget;
  fprintf(stderr,
          "error: segc %s: `--proof-budget %s` is not a number from 1 to %d\n"
          "  = help: leave it out: the usual amount settles most questions\n",
          verb, value, MOST_BUDGET);
  return -1;
}
