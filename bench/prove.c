// Times questions to the prover: bench_prove SEGMENTS QUESTIONS [SEED], over random pairs of the
// segments of a random project; bench_prove --print SEGMENTS [SEED] writes that project. Times are
// those of the processor.
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/random_project.h"
#include "compiler/pipeline.h"
#include "compiler/prove/prover.h"

enum { BUDGET = SEG_PROVE_USUAL_BUDGET, SLOWEST = 5, REASONS = 16 };

static double spent(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

struct kind {
  uint32_t count;
  double seconds;
};

struct slow {
  double seconds;
  uint32_t a, b;
  enum seg_existence existence;
};

struct measured {
  struct kind kinds[3];
  struct slow slowest[SLOWEST];
  struct {
    const char *text;
    uint32_t count;
  } reasons[REASONS];
};

static const char *const words[] = {
    [SEG_NOBODY] = "nobody", [SEG_SOMEBODY] = "somebody", [SEG_UNPROVED] = "unproved"};

static void note(struct measured *measured, struct slow one, const char *reason) {
  measured->kinds[one.existence].count++;
  measured->kinds[one.existence].seconds += one.seconds;
  for (int i = 0; i < SLOWEST; i++)
    if (one.seconds > measured->slowest[i].seconds) {
      struct slow next = measured->slowest[i];
      measured->slowest[i] = one;
      one = next;
    }
  for (int i = 0; reason != NULL && i < REASONS; i++)
    if (measured->reasons[i].text == NULL || strcmp(measured->reasons[i].text, reason) == 0) {
      measured->reasons[i].text = reason;
      measured->reasons[i].count++;
      break;
    }
}

static void print(const struct measured *measured, const struct seg_program *program) {
  double total = 0;
  uint32_t count = 0;
  for (int i = 0; i < 3; i++) {
    const struct kind *kind = &measured->kinds[i];
    total += kind->seconds;
    count += kind->count;
    printf("  %-9s %6u  mean %.3f ms\n", words[i], kind->count,
           kind->count == 0 ? 0 : kind->seconds * 1000 / kind->count);
  }
  printf("  all       %6u  mean %.3f ms, %.2f s\n", count, count == 0 ? 0 : total * 1000 / count,
         total);
  for (int i = 0; i < SLOWEST && measured->slowest[i].seconds > 0; i++) {
    const struct slow *slow = &measured->slowest[i];
    printf("  slow: %.2f ms %s: %.*s, %.*s\n", slow->seconds * 1000, words[slow->existence],
           SEG_STR(program->segments[slow->a].name.text),
           SEG_STR(program->segments[slow->b].name.text));
  }
  for (int i = 0; i < REASONS && measured->reasons[i].text != NULL; i++)
    printf("  unproved, because %s: %u\n", measured->reasons[i].text, measured->reasons[i].count);
}

static enum seg_status ask(const struct seg_program *program, uint32_t questions, uint64_t seed,
                           struct seg_error *error) {
  struct seg_bench_random random = {seed * 2 + 1};
  struct measured measured = {0};
  struct seg_prover prover;
  enum seg_status status = SEG_OK;
  seg_prover_init(&prover, program, BUDGET);
  prover.any_witness = true;
  for (uint32_t i = 0; i < questions && status == SEG_OK; i++) {
    struct slow one = {.a = seg_bench_pick(&random, program->segment_count),
                       .b = seg_bench_pick(&random, program->segment_count)};
    struct seg_wanted wanted[] = {{program->segments[one.a].when, false},
                                  {program->segments[one.b].when, false}};
    struct seg_found found;
    double start = spent();
    status = seg_prover_find(&prover, wanted, 2, &found, error);
    one.seconds = spent() - start;
    if (status != SEG_OK)
      break;
    one.existence = found.existence;
    note(&measured, one, found.existence == SEG_UNPROVED ? found.reason : NULL);
    seg_found_deinit(&found);
  }
  seg_prover_deinit(&prover);
  print(&measured, program);
  return status;
}

static enum seg_status measure(uint32_t segments, uint32_t questions, uint64_t seed,
                               struct seg_error *error) {
  struct seg_pipeline pipeline;
  char *text = NULL;
  size_t size = 0;
  uint32_t file;
  FILE *out = open_memstream(&text, &size);
  if (out == NULL)
    return seg_fail_memory(error, "the project");
  seg_bench_project(out, seed, segments);
  fclose(out);
  seg_pipeline_init(&pipeline);
  double start = spent();
  enum seg_status status = seg_source_map_add(&pipeline.map, seg_str_view("random.seg"),
                                              (struct seg_str){text, size}, &file, error);
  if (status == SEG_OK)
    status = seg_pipeline_run(&pipeline, SEG_PASS_SEMA, error);
  printf("%u segments, seed %llu, checked in %.0f ms\n", segments, (unsigned long long)seed,
         (spent() - start) * 1000);
  if (status == SEG_OK && pipeline.sink.errors > 0) {
    seg_diagnostics_write(&pipeline.sink, &pipeline.map, SEG_FORMAT_HUMAN, false, stderr);
    status = seg_fail(error, SEG_INTERNAL, "", "the random project has errors");
  }
  if (status == SEG_OK)
    status = ask(&pipeline.program, questions, seed, error);
  seg_pipeline_deinit(&pipeline);
  free(text);
  return status;
}

int main(int argc, char **argv) {
  bool printing = argc > 1 && strcmp(argv[1], "--print") == 0;
  int first = printing ? 2 : 1;
  if (argc < first + (printing ? 1 : 2)) {
    fprintf(stderr, "usage: prove SEGMENTS QUESTIONS [SEED] | prove --print SEGMENTS [SEED]\n");
    return 2;
  }
  uint32_t segments = (uint32_t)strtoul(argv[first], NULL, 10);
  const char *seed_text = argc > first + (printing ? 1 : 2) ? argv[argc - 1] : "1";
  uint64_t seed = strtoull(seed_text, NULL, 10);
  if (printing) {
    seg_bench_project(stdout, seed, segments);
    return 0;
  }
  struct seg_error error = {0};
  if (measure(segments, (uint32_t)strtoul(argv[2], NULL, 10), seed, &error) != SEG_OK) {
    fprintf(stderr, "prove: %s\n", error.message);
    return 1;
  }
  return 0;
}
