// A witness in lines for people; see witness_view.h.
#include <stdlib.h>
#include <string.h>

#include "compiler/report/english.h"
#include "compiler/sema/text_literal.h"
#include "compiler/witness/witness_parts.h"
#include "runtime/base/text_stream.h"

struct writing {
  const struct seg_witness_view *view;
  struct seg_arena *arena;
  struct seg_looked_at looked;
  struct seg_witness_lines *lines;
  struct seg_witness_event *events;
  uint32_t event_count;
  FILE *out; // of the present line
  char *buffer;
  size_t size;
  bool failed;
};

static bool begin_line(struct writing *writing) {
  writing->buffer = NULL;
  writing->out = writing->failed ? NULL : seg_text_stream(&writing->buffer, &writing->size);
  writing->failed = writing->out == NULL;
  return !writing->failed;
}

static void end_line(struct writing *writing) {
  writing->failed = fclose(writing->out) != 0;
  struct seg_str *line = &writing->lines->items[writing->lines->count];
  if (!writing->failed)
    *line = seg_arena_str(writing->arena, (struct seg_str){writing->buffer, writing->size});
  writing->failed = writing->failed || line->data == NULL;
  writing->lines->count++;
  free(writing->buffer);
}

static void write_value(struct writing *writing, const struct seg_program_column *column,
                        const struct seg_value *value) {
  FILE *out = writing->out;
  if (!value->known) {
    fputs("missing", out);
  } else if (column->personal) {
    fputs("(personal) set", out);
  } else if (column->type.kind == SEG_TYPE_TEXT) {
    seg_write_text_literal(value->text, out);
  } else if (column->type.kind == SEG_TYPE_TIMESTAMP) {
    seg_witness_write_moment(writing->view, value->integer, true, out);
  } else {
    struct seg_literal literal = {.text = value->text};
    memcpy(&literal.integer, &value->integer, sizeof literal.integer); // or the number beside it
    seg_english_literal(&column->type, &literal, out);
  }
}

/** `country "DE", age 34`; the number of columns. */
static uint32_t write_columns(struct writing *writing, int32_t event, const struct seg_row *row) {
  const struct seg_program *program = writing->view->program;
  const struct seg_program_entity *entity =
      event < 0 ? &program->customer : &program->events[event];
  uint32_t count = 0;
  for (uint32_t i = 0; i < entity->column_count; i++) {
    if (!seg_witness_has_column(writing->view, &writing->looked, event, i))
      continue;
    fprintf(writing->out, "%s%.*s ", count++ == 0 ? " " : ", ",
            SEG_STR(entity->columns[i].name.text));
    write_value(writing, &entity->columns[i], &row->values[i]);
  }
  return count;
}

static void write_customer(struct writing *writing) {
  const struct seg_witness_view *view = writing->view;
  const struct seg_row *customer = seg_witness_customer(view);
  const struct seg_row *any = customer != NULL           ? customer
                              : writing->event_count > 0 ? writing->events[0].values
                                                         : NULL;
  bool columns = false;
  for (uint32_t i = 0; customer != NULL && i < view->program->customer.column_count; i++)
    columns = columns || seg_witness_has_column(view, &writing->looked, -1, i);
  bool key = writing->looked.key && any != NULL;
  if ((!columns && !key) || !begin_line(writing))
    return;
  fputs("customer", writing->out);
  if (key) {
    fprintf(writing->out, " %.*s ", SEG_STR(view->program->customer.key));
    if (view->dataset->integer_keys)
      fprintf(writing->out, "%.*s", SEG_STR(any->key));
    else
      seg_write_text_literal(any->key, writing->out);
    fputs(columns ? "," : "", writing->out);
  }
  if (customer != NULL)
    write_columns(writing, -1, customer);
  end_line(writing);
}

static void write_lists(struct writing *writing) {
  const struct seg_program *program = writing->view->program;
  for (uint32_t i = 0; i < program->list_count; i++)
    if (seg_witness_in_list(writing->view, i) && begin_line(writing)) {
      fprintf(writing->out, "in the list %.*s", SEG_STR(program->lists[i].name.text));
      end_line(writing);
    }
}

static void write_events(struct writing *writing) {
  const struct seg_witness_view *view = writing->view;
  const struct seg_program *program = view->program;
  uint32_t shown = writing->event_count;
  if (shown > SEG_MOST_WITNESS_EVENTS_SHOWN)
    shown = SEG_MOST_WITNESS_EVENTS_SHOWN;
  for (uint32_t i = 0; i < shown && begin_line(writing); i++) {
    const struct seg_witness_event *event = &writing->events[i];
    fprintf(writing->out, "%.*s ", SEG_STR(program->events[event->event].name.text));
    seg_witness_write_moment(view, event->values->instant, true, writing->out);
    write_columns(writing, (int32_t)event->event, event->values);
    end_line(writing);
  }
  if (writing->event_count > shown && begin_line(writing)) {
    fprintf(writing->out, "and %u more events", (unsigned)(writing->event_count - shown));
    end_line(writing);
  }
  for (uint32_t e = 0; e < program->event_count; e++)
    if (writing->looked.touched.entities[e + 1] && view->dataset->events[e].rows.count == 0 &&
        begin_line(writing)) {
      fprintf(writing->out, "no %.*s", SEG_STR(program->events[e].name.text));
      end_line(writing);
    }
}

enum seg_status seg_witness_to_lines(const struct seg_witness_view *view, struct seg_arena *arena,
                                     struct seg_witness_lines *lines, struct seg_error *error) {
  struct writing writing = {.view = view, .arena = arena, .lines = lines};
  const struct seg_program *program = view->program;
  size_t most = 2u + program->list_count + program->event_count + SEG_MOST_WITNESS_EVENTS_SHOWN;
  *lines = (struct seg_witness_lines){.items = SEG_NEW_ARRAY(arena, struct seg_str, most)};
  enum seg_status status = seg_looked_at_init(&writing.looked, program, view->segments,
                                              view->segment_count, view->also, error);
  if (status == SEG_OK)
    status = seg_witness_events(view, arena, &writing.events, &writing.event_count, error);
  writing.failed = lines->items == NULL;
  if (status == SEG_OK && !writing.failed) {
    write_customer(&writing);
    write_lists(&writing);
    write_events(&writing);
  }
  seg_looked_at_deinit(&writing.looked);
  if (status == SEG_OK && writing.failed)
    status = seg_fail_memory(error, "the witness of a proof");
  return status;
}
