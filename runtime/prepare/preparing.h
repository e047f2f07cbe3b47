/**
 * What the steps of one preparation share. Private to this room.
 */
#ifndef SEG_RUNTIME_PREPARE_PREPARING_H
#define SEG_RUNTIME_PREPARE_PREPARING_H

#include "runtime/entity/event_runs.h"
#include "runtime/entity/key_table.h"
#include "runtime/io/first_error.h"
#include "runtime/prepare/build.h"
#include "runtime/prepare/prepare.h"
#include "runtime/prepare/values_writer.h"
#include "runtime/run/ticket.h"
#include "runtime/store/store_fit.h"

struct seg_preparing {
  const struct seg_plan *plan;
  const struct seg_run_sources *sources;
  const struct seg_prepare_options *options;
  unsigned threads;
  struct seg_build build;
  struct seg_memory_budget budget;
  struct seg_spill_file spill;
  struct seg_key_table keys; // of the store before, then of the customers; sealed then
  struct seg_key_table more; // keys that only events and lists have; their numbers come behind
  bool has_key_type;
  uint64_t old_keys;   // of the store before
  uint32_t *old_parts; // per event of its manifest; NULL without --append
  struct seg_prepare_result result;
  pthread_mutex_t progress_lock;
  _Atomic uint64_t progress_rows;
};

/** Reading one source: workers take morsels until the end or an error. */
struct seg_prepare_scan {
  struct seg_preparing *state;
  struct seg_source *source;
  struct seg_first_error first;
  struct seg_ticket ticket;
  /* Begin and end of one worker, and the work on a decoded morsel. After an error `*row` is the row
   * it is about. */
  enum seg_status (*work)(struct seg_prepare_scan *scan, unsigned worker, struct seg_morsel *morsel,
                          int64_t *row, struct seg_error *error);
  void *context;
};

SEG_NODISCARD enum seg_status seg_prepare_scan_run(struct seg_prepare_scan *scan,
                                                   struct seg_error *error);

/** The table of keys gets its type from the first source that gives keys; later ones, and the store
 * that is appended to, must agree. */
SEG_NODISCARD enum seg_status seg_prepare_key_type(struct seg_preparing *state,
                                                   const struct seg_source *source,
                                                   struct seg_error *error);

/** Load the keys of the store before. */
SEG_NODISCARD enum seg_status seg_prepare_load_keys(struct seg_preparing *state,
                                                    struct seg_error *error);

/**
 * Numbers of keys that do not give customers. Those of the sealed table have been looked up; the
 * others, SEG_NO_NUMBER, are added when they are new, and stay so where keys are numbers and a text
 * is none. In turns.
 */
SEG_NODISCARD enum seg_status seg_prepare_number_more(struct seg_preparing *state,
                                                      const struct seg_column_view *keys,
                                                      const uint32_t *rows, uint32_t count,
                                                      uint32_t *numbers, struct seg_error *error);

/** All keys so far. */
static inline uint64_t seg_prepare_key_count(const struct seg_preparing *state) {
  return (uint64_t)state->keys.count + state->more.count;
}

/** Write the keys that the store before did not have. */
SEG_NODISCARD enum seg_status seg_prepare_write_keys(struct seg_preparing *state,
                                                     struct seg_error *error);

/** The stored entity of a plan's, with its columns: what is there, checked, or a new one. `*entity`
 * gets room for one more part. */
SEG_NODISCARD enum seg_status seg_prepare_entity(struct seg_preparing *state,
                                                 enum seg_store_kind kind,
                                                 const struct seg_plan_entity *wanted,
                                                 struct seg_store_entity *entity,
                                                 struct seg_error *error);

SEG_NODISCARD enum seg_status seg_prepare_customers(struct seg_preparing *state,
                                                    struct seg_error *error);
SEG_NODISCARD enum seg_status seg_prepare_event(struct seg_preparing *state, uint32_t event,
                                                struct seg_error *error);
SEG_NODISCARD enum seg_status seg_prepare_list(struct seg_preparing *state, uint32_t list,
                                               struct seg_error *error);

/** Has the table that was written as the second part of a customer or a list the rows of the first?
 */
bool seg_prepare_is_same_table(struct seg_preparing *state, struct seg_store_entity *entity);

/** Before anything is added: note what the store is. */
SEG_NODISCARD enum seg_status seg_prepare_note_state(struct seg_preparing *state,
                                                     struct seg_error *error);

/** Parts first .. end - 1 of an event became one: forget the states that end among them. */
void seg_prepare_join_states(struct seg_store_manifest *manifest, uint32_t event, uint32_t first,
                             uint32_t end);

/** Bring small parts together, those that were there before, so that their number grows with the
 * logarithm of the appends. */
SEG_NODISCARD enum seg_status seg_prepare_merge(struct seg_preparing *state,
                                                struct seg_error *error);

#endif
