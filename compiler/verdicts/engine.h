/**
 * What the files of this room share: the questions that are asked and the verdicts so far. Private
 * to compiler/verdicts.
 */
#ifndef SEG_COMPILER_VERDICTS_ENGINE_H
#define SEG_COMPILER_VERDICTS_ENGINE_H

#include "compiler/prove/linear.h"
#include "compiler/verdicts/boxes.h"
#include "compiler/verdicts/circuit.h"
#include "compiler/verdicts/pool.h"
#include "compiler/verdicts/verdicts.h"

/** What is known of one segment. */
struct seg_judged {
  bool bundled;         // of a module that comes with segc
  bool never, possible; // proved, or a customer is known; neither: unproved
  bool always;
  uint32_t
      same_as; // the first segment in the source that means the same; itself when there is none
};

/** How two segments stand to each other; kept for each pair. */
enum seg_meeting { SEG_NOT_ASKED, SEG_DISJOINT, SEG_MEETING, SEG_MEETING_UNKNOWN };

struct seg_engine {
  const struct seg_program *program;
  struct seg_verdict_options options;
  struct seg_verdicts *verdicts;
  struct seg_prover prover;
  struct seg_arena arena; // also of conditions that are made for a question
  struct seg_judged *segments;
  struct seg_circuit circuit;
  struct seg_boxes boxes;
  struct seg_pool pool;      // only when questions are pruned
  struct seg_linear *linear; // of all atoms; see seg_engine_refute
  bool linear_made;
  struct seg_takers *takers; // of each segment; takers.c
  uint8_t *meetings;         // enum seg_meeting of a < b, at b * (b - 1) / 2 + a
  uint8_t *ahead;            // in the same order, see ahead.h; or NULL
  struct seg_error *error;
};

/** Whether there is such a customer, without one to show. */
struct seg_answered {
  enum seg_existence existence;
  const char *reason;  // UNPROVED
  uint32_t core_count; // NOBODY: wanted conditions that contradict each other already
  uint32_t core[SEG_MAX_WANTED];
};

/** recall.c: what is known without a question about whole rules; nothing when `unpruned`. */
SEG_NODISCARD enum seg_status seg_engine_learn(struct seg_engine *engine);
void seg_engine_forget(struct seg_engine *engine);
SEG_NODISCARD enum seg_status seg_engine_recall(struct seg_engine *engine,
                                                const struct seg_wanted *wanted, uint32_t count,
                                                struct seg_answered *answered, bool *known);

/** Atoms of one component. */
struct seg_signs {
  uint32_t count;
  seg_atom_sign signs[SEG_MAX_CUBE_SIGNS];
};

/** What is known of a question: somebody; nothing that a question about one part would add to; or
 * it is open, and a part is to be asked about first. */
enum seg_recalled { SEG_RECALLED_SOMEBODY, SEG_RECALLED_SETTLED, SEG_RECALLED_OPEN };
SEG_NODISCARD enum seg_status seg_engine_look(struct seg_engine *engine,
                                              const struct seg_wanted *wanted, uint32_t count,
                                              enum seg_recalled *recalled, struct seg_signs *part);
/** Ask about a part; whatever the answer is, it is remembered. */
SEG_NODISCARD enum seg_status seg_engine_ask_part(struct seg_engine *engine,
                                                  const struct seg_signs *part,
                                                  struct seg_answered *answered);
/** Is it certain, without a question, that nobody has these atoms? Then a contradiction of few of
 * them is remembered, with the loosest limits that it holds for. */
SEG_NODISCARD enum seg_status seg_engine_refute(struct seg_engine *engine,
                                                const seg_atom_sign *signs, uint32_t count,
                                                bool *refuted);
/** solution.c: after that, when nobody was refuted: a customer for whom the inequalities hold joins
 * the pool, if one is at hand. Nothing is said of what is no inequality. */
SEG_NODISCARD enum seg_status seg_engine_take_solution(struct seg_engine *engine);
/** Both of these, for atoms of one component along chains: SOMEBODY when a customer is known then,
 * UNPROVED when it must be asked. */
SEG_NODISCARD enum seg_status seg_engine_settle(struct seg_engine *engine,
                                                const seg_atom_sign *signs, uint32_t count,
                                                enum seg_existence *existence);
/** Atoms as conditions: `wanted` has room for `count`. */
void seg_engine_want_signs(const struct seg_engine *engine, const seg_atom_sign *signs,
                           uint32_t count, struct seg_wanted *wanted);

/** Is there certainly somebody? Asks nobody; no says nothing. */
SEG_NODISCARD enum seg_status seg_engine_knows(struct seg_engine *engine,
                                               const struct seg_wanted *wanted, uint32_t count,
                                               bool *known);

