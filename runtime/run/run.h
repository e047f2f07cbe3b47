/**
 * Run a plan: sources in, memberships out. The one door to the executor.
 *
 * The answer depends on the plan, the sources and the as-of day alone: any number of threads, any
 * memory limit and any size of morsels give the same bytes, and the same error when there is one.
 *
 * A run works in three stages: the customers get their numbers, the events are scanned and kept
 * partitioned by customer (on disk, when memory is short), then each partition is folded and its
 * rules are decided. With ranks the partitions are folded twice: first for what is ordered.
 */
#ifndef SEG_RUNTIME_RUN_RUN_H
#define SEG_RUNTIME_RUN_RUN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/column/column.h"
#include "runtime/io/sink.h"
#include "runtime/io/source.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/plan.h"

/** Sources that were opened for the entities of the plan. Borrowed; read to their end by the run.
 */
struct seg_run_sources {
  struct seg_source *customer;      // NULL with customer_from_event
  struct seg_source *const *events; // per event of the plan; NULL for those that are not read
  struct seg_source *const *lists;  // per list of the plan; the same
};

/** Must the event be read: does a rule use it, or does it give the customers? */
bool seg_run_reads_event(const struct seg_plan *plan, uint32_t event);

/** Must the list be read: does a rule ask for it? */
bool seg_run_reads_list(const struct seg_plan *plan, uint32_t list);

enum seg_run_stage { SEG_RUN_CUSTOMERS, SEG_RUN_EVENTS, SEG_RUN_RULES, SEG_RUN_STAGE_COUNT };

/** Of one stage. */
struct seg_run_time {
  double wall, processor; // seconds; the latter of all threads of the process
};

struct seg_run_progress {
  enum seg_run_stage stage;
  struct seg_str entity; // what is being read; empty in SEG_RUN_RULES
  uint64_t rows;         // read so far (SEG_RUN_RULES: customers decided)
  double share;          // of this entity or stage, 0 to 1; -1 when nobody knows
};

/** What an earlier run of the same plan over the same customers and lists counted, in a store to
 * which events were added since. */
struct seg_run_before {
  int32_t as_of;
  uint64_t customers;
  const uint32_t *parts;  // per event of the plan: the first so many parts were there
  const uint64_t *counts; // seg_run_counts
};

/** Some customers, who follow those of the part before; everything borrowed. */
struct seg_run_part {
  uint32_t rows;
  const int64_t *keys;
  const uint64_t *const *members; // per segment: a bitmap, its tail 0
  const uint16_t *const *winners; // per chain: as in the result
};

/** Takes keys and memberships group by group while the run goes on. Every group has group_rows
 * customers, the last one perhaps fewer. `take` is called from a thread of the run's own, never
 * twice at once; after an error, which is that of the run when nothing else is wrong, it is not
 * called again. */
struct seg_run_taker {
  uint32_t group_rows;
  enum seg_status (*take)(void *context, const struct seg_run_part *part, struct seg_error *error);
  void *context;
};

struct seg_run_options {
  int32_t as_of;    // day; events on or after it do not exist
  unsigned threads; // 0: as many as the machine has
  uint64_t
      memory_bytes; // for the run's own buffers (the sources have their own limit); 0: no limit
  const char *temp_folder; // for what does not fit in memory; NULL: TMPDIR, else /tmp
  bool counts_only;        // bitmaps, winners and keys per customer are not wanted
  bool winners_only;       // who is in a segment is not wanted: members are not counted
  bool implies_keys;       // keys that follow each other need not be written
  bool finds_keys;         // customers will be looked up in the key table of the result
  void (*progress)(void *context,
                   const struct seg_run_progress *progress); // may be NULL; called
                                                             // from any worker, never two at once,
                                                             // at most a few times a morsel
  void *progress_context;
  const atomic_bool *interrupted;      // may be NULL; true stops the run with SEG_INTERRUPTED
  const struct seg_run_taker *taker;   // may be NULL; asked where that is possible, see `taken`
  const struct seg_run_before *before; // may be NULL; spares looking at customers for whom nothing
                                       // can have changed, where that is possible
};

struct seg_run_event {
  uint64_t rows;    // read from the source
  uint64_t events;  // that exist: before the as-of day and kept
  uint64_t orphans; // of those: without a known customer
};

struct seg_run_chain {
  uint64_t *won;          // per member: customers whose first match it is
  uint64_t *won_held_out; // of those: in the control group of that member
  uint64_t unmatched;     // customers that match no member
  uint16_t
      *winners; // per customer: position among the members or SEG_NO_WINNER; NULL with counts_only
};

struct seg_key_table;

struct seg_run_result {
  uint64_t customer_count;
  struct seg_column_view keys; // by customer number; I64 or TEXT, all known; lives in key_table.
                               // Its values may be NULL with counts_only and, where they are
                               // first_key, first_key + 1, ..., with implies_keys
  int64_t first_key;
  uint64_t orphan_events; // over all events
  uint32_t event_count;
  struct seg_run_event *events; // per event of the plan
  uint32_t segment_count;
  uint64_t *segment_members; // per segment: customers in it; means nothing with winners_only
  uint64_t **members; // per segment: bitmap over the customers, its tail 0; NULL with counts_only
                      // or winners_only
  uint64_t *segment_held_out; // per segment: members in its control group; 0 without a holdout
  uint64_t *
      *held_out; // per segment: bitmap of those, NULL without a holdout; NULL with counts_only
  uint32_t chain_count;
  struct seg_run_chain *chains;
  struct seg_run_time times[SEG_RUN_STAGE_COUNT];
  bool taken;             // the taker has the members and winners: they are not here
  bool rules_early;       // they were decided while the customers were read: no stage of their own
  uint64_t spilled_bytes; // written to the temporary file
  uint64_t peak_bytes;    // the most that the run's own large buffers took at one time
  struct seg_key_table *key_table;
  bool refreshed;               // the counts were corrected from options->before
  uint64_t refreshed_customers; // then: those looked at
  const char *whole_reason;     // otherwise, with `before`: why not
  const char *no_start_reason;  // why the counts are no start for a later run; NULL: they are
};

/** How many counts a plan has: the members of each segment, and of each chain those whom each
 * member wins and those whom none does. */
size_t seg_run_count_number(const struct seg_plan *plan);

/** `counts` = those of the result; room for all of them. */
void seg_run_counts(const struct seg_plan *plan, const struct seg_run_result *result,
                    uint64_t *counts);

/**
 * Run it. `kernels` belong to `plan`. `*result` belongs to the caller: seg_run_result_free; NULL
 * after an error. Errors: those of the sources; SEG_BAD_DATA for a missing or repeated customer key
 * and for a number that overflows, with the place; SEG_LIMIT when memory_bytes cannot hold even the
 * smallest working set; SEG_IO for the temporary file; SEG_INTERRUPTED; SEG_OUT_OF_MEMORY.
 */
SEG_NODISCARD enum seg_status seg_run(const struct seg_plan *plan,
                                      const struct seg_kernels *kernels,
                                      const struct seg_run_sources *sources,
                                      const struct seg_run_options *options,
                                      struct seg_run_result **result, struct seg_error *error);

/** NULL is fine. */
void seg_run_result_free(struct seg_run_result *result);

#endif
