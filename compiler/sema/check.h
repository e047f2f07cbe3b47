/**
 * What the files of this room share: the state of one check, and the functions by which they call
 * each other.
 *
 * A node is built only when it is right: NULL means "wrong, and already reported" (or memory is
 * out), and whoever gets NULL for an operand gives NULL and says nothing. So one mistake gives one
 * error. Nothing here is seen outside of sema.
 *
 * A literal keeps its exact decimal until its neighbour tells what it is: `2.5` is a LITERAL of
 * type MONEY without a currency ("bare decimal", seg_is_bare_decimal), `80 EUR` is money with the
 * decimals as written. Bare decimals never leave this room: seg_settle_literal makes them numbers.
 *
 * An aggregate whose window is not written yet is open: kind WITHIN with far_age 0, which no
 * window that was written has. Open aggregates live in metrics only; a use binds them.
 */
#ifndef SEG_COMPILER_SEMA_CHECK_H
#define SEG_COMPILER_SEMA_CHECK_H

#include "compiler/sema/names.h"
#include "compiler/sema/program.h"
#include "compiler/sema/sema.h"

enum {
  SEG_MAX_CHECK_DEPTH = 1000,   // levels of one expression, metrics it uses included
  SEG_MAX_RULE_NODES = 1000000, // nodes of one rule after all metrics are expanded
  SEG_MAX_WINDOW_DAYS = 36500,
  SEG_MAX_TILES = 10000,
  SEG_MAX_SHARE_DECIMALS = 6, // of `top_share`: sums times 10^6 stay within 128 bits
  SEG_MAX_SUGGESTIONS = 200,  // for unknown names of one project
};

enum seg_symbol_kind {
  SEG_SYMBOL_EVENT,
  SEG_SYMBOL_METRIC,
  SEG_SYMBOL_SEGMENT,
  SEG_SYMBOL_CHAIN,
  SEG_SYMBOL_LIST,
  SEG_SYMBOL_CONSTANT, // `let`
};

/** How far a metric or a computed column is; UNDER_WAY met again is a cycle. */
enum seg_progress { SEG_NOT_STARTED, SEG_UNDER_WAY, SEG_DONE, SEG_BROKEN };

/** What a use of an expression brings along. */
struct seg_shape {
  uint32_t depth;     // levels of the tree
  uint64_t nodes;     // nodes, shared ones counted at each place
  uint32_t open;      // aggregates that need a window from the use
  uint32_t open_ends; // open first(e) and last(e): `ever` unless the use says otherwise
  uint32_t aggregates;
};

struct seg_symbol {
  enum seg_symbol_kind kind;
  struct seg_name name;
  uint32_t index; // into the program's array of that kind
  const struct seg_declaration *declaration;
  bool used;
  bool excused;               // its declaration has an error, so its uses are no second one
  enum seg_progress progress; // METRIC and CONSTANT
  struct seg_node *value;     // METRIC; CONSTANT: a literal that waits for its neighbour's type
  struct seg_shape shape;     // METRIC
};

/** The customer or an event while it is checked. Column i of the syntax is column i of the program.
 */
struct seg_table {
  const struct seg_entity *syntax;
  struct seg_program_entity *entity;
  struct seg_names columns; // name -> index
  enum seg_progress *progress;
  bool is_event;
};

/** Where an expression stands, which decides what its names mean. */
enum seg_place_kind { SEG_IN_RULE, SEG_IN_CUSTOMER, SEG_IN_EVENT };

struct seg_scope {
  enum seg_place_kind place;
  struct seg_table *table; // IN_CUSTOMER, IN_EVENT: whose columns the names are
  bool open;               // aggregates may stay open: a window follows, or a metric is defined
};

/** A window written behind the constant of a comparison, so that messages can show it at its
 * aggregate. */
struct seg_moved_window {
  const struct seg_node *node;
  struct seg_span span;
};

/** A segment whose rule is being checked, and where it was asked for. */
struct seg_rule_under_way {
  const struct seg_symbol *symbol;
  struct seg_span asked_at;
};

