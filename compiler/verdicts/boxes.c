// See boxes.h.
#include "compiler/verdicts/boxes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/text_stream.h"

enum { OTHER_TEXT = 63, FRACTION_UNIT = 1000000 };

static struct seg_range anything(uint32_t value) {
  return (struct seg_range){value, true, INT64_MIN, INT64_MAX, UINT64_MAX};
}

// --- values ---

/** Values are told apart by their normal form, type and scale. UINT32_MAX when memory is out. */
static uint32_t value_number(struct seg_boxes *boxes, const struct seg_node *node,
                             const struct seg_node *divisor) {
  char *text = NULL;
  size_t size = 0;
  uint32_t number = UINT32_MAX;
  FILE *out = seg_text_stream(&text, &size);
  if (out == NULL)
    return number;
  const struct seg_program *program = boxes->circuit->program;
  fprintf(out, "%d %d\n", (int)node->type.kind, (int)node->type.scale);
  bool printed =
      seg_program_print_normal(program, &program->customer, node, SEG_NORMAL_RULE, NULL, out);
  if (divisor != NULL) {
    fputs("/\n", out);
    printed = printed && seg_program_print_normal(program, &program->customer, divisor,
                                                  SEG_NORMAL_RULE, NULL, out);
  }
  printed = fclose(out) == 0 && printed && text != NULL;
  struct seg_str form = {text, size};
  for (uint32_t i = 0; printed && i < boxes->values.count && number == UINT32_MAX; i++)
    if (seg_str_equal(boxes->values.items[i].form, form))
      number = i;
  if (printed && number == UINT32_MAX) {
    struct seg_boxed_value value = {.node = node,
                                    .divisor = divisor,
                                    .optional = node->optional || divisor != NULL,
                                    .form = seg_arena_str(&boxes->arena, form)};
    if (value.form.data != NULL && SEG_VEC_PUSH(&boxes->values, value))
      number = (uint32_t)boxes->values.count - 1;
  }
  free(text);
  return number;
}

static uint64_t text_bit(const struct seg_boxed_value *value, struct seg_str text) {
  for (uint32_t i = 0; i < value->texts.count && i < OTHER_TEXT; i++)
    if (seg_str_equal(value->texts.items[i], text))
      return 1ull << i;
  return 1ull << OTHER_TEXT;
}

static bool add_text(struct seg_boxed_value *value, struct seg_str text) {
  return text_bit(value, text) != 1ull << OTHER_TEXT || value->texts.count >= OTHER_TEXT ||
         SEG_VEC_PUSH(&value->texts, text);
}

// --- what an atom says ---

/** An atom as a value against a literal. */
struct reading {
  uint32_t value; // that of the atom itself when it is nothing of the kind
  const struct seg_node *node;
  enum seg_comparison comparison;
  bool fraction;
  int64_t key; // of the literal
};

static int64_t order_of(double number) {
  int64_t bits;
  if (number == 0)
    number = 0; // -0 and 0 are equal
  memcpy(&bits, &number, sizeof bits);
  return bits < 0 ? INT64_MIN - bits : bits;
}

static bool is_literal(const struct seg_node *node) {
  return node->kind == SEG_NODE_LITERAL;
}

/** No comparison with a literal: the atom is a value that is true or false. */
static bool read_truth(struct seg_boxes *boxes, const struct seg_node *node,
                       struct reading *reading) {
  reading->node = node;
  reading->value = value_number(boxes, node, NULL);
  return reading->value != UINT32_MAX;
}

