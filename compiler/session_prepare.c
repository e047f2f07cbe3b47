// Prepared stores of the public interface: sources of everything that is declared are opened, and
// go into the store.
#include <string.h>

#include "compiler/lower/lower.h"
#include "compiler/session_data.h"
#include "runtime/io/io_errors.h"
#include "runtime/prepare/fingerprint.h"
#include "runtime/prepare/prepare.h"

/** What one preparation holds until its end. */
struct preparation {
  struct segc_session *session;
  const struct segc_prepare_options *options;
  struct seg_error *error;
  struct seg_plan declared;
  struct seg_arena arena;
  struct seg_binding_options binding;
  struct seg_io_options io;
  struct seg_zone *zone;
  struct seg_run_sources sources;
  struct seg_source **events, **lists;
  SEG_VEC(struct seg_store_input) inputs;
};

static enum seg_status note_files(struct preparation *preparation,
                                  const struct seg_binding *binding) {
  for (size_t i = 0; i < binding->file_count; i++) {
    struct seg_store_input input = {.source = binding->source, .file = binding->files[i]};
    bool known;
    enum seg_status status = seg_fingerprint(binding->files[i].data, &known, &input.size,
                                             &input.fingerprint, preparation->error);
    if (status != SEG_OK)
      return status;
    if (known && !SEG_VEC_PUSH(&preparation->inputs, input))
      return seg_fail_memory(preparation->error, "the sources");
  }
  return SEG_OK;
}

// Data that is not there is left out when nobody needs it now: no rule reads it, or the store has
// it from before.
static enum seg_status open_source(struct preparation *preparation,
                                   const struct seg_plan_entity *entity, bool is_needed,
                                   struct seg_source **source) {
  struct seg_error *error = preparation->error;
  struct seg_binding *binding = SEG_NEW(&preparation->arena, struct seg_binding);
  if (binding == NULL)
    return seg_fail_memory(error, "the sources");
  enum seg_status status = seg_binding_resolve(&preparation->arena, &preparation->binding,
                                               entity->source, binding, error);
  if (status != SEG_OK && strcmp(error->code, seg_io_code(SEG_IO_NO_SOURCE)) == 0 &&
      (preparation->options->append || !is_needed)) {
    memset(error, 0, sizeof *error);
    return SEG_OK;
  }
  if (status == SEG_OK)
    status = note_files(preparation, binding);
  return status == SEG_OK ? seg_source_open_duckdb(binding, entity, preparation->zone,
                                                   &preparation->io, source, error)
                          : status;
}

static bool any_source(const struct preparation *preparation) {
  bool any = preparation->sources.customer != NULL;
  for (uint32_t i = 0; i < preparation->declared.event_count; i++)
    any = any || preparation->events[i] != NULL;
  for (uint32_t i = 0; i < preparation->declared.list_count; i++)
    any = any || preparation->lists[i] != NULL;
  return any;
}

static enum seg_status open_sources(struct preparation *preparation) {
  const struct seg_plan *declared = &preparation->declared;
  const struct seg_plan *rules = &preparation->session->pipeline.plan;
  enum seg_status status = seg_session_check_overrides(&preparation->arena, declared,
                                                       &preparation->binding, preparation->error);
  if (status == SEG_OK && declared->customer_from_event < 0)
    status = open_source(preparation, &declared->customer, true, &preparation->sources.customer);
  for (uint32_t i = 0; status == SEG_OK && i < declared->event_count; i++)
    status = open_source(preparation, &declared->events[i], seg_run_reads_event(rules, i),
                         &preparation->events[i]);
  for (uint32_t i = 0; status == SEG_OK && i < declared->list_count; i++)
    status = open_source(preparation, &declared->lists[i], seg_run_reads_list(rules, i),
                         &preparation->lists[i]);
  if (status != SEG_OK || any_source(preparation))
    return status;
  SEG_IO_FAIL(preparation->error, SEG_USAGE, NO_SOURCE,
              "there is nothing to add: no file belongs to a source of the rules");
  seg_error_help(preparation->error, "name the folder of the new files with --data");
  return SEG_USAGE;
}

