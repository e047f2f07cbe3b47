// Values: what can be read, and operations around it. The types here must be those of the language;
// where they are not, the checker refuses the program and the run counts it.
#include <stdlib.h>
#include <string.h>

#include "runtime/base/currency.h"
#include "tests/differential/generate.h"

static struct model_type plain(enum seg_type_kind kind) {
  return (struct model_type){.kind = kind};
}

static bool is_numeric(struct model_type type) {
  return type.kind == SEG_TYPE_INT || type.kind == SEG_TYPE_NUMBER || type.kind == SEG_TYPE_MONEY ||
         type.kind == SEG_TYPE_AMOUNT;
}

static bool is_money(struct model_type type) {
  return type.kind == SEG_TYPE_MONEY || type.kind == SEG_TYPE_AMOUNT;
}

// --- what can be read ---

static struct term *column_term(struct generator *generator, int entity, uint32_t column) {
  const struct model_column *source = &model_entity(generator->model, entity)->columns[column];
  struct term *term = model_term(generator->model, TERM_COLUMN, source->type);
  term->entity = entity;
  term->column = column;
  term->optional = source->optional;
  term->veiled = source->veiled;
  return term;
}

static struct term *time_term(struct generator *generator, int event) {
  struct term *term = model_term(generator->model, TERM_TIME, plain(SEG_TYPE_DATE));
  term->entity = event;
  return term;
}

static bool fits(enum seg_aggregate_kind aggregate, struct model_type type) {
  switch (aggregate) {
  case SEG_AGGREGATE_COUNT: return true;
  case SEG_AGGREGATE_SUM:
  case SEG_AGGREGATE_AVERAGE: return is_numeric(type);
  case SEG_AGGREGATE_MIN:
  case SEG_AGGREGATE_MAX: return is_numeric(type) || type.kind == SEG_TYPE_DATE;
  case SEG_AGGREGATE_DISTINCT:
    return type.kind != SEG_TYPE_NUMBER && type.kind != SEG_TYPE_AMOUNT &&
           type.kind != SEG_TYPE_BOOL;
  case SEG_AGGREGATE_ACTIVE_DAYS:
  case SEG_AGGREGATE_ACTIVE_WEEKS:
  case SEG_AGGREGATE_ACTIVE_MONTHS: break;
  case SEG_AGGREGATE_FIRST:
  case SEG_AGGREGATE_LAST: return true;
  case SEG_AGGREGATE_KIND_COUNT: break;
  }
  return false;
}

// A column that the aggregate can work on, or NULL.
static struct term *argument(struct generator *generator, int event,
                             enum seg_aggregate_kind aggregate) {
  const struct model_entity *entity = &generator->model->events[event];
  bool dates = aggregate != SEG_AGGREGATE_SUM && aggregate != SEG_AGGREGATE_AVERAGE;
  if (dates && chance(generator, 15))
    return time_term(generator, event);
  uint32_t start = entity->column_count == 0 ? 0 : pick(generator, entity->column_count);
  for (uint32_t i = 0; i < entity->column_count; i++) {
    uint32_t column = (start + i) % entity->column_count;
    if (fits(aggregate, entity->columns[column].type))
      return column_term(generator, event, column);
  }
  return NULL;
}

static struct model_type result_type(enum seg_aggregate_kind aggregate, const struct term *term) {
  if (seg_aggregate_counts(aggregate))
    return plain(SEG_TYPE_INT);
  if (term == NULL)
    return plain(SEG_TYPE_DATE);
  if (aggregate != SEG_AGGREGATE_AVERAGE)
    return term->type;
  if (!is_money(term->type))
    return plain(SEG_TYPE_NUMBER);
  return (struct model_type){.kind = SEG_TYPE_AMOUNT, .currency = term->type.currency};
}

// Looks at a column of the event, not at the event alone.
static bool wants_column(enum seg_aggregate_kind aggregate) {
  return aggregate == SEG_AGGREGATE_SUM || aggregate == SEG_AGGREGATE_AVERAGE ||
         aggregate == SEG_AGGREGATE_MIN || aggregate == SEG_AGGREGATE_MAX ||
         aggregate == SEG_AGGREGATE_DISTINCT;
}

static struct model_sequence *sequence(struct generator *generator) {
  struct model *model = generator->model;
  struct model_sequence *result = SEG_NEW(&model->arena, struct model_sequence);
  if (result == NULL)
    abort();
  result->without = chance(generator, 50);
  result->next = (int)pick(generator, model->event_count);
  struct scope rows = {.entity = result->next,
                       .column_count = model->events[result->next].column_count};
  if (chance(generator, 35))
    result->filter = generate_condition(generator, &rows, chance(generator, 30));
  generate_limit(generator, result);
  return result;
}

