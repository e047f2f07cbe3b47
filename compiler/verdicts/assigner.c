// See assigner.h.
#include "compiler/verdicts/assigner.h"

enum { OPEN, HOLDS, FAILS }; // of a sign

enum {
  NO_CLAUSE = UINT32_MAX,
  NOT_IN_HEAP = UINT32_MAX,
  HEAD = 2,               // words of a clause before its signs
  MOST_WORDS = INT32_MAX, // of all clauses: watches have no room for a larger place
  FEWEST_LEARNED = 4000,
  RESTART = 100 // dead ends, times a number of Luby's sequence
};

static const double LARGEST_ACTIVITY = 1e100, GROWTH = 1 / 0.95;

void seg_assigner_init(struct seg_assigner *assigner) {
  *assigner = (struct seg_assigner){.bump = 1, .learned_limit = FEWEST_LEARNED};
}

void seg_assigner_deinit(struct seg_assigner *assigner) {
  for (size_t i = 0; i < assigner->watches.count; i++)
    SEG_VEC_FREE(&assigner->watches.items[i].list);
  SEG_VEC_FREE(&assigner->variables);
  SEG_VEC_FREE(&assigner->values);
  SEG_VEC_FREE(&assigner->watches);
  SEG_VEC_FREE(&assigner->words);
  SEG_VEC_FREE(&assigner->trail);
  SEG_VEC_FREE(&assigner->levels);
  SEG_VEC_FREE(&assigner->heap);
  SEG_VEC_FREE(&assigner->learned);
  SEG_VEC_FREE(&assigner->core);
}

static struct seg_assigner_variable *variable_of(const struct seg_assigner *assigner,
                                                 seg_sign sign) {
  return &assigner->variables.items[sign / 2];
}

static uint8_t value_of(const struct seg_assigner *assigner, seg_sign sign) {
  return assigner->values.items[sign];
}

static uint32_t level_now(const struct seg_assigner *assigner) {
  return (uint32_t)assigner->levels.count;
}

// --- the heap ---

static bool goes_first(const struct seg_assigner *assigner, uint32_t a, uint32_t b) {
  double x = assigner->variables.items[a].activity, y = assigner->variables.items[b].activity;
  return x > y || (x == y && a < b);
}

static void place(struct seg_assigner *assigner, uint32_t at, uint32_t variable) {
  assigner->heap.items[at] = variable;
  assigner->variables.items[variable].place = at;
}

static void rise(struct seg_assigner *assigner, uint32_t at) {
  uint32_t variable = assigner->heap.items[at];
  while (at > 0 && goes_first(assigner, variable, assigner->heap.items[(at - 1) / 2])) {
    place(assigner, at, assigner->heap.items[(at - 1) / 2]);
    at = (at - 1) / 2;
  }
  place(assigner, at, variable);
}

static void sink(struct seg_assigner *assigner, uint32_t at) {
  uint32_t variable = assigner->heap.items[at], count = (uint32_t)assigner->heap.count;
  for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count &&
        goes_first(assigner, assigner->heap.items[child + 1], assigner->heap.items[child]))
      child++;
    if (!goes_first(assigner, assigner->heap.items[child], variable))
      break;
    place(assigner, at, assigner->heap.items[child]);
  }
  place(assigner, at, variable);
}

static void put_into_heap(struct seg_assigner *assigner, uint32_t variable) {
  struct seg_assigner_variable *put = &assigner->variables.items[variable];
  if (!put->decided || put->place != NOT_IN_HEAP)
    return;
  if (!SEG_VEC_PUSH(&assigner->heap, variable)) {
    assigner->out_of_memory = true;
    return;
  }
  rise(assigner, (uint32_t)assigner->heap.count - 1);
}

static uint32_t take_from_heap(struct seg_assigner *assigner) {
  uint32_t first = assigner->heap.items[0];
  uint32_t last = assigner->heap.items[--assigner->heap.count];
  assigner->variables.items[first].place = NOT_IN_HEAP;
  if (assigner->heap.count > 0) {
    place(assigner, 0, last);
    sink(assigner, 0);
  }
  return first;
}

