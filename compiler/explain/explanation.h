/**
 * Why a customer is in a segment, or is not: the rule clause by clause with the values of this
 * customer, and for every aggregate the events that counted.
 *
 * The reference evaluator answers, and compiled rules are run over the same rows: when the two
 * disagree, that is an internal error and no explanation is given. Values of `personal` columns,
 * and what is computed from them, are "(personal)"; counts of them are shown.
 */
#ifndef SEG_COMPILER_EXPLAIN_EXPLANATION_H
#define SEG_COMPILER_EXPLAIN_EXPLANATION_H

#include <stdio.h>

#include "compiler/reference/evaluate.h"
#include "runtime/plan/kernel.h"
#include "runtime/run/run.h"

enum { SEG_MOST_EVENTS_SHOWN = 10 };

struct seg_explained_event {
  int32_t day, age;     // local day; days before the as-of day
  struct seg_str value; // of the aggregate's argument; empty without one
};

/** A value of the rule. Aggregates have a meaning, days and events; others may have parts. A place
 * among all customers has the meaning "place 4 of 120 ..." and what is ordered as its part. */
struct seg_explained_value {
  struct seg_str name;    // in the words of the rules
  struct seg_str value;   // "7", "80.00 EUR", "missing", "(personal)"
  struct seg_str meaning; // aggregates and ranks: in English
  bool is_aggregate;
  bool has_first_day;                 // false: no beginning
  int32_t first_day, last_day;        // of the window, both count
  uint32_t fates[SEG_ROW_FATE_COUNT]; // rows of the event's source by what became of them
  uint32_t event_count;
  struct seg_explained_event *events; // some of those that counted, the telling ones first
  uint32_t part_count;
  struct seg_explained_value *parts;
};

enum seg_finding_kind { SEG_FINDING_ALL, SEG_FINDING_ANY, SEG_FINDING_NOT, SEG_FINDING_TEST };

/** A condition of the rule. */
struct seg_finding {
  enum seg_finding_kind kind;
  struct seg_str text; // as written
  struct seg_span span;
  bool holds;
  bool asks_segment; // `member(...)`: its part is the rule of another segment
  uint32_t part_count;
  struct seg_finding *parts;
  uint32_t value_count;
  struct seg_explained_value *values;
};

struct seg_explained_match {
  struct seg_str segment;
  bool matches;
};

struct seg_explained_chain {
  struct seg_str name, otherwise;
  int32_t winner; // index into matches, or -1
  uint32_t match_count;
  struct seg_explained_match *matches;
};

struct seg_explanation {
  struct seg_arena arena;
  struct seg_str segment, title, customer;
  int32_t as_of;
  bool member;
  bool has_holdout, held_out; // the segment has a control group; the customer is in it
  struct seg_finding rule;
  uint32_t chain_count; // those that the segment is in
  struct seg_explained_chain *chains;
};

/** Everything is borrowed for the call. The sources are read to their end. */
struct seg_explain_request {
  const struct seg_program *program;
  const struct seg_source_map *map;
  const struct seg_plan *plan;
  const struct seg_kernels *kernels;
  const struct seg_run_sources *sources;
  uint32_t segment;
  struct seg_str customer; // the key as text, in any normalization form
  int32_t as_of;
  const atomic_bool *interrupted;
};

/** Errors: those of the sources; SEG_USAGE for a customer who does not exist; SEG_INTERNAL when
 * compiled rules disagree. Texts live in the explanation. Deinit in any case. */
SEG_NODISCARD enum seg_status seg_explanation_init(struct seg_explanation *explanation,
                                                   const struct seg_explain_request *request,
                                                   struct seg_error *error);
void seg_explanation_deinit(struct seg_explanation *explanation);

/**
 * The rule of `request->segment` alone, for customer 0 of the reference evaluator. Of the request,
 * program, map, segment and as_of are used. Without `reference` it is the outline of the rule:
 * nothing holds, and there are no values. Texts live in the arena.
 */
SEG_NODISCARD enum seg_status seg_finding_build(struct seg_finding *finding,
                                                const struct seg_explain_request *request,
                                                struct seg_reference *reference,
                                                const struct seg_dataset *dataset,
                                                struct seg_arena *arena, struct seg_error *error);

struct seg_json;
/** `depth` steps of two blanks before the first line. */
void seg_finding_write_text(const struct seg_finding *found, int depth, FILE *out);
void seg_finding_write_json(struct seg_json *json, const struct seg_finding *found);

void seg_explanation_write_text(const struct seg_explanation *explanation, FILE *out);
void seg_explanation_write_json(const struct seg_explanation *explanation, FILE *out);

#endif
