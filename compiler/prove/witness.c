// From a model to rows; see witness.h.
#include "compiler/prove/witness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/prove/moments.h"
#include "compiler/prove/samples.h"
#include "compiler/prove/smallest.h"
#include "compiler/prove/unique_rows.h"
#include "runtime/base/decimal.h"
#include "runtime/base/draw.h"
#include "runtime/time/civil.h"

enum { MOST_KEYS = 200000 }; // that are tried for what they draw

/** Where the rows of one event come from. */
struct origins {
  SEG_VEC(struct seg_row_origin) rows;
};

struct making {
  struct seg_query *query;
  struct seg_witness *witness;
  struct seg_moments moments;
  struct origins *origins; // per event
  struct seg_str key;      // of the customer, in all rows
  bool failed;             // the model is not a customer that we can write down
  bool out_of_memory;
};

static void note_sampled(struct making *making, enum seg_sampled sampled) {
  making->failed = making->failed || sampled == SEG_SAMPLE_NONE;
  making->out_of_memory = making->out_of_memory || sampled == SEG_SAMPLE_NO_MEMORY;
}

static int64_t whole(struct making *making, Z3_ast term) {
  int64_t value;
  if (!seg_solver_int(making->query->solver, term, &value))
    making->failed = true;
  return value;
}

/** Does the key draw what the model says? */
static bool draws_right(const struct making *making, const int64_t *wanted, struct seg_str key) {
  for (size_t i = 0; i < making->query->draws.count; i++) {
    const struct seg_node *node = making->query->draws.items[i].node;
    struct seg_draw draw;
    seg_draw_init(&draw, node->salt);
    if (seg_draw_bucket(seg_draw_of(&draw, key), node->buckets) != wanted[i])
      return false;
  }
  return true;
}

/** The smallest number that draws what the model says; 1 when there is none. */
static int64_t find_key(struct making *making) {
  struct seg_query *query = making->query;
  char text[24];
  int64_t *wanted = SEG_NEW_ARRAY(&query->arena, int64_t, query->draws.count + 1);
  if (wanted == NULL) {
    making->out_of_memory = true;
    return 1;
  }
  for (size_t i = 0; i < query->draws.count; i++)
    wanted[i] = whole(making, query->draws.items[i].value);
  for (int64_t key = 1; query->draws.count > 0 && key <= MOST_KEYS; key++) {
    snprintf(text, sizeof text, "%lld", (long long)key);
    if (draws_right(making, wanted, seg_str_view(text)))
      return key;
  }
  return 1;
}

/** Put the customer into the lists that the model says. */
static void add_to_lists(struct making *making) {
  struct seg_query *query = making->query;
  struct seg_dataset *dataset = &making->witness->dataset;
  if (query->listings.count == 0)
    return;
  if (!seg_dataset_add_lists(dataset, query->program->list_count)) {
    making->out_of_memory = true;
    return;
  }
  for (size_t i = 0; i < query->listings.count; i++) {
    struct seg_row row = {.key = making->key};
    if (seg_solver_truth(query->solver, query->listings.items[i].listed) &&
        !SEG_VEC_PUSH(&dataset->lists[query->listings.items[i].list].rows, row))
      making->out_of_memory = true;
  }
}

/** A key that is a column too says the same in both places. */
static void take_key(struct making *making, struct seg_value *values) {
  const struct seg_row_terms *row = &making->query->customer;
  int64_t number = find_key(making);
  making->key = seg_arena_format(&making->witness->arena, "%lld", (long long)number);
  for (uint32_t i = 0; values != NULL && i < row->entity->column_count; i++) {
    const struct seg_program_column *column = &row->entity->columns[i];
    if (!seg_str_equal(column->name.text, row->entity->key) || column->computed != NULL)
      continue;
    bool seen = row->columns[i].term.value != NULL && values[i].known;
    values[i].known = true;
    if (column->type.kind == SEG_TYPE_INT) {
      values[i].integer = seen ? values[i].integer : number;
      making->witness->dataset.integer_keys = true;
      making->key = seg_arena_format(&making->witness->arena, "%lld", (long long)values[i].integer);
      making->out_of_memory = making->out_of_memory || making->key.data == NULL;
    } else if (column->type.kind == SEG_TYPE_TEXT) {
      values[i].text = seen && values[i].text.size > 0 ? values[i].text : making->key;
      making->key = values[i].text;
    }
  }
}

