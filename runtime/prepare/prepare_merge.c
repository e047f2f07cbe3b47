// Bringing parts together; see preparing.h. The last parts of an event become one when there are at
// least four and none of them has more than half of their rows; those of the keys, which every
// look-up asks, when they have grown to a quarter of the part before. Each row is then written
// about as often as the logarithm of the number of appends says, most appends write nothing but
// their own rows, and there are at most three parts of a size.
// What was added now stays a part of its own until the next time, so that a run can tell it from
// what was there before.
#include <stdlib.h>

#include "runtime/prepare/preparing.h"
#include "runtime/store/store_read.h"

enum { SHARE = 4, TOGETHER = 4, AT_ONCE = 1 << 16 };

static const char what_for[] = "the parts of the store";

/** Rows of one part that follow each other in the merged one. */
struct stretch {
  uint32_t part;
  uint64_t first, count;
};

struct merging {
  struct seg_preparing *state;
  struct seg_store_entity *entity;
  uint32_t first_part, end_part; // this one and those behind it, before the end
  bool is_dense;                 // offsets of all numbers
  SEG_VEC(struct stretch) stretches;
  uint64_t rows, keyed;
  struct seg_store_days span;
  struct seg_array_file numbers, offsets;
};

static bool add_stretch(struct merging *merging, uint32_t part, uint64_t first, uint64_t count) {
  size_t n = merging->stretches.count;
  merging->rows += count;
  if (n > 0 && merging->stretches.items[n - 1].part == part &&
      merging->stretches.items[n - 1].first + merging->stretches.items[n - 1].count == first) {
    merging->stretches.items[n - 1].count += count;
    return true;
  }
  return count == 0 || SEG_VEC_PUSH(&merging->stretches, (struct stretch){part, first, count});
}

static uint64_t number_of(const struct seg_store_part *part, uint64_t place) {
  return seg_store_has(&part->numbers) ? (uint64_t)seg_store_integer(&part->numbers, place) : place;
}

// The smallest number that a cursor points at; UINT64_MAX at the end.
static uint64_t next_number(const struct merging *merging, const uint64_t *cursors) {
  uint64_t smallest = UINT64_MAX;
  for (uint32_t p = merging->first_part; p < merging->end_part; p++) {
    const struct seg_store_part *part = &merging->entity->parts[p];
    if (cursors[p] + 1 >= part->offsets.count)
      continue;
    uint64_t number = number_of(part, cursors[p]);
    smallest = number < smallest ? number : smallest;
  }
  return smallest;
}

static enum seg_status begin_number(struct merging *merging, uint64_t number,
                                    struct seg_error *error) {
  uint32_t narrow = (uint32_t)number;
  enum seg_status status = seg_array_file_append(&merging->offsets, &merging->rows, 1, error);
  return status == SEG_OK && !merging->is_dense
             ? seg_array_file_append(&merging->numbers, &narrow, 1, error)
             : status;
}

// What holds of all parts; whether days rise over their borders is seen while they are walked.
static void join_spans(struct merging *merging) {
  struct seg_store_days joined = {true, true, INT32_MAX, INT32_MIN};
  for (uint32_t p = merging->first_part; p < merging->end_part; p++) {
    const struct seg_store_days *span = &merging->entity->parts[p].span;
    if (merging->entity->parts[p].rows == 0)
      continue;
    joined.is_known = joined.is_known && span->is_known;
    joined.rise = joined.rise && span->rise;
    joined.first = span->first < joined.first ? span->first : joined.first;
    joined.last = span->last > joined.last ? span->last : joined.last;
  }
  merging->span = joined.first <= joined.last ? joined : (struct seg_store_days){0};
}

