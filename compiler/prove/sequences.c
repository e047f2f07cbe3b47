// Events that count by what else happened: sequences, and windows in hours. Of the events of each
// cell and band some qualify; how many is a variable of its own, for each sequence and each number
// of hours, and what is known of it are facts.
#include <string.h>

#include "compiler/prove/aggregate.h"
#include "compiler/prove/window_ages.h"
#include "runtime/time/zone.h"

enum { HOURS_A_DAY = 24, MOST_SHIFT = 26, FIRST_YEAR = 1950, LAST_YEAR = 2102 };

// --- clocks ---

static int32_t find_shift(const struct seg_zone *zone) {
  int64_t last = seg_civil_to_day(LAST_YEAR, 1, 1) * SEG_MICROSECONDS_PER_DAY;
  int64_t at = seg_civil_to_day(FIRST_YEAR, 1, 1) * SEG_MICROSECONDS_PER_DAY;
  int32_t least = INT32_MAX, most = INT32_MIN;
  while (at < last) {
    struct seg_zone_cursor cursor = {0};
    int32_t offset = seg_zone_offset(zone, &cursor, at);
    least = offset < least ? offset : least;
    most = offset > most ? offset : most;
    at = cursor.until > at ? cursor.until : last;
  }
  return (most - least + 3599) / 3600;
}

/** By how many hours the days between two midnights can differ from 24 hours each, in all. */
static int32_t clock_shift(struct seg_query *query) {
  struct seg_str key = seg_str_view("z");
  int32_t *known = seg_vocabulary_get(query->vocabulary, key);
  if (known != NULL)
    return *known;
  struct seg_error error = {0};
  struct seg_zone *zone = NULL;
  known = SEG_NEW(&query->vocabulary->arena, int32_t);
  if (known == NULL)
    return MOST_SHIFT;
  *known = MOST_SHIFT;
  enum seg_status status = seg_zone_load(query->program->timezone, &zone, &error);
  if (status == SEG_OK)
    *known = find_shift(zone);
  query->out_of_memory = query->out_of_memory || status == SEG_OUT_OF_MEMORY;
  seg_zone_free(zone);
  if (!seg_vocabulary_keep(query->vocabulary, key, known))
    query->out_of_memory = true;
  return *known;
}

// --- parts of the events ---

static struct seg_part *part_of(struct seg_query *query, struct seg_event_space *space,
                                struct seg_str key) {
  for (size_t i = 0; i < query->parts.count; i++)
    if (seg_str_equal(query->parts.items[i]->key, key))
      return query->parts.items[i];
  struct seg_part *part = SEG_NEW(&query->arena, struct seg_part);
  size_t places = (size_t)space->cell_count * query->band_count;
  if (part != NULL)
    *part = (struct seg_part){
        .key = key, .space = space, .terms = SEG_NEW_ARRAY(&query->arena, Z3_ast, places + 1)};
  if (part == NULL || part->terms == NULL || key.data == NULL ||
      !SEG_VEC_PUSH(&query->parts, part)) {
    query->out_of_memory = true;
    return NULL;
  }
  return part;
}

/** Is the first part within the second wherever both are looked at? */
static bool lies_within(const struct seg_part *part, const struct seg_part *larger) {
  if (part->space != larger->space || part == larger)
    return false;
  if (part->sequence == NULL || larger->sequence == NULL)
    return part->sequence == larger->sequence && part->hours <= larger->hours;
  return part->sequence->event == larger->sequence->event && part->filter == larger->filter &&
         part->sequence->in_days == larger->sequence->in_days &&
         part->sequence->limit <= larger->sequence->limit;
}

static void relate_followed(struct seg_query *query, const struct seg_part *part, uint32_t c,
                            uint32_t b, Z3_ast term);
static void relate_hours(struct seg_query *query, const struct seg_part *part, uint32_t c,
                         uint32_t b, Z3_ast term);

/** How many events of the place are of the part. */
static Z3_ast part_term(struct seg_query *query, struct seg_part *part, uint32_t c, uint32_t b) {
  struct seg_solver *solver = query->solver;
  size_t place = (size_t)c * query->band_count + b;
  if (part->terms[place] != NULL)
    return part->terms[place];
  Z3_ast term = part->terms[place] = seg_term_variable(solver, solver->integers, "part");
  seg_query_fact(query, seg_term_at_most(solver, seg_term_int(solver, 0), term));
  seg_query_fact(query,
                 seg_term_at_most(solver, term, seg_query_cell_count(query, part->space, c, b)));
  if (part->sequence != NULL)
    relate_followed(query, part, c, b, term);
  else
    relate_hours(query, part, c, b, term);
  for (size_t i = 0; i < query->parts.count; i++) {
    const struct seg_part *other = query->parts.items[i];
    if (other->space != part->space || other->terms[place] == NULL)
      continue;
    if (lies_within(part, other))
      seg_query_fact(query, seg_term_at_most(solver, term, other->terms[place]));
    if (lies_within(other, part))
      seg_query_fact(query, seg_term_at_most(solver, other->terms[place], term));
  }
  return term;
}

