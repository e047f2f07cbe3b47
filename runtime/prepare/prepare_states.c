// The states that the store was in before, whose rows can still be told from later ones; see
// store_manifest.h. A run that knows the answer for one of them needs to look at what is new only.
#include "runtime/prepare/preparing.h"

static const char what_for[] = "the store";

// New customers or lists change the answer of customers who have no new events.
static bool replaces_tables(const struct seg_preparing *state) {
  bool any = state->sources->customer != NULL;
  for (uint32_t l = 0; l < state->plan->list_count; l++)
    any = any || state->sources->lists[l] != NULL;
  return any;
}

enum seg_status seg_prepare_note_state(struct seg_preparing *state, struct seg_error *error) {
  struct seg_store_manifest *manifest = &state->build.store.manifest;
  struct seg_arena *arena = &state->build.store.arena;
  if (!state->options->append)
    return SEG_OK;
  uint32_t left_out = manifest->state_count == SEG_STORE_STATES_MOST;
  struct seg_store_state *states =
      SEG_NEW_ARRAY(arena, struct seg_store_state, SEG_STORE_STATES_MOST);
  uint32_t *parts = SEG_NEW_ARRAY(arena, uint32_t, manifest->event_count + 1);
  state->old_parts = SEG_NEW_ARRAY(arena, uint32_t, manifest->event_count + 1);
  if (states == NULL || parts == NULL || state->old_parts == NULL)
    return seg_fail_memory(error, what_for);
  uint32_t count = manifest->state_count - left_out;
  for (uint32_t i = 0; i < count; i++)
    states[i] = manifest->states[i + left_out];
  for (uint32_t e = 0; e < manifest->event_count; e++)
    parts[e] = state->old_parts[e] = manifest->events[e].part_count;
  states[count] = (struct seg_store_state){state->build.store.manifest_hash, parts};
  manifest->states = states;
  manifest->state_count = replaces_tables(state) ? 0 : count + 1;
  return SEG_OK;
}

void seg_prepare_join_states(struct seg_store_manifest *manifest, uint32_t event, uint32_t first,
                             uint32_t end) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < manifest->state_count; i++) {
    struct seg_store_state state = manifest->states[i];
    if (state.parts[event] <= first || state.parts[event] >= end)
      manifest->states[kept++] = state;
    if (state.parts[event] >= end)
      state.parts[event] -= end - first - 1;
  }
  manifest->state_count = kept;
}
