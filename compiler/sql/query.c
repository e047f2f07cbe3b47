// The whole query: customers, what the rules ask of their events, segments, winners; see sql.h.
#include <stdio.h>
#include <stdlib.h>

#include "compiler/sql/internal.h"
#include "runtime/base/text_stream.h"
#include "runtime/time/civil.h"

// --- what the rules stand on ---

static bool alloc_touched(struct seg_sql *sql) {
  const struct seg_program *program = sql->program;
  uint32_t count = program->event_count + 1;
  sql->touched.entities = SEG_NEW_ARRAY(&sql->arena, bool, count);
  sql->touched.columns = SEG_NEW_ARRAY(&sql->arena, bool *, count);
  sql->touched.segments = SEG_NEW_ARRAY(&sql->arena, bool, program->segment_count + 1);
  if (!sql->touched.entities || !sql->touched.columns || !sql->touched.segments)
    return false;
  for (uint32_t i = 0; i < count; i++) {
    const struct seg_program_entity *entity = i == 0 ? &program->customer : &program->events[i - 1];
    sql->touched.columns[i] = SEG_NEW_ARRAY(&sql->arena, bool, entity->column_count + 1);
    if (sql->touched.columns[i] == NULL)
      return false;
  }
  return true;
}

// The normal form says it while it is written; the text itself is not wanted.
static void touch(struct seg_sql *sql) {
  const struct seg_program *program = sql->program;
  char *data = NULL;
  size_t size = 0;
  FILE *out = seg_text_stream(&data, &size);
  bool done = out != NULL && alloc_touched(sql);
  for (uint32_t i = 0; done && i <= program->segment_count; i++)
    done = seg_program_print_normal(program, &program->customer,
                                    i == 0 ? NULL : program->segments[i - 1].when,
                                    SEG_NORMAL_MEANING, &sql->touched, out);
  if (program->customer_from_event >= 0 && done) {
    uint32_t event = (uint32_t)program->customer_from_event;
    sql->touched.entities[event + 1] = true;
    done = seg_program_print_normal(program, &program->events[event], NULL, SEG_NORMAL_MEANING,
                                    &sql->touched, out);
  }
  if (out == NULL || fclose(out) != 0 || !done)
    sql->out_of_memory = true;
  free(data);
}

static void take_names(struct seg_sql *sql) {
  const struct seg_program *program = sql->program;
  for (uint32_t i = 0; i < program->customer.column_count; i++)
    (void)seg_sql_new_name(sql, program->customer.columns[i].name.text);
  sql->segment_names = SEG_NEW_ARRAY(&sql->arena, struct seg_str, program->segment_count + 1);
  if (sql->segment_names == NULL) {
    sql->out_of_memory = true;
    return;
  }
  for (uint32_t i = 0; i < program->segment_count; i++)
    sql->segment_names[i] = seg_sql_new_name(sql, program->segments[i].name.text);
}

// --- parts of the query ---

static void write_head(struct seg_sql *sql) {
  char day[SEG_CIVIL_TEXT];
  const struct seg_sql_request *request = sql->request;
  fprintf(sql->out, "-- Written by segc %s for %s.\n", request->version,
          seg_sql_dialect_title(request->dialect));
  if (request->has_as_of) {
    seg_civil_format(request->as_of, day);
    fprintf(sql->out, "-- As of %s", day);
    if (request->dialect == SEG_SQL_SQLITE)
      fprintf(sql->out, ", which is day %d from 1970-01-01", request->as_of);
    fputs(": only what happened before this day counts.\n", sql->out);
  } else {
    fputs("-- The as-of day is a parameter: only what happened before it counts.\n", sql->out);
  }
  struct seg_str zone = seg_sql_remark(sql, sql->program->timezone);
  fprintf(sql->out, "-- Days are those of %.*s; money is counted in its smallest units.\n",
          SEG_STR(zone));
}

// The customers with all totals beside them; the name of the table that has both.
static struct seg_str write_values(struct seg_sql *sql) {
  struct seg_str customers = seg_sql_customers_name(sql);
  if (sql->aggregates.count == 0 && !seg_sql_has_draws(sql))
    return customers;
  struct seg_str name = seg_sql_cte_name(sql, seg_str_view("customer values"), "");
  struct seg_str from = seg_sql_quoted(sql, customers);
  struct seg_str draws = seg_sql_quoted(sql, seg_sql_draws_name(sql));
  seg_sql_begin(sql, name,
                seg_str_view("everybody with what the rules ask of their events; nothing is 0"));
  fprintf(sql->out, "  SELECT\n    %.*s.*", SEG_STR(from));
  for (size_t i = 0; i < sql->aggregates.count; i++) {
    const struct seg_node *node = sql->aggregates.items[i].node;
    bool known = seg_aggregate_is_always_known(node->aggregate);
    struct seg_str column = seg_sql_quoted(sql, sql->aggregates.items[i].name);
    struct seg_str table = seg_sql_quoted(sql, seg_sql_totals_name(sql, node->event));
    fprintf(sql->out, ",\n    %s%.*s.%.*s%s AS %.*s", known ? "COALESCE(" : "", SEG_STR(table),
            SEG_STR(column), known ? ", 0)" : "", SEG_STR(column));
  }
  for (size_t i = 0; seg_sql_has_draws(sql) && i < sql->salts.count; i++)
    fprintf(sql->out, ",\n    %.*s.\"#draw %zu\"", SEG_STR(draws), i + 1);
  fprintf(sql->out, "\n  FROM %.*s\n", SEG_STR(from));
  if (seg_sql_has_draws(sql))
    fprintf(sql->out, "  JOIN %.*s ON %.*s.\"#key\" = %.*s.\"#key\"\n", SEG_STR(draws),
            SEG_STR(draws), SEG_STR(from));
  for (uint32_t i = 0; i < sql->program->event_count; i++) {
    if (!seg_sql_has_totals(sql, i))
      continue;
    struct seg_str table = seg_sql_quoted(sql, seg_sql_totals_name(sql, i));
    fprintf(sql->out, "  LEFT JOIN %.*s ON %.*s.\"#key\" = %.*s.\"#key\"\n", SEG_STR(table),
            SEG_STR(table), SEG_STR(from));
  }
  seg_sql_end(sql);
  return name;
}

