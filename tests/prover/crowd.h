/**
 * Many customers for one program, in columns: what compiled rules read from memory. A customer that
 * shows a mistake is taken out again, row by row.
 */
#ifndef SEG_TESTS_PROVER_CROWD_H
#define SEG_TESTS_PROVER_CROWD_H

#include "compiler/pipeline.h"
#include "compiler/reference/dataset.h"
#include "runtime/io/source.h"
#include "tests/differential/data.h"

enum { PERSON_EVENTS = 40, PERSON_LISTS = 4, CROWD_COLUMNS = 24, CROWD_TABLES = 8 };

/** One customer: values per column of the program, those of computed columns are ignored. */
struct person_event {
  uint32_t event;
  int32_t day;
  int64_t instant;
  struct seg_value values[CROWD_COLUMNS];
};

struct person {
  struct seg_str key; // what a key that is a text begins with
  bool key_is_whole;  // and that is all of it
  struct seg_value values[CROWD_COLUMNS];
  bool listed[PERSON_LISTS];
  uint32_t event_count;
  struct person_event events[PERSON_EVENTS];
};

/** The rows of one entity. */
struct crowd_table {
  bool read; // by the rules
  const struct seg_plan_entity *plan;
  int64_t rows, room;
  struct seg_column key, days;
  struct seg_column text_key; // when keys are texts; `key` numbers the customers all the same
  struct seg_column *inputs;  // per plan input
  int32_t *from;              // per plan input: column of the program, or -1 for day and instant
  SEG_VEC(int64_t) instants;
  struct seg_column_view *views;
  struct seg_memory_rows memory;
};

struct crowd {
  const struct seg_program *program;
  const struct seg_plan *plan;
  int32_t as_of;
  struct seg_arena arena;
  int64_t first_key; // 0, when nobody changes it before the first customer
  bool text_keys;    // the key is a column of texts
  struct seg_str next_key;
  int64_t customers;
  struct crowd_table customer, events[CROWD_TABLES], lists[PERSON_LISTS];
};

/** Does a crowd of such a program fit these structures? */
bool crowd_fits(const struct seg_program *program);

/** Nobody yet. Program and plan must outlive the crowd; so must the texts of its people. */
void crowd_init(struct crowd *crowd, const struct seg_program *program, const struct seg_plan *plan,
                int32_t as_of);
void crowd_deinit(struct crowd *crowd);

/** The next customer. Keys are consecutive numbers; where they are texts, such a number follows
 * what the person's key begins with. */
void crowd_add(struct crowd *crowd, const struct person *person);

/** Open the sources of a run; closed by the caller. `sources`: events, then the customer, then
 * lists, CROWD_TABLES + 1 + PERSON_LISTS of them. */
void crowd_open(struct crowd *crowd, struct seg_source **sources);

/** The number of the customer with such a key; -1: nobody. */
int64_t crowd_number(const struct crowd *crowd, struct seg_str key);

/** One customer, by number or by a key that is one, as rows, into `data`, which is initialised by
 * this call. */
void crowd_take(const struct crowd *crowd, int64_t customer, struct data *data);

#endif
