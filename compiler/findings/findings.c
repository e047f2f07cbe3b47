// From verdicts to diagnostics; see findings.h.
#include "compiler/findings/findings.h"

#include "compiler/findings/findings_parts.h"
#include "runtime/base/json_writer.h"

static void (*const tellers[SEG_VERDICT_KIND_COUNT])(struct seg_findings *,
                                                     const struct seg_verdict *) = {
    [SEG_VERDICT_OVERLAP] = seg_finding_overlap,
    [SEG_VERDICT_EXCLUSIVE_BROKEN] = seg_finding_exclusive_broken,
    [SEG_VERDICT_NEVER] = seg_finding_never,
    [SEG_VERDICT_HIDDEN] = seg_finding_hidden,
    [SEG_VERDICT_ALWAYS] = seg_finding_always,
    [SEG_VERDICT_EQUIVALENT] = seg_finding_equivalent,
    [SEG_VERDICT_INSIDE] = seg_finding_inside,
    [SEG_VERDICT_REDUNDANT] = seg_finding_redundant,
    [SEG_VERDICT_STALE_OVERLAP] = seg_finding_stale_overlap,
    [SEG_VERDICT_STALE_CHAIN] = seg_finding_stale_chain,
    [SEG_VERDICT_GAP] = seg_finding_gap,
    [SEG_VERDICT_UNPROVED] = seg_finding_unproved,
};

static void collect_insides(struct seg_findings *findings) {
  for (size_t i = 0; i < findings->verdicts->items.count; i++) {
    const struct seg_verdict *verdict = &findings->verdicts->items.items[i];
    bool inside = verdict->kind == SEG_VERDICT_INSIDE || verdict->kind == SEG_VERDICT_EQUIVALENT;
    if (inside && !SEG_VEC_PUSH(&findings->insides, verdict))
      findings->out_of_memory = true;
  }
}

enum seg_status seg_findings_report(const struct seg_findings_request *request,
                                    struct seg_diagnostics *sink, struct seg_error *error) {
  const struct seg_verdicts *verdicts = request->verdicts;
  struct seg_zone *zone = NULL;
  struct seg_findings findings = {
      .program = request->program,
      .map = request->map,
      .verdicts = verdicts,
      .replay = request->replay,
      .sink = sink,
      .error = error,
  };
  seg_arena_init(&findings.arena);
  findings.status = seg_zone_load(request->program->timezone, &zone, error);
  findings.zone = zone;
  collect_insides(&findings);
  for (size_t i = 0; findings.status == SEG_OK && i < verdicts->items.count; i++) {
    const struct seg_verdict *verdict = &verdicts->items.items[i];
    tellers[verdict->kind](&findings, verdict);
  }
  if (findings.status == SEG_OK) {
    seg_finding_other_pairs(&findings);
    seg_finding_other_unproved(&findings);
  }
  bool lost = findings.out_of_memory || sink->out_of_memory;
  seg_zone_free(zone);
  SEG_VEC_FREE(&findings.insides);
  seg_arena_deinit(&findings.arena);
  if (findings.status == SEG_OK && lost)
    return seg_fail_memory(error, "what the proofs found");
  return findings.status;
}

struct seg_findings_counts seg_findings_count(const struct seg_verdicts *verdicts) {
  const struct seg_verdict_counts *found = &verdicts->counts;
  struct seg_findings_counts counts = {
      .pairs = found->pairs,
      .disjoint = found->disjoint,
      .overlapping = found->kinds[SEG_VERDICT_OVERLAP] + found->kinds[SEG_VERDICT_EXCLUSIVE_BROKEN],
  };
  for (size_t i = 0; i < verdicts->items.count; i++) {
    const struct seg_verdict *verdict = &verdicts->items.items[i];
    if (verdict->kind == SEG_VERDICT_UNPROVED) {
      bool pair =
          verdict->asked == SEG_VERDICT_OVERLAP || verdict->asked == SEG_VERDICT_EXCLUSIVE_BROKEN;
      counts.unproved += pair;
      counts.open += !pair;
    }
  }
  counts.may_overlap = found->may_overlap;
  counts.in_chain =
      counts.pairs - counts.disjoint - counts.overlapping - counts.unproved - counts.may_overlap;
  return counts;
}

static void put_count(struct seg_json *json, const char *name, uint64_t count) {
  seg_json_key(json, name);
  seg_json_uint(json, count);
}

void seg_findings_write_json(const struct seg_program *program, const struct seg_verdicts *verdicts,
                             struct seg_json *json) {
  struct seg_findings_counts counts = seg_findings_count(verdicts);
  seg_json_begin_object(json);
  put_count(json, "pairs", counts.pairs);
  put_count(json, "disjoint", counts.disjoint);
  put_count(json, "inChain", counts.in_chain);
  put_count(json, "mayOverlap", counts.may_overlap);
  put_count(json, "overlapping", counts.overlapping);
  put_count(json, "unproved", counts.unproved);
  put_count(json, "open", counts.open);
  seg_json_key(json, "overlaps");
  seg_json_begin_array(json);
  for (size_t i = 0; i < verdicts->items.count; i++) {
    const struct seg_verdict *verdict = &verdicts->items.items[i];
    if (verdict->kind != SEG_VERDICT_OVERLAP)
      continue;
    seg_json_begin_array(json);
    seg_json_str(json, program->segments[verdict->segment].name.text);
    seg_json_str(json, program->segments[verdict->other].name.text);
    seg_json_end_array(json);
  }
  seg_json_end_array(json);
  seg_json_end_object(json);
}
