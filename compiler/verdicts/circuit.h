/**
 * Rules as circuits over atoms: comparisons and tests that know no `and`, `or` and `not`. An atom
 * is there once, however many rules say it. Private to compiler/verdicts.
 *
 * Atoms fall into components: those of two components look at nothing in common (no column, no
 * kind of event), so that what holds of one customer in the first and of another in the second
 * holds of a third, who is put together of both.
 */
#ifndef SEG_COMPILER_VERDICTS_CIRCUIT_H
#define SEG_COMPILER_VERDICTS_CIRCUIT_H

#include "compiler/sema/program.h"
#include "runtime/base/arena.h"
#include "runtime/base/vec.h"

/** An atom that must hold: 2 * its number; that must not: one more. */
typedef uint32_t seg_atom_sign;

struct seg_circuit_atom {
  const struct seg_node *node;
  uint32_t component;
  uint64_t hash; // of its normal form
  struct seg_str form;
};

/** Atoms that hold together, rising and so a component after the other; what they say of values as
 * ranges (boxes.h). */
struct seg_cube {
  uint32_t count;
  seg_atom_sign *signs;
  uint32_t range_count;
  struct seg_range *ranges;
};

enum { SEG_MAX_CUBES = 32, SEG_MAX_CUBE_SIGNS = 64 };

/** The ways in which a condition can hold. */
struct seg_cubes {
  bool too_many; // then there are none here
  uint32_t count;
  struct seg_cube *cubes;
};

struct seg_circuit {
  const struct seg_program *program;
  struct seg_arena arena;
  SEG_VEC(struct seg_circuit_atom) atoms;
  // Components of what atoms look at: columns of the customer, kinds of events, and the key.
  uint32_t *column_components, *event_components, key_component;
  struct seg_cubes *holds, *fails; // of each segment's rule
  // Node -> atom and form -> atom, open addressing; numbers from 1.
  uint32_t node_slots, form_slots;
  const struct seg_node **nodes;
  uint32_t *node_atoms, *form_atoms;
  // Rule -> segment, in the same way.
  const struct seg_node **rules;
  uint32_t *rule_segments;
};

/** The atoms of all rules and their components; cubes are for seg_circuit_cubes. */
SEG_NODISCARD bool seg_circuit_init(struct seg_circuit *circuit, const struct seg_program *program);
void seg_circuit_deinit(struct seg_circuit *circuit);

/** The cubes of a condition made of atoms of the rules, into `arena`; ranges are not filled. False
 * when memory is out. */
SEG_NODISCARD bool seg_circuit_cubes(const struct seg_circuit *circuit, const struct seg_node *node,
                                     bool negated, struct seg_arena *arena,
                                     struct seg_cubes *cubes);

/** `and` of two; false when they contradict each other or are too many. `signs` has room. */
bool seg_cube_join(const struct seg_cube *a, const struct seg_cube *b, seg_atom_sign *signs,
                   uint32_t *count);

/** Is it a condition that is made of others? */
static inline bool seg_is_gate(const struct seg_node *node) {
  return node->kind == SEG_NODE_AND || node->kind == SEG_NODE_OR || node->kind == SEG_NODE_TALLY ||
         node->kind == SEG_NODE_NOT || node->kind == SEG_NODE_MEMBER;
}

/** The number of an atom of the rules; UINT32_MAX when it is none. */
uint32_t seg_circuit_atom_of(const struct seg_circuit *circuit, const struct seg_node *node);

/** The segment whose rule the node is; UINT32_MAX when it is none. */
uint32_t seg_circuit_rule(const struct seg_circuit *circuit, const struct seg_node *node);

/** subjects.c: fill the components of all atoms. */
SEG_NODISCARD bool seg_circuit_find_components(struct seg_circuit *circuit);

#endif
