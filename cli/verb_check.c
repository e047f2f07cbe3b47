// segc check: what is wrong with the rules, for people and for tools.
#include <segc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/limits.h"
#include "cli/report.h"
#include "cli/verbs.h"

static const char help[] =
    "usage: segc check DIR|FILE... [OPTIONS]\n"
    "\n"
    "Reads the rule files of a project and reports every mistake with its place, the reason and\n"
    "a fix. Rules without mistakes are proved against each other: segments that can have a common\n"
    "customer although nothing says who wins, rules that match nobody, and more; each with a\n"
    "customer who shows it. Exit code 0 when there is no error, 1 when there are, 2 when a file\n"
    "cannot be read.\n"
    "\n"
    "  DIR|FILE             folders (all .seg files below them) and rule files: one project\n"
    "  --no-proofs          only what each rule means by itself\n"
    "  --proof-budget N     work for one question, before it stays unproved; usual: 300000\n"
    "  --threads N          default: all cores; the answers are the same\n"
    "  --witness-tests FILE write the customers that show what was found as tests, into a new or "
    "an\n"
    "                       old .seg file of the project\n"
    "  --proof-cache DIR    keep answers here for the next time; usual: segc in $XDG_CACHE_HOME "
    "or\n"
    "                       ~/.cache\n"
    "  --no-proof-cache     ask everything anew, keep nothing\n"
    "  --format FORMAT      human (stderr), json, sarif or github (stdout)\n"
    "  --allow-no-decision  accept segments without a decision, for exploration\n"
    "  --color WHEN         auto, always or never\n";

enum {
  FORMAT,
  ALLOW_NO_DECISION,
  NO_PROOFS,
  PROOF_BUDGET,
  THREADS,
  WITNESS_TESTS,
  PROOF_CACHE,
  NO_PROOF_CACHE,
  OPTION_COUNT
};

static void print_count(FILE *out, size_t count, const char *what, const char *behind) {
  fprintf(out, "%zu %s%s%s", count, what, count == 1 ? "" : "s", behind);
}

static void print_fine(const struct segc_session *session) {
  struct segc_counts counts = segc_counts(session);
  print_count(stdout, counts.segments, "segment", ", ");
  print_count(stdout, counts.chains, "chain", ", ");
  print_count(stdout, counts.events, "event", ", ");
  print_count(stdout, counts.metrics, "metric", counts.tests > 0 ? ", " : " in ");
  if (counts.tests > 0)
    print_count(stdout, counts.tests, "test", " in ");
  print_count(stdout, counts.files, "file", ": no errors\n");
}

static void print_open(FILE *out, const struct segc_proofs *proofs) {
  if (proofs->open > 0)
    print_count(out, proofs->open, "other question", " unproved\n");
}

// What is proved, what is declared instead, what is neither: unproved never looks like proved.
static void print_proofs(FILE *out, const struct segc_proofs *proofs) {
  if (proofs->pairs == 0) {
    fputs("no two segments that can match, so no pairs to compare\n", out);
    print_open(out, proofs);
    return;
  }
  print_count(out, proofs->pairs, "pair", "");
  fprintf(out, " of segments: %zu disjoint, %zu in a chain, %zu allowed to overlap",
          proofs->disjoint, proofs->in_chain, proofs->may_overlap);
  if (proofs->overlapping > 0)
    fprintf(out, ", %zu overlapping although not allowed", proofs->overlapping);
  fprintf(out, "; %zu unproved\n", proofs->unproved);
  print_open(out, proofs);
}

static enum segc_status judge(struct call *call, const struct segc_check_options *options,
                              enum segc_format format) {
  struct segc_session *session = call->session;
  struct segc_project_options project = {
      .size = sizeof project,
      .paths = call->arguments.paths,
      .path_count = call->arguments.path_count,
      .allow_no_decision = call->arguments.options[ALLOW_NO_DECISION].given,
  };
  struct segc_proofs proofs = {0};
  enum segc_status status = segc_load(session, &project);
  bool wanted = !call->arguments.options[NO_PROOFS].given, proved = wanted && status == SEGC_OK;
  if (proved) {
    watch_signals(session);
    status = segc_check(session, options, &proofs);
    unwatch_signals();
  }
  if (status != SEGC_OK && status != SEGC_FINDINGS) {
    report_failure(session, status, call->color);
    return status;
  }
  if (format != SEGC_FORMAT_HUMAN) {
    segc_write_diagnostics(session, format, false, stdout);
    return finish_output(stdout, status);
  }
  report_diagnostics(session, call->color);
  if (status == SEGC_OK)
    print_fine(session);
  if (status == SEGC_OK && !wanted)
    puts("nothing was proved: --no-proofs");
  if (proved)
    print_proofs(status == SEGC_OK ? stdout : stderr, &proofs);
  return finish_output(stdout, status);
}

static bool can_hold_tests(const struct option *file, const struct option *no_proofs) {
  size_t size = file->given ? strlen(file->value) : 0;
  bool rules = size > 4 && strcmp(file->value + size - 4, ".seg") == 0;
  if (!file->given || (rules && !no_proofs->given))
    return true;
  if (!rules)
    fprintf(stderr,
            "error: segc check: `--witness-tests %s` is no rule file\n"
            "  = help: its name ends in .seg, such as `witnesses.seg`\n",
            file->value);
  else
    fprintf(stderr,
            "error: segc check: without proofs there is nobody to write to %s\n"
            "  = help: leave out `--no-proofs`\n",
            file->value);
  return false;
}

static enum segc_status check(struct call *call) {
  static const char *const formats[] = {"human", "json", "sarif", "github"};
  const struct option *options = call->arguments.options;
  int format = choose("check", "--format", options[FORMAT].value, formats, 4);
  long budget = choose_budget("check", options[PROOF_BUDGET].value);
  struct segc_check_options proofs = {
      .size = sizeof proofs,
      .witness_tests = options[WITNESS_TESTS].value,
      .proof_cache = options[PROOF_CACHE].value,
      .no_proof_cache = options[NO_PROOF_CACHE].given,
  };
  if (format < 0 || budget < 0 || !parse_threads(options[THREADS].value, &proofs.threads) ||
      !can_hold_tests(&options[WITNESS_TESTS], &options[NO_PROOFS]))
    return SEGC_FAILURE;
  if (call->arguments.path_count == 0) {
    fprintf(stderr, "error: segc check needs a folder or a file with rules\n"
                    "  = help: `segc check .` checks the .seg files below this folder\n");
    return SEGC_FAILURE;
  }
  proofs.budget = (unsigned)budget;
  return judge(call, &proofs, (enum segc_format)format);
}

static const struct option option_table[OPTION_COUNT] = {
    [FORMAT] = {.name = "--format", .takes_value = true},
    [ALLOW_NO_DECISION] = {.name = "--allow-no-decision"},
    [NO_PROOFS] = {.name = "--no-proofs"},
    [PROOF_BUDGET] = {.name = "--proof-budget", .takes_value = true},
    [THREADS] = {.name = "--threads", .takes_value = true},
    [WITNESS_TESTS] = {.name = "--witness-tests", .takes_value = true},
    [PROOF_CACHE] = {.name = "--proof-cache", .takes_value = true},
    [NO_PROOF_CACHE] = {.name = "--no-proof-cache"},
};

const struct verb verb_check = {
    .name = "check",
    .summary = "prove that every rule has one meaning; report what is wrong",
    .help = help,
    .options = option_table,
    .option_count = OPTION_COUNT,
    .run = check,
};
