/**
 * A question about rules: which customers can make these conditions true, on which day?
 *
 * Rules are encoded by definition, not by axioms. Time is cut into bands at the ends of all windows
 * of the question, the events of a kind into cells by the filters that look at them; a customer is
 * a number of events in each cell and band, with sums and nearest and farthest ages where a rule
 * asks for them. Every aggregate is then a sum over cells and bands, so that what relates two
 * aggregates needs no rule of its own, and a model is a list of dated events.
 *
 * Two passes over the rules: the first collects what they look at (windows, filters, tests of
 * texts), the second makes the terms. What has no exact term gets a weaker one, which allows more
 * than the rule does: an answer SEG_IMPOSSIBLE is always right, a possible one must be tried out,
 * and `weak` says why it may fail.
 */
#ifndef SEG_COMPILER_PROVE_QUERY_H
#define SEG_COMPILER_PROVE_QUERY_H

#include "compiler/prove/days.h"
#include "compiler/prove/solver.h"
#include "compiler/prove/text_classes.h"
#include "compiler/prove/vocabulary.h"
#include "compiler/sema/program.h"
#include "runtime/time/zone.h"

struct seg_region;

/** A value of a rule; `value` is an integer or, for numbers and amounts, a real. Texts: the number
 * of their class. */
struct seg_term {
  Z3_ast known;
  Z3_ast value;
};

/** A column of a row that a model speaks of. */
struct seg_column_term {
  struct seg_term term; // known NULL: no rule has looked at it
  struct seg_text_classes texts;
};

/** One row of the customer or of an event: its columns. */
struct seg_row_terms {
  const struct seg_program_entity *entity;
  struct seg_column_term *columns;
};

/** The terms of another row: columns get new variables when a rule looks at them. */
void seg_row_terms_forget(struct seg_row_terms *row);

/** Ages of days, both ends included, as they are on the day that stands for its kind. */
struct seg_age_band {
  int32_t near, far;
};

/** An age where a band begins: on the day that stands for its kind, and on any of its days. */
struct seg_age_cut {
  int32_t age;
  Z3_ast term;
};

/** A date taken apart. */
struct seg_date_parts {
  Z3_ast date, year, month, day;
  Z3_ast leap;      // is it a leap year?
  Z3_ast first_day; // of the year
};

enum { SEG_MAX_END_LIMITS = 12 };

/** What a question wants to know of an argument of an event: its sums or its ends. */
struct seg_argument {
  const struct seg_node *node;
  struct seg_str form; // normal form, which tells it from others
  int known_atom;      // among the atoms of the space; -1: never missing
  bool summed, ended;
  bool edged; // of the first or the last event
  // What the ends are compared with: whole values, or numbers.
  uint32_t limit_count;
  struct seg_literal limits[SEG_MAX_END_LIMITS];
};

/** The events of one kind, in cells. */
struct seg_cell {
  uint64_t atoms;     // bit i: atom i holds
  Z3_ast *counts;     // per band; NULL in bands that no rule counts, as all that follows
  Z3_ast *near, *far; // per band, NULL unless the question looks at days: ages of the ends
  // Per band, NULL unless the question looks at the order of events: the ages of the nearest and
  // the farthest one, as fractions of days; where cells share an age, the first cell is nearer.
  Z3_ast *first_place, *last_place;
  Z3_ast **sums; // per argument and band; NULL unless asked
  Z3_ast **least, **most;
  int64_t *low, *high; // per argument: bounds of its values in this cell
};

enum { SEG_MAX_CELL_ATOMS = 20, SEG_MAX_CELLS = 128, SEG_MAX_ARGUMENTS = 8 };

/** What is known of the cells of one event and these filters, whatever the question. */
struct seg_known_cells {
  const char *refused, *weak;
  uint32_t count;
  struct seg_cell *cells; // atoms and bounds only
};

struct seg_event_space {
  struct seg_row_terms row; // of one event, to find out which cells there are
  uint32_t atom_count;
  const struct seg_node *atoms[SEG_MAX_CELL_ATOMS]; // filters, and arguments that must be known
  struct seg_str atom_forms[SEG_MAX_CELL_ATOMS];
  uint32_t argument_count;
  struct seg_argument arguments[SEG_MAX_ARGUMENTS];
  bool used, days_asked, order_asked;
  struct seg_str key; // what decides which cells there are, as bytes
  uint32_t cell_count;
  struct seg_cell cells[SEG_MAX_CELLS];
};

/** Of the events of each cell and band those that qualify: by a sequence, or by hours. */
struct seg_part {
  struct seg_str key;
  struct seg_event_space *space;
  Z3_ast *terms;                       // [cell * bands + band]
  const struct seg_sequence *sequence; // NULL: by hours
  int filter;                          // of the sequence, among those of the events that follow
  int32_t hours;                       // the last ones before the as-of day; 0: by a sequence
};

/** A group that a customer draws. */
struct seg_drawn {
  const struct seg_node *node;
  Z3_ast value;
};

/** Is the customer in a list of the program? */
struct seg_listing {
  uint32_t list;
  Z3_ast listed;
};

/** A place among all customers; `operands` is the normal form of what is compared. */
struct seg_ranked {
  const struct seg_node *node;
  struct seg_str operands;
  Z3_ast value;
};

/** A sum of doubles, as a run adds them. */
struct seg_added {
  int sign; // of all parts; 0: both
  Z3_ast value;
  struct seg_region *region; // aggregate.h
};

/** A number of different things that is no sum. */
struct seg_different {
  enum seg_aggregate_kind sort;
  Z3_ast value;
  struct seg_region *region; // aggregate.h
};

/** Two columns whose texts are compared: both are put to the tests of each. */
struct seg_text_pair {
  struct seg_text_classes *texts[2];
};

