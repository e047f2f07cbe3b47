// Segments: which continues which, and in which clauses they differ.
#include "compiler/diff/diff_builder.h"

#include <stdlib.h>

#include "compiler/report/english.h"
#include "runtime/base/text_stream.h"

// --- what each segment stands on ---

static bool touched_init(struct seg_diff_builder *builder, const struct seg_program *program,
                         struct seg_touched *touched) {
  touched->entities =
      seg_diff_array(builder, (size_t)program->event_count + 1, sizeof *touched->entities);
  touched->columns =
      seg_diff_array(builder, (size_t)program->event_count + 1, sizeof *touched->columns);
  touched->segments = seg_diff_array(builder, program->segment_count, sizeof *touched->segments);
  if (builder->failed)
    return false;
  for (uint32_t i = 0; i <= program->event_count; i++) {
    uint32_t count = i == 0 ? program->customer.column_count : program->events[i - 1].column_count;
    touched->columns[i] = seg_diff_array(builder, count, sizeof *touched->columns[i]);
  }
  return !builder->failed;
}

static struct seg_diff_meaning *meanings_of(struct seg_diff_builder *builder,
                                            const struct seg_diff_version *version) {
  const struct seg_program *program = version->program;
  struct seg_diff_meaning *meanings =
      seg_diff_array(builder, program->segment_count, sizeof *meanings);
  for (uint32_t i = 0; !builder->failed && i < program->segment_count; i++) {
    struct seg_touched *touched = &meanings[i].touched;
    if (!touched_init(builder, program, touched))
      break;
    struct seg_str who =
        seg_diff_normal(builder, version, &program->customer, NULL, SEG_NORMAL_MEANING, touched);
    struct seg_str rule = seg_diff_normal(builder, version, &program->customer,
                                          program->segments[i].when, SEG_NORMAL_MEANING, touched);
    meanings[i].rule = seg_diff_normal(builder, version, &program->customer,
                                       program->segments[i].when, SEG_NORMAL_RULE, NULL);
    meanings[i].text = seg_diff_format(builder, "%.*s%.*s", SEG_STR(who), SEG_STR(rule));
  }
  return meanings;
}

void seg_diff_meanings(struct seg_diff_builder *builder) {
  builder->meanings_before = meanings_of(builder, builder->before);
  builder->meanings_after = meanings_of(builder, builder->after);
}

bool seg_diff_means_other(const struct seg_diff_builder *builder, uint32_t segment) {
  int32_t before = builder->diff->segment_before[segment];
  return before >= 0 && !seg_str_equal(builder->meanings_before[before].text,
                                       builder->meanings_after[segment].text);
}

void seg_diff_acts(struct seg_diff_builder *builder, struct seg_diff_item *declaration,
                   uint32_t segment, struct seg_str words) {
  int32_t item = builder->item_of[segment];
  if (item < 0)
    return;
  seg_diff_add_text(builder, &declaration->through,
                    builder->after->program->segments[segment].name.text);
  seg_diff_add_text(builder, &builder->diff->segments.items[item].through, words);
}

// --- which segment continues which ---

static const struct seg_program_segment *old_segment(const struct seg_diff_builder *builder,
                                                     uint32_t i) {
  return &builder->before->program->segments[i];
}

static const struct seg_program_segment *new_segment(const struct seg_diff_builder *builder,
                                                     uint32_t i) {
  return &builder->after->program->segments[i];
}

// How a segment continues another one: by its name; or, of those left over, by its meaning, where
// one with the same decision goes first; or by its rule and decision.
static bool continues(const struct seg_diff_builder *builder, uint32_t i, uint32_t j, int pass) {
  const struct seg_diff_meaning *a = &builder->meanings_before[i], *b = &builder->meanings_after[j];
  bool same_decision =
      seg_str_equal(old_segment(builder, i)->decision, new_segment(builder, j)->decision);
  if (pass == 0)
    return seg_str_equal(old_segment(builder, i)->name.text, new_segment(builder, j)->name.text);
  if (pass == 3)
    return same_decision && seg_str_equal(a->rule, b->rule);
  return (same_decision || pass == 2) && seg_str_equal(a->text, b->text);
}

