// Which clauses were true and which false; see coverage.h.
#include "compiler/testing/coverage.h"

// The rule of another segment is covered there.
static uint32_t part_count(const struct seg_finding *rule) {
  return rule->asks_segment ? 0 : rule->part_count;
}

static uint32_t count_clauses(const struct seg_finding *rule) {
  uint32_t count = 1;
  for (uint32_t i = 0; i < part_count(rule); i++)
    count += count_clauses(&rule->parts[i]);
  return count;
}

static void list_clauses(struct seg_covered_segment *covered, const struct seg_finding *rule,
                         uint32_t depth) {
  covered->clauses[covered->clause_count++] =
      (struct seg_covered_clause){.text = rule->text, .span = rule->span, .depth = depth};
  for (uint32_t i = 0; i < part_count(rule); i++)
    list_clauses(covered, &rule->parts[i], depth + 1);
}

enum seg_status seg_coverage_init(struct seg_coverage *coverage,
                                  const struct seg_explain_request *request,
                                  struct seg_arena *arena, struct seg_error *error) {
  const struct seg_program *program = request->program;
  coverage->segments = SEG_NEW_ARRAY(arena, struct seg_covered_segment, program->segment_count + 1);
  if (coverage->segments == NULL)
    return seg_fail_memory(error, "the coverage of the tests");
  for (uint32_t i = 0; i < program->segment_count; i++) {
    struct seg_covered_segment *covered = &coverage->segments[coverage->segment_count++];
    struct seg_explain_request own = *request;
    struct seg_finding outline;
    own.segment = i;
    enum seg_status status = seg_finding_build(&outline, &own, NULL, NULL, arena, error);
    if (status != SEG_OK)
      return status;
    covered->segment = &program->segments[i];
    covered->clauses = SEG_NEW_ARRAY(arena, struct seg_covered_clause, count_clauses(&outline));
    if (covered->clauses == NULL)
      return seg_fail_memory(error, "the coverage of the tests");
    list_clauses(covered, &outline, 0);
  }
  return SEG_OK;
}

// The outline and what a test found of the rule have the same shape.
static void see(struct seg_covered_segment *covered, const struct seg_finding *rule,
                uint32_t *next) {
  covered->clauses[(*next)++].times[rule->holds]++;
  for (uint32_t i = 0; i < part_count(rule); i++)
    see(covered, &rule->parts[i], next);
}

void seg_coverage_add(struct seg_coverage *coverage, uint32_t segment,
                      const struct seg_finding *rule) {
  uint32_t next = 0;
  coverage->segments[segment].claims++;
  see(&coverage->segments[segment], rule, &next);
}

struct seg_coverage_sum seg_coverage_sum(const struct seg_coverage *coverage) {
  struct seg_coverage_sum sum = {0};
  for (uint32_t i = 0; i < coverage->segment_count; i++) {
    const struct seg_covered_segment *covered = &coverage->segments[i];
    sum.outcomes += 2 * covered->clause_count;
    for (uint32_t j = 0; j < covered->clause_count; j++)
      sum.seen += (covered->clauses[j].times[0] > 0) + (covered->clauses[j].times[1] > 0);
  }
  return sum;
}
