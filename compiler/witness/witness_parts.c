// What the forms of a witness share; see witness_parts.h.
#include "compiler/witness/witness_parts.h"

#include <stdlib.h>

#include "runtime/base/text_stream.h"
#include "runtime/time/civil.h"

// --- what rules look at ---

static bool touched_init(struct seg_looked_at *looked, const struct seg_program *program) {
  struct seg_touched *touched = &looked->touched;
  touched->entities = SEG_NEW_ARRAY(&looked->arena, bool, program->event_count + 1u);
  touched->columns = SEG_NEW_ARRAY(&looked->arena, bool *, program->event_count + 1u);
  touched->segments = SEG_NEW_ARRAY(&looked->arena, bool, program->segment_count + 1u);
  if (touched->entities == NULL || touched->columns == NULL || touched->segments == NULL)
    return false;
  for (uint32_t i = 0; i <= program->event_count; i++) {
    const struct seg_program_entity *entity = i == 0 ? &program->customer : &program->events[i - 1];
    touched->columns[i] = SEG_NEW_ARRAY(&looked->arena, bool, entity->column_count + 1u);
    if (touched->columns[i] == NULL)
      return false;
  }
  return true;
}

static bool draws_by_key(const struct seg_program *program, const struct seg_node *node) {
  if (node->kind == SEG_NODE_BUCKET)
    return true;
  const struct seg_node *computed =
      node->kind == SEG_NODE_ATTRIBUTE ? program->customer.columns[node->column].computed : NULL;
  bool draws = computed != NULL && draws_by_key(program, computed);
  for (uint32_t i = 0; i < node->operand_count && !draws; i++)
    draws = draws_by_key(program, node->operands[i]);
  return draws;
}

enum seg_status seg_looked_at_init(struct seg_looked_at *looked, const struct seg_program *program,
                                   const uint32_t *segments, uint32_t segment_count,
                                   const struct seg_node *also, struct seg_error *error) {
  char *text = NULL;
  size_t size = 0;
  *looked = (struct seg_looked_at){0};
  seg_arena_init(&looked->arena);
  // The normal form says what it stands on; its words are of no use here.
  FILE *nobody = seg_text_stream(&text, &size);
  bool done = nobody != NULL && touched_init(looked, program) &&
              seg_program_print_normal(program, &program->customer, NULL, SEG_NORMAL_MEANING,
                                       &looked->touched, nobody);
  for (uint32_t i = 0; done && i < segment_count + (also != NULL); i++) {
    const struct seg_node *rule = i < segment_count ? program->segments[segments[i]].when : also;
    done = seg_program_print_normal(program, &program->customer, rule, SEG_NORMAL_MEANING,
                                    &looked->touched, nobody);
    looked->key = looked->key || draws_by_key(program, rule);
  }
  if (nobody != NULL)
    fclose(nobody);
  free(text);
  return done ? SEG_OK : seg_fail_memory(error, "the witness of a proof");
}

void seg_looked_at_deinit(struct seg_looked_at *looked) {
  seg_arena_deinit(&looked->arena);
}

bool seg_witness_has_column(const struct seg_witness_view *view, const struct seg_looked_at *looked,
                            int32_t event, uint32_t column) {
  const struct seg_program_entity *entity =
      event < 0 ? &view->program->customer : &view->program->events[event];
  bool is_time = event >= 0 && seg_str_equal(entity->columns[column].name.text, entity->time);
  return looked->touched.columns[event + 1][column] && entity->columns[column].computed == NULL &&
         !is_time;
}

// --- rows ---

const struct seg_row *seg_witness_customer(const struct seg_witness_view *view) {
  const struct seg_rows *rows = &view->dataset->customers;
  return rows->rows.count > 0 ? &rows->rows.items[0] : NULL;
}

bool seg_witness_in_list(const struct seg_witness_view *view, uint32_t list) {
  return view->dataset->lists != NULL && list < view->dataset->list_count &&
         view->dataset->lists[list].rows.count > 0;
}

static int by_time(const void *left, const void *right) {
  const struct seg_witness_event *a = left, *b = right;
  if (a->values->day != b->values->day)
    return a->values->day < b->values->day ? -1 : 1;
  if (a->values->instant != b->values->instant)
    return a->values->instant < b->values->instant ? -1 : 1;
  if (a->event != b->event)
    return a->event < b->event ? -1 : 1;
  return a->row < b->row ? -1 : a->row > b->row;
}

enum seg_status seg_witness_events(const struct seg_witness_view *view, struct seg_arena *arena,
                                   struct seg_witness_event **events, uint32_t *count,
                                   struct seg_error *error) {
  size_t room = 0;
  for (uint32_t e = 0; e < view->dataset->event_count; e++)
    room += view->dataset->events[e].rows.count;
  *count = 0;
  *events = SEG_NEW_ARRAY(arena, struct seg_witness_event, room + 1);
  if (*events == NULL)
    return seg_fail_memory(error, "the witness of a proof");
  for (uint32_t e = 0; e < view->dataset->event_count; e++)
    for (uint32_t i = 0; i < view->dataset->events[e].rows.count; i++)
      (*events)[(*count)++] =
          (struct seg_witness_event){e, i, &view->dataset->events[e].rows.items[i]};
  qsort(*events, *count, sizeof **events, by_time);
  return SEG_OK;
}

// --- values ---

void seg_witness_write_moment(const struct seg_witness_view *view, int64_t instant, bool for_people,
                              FILE *out) {
  char date[SEG_CIVIL_TEXT];
  struct seg_zone_cursor cursor = {0};
  int32_t day = seg_zone_local_day(view->zone, &cursor, instant);
  if (instant == seg_zone_midnight(view->zone, day)) {
    seg_civil_format(day, date);
    fputs(date, out);
    return;
  }
  int64_t shown = instant;
  if (for_people)
    shown += seg_zone_offset(view->zone, &cursor, instant) * SEG_MICROSECONDS_PER_SECOND;
  day = seg_civil_day_of(shown);
  int64_t rest = shown - day * SEG_MICROSECONDS_PER_DAY;
  int64_t seconds = rest / SEG_MICROSECONDS_PER_SECOND;
  int fraction = (int)(rest % SEG_MICROSECONDS_PER_SECOND);
  seg_civil_format(day, date);
  fprintf(out, for_people ? "%s %02d:%02d" : "\"%sT%02d:%02d", date, (int)(seconds / 3600),
          (int)(seconds / 60 % 60));
  if (!for_people || seconds % 60 != 0 || fraction != 0)
    fprintf(out, ":%02d", (int)(seconds % 60));
  if (fraction != 0)
    fprintf(out, ".%06d", fraction);
  fputs(for_people ? "" : "Z\"", out);
}
