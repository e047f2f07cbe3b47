// Moments of a witness's events; see moments.h.
#include "compiler/prove/moments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/prove/aggregate.h"
#include "compiler/prove/thing_values.h"
#include "runtime/time/zone.h"

enum { MOST_DAYS_TRIED = 1000 };

int64_t seg_moment_in_day(int64_t before) {
  int64_t hours = before < 20 ? before : 20;
  int64_t minutes = before - hours < 120 ? before - hours : 120;
  return (hours * 60 + minutes) * 60 + before - hours - minutes;
}

// --- the model ---

static void read_place(struct seg_query *query, const struct seg_event_space *space,
                       const struct seg_cell *cell, uint32_t b, struct seg_place_moments *place) {
  struct seg_solver *solver = query->solver;
  int64_t near, far;
  bool ends = space->days_asked;
  if (cell->counts[b] == NULL ||
      !seg_solver_int(solver, ends ? cell->near[b] : query->near[b], &near) ||
      !seg_solver_int(solver, ends ? cell->far[b] : query->far[b], &far))
    return;
  *place =
      (struct seg_place_moments){.near = (int32_t)near, .far = (int32_t)far, .exact_ends = ends};
  if (space->order_asked) {
    place->first_place = seg_solver_real(solver, cell->first_place[b]);
    place->last_place = seg_solver_real(solver, cell->last_place[b]);
  }
}

static bool read_places(struct seg_moments *moments) {
  struct seg_query *query = moments->query;
  for (uint32_t e = 0; e < query->program->event_count; e++) {
    const struct seg_event_space *space = &query->events[e];
    moments->needed = moments->needed || space->order_asked;
    moments->places[e] = SEG_NEW_ARRAY(&query->arena, struct seg_place_moments,
                                       (size_t)space->cell_count * query->band_count + 1);
    if (moments->places[e] == NULL)
      return false;
    for (uint32_t c = 0; c < space->cell_count; c++)
      for (uint32_t b = 0; b < query->band_count; b++)
        read_place(query, space, &space->cells[c], b,
                   &moments->places[e][(size_t)c * query->band_count + b]);
  }
  return true;
}

static bool read_parts(struct seg_moments *moments) {
  struct seg_query *query = moments->query;
  for (size_t p = 0; p < query->parts.count; p++) {
    const struct seg_part *part = query->parts.items[p];
    size_t count = (size_t)part->space->cell_count * query->band_count;
    moments->parts[p] = SEG_NEW_ARRAY(&query->arena, int64_t, count + 1);
    if (moments->parts[p] == NULL)
      return false;
    for (size_t i = 0; i < count; i++)
      if (part->terms[i] != NULL)
        (void)seg_solver_int(query->solver, part->terms[i], &moments->parts[p][i]);
  }
  for (size_t d = 0; d < query->differents.count; d++)
    (void)seg_solver_int(query->solver, query->differents.items[d].value, &moments->differents[d]);
  return true;
}

bool seg_moments_read(struct seg_moments *moments, struct seg_query *query) {
  struct seg_arena *arena = &query->arena;
  *moments = (struct seg_moments){.query = query};
  moments->needed = query->parts.count > 0 || query->differents.count > 0;
  moments->places =
      SEG_NEW_ARRAY(arena, struct seg_place_moments *, query->program->event_count + 1u);
  moments->parts = SEG_NEW_ARRAY(arena, int64_t *, query->parts.count + 1);
  moments->differents = SEG_NEW_ARRAY(arena, int64_t, query->differents.count + 1);
  return moments->places != NULL && moments->parts != NULL && moments->differents != NULL &&
         read_places(moments) && read_parts(moments);
}

// --- moving ---

struct moving {
  const struct seg_moments *moments;
  struct seg_query *query;
  struct seg_witness *witness;
  const struct seg_row_origin *const *origins;
  struct seg_zone *zone;
  bool out_of_memory;
};

static const struct seg_place_moments *place_of(const struct moving *moving,
                                                const struct seg_row_origin *origin) {
  return &moving->moments->places[origin->event]
                                 [(size_t)origin->cell * moving->query->band_count + origin->band];
}