// The rows of one number in a part, behind those of parts before it, whose last day is `*last`.
static bool add_rows(struct merging *merging, uint32_t number, const uint64_t *offsets,
                     int64_t *last) {
  const struct seg_store_array *days = &merging->entity->parts[number].days;
  if (offsets[0] < offsets[1] && merging->span.rise) {
    merging->span.rise = seg_store_integer(days, offsets[0]) >= *last;
    *last = seg_store_integer(days, offsets[1] - 1);
  }
  return add_stretch(merging, number, offsets[0], offsets[1] - offsets[0]);
}

// Number after number, the rows of the older part first; then those without a key.
static enum seg_status walk(struct merging *merging, uint64_t *cursors, struct seg_error *error) {
  const struct seg_store_entity *entity = merging->entity;
  enum seg_status status = SEG_OK;
  for (uint64_t number = next_number(merging, cursors), written = 0;
       status == SEG_OK && number != UINT64_MAX; number = next_number(merging, cursors)) {
    for (; status == SEG_OK && merging->is_dense && written < number; written++)
      status = begin_number(merging, written, error);
    if (status == SEG_OK)
      status = begin_number(merging, number, error);
    written = number + 1;
    int64_t last = INT64_MIN;
    for (uint32_t p = merging->first_part; status == SEG_OK && p < merging->end_part; p++) {
      const struct seg_store_part *part = &entity->parts[p];
      if (cursors[p] + 1 >= part->offsets.count || number_of(part, cursors[p]) != number)
        continue;
      const uint64_t *offsets = (const uint64_t *)part->offsets.data + cursors[p]++;
      if (!add_rows(merging, p, offsets, &last))
        status = seg_fail_memory(error, what_for);
    }
  }
  merging->keyed = merging->rows;
  if (status == SEG_OK)
    status = seg_array_file_append(&merging->offsets, &merging->rows, 1, error);
  for (uint32_t p = merging->first_part; status == SEG_OK && p < merging->end_part; p++)
    if (!add_stretch(merging, p, entity->parts[p].keyed,
                     entity->parts[p].rows - entity->parts[p].keyed))
      status = seg_fail_memory(error, what_for);
  return status;
}

/** A place among the stretches. */
struct place {
  size_t stretch;
  uint64_t done; // rows of it
};

// The next rows, AT_ONCE of them or all that are left; stretches are short, often one row.
static enum seg_status read_some(const struct merging *merging,
                                 const struct seg_store_values *const *parts, struct place *place,
                                 struct seg_column *rows, uint64_t *count,
                                 struct seg_error *error) {
  enum seg_status status = seg_column_restart(rows, AT_ONCE, error);
  *count = 0;
  while (status == SEG_OK && *count < AT_ONCE && place->stretch < merging->stretches.count) {
    const struct stretch *stretch = &merging->stretches.items[place->stretch];
    uint64_t rest = stretch->count - place->done, room = AT_ONCE - *count;
    uint64_t some = rest < room ? rest : room;
    status = seg_store_read(&merging->state->build.store, parts[stretch->part],
                            stretch->first + place->done, some, rows, (int64_t)*count, error);
    *count += some;
    *place = some == rest ? (struct place){place->stretch + 1, 0}
                          : (struct place){place->stretch, place->done + some};
  }
  return status;
}

static bool any_unknown(const struct merging *merging,
                        const struct seg_store_values *const *parts) {
  for (size_t s = 0; s < merging->stretches.count; s++)
    if (seg_store_has(&parts[merging->stretches.items[s].part]->known))
      return true;
  return false;
}

// The values of all parts, in the order of the stretches. `parts` counts from part 0.
static enum seg_status copy_values(struct merging *merging, enum seg_layout layout,
                                   const struct seg_store_values *const *parts,
                                   struct seg_str column, const char *kind,
                                   struct seg_store_values *made, struct seg_error *error) {
  struct seg_build *build = &merging->state->build;
  struct seg_values_writer writer;
  struct seg_column rows;
  struct seg_str entity = merging->entity == NULL ? seg_str_view("keys") : merging->entity->name;
  seg_column_init(&rows, layout, any_unknown(merging, parts));
  enum seg_status status =
      seg_values_writer_begin(&writer, build, layout, entity, column, kind, error);
  for (struct place place = {0}; status == SEG_OK && place.stretch < merging->stretches.count;) {
    uint64_t count;
    status = read_some(merging, parts, &place, &rows, &count, error);
    if (status == SEG_OK)
      status = seg_values_writer_append(&writer, rows.values, rows.known, count, error);
  }
  if (status == SEG_OK)
    status = seg_values_writer_finish(&writer, made, error);
  seg_values_writer_discard(&writer);
  seg_column_deinit(&rows);
  return status;
}

