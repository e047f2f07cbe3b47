// See samples.h.
#include "compiler/prove/samples.h"

#include <math.h>
#include <string.h>

#include "compiler/prove/smallest.h"
#include "compiler/prove/unique_rows.h"
#include "runtime/time/civil.h"

/** A double that the model only just misses: the decimal it is near. */
static double shortest(double number) {
  double power = 1;
  for (int scale = 0; scale <= 6; scale++, power *= 10) {
    double decimal = nearbyint(number * power) / power;
    if (fabs(decimal - number) <= 0x1p-51 * fabs(number))
      return decimal;
  }
  return number;
}

/** What nothing looks at: the day before where there must be one, else nothing much. */
static struct seg_value unseen(const struct seg_query *query, int32_t as_of,
                               const struct seg_program_column *declared) {
  struct seg_value value = {.known = !declared->optional, .text = {"", 0}};
  if (declared->type.kind == SEG_TYPE_DATE)
    value.integer = as_of - 1;
  else if (declared->type.kind == SEG_TYPE_TIMESTAMP)
    value.integer = seg_zone_midnight(query->zone, as_of - 1);
  return value;
}

static bool sample_value(const struct seg_query *query, const struct seg_row_terms *row,
                         uint32_t index, int32_t as_of, struct seg_value *value) {
  struct seg_solver *solver = query->solver;
  const struct seg_program_column *declared = &row->entity->columns[index];
  const struct seg_column_term *column = &row->columns[index];
  *value = unseen(query, as_of, declared);
  if (column->term.known == NULL || column->term.value == NULL)
    return true;
  value->known = seg_solver_truth(solver, column->term.known);
  if (!value->known || declared->type.kind == SEG_TYPE_TIMESTAMP)
    return true; // of moments only that they are known
  if (declared->type.kind == SEG_TYPE_NUMBER || declared->type.kind == SEG_TYPE_AMOUNT) {
    value->number = seg_solver_real(solver, column->term.value);
    if (query->plain_witness)
      value->number = shortest(value->number);
    return true;
  }
  int64_t whole;
  bool fits = seg_solver_int(solver, column->term.value, &whole);
  if (declared->type.kind == SEG_TYPE_DATE)
    fits = fits && whole >= SEG_CIVIL_FIRST_DAY && whole <= SEG_CIVIL_LAST_DAY;
  if (declared->type.kind != SEG_TYPE_TEXT)
    value->integer = whole;
  else if (query->plain_witness && column->texts.classes.count == 0)
    value->text = seg_str_view("x"); // any will do
  if (declared->type.kind != SEG_TYPE_TEXT || whole < 0 ||
      (size_t)whole >= column->texts.classes.count)
    return fits;
  const struct seg_text_class *class = &column->texts.classes.items[whole];
  bool empty = query->plain_witness && class->sample.size == 0 && class->shown.size > 0;
  value->text = empty ? class->shown : class->sample;
  return fits && class->proper;
}

/** Values whose texts live in the arena. */
static struct seg_value *copy_values(struct seg_arena *arena, const struct seg_value *values,
                                     uint32_t count) {
  struct seg_value *copy = SEG_NEW_ARRAY(arena, struct seg_value, (size_t)count + 1);
  for (uint32_t i = 0; copy != NULL && i < count; i++) {
    copy[i] = values[i];
    if (values[i].text.size > 0)
      copy[i].text = seg_arena_str(arena, values[i].text);
    if (values[i].text.data != NULL && copy[i].text.data == NULL)
      return NULL;
  }
  return copy;
}

enum seg_sampled seg_sample_row(const struct seg_query *query, const struct seg_row_terms *row,
                                int32_t as_of, struct seg_arena *arena, struct seg_value **values) {
  bool fits = true;
  *values = SEG_NEW_ARRAY(arena, struct seg_value, (size_t)row->entity->column_count + 1);
  for (uint32_t i = 0; *values != NULL && i < row->entity->column_count; i++)
    fits = sample_value(query, row, i, as_of, &(*values)[i]) && fits;
  if (*values != NULL)
    *values = copy_values(arena, *values, row->entity->column_count);
  return *values == NULL ? SEG_SAMPLE_NO_MEMORY : fits ? SEG_SAMPLE_MADE : SEG_SAMPLE_NONE;
}

// --- events ---