// --- sequences ---

/** Bands begin behind so many days. Not where they move with the calendar: they are not compared
 * with limits. */
static void cut_behind(struct seg_query *query, int64_t days) {
  if (days < 1 || days >= SEG_FAR_AGE || query->days->calendar)
    return;
  struct seg_day_window *window = SEG_NEW(&query->arena, struct seg_day_window);
  if (window == NULL || !SEG_VEC_PUSH(&query->windows, window)) {
    query->out_of_memory = true;
    return;
  }
  *window =
      (struct seg_day_window){.kind = SEG_WINDOW_WITHIN, .near_age = 1, .far_age = (int32_t)days};
}

/** The days that lie within the hours, and those that hold them, whatever the clocks do. */
static void cut_at_hours(struct seg_query *query, int64_t hours) {
  int32_t shift = clock_shift(query);
  cut_behind(query, (hours - shift) / HOURS_A_DAY);
  cut_behind(query, (hours + shift + HOURS_A_DAY - 1) / HOURS_A_DAY);
}

void seg_hours_collect(struct seg_query *query, const struct seg_day_window *window) {
  cut_at_hours(query, window->far_age);
  cut_at_hours(query, window->near_age);
}

void seg_sequence_collect(struct seg_query *query, const struct seg_node *aggregate) {
  const struct seg_sequence *sequence = aggregate->sequence;
  seg_query_look_at_event(query, sequence->event);
  if (sequence->filter != NULL)
    seg_space_add_filter(query, &query->events[sequence->event], sequence->filter);
  if (sequence->in_days)
    cut_behind(query, sequence->limit);
  else
    cut_at_hours(query, sequence->limit);
}

static bool cell_follows(const struct seg_event_space *space, uint32_t cell, int filter) {
  return filter < 0 || (space->cells[cell].atoms >> filter & 1) != 0;
}

/** How many events that may follow lie in the bands up to `last`, and not before `first`. */
static Z3_ast count_followers(struct seg_query *query, const struct seg_sequence *sequence,
                              int filter, uint32_t first, uint32_t last) {
  struct seg_event_space *space = &query->events[sequence->event];
  Z3_ast count = seg_term_int(query->solver, 0);
  for (uint32_t c = 0; c < space->cell_count; c++)
    for (uint32_t b = first; b <= last && cell_follows(space, c, filter); b++)
      count = seg_term_add(query->solver, count, seg_query_cell_count(query, space, c, b));
  return count;
}

/** The nearest band in which the follower of an event of band `b` can lie. */
static uint32_t nearest_follower(const struct seg_query *query, const struct seg_sequence *sequence,
                                 uint32_t b) {
  int64_t limit = sequence->in_days ? sequence->limit : sequence->limit / HOURS_A_DAY + 2;
  uint32_t nearest = 0;
  if (query->days->calendar)
    return 0;
  while (nearest < b && query->bands[nearest].far < query->bands[b].near - limit)
    nearest++;
  return nearest;
}

/** Who is followed needs a follower; and one more when that is of the same kind of events. */
static void relate_followed(struct seg_query *query, const struct seg_part *part, uint32_t c,
                            uint32_t b, Z3_ast term) {
  struct seg_solver *solver = query->solver;
  const struct seg_sequence *sequence = part->sequence;
  bool itself =
      part->space == &query->events[sequence->event] && cell_follows(part->space, c, part->filter);
  Z3_ast followers =
      count_followers(query, sequence, part->filter, nearest_follower(query, sequence, b), b);
  Z3_ast needed = seg_term_at_most(solver, seg_term_int(solver, itself ? 2 : 1), followers);
  Z3_ast followed = seg_term_at_most(solver, seg_term_int(solver, 1), term);
  seg_query_fact(query, seg_term_implies(solver, followed, needed));
}

