/**
 * What the verbs print besides their data: errors, diagnostics, progress. All of it goes to stderr.
 */
#ifndef SEGC_CLI_REPORT_H
#define SEGC_CLI_REPORT_H

#include <segc.h>

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/** A session; NULL after a message on stderr. */
struct segc_session *open_session(void);

/** The choice that `--color VALUE` makes; -1 after a message on stderr. */
int choose_color(const char *verb, const char *value);

/** Colours on `out`: as chosen, or for a terminal without NO_COLOR and TERM=dumb. */
bool use_color(enum color_choice choice, FILE *out);

/** The failure behind a status that is neither SEGC_OK nor SEGC_FINDINGS. */
void report_failure(const struct segc_session *session, enum segc_status status, bool color);

/** Diagnostics for people and a closing line, on stderr; nothing when there are none. */
void report_diagnostics(const struct segc_session *session, bool color);

/** Did everything reach the stream? If not, says so and returns SEGC_FAILURE. */
enum segc_status finish_output(FILE *out, enum segc_status status);

/** One line on a terminal, rewritten in place, from the first second on. */
struct progress_line {
  double start, last;
  double stage_start; // when the activity began, and with which share
  double stage_share;
  char activity[128];
  bool shown;
};
void progress_begin(struct progress_line *line);
void progress_show(void *context, const struct segc_progress *progress);
void progress_end(struct progress_line *line);

/** While set, SIGINT and SIGTERM interrupt this session; a second one ends the process at once. */
void watch_signals(struct segc_session *session);
void unwatch_signals(void);

/** From now on the process ends with a message and SEGC_FAILURE, instead of SIGBUS, when a page of
 * a mapped file is not there. Outputs are whole or absent all the same. */
void watch_lost_pages(void);

#endif
