// Days and moments: the as-of day, windows, and what a column of the data says about time.
#include <inttypes.h>
#include <stdio.h>

#include "compiler/sql/internal.h"
#include "runtime/time/civil.h"

struct seg_sql_text seg_sql_day(struct seg_sql *sql, int32_t day, const struct seg_node *node) {
  char text[SEG_CIVIL_TEXT];
  seg_civil_format(day, text);
  struct seg_sql_text operands[] = {seg_sql_atom(seg_sql_format(sql, "%s", text)),
                                    seg_sql_number(sql, day)};
  return seg_sql_form(sql, SEG_SQL_FORM_DATE_LITERAL, node, 2, operands);
}

enum { LAST_CLOCK_DAY = 84006 }; // 2200: without an as-of day the table of a zone ends somewhere

static struct seg_sql_text zone_literal(struct seg_sql *sql, struct seg_str zone) {
  return seg_sql_atom(seg_sql_literal(sql, zone));
}

// --- times without a zone ---

// Does the zone show some time of the clock twice? With `midnights`: some midnight.
static bool repeats_times(const struct seg_zone *zone, bool midnights) {
  struct seg_zone_cursor cursor = {0};
  int64_t at = 0; // 1970: who needs older midnights to the hour reads docs/sql.md
  int64_t end = INT64_C(47482) * SEG_MICROSECONDS_PER_DAY; // 2100: the rule has come round by then
  int32_t before = seg_zone_offset(zone, &cursor, at);
  for (at = cursor.until; at < end; at = cursor.until) {
    int32_t after = seg_zone_offset(zone, &cursor, at);
    int64_t first = at + after * SEG_MICROSECONDS_PER_SECOND;     // local times from here
    int64_t last = at + before * SEG_MICROSECONDS_PER_SECOND - 1; // to here are shown twice
    if (after < before && (!midnights || seg_civil_day_of(last) != seg_civil_day_of(first - 1)))
      return true;
    before = after;
  }
  return false;
}

// The moment at which the clock of the zone shows that time; of two the first, as in the language.
// Databases take the second of them: a day later minus a day is the first, where that is right.
static struct seg_sql_text from_clock(struct seg_sql *sql, struct seg_sql_text clock,
                                      struct seg_str zone, bool twice,
                                      const struct seg_node *node) {
  struct seg_sql_text name = zone_literal(sql, zone);
  struct seg_sql_text moment = SEG_SQL_FORM(sql, FROM_CLOCK, node, clock, name);
  if (!twice || sql->request->dialect == SEG_SQL_SQLITE)
    return moment;
  struct seg_sql_text day = seg_sql_number(sql, 24);
  struct seg_sql_text eve = SEG_SQL_FORM(sql, SUBTRACT_HOURS, node, clock, day);
  struct seg_sql_text earlier =
      SEG_SQL_FORM(sql, ADD_HOURS, node, SEG_SQL_FORM(sql, FROM_CLOCK, node, eve, name), day);
  struct seg_sql_text shown = SEG_SQL_FORM(sql, FROM_CLOCK, node, earlier, name);
  struct seg_str text =
      seg_sql_format(sql, "CASE WHEN %.*s = %.*s AND %.*s < %.*s THEN %.*s ELSE %.*s END",
                     SEG_STR(shown.text), SEG_STR(clock.text), SEG_STR(earlier.text),
                     SEG_STR(moment.text), SEG_STR(earlier.text), SEG_STR(moment.text));
  return seg_sql_atom(text);
}

static bool project_repeats(struct seg_sql *sql) {
  return repeats_times(sql->zone, true);
}

static bool zone_repeats(struct seg_sql *sql, struct seg_str name) {
  struct seg_zone *zone = NULL;
  struct seg_error error;
  enum seg_status status = seg_zone_load(name, &zone, &error);
  bool repeats = status != SEG_OK || repeats_times(zone, false);
  sql->out_of_memory = sql->out_of_memory || status == SEG_OUT_OF_MEMORY;
  seg_zone_free(zone);
  return repeats;
}

