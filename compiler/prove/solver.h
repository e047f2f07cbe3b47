/**
 * The solver behind the proofs: a thin layer over Z3's C API that the other files build terms with.
 *
 * Linear arithmetic over integers and reals, no strings and no quantifiers. Every question has a
 * budget in Z3's resource units, which count work and not time: the same question gives the same
 * answer on every machine. One solver belongs to one thread.
 */
#ifndef SEG_COMPILER_PROVE_SOLVER_H
#define SEG_COMPILER_PROVE_SOLVER_H

#include <stdbool.h>
#include <stdint.h>
#include <z3.h>

#include "compiler/prove/quick.h"
#include "runtime/base/status.h"
#include "runtime/base/vec.h"

enum seg_answer { SEG_POSSIBLE, SEG_IMPOSSIBLE, SEG_UNDECIDED };

/** Is told every question that is decided, as an SMT-LIB 2 script without its logic and without
 * `check-sat`: for tests that ask another solver. */
struct seg_solver_listener {
  void (*heard)(void *context, const char *script, enum seg_answer answer);
  void *context;
};

enum { SEG_MAX_PREFIXES = 48 };

/** Variables of one kind: prefix 0, prefix 1, ... A question takes them from the first on, so that
 * the terms of one question are those of the next. */
struct seg_variables {
  const char *prefix;
  Z3_sort sort;
  Z3_ast *items;
  size_t count, capacity, taken;
};

struct seg_solver {
  Z3_context context;
  bool borrowed; // the context is that of another solver
  Z3_solver solver;
  Z3_sort integers, reals, truths;
  Z3_ast yes, no;
  Z3_model model; // of the last possible answer, or NULL
  struct seg_quick *quick;
  bool quick_values; // the values are those of the quick search; there is no model
  // Whether the quick search is asked first. Then nothing is known of the core of a contradiction.
  bool quickly;
  bool quick_only;        // and then nobody: undecided, and `missed`
  bool missed;            // since it was set to false
  uint32_t quick_misses;  // of this question: how often it gave up
  SEG_VEC(Z3_ast) facts;  // what is asserted
  SEG_VEC(size_t) scopes; // how many facts there were at each push
  // Z3 and the quick search are told of facts and scopes when they are needed.
  size_t facts_told, scopes_told, facts_quick;
  uint64_t questions, undecided; // asked, and those of them that got no answer
  bool dry; // terms are not made: for passes that only look at what a rule reads
  uint32_t variable_kinds;
  struct seg_variables variables[SEG_MAX_PREFIXES];
  // After a possible answer: false when the model breaks something that was left out so far, and is
  // asserted now. NULL: nothing is left out.
  bool (*accepts_model)(struct seg_solver *solver, void *context);
  void *context_of_model;
  bool failed; // Z3 reported an error; answers are undecided from then on
  const struct seg_solver_listener *listener; // NULL: nobody; set it after the start
};

/** SEG_OUT_OF_MEMORY, or SEG_INTERNAL when Z3 does not start. `budget` in Z3 resource units a
 * question. */
SEG_NODISCARD enum seg_status seg_solver_init(struct seg_solver *solver, unsigned budget,
                                              struct seg_error *error);
/** The same in the context of `other`, which must live longer: a context of its own costs Z3 some
 * milliseconds and 16 MB. For solvers that are only asked quickly, as Z3's answers may depend on
 * what else is in a context. */
SEG_NODISCARD enum seg_status seg_solver_init_beside(struct seg_solver *solver,
                                                     const struct seg_solver *other,
                                                     unsigned budget, struct seg_error *error);
void seg_solver_deinit(struct seg_solver *solver);

/** A new question, which takes variables from the first on: what was asserted before is gone. */
void seg_solver_begin(struct seg_solver *solver);

// Terms live as long as the solver.
Z3_ast seg_term_int(struct seg_solver *solver, int64_t value);
/** The exact value of a finite double. */
Z3_ast seg_term_real(struct seg_solver *solver, double value);
/** A variable that the question has not taken yet. `prefix` is a constant of the program text. */
Z3_ast seg_term_variable(struct seg_solver *solver, Z3_sort sort, const char *prefix);
Z3_ast seg_term_and(struct seg_solver *solver, Z3_ast a, Z3_ast b);
Z3_ast seg_term_or(struct seg_solver *solver, Z3_ast a, Z3_ast b);
Z3_ast seg_term_not(struct seg_solver *solver, Z3_ast a);
Z3_ast seg_term_implies(struct seg_solver *solver, Z3_ast a, Z3_ast b);
Z3_ast seg_term_equal(struct seg_solver *solver, Z3_ast a, Z3_ast b);
Z3_ast seg_term_at_most(struct seg_solver *solver, Z3_ast a, Z3_ast b); // a <= b
Z3_ast seg_term_add(struct seg_solver *solver, Z3_ast a, Z3_ast b);
Z3_ast seg_term_subtract(struct seg_solver *solver, Z3_ast a, Z3_ast b);
Z3_ast seg_term_multiply(struct seg_solver *solver, Z3_ast a, Z3_ast b);
Z3_ast seg_term_divide(struct seg_solver *solver, Z3_ast a, Z3_ast b); // whole: rounded down
Z3_ast seg_term_modulo(struct seg_solver *solver, Z3_ast a, Z3_ast b); // whole numbers, never < 0
Z3_ast seg_term_negate(struct seg_solver *solver, Z3_ast a);
Z3_ast seg_term_to_real(struct seg_solver *solver, Z3_ast a);
Z3_ast seg_term_floor(struct seg_solver *solver, Z3_ast a); // of a real: the whole number below
Z3_ast seg_term_if(struct seg_solver *solver, Z3_ast condition, Z3_ast a, Z3_ast b);

void seg_solver_push(struct seg_solver *solver);
void seg_solver_pop(struct seg_solver *solver);
void seg_solver_assert(struct seg_solver *solver, Z3_ast fact);
/** The same for many, with less work. */
void seg_solver_assert_all(struct seg_solver *solver, const Z3_ast *facts, size_t count);

/** Is what was asserted possible, with these assumptions too? The model stays until the next
 * question. */
enum seg_answer seg_solver_ask(struct seg_solver *solver, const Z3_ast *assumptions,
                               unsigned count);

/** A whole number that the term is never below, as what is asserted says at a glance; `known` is
 * one already. */
int64_t seg_solver_floor(struct seg_solver *solver, Z3_ast term, int64_t known);

/** Is this possible too? If not, or not decided, the present model stays. */
bool seg_solver_try(struct seg_solver *solver, Z3_ast assumption);

/** Can these conditions hold together, whatever is asserted? Undecided when it is not found out
 * quickly; values stay until the next question. */
enum seg_answer seg_solver_ask_quickly(struct seg_solver *solver, const Z3_ast *conditions,
                                       size_t count);

/** The assumptions that contradict each other, after SEG_IMPOSSIBLE: their numbers into `core`, as
 * many as `count` at most. */
unsigned seg_solver_core(struct seg_solver *solver, const Z3_ast *assumptions, unsigned count,
                         unsigned *core);

// The model of the last possible answer. Values that do not matter are 0 and false.
bool seg_solver_truth(struct seg_solver *solver, Z3_ast term);
/** False when the value does not fit. */
bool seg_solver_int(struct seg_solver *solver, Z3_ast term, int64_t *value);
double seg_solver_real(struct seg_solver *solver, Z3_ast term);

#endif
