// What is wrong with chains: O204, O210, O211.
#include "compiler/findings/findings_parts.h"

enum { LONG_CHAIN = 12 };

/** Where the chain names the segment. */
static struct seg_span place_in_chain(const struct seg_program_chain *chain, uint32_t segment) {
  for (uint32_t i = 0; i < chain->member_count; i++)
    if (chain->members[i] == segment)
      return chain->member_spans[i];
  return chain->name.span;
}

static void help_move(struct seg_findings *findings, struct seg_diagnostic *diagnostic,
                      const struct seg_verdict *verdict) {
  struct seg_str name = seg_finding_name(findings, verdict->segment);
  const struct seg_program_chain *chain = &findings->program->chains[verdict->chain];
  // `others` are in the order of the chain: in front of the first, nobody takes the customers.
  struct seg_chain_change change = {verdict->chain, verdict->segment, verdict->others[0], NULL,
                                    NULL};
  if (chain->member_count > LONG_CHAIN)
    seg_help(findings->sink, diagnostic, "put `%.*s` before `%.*s`, or take it out of the chain",
             SEG_STR(name), SEG_STR(seg_finding_name(findings, verdict->others[0])));
  else
    seg_help(findings->sink, diagnostic,
             "put it first, if it shall win: `%s`; or take it out of the chain",
             seg_finding_chain(findings, &change));
}

void seg_finding_hidden(struct seg_findings *findings, const struct seg_verdict *verdict) {
  if (verdict->other_count == 0)
    return; // matches nobody, which is told by itself
  struct seg_str name = seg_finding_name(findings, verdict->segment);
  const struct seg_program_chain *chain = &findings->program->chains[verdict->chain];
  bool one = verdict->other_count == 1;
  struct seg_diagnostic *d = seg_report_each(
      findings->sink, SEG_DIAG_HIDDEN_IN_CHAIN, place_in_chain(chain, verdict->segment),
      "`%.*s` wins nobody in the chain `%.*s`", SEG_STR(name), SEG_STR(chain->name.text));
  seg_note_at(findings->sink, d, seg_finding_rule(findings, verdict->segment),
              one ? "whoever matches this rule of `%.*s`"
                  : "whoever matches this rule of `%.*s` matches an earlier one",
              SEG_STR(name));
  for (uint32_t i = 0; i < verdict->other_count; i++)
    seg_note_at(findings->sink, d, seg_finding_rule(findings, verdict->others[i]),
                one ? "matches this one of `%.*s` too, which stands earlier"
                    : "the rule of `%.*s`, which stands earlier",
                SEG_STR(seg_finding_name(findings, verdict->others[i])));
  if (verdict->fewer)
    seg_note(findings->sink, d,
             "fewer of them may be enough: some are named because that is unproved");
  help_move(findings, d, verdict);
}

static bool has_verdict(const struct seg_findings *findings, enum seg_verdict_kind kind,
                        uint32_t chain) {
  bool found = false;
  for (size_t i = 0; i < findings->verdicts->items.count && !found; i++) {
    const struct seg_verdict *verdict = &findings->verdicts->items.items[i];
    found = verdict->kind == kind && verdict->chain == chain;
  }
  return found;
}

/** In place of a chain that orders nothing. */
static void help_exclusive(struct seg_findings *findings, struct seg_diagnostic *diagnostic,
                           const struct seg_program_chain *chain) {
  const char *members = "";
  for (uint32_t i = 0; i < chain->member_count; i++)
    members = seg_finding_text(findings, "%s%s%.*s", members, i == 0 ? "" : ", ",
                               SEG_STR(seg_finding_name(findings, chain->members[i])));
  if (chain->member_count <= LONG_CHAIN)
    seg_help(findings->sink, diagnostic,
             "to be told when a change of the rules lets them meet, write `exclusive: %s` in its "
             "place",
             members);
}

void seg_finding_stale_chain(struct seg_findings *findings, const struct seg_verdict *verdict) {
  const struct seg_program_chain *chain = &findings->program->chains[verdict->chain];
  if (has_verdict(findings, SEG_VERDICT_GAP, verdict->chain))
    return; // told there: `otherwise` settles both
  struct seg_diagnostic *d = seg_report_each(
      findings->sink, SEG_DIAG_STALE_CHAIN, chain->name.span,
      "no two segments of the chain `%.*s` can match one customer", SEG_STR(chain->name.text));
  seg_note(findings->sink, d, "so their order decides nothing");
  help_exclusive(findings, d, chain);
  const struct seg_chain_change change = {verdict->chain, SEG_ABSENT, SEG_ABSENT,
                                          seg_finding_fresh_name(findings, "rest"), NULL};
  seg_help(findings->sink, d,
           "to keep the column with the winner, name those whom nobody takes%s%s%s",
           chain->member_count <= LONG_CHAIN ? ": `" : ", with `otherwise",
           chain->member_count <= LONG_CHAIN ? seg_finding_chain(findings, &change) : "", "`");
}

void seg_finding_gap(struct seg_findings *findings, const struct seg_verdict *verdict) {
  const struct seg_program_chain *chain = &findings->program->chains[verdict->chain];
  struct seg_diagnostic *d = seg_report_each(
      findings->sink, SEG_DIAG_GAP_IN_CHAIN, chain->name.span,
      "a customer can match no segment of the chain `%.*s`", SEG_STR(chain->name.text));
  seg_finding_witness(findings, d, verdict);
  for (uint32_t i = 0; i < verdict->clause_count && verdict->other != SEG_ABSENT; i++)
    seg_note_at(findings->sink, d, verdict->clauses[i]->span,
                i == 0 ? "`%.*s` comes nearest, and this does not hold" : "nor does this of `%.*s`",
                SEG_STR(seg_finding_name(findings, verdict->other)));
  bool stale = has_verdict(findings, SEG_VERDICT_STALE_CHAIN, verdict->chain);
  if (stale)
    seg_note(findings->sink, d,
             "no two segments of the chain can match one customer, so their order decides nothing");
  const struct seg_chain_change change = {verdict->chain, SEG_ABSENT, SEG_ABSENT,
                                          seg_finding_fresh_name(findings, "rest"), NULL};
  if (chain->member_count <= LONG_CHAIN)
    seg_help(findings->sink, d, "name those whom nobody takes: `%s`",
             seg_finding_chain(findings, &change));
  else
    seg_help(findings->sink, d, "name those whom nobody takes: `otherwise rest` behind the chain");
  if (stale)
    help_exclusive(findings, d, chain);
}
