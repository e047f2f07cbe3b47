// The output of a run; see session_output.h.
#include "compiler/session_output.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/io/io_errors.h"

static enum seg_status fail_memory(const struct seg_session_output *output) {
  return seg_fail_memory(output->error, "the output");
}

// The columns of truth: a segment's members, unless only winners are asked for, and, behind them,
// its control group. Without a result only their names.
static enum seg_status truth_columns(struct seg_session_output *output, const struct seg_plan *plan,
                                     const struct seg_run_result *result) {
  struct seg_arena *arena = &output->data->arena;
  uint32_t room = plan->segment_count + plan->holdout_count;
  struct seg_str *names = SEG_NEW_ARRAY(arena, struct seg_str, room);
  const uint64_t **members = SEG_NEW_ARRAY(arena, const uint64_t *, room);
  if (names == NULL || members == NULL)
    return fail_memory(output);
  uint32_t count = 0, holdout = 0;
  for (uint32_t i = 0; i < plan->segment_count; i++) {
    if (!output->options->winners_only) {
      names[count] = plan->segments[i];
      members[count++] = result == NULL ? NULL : result->members[i];
    }
    if (holdout == plan->holdout_count || plan->holdouts[holdout].segment != i)
      continue;
    struct seg_str segment = plan->segments[i];
    char *name = seg_arena_alloc(arena, segment.size + sizeof "_holdout");
    if (name == NULL)
      return fail_memory(output);
    memcpy(name, segment.data, segment.size);
    memcpy(name + segment.size, "_holdout", sizeof "_holdout");
    names[count] = (struct seg_str){name, segment.size + strlen("_holdout")};
    members[count++] = result == NULL ? NULL : result->held_out[i];
    holdout++;
  }
  output->view.segment_count = count;
  output->view.segments = names;
  output->view.members = members;
  return SEG_OK;
}

// The result as the sink wants it; without a result only its names.
static enum seg_status make_view(struct seg_session_output *output, const struct seg_plan *plan,
                                 const struct seg_run_result *result) {
  struct seg_arena *arena = &output->data->arena;
  output->chains = SEG_NEW_ARRAY(arena, struct seg_result_chain, plan->chain_count);
  if (output->chains == NULL)
    return fail_memory(output);
  for (uint32_t i = 0; i < plan->chain_count; i++) {
    const struct seg_plan_chain *chain = &plan->chains[i];
    struct seg_str *members = SEG_NEW_ARRAY(arena, struct seg_str, chain->member_count);
    if (members == NULL)
      return fail_memory(output);
    for (uint32_t j = 0; j < chain->member_count; j++)
      members[j] = plan->segments[chain->members[j]];
    output->chains[i] =
        (struct seg_result_chain){.name = chain->name,
                                  .member_count = chain->member_count,
                                  .members = members,
                                  .otherwise = chain->otherwise,
                                  .winners = result == NULL ? NULL : result->chains[i].winners};
  }
  output->view = (struct seg_result_view){
      .key_name = plan->customer.key, .chain_count = plan->chain_count, .chains = output->chains};
  if (result != NULL) {
    output->view.customer_count = (int64_t)result->customer_count;
    output->view.keys = result->keys;
    output->view.first_key = result->first_key;
  }
  return truth_columns(output, plan, result);
}

static struct seg_str path_of(const struct seg_session_output *output) {
  return seg_str_view(output->options->out_path);
}

enum seg_status seg_session_output_init(struct seg_session_output *output,
                                        struct segc_session *session,
                                        const struct segc_run_options *options,
                                        struct seg_session_data *data, const struct seg_plan *plan,
                                        struct seg_error *error) {
  *output = (struct seg_session_output){
      .session = session, .options = options, .data = data, .error = error};
  if (options->out_path == NULL)
    return SEG_OK;
  enum seg_status status = make_view(output, plan, NULL);
  return status == SEG_OK ? seg_sink_check(path_of(output), &output->view, error) : status;
}

enum seg_status seg_session_output_spare_inputs(const struct seg_session_output *output) {
  char target[PATH_MAX], input[PATH_MAX];
  if (output->options->out_path == NULL || realpath(output->options->out_path, target) == NULL)
    return SEG_OK; // there is nothing of that name
  for (size_t i = 0; i < output->data->inputs.files.count; i++) {
    const struct seg_input_file *file = &output->data->inputs.files.items[i];
    if (realpath(file->path.data, input) == NULL || strcmp(target, input) != 0)
      continue;
    SEG_IO_FAIL(output->error, SEG_IO, OUTPUT_PLACE,
                "the output %s cannot be written: the source \"%.*s\" is read from that file",
                output->options->out_path, SEG_STR(file->source));
    seg_error_help(output->error, "name a file outside of the data");
    return SEG_IO;
  }
  return SEG_OK;
}

void seg_session_output_deinit(struct seg_session_output *output) {
  seg_sink_close(output->sink);
  if (output->hashes)
    seg_hash_writer_deinit(&output->hash);
  *output = (struct seg_session_output){0};
}

bool seg_session_output_has_manifest(const struct segc_run_options *options) {
  return options->out_path != NULL && !options->no_out_manifest;
}

// A group of the run as the sink wants it.
static enum seg_status take(void *context, const struct seg_run_part *part,
                            struct seg_error *error) {
  struct seg_session_output *output = context;
  struct seg_result_view group = output->view;
  for (uint32_t c = 0; c < group.chain_count; c++)
    output->chains[c].winners = part->winners[c];
  group.customer_count = part->rows;
  group.keys =
      (struct seg_column_view){.layout = SEG_LAYOUT_I64, .values = part->keys, .count = part->rows};
  group.members = part->members;
  return seg_sink_put(output->sink, &group, error);
}

static const struct seg_sink_watcher *watcher_of(const struct seg_session_output *output) {
  return output->hashes ? &output->hash.watcher : NULL;
}

enum seg_status seg_session_output_begin(struct seg_session_output *output,
                                         const struct seg_run_taker **taker) {
  *taker = NULL;
  if (output->options->out_path == NULL)
    return SEG_OK;
  output->hashes = seg_session_output_has_manifest(output->options);
  enum seg_status status = SEG_OK;
  if (output->hashes)
    status = seg_hash_writer_init(&output->hash, &output->data->inputs, output->error);
  if (status != SEG_OK || !seg_sink_takes_groups(path_of(output)))
    return status;
  output->sink =
      seg_sink_open(path_of(output), &output->view, &output->data->io, watcher_of(output));
  if (output->sink == NULL)
    return fail_memory(output);
  output->taker = (struct seg_run_taker){SEG_SINK_GROUP_ROWS, take, output};
  *taker = &output->taker;
  return SEG_OK;
}

enum seg_status seg_session_output_write(struct seg_session_output *output,
                                         const struct seg_plan *plan,
                                         const struct seg_run_result *result) {
  if (output->options->out_path == NULL)
    return SEG_OK;
  enum seg_status status = SEG_OK;
  if (result->taken) {
    status = seg_sink_finish(output->sink, output->error);
  } else {
    status = make_view(output, plan, result);
    if (status == SEG_OK)
      status = seg_sink_write(path_of(output), &output->view, &output->data->io, watcher_of(output),
                              output->error);
  }
  if (status == SEG_OK && output->hashes)
    status = seg_session_write_manifest(output->session, output->data, output->options->out_path,
                                        &output->hash);
  return status;
}
