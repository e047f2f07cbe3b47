// The declarations around the rules: a customer, events, metrics, segments and chains.
#include <string.h>

#include "tests/differential/generate.h"

// Many are words of the language elsewhere: none of them is taken away from the data.
static const char *const column_names[] = {
    "amount",   "channel", "size",       "owner",   "country", "plan",     "score",
    "born",     "qty",     "active",     "last",    "through", "note",     "`when`",
    "decision", "key",     "`odd name`", "größe",   "ago",     "this",     "value",
    "known",    "goal",    "then",       "refresh", "unit",    "currency", "segment_no",
};
enum { COLUMN_NAMES = sizeof column_names / sizeof *column_names };

static const char *const event_names[MODEL_MAX_EVENTS] = {"purchase", "visit", "ticket"};

static const struct model_list lists[] = {
    {3, {"free", "basic", "pro"}},
    {2, {"web", "store"}},
    {5, {"a", "b", "ab", "é", "none of these"}},
};

static struct model_type money_type(struct generator *generator) {
  static const struct model_type types[] = {
      {.kind = SEG_TYPE_MONEY, .scale = 2, .currency = "EUR"},
      {.kind = SEG_TYPE_MONEY, .scale = 2, .currency = "EUR"},
      {.kind = SEG_TYPE_MONEY, .scale = 0, .currency = "JPY"},
      {.kind = SEG_TYPE_MONEY, .scale = 3, .currency = "KWD"},
      {.kind = SEG_TYPE_MONEY, .scale = 4, .currency = "EUR"},
  };
  return types[pick(generator, sizeof types / sizeof *types)];
}

static struct model_type some_type(struct generator *generator) {
  static const enum seg_type_kind kinds[] = {
      SEG_TYPE_BOOL,  SEG_TYPE_INT,       SEG_TYPE_INT,  SEG_TYPE_NUMBER,
      SEG_TYPE_MONEY, SEG_TYPE_MONEY,     SEG_TYPE_TEXT, SEG_TYPE_TEXT,
      SEG_TYPE_DATE,  SEG_TYPE_TIMESTAMP, SEG_TYPE_ENUM,
  };
  struct model_type type = {.kind = kinds[pick(generator, sizeof kinds / sizeof *kinds)]};
  if (type.kind == SEG_TYPE_MONEY)
    type = money_type(generator);
  if (type.kind == SEG_TYPE_ENUM)
    type.list = &lists[pick(generator, sizeof lists / sizeof *lists)];
  return type;
}

static void add_columns(struct generator *generator, struct model_entity *entity) {
  uint32_t count = 1 + pick(generator, 6), name = pick(generator, COLUMN_NAMES);
  for (uint32_t i = 0; i < count; i++) {
    entity->columns[entity->column_count++] =
        (struct model_column){.name = column_names[name],
                              .type = some_type(generator),
                              .optional = chance(generator, 40),
                              .personal = chance(generator, 15)};
    name = (name + 1 + pick(generator, 3)) % COLUMN_NAMES;
  }
}

static bool may_be_missing(const struct term *term) {
  bool missing = term->optional || term->veiled;
  for (uint32_t i = 0; i < term->operand_count; i++)
    missing = missing || may_be_missing(term->operands[i]);
  return missing;
}

static void add_computed(struct generator *generator, int number) {
  static const char *const names[] = {"computed_a", "computed_b", "computed_c"};
  struct model_entity *entity = model_entity(generator->model, number);
  uint32_t count = pick(generator, 3);
  for (uint32_t i = 0; i < count; i++) {
    struct scope scope = {.entity = number, .column_count = entity->column_count};
    bool truth = chance(generator, 20);
    struct term *value = truth ? generate_condition(generator, &scope, 1)
                               : generate_value(generator, &scope, 1 + pick(generator, 2));
    if (value == NULL)
      continue;
    entity->columns[entity->column_count++] = (struct model_column){
        .name = names[i],
        .type = value->type,
        .optional = value->optional,
        .veiled = value->veiled || (value->kind >= TERM_COMPARE && may_be_missing(value)),
        .computed = value};
  }
}

static void add_rows_rules(struct generator *generator, int number) {
  struct model_entity *entity = model_entity(generator->model, number);
  struct scope scope = {.entity = number, .column_count = entity->column_count};
  if (chance(generator, 25))
    entity->where = generate_condition(generator, &scope, chance(generator, 40));
  if (number == MODEL_CUSTOMER || !chance(generator, 25))
    return;
  uint32_t count = 1 + pick(generator, 3);
  for (uint32_t i = 0; i < count && i < entity->column_count; i++) {
    uint32_t column = pick(generator, entity->column_count);
    entity->unique[entity->unique_count++] = (int32_t)column;
  }
  if (chance(generator, 50))
    entity->unique[entity->unique_count++] = SEG_UNIQUE_TIME;
}

