// Customers in columns; see crowd.h.
#include "tests/prover/crowd.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/run/run.h"

static void must(bool done) {
  if (!done) {
    fputs("prover test: memory is out, or a source was refused\n", stderr);
    abort();
  }
}

bool crowd_fits(const struct seg_program *program) {
  bool fits = program->event_count <= CROWD_TABLES && program->list_count <= PERSON_LISTS &&
              program->customer.column_count <= CROWD_COLUMNS;
  for (uint32_t i = 0; i < program->event_count; i++)
    fits = fits && program->events[i].column_count <= CROWD_COLUMNS;
  return fits;
}

// --- tables ---

static int32_t column_of(const struct seg_program_entity *entity,
                         const struct seg_plan_input *input) {
  if (input->type == SEG_COLUMN_DAY || input->type == SEG_COLUMN_INSTANT)
    return -1;
  for (uint32_t i = 0; i < entity->column_count; i++)
    if (entity->columns[i].computed == NULL &&
        seg_str_equal(entity->columns[i].name.text, input->name))
      return (int32_t)i;
  must(false);
  return -1;
}

static void init_table(struct crowd_table *table, const struct seg_plan_entity *plan,
                       const struct seg_program_entity *entity) {
  *table = (struct crowd_table){.read = true, .plan = plan};
  seg_column_init(&table->key, SEG_LAYOUT_I64, false);
  seg_column_init(&table->text_key, SEG_LAYOUT_TEXT, false);
  seg_column_init(&table->days, SEG_LAYOUT_I32, false);
  table->inputs = calloc(plan->input_count + 1, sizeof *table->inputs);
  table->views = calloc(plan->input_count + 1, sizeof *table->views);
  table->from = calloc(plan->input_count + 1, sizeof *table->from);
  must(table->inputs != NULL && table->views != NULL && table->from != NULL);
  for (uint32_t i = 0; i < plan->input_count; i++) {
    seg_column_init(&table->inputs[i], plan->scan.input_layouts[i], plan->scan.input_optional[i]);
    table->from[i] = entity == NULL ? -1 : column_of(entity, &plan->inputs[i]);
  }
}

static void resize(struct crowd_table *table, int64_t rows) {
  struct seg_error error;
  must(seg_column_resize(&table->key, rows, &error) == SEG_OK);
  must(seg_column_resize(&table->text_key, rows, &error) == SEG_OK);
  must(seg_column_resize(&table->days, rows, &error) == SEG_OK);
  for (uint32_t i = 0; i < table->plan->input_count; i++)
    must(seg_column_resize(&table->inputs[i], rows, &error) == SEG_OK);
}

static void deinit_table(struct crowd_table *table) {
  if (!table->read)
    return;
  seg_column_deinit(&table->key);
  seg_column_deinit(&table->text_key);
  seg_column_deinit(&table->days);
  for (uint32_t i = 0; i < table->plan->input_count; i++)
    seg_column_deinit(&table->inputs[i]);
  SEG_VEC_FREE(&table->instants);
  free(table->inputs);
  free(table->views);
  free(table->from);
}

void crowd_init(struct crowd *crowd, const struct seg_program *program, const struct seg_plan *plan,
                int32_t as_of) {
  *crowd = (struct crowd){.program = program, .plan = plan, .as_of = as_of};
  seg_arena_init(&crowd->arena);
  for (uint32_t i = 0; i < program->customer.column_count; i++)
    crowd->text_keys =
        crowd->text_keys ||
        (program->customer.columns[i].type.kind == SEG_TYPE_TEXT &&
         seg_str_equal(program->customer.columns[i].name.text, program->customer.key));
  if (plan->customer_from_event < 0)
    init_table(&crowd->customer, &plan->customer, &program->customer);
  for (uint32_t i = 0; i < plan->event_count; i++)
    if (seg_run_reads_event(plan, i))
      init_table(&crowd->events[i], &plan->events[i], &program->events[i]);
  for (uint32_t i = 0; i < plan->list_count; i++)
    if (seg_run_reads_list(plan, i))
      init_table(&crowd->lists[i], &plan->lists[i], NULL);
}

void crowd_deinit(struct crowd *crowd) {
  deinit_table(&crowd->customer);
  for (uint32_t i = 0; i < CROWD_TABLES; i++)
    deinit_table(&crowd->events[i]);
  for (uint32_t i = 0; i < PERSON_LISTS; i++)
    deinit_table(&crowd->lists[i]);
  seg_arena_deinit(&crowd->arena);
}

// --- people ---

