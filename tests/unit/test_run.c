// The executor against a naive evaluation of the same plan over the same rows: sizes around word
// and partition edges, any number of threads, any memory, any size of morsels. The machine code of
// the plan is written by hand here.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runtime/entity/key_table.h"
#include "runtime/entity/spill_file.h"
#include "runtime/fold/fold_scratch.h"
#include "runtime/run/run.h"
#include "runtime/run/windows.h"

/*
 * The plan.
 *   customer: key id; age (may be missing), country; carried: age, country.
 *   event 0 purchase: day, amount, channel, item (may be missing); keep amount != -999; filter 0:
 *     channel = 1; carried: amount * 2 (overflow is a fault), item.
 *   event 1 visit: day; all kept; nothing carried.
 *   cells of purchase: count over 30 days, sum(amount * 2) of channel 1 ever, distinct(item) ever,
 *     last day ever; of visit: count ever.
 *   segments: 0 count >= 2; 1 sum > 100; 2 age > 30; 3 distinct >= 2; 4 country = "DE" and visits
 * >= 1; 5 last day < as-of - 10. chain 0: 1 > 0 > 2; chain 1: 4.
 */

enum { AS_OF = 1000, DROPPED = -999, SEGMENTS = 6, CELLS = 4, MAX_ITEMS = 20 };

static const char *const item_names[MAX_ITEMS] = {
    "a", "b", "c", "d", "e",  "f",  "g",  "h",  "i",  "j",
    "k", "l", "m", "n", "oo", "pp", "qq", "rr", "ss", "a longer item"};

/* Kernels. */

static uint64_t known_bit(const uint64_t *known, int64_t i) {
  return known == NULL ? 1 : (known[i / 64] >> (i % 64)) & 1;
}

static void clear_words(uint64_t *words, int64_t rows) {
  memset(words, 0, seg_bitmap_words(rows) * sizeof *words);
}

static void customer_scan(const struct seg_block_frame *frame) {
  memset(frame->masks[0], 0xff, seg_bitmap_words(frame->row_count) * 8); // tail left dirty
}

static void purchase_scan(const struct seg_block_frame *frame) {
  const int64_t *amounts = frame->input_values[1];
  const int32_t *channels = frame->input_values[2];
  clear_words(frame->masks[0], frame->row_count);
  clear_words(frame->masks[1], frame->row_count);
  int64_t *doubled = frame->values[0];
  memset(frame->value_known[0], 0xff, seg_bitmap_words(frame->row_count) * 8);
  seg_bitmap_clear_tail(frame->value_known[0], frame->row_count);
  for (int64_t i = 0; i < frame->row_count; i++) {
    if (amounts[i] != DROPPED)
      seg_bitmap_set(frame->masks[0], i);
    if (channels[i] == 1)
      seg_bitmap_set(frame->masks[1], i);
    if (__builtin_mul_overflow(amounts[i], 2, &doubled[i]))
      seg_kernel_fault_raise(frame->fault, SEG_FAULT_OVERFLOW, 2, i);
  }
}

static void visit_scan(const struct seg_block_frame *frame) {
  memset(frame->masks[0], 0xff, seg_bitmap_words(frame->row_count) * 8);
}

static bool in_window(const struct seg_fold_frame *frame, uint32_t window, uint64_t event) {
  return frame->days[event] >= frame->windows[window * 2] &&
         frame->days[event] <= frame->windows[window * 2 + 1];
}

static void purchase_fold(const struct seg_fold_frame *frame) {
  const int64_t *amounts = frame->columns[0];
  for (uint32_t cell = 0; cell < CELLS; cell++)
    clear_words(frame->known[cell], frame->customer_count);
  for (int64_t c = 0; c < frame->customer_count; c++) {
    int64_t count = 0, sum = 0;
    int32_t last = 0;
    bool any = false;
    for (uint64_t e = frame->offsets[c]; e < frame->offsets[c + 1]; e++) {
      count += in_window(frame, 0, e);
      if (!in_window(frame, 1, e))
        continue;
      if ((frame->flags[0][e] & 1) != 0 && __builtin_add_overflow(sum, amounts[e], &sum))
        seg_kernel_fault_raise(frame->fault, SEG_FAULT_OVERFLOW, 1, c);
      last = !any || frame->days[e] > last ? frame->days[e] : last;
      any = true;
    }
    uint32_t item_known = 1;
    ((int64_t *)frame->values[0])[c] = count;
    ((int64_t *)frame->values[1])[c] = sum;
    ((int64_t *)frame->values[2])[c] =
        seg_kernel_distinct(frame, 2, 1, SEG_LAYOUT_TEXT, 1, &item_known, 1, frame->offsets[c],
                            frame->offsets[c + 1], c);
    ((int32_t *)frame->values[3])[c] = last;
    for (uint32_t cell = 0; cell < 3; cell++)
      seg_bitmap_set(frame->known[cell], c);
    if (any)
      seg_bitmap_set(frame->known[3], c);
  }
}

static void visit_fold(const struct seg_fold_frame *frame) {
  clear_words(frame->known[0], frame->customer_count);
  for (int64_t c = 0; c < frame->customer_count; c++) {
    int64_t count = 0;
    for (uint64_t e = frame->offsets[c]; e < frame->offsets[c + 1]; e++)
      count += in_window(frame, 1, e);
    ((int64_t *)frame->values[0])[c] = count;
    seg_bitmap_set(frame->known[0], c);
  }
}

// `slots`: age and country, when the customers have a source, come first.
static void decide(const struct seg_block_frame *frame, uint32_t slots) {
  for (uint32_t s = 0; s < SEGMENTS; s++)
    clear_words(frame->masks[s], frame->row_count);
  const int64_t *count = frame->input_values[slots], *sum = frame->input_values[slots + 1];
  const int64_t *distinct = frame->input_values[slots + 2];
  const int32_t *last = frame->input_values[slots + 3];
  const int64_t *visits = frame->input_values[slots + 4];
  for (int64_t i = 0; i < frame->row_count; i++) {
    seg_bitmap_put(frame->masks[0], i, count[i] >= 2);
    seg_bitmap_put(frame->masks[1], i, sum[i] > 100);
    seg_bitmap_put(frame->masks[3], i, distinct[i] >= 2);
    seg_bitmap_put(frame->masks[5], i,
                   known_bit(frame->input_known[slots + 3], i) && last[i] < frame->as_of - 10);
    if (slots == 0)
      continue;
    const int64_t *age = frame->input_values[0];
    const struct seg_str *country = frame->input_values[1];
    seg_bitmap_put(frame->masks[2], i, known_bit(frame->input_known[0], i) && age[i] > 30);
    seg_bitmap_put(frame->masks[4], i, seg_str_is(country[i], "DE") && visits[i] >= 1);
    if (age[i] == INT64_MAX)
      seg_kernel_fault_raise(frame->fault, SEG_FAULT_OVERFLOW, 0, i);
  }
}

