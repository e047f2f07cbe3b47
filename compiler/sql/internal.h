/**
 * What the files of this room share; private to it.
 *
 * Inside the query, names that begin with `#` are ours: "#key" is the customer's key as text, "#id"
 * the key as the table has it, "#day" and "#at" the local day and the moment of an event, "#row"
 * its place in the order of the table.
 */
#ifndef SEG_COMPILER_SQL_INTERNAL_H
#define SEG_COMPILER_SQL_INTERNAL_H

#include "compiler/sql/sql.h"
#include "runtime/base/vec.h"
#include "runtime/time/zone.h"

/** A piece of SQL. */
struct seg_sql_text {
  struct seg_str text;
  enum seg_sql_level level;
  bool nullable; // may be NULL
};

/** An aggregate of the rules: a column of its event's totals. Equal ones are one. */
struct seg_sql_aggregate {
  const struct seg_node *node;
  struct seg_str name;
  int32_t sequence; // number of the column that says what followed, or -1
};

/** A place among all customers: a column. */
struct seg_sql_rank {
  const struct seg_node *node;
  struct seg_str name;
};

struct seg_sql {
  const struct seg_sql_request *request;
  const struct seg_program *program;
  struct seg_diagnostics *sink;
  struct seg_arena arena;
  struct seg_zone *zone;
  struct seg_sql_text day, midnight; // of the as-of day
  struct seg_touched touched;        // what the rules stand on
  SEG_VEC(struct seg_sql_aggregate) aggregates;
  SEG_VEC(struct seg_sql_rank) ranks;
  SEG_VEC(struct seg_str) salts;           // of draws
  SEG_VEC(struct seg_str) names;           // that are taken among the columns of the customer
  struct seg_str *segment_names;           // columns of the segments
  const struct seg_program_entity *entity; // whose columns are meant
  const char *qualifier;                   // "", or "next." before each column
  bool expanded;                           // computed columns are written out
  bool refused, out_of_memory;
  FILE *out;     // the query, in memory
  uint32_t ctes; // written so far
};

// --- text.c ---
SEG_PRINTF(2, 3) struct seg_str seg_sql_format(struct seg_sql *sql, const char *format, ...);
/** The form with its operands; refused at `node` when the dialect does not have it. */
struct seg_sql_text seg_sql_form(struct seg_sql *sql, enum seg_sql_form form,
                                 const struct seg_node *node, uint32_t count,
                                 const struct seg_sql_text *operands);
#define SEG_SQL_FORM(sql, form, node, ...)                                                         \
  seg_sql_form((sql), SEG_SQL_FORM_##form, (node),                                                 \
               sizeof((struct seg_sql_text[]){__VA_ARGS__}) / sizeof(struct seg_sql_text),         \
               (struct seg_sql_text[]){__VA_ARGS__})
/** Words that stand for themselves. */
struct seg_sql_text seg_sql_atom(struct seg_str text);
struct seg_sql_text seg_sql_number(struct seg_sql *sql, int64_t number);
struct seg_str seg_sql_quoted(struct seg_sql *sql, struct seg_str name);  // "name"
struct seg_str seg_sql_literal(struct seg_sql *sql, struct seg_str text); // 'text'
struct seg_str seg_sql_parens(struct seg_sql *sql, struct seg_sql_text text);
/** A column of ours or of the rules, with the qualifier. */
struct seg_sql_text seg_sql_column(struct seg_sql *sql, struct seg_str name, bool nullable);
/** Report that a dialect cannot say something, once a place. */
void seg_sql_refuse(struct seg_sql *sql, struct seg_span span, const char *reason);
/** The rule's own words in one line, with single quotes only. */
struct seg_str seg_sql_source(struct seg_sql *sql, struct seg_span span);
/** A name that no column of the customer has yet, and that the dialect can hold. */
struct seg_str seg_sql_new_name(struct seg_sql *sql, struct seg_str wanted);
/** For a comment: one line. */
struct seg_str seg_sql_remark(struct seg_sql *sql, struct seg_str text);
/** "rules.seg:12" */
struct seg_str seg_sql_place(struct seg_sql *sql, struct seg_span span);

