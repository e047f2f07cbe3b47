// How changed rules relate; see diff_proofs.h.
#include "compiler/diff/diff_proofs.h"

#include <stdlib.h>

#include "compiler/diff/same_data.h"
#include "compiler/witness/witness_view.h"
#include "runtime/time/civil.h"

enum { LEAVES = 0, ENTERS = 1 };

struct proving {
  struct seg_diff_proofs *proofs;
  struct seg_project_diff *diff;
  struct seg_zone *zone;
  struct seg_error *error;
};

// --- words ---

static const char *relation_of(const struct seg_diff_proof *proof) {
  enum seg_existence leaves = proof->found[LEAVES].existence,
                     enters = proof->found[ENTERS].existence;
  if (leaves == SEG_UNPROVED || enters == SEG_UNPROVED)
    return "unproved";
  if (leaves == SEG_NOBODY)
    return enters == SEG_NOBODY ? "equivalent" : "wider";
  return enters == SEG_NOBODY ? "narrower" : "different";
}

static const char *leaving(enum seg_existence existence) {
  switch (existence) {
  case SEG_NOBODY: return "proved: nobody leaves";
  case SEG_SOMEBODY: return "customers can leave";
  case SEG_UNPROVED: break;
  }
  return "not proved whether customers can leave";
}

static const char *entering(enum seg_existence existence) {
  switch (existence) {
  case SEG_NOBODY: return "proved: nobody is new";
  case SEG_SOMEBODY: return "customers can be new";
  case SEG_UNPROVED: break;
  }
  return "not proved whether customers can be new";
}

/** "narrower: customers can leave; proved: nobody is new". */
static struct seg_str verdict_of(struct proving *proving, const struct seg_diff_proof *proof) {
  const struct seg_found *found = proof->found;
  const char *relation = relation_of(proof);
  const char *reason = found[LEAVES].existence == SEG_UNPROVED   ? found[LEAVES].reason
                       : found[ENTERS].existence == SEG_UNPROVED ? found[ENTERS].reason
                                                                 : NULL;
  if (found[LEAVES].existence == SEG_NOBODY && found[ENTERS].existence == SEG_NOBODY)
    return seg_str_view("equivalent: proved to take the same customers as before");
  if (found[LEAVES].existence == SEG_UNPROVED && found[ENTERS].existence == SEG_UNPROVED)
    return seg_arena_format(&proving->diff->arena,
                            "unproved whether customers leave or are new, because %s", reason);
  return seg_arena_format(&proving->diff->arena, "%s: %s; %s%s%s", relation,
                          leaving(found[LEAVES].existence), entering(found[ENTERS].existence),
                          reason != NULL ? ", because " : "", reason != NULL ? reason : "");
}

/** "leaves, as of 2026-06-01: purchase 2026-05-31 amount 5.00 EUR". */
static enum seg_status tell_witness(struct proving *proving, const struct seg_diff_proof *proof,
                                    int which, const struct seg_node *earlier_rule,
                                    struct seg_diff_witness *told) {
  const struct seg_witness *witness = &proof->found[which].witness;
  const struct seg_witness_view view = {.program = proving->proofs->after,
                                        .zone = proving->zone,
                                        .dataset = &witness->dataset,
                                        .as_of = witness->as_of,
                                        .segment_count = 1,
                                        .segments = &proof->after,
                                        .also = earlier_rule};
  struct seg_arena *arena = &proving->diff->arena;
  struct seg_witness_lines lines;
  char day[SEG_CIVIL_TEXT];
  enum seg_status status = seg_witness_to_lines(&view, arena, &lines, proving->error);
  if (status == SEG_OK)
    status = seg_witness_to_json(&view, arena, &told->object, proving->error);
  seg_civil_format(witness->as_of, day);
  told->leaves = which == LEAVES;
  struct seg_str *text = &told->text;
  *text = seg_arena_format(arena, "%s, as of %s:", told->leaves ? "leaves" : "is new", day);
  for (uint32_t i = 0; status == SEG_OK && text->data != NULL && i < lines.count; i++)
    *text = seg_arena_format(arena, "%.*s%s %.*s", SEG_STR(*text), i > 0 ? ";" : "",
                             SEG_STR(lines.items[i]));
  return status == SEG_OK && text->data == NULL ? seg_fail_memory(proving->error, "the difference")
                                                : status;
}

static enum seg_status tell(struct proving *proving, const struct seg_diff_proof *proof,
                            const struct seg_node *earlier_rule, struct seg_diff_item *item) {
  item->relation = seg_str_view(relation_of(proof));
  item->verdict = verdict_of(proving, proof);
  if (item->verdict.data == NULL)
    return seg_fail_memory(proving->error, "the difference");
  enum seg_status status = SEG_OK;
  for (int i = 0; status == SEG_OK && i < 2; i++)
    if (proof->found[i].existence == SEG_SOMEBODY)
      status =
          tell_witness(proving, proof, i, earlier_rule, &item->witnesses[item->witness_count++]);
  return status;
}

