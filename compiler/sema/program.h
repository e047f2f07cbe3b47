/**
 * The typed program: what the rules mean, every choice made explicit.
 *
 * Built by sema from the syntax tree; read by the reference evaluator, the lowering, the prover and
 * the reports. It is small on purpose: `between` has become two comparisons, metrics are expanded
 * at their uses, every aggregate carries its filter and window, conversions are nodes, and a
 * comparison of an exact average has become a comparison of fractions. Immutable after building,
 * owned by one arena.
 *
 * Two-valued: every expression of type bool is true or false, except a bool value (ATTRIBUTE,
 * COLUMN, AGGREGATE: the first or last one) that is optional; used as a condition it holds when it
 * is known and true.
 */
#ifndef SEG_COMPILER_SEMA_PROGRAM_H
#define SEG_COMPILER_SEMA_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "compiler/diag/diag.h"
#include "grammar/ast.h"
#include "runtime/time/period.h"
#include "runtime/time/timestamp_text.h"

struct seg_regex; // runtime/regex

enum seg_type_kind {
#define SEG_TYPE(name, printed) SEG_TYPE_##name,
#include "compiler/sema/types.def"
#undef SEG_TYPE
  SEG_TYPE_KIND_COUNT
};

/** The values of a `one of (...)` column; code i stands for values[i]. */
struct seg_enumeration {
  uint32_t count;
  struct seg_str *values;
};

/** Types compare by kind; money also by currency and scale, enumerations by identity of the list's
 * texts. */
struct seg_type {
  enum seg_type_kind kind;
  uint8_t scale;                             // MONEY: decimal places of the integer; 0 otherwise
  struct seg_str currency;                   // MONEY and AMOUNT
  const struct seg_enumeration *enumeration; // ENUM
};

/** A value of a literal: the member that the type's kind names. Money in minor units of its scale.
 */
struct seg_literal {
  union {
    int64_t integer; // BOOL (0/1), INT, MONEY, DATE (days since 1970-01-01), TIMESTAMP (UTC
                     // microseconds), ENUM (code)
    double number;   // NUMBER, AMOUNT
  };
  struct seg_str text; // TEXT
};

enum seg_aggregate_kind {
#define SEG_AGGREGATE(name, word) SEG_AGGREGATE_##name,
#include "compiler/sema/aggregates.def"
#undef SEG_AGGREGATE
  SEG_AGGREGATE_KIND_COUNT
};

/** Does it count something (events, values, days)? Such an aggregate is an int, 0 when empty. */
bool seg_aggregate_counts(enum seg_aggregate_kind kind);

/** Counts and sums are known for everybody; the others are missing when there is nothing to look
 * at.
 */
static inline bool seg_aggregate_is_always_known(enum seg_aggregate_kind kind) {
  return kind == SEG_AGGREGATE_SUM || seg_aggregate_counts(kind);
}

enum seg_rank_kind {
#define SEG_RANK(name, word) SEG_RANK_##name,
#include "compiler/sema/ranks.def"
#undef SEG_RANK
  SEG_RANK_KIND_COUNT
};

/** A window in days or hours, resolved at run time against the as-of day D. */
struct seg_day_window {
  enum seg_window_kind kind; // EVER, WITHIN, BETWEEN, FROM, THIS, LAST; `in 2026-Q3` is FROM
  int32_t near_age;          // WITHIN: 1; BETWEEN: the smaller age. In days before D
  int32_t far_age;           // WITHIN: N; BETWEEN: the larger age
  bool hours;        // WITHIN, BETWEEN: of the ages, as time that passed until D began: more
                     // than near_age (WITHIN: 0), at most far_age
  int32_t first_day; // FROM: both days included; days since 1970-01-01
  int32_t last_day;
  enum seg_period_unit unit; // THIS, LAST: period of the calendar
  int32_t count;             // LAST: that many whole periods before the one that holds D
};

/**
 * `then` or `without`: which of an aggregate's events count by what comes after them. See L8 of the
 * language for the exact meaning.
 */
