// Generated folds against plain C loops: random events of random customers, and overflow by hand.
// Each random test prints its seed; SEGC_SEED repeats it.
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/codegen/codegen.h"
#include "runtime/fold/fold_scratch.h"
#include "tests/support/guarded_memory.h"
#include "tests/support/kernel_run.h"
#include "tests/support/plan_builder.h"
#include "tests/support/random.h"
#include "tests/unit/fold_plan.h"

enum {
  MOST_CUSTOMERS = 200,
  MOST_EVENTS = 4000,
};

struct events {
  int64_t customers;
  uint64_t offsets[MOST_CUSTOMERS + 1];
  int32_t days[MOST_EVENTS];
  uint64_t flag_words[2][MOST_EVENTS];
  int32_t c0[MOST_EVENTS];
  int64_t c1[MOST_EVENTS], c4[MOST_EVENTS], c7[MOST_EVENTS];
  double c2[MOST_EVENTS], c5[MOST_EVENTS];
  struct seg_str c3[MOST_EVENTS], c6[MOST_EVENTS];
};

static const void *column(const struct events *events, uint32_t number) {
  const void *const columns[COLUMNS] = {events->c0, events->c1, events->c2, events->c3,
                                        events->c4, events->c5, events->c6, events->c7};
  return columns[number];
}

static int64_t random_amount(struct seg_random *random, uint32_t wild) {
  if (seg_random_chance(random, wild))
    return seg_random_chance(random, 50) ? INT64_MAX : INT64_MIN;
  return seg_random_between(random, -1000, 1000);
}

static bool flag_at(const struct events *events, uint32_t flag, uint64_t at) {
  return (events->flag_words[flag / 64][at] >> (flag % 64) & 1) != 0;
}

static int32_t random_day(struct seg_random *random, enum seg_width width) {
  if (seg_random_chance(random, 80))
    return (int32_t)seg_random_below(random, 100);
  int32_t most = width == SEG_WIDTH_8 ? INT8_MAX : INT16_MAX;
  int32_t inside = (int32_t)seg_random_below(random, 3);
  return seg_random_chance(random, 50) ? most - inside : -most - 1 + inside;
}

static void random_events(struct events *events, struct seg_random *random, int64_t customers,
                          const struct widths *widths, uint32_t wild) {
  static const char *const texts[] = {"", "a", "b", "ab", "ba", "c", "d", "e", "f", "g", "h", "i"};
  memset(events, 0, sizeof *events);
  events->customers = customers;
  uint64_t count = 0;
  for (int64_t customer = 0; customer < customers; customer++) {
    events->offsets[customer] = count;
    uint32_t more = seg_random_chance(random, 30) ? 0 : seg_random_below(random, 38);
    for (uint32_t i = 0; i < more && count < MOST_EVENTS; i++, count++) {
      uint64_t at = count;
      events->days[at] = random_day(random, widths->days);
      // Most flags are set, so that tests of several flags hold often enough.
      events->flag_words[0][at] = seg_random_next(random) | seg_random_next(random);
      events->flag_words[1][at] = seg_random_next(random) | seg_random_next(random);
      events->c0[at] = (int32_t)seg_random_between(random, -5, 5);
      events->c1[at] = random_amount(random, wild);
      events->c2[at] = (double)seg_random_between(random, -1000000, 1000000) / 7;
      events->c3[at] = seg_str_view(texts[seg_random_below(random, 12)]);
      bool known4 = flag_at(events, widths->filters, at);
      bool known5 = flag_at(events, widths->filters + 1, at);
      events->c4[at] = known4 ? random_amount(random, wild) : wild > 0 ? INT64_MAX : 0;
      events->c5[at] = known5 ? (double)seg_random_between(random, -9, 9) / 8 : NAN;
      events->c6[at] = seg_str_view(texts[seg_random_below(random, 12)]);
      events->c7[at] = seg_random_between(random, -4, 4);
    }
  }
  events->offsets[customers] = count;
}

/** The value of an edge: a column, or one of the flags. */
static void random_edge(struct seg_fold_cell *cell, struct seg_random *random, uint32_t filters) {
  cell->order = ORDER;
  cell->known_flag = UINT32_MAX;
  if (seg_random_chance(random, 20)) {
    cell->layout = SEG_LAYOUT_I32;
    cell->value_flag = seg_random_below(random, filters);
    if (seg_random_chance(random, 50))
      cell->known_flag = seg_random_below(random, filters);
    return;
  }
  cell->column = seg_random_below(random, COLUMNS);
  cell->layout = column_layouts[cell->column];
  if (column_optional[cell->column])
    cell->known_flag = filters + cell->column - 4;
}

