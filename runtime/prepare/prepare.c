// The order of the steps; see prepare.h.
#include "runtime/prepare/prepare.h"

#include <stdlib.h>

#include "runtime/prepare/preparing.h"
#include "runtime/run/workers.h"
#include "runtime/store/store_errors.h"
#include "runtime/store/store_fit.h"

static const char what_for[] = "the store";

static struct seg_str owned(struct seg_preparing *state, struct seg_str text, bool *failed) {
  struct seg_str copy = seg_arena_str(&state->build.store.arena, text);
  *failed = *failed || copy.data == NULL;
  return copy;
}

static enum seg_status new_columns(struct seg_preparing *state,
                                   const struct seg_plan_entity *wanted,
                                   struct seg_store_entity *entity, struct seg_error *error) {
  struct seg_arena *arena = &state->build.store.arena;
  bool failed = false;
  entity->columns = SEG_NEW_ARRAY(arena, struct seg_store_column, wanted->input_count + 1);
  if (entity->columns == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t i = 0; i < wanted->input_count; i++) {
    const struct seg_plan_input *input = &wanted->inputs[i];
    if (input->type == SEG_COLUMN_INSTANT)
      continue;
    struct seg_store_column *column = &entity->columns[entity->column_count++];
    *column = (struct seg_store_column){.name = owned(state, input->name, &failed),
                                        .type = input->type,
                                        .scale = input->scale,
                                        .optional = input->optional,
                                        .value_count = input->value_count};
    struct seg_str *values = SEG_NEW_ARRAY(arena, struct seg_str, input->value_count + 1);
    for (uint32_t v = 0; values != NULL && v < input->value_count; v++)
      values[v] = owned(state, input->values[v], &failed);
    column->values = values;
    failed = failed || values == NULL;
  }
  return failed ? seg_fail_memory(error, what_for) : SEG_OK;
}

static enum seg_status new_entity(struct seg_preparing *state, const struct seg_plan_entity *wanted,
                                  struct seg_store_entity *entity, struct seg_error *error) {
  bool failed = false;
  *entity = (struct seg_store_entity){.name = owned(state, wanted->name, &failed),
                                      .source = owned(state, wanted->source, &failed),
                                      .key = owned(state, wanted->key, &failed),
                                      .time = owned(state, wanted->time, &failed),
                                      .zone = owned(state, wanted->zone, &failed)};
  return failed ? seg_fail_memory(error, what_for) : new_columns(state, wanted, entity, error);
}

// A part that comes behind needs the same columns as those before it.
static enum seg_status check_old(struct seg_preparing *state, enum seg_store_kind kind,
                                 const struct seg_plan_entity *wanted,
                                 struct seg_store_entity *entity, struct seg_error *error) {
  struct seg_store *store = &state->build.store;
  struct seg_store_entity *found;
  struct seg_store_column **columns;
  enum seg_status status = seg_store_fit(store, kind, wanted, &found, &columns, error);
  uint32_t counted = 0;
  for (uint32_t i = 0; status == SEG_OK && i < wanted->input_count; i++)
    counted += columns[i] != NULL;
  if (status == SEG_OK && counted != entity->column_count) {
    SEG_STORE_FAIL(error, SEG_BAD_DATA, OTHER,
                   "the store %s does not fit the rules: of %.*s it has %u columns, and the rules "
                   "declare %u",
                   store->path, SEG_STR(wanted->name), entity->column_count, counted);
    seg_error_help(error, "make a new one for these rules: segc prepare ... --store %s",
                   store->path);
    return SEG_BAD_DATA;
  }
  // In the order of the rules, as what is written now.
  struct seg_store_column *ordered =
      SEG_NEW_ARRAY(&store->arena, struct seg_store_column, entity->column_count + 1);
  if (status == SEG_OK && ordered == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t i = 0, at = 0; status == SEG_OK && i < wanted->input_count; i++) {
    if (columns[i] == NULL)
      continue;
    ordered[at] = *columns[i];
    ordered[at++].optional = columns[i]->optional || wanted->inputs[i].optional;
  }
  if (status == SEG_OK)
    entity->columns = ordered;
  return status;
}

