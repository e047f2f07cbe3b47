// Compiled rules over a crowd; see census.h.
#include "tests/prover/census.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void census_take(const struct seg_pipeline *pipeline, struct crowd *crowd, unsigned threads,
                 struct census *census) {
  struct seg_source *sources[CROWD_TABLES + 1 + PERSON_LISTS];
  struct seg_error error = {0};
  *census = (struct census){.crowd = crowd};
  crowd_open(crowd, sources);
  struct seg_run_sources all = {
      .customer = sources[CROWD_TABLES], .events = sources, .lists = sources + CROWD_TABLES + 1};
  struct seg_run_options options = {.as_of = crowd->as_of, .threads = threads};
  enum seg_status status = seg_run(&pipeline->plan, seg_code_kernels(pipeline->code), &all,
                                   &options, &census->run, &error);
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
    seg_source_close(sources[i]);
  if (status == SEG_OK || (status == SEG_BAD_DATA && strcmp(error.code, "D301") == 0))
    return;
  fprintf(stderr, "prover test: the run failed: %s\n", error.message);
  abort();
}

void census_deinit(struct census *census) {
  seg_run_result_free(census->run);
  census->run = NULL;
}

static int64_t number_of(const struct census *census, int64_t place) {
  const struct seg_column_view *keys = &census->run->keys;
  return keys->layout == SEG_LAYOUT_TEXT
             ? crowd_number(census->crowd, ((const struct seg_str *)keys->values)[place])
             : ((const int64_t *)keys->values)[place];
}

int64_t census_find(const struct census *census, const struct asked_part *parts, uint32_t count) {
  const struct seg_run_result *run = census->run;
  if (run == NULL)
    return -1;
  uint64_t customers = run->customer_count;
  for (size_t word = 0; word < seg_bitmap_words((int64_t)customers); word++) {
    uint64_t left = customers - word * 64;
    uint64_t all = left >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << left) - 1;
    for (uint32_t i = 0; i < count && all != 0; i++) {
      uint64_t members = run->members[parts[i].segment][word];
      all &= parts[i].negated ? ~members : members;
    }
    if (all != 0)
      return number_of(census, (int64_t)word * 64 + __builtin_ctzll(all));
  }
  return -1;
}
