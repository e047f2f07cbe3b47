// What holds of a customer: each value is asked of the reference evaluator once, and each
// comparison is asked of it again with a literal in the value's place; see pool.h.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/prove/days.h"
#include "compiler/reference/evaluate.h"
#include "compiler/verdicts/pool.h"
#include "runtime/base/text_stream.h"

struct seg_pooled_value {
  const struct seg_node *node;
  uint64_t hash;
  struct seg_str form;
  struct seg_value value; // of the customer at hand
  struct seg_node literal;
};

// Comparisons of one value, or fraction, in one direction, by their literals: the first hold and
// the others do not, or the other way round, and a few of them tell where they part. `runs` holds
// the atoms sorted so that such stand together; atoms of other kinds stand alone.

static bool is_whole(const struct seg_node *node) {
  return node->kind == SEG_NODE_LITERAL &&
         (node->type.kind == SEG_TYPE_INT || node->type.kind == SEG_TYPE_MONEY);
}

/** A value, or a fraction, compared with a literal: above or below it. */
static bool is_ordering(const struct seg_pool *pool, uint32_t atom) {
  const struct seg_node *node = pool->circuit->atoms.items[atom].node;
  const uint32_t *values = &pool->value_of[4 * (size_t)atom];
  if (node->comparison == SEG_EQUAL || node->comparison == SEG_NOT_EQUAL)
    return false;
  if (node->kind == SEG_NODE_COMPARE_FRACTIONS)
    return values[0] != UINT32_MAX && values[1] != UINT32_MAX && is_whole(node->operands[2]) &&
           is_whole(node->operands[3]) && node->operands[3]->literal.integer > 0;
  return node->kind == SEG_NODE_COMPARE && node->operands[1]->kind == SEG_NODE_LITERAL &&
         node->operands[0]->type.kind != SEG_TYPE_TEXT && values[0] != UINT32_MAX;
}

/** What the value of an ordering is compared with. */
static const struct seg_node *limit_of(const struct seg_pool *pool, uint32_t atom) {
  const struct seg_node *node = pool->circuit->atoms.items[atom].node;
  return node->operands[node->kind == SEG_NODE_COMPARE ? 1 : 2];
}

static int compare_literals(const struct seg_node *a, const struct seg_node *b) {
  if (a->type.kind == SEG_TYPE_NUMBER || a->type.kind == SEG_TYPE_AMOUNT)
    return (a->literal.number > b->literal.number) - (a->literal.number < b->literal.number);
  return (a->literal.integer > b->literal.integer) - (a->literal.integer < b->literal.integer);
}

static int in_order(uint32_t a, uint32_t b) {
  return (a > b) - (a < b);
}

/** Of two fractions: they are compared with numbers of the same units. */
static int compare_units(const struct seg_node *a, const struct seg_node *b) {
  int order = in_order((uint32_t)a->kind, (uint32_t)b->kind);
  if (order != 0 || a->kind == SEG_NODE_COMPARE)
    return order;
  order = in_order(a->operands[2]->type.scale, b->operands[2]->type.scale);
  return order != 0 ? order : compare_literals(a->operands[3], b->operands[3]);
}

/** May they stand in one run? Zero when they do. */
static int compare_kinds(const struct seg_pool *pool, uint32_t a, uint32_t b) {
  const struct seg_circuit_atom *atoms = pool->circuit->atoms.items;
  const uint32_t *x = &pool->value_of[4 * (size_t)a], *y = &pool->value_of[4 * (size_t)b];
  bool first = is_ordering(pool, a), second = is_ordering(pool, b);
  if (!first || !second)
    return first != second ? second - first : in_order(a, b);
  int order = in_order(x[0], y[0]);
  if (order == 0)
    order = in_order(x[1], y[1]);
  if (order == 0)
    order = in_order((uint32_t)atoms[a].node->comparison, (uint32_t)atoms[b].node->comparison);
  return order != 0 ? order : compare_units(atoms[a].node, atoms[b].node);
}

static int by_run(const void *a, const void *b, void *pool_pointer) {
  const struct seg_pool *pool = pool_pointer;
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  int order = compare_kinds(pool, x, y);
  if (order == 0 && x != y)
    order = compare_literals(limit_of(pool, x), limit_of(pool, y));
  return order != 0 ? order : in_order(x, y);
}

static bool is_simple(const struct seg_node *node) {
  return node->kind == SEG_NODE_COMPARE || node->kind == SEG_NODE_COMPARE_FRACTIONS ||
         node->kind == SEG_NODE_IN || node->kind == SEG_NODE_TEXT_TEST;
}