struct seg_sequence {
  bool without;
  uint32_t event;          // the one that follows: index into the program's events
  struct seg_node *filter; // condition over it, or NULL
  bool in_days;
  int64_t limit; // days or hours, above 0
};

enum seg_node_kind {
#define SEG_NODE(name, printed) SEG_NODE_##name,
#include "compiler/sema/program_nodes.def"
#undef SEG_NODE
  SEG_NODE_KIND_COUNT
};

enum seg_text_test { SEG_STARTS_WITH, SEG_ENDS_WITH, SEG_CONTAINS };
enum seg_text_map { SEG_LOWER, SEG_UPPER, SEG_TRIM };

enum seg_date_function {
#define SEG_DATE_FUNCTION(name, word, english) SEG_DATE_##name,
#include "compiler/sema/date_functions.def"
#undef SEG_DATE_FUNCTION
};

enum seg_rounding { SEG_ROUND, SEG_FLOOR, SEG_CEIL };

struct seg_node {
  enum seg_node_kind kind;
  struct seg_type type;
  bool optional; // may be missing (never for conditions, see the head of this file)
  struct seg_span span;
  uint32_t operand_count;
  struct seg_node **operands;
  union {
    struct seg_literal literal;     // LITERAL
    uint32_t column;                // ATTRIBUTE, COLUMN: index into the entity's columns
    enum seg_comparison comparison; // COMPARE, COMPARE_FRACTIONS
    enum seg_text_test text_test;   // TEXT_TEST
    uint32_t segment;               // MEMBER: index into the program's segments
    uint32_t list;                  // LISTED: index into the program's lists
    struct {                        // BUCKET
      int64_t buckets;              // at least 1
      struct seg_str salt;
    };
    enum seg_text_map text_map;           // TEXT_MAP
    enum seg_date_function date_function; // DATE_FUNCTION
    enum seg_rounding rounding;           // ROUND
    struct {                              // TALLY: at least one of them says something
      uint32_t least, most;               // 0 <= least <= most <= operand_count
    };
    const struct seg_regex *pattern; // MATCHES: what operand 1 says
    struct { // IN: the list; BAND: the cuts, rising. Literals of the operand's type
      uint32_t literal_count;
      struct seg_literal *literals;
    };
    struct { // RANK
      enum seg_rank_kind rank;
      int64_t rank_count; // NTILE, QUANTILE_BAND: n; TOP: customers, or 0: a share of them
      struct seg_decimal rank_share; // TOP: between 0 and 1
    };
    struct { // AGGREGATE
      enum seg_aggregate_kind aggregate;
      uint32_t event;                      // index into the program's events
      struct seg_node *filter;             // condition over the event, or NULL
      const struct seg_sequence *sequence; // COUNT: what must or must not follow; or NULL
      struct seg_node *argument; // value over the event; NULL where the event itself is taken
      struct seg_day_window window;
    };
  };
};

/** A declared or computed column of the customer or of an event. */
struct seg_program_column {
  struct seg_name name;
  struct seg_type type;
  bool optional;
  bool personal;
  struct seg_node *computed; // over the same entity, or NULL: read from the source
  struct seg_span span;
};

/** The customer or an event. Names are those of the data. */
struct seg_program_entity {
  struct seg_name name;
  struct seg_str source; // logical source name
  struct seg_str key;    // column that holds the customer's key
  struct seg_str time;   // events: column that dates the event
  struct seg_str zone;   // events: zone of timestamps without one; empty when not declared
  uint32_t column_count;
  struct seg_program_column *columns;
  struct seg_node *where; // all `where` lines joined, or NULL
  uint32_t unique_count;
  int32_t *unique; // column indexes; SEG_UNIQUE_TIME stands for the event's instant
  struct seg_span span;
};

enum { SEG_UNIQUE_TIME = -1 };

/** A constant as declared: kept for reports; uses are literals of the rules. */
struct seg_program_constant {
  struct seg_name name;
  struct seg_node *value; // a literal; NULL when it is wrong, which is reported
  struct seg_span span;
};

