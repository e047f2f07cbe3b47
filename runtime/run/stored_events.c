// Stored events that are folded where they lie: which they are, how wide their columns are, and
// stage 2, which counts them; see stored_events.h.
#include "runtime/run/stored_events.h"

#include <assert.h>

#include "runtime/run/morsel_stage.h"
#include "runtime/run/stored_scan.h"
#include "runtime/store/store_read.h"

static const char what_for[] = "the plan of the run";

// Texts that the scan computes stay only until it scans on.
static bool carries_made_text(const struct seg_plan_entity *entity) {
  bool carries = false;
  for (uint32_t r = 0; r < entity->scan.value_root_count; r++) {
    const struct seg_step *step = &entity->scan.steps[entity->scan.value_roots[r]];
    carries = carries || (step->op != SEG_OP_INPUT && step->layout == SEG_LAYOUT_TEXT);
  }
  return carries;
}

bool seg_stored_events_fit(const struct seg_plan *plan, const struct seg_run_sources *sources,
                           uint32_t event) {
  const struct seg_plan_entity *entity = &plan->events[event];
  const struct seg_fold *fold = &plan->folds[event];
  struct seg_stored_source customers, events;
  return plan->customer_from_event < 0 && seg_plan_gathers_event(plan, event) &&
         seg_source_stored(sources->customer, &customers) &&
         seg_source_stored(sources->events[event], &events) && entity->unique_count == 0 &&
         entity->unique_flag_count == 0 && fold->sequence_count == 0 && !fold->is_followed &&
         !carries_made_text(entity);
}

// No result of a cell is farther from 0, of customers with so many rows.
static bool fits_32_bits(const struct seg_plan_entity *entity, const struct seg_fold_cell *cell,
                         uint64_t rows) {
  static const uint64_t farthest[SEG_WIDTH_COUNT] = {
      [SEG_WIDTH_8] = UINT64_C(1) << 7,
      [SEG_WIDTH_16] = UINT64_C(1) << 15,
      [SEG_WIDTH_32] = UINT64_C(1) << 31,
  };
  if (cell->kind == SEG_FOLD_COUNT || cell->kind == SEG_FOLD_DISTINCT)
    return rows <= INT32_MAX;
  enum seg_width width =
      cell->column == SEG_NO_COLUMN ? SEG_WIDTH_FULL : seg_plan_carried_width(entity, cell->column);
  if (cell->layout != SEG_LAYOUT_I64 || width == SEG_WIDTH_FULL)
    return false;
  return cell->kind == SEG_FOLD_MIN || cell->kind == SEG_FOLD_MAX ||
         (cell->kind == SEG_FOLD_SUM && rows <= INT32_MAX / farthest[width]);
}

// A customer has rows in every part once.
static uint64_t most_rows(const struct seg_store_entity *entity) {
  uint64_t rows = 0;
  for (uint32_t p = 0; p < entity->part_count; p++)
    rows += entity->parts[p].most_rows;
  return rows;
}

static bool narrow_cells(struct seg_arena *arena, const struct seg_plan_entity *entity,
                         const struct seg_store_entity *stored, struct seg_fold *fold) {
  struct seg_fold_cell *cells =
      SEG_NEW_ARRAY(arena, struct seg_fold_cell, (size_t)fold->cell_count + 1);
  uint64_t rows = most_rows(stored);
  if (cells == NULL)
    return false;
  for (uint32_t c = 0; c < fold->cell_count; c++) {
    cells[c] = fold->cells[c];
    if (fits_32_bits(entity, &cells[c], rows))
      cells[c].width = SEG_WIDTH_32;
  }
  fold->cells = cells;
  return true;
}

