/**
 * The abstract syntax tree: what was written, nothing inferred.
 *
 * Immutable after parsing and owned by one arena. Every expression has a number (`id`, dense from
 * 0 over the whole project; after a syntax error some numbers have no node) that later passes use
 * as the index of their side tables. Texts are decoded (escapes resolved) and in Unicode
 * normalization form C; spans point at the source.
 *
 * Depth: no expression is deeper than SEG_MAX_NESTING (parse.h) levels, so recursive walkers are
 * safe. Chains of `and` or of `or` without parentheses are built balanced, in the order written:
 * `a and b and c and d` is AND(AND(a, b), AND(c, d)), and 10,000 operands are 15 levels. Every
 * other operator is left-associative: `a - b - c` is (a - b) - c.
 */
#ifndef SEG_GRAMMAR_AST_H
#define SEG_GRAMMAR_AST_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler/diag/source_map.h"
#include "runtime/base/arena.h"
#include "runtime/base/str.h"

struct seg_name {
  struct seg_str text;
  struct seg_span span;
};

/** value = digits / 10^scale, exactly; the digits are refused by the lexer when they overflow. */
struct seg_decimal {
  int64_t digits;
  uint8_t scale;
};

enum seg_unit {
  SEG_UNIT_NONE, // written without a unit; the checker refuses it
  SEG_UNIT_HOUR,
  SEG_UNIT_DAY,
  SEG_UNIT_WEEK,
  SEG_UNIT_MONTH, // m, mo, months: refused as rolling units
  SEG_UNIT_YEAR,  // y, years: refused as rolling units
};

struct seg_duration {
  int64_t count;
  enum seg_unit unit;
};

enum seg_period_kind { SEG_PERIOD_YEAR, SEG_PERIOD_QUARTER, SEG_PERIOD_MONTH, SEG_PERIOD_WEEK };

struct seg_period {
  enum seg_period_kind kind;
  int32_t year;
  int32_t part; // quarter 1-4, month 1-12, ISO week 1-53; 0 for a year
};

enum seg_window_kind {
  SEG_WINDOW_EVER,
  SEG_WINDOW_WITHIN,  // within first
  SEG_WINDOW_BETWEEN, // between first and second ago
  SEG_WINDOW_FROM,    // from first_day through second_day
  SEG_WINDOW_IN,      // in 2026-Q3: period
  SEG_WINDOW_THIS,    // in this quarter: period.kind
  SEG_WINDOW_LAST,    // in last [first.count] months: period.kind
};

struct seg_window {
  enum seg_window_kind kind;
  struct seg_duration first, second;
  int32_t first_day, second_day; // days since 1970-01-01
  struct seg_period period;
  struct seg_span span;
};

enum seg_comparison {
  SEG_EQUAL,
  SEG_NOT_EQUAL,
  SEG_LESS,
  SEG_LESS_EQUAL,
  SEG_GREATER,
  SEG_GREATER_EQUAL,
};

enum seg_arithmetic { SEG_ADD, SEG_SUBTRACT, SEG_MULTIPLY, SEG_DIVIDE };

enum seg_expr_kind {
#define SEG_EXPR(name, printed) SEG_EXPR_##name,
#include "grammar/ast_nodes.def"
#undef SEG_EXPR
  SEG_EXPR_KIND_COUNT
};

struct seg_expr {
  enum seg_expr_kind kind;
  uint32_t id;
  struct seg_span span;
  uint32_t depth; // levels of this tree: 1 for a leaf, at most SEG_MAX_NESTING
  uint32_t operand_count;
  struct seg_expr **operands;
  struct seg_name name; // NAME, FIELD, CALL; the currency of MONEY
  union {
    struct seg_decimal decimal; // NUMBER, PERCENT, MONEY
    struct seg_duration duration;
    int32_t day; // DATE: days since 1970-01-01
    struct seg_period period;
    struct seg_str text; // STRING
    bool truth;          // TRUTH
    bool negated;        // BETWEEN, IN: `not between`, `not in`
    bool known;          // IS: `is known` (else `is missing`)
    bool without;        // SEQUENCE: `without` (else `then`)
    enum seg_comparison comparison;
    enum seg_arithmetic arithmetic;
  };
  const struct seg_window *window; // WINDOWED, SEQUENCE (its `first` is the time allowed)
};

/** A type as written: the name, `money(EUR, 4)` arguments or the values of `one of (...)`. */
struct seg_type_syntax {
  struct seg_name name; // "one of" for an enumeration
  struct seg_name currency;
  int32_t scale; // -1 unless written
  uint32_t value_count;
  struct seg_name *values; // the texts of `one of`
  bool optional;           // `?`
  struct seg_span span;
};

struct seg_column_syntax {
  struct seg_name name;
  struct seg_type_syntax type; // declared columns
  struct seg_expr *computed;   // `name = expression`, or NULL for a declared column
  bool personal;
  struct seg_span span;
};

