// Days, models and trying witnesses out; see prover.h.
#include "compiler/prove/prover.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compiler/prove/days.h"
#include "compiler/prove/proof_record.h"
#include "compiler/prove/smallest.h"
#include "compiler/reference/evaluate.h"

enum { QUERIES_A_SOLVER = 200 };

void seg_prover_init(struct seg_prover *prover, const struct seg_program *program,
                     unsigned budget) {
  *prover = (struct seg_prover){.program = program, .budget = budget};
  seg_vocabulary_init(&prover->vocabulary, program, budget);
}

static void stop(struct seg_prover *prover) {
  seg_vocabulary_beside(&prover->vocabulary, NULL);
  if (prover->started)
    seg_solver_deinit(&prover->solver);
  prover->started = false;
  seg_zone_free(prover->zone);
  prover->zone = NULL;
}

void seg_prover_deinit(struct seg_prover *prover) {
  stop(prover);
  seg_vocabulary_deinit(&prover->vocabulary);
}

void seg_found_deinit(struct seg_found *found) {
  if (found->existence == SEG_SOMEBODY)
    seg_witness_deinit(&found->witness);
  found->existence = SEG_UNPROVED;
}

// Terms are never freed one by one: a new solver now and then keeps memory small.
static enum seg_status start(struct seg_prover *prover, struct seg_error *error) {
  if (prover->started && prover->queries < QUERIES_A_SOLVER)
    return SEG_OK;
  if (prover->started)
    prover->questions += prover->solver.questions;
  stop(prover);
  prover->queries = 0;
  enum seg_status status = seg_zone_load(prover->program->timezone, &prover->zone, error);
  if (status == SEG_OK)
    status = seg_solver_init(&prover->solver, prover->budget, error);
  prover->started = status == SEG_OK;
  prover->solver.listener = prover->listener;
  prover->solver.quick_only = true;
  if (prover->started)
    seg_vocabulary_beside(&prover->vocabulary, &prover->solver);
  return status;
}

static enum seg_status try_out(const struct seg_program *program, const struct seg_wanted *wanted,
                               uint32_t count, const struct seg_witness *witness, bool *accepted,
                               struct seg_error *error) {
  struct seg_reference *reference;
  const struct seg_node *conditions[SEG_MAX_WANTED] = {NULL};
  *accepted = false;
  for (uint32_t i = 0; i < count; i++)
    conditions[i] = wanted[i].condition;
  enum seg_status status = seg_reference_new_for(program, &witness->dataset, witness->as_of,
                                                 conditions, count, &reference, error);
  if (status != SEG_OK)
    return status;
  *accepted = seg_reference_customer_count(reference) == 1;
  for (uint32_t i = 0; i < count && *accepted; i++)
    *accepted = seg_reference_condition(reference, wanted[i].condition, 0) != wanted[i].negated;
  *accepted = *accepted && !seg_reference_overflow(reference);
  status = seg_reference_status(reference, error);
  seg_reference_free(reference);
  return status;
}

enum {
  FEW_EVENTS = 8,  // that a solution may have which is looked for first
  MORE_EVENTS = 2, // than the fewest, before any number will do
  MOST_DOUBTS = 4, // kinds of days that stay open, before the others are not asked about
};

static const char out_of_budget[] = "the solver did not come to an end within its budget";

struct asking {
  struct seg_prover *prover;
  const struct seg_wanted *wanted;
  uint32_t count;
  struct seg_found *found;
  Z3_ast terms[SEG_MAX_WANTED]; // on the days that are being asked about
  bool in_core[SEG_MAX_WANTED];
};

/** The as-of days that a question is asked about. */
struct asked_days {
  const struct seg_days *days;
  const struct seg_day_kind *kind;
  const struct seg_node *const *conditions;
};

/** One try: `existence` is SOMEBODY when the witness was made and accepted. */
static enum seg_status try_witness(struct asking *asking, struct seg_query *query,
                                   enum seg_answer *answer, struct seg_error *error) {
  struct seg_found *found = asking->found;
  bool made = false, accepted = false;
  enum seg_status status = seg_witness_find(query, answer, &made, &found->witness, error);
  if (status != SEG_OK || *answer != SEG_POSSIBLE || !made)
    return status;
  status =
      try_out(query->program, asking->wanted, asking->count, &found->witness, &accepted, error);
  if (status == SEG_OK && accepted)
    found->existence = SEG_SOMEBODY;
  else
    seg_witness_deinit(&found->witness);
  return status;
}

