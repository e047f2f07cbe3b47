// Ranks: what they order is lowered into the first block, whose values the run orders before any
// rule is decided; what comes of the order is an input of the customer block.
#include <assert.h>
#include <string.h>

#include "compiler/lower/context.h"

// The value root of the first block for this value, new or old.
static uint32_t first_root(const struct seg_scope *first, const struct seg_node *value) {
  struct seg_lowering *lowering = first->lowering;
  uint32_t step = seg_lower_value(first, value);
  for (uint32_t i = 0; i < lowering->first_roots.count; i++)
    if (lowering->first_roots.items[i] == step)
      return i;
  if (!SEG_VEC_PUSH(&lowering->first_roots, step)) {
    lowering->failed = true;
    return 0;
  }
  return (uint32_t)lowering->first_roots.count - 1;
}

static bool ranks_equal(const struct seg_plan_rank *a, const struct seg_plan_rank *b) {
  return a->kind == b->kind && a->count == b->count && a->share == b->share &&
         a->whole == b->whole && a->value == b->value && a->denominator == b->denominator;
}

static uint32_t rank_number(struct seg_lowering *lowering, struct seg_plan_rank rank) {
  for (uint32_t i = 0; i < lowering->ranks.count; i++)
    if (ranks_equal(&lowering->ranks.items[i], &rank))
      return i;
  if (!SEG_VEC_PUSH(&lowering->ranks, rank)) {
    lowering->failed = true;
    return 0;
  }
  return (uint32_t)lowering->ranks.count - 1;
}

uint32_t seg_lower_rank(const struct seg_scope *scope, const struct seg_node *node) {
  static const enum seg_plan_rank_kind kinds[SEG_RANK_KIND_COUNT] = {
      [SEG_RANK_NTILE] = SEG_PLAN_NTILE,
      [SEG_RANK_QUANTILE_BAND] = SEG_PLAN_QUANTILE_BAND,
      [SEG_RANK_TOP] = SEG_PLAN_TOP,
      [SEG_RANK_TOP_SHARE] = SEG_PLAN_TOP_SHARE,
      [SEG_RANK_PERCENTILE] = SEG_PLAN_PERCENTILE,
  };
  struct seg_lowering *lowering = scope->lowering;
  assert(scope->builder == &lowering->block); // a rank is never part of what a rank orders
  struct seg_scope first = {lowering, SEG_SCOPE_CUSTOMER, scope->draft, &lowering->first};
  struct seg_plan_rank rank = {.kind = kinds[node->rank],
                               .count = (uint64_t)node->rank_count,
                               .share = node->rank_share.digits,
                               .value = first_root(&first, node->operands[0]),
                               .denominator = SEG_NO_COLUMN};
  if (rank.share > 0) {
    rank.whole = 1;
    for (uint8_t i = 0; i < node->rank_share.scale; i++)
      rank.whole *= 10;
  }
  if (node->operand_count == 2)
    rank.denominator = first_root(&first, node->operands[1]);
  return seg_lower_derived(
      scope, (struct seg_plan_derived){.kind = SEG_DERIVED_RANK,
                                       .layout = seg_plan_rank_layout(rank.kind),
                                       .optional = rank.kind == SEG_PLAN_QUANTILE_BAND,
                                       .rank = rank_number(lowering, rank)});
}