static void match(struct seg_diff_builder *builder, bool *continued) {
  uint32_t olds = builder->before->program->segment_count;
  uint32_t news = builder->after->program->segment_count;
  int32_t *before = builder->diff->segment_before;
  for (int pass = 0; pass < 4; pass++)
    for (uint32_t j = 0; j < news; j++)
      for (uint32_t i = 0; i < olds && before[j] < 0; i++)
        if (!continued[i] && continues(builder, i, j, pass)) {
          before[j] = (int32_t)i;
          continued[i] = true;
        }
}

// --- clauses ---

static const struct seg_clause *clause_named(const struct seg_program_segment *segment,
                                             struct seg_str name) {
  for (uint32_t i = 0; i < segment->syntax->clause_count; i++)
    if (seg_str_equal(segment->syntax->clauses[i].name.text, name))
      return &segment->syntax->clauses[i];
  return NULL;
}

static struct seg_diff_side clause_side(struct seg_diff_builder *builder,
                                        const struct seg_diff_version *version,
                                        const struct seg_clause *clause) {
  if (clause == NULL || clause->value_count == 0)
    return (struct seg_diff_side){0};
  struct seg_span span = clause->values[0]->span;
  span.end = clause->values[clause->value_count - 1]->span.end;
  return seg_diff_side(builder, version, span);
}

static void compare_clause(struct seg_diff_builder *builder, struct seg_diff_item *item,
                           struct seg_str name, const struct seg_clause *before,
                           const struct seg_clause *after) {
  struct seg_diff_part part = {.what = name,
                               .before = clause_side(builder, builder->before, before),
                               .after = clause_side(builder, builder->after, after)};
  if (!seg_str_equal(part.before.text, part.after.text))
    seg_diff_add_part(builder, item, part);
}

static void compare_titles(struct seg_diff_builder *builder, struct seg_diff_item *item,
                           const struct seg_program_segment *before,
                           const struct seg_program_segment *after) {
  struct seg_diff_part part = {.what = seg_str_view("title")};
  if (seg_str_equal(before->title, after->title))
    return;
  if (before->title.size > 0)
    part.before = seg_diff_side(builder, builder->before, before->syntax->title.span);
  if (after->title.size > 0)
    part.after = seg_diff_side(builder, builder->after, after->syntax->title.span);
  seg_diff_add_part(builder, item, part);
}

static void compare_clauses(struct seg_diff_builder *builder, struct seg_diff_item *item,
                            const struct seg_program_segment *before,
                            const struct seg_program_segment *after) {
  compare_titles(builder, item, before, after);
  for (uint32_t i = 0; i < before->syntax->clause_count; i++) {
    struct seg_str name = before->syntax->clauses[i].name.text;
    if (!seg_str_is(name, "when"))
      compare_clause(builder, item, name, &before->syntax->clauses[i], clause_named(after, name));
  }
  for (uint32_t i = 0; i < after->syntax->clause_count; i++) {
    struct seg_str name = after->syntax->clauses[i].name.text;
    if (!seg_str_is(name, "when") && clause_named(before, name) == NULL)
      compare_clause(builder, item, name, NULL, &after->syntax->clauses[i]);
  }
}

// A control group is drawn by the name of its segment.
static void compare_draws(struct seg_diff_builder *builder, struct seg_diff_item *item,
                          const struct seg_program_segment *before,
                          const struct seg_program_segment *after) {
  struct seg_str holdout = seg_str_view("holdout");
  if (clause_named(before, holdout) == NULL || clause_named(after, holdout) == NULL)
    return;
  struct seg_diff_part part = {
      .what = seg_str_view("control group, drawn anew"),
      .before.text = seg_diff_format(builder, "holdout:%.*s", SEG_STR(before->name.text)),
      .after.text = seg_diff_format(builder, "holdout:%.*s", SEG_STR(after->name.text))};
  seg_diff_add_part(builder, item, part);
}

static struct seg_str sentence(struct seg_diff_builder *builder,
                               const struct seg_diff_version *version,
                               const struct seg_program_segment *segment) {
  char *buffer = NULL;
  size_t size = 0;
  FILE *out = seg_text_stream(&buffer, &size);
  if (out == NULL) {
    builder->failed = true;
    return (struct seg_str){0};
  }
  struct seg_english english = {.program = version->program,
                                .map = version->map,
                                .entity = &version->program->customer,
                                .out = out,
                                .expanded = true};
  fputs("Customers ", out);
  seg_english_condition(&english, segment->when);
  fputc('.', out);
  builder->failed = fclose(out) != 0 || builder->failed;
  struct seg_str text = {0};
  if (!builder->failed)
    text = seg_diff_keep(builder, (struct seg_str){buffer, size});
  free(buffer);
  return text;
}

