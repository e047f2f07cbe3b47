// Two segments with one customer, against what is declared: O201, O202; declarations about segments
// that have none: O209.
#include <string.h>

#include "compiler/findings/findings_parts.h"

enum { SHOWN_NAMES = 10, LONG_CHAIN = 12 };

void seg_finding_note_rule(struct seg_findings *findings, struct seg_diagnostic *diagnostic,
                           uint32_t segment) {
  seg_note_at(findings->sink, diagnostic, seg_finding_rule(findings, segment), "the rule of `%.*s`",
              SEG_STR(seg_finding_name(findings, segment)));
}

/** What else is known of two rules that meet: whether one is part of the other. */
static void note_containment(struct seg_findings *findings, struct seg_diagnostic *diagnostic,
                             uint32_t a, uint32_t b) {
  struct seg_str first = seg_finding_name(findings, a), second = seg_finding_name(findings, b);
  bool within = seg_finding_is_inside(findings, a, b);
  bool around = seg_finding_is_inside(findings, b, a);
  if (within && around)
    seg_note(findings->sink, diagnostic, "both rules match the same customers");
  else if (within)
    seg_note(findings->sink, diagnostic, "every customer of `%.*s` matches `%.*s` too",
             SEG_STR(first), SEG_STR(second));
  else if (around)
    seg_note(findings->sink, diagnostic, "every customer of `%.*s` matches `%.*s` too",
             SEG_STR(second), SEG_STR(first));
}

// The wider rule stands behind the narrower one, which would never win otherwise.
static void help_new_chain(struct seg_findings *findings, struct seg_diagnostic *diagnostic,
                           uint32_t a, uint32_t b) {
  bool swapped = seg_finding_is_inside(findings, b, a);
  seg_help(findings->sink, diagnostic, "say which one wins: `priority %s: %.*s > %.*s`",
           seg_finding_fresh_name(findings, "lifecycle"),
           SEG_STR(seg_finding_name(findings, swapped ? b : a)),
           SEG_STR(seg_finding_name(findings, swapped ? a : b)));
}

/** Whom a newcomer stands before: in front, where it hides nobody who was not part of it; behind
 * those, who would never win otherwise. */
static uint32_t place_in_chain(const struct seg_findings *findings,
                               const struct seg_program_chain *chain, uint32_t newcomer) {
  uint32_t place = 0;
  for (uint32_t i = 0; i < chain->member_count; i++)
    if (seg_finding_is_inside(findings, chain->members[i], newcomer))
      place = i + 1;
  return place < chain->member_count ? chain->members[place] : SEG_ABSENT;
}

/** `newcomer` goes into the chain that has `member`. */
static void help_join(struct seg_findings *findings, struct seg_diagnostic *diagnostic,
                      uint32_t chain, uint32_t member, uint32_t newcomer) {
  struct seg_str name = seg_finding_name(findings, newcomer);
  const struct seg_program_chain *declared = &findings->program->chains[chain];
  struct seg_chain_change change = {chain, newcomer, place_in_chain(findings, declared, newcomer),
                                    NULL, NULL};
  bool bundled = seg_finding_is_bundled(findings, chain);
  if (bundled)
    change.name = seg_finding_fresh_name(findings, "lifecycle");
  if (declared->member_count > LONG_CHAIN)
    seg_help(findings->sink, diagnostic, "put `%.*s` into %s `%.*s`, where it shall win",
             SEG_STR(name), bundled ? "a chain like" : "the chain", SEG_STR(declared->name.text));
  else if (bundled)
    seg_help(findings->sink, diagnostic,
             "say which one wins, in a chain beside the one of the module: `%s`",
             seg_finding_chain(findings, &change));
  else
    seg_help(findings->sink, diagnostic, "put `%.*s` into the chain of `%.*s`: `%s`", SEG_STR(name),
             SEG_STR(seg_finding_name(findings, member)), seg_finding_chain(findings, &change));
}

