/**
 * Segments, chains and relations between segments.
 */
#include "compiler/sema/check.h"

enum { SEG_LONG_CHAIN = 8 };

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

/** The segment a chain or relation names, or NULL after reporting. */
static struct seg_symbol *find_member(struct seg_check *check, struct seg_name name) {
  struct seg_symbol *symbol = seg_find_symbol(check, name.text);
  if (!symbol) {
    seg_unknown_symbol(check, name, SEG_SYMBOL_SEGMENT, "segment");
    return NULL;
  }
  if (symbol->kind == SEG_SYMBOL_SEGMENT)
    return symbol;
  if (!symbol->excused)
    seg_report(check->sink, SEG_DIAG_WRONG_KIND, name.span, "`%.*s` is no segment",
               SEG_STR(name.text));
  return NULL;
}

/** Resolve members in order; a repetition is reported and left out. */
static uint32_t find_members(struct seg_check *check, const struct seg_name *names, uint32_t count,
                             uint32_t *members) {
  struct seg_names seen;
  if (!seg_names_init(&seen, &check->scratch, count)) {
    check->out_of_memory = true;
    return 0;
  }
  uint32_t found = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t other = 0;
    struct seg_symbol *symbol = find_member(check, names[i]);
    if (!symbol)
      continue;
    if (seg_names_add(&seen, names[i].text, i, &other) == SEG_NAME_SAME) {
      struct seg_diagnostic *d =
          seg_report(check->sink, SEG_DIAG_CHAIN_MEMBER_TWICE, names[i].span,
                     "`%.*s` stands twice in one list", SEG_STR(names[i].text));
      seg_note_at(check->sink, d, names[other].span, "first here");
      continue;
    }
    symbol->used = true;
    members[found++] = symbol->index;
  }
  return found;
}

static void check_otherwise(struct seg_check *check, const struct seg_priority *syntax) {
  struct seg_name name = syntax->otherwise;
  if (name.text.size == 0)
    return;
  int64_t found = seg_names_find(&check->names, name.text);
  bool same = found != SEG_NO_NAME;
  if (!same)
    found = seg_names_find_alike(&check->names, name.text);
  const struct seg_symbol *symbol = found == SEG_NO_NAME ? NULL : &check->symbols[found];
  if (!symbol || symbol->kind != SEG_SYMBOL_SEGMENT)
    return;
  struct seg_diagnostic *d = seg_report(
      check->sink, same ? SEG_DIAG_DUPLICATE_NAME : SEG_DIAG_CONFUSABLE_NAME, name.span,
      same ? "`%.*s` is a segment, and `otherwise` names those whom no segment takes"
           : "`%.*s` can be mistaken for a segment, and names those whom no segment takes",
      SEG_STR(name.text));
  seg_note_at(check->sink, d, symbol->name.span, "the segment");
  seg_help(check->sink, d, "choose another name, or make the segment the last member");
}

static void check_chain(struct seg_check *check, const struct seg_declaration *declaration,
                        struct seg_program_chain *chain) {
  const struct seg_priority *syntax = declaration->priority;
  chain->name = syntax->name;
  chain->otherwise = syntax->otherwise.text;
  chain->span = declaration->span;
  chain->members = SEG_NEW_ARRAY(&check->program->arena, uint32_t, syntax->member_count + 1u);
  if (!chain->members) {
    check->out_of_memory = true;
    return;
  }
  chain->member_count = find_members(check, syntax->members, syntax->member_count, chain->members);
  check_otherwise(check, syntax);
  if (syntax->member_count <= SEG_LONG_CHAIN || seg_in_library(check, declaration->span))
    return;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_MANY_SEGMENTS, syntax->name.span,
                                        "the chain `%.*s` has %u segments",
                                        SEG_STR(syntax->name.text), (unsigned)syntax->member_count);
  seg_note(check->sink, d, "more than %d are hard to tell apart and to act on",
           (int)SEG_LONG_CHAIN);
}

static void check_relation(struct seg_check *check, const struct seg_declaration *declaration) {
  const struct seg_relation *syntax = declaration->relation;
  if (syntax->kind == SEG_EXCLUSIVE) {
    seg_report_not_yet(check, SEG_NOT_YET_EXCLUSIVE, declaration->span);
    return;
  }
  // `overlap` allows what this version does not forbid yet; its names must be right all the same.
  uint32_t *members = SEG_NEW_ARRAY(&check->scratch, uint32_t, syntax->member_count + 1u);
  if (members)
    find_members(check, syntax->members, syntax->member_count, members);
  else
    check->out_of_memory = true;
}

void seg_check_chains(struct seg_check *check) {
  uint32_t index = 0;
  for (const struct seg_declaration *d = check->ast->first; d; d = d->next) {
    if (d->kind == SEG_DECLARE_PRIORITY)
      check_chain(check, d, &check->program->chains[index++]);
    else if (d->kind == SEG_DECLARE_RELATION)
      check_relation(check, d);
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
