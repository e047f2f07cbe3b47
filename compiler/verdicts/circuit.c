// See circuit.h.
#include "compiler/verdicts/circuit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/hash.h"
#include "runtime/base/text_stream.h"

// --- atoms ---

static uint32_t *form_slot(struct seg_circuit *circuit, struct seg_str form, uint64_t hash) {
  uint64_t at = hash & (circuit->form_slots - 1);
  while (circuit->form_atoms[at] != 0 &&
         !seg_str_equal(circuit->atoms.items[circuit->form_atoms[at] - 1].form, form))
    at = (at + 1) & (circuit->form_slots - 1);
  return &circuit->form_atoms[at];
}

/** Where the node stands in a table, or would be put. */
static uint64_t slot_in(const struct seg_node *const *table, uint32_t slots,
                        const struct seg_node *node) {
  uint64_t at = seg_hash_u64((uint64_t)(uintptr_t)node) & (slots - 1);
  while (table[at] != NULL && table[at] != node)
    at = (at + 1) & (slots - 1);
  return at;
}

static uint64_t node_slot(const struct seg_circuit *circuit, const struct seg_node *node) {
  return slot_in(circuit->nodes, circuit->node_slots, node);
}

uint32_t seg_circuit_rule(const struct seg_circuit *circuit, const struct seg_node *node) {
  uint64_t at = slot_in(circuit->rules, circuit->node_slots, node);
  return circuit->rules[at] == NULL ? UINT32_MAX : circuit->rule_segments[at];
}

static bool add_atom(struct seg_circuit *circuit, const struct seg_node *node) {
  uint64_t at = node_slot(circuit, node);
  if (circuit->nodes[at] != NULL)
    return true;
  char *text = NULL;
  size_t size = 0;
  FILE *out = seg_text_stream(&text, &size);
  if (out == NULL)
    return false;
  bool printed = seg_program_print_normal(circuit->program, &circuit->program->customer, node,
                                          SEG_NORMAL_RULE, NULL, out);
  printed = fclose(out) == 0 && printed && text != NULL;
  struct seg_str form = {text, size};
  uint64_t hash = printed ? seg_str_hash(form) : 0;
  uint32_t *slot = printed ? form_slot(circuit, form, hash) : NULL;
  if (slot != NULL && *slot == 0) {
    struct seg_circuit_atom atom = {
        .node = node, .hash = hash, .form = seg_arena_str(&circuit->arena, form)};
    printed = atom.form.data != NULL && SEG_VEC_PUSH(&circuit->atoms, atom);
    *slot = (uint32_t)circuit->atoms.count;
  }
  free(text);
  if (!printed || slot == NULL)
    return false;
  circuit->nodes[at] = node;
  circuit->node_atoms[at] = *slot;
  return true;
}

static uint32_t count_atoms(const struct seg_node *node) {
  if (!seg_is_gate(node))
    return 1;
  uint32_t count = 0;
  for (uint32_t i = 0; i < node->operand_count; i++)
    count += count_atoms(node->operands[i]);
  return count;
}

static bool add_atoms(struct seg_circuit *circuit, const struct seg_node *node) {
  if (!seg_is_gate(node))
    return add_atom(circuit, node);
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (!add_atoms(circuit, node->operands[i]))
      return false;
  return true;
}

uint32_t seg_circuit_atom_of(const struct seg_circuit *circuit, const struct seg_node *node) {
  uint64_t at = node_slot(circuit, node);
  return circuit->nodes[at] == NULL ? UINT32_MAX : circuit->node_atoms[at] - 1;
}

static int by_component(const void *a, const void *b) {
  const struct seg_circuit_atom *x = a, *y = b;
  if (x->component != y->component)
    return x->component < y->component ? -1 : 1;
  return seg_str_compare(x->form, y->form);
}

/** A component after the other, so that what is sorted by atoms is sorted by components. */
static bool sort_atoms(struct seg_circuit *circuit) {
  size_t count = circuit->atoms.count;
  uint32_t *moved = SEG_NEW_ARRAY(&circuit->arena, uint32_t, count + 1);
  if (moved == NULL)
    return false;
  if (count > 0)
    qsort(circuit->atoms.items, count, sizeof *circuit->atoms.items, by_component);
  for (uint32_t i = 0; i < count; i++) { // the table still has the old numbers
    const struct seg_circuit_atom *atom = &circuit->atoms.items[i];
    moved[circuit->node_atoms[node_slot(circuit, atom->node)] - 1] = i;
  }
  for (uint32_t i = 0; i < circuit->node_slots; i++)
    if (circuit->nodes[i] != NULL)
      circuit->node_atoms[i] = moved[circuit->node_atoms[i] - 1] + 1;
  return true;
}