static bool read_comparison(struct seg_boxes *boxes, const struct seg_node *node,
                            struct reading *reading) {
  const struct seg_node *left = node->operands[0], *right = node->operands[1];
  reading->comparison = node->comparison;
  if (is_literal(left)) {
    const struct seg_node *swap = left;
    left = right;
    right = swap;
    reading->comparison = seg_comparison_turned(node->comparison);
  }
  if (is_literal(left) || !is_literal(right))
    return read_truth(boxes, node, reading);
  bool real = left->type.kind == SEG_TYPE_NUMBER || left->type.kind == SEG_TYPE_AMOUNT;
  reading->key = real ? order_of(right->literal.number) : right->literal.integer;
  reading->node = left;
  reading->value = value_number(boxes, left, NULL);
  return reading->value != UINT32_MAX;
}

/** A fraction of two values against one of two literals. */
static bool read_fraction(struct seg_boxes *boxes, const struct seg_node *node,
                          struct reading *reading) {
  struct seg_node *const *operands = node->operands;
  bool turned = is_literal(operands[0]) && is_literal(operands[1]);
  const struct seg_node *above = operands[turned ? 2 : 0], *below = operands[turned ? 3 : 1];
  const struct seg_node *c = operands[turned ? 0 : 2], *d = operands[turned ? 1 : 3];
  if (!is_literal(c) || !is_literal(d) || is_literal(below))
    return read_truth(boxes, node, reading);
  int64_t unit = d->literal.integer, number = c->literal.integer;
  if (unit <= 0 || FRACTION_UNIT % unit != 0 || number > INT32_MAX || number < INT32_MIN)
    return read_truth(boxes, node, reading);
  reading->comparison = turned ? seg_comparison_turned(node->comparison) : node->comparison;
  reading->fraction = true;
  reading->key = number * (FRACTION_UNIT / unit) * 2; // odd: between two of them
  reading->node = above;
  reading->value = value_number(boxes, above, below);
  return reading->value != UINT32_MAX;
}

static bool is_text_test(const struct seg_node *node) {
  return node->kind == SEG_NODE_TEXT_TEST && is_literal(node->operands[1]);
}

static bool read_atom(struct seg_boxes *boxes, const struct seg_node *node,
                      struct reading *reading) {
  *reading = (struct reading){.value = UINT32_MAX};
  if (node->kind == SEG_NODE_COMPARE)
    return read_comparison(boxes, node, reading);
  if (node->kind == SEG_NODE_COMPARE_FRACTIONS)
    return read_fraction(boxes, node, reading);
  if (node->kind != SEG_NODE_IN && node->kind != SEG_NODE_IS_KNOWN && !is_text_test(node))
    return read_truth(boxes, node, reading);
  reading->node = node->operands[0];
  reading->value = value_number(boxes, reading->node, NULL);
  return reading->value != UINT32_MAX;
}

/** Note the texts that a value is compared with, before any set of them is made. */
static bool note_texts(struct seg_boxes *boxes, const struct seg_node *node,
                       const struct reading *reading) {
  if (reading->node->type.kind != SEG_TYPE_TEXT)
    return true;
  struct seg_boxed_value *value = &boxes->values.items[reading->value];
  if (node->kind == SEG_NODE_COMPARE)
    return add_text(value, node->operands[is_literal(node->operands[0]) ? 0 : 1]->literal.text);
  bool added = true;
  for (uint32_t i = 0; node->kind == SEG_NODE_IN && i < node->literal_count; i++)
    added = added && add_text(value, node->literals[i].text);
  return added;
}

static bool test_holds(const struct seg_node *node, struct seg_str text) {
  struct seg_str part = node->operands[1]->literal.text;
  if (part.size > text.size)
    return false;
  switch (node->text_test) {
  case SEG_STARTS_WITH: return memcmp(text.data, part.data, part.size) == 0;
  case SEG_ENDS_WITH: return memcmp(text.data + text.size - part.size, part.data, part.size) == 0;
  case SEG_CONTAINS:
    return part.size == 0 || memmem(text.data, text.size, part.data, part.size) != NULL;
  }
  return true;
}

static uint64_t other_text(void) {
  return 1ull << OTHER_TEXT;
}

