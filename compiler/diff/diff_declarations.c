// Settings, the customer, events, metrics, constants and lists: what differs, and through which
// segments it acts.
#include <string.h>

#include "compiler/diff/diff_builder.h"

// --- the customer and the events ---

/** One entity in both versions; `number` as in seg_touched. */
struct entity_pair {
  const struct seg_program_entity *before, *after;
  uint32_t old_number, new_number;
};

static bool is_touched(const struct seg_diff_meaning *meaning, uint32_t entity, int64_t column) {
  return column < 0 ? meaning->touched.entities[entity] : meaning->touched.columns[entity][column];
}

/** A column of either version, -1: the entity itself; -2: not there in this version. */
struct part_place {
  int64_t before, after;
};

static void act(struct seg_diff_builder *builder, struct seg_diff_item *item,
                const struct entity_pair *pair, struct part_place place, struct seg_str what) {
  struct seg_str words =
      seg_diff_format(builder, "%.*s of %.*s", SEG_STR(what), SEG_STR(pair->after->name.text));
  for (uint32_t j = 0; j < builder->after->program->segment_count; j++) {
    int32_t i = builder->diff->segment_before[j];
    if (!seg_diff_means_other(builder, j))
      continue;
    bool stands = (place.before > -2 &&
                   is_touched(&builder->meanings_before[i], pair->old_number, place.before)) ||
                  (place.after > -2 &&
                   is_touched(&builder->meanings_after[j], pair->new_number, place.after));
    if (stands)
      seg_diff_acts(builder, item, j, words);
  }
}

static void compare_text(struct seg_diff_builder *builder, struct seg_diff_item *item,
                         const struct entity_pair *pair, const char *what, struct seg_str before,
                         struct seg_str after) {
  if (seg_str_equal(before, after))
    return;
  struct seg_diff_part part = {.what = seg_str_view(what),
                               .before = {.text = before, .place = item->place_before},
                               .after = {.text = after, .place = item->place_after}};
  seg_diff_add_part(builder, item, part);
  act(builder, item, pair, (struct part_place){-1, -1}, part.what);
}

static void compare_where(struct seg_diff_builder *builder, struct seg_diff_item *item,
                          const struct entity_pair *pair) {
  uint32_t count = item->part_count;
  seg_diff_conditions(builder, pair->before, pair->before->where, pair->after, pair->after->where,
                      "where", item);
  if (item->part_count > count)
    act(builder, item, pair, (struct part_place){-1, -1}, seg_str_view("where"));
}

static struct seg_str unique_name(const struct seg_program_entity *entity, uint32_t i) {
  return entity->unique[i] == SEG_UNIQUE_TIME ? entity->time
                                              : entity->columns[entity->unique[i]].name.text;
}

static bool same_unique(const struct seg_program_entity *a, const struct seg_program_entity *b) {
  bool same = a->unique_count == b->unique_count;
  for (uint32_t i = 0; same && i < a->unique_count; i++) {
    bool found = false;
    for (uint32_t j = 0; j < b->unique_count && !found; j++)
      found = seg_str_equal(unique_name(a, i), unique_name(b, j));
    same = found;
  }
  return same;
}

static struct seg_str unique_text(struct seg_diff_builder *builder,
                                  const struct seg_program_entity *entity) {
  struct seg_str text = {"", 0};
  for (uint32_t i = 0; i < entity->unique_count; i++)
    text = seg_diff_format(builder, "%.*s%s%.*s", SEG_STR(text), i == 0 ? "" : ", ",
                           SEG_STR(unique_name(entity, i)));
  return text;
}

// --- columns ---

enum { TYPE_SIZE = 4000 };

// What a column is: its type, or what it is computed from; whether it may be missing or is
// personal.
static struct seg_str column_text(struct seg_diff_builder *builder,
                                  const struct seg_diff_version *version,
                                  const struct seg_program_entity *entity,
                                  const struct seg_program_column *column) {
  char type[TYPE_SIZE];
  if (column->computed != NULL)
    return seg_diff_normal(builder, version, entity, column->computed, SEG_NORMAL_RULE, NULL);
  return seg_diff_format(builder, "%s%s%s", seg_type_describe(&column->type, type, sizeof type),
                         column->optional ? "?" : "", column->personal ? " personal" : "");
}

static struct seg_diff_side column_side(struct seg_diff_builder *builder,
                                        const struct seg_diff_version *version,
                                        const struct seg_program_column *column, bool in_full) {
  struct seg_diff_side side = seg_diff_side(builder, version, column->span);
  char type[TYPE_SIZE];
  if (in_full)
    side.text = seg_diff_format(builder, "%.*s: %s%s%s", SEG_STR(column->name.text),
                                seg_type_describe(&column->type, type, sizeof type),
                                column->optional ? "?" : "", column->personal ? " personal" : "");
  return side;
}

