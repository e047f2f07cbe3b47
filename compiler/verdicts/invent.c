// Customers made up around what rules compare with: for each column the values next to the literals
// that it meets, for events the ages next to the ends of windows. Any customer is right here; these
// are likely to be on both sides of many comparisons. The numbers are drawn from a fixed sequence,
// so that they are the same every time.
#include <math.h>
#include <string.h>

#include "compiler/prove/days.h"
#include "compiler/prove/window_ages.h"
#include "compiler/verdicts/pool.h"
#include "runtime/base/hash.h"
#include "runtime/time/civil.h"

enum { MAX_VALUES = 400, MAX_AGES = 200, MAX_SIZES = 60, MAX_EVENTS = 48 };

enum { FIRST_DATE = -36000, LAST_DATE = 84000 }; // from 1871 to 2199: dates that data can hold

/** What a column can be. */
struct choices {
  SEG_VEC(struct seg_value) values;
};

struct inventing {
  struct seg_pool *pool;
  const struct seg_program *program;
  struct seg_arena arena;
  struct choices *customer, **events; // per column
  SEG_VEC(int32_t) ages, sizes;       // of events: days, numbers of them
  uint64_t drawn;
  bool out_of_memory;
};

static uint32_t draw(struct inventing *inventing, uint64_t limit) {
  return limit == 0 ? 0 : (uint32_t)((seg_hash_u64(inventing->drawn++) >> 11) % limit);
}

// --- what columns meet ---

static void add_value(struct inventing *inventing, const struct seg_program_column *column,
                      struct choices *choices, struct seg_value value) {
  bool real = column->type.kind == SEG_TYPE_NUMBER || column->type.kind == SEG_TYPE_AMOUNT;
  for (size_t i = 0; i < choices->values.count; i++) {
    const struct seg_value *other = &choices->values.items[i];
    if (other->known == value.known &&
        (column->type.kind == SEG_TYPE_TEXT ? seg_str_equal(other->text, value.text)
         : real                             ? other->number == value.number
                                            : other->integer == value.integer))
      return;
  }
  if (choices->values.count < MAX_VALUES && !SEG_VEC_PUSH(&choices->values, value))
    inventing->out_of_memory = true;
}

static void add_whole(struct inventing *inventing, const struct seg_program_column *column,
                      struct choices *choices, int64_t whole) {
  if (column->type.kind == SEG_TYPE_DATE && (whole < FIRST_DATE || whole > LAST_DATE))
    return;
  add_value(inventing, column, choices, (struct seg_value){.known = true, .integer = whole});
}

/** A number of whole units, and its neighbours. */
static void add_number(struct inventing *inventing, const struct seg_program_column *column,
                       struct choices *choices, double number) {
  if (!(fabs(number) < 1e12))
    return;
  switch (column->type.kind) {
  case SEG_TYPE_NUMBER:
  case SEG_TYPE_AMOUNT:
    for (int i = -1; i <= 1; i++)
      add_value(inventing, column, choices,
                (struct seg_value){.known = true, .number = number + i * 0.001});
    return;
  case SEG_TYPE_INT:
  case SEG_TYPE_MONEY:
    for (int i = 0; i < column->type.scale; i++)
      number *= 10;
    for (int i = -1; i <= 1; i++)
      add_whole(inventing, column, choices, llround(number) + i);
    return;
  case SEG_TYPE_DATE: // a number of days since
    for (int i = -1; i <= 1; i++)
      if (fabs(number) < 60000)
        add_whole(inventing, column, choices, SEG_PROVE_USUAL_DAY - llround(number) + i);
    return;
  default: return;
  }
}

static void add_text(struct inventing *inventing, const struct seg_program_column *column,
                     struct choices *choices, struct seg_str text) {
  struct seg_arena *arena = &inventing->pool->arena; // customers keep them
  struct seg_str texts[] = {text, seg_arena_format(arena, "%.*sx", SEG_STR(text)),
                            seg_arena_format(arena, "x%.*s", SEG_STR(text))};
  for (size_t i = 0; i < 3; i++)
    if (texts[i].data != NULL)
      add_value(inventing, column, choices, (struct seg_value){.known = true, .text = texts[i]});
}

static double number_of(const struct seg_type *type, const struct seg_literal *literal) {
  if (type->kind == SEG_TYPE_NUMBER || type->kind == SEG_TYPE_AMOUNT)
    return literal->number;
  double number = (double)literal->integer;
  for (int i = 0; i < type->scale; i++)
    number /= 10;
  return number;
}

