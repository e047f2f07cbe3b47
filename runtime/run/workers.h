/**
 * Workers: the same function on several threads, the caller's own among them.
 */
#ifndef SEG_RUNTIME_RUN_WORKERS_H
#define SEG_RUNTIME_RUN_WORKERS_H

typedef void (*seg_worker_function)(void *context, unsigned worker);

/** As many as the machine lets this process use, at least 1. */
unsigned seg_workers_available(void);

/**
 * Call function(context, w) once for every w < count, at once, and wait for all. When the system
 * has no more threads to give, one thread does the work of several workers, one after the other: a
 * function must not wait for a worker with a larger number to begin.
 */
void seg_workers_run(unsigned count, seg_worker_function function, void *context);

#endif