static void add_customer(struct making *making) {
  struct seg_query *query = making->query;
  struct seg_row row = {0};
  note_sampled(making, seg_sample_row(query, &query->customer, making->witness->as_of,
                                      &making->witness->arena, &row.values));
  take_key(making, row.values);
  row.key = making->key;
  add_to_lists(making);
  if (query->program->customer_from_event < 0 &&
      !SEG_VEC_PUSH(&making->witness->dataset.customers.rows, row))
    making->out_of_memory = true;
}

// --- events ---

/** What the model says of one cell in one band, read before the solver is asked anything else. */
struct amount {
  uint32_t event, cell, band;
  struct seg_age_band ages; // of the nearest and the farthest
  int64_t count;
  int64_t sums[SEG_MAX_ARGUMENTS], least[SEG_MAX_ARGUMENTS], most[SEG_MAX_ARGUMENTS];
};

typedef SEG_VEC(struct amount) amount_list;

static bool is_fractional(const struct seg_type *type) {
  return type->kind == SEG_TYPE_NUMBER || type->kind == SEG_TYPE_AMOUNT;
}

static int64_t bits_of(double number) {
  int64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

static double number_of(int64_t bits) {
  double number;
  memcpy(&number, &bits, sizeof number);
  return number;
}

/** A fractional number as the bits of a double. */
static int64_t argument_value(struct making *making, const struct seg_type *type, Z3_ast term) {
  return is_fractional(type) ? bits_of(seg_solver_real(making->query->solver, term))
                             : whole(making, term);
}

static void read_amount(struct making *making, uint32_t event, uint32_t c, uint32_t band,
                        amount_list *amounts) {
  const struct seg_event_space *space = &making->query->events[event];
  const struct seg_cell *cell = &space->cells[c];
  struct amount amount = {.event = event, .cell = c, .band = band};
  if (cell->counts[band] != NULL)
    amount.count = whole(making, cell->counts[band]);
  if (amount.count <= 0)
    return;
  if (amount.count > SEG_MAX_WITNESS_EVENTS) {
    making->failed = true;
    return;
  }
  amount.ages = (struct seg_age_band){(int32_t)whole(making, making->query->near[band]),
                                      (int32_t)whole(making, making->query->far[band])};
  if (space->days_asked)
    amount.ages = (struct seg_age_band){(int32_t)whole(making, cell->near[band]),
                                        (int32_t)whole(making, cell->far[band])};
  for (uint32_t a = 0; a < space->argument_count; a++) {
    const struct seg_type *type = &space->arguments[a].node->type;
    if (cell->sums[a] != NULL)
      amount.sums[a] = argument_value(making, type, cell->sums[a][band]);
    if (cell->least[a] != NULL) {
      amount.least[a] = argument_value(making, type, cell->least[a][band]);
      amount.most[a] = argument_value(making, type, cell->most[a][band]);
    }
  }
  if (!SEG_VEC_PUSH(amounts, amount))
    making->out_of_memory = true;
}

/** The i-th of `count` even parts of a whole. */
static int64_t part(int64_t all, int64_t count, int64_t i) {
  int64_t even = all / count, more = all - even * count;
  return even + (i < (more < 0 ? -more : more) ? (more < 0 ? -1 : 1) : 0);
}

/** What is left of a sum of fractional numbers besides the ends, evenly. */
static double fractional_share(const struct amount *amount, uint32_t a, bool ended) {
  double rest = number_of(amount->sums[a]);
  int64_t left = amount->count - (ended ? (amount->count > 1 ? 2 : 1) : 0);
  if (ended)
    rest -= number_of(amount->least[a]) + (amount->count > 1 ? number_of(amount->most[a]) : 0);
  return rest / (double)left;
}

/** The value of argument `a` in the i-th of `count` events: the ends first, the rest even, in whole
 * units of money where that keeps within the bounds of the cell. */
static int64_t share(const struct seg_event_space *space, const struct amount *amount, uint32_t a,
                     int64_t i) {
  const struct seg_cell *cell = &space->cells[amount->cell];
  const struct seg_type *type = &space->arguments[a].node->type;
  bool ended = cell->least[a] != NULL;
  if (ended && i < 2)
    return i == 0 ? amount->least[a] : amount->most[a];
  if (cell->sums[a] == NULL)
    return ended ? amount->least[a] : 0;
  if (is_fractional(type))
    return bits_of(fractional_share(amount, a, ended));
  int64_t taken = !ended               ? 0
                  : amount->count == 1 ? amount->least[a]
                                       : amount->least[a] + amount->most[a];
  int64_t left = amount->count - (ended ? (amount->count > 1 ? 2 : 1) : 0);
  if (left <= 0) // the ends are all there are
    return amount->least[a];
  int64_t rest = amount->sums[a] - taken, place = i - (ended ? 2 : 0);
  int64_t unit = type->kind == SEG_TYPE_MONEY ? seg_decimal_power(type->scale) : 1;
  int64_t first = part(rest / unit, left, 0) * unit,
          last = part(rest / unit, left, left - 1) * unit;
  int64_t least = first < last ? first : last, most = first < last ? last : first;
  if (rest % unit != 0 || least < cell->low[a] || most > cell->high[a])
    return part(rest, left, place);
  return part(rest / unit, left, place) * unit;
}

static int64_t moment(const struct making *making, const struct seg_rows *rows, int32_t day) {
  int64_t before = 0;
  for (size_t i = 0; i < rows->rows.count; i++)
    before += rows->rows.items[i].day == day;
  return seg_zone_midnight(making->query->zone, day) +
         seg_moment_in_day(before) * SEG_MICROSECONDS_PER_SECOND;
}

/** Values that no earlier row of the kind has, where that matters. */
static struct seg_value *event_values(struct making *making, struct seg_event_space *space,
                                      const struct seg_cell *cell, const int64_t *arguments,
                                      const struct seg_rows *rows) {
  struct seg_arena *arena = &making->witness->arena;
  int32_t as_of = making->witness->as_of;
  struct seg_value *values = NULL;
  note_sampled(
      making, seg_sample_event(making->query, space, cell, arguments, as_of, NULL, arena, &values));
  if (values == NULL)
    return NULL;
  if (!seg_unique_number(space, rows->rows.count + 1, values, arena))
    making->out_of_memory = true;
  else if (seg_unique_repeats(space->row.entity, values, rows))
    note_sampled(making, seg_sample_event(making->query, space, cell, arguments, as_of, rows, arena,
                                          &values));
  return values;
}

static bool note_origin(struct making *making, const struct amount *amount, int64_t i) {
  struct seg_row_origin origin = {amount->event, amount->cell, amount->band, i, amount->count};
  return SEG_VEC_PUSH(&making->origins[amount->event].rows, origin);
}

/** One event of the cell with these values of the arguments. */
static void add_event(struct making *making, const struct amount *amount, int64_t i) {
  struct seg_event_space *space = &making->query->events[amount->event];
  const struct seg_cell *cell = &space->cells[amount->cell];
  struct seg_rows *rows = &making->witness->dataset.events[amount->event];
  int64_t arguments[SEG_MAX_ARGUMENTS] = {0};
  for (uint32_t a = 0; a < space->argument_count; a++)
    if (cell->sums[a] != NULL || cell->least[a] != NULL)
      arguments[a] = share(space, amount, a, i);
  int32_t span = amount->ages.far - amount->ages.near;
  int32_t age = i == amount->count - 1 && space->days_asked
                    ? amount->ages.far
                    : amount->ages.near + (i <= span && !making->query->one_day ? (int32_t)i : 0);
  struct seg_row event = {.key = making->key, .day = making->witness->as_of - age};
  event.instant = moment(making, rows, event.day);
  event.values = event_values(making, space, cell, arguments, rows);
  if (event.values != NULL &&
      (!SEG_VEC_PUSH(&rows->rows, event) || !note_origin(making, amount, i)))
    making->out_of_memory = true;
}

/** Put the rows where the model wants them within their bands. */
static enum seg_status move_rows(struct making *making, struct seg_error *error) {
  uint32_t count = making->query->program->event_count;
  const struct seg_row_origin **origins =
      SEG_NEW_ARRAY(&making->query->arena, const struct seg_row_origin *, count + 1u);
  if (origins == NULL)
    return seg_fail_memory(error, "the witness of a proof");
  for (uint32_t e = 0; e < count; e++)
    origins[e] = making->origins[e].rows.items;
  return seg_moments_apply(&making->moments, making->witness, origins, error);
}

static void free_origins(struct making *making) {
  for (uint32_t e = 0; making->origins != NULL && e < making->query->program->event_count; e++)
    SEG_VEC_FREE(&making->origins[e].rows);
  free(making->origins);
}

static void write_down(struct making *making) {
  struct seg_query *query = making->query;
  amount_list amounts = {0};
  int64_t day = whole(making, query->as_of);
  making->witness->as_of = (int32_t)day;
  add_customer(making);
  for (uint32_t b = query->band_count; b-- > 0;) // the oldest first
    for (uint32_t e = 0; e < query->program->event_count; e++)
      for (uint32_t c = 0; c < query->events[e].cell_count; c++)
        read_amount(making, e, c, b, &amounts);
  for (size_t a = 0; a < amounts.count; a++)
    for (int64_t i = amounts.items[a].count; i-- > 0 && !making->failed;)
      add_event(making, &amounts.items[a], i);
  SEG_VEC_FREE(&amounts);
}

/** The customer of the present model will do when any will; else the one with the fewest events: 0,
 * 1, 2, ... and then however many it takes. */
static enum seg_answer ask_smallest(struct seg_query *query) {
  static const int64_t sizes[] = {0, 1, 2, 3, 4, 6, 8, 12, 20, 40, 80, 200, SEG_MAX_WITNESS_EVENTS};
  struct seg_solver *solver = query->solver;
  if (query->any_witness && (solver->model != NULL || solver->quick_values))
    return SEG_POSSIBLE;
  Z3_ast count = seg_query_event_count(query);
  enum seg_answer answer = seg_solver_ask(solver, NULL, 0);
  if (answer != SEG_POSSIBLE)
    return answer;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    Z3_ast few = seg_term_at_most(solver, count, seg_term_int(solver, sizes[i]));
    if (seg_solver_ask(solver, &few, 1) == SEG_POSSIBLE)
      return SEG_POSSIBLE;
  }
  return seg_solver_ask(solver, NULL, 0);
}

