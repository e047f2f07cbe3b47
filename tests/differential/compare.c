// Both evaluators and the comparison; see compare.h.
#include "tests/differential/compare.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compiler/reference/evaluate.h"
#include "runtime/entity/key_table.h"
#include "runtime/run/run.h"
#include "tests/differential/stored.h"
#include "tests/differential/three_valued.h"

// --- compiling ---

static void inject(struct seg_block *block) {
  for (uint32_t i = 0; i < block->step_count; i++) {
    struct seg_step *step = &block->steps[i];
    if (step->op == SEG_OP_COMPARE && step->comparison == SEG_IS_GREATER_EQUAL) {
      step->comparison = SEG_IS_GREATER;
      return;
    }
  }
}

void subject_init(struct subject *subject, const char *text, bool fault) {
  *subject = (struct subject){.state = SUBJECT_FAILED};
  struct seg_pipeline *pipeline = &subject->pipeline;
  uint32_t file;
  seg_pipeline_init(pipeline);
  if (seg_source_map_add(&pipeline->map, seg_str_view("random.seg"), seg_str_view(text), &file,
                         &subject->error) != SEG_OK ||
      seg_pipeline_run(pipeline, SEG_PASS_LOWER, &subject->error) != SEG_OK)
    return;
  if (!seg_pipeline_reached(pipeline, SEG_PASS_LOWER)) {
    subject->state = SUBJECT_REFUSED;
    return;
  }
  if (fault)
    inject(&pipeline->plan.customer_block);
  if (seg_pipeline_run(pipeline, SEG_PASS_CODEGEN, &subject->error) == SEG_OK)
    subject->state = SUBJECT_READY;
}

void subject_deinit(struct subject *subject) {
  seg_pipeline_deinit(&subject->pipeline);
}

// --- running ---

struct comparer {
  const struct seg_pipeline *pipeline;
  struct data *data;
  const struct run_manner *manner;
  struct comparison_result *result;
  struct seg_reference *reference;
  struct seg_run_result *run;
  bool run_overflow;
};

// Of all threads: what else the machine does is not counted.
static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

SEG_PRINTF(2, 3)
static void differ(struct comparer *comparer, const char *format, ...) {
  if (comparer->result->verdict == VERDICT_DIFFERENT)
    return; // the first one is told
  comparer->result->verdict = VERDICT_DIFFERENT;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(comparer->result->difference, sizeof comparer->result->difference, format, arguments);
  va_end(arguments);
}

static void reads_events(const struct seg_plan *plan, bool *reads) {
  for (uint32_t i = 0; i < plan->event_count; i++)
    reads[i] = seg_run_reads_event(plan, i);
}

static void evaluate_all(struct comparer *comparer) {
  const struct seg_program *program = &comparer->pipeline->program;
  uint32_t customers = seg_reference_customer_count(comparer->reference);
  for (uint32_t i = 0; i < customers && !seg_reference_overflow(comparer->reference); i++)
    for (uint32_t j = 0; j < program->segment_count; j++)
      (void)seg_reference_member(comparer->reference, j, i);
}

static enum seg_status open_source(const struct comparer *comparer, struct data_columns *columns,
                                   struct stored *stored, enum seg_store_kind kind,
                                   const struct seg_plan_entity *entity, struct seg_source **source,
                                   struct seg_error *error) {
  if (comparer->manner->store_parts > 0)
    return seg_source_open_store(&stored->store, kind, entity, source, error);
  data_columns_init(columns, comparer->data, entity, comparer->manner->morsel_rows);
  return seg_source_open_memory(&columns->rows, entity, source, error);
}

static void open_sources(struct comparer *comparer, struct data_columns *columns,
                         struct stored *stored, struct seg_source **sources, const bool *reads) {
  const struct seg_plan *plan = &comparer->pipeline->plan;
  struct seg_error error = {0};
  // The events, the customer, the lists.
  for (uint32_t i = 0; i <= plan->event_count + plan->list_count; i++) {
    bool customer = i == plan->event_count, list = i > plan->event_count;
    uint32_t number = list ? i - plan->event_count - 1 : i;
    bool read = list       ? seg_run_reads_list(plan, number)
                : customer ? plan->customer_from_event < 0
                           : reads[i];
    if (!read)
      continue;
    const struct seg_plan_entity *entity = list       ? &plan->lists[number]
                                           : customer ? &plan->customer
                                                      : &plan->events[i];
    enum seg_store_kind kind = list       ? SEG_STORE_LIST
                               : customer ? SEG_STORE_CUSTOMER
                                          : SEG_STORE_EVENT;
    if (open_source(comparer, &columns[i], stored, kind, entity, &sources[i], &error) != SEG_OK)
      differ(comparer, "a source was refused: %s", error.message);
  }
}

static void take_run_status(struct comparer *comparer, enum seg_status status,
                            const struct seg_error *error) {
  if (status == SEG_BAD_DATA && strcmp(error->code, "D301") == 0)
    comparer->run_overflow = true;
  else if (status == SEG_LIMIT && comparer->manner->memory_bytes != 0)
    comparer->result->verdict = VERDICT_LIMIT;
  else if (status != SEG_OK)
    differ(comparer, "the run failed: %s", error->message);
}