static void decide_with_source(const struct seg_block_frame *frame) {
  decide(frame, 2);
}

static void decide_without_source(const struct seg_block_frame *frame) {
  decide(frame, 0);
}

/** The plan and its kernels, for a test with one purchase and one visit source. */
struct fixture {
  struct seg_plan plan;
  struct seg_kernels kernels;
  struct seg_plan_input customer_inputs[2], purchase_inputs[4], visit_inputs[1];
  enum seg_layout customer_layouts[2], purchase_layouts[4], visit_layouts[1], carried[2][2];
  bool customer_optional[2], purchase_optional[4], visit_optional[1];
  struct seg_step customer_steps[3], purchase_steps[6], visit_steps[2], rule_steps[SEGMENTS];
  uint32_t customer_roots[2], customer_mask_roots[1], purchase_roots[2], purchase_mask_roots[2];
  uint32_t visit_mask_roots[1], rule_mask_roots[SEGMENTS];
  uint32_t customer_flags[2], purchase_flags[2], unique[2];
  struct seg_plan_entity events[2];
  struct seg_fold folds[2];
  struct seg_fold_cell purchase_cells[CELLS], visit_cells[1];
  struct seg_plan_window windows[2];
  struct seg_str segments[SEGMENTS];
  struct seg_plan_chain chains[2];
  uint32_t members[2][3];
  enum seg_layout rule_layouts[7];
  bool rule_optional[7];
  struct seg_block_kernel event_kernels[2];
  seg_fold_function fold_functions[2];
  seg_block_function functions[4];
  enum seg_layout doubled_layout[1];
  struct seg_value_place customer_places[2], purchase_places[2];
  uint32_t mask_slots[SEGMENTS];
};

static void make_customer(struct fixture *f) {
  f->customer_inputs[0] = (struct seg_plan_input){
      .type = SEG_COLUMN_INT, .name = seg_str_view("age"), .optional = true};
  f->customer_inputs[1] =
      (struct seg_plan_input){.type = SEG_COLUMN_TEXT, .name = seg_str_view("country")};
  f->customer_layouts[0] = SEG_LAYOUT_I64;
  f->customer_layouts[1] = SEG_LAYOUT_TEXT;
  f->customer_optional[0] = true;
  f->customer_steps[0] =
      (struct seg_step){.op = SEG_OP_INPUT, .layout = SEG_LAYOUT_I64, .optional = true};
  f->customer_steps[1] =
      (struct seg_step){.op = SEG_OP_INPUT, .layout = SEG_LAYOUT_TEXT, .slot = 1};
  f->customer_steps[2] = (struct seg_step){.op = SEG_OP_ALL};
  f->customer_roots[1] = 1;
  f->customer_mask_roots[0] = 2;
  f->customer_flags[0] = f->customer_flags[1] = UINT32_MAX;
  f->plan.customer = (struct seg_plan_entity){
      .name = seg_str_view("customer"),
      .key = seg_str_view("id"),
      .input_count = 2,
      .inputs = f->customer_inputs,
      .scan = {.input_count = 2,
               .input_layouts = f->customer_layouts,
               .input_optional = f->customer_optional,
               .step_count = 3,
               .steps = f->customer_steps,
               .value_root_count = 2,
               .value_roots = f->customer_roots,
               .mask_root_count = 1,
               .mask_roots = f->customer_mask_roots},
      .carried_count = 2,
      .carried_flag = f->customer_flags,
      .carried_layout = f->customer_layouts,
  };
  f->customer_places[0] = (struct seg_value_place){.is_input = true, .slot = 0};
  f->customer_places[1] = (struct seg_value_place){.is_input = true, .slot = 1};
  f->functions[0] = customer_scan;
  f->kernels.customer_scan = (struct seg_block_kernel){.function_count = 1,
                                                       .functions = &f->functions[0],
                                                       .mask_slot_count = 1,
                                                       .value_roots = f->customer_places,
                                                       .mask_roots = f->mask_slots};
}

