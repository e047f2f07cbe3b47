// The members of a chain that hide another one together, a minimal set; see chains.h.
#include "compiler/verdicts/chains.h"

enum { MOST_STEPS = 4000000 }; // of the search for a proof by ranges alone

/** The proof, if there is one: which of the candidates it needs. False when memory is out. */
static bool prove_by_ranges(struct seg_propositions *propositions, const uint32_t *members,
                            uint32_t count, seg_sign *signs, bool *needed, bool *proved) {
  struct seg_assigner *assigner = &propositions->assigner;
  for (uint32_t i = 0; i <= count; i++) {
    seg_part_reference rule = seg_propositions_rule(propositions, members[i]);
    seg_propositions_decide(propositions, rule);
    signs[i] = seg_propositions_sign(propositions, rule) ^ (i < count);
  }
  *proved = seg_assigner_ask(assigner, signs, count + 1, MOST_STEPS) == SEG_ASSIGNED_NONE;
  for (uint32_t i = 0; i < count && *proved; i++)
    for (size_t c = 0; c < assigner->core.count && !needed[i]; c++)
      needed[i] = assigner->core.items[c] == signs[i];
  return !assigner->out_of_memory;
}

enum seg_status seg_choose_hiders(struct seg_engine *engine, uint32_t segment, uint32_t *candidates,
                                  uint32_t *count) {
  struct seg_propositions propositions;
  uint32_t *members = SEG_NEW_ARRAY(&engine->arena, uint32_t, *count + 1u), kept = 0;
  seg_sign *signs = SEG_NEW_ARRAY(&engine->arena, seg_sign, *count + 1u);
  bool *needed = SEG_NEW_ARRAY(&engine->arena, bool, *count + 1u), proved = false;
  if (members == NULL || signs == NULL || needed == NULL)
    return seg_engine_no_memory(engine);
  for (uint32_t i = 0; i < *count; i++)
    members[i] = candidates[i];
  members[*count] = segment;
  bool made = seg_propositions_init(&propositions, &engine->circuit, &engine->boxes, members,
                                    *count + 1u) &&
              prove_by_ranges(&propositions, members, *count, signs, needed, &proved);
  seg_propositions_deinit(&propositions);
  for (uint32_t i = 0; i < *count; i++)
    if (needed[i])
      candidates[kept++] = members[i];
  if (proved)
    *count = kept;
  return made ? SEG_OK : seg_engine_no_memory(engine);
}

// From the last to the first each is taken out when the others, the kept ones and those before it,
// still hide the segment. A proof that needs only some says at once that the others can go.
enum seg_status seg_escape_shrink(struct seg_escape *escape, bool *minimal) {
  enum seg_status status = SEG_OK;
  *minimal = true;
  for (uint32_t i = escape->count; i-- > 0 && status == SEG_OK;) {
    enum seg_existence existence = SEG_NOBODY;
    if (escape->states[i] == SEG_CANDIDATE_OUT)
      continue;
    if (escape->core[i]) {
      struct seg_found found;
      status = seg_escape_ask(escape, i, &existence, &found);
      seg_found_deinit(&found);
    }
    escape->states[i] = existence == SEG_NOBODY ? SEG_CANDIDATE_OUT : SEG_CANDIDATE_KEPT;
    *minimal = *minimal && existence != SEG_UNPROVED;
  }
  return status;
}
