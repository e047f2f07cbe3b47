// Doubts dispelled or reported, rule by rule; see guards.h.
#include "compiler/guards/guards.h"

#include <limits.h>

#include "compiler/guards/suppose.h"
#include "compiler/prove/prover.h"
#include "compiler/witness/witness_view.h"
#include "runtime/time/civil.h"

enum {
  SINGLE_DOUBTS = 20, // of a rule, that are looked at one by one
  LINES = 6,          // of a customer, in a note
};

struct settling {
  const struct seg_program *program;
  struct seg_diagnostics *sink;
  struct seg_error *error;
  struct seg_arena arena;
  struct seg_prover prover;
  struct seg_zone *zone; // NULL: the machine does not know it
};

static struct seg_str lost(struct settling *settling) {
  settling->sink->out_of_memory = true;
  return (struct seg_str){"", 0};
}

// --- words ---

/** The segment of a rule: whose columns are shown. */
static uint32_t segment_of(const struct settling *settling, const struct seg_node *rule) {
  uint32_t segment = 0;
  while (segment + 1u < settling->program->segment_count &&
         settling->program->segments[segment].when != rule)
    segment++;
  return segment;
}

/** Does it matter on which day the rule is asked? */
static bool looks_at_days(const struct settling *settling, const struct seg_node *node) {
  const struct seg_node *computed = NULL;
  if (node->kind == SEG_NODE_AGGREGATE || node->kind == SEG_NODE_DAYS_SINCE)
    return true;
  if (node->kind == SEG_NODE_ATTRIBUTE)
    computed = settling->program->customer.columns[node->column].computed;
  if (computed != NULL && looks_at_days(settling, computed))
    return true;
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (looks_at_days(settling, node->operands[i]))
      return true;
  return false;
}

/** The customer in a note, and as JSON for tools. */
static enum seg_status show_customer(struct settling *settling, const struct seg_node *rule,
                                     const struct seg_witness *witness, struct seg_str *note,
                                     struct seg_str *json) {
  uint32_t segment = segment_of(settling, rule);
  struct seg_witness_view view = {
      settling->program, settling->zone, &witness->dataset, witness->as_of, 1, &segment, NULL};
  struct seg_witness_lines lines = {0};
  enum seg_status status = settling->zone == NULL ? SEG_OK
                                                  : seg_witness_to_lines(&view, &settling->arena,
                                                                         &lines, settling->error);
  if (status == SEG_OK && settling->zone != NULL)
    status = seg_witness_to_json(&view, &settling->arena, json, settling->error);
  if (status != SEG_OK)
    return status;
  char day[SEG_CIVIL_TEXT];
  seg_civil_format(witness->as_of, day);
  bool dated = looks_at_days(settling, settling->program->segments[segment].when);
  *note = seg_arena_format(&settling->arena, "for example, %s%s%sit would decide about this one",
                           dated ? "as of " : "", dated ? day : "", dated ? " " : "");
  for (uint32_t i = 0; i < lines.count && i <= LINES && note->data != NULL; i++)
    *note = seg_arena_format(&settling->arena, "%.*s%s%.*s", SEG_STR(*note), i == 0 ? ": " : "; ",
                             SEG_STR(i == LINES ? seg_str_view("...") : lines.items[i]));
  if (note->data == NULL)
    *note = lost(settling);
  return SEG_OK;
}

static struct seg_str unproved_note(struct settling *settling, const char *reason) {
  struct seg_str note = seg_arena_format(
      &settling->arena, "that it never decides about anybody is not proved, because %s", reason);
  return note.data != NULL ? note : lost(settling);
}

/** Report a doubt that was not dispelled. */
static enum seg_status report(struct settling *settling, const struct seg_program_doubt *doubt,
                              const struct seg_found *found) {
  struct seg_str note = {"", 0}, json = {NULL, 0};
  enum seg_status status = SEG_OK;
  if (found->existence == SEG_SOMEBODY)
    status = show_customer(settling, doubt->rule, &found->witness, &note, &json);
  else
    note = unproved_note(settling, found->reason);
  if (status != SEG_OK)
    return status;
  struct seg_diagnostic *reported = seg_report_copy(settling->sink, doubt->diagnostic, note);
  if (json.size > 0)
    seg_show_witness(settling->sink, reported, json);
  return SEG_OK;
}

// --- questions ---

/** Does the rule depend on a doubt, looking at so many groups around it? */
static enum seg_status ask(struct settling *settling, struct seg_supposition *supposition,
                           const struct seg_program_doubt *doubt, unsigned levels, bool *all,
                           struct seg_found *found) {
  struct seg_node *decides =
      seg_suppose_decides(supposition, doubt->rule, doubt->atom, levels, all);
  if (supposition->out_of_memory)
    return seg_fail_memory(settling->error, "the proofs");
  struct seg_wanted wanted[] = {{doubt->missing, false}, {decides, false}};
  return seg_prover_find(&settling->prover, wanted, decides != NULL ? 2 : 1, found,
                         settling->error);
}