// --- questions ---

static enum seg_status prove(struct proving *proving, struct seg_diff_item *item) {
  struct seg_diff_proofs *proofs = proving->proofs;
  struct seg_diff_proof *proof = &proofs->items[proofs->count++];
  proof->before = (uint32_t)item->segment_before;
  proof->after = (uint32_t)item->segment_after;
  struct seg_same_data same = {
      .from = proofs->before, .to = proofs->after, .arena = &proofs->arena};
  struct seg_node *earlier =
      seg_same_data_rule(&same, proofs->before->segments[proof->before].when);
  const struct seg_node *later = proofs->after->segments[proof->after].when;
  if (same.out_of_memory)
    return seg_fail_memory(proving->error, "the difference");
  enum seg_status status = SEG_OK;
  for (int i = 0; status == SEG_OK && i < 2; i++) {
    const struct seg_wanted wanted[] = {{earlier, i == ENTERS}, {later, i == LEAVES}};
    if (earlier != NULL)
      status = seg_prover_find(&proofs->prover, wanted, 2, &proof->found[i], proving->error);
    else
      proof->found[i] = (struct seg_found){.existence = SEG_UNPROVED, .reason = same.refused};
  }
  return status == SEG_OK ? tell(proving, proof, earlier, item) : status;
}

enum seg_status seg_diff_proofs_init(struct seg_diff_proofs *proofs, struct seg_project_diff *diff,
                                     const struct seg_diff_version *before,
                                     const struct seg_diff_version *after, unsigned budget,
                                     const atomic_bool *interrupted, struct seg_error *error) {
  struct proving proving = {.proofs = proofs, .diff = diff, .error = error};
  *proofs = (struct seg_diff_proofs){.before = before->program, .after = after->program};
  seg_arena_init(&proofs->arena);
  seg_prover_init(&proofs->prover, after->program, budget > 0 ? budget : SEG_PROVE_USUAL_BUDGET);
  proofs->items =
      SEG_NEW_ARRAY(&proofs->arena, struct seg_diff_proof, (size_t)diff->segments.count + 1);
  if (proofs->items == NULL)
    return seg_fail_memory(error, "the difference");
  enum seg_status status = seg_zone_load(after->program->timezone, &proving.zone, error);
  for (uint32_t i = 0; status == SEG_OK && i < diff->segments.count; i++) {
    if (interrupted != NULL && atomic_load(interrupted))
      status = seg_fail(error, SEG_INTERRUPTED, "", "interrupted");
    else if (diff->segments.items[i].means_other)
      status = prove(&proving, &diff->segments.items[i]);
  }
  seg_zone_free(proving.zone);
  return status;
}

void seg_diff_proofs_deinit(struct seg_diff_proofs *proofs) {
  for (uint32_t i = 0; i < proofs->count; i++)
    for (int k = 0; k < 2; k++)
      seg_found_deinit(&proofs->items[i].found[k]);
  seg_prover_deinit(&proofs->prover);
  seg_arena_deinit(&proofs->arena);
}

bool seg_diff_proofs_has_witness(const struct seg_diff_proofs *proofs) {
  for (uint32_t i = 0; i < proofs->count; i++)
    for (int k = 0; k < 2; k++)
      if (proofs->items[i].found[k].existence == SEG_SOMEBODY)
        return true;
  return false;
}

// --- compiled rules ---

static enum seg_status replay(const struct seg_diff_proofs *proofs,
                              const struct seg_diff_proof *proof, int which,
                              const struct seg_replay *before, const struct seg_replay *after,
                              struct seg_error *error) {
  const struct seg_witness *witness = &proof->found[which].witness;
  struct seg_arena arena;
  seg_arena_init(&arena);
  struct seg_same_data same = {.from = proofs->before, .to = proofs->after, .arena = &arena};
  const struct seg_witness_claim was = {proof->before, which == LEAVES},
                                 is = {proof->after, which == ENTERS};
  struct seg_dataset earlier;
  bool brought = seg_same_data_rows(&same, &witness->dataset, &earlier);
  enum seg_status status =
      brought ? seg_replay_witness(after, &witness->dataset, witness->as_of, &is, 1, error)
              : seg_fail_memory(error, "the difference");
  if (status == SEG_OK)
    status = seg_replay_witness(before, &earlier, witness->as_of, &was, 1, error);
  seg_dataset_deinit(&earlier);
  seg_arena_deinit(&arena);
  return status;
}

enum seg_status seg_diff_proofs_replay(const struct seg_diff_proofs *proofs,
                                       const struct seg_replay *before,
                                       const struct seg_replay *after, struct seg_error *error) {
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; i < proofs->count; i++)
    for (int k = 0; status == SEG_OK && k < 2; k++)
      if (proofs->items[i].found[k].existence == SEG_SOMEBODY)
        status = replay(proofs, &proofs->items[i], k, before, after, error);
  return status;
}