static enum seg_status begin(struct preparation *preparation) {
  const struct segc_prepare_options *options = preparation->options;
  struct segc_session *session = preparation->session;
  uint64_t memory = seg_session_memory(options->memory_bytes);
  if (options->store == NULL)
    return seg_fail(preparation->error, SEG_USAGE, "", "a store needs a folder: --store names it");
  enum seg_status status = seg_pipeline_run(&session->pipeline, SEG_PASS_LOWER, preparation->error);
  if (status == SEG_OK)
    status =
        seg_lower_declared(&session->pipeline.program, &preparation->declared, preparation->error);
  if (status == SEG_OK)
    status = seg_zone_load(preparation->declared.timezone, &preparation->zone, preparation->error);
  if (status != SEG_OK)
    return status;
  struct seg_arena *arena = &preparation->arena;
  struct seg_str *overrides = SEG_NEW_ARRAY(arena, struct seg_str, options->source_count);
  preparation->events =
      SEG_NEW_ARRAY(arena, struct seg_source *, preparation->declared.event_count);
  preparation->lists = SEG_NEW_ARRAY(arena, struct seg_source *, preparation->declared.list_count);
  if (overrides == NULL || preparation->events == NULL || preparation->lists == NULL)
    return seg_fail_memory(preparation->error, "the sources");
  for (size_t i = 0; i < options->source_count; i++)
    overrides[i] = seg_str_view(options->sources[i]);
  preparation->sources.events = preparation->events;
  preparation->sources.lists = preparation->lists;
  preparation->binding =
      (struct seg_binding_options){.data_folder = seg_str_view(options->data_folder),
                                   .override_count = options->source_count,
                                   .overrides = overrides};
  preparation->io = (struct seg_io_options){.threads = options->threads,
                                            .memory_bytes = memory / 2,
                                            .interrupted = &session->interrupted};
  return open_sources(preparation);
}

static void forward_progress(void *context, const struct seg_run_progress *progress) {
  const struct preparation *preparation = context;
  char activity[128];
  snprintf(activity, sizeof activity, "reading %.*s", SEG_STR(progress->entity));
  struct segc_progress outside = {activity, progress->rows, progress->share};
  preparation->options->progress(preparation->options->progress_context, &outside);
}

static enum seg_status prepare(struct preparation *preparation, struct segc_prepared *prepared) {
  const struct segc_prepare_options *options = preparation->options;
  struct seg_prepare_options inside = {
      .store = options->store,
      .engine = "segc " SEGC_VERSION,
      .append = options->append,
      .threads = options->threads,
      .memory_bytes = seg_session_memory(options->memory_bytes) / 2,
      .input_count = (uint32_t)preparation->inputs.count,
      .inputs = preparation->inputs.items,
      .progress = options->progress == NULL ? NULL : forward_progress,
      .progress_context = preparation,
      .interrupted = &preparation->session->interrupted};
  struct seg_prepare_result result;
  enum seg_status status = seg_prepare(&preparation->declared, &preparation->sources, &inside,
                                       &result, preparation->error);
  *prepared = (struct segc_prepared){.customers = result.keys, .events = result.events};
  return status;
}

static void end(struct preparation *preparation) {
  seg_source_close(preparation->sources.customer);
  for (uint32_t i = 0; preparation->events != NULL && i < preparation->declared.event_count; i++)
    seg_source_close(preparation->events[i]);
  for (uint32_t i = 0; preparation->lists != NULL && i < preparation->declared.list_count; i++)
    seg_source_close(preparation->lists[i]);
  seg_zone_free(preparation->zone);
  seg_plan_deinit(&preparation->declared);
  seg_arena_deinit(&preparation->arena);
  SEG_VEC_FREE(&preparation->inputs);
}

enum segc_status segc_prepare(struct segc_session *session,
                              const struct segc_prepare_options *options,
                              struct segc_prepared *prepared) {
  memset(&session->error, 0, sizeof session->error);
  memset(prepared, 0, sizeof *prepared);
  if (session->pipeline.sink.errors > 0)
    return SEGC_FINDINGS;
  struct preparation preparation = {
      .session = session, .options = options, .error = &session->error};
  seg_plan_init(&preparation.declared);
  seg_arena_init(&preparation.arena);
  enum seg_status status = begin(&preparation);
  if (status == SEG_OK)
    status = prepare(&preparation, prepared);
  end(&preparation);
  return seg_session_failed(status);
}
