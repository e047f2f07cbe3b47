// See walk.h.
#include "compiler/verdicts/walk.h"

#include <stdlib.h>
#include <string.h>

enum {
  MOST_GUESSES = 1000,  // truth values that are looked up among known customers, of one question
  MOST_ROUNDS = 200,    // and with the help of the solver
  MOST_STEPS = 4000000, // of the search for them
};

static enum seg_status out_of_memory(struct seg_walk *walk) {
  return seg_engine_no_memory(walk->engine);
}

enum seg_status seg_walk_init(struct seg_walk *walk, struct seg_engine *engine,
                              const uint32_t *members, uint32_t count) {
  const struct seg_program *program = engine->program;
  *walk = (struct seg_walk){.engine = engine};
  walk->component_count = program->customer.column_count + program->event_count + 2;
  walk->fits = SEG_NEW_ARRAY(&engine->arena, uint32_t, walk->component_count);
  walk->touched = SEG_NEW_ARRAY(&engine->arena, uint32_t, walk->component_count);
  walk->chosen = SEG_NEW_ARRAY(&engine->arena, uint32_t, walk->component_count);
  walk->free = UINT32_MAX;
  bool made =
      seg_propositions_init(&walk->propositions, &engine->circuit, &engine->boxes, members, count);
  if (!made || walk->fits == NULL || walk->touched == NULL || walk->chosen == NULL)
    return out_of_memory(walk);
  seg_propositions_learn(&walk->propositions);
  for (uint32_t c = 0; c < walk->component_count; c++)
    walk->fits[c] = walk->chosen[c] = UINT32_MAX;
  return SEG_OK;
}

void seg_walk_deinit(struct seg_walk *walk) {
  seg_propositions_deinit(&walk->propositions);
  SEG_VEC_FREE(&walk->needed);
  SEG_VEC_FREE(&walk->assumed);
  SEG_VEC_FREE(&walk->all);
  free(walk->who);
}

void seg_walk_meet(struct seg_walk *walk, uint32_t segment) {
  seg_propositions_decide(&walk->propositions, seg_propositions_rule(&walk->propositions, segment));
}

static seg_sign sign_of(const struct seg_walk *walk, uint32_t segment) {
  return seg_propositions_sign(&walk->propositions,
                               seg_propositions_rule(&walk->propositions, segment));
}

void seg_walk_leave(struct seg_walk *walk, uint32_t segment) {
  seg_sign left = sign_of(walk, segment) ^ 1;
  seg_assigner_add(&walk->propositions.assigner, &left, 1);
}

// --- who has the truth values ---

static uint32_t component_of(const struct seg_walk *walk, seg_atom_sign sign) {
  return walk->engine->circuit.atoms.items[sign / 2].component;
}

static const uint64_t *bits_of(const struct seg_walk *walk, seg_atom_sign sign) {
  const struct seg_pool *pool = &walk->engine->pool;
  return pool->bits + (size_t)sign * (pool->room / 64);
}

/** Nothing is needed yet. False when memory is out. */
static bool begin_customer(struct seg_walk *walk) {
  uint32_t words = (walk->engine->pool.customers + 63) / 64;
  for (uint32_t i = 0; i < walk->touched_count; i++)
    walk->fits[walk->touched[i]] = UINT32_MAX;
  walk->touched_count = 0;
  walk->needed.count = 0;
  if (words <= walk->words)
    return true;
  free(walk->who);
  walk->words = 2 * words;
  walk->who = calloc(((size_t)walk->component_count + 1) * walk->words, sizeof *walk->who);
  return walk->who != NULL;
}

