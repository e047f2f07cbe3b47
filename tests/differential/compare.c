// Both evaluators and the comparison; see compare.h.
#include "tests/differential/compare.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compiler/codegen/processor.h"
#include "runtime/entity/key_table.h"
#include "runtime/run/narrow.h"
#include "runtime/run/run.h"
#include "tests/differential/stored.h"

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
  subject_init_for(subject, text, NULL, fault);
}

void subject_init_for(struct subject *subject, const char *text, const char *level, bool fault) {
  *subject = (struct subject){.state = SUBJECT_FAILED};
  struct seg_pipeline *pipeline = &subject->pipeline;
  uint32_t file;
  seg_pipeline_init(pipeline);
  if (seg_processor_find(level, &pipeline->codegen_options.cpu, &subject->error) != SEG_OK)
    pipeline->codegen_options.cpu = NULL;
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
  const struct expected *expected;
  struct comparison_result *result;
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

/** Over a store of one or three parts the plan is as narrow as the columns, and has code of its
 * own; of two or four it is not, and columns are widened. */
static enum seg_status run_plan(struct comparer *comparer, const struct seg_run_sources *sources,
                                struct seg_error *error) {
  const struct seg_pipeline *pipeline = comparer->pipeline;
  struct seg_run_options options = {.as_of = comparer->data->as_of,
                                    .threads = comparer->manner->threads,
                                    .memory_bytes = comparer->manner->memory_bytes,
                                    .winners_only = comparer->manner->winners_only};
  struct seg_arena arena;
  struct seg_plan narrow;
  struct seg_code *code = NULL;
  seg_arena_init(&arena);
  enum seg_status status = seg_run_narrow(&arena, &pipeline->plan, sources, &narrow, error);
  bool is_narrow = status == SEG_OK && comparer->manner->store_parts % 2 == 1 &&
                   !seg_run_equally_narrow(&narrow, &pipeline->plan);
  if (is_narrow)
    status = seg_plan_verify(&narrow, error);
  if (is_narrow && status == SEG_OK)
    status = seg_codegen(&narrow, &pipeline->codegen_options, &code, error);
  if (status == SEG_OK)
    status = seg_run(is_narrow ? &narrow : &pipeline->plan,
                     seg_code_kernels(is_narrow ? code : pipeline->code), sources, &options,
                     &comparer->run, error);
  seg_code_free(code);
  seg_arena_deinit(&arena);
  return status;
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
    enum seg_status status = run_plan(comparer, &all, &error);
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

static struct seg_str key_of(const struct comparer *comparer, uint32_t customer) {
  return seg_reference_customer_key(comparer->expected->reference, customer);
}

static void compare_customers(struct comparer *comparer) {
  uint32_t customers = comparer->expected->customers;
  if (customers != comparer->run->customer_count) {
    differ(comparer, "customers: reference %u, compiled %" PRIu64, customers,
           comparer->run->customer_count);
    return;
  }
  for (uint32_t i = 0; i < customers; i++) {
    char text[SEG_KEY_INTEGER_TEXT];
    struct seg_str key = key_of(comparer, i), found = run_key(comparer->run, i, text);
    if (!seg_str_equal(key, found))
      differ(comparer, "customer %u: reference `%.*s`, compiled `%.*s`", i, SEG_STR(key),
             SEG_STR(found));
  }
  uint64_t orphans = seg_reference_orphan_count(comparer->expected->reference);
  if (orphans != comparer->run->orphan_events)
    differ(comparer, "orphan events: reference %" PRIu64 ", compiled %" PRIu64, orphans,
           comparer->run->orphan_events);
}

/** Both bitmaps may be NULL: nobody. `what`: between customer and segment. */
static void compare_sets(struct comparer *comparer, uint32_t segment, const char *what,
                         const uint64_t *expected, const uint64_t *found, uint64_t found_count) {
  struct seg_str name = comparer->pipeline->program.segments[segment].name.text;
  uint32_t customers = comparer->expected->customers;
  for (uint32_t i = 0; i < customers; i++) {
    bool wanted = expected != NULL && seg_bitmap_test(expected, i);
    if (wanted == (found != NULL && seg_bitmap_test(found, i)))
      continue;
    differ(comparer, "customer `%.*s` %s `%.*s`: reference %s, compiled %s",
           SEG_STR(key_of(comparer, i)), what, SEG_STR(name), wanted ? "yes" : "no",
           wanted ? "no" : "yes");
    return;
  }
  uint64_t count = expected == NULL ? 0 : (uint64_t)seg_bitmap_count(expected, customers);
  if (count != found_count)
    differ(comparer, "how many customers %s `%.*s`: reference %" PRIu64 ", compiled %" PRIu64, what,
           SEG_STR(name), count, found_count);
}

static void compare_segment(struct comparer *comparer, uint32_t segment) {
  const struct seg_run_result *run = comparer->run;
  compare_sets(comparer, segment, "in", comparer->expected->members[segment], run->members[segment],
               run->segment_members[segment]);
  compare_sets(comparer, segment, "held out of", comparer->expected->held_out[segment],
               run->held_out[segment], run->segment_held_out[segment]);
  comparer->result->decisions += run->customer_count;
  comparer->result->members += run->segment_members[segment];
}

/** The first member of the chain that the customer is in; -1 for none. */
static int32_t first_match(const struct comparer *comparer, const struct seg_program_chain *chain,
                           uint32_t customer) {
  for (uint32_t i = 0; i < chain->member_count; i++)
    if (seg_bitmap_test(comparer->expected->members[chain->members[i]], customer))
      return (int32_t)i;
  return -1;
}

static void compare_chain(struct comparer *comparer, uint32_t number) {
  const struct seg_program_chain *chain = &comparer->pipeline->program.chains[number];
  const struct seg_run_chain *found = &comparer->run->chains[number];
  uint64_t unmatched = 0, *won = calloc(chain->member_count + 1, sizeof *won);
  uint64_t *held_out = calloc(chain->member_count + 1, sizeof *held_out);
  if (won == NULL || held_out == NULL)
    abort();
  for (uint32_t i = 0; i < comparer->run->customer_count; i++) {
    int32_t expected = first_match(comparer, chain, i);
    int32_t winner = found->winners[i] == SEG_NO_WINNER ? -1 : found->winners[i];
    if (expected != winner)
      differ(comparer, "customer `%.*s` in chain `%.*s`: reference member %d, compiled %d",
             SEG_STR(key_of(comparer, i)), SEG_STR(chain->name.text), expected, winner);
    unmatched += expected < 0;
    if (expected < 0)
      continue;
    const uint64_t *out = comparer->expected->held_out[chain->members[expected]];
    won[expected]++;
    held_out[expected] += out != NULL && seg_bitmap_test(out, i);
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
  bool overflow = comparer->expected->overflow;
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
  uint32_t segments = comparer->manner->winners_only ? 0 : program->segment_count;
  for (uint32_t i = 0; comparer->result->verdict == VERDICT_SAME && i < segments; i++)
    compare_segment(comparer, i);
  for (uint32_t i = 0; comparer->result->verdict == VERDICT_SAME && i < program->chain_count; i++)
    compare_chain(comparer, i);
}

void compare_expected(const struct subject *subject, struct data *data,
                      const struct expected *expected, const struct run_manner *manner,
                      struct comparison_result *result) {
  *result = (struct comparison_result){.verdict = VERDICT_SAME};
  struct comparer comparer = {.pipeline = &subject->pipeline,
                              .data = data,
                              .manner = manner,
                              .expected = expected,
                              .result = result};
  bool reads[DATA_MAX_TABLES] = {false};
  reads_events(&subject->pipeline.plan, reads);
  if (expected->wrong[0] != '\0')
    differ(&comparer, "%s", expected->wrong);
  double start = seconds();
  if (result->verdict == VERDICT_SAME)
    run_compiled(&comparer, reads);
  result->seconds_run = seconds() - start;
  if (result->verdict == VERDICT_SAME)
    compare_answers(&comparer);
  seg_run_result_free(comparer.run);
}

void compare_run(const struct subject *subject, struct data *data, const struct run_manner *manner,
                 struct comparison_result *result) {
  struct expected expected;
  expected_init(&expected, &subject->pipeline, data);
  compare_expected(subject, data, &expected, manner, result);
  expected_deinit(&expected);
}