static struct seg_rows *rows_of(const struct moving *moving, uint32_t event) {
  return &moving->witness->dataset.events[event];
}

static int32_t age_of(const struct moving *moving, const struct seg_row *row) {
  return moving->witness->as_of - row->day;
}

static void put(const struct moving *moving, struct seg_row *row, int32_t age, int64_t seconds) {
  row->day = moving->witness->as_of - age;
  row->instant = seg_zone_midnight(moving->zone, row->day) + seconds * SEG_MICROSECONDS_PER_SECOND;
}

static bool region_holds(const struct seg_region *region, const struct seg_row_origin *origin) {
  return region->cells[origin->cell] && origin->band >= region->first_band &&
         origin->band < region->end_band;
}

// --- the order of events ---

/** A row and its place among the others of its kind, as a fraction of days before the as-of day. */
struct placed {
  double place;
  uint32_t cell;
  struct seg_row *row;
};

static int by_place(const void *left, const void *right) {
  const struct placed *a = left, *b = right;
  if (a->place != b->place)
    return a->place > b->place ? -1 : 1; // the farthest first
  return (a->cell < b->cell) - (a->cell > b->cell);
}

static void put_in_order(struct moving *moving, uint32_t event) {
  struct seg_rows *rows = rows_of(moving, event);
  struct placed *placed = calloc(rows->rows.count + 1, sizeof *placed);
  if (placed == NULL) {
    moving->out_of_memory = true;
    return;
  }
  for (size_t r = 0; r < rows->rows.count; r++) {
    const struct seg_row_origin *origin = &moving->origins[event][r];
    const struct seg_place_moments *place = place_of(moving, origin);
    double part = origin->count == 1 ? 0 : (double)origin->number / (double)(origin->count - 1);
    placed[r] =
        (struct placed){place->first_place + (place->last_place - place->first_place) * part,
                        origin->cell, &rows->rows.items[r]};
  }
  qsort(placed, rows->rows.count, sizeof *placed, by_place);
  for (size_t r = 0, first = 0; r < rows->rows.count; r++) {
    if (floor(placed[r].place) != floor(placed[first].place))
      first = r;
    put(moving, placed[r].row, (int32_t)floor(placed[r].place), 3600 + 60 * (int64_t)(r - first));
  }
  free(placed);
}

// --- different days ---

static const int32_t period_days[] = {[SEG_AGGREGATE_ACTIVE_DAYS] = 1,
                                      [SEG_AGGREGATE_ACTIVE_WEEKS] = 7,
                                      [SEG_AGGREGATE_ACTIVE_MONTHS] = 31};

/** The number of a row's thing: rows in all regions of an earlier row may share its thing. */
struct spreading {
  enum seg_aggregate_kind sort;
  uint32_t argument;
  uint32_t event;
  const struct seg_thing_column *column; // DISTINCT
};

static bool concerns(const struct moving *moving, const struct spreading *spreading, size_t d,
                     const struct seg_row_origin *origin) {
  const struct seg_different *different = &moving->query->differents.items[d];
  return different->sort == spreading->sort &&
         different->region->space == &moving->query->events[spreading->event] &&
         (different->sort != SEG_AGGREGATE_DISTINCT ||
          different->region->argument == spreading->argument) &&
         region_holds(different->region, origin);
}

/** May this row have a thing of its own in every region, so far as the model wants as many? */
static bool wants_more(const struct moving *moving, const struct spreading *spreading,
                       const int64_t *seen, const struct seg_row_origin *origin) {
  bool more = true;
  for (size_t d = 0; d < moving->query->differents.count; d++)
    if (concerns(moving, spreading, d, origin))
      more = more && seen[d] < moving->moments->differents[d];
  return more;
}

/** Is the earlier row in all the regions of this one? */
static bool shares_regions(const struct moving *moving, const struct spreading *spreading,
                           const struct seg_row_origin *row, const struct seg_row_origin *earlier) {
  for (size_t d = 0; d < moving->query->differents.count; d++)
    if (concerns(moving, spreading, d, row) && !concerns(moving, spreading, d, earlier))
      return false;
  return true;
}

/** Rows from the nearest on. */
struct near_row {
  const struct seg_row_origin *origin;
  struct seg_row *row;
  int64_t thing;
  bool fixed; // a filter says which value it has
};

