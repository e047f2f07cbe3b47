/**
 * Values that tell events of a witness apart, for `distinct`. Where filters look at the column, a
 * value is changed in a way that most filters do not notice; whether they do, the reference
 * evaluator says.
 */
#ifndef SEG_COMPILER_PROVE_THING_VALUES_H
#define SEG_COMPILER_PROVE_THING_VALUES_H

#include "compiler/prove/query.h"
#include "compiler/reference/dataset.h"

/** The column whose values are counted. */
struct seg_thing_column {
  int32_t index; // -1: its values cannot be changed
  bool looked;   // by filters or `where`
  bool closes;   // a test asks how texts end
  struct seg_type type;
};

struct seg_thing_column seg_thing_column_of(const struct seg_event_space *space, uint32_t argument);

/** Of a column that nothing looks at: the value of a thing, numbered from 1. False when memory is
 * out. */
SEG_NODISCARD bool seg_thing_name(const struct seg_thing_column *column, int64_t thing,
                                  int32_t as_of, struct seg_arena *arena, struct seg_value *value);
/** Of another: the value that is so many steps from this one. */
SEG_NODISCARD bool seg_thing_step(const struct seg_thing_column *column, int64_t steps,
                                  struct seg_arena *arena, struct seg_value *value);

bool seg_thing_equal(const struct seg_thing_column *column, const struct seg_value *a,
                     const struct seg_value *b);

#endif
