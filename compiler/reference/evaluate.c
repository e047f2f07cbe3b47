// The reference evaluator; see evaluate.h. This file decides which rows exist and whose they are.
#include "compiler/reference/evaluate.h"

#include <assert.h>

#include "compiler/reference/internal.h"
#include "runtime/base/draw.h"
#include "runtime/time/zone.h"

enum { NO_CUSTOMER = UINT32_MAX };

static bool grow_table(struct seg_reference *reference) {
  uint32_t size = reference->table_size == 0 ? 64 : reference->table_size * 2;
  uint32_t *table = calloc(size, sizeof *table);
  if (table == NULL)
    return false;
  for (uint32_t i = 0; i < reference->customers.count; i++) {
    uint64_t at = seg_str_hash(reference->customers.items[i].key) & (size - 1);
    while (table[at] != 0)
      at = (at + 1) & (size - 1);
    table[at] = i + 1;
  }
  free(reference->table);
  reference->table = table;
  reference->table_size = size;
  return true;
}

// Where the key stands, or where it would be put.
static uint32_t *find_key(const struct seg_reference *reference, struct seg_str key) {
  uint64_t at = seg_str_hash(key) & (reference->table_size - 1);
  while (reference->table[at] != 0 &&
         !seg_str_equal(reference->customers.items[reference->table[at] - 1].key, key))
    at = (at + 1) & (reference->table_size - 1);
  return &reference->table[at];
}

static bool add_customer(struct seg_reference *reference, struct seg_str key,
                         const struct seg_row *row) {
  struct seg_reference_customer customer = {.key = key, .row = row};
  customer.events = calloc(reference->program->event_count + 1, sizeof *customer.events);
  if (customer.events == NULL)
    return false;
  if (!SEG_VEC_PUSH(&reference->customers, customer)) {
    free(customer.events);
    return false;
  }
  *find_key(reference, key) = (uint32_t)reference->customers.count;
  return reference->customers.count * 2 < reference->table_size || grow_table(reference);
}

static uint32_t customer_of(const struct seg_reference *reference, struct seg_str key) {
  return key.data == NULL ? NO_CUSTOMER : *find_key(reference, key) - 1;
}

static bool row_kept(struct seg_reference *reference, const struct seg_program_entity *entity,
                     const struct seg_row *row) {
  struct seg_subject subject = {.reference = reference, .entity = entity, .row = row};
  return entity->where == NULL || seg_evaluate_condition(&subject, entity->where);
}

static bool same_combination(struct seg_reference *reference,
                             const struct seg_program_entity *entity, const struct seg_row *a,
                             const struct seg_row *b) {
  struct seg_subject first = {.reference = reference, .entity = entity, .row = a};
  struct seg_subject second = {.reference = reference, .entity = entity, .row = b};
  for (uint32_t i = 0; i < entity->unique_count; i++) {
    if (entity->unique[i] == SEG_UNIQUE_TIME) {
      if (a->instant != b->instant)
        return false;
      continue;
    }
    struct seg_node column = {.kind = SEG_NODE_COLUMN, .column = (uint32_t)entity->unique[i]};
    struct seg_value one = seg_evaluate(&first, &column);
    struct seg_value other = seg_evaluate(&second, &column);
    if (!seg_value_equal(&entity->columns[column.column].type, &one, &other))
      return false;
  }
  return true;
}

static bool is_repeat(struct seg_reference *reference, uint32_t event,
                      const struct seg_row_list *own, const struct seg_row *row) {
  const struct seg_program_entity *entity = &reference->program->events[event];
  const struct seg_rows *rows = &reference->dataset->events[event];
  for (size_t i = 0; entity->unique_count > 0 && i < own->items.count; i++)
    if (same_combination(reference, entity, &rows->rows.items[own->items.items[i]], row))
      return true;
  return false;
}