static void help_whole_chain(struct seg_findings *findings, struct seg_diagnostic *diagnostic,
                             uint32_t segment, uint32_t chain) {
  if (seg_finding_met_in_chain(findings, segment, chain) < 2)
    return;
  seg_help(findings->sink, diagnostic,
           "or with all segments of the chain: `overlap: %.*s with %.*s`",
           SEG_STR(seg_finding_name(findings, segment)),
           SEG_STR(findings->program->chains[chain].name.text));
}

void seg_finding_help_pair(struct seg_findings *findings, struct seg_diagnostic *diagnostic,
                           uint32_t a, uint32_t b) {
  uint32_t a_chain = seg_finding_chain_of(findings, a), b_chain = seg_finding_chain_of(findings, b);
  struct seg_str first = seg_finding_name(findings, a), second = seg_finding_name(findings, b);
  if (a_chain == SEG_ABSENT && b_chain == SEG_ABSENT)
    help_new_chain(findings, diagnostic, a, b);
  else if (b_chain == SEG_ABSENT)
    help_join(findings, diagnostic, a_chain, a, b);
  else if (a_chain == SEG_ABSENT)
    help_join(findings, diagnostic, b_chain, b, a);
  seg_help(findings->sink, diagnostic, "or allow customers in both: `overlap: %.*s with %.*s`",
           SEG_STR(first), SEG_STR(second));
  const struct seg_program_chain *chains = findings->program->chains;
  if (a_chain != SEG_ABSENT && b_chain != SEG_ABSENT && a_chain != b_chain)
    seg_help(findings->sink, diagnostic,
             "or for all segments of both chains: `overlap: %.*s with %.*s`",
             SEG_STR(chains[a_chain].name.text), SEG_STR(chains[b_chain].name.text));
  else if (a_chain == SEG_ABSENT && b_chain != SEG_ABSENT)
    help_whole_chain(findings, diagnostic, a, b_chain);
  else if (b_chain == SEG_ABSENT && a_chain != SEG_ABSENT)
    help_whole_chain(findings, diagnostic, b, a_chain);
}

void seg_finding_overlap(struct seg_findings *findings, const struct seg_verdict *verdict) {
  if (findings->pairs++ >= SEG_FINDINGS_SHOWN_PAIRS)
    return; // told by seg_finding_other_pairs
  uint32_t a = verdict->segment, b = verdict->other;
  struct seg_diagnostic *d = seg_report_each(
      findings->sink, SEG_DIAG_UNDECLARED_OVERLAP, seg_finding_rule(findings, a),
      "`%.*s` and `%.*s` can both match one customer, and nothing says which wins",
      SEG_STR(seg_finding_name(findings, a)), SEG_STR(seg_finding_name(findings, b)));
  seg_finding_note_rule(findings, d, b);
  note_containment(findings, d, a, b);
  seg_finding_witness(findings, d, verdict);
  seg_finding_help_pair(findings, d, a, b);
}

void seg_finding_help_exclusive(struct seg_findings *findings, struct seg_diagnostic *diagnostic,
                                uint32_t a, uint32_t b) {
  const struct seg_program_exclusive *exclusive = seg_finding_exclusive(findings, a, b);
  if (exclusive != NULL && exclusive->member_count > 2)
    seg_help(findings->sink, diagnostic,
             "change one of the rules, or take one of the two out of this `exclusive`");
  else
    seg_help(findings->sink, diagnostic,
             "change one of the rules, or say which one wins instead: `priority %s: %.*s > %.*s`",
             seg_finding_fresh_name(findings, "lifecycle"), SEG_STR(seg_finding_name(findings, a)),
             SEG_STR(seg_finding_name(findings, b)));
}

void seg_finding_exclusive_broken(struct seg_findings *findings,
                                  const struct seg_verdict *verdict) {
  uint32_t a = verdict->segment, b = verdict->other;
  struct seg_span place = seg_finding_rule(findings, a);
  const struct seg_program_exclusive *exclusive = seg_finding_exclusive(findings, a, b);
  if (exclusive != NULL)
    place = exclusive->span;
  struct seg_diagnostic *d = seg_report_each(
      findings->sink, SEG_DIAG_BROKEN_EXCLUSIVE, place,
      "`%.*s` and `%.*s` are declared exclusive, and one customer can match both",
      SEG_STR(seg_finding_name(findings, a)), SEG_STR(seg_finding_name(findings, b)));
  seg_finding_note_rule(findings, d, a);
  seg_finding_note_rule(findings, d, b);
  note_containment(findings, d, a, b);
  seg_finding_witness(findings, d, verdict);
  seg_finding_help_exclusive(findings, d, a, b);
}

