/**
 * What a cube says of single values, as ranges: two cubes whose ranges of one value have nothing in
 * common never hold together. Cheap, and never wrong where it says so. Private to
 * compiler/verdicts.
 *
 * Counts of events know each other: what is counted in 30 days is counted in 90 too, and who bought
 * 10 days ago has a purchase within 30. So a range of one value narrows others.
 */
#ifndef SEG_COMPILER_VERDICTS_BOXES_H
#define SEG_COMPILER_VERDICTS_BOXES_H

#include "compiler/verdicts/circuit.h"

/** Where one value lies: whole numbers, or the order of fractions; of enumerations and texts the
 * set of those that are named (bit 63: any other text). */
struct seg_range {
  uint32_t value; // its number
  bool missing;   // it may be missing
  int64_t low, high;
  uint64_t set;
};

/** A value that atoms look at. */
struct seg_boxed_value {
  const struct seg_node *node, *divisor; // divisor: of a fraction, else NULL
  bool optional;                         // it may be missing
  struct seg_str form;
  SEG_VEC(struct seg_str) texts; // that it is compared with
};

/** Value `less` is never above value `more`, whoever the customer is. */
struct seg_value_order {
  uint32_t less, more;
};

/** Atoms that contradict each other, as the solver said, or of which it could not say it. */
struct seg_conflict {
  uint32_t count;
  seg_atom_sign *signs;
  const char *reason; // why it could not, or NULL
};

struct seg_boxes {
  const struct seg_circuit *circuit;
  struct seg_arena arena;
  SEG_VEC(struct seg_boxed_value) values;
  struct seg_range *signs; // what each atom sign says
  bool *exact;             // of each atom: it says no more and no less than its ranges
  struct seg_cubes *alone; // of each atom sign, as far as they were asked for: it as a cube
  SEG_VEC(struct seg_conflict) conflicts, doubts;
  SEG_VEC(struct seg_value_order) orders;
  struct seg_range *all; // scratch, a range for each value
};

/** False when memory is out. */
SEG_NODISCARD bool seg_boxes_init(struct seg_boxes *boxes, const struct seg_circuit *circuit);
void seg_boxes_deinit(struct seg_boxes *boxes);

/** Boxes that begin with what others know, which stay as they are meanwhile and outlive them. False
 * when memory is out; to be released by seg_boxes_deinit_fork even so. */
SEG_NODISCARD bool seg_boxes_fork(struct seg_boxes *boxes, const struct seg_boxes *from);
void seg_boxes_deinit_fork(struct seg_boxes *boxes);

/** Fill the ranges of cubes; those that contradict themselves are taken out. */
SEG_NODISCARD bool seg_boxes_fill(struct seg_boxes *boxes, struct seg_cubes *cubes,
                                  struct seg_arena *arena);

/** What one sign says of all values, as seg_boxes_fill has it: a cube, or none when it contradicts
 * itself. NULL when memory is out. */
const struct seg_cubes *seg_boxes_of_sign(struct seg_boxes *boxes, seg_atom_sign sign);

bool seg_ranges_disjoint(const struct seg_cube *a, const struct seg_cube *b);

/** Whoever has sign `a` has sign `b` too? No says nothing. */
bool seg_boxes_imply(const struct seg_boxes *boxes, seg_atom_sign a, seg_atom_sign b);

/** Remember a contradiction; whoever asks for at least as much is refused from now on. */
SEG_NODISCARD bool seg_boxes_learn(struct seg_boxes *boxes, const seg_atom_sign *signs,
                                   uint32_t count);

/** Remember that nothing is known of just these atoms, and look it up: NULL when it is new. */
SEG_NODISCARD bool seg_boxes_doubt(struct seg_boxes *boxes, const seg_atom_sign *signs,
                                   uint32_t count, const char *reason);
const char *seg_boxes_doubts(const struct seg_boxes *boxes, const seg_atom_sign *signs,
                             uint32_t count);

/** Do the cubes together ask for at least as much as some contradiction does? */
bool seg_boxes_refuse(struct seg_boxes *boxes, const struct seg_cube *const *cubes, uint32_t count);

// counts.c: what ranges of counts say about each other.

/** Is value a never above value b, for all customers? */
bool seg_value_not_above(const struct seg_node *a, const struct seg_node *b);
/** Narrow the ranges of all values by each other, once. */
void seg_ranges_relate(const struct seg_boxes *boxes, struct seg_range *ranges);

#endif
