/**
 * The answer that a run remembers with its store, and the one of an earlier run that it starts
 * from.
 */
#ifndef SEG_COMPILER_SESSION_ANSWER_H
#define SEG_COMPILER_SESSION_ANSWER_H

#include "compiler/session_data.h"
#include "runtime/store/store_answer.h"

/** Zero-initialise; seg_session_answer_deinit in any case. */
struct seg_session_answer {
  bool wanted; // the run remembers
  bool found;
  bool is_present; // what was found is about the store as it is
  struct seg_store_answer_key key;
  struct seg_store_answer answer;
  struct seg_run_before before; // what was found, for the run
};

/** Look for one, when the options ask for it: `plan` is that of the rules, whatever the widths. */
SEG_NODISCARD enum seg_status seg_session_answer_find(struct seg_session_answer *answer,
                                                      struct seg_session_data *data,
                                                      const struct seg_plan *plan,
                                                      const struct segc_run_options *options,
                                                      struct seg_error *error);

/** Remember what the run counted, as far as it can be a start; tell in the summary which way the
 * run took. */
void seg_session_answer_keep(struct seg_session_answer *answer, struct segc_session *session,
                             const struct seg_session_data *data, const struct seg_plan *plan,
                             const struct seg_run_result *result);

void seg_session_answer_deinit(struct seg_session_answer *answer);

#endif
