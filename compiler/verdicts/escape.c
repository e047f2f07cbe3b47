// A customer whom members of a chain leave, asked of the solver; see chains.h.
#include "compiler/reference/evaluate.h"
#include "compiler/verdicts/chains.h"

const struct seg_node *seg_escape_rule(const struct seg_escape *escape, uint32_t position) {
  return escape->engine->program->segments[escape->chain->members[position]].when;
}

void seg_escape_exclude(struct seg_escape *escape, uint32_t position) {
  escape->wanted[escape->count++] = (struct seg_wanted){seg_escape_rule(escape, position), true};
}

/** The first candidate that takes the customer; the number of candidates when none does. */
static enum seg_status first_taker(struct seg_escape *escape, const struct seg_witness *witness,
                                   uint32_t *taker) {
  struct seg_engine *engine = escape->engine;
  struct seg_reference *reference;
  enum seg_status status = seg_reference_new(engine->program, &witness->dataset, witness->as_of,
                                             &reference, engine->error);
  if (status != SEG_OK)
    return status;
  for (*taker = 0; *taker < escape->candidate_count; ++*taker)
    if (seg_reference_condition(reference, seg_escape_rule(escape, escape->candidates[*taker]), 0))
      break;
  status = seg_reference_status(reference, engine->error);
  seg_reference_free(reference);
  return status;
}

enum seg_status seg_escape_find(struct seg_escape *escape, bool shown, struct seg_found *found) {
  while (true) {
    uint32_t taker = escape->candidate_count;
    enum seg_status status =
        seg_engine_find(escape->engine, escape->wanted, escape->count, shown, found);
    if (status == SEG_OK && found->existence == SEG_SOMEBODY)
      status = first_taker(escape, &found->witness, &taker);
    if (status != SEG_OK || taker == escape->candidate_count)
      return status;
    seg_found_deinit(found);
    if (escape->count >= escape->most) {
      *found = (struct seg_found){.existence = SEG_UNPROVED,
                                  .reason = "too many segments of the chain come into it"};
      return SEG_OK;
    }
    seg_escape_exclude(escape, escape->candidates[taker]);
  }
}

enum seg_status seg_escape_init(struct seg_escape *escape, struct seg_engine *engine,
                                const struct seg_program_chain *chain) {
  *escape = (struct seg_escape){.engine = engine, .chain = chain, .most = SEG_MAX_WANTED};
  escape->candidates = SEG_NEW_ARRAY(&engine->arena, uint32_t, chain->member_count + 1u);
  return escape->candidates == NULL ? seg_engine_no_memory(engine) : SEG_OK;
}
