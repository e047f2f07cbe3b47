/**
 * The files of one part of an event while they are written: begun together, filled by whoever has
 * the rows, finished together.
 */
#ifndef SEG_RUNTIME_PREPARE_PART_FILES_H
#define SEG_RUNTIME_PREPARE_PART_FILES_H

#include "runtime/plan/plan.h"
#include "runtime/prepare/values_writer.h"

enum { SEG_NO_PLACE = UINT32_MAX };

/** How an input travels in the runs: as a carried column or as a flag, with a flag "is known". */
struct seg_event_place {
  uint32_t column;     // SEG_NO_PLACE: it is a condition
  uint32_t flag;       // of a condition
  uint32_t known_flag; // SEG_NO_PLACE: always known
};

/** What becomes of the rows of one event. Arrays of the store's arena. */
struct seg_event_shape {
  const struct seg_plan_entity *wanted;
  struct seg_event_place *places; // per input
  uint32_t column_count;
  enum seg_layout *layouts; // of the carried columns
  uint32_t flag_count;
  uint32_t row_column; // carried column of the row in the files; SEG_NO_PLACE: not wanted
};

/** The writers of a part. Each may be filled by a thread of its own. */
struct seg_part_files {
  struct seg_build *build;
  const struct seg_event_shape *shape;
  bool sparse;                      // offsets of numbers that have rows only
  struct seg_values_writer *inputs; // per input
  struct seg_values_writer days, row_of;
  struct seg_array_file numbers, offsets;
};

/** Empty files. Borrowed: `build`, `shape`. Discard after an error. */
SEG_NODISCARD enum seg_status seg_part_files_begin(struct seg_part_files *files,
                                                   struct seg_build *build,
                                                   const struct seg_event_shape *shape, bool sparse,
                                                   struct seg_error *error);

/** All rows are in: note the arrays in part `number` of the entity. */
SEG_NODISCARD enum seg_status seg_part_files_finish(struct seg_part_files *files,
                                                    struct seg_store_entity *entity,
                                                    uint32_t number, struct seg_error *error);

/** Remove what is not finished and release everything; nothing when it was never begun. */
void seg_part_files_discard(struct seg_part_files *files);

#endif
