// The data dictionary from the typed program; see dictionary.h.
#include "compiler/report/dictionary.h"

#include <string.h>

#include "compiler/lower/lower.h"
#include "compiler/report/english.h"
#include "runtime/base/text_stream.h"

struct builder {
  struct seg_dictionary *dictionary;
  const struct seg_program *program;
  const struct seg_source_map *map;
  bool failed; // memory is out
  // A text under way.
  char *buffer;
  size_t size;
  FILE *out;
};

// --- texts ---

// Until text_end, what is printed to builder->out; NULL when memory is out.
static FILE *text_begin(struct builder *builder) {
  builder->buffer = NULL;
  builder->out = seg_text_stream(&builder->buffer, &builder->size);
  builder->failed = builder->failed || builder->out == NULL;
  return builder->out;
}

static struct seg_str keep(struct builder *builder, struct seg_str text) {
  struct seg_str copy = seg_arena_str(&builder->dictionary->arena, text);
  builder->failed = builder->failed || copy.data == NULL;
  return copy.data == NULL ? (struct seg_str){0} : copy;
}

static struct seg_str text_end(struct builder *builder) {
  bool failed = ferror(builder->out) != 0;
  failed = fclose(builder->out) != 0 || failed;
  builder->failed = builder->failed || failed;
  struct seg_str text = {0};
  if (!failed)
    text = keep(builder, (struct seg_str){builder->buffer, builder->size});
  free(builder->buffer);
  return text;
}

static void *array(struct builder *builder, size_t count, size_t size) {
  void *items = seg_arena_array(&builder->dictionary->arena, count, size);
  builder->failed = builder->failed || items == NULL;
  return items;
}

// Append unless it is there. `room` is the number of items the list was made for.
static void add_once(struct seg_dictionary_texts *texts, uint32_t room, struct seg_str text) {
  for (uint32_t i = 0; i < texts->count; i++)
    if (seg_str_equal(texts->items[i], text))
      return;
  if (texts->count < room)
    texts->items[texts->count++] = text;
}

static struct seg_str source_text(struct builder *builder, struct seg_span span) {
  if (text_begin(builder) == NULL)
    return (struct seg_str){0};
  seg_english_source(builder->map, span, builder->out);
  return text_end(builder);
}

static struct seg_english english_of(const struct builder *builder,
                                     const struct seg_program_entity *entity) {
  return (struct seg_english){builder->program, builder->map, entity, builder->out, false};
}

// --- one segment ---

static void control_group(const struct seg_share share, FILE *out) {
  double percent = 100.0 * (double)share.part / (double)share.whole;
  fputs(" Of them, ", out);
  seg_english_number(percent, out);
  fputs("% are held out as a control group.", out);
}

static struct seg_str sentence(struct builder *builder, const struct seg_program_segment *segment) {
  if (text_begin(builder) == NULL)
    return (struct seg_str){0};
  struct seg_english english = english_of(builder, &builder->program->customer);
  fputs("Customers ", builder->out);
  seg_english_condition(&english, segment->when);
  fputc('.', builder->out);
  if (segment->holdout.whole > 0)
    control_group(segment->holdout, builder->out);
  return text_end(builder);
}

// A text in quotes without them, everything else as written.
static struct seg_str clause_value(struct builder *builder, const struct seg_clause *clause) {
  if (text_begin(builder) == NULL)
    return (struct seg_str){0};
  for (uint32_t i = 0; i < clause->value_count; i++) {
    const struct seg_expr *value = clause->values[i];
    fputs(i == 0 ? "" : ", ", builder->out);
    if (value->kind == SEG_EXPR_STRING)
      fprintf(builder->out, "%.*s", SEG_STR(value->text));
    else
      seg_english_source(builder->map, value->span, builder->out);
  }
  return text_end(builder);
}

static void clauses(struct builder *builder, const struct seg_program_segment *segment,
                    struct seg_dictionary_segment *out) {
  const struct seg_segment *syntax = segment->syntax;
  out->clauses = array(builder, syntax->clause_count, sizeof *out->clauses);
  for (uint32_t i = 0; !builder->failed && i < syntax->clause_count; i++) {
    const struct seg_clause *clause = &syntax->clauses[i];
    struct seg_str value = clause_value(builder, clause);
    if (seg_str_is(clause->name.text, "when"))
      out->rule = value;
    else
      out->clauses[out->clause_count++] =
          (struct seg_dictionary_clause){keep(builder, clause->name.text), value};
  }
}

