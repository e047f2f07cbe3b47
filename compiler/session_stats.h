/**
 * What a run did in each stage: time, rows, bytes.
 */
#ifndef SEG_COMPILER_SESSION_STATS_H
#define SEG_COMPILER_SESSION_STATS_H

#include "compiler/session_data.h"

/** Seconds of some moment on, to be subtracted. */
struct seg_run_time seg_session_clock(void);

/**
 * Fill stages and memory. Bytes of the reading stages are those of the files; bytes of the rules
 * stage are what it has to read of customer columns, folded results and events, each once.
 */
void seg_session_stats(const struct seg_plan *plan, const struct seg_run_result *result,
                       const struct seg_session_data *data, struct segc_summary *summary);

/** Rows and bytes of the output, unless it was written in another stage; nothing when `path` is
 * NULL. */
void seg_session_output_stats(const char *path, const struct seg_run_result *result,
                              struct segc_summary *summary);

#endif
