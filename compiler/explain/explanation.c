// An explanation from the rows of one customer; see explanation.h.
#include "compiler/explain/explanation.h"

#include "compiler/explain/parts.h"
#include "compiler/explain/verify.h"
#include "compiler/report/english.h"
#include "runtime/base/utf8.h"

// --- the rule ---

static void explain_condition(struct seg_explainer *explainer, const struct seg_node *node,
                              struct seg_finding *out);

// True or false for everybody, and not a value.
static bool is_condition(const struct seg_node *node) {
  bool value = node->kind == SEG_NODE_ATTRIBUTE || node->kind == SEG_NODE_COLUMN ||
               node->kind == SEG_NODE_AGGREGATE;
  return node->type.kind == SEG_TYPE_BOOL && !value && node->kind != SEG_NODE_LITERAL &&
         node->kind != SEG_NODE_ELSE;
}

static void add_value(struct seg_explainer *explainer, const struct seg_node *node,
                      struct seg_finding *out) {
  node = seg_behind_conversions(node);
  if (!explainer->failed && explainer->reference != NULL && node->kind != SEG_NODE_LITERAL)
    seg_explain_value(explainer, node, &out->values[out->value_count++]);
}

// One side of a comparison of fractions: an average, or a numerator over a denominator.
static void add_fraction(struct seg_explainer *explainer, const struct seg_node *numerator,
                         const struct seg_node *denominator, struct seg_finding *out) {
  const struct seg_node *sum = seg_behind_conversions(numerator);
  bool average = sum->kind == SEG_NODE_AGGREGATE && sum->aggregate == SEG_AGGREGATE_SUM &&
                 denominator->kind == SEG_NODE_AGGREGATE;
  if (average && !explainer->failed && explainer->reference != NULL) {
    seg_explain_average(explainer, sum, &out->values[out->value_count++]);
    return;
  }
  add_value(explainer, numerator, out);
  add_value(explainer, denominator, out);
}

static void explain_test(struct seg_explainer *explainer, const struct seg_node *node,
                         struct seg_finding *out) {
  out->parts = seg_explain_array(explainer, node->operand_count, sizeof *out->parts);
  out->values = seg_explain_array(explainer, node->operand_count + 1, sizeof *out->values);
  if (explainer->failed)
    return;
  out->asks_segment = node->kind == SEG_NODE_MEMBER;
  if (!is_condition(node) || node->kind == SEG_NODE_RANK) {
    add_value(explainer, node, out); // a bool column, or `top`
  } else if (node->kind == SEG_NODE_COMPARE_FRACTIONS) {
    add_fraction(explainer, node->operands[0], node->operands[1], out);
    add_fraction(explainer, node->operands[2], node->operands[3], out);
  } else if (seg_english_is_between(node)) {
    add_value(explainer, node->operands[0]->operands[0], out);
  } else {
    for (uint32_t i = 0; !explainer->failed && i < node->operand_count; i++)
      if (is_condition(node->operands[i]))
        explain_condition(explainer, node->operands[i], &out->parts[out->part_count++]);
      else
        add_value(explainer, node->operands[i], out);
  }
}

static void explain_parts(struct seg_explainer *explainer, const struct seg_node *node,
                          struct seg_finding *out) {
  out->parts = seg_explain_array(explainer, node->operand_count, sizeof *out->parts);
  for (uint32_t i = 0; !explainer->failed && i < node->operand_count; i++)
    explain_condition(explainer, node->operands[i], &out->parts[out->part_count++]);
}

// A negated test is a test of its own: `is missing`, `not in`. A negated group has its parts below.
static void explain_not(struct seg_explainer *explainer, const struct seg_node *node,
                        struct seg_finding *out) {
  const struct seg_node *inner = node->operands[0];
  bool group = (inner->kind == SEG_NODE_AND && !seg_english_is_between(inner)) ||
               inner->kind == SEG_NODE_OR || inner->kind == SEG_NODE_NOT ||
               inner->kind == SEG_NODE_TALLY;
  if (!group) {
    explain_test(explainer, inner, out);
    return;
  }
  out->kind = SEG_FINDING_NOT;
  explain_parts(explainer, node, out);
}

