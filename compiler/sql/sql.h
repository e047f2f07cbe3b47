/**
 * A project as one query in SQL: for the customer, with a column of true and false for each segment
 * and the winner of each chain. The meaning is that of the reference evaluator; what a dialect
 * cannot say exactly is refused with a diagnostic and never approximated.
 *
 * The query reads a table for each source that the rules need, under the source's name. See
 * docs/sql.md for the types it expects.
 */
#ifndef SEG_COMPILER_SQL_SQL_H
#define SEG_COMPILER_SQL_SQL_H

#include <stdio.h>

#include "compiler/sema/program.h"
#include "compiler/sql/dialect.h"

struct seg_sql_request {
  const struct seg_program *program;
  const struct seg_source_map *map;
  enum seg_sql_dialect dialect;
  bool has_as_of; // otherwise the query has a parameter
  int32_t as_of;
  struct seg_str order; // column that numbers the rows of a table in their order; empty: the
                        // dialect's own, if it has one
  const char *version;  // of segc, for the head of the query
};

/**
 * Write the query. What is refused is reported to the sink (E701), and then nothing is written.
 * Failures are those of the world: memory, the zone.
 */
SEG_NODISCARD enum seg_status seg_sql_write(const struct seg_sql_request *request,
                                            struct seg_diagnostics *sink, FILE *out,
                                            struct seg_error *error);

#endif
