/**
 * What the files about missing values share; private to them. See missing.c.
 */
#ifndef SEG_COMPILER_SEMA_MISSING_H
#define SEG_COMPILER_SEMA_MISSING_H

#include "compiler/sema/check.h"

/** Facts [begin, end), which the part at hand gave itself. */
struct seg_own_facts {
  size_t begin, end;
};

struct seg_missing_walk {
  struct seg_check *check;
  const struct seg_program_entity *entity; // whose columns are meant
  struct seg_node *rule;                   // of a segment: what is not guarded is a doubt; or NULL
  // A stack: the facts of all parts are pushed, each part walked, all popped.
  SEG_VEC(const struct seg_node *) facts;
  SEG_VEC(struct seg_own_facts) own; // of the parts that the walk is in: nobody vouches for himself
  bool right;
};

/** What the walk carries down. */
struct seg_missing_position {
  const struct seg_node *negation; // the innermost `not`, `at_most` or `exactly` above, or NULL
  unsigned negations;              // how many are above
  const struct seg_node *atom;     // inside a computed condition: the condition that asks for it
  const struct seg_node *shown; // inside a computed condition: what is negated in the rule itself
  bool shown_inverted;
  bool counted; // below `at_most` or `exactly`: neither holding nor not holding takes customers in
};

// missing_facts.c

/** Push the facts of a condition that is true, or false. `outright`: only what is said outright. */
typedef void (*seg_learn_function)(struct seg_missing_walk *walk, const struct seg_node *node,
                                   bool outright);
void seg_learn_true(struct seg_missing_walk *walk, const struct seg_node *node, bool outright);
void seg_learn_false(struct seg_missing_walk *walk, const struct seg_node *node, bool outright);
/** Is a value known here, or an aggregate not zero? */
bool seg_is_fact(const struct seg_missing_walk *walk, const struct seg_node *node);
/** The innermost value that may be missing here, or NULL when the value is known. */
const struct seg_node *seg_unknown_part(const struct seg_missing_walk *walk,
                                        const struct seg_node *node);
/** What a column is computed from, NULL when it is read. */
struct seg_node *seg_computed_from(const struct seg_missing_walk *walk,
                                   const struct seg_node *node);

// missing_report.c

/**
 * `value` may be missing in the condition `node`: an error, or in the rule of a segment a doubt.
 * Shown is what the position shows, which itself stands below a negation when that is inverted:
 * there, what the condition leaves out is taken in.
 */
void seg_report_missing(struct seg_missing_walk *walk, const struct seg_missing_position *at,
                        struct seg_node *node, const struct seg_node *value);

#endif
