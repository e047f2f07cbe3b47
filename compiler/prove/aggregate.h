/**
 * What the files about aggregates share. Private to compiler/prove.
 */
#ifndef SEG_COMPILER_PROVE_AGGREGATE_H
#define SEG_COMPILER_PROVE_AGGREGATE_H

#include "compiler/prove/encode.h"

/** The cells and bands that an aggregate looks at. */
struct seg_region {
  struct seg_event_space *space;
  bool cells[SEG_MAX_CELLS];
  uint32_t first_band, end_band;
  uint32_t argument; // among the arguments of the space
};

struct seg_region seg_region_of(struct seg_query *query, const struct seg_node *node);
/** How many events lie in the region. */
Z3_ast seg_region_count(struct seg_query *query, const struct seg_region *region);

/** First pass: a condition over the event that cells are told apart by. Its number, or -1. */
int seg_space_add_filter(struct seg_query *query, struct seg_event_space *space,
                         const struct seg_node *condition);
/** The number of such a condition, in the second pass. */
int seg_space_filter(struct seg_query *query, const struct seg_event_space *space,
                     const struct seg_node *condition);
/** First pass: the windows and filters of an aggregate. */
void seg_aggregate_collect(struct seg_query *query, const struct seg_node *node);

/** First pass: MIN or MAX is compared with a literal. */
void seg_aggregate_collect_limit(struct seg_query *query, const struct seg_node *value,
                                 const struct seg_node *limit);

// sums.c

/** What a run gets for the sum of doubles whose exact sum is known. */
Z3_ast seg_sum_of_doubles(struct seg_query *query, const struct seg_region *region, Z3_ast exact);
/** AVERAGE as a value; comparisons of averages are fractions. */
struct seg_term seg_average(struct seg_query *query, const struct seg_node *aggregate,
                            const struct seg_region *region, Z3_ast some);

// sequences.c

/** First pass: what may follow. */
void seg_sequence_collect(struct seg_query *query, const struct seg_node *aggregate);
/** First pass: a window in hours. */
void seg_hours_collect(struct seg_query *query, const struct seg_day_window *window);
/** How many events of the region are followed, or not, as the sequence of the aggregate wants it.
 */
Z3_ast seg_sequence_count(struct seg_query *query, const struct seg_node *aggregate,
                          const struct seg_region *region);
/** How many events lie in a window of hours; `region` holds all days that it can touch. */
Z3_ast seg_hours_count(struct seg_query *query, const struct seg_node *aggregate,
                       const struct seg_region *region);

// different.c

/** Does a filter say which value of the argument the events of the cell have? */
bool seg_different_is_fixed(const struct seg_event_space *space, uint32_t cell,
                            const struct seg_node *argument);
void seg_different_collect(struct seg_query *query, const struct seg_node *aggregate);
/** DISTINCT, ACTIVE_DAYS, ACTIVE_WEEKS, ACTIVE_MONTHS. */
struct seg_term seg_different_count(struct seg_query *query, const struct seg_node *aggregate,
                                    const struct seg_region *region);

// edge_values.c

/**
 * A condition whose only value of a customer is a `first` or `last` with an argument: it holds when
 * that event satisfies it, which tells events apart like a filter. False when the condition is of
 * another kind.
 */
bool seg_edge_condition(const struct seg_encode_scope *scope, const struct seg_node *condition,
                        Z3_ast *holds);
/** The value itself. */
struct seg_term seg_edge_value(struct seg_query *query, const struct seg_node *aggregate);

#endif