static uint32_t count_aggregates(const struct seg_node *node) {
  uint32_t count = node->kind == SEG_NODE_AGGREGATE;
  for (uint32_t i = 0; i < node->operand_count; i++)
    count += count_aggregates(node->operands[i]);
  return count;
}

static void windows(struct builder *builder, const struct seg_node *node, uint32_t room,
                    struct seg_dictionary_texts *out) {
  if (node->kind == SEG_NODE_AGGREGATE && text_begin(builder) != NULL) {
    seg_english_window(&node->window, builder->out);
    add_once(out, room, text_end(builder));
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    windows(builder, node->operands[i], room, out);
}

static bool inside(struct seg_span inner, struct seg_span outer) {
  return inner.file == outer.file && outer.begin <= inner.begin && inner.end <= outer.end;
}

// A metric is used where its name stands, or where a node comes from its declaration.
static bool node_uses(const struct seg_english *english, const struct seg_node *node,
                      const struct seg_program_metric *metric) {
  bool column = node->kind == SEG_NODE_ATTRIBUTE || node->kind == SEG_NODE_COLUMN;
  if (!column && (inside(node->span, metric->span) || seg_english_names(english, node, metric)))
    return true;
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (node_uses(english, node->operands[i], metric))
      return true;
  return false;
}

static bool uses(const struct builder *builder, const struct seg_program_segment *segment,
                 const struct seg_program_metric *metric) {
  struct seg_english english = english_of(builder, &builder->program->customer);
  return node_uses(&english, segment->when, metric);
}

static void metrics_of(struct builder *builder, const struct seg_program_segment *segment,
                       struct seg_dictionary_segment *out) {
  const struct seg_program *program = builder->program;
  out->metrics.items = array(builder, program->metric_count, sizeof *out->metrics.items);
  for (uint32_t i = 0; !builder->failed && i < program->metric_count; i++)
    if (uses(builder, segment, &program->metrics[i]))
      add_once(&out->metrics, program->metric_count, keep(builder, program->metrics[i].name.text));
}

static void read_entity(struct builder *builder, const struct seg_plan_entity *entity,
                        uint32_t folds, struct seg_dictionary_read *out) {
  uint32_t room = entity->input_count + 2;
  *out = (struct seg_dictionary_read){.entity = keep(builder, entity->name),
                                      .source = keep(builder, entity->source),
                                      .folds = folds};
  out->columns.items = array(builder, room, sizeof *out->columns.items);
  if (builder->failed)
    return;
  add_once(&out->columns, room, keep(builder, entity->key));
  if (entity->time.size > 0)
    add_once(&out->columns, room, keep(builder, entity->time));
  for (uint32_t i = 0; i < entity->input_count; i++)
    add_once(&out->columns, room, keep(builder, entity->inputs[i].name));
}

static void reads(struct builder *builder, const struct seg_plan *plan,
                  struct seg_dictionary_segment *out) {
  out->reads = array(builder, plan->event_count + plan->list_count + 1, sizeof *out->reads);
  if (!builder->failed && plan->customer_from_event < 0)
    read_entity(builder, &plan->customer, 0, &out->reads[out->read_count++]);
  for (uint32_t i = 0; !builder->failed && i < plan->event_count; i++)
    if (seg_plan_gathers_event(plan, i) || plan->customer_from_event == (int32_t)i)
      read_entity(builder, &plan->events[i], plan->folds[i].cell_count,
                  &out->reads[out->read_count++]);
  for (uint32_t i = 0; !builder->failed && i < plan->derived_count; i++)
    if (plan->derived[i].kind == SEG_DERIVED_LISTED)
      read_entity(builder, &plan->lists[plan->derived[i].list], 0, &out->reads[out->read_count++]);
}

// What a run of this segment alone would read: the compiler itself answers.
static enum seg_status reads_of(struct builder *builder, uint32_t segment,
                                struct seg_dictionary_segment *out, struct seg_error *error) {
  struct seg_program alone = *builder->program;
  alone.segments = &builder->program->segments[segment];
  alone.segment_count = 1;
  alone.chain_count = 0;
  struct seg_plan plan;
  seg_plan_init(&plan);
  enum seg_status status = seg_lower(&alone, builder->map, &plan, error);
  if (status == SEG_OK)
    reads(builder, &plan, out);
  seg_plan_deinit(&plan);
  return status;
}

static void places(struct builder *builder, uint32_t segment, struct seg_dictionary_segment *out) {
  const struct seg_program *program = builder->program;
  out->places = array(builder, program->chain_count, sizeof *out->places);
  for (uint32_t i = 0; !builder->failed && i < program->chain_count; i++)
    for (uint32_t j = 0; j < program->chains[i].member_count; j++)
      if (program->chains[i].members[j] == segment)
        out->places[out->place_count++] =
            (struct seg_dictionary_place){.chain = keep(builder, program->chains[i].name.text),
                                          .position = j + 1,
                                          .members = program->chains[i].member_count};
}

static struct seg_str segment_name(struct builder *builder, uint32_t segment) {
  return keep(builder, builder->program->segments[segment].name.text);
}

static void relations_of(struct builder *builder, uint32_t segment,
                         struct seg_dictionary_segment *out) {
  const struct seg_program *program = builder->program;
  uint32_t exclusive = 0, overlaps = 0; // room for all others would be quadratic in a project
  for (uint32_t i = 0; i < program->segment_count; i++) {
    enum seg_relation relation =
        i == segment ? SEG_UNRELATED : seg_program_relation(program, segment, i);
    exclusive += relation == SEG_EXCLUSIVE;
    overlaps += relation == SEG_MAY_OVERLAP;
  }
  out->exclusive.items = array(builder, exclusive, sizeof *out->exclusive.items);
  out->overlaps.items = array(builder, overlaps, sizeof *out->overlaps.items);
  for (uint32_t i = 0; !builder->failed && i < program->segment_count; i++) {
    enum seg_relation relation =
        i == segment ? SEG_UNRELATED : seg_program_relation(program, segment, i);
    if (relation == SEG_EXCLUSIVE)
      out->exclusive.items[out->exclusive.count++] = segment_name(builder, i);
    else if (relation == SEG_MAY_OVERLAP)
      out->overlaps.items[out->overlaps.count++] = segment_name(builder, i);
  }
}

static enum seg_status segment_of(struct builder *builder, uint32_t number,
                                  struct seg_dictionary_segment *out, struct seg_error *error) {
  const struct seg_program_segment *segment = &builder->program->segments[number];
  *out = (struct seg_dictionary_segment){.name = keep(builder, segment->name.text),
                                         .title = keep(builder, segment->title)};
  out->sentence = sentence(builder, segment);
  clauses(builder, segment, out);
  uint32_t room = count_aggregates(segment->when);
  out->windows.items = array(builder, room, sizeof *out->windows.items);
  if (builder->failed)
    return SEG_OK;
  windows(builder, segment->when, room, &out->windows);
  metrics_of(builder, segment, out);
  places(builder, number, out);
  relations_of(builder, number, out);
  return reads_of(builder, number, out, error);
}

// --- the project ---

static struct seg_str meaning(struct builder *builder, const struct seg_program_metric *metric) {
  if (metric->value == NULL || text_begin(builder) == NULL)
    return (struct seg_str){0};
  struct seg_english english = english_of(builder, &builder->program->customer);
  seg_english_definition(&english, metric->value);
  return text_end(builder);
}

// `metric NAME = value`, `let NAME = value`: the value as written.
static struct seg_str definition(struct builder *builder, struct seg_span span) {
  struct seg_str whole = source_text(builder, span);
  const char *equals = whole.size == 0 ? NULL : memchr(whole.data, '=', whole.size);
  if (equals == NULL)
    return whole;
  size_t skip = (size_t)(equals - whole.data) + 1;
  while (skip < whole.size && whole.data[skip] == ' ')
    skip++;
  return (struct seg_str){whole.data + skip, whole.size - skip};
}

static void metrics(struct builder *builder, int32_t only) {
  const struct seg_program *program = builder->program;
  struct seg_dictionary *dictionary = builder->dictionary;
  dictionary->metrics = array(builder, program->metric_count, sizeof *dictionary->metrics);
  for (uint32_t i = 0; !builder->failed && i < program->metric_count; i++) {
    const struct seg_program_metric *metric = &program->metrics[i];
    if (only >= 0 && !uses(builder, &program->segments[only], metric))
      continue;
    struct seg_dictionary_metric *out = &dictionary->metrics[dictionary->metric_count++];
    *out = (struct seg_dictionary_metric){.name = keep(builder, metric->name.text)};
    out->definition = definition(builder, metric->span);
    out->meaning = meaning(builder, metric);
    out->used_by.items = array(builder, program->segment_count, sizeof *out->used_by.items);
    for (uint32_t j = 0; !builder->failed && j < program->segment_count; j++)
      if (uses(builder, &program->segments[j], metric))
        add_once(&out->used_by, program->segment_count,
                 keep(builder, program->segments[j].name.text));
  }
}

static void constants(struct builder *builder) {
  const struct seg_program *program = builder->program;
  struct seg_dictionary *dictionary = builder->dictionary;
  dictionary->constants = array(builder, program->constant_count, sizeof *dictionary->constants);
  for (uint32_t i = 0; !builder->failed && i < program->constant_count; i++) {
    const struct seg_program_constant *constant = &program->constants[i];
    struct seg_dictionary_constant *out = &dictionary->constants[dictionary->constant_count++];
    *out = (struct seg_dictionary_constant){.name = keep(builder, constant->name.text),
                                            .definition = definition(builder, constant->span)};
    if (constant->value == NULL || text_begin(builder) == NULL)
      continue;
    seg_english_literal(&constant->value->type, &constant->value->literal, builder->out);
    out->value = text_end(builder);
  }
}

static bool has_member(const struct seg_program_chain *chain, int32_t only) {
  bool found = only < 0;
  for (uint32_t i = 0; i < chain->member_count; i++)
    found = found || chain->members[i] == (uint32_t)only;
  return found;
}

static void chains(struct builder *builder, int32_t only) {
  const struct seg_program *program = builder->program;
  struct seg_dictionary *dictionary = builder->dictionary;
  dictionary->chains = array(builder, program->chain_count, sizeof *dictionary->chains);
  for (uint32_t i = 0; !builder->failed && i < program->chain_count; i++) {
    const struct seg_program_chain *chain = &program->chains[i];
    if (!has_member(chain, only))
      continue;
    struct seg_dictionary_chain *out = &dictionary->chains[dictionary->chain_count++];
    *out = (struct seg_dictionary_chain){.name = keep(builder, chain->name.text),
                                         .otherwise = keep(builder, chain->otherwise)};
    out->members.items = array(builder, chain->member_count, sizeof *out->members.items);
    for (uint32_t j = 0; !builder->failed && j < chain->member_count; j++)
      out->members.items[out->members.count++] =
          keep(builder, program->segments[chain->members[j]].name.text);
  }
}

static void exclusives(struct builder *builder, int32_t only) {
  const struct seg_program *program = builder->program;
  struct seg_dictionary *dictionary = builder->dictionary;
  for (uint32_t i = 0; !builder->failed && i < program->exclusive_count; i++) {
    const struct seg_program_exclusive *exclusive = &program->exclusives[i];
    bool listed = only < 0;
    for (uint32_t j = 0; j < exclusive->member_count; j++)
      listed = listed || exclusive->members[j] == (uint32_t)only;
    if (!listed)
      continue;
    struct seg_dictionary_relation *out = &dictionary->relations[dictionary->relation_count++];
    *out = (struct seg_dictionary_relation){.exclusive = true,
                                            .text = source_text(builder, exclusive->span)};
    out->segments.items = array(builder, exclusive->member_count, sizeof *out->segments.items);
    for (uint32_t j = 0; !builder->failed && j < exclusive->member_count; j++)
      out->segments.items[out->segments.count++] = segment_name(builder, exclusive->members[j]);
  }
}

static bool same_declaration(const struct seg_program_overlap *a,
                             const struct seg_program_overlap *b) {
  return a->span.file == b->span.file && a->span.begin == b->span.begin;
}

// The pairs of one declaration stand together.
static void overlaps(struct builder *builder, int32_t only) {
  const struct seg_program *program = builder->program;
  struct seg_dictionary *dictionary = builder->dictionary;
  for (uint32_t begin = 0, end = 0; !builder->failed && begin < program->overlap_count;
       begin = end) {
    const struct seg_program_overlap *pairs = &program->overlaps[begin];
    bool listed = only < 0;
    for (; end < program->overlap_count && same_declaration(pairs, &program->overlaps[end]); end++)
      listed = listed || program->overlaps[end].segment == (uint32_t)only ||
               program->overlaps[end].other == (uint32_t)only;
    if (!listed)
      continue;
    struct seg_dictionary_relation *out = &dictionary->relations[dictionary->relation_count++];
    *out = (struct seg_dictionary_relation){.text = source_text(builder, pairs->span)};
    out->segments.items = array(builder, 2u * (end - begin), sizeof *out->segments.items);
    for (uint32_t i = begin; !builder->failed && i < end; i++) {
      out->segments.items[out->segments.count++] =
          segment_name(builder, program->overlaps[i].segment);
      out->segments.items[out->segments.count++] =
          segment_name(builder, program->overlaps[i].other);
    }
  }
}

static void relations(struct builder *builder, int32_t only) {
  const struct seg_program *program = builder->program;
  struct seg_dictionary *dictionary = builder->dictionary;
  dictionary->relations = array(builder, program->exclusive_count + program->overlap_count,
                                sizeof *dictionary->relations);
  exclusives(builder, only);
  overlaps(builder, only);
}

static void entity_of(struct builder *builder, const struct seg_program_entity *entity,
                      struct seg_dictionary_entity *out) {
  *out = (struct seg_dictionary_entity){.name = keep(builder, entity->name.text),
                                        .source = keep(builder, entity->source),
                                        .key = keep(builder, entity->key),
                                        .time = keep(builder, entity->time)};
  if (entity->where != NULL && text_begin(builder) != NULL) {
    struct seg_english english = english_of(builder, entity);
    seg_english_condition(&english, entity->where);
    out->condition = text_end(builder);
  }
  out->unique.items = array(builder, entity->unique_count, sizeof *out->unique.items);
  for (uint32_t i = 0; !builder->failed && i < entity->unique_count; i++)
    add_once(&out->unique, entity->unique_count,
             keep(builder, entity->unique[i] == SEG_UNIQUE_TIME
                               ? entity->time
                               : entity->columns[entity->unique[i]].name.text));
}

static void entities(struct builder *builder) {
  const struct seg_program *program = builder->program;
  struct seg_dictionary *dictionary = builder->dictionary;
  dictionary->entities =
      array(builder, program->event_count + program->list_count + 1, sizeof *dictionary->entities);
  if (builder->failed)
    return;
  entity_of(builder, &program->customer, &dictionary->entities[dictionary->entity_count++]);
  if (program->customer_from_event >= 0) {
    const struct seg_program_entity *event = &program->events[program->customer_from_event];
    dictionary->entities[0].source = keep(builder, event->source);
    dictionary->entities[0].key = keep(builder, event->key);
  }
  for (uint32_t i = 0; !builder->failed && i < program->event_count; i++)
    entity_of(builder, &program->events[i], &dictionary->entities[dictionary->entity_count++]);
  for (uint32_t i = 0; !builder->failed && i < program->list_count; i++) {
    const struct seg_program_entity list = {.name = program->lists[i].name,
                                            .source = program->lists[i].source,
                                            .key = program->lists[i].key};
    entity_of(builder, &list, &dictionary->entities[dictionary->entity_count++]);
  }
}

static enum seg_status segments(struct builder *builder, int32_t only, struct seg_error *error) {
  const struct seg_program *program = builder->program;
  struct seg_dictionary *dictionary = builder->dictionary;
  enum seg_status status = SEG_OK;
  dictionary->segments = array(builder, program->segment_count, sizeof *dictionary->segments);
  for (uint32_t i = 0; status == SEG_OK && !builder->failed && i < program->segment_count; i++)
    if (only < 0 || only == (int32_t)i)
      status = segment_of(builder, i, &dictionary->segments[dictionary->segment_count++], error);
  return status;
}

enum seg_status seg_dictionary_init(struct seg_dictionary *dictionary,
                                    const struct seg_program *program,
                                    const struct seg_source_map *map, int32_t only,
                                    struct seg_error *error) {
  *dictionary = (struct seg_dictionary){0};
  seg_arena_init(&dictionary->arena);
  struct builder builder = {.dictionary = dictionary, .program = program, .map = map};
  dictionary->timezone = keep(&builder, program->timezone);
  dictionary->currency = keep(&builder, program->currency);
  entities(&builder);
  enum seg_status status = segments(&builder, only, error);
  if (status != SEG_OK)
    return status;
  if (only < 0)
    constants(&builder);
  metrics(&builder, only);
  chains(&builder, only);
  relations(&builder, only);
  return builder.failed ? seg_fail_memory(error, "the data dictionary") : SEG_OK;
}

void seg_dictionary_deinit(struct seg_dictionary *dictionary) {
  seg_arena_deinit(&dictionary->arena);
}
