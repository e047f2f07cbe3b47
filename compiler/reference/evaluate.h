/**
 * The reference evaluator: the executable meaning of the language, one customer and one node at a
 * time, with no cleverness. Compiled rules and emitted SQL must agree with it.
 *
 * Everything is evaluated, nothing is cut short: an overflow anywhere in a rule is a data error for
 * the run, whichever side of an `and` it stands on. Sums of numbers are added in file order.
 */
#ifndef SEG_COMPILER_REFERENCE_EVALUATE_H
#define SEG_COMPILER_REFERENCE_EVALUATE_H

#include "compiler/reference/dataset.h"

struct seg_reference;

/**
 * Prepare the evaluation of a program on a data set, both of which must outlive it. Decides which
 * rows exist: events before the as-of day that pass `where`, each `unique by` combination of one
 * customer once (the first in file order); customers that pass their `where`, or who have such an
 * event.
 */
SEG_NODISCARD enum seg_status seg_reference_new(const struct seg_program *program,
                                                const struct seg_dataset *dataset, int32_t as_of,
                                                struct seg_reference **out,
                                                struct seg_error *error);
/** The same for a program of which only these conditions are asked: what the other rules would
 * stumble over is not looked at. */
SEG_NODISCARD enum seg_status
seg_reference_new_for(const struct seg_program *program, const struct seg_dataset *dataset,
                      int32_t as_of, const struct seg_node *const *conditions, uint32_t count,
                      struct seg_reference **out, struct seg_error *error);
void seg_reference_free(struct seg_reference *reference);

/** Customers of the run, in order of first appearance in their source. */
uint32_t seg_reference_customer_count(const struct seg_reference *reference);
struct seg_str seg_reference_customer_key(const struct seg_reference *reference, uint32_t customer);

/** Existing events without a known customer. */
uint64_t seg_reference_orphan_count(const struct seg_reference *reference);

/** A condition over a customer. A bool column holds when it is known and true. */
bool seg_reference_condition(struct seg_reference *reference, const struct seg_node *node,
                             uint32_t customer);

/** A value over a customer. */
struct seg_value seg_reference_value(struct seg_reference *reference, const struct seg_node *node,
                                     uint32_t customer);

/** Is the customer in the segment? */
bool seg_reference_member(struct seg_reference *reference, uint32_t segment, uint32_t customer);

/** Is the customer a member of the segment who is held out, as its control group? */
bool seg_reference_held_out(struct seg_reference *reference, uint32_t segment, uint32_t customer);

/** The position in the chain of the first segment that matches, or -1. */
int32_t seg_reference_winner(struct seg_reference *reference, uint32_t chain, uint32_t customer);

/** Where one customer stands among all for a rank of the program. Positions count from 0. */
struct seg_reference_standing {
  uint32_t position, customers;
  uint32_t known;        // customers with a value: the first ones
  uint32_t share;        // `top_share`: customers who are in: the first ones
  const uint32_t *order; // customers by position; lives as long as the reference
};

/** False when memory is out. */
bool seg_reference_standing(struct seg_reference *reference, const struct seg_node *rank,
                            uint32_t customer, struct seg_reference_standing *standing);

/** How many customers `top` takes, out of so many in all. */
uint64_t seg_reference_top_size(const struct seg_node *node, uint64_t customers);

/** What becomes of one row of an event's source in an aggregate of one customer. */
enum seg_row_fate {
  SEG_ROW_COUNTS,
  SEG_ROW_FILTERED,       // the aggregate's filter does not hold
  SEG_ROW_OUTSIDE_WINDOW, // and the filter holds
  SEG_ROW_NOT_FOLLOWED,   // `then`: in the window, but nothing came in time
  SEG_ROW_FOLLOWED,       // `without`: something came in time
  SEG_ROW_OPEN,           // `without`: the time was not over before the as-of day
  SEG_ROW_LATER,          // on the as-of day or after it
  SEG_ROW_DROPPED,        // refused by the event's `where`
  SEG_ROW_REPEATED,       // equal to an earlier one in the columns of `unique by`
  SEG_ROW_FATE_COUNT
};

/** `row` counts the rows of the aggregate's event in the data set; it is the customer's. `argument`
 * is set for rows that count, when the aggregate has one. */
enum seg_row_fate seg_reference_fate(struct seg_reference *reference,
                                     const struct seg_node *aggregate, uint32_t customer,
                                     uint32_t row, struct seg_value *argument);

/** Did anything overflow so far? An existing event counts when a segment reads it, anyone's. */
bool seg_reference_overflow(const struct seg_reference *reference);

/** SEG_OUT_OF_MEMORY when an evaluation so far ran out of memory; its answers then mean nothing. */
SEG_NODISCARD enum seg_status seg_reference_status(const struct seg_reference *reference,
                                                   struct seg_error *error);

#endif
