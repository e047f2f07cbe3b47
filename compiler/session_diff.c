// Differences of the public interface: two loaded sessions, and on request a run of each over the
// same data.
#include <string.h>

#include "compiler/diff/diff_proofs.h"
#include "compiler/diff/diff_write.h"
#include "compiler/session_data.h"
#include "runtime/io/sink.h"

/** One version while it is run. The later session's interruption and error are those of the call.
 */
struct version_run {
  struct segc_session *session;
  struct segc_run_options options;
  struct seg_session_data data;
  struct seg_run_result *result;
};

static bool knows(const struct seg_plan *plan, const char *source) {
  const char *sign = strchr(source, '=');
  if (sign == NULL)
    return false;
  struct seg_str name = {source, (size_t)(sign - source)};
  bool known = plan->customer_from_event < 0 && seg_str_equal(plan->customer.source, name);
  for (uint32_t i = 0; i < plan->event_count; i++)
    known = known || seg_str_equal(plan->events[i].source, name);
  return known;
}

// A version may lack a source that the other one has. What neither has is left to the later one to
// complain about.
static enum seg_status take_sources(struct version_run *run, const struct version_run *other,
                                    bool later, struct seg_error *error) {
  const struct segc_run_options *given = &run->options;
  const char **sources = SEG_NEW_ARRAY(&run->data.arena, const char *, given->source_count + 1);
  size_t count = 0;
  if (sources == NULL)
    return seg_fail_memory(error, "the sources");
  for (size_t i = 0; i < given->source_count; i++) {
    bool mine = knows(&run->session->pipeline.plan, given->sources[i]);
    if (mine || (later && !knows(&other->session->pipeline.plan, given->sources[i])))
      sources[count++] = given->sources[i];
  }
  run->options.sources = sources;
  run->options.source_count = count;
  return SEG_OK;
}

static enum seg_status run_version(struct version_run *run, struct segc_session *owner,
                                   struct seg_error *error) {
  struct seg_pipeline *pipeline = &run->session->pipeline;
  enum seg_status status = seg_session_data_open(&run->data, &pipeline->plan, &run->options, error);
  if (status != SEG_OK)
    return status;
  struct seg_run_options options = {.as_of = run->data.as_of,
                                    .threads = run->options.threads,
                                    .memory_bytes = run->data.memory_bytes / 2,
                                    .finds_keys = true,
                                    .interrupted = &owner->interrupted};
  return seg_run(&pipeline->plan, seg_code_kernels(pipeline->code), &run->data.sources, &options,
                 &run->result, error);
}

// Everything that can be refused without reading data comes first.
static enum seg_status prepare(struct version_run runs[2], const char *list_path,
                               struct segc_session *owner, struct seg_error *error) {
  enum seg_status status = SEG_OK;
  for (int i = 0; status == SEG_OK && i < 2; i++) {
    status = seg_session_data_init(&runs[i].data, owner, &runs[i].options, error);
    if (status == SEG_OK)
      status = seg_pipeline_run(&runs[i].session->pipeline, SEG_PASS_CODEGEN, error);
  }
  for (int i = 0; status == SEG_OK && i < 2; i++)
    status = take_sources(&runs[i], &runs[1 - i], i == 1, error);
  struct seg_result_view names = {.key_name = seg_str_view("key")};
  return status == SEG_OK && list_path != NULL
             ? seg_sink_check(seg_str_view(list_path), &names, error)
             : status;
}

static enum seg_status compare_members(struct version_run runs[2], const char *list_path,
                                       const struct seg_project_diff *project,
                                       struct seg_membership_diff *members,
                                       struct seg_error *error) {
  const struct seg_membership_side before = {&runs[0].session->pipeline.program, runs[0].result};
  const struct seg_membership_side after = {&runs[1].session->pipeline.program, runs[1].result};
  enum seg_status status = seg_membership_diff_init(members, project, &before, &after, error);
  if (status != SEG_OK || list_path == NULL)
    return status;
  struct seg_result_view view;
  status = seg_membership_diff_view(members, &before, &after, &view, error);
  return status == SEG_OK
             ? seg_sink_write(seg_str_view(list_path), &view, &runs[1].data.io, NULL, error)
             : status;
}

