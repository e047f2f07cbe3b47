// Names, places and changes of rules, as the diagnostics of this room say them.
#include <string.h>

#include "compiler/findings/findings_parts.h"

const char *seg_finding_text(struct seg_findings *findings, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int size = vsnprintf(NULL, 0, format, again);
  va_end(again);
  char *text = size < 0 ? NULL : seg_arena_alloc(&findings->arena, (size_t)size + 1);
  if (text != NULL)
    vsnprintf(text, (size_t)size + 1, format, arguments);
  va_end(arguments);
  findings->out_of_memory = findings->out_of_memory || text == NULL;
  return text == NULL ? "" : text;
}

struct seg_str seg_finding_name(const struct seg_findings *findings, uint32_t segment) {
  const struct seg_name *name = &findings->program->segments[segment].name;
  struct seg_str written = seg_source_map_text(findings->map, name->span);
  return written.size > 0 ? written : name->text;
}

struct seg_span seg_finding_rule(const struct seg_findings *findings, uint32_t segment) {
  const struct seg_program_segment *declared = &findings->program->segments[segment];
  const struct seg_segment *syntax = declared->syntax;
  for (uint32_t i = 0; syntax != NULL && i < syntax->clause_count; i++)
    if (seg_str_is(syntax->clauses[i].name.text, "when") && syntax->clauses[i].value_count > 0)
      return syntax->clauses[i].values[0]->span;
  return declared->name.span;
}

const char *seg_finding_names(struct seg_findings *findings, const uint32_t *segments,
                              uint32_t count, uint32_t shown) {
  const char *text = "";
  uint32_t named = count <= shown ? count : shown;
  for (uint32_t i = 0; i < named; i++) {
    const char *before = i == 0 ? "" : i + 1 < count ? ", " : " and ";
    text = seg_finding_text(findings, "%s%s`%.*s`", text, before,
                            SEG_STR(seg_finding_name(findings, segments[i])));
  }
  if (count <= named)
    return text;
  uint32_t others = count - named;
  return seg_finding_text(findings, "%s and %u other%s", text, others, others == 1 ? "" : "s");
}

// --- chains ---

static bool equal_but_for_case(struct seg_str a, struct seg_str b) {
  return a.size == b.size && strncasecmp(a.data, b.data, a.size) == 0;
}

static bool is_column(const struct seg_program_entity *entity, struct seg_str name) {
  for (uint32_t i = 0; i < entity->column_count; i++)
    if (equal_but_for_case(entity->columns[i].name.text, name))
      return true;
  return false;
}

// Every kind of declaration with a name: all of them share one room of names.
static bool is_taken(const struct seg_program *program, struct seg_str name) {
  bool taken = is_column(&program->customer, name);
  for (uint32_t i = 0; i < program->event_count; i++)
    taken = taken || equal_but_for_case(program->events[i].name.text, name) ||
            is_column(&program->events[i], name);
  for (uint32_t i = 0; i < program->constant_count; i++)
    taken = taken || equal_but_for_case(program->constants[i].name.text, name);
  for (uint32_t i = 0; i < program->metric_count; i++)
    taken = taken || equal_but_for_case(program->metrics[i].name.text, name);
  for (uint32_t i = 0; i < program->list_count; i++)
    taken = taken || equal_but_for_case(program->lists[i].name.text, name);
  for (uint32_t i = 0; i < program->segment_count; i++)
    taken = taken || equal_but_for_case(program->segments[i].name.text, name);
  for (uint32_t i = 0; i < program->chain_count; i++)
    taken = taken || equal_but_for_case(program->chains[i].name.text, name) ||
            equal_but_for_case(program->chains[i].otherwise, name);
  return taken;
}

const char *seg_finding_fresh_name(struct seg_findings *findings, const char *wish) {
  const char *name = wish;
  for (uint32_t i = 2; is_taken(findings->program, seg_str_view(name)); i++)
    name = seg_finding_text(findings, "%s_%u", wish, i);
  return name;
}

static bool has_segment(const struct seg_program_chain *chain, uint32_t segment) {
  for (uint32_t i = 0; i < chain->member_count; i++)
    if (chain->members[i] == segment)
      return true;
  return false;
}