// What the column is, only its table knows: a date, a moment, or a time of a clock, which is read
// in the zone that the event declares. Anything else ends the query.
struct by_type {
  struct seg_sql_text raw, date, moment, clock, none;
  bool has_clock;
};

static struct by_type types_of(struct seg_sql *sql, const struct seg_program_entity *entity,
                               struct seg_str column, const struct seg_node *node) {
  struct by_type types = {.raw = seg_sql_column(sql, column, false),
                          .has_clock = entity->zone.size > 0};
  struct seg_sql_text name = seg_sql_atom(seg_sql_literal(sql, column));
  types.date = SEG_SQL_FORM(sql, AS_DATE, node, types.raw);
  types.moment = SEG_SQL_FORM(sql, AS_INSTANT, node, types.raw);
  types.none = SEG_SQL_FORM(sql, NO_ZONE, node, types.raw, name);
  if (types.has_clock)
    types.clock = from_clock(sql, SEG_SQL_FORM(sql, AS_CLOCK, node, types.raw), entity->zone,
                             zone_repeats(sql, entity->zone), node);
  return types;
}

static struct seg_sql_text by_type(struct seg_sql *sql, const struct by_type *types,
                                   const struct seg_node *node) {
  struct seg_sql_text is_date = SEG_SQL_FORM(sql, IS_DATE, node, types->raw);
  struct seg_sql_text is_moment = SEG_SQL_FORM(sql, IS_MOMENT, node, types->raw);
  struct seg_sql_text is_clock = SEG_SQL_FORM(sql, IS_LOCAL_TIME, node, types->raw);
  struct seg_str clock = {"", 0};
  if (types->has_clock)
    clock = seg_sql_format(sql, "         WHEN %.*s THEN %.*s\n", SEG_STR(is_clock.text),
                           SEG_STR(types->clock.text));
  return seg_sql_atom(seg_sql_format(sql,
                                     "CASE WHEN %.*s THEN %.*s\n"
                                     "         WHEN %.*s THEN %.*s\n"
                                     "%.*s         ELSE %.*s END",
                                     SEG_STR(is_date.text), SEG_STR(types->date.text),
                                     SEG_STR(is_moment.text), SEG_STR(types->moment.text),
                                     SEG_STR(clock), SEG_STR(types->none.text)));
}

struct seg_sql_text seg_sql_moment(struct seg_sql *sql, const struct seg_program_entity *entity,
                                   struct seg_str column, const struct seg_node *node) {
  struct by_type types = types_of(sql, entity, column, node);
  struct seg_sql_text midnight = SEG_SQL_FORM(sql, AS_CLOCK, node, types.date);
  types.date = from_clock(sql, midnight, sql->program->timezone, project_repeats(sql), node);
  return by_type(sql, &types, node);
}

struct seg_sql_text seg_sql_local_day(struct seg_sql *sql, const struct seg_program_entity *entity,
                                      struct seg_str column, const struct seg_node *node) {
  struct seg_sql_text zone = zone_literal(sql, sql->program->timezone);
  struct by_type types = types_of(sql, entity, column, node);
  types.moment = SEG_SQL_FORM(sql, LOCAL_DAY, node, types.moment, zone);
  types.none = SEG_SQL_FORM(sql, LOCAL_DAY, node, types.none, zone);
  if (types.has_clock)
    types.clock = SEG_SQL_FORM(sql, LOCAL_DAY, node, types.clock, zone);
  return by_type(sql, &types, node);
}

