/**
 * The one question behind all verdicts: is there a customer, on some day, for whom these conditions
 * hold and those do not?
 *
 * "No" is a proof. "Yes" comes with a witness that the reference evaluator accepted. Everything
 * else is unproved, with the reason in words that follow "because".
 */
#ifndef SEG_COMPILER_PROVE_PROVER_H
#define SEG_COMPILER_PROVE_PROVER_H

#include "compiler/prove/proof_cache.h"
#include "compiler/prove/witness.h"

enum {
  SEG_MAX_WANTED = 256,
  // Most questions take a tenth of it; what takes more seldom comes to an end with a hundred times
  // as much.
  SEG_PROVE_USUAL_BUDGET = 300000,
};

/** A condition over the customer that must hold, or must not. */
struct seg_wanted {
  const struct seg_node *condition;
  bool negated;
};

enum seg_existence { SEG_NOBODY, SEG_SOMEBODY, SEG_UNPROVED };

struct seg_found {
  enum seg_existence existence;
  const char *reason;         // UNPROVED
  struct seg_witness witness; // SOMEBODY
  uint32_t core_count;        // NOBODY: the wanted conditions that contradict each other
  uint32_t core[SEG_MAX_WANTED];
};

/** The question that took the processor longest, for measuring. */
struct seg_slowest_question {
  double seconds;
  enum seg_existence existence;
  uint32_t count;
  struct seg_asked_part {
    struct seg_span place; // of a condition
    bool negated;
  } parts[SEG_MAX_WANTED];
};

struct seg_prover {
  const struct seg_program *program;
  unsigned budget;  // of the solver, for each question
  bool any_witness; // set it when some customer is enough; else the plainest is looked for
  bool asks_always; // during seg_prover_holds_always: another question of the same conditions
  struct seg_zone *zone;
  const struct seg_solver_listener *listener; // NULL, or set it for tests
  struct seg_proof_cache *cache;              // of earlier runs, or NULL; reasons may live in it
  struct seg_slowest_question *slowest;       // NULL, or kept when a question takes longer
  struct seg_vocabulary vocabulary;
  struct seg_solver solver;
  bool started;
  uint32_t queries; // since the solver was started
  uint64_t questions;
};

void seg_prover_init(struct seg_prover *prover, const struct seg_program *program, unsigned budget);
void seg_prover_deinit(struct seg_prover *prover);

/** Conditions are of the program; at most SEG_MAX_WANTED. `found` belongs to the caller
 * (seg_found_deinit). SEG_OUT_OF_MEMORY, SEG_INTERNAL. */
SEG_NODISCARD enum seg_status seg_prover_find(struct seg_prover *prover,
                                              const struct seg_wanted *wanted, uint32_t count,
                                              struct seg_found *found, struct seg_error *error);
void seg_found_deinit(struct seg_found *found);

/** Does the cache have an answer? */
bool seg_prover_remembers(struct seg_prover *prover, const struct seg_wanted *wanted,
                          uint32_t count);
/** Put an answer into the cache, that another prover of the program gave; not without memory. */
void seg_prover_keep(struct seg_prover *prover, const struct seg_wanted *wanted, uint32_t count,
                     const struct seg_found *found);

/** Where windows of the calendar lie differently, is there a kind of as-of days with nobody? `*all`
 * is false when one was found. Asks about a limited number of kinds, spread over all. */
SEG_NODISCARD enum seg_status seg_prover_holds_always(struct seg_prover *prover,
                                                      const struct seg_wanted *wanted,
                                                      uint32_t count, bool *all,
                                                      struct seg_error *error);

#endif