static void bump(struct seg_assigner *assigner, uint32_t variable) {
  struct seg_assigner_variable *bumped = &assigner->variables.items[variable];
  bumped->activity += assigner->bump;
  if (bumped->activity > LARGEST_ACTIVITY) {
    for (size_t i = 0; i < assigner->variables.count; i++)
      assigner->variables.items[i].activity /= LARGEST_ACTIVITY;
    assigner->bump /= LARGEST_ACTIVITY;
  }
  if (bumped->place != NOT_IN_HEAP)
    rise(assigner, bumped->place);
}

uint32_t seg_assigner_add_variable(struct seg_assigner *assigner) {
  uint32_t number = (uint32_t)assigner->variables.count;
  struct seg_assigner_variable variable = {.reason = NO_CLAUSE, .place = NOT_IN_HEAP};
  bool added = SEG_VEC_PUSH(&assigner->variables, variable);
  for (int i = 0; i < 2; i++)
    added = added && SEG_VEC_PUSH(&assigner->values, OPEN) &&
            SEG_VEC_PUSH(&assigner->watches, (struct seg_watches){0});
  assigner->out_of_memory = assigner->out_of_memory || !added;
  return number;
}

// --- values ---

static void set(struct seg_assigner *assigner, seg_sign sign, uint32_t reason) {
  struct seg_assigner_variable *variable = variable_of(assigner, sign);
  assigner->values.items[sign] = HOLDS;
  assigner->values.items[sign ^ 1] = FAILS;
  variable->level = level_now(assigner);
  variable->reason = reason;
  if (assigner->trail.count < assigner->trail.capacity)
    assigner->trail.items[assigner->trail.count++] = sign;
  else if (!SEG_VEC_PUSH(&assigner->trail, sign))
    assigner->out_of_memory = true;
}

static void go_back(struct seg_assigner *assigner, uint32_t level) {
  if (level_now(assigner) <= level)
    return;
  uint32_t end = assigner->levels.items[level];
  while (assigner->trail.count > end) {
    seg_sign sign = assigner->trail.items[--assigner->trail.count];
    assigner->values.items[sign] = assigner->values.items[sign ^ 1] = OPEN;
    variable_of(assigner, sign)->liked = sign % 2 == 0;
    put_into_heap(assigner, sign / 2);
  }
  assigner->levels.count = level;
  assigner->propagated = end;
}

/** Does one more sign of the clause allow it to be looked at less often? */
static bool watch_another(struct seg_assigner *assigner, uint32_t clause, seg_sign *signs,
                          uint32_t count) {
  const uint8_t *values = assigner->values.items;
  for (uint32_t i = 2; i < count; i++) {
    seg_sign sign = signs[i];
    if (values[sign] == FAILS)
      continue;
    signs[i] = signs[1];
    signs[1] = sign;
    if (!SEG_VEC_PUSH(&assigner->watches.items[sign ^ 1].list,
                      (struct seg_watch){clause, false, signs[0]}))
      assigner->out_of_memory = true;
    return true;
  }
  return false;
}

/** What follows from one sign that holds: the clause that fails, if any. */
static uint32_t propagate_sign(struct seg_assigner *assigner, seg_sign sign) {
  // The list of this sign does not grow here, and no other table moves.
  struct seg_watches *watches = &assigner->watches.items[sign];
  struct seg_watch *at = watches->list.items, *kept = at, *end = at + watches->list.count;
  const uint8_t *values = assigner->values.items;
  uint32_t failed = NO_CLAUSE;
  while (at < end && failed == NO_CLAUSE && !assigner->out_of_memory) {
    struct seg_watch watch = *at++;
    uint8_t other = values[watch.other];
    if (other != HOLDS && !watch.of_two) {
      uint32_t count = assigner->words.items[watch.clause];
      seg_sign *signs = assigner->words.items + watch.clause + HEAD;
      if (signs[0] == (sign ^ 1)) {
        signs[0] = signs[1];
        signs[1] = sign ^ 1;
      }
      watch.other = signs[0];
      other = values[watch.other];
      if (other != HOLDS && watch_another(assigner, watch.clause, signs, count))
        continue;
    }
    *kept++ = watch;
    if (other == OPEN)
      set(assigner, watch.other, watch.clause);
    else if (other == FAILS)
      failed = watch.clause;
  }
  while (at < end)
    *kept++ = *at++;
  watches->list.count = (size_t)(kept - watches->list.items);
  return failed;
}

