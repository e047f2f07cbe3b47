/**
 * How long a test's process may work: one that never ends is a mistake as well. Its own work
 * counts, not what else the machine does meanwhile.
 */
#ifndef SEG_TESTS_SUPPORT_PATIENCE_H
#define SEG_TESTS_SUPPORT_PATIENCE_H

#include <sys/time.h>
#include <unistd.h>

/** The process ends by a signal after `seconds` of the processor, or after twenty times as many on
 * the wall, which is for one that waits. Called again it begins anew. */
static inline void limit_work(unsigned seconds) {
  enum { WAITING = 20 };
  const struct itimerval spent = {.it_value = {.tv_sec = seconds}};
  setitimer(ITIMER_PROF, &spent, NULL);
  alarm(WAITING * seconds);
}

#endif