enum seg_status seg_stored_events_narrow(struct seg_arena *arena, struct seg_plan *plan,
                                         const struct seg_run_sources *sources, uint32_t event,
                                         struct seg_error *error) {
  struct seg_plan_entity *entity = &plan->events[event];
  struct seg_fold *fold = &plan->folds[event];
  struct seg_stored_source from;
  if (!seg_stored_events_fit(plan, sources, event) ||
      !seg_source_stored(sources->events[event], &from))
    return SEG_OK;
  enum seg_width *inputs = SEG_NEW_ARRAY(arena, enum seg_width, (size_t)entity->input_count + 1);
  enum seg_width *carried = SEG_NEW_ARRAY(arena, enum seg_width, (size_t)entity->carried_count + 1);
  if (inputs == NULL || carried == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t i = 0; i < entity->input_count; i++)
    inputs[i] = seg_stored_input_width(entity, &from, i);
  entity->scan.input_widths = inputs;
  for (uint32_t r = 0; r < entity->carried_count; r++) {
    const struct seg_step *step = &entity->scan.steps[entity->scan.value_roots[r]];
    carried[r] = step->op == SEG_OP_INPUT ? inputs[step->slot] : SEG_WIDTH_FULL;
  }
  entity->carried_width = carried;
  if (!seg_stored_scan_marks(plan, event))
    fold->day_width = seg_stored_day_width(&from);
  fold->flag_width = entity->flag_count <= 16 ? SEG_WIDTH_16 : SEG_WIDTH_FULL;
  return narrow_cells(arena, entity, from.entity, fold) ? SEG_OK : seg_fail_memory(error, what_for);
}

// Stage 2

struct counting {
  struct seg_morsel_stage stage;
  uint32_t event;
  struct seg_stored_view view;
  struct seg_stored_owned *owned; // per part
  _Atomic uint64_t rows, events, orphans;
};

/** One worker's part. */
struct counter {
  struct counting *counting;
  struct seg_morsel morsel;
  struct seg_stored_columns columns;
  struct seg_stored_scan scan; // without a state when every row before the as-of day exists
};

// In groups of a fixed size, which become vectors.
static uint64_t count_narrow_days(const int16_t *days, uint64_t count, int16_t as_of) {
  enum { GROUP = 256 };
  uint64_t before = 0, i = 0;
  for (; i + GROUP <= count; i += GROUP) {
    uint16_t some = 0;
    for (int j = 0; j < GROUP; j++)
      some = (uint16_t)(some + (days[i + (uint64_t)j] < as_of));
    before += some;
  }
  for (; i < count; i++)
    before += days[i] < as_of;
  return before;
}

// Days before the as-of day among rows first .. end - 1, which are verified.
static uint64_t count_days(const struct seg_store_array *days, uint64_t first, uint64_t end,
                           int32_t as_of) {
  uint64_t before = 0;
  if (days->type == SEG_STORE_I16 && as_of >= INT16_MIN && as_of <= INT16_MAX)
    return count_narrow_days((const int16_t *)days->data + first, end - first, (int16_t)as_of);
  for (uint64_t i = first; i < end; i++)
    before += seg_store_integer(days, i) < as_of;
  return before;
}

static enum seg_status count_plain(const struct counter *counter,
                                   const struct seg_stored_stretch *rows,
                                   struct seg_stored_counts *counts, struct seg_error *error) {
  const struct counting *counting = counter->counting;
  const struct seg_stored_owned *owned = &counting->owned[rows->part];
  const struct seg_store_array *days = &counting->view.from.entity->parts[rows->part].days;
  int32_t as_of = counting->stage.state->options->as_of;
  enum seg_status status =
      seg_store_verify(counting->view.from.store, days, rows->first, rows->count, error);
  if (status != SEG_OK)
    return status;
  uint64_t end = rows->first + rows->count, other = rows->first;
  counts->events = count_days(days, rows->first, end, as_of);
  if (owned->bits == NULL) {
    other = owned->end > rows->first ? owned->end : rows->first;
    counts->orphans = other < end ? count_days(days, other, end, as_of) : 0;
    return SEG_OK;
  }
  for (; other < end; other++)
    counts->orphans += !seg_stored_is_owned(owned, other) && seg_store_integer(days, other) < as_of;
  return SEG_OK;
}

