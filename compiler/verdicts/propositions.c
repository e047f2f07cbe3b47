// Rules, part by part (G. S. Tseitin, On the complexity of derivation in propositional calculus,
// 1968); see propositions.h.
#include "compiler/verdicts/propositions.h"

enum { NO_SIGN = UINT32_MAX, NOT_LOOKED_UP = UINT32_MAX - 1 };

static void add(struct seg_propositions *propositions, const seg_sign *signs, uint32_t count) {
  seg_assigner_add(&propositions->assigner, signs, count);
}

static seg_sign new_sign(struct seg_propositions *propositions) {
  return 2 * seg_assigner_add_variable(&propositions->assigner);
}

static struct seg_rule_part *part_of(const struct seg_propositions *propositions,
                                     seg_part_reference part) {
  return &propositions->parts.items[part / 2];
}

// --- what parts are made of ---

/** `sign` holds just when all of them do; the contraries: just when any does. */
static void define_all(struct seg_propositions *propositions, seg_sign sign, const seg_sign *signs,
                       uint32_t count, seg_sign *scratch) {
  for (uint32_t i = 0; i < count; i++) {
    add(propositions, (seg_sign[]){sign ^ 1, signs[i]}, 2);
    scratch[i] = signs[i] ^ 1;
  }
  scratch[count] = sign;
  add(propositions, scratch, count + 1);
}

/** At least `number` + 1 of the operands so far, from the same for one operand less. */
static seg_sign count_on(struct seg_propositions *propositions, seg_sign operand, seg_sign same,
                         seg_sign one_less) {
  seg_sign sign = new_sign(propositions);
  add(propositions, (seg_sign[]){sign, same ^ 1}, 2);
  add(propositions, (seg_sign[]){sign, operand ^ 1, one_less ^ 1}, 3);
  add(propositions, (seg_sign[]){sign ^ 1, same, operand}, 3);
  add(propositions, (seg_sign[]){sign ^ 1, same, one_less}, 3);
  return sign;
}

/** `sign` holds just when between `least` and `most` of them do. */
static void define_tally(struct seg_propositions *propositions, seg_sign sign,
                         const seg_sign *signs, uint32_t count, const struct seg_node *node,
                         seg_sign *at_least) {
  uint32_t top = node->most < count ? node->most + 1 : count;
  at_least[0] = propositions->yes;
  for (uint32_t m = 1; m <= count + 1; m++)
    at_least[m] = propositions->yes ^ 1;
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t m = i + 1 < top ? i + 1 : top; m > 0; m--)
      at_least[m] = count_on(propositions, signs[i], at_least[m], at_least[m - 1]);
  seg_sign ends[2] = {at_least[node->least], at_least[node->most + 1] ^ 1}, scratch[3];
  define_all(propositions, sign, ends, 2, scratch);
}

static void define(struct seg_propositions *propositions, const struct seg_rule_part *part,
                   const struct seg_node *node) {
  uint32_t count = part->count;
  seg_sign *signs = SEG_NEW_ARRAY(&propositions->arena, seg_sign, count + 1u);
  seg_sign *scratch = SEG_NEW_ARRAY(&propositions->arena, seg_sign, count + 2u);
  if (signs == NULL || scratch == NULL) {
    propositions->assigner.out_of_memory = true;
    return;
  }
  bool any = part->kind == SEG_PART_ANY;
  for (uint32_t i = 0; i < count; i++)
    signs[i] =
        seg_propositions_sign(propositions, propositions->children.items[part->first + i]) ^ any;
  if (part->kind == SEG_PART_TALLY)
    define_tally(propositions, part->sign, signs, count, node, scratch);
  else
    define_all(propositions, part->sign ^ any, signs, count, scratch);
}

// --- rules ---

static seg_part_reference read_node(struct seg_propositions *propositions,
                                    const struct seg_node *node);

