// Bringing parts together; see preparing.h. The last parts of an event become one when there are at
// least eight and none of them has more than a quarter of their rows; those of the keys, which
// every look-up asks, when they have grown to a quarter of the part before. Each row is then
// written about as often as the logarithm of the number of appends says, seven of eight appends
// write nothing but their own rows, and parts get fewer the larger they are. To merge sooner costs
// more than it saves: a part more makes a run slower by about a hundredth, see docs/store.md. What
// was added now stays a part of its own until the next time, so that a run can tell it from what
// was there before.
#include <stdatomic.h>
#include <stdlib.h>

#include "runtime/prepare/merged_numbers.h"
#include "runtime/prepare/merged_order.h"
#include "runtime/prepare/preparing.h"
#include "runtime/run/workers.h"
#include "runtime/store/store_read.h"

enum { SHARE = 4, TOGETHER = 8, NUMBERS_AT_ONCE = 512 };

static const char what_for[] = "the parts of the store";

struct merging {
  struct seg_preparing *state;
  struct seg_store_entity *entity;
  uint32_t first_part, end_part; // this one and those behind it, before the end
  bool is_dense;                 // offsets of all numbers
  struct seg_merged_order order;
  uint64_t keyed;
  struct seg_store_days span;
  struct seg_array_file numbers, offsets;
  uint32_t waiting; // of each of these, to be written together
  uint32_t next_numbers[NUMBERS_AT_ONCE];
  uint64_t next_offsets[NUMBERS_AT_ONCE];
};

static enum seg_status write_waiting(struct merging *merging, struct seg_error *error) {
  uint32_t count = merging->waiting;
  merging->waiting = 0;
  enum seg_status status =
      seg_array_file_append(&merging->offsets, merging->next_offsets, count, error);
  return status == SEG_OK && !merging->is_dense
             ? seg_array_file_append(&merging->numbers, merging->next_numbers, count, error)
             : status;
}