/** Those of the component who would do so far. */
static uint64_t *who_of(struct seg_walk *walk, uint32_t component) {
  uint32_t customers = walk->engine->pool.customers;
  uint64_t *who = walk->who + (size_t)component * walk->words;
  if (walk->fits[component] != UINT32_MAX)
    return who;
  for (uint32_t w = 0; w < (customers + 63) / 64; w++)
    who[w] = UINT64_MAX;
  if (customers % 64 != 0)
    who[customers / 64] = (1ull << (customers % 64)) - 1;
  walk->fits[component] = customers;
  if (walk->chosen[component] != UINT32_MAX) {
    uint32_t chosen = walk->chosen[component];
    memset(who, 0, (customers + 63) / 64 * sizeof *who);
    who[chosen / 64] = 1ull << (chosen % 64);
    walk->fits[component] = 1;
  }
  walk->touched[walk->touched_count++] = component;
  return who;
}

/** How many bits are set in both. In plain arithmetic, of which the compiler makes vectors: for all
 * processors, __builtin_popcountll would be a call for each word. */
static uint32_t count_both(const uint64_t *a, const uint64_t *b, uint32_t words) {
  static const uint64_t pairs = 0x5555555555555555u, fours = 0x3333333333333333u,
                        bytes = 0x0f0f0f0f0f0f0f0fu, ones = 0x0101010101010101u;
  uint32_t count = 0;
  for (uint32_t w = 0; w < words; w++) {
    uint64_t both = a[w] & b[w];
    both -= both >> 1 & pairs;
    both = (both & fours) + (both >> 2 & fours);
    both = (both + (both >> 4)) & bytes;
    count += (uint32_t)(both * ones >> 56);
  }
  return count;
}

/** How many of them have this too. */
static uint32_t count_with(struct seg_walk *walk, seg_atom_sign sign) {
  return count_both(who_of(walk, component_of(walk, sign)), bits_of(walk, sign),
                    (walk->engine->pool.customers + 63) / 64);
}

/** Out of what is needed of the component and this, as little as possible that nobody is known to
 * have together. */
static void note_unknown(struct seg_walk *walk, seg_atom_sign sign) {
  uint32_t component = component_of(walk, sign), words = (walk->engine->pool.customers + 63) / 64;
  struct seg_signs *unknown = &walk->unknown;
  uint64_t *left = who_of(walk, component); // it is made anew for the next customer
  memcpy(left, bits_of(walk, sign), words * sizeof *left);
  unknown->count = 0;
  unknown->signs[unknown->count++] = sign;
  size_t end = walk->needed.count;
  while (end > 0 && unknown->count < SEG_MAX_CUBE_SIGNS) {
    // The first ones up to the one with which nobody is left: that one is needed.
    uint64_t *rest = walk->who + (size_t)walk->component_count * walk->words, any = 0;
    memcpy(rest, left, words * sizeof *rest);
    for (uint32_t w = 0; w < words; w++)
      any |= left[w];
    if (any == 0)
      break;
    size_t at = 0;
    for (; at < end && any != 0; at++) {
      const uint64_t *bits = bits_of(walk, walk->needed.items[at]);
      if (component_of(walk, walk->needed.items[at]) != component)
        continue;
      any = 0;
      for (uint32_t w = 0; w < words; w++)
        any |= rest[w] &= bits[w];
    }
    end = at - 1;
    const uint64_t *bits = bits_of(walk, walk->needed.items[end]);
    unknown->signs[unknown->count++] = walk->needed.items[end];
    for (uint32_t w = 0; w < words; w++)
      left[w] &= bits[w];
  }
  for (uint32_t i = 1; i < unknown->count; i++)
    for (uint32_t j = i; j > 0 && unknown->signs[j] < unknown->signs[j - 1]; j--) {
      seg_atom_sign swap = unknown->signs[j];
      unknown->signs[j] = unknown->signs[j - 1];
      unknown->signs[j - 1] = swap;
    }
}

/** Does it follow from what is needed? */
static bool is_needed(const struct seg_walk *walk, seg_atom_sign sign) {
  for (size_t i = 0; i < walk->needed.count; i++)
    if (seg_boxes_imply(&walk->engine->boxes, walk->needed.items[i], sign) ||
        walk->needed.items[i] == sign)
      return true;
  return false;
}

