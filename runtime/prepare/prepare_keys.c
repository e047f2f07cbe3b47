// The numbers of keys: those of the store before, then of new customers, then of everything else
// that has one; see preparing.h.
#include <stdlib.h>
#include <string.h>

#include "runtime/prepare/preparing.h"
#include "runtime/store/store_errors.h"
#include "runtime/store/store_keys.h"

enum { AT_ONCE = 4096 };

static const char what_for[] = "the keys of the store";

enum seg_status seg_prepare_key_type(struct seg_preparing *state, const struct seg_source *source,
                                     struct seg_error *error) {
  if (!state->has_key_type) {
    state->has_key_type = true;
    state->build.store.manifest.key_is_text = source->key_is_text;
    seg_key_table_init(&state->keys, source->key_is_text, &state->budget);
    seg_key_table_init(&state->more, source->key_is_text, &state->budget);
    return SEG_OK;
  }
  if (state->keys.is_text == source->key_is_text)
    return SEG_OK;
  const char *words[] = {"numbers", "text"};
  SEG_STORE_FAIL(error, SEG_BAD_DATA, APPEND,
                 "the keys in column %.*s of %.*s are %s, and those of the store %s are %s",
                 SEG_STR(source->entity->key), SEG_STR(source->entity->name),
                 words[source->key_is_text], state->options->store, words[state->keys.is_text]);
  seg_error_help(error, "convert them in a query: --source %.*s=\"select ...\"",
                 SEG_STR(source->entity->source));
  return SEG_BAD_DATA;
}

static void number_rows(uint32_t *numbers, uint64_t first, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    numbers[i] = (uint32_t)(first + i);
}

// Are the keys numbers that follow each other, so that none has to be read?
static bool count_up(const struct seg_store_manifest *manifest) {
  uint64_t before = 0;
  bool up =
      !manifest->key_is_text && manifest->key_count > 0 && manifest->key_count < SEG_NO_NUMBER;
  for (uint32_t p = 0; up && p < manifest->key_part_count; p++) {
    const struct seg_store_values *part = &manifest->keys[p];
    up = part->counts_up && (uint64_t)part->first - (uint64_t)manifest->keys[0].first == before;
    before += part->values.count;
  }
  return up && before == manifest->key_count;
}

static enum seg_status read_keys(struct seg_preparing *state, struct seg_error *error) {
  struct seg_store *store = &state->build.store;
  uint64_t count = store->manifest.key_count;
  uint32_t *wanted = malloc(AT_ONCE * sizeof *wanted), *rows = malloc(AT_ONCE * sizeof *rows);
  uint32_t *numbers = malloc(AT_ONCE * sizeof *numbers);
  struct seg_column keys;
  seg_column_init(&keys, store->manifest.key_is_text ? SEG_LAYOUT_TEXT : SEG_LAYOUT_I64, false);
  enum seg_status status = wanted == NULL || rows == NULL || numbers == NULL
                               ? seg_fail_memory(error, what_for)
                               : seg_store_map_keys(store, error);
  if (rows != NULL)
    number_rows(rows, 0, AT_ONCE);
  for (uint64_t first = 0; status == SEG_OK && wanted != NULL && first < count; first += AT_ONCE) {
    uint32_t some = count - first < AT_ONCE ? (uint32_t)(count - first) : AT_ONCE;
    number_rows(wanted, first, some);
    status = seg_column_restart(&keys, some, error);
    if (status == SEG_OK)
      status = seg_store_read_keys(store, wanted, some, &keys, 0, error);
    struct seg_column_view view = seg_column_view(&keys);
    if (status == SEG_OK)
      status = seg_key_table_add(&state->keys, &view, rows, some, numbers, error);
  }
  seg_column_deinit(&keys);
  free(wanted);
  free(rows);
  free(numbers);
  return status;
}

enum seg_status seg_prepare_load_keys(struct seg_preparing *state, struct seg_error *error) {
  const struct seg_store_manifest *manifest = &state->build.store.manifest;
  state->has_key_type = true;
  state->old_keys = manifest->key_count;
  seg_key_table_init(&state->keys, manifest->key_is_text, &state->budget);
  seg_key_table_init(&state->more, manifest->key_is_text, &state->budget);
  if (!count_up(manifest))
    return read_keys(state, error);
  seg_key_table_set_consecutive(&state->keys, manifest->keys[0].first,
                                (uint32_t)manifest->key_count);
  return SEG_OK;
}

/** Keys of one source in the type of the table. */
struct converted {
  int64_t integers[AT_ONCE];
  struct seg_str texts[AT_ONCE];
  char digits[AT_ONCE][SEG_KEY_INTEGER_TEXT];
  uint32_t rows[AT_ONCE];  // 0, 1, ...
  uint32_t place[AT_ONCE]; // among those that were asked for
  uint32_t count;
};

