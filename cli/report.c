// What the verbs print besides their data; see report.h.
#include "cli/report.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/args.h"

struct segc_session *open_session(void) {
  struct segc_session *session = segc_session_new();
  if (session == NULL)
    fprintf(stderr, "error: not enough memory to start\n");
  return session;
}

int choose_color(const char *verb, const char *value) {
  static const char *const words[] = {
      [COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never"};
  return choose(verb, "--color", value, words, 3);
}

bool use_color(enum color_choice choice, FILE *out) {
  if (choice != COLOR_AUTO)
    return choice == COLOR_ALWAYS;
  const char *no_color = getenv("NO_COLOR");
  const char *terminal = getenv("TERM");
  bool dumb = terminal == NULL || strcmp(terminal, "dumb") == 0;
  return isatty(fileno(out)) && !dumb && (no_color == NULL || no_color[0] == '\0');
}

void report_failure(const struct segc_session *session, enum segc_status status, bool color) {
  const char *red = color ? "\033[1;31m" : "", *off = color ? "\033[0m" : "";
  struct segc_error error = segc_last_error(session);
  if (status == SEGC_INTERRUPTED) {
    fprintf(stderr, "%sinterrupted%s: no output was written\n", red, off);
    return;
  }
  bool coded = error.code[0] != '\0';
  fprintf(stderr, "%serror%s%s%s%s: %s\n", red, coded ? "[" : "", error.code, coded ? "]" : "", off,
          error.message);
  if (error.help[0] != '\0')
    fprintf(stderr, "  = help: %s\n", error.help);
}

static void print_count(size_t count, const char *noun, const char *after) {
  fprintf(stderr, "%zu %s%s%s", count, noun, count == 1 ? "" : "s", after);
}

void report_diagnostics(const struct segc_session *session, bool color) {
  struct segc_counts counts = segc_counts(session);
  if (counts.errors + counts.warnings == 0)
    return;
  segc_write_diagnostics(session, SEGC_FORMAT_HUMAN, color, stderr);
  print_count(counts.errors, "error", ", ");
  print_count(counts.warnings, "warning", "\n");
}

enum segc_status finish_output(FILE *out, enum segc_status status) {
  if (fflush(out) == 0 && !ferror(out))
    return status;
  fprintf(stderr, "error: the output cannot be written: the disk is full or the reader is gone\n");
  return SEGC_FAILURE;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void progress_begin(struct progress_line *line) {
  *line = (struct progress_line){.start = now()};
}

// How long the activity will still take when it goes on as it went so far; below 0 for too early to
// say.
static double seconds_left(struct progress_line *line, const struct segc_progress *progress,
                           double time) {
  enum { LEAST_SECONDS = 2 };
  static const double least_share = 0.02;
  if (strcmp(line->activity, progress->activity) != 0) {
    snprintf(line->activity, sizeof line->activity, "%s", progress->activity);
    line->stage_start = time;
    line->stage_share = progress->share;
  }
  double spent = time - line->stage_start, done = progress->share - line->stage_share;
  if (progress->share < 0 || spent < LEAST_SECONDS || done < least_share)
    return -1;
  return spent * (1 - progress->share) / done;
}

void progress_show(void *context, const struct segc_progress *progress) {
  struct progress_line *line = context;
  double time = now(), left = seconds_left(line, progress, time);
  if (time - line->start < 1 || time - line->last < 0.1)
    return;
  line->last = time;
  line->shown = true;
  fprintf(stderr, "\r\033[K%s: %llu rows", progress->activity, (unsigned long long)progress->rows);
  if (progress->share >= 0)
    fprintf(stderr, ", %.0f%%", 100 * progress->share);
  fprintf(stderr, ", %.0f s", time - line->start);
  if (left >= 0.5)
    fprintf(stderr, ", about %.0f s left of this step", left);
  fflush(stderr);
}

void progress_end(struct progress_line *line) {
  if (line->shown)
    fprintf(stderr, "\r\033[K");
}

// A signal handler can only reach a global.
static struct segc_session *volatile watched;

static void on_signal(int number) {
  if (watched != NULL)
    segc_interrupt(watched);
  signal(number, SIG_DFL);
}

void watch_signals(struct segc_session *session) {
  watched = session;
  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
}

// Whoever reads a mapped file has no other way to learn that a page of it is not there.
static void on_lost_page(int number, siginfo_t *about, void *context) {
  static const char words[] =
      "error: a file became shorter while it was read, or its disk failed\n"
      "  = help: no other program may change a store; `segc run --verify` tells whether it is "
      "whole\n";
  (void)context;
  if (about->si_code != BUS_ADRERR) {
    signal(number, SIG_DFL);
    return; // to the same fault again
  }
  ssize_t written = write(STDERR_FILENO, words, sizeof words - 1);
  (void)written;
  _exit(SEGC_FAILURE);
}

void watch_lost_pages(void) {
  struct sigaction action = {.sa_sigaction = on_lost_page, .sa_flags = SA_SIGINFO};
  sigaction(SIGBUS, &action, NULL);
}

void unwatch_signals(void) {
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  watched = NULL;
}
