// The data of a call; see session_data.h.
#include "compiler/session_data.h"

#include <unistd.h>

#include "compiler/session_store.h"
#include "runtime/manifest/manifest.h"
#include "runtime/run/workers.h"
#include "runtime/store/source_store.h"
#include "runtime/time/timestamp_text.h"

static enum seg_status parse_as_of(const char *text, int32_t *as_of, struct seg_error *error) {
  if (text == NULL) {
    seg_fail(error, SEG_USAGE, "", "a run needs its as-of date");
    seg_error_help(error, "add --as-of YYYY-MM-DD: events before that day count, as seen "
                          "from its first moment");
    return SEG_USAGE;
  }
  if (seg_date_parse(seg_str_view(text), as_of))
    return SEG_OK;
  seg_fail(error, SEG_USAGE, "", "the as-of date `%s` is not a date", text);
  seg_error_help(error, "write it as YYYY-MM-DD, such as --as-of 2026-11-01");
  return SEG_USAGE;
}

// Three quarters of the machine unless the caller says otherwise.
uint64_t seg_session_memory(uint64_t memory_bytes) {
  if (memory_bytes > 0)
    return memory_bytes;
  long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
  return pages > 0 && page_bytes > 0 ? (uint64_t)pages * (uint64_t)page_bytes / 4 * 3 : 0;
}

uint64_t seg_session_run_memory(const struct seg_session_data *data) {
  const uint64_t least = UINT64_C(128) << 20;
  uint64_t half = data->memory_bytes / 2, rest = data->memory_bytes / 8;
  rest = rest < least ? least : rest;
  return data->store != NULL && rest < half ? data->memory_bytes - rest : half;
}

enum seg_status seg_session_data_init(struct seg_session_data *data, struct segc_session *session,
                                      const struct segc_run_options *options,
                                      struct seg_error *error) {
  *data = (struct seg_session_data){.memory_bytes = seg_session_memory(options->memory_bytes)};
  seg_arena_init(&data->arena);
  data->io = (struct seg_io_options){.threads = options->threads,
                                     .memory_bytes = data->memory_bytes / 2,
                                     .interrupted = &session->interrupted};
  return parse_as_of(options->as_of, &data->as_of, error);
}

enum seg_status seg_session_check_overrides(struct seg_arena *arena, const struct seg_plan *plan,
                                            const struct seg_binding_options *binding,
                                            struct seg_error *error) {
  struct seg_str *names =
      SEG_NEW_ARRAY(arena, struct seg_str, plan->event_count + plan->list_count + 1);
  if (names == NULL)
    return seg_fail_memory(error, "the sources");
  size_t count = 0;
  if (plan->customer_from_event < 0)
    names[count++] = plan->customer.source;
  for (uint32_t i = 0; i < plan->event_count; i++)
    names[count++] = plan->events[i].source;
  for (uint32_t i = 0; i < plan->list_count; i++)
    names[count++] = plan->lists[i].source;
  return seg_binding_check_overrides(binding, count, names, error);
}

static enum seg_status bind_source(struct seg_session_data *data,
                                   const struct seg_binding_options *options,
                                   const struct seg_plan_entity *entity, struct seg_error *error) {
  struct seg_binding *binding = SEG_NEW(&data->arena, struct seg_binding);
  if (binding == NULL)
    return seg_fail_memory(error, "the sources");
  data->bindings[data->binding_count++] = binding;
  enum seg_status status =
      seg_binding_resolve(&data->arena, options, entity->source, binding, error);
  return status == SEG_OK ? seg_inputs_add(&data->inputs, binding, error) : status;
}

static enum seg_status fail_both(struct seg_error *error) {
  seg_fail(error, SEG_USAGE, "", "a run reads a store or files, not both");
  seg_error_help(error, "leave out --store, or --data, --source and --manifest");
  return SEG_USAGE;
}

// The sources are views of the store.
static enum seg_status open_store(struct seg_session_data *data, const struct seg_plan *plan,
                                  const struct segc_run_options *options, struct seg_error *error) {
  if (options->data_folder != NULL || options->source_count > 0 || options->manifest != NULL)
    return fail_both(error);
  data->store = options->kept_store != NULL ? &options->kept_store->store : &data->own_store;
  enum seg_status status = seg_store_reopen(data->store, options->store, error);
  if (status == SEG_OK && options->verify)
    status = seg_store_verify_all(data->store, error);
  if (status == SEG_OK)
    status = seg_store_fit_project(data->store, plan, error);
  if (status == SEG_OK && plan->customer_from_event < 0)
    status = seg_source_open_store(data->store, SEG_STORE_CUSTOMER, &plan->customer,
                                   &data->sources.customer, error);
  for (uint32_t i = 0; status == SEG_OK && i < plan->event_count; i++)
    if (seg_run_reads_event(plan, i))
      status = seg_source_open_store(data->store, SEG_STORE_EVENT, &plan->events[i],
                                     &data->events[i], error);
  for (uint32_t i = 0; status == SEG_OK && i < plan->list_count; i++)
    if (seg_run_reads_list(plan, i))
      status = seg_source_open_store(data->store, SEG_STORE_LIST, &plan->lists[i], &data->lists[i],
                                     error);
  return status;
}