/** A list of keys that is read from a source, and asked for by `member`. */
struct seg_program_list {
  struct seg_name name;
  struct seg_str source; // logical source name
  struct seg_str key;    // column that holds the customers' keys
  struct seg_span span;
};

/** A metric as declared: kept for reports; uses are expanded into the rules. */
struct seg_program_metric {
  struct seg_name name;
  struct seg_node *value; // NULL when it has no window of its own and so no meaning by itself
  struct seg_span span;
};

/** A share of customers: part of whole; `whole` 0 when there is none. */
struct seg_share {
  int64_t part, whole; // 0 < part < whole <= 10^6
};

struct seg_program_segment {
  struct seg_name name;
  struct seg_str title;             // empty when absent
  struct seg_node *when;            // the rule: a condition over the customer
  struct seg_str decision;          // empty only when exploration allows it
  const struct seg_segment *syntax; // all clauses as written, for reports
  int32_t review_day; // last review + its period: overdue when the as-of day is later; INT32_MAX
                      // when absent
  struct seg_share holdout;    // of its members, drawn by their keys (runtime/base/draw.h)
  struct seg_str holdout_salt; // "holdout:NAME"
  struct seg_span span;
};

struct seg_program_chain {
  struct seg_name name;
  uint32_t member_count;
  uint32_t *members;             // indexes of segments, first wins
  struct seg_span *member_spans; // their names in the chain
  struct seg_str otherwise;      // empty when absent
  struct seg_span span;
};

/** `exclusive: a, b, c`: no customer is in two of them. */
struct seg_program_exclusive {
  uint32_t member_count; // two or more, none of them twice
  uint32_t *members;     // indexes of segments
  struct seg_span *member_spans;
  struct seg_span span;
};

/**
 * A pair of `overlap: a with b, c`: these two may share customers. A side that names a chain stands
 * for each of its segments. Each pair once, in source order, whichever side is written first.
 */
struct seg_program_overlap {
  uint32_t segment, other;    // never the same
  struct seg_span span;       // of the declaration
  struct seg_span other_span; // of the name behind `with`
};

/** What is declared about two segments. */
enum seg_relation {
  SEG_UNRELATED,
  SEG_IN_CHAIN,    // in one chain or more, all of which order them the same way
  SEG_EXCLUSIVE,   // no customer may be in both
  SEG_MAY_OVERLAP, // customers may be in both, knowingly
};

#define SEG_NO_DECLARATION UINT32_MAX

/** Where one segment is named, in rising order: what seg_program_relation looks at. */
struct seg_program_ties {
  uint32_t chain_count, exclusive_count, overlap_count;
  uint32_t *chains, *exclusives; // indexes
  uint32_t *overlaps;            // the segments it may overlap
};

/**
 * A negation over what may be missing, in the rule of a segment, without a guard beside it. It is
 * right when it decides about nobody for whom something is missing: compiler/guards has this
 * proved, or gives the diagnostic.
 */
struct seg_program_doubt {
  struct seg_node *rule;                   // the `when` of a segment
  const struct seg_node *atom;             // the condition in it that asks for what may be missing
  struct seg_node *missing;                // condition over the customer: some of that is missing
  const struct seg_diagnostic *diagnostic; // in `doubtful` of the program
};

/** A value that a test states. */
struct seg_stated_value {
  bool known;           // false: missing, because it is said or because nothing is said
  struct seg_type type; // of the literal; TIMESTAMP: `time` holds it instead
  struct seg_literal literal;
  struct seg_timestamp_text time; // as written; zones are known when the test runs
};

/** A row that a test states, of the customer or of an event. */
struct seg_program_record {
  int32_t event;                   // index into events; -1: the customer
  struct seg_stated_value *values; // per column of the entity; computed columns are never known
  struct seg_stated_value time;    // events: when
  struct seg_stated_value key;     // customer: a whole number or a text; missing: any key will do
  struct seg_span span;
};

