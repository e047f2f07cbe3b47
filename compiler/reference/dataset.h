/**
 * A small data set in memory, row by row, for the reference evaluator: test blocks, witnesses,
 * explanations and differential tests fill it by hand.
 *
 * Values are already of their column's type: texts in Unicode normalization form C, money in minor
 * units, dates as local days, enumerations as codes. The caller owns all texts; rows are in file
 * order.
 */
#ifndef SEG_COMPILER_REFERENCE_DATASET_H
#define SEG_COMPILER_REFERENCE_DATASET_H

#include "compiler/sema/program.h"
#include "runtime/base/vec.h"
#include "runtime/time/zone.h"

/** A value that may be missing. Which member holds it follows from the type, as in struct
 * seg_literal. */
struct seg_value {
  bool known;
  union {
    int64_t integer; // BOOL, INT, MONEY, DATE, TIMESTAMP, ENUM
    double number;   // NUMBER, AMOUNT
  };
  struct seg_str text; // TEXT
};

/** One row of the customer's or an event's source. */
struct seg_row {
  struct seg_str key;       // text form of the key; data NULL = missing (events)
  struct seg_value *values; // per column of the entity; those of computed columns are ignored
  int32_t day;              // events: local day
  int64_t instant;          // events: UTC microseconds
};

struct seg_rows {
  SEG_VEC(struct seg_row) rows;
};

struct seg_dataset {
  bool integer_keys;         // keys are whole numbers, and ordered as such; else texts, by bytes
  struct seg_rows customers; // empty for `customer from EVENT`
  uint32_t event_count;
  struct seg_rows *events; // per event of the program
  struct seg_rows *lists;  // per list of the program, their keys only; NULL: all lists are empty
  uint32_t list_count;     // of `lists`
};

SEG_NODISCARD bool seg_dataset_init(struct seg_dataset *dataset, uint32_t event_count);
/** Room for the lists of the program; false when memory is out. */
SEG_NODISCARD bool seg_dataset_add_lists(struct seg_dataset *dataset, uint32_t list_count);
void seg_dataset_deinit(struct seg_dataset *dataset);

/** Does each event happen on its day, by the clocks of the zone? */
bool seg_dataset_keeps_days(const struct seg_dataset *dataset, const struct seg_zone *zone);

#endif