/** A witness of the present facts, in several ways. */
static enum seg_status try_ways(struct asking *asking, struct seg_query *query,
                                enum seg_answer *answer, struct seg_error *error) {
  bool any = query->any_witness;
  seg_grant_wishes(query);
  query->plain_witness = !any;
  query->one_day = false;
  enum seg_status status = try_witness(asking, query, answer, error);
  if (status == SEG_OK && asking->found->existence != SEG_SOMEBODY && query->plain_witness) {
    query->one_day = true; // days of one event each may be too many
    status = try_witness(asking, query, answer, error);
  }
  if (status == SEG_OK && asking->found->existence != SEG_SOMEBODY) {
    // One with few events may be accepted where a large one is not, or the plainest one.
    query->any_witness = query->plain_witness = false;
    status = try_witness(asking, query, answer, error);
  }
  query->any_witness = any;
  return status;
}

/** The same with no more than so many events. */
static enum seg_status try_few(struct asking *asking, struct seg_query *query, int64_t most,
                               struct seg_error *error) {
  struct seg_solver *solver = query->solver;
  enum seg_status status = SEG_OK;
  enum seg_answer answer;
  seg_solver_push(solver);
  seg_solver_assert(
      solver, seg_term_at_most(solver, seg_query_event_count(query), seg_term_int(solver, most)));
  if (seg_solver_ask(solver, NULL, 0) == SEG_POSSIBLE)
    status = try_ways(asking, query, &answer, error);
  seg_solver_pop(solver);
  return status;
}

/** After a possible answer: a witness that is accepted, or the reason why there is none. What
 * solutions have at least, customers have too: who has no more is the smallest. */
static enum seg_status find_witness(struct asking *asking, struct seg_query *query,
                                    enum seg_answer *answer, struct seg_error *error) {
  struct seg_found *found = asking->found;
  int64_t fewest;
  enum seg_status status = SEG_OK;
  found->existence = SEG_UNPROVED;
  bool known = !query->any_witness && seg_fewest_events(query, &fewest);
  for (int64_t more = 0; known && more <= MORE_EVENTS && status == SEG_OK; more++) {
    status = try_few(asking, query, fewest + more, error);
    if (found->existence == SEG_SOMEBODY)
      break;
  }
  if (status == SEG_OK && found->existence != SEG_SOMEBODY)
    status = try_ways(asking, query, answer, error);
  if (found->existence == SEG_SOMEBODY)
    found->witness.smallest = known && seg_witness_event_count(&found->witness) <= fewest;
  else
    found->reason = query->weak != NULL ? query->weak : "no customer could be made of the solution";
  return status;
}

static void assert_ranges(struct seg_query *query) {
  seg_solver_assert_all(query->solver, query->ranges.items, query->ranges.count);
  query->ranges.count = 0;
}

/** What is wanted, as terms. */
static void make_terms(struct asking *asking, struct seg_query *query) {
  for (uint32_t i = 0; i < asking->count; i++) {
    asking->terms[i] = seg_query_condition(query, asking->wanted[i].condition);
    if (asking->wanted[i].negated)
      asking->terms[i] = seg_term_not(query->solver, asking->terms[i]);
  }
}

/** The quick search over the facts, and those of the wanted conditions that are not left out. */
static enum seg_answer ask_quickly(struct asking *asking, struct seg_query *query,
                                   const bool *left_out) {
  size_t facts = query->facts.count;
  for (uint32_t i = 0; i < asking->count; i++)
    if (!left_out[i])
      seg_query_fact(query, asking->terms[i]);
  enum seg_answer answer =
      seg_solver_ask_quickly(query->solver, query->facts.items, query->facts.count);
  query->facts.count = facts;
  return answer;
}

