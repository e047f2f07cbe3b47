// segc through its public header: a turn reads the rules, compiles them and scores all customers.
// segc_turns PROJECT AS_OF THREADS NAME=VALUE..., where NAME is data, store, memory (bytes), out,
// hashes (anew) or only (winners);
// or segc_turns PROJECT prove: a turn proves what the rules mean together. Nothing is kept from one
// turn to the next but what segc itself keeps on disk, and the store, which stays open.
#include <inttypes.h>
#include <malloc.h>
#include <segc.h>
#include <stdlib.h>

#include "bench/turns.h"

static void say_stages(const struct segc_summary *summary, double load) {
  printf("stage %.9f load\n", load);
  static const char *const names[SEGC_RUN_STAGE_COUNT] = {"compile", "customers", "events", "rules",
                                                          "output"};
  for (int i = 0; i < SEGC_RUN_STAGE_COUNT; i++)
    printf("stage %.9f %s\n", summary->stats[i].seconds, names[i]);
}

static void say_answer(const struct segc_summary *summary) {
  printf("answer %" PRIu64 " customers\n", summary->customers);
  for (size_t i = 0; i < summary->segment_count; i++)
    printf("answer %" PRIu64 " %s\n", summary->segments[i].members, summary->segments[i].name);
  for (size_t c = 0; c < summary->chain_count; c++) {
    const struct segc_chain_count *chain = &summary->chains[c];
    for (size_t i = 0; i < chain->winner_count; i++)
      printf("answer %" PRIu64 " %s:%s\n", chain->winners[i].members, chain->name,
             chain->winners[i].name);
    printf("answer %" PRIu64 " %s:none\n", chain->unmatched, chain->name);
  }
}

static int run(const char *project, const struct segc_run_options *options) {
  const struct segc_summary *summary = NULL;
  struct seg_bench_clock start = seg_bench_now();
  struct segc_session *session = segc_session_new();
  if (session == NULL)
    return 1;
  struct segc_project_options files = {.size = sizeof files, .paths = &project, .path_count = 1};
  enum segc_status status = segc_load(session, &files);
  double load = seg_bench_now().wall - start.wall;
  if (status == SEGC_OK)
    status = segc_run(session, options, &summary);
  if (status == SEGC_OK) {
    seg_bench_say_time(start);
    say_stages(summary, load);
    say_answer(summary);
    if (summary->refreshed)
      printf("looked %" PRIu64 " customers\n", summary->refreshed_customers);
    seg_bench_say_done();
  } else {
    segc_write_diagnostics(session, SEGC_FORMAT_HUMAN, false, stderr);
    fprintf(stderr, "segc_turns: %s\n", segc_last_error(session).message);
  }
  segc_session_free(session);
  return status != SEGC_OK;
}

// Findings are no failure here: made-up rules contradict each other now and then.
static int prove(const char *project) {
  struct seg_bench_clock start = seg_bench_now();
  struct segc_session *session = segc_session_new();
  if (session == NULL)
    return 1;
  struct segc_project_options files = {.size = sizeof files, .paths = &project, .path_count = 1};
  struct segc_check_options options = {.size = sizeof options};
  struct segc_proofs proofs = {0};
  enum segc_status status = segc_load(session, &files);
  if (status == SEGC_OK)
    status = segc_check(session, &options, &proofs);
  if (status == SEGC_OK || status == SEGC_FINDINGS) {
    seg_bench_say_time(start);
    printf("answer %zu pairs\nanswer %zu disjoint\nanswer %zu unproved\nanswer %zu open\n",
           proofs.pairs, proofs.disjoint, proofs.unproved, proofs.open);
    seg_bench_say_done();
  } else {
    fprintf(stderr, "segc_turns: %s\n", segc_last_error(session).message);
  }
  segc_session_free(session);
  return status != SEGC_OK && status != SEGC_FINDINGS;
}

static int read_options(char **arguments, int count, struct segc_run_options *options) {
  for (int i = 0; i < count; i++) {
    const char *value = strchr(arguments[i], '=');
    if (value == NULL)
      return 1;
    value++;
    if (strncmp(arguments[i], "data=", 5) == 0)
      options->data_folder = value;
    else if (strncmp(arguments[i], "store=", 6) == 0)
      options->store = value;
    else if (strncmp(arguments[i], "remember=", 9) == 0)
      options->remember = strcmp(value, "yes") == 0;
    else if (strncmp(arguments[i], "memory=", 7) == 0)
      options->memory_bytes = strtoull(value, NULL, 10);
    else if (strncmp(arguments[i], "out=", 4) == 0)
      options->out_path = value;
    else if (strcmp(arguments[i], "only=winners") == 0)
      options->winners_only = true;
    else if (strcmp(arguments[i], "hashes=anew") == 0)
      options->no_hash_cache = true;
    else
      return 1;
  }
  return 0;
}

int main(int argc, char **argv) {
  struct segc_run_options options = {.size = sizeof options};
  bool proving = argc == 3 && strcmp(argv[2], "prove") == 0;
  if (!proving && (argc < 4 || read_options(argv + 4, argc - 4, &options) != 0)) {
    fprintf(stderr, "usage: segc_turns PROJECT AS_OF THREADS [data=DIR|store=DIR] "
                    "[memory=BYTES] [out=FILE] [hashes=anew] "
                    "[only=winners] [remember=yes]\n"
                    "       segc_turns PROJECT prove\n");
    return 2;
  }
  if (!proving) {
    options.as_of = argv[2];
    options.threads = (unsigned)strtoul(argv[3], NULL, 10);
  }
  // As in the other engines, the memory of a turn stays for the next one.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  puts("ready 0");
  fflush(stdout);
  options.kept_store = segc_kept_store_new();
  int failed = 0;
  while (failed == 0 && seg_bench_next_turn())
    failed = proving ? prove(argv[1]) : run(argv[1], &options);
  segc_kept_store_free(options.kept_store);
  return failed != 0 ? 2 : 0;
}
