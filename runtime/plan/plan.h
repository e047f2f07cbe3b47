/**
 * The plan: what the runtime executes and what code is generated for. The hinge between compiler
 * and runtime; it knows no rules, only columns, folds and masks.
 *
 * Way of the data: rows of a source -> scan block (keep, flags, carried values) -> customer numbers
 * -> runs partitioned by customer -> fold cells per customer -> customer block -> one mask a
 * segment
 * -> chain winners.
 *
 * Ranks need everybody's values before the first rule can be decided: with ranks, the events are
 * folded in a first pass too, the first block turns its cells into the values to order, and what
 * comes of the orders are input columns of the customer block.
 *
 * Steps of a block are hash-consed and in topological order: operands have smaller numbers.
 * A plan is immutable once verified and owned by its arena. Windows are kept relative: the as-of
 * day is an input of the run, never a part of the plan.
 */
#ifndef SEG_RUNTIME_PLAN_PLAN_H
#define SEG_RUNTIME_PLAN_PLAN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "runtime/base/arena.h"
#include "runtime/base/status.h"
#include "runtime/base/str.h"
#include "runtime/time/period.h"

struct seg_automaton; // runtime/regex

/** How a value lies in memory. */
enum seg_layout {
  SEG_LAYOUT_BIT,  // one bit a row in 64-bit words, least significant bit first
  SEG_LAYOUT_I32,  // days since 1970-01-01, enumeration codes, signs
  SEG_LAYOUT_I64,  // integers, money in minor units, UTC microseconds
  SEG_LAYOUT_F64,  // always finite
  SEG_LAYOUT_TEXT, // struct seg_str: borrowed bytes in Unicode normalization form C
};

/**
 * How wide the integers of an I32 or I64 column are in memory: signed, the value itself. Where the
 * data is in hand before the code is made, its columns come as narrow as their values allow. Texts
 * that have a width are codes: places in a dictionary, which the data has, too. A plan from the
 * compiler says FULL everywhere.
 */
enum seg_width {
  SEG_WIDTH_FULL, // as the layout says
  SEG_WIDTH_8,
  SEG_WIDTH_16,
  SEG_WIDTH_32,
};
enum { SEG_WIDTH_COUNT = SEG_WIDTH_32 + 1 };

/** Bytes of one integer (or code of a text) of a layout; of FULL: what the layout takes, BIT 0. */
size_t seg_width_bytes(enum seg_layout layout, enum seg_width width);

/** What a column of the data means: decides how it is read and what is refused. */
enum seg_column_type {
  SEG_COLUMN_BOOL,      // BIT
  SEG_COLUMN_INT,       // I64
  SEG_COLUMN_NUMBER,    // F64; text such as "5%" reads as 0.05 when `percent`
  SEG_COLUMN_MONEY,     // I64 in units of 10^-scale
  SEG_COLUMN_TEXT,      // TEXT
  SEG_COLUMN_DATE,      // I32
  SEG_COLUMN_TIMESTAMP, // I64
  SEG_COLUMN_ENUM,      // I32: index into values
  SEG_COLUMN_DAY,       // I32: the local day of the event (its time column), computed by the scan
  SEG_COLUMN_INSTANT,   // I64: the instant of the event in UTC microseconds (local midnight for a
                        // plain date)
};

/** A column of a source that the plan reads: input slot i of the scan block is inputs[i]. */
struct seg_plan_input {
  enum seg_column_type type;
  struct seg_str name; // in the data; for DAY and INSTANT the time column's
  uint8_t scale;       // MONEY
  bool optional;       // a missing value is allowed
  bool personal;       // its values never appear in a message
  uint32_t value_count;
  const struct seg_str *values; // ENUM
};

enum seg_stage { SEG_STAGE_VALUE, SEG_STAGE_MASK };

enum seg_op {
#define SEG_OP(name, printed, operands, stage) SEG_OP_##name,
#include "runtime/plan/plan_ops.def"
#undef SEG_OP
  SEG_OP_COUNT
};