static seg_part_reference keep_part(struct seg_propositions *propositions,
                                    struct seg_rule_part part) {
  if (!SEG_VEC_PUSH(&propositions->parts, part)) {
    propositions->assigner.out_of_memory = true;
    return 0;
  }
  return 2 * (seg_part_reference)(propositions->parts.count - 1);
}

static seg_part_reference read_atom(struct seg_propositions *propositions,
                                    const struct seg_node *node) {
  uint32_t atom = seg_circuit_atom_of(propositions->circuit, node);
  uint32_t *part = &propositions->atom_parts[atom];
  if (*part == 0)
    *part = keep_part(propositions, (struct seg_rule_part){SEG_PART_ATOM, 2 * atom, 0, 0}) / 2 + 1;
  return 2 * (*part - 1);
}

static seg_part_reference read_gate(struct seg_propositions *propositions,
                                    const struct seg_node *node) {
  seg_part_reference *own =
      SEG_NEW_ARRAY(&propositions->arena, seg_part_reference, node->operand_count + 1u);
  if (own == NULL || propositions->assigner.out_of_memory) {
    propositions->assigner.out_of_memory = true;
    return 0;
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    own[i] = read_node(propositions, node->operands[i]);
  struct seg_rule_part part = {.kind = node->kind == SEG_NODE_AND  ? SEG_PART_ALL
                                       : node->kind == SEG_NODE_OR ? SEG_PART_ANY
                                                                   : SEG_PART_TALLY,
                               .sign = new_sign(propositions),
                               .first = (uint32_t)propositions->children.count,
                               .count = node->operand_count};
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (!SEG_VEC_PUSH(&propositions->children, own[i])) {
      propositions->assigner.out_of_memory = true;
      return 0;
    }
  define(propositions, &part, node);
  return keep_part(propositions, part);
}

static seg_part_reference read_rule(struct seg_propositions *propositions, uint32_t segment) {
  seg_part_reference *rule = &propositions->rules[segment];
  if (*rule == 0)
    *rule = read_node(propositions, propositions->circuit->program->segments[segment].when) + 1;
  return *rule - 1;
}

static seg_part_reference read_node(struct seg_propositions *propositions,
                                    const struct seg_node *node) {
  if (!seg_is_gate(node))
    return read_atom(propositions, node);
  if (node->kind == SEG_NODE_NOT)
    return read_node(propositions, node->operands[0]) ^ 1;
  if (node->kind == SEG_NODE_MEMBER)
    return read_rule(propositions, node->segment);
  return read_gate(propositions, node);
}

/** The signs of the atoms that rules here are made of, value by value. */
static bool sort_by_value(struct seg_propositions *propositions) {
  const struct seg_boxes *boxes = propositions->boxes;
  struct seg_arena *arena = &propositions->arena;
  size_t values = boxes->values.count, signs = 2 * propositions->circuit->atoms.count;
  propositions->of_value = SEG_NEW_ARRAY(arena, seg_sign, values + 1);
  propositions->next_of_value = SEG_NEW_ARRAY(arena, seg_sign, signs + 1);
  propositions->stand_ins = SEG_NEW_ARRAY(arena, seg_sign, signs + 1);
  if (propositions->of_value == NULL || propositions->next_of_value == NULL ||
      propositions->stand_ins == NULL)
    return false;
  for (size_t v = 0; v < values; v++)
    propositions->of_value[v] = NO_SIGN;
  for (seg_sign sign = 0; sign < signs; sign++) {
    propositions->stand_ins[sign] = NOT_LOOKED_UP;
    if (propositions->atom_parts[sign / 2] == 0)
      continue;
    seg_sign *first = &propositions->of_value[boxes->signs[sign].value];
    propositions->next_of_value[sign] = *first;
    *first = sign;
  }
  return true;
}

bool seg_propositions_init(struct seg_propositions *propositions, const struct seg_circuit *circuit,
                           struct seg_boxes *boxes, const uint32_t *segments, uint32_t count) {
  size_t atoms = circuit->atoms.count, all = circuit->program->segment_count;
  *propositions = (struct seg_propositions){.circuit = circuit, .boxes = boxes};
  seg_assigner_init(&propositions->assigner);
  seg_arena_init(&propositions->arena);
  propositions->rules = SEG_NEW_ARRAY(&propositions->arena, seg_part_reference, all + 1);
  propositions->atom_parts = SEG_NEW_ARRAY(&propositions->arena, uint32_t, atoms + 1);
  if (propositions->rules == NULL || propositions->atom_parts == NULL)
    return false;
  for (size_t i = 0; i < atoms; i++)
    seg_assigner_add_variable(&propositions->assigner);
  propositions->yes = new_sign(propositions);
  propositions->unknown = new_sign(propositions);
  propositions->doubt = new_sign(propositions);
  if (propositions->assigner.out_of_memory)
    return false;
  add(propositions, &propositions->yes, 1);
  for (uint32_t i = 0; i < count && !propositions->assigner.out_of_memory; i++)
    read_rule(propositions, segments[i]);
  return !propositions->assigner.out_of_memory && sort_by_value(propositions) &&
         seg_propositions_add_ranges(propositions);
}

void seg_propositions_deinit(struct seg_propositions *propositions) {
  seg_assigner_deinit(&propositions->assigner);
  SEG_VEC_FREE(&propositions->parts);
  SEG_VEC_FREE(&propositions->children);
  seg_arena_deinit(&propositions->arena);
}

void seg_propositions_decide(struct seg_propositions *propositions, seg_part_reference part) {
  const struct seg_rule_part *decided = part_of(propositions, part);
  if (decided->kind == SEG_PART_ATOM)
    seg_assigner_decide(&propositions->assigner, decided->sign / 2);
  for (uint32_t i = 0; i < decided->count; i++)
    seg_propositions_decide(propositions, propositions->children.items[decided->first + i]);
}

// --- contradictions ---

/** Of the atoms here the loosest sign that says at least as much as this one; or NO_SIGN. */
static seg_sign find_stand_in(const struct seg_propositions *propositions, seg_atom_sign sign) {
  const struct seg_boxes *boxes = propositions->boxes;
  seg_sign best = NO_SIGN, other = propositions->of_value[boxes->signs[sign].value];
  for (; other != NO_SIGN; other = propositions->next_of_value[other])
    if (seg_boxes_imply(boxes, other, sign) &&
        (best == NO_SIGN || seg_boxes_imply(boxes, best, other)))
      best = other;
  return best;
}

static seg_sign stand_in(struct seg_propositions *propositions, seg_atom_sign sign) {
  if (propositions->atom_parts[sign / 2] != 0)
    return sign;
  seg_sign *known = &propositions->stand_ins[sign];
  if (*known == NOT_LOOKED_UP)
    *known = find_stand_in(propositions, sign);
  return *known;
}

// Where nobody has an atom of other rules, nobody has one of these rules that says more.
void seg_propositions_learn(struct seg_propositions *propositions) {
  const struct seg_boxes *boxes = propositions->boxes;
  for (; propositions->conflicts < boxes->conflicts.count; propositions->conflicts++) {
    const struct seg_conflict *conflict = &boxes->conflicts.items[propositions->conflicts];
    seg_sign clause[SEG_MAX_CUBE_SIGNS];
    uint32_t count = 0;
    while (count < conflict->count) {
      seg_sign sign = stand_in(propositions, conflict->signs[count]);
      if (sign == NO_SIGN)
        break;
      clause[count++] = sign ^ 1;
    }
    if (count == conflict->count) // else it is about other rules
      add(propositions, clause, count);
  }
}

void seg_propositions_leave_out(struct seg_propositions *propositions, const seg_atom_sign *signs,
                                uint32_t count, seg_sign excuse) {
  seg_sign clause[SEG_MAX_CUBE_SIGNS + 1];
  for (uint32_t i = 0; i < count; i++)
    clause[i] = signs[i] ^ 1;
  clause[count] = excuse;
  add(propositions, clause, count + 1);
}