static void run_compiled(struct comparer *comparer, const bool *reads) {
  const struct seg_plan *plan = &comparer->pipeline->plan;
  struct data_columns columns[DATA_MAX_TABLES + 2] = {0};
  struct seg_source *sources[DATA_MAX_TABLES + 2] = {0};
  struct seg_error error = {0};
  struct stored stored = {.store = {.readers = -1}};
  if (comparer->manner->store_parts > 0 &&
      stored_init(&stored, comparer->pipeline, comparer->data, comparer->manner, &error) != SEG_OK)
    differ(comparer, "no store: %s", error.message);
  else
    open_sources(comparer, columns, &stored, sources, reads);
  if (comparer->result->verdict == VERDICT_SAME) {
    struct seg_run_sources all = {.customer = sources[plan->event_count],
                                  .events = sources,
                                  .lists = sources + plan->event_count + 1};
    struct seg_run_options options = {.as_of = comparer->data->as_of,
                                      .threads = comparer->manner->threads,
                                      .memory_bytes = comparer->manner->memory_bytes};
    enum seg_status status = seg_run(plan, seg_code_kernels(comparer->pipeline->code), &all,
                                     &options, &comparer->run, &error);
    take_run_status(comparer, status, &error);
  }
  for (uint32_t i = 0; i <= plan->event_count + plan->list_count; i++) {
    seg_source_close(sources[i]);
    data_columns_deinit(&columns[i]);
  }
  stored_deinit(&stored);
}

// --- comparing ---

static struct seg_str run_key(const struct seg_run_result *run, uint32_t customer,
                              char text[SEG_KEY_INTEGER_TEXT]) {
  if (run->keys.layout == SEG_LAYOUT_TEXT)
    return ((const struct seg_str *)run->keys.values)[customer];
  return seg_key_format_integer(((const int64_t *)run->keys.values)[customer], text);
}

static void compare_customers(struct comparer *comparer) {
  uint32_t expected = seg_reference_customer_count(comparer->reference);
  if (expected != comparer->run->customer_count) {
    differ(comparer, "customers: reference %u, compiled %" PRIu64, expected,
           comparer->run->customer_count);
    return;
  }
  for (uint32_t i = 0; i < expected; i++) {
    char text[SEG_KEY_INTEGER_TEXT];
    struct seg_str key = seg_reference_customer_key(comparer->reference, i);
    struct seg_str found = run_key(comparer->run, i, text);
    if (!seg_str_equal(key, found))
      differ(comparer, "customer %u: reference `%.*s`, compiled `%.*s`", i, SEG_STR(key),
             SEG_STR(found));
  }
  uint64_t orphans = seg_reference_orphan_count(comparer->reference);
  if (orphans != comparer->run->orphan_events)
    differ(comparer, "orphan events: reference %" PRIu64 ", compiled %" PRIu64, orphans,
           comparer->run->orphan_events);
}

static void compare_members(struct comparer *comparer, uint32_t segment) {
  const struct seg_program_segment *rule = &comparer->pipeline->program.segments[segment];
  uint64_t count = 0;
  for (uint32_t i = 0; i < comparer->run->customer_count; i++) {
    bool expected = seg_reference_member(comparer->reference, segment, i);
    enum answer answer =
        three_valued(&comparer->pipeline->program, comparer->reference, rule->when, i);
    bool found = seg_bitmap_test(comparer->run->members[segment], i);
    struct seg_str key = seg_reference_customer_key(comparer->reference, i);
    if (expected != found)
      differ(comparer, "customer `%.*s` in `%.*s`: reference %s, compiled %s", SEG_STR(key),
             SEG_STR(rule->name.text), expected ? "yes" : "no", found ? "yes" : "no");
    if (expected != (answer == ANSWER_TRUE))
      differ(comparer, "customer `%.*s` in `%.*s`: %s, though a missing value decides it",
             SEG_STR(key), SEG_STR(rule->name.text), expected ? "yes" : "no");
    count += expected;
  }
  if (count != comparer->run->segment_members[segment])
    differ(comparer, "members of `%.*s`: reference %" PRIu64 ", compiled %" PRIu64,
           SEG_STR(rule->name.text), count, comparer->run->segment_members[segment]);
  comparer->result->decisions += comparer->run->customer_count;
  comparer->result->members += count;
}

static void compare_held_out(struct comparer *comparer, uint32_t segment) {
  const struct seg_program_segment *rule = &comparer->pipeline->program.segments[segment];
  const uint64_t *held_out = comparer->run->held_out[segment];
  uint64_t count = 0;
  for (uint32_t i = 0; i < comparer->run->customer_count; i++) {
    bool expected = seg_reference_held_out(comparer->reference, segment, i);
    bool found = held_out != NULL && seg_bitmap_test(held_out, i);
    struct seg_str key = seg_reference_customer_key(comparer->reference, i);
    if (expected != found)
      differ(comparer, "customer `%.*s` held out of `%.*s`: reference %s, compiled %s",
             SEG_STR(key), SEG_STR(rule->name.text), expected ? "yes" : "no", found ? "yes" : "no");
    count += expected;
  }
  if (count != comparer->run->segment_held_out[segment])
    differ(comparer, "held out of `%.*s`: reference %" PRIu64 ", compiled %" PRIu64,
           SEG_STR(rule->name.text), count, comparer->run->segment_held_out[segment]);
}

