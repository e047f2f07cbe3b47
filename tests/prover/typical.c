// Programs as people write them; see typical.h.
#include "tests/prover/typical.h"

#include <string.h>

#include "tests/support/random.h"

struct clause {
  bool small, negatable;
  const char *text;
};

static const struct clause clauses[] = {
#define CLAUSE(small, negatable, text) {small, negatable, text},
#include "tests/prover/clauses.def"
#undef CLAUSE
};
enum { CLAUSES = sizeof clauses / sizeof *clauses, SOME = 3, THEMES = 10 };

struct writer {
  struct model *model;
  struct seg_random random;
  bool small;
  const char *windows[SOME]; // those that come back in this program
  const char *money[SOME];
  const char *days[SOME];
  uint32_t themes[THEMES]; // the clauses of this program
};

static uint32_t pick(struct writer *writer, uint32_t count) {
  return seg_random_below(&writer->random, count);
}

static bool chance(struct writer *writer, uint32_t percent) {
  return seg_random_chance(&writer->random, percent);
}

#define ONE_OF(writer, list) ((list)[pick((writer), sizeof(list) / sizeof *(list))])

// --- the shop ---

static const struct model_list plans = {3, {"free", "basic", "pro"}};
static const struct model_list channels = {3, {"web", "store", "app"}};
static const struct model_list two_plans = {2, {"free", "pro"}};
static const struct model_list two_channels = {2, {"web", "store"}};

static struct model_type type_of(enum seg_type_kind kind) {
  struct model_type type = {.kind = kind};
  if (kind == SEG_TYPE_MONEY) {
    type.scale = 2;
    type.currency = "EUR";
  }
  return type;
}

static struct term *raw(struct model *model, enum seg_type_kind kind, const char *text) {
  struct term *term = model_term(model, TERM_LITERAL, type_of(kind));
  term->text = text;
  return term;
}

static void add_column(struct model_entity *entity, const char *name, struct model_type type,
                       bool optional) {
  entity->columns[entity->column_count++] =
      (struct model_column){.name = name, .type = type, .optional = optional};
}

static void add_list(struct model_entity *entity, const char *name, const struct model_list *list) {
  add_column(entity, name, (struct model_type){.kind = SEG_TYPE_ENUM, .list = list}, false);
}

static void describe_customer(struct model *model, bool small) {
  struct model_entity *customer = &model->customer;
  *customer = (struct model_entity){.source = "customers", .key = "id"};
  add_list(customer, "plan", small ? &two_plans : &plans);
  add_column(customer, "age", type_of(SEG_TYPE_INT), true);
  add_column(customer, "opt_in", type_of(SEG_TYPE_BOOL), false);
  if (small)
    return;
  add_column(customer, "country", type_of(SEG_TYPE_TEXT), true);
  add_column(customer, "email", type_of(SEG_TYPE_TEXT), false);
  add_column(customer, "joined", type_of(SEG_TYPE_DATE), false);
  add_column(customer, "born", type_of(SEG_TYPE_DATE), true);
  add_column(customer, "score", type_of(SEG_TYPE_NUMBER), true);
  add_column(customer, "credit", type_of(SEG_TYPE_MONEY), true);
}

static void describe_events(struct model *model, bool small) {
  struct model_entity *purchase = &model->events[model->event_count++];
  *purchase =
      (struct model_entity){.name = "purchase", .source = "purchases", .key = "who", .time = "at"};
  add_column(purchase, "amount", type_of(SEG_TYPE_MONEY), false);
  add_list(purchase, "channel", small ? &two_channels : &channels);
  if (small)
    return;
  add_column(purchase, "items", type_of(SEG_TYPE_INT), false);
  add_column(purchase, "discount", type_of(SEG_TYPE_MONEY), true);
  add_column(purchase, "weight", type_of(SEG_TYPE_NUMBER), true);
  purchase->columns[purchase->column_count++] =
      (struct model_column){.name = "value",
                            .type = type_of(SEG_TYPE_MONEY),
                            .computed = raw(model, SEG_TYPE_MONEY, "amount * items")};
  struct model_entity *visit = &model->events[model->event_count++];
  *visit = (struct model_entity){.name = "visit", .source = "visits", .key = "who", .time = "at"};
  add_column(visit, "page", type_of(SEG_TYPE_TEXT), false);
  add_column(visit, "seconds", type_of(SEG_TYPE_INT), false);
}

static void add_metric(struct model *model, const char *name, enum seg_type_kind kind,
                       const char *text) {
  model->metrics[model->metric_count++] =
      (struct model_metric){.name = name, .value = raw(model, kind, text)};
}

