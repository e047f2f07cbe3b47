/**
 * The part of shrinking that changes the program.
 */
#ifndef SEG_TESTS_DIFFERENTIAL_SHRINK_PROGRAM_H
#define SEG_TESTS_DIFFERENTIAL_SHRINK_PROGRAM_H

#include "tests/differential/shrink.h"

/** One pass over the whole program; true when something could go. Stops at `end` (monotonic
 * seconds). */
bool shrink_program(struct shrink *shrink, double end);

/** Is the column of the table (by the names in the data) still declared? */
bool shrink_column_used(const struct model *model, struct seg_str table, struct seg_str column);

#endif
