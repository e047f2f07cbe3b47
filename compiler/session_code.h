/**
 * The code of a run: that of the rules, or one of its own where the sources lie narrower than the
 * rules have to assume, or where only winners are wanted.
 */
#ifndef SEG_COMPILER_SESSION_CODE_H
#define SEG_COMPILER_SESSION_CODE_H

#include "compiler/session.h"
#include "runtime/run/run.h"

/** The plan for these sources, and its code. Both live until the session is freed or asked again;
 * code of an earlier run over equal sources is used again. */
SEG_NODISCARD enum seg_status seg_session_compile(struct segc_session *session,
                                                  const struct seg_run_sources *sources,
                                                  bool winners_only, const struct seg_plan **plan,
                                                  const struct seg_kernels **kernels,
                                                  struct seg_error *error);

void seg_session_free_code(struct segc_session *session);

#endif
