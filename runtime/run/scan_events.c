// Stage 2: an event's source. Each morsel becomes a run of the events that exist and have a
// customer. When the event gives the customers, new keys are added one morsel after the other, so
// that numbers follow the order of the file.
#include <stdlib.h>

#include "runtime/run/morsel_stage.h"
#include "runtime/run/row_scan.h"
#include "runtime/run/stored_events.h"
#include "runtime/run/windows.h"

struct scanning {
  struct seg_morsel_stage stage;
  uint32_t event;
  bool gives_customers;
  struct seg_event_runs *runs; // NULL: no rule gathers the event
  int32_t first_day, last_day; // rows of other days are in no window: counted, but not kept
  _Atomic uint64_t rows, events, orphans;
};

/** One worker's part. */
struct scanner {
  struct scanning *scanning;
  struct seg_row_scan scan;
  struct seg_morsel morsel;
  uint32_t *numbers; // of scan.rows
  uint32_t shift;    // of the run
  struct seg_run_builder builder;
};

// Take the rows without a key out of the rows that exist.
static void drop_missing_keys(struct seg_row_scan *scan) {
  uint32_t kept = seg_row_scan_first_missing_key(scan);
  for (uint32_t i = kept; i < scan->row_count; i++)
    if (seg_bitmap_test(scan->key.known, scan->rows[i]))
      scan->rows[kept++] = scan->rows[i];
  scan->row_count = kept;
}

// Take the rows of unknown customers out.
static void drop_unknown_keys(struct seg_row_scan *scan, uint32_t *numbers) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < scan->row_count; i++) {
    scan->rows[kept] = scan->rows[i];
    numbers[kept] = numbers[i];
    kept += numbers[i] != SEG_NO_NUMBER;
  }
  scan->row_count = kept;
}

// Take the rows out that no cell looks at. In data of many years that is most of them.
static void drop_other_days(struct scanner *scanner) {
  const struct scanning *scanning = scanner->scanning;
  struct seg_row_scan *scan = &scanner->scan;
  const int32_t *days = scan->days.values;
  uint32_t *numbers = scanner->numbers, kept = 0;
  if (scanning->first_day == INT32_MIN && scanning->last_day == INT32_MAX)
    return;
  for (uint32_t i = 0; i < scan->row_count; i++) {
    int32_t day = days[scan->rows[i]];
    scan->rows[kept] = scan->rows[i];
    numbers[kept] = numbers[i];
    kept += (day >= scanning->first_day) & (day <= scanning->last_day);
  }
  scan->row_count = kept;
}

// The worker's turn: numbers for the keys, old and new.
static enum seg_status add_keys(struct scanner *scanner, struct seg_error *error) {
  struct seg_run_state *state = scanner->scanning->stage.state;
  struct seg_row_scan *scan = &scanner->scan;
  enum seg_status status = seg_key_table_add(state->keys, &scan->key, scan->rows, scan->row_count,
                                             scanner->numbers, error);
  // Runs can make room, keys cannot. Adding again finds what was added before.
  if (status == SEG_LIMIT && scanner->scanning->runs != NULL) {
    status = seg_event_runs_evict(scanner->scanning->runs, 0, error);
    if (status == SEG_OK)
      status = seg_key_table_add(state->keys, &scan->key, scan->rows, scan->row_count,
                                 scanner->numbers, error);
  }
  scanner->shift = seg_partition_shift(state->keys->count);
  return status;
}

// Customer numbers of the rows that exist. `*skip`: an earlier morsel has an error to report.
static enum seg_status number_rows(struct scanner *scanner, bool *skip, struct seg_error *error) {
  struct scanning *scanning = scanner->scanning;
  struct seg_row_scan *scan = &scanner->scan;
  drop_missing_keys(scan);
  if (!scanning->gives_customers) {
    seg_key_table_find(scanning->stage.state->keys, &scan->key, scan->rows, scan->row_count,
                       scanner->numbers);
    drop_unknown_keys(scan, scanner->numbers);
    scanner->shift = seg_partition_shift(scanning->stage.state->keys->count);
    return SEG_OK;
  }
  *skip = !seg_ticket_wait(&scanning->stage.ticket, scanner->morsel.number);
  if (*skip)
    return SEG_OK;
  enum seg_status status = add_keys(scanner, error);
  if (status == SEG_OK)
    seg_ticket_pass(&scanning->stage.ticket);
  return status;
}

