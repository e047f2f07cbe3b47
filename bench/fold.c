// How long the compiled folds take for an event: events clustered by customer, in memory, folded in
// batches as a run folds them. bench_fold [CUSTOMERS [EVENTS-PER-CUSTOMER]]
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compiler/codegen/codegen.h"
#include "runtime/fold/fold_scratch.h"
#include "tests/support/plan_builder.h"
#include "tests/support/random.h"

enum {
  BATCH = 2048,     // customers
  STAGGER = 9 * 64, // bytes between the beginnings of result columns, within a page
  FILTERS = 3,
  AS_OF = 20000,
  DAYS = 730,
  MOST_CELLS = 64,
  REPEATS = 7,
};

struct events {
  uint64_t customers, count;
  uint64_t *offsets, *flags;
  int32_t *days;
  int64_t *amounts;
  int16_t *narrow_days, *narrow_amounts;
  uint16_t *narrow_flags;
};

/** A set of cells: kinds times filters times windows. */
struct workload {
  const char *name;
  bool kinds[SEG_FOLD_LAST_VALUE + 1];
  uint32_t filters; // 0: without; otherwise also each of so many
  uint32_t windows;
};

static const struct seg_plan_window windows[] = {
    {.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = 7},
    {.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = 30},
    {.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = 90},
    {.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = 365},
    {.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = 14},
    {.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = 60},
    {.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = 180},
    {.form = SEG_WINDOW_ALL},
};
enum { WINDOWS = sizeof windows / sizeof *windows };

static const struct workload workloads[] = {
    {"count and sum", {[SEG_FOLD_COUNT] = true, [SEG_FOLD_SUM] = true}, 0, 4},
    {"count, sum, min, max, last day",
     {[SEG_FOLD_COUNT] = true,
      [SEG_FOLD_SUM] = true,
      [SEG_FOLD_MIN] = true,
      [SEG_FOLD_MAX] = true,
      [SEG_FOLD_LAST_DAY] = true},
     0,
     4},
    {"count and sum, 3 filters", {[SEG_FOLD_COUNT] = true, [SEG_FOLD_SUM] = true}, 3, 4},
    {"count, sum, min, max, last day",
     {[SEG_FOLD_COUNT] = true,
      [SEG_FOLD_SUM] = true,
      [SEG_FOLD_MIN] = true,
      [SEG_FOLD_MAX] = true,
      [SEG_FOLD_LAST_DAY] = true},
     0,
     8},
};

static void *memory(size_t size) {
  void *made = aligned_alloc(64, (size + 4095) / 4096 * 4096 + 4096);
  if (made == NULL) {
    fprintf(stderr, "bench_fold: out of memory\n");
    exit(2);
  }
  return made;
}

/** Uniform: 0 .. 2 * mean events a customer; skewed: a few customers have most of them. */
static void generate(struct events *events, uint64_t customers, uint64_t mean, bool skewed) {
  struct seg_random random;
  seg_random_init(&random, 20261122);
  uint64_t room = customers * mean * 2 + 64;
  *events = (struct events){.customers = customers,
                            .offsets = memory((customers + 1) * sizeof(uint64_t)),
                            .flags = memory(room * sizeof(uint64_t)),
                            .days = memory(room * sizeof(int32_t)),
                            .amounts = memory(room * sizeof(int64_t)),
                            .narrow_days = memory(room * sizeof(int16_t)),
                            .narrow_amounts = memory(room * sizeof(int16_t)),
                            .narrow_flags = memory(room * sizeof(uint16_t))};
  for (uint64_t c = 0; c < customers; c++) {
    events->offsets[c] = events->count;
    uint64_t more = seg_random_below(&random, (uint32_t)(2 * mean + 1));
    if (skewed) // the density of 1 / x, as of ranks that follow Zipf's law
      more = (uint64_t)((double)mean / 4 * (double)UINT32_MAX /
                        (double)(seg_random_below(&random, UINT32_MAX) + UINT32_MAX / 64));
    for (uint64_t i = 0; i < more && events->count < room - 64; i++) {
      uint64_t at = events->count++;
      events->days[at] = AS_OF - 1 - (int32_t)seg_random_below(&random, DAYS);
      events->amounts[at] = seg_random_below(&random, 20000);
      events->narrow_days[at] = (int16_t)events->days[at];
      events->narrow_amounts[at] = (int16_t)events->amounts[at];
      events->flags[at] = UINT64_C(1) << seg_random_below(&random, FILTERS);
      events->narrow_flags[at] = (uint16_t)events->flags[at];
    }
  }
  events->offsets[customers] = events->count;
}

static void release(struct events *events) {
  free(events->offsets);
  free(events->flags);
  free(events->days);
  free(events->amounts);
  free(events->narrow_days);
  free(events->narrow_amounts);
  free(events->narrow_flags);
}

static uint32_t make_cells(const struct workload *workload, struct seg_fold_cell *cells) {
  uint32_t count = 0;
  for (uint32_t kind = 0; kind <= SEG_FOLD_LAST_VALUE; kind++)
    for (uint32_t f = 0; workload->kinds[kind] && f <= workload->filters; f++)
      for (uint32_t w = 0; w < workload->windows && count < MOST_CELLS; w++) {
        bool is_day = kind == SEG_FOLD_LAST_DAY;
        cells[count++] = (struct seg_fold_cell){
            .kind = (enum seg_fold_kind)kind,
            .layout = is_day ? SEG_LAYOUT_I32 : SEG_LAYOUT_I64,
            .column = is_day || kind == SEG_FOLD_COUNT ? SEG_NO_COLUMN : 0,
            .window = w,
            .flag_count = f > 0,
            .flags = {f > 0 ? f - 1 : 0},
        };
      }
  return count;
}