/** A term that is made once for equal expressions. */
struct seg_shared_term {
  struct seg_str form; // says nothing of conversions
  struct seg_term term;
  const struct seg_type *type; // of a value that was calculated; NULL for others
};

struct seg_query {
  const struct seg_program *program;
  struct seg_vocabulary *vocabulary;
  struct seg_solver *solver;
  struct seg_arena arena;
  const struct seg_days *days;
  const struct seg_day_kind *kind; // the as-of days that the question is about
  bool collecting;                 // first pass
  bool any_witness;                // some customer is enough
  bool plain_witness;              // it must be the plainest one
  bool one_day;                    // events that need not be on different days are on one
  const struct seg_zone *zone;     // of the program: when the days of a witness begin
  Z3_ast as_of;
  struct seg_row_terms customer;
  struct seg_event_space *events;
  SEG_VEC(const struct seg_day_window *) windows; // that the rules look at, once or more
  SEG_VEC(struct seg_age_cut) cuts;               // rising once built
  uint32_t band_count;
  struct seg_age_band *bands;
  Z3_ast *near, *far; // per band: its ages on the as-of day
  SEG_VEC(struct seg_date_parts) dates;
  Z3_ast near_days; // the as-of day is one of the next years'; NULL: that makes no difference
  Z3_ast starts[SEG_MAX_PERIOD_STARTS]; // first days of periods, where the as-of day is open
  SEG_VEC(struct seg_added) added;
  SEG_VEC(struct seg_drawn) draws;
  SEG_VEC(struct seg_listing) listings;
  SEG_VEC(struct seg_ranked) ranks;
  SEG_VEC(struct seg_part *) parts;
  SEG_VEC(struct seg_different) differents;
  SEG_VEC(struct seg_text_pair) text_pairs;
  SEG_VEC(struct seg_shared_term) shared;
  SEG_VEC(Z3_ast) facts; // what holds of every customer
  // What data can hold at all: facts too, but seldom needed and much work for the solver.
  SEG_VEC(Z3_ast) ranges;
  SEG_VEC(Z3_ast) wishes; // what makes a model easier to write down, where it can hold
  int64_t fewest_events;  // no solution has fewer, as far as was asked
  const char *weak;       // NULL: all terms are exact
  const char *refused;    // NULL: the question could be encoded
  bool out_of_memory;
};

/** Begin a question about `count` conditions over the customer, on any day of one kind. Nothing is
 * asserted in `solver`. SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status seg_query_init(struct seg_query *query,
                                             struct seg_vocabulary *vocabulary,
                                             struct seg_solver *solver, const struct seg_days *days,
                                             const struct seg_day_kind *kind,
                                             const struct seg_node *const *conditions,
                                             uint32_t count, struct seg_error *error);
void seg_query_deinit(struct seg_query *query);

/** The term of one of the conditions. */
Z3_ast seg_query_condition(struct seg_query *query, const struct seg_node *condition);

/** How many events the customer has, of those that rules look at. */
Z3_ast seg_query_event_count(struct seg_query *query);

// Shared by the files of the encoding.

/** A row whose columns and aggregates an expression speaks of. */
struct seg_encode_scope {
  struct seg_query *query;
  struct seg_row_terms *row;
  bool is_event;
};

struct seg_term seg_encode_value(const struct seg_encode_scope *scope, const struct seg_node *node);
Z3_ast seg_encode_condition(const struct seg_encode_scope *scope, const struct seg_node *node);
struct seg_term seg_encode_aggregate(struct seg_query *query, const struct seg_node *node);
/** A calculated value that was made before, or NULL. Forms of values and of conversions of them are
 * equal, so the type must be, too. */
const struct seg_term *seg_query_calculated(const struct seg_query *query, struct seg_str form,
                                            const struct seg_type *type);
void seg_query_fact(struct seg_query *query, Z3_ast fact);
/** A witness is easier to make where this holds. */
void seg_query_wish(struct seg_query *query, Z3_ast wish);
/** Note that a term allows more than the rule. The first reason stays. */
void seg_query_weaken(struct seg_query *query, const char *reason);
/** A variable of a type, within its range; `known` is yes. */
struct seg_term seg_query_variable(struct seg_query *query, const struct seg_type *type,
                                   const char *prefix);
/** The normal form of an expression of the program; lives as long as the query. */
struct seg_str seg_query_form(struct seg_query *query, const struct seg_program_entity *entity,
                              const struct seg_node *node);
/** First pass: the question is about such events. */
void seg_query_look_at_event(struct seg_query *query, uint32_t event);
/** How many such events the customer has. */
Z3_ast seg_query_events_of(struct seg_query *query, uint32_t event);
/** Between the passes: columns that are compared are put to the same tests. */
void seg_query_exchange_tests(struct seg_query *query);
/** Terms of single events are made in a solver of their own, away from the question. */
struct seg_apart {
  struct seg_solver *solver;
  Z3_ast as_of;
};
struct seg_apart seg_query_go_apart(struct seg_query *query, struct seg_solver *solver);
void seg_query_come_back(struct seg_query *query, struct seg_apart apart);
/** The variables of one cell in one band, made when first asked for. False when memory is out. */
bool seg_query_touch(struct seg_query *query, struct seg_event_space *space, uint32_t cell,
                     uint32_t band);
/** How many events lie there. */
Z3_ast seg_query_cell_count(struct seg_query *query, struct seg_event_space *space, uint32_t cell,
                            uint32_t band);
/** Cells and bands, between the passes. */
bool seg_query_build_spaces(struct seg_query *query);
/** Ages of a window, on the day that stands for its kind. False when it is empty. */
bool seg_query_window(const struct seg_query *query, const struct seg_day_window *window,
                      struct seg_age_band *band);

#endif