struct seg_op_info {
  const char *name;
  uint32_t operand_count;
  enum seg_stage stage;
};
extern const struct seg_op_info seg_op_info[SEG_OP_COUNT];

enum seg_plan_comparison {
  SEG_IS_EQUAL,
  SEG_IS_NOT_EQUAL,
  SEG_IS_LESS,
  SEG_IS_LESS_EQUAL,
  SEG_IS_GREATER,
  SEG_IS_GREATER_EQUAL
};
enum seg_plan_text_test { SEG_TEXT_STARTS, SEG_TEXT_ENDS, SEG_TEXT_CONTAINS };

/** Numbers that a day has. Weeks and months are counted, so that those of different years differ.
 */
enum seg_date_part {
  SEG_PART_YEAR,        // of the calendar
  SEG_PART_MONTH,       // 1 .. 12
  SEG_PART_DAY,         // of the month, 1 .. 31
  SEG_PART_WEEKDAY,     // ISO 8601: 1 is Monday, 7 is Sunday
  SEG_PART_WEEK_COUNT,  // weeks, Monday to Sunday, since that of 1970-01-01
  SEG_PART_MONTH_COUNT, // months since January of year 0
};
/** To a whole number: the nearest (halves away from zero), the next below, the next above. */
enum seg_plan_rounding { SEG_TO_NEAREST, SEG_TO_FLOOR, SEG_TO_CEILING };
enum seg_plan_text_map { SEG_TEXT_LOWER, SEG_TEXT_UPPER, SEG_TEXT_TRIM };

/** The member that the layout names; I32 lies in `integer`. */
struct seg_plan_constant {
  union {
    int64_t integer;
    double number;
  };
  struct seg_str text;
};

struct seg_step {
  enum seg_op op : 8;         // bytes: rules have many steps, which are walked over many times
  enum seg_layout layout : 8; // of the result; BIT for masks
  bool optional;              // the result may be unknown; always false for masks
  enum seg_plan_comparison comparison : 8;
  enum seg_plan_text_test text_test : 8;
  enum seg_date_part date_part : 8; // DATE_PART
  enum seg_plan_text_map text_map : 8;
  enum seg_plan_rounding rounding : 8;   // NUMBER_TO_INTEGER, ROUND
  uint8_t scale;                         // INTEGER_TO_NUMBER
  uint32_t slot;                         // INPUT
  uint32_t operands[4];                  // step numbers
  const struct seg_automaton *automaton; // TEXT_MATCH: that of list[0].text
  int64_t factor;                    // FRACTION_BAND, ROUND; AS_OF_INSTANT: microseconds before it
  struct seg_plan_constant constant; // CONSTANT
  uint32_t list_count; // IN_LIST; TEXT_TEST, TEXT_MATCH (one); BAND, FRACTION_BAND: cuts that never
                       // fall, but may be equal: 1.2 and 1.7 cut whole numbers at 2
  const struct seg_plan_constant *list;
  struct seg_str source; // the rule's text behind it, for fault messages; may be empty
};

/** An expression program over the rows of one batch. */
struct seg_block {
  uint32_t input_count; // slots
  const enum seg_layout *input_layouts;
  const bool *input_optional;
  const enum seg_width *input_widths; // NULL: all FULL
  uint32_t step_count;
  struct seg_step *steps;
  uint32_t value_root_count; // steps whose values are wanted (never BIT)
  uint32_t *value_roots;
  uint32_t mask_root_count; // MASK steps whose bits are wanted
  uint32_t *mask_roots;
};

/** Does any step need the bytes of an input's texts? Conditions about one column do not: they can
 * be asked about the entries of a dictionary. */
bool seg_block_reads_texts(const struct seg_block *block, uint32_t slot);