static bool is_asked(const struct seg_cell *cell, uint32_t argument) {
  return cell->sums[argument] != NULL || cell->least[argument] != NULL;
}

/** A column that nothing else of the question looks at: its value can be put in afterwards. */
static bool is_free(const struct seg_event_space *space, uint32_t argument) {
  const struct seg_program_entity *entity = space->row.entity;
  const struct seg_node *node = space->arguments[argument].node;
  if (node->kind != SEG_NODE_COLUMN || entity->columns[node->column].computed != NULL ||
      entity->columns[node->column].optional ||
      seg_looks_at_column(entity, entity->where, node->column))
    return false;
  for (uint32_t i = 0; i < space->atom_count; i++)
    if (seg_looks_at_column(entity, space->atoms[i], node->column))
      return false;
  for (uint32_t a = 0; a < space->argument_count; a++)
    if (a != argument && seg_looks_at_column(entity, space->arguments[a].node, node->column))
      return false;
  return true;
}

/** Does it compare with the as-of day? */
static bool looks_at_today(const struct seg_program_entity *entity, const struct seg_node *node) {
  if (node == NULL)
    return false;
  if (node->kind == SEG_NODE_DAYS_SINCE || node->kind == SEG_NODE_DATE_FUNCTION)
    return true;
  if (node->kind == SEG_NODE_COLUMN &&
      looks_at_today(entity, entity->columns[node->column].computed))
    return true;
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (looks_at_today(entity, node->operands[i]))
      return true;
  return false;
}

static bool today_matters(const struct seg_event_space *space) {
  bool matters = looks_at_today(space->row.entity, space->row.entity->where);
  for (uint32_t i = 0; i < space->atom_count; i++)
    matters = matters || looks_at_today(space->row.entity, space->atoms[i]);
  for (uint32_t a = 0; a < space->argument_count; a++)
    matters = matters || looks_at_today(space->row.entity, space->arguments[a].node);
  return matters;
}

/** Fractional numbers come as the bits of doubles. */
static Z3_ast argument_term(struct seg_solver *solver, const struct seg_type *type, int64_t value) {
  double number;
  if (type->kind != SEG_TYPE_NUMBER && type->kind != SEG_TYPE_AMOUNT)
    return seg_term_int(solver, value);
  memcpy(&number, &value, sizeof number);
  return seg_term_real(solver, number);
}

/** Ask for one event, in the vocabulary's solver. */
static enum seg_sampled ask(struct seg_query *query, struct seg_event_space *space,
                            const struct seg_cell *cell, const int64_t *arguments, int32_t as_of,
                            const struct seg_rows *earlier, struct seg_value **values) {
  struct seg_solver *solver = query->solver;
  struct seg_encode_scope row = {query, &space->row, true};
  size_t facts = query->facts.count, ranges = query->ranges.count, wishes = query->wishes.count;
  size_t shared = query->shared.count;
  enum seg_sampled sampled = SEG_SAMPLE_NONE;
  seg_solver_push(solver);
  seg_solver_assert(solver, seg_term_equal(solver, query->as_of, seg_term_int(solver, as_of)));
  if (space->row.entity->where != NULL)
    seg_solver_assert(solver, seg_encode_condition(&row, space->row.entity->where));
  for (uint32_t i = 0; i < space->atom_count; i++) {
    bool is_known = false;
    for (uint32_t a = 0; a < space->argument_count; a++)
      is_known = is_known || space->arguments[a].known_atom == (int)i;
    Z3_ast atom = is_known ? seg_encode_value(&row, space->atoms[i]).known
                           : seg_encode_condition(&row, space->atoms[i]);
    seg_solver_assert(solver, (cell->atoms >> i & 1) != 0 ? atom : seg_term_not(solver, atom));
  }
  for (uint32_t a = 0; a < space->argument_count; a++)
    if (is_asked(cell, a) && !is_free(space, a))
      seg_solver_assert(
          solver,
          seg_term_equal(solver, seg_encode_value(&row, space->arguments[a].node).value,
                         argument_term(solver, &space->arguments[a].node->type, arguments[a])));
  for (size_t f = facts; f < query->facts.count; f++)
    seg_solver_assert(solver, query->facts.items[f]);
  for (size_t f = ranges; f < query->ranges.count; f++)
    seg_solver_assert(solver, query->ranges.items[f]);
  if (earlier != NULL)
    seg_unique_assert(solver, &space->row, earlier);
  for (size_t w = wishes; w < query->wishes.count; w++)
    if (seg_solver_ask(solver, &query->wishes.items[w], 1) == SEG_POSSIBLE)
      seg_solver_assert(solver, query->wishes.items[w]);
  if (seg_solver_ask(solver, NULL, 0) == SEG_POSSIBLE) {
    struct seg_choosing choosing = {query, SEG_MOST_TRIES};
    if (query->plain_witness)
      seg_choose_columns(&choosing, &space->row, as_of);
    sampled = seg_sample_row(query, &space->row, as_of, &query->vocabulary->arena, values);
  }
  seg_solver_pop(solver);
  query->facts.count = facts;
  query->ranges.count = ranges;
  query->wishes.count = wishes;
  query->shared.count = shared;
  return sampled;
}