struct seg_check {
  const struct seg_ast *ast;
  const struct seg_source_map *map;
  const struct seg_sema_options *options;
  struct seg_diagnostics *sink;
  struct seg_program *program;
  struct seg_arena scratch;
  struct seg_table customer; // syntax NULL when none is declared
  struct seg_table *events;
  struct seg_symbol *symbols;
  struct seg_names names; // name -> index into symbols
  SEG_VEC(struct seg_moved_window) moved;
  SEG_VEC(const struct seg_need *) unmet;   // reported
  SEG_VEC(struct seg_rule_under_way) rules; // the innermost last
  SEG_VEC(struct seg_program_doubt) doubts; // those of one rule together
  uint32_t depth;
  bool in_metric;       // the value of a metric is being checked, not a rule itself
  uint32_t suggestions; // made so far; each compares with all names, so they are limited
  bool incomplete;      // syntax was wrong or a module is not read: what is absent may be meant
  bool out_of_memory;
};

// check.c: small helpers
struct seg_node *seg_node_new(struct seg_check *check, enum seg_node_kind kind,
                              struct seg_type type, struct seg_span span, uint32_t operand_count);
struct seg_node *seg_node_unary(struct seg_check *check, enum seg_node_kind kind,
                                struct seg_type type, struct seg_span span, struct seg_node *a);
struct seg_node *seg_node_binary(struct seg_check *check, enum seg_node_kind kind,
                                 struct seg_type type, struct seg_span span, struct seg_node *a,
                                 struct seg_node *b);
struct seg_type seg_type_of(enum seg_type_kind kind);
/** Is it true or false for everybody (and not a bool value, which may be missing or compared)? */
bool seg_is_condition(const struct seg_node *node);
bool seg_is_literal(const struct seg_node *node);
bool seg_is_bare_decimal(const struct seg_node *node);
/** An exact average: its comparison is decided without rounding. */
bool seg_is_exact_average(const struct seg_node *node);
struct seg_str seg_code(const struct seg_check *check, struct seg_span span); // the source text
struct seg_str seg_words(struct seg_check *check, const char *format, ...) SEG_PRINTF(2, 3);
bool seg_in_library(const struct seg_check *check, struct seg_span span); // in a module of segc
struct seg_str seg_lost(struct seg_check *check); // memory is out: an empty text

// check_expr.c
struct seg_node *seg_check_expr(struct seg_check *check, const struct seg_scope *scope,
                                const struct seg_expr *expr);
/** As seg_check_expr, but a condition is refused and a bare decimal is still one. */
struct seg_node *seg_check_value(struct seg_check *check, const struct seg_scope *scope,
                                 const struct seg_expr *expr);
struct seg_node *seg_check_condition(struct seg_check *check, const struct seg_scope *scope,
                                     const struct seg_expr *expr);

// check_names.c: what a name in an expression means
struct seg_node *seg_check_name(struct seg_check *check, const struct seg_scope *scope,
                                const struct seg_expr *expr);
/** Report an unknown column of a table with a suggestion. */
void seg_unknown_column(struct seg_check *check, struct seg_table *table, struct seg_name name);
/** The column of a table, NULL after reporting. */
struct seg_node *seg_check_column(struct seg_check *check, struct seg_table *table,
                                  struct seg_name name);
struct seg_symbol *seg_find_symbol(struct seg_check *check, struct seg_str name);
/** Report what `member` does not find, with a suggestion. */
void seg_unknown_member(struct seg_check *check, struct seg_name name);
/** Report what a side of `overlap` does not find, with a suggestion. */
void seg_unknown_side(struct seg_check *check, struct seg_name name);
/** Report an unknown name with a suggestion out of symbols of one kind. */
void seg_unknown_symbol(struct seg_check *check, struct seg_name name, enum seg_symbol_kind kind,
                        const char *what);

// entities.c
void seg_check_entities(struct seg_check *check);
/** Check computed column `index`; false when it is broken (or needs itself, which is reported). */
bool seg_column_ready(struct seg_check *check, struct seg_table *table, uint32_t index);

// needs.c
/**
 * Has the project the events and columns that a module's metric reads? Each need that is not met is
 * reported once, where the project asks for the module. True for metrics of the project.
 */
bool seg_needs_met(struct seg_check *check, const struct seg_metric *metric);

