/**
 * Life of the typed program.
 */
#include "compiler/sema/program.h"

void seg_program_init(struct seg_program *program) {
  *program = (struct seg_program){.customer_from_event = -1};
  seg_arena_init(&program->arena);
}

void seg_program_deinit(struct seg_program *program) {
  seg_arena_deinit(&program->arena);
  *program = (struct seg_program){.customer_from_event = -1};
}