/** Which values of a part. */
enum member { DAYS, INSTANT, ROWS_OF, COLUMN };

static enum seg_status copy_member(struct merging *merging, enum member member, uint32_t column,
                                   struct seg_store_values *made, struct seg_error *error) {
  struct seg_store_entity *entity = merging->entity;
  static const char *const kinds[] = {
      [DAYS] = "day", [INSTANT] = "instant", [ROWS_OF] = "row", [COLUMN] = ""};
  const struct seg_store_values **parts = calloc(entity->part_count, sizeof *parts);
  struct seg_store_values *alone = calloc(entity->part_count, sizeof *alone);
  enum seg_status status = SEG_OK;
  if (parts == NULL || alone == NULL) {
    status = seg_fail_memory(error, what_for);
    goto cleanup;
  }
  for (uint32_t p = merging->first_part; p < merging->end_part; p++) {
    alone[p].values = member == DAYS ? entity->parts[p].days : entity->parts[p].rows_of;
    parts[p] = member == COLUMN    ? &entity->columns[column].parts[p]
               : member == INSTANT ? &entity->parts[p].instant
                                   : &alone[p];
  }
  enum seg_layout layout = member == DAYS     ? SEG_LAYOUT_I32
                           : member == COLUMN ? seg_column_type_layout(entity->columns[column].type)
                                              : SEG_LAYOUT_I64;
  struct seg_str name = member == COLUMN ? entity->columns[column].name : (struct seg_str){"", 0};
  status = copy_values(merging, layout, parts, name, kinds[member], made, error);
cleanup:
  free(parts);
  free(alone);
  return status;
}

static enum seg_status map_part(struct merging *merging, uint32_t number, struct seg_error *error) {
  struct seg_store *store = &merging->state->build.store;
  struct seg_store_part *part = &merging->entity->parts[number];
  struct seg_store_array *arrays[] = {&part->numbers, &part->offsets, &part->days, &part->rows_of};
  enum seg_status status = seg_store_map_values(store, &part->instant, error);
  for (size_t i = 0; status == SEG_OK && i < sizeof arrays / sizeof *arrays; i++)
    status = seg_store_map(store, arrays[i], error);
  if (status == SEG_OK)
    status = seg_store_verify(store, &part->numbers, 0, part->numbers.count, error);
  if (status == SEG_OK)
    status = seg_store_verify(store, &part->offsets, 0, part->offsets.count, error);
  if (status == SEG_OK)
    status = seg_store_verify(store, &part->days, 0, part->days.count, error);
  for (uint32_t c = 0; status == SEG_OK && c < merging->entity->column_count; c++)
    status = seg_store_map_values(store, &merging->entity->columns[c].parts[number], error);
  return status;
}

static void drop_values(struct seg_build *build, struct seg_store_values *values) {
  seg_build_drop(build, &values->values);
  seg_build_drop(build, &values->entries);
  seg_build_drop(build, &values->bytes);
  seg_build_drop(build, &values->known);
}

static void drop_part(struct merging *merging, uint32_t number) {
  struct seg_build *build = &merging->state->build;
  struct seg_store_part *part = &merging->entity->parts[number];
  seg_build_drop(build, &part->numbers);
  seg_build_drop(build, &part->offsets);
  seg_build_drop(build, &part->days);
  seg_build_drop(build, &part->rows_of);
  drop_values(build, &part->instant);
  for (uint32_t c = 0; c < merging->entity->column_count; c++)
    drop_values(build, &merging->entity->columns[c].parts[number]);
}

