/**
 * A hash table of names and one of their skeletons, over the same entries. Open addressing, at
 * most half full, so every search ends.
 */
#include "compiler/sema/names.h"

static uint32_t slots_for(uint32_t capacity) {
  uint32_t slots = 8;
  while (slots < capacity * 2u && slots < UINT32_MAX / 2u)
    slots *= 2u;
  return slots;
}

bool seg_names_init(struct seg_names *names, struct seg_arena *arena, uint32_t capacity) {
  *names = (struct seg_names){.arena = arena, .capacity = capacity};
  names->slot_count = slots_for(capacity + 1u);
  names->entries = SEG_NEW_ARRAY(arena, struct seg_name_entry, capacity + 1u);
  names->by_text = SEG_NEW_ARRAY(arena, uint32_t, names->slot_count);
  names->by_skeleton = SEG_NEW_ARRAY(arena, uint32_t, names->slot_count);
  return names->entries && names->by_text && names->by_skeleton;
}

/** The slot that holds `text`, or the empty one where it would go. */
static uint32_t *slot_of(const struct seg_names *names, uint32_t *slots, struct seg_str text,
                         bool skeleton) {
  uint32_t at = (uint32_t)seg_str_hash(text) & (names->slot_count - 1u);
  while (slots[at] != 0) {
    const struct seg_name_entry *entry = &names->entries[slots[at] - 1u];
    if (seg_str_equal(skeleton ? entry->skeleton : entry->text, text))
      break;
    at = (at + 1u) & (names->slot_count - 1u);
  }
  return &slots[at];
}

enum seg_name_added seg_names_add(struct seg_names *names, struct seg_str text, uint32_t value,
                                  uint32_t *other) {
  uint32_t *slot = slot_of(names, names->by_text, text, false);
  if (*slot != 0) {
    *other = names->entries[*slot - 1u].value;
    return SEG_NAME_SAME;
  }
  struct seg_str skeleton = seg_name_skeleton(names->arena, text);
  if (!skeleton.data || names->count > names->capacity)
    return SEG_NAME_NO_MEMORY;
  names->entries[names->count++] = (struct seg_name_entry){text, skeleton, value};
  *slot = names->count;
  uint32_t *alike = slot_of(names, names->by_skeleton, skeleton, true);
  if (*alike != 0) {
    *other = names->entries[*alike - 1u].value;
    return SEG_NAME_ALIKE;
  }
  *alike = names->count;
  return SEG_NAME_NEW;
}

int64_t seg_names_find(const struct seg_names *names, struct seg_str text) {
  if (names->slot_count == 0)
    return SEG_NO_NAME;
  uint32_t slot = *slot_of(names, names->by_text, text, false);
  return slot ? (int64_t)names->entries[slot - 1u].value : SEG_NO_NAME;
}

int64_t seg_names_find_alike(const struct seg_names *names, struct seg_str text) {
  if (names->slot_count == 0)
    return SEG_NO_NAME;
  struct seg_str skeleton = seg_name_skeleton(names->arena, text);
  if (!skeleton.data)
    return SEG_NO_NAME;
  uint32_t slot = *slot_of(names, names->by_skeleton, skeleton, true);
  return slot ? (int64_t)names->entries[slot - 1u].value : SEG_NO_NAME;
}