static enum seg_sampled ask_apart(struct seg_query *query, struct seg_event_space *space,
                                  const struct seg_cell *cell, const int64_t *arguments,
                                  int32_t as_of, const struct seg_rows *earlier,
                                  struct seg_value **values) {
  struct seg_solver *own;
  struct seg_error error;
  const char *weak = query->weak;
  if (seg_vocabulary_solver(query->vocabulary, &own, &error) != SEG_OK)
    return SEG_SAMPLE_NO_MEMORY;
  struct seg_apart apart = seg_query_go_apart(query, own);
  seg_row_terms_forget(&space->row);
  enum seg_sampled sampled = ask(query, space, cell, arguments, as_of, earlier, values);
  seg_row_terms_forget(&space->row);
  seg_query_come_back(query, apart);
  query->weak = weak;
  return sampled;
}

/** What decides which event it is, as bytes. */
static struct seg_str key_of_event(struct seg_query *query, const struct seg_event_space *space,
                                   const struct seg_cell *cell, const int64_t *arguments,
                                   int32_t as_of) {
  struct {
    char letter;
    bool plain;
    int32_t as_of; // 0 when it does not matter
    uint64_t atoms;
    int64_t values[SEG_MAX_ARGUMENTS];
    uint8_t asked[SEG_MAX_ARGUMENTS];
  } own;
  memset(&own, 0, sizeof own); // also what lies between the members
  own.letter = 'e';
  own.plain = query->plain_witness;
  own.as_of = own.plain || today_matters(space) ? as_of : 0;
  own.atoms = cell->atoms;
  for (uint32_t a = 0; a < space->argument_count; a++) {
    own.asked[a] = is_asked(cell, a);
    own.values[a] = own.asked[a] && !is_free(space, a) ? arguments[a] : 0;
  }
  char *key = seg_arena_alloc(&query->arena, sizeof own + space->key.size);
  if (key == NULL)
    return (struct seg_str){0};
  memcpy(key, &own, sizeof own);
  memcpy(key + sizeof own, space->key.data, space->key.size);
  return (struct seg_str){key, sizeof own + space->key.size};
}

enum seg_sampled seg_sample_event(struct seg_query *query, struct seg_event_space *space,
                                  const struct seg_cell *cell, const int64_t *arguments,
                                  int32_t as_of, const struct seg_rows *earlier,
                                  struct seg_arena *arena, struct seg_value **values) {
  struct seg_str key = key_of_event(query, space, cell, arguments, as_of);
  if (key.data == NULL)
    return SEG_SAMPLE_NO_MEMORY;
  struct seg_value *known = earlier != NULL ? NULL : seg_vocabulary_get(query->vocabulary, key);
  if (known == NULL) {
    enum seg_sampled sampled = ask_apart(query, space, cell, arguments, as_of, earlier, &known);
    if (sampled != SEG_SAMPLE_MADE)
      return sampled;
    if (earlier == NULL && !seg_vocabulary_keep(query->vocabulary, key, known))
      return SEG_SAMPLE_NO_MEMORY;
  }
  *values = copy_values(arena, known, space->row.entity->column_count);
  for (uint32_t a = 0; *values != NULL && a < space->argument_count; a++)
    if (is_asked(cell, a) && is_free(space, a))
      (*values)[space->arguments[a].node->column].integer = arguments[a];
  return *values == NULL ? SEG_SAMPLE_NO_MEMORY : SEG_SAMPLE_MADE;
}