static struct seg_fold_cell random_cell(struct seg_random *random, uint32_t filters) {
  struct seg_fold_cell cell = {
      .kind = (enum seg_fold_kind)seg_random_below(random, SEG_FOLD_LAST_VALUE + 1),
      .layout = SEG_LAYOUT_I64,
      .column = SEG_NO_COLUMN,
      .window = seg_random_below(random, WINDOWS),
  };
  static const uint32_t summed[] = {1, 2, 4, 5}, ordered[] = {0, 1, 2, 4, 5},
                        told_apart[] = {0, 1, 3, 4, 6};
  switch (cell.kind) {
  case SEG_FOLD_COUNT: break;
  case SEG_FOLD_SUM: cell.column = summed[seg_random_below(random, 4)]; break;
  case SEG_FOLD_MIN:
  case SEG_FOLD_MAX: cell.column = ordered[seg_random_below(random, 5)]; break;
  case SEG_FOLD_FIRST_DAY:
  case SEG_FOLD_LAST_DAY: cell.layout = SEG_LAYOUT_I32; break;
  case SEG_FOLD_DISTINCT: cell.column = told_apart[seg_random_below(random, 5)]; break;
  case SEG_FOLD_FIRST_VALUE:
  case SEG_FOLD_LAST_VALUE: random_edge(&cell, random, filters); break;
  }
  if (cell.column != SEG_NO_COLUMN && cell.kind != SEG_FOLD_DISTINCT)
    cell.layout = column_layouts[cell.column];
  cell.flag_count = seg_random_below(random, SEG_MAX_CELL_FLAGS);
  for (uint32_t i = 0; i < cell.flag_count; i++)
    cell.flags[i] = seg_random_below(random, filters);
  if (cell.column != SEG_NO_COLUMN && column_optional[cell.column] &&
      !seg_fold_is_edge_value(cell.kind))
    cell.flags[cell.flag_count++] = filters + cell.column - 4;
  return cell;
}

// The yardstick

struct expected {
  bool known, fault;
  int64_t integer;
  double number;
  struct seg_str text;
};

static bool counts(const struct events *events, const struct seg_fold_cell *cell, uint64_t at) {
  if (events->days[at] < windows[cell->window * 2] ||
      events->days[at] > windows[cell->window * 2 + 1])
    return false;
  for (uint32_t i = 0; i < cell->flag_count; i++) {
    if ((events->flag_words[cell->flags[i] / 64][at] >> (cell->flags[i] % 64) & 1) == 0)
      return false;
  }
  return true;
}

static int64_t integer_at(const struct events *events, uint32_t number, uint64_t at) {
  return column_layouts[number] == SEG_LAYOUT_I32 ? ((const int32_t *)column(events, number))[at]
                                                  : ((const int64_t *)column(events, number))[at];
}

static bool equal_at(const struct events *events, uint32_t number, uint64_t a, uint64_t b) {
  if (column_layouts[number] != SEG_LAYOUT_TEXT)
    return integer_at(events, number, a) == integer_at(events, number, b);
  const struct seg_str *texts = column(events, number);
  return seg_str_equal(texts[a], texts[b]);
}

static bool is_new(const struct events *events, const struct seg_fold_cell *cell, uint64_t begin,
                   uint64_t at) {
  for (uint64_t before = begin; before < at; before++) {
    if (counts(events, cell, before) && equal_at(events, cell->column, before, at))
      return false;
  }
  return true;
}

