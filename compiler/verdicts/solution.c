// The customer whom a solution of inequalities describes joins the pool; see engine.h.
#include "compiler/prove/days.h"
#include "compiler/verdicts/engine.h"

/** What the inequalities say nothing about is as it is of the first customer who is known. */
static bool copy_customer(const struct seg_pool *pool, struct seg_pooled_customer *customer) {
  const struct seg_program_entity *entity = &pool->program.customer;
  const struct seg_row *from = &pool->rows[0].dataset.customers.rows.items[0];
  struct seg_row row = {.key = seg_str_view("1"),
                        .values = SEG_NEW_ARRAY(&customer->arena, struct seg_value,
                                                (size_t)entity->column_count + 1)};
  for (uint32_t c = 0; row.values != NULL && c < entity->column_count; c++) {
    row.values[c] = from->values[c];
    if (row.values[c].text.data != NULL &&
        (row.values[c].text = seg_arena_str(&customer->arena, row.values[c].text)).data == NULL)
      return false;
  }
  return row.values != NULL && SEG_VEC_PUSH(&customer->dataset.customers.rows, row);
}

static void set_instants(const struct seg_pool *pool, struct seg_dataset *dataset) {
  for (uint32_t e = 0; e < dataset->event_count; e++)
    for (size_t i = 0; i < dataset->events[e].rows.count; i++) {
      struct seg_row *row = &dataset->events[e].rows.items[i];
      row->instant =
          seg_zone_midnight(pool->zone, row->day) + 12 * SEG_MICROSECONDS_PER_HOUR + (int64_t)i;
    }
}

enum seg_status seg_engine_take_solution(struct seg_engine *engine) {
  struct seg_pool *pool = &engine->pool;
  struct seg_pooled_customer customer;
  bool made = false;
  if (engine->linear == NULL || pool->customers == 0)
    return SEG_OK;
  seg_arena_init(&customer.arena);
  bool enough = seg_dataset_init(&customer.dataset, pool->program.event_count) &&
                seg_linear_events(engine->linear, &customer.arena, &customer.dataset, &made);
  if (enough && made && pool->program.customer_from_event < 0)
    enough = copy_customer(pool, &customer);
  if (enough && made) {
    set_instants(pool, &customer.dataset);
    return seg_pool_add(pool, &customer, SEG_PROVE_USUAL_DAY, engine->error);
  }
  seg_dataset_deinit(&customer.dataset);
  seg_arena_deinit(&customer.arena);
  return enough ? SEG_OK : seg_engine_no_memory(engine);
}