// Those that the customers do not have, and that can be a key of this store.
static void convert(const struct seg_preparing *state, const struct seg_column_view *keys,
                    const uint32_t *rows, uint32_t count, const uint32_t *numbers,
                    struct converted *out) {
  out->count = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t at = out->count;
    if (numbers[i] != SEG_NO_NUMBER)
      continue;
    if (keys->layout == SEG_LAYOUT_I64) {
      out->integers[at] = ((const int64_t *)keys->values)[rows[i]];
      if (state->more.is_text)
        out->texts[at] = seg_key_format_integer(out->integers[at], out->digits[at]);
    } else {
      out->texts[at] = ((const struct seg_str *)keys->values)[rows[i]];
      if (!state->more.is_text && !seg_key_parse_integer(out->texts[at], &out->integers[at]))
        continue;
    }
    out->rows[at] = at;
    out->place[at] = i;
    out->count++;
  }
}

enum seg_status seg_prepare_number_more(struct seg_preparing *state,
                                        const struct seg_column_view *keys, const uint32_t *rows,
                                        uint32_t count, uint32_t *numbers,
                                        struct seg_error *error) {
  struct converted *new_keys = malloc(sizeof *new_keys);
  uint32_t *found = malloc(AT_ONCE * sizeof *found);
  enum seg_status status = SEG_OK;
  if (new_keys == NULL || found == NULL) {
    status = seg_fail_memory(error, what_for);
    goto cleanup;
  }
  for (uint32_t first = 0; status == SEG_OK && first < count; first += AT_ONCE) {
    uint32_t some = count - first < AT_ONCE ? count - first : AT_ONCE;
    convert(state, keys, rows + first, some, numbers + first, new_keys);
    struct seg_column_view view = {.layout = state->more.is_text ? SEG_LAYOUT_TEXT : SEG_LAYOUT_I64,
                                   .values = state->more.is_text ? (const void *)new_keys->texts
                                                                 : new_keys->integers,
                                   .count = new_keys->count};
    if (new_keys->count > 0)
      status =
          seg_key_table_add(&state->more, &view, new_keys->rows, new_keys->count, found, error);
    for (uint32_t i = 0; status == SEG_OK && i < new_keys->count; i++)
      numbers[first + new_keys->place[i]] = state->keys.count + found[i];
  }
cleanup:
  free(new_keys);
  free(found);
  return status;
}

// Notes in `made` whether the keys count up.
static enum seg_status write_table(struct seg_values_writer *writer,
                                   const struct seg_key_table *table, uint64_t first,
                                   struct seg_store_values *made, struct seg_error *error) {
  struct seg_column_view view = seg_key_table_view(table);
  const int64_t *keys = table->is_text ? NULL : table->integers;
  if (writer->rows == 0 && keys != NULL)
    *made = (struct seg_store_values){.counts_up = true, .first = keys[first]};
  for (uint64_t i = first; made->counts_up && i < table->count; i++)
    made->counts_up = (uint64_t)keys[i] - (uint64_t)made->first == writer->rows + (i - first);
  size_t size = table->is_text ? sizeof(struct seg_str) : sizeof(int64_t);
  return seg_values_writer_append(writer, (const char *)view.values + first * size, NULL,
                                  table->count - first, error);
}

enum seg_status seg_prepare_write_keys(struct seg_preparing *state, struct seg_error *error) {
  struct seg_store_manifest *manifest = &state->build.store.manifest;
  struct seg_arena *arena = &state->build.store.arena;
  manifest->key_count = seg_prepare_key_count(state);
  if (manifest->key_count == state->old_keys)
    return SEG_OK;
  struct seg_store_values *grown =
      SEG_NEW_ARRAY(arena, struct seg_store_values, manifest->key_part_count + 1);
  if (grown == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t i = 0; i < manifest->key_part_count; i++)
    grown[i] = manifest->keys[i];
  struct seg_values_writer writer;
  struct seg_store_values made = {0}, *written = &grown[manifest->key_part_count];
  enum seg_status status = seg_values_writer_begin(
      &writer, &state->build, state->keys.is_text ? SEG_LAYOUT_TEXT : SEG_LAYOUT_I64,
      seg_str_view("keys"), (struct seg_str){"", 0}, "", error);
  if (status == SEG_OK && state->keys.count > state->old_keys)
    status = write_table(&writer, &state->keys, state->old_keys, &made, error);
  if (status == SEG_OK && state->more.count > 0)
    status = write_table(&writer, &state->more, 0, &made, error);
  if (status == SEG_OK)
    status = seg_values_writer_finish(&writer, written, error);
  written->counts_up = made.counts_up;
  written->first = made.first;
  seg_values_writer_discard(&writer);
  manifest->keys = grown;
  manifest->key_part_count++;
  return status;
}
