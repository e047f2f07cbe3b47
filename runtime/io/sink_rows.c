// The result as a DuckDB table function. Texts are lent to DuckDB, not copied: they outlive the
// query.
#include "runtime/io/sink_rows.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/arena.h"

struct cursor {
  int64_t next; // customer
};

static void add_column(duckdb_bind_info info, struct seg_arena *arena, struct seg_str name,
                       duckdb_type type) {
  duckdb_logical_type logical = duckdb_create_logical_type(type);
  struct seg_str copy = seg_arena_str(arena, name);
  if (copy.data == NULL)
    duckdb_bind_set_error(info, "memory is out");
  else
    duckdb_bind_add_result_column(info, copy.data, logical);
  duckdb_destroy_logical_type(&logical);
}

static void bind_rows(duckdb_bind_info info) {
  const struct seg_sink_rows *rows = duckdb_bind_get_extra_info(info);
  const struct seg_result_view *result = rows->result;
  struct seg_arena arena;
  seg_arena_init(&arena);
  add_column(info, &arena, result->key_name,
             result->keys.layout == SEG_LAYOUT_TEXT ? DUCKDB_TYPE_VARCHAR : DUCKDB_TYPE_BIGINT);
  for (uint32_t i = 0; i < result->segment_count; i++)
    add_column(info, &arena, result->segments[i], DUCKDB_TYPE_BOOLEAN);
  for (uint32_t i = 0; i < result->chain_count; i++)
    add_column(info, &arena, result->chains[i].name, DUCKDB_TYPE_VARCHAR);
  duckdb_bind_set_cardinality(info, (idx_t)result->customer_count, true);
  seg_arena_deinit(&arena);
}

static void start_rows(duckdb_init_info info) {
  struct cursor *cursor = calloc(1, sizeof *cursor);
  if (cursor == NULL)
    duckdb_init_set_error(info, "memory is out");
  else
    duckdb_init_set_init_data(info, cursor, free);
  duckdb_init_set_max_threads(info, 1); // one reader: the order of rows is the order of customers
}

static duckdb_string_t lend(struct seg_str text) {
  duckdb_string_t form;
  memset(&form, 0, sizeof form);
  form.value.inlined.length = (uint32_t)text.size;
  if (text.size <= sizeof form.value.inlined.inlined) {
    if (text.size > 0)
      memcpy(form.value.inlined.inlined, text.data, text.size);
    return form;
  }
  memcpy(form.value.pointer.prefix, text.data, sizeof form.value.pointer.prefix);
  form.value.pointer.ptr = (char *)text.data; // DuckDB reads only
  return form;
}

static void write_keys(duckdb_vector vector, const struct seg_column_view *keys, int64_t first,
                       int64_t count) {
  if (keys->layout == SEG_LAYOUT_I64) {
    memcpy(duckdb_vector_get_data(vector), (const int64_t *)keys->values + first,
           (size_t)count * sizeof(int64_t));
    return;
  }
  duckdb_string_t *to = duckdb_vector_get_data(vector);
  const struct seg_str *from = (const struct seg_str *)keys->values + first;
  for (int64_t i = 0; i < count; i++)
    to[i] = lend(from[i]);
}

static void write_members(duckdb_vector vector, const uint64_t *members, int64_t first,
                          int64_t count) {
  uint8_t *to = duckdb_vector_get_data(vector);
  for (int64_t i = 0; i < count; i++)
    to[i] = seg_bitmap_test(members, first + i);
}

static void write_winners(duckdb_vector vector, const struct seg_result_chain *chain, int64_t first,
                          int64_t count) {
  duckdb_string_t *to = duckdb_vector_get_data(vector);
  bool has_otherwise = chain->otherwise.size > 0;
  duckdb_string_t otherwise = lend(chain->otherwise);
  uint64_t *validity = NULL;
  for (int64_t i = 0; i < count; i++) {
    uint16_t winner = chain->winners[first + i];
    if (winner != SEG_NO_WINNER) {
      to[i] = lend(chain->members[winner]);
      continue;
    }
    to[i] = otherwise;
    if (has_otherwise)
      continue;
    if (validity == NULL) {
      duckdb_vector_ensure_validity_writable(vector);
      validity = duckdb_vector_get_validity(vector);
    }
    duckdb_validity_set_row_invalid(validity, (idx_t)i);
  }
}

static void write_rows(duckdb_function_info info, duckdb_data_chunk output) {
  const struct seg_sink_rows *rows = duckdb_function_get_extra_info(info);
  const struct seg_result_view *result = rows->result;
  struct cursor *cursor = duckdb_function_get_init_data(info);
  int64_t first = cursor->next;
  int64_t count = result->customer_count - first;
  int64_t most = (int64_t)duckdb_vector_size();
  idx_t column = 0;
  if (rows->interrupted != NULL && atomic_load(rows->interrupted)) {
    duckdb_function_set_error(info, "interrupted");
    return;
  }
  if (count > most)
    count = most;
  write_keys(duckdb_data_chunk_get_vector(output, column++), &result->keys, first, count);
  for (uint32_t i = 0; i < result->segment_count; i++)
    write_members(duckdb_data_chunk_get_vector(output, column++), result->members[i], first, count);
  for (uint32_t i = 0; i < result->chain_count; i++)
    write_winners(duckdb_data_chunk_get_vector(output, column++), &result->chains[i], first, count);
  duckdb_data_chunk_set_size(output, (idx_t)count);
  cursor->next += count;
}

bool seg_sink_rows_register(duckdb_connection connection, struct seg_sink_rows *rows) {
  duckdb_table_function function = duckdb_create_table_function();
  if (function == NULL)
    return false;
  duckdb_table_function_set_name(function, SEG_SINK_FUNCTION);
  duckdb_table_function_set_extra_info(function, rows, NULL);
  duckdb_table_function_set_bind(function, bind_rows);
  duckdb_table_function_set_init(function, start_rows);
  duckdb_table_function_set_function(function, write_rows);
  bool done = duckdb_register_table_function(connection, function) == DuckDBSuccess;
  duckdb_destroy_table_function(&function);
  return done;
}
