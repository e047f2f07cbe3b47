// The customers of a case, each written down as a `test` block: what a test says about a customer
// must be what the rules say about the same rows in the data.
#include <segc.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/decimal.h"
#include "runtime/time/civil.h"
#include "runtime/time/zone.h"
#include "tests/conformance/ways.h"

enum { LONGEST_DIGITS = 18 };

/** What the titles begin with: the case may have tests of its own. */
static const char mark[] = "stated: ";

struct statement {
  FILE *out;
  const struct seg_program *program;
  const struct seg_dataset *dataset;
  const struct seg_zone *zone;
  int32_t as_of;
  bool spelled; // false: a value has no literal
};

// --- literals ---

static void text_literal(struct statement *state, struct seg_str text) {
  fputc('"', state->out);
  for (size_t i = 0; i < text.size; i++) {
    unsigned char byte = (unsigned char)text.data[i];
    if (byte == '"' || byte == '\\')
      fprintf(state->out, "\\%c", byte);
    else if (byte < 0x20)
      fprintf(state->out, "\\u{%x}", byte);
    else
      fputc(byte, state->out);
  }
  fputc('"', state->out);
}

static void number_literal(struct statement *state, double value) {
  char text[64];
  int digits = 1;
  do
    snprintf(text, sizeof text, "%.*g", digits, value);
  while (strtod(text, NULL) != value && ++digits <= 17);
  state->spelled = state->spelled && strchr(text, 'e') == NULL;
  fputs(text, state->out);
}

static void integer_literal(struct statement *state, int64_t value, unsigned scale) {
  char text[SEG_DECIMAL_TEXT];
  seg_decimal_format(value, scale, text);
  size_t digits = strspn(text, "-.0123456789") - (value < 0) - (scale > 0);
  state->spelled = state->spelled && digits <= LONGEST_DIGITS;
  fputs(text, state->out);
}

static void day_literal(struct statement *state, int64_t day) {
  char text[SEG_CIVIL_TEXT];
  state->spelled = state->spelled && day > SEG_CIVIL_FIRST_DAY + 2 && day < SEG_CIVIL_LAST_DAY - 2;
  seg_civil_format((int32_t)day, text);
  fputs(text, state->out);
}

static void moment_literal(struct statement *state, int64_t moment) {
  int32_t day = seg_civil_day_of(moment);
  int64_t rest = moment - day * SEG_MICROSECONDS_PER_DAY, second = rest / 1000000;
  fputc('"', state->out);
  day_literal(state, day);
  fprintf(state->out, "T%02d:%02d:%02d.%06dZ\"", (int)(second / 3600), (int)(second / 60 % 60),
          (int)(second % 60), (int)(rest % 1000000));
}

static void literal(struct statement *state, const struct seg_type *type,
                    const struct seg_value *value) {
  switch (type->kind) {
  case SEG_TYPE_BOOL: fputs(value->integer ? "true" : "false", state->out); break;
  case SEG_TYPE_INT: integer_literal(state, value->integer, 0); break;
  case SEG_TYPE_NUMBER:
  case SEG_TYPE_AMOUNT: number_literal(state, value->number); break;
  case SEG_TYPE_MONEY:
    integer_literal(state, value->integer, type->scale);
    fprintf(state->out, " %.*s", SEG_STR(type->currency));
    break;
  case SEG_TYPE_TEXT: text_literal(state, value->text); break;
  case SEG_TYPE_DATE: day_literal(state, value->integer); break;
  case SEG_TYPE_TIMESTAMP: moment_literal(state, value->integer); break;
  case SEG_TYPE_ENUM: text_literal(state, type->enumeration->values[value->integer]); break;
  case SEG_TYPE_KIND_COUNT: break;
  }
}

// --- records ---

static void columns(struct statement *state, const struct seg_program_entity *entity,
                    const struct seg_row *row) {
  for (uint32_t i = 0; i < entity->column_count; i++) {
    const struct seg_program_column *column = &entity->columns[i];
    bool is_time = entity->time.size > 0 && seg_str_equal(column->name.text, entity->time);
    if (column->computed != NULL || is_time || !row->values[i].known)
      continue;
    fprintf(state->out, " `%.*s`: ", SEG_STR(column->name.text));
    literal(state, &column->type, &row->values[i]);
  }
}

static bool declares(const struct seg_program_entity *entity, struct seg_str name) {
  for (uint32_t i = 0; i < entity->column_count; i++)
    if (seg_str_equal(entity->columns[i].name.text, name))
      return true;
  return false;
}

static void customer(struct statement *state, struct seg_str key, const struct seg_row *row) {
  const struct seg_program_entity *entity = &state->program->customer;
  fputs("  customer {", state->out);
  if (!declares(entity, entity->key)) {
    fprintf(state->out, " `%.*s`: ", SEG_STR(entity->key));
    text_literal(state, key);
  }
  if (row != NULL)
    columns(state, entity, row);
  fputs(" }\n", state->out);
}

static void event(struct statement *state, const struct seg_program_entity *entity,
                  const struct seg_row *row) {
  fprintf(state->out, "  `%.*s` { `%.*s`: ", SEG_STR(entity->name.text), SEG_STR(entity->time));
  if (row->instant == seg_zone_midnight(state->zone, row->day))
    day_literal(state, row->day);
  else
    moment_literal(state, row->instant);
  columns(state, entity, row);
  fputs(" }\n", state->out);
}

// The rows of one customer alone.
static void take_rows(const struct seg_rows *all, struct seg_str key, struct seg_rows *own) {
  for (size_t i = 0; i < all->rows.count; i++)
    if (all->rows.items[i].key.data != NULL && seg_str_equal(all->rows.items[i].key, key))
      CASE_PUSH(&own->rows, all->rows.items[i]);
}