enum seg_status seg_session_data_bind(struct seg_session_data *data, const struct seg_plan *plan,
                                      const struct segc_run_options *options,
                                      struct seg_error *error) {
  struct seg_str *overrides = SEG_NEW_ARRAY(&data->arena, struct seg_str, options->source_count);
  data->bindings = SEG_NEW_ARRAY(&data->arena, struct seg_binding *,
                                 (size_t)plan->event_count + plan->list_count + 1);
  data->inputs.threads = options->threads > 0 ? options->threads : seg_workers_available();
  if (overrides == NULL || data->bindings == NULL)
    return seg_fail_memory(error, "the sources");
  for (size_t i = 0; i < options->source_count; i++)
    overrides[i] = seg_str_view(options->sources[i]);
  struct seg_binding_options binding = {.data_folder = seg_str_view(options->data_folder),
                                        .override_count = options->source_count,
                                        .overrides = overrides};
  enum seg_status status = seg_session_check_overrides(&data->arena, plan, &binding, error);
  if (status == SEG_OK && plan->customer_from_event < 0)
    status = bind_source(data, &binding, &plan->customer, error);
  for (uint32_t i = 0; status == SEG_OK && i < plan->event_count; i++)
    if (seg_run_reads_event(plan, i))
      status = bind_source(data, &binding, &plan->events[i], error);
  for (uint32_t i = 0; status == SEG_OK && i < plan->list_count; i++)
    if (seg_run_reads_list(plan, i))
      status = bind_source(data, &binding, &plan->lists[i], error);
  return status;
}

/** Open all that was bound, in the same order. */
static enum seg_status open_sources(struct seg_session_data *data, const struct seg_plan *plan,
                                    struct seg_error *error) {
  size_t next = 0;
  enum seg_status status = SEG_OK;
  struct seg_io_options of_customers = data->io;
  of_customers.narrow = data->narrow;
  if (plan->customer_from_event < 0)
    status = seg_source_open_duckdb(data->bindings[next++], &plan->customer, data->zone,
                                    &of_customers, &data->sources.customer, error);
  for (uint32_t i = 0; status == SEG_OK && i < plan->event_count; i++)
    if (seg_run_reads_event(plan, i))
      status = seg_source_open_duckdb(data->bindings[next++], &plan->events[i], data->zone,
                                      &data->io, &data->events[i], error);
  for (uint32_t i = 0; status == SEG_OK && i < plan->list_count; i++)
    if (seg_run_reads_list(plan, i))
      status = seg_source_open_duckdb(data->bindings[next++], &plan->lists[i], data->zone,
                                      &data->io, &data->lists[i], error);
  return status;
}

enum seg_status seg_session_data_open(struct seg_session_data *data, const struct seg_plan *plan,
                                      const struct segc_run_options *options,
                                      struct seg_error *error) {
  data->events = SEG_NEW_ARRAY(&data->arena, struct seg_source *, plan->event_count);
  data->lists = SEG_NEW_ARRAY(&data->arena, struct seg_source *, plan->list_count);
  if (data->events == NULL || data->lists == NULL)
    return seg_fail_memory(error, "the sources");
  data->event_count = plan->event_count;
  data->list_count = plan->list_count;
  data->sources.events = data->events;
  data->sources.lists = data->lists;
  enum seg_status status = seg_zone_load(plan->timezone, &data->zone, error);
  if (status == SEG_OK && options->store != NULL)
    return open_store(data, plan, options, error);
  if (status == SEG_OK)
    status = seg_session_data_bind(data, plan, options, error);
  if (status == SEG_OK && options->manifest != NULL)
    status = seg_manifest_verify(options->manifest, &data->inputs, error);
  return status == SEG_OK ? open_sources(data, plan, error) : status;
}

void seg_session_data_deinit(struct seg_session_data *data) {
  seg_source_close(data->sources.customer);
  for (uint32_t i = 0; i < data->event_count; i++)
    seg_source_close(data->events[i]);
  for (uint32_t i = 0; i < data->list_count; i++)
    seg_source_close(data->lists[i]);
  seg_store_close(&data->own_store);
  seg_zone_free(data->zone);
  seg_inputs_deinit(&data->inputs);
  seg_arena_deinit(&data->arena);
}
