// Answers in several orders; see orders.h.
//
// Budgets are also tight ones: where a question comes near the end of its budget, what a solver has
// learned from others would show first.
#include "tests/prover/orders.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/prove/proof_record.h"
#include "runtime/base/hash.h"
#include "tests/support/random.h"

enum { BUDGETS = 3, WAYS = 3, MOST_QUESTIONS = 100 };

struct question {
  struct seg_wanted wanted[2];
  uint32_t segments[2];
  bool any_witness;
  struct seg_str answers[WAYS]; // as they are kept for the next run
};

struct asking {
  const struct seg_program *program;
  struct seg_random random;
  uint32_t count;
  struct question questions[MOST_QUESTIONS];
};

static void must(bool done) {
  if (!done) {
    fputs("prover test: memory is out, or the prover failed\n", stderr);
    abort();
  }
}

static void choose(struct asking *asking, uint32_t count) {
  asking->count = count < MOST_QUESTIONS ? count : MOST_QUESTIONS;
  for (uint32_t i = 0; i < asking->count; i++) {
    struct question *question = &asking->questions[i];
    for (int p = 0; p < 2; p++) {
      question->segments[p] = seg_random_below(&asking->random, asking->program->segment_count);
      question->wanted[p] =
          (struct seg_wanted){asking->program->segments[question->segments[p]].when,
                              seg_random_chance(&asking->random, 30)};
    }
    question->any_witness = seg_random_chance(&asking->random, 85);
  }
}

static void ask(const struct asking *asking, struct seg_prover *prover, struct question *question,
                int way, struct attack_tally *tally) {
  struct seg_found found;
  struct seg_error error;
  prover->any_witness = question->any_witness;
  must(seg_prover_find(prover, question->wanted, 2, &found, &error) == SEG_OK);
  question->answers[way] = seg_proof_record_write(asking->program, &found);
  must(question->answers[way].data != NULL);
  tally->questions++;
  tally->nobody += found.existence == SEG_NOBODY;
  tally->somebody += found.existence == SEG_SOMEBODY;
  tally->unproved += found.existence == SEG_UNPROVED;
  seg_found_deinit(&found);
}

/** One after the other, in a drawn order, and each by a prover of its own. */
static void ask_all(struct asking *asking, unsigned budget, struct attack_tally *tally) {
  struct seg_prover prover;
  uint32_t order[MOST_QUESTIONS];
  for (uint32_t i = 0; i < asking->count; i++)
    order[i] = i;
  for (uint32_t i = asking->count; i > 1; i--) {
    uint32_t other = seg_random_below(&asking->random, i), kept = order[i - 1];
    order[i - 1] = order[other];
    order[other] = kept;
  }
  for (int way = 0; way < 2; way++) {
    seg_prover_init(&prover, asking->program, budget);
    for (uint32_t i = 0; i < asking->count; i++)
      ask(asking, &prover, &asking->questions[way == 0 ? i : order[i]], way, tally);
    seg_prover_deinit(&prover);
  }
  for (uint32_t i = 0; i < asking->count; i++) {
    seg_prover_init(&prover, asking->program, budget);
    ask(asking, &prover, &asking->questions[i], 2, tally);
    seg_prover_deinit(&prover);
  }
}

static bool compare(struct asking *asking, unsigned budget, struct attack_tally *tally) {
  static const char *const ways[WAYS] = {"in order", "in another order", "alone"};
  bool right = true;
  for (uint32_t i = 0; i < asking->count; i++) {
    struct question *question = &asking->questions[i];
    for (int way = 1; way < WAYS && right; way++) {
      right = seg_str_equal(question->answers[0], question->answers[way]);
      if (!right)
        printf("%s`%.*s`, %s`%.*s`, budget %u: other answers %s and %s\n",
               question->wanted[0].negated ? "not " : "",
               SEG_STR(asking->program->segments[question->segments[0]].name.text),
               question->wanted[1].negated ? "not " : "",
               SEG_STR(asking->program->segments[question->segments[1]].name.text), budget, ways[0],
               ways[way]);
    }
    tally->digest = seg_hash_mix(
        tally->digest, seg_hash_bytes(question->answers[0].data, question->answers[0].size));
    for (int way = 0; way < WAYS; way++)
      free((char *)question->answers[way].data);
  }
  return right;
}

bool orders_project(struct model *model, uint64_t seed, const struct attack_options *options,
                    struct attack_tally *tally) {
  struct seg_pipeline pipeline;
  struct seg_error error;
  struct asking *asking = calloc(1, sizeof *asking);
  uint32_t file;
  bool right = true;
  char *text = model_print(model);
  must(asking != NULL);
  tally->projects++;
  seg_random_init(&asking->random, seed);
  seg_pipeline_init(&pipeline);
  must(seg_source_map_add(&pipeline.map, seg_str_view("random.seg"), seg_str_view(text), &file,
                          &error) == SEG_OK &&
       seg_pipeline_run(&pipeline, SEG_PASS_SEMA, &error) == SEG_OK);
  tally->refused += pipeline.sink.errors > 0;
  if (pipeline.sink.errors == 0) {
    const unsigned budgets[BUDGETS] = {options->budget, options->budget / 20,
                                       options->budget / 200};
    asking->program = &pipeline.program;
    choose(asking, options->questions);
    for (int i = 0; i < BUDGETS && right; i++) {
      ask_all(asking, budgets[i], tally);
      if (options->fault == FAULT_ANSWER && asking->count > 0)
        ((char *)asking->questions[0].answers[1].data)[0] ^= 1;
      right = compare(asking, budgets[i], tally);
    }
  }
  if (!right)
    printf("%s\n", text);
  seg_pipeline_deinit(&pipeline);
  free(asking);
  free(text);
  return right;
}