struct term *generate_aggregate(struct generator *generator, const struct scope *scope, bool open) {
  struct model *model = generator->model;
  int event = (int)pick(generator, model->event_count);
  enum seg_aggregate_kind aggregate = pick(generator, SEG_AGGREGATE_KIND_COUNT);
  bool follows = chance(generator, 12);
  if (follows)
    aggregate = SEG_AGGREGATE_COUNT;
  bool wants = wants_column(aggregate);
  struct term *value = wants ? argument(generator, event, aggregate) : NULL;
  bool edge = aggregate == SEG_AGGREGATE_FIRST || aggregate == SEG_AGGREGATE_LAST;
  if (edge && chance(generator, 60)) // a value; otherwise the date
    value = argument(generator, event, aggregate);
  if (wants && value == NULL)
    aggregate = SEG_AGGREGATE_COUNT;
  struct term *term = model_term(model, TERM_AGGREGATE, result_type(aggregate, value));
  term->entity = event;
  term->aggregate = aggregate;
  term->optional = !seg_aggregate_is_always_known(aggregate);
  if (value != NULL)
    term->operands[term->operand_count++] = value;
  term->veiled = value != NULL && value->veiled && edge;
  struct scope rows = {.entity = event, .column_count = model->events[event].column_count};
  if (chance(generator, model->wide ? 90 : 35))
    term->filter = generate_condition(generator, &rows, chance(generator, 30));
  if (follows)
    term->sequence = sequence(generator);
  term->has_window = !open;
  if (!open)
    term->window = generate_window(generator);
  (void)scope;
  return term;
}

static struct term *metric_term(struct generator *generator, uint32_t metric) {
  const struct model_metric *source = &generator->model->metrics[metric];
  struct term *term = model_term(generator->model, TERM_METRIC, source->value->type);
  term->metric = metric;
  term->optional = source->value->optional;
  term->veiled = source->value->veiled;
  if (source->value->kind == TERM_AGGREGATE && chance(generator, 20)) {
    int event = source->value->entity;
    struct scope rows = {.entity = event,
                         .column_count = generator->model->events[event].column_count};
    term->filter = generate_condition(generator, &rows, 0);
  }
  return term;
}

// A metric whose uses must give a window (or must not), or NULL.
static struct term *some_metric(struct generator *generator, const struct scope *scope, bool open) {
  uint32_t start = scope->metric_count == 0 ? 0 : pick(generator, scope->metric_count);
  for (uint32_t i = 0; i < scope->metric_count; i++) {
    uint32_t metric = (start + i) % scope->metric_count;
    if (generator->model->metrics[metric].open == open)
      return metric_term(generator, metric);
  }
  return NULL;
}

struct term *generate_open(struct generator *generator, const struct scope *scope) {
  struct term *metric = chance(generator, 50) ? some_metric(generator, scope, true) : NULL;
  return metric != NULL ? metric : generate_aggregate(generator, scope, true);
}

static struct term *bucket_term(struct generator *generator) {
  static const char *const calls[] = {
      "2", "10", "1000000", "1", "3, \"spring\"", "3, \"\"", "7, \"\u00e9t\u00e9\""};
  struct term *term = model_term(generator->model, TERM_BUCKET, plain(SEG_TYPE_INT));
  term->text = calls[pick(generator, sizeof calls / sizeof *calls)];
  return term;
}

// Something that depends on data, without any operation.
static struct term *leaf(struct generator *generator, const struct scope *scope) {
  bool columns = scope->column_count > 0 && !scope->metrics_only;
  if (!scope->rule) {
    if (scope->entity != MODEL_CUSTOMER && (!columns || chance(generator, 12)))
      return time_term(generator, scope->entity);
    return columns ? column_term(generator, scope->entity, pick(generator, scope->column_count))
                   : NULL;
  }
  if (columns && chance(generator, 40))
    return column_term(generator, MODEL_CUSTOMER, pick(generator, scope->column_count));
  if (chance(generator, 5) && !generator->plain)
    return bucket_term(generator);
  struct term *term = chance(generator, 40) ? some_metric(generator, scope, false) : NULL;
  if (term == NULL && chance(generator, 30)) {
    term = some_metric(generator, scope, true);
    if (term != NULL) {
      term->has_window = true;
      term->window = generate_window(generator);
    }
  }
  return term != NULL ? term : generate_aggregate(generator, scope, false);
}

