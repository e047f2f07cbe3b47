// From a model to rows; see witness.h.
#include "compiler/prove/witness.h"

#include <string.h>

#include "compiler/prove/samples.h"

static const char witness_key[] = "1";

struct making {
  struct seg_query *query;
  struct seg_witness *witness;
  bool failed; // the model is not a customer that we can write down
  bool out_of_memory;
};

static void note_sampled(struct making *making, enum seg_sampled sampled) {
  making->failed = making->failed || sampled == SEG_SAMPLE_NONE;
  making->out_of_memory = making->out_of_memory || sampled == SEG_SAMPLE_NO_MEMORY;
}

static struct seg_str key_text(void) {
  return seg_str_view(witness_key);
}

static void add_customer(struct making *making) {
  struct seg_query *query = making->query;
  struct seg_row row = {.key = key_text()};
  note_sampled(making, seg_sample_row(query->solver, &query->customer, &making->witness->arena,
                                      &row.values));
  if (query->program->customer_from_event < 0 &&
      !SEG_VEC_PUSH(&making->witness->dataset.customers.rows, row))
    making->out_of_memory = true;
}

// --- events ---

/** What the model says of one cell in one band, read before the solver is asked anything else. */
struct amount {
  uint32_t event, cell;
  struct seg_age_band ages; // of the nearest and the farthest
  int64_t count;
  int64_t sums[SEG_MAX_ARGUMENTS], least[SEG_MAX_ARGUMENTS], most[SEG_MAX_ARGUMENTS];
};

typedef SEG_VEC(struct amount) amount_list;

static int64_t whole(struct making *making, Z3_ast term) {
  int64_t value;
  if (!seg_solver_int(making->query->solver, term, &value))
    making->failed = true;
  return value;
}

static void read_amount(struct making *making, uint32_t event, uint32_t c, uint32_t band,
                        amount_list *amounts) {
  const struct seg_event_space *space = &making->query->events[event];
  const struct seg_cell *cell = &space->cells[c];
  struct amount amount = {.event = event, .cell = c};
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
    bool real = space->arguments[a].node->type.kind == SEG_TYPE_NUMBER;
    if (cell->sums[a] != NULL && !real)
      amount.sums[a] = whole(making, cell->sums[a][band]);
    if (cell->least[a] != NULL && !real) {
      amount.least[a] = whole(making, cell->least[a][band]);
      amount.most[a] = whole(making, cell->most[a][band]);
    }
    if (real && (cell->sums[a] != NULL || cell->least[a] != NULL))
      making->failed = true; // fractional arguments are not distributed
  }
  if (!SEG_VEC_PUSH(amounts, amount))
    making->out_of_memory = true;
}

/** The value of argument `a` in the i-th of `count` events: the ends first, the rest even. */
static int64_t share(const struct seg_cell *cell, const struct amount *amount, uint32_t a,
                     int64_t i) {
  bool ended = cell->least[a] != NULL, summed = cell->sums[a] != NULL;
  if (ended && i == 0)
    return amount->least[a];
  if (ended && i == 1)
    return amount->most[a];
  if (!summed)
    return ended ? amount->least[a] : 0;
  int64_t taken = !ended               ? 0
                  : amount->count == 1 ? amount->least[a]
                                       : amount->least[a] + amount->most[a];
  int64_t left = amount->count - (ended ? (amount->count > 1 ? 2 : 1) : 0),
          rest = amount->sums[a] - taken;
  int64_t place = i - (ended ? 2 : 0), even = rest / left, more = rest - even * left;
  return even + (place < (more < 0 ? -more : more) ? (more < 0 ? -1 : 1) : 0);
}

/** One event of the cell with these values of the arguments. */
static void add_event(struct making *making, const struct amount *amount, int64_t i) {
  struct seg_event_space *space = &making->query->events[amount->event];
  const struct seg_cell *cell = &space->cells[amount->cell];
  int64_t arguments[SEG_MAX_ARGUMENTS] = {0};
  for (uint32_t a = 0; a < space->argument_count; a++)
    if (cell->sums[a] != NULL || cell->least[a] != NULL)
      arguments[a] = share(cell, amount, a, i);
  int32_t span = amount->ages.far - amount->ages.near;
  int32_t age = i == amount->count - 1 && space->days_asked
                    ? amount->ages.far
                    : amount->ages.near + (i < span ? (int32_t)i : 0);
  struct seg_row event = {.key = key_text(), .day = making->witness->as_of - age};
  event.instant = (int64_t)event.day * 86400000000 + 43200000000 + i;
  note_sampled(making,
               seg_sample_event(making->query, space, cell, arguments, making->witness->as_of,
                                &making->witness->arena, &event.values));
  if (event.values != NULL &&
      !SEG_VEC_PUSH(&making->witness->dataset.events[amount->event].rows, event))
    making->out_of_memory = true;
}

static void write_down(struct making *making) {
  struct seg_query *query = making->query;
  amount_list amounts = {0};
  int64_t day = whole(making, query->as_of);
  making->witness->as_of = (int32_t)day;
  add_customer(making);
  for (uint32_t e = 0; e < query->program->event_count; e++)
    for (uint32_t c = 0; c < query->events[e].cell_count; c++)
      for (uint32_t b = 0; b < query->band_count; b++)
        read_amount(making, e, c, b, &amounts);
  for (size_t a = 0; a < amounts.count; a++)
    for (int64_t i = 0; i < amounts.items[a].count && !making->failed; i++)
      add_event(making, &amounts.items[a], i);
  SEG_VEC_FREE(&amounts);
}

/** The customer of the present model will do when any will; else the one with the fewest events: 0,
 * 1, 2, ... and then however many it takes. */
static enum seg_answer ask_smallest(struct seg_query *query) {
  static const int64_t sizes[] = {0, 1, 2, 3, 4, 6, 8, 12, 20, 40, 80, SEG_MAX_WITNESS_EVENTS};
  struct seg_solver *solver = query->solver;
  if (query->any_witness && solver->model != NULL)
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

enum seg_status seg_witness_find(struct seg_query *query, enum seg_answer *answer, bool *made,
                                 struct seg_witness *witness, struct seg_error *error) {
  *witness = (struct seg_witness){0};
  *made = false;
  *answer = ask_smallest(query);
  if (*answer != SEG_POSSIBLE)
    return SEG_OK;
  seg_arena_init(&witness->arena);
  struct making making = {.query = query, .witness = witness};
  making.out_of_memory = !seg_dataset_init(&witness->dataset, query->program->event_count);
  if (!making.out_of_memory)
    write_down(&making);
  if (making.out_of_memory || query->out_of_memory) {
    seg_witness_deinit(witness);
    return seg_fail_memory(error, "the witness of a proof");
  }
  *made = !making.failed;
  if (making.failed)
    seg_witness_deinit(witness);
  return SEG_OK;
}

void seg_witness_deinit(struct seg_witness *witness) {
  seg_dataset_deinit(&witness->dataset);
  seg_arena_deinit(&witness->arena);
  *witness = (struct seg_witness){0};
}
