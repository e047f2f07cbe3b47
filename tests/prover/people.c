// Customers at the edges of the rules; see people.h.
#include "tests/prover/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/differential/generate.h"

#define MICROSECONDS_PER_DAY INT64_C(86400000000)

static uint32_t below(struct people *people, size_t count) {
  return seg_random_below(&people->random, (uint32_t)count);
}

static bool flip(struct people *people, uint32_t percent) {
  return seg_random_chance(&people->random, percent);
}

void people_init(struct people *people, const struct seg_program *program,
                 const struct interest *interest, const struct models *models, int32_t as_of,
                 uint64_t seed) {
  struct seg_error error;
  *people =
      (struct people){.program = program, .interest = interest, .models = models, .as_of = as_of};
  pools_init(&people->pools, interest, as_of);
  seg_random_init(&people->random, seed);
  if (seg_zone_load(program->timezone, &people->zone, &error) != SEG_OK)
    abort();
  people->midnight = seg_zone_midnight(people->zone, as_of);
}

void people_deinit(struct people *people) {
  pools_deinit(&people->pools);
  seg_zone_free(people->zone);
}

// --- values ---

static int64_t from_pool(struct people *people, const int64_t *items, size_t count, int64_t least,
                         int64_t most) {
  if (count > 0 && flip(people, 88))
    return items[below(people, count)];
  return seg_random_between(&people->random, least, most);
}

static struct seg_str some_text(struct people *people) {
  const struct pools *pools = &people->pools;
  if (pools->texts.count > 1 && flip(people, 85))
    return pools->texts.items[below(people, pools->texts.count)];
  return seg_str_view(generate_word(&people->random));
}

static struct seg_value some_value(struct people *people, const struct seg_program_column *column) {
  struct pools *pools = &people->pools;
  struct seg_value value = {.known = true, .text = {"", 0}};
  if (column->optional && flip(people, 25))
    return (struct seg_value){.known = false, .text = {"", 0}};
  switch (column->type.kind) {
  case SEG_TYPE_BOOL: value.integer = flip(people, 50); break;
  case SEG_TYPE_INT:
    value.integer = from_pool(people, pools->wholes.items, pools->wholes.count, -3, 100);
    break;
  case SEG_TYPE_MONEY:
    value.integer = from_pool(people, pools->amounts[column->type.scale].items,
                              pools->amounts[column->type.scale].count, -300, 30000);
    break;
  case SEG_TYPE_NUMBER:
  case SEG_TYPE_AMOUNT:
    value.number = pools->numbers.count > 0 && flip(people, 88)
                       ? pools->numbers.items[below(people, pools->numbers.count)]
                       : (double)seg_random_between(&people->random, -2000, 12000) / 100;
    break;
  case SEG_TYPE_TEXT: value.text = some_text(people); break;
  case SEG_TYPE_DATE:
    value.integer = from_pool(people, pools->days.items, pools->days.count,
                              (int64_t)people->as_of - 20000, (int64_t)people->as_of + 400);
    break;
  case SEG_TYPE_TIMESTAMP:
    value.integer =
        from_pool(people, people->interest->instants.items, people->interest->instants.count,
                  people->midnight - 200 * MICROSECONDS_PER_DAY, people->midnight);
    value.integer += seg_random_between(&people->random, -1, 1);
    break;
  case SEG_TYPE_ENUM: value.integer = below(people, column->type.enumeration->count); break;
  case SEG_TYPE_KIND_COUNT: break;
  }
  return value;
}

static void some_values(struct people *people, const struct seg_program_entity *entity,
                        struct seg_value *values) {
  for (uint32_t i = 0; i < entity->column_count; i++)
    if (entity->columns[i].computed == NULL)
      values[i] = some_value(people, &entity->columns[i]);
}

// --- events ---

static void place(struct people *people, struct person_event *event, int64_t instant) {
  event->instant = instant;
  event->day = seg_zone_local_day(people->zone, &people->cursor, instant);
}

static void place_at_age(struct people *people, struct person_event *event, int64_t age) {
  static const int64_t times[] = {0, 12, 23};
  int64_t local =
      (people->as_of - age) * MICROSECONDS_PER_DAY + times[below(people, 3)] * INT64_C(3600000000);
  if (flip(people, 30))
    local += (int64_t)below(people, 3600) * 1000000;
  place(people, event, seg_zone_to_utc(people->zone, local));
}

