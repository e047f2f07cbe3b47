/**
 * Random rows for a generated program: missing values, empty sets, orphans, repeats, equal
 * instants, days around the ends of the program's windows, extreme values now and then.
 */
#ifndef SEG_TESTS_DIFFERENTIAL_GENERATE_DATA_H
#define SEG_TESTS_DIFFERENTIAL_GENERATE_DATA_H

#include "tests/differential/data.h"
#include "tests/differential/model.h"

/** Fill `data`, which is initialised by this call. */
void generate_data(struct data *data, struct model *model, uint64_t seed);

#endif