static void add_entities(struct generator *generator) {
  struct model *model = generator->model;
  model->from_event = chance(generator, 20);
  model->event_count = model->wide ? 1 : 1 + pick(generator, MODEL_MAX_EVENTS);
  model->customer = (struct model_entity){
      .source = "customers", .key = "customer_id", .key_is_text = chance(generator, 50)};
  if (!model->from_event) {
    if (chance(generator, 15))
      model->customer.columns[model->customer.column_count++] = (struct model_column){
          .name = model->customer.key,
          .type = {.kind = model->customer.key_is_text ? SEG_TYPE_TEXT : SEG_TYPE_INT},
          .personal = chance(generator, 50)};
    add_columns(generator, &model->customer);
    add_computed(generator, MODEL_CUSTOMER);
    add_rows_rules(generator, MODEL_CUSTOMER);
  }
  model->list_count = chance(generator, 25) ? 1 + pick(generator, MODEL_MAX_LISTS) : 0;
  for (uint32_t i = 0; i < model->list_count; i++)
    model->lists[i] = (struct model_entity){.name = model_text(model, "list_%u", i + 1),
                                            .source = model_text(model, "keys_%u", i + 1),
                                            .key = "who",
                                            .key_is_text = chance(generator, 50)};
  for (uint32_t i = 0; i < model->event_count; i++) {
    model->events[i] = (struct model_entity){.name = event_names[i],
                                             .source = event_names[i],
                                             .key = "who",
                                             .time = chance(generator, 50) ? "at" : "happened",
                                             .key_is_text = chance(generator, 50)};
    add_columns(generator, &model->events[i]);
    add_computed(generator, (int)i);
    add_rows_rules(generator, (int)i);
  }
}

static struct scope rule_scope(const struct model *model) {
  return (struct scope){.entity = MODEL_CUSTOMER,
                        .rule = true,
                        .column_count = model->customer.column_count,
                        .metric_count = model->metric_count};
}

static void add_metrics(struct generator *generator) {
  struct model *model = generator->model;
  uint32_t count = pick(generator, MODEL_MAX_METRICS + 1);
  for (uint32_t i = 0; i < count; i++) {
    struct scope scope = rule_scope(model);
    scope.metrics_only = true;
    bool open = chance(generator, 40);
    struct term *value = open || chance(generator, 40)
                             ? generate_aggregate(generator, &scope, open)
                             : generate_value(generator, &scope, 1 + pick(generator, 2));
    // first(e) and last(e) without a window mean `ever`: such a metric is not open.
    bool date =
        open && (value->aggregate == SEG_AGGREGATE_FIRST || value->aggregate == SEG_AGGREGATE_LAST);
    model->metrics[model->metric_count++] = (struct model_metric){
        .name = model_text(model, "metric_%u", i + 1), .value = value, .open = open && !date};
  }
}

static void add_segments(struct generator *generator) {
  struct model *model = generator->model;
  // Mostly small: a small program is compiled in a fraction of the time, so that there can be more.
  static const uint32_t counts[] = {1, 1, 1, 1, 1, 2, 2, 2, 3, 8};
  static const uint32_t depths[] = {0, 0, 0, 1, 1, 1, 2, 3};
  uint32_t count = model->wide ? MODEL_MAX_SEGMENTS : counts[pick(generator, 10)];
  static const char *const holdouts[] = {"10%", "50%", "99.9999%", "0.5%"};
  for (uint32_t i = 0; i < count; i++) {
    struct scope scope = rule_scope(model);
    scope.segments = true;
    scope.segment_count = i;
    uint32_t depth = model->wide ? 1 : depths[pick(generator, 8)];
    model->segments[model->segment_count++] =
        (struct model_segment){.name = model_text(model, "segment_%u", i + 1),
                               .when = generate_condition(generator, &scope, depth),
                               .holdout = holdouts[pick(generator, 4)],
                               .no_holdout = generator->plain || !chance(generator, 20)};
  }
}

