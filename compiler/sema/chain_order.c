/**
 * Do the chains agree? A chain says that each of its segments wins over those behind it. When
 * several chains lead from a segment back to itself, nothing says who wins, and the shortest such
 * circle is an error. Circles are found chain by chain: a step goes from a segment of a chain to
 * any later one.
 */
#include "compiler/sema/check.h"

/** A step of a circle: two segments of a chain, by their places in it. */
struct step {
  uint32_t chain, from, to;
};

struct place {
  uint32_t chain, position;
};

/** All chains, seen from the segments. */
struct order {
  struct seg_check *check;
  const struct seg_program *program;
  uint32_t *first;      // of each segment, and one more: where its places begin
  struct place *places; // in the order of the chains
  bool *left_out;       // chains whose circle has been reported
  bool *open;           // segments that some circle may lead through
  uint32_t *before;     // how many places put something in front of the segment
  // One search:
  uint32_t *queue;
  bool *reached;
  struct step *by;          // the step that reached a segment
  uint32_t *scanned;        // of each chain: from this place on, all are reached
  struct step *path, *best; // circles, backwards
};

static bool make_order(struct order *order, struct seg_check *check) {
  const struct seg_program *program = check->program;
  struct seg_arena *scratch = &check->scratch;
  uint32_t places = 0, segments = program->segment_count, chains = program->chain_count;
  for (uint32_t i = 0; i < chains; i++)
    places += program->chains[i].member_count;
  *order = (struct order){
      .check = check,
      .program = program,
      .first = SEG_NEW_ARRAY(scratch, uint32_t, segments + 2u),
      .places = SEG_NEW_ARRAY(scratch, struct place, places + 1u),
      .left_out = SEG_NEW_ARRAY(scratch, bool, chains + 1u),
      .open = SEG_NEW_ARRAY(scratch, bool, segments + 1u),
      .before = SEG_NEW_ARRAY(scratch, uint32_t, segments + 1u),
      .queue = SEG_NEW_ARRAY(scratch, uint32_t, segments + 1u),
      .reached = SEG_NEW_ARRAY(scratch, bool, segments + 1u),
      .by = SEG_NEW_ARRAY(scratch, struct step, segments + 1u),
      .scanned = SEG_NEW_ARRAY(scratch, uint32_t, chains + 1u),
      .path = SEG_NEW_ARRAY(scratch, struct step, segments + 1u),
      .best = SEG_NEW_ARRAY(scratch, struct step, segments + 1u),
  };
  return order->first && order->places && order->left_out && order->open && order->before &&
         order->queue && order->reached && order->by && order->scanned && order->path &&
         order->best;
}

/** The places of each segment, in the order of the chains. */
static void index_places(struct order *order) {
  const struct seg_program *program = order->program;
  uint32_t *next = order->first + 1; // where the next place of a segment goes, then where it ends
  for (uint32_t i = 0; i < program->chain_count; i++)
    for (uint32_t j = 0; j < program->chains[i].member_count; j++)
      next[program->chains[i].members[j] + 1u]++;
  for (uint32_t i = 1; i < program->segment_count; i++)
    next[i] += next[i - 1u];
  for (uint32_t i = 0; i < program->chain_count; i++)
    for (uint32_t j = 0; j < program->chains[i].member_count; j++)
      order->places[next[program->chains[i].members[j]]++] = (struct place){i, j};
}

/** Take away segments that nothing open stands in front of, until all that is left stands in a
 * circle or behind one. True when something is left. */
static bool find_open(struct order *order) {
  const struct seg_program *program = order->program;
  uint32_t head = 0, count = 0;
  for (uint32_t i = 0; i < program->segment_count; i++)
    order->before[i] = 0;
  for (uint32_t i = 0; i < program->chain_count; i++)
    for (uint32_t j = 1; !order->left_out[i] && j < program->chains[i].member_count; j++)
      order->before[program->chains[i].members[j]]++;
  for (uint32_t i = 0; i < program->segment_count; i++) {
    order->open[i] = order->before[i] > 0;
    if (!order->open[i])
      order->queue[count++] = i;
  }
  while (head < count) {
    uint32_t segment = order->queue[head++];
    for (uint32_t i = order->first[segment]; i < order->first[segment + 1u]; i++) {
      const struct place *place = &order->places[i];
      const struct seg_program_chain *chain = &program->chains[place->chain];
      if (order->left_out[place->chain] || place->position + 1u >= chain->member_count)
        continue;
      uint32_t behind = chain->members[place->position + 1u];
      if (--order->before[behind] > 0)
        continue;
      order->open[behind] = false;
      order->queue[count++] = behind;
    }
  }
  return count < program->segment_count;
}

/** Steps of the shortest circle through `start` into `path`, last one first; 0 when there is none.
 */