static void explain_condition(struct seg_explainer *explainer, const struct seg_node *node,
                              struct seg_finding *out) {
  *out = (struct seg_finding){
      .kind = SEG_FINDING_TEST,
      .text = seg_explain_source(explainer, node->span),
      .span = node->span,
      .holds = explainer->reference != NULL &&
               seg_reference_condition(explainer->reference, node, explainer->customer),
  };
  bool all = node->kind == SEG_NODE_AND && !seg_english_is_between(node);
  if (node->kind == SEG_NODE_NOT) {
    explain_not(explainer, node, out);
  } else if (all || node->kind == SEG_NODE_OR) {
    out->kind = all ? SEG_FINDING_ALL : SEG_FINDING_ANY;
    explain_parts(explainer, node, out);
  } else if (node->kind == SEG_NODE_TALLY) {
    explain_parts(explainer, node, out);
  } else {
    explain_test(explainer, node, out);
  }
}

enum seg_status seg_finding_build(struct seg_finding *finding,
                                  const struct seg_explain_request *request,
                                  struct seg_reference *reference,
                                  const struct seg_dataset *dataset, struct seg_arena *arena,
                                  struct seg_error *error) {
  struct seg_explainer explainer = {
      .request = request, .arena = arena, .reference = reference, .dataset = dataset};
  explain_condition(&explainer, request->program->segments[request->segment].when, finding);
  if (explainer.failed)
    return seg_fail_memory(error, "the explanation");
  return reference == NULL ? SEG_OK : seg_reference_status(reference, error);
}

// --- chains ---

static struct seg_str keep(struct seg_explainer *explainer, struct seg_str text) {
  struct seg_str copy = seg_arena_str(explainer->arena, text);
  explainer->failed = explainer->failed || copy.data == NULL;
  return copy;
}

static void explain_chain(struct seg_explainer *explainer, uint32_t number,
                          struct seg_explained_chain *out) {
  const struct seg_program *program = explainer->request->program;
  const struct seg_program_chain *chain = &program->chains[number];
  *out = (struct seg_explained_chain){
      .name = keep(explainer, chain->name.text),
      .otherwise = keep(explainer, chain->otherwise),
      .winner = seg_reference_winner(explainer->reference, number, explainer->customer),
  };
  out->matches = seg_explain_array(explainer, chain->member_count, sizeof *out->matches);
  for (uint32_t i = 0; !explainer->failed && i < chain->member_count; i++)
    out->matches[out->match_count++] = (struct seg_explained_match){
        .segment = keep(explainer, program->segments[chain->members[i]].name.text),
        .matches =
            seg_reference_member(explainer->reference, chain->members[i], explainer->customer)};
}

static void explain_chains(struct seg_explainer *explainer, struct seg_explanation *out) {
  const struct seg_program *program = explainer->request->program;
  out->chains = seg_explain_array(explainer, program->chain_count, sizeof *out->chains);
  for (uint32_t i = 0; !explainer->failed && i < program->chain_count; i++)
    for (uint32_t j = 0; j < program->chains[i].member_count; j++)
      if (program->chains[i].members[j] == explainer->request->segment)
        explain_chain(explainer, i, &out->chains[out->chain_count++]);
}

// --- the customer ---

static bool has_row(const struct seg_rows *rows, struct seg_str key) {
  for (size_t i = 0; i < rows->rows.count; i++)
    if (seg_str_equal(rows->rows.items[i].key, key))
      return true;
  return false;
}

static uint32_t find_customer(const struct seg_reference *reference, struct seg_str key) {
  for (uint32_t i = 0; i < seg_reference_customer_count(reference); i++)
    if (seg_str_equal(seg_reference_customer_key(reference, i), key))
      return i;
  return SEG_NO_CUSTOMER;
}