static int64_t find_column(const struct seg_program_entity *entity, struct seg_str name) {
  for (uint32_t i = 0; i < entity->column_count; i++)
    if (seg_str_equal(entity->columns[i].name.text, name))
      return i;
  return -2;
}

static void compare_column(struct seg_diff_builder *builder, struct seg_diff_item *item,
                           const struct entity_pair *pair, struct part_place place) {
  const struct seg_program_column *before =
      place.before < 0 ? NULL : &pair->before->columns[place.before];
  const struct seg_program_column *after =
      place.after < 0 ? NULL : &pair->after->columns[place.after];
  struct seg_str name = after != NULL ? after->name.text : before->name.text;
  struct seg_diff_part part = {.what = seg_diff_format(builder, "column %.*s", SEG_STR(name))};
  if (before != NULL)
    part.before = column_side(builder, builder->before, before, false);
  if (after != NULL)
    part.after = column_side(builder, builder->after, after, false);
  if (before != NULL && after != NULL) {
    if (seg_str_equal(column_text(builder, builder->before, pair->before, before),
                      column_text(builder, builder->after, pair->after, after)))
      return;
    // `amount: money` in two currencies reads the same.
    if (seg_str_equal(part.before.text, part.after.text)) {
      part.before = column_side(builder, builder->before, before, true);
      part.after = column_side(builder, builder->after, after, true);
    }
  }
  seg_diff_add_part(builder, item, part);
  act(builder, item, pair, place, part.what);
}

static void compare_columns(struct seg_diff_builder *builder, struct seg_diff_item *item,
                            const struct entity_pair *pair) {
  for (uint32_t i = 0; i < pair->before->column_count; i++)
    compare_column(
        builder, item, pair,
        (struct part_place){i, find_column(pair->after, pair->before->columns[i].name.text)});
  for (uint32_t i = 0; i < pair->after->column_count; i++)
    if (find_column(pair->before, pair->after->columns[i].name.text) < 0)
      compare_column(builder, item, pair, (struct part_place){-2, i});
}

// --- entities ---

static struct seg_str source_text(struct seg_diff_builder *builder,
                                  const struct seg_program *program,
                                  const struct seg_program_entity *entity) {
  if (entity == &program->customer && program->customer_from_event >= 0)
    return program->events[program->customer_from_event].name.text;
  return seg_diff_format(builder, "\"%.*s\"", SEG_STR(entity->source));
}

static void compare_entities(struct seg_diff_builder *builder, const struct entity_pair *pair) {
  const struct seg_program_entity *a = pair->before, *b = pair->after;
  bool renamed = !seg_str_equal(a->name.text, b->name.text);
  struct seg_diff_item item = {
      .kind = renamed ? SEG_DIFF_RENAMED : SEG_DIFF_CHANGED,
      .name = pair->new_number == 0 ? seg_str_view("customer") : b->name.text,
      .old_name = renamed ? a->name.text : (struct seg_str){0},
      .place_before = seg_diff_place(builder, builder->before, a->span),
      .place_after = seg_diff_place(builder, builder->after, b->span),
  };
  compare_text(builder, &item, pair, "source", source_text(builder, builder->before->program, a),
               source_text(builder, builder->after->program, b));
  compare_text(builder, &item, pair, "key", a->key, b->key);
  compare_text(builder, &item, pair, "at", a->time, b->time);
  compare_text(builder, &item, pair, "zone", a->zone, b->zone);
  compare_where(builder, &item, pair);
  if (!same_unique(a, b))
    compare_text(builder, &item, pair, "unique by", unique_text(builder, a),
                 unique_text(builder, b));
  compare_columns(builder, &item, pair);
  if (renamed || item.part_count > 0)
    seg_diff_add_item(builder, &builder->diff->entities, item);
}

static struct seg_str rows_of(struct seg_diff_builder *builder,
                              const struct seg_diff_version *version, uint32_t event) {
  return seg_diff_normal(builder, version, &version->program->events[event], NULL,
                         SEG_NORMAL_MEANING, NULL);
}

// By name; then those left over that have the same rows.
static void match_events(struct seg_diff_builder *builder, int32_t *before, bool *continued) {
  const struct seg_program *olds = builder->before->program, *news = builder->after->program;
  for (int pass = 0; pass < 2; pass++)
    for (uint32_t j = 0; j < news->event_count; j++)
      for (uint32_t i = 0; i < olds->event_count && before[j] < 0; i++) {
        bool same = pass == 0 ? seg_str_equal(olds->events[i].name.text, news->events[j].name.text)
                              : !continued[i] && seg_str_equal(rows_of(builder, builder->before, i),
                                                               rows_of(builder, builder->after, j));
        if (!same || continued[i])
          continue;
        before[j] = (int32_t)i;
        continued[i] = true;
      }
}

