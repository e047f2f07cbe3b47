/**
 * The typed program in English: what a rule means, said in one sentence. Generated from the
 * meaning, never from comments or titles, so it cannot be out of date.
 *
 * Deterministic: the same program gives the same words. Names of events and columns appear as the
 * project spells them, events in the plural; metrics that are more than one aggregate keep their
 * name, because their definition would bury the sentence.
 */
#ifndef SEG_COMPILER_REPORT_ENGLISH_H
#define SEG_COMPILER_REPORT_ENGLISH_H

#include <stdio.h>

#include "compiler/sema/program.h"

/** What a sentence is about: the customer (`entity` is the program's) or one event. */
struct seg_english {
  const struct seg_program *program;
  const struct seg_source_map *map;
  const struct seg_program_entity *entity;
  FILE *out;
  bool expanded; // metrics never keep their name, other segments show their rule
};

/** "who have at least 2 purchases in the last 90 complete days, and whose country is "DE"". */
void seg_english_condition(const struct seg_english *english, const struct seg_node *node);

/** `x between a and b`, which has become two comparisons joined by AND. */
bool seg_english_is_between(const struct seg_node *node);

/** A noun without article: "average amount of purchases over all time". */
void seg_english_value(const struct seg_english *english, const struct seg_node *node);

/** The value of a metric as its declaration has it: the name of the root is not used. */
void seg_english_definition(const struct seg_english *english, const struct seg_node *node);

/** "in the last 90 complete days", "over all time". */
void seg_english_window(const struct seg_day_window *window, FILE *out);

/** "purchases", "page views": an event's name in the plural, as words. */
void seg_english_events(struct seg_str name, FILE *out);

/** "80.00 EUR", "2026-11-01", `"DE"`. */
void seg_english_literal(const struct seg_type *type, const struct seg_literal *literal, FILE *out);

/** The shortest decimal of at most ten digits. */
void seg_english_number(double value, FILE *out);

/** Does the source text at the node's place name the metric (with a window or filter behind)? */
bool seg_english_names(const struct seg_english *english, const struct seg_node *node,
                       const struct seg_program_metric *metric);

/** Source text with every run of blanks and line ends as one space; comments are left out. */
void seg_english_source(const struct seg_source_map *map, struct seg_span span, FILE *out);

#endif