// --- values.c ---
struct seg_sql_text seg_sql_value(struct seg_sql *sql, const struct seg_node *node);
struct seg_sql_text seg_sql_literal_value(struct seg_sql *sql, const struct seg_type *type,
                                          const struct seg_literal *literal,
                                          const struct seg_node *node);
/** 10 to the power of the scale, as a number. */
struct seg_sql_text seg_sql_units(struct seg_sql *sql, unsigned scale);

// --- conditions.c ---
/** True, false or NULL, which stands for false. */
struct seg_sql_text seg_sql_condition(struct seg_sql *sql, const struct seg_node *node);
/** True or false. */
struct seg_sql_text seg_sql_truth(struct seg_sql *sql, const struct seg_node *node);
bool seg_sql_is_condition(const struct seg_node *node);
/** `and`: either may be empty. */
struct seg_sql_text seg_sql_both(struct seg_sql *sql, struct seg_sql_text a, struct seg_sql_text b);
struct seg_sql_text seg_sql_pattern(struct seg_sql *sql, const struct seg_node *node,
                                    const struct seg_sql_text *text);

// --- days.c ---
struct seg_sql_text seg_sql_day(struct seg_sql *sql, int32_t day, const struct seg_node *node);
/** The condition that an event is in the window; empty for `ever`. */
struct seg_sql_text seg_sql_window(struct seg_sql *sql, const struct seg_node *node);
/** "within 90d": for names. */
struct seg_str seg_sql_window_words(struct seg_sql *sql, const struct seg_day_window *window);
/** A column of the source as a moment, as a local day. */
struct seg_sql_text seg_sql_moment(struct seg_sql *sql, const struct seg_program_entity *entity,
                                   struct seg_str column, const struct seg_node *node);
struct seg_sql_text seg_sql_local_day(struct seg_sql *sql, const struct seg_program_entity *entity,
                                      struct seg_str column, const struct seg_node *node);
SEG_NODISCARD enum seg_status seg_sql_find_as_of(struct seg_sql *sql, struct seg_error *error);

void seg_sql_write_clock(struct seg_sql *sql);

// --- aggregates.c ---
/** Find the aggregates and ranks of a rule, and name them. */
void seg_sql_collect(struct seg_sql *sql, const struct seg_node *node);
struct seg_sql_text seg_sql_aggregate(struct seg_sql *sql, const struct seg_node *node);
/** The totals of an event, if any are asked for; and the join that brings them to the customer. */
void seg_sql_write_totals(struct seg_sql *sql, uint32_t event);
bool seg_sql_has_totals(const struct seg_sql *sql, uint32_t event);

// --- letters.c ---
/** The table of letters, where a dialect needs one. */
void seg_sql_write_letters(struct seg_sql *sql);

// --- draws.c ---
void seg_sql_collect_salt(struct seg_sql *sql, struct seg_str salt);
struct seg_sql_text seg_sql_bucket(struct seg_sql *sql, const struct seg_node *node);
struct seg_sql_text seg_sql_held_out(struct seg_sql *sql,
                                     const struct seg_program_segment *segment);
bool seg_sql_has_draws(const struct seg_sql *sql);
struct seg_str seg_sql_draws_name(struct seg_sql *sql);
void seg_sql_write_draws(struct seg_sql *sql);

// --- entities.c ---
void seg_sql_write_event(struct seg_sql *sql, uint32_t event);
void seg_sql_write_customer(struct seg_sql *sql);
/** Names of common table expressions; none is that of a table which is read. */
struct seg_str seg_sql_cte_name(struct seg_sql *sql, struct seg_str word, const char *what);
struct seg_str seg_sql_event_name(struct seg_sql *sql, uint32_t event);
struct seg_str seg_sql_totals_name(struct seg_sql *sql, uint32_t event);
struct seg_str seg_sql_customers_name(struct seg_sql *sql);
/** Begin a common table expression: its name, and what it is. */
void seg_sql_begin(struct seg_sql *sql, struct seg_str name, struct seg_str remark);
void seg_sql_end(struct seg_sql *sql);

// --- ranks.c ---
struct seg_sql_text seg_sql_rank(struct seg_sql *sql, const struct seg_node *node);
/** The places, if any are asked for; the name of the table that has them, from that one. */
struct seg_str seg_sql_write_ranks(struct seg_sql *sql, struct seg_str from);

#endif