static void one_sided_event(struct seg_diff_builder *builder, enum seg_diff_kind kind,
                            const struct seg_diff_version *version,
                            const struct seg_program_entity *event) {
  struct seg_diff_item item = {.kind = kind, .name = event->name.text};
  struct seg_str place = seg_diff_place(builder, version, event->span);
  *(kind == SEG_DIFF_ADDED ? &item.place_after : &item.place_before) = place;
  seg_diff_add_item(builder, &builder->diff->entities, item);
}

static void compare_all_entities(struct seg_diff_builder *builder) {
  const struct seg_program *olds = builder->before->program, *news = builder->after->program;
  int32_t *before = seg_diff_array(builder, news->event_count, sizeof *before);
  bool *continued = seg_diff_array(builder, olds->event_count, sizeof *continued);
  if (builder->failed)
    return;
  for (uint32_t j = 0; j < news->event_count; j++)
    before[j] = -1;
  match_events(builder, before, continued);
  compare_entities(builder, &(struct entity_pair){&olds->customer, &news->customer, 0, 0});
  for (uint32_t i = 0; i < olds->event_count; i++)
    if (!continued[i])
      one_sided_event(builder, SEG_DIFF_REMOVED, builder->before, &olds->events[i]);
  for (uint32_t j = 0; j < news->event_count && !builder->failed; j++)
    if (before[j] < 0)
      one_sided_event(builder, SEG_DIFF_ADDED, builder->after, &news->events[j]);
    else
      compare_entities(builder, &(struct entity_pair){&olds->events[before[j]], &news->events[j],
                                                      (uint32_t)before[j] + 1, j + 1});
}

// --- settings ---

static const struct seg_setting *setting_named(const struct seg_diff_version *version,
                                               struct seg_str name) {
  for (const struct seg_declaration *d = version->ast->first; d != NULL; d = d->next)
    if (d->kind == SEG_DECLARE_SETTING && seg_str_equal(d->setting->name.text, name))
      return d->setting;
  return NULL;
}

// The zone decides on which day an event falls.
static bool reads_events(const struct seg_diff_meaning *meaning,
                         const struct seg_program *program) {
  for (uint32_t i = 1; i <= program->event_count; i++)
    if (meaning->touched.entities[i])
      return true;
  return false;
}

static void compare_setting(struct seg_diff_builder *builder, struct seg_str name) {
  const struct seg_setting *a = setting_named(builder->before, name);
  const struct seg_setting *b = setting_named(builder->after, name);
  if (a != NULL && b != NULL && seg_str_equal(a->value.text, b->value.text))
    return;
  struct seg_diff_part part = {.what = name};
  struct seg_diff_item item = {.kind = a == NULL   ? SEG_DIFF_ADDED
                                       : b == NULL ? SEG_DIFF_REMOVED
                                                   : SEG_DIFF_CHANGED,
                               .name = name};
  if (a != NULL)
    part.before = seg_diff_side(builder, builder->before, a->value.span);
  if (b != NULL)
    part.after = seg_diff_side(builder, builder->after, b->value.span);
  item.place_before = part.before.place;
  item.place_after = part.after.place;
  seg_diff_add_part(builder, &item, part);
  for (uint32_t j = 0; j < builder->after->program->segment_count; j++)
    if (seg_str_is(name, "timezone") && seg_diff_means_other(builder, j) &&
        reads_events(&builder->meanings_after[j], builder->after->program))
      seg_diff_acts(builder, &item, j, name);
  seg_diff_add_item(builder, &builder->diff->settings, item);
}

static void compare_settings(struct seg_diff_builder *builder) {
  for (const struct seg_declaration *d = builder->before->ast->first; d != NULL; d = d->next)
    if (d->kind == SEG_DECLARE_SETTING)
      compare_setting(builder, d->setting->name.text);
  for (const struct seg_declaration *d = builder->after->ast->first; d != NULL; d = d->next)
    if (d->kind == SEG_DECLARE_SETTING &&
        setting_named(builder->before, d->setting->name.text) == NULL)
      compare_setting(builder, d->setting->name.text);
}

// --- metrics, constants and lists ---

/** `metric NAME = value` or `let NAME = value`; of a list the whole declaration. */
struct definition {
  struct seg_name name;
  struct seg_span value;
  const char *kind;
};

static bool definition_of(const struct seg_declaration *declaration, struct definition *out) {
  if (declaration->kind == SEG_DECLARE_METRIC)
    *out =
        (struct definition){declaration->metric->name, declaration->metric->value->span, "metric"};
  else if (declaration->kind == SEG_DECLARE_CONSTANT)
    *out =
        (struct definition){declaration->constant->name, declaration->constant->value->span, "let"};
  else if (declaration->kind == SEG_DECLARE_LIST)
    *out = (struct definition){declaration->list->name, declaration->list->span, "list"};
  else
    return false;
  return true;
}