/** What `customer` and `event` declarations share. */
struct seg_entity {
  struct seg_name name;   // the event's name; "customer" for the customer
  struct seg_name source; // the logical source in quotes; empty text for `customer from EVENT`
  struct seg_name event;  // `customer from EVENT`, otherwise empty
  struct seg_name
      key; // `key C` of the customer, `by C` of an event; empty for `customer from EVENT`
  struct seg_name time; // `at C` of an event
  struct seg_name zone; // `zone "UTC"` of timestamps without one; empty when not given
  uint32_t column_count;
  struct seg_column_syntax *columns;
  uint32_t where_count;
  struct seg_expr **wheres; // all must hold
  uint32_t unique_count;
  struct seg_name *unique;
  struct seg_span unique_span; // of the first `unique by`
  struct seg_span span;
};

struct seg_key_list { // list do_not_contact from "optouts" key customer_id
  struct seg_name name, source, key;
  struct seg_span span;
};

struct seg_metric {
  struct seg_name name;
  struct seg_expr *value; // a window of its own is a WINDOWED node
  struct seg_span span;
};

struct seg_constant { // let NAME = value
  struct seg_name name;
  struct seg_expr *value;
  struct seg_span span;
};

/** One `name: value, value` line. Which names exist and what they take is checked after parsing. */
struct seg_clause {
  struct seg_name name;
  uint32_t value_count;
  struct seg_expr **values;
  struct seg_span span;
};

struct seg_segment {
  struct seg_name name;
  struct seg_name title; // the text in quotes, or empty
  uint32_t clause_count;
  struct seg_clause *clauses;
  struct seg_span span;
};

struct seg_priority { // priority NAME: a > b otherwise c
  struct seg_name name;
  uint32_t member_count;
  struct seg_name *members;
  struct seg_name otherwise; // empty when absent
  struct seg_span span;
};

enum seg_stated_kind { SEG_STATED_EXCLUSIVE, SEG_STATED_OVERLAP };

struct seg_stated_relation { // exclusive: a, b, c    overlap: a with b, c (members[0] is a)
  enum seg_stated_kind kind;
  uint32_t member_count;
  struct seg_name *members;
  struct seg_span span;
};

/** What a module calls `needed` is called `given` in the project: an event, or `event.column`. */
struct seg_rename {
  struct seg_name needed, given;
};

struct seg_use {          // use std.rfm with purchase = line, purchase.amount = value
  struct seg_name module; // "std.rfm"
  uint32_t rename_count;
  struct seg_rename *renames;
  struct seg_span span;
};

/** `event purchase { amount: money }` of a module: an event that the project must declare. */
struct seg_need {
  struct seg_entity *entity; // without a source; names as the project calls them
  struct seg_name event;     // as the module calls it
  struct seg_name *columns;  // beside the entity's: as the module calls them
  const struct seg_use *use; // which asked for the module; NULL in a file of the project
};

struct seg_test_value { // amount: 120 EUR
  struct seg_name name;
  struct seg_expr *value;
};

struct seg_test_record { // customer { ... } or EVENT { at: ..., ... }
  struct seg_name entity;
  uint32_t value_count;
  struct seg_test_value *values;
  struct seg_span span;
};

struct seg_test_claim { // expect vip / reject lapsing
  bool expected;
  struct seg_name segment;
};

struct seg_test {
  struct seg_name title;
  int32_t as_of; // days since 1970-01-01
  uint32_t record_count;
  struct seg_test_record *records;
  uint32_t claim_count;
  struct seg_test_claim *claims;
  struct seg_span span;
};

struct seg_setting { // timezone: "Europe/Berlin", currency: EUR
  struct seg_name name;
  struct seg_name value;
  struct seg_span span;
};

enum seg_declaration_kind {
  SEG_DECLARE_SETTING,
  SEG_DECLARE_CUSTOMER,
  SEG_DECLARE_EVENT,
  SEG_DECLARE_METRIC,
  SEG_DECLARE_CONSTANT,
  SEG_DECLARE_SEGMENT,
  SEG_DECLARE_PRIORITY,
  SEG_DECLARE_RELATION,
  SEG_DECLARE_USE,
  SEG_DECLARE_NEED,
  SEG_DECLARE_TEST,
  SEG_DECLARE_LIST,
};

/** One top-level declaration; the member that `kind` names is set. */
struct seg_declaration {
  enum seg_declaration_kind kind;
  struct seg_span span;
  union {
    struct seg_setting *setting;
    struct seg_entity *entity; // customer and event
    struct seg_metric *metric;
    struct seg_constant *constant;
    struct seg_segment *segment;
    struct seg_priority *priority;
    struct seg_stated_relation *relation;
    struct seg_use *use;
    struct seg_need *need;
    struct seg_test *test;
    struct seg_key_list *list;
  };
  struct seg_declaration *next; // in source order, files in the order given
};

/** A whole project: all files of it, one flat list of declarations. */
struct seg_ast {
  struct seg_arena arena;
  struct seg_declaration *first, *last;
  uint32_t expression_count; // ids are 0 .. expression_count - 1
};

void seg_ast_init(struct seg_ast *ast);
void seg_ast_deinit(struct seg_ast *ast);

/** As it is written: "<=". */
const char *seg_comparison_sign(enum seg_comparison comparison);
/** The same comparison read from its other side: `a < b` is `b > a`. */
enum seg_comparison seg_comparison_turned(enum seg_comparison comparison);
/** The one that holds of two known values just when this one does not. */
enum seg_comparison seg_comparison_opposite(enum seg_comparison comparison);

/** The names in ast_nodes.def. */
const char *seg_expr_kind_name(enum seg_expr_kind kind);

#endif