/** The customer must have this too; false when nobody is known then, and `unknown` says why. */
static bool need_sign(struct seg_walk *walk, seg_atom_sign sign) {
  uint32_t component = component_of(walk, sign);
  if (component == walk->free) {
    if (!is_needed(walk, sign) && !SEG_VEC_PUSH(&walk->needed, sign))
      walk->propositions.assigner.out_of_memory = true;
    return true;
  }
  uint32_t with = count_with(walk, sign);
  if (with == 0) {
    walk->unknown.count = 0;
    if (walk->chosen[component] == UINT32_MAX)
      note_unknown(walk, sign);
    return false;
  }
  if (with == walk->fits[component])
    return true;
  uint64_t *who = who_of(walk, component);
  const uint64_t *bits = bits_of(walk, sign);
  for (uint32_t w = 0; w < (walk->engine->pool.customers + 63) / 64; w++)
    who[w] &= bits[w];
  walk->fits[component] = with;
  if (!SEG_VEC_PUSH(&walk->needed, sign))
    walk->propositions.assigner.out_of_memory = true;
  return true;
}

static bool need(struct seg_walk *walk, seg_part_reference reference);

/** Any of the parts that hold: an atom with which the most known customers are left, if possible.
 */
static bool need_one(struct seg_walk *walk, const struct seg_rule_part *whole, uint32_t turned) {
  struct seg_propositions *propositions = &walk->propositions;
  seg_atom_sign best = UINT32_MAX, atom = UINT32_MAX;
  seg_part_reference other = UINT32_MAX;
  double share = 0;
  for (uint32_t i = 0; i < whole->count; i++) {
    seg_part_reference part = propositions->children.items[whole->first + i] ^ turned;
    seg_sign sign = seg_propositions_sign(propositions, part);
    if (!seg_assigner_holds(&propositions->assigner, sign))
      continue;
    if (propositions->parts.items[part / 2].kind != SEG_PART_ATOM) {
      other = other == UINT32_MAX ? part : other;
      continue;
    }
    atom = sign;
    if (component_of(walk, sign) == walk->free) {
      if (is_needed(walk, sign))
        return true;
      continue;
    }
    double with = count_with(walk, sign), all = walk->fits[component_of(walk, sign)];
    if (with == all && all > 0)
      return true;
    if (with > share * all) {
      share = with / all;
      best = sign;
    }
  }
  if (best != UINT32_MAX)
    return need_sign(walk, best);
  if (atom != UINT32_MAX && component_of(walk, atom) == walk->free)
    return need_sign(walk, atom);
  return other != UINT32_MAX ? need(walk, other) : atom == UINT32_MAX || need_sign(walk, atom);
}

/** Make sure of a part that holds. */
static bool need(struct seg_walk *walk, seg_part_reference reference) {
  struct seg_propositions *propositions = &walk->propositions;
  const struct seg_rule_part *part = &propositions->parts.items[reference / 2];
  bool negated = reference % 2 != 0;
  if (part->kind == SEG_PART_ATOM)
    return need_sign(walk, seg_propositions_sign(propositions, reference));
  if ((part->kind == SEG_PART_ANY && !negated) || (part->kind == SEG_PART_ALL && negated))
    return need_one(walk, part, reference % 2);
  for (uint32_t i = 0; i < part->count; i++) {
    seg_part_reference child = propositions->children.items[part->first + i];
    // Of a tally as many hold as do now.
    bool fails =
        !seg_assigner_holds(&propositions->assigner, seg_propositions_sign(propositions, child));
    if (!need(walk, child ^ (part->kind == SEG_PART_TALLY ? fails : reference % 2)))
      return false;
  }
  return true;
}

