// Columns of the customer block that the run computes itself.
#include <assert.h>

#include "compiler/lower/context.h"

static bool derived_equal(const struct seg_plan_derived *a, const struct seg_plan_derived *b) {
  if (a->kind != b->kind)
    return false;
  switch (a->kind) {
  case SEG_DERIVED_BUCKET: return a->buckets == b->buckets && seg_str_equal(a->salt, b->salt);
  case SEG_DERIVED_RANK: return a->rank == b->rank;
  case SEG_DERIVED_LISTED: return a->list == b->list;
  }
  return false;
}

uint32_t seg_lower_derived(const struct seg_scope *scope, struct seg_plan_derived derived) {
  struct seg_lowering *lowering = scope->lowering;
  uint32_t number = 0;
  while (number < lowering->derived.count &&
         !derived_equal(&lowering->derived.items[number], &derived))
    number++;
  if (number == lowering->derived.count && !SEG_VEC_PUSH(&lowering->derived, derived)) {
    lowering->failed = true;
    return 0;
  }
  return seg_lower_slot(scope, (struct seg_slot_draft){.kind = SEG_SLOT_DERIVED,
                                                       .index = number,
                                                       .layout = derived.layout,
                                                       .optional = derived.optional});
}

uint32_t seg_lower_bucket(const struct seg_scope *scope, const struct seg_node *node) {
  assert(scope->kind == SEG_SCOPE_CUSTOMER);
  struct seg_plan_derived derived = {.kind = SEG_DERIVED_BUCKET,
                                     .layout = SEG_LAYOUT_I64,
                                     .buckets = node->buckets,
                                     .salt =
                                         seg_arena_str(&scope->lowering->plan->arena, node->salt)};
  if (derived.salt.data == NULL) {
    scope->lowering->failed = true;
    return 0;
  }
  return seg_lower_derived(scope, derived);
}

uint32_t seg_lower_listed(const struct seg_scope *scope, const struct seg_node *node) {
  assert(scope->kind == SEG_SCOPE_CUSTOMER);
  return seg_lower_derived(scope, (struct seg_plan_derived){.kind = SEG_DERIVED_LISTED,
                                                            .layout = SEG_LAYOUT_I32,
                                                            .list = node->list});
}