static inline enum seg_width seg_block_input_width(const struct seg_block *block, uint32_t slot) {
  return block->input_widths == NULL ? SEG_WIDTH_FULL : block->input_widths[slot];
}

/**
 * Reading the customer's or an event's source.
 *
 * The scan block's value roots are the carried columns. Its mask roots are: root 0 = keep (rows
 * where it is false do not exist); roots 1.. = the filters, which become flag bits of the event
 * row. Carried columns that are optional get a flag bit "known" as well: carried_flag[i]
 * (UINT32_MAX when never missing). Flag bits are numbered 0 .. flag_count-1: filters first (flag f
 * = mask root 1 + f), then known bits. The customer has no flags; its carried columns keep their
 * known bitmaps.
 */
struct seg_plan_entity {
  struct seg_str name;   // "customer" or the event's name
  struct seg_str source; // logical source
  struct seg_str key;
  struct seg_str time;     // events
  struct seg_str zone;     // events: zone of timestamps without one; empty when not declared
  bool key_personal;       // the key's values never appear in a message
  uint32_t declared_count; // all declared columns, for checking that the source has them
  const struct seg_str *declared;
  uint32_t input_count;
  struct seg_plan_input *inputs;
  struct seg_block scan;
  uint32_t carried_count;
  uint32_t *carried_flag;
  const enum seg_layout *carried_layout;
  /** As the scan hands them on: that of the input where a carried column is an input, otherwise
   * FULL. NULL: all FULL. */
  const enum seg_width *carried_width;
  uint32_t filter_count;
  uint32_t flag_count;
  uint32_t unique_count; // events: rows of one customer equal in these carried columns and in these
                         // flag bits collapse to the first in file order
  uint32_t *unique;      // carried column numbers
  uint32_t unique_flag_count; // conditions travel as flags only
  uint32_t *unique_flags;     // flag numbers
};

static inline enum seg_width seg_plan_carried_width(const struct seg_plan_entity *entity,
                                                    uint32_t column) {
  return entity->carried_width == NULL ? SEG_WIDTH_FULL : entity->carried_width[column];
}

enum seg_window_form { SEG_WINDOW_ALL, SEG_WINDOW_AGES, SEG_WINDOW_DAYS, SEG_WINDOW_CALENDAR };

/** Days of events that count, against the as-of day D. Events on or after D never count. */
struct seg_plan_window {
  enum seg_window_form form;
  int32_t near_age, far_age;   // AGES: D - far_age <= day <= D - near_age; near_age >= 1
  int32_t first_day, last_day; // DAYS: first_day <= day <= min(last_day, D - 1)
  enum seg_period_unit unit;   // CALENDAR: of the `count` whole periods before the one that holds
  int32_t count;               // D; 0: of that one, as far as it lies before D
};

enum seg_fold_kind {
  SEG_FOLD_COUNT, // I64, always known
  SEG_FOLD_SUM,   // I64 (added in 128 bits, a result outside 64 is a fault) or F64 (added in file
                  // order; not finite is a fault); always known, 0 when empty
  SEG_FOLD_MIN,   // I32, I64, F64; unknown when empty
  SEG_FOLD_MAX,
  SEG_FOLD_FIRST_DAY, // I32; unknown when empty
  SEG_FOLD_LAST_DAY,
  SEG_FOLD_DISTINCT,    // I64, always known
  SEG_FOLD_FIRST_VALUE, // any layout but BIT: the value of the earliest event by `order`, of
                        // several the first in file order; unknown when empty, or when it is
                        // unknown there
  SEG_FOLD_LAST_VALUE,  // of the latest event, of several the last in file order
};

enum { SEG_NO_COLUMN = UINT32_MAX, SEG_NO_FLAG = UINT32_MAX, SEG_MAX_CELL_FLAGS = 4 };