/** The plainest customer of all. */
static enum seg_answer choose(struct seg_query *query) {
  enum seg_answer answer = seg_solver_ask(query->solver, NULL, 0);
  struct seg_choosing choosing = {query, SEG_MOST_TRIES};
  if (answer == SEG_POSSIBLE)
    seg_choose_customer(&choosing);
  return answer;
}

enum seg_status seg_witness_find(struct seg_query *query, enum seg_answer *answer, bool *made,
                                 struct seg_witness *witness, struct seg_error *error) {
  *witness = (struct seg_witness){0};
  *made = false;
  struct making making = {.query = query, .witness = witness};
  seg_solver_push(query->solver);
  *answer = query->plain_witness ? choose(query) : ask_smallest(query);
  if (*answer == SEG_POSSIBLE) {
    seg_arena_init(&witness->arena);
    making.origins = calloc(query->program->event_count + 1, sizeof *making.origins);
    making.out_of_memory = !seg_dataset_init(&witness->dataset, query->program->event_count) ||
                           making.origins == NULL || !seg_moments_read(&making.moments, query);
    if (!making.out_of_memory)
      write_down(&making);
  }
  seg_solver_pop(query->solver);
  if (*answer != SEG_POSSIBLE)
    return SEG_OK;
  enum seg_status status = SEG_OK;
  if (!making.out_of_memory && !query->out_of_memory && !making.failed)
    status = move_rows(&making, error);
  if (status == SEG_OK && !making.out_of_memory && !making.failed)
    making.failed = !seg_dataset_keeps_days(&witness->dataset, query->zone);
  free_origins(&making);
  if (making.out_of_memory || query->out_of_memory)
    status = seg_fail_memory(error, "the witness of a proof");
  if (status != SEG_OK) {
    seg_witness_deinit(witness);
    return status;
  }
  *made = !making.failed;
  if (making.failed)
    seg_witness_deinit(witness);
  return SEG_OK;
}

int64_t seg_witness_event_count(const struct seg_witness *witness) {
  int64_t count = 0;
  for (uint32_t e = 0; e < witness->dataset.event_count; e++)
    count += (int64_t)witness->dataset.events[e].rows.count;
  return count;
}

void seg_witness_deinit(struct seg_witness *witness) {
  seg_dataset_deinit(&witness->dataset);
  seg_arena_deinit(&witness->arena);
  *witness = (struct seg_witness){0};
}