/** Windows and sequences in hours: at their ends, before the as-of day or around another event. */
static bool place_by_hours(struct people *people, const struct person *person,
                           struct person_event *event) {
  const struct interest *interest = people->interest;
  int64_t near = seg_random_between(&people->random, -1, 1);
  if (interest->spans.count > 0 && flip(people, 40)) {
    int64_t span = interest->spans.items[below(people, interest->spans.count)];
    if (person->event_count == 0 || flip(people, 20))
      place(people, event, people->midnight - span + near);
    else
      place(people, event,
            person->events[below(people, person->event_count)].instant +
                (flip(people, 60) ? span : -span) + near);
    return true;
  }
  for (size_t i = 0; i < interest->windows.count; i++) {
    const struct seg_day_window *window = interest->windows.items[i];
    if (!window->hours || !flip(people, 30))
      continue;
    int64_t hours = flip(people, 60) ? window->far_age : window->near_age;
    place(people, event, people->midnight - hours * INT64_C(3600000000) + near);
    return true;
  }
  return false;
}

static int64_t some_age(struct people *people) {
  const struct pools *pools = &people->pools;
  if (pools->ages.count > 0 && flip(people, 90))
    return pools->ages.items[below(people, pools->ages.count)];
  return seg_random_between(&people->random, 0, flip(people, 50) ? 130 : 1200);
}

static void add_event(struct people *people, struct person *person, bool repeating) {
  struct person_event *event = &person->events[person->event_count];
  const struct person_event *old =
      person->event_count > 0 ? &person->events[below(people, person->event_count)] : NULL;
  event->event = below(people, people->program->event_count);
  bool same = old != NULL && repeating && flip(people, 60);
  if (same)
    event->event = old->event;
  const struct seg_program_entity *entity = &people->program->events[event->event];
  if (same)
    memcpy(event->values, old->values, sizeof event->values);
  else
    some_values(people, entity, event->values);
  if (same && flip(people, 20) && entity->column_count > 0) {
    uint32_t column = below(people, entity->column_count);
    if (entity->columns[column].computed == NULL)
      event->values[column] = some_value(people, &entity->columns[column]);
  }
  if (old != NULL && flip(people, repeating ? 40 : 10))
    place(people, event, old->instant);
  else if (!place_by_hours(people, person, event))
    place_at_age(people, event, some_age(people));
  person->event_count++;
}

static uint32_t event_count(struct people *people) {
  static const uint32_t counts[] = {0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 5, 6};
  if (flip(people, 4))
    return 5 + below(people, 15);
  return counts[below(people, sizeof counts / sizeof *counts)];
}

static void draw_new(struct people *people, struct person *person) {
  const struct seg_program *program = people->program;
  if (program->customer_from_event < 0)
    some_values(people, &program->customer, person->values);
  person->key = flip(people, 50) ? some_text(people) : (struct seg_str){0};
  for (uint32_t i = 0; i < PERSON_LISTS; i++)
    person->listed[i] = flip(people, 40);
  uint32_t count = program->event_count > 0 ? event_count(people) : 0;
  bool repeating = flip(people, 40);
  for (uint32_t i = 0; i < count; i++)
    add_event(people, person, repeating);
}

// --- near misses ---

static const struct person *some_model(struct people *people) {
  return &people->models->people.items[below(people, people->models->people.count)];
}

/** Events of models lie at 12:00 of day -age, seen from an as-of day 0. */
static void copy_events(struct people *people, const struct person *from, struct person *person,
                        uint32_t percent) {
  for (uint32_t i = 0; i < from->event_count && person->event_count < PERSON_EVENTS; i++) {
    if (!flip(people, percent))
      continue;
    struct person_event *event = &person->events[person->event_count++];
    *event = from->events[i];
    int64_t local = (int64_t)(people->as_of + event->day) * MICROSECONDS_PER_DAY +
                    event->instant % MICROSECONDS_PER_DAY;
    place(people, event, seg_zone_to_utc(people->zone, local));
  }
}

