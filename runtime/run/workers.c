// Threads of one stage of a run; see workers.h.
#include "runtime/run/workers.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct worker {
  pthread_t thread;
  bool started;
  unsigned number;
  seg_worker_function function;
  void *context;
};

unsigned seg_workers_available(void) {
  cpu_set_t set;
  int count = 0;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    count = CPU_COUNT(&set);
  if (count <= 0)
    count = (int)sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (unsigned)count : 1;
}

static void *start(void *argument) {
  const struct worker *worker = argument;
  worker->function(worker->context, worker->number);
  return NULL;
}

void seg_workers_run(unsigned count, seg_worker_function function, void *context) {
  struct worker *others = count > 1 ? calloc(count, sizeof *others) : NULL;
  for (unsigned w = 1; others != NULL && w < count; w++) {
    others[w] = (struct worker){.number = w, .function = function, .context = context};
    others[w].started = pthread_create(&others[w].thread, NULL, start, &others[w]) == 0;
  }
  function(context, 0);
  for (unsigned w = 1; w < count; w++) {
    if (others != NULL && others[w].started)
      pthread_join(others[w].thread, NULL);
    else
      function(context, w);
  }
  free(others);
}