static int by_nearness(const void *left, const void *right) {
  const struct near_row *a = left, *b = right;
  if (a->origin->band != b->origin->band)
    return a->origin->band < b->origin->band ? -1 : 1;
  if (a->origin->cell != b->origin->cell)
    return a->origin->cell < b->origin->cell ? -1 : 1;
  return (a->origin->number > b->origin->number) - (a->origin->number < b->origin->number);
}

typedef bool fits_function(const struct moving *, const struct spreading *,
                           const struct near_row *row, const struct near_row *earlier);

static bool same_value(const struct seg_thing_column *column, const struct near_row *a,
                       const struct near_row *b) {
  return seg_thing_equal(column, &a->row->values[column->index], &b->row->values[column->index]);
}

/** The thing of an earlier row that has the same value, because both must; or 0. */
static int64_t fixed_thing(const struct spreading *spreading, const struct near_row *rows,
                           size_t r) {
  for (size_t e = 0; e < r && rows[r].fixed; e++)
    if (rows[e].fixed && same_value(spreading->column, &rows[r], &rows[e]))
      return rows[e].thing;
  return 0;
}

/** Give every row a thing of its own or that of an earlier one. */
static void spread(struct moving *moving, const struct spreading *spreading, struct near_row *rows,
                   size_t count, fits_function *fits) {
  int64_t *seen = calloc(moving->query->differents.count + 1, sizeof *seen), things = 0;
  if (seen == NULL) {
    moving->out_of_memory = true;
    return;
  }
  for (size_t r = 0; r < count; r++) {
    rows[r].thing = fixed_thing(spreading, rows, r);
    bool more = wants_more(moving, spreading, seen, rows[r].origin);
    for (size_t e = 0; e < r && !more && rows[r].thing == 0; e++)
      if (shares_regions(moving, spreading, rows[r].origin, rows[e].origin) &&
          fits(moving, spreading, &rows[r], &rows[e]))
        rows[r].thing = rows[e].thing;
    if (rows[r].thing != 0)
      continue;
    rows[r].thing = ++things;
    for (size_t d = 0; d < moving->query->differents.count; d++)
      seen[d] += concerns(moving, spreading, d, rows[r].origin);
  }
  free(seen);
}

static bool day_fits(const struct moving *moving, const struct spreading *spreading,
                     const struct near_row *row, const struct near_row *earlier) {
  (void)spreading;
  const struct seg_place_moments *place = place_of(moving, row->origin);
  int32_t age = age_of(moving, earlier->row);
  return age >= place->near && age <= place->far;
}

/** Where the nearest and the farthest event of a place must lie, if they must; else 0. */
static int32_t fixed_age(const struct seg_place_moments *place,
                         const struct seg_row_origin *origin) {
  if (!place->exact_ends)
    return 0;
  return origin->number == 0 ? place->near : origin->number == origin->count - 1 ? place->far : 0;
}

/** Rows whose day is fixed come first: the others choose by them. */
static void put_fixed_first(const struct moving *moving, struct near_row *rows, size_t count) {
  size_t front = 0;
  for (size_t r = 0; r < count; r++) {
    if (fixed_age(place_of(moving, rows[r].origin), rows[r].origin) == 0)
      continue;
    struct near_row fixed = rows[r];
    memmove(&rows[front + 1], &rows[front], (r - front) * sizeof *rows);
    rows[front++] = fixed;
  }
}

/** The nearest day of the place that is so many days away from those of earlier rows; else the
 * nearest. */
static int32_t free_age(const struct moving *moving, const struct near_row *rows, size_t count,
                        int32_t step) {
  const struct seg_place_moments *place = place_of(moving, rows[count].origin);
  for (int32_t age = place->near, tries = 0; age <= place->far && tries < MOST_DAYS_TRIED;
       tries++) {
    int32_t beyond = 0; // of what stands in the way
    for (size_t r = 0; r < count; r++) {
      int32_t other = age_of(moving, rows[r].row);
      if (other > age - step && other < age + step && other + step > beyond)
        beyond = other + step;
    }
    if (beyond == 0)
      return age;
    age = beyond;
  }
  return place->near;
}