static void make_purchase(struct fixture *f) {
  static const enum seg_layout layouts[4] = {SEG_LAYOUT_I32, SEG_LAYOUT_I64, SEG_LAYOUT_I32,
                                             SEG_LAYOUT_TEXT};
  static const enum seg_column_type types[4] = {SEG_COLUMN_DAY, SEG_COLUMN_INT, SEG_COLUMN_ENUM,
                                                SEG_COLUMN_TEXT};
  static const char *const names[4] = {"at", "amount", "channel", "item"};
  for (uint32_t i = 0; i < 4; i++) {
    f->purchase_layouts[i] = layouts[i];
    f->purchase_inputs[i] =
        (struct seg_plan_input){.type = types[i], .name = seg_str_view(names[i])};
    f->purchase_steps[i] = (struct seg_step){.layout = layouts[i], .slot = i};
  }
  f->purchase_optional[3] = f->purchase_inputs[3].optional = true;
  f->purchase_steps[3].optional = true;
  f->purchase_steps[2] = (struct seg_step){
      .op = SEG_OP_ADD, .layout = SEG_LAYOUT_I64, .source = seg_str_view("amount + amount")};
  f->purchase_roots[0] = 2;
  f->purchase_roots[1] = 3;
  f->purchase_mask_roots[0] = 4;
  f->purchase_mask_roots[1] = 5;
  f->carried[0][0] = SEG_LAYOUT_I64;
  f->carried[0][1] = SEG_LAYOUT_TEXT;
  f->purchase_flags[0] = UINT32_MAX;
  f->purchase_flags[1] = 1;
  f->unique[0] = 0;
  f->unique[1] = 1;
  f->events[0] = (struct seg_plan_entity){
      .name = seg_str_view("purchase"),
      .key = seg_str_view("id"),
      .time = seg_str_view("at"),
      .input_count = 4,
      .inputs = f->purchase_inputs,
      .scan = {.input_count = 4,
               .input_layouts = f->purchase_layouts,
               .input_optional = f->purchase_optional,
               .step_count = 6,
               .steps = f->purchase_steps,
               .value_root_count = 2,
               .value_roots = f->purchase_roots,
               .mask_root_count = 2,
               .mask_roots = f->purchase_mask_roots},
      .carried_count = 2,
      .carried_flag = f->purchase_flags,
      .carried_layout = f->carried[0],
      .filter_count = 1,
      .flag_count = 2,
      .unique = f->unique,
  };
  f->purchase_places[1] = (struct seg_value_place){.is_input = true, .slot = 3};
  f->functions[1] = purchase_scan;
  f->event_kernels[0] = (struct seg_block_kernel){.function_count = 1,
                                                  .functions = &f->functions[1],
                                                  .value_slot_count = 1,
                                                  .value_layouts = f->doubled_layout,
                                                  .mask_slot_count = 2,
                                                  .value_roots = f->purchase_places,
                                                  .mask_roots = f->mask_slots};
  f->doubled_layout[0] = SEG_LAYOUT_I64;
  f->purchase_cells[0] = (struct seg_fold_cell){.kind = SEG_FOLD_COUNT, .layout = SEG_LAYOUT_I64};
  f->purchase_cells[1] = (struct seg_fold_cell){.kind = SEG_FOLD_SUM,
                                                .layout = SEG_LAYOUT_I64,
                                                .source = seg_str_view("sum(purchase.twice)")};
  f->purchase_cells[2] =
      (struct seg_fold_cell){.kind = SEG_FOLD_DISTINCT, .layout = SEG_LAYOUT_I64};
  f->purchase_cells[3] =
      (struct seg_fold_cell){.kind = SEG_FOLD_LAST_DAY, .layout = SEG_LAYOUT_I32};
  f->folds[0] = (struct seg_fold){.cell_count = CELLS, .cells = f->purchase_cells};
}

static void make_visit(struct fixture *f) {
  f->visit_inputs[0] = (struct seg_plan_input){.type = SEG_COLUMN_DAY, .name = seg_str_view("day")};
  f->visit_layouts[0] = SEG_LAYOUT_I32;
  f->visit_mask_roots[0] = 1;
  f->events[1] = (struct seg_plan_entity){
      .name = seg_str_view("visit"),
      .key = seg_str_view("who"),
      .time = seg_str_view("day"),
      .input_count = 1,
      .inputs = f->visit_inputs,
      .scan = {.input_count = 1,
               .input_layouts = f->visit_layouts,
               .input_optional = f->visit_optional,
               .step_count = 2,
               .steps = f->visit_steps,
               .mask_root_count = 1,
               .mask_roots = f->visit_mask_roots},
  };
  f->functions[2] = visit_scan;
  f->event_kernels[1] = (struct seg_block_kernel){.function_count = 1,
                                                  .functions = &f->functions[2],
                                                  .mask_slot_count = 1,
                                                  .mask_roots = f->mask_slots};
  f->visit_cells[0] = (struct seg_fold_cell){.kind = SEG_FOLD_COUNT, .layout = SEG_LAYOUT_I64};
  f->folds[1] = (struct seg_fold){.cell_count = 1, .cells = f->visit_cells};
}

static void make_rules(struct fixture *f, bool from_event) {
  static const enum seg_layout layouts[7] = {SEG_LAYOUT_I64, SEG_LAYOUT_TEXT, SEG_LAYOUT_I64,
                                             SEG_LAYOUT_I64, SEG_LAYOUT_I64,  SEG_LAYOUT_I32,
                                             SEG_LAYOUT_I64};
  uint32_t skip = from_event ? 2 : 0;
  memcpy(f->rule_layouts, layouts, sizeof layouts);
  f->rule_optional[0] = f->rule_optional[5] = true;
  for (uint32_t s = 0; s < SEGMENTS; s++) {
    f->mask_slots[s] = s;
    f->rule_mask_roots[s] = s;
    f->segments[s] = seg_str_view("s");
    f->rule_steps[s].source = seg_str_view("age + 1 > 30");
    f->rule_steps[s].layout = SEG_LAYOUT_I64;
  }
  f->plan.customer_block = (struct seg_block){.input_count = 7 - skip,
                                              .input_layouts = f->rule_layouts + skip,
                                              .input_optional = f->rule_optional + skip,
                                              .step_count = SEGMENTS,
                                              .steps = f->rule_steps,
                                              .mask_root_count = SEGMENTS,
                                              .mask_roots = f->rule_mask_roots};
  f->functions[3] = from_event ? decide_without_source : decide_with_source;
  f->kernels.customer_block = (struct seg_block_kernel){.function_count = 1,
                                                        .functions = &f->functions[3],
                                                        .mask_slot_count = SEGMENTS,
                                                        .mask_roots = f->mask_slots};
  static const uint32_t first[3] = {1, 0, 2};
  memcpy(f->members[0], first, sizeof first);
  f->members[1][0] = 4;
  f->chains[0] = (struct seg_plan_chain){.member_count = 3, .members = f->members[0]};
  f->chains[1] = (struct seg_plan_chain){.member_count = 1, .members = f->members[1]};
}

static void fixture_init(struct fixture *f, bool from_event) {
  memset(f, 0, sizeof *f);
  make_customer(f);
  make_purchase(f);
  make_visit(f);
  make_rules(f, from_event);
  f->windows[0] = (struct seg_plan_window){.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = 30};
  f->windows[1] = (struct seg_plan_window){.form = SEG_WINDOW_ALL};
  f->plan.customer_from_event = from_event ? 0 : -1;
  if (from_event)
    f->plan.customer = (struct seg_plan_entity){.name = seg_str_view("customer")};
  f->plan.event_count = 2;
  f->plan.events = f->events;
  f->plan.folds = f->folds;
  f->plan.window_count = 2;
  f->plan.windows = f->windows;
  f->plan.segment_count = SEGMENTS;
  f->plan.segments = f->segments;
  f->plan.chain_count = 2;
  f->plan.chains = f->chains;
  f->fold_functions[0] = purchase_fold;
  f->fold_functions[1] = visit_fold;
  f->kernels.event_scans = f->event_kernels;
  f->kernels.folds = f->fold_functions;
}

