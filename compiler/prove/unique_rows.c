// Telling events apart; see unique_rows.h.
#include "compiler/prove/unique_rows.h"

#include "runtime/base/decimal.h"

bool seg_looks_at_column(const struct seg_program_entity *entity, const struct seg_node *node,
                         uint32_t column) {
  if (node == NULL)
    return false;
  if (node->kind == SEG_NODE_COLUMN)
    return node->column == column ||
           seg_looks_at_column(entity, entity->columns[node->column].computed, column);
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (seg_looks_at_column(entity, node->operands[i], column))
      return true;
  return false;
}

bool seg_event_looks_at(const struct seg_event_space *space, uint32_t column) {
  const struct seg_program_entity *entity = space->row.entity;
  bool looked = seg_looks_at_column(entity, entity->where, column);
  for (uint32_t i = 0; i < space->atom_count; i++)
    looked = looked || seg_looks_at_column(entity, space->atoms[i], column);
  for (uint32_t a = 0; a < space->argument_count; a++)
    looked = looked || seg_looks_at_column(entity, space->arguments[a].node, column);
  return looked;
}

bool seg_unique_number(const struct seg_event_space *space, size_t number, struct seg_value *values,
                       struct seg_arena *arena) {
  const struct seg_program_entity *entity = space->row.entity;
  for (uint32_t i = 0; i < entity->unique_count; i++) {
    int32_t index = entity->unique[i];
    if (index == SEG_UNIQUE_TIME || entity->columns[index].computed != NULL ||
        seg_event_looks_at(space, (uint32_t)index))
      continue;
    const struct seg_type *type = &entity->columns[index].type;
    struct seg_value *value = &values[index];
    if (type->kind == SEG_TYPE_TEXT) {
      *value = (struct seg_value){.known = true, .text = seg_arena_format(arena, "%zu", number)};
      return value->text.data != NULL;
    }
    if (type->kind == SEG_TYPE_INT || type->kind == SEG_TYPE_MONEY) {
      *value = (struct seg_value){.known = true,
                                  .integer = (int64_t)number * seg_decimal_power(type->scale)};
      return true;
    }
    if (type->kind == SEG_TYPE_NUMBER) {
      *value = (struct seg_value){.known = true, .number = (double)number};
      return true;
    }
  }
  return true;
}

static bool equal(const struct seg_type *type, const struct seg_value *a,
                  const struct seg_value *b) {
  if (!a->known || !b->known)
    return a->known == b->known;
  if (type->kind == SEG_TYPE_TEXT)
    return seg_str_equal(a->text, b->text);
  if (type->kind == SEG_TYPE_NUMBER || type->kind == SEG_TYPE_AMOUNT)
    return a->number == b->number;
  return a->integer == b->integer;
}

bool seg_unique_repeats(const struct seg_program_entity *entity, const struct seg_value *values,
                        const struct seg_rows *earlier) {
  for (uint32_t i = 0; i < entity->unique_count; i++)
    if (entity->unique[i] == SEG_UNIQUE_TIME)
      return false;
  for (size_t r = 0; entity->unique_count > 0 && r < earlier->rows.count; r++) {
    bool same = true;
    for (uint32_t i = 0; i < entity->unique_count; i++) {
      const struct seg_program_column *column = &entity->columns[entity->unique[i]];
      same = same && (column->computed != NULL || // it may differ, but nobody knows that here
                      equal(&column->type, &values[entity->unique[i]],
                            &earlier->rows.items[r].values[entity->unique[i]]));
    }
    if (same)
      return true;
  }
  return false;
}

static Z3_ast differs(struct seg_solver *solver, const struct seg_column_term *column,
                      const struct seg_type *type, const struct seg_value *earlier) {
  Z3_ast value = NULL;
  if (!earlier->known)
    return column->term.known;
  if (type->kind == SEG_TYPE_NUMBER || type->kind == SEG_TYPE_AMOUNT)
    value = seg_term_real(solver, earlier->number);
  else if (type->kind != SEG_TYPE_TEXT)
    value = seg_term_int(solver, earlier->integer);
  for (size_t i = 0; value == NULL && i < column->texts.classes.count; i++) {
    const struct seg_text_class *class = &column->texts.classes.items[i];
    if (seg_str_equal(class->sample, earlier->text) || seg_str_equal(class->shown, earlier->text))
      value = seg_term_int(solver, (int64_t)i);
  }
  if (value == NULL)
    return solver->no;
  return seg_term_or(solver, seg_term_not(solver, column->term.known),
                     seg_term_not(solver, seg_term_equal(solver, column->term.value, value)));
}

void seg_unique_assert(struct seg_solver *solver, const struct seg_row_terms *row,
                       const struct seg_rows *earlier) {
  const struct seg_program_entity *entity = row->entity;
  for (size_t r = 0; r < earlier->rows.count; r++) {
    Z3_ast other = solver->no;
    for (uint32_t i = 0; i < entity->unique_count; i++) {
      int32_t index = entity->unique[i];
      if (index == SEG_UNIQUE_TIME || row->columns[index].term.value == NULL)
        continue;
      other = seg_term_or(solver, other,
                          differs(solver, &row->columns[index], &entity->columns[index].type,
                                  &earlier->rows.items[r].values[index]));
    }
    seg_solver_assert(solver, other);
  }
}
