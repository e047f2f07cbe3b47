/**
 * What the files of the quick search share: the state of one question. Private to compiler/prove;
 * see quick.h.
 */
#ifndef SEG_COMPILER_PROVE_QUICK_SEARCH_H
#define SEG_COMPILER_PROVE_QUICK_SEARCH_H

#include "compiler/prove/quick.h"
#include "compiler/prove/simplex.h"

enum { SEG_QUICK_STEPS = 1000, SEG_QUICK_UNSET = 2 };

// How strict inequalities of fractional values are taken: too strictly, or not strictly at all. A
// solution of the one is right, and so is none of the other.
enum seg_strictness { SEG_TOO_STRICT, SEG_NOT_STRICT };

/** Something to be taken back. */
struct seg_quick_change {
  enum { SEG_TRUTH_SET, SEG_CHOICE_DONE } kind;
  uint32_t number;
};

/** Of a variable of the terms, in this question. */
struct seg_quick_seen {
  uint32_t stamp;
  uint32_t simplex;  // its number there, SEG_QUICK_NONE
  uint8_t truth;     // 0, 1, SEG_QUICK_UNSET
  seg_decisions why; // it is so
};

/** An alternative that must be gone into unless it holds already. */
struct seg_quick_choice {
  seg_quick_literal literal;
  bool done;
  seg_decisions why; // it must be
};

/** Something to be asserted. */
struct seg_quick_demand {
  seg_quick_literal literal;
  seg_decisions why;
};

/** Of a variable, in the last solution. */
struct seg_quick_solved {
  bool seen; // in that question
  bool truth;
  struct seg_ratio value;
};

/** How far a question has come. */
struct seg_quick_mark {
  size_t changes, choices, bounds, settled;
  struct seg_quick_traces moved;
};

/** What was asserted when the search knew so many facts. */
struct seg_quick_stage {
  size_t facts, definitions;
  struct seg_quick_mark mark;
};

struct seg_quick {
  struct seg_quick_terms terms;
  struct seg_simplex *simplex;
  SEG_VEC(struct seg_quick_seen) variables;
  SEG_VEC(struct seg_quick_seen) forms; // only their number in the simplex
  SEG_VEC(struct seg_quick_choice) choices;
  size_t settled;                // so many choices were gone through
  struct seg_quick_traces moved; // what has changed since then
  SEG_VEC(struct seg_quick_change) changes;
  SEG_VEC(struct seg_quick_demand) queue;
  seg_decisions conflict; // what the last contradiction rests on
  SEG_VEC(struct seg_quick_solved) solution;
  SEG_VEC(seg_quick_literal) facts; // that stay between questions, and then those of the last one
  size_t fact_count;
  SEG_VEC(struct seg_quick_stage) stages;
  SEG_VEC(seg_quick_literal) definitions; // of what was reached so far
  bool spoilt;                            // nothing of the last question can be used
  bool reading;                           // values are those of the solution
  uint32_t stamp, steps, reached;
  struct seg_quick_traces traces[SEG_SIMPLEX_VARIABLES]; // of the variables there
  enum seg_strictness strictness;
  bool strict_met, failed;
};

/** Did something fail that is no contradiction? */
static inline bool seg_quick_lost(const struct seg_quick *quick) {
  return quick->failed || quick->simplex->overflow;
}

/** What is known of a variable in this question. */
static inline struct seg_quick_seen *seg_quick_see(struct seg_quick *quick, uint32_t number) {
  struct seg_quick_seen *seen = &quick->variables.items[number];
  if (seen->stamp != quick->stamp)
    *seen = (struct seg_quick_seen){quick->stamp, SEG_QUICK_NONE, SEG_QUICK_UNSET, 0};
  return seen;
}

// quick_search.c

/** A literal that must hold, with the definitions of what it reaches, which a question keeps. */
void seg_quick_define(struct seg_quick *quick, seg_quick_literal literal);
void seg_quick_enqueue(struct seg_quick *quick, seg_quick_literal literal, seg_decisions why);
/** Assert what was enqueued. False: a contradiction, or lost. */
bool seg_quick_assert_queue(struct seg_quick *quick);
/** Go through the open alternatives: those that hold are done, those with one way left are
 * asserted. False: one has no way left, or lost. */
bool seg_quick_settle(struct seg_quick *quick);
struct seg_quick_mark seg_quick_mark(const struct seg_quick *quick);
void seg_quick_take_back(struct seg_quick *quick, struct seg_quick_mark mark);
enum seg_quick_answer seg_quick_search(struct seg_quick *quick);

// quick_values.c

/** 0 or 1 when the bounds decide it, else SEG_QUICK_UNSET. */
uint8_t seg_quick_decided(struct seg_quick *quick, seg_quick_literal literal);
/** What it rests on that bounds decide the literal. */
seg_decisions seg_quick_reasons(struct seg_quick *quick, seg_quick_literal literal);
/** The least that the bounds of its variables allow a sum. False: there is none. */
bool seg_quick_least_sum(struct seg_quick *quick, const struct seg_quick_sum *sum,
                         struct seg_ratio *least);
/** Does it hold for the values at hand? */
bool seg_quick_holds(struct seg_quick *quick, seg_quick_literal literal);
/** Keep the values at hand as the solution. */
bool seg_quick_keep_solution(struct seg_quick *quick);

#endif