enum seg_status seg_sql_find_as_of(struct seg_sql *sql, struct seg_error *error) {
  enum seg_status status = seg_zone_load(sql->program->timezone, &sql->zone, error);
  if (status != SEG_OK)
    return status;
  if (sql->request->has_as_of) {
    sql->day = seg_sql_day(sql, sql->request->as_of, NULL);
    struct seg_type type = {.kind = SEG_TYPE_TIMESTAMP};
    struct seg_literal literal = {.integer = seg_zone_midnight(sql->zone, sql->request->as_of)};
    sql->midnight = seg_sql_literal_value(sql, &type, &literal, NULL);
    return SEG_OK;
  }
  struct seg_sql_text first = seg_sql_atom(seg_str_view("$1"));
  sql->day = SEG_SQL_FORM(sql, PARAMETER_DAY, NULL, first);
  sql->midnight = from_clock(sql, SEG_SQL_FORM(sql, AS_CLOCK, NULL, sql->day),
                             sql->program->timezone, project_repeats(sql), NULL);
  return SEG_OK;
}

// --- a dialect without time zones gets the zone as a table ---

// One stretch of the zone. A time of the clock belongs to it from `local` on: of the times shown
// twice the first one counts, and those that are skipped belong to the stretch before.
static void write_stretch(struct seg_sql *sql, uint32_t number, int64_t since, int32_t before,
                          int32_t offset) {
  int64_t local = since;
  if (number > 0)
    local += (before > offset ? before : offset) * SEG_MICROSECONDS_PER_SECOND;
  fprintf(sql->out, "%s(%" PRId64 ", %" PRId64 ", %" PRId64 ")",
          number == 0       ? ""
          : number % 3 == 0 ? ",\n    "
                            : ", ",
          since, local, offset * SEG_MICROSECONDS_PER_SECOND);
}

void seg_sql_write_clock(struct seg_sql *sql) {
  if (sql->request->dialect != SEG_SQL_SQLITE)
    return;
  int64_t first = (int64_t)(SEG_CIVIL_FIRST_DAY - 2) * SEG_MICROSECONDS_PER_DAY;
  int64_t end = ((int64_t)(sql->request->has_as_of ? sql->request->as_of : LAST_CLOCK_DAY) + 2) *
                SEG_MICROSECONDS_PER_DAY;
  struct seg_zone_cursor cursor = {0};
  uint32_t number = 0;
  int32_t before = 0;
  seg_sql_begin(sql, seg_str_view("#clock"),
                seg_str_view("how far the clocks of the time zone are ahead of UTC, since when"));
  fputs("  SELECT column1 AS since, column2 AS local_since, column3 AS microseconds\n"
        "  FROM (VALUES\n    ",
        sql->out);
  for (int64_t at = first; at < end || number == 0; at = cursor.until) {
    int32_t offset = seg_zone_offset(sql->zone, &cursor, at);
    write_stretch(sql, number++, at, before, offset);
    before = offset;
  }
  fputs("\n  )\n", sql->out);
  seg_sql_end(sql);
}

// --- windows ---

static struct seg_sql_text condition(struct seg_sql *sql, const char *name, const char *sign,
                                     struct seg_sql_text value) {
  struct seg_sql_text column = seg_sql_column(sql, seg_str_view(name), false);
  return (struct seg_sql_text){
      .text = seg_sql_format(sql, "%.*s %s %.*s", SEG_STR(column.text), sign, SEG_STR(value.text)),
      .level = SEG_SQL_OTHER};
}

static struct seg_sql_text days_ago(struct seg_sql *sql, const struct seg_node *node,
                                    int32_t days) {
  return SEG_SQL_FORM(sql, SUBTRACT_DAYS, node, sql->day, seg_sql_number(sql, days));
}

static struct seg_sql_text hours_ago(struct seg_sql *sql, const struct seg_node *node,
                                     int32_t hours) {
  return SEG_SQL_FORM(sql, SUBTRACT_HOURS, node, sql->midnight, seg_sql_number(sql, hours));
}