/** The set where the atom holds and the one where it does not; both too large when in doubt. */
static void set_of(const struct seg_boxes *boxes, const struct seg_node *node,
                   const struct reading *reading, uint64_t *holds, uint64_t *fails) {
  const struct seg_boxed_value *value = &boxes->values.items[reading->value];
  bool text = reading->node->type.kind == SEG_TYPE_TEXT;
  *holds = *fails = UINT64_MAX;
  if (is_text_test(node)) {
    *holds = *fails = other_text();
    for (uint32_t i = 0; i < value->texts.count && i < OTHER_TEXT; i++)
      *(test_holds(node, value->texts.items[i]) ? holds : fails) |= 1ull << i;
    return;
  }
  uint64_t named = 0;
  uint32_t count = node->kind == SEG_NODE_IN ? node->literal_count : 1;
  for (uint32_t i = 0; i < count; i++) {
    const struct seg_literal *literal =
        node->kind == SEG_NODE_IN ? &node->literals[i]
                                  : &node->operands[is_literal(node->operands[0]) ? 0 : 1]->literal;
    if (!text && (literal->integer < 0 || literal->integer > 62)) // bit 63: all others
      return;
    named |= text ? text_bit(value, literal->text) : 1ull << literal->integer;
  }
  uint64_t rest = text ? ~named | other_text() : ~named;
  if (node->kind == SEG_NODE_COMPARE && reading->comparison == SEG_NOT_EQUAL) {
    *holds = rest;
    *fails = named;
  } else if (node->kind == SEG_NODE_IN || reading->comparison == SEG_EQUAL) {
    *holds = named;
    *fails = rest;
  }
}

static void narrow(struct seg_range *range, enum seg_comparison comparison, int64_t key) {
  switch (comparison) {
  case SEG_LESS: range->high = key == INT64_MIN ? key : key - 1; break;
  case SEG_LESS_EQUAL: range->high = key; break;
  case SEG_GREATER: range->low = key == INT64_MAX ? key : key + 1; break;
  case SEG_GREATER_EQUAL: range->low = key; break;
  case SEG_EQUAL: range->low = range->high = key; break;
  case SEG_NOT_EQUAL: break;
  }
}

/** Is the value in the range just when the atom holds? */
static bool is_exact(const struct seg_node *node, const struct reading *reading) {
  enum seg_type_kind kind = reading->node->type.kind;
  if (reading->node == node || node->kind == SEG_NODE_IS_KNOWN)
    return true;
  if (node->kind == SEG_NODE_COMPARE_FRACTIONS)
    return reading->comparison != SEG_NOT_EQUAL && reading->comparison != SEG_EQUAL;
  if (node->kind != SEG_NODE_COMPARE || kind == SEG_TYPE_ENUM || kind == SEG_TYPE_TEXT)
    return false;
  return reading->comparison != SEG_NOT_EQUAL && reading->comparison != SEG_EQUAL;
}

static void find_ranges(const struct seg_boxes *boxes, const struct seg_node *node,
                        const struct reading *reading, struct seg_range *holds,
                        struct seg_range *fails) {
  enum seg_type_kind kind = reading->node->type.kind;
  *holds = anything(reading->value);
  *fails = anything(reading->value);
  if (reading->node == node) {
    fails->missing = node->optional;
    holds->set = 2;
    fails->set = 1;
    return;
  }
  holds->missing = false;
  fails->missing = reading->fraction || reading->node->optional;
  if (node->kind == SEG_NODE_IS_KNOWN) {
    fails->low = 1;
    fails->high = 0;
    return;
  }
  if (kind == SEG_TYPE_ENUM || kind == SEG_TYPE_TEXT || kind == SEG_TYPE_BOOL) {
    set_of(boxes, node, reading, &holds->set, &fails->set);
    return;
  }
  if (node->kind == SEG_NODE_COMPARE || node->kind == SEG_NODE_COMPARE_FRACTIONS) {
    narrow(holds, reading->comparison, reading->key);
    narrow(fails, seg_comparison_opposite(reading->comparison), reading->key);
    return;
  }
  for (uint32_t i = 0; i < node->literal_count; i++) { // IN: from the smallest to the largest
    int64_t key = node->literals[i].integer;
    holds->low = i == 0 || key < holds->low ? key : holds->low;
    holds->high = i == 0 || key > holds->high ? key : holds->high;
  }
}