static void change_something(struct people *people, struct person *person) {
  const struct seg_program *program = people->program;
  uint32_t choice = below(people, 10);
  if (choice < 2 && program->customer.column_count > 0 && program->customer_from_event < 0) {
    uint32_t column = below(people, program->customer.column_count);
    if (program->customer.columns[column].computed == NULL)
      person->values[column] = some_value(people, &program->customer.columns[column]);
  } else if (choice < 4 && person->event_count < PERSON_EVENTS && program->event_count > 0) {
    add_event(people, person, true);
  } else if (choice < 5 && person->event_count > 0) {
    uint32_t gone = below(people, person->event_count--);
    person->events[gone] = person->events[person->event_count];
  } else if (person->event_count > 0) {
    struct person_event *event = &person->events[below(people, person->event_count)];
    const struct seg_program_entity *entity = &program->events[event->event];
    uint32_t column = entity->column_count > 0 ? below(people, entity->column_count) : 0;
    if (choice < 7 && entity->column_count > 0 && entity->columns[column].computed == NULL)
      event->values[column] = some_value(people, &entity->columns[column]);
    else if (choice < 9)
      place(people, event, event->instant + (flip(people, 50) ? 1 : -1) * MICROSECONDS_PER_DAY);
    else
      place_at_age(people, event, some_age(people));
  }
}

static void draw_near(struct people *people, struct person *person) {
  const struct person *first = some_model(people), *second = some_model(people);
  bool crossed = flip(people, 60);
  person->key = first->key;
  memcpy(person->values, first->values, sizeof person->values);
  memcpy(person->listed, first->listed, sizeof person->listed);
  copy_events(people, first, person, crossed ? 80 : 100);
  if (crossed) {
    copy_events(people, second, person, 80);
    for (uint32_t i = 0; i < people->program->customer.column_count; i++)
      if (flip(people, 50))
        person->values[i] = second->values[i];
  }
  for (uint32_t changes = below(people, 4); changes > 0; changes--)
    change_something(people, person);
}

void people_draw(struct people *people, struct person *person) {
  person->event_count = 0;
  bool near = people->models != NULL && people->models->people.count > 0 && flip(people, 50);
  if (near)
    draw_near(people, person);
  else
    draw_new(people, person);
}

static bool copy_row(const struct seg_program_entity *entity, const struct seg_row *row,
                     struct seg_arena *arena, struct seg_value *values) {
  for (uint32_t i = 0; i < entity->column_count; i++) {
    if (entity->columns[i].computed != NULL)
      continue;
    values[i] = row->values[i];
    if (entity->columns[i].type.kind != SEG_TYPE_TEXT || !values[i].known)
      continue;
    values[i].text = seg_arena_str(arena, values[i].text);
    if (values[i].text.data == NULL)
      return false;
  }
  return true;
}

/** Of the only customer. */
static struct seg_str key_of(const struct seg_dataset *dataset) {
  const struct seg_rows *rows = &dataset->customers;
  for (uint32_t e = 0; rows->rows.count == 0 && e < dataset->event_count; e++)
    rows = &dataset->events[e];
  return rows->rows.count == 0 ? seg_str_view("") : rows->rows.items[0].key;
}

bool person_of_dataset(const struct seg_program *program, const struct seg_dataset *dataset,
                       struct seg_arena *arena, struct person *person) {
  *person = (struct person){0};
  bool right =
      dataset->customers.rows.count == 0 ||
      copy_row(&program->customer, &dataset->customers.rows.items[0], arena, person->values);
  for (uint32_t e = 0; e < program->event_count; e++)
    for (size_t i = 0; i < dataset->events[e].rows.count && right; i++) {
      const struct seg_row *row = &dataset->events[e].rows.items[i];
      right = person->event_count < PERSON_EVENTS / 2;
      if (!right)
        break;
      struct person_event *event = &person->events[person->event_count++];
      *event = (struct person_event){.event = e, .day = row->day, .instant = row->instant};
      right = copy_row(&program->events[e], row, arena, event->values);
    }
  person->key = seg_arena_str(arena, key_of(dataset));
  person->key_is_whole = true;
  right = right && person->key.data != NULL;
  for (uint32_t i = 0; i < program->list_count && i < dataset->list_count; i++)
    person->listed[i] = dataset->lists != NULL && dataset->lists[i].rows.count > 0;
  return right;
}