/** Without the solver. Undecided: it must be asked. */
static enum seg_status answer_quickly(struct asking *asking, struct seg_query *query,
                                      enum seg_answer *answer, struct seg_error *error) {
  bool left_out[SEG_MAX_WANTED] = {false};
  asking->found->existence = SEG_UNPROVED;
  *answer = ask_quickly(asking, query, left_out);
  if (*answer == SEG_IMPOSSIBLE) {
    asking->found->existence = SEG_NOBODY;
    // What can be left out has no part in the contradiction. Of two nobody asks that.
    for (uint32_t i = 0; i < asking->count; i++) {
      left_out[i] = asking->count > 2;
      left_out[i] = left_out[i] && ask_quickly(asking, query, left_out) == SEG_IMPOSSIBLE;
      asking->in_core[i] = asking->in_core[i] || !left_out[i];
    }
    return SEG_OK;
  }
  if (*answer != SEG_POSSIBLE || !query->any_witness || query->wishes.count > 0) {
    *answer = SEG_UNDECIDED;
    return SEG_OK;
  }
  enum seg_status status = try_witness(asking, query, answer, error);
  if (asking->found->existence != SEG_SOMEBODY)
    *answer = SEG_UNDECIDED;
  return status;
}

/** Assert the conditions behind names, and what is known of every customer. */
static void pose(struct asking *asking, struct seg_query *query, Z3_ast *names) {
  struct seg_solver *solver = query->solver;
  for (uint32_t i = 0; i < asking->count; i++) {
    names[i] = seg_term_variable(solver, solver->truths, "wanted");
    seg_solver_assert(solver, seg_term_implies(solver, names[i], asking->terms[i]));
  }
  seg_solver_assert_all(solver, query->facts.items, query->facts.count);
  // Without ranges the search for days of the calendar may have no end. The plainest customer keeps
  // within them in any case.
  if (query->dates.count > 0 || query->days->open || !query->any_witness)
    assert_ranges(query);
}

/** Is there a solution with few events? No says nothing. */
static bool has_few_events(struct asking *asking, struct seg_query *query, const Z3_ast *names) {
  struct seg_solver *solver = query->solver;
  Z3_ast conditions[SEG_MAX_WANTED + 1], count = seg_query_event_count(query);
  enum seg_answer answer = SEG_IMPOSSIBLE;
  memcpy(conditions, names, asking->count * sizeof *names);
  for (int64_t most = 0; most <= FEW_EVENTS && answer == SEG_IMPOSSIBLE; most++) {
    conditions[asking->count] = seg_term_at_most(solver, count, seg_term_int(solver, most));
    answer = seg_solver_ask(solver, conditions, asking->count + 1);
    query->fewest_events = answer == SEG_POSSIBLE ? most : 0;
  }
  return answer == SEG_POSSIBLE;
}

/** Is there a solution? What contradicts itself is noted. */
static enum seg_answer decide(struct asking *asking, struct seg_query *query, const Z3_ast *names) {
  struct seg_solver *solver = query->solver;
  unsigned core[SEG_MAX_WANTED];
  // Of a solution with few events it is soon found out which is the smallest.
  if (solver->quick_only && has_few_events(asking, query, names))
    return SEG_POSSIBLE;
  enum seg_answer answer = seg_solver_ask(solver, names, asking->count);
  if (answer == SEG_UNDECIDED && query->ranges.count > 0) {
    assert_ranges(query);
    answer = seg_solver_ask(solver, names, asking->count);
  }
  if (answer == SEG_IMPOSSIBLE && solver->quickly) {
    solver->quickly = false; // only the solver knows which of them it takes
    answer = seg_solver_ask(solver, names, asking->count);
    solver->quickly = true;
  }
  if (answer == SEG_IMPOSSIBLE) {
    unsigned size = seg_solver_core(solver, names, asking->count, core);
    for (unsigned i = 0; i < size; i++)
      asking->in_core[core[i]] = true;
  }
  return answer;
}

