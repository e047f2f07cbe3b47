/**
 * Inline tables read by hand, without the runtime's input: texts of a CSV file to the values of a
 * data set for the reference evaluator.
 */
#ifndef SEG_TESTS_CONFORMANCE_TABLE_H
#define SEG_TESTS_CONFORMANCE_TABLE_H

#include "compiler/reference/dataset.h"
#include "runtime/time/zone.h"
#include "tests/conformance/case_file.h"

/** A field that is empty and not quoted is missing: NULL. */
struct table_row {
  const char **fields;
};

struct table {
  size_t column_count;
  const char **columns;
  SEG_VEC(struct table_row) rows;
};

/** Fields may stand in double quotes, with two for one. The table lives in the arena, its list of
 * rows until table_deinit. */
void table_read(struct seg_arena *arena, const char *csv, struct table *table);
void table_deinit(struct table *table);

/**
 * The rows of an entity. A value that its column cannot take becomes missing: what the run says
 * about it is not looked at here. False when a row has a time that cannot be placed.
 */
bool table_fill(struct seg_arena *arena, const struct table *table,
                const struct seg_program_entity *entity, const struct seg_zone *zone,
                struct seg_rows *rows);

#endif
