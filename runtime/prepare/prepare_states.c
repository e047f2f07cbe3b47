// The states that the store was in before, whose rows can still be told from later ones; see
// store_manifest.h. A run that knows the answer for one of them needs to look at what is new only.
#include "runtime/prepare/preparing.h"

#include <string.h>

static const char what_for[] = "the store";

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
  manifest->state_count = count + 1;
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

// What cannot be looked at is another one.
static bool same_array(struct seg_store *store, struct seg_store_array *old,
                       struct seg_store_array *new) {
  if (!seg_store_has(old) || !seg_store_has(new))
    return seg_store_has(old) == seg_store_has(new);
  if (old->type != new->type || old->count != new->count)
    return false;
  struct seg_error unused;
  bool same = seg_store_map(store, old, &unused) == SEG_OK &&
              seg_store_map(store, new, &unused) == SEG_OK &&
              memcmp(old->data, new->data, seg_store_array_bytes(old)) == 0;
  seg_store_unmap(old);
  seg_store_unmap(new);
  return same;
}

bool seg_prepare_is_same_table(struct seg_preparing *state, struct seg_store_entity *entity) {
  struct seg_store *store = &state->build.store;
  bool same = entity->parts[0].rows == entity->parts[1].rows &&
              same_array(store, &entity->parts[0].numbers, &entity->parts[1].numbers);
  for (uint32_t c = 0; same && c < entity->column_count; c++) {
    struct seg_store_values *parts = entity->columns[c].parts;
    same = same_array(store, &parts[0].values, &parts[1].values) &&
           same_array(store, &parts[0].entries, &parts[1].entries) &&
           same_array(store, &parts[0].bytes, &parts[1].bytes) &&
           same_array(store, &parts[0].known, &parts[1].known);
  }
  return same;
}