// metrics.c
void seg_check_metrics(struct seg_check *check);
/** Drop the metrics of modules that nothing uses from the program. */
void seg_keep_used_metrics(struct seg_check *check);
/** The checked value of a metric, NULL when it is broken (reported where it is declared). */
struct seg_node *seg_metric_value(struct seg_check *check, struct seg_symbol *symbol);
/** Report the circle that leads back to a metric or constant: those of its kind under way. */
void seg_report_cycle(struct seg_check *check, const struct seg_symbol *symbol);
struct seg_shape seg_shape_of(const struct seg_node *node);
bool seg_window_is_open(const struct seg_node *aggregate);
/**
 * A copy of a value for one use: open aggregates get `window` (NULL: they stay open), aggregates
 * get `filter` beside their own (NULL: none), the root gets `span`. Shares what does not change.
 */
struct seg_node *seg_expand_use(struct seg_check *check, struct seg_node *node,
                                const struct seg_day_window *window, struct seg_node *filter,
                                struct seg_span span);

// named_constants.c: `let`
void seg_check_constants(struct seg_check *check);
/** The literal that a constant stands for, NULL when it is broken (reported where it is declared).
 */
struct seg_node *seg_constant_value(struct seg_check *check, struct seg_symbol *symbol);
/** "a metric": the kind of a name, in words. */
const char *seg_symbol_word(enum seg_symbol_kind kind);

// check_calls.c, check_text.c, check_aggregates.c
struct seg_node *seg_check_call(struct seg_check *check, const struct seg_scope *scope,
                                const struct seg_expr *expr);
struct seg_node *seg_check_starts_with(struct seg_check *check, const struct seg_scope *scope,
                                       const struct seg_expr *expr);
struct seg_node *seg_check_ends_with(struct seg_check *check, const struct seg_scope *scope,
                                     const struct seg_expr *expr);
struct seg_node *seg_check_contains(struct seg_check *check, const struct seg_scope *scope,
                                    const struct seg_expr *expr);
struct seg_node *seg_check_days_since(struct seg_check *check, const struct seg_scope *scope,
                                      const struct seg_expr *expr);
struct seg_node *seg_check_date_function(struct seg_check *check, const struct seg_scope *scope,
                                         const struct seg_expr *expr);
struct seg_node *seg_check_abs(struct seg_check *check, const struct seg_scope *scope,
                               const struct seg_expr *expr);
struct seg_node *seg_check_round(struct seg_check *check, const struct seg_scope *scope,
                                 const struct seg_expr *expr);
struct seg_node *seg_check_floor(struct seg_check *check, const struct seg_scope *scope,
                                 const struct seg_expr *expr);
struct seg_node *seg_check_ceil(struct seg_check *check, const struct seg_scope *scope,
                                const struct seg_expr *expr);
struct seg_node *seg_check_lower(struct seg_check *check, const struct seg_scope *scope,
                                 const struct seg_expr *expr);
struct seg_node *seg_check_upper(struct seg_check *check, const struct seg_scope *scope,
                                 const struct seg_expr *expr);
struct seg_node *seg_check_trim(struct seg_check *check, const struct seg_scope *scope,
                                const struct seg_expr *expr);
struct seg_node *seg_check_matches(struct seg_check *check, const struct seg_scope *scope,
                                   const struct seg_expr *expr);
struct seg_node *seg_check_length(struct seg_check *check, const struct seg_scope *scope,
                                  const struct seg_expr *expr);
bool seg_is_aggregate_word(struct seg_str word, enum seg_aggregate_kind *kind);
struct seg_node *seg_check_aggregate(struct seg_check *check, const struct seg_scope *scope,
                                     const struct seg_expr *expr, enum seg_aggregate_kind kind);
/** An event with its filters, as in `purchase[channel = "web"]`. */
struct seg_event_source {
  struct seg_table *table;
  uint32_t event;
  struct seg_node *filter;
};
/** The event that an argument names; false after reporting. `kind` is for messages. */
bool seg_check_event_source(struct seg_check *check, const struct seg_expr *expr,
                            enum seg_aggregate_kind kind, struct seg_event_source *source);
struct seg_node *seg_check_filter(struct seg_check *check, const struct seg_scope *scope,
                                  const struct seg_expr *expr);

// check_draws.c
struct seg_node *seg_check_bucket(struct seg_check *check, const struct seg_scope *scope,
                                  const struct seg_expr *expr);

// check_ranks.c: places among all customers
struct seg_node *seg_check_rank(struct seg_check *check, const struct seg_scope *scope,
                                const struct seg_expr *expr);

// check_tally.c
bool seg_is_tally_word(struct seg_str word);
struct seg_node *seg_check_at_least(struct seg_check *check, const struct seg_scope *scope,
                                    const struct seg_expr *expr);
