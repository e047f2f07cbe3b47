// The values of a rule for one customer.
#include <stdlib.h>

#include "compiler/explain/parts.h"
#include "compiler/report/english.h"
#include "runtime/base/text_stream.h"

void *seg_explain_array(struct seg_explainer *explainer, size_t count, size_t size) {
  void *items = seg_arena_array(explainer->arena, count, size);
  explainer->failed = explainer->failed || items == NULL;
  return items;
}

struct seg_str seg_explain_source(struct seg_explainer *explainer, struct seg_span span) {
  char *buffer = NULL;
  size_t size = 0;
  struct seg_str text = {0};
  FILE *out = seg_text_stream(&buffer, &size);
  if (out != NULL) {
    seg_english_source(explainer->request->map, span, out);
    if (fclose(out) == 0)
      text = seg_arena_str(explainer->arena, (struct seg_str){buffer, size});
  }
  free(buffer);
  explainer->failed = explainer->failed || text.data == NULL;
  return text.data == NULL ? (struct seg_str){0} : text;
}

static struct seg_str meaning(struct seg_explainer *explainer, const struct seg_node *aggregate) {
  const struct seg_explain_request *request = explainer->request;
  char *buffer = NULL;
  size_t size = 0;
  struct seg_str text = {0};
  FILE *out = seg_text_stream(&buffer, &size);
  if (out != NULL) {
    struct seg_english english = {request->program, request->map, &request->program->customer, out,
                                  false};
    seg_english_definition(&english, aggregate);
    if (fclose(out) == 0)
      text = seg_arena_str(explainer->arena, (struct seg_str){buffer, size});
  }
  free(buffer);
  explainer->failed = explainer->failed || text.data == NULL;
  return text.data == NULL ? (struct seg_str){0} : text;
}

const struct seg_node *seg_behind_conversions(const struct seg_node *node) {
  while (node->kind == SEG_NODE_TO_NUMBER || node->kind == SEG_NODE_RESCALE)
    node = node->operands[0];
  return node;
}

// An attribute by its name, whatever stands around it; everything else as written.
static struct seg_str name_of(struct seg_explainer *explainer, const struct seg_node *node) {
  if (node->kind != SEG_NODE_ATTRIBUTE)
    return seg_explain_source(explainer, node->span);
  struct seg_str name = explainer->request->program->customer.columns[node->column].name.text;
  struct seg_str copy = seg_arena_str(explainer->arena, name);
  explainer->failed = explainer->failed || copy.data == NULL;
  return copy;
}

static void explain_parts(struct seg_explainer *explainer, const struct seg_node *node,
                          struct seg_explained_value *out) {
  const struct seg_node *computed = NULL;
  if (node->kind == SEG_NODE_ATTRIBUTE)
    computed = explainer->request->program->customer.columns[node->column].computed;
  uint32_t count = computed != NULL ? 1 : node->operand_count;
  out->parts = seg_explain_array(explainer, count, sizeof *out->parts);
  for (uint32_t i = 0; !explainer->failed && i < count; i++) {
    const struct seg_node *part =
        seg_behind_conversions(computed != NULL ? computed : node->operands[i]);
    if (part->kind != SEG_NODE_LITERAL)
      seg_explain_value(explainer, part, &out->parts[out->part_count++]);
  }
}

static void explain_rank(struct seg_explainer *explainer, const struct seg_node *rank,
                         struct seg_explained_value *out) {
  seg_explain_standing(explainer, rank, out);
  out->parts = seg_explain_array(explainer, 1, sizeof *out->parts);
  if (explainer->failed)
    return;
  out->part_count = 1;
  if (rank->operand_count == 2)
    seg_explain_average(explainer, rank->operands[0], out->parts);
  else
    seg_explain_value(explainer, rank->operands[0], out->parts);
}

void seg_explain_value(struct seg_explainer *explainer, const struct seg_node *node,
                       struct seg_explained_value *out) {
  const struct seg_program *program = explainer->request->program;
  node = seg_behind_conversions(node);
  struct seg_value value = seg_reference_value(explainer->reference, node, explainer->customer);
  *out = (struct seg_explained_value){.name = name_of(explainer, node)};
  out->value = seg_explain_text(explainer, &node->type, &value,
                                seg_tells_personal(program, &program->customer, node));
  if (node->kind == SEG_NODE_AGGREGATE) {
    out->is_aggregate = true;
    out->meaning = meaning(explainer, node);
    seg_explain_events(explainer, node, out);
  } else if (node->kind == SEG_NODE_RANK) {
    explain_rank(explainer, node, out);
  } else {
    explain_parts(explainer, node, out);
  }
}

struct seg_node seg_average_of(const struct seg_node *sum) {
  struct seg_node average = *sum;
  average.aggregate = SEG_AGGREGATE_AVERAGE;
  average.optional = true;
  average.type = sum->type.kind == SEG_TYPE_MONEY
                     ? (struct seg_type){.kind = SEG_TYPE_AMOUNT, .currency = sum->type.currency}
                     : (struct seg_type){.kind = SEG_TYPE_NUMBER};
  return average;
}

void seg_explain_average(struct seg_explainer *explainer, const struct seg_node *sum,
                         struct seg_explained_value *out) {
  struct seg_node average = seg_average_of(sum);
  seg_explain_value(explainer, &average, out);
}