static enum seg_status no_customer(const struct seg_explain_request *request,
                                   const struct seg_customer_rows *rows, struct seg_error *error) {
  const struct seg_plan *plan = request->plan;
  struct seg_str key = plan->customer.key_personal ? seg_str_view("(personal)") : request->customer;
  if (plan->customer_from_event >= 0) {
    const struct seg_plan_entity *event = &plan->events[plan->customer_from_event];
    bool any = has_row(&rows->dataset.events[plan->customer_from_event], request->customer);
    seg_fail(error, SEG_USAGE, "", "there is no customer `%.*s`: no %.*s of theirs %s",
             SEG_STR(key), SEG_STR(event->name),
             any ? "counts on this as-of date" : "is in the data");
    seg_error_help(error, "customers are those with an event `%.*s` before the as-of date",
                   SEG_STR(event->name));
    return SEG_USAGE;
  }
  if (has_row(&rows->dataset.customers, request->customer)) {
    seg_fail(error, SEG_USAGE, "",
             "`%.*s` is in \"%.*s\", but the `where` of the customer does not let it in",
             SEG_STR(key), SEG_STR(plan->customer.source));
    return SEG_USAGE;
  }
  seg_fail(error, SEG_USAGE, "", "there is no customer `%.*s` in \"%.*s\"", SEG_STR(key),
           SEG_STR(plan->customer.source));
  seg_error_help(error, "the key is the column `%.*s`, written as in the data",
                 SEG_STR(plan->customer.key));
  return SEG_USAGE;
}

static enum seg_status explain(struct seg_explainer *explainer, struct seg_explanation *out,
                               struct seg_error *error) {
  const struct seg_explain_request *request = explainer->request;
  const struct seg_program_segment *segment = &request->program->segments[request->segment];
  out->segment = keep(explainer, segment->name.text);
  out->title = keep(explainer, segment->title);
  out->customer = request->plan->customer.key_personal ? seg_str_view("(personal)")
                                                       : keep(explainer, request->customer);
  out->as_of = request->as_of;
  out->member = seg_reference_member(explainer->reference, request->segment, explainer->customer);
  out->has_holdout = segment->holdout.whole > 0;
  out->held_out =
      seg_reference_held_out(explainer->reference, request->segment, explainer->customer);
  explain_condition(explainer, segment->when, &out->rule);
  explain_chains(explainer, out);
  if (explainer->failed)
    return seg_fail_memory(error, "the explanation");
  return seg_reference_status(explainer->reference, error);
}

enum seg_status seg_explanation_init(struct seg_explanation *explanation,
                                     const struct seg_explain_request *request,
                                     struct seg_error *error) {
  *explanation = (struct seg_explanation){0};
  seg_arena_init(&explanation->arena);
  struct seg_explain_request own = *request;
  if (seg_utf8_nfc(&explanation->arena, request->customer, &own.customer) != SEG_OK)
    return seg_fail(error, SEG_USAGE, "", "the customer's key is not valid UTF-8");
  struct seg_customer_rows rows;
  struct seg_explainer explainer = {
      .request = &own, .arena = &explanation->arena, .dataset = &rows.dataset};
  enum seg_status status =
      seg_customer_rows_read(&rows, own.program, own.plan, own.sources, own.customer, error);
  if (status == SEG_OK)
    status = seg_reference_new(own.program, &rows.dataset, own.as_of, &explainer.reference, error);
  if (status == SEG_OK) {
    explainer.customer = find_customer(explainer.reference, own.customer);
    status = seg_explain_verify(&own, &rows, explainer.reference, explainer.customer, error);
  }
  if (status == SEG_OK && explainer.customer == SEG_NO_CUSTOMER)
    status = no_customer(&own, &rows, error);
  if (status == SEG_OK)
    status = explain(&explainer, explanation, error);
  seg_reference_free(explainer.reference);
  seg_customer_rows_deinit(&rows);
  return status;
}

void seg_explanation_deinit(struct seg_explanation *explanation) {
  seg_arena_deinit(&explanation->arena);
}
