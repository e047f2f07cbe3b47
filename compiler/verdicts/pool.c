// See pool.h.
#include "compiler/verdicts/pool.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/prove/days.h"

static bool counts_hours(const struct seg_node *node) {
  if (node->kind == SEG_NODE_AGGREGATE && (node->window.hours || node->sequence != NULL))
    return true;
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (counts_hours(node->operands[i]))
      return true;
  return false;
}

static enum seg_status out_of_memory(struct seg_error *error) {
  return seg_fail_memory(error, "the verdicts");
}

enum seg_status seg_pool_init(struct seg_pool *pool, const struct seg_circuit *circuit,
                              struct seg_error *error) {
  *pool = (struct seg_pool){.circuit = circuit, .program = *circuit->program, .room = 256};
  bool hours = false;
  for (size_t i = 0; i < circuit->atoms.count; i++)
    hours = hours || counts_hours(circuit->atoms.items[i].node);
  pool->program.segment_count = 0;
  if (!hours) // the time zone is looked at by hours only
    pool->program.timezone = (struct seg_str){0};
  seg_arena_init(&pool->arena);
  pool->bits = calloc(2 * circuit->atoms.count + 1, pool->room / 8);
  pool->rows = calloc(pool->room, sizeof *pool->rows);
  if (pool->bits == NULL || pool->rows == NULL || !seg_pool_find_values(pool))
    return out_of_memory(error);
  return seg_zone_load(circuit->program->timezone, &pool->zone, error);
}

static void free_customer(struct seg_pooled_customer *customer) {
  seg_dataset_deinit(&customer->dataset);
  seg_arena_deinit(&customer->arena);
}

void seg_pool_deinit(struct seg_pool *pool) {
  for (uint32_t i = pool->lent; pool->rows != NULL && i < pool->customers; i++)
    free_customer(&pool->rows[i]);
  free(pool->rows);
  free(pool->bits);
  seg_arena_deinit(&pool->arena);
  if (!pool->forked)
    seg_zone_free(pool->zone);
  pool->bits = NULL;
  pool->zone = NULL;
}

bool seg_pool_fork(struct seg_pool *pool, const struct seg_pool *from) {
  size_t bits = (2 * from->circuit->atoms.count + 1) * (from->room / 8);
  *pool = *from;
  pool->forked = true;
  pool->lent = from->customers;
  seg_arena_init(&pool->arena);
  pool->bits = malloc(bits);
  pool->rows = malloc(from->room * sizeof *pool->rows);
  if (pool->bits == NULL || pool->rows == NULL || !seg_pool_copy_values(pool, from))
    return false;
  memcpy(pool->bits, from->bits, bits);
  memcpy(pool->rows, from->rows, from->customers * sizeof *pool->rows);
  return true;
}

/** Twice the room and one word: with a power of two the words of many signs would share a few
 * places of the cache. */
static bool grow(struct seg_pool *pool) {
  size_t rows = 2 * pool->circuit->atoms.count, words = pool->room / 64, wider = 2 * words + 1;
  uint64_t *bits = calloc(rows + 1, wider * sizeof *bits);
  struct seg_pooled_customer *customers = realloc(pool->rows, wider * 64 * sizeof *customers);
  if (customers != NULL)
    pool->rows = customers;
  if (bits == NULL || customers == NULL) {
    free(bits);
    return false;
  }
  for (size_t i = 0; i < rows; i++)
    memcpy(bits + i * wider, pool->bits + i * words, words * sizeof *bits);
  free(pool->bits);
  pool->bits = bits;
  pool->room = (uint32_t)wider * 64;
  return true;
}

/** On the day of the pool, everything as long ago as it was, at the same time of the day. */
static void move(const struct seg_pool *pool, struct seg_dataset *dataset, int32_t as_of) {
  int32_t days = SEG_PROVE_USUAL_DAY - as_of;
  const struct seg_program *program = &pool->program;
  for (uint32_t e = 0; e < dataset->event_count && days != 0; e++)
    for (size_t i = 0; i < dataset->events[e].rows.count; i++) {
      struct seg_row *row = &dataset->events[e].rows.items[i];
      row->instant -= seg_zone_midnight(pool->zone, row->day);
      row->day += days;
      row->instant += seg_zone_midnight(pool->zone, row->day);
    }
  for (uint32_t c = 0; c < program->customer.column_count && days != 0; c++)
    for (size_t i = 0; i < dataset->customers.rows.count; i++)
      if (program->customer.columns[c].type.kind == SEG_TYPE_DATE)
        dataset->customers.rows.items[i].values[c].integer += days;
}