bool seg_boxes_init(struct seg_boxes *boxes, const struct seg_circuit *circuit) {
  size_t atoms = circuit->atoms.count;
  *boxes = (struct seg_boxes){.circuit = circuit};
  seg_arena_init(&boxes->arena);
  struct reading *readings = SEG_NEW_ARRAY(&boxes->arena, struct reading, atoms + 1);
  boxes->signs = SEG_NEW_ARRAY(&boxes->arena, struct seg_range, 2 * atoms + 1);
  boxes->exact = SEG_NEW_ARRAY(&boxes->arena, bool, atoms + 1);
  boxes->alone = SEG_NEW_ARRAY(&boxes->arena, struct seg_cubes, 2 * atoms + 1);
  if (readings == NULL || boxes->signs == NULL || boxes->exact == NULL || boxes->alone == NULL)
    return false;
  for (size_t i = 0; i < atoms; i++) {
    const struct seg_node *node = circuit->atoms.items[i].node;
    if (!read_atom(boxes, node, &readings[i]) || !note_texts(boxes, node, &readings[i]))
      return false;
  }
  for (size_t i = 0; i < atoms; i++) {
    find_ranges(boxes, circuit->atoms.items[i].node, &readings[i], &boxes->signs[2 * i],
                &boxes->signs[2 * i + 1]);
    boxes->exact[i] = is_exact(circuit->atoms.items[i].node, &readings[i]);
  }
  size_t values = boxes->values.count;
  boxes->all = SEG_NEW_ARRAY(&boxes->arena, struct seg_range, values + 1);
  if (boxes->all == NULL)
    return false;
  for (uint32_t a = 0; a < values; a++)
    for (uint32_t b = 0; b < values; b++)
      if (a != b && boxes->values.items[a].divisor == NULL &&
          boxes->values.items[b].divisor == NULL &&
          seg_value_not_above(boxes->values.items[a].node, boxes->values.items[b].node) &&
          !SEG_VEC_PUSH(&boxes->orders, (struct seg_value_order){a, b}))
        return false;
  return true;
}

void seg_boxes_deinit(struct seg_boxes *boxes) {
  for (size_t i = 0; i < boxes->values.count; i++)
    SEG_VEC_FREE(&boxes->values.items[i].texts);
  SEG_VEC_FREE(&boxes->values);
  SEG_VEC_FREE(&boxes->orders);
  SEG_VEC_FREE(&boxes->conflicts);
  SEG_VEC_FREE(&boxes->doubts);
  seg_arena_deinit(&boxes->arena);
}

bool seg_boxes_fork(struct seg_boxes *boxes, const struct seg_boxes *from) {
  size_t signs = 2 * from->circuit->atoms.count + 1;
  *boxes = *from;
  seg_arena_init(&boxes->arena);
  memset(&boxes->conflicts, 0, sizeof boxes->conflicts);
  memset(&boxes->doubts, 0, sizeof boxes->doubts);
  boxes->alone = SEG_NEW_ARRAY(&boxes->arena, struct seg_cubes, signs);
  boxes->all = SEG_NEW_ARRAY(&boxes->arena, struct seg_range, from->values.count + 1);
  bool made = boxes->alone != NULL && boxes->all != NULL &&
              SEG_VEC_RESERVE(&boxes->conflicts, from->conflicts.count + 1) &&
              SEG_VEC_RESERVE(&boxes->doubts, from->doubts.count + 1);
  if (!made)
    return false;
  memcpy(boxes->alone, from->alone, signs * sizeof *boxes->alone);
  for (size_t i = 0; i < from->conflicts.count; i++)
    boxes->conflicts.items[boxes->conflicts.count++] = from->conflicts.items[i];
  for (size_t i = 0; i < from->doubts.count; i++)
    boxes->doubts.items[boxes->doubts.count++] = from->doubts.items[i];
  return true;
}

