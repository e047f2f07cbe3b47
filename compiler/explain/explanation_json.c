// An explanation as one JSON object.
#include "compiler/explain/explanation.h"
#include "runtime/base/json_writer.h"
#include "runtime/time/civil.h"

static void truth(struct seg_json *json, const char *key, bool value) {
  seg_json_key(json, key);
  seg_json_bool(json, value);
}

static void day(struct seg_json *json, const char *key, int32_t number) {
  char written[SEG_CIVIL_TEXT];
  seg_civil_format(number, written);
  seg_json_key(json, key);
  seg_json_text(json, written);
}

static const char *fate_key(enum seg_row_fate fate) {
  switch (fate) {
  case SEG_ROW_COUNTS: return "counted";
  case SEG_ROW_FILTERED: return "filtered";
  case SEG_ROW_OUTSIDE_WINDOW: return "outside_window";
  case SEG_ROW_NOT_FOLLOWED: return "not_followed";
  case SEG_ROW_FOLLOWED: return "followed";
  case SEG_ROW_OPEN: return "open";
  case SEG_ROW_LATER: return "later";
  case SEG_ROW_DROPPED: return "dropped";
  case SEG_ROW_REPEATED: return "repeated";
  case SEG_ROW_FATE_COUNT: break;
  }
  return "";
}

static void events(struct seg_json *json, const struct seg_explained_value *value) {
  seg_json_key(json, "events");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < value->event_count; i++) {
    seg_json_begin_object(json);
    day(json, "day", value->events[i].day);
    seg_json_key(json, "age");
    seg_json_int(json, value->events[i].age);
    seg_json_member(json, "value", value->events[i].value);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
}

static void aggregate(struct seg_json *json, const struct seg_explained_value *value) {
  seg_json_member(json, "meaning", value->meaning);
  seg_json_key(json, "first_day");
  if (value->has_first_day) {
    char written[SEG_CIVIL_TEXT];
    seg_civil_format(value->first_day, written);
    seg_json_text(json, written);
  } else {
    seg_json_null(json);
  }
  day(json, "last_day", value->last_day);
  seg_json_key(json, "rows");
  seg_json_begin_object(json);
  for (int i = 0; i < SEG_ROW_FATE_COUNT; i++) {
    seg_json_key(json, fate_key((enum seg_row_fate)i));
    seg_json_uint(json, value->fates[i]);
  }
  seg_json_end_object(json);
  events(json, value);
}

static void values(struct seg_json *json, const char *key, const struct seg_explained_value *list,
                   uint32_t count) {
  seg_json_key(json, key);
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < count; i++) {
    seg_json_begin_object(json);
    seg_json_member(json, "name", list[i].name);
    seg_json_member(json, "value", list[i].value);
    if (list[i].is_aggregate)
      aggregate(json, &list[i]);
    else if (list[i].meaning.size > 0)
      seg_json_member(json, "meaning", list[i].meaning);
    values(json, "parts", list[i].parts, list[i].part_count);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
}

void seg_finding_write_json(struct seg_json *json, const struct seg_finding *found) {
  static const char *const kinds[] = {[SEG_FINDING_ALL] = "all",
                                      [SEG_FINDING_ANY] = "any",
                                      [SEG_FINDING_NOT] = "not",
                                      [SEG_FINDING_TEST] = "test"};
  seg_json_begin_object(json);
  seg_json_key(json, "kind");
  seg_json_text(json, kinds[found->kind]);
  seg_json_member(json, "text", found->text);
  truth(json, "holds", found->holds);
  seg_json_key(json, "parts");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < found->part_count; i++)
    seg_finding_write_json(json, &found->parts[i]);
  seg_json_end_array(json);
  values(json, "values", found->values, found->value_count);
  seg_json_end_object(json);
}

static void chain(struct seg_json *json, const struct seg_explained_chain *found) {
  seg_json_begin_object(json);
  seg_json_member(json, "name", found->name);
  seg_json_member(json, "winner",
                  found->winner < 0 ? (struct seg_str){0} : found->matches[found->winner].segment);
  seg_json_member(json, "otherwise", found->otherwise);
  seg_json_key(json, "segments");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < found->match_count; i++) {
    seg_json_begin_object(json);
    seg_json_member(json, "segment", found->matches[i].segment);
    truth(json, "matches", found->matches[i].matches);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
  seg_json_end_object(json);
}

void seg_explanation_write_json(const struct seg_explanation *explanation, FILE *out) {
  struct seg_json json;
  seg_json_init(&json, out);
  seg_json_begin_object(&json);
  seg_json_member(&json, "segment", explanation->segment);
  seg_json_member(&json, "title", explanation->title);
  seg_json_member(&json, "customer", explanation->customer);
  day(&json, "as_of", explanation->as_of);
  truth(&json, "member", explanation->member);
  if (explanation->has_holdout)
    truth(&json, "held_out", explanation->held_out);
  seg_json_key(&json, "rule");
  seg_finding_write_json(&json, &explanation->rule);
  seg_json_key(&json, "chains");
  seg_json_begin_array(&json);
  for (uint32_t i = 0; i < explanation->chain_count; i++)
    chain(&json, &explanation->chains[i]);
  seg_json_end_array(&json);
  seg_json_end_object(&json);
  seg_json_finish(&json);
}