static enum seg_status scan_morsel(void *context, int64_t *row, struct seg_error *error) {
  struct scanner *scanner = context;
  struct scanning *scanning = scanner->scanning;
  struct seg_row_scan *scan = &scanner->scan;
  enum seg_status status = seg_morsel_decode(&scanner->morsel, row, error);
  if (status == SEG_OK)
    status = seg_row_scan_apply(scan, &scanner->morsel, row, error);
  if (status != SEG_OK)
    return status;
  uint32_t existing = scan->row_count;
  bool skip = false;
  status = number_rows(scanner, &skip, error);
  if (status != SEG_OK || skip)
    return status;
  atomic_fetch_add(&scanning->rows, (uint64_t)scanner->morsel.row_count);
  atomic_fetch_add(&scanning->events, existing);
  atomic_fetch_add(&scanning->orphans, existing - scan->row_count);
  if (scanning->runs != NULL) {
    drop_other_days(scanner);
    struct seg_event_rows rows = {
        .number = scanner->morsel.number,
        .count = scan->row_count,
        .rows = scan->rows,
        .customers = scanner->numbers,
        .days = scan->days.values,
        .columns = scan->columns,
        .flags = scan->flags,
    };
    status = seg_event_runs_add(scanning->runs, &rows, scanner->shift, &scanner->builder, error);
  }
  seg_run_report(scanning->stage.state, SEG_RUN_EVENTS, scan->entity->name,
                 (uint64_t)scanner->morsel.row_count, scanning->stage.source, 0);
  return status;
}

static void scan_worker(void *context, unsigned worker) {
  (void)worker;
  struct scanning *scanning = context;
  const struct seg_run_state *state = scanning->stage.state;
  struct scanner scanner = {.scanning = scanning};
  struct seg_error error;
  seg_morsel_init(&scanner.morsel, scanning->stage.source);
  scanner.numbers = malloc(SEG_MORSEL_ROWS * sizeof *scanner.numbers);
  enum seg_status status =
      scanner.numbers == NULL ? seg_fail_memory(&error, "the keys of the events") : SEG_OK;
  if (status == SEG_OK)
    status = seg_row_scan_init(&scanner.scan, &state->plan->events[scanning->event],
                               &state->kernels->event_scans[scanning->event], true,
                               state->options->as_of, &error);
  scanner.scan.runner.as_of_instant = state->as_of_instant;
  if (status == SEG_OK)
    seg_morsel_stage_take(&scanning->stage, &scanner.morsel, scan_morsel, &scanner);
  else
    seg_morsel_stage_give_up(&scanning->stage, &error);
  seg_row_scan_deinit(&scanner.scan);
  seg_run_builder_deinit(&scanner.builder);
  seg_morsel_deinit(&scanner.morsel);
  free(scanner.numbers);
}

// The days that some window of the event's cells has. All days, when a row counts for more than its
// own cells: as what follows in a sequence, or as the first of several equal ones.
static void find_days(const struct seg_run_state *state, struct scanning *scanning) {
  const struct seg_plan_entity *entity = &state->plan->events[scanning->event];
  const struct seg_fold *fold = &state->plan->folds[scanning->event];
  scanning->first_day = INT32_MIN;
  scanning->last_day = INT32_MAX;
  if (fold->is_followed || entity->unique_count + entity->unique_flag_count > 0)
    return;
  int32_t last;
  seg_windows_reach(fold, state->windows, &scanning->first_day, &last);
  // Rows of the as-of day and later are gone already.
  scanning->last_day = last == state->options->as_of - 1 ? INT32_MAX : last;
}

// Runs may fill three quarters of the limit; the rest is for reading them back and folding.
static uint64_t keep_limit(const struct seg_memory_budget *budget) {
  return budget->limit == UINT64_MAX ? UINT64_MAX : budget->limit / 4 * 3;
}

enum seg_status seg_run_scan_event(struct seg_run_state *state, uint32_t event,
                                   struct seg_error *error) {
  const struct seg_plan_entity *entity = &state->plan->events[event];
  struct scanning scanning = {
      .stage = {.state = state, .source = state->sources->events[event]},
      .event = event,
      .gives_customers = state->plan->customer_from_event == (int32_t)event,
  };
  if (seg_plan_gathers_event(state->plan, event)) {
    scanning.runs = &state->events[event];
    seg_event_runs_init(scanning.runs, entity->carried_count, entity->carried_layout,
                        entity->flag_count, state->budget, keep_limit(state->budget), &state->spill,
                        state->newest_runs);
    state->newest_runs = scanning.runs;
    find_days(state, &scanning);
  }
  state->is_in_place[event] = seg_stored_events_fit(state->plan, state->sources, event);
  state->is_stored[event] = seg_stored_events_apply(state, event);
  if (state->is_stored[event]) {
    enum seg_status status = seg_stored_numbers_find(state, error);
    return status == SEG_OK ? seg_stored_events_scan(state, event, error) : status;
  }
  if (scanning.gives_customers)
    seg_key_table_init(state->keys, scanning.stage.source->key_is_text, state->budget);
  enum seg_status status = seg_morsel_stage_run(&scanning.stage, scan_worker, &scanning, error);
  if (status != SEG_OK)
    return status;
  if (scanning.gives_customers)
    seg_key_table_seal(state->keys);
  if (scanning.runs != NULL)
    seg_event_runs_finish(scanning.runs);
  state->result->events[event] = (struct seg_run_event){
      .rows = scanning.rows, .events = scanning.events, .orphans = scanning.orphans};
  state->result->orphan_events += scanning.orphans;
  return SEG_OK;
}