static enum seg_status ask_posed(struct asking *asking, struct seg_query *query,
                                 const Z3_ast *names, struct seg_error *error) {
  struct seg_solver *solver = query->solver;
  struct seg_found *found = asking->found;
  query->fewest_events = 0; // what is known of it was said of other days
  enum seg_answer answer = decide(asking, query, names);
  enum seg_status status = SEG_OK;
  bool first = query->any_witness;
  if (answer == SEG_POSSIBLE && first) {
    seg_solver_push(solver);
    for (uint32_t i = 0; i < asking->count; i++)
      seg_solver_assert(solver, names[i]);
    status = find_witness(asking, query, &answer, error);
    seg_solver_pop(solver);
    if (status != SEG_OK || found->existence == SEG_SOMEBODY)
      return status;
  }
  if (answer != SEG_UNDECIDED && query->ranges.count > 0 && answer != SEG_IMPOSSIBLE) {
    assert_ranges(query);
    answer = decide(asking, query, names);
    first = false;
  }
  if (answer == SEG_IMPOSSIBLE) {
    found->existence = SEG_NOBODY;
    return SEG_OK;
  }
  for (uint32_t i = 0; i < asking->count; i++)
    seg_solver_assert(solver, names[i]);
  if (answer == SEG_POSSIBLE && !first)
    status = find_witness(asking, query, &answer, error);
  if (status == SEG_OK && answer != SEG_POSSIBLE) {
    found->existence = SEG_UNPROVED;
    found->reason = out_of_budget;
  }
  return status;
}

/** On days of our time the calendar is known to the solver: a witness is found at once if there is
 * one. */
static enum seg_status ask_near(struct asking *asking, struct seg_query *query, const Z3_ast *names,
                                struct seg_error *error) {
  bool in_core[SEG_MAX_WANTED];
  memcpy(in_core, asking->in_core, sizeof in_core);
  seg_solver_push(query->solver);
  seg_solver_assert(query->solver, query->near_days);
  enum seg_status status = ask_posed(asking, query, names, error);
  seg_solver_pop(query->solver);
  memcpy(asking->in_core, in_core, sizeof in_core);
  return status;
}

static enum seg_status ask_thoroughly(struct asking *asking, struct seg_query *query,
                                      struct seg_error *error) {
  Z3_ast names[SEG_MAX_WANTED] = {NULL};
  enum seg_status status = SEG_OK;
  pose(asking, query, names);
  if (query->near_days != NULL) {
    status = ask_near(asking, query, names, error);
    // What is possible on those days but led to nobody is possible on all days.
    if (status != SEG_OK || asking->found->existence == SEG_SOMEBODY ||
        (asking->found->existence == SEG_UNPROVED && asking->found->reason != out_of_budget))
      return status;
  }
  return ask_posed(asking, query, names, error);
}

/** By the quick search alone. Undecided: it left something open. */
static enum seg_status ask_at_once(struct asking *asking, struct seg_query *query,
                                   enum seg_answer *answer, struct seg_error *error) {
  struct seg_found *found = asking->found;
  query->solver->missed = false;
  if (query->any_witness)
    return answer_quickly(asking, query, answer, error);
  enum seg_status status = ask_thoroughly(asking, query, error);
  if (status != SEG_OK)
    return status;
  *answer = SEG_POSSIBLE;
  if (found->existence == SEG_SOMEBODY && !query->solver->missed)
    return SEG_OK;
  seg_found_deinit(found);
  return answer_quickly(asking, query, answer, error);
}

/** The question about days of one kind, in a solver. */
static enum seg_status ask_solver(struct asking *asking, struct seg_solver *solver,
                                  const struct asked_days *asked, enum seg_answer *answer,
                                  struct seg_error *error) {
  struct seg_prover *prover = asking->prover;
  struct seg_query query;
  *answer = SEG_POSSIBLE;
  enum seg_status status = seg_query_init(&query, &prover->vocabulary, solver, asked->days,
                                          asked->kind, asked->conditions, asking->count, error);
  query.any_witness = prover->any_witness;
  // To find the plainest customer takes many answers about one customer.
  solver->quickly = !prover->any_witness;
  query.zone = prover->zone;
  if (status == SEG_OK && query.refused != NULL) {
    asking->found->existence = SEG_UNPROVED;
    asking->found->reason = query.refused;
  } else if (status == SEG_OK) {
    seg_solver_push(solver);
    make_terms(asking, &query);
    status = solver->quick_only ? ask_at_once(asking, &query, answer, error)
                                : ask_thoroughly(asking, &query, error);
    seg_solver_pop(solver);
  }
  if (status == SEG_OK && query.out_of_memory)
    status = seg_fail_memory(error, "the proofs");
  seg_query_deinit(&query);
  return status;
}

