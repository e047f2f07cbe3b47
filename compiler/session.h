/**
 * What a session holds; private to the library. The public face is segc.h.
 */
#ifndef SEG_COMPILER_SESSION_H
#define SEG_COMPILER_SESSION_H

#include <stdatomic.h>

#include "compiler/include/segc.h"
#include "compiler/pipeline.h"
#include "compiler/verdicts/verdicts.h"

struct segc_session {
  struct seg_pipeline pipeline;
  struct seg_arena arena; // texts and arrays of the summary
  struct seg_error error;
  atomic_bool interrupted;
  bool loaded;
  struct segc_summary summary;
  struct seg_plan own_plan;            // of runs that session_code.h makes code of their own for:
                                       // shares everything with the pipeline's
  struct seg_code *own_code;           // its code; NULL until one is made
  bool own_winners_only;               // who matches each rule is not in it
  struct seg_private_folder objects;   // compiled rules of earlier runs, when they are used
  struct seg_verdicts verdicts;        // of segc_check
  struct seg_proof_cache *proof_cache; // reasons of the verdicts may live in it
  bool checked;
};

/** Keep `status` as the session's answer: the exit class of a seg_status. */
enum segc_status seg_session_failed(enum seg_status status);

/** Compiled rules are looked for, and kept, where the options say. */
void seg_session_use_code_cache(struct segc_session *session,
                                const struct segc_run_options *options);

/** The index of a segment by its name; SEG_USAGE with a suggestion when there is none. */
enum seg_status seg_session_segment(struct segc_session *session, const char *name,
                                    int32_t *segment);

#endif