void seg_boxes_deinit_fork(struct seg_boxes *boxes) {
  SEG_VEC_FREE(&boxes->conflicts);
  SEG_VEC_FREE(&boxes->doubts);
  seg_arena_deinit(&boxes->arena);
}

// --- cubes ---

static void meet(struct seg_range *range, const struct seg_range *other) {
  range->missing = range->missing && other->missing;
  range->low = other->low > range->low ? other->low : range->low;
  range->high = other->high < range->high ? other->high : range->high;
  range->set &= other->set;
}

static bool is_empty(const struct seg_range *range) {
  return !range->missing && (range->low > range->high || range->set == 0);
}

static bool is_anything(const struct seg_boxed_value *value, const struct seg_range *range) {
  return range->missing == value->optional && range->low == INT64_MIN && range->high == INT64_MAX &&
         range->set == UINT64_MAX;
}

static void forget(struct seg_boxes *boxes) {
  for (uint32_t v = 0; v < boxes->values.count; v++) {
    boxes->all[v] = anything(v);
    boxes->all[v].missing = boxes->values.items[v].optional;
  }
}

static bool fill(struct seg_boxes *boxes, struct seg_cube *cube, struct seg_arena *arena,
                 bool *empty) {
  uint32_t count = (uint32_t)boxes->values.count;
  *empty = false;
  forget(boxes);
  for (uint32_t i = 0; i < cube->count; i++) {
    const struct seg_range *range = &boxes->signs[cube->signs[i]];
    meet(&boxes->all[range->value], range);
  }
  seg_ranges_relate(boxes, boxes->all);
  cube->range_count = 0;
  for (uint32_t v = 0; v < count; v++)
    cube->range_count += !is_anything(&boxes->values.items[v], &boxes->all[v]);
  cube->ranges = SEG_NEW_ARRAY(arena, struct seg_range, cube->range_count + 1u);
  if (cube->ranges == NULL)
    return false;
  for (uint32_t v = 0, at = 0; v < count; v++) {
    *empty = *empty || is_empty(&boxes->all[v]);
    if (!is_anything(&boxes->values.items[v], &boxes->all[v]))
      cube->ranges[at++] = boxes->all[v];
  }
  return true;
}

bool seg_boxes_fill(struct seg_boxes *boxes, struct seg_cubes *cubes, struct seg_arena *arena) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < cubes->count; i++) {
    bool empty;
    if (!fill(boxes, &cubes->cubes[i], arena, &empty))
      return false;
    if (!empty)
      cubes->cubes[kept++] = cubes->cubes[i];
  }
  cubes->count = kept;
  return true;
}

const struct seg_cubes *seg_boxes_of_sign(struct seg_boxes *boxes, seg_atom_sign sign) {
  struct seg_cubes *alone = &boxes->alone[sign];
  if (alone->cubes != NULL)
    return alone;
  struct seg_cube *cube = SEG_NEW(&boxes->arena, struct seg_cube);
  seg_atom_sign *signs = SEG_NEW(&boxes->arena, seg_atom_sign);
  if (cube == NULL || signs == NULL)
    return NULL;
  *signs = sign;
  *cube = (struct seg_cube){.count = 1, .signs = signs};
  struct seg_cubes made = {.count = 1, .cubes = cube};
  if (!seg_boxes_fill(boxes, &made, &boxes->arena))
    return NULL;
  *alone = made;
  return alone;
}