static void describe_metrics(struct model *model, bool small) {
  add_metric(model, "purchases", SEG_TYPE_INT, "count(purchase)");
  add_metric(model, "revenue", SEG_TYPE_MONEY, "sum(purchase.amount)");
  add_metric(model, "aov", SEG_TYPE_MONEY, "avg(purchase.amount)");
  add_metric(model, "recency", SEG_TYPE_INT, "days_since(last(purchase))");
  if (!small)
    add_metric(model, "visits", SEG_TYPE_INT, "count(visit)");
}

/** Which rows exist, now and then not all. */
static void restrict_rows(struct writer *writer) {
  static const char *const some[] = {"amount > 0", "channel != \"store\"", "amount < 150"};
  struct model *model = writer->model;
  if (chance(writer, 20)) {
    struct term *where = model_term(model, TERM_TRUE, type_of(SEG_TYPE_BOOL));
    where->operands[where->operand_count++] = raw(model, SEG_TYPE_BOOL, ONE_OF(writer, some));
    model->events[0].where = where;
  }
  if (chance(writer, 15))
    model->events[0].unique[model->events[0].unique_count++] = chance(writer, 50) ? 0 : 1;
}

// --- clauses ---

static const char *draw(struct writer *writer, char letter) {
  static const char *const comparisons[] = {">=", ">", "<=", "<", "=", ">=", "<="};
  static const char *const counts[] = {"0", "1", "1", "2", "2", "3", "4", "6"};
  static const char *const ages[] = {"18", "30", "31", "65"};
  static const char *const scores[] = {"0", "0.5", "1", "2.5"};
  static const char *const texts[] = {"DE", "FR", "de", "D", "x", "Dx", "E"};
  static const char *const dates[] = {"2026-01-01", "2026-03-31", "2025-12-31", "2000-02-29"};
  static const char *const fifths[] = {"1", "2", "3", "4", "5"};
  static const char *const pages[] = {"/", "/a", "/b", "x"};
  static const char *const discounts[] = {"0", "5", "10", "-5"};
  const struct model *model = writer->model;
  switch (letter) {
  case 'o': return comparisons[pick(writer, 4)];
  case 'c': return ONE_OF(writer, comparisons);
  case 'n': return counts[pick(writer, writer->small ? 6 : 8)];
  case 'w': return ONE_OF(writer, writer->windows);
  case 'm': return ONE_OF(writer, writer->money);
  case 'd': return ONE_OF(writer, writer->days);
  case 'a': return ages[pick(writer, writer->small ? 2 : 4)];
  case 's': return ONE_OF(writer, scores);
  case 'h': {
    const struct model_list *list = model->events[0].columns[1].type.list;
    return list->values[pick(writer, list->count)];
  }
  case 'p': {
    const struct model_list *list = model->customer.columns[0].type.list;
    return list->values[pick(writer, list->count)];
  }
  case 't': return ONE_OF(writer, texts);
  case 'y': return ONE_OF(writer, dates);
  case 'k': return ONE_OF(writer, fifths);
  case 'g': return ONE_OF(writer, pages);
  case 'u': return ONE_OF(writer, discounts);
  default: return NULL;
  }
}

static const char *expand(struct writer *writer, const char *text) {
  char out[300];
  size_t size = 0;
  for (const char *at = text; *at != '\0' && size + 40 < sizeof out; at++) {
    const char *word = *at == '%' ? draw(writer, at[1]) : NULL;
    if (word == NULL) {
      out[size++] = *at;
      continue;
    }
    strcpy(out + size, word);
    size += strlen(word);
    at++;
  }
  out[size] = '\0';
  return model_text(writer->model, "%s", out);
}

static struct term *some_clause(struct writer *writer) {
  const struct clause *clause = &clauses[writer->themes[pick(writer, THEMES)]];
  struct model *model = writer->model;
  struct term *term = model_term(model, TERM_TRUE, type_of(SEG_TYPE_BOOL));
  term->operands[term->operand_count++] = raw(model, SEG_TYPE_BOOL, expand(writer, clause->text));
  bool plain = strncmp(clause->text, "(not", 4) != 0;
  if (!clause->negatable || !plain || !chance(writer, 25))
    return term;
  struct term *negation = model_term(model, TERM_NOT, type_of(SEG_TYPE_BOOL));
  term->parens = true;
  negation->operands[negation->operand_count++] = term;
  return negation;
}

static struct term *joined(struct writer *writer, enum term_kind kind) {
  struct term *term = model_term(writer->model, kind, type_of(SEG_TYPE_BOOL));
  uint32_t count = 2 + pick(writer, 2);
  for (uint32_t i = 0; i < count; i++)
    term->operands[term->operand_count++] = some_clause(writer);
  return term;
}