/** One aggregate of one event over one window: a column of values, a row a customer. */
struct seg_fold_cell {
  enum seg_fold_kind kind;
  enum seg_layout layout; // of the result
  enum seg_width width;   // of the result: FULL, or 32 of I64 where no result needs more
  uint32_t column;        // carried column of the argument, or SEG_NO_COLUMN
  uint32_t window;        // index into the plan's windows
  uint32_t flag_count; // the event counts when all these flag bits are 1 (filter; known bit of the
                       // argument)
  uint32_t flags[SEG_MAX_CELL_FLAGS];
  /* FIRST_VALUE and LAST_VALUE only. */
  uint32_t order;        // carried column of the instant, always known
  uint32_t value_flag;   // the flag bit that is the value (I32: 0 or 1) when there is no column
  uint32_t known_flag;   // the flag bit that says whether the value is known; UINT32_MAX: always
  struct seg_str source; // the rule's text behind it, for fault messages
};

/** Does the cell take the value of one event, the first or the last? */
static inline bool seg_fold_is_edge_value(enum seg_fold_kind kind) {
  return kind == SEG_FOLD_FIRST_VALUE || kind == SEG_FOLD_LAST_VALUE;
}

/**
 * A flag of an event's rows that a scan cannot know, because it depends on other rows of the
 * customer: some row of `next` with a later instant follows in time. Within `limit` days: the
 * following row's day is at most so many days after the row's own; otherwise its instant is at most
 * `limit` microseconds after. `without` asks for the opposite, and only of rows whose time was over
 * before the as-of day: the last day that would do lies before it, or the last instant before its
 * midnight.
 */
struct seg_plan_sequence {
  uint32_t instant; // carried column of the event: I64, never missing
  uint32_t next;    // number of the event that follows; may be the same
  uint32_t next_instant;
  uint32_t next_flag; // filter of `next` that a following row passes, or SEG_NO_FLAG
  bool without;
  bool in_days;
  int64_t limit; // days or microseconds, above 0
};

/**
 * What becomes of the rows of one event: its cells, in the order of their output columns. Sequence
 * i is flag `flag_count + i` of the event's rows, behind those of the scan.
 * Each pass folds a stretch of the cells: what only ranks need comes first, then what both need,
 * then the rest.
 */
struct seg_fold {
  uint32_t cell_count;
  struct seg_fold_cell *cells;
  uint32_t sequence_count;
  struct seg_plan_sequence *sequences;
  bool is_followed;   // a sequence looks for rows of this event, so they are read without cells too
  uint32_t first_end; // the first pass folds cells 0 .. first_end - 1
  uint32_t final_begin;     // the final pass folds cells final_begin .. cell_count - 1
  enum seg_width day_width; // of the days that the fold reads
  /** Of the words of flags: FULL is 64 bits each; otherwise there is one word, which has room for
   * all flags. */
  enum seg_width flag_width;
};

enum seg_fold_pass { SEG_FIRST_PASS, SEG_FINAL_PASS };

/** Cells begin .. end - 1. */
struct seg_cell_range {
  uint32_t begin, end;
};
struct seg_cell_range seg_fold_range(const struct seg_fold *fold, enum seg_fold_pass pass);

enum { SEG_MAX_PARTS = 10000 };

enum seg_plan_rank_kind {
  SEG_PLAN_NTILE,         // I64 1 .. count; always known
  SEG_PLAN_QUANTILE_BAND, // I64 1 .. count; known where the value is
  SEG_PLAN_TOP,           // I32 0 or 1; always known
  SEG_PLAN_TOP_SHARE,     // I32 0 or 1; always known. Orders I64, no fractions
  SEG_PLAN_PERCENTILE,    // F64; always known
};

/**
 * The place of a customer among all, ordered by a value of the first block: rising, unknown last,
 * ties by key. Definitions in runtime/rank.
 */
