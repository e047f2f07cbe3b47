/**
 * What the files of the reference evaluator share. Private to compiler/reference.
 */
#ifndef SEG_COMPILER_REFERENCE_INTERNAL_H
#define SEG_COMPILER_REFERENCE_INTERNAL_H

#include "compiler/reference/evaluate.h"
#include "runtime/regex/regex.h"
#include "runtime/time/zone.h"

/** A list of row numbers. */
struct seg_row_list {
  SEG_VEC(uint32_t) items;
};

struct seg_reference_customer {
  struct seg_str key;
  const struct seg_row *row;   // NULL for `customer from EVENT`
  struct seg_row_list *events; // per event of the program: existing rows, in file order
};

/** One customer among all: the position from 0 in the order of a rank, and what comes of it. */
struct seg_reference_place {
  uint32_t position;
  struct seg_value result;
};

/** A rank that was asked for. */
struct seg_reference_rank {
  const struct seg_node *node;
  uint32_t known;                     // customers with a value
  uint32_t share;                     // TOP_SHARE: customers who are in
  struct seg_reference_place *places; // per customer
  uint32_t *order;                    // customers by position
};

struct seg_reference {
  const struct seg_program *program;
  const struct seg_dataset *dataset;
  int32_t as_of;
  struct seg_zone *zone; // of the program; NULL when it names none
  int64_t as_of_instant; // UTC microseconds at which that day begins
  SEG_VEC(struct seg_reference_customer) customers;
  struct seg_row_list *existing; // per event of the program: existing rows, whoever's they are
  uint32_t *table;               // key -> customer number + 1, open addressing
  uint32_t table_size;
  struct seg_arena texts; // those that were computed
  SEG_VEC(struct seg_reference_rank) ranks;
  uint64_t orphans;
  bool overflow;
  bool out_of_memory;
};

/** What a node is evaluated for: a customer, or a row of an entity (inside aggregates and
 * declarations). */
struct seg_subject {
  struct seg_reference *reference;
  const struct seg_program_entity *entity; // whose columns ATTRIBUTE and COLUMN mean
  const struct seg_row *row;
  const struct seg_reference_customer *customer; // NULL for rows of a source
};

struct seg_value seg_evaluate(const struct seg_subject *subject, const struct seg_node *node);

/** Known and true. */
bool seg_evaluate_condition(const struct seg_subject *subject, const struct seg_node *node);

struct seg_value seg_evaluate_aggregate(const struct seg_subject *subject,
                                        const struct seg_node *node);

// evaluate_text.c
bool seg_evaluate_text_test(enum seg_text_test test, struct seg_str text, struct seg_str part);
/** A function of a day; evaluate_date.c. */
int64_t seg_evaluate_date(enum seg_date_function function, int32_t day, int32_t as_of);

/** A number or amount in whole units, or money; the value may be missing. */
struct seg_value seg_evaluate_round(const struct seg_subject *subject, const struct seg_node *node,
                                    const struct seg_value *value);

struct seg_value seg_evaluate_map(const struct seg_subject *subject, enum seg_text_map map,
                                  struct seg_str text);
int64_t seg_evaluate_length(struct seg_str text);

// evaluate_rank.c
struct seg_value seg_evaluate_rank(const struct seg_subject *subject, const struct seg_node *node);
void seg_reference_ranks_free(struct seg_reference *reference);

// evaluate_pattern.c
bool seg_evaluate_matches(const struct seg_subject *subject, const struct seg_regex *pattern,
                          struct seg_str text);

/** What a sequence says about one of the customer's rows, of the event that is counted. */
enum seg_sequence_state {
  SEG_SEQUENCE_FOLLOWED, // an event of the other kind came in time
  SEG_SEQUENCE_ALONE,    // none came, and its time was over before the as-of day
  SEG_SEQUENCE_OPEN,     // none came yet
};
enum seg_sequence_state seg_evaluate_sequence(const struct seg_subject *subject,
                                              const struct seg_sequence *sequence,
                                              const struct seg_row *row);

/** Is an event that lies before the as-of day in the window? */
bool seg_in_window(const struct seg_reference *reference, const struct seg_day_window *window,
                   const struct seg_row *event);

/** Is a day before the as-of day, or a part of it, in the window? */
bool seg_day_in_window(const struct seg_reference *reference, const struct seg_day_window *window,
                       int32_t day);

/** Negative, zero or positive; both values known, of one type. */
int seg_value_compare(const struct seg_type *type, const struct seg_value *a,
                      const struct seg_value *b);

bool seg_value_equal(const struct seg_type *type, const struct seg_value *a,
                     const struct seg_value *b);

#endif
