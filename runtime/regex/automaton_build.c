// The subset construction: a state of the automaton is the set of steps that the pattern can be at.
// States are numbered as they are found; those that cannot lead to a match become the dead state.
#include <stdlib.h>
#include <string.h>

#include "runtime/base/hash.h"
#include "runtime/regex/automaton_parts.h"

enum { MOST_WORK = 50000000 }; // steps looked at: a tenth of a second

/** Numbers of steps, rising. */
struct place {
  uint32_t *steps;
  uint32_t count;
};

struct builder {
  struct seg_regex_steps steps;
  struct seg_automaton *automaton;
  SEG_VEC(struct place) places; // per state; the dead state has no steps
  SEG_VEC(uint16_t) next;
  uint32_t table_size;
  uint32_t *table; // open addressing: state + 1
  struct seg_arena scratch;
  uint32_t *class_samples; // a code point of each class
  bool *marks;             // per step: reached
  uint32_t *reached;       // the steps that are marked
  uint32_t reached_count;
  uint32_t *stack;
  struct place gathered;
  uint64_t work;
  enum seg_status status;
};

static void give_up(struct builder *builder, enum seg_status status) {
  if (builder->status == SEG_OK)
    builder->status = status;
}

// Mark what can be reached from a step without a character.
static void reach(struct builder *builder, uint32_t from, bool begin, bool end) {
  uint32_t depth = 0;
  builder->stack[depth++] = from;
  while (depth > 0) {
    uint32_t at = builder->stack[--depth];
    if (builder->marks[at])
      continue;
    builder->marks[at] = true;
    builder->reached[builder->reached_count++] = at;
    const struct seg_regex_step *step = &builder->steps.list.items[at];
    bool passes = step->kind == SEG_STEP_FORK || (begin && step->kind == SEG_STEP_BEGIN) ||
                  (end && step->kind == SEG_STEP_FINISH);
    if (passes)
      builder->stack[depth++] = step->next;
    if (step->kind == SEG_STEP_FORK)
      builder->stack[depth++] = step->other;
  }
}

static void clear_marks(struct builder *builder) {
  for (uint32_t i = 0; i < builder->reached_count; i++)
    builder->marks[builder->reached[i]] = false;
  builder->work += builder->reached_count;
  builder->reached_count = 0;
}

static int compare_numbers(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return (a > b) - (a < b);
}

// What was reached and decides anything, in order; the marks go.
static void gather(struct builder *builder) {
  struct place *out = &builder->gathered;
  out->count = 0;
  for (uint32_t i = 0; i < builder->reached_count; i++) {
    enum seg_step_kind kind = builder->steps.list.items[builder->reached[i]].kind;
    if (kind != SEG_STEP_FORK && kind != SEG_STEP_BEGIN)
      out->steps[out->count++] = builder->reached[i];
  }
  qsort(out->steps, out->count, sizeof *out->steps, compare_numbers);
  clear_marks(builder);
}

static uint64_t place_hash(const struct place *place) {
  uint64_t hash = place->count;
  for (uint32_t i = 0; i < place->count; i++)
    hash = seg_hash_mix(hash, place->steps[i]);
  return hash;
}

static bool same_place(const struct place *a, const struct place *b) {
  return a->count == b->count && memcmp(a->steps, b->steps, a->count * sizeof *a->steps) == 0;
}

static uint32_t new_state(struct builder *builder) {
  struct place place = {.count = builder->gathered.count};
  uint32_t state = (uint32_t)builder->places.count;
  if (state >= SEG_AUTOMATON_MOST_STATES ||
      (state + 1) * builder->automaton->class_count > SEG_AUTOMATON_MOST_ENTRIES) {
    give_up(builder, SEG_USAGE);
    return SEG_AUTOMATON_DEAD;
  }
  place.steps = SEG_NEW_ARRAY(&builder->scratch, uint32_t, place.count + 1u);
  if (place.steps == NULL || !SEG_VEC_PUSH(&builder->places, place)) {
    give_up(builder, SEG_OUT_OF_MEMORY);
    return SEG_AUTOMATON_DEAD;
  }
  memcpy(place.steps, builder->gathered.steps, place.count * sizeof *place.steps);
  return state;
}

// The state of the gathered steps, new or old.
static uint32_t state_of(struct builder *builder) {
  if (builder->gathered.count == 0)
    return SEG_AUTOMATON_DEAD;
  uint64_t mask = builder->table_size - 1, at = place_hash(&builder->gathered) & mask;
  for (; builder->table[at] != 0; at = (at + 1) & mask)
    if (same_place(&builder->places.items[builder->table[at] - 1], &builder->gathered))
      return builder->table[at] - 1;
  uint32_t state = new_state(builder);
  if (state != SEG_AUTOMATON_DEAD)
    builder->table[at] = state + 1;
  return state;
}

static void follow(struct builder *builder, uint32_t state) {
  for (uint32_t c = 0; c < builder->automaton->class_count && builder->status == SEG_OK; c++) {
    const struct place place = builder->places.items[state];
    for (uint32_t i = 0; i < place.count; i++) {
      const struct seg_regex_step *step = &builder->steps.list.items[place.steps[i]];
      builder->work++;
      if (step->kind == SEG_STEP_LETTER &&
          seg_regex_set_holds(step->set, builder->class_samples[c]))
        reach(builder, step->next, false, false);
    }
    gather(builder);
    uint16_t next = (uint16_t)state_of(builder);
    if (!SEG_VEC_PUSH(&builder->next, next))
      give_up(builder, SEG_OUT_OF_MEMORY);
    if (builder->work > MOST_WORK)
      give_up(builder, SEG_USAGE);
  }
}

