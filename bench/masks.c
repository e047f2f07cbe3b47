// How long rules over columns take: columns in memory, decided in batches as a run decides them.
// bench_masks [ROWS [THREADS]]: 16 columns of several widths, rules of three clauses, beside the
// time of only reading the columns.
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compiler/codegen/codegen.h"
#include "runtime/column/column.h"
#include "runtime/filter/block_runner.h"
#include "runtime/filter/chain_winners.h"
#include "tests/support/plan_builder.h"
#include "tests/support/random.h"

enum { COLUMNS = 16, MORSEL = 1 << 16, REPEATS = 5, MOST_THREADS = 64, VALUES = 100 };

enum task { READ, COUNTS, WINNERS };

/** What the threads share. */
struct job {
  enum task task;
  const struct seg_block *block;
  const struct seg_block_kernel *kernel;
  void *columns[COLUMNS];
  size_t value_bytes;
  int64_t rows;
  uint32_t rules;
  uint16_t *winners;
  atomic_llong next;
  atomic_ullong sum; // of what was found, so that nothing is left out
};

/** Seconds of the processor that all threads took: others may be using the machine too. */
static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void *allocated(void *memory) {
  if (memory == NULL) {
    fputs("bench_masks: out of memory\n", stderr);
    exit(1);
  }
  return memory;
}

static uint64_t read_columns(const struct job *job, int64_t first, int64_t rows) {
  typedef uint64_t eight __attribute__((vector_size(64)));
  eight sum = {0};
  for (int c = 0; c < COLUMNS; c++) {
    const eight *at = (const eight *)((const char *)job->columns[c] + first * job->value_bytes);
    for (size_t i = 0; i < (size_t)rows * job->value_bytes / sizeof *at; i++)
      sum += at[i];
  }
  uint64_t all = 0;
  for (int i = 0; i < 8; i++)
    all += sum[i];
  return all;
}

struct worker {
  struct seg_block_runner runner;
  const uint64_t **masks;
  uint64_t *slices, *won, unmatched;
};

static uint64_t decide(struct worker *worker, const struct job *job, const void **inputs,
                       int64_t first, int64_t rows) {
  struct seg_kernel_fault fault;
  uint64_t found = 0;
  if (inputs == NULL)
    return 0;
  for (int c = 0; c < COLUMNS; c++)
    inputs[c] = (const char *)job->columns[c] + first * (int64_t)job->value_bytes;
  if (seg_block_runner_apply(&worker->runner, rows, 0, &fault, NULL) != SEG_OK)
    exit(1);
  for (uint32_t r = 0; r < job->rules; r++)
    worker->masks[r] = seg_block_runner_mask(&worker->runner, r);
  if (job->task == WINNERS) {
    seg_chain_winners(worker->runner.masks.kernels, worker->masks, job->rules, rows, worker->slices,
                      worker->won, &worker->unmatched, job->winners + first);
    return worker->won[0];
  }
  for (uint32_t r = 0; r < job->rules; r++)
    found += worker->runner.masks.kernels->count(worker->masks[r], (size_t)(rows + 63) / 64);
  return found;
}

static void *work(void *argument) {
  struct job *job = argument;
  struct worker worker = {.masks = allocated(calloc(job->rules + 1, sizeof(uint64_t *))),
                          .won = allocated(calloc(job->rules + 1, sizeof(uint64_t)))};
  uint64_t sum = 0;
  int64_t batch = MORSEL;
  const void **inputs = NULL;
  if (job->task != READ) {
    if (seg_block_runner_init(&worker.runner, job->block, job->kernel, 4096, false, NULL) != SEG_OK)
      exit(1);
    batch = worker.runner.batch_rows;
    inputs = worker.runner.input_values;
    worker.slices = allocated(calloc(seg_chain_slice_words(job->rules, batch), sizeof(uint64_t)));
  }
  for (;;) {
    int64_t morsel = atomic_fetch_add(&job->next, MORSEL);
    if (morsel >= job->rows)
      break;
    int64_t end = morsel + MORSEL < job->rows ? morsel + MORSEL : job->rows;
    for (int64_t first = morsel; first < end; first += batch) {
      int64_t rows = end - first < batch ? end - first : batch;
      sum += job->task == READ ? read_columns(job, first, rows)
                               : decide(&worker, job, inputs, first, rows);
    }
  }
  atomic_fetch_add(&job->sum, sum);
  if (job->task != READ)
    seg_block_runner_deinit(&worker.runner);
  free(worker.masks);
  free(worker.won);
  free(worker.slices);
  return NULL;
}

