// What has no proof and no witness: O212 where a declaration is missing or false unless it is
// proved, O213 elsewhere. It never looks like what is proved.
#include <string.h>

#include "compiler/findings/findings_parts.h"

enum { SHOWN_UNPROVED = 50, SHOWN_OTHERS = 5 };

static struct seg_span chain_place(const struct seg_findings *findings, uint32_t chain) {
  return findings->program->chains[chain].name.span;
}

static struct seg_span clause_place(const struct seg_findings *findings,
                                    const struct seg_verdict *verdict) {
  return verdict->clause_count > 0 ? verdict->clauses[0]->span
                                   : seg_finding_rule(findings, verdict->segment);
}

static struct seg_span pair_place(const struct seg_findings *findings,
                                  const struct seg_verdict *verdict) {
  const struct seg_program_exclusive *exclusive =
      seg_finding_exclusive(findings, verdict->segment, verdict->other);
  const struct seg_program_overlap *overlap =
      seg_finding_overlap_of(findings, verdict->segment, verdict->other);
  if (verdict->asked == SEG_VERDICT_EXCLUSIVE_BROKEN && exclusive != NULL)
    return exclusive->span;
  if (verdict->asked == SEG_VERDICT_STALE_OVERLAP && overlap != NULL)
    return overlap->other_span;
  return seg_finding_rule(findings, verdict->segment);
}

/** The fact: which sentence is neither proved nor refuted. */
static const char *sentence(struct seg_findings *findings, const struct seg_verdict *verdict,
                            struct seg_span *place) {
  struct seg_str none = {"", 0};
  struct seg_str a =
      verdict->segment != SEG_ABSENT ? seg_finding_name(findings, verdict->segment) : none;
  struct seg_str b =
      verdict->other != SEG_ABSENT ? seg_finding_name(findings, verdict->other) : none;
  struct seg_str chain = none;
  if (verdict->chain != SEG_ABSENT)
    chain = findings->program->chains[verdict->chain].name.text;
  switch (verdict->asked) {
  case SEG_VERDICT_OVERLAP:
    *place = pair_place(findings, verdict);
    return seg_finding_text(findings, "no customer matches both `%.*s` and `%.*s`", SEG_STR(a),
                            SEG_STR(b));
  case SEG_VERDICT_EXCLUSIVE_BROKEN:
    *place = pair_place(findings, verdict);
    return seg_finding_text(findings, "`%.*s` and `%.*s` are exclusive, as declared", SEG_STR(a),
                            SEG_STR(b));
  case SEG_VERDICT_STALE_OVERLAP:
    *place = pair_place(findings, verdict);
    return seg_finding_text(findings, "a customer can match both `%.*s` and `%.*s`", SEG_STR(a),
                            SEG_STR(b));
  case SEG_VERDICT_NEVER:
    *place = seg_finding_rule(findings, verdict->segment);
    return seg_finding_text(findings, "a customer can match `%.*s`", SEG_STR(a));
  case SEG_VERDICT_ALWAYS:
    *place = seg_finding_rule(findings, verdict->segment);
    return seg_finding_text(findings, "a customer can fail to match `%.*s`", SEG_STR(a));
  case SEG_VERDICT_EQUIVALENT:
  case SEG_VERDICT_INSIDE:
    *place = seg_finding_rule(findings, verdict->segment);
    return seg_finding_text(findings, "a customer can match `%.*s` without `%.*s`", SEG_STR(a),
                            SEG_STR(b));
  case SEG_VERDICT_REDUNDANT:
    *place = clause_place(findings, verdict);
    return seg_finding_text(findings, "this condition of `%.*s` makes a difference", SEG_STR(a));
  case SEG_VERDICT_HIDDEN:
    *place = chain_place(findings, verdict->chain);
    return seg_finding_text(findings, "`%.*s` can win a customer in the chain `%.*s`", SEG_STR(a),
                            SEG_STR(chain));
  case SEG_VERDICT_STALE_CHAIN:
    *place = chain_place(findings, verdict->chain);
    return seg_finding_text(findings, "two segments of the chain `%.*s` can match one customer",
                            SEG_STR(chain));
  case SEG_VERDICT_GAP:
    *place = chain_place(findings, verdict->chain);
    return seg_finding_text(findings, "every customer matches a segment of the chain `%.*s`",
                            SEG_STR(chain));
  case SEG_VERDICT_UNPROVED:
  case SEG_VERDICT_KIND_COUNT: break;
  }
  return "";
}