struct seg_node *seg_check_at_most(struct seg_check *check, const struct seg_scope *scope,
                                   const struct seg_expr *expr);
struct seg_node *seg_check_exactly(struct seg_check *check, const struct seg_scope *scope,
                                   const struct seg_expr *expr);

// check_sequence.c
/** `a then b within t`: the counted event and what must follow; false after reporting. */
bool seg_check_sequence(struct seg_check *check, const struct seg_expr *expr,
                        struct seg_event_source *source, const struct seg_sequence **sequence);
/** A sequence where `word` wants an event, or where a value must stand. */
void seg_report_sequence(struct seg_check *check, const struct seg_expr *expr, const char *word);
struct seg_node *seg_check_lone_sequence(struct seg_check *check, const struct seg_scope *scope,
                                         const struct seg_expr *expr);

// membership.c
/** The rule of a segment, checked once; NULL when it is broken (reported), or needs itself. */
struct seg_node *seg_segment_rule(struct seg_check *check, struct seg_symbol *symbol,
                                  struct seg_span asked_at);
struct seg_node *seg_check_membership(struct seg_check *check, const struct seg_scope *scope,
                                      const struct seg_expr *expr);

// check_windows.c
bool seg_check_window(struct seg_check *check, const struct seg_window *window,
                      struct seg_day_window *out);
struct seg_node *seg_check_windowed(struct seg_check *check, const struct seg_scope *scope,
                                    const struct seg_expr *expr);
/** A value with the window that was written behind its comparison's constant. */
struct seg_node *seg_bind_window(struct seg_check *check, const struct seg_scope *scope,
                                 const struct seg_expr *whole, const struct seg_expr *operand,
                                 const struct seg_window *window);
/** Close what is open at a use, or report that the window is missing. */
struct seg_node *seg_close_windows(struct seg_check *check, const struct seg_scope *scope,
                                   const struct seg_expr *expr, struct seg_node *node);
/** The window behind a constant: `2 within 90d` gives the constant and the window, else NULL. */
const struct seg_window *seg_constant_window(struct seg_check *check, const struct seg_expr *expr,
                                             const struct seg_expr **constant);
/** Does a metric or aggregate in it still need a window? */
bool seg_waits_for_window(struct seg_check *check, const struct seg_expr *expr);
/** Report a window over something else than one aggregate; candidates come from `whole`. */
void seg_report_group_window(struct seg_check *check, const struct seg_expr *whole,
                             const struct seg_expr *body, const struct seg_window *window);

// window_sets.c
bool seg_window_same(const struct seg_day_window *a, const struct seg_day_window *b);
/** Is every event of `inner` in `outer`, whatever the as-of day? */
bool seg_window_contains(const struct seg_day_window *outer, const struct seg_day_window *inner);

// check_compare.c
/** The exact sum and count of an average, as aggregates; false when memory is out. */
bool seg_split_average(struct seg_check *check, struct seg_node *average, struct seg_node **sum,
                       struct seg_node **count);
struct seg_node *seg_check_compare(struct seg_check *check, const struct seg_scope *scope,
                                   const struct seg_expr *expr);
struct seg_node *seg_check_between(struct seg_check *check, const struct seg_scope *scope,
                                   const struct seg_expr *expr);

// check_member.c: in, is known, else
struct seg_node *seg_check_in(struct seg_check *check, const struct seg_scope *scope,
                              const struct seg_expr *expr, const struct seg_window *window);
struct seg_node *seg_check_is(struct seg_check *check, const struct seg_scope *scope,
                              const struct seg_expr *expr);
struct seg_node *seg_check_else(struct seg_check *check, const struct seg_scope *scope,
                                const struct seg_expr *expr);

// check_dates.c: what is written with a duration, and what with two dates
bool seg_is_duration(const struct seg_expr *expr);
struct seg_node *seg_check_shift(struct seg_check *check, const struct seg_scope *scope,
                                 const struct seg_expr *expr);
/** An operation on two values, of which `*dates` says whether one is a date or timestamp. */
struct seg_node *seg_check_days(struct seg_check *check, const struct seg_expr *expr,
                                struct seg_node *a, struct seg_node *b, bool *dates);

// check_arithmetic.c
struct seg_node *seg_check_arithmetic(struct seg_check *check, const struct seg_scope *scope,
                                      const struct seg_expr *expr);
