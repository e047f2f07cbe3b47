/**
 * What the files about linear inequalities share. Private to compiler/prove; see linear.h.
 */
#ifndef SEG_COMPILER_PROVE_LINEAR_PARTS_H
#define SEG_COMPILER_PROVE_LINEAR_PARTS_H

#include "compiler/prove/linear.h"
#include "compiler/prove/samples.h"
#include "compiler/prove/simplex.h"

enum { SEG_LINEAR_NONE = UINT32_MAX };

/** A cell in a band: its number of events is a variable, and then each sum of their values. */
struct seg_linear_unit {
  uint32_t first, count; // variables
  uint32_t event;
  int32_t age;              // of a day in the band
  struct seg_value *values; // of one of its events; NULL: none was found
  uint32_t width, *columns; // how many values; which of them are summed
};

/** Values that are summed lie between these; INT64_MIN, INT64_MAX: anywhere. */
struct seg_linear_variable {
  int64_t low, high;
};

struct seg_linear_term {
  uint32_t variable;
  int64_t factor;
};

/** A sum of variables times factors. */
struct seg_linear_form {
  uint32_t first, count; // in `terms`, the variables rise
  uint32_t events;       // the form that counts the events; itself when it counts
};

/** What a condition says of its form. */
struct seg_linear_claim {
  int64_t low, high; // INT64_MIN, INT64_MAX: nothing
  bool some;         // there is an event
};

struct seg_linear_condition {
  uint32_t form;                     // SEG_LINEAR_NONE: it is nothing of the kind
  struct seg_linear_claim claims[2]; // when it holds; when it does not
};

enum {
  SEG_LINEAR_UNITS = 256,
  SEG_LINEAR_VARIABLES = 1024,
  SEG_LINEAR_COLUMNS = 256,
  SEG_LINEAR_ROWS = 256,
  SEG_LINEAR_SIGNS = 512, // in one question
  SEG_LINEAR_PLACES = SEG_LINEAR_COLUMNS + SEG_LINEAR_ROWS
};

/** A bound of a row or a column. */
struct seg_linear_bound {
  int64_t value;
  uint32_t sign; // that sets it, as a place among those that are asked about; or one of these:
  bool set;
};
enum { SEG_LINEAR_ALWAYS = UINT32_MAX, SEG_LINEAR_TRIED = UINT32_MAX - 1 };

/** A row or a column of the system; rows are sums of columns. */
struct seg_linear_place {
  struct seg_linear_bound bounds[2]; // lower, upper
  bool counts;                       // a number of events
  uint32_t beside;                   // of a sum: the column of the number of its events
  bool basic;
  uint32_t at; // which row of the tableau, or column
  double unit; // what 1 of the tableau is
  double value;
};

/** One question as a system of inequalities. */
struct seg_linear_system {
  uint32_t row_count, column_count;
  struct seg_linear_place places[SEG_LINEAR_PLACES]; // columns, and rows from SEG_LINEAR_COLUMNS on
  int64_t *factors;                                  // [row][SEG_LINEAR_COLUMNS], as posed
  double *cells; // [row][column_count], the tableau: most are small, and stay in the cache
  uint32_t basic[SEG_LINEAR_ROWS], free[SEG_LINEAR_COLUMNS]; // places
  struct seg_simplex *simplex;                               // exact, of few inequalities
  uint32_t tries;
  bool solved;      // the last question has a solution
  double *solution; // then, of each column
};

struct seg_linear {
  bool forked; // what does not change from question to question belongs to another one
  struct seg_arena arena;
  uint32_t condition_count;
  struct seg_linear_condition *conditions;
  uint32_t *looser; // of each sign: the next sign that says a little less, or SEG_LINEAR_NONE
  SEG_VEC(struct seg_linear_unit) units;
  SEG_VEC(struct seg_linear_variable) variables;
  SEG_VEC(struct seg_linear_term) terms;
  SEG_VEC(struct seg_linear_form) forms;
  // Of the question at hand.
  uint32_t *rows; // of each form, or SEG_LINEAR_NONE
  uint32_t used[SEG_LINEAR_ROWS], used_count;
  uint32_t group[SEG_LINEAR_UNITS], group_count; // units that nothing tells apart are one
  uint32_t *columns;                             // of each variable, or SEG_LINEAR_NONE
  int64_t *scratch;                              // of each variable
  struct seg_linear_system system;
};

/** linear_events.c: look for an event of the cell, for `values` and `columns` of the unit. */
enum seg_sampled seg_linear_sample(struct seg_linear *linear, struct seg_query *query,
                                   uint32_t event, uint32_t cell, struct seg_linear_unit *unit);

/** linear_solve.c: has the system no solution? Then `needed` says of each of `count` signs whether
 * that rests on it: the loosest one that stands for it; SEG_LINEAR_NONE: it is not needed. */
bool seg_linear_solve(struct seg_linear *linear, const uint32_t *signs, uint32_t count,
                      uint32_t *needed);

/** What the sign says of its form. */
static inline const struct seg_linear_claim *seg_linear_claim_of(const struct seg_linear *linear,
                                                                 uint32_t sign) {
  return &linear->conditions[sign / 2].claims[sign % 2];
}

/** linear_loosen.c: find `looser` of all signs. False when memory is out. */
bool seg_linear_find_looser(struct seg_linear *linear);

#endif
