/**
 * Life of the typed program, what its aggregates have in common, what is declared about segments.
 */
#include "compiler/sema/program.h"

void seg_program_init(struct seg_program *program) {
  *program = (struct seg_program){.customer_from_event = -1};
  seg_arena_init(&program->arena);
  seg_diagnostics_init(&program->doubtful);
}

bool seg_aggregate_counts(enum seg_aggregate_kind kind) {
  switch (kind) {
  case SEG_AGGREGATE_COUNT:
  case SEG_AGGREGATE_DISTINCT:
  case SEG_AGGREGATE_ACTIVE_DAYS:
  case SEG_AGGREGATE_ACTIVE_WEEKS:
  case SEG_AGGREGATE_ACTIVE_MONTHS: return true;
  case SEG_AGGREGATE_SUM:
  case SEG_AGGREGATE_AVERAGE:
  case SEG_AGGREGATE_MIN:
  case SEG_AGGREGATE_MAX:
  case SEG_AGGREGATE_FIRST:
  case SEG_AGGREGATE_LAST:
  case SEG_AGGREGATE_KIND_COUNT: break;
  }
  return false;
}

void seg_program_deinit(struct seg_program *program) {
  seg_diagnostics_deinit(&program->doubtful);
  seg_arena_deinit(&program->arena);
  *program = (struct seg_program){.customer_from_event = -1};
}

/** The first number that two rising lists have in common, or SEG_NO_DECLARATION. */
static uint32_t common_number(const uint32_t *a, uint32_t a_count, const uint32_t *b,
                              uint32_t b_count) {
  uint32_t i = 0, j = 0;
  while (i < a_count && j < b_count) {
    if (a[i] == b[j])
      return a[i];
    if (a[i] < b[j])
      i++;
    else
      j++;
  }
  return SEG_NO_DECLARATION;
}

static bool has_number(const uint32_t *list, uint32_t count, uint32_t number) {
  uint32_t low = 0, high = count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2u;
    if (list[middle] < number)
      low = middle + 1u;
    else
      high = middle;
  }
  return low < count && list[low] == number;
}

uint32_t seg_program_common_chain(const struct seg_program *program, uint32_t a, uint32_t b) {
  const struct seg_program_ties *one = &program->ties[a], *other = &program->ties[b];
  return common_number(one->chains, one->chain_count, other->chains, other->chain_count);
}

uint32_t seg_program_common_exclusive(const struct seg_program *program, uint32_t a, uint32_t b) {
  const struct seg_program_ties *one = &program->ties[a], *other = &program->ties[b];
  return common_number(one->exclusives, one->exclusive_count, other->exclusives,
                       other->exclusive_count);
}

enum seg_relation seg_program_relation(const struct seg_program *program, uint32_t a, uint32_t b) {
  const struct seg_program_ties *one = &program->ties[a];
  if (seg_program_common_exclusive(program, a, b) != SEG_NO_DECLARATION)
    return SEG_EXCLUSIVE;
  if (has_number(one->overlaps, one->overlap_count, b))
    return SEG_MAY_OVERLAP;
  if (seg_program_common_chain(program, a, b) != SEG_NO_DECLARATION)
    return SEG_IN_CHAIN;
  return SEG_UNRELATED;
}
