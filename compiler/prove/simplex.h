/**
 * Is a system of linear inequalities possible? The general simplex method for bounds that come and
 * go (Dutertre and de Moura, "A Fast Linear-Arithmetic Solver for DPLL(T)", 2006), in exact
 * fractions. Rows are definitions of further variables; all that is asserted are bounds of
 * variables.
 */
#ifndef SEG_COMPILER_PROVE_SIMPLEX_H
#define SEG_COMPILER_PROVE_SIMPLEX_H

#include <stddef.h>

#include "compiler/prove/ratio.h"
#include "runtime/base/vec.h"

enum { SEG_SIMPLEX_VARIABLES = 1280, SEG_SIMPLEX_ROWS = 640, SEG_SIMPLEX_PIVOTS = 1500 };

enum seg_simplex_answer { SEG_SIMPLEX_POSSIBLE, SEG_SIMPLEX_IMPOSSIBLE, SEG_SIMPLEX_GAVE_UP };

/** A bit for each decision of the caller that something rests on. */
typedef unsigned __int128 seg_decisions;

struct seg_simplex_bound {
  bool set;
  struct seg_ratio value;
  seg_decisions why;
};

struct seg_simplex_variable {
  bool whole;                            // must be an integer; the caller's business
  int32_t row;                           // that it is the basic variable of, or -1
  struct seg_simplex_bound bounds[2];    // lower, upper
  struct seg_ratio value;                // within the bounds unless it is basic
  uint64_t users[SEG_SIMPLEX_ROWS / 64]; // a bit a row that it stands in
};

/** A variable times a factor, which is not 0. */
struct seg_simplex_part {
  uint32_t variable;
  struct seg_ratio factor;
};

typedef SEG_VEC(struct seg_simplex_part) seg_simplex_sum; // variables rise

struct seg_simplex_change { // of a bound, to be taken back
  uint32_t variable;
  bool upper;
  struct seg_simplex_bound before;
};

struct seg_simplex {
  uint32_t variable_count, row_count, pivots;
  bool overflow;
  seg_decisions conflict; // what the last contradiction rests on
  struct seg_simplex_variable variables[SEG_SIMPLEX_VARIABLES];
  uint32_t basic[SEG_SIMPLEX_ROWS];
  seg_simplex_sum rows[SEG_SIMPLEX_ROWS]; // a row: basic = sum of the others, most of which are not
  seg_simplex_sum scratch;
  SEG_VEC(struct seg_simplex_change) changes;
};

/** No variables, no rows. Memory of an earlier use is used again. */
void seg_simplex_clear(struct seg_simplex *simplex);
void seg_simplex_deinit(struct seg_simplex *simplex);

/** A new variable, 0 so far; UINT32_MAX when there are too many. */
uint32_t seg_simplex_variable(struct seg_simplex *simplex, bool whole);

/** A new variable that is a sum of `count` others times factors; UINT32_MAX when there are too
 * many. */
uint32_t seg_simplex_row(struct seg_simplex *simplex, bool whole, const uint32_t *variables,
                         const struct seg_ratio *factors, uint32_t count);

/** A bound that is at least as tight as the present one. False when it contradicts the other bound,
 * or when something overflowed or memory is out, which `overflow` tells. */
bool seg_simplex_bound(struct seg_simplex *simplex, uint32_t variable, bool upper,
                       struct seg_ratio value, seg_decisions why);

/** Values within all bounds. */
enum seg_simplex_answer seg_simplex_check(struct seg_simplex *simplex);

/** Take back all bounds since there were `count` changes. */
void seg_simplex_back(struct seg_simplex *simplex, size_t count);

#endif
