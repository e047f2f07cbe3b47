/**
 * Segments, and decisions that several of them share.
 */
#include "compiler/sema/check.h"

void seg_check_segments(struct seg_check *check) {
  uint32_t index = 0;
  for (const struct seg_declaration *d = check->ast->first; d; d = d->next) {
    if (d->kind != SEG_DECLARE_SEGMENT)
      continue;
    struct seg_program_segment *segment = &check->program->segments[index++];
    segment->name = d->segment->name;
    segment->title = d->segment->title.text;
    segment->syntax = d->segment;
    segment->review_day = INT32_MAX;
    segment->span = d->span;
    seg_check_clauses(check, segment);
  }
}

/** Where a segment's decision is written. */
static struct seg_span decision_span(const struct seg_program_segment *segment) {
  for (uint32_t i = 0; i < segment->syntax->clause_count; i++) {
    const struct seg_clause *clause = &segment->syntax->clauses[i];
    if (seg_str_is(clause->name.text, "decision") && clause->value_count == 1 && clause->values[0])
      return clause->values[0]->span;
  }
  return segment->name.span;
}

/** One warning for all repeated decisions, at the first, so that a big project is not flooded. */
void seg_check_decisions(struct seg_check *check) {
  struct seg_program *program = check->program;
  struct seg_names seen;
  if (!seg_names_init(&seen, &check->scratch, program->segment_count)) {
    check->out_of_memory = true;
    return;
  }
  uint32_t repeated = 0, first = 0, earlier = 0;
  for (uint32_t i = 0; i < program->segment_count; i++) {
    uint32_t other = 0;
    struct seg_str decision = program->segments[i].decision;
    if (decision.size == 0 || seg_names_add(&seen, decision, i, &other) != SEG_NAME_SAME)
      continue;
    if (repeated++ == 0) {
      first = i;
      earlier = other;
    }
  }
  if (repeated == 0)
    return;
  struct seg_diagnostic *d = seg_report(
      check->sink, SEG_DIAG_MANY_SEGMENTS, decision_span(&program->segments[first]),
      "%u segments share %u decisions", (unsigned)(seen.count + repeated), (unsigned)seen.count);
  seg_note_at(check->sink, d, decision_span(&program->segments[earlier]),
              "the same decision stands here");
  seg_note(check->sink, d, "two segments with one decision are one segment");
}
