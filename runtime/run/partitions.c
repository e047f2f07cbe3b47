// Stage 3: group by group of partitions, gather the events of its customers, fold them and decide
// the rules. A group that was begun is finished, and groups before the customer of an error are
// still done, so that the error of the smallest customer is found whatever the number of threads.
#include <stdlib.h>

#include "runtime/fold/fold_scratch.h"
#include "runtime/fold/gather.h"
#include "runtime/fold/sequence.h"
#include "runtime/fold/unique.h"
#include "runtime/run/decide.h"
#include "runtime/run/fault_text.h"
#include "runtime/run/memory_gate.h"
#include "runtime/run/partition_plan.h"
#include "runtime/run/partitions.h"
#include "runtime/run/stored_events.h"
#include "runtime/run/stored_fold.h"
#include "runtime/run/workers.h"

struct folding {
  struct seg_run_state *state;
  struct seg_partition_plan partitions;
  struct seg_memory_gate gate;
  struct seg_first_error first; // "row" is the customer's number
  _Atomic uint32_t next_group;
  pthread_mutex_t counts_lock;
};

/** One worker's part. */
struct folder {
  struct folding *folding;
  struct seg_run_state *state;
  struct seg_decide decide;
  struct seg_decide beside;             // without a state: nothing is decided beside
  struct seg_gather *gathers;           // per event
  struct seg_stored_fold *stored_folds; // per event
  struct seg_fold_scratch scratch;
  struct seg_followers followers;
  struct seg_stored_reader stored;
  struct seg_slice *slices;
  size_t slice_capacity;
  const unsigned char ***bytes; // [event][run]: the run's first byte of the present group
  unsigned char *staging;       // what of the group was in the file
  uint64_t staging_capacity;
  uint64_t held; // of the gate
};

static bool is_gathered(const struct folder *folder, uint32_t event) {
  return seg_run_gathers_event(folder->state, event) && !folder->state->is_in_place[event];
}

static enum seg_status init_event(struct folder *folder, uint32_t event, struct seg_error *error) {
  struct seg_run_state *state = folder->state;
  const struct seg_partition_plan *partitions = &folder->folding->partitions;
  if (state->is_in_place[event] && seg_run_folds_event(state, event))
    return seg_stored_fold_init(&folder->stored_folds[event], state, event, partitions->batch_rows,
                                error);
  if (!is_gathered(folder, event))
    return SEG_OK;
  folder->bytes[event] = calloc(state->events[event].count + 1, sizeof *folder->bytes[event]);
  if (folder->bytes[event] == NULL)
    return seg_fail_memory(error, "folding events");
  return seg_gather_init(&folder->gathers[event], &state->events[event].layout,
                         state->plan->folds[event].sequence_count, UINT32_C(1) << partitions->shift,
                         error);
}

static enum seg_status folder_init(struct folder *folder, struct folding *folding,
                                   struct seg_error *error) {
  struct seg_run_state *state = folding->state;
  uint32_t events = state->plan->event_count;
  *folder = (struct folder){.folding = folding, .state = state};
  seg_fold_scratch_init(&folder->scratch);
  folder->gathers = calloc((size_t)events + 1, sizeof *folder->gathers);
  folder->stored_folds = calloc((size_t)events + 1, sizeof *folder->stored_folds);
  folder->bytes = calloc((size_t)events + 1, sizeof *folder->bytes);
  if (folder->gathers == NULL || folder->stored_folds == NULL || folder->bytes == NULL)
    return seg_fail_memory(error, "folding events");
  for (uint32_t e = 0; e < events; e++) {
    enum seg_status status = init_event(folder, e, error);
    if (status != SEG_OK)
      return status;
  }
  uint32_t rows = folding->partitions.batch_rows;
  enum seg_status status = seg_decide_init(&folder->decide, state, rows, NULL, error);
  return status == SEG_OK && state->beside != NULL
             ? seg_decide_init(&folder->beside, state->beside, rows, &folder->decide, error)
             : status;
}

