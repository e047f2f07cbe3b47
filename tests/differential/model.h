/**
 * The program that the generator makes: a small tree that can be printed as rules, changed and
 * printed again. Shrinking needs it: text cannot be made smaller without a parser, and using the
 * one under test would hide its mistakes.
 *
 * It knows just enough of the language to write rules that the checker should accept. Nothing here
 * is read by the compiler: only the printed text is.
 */
#ifndef SEG_TESTS_DIFFERENTIAL_MODEL_H
#define SEG_TESTS_DIFFERENTIAL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler/sema/program.h"
#include "runtime/base/arena.h"

enum {
  MODEL_MAX_COLUMNS = 12,
  MODEL_MAX_EVENTS = 3,
  MODEL_MAX_LISTS = 2,
  MODEL_MAX_METRICS = 10,
  MODEL_MAX_CONSTANTS = 12,
  MODEL_MAX_SEGMENTS = 60,
  MODEL_MAX_CHAINS = 2,
  MODEL_MAX_RELATIONS = 2,
  MODEL_MAX_VALUES = 6, // of a `one of`
  MODEL_MAX_OPERANDS = 8,
  MODEL_MAX_DAYS = 96,  // days worth having data on
  MODEL_MAX_HOURS = 16, // hours worth having data before the as-of day
};

enum { MODEL_CUSTOMER = -1 }; // as the number of an entity; events count from 0

/** `one of` lists are compared by identity. */
struct model_list {
  uint32_t count;
  const char *values[MODEL_MAX_VALUES];
};

struct model_type {
  enum seg_type_kind kind;
  uint8_t scale;                 // MONEY
  const char *currency;          // MONEY, AMOUNT
  const struct model_list *list; // ENUM
};

struct model_window {
  enum seg_window_kind kind;
  int32_t first, second;     // WITHIN: first; BETWEEN: both ages; FROM: days since 1970-01-01;
                             // LAST: first periods, 0 for `last month`; IN: year and part
  enum seg_period_unit unit; // IN, THIS, LAST
  bool weeks;                // WITHIN: `first` counts weeks
  bool hours;                // WITHIN, BETWEEN: counted in hours
};

/** `then` or `without` behind the event of a count. */
struct model_sequence {
  bool without;
  int next; // event
  struct term *filter;
  int32_t limit;
  char unit; // 'h', 'd', 'w'
};

enum term_kind {
  TERM_LITERAL,    // `text`, as written
  TERM_DURATION,   // `text`: no value, it only moves a date
  TERM_COLUMN,     // of `entity`
  TERM_TIME,       // the `at` column of event `entity`
  TERM_METRIC,     // `metric`, perhaps with a filter and a window
  TERM_AGGREGATE,  // of event `entity`; operand 0 is the argument
  TERM_BUCKET,     // `text`: what stands between the parentheses
  TERM_BAND,       // operand 0; cuts: 1 ...
  TERM_FUNCTION,   // `text`(operand 0): a function of one value
  TERM_RANK,       // `text` (such as "ntile(5, ") operand 0
  TERM_ARITHMETIC, // operand 0 `sign` operand 1
  TERM_NEGATE,
  TERM_ELSE,
  // Conditions from here on.
  TERM_COMPARE, // operand 0 `sign` operand 1; perhaps with the window of operand 0 behind operand 1
  TERM_BETWEEN, // operand 0 [not] between operand 1 and operand 2
  TERM_IN,      // operand 0 [not] in (operand 1, ...)
  TERM_IS,      // operand 0 is known (negated: is missing)
  TERM_TEXT_TEST, // `text`(operand 0, operand 1)
  TERM_TOP,       // `text` (such as "top(10%, ") operand 0
  TERM_TRUE,      // operand 0: a bool value standing as a condition
  TERM_LISTED,    // `metric` counts lists here
  TERM_MEMBER,    // of an earlier segment, `metric` counts segments here
  TERM_NOT,
  TERM_AND,
  TERM_OR,
  TERM_TALLY, // `text`(`number`, operand 0, ...)
};

