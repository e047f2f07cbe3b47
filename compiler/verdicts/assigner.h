/**
 * Truth values for variables, so that all clauses hold: a search that learns a clause from every
 * dead end, as N. Eén and N. Sörensson describe it (An Extensible SAT-solver, 2003). Private to
 * compiler/verdicts.
 *
 * Nothing is drawn and work is counted in steps: the same clauses and questions in the same order
 * get the same answers. What was learned stays for the next question.
 */
#ifndef SEG_COMPILER_VERDICTS_ASSIGNER_H
#define SEG_COMPILER_VERDICTS_ASSIGNER_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/vec.h"

/** A variable that must hold: 2 * its number; that must not: one more. */
typedef uint32_t seg_sign;

enum seg_assigned { SEG_ASSIGNED_ALL, SEG_ASSIGNED_NONE, SEG_ASSIGNED_GAVE_UP };

struct seg_watch {
  uint32_t clause : 31; // its place in the words
  uint32_t of_two : 1;  // it has no signs but this one and the other
  seg_sign other;       // of the clause: while it holds, there is nothing to do
};

struct seg_watches {
  SEG_VEC(struct seg_watch) list;
};

struct seg_assigner_variable {
  bool decided;    // it is given a value when nothing else gives it one
  bool liked;      // which value it is given: the last one that it had
  bool kept;       // the last one that was worth keeping
  bool seen;       // scratch
  uint32_t level;  // at which decision it got its value
  uint32_t reason; // the clause that gave it, or none
  uint32_t place;  // in the heap
  double activity; // how often it stood in dead ends of late
};

struct seg_assigner {
  SEG_VEC(struct seg_assigner_variable) variables;
  SEG_VEC(uint8_t) values;             // of each sign: 0 open, 1 it holds, 2 it does not
  SEG_VEC(struct seg_watches) watches; // of each sign: clauses to look at when it holds
  SEG_VEC(uint32_t) words;             // the clauses: count, whether it was learned, signs
  SEG_VEC(seg_sign) trail;             // what holds, in the order in which it was found out
  SEG_VEC(uint32_t) levels;            // where in the trail each decision stands
  SEG_VEC(uint32_t) heap;              // variables that may be decided, the most active on top
  SEG_VEC(seg_sign) learned;           // scratch: a clause
  SEG_VEC(seg_sign) core;              // after NONE: assumptions that cannot hold together
  size_t propagated;                   // of the trail
  uint32_t learned_count, learned_limit;
  double bump;
  bool impossible; // whatever is assumed
  bool out_of_memory;
  uint64_t steps; // all that were taken
};

void seg_assigner_init(struct seg_assigner *assigner);
void seg_assigner_deinit(struct seg_assigner *assigner);

/** A new variable. Functions do nothing from the first one on that has no memory: look at
 * `out_of_memory` in the end. */
uint32_t seg_assigner_add_variable(struct seg_assigner *assigner);
/** From now on an answer says whether it holds. */
void seg_assigner_decide(struct seg_assigner *assigner, uint32_t variable);
/** At least one of the signs must hold. Values of an answer stay, as far as they can, only when
 * none of the signs held there. */
void seg_assigner_add(struct seg_assigner *assigner, const seg_sign *signs, uint32_t count);

/** Values for all variables that are decided, with these assumptions; or NONE and the core. GAVE_UP
 * after so many steps. */
enum seg_assigned seg_assigner_ask(struct seg_assigner *assigner, const seg_sign *assumptions,
                                   uint32_t count, uint64_t steps);
/** The same question again, from where it stands now that there are more clauses. */
enum seg_assigned seg_assigner_ask_again(struct seg_assigner *assigner, const seg_sign *assumptions,
                                         uint32_t count, uint64_t steps);

/** Values that are given are those of now, when this is an answer ALL; or go back to those that
 * were kept before. */
void seg_assigner_keep_values(struct seg_assigner *assigner);
void seg_assigner_like_kept(struct seg_assigner *assigner);

/** After ALL, until the next call of anything else. */
static inline bool seg_assigner_holds(const struct seg_assigner *assigner, seg_sign sign) {
  return assigner->values.items[sign] == 1;
}

#endif