uint32_t seg_finding_chain_of(const struct seg_findings *findings, uint32_t segment) {
  for (uint32_t i = 0; i < findings->program->chain_count; i++)
    if (has_segment(&findings->program->chains[i], segment))
      return i;
  return SEG_ABSENT;
}

bool seg_finding_is_bundled(const struct seg_findings *findings, uint32_t chain) {
  uint32_t file = findings->program->chains[chain].span.file;
  return file < findings->map->files.count && findings->map->files.items[file].bundled;
}

uint32_t seg_finding_met_in_chain(const struct seg_findings *findings, uint32_t segment,
                                  uint32_t chain) {
  const struct seg_program_chain *declared = &findings->program->chains[chain];
  uint32_t met = 0;
  for (size_t i = 0; i < findings->verdicts->items.count; i++) {
    const struct seg_verdict *verdict = &findings->verdicts->items.items[i];
    if (verdict->kind != SEG_VERDICT_OVERLAP)
      continue;
    met += (verdict->segment == segment && has_segment(declared, verdict->other)) ||
           (verdict->other == segment && has_segment(declared, verdict->segment));
  }
  return met;
}

static const char *add_member(struct seg_findings *findings, const char *text, bool first,
                              uint32_t segment) {
  return seg_finding_text(findings, "%s%s%.*s", text, first ? "" : " > ",
                          SEG_STR(seg_finding_name(findings, segment)));
}

const char *seg_finding_chain(struct seg_findings *findings,
                              const struct seg_chain_change *change) {
  const struct seg_program_chain *chain = &findings->program->chains[change->chain];
  struct seg_str name = seg_source_map_text(findings->map, chain->name.span);
  if (change->name != NULL)
    name = seg_str_view(change->name);
  const char *text = seg_finding_text(
      findings, "priority %.*s: ", SEG_STR(name.size > 0 ? name : chain->name.text));
  bool first = true;
  for (uint32_t i = 0; i < chain->member_count; i++) {
    if (change->segment != SEG_ABSENT && chain->members[i] == change->before) {
      text = add_member(findings, text, first, change->segment);
      first = false;
    }
    if (chain->members[i] == change->segment)
      continue;
    text = add_member(findings, text, first, chain->members[i]);
    first = false;
  }
  if (change->segment != SEG_ABSENT && change->before == SEG_ABSENT)
    text = add_member(findings, text, first, change->segment);
  if (chain->otherwise.size > 0 && change->name == NULL)
    text = seg_finding_text(findings, "%s otherwise %.*s", text, SEG_STR(chain->otherwise));
  else if (change->otherwise != NULL)
    text = seg_finding_text(findings, "%s otherwise %s", text, change->otherwise);
  return text;
}

// --- what is declared, what is known ---

static bool has_member(const struct seg_program_exclusive *exclusive, uint32_t segment) {
  for (uint32_t i = 0; i < exclusive->member_count; i++)
    if (exclusive->members[i] == segment)
      return true;
  return false;
}

const struct seg_program_exclusive *seg_finding_exclusive(const struct seg_findings *findings,
                                                          uint32_t a, uint32_t b) {
  for (uint32_t i = 0; i < findings->program->exclusive_count; i++) {
    const struct seg_program_exclusive *exclusive = &findings->program->exclusives[i];
    if (has_member(exclusive, a) && has_member(exclusive, b))
      return exclusive;
  }
  return NULL;
}

const struct seg_program_overlap *seg_finding_overlap_of(const struct seg_findings *findings,
                                                         uint32_t a, uint32_t b) {
  for (uint32_t i = 0; i < findings->program->overlap_count; i++) {
    const struct seg_program_overlap *overlap = &findings->program->overlaps[i];
    if ((overlap->segment == a && overlap->other == b) ||
        (overlap->segment == b && overlap->other == a))
      return overlap;
  }
  return NULL;
}

bool seg_finding_is_inside(const struct seg_findings *findings, uint32_t inner, uint32_t outer) {
  for (size_t i = 0; i < findings->insides.count; i++) {
    const struct seg_verdict *verdict = findings->insides.items[i];
    bool forth = verdict->segment == inner && verdict->other == outer;
    bool back = verdict->segment == outer && verdict->other == inner;
    if (forth || (verdict->kind == SEG_VERDICT_EQUIVALENT && back))
      return true;
  }
  return false;
}
