// Rows of a test; see data.h.
#include "tests/differential/data.h"

void data_init(struct data *data) {
  *data = (struct data){0};
  seg_arena_init(&data->arena);
}

void data_deinit(struct data *data) {
  for (uint32_t i = 0; i < DATA_MAX_TABLES; i++)
    SEG_VEC_FREE(&data->tables[i].rows);
  seg_arena_deinit(&data->arena);
}

struct data_table *data_table(struct data *data, struct seg_str name) {
  for (uint32_t i = 0; i < data->table_count; i++)
    if (seg_str_equal(data->tables[i].name, name))
      return &data->tables[i];
  return NULL;
}
