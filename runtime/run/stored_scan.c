// See stored_scan.h. Rows are scanned a chunk at a time, so that masks and computed values stay in
// the cache until they are folded into words of flags.
#include "runtime/run/stored_scan.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/fold/event_equal.h"

enum {
  CHUNK = SEG_SCAN_BATCH, // rows
  WORD_BITS = 16,         // that are expanded at once
};

static const char what_for[] = "scanning the events of a group of customers";

/** Operations whose result may overflow, or take memory, by layout of the result. */
static bool may_fail(const struct seg_step *step) {
  static const bool fails[SEG_OP_COUNT] = {
      [SEG_OP_NUMBER_TO_INTEGER] = true,
      [SEG_OP_ADD] = true,
      [SEG_OP_SUBTRACT] = true,
      [SEG_OP_MULTIPLY] = true,
      [SEG_OP_NEGATE] = true,
      [SEG_OP_ABS] = true,
      [SEG_OP_ROUND] = true,
      [SEG_OP_DIVIDE] = true,
      [SEG_OP_TEXT_MAP] = true,
  };
  return fails[step->op] && step->layout != SEG_LAYOUT_I32;
}

bool seg_stored_scan_marks(const struct seg_plan *plan, uint32_t event) {
  const struct seg_block *scan = &plan->events[event].scan;
  bool marks = scan->steps[scan->mask_roots[0]].op != SEG_OP_ALL;
  for (uint32_t i = 0; i < scan->step_count; i++)
    marks = marks || may_fail(&scan->steps[i]);
  return marks;
}

static bool is_input(const struct seg_block *scan, uint32_t carried) {
  return scan->steps[scan->value_roots[carried]].op == SEG_OP_INPUT;
}

bool seg_stored_scan_needed(const struct seg_plan *plan, uint32_t event) {
  const struct seg_plan_entity *entity = &plan->events[event];
  bool needed = entity->flag_count > 0 || seg_stored_scan_marks(plan, event);
  for (uint32_t c = 0; c < entity->carried_count; c++)
    needed = needed || !is_input(&entity->scan, c);
  return needed;
}

static uint32_t word_count(const struct seg_plan_entity *entity) {
  return (entity->flag_count + 63) / 64;
}

static size_t word_bytes(const struct seg_fold *fold) {
  return seg_width_bytes(SEG_LAYOUT_I64, fold->flag_width);
}

enum seg_status seg_stored_scan_init(struct seg_stored_scan *scan,
                                     const struct seg_run_state *state, uint32_t event,
                                     struct seg_error *error) {
  const struct seg_plan_entity *entity = &state->plan->events[event];
  *scan = (struct seg_stored_scan){
      .state = state, .event = event, .entity = entity, .fold = &state->plan->folds[event]};
  seg_column_init(&scan->wide_days, SEG_LAYOUT_I32, false);
  scan->views = calloc((size_t)entity->input_count + 1, sizeof *scan->views);
  scan->flags = calloc((size_t)entity->flag_count + 1, sizeof *scan->flags);
  scan->flag_words = calloc((size_t)word_count(entity) + 1, sizeof *scan->flag_words);
  scan->computed = calloc((size_t)entity->carried_count + 1, sizeof *scan->computed);
  scan->columns = calloc((size_t)entity->carried_count + 1, sizeof *scan->columns);
  if (scan->views == NULL || scan->flags == NULL || scan->flag_words == NULL ||
      scan->computed == NULL || scan->columns == NULL)
    return seg_fail_memory(error, what_for);
  enum seg_status status = seg_row_scan_init(
      &scan->scan, entity, &state->kernels->event_scans[event], true, state->options->as_of, error);
  scan->scan.runner.as_of_instant = state->as_of_instant;
  return status;
}

static void free_rows(struct seg_stored_scan *scan) {
  scan->room = 0;
  free(scan->days);
  scan->days = NULL;
  for (uint32_t w = 0; scan->flag_words != NULL && w < word_count(scan->entity); w++) {
    free(scan->flag_words[w]);
    scan->flag_words[w] = NULL;
  }
  for (uint32_t c = 0; scan->computed != NULL && c < scan->entity->carried_count; c++) {
    free(scan->computed[c]);
    scan->computed[c] = NULL;
  }
}