static uint32_t propagate(struct seg_assigner *assigner) {
  uint32_t failed = NO_CLAUSE;
  while (assigner->propagated < assigner->trail.count && failed == NO_CLAUSE &&
         !assigner->out_of_memory) {
    assigner->steps++;
    failed = propagate_sign(assigner, assigner->trail.items[assigner->propagated++]);
  }
  return failed;
}

// --- clauses ---

static void watch(struct seg_assigner *assigner, uint32_t clause) {
  const seg_sign *signs = assigner->words.items + clause + HEAD;
  bool of_two = assigner->words.items[clause] == 2;
  for (int i = 0; i < 2; i++)
    if (!SEG_VEC_PUSH(&assigner->watches.items[signs[i] ^ 1].list,
                      (struct seg_watch){clause, of_two, signs[1 - i]}))
      assigner->out_of_memory = true;
}

/** Of two signs at least. */
static uint32_t keep_clause(struct seg_assigner *assigner, const seg_sign *signs, uint32_t count,
                            bool learned) {
  uint32_t clause = (uint32_t)assigner->words.count;
  if (assigner->words.count > MOST_WORDS ||
      !SEG_VEC_RESERVE(&assigner->words, (size_t)count + HEAD)) {
    assigner->out_of_memory = true;
    return NO_CLAUSE;
  }
  assigner->words.items[assigner->words.count++] = count;
  assigner->words.items[assigner->words.count++] = learned;
  for (uint32_t i = 0; i < count; i++)
    assigner->words.items[assigner->words.count++] = signs[i];
  assigner->learned_count += learned;
  watch(assigner, clause);
  return clause;
}

// Without memory a variable may be there in part or not at all: from then on nothing is done.

void seg_assigner_decide(struct seg_assigner *assigner, uint32_t variable) {
  if (assigner->out_of_memory || assigner->variables.items[variable].decided)
    return;
  assigner->variables.items[variable].decided = true;
  put_into_heap(assigner, variable);
}

static bool holds_always(const struct seg_assigner *assigner, const seg_sign *signs,
                         uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (value_of(assigner, signs[i]) == HOLDS)
      return true;
  return false;
}

/** Without what holds always, and without the longer half of what was learned: at level 0. */
static void forget_clauses(struct seg_assigner *assigner) {
  enum { LONGEST = 64 };
  uint32_t lengths[LONGEST + 1] = {0}, limit = 2;
  uint32_t *words = assigner->words.items;
  size_t kept = 0, count = assigner->words.count;
  for (size_t at = 0; at < count; at += words[at] + HEAD)
    if (words[at + 1] != 0)
      lengths[words[at] < LONGEST ? words[at] : LONGEST]++;
  for (uint32_t sum = lengths[2];
       limit < LONGEST && sum + lengths[limit + 1] <= assigner->learned_limit / 2;)
    sum += lengths[++limit];
  for (size_t i = 0; i < assigner->watches.count; i++)
    assigner->watches.items[i].list.count = 0;
  assigner->learned_count = 0;
  for (size_t at = 0, size; at < count; at += size) {
    size = words[at] + HEAD;
    if ((words[at + 1] != 0 && words[at] > limit) ||
        holds_always(assigner, words + at + HEAD, words[at]))
      continue;
    for (size_t i = 0; i < size; i++)
      words[kept + i] = words[at + i];
    assigner->learned_count += words[kept + 1] != 0;
    kept += size;
  }
  assigner->words.count = kept;
  for (size_t at = 0; at < kept; at += words[at] + HEAD)
    watch(assigner, (uint32_t)at);
  for (size_t i = 0; i < assigner->trail.count; i++)
    variable_of(assigner, assigner->trail.items[i])->reason = NO_CLAUSE;
  assigner->learned_limit += assigner->learned_limit / 10;
}

