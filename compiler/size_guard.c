// The guard behind the `size` clause; see size_guard.h.
#include "compiler/size_guard.h"

#include <stdio.h>

#include "runtime/base/decimal.h"
#include "runtime/base/error_codes.h"

static const struct seg_clause *size_clause(const struct seg_segment *segment) {
  for (uint32_t i = 0; i < segment->clause_count; i++)
    if (seg_str_is(segment->clauses[i].name.text, "size"))
      return &segment->clauses[i];
  return NULL;
}

// Order of `members` against one end of the range: a count, or a share of all customers.
static int compare_end(const struct seg_expr *end, uint64_t members, uint64_t customers) {
  __int128 scale = 1;
  for (uint8_t i = 0; i < end->decimal.scale; i++)
    scale *= 10;
  bool share = end->kind == SEG_EXPR_PERCENT;
  __int128 left = (__int128)members * scale * (share ? 100 : 1);
  __int128 right = (__int128)end->decimal.digits * (share ? (__int128)customers : 1);
  return (left > right) - (left < right);
}

static void print_end(const struct seg_expr *end, char *text, size_t size) {
  char digits[SEG_DECIMAL_TEXT];
  seg_decimal_format(end->decimal.digits, end->decimal.scale, digits);
  snprintf(text, size, "%s%s", digits, end->kind == SEG_EXPR_PERCENT ? "%" : "");
}

static enum seg_status outside(const struct seg_program_segment *segment,
                               const struct seg_expr *range, uint64_t members, uint64_t customers,
                               struct seg_error *error) {
  char low[64], high[64];
  print_end(range->operands[0], low, sizeof low);
  print_end(range->operands[1], high, sizeof high);
  double share = customers == 0 ? 0 : 100.0 * (double)members / (double)customers;
  enum seg_status status =
      seg_fail(error, SEG_LIMIT, seg_error_code(SEG_ERROR_SEGMENT_SIZE),
               "segment `%.*s` has %llu of %llu customers (%.2f%%), outside its `size: %s..%s`",
               SEG_STR(segment->name.text), (unsigned long long)members,
               (unsigned long long)customers, share, low, high);
  seg_error_help(error,
                 "look at the rule and at the data; if the new size is right, change the "
                 "`size` clause of `%.*s`. No output was written",
                 SEG_STR(segment->name.text));
  return status;
}

static bool has_range(const struct seg_program_segment *segment) {
  const struct seg_clause *clause = size_clause(segment->syntax);
  return clause != NULL && clause->values[0]->kind == SEG_EXPR_RANGE;
}

bool seg_size_guard_applies(const struct seg_program *program) {
  bool any = false;
  for (uint32_t i = 0; i < program->segment_count; i++)
    any = any || has_range(&program->segments[i]);
  return any;
}

enum seg_status seg_size_guard(const struct seg_program *program, const uint64_t *members,
                               uint64_t customers, struct seg_error *error) {
  for (uint32_t i = 0; i < program->segment_count; i++) {
    if (!has_range(&program->segments[i]))
      continue;
    const struct seg_expr *range = size_clause(program->segments[i].syntax)->values[0];
    const struct seg_expr *low = range->operands[0], *high = range->operands[1];
    if (customers == 0 && (low->kind == SEG_EXPR_PERCENT || high->kind == SEG_EXPR_PERCENT))
      continue;
    if (compare_end(low, members[i], customers) < 0 || compare_end(high, members[i], customers) > 0)
      return outside(&program->segments[i], range, members[i], customers, error);
  }
  return SEG_OK;
}