static enum seg_status begin_number(struct merging *merging, uint64_t number,
                                    struct seg_error *error) {
  merging->next_offsets[merging->waiting] = merging->order.rows;
  merging->next_numbers[merging->waiting++] = (uint32_t)number;
  return merging->waiting < NUMBERS_AT_ONCE ? SEG_OK : write_waiting(merging, error);
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

// The numbers of a window become the next rows; `*written`: those before have their offsets.
static enum seg_status add_window(struct merging *merging, const struct seg_merged_numbers *walk,
                                  uint64_t *written, struct seg_error *error) {
  enum seg_status status = SEG_OK;
  for (size_t i = 0; status == SEG_OK && i < walk->count; i++) {
    const struct seg_merged_number *next = &walk->sorted[i];
    uint64_t number = walk->first + next->at;
    for (; status == SEG_OK && merging->is_dense && *written < number; ++*written)
      status = begin_number(merging, *written, error);
    if (status == SEG_OK && *written <= number)
      status = begin_number(merging, number, error);
    *written = number + 1;
    if (status == SEG_OK && !seg_merged_order_add(&merging->order, next->part, next->rows))
      status = seg_fail_memory(error, what_for);
  }
  return status;
}

// Number after number; then the rows without a key.
static enum seg_status walk(struct merging *merging, struct seg_error *error) {
  const struct seg_store_entity *entity = merging->entity;
  struct seg_merged_numbers numbers;
  enum seg_status status = SEG_OK;
  uint64_t written = 0;
  if (!seg_merged_numbers_begin(&numbers, entity, merging->first_part, merging->end_part,
                                merging->span.rise))
    status = seg_fail_memory(error, what_for);
  while (status == SEG_OK && seg_merged_numbers_next(&numbers))
    status = add_window(merging, &numbers, &written, error);
  merging->span.rise = numbers.rise;
  seg_merged_numbers_end(&numbers);
  merging->keyed = merging->order.rows;
  if (status == SEG_OK)
    status = write_waiting(merging, error);
  if (status == SEG_OK)
    status = seg_array_file_append(&merging->offsets, &merging->order.rows, 1, error);
  for (uint32_t p = merging->first_part; status == SEG_OK && p < merging->end_part; p++)
    if (!seg_merged_order_add(&merging->order, p, entity->parts[p].rows - entity->parts[p].keyed))
      status = seg_fail_memory(error, what_for);
  return status;
}

/** What the rows of a part have, besides the number. */
enum member_kind { DAYS, INSTANT, ROWS_OF, COLUMN };

/** A member of all parts, and of the one that they become. */
struct member {
  enum member_kind kind;
  uint32_t column;
  const struct seg_store_values **parts; // by number
  struct seg_store_values *alone;        // by number: arrays as values
  struct seg_values_writer writer;
  bool has_begun;
  enum seg_status status;
  struct seg_error error;
};

static enum seg_status begin_member(const struct merging *merging, struct member *member,
                                    struct seg_error *error) {
  const struct seg_store_entity *entity = merging->entity;
  static const char *const kinds[] = {
      [DAYS] = "day", [INSTANT] = "instant", [ROWS_OF] = "row", [COLUMN] = ""};
  const struct seg_store_column *column =
      member->kind == COLUMN ? &entity->columns[member->column] : NULL;
  member->parts = calloc(entity->part_count, sizeof *member->parts);
  member->alone = calloc(entity->part_count, sizeof *member->alone);
  if (member->parts == NULL || member->alone == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t p = merging->first_part; p < merging->end_part; p++) {
    const struct seg_store_part *part = &entity->parts[p];
    member->alone[p].values = member->kind == DAYS ? part->days : part->rows_of;
    member->parts[p] = member->kind == COLUMN    ? &column->parts[p]
                       : member->kind == INSTANT ? &part->instant
                                                 : &member->alone[p];
  }
  enum seg_layout layout = member->kind == DAYS     ? SEG_LAYOUT_I32
                           : member->kind == COLUMN ? seg_column_type_layout(column->type)
                                                    : SEG_LAYOUT_I64;
  struct seg_str name = member->kind == COLUMN ? column->name : (struct seg_str){"", 0};
  member->has_begun = true;
  return seg_values_writer_begin(&member->writer, &merging->state->build, layout, entity->name,
                                 name, kinds[member->kind], error);
}

static void discard_member(struct member *member) {
  if (member->has_begun)
    seg_values_writer_discard(&member->writer);
  free(member->parts);
  free(member->alone);
}

/** Members are copied beside each other. */
struct copying {
  struct merging *merging;
  struct member *members;
  uint32_t count;
  _Atomic uint32_t next;
};

static void copy_members(void *context, unsigned worker) {
  (void)worker;
  struct copying *copying = context;
  struct merging *merging = copying->merging;
  for (uint32_t next; (next = atomic_fetch_add(&copying->next, 1)) < copying->count;) {
    struct member *member = &copying->members[next];
    member->status =
        seg_merged_order_copy(&merging->order, &merging->state->build.store, member->parts,
                              merging->entity->part_count, &member->writer, &member->error);
  }
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

static struct seg_store_values *member_of(const struct member *member, struct seg_store_part *part,
                                          struct seg_store_values *columns,
                                          struct seg_store_values *alone) {
  return member->kind == COLUMN    ? &columns[member->column]
         : member->kind == INSTANT ? &part->instant
                                   : alone;
}

// All members are begun, copied by all threads, and finished, into `made` and `columns`.
static enum seg_status copy_part(struct merging *merging, struct member *members, uint32_t count,
                                 struct seg_store_part *made, struct seg_store_values *columns,
                                 struct seg_error *error) {
  struct copying copying = {.merging = merging, .members = members, .count = count};
  unsigned threads = merging->state->threads < count ? merging->state->threads : count;
  enum seg_status status = SEG_OK;
  for (uint32_t m = 0; status == SEG_OK && m < count; m++)
    status = begin_member(merging, &members[m], error);
  if (status != SEG_OK)
    return status;
  seg_workers_run(threads, copy_members, &copying);
  for (uint32_t m = 0; status == SEG_OK && m < count; m++) {
    struct seg_store_values alone;
    status = members[m].status;
    if (status != SEG_OK)
      *error = members[m].error;
    else
      status = seg_values_writer_finish(&members[m].writer,
                                        member_of(&members[m], made, columns, &alone), error);
    if (status == SEG_OK && members[m].kind == DAYS)
      made->days = alone.values;
    if (status == SEG_OK && members[m].kind == ROWS_OF)
      made->rows_of = alone.values;
  }
  return status;
}

// The merged part takes the place of those it is made of.
static void replace_parts(struct merging *merging, const struct seg_store_part *made,
                          const struct seg_store_values *columns) {
  struct seg_store_entity *entity = merging->entity;
  for (uint32_t p = merging->first_part; p < merging->end_part; p++)
    drop_part(merging, p);
  entity->parts[merging->first_part] = *made;
  for (uint32_t c = 0; c < entity->column_count; c++)
    entity->columns[c].parts[merging->first_part] = columns[c];
  close_gap(merging);
}

static enum seg_status make_part(struct merging *merging, struct seg_error *error) {
  struct seg_store_entity *entity = merging->entity;
  struct seg_store_part made = {
      .rows = merging->order.rows, .keyed = merging->keyed, .span = merging->span};
  struct seg_store_values *columns = calloc(entity->column_count + 1, sizeof *columns);
  struct member *members = calloc(entity->column_count + 3, sizeof *members);
  enum seg_status status = SEG_OK;
  uint32_t count = 0;
  if (columns == NULL || members == NULL) {
    status = seg_fail_memory(error, what_for);
    goto cleanup;
  }
  members[count++].kind = DAYS;
  members[count++].kind = INSTANT;
  if (entity->gives_customers)
    members[count++].kind = ROWS_OF;
  for (uint32_t c = 0; c < entity->column_count; c++)
    members[count++] = (struct member){.kind = COLUMN, .column = c};
  status = copy_part(merging, members, count, &made, columns, error);
  if (status == SEG_OK)
    status = seg_array_file_finish(&merging->offsets, &made.offsets, error);
  if (status == SEG_OK)
    status = seg_array_file_finish(&merging->numbers, &made.numbers, error);
  if (status == SEG_OK && merging->is_dense)
    seg_build_drop(&merging->state->build, &made.numbers);
  if (status == SEG_OK)
    replace_parts(merging, &made, columns);
cleanup:
  for (uint32_t m = 0; m < count; m++)
    discard_member(&members[m]);
  free(members);
  free(columns);
  return status;
}

static enum seg_status merge_parts(struct merging *merging, struct seg_error *error) {
  struct seg_store_entity *entity = merging->entity;
  struct seg_build *build = &merging->state->build;
  struct seg_str none = {"", 0};
  struct seg_str offsets = seg_values_name(build, entity->name, none, "offsets");
  struct seg_str numbers = seg_values_name(build, entity->name, none, "numbers");
  merging->offsets.file = merging->numbers.file = -1;
  enum seg_status status = offsets.data == NULL || numbers.data == NULL
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
    status = walk(merging, error);
  if (status == SEG_OK)
    status = make_part(merging, error);
  seg_array_file_discard(&merging->offsets);
  seg_array_file_discard(&merging->numbers);
  SEG_VEC_FREE(&merging->order.stretches);
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
    if (end - p + 1 >= TOGETHER && most <= rows / SHARE)
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

static enum seg_status copy_keys(struct seg_preparing *state, const struct seg_merged_order *order,
                                 const struct seg_store_values *const *parts,
                                 struct seg_store_values *made, struct seg_error *error) {
  const struct seg_store_manifest *manifest = &state->build.store.manifest;
  struct seg_values_writer writer;
  enum seg_status status = seg_values_writer_begin(
      &writer, &state->build, manifest->key_is_text ? SEG_LAYOUT_TEXT : SEG_LAYOUT_I64,
      seg_str_view("keys"), (struct seg_str){"", 0}, "", error);
  if (status == SEG_OK)
    status = seg_merged_order_copy(order, &state->build.store, parts, manifest->key_part_count,
                                   &writer, error);
  if (status == SEG_OK)
    status = seg_values_writer_finish(&writer, made, error);
  seg_values_writer_discard(&writer);
  return status;
}

static enum seg_status merge_keys(struct seg_preparing *state, struct seg_error *error) {
  struct seg_store_manifest *manifest = &state->build.store.manifest;
  struct seg_merged_order order = {0};
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
    if (!seg_merged_order_add(&order, p, key_rows(manifest, p)))
      status = seg_fail_memory(error, what_for);
  }
  if (status == SEG_OK)
    status = copy_keys(state, &order, parts, &made, error);
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
  SEG_VEC_FREE(&order.stretches);
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
