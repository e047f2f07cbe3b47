// What verdicts claim; see claims.h.
#include "tests/prover/claims.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool done) {
  if (!done) {
    fputs("prover test: memory is out\n", stderr);
    abort();
  }
}

struct claiming {
  struct claims *claims;
  const struct seg_program *program;
  const struct seg_verdicts *verdicts;
};

static const struct seg_node *rule(const struct claiming *claiming, uint32_t segment) {
  return claiming->program->segments[segment].when;
}

static struct claim *add(struct claiming *claiming, const char *what, uint32_t segment) {
  struct claim claim = {.count = 0};
  if (segment == SEG_ABSENT)
    snprintf(claim.text, sizeof claim.text, "%s", what);
  else
    snprintf(claim.text, sizeof claim.text, "%s, of %.*s", what,
             SEG_STR(claiming->program->segments[segment].name.text));
  must(SEG_VEC_PUSH(&claiming->claims->items, claim));
  return &claiming->claims->items.items[claiming->claims->items.count - 1];
}

/** A claim with more parts than fit is not made. */
static void part(struct claim *claim, const struct seg_node *condition, bool negated) {
  if (claim->count < MAX_PARTS)
    claim->parts[claim->count] = (struct claim_part){condition, negated};
  claim->count++;
}

static void pair(struct claiming *claiming, const char *what, uint32_t a, bool not_a, uint32_t b,
                 bool not_b) {
  struct claim *claim = add(claiming, what, a);
  part(claim, rule(claiming, a), not_a);
  part(claim, rule(claiming, b), not_b);
}

/** Is there a verdict of this kind, or one that says that it is unproved? */
static bool is_said(const struct claiming *claiming, enum seg_verdict_kind kind, uint32_t segment,
                    uint32_t other, uint32_t chain) {
  for (size_t i = 0; i < claiming->verdicts->items.count; i++) {
    const struct seg_verdict *verdict = &claiming->verdicts->items.items[i];
    bool same = verdict->segment == segment && verdict->other == other && verdict->chain == chain;
    if (kind == SEG_VERDICT_GAP) // its segments say which member is nearest
      same = verdict->chain == chain;
    if (verdict->asked == kind && same)
      return true;
  }
  return false;
}

static bool is_never(const struct claiming *claiming, uint32_t segment) {
  for (size_t i = 0; i < claiming->verdicts->items.count; i++)
    if (claiming->verdicts->items.items[i].kind == SEG_VERDICT_NEVER &&
        claiming->verdicts->items.items[i].segment == segment)
      return true;
  return false;
}

// --- by silence ---

static void claim_silence(struct claiming *claiming) {
  const struct seg_program *program = claiming->program;
  for (uint32_t b = 0; b < program->segment_count; b++)
    for (uint32_t a = 0; a < b; a++) {
      enum seg_relation relation = seg_program_relation(program, a, b);
      enum seg_verdict_kind kind =
          relation == SEG_EXCLUSIVE ? SEG_VERDICT_EXCLUSIVE_BROKEN : SEG_VERDICT_OVERLAP;
      if (relation != SEG_IN_CHAIN && relation != SEG_MAY_OVERLAP &&
          !is_said(claiming, kind, a, b, SEG_ABSENT))
        pair(claiming, "disjoint by silence", a, false, b, false);
    }
  for (uint32_t c = 0; c < program->chain_count; c++) {
    const struct seg_program_chain *chain = &program->chains[c];
    uint32_t possible = 0;
    for (uint32_t i = 0; i < chain->member_count; i++)
      possible += !is_never(claiming, chain->members[i]);
    if (chain->otherwise.size > 0 || possible == 0 ||
        is_said(claiming, SEG_VERDICT_GAP, SEG_ABSENT, SEG_ABSENT, c))
      continue;
    struct claim *claim = add(claiming, "a chain without gap by silence", SEG_ABSENT);
    for (uint32_t i = 0; i < chain->member_count; i++)
      part(claim, rule(claiming, chain->members[i]), true);
  }
}

// --- rules without what is redundant ---

static bool same_span(struct seg_span a, struct seg_span b) {
  return a.file == b.file && a.begin == b.begin && a.end == b.end;
}

/** Is the operand, or the part that it was written with, redundant? */
static bool is_removed(const struct claiming *claiming, uint32_t segment,
                       const struct seg_node *node, uint32_t operand) {
  for (size_t i = 0; i < claiming->verdicts->items.count; i++) {
    const struct seg_verdict *verdict = &claiming->verdicts->items.items[i];
    if (verdict->kind != SEG_VERDICT_REDUNDANT || verdict->segment != segment)
      continue;
    for (uint32_t o = 0; o < node->operand_count; o++)
      if (node->operands[o] == verdict->clauses[0] &&
          same_span(node->operands[o]->span, node->operands[operand]->span))
        return true;
  }
  return false;
}