/** Integer kinds over one customer. */
static struct expected expect_integer(const struct events *events, const struct seg_fold_cell *cell,
                                      uint64_t begin, uint64_t end) {
  __int128 total = 0;
  bool seen = false, is_sum = cell->kind == SEG_FOLD_SUM;
  int64_t least = 0, greatest = 0, different = 0, many = 0;
  for (uint64_t at = begin; at < end; at++) {
    if (!counts(events, cell, at))
      continue;
    int64_t value = events->days[at];
    if (cell->kind == SEG_FOLD_DISTINCT)
      different += is_new(events, cell, begin, at);
    else if (cell->column != SEG_NO_COLUMN)
      value = integer_at(events, cell->column, at);
    many++;
    total += value;
    least = !seen || value < least ? value : least;
    greatest = !seen || value > greatest ? value : greatest;
    seen = true;
  }
  switch (cell->kind) {
  case SEG_FOLD_COUNT: return (struct expected){.known = true, .integer = many};
  case SEG_FOLD_SUM: break;
  case SEG_FOLD_MIN:
  case SEG_FOLD_FIRST_DAY: return (struct expected){.known = seen, .integer = least};
  case SEG_FOLD_MAX:
  case SEG_FOLD_LAST_DAY: return (struct expected){.known = seen, .integer = greatest};
  case SEG_FOLD_DISTINCT: return (struct expected){.known = true, .integer = different};
  case SEG_FOLD_FIRST_VALUE:
  case SEG_FOLD_LAST_VALUE: break; // expect_edge
  }
  return (struct expected){.known = true,
                           .fault = is_sum && (total < INT64_MIN || total > INT64_MAX),
                           .integer = (int64_t)(uint64_t)total};
}

static struct expected expect_number(const struct events *events, const struct seg_fold_cell *cell,
                                     uint64_t begin, uint64_t end) {
  const double *values = column(events, cell->column);
  double total = 0, least = 0, greatest = 0;
  bool seen = false;
  for (uint64_t at = begin; at < end; at++) {
    if (!counts(events, cell, at))
      continue;
    total += values[at];
    least = !seen || values[at] < least ? values[at] : least;
    greatest = !seen || values[at] > greatest ? values[at] : greatest;
    seen = true;
  }
  if (cell->kind == SEG_FOLD_SUM)
    return (struct expected){.known = true, .fault = !isfinite(total), .number = total};
  return (struct expected){.known = seen, .number = cell->kind == SEG_FOLD_MIN ? least : greatest};
}

static struct expected expect_edge(const struct events *events, const struct seg_fold_cell *cell,
                                   uint64_t begin, uint64_t end) {
  uint64_t chosen = end;
  for (uint64_t at = begin; at < end; at++) {
    if (!counts(events, cell, at))
      continue;
    bool beats = chosen == end ||
                 (cell->kind == SEG_FOLD_FIRST_VALUE ? events->c7[at] < events->c7[chosen]
                                                     : events->c7[at] >= events->c7[chosen]);
    chosen = beats ? at : chosen;
  }
  if (chosen == end ||
      (cell->known_flag != UINT32_MAX && !flag_at(events, cell->known_flag, chosen)))
    return (struct expected){0};
  struct expected out = {.known = true};
  if (cell->column == SEG_NO_COLUMN)
    out.integer = flag_at(events, cell->value_flag, chosen);
  else if (cell->layout == SEG_LAYOUT_F64)
    out.number = ((const double *)column(events, cell->column))[chosen];
  else if (cell->layout == SEG_LAYOUT_TEXT)
    out.text = ((const struct seg_str *)column(events, cell->column))[chosen];
  else
    out.integer = integer_at(events, cell->column, chosen);
  return out;
}

static struct expected expect(const struct events *events, const struct seg_fold_cell *cell,
                              int64_t customer) {
  uint64_t begin = events->offsets[customer], end = events->offsets[customer + 1];
  if (seg_fold_is_edge_value(cell->kind))
    return expect_edge(events, cell, begin, end);
  return cell->layout == SEG_LAYOUT_F64 ? expect_number(events, cell, begin, end)
                                        : expect_integer(events, cell, begin, end);
}

// Running

struct outputs {
  struct seg_str values[MOST_CELLS][(MOST_CUSTOMERS + 63) / 64 * 64]; // widest layout
  uint64_t known[MOST_CELLS][(MOST_CUSTOMERS + 63) / 64];
  struct seg_kernel_fault fault;
};

/** Copies of the events' arrays that end at guard pages: days, two flag words, the columns. */
enum { GUARDED = 3 + COLUMNS };

struct guarded {
  void *arrays[GUARDED];
  size_t bytes[GUARDED];
};

/** The integers of a copy, as narrow as their width says. */
static void narrow_copy(void *to, const void *from, enum seg_layout layout, enum seg_width width,
                        size_t count) {
  for (size_t i = 0; i < count; i++) {
    int64_t value =
        layout == SEG_LAYOUT_I32 ? ((const int32_t *)from)[i] : ((const int64_t *)from)[i];
    memcpy((char *)to + i * seg_width_bytes(layout, width), &value,
           seg_width_bytes(layout, width)); // little-endian
  }
}