void seg_stored_scan_deinit(struct seg_stored_scan *scan) {
  if (scan->state == NULL)
    return;
  free_rows(scan);
  seg_row_scan_deinit(&scan->scan);
  seg_column_deinit(&scan->wide_days);
  free(scan->views);
  free(scan->flags);
  free(scan->flag_words);
  free(scan->computed);
  free(scan->columns);
  *scan = (struct seg_stored_scan){0};
}

// In steps of a chunk: nothing is written behind the room.
static enum seg_status reserve(struct seg_stored_scan *scan, uint64_t rows,
                               struct seg_error *error) {
  const struct seg_plan_entity *entity = scan->entity;
  if (rows <= scan->room)
    return SEG_OK;
  free_rows(scan);
  uint64_t room = (rows + CHUNK - 1) / CHUNK * CHUNK;
  bool complete = true;
  if (seg_stored_scan_marks(scan->state->plan, scan->event)) {
    scan->days = seg_column_memory(room * sizeof *scan->days);
    complete = scan->days != NULL;
  }
  for (uint32_t w = 0; complete && w < word_count(entity); w++) {
    scan->flag_words[w] = seg_column_memory(room * word_bytes(scan->fold));
    complete = scan->flag_words[w] != NULL;
  }
  for (uint32_t c = 0; complete && c < entity->carried_count; c++) {
    if (is_input(&entity->scan, c))
      continue;
    scan->computed[c] =
        seg_column_memory(room * seg_width_bytes(entity->carried_layout[c], SEG_WIDTH_FULL));
    complete = scan->computed[c] != NULL;
  }
  if (!complete)
    return seg_fail_memory(error, what_for);
  scan->room = room;
  return SEG_OK;
}

uint64_t seg_stored_scan_bytes(const struct seg_plan *plan, uint32_t event, uint64_t rows) {
  const struct seg_plan_entity *entity = &plan->events[event];
  if (!seg_stored_scan_needed(plan, event))
    return 0;
  uint64_t row = word_count(entity) * word_bytes(&plan->folds[event]);
  row += seg_stored_scan_marks(plan, event) ? sizeof(int32_t) : 0;
  for (uint32_t c = 0; c < entity->carried_count; c++)
    row +=
        is_input(&entity->scan, c) ? 0 : seg_width_bytes(entity->carried_layout[c], SEG_WIDTH_FULL);
  return row * (rows + 64 + CHUNK);
}

/** Rows that are scanned together. */
struct chunk {
  const struct seg_stored_columns *columns;
  uint64_t first; // a multiple of CHUNK
  int64_t rows;
};

static const void *at_row(const void *values, enum seg_layout layout, enum seg_width width,
                          uint64_t row) {
  return (const char *)values + seg_width_size(layout, width, (int64_t)row);
}

// The days of the chunk, as wide as their layout.
static enum seg_status widen_days(struct seg_stored_scan *scan, const struct chunk *chunk,
                                  struct seg_error *error) {
  enum seg_status status = seg_column_restart(&scan->wide_days, chunk->rows, error);
  int32_t *to = scan->wide_days.values;
  const void *from =
      at_row(chunk->columns->days.values, SEG_LAYOUT_I32, scan->fold->day_width, chunk->first);
  for (int64_t i = 0; status == SEG_OK && i < chunk->rows; i++)
    to[i] = (int32_t)seg_event_integer(SEG_LAYOUT_I32, scan->fold->day_width, from, (uint64_t)i);
  return status;
}

static void view_inputs(struct seg_stored_scan *scan, const struct chunk *chunk) {
  const struct seg_block *block = &scan->entity->scan;
  for (uint32_t i = 0; i < scan->entity->input_count; i++) {
    const struct seg_stored_array *input = &chunk->columns->inputs[i];
    enum seg_width width = seg_block_input_width(block, i);
    scan->views[i] = (struct seg_column_view){
        .layout = block->input_layouts[i],
        .width = width,
        .values = at_row(input->values, block->input_layouts[i], width, chunk->first),
        .known = input->known == NULL ? NULL : input->known + chunk->first / 64,
        .count = chunk->rows,
    };
  }
}

