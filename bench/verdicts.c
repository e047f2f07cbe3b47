// Times the verdicts about a random project: bench_verdicts SEGMENTS [SEED [CHAIN [THREADS]]]. With
// CHAIN above 1, each so many segments are put into one chain. Times are those of the processor.
#include <stdlib.h>
#include <time.h>

#include "bench/random_project.h"
#include "compiler/pipeline.h"
#include "compiler/verdicts/verdicts.h"

static double spent(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void print(const struct seg_verdicts *verdicts, double wall, double processor) {
  const struct seg_verdict_counts *counts = &verdicts->counts;
  printf("%.3f s, %.3f s of the processors\n", wall, processor);
  printf("pairs %llu: disjoint %llu, meeting %llu, unproved %llu\n",
         (unsigned long long)counts->pairs, (unsigned long long)counts->disjoint,
         (unsigned long long)counts->meeting, (unsigned long long)counts->unproved_pairs);
  printf("questions %llu, by known customers %llu, by ranges %llu\n",
         (unsigned long long)counts->questions, (unsigned long long)counts->pool_hits,
         (unsigned long long)counts->box_hits);
  uint32_t shown = 0;
  for (size_t i = 0; i < verdicts->items.count; i++)
    shown += verdicts->items.items[i].witness != NULL;
  printf("customers to be shown: %u\n", shown);
  for (int kind = 0; kind < SEG_VERDICT_KIND_COUNT; kind++)
    if (counts->kinds[kind] > 0)
      printf("  %-16s %llu\n", seg_verdict_kind_name((enum seg_verdict_kind)kind),
             (unsigned long long)counts->kinds[kind]);
}

static void print_slowest(const struct seg_slowest_question *slowest,
                          const struct seg_source_map *map) {
  static const char *const answers[] = {"nobody", "somebody", "unproved"};
  if (slowest->count == 0)
    return;
  printf("slowest question: %.1f ms of the processor, %s\n", slowest->seconds * 1e3,
         answers[slowest->existence]);
  for (uint32_t i = 0; i < slowest->count; i++)
    printf("  %s %.*s\n", slowest->parts[i].negated ? "not:" : "    ",
           SEG_STR(seg_source_map_text(map, slowest->parts[i].place)));
}

static enum seg_status measure(uint32_t segments, uint64_t seed, uint32_t length, unsigned threads,
                               bool unpruned, struct seg_error *error) {
  struct seg_pipeline pipeline;
  struct seg_verdicts verdicts;
  char *text = NULL;
  size_t size = 0;
  uint32_t file;
  FILE *out = open_memstream(&text, &size);
  if (out == NULL)
    return seg_fail_memory(error, "the project");
  seg_bench_project(out, seed, segments);
  seg_bench_chains(out, segments, length);
  fclose(out);
  seg_pipeline_init(&pipeline);
  enum seg_status status = seg_source_map_add(&pipeline.map, seg_str_view("random.seg"),
                                              (struct seg_str){text, size}, &file, error);
  if (status == SEG_OK)
    status = seg_pipeline_run(&pipeline, SEG_PASS_SEMA, error);
  if (status == SEG_OK && pipeline.sink.errors > 0) {
    seg_diagnostics_write(&pipeline.sink, &pipeline.map, SEG_FORMAT_HUMAN, false, stderr);
    status = seg_fail(error, SEG_INTERNAL, "", "the random project has errors");
  }
  if (status == SEG_OK) {
    double wall = spent(CLOCK_MONOTONIC), processor = spent(CLOCK_PROCESS_CPUTIME_ID);
    struct seg_slowest_question slowest = {0};
    struct seg_verdict_options options = {
        .map = &pipeline.map, .unpruned = unpruned, .threads = threads, .slowest = &slowest};
    status = seg_verdicts_find(&pipeline.program, &options, &verdicts, error);
    if (status == SEG_OK) {
      print(&verdicts, spent(CLOCK_MONOTONIC) - wall, spent(CLOCK_PROCESS_CPUTIME_ID) - processor);
      print_slowest(&slowest, &pipeline.map);
    }
    seg_verdicts_deinit(&verdicts);
  }
  seg_pipeline_deinit(&pipeline);
  free(text);
  return status;
}

int main(int argc, char **argv) {
  struct seg_error error = {0};
  if (argc < 2) {
    fprintf(stderr, "usage: bench_verdicts SEGMENTS [SEED [CHAIN [THREADS [unpruned]]]]\n");
    return 2;
  }
  uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  uint32_t length = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 0;
  unsigned threads = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 0;
  if (measure((uint32_t)strtoul(argv[1], NULL, 10), seed, length, threads, argc > 5, &error) !=
      SEG_OK) {
    fprintf(stderr, "bench_verdicts: %s\n", error.message);
    return 1;
  }
  return 0;
}