static bool place_events(struct seg_reference *reference, uint32_t event) {
  const struct seg_rows *rows = &reference->dataset->events[event];
  bool makes_customers = reference->program->customer_from_event == (int32_t)event;
  for (uint32_t i = 0; i < rows->rows.count; i++) {
    const struct seg_row *row = &rows->rows.items[i];
    // What has not happened yet is not looked at: not even `where` can stumble over it.
    if (row->day >= reference->as_of ||
        !row_kept(reference, &reference->program->events[event], row))
      continue;
    if (!SEG_VEC_PUSH(&reference->existing[event].items, i))
      return false;
    uint32_t customer = customer_of(reference, row->key);
    if (customer == NO_CUSTOMER && makes_customers && row->key.data != NULL) {
      if (!add_customer(reference, row->key, NULL))
        return false;
      customer = (uint32_t)reference->customers.count - 1;
    }
    if (customer == NO_CUSTOMER) {
      reference->orphans++;
      continue;
    }
    assert(customer < reference->customers.count);
    struct seg_row_list *own = &reference->customers.items[customer].events[event];
    if (!is_repeat(reference, event, own, row) && !SEG_VEC_PUSH(&own->items, i))
      return false;
  }
  return true;
}

static bool place_rows(struct seg_reference *reference) {
  const struct seg_program *program = reference->program;
  const struct seg_rows *customers = &reference->dataset->customers;
  for (uint32_t i = 0; program->customer_from_event < 0 && i < customers->rows.count; i++) {
    const struct seg_row *row = &customers->rows.items[i];
    if (row_kept(reference, &program->customer, row) && !add_customer(reference, row->key, row))
      return false;
  }
  // The event that makes the customers goes first: the others need to know them.
  if (program->customer_from_event >= 0 &&
      !place_events(reference, (uint32_t)program->customer_from_event))
    return false;
  for (uint32_t i = 0; i < program->event_count; i++)
    if ((int32_t)i != program->customer_from_event && !place_events(reference, i))
      return false;
  return true;
}

// A value that is only asked for because it may overflow.
static void read_value(struct seg_reference *reference, uint32_t event,
                       const struct seg_node *node) {
  const struct seg_rows *rows = &reference->dataset->events[event];
  const struct seg_row_list *existing = &reference->existing[event];
  for (size_t i = 0; node != NULL && i < existing->items.count; i++) {
    struct seg_subject row = {.reference = reference,
                              .entity = &reference->program->events[event],
                              .row = &rows->rows.items[existing->items.items[i]]};
    (void)seg_evaluate(&row, node);
  }
}

static void read_unique(struct seg_reference *reference, uint32_t event) {
  const struct seg_program_entity *entity = &reference->program->events[event];
  for (uint32_t i = 0; i < entity->unique_count; i++)
    if (entity->unique[i] != SEG_UNIQUE_TIME)
      read_value(reference, event, entity->columns[entity->unique[i]].computed);
}

