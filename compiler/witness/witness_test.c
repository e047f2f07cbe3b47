// A witness as a `test` block; see witness_view.h. It is written with every name in backquotes, on
// lines as they come, and then laid out by the formatter, which knows where a name needs them.
#include <inttypes.h>
#include <stdlib.h>

#include "compiler/sema/text_literal.h"
#include "compiler/witness/witness_parts.h"
#include "grammar/format.h"
#include "runtime/base/decimal.h"
#include "runtime/base/text_stream.h"
#include "runtime/time/civil.h"

enum { MOST_DECIMALS = 9 };

struct writing {
  const struct seg_witness_view *view;
  struct seg_looked_at looked;
  FILE *out;
};

static void write_name(FILE *out, struct seg_str name) {
  fprintf(out, "`%.*s`", SEG_STR(name));
}

/** As few decimals as give the number back; the nearest decimal where there are too many. */
static void write_number(FILE *out, double number) {
  char text[SEG_DECIMAL_TEXT];
  int64_t digits;
  for (unsigned scale = 0; scale <= MOST_DECIMALS; scale++)
    if (seg_decimal_from_double(number, scale, &digits)) {
      seg_decimal_format(digits, scale, text);
      fputs(text, out);
      return;
    }
  fprintf(out, "%.12f", number);
}

static void write_money(FILE *out, int64_t amount, const struct seg_type *type) {
  char text[SEG_DECIMAL_TEXT];
  int64_t unit = seg_decimal_power(type->scale);
  bool whole = amount % unit == 0;
  seg_decimal_format(whole ? amount / unit : amount, whole ? 0 : type->scale, text);
  fprintf(out, "%s %.*s", text, SEG_STR(type->currency));
}

static void write_day(FILE *out, int64_t day) {
  char text[SEG_CIVIL_TEXT];
  seg_civil_format((int32_t)day, text);
  fputs(text, out);
}

static void write_value(struct writing *writing, const struct seg_type *type,
                        const struct seg_value *value) {
  FILE *out = writing->out;
  if (!value->known) {
    fputs("missing", out);
    return;
  }
  switch (type->kind) {
  case SEG_TYPE_BOOL: fputs(value->integer != 0 ? "true" : "false", out); break;
  case SEG_TYPE_INT: fprintf(out, "%" PRId64, value->integer); break;
  case SEG_TYPE_NUMBER: write_number(out, value->number); break;
  case SEG_TYPE_MONEY: write_money(out, value->integer, type); break;
  case SEG_TYPE_AMOUNT:
    write_number(out, value->number);
    fprintf(out, " %.*s", SEG_STR(type->currency));
    break;
  case SEG_TYPE_TEXT: seg_write_text_literal(value->text, out); break;
  case SEG_TYPE_DATE: write_day(out, value->integer); break;
  case SEG_TYPE_TIMESTAMP:
    seg_witness_write_moment(writing->view, value->integer, false, out);
    break;
  case SEG_TYPE_ENUM: seg_write_text_literal(type->enumeration->values[value->integer], out); break;
  case SEG_TYPE_KIND_COUNT: break;
  }
}

/** `any` says whether something stands before. */
static void write_columns(struct writing *writing, int32_t event, const struct seg_row *row,
                          bool any) {
  const struct seg_program *program = writing->view->program;
  const struct seg_program_entity *entity =
      event < 0 ? &program->customer : &program->events[event];
  for (uint32_t i = 0; i < entity->column_count; i++) {
    if (!seg_witness_has_column(writing->view, &writing->looked, event, i))
      continue;
    fputs(any ? ", " : "", writing->out);
    write_name(writing->out, entity->columns[i].name.text);
    fputs(": ", writing->out);
    write_value(writing, &entity->columns[i].type, &row->values[i]);
    any = true;
  }
}

/** The key is stated where it decides, unless it is a column that is stated anyway. */
static bool states_key(const struct writing *writing) {
  const struct seg_program_entity *customer = &writing->view->program->customer;
  for (uint32_t i = 0; i < customer->column_count; i++)
    if (seg_str_equal(customer->columns[i].name.text, customer->key) &&
        seg_witness_has_column(writing->view, &writing->looked, -1, i))
      return false;
  return writing->looked.key;
}

static void write_customer(struct writing *writing, struct seg_str key) {
  const struct seg_witness_view *view = writing->view;
  const struct seg_row *row = seg_witness_customer(view);
  bool stated = states_key(writing), columns = false;
  for (uint32_t i = 0; row != NULL && i < view->program->customer.column_count; i++)
    columns = columns || seg_witness_has_column(view, &writing->looked, -1, i);
  if (!stated && !columns)
    return;
  fputs("  customer { ", writing->out);
  if (stated) {
    write_name(writing->out, view->program->customer.key);
    fputs(": ", writing->out);
    if (view->dataset->integer_keys)
      fprintf(writing->out, "%.*s", SEG_STR(key));
    else
      seg_write_text_literal(key, writing->out);
  }
  if (row != NULL)
    write_columns(writing, -1, row, stated);
  fputs(" }\n", writing->out);
}

