/**
 * One random project under attack: questions to the prover, or the verdicts about the project, and
 * customers who refute them.
 *
 * "Nobody" is refuted by any customer in the crowd; the conditions that are said to contradict each
 * other are tried alone, so that a core that is too small shows, too. "Somebody" is refuted by
 * compiled rules that do not take the witness. Where the prover found nothing out and the crowd
 * did, that is counted with the prover's reason.
 */
#ifndef SEG_TESTS_PROVER_ATTACK_H
#define SEG_TESTS_PROVER_ATTACK_H

#include "compiler/verdicts/verdicts.h"
#include "tests/differential/model.h"
#include "tests/prover/census.h"

enum project_kind {
  PROJECT_TYPICAL, // rules of a shop, a random crowd
  PROJECT_VARIED,  // rules of the differential test, a random crowd
  PROJECT_SMALL,   // a small world, searched to its end
  PROJECT_KINDS,
};

enum attack_mode {
  ASK_QUESTIONS, // of the prover, one at a time
  ASK_VERDICTS,  // about the whole project
  ASK_TWICE,     // verdicts in several ways: agree.h
  ASK_ORDERS,    // the same questions in several orders: orders.h
  ASK_SECOND,    // a second solver: second_solver.h
  ASK_MODES,
};

/** What is planted, so that the attack can be seen to find it. Each in every project where it can
 * be. */
enum fault {
  FAULT_NONE,
  FAULT_PROOF,   // questions: the first customer who is found becomes a proof that there is nobody
  FAULT_CORE,    // questions: the first contradiction of two conditions is said to be one's
  FAULT_WITNESS, // questions, verdicts: the first witness is said not to fulfil its last condition
  FAULT_SILENCE, // verdicts, twice: the first verdict that two segments overlap is lost
  FAULT_ANSWER,  // orders, cvc5: one answer is changed
  FAULT_KINDS,
};

struct attack_options {
  enum attack_mode mode;
  enum fault fault;
  uint32_t segments, questions; // at most, for each project
  int64_t customers;            // for each project
  unsigned budget;              // of the prover
};

enum { MAX_REASONS = 60, REASON_SIZE = 112 };

struct reason_count {
  char reason[REASON_SIZE];
  uint64_t count, exists; // of them: the crowd has such a customer
};

enum failure_kind { NO_FAILURE, FAILURE_REFUTED, FAILURE_WITNESS };

/** What was wrong first. */
struct failure {
  enum failure_kind kind;
  char claim[120]; // of verdicts
  char question[600];
  uint32_t part_count;
  struct asked_part parts[MAX_PARTS];
};

/** Lives in memory that processes share: no pointers. */
struct attack_tally {
  uint64_t projects, refused, overflowed, complete; // complete: small worlds searched to their end
  uint64_t witness_overflows;
  uint64_t customers, questions, nobody, somebody, unproved, lost;
  uint64_t verdicts[SEG_VERDICT_KIND_COUNT];
  uint64_t digest;                                   // of the answers in order
  uint64_t second_sat, second_unsat, second_unknown; // answers of another solver
  double seconds_prover, seconds_crowd, seconds_run;
  struct reason_count reasons[MAX_REASONS];
  uint32_t reason_count;
  enum project_kind running_kind;
  uint64_t running_seed;
  bool finished, failed;
};

/** Of attacks that were written by hand: one file of rules. As attack_project, but a text that is
 * refused is wrong. */
bool attack_rules(const char *text, uint64_t seed, const struct attack_options *options,
                  struct attack_tally *tally, struct failure *failure, struct data *customer);

void attack_generate(struct model *model, enum project_kind kind, uint64_t seed,
                     const struct attack_options *options);

/**
 * False when something is wrong: `failure` says what, and for a refuted proof `customer`, when it
 * is not NULL, is initialised with the rows that refute it.
 */
bool attack_project(struct model *model, enum project_kind kind, uint64_t seed,
                    const struct attack_options *options, struct attack_tally *tally,
                    struct failure *failure, struct data *customer);

void attack_join(struct attack_tally *sum, const struct attack_tally *tally);
void attack_print(const struct attack_tally *tally);

#endif
