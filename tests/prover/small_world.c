// Every customer of a small world; see people.h.
#include <stdlib.h>
#include <string.h>

#include "tests/prover/people.h"

enum { MAX_DOMAIN = 12, MAX_KINDS = 400 };

/** The values that one column takes. */
struct domain {
  uint32_t count;
  struct seg_value values[MAX_DOMAIN];
};

struct world {
  struct people *people;
  struct crowd *crowd;
  int64_t limit;
  uint32_t events;
  struct person person;
  uint32_t kind_count;
  struct person_event kinds[MAX_KINDS];
  bool complete;
};

static void add_value(struct domain *domain, struct seg_value value, uint32_t most) {
  for (uint32_t i = 0; i < domain->count; i++)
    if (domain->values[i].known == value.known && domain->values[i].integer == value.integer)
      return;
  if (domain->count < most)
    domain->values[domain->count++] = value;
}

static void add_wholes(struct world *world, struct domain *domain, const int64_t *items,
                       size_t count, uint32_t most) {
  struct seg_random *random = &world->people->random;
  for (uint32_t tries = 0; count > 0 && tries < 4 * most; tries++)
    add_value(domain,
              (struct seg_value){.known = true,
                                 .integer = items[seg_random_below(random, (uint32_t)count)],
                                 .text = {"", 0}},
              most);
}

/** Enumerations and bools whole, of others as many values of the pool as fit. */
static struct domain domain_of(struct world *world, const struct seg_program_column *column,
                               bool read, uint32_t most) {
  const struct pools *pools = &world->people->pools;
  struct domain domain = {0};
  uint32_t codes = column->type.kind == SEG_TYPE_BOOL   ? 2
                   : column->type.kind == SEG_TYPE_ENUM ? column->type.enumeration->count
                                                        : 0;
  struct seg_value missing = {.known = false, .text = {"", 0}};
  if (column->optional && read)
    add_value(&domain, missing, MAX_DOMAIN);
  for (uint32_t i = 0; i < codes && read; i++)
    add_value(&domain, (struct seg_value){.known = true, .integer = i, .text = {"", 0}},
              MAX_DOMAIN);
  if (read && column->type.kind == SEG_TYPE_INT)
    add_wholes(world, &domain, pools->wholes.items, pools->wholes.count, most);
  if (read && column->type.kind == SEG_TYPE_MONEY)
    add_wholes(world, &domain, pools->amounts[column->type.scale].items,
               pools->amounts[column->type.scale].count, most);
  if (domain.count == 0)
    add_value(&domain, (struct seg_value){.known = true, .text = {"", 0}}, MAX_DOMAIN);
  return domain;
}

static bool is_read(const struct crowd_table *table, uint32_t column) {
  for (uint32_t i = 0; table->read && i < table->plan->input_count; i++)
    if (table->from[i] == (int32_t)column)
      return true;
  return false;
}

// --- events ---

static void add_kinds(struct world *world, const struct domain *domains, uint32_t columns,
                      uint32_t column, struct person_event *event) {
  if (column < columns) {
    for (uint32_t i = 0; i < domains[column].count; i++) {
      event->values[column] = domains[column].values[i];
      add_kinds(world, domains, columns, column + 1, event);
    }
    return;
  }
  if (world->kind_count < MAX_KINDS)
    world->kinds[world->kind_count++] = *event;
  else
    world->complete = false;
}

static void find_kinds(struct world *world, uint32_t most_ages, uint32_t most_values) {
  struct people *people = world->people;
  const struct seg_program_entity *entity = &people->program->events[0];
  struct domain domains[CROWD_COLUMNS], ages = {0};
  for (uint32_t i = 0; i < entity->column_count; i++)
    domains[i] =
        domain_of(world, &entity->columns[i], is_read(&world->crowd->events[0], i), most_values);
  add_wholes(world, &ages, people->pools.ages.items, people->pools.ages.count, most_ages);
  for (uint32_t i = 0; i < ages.count; i++) {
    struct person_event event = {.day = people->as_of - (int32_t)ages.values[i].integer};
    event.instant =
        seg_zone_to_utc(people->zone, event.day * INT64_C(86400000000) + INT64_C(43200000000));
    add_kinds(world, domains, entity->column_count, 0, &event);
  }
}

static void add_person(struct world *world) {
  if (world->crowd->customers < world->limit)
    crowd_add(world->crowd, &world->person);
  else
    world->complete = false;
}

/** The events of a customer, each at least as late in the list of kinds as the one before. */
static void add_events(struct world *world, uint32_t first) {
  struct person *person = &world->person;
  add_person(world);
  if (person->event_count == world->events)
    return;
  for (uint32_t i = first; i < world->kind_count && world->complete; i++) {
    person->events[person->event_count++] = world->kinds[i];
    add_events(world, i);
    person->event_count--;
  }
}

static void add_customers(struct world *world, const struct domain *domains, uint32_t columns,
                          uint32_t column) {
  if (column == columns) {
    add_events(world, 0);
    return;
  }
  for (uint32_t i = 0; i < domains[column].count && world->complete; i++) {
    world->person.values[column] = domains[column].values[i];
    add_customers(world, domains, columns, column + 1);
  }
}

bool people_all(struct people *people, uint32_t events, int64_t limit, struct crowd *crowd) {
  const struct seg_program_entity *customer = &people->program->customer;
  struct world *world = calloc(1, sizeof *world);
  if (world == NULL)
    abort();
  *world = (struct world){
      .people = people, .crowd = crowd, .limit = limit, .events = events, .complete = true};
  struct domain domains[CROWD_COLUMNS];
  double combinations = 1;
  for (uint32_t i = 0; i < customer->column_count; i++) {
    domains[i] = domain_of(world, &customer->columns[i], is_read(&crowd->customer, i), 4);
    combinations *= domains[i].count;
  }
  // As many kinds of events as the limit allows.
  uint32_t ages = 9, values = 6;
  while (ages > 2) {
    world->kind_count = 0;
    find_kinds(world, ages, values);
    double kinds = world->kind_count;
    double all = 1 + kinds + kinds * (kinds + 1) / 2 +
                 (events > 2 ? kinds * (kinds + 1) * (kinds + 2) / 6 : 0);
    if (all * combinations <= (double)limit)
      break;
    if (values > 3)
      values--;
    else
      ages--;
  }
  world->complete = true;
  add_customers(world, domains, customer->column_count, 0);
  bool complete = world->complete;
  free(world);
  return complete;
}