// Everything that was counted at the gate.
static void release_room(struct folder *folder) {
  for (uint32_t e = 0; folder->gathers != NULL && e < folder->state->plan->event_count; e++)
    seg_gather_release(&folder->gathers[e]);
  seg_event_set_deinit(&folder->scratch.set);
  seg_followers_deinit(&folder->followers);
  free(folder->staging);
  folder->staging = NULL;
  folder->staging_capacity = 0;
  seg_memory_gate_leave(&folder->folding->gate, &folder->held);
}

static void folder_deinit(struct folder *folder) {
  release_room(folder);
  for (uint32_t e = 0; e < folder->state->plan->event_count; e++) {
    if (folder->gathers != NULL)
      seg_gather_deinit(&folder->gathers[e]);
    if (folder->stored_folds != NULL)
      seg_stored_fold_deinit(&folder->stored_folds[e]);
    if (folder->bytes != NULL)
      free(folder->bytes[e]);
  }
  free(folder->gathers);
  free(folder->stored_folds);
  free(folder->bytes);
  free(folder->slices);
  seg_stored_reader_deinit(&folder->stored);
  seg_fold_scratch_deinit(&folder->scratch);
  seg_decide_deinit(&folder->decide);
  if (folder->beside.state != NULL)
    seg_decide_deinit(&folder->beside);
}

static uint64_t larger(uint64_t a, uint64_t b) {
  return a > b ? a : b;
}

// Count and make the buffers for partitions first .. end - 1. Buffers only grow, unless others wait
// for memory.
static enum seg_status make_room(struct folder *folder, uint32_t first, uint32_t end,
                                 struct seg_error *error) {
  const struct seg_partition_plan *partitions = &folder->folding->partitions;
  uint32_t events = folder->state->plan->event_count;
  uint64_t staged = seg_partition_plan_spilled(partitions, folder->state, first, end);
  uint64_t grown = larger(staged, folder->staging_capacity), fresh = staged;
  for (uint32_t e = 0; e < events; e++) {
    uint64_t rows = seg_partition_plan_rows(partitions, e, first, end);
    uint64_t capacity = larger(rows, folder->gathers[e].capacity);
    grown += seg_partition_plan_gathered(folder->state, e, capacity);
    fresh += seg_partition_plan_gathered(folder->state, e, rows);
  }
  if (!seg_memory_gate_grow(&folder->folding->gate, &folder->held, grown)) {
    release_room(folder);
    enum seg_status status =
        seg_memory_gate_enter(&folder->folding->gate, &folder->held, fresh, error);
    if (status != SEG_OK)
      return status;
  }
  if (staged > folder->staging_capacity) {
    free(folder->staging);
    folder->staging_capacity = 0;
    folder->staging = malloc(staged);
    if (folder->staging == NULL)
      return seg_fail_memory(error, "reading events back");
    folder->staging_capacity = staged;
  }
  for (uint32_t e = 0; e < events; e++) {
    if (!is_gathered(folder, e))
      continue;
    uint64_t rows = seg_partition_plan_rows(partitions, e, first, end);
    enum seg_status status = seg_gather_reserve(&folder->gathers[e], rows, error);
    if (status != SEG_OK)
      return status;
  }
  return SEG_OK;
}

// Point at the group's bytes of every run; those in the file are read into the staging buffer.
static enum seg_status find_bytes(struct folder *folder, uint32_t first, uint32_t end,
                                  struct seg_error *error) {
  uint32_t shift = folder->folding->partitions.shift;
  uint64_t staged = 0;
  for (uint32_t e = 0; e < folder->state->plan->event_count; e++) {
    const struct seg_event_runs *runs = &folder->state->events[e];
    for (size_t r = 0; is_gathered(folder, e) && r < runs->count; r++) {
      const struct seg_event_run *run = &runs->runs[r];
      uint32_t from, to, unused;
      seg_event_run_stretch(run, first, shift, &from, &unused);
      seg_event_run_stretch(run, end - 1, shift, &unused, &to);
      uint64_t offset = (uint64_t)run->byte_offsets[from] * 8;
      if (run->memory.bytes != NULL) {
        folder->bytes[e][r] = run->memory.bytes + offset;
        continue;
      }
      uint64_t size = (uint64_t)run->byte_offsets[to] * 8 - offset;
      folder->bytes[e][r] = folder->staging + staged;
      if (size == 0)
        continue;
      enum seg_status status = seg_spill_file_read(&folder->state->spill, folder->staging + staged,
                                                   size, run->file_offset + offset, error);
      if (status != SEG_OK)
        return status;
      staged += size;
    }
  }
  return SEG_OK;
}