static void compare_chain(struct comparer *comparer, uint32_t number) {
  const struct seg_program_chain *chain = &comparer->pipeline->program.chains[number];
  const struct seg_run_chain *found = &comparer->run->chains[number];
  uint64_t unmatched = 0, *won = calloc(chain->member_count + 1, sizeof *won);
  uint64_t *held_out = calloc(chain->member_count + 1, sizeof *held_out);
  if (won == NULL || held_out == NULL)
    abort();
  for (uint32_t i = 0; i < comparer->run->customer_count; i++) {
    int32_t expected = seg_reference_winner(comparer->reference, number, i);
    int32_t winner = found->winners[i] == SEG_NO_WINNER ? -1 : found->winners[i];
    struct seg_str key = seg_reference_customer_key(comparer->reference, i);
    if (expected != winner)
      differ(comparer, "customer `%.*s` in chain `%.*s`: reference member %d, compiled %d",
             SEG_STR(key), SEG_STR(chain->name.text), expected, winner);
    unmatched += expected < 0;
    if (expected < 0)
      continue;
    won[expected]++;
    held_out[expected] += seg_reference_held_out(comparer->reference, chain->members[expected], i);
  }
  if (unmatched != found->unmatched)
    differ(comparer, "chain `%.*s`: unmatched %" PRIu64 ", compiled %" PRIu64,
           SEG_STR(chain->name.text), unmatched, found->unmatched);
  for (uint32_t i = 0; i < chain->member_count; i++)
    if (won[i] != found->won[i] || held_out[i] != found->won_held_out[i])
      differ(comparer,
             "chain `%.*s`, member %u: won %" PRIu64 " (%" PRIu64 " held out), compiled %" PRIu64
             " (%" PRIu64 ")",
             SEG_STR(chain->name.text), i, won[i], held_out[i], found->won[i],
             found->won_held_out[i]);
  free(won);
  free(held_out);
}

static void compare_answers(struct comparer *comparer) {
  bool overflow = seg_reference_overflow(comparer->reference);
  if (overflow != comparer->run_overflow) {
    differ(comparer, "overflow: reference %s, compiled %s", overflow ? "yes" : "no",
           comparer->run_overflow ? "yes" : "no");
    return;
  }
  if (overflow) {
    comparer->result->verdict = VERDICT_SAME_OVERFLOW;
    return;
  }
  comparer->result->spilled_bytes = comparer->run->spilled_bytes;
  comparer->result->peak_bytes = comparer->run->peak_bytes;
  compare_customers(comparer);
  const struct seg_program *program = &comparer->pipeline->program;
  for (uint32_t i = 0; comparer->result->verdict == VERDICT_SAME && i < program->segment_count; i++)
    compare_members(comparer, i);
  for (uint32_t i = 0; comparer->result->verdict == VERDICT_SAME && i < program->segment_count; i++)
    compare_held_out(comparer, i);
  for (uint32_t i = 0; comparer->result->verdict == VERDICT_SAME && i < program->chain_count; i++)
    compare_chain(comparer, i);
}

void compare_run(const struct subject *subject, struct data *data, const struct run_manner *manner,
                 struct comparison_result *result) {
  *result = (struct comparison_result){.verdict = VERDICT_SAME};
  struct comparer comparer = {
      .pipeline = &subject->pipeline, .data = data, .manner = manner, .result = result};
  bool reads[DATA_MAX_TABLES] = {false};
  struct seg_dataset dataset;
  struct seg_arena arena;
  struct seg_error error = {0};
  seg_arena_init(&arena);
  reads_events(&subject->pipeline.plan, reads);
  double start = seconds();
  data_dataset(data, &subject->pipeline.program, reads, &arena, &dataset);
  if (seg_reference_new(&subject->pipeline.program, &dataset, data->as_of, &comparer.reference,
                        &error) != SEG_OK) {
    differ(&comparer, "the reference evaluator failed: %s", error.message);
    goto cleanup;
  }
  evaluate_all(&comparer);
  double middle = seconds();
  run_compiled(&comparer, reads);
  result->seconds_reference = middle - start;
  result->seconds_run = seconds() - middle;
  if (result->verdict == VERDICT_SAME)
    compare_answers(&comparer);
  if (seg_reference_status(comparer.reference, &error) != SEG_OK)
    differ(&comparer, "the reference evaluator failed: %s", error.message);
cleanup:
  seg_run_result_free(comparer.run);
  seg_reference_free(comparer.reference);
  seg_dataset_deinit(&dataset);
  seg_arena_deinit(&arena);
}
