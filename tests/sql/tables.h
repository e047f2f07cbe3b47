/**
 * Rows of the differential test as tables of a database.
 */
#ifndef SEG_TESTS_SQL_TABLES_H
#define SEG_TESTS_SQL_TABLES_H

#include <stdio.h>

#include "compiler/sql/dialect.h"
#include "tests/differential/data.h"

/** Statements that make and fill the table of every source of the program, in the types that
 * docs/sql.md asks for; those that were there go first. */
/** An event whose rows all begin a local day gets a column of dates. */
void sql_write_tables(struct data *data, const struct seg_program *program,
                      enum seg_sql_dialect dialect, FILE *out);

#endif