static enum seg_status count_morsel(void *context, int64_t *row, struct seg_error *error) {
  struct counter *counter = context;
  struct counting *counting = counter->counting;
  const struct seg_store_entity *entity = counting->view.from.entity;
  struct seg_stored_stretch rows = {.first = (uint64_t)counter->morsel.first_row,
                                    .count = (uint64_t)counter->morsel.row_count};
  while (rows.first >= entity->parts[rows.part].rows)
    rows.first -= entity->parts[rows.part++].rows;
  struct seg_stored_counts counts = {0};
  enum seg_status status;
  if (counter->scan.state == NULL) {
    status = count_plain(counter, &rows, &counts, error);
  } else {
    int64_t at = 0;
    status = seg_stored_columns_read(&counter->columns, &rows, 1, error);
    if (status == SEG_OK)
      status = seg_stored_scan_count(&counter->scan, &counter->columns, &counting->owned[rows.part],
                                     rows.first, &counts, &at, error);
    *row += at;
  }
  if (status != SEG_OK)
    return status;
  atomic_fetch_add(&counting->rows, rows.count);
  atomic_fetch_add(&counting->events, counts.events);
  atomic_fetch_add(&counting->orphans, counts.orphans);
  const struct seg_run_state *state = counting->stage.state;
  seg_run_report(counting->stage.state, SEG_RUN_EVENTS, state->plan->events[counting->event].name,
                 rows.count, counting->stage.source, 0);
  return SEG_OK;
}

static void count_worker(void *context, unsigned worker) {
  (void)worker;
  struct counting *counting = context;
  const struct seg_run_state *state = counting->stage.state;
  struct counter counter = {.counting = counting};
  struct seg_error error;
  seg_morsel_init(&counter.morsel, counting->stage.source);
  enum seg_status status =
      seg_stored_columns_init(&counter.columns, state, counting->event, &error);
  if (status == SEG_OK && seg_stored_scan_marks(state->plan, counting->event))
    status = seg_stored_scan_init(&counter.scan, state, counting->event, &error);
  if (status == SEG_OK)
    seg_morsel_stage_take(&counting->stage, &counter.morsel, count_morsel, &counter);
  else
    seg_morsel_stage_give_up(&counting->stage, &error);
  seg_stored_scan_deinit(&counter.scan);
  seg_stored_columns_deinit(&counter.columns);
  seg_morsel_deinit(&counter.morsel);
}

// Does every row exist, as the days of the parts tell?
static bool all_exist(const struct counting *counting) {
  const struct seg_run_state *state = counting->stage.state;
  const struct seg_store_entity *entity = counting->view.from.entity;
  bool all = !seg_stored_scan_marks(state->plan, counting->event);
  for (uint32_t p = 0; p < entity->part_count; p++)
    all =
        all && entity->parts[p].span.is_known && entity->parts[p].span.last < state->options->as_of;
  return all;
}

static void count_all(struct counting *counting) {
  const struct seg_store_entity *entity = counting->view.from.entity;
  assert(counting->owned != NULL);
  for (uint32_t p = 0; p < entity->part_count; p++) {
    const struct seg_stored_owned *owned = &counting->owned[p];
    uint64_t rows = entity->parts[p].rows, own = owned->end < rows ? owned->end : rows;
    if (owned->bits != NULL)
      own = (uint64_t)seg_bitmap_count(owned->bits, (int64_t)rows);
    counting->rows += rows;
    counting->events += rows;
    counting->orphans += rows - own;
  }
}

enum seg_status seg_stored_events_scan(struct seg_run_state *state, uint32_t event,
                                       struct seg_error *error) {
  struct counting counting = {
      .stage = {.state = state, .source = state->sources->events[event]},
      .event = event,
      .view = seg_stored_view(state, event),
  };
  enum seg_status status = seg_stored_owned_new(state, &counting.view, &counting.owned, error);
  if (status == SEG_OK && all_exist(&counting))
    count_all(&counting);
  else if (status == SEG_OK)
    status = seg_morsel_stage_run(&counting.stage, count_worker, &counting, error);
  seg_stored_owned_free(counting.owned, counting.view.from.entity->part_count);
  if (status != SEG_OK)
    return status;
  state->result->events[event] = (struct seg_run_event){
      .rows = counting.rows, .events = counting.events, .orphans = counting.orphans};
  state->result->orphan_events += counting.orphans;
  return SEG_OK;
}