/** The best of several runs, in seconds. */
static double run(struct job *job, enum task task, int threads) {
  double best = 1e9;
  job->task = task;
  for (int repeat = 0; repeat < REPEATS; repeat++) {
    pthread_t ids[MOST_THREADS];
    atomic_store(&job->next, 0);
    double begin = now();
    for (int t = 0; t < threads; t++)
      pthread_create(&ids[t], NULL, work, job);
    for (int t = 0; t < threads; t++)
      pthread_join(ids[t], NULL);
    double time = now() - begin;
    best = time < best ? time : best;
  }
  return best;
}

/** Three clauses a rule, over random columns; thresholds out of 100. */
static void build_rules(struct seg_test_block *block, uint32_t rules, enum seg_width width) {
  struct seg_random random;
  seg_random_init(&random, 1);
  enum seg_width *widths = allocated(SEG_NEW_ARRAY(block->arena, enum seg_width, COLUMNS));
  for (int c = 0; c < COLUMNS; c++) {
    widths[c] = width;
    seg_test_block_input(block, SEG_LAYOUT_I64, false);
  }
  for (uint32_t r = 0; r < rules; r++) {
    uint32_t mask = 0;
    for (int clause = 0; clause < 3; clause++) {
      static const enum seg_plan_comparison kinds[] = {SEG_IS_GREATER, SEG_IS_LESS, SEG_IS_EQUAL};
      enum seg_plan_comparison kind = kinds[seg_random_below(&random, 3)];
      uint32_t constant =
          seg_test_block_integer(block, SEG_LAYOUT_I64, (int64_t)seg_random_below(&random, VALUES));
      uint32_t test =
          seg_test_block_compare(block, kind, seg_random_below(&random, COLUMNS), constant);
      mask = clause == 0 ? test
                         : seg_test_block_operation(block, SEG_OP_AND, SEG_LAYOUT_BIT, mask, test);
    }
    seg_test_block_mask_root(block, mask);
  }
  block->input_widths = widths;
}

static void fill(struct job *job, enum seg_width width) {
  struct seg_random random;
  seg_random_init(&random, 2);
  job->value_bytes = seg_width_bytes(SEG_LAYOUT_I64, width);
  for (int c = 0; c < COLUMNS; c++) {
    job->columns[c] = allocated(seg_column_memory(((size_t)job->rows + 64) * job->value_bytes));
    uint64_t state = seg_random_next(&random);
    for (int64_t i = 0; i < job->rows; i++) {
      state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
      int64_t value = (int64_t)((state >> 33) % VALUES); // little-endian: the low bytes come first
      memcpy((char *)job->columns[c] + (size_t)i * job->value_bytes, &value, job->value_bytes);
    }
  }
}

static void measure(struct job *job, enum seg_width width, uint32_t rules, int threads,
                    double reading) {
  struct seg_plan plan;
  struct seg_code *code;
  seg_plan_builder_init(&plan, 0);
  struct seg_test_block block;
  seg_test_block_init(&block, &plan.arena);
  build_rules(&block, rules, width);
  plan.customer.scan = seg_test_block_finish(&block);
  double begin = now();
  if (seg_codegen(&plan, NULL, &code, NULL) != SEG_OK)
    exit(1);
  double compiling = now() - begin;
  job->block = &plan.customer.scan;
  job->kernel = &seg_code_kernels(code)->customer_scan;
  job->rules = rules;
  double counts = run(job, COUNTS, threads), winners = run(job, WINNERS, threads);
  printf("%5zu %6u %9u %10.1f %9.1f %8.1f %7.1f %9.1f %7.1f\n", 8 * job->value_bytes, rules,
         job->kernel->masks->leaf_count, compiling * 1e3, reading * 1e3, counts * 1e3,
         counts / reading, winners * 1e3, winners / reading);
  fflush(stdout);
  seg_code_free(code);
  seg_plan_deinit(&plan);
}

int main(int count, char **arguments) {
  struct job job = {.rows = count > 1 ? strtoll(arguments[1], NULL, 10) : 1000000};
  int threads = count > 2 ? (int)strtol(arguments[2], NULL, 10) : 2;
  threads = threads < 1 ? 1 : threads > MOST_THREADS ? MOST_THREADS : threads;
  job.winners = allocated(calloc((size_t)job.rows + 64, sizeof *job.winners));
  printf("%lld rows, %d columns, %d threads; processor milliseconds of all, the best of %d\n",
         (long long)job.rows, COLUMNS, threads, REPEATS);
  puts(" bits  rules  different  compiling   reading   counts  ratio   winners  ratio");
  static const enum seg_width widths[] = {SEG_WIDTH_FULL, SEG_WIDTH_32, SEG_WIDTH_16, SEG_WIDTH_8};
  for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
    fill(&job, widths[w]);
    double reading = run(&job, READ, threads);
    for (uint32_t rules = 10; rules <= 1000; rules *= 10)
      measure(&job, widths[w], rules, threads, reading);
    for (int c = 0; c < COLUMNS; c++)
      free(job.columns[c]);
  }
  free(job.winners);
  return 0;
}
