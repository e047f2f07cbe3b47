/**
 * Rules as clauses over their atoms, with what is known of atoms by the ranges of boxes.h and by
 * contradictions that were found: whatever breaks a clause is no customer. The reverse is not said:
 * truth values that keep all clauses need somebody to show them. Private to compiler/verdicts.
 *
 * Variables: the atoms of the circuit under their numbers; parts of rules; for each value that
 * atoms look at, whether it is missing, the places where it crosses a bound, and the few values
 * that it is compared with.
 */
#ifndef SEG_COMPILER_VERDICTS_PROPOSITIONS_H
#define SEG_COMPILER_VERDICTS_PROPOSITIONS_H

#include "compiler/verdicts/assigner.h"
#include "compiler/verdicts/boxes.h"

enum seg_part_kind { SEG_PART_ATOM, SEG_PART_ALL, SEG_PART_ANY, SEG_PART_TALLY };

/** A part of a rule: it holds just when its sign does. */
struct seg_rule_part {
  enum seg_part_kind kind;
  seg_sign sign;
  uint32_t first, count; // of its own parts, in `children`
};

/** A part: 2 * its number; its contrary: one more. */
typedef uint32_t seg_part_reference;

struct seg_propositions {
  const struct seg_circuit *circuit;
  struct seg_boxes *boxes;
  struct seg_assigner assigner;
  struct seg_arena arena;
  seg_sign yes; // holds always
  // Excuses for clauses that may be wrong; assume that they do not hold. Of what is left out
  // because nobody is known, and because nothing could be found out.
  seg_sign unknown, doubt;
  SEG_VEC(struct seg_rule_part) parts;
  SEG_VEC(seg_part_reference) children;
  seg_part_reference *rules; // of each segment, see seg_propositions_rule
  uint32_t *atom_parts;      // of each atom: the number of its part and one; 0: of no rule here
  seg_sign *of_value, *next_of_value; // signs of atoms of these rules: the first of each value
  seg_sign *stand_ins;                // for signs of other atoms, as far as they were looked up
  size_t conflicts;                   // of the boxes that are clauses already
};

/** The rules of some segments of the program, and what ranges say about them. False when memory is
 * out. */
SEG_NODISCARD bool seg_propositions_init(struct seg_propositions *propositions,
                                         const struct seg_circuit *circuit, struct seg_boxes *boxes,
                                         const uint32_t *segments, uint32_t count);
void seg_propositions_deinit(struct seg_propositions *propositions);

/** The rule of one of the segments. */
static inline seg_part_reference seg_propositions_rule(const struct seg_propositions *propositions,
                                                       uint32_t segment) {
  return propositions->rules[segment] - 1;
}

/** Holds just when the part does. */
static inline seg_sign seg_propositions_sign(const struct seg_propositions *propositions,
                                             seg_part_reference part) {
  return propositions->parts.items[part / 2].sign ^ (part % 2);
}

/** From now on answers say of each atom of the part whether it holds. */
void seg_propositions_decide(struct seg_propositions *propositions, seg_part_reference part);

/** Contradictions that the boxes have learned since become clauses, also where they are about atoms
 * of other rules: those here that say at least as much take their places. */
void seg_propositions_learn(struct seg_propositions *propositions);

/** These atoms together are left out from now on, though they may be possible. */
void seg_propositions_leave_out(struct seg_propositions *propositions, const seg_atom_sign *signs,
                                uint32_t count, seg_sign excuse);

/** ranges.c: what is known of the atoms that rules here are made of. */
SEG_NODISCARD bool seg_propositions_add_ranges(struct seg_propositions *propositions);

#endif