/** `at`, or the name of the column that dates the event where a column has that name. */
static void write_time(struct writing *writing, const struct seg_witness_event *event) {
  const struct seg_program_entity *entity = &writing->view->program->events[event->event];
  bool taken = false;
  for (uint32_t i = 0; i < entity->column_count; i++)
    taken = taken || seg_str_is(entity->columns[i].name.text, "at");
  if (taken)
    write_name(writing->out, entity->time);
  else
    fputs("at", writing->out);
  fputs(": ", writing->out);
  seg_witness_write_moment(writing->view, event->values->instant, false, writing->out);
}

static void write_test(struct writing *writing, struct seg_str title,
                       const struct seg_witness_event *events, uint32_t event_count,
                       const struct seg_witness_claim *claims, uint32_t claim_count) {
  const struct seg_witness_view *view = writing->view;
  const struct seg_program *program = view->program;
  const struct seg_row *customer = seg_witness_customer(view);
  struct seg_str key = customer != NULL  ? customer->key
                       : event_count > 0 ? events[0].values->key
                                         : (struct seg_str){"", 0};
  FILE *out = writing->out;
  fputs("segc 1\n\ntest ", out);
  seg_write_text_literal(title, out);
  fputs(" as of ", out);
  write_day(out, view->as_of);
  fputs(" {\n", out);
  write_customer(writing, key);
  for (uint32_t i = 0; i < program->list_count; i++)
    if (seg_witness_in_list(view, i)) {
      write_name(out, program->lists[i].name.text);
      fputs(" { }\n", out);
    }
  for (uint32_t i = 0; i < event_count; i++) {
    write_name(out, program->events[events[i].event].name.text);
    fputs(" { ", out);
    write_time(writing, &events[i]);
    write_columns(writing, (int32_t)events[i].event, events[i].values, true);
    fputs(" }\n", out);
  }
  for (uint32_t i = 0; i < claim_count; i++) {
    fputs(claims[i].expected ? "expect " : "reject ", out);
    write_name(out, program->segments[claims[i].segment].name.text);
    fputc('\n', out);
  }
  fputs("}\n", out);
}

/** The canonical layout, without the line that says the language. */
static enum seg_status lay_out(struct seg_str text, struct seg_arena *arena, struct seg_str *test,
                               struct seg_error *error) {
  struct seg_source_map map;
  struct seg_diagnostics sink;
  struct seg_str whole = {0};
  uint32_t file = 0;
  seg_source_map_init(&map);
  seg_diagnostics_init(&sink);
  enum seg_status status =
      seg_source_map_add(&map, seg_str_view("witness.seg"), text, &file, error);
  if (status == SEG_OK)
    status = seg_format(&map, file, arena, &sink, &whole, error);
  if (status == SEG_OK && whole.data == NULL)
    status = seg_fail(error, SEG_INTERNAL, "", "the test of a witness cannot be read back");
  size_t head = sizeof "segc 1\n\n" - 1;
  if (status == SEG_OK)
    *test = (struct seg_str){whole.data + head, whole.size - head};
  seg_diagnostics_deinit(&sink);
  seg_source_map_deinit(&map);
  return status;
}

enum seg_status seg_witness_to_test(const struct seg_witness_view *view, struct seg_str title,
                                    const struct seg_witness_claim *claims, uint32_t claim_count,
                                    struct seg_arena *arena, struct seg_str *test,
                                    struct seg_error *error) {
  struct writing writing = {.view = view};
  struct seg_witness_event *events = NULL;
  uint32_t event_count = 0;
  char *buffer = NULL;
  size_t size = 0;
  uint32_t *segments = SEG_NEW_ARRAY(arena, uint32_t, claim_count + 1u);
  if (segments == NULL)
    return seg_fail_memory(error, "the witness of a proof");
  for (uint32_t i = 0; i < claim_count; i++)
    segments[i] = claims[i].segment;
  enum seg_status status =
      seg_looked_at_init(&writing.looked, view->program, segments, claim_count, NULL, error);
  if (status == SEG_OK)
    status = seg_witness_events(view, arena, &events, &event_count, error);
  if (status == SEG_OK) {
    writing.out = seg_text_stream(&buffer, &size);
    if (writing.out != NULL)
      write_test(&writing, title, events, event_count, claims, claim_count);
    if (writing.out == NULL || fclose(writing.out) != 0)
      status = seg_fail_memory(error, "the witness of a proof");
  }
  if (status == SEG_OK)
    status = lay_out((struct seg_str){buffer, size}, arena, test, error);
  free(buffer);
  seg_looked_at_deinit(&writing.looked);
  return status;
}