struct seg_plan_rank {
  enum seg_plan_rank_kind kind;
  uint64_t count;       // NTILE, QUANTILE_BAND: parts; TOP: customers, or 0: a share of all
  int64_t share, whole; // TOP: share / whole of all customers, rounded up; TOP_SHARE: of the sum of
                        // all positive values, whole <= 10^6
  uint32_t value;       // value root of the first block: I32, I64, F64
  uint32_t denominator; // value root: the value is an I64 fraction, unknown over zero;
                        // SEG_NO_COLUMN: it is none
};

/** A control group: the members of a segment who draw a number below the limit (draw.h). */
struct seg_plan_holdout {
  uint32_t segment;
  uint64_t limit; // the share times 2^64, rounded up; never 0
  struct seg_str salt;
};

enum seg_derived_kind {
  SEG_DERIVED_BUCKET, // I64: 1 .. buckets, drawn by the customer's key (runtime/base/draw.h)
  SEG_DERIVED_RANK,   // what comes of a rank; not there yet in the first pass
  SEG_DERIVED_LISTED, // I32: 1 when the customer's key is in the list, otherwise 0
};

/** A column of the customer block that the run computes itself. */
struct seg_plan_derived {
  enum seg_derived_kind kind;
  enum seg_layout layout;
  bool optional;       // may be unknown
  int64_t buckets;     // BUCKET: at least 1
  struct seg_str salt; // BUCKET
  uint32_t rank;       // RANK: of the plan
  uint32_t list;       // LISTED: number of the list
};

struct seg_plan_chain {
  struct seg_str name;
  uint32_t member_count;
  uint32_t *members;        // segment numbers, first wins
  struct seg_str otherwise; // empty when absent
};

struct seg_plan {
  struct seg_arena arena;
  struct seg_str timezone;
  struct seg_plan_entity customer;
  int32_t customer_from_event; // the customers are those with a kept event of this number; -1: they
                               // have a source
  uint32_t event_count;
  struct seg_plan_entity *events; // see seg_plan_gathers_event
  struct seg_fold *folds;         // beside events
  uint32_t window_count;
  struct seg_plan_window *windows;
  uint32_t list_count;
  struct seg_plan_entity *lists; // name, source and key only; one that no rule needs is not read
  uint32_t derived_count;
  struct seg_plan_derived *derived;
  /** For ranks; empty without any. Input slots as in the customer block, but what comes of ranks is
   * not read. Value roots: what is ordered. No mask roots. */
  struct seg_block first_block;
  uint32_t rank_count;
  struct seg_plan_rank *ranks;
  /**
   * Input slots: first the customer's carried columns, then the cells of every fold, events in
   * order, then the derived columns. Mask roots: one a segment, in order. No value roots.
   */
  struct seg_block customer_block;
  uint32_t segment_count;
  struct seg_str *segments;
  uint32_t holdout_count;
  struct seg_plan_holdout *holdouts; // segments rising
  uint32_t chain_count;
  struct seg_plan_chain *chains;
};

/** How what comes of a rank lies in memory. */
enum seg_layout seg_plan_rank_layout(enum seg_plan_rank_kind kind);

/** How the values of a column type lie in memory. */
enum seg_layout seg_column_type_layout(enum seg_column_type type);

/**
 * Are the rows of an event brought together by customer, for a cell or for a sequence? An event of
 * which this is false is not read, unless it gives the customers.
 */
bool seg_plan_gathers_event(const struct seg_plan *plan, uint32_t event);

void seg_plan_init(struct seg_plan *plan);
void seg_plan_deinit(struct seg_plan *plan);

/** Write the plan as text (`--dump=plan`), stable enough for tests. */
void seg_plan_print(const struct seg_plan *plan, FILE *out);

/** Check every invariant written above; a violation is SEG_INTERNAL with the place. */
SEG_NODISCARD enum seg_status seg_plan_verify(const struct seg_plan *plan, struct seg_error *error);

/** Of these invariants those about widths: for a plan that was verified with others. */
SEG_NODISCARD enum seg_status seg_plan_verify_widths(const struct seg_plan *plan,
                                                     struct seg_error *error);

#endif