static void guard(struct guarded *guarded, const struct events *events,
                  const struct widths *widths) {
  size_t count = events->offsets[events->customers];
  const void *sources[GUARDED] = {events->days, events->flag_words[0], events->flag_words[1]};
  size_t item[GUARDED] = {seg_width_bytes(SEG_LAYOUT_I32, widths->days),
                          seg_width_bytes(SEG_LAYOUT_I64, widths->flags),
                          seg_width_bytes(SEG_LAYOUT_I64, widths->flags)};
  for (uint32_t i = 0; i < COLUMNS; i++) {
    sources[3 + i] = column(events, i);
    item[3 + i] = widths->columns[i] == SEG_WIDTH_FULL
                      ? seg_layout_bytes(column_layouts[i])
                      : seg_width_bytes(column_layouts[i], widths->columns[i]);
  }
  for (uint32_t i = 0; i < GUARDED; i++) {
    guarded->bytes[i] = count * item[i];
    guarded->arrays[i] = seg_guarded_memory(guarded->bytes[i], 0);
    enum seg_width width = i == 0 ? widths->days : i < 3 ? widths->flags : widths->columns[i - 3];
    enum seg_layout layout = i == 0  ? SEG_LAYOUT_I32
                             : i < 3 ? SEG_LAYOUT_I64
                                     : column_layouts[i - 3];
    if (width == SEG_WIDTH_FULL)
      memcpy(guarded->arrays[i], sources[i], guarded->bytes[i]);
    else
      narrow_copy(guarded->arrays[i], sources[i], layout, width, count);
  }
}

static void run(const struct seg_plan *plan, const struct seg_code *code,
                const struct events *events, const struct widths *widths, struct outputs *outputs) {
  memset(outputs, 0xA5, sizeof *outputs);
  memset(&outputs->fault, 0, sizeof outputs->fault);
  void *values[MOST_CELLS];
  uint64_t *known[MOST_CELLS];
  for (uint32_t cell = 0; cell < plan->folds[0].cell_count; cell++) {
    values[cell] = outputs->values[cell];
    known[cell] = outputs->known[cell];
  }
  struct guarded guarded;
  guard(&guarded, events, widths);
  const void *const flags[] = {guarded.arrays[1], guarded.arrays[2]};
  struct seg_fold_scratch scratch;
  seg_fold_scratch_init(&scratch);
  const struct seg_fold_frame frame = {
      .customer_count = events->customers,
      .offsets = events->offsets,
      .days = guarded.arrays[0],
      .flags = flags,
      .columns = (const void *const *)guarded.arrays + 3,
      .windows = windows,
      .values = values,
      .known = known,
      .scratch = &scratch,
      .fault = &outputs->fault,
  };
  seg_code_kernels(code)->folds[0](&frame);
  seg_fold_scratch_deinit(&scratch);
  for (uint32_t i = 0; i < GUARDED; i++)
    seg_guarded_memory_free(guarded.arrays[i], guarded.bytes[i]);
}

static bool value_equals(const struct seg_fold_cell *cell, const void *values, int64_t customer,
                         const struct expected *expected) {
  struct expected zero = {0};
  const struct expected *value = expected->known ? expected : &zero;
  switch (cell->layout) {
  case SEG_LAYOUT_I32: return ((const int32_t *)values)[customer] == value->integer;
  case SEG_LAYOUT_I64:
    return (cell->width == SEG_WIDTH_32 ? ((const int32_t *)values)[customer]
                                        : ((const int64_t *)values)[customer]) == value->integer;
  case SEG_LAYOUT_F64:
    return memcmp(&((const double *)values)[customer], &value->number, sizeof(double)) == 0;
  case SEG_LAYOUT_TEXT: {
    struct seg_str text = ((const struct seg_str *)values)[customer];
    return seg_str_equal(text, value->text) && (value->known || text.data == NULL);
  }
  case SEG_LAYOUT_BIT: break;
  }
  return false;
}

/** Text helpers look at whole words: what lies behind the last customer must be empty texts. */
static void check_texts_behind(const struct seg_plan *plan, const struct events *events,
                               const struct outputs *outputs) {
  for (uint32_t number = 0; number < plan->folds[0].cell_count; number++)
    for (int64_t i = events->customers; i % 64 != 0; i++)
      if (plan->folds[0].cells[number].layout == SEG_LAYOUT_TEXT)
        assert_int_equal(outputs->values[number][i].size, 0);
}

