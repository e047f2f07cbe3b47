// Keeping scanned events by partition of customers; see event_runs.h.
#include "runtime/entity/event_runs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/entity/run_build.h"

enum { WANTED_PARTITIONS = 512 };

static const char what_for[] = "the events";

uint32_t seg_partition_shift(uint64_t customers) {
  uint32_t shift = SEG_SMALLEST_SHIFT;
  while (shift < SEG_LARGEST_SHIFT && seg_partition_count(customers, shift) > WANTED_PARTITIONS)
    shift++;
  return shift;
}

void seg_event_runs_init(struct seg_event_runs *runs, uint32_t column_count,
                         const enum seg_layout *columns, uint32_t flag_count,
                         struct seg_memory_budget *budget, uint64_t keep_limit,
                         struct seg_spill_file *spill, struct seg_event_runs *older) {
  *runs = (struct seg_event_runs){
      .budget = budget, .keep_limit = keep_limit, .spill = spill, .older = older};
  seg_event_layout_init(&runs->layout, column_count, columns, flag_count);
  pthread_mutex_init(&runs->lock, NULL);
}

static uint64_t index_bytes(uint32_t partition_count) {
  return (uint64_t)(partition_count + 1) * 2 * sizeof(uint32_t);
}

void seg_event_runs_deinit(struct seg_event_runs *runs) {
  if (runs->budget == NULL)
    return;
  for (size_t r = 0; r < runs->count; r++) {
    struct seg_event_run *run = &runs->runs[r];
    seg_run_memory_give(runs->budget, &run->memory);
    seg_memory_budget_give(runs->budget, index_bytes(run->partition_count));
    free(run->row_offsets);
    seg_slice_form_deinit(&run->form);
  }
  free(runs->runs);
  pthread_mutex_destroy(&runs->lock);
  *runs = (struct seg_event_runs){0};
}

static enum seg_status append(struct seg_event_runs *runs, const struct seg_event_run *run,
                              uint64_t events, struct seg_error *error) {
  enum seg_status status = SEG_OK;
  pthread_mutex_lock(&runs->lock);
  if (runs->count == runs->capacity) {
    size_t capacity = runs->capacity * 2 + 16;
    struct seg_event_run *grown = realloc(runs->runs, capacity * sizeof *grown);
    if (grown == NULL) {
      status = seg_fail_memory(error, what_for);
    } else {
      runs->runs = grown;
      runs->capacity = capacity;
    }
  }
  if (status == SEG_OK) {
    runs->runs[runs->count++] = *run;
    runs->event_count += events;
    if (run->memory.bytes == NULL)
      runs->spilled += run->size;
  }
  pthread_mutex_unlock(&runs->lock);
  return status;
}

// One array for both kinds of offsets: row_offsets owns it.
static enum seg_status add_index(struct seg_event_runs *runs, struct seg_event_run *run,
                                 struct seg_error *error) {
  uint64_t bytes = index_bytes(run->partition_count);
  enum seg_status status = SEG_OK;
  if (!seg_memory_budget_take(runs->budget, bytes)) {
    status = seg_event_runs_evict(runs, 0, error);
    if (status == SEG_OK)
      status = seg_memory_budget_need(runs->budget, bytes, what_for, error);
    if (status != SEG_OK)
      return status;
  }
  run->row_offsets = calloc((size_t)(run->partition_count + 1) * 2, sizeof *run->row_offsets);
  if (run->row_offsets == NULL) {
    seg_memory_budget_give(runs->budget, bytes);
    return seg_fail_memory(error, what_for);
  }
  run->byte_offsets = run->row_offsets + run->partition_count + 1;
  return status;
}

static enum seg_status spill_buffer(struct seg_run_builder *builder, uint64_t size,
                                    struct seg_error *error) {
  if (size <= builder->spill_capacity)
    return SEG_OK;
  free(builder->spill_buffer);
  builder->spill_capacity = 0;
  builder->spill_buffer = malloc(size);
  if (builder->spill_buffer == NULL)
    return seg_fail_memory(error, what_for);
  builder->spill_capacity = size;
  return SEG_OK;
}

enum seg_status seg_event_runs_add(struct seg_event_runs *runs, const struct seg_event_rows *rows,
                                   uint32_t shift, struct seg_run_builder *builder,
                                   struct seg_error *error) {
  if (rows->count == 0)
    return SEG_OK;
  struct seg_event_run run = {.number = rows->number, .shift = shift};
  uint32_t last = 0;
  for (uint32_t i = 0; i < rows->count; i++)
    last = rows->customers[i] > last ? rows->customers[i] : last;
  run.partition_count = (last >> shift) + 1;
  enum seg_status status = add_index(runs, &run, error);
  if (status != SEG_OK)
    return status;
  unsigned char *target = NULL;
  status = seg_run_build_order(builder, &runs->layout, rows, &run, error);
  if (status != SEG_OK)
    goto cleanup;
  run.memory = seg_run_memory_take(runs->budget, runs->keep_limit, &builder->open, run.size);
  target = run.memory.bytes;
  if (target == NULL) {
    status = spill_buffer(builder, run.size, error);
    if (status != SEG_OK)
      goto cleanup;
    target = builder->spill_buffer;
  }
  seg_run_build_bytes(builder, &runs->layout, rows, &run, target);
  if (run.memory.bytes == NULL)
    status = seg_spill_file_write(runs->spill, target, run.size, &run.file_offset, error);
  if (status == SEG_OK)
    status = append(runs, &run, rows->count, error);
cleanup:
  if (status != SEG_OK) {
    seg_run_memory_give(runs->budget, &run.memory);
    seg_memory_budget_give(runs->budget, index_bytes(run.partition_count));
    free(run.row_offsets);
    seg_slice_form_deinit(&run.form);
  }
  return status;
}

// Under the lock: rare, and nobody else may append or move runs meanwhile.
static enum seg_status evict(struct seg_event_runs *runs, uint64_t used, struct seg_error *error) {
  enum seg_status status = SEG_OK;
  pthread_mutex_lock(&runs->lock);
  for (size_t r = runs->count; r-- > 0 && seg_memory_budget_used(runs->budget) > used;) {
    struct seg_event_run *run = &runs->runs[r];
    if (run->memory.bytes == NULL)
      continue;
    status =
        seg_spill_file_write(runs->spill, run->memory.bytes, run->size, &run->file_offset, error);
    if (status != SEG_OK)
      break;
    seg_run_memory_give(runs->budget, &run->memory);
    runs->spilled += run->size;
  }
  pthread_mutex_unlock(&runs->lock);
  return status;
}

enum seg_status seg_event_runs_evict(struct seg_event_runs *runs, uint64_t used,
                                     struct seg_error *error) {
  enum seg_status status = SEG_OK;
  for (; runs != NULL && status == SEG_OK; runs = runs->older)
    status = evict(runs, used, error);
  return status;
}

static int by_number(const void *left, const void *right) {
  const struct seg_event_run *a = left, *b = right;
  return (a->number > b->number) - (a->number < b->number);
}

void seg_event_runs_finish(struct seg_event_runs *runs) {
  if (runs->count > 0)
    qsort(runs->runs, runs->count, sizeof *runs->runs, by_number);
}