/** An earlier rule with one clause more, less or changed. */
static struct term *variant(struct writer *writer, const struct term *old) {
  struct term *term = model_term(writer->model, TERM_AND, type_of(SEG_TYPE_BOOL));
  if (old->kind != TERM_AND) {
    term->operands[0] = (struct term *)old;
    term->operands[1] = some_clause(writer);
    term->operand_count = 2;
    return term;
  }
  *term = *old;
  uint32_t which = pick(writer, term->operand_count);
  if (term->operand_count > 2 && chance(writer, 30))
    term->operands[which] = term->operands[--term->operand_count];
  else if (term->operand_count < MODEL_MAX_OPERANDS && chance(writer, 40))
    term->operands[term->operand_count++] = some_clause(writer);
  else
    term->operands[which] = some_clause(writer);
  return term;
}

static struct term *some_rule(struct writer *writer, uint32_t number) {
  const struct model *model = writer->model;
  if (number > 0 && chance(writer, 35))
    return variant(writer, model->segments[pick(writer, number)].when);
  if (chance(writer, 25))
    return some_clause(writer);
  if (chance(writer, 15))
    return joined(writer, TERM_OR);
  struct term *term = joined(writer, TERM_AND);
  if (chance(writer, 30))
    term->operands[0] = joined(writer, TERM_OR);
  return term;
}

static void choose(struct writer *writer) {
  static const char *const windows[] = {"within 7d",
                                        "within 30d",
                                        "within 60d",
                                        "within 90d",
                                        "ever",
                                        "ever",
                                        "within 30d",
                                        "within 365d",
                                        "between 31d and 60d ago",
                                        "in this month",
                                        "in last month",
                                        "in last 3 months",
                                        "in 2026-Q1",
                                        "in 2026",
                                        "in last quarter",
                                        "in this year",
                                        "in last year",
                                        "between 8d and 30d ago",
                                        "from 2026-01-01 through 2026-03-31",
                                        "in 2026-03",
                                        "within 2w"};
  static const char *const money[] = {"50", "100", "99.99", "0", "150", "49.50"};
  static const char *const days[] = {"7", "30", "31", "60", "90"};
  bool calendar = chance(writer, 40);
  for (uint32_t i = 0; i < SOME; i++) {
    writer->windows[i] = windows[pick(writer, writer->small ? 7
                                              : calendar    ? sizeof windows / sizeof *windows
                                                            : 9)];
    writer->money[i] = money[pick(writer, writer->small ? 2 : 6)];
    writer->days[i] = days[pick(writer, writer->small ? 2 : 5)];
  }
  uint32_t usable = 0;
  while (usable < CLAUSES && clauses[usable].small)
    usable++;
  for (uint32_t i = 0; i < THEMES; i++)
    writer->themes[i] = pick(writer, writer->small || i < THEMES / 2 ? usable : CLAUSES);
}

static void add_chain(struct writer *writer) {
  struct model *model = writer->model;
  struct model_chain *chain = &model->chains[model->chain_count++];
  chain->name = "lifecycle";
  chain->otherwise = chance(writer, 40);
  uint32_t first = pick(writer, model->segment_count - 1);
  uint32_t members = 2 + pick(writer, model->segment_count - first - 1);
  for (uint32_t i = 0; i < members; i++)
    chain->members[chain->member_count++] = first + i;
}

/** One kind a program: both may contradict each other. */
static void add_relations(struct writer *writer) {
  struct model *model = writer->model;
  bool overlap = chance(writer, 60);
  uint32_t count = pick(writer, MODEL_MAX_RELATIONS + 1);
  for (uint32_t i = 0; i < count; i++) {
    struct model_relation *relation = &model->relations[model->relation_count++];
    relation->overlap = overlap;
    uint32_t a = pick(writer, model->segment_count);
    uint32_t b = pick(writer, model->segment_count - 1);
    relation->members[relation->member_count++] = a;
    relation->members[relation->member_count++] = b + (b >= a);
  }
}

void generate_typical(struct model *model, uint64_t seed, uint32_t segments, bool small) {
  static const char *const zones[] = {"UTC", "Europe/Berlin", "America/New_York"};
  memset(model, 0, sizeof *model);
  seg_arena_init(&model->arena);
  struct writer writer = {.model = model, .small = small};
  seg_random_init(&writer.random, seed);
  model->timezone = zones[small ? 0 : pick(&writer, 3)];
  model->as_of = 20605;
  describe_customer(model, small);
  describe_events(model, small);
  describe_metrics(model, small);
  restrict_rows(&writer);
  choose(&writer);
  for (uint32_t i = 0; i < segments; i++)
    model->segments[model->segment_count++] =
        (struct model_segment){.name = model_text(model, "segment_%u", i + 1),
                               .when = some_rule(&writer, i),
                               .no_holdout = true};
  if (chance(&writer, 60))
    add_chain(&writer);
  add_relations(&writer);
}