// What comes behind the merged parts follows the one that they became.
static void close_gap(const struct merging *merging) {
  struct seg_store_entity *entity = merging->entity;
  uint32_t gone = merging->end_part - merging->first_part - 1;
  for (uint32_t p = merging->end_part; p < entity->part_count; p++) {
    entity->parts[p - gone] = entity->parts[p];
    for (uint32_t c = 0; c < entity->column_count; c++)
      entity->columns[c].parts[p - gone] = entity->columns[c].parts[p];
  }
  entity->part_count -= gone;
}

// The merged part takes the place of those it is made of.
static enum seg_status replace_parts(struct merging *merging, struct seg_error *error) {
  struct seg_store_entity *entity = merging->entity;
  struct seg_store_part made = {
      .rows = merging->rows, .keyed = merging->keyed, .span = merging->span};
  struct seg_store_values values;
  struct seg_store_values *columns = calloc(entity->column_count + 1, sizeof *columns);
  if (columns == NULL)
    return seg_fail_memory(error, what_for);
  enum seg_status status = copy_member(merging, DAYS, 0, &values, error);
  made.days = values.values;
  if (status == SEG_OK)
    status = copy_member(merging, INSTANT, 0, &made.instant, error);
  if (status == SEG_OK && entity->gives_customers) {
    status = copy_member(merging, ROWS_OF, 0, &values, error);
    made.rows_of = values.values;
  }
  for (uint32_t c = 0; status == SEG_OK && c < entity->column_count; c++)
    status = copy_member(merging, COLUMN, c, &columns[c], error);
  if (status == SEG_OK)
    status = seg_array_file_finish(&merging->offsets, &made.offsets, error);
  if (status == SEG_OK)
    status = seg_array_file_finish(&merging->numbers, &made.numbers, error);
  if (status == SEG_OK) {
    if (merging->is_dense)
      seg_build_drop(&merging->state->build, &made.numbers);
    for (uint32_t p = merging->first_part; p < merging->end_part; p++)
      drop_part(merging, p);
    entity->parts[merging->first_part] = made;
    for (uint32_t c = 0; c < entity->column_count; c++)
      entity->columns[c].parts[merging->first_part] = columns[c];
    close_gap(merging);
  }
  free(columns);
  return status;
}

static enum seg_status merge_parts(struct merging *merging, struct seg_error *error) {
  struct seg_store_entity *entity = merging->entity;
  struct seg_build *build = &merging->state->build;
  struct seg_str none = {"", 0};
  struct seg_str offsets = seg_values_name(build, entity->name, none, "offsets");
  struct seg_str numbers = seg_values_name(build, entity->name, none, "numbers");
  uint64_t *cursors = calloc(entity->part_count, sizeof *cursors);
  merging->offsets.file = merging->numbers.file = -1;
  enum seg_status status = cursors == NULL || offsets.data == NULL || numbers.data == NULL
                               ? seg_fail_memory(error, what_for)
                               : seg_build_publish_checksums(build, error);
  for (uint32_t p = merging->first_part; status == SEG_OK && p < merging->end_part; p++) {
    status = map_part(merging, p, error);
    merging->is_dense = merging->is_dense || !seg_store_has(&entity->parts[p].numbers);
  }
  if (status == SEG_OK)
    status = seg_array_file_create(&merging->offsets, build, offsets, SEG_STORE_U64, error);
  if (status == SEG_OK)
    status = seg_array_file_create(&merging->numbers, build, numbers, SEG_STORE_U32, error);
  join_spans(merging);
  if (status == SEG_OK)
    status = walk(merging, cursors, error);
  if (status == SEG_OK)
    status = replace_parts(merging, error);
  seg_array_file_discard(&merging->offsets);
  seg_array_file_discard(&merging->numbers);
  SEG_VEC_FREE(&merging->stretches);
  free(cursors);
  return status;
}

