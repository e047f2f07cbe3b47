// Questions of the prover for another solver; see second_solver.h.
#include "tests/prover/second_solver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/pipeline.h"
#include "runtime/base/vec.h"
#include "tests/support/random.h"

enum { SAMPLE = 16, LONGEST_SCRIPT = 200000 };

/** In resource units of its own: about a tenth of a second. */
#define BUDGET "200000"

struct question {
  char *script;
  enum seg_answer answer;
};

/** A fair sample of all questions, whose number nobody knows beforehand (Vitter 1985, algorithm R).
 */
struct sample {
  struct seg_random random;
  uint32_t heard, count;
  struct question questions[SAMPLE];
};

static void must(bool done) {
  if (!done) {
    fputs("prover test: memory is out, or the prover failed\n", stderr);
    abort();
  }
}

bool second_solver_is_there(void) {
  return system("cvc5 --version >/dev/null 2>&1") == 0;
}

static void hear(void *context, const char *script, enum seg_answer answer) {
  struct sample *sample = context;
  if (strlen(script) > LONGEST_SCRIPT)
    return;
  uint32_t place = sample->heard++;
  if (place >= SAMPLE)
    place = seg_random_below(&sample->random, sample->heard);
  if (place >= SAMPLE)
    return;
  free(sample->questions[place].script);
  sample->questions[place] = (struct question){strdup(script), answer};
  must(sample->questions[place].script != NULL);
  if (sample->count < SAMPLE)
    sample->count++;
}

/** Pairs of segments, each way, until there are enough. */
static void ask_prover(const struct seg_program *program, const struct attack_options *options,
                       struct sample *sample) {
  const struct seg_solver_listener listener = {hear, sample};
  struct seg_prover prover;
  seg_prover_init(&prover, program, options->budget);
  prover.listener = &listener;
  for (uint32_t i = 0; i < options->questions; i++) {
    struct seg_wanted wanted[2];
    struct seg_found found;
    struct seg_error error;
    for (int p = 0; p < 2; p++)
      wanted[p] = (struct seg_wanted){
          program->segments[seg_random_below(&sample->random, program->segment_count)].when,
          seg_random_chance(&sample->random, 30)};
    prover.any_witness = seg_random_chance(&sample->random, 85);
    must(seg_prover_find(&prover, wanted, 2, &found, &error) == SEG_OK);
    seg_found_deinit(&found);
  }
  seg_prover_deinit(&prover);
}

static void write_scripts(const struct sample *sample, FILE *out) {
  for (uint32_t i = 0; i < sample->count; i++)
    fprintf(out, "(reset)\n(set-logic QF_LIRA)\n%s\n(check-sat)\n", sample->questions[i].script);
}

static bool compare(const struct sample *sample, FILE *answers, struct attack_tally *tally) {
  char line[200];
  for (uint32_t i = 0; i < sample->count; i++) {
    const struct question *question = &sample->questions[i];
    bool answered = fgets(line, sizeof line, answers) != NULL;
    bool sat = answered && strcmp(line, "sat\n") == 0;
    bool unsat = answered && strcmp(line, "unsat\n") == 0;
    if (!sat && !unsat && (!answered || strcmp(line, "unknown\n") != 0)) {
      printf("cvc5 says `%s` to\n%s\n", answered ? line : "nothing", question->script);
      return false;
    }
    if ((sat && question->answer == SEG_IMPOSSIBLE) ||
        (unsat && question->answer == SEG_POSSIBLE)) {
      printf("the solvers contradict each other: %s here, %s there\n%s\n",
             question->answer == SEG_POSSIBLE ? "sat" : "unsat", sat ? "sat" : "unsat",
             question->script);
      return false;
    }
    tally->second_sat += sat;
    tally->second_unsat += unsat;
    tally->second_unknown += !sat && !unsat;
  }
  return true;
}

static bool ask_second(const struct sample *sample, struct attack_tally *tally) {
  char name[] = "/tmp/segc-second-XXXXXX";
  char command[200];
  int file = mkstemp(name);
  must(file >= 0);
  FILE *out = fdopen(file, "w");
  must(out != NULL);
  write_scripts(sample, out);
  fclose(out);
  snprintf(command, sizeof command, "cvc5 --lang=smt2 --rlimit-per=" BUDGET " %s 2>&1", name);
  FILE *answers = popen(command, "r");
  must(answers != NULL);
  bool right = compare(sample, answers, tally);
  pclose(answers);
  unlink(name);
  return right;
}

/** A fault that is planted. */
static void turn_answer(struct question *question) {
  question->answer = question->answer == SEG_POSSIBLE ? SEG_IMPOSSIBLE : SEG_POSSIBLE;
}

bool second_solver_project(struct model *model, uint64_t seed, const struct attack_options *options,
                           struct attack_tally *tally) {
  struct seg_pipeline pipeline;
  struct seg_error error;
  struct sample *sample = calloc(1, sizeof *sample);
  uint32_t file;
  bool right = true;
  char *text = model_print(model);
  must(sample != NULL);
  seg_random_init(&sample->random, seed);
  tally->projects++;
  seg_pipeline_init(&pipeline);
  must(seg_source_map_add(&pipeline.map, seg_str_view("random.seg"), seg_str_view(text), &file,
                          &error) == SEG_OK &&
       seg_pipeline_run(&pipeline, SEG_PASS_SEMA, &error) == SEG_OK);
  tally->refused += pipeline.sink.errors > 0;
  if (pipeline.sink.errors == 0) {
    ask_prover(&pipeline.program, options, sample);
    tally->questions += sample->heard;
    if (options->fault == FAULT_ANSWER && sample->count > 0)
      turn_answer(&sample->questions[0]);
    right = sample->count == 0 || ask_second(sample, tally);
  }
  for (uint32_t i = 0; i < sample->count; i++)
    free(sample->questions[i].script);
  free(sample);
  seg_pipeline_deinit(&pipeline);
  free(text);
  return right;
}
