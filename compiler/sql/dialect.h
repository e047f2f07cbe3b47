/**
 * The dialects of SQL: how each says a thing, or why it cannot. One table, forms.def.
 */
#ifndef SEG_COMPILER_SQL_DIALECT_H
#define SEG_COMPILER_SQL_DIALECT_H

#include "runtime/base/str.h"

/** A dialect: the name on the command line, and the one for people. */
enum seg_sql_dialect {
#define SEG_DIALECT(name, word, title) SEG_SQL_##name,
#include "compiler/sql/dialects.def"
#undef SEG_DIALECT
  SEG_SQL_DIALECT_COUNT
};

enum seg_sql_form {
#define SEG_FORM(name, level, duckdb, postgres, sqlite) SEG_SQL_FORM_##name,
#include "compiler/sql/forms.def"
#undef SEG_FORM
  SEG_SQL_FORMS
};

/** What an expression is made of: when it needs parentheses. */
enum seg_sql_level {
  SEG_SQL_ATOM,  // a word, a literal, a call: never
  SEG_SQL_OTHER, // an operator: beside another one
  SEG_SQL_AND,   // beside anything else
  SEG_SQL_OR,
};

/** "duckdb"; "DuckDB". */
const char *seg_sql_dialect_word(enum seg_sql_dialect dialect);
const char *seg_sql_dialect_title(enum seg_sql_dialect dialect);

/** The text of a form with its places for operands, or NULL when the dialect cannot say it:
 * `*reason` tells why. `reason` may be NULL. */
const char *seg_sql_form_text(enum seg_sql_dialect dialect, enum seg_sql_form form,
                              const char **reason);

enum seg_sql_level seg_sql_form_level(enum seg_sql_form form);

/** "LOWER": for tables in documents. */
const char *seg_sql_form_name(enum seg_sql_form form);

#endif