static struct seg_sql_text period(struct seg_sql *sql, const struct seg_node *node, int32_t count) {
  const struct seg_day_window *window = &node->window;
  if (sql->request->dialect == SEG_SQL_SQLITE && sql->request->has_as_of)
    return seg_sql_number(sql, seg_period_first_day(window->unit, sql->request->as_of, -count));
  struct seg_sql_text word = seg_sql_atom(seg_str_view(seg_period_word(window->unit)));
  struct seg_sql_text begin = SEG_SQL_FORM(sql, PERIOD_BEGIN, node, sql->day, word);
  if (count == 0)
    return begin;
  static const struct {
    int32_t number;
    const char *unit;
  } lengths[] = {[SEG_PERIOD_UNIT_WEEK] = {7, "days"},
                 [SEG_PERIOD_UNIT_MONTH] = {1, "months"},
                 [SEG_PERIOD_UNIT_QUARTER] = {3, "months"},
                 [SEG_PERIOD_UNIT_YEAR] = {12, "months"}};
  struct seg_str length = seg_sql_format(sql, "%d %s", count * lengths[window->unit].number,
                                         lengths[window->unit].unit);
  return SEG_SQL_FORM(sql, EARLIER_PERIOD, node, begin, seg_sql_atom(length));
}

static struct seg_sql_text hour_window(struct seg_sql *sql, const struct seg_node *node) {
  const struct seg_day_window *window = &node->window;
  struct seg_sql_text far = condition(sql, "#at", ">=", hours_ago(sql, node, window->far_age));
  if (window->kind == SEG_WINDOW_WITHIN)
    return far;
  return seg_sql_both(sql, far, condition(sql, "#at", "<", hours_ago(sql, node, window->near_age)));
}

struct seg_sql_text seg_sql_window(struct seg_sql *sql, const struct seg_node *node) {
  const struct seg_day_window *window = &node->window;
  if (window->hours)
    return hour_window(sql, node);
  switch (window->kind) {
  case SEG_WINDOW_EVER:
  case SEG_WINDOW_IN: break; // IN has become FROM
  case SEG_WINDOW_WITHIN: return condition(sql, "#day", ">=", days_ago(sql, node, window->far_age));
  case SEG_WINDOW_BETWEEN:
    return seg_sql_both(sql, condition(sql, "#day", ">=", days_ago(sql, node, window->far_age)),
                        condition(sql, "#day", "<=", days_ago(sql, node, window->near_age)));
  case SEG_WINDOW_FROM:
    return seg_sql_both(sql,
                        condition(sql, "#day", ">=", seg_sql_day(sql, window->first_day, node)),
                        condition(sql, "#day", "<=", seg_sql_day(sql, window->last_day, node)));
  case SEG_WINDOW_THIS: return condition(sql, "#day", ">=", period(sql, node, 0));
  case SEG_WINDOW_LAST:
    return seg_sql_both(sql, condition(sql, "#day", ">=", period(sql, node, window->count)),
                        condition(sql, "#day", "<", period(sql, node, 0)));
  }
  return (struct seg_sql_text){.text = {"", 0}};
}

struct seg_str seg_sql_window_words(struct seg_sql *sql, const struct seg_day_window *window) {
  char first[SEG_CIVIL_TEXT], last[SEG_CIVIL_TEXT];
  const char *unit = window->hours ? "h" : "d";
  switch (window->kind) {
  case SEG_WINDOW_EVER:
  case SEG_WINDOW_IN: return seg_str_view("ever");
  case SEG_WINDOW_WITHIN: return seg_sql_format(sql, "within %d%s", window->far_age, unit);
  case SEG_WINDOW_BETWEEN:
    return seg_sql_format(sql, "between %d%s and %d%s ago", window->near_age, unit, window->far_age,
                          unit);
  case SEG_WINDOW_FROM:
    seg_civil_format(window->first_day, first);
    seg_civil_format(window->last_day, last);
    return seg_sql_format(sql, "from %s through %s", first, last);
  case SEG_WINDOW_THIS: return seg_sql_format(sql, "in this %s", seg_period_word(window->unit));
  case SEG_WINDOW_LAST:
    return seg_sql_format(sql, "in last %d %ss", window->count, seg_period_word(window->unit));
  }
  return seg_str_view("");
}
