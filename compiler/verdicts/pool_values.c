// What holds of a customer: each value is asked of the reference evaluator once, and each
// comparison is asked of it again with a literal in the value's place; see pool.h.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/prove/days.h"
#include "compiler/reference/evaluate.h"
#include "compiler/verdicts/pool.h"

struct seg_pooled_value {
  const struct seg_node *node;
  uint64_t hash;
  struct seg_str form;
  struct seg_value value; // of the customer at hand
  struct seg_node literal;
};

static bool is_simple(const struct seg_node *node) {
  return node->kind == SEG_NODE_COMPARE || node->kind == SEG_NODE_COMPARE_FRACTIONS ||
         node->kind == SEG_NODE_IN || node->kind == SEG_NODE_TEXT_TEST;
}

/** UINT32_MAX when memory is out. */
static uint32_t value_number(struct seg_pool *pool, const struct seg_node *node) {
  char *text = NULL;
  size_t size = 0;
  uint32_t number = UINT32_MAX;
  FILE *out = open_memstream(&text, &size);
  if (out == NULL)
    return number;
  fprintf(out, "%d %d\n", (int)node->type.kind, (int)node->type.scale);
  bool printed = seg_program_print_normal(pool->circuit->program, &pool->circuit->program->customer,
                                          node, SEG_NORMAL_RULE, NULL, out);
  printed = fclose(out) == 0 && printed && text != NULL;
  struct seg_str form = {text, size};
  uint64_t hash = printed ? seg_str_hash(form) : 0;
  for (uint32_t i = 0; printed && i < pool->value_count && number == UINT32_MAX; i++)
    if (pool->values[i].hash == hash && seg_str_equal(pool->values[i].form, form))
      number = i;
  if (printed && number == UINT32_MAX) {
    struct seg_pooled_value *value = &pool->values[pool->value_count];
    *value = (struct seg_pooled_value){
        .node = node, .hash = hash, .form = seg_arena_str(&pool->arena, form)};
    value->literal = (struct seg_node){.kind = SEG_NODE_LITERAL, .type = node->type};
    if (value->form.data != NULL)
      number = pool->value_count++;
  }
  free(text);
  return number;
}

bool seg_pool_find_values(struct seg_pool *pool) {
  size_t atoms = pool->circuit->atoms.count;
  pool->values = SEG_NEW_ARRAY(&pool->arena, struct seg_pooled_value, 4 * atoms + 1);
  pool->value_of = SEG_NEW_ARRAY(&pool->arena, uint32_t, 4 * atoms + 1);
  if (pool->values == NULL || pool->value_of == NULL)
    return false;
  for (size_t a = 0; a < atoms; a++) {
    const struct seg_node *node = pool->circuit->atoms.items[a].node;
    for (uint32_t i = 0; i < 4; i++) {
      uint32_t *number = &pool->value_of[4 * a + i];
      *number = UINT32_MAX;
      if (!is_simple(node) || i >= node->operand_count || i >= 4 ||
          node->operands[i]->kind == SEG_NODE_LITERAL)
        continue;
      *number = value_number(pool, node->operands[i]);
      if (*number == UINT32_MAX)
        return false;
    }
  }
  return true;
}

static bool atom_holds(struct seg_pool *pool, struct seg_reference *reference, uint32_t atom) {
  const struct seg_node *node = pool->circuit->atoms.items[atom].node;
  struct seg_node *operands[4];
  const uint32_t *values = &pool->value_of[4 * (size_t)atom];
  if (!is_simple(node) || node->operand_count > 4)
    return seg_reference_condition(reference, node, 0);
  for (uint32_t i = 0; i < node->operand_count; i++) {
    operands[i] = node->operands[i];
    if (values[i] == UINT32_MAX)
      continue;
    if (!pool->values[values[i]].value.known)
      return false; // a comparison with a missing operand is false
    operands[i] = &pool->values[values[i]].literal;
  }
  struct seg_node compared = *node;
  compared.operands = operands;
  return seg_reference_condition(reference, &compared, 0);
}

static void look_at_values(struct seg_pool *pool, struct seg_reference *reference) {
  for (uint32_t v = 0; v < pool->value_count; v++) {
    struct seg_pooled_value *value = &pool->values[v];
    bool real =
        value->node->type.kind == SEG_TYPE_NUMBER || value->node->type.kind == SEG_TYPE_AMOUNT;
    value->value = seg_reference_value(reference, value->node, 0);
    value->literal.literal = (struct seg_literal){.text = value->value.text};
    if (real)
      value->literal.literal.number = value->value.number;
    else
      value->literal.literal.integer = value->value.integer;
  }
}

enum seg_status seg_pool_look(struct seg_pool *pool, const struct seg_dataset *dataset,
                              uint8_t *truths, bool *fits, struct seg_error *error) {
  struct seg_reference *reference;
  *fits = false;
  enum seg_status status =
      seg_reference_new(&pool->program, dataset, SEG_PROVE_USUAL_DAY, &reference, error);
  if (status != SEG_OK)
    return status;
  if (seg_reference_customer_count(reference) == 1) {
    look_at_values(pool, reference);
    for (uint32_t a = 0; a < pool->circuit->atoms.count; a++)
      truths[a] = atom_holds(pool, reference, a);
    *fits = !seg_reference_overflow(reference);
  }
  status = seg_reference_status(reference, error);
  seg_reference_free(reference);
  return status;
}