// --- dead ends ---

/** Does it follow from others of the learned clause, in one step? */
static bool follows(const struct seg_assigner *assigner, seg_sign sign) {
  uint32_t reason = variable_of(assigner, sign)->reason;
  if (reason == NO_CLAUSE)
    return false;
  const uint32_t *words = assigner->words.items + reason;
  for (uint32_t i = 0; i < words[0]; i++) {
    const struct seg_assigner_variable *variable = variable_of(assigner, words[HEAD + i]);
    if (words[HEAD + i] / 2 != sign / 2 && !variable->seen && variable->level > 0)
      return false;
  }
  return true;
}

static void learn_sign(struct seg_assigner *assigner, seg_sign sign) {
  if (!SEG_VEC_PUSH(&assigner->learned, sign))
    assigner->out_of_memory = true;
}

/** Signs of a clause that are not looked at yet: how many of them are of this level. */
static uint32_t look_at_clause(struct seg_assigner *assigner, uint32_t clause, seg_sign except) {
  const uint32_t *words = assigner->words.items + clause;
  uint32_t open = 0;
  for (uint32_t i = 0; i < words[0]; i++) {
    seg_sign sign = words[HEAD + i];
    struct seg_assigner_variable *variable = variable_of(assigner, sign);
    if (sign == except || variable->seen || variable->level == 0)
      continue;
    variable->seen = true;
    bump(assigner, sign / 2);
    if (variable->level == level_now(assigner))
      open++;
    else
      learn_sign(assigner, sign);
  }
  return open;
}

/** Leave out what follows from the rest. */
static void shorten_learned(struct seg_assigner *assigner) {
  seg_sign *learned = assigner->learned.items;
  size_t kept = 1;
  for (size_t i = 1; i < assigner->learned.count; i++)
    if (!follows(assigner, learned[i])) {
      seg_sign swap = learned[kept];
      learned[kept++] = learned[i];
      learned[i] = swap;
    }
  for (size_t i = 1; i < assigner->learned.count; i++)
    variable_of(assigner, learned[i])->seen = false;
  assigner->learned.count = kept;
}

/** The clause that would have avoided the dead end. Its first sign is what it says on the level
 * that is returned, where the others fail. */
static uint32_t learn(struct seg_assigner *assigner, uint32_t clause) {
  size_t at = assigner->trail.count;
  uint32_t open = 0, level = 0;
  seg_sign sign = UINT32_MAX;
  assigner->learned.count = 0;
  learn_sign(assigner, 0); // its place
  do {
    open += look_at_clause(assigner, clause, sign);
    do
      sign = assigner->trail.items[--at];
    while (!variable_of(assigner, sign)->seen);
    variable_of(assigner, sign)->seen = false;
    clause = variable_of(assigner, sign)->reason;
  } while (--open > 0);
  shorten_learned(assigner);
  seg_sign *learned = assigner->learned.items;
  learned[0] = sign ^ 1;
  for (size_t i = 1; i < assigner->learned.count; i++)
    if (variable_of(assigner, learned[i])->level > level) {
      seg_sign swap = learned[1];
      learned[1] = learned[i];
      learned[i] = swap;
      level = variable_of(assigner, learned[1])->level;
    }
  return level;
}

static void take_lesson(struct seg_assigner *assigner, uint32_t failed) {
  uint32_t level = learn(assigner, failed), count = (uint32_t)assigner->learned.count;
  if (assigner->out_of_memory)
    return;
  go_back(assigner, level);
  assigner->steps += count;
  assigner->bump *= GROWTH;
  set(assigner, assigner->learned.items[0],
      count == 1 ? NO_CLAUSE : keep_clause(assigner, assigner->learned.items, count, true));
}

