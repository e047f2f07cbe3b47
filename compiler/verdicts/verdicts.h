/**
 * What proofs say about a whole project: which rules meet, hide each other, never match.
 *
 * A verdict is a fact with its place in the program; words are for the commands that show it. Every
 * negative statement (never, hidden, inside, redundant, stale) is a proof for all as-of days from
 * 1990 to 2100; every positive one (overlap, gap) stands on a customer whom the reference evaluator
 * accepted. What is neither is UNPROVED, never silent.
 *
 * The same program gives the same verdicts in the same order. Pruning changes none of them, but
 * that it may decide what the solver alone leaves unproved.
 */
#ifndef SEG_COMPILER_VERDICTS_VERDICTS_H
#define SEG_COMPILER_VERDICTS_VERDICTS_H

#include <stdatomic.h>

#include "compiler/diag/source_map.h"
#include "compiler/prove/prover.h"
#include "compiler/sema/program.h"

enum seg_verdict_kind {
#define SEG_VERDICT(name, printed) SEG_VERDICT_##name,
#include "compiler/verdicts/verdict_kinds.def"
#undef SEG_VERDICT
  SEG_VERDICT_KIND_COUNT
};

enum { SEG_ABSENT = UINT32_MAX };

struct seg_verdict {
  enum seg_verdict_kind kind;
  enum seg_verdict_kind asked;    // UNPROVED: what was to be found out; otherwise the kind
  uint32_t segment, other, chain; // indexes into the program, SEG_ABSENT when they say nothing
  uint32_t other_count;
  uint32_t *others;
  bool fewer; // HIDDEN: fewer of them may be enough; else they are a minimal set
  uint32_t clause_count;
  const struct seg_node **clauses;
  const char *reason; // UNPROVED: words that follow "because"
  // Positive verdicts: true on some as-of days and false on others, because of windows of the
  // calendar. Negative ones hold on all days.
  bool some_days;
  struct seg_witness *witness; // or NULL
};

/** Of the whole project, for a summary; bundled modules' own segments among each other left out. */
struct seg_verdict_counts {
  uint64_t pairs;            // of segments that can match at all
  uint64_t disjoint;         // of those: proved to have no common customer
  uint64_t meeting;          // have one
  uint64_t declared_meeting; // of those: in a chain, or `overlap`
  uint64_t may_overlap;      // declared with `overlap`, and not proved disjoint
  uint64_t unproved_pairs;
  uint64_t kinds[SEG_VERDICT_KIND_COUNT]; // verdicts of each kind
  // How the answers were found.
  uint64_t questions; // that reached the solver
  uint64_t pool_hits; // that a known customer answered
  uint64_t box_hits;  // that ranges of values answered
  uint64_t steps;     // of the search along chains
};

struct seg_verdict_options {
  const struct seg_source_map *map; // tells bundled modules; NULL: everything is the project's
  unsigned budget;                  // of the solver, for each question; 0: the usual one
  unsigned threads;                 // 0: as many as the machine has; the verdicts are the same
  uint32_t witnesses;               // how many undeclared overlaps get a customer to show; 0: 50
  uint32_t whole_chain;             // for tests: longer chains are asked about bit by bit; 0: usual
  bool unpruned;                  // ask the solver everything: for tests; the verdicts are the same
  struct seg_proof_cache *cache;  // answers of earlier runs, or NULL; it outlives the verdicts
  const atomic_bool *interrupted; // asked before every question; may be NULL
  struct seg_slowest_question *slowest; // for measuring; zero-initialised; may be NULL
};

struct seg_verdicts {
  SEG_VEC(struct seg_verdict) items; // by the order of segments in the source, then by kind
  struct seg_verdict_counts counts;
  struct seg_arena arena;
};

/** The program has no errors. `verdicts` belongs to the caller (seg_verdicts_deinit), also after a
 * failure. SEG_OUT_OF_MEMORY, SEG_INTERRUPTED, SEG_INTERNAL. */
SEG_NODISCARD enum seg_status seg_verdicts_find(const struct seg_program *program,
                                                const struct seg_verdict_options *options,
                                                struct seg_verdicts *verdicts,
                                                struct seg_error *error);
void seg_verdicts_deinit(struct seg_verdicts *verdicts);

/** "overlap", "never": for dumps and tests. */
const char *seg_verdict_kind_name(enum seg_verdict_kind kind);

#endif
