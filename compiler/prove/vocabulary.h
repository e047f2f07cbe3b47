/**
 * What a prover learns once about its program: normal forms of expressions, classes of texts, cells
 * of events. Questions come in thousands and look at the same few things again and again.
 *
 * Only what a question cannot change is kept, so that an answer never depends on the questions
 * before it. Memory is bounded: when much is known, everything is forgotten between two questions.
 */
#ifndef SEG_COMPILER_PROVE_VOCABULARY_H
#define SEG_COMPILER_PROVE_VOCABULARY_H

#include "compiler/prove/solver.h"
#include "compiler/sema/program.h"
#include "runtime/base/arena.h"

struct seg_known_thing {
  struct seg_str key; // any bytes; data NULL: a free slot
  void *value;
};

struct seg_known_solver {
  struct seg_solver solver;
  bool started;
  uint32_t uses;
};

struct seg_vocabulary {
  const struct seg_program *program;
  unsigned budget;
  struct seg_arena arena; // of keys and values
  struct seg_known_thing *things;
  uint32_t count, slots;
  struct seg_known_solver quick, fresh; // for cells and single events
  const struct seg_solver *beside;      // whose context the quick one may use; NULL: none
};

void seg_vocabulary_init(struct seg_vocabulary *vocabulary, const struct seg_program *program,
                         unsigned budget);
void seg_vocabulary_deinit(struct seg_vocabulary *vocabulary);

/** Before a question: forget everything when it is too much. What was got before is gone then. */
void seg_vocabulary_trim(struct seg_vocabulary *vocabulary);

/** The quick solver may live in the context of `solver` from now on, until this is called again;
 * NULL: it may not. */
void seg_vocabulary_beside(struct seg_vocabulary *vocabulary, const struct seg_solver *solver);

/** NULL when it is not known. Keys begin with a letter that says what they are. */
void *seg_vocabulary_get(const struct seg_vocabulary *vocabulary, struct seg_str key);
/** The key is copied; `value` lives in the arena. False when memory is out. */
SEG_NODISCARD bool seg_vocabulary_keep(struct seg_vocabulary *vocabulary, struct seg_str key,
                                       void *value);

/**
 * The normal form of an expression of the program, over `entity`: equal forms are the same bytes.
 * `data` is NULL when memory is out.
 */
struct seg_str seg_vocabulary_form(struct seg_vocabulary *vocabulary,
                                   const struct seg_program_entity *entity,
                                   const struct seg_node *node);

/** A solver that has seen nothing: what it finds must not depend on what was asked before. It
 * belongs to the vocabulary and is there until the next call. SEG_OUT_OF_MEMORY, SEG_INTERNAL. */
SEG_NODISCARD enum seg_status seg_vocabulary_solver(struct seg_vocabulary *vocabulary,
                                                    struct seg_solver **solver,
                                                    struct seg_error *error);

/** One that may only be asked quickly, as nothing is left then of what was asked before. */
SEG_NODISCARD enum seg_status seg_vocabulary_quick_solver(struct seg_vocabulary *vocabulary,
                                                          struct seg_solver **solver,
                                                          struct seg_error *error);

#endif