enum seg_status seg_pool_add(struct seg_pool *pool, struct seg_pooled_customer *customer,
                             int32_t as_of, struct seg_error *error) {
  size_t atoms = pool->circuit->atoms.count;
  bool fits = false;
  uint8_t *truths = malloc(atoms + 1);
  enum seg_status status = SEG_OK;
  if (truths == NULL || (pool->customers == pool->room && !grow(pool)))
    status = out_of_memory(error);
  move(pool, &customer->dataset, as_of);
  if (status == SEG_OK && truths != NULL && seg_dataset_keeps_days(&customer->dataset, pool->zone))
    status = seg_pool_look(pool, &customer->dataset, truths, &fits, error);
  if (status == SEG_OK && fits) {
    uint64_t bit = 1ull << (pool->customers % 64);
    size_t word = pool->customers / 64, words = pool->room / 64;
    for (size_t a = 0; a < atoms; a++)
      pool->bits[(2 * a + (truths[a] == 0)) * words + word] |= bit;
    pool->rows[pool->customers++] = *customer;
  } else {
    free_customer(customer);
  }
  free(truths);
  return status;
}

// --- questions ---

enum { MAX_LISTS = 300, MAX_STEPS = 400 };

struct search {
  const struct seg_pool *pool;
  const struct seg_cubes *const *lists;
  uint32_t count, steps;
  seg_atom_sign *signs; // of the cube that was found; or NULL
  uint32_t sign_count;
};

uint32_t seg_pool_component_end(const struct seg_pool *pool, const seg_atom_sign *signs,
                                uint32_t count, uint32_t first) {
  const struct seg_circuit_atom *atoms = pool->circuit->atoms.items;
  uint32_t end = first + 1;
  while (end < count && atoms[signs[end] / 2].component == atoms[signs[first] / 2].component)
    end++;
  return end;
}

uint32_t seg_pool_who(const struct seg_pool *pool, const seg_atom_sign *signs, uint32_t count) {
  size_t words = pool->room / 64, used = (pool->customers + 63) / 64;
  for (size_t w = 0; w < used; w++) {
    uint64_t all = UINT64_MAX;
    for (uint32_t i = 0; i < count; i++)
      all &= pool->bits[signs[i] * words + w];
    if (all != 0)
      return (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(all);
  }
  return UINT32_MAX;
}

/** Is there a customer for each component of these atoms? */
static bool knows_cube(const struct seg_pool *pool, const seg_atom_sign *signs, uint32_t count) {
  for (uint32_t first = 0, end; first < count; first = end) {
    end = seg_pool_component_end(pool, signs, count, first);
    if (!seg_pool_knows_part(pool, signs + first, end - first))
      return false;
  }
  return true;
}

static bool search(struct search *searching, uint32_t at, const struct seg_cube *so_far) {
  if (at == searching->count) {
    searching->sign_count = so_far->count;
    for (uint32_t i = 0; i < so_far->count && searching->signs != NULL; i++)
      searching->signs[i] = so_far->signs[i];
    return true;
  }
  const struct seg_cubes *list = searching->lists[at];
  for (uint32_t i = 0; i < list->count && searching->steps < MAX_STEPS; i++) {
    seg_atom_sign signs[SEG_MAX_CUBE_SIGNS];
    struct seg_cube joined = {.signs = signs};
    searching->steps++;
    if (seg_cube_join(so_far, &list->cubes[i], signs, &joined.count) &&
        knows_cube(searching->pool, signs, joined.count) && search(searching, at + 1, &joined))
      return true;
  }
  return false;
}

bool seg_pool_find_cube(const struct seg_pool *pool, const struct seg_cubes *const *lists,
                        uint32_t count, seg_atom_sign *signs, uint32_t *sign_count) {
  struct search searching = {.pool = pool, .lists = lists, .count = count, .signs = signs};
  struct seg_cube nothing = {0};
  if (pool->customers == 0 || count > MAX_LISTS)
    return false;
  for (uint32_t i = 0; i < count; i++)
    if (lists[i]->too_many)
      return false;
  bool found = search(&searching, 0, &nothing);
  *sign_count = searching.sign_count;
  return found;
}

bool seg_pool_knows(const struct seg_pool *pool, const struct seg_cubes *const *lists,
                    uint32_t count) {
  uint32_t ignored;
  return seg_pool_find_cube(pool, lists, count, NULL, &ignored);
}
