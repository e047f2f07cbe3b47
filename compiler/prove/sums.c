// Sums and averages of fractional numbers. A run adds doubles one after the other and rounds every
// time: what it gets is near the exact sum where all parts have one sign, and nothing but a number
// where they have not.
#include <string.h>

#include "compiler/prove/aggregate.h"

/** Bounds of the values in all cells of the region. */
static void bounds_of(const struct seg_region *region, int64_t *low, int64_t *high) {
  *low = INT64_MAX;
  *high = INT64_MIN;
  for (uint32_t c = 0; c < region->space->cell_count; c++) {
    const struct seg_cell *cell = &region->space->cells[c];
    if (!region->cells[c])
      continue;
    *low = cell->low[region->argument] < *low ? cell->low[region->argument] : *low;
    *high = cell->high[region->argument] > *high ? cell->high[region->argument] : *high;
  }
}

/** Are all places of the first region places of the second? */
static bool lies_within(const struct seg_region *region, const struct seg_region *larger) {
  for (uint32_t c = 0; c < region->space->cell_count; c++)
    if (region->cells[c] && !larger->cells[c])
      return false;
  return region->first_band >= larger->first_band && region->end_band <= larger->end_band;
}

static void relate(struct seg_query *query, const struct seg_added *a, const struct seg_added *b) {
  if (a->region->space != b->region->space || a->region->argument != b->region->argument ||
      a->sign != b->sign)
    return;
  const struct seg_added *both[] = {a, b};
  for (int i = 0; i < 2; i++) {
    const struct seg_added *inner = both[i], *outer = both[1 - i];
    if (!lies_within(inner->region, outer->region))
      continue;
    seg_query_fact(query, a->sign > 0
                              ? seg_term_at_most(query->solver, inner->value, outer->value)
                              : seg_term_at_most(query->solver, outer->value, inner->value));
  }
}

Z3_ast seg_sum_of_doubles(struct seg_query *query, const struct seg_region *region, Z3_ast exact) {
  struct seg_solver *solver = query->solver;
  int64_t low, high;
  bounds_of(region, &low, &high);
  struct seg_added own = {.sign = low >= 0    ? 1
                                  : high <= 0 ? -1
                                              : 0,
                          .value = seg_term_variable(solver, solver->reals, "added"),
                          .region = SEG_NEW(&query->arena, struct seg_region)};
  Z3_ast count = seg_region_count(query, region);
  Z3_ast several = seg_term_at_most(solver, seg_term_int(solver, 2), count);
  seg_query_weaken(query, "it adds fractional numbers");
  if (own.region == NULL) {
    query->out_of_memory = true;
    return own.value;
  }
  memcpy(own.region, region, sizeof *region);
  seg_query_fact(query, seg_term_or(solver, several, seg_term_equal(solver, own.value, exact)));
  // With fewer than 2^40 events, each rounded to 2^-53 of the sum so far.
  Z3_ast width = seg_term_multiply(solver, seg_term_real(solver, 0x1p-12), exact);
  Z3_ast near = seg_term_subtract(solver, exact, width), far = seg_term_add(solver, exact, width);
  if (own.sign == 0)
    return own.value;
  seg_query_fact(query, seg_term_at_most(solver, own.sign > 0 ? near : far, own.value));
  seg_query_fact(query, seg_term_at_most(solver, own.value, own.sign > 0 ? far : near));
  for (size_t i = 0; i < query->added.count; i++)
    relate(query, &query->added.items[i], &own);
  if (!SEG_VEC_PUSH(&query->added, own))
    query->out_of_memory = true;
  return own.value;
}

/** A fact: the average is at least (or at most) the bound, but for rounding. */
static void bound_average(struct seg_query *query, Z3_ast average, Z3_ast some, double bound,
                          bool least) {
  struct seg_solver *solver = query->solver;
  Z3_ast tolerance = seg_term_real(solver, bound == 0 ? 0 : 0x1p-10);
  Z3_ast limit = seg_term_real(solver, bound);
  Z3_ast beyond =
      least ? seg_term_at_most(solver, seg_term_subtract(solver, limit, tolerance), average)
            : seg_term_at_most(solver, average, seg_term_add(solver, limit, tolerance));
  seg_query_fact(query, seg_term_implies(solver, some, beyond));
}

struct seg_term seg_average(struct seg_query *query, const struct seg_node *aggregate,
                            const struct seg_region *region, Z3_ast some) {
  static const int64_t large = INT64_C(1) << 40;
  struct seg_solver *solver = query->solver;
  struct seg_term term = {some, seg_term_variable(solver, solver->reals, "average")};
  bool real = seg_type_is_real(&aggregate->argument->type);
  int64_t low, high;
  double unit = 1;
  for (unsigned i = 0; i < aggregate->argument->type.scale; i++)
    unit *= 10;
  bounds_of(region, &low, &high);
  seg_query_weaken(query, "it calculates with an average");
  // The sum of whole numbers is exact; that of fractional ones keeps its sign at least.
  if (low > -large && low < large && (!real || low >= 0))
    bound_average(query, term.value, some, real ? 0 : (double)low / unit, true);
  if (high > -large && high < large && (!real || high <= 0))
    bound_average(query, term.value, some, real ? 0 : (double)high / unit, false);
  return term;
}