bool seg_ranges_disjoint(const struct seg_cube *a, const struct seg_cube *b) {
  uint32_t i = 0, j = 0;
  while (i < a->range_count && j < b->range_count) {
    const struct seg_range *x = &a->ranges[i], *y = &b->ranges[j];
    if (x->value != y->value) {
      i += x->value < y->value;
      j += y->value < x->value;
      continue;
    }
    int64_t low = x->low > y->low ? x->low : y->low;
    int64_t high = x->high < y->high ? x->high : y->high;
    if (!(x->missing && y->missing) && (low > high || (x->set & y->set) == 0))
      return true;
    i++;
    j++;
  }
  return false;
}

// --- contradictions that the solver found ---

static bool copy(struct seg_boxes *boxes, const seg_atom_sign *signs, uint32_t count,
                 struct seg_conflict *conflict) {
  conflict->count = count;
  conflict->signs = SEG_NEW_ARRAY(&boxes->arena, seg_atom_sign, count + 1u);
  if (conflict->signs != NULL)
    memcpy(conflict->signs, signs, count * sizeof *signs);
  return conflict->signs != NULL;
}

bool seg_boxes_learn(struct seg_boxes *boxes, const seg_atom_sign *signs, uint32_t count) {
  struct seg_conflict conflict = {0};
  return copy(boxes, signs, count, &conflict) && SEG_VEC_PUSH(&boxes->conflicts, conflict);
}

bool seg_boxes_doubt(struct seg_boxes *boxes, const seg_atom_sign *signs, uint32_t count,
                     const char *reason) {
  struct seg_conflict doubt = {.reason = reason};
  return copy(boxes, signs, count, &doubt) && SEG_VEC_PUSH(&boxes->doubts, doubt);
}

const char *seg_boxes_doubts(const struct seg_boxes *boxes, const seg_atom_sign *signs,
                             uint32_t count) {
  for (size_t i = 0; i < boxes->doubts.count; i++) {
    const struct seg_conflict *doubt = &boxes->doubts.items[i];
    if (doubt->count == count && memcmp(doubt->signs, signs, count * sizeof *signs) == 0)
      return doubt->reason;
  }
  return NULL;
}

static bool is_asked(const struct seg_cube *const *cubes, uint32_t count, seg_atom_sign sign) {
  for (uint32_t c = 0; c < count; c++)
    for (uint32_t i = 0; i < cubes[c]->count; i++)
      if (cubes[c]->signs[i] == sign)
        return true;
  return false;
}

static bool lies_within(const struct seg_range *inner, const struct seg_range *outer) {
  return (outer->missing || !inner->missing) && inner->low >= outer->low &&
         inner->high <= outer->high && (inner->set & ~outer->set) == 0;
}

bool seg_boxes_imply(const struct seg_boxes *boxes, seg_atom_sign a, seg_atom_sign b) {
  const struct seg_range *inner = &boxes->signs[a], *outer = &boxes->signs[b];
  return inner->value == outer->value && boxes->exact[b / 2] && lies_within(inner, outer);
}

bool seg_boxes_refuse(struct seg_boxes *boxes, const struct seg_cube *const *cubes,
                      uint32_t count) {
  if (boxes->conflicts.count == 0)
    return false;
  forget(boxes);
  for (uint32_t c = 0; c < count; c++)
    for (uint32_t i = 0; i < cubes[c]->range_count; i++)
      meet(&boxes->all[cubes[c]->ranges[i].value], &cubes[c]->ranges[i]);
  for (size_t n = 0; n < boxes->conflicts.count; n++) {
    const struct seg_conflict *conflict = &boxes->conflicts.items[n];
    bool all = true;
    for (uint32_t i = 0; i < conflict->count && all; i++) {
      seg_atom_sign sign = conflict->signs[i];
      const struct seg_range *range = &boxes->signs[sign];
      all = boxes->exact[sign / 2] ? lies_within(&boxes->all[range->value], range)
                                   : is_asked(cubes, count, sign);
    }
    if (all)
      return true;
  }
  return false;
}