static void add_literal(struct inventing *inventing, const struct seg_program_column *column,
                        struct choices *choices, const struct seg_type *type,
                        const struct seg_literal *literal) {
  if (type->kind == SEG_TYPE_TEXT && column->type.kind == SEG_TYPE_TEXT)
    add_text(inventing, column, choices, literal->text);
  else if (type->kind == SEG_TYPE_DATE && column->type.kind == SEG_TYPE_DATE)
    for (int i = -1; i <= 1; i++)
      add_whole(inventing, column, choices, literal->integer + i);
  else if (type->kind == SEG_TYPE_INT || type->kind == SEG_TYPE_MONEY ||
           type->kind == SEG_TYPE_NUMBER || type->kind == SEG_TYPE_AMOUNT)
    add_number(inventing, column, choices, number_of(type, literal));
}

/** All literals of an atom or filter, for a column that stands in it. */
static void meet_literals(struct inventing *inventing, const struct seg_program_column *column,
                          struct choices *choices, const struct seg_node *node) {
  if (node->kind == SEG_NODE_LITERAL)
    add_literal(inventing, column, choices, &node->type, &node->literal);
  if (node->kind == SEG_NODE_IN || node->kind == SEG_NODE_BAND)
    for (uint32_t i = 0; i < node->literal_count; i++)
      add_literal(inventing, column, choices, &node->operands[0]->type, &node->literals[i]);
  for (uint32_t i = 0; i < node->operand_count; i++)
    meet_literals(inventing, column, choices, node->operands[i]);
}