// From which of the first `end` parts on all of those become one.
static uint32_t first_to_merge(const struct seg_store_entity *entity, uint32_t end) {
  uint64_t rows = 0, most = 0;
  uint32_t first = end;
  for (uint32_t p = end; p > 0; p--) {
    uint64_t some = entity->parts[p - 1].rows;
    rows += some;
    most = some > most ? some : most;
    if (end - p + 1 >= TOGETHER && most <= rows / 2)
      first = p - 1;
  }
  return first;
}

static enum seg_status merge_entity(struct seg_preparing *state, uint32_t event,
                                    struct seg_error *error) {
  struct seg_store_manifest *manifest = &state->build.store.manifest;
  struct seg_store_entity *entity = &manifest->events[event];
  uint32_t end = state->old_parts[event];
  struct merging merging = {
      .state = state, .entity = entity, .first_part = first_to_merge(entity, end), .end_part = end};
  if (merging.first_part == end)
    return SEG_OK;
  enum seg_status status = merge_parts(&merging, error);
  if (status == SEG_OK)
    seg_prepare_join_states(manifest, event, merging.first_part, end);
  return status;
}

static uint64_t key_rows(const struct seg_store_manifest *manifest, uint32_t part) {
  uint64_t count = manifest->keys[part].values.count;
  return manifest->key_is_text ? count - 1 : count;
}

static enum seg_status merge_keys(struct seg_preparing *state, struct seg_error *error) {
  struct seg_store_manifest *manifest = &state->build.store.manifest;
  struct merging merging = {.state = state};
  uint32_t first = manifest->key_part_count;
  for (uint64_t rows = 0; first > 0; first--) {
    if (first < manifest->key_part_count && rows * SHARE < key_rows(manifest, first - 1))
      break;
    rows += key_rows(manifest, first - 1);
  }
  if (first + 1 >= manifest->key_part_count)
    return SEG_OK;
  const struct seg_store_values **parts = calloc(manifest->key_part_count, sizeof *parts);
  struct seg_store_values made = {0};
  if (parts == NULL)
    return seg_fail_memory(error, what_for);
  enum seg_status status = seg_build_publish_checksums(&state->build, error);
  for (uint32_t p = first; status == SEG_OK && p < manifest->key_part_count; p++) {
    parts[p] = &manifest->keys[p];
    status = seg_store_map_values(&state->build.store, &manifest->keys[p], error);
    if (!add_stretch(&merging, p, 0, key_rows(manifest, p)))
      status = seg_fail_memory(error, what_for);
  }
  if (status == SEG_OK)
    status = copy_values(&merging, manifest->key_is_text ? SEG_LAYOUT_TEXT : SEG_LAYOUT_I64, parts,
                         (struct seg_str){"", 0}, "", &made, error);
  made.counts_up = true;
  made.first = manifest->keys[first].first;
  uint64_t before = 0;
  for (uint32_t p = first; p < manifest->key_part_count; before += key_rows(manifest, p++)) {
    const struct seg_store_values *part = &manifest->keys[p];
    made.counts_up =
        made.counts_up && part->counts_up && (uint64_t)part->first - (uint64_t)made.first == before;
  }
  if (status == SEG_OK) {
    for (uint32_t p = first; p < manifest->key_part_count; p++)
      drop_values(&state->build, &manifest->keys[p]);
    manifest->keys[first] = made;
    manifest->key_part_count = first + 1;
  }
  SEG_VEC_FREE(&merging.stretches);
  free(parts);
  return status;
}

enum seg_status seg_prepare_merge(struct seg_preparing *state, struct seg_error *error) {
  struct seg_store_manifest *manifest = &state->build.store.manifest;
  enum seg_status status = merge_keys(state, error);
  for (uint32_t e = 0; status == SEG_OK && e < manifest->event_count; e++)
    status = merge_entity(state, e, error);
  return status;
}