struct seg_program_listing { // do_not_contact { }
  uint32_t list;             // the customer is in it
  struct seg_span span;
};

struct seg_program_claim { // expect vip / reject lapsing
  uint32_t segment;
  bool expected;
  struct seg_span span; // of the segment's name
};

/** A test: one customer, and the segments that take or refuse this customer on a day. */
struct seg_program_test {
  struct seg_name title;
  int32_t as_of;
  uint32_t record_count; // at most one of the customer
  struct seg_program_record *records;
  uint32_t listing_count; // the customer is in no other list
  struct seg_program_listing *listings;
  uint32_t claim_count; // at least one; no segment twice
  struct seg_program_claim *claims;
  struct seg_span span;
};

struct seg_program {
  struct seg_arena arena;
  struct seg_str timezone; // IANA name
  struct seg_str currency; // default currency, or empty
  struct seg_program_entity
      customer;                // from_event >= 0: takes every customer that has such an event
  int32_t customer_from_event; // index into events, or -1
  uint32_t event_count;
  struct seg_program_entity *events;
  uint32_t constant_count;
  struct seg_program_constant *constants;
  uint32_t metric_count;
  struct seg_program_metric *metrics;
  uint32_t list_count;
  struct seg_program_list *lists;
  uint32_t segment_count;
  struct seg_program_segment *segments; // in source order
  uint32_t chain_count;
  struct seg_program_chain *chains;
  uint32_t exclusive_count, overlap_count;
  struct seg_program_exclusive *exclusives;
  struct seg_program_overlap *overlaps;
  struct seg_program_ties *ties; // of each segment; NULL before chains and relations are checked
  uint32_t test_count;
  struct seg_program_test *tests; // in source order
  bool declared_right;            // errors are in segments, chains, relations and tests only
  uint32_t doubt_count;
  struct seg_program_doubt *doubts; // those of one rule together
  struct seg_diagnostics doubtful;  // what the doubts say when they are not dispelled
};

void seg_program_init(struct seg_program *program);
void seg_program_deinit(struct seg_program *program);

/** What is declared about two segments: `exclusive` before `overlap` before chains. Symmetric, and
 * quick enough to be asked about every pair. */
enum seg_relation seg_program_relation(const struct seg_program *program, uint32_t a, uint32_t b);

/** The first chain, or `exclusive`, that names both segments, or SEG_NO_DECLARATION. */
uint32_t seg_program_common_chain(const struct seg_program *program, uint32_t a, uint32_t b);
uint32_t seg_program_common_exclusive(const struct seg_program *program, uint32_t a, uint32_t b);

/** Write the typed program as indented text (`--dump=types`), stable enough for tests. */
void seg_program_print(const struct seg_program *program, FILE *out);

/** How much of what stands behind its names a normal form says. */
enum seg_normal_form {
  SEG_NORMAL_RULE,    // columns and events by their names
  SEG_NORMAL_MEANING, // with types, computed columns, and which rows of an event exist
};

/** What a meaning stands on: the customer is number 0, event e is e + 1. */
struct seg_touched {
  bool *entities;
  bool **columns; // of each entity
  bool *segments; // that `member` asks for
};

/**
 * Write an expression over `entity` in a form that is equal for expressions with the same meaning:
 * metrics expanded, windows as days, the order of operands settled, nothing of layout or comments.
 * Not complete: unequal forms may still mean the same. `node` NULL: which customers, or events of
 * `entity`, exist. What it stands on is marked in `touched`, unless NULL. False when memory is out.
 */
SEG_NODISCARD bool seg_program_print_normal(const struct seg_program *program,
                                            const struct seg_program_entity *entity,
                                            const struct seg_node *node, enum seg_normal_form form,
                                            struct seg_touched *touched, FILE *out);

/** "money(EUR)", "one of (...)", "int": the type in the words of the language, written into `text`.
 */
const char *seg_type_describe(const struct seg_type *type, char *text, size_t size);

#endif
