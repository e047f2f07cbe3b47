// A customer put together of several who are known: from each the columns and events of one
// component; see pool.h.
#include <stdlib.h>

#include "compiler/prove/days.h"
#include "compiler/reference/evaluate.h"
#include "compiler/verdicts/pool.h"

struct splicing {
  struct seg_pool *pool;
  const seg_atom_sign *signs;
  uint32_t sign_count;
  struct seg_witness *witness;
  bool out_of_memory;
};

/** Whose columns and events of the component are taken; UINT32_MAX when it does not matter. */
static uint32_t who_for(const struct splicing *splicing, uint32_t component) {
  const struct seg_pool *pool = splicing->pool;
  for (uint32_t first = 0, end; first < splicing->sign_count; first = end) {
    end = seg_pool_component_end(pool, splicing->signs, splicing->sign_count, first);
    if (pool->circuit->atoms.items[splicing->signs[first] / 2].component == component)
      return seg_pool_who(pool, splicing->signs + first, end - first);
  }
  return UINT32_MAX;
}

static struct seg_value copy_value(struct splicing *splicing,
                                   const struct seg_program_column *column,
                                   const struct seg_value *value) {
  struct seg_value copy = *value;
  if (column->type.kind != SEG_TYPE_TEXT || value->text.data == NULL)
    return copy;
  copy.text = seg_arena_str(&splicing->witness->arena, value->text);
  splicing->out_of_memory = splicing->out_of_memory || copy.text.data == NULL;
  return copy;
}

static struct seg_value *new_values(struct splicing *splicing,
                                    const struct seg_program_entity *entity) {
  struct seg_value *values =
      SEG_NEW_ARRAY(&splicing->witness->arena, struct seg_value, (size_t)entity->column_count + 1);
  splicing->out_of_memory = splicing->out_of_memory || values == NULL;
  return values;
}

static void add_customer(struct splicing *splicing) {
  const struct seg_circuit *circuit = splicing->pool->circuit;
  const struct seg_program_entity *entity = &circuit->program->customer;
  struct seg_row row = {.key = seg_str_view("1"), .values = new_values(splicing, entity)};
  for (uint32_t c = 0; row.values != NULL && c < entity->column_count; c++) {
    uint32_t who = who_for(splicing, circuit->column_components[c]);
    const struct seg_dataset *from = &splicing->pool->rows[who == UINT32_MAX ? 0 : who].dataset;
    row.values[c] =
        copy_value(splicing, &entity->columns[c], &from->customers.rows.items[0].values[c]);
  }
  if (!SEG_VEC_PUSH(&splicing->witness->dataset.customers.rows, row))
    splicing->out_of_memory = true;
}

static void add_events(struct splicing *splicing, uint32_t event) {
  const struct seg_circuit *circuit = splicing->pool->circuit;
  const struct seg_program_entity *entity = &circuit->program->events[event];
  uint32_t who = who_for(splicing, circuit->event_components[event]);
  if (who == UINT32_MAX && circuit->program->customer_from_event != (int32_t)event)
    return;
  const struct seg_dataset *from = &splicing->pool->rows[who == UINT32_MAX ? 0 : who].dataset;
  for (size_t i = 0; i < from->events[event].rows.count; i++) {
    struct seg_row row = from->events[event].rows.items[i];
    const struct seg_value *values = row.values;
    row.key = seg_str_view("1");
    row.values = new_values(splicing, entity);
    for (uint32_t c = 0; row.values != NULL && c < entity->column_count; c++)
      row.values[c] = copy_value(splicing, &entity->columns[c], &values[c]);
    if (!SEG_VEC_PUSH(&splicing->witness->dataset.events[event].rows, row))
      splicing->out_of_memory = true;
  }
}

static enum seg_status agrees(const struct splicing *splicing, const struct seg_wanted *wanted,
                              uint32_t count, bool *accepted, struct seg_error *error) {
  struct seg_reference *reference;
  enum seg_status status = seg_reference_new(&splicing->pool->program, &splicing->witness->dataset,
                                             splicing->witness->as_of, &reference, error);
  if (status != SEG_OK)
    return status;
  *accepted = seg_reference_customer_count(reference) == 1;
  for (uint32_t i = 0; i < count && *accepted; i++)
    *accepted = seg_reference_condition(reference, wanted[i].condition, 0) != wanted[i].negated;
  *accepted = *accepted && !seg_reference_overflow(reference);
  status = seg_reference_status(reference, error);
  seg_reference_free(reference);
  return status;
}

/** Take away events as long as the customer is accepted, the last first. */
static enum seg_status drop_events(const struct splicing *splicing, const struct seg_wanted *wanted,
                                   uint32_t count, struct seg_error *error) {
  enum seg_status status = SEG_OK;
  for (uint32_t e = 0; e < splicing->witness->dataset.event_count; e++) {
    struct seg_rows *rows = &splicing->witness->dataset.events[e];
    for (size_t i = rows->rows.count; i-- > 0 && status == SEG_OK;) {
      struct seg_row row = rows->rows.items[i];
      bool accepted = false;
      rows->rows.count--;
      for (size_t j = i; j < rows->rows.count; j++)
        rows->rows.items[j] = rows->rows.items[j + 1];
      status = agrees(splicing, wanted, count, &accepted, error);
      if (accepted)
        continue;
      for (size_t j = rows->rows.count; j > i; j--)
        rows->rows.items[j] = rows->rows.items[j - 1];
      rows->rows.items[i] = row;
      rows->rows.count++;
    }
  }
  return status;
}

enum seg_status seg_pool_splice(struct seg_pool *pool, const seg_atom_sign *signs,
                                uint32_t sign_count, const struct seg_wanted *wanted,
                                uint32_t count, struct seg_found *found, struct seg_error *error) {
  const struct seg_program *program = pool->circuit->program;
  struct splicing splicing = {
      .pool = pool, .signs = signs, .sign_count = sign_count, .witness = &found->witness};
  bool accepted = false;
  if (who_for(&splicing, pool->circuit->key_component) != UINT32_MAX)
    return SEG_OK; // who is in a list, or draws a number, has a key of his own
  found->witness = (struct seg_witness){.as_of = SEG_PROVE_USUAL_DAY};
  seg_arena_init(&found->witness.arena);
  splicing.out_of_memory = !seg_dataset_init(&found->witness.dataset, program->event_count);
  if (!splicing.out_of_memory && program->customer_from_event < 0)
    add_customer(&splicing);
  for (uint32_t e = 0; !splicing.out_of_memory && e < program->event_count; e++)
    add_events(&splicing, e);
  enum seg_status status = splicing.out_of_memory
                               ? seg_fail_memory(error, "the verdicts")
                               : agrees(&splicing, wanted, count, &accepted, error);
  if (status == SEG_OK && accepted)
    status = drop_events(&splicing, wanted, count, error);
  found->witness.smallest = seg_witness_event_count(&found->witness) == 0;
  if (status == SEG_OK && accepted)
    found->existence = SEG_SOMEBODY;
  else
    seg_witness_deinit(&found->witness);
  return status;
}