static uint32_t circle_through(struct order *order, uint32_t start) {
  const struct seg_program *program = order->program;
  uint32_t head = 0, count = 0;
  for (uint32_t i = 0; i < program->segment_count; i++)
    order->reached[i] = false;
  for (uint32_t i = 0; i < program->chain_count; i++)
    order->scanned[i] = program->chains[i].member_count;
  order->queue[count++] = start;
  while (head < count && !order->reached[start]) {
    uint32_t segment = order->queue[head++];
    for (uint32_t i = order->first[segment]; i < order->first[segment + 1u]; i++) {
      const struct place *place = &order->places[i];
      const uint32_t *members = program->chains[place->chain].members;
      if (order->left_out[place->chain])
        continue;
      for (uint32_t j = place->position + 1u; j < order->scanned[place->chain]; j++) {
        if (order->reached[members[j]] || !order->open[members[j]])
          continue;
        order->reached[members[j]] = true;
        order->by[members[j]] = (struct step){place->chain, place->position, j};
        if (members[j] != start)
          order->queue[count++] = members[j];
      }
      if (order->scanned[place->chain] > place->position + 1u)
        order->scanned[place->chain] = place->position + 1u;
    }
  }
  if (!order->reached[start])
    return 0;
  uint32_t steps = 0, at = start;
  do {
    const struct step *step = &order->by[at];
    order->path[steps++] = *step;
    at = program->chains[step->chain].members[step->from];
  } while (at != start);
  return steps;
}

/** The shortest circle of all into `best`; the first of them in the order of the segments. */
static uint32_t shortest_circle(struct order *order) {
  uint32_t shortest = 0;
  for (uint32_t i = 0; i < order->program->segment_count; i++) {
    uint32_t steps = order->open[i] && shortest != 2 ? circle_through(order, i) : 0;
    if (steps == 0 || (shortest > 0 && steps >= shortest))
      continue;
    struct step *path = order->path;
    order->path = order->best;
    order->best = path;
    shortest = steps;
  }
  return shortest;
}

// --- reporting ---

static struct seg_span step_span(const struct order *order, const struct step *step) {
  const struct seg_program_chain *chain = &order->program->chains[step->chain];
  struct seg_span span = chain->member_spans[step->from];
  span.end = chain->member_spans[step->to].end;
  return span;
}

static struct seg_str member_name(const struct order *order, const struct step *step, uint32_t at) {
  return order->program->segments[order->program->chains[step->chain].members[at]].name.text;
}

static void report_pair(struct order *order, const struct step *later, const struct step *earlier) {
  struct seg_diagnostics *sink = order->check->sink;
  struct seg_str winner = member_name(order, later, later->from);
  struct seg_str loser = member_name(order, later, later->to);
  struct seg_diagnostic *d =
      seg_report(sink, SEG_DIAG_CHAIN_CIRCLE, step_span(order, later),
                 "`%.*s` stands before `%.*s` here, and behind it in another chain",
                 SEG_STR(winner), SEG_STR(loser));
  seg_note_at(sink, d, step_span(order, earlier), "the other way round in `%.*s`",
              SEG_STR(order->program->chains[earlier->chain].name.text));
  seg_note(sink, d, "a chain says who wins where both match; these two say opposite things");
  seg_help(sink, d, "order them the same way in both chains, or take one of them out of a chain");
}

static void report_circle(struct order *order, const struct step *steps, uint32_t count) {
  struct seg_diagnostics *sink = order->check->sink;
  const struct step *last = &steps[0]; // they are backwards
  struct seg_diagnostic *d =
      seg_report(sink, SEG_DIAG_CHAIN_CIRCLE, step_span(order, last),
                 "`%.*s` stands before `%.*s` here, and %u other chains lead back",
                 SEG_STR(member_name(order, last, last->from)),
                 SEG_STR(member_name(order, last, last->to)), (unsigned)count - 1u);
  for (uint32_t i = count - 1u; i > 0; i--)
    seg_note_at(sink, d, step_span(order, &steps[i]), "`%.*s` stands before `%.*s`",
                SEG_STR(member_name(order, &steps[i], steps[i].from)),
                SEG_STR(member_name(order, &steps[i], steps[i].to)));
  seg_note(sink, d, "a chain says who wins where both match; in a circle nobody does");
  seg_help(sink, d, "turn one of these orders round, or take a segment out of one chain");
}

/** The step of the chain that is declared last comes first: what was there before may be right. */
static void turn_circle(struct order *order, uint32_t count) {
  struct step *steps = order->best;
  uint32_t last = 0;
  for (uint32_t i = 1; i < count; i++)
    if (steps[i].chain > steps[last].chain)
      last = i;
  for (uint32_t i = 0; i < count; i++)
    order->path[i] = steps[(last + i) % count];
  order->best = order->path;
  order->path = steps;
}

void seg_check_chain_order(struct seg_check *check) {
  struct order order;
  if (check->program->chain_count < 2)
    return;
  if (check->out_of_memory || !make_order(&order, check)) {
    check->out_of_memory = true;
    return;
  }
  index_places(&order);
  while (find_open(&order)) {
    uint32_t count = shortest_circle(&order);
    turn_circle(&order, count);
    if (count == 2)
      report_pair(&order, &order.best[0], &order.best[1]);
    else
      report_circle(&order, order.best, count);
    order.left_out[order.best[0].chain] = true;
  }
}
