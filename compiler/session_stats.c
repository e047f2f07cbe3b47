// What a run did in each stage: time, rows, bytes; see session_stats.h.
#include "compiler/session_stats.h"

#include <sys/stat.h>
#include <time.h>

static double clock_of(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

struct seg_run_time seg_session_clock(void) {
  return (struct seg_run_time){clock_of(CLOCK_MONOTONIC), clock_of(CLOCK_PROCESS_CPUTIME_ID)};
}

static uint64_t file_bytes(const char *path) {
  struct stat about;
  return stat(path, &about) == 0 ? (uint64_t)about.st_size : 0;
}

static uint64_t source_bytes(const struct seg_inputs *inputs, struct seg_str source) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < inputs->files.count; i++)
    if (seg_str_equal(inputs->files.items[i].source, source))
      bytes += file_bytes(inputs->files.items[i].path.data);
  return bytes;
}

/** Bits a row that the input columns of a block take. */
static uint64_t block_bits(const struct seg_block *block) {
  uint64_t bits = 0;
  for (uint32_t i = 0; i < block->input_count; i++) {
    enum seg_layout layout = block->input_layouts[i];
    bits +=
        layout == SEG_LAYOUT_BIT ? 1 : 8 * seg_width_bytes(layout, seg_block_input_width(block, i));
    bits += block->input_optional[i];
  }
  return bits;
}

/** Bits an event that a fold reads: its day, what it carries, its flags. */
static uint64_t event_bits(const struct seg_plan *plan, uint32_t event) {
  const struct seg_plan_entity *entity = &plan->events[event];
  uint64_t bits =
      8 * seg_width_bytes(SEG_LAYOUT_I32, plan->folds[event].day_width) + entity->flag_count;
  for (uint32_t i = 0; i < entity->carried_count; i++)
    bits += 8 * seg_width_bytes(entity->carried_layout[i], seg_plan_carried_width(entity, i));
  return bits;
}

static void count_sources(const struct seg_plan *plan, const struct seg_run_result *result,
                          const struct seg_inputs *inputs, struct segc_summary *summary) {
  struct segc_stage_stats *customers = &summary->stats[SEGC_RUN_CUSTOMERS];
  struct segc_stage_stats *events = &summary->stats[SEGC_RUN_EVENTS];
  if (plan->customer_from_event < 0) {
    customers->rows = result->customer_count;
    customers->bytes = source_bytes(inputs, plan->customer.source);
  }
  for (uint32_t i = 0; i < plan->event_count; i++) {
    if (!seg_run_reads_event(plan, i))
      continue;
    events->rows += result->events[i].rows;
    events->bytes += source_bytes(inputs, plan->events[i].source);
  }
}

void seg_session_stats(const struct seg_plan *plan, const struct seg_run_result *result,
                       const struct seg_session_data *data, struct segc_summary *summary) {
  static const enum seg_run_stage stages[] = {[SEGC_RUN_CUSTOMERS] = SEG_RUN_CUSTOMERS,
                                              [SEGC_RUN_EVENTS] = SEG_RUN_EVENTS,
                                              [SEGC_RUN_RULES] = SEG_RUN_RULES};
  for (int i = SEGC_RUN_CUSTOMERS; i <= SEGC_RUN_RULES; i++) {
    summary->stats[i].seconds = result->times[stages[i]].wall;
    summary->stats[i].processor_seconds = result->times[stages[i]].processor;
  }
  count_sources(plan, result, &data->inputs, summary);
  struct segc_stage_stats *rules = &summary->stats[SEGC_RUN_RULES];
  rules->rows = result->rules_early ? 0 : result->customer_count;
  uint64_t bits = result->customer_count * block_bits(&plan->customer_block);
  for (uint32_t i = 0; i < plan->event_count; i++)
    if (seg_plan_gathers_event(plan, i))
      bits += (result->events[i].events - result->events[i].orphans) * event_bits(plan, i);
  rules->bytes = bits / 8;
  summary->spilled_bytes = result->spilled_bytes;
  summary->peak_bytes = result->peak_bytes;
}

void seg_session_output_stats(const char *path, const struct seg_run_result *result,
                              struct segc_summary *summary) {
  struct segc_stage_stats *output = &summary->stats[SEGC_RUN_OUTPUT];
  if (path == NULL || result->taken)
    return;
  output->rows = summary->customers;
  output->bytes = file_bytes(path);
}