// Which rows exist is asked only when there is a fault.
static enum seg_status apply(struct seg_stored_scan *scan, const struct chunk *chunk,
                             struct seg_kernel_fault *fault, struct seg_error *error) {
  struct seg_block_runner *runner = &scan->scan.runner;
  view_inputs(scan, chunk);
  for (uint32_t i = 0; i < scan->entity->input_count; i++) {
    runner->input_values[i] = scan->views[i].values;
    runner->input_known[i] = scan->views[i].known;
  }
  return seg_block_runner_apply(runner, chunk->rows, scan->state->options->as_of, fault, error);
}

// The rows that exist, found as a scan of files finds them.
static enum seg_status apply_to_existing(struct seg_stored_scan *scan, const struct chunk *chunk,
                                         int64_t *row, struct seg_error *error) {
  enum seg_status status = widen_days(scan, chunk, error);
  struct seg_morsel morsel = {.row_count = chunk->rows,
                              .days = seg_column_view(&scan->wide_days),
                              .key = seg_column_view(&scan->wide_days), // nobody looks at it
                              .inputs = scan->views};
  return status == SEG_OK ? seg_row_scan_apply(&scan->scan, &morsel, row, error) : status;
}

// Flag f of the chunk, from its first word on; NULL: all are 1.
static const uint64_t *flag_bits(struct seg_stored_scan *scan, uint32_t flag) {
  const struct seg_plan_entity *entity = scan->entity;
  const struct seg_block_runner *runner = &scan->scan.runner;
  if (flag < entity->filter_count)
    return seg_block_runner_mask(runner, 1 + flag);
  const uint64_t *known = NULL;
  for (uint32_t c = 0; c < entity->carried_count; c++)
    if (entity->carried_flag[c] == flag)
      (void)seg_block_runner_values(runner, c, &known);
  return known;
}

// Up to 16 flags from `first` on of 64 rows: a code a row.
static void expand(const struct seg_stored_scan *scan, uint32_t first, size_t word,
                   uint16_t codes[64]) {
  uint64_t slices[WORD_BITS];
  uint32_t count = 0;
  for (; count < WORD_BITS && first + count < scan->entity->flag_count; count++) {
    const uint64_t *bits = scan->flags[first + count];
    slices[count] = bits == NULL ? UINT64_MAX : bits[word];
  }
  scan->scan.runner.masks.kernels->expand(slices, 1, count, 0, codes);
}

static void put_flags(struct seg_stored_scan *scan, const struct chunk *chunk) {
  const struct seg_plan_entity *entity = scan->entity;
  if (entity->flag_count == 0)
    return;
  for (uint32_t f = 0; f < entity->flag_count; f++)
    scan->flags[f] = flag_bits(scan, f);
  for (size_t w = 0; w < seg_bitmap_words(chunk->rows); w++) {
    uint64_t row = chunk->first + 64 * w;
    if (scan->fold->flag_width == SEG_WIDTH_16) {
      expand(scan, 0, w, (uint16_t *)scan->flag_words[0] + row);
      continue;
    }
    for (uint32_t first = 0; first < entity->flag_count; first += WORD_BITS) {
      uint64_t *to = (uint64_t *)scan->flag_words[first / 64] + row;
      uint16_t codes[64];
      expand(scan, first, w, codes);
      for (int i = 0; i < 64; i++)
        to[i] = (first % 64 == 0 ? 0 : to[i]) | (uint64_t)codes[i] << (first % 64);
    }
  }
}

static void put_computed(struct seg_stored_scan *scan, const struct chunk *chunk) {
  for (uint32_t c = 0; c < scan->entity->carried_count; c++) {
    const uint64_t *unused;
    if (scan->computed[c] == NULL)
      continue;
    size_t size = seg_width_bytes(scan->entity->carried_layout[c], SEG_WIDTH_FULL);
    memcpy((char *)scan->computed[c] + chunk->first * size,
           seg_block_runner_values(&scan->scan.runner, c, &unused), (size_t)chunk->rows * size);
  }
}

static void put_days(struct seg_stored_scan *scan, const struct chunk *chunk) {
  const int32_t *from = (const int32_t *)chunk->columns->days.values + chunk->first;
  const uint64_t *keep = seg_block_runner_mask(&scan->scan.runner, 0);
  int32_t *to = scan->days + chunk->first;
  for (int64_t i = 0; i < chunk->rows; i++)
    to[i] = seg_bitmap_test(keep, i) ? from[i] : SEG_STORED_NO_DAY;
}