static void spread_days(struct moving *moving, const struct spreading *spreading,
                        struct near_row *rows, size_t count) {
  put_fixed_first(moving, rows, count);
  // Days first, so that an earlier row's day is known where another shares it.
  for (size_t r = 0; r < count; r++) {
    int32_t fixed = fixed_age(place_of(moving, rows[r].origin), rows[r].origin);
    int32_t age = fixed != 0 ? fixed : free_age(moving, rows, r, period_days[spreading->sort]);
    put(moving, rows[r].row, age, 43200 + 60 * (int64_t)r);
    spread(moving, spreading, rows, r + 1, day_fits);
    for (size_t e = 0; e < r && fixed == 0; e++)
      if (rows[e].thing == rows[r].thing)
        put(moving, rows[r].row, age_of(moving, rows[e].row), 43200 + 60 * (int64_t)r);
  }
}

// --- different values ---

static bool value_fits(const struct moving *moving, const struct spreading *spreading,
                       const struct near_row *row, const struct near_row *earlier) {
  (void)moving;
  return !spreading->column->looked ||
         (!row->fixed && !earlier->fixed && same_value(spreading->column, row, earlier));
}

/** How far the value of each row is from what it is now: the first thing of its kind keeps it. */
static void put_steps(struct moving *moving, const struct seg_thing_column *column,
                      struct near_row *rows, size_t count) {
  int64_t *steps = calloc(count + 1, sizeof *steps);
  moving->out_of_memory = moving->out_of_memory || steps == NULL;
  for (size_t r = 0; r < count && steps != NULL; r++) {
    int64_t first = rows[r].thing;
    for (size_t e = 0; e < count; e++)
      if (!rows[e].fixed && rows[e].thing < first && same_value(column, &rows[e], &rows[r]))
        first = rows[e].thing;
    steps[r] = rows[r].fixed ? 0 : rows[r].thing - first;
  }
  for (size_t r = 0; r < count && steps != NULL; r++)
    if (rows[r].row->values[column->index].known &&
        !seg_thing_step(column, steps[r], &moving->witness->arena,
                        &rows[r].row->values[column->index]))
      moving->out_of_memory = true;
  free(steps);
}

static void put_names(struct moving *moving, const struct seg_thing_column *column,
                      struct near_row *rows, size_t count) {
  for (size_t r = 0; r < count; r++)
    if (rows[r].row->values[column->index].known &&
        !seg_thing_name(column, rows[r].thing, moving->witness->as_of, &moving->witness->arena,
                        &rows[r].row->values[column->index]))
      moving->out_of_memory = true;
}

static void spread_values(struct moving *moving, const struct spreading *spreading,
                          struct near_row *rows, size_t count) {
  const struct seg_event_space *space = &moving->query->events[spreading->event];
  const struct seg_argument *argument = &space->arguments[spreading->argument];
  struct seg_thing_column column = seg_thing_column_of(space, spreading->argument);
  if (column.index < 0 || argument->summed || argument->ended || argument->edged)
    return;
  for (size_t r = 0; r < count && column.looked; r++)
    rows[r].fixed = seg_different_is_fixed(space, rows[r].origin->cell, argument->node);
  struct spreading with_column = *spreading;
  with_column.column = &column;
  spread(moving, &with_column, rows, count, value_fits);
  if (column.looked)
    put_steps(moving, &column, rows, count);
  else
    put_names(moving, &column, rows, count);
}

static void put_times(struct moving *moving, uint32_t event) {
  struct seg_rows *rows = rows_of(moving, event);
  for (size_t r = 0; r < rows->rows.count; r++) {
    int64_t before = 0;
    for (size_t e = 0; e < r; e++)
      before += rows->rows.items[e].day == rows->rows.items[r].day;
    put(moving, &rows->rows.items[r], age_of(moving, &rows->rows.items[r]),
        seg_moment_in_day(before));
  }
}