static bool find_definition(const struct seg_diff_version *version, struct seg_str name,
                            struct definition *out) {
  for (const struct seg_declaration *d = version->ast->first; d != NULL; d = d->next)
    if (definition_of(d, out) && seg_str_equal(out->name.text, name))
      return true;
  return false;
}

static bool in_name(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (unsigned char)c >= 0x80;
}

// Does the text use the name, outside of texts in quotes, and not as the column of an event?
static bool mentions(struct seg_str text, struct seg_str name) {
  bool quoted = false;
  for (size_t i = 0; i + name.size <= text.size; i++) {
    if (text.data[i] == '"' && (i == 0 || text.data[i - 1] != '\\'))
      quoted = !quoted;
    bool begins = i == 0 || (!in_name(text.data[i - 1]) && text.data[i - 1] != '.');
    bool ends = i + name.size == text.size || !in_name(text.data[i + name.size]);
    if (!quoted && begins && ends && memcmp(text.data + i, name.data, name.size) == 0)
      return true;
  }
  return false;
}

enum { DEEPEST = 16 };

// Through other definitions too; a chain of them longer than DEEPEST is nobody's.
static bool stands_on(const struct seg_diff_version *version, struct seg_span span,
                      struct seg_str name, int depth) {
  struct seg_str text = seg_source_map_text(version->map, span);
  struct definition between;
  if (mentions(text, name))
    return true;
  for (const struct seg_declaration *d = version->ast->first; d != NULL && depth < DEEPEST;
       d = d->next)
    if (definition_of(d, &between) && mentions(text, between.name.text) &&
        stands_on(version, between.value, name, depth + 1))
      return true;
  return false;
}

static struct seg_span rule_span(const struct seg_program_segment *segment) {
  for (uint32_t i = 0; i < segment->syntax->clause_count; i++)
    if (seg_str_is(segment->syntax->clauses[i].name.text, "when"))
      return segment->syntax->clauses[i].span;
  return segment->span;
}

static void compare_definition(struct seg_diff_builder *builder, const struct definition *before,
                               const struct definition *after) {
  struct seg_diff_part part = {.what = seg_str_view("definition"),
                               .before = seg_diff_side(builder, builder->before, before->value),
                               .after = seg_diff_side(builder, builder->after, after->value)};
  if (seg_str_equal(part.before.text, part.after.text))
    return;
  struct seg_str words =
      seg_diff_format(builder, "%s %.*s", after->kind, SEG_STR(after->name.text));
  struct seg_diff_item item = {.kind = SEG_DIFF_CHANGED,
                               .name = words,
                               .place_before = part.before.place,
                               .place_after = part.after.place};
  seg_diff_add_part(builder, &item, part);
  for (uint32_t j = 0; j < builder->after->program->segment_count; j++)
    if (seg_diff_means_other(builder, j) &&
        stands_on(builder->after, rule_span(&builder->after->program->segments[j]),
                  after->name.text, 0))
      seg_diff_acts(builder, &item, j, words);
  // What no segment notices is no difference in meaning.
  if (item.through.count > 0)
    seg_diff_add_item(builder, &builder->diff->definitions, item);
}

static void compare_definitions(struct seg_diff_builder *builder) {
  struct definition before, after;
  for (const struct seg_declaration *d = builder->after->ast->first; d != NULL; d = d->next)
    if (definition_of(d, &after) && find_definition(builder->before, after.name.text, &before))
      compare_definition(builder, &before, &after);
}

// A rule whose meaning changed for no reason that is listed is shown as a whole.
static void explain_the_rest(struct seg_diff_builder *builder) {
  for (uint32_t j = 0; j < builder->after->program->segment_count; j++) {
    int32_t number = builder->item_of[j], i = builder->diff->segment_before[j];
    if (number < 0 || !seg_diff_means_other(builder, j))
      continue;
    struct seg_diff_item *item = &builder->diff->segments.items[number];
    if (item->part_count > 0 || item->through.count > 0)
      continue;
    struct seg_diff_part part = {
        .what = seg_str_view("rule"),
        .before = seg_diff_side(builder, builder->before,
                                builder->before->program->segments[i].when->span),
        .after = seg_diff_side(builder, builder->after,
                               builder->after->program->segments[j].when->span)};
    seg_diff_add_part(builder, item, part);
  }
}

void seg_diff_declarations(struct seg_diff_builder *builder) {
  compare_settings(builder);
  compare_all_entities(builder);
  compare_definitions(builder);
  explain_the_rest(builder);
}