// The rows that exist lie close together: each goes where it was.
static void put_existing(struct seg_stored_scan *scan, const struct chunk *chunk) {
  const struct seg_plan_entity *entity = scan->entity;
  const struct seg_row_scan *rows = &scan->scan;
  for (int64_t i = 0; i < chunk->rows; i++)
    scan->days[chunk->first + (uint64_t)i] = SEG_STORED_NO_DAY;
  for (uint32_t i = 0; i < rows->row_count; i++) {
    uint32_t row = rows->rows[i];
    uint64_t to = chunk->first + (rows->has_origin ? rows->origin[row] : row);
    scan->days[to] = ((const int32_t *)rows->days.values)[row];
    for (uint32_t f = 0; f < entity->flag_count; f++) {
      size_t bytes = word_bytes(scan->fold);
      unsigned char *word = (unsigned char *)scan->flag_words[f / 64] + to * bytes;
      unsigned char bit = (unsigned char)(1U << (f % 8));
      bool is_set = seg_bitmap_test(rows->flags[f], row);
      word[f % 64 / 8] = (unsigned char)((word[f % 64 / 8] & ~bit) | (is_set ? bit : 0));
    }
    for (uint32_t c = 0; c < entity->carried_count; c++) {
      size_t size = seg_width_bytes(entity->carried_layout[c], SEG_WIDTH_FULL);
      if (scan->computed[c] != NULL)
        memcpy((char *)scan->computed[c] + to * size, (const char *)rows->columns[c] + row * size,
               size);
    }
  }
}

static struct chunk next_chunk(const struct seg_stored_columns *columns, uint64_t first) {
  uint64_t left = columns->rows - first;
  return (struct chunk){columns, first, (int64_t)(left < CHUNK ? left : CHUNK)};
}

enum seg_status seg_stored_scan_run(struct seg_stored_scan *scan,
                                    const struct seg_stored_columns *columns,
                                    struct seg_error *error) {
  enum seg_status status = reserve(scan, columns->rows, error);
  for (uint64_t first = 0; status == SEG_OK && first < columns->rows; first += CHUNK) {
    struct chunk chunk = next_chunk(columns, first);
    struct seg_kernel_fault fault;
    status = apply(scan, &chunk, &fault, error);
    if (status == SEG_OK && fault.kind != SEG_FAULT_NONE) {
      int64_t row;
      status = apply_to_existing(scan, &chunk, &row, error);
      if (status == SEG_OK)
        put_existing(scan, &chunk);
      continue;
    }
    if (status != SEG_OK)
      break;
    put_flags(scan, &chunk);
    put_computed(scan, &chunk);
    if (scan->days != NULL)
      put_days(scan, &chunk);
  }
  for (uint32_t c = 0; c < scan->entity->carried_count; c++) {
    const struct seg_block *block = &scan->entity->scan;
    scan->columns[c] = scan->computed[c] != NULL
                           ? scan->computed[c]
                           : columns->inputs[block->steps[block->value_roots[c]].slot].values;
  }
  return status;
}

static void count_row(const struct seg_stored_owned *owned, uint64_t row,
                      struct seg_stored_counts *counts) {
  counts->events++;
  counts->orphans += !seg_stored_is_owned(owned, row);
}

enum seg_status seg_stored_scan_count(struct seg_stored_scan *scan,
                                      const struct seg_stored_columns *columns,
                                      const struct seg_stored_owned *owned, uint64_t first,
                                      struct seg_stored_counts *counts, int64_t *row,
                                      struct seg_error *error) {
  enum seg_status status = SEG_OK;
  for (uint64_t at = 0; status == SEG_OK && at < columns->rows; at += CHUNK) {
    struct chunk chunk = next_chunk(columns, at);
    int64_t of_chunk = 0;
    view_inputs(scan, &chunk);
    status = apply_to_existing(scan, &chunk, &of_chunk, error);
    *row = (int64_t)(at - columns->lead) + of_chunk;
    for (uint32_t i = 0; status == SEG_OK && i < scan->scan.row_count; i++) {
      uint32_t exists = scan->scan.rows[i];
      uint64_t of_all = at + (scan->scan.has_origin ? scan->scan.origin[exists] : exists);
      if (of_all >= columns->lead)
        count_row(owned, first + of_all - columns->lead, counts);
    }
  }
  return status;
}
