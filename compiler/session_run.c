// Runs of the public interface: sources are bound and opened, the plan is run, the summary built.
#include <string.h>

#include "compiler/session_answer.h"
#include "compiler/session_code.h"
#include "compiler/session_output.h"
#include "compiler/session_stats.h"
#include "compiler/size_guard.h"
#include "runtime/run/bandwidth.h"
#include "runtime/time/civil.h"

// What a run holds until its end.
struct run {
  struct segc_session *session;
  const struct segc_run_options *options;
  const struct seg_plan *plan;
  const struct seg_kernels *kernels;
  struct seg_error *error;
  struct seg_session_data data;
  struct seg_session_answer answer;
  struct seg_session_output output;
  struct seg_run_result *result;
};

static void count_time(struct segc_stage_stats *stage, struct seg_run_time start) {
  struct seg_run_time end = seg_session_clock();
  stage->seconds += end.wall - start.wall;
  stage->processor_seconds += end.processor - start.processor;
}

static void forward_progress(void *context, const struct seg_run_progress *progress) {
  const struct run *run = context;
  static const char *const words[SEG_RUN_STAGE_COUNT] = {[SEG_RUN_CUSTOMERS] = "reading ",
                                                         [SEG_RUN_EVENTS] = "reading ",
                                                         [SEG_RUN_RULES] = "deciding"};
  char activity[128];
  snprintf(activity, sizeof activity, "%s%.*s", words[progress->stage], SEG_STR(progress->entity));
  struct segc_progress outside = {activity, progress->rows, progress->share};
  run->options->progress(run->options->progress_context, &outside);
}

// A size is compared with the members of its segment, whether or not they are asked for.
static bool is_winners_only(const struct run *run) {
  return run->options->winners_only && !seg_size_guard_applies(&run->session->pipeline.program);
}

static enum seg_status run_plan(struct run *run) {
  if (seg_session_output_has_manifest(run->options) && run->options->manifest == NULL)
    seg_inputs_start(&run->data.inputs, &run->session->interrupted, !run->options->no_hash_cache);
  struct seg_run_options options = {.as_of = run->data.as_of,
                                    .threads = run->options->threads,
                                    .memory_bytes = seg_session_run_memory(&run->data),
                                    .counts_only = run->options->out_path == NULL,
                                    .implies_keys = true,
                                    .winners_only = is_winners_only(run),
                                    .before = run->answer.found ? &run->answer.before : NULL,
                                    .interrupted = &run->session->interrupted};
  enum seg_status status = seg_session_output_begin(&run->output, &options.taker);
  if (status != SEG_OK)
    return status;
  if (run->options->progress != NULL) {
    options.progress = forward_progress;
    options.progress_context = run;
  }
  return seg_run(run->plan, run->kernels, &run->data.sources, &options, &run->result, run->error);
}

// A review that is due is worth a warning, never a failure: the rule still means what it says.
static void warn_overdue_reviews(struct run *run) {
  struct seg_pipeline *pipeline = &run->session->pipeline;
  for (uint32_t i = 0; i < pipeline->program.segment_count; i++) {
    const struct seg_program_segment *segment = &pipeline->program.segments[i];
    if (run->data.as_of <= segment->review_day)
      continue;
    char day[SEG_CIVIL_TEXT];
    seg_civil_format(segment->review_day, day);
    struct seg_diagnostic *warning =
        seg_report(&pipeline->sink, SEG_DIAG_REVIEW_OVERDUE, segment->name.span,
                   "the review of `%.*s` was due on %s", SEG_STR(segment->name.text), day);
    seg_help(&pipeline->sink, warning,
             "look at the rule again and write the new date into `review`");
  }
}

static bool text_of(struct segc_session *session, struct seg_str text, const char **out) {
  struct seg_str copy = seg_arena_str(&session->arena, text);
  *out = copy.data;
  return copy.data != NULL;
}

static bool segment_count(struct run *run, uint32_t segment, uint64_t members, uint64_t held_out,
                          struct segc_segment_count *out) {
  const struct seg_program_segment *source = &run->session->pipeline.program.segments[segment];
  out->members = members;
  out->has_holdout = source->holdout.whole > 0;
  out->held_out = held_out;
  return text_of(run->session, source->name.text, &out->name) &&
         text_of(run->session, source->title, &out->title);
}

static bool chain_count(struct run *run, uint32_t number, struct segc_chain_count *out) {
  const struct seg_plan_chain *chain = &run->plan->chains[number];
  const struct seg_run_chain *result = &run->result->chains[number];
  struct segc_segment_count *winners =
      SEG_NEW_ARRAY(&run->session->arena, struct segc_segment_count, chain->member_count);
  if (winners == NULL)
    return false;
  for (uint32_t i = 0; i < chain->member_count; i++)
    if (!segment_count(run, chain->members[i], result->won[i], result->won_held_out[i],
                       &winners[i]))
      return false;
  out->winners = winners;
  out->winner_count = chain->member_count;
  out->unmatched = result->unmatched;
  return text_of(run->session, chain->name, &out->name) &&
         text_of(run->session, chain->otherwise, &out->otherwise);
}