struct seg_node *seg_check_negate(struct seg_check *check, const struct seg_scope *scope,
                                  const struct seg_expr *expr);
bool seg_is_numeric(const struct seg_node *node); // int, number, money, amount

// constants.c
struct seg_node *seg_literal_int(struct seg_check *check, struct seg_span span, int64_t value);
struct seg_node *seg_literal_number(struct seg_check *check, struct seg_span span, double value);
/** A number as written; trailing zeros are dropped, and without decimals it is an int. */
struct seg_node *seg_literal_decimal(struct seg_check *check, struct seg_span span, int64_t digits,
                                     unsigned scale, struct seg_str currency);
struct seg_node *seg_check_literal(struct seg_check *check, const struct seg_expr *expr);
/** Two literals of one operation computed now; NULL and `*folded` false when they are not constants
 * of that kind. */
struct seg_node *seg_fold_literals(struct seg_check *check, const struct seg_expr *expr,
                                   struct seg_node *a, struct seg_node *b, bool *folded);
struct seg_node *seg_fold_negate(struct seg_check *check, struct seg_span span, struct seg_node *a);
/** Bare decimals become numbers; everything else stays. */
struct seg_node *seg_settle_literal(struct seg_check *check, struct seg_node *node);
/** int or money as number or amount, folded for literals; numbers and amounts stay. */
struct seg_node *seg_to_number(struct seg_check *check, struct seg_node *node);
/**
 * A value in another type: a literal in what its neighbour is (money, number, code of an
 * enumeration), int as number, money as amount or with more decimals. NULL after reporting.
 */
struct seg_node *seg_convert_value(struct seg_check *check, struct seg_node *node,
                                   struct seg_type type);
/** Are both money or amount, of different currencies? Reported when so. */
bool seg_mixed_currency(struct seg_check *check, struct seg_span span, const struct seg_node *a,
                        const struct seg_node *b);

/** Help for a condition that is compared with true or false; false when `expr` is no such. */
bool seg_help_truth(struct seg_check *check, struct seg_diagnostic *d, const struct seg_expr *expr);

// ambiguity.c: forms that read two ways, by their shape alone. True when one was reported.
bool seg_ambiguous_logic(struct seg_check *check, const struct seg_expr *expr,
                         struct seg_expr *const *leaves, uint32_t count);
bool seg_ambiguous_comparison(struct seg_check *check, const struct seg_expr *expr);

// missing.c
/** Refuse negations over what may be missing in a value or condition over the customer. False when
 * one was reported. */
bool seg_check_missing(struct seg_check *check, struct seg_node *node);
/** The same for a computed column or a `where` of an entity; NULL nodes are right. */
bool seg_check_missing_in(struct seg_check *check, struct seg_node *node,
                          const struct seg_program_entity *entity);
/** The same for the rule of a segment, where a negation that is not guarded is a doubt. */
bool seg_check_missing_in_rule(struct seg_check *check, struct seg_node *rule);

// same_value.c
bool seg_same_value(const struct seg_node *a, const struct seg_node *b);
bool seg_same_sequence(const struct seg_sequence *a, const struct seg_sequence *b);

// segments.c, clauses.c, chains.c
void seg_check_segments(struct seg_check *check);
void seg_check_clauses(struct seg_check *check, struct seg_program_segment *segment);
/** The condition of a segment's first `when`; NULL when it has none, or a wrong one (reported). */
struct seg_node *seg_check_rule(struct seg_check *check, const struct seg_segment *syntax);
void seg_check_decisions(struct seg_check *check);
/** Where a name of a list stands twice. */
void seg_report_repeated(struct seg_check *check, struct seg_name name, struct seg_span first);
/** The segments that names stand for, in order; what is wrong is reported and left out. */
uint32_t seg_find_members(struct seg_check *check, const struct seg_name *names, uint32_t count,
                          uint32_t *members, struct seg_span *spans);
void seg_check_chains(struct seg_check *check);

// chain_order.c
/** Report each circle in which chains put segments before each other. */
void seg_check_chain_order(struct seg_check *check);

// relations.c
/** `exclusive` and `overlap`, after the chains. */
void seg_check_relations(struct seg_check *check);

// tests.c, test_needs.c
void seg_check_tests(struct seg_check *check);
/** Report what the claimed rules read and the test leaves out. */
void seg_check_needs(struct seg_check *check, const struct seg_program_test *test);

#endif