static void write_report(const struct seg_diff_report *report, enum segc_format format, FILE *out) {
  if (format == SEGC_FORMAT_JSON)
    seg_diff_write_json(report, out);
  else if (format == SEGC_FORMAT_MARKDOWN)
    seg_diff_write_markdown(report, out);
  else
    seg_diff_write_text(report, out);
}

static enum seg_status with_data(const struct segc_diff_options *options,
                                 struct segc_session *before, struct segc_session *after,
                                 const struct seg_project_diff *project,
                                 struct seg_membership_diff *members, enum segc_format format,
                                 FILE *out) {
  struct seg_error *error = &after->error;
  struct version_run runs[2] = {{.session = before, .options = *options->data},
                                {.session = after, .options = *options->data}};
  for (int i = 0; i < 2; i++)
    seg_arena_init(&runs[i].data.arena);
  enum seg_status status = prepare(runs, options->list_path, after, error);
  for (int i = 0; status == SEG_OK && i < 2; i++)
    status = run_version(&runs[i], after, error);
  if (status == SEG_OK)
    status = compare_members(runs, options->list_path, project, members, error);
  struct seg_diff_report report = {project, members, options->data->as_of};
  if (status == SEG_OK)
    write_report(&report, format, out);
  for (int i = 0; i < 2; i++) {
    seg_run_result_free(runs[i].result);
    seg_session_data_deinit(&runs[i].data);
  }
  return status;
}

static struct seg_replay replay_of(const struct seg_pipeline *pipeline) {
  return (struct seg_replay){&pipeline->program, &pipeline->plan, seg_code_kernels(pipeline->code)};
}

/** Proofs about changed rules; the customers in them are tried on both compiled versions. */
static enum seg_status prove(struct segc_session *before, struct segc_session *after,
                             const struct seg_diff_version *old_version,
                             const struct seg_diff_version *new_version, unsigned budget,
                             struct seg_project_diff *project) {
  struct seg_error *error = &after->error;
  struct seg_diff_proofs proofs;
  enum seg_status status = seg_diff_proofs_init(&proofs, project, old_version, new_version, budget,
                                                &after->interrupted, error);
  if (status == SEG_OK && seg_diff_proofs_has_witness(&proofs)) {
    status = seg_pipeline_run(&before->pipeline, SEG_PASS_CODEGEN, error);
    if (status == SEG_OK)
      status = seg_pipeline_run(&after->pipeline, SEG_PASS_CODEGEN, error);
    if (status == SEG_OK) {
      const struct seg_replay was = replay_of(&before->pipeline), is = replay_of(&after->pipeline);
      status = seg_diff_proofs_replay(&proofs, &was, &is, error);
    }
  }
  seg_diff_proofs_deinit(&proofs);
  return status;
}

enum segc_status segc_diff(struct segc_session *before, struct segc_session *after,
                           const struct segc_diff_options *options, enum segc_format format,
                           FILE *out) {
  memset(&after->error, 0, sizeof after->error);
  if (before->pipeline.sink.errors + after->pipeline.sink.errors > 0)
    return SEGC_FAILURE;
  const struct seg_diff_version old_version = {&before->pipeline.program, &before->pipeline.ast,
                                               &before->pipeline.map};
  const struct seg_diff_version new_version = {&after->pipeline.program, &after->pipeline.ast,
                                               &after->pipeline.map};
  struct seg_project_diff project;
  struct seg_membership_diff members = {0};
  enum seg_status status =
      seg_project_diff_init(&project, &old_version, &new_version, &after->error);
  if (status == SEG_OK && !options->no_proofs)
    status = prove(before, after, &old_version, &new_version, options->proof_budget, &project);
  if (status == SEG_OK && options->data != NULL)
    status = with_data(options, before, after, &project, &members, format, out);
  else if (status == SEG_OK)
    write_report(&(struct seg_diff_report){.project = &project}, format, out);
  bool same = status == SEG_OK && seg_project_diff_is_empty(&project) && members.moved == 0 &&
              members.appeared + members.disappeared == 0;
  if (members.arena.blocks != NULL || members.rows != NULL)
    seg_membership_diff_deinit(&members);
  seg_project_diff_deinit(&project);
  if (status != SEG_OK)
    return seg_session_failed(status);
  return same ? SEGC_OK : SEGC_FINDINGS;
}