static void compare_pair(struct seg_diff_builder *builder, uint32_t i, uint32_t j) {
  const struct seg_program_segment *before = old_segment(builder, i),
                                   *after = new_segment(builder, j);
  bool renamed = !seg_str_equal(before->name.text, after->name.text);
  struct seg_diff_item item = {
      .kind = renamed ? SEG_DIFF_RENAMED : SEG_DIFF_CHANGED,
      .name = after->name.text,
      .old_name = renamed ? before->name.text : (struct seg_str){0},
      .place_before = seg_diff_place(builder, builder->before, before->name.span),
      .place_after = seg_diff_place(builder, builder->after, after->name.span),
  };
  bool other = seg_diff_means_other(builder, j);
  item.means_other = other;
  item.segment_before = (int32_t)i;
  item.segment_after = (int32_t)j;
  if (other)
    seg_diff_conditions(builder, &builder->before->program->customer, before->when,
                        &builder->after->program->customer, after->when, "clause", &item);
  compare_clauses(builder, &item, before, after);
  if (renamed)
    compare_draws(builder, &item, before, after);
  if (!other && !renamed && item.part_count == 0) {
    builder->diff->same_segments++;
    return;
  }
  builder->item_of[j] = (int32_t)builder->diff->segments.count;
  seg_diff_add_item(builder, &builder->diff->segments, item);
}

static void add_one_sided(struct seg_diff_builder *builder, enum seg_diff_kind kind,
                          const struct seg_diff_version *version,
                          const struct seg_program_segment *segment) {
  struct seg_diff_item item = {
      .kind = kind, .name = segment->name.text, .sentence = sentence(builder, version, segment)};
  struct seg_str place = seg_diff_place(builder, version, segment->name.span);
  if (kind == SEG_DIFF_ADDED)
    item.place_after = place;
  else
    item.place_before = place;
  seg_diff_add_item(builder, &builder->diff->segments, item);
}

// A rule that asks for another segment means something else when that does.
static void through_members(struct seg_diff_builder *builder) {
  const struct seg_program *program = builder->after->program;
  for (uint32_t j = 0; j < program->segment_count; j++) {
    if (builder->item_of[j] < 0 || !seg_diff_means_other(builder, j))
      continue;
    struct seg_diff_item *item = &builder->diff->segments.items[builder->item_of[j]];
    for (uint32_t k = 0; k < program->segment_count; k++)
      if (builder->meanings_after[j].touched.segments[k] && seg_diff_means_other(builder, k))
        seg_diff_add_text(
            builder, &item->through,
            seg_diff_format(builder, "segment %.*s", SEG_STR(program->segments[k].name.text)));
  }
}

void seg_diff_segments(struct seg_diff_builder *builder) {
  struct seg_project_diff *diff = builder->diff;
  uint32_t olds = builder->before->program->segment_count;
  uint32_t news = builder->after->program->segment_count;
  diff->segment_before = seg_diff_array(builder, news, sizeof *diff->segment_before);
  builder->item_of = seg_diff_array(builder, news, sizeof *builder->item_of);
  bool *continued = seg_diff_array(builder, olds, sizeof *continued);
  if (builder->failed)
    return;
  for (uint32_t j = 0; j < news; j++)
    diff->segment_before[j] = builder->item_of[j] = -1;
  match(builder, continued);
  for (uint32_t i = 0; i < olds; i++)
    if (!continued[i])
      add_one_sided(builder, SEG_DIFF_REMOVED, builder->before, old_segment(builder, i));
  for (uint32_t j = 0; j < news && !builder->failed; j++)
    if (diff->segment_before[j] < 0)
      add_one_sided(builder, SEG_DIFF_ADDED, builder->after, new_segment(builder, j));
    else
      compare_pair(builder, (uint32_t)diff->segment_before[j], j);
  if (!builder->failed)
    through_members(builder);
}