/** Rows of the three sources. */
struct data {
  int64_t customers, purchases, visits;
  int64_t *ids, *ages;
  uint64_t *age_known;
  struct seg_str *countries;
  int64_t *purchase_ids, *amounts;
  uint64_t *purchase_id_known, *item_known;
  int32_t *purchase_days, *channels;
  struct seg_str *items;
  struct seg_str *visit_ids; // text: found by their decimal form
  char (*visit_texts)[24];
  int32_t *visit_days;
};

static uint64_t next_random(uint64_t *seed) {
  *seed ^= *seed << 13; // xorshift64, Marsaglia 2003
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return *seed;
}

static uint64_t below(uint64_t *seed, uint64_t end) {
  return next_random(seed) % end;
}

static void data_init(struct data *data, int64_t customers, int64_t purchases, int64_t visits,
                      uint64_t seed) {
  *data = (struct data){.customers = customers, .purchases = purchases, .visits = visits};
  size_t c = (size_t)customers + 64, p = (size_t)purchases + 64, v = (size_t)visits + 64;
  data->ids = calloc(c, sizeof *data->ids);
  data->ages = calloc(c, sizeof *data->ages);
  data->age_known = calloc(c, sizeof *data->age_known);
  data->countries = calloc(c, sizeof *data->countries);
  data->purchase_ids = calloc(p, sizeof *data->purchase_ids);
  data->amounts = calloc(p, sizeof *data->amounts);
  data->purchase_id_known = calloc(p, sizeof *data->purchase_id_known);
  data->item_known = calloc(p, sizeof *data->item_known);
  data->purchase_days = calloc(p, sizeof *data->purchase_days);
  data->channels = calloc(p, sizeof *data->channels);
  data->items = calloc(p, sizeof *data->items);
  data->visit_ids = calloc(v, sizeof *data->visit_ids);
  data->visit_texts = calloc(v, sizeof *data->visit_texts);
  data->visit_days = calloc(v, sizeof *data->visit_days);
  static const char *const countries[] = {"DE", "FR", "DE-BY"};
  for (int64_t i = 0; i < customers; i++) {
    data->ids[i] = i * 3 + 1;
    if (below(&seed, 10) != 0) {
      seg_bitmap_set(data->age_known, i);
      data->ages[i] = (int64_t)below(&seed, 90);
    }
    data->countries[i] = seg_str_view(countries[below(&seed, 3)]);
  }
  uint64_t ids = (uint64_t)customers * 3 + 10; // two of three have no customer
  for (int64_t i = 0; i < purchases; i++) {
    data->purchase_ids[i] = (int64_t)below(&seed, ids);
    if (below(&seed, 3) != 0)
      data->purchase_ids[i] = data->purchase_ids[i] / 3 * 3 + 1;
    if (below(&seed, 50) != 0)
      seg_bitmap_set(data->purchase_id_known, i);
    data->amounts[i] = below(&seed, 20) == 0 ? DROPPED : (int64_t)below(&seed, 60) - 10;
    data->purchase_days[i] = AS_OF - 100 + (int32_t)below(&seed, 110); // some on and after as-of
    data->channels[i] = (int32_t)below(&seed, 3);
    if (below(&seed, 4) != 0) {
      seg_bitmap_set(data->item_known, i);
      data->items[i] = seg_str_view(item_names[below(&seed, MAX_ITEMS)]);
    }
  }
  for (int64_t i = 0; i < visits; i++) {
    // A leading zero makes the key no customer's.
    snprintf(data->visit_texts[i], sizeof data->visit_texts[i], "%s%d",
             below(&seed, 5) == 0 ? "0" : "", (int)(below(&seed, ids) / 3 * 3 + 1));
    data->visit_ids[i] = seg_str_view(data->visit_texts[i]);
    data->visit_days[i] = AS_OF - 50 + (int32_t)below(&seed, 60);
  }
}

static void data_deinit(struct data *data) {
  free(data->ids);
  free(data->ages);
  free(data->age_known);
  free(data->countries);
  free(data->purchase_ids);
  free(data->amounts);
  free(data->purchase_id_known);
  free(data->item_known);
  free(data->purchase_days);
  free(data->channels);
  free(data->items);
  free(data->visit_ids);
  free(data->visit_texts);
  free(data->visit_days);
}

/** How a run is done; none of it may change the answer. */
struct manner {
  unsigned threads;
  uint64_t memory;
  int64_t morsel_rows;
};

static enum seg_status run(struct fixture *f, const struct data *data, struct manner manner,
                           bool counts_only, struct seg_run_result **result,
                           struct seg_error *error) {
  struct seg_column_view customer_views[] = {
      {SEG_LAYOUT_I64, data->ages, data->age_known, data->customers},
      {SEG_LAYOUT_TEXT, data->countries, NULL, data->customers}};
  struct seg_memory_rows customers = {.row_count = data->customers,
                                      .key = {SEG_LAYOUT_I64, data->ids, NULL, data->customers},
                                      .inputs = customer_views,
                                      .morsel_rows = manner.morsel_rows};
  struct seg_column_view purchase_views[] = {
      {SEG_LAYOUT_I32, data->purchase_days, NULL, data->purchases},
      {SEG_LAYOUT_I64, data->amounts, NULL, data->purchases},
      {SEG_LAYOUT_I32, data->channels, NULL, data->purchases},
      {SEG_LAYOUT_TEXT, data->items, data->item_known, data->purchases}};
  struct seg_memory_rows purchases = {
      .row_count = data->purchases,
      .key = {SEG_LAYOUT_I64, data->purchase_ids, data->purchase_id_known, data->purchases},
      .days = purchase_views[0],
      .inputs = purchase_views,
      .morsel_rows = manner.morsel_rows};
  struct seg_column_view visit_views[] = {{SEG_LAYOUT_I32, data->visit_days, NULL, data->visits}};
  struct seg_memory_rows visits = {.row_count = data->visits,
                                   .key = {SEG_LAYOUT_TEXT, data->visit_ids, NULL, data->visits},
                                   .days = visit_views[0],
                                   .inputs = visit_views,
                                   .morsel_rows = manner.morsel_rows};
  struct seg_source *customer = NULL, *events[2] = {NULL, NULL};
  if (f->plan.customer_from_event < 0)
    assert_int_equal(seg_source_open_memory(&customers, &f->plan.customer, &customer, NULL),
                     SEG_OK);
  assert_int_equal(seg_source_open_memory(&purchases, &f->events[0], &events[0], NULL), SEG_OK);
  assert_int_equal(seg_source_open_memory(&visits, &f->events[1], &events[1], NULL), SEG_OK);
  struct seg_run_sources sources = {.customer = customer, .events = events};
  struct seg_run_options options = {.as_of = AS_OF,
                                    .threads = manner.threads,
                                    .memory_bytes = manner.memory,
                                    .counts_only = counts_only};
  enum seg_status status = seg_run(&f->plan, &f->kernels, &sources, &options, result, error);
  seg_source_close(customer);
  seg_source_close(events[0]);
  seg_source_close(events[1]);
  return status;
}