/** The assumptions from which it follows that this one fails. */
static void find_core(struct seg_assigner *assigner, seg_sign failing) {
  variable_of(assigner, failing)->seen = true;
  assigner->core.count = 0;
  bool pushed = SEG_VEC_PUSH(&assigner->core, failing);
  size_t first = assigner->levels.count == 0 ? assigner->trail.count : assigner->levels.items[0];
  for (size_t at = assigner->trail.count; at-- > first;) {
    seg_sign sign = assigner->trail.items[at];
    struct seg_assigner_variable *variable = variable_of(assigner, sign);
    if (!variable->seen)
      continue;
    variable->seen = false;
    if (variable->reason == NO_CLAUSE) {
      pushed = SEG_VEC_PUSH(&assigner->core, sign) && pushed;
      continue;
    }
    const uint32_t *words = assigner->words.items + variable->reason;
    for (uint32_t i = 0; i < words[0]; i++)
      if (words[HEAD + i] != sign && variable_of(assigner, words[HEAD + i])->level > 0)
        variable_of(assigner, words[HEAD + i])->seen = true;
  }
  variable_of(assigner, failing)->seen = false;
  assigner->out_of_memory = assigner->out_of_memory || !pushed;
}

// --- more clauses ---

static void add_clause(struct seg_assigner *assigner, const seg_sign *signs, uint32_t count) {
  go_back(assigner, 0);
  assigner->learned.count = 0;
  for (uint32_t i = 0; i < count; i++) {
    bool twice = false;
    for (size_t j = 0; j < assigner->learned.count; j++) {
      if (assigner->learned.items[j] == (signs[i] ^ 1))
        return; // one of the two always holds
      twice = twice || assigner->learned.items[j] == signs[i];
    }
    if (value_of(assigner, signs[i]) == HOLDS)
      return;
    if (twice || value_of(assigner, signs[i]) == FAILS)
      continue;
    if (!SEG_VEC_PUSH(&assigner->learned, signs[i])) {
      assigner->out_of_memory = true;
      return;
    }
  }
  if (assigner->learned.count > 1)
    keep_clause(assigner, assigner->learned.items, (uint32_t)assigner->learned.count, false);
  else if (assigner->learned.count == 1)
    set(assigner, assigner->learned.items[0], NO_CLAUSE);
  else
    assigner->impossible = true;
  assigner->impossible = assigner->impossible || propagate(assigner) != NO_CLAUSE;
}

/** The first two are those of the highest levels. */
static void sort_by_level(const struct seg_assigner *assigner, seg_sign *signs, uint32_t count) {
  for (uint32_t i = 0; i < 2; i++)
    for (uint32_t j = i + 1; j < count; j++)
      if (variable_of(assigner, signs[j])->level > variable_of(assigner, signs[i])->level) {
        seg_sign swap = signs[i];
        signs[i] = signs[j];
        signs[j] = swap;
      }
}

/** A clause of which all signs fail is a dead end like any other. */
static void refuse(struct seg_assigner *assigner, uint32_t clause) {
  const seg_sign *signs = assigner->words.items + clause + HEAD;
  uint32_t highest = variable_of(assigner, signs[0])->level;
  uint32_t second = variable_of(assigner, signs[1])->level;
  if (highest == 0) {
    assigner->impossible = true;
  } else if (second < highest) {
    go_back(assigner, second);
    set(assigner, signs[0], clause);
  } else {
    go_back(assigner, highest);
    take_lesson(assigner, clause);
  }
}

void seg_assigner_add(struct seg_assigner *assigner, const seg_sign *signs, uint32_t count) {
  if (assigner->out_of_memory)
    return;
  bool fails = count > 1 && level_now(assigner) > 0;
  for (uint32_t i = 0; i < count && fails; i++)
    fails = value_of(assigner, signs[i]) == FAILS;
  if (!fails) {
    add_clause(assigner, signs, count);
    return;
  }
  assigner->learned.count = 0;
  for (uint32_t i = 0; i < count; i++)
    learn_sign(assigner, signs[i]);
  if (assigner->out_of_memory)
    return;
  sort_by_level(assigner, assigner->learned.items, count);
  uint32_t clause = keep_clause(assigner, assigner->learned.items, count, false);
  if (clause != NO_CLAUSE)
    refuse(assigner, clause);
}

// --- questions ---

