// Counting; see tally.h.
#include "tests/differential/tally.h"

#include <inttypes.h>
#include <stdio.h>

void tally_add(struct tally *tally, const struct comparison_result *result) {
  tally->runs++;
  tally->decisions += result->decisions;
  tally->members += result->members;
  tally->overflows += result->verdict == VERDICT_SAME_OVERFLOW;
  tally->limits += result->verdict == VERDICT_LIMIT;
  tally->differences += result->verdict == VERDICT_DIFFERENT;
  tally->spilled += result->spilled_bytes > 0;
  tally->seconds_run += result->seconds_run;
}

void tally_refused(struct tally *tally, const struct seg_pipeline *pipeline, uint64_t seed) {
  tally->refused++;
  for (size_t i = 0; i < pipeline->sink.list.count; i++) {
    const struct seg_diagnostic *diagnostic = pipeline->sink.list.items[i];
    if (seg_diag_info[diagnostic->code].severity != SEG_ERROR)
      continue;
    struct refusal *refusal = &tally->refusals[diagnostic->code];
    if (refusal->count++ == 0) {
      refusal->seed = seed;
      snprintf(refusal->message, sizeof refusal->message, "%.*s", SEG_STR(diagnostic->message));
    }
    return;
  }
}

void tally_join(struct tally *sum, const struct tally *part) {
  sum->programs += part->programs;
  sum->refused += part->refused;
  sum->runs += part->runs;
  sum->decisions += part->decisions;
  sum->members += part->members;
  sum->overflows += part->overflows;
  sum->limits += part->limits;
  sum->spilled += part->spilled;
  sum->differences += part->differences;
  sum->seconds_compile += part->seconds_compile;
  sum->seconds_rows += part->seconds_rows;
  sum->seconds_reference += part->seconds_reference;
  sum->seconds_run += part->seconds_run;
  for (int i = 0; i < SEG_DIAG_COUNT; i++) {
    if (sum->refusals[i].count == 0)
      sum->refusals[i] = part->refusals[i];
    else
      sum->refusals[i].count += part->refusals[i].count;
  }
}

static double percent(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

void tally_print(const struct tally *tally, double seconds) {
  printf("programs %" PRIu64 " (%.1f a second), refused %" PRIu64 " (%.1f%%)\n", tally->programs,
         (double)tally->programs / seconds, tally->refused,
         percent(tally->refused, tally->programs));
  for (int i = 0; i < SEG_DIAG_COUNT; i++)
    if (tally->refusals[i].count > 0)
      printf("  %s %5" PRIu64 "  e.g. program %" PRIu64 ": %s\n", seg_diag_info[i].code,
             tally->refusals[i].count, tally->refusals[i].seed, tally->refusals[i].message);
  printf("runs %" PRIu64 ": overflow in both %" PRIu64 ", refused the memory limit %" PRIu64
         ", spilled %" PRIu64 "\n",
         tally->runs, tally->overflows, tally->limits, tally->spilled);
  printf("decisions %" PRIu64 " (%.1f%% members), differences %" PRIu64 "\n", tally->decisions,
         percent(tally->members, tally->decisions), tally->differences);
  printf("seconds %.1f; processor seconds of all workers: compiling %.1f, making rows %.1f, "
         "reference %.1f, runs %.1f\n",
         seconds, tally->seconds_compile, tally->seconds_rows, tally->seconds_reference,
         tally->seconds_run);
}