/* The naive evaluation. */

static bool purchase_exists(const struct data *data, int64_t i) {
  return data->purchase_days[i] < AS_OF && data->amounts[i] != DROPPED;
}

static bool same_purchase(const struct data *data, int64_t a, int64_t b) {
  bool known = seg_bitmap_test(data->item_known, a);
  return data->amounts[a] == data->amounts[b] && known == seg_bitmap_test(data->item_known, b) &&
         (!known || seg_str_equal(data->items[a], data->items[b]));
}

/** What a naive pass over the rows says of every customer. */
struct naive {
  int64_t customers;
  int64_t *ids; // in order of numbers
  int64_t *count, *sum, *visits;
  uint32_t *items; // a bit per name
  int32_t *last;
  bool *any;
  uint64_t purchase_orphans, visit_orphans;
};

// A list per customer of purchases taken so far, for unique.
struct taken {
  int64_t *next; // per purchase
  int64_t *head; // per customer
};

static int64_t number_of(const int64_t *number_by_id, int64_t limit, int64_t id) {
  return id < 0 || id >= limit ? -1 : number_by_id[id];
}

static void take_purchase(const struct data *data, struct naive *naive, int64_t c, int64_t i) {
  int32_t day = data->purchase_days[i];
  naive->count[c] += day >= AS_OF - 30;
  naive->sum[c] += data->channels[i] == 1 ? data->amounts[i] * 2 : 0;
  for (uint32_t k = 0; k < MAX_ITEMS && seg_bitmap_test(data->item_known, i); k++)
    if (seg_str_is(data->items[i], item_names[k]))
      naive->items[c] |= 1u << k;
  naive->last[c] = !naive->any[c] || day > naive->last[c] ? day : naive->last[c];
  naive->any[c] = true;
}

static void naive_init(struct naive *naive, const struct data *data, bool from_event, bool unique) {
  int64_t limit = data->customers * 3 + 100;
  int64_t *number_by_id = malloc((size_t)limit * sizeof *number_by_id);
  size_t room = (size_t)limit;
  *naive = (struct naive){0};
  naive->ids = calloc(room, sizeof *naive->ids);
  naive->count = calloc(room, sizeof *naive->count);
  naive->sum = calloc(room, sizeof *naive->sum);
  naive->visits = calloc(room, sizeof *naive->visits);
  naive->items = calloc(room, sizeof *naive->items);
  naive->last = calloc(room, sizeof *naive->last);
  naive->any = calloc(room, sizeof *naive->any);
  struct taken taken = {.next = malloc((size_t)(data->purchases + 1) * sizeof(int64_t)),
                        .head = malloc(room * sizeof(int64_t))};
  for (int64_t i = 0; i < limit; i++)
    number_by_id[i] = taken.head[i] = -1;
  for (int64_t i = 0; i < data->customers && !from_event; i++) {
    number_by_id[data->ids[i]] = naive->customers;
    naive->ids[naive->customers++] = data->ids[i];
  }
  for (int64_t i = 0; i < data->purchases; i++) {
    if (!purchase_exists(data, i))
      continue;
    if (!seg_bitmap_test(data->purchase_id_known, i)) {
      naive->purchase_orphans++;
      continue;
    }
    int64_t id = data->purchase_ids[i];
    if (from_event && number_by_id[id] < 0) {
      number_by_id[id] = naive->customers;
      naive->ids[naive->customers++] = id;
    }
    int64_t c = number_of(number_by_id, limit, id);
    if (c < 0) {
      naive->purchase_orphans++;
      continue;
    }
    bool repeated = false;
    for (int64_t t = taken.head[c]; unique && t >= 0 && !repeated; t = taken.next[t])
      repeated = same_purchase(data, t, i);
    if (repeated)
      continue;
    taken.next[i] = taken.head[c];
    taken.head[c] = i;
    take_purchase(data, naive, c, i);
  }
  for (int64_t i = 0; i < data->visits; i++) {
    if (data->visit_days[i] >= AS_OF)
      continue;
    const char *text = data->visit_texts[i];
    int64_t c = text[0] == '0' ? -1 : number_of(number_by_id, limit, atoll(text));
    if (c < 0)
      naive->visit_orphans++;
    else
      naive->visits[c]++;
  }
  free(number_by_id);
  free(taken.next);
  free(taken.head);
}

static void naive_deinit(struct naive *naive) {
  free(naive->ids);
  free(naive->count);
  free(naive->sum);
  free(naive->visits);
  free(naive->items);
  free(naive->last);
  free(naive->any);
}

static bool naive_member(const struct naive *naive, const struct data *data, bool from_event,
                         uint32_t segment, int64_t c) {
  switch (segment) {
  case 0: return naive->count[c] >= 2;
  case 1: return naive->sum[c] > 100;
  case 2: return !from_event && seg_bitmap_test(data->age_known, c) && data->ages[c] > 30;
  case 3: return __builtin_popcount(naive->items[c]) >= 2;
  case 4: return !from_event && seg_str_is(data->countries[c], "DE") && naive->visits[c] >= 1;
  default: return naive->any[c] && naive->last[c] < AS_OF - 10;
  }
}

