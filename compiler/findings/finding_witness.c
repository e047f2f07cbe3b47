// The customer who shows a finding: replayed by the compiled rules, then written down.
#include "compiler/findings/findings_parts.h"
#include "runtime/time/civil.h"

bool seg_finding_shown(struct seg_findings *findings, const struct seg_verdict *verdict,
                       struct seg_finding_shown *shown) {
  const struct seg_program_chain *chain = NULL;
  uint32_t pair[] = {verdict->segment, verdict->other};
  if (verdict->kind == SEG_VERDICT_GAP)
    chain = &findings->program->chains[verdict->chain];
  shown->count = chain != NULL ? chain->member_count : 2;
  shown->claims = SEG_NEW_ARRAY(&findings->arena, struct seg_witness_claim, shown->count + 1u);
  shown->segments = SEG_NEW_ARRAY(&findings->arena, uint32_t, shown->count + 1u);
  if (shown->claims == NULL || shown->segments == NULL)
    return false;
  for (uint32_t i = 0; i < shown->count; i++) {
    shown->segments[i] = chain != NULL ? chain->members[i] : pair[i];
    shown->claims[i] = (struct seg_witness_claim){shown->segments[i], chain == NULL};
  }
  return true;
}

static bool compares_customers(const struct seg_node *node) {
  bool compares = node->kind == SEG_NODE_RANK;
  for (uint32_t i = 0; i < node->operand_count && !compares; i++)
    compares = compares_customers(node->operands[i]);
  return compares;
}

/** The customer in lines behind `text`, and as JSON. */
static enum seg_status write_down(struct seg_findings *findings,
                                  const struct seg_finding_shown *shown,
                                  const struct seg_witness *witness, const char **text,
                                  struct seg_str *json) {
  const struct seg_witness_view view = {
      .program = findings->program,
      .zone = findings->zone,
      .dataset = &witness->dataset,
      .as_of = witness->as_of,
      .segment_count = shown->count,
      .segments = shown->segments,
  };
  struct seg_witness_lines lines;
  enum seg_status status = seg_witness_to_lines(&view, &findings->arena, &lines, findings->error);
  for (uint32_t i = 0; status == SEG_OK && i < lines.count; i++)
    *text = seg_finding_text(findings, "%s\n  %.*s", *text, SEG_STR(lines.items[i]));
  if (status == SEG_OK)
    status = seg_witness_to_json(&view, &findings->arena, json, findings->error);
  return status;
}

void seg_finding_witness(struct seg_findings *findings, struct seg_diagnostic *diagnostic,
                         const struct seg_verdict *verdict) {
  const struct seg_witness *witness = verdict->witness;
  if (witness == NULL || findings->status != SEG_OK)
    return;
  struct seg_finding_shown shown;
  if (!seg_finding_shown(findings, verdict, &shown)) {
    findings->out_of_memory = true;
    return;
  }
  if (findings->replay != NULL)
    findings->status = seg_replay_witness(findings->replay, &witness->dataset, witness->as_of,
                                          shown.claims, shown.count, findings->error);
  char day[SEG_CIVIL_TEXT];
  seg_civil_format(witness->as_of, day);
  const char *text = seg_finding_text(
      findings, "witness, as of %s, accepted by the reference evaluator%s%s:", day,
      findings->replay != NULL ? " and the compiled rules" : "",
      witness->smallest ? ""
                        : "; the budget of the proof did not tell whether there is a smaller one");
  struct seg_str json = {NULL, 0};
  if (findings->status == SEG_OK)
    findings->status = write_down(findings, &shown, witness, &text, &json);
  seg_note(findings->sink, diagnostic, "%s", text);
  if (json.size > 0)
    seg_show_witness(findings->sink, diagnostic, json);
  for (uint32_t i = 0; i < shown.count; i++)
    if (compares_customers(findings->program->segments[shown.segments[i]].when)) {
      seg_note(findings->sink, diagnostic,
               "this customer is the only one, and so the first of all and the last");
      break;
    }
  if (verdict->some_days)
    seg_note(findings->sink, diagnostic, "on some as-of days only (for example %s)", day);
}
