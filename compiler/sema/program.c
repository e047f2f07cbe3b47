/**
 * Life of the typed program, and what its aggregates have in common.
 */
#include "compiler/sema/program.h"

void seg_program_init(struct seg_program *program) {
  *program = (struct seg_program){.customer_from_event = -1};
  seg_arena_init(&program->arena);
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
  seg_arena_deinit(&program->arena);
  *program = (struct seg_program){.customer_from_event = -1};
}