static void check_chain(const struct seg_run_result *result, uint32_t chain,
                        const struct naive *naive, const struct data *data, bool from_event,
                        const uint32_t *members, uint32_t member_count) {
  uint64_t won[3] = {0}, unmatched = 0;
  for (int64_t c = 0; c < naive->customers; c++) {
    uint32_t m = 0;
    while (m < member_count && !naive_member(naive, data, from_event, members[m], c))
      m++;
    if (m < member_count)
      won[m]++;
    else
      unmatched++;
    if (result->chains[chain].winners != NULL)
      assert_int_equal(result->chains[chain].winners[c], m < member_count ? m : SEG_NO_WINNER);
  }
  for (uint32_t m = 0; m < member_count; m++)
    assert_int_equal(result->chains[chain].won[m], won[m]);
  assert_int_equal(result->chains[chain].unmatched, unmatched);
}

static void check_result(const struct seg_run_result *result, const struct naive *naive,
                         const struct data *data, bool from_event) {
  assert_int_equal(result->customer_count, naive->customers);
  for (int64_t c = 0; c < naive->customers; c++)
    assert_int_equal(((const int64_t *)result->keys.values)[c], naive->ids[c]);
  assert_int_equal(result->events[0].rows, data->purchases);
  assert_int_equal(result->events[1].rows, data->visits);
  assert_int_equal(result->events[0].orphans, naive->purchase_orphans);
  assert_int_equal(result->events[1].orphans, naive->visit_orphans);
  assert_int_equal(result->orphan_events, naive->purchase_orphans + naive->visit_orphans);
  for (uint32_t s = 0; s < SEGMENTS; s++) {
    uint64_t members = 0;
    for (int64_t c = 0; c < naive->customers; c++) {
      bool member = naive_member(naive, data, from_event, s, c);
      members += member;
      if (result->members != NULL)
        assert_int_equal(seg_bitmap_test(result->members[s], c), member);
    }
    assert_int_equal(result->segment_members[s], members);
    for (int64_t c = naive->customers; c % 64 != 0 && result->members != NULL; c++)
      assert_false(seg_bitmap_test(result->members[s], c));
  }
  static const uint32_t first[] = {1, 0, 2}, second[] = {4};
  check_chain(result, 0, naive, data, from_event, first, 3);
  check_chain(result, 1, naive, data, from_event, second, 1);
}

static void check_run(int64_t customers, int64_t purchases, int64_t visits, bool from_event,
                      bool unique, struct manner manner, bool counts_only, uint64_t seed) {
  struct fixture f;
  fixture_init(&f, from_event);
  f.events[0].unique_count = unique ? 2 : 0;
  struct data data;
  data_init(&data, customers, purchases, visits, seed);
  struct naive naive;
  naive_init(&naive, &data, from_event, unique);
  struct seg_run_result *result = NULL;
  struct seg_error error = {0};
  enum seg_status status = run(&f, &data, manner, counts_only, &result, &error);
  if (status != SEG_OK)
    print_error("%s\n", error.message);
  assert_int_equal(status, SEG_OK);
  check_result(result, &naive, &data, from_event);
  seg_run_result_free(result);
  naive_deinit(&naive);
  data_deinit(&data);
}

enum { SEED = 20261101 };

static void sizes_around_edges(void **state) {
  (void)state;
  static const int64_t sizes[] = {0, 1, 63, 64, 65, 4095, 4096, 4097, 8191, 8192, 8193, 40000};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct manner manner = {.threads = 2, .morsel_rows = 1000};
    check_run(sizes[i], sizes[i] * 3, sizes[i], false, false, manner, false, SEED + i);
    check_run(sizes[i], 0, 0, false, true, manner, false, SEED + i);
    check_run(sizes[i], sizes[i] * 2, sizes[i], true, true, manner, false, SEED + i);
  }
}

static void morsels_and_threads_change_nothing(void **state) {
  (void)state;
  static const int64_t morsels[] = {1, 64, 997, 0};
  static const unsigned threads[] = {1, 2, 7};
  for (size_t m = 0; m < 4; m++)
    for (size_t t = 0; t < 3; t++) {
      struct manner manner = {.threads = threads[t], .morsel_rows = morsels[m]};
      int64_t size = morsels[m] == 1 ? 300 : 20000;
      check_run(size, size * 4, size, false, true, manner, false, SEED);
      check_run(size, size * 4, size, true, true, manner, false, SEED);
    }
}

static void counts_only_keeps_the_counts(void **state) {
  (void)state;
  check_run(5000, 20000, 5000, false, true, (struct manner){.threads = 2}, true, SEED);
}

// Little memory: runs go to the file and the answer stays. The least that works is found by trying.
static void little_memory_changes_nothing(void **state) {
  (void)state;
  struct fixture f;
  for (int from_event = 0; from_event < 2; from_event++) {
    fixture_init(&f, from_event);
    f.events[0].unique_count = 2;
    struct data data;
    data_init(&data, 20000, 200000, 50000, SEED);
    struct naive naive;
    naive_init(&naive, &data, from_event, true);
    uint64_t spilled_runs = 0;
    bool refused = false;
    for (uint64_t memory = 64 << 20; !refused; memory = memory / 4 * 3) {
      for (unsigned threads = 1; threads <= 3; threads += 2) {
        struct manner manner = {.threads = threads, .memory = memory, .morsel_rows = 5000};
        struct seg_run_result *result = NULL;
        struct seg_error error = {0};
        enum seg_status status = run(&f, &data, manner, false, &result, &error);
        if (status == SEG_LIMIT) {
          assert_null(result);
          assert_non_null(strstr(error.message, "memory limit"));
          assert_non_null(strstr(error.help, "--memory"));
          refused = true;
          continue;
        }
        if (status != SEG_OK)
          print_error("%s\n", error.message);
        assert_int_equal(status, SEG_OK);
        assert_true(result->peak_bytes <= memory);
        spilled_runs += result->spilled_bytes > 0;
        check_result(result, &naive, &data, from_event);
        seg_run_result_free(result);
      }
    }
    assert_true(spilled_runs >= 4);
    naive_deinit(&naive);
    data_deinit(&data);
  }
}