static void put(struct seg_column *column, int64_t row, const struct seg_value *value) {
  if (column->has_known)
    seg_bitmap_put(column->known, row, value->known);
  if (!value->known)
    return;
  switch (column->layout) {
  case SEG_LAYOUT_BIT: seg_bitmap_put(column->values, row, value->integer != 0); return;
  case SEG_LAYOUT_I32: ((int32_t *)column->values)[row] = (int32_t)value->integer; return;
  case SEG_LAYOUT_I64: ((int64_t *)column->values)[row] = value->integer; return;
  case SEG_LAYOUT_F64: ((double *)column->values)[row] = value->number; return;
  case SEG_LAYOUT_TEXT: ((struct seg_str *)column->values)[row] = value->text; return;
  }
}

static int64_t key_of_next(const struct crowd *crowd) {
  return crowd->first_key + crowd->customers;
}

static int64_t new_row(const struct crowd *crowd, struct crowd_table *table) {
  if (table->rows == table->room) {
    table->room = table->room == 0 ? 1024 : table->room * 2;
    resize(table, table->room);
  }
  ((int64_t *)table->key.values)[table->rows] = key_of_next(crowd);
  ((struct seg_str *)table->text_key.values)[table->rows] = crowd->next_key;
  return table->rows++;
}

/** Nobody declares a key twice but as a column: then the column has its value. */
static struct seg_value key_value(const struct crowd *crowd) {
  return (struct seg_value){.known = true, .integer = key_of_next(crowd), .text = crowd->next_key};
}

/** No two customers have the same. */
static struct seg_str text_key(struct crowd *crowd, const struct person *person) {
  if (person->key_is_whole)
    return person->key;
  struct seg_str key = seg_arena_format(&crowd->arena, "%.*s%s%" PRId64, SEG_STR(person->key),
                                        person->key.size > 0 ? "_" : "", key_of_next(crowd));
  must(key.data != NULL);
  return key;
}

static void add_customer(struct crowd *crowd, const struct person *person) {
  struct crowd_table *table = &crowd->customer;
  const struct seg_program_entity *entity = &crowd->program->customer;
  int64_t row = new_row(crowd, table);
  for (uint32_t i = 0; i < table->plan->input_count; i++) {
    const struct seg_program_column *column = &entity->columns[table->from[i]];
    if (seg_str_equal(column->name.text, entity->key)) {
      struct seg_value key = key_value(crowd);
      put(&table->inputs[i], row, &key);
    } else {
      put(&table->inputs[i], row, &person->values[table->from[i]]);
    }
  }
}

static void add_event(struct crowd *crowd, const struct person_event *event) {
  struct crowd_table *table = &crowd->events[event->event];
  int64_t row = new_row(crowd, table);
  ((int32_t *)table->days.values)[row] = event->day;
  must(SEG_VEC_PUSH(&table->instants, event->instant));
  for (uint32_t i = 0; i < table->plan->input_count; i++) {
    enum seg_column_type type = table->plan->inputs[i].type;
    struct seg_value time = {.known = true,
                             .integer = type == SEG_COLUMN_DAY ? event->day : event->instant};
    put(&table->inputs[i], row, table->from[i] < 0 ? &time : &event->values[table->from[i]]);
  }
}

void crowd_add(struct crowd *crowd, const struct person *person) {
  if (crowd->text_keys)
    crowd->next_key = text_key(crowd, person);
  if (crowd->customer.read)
    add_customer(crowd, person);
  for (uint32_t i = 0; i < person->event_count; i++)
    if (crowd->events[person->events[i].event].read)
      add_event(crowd, &person->events[i]);
  for (uint32_t i = 0; i < PERSON_LISTS; i++)
    if (crowd->lists[i].read && person->listed[i])
      new_row(crowd, &crowd->lists[i]);
  crowd->customers++;
}

// --- running ---

static void open_table(const struct crowd *crowd, struct crowd_table *table,
                       struct seg_source **source) {
  struct seg_error error;
  if (!table->read)
    return;
  resize(table, table->rows);
  for (uint32_t i = 0; i < table->plan->input_count; i++)
    table->views[i] = seg_column_view(&table->inputs[i]);
  table->memory = (struct seg_memory_rows){
      .row_count = table->rows,
      .key = seg_column_view(crowd->text_keys ? &table->text_key : &table->key),
      .days = seg_column_view(&table->days),
      .inputs = table->views};
  must(seg_source_open_memory(&table->memory, table->plan, source, &error) == SEG_OK);
}

void crowd_open(struct crowd *crowd, struct seg_source **sources) {
  memset(sources, 0, (CROWD_TABLES + 1 + PERSON_LISTS) * sizeof *sources);
  for (uint32_t i = 0; i < CROWD_TABLES; i++)
    open_table(crowd, &crowd->events[i], &sources[i]);
  open_table(crowd, &crowd->customer, &sources[CROWD_TABLES]);
  for (uint32_t i = 0; i < PERSON_LISTS; i++)
    open_table(crowd, &crowd->lists[i], &sources[CROWD_TABLES + 1 + i]);
}