// --- segments ---

// How deep `member` goes below a rule: segments that others ask for come before them.
static uint32_t depth_of(const struct seg_program *program, const struct seg_node *node) {
  uint32_t depth = 0;
  bool member = node->kind == SEG_NODE_MEMBER;
  const struct seg_node *rule = member ? program->segments[node->segment].when : NULL;
  if (member)
    return 1 + depth_of(program, rule);
  for (uint32_t i = 0; i < node->operand_count; i++) {
    uint32_t below = depth_of(program, node->operands[i]);
    depth = below > depth ? below : depth;
  }
  return depth;
}

// The parts of an `and` or `or` a line each.
static void write_rule(struct seg_sql *sql, const struct seg_node *rule) {
  bool all = rule->kind == SEG_NODE_AND;
  if (!all && rule->kind != SEG_NODE_OR) {
    struct seg_sql_text text = seg_sql_truth(sql, rule);
    fprintf(sql->out, "    %.*s", SEG_STR(text.text));
    return;
  }
  bool nullable = false;
  fputs("    (", sql->out);
  for (uint32_t i = 0; i < rule->operand_count; i++) {
    struct seg_sql_text part = seg_sql_condition(sql, rule->operands[i]);
    struct seg_str text =
        part.level == (all ? SEG_SQL_OR : SEG_SQL_AND) ? seg_sql_parens(sql, part) : part.text;
    nullable = nullable || part.nullable;
    fprintf(sql->out, "%s%.*s", i == 0 ? "" : all ? "\n      AND " : "\n      OR ", SEG_STR(text));
  }
  fputs(nullable ? ") IS TRUE" : ")", sql->out);
}

static void write_segment(struct seg_sql *sql, uint32_t number) {
  const struct seg_program_segment *segment = &sql->program->segments[number];
  struct seg_str place = seg_sql_place(sql, segment->span);
  struct seg_str title = seg_sql_remark(sql, segment->title);
  struct seg_str plain = seg_sql_remark(sql, segment->name.text);
  struct seg_str name = seg_sql_quoted(sql, sql->segment_names[number]);
  fprintf(sql->out, ",\n    -- %.*s%s%.*s (%.*s)\n", SEG_STR(plain), title.size > 0 ? ": " : "",
          SEG_STR(title), SEG_STR(place));
  write_rule(sql, segment->when);
  fprintf(sql->out, " AS %.*s", SEG_STR(name));
}

static struct seg_str write_segments(struct seg_sql *sql, struct seg_str from) {
  const struct seg_program *program = sql->program;
  sql->entity = &program->customer;
  bool more = true;
  for (uint32_t depth = 0; more; depth++) {
    uint32_t written = 0;
    more = false;
    struct seg_str name =
        depth == 0 ? seg_sql_cte_name(sql, seg_str_view("segments"), "")
                   : seg_sql_cte_name(sql, seg_sql_format(sql, "segments %u", depth + 1), "");
    for (uint32_t i = 0; i < program->segment_count; i++) {
      uint32_t own = depth_of(program, program->segments[i].when);
      more = more || own > depth;
      if (own != depth)
        continue;
      if (written++ == 0) {
        seg_sql_begin(sql, name,
                      seg_str_view(depth == 0 ? "who is in which segment"
                                              : "segments that ask for those above"));
        fputs("  SELECT\n    *", sql->out);
      }
      write_segment(sql, i);
    }
    if (written == 0)
      continue;
    struct seg_str quoted = seg_sql_quoted(sql, from);
    fprintf(sql->out, "\n  FROM %.*s\n", SEG_STR(quoted));
    seg_sql_end(sql);
    from = name;
  }
  return from;
}