/** 1, 1, 2, 1, 1, 2, 4, ...: M. Luby, A. Sinclair, D. Zuckerman, Optimal speedup of Las Vegas
 * algorithms, 1993. */
static uint32_t luby(uint32_t number) {
  uint32_t size = 1, power = 1;
  while (size < number + 1) {
    size = 2 * size + 1;
    power *= 2;
  }
  while (size > 2 && size - 1 != number) {
    size = (size - 1) / 2;
    power /= 2;
    number %= size;
  }
  return power;
}

enum next { DECIDED, CONTRADICTED, COMPLETE };

/** The next assumption, or the most active variable that is open. */
static enum next decide(struct seg_assigner *assigner, const seg_sign *assumptions,
                        uint32_t count) {
  seg_sign sign = UINT32_MAX;
  while (sign == UINT32_MAX && level_now(assigner) < count) {
    seg_sign assumed = assumptions[level_now(assigner)];
    if (value_of(assigner, assumed) == FAILS) {
      find_core(assigner, assumed);
      return CONTRADICTED;
    }
    if (value_of(assigner, assumed) == OPEN)
      sign = assumed;
    else if (!SEG_VEC_PUSH(&assigner->levels, (uint32_t)assigner->trail.count))
      assigner->out_of_memory = true;
    if (assigner->out_of_memory)
      return COMPLETE;
  }
  while (sign == UINT32_MAX && assigner->heap.count > 0) {
    uint32_t variable = take_from_heap(assigner);
    if (value_of(assigner, 2 * variable) == OPEN)
      sign = 2 * variable + !assigner->variables.items[variable].liked;
  }
  if (sign == UINT32_MAX)
    return COMPLETE;
  if (!SEG_VEC_PUSH(&assigner->levels, (uint32_t)assigner->trail.count))
    assigner->out_of_memory = true;
  set(assigner, sign, NO_CLAUSE);
  return DECIDED;
}

static void begin_again(struct seg_assigner *assigner) {
  go_back(assigner, 0);
  if (assigner->learned_count > assigner->learned_limit)
    forget_clauses(assigner);
}

enum seg_assigned seg_assigner_ask(struct seg_assigner *assigner, const seg_sign *assumptions,
                                   uint32_t count, uint64_t steps) {
  begin_again(assigner);
  return seg_assigner_ask_again(assigner, assumptions, count, steps);
}

enum seg_assigned seg_assigner_ask_again(struct seg_assigner *assigner, const seg_sign *assumptions,
                                         uint32_t count, uint64_t steps) {
  uint64_t end = assigner->steps + steps;
  uint32_t restarts = 0, left = RESTART;
  assigner->core.count = 0;
  while (!assigner->impossible && !assigner->out_of_memory && assigner->steps < end) {
    uint32_t failed = propagate(assigner);
    if (failed != NO_CLAUSE && level_now(assigner) == 0) {
      assigner->impossible = true;
    } else if (failed != NO_CLAUSE) {
      take_lesson(assigner, failed);
      left -= left > 0;
    } else if (left == 0) {
      left = RESTART * luby(++restarts);
      begin_again(assigner);
    } else {
      enum next next = decide(assigner, assumptions, count);
      if (next == COMPLETE && !assigner->out_of_memory)
        return SEG_ASSIGNED_ALL;
      if (next == CONTRADICTED) {
        go_back(assigner, 0);
        return SEG_ASSIGNED_NONE;
      }
    }
  }
  go_back(assigner, 0);
  return assigner->impossible ? SEG_ASSIGNED_NONE : SEG_ASSIGNED_GAVE_UP;
}

void seg_assigner_keep_values(struct seg_assigner *assigner) {
  for (uint32_t v = 0; v < assigner->variables.count && !assigner->out_of_memory; v++)
    if (value_of(assigner, 2 * v) != OPEN)
      assigner->variables.items[v].kept = value_of(assigner, 2 * v) == HOLDS;
}

void seg_assigner_like_kept(struct seg_assigner *assigner) {
  for (uint32_t v = 0; v < assigner->variables.count; v++)
    assigner->variables.items[v].liked = assigner->variables.items[v].kept;
}