static void one_customer_with_many_events(void **state) {
  (void)state;
  for (int unique = 0; unique < 2; unique++) {
    struct fixture f;
    fixture_init(&f, false);
    f.events[0].unique_count = unique ? 2 : 0;
    struct data data;
    data_init(&data, 100, 600000, 10, SEED);
    for (int64_t i = 0; i < data.purchases; i++) {
      data.purchase_ids[i] = 4; // customer number 1
      seg_bitmap_set(data.purchase_id_known, i);
      data.purchase_days[i] = AS_OF - 5;
      data.amounts[i] = i + 1; // all different
      data.channels[i] = 1;
      seg_bitmap_set(data.item_known, i);
      data.items[i] = seg_str_view(item_names[i % 7]);
    }
    struct seg_run_result *result = NULL;
    struct seg_error error;
    assert_int_equal(run(&f, &data, (struct manner){.threads = 2}, false, &result, &error), SEG_OK);
    assert_int_equal(result->segment_members[0], 1);
    assert_int_equal(result->segment_members[1], 1);
    assert_int_equal(result->segment_members[3], 1);
    assert_true(seg_bitmap_test(result->members[3], 1));
    seg_run_result_free(result);
    data_deinit(&data);
  }
}

/** A run that must fail, alike for any number of threads. */
static struct seg_error fail_alike(struct fixture *f, const struct data *data,
                                   enum seg_status expected) {
  struct seg_error first = {0};
  for (unsigned threads = 1; threads <= 7; threads += 3) {
    struct manner manner = {.threads = threads, .morsel_rows = 500};
    struct seg_run_result *result = NULL;
    struct seg_error error = {0};
    assert_int_equal(run(f, data, manner, false, &result, &error), expected);
    assert_null(result);
    if (threads == 1)
      first = error;
    assert_string_equal(error.message, first.message);
  }
  return first;
}

static void a_repeated_customer_is_refused(void **state) {
  (void)state;
  struct fixture f;
  fixture_init(&f, false);
  struct data data;
  data_init(&data, 10000, 10, 0, SEED);
  data.ids[7000] = data.ids[2];
  data.ids[9000] = data.ids[1];
  struct seg_error error = fail_alike(&f, &data, SEG_BAD_DATA);
  assert_string_equal(error.code, "D303");
  assert_non_null(strstr(error.message, "customer 7 ")); // the third id
  assert_non_null(strstr(error.message, "7001"));        // its row, counted from 1
  f.plan.customer.key_personal = true;
  error = fail_alike(&f, &data, SEG_BAD_DATA);
  assert_null(strstr(error.message, "customer 7 "));
  data_deinit(&data);
}

// Of rows that overflow only those count that exist; the first in file order is named.
static void an_overflow_in_a_row_is_named(void **state) {
  (void)state;
  struct fixture f;
  fixture_init(&f, false);
  struct data data;
  data_init(&data, 100, 10000, 0, SEED);
  struct naive naive;
  data.amounts[400] = INT64_MAX; // does not exist: on the as-of day
  data.purchase_days[400] = AS_OF;
  naive_init(&naive, &data, false, false);
  struct seg_run_result *result = NULL;
  struct seg_error error;
  assert_int_equal(
      run(&f, &data, (struct manner){.threads = 2, .morsel_rows = 1000}, false, &result, &error),
      SEG_OK);
  check_result(result, &naive, &data, false);
  seg_run_result_free(result);
  naive_deinit(&naive);
  data.amounts[5000] = data.amounts[7777] = INT64_MAX / 2 + 1;
  data.purchase_days[5000] = data.purchase_days[7777] = AS_OF - 1;
  error = fail_alike(&f, &data, SEG_BAD_DATA);
  assert_string_equal(error.code, "D301");
  assert_non_null(strstr(error.message, "`amount + amount`"));
  assert_non_null(strstr(error.message, "5001"));
  data_deinit(&data);
}

static void overflows_of_a_customer_are_named(void **state) {
  (void)state;
  struct fixture f;
  fixture_init(&f, false);
  struct data data;
  data_init(&data, 30000, 60000, 0, SEED);
  for (int64_t i = 0; i < 60000; i++) {
    data.purchase_ids[i] = data.ids[i % 30000];
    seg_bitmap_set(data.purchase_id_known, i);
    data.amounts[i] = 1;
    data.purchase_days[i] = AS_OF - 1;
    data.channels[i] = 1;
  }
  // Customers 20000 and 12345 sum to more than fits.
  data.amounts[20000] = data.amounts[50000] = INT64_MAX / 2;
  data.amounts[12345] = data.amounts[42345] = INT64_MAX / 2;
  struct seg_error error = fail_alike(&f, &data, SEG_BAD_DATA);
  assert_string_equal(error.code, "D301");
  assert_non_null(strstr(error.message, "customer 37036:")); // 12345 * 3 + 1
  assert_non_null(strstr(error.message, "sum(purchase.twice)"));
  // A rule of an earlier customer comes first, even one in the same batch.
  data.ages[12344] = INT64_MAX;
  error = fail_alike(&f, &data, SEG_BAD_DATA);
  assert_non_null(strstr(error.message, "customer 37033:"));
  assert_non_null(strstr(error.message, "age + 1 > 30"));
  f.plan.customer.key_personal = true;
  error = fail_alike(&f, &data, SEG_BAD_DATA);
  assert_null(strstr(error.message, "37033"));
  data_deinit(&data);
}

static void an_interrupted_run_stops(void **state) {
  (void)state;
  struct fixture f;
  fixture_init(&f, true);
  struct data data;
  data_init(&data, 10, 1000, 0, SEED);
  struct seg_memory_rows purchases = {0};
  struct seg_column_view views[] = {{SEG_LAYOUT_I32, data.purchase_days, NULL, 1000},
                                    {SEG_LAYOUT_I64, data.amounts, NULL, 1000},
                                    {SEG_LAYOUT_I32, data.channels, NULL, 1000},
                                    {SEG_LAYOUT_TEXT, data.items, data.item_known, 1000}};
  purchases = (struct seg_memory_rows){
      .row_count = 1000,
      .key = {SEG_LAYOUT_I64, data.purchase_ids, data.purchase_id_known, 1000},
      .days = views[0],
      .inputs = views,
      .morsel_rows = 10};
  struct seg_source *events[2] = {NULL, NULL};
  assert_int_equal(seg_source_open_memory(&purchases, &f.events[0], &events[0], NULL), SEG_OK);
  atomic_bool interrupted;
  atomic_init(&interrupted, true);
  struct seg_run_sources sources = {.events = events};
  struct seg_run_options options = {.as_of = AS_OF, .threads = 3, .interrupted = &interrupted};
  struct seg_run_result *result = NULL;
  struct seg_error error;
  assert_int_equal(seg_run(&f.plan, &f.kernels, &sources, &options, &result, &error),
                   SEG_INTERRUPTED);
  assert_null(result);
  seg_source_close(events[0]);
  data_deinit(&data);
}