static bool add_slice(struct folder *folder, size_t *count, struct seg_slice slice) {
  if (*count == folder->slice_capacity) {
    size_t capacity = folder->slice_capacity * 2 + 64;
    struct seg_slice *grown = realloc(folder->slices, capacity * sizeof *grown);
    if (grown == NULL)
      return false;
    folder->slices = grown;
    folder->slice_capacity = capacity;
  }
  folder->slices[(*count)++] = slice;
  return true;
}

static enum seg_status gather_slices(struct folder *folder, uint32_t event, uint32_t group_first,
                                     uint32_t partition, uint32_t customers,
                                     struct seg_error *error) {
  uint32_t shift = folder->folding->partitions.shift;
  const struct seg_event_runs *runs = &folder->state->events[event];
  size_t count = 0;
  for (size_t r = 0; r < runs->count; r++) {
    const struct seg_event_run *run = &runs->runs[r];
    uint32_t group_from, from, to, unused;
    seg_event_run_stretch(run, group_first, shift, &group_from, &unused);
    seg_event_run_stretch(run, partition, shift, &from, &to);
    for (uint32_t p = from; p < to; p++) {
      struct seg_slice slice = {
          .bytes = folder->bytes[event][r] +
                   (size_t)(run->byte_offsets[p] - run->byte_offsets[group_from]) * 8,
          .count = run->row_offsets[p + 1] - run->row_offsets[p],
          .first_customer = p << run->shift,
          .form = &run->form,
      };
      if (slice.count > 0 && !add_slice(folder, &count, slice))
        return seg_fail_memory(error, "folding events");
    }
  }
  return seg_gather_run(&folder->gathers[event], folder->slices, count, partition << shift,
                        customers, error);
}

static enum seg_status gather_event(struct folder *folder, uint32_t event, uint32_t group_first,
                                    uint32_t partition, uint32_t customers,
                                    struct seg_error *error) {
  struct seg_gather *gather = &folder->gathers[event];
  uint64_t first = (uint64_t)partition << folder->folding->partitions.shift;
  enum seg_status status =
      folder->state->is_stored[event]
          ? seg_stored_events_gather(folder->state, event, &folder->stored, gather, first,
                                     customers, error)
          : gather_slices(folder, event, group_first, partition, customers, error);
  if (status != SEG_OK)
    return status;
  const struct seg_plan_entity *entity = &folder->state->plan->events[event];
  struct seg_unique_columns unique = {.count = entity->unique_count,
                                      .columns = entity->unique,
                                      .known_flag = entity->carried_flag,
                                      .flag_count = entity->unique_flag_count,
                                      .flags = entity->unique_flags};
  return seg_unique_apply(&unique, gather, customers, &folder->scratch.set, error);
}

// The flags of an event's rows that depend on the customer's other rows.
static enum seg_status find_sequences(struct folder *folder, uint32_t event, uint32_t customers,
                                      struct seg_error *error) {
  const struct seg_run_state *state = folder->state;
  const struct seg_fold *fold = &state->plan->folds[event];
  for (uint32_t i = 0; i < fold->sequence_count; i++) {
    const struct seg_sequence_rows rows = {
        .gather = &folder->gathers[event],
        .next = &folder->gathers[fold->sequences[i].next],
        .customers = customers,
        .as_of = state->options->as_of,
        .as_of_instant = state->as_of_instant,
    };
    enum seg_status status =
        seg_sequence_apply(&fold->sequences[i], &rows, state->plan->events[event].flag_count + i,
                           &folder->followers, error);
    if (status != SEG_OK)
      return status;
  }
  return SEG_OK;
}

