// See part_files.h.
#include "runtime/prepare/part_files.h"

#include <stdlib.h>

static const char what_for[] = "the events of the store";

enum seg_status seg_part_files_begin(struct seg_part_files *files, struct seg_build *build,
                                     const struct seg_event_shape *shape, bool sparse,
                                     struct seg_error *error) {
  const struct seg_plan_entity *wanted = shape->wanted;
  struct seg_str none = {"", 0};
  *files = (struct seg_part_files){.build = build,
                                   .shape = shape,
                                   .sparse = sparse,
                                   .numbers = {.file = -1},
                                   .offsets = {.file = -1}};
  struct seg_str offsets = seg_values_name(build, wanted->name, none, "offsets");
  struct seg_str numbers = seg_values_name(build, wanted->name, none, "numbers");
  files->inputs = calloc((size_t)wanted->input_count + 1, sizeof *files->inputs);
  if (files->inputs == NULL || offsets.data == NULL || numbers.data == NULL)
    return seg_fail_memory(error, what_for);
  enum seg_status status =
      seg_array_file_create(&files->offsets, build, offsets, SEG_STORE_U64, error);
  if (status == SEG_OK)
    status = seg_array_file_create(&files->numbers, build, numbers, SEG_STORE_U32, error);
  if (status == SEG_OK)
    status = seg_values_writer_begin(&files->days, build, SEG_LAYOUT_I32, wanted->name, none, "day",
                                     error);
  if (status == SEG_OK && shape->row_column != SEG_NO_PLACE)
    status = seg_values_writer_begin(&files->row_of, build, SEG_LAYOUT_I64, wanted->name, none,
                                     "row", error);
  for (uint32_t i = 0; status == SEG_OK && i < wanted->input_count; i++) {
    const struct seg_plan_input *input = &wanted->inputs[i];
    bool is_instant = input->type == SEG_COLUMN_INSTANT;
    status = seg_values_writer_begin(&files->inputs[i], build, seg_column_type_layout(input->type),
                                     wanted->name, is_instant ? none : input->name,
                                     is_instant ? "instant" : "", error);
  }
  return status;
}

enum seg_status seg_part_files_finish(struct seg_part_files *files, struct seg_store_entity *entity,
                                      uint32_t number, struct seg_error *error) {
  const struct seg_plan_entity *wanted = files->shape->wanted;
  struct seg_store_part *part = &entity->parts[number];
  struct seg_store_values values;
  enum seg_status status = seg_array_file_finish(&files->offsets, &part->offsets, error);
  if (status == SEG_OK)
    status = seg_array_file_finish(&files->numbers, &part->numbers, error);
  if (status == SEG_OK && !files->sparse)
    seg_build_drop(files->build, &part->numbers);
  if (status == SEG_OK)
    status = seg_values_writer_finish(&files->days, &values, error);
  if (status == SEG_OK)
    part->days = values.values;
  if (status == SEG_OK && files->shape->row_column != SEG_NO_PLACE) {
    status = seg_values_writer_finish(&files->row_of, &values, error);
    part->rows_of = values.values;
  }
  for (uint32_t i = 0, at = 0; status == SEG_OK && i < wanted->input_count; i++) {
    bool is_instant = wanted->inputs[i].type == SEG_COLUMN_INSTANT;
    struct seg_store_values *target =
        is_instant ? &part->instant : &entity->columns[at++].parts[number];
    status = seg_values_writer_finish(&files->inputs[i], target, error);
  }
  return status;
}

void seg_part_files_discard(struct seg_part_files *files) {
  if (files->build == NULL)
    return;
  for (uint32_t i = 0; files->inputs != NULL && i < files->shape->wanted->input_count; i++)
    seg_values_writer_discard(&files->inputs[i]);
  seg_values_writer_discard(&files->days);
  seg_values_writer_discard(&files->row_of);
  seg_array_file_discard(&files->numbers);
  seg_array_file_discard(&files->offsets);
  free(files->inputs);
  *files = (struct seg_part_files){0};
}
