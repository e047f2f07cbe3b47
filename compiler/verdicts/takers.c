// See takers.h.
#include "compiler/verdicts/takers.h"

#include <stdlib.h>
#include <string.h>

struct seg_takers {
  uint64_t *bits;           // or NULL
  uint32_t room, customers; // so many there is room for; so many were looked at
};

static uint64_t known_takers(const struct seg_engine *engine, const struct seg_node *node,
                             uint32_t word);

/** Which of 64 known customers fulfil as many of the operands as the tally wants. */
static uint64_t takers_of_tally(const struct seg_engine *engine, const struct seg_node *node,
                                uint32_t word) {
  uint32_t counts[64] = {0};
  uint64_t all = 0;
  for (uint32_t i = 0; i < node->operand_count; i++) {
    uint64_t takers = known_takers(engine, node->operands[i], word);
    for (uint32_t bit = 0; bit < 64; bit++)
      counts[bit] += takers >> bit & 1;
  }
  for (uint32_t bit = 0; bit < 64; bit++)
    if (counts[bit] >= node->least && counts[bit] <= node->most)
      all |= 1ull << bit;
  return all;
}

/** Which of 64 known customers the condition takes. */
static uint64_t known_takers(const struct seg_engine *engine, const struct seg_node *node,
                             uint32_t word) {
  const struct seg_pool *pool = &engine->pool;
  if (!seg_is_gate(node)) {
    uint32_t atom = seg_circuit_atom_of(&engine->circuit, node);
    return pool->bits[(size_t)(2 * atom) * (pool->room / 64) + word];
  }
  if (node->kind == SEG_NODE_MEMBER)
    return known_takers(engine, engine->program->segments[node->segment].when, word);
  if (node->kind == SEG_NODE_TALLY)
    return takers_of_tally(engine, node, word);
  uint64_t all = UINT64_MAX, any = 0;
  for (uint32_t i = 0; i < node->operand_count; i++) {
    uint64_t takers = known_takers(engine, node->operands[i], word);
    all &= takers;
    any |= takers;
  }
  return node->kind == SEG_NODE_AND ? all : node->kind == SEG_NODE_OR ? any : ~any;
}

const uint64_t *seg_engine_takers(struct seg_engine *engine, uint32_t segment) {
  const struct seg_pool *pool = &engine->pool;
  if (engine->takers == NULL)
    engine->takers = calloc((size_t)engine->program->segment_count + 1, sizeof *engine->takers);
  if (engine->takers == NULL)
    return NULL;
  struct seg_takers *takers = &engine->takers[segment];
  if (takers->customers == pool->customers && takers->bits != NULL)
    return takers->bits;
  if (takers->bits == NULL || takers->room < pool->room) {
    uint64_t *bits = realloc(takers->bits, pool->room / 64 * sizeof *bits);
    if (bits == NULL)
      return NULL;
    takers->bits = bits;
    takers->room = pool->room;
  }
  const struct seg_node *rule = engine->program->segments[segment].when;
  for (uint32_t word = takers->customers / 64; word < (pool->customers + 63) / 64; word++)
    takers->bits[word] = known_takers(engine, rule, word);
  if (pool->customers % 64 != 0)
    takers->bits[pool->customers / 64] &= (1ull << (pool->customers % 64)) - 1;
  takers->customers = pool->customers;
  return takers->bits;
}

bool seg_engine_fork_takers(struct seg_engine *engine, const struct seg_engine *from) {
  uint32_t count = engine->program->segment_count;
  engine->takers = NULL;
  if (from->takers == NULL)
    return true;
  engine->takers = calloc((size_t)count + 1, sizeof *engine->takers);
  for (uint32_t s = 0; engine->takers != NULL && s < count; s++) {
    const struct seg_takers *theirs = &from->takers[s];
    struct seg_takers *own = &engine->takers[s];
    if (theirs->bits == NULL)
      continue;
    own->bits = malloc(theirs->room / 64 * sizeof *own->bits);
    if (own->bits == NULL)
      return false;
    memcpy(own->bits, theirs->bits, (theirs->customers + 63) / 64 * sizeof *own->bits);
    own->room = theirs->room;
    own->customers = theirs->customers;
  }
  return engine->takers != NULL;
}

void seg_engine_forget_takers(struct seg_engine *engine) {
  for (uint32_t s = 0; engine->takers != NULL && s < engine->program->segment_count; s++)
    free(engine->takers[s].bits);
  free(engine->takers);
  engine->takers = NULL;
}

enum seg_status seg_engine_has_taker(struct seg_engine *engine, const struct seg_wanted *wanted,
                                     uint32_t count, bool *known) {
  const uint64_t *takers[2];
  uint64_t turned[2];
  uint32_t customers = engine->pool.customers, last = customers / 64;
  *known = false;
  if (count == 0 || count > 2)
    return SEG_OK;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t segment = seg_circuit_rule(&engine->circuit, wanted[i].condition);
    if (segment == UINT32_MAX)
      return SEG_OK;
    takers[i] = seg_engine_takers(engine, segment);
    turned[i] = wanted[i].negated ? UINT64_MAX : 0;
    if (takers[i] == NULL)
      return seg_engine_no_memory(engine);
  }
  for (uint32_t w = 0; w * 64 < customers && !*known; w++) {
    uint64_t both = takers[0][w] ^ turned[0];
    if (count == 2)
      both &= takers[1][w] ^ turned[1];
    if (w == last)
      both &= (1ull << (customers % 64)) - 1;
    *known = both != 0;
  }
  return SEG_OK;
}