static void make_plan(struct seg_plan *plan, const struct seg_fold_cell *cells, uint32_t count,
                      bool narrow) {
  static const enum seg_width width[] = {SEG_WIDTH_16};
  seg_plan_builder_init(plan, 1);
  struct seg_test_block scan, customer;
  seg_test_block_init(&scan, &plan->arena);
  seg_test_block_value_root(&scan, seg_test_block_input(&scan, SEG_LAYOUT_I64, false));
  uint32_t all = seg_test_block_operation(&scan, SEG_OP_ALL, SEG_LAYOUT_BIT, 0, 0);
  for (uint32_t i = 0; i < 1 + FILTERS; i++)
    seg_test_block_mask_root(&scan, all);
  scan.input_widths = narrow ? width : NULL;
  seg_plan_builder_scan(plan, &plan->events[0], &scan);
  plan->events[0].carried_width = scan.input_widths;
  plan->folds[0].day_width = narrow ? SEG_WIDTH_16 : SEG_WIDTH_FULL;
  plan->folds[0].flag_width = plan->folds[0].day_width;
  seg_plan_builder_windows(plan, windows, WINDOWS);
  seg_plan_builder_cells(plan, 0, cells, count);
  seg_plan_builder_customer_block(plan, &customer);
  seg_plan_builder_segments(plan, &customer);
}

static double processor_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static double fold(const struct events *events, seg_fold_function function, uint32_t cells,
                   bool narrow) {
  unsigned char *values = memory((size_t)MOST_CELLS * (BATCH * 8 + 4096));
  unsigned char *known = memory((size_t)MOST_CELLS * (BATCH / 8 + 64));
  void *value_columns[MOST_CELLS];
  uint64_t *known_columns[MOST_CELLS];
  int32_t days[WINDOWS * 2];
  for (uint32_t w = 0; w < WINDOWS; w++) {
    days[w * 2] = windows[w].form == SEG_WINDOW_ALL ? INT32_MIN : AS_OF - windows[w].far_age;
    days[w * 2 + 1] = AS_OF - 1;
  }
  for (uint32_t c = 0; c < cells; c++) {
    value_columns[c] = values + (size_t)c * (BATCH * 8 + STAGGER);
    known_columns[c] = (uint64_t *)(known + (size_t)c * (BATCH / 8 + 64));
  }
  struct seg_fold_scratch scratch;
  seg_fold_scratch_init(&scratch);
  double begin = processor_seconds();
  for (uint64_t first = 0; first < events->customers; first += BATCH) {
    uint64_t left = events->customers - first;
    struct seg_kernel_fault fault = {0};
    const struct seg_fold_frame frame = {
        .customer_count = (int64_t)(left < BATCH ? left : BATCH),
        .offsets = events->offsets + first,
        .days = narrow ? (const void *)events->narrow_days : events->days,
        .flags = (const void *const[]){narrow ? (const void *)events->narrow_flags : events->flags},
        .columns =
            (const void *const[]){narrow ? (const void *)events->narrow_amounts : events->amounts},
        .windows = days,
        .values = value_columns,
        .known = known_columns,
        .scratch = &scratch,
        .fault = &fault,
    };
    function(&frame);
  }
  double seconds = processor_seconds() - begin;
  seg_fold_scratch_deinit(&scratch);
  free(values);
  free(known);
  return seconds;
}

static void measure(const struct events *events, const struct workload *workload,
                    const char *distribution, bool narrow) {
  struct seg_fold_cell cells[MOST_CELLS];
  uint32_t count = make_cells(workload, cells);
  struct seg_plan plan;
  struct seg_code *code;
  struct seg_error error;
  make_plan(&plan, cells, count, narrow);
  double begin = processor_seconds();
  if (seg_codegen(&plan, NULL, &code, &error) != SEG_OK) {
    fprintf(stderr, "bench_fold: %s\n", error.message);
    exit(2);
  }
  double compiled = processor_seconds() - begin, best = 1e9;
  for (int i = 0; i < REPEATS; i++) {
    double seconds = fold(events, seg_code_kernels(code)->folds[0], count, narrow);
    best = seconds < best ? seconds : best;
  }
  printf("%-8s %s %3u cells, %u windows, %-32s %6.2f ns an event, compiled in %.0f ms\n",
         distribution, narrow ? "narrow" : "full  ", count, workload->windows, workload->name,
         best * 1e9 / (double)events->count, compiled * 1e3);
  seg_code_free(code);
  seg_plan_deinit(&plan);
}

int main(int argc, char **argv) {
  uint64_t customers = argc > 1 ? strtoull(argv[1], NULL, 10) : 500000;
  uint64_t mean = argc > 2 ? strtoull(argv[2], NULL, 10) : 20;
  for (int skewed = 0; skewed < 2; skewed++) {
    struct events events;
    generate(&events, customers, mean, skewed);
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
      for (int narrow = 0; narrow < 2; narrow++)
        measure(&events, &workloads[i], skewed ? "skewed" : "uniform", narrow != 0);
    release(&events);
  }
  return 0;
}