static enum seg_status ask_about_days(struct asking *asking, const struct asked_days *asked,
                                      struct seg_error *error) {
  struct seg_prover *prover = asking->prover;
  enum seg_answer answer;
  enum seg_status status = start(prover, error);
  if (status != SEG_OK)
    return status;
  prover->queries++;
  status = ask_solver(asking, &prover->solver, asked, &answer, error);
  if (status != SEG_OK || answer != SEG_UNDECIDED)
    return status;
  // A solver that has seen nothing before: what it finds within its budget, and which solution,
  // must not depend on other questions.
  struct seg_solver fresh;
  status = seg_solver_init(&fresh, prover->budget, error);
  if (status != SEG_OK)
    return status;
  fresh.listener = prover->listener;
  asking->found->existence = SEG_NOBODY;
  status = ask_solver(asking, &fresh, asked, &answer, error);
  prover->questions += fresh.questions;
  seg_solver_deinit(&fresh);
  return status;
}

static enum seg_status find(struct seg_prover *prover, const struct seg_wanted *wanted,
                            uint32_t count, struct seg_found *found, struct seg_error *error) {
  struct asking asking = {.prover = prover, .wanted = wanted, .count = count, .found = found};
  const struct seg_node *conditions[SEG_MAX_WANTED];
  struct seg_days days;
  memset(found, 0, sizeof *found);
  for (uint32_t i = 0; i < count; i++)
    conditions[i] = wanted[i].condition;
  if (!seg_days_find(&days, prover->program, conditions, count)) {
    seg_days_deinit(&days);
    return seg_fail_memory(error, "the proofs");
  }
  enum seg_status status = SEG_OK;
  const char *unproved = NULL;
  uint32_t doubts = 0;
  for (size_t i = 0; i < days.kinds.count && status == SEG_OK && doubts < MOST_DOUBTS; i++) {
    found->existence = SEG_NOBODY;
    struct asked_days asked = {&days, &days.kinds.items[i], conditions};
    status = ask_about_days(&asking, &asked, error);
    if (found->existence == SEG_SOMEBODY)
      break;
    doubts += found->existence == SEG_UNPROVED;
    if (found->existence == SEG_UNPROVED && unproved == NULL)
      unproved = found->reason;
  }
  if (status == SEG_OK && found->existence != SEG_SOMEBODY) {
    if (days.many && unproved == NULL)
      unproved = "its windows lie differently on too many days of the calendar";
    found->existence = unproved != NULL ? SEG_UNPROVED : SEG_NOBODY;
    found->reason = unproved;
    for (uint32_t i = 0; i < count; i++)
      if (asking.in_core[i])
        found->core[found->core_count++] = i;
  }
  seg_days_deinit(&days);
  return status;
}

enum { KINDS_TRIED = 16 };

static enum seg_status ask_always(struct seg_prover *prover, const struct seg_wanted *wanted,
                                  uint32_t count, bool *all, struct seg_error *error) {
  struct seg_found found = {0};
  struct asking asking = {.prover = prover, .wanted = wanted, .count = count, .found = &found};
  const struct seg_node *conditions[SEG_MAX_WANTED];
  struct seg_days days;
  *all = true;
  for (uint32_t i = 0; i < count; i++)
    conditions[i] = wanted[i].condition;
  if (!seg_days_find(&days, prover->program, conditions, count)) {
    seg_days_deinit(&days);
    return seg_fail_memory(error, "the proofs");
  }
  enum seg_status status = SEG_OK;
  size_t kinds = days.calendar ? days.kinds.count : 0;
  size_t step = kinds <= KINDS_TRIED ? 1 : kinds / KINDS_TRIED;
  for (size_t i = 0; i < kinds && status == SEG_OK && *all; i += step) {
    found = (struct seg_found){.existence = SEG_NOBODY};
    struct asked_days asked = {&days, &days.kinds.items[i], conditions};
    status = ask_about_days(&asking, &asked, error);
    *all = status != SEG_OK || found.existence != SEG_NOBODY;
    seg_found_deinit(&found);
  }
  seg_days_deinit(&days);
  return status;
}