// --- one customer ---

static struct seg_value get(const struct seg_column *column, int64_t row) {
  struct seg_value value = {.known = !column->has_known || seg_bitmap_test(column->known, row)};
  if (!value.known)
    return value;
  switch (column->layout) {
  case SEG_LAYOUT_BIT: value.integer = seg_bitmap_test(column->values, row); break;
  case SEG_LAYOUT_I32: value.integer = ((const int32_t *)column->values)[row]; break;
  case SEG_LAYOUT_I64: value.integer = ((const int64_t *)column->values)[row]; break;
  case SEG_LAYOUT_F64: value.number = ((const double *)column->values)[row]; break;
  case SEG_LAYOUT_TEXT: value.text = ((const struct seg_str *)column->values)[row]; break;
  }
  return value;
}

/** A text of its own: the customer outlives crowd and program. */
static struct seg_str keep(struct data *data, struct seg_str text) {
  struct seg_str copy = seg_arena_str(&data->arena, text);
  must(copy.data != NULL);
  return copy;
}

static void take_rows(const struct crowd *crowd, const struct crowd_table *table,
                      const struct seg_program_entity *entity, struct seg_str name,
                      int64_t customer, struct data *data) {
  if (!table->read)
    return;
  struct data_table *out = &data->tables[data->table_count++];
  uint32_t to[CROWD_COLUMNS] = {0};
  *out = (struct data_table){.name = keep(data, name), .key_is_text = crowd->text_keys};
  for (uint32_t i = 0; entity != NULL && i < entity->column_count; i++) {
    if (entity->columns[i].computed != NULL)
      continue;
    to[i] = out->column_count;
    must(out->column_count < DATA_MAX_COLUMNS);
    out->columns[out->column_count++] = (struct data_column){
        keep(data, entity->columns[i].name.text), entity->columns[i].type.kind};
  }
  for (int64_t row = 0; row < table->rows; row++) {
    if (((const int64_t *)table->key.values)[row] != customer)
      continue;
    struct seg_row taken = {
        .key = crowd->text_keys ? keep(data, ((const struct seg_str *)table->text_key.values)[row])
                                : seg_arena_format(&data->arena, "%" PRId64, customer),
        .values = SEG_NEW_ARRAY(&data->arena, struct seg_value, (size_t)out->column_count + 1)};
    must(taken.key.data != NULL && taken.values != NULL);
    for (uint32_t i = 0; entity != NULL && i < entity->column_count; i++)
      if (entity->columns[i].computed == NULL)
        taken.values[to[i]] =
            (struct seg_value){.known = !entity->columns[i].optional, .text = {"", 0}};
    for (uint32_t i = 0; i < table->plan->input_count; i++)
      if (table->from[i] >= 0) {
        struct seg_value value = get(&table->inputs[i], row);
        value.text = keep(data, value.text.data == NULL ? seg_str_view("") : value.text);
        taken.values[to[table->from[i]]] = value;
      }
    if ((size_t)row < table->instants.count) {
      taken.day = ((const int32_t *)table->days.values)[row];
      taken.instant = table->instants.items[row];
    }
    must(SEG_VEC_PUSH(&out->rows, taken));
  }
}

static int64_t find_key(const struct crowd_table *table, struct seg_str key) {
  for (int64_t row = 0; row < table->rows; row++)
    if (seg_str_equal(((const struct seg_str *)table->text_key.values)[row], key))
      return ((const int64_t *)table->key.values)[row];
  return -1;
}

int64_t crowd_number(const struct crowd *crowd, struct seg_str key) {
  int64_t number = find_key(&crowd->customer, key);
  for (uint32_t i = 0; i < crowd->plan->event_count && number < 0; i++)
    number = find_key(&crowd->events[i], key);
  return number;
}

void crowd_take(const struct crowd *crowd, int64_t customer, struct data *data) {
  data_init(data);
  data->as_of = crowd->as_of;
  take_rows(crowd, &crowd->customer, &crowd->program->customer, seg_str_view("customer"), customer,
            data);
  for (uint32_t i = 0; i < crowd->plan->event_count; i++)
    take_rows(crowd, &crowd->events[i], &crowd->program->events[i],
              crowd->program->events[i].name.text, customer, data);
  for (uint32_t i = 0; i < crowd->plan->list_count; i++)
    take_rows(crowd, &crowd->lists[i], NULL, crowd->program->lists[i].name.text, customer, data);
}
