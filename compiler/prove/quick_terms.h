/**
 * Terms of the solver, read once into what the quick search works on: literals over truths and
 * linear inequalities in a normal form. Private to compiler/prove; see quick.h.
 */
#ifndef SEG_COMPILER_PROVE_QUICK_TERMS_H
#define SEG_COMPILER_PROVE_QUICK_TERMS_H

#include <z3.h>

#include "compiler/prove/ratio.h"
#include "runtime/base/vec.h"

enum seg_quick_kind {
  SEG_QUICK_YES,
  SEG_QUICK_TRUTH,    // a variable
  SEG_QUICK_AT_MOST,  // form <= bound
  SEG_QUICK_AT_LEAST, // form >= bound
  SEG_QUICK_AND,
  SEG_QUICK_OR,
  SEG_QUICK_UNKNOWN, // a term that is not read
};

enum { SEG_QUICK_NONE = UINT32_MAX };

/** A node's number times 2, plus 1 when it is negated. */
typedef uint32_t seg_quick_literal;

/** A set of truths, variables and forms, with false friends: each is one of 256 bits, by what it is
 * and not by when it was read. */
struct seg_quick_traces {
  uint64_t words[4];
};

static inline void seg_quick_trace(struct seg_quick_traces *traces, uint8_t bit) {
  traces->words[bit / 64] |= 1ull << (bit % 64);
}

static inline bool seg_quick_traces_meet(const struct seg_quick_traces *a,
                                         const struct seg_quick_traces *b) {
  uint64_t both = 0;
  for (int i = 0; i < 4; i++)
    both |= a->words[i] & b->words[i];
  return both != 0;
}

struct seg_quick_node {
  enum seg_quick_kind kind;
  uint32_t first, count; // AND, OR: literals in `children`
  uint32_t subject;      // TRUTH: a variable; inequalities: a form
  struct seg_ratio bound;
  struct seg_quick_traces traces; // what it looks at
};

/** A sum of variables times whole factors without a common divisor, the first one above 0; the
 * ranks of the variables rise. */
struct seg_quick_form {
  uint32_t first, count; // in `variables_of_forms` and `factors`
  bool whole;            // of whole variables
  uint8_t trace;
};

struct seg_quick_variable {
  // By what its term says, so that a form is the same whatever was read before.
  uint64_t rank;
  uint8_t trace;
  bool whole;
  Z3_ast term;
  seg_quick_literal definition; // of a choice between two values; SEG_QUICK_NONE
};

struct seg_quick_slot {
  uint64_t key; // 0: free
  uint32_t value;
};

struct seg_quick_table {
  struct seg_quick_slot *slots;
  uint32_t count, size;
};

struct seg_quick_terms {
  Z3_context context;
  Z3_sort integers, truths;
  SEG_VEC(struct seg_quick_node) nodes;
  SEG_VEC(seg_quick_literal) children;
  SEG_VEC(struct seg_quick_form) forms;
  SEG_VEC(uint32_t) variables_of_forms;
  SEG_VEC(struct seg_ratio) factors;
  SEG_VEC(struct seg_quick_variable) variables;
  struct seg_quick_table literals, numbers, known_forms; // by term; variables by term; by content
  bool out_of_memory;
};

void seg_quick_terms_init(struct seg_quick_terms *terms, Z3_context context, Z3_sort integers,
                          Z3_sort truths);
void seg_quick_terms_deinit(struct seg_quick_terms *terms);

/** A condition; its node is UNKNOWN when something in it is not read. */
seg_quick_literal seg_quick_literal_of(struct seg_quick_terms *terms, Z3_ast term);

enum { SEG_QUICK_SUMMANDS = 256 };

/** A value: constant + sum. */
struct seg_quick_sum {
  bool failed;
  uint32_t count;
  uint32_t variables[SEG_QUICK_SUMMANDS];
  struct seg_ratio factors[SEG_QUICK_SUMMANDS];
  struct seg_ratio constant;
};

void seg_quick_sum_of(struct seg_quick_terms *terms, Z3_ast term, struct seg_quick_sum *sum);

#endif