/** Is a customer known for the truth values that were found? */
static bool knows_customer(struct seg_walk *walk, const struct seg_walk_question *question) {
  const struct seg_propositions *propositions = &walk->propositions;
  if (question->taken_by != SEG_ABSENT &&
      !need(walk, seg_propositions_rule(propositions, question->taken_by)))
    return false;
  for (uint32_t i = 0; i < question->count; i++)
    if (!need(walk, seg_propositions_rule(propositions, question->left_by[i]) ^ 1))
      return false;
  return true;
}

// --- questions ---

/** Ask the solver about atoms. `*again`: there is a clause more, and other truth values must be
 * found. */
static enum seg_status ask_about(struct seg_walk *walk, const struct seg_signs *signs,
                                 bool *again) {
  struct seg_engine *engine = walk->engine;
  struct seg_propositions *propositions = &walk->propositions;
  struct seg_answered answered;
  enum seg_status status = seg_engine_ask_part(engine, signs, &answered);
  if (status != SEG_OK)
    return status;
  *again = answered.existence != SEG_SOMEBODY ||
           !seg_pool_knows_part(&engine->pool, signs->signs, signs->count);
  if (answered.existence == SEG_NOBODY)
    seg_propositions_learn(propositions);
  else if (*again)
    seg_propositions_leave_out(propositions, signs->signs, signs->count, propositions->doubt);
  return SEG_OK;
}

static int by_number(const void *a, const void *b) {
  seg_atom_sign x = *(const seg_atom_sign *)a, y = *(const seg_atom_sign *)b;
  return (x > y) - (x < y);
}

/** All that the truth values at hand need of one component, into `all`. */
static enum seg_status list_all(struct seg_walk *walk, const struct seg_walk_question *question,
                                uint32_t component) {
  if (!begin_customer(walk))
    return out_of_memory(walk);
  walk->free = component;
  bool known = knows_customer(walk, question);
  walk->free = UINT32_MAX;
  walk->all.count = 0;
  for (size_t i = 0; i < walk->needed.count && known; i++)
    if (component_of(walk, walk->needed.items[i]) == component &&
        !SEG_VEC_PUSH(&walk->all, walk->needed.items[i]))
      return out_of_memory(walk);
  if (walk->all.count > 0)
    qsort(walk->all.items, walk->all.count, sizeof *walk->all.items, by_number);
  return SEG_OK;
}

/** Is that, as far as it can be said without a question, a contradiction? If not, perhaps the
 * inequalities tell somebody who has it. */
static enum seg_status refute_all(struct seg_walk *walk, uint32_t component, bool *again) {
  bool refuted = false;
  enum seg_status status = SEG_OK;
  if (walk->all.count > 0)
    status = seg_engine_refute(walk->engine, walk->all.items, (uint32_t)walk->all.count, &refuted);
  *again = refuted;
  if (refuted)
    seg_propositions_learn(&walk->propositions);
  if (status != SEG_OK || refuted || walk->all.count == 0)
    return status;
  status = seg_engine_take_solution(walk->engine);
  walk->chosen[component] =
      seg_pool_who(&walk->engine->pool, walk->all.items, (uint32_t)walk->all.count);
  return status;
}

/** All of it: somebody has it, or other values must be found. */
static enum seg_status ask_for_all(struct seg_walk *walk, uint32_t component, bool *again) {
  struct seg_signs all = {.count = (uint32_t)walk->all.count};
  if (all.count == 0 || all.count > SEG_MAX_CUBE_SIGNS)
    return SEG_OK; // it is asked about bit by bit
  memcpy(all.signs, walk->all.items, all.count * sizeof *all.signs);
  enum seg_status status = ask_about(walk, &all, again);
  if (status == SEG_OK && !*again)
    walk->chosen[component] = seg_pool_who(&walk->engine->pool, all.signs, all.count);
  return status;
}

static void forget_chosen(struct seg_walk *walk) {
  for (uint32_t c = 0; c < walk->component_count; c++)
    walk->chosen[c] = UINT32_MAX;
}