static void check(const struct seg_plan *plan, const struct events *events,
                  const struct outputs *outputs) {
  struct seg_kernel_fault fault = {0};
  for (int64_t customer = 0; customer < events->customers; customer++) {
    for (uint32_t number = 0; number < plan->folds[0].cell_count; number++) {
      const struct seg_fold_cell *cell = &plan->folds[0].cells[number];
      struct expected expected = expect(events, cell, customer);
      if (expected.fault && fault.kind == SEG_FAULT_NONE)
        fault = (struct seg_kernel_fault){SEG_FAULT_OVERFLOW, number, customer};
      bool known = (outputs->known[number][customer / 64] >> (customer % 64) & 1) != 0;
      if (known != expected.known ||
          (!expected.fault && !value_equals(cell, outputs->values[number], customer, &expected)))
        fail_msg("cell %" PRIu32 " (kind %d, layout %d, window %" PRIu32 "), customer %" PRId64,
                 number, (int)cell->kind, (int)cell->layout, cell->window, customer);
    }
  }
  for (uint32_t number = 0; number < plan->folds[0].cell_count && events->customers % 64 != 0;
       number++)
    assert_int_equal(outputs->known[number][events->customers / 64] >> (events->customers % 64), 0);
  check_texts_behind(plan, events, outputs);
  assert_int_equal(outputs->fault.kind, fault.kind);
  assert_int_equal(outputs->fault.row, fault.row);
  assert_int_equal(outputs->fault.step, fault.step);
}

static void try_cells(const struct seg_fold_cell *cells, uint32_t count, const char *cpu,
                      const struct widths *widths, struct seg_random *random) {
  static const int64_t customer_counts[] = {0, 1, 63, 64, 65, 128, 200};
  struct events *events = malloc(sizeof *events);
  struct outputs *outputs = malloc(sizeof *outputs);
  assert_non_null(events);
  assert_non_null(outputs);
  struct seg_plan plan;
  struct seg_error error = {0};
  fold_plan_build(&plan, cells, count, widths);
  struct seg_code *code;
  const struct seg_codegen_options options = {.cpu = cpu};
  if (seg_codegen(&plan, &options, &code, &error) != SEG_OK)
    fail_msg("%s", error.message);
  for (size_t i = 0; i < sizeof customer_counts / sizeof *customer_counts; i++) {
    random_events(events, random, customer_counts[i], widths,
                  i % 2 == 0 || widths != &full ? 0 : 3);
    run(&plan, code, events, widths, outputs);
    check(&plan, events, outputs);
  }
  seg_code_free(code);
  seg_plan_deinit(&plan);
  free(outputs);
  free(events);
}

/** Few windows and flags, so that groups of cells differ in one of many tests, or in none. */
static void make_alike(struct seg_fold_cell *cell, struct seg_random *random, uint32_t filters) {
  cell->window = 1 + seg_random_below(random, 2);
  for (uint32_t i = 0; i < cell->flag_count; i++)
    if (cell->flags[i] < filters)
      cell->flags[i] = seg_random_chance(random, 50) ? 0 : filters - 1;
}

/** Results of 32 bits for some cells, or for all of a kind, whose values are small. */
static void make_narrow(struct seg_fold_cell *cells, uint32_t count, bool alike,
                        struct seg_random *random) {
  const uint32_t kinds = seg_random_below(random, 1 << 6);
  for (uint32_t c = 0; c < count; c++)
    if (cells[c].layout == SEG_LAYOUT_I64 && !seg_fold_is_edge_value(cells[c].kind) &&
        (alike ? (kinds >> (cells[c].kind % 6) & 1) != 0 : seg_random_chance(random, 50)))
      cells[c].width = SEG_WIDTH_32;
}

static const char *const cpus[] = {NULL, "x86-64", "x86-64-v3"};

