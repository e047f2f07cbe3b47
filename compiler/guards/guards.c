// Doubts dispelled or reported, rule by rule; see guards.h.
#include "compiler/guards/guards.h"

#include "compiler/guards/suppose.h"
#include "compiler/prove/prover.h"
#include "compiler/witness/witness_view.h"
#include "runtime/time/civil.h"

enum {
  BUDGET = 20000000,  // of the solver, for each question
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

/** The doubts of one rule. */
struct rule {
  struct seg_supposition supposition;
  struct seg_node *most, *least; // the rule, holding for as many customers as possible, and as few
  bool sure[SINGLE_DOUBTS];      // reported: the rule depends on this one, whatever the others are
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

static enum seg_status customer_note(struct settling *settling, const struct rule *rule,
                                     const struct seg_witness *witness, struct seg_str *note) {
  uint32_t segment = segment_of(settling, rule->supposition.doubts[0].rule);
  struct seg_witness_view view = {
      settling->program, settling->zone, &witness->dataset, witness->as_of, 1, &segment};
  struct seg_witness_lines lines = {0};
  enum seg_status status = settling->zone == NULL ? SEG_OK
                                                  : seg_witness_to_lines(&view, &settling->arena,
                                                                         &lines, settling->error);
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
static enum seg_status report(struct settling *settling, const struct rule *rule, uint32_t number,
                              const struct seg_found *found) {
  struct seg_str note = {"", 0};
  enum seg_status status = SEG_OK;
  if (found->existence == SEG_SOMEBODY)
    status = customer_note(settling, rule, &found->witness, &note);
  else
    note = unproved_note(settling, found->reason);
  if (status == SEG_OK)
    seg_report_copy(settling->sink, rule->supposition.doubts[number].diagnostic, note);
  return status;
}

// --- questions ---

/** Is there a customer for whom the rule depends on its doubtful conditions? `also` may add to it.
 */
static enum seg_status ask(struct settling *settling, const struct rule *rule,
                           const struct seg_wanted *also, uint32_t also_count,
                           struct seg_found *found) {
  struct seg_wanted wanted[2 + SINGLE_DOUBTS] = {{rule->most, false}, {rule->least, true}};
  for (uint32_t i = 0; i < also_count; i++)
    wanted[2u + i] = also[i];
  return seg_prover_find(&settling->prover, wanted, 2u + also_count, found, settling->error);
}

/**
 * Does the rule depend on one of several doubts? Something is missing for this one, and nothing for
 * the others: for all of them (`alone`), or only for those that are sure, so that two doubts about
 * one value do not vouch for each other.
 */
static enum seg_status ask_single(struct settling *settling, const struct rule *rule,
                                  uint32_t number, bool alone, struct seg_found *found) {
  const struct seg_program_doubt *doubts = rule->supposition.doubts;
  struct seg_wanted also[SINGLE_DOUBTS];
  uint32_t count = 0;
  also[count++] = (struct seg_wanted){doubts[number].missing, false};
  for (uint32_t i = 0; i < rule->supposition.count; i++)
    if (i != number && (alone || rule->sure[i]))
      also[count++] = (struct seg_wanted){doubts[i].missing, true};
  return ask(settling, rule, also, count, found);
}

/** Find the doubts that are right, first those that are so without any other. */
static enum seg_status settle_each(struct settling *settling, struct rule *rule) {
  enum seg_status status = SEG_OK;
  for (int pass = 0; pass < 2; pass++)
    for (uint32_t i = 0; status == SEG_OK && i < rule->supposition.count; i++) {
      bool alone = pass == 0;
      struct seg_found found;
      if (rule->sure[i])
        continue;
      status = ask_single(settling, rule, i, alone, &found);
      if (status != SEG_OK)
        return status;
      if (found.existence == SEG_SOMEBODY || (found.existence == SEG_UNPROVED && !alone)) {
        status = report(settling, rule, i, &found);
        rule->sure[i] = alone;
      }
      seg_found_deinit(&found);
    }
  return status;
}

static enum seg_status report_all(struct settling *settling, const struct rule *rule) {
  struct seg_found found = {.existence = SEG_UNPROVED,
                            .reason = "the rule has too many of its kind"};
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; status == SEG_OK && i < rule->supposition.count; i++)
    status = report(settling, rule, i, &found);
  return status;
}

static enum seg_status settle_rule(struct settling *settling,
                                   const struct seg_program_doubt *doubts, uint32_t count) {
  struct rule rule = {.supposition = {&settling->arena, doubts, count, false}};
  rule.most = seg_suppose(&rule.supposition, doubts[0].rule, true);
  rule.least = seg_suppose(&rule.supposition, doubts[0].rule, false);
  if (rule.supposition.out_of_memory)
    return seg_fail_memory(settling->error, "the proofs");
  struct seg_found found;
  enum seg_status status = ask(settling, &rule, NULL, 0, &found);
  if (status != SEG_OK)
    return status;
  if (found.existence == SEG_NOBODY)
    return SEG_OK;
  if (count == 1)
    status = report(settling, &rule, 0, &found);
  else if (count > SINGLE_DOUBTS)
    status = report_all(settling, &rule);
  else
    status = settle_each(settling, &rule);
  seg_found_deinit(&found);
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
  seg_prover_init(&settling.prover, program, BUDGET);
  if (seg_zone_load(program->timezone, &settling.zone, &no_zone) != SEG_OK)
    settling.zone = NULL;
  enum seg_status status = SEG_OK;
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
