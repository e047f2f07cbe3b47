// What ranges of values say about atoms, as clauses: a bound that is crossed is a variable, and so
// is each of the few values that a set names; see propositions.h.
#include <assert.h>
#include <stdlib.h>

#include "compiler/verdicts/propositions.h"

enum { NO_SIGN = UINT32_MAX, VALUES = 64 };

/** The value is at least `at`. */
struct cut {
  uint32_t value;
  int64_t at;
  seg_sign sign;
};

/** What is said about one value. */
struct subject {
  uint32_t first, end; // its cuts, rising
  seg_sign missing;    // or NO_SIGN: it is never missing
  uint64_t possible;   // of a set: the values that there are; 0: it is no set
  seg_sign values[VALUES];
};

struct ranging {
  struct seg_propositions *propositions;
  SEG_VEC(struct cut) cuts;
  struct subject *subjects;
};

static void add(struct ranging *ranging, seg_sign a, seg_sign b, seg_sign c) {
  seg_sign clause[3] = {a, b, c};
  seg_assigner_add(&ranging->propositions->assigner, clause, c == NO_SIGN ? 2 : 3);
}

static seg_sign new_sign(struct ranging *ranging) {
  return 2 * seg_assigner_add_variable(&ranging->propositions->assigner);
}

/** The values that a set can name. */
static uint64_t possible_values(const struct seg_boxed_value *value) {
  const struct seg_type *type = &value->node->type;
  uint32_t count = type->kind == SEG_TYPE_BOOL   ? 2
                   : type->kind == SEG_TYPE_ENUM ? type->enumeration->count
                                                 : VALUES;
  if (type->kind == SEG_TYPE_TEXT && value->texts.count < VALUES - 1)
    return ((1ull << value->texts.count) - 1) | 1ull << (VALUES - 1);
  return count >= VALUES ? UINT64_MAX : (1ull << count) - 1;
}

static bool add_cut(struct ranging *ranging, uint32_t value, int64_t at) {
  return SEG_VEC_PUSH(&ranging->cuts, (struct cut){value, at, NO_SIGN});
}

static int by_place(const void *a, const void *b) {
  const struct cut *x = a, *y = b;
  if (x->value != y->value)
    return x->value < y->value ? -1 : 1;
  return (x->at > y->at) - (x->at < y->at);
}

/** Where the atoms' own ranges begin and end. */
static bool find_cuts(struct ranging *ranging) {
  const struct seg_propositions *propositions = ranging->propositions;
  const struct seg_boxes *boxes = propositions->boxes;
  if (!SEG_VEC_RESERVE(&ranging->cuts, 1))
    return false;
  for (uint32_t sign = 0; sign < 2 * propositions->circuit->atoms.count; sign++) {
    const struct seg_range *range = &boxes->signs[sign];
    if (propositions->atom_parts[sign / 2] == 0)
      continue;
    if (range->set != UINT64_MAX)
      ranging->subjects[range->value].possible =
          possible_values(&boxes->values.items[range->value]);
    if ((range->low > INT64_MIN && !add_cut(ranging, range->value, range->low)) ||
        (range->high < INT64_MAX && !add_cut(ranging, range->value, range->high + 1)))
      return false;
  }
  size_t kept = 0;
  if (ranging->cuts.count > 0)
    qsort(ranging->cuts.items, ranging->cuts.count, sizeof *ranging->cuts.items, by_place);
  for (size_t i = 0; i < ranging->cuts.count; i++)
    if (kept == 0 || by_place(&ranging->cuts.items[kept - 1], &ranging->cuts.items[i]) != 0)
      ranging->cuts.items[kept++] = ranging->cuts.items[i];
  ranging->cuts.count = kept;
  return true;
}

/** Just one of the values, or none when it is missing. */
static void add_values(struct ranging *ranging, struct subject *subject) {
  seg_sign all[VALUES + 1];
  uint32_t count = 0;
  for (uint32_t v = 0; v < VALUES; v++) {
    if ((subject->possible >> v & 1) == 0)
      continue;
    all[count++] = subject->values[v] = new_sign(ranging);
    seg_assigner_decide(&ranging->propositions->assigner, subject->values[v] / 2);
  }
  if (subject->missing != NO_SIGN)
    all[count++] = subject->missing;
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t j = 0; j < i; j++)
      add(ranging, all[i] ^ 1, all[j] ^ 1, NO_SIGN);
  seg_assigner_add(&ranging->propositions->assigner, all, count);
}