/** NULL: what is left has no form of its own. */
static const struct seg_node *without(struct claiming *claiming, uint32_t segment,
                                      const struct seg_node *node) {
  bool parts = node->kind == SEG_NODE_AND || node->kind == SEG_NODE_OR ||
               node->kind == SEG_NODE_TALLY || node->kind == SEG_NODE_NOT;
  if (!parts)
    return node;
  struct seg_arena *arena = &claiming->claims->arena;
  struct seg_node *copy = SEG_NEW(arena, struct seg_node);
  must(copy != NULL);
  *copy = *node;
  copy->operand_count = 0;
  copy->operands = SEG_NEW_ARRAY(arena, struct seg_node *, node->operand_count);
  must(copy->operands != NULL);
  for (uint32_t i = 0; i < node->operand_count; i++) {
    if (node->kind != SEG_NODE_NOT && is_removed(claiming, segment, node, i))
      continue;
    const struct seg_node *left = without(claiming, segment, node->operands[i]);
    if (left == NULL)
      return NULL;
    copy->operands[copy->operand_count++] = (struct seg_node *)left;
  }
  if (node->kind == SEG_NODE_NOT || copy->operand_count == node->operand_count)
    return copy;
  if (node->kind == SEG_NODE_TALLY) {
    if (node->most >= node->operand_count || node->most > copy->operand_count)
      copy->most = copy->operand_count;
    return copy->operand_count < 2 || copy->least > copy->operand_count ? NULL : copy;
  }
  return copy->operand_count == 0 ? NULL : copy->operand_count == 1 ? copy->operands[0] : copy;
}

static void claim_redundant(struct claiming *claiming) {
  for (uint32_t s = 0; s < claiming->program->segment_count; s++) {
    bool any = false;
    for (size_t i = 0; i < claiming->verdicts->items.count && !any; i++)
      any = claiming->verdicts->items.items[i].kind == SEG_VERDICT_REDUNDANT &&
            claiming->verdicts->items.items[i].segment == s;
    const struct seg_node *left = any ? without(claiming, s, rule(claiming, s)) : NULL;
    if (left == NULL)
      continue;
    for (int way = 0; way < 2; way++) {
      struct claim *claim = add(claiming, "the same without redundant clauses", s);
      part(claim, rule(claiming, s), way == 0);
      part(claim, left, way == 1);
    }
  }
}

// --- what is said ---

static void claim_verdict(struct claiming *claiming, const struct seg_verdict *verdict) {
  struct claim *claim;
  switch (verdict->kind) {
  case SEG_VERDICT_NEVER:
    claim = add(claiming, "never", verdict->segment);
    for (uint32_t i = 0; i < verdict->clause_count; i++)
      part(claim, verdict->clauses[i], false);
    return;
  case SEG_VERDICT_HIDDEN:
    claim = add(claiming, "hidden", verdict->segment);
    part(claim, rule(claiming, verdict->segment), false);
    for (uint32_t i = 0; i < verdict->other_count; i++)
      part(claim, rule(claiming, verdict->others[i]), true);
    return;
  case SEG_VERDICT_ALWAYS:
    claim = add(claiming, "always", verdict->segment);
    part(claim, rule(claiming, verdict->segment), true);
    return;
  case SEG_VERDICT_EQUIVALENT:
    pair(claiming, "equivalent", verdict->segment, true, verdict->other, false);
    pair(claiming, "equivalent", verdict->segment, false, verdict->other, true);
    return;
  case SEG_VERDICT_INSIDE:
    pair(claiming, "inside", verdict->segment, false, verdict->other, true);
    return;
  case SEG_VERDICT_STALE_OVERLAP:
    pair(claiming, "a stale overlap", verdict->segment, false, verdict->other, false);
    return;
  case SEG_VERDICT_STALE_CHAIN: {
    const struct seg_program_chain *chain = &claiming->program->chains[verdict->chain];
    for (uint32_t i = 0; i < chain->member_count; i++)
      for (uint32_t j = 0; j < i; j++)
        pair(claiming, "a stale chain", chain->members[i], false, chain->members[j], false);
    return;
  }
  case SEG_VERDICT_OVERLAP: // witnesses are tried out
  case SEG_VERDICT_EXCLUSIVE_BROKEN:
  case SEG_VERDICT_GAP:
  case SEG_VERDICT_REDUNDANT: // all of a rule together
  case SEG_VERDICT_UNPROVED:
  case SEG_VERDICT_KIND_COUNT: return;
  }
}

void claims_init(struct claims *claims, const struct seg_program *program,
                 const struct seg_verdicts *verdicts) {
  *claims = (struct claims){0};
  seg_arena_init(&claims->arena);
  struct claiming claiming = {claims, program, verdicts};
  for (size_t i = 0; i < verdicts->items.count; i++)
    claim_verdict(&claiming, &verdicts->items.items[i]);
  claim_redundant(&claiming);
  claim_silence(&claiming);
  size_t kept = 0;
  for (size_t i = 0; i < claims->items.count; i++)
    if (claims->items.items[i].count <= MAX_PARTS)
      claims->items.items[kept++] = claims->items.items[i];
  claims->items.count = kept;
}

void claims_deinit(struct claims *claims) {
  SEG_VEC_FREE(&claims->items);
  seg_arena_deinit(&claims->arena);
}

uint32_t claims_segment(struct seg_program *program, const struct seg_node *condition) {
  for (uint32_t s = 0; s < program->segment_count; s++)
    if (program->segments[s].when == condition)
      return s;
  struct seg_program_segment *segments = SEG_NEW_ARRAY(&program->arena, struct seg_program_segment,
                                                       (size_t)program->segment_count + 1);
  struct seg_str name = seg_arena_format(&program->arena, "probe_%u", program->segment_count);
  must(segments != NULL && name.data != NULL);
  memcpy(segments, program->segments, program->segment_count * sizeof *segments);
  struct seg_program_segment *added = &segments[program->segment_count];
  *added = segments[0];
  added->name.text = name;
  added->when = (struct seg_node *)condition;
  added->holdout = (struct seg_share){0, 0};
  program->segments = segments;
  return program->segment_count++;
}