static void write_chain(struct seg_sql *sql, const struct seg_program_chain *chain) {
  struct seg_str remark = seg_sql_remark(sql, chain->name.text);
  struct seg_str place = seg_sql_place(sql, chain->span);
  fprintf(sql->out, ",\n  -- %.*s: the first that matches (%.*s)\n  CASE", SEG_STR(remark),
          SEG_STR(place));
  for (uint32_t i = 0; i < chain->member_count; i++) {
    uint32_t segment = chain->members[i];
    struct seg_str column = seg_sql_quoted(sql, sql->segment_names[segment]);
    struct seg_str word = seg_sql_literal(sql, sql->program->segments[segment].name.text);
    fprintf(sql->out, "\n    WHEN %.*s THEN %.*s", SEG_STR(column), SEG_STR(word));
  }
  if (chain->otherwise.size > 0) {
    struct seg_str word = seg_sql_literal(sql, chain->otherwise);
    fprintf(sql->out, "\n    ELSE %.*s", SEG_STR(word));
  }
  struct seg_str name = seg_sql_quoted(sql, chain->name.text);
  fprintf(sql->out, "\n  END AS %.*s", SEG_STR(name));
}

// The control group of a segment.
static void write_holdout(struct seg_sql *sql, const struct seg_program_segment *segment,
                          struct seg_str column) {
  struct seg_str text = seg_sql_held_out(sql, segment).text;
  struct seg_str name =
      seg_sql_quoted(sql, seg_sql_format(sql, "%.*s_holdout", SEG_STR(segment->name.text)));
  fprintf(sql->out, ",\n  %.*s AND %.*s AS %.*s", SEG_STR(column), SEG_STR(text), SEG_STR(name));
}

static void write_select(struct seg_sql *sql, struct seg_str from) {
  const struct seg_program *program = sql->program;
  struct seg_str table = seg_sql_quoted(sql, from);
  int32_t event = program->customer_from_event;
  struct seg_str key = event >= 0 ? program->events[event].key : program->customer.key;
  struct seg_str name = seg_sql_quoted(sql, key);
  fprintf(sql->out, "%sSELECT\n  \"#id\" AS %.*s", "\n\n", SEG_STR(name));
  for (uint32_t i = 0; i < program->segment_count; i++) {
    struct seg_str column = seg_sql_quoted(sql, sql->segment_names[i]);
    struct seg_str own = seg_sql_quoted(sql, program->segments[i].name.text);
    fprintf(sql->out, ",\n  %.*s", SEG_STR(column));
    if (!seg_str_equal(column, own))
      fprintf(sql->out, " AS %.*s", SEG_STR(own));
    if (program->segments[i].holdout.whole != 0)
      write_holdout(sql, &program->segments[i], column);
  }
  for (uint32_t i = 0; i < program->chain_count; i++)
    write_chain(sql, &program->chains[i]);
  fprintf(sql->out, "\nFROM %.*s\nORDER BY \"#id\";\n", SEG_STR(table));
}

static void write_query(struct seg_sql *sql) {
  const struct seg_program *program = sql->program;
  sql->qualifier = "";
  touch(sql);
  take_names(sql);
  for (uint32_t i = 0; !sql->out_of_memory && i < program->segment_count; i++) {
    seg_sql_collect(sql, program->segments[i].when);
    if (program->segments[i].holdout.whole != 0)
      seg_sql_collect_salt(sql, program->segments[i].holdout_salt);
  }
  if (sql->out_of_memory)
    return;
  write_head(sql);
  seg_sql_write_clock(sql);
  seg_sql_write_letters(sql);
  int32_t from_event = program->customer_from_event;
  if (from_event < 0)
    seg_sql_write_customer(sql);
  for (uint32_t i = 0; i < program->event_count; i++)
    if (sql->touched.entities[i + 1])
      seg_sql_write_event(sql, i);
  if (from_event >= 0)
    seg_sql_write_customer(sql);
  for (uint32_t i = 0; i < program->event_count; i++)
    seg_sql_write_totals(sql, i);
  seg_sql_write_draws(sql);
  struct seg_str values = write_values(sql);
  struct seg_str places = seg_sql_write_ranks(sql, values);
  write_select(sql, write_segments(sql, places));
}

enum seg_status seg_sql_write(const struct seg_sql_request *request, struct seg_diagnostics *sink,
                              FILE *out, struct seg_error *error) {
  struct seg_sql sql = {.request = request, .program = request->program, .sink = sink};
  char *data = NULL;
  size_t size = 0;
  seg_arena_init(&sql.arena);
  sql.qualifier = "";
  sql.out = seg_text_stream(&data, &size);
  enum seg_status status = SEG_OK;
  if (sql.out != NULL)
    status = seg_sql_find_as_of(&sql, error);
  if (sql.out != NULL && status == SEG_OK)
    write_query(&sql);
  if (sql.out == NULL || fclose(sql.out) != 0 || sql.out_of_memory)
    status = seg_fail_memory(error, "the query");
  if (status == SEG_OK && !sql.refused)
    fwrite(data, 1, size, out);
  free(data);
  SEG_VEC_FREE(&sql.aggregates);
  SEG_VEC_FREE(&sql.ranks);
  SEG_VEC_FREE(&sql.salts);
  SEG_VEC_FREE(&sql.names);
  seg_zone_free(sql.zone);
  seg_arena_deinit(&sql.arena);
  return status;
}
