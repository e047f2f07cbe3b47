/**
 * Making a difference small: segments, chains, columns and rows are dropped and expressions are
 * replaced by their parts as long as the two evaluators still disagree.
 *
 * Every attempt runs in a process of its own, so that a crash counts as a difference too.
 */
#ifndef SEG_TESTS_DIFFERENTIAL_SHRINK_H
#define SEG_TESTS_DIFFERENTIAL_SHRINK_H

#include "tests/differential/compare.h"
#include "tests/differential/model.h"

struct shrink {
  struct model *model;
  struct data *data;
  struct run_manner manner;
  const char *level; // subject_init_for's
  bool fault;        // the same
  double seconds;    // stop after
  uint32_t attempts; // made
  /** Another test's question instead of the two evaluators: is it still wrong? It runs in a process
   * of its own, which ends afterwards. NULL: the evaluators. */
  bool (*judge)(void *context, const char *program, struct data *data, char *difference,
                size_t size);
  void *context;
};

/** Does the program differ (or crash) on these rows? */
bool shrink_differs(struct shrink *shrink);

/** Change the model, the data and the manner in place; they differ before and afterwards. */
void shrink_all(struct shrink *shrink);

/** Write the program, the rows and the difference in the form of a regression file. */
void shrink_report(struct shrink *shrink, FILE *out);

#endif