struct model_type generate_kin(struct generator *generator, struct model_type type) {
  bool euro = type.kind == SEG_TYPE_MONEY && strcmp(type.currency, "EUR") == 0;
  if (euro && chance(generator, 30))
    type.scale = type.scale == 2 ? 4 : 2;
  return type;
}

struct term *generate_like(struct generator *generator, const struct scope *scope,
                           struct model_type type) {
  for (int i = 0; i < 6; i++) {
    struct term *term = leaf(generator, scope);
    if (term != NULL && model_type_same(term->type, type) && !term->veiled &&
        !(scope->definite && term->optional))
      return term;
  }
  return generate_literal(generator, type);
}

// --- operations around it ---

static struct term *two(struct generator *generator, struct model_type type, const char *sign,
                        struct term *a, struct term *b) {
  struct term *term = model_term(generator->model, TERM_ARITHMETIC, type);
  term->sign = sign;
  term->operand_count = 2;
  term->operands[0] = a;
  term->operands[1] = b;
  term->optional = a->optional || b->optional;
  if (sign[0] == '/' && b->kind != TERM_LITERAL)
    term->optional = true; // over zero there is no ratio
  term->parens = chance(generator, 15);
  return term;
}

static struct term *one(struct generator *generator, enum term_kind kind, struct model_type type,
                        struct term *a) {
  struct term *term = model_term(generator->model, kind, type);
  term->operand_count = 1;
  term->operands[0] = a;
  term->optional = a->optional;
  return term;
}

static struct term *band(struct generator *generator, struct term *a) {
  struct term *term = one(generator, TERM_BAND, plain(SEG_TYPE_INT), a);
  uint32_t cuts = 1 + pick(generator, 5);
  for (uint32_t i = 0; i < cuts; i++) {
    struct term *cut = generate_step(generator, a->type, i);
    // A cut may lie between two values that can be: it still rises, as the values are whole steps.
    if (a->type.kind != SEG_TYPE_DATE && chance(generator, 30))
      cut->text = model_text(generator->model, strchr(cut->text, '.') ? "%s5" : "%s.5", cut->text);
    term->operands[term->operand_count++] = cut;
  }
  return term;
}

struct term *generate_default(struct generator *generator, struct term *term) {
  if (!term->optional)
    return term;
  struct term *constant = generate_literal(generator, term->type);
  if (constant == NULL)
    return NULL;
  struct term *result = one(generator, TERM_ELSE, term->type, term);
  result->operands[result->operand_count++] = constant;
  result->optional = false;
  return result;
}

// `x else y`, both from data; y may be missing too.
static struct term *other_value(struct generator *generator, const struct scope *scope,
                                struct term *term) {
  struct term *other = generate_like(generator, scope, term->type);
  if (other == NULL)
    return term;
  struct term *result = one(generator, TERM_ELSE, term->type, term);
  result->operands[result->operand_count++] = other;
  result->optional = other->optional;
  return result;
}

static struct model_type amount_of(struct model_type type) {
  return (struct model_type){.kind = SEG_TYPE_AMOUNT, .currency = type.currency};
}

static struct term *add(struct generator *generator, const struct scope *scope, struct term *a) {
  struct term *b = generate_like(generator, scope, generate_kin(generator, a->type));
  struct model_type type = a->type;
  if (b->kind != TERM_LITERAL && b->type.scale > a->type.scale)
    type = b->type; // cents beside hundredths of cents
  if (b->kind == TERM_LITERAL && b->type.scale > a->type.scale)
    b = generate_literal(generator, a->type);
  return two(generator, type, chance(generator, 50) ? "+" : "-", a, b);
}

static struct term *times(struct generator *generator, const struct scope *scope, struct term *a) {
  struct term *b = generate_like(generator, scope, plain(SEG_TYPE_INT));
  if (a->type.kind == SEG_TYPE_INT && chance(generator, 30))
    return two(generator, b->type, "*", b, a);
  return chance(generator, 50) ? two(generator, a->type, "*", a, b)
                               : two(generator, a->type, "*", b, a);
}

static struct term *scaled(struct generator *generator, const struct scope *scope, struct term *a) {
  struct term *b = generate_like(generator, scope, plain(SEG_TYPE_NUMBER));
  if (b->kind == TERM_LITERAL) // `2` would be an int, and money times an int stays money
    b->text = chance(generator, 50) ? "1.5" : "0.25";
  return two(generator, is_money(a->type) ? amount_of(a->type) : plain(SEG_TYPE_NUMBER), "*", a, b);
}

