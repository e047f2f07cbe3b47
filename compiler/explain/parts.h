/**
 * What the files of this room share; private to it.
 */
#ifndef SEG_COMPILER_EXPLAIN_PARTS_H
#define SEG_COMPILER_EXPLAIN_PARTS_H

#include "compiler/explain/customer_rows.h"
#include "compiler/explain/explanation.h"

/** An explanation under way. */
struct seg_explainer {
  const struct seg_explain_request *request;
  struct seg_arena *arena; // the explanation's
  struct seg_reference *reference;
  const struct seg_dataset *dataset;
  uint32_t customer; // number of the one that is explained
  bool failed;       // memory is out
};

// values.c
void seg_explain_value(struct seg_explainer *explainer, const struct seg_node *node,
                       struct seg_explained_value *out);
/** A sum and a count that stand for an average. */
void seg_explain_average(struct seg_explainer *explainer, const struct seg_node *sum,
                         struct seg_explained_value *out);
/** The average whose exact sum it is. */
struct seg_node seg_average_of(const struct seg_node *sum);
/** Conversions are invisible in an explanation. */
const struct seg_node *seg_behind_conversions(const struct seg_node *node);
/** The text of the rules at a place. */
struct seg_str seg_explain_source(struct seg_explainer *explainer, struct seg_span span);
void *seg_explain_array(struct seg_explainer *explainer, size_t count, size_t size);

// events.c
/** The days and events of an aggregate. */
void seg_explain_events(struct seg_explainer *explainer, const struct seg_node *aggregate,
                        struct seg_explained_value *out);
/** A value as text: "missing" when it is not known, "(personal)" when it must not be shown. */
struct seg_str seg_explain_text(struct seg_explainer *explainer, const struct seg_type *type,
                                const struct seg_value *value, bool personal);
/** Would the value of the node tell what stands in a personal column? */
bool seg_tells_personal(const struct seg_program *program, const struct seg_program_entity *entity,
                        const struct seg_node *node);

// standing.c
/** Where the customer stands among all, and where the cuts are. */
void seg_explain_standing(struct seg_explainer *explainer, const struct seg_node *rank,
                          struct seg_explained_value *out);

#endif