// Does a text that ends here match?
static bool accepts(struct builder *builder, uint32_t state, bool begin) {
  const struct place *place = &builder->places.items[state];
  bool found = false;
  for (uint32_t i = 0; i < place->count; i++)
    reach(builder, place->steps[i], begin, true);
  for (uint32_t i = 0; i < builder->reached_count; i++)
    found = found || builder->steps.list.items[builder->reached[i]].kind == SEG_STEP_MATCH;
  clear_marks(builder);
  return found;
}

static bool prepare(struct builder *builder) {
  struct seg_automaton *automaton = builder->automaton;
  size_t steps = builder->steps.list.count;
  builder->table_size = 32768; // a power of two beyond twice the states
  builder->table = SEG_NEW_ARRAY(&builder->scratch, uint32_t, builder->table_size);
  builder->class_samples = SEG_NEW_ARRAY(&builder->scratch, uint32_t, automaton->class_count);
  builder->marks = SEG_NEW_ARRAY(&builder->scratch, bool, steps);
  builder->reached = SEG_NEW_ARRAY(&builder->scratch, uint32_t, steps);
  builder->stack = SEG_NEW_ARRAY(&builder->scratch, uint32_t, 2 * steps + 2);
  builder->gathered.steps = SEG_NEW_ARRAY(&builder->scratch, uint32_t, steps);
  if (builder->table == NULL || builder->class_samples == NULL || builder->marks == NULL ||
      builder->reached == NULL || builder->stack == NULL || builder->gathered.steps == NULL)
    return false;
  for (uint32_t i = 0; i < automaton->range_count; i++)
    builder->class_samples[automaton->range_classes[i]] = automaton->range_starts[i];
  return SEG_VEC_PUSH(&builder->places, (struct place){0});
}

static void find_states(struct builder *builder) {
  reach(builder, builder->steps.start, true, false);
  gather(builder);
  // Not in the table: only here the text begins, and a state with the same steps later may differ.
  builder->automaton->start = new_state(builder);
  for (uint32_t state = 0; state < builder->places.count && builder->status == SEG_OK; state++)
    follow(builder, state);
}

// States from which no match can be reached become the dead one. Most states lead to later ones, so
// going backwards is done after a round or two.
static void bury(struct builder *builder, uint16_t *next, const bool *accepting, bool *alive) {
  uint32_t classes = builder->automaton->class_count;
  uint32_t states = (uint32_t)builder->places.count;
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t state = states; state-- > 0;) {
      bool lives = accepting[state];
      for (uint32_t c = 0; !lives && c < classes; c++)
        lives = alive[next[state * classes + c]];
      changed = changed || lives != alive[state];
      alive[state] = lives;
    }
  }
  for (uint32_t i = 0; i < states * classes; i++)
    if (!alive[next[i]])
      next[i] = SEG_AUTOMATON_DEAD;
  if (!alive[builder->automaton->start])
    builder->automaton->start = SEG_AUTOMATON_DEAD;
}

static void keep(struct builder *builder, struct seg_arena *arena) {
  struct seg_automaton *automaton = builder->automaton;
  uint32_t states = (uint32_t)builder->places.count;
  uint16_t *next = SEG_NEW_ARRAY(arena, uint16_t, builder->next.count);
  bool *accepting = SEG_NEW_ARRAY(arena, bool, states);
  bool *alive = SEG_NEW_ARRAY(&builder->scratch, bool, states);
  if (next == NULL || accepting == NULL || alive == NULL) {
    give_up(builder, SEG_OUT_OF_MEMORY);
    return;
  }
  memcpy(next, builder->next.items, builder->next.count * sizeof *next);
  for (uint32_t state = 0; state < states; state++)
    accepting[state] = accepts(builder, state, state == automaton->start);
  bury(builder, next, accepting, alive);
  automaton->state_count = states;
  automaton->next = next;
  automaton->accepting = accepting;
}

enum seg_status seg_automaton_build(struct seg_arena *arena, const struct seg_regex *regex,
                                    struct seg_automaton **out, struct seg_regex_fault *fault) {
  struct builder builder = {.automaton = SEG_NEW(arena, struct seg_automaton)};
  *out = NULL;
  seg_arena_init(&builder.scratch);
  if (builder.automaton == NULL)
    builder.status = SEG_OUT_OF_MEMORY;
  else
    builder.status = seg_regex_steps_build(regex, &builder.steps);
  if (builder.status == SEG_OK &&
      (!seg_letter_classes_build(arena, &builder.steps, builder.automaton) || !prepare(&builder)))
    builder.status = SEG_OUT_OF_MEMORY;
  if (builder.status == SEG_OK)
    find_states(&builder);
  if (builder.status == SEG_OK)
    keep(&builder, arena);
  if (builder.status == SEG_OK)
    *out = builder.automaton;
  if (builder.status == SEG_USAGE)
    seg_regex_refuse(fault, 0, 0,
                     "the pattern is too large: the steps of matching it, worked out beforehand, "
                     "would fill too much memory",
                     "repeat fewer times, or use `.*` in fewer places");
  SEG_VEC_FREE(&builder.steps.list);
  SEG_VEC_FREE(&builder.places);
  SEG_VEC_FREE(&builder.next);
  seg_arena_deinit(&builder.scratch);
  return builder.status;
}