static struct term *divided(struct generator *generator, const struct scope *scope,
                            struct term *a) {
  bool same = is_money(a->type) && chance(generator, 50);
  struct term *b = generate_like(generator, scope, same ? a->type : plain(SEG_TYPE_INT));
  if (b->kind == TERM_LITERAL)
    b->text = same ? model_text(generator->model, "7 %s", a->type.currency) : "4";
  bool stays = is_money(a->type) && !same;
  return two(generator, stays ? amount_of(a->type) : plain(SEG_TYPE_NUMBER), "/", a, b);
}

// Rounding gives a whole number, of money and amounts whole units of the currency.
static struct term *rounded(struct generator *generator, struct term *a) {
  static const char *const words[] = {"abs", "round", "floor", "ceil"};
  uint32_t word = pick(generator, 4);
  struct model_type type = a->type;
  if (word > 0 && type.kind == SEG_TYPE_NUMBER)
    type = plain(SEG_TYPE_INT);
  if (word > 0 && type.kind == SEG_TYPE_AMOUNT)
    type = (struct model_type){.kind = SEG_TYPE_MONEY,
                               .scale = (uint8_t)seg_currency_scale(seg_str_view(type.currency)),
                               .currency = type.currency};
  struct term *result = one(generator, TERM_FUNCTION, type, a);
  result->text = words[word];
  return result;
}

static struct term *grow_number(struct generator *generator, const struct scope *scope,
                                struct term *term) {
  switch (pick(generator, 7)) {
  case 6: return rounded(generator, term);
  case 0:
  case 1: return add(generator, scope, term);
  case 2: return times(generator, scope, term);
  case 3: return scaled(generator, scope, term);
  case 4: return divided(generator, scope, term);
  default: return one(generator, TERM_NEGATE, term->type, term);
  }
}

static struct term *grow_text(struct generator *generator, struct term *term) {
  static const char *const words[] = {"lower", "upper", "trim", "length"};
  uint32_t word = generator->plain ? 2 + pick(generator, 2) : pick(generator, 4);
  struct term *result =
      one(generator, TERM_FUNCTION, word == 3 ? plain(SEG_TYPE_INT) : term->type, term);
  result->text = words[word];
  return result;
}

// Moved by days, a number of it, or the days to another one.
static struct term *grow_date(struct generator *generator, const struct scope *scope,
                              struct term *a) {
  static const char *const words[] = {"days_since", "days_until", "anniversary", "year",
                                      "month",      "day",        "weekday"};
  static const char *const shifts[] = {"1d", "30d", "2w", "366d", "36500d"};
  uint32_t choice = pick(generator, 10);
  if (choice < 2) {
    struct term *days = model_term(generator->model, TERM_DURATION, plain(SEG_TYPE_INT));
    days->text = shifts[pick(generator, 5)];
    return two(generator, a->type, chance(generator, 50) ? "+" : "-", a, days);
  }
  if (choice < 4) {
    struct term *other = generate_like(generator, scope, a->type);
    return chance(generator, 50) ? two(generator, plain(SEG_TYPE_INT), "-", a, other)
                                 : two(generator, plain(SEG_TYPE_INT), "-", other, a);
  }
  struct term *result = one(generator, TERM_FUNCTION, plain(SEG_TYPE_INT), a);
  result->text = words[pick(generator, 7)];
  return result;
}

static struct term *grow(struct generator *generator, const struct scope *scope,
                         struct term *term) {
  if (term->optional && chance(generator, 25)) {
    struct term *defaulted = chance(generator, 50) ? generate_default(generator, term)
                                                   : other_value(generator, scope, term);
    return defaulted != NULL ? defaulted : term;
  }
  if (scope->rule && chance(generator, 4) && generate_is_ordered(generator, term)) {
    struct term *rank = generate_rank(generator, term);
    if (!scope->definite || !rank->optional)
      return rank;
  }
  bool bands = is_numeric(term->type) || term->type.kind == SEG_TYPE_DATE;
  if (bands && chance(generator, 20))
    return band(generator, term);
  if (term->type.kind == SEG_TYPE_DATE && chance(generator, 70))
    return grow_date(generator, scope, term);
  if (is_numeric(term->type))
    return grow_number(generator, scope, term);
  return term->type.kind == SEG_TYPE_TEXT ? grow_text(generator, term) : term;
}

struct term *generate_value(struct generator *generator, const struct scope *scope,
                            uint32_t depth) {
  for (int tries = 0; tries < 20; tries++) {
    struct term *term = leaf(generator, scope);
    if (term != NULL && term->veiled && scope->definite)
      continue;
    for (uint32_t i = 0; term != NULL && i < depth; i++)
      term = grow(generator, scope, term);
    if (term != NULL && scope->definite && term->optional)
      term = generate_default(generator, term);
    if (term != NULL)
      return term;
  }
  return NULL;
}