/** What to do about what is unknown. */
static enum seg_status find_out(struct seg_walk *walk, const struct seg_walk_question *question,
                                bool ask, bool *again) {
  struct seg_signs unknown = walk->unknown;
  if (unknown.count == 0) { // whoever was chosen has not what is needed now
    forget_chosen(walk);
    walk->bit_by_bit = true;
    return SEG_OK;
  }
  uint32_t component = component_of(walk, unknown.signs[0]);
  enum seg_status status = SEG_OK;
  if (!walk->bit_by_bit) {
    status = list_all(walk, question, component);
    if (status == SEG_OK)
      status = refute_all(walk, component, again);
    if (status != SEG_OK || *again || walk->chosen[component] != UINT32_MAX)
      return status;
  }
  if (!ask) {
    *again = true;
    seg_propositions_leave_out(&walk->propositions, unknown.signs, unknown.count,
                               walk->propositions.unknown);
    return SEG_OK;
  }
  status = ask_about(walk, &unknown, again);
  if (status == SEG_OK && !*again && !walk->bit_by_bit)
    status = ask_for_all(walk, component, again);
  return status;
}

/** Somebody for the truth values at hand, unless others must be found. */
static enum seg_status look_up(struct seg_walk *walk, const struct seg_walk_question *question,
                               bool ask, bool *again) {
  enum seg_status status = SEG_OK;
  *again = false;
  forget_chosen(walk);
  walk->bit_by_bit = false;
  while (status == SEG_OK && !*again) {
    if (!begin_customer(walk))
      return out_of_memory(walk);
    if (knows_customer(walk, question) || walk->propositions.assigner.out_of_memory)
      return SEG_OK;
    status = find_out(walk, question, ask, again);
  }
  return status;
}

static bool assume(struct seg_walk *walk, const struct seg_walk_question *question, bool ask) {
  const struct seg_propositions *propositions = &walk->propositions;
  walk->assumed.count = 0;
  bool pushed = SEG_VEC_PUSH(&walk->assumed, propositions->doubt ^ 1);
  if (!ask)
    pushed = SEG_VEC_PUSH(&walk->assumed, propositions->unknown ^ 1) && pushed;
  if (question->taken_by != SEG_ABSENT)
    pushed = SEG_VEC_PUSH(&walk->assumed, sign_of(walk, question->taken_by)) && pushed;
  for (uint32_t i = 0; i < question->count && question->assumed; i++)
    pushed = SEG_VEC_PUSH(&walk->assumed, sign_of(walk, question->left_by[i]) ^ 1) && pushed;
  return pushed;
}

/** A contradiction is a proof, unless it is one with what was left out. */
static enum seg_existence read_core(const struct seg_walk *walk,
                                    const struct seg_walk_question *question, bool *core) {
  const struct seg_assigner *assigner = &walk->propositions.assigner;
  for (uint32_t i = 0; i < question->count && core != NULL; i++)
    core[i] = false;
  for (size_t c = 0; c < assigner->core.count; c++) {
    seg_sign sign = assigner->core.items[c] ^ 1;
    if (sign == walk->propositions.doubt || sign == walk->propositions.unknown)
      return SEG_UNPROVED;
    for (uint32_t i = 0; i < question->count && core != NULL; i++)
      core[i] = core[i] || sign == sign_of(walk, question->left_by[i]);
  }
  return SEG_NOBODY;
}

