/**
 * What the files about chains share. Private to compiler/verdicts.
 */
#ifndef SEG_COMPILER_VERDICTS_CHAINS_H
#define SEG_COMPILER_VERDICTS_CHAINS_H

#include "compiler/verdicts/walk.h"
#include "runtime/base/siphash.h"

/** Where a candidate stands in a question that grows. */
enum seg_candidate { SEG_CANDIDATE_OUT, SEG_CANDIDATE_MET, SEG_CANDIDATE_KEPT };

/**
 * Is there somebody whom a rule takes, if there is one, and no candidate? At first nobody is asked
 * about the candidates: one that takes the customer who was found is met, and the question is asked
 * again. So the answer is about all of them, and the questions about few.
 */
struct seg_escape {
  struct seg_engine *engine;
  const struct seg_program_chain *chain; // of all candidates, or NULL when that is not known
  uint32_t taken_by;                     // a segment, or SEG_ABSENT
  const uint32_t *candidates;            // segments, in the order of the chain
  uint32_t count;
  enum seg_candidate *states; // of each candidate
  bool *core;                 // after NOBODY: those that are enough
  bool by_clauses;            // it is asked along the clauses of rules, else of the solver
  bool plainest;              // of the solver: the customer who is to be shown
  uint32_t most;              // conditions of one question to the solver; usual: SEG_MAX_WANTED
  const char *reason;         // UNPROVED
  // Scratch.
  struct seg_walk walk;
  bool walks;        // there is one
  bool grown;        // candidates were met that the walk does not have
  uint32_t *members; // those that are asked about, and where they stand
  uint32_t *places;
  bool *member_core;
  const uint64_t **left_by;
};

/** For questions about so many candidates, which `candidates` has room for. SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status seg_escape_init(struct seg_escape *escape, struct seg_engine *engine,
                                              const uint32_t *candidates, uint32_t most);
void seg_escape_deinit(struct seg_escape *escape);

/** So many candidates are asked about at once; of more, few at first. */
uint32_t seg_escape_at_once(const struct seg_escape *escape);

/** A question about the first candidates; nobody is met yet. */
void seg_escape_begin(struct seg_escape *escape, uint32_t taken_by, uint32_t count,
                      bool by_clauses);

/** Of the candidates before `limit` and those that are kept. `found` has the customer when the
 * solver was asked; it belongs to the caller. */
SEG_NODISCARD enum seg_status seg_escape_ask(struct seg_escape *escape, uint32_t limit,
                                             enum seg_existence *existence,
                                             struct seg_found *found);

/** hiders.c: of members that hide a segment together, those that a proof by ranges of values alone
 * needs, when there is one: a smaller set that depends on the rules only. In their order. */
SEG_NODISCARD enum seg_status seg_choose_hiders(struct seg_engine *engine, uint32_t segment,
                                                uint32_t *candidates, uint32_t *count);

/** hiders.c: nobody escapes: keep a minimal set of candidates of whom that is true already, found
 * by deletion, the last first. `*minimal` is false when some stay because it could not be found out
 * whether they are needed. */
SEG_NODISCARD enum seg_status seg_escape_shrink(struct seg_escape *escape, bool *minimal);

/**
 * Verdicts about the members of a chain, kept from earlier runs: of a member whose rule, and all
 * rules that are declared or stand in the chain before it, mean what they meant then.
 */
struct seg_chain_memory {
  struct seg_engine *engine;
  bool used;
  struct seg_siphash states[2]; // of all that was met
  uint32_t declared;            // segments that are in them
};

/** `others`: so many numbers of segments, as bytes. */
struct seg_known_member {
  bool hidden, fewer;
  uint32_t count;
  const char *others;
};

void seg_chain_memory_begin(struct seg_chain_memory *memory, struct seg_engine *engine);
/** The next member: what is got, and the key, is about it from now on. */
void seg_chain_memory_meet(struct seg_chain_memory *memory, uint32_t segment);
bool seg_chain_memory_get(const struct seg_chain_memory *memory, struct seg_known_member *known);
/** Under which the verdict about the member is kept. */
struct seg_proof_key seg_chain_memory_key(const struct seg_chain_memory *memory);
void seg_chain_memory_keep(struct seg_chain_memory *memory, struct seg_proof_key key, bool hidden,
                           bool fewer, const uint32_t *others, uint32_t count);

// Of longer chains a customer whom nobody takes is put together at once, in case no other is found.
enum { SEG_SHORT_CHAIN = 64 };

/** hidden.c: members that never win. `*left` tells whether somebody is left by all; of a chain that
 * is not short, `found` has such a customer if possible. It belongs to the caller. */
SEG_NODISCARD enum seg_status seg_judge_hidden(struct seg_engine *engine, uint32_t chain,
                                               enum seg_existence *left, struct seg_found *found);

#endif