static const char *reason_of(const struct seg_verdict *verdict) {
  return verdict->reason != NULL ? verdict->reason : "the search was given up";
}

static void note_reason(struct seg_findings *findings, struct seg_diagnostic *diagnostic,
                        const struct seg_verdict *verdict) {
  seg_note(findings->sink, diagnostic, "it is neither proved nor refuted, because %s",
           reason_of(verdict));
}

// --- what a proof is needed for ---

static void report_error(struct seg_findings *findings, const struct seg_verdict *verdict) {
  if (findings->unproved++ >= SHOWN_UNPROVED)
    return; // told by seg_finding_other_unproved
  struct seg_span place = SEG_NO_PLACE;
  const char *fact = sentence(findings, verdict, &place);
  struct seg_diagnostic *d =
      seg_report_each(findings->sink, SEG_DIAG_UNPROVED, place, "not proved: %s", fact);
  if (verdict->asked == SEG_VERDICT_OVERLAP)
    seg_finding_note_rule(findings, d, verdict->other);
  note_reason(findings, d, verdict);
  if (verdict->asked == SEG_VERDICT_OVERLAP)
    seg_finding_help_pair(findings, d, verdict->segment, verdict->other);
  else
    seg_finding_help_exclusive(findings, d, verdict->segment, verdict->other);
}

// --- what would be good to know ---

static void collect(struct seg_findings *findings, const struct seg_verdict *verdict) {
  for (uint32_t i = 0; i < findings->open_kinds; i++) {
    struct seg_open_questions *open = &findings->open[i];
    if (strcmp(reason_of(open->first), reason_of(verdict)) != 0)
      continue;
    struct seg_span place;
    if (open->count++ <= SHOWN_OTHERS)
      open->others =
          seg_finding_text(findings, "%s\n  %s", open->others, sentence(findings, verdict, &place));
    return;
  }
  if (findings->open_kinds == SEG_OPEN_KINDS)
    findings->open_rest++;
  else
    findings->open[findings->open_kinds++] = (struct seg_open_questions){verdict, 1, ""};
}

static void report_open(struct seg_findings *findings, const struct seg_open_questions *open) {
  struct seg_span place = SEG_NO_PLACE;
  const char *fact = sentence(findings, open->first, &place);
  struct seg_diagnostic *d =
      seg_report_each(findings->sink, SEG_DIAG_UNPROVED_HINT, place, "not proved: %s", fact);
  note_reason(findings, d, open->first);
  if (open->count > SHOWN_OTHERS + 1)
    seg_note(findings->sink, d, "nor, for the same reason:%s\n  and %u more", open->others,
             (unsigned)(open->count - SHOWN_OTHERS - 1));
  else if (open->count > 1)
    seg_note(findings->sink, d, "nor, for the same reason:%s", open->others);
  seg_help(findings->sink, d,
           "nothing is known to be wrong: look at it yourself, and keep a `test` for it");
}

void seg_finding_unproved(struct seg_findings *findings, const struct seg_verdict *verdict) {
  if (verdict->asked == SEG_VERDICT_OVERLAP || verdict->asked == SEG_VERDICT_EXCLUSIVE_BROKEN)
    report_error(findings, verdict);
  else
    collect(findings, verdict);
}

void seg_finding_other_unproved(struct seg_findings *findings) {
  if (findings->unproved > SHOWN_UNPROVED)
    seg_report_each(findings->sink, SEG_DIAG_UNPROVED, SEG_NO_PLACE,
                    "not proved: %u other pairs of segments",
                    (unsigned)(findings->unproved - SHOWN_UNPROVED));
  for (uint32_t i = 0; i < findings->open_kinds; i++)
    report_open(findings, &findings->open[i]);
  if (findings->open_rest > 0)
    seg_report_each(findings->sink, SEG_DIAG_UNPROVED_HINT, SEG_NO_PLACE,
                    "not proved: %u other questions", (unsigned)findings->open_rest);
}