static enum seg_status grow_parts(struct seg_preparing *state, struct seg_store_entity *entity,
                                  struct seg_error *error) {
  struct seg_arena *arena = &state->build.store.arena;
  uint32_t count = entity->part_count;
  struct seg_store_part *parts = SEG_NEW_ARRAY(arena, struct seg_store_part, count + 1);
  if (parts == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t p = 0; p < count; p++)
    parts[p] = entity->parts[p];
  entity->parts = parts;
  for (uint32_t c = 0; c < entity->column_count; c++) {
    struct seg_store_values *values = SEG_NEW_ARRAY(arena, struct seg_store_values, count + 1);
    if (values == NULL)
      return seg_fail_memory(error, what_for);
    for (uint32_t p = 0; p < count; p++)
      values[p] = entity->columns[c].parts[p];
    entity->columns[c].parts = values;
  }
  return SEG_OK;
}

enum seg_status seg_prepare_entity(struct seg_preparing *state, enum seg_store_kind kind,
                                   const struct seg_plan_entity *wanted,
                                   struct seg_store_entity *entity, struct seg_error *error) {
  enum seg_status status = entity->name.data == NULL
                               ? new_entity(state, wanted, entity, error)
                               : check_old(state, kind, wanted, entity, error);
  return status == SEG_OK ? grow_parts(state, entity, error) : status;
}

// Room for the entities of the rules; those that are there stay where they are.
static enum seg_status begin_manifest(struct seg_preparing *state, struct seg_error *error) {
  struct seg_store_manifest *manifest = &state->build.store.manifest;
  struct seg_arena *arena = &state->build.store.arena;
  bool failed = false;
  manifest->engine = owned(state, seg_str_view(state->options->engine), &failed);
  if (failed)
    return seg_fail_memory(error, what_for);
  if (state->options->append)
    return seg_store_fit_project(&state->build.store, state->plan, error);
  manifest->timezone = owned(state, state->plan->timezone, &failed);
  manifest->events = SEG_NEW_ARRAY(arena, struct seg_store_entity, state->plan->event_count + 1);
  manifest->lists = SEG_NEW_ARRAY(arena, struct seg_store_entity, state->plan->list_count + 1);
  return failed || manifest->events == NULL || manifest->lists == NULL
             ? seg_fail_memory(error, what_for)
             : SEG_OK;
}

// A store without the entity cannot be added to: what came before would be missing.
static enum seg_status check_absent(const struct seg_preparing *state,
                                    const struct seg_plan_entity *wanted, const char *kind,
                                    bool is_there, struct seg_error *error) {
  if (!state->options->append || is_there)
    return SEG_OK;
  SEG_STORE_FAIL(error, SEG_BAD_DATA, APPEND,
                 "there is data for the %s %.*s, and the store %s was made without it", kind,
                 SEG_STR(wanted->name), state->options->store);
  seg_error_help(error, "make a new store, from all files: segc prepare ... --store %s",
                 state->options->store);
  return SEG_BAD_DATA;
}

static enum seg_status prepare_events(struct seg_preparing *state, struct seg_error *error) {
  const struct seg_plan *plan = state->plan;
  const struct seg_store_manifest *manifest = &state->build.store.manifest;
  int32_t giver = plan->customer_from_event;
  enum seg_status status = SEG_OK;
  if (giver >= 0 && state->sources->events[giver] != NULL)
    status = seg_prepare_event(state, (uint32_t)giver, error);
  seg_key_table_seal(&state->keys);
  for (uint32_t e = 0; status == SEG_OK && e < plan->event_count; e++) {
    if (state->sources->events[e] == NULL || (int32_t)e == giver)
      continue;
    bool is_there = seg_store_manifest_find(manifest->events, manifest->event_count,
                                            plan->events[e].name) != NULL;
    status = check_absent(state, &plan->events[e], "event", is_there, error);
    if (status == SEG_OK)
      status = seg_prepare_event(state, e, error);
  }
  return status;
}

static enum seg_status prepare_lists(struct seg_preparing *state, struct seg_error *error) {
  const struct seg_plan *plan = state->plan;
  const struct seg_store_manifest *manifest = &state->build.store.manifest;
  enum seg_status status = SEG_OK;
  for (uint32_t l = 0; status == SEG_OK && l < plan->list_count; l++) {
    if (state->sources->lists[l] == NULL)
      continue;
    bool is_there =
        seg_store_manifest_find(manifest->lists, manifest->list_count, plan->lists[l].name) != NULL;
    status = check_absent(state, &plan->lists[l], "list", is_there, error);
    if (status == SEG_OK)
      status = seg_prepare_list(state, l, error);
  }
  return status;
}