static int64_t number_of(struct seg_reference *reference, struct seg_str key) {
  uint32_t count = seg_reference_customer_count(reference);
  for (uint32_t i = 0; i < count; i++)
    if (seg_str_equal(seg_reference_customer_key(reference, i), key))
      return i;
  return -1;
}

static bool is_in(struct seg_reference *reference, uint32_t segment, struct seg_str key) {
  int64_t number = number_of(reference, key);
  return number >= 0 && seg_reference_member(reference, segment, (uint32_t)number);
}

// A test knows one customer. Rules that compare customers answer otherwise when nobody else is
// there.
static bool same_alone(const struct statement *state, struct seg_str key,
                       struct seg_reference *reference) {
  struct seg_dataset own;
  struct seg_reference *alone = NULL;
  struct seg_error error = {0};
  if (!seg_dataset_init(&own, state->program->event_count))
    case_out_of_memory();
  take_rows(&state->dataset->customers, key, &own.customers);
  for (uint32_t i = 0; i < own.event_count; i++)
    take_rows(&state->dataset->events[i], key, &own.events[i]);
  if (!seg_dataset_add_lists(&own, state->dataset->list_count))
    case_out_of_memory();
  for (uint32_t i = 0; i < own.list_count; i++)
    take_rows(&state->dataset->lists[i], key, &own.lists[i]);
  bool same = seg_reference_new(state->program, &own, state->as_of, &alone, &error) == SEG_OK;
  for (uint32_t i = 0; same && i < state->program->segment_count; i++)
    same = is_in(alone, i, key) == is_in(reference, i, key);
  seg_reference_free(alone);
  seg_dataset_deinit(&own);
  return same;
}

static bool holds_key(const struct seg_rows *list, struct seg_str key) {
  for (size_t i = 0; i < list->rows.count; i++)
    if (list->rows.items[i].key.data != NULL && seg_str_equal(list->rows.items[i].key, key))
      return true;
  return false;
}

static void block(struct statement *state, size_t number, struct seg_str key,
                  const struct seg_row *row, struct seg_reference *reference) {
  const struct seg_program *program = state->program;
  fprintf(state->out, "test \"%s%zu\" as of ", mark, number);
  day_literal(state, state->as_of);
  fputs(" {\n", state->out);
  customer(state, key, row);
  for (uint32_t i = 0; i < program->event_count; i++)
    for (size_t j = 0; j < state->dataset->events[i].rows.count; j++) {
      const struct seg_row *own = &state->dataset->events[i].rows.items[j];
      if (own->key.data != NULL && seg_str_equal(own->key, key))
        event(state, &program->events[i], own);
    }
  for (uint32_t i = 0; state->dataset->lists != NULL && i < program->list_count; i++)
    if (holds_key(&state->dataset->lists[i], key))
      fprintf(state->out, "  `%.*s` { }\n", SEG_STR(program->lists[i].name.text));
  for (uint32_t i = 0; i < program->segment_count; i++)
    fprintf(state->out, "  %s `%.*s`\n", is_in(reference, i, key) ? "expect" : "reject",
            SEG_STR(program->segments[i].name.text));
  fputs("}\n", state->out);
}

bool state_tests(const struct seg_program *program, const struct seg_dataset *dataset,
                 struct seg_reference *reference, int32_t as_of, FILE *out) {
  struct statement state = {
      .out = out, .program = program, .dataset = dataset, .as_of = as_of, .spelled = true};
  struct seg_zone *zone = NULL;
  struct seg_error error = {0};
  bool from_event = program->customer_from_event >= 0;
  const struct seg_rows *rows =
      from_event ? &dataset->events[program->customer_from_event] : &dataset->customers;
  if (program->segment_count == 0 || seg_zone_load(program->timezone, &zone, &error) != SEG_OK)
    return false;
  state.zone = zone;
  uint32_t blocks = 0;
  fputs("segc 1\n", out);
  for (size_t i = 0; i < rows->rows.count; i++) {
    const struct seg_row *row = &rows->rows.items[i];
    bool repeated = row->key.data == NULL || row->key.size == 0;
    for (size_t j = 0; j < i && !repeated; j++)
      repeated = seg_str_equal(rows->rows.items[j].key, row->key);
    if (repeated || !same_alone(&state, row->key, reference))
      continue;
    block(&state, i + 1, row->key, from_event ? NULL : row, reference);
    blocks++;
  }
  seg_zone_free(zone);
  return state.spelled && blocks > 0;
}

// --- running them ---

static const char *written(struct seg_arena *arena, struct segc_session *session, bool results) {
  char *bytes = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&bytes, &size);
  if (out == NULL)
    case_out_of_memory();
  struct segc_test_options options = {.size = sizeof options, .filter = mark};
  enum segc_status status = SEGC_OK;
  if (results)
    status = segc_test(session, &options, SEGC_FORMAT_HUMAN, out);
  else
    segc_write_diagnostics(session, SEGC_FORMAT_HUMAN, false, out);
  fclose(out);
  const char *text = status == SEGC_OK && results
                         ? NULL
                         : case_format(arena, "%s%s", bytes, segc_last_error(session).message);
  free(bytes);
  return text;
}

const char *run_stated_tests(const struct conformance_case *c, const char *rules, const char *file,
                             struct seg_arena *arena) {
  struct segc_session *session = segc_session_new();
  if (session == NULL)
    case_out_of_memory();
  const char *paths[] = {rules, file};
  struct segc_project_options options = {.size = sizeof options,
                                         .paths = paths,
                                         .path_count = 2,
                                         .allow_no_decision = c->allow_no_decision};
  const char *problem = written(arena, session, segc_load(session, &options) == SEGC_OK);
  segc_session_free(session);
  return problem;
}
