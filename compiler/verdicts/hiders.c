// The members of a chain that hide another one together, a minimal set; see chains.h.
#include "compiler/verdicts/chains.h"

enum { MOST_STEPS = 4000000 }; // of the search for a proof by ranges alone

/** Members of which a proof by ranges is sought; the last one is the segment that they hide. */
struct proving {
  struct seg_propositions propositions;
  uint32_t count; // without the segment
  uint32_t *members;
  seg_sign *signs; // what is assumed: that they leave, and the segment takes
};

static bool begin_proof(struct seg_engine *engine, struct proving *proving) {
  struct seg_propositions *propositions = &proving->propositions;
  if (!seg_propositions_init(propositions, &engine->circuit, &engine->boxes, proving->members,
                             proving->count + 1u))
    return false;
  for (uint32_t i = 0; i <= proving->count; i++) {
    seg_part_reference rule = seg_propositions_rule(propositions, proving->members[i]);
    seg_propositions_decide(propositions, rule);
    proving->signs[i] = seg_propositions_sign(propositions, rule) ^ (i < proving->count);
  }
  return true;
}

static void take_out(struct proving *proving, uint32_t at) {
  for (uint32_t i = at; i < proving->count; i++) {
    proving->members[i] = proving->members[i + 1];
    proving->signs[i] = proving->signs[i + 1];
  }
  proving->count--;
}

/** Is there a proof? Then what it does not need is taken out. */
static bool prove(struct proving *proving) {
  struct seg_assigner *assigner = &proving->propositions.assigner;
  if (seg_assigner_ask(assigner, proving->signs, proving->count + 1u, MOST_STEPS) !=
      SEG_ASSIGNED_NONE)
    return false;
  for (uint32_t i = proving->count; i-- > 0;) {
    bool needed = false;
    for (size_t c = 0; c < assigner->core.count && !needed; c++)
      needed = assigner->core.items[c] == proving->signs[i];
    if (!needed)
      take_out(proving, i);
  }
  return true;
}

/** From the last to the first, those without which there is a proof, too. */
static void shorten_proof(struct proving *proving) {
  for (uint32_t i = proving->count; i-- > 0;) {
    uint32_t member = proving->members[i], before = proving->count;
    seg_sign sign = proving->signs[i];
    take_out(proving, i);
    if (prove(proving)) {
      i = proving->count - (before - 1 - i); // those behind it are needed
      continue;
    }
    proving->count = before;
    for (uint32_t j = before; j > i; j--) {
      proving->members[j] = proving->members[j - 1];
      proving->signs[j] = proving->signs[j - 1];
    }
    proving->members[i] = member;
    proving->signs[i] = sign;
  }
}

enum seg_status seg_choose_hiders(struct seg_engine *engine, uint32_t segment, uint32_t *candidates,
                                  uint32_t *count) {
  struct proving proving = {.count = *count};
  proving.members = SEG_NEW_ARRAY(&engine->arena, uint32_t, *count + 1u);
  proving.signs = SEG_NEW_ARRAY(&engine->arena, seg_sign, *count + 1u);
  if (proving.members == NULL || proving.signs == NULL)
    return seg_engine_no_memory(engine);
  for (uint32_t i = 0; i < *count; i++)
    proving.members[i] = candidates[i];
  proving.members[*count] = segment;
  bool made = begin_proof(engine, &proving), proved = made && prove(&proving);
  if (proved) { // again, with few members and so in less time
    seg_propositions_deinit(&proving.propositions);
    made = begin_proof(engine, &proving);
    if (made)
      shorten_proof(&proving);
    *count = proving.count;
    for (uint32_t i = 0; i < *count; i++)
      candidates[i] = proving.members[i];
  }
  made = made && !proving.propositions.assigner.out_of_memory;
  seg_propositions_deinit(&proving.propositions);
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