// Chains must agree on who wins, so all take their members from one round of the segments, which
// begins anywhere.
static void add_chains(struct generator *generator) {
  struct model *model = generator->model;
  uint32_t start = pick(generator, model->segment_count);
  uint32_t count = pick(generator, MODEL_MAX_CHAINS + 1);
  for (uint32_t i = 0; i < count; i++) {
    struct model_chain *chain = &model->chains[model->chain_count++];
    chain->name = model_text(model, "chain_%u", i + 1);
    chain->otherwise = chance(generator, 50);
    uint32_t last = pick(generator, model->segment_count);
    for (uint32_t j = 0; j < model->segment_count; j++)
      if (j == last || chance(generator, 60))
        chain->members[chain->member_count++] = (start + j) % model->segment_count;
  }
}

// What these say is not looked at in a run. One kind for a program: both may contradict each other.
static void add_relations(struct generator *generator) {
  struct model *model = generator->model;
  bool overlap = chance(generator, 50);
  uint32_t count = pick(generator, MODEL_MAX_RELATIONS + 1);
  for (uint32_t i = 0; i < count; i++) {
    struct model_relation *relation = &model->relations[model->relation_count++];
    relation->overlap = overlap;
    uint32_t start = pick(generator, model->segment_count);
    for (uint32_t j = 0; j < model->segment_count; j++)
      if (j == 0 || chance(generator, 40))
        relation->members[relation->member_count++] = (start + j) % model->segment_count;
  }
}

// --- constants ---

// Some of the literals get a name; those of one text share it.
static void name_literals(struct generator *generator, struct term *term) {
  struct model *model = generator->model;
  if (term == NULL)
    return;
  name_literals(generator, term->filter);
  for (uint32_t i = 0; i < term->operand_count; i++)
    name_literals(generator, term->operands[i]);
  if (term->kind != TERM_LITERAL || term->constant > 0 || !chance(generator, 12))
    return;
  uint32_t number = 0;
  while (number < model->constant_count && strcmp(model->constants[number].text, term->text) != 0)
    number++;
  if (number == MODEL_MAX_CONSTANTS)
    return;
  // Twice and half of it again is exact: 17 digits twice are at most 18.
  bool number_like =
      strchr("-0123456789", term->text[0]) != NULL && term->type.kind != SEG_TYPE_DATE;
  if (number == model->constant_count)
    model->constants[model->constant_count++] = (struct model_constant){
        .name = model_text(model, "constant_%u", number + 1),
        .text = term->text,
        .computed = number_like && strlen(term->text) < 17 && chance(generator, 40)};
  term->constant = number + 1;
}

static void name_literals_of(struct generator *generator, struct model_entity *entity) {
  name_literals(generator, entity->where);
  for (uint32_t i = 0; i < entity->column_count; i++)
    name_literals(generator, entity->columns[i].computed);
}

static void add_constants(struct generator *generator) {
  struct model *model = generator->model;
  if (chance(generator, 50))
    return;
  name_literals_of(generator, &model->customer);
  for (uint32_t i = 0; i < model->event_count; i++)
    name_literals_of(generator, &model->events[i]);
  for (uint32_t i = 0; i < model->metric_count; i++)
    name_literals(generator, model->metrics[i].value);
  for (uint32_t i = 0; i < model->segment_count; i++)
    name_literals(generator, model->segments[i].when);
}

void generate_program(struct model *model, uint64_t seed) {
  generate_program_for(model, seed, false);
}

void generate_program_for(struct model *model, uint64_t seed, bool plain) {
  static const char *const zones[] = {"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"};
  memset(model, 0, sizeof *model);
  seg_arena_init(&model->arena);
  struct generator generator = {.model = model, .plain = plain};
  seg_random_init(&generator.random, seed);
  model->timezone = zones[pick(&generator, sizeof zones / sizeof *zones)];
  model->as_of = 20000 + (int32_t)pick(&generator, 800); // from 2024-10-04 on
  if (chance(&generator, 15))                            // windows of the calendar turn over
    model->as_of = seg_period_first_day((enum seg_period_unit)pick(&generator, 4), model->as_of,
                                        (int32_t)pick(&generator, 2));
  // The days before these had 23 or 25 hours, in Berlin or in New York.
  static const int32_t changed[] = {20031, 20157, 20178, 20388, 20542};
  if (chance(&generator, 8))
    model->as_of = changed[pick(&generator, sizeof changed / sizeof *changed)];
  model->wide = pick(&generator, 400) == 0;
  add_entities(&generator);
  add_metrics(&generator);
  add_segments(&generator);
  add_chains(&generator);
  add_relations(&generator);
  add_constants(&generator);
}