static struct seg_part *followed_part(struct seg_query *query, const struct seg_node *aggregate) {
  const struct seg_sequence *sequence = aggregate->sequence;
  const struct seg_event_space *followers = &query->events[sequence->event];
  int filter = sequence->filter == NULL ? -1 : seg_space_filter(query, followers, sequence->filter);
  struct seg_str key =
      seg_arena_format(&query->arena, "then %u %u %d %lld %d", aggregate->event, sequence->event,
                       filter, (long long)sequence->limit, sequence->in_days);
  struct seg_part *part = part_of(query, &query->events[aggregate->event], key);
  if (part != NULL) {
    part->sequence = sequence;
    part->filter = filter;
  }
  return part;
}

/** Of `rest` events that nothing followed, those whose time is over before the as-of day. */
static Z3_ast time_is_over(struct seg_query *query, const struct seg_sequence *sequence, uint32_t b,
                           Z3_ast rest) {
  struct seg_solver *solver = query->solver;
  int64_t near = query->bands[b].near, far = query->bands[b].far;
  bool all = false, none = false;
  if (!query->days->calendar && sequence->in_days) {
    all = near > sequence->limit;
    none = far <= sequence->limit;
  } else if (!query->days->calendar) {
    all = HOURS_A_DAY * (near - 1) - clock_shift(query) >= sequence->limit;
    none = HOURS_A_DAY * far + clock_shift(query) <= sequence->limit;
  }
  if (all)
    return rest;
  if (none)
    return seg_term_int(solver, 0);
  Z3_ast over = seg_term_variable(solver, solver->integers, "over");
  seg_query_fact(query, seg_term_at_most(solver, seg_term_int(solver, 0), over));
  seg_query_fact(query, seg_term_at_most(solver, over, rest));
  return over;
}

Z3_ast seg_sequence_count(struct seg_query *query, const struct seg_node *aggregate,
                          const struct seg_region *region) {
  struct seg_solver *solver = query->solver;
  Z3_ast count = seg_term_int(solver, 0);
  struct seg_part *followed = followed_part(query, aggregate);
  seg_query_weaken(query, "it looks at the order of events");
  for (uint32_t c = 0; followed != NULL && c < region->space->cell_count; c++)
    for (uint32_t b = region->first_band; region->cells[c] && b < region->end_band; b++) {
      Z3_ast term = part_term(query, followed, c, b);
      if (aggregate->sequence->without)
        term = time_is_over(
            query, aggregate->sequence, b,
            seg_term_subtract(solver, seg_query_cell_count(query, region->space, c, b), term));
      count = seg_term_add(solver, count, term);
    }
  return count;
}

// --- hours ---

/** Days that lie within the hours, or before them, wherever clocks are changed. */
static void relate_hours(struct seg_query *query, const struct seg_part *part, uint32_t c,
                         uint32_t b, Z3_ast term) {
  struct seg_solver *solver = query->solver;
  int64_t near = query->bands[b].near, far = query->bands[b].far;
  if (query->days->calendar)
    return;
  if (HOURS_A_DAY * far + clock_shift(query) <= part->hours)
    seg_query_fact(query,
                   seg_term_equal(solver, term, seg_query_cell_count(query, part->space, c, b)));
  if (HOURS_A_DAY * (near - 1) - clock_shift(query) >= part->hours)
    seg_query_fact(query, seg_term_equal(solver, term, seg_term_int(solver, 0)));
}

/** The events of the last `hours` before the as-of day. */
static struct seg_part *recent_part(struct seg_query *query, struct seg_event_space *space,
                                    int32_t hours) {
  struct seg_str key =
      seg_arena_format(&query->arena, "hours %u %d", (unsigned)(space - query->events), hours);
  struct seg_part *part = part_of(query, space, key);
  if (part != NULL)
    part->hours = hours;
  return part;
}

Z3_ast seg_hours_count(struct seg_query *query, const struct seg_node *aggregate,
                       const struct seg_region *region) {
  struct seg_solver *solver = query->solver;
  const struct seg_day_window *window = &aggregate->window;
  struct seg_part *far = recent_part(query, region->space, window->far_age), *near = NULL;
  bool from_now = window->kind == SEG_WINDOW_WITHIN || window->near_age == 0;
  if (!from_now)
    near = recent_part(query, region->space, window->near_age);
  Z3_ast count = seg_term_int(solver, 0);
  seg_query_weaken(query, "it looks at hours");
  if (far == NULL || (near == NULL && !from_now))
    return count;
  for (uint32_t c = 0; c < region->space->cell_count; c++)
    for (uint32_t b = region->first_band; region->cells[c] && b < region->end_band; b++) {
      count = seg_term_add(solver, count, part_term(query, far, c, b));
      if (near != NULL)
        count = seg_term_subtract(solver, count, part_term(query, near, c, b));
    }
  return count;
}
