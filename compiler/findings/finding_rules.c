// What is wrong with one rule, or with two that say the same: O203, O205 to O208.
#include "compiler/findings/findings_parts.h"

void seg_finding_never(struct seg_findings *findings, const struct seg_verdict *verdict) {
  struct seg_str name = seg_finding_name(findings, verdict->segment);
  struct seg_diagnostic *d = seg_report_each(
      findings->sink, SEG_DIAG_NEVER_MATCHES, seg_finding_rule(findings, verdict->segment),
      "`%.*s` matches no customer, whatever the data", SEG_STR(name));
  struct seg_span rule = seg_finding_rule(findings, verdict->segment);
  bool whole = verdict->clause_count == 1 && verdict->clauses[0]->span.file == rule.file &&
               verdict->clauses[0]->span.begin == rule.begin &&
               verdict->clauses[0]->span.end == rule.end; // shown already
  for (uint32_t i = 0; i < verdict->clause_count && !whole; i++)
    seg_note_at(findings->sink, d, verdict->clauses[i]->span,
                verdict->clause_count == 1       ? "this can never hold"
                : i == 0                         ? "this cannot hold"
                : i + 1 == verdict->clause_count ? "together with this"
                                                 : "together with this, and");
  seg_help(findings->sink, d,
           verdict->clause_count > 1
               ? "change or delete one of these conditions; none of the others is to blame"
               : "change the condition, or delete the segment");
}

static bool is_literally_true(const struct seg_node *rule) {
  return rule->kind == SEG_NODE_LITERAL;
}

void seg_finding_always(struct seg_findings *findings, const struct seg_verdict *verdict) {
  const struct seg_program_segment *segment = &findings->program->segments[verdict->segment];
  if (is_literally_true(segment->when))
    return; // said plainly
  struct seg_diagnostic *d = seg_report_each(findings->sink, SEG_DIAG_ALWAYS_MATCHES,
                                             seg_finding_rule(findings, verdict->segment),
                                             "`%.*s` matches every customer, whatever the data",
                                             SEG_STR(seg_finding_name(findings, verdict->segment)));
  seg_help(findings->sink, d, "if everybody is meant, say so: `when: true`");
}

// What meets undeclared is an error of its own, which says what is known of the two rules; in a
// chain the narrow rule comes first, or is hidden, which is another.
static bool is_told_elsewhere(const struct seg_findings *findings,
                              const struct seg_verdict *verdict) {
  return seg_program_relation(findings->program, verdict->segment, verdict->other) !=
         SEG_MAY_OVERLAP;
}

static bool is_always(const struct seg_findings *findings, uint32_t segment) {
  for (size_t i = 0; i < findings->verdicts->items.count; i++) {
    const struct seg_verdict *verdict = &findings->verdicts->items.items[i];
    if (verdict->kind == SEG_VERDICT_ALWAYS && verdict->segment == segment)
      return true;
  }
  return false;
}

void seg_finding_equivalent(struct seg_findings *findings, const struct seg_verdict *verdict) {
  if (is_told_elsewhere(findings, verdict) || is_always(findings, verdict->segment))
    return;
  struct seg_str name = seg_finding_name(findings, verdict->segment);
  struct seg_str other = seg_finding_name(findings, verdict->other);
  struct seg_diagnostic *d = seg_report_each(
      findings->sink, SEG_DIAG_SAME_CUSTOMERS, seg_finding_rule(findings, verdict->segment),
      "`%.*s` matches the same customers as `%.*s`", SEG_STR(name), SEG_STR(other));
  seg_note_at(findings->sink, d, seg_finding_rule(findings, verdict->other), "the rule of `%.*s`",
              SEG_STR(other));
  seg_help(findings->sink, d, "keep one of the two, or change one of the rules");
}

void seg_finding_inside(struct seg_findings *findings, const struct seg_verdict *verdict) {
  if (is_told_elsewhere(findings, verdict))
    return;
  struct seg_str name = seg_finding_name(findings, verdict->segment);
  struct seg_str other = seg_finding_name(findings, verdict->other);
  struct seg_span rule = seg_finding_rule(findings, verdict->segment);
  struct seg_diagnostic *d =
      seg_report_each(findings->sink, SEG_DIAG_PART_OF_ANOTHER, rule,
                      "every customer of `%.*s` matches `%.*s` too", SEG_STR(name), SEG_STR(other));
  seg_note_at(findings->sink, d, seg_finding_rule(findings, verdict->other), "the rule of `%.*s`",
              SEG_STR(other));
  seg_help(findings->sink, d, "if this is meant, say so: `when: member(%.*s) and (...)`",
           SEG_STR(other));
}

// --- conditions that change nothing ---

static bool any_node(const struct seg_node *node, bool (*wanted)(const struct seg_node *)) {
  if (wanted(node))
    return true;
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (any_node(node->operands[i], wanted))
      return true;
  return false;
}

static bool may_be_missing(const struct seg_node *node) {
  return node->optional;
}

static bool negates_what_may_be_missing(const struct seg_node *node) {
  bool negates = node->kind == SEG_NODE_NOT ||
                 ((node->kind == SEG_NODE_COMPARE || node->kind == SEG_NODE_COMPARE_FRACTIONS) &&
                  node->comparison == SEG_NOT_EQUAL);
  return negates && any_node(node, may_be_missing);
}

static bool is_presence(const struct seg_node *node) {
  return node->kind == SEG_NODE_AGGREGATE && seg_aggregate_is_always_known(node->aggregate);
}

/** `purchases >= 1`: there is something to look at. */
static bool is_existence(const struct seg_node *node) {
  if (node->kind != SEG_NODE_COMPARE || !is_presence(node->operands[0]) ||
      node->operands[1]->kind != SEG_NODE_LITERAL || node->operands[1]->type.kind != SEG_TYPE_INT)
    return false;
  int64_t least = node->operands[1]->literal.integer;
  return (node->comparison == SEG_GREATER_EQUAL && least == 1) ||
         (node->comparison == SEG_GREATER && least == 0);
}

// `purchases >= 1 ever and recency >= 90`, `country is known and country != "US"`: a missing value
// fails the second condition too, but the first says it aloud, and a negation needs it (E401).
static bool is_guard(const struct seg_node *rule, const struct seg_node *clause) {
  if (clause->kind == SEG_NODE_IS_KNOWN || is_existence(clause))
    return any_node(rule, may_be_missing);
  return any_node(clause, is_presence) && any_node(rule, negates_what_may_be_missing);
}

void seg_finding_redundant(struct seg_findings *findings, const struct seg_verdict *verdict) {
  const struct seg_node *clause = verdict->clauses[0];
  if (clause->kind == SEG_NODE_MEMBER)
    return; // said on purpose: that this rule is part of another
  if (is_guard(findings->program->segments[verdict->segment].when, clause))
    return;
  struct seg_str name = seg_finding_name(findings, verdict->segment);
  struct seg_diagnostic *d = seg_report_each(
      findings->sink, SEG_DIAG_IDLE_CONDITION, clause->span,
      "this condition changes nothing: without it `%.*s` matches the same customers",
      SEG_STR(name));
  seg_help(findings->sink, d, "delete it, or correct what it should say");
}
