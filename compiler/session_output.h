/**
 * The output of a run: its names are checked before, it is written while the run goes on where the
 * executor gives it away group by group, and afterwards otherwise.
 */
#ifndef SEG_COMPILER_SESSION_OUTPUT_H
#define SEG_COMPILER_SESSION_OUTPUT_H

#include "compiler/session_manifest.h"
#include "runtime/io/sink.h"
#include "runtime/run/run.h"

struct seg_session_output {
  struct segc_session *session;
  const struct segc_run_options *options;
  struct seg_session_data *data;
  struct seg_error *error;
  struct seg_result_view view;     // names; and what is being written
  struct seg_result_chain *chains; // those of the view
  const uint64_t **members;        // the same
  struct seg_hash_writer hash;     // with a manifest
  bool hashes;
  struct seg_sink *sink; // while the run goes on; NULL: it is written afterwards
  struct seg_run_taker taker;
};

/** Everything is borrowed until seg_session_output_deinit. Refuses an output that cannot be written
 * under that name or with these columns. Without `out_path` nothing happens, here and below. */
SEG_NODISCARD enum seg_status
seg_session_output_init(struct seg_session_output *output, struct segc_session *session,
                        const struct segc_run_options *options, struct seg_session_data *data,
                        const struct seg_plan *plan, struct seg_error *error);

/** After seg_session_data_open: the output must not take the place of a file that is read (D004).
 */
SEG_NODISCARD enum seg_status
seg_session_output_spare_inputs(const struct seg_session_output *output);

void seg_session_output_deinit(struct seg_session_output *output);

/** Will there be a manifest beside it? */
bool seg_session_output_has_manifest(const struct segc_run_options *options);

/** Before the run. `*taker` is what the run should ask; NULL: nobody. */
SEG_NODISCARD enum seg_status seg_session_output_begin(struct seg_session_output *output,
                                                       const struct seg_run_taker **taker);

/** After the run: write the output, or what is left of it, and its manifest. */
SEG_NODISCARD enum seg_status seg_session_output_write(struct seg_session_output *output,
                                                       const struct seg_plan *plan,
                                                       const struct seg_run_result *result);

#endif
