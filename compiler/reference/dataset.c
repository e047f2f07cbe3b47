// A small data set in memory; see dataset.h.
#include "compiler/reference/dataset.h"

bool seg_dataset_init(struct seg_dataset *dataset, uint32_t event_count) {
  *dataset = (struct seg_dataset){.event_count = event_count};
  dataset->events = calloc(event_count + 1, sizeof *dataset->events);
  return dataset->events != NULL;
}

bool seg_dataset_add_lists(struct seg_dataset *dataset, uint32_t list_count) {
  dataset->lists = calloc(list_count + 1, sizeof *dataset->lists);
  dataset->list_count = list_count;
  return dataset->lists != NULL;
}

void seg_dataset_deinit(struct seg_dataset *dataset) {
  for (uint32_t i = 0; dataset->lists != NULL && i < dataset->list_count; i++)
    SEG_VEC_FREE(&dataset->lists[i].rows);
  free(dataset->lists);
  SEG_VEC_FREE(&dataset->customers.rows);
  for (uint32_t i = 0; dataset->events != NULL && i < dataset->event_count; i++)
    SEG_VEC_FREE(&dataset->events[i].rows);
  free(dataset->events);
}

bool seg_dataset_keeps_days(const struct seg_dataset *dataset, const struct seg_zone *zone) {
  struct seg_zone_cursor cursor = {0};
  for (uint32_t e = 0; e < dataset->event_count; e++)
    for (size_t i = 0; i < dataset->events[e].rows.count; i++) {
      const struct seg_row *row = &dataset->events[e].rows.items[i];
      if (seg_zone_local_day(zone, &cursor, row->instant) != row->day)
        return false;
    }
  return true;
}
