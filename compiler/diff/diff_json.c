// A difference as one JSON object.
#include "compiler/diff/diff_write.h"
#include "runtime/base/json_writer.h"

static void write_side(struct seg_json *json, const char *key, const struct seg_diff_side *side) {
  seg_json_key(json, key);
  if (side->text.size == 0) {
    seg_json_null(json);
    return;
  }
  seg_json_begin_object(json);
  seg_json_member(json, "text", side->text);
  seg_json_member(json, "meaning", side->meaning);
  seg_json_member(json, "place", side->place);
  seg_json_end_object(json);
}

static void write_witness(struct seg_json *json, const struct seg_diff_witness *witness) {
  seg_json_begin_object(json);
  seg_json_key(json, "shows");
  seg_json_text(json, witness->leaves ? "leaves" : "is new");
  seg_json_member(json, "text", witness->text);
  seg_json_key(json, "witness");
  seg_json_written(json, witness->object);
  seg_json_end_object(json);
}

static void write_item(struct seg_json *json, const struct seg_diff_item *item) {
  seg_json_begin_object(json);
  seg_json_member(json, "name", item->name);
  seg_json_key(json, "change");
  seg_json_text(json, seg_diff_kind_word(item->kind));
  seg_json_member(json, "old_name", item->old_name);
  seg_json_member(json, "place_before", item->place_before);
  seg_json_member(json, "place_after", item->place_after);
  seg_json_member(json, "meaning", item->sentence);
  seg_json_key(json, "parts");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < item->part_count; i++) {
    seg_json_begin_object(json);
    seg_json_member(json, "what", item->parts[i].what);
    write_side(json, "before", &item->parts[i].before);
    write_side(json, "after", &item->parts[i].after);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
  seg_json_key(json, "through");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < item->through.count; i++)
    seg_json_str(json, item->through.items[i]);
  seg_json_end_array(json);
  if (item->verdict.size > 0) {
    seg_json_member(json, "relation", item->relation);
    seg_json_member(json, "verdict", item->verdict);
    seg_json_key(json, "witnesses");
    seg_json_begin_array(json);
    for (uint32_t i = 0; i < item->witness_count; i++)
      write_witness(json, &item->witnesses[i]);
    seg_json_end_array(json);
  }
  seg_json_end_object(json);
}

static void write_number(struct seg_json *json, const char *key, uint64_t number) {
  seg_json_key(json, key);
  seg_json_uint(json, number);
}

static void write_count(struct seg_json *json, const char *key, bool exists, uint64_t count) {
  seg_json_key(json, key);
  if (exists)
    seg_json_uint(json, count);
  else
    seg_json_null(json);
}

static void write_chain(struct seg_json *json, const struct seg_membership_chain *chain) {
  seg_json_begin_object(json);
  seg_json_member(json, "name", chain->name);
  seg_json_key(json, "moves");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < chain->move_count; i++) {
    seg_json_begin_object(json);
    seg_json_member(json, "from", chain->moves[i].from);
    seg_json_member(json, "to", chain->moves[i].to);
    write_number(json, "customers", chain->moves[i].customers);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
  seg_json_end_object(json);
}

static void write_members(struct seg_json *json, const struct seg_diff_report *report) {
  const struct seg_membership_diff *diff = report->members;
  seg_json_key(json, "customers");
  seg_json_begin_object(json);
  seg_json_key(json, "as_of");
  seg_json_text(json, report->as_of);
  write_number(json, "before", diff->customers_before);
  write_number(json, "after", diff->customers_after);
  write_number(json, "only_before", diff->disappeared);
  write_number(json, "only_after", diff->appeared);
  write_number(json, "moved", diff->moved);
  seg_json_key(json, "segments");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < diff->segment_count; i++) {
    const struct seg_membership_segment *segment = &diff->segments[i];
    seg_json_begin_object(json);
    seg_json_member(json, "name", segment->name);
    write_count(json, "before", segment->before >= 0, segment->members_before);
    write_count(json, "after", segment->after >= 0, segment->members_after);
    write_number(json, "entered", segment->entered);
    write_number(json, "left", segment->left);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
  seg_json_key(json, "chains");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < diff->chain_count; i++)
    write_chain(json, &diff->chains[i]);
  seg_json_end_array(json);
  seg_json_end_object(json);
}

void seg_diff_write_json(const struct seg_diff_report *report, FILE *out) {
  struct seg_diff_section sections[SEG_DIFF_SECTIONS];
  struct seg_json json;
  seg_diff_sections(report->project, sections);
  seg_json_init(&json, out);
  seg_json_begin_object(&json);
  write_number(&json, "same_segments", report->project->same_segments);
  for (int s = 0; s < SEG_DIFF_SECTIONS; s++) {
    seg_json_key(&json, sections[s].key);
    seg_json_begin_array(&json);
    for (uint32_t i = 0; i < sections[s].list->count; i++)
      write_item(&json, &sections[s].list->items[i]);
    seg_json_end_array(&json);
  }
  if (report->members != NULL)
    write_members(&json, report);
  seg_json_end_object(&json);
  seg_json_finish(&json);
}