/** UINT32_MAX when memory is out. */
static uint32_t value_number(struct seg_pool *pool, const struct seg_node *node) {
  char *text = NULL;
  size_t size = 0;
  uint32_t number = UINT32_MAX;
  FILE *out = seg_text_stream(&text, &size);
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
  pool->runs = SEG_NEW_ARRAY(&pool->arena, uint32_t, atoms + 1);
  pool->run_lengths = SEG_NEW_ARRAY(&pool->arena, uint32_t, atoms + 1);
  if (pool->runs == NULL || pool->run_lengths == NULL)
    return false;
  for (uint32_t a = 0; a < atoms; a++)
    pool->runs[pool->run_count++] = a;
  if (atoms > 0)
    qsort_r(pool->runs, atoms, sizeof *pool->runs, by_run, pool);
  for (uint32_t at = 0, count; at < pool->run_count; at += count) {
    for (count = 1; at + count < pool->run_count &&
                    compare_kinds(pool, pool->runs[at], pool->runs[at + count]) == 0;)
      count++;
    pool->run_lengths[at] = count;
  }
  return true;
}

bool seg_pool_copy_values(struct seg_pool *pool, const struct seg_pool *from) {
  pool->values = SEG_NEW_ARRAY(&pool->arena, struct seg_pooled_value, from->value_count + 1u);
  if (pool->values != NULL)
    memcpy(pool->values, from->values, from->value_count * sizeof *pool->values);
  return pool->values != NULL;
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

/** As far as doubles tell: is the value of the run's comparisons below this limit, or above? */
static int guess_side(const struct seg_pool *pool, uint32_t atom) {
  const struct seg_node *node = pool->circuit->atoms.items[atom].node,
                        *limit = limit_of(pool, atom);
  const uint32_t *values = &pool->value_of[4 * (size_t)atom];
  enum seg_type_kind kind = limit->type.kind;
  bool real = kind == SEG_TYPE_NUMBER || kind == SEG_TYPE_AMOUNT;
  const struct seg_value *value = &pool->values[values[0]].value;
  double number = real ? value->number : (double)value->integer;
  double end = real ? limit->literal.number : (double)limit->literal.integer;
  if (node->kind == SEG_NODE_COMPARE_FRACTIONS) {
    number *= (double)node->operands[3]->literal.integer;
    end *= (double)pool->values[values[1]].value.integer;
  }
  return (number > end) - (number < end);
}

/** How many comparisons of a run are alike, from the first on: a guess. Where the value is the
 * limit, all depends on whether the comparison allows that. */
static uint32_t guess_same(const struct seg_pool *pool, const uint32_t *run, uint32_t count) {
  enum seg_comparison comparison = pool->circuit->atoms.items[run[0]].node->comparison;
  bool first_alike = comparison == SEG_LESS || comparison == SEG_GREATER_EQUAL;
  uint32_t low = 0, high = count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    int side = guess_side(pool, run[middle]);
    if (side > 0 || (side == 0 && first_alike))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/** All atoms of a run, from a few: most often from the two between which the guess is. */
static void look_at_run(struct seg_pool *pool, struct seg_reference *reference, const uint32_t *run,
                        uint32_t count, uint8_t *truths) {
  uint32_t same = 1, end = count, guess = count > 2 ? guess_same(pool, run, count) : 0;
  bool first;
  // The first `same` are like the first, those from `end` on are not.
  if (guess > 0 && guess < count &&
      (first = atom_holds(pool, reference, run[guess - 1])) !=
          atom_holds(pool, reference, run[guess])) {
    same = end = guess;
  } else {
    first = atom_holds(pool, reference, run[0]);
    if (count == 1 || atom_holds(pool, reference, run[count - 1]) == first)
      same = count;
    else
      end = count - 1;
  }
  while (same < end) {
    uint32_t middle = same + (end - same) / 2;
    if (atom_holds(pool, reference, run[middle]) == first)
      same = middle + 1;
    else
      end = middle;
  }
  for (uint32_t i = 0; i < count; i++)
    truths[run[i]] = first == (i < same);
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
    for (uint32_t at = 0; at < pool->run_count; at += pool->run_lengths[at])
      look_at_run(pool, reference, pool->runs + at, pool->run_lengths[at], truths);
    *fits = !seg_reference_overflow(reference);
  }
  status = seg_reference_status(reference, error);
  seg_reference_free(reference);
  return status;
}