// A file that was read before would count its events twice.
static enum seg_status add_inputs(struct seg_preparing *state, struct seg_error *error) {
  struct seg_store_manifest *manifest = &state->build.store.manifest;
  const struct seg_prepare_options *options = state->options;
  uint32_t old = manifest->input_count;
  bool failed = false;
  struct seg_store_input *inputs = SEG_NEW_ARRAY(&state->build.store.arena, struct seg_store_input,
                                                 old + options->input_count + 1);
  if (inputs == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t i = 0; i < old; i++)
    inputs[i] = manifest->inputs[i];
  for (uint32_t i = 0; i < options->input_count; i++) {
    inputs[old + i] = options->inputs[i];
    inputs[old + i].source = owned(state, options->inputs[i].source, &failed);
    inputs[old + i].file = owned(state, options->inputs[i].file, &failed);
  }
  manifest->inputs = inputs;
  manifest->input_count = old + options->input_count;
  return failed ? seg_fail_memory(error, what_for) : SEG_OK;
}

static bool is_event_source(const struct seg_plan *plan, struct seg_str source) {
  for (uint32_t e = 0; e < plan->event_count; e++)
    if (seg_str_equal(plan->events[e].source, source))
      return true;
  return false;
}

static enum seg_status check_inputs(const struct seg_preparing *state, struct seg_error *error) {
  const struct seg_store_manifest *manifest = &state->build.store.manifest;
  for (uint32_t i = 0; i < state->options->input_count; i++) {
    const struct seg_store_input *input = &state->options->inputs[i];
    if (!is_event_source(state->plan, input->source))
      continue;
    for (uint32_t j = 0; j < manifest->input_count; j++) {
      const struct seg_store_input *old = &manifest->inputs[j];
      if (input->size != old->size || input->fingerprint != old->fingerprint ||
          !seg_str_equal(input->source, old->source))
        continue;
      SEG_STORE_FAIL(error, SEG_BAD_DATA, APPEND,
                     "%.*s is in the store %s already: the same content was read from %.*s",
                     SEG_STR(input->file), state->options->store, SEG_STR(old->file));
      seg_error_help(error, "give --append the new files only");
      return SEG_BAD_DATA;
    }
  }
  return SEG_OK;
}

static enum seg_status prepare_all(struct seg_preparing *state, struct seg_error *error) {
  enum seg_status status = begin_manifest(state, error);
  if (status == SEG_OK)
    status = check_inputs(state, error);
  if (status == SEG_OK)
    status = seg_prepare_note_state(state, error);
  if (status == SEG_OK && state->options->append)
    status = seg_prepare_load_keys(state, error);
  if (status == SEG_OK && state->sources->customer != NULL)
    status = seg_prepare_customers(state, error);
  if (status == SEG_OK)
    status = prepare_events(state, error);
  if (status == SEG_OK)
    status = prepare_lists(state, error);
  if (status == SEG_OK)
    status = seg_prepare_write_keys(state, error);
  if (status == SEG_OK)
    status = add_inputs(state, error);
  if (status == SEG_OK && state->options->append)
    status = seg_prepare_merge(state, error);
  return status == SEG_OK ? seg_build_commit(&state->build, error) : status;
}

enum seg_status seg_prepare(const struct seg_plan *plan, const struct seg_run_sources *sources,
                            const struct seg_prepare_options *options,
                            struct seg_prepare_result *result, struct seg_error *error) {
  struct seg_preparing state = {.plan = plan,
                                .sources = sources,
                                .options = options,
                                .threads = options->threads == 0 ? seg_workers_available()
                                                                 : options->threads};
  seg_memory_budget_init(&state.budget, options->memory_bytes);
  seg_spill_file_init(&state.spill, options->temp_folder);
  pthread_mutex_init(&state.progress_lock, NULL);
  enum seg_status status = seg_build_begin(&state.build, options->store, options->append, error);
  if (status == SEG_OK)
    status = prepare_all(&state, error);
  *result = state.result;
  result->keys = state.has_key_type ? seg_prepare_key_count(&state) : 0;
  for (uint32_t e = 0; e < state.build.store.manifest.event_count; e++)
    result->parts += state.build.store.manifest.events[e].part_count;
  seg_build_end(&state.build);
  if (state.has_key_type) {
    seg_key_table_deinit(&state.keys);
    seg_key_table_deinit(&state.more);
  }
  pthread_mutex_destroy(&state.progress_lock);
  seg_spill_file_deinit(&state.spill);
  return status;
}