/** Make different what one number of different things counts. */
static void spread_for(struct moving *moving, size_t d) {
  const struct seg_different *different = &moving->query->differents.items[d];
  struct spreading spreading = {.sort = different->sort,
                                .argument = different->region->argument,
                                .event =
                                    (uint32_t)(different->region->space - moving->query->events)};
  struct seg_rows *all = rows_of(moving, spreading.event);
  struct near_row *rows = calloc(all->rows.count + 1, sizeof *rows);
  if (rows == NULL) {
    moving->out_of_memory = true;
    return;
  }
  for (size_t r = 0; r < all->rows.count; r++)
    rows[r] = (struct near_row){.origin = &moving->origins[spreading.event][r],
                                .row = &all->rows.items[r]};
  qsort(rows, all->rows.count, sizeof *rows, by_nearness);
  if (spreading.sort == SEG_AGGREGATE_DISTINCT)
    spread_values(moving, &spreading, rows, all->rows.count);
  else if (!different->region->space->order_asked)
    spread_days(moving, &spreading, rows, all->rows.count);
  if (spreading.sort != SEG_AGGREGATE_DISTINCT)
    put_times(moving, spreading.event);
  free(rows);
}

// --- hours ---

static void put_in_hours(struct moving *moving, uint32_t event, size_t r) {
  const struct seg_row_origin *origin = &moving->origins[event][r];
  const struct seg_place_moments *place = place_of(moving, origin);
  size_t at = (size_t)origin->cell * moving->query->band_count + origin->band;
  int64_t most = (int64_t)place->far * 24, least = ((int64_t)place->near - 1) * 24;
  bool looked_at = false;
  for (size_t p = 0; p < moving->query->parts.count; p++) {
    const struct seg_part *part = moving->query->parts.items[p];
    if (part->sequence != NULL || part->space != &moving->query->events[event] ||
        part->terms[at] == NULL)
      continue;
    looked_at = true;
    if (origin->number < moving->moments->parts[p][at])
      most = part->hours < most ? part->hours : most;
    else
      least = part->hours > least ? part->hours : least;
  }
  if (!looked_at)
    return;
  struct seg_row *row = &rows_of(moving, event)->rows.items[r];
  struct seg_zone_cursor cursor = {0};
  int64_t half = (most - least) * (SEG_MICROSECONDS_PER_HOUR / 2);
  half = half > SEG_MICROSECONDS_PER_HOUR ? SEG_MICROSECONDS_PER_HOUR : half;
  row->instant = seg_zone_midnight(moving->zone, moving->witness->as_of) -
                 least * SEG_MICROSECONDS_PER_HOUR - half +
                 (int64_t)r * SEG_MICROSECONDS_PER_SECOND;
  row->day = seg_zone_local_day(moving->zone, &cursor, row->instant);
}

// --- sequences ---

static bool follows(const struct moving *moving, const struct seg_part *part, size_t r) {
  const struct seg_row_origin *origin = &moving->origins[part->sequence->event][r];
  return part->filter < 0 ||
         (moving->query->events[part->sequence->event].cells[origin->cell].atoms >> part->filter &
          1) != 0;
}

/** Is it followed in time, as the rows now stand? */
static bool is_followed(const struct moving *moving, const struct seg_part *part,
                        const struct seg_row *row) {
  const struct seg_sequence *sequence = part->sequence;
  const struct seg_rows *rows = rows_of(moving, sequence->event);
  for (size_t r = 0; r < rows->rows.count; r++) {
    const struct seg_row *next = &rows->rows.items[r];
    bool in_time =
        sequence->in_days
            ? next->day <= row->day + sequence->limit
            : next->instant <= row->instant + sequence->limit * SEG_MICROSECONDS_PER_HOUR;
    if (next->instant > row->instant && in_time && follows(moving, part, r))
      return true;
  }
  return false;
}

/** A minute before the next one, which makes room where it begins its day and the day before is
 * too far. */
static void put_close(const struct moving *moving, struct seg_row *row, struct seg_row *next,
                      const struct seg_place_moments *place) {
  struct seg_zone_cursor cursor = {0};
  int64_t minute = 60 * SEG_MICROSECONDS_PER_SECOND;
  bool begins = next->instant - minute < seg_zone_midnight(moving->zone, next->day);
  if (begins && age_of(moving, next) + 1 > place->far)
    next->instant += 2 * minute;
  row->instant = next->instant - minute;
  row->day = seg_zone_local_day(moving->zone, &cursor, row->instant);
}