static void fold_gathered(struct folder *folder, uint32_t event, uint32_t first_cell,
                          uint32_t first_customer, uint32_t customers,
                          struct seg_kernel_fault *fault) {
  const struct seg_gather *gather = &folder->gathers[event];
  *fault = (struct seg_kernel_fault){.kind = SEG_FAULT_NONE};
  struct seg_fold_frame frame = {
      .customer_count = customers,
      .offsets = gather->offsets + first_customer,
      .days = gather->days,
      .flags = (const void *const *)gather->flags,
      .columns = (const void *const *)gather->columns,
      .windows = folder->state->windows,
      .values = folder->decide.cell_values + first_cell,
      .known = folder->decide.cell_known + first_cell,
      .scratch = &folder->scratch,
      .fault = fault,
  };
  const struct seg_kernels *kernels = folder->state->kernels;
  (folder->state->pass == SEG_FIRST_PASS ? kernels->first_folds : kernels->folds)[event](&frame);
}

static enum seg_status name_customer(const struct seg_run_state *state, uint64_t customer,
                                     struct seg_fault_name *name, struct seg_error *error) {
  const struct seg_plan *plan = state->plan;
  int32_t event = plan->customer_from_event;
  bool personal = plan->customer.key_personal || (event >= 0 && plan->events[event].key_personal);
  struct seg_column_view keys = seg_key_table_view(state->keys);
  struct seg_column key = {0};
  enum seg_status status = SEG_OK;
  if (!seg_key_table_has_keys(state->keys)) {
    status = seg_stored_customers_key(state, customer, &key, error);
    keys = seg_column_view(&key);
    customer = 0;
  }
  if (status == SEG_OK)
    *name = seg_fault_name_key(&keys, customer, personal);
  seg_column_deinit(&key);
  return status;
}

// The cells of customers first .. first + customers - 1 of those behind `base`; `again`: at another
// day than just before.
static enum seg_status fold_event(struct folder *folder, const struct seg_decide *decide,
                                  uint32_t event, uint32_t first_cell, uint32_t base,
                                  uint32_t first, uint32_t customers, bool again,
                                  struct seg_kernel_fault *fault, struct seg_error *error) {
  if (!folder->state->is_in_place[event]) {
    fold_gathered(folder, event, first_cell, first, customers, fault);
    return SEG_OK;
  }
  struct seg_stored_target target = {.windows = decide->state->windows,
                                     .values = decide->cell_values + first_cell,
                                     .known = decide->cell_known + first_cell};
  enum seg_status status = seg_stored_fold_run(&folder->stored_folds[event], (uint64_t)base + first,
                                               customers, again, &target, &folder->scratch, error);
  *fault = target.fault;
  return status;
}

// `first` counts from the partition's first customer `base`. Of several faults the one of the
// smallest customer is reported; of one customer the first event's, then the rules'.
static enum seg_status decide_at(struct folder *folder, struct seg_decide *decide, uint32_t base,
                                 uint32_t first, uint32_t customers, int64_t *customer,
                                 struct seg_error *error) {
  const struct seg_run_state *state = folder->state;
  const struct seg_plan *plan = state->plan;
  struct seg_kernel_fault smallest = {.kind = SEG_FAULT_NONE}, fault;
  uint32_t smallest_event = UINT32_MAX, cell = 0;
  for (uint32_t e = 0; e < plan->event_count; cell += plan->folds[e++].cell_count) {
    if (!seg_run_folds_event(state, e))
      continue;
    enum seg_status status = fold_event(folder, decide, e, cell, base, first, customers,
                                        decide == &folder->beside, &fault, error);
    if (status != SEG_OK) {
      *customer = (int64_t)base + first;
      return status;
    }
    if (fault.kind != SEG_FAULT_NONE &&
        (smallest.kind == SEG_FAULT_NONE || fault.row < smallest.row)) {
      smallest = fault;
      smallest_event = e;
    }
  }
  enum seg_status status =
      seg_decide_batch(decide, (uint64_t)base + first, customers, &fault, error);
  if (status != SEG_OK)
    return status;
  if (fault.kind != SEG_FAULT_NONE &&
      (smallest.kind == SEG_FAULT_NONE || fault.row < smallest.row)) {
    smallest = fault;
    smallest_event = UINT32_MAX;
  }
  if (smallest.kind == SEG_FAULT_NONE)
    return SEG_OK;
  *customer = (int64_t)base + first + smallest.row;
  struct seg_fault_name name;
  status = name_customer(state, (uint64_t)*customer, &name, error);
  if (status != SEG_OK)
    return status;
  if (smallest_event == UINT32_MAX)
    return seg_fault_of_customer(seg_run_block(state), &smallest, &name, error);
  return seg_fault_of_fold(&plan->folds[smallest_event], &smallest, &name, error);
}

