// A small data set in memory; see dataset.h.
#include "compiler/reference/dataset.h"

bool seg_dataset_init(struct seg_dataset *dataset, uint32_t event_count) {
  *dataset = (struct seg_dataset){.event_count = event_count};
  dataset->events = calloc(event_count + 1, sizeof *dataset->events);
  return dataset->events != NULL;
}

void seg_dataset_deinit(struct seg_dataset *dataset) {
  SEG_VEC_FREE(&dataset->customers.rows);
  for (uint32_t i = 0; i < dataset->event_count; i++)
    SEG_VEC_FREE(&dataset->events[i].rows);
  free(dataset->events);
}