static enum seg_status summarise(struct run *run) {
  struct segc_session *session = run->session;
  const struct seg_run_result *result = run->result;
  struct segc_segment_count *segments =
      SEG_NEW_ARRAY(&session->arena, struct segc_segment_count, result->segment_count);
  struct segc_chain_count *chains =
      SEG_NEW_ARRAY(&session->arena, struct segc_chain_count, result->chain_count);
  bool fine = segments != NULL && chains != NULL;
  uint32_t count = run->options->winners_only ? 0 : result->segment_count;
  for (uint32_t i = 0; fine && i < count; i++)
    fine = segment_count(run, i, result->segment_members[i], result->segment_held_out[i],
                         &segments[i]);
  for (uint32_t i = 0; fine && i < result->chain_count; i++)
    fine = chain_count(run, i, &chains[i]);
  struct segc_summary *summary = &session->summary;
  fine = fine && text_of(session, seg_str_view(run->options->as_of), &summary->as_of);
  if (!fine)
    return seg_fail_memory(run->error, "the summary");
  summary->customers = result->customer_count;
  summary->orphan_events = result->orphan_events;
  for (uint32_t i = 0; i < result->event_count; i++)
    summary->events += result->events[i].events;
  summary->segments = segments;
  summary->segment_count = count;
  summary->winners_only = run->options->winners_only;
  summary->chains = chains;
  summary->chain_count = result->chain_count;
  seg_session_stats(run->plan, result, &run->data, summary);
  return SEG_OK;
}

static enum seg_status check_winners(const struct run *run) {
  if (!run->options->winners_only || run->plan->chain_count > 0)
    return SEG_OK;
  enum seg_status status =
      seg_fail(run->error, SEG_USAGE, "", "only winners are asked for, and no chain has any");
  seg_error_help(run->error, "declare one, such as `priority all: a > b`, or leave "
                             "`--winners-only` away");
  return status;
}

// Everything that can be refused without reading data comes first.
static enum seg_status prepare(struct run *run) {
  struct seg_pipeline *pipeline = &run->session->pipeline;
  struct segc_stage_stats *compile = &run->session->summary.stats[SEGC_RUN_COMPILE];
  struct seg_run_time start = seg_session_clock();
  seg_session_use_code_cache(run->session, run->options);
  enum seg_status status = seg_pipeline_run(pipeline, SEG_PASS_LOWER, run->error);
  count_time(compile, start);
  if (status == SEG_OK)
    status = check_winners(run);
  if (status == SEG_OK)
    status = seg_session_output_init(&run->output, run->session, run->options, &run->data,
                                     run->plan, run->error);
  run->data.narrow = true;
  if (status == SEG_OK)
    status = seg_session_data_open(&run->data, run->plan, run->options, run->error);
  if (status == SEG_OK)
    status = seg_session_output_spare_inputs(&run->output);
  if (status == SEG_OK)
    status = seg_session_answer_find(&run->answer, &run->data, run->plan, run->options, run->error);
  start = seg_session_clock();
  if (status == SEG_OK)
    status = seg_session_compile(run->session, &run->data.sources, is_winners_only(run), &run->plan,
                                 &run->kernels, run->error);
  count_time(compile, start);
  return status;
}

static enum segc_status finish(struct run *run, const struct segc_summary **summary) {
  enum seg_status status = summarise(run);
  if (status != SEG_OK)
    return seg_session_failed(status);
  seg_session_answer_keep(&run->answer, run->session, &run->data, run->plan, run->result);
  warn_overdue_reviews(run);
  *summary = &run->session->summary;
  if (seg_size_guard(&run->session->pipeline.program, run->result->segment_members,
                     run->result->customer_count, run->error) != SEG_OK)
    return SEGC_GUARD;
  struct seg_run_time start = seg_session_clock();
  status = seg_session_output_write(&run->output, run->plan, run->result);
  count_time(&run->session->summary.stats[SEGC_RUN_OUTPUT], start);
  if (status == SEG_OK)
    seg_session_output_stats(run->options->out_path, run->result, &run->session->summary);
  else
    *summary = NULL;
  return seg_session_failed(status);
}

enum segc_status segc_run(struct segc_session *session, const struct segc_run_options *options,
                          const struct segc_summary **summary) {
  *summary = NULL;
  memset(&session->error, 0, sizeof session->error);
  memset(&session->summary, 0, sizeof session->summary);
  if (session->pipeline.sink.errors > 0)
    return SEGC_FINDINGS;
  struct run run = {.session = session,
                    .options = options,
                    .plan = &session->pipeline.plan,
                    .error = &session->error};
  struct seg_run_time start = seg_session_clock();
  enum seg_status status = seg_session_data_init(&run.data, session, options, run.error);
  if (status == SEG_OK)
    status = prepare(&run);
  if (status == SEG_OK)
    status = run_plan(&run);
  enum segc_status answer = status == SEG_OK ? finish(&run, summary) : seg_session_failed(status);
  session->summary.seconds_total = seg_session_clock().wall - start.wall;
  seg_session_output_deinit(&run.output);
  seg_run_result_free(run.result);
  seg_session_answer_deinit(&run.answer);
  seg_session_data_deinit(&run.data);
  if (options->stats && *summary != NULL) // when the run's seconds and memory are counted
    session->summary.bandwidth = seg_bandwidth_measure(options->threads);
  return answer;
}