static void random_folds_agree_with_loops(void **state) {
  (void)state;
  uint64_t seed = seg_random_seed("SEGC_SEED", 20261103);
  print_message("seed %" PRIu64 "\n", seed);
  static const uint32_t sizes[] = {1, 2, 5, 12, 32, 33, 80};
  for (uint64_t i = 0; i < 21; i++) {
    struct seg_random random;
    seg_random_init(&random, seed + i);
    const struct widths *const all[] = {&full, &narrow[i % 3]};
    for (size_t w = 0; w < 2; w++) {
      struct seg_fold_cell cells[MOST_CELLS];
      uint32_t count = sizes[i % 7];
      for (uint32_t cell = 0; cell < count; cell++)
        cells[cell] = random_cell(&random, all[w]->filters);
      for (uint32_t cell = 0; i % 3 == 0 && cell < count; cell++)
        make_alike(&cells[cell], &random, all[w]->filters);
      if (w == 1)
        make_narrow(cells, count, i % 2 == 0, &random);
      try_cells(cells, count, cpus[i / 7], all[w], &random);
    }
  }
}

/** Counts, and sums of 16 bits: where nothing else is folded, two events are at a time. */
static void counts_and_small_sums_agree_with_loops(void **state) {
  (void)state;
  static const uint32_t sizes[] = {1, 9, 33, 80};
  for (uint64_t i = 0; i < 8; i++) {
    struct seg_random random;
    seg_random_init(&random, 20261124 + i);
    struct seg_fold_cell cells[MOST_CELLS];
    uint32_t count = sizes[i % 4];
    for (uint32_t cell = 0; cell < count; cell++) {
      bool is_small = false;
      while (!is_small) {
        cells[cell] = random_cell(&random, narrow[0].filters);
        is_small = cells[cell].kind == SEG_FOLD_COUNT ||
                   (cells[cell].kind == SEG_FOLD_SUM && cells[cell].layout == SEG_LAYOUT_I64 &&
                    narrow[0].columns[cells[cell].column] == SEG_WIDTH_16);
      }
      if (i < 4)
        make_alike(&cells[cell], &random, narrow[0].filters);
    }
    make_narrow(cells, count, i % 4 != 3, &random);
    try_cells(cells, count, cpus[i % 2 * 2], &narrow[0], &random);
  }
}

/** Partial sums may leave 64 bits as long as the total does not; numbers must stay finite. */
static void sums_overflow_only_at_the_end(void **state) {
  (void)state;
  const struct seg_fold_cell cells[] = {
      {.kind = SEG_FOLD_SUM, .layout = SEG_LAYOUT_I64, .column = 1},
      {.kind = SEG_FOLD_SUM, .layout = SEG_LAYOUT_F64, .column = 2},
  };
  static struct events events;
  static struct outputs outputs;
  static const struct {
    int64_t amounts[3];
    double numbers[3];
    bool fault;
    uint32_t cell;
  } cases[] = {
      {{INT64_MAX, INT64_MAX, -INT64_MAX}, {0}, false, 0},
      {{INT64_MAX, 1, 0}, {0}, true, 0},
      {{INT64_MIN, -1, 0}, {0}, true, 0},
      {{INT64_MIN, 0, 0}, {1e308, -1e308, 1e308}, false, 0},
      {{0}, {1e308, 1e308, -1e308}, true, 1},
  };
  struct seg_plan plan;
  struct seg_error error = {0};
  fold_plan_build(&plan, cells, 2, &full);
  struct seg_code *code;
  if (seg_codegen(&plan, NULL, &code, &error) != SEG_OK)
    fail_msg("%s", error.message);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    memset(&events, 0, sizeof events);
    events.customers = 2; // the second has the events
    events.offsets[2] = 3;
    memcpy(events.c1, cases[i].amounts, sizeof cases[i].amounts);
    memcpy(events.c2, cases[i].numbers, sizeof cases[i].numbers);
    run(&plan, code, &events, &full, &outputs);
    assert_int_equal(outputs.fault.kind, cases[i].fault ? SEG_FAULT_OVERFLOW : SEG_FAULT_NONE);
    assert_int_equal(outputs.fault.row, cases[i].fault ? 1 : 0);
    assert_int_equal(outputs.fault.step, cases[i].cell);
  }
  seg_code_free(code);
  seg_plan_deinit(&plan);
}

/** Events of customers who have more than fold in few bits: days, flags and amounts of 16 bits. */
enum { LONG_CUSTOMERS = 4, LONG_EVENTS = 3 * 32768 + 70000 };

struct long_events {
  uint64_t offsets[LONG_CUSTOMERS + 1];
  int16_t days[LONG_EVENTS], amounts[LONG_EVENTS];
  uint16_t flags[LONG_EVENTS];
};

