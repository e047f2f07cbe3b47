/**
 * A table from names to numbers that also finds look-alikes.
 *
 * Two names look alike when they have the same skeleton: letter case aside, letters of other
 * scripts that look like Latin ones read as those (confusables.def), invisible characters dropped.
 * The idea is that of Unicode Technical Standard 39, section 4; the table is small and our own.
 */
#ifndef SEG_COMPILER_SEMA_NAMES_H
#define SEG_COMPILER_SEMA_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/arena.h"
#include "runtime/base/str.h"

enum { SEG_NO_NAME = -1 };

struct seg_name_entry {
  struct seg_str text;
  struct seg_str skeleton;
  uint32_t value;
};

struct seg_names {
  struct seg_arena *arena;
  uint32_t count, capacity;
  struct seg_name_entry *entries; // in the order of adding
  uint32_t slot_count;            // a power of two
  uint32_t *by_text;              // entry + 1, or 0
  uint32_t *by_skeleton;          // the first entry of each skeleton + 1, or 0
};

enum seg_name_added {
  SEG_NAME_NEW,
  SEG_NAME_SAME,  // not added: `other` has this name
  SEG_NAME_ALIKE, // added, but `other` looks like it
  SEG_NAME_NO_MEMORY,
};

/** Room for `capacity` names; the arena outlives the table. False when memory is out. */
SEG_NODISCARD bool seg_names_init(struct seg_names *names, struct seg_arena *arena,
                                  uint32_t capacity);

/** Add a name; `*other` is the value of the earlier name when there is one. */
SEG_NODISCARD enum seg_name_added seg_names_add(struct seg_names *names, struct seg_str text,
                                                uint32_t value, uint32_t *other);

/** The value of a name, or SEG_NO_NAME. */
int64_t seg_names_find(const struct seg_names *names, struct seg_str text);

/** The value of a name with the same skeleton, or SEG_NO_NAME. */
int64_t seg_names_find_alike(const struct seg_names *names, struct seg_str text);

/** The skeleton of a name; NULL data when memory is out. */
struct seg_str seg_name_skeleton(struct seg_arena *arena, struct seg_str text);

#endif