static void a_folder_that_is_not_there_is_said(void **state) {
  (void)state;
  struct seg_spill_file spill;
  seg_spill_file_init(&spill, "/nowhere/at/all");
  uint64_t offset;
  struct seg_error error;
  assert_int_equal(seg_spill_file_write(&spill, "x", 1, &offset, &error), SEG_IO);
  assert_string_equal(error.code, "D306");
  assert_non_null(strstr(error.message, "/nowhere/at/all"));
  seg_spill_file_deinit(&spill);
}

static void windows_never_reach_the_as_of_day(void **state) {
  (void)state;
  static const struct {
    struct seg_plan_window window;
    int32_t as_of, first, last; // first > last: empty
  } cases[] = {
      {{.form = SEG_WINDOW_ALL}, 100, INT32_MIN, 99},
      {{.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = 30}, 100, 70, 99},
      {{.form = SEG_WINDOW_AGES, .near_age = 31, .far_age = 90}, 100, 10, 69},
      {{.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = INT32_MAX}, -100, INT32_MIN, -101},
      {{.form = SEG_WINDOW_AGES, .near_age = INT32_MAX, .far_age = INT32_MAX}, -100, 0, -1},
      {{.form = SEG_WINDOW_DAYS, .first_day = 5, .last_day = 200}, 100, 5, 99},
      {{.form = SEG_WINDOW_DAYS, .first_day = 5, .last_day = 7}, 100, 5, 7},
      {{.form = SEG_WINDOW_DAYS, .first_day = 100, .last_day = 200}, 100, 0, -1},
      {{.form = SEG_WINDOW_ALL}, INT32_MIN, 0, -1},
      // Day 31 is 1970-02-01 (a Sunday), day 59 is 1970-03-01.
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_MONTH}, 31, 0, -1},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_MONTH}, 58, 31, 57},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_MONTH, .count = 1}, 58, 0, 30},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_MONTH, .count = 2}, 59, 0, 58},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_WEEK}, 31, 25, 30},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_WEEK, .count = 2}, 32, 18, 31},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_QUARTER}, 100, 90, 99},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_YEAR, .count = 1}, 365, 0, 364},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_YEAR, .count = 1}, INT32_MIN, 0, -1},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_YEAR, .count = 5}, INT32_MAX, 0, -1},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct seg_plan_window window = cases[i].window;
    struct seg_plan plan = {.window_count = 1, .windows = &window};
    int32_t days[2];
    seg_windows_resolve(&plan, cases[i].as_of, days);
    if (cases[i].first > cases[i].last) {
      assert_true(days[0] > days[1]);
      continue;
    }
    assert_int_equal(days[0], cases[i].first);
    assert_int_equal(days[1], cases[i].last);
  }
}

static void the_as_of_day_begins_at_midnight(void **state) {
  (void)state;
  struct seg_step step = {.op = SEG_OP_AS_OF_INSTANT, .layout = SEG_LAYOUT_I64};
  struct seg_plan_entity event = {.scan = {.step_count = 1, .steps = &step}};
  struct seg_fold fold = {0};
  struct seg_plan plan = {.timezone = seg_str_view("Europe/Berlin"),
                          .event_count = 1,
                          .events = &event,
                          .folds = &fold};
  struct seg_error error;
  int64_t instant = 0;
  // 2026-03-30 is day 20542; summer time began the day before, so it began at 22:00 UTC.
  assert_int_equal(seg_windows_instant(&plan, 20542, &instant, &error), SEG_OK);
  assert_int_equal(instant, 20542 * INT64_C(86400000000) - INT64_C(7200000000));
  assert_int_equal(seg_windows_instant(&plan, 20541, &instant, &error), SEG_OK);
  assert_int_equal(instant, 20541 * INT64_C(86400000000) - INT64_C(3600000000));
  plan.timezone = seg_str_view("Europe/Nowhere");
  assert_int_equal(seg_windows_instant(&plan, 20542, &instant, &error), SEG_USAGE);
  step.op = SEG_OP_AS_OF; // nobody asks: no zone is needed
  assert_int_equal(seg_windows_instant(&plan, 20542, &instant, &error), SEG_OK);
  assert_int_equal(instant, 0);
}

// SEGC_SEED repeats a failure.
static void random_runs_agree_with_the_naive_evaluation(void **state) {
  (void)state;
  const char *given = getenv("SEGC_SEED");
  uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
  print_message("seed %llu\n", (unsigned long long)seed);
  seed = seed * 2 + 1;
  for (int i = 0; i < 150; i++) {
    uint64_t shape = next_random(&seed);
    struct manner manner = {.threads = 1 + (unsigned)(shape % 4),
                            .morsel_rows = 1 + (int64_t)(shape / 4 % 3000)};
    int64_t customers = (int64_t)below(&seed, 1500), purchases = (int64_t)below(&seed, 9000);
    check_run(customers, purchases, (int64_t)below(&seed, 2000), shape >> 20 & 1, shape >> 21 & 1,
              manner, shape >> 22 & 1, next_random(&seed));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sizes_around_edges),
      cmocka_unit_test(morsels_and_threads_change_nothing),
      cmocka_unit_test(counts_only_keeps_the_counts),
      cmocka_unit_test(little_memory_changes_nothing),
      cmocka_unit_test(one_customer_with_many_events),
      cmocka_unit_test(a_repeated_customer_is_refused),
      cmocka_unit_test(an_overflow_in_a_row_is_named),
      cmocka_unit_test(overflows_of_a_customer_are_named),
      cmocka_unit_test(an_interrupted_run_stops),
      cmocka_unit_test(a_folder_that_is_not_there_is_said),
      cmocka_unit_test(windows_never_reach_the_as_of_day),
      cmocka_unit_test(the_as_of_day_begins_at_midnight),
      cmocka_unit_test(random_runs_agree_with_the_naive_evaluation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
