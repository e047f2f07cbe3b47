// Values that tell events apart; see thing_values.h.
#include "compiler/prove/thing_values.h"

#include "compiler/prove/unique_rows.h"
#include "runtime/base/decimal.h"

static bool asks_for_ends(const struct seg_node *node) {
  if (node == NULL)
    return false;
  if (node->kind == SEG_NODE_TEXT_TEST && node->text_test == SEG_ENDS_WITH)
    return true;
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (asks_for_ends(node->operands[i]))
      return true;
  return false;
}

struct seg_thing_column seg_thing_column_of(const struct seg_event_space *space,
                                            uint32_t argument) {
  const struct seg_node *node = space->arguments[argument].node;
  const struct seg_program_entity *entity = space->row.entity;
  struct seg_thing_column column = {.index = -1, .type = node->type};
  if (node->kind != SEG_NODE_COLUMN || entity->columns[node->column].computed != NULL)
    return column;
  column.looked = seg_looks_at_column(entity, entity->where, node->column);
  column.closes = column.looked && asks_for_ends(entity->where);
  for (uint32_t i = 0; i < space->atom_count; i++) {
    bool looks = (int)i != space->arguments[argument].known_atom &&
                 seg_looks_at_column(entity, space->atoms[i], node->column);
    column.looked = column.looked || looks;
    column.closes = column.closes || (looks && asks_for_ends(space->atoms[i]));
  }
  bool listed = node->type.kind == SEG_TYPE_ENUM || node->type.kind == SEG_TYPE_BOOL;
  if (!column.looked || !listed)
    column.index = (int32_t)node->column;
  return column;
}

bool seg_thing_name(const struct seg_thing_column *column, int64_t thing, int32_t as_of,
                    struct seg_arena *arena, struct seg_value *value) {
  switch (column->type.kind) {
  case SEG_TYPE_TEXT:
    value->text = seg_arena_format(arena, "%lld", (long long)thing);
    return value->text.data != NULL;
  case SEG_TYPE_NUMBER:
  case SEG_TYPE_AMOUNT: value->number = (double)thing; return true;
  case SEG_TYPE_BOOL:
  case SEG_TYPE_ENUM: value->integer = thing - 1; return true;
  case SEG_TYPE_DATE: value->integer = as_of - thing; return true;
  case SEG_TYPE_INT:
  case SEG_TYPE_MONEY:
  case SEG_TYPE_TIMESTAMP:
  case SEG_TYPE_KIND_COUNT: break;
  }
  value->integer = thing * seg_decimal_power(column->type.scale);
  return true;
}

bool seg_thing_step(const struct seg_thing_column *column, int64_t steps, struct seg_arena *arena,
                    struct seg_value *value) {
  if (steps == 0)
    return true;
  if (column->type.kind == SEG_TYPE_TEXT) {
    value->text = column->closes
                      ? seg_arena_format(arena, "%lld%.*s", (long long)steps, SEG_STR(value->text))
                      : seg_arena_format(arena, "%.*s%lld", SEG_STR(value->text), (long long)steps);
    return value->text.data != NULL;
  }
  if (column->type.kind == SEG_TYPE_NUMBER || column->type.kind == SEG_TYPE_AMOUNT)
    value->number += (double)steps;
  else if (column->type.kind == SEG_TYPE_DATE)
    value->integer -= steps;
  else
    value->integer += steps * seg_decimal_power(column->type.scale);
  return true;
}

bool seg_thing_equal(const struct seg_thing_column *column, const struct seg_value *a,
                     const struct seg_value *b) {
  if (column->type.kind == SEG_TYPE_TEXT)
    return seg_str_equal(a->text, b->text);
  if (column->type.kind == SEG_TYPE_NUMBER || column->type.kind == SEG_TYPE_AMOUNT)
    return a->number == b->number;
  return a->integer == b->integer;
}