/** One name behind `with` can stand for many pairs, when a side is a chain. */
static uint32_t pairs_behind(const struct seg_findings *findings,
                             const struct seg_program_overlap *overlap) {
  struct seg_span place = overlap->other_span;
  uint32_t count = 0;
  for (uint32_t i = 0; i < findings->program->overlap_count; i++) {
    struct seg_span other = findings->program->overlaps[i].other_span;
    count += other.file == place.file && other.begin == place.begin && other.end == place.end;
  }
  return count;
}

void seg_finding_stale_overlap(struct seg_findings *findings, const struct seg_verdict *verdict) {
  uint32_t a = verdict->segment, b = verdict->other;
  struct seg_str first = seg_finding_name(findings, a), second = seg_finding_name(findings, b);
  const struct seg_program_overlap *overlap = seg_finding_overlap_of(findings, a, b);
  if (overlap == NULL)
    return;
  uint32_t pairs = pairs_behind(findings, overlap);
  struct seg_diagnostic *d;
  if (pairs > 1) {
    d = seg_report_each(findings->sink, SEG_DIAG_STALE_OVERLAP, overlap->other_span,
                        "none of the %u pairs of segments that may overlap here can meet",
                        (unsigned)pairs);
    seg_help(findings->sink, d, "take the name out of this `overlap`");
    return;
  }
  d = seg_report_each(findings->sink, SEG_DIAG_STALE_OVERLAP, overlap->other_span,
                      "`%.*s` and `%.*s` may overlap, and no customer can match both",
                      SEG_STR(first), SEG_STR(second));
  seg_finding_note_rule(findings, d, a);
  seg_finding_note_rule(findings, d, b);
  seg_help(findings->sink, d,
           "take it out of this `overlap`; to be told when a change of the rules lets them meet, "
           "write `exclusive: %.*s, %.*s`",
           SEG_STR(first), SEG_STR(second));
}

// --- the many ---

void seg_finding_other_pairs(struct seg_findings *findings) {
  if (findings->pairs <= SEG_FINDINGS_SHOWN_PAIRS)
    return;
  uint32_t others = findings->pairs - SEG_FINDINGS_SHOWN_PAIRS, passed = 0;
  struct seg_diagnostic *d = NULL;
  size_t count = findings->verdicts->items.count;
  uint32_t *names = SEG_NEW_ARRAY(&findings->arena, uint32_t, (size_t)others);
  if (names == NULL) {
    findings->out_of_memory = true;
    return;
  }
  // The verdicts are in the order of their segments: a run of equal ones is one line.
  uint32_t segment = SEG_ABSENT, met = 0;
  for (size_t i = 0; i <= count; i++) {
    const struct seg_verdict *verdict = i < count ? &findings->verdicts->items.items[i] : NULL;
    if (verdict != NULL && verdict->kind != SEG_VERDICT_OVERLAP)
      continue;
    if (verdict != NULL && passed++ < SEG_FINDINGS_SHOWN_PAIRS)
      continue;
    if (met > 0 && (verdict == NULL || verdict->segment != segment)) {
      if (d == NULL)
        d = seg_report_each(findings->sink, SEG_DIAG_UNDECLARED_OVERLAP,
                            seg_finding_rule(findings, segment),
                            "%u other pairs of segments can match one customer, and nothing says "
                            "which wins",
                            (unsigned)others);
      seg_note(findings->sink, d, "`%.*s` also meets %s",
               SEG_STR(seg_finding_name(findings, segment)),
               seg_finding_names(findings, names, met, SHOWN_NAMES));
      met = 0;
    }
    if (verdict != NULL) {
      segment = verdict->segment;
      names[met++] = verdict->other;
    }
  }
  if (d != NULL)
    seg_help(findings->sink, d,
             "one chain says for all of its segments which wins; `overlap` takes chains too");
}