static void add_subjects(struct ranging *ranging) {
  const struct seg_boxes *boxes = ranging->propositions->boxes;
  uint32_t at = 0;
  assert(ranging->cuts.items != NULL);
  for (uint32_t v = 0; v < boxes->values.count; v++) {
    struct subject *subject = &ranging->subjects[v];
    subject->missing = boxes->values.items[v].optional ? new_sign(ranging) : NO_SIGN;
    subject->first = at;
    for (; at < ranging->cuts.count && ranging->cuts.items[at].value == v; at++) {
      ranging->cuts.items[at].sign = new_sign(ranging);
      if (at > subject->first) // who crosses a bound has crossed those before it
        add(ranging, ranging->cuts.items[at].sign ^ 1, ranging->cuts.items[at - 1].sign, NO_SIGN);
    }
    subject->end = at;
    if (subject->possible != 0)
      add_values(ranging, subject);
  }
}

/** How many cuts of the value are at `at` or before. */
static uint32_t cuts_up_to(const struct ranging *ranging, const struct subject *subject,
                           int64_t at) {
  uint32_t low = subject->first, high = subject->end;
  assert(ranging->cuts.items != NULL);
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (ranging->cuts.items[middle].at <= at)
      low = middle + 1;
    else
      high = middle;
  }
  return low - subject->first;
}

/** Whoever has the sign lies in the range. */
static void add_range(struct ranging *ranging, seg_sign sign, const struct seg_range *range) {
  const struct subject *subject = &ranging->subjects[range->value];
  seg_sign missing = range->missing ? subject->missing : NO_SIGN;
  if (!range->missing && subject->missing != NO_SIGN)
    add(ranging, sign ^ 1, subject->missing ^ 1, NO_SIGN);
  uint32_t below = cuts_up_to(ranging, subject, range->low);
  uint32_t inside = cuts_up_to(ranging, subject, range->high);
  const struct cut *cuts = ranging->cuts.items + subject->first;
  if (below > 0)
    add(ranging, sign ^ 1, cuts[below - 1].sign, missing);
  if (inside < subject->end - subject->first)
    add(ranging, sign ^ 1, cuts[inside].sign ^ 1, missing);
  uint64_t among = range->set & subject->possible;
  if (among != 0 && (among & (among - 1)) == 0)
    add(ranging, sign ^ 1, subject->values[__builtin_ctzll(among)], missing);
  for (uint64_t rest = subject->possible & ~range->set; rest != 0; rest &= rest - 1)
    if (among == 0 || (among & (among - 1)) != 0)
      add(ranging, sign ^ 1, subject->values[__builtin_ctzll(rest)] ^ 1, NO_SIGN);
}

static bool add_sign(struct ranging *ranging, seg_sign sign) {
  struct seg_propositions *propositions = ranging->propositions;
  const struct seg_cubes *cubes = seg_boxes_of_sign(propositions->boxes, sign);
  if (cubes == NULL)
    return false;
  if (cubes->count == 0) { // it contradicts itself
    seg_assigner_add(&propositions->assigner, (seg_sign[]){sign ^ 1}, 1);
    return true;
  }
  for (uint32_t r = 0; r < cubes->cubes->range_count; r++)
    add_range(ranging, sign, &cubes->cubes->ranges[r]);
  return true;
}

/** Of two values where one is never above the other. */
static void add_orders(struct ranging *ranging) {
  const struct seg_boxes *boxes = ranging->propositions->boxes;
  assert(ranging->cuts.items != NULL);
  for (size_t i = 0; i < boxes->orders.count; i++) {
    const struct subject *less = &ranging->subjects[boxes->orders.items[i].less];
    const struct subject *more = &ranging->subjects[boxes->orders.items[i].more];
    uint32_t last = 0;
    for (uint32_t c = less->first; c < less->end; c++) {
      uint32_t crossed = cuts_up_to(ranging, more, ranging->cuts.items[c].at);
      if (crossed > last)
        add(ranging, ranging->cuts.items[c].sign ^ 1,
            ranging->cuts.items[more->first + crossed - 1].sign, NO_SIGN);
      last = crossed;
    }
  }
}

bool seg_propositions_add_ranges(struct seg_propositions *propositions) {
  struct ranging ranging = {.propositions = propositions};
  size_t values = propositions->boxes->values.count;
  ranging.subjects = SEG_NEW_ARRAY(&propositions->arena, struct subject, values + 1);
  bool added = ranging.subjects != NULL && find_cuts(&ranging);
  if (added)
    add_subjects(&ranging);
  for (uint32_t sign = 0; added && sign < 2 * propositions->circuit->atoms.count; sign++)
    if (propositions->atom_parts[sign / 2] != 0)
      added = add_sign(&ranging, sign) && !propositions->assigner.out_of_memory;
  if (added)
    add_orders(&ranging);
  SEG_VEC_FREE(&ranging.cuts);
  return added && !propositions->assigner.out_of_memory;
}