// Folded and decided for one day after the other: the cells of both would not fit into the cache.
static enum seg_status decide_batch(struct folder *folder, uint32_t base, uint32_t first,
                                    uint32_t customers, int64_t *customer,
                                    struct seg_error *error) {
  enum seg_status status =
      decide_at(folder, &folder->decide, base, first, customers, customer, error);
  return status == SEG_OK && folder->state->beside != NULL
             ? decide_at(folder, &folder->beside, base, first, customers, customer, error)
             : status;
}

static enum seg_status fold_partition(struct folder *folder, uint32_t group_first,
                                      uint32_t partition, int64_t *customer,
                                      struct seg_error *error) {
  struct seg_run_state *state = folder->state;
  const struct seg_partition_plan *partitions = &folder->folding->partitions;
  uint32_t base = partition << partitions->shift;
  uint32_t left = state->keys->count - base;
  uint32_t customers =
      left < UINT32_C(1) << partitions->shift ? left : UINT32_C(1) << partitions->shift;
  *customer = base;
  for (uint32_t e = 0; e < state->plan->event_count; e++) {
    if (!is_gathered(folder, e))
      continue;
    enum seg_status status = gather_event(folder, e, group_first, partition, customers, error);
    if (status != SEG_OK)
      return status;
  }
  for (uint32_t e = 0; e < state->plan->event_count; e++) {
    if (!is_gathered(folder, e))
      continue;
    enum seg_status status = find_sequences(folder, e, customers, error);
    if (status != SEG_OK)
      return status;
  }
  for (uint32_t first = 0; first < customers; first += partitions->batch_rows) {
    uint32_t rows =
        customers - first < partitions->batch_rows ? customers - first : partitions->batch_rows;
    enum seg_status status = decide_batch(folder, base, first, rows, customer, error);
    if (status != SEG_OK)
      return status;
  }
  seg_run_report(state, SEG_RUN_RULES, (struct seg_str){0}, customers, NULL, state->keys->count);
  return SEG_OK;
}

static enum seg_status fold_group(struct folder *folder, uint32_t group, int64_t *customer,
                                  struct seg_error *error) {
  const struct seg_partition_plan *partitions = &folder->folding->partitions;
  uint32_t first = group * partitions->group;
  uint32_t end = first + partitions->group < partitions->partition_count
                     ? first + partitions->group
                     : partitions->partition_count;
  *customer = (int64_t)first << partitions->shift;
  enum seg_status status = make_room(folder, first, end, error);
  if (status == SEG_OK)
    status = find_bytes(folder, first, end, error);
  for (uint32_t p = first; p < end && status == SEG_OK; p++) {
    if (seg_run_interrupted(folder->state)) {
      *customer = -1;
      return seg_run_fail_interrupted(error);
    }
    status = fold_partition(folder, first, p, customer, error);
  }
  return status;
}

