// A witness as JSON; see witness_view.h.
#include <stdlib.h>
#include <string.h>

#include "compiler/report/english.h"
#include "compiler/witness/witness_parts.h"
#include "runtime/base/json_writer.h"
#include "runtime/base/text_stream.h"

struct writing {
  const struct seg_witness_view *view;
  struct seg_json *json;
  struct seg_looked_at looked;
  bool failed;
};

/** What goes into a string: a moment, or a value that JSON has no form of. */
static void write_words(struct writing *writing, const struct seg_type *type,
                        const struct seg_value *value) {
  char *buffer = NULL;
  size_t size = 0;
  FILE *out = seg_text_stream(&buffer, &size);
  writing->failed = writing->failed || out == NULL;
  if (out == NULL)
    return;
  if (type->kind == SEG_TYPE_TIMESTAMP) {
    seg_witness_write_moment(writing->view, value->integer, true, out);
  } else {
    struct seg_literal literal = {.integer = value->integer};
    seg_english_literal(type, &literal, out);
  }
  writing->failed = fclose(out) != 0 || writing->failed;
  seg_json_str(writing->json, (struct seg_str){buffer, size});
  free(buffer);
}

static void write_value(struct writing *writing, const struct seg_program_column *column,
                        const struct seg_value *value) {
  struct seg_json *json = writing->json;
  const struct seg_type *type = &column->type;
  if (!value->known) {
    seg_json_null(json);
    return;
  }
  if (column->personal) {
    seg_json_text(json, "(personal)");
    return;
  }
  switch (type->kind) {
  case SEG_TYPE_BOOL: seg_json_bool(json, value->integer != 0); break;
  case SEG_TYPE_INT: seg_json_int(json, value->integer); break;
  case SEG_TYPE_NUMBER:
  case SEG_TYPE_AMOUNT: seg_json_double(json, value->number); break;
  case SEG_TYPE_TEXT: seg_json_str(json, value->text); break;
  case SEG_TYPE_ENUM: seg_json_str(json, type->enumeration->values[value->integer]); break;
  case SEG_TYPE_MONEY:
  case SEG_TYPE_DATE:
  case SEG_TYPE_TIMESTAMP: write_words(writing, type, value); break;
  case SEG_TYPE_KIND_COUNT: break;
  }
}

/** Names of columns are texts without a NUL at their end. */
static void write_key(struct writing *writing, struct seg_str name) {
  char *key = strndup(name.data, name.size);
  writing->failed = writing->failed || key == NULL;
  seg_json_key(writing->json, key == NULL ? "" : key);
  free(key);
}

static void write_columns(struct writing *writing, int32_t event, const struct seg_row *row) {
  const struct seg_program *program = writing->view->program;
  const struct seg_program_entity *entity =
      event < 0 ? &program->customer : &program->events[event];
  seg_json_begin_object(writing->json);
  for (uint32_t i = 0; row != NULL && i < entity->column_count; i++)
    if (seg_witness_has_column(writing->view, &writing->looked, event, i)) {
      write_key(writing, entity->columns[i].name.text);
      write_value(writing, &entity->columns[i], &row->values[i]);
    }
  seg_json_end_object(writing->json);
}

static void write_event(struct writing *writing, const struct seg_witness_event *event) {
  const struct seg_type moment = {.kind = SEG_TYPE_TIMESTAMP};
  struct seg_value at = {.known = true, .integer = event->values->instant};
  seg_json_begin_object(writing->json);
  seg_json_member(writing->json, "event", writing->view->program->events[event->event].name.text);
  seg_json_key(writing->json, "at");
  write_words(writing, &moment, &at);
  seg_json_key(writing->json, "values");
  write_columns(writing, (int32_t)event->event, event->values);
  seg_json_end_object(writing->json);
}

static enum seg_status write_witness(struct writing *writing, struct seg_error *error) {
  const struct seg_witness_view *view = writing->view;
  struct seg_json *json = writing->json;
  const struct seg_type day = {.kind = SEG_TYPE_DATE};
  struct seg_value as_of = {.known = true, .integer = view->as_of};
  struct seg_witness_event *events = NULL;
  uint32_t count = 0;
  enum seg_status status = seg_witness_events(view, &writing->looked.arena, &events, &count, error);
  if (status != SEG_OK)
    return status;
  seg_json_begin_object(json);
  seg_json_key(json, "as_of");
  write_words(writing, &day, &as_of);
  seg_json_key(json, "customer");
  write_columns(writing, -1, seg_witness_customer(view));
  seg_json_key(json, "lists");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < view->program->list_count; i++)
    if (seg_witness_in_list(view, i))
      seg_json_str(json, view->program->lists[i].name.text);
  seg_json_end_array(json);
  seg_json_key(json, "events");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < count; i++)
    write_event(writing, &events[i]);
  seg_json_end_array(json);
  seg_json_end_object(json);
  return SEG_OK;
}

enum seg_status seg_witness_to_json(const struct seg_witness_view *view, struct seg_arena *arena,
                                    struct seg_str *text, struct seg_error *error) {
  char *buffer = NULL;
  size_t size = 0;
  FILE *out = seg_text_stream(&buffer, &size);
  *text = (struct seg_str){NULL, 0};
  if (out == NULL)
    return seg_fail_memory(error, "the witness of a proof");
  struct seg_json json;
  struct writing writing = {.view = view, .json = &json};
  seg_json_init(&json, out);
  enum seg_status status = seg_looked_at_init(&writing.looked, view->program, view->segments,
                                              view->segment_count, view->also, error);
  if (status == SEG_OK)
    status = write_witness(&writing, error);
  seg_looked_at_deinit(&writing.looked);
  bool written = fclose(out) == 0 && !writing.failed;
  if (status == SEG_OK && written)
    *text = seg_arena_str(arena, (struct seg_str){buffer, size});
  free(buffer);
  if (status == SEG_OK && text->data == NULL)
    status = seg_fail_memory(error, "the witness of a proof");
  return status;
}