/** A guard mostly stands near, and what stands near is quickly asked: outwards, until there is a
 * proof, or nothing more to look at. */
static enum seg_status settle_doubt(struct settling *settling, struct seg_supposition *supposition,
                                    const struct seg_program_doubt *doubt) {
  static const unsigned levels[] = {1, 2, UINT_MAX};
  bool done = false;
  for (size_t i = 0; i < sizeof levels / sizeof *levels && !done; i++) {
    struct seg_found found = {.existence = SEG_UNPROVED};
    bool all = false;
    enum seg_status status = ask(settling, supposition, doubt, levels[i], &all, &found);
    if (status != SEG_OK)
      return status;
    done = all || found.existence == SEG_NOBODY;
    if (found.existence != SEG_NOBODY && all)
      status = report(settling, doubt, &found);
    seg_found_deinit(&found);
    if (status != SEG_OK)
      return status;
  }
  return SEG_OK;
}

/** Many doubts of one rule: all of them at once, by the bounds of what the rule can be. */
static enum seg_status settle_together(struct settling *settling,
                                       struct seg_supposition *supposition) {
  struct seg_node *rule = supposition->doubts[0].rule;
  struct seg_wanted wanted[] = {{seg_suppose(supposition, rule, true), false},
                                {seg_suppose(supposition, rule, false), true}};
  if (supposition->out_of_memory)
    return seg_fail_memory(settling->error, "the proofs");
  struct seg_found found = {.existence = SEG_UNPROVED};
  enum seg_status status = seg_prover_find(&settling->prover, wanted, 2, &found, settling->error);
  if (status != SEG_OK)
    return status;
  bool dispelled = found.existence == SEG_NOBODY;
  seg_found_deinit(&found);
  found.existence = SEG_UNPROVED;
  found.reason = "the rule has too many of its kind"; // to show a customer for each
  for (uint32_t i = 0; status == SEG_OK && !dispelled && i < supposition->count; i++)
    status = report(settling, &supposition->doubts[i], &found);
  return status;
}

static enum seg_status settle_rule(struct settling *settling,
                                   const struct seg_program_doubt *doubts, uint32_t count) {
  struct seg_supposition supposition = {&settling->arena, doubts, count, false};
  enum seg_status status = SEG_OK;
  if (count > SINGLE_DOUBTS)
    return settle_together(settling, &supposition);
  for (uint32_t i = 0; status == SEG_OK && i < count; i++)
    status = settle_doubt(settling, &supposition, &doubts[i]);
  return status;
}

/** Rules that are wrong, and so absent, hold for nobody: a rule with doubts does not ask for them.
 */
static bool fill_rules(struct settling *settling, struct seg_program *program) {
  struct seg_program_segment *segments =
      SEG_NEW_ARRAY(&settling->arena, struct seg_program_segment, program->segment_count + 1u);
  struct seg_node *nobody = SEG_NEW(&settling->arena, struct seg_node);
  if (segments == NULL || nobody == NULL)
    return false;
  *nobody = (struct seg_node){.kind = SEG_NODE_LITERAL, .type = {.kind = SEG_TYPE_BOOL}};
  for (uint32_t i = 0; i < program->segment_count; i++) {
    segments[i] = program->segments[i];
    if (segments[i].when == NULL)
      segments[i].when = nobody;
  }
  program->segments = segments;
  return true;
}

enum seg_status seg_guards_settle(const struct seg_program *checked, struct seg_diagnostics *sink,
                                  struct seg_error *error) {
  if (checked->doubt_count == 0 || !checked->declared_right)
    return SEG_OK;
  struct seg_program whole = *checked, *program = &whole;
  struct settling settling = {.program = program, .sink = sink, .error = error};
  struct seg_error no_zone = {0};
  seg_arena_init(&settling.arena);
  if (!fill_rules(&settling, program)) {
    seg_arena_deinit(&settling.arena);
    return seg_fail_memory(error, "the proofs");
  }
  seg_prover_init(&settling.prover, program, SEG_PROVE_USUAL_BUDGET);
  enum seg_status status = seg_zone_load(program->timezone, &settling.zone, &no_zone);
  if (status != SEG_OK)
    settling.zone = NULL;
  status = status == SEG_OUT_OF_MEMORY ? seg_fail_memory(error, "the proofs") : SEG_OK;
  for (uint32_t begin = 0, end = 0; status == SEG_OK && begin < program->doubt_count; begin = end) {
    const struct seg_program_doubt *doubts = &program->doubts[begin];
    while (end < program->doubt_count && program->doubts[end].rule == doubts->rule)
      end++;
    status = settle_rule(&settling, doubts, end - begin);
  }
  seg_zone_free(settling.zone);
  seg_prover_deinit(&settling.prover);
  seg_arena_deinit(&settling.arena); // the prover may remember its conditions until its end
  return status;
}
