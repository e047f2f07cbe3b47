// What a program does that is measured turn by turn: it says `ready`, waits for a line on its
// standard input, does its work once, says what that took and what came out, and waits again.
//
//   ready SECONDS           once, after what comes before the first turn
//   time WALL CPU           seconds of this turn; CPU counts all threads
//   answer VALUE NAME       a count, one line each
//   stage SECONDS NAME      a part of the turn, when the program knows it
//   looked COUNT customers  at so many again; without it, at all
//   done KILOBYTES          the most memory the process has held so far
#ifndef SEG_BENCH_TURNS_H
#define SEG_BENCH_TURNS_H

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct seg_bench_clock {
  double wall, processors; // seconds
};

static inline struct seg_bench_clock seg_bench_now(void) {
  struct timespec wall, processors;
  clock_gettime(CLOCK_MONOTONIC, &wall);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &processors);
  return (struct seg_bench_clock){
      (double)wall.tv_sec + (double)wall.tv_nsec / 1e9,
      (double)processors.tv_sec + (double)processors.tv_nsec / 1e9,
  };
}

static inline void seg_bench_say_time(struct seg_bench_clock since) {
  struct seg_bench_clock now = seg_bench_now();
  printf("time %.9f %.9f\n", now.wall - since.wall, now.processors - since.processors);
}

static inline void seg_bench_say_done(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("done %ld\n", usage.ru_maxrss);
  fflush(stdout);
}

/** Waits for the next turn; false when there is none. */
static inline int seg_bench_next_turn(void) {
  char line[16];
  return fgets(line, sizeof line, stdin) != NULL && strcmp(line, "go\n") == 0;
}

#endif
