/**
 * Are two values, or conditions, the same by what they are made of? Not by where they stand.
 */
#include "compiler/sema/check.h"
#include "compiler/sema/types.h"

static bool same_literal(const struct seg_type *type, const struct seg_literal *a,
                         const struct seg_literal *b) {
  if (type->kind == SEG_TYPE_TEXT)
    return seg_str_equal(a->text, b->text);
  if (type->kind == SEG_TYPE_NUMBER || type->kind == SEG_TYPE_AMOUNT)
    return a->number == b->number;
  return a->integer == b->integer;
}

static bool same_optional(const struct seg_node *a, const struct seg_node *b) {
  return a && b ? seg_same_value(a, b) : a == b;
}

bool seg_same_sequence(const struct seg_sequence *a, const struct seg_sequence *b) {
  if (!a || !b)
    return a == b;
  return a->without == b->without && a->event == b->event && a->in_days == b->in_days &&
         a->limit == b->limit && same_optional(a->filter, b->filter);
}

static bool same_content(const struct seg_node *a, const struct seg_node *b) {
  switch (a->kind) {
  case SEG_NODE_LITERAL: return same_literal(&a->type, &a->literal, &b->literal);
  case SEG_NODE_ATTRIBUTE:
  case SEG_NODE_COLUMN: return a->column == b->column;
  case SEG_NODE_COMPARE:
  case SEG_NODE_COMPARE_FRACTIONS: return a->comparison == b->comparison;
  case SEG_NODE_DATE_FUNCTION: return a->date_function == b->date_function;
  case SEG_NODE_ROUND: return a->rounding == b->rounding;
  case SEG_NODE_TEXT_MAP: return a->text_map == b->text_map;
  case SEG_NODE_TEXT_TEST: return a->text_test == b->text_test;
  case SEG_NODE_LISTED: return a->list == b->list;
  case SEG_NODE_MEMBER: return a->segment == b->segment;
  case SEG_NODE_TALLY: return a->least == b->least && a->most == b->most;
  case SEG_NODE_BUCKET: return a->buckets == b->buckets && seg_str_equal(a->salt, b->salt);
  case SEG_NODE_AGGREGATE:
    return a->aggregate == b->aggregate && a->event == b->event &&
           seg_window_same(&a->window, &b->window) && same_optional(a->filter, b->filter) &&
           same_optional(a->argument, b->argument) && seg_same_sequence(a->sequence, b->sequence);
  case SEG_NODE_IN:
  case SEG_NODE_BAND:
  case SEG_NODE_BAND_FRACTION:
    if (a->literal_count != b->literal_count)
      return false;
    for (uint32_t i = 0; i < a->literal_count; i++)
      if (!same_literal(&a->operands[0]->type, &a->literals[i], &b->literals[i]))
        return false;
    return true;
  case SEG_NODE_RANK:
    return a->rank == b->rank && a->rank_count == b->rank_count &&
           a->rank_share.digits == b->rank_share.digits &&
           a->rank_share.scale == b->rank_share.scale;
  case SEG_NODE_EVENT_DATE:
  case SEG_NODE_DAYS_SINCE:
  case SEG_NODE_ADD_DAYS:
  case SEG_NODE_DAYS_BETWEEN:
  case SEG_NODE_ABS:
  case SEG_NODE_TO_NUMBER:
  case SEG_NODE_RESCALE:
  case SEG_NODE_ADD:
  case SEG_NODE_SUBTRACT:
  case SEG_NODE_MULTIPLY:
  case SEG_NODE_DIVIDE:
  case SEG_NODE_NEGATE:
  case SEG_NODE_TEXT_LENGTH:
  case SEG_NODE_MATCHES:
  case SEG_NODE_IS_KNOWN:
  case SEG_NODE_NOT:
  case SEG_NODE_AND:
  case SEG_NODE_OR:
  case SEG_NODE_ELSE:
  case SEG_NODE_KIND_COUNT: break;
  }
  return true;
}

bool seg_same_value(const struct seg_node *a, const struct seg_node *b) {
  if (a == b)
    return true;
  if (a->kind != b->kind || a->operand_count != b->operand_count ||
      !seg_type_same(&a->type, &b->type) || !same_content(a, b))
    return false;
  for (uint32_t i = 0; i < a->operand_count; i++)
    if (!seg_same_value(a->operands[i], b->operands[i]))
      return false;
  return true;
}