struct term {
  enum term_kind kind;
  struct model_type type;
  bool optional; // may be missing
  bool
      veiled; // a computed condition over what may be missing: never missing, but not to be negated
  bool parens;     // printed in parentheses even where none are needed
  bool negated;    // BETWEEN, IN, IS
  bool has_window; // METRIC, AGGREGATE
  bool behind;     // COMPARE, BETWEEN, IN: `window` stands behind the constant
  struct model_window window;
  const char *text;  // LITERAL, TEXT, TEXT_TEST
  uint32_t constant; // LITERAL: the number of the `let` that stands for it, from 1; 0 for none
  const char *sign;  // ARITHMETIC, COMPARE
  int entity;
  uint32_t column, metric;
  uint32_t number; // TALLY
  enum seg_aggregate_kind aggregate;
  struct term *filter;             // METRIC, AGGREGATE
  struct model_sequence *sequence; // AGGREGATE: of a count, or NULL
  uint32_t operand_count;
  struct term *operands[MODEL_MAX_OPERANDS];
};

struct model_column {
  const char *name; // as written, in backquotes when it needs them
  struct model_type type;
  bool optional, veiled; // as in struct term
  bool personal;
  struct term *computed;
  bool dropped; // by shrinking
};

struct model_entity {
  const char *name; // events
  const char *source, *key, *time;
  bool key_is_text; // in the data
  uint32_t column_count;
  struct model_column columns[MODEL_MAX_COLUMNS];
  struct term *where;
  uint32_t unique_count;
  int32_t unique[MODEL_MAX_COLUMNS]; // columns; SEG_UNIQUE_TIME: the time column
  bool dropped;
};

struct model_constant {
  const char *name;
  const char *text; // of the literals it stands for
  bool computed;    // written as a calculation
  bool dropped;
};

struct model_metric {
  const char *name;
  struct term *value;
  bool open; // has no window of its own: every use must give one
  bool dropped;
};

struct model_segment {
  const char *name;
  struct term *when;
  const char *holdout; // "10%"
  bool no_holdout;     // also by shrinking
  bool dropped;
};

struct model_chain {
  const char *name;
  uint32_t member_count;
  uint32_t members[MODEL_MAX_SEGMENTS];
  bool otherwise;
  bool dropped;
};

/** `exclusive`, or `overlap` of the first member with the others. */
struct model_relation {
  bool overlap;
  uint32_t member_count;
  uint32_t members[MODEL_MAX_SEGMENTS];
  bool dropped;
};

struct model {
  struct seg_arena arena;
  const char *timezone;
  int32_t as_of;
  bool from_event; // the customers are those of event 0
  struct model_entity customer;
  uint32_t event_count, metric_count, segment_count, chain_count, relation_count;
  struct model_entity events[MODEL_MAX_EVENTS];
  uint32_t list_count;
  struct model_entity lists[MODEL_MAX_LISTS]; // without columns
  uint32_t constant_count;
  struct model_constant constants[MODEL_MAX_CONSTANTS];
  struct model_metric metrics[MODEL_MAX_METRICS];
  struct model_segment segments[MODEL_MAX_SEGMENTS];
  struct model_chain chains[MODEL_MAX_CHAINS];
  struct model_relation relations[MODEL_MAX_RELATIONS];
  bool wide;          // many segments with many filters
  uint32_t day_count; // days at which a window of the program begins or ends
  int32_t days[MODEL_MAX_DAYS];
  uint32_t hour_count; // of windows, before the as-of day, and that a sequence allows
  int32_t hours[MODEL_MAX_HOURS];
};

/** The customer for MODEL_CUSTOMER, otherwise the event. */
struct model_entity *model_entity(struct model *model, int entity);

bool model_type_same(struct model_type a, struct model_type b);

/** Memory of tests is never out: these stop the test instead of failing. */
struct term *model_term(struct model *model, enum term_kind kind, struct model_type type);
const char *model_text(struct model *model, const char *format, ...) SEG_PRINTF(2, 3);

/** The rules as text; the caller frees it. */
char *model_print(struct model *model);

#endif