/** The answer of an earlier run, if there is one that can be believed. */
static enum seg_status recall(struct seg_prover *prover, struct seg_proof_key key,
                              const struct seg_wanted *wanted, uint32_t count, bool *known,
                              struct seg_found *found, struct seg_error *error) {
  struct seg_str record;
  *known = seg_proof_cache_get(prover->cache, key, &record) &&
           seg_proof_record_read(prover->program, record, count, found);
  if (!*known || found->existence != SEG_SOMEBODY)
    return SEG_OK;
  enum seg_status status = try_out(prover->program, wanted, count, &found->witness, known, error);
  if (status != SEG_OK || !*known)
    seg_found_deinit(found);
  return status;
}

static void keep(struct seg_prover *prover, struct seg_proof_key key,
                 const struct seg_found *found) {
  struct seg_str record = seg_proof_record_write(prover->program, found);
  if (record.data != NULL)
    seg_proof_cache_put(prover->cache, key, record);
  free((char *)record.data);
}

/** Kept as "nobody" where it holds on some days only, and else as unproved. */
enum seg_status seg_prover_holds_always(struct seg_prover *prover, const struct seg_wanted *wanted,
                                        uint32_t count, bool *all, struct seg_error *error) {
  struct seg_proof_key key;
  struct seg_found found = {0};
  bool known = false;
  prover->asks_always = true;
  bool kept = prover->cache != NULL && seg_proof_key_of(prover, wanted, count, &key);
  prover->asks_always = false;
  enum seg_status status = SEG_OK;
  if (kept)
    status = recall(prover, key, wanted, count, &known, &found, error);
  *all = known && found.existence == SEG_UNPROVED;
  if (known || status != SEG_OK)
    return status;
  status = ask_always(prover, wanted, count, all, error);
  found = (struct seg_found){.existence = *all ? SEG_UNPROVED : SEG_NOBODY, .reason = "always"};
  if (status == SEG_OK && kept)
    keep(prover, key, &found);
  return status;
}

static enum seg_status find_or_recall(struct seg_prover *prover, const struct seg_wanted *wanted,
                                      uint32_t count, struct seg_found *found,
                                      struct seg_error *error) {
  struct seg_proof_key key;
  bool known = false;
  seg_vocabulary_trim(&prover->vocabulary);
  memset(found, 0, sizeof *found);
  if (prover->cache == NULL || !seg_proof_key_of(prover, wanted, count, &key))
    return find(prover, wanted, count, found, error);
  enum seg_status status = recall(prover, key, wanted, count, &known, found, error);
  if (status != SEG_OK || known)
    return status;
  status = find(prover, wanted, count, found, error);
  if (status == SEG_OK)
    keep(prover, key, found);
  return status;
}

static double processor_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

enum seg_status seg_prover_find(struct seg_prover *prover, const struct seg_wanted *wanted,
                                uint32_t count, struct seg_found *found, struct seg_error *error) {
  struct seg_slowest_question *slowest = prover->slowest;
  if (slowest == NULL)
    return find_or_recall(prover, wanted, count, found, error);
  enum seg_status status = start(prover, error); // is no part of the question
  if (status != SEG_OK)
    return status;
  double begin = processor_seconds();
  status = find_or_recall(prover, wanted, count, found, error);
  double seconds = processor_seconds() - begin;
  if (seconds <= slowest->seconds)
    return status;
  slowest->seconds = seconds;
  slowest->existence = found->existence;
  slowest->count = count;
  for (uint32_t i = 0; i < count; i++)
    slowest->parts[i] = (struct seg_asked_part){wanted[i].condition->span, wanted[i].negated};
  return status;
}

bool seg_prover_remembers(struct seg_prover *prover, const struct seg_wanted *wanted,
                          uint32_t count) {
  struct seg_proof_key key;
  struct seg_str record;
  return prover->cache != NULL && seg_proof_key_of(prover, wanted, count, &key) &&
         seg_proof_cache_get(prover->cache, key, &record);
}

void seg_prover_keep(struct seg_prover *prover, const struct seg_wanted *wanted, uint32_t count,
                     const struct seg_found *found) {
  struct seg_proof_key key;
  if (prover->cache != NULL && seg_proof_key_of(prover, wanted, count, &key))
    keep(prover, key, found);
}