static uint32_t slots_for(uint32_t count) {
  uint32_t slots = 64;
  while (slots < count * 2)
    slots *= 2;
  return slots;
}

bool seg_circuit_init(struct seg_circuit *circuit, const struct seg_program *program) {
  uint32_t count = 0;
  *circuit = (struct seg_circuit){.program = program};
  seg_arena_init(&circuit->arena);
  for (uint32_t s = 0; s < program->segment_count; s++)
    count += count_atoms(program->segments[s].when);
  circuit->node_slots = circuit->form_slots = slots_for(count);
  circuit->nodes = SEG_NEW_ARRAY(&circuit->arena, const struct seg_node *, circuit->node_slots);
  circuit->node_atoms = SEG_NEW_ARRAY(&circuit->arena, uint32_t, circuit->node_slots);
  circuit->form_atoms = SEG_NEW_ARRAY(&circuit->arena, uint32_t, circuit->form_slots);
  circuit->rules = SEG_NEW_ARRAY(&circuit->arena, const struct seg_node *, circuit->node_slots);
  circuit->rule_segments = SEG_NEW_ARRAY(&circuit->arena, uint32_t, circuit->node_slots);
  circuit->holds =
      SEG_NEW_ARRAY(&circuit->arena, struct seg_cubes, (size_t)program->segment_count + 1);
  circuit->fails =
      SEG_NEW_ARRAY(&circuit->arena, struct seg_cubes, (size_t)program->segment_count + 1);
  if (circuit->nodes == NULL || circuit->node_atoms == NULL || circuit->form_atoms == NULL ||
      circuit->rules == NULL || circuit->rule_segments == NULL || circuit->holds == NULL ||
      circuit->fails == NULL)
    return false;
  for (uint32_t s = 0; s < program->segment_count; s++) {
    const struct seg_node *rule = program->segments[s].when;
    uint64_t at = slot_in(circuit->rules, circuit->node_slots, rule);
    circuit->rules[at] = rule;
    circuit->rule_segments[at] = s;
    if (!add_atoms(circuit, rule))
      return false;
  }
  if (!seg_circuit_find_components(circuit) || !sort_atoms(circuit))
    return false;
  for (uint32_t s = 0; s < program->segment_count; s++) {
    const struct seg_node *rule = program->segments[s].when;
    if (!seg_circuit_cubes(circuit, rule, false, &circuit->arena, &circuit->holds[s]) ||
        !seg_circuit_cubes(circuit, rule, true, &circuit->arena, &circuit->fails[s]))
      return false;
  }
  return true;
}

void seg_circuit_deinit(struct seg_circuit *circuit) {
  SEG_VEC_FREE(&circuit->atoms);
  seg_arena_deinit(&circuit->arena);
}

// --- cubes ---

bool seg_cube_join(const struct seg_cube *a, const struct seg_cube *b, seg_atom_sign *signs,
                   uint32_t *count) {
  uint32_t i = 0, j = 0;
  *count = 0;
  while (i < a->count || j < b->count) {
    bool first = j == b->count || (i < a->count && a->signs[i] <= b->signs[j]);
    seg_atom_sign sign = first ? a->signs[i++] : b->signs[j++];
    if (*count > 0 && signs[*count - 1] == sign)
      continue;
    if ((*count > 0 && signs[*count - 1] == (sign ^ 1)) || *count == SEG_MAX_CUBE_SIGNS)
      return false;
    signs[(*count)++] = sign;
  }
  return true;
}

struct listing {
  const struct seg_circuit *circuit;
  struct seg_arena *arena;
  bool out_of_memory;
};

static struct seg_cubes none(void) {
  return (struct seg_cubes){0};
}

static struct seg_cubes too_many(void) {
  return (struct seg_cubes){.too_many = true};
}

