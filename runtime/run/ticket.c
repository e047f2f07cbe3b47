// Turns in the order of the morsels; see ticket.h.
#include "runtime/run/ticket.h"

void seg_ticket_init(struct seg_ticket *ticket) {
  *ticket = (struct seg_ticket){.end = INT64_MAX};
  pthread_mutex_init(&ticket->lock, NULL);
  pthread_cond_init(&ticket->moved, NULL);
}

void seg_ticket_deinit(struct seg_ticket *ticket) {
  pthread_cond_destroy(&ticket->moved);
  pthread_mutex_destroy(&ticket->lock);
}

bool seg_ticket_wait(struct seg_ticket *ticket, int64_t number) {
  pthread_mutex_lock(&ticket->lock);
  while (ticket->next != number && number < ticket->end)
    pthread_cond_wait(&ticket->moved, &ticket->lock);
  bool mine = number < ticket->end;
  pthread_mutex_unlock(&ticket->lock);
  return mine;
}

void seg_ticket_pass(struct seg_ticket *ticket) {
  pthread_mutex_lock(&ticket->lock);
  ticket->next++;
  pthread_cond_broadcast(&ticket->moved);
  pthread_mutex_unlock(&ticket->lock);
}

void seg_ticket_stop(struct seg_ticket *ticket, int64_t number) {
  pthread_mutex_lock(&ticket->lock);
  ticket->end = number < ticket->end ? number : ticket->end;
  pthread_cond_broadcast(&ticket->moved);
  pthread_mutex_unlock(&ticket->lock);
}
