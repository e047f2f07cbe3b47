/**
 * One program on one set of rows: the emitted query in a database against the reference evaluator
 * and the compiled rules, customer by customer.
 */
#ifndef SEG_TESTS_SQL_JUDGE_H
#define SEG_TESTS_SQL_JUDGE_H

#include "tests/differential/compare.h"
#include "tests/sql/engine.h"

enum sql_verdict {
  SQL_SAME,
  SQL_REFUSED,  // the dialect cannot say it: the sink of the pipeline says why
  SQL_OVERFLOW, // the data are a data error: nothing is compared
  SQL_DIFFERENT,
};

struct sql_judgement {
  enum sql_verdict verdict;
  uint64_t decisions;
  char difference[600];
};

/** The query for a subject that is ready, allocated; NULL when it is refused. */
char *sql_query_of(struct subject *subject, enum seg_sql_dialect dialect, int32_t as_of);

/** `compiled`: run the compiled rules too. */
void sql_judge(struct sql_engine *engine, struct subject *subject, const char *query,
               struct data *data, bool compiled, struct sql_judgement *judgement);

#endif