/** Every column of the expression meets the literals of `whole`. */
static void meet_columns(struct inventing *inventing, const struct seg_program_entity *entity,
                         struct choices *choices, const struct seg_node *node,
                         const struct seg_node *whole) {
  if (node->kind == SEG_NODE_ATTRIBUTE || node->kind == SEG_NODE_COLUMN) {
    const struct seg_program_column *column = &entity->columns[node->column];
    if (column->computed != NULL)
      meet_columns(inventing, entity, choices, column->computed, whole);
    else
      meet_literals(inventing, column, &choices[node->column], whole);
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    meet_columns(inventing, entity, choices, node->operands[i], whole);
}

static void meet_filter(struct inventing *inventing, const struct seg_program_entity *entity,
                        struct choices *choices, const struct seg_node *node) {
  if (!seg_is_gate(node)) {
    meet_columns(inventing, entity, choices, node, node);
    return;
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    meet_filter(inventing, entity, choices, node->operands[i]);
}

// --- events ---

static void add_age(struct inventing *inventing, int64_t age) {
  for (int64_t a = age - 1; a <= age + 1; a++) {
    bool known =
        a < 1 || a > SEG_PROVE_USUAL_DAY - SEG_CIVIL_FIRST_DAY || inventing->ages.count >= MAX_AGES;
    for (size_t i = 0; i < inventing->ages.count && !known; i++)
      known = inventing->ages.items[i] == a;
    if (!known && !SEG_VEC_PUSH(&inventing->ages, (int32_t)a))
      inventing->out_of_memory = true;
  }
}

static void add_size(struct inventing *inventing, int64_t size) {
  bool known = size < 0 || size > MAX_EVENTS || inventing->sizes.count >= MAX_SIZES;
  for (size_t i = 0; i < inventing->sizes.count && !known; i++)
    known = inventing->sizes.items[i] == size;
  if (!known && !SEG_VEC_PUSH(&inventing->sizes, (int32_t)size))
    inventing->out_of_memory = true;
}

static void meet_window(struct inventing *inventing, const struct seg_day_window *window) {
  int32_t near, far;
  if (!seg_window_ages(window, SEG_PROVE_USUAL_DAY, &near, &far))
    return;
  add_age(inventing, near);
  if (far < SEG_FAR_AGE) // else it goes back to where the calendar begins
    add_age(inventing, far);
}

/** Numbers that an atom compares an aggregate with: of events, days, or of what it adds up. */
static void meet_number(struct inventing *inventing, const struct seg_node *aggregate,
                        const struct seg_node *node, double divided) {
  if (node->kind == SEG_NODE_LITERAL && node->type.kind != SEG_TYPE_TEXT) {
    double number = number_of(&node->type, &node->literal) / divided;
    const struct seg_program_entity *event = &inventing->program->events[aggregate->event];
    const struct seg_node *argument = aggregate->argument;
    if (argument == NULL || seg_aggregate_counts(aggregate->aggregate)) {
      add_size(inventing, (int64_t)number);
      add_size(inventing, (int64_t)number + 1);
      add_age(inventing, (int64_t)number);
    } else if (argument->kind == SEG_NODE_COLUMN &&
               event->columns[argument->column].computed == NULL) {
      static const double parts[] = {1, 2, 3, 5, 10};
      for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        add_number(inventing, &event->columns[argument->column],
                   &inventing->events[aggregate->event][argument->column], number / parts[i]);
    }
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    meet_number(inventing, aggregate, node->operands[i], divided);
}

static void meet_aggregates(struct inventing *inventing, const struct seg_node *node,
                            const struct seg_node *atom) {
  if (node->kind == SEG_NODE_AGGREGATE) {
    const struct seg_program_entity *event = &inventing->program->events[node->event];
    double unit = 1; // fractions compare money in its smallest unit
    for (int i = 0; atom->kind == SEG_NODE_COMPARE_FRACTIONS && i < atom->operands[0]->type.scale;
         i++)
      unit *= 10;
    if (node->filter != NULL)
      meet_filter(inventing, event, inventing->events[node->event], node->filter);
    meet_window(inventing, &node->window);
    meet_number(inventing, node, atom, unit);
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    meet_aggregates(inventing, node->operands[i], atom);
}

// --- customers ---

static void begin_column(struct inventing *inventing, const struct seg_program_column *column,
                         struct choices *choices) {
  uint32_t codes = column->type.kind == SEG_TYPE_ENUM   ? column->type.enumeration->count
                   : column->type.kind == SEG_TYPE_BOOL ? 2
                                                        : 1;
  for (uint32_t code = 0; code < codes; code++)
    add_value(inventing, column, choices,
              (struct seg_value){
                  .known = true,
                  .integer = column->type.kind == SEG_TYPE_DATE ? SEG_PROVE_USUAL_DAY - 400 : code,
                  .text = {"", 0}});
  if (column->optional)
    add_value(inventing, column, choices, (struct seg_value){.text = {"", 0}});
}

static struct choices *begin_entity(struct inventing *inventing,
                                    const struct seg_program_entity *entity) {
  struct choices *choices =
      SEG_NEW_ARRAY(&inventing->arena, struct choices, (size_t)entity->column_count + 1);
  inventing->out_of_memory = inventing->out_of_memory || choices == NULL;
  for (uint32_t c = 0; choices != NULL && c < entity->column_count; c++)
    begin_column(inventing, &entity->columns[c], &choices[c]);
  if (choices != NULL && entity->where != NULL)
    meet_filter(inventing, entity, choices, entity->where);
  return choices;
}

static bool begin(struct inventing *inventing) {
  const struct seg_program *program = inventing->program;
  const struct seg_circuit *circuit = inventing->pool->circuit;
  inventing->events =
      SEG_NEW_ARRAY(&inventing->arena, struct choices *, (size_t)program->event_count + 1);
  inventing->customer = begin_entity(inventing, &program->customer);
  for (uint32_t e = 0; inventing->events != NULL && e < program->event_count; e++)
    inventing->events[e] = begin_entity(inventing, &program->events[e]);
  if (inventing->events == NULL || inventing->out_of_memory)
    return false;
  static const int32_t sizes[] = {0, 1, 1, 2, 3, 4, 5, 8, 12, 20};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    add_size(inventing, sizes[i]);
  add_age(inventing, 2);
  for (size_t a = 0; a < circuit->atoms.count; a++) {
    const struct seg_node *atom = circuit->atoms.items[a].node;
    meet_columns(inventing, &program->customer, inventing->customer, atom, atom);
    meet_aggregates(inventing, atom, atom);
  }
  return !inventing->out_of_memory;
}

/** A value for each column; `favourites` makes the events of one customer alike, or NULL. */
static struct seg_value *row_values(struct inventing *inventing, struct seg_arena *arena,
                                    const struct seg_program_entity *entity,
                                    const struct choices *choices, uint32_t number,
                                    const uint32_t *favourites) {
  struct seg_value *values =
      SEG_NEW_ARRAY(arena, struct seg_value, (size_t)entity->column_count + 1);
  if (values == NULL)
    inventing->out_of_memory = true;
  for (uint32_t c = 0; values != NULL && c < entity->column_count; c++) {
    size_t count = choices[c].values.count;
    uint32_t drawn = draw(inventing, count);
    bool favourite = favourites != NULL && draw(inventing, 10) < 7;
    values[c] = choices[c].values.items[favourites == NULL && number < count ? number
                                        : favourite                          ? favourites[c] % count
                                                                             : drawn];
  }
  return values;
}

/** What is added up can also be taken away. */
static void turn_around(const struct seg_program_entity *entity, struct seg_value *values) {
  for (uint32_t c = 0; c < entity->column_count; c++) {
    enum seg_type_kind kind = entity->columns[c].type.kind;
    if (kind == SEG_TYPE_MONEY || kind == SEG_TYPE_INT)
      values[c].integer = -values[c].integer;
    else if (kind == SEG_TYPE_NUMBER || kind == SEG_TYPE_AMOUNT)
      values[c].number = -values[c].number;
  }
}

/** Event after event the next one of few values. */
static void go_through(const struct seg_program_entity *entity, const struct choices *choices,
                       uint32_t number, struct seg_value *values) {
  for (uint32_t c = 0; c < entity->column_count; c++)
    if (entity->columns[c].type.kind == SEG_TYPE_ENUM ||
        entity->columns[c].type.kind == SEG_TYPE_TEXT)
      values[c] = choices[c].values.items[number % choices[c].values.count];
}

static void add_events(struct inventing *inventing, struct seg_arena *arena,
                       struct seg_dataset *dataset, uint32_t event) {
  const struct seg_program_entity *entity = &inventing->program->events[event];
  uint32_t *favourites = SEG_NEW_ARRAY(arena, uint32_t, (size_t)entity->column_count + 1);
  int32_t size = inventing->sizes.items[draw(inventing, inventing->sizes.count)];
  int32_t farthest = inventing->ages.items[draw(inventing, inventing->ages.count)];
  bool only = draw(inventing, 4) == 0;    // all of one age
  bool returns = draw(inventing, 3) == 0; // negative amounts, too
  bool varied = draw(inventing, 3) == 0;  // a list of values is gone through
  if (favourites == NULL) {
    inventing->out_of_memory = true;
    return;
  }
  for (uint32_t c = 0; c < entity->column_count; c++)
    favourites[c] = draw(inventing, MAX_VALUES);
  for (int32_t i = 0; i < size; i++) {
    int32_t age = inventing->ages.items[draw(inventing, inventing->ages.count)];
    if (only || i == 0)
      age = farthest;
    else if (age > farthest && draw(inventing, 5) != 0)
      age = 1 + (int32_t)draw(inventing, (uint64_t)farthest);
    struct seg_row row = {
        .key = seg_str_view("1"),
        .values = row_values(inventing, arena, entity, inventing->events[event], 0, favourites),
        .day = SEG_PROVE_USUAL_DAY - age};
    row.instant =
        seg_zone_midnight(inventing->pool->zone, row.day) + 12 * SEG_MICROSECONDS_PER_HOUR + i;
    if (varied && row.values != NULL)
      go_through(entity, inventing->events[event], (uint32_t)i, row.values);
    if (returns && row.values != NULL && draw(inventing, 2) == 0)
      turn_around(entity, row.values);
    if (!SEG_VEC_PUSH(&dataset->events[event].rows, row))
      inventing->out_of_memory = true;
  }
}

static enum seg_status add_customer(struct inventing *inventing, uint32_t number,
                                    struct seg_error *error) {
  const struct seg_program *program = inventing->program;
  struct seg_pooled_customer customer;
  seg_arena_init(&customer.arena);
  inventing->out_of_memory = !seg_dataset_init(&customer.dataset, program->event_count);
  if (!inventing->out_of_memory && program->customer_from_event < 0) {
    struct seg_row row = {.key = seg_str_view("1"),
                          .values = row_values(inventing, &customer.arena, &program->customer,
                                               inventing->customer, number, NULL)};
    inventing->out_of_memory =
        inventing->out_of_memory || !SEG_VEC_PUSH(&customer.dataset.customers.rows, row);
  }
  for (uint32_t e = 0; e < program->event_count && !inventing->out_of_memory; e++)
    add_events(inventing, &customer.arena, &customer.dataset, e);
  if (!inventing->out_of_memory)
    return seg_pool_add(inventing->pool, &customer, SEG_PROVE_USUAL_DAY, error);
  seg_dataset_deinit(&customer.dataset);
  seg_arena_deinit(&customer.arena);
  return seg_fail_memory(error, "the verdicts");
}

static void end(struct inventing *inventing) {
  const struct seg_program *program = inventing->program;
  for (uint32_t c = 0; inventing->customer != NULL && c < program->customer.column_count; c++)
    SEG_VEC_FREE(&inventing->customer[c].values);
  for (uint32_t e = 0; inventing->events != NULL && e < program->event_count; e++)
    for (uint32_t c = 0; inventing->events[e] != NULL && c < program->events[e].column_count; c++)
      SEG_VEC_FREE(&inventing->events[e][c].values);
  SEG_VEC_FREE(&inventing->ages);
  SEG_VEC_FREE(&inventing->sizes);
  seg_arena_deinit(&inventing->arena);
}

enum seg_status seg_pool_invent(struct seg_pool *pool, uint32_t count, struct seg_error *error) {
  struct inventing inventing = {.pool = pool, .program = pool->circuit->program};
  enum seg_status status = SEG_OK;
  seg_arena_init(&inventing.arena);
  if (!begin(&inventing))
    status = seg_fail_memory(error, "the verdicts");
  for (uint32_t i = 0; i < count && status == SEG_OK; i++)
    status = add_customer(&inventing, i, error);
  end(&inventing);
  return status;
}
