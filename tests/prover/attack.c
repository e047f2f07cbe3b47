// One random project under attack; see attack.h.
#include "tests/prover/attack.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compiler/prove/days.h"
#include "runtime/base/hash.h"
#include "tests/prover/claims.h"
#include "tests/prover/people.h"
#include "tests/prover/typical.h"

enum { MAX_QUESTIONS = 4000, CROWDS = 3 };

struct question {
  uint32_t count;
  struct asked_part parts[MAX_PARTS];
  enum seg_existence answer;
  uint32_t core_count;
  struct asked_part core[MAX_PARTS];
  const char *claim; // of verdicts
  char reason[REASON_SIZE];
  bool asked;
  bool exists; // the crowd has one
};

struct attack {
  struct seg_pipeline *pipeline;
  const struct attack_options *options;
  struct attack_tally *tally;
  struct failure *failure;
  struct data *customer;
  struct interest interest;
  struct models models;
  struct seg_arena arena;
  struct seg_random random;
  enum project_kind kind;
  bool planted; // the fault of the options
  SEG_VEC(struct question) questions;
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void must(bool done) {
  if (!done) {
    fputs("prover test: memory is out, or the prover failed\n", stderr);
    abort();
  }
}

void attack_generate(struct model *model, enum project_kind kind, uint64_t seed,
                     const struct attack_options *options) {
  switch (kind) {
  case PROJECT_TYPICAL:
  case PROJECT_KINDS: generate_typical(model, seed, options->segments, false); break;
  case PROJECT_SMALL: generate_typical(model, seed, options->segments, true); break;
  case PROJECT_VARIED: generate_varied(model, seed, options->segments); break;
  }
}

// --- questions ---

static void add_question(struct attack *attack, uint32_t a, bool not_a, uint32_t b, bool not_b) {
  struct question question = {.count = a == b ? 1 : 2, .parts = {{a, not_a}, {b, not_b}}};
  must(SEG_VEC_PUSH(&attack->questions, question));
}

/** Alone and in pairs, each way; then as many as were asked for, at random. */
static void choose_questions(struct attack *attack) {
  uint32_t segments = attack->pipeline->program.segment_count;
  for (uint32_t a = 0; a < segments; a++) {
    add_question(attack, a, false, a, false);
    add_question(attack, a, true, a, true);
    for (uint32_t b = a + 1; b < segments && attack->questions.count < MAX_QUESTIONS; b++) {
      add_question(attack, a, false, b, false);
      add_question(attack, a, false, b, true);
      add_question(attack, a, true, b, false);
      add_question(attack, a, true, b, true);
    }
  }
  for (size_t i = 0; i < attack->questions.count; i++) {
    size_t other = seg_random_below(&attack->random, (uint32_t)attack->questions.count);
    struct question kept = attack->questions.items[i];
    attack->questions.items[i] = attack->questions.items[other];
    attack->questions.items[other] = kept;
  }
  if (attack->questions.count > attack->options->questions)
    attack->questions.count = attack->options->questions;
}

static void fail(struct attack *attack, enum failure_kind kind, const struct question *question) {
  const struct seg_program *program = &attack->pipeline->program;
  char *words = attack->failure->question;
  size_t room = sizeof attack->failure->question;
  for (uint32_t i = 0; i < question->count && room > 0; i++) {
    int length = snprintf(words, room, "%s%s `%.*s`", i > 0 ? ", " : "",
                          question->parts[i].negated ? "outside" : "in",
                          SEG_STR(program->segments[question->parts[i].segment].name.text));
    words += (size_t)length < room ? (size_t)length : room;
    room -= (size_t)length < room ? (size_t)length : room;
  }
  attack->failure->kind = kind;
  attack->failure->part_count = question->count;
  memcpy(attack->failure->parts, question->parts, question->count * sizeof *question->parts);
  if (question->claim != NULL)
    snprintf(attack->failure->claim, sizeof attack->failure->claim, "%s", question->claim);
}

/** Of the only customer: groups are drawn by it. */
static int64_t number_of(const struct person *person) {
  return person->key.data == NULL ? 0 : strtoll(person->key.data, NULL, 10);
}

/** The compiled rules, too, must take the witness. */
static bool witness_matches(struct attack *attack, const struct question *question,
                            const struct person *person, const struct seg_witness *witness) {
  const struct seg_pipeline *pipeline = attack->pipeline;
  struct crowd crowd;
  struct census census;
  crowd_init(&crowd, &pipeline->program, &pipeline->plan, witness->as_of);
  if (!crowd.text_keys)
    crowd.first_key = number_of(person);
  crowd_add(&crowd, person);
  census_take(pipeline, &crowd, 1, &census);
  // Where another segment's number overflows nothing can be said.
  bool right = census.run == NULL ||
               census_find(&census, question->parts, question->count) == crowd.first_key;
  attack->tally->witness_overflows += census.run == NULL;
  if (!right && attack->customer != NULL)
    crowd_take(&crowd, crowd.first_key, attack->customer);
  census_deinit(&census);
  crowd_deinit(&crowd);
  return right;
}

/** Sums of values near the end of their range overflow in other segments. */
static bool is_moderate(const struct seg_program_entity *entity, const struct seg_value *values) {
  bool moderate = true;
  for (uint32_t i = 0; i < entity->column_count && moderate; i++) {
    enum seg_type_kind kind = entity->columns[i].type.kind;
    if (kind == SEG_TYPE_INT || kind == SEG_TYPE_MONEY)
      moderate = values[i].integer < INT64_C(1) << 40 && values[i].integer > -(INT64_C(1) << 40);
    if (kind == SEG_TYPE_NUMBER)
      moderate = fabs(values[i].number) < 1e15;
  }
  return moderate;
}

/** Is this the place for a fault of the kind? */
static bool plant(struct attack *attack, enum fault fault) {
  bool here = attack->options->fault == fault && !attack->planted;
  attack->planted = attack->planted || here;
  return here;
}

/** Rules see the day of an event, people its time: they must agree. */
static bool keeps_days(const struct attack *attack, const struct seg_witness *witness) {
  struct seg_zone *zone;
  struct seg_error error = {0};
  must(seg_zone_load(attack->pipeline->program.timezone, &zone, &error) == SEG_OK);
  bool keeps = seg_dataset_keeps_days(&witness->dataset, zone);
  seg_zone_free(zone);
  return keeps;
}

static bool check_witness(struct attack *attack, struct question *question,
                          const struct seg_witness *witness) {
  struct person person;
  if (plant(attack, FAULT_WITNESS))
    question->parts[question->count - 1].negated = !question->parts[question->count - 1].negated;
  if (!person_of_dataset(&attack->pipeline->program, &witness->dataset, &attack->arena, &person))
    return true; // too large to be kept
  if (!keeps_days(attack, witness) || !witness_matches(attack, question, &person, witness)) {
    fail(attack, FAILURE_WITNESS, question);
    return false;
  }
  const struct seg_program *program = &attack->pipeline->program;
  bool moderate = is_moderate(&program->customer, person.values);
  person.key_is_whole = false; // others begin like it
  for (uint32_t i = 0; i < person.event_count; i++) {
    struct person_event *event = &person.events[i];
    event->day -= witness->as_of;
    moderate = moderate && is_moderate(&program->events[event->event], event->values);
  }
  if (moderate)
    must(SEG_VEC_PUSH(&attack->models.people, person));
  return true;
}

static void plant_answer(struct attack *attack, struct seg_found *found, uint32_t count) {
  if (found->existence == SEG_SOMEBODY && plant(attack, FAULT_PROOF)) {
    seg_found_deinit(found);
    found->existence = SEG_NOBODY;
    found->core_count = count;
    for (uint32_t i = 0; i < count; i++)
      found->core[i] = i;
  }
  if (found->existence == SEG_NOBODY && found->core_count == 2 && plant(attack, FAULT_CORE))
    found->core_count = 1;
}

static bool ask(struct attack *attack, struct seg_prover *prover, struct question *question) {
  const struct seg_program *program = &attack->pipeline->program;
  struct seg_wanted wanted[2];
  struct seg_found found;
  struct seg_error error;
  for (uint32_t i = 0; i < question->count; i++)
    wanted[i] = (struct seg_wanted){program->segments[question->parts[i].segment].when,
                                    question->parts[i].negated};
  prover->any_witness = !seg_random_chance(&attack->random, 15); // the plainest takes much longer
  double start = now();
  must(seg_prover_find(prover, wanted, question->count, &found, &error) == SEG_OK);
  attack->tally->seconds_prover += now() - start;
  plant_answer(attack, &found, question->count);
  question->answer = found.existence;
  question->asked = true;
  bool right = true;
  switch (found.existence) {
  case SEG_NOBODY:
    for (uint32_t i = 0; i < found.core_count; i++)
      question->core[question->core_count++] = question->parts[found.core[i]];
    break;
  case SEG_SOMEBODY: right = check_witness(attack, question, &found.witness); break;
  case SEG_UNPROVED: snprintf(question->reason, sizeof question->reason, "%s", found.reason); break;
  }
  seg_found_deinit(&found);
  return right;
}

// --- customers ---

static void fill(struct attack *attack, struct people *people, struct crowd *crowd) {
  struct person *person = calloc(1, sizeof *person);
  must(person != NULL);
  if (attack->kind == PROJECT_SMALL) {
    uint32_t events = 2 + seg_random_below(&attack->random, 2);
    attack->tally->complete += people_all(people, events, attack->options->customers, crowd);
  } else {
    for (int64_t i = 0; i < attack->options->customers / CROWDS; i++) {
      people_draw(people, person);
      crowd_add(crowd, person);
    }
  }
  free(person);
}

static bool check_questions(struct attack *attack, const struct crowd *crowd,
                            const struct census *census) {
  for (size_t i = 0; i < attack->questions.count; i++) {
    struct question *question = &attack->questions.items[i];
    bool nobody = question->answer == SEG_NOBODY;
    const struct asked_part *parts = nobody ? question->core : question->parts;
    uint32_t count = nobody ? question->core_count : question->count;
    int64_t customer = census_find(census, parts, count);
    question->exists = question->exists || customer >= 0;
    if (!nobody || customer < 0)
      continue;
    fail(attack, FAILURE_REFUTED, question);
    if (attack->customer != NULL)
      crowd_take(crowd, customer, attack->customer);
    return false;
  }
  return true;
}

static bool search(struct attack *attack, int32_t as_of, uint64_t seed) {
  const struct seg_pipeline *pipeline = attack->pipeline;
  struct people people;
  struct crowd crowd;
  struct census census;
  double start = now();
  people_init(&people, &pipeline->program, &attack->interest, &attack->models, as_of, seed);
  crowd_init(&crowd, &pipeline->program, &pipeline->plan, as_of);
  fill(attack, &people, &crowd);
  double middle = now();
  attack->tally->seconds_crowd += middle - start;
  census_take(pipeline, &crowd, 1, &census);
  attack->tally->customers += (uint64_t)crowd.customers;
  attack->tally->overflowed += census.run == NULL;
  bool right = check_questions(attack, &crowd, &census);
  attack->tally->seconds_run += now() - middle;
  census_deinit(&census);
  crowd_deinit(&crowd);
  people_deinit(&people);
  return right;
}

// --- counting ---

static void count_reason(struct attack_tally *tally, const char *reason, uint64_t count,
                         uint64_t exists) {
  uint32_t i = 0;
  while (i < tally->reason_count && strcmp(tally->reasons[i].reason, reason) != 0)
    i++;
  if (i == MAX_REASONS)
    return;
  if (i == tally->reason_count)
    snprintf(tally->reasons[tally->reason_count++].reason, REASON_SIZE, "%s", reason);
  tally->reasons[i].count += count;
  tally->reasons[i].exists += exists;
}

static void count_answers(struct attack *attack) {
  struct attack_tally *tally = attack->tally;
  for (size_t i = 0; i < attack->questions.count; i++) {
    const struct question *question = &attack->questions.items[i];
    if (!question->asked)
      continue;
    tally->questions++;
    tally->nobody += question->answer == SEG_NOBODY;
    tally->somebody += question->answer == SEG_SOMEBODY;
    if (question->answer != SEG_UNPROVED)
      continue;
    tally->unproved++;
    tally->lost += question->exists;
    count_reason(tally, question->reason, 1, question->exists);
  }
}

static bool ask_questions(struct attack *attack) {
  struct seg_prover prover;
  bool right = true;
  choose_questions(attack);
  seg_prover_init(&prover, &attack->pipeline->program, attack->options->budget);
  for (size_t i = 0; i < attack->questions.count && right; i++)
    right = ask(attack, &prover, &attack->questions.items[i]);
  seg_prover_deinit(&prover);
  return right;
}

// --- verdicts ---

static void count_verdict(struct attack_tally *tally, const struct seg_verdict *verdict) {
  char reason[REASON_SIZE];
  tally->verdicts[verdict->kind]++;
  if (verdict->kind != SEG_VERDICT_UNPROVED)
    return;
  snprintf(reason, sizeof reason, "%s: %s", seg_verdict_kind_name(verdict->asked), verdict->reason);
  tally->unproved++;
  count_reason(tally, reason, 1, 0);
}

/** The compiled rules take the customers that are shown. */
static bool check_shown(struct attack *attack, const struct seg_verdict *verdict) {
  const struct seg_program *program = &attack->pipeline->program;
  struct question question = {.claim = seg_verdict_kind_name(verdict->kind)};
  bool pair = verdict->kind == SEG_VERDICT_OVERLAP || verdict->kind == SEG_VERDICT_EXCLUSIVE_BROKEN;
  if (verdict->witness == NULL || (!pair && verdict->kind != SEG_VERDICT_GAP))
    return true;
  if (pair) {
    question.count = 2;
    question.parts[0].segment = verdict->segment;
    question.parts[1].segment = verdict->other;
    return check_witness(attack, &question, verdict->witness);
  }
  const struct seg_program_chain *chain = &program->chains[verdict->chain];
  for (uint32_t i = 0; i < chain->member_count && question.count < MAX_PARTS; i++)
    question.parts[question.count++] = (struct asked_part){chain->members[i], true};
  return check_witness(attack, &question, verdict->witness);
}

static void take_claims(struct attack *attack, const struct claims *claims) {
  for (size_t i = 0; i < claims->items.count; i++) {
    const struct claim *claim = &claims->items.items[i];
    struct question question = {.count = claim->count,
                                .core_count = claim->count,
                                .answer = SEG_NOBODY,
                                .asked = true,
                                .claim = claim->text};
    for (uint32_t p = 0; p < claim->count; p++)
      question.core[p] = question.parts[p] =
          (struct asked_part){claims_segment(&attack->pipeline->program, claim->parts[p].condition),
                              claim->parts[p].negated};
    must(SEG_VEC_PUSH(&attack->questions, question));
  }
}

static void lose_verdict(struct attack *attack, struct seg_verdicts *verdicts) {
  for (size_t i = 0; i < verdicts->items.count; i++)
    if (verdicts->items.items[i].kind == SEG_VERDICT_OVERLAP && plant(attack, FAULT_SILENCE))
      verdicts->items.items[i] = verdicts->items.items[--verdicts->items.count];
}

/** The claims become segments of their own, so that the compiled rules decide them. */
static bool judge_project(struct attack *attack, struct seg_verdicts *verdicts,
                          struct claims *claims) {
  struct seg_error error;
  struct seg_verdict_options options = {.map = &attack->pipeline->map,
                                        .budget = attack->options->budget};
  double start = now();
  must(seg_verdicts_find(&attack->pipeline->program, &options, verdicts, &error) == SEG_OK);
  attack->tally->seconds_prover += now() - start;
  lose_verdict(attack, verdicts);
  claims_init(claims, &attack->pipeline->program, verdicts);
  take_claims(attack, claims);
  must(seg_pipeline_run(attack->pipeline, SEG_PASS_CODEGEN, &error) == SEG_OK);
  bool right = true;
  for (size_t i = 0; i < verdicts->items.count && right; i++) {
    count_verdict(attack->tally, &verdicts->items.items[i]);
    right = check_shown(attack, &verdicts->items.items[i]);
  }
  return right;
}

// --- a project ---

static bool attack_ready(struct attack *attack, uint64_t seed) {
  struct seg_verdicts verdicts = {0};
  struct claims claims = {0};
  bool judged = attack->options->mode == ASK_VERDICTS;
  bool right = judged ? judge_project(attack, &verdicts, &claims) : ask_questions(attack);
  for (uint32_t i = 0; i < CROWDS && right; i++) {
    int32_t as_of =
        i == 0 ? SEG_PROVE_USUAL_DAY : interest_as_of(&attack->interest, &attack->random);
    right = search(attack, as_of, seg_hash_mix(seed, i + 1));
  }
  count_answers(attack);
  if (judged) {
    claims_deinit(&claims);
    seg_verdicts_deinit(&verdicts);
  }
  return right;
}

static bool compile(struct seg_pipeline *pipeline, const char *text, enum seg_pass last) {
  struct seg_error error;
  uint32_t file;
  seg_pipeline_init(pipeline);
  must(seg_source_map_add(&pipeline->map, seg_str_view("random.seg"), seg_str_view(text), &file,
                          &error) == SEG_OK);
  must(seg_pipeline_run(pipeline, last, &error) == SEG_OK);
  if (pipeline->sink.errors > 0 && getenv("SEGC_SHOW_REFUSED") != NULL)
    seg_diagnostics_write(&pipeline->sink, &pipeline->map, SEG_FORMAT_HUMAN, false, stderr);
  return pipeline->sink.errors == 0;
}

static bool attack_text(const char *text, enum project_kind kind, uint64_t seed,
                        const struct attack_options *options, struct attack_tally *tally,
                        struct failure *failure, struct data *customer) {
  struct seg_pipeline pipeline;
  bool right = true;
  *failure = (struct failure){0};
  tally->projects++;
  if (!compile(&pipeline, text, options->mode == ASK_VERDICTS ? SEG_PASS_SEMA : SEG_PASS_CODEGEN)) {
    tally->refused++;
  } else if (crowd_fits(&pipeline.program)) {
    struct attack attack = {.pipeline = &pipeline,
                            .options = options,
                            .tally = tally,
                            .failure = failure,
                            .customer = customer,
                            .kind = kind};
    seg_arena_init(&attack.arena);
    seg_random_init(&attack.random, seg_hash_mix(seed, 99));
    interest_init(&attack.interest, &pipeline.program);
    right = attack_ready(&attack, seed);
    SEG_VEC_FREE(&attack.models.people);
    SEG_VEC_FREE(&attack.questions);
    interest_deinit(&attack.interest);
    seg_arena_deinit(&attack.arena);
  }
  seg_pipeline_deinit(&pipeline);
  return right;
}

bool attack_project(struct model *model, enum project_kind kind, uint64_t seed,
                    const struct attack_options *options, struct attack_tally *tally,
                    struct failure *failure, struct data *customer) {
  char *text = model_print(model);
  bool right = attack_text(text, kind, seed, options, tally, failure, customer);
  free(text);
  return right;
}

bool attack_rules(const char *text, uint64_t seed, const struct attack_options *options,
                  struct attack_tally *tally, struct failure *failure, struct data *customer) {
  return attack_text(text, PROJECT_VARIED, seed, options, tally, failure, customer) &&
         tally->refused == 0;
}

void attack_join(struct attack_tally *sum, const struct attack_tally *tally) {
  sum->projects += tally->projects;
  sum->refused += tally->refused;
  sum->overflowed += tally->overflowed;
  sum->witness_overflows += tally->witness_overflows;
  sum->complete += tally->complete;
  sum->customers += tally->customers;
  sum->questions += tally->questions;
  sum->nobody += tally->nobody;
  sum->somebody += tally->somebody;
  sum->unproved += tally->unproved;
  sum->lost += tally->lost;
  sum->digest ^= tally->digest;
  sum->second_sat += tally->second_sat;
  sum->second_unsat += tally->second_unsat;
  sum->second_unknown += tally->second_unknown;
  for (int kind = 0; kind < SEG_VERDICT_KIND_COUNT; kind++)
    sum->verdicts[kind] += tally->verdicts[kind];
  sum->seconds_prover += tally->seconds_prover;
  sum->seconds_crowd += tally->seconds_crowd;
  sum->seconds_run += tally->seconds_run;
  for (uint32_t i = 0; i < tally->reason_count; i++)
    count_reason(sum, tally->reasons[i].reason, tally->reasons[i].count, tally->reasons[i].exists);
}

void attack_print(const struct attack_tally *tally) {
  printf("%" PRIu64 " projects (%" PRIu64 " refused), %" PRIu64 " customers; %" PRIu64
         " crowds and %" PRIu64 " witnesses overflowed; %" PRIu64
         " small worlds searched to their end\n",
         tally->projects, tally->refused, tally->customers, tally->overflowed,
         tally->witness_overflows, tally->complete);
  printf("%" PRIu64 " questions: %" PRIu64 " nobody, %" PRIu64 " somebody, %" PRIu64
         " unproved, of which %" PRIu64 " have a customer\n",
         tally->questions, tally->nobody, tally->somebody, tally->unproved, tally->lost);
  if (tally->digest != 0)
    printf("digest of the answers, the same in every run: %016" PRIx64 "\n", tally->digest);
  if (tally->second_sat + tally->second_unsat > 0)
    printf("the second solver agrees: %" PRIu64 " sat, %" PRIu64 " unsat; %" PRIu64 " unknown\n",
           tally->second_sat, tally->second_unsat, tally->second_unknown);
  for (int kind = 0; kind < SEG_VERDICT_KIND_COUNT; kind++)
    if (tally->verdicts[kind] > 0)
      printf("  verdict %6" PRIu64 " %s\n", tally->verdicts[kind], seg_verdict_kind_name(kind));
  printf("CPU seconds: prover %.1f, making customers %.1f, compiled rules %.1f\n",
         tally->seconds_prover, tally->seconds_crowd, tally->seconds_run);
  for (uint32_t i = 0; i < tally->reason_count; i++)
    printf("  unproved %5" PRIu64 " (%" PRIu64 " exist): %s\n", tally->reasons[i].count,
           tally->reasons[i].exists, tally->reasons[i].reason);
}
