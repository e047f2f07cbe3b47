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

/** One event that is asked for. */
struct wanted_event {
  struct seg_event_space *space;
  const struct seg_cell *cell;
  const int64_t *arguments;
  int32_t as_of;
  const struct seg_rows *earlier;
};

/** What it must be, behind the facts of the query: an event of its cell, with its arguments. */
static void describe(struct seg_query *query, const struct wanted_event *wanted) {
  struct seg_solver *solver = query->solver;
  struct seg_event_space *space = wanted->space;
  struct seg_encode_scope row = {query, &space->row, true};
  seg_query_fact(query, seg_term_equal(solver, query->as_of, seg_term_int(solver, wanted->as_of)));
  if (space->row.entity->where != NULL)
    seg_query_fact(query, seg_encode_condition(&row, space->row.entity->where));
  for (uint32_t i = 0; i < space->atom_count; i++) {
    bool is_known = false;
    for (uint32_t a = 0; a < space->argument_count; a++)
      is_known = is_known || space->arguments[a].known_atom == (int)i;
    Z3_ast atom = is_known ? seg_encode_value(&row, space->atoms[i]).known
                           : seg_encode_condition(&row, space->atoms[i]);
    bool holds = (wanted->cell->atoms >> i & 1) != 0;
    seg_query_fact(query, holds ? atom : seg_term_not(solver, atom));
  }
  for (uint32_t a = 0; a < space->argument_count; a++)
    if (is_asked(wanted->cell, a) && !is_free(space, a))
      seg_query_fact(query,
                     seg_term_equal(solver, seg_encode_value(&row, space->arguments[a].node).value,
                                    argument_term(solver, &space->arguments[a].node->type,
                                                  wanted->arguments[a])));
}

static enum seg_sampled ask(struct seg_query *query, const struct wanted_event *wanted,
                            size_t facts, size_t ranges, size_t wishes, struct seg_value **values) {
  struct seg_solver *solver = query->solver;
  for (size_t f = facts; f < query->facts.count; f++)
    seg_solver_assert(solver, query->facts.items[f]);
  for (size_t f = ranges; f < query->ranges.count; f++)
    seg_solver_assert(solver, query->ranges.items[f]);
  if (wanted->earlier != NULL)
    seg_unique_assert(solver, &wanted->space->row, wanted->earlier);
  for (size_t w = wishes; w < query->wishes.count; w++)
    if (seg_solver_ask(solver, &query->wishes.items[w], 1) == SEG_POSSIBLE)
      seg_solver_assert(solver, query->wishes.items[w]);
  if (seg_solver_ask(solver, NULL, 0) != SEG_POSSIBLE)
    return SEG_SAMPLE_NONE;
  struct seg_choosing choosing = {query, SEG_MOST_TRIES};
  if (query->plain_witness)
    seg_choose_columns(&choosing, &wanted->space->row, wanted->as_of);
  return seg_sample_row(query, &wanted->space->row, wanted->as_of, &query->vocabulary->arena,
                        values);
}

/** In a solver with nothing asserted; `missed`: the quick search, which was to be the only one,
 * left something open. */
static enum seg_sampled ask_apart(struct seg_query *query, struct seg_solver *own,
                                  const struct wanted_event *wanted, bool *missed,
                                  struct seg_value **values) {
  const char *weak = query->weak;
  size_t facts = query->facts.count, ranges = query->ranges.count, wishes = query->wishes.count;
  size_t shared = query->shared.count;
  struct seg_apart apart = seg_query_go_apart(query, own);
  seg_row_terms_forget(&wanted->space->row);
  own->missed = false;
  seg_solver_push(own);
  describe(query, wanted);
  enum seg_sampled sampled = ask(query, wanted, facts, ranges, wishes, values);
  seg_solver_pop(own);
  *missed = own->missed;
  query->facts.count = facts;
  query->ranges.count = ranges;
  query->wishes.count = wishes;
  query->shared.count = shared;
  seg_row_terms_forget(&wanted->space->row);
  seg_query_come_back(query, apart);
  query->weak = weak;
  return sampled;
}

/** Most events are found at once; the others by a solver that has seen nothing else. */
static enum seg_sampled find_event(struct seg_query *query, const struct wanted_event *wanted,
                                   struct seg_value **values) {
  struct seg_solver *own;
  struct seg_error error;
  bool missed;
  if (seg_vocabulary_quick_solver(query->vocabulary, &own, &error) != SEG_OK)
    return SEG_SAMPLE_NO_MEMORY;
  enum seg_sampled sampled = ask_apart(query, own, wanted, &missed, values);
  if (sampled == SEG_SAMPLE_NO_MEMORY || !missed)
    return sampled;
  if (seg_vocabulary_solver(query->vocabulary, &own, &error) != SEG_OK)
    return SEG_SAMPLE_NO_MEMORY;
  return ask_apart(query, own, wanted, &missed, values);
}

/** What decides which event it is, as bytes. */
static struct seg_str key_of_event(struct seg_query *query, const struct seg_event_space *space,
                                   const struct seg_cell *cell, const int64_t *arguments,
                                   int32_t as_of) {
  struct {
    char letter;
    bool plain;
    int32_t as_of;
    uint64_t atoms;
    int64_t values[SEG_MAX_ARGUMENTS];
    uint8_t asked[SEG_MAX_ARGUMENTS];
  } own;
  memset(&own, 0, sizeof own); // also what lies between the members
  own.letter = 'e';
  own.plain = query->plain_witness;
  own.as_of = as_of;
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
  // Where the day does not matter, the same event will do for all days.
  int32_t day = query->plain_witness || today_matters(space) ? as_of : SEG_PROVE_USUAL_DAY;
  struct seg_str key = key_of_event(query, space, cell, arguments, day);
  if (key.data == NULL)
    return SEG_SAMPLE_NO_MEMORY;
  struct seg_value *known = earlier != NULL ? NULL : seg_vocabulary_get(query->vocabulary, key);
  if (known == NULL) {
    const struct wanted_event wanted = {space, cell, arguments, day, earlier};
    enum seg_sampled sampled = find_event(query, &wanted, &known);
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
