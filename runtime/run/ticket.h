/**
 * Ticket: lets workers that hold morsels pass one after the other, in the order of the morsels.
 */
#ifndef SEG_RUNTIME_RUN_TICKET_H
#define SEG_RUNTIME_RUN_TICKET_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct seg_ticket {
  pthread_mutex_t lock;
  pthread_cond_t moved;
  int64_t next; // whose turn it is
  int64_t end;  // numbers from here on never get a turn
};

void seg_ticket_init(struct seg_ticket *ticket);
void seg_ticket_deinit(struct seg_ticket *ticket);

/** Wait for the turn of `number`; false when it will never come. */
bool seg_ticket_wait(struct seg_ticket *ticket, int64_t number);

/** The turn is over: the next one, please. */
void seg_ticket_pass(struct seg_ticket *ticket);

/** Nobody from `number` on gets a turn any more; those before still do. */
void seg_ticket_stop(struct seg_ticket *ticket, int64_t number);

#endif