/** With the help of the solver, or only among the customers who are known. */
static enum seg_status search(struct seg_walk *walk, const struct seg_walk_question *question,
                              bool ask, enum seg_existence *existence, bool *core) {
  struct seg_assigner *assigner = &walk->propositions.assigner;
  uint64_t first = assigner->steps;
  enum seg_status status = SEG_OK;
  bool again = true;
  if (!assume(walk, question, ask))
    return out_of_memory(walk);
  for (int round = 0; round < (ask ? MOST_ROUNDS : MOST_GUESSES) && again && status == SEG_OK;
       round++) {
    uint64_t spent = assigner->steps - first;
    uint64_t left = spent < MOST_STEPS ? MOST_STEPS - spent : 0;
    enum seg_assigned assigned = (round == 0 ? seg_assigner_ask : seg_assigner_ask_again)(
        assigner, walk->assumed.items, (uint32_t)walk->assumed.count, left);
    again = assigned == SEG_ASSIGNED_ALL;
    if (assigned == SEG_ASSIGNED_NONE)
      *existence = read_core(walk, question, core);
    if (again)
      status = look_up(walk, question, ask, &again);
    if (status == SEG_OK && assigned == SEG_ASSIGNED_ALL && !again)
      *existence = SEG_SOMEBODY;
  }
  walk->engine->verdicts->counts.steps += assigner->steps - first;
  return status == SEG_OK && assigner->out_of_memory ? out_of_memory(walk) : status;
}

enum seg_status seg_walk_ask(struct seg_walk *walk, const struct seg_walk_question *question,
                             enum seg_existence *existence, bool *core) {
  struct seg_engine *engine = walk->engine;
  enum seg_status status = SEG_OK;
  *existence = SEG_UNPROVED;
  if (engine->options.interrupted != NULL && atomic_load(engine->options.interrupted))
    return seg_fail(engine->error, SEG_INTERRUPTED, "", "interrupted");
  for (int ask = 0; ask < 2 && *existence == SEG_UNPROVED && status == SEG_OK; ask++)
    status = search(walk, question, ask != 0, existence, core);
  // The next customer is most often like the last one; a contradiction says nothing about him.
  if (*existence == SEG_SOMEBODY)
    seg_assigner_keep_values(&walk->propositions.assigner);
  else
    seg_assigner_like_kept(&walk->propositions.assigner);
  engine->verdicts->counts.pool_hits += *existence == SEG_SOMEBODY;
  return status;
}

enum seg_status seg_walk_show(struct seg_walk *walk, const struct seg_wanted *wanted,
                              uint32_t count, struct seg_found *found) {
  struct seg_engine *engine = walk->engine;
  *found = (struct seg_found){.existence = SEG_UNPROVED};
  if (walk->needed.count > 0)
    qsort(walk->needed.items, walk->needed.count, sizeof *walk->needed.items, by_number);
  return seg_pool_splice(&engine->pool, walk->needed.items, (uint32_t)walk->needed.count, wanted,
                         count, found, engine->error);
}

/** Of the customer who was found. */
static bool atom_holds(const struct seg_walk *walk, uint32_t atom) {
  const uint64_t *bits = bits_of(walk, 2 * atom);
  uint32_t component = component_of(walk, 2 * atom), who = 0;
  if (walk->engine->pool.customers == 0)
    return false;
  if (walk->fits[component] != UINT32_MAX) {
    const uint64_t *fit = walk->who + (size_t)component * walk->words;
    while (fit[who / 64] == 0)
      who += 64;
    who += (uint32_t)__builtin_ctzll(fit[who / 64]);
  }
  return (bits[who / 64] >> (who % 64) & 1) != 0;
}

bool seg_walk_takes(const struct seg_walk *walk, const struct seg_node *node) {
  const struct seg_circuit *circuit = &walk->engine->circuit;
  if (!seg_is_gate(node))
    return atom_holds(walk, seg_circuit_atom_of(circuit, node));
  if (node->kind == SEG_NODE_MEMBER)
    return seg_walk_takes(walk, circuit->program->segments[node->segment].when);
  uint32_t holding = 0;
  for (uint32_t i = 0; i < node->operand_count; i++)
    holding += seg_walk_takes(walk, node->operands[i]);
  if (node->kind == SEG_NODE_AND)
    return holding == node->operand_count;
  if (node->kind == SEG_NODE_TALLY)
    return holding >= node->least && holding <= node->most;
  return (holding > 0) == (node->kind == SEG_NODE_OR);
}