/** Where the solver finds nobody and no proof: a customer out of those who are known, if possible.
 */
SEG_NODISCARD enum seg_status seg_engine_put_together(struct seg_engine *engine,
                                                      const struct seg_wanted *wanted,
                                                      uint32_t count, struct seg_found *found);

/** engine.c: ask the solver; a customer whom it finds joins the pool. */
SEG_NODISCARD enum seg_status seg_engine_ask(struct seg_engine *engine,
                                             const struct seg_wanted *wanted, uint32_t count,
                                             struct seg_answered *answered);

/** A customer who was found joins the pool. */
SEG_NODISCARD enum seg_status seg_engine_take_customer(struct seg_engine *engine,
                                                       struct seg_found *found);

/** Asks what is known before it asks the solver. */
SEG_NODISCARD enum seg_status seg_engine_exists(struct seg_engine *engine,
                                                const struct seg_wanted *wanted, uint32_t count,
                                                struct seg_answered *answered);

/** A customer: the one to be shown, or any. `found` belongs to the caller. */
SEG_NODISCARD enum seg_status seg_engine_find(struct seg_engine *engine,
                                              const struct seg_wanted *wanted, uint32_t count,
                                              bool shown, struct seg_found *found);
/** The one to be shown, of the solver alone. */
SEG_NODISCARD enum seg_status seg_engine_find_plainest(struct seg_engine *engine,
                                                       const struct seg_wanted *wanted,
                                                       uint32_t count, struct seg_found *found);

/**
 * Out of conditions that contradict each other, take one after the other from the last to number
 * `fixed` for as long as the rest still does. `known` is the answer that says so. What is left is
 * minimal, and the same whatever core the solver named.
 */
SEG_NODISCARD enum seg_status seg_engine_shrink(struct seg_engine *engine,
                                                struct seg_wanted *wanted, uint32_t fixed,
                                                uint32_t *count, const struct seg_answered *known);

enum seg_meeting seg_engine_meeting(const struct seg_engine *engine, uint32_t a, uint32_t b);
void seg_engine_note_meeting(struct seg_engine *engine, uint32_t a, uint32_t b,
                             enum seg_meeting meeting);

/** Is the place in a module that comes with segc? */
bool seg_engine_is_bundled(const struct seg_engine *engine, struct seg_span span);

/** A verdict of a kind, with everything else absent. */
struct seg_verdict seg_verdict_of(enum seg_verdict_kind kind, uint32_t segment, uint32_t other);
struct seg_verdict seg_verdict_of_chain(enum seg_verdict_kind kind, uint32_t segment,
                                        uint32_t chain);
/** Add it; a witness is moved out of `found` when it has one (and NULL is none). */
SEG_NODISCARD enum seg_status seg_engine_add(struct seg_engine *engine, struct seg_verdict verdict,
                                             struct seg_found *found);
/** Does the verdict, which has a witness for these conditions, hold on some days only? */
SEG_NODISCARD enum seg_status seg_engine_find_days(struct seg_engine *engine,
                                                   const struct seg_wanted *wanted, uint32_t count,
                                                   struct seg_verdict *verdict);

/** Move the witness of `found`, when it has one, into the verdict. */
SEG_NODISCARD enum seg_status seg_engine_keep_witness(struct seg_engine *engine,
                                                      struct seg_verdict *verdict,
                                                      struct seg_found *found);
/** The question of `verdict` has no answer. */
SEG_NODISCARD enum seg_status
seg_engine_add_unproved(struct seg_engine *engine, struct seg_verdict verdict, const char *reason);
SEG_NODISCARD enum seg_status seg_engine_no_memory(struct seg_engine *engine);

/** singles.c: rules that never match, or always. */
SEG_NODISCARD enum seg_status seg_judge_singles(struct seg_engine *engine);
/** pairs.c: rules that meet, that lie inside each other. */
SEG_NODISCARD enum seg_status seg_judge_pairs(struct seg_engine *engine);
/** pairs.c: overlaps that are declared and do not exist. */
SEG_NODISCARD enum seg_status seg_judge_declared(struct seg_engine *engine);
/** pairs.c: the customer to be shown for two rules that meet. */
SEG_NODISCARD enum seg_status seg_find_pair_witness(struct seg_engine *engine,
                                                    struct seg_verdict *verdict);
/** chains.c: hidden members, gaps, chains that order nothing. */
SEG_NODISCARD enum seg_status seg_judge_chains(struct seg_engine *engine);
/** redundant.c: parts of rules that change nothing. */
SEG_NODISCARD enum seg_status seg_judge_redundant(struct seg_engine *engine);

#endif