static void fold_worker(void *context, unsigned worker) {
  (void)worker;
  struct folding *folding = context;
  struct folder folder;
  struct seg_error error;
  int64_t customer = -1;
  bool failed = folder_init(&folder, folding, &error) != SEG_OK;
  if (failed)
    seg_first_error_offer(&folding->first, customer, true, &error);
  const struct seg_partition_plan *partitions = &folding->partitions;
  for (;;) {
    uint32_t next = atomic_fetch_add(&folding->next_group, 1);
    if (next >= partitions->group_count)
      break;
    uint32_t group = partitions->order[next];
    int64_t first = (int64_t)(group * partitions->group) << partitions->shift;
    if (seg_first_error_before(&folding->first, first) ||
        fold_group(&folder, group, &customer, &error) == SEG_OK)
      continue;
    failed = true;
    seg_first_error_offer(&folding->first, customer, true, &error);
  }
  if (!failed && seg_decide_finish(&folder.decide, &error) != SEG_OK) {
    failed = true;
    seg_first_error_offer(&folding->first, -1, true, &error);
  }
  pthread_mutex_lock(&folding->counts_lock);
  if (!failed)
    seg_decide_add_counts(&folder.decide);
  if (!failed && folding->state->beside != NULL)
    seg_decide_add_counts(&folder.beside);
  pthread_mutex_unlock(&folding->counts_lock);
  folder_deinit(&folder);
}

enum seg_status seg_run_partitions(struct seg_run_state *state, struct seg_error *error) {
  struct folding folding = {.state = state};
  enum seg_status status = seg_partition_plan_init(&folding.partitions, state, error);
  if (status == SEG_OK) {
    seg_memory_gate_init(&folding.gate, state->budget);
    seg_first_error_init(&folding.first);
    pthread_mutex_init(&folding.counts_lock, NULL);
    seg_workers_run(state->threads, fold_worker, &folding);
    status = seg_first_error_take(&folding.first, NULL, error);
    pthread_mutex_destroy(&folding.counts_lock);
    seg_first_error_deinit(&folding.first);
    seg_memory_gate_deinit(&folding.gate);
  }
  seg_partition_plan_deinit(&folding.partitions, state);
  return status;
}

// A worker by itself: see partitions.h.

struct seg_partition_worker {
  struct folding folding;
  struct folder folder;
  uint64_t bytes; // of the budget
};

enum seg_status seg_partition_worker_new(struct seg_run_state *state, uint64_t rows,
                                         struct seg_partition_worker **worker,
                                         struct seg_error *error) {
  *worker = calloc(1, sizeof **worker);
  if (*worker == NULL)
    return seg_fail_memory(error, "folding events");
  struct folding *folding = &(*worker)->folding;
  folding->state = state;
  folding->partitions.batch_rows = seg_partition_plan_batch(state);
  seg_memory_gate_init(&folding->gate, state->budget);
  uint64_t bytes = seg_partition_plan_fixed(state, folding->partitions.batch_rows);
  for (uint32_t e = 0; e < state->plan->event_count; e++)
    bytes += seg_partition_plan_gathered(state, e, rows);
  enum seg_status status = seg_memory_budget_need(state->budget, bytes, "folding events", error);
  if (status != SEG_OK)
    return status;
  (*worker)->bytes = bytes;
  return folder_init(&(*worker)->folder, folding, error);
}

uint32_t seg_partition_worker_batch(const struct seg_partition_worker *worker) {
  return worker->folding.partitions.batch_rows;
}

enum seg_status seg_partition_worker_run(struct seg_partition_worker *worker, uint32_t customers,
                                         struct seg_error *error) {
  uint32_t batch = worker->folding.partitions.batch_rows;
  enum seg_status status = SEG_OK;
  int64_t customer;
  for (uint32_t first = 0; status == SEG_OK && first < customers; first += batch)
    status = decide_batch(&worker->folder, 0, first,
                          customers - first < batch ? customers - first : batch, &customer, error);
  return status;
}

void seg_partition_worker_add_counts(const struct seg_partition_worker *worker) {
  seg_decide_add_counts(&worker->folder.decide);
  if (worker->folding.state->beside != NULL)
    seg_decide_add_counts(&worker->folder.beside);
}

void seg_partition_worker_free(struct seg_partition_worker *worker) {
  if (worker == NULL)
    return;
  if (worker->folder.folding != NULL)
    folder_deinit(&worker->folder);
  seg_memory_gate_deinit(&worker->folding.gate);
  seg_memory_budget_give(worker->folding.state->budget, worker->bytes);
  free(worker);
}