static struct seg_cubes with_signs(struct listing *listing, const seg_atom_sign *signs,
                                   uint32_t count) {
  struct seg_cubes result = {.count = 1, .cubes = SEG_NEW(listing->arena, struct seg_cube)};
  if (result.cubes != NULL) {
    result.cubes->count = count;
    result.cubes->signs = SEG_NEW_ARRAY(listing->arena, seg_atom_sign, count + 1u);
  }
  if (result.cubes == NULL || result.cubes->signs == NULL) {
    listing->out_of_memory = true;
    return too_many();
  }
  if (count > 0)
    memcpy(result.cubes->signs, signs, count * sizeof *signs);
  return result;
}

static struct seg_cubes either(struct listing *listing, struct seg_cubes a, struct seg_cubes b) {
  if (a.too_many || b.too_many || a.count + b.count > SEG_MAX_CUBES)
    return too_many();
  struct seg_cubes result = {
      .cubes = SEG_NEW_ARRAY(listing->arena, struct seg_cube, a.count + b.count + 1u)};
  if (result.cubes == NULL) {
    listing->out_of_memory = true;
    return too_many();
  }
  for (uint32_t i = 0; i < a.count; i++)
    result.cubes[result.count++] = a.cubes[i];
  for (uint32_t i = 0; i < b.count; i++)
    result.cubes[result.count++] = b.cubes[i];
  return result;
}

static struct seg_cubes both(struct listing *listing, struct seg_cubes a, struct seg_cubes b) {
  struct seg_cubes result = none();
  if (a.too_many || b.too_many)
    return too_many();
  for (uint32_t i = 0; i < a.count; i++)
    for (uint32_t j = 0; j < b.count; j++) {
      seg_atom_sign signs[SEG_MAX_CUBE_SIGNS];
      uint32_t count;
      if (seg_cube_join(&a.cubes[i], &b.cubes[j], signs, &count))
        result = either(listing, result, with_signs(listing, signs, count));
      else if (a.cubes[i].count + b.cubes[j].count > SEG_MAX_CUBE_SIGNS)
        return too_many();
      if (result.too_many)
        return result;
    }
  return result;
}

static struct seg_cubes list(struct listing *listing, const struct seg_node *node, bool negated);

/** Between `least` and `most` of the operands from number `from` on. */
static struct seg_cubes list_tally(struct listing *listing, const struct seg_node *node,
                                   uint32_t from, int64_t least, int64_t most) {
  int64_t left = node->operand_count - from;
  if (most < 0 || least > left)
    return none();
  if (least <= 0 && most >= left)
    return with_signs(listing, NULL, 0);
  struct seg_cubes with = both(listing, list(listing, node->operands[from], false),
                               list_tally(listing, node, from + 1, least - 1, most - 1));
  if (with.too_many)
    return with;
  return either(listing, with,
                both(listing, list(listing, node->operands[from], true),
                     list_tally(listing, node, from + 1, least, most)));
}

static struct seg_cubes list(struct listing *listing, const struct seg_node *node, bool negated) {
  if (!seg_is_gate(node)) {
    uint32_t atom = seg_circuit_atom_of(listing->circuit, node);
    seg_atom_sign sign = atom * 2 + negated;
    return atom == UINT32_MAX ? too_many() : with_signs(listing, &sign, 1);
  }
  if (node->kind == SEG_NODE_NOT || node->kind == SEG_NODE_MEMBER)
    return list(listing, node->operands[0], negated != (node->kind == SEG_NODE_NOT));
  if (node->kind == SEG_NODE_TALLY && !negated)
    return node->operand_count > 8 ? too_many()
                                   : list_tally(listing, node, 0, node->least, node->most);
  if (node->kind == SEG_NODE_TALLY) {
    if (node->operand_count > 8)
      return too_many();
    return either(listing, list_tally(listing, node, 0, 0, (int64_t)node->least - 1),
                  list_tally(listing, node, 0, (int64_t)node->most + 1, node->operand_count));
  }
  bool conjunction = (node->kind == SEG_NODE_AND) != negated;
  struct seg_cubes result = conjunction ? with_signs(listing, NULL, 0) : none();
  for (uint32_t i = 0; i < node->operand_count && !result.too_many; i++) {
    struct seg_cubes part = list(listing, node->operands[i], negated);
    result = conjunction ? both(listing, result, part) : either(listing, result, part);
  }
  return result;
}

bool seg_circuit_cubes(const struct seg_circuit *circuit, const struct seg_node *node, bool negated,
                       struct seg_arena *arena, struct seg_cubes *cubes) {
  struct listing listing = {.circuit = circuit, .arena = arena};
  *cubes = list(&listing, node, negated);
  return !listing.out_of_memory;
}
