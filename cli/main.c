// segc: the command line. One table of verbs; each lives in a file of its own.
#include <segc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/report.h"
#include "cli/verbs.h"

static const struct verb *const verbs[] = {
    &verb_init,    &verb_check, &verb_fmt,  &verb_test,     &verb_prepare, &verb_run,
    &verb_explain, &verb_diff,  &verb_show, &verb_manifest, &verb_emit,    &verb_version,
};
enum { VERB_COUNT = sizeof verbs / sizeof *verbs };

static void print_help(FILE *out) {
  fprintf(out, "segc: a compiler for customer-segment rules\n\n"
               "usage: segc VERB [ARGUMENTS]\n\n");
  for (int i = 0; i < VERB_COUNT; i++)
    fprintf(out, "  %-9s %s\n", verbs[i]->name, verbs[i]->summary);
  fprintf(
      out,
      "\n`segc VERB --help` explains a verb. Exit codes: 0 fine; 1 the rules have errors\n"
      "(diff: the versions differ); 2 usage, files or data; 3 a segment left its declared size;\n"
      "130 interrupted.\n");
}

static int unknown_verb(const char *word) {
  const char *names[VERB_COUNT];
  for (int i = 0; i < VERB_COUNT; i++)
    names[i] = verbs[i]->name;
  const char *nearest = segc_nearest(word, names, VERB_COUNT);
  fprintf(stderr, "error: segc has no verb `%s`\n  = help: ", word);
  if (nearest != NULL)
    fprintf(stderr, "write `segc %s`\n", nearest);
  else
    fprintf(stderr, "`segc --help` lists the verbs\n");
  return SEGC_FAILURE;
}

// What is in memory during a run is personal data: the system shall not write it down when a run
// crashes. A limit of 1 byte, not 0: that one Linux keeps also where cores go to a program, see
// core(5).
static void refuse_core_dumps(void) {
  const struct rlimit one = {1, 1};
  (void)setrlimit(RLIMIT_CORE, &one);
}

int main(int argc, char **argv) {
  refuse_core_dumps();
  signal(SIGXFSZ, SIG_IGN); // a file at its limit (ulimit -f) is an error of that write
  watch_lost_pages();
  if (argc < 2) {
    print_help(stderr);
    return SEGC_FAILURE;
  }
  const char *word = argv[1];
  if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
    print_help(stdout);
    return SEGC_OK;
  }
  if (strcmp(word, "--version") == 0)
    return verb_call(&verb_version, argc - 2, argv + 2);
  for (int i = 0; i < VERB_COUNT; i++)
    if (strcmp(word, verbs[i]->name) == 0)
      return verb_call(verbs[i], argc - 2, argv + 2);
  return unknown_verb(word);
}