/** A row that something must follow: as late as it can be before something that does. */
static void put_before(struct moving *moving, const struct seg_part *part, struct seg_row *row,
                       const struct seg_place_moments *place) {
  const struct seg_rows *rows = rows_of(moving, part->sequence->event);
  for (size_t r = 0; r < rows->rows.count; r++) {
    struct seg_row *next = &rows->rows.items[r];
    int32_t age = age_of(moving, next);
    if (next == row || !follows(moving, part, r) || age > place->far)
      continue;
    if (age < place->near)
      put(moving, row, place->near, 82800);
    else
      put_close(moving, row, next, place);
    if (is_followed(moving, part, row))
      return;
  }
}

/** Is the time in which it could have been followed over before the as-of day? */
static bool is_over(const struct moving *moving, const struct seg_sequence *sequence,
                    const struct seg_row *row) {
  if (sequence->in_days)
    return row->day + sequence->limit < moving->witness->as_of;
  return row->instant + sequence->limit * SEG_MICROSECONDS_PER_HOUR <
         seg_zone_midnight(moving->zone, moving->witness->as_of);
}

/** A row that nothing must follow: the nearest day of its band, late or early in the day, where
 * nothing does; and so long ago that its time is over, if that can be. */
static void put_alone(struct moving *moving, const struct seg_part *part, struct seg_row *row,
                      const struct seg_place_moments *place) {
  static const int64_t seconds[] = {79200, 3600};
  int64_t days = part->sequence->in_days ? part->sequence->limit : part->sequence->limit / 24;
  int64_t over = days > place->near ? days : place->near;
  for (int round = 0; round < 2; round++) {
    int64_t near = round == 0 ? over : place->near;
    for (int64_t age = near; age <= place->far && age - near < MOST_DAYS_TRIED; age++)
      for (int t = 0; t < 2; t++) {
        put(moving, row, (int32_t)age, seconds[t]);
        if (!is_followed(moving, part, row) && (round == 1 || is_over(moving, part->sequence, row)))
          return;
      }
  }
}

static void put_sequence(struct moving *moving, size_t p) {
  const struct seg_part *part = moving->query->parts.items[p];
  uint32_t event = (uint32_t)(part->space - moving->query->events);
  struct seg_rows *rows = rows_of(moving, event);
  for (size_t r = 0; r < rows->rows.count; r++) {
    const struct seg_row_origin *origin = &moving->origins[event][r];
    size_t at = (size_t)origin->cell * moving->query->band_count + origin->band;
    if (part->terms[at] == NULL)
      continue;
    bool must = origin->number < moving->moments->parts[p][at];
    if (must == is_followed(moving, part, &rows->rows.items[r]) && must)
      continue;
    if (must)
      put_before(moving, part, &rows->rows.items[r], place_of(moving, origin));
    else
      put_alone(moving, part, &rows->rows.items[r], place_of(moving, origin));
  }
}

enum seg_status seg_moments_apply(const struct seg_moments *moments, struct seg_witness *witness,
                                  const struct seg_row_origin *const *origins,
                                  struct seg_error *error) {
  struct seg_query *query = moments->query;
  struct moving moving = {
      .moments = moments, .query = query, .witness = witness, .origins = origins};
  if (!moments->needed)
    return SEG_OK;
  enum seg_status status = seg_zone_load(query->program->timezone, &moving.zone, error);
  if (status != SEG_OK)
    return status;
  for (size_t d = 0; d < query->differents.count; d++)
    spread_for(&moving, d);
  for (uint32_t e = 0; e < query->program->event_count; e++) {
    if (query->events[e].order_asked)
      put_in_order(&moving, e);
    for (size_t r = 0; r < rows_of(&moving, e)->rows.count; r++)
      put_in_hours(&moving, e, r);
  }
  for (size_t p = 0; p < query->parts.count; p++)
    if (query->parts.items[p]->sequence != NULL)
      put_sequence(&moving, p);
  seg_zone_free(moving.zone);
  return moving.out_of_memory ? seg_fail_memory(error, "the witness of a proof") : SEG_OK;
}