static void make_long_events(struct long_events *events, struct seg_random *random) {
  // One full stretch, one event more, none, and several stretches.
  static const uint64_t offsets[] = {0, 32768, 65537, 65537, LONG_EVENTS};
  memcpy(events->offsets, offsets, sizeof offsets);
  for (size_t i = 0; i < LONG_EVENTS; i++) {
    events->days[i] = (int16_t)(i % 1000 == 0 ? 40 : 0);
    events->flags[i] = (uint16_t)(seg_random_chance(random, 1) ? 0 : 1); // nearly all count
    // As far from 0 as 16 bits go: the sums of some thousands leave 16 bits, those of all 32.
    events->amounts[i] = i < 65537 ? INT16_MIN : INT16_MAX;
  }
}

// Of cells of 32 bits, what is left of a number there.
static void check_long(const struct long_events *events, const struct seg_fold_cell *cell,
                       const int64_t *values) {
  const bool is_narrow = cell->width == SEG_WIDTH_32;
  for (size_t customer = 0; customer < LONG_CUSTOMERS; customer++) {
    int64_t count = 0, sum = 0;
    for (uint64_t i = events->offsets[customer]; i < events->offsets[customer + 1]; i++) {
      bool holds = events->days[i] >= windows[cell->window * 2] &&
                   events->days[i] <= windows[cell->window * 2 + 1] &&
                   (cell->flag_count == 0 || events->flags[i] == 1);
      count += holds;
      sum += holds ? events->amounts[i] : 0;
    }
    const int64_t expected = cell->kind == SEG_FOLD_COUNT ? count : sum;
    assert_int_equal(is_narrow ? ((const int32_t *)values)[customer] : values[customer],
                     is_narrow ? (int32_t)expected : expected);
  }
}

static void try_long_customers(enum seg_width width) {
  enum { CELLS = 16 };
  static const uint32_t used[] = {0, 1, 2, 5}; // windows
  struct seg_fold_cell cells[CELLS] = {{0}};
  for (uint32_t i = 0; i < CELLS; i++)
    cells[i] = (struct seg_fold_cell){.kind = i < 8 ? SEG_FOLD_COUNT : SEG_FOLD_SUM,
                                      .layout = SEG_LAYOUT_I64,
                                      .width = width,
                                      .column = i < 8 ? SEG_NO_COLUMN : 1,
                                      .window = used[i % 4],
                                      .flag_count = i % 8 < 4 ? 0 : 1};
  struct long_events *events = malloc(sizeof *events);
  assert_non_null(events);
  struct seg_random random;
  seg_random_init(&random, 20261123);
  make_long_events(events, &random);
  struct seg_plan plan;
  fold_plan_build(&plan, cells, CELLS, &narrow[0]);
  for (size_t c = 0; c < sizeof cpus / sizeof *cpus; c++) {
    static int64_t values[CELLS][64];
    static uint64_t known[CELLS];
    void *to[CELLS];
    uint64_t *known_to[CELLS];
    for (uint32_t i = 0; i < CELLS; i++) {
      to[i] = values[i];
      known_to[i] = &known[i];
    }
    struct seg_code *code;
    struct seg_error error = {0};
    const struct seg_codegen_options options = {.cpu = cpus[c]};
    if (seg_codegen(&plan, &options, &code, &error) != SEG_OK)
      fail_msg("%s", error.message);
    struct seg_kernel_fault fault = {0};
    const void *const flags[] = {events->flags}, *const columns[COLUMNS] = {NULL, events->amounts};
    const struct seg_fold_frame frame = {.customer_count = LONG_CUSTOMERS,
                                         .offsets = events->offsets,
                                         .days = events->days,
                                         .flags = flags,
                                         .columns = columns,
                                         .windows = windows,
                                         .values = to,
                                         .known = known_to,
                                         .fault = &fault};
    seg_code_kernels(code)->folds[0](&frame);
    assert_int_equal(fault.kind, SEG_FAULT_NONE);
    for (uint32_t i = 0; i < CELLS; i++)
      check_long(events, &cells[i], values[i]);
    seg_code_free(code);
  }
  seg_plan_deinit(&plan);
  free(events);
}

static void long_customers_lose_nothing(void **state) {
  (void)state;
  try_long_customers(SEG_WIDTH_FULL);
  try_long_customers(SEG_WIDTH_32);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_folds_agree_with_loops),
      cmocka_unit_test(counts_and_small_sums_agree_with_loops),
      cmocka_unit_test(sums_overflow_only_at_the_end),
      cmocka_unit_test(long_customers_lose_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