// An overflow in an event that exists is a data error whoever's event it is, also nobody's: whether
// the data is accepted must not depend on who is in the customer table.
static void read_events(struct seg_reference *reference, const struct seg_node *node) {
  if (node->kind == SEG_NODE_AGGREGATE) {
    read_value(reference, node->event, node->filter);
    read_value(reference, node->event, node->argument);
    read_unique(reference, node->event);
  }
  if (node->kind == SEG_NODE_AGGREGATE && node->sequence != NULL) {
    read_value(reference, node->sequence->event, node->sequence->filter);
    read_unique(reference, node->sequence->event);
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    read_events(reference, node->operands[i]);
}

// The zone of the program, and the moment at which the as-of day begins in it.
static enum seg_status find_midnight(struct seg_reference *reference, struct seg_error *error) {
  if (reference->program->timezone.size == 0)
    return SEG_OK; // a program made by hand, without hours
  enum seg_status status = seg_zone_load(reference->program->timezone, &reference->zone, error);
  if (status == SEG_OK)
    reference->as_of_instant = seg_zone_midnight(reference->zone, reference->as_of);
  return status;
}

static enum seg_status make(const struct seg_program *program, const struct seg_dataset *dataset,
                            int32_t as_of, struct seg_reference **out, struct seg_error *error) {
  *out = NULL;
  struct seg_reference *reference = calloc(1, sizeof *reference);
  if (reference == NULL)
    return seg_fail_memory(error, "the reference evaluator");
  seg_arena_init(&reference->texts);
  reference->program = program;
  reference->dataset = dataset;
  reference->as_of = as_of;
  reference->existing = calloc(program->event_count + 1, sizeof *reference->existing);
  if (reference->existing == NULL || !grow_table(reference) || !place_rows(reference)) {
    seg_reference_free(reference);
    return seg_fail_memory(error, "the reference evaluator");
  }
  enum seg_status status = find_midnight(reference, error);
  if (status != SEG_OK) {
    seg_reference_free(reference);
    return status;
  }
  *out = reference;
  return SEG_OK;
}

enum seg_status seg_reference_new(const struct seg_program *program,
                                  const struct seg_dataset *dataset, int32_t as_of,
                                  struct seg_reference **out, struct seg_error *error) {
  enum seg_status status = make(program, dataset, as_of, out, error);
  for (uint32_t i = 0; *out != NULL && i < program->segment_count; i++)
    read_events(*out, program->segments[i].when);
  return status;
}

enum seg_status seg_reference_new_for(const struct seg_program *program,
                                      const struct seg_dataset *dataset, int32_t as_of,
                                      const struct seg_node *const *conditions, uint32_t count,
                                      struct seg_reference **out, struct seg_error *error) {
  enum seg_status status = make(program, dataset, as_of, out, error);
  for (uint32_t i = 0; *out != NULL && i < count; i++)
    read_events(*out, conditions[i]);
  return status;
}

void seg_reference_free(struct seg_reference *reference) {
  if (reference == NULL)
    return;
  for (size_t i = 0; i < reference->customers.count; i++) {
    for (uint32_t j = 0; j < reference->program->event_count; j++)
      SEG_VEC_FREE(&reference->customers.items[i].events[j].items);
    free(reference->customers.items[i].events);
  }
  for (uint32_t i = 0; reference->existing != NULL && i < reference->program->event_count; i++)
    SEG_VEC_FREE(&reference->existing[i].items);
  free(reference->existing);
  seg_arena_deinit(&reference->texts);
  seg_reference_ranks_free(reference);
  SEG_VEC_FREE(&reference->customers);
  seg_zone_free(reference->zone);
  free(reference->table);
  free(reference);
}

uint32_t seg_reference_customer_count(const struct seg_reference *reference) {
  return (uint32_t)reference->customers.count;
}

struct seg_str seg_reference_customer_key(const struct seg_reference *reference,
                                          uint32_t customer) {
  return reference->customers.items[customer].key;
}

uint64_t seg_reference_orphan_count(const struct seg_reference *reference) {
  return reference->orphans;
}

static struct seg_subject customer_subject(struct seg_reference *reference, uint32_t customer) {
  const struct seg_reference_customer *own = &reference->customers.items[customer];
  return (struct seg_subject){.reference = reference,
                              .entity = &reference->program->customer,
                              .row = own->row,
                              .customer = own};
}

bool seg_reference_condition(struct seg_reference *reference, const struct seg_node *node,
                             uint32_t customer) {
  struct seg_subject subject = customer_subject(reference, customer);
  return seg_evaluate_condition(&subject, node);
}

struct seg_value seg_reference_value(struct seg_reference *reference, const struct seg_node *node,
                                     uint32_t customer) {
  struct seg_subject subject = customer_subject(reference, customer);
  return seg_evaluate(&subject, node);
}

bool seg_reference_member(struct seg_reference *reference, uint32_t segment, uint32_t customer) {
  return seg_reference_condition(reference, reference->program->segments[segment].when, customer);
}

bool seg_reference_held_out(struct seg_reference *reference, uint32_t segment, uint32_t customer) {
  const struct seg_program_segment *own = &reference->program->segments[segment];
  if (own->holdout.whole == 0 || !seg_reference_member(reference, segment, customer))
    return false;
  struct seg_draw draw;
  seg_draw_init(&draw, own->holdout_salt);
  uint64_t number = seg_draw_of(&draw, seg_reference_customer_key(reference, customer));
  // number / 2^64 < part / whole
  return (unsigned __int128)number * (uint64_t)own->holdout.whole <
         (unsigned __int128)own->holdout.part << 64;
}

int32_t seg_reference_winner(struct seg_reference *reference, uint32_t chain, uint32_t customer) {
  const struct seg_program_chain *own = &reference->program->chains[chain];
  for (uint32_t i = 0; i < own->member_count; i++)
    if (seg_reference_member(reference, own->members[i], customer))
      return (int32_t)i;
  return -1;
}

bool seg_reference_overflow(const struct seg_reference *reference) {
  return reference->overflow;
}

enum seg_status seg_reference_status(const struct seg_reference *reference,
                                     struct seg_error *error) {
  return reference->out_of_memory ? seg_fail_memory(error, "the reference evaluator") : SEG_OK;
}
