/**
 * Random rows for the plan of run_plan.h, a run over them, and what a naive pass says.
 */
#ifndef SEG_TESTS_UNIT_RUN_ROWS_H
#define SEG_TESTS_UNIT_RUN_ROWS_H

#include "tests/unit/run_plan.h"

/** Rows of the three sources. */
struct data {
  int64_t customers, purchases, visits;
  int64_t *ids, *ages;
  uint64_t *age_known;
  struct seg_str *countries;
  int64_t *purchase_ids, *amounts;
  uint64_t *purchase_id_known, *item_known;
  int32_t *purchase_days, *channels;
  struct seg_str *items;
  struct seg_str *visit_ids; // text: found by their decimal form
  char (*visit_texts)[24];
  int32_t *visit_days;
};

static inline uint64_t next_random(uint64_t *seed) {
  *seed ^= *seed << 13; // xorshift64, Marsaglia 2003
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return *seed;
}

static inline uint64_t below(uint64_t *seed, uint64_t end) {
  return next_random(seed) % end;
}

static inline void data_init(struct data *data, int64_t customers, int64_t purchases,
                             int64_t visits, uint64_t seed) {
  *data = (struct data){.customers = customers, .purchases = purchases, .visits = visits};
  size_t c = (size_t)customers + 64, p = (size_t)purchases + 64, v = (size_t)visits + 64;
  data->ids = calloc(c, sizeof *data->ids);
  data->ages = calloc(c, sizeof *data->ages);
  data->age_known = calloc(c, sizeof *data->age_known);
  data->countries = calloc(c, sizeof *data->countries);
  data->purchase_ids = calloc(p, sizeof *data->purchase_ids);
  data->amounts = calloc(p, sizeof *data->amounts);
  data->purchase_id_known = calloc(p, sizeof *data->purchase_id_known);
  data->item_known = calloc(p, sizeof *data->item_known);
  data->purchase_days = calloc(p, sizeof *data->purchase_days);
  data->channels = calloc(p, sizeof *data->channels);
  data->items = calloc(p, sizeof *data->items);
  data->visit_ids = calloc(v, sizeof *data->visit_ids);
  data->visit_texts = calloc(v, sizeof *data->visit_texts);
  data->visit_days = calloc(v, sizeof *data->visit_days);
  static const char *const countries[] = {"DE", "FR", "DE-BY"};
  for (int64_t i = 0; i < customers; i++) {
    data->ids[i] = i * 3 + 1;
    if (below(&seed, 10) != 0) {
      seg_bitmap_set(data->age_known, i);
      data->ages[i] = (int64_t)below(&seed, 90);
    }
    data->countries[i] = seg_str_view(countries[below(&seed, 3)]);
  }
  uint64_t ids = (uint64_t)customers * 3 + 10; // two of three have no customer
  for (int64_t i = 0; i < purchases; i++) {
    data->purchase_ids[i] = (int64_t)below(&seed, ids);
    if (below(&seed, 3) != 0)
      data->purchase_ids[i] = data->purchase_ids[i] / 3 * 3 + 1;
    if (below(&seed, 50) != 0)
      seg_bitmap_set(data->purchase_id_known, i);
    data->amounts[i] = below(&seed, 20) == 0 ? DROPPED : (int64_t)below(&seed, 60) - 10;
    data->purchase_days[i] = AS_OF - 100 + (int32_t)below(&seed, 110); // some on and after as-of
    data->channels[i] = (int32_t)below(&seed, 3);
    if (below(&seed, 4) != 0) {
      seg_bitmap_set(data->item_known, i);
      data->items[i] = seg_str_view(item_names[below(&seed, MAX_ITEMS)]);
    }
  }
  for (int64_t i = 0; i < visits; i++) {
    // A leading zero makes the key no customer's.
    snprintf(data->visit_texts[i], sizeof data->visit_texts[i], "%s%d",
             below(&seed, 5) == 0 ? "0" : "", (int)(below(&seed, ids) / 3 * 3 + 1));
    data->visit_ids[i] = seg_str_view(data->visit_texts[i]);
    data->visit_days[i] = AS_OF - 50 + (int32_t)below(&seed, 60);
  }
}

static inline void data_deinit(struct data *data) {
  free(data->ids);
  free(data->ages);
  free(data->age_known);
  free(data->countries);
  free(data->purchase_ids);
  free(data->amounts);
  free(data->purchase_id_known);
  free(data->item_known);
  free(data->purchase_days);
  free(data->channels);
  free(data->items);
  free(data->visit_ids);
  free(data->visit_texts);
  free(data->visit_days);
}

/** How a run is done; none of it may change the answer. */
struct manner {
  unsigned threads;
  uint64_t memory;
  int64_t morsel_rows;
};

static inline enum seg_status run(struct fixture *f, const struct data *data, struct manner manner,
                                  bool counts_only, struct seg_run_result **result,
                                  struct seg_error *error) {
  struct seg_column_view customer_views[] = {{.layout = SEG_LAYOUT_I64,
                                              .values = data->ages,
                                              .known = data->age_known,
                                              .count = data->customers},
                                             {.layout = SEG_LAYOUT_TEXT,
                                              .values = data->countries,
                                              .known = NULL,
                                              .count = data->customers}};
  struct seg_memory_rows customers = {.row_count = data->customers,
                                      .key = {.layout = SEG_LAYOUT_I64,
                                              .values = data->ids,
                                              .known = NULL,
                                              .count = data->customers},
                                      .inputs = customer_views,
                                      .morsel_rows = manner.morsel_rows};
  struct seg_column_view purchase_views[] = {
      {.layout = SEG_LAYOUT_I32,
       .values = data->purchase_days,
       .known = NULL,
       .count = data->purchases},
      {.layout = SEG_LAYOUT_I64, .values = data->amounts, .known = NULL, .count = data->purchases},
      {.layout = SEG_LAYOUT_I32, .values = data->channels, .known = NULL, .count = data->purchases},
      {.layout = SEG_LAYOUT_TEXT,
       .values = data->items,
       .known = data->item_known,
       .count = data->purchases}};
  struct seg_memory_rows purchases = {.row_count = data->purchases,
                                      .key = {.layout = SEG_LAYOUT_I64,
                                              .values = data->purchase_ids,
                                              .known = data->purchase_id_known,
                                              .count = data->purchases},
                                      .days = purchase_views[0],
                                      .inputs = purchase_views,
                                      .morsel_rows = manner.morsel_rows};
  struct seg_column_view visit_views[] = {
      {.layout = SEG_LAYOUT_I32, .values = data->visit_days, .known = NULL, .count = data->visits}};
  struct seg_memory_rows visits = {.row_count = data->visits,
                                   .key = {.layout = SEG_LAYOUT_TEXT,
                                           .values = data->visit_ids,
                                           .known = NULL,
                                           .count = data->visits},
                                   .days = visit_views[0],
                                   .inputs = visit_views,
                                   .morsel_rows = manner.morsel_rows};
  struct seg_source *customer = NULL, *events[2] = {NULL, NULL};
  if (f->plan.customer_from_event < 0)
    assert_int_equal(seg_source_open_memory(&customers, &f->plan.customer, &customer, NULL),
                     SEG_OK);
  assert_int_equal(seg_source_open_memory(&purchases, &f->events[0], &events[0], NULL), SEG_OK);
  assert_int_equal(seg_source_open_memory(&visits, &f->events[1], &events[1], NULL), SEG_OK);
  struct seg_run_sources sources = {.customer = customer, .events = events};
  struct seg_run_options options = {.as_of = AS_OF,
                                    .threads = manner.threads,
                                    .memory_bytes = manner.memory,
                                    .counts_only = counts_only};
  enum seg_status status = seg_run(&f->plan, &f->kernels, &sources, &options, result, error);
  seg_source_close(customer);
  seg_source_close(events[0]);
  seg_source_close(events[1]);
  return status;
}

/* The naive evaluation. */

static inline bool purchase_exists(const struct data *data, int64_t i) {
  return data->purchase_days[i] < AS_OF && data->amounts[i] != DROPPED &&
         data->amounts[i] != REFUSED;
}

static inline bool same_purchase(const struct data *data, int64_t a, int64_t b) {
  bool known = seg_bitmap_test(data->item_known, a);
  return data->amounts[a] == data->amounts[b] && known == seg_bitmap_test(data->item_known, b) &&
         (!known || seg_str_equal(data->items[a], data->items[b]));
}

/** What a naive pass over the rows says of every customer. */
struct naive {
  int64_t customers;
  int64_t *ids; // in order of numbers
  int64_t *count, *sum, *visits;
  uint32_t *items; // a bit per name
  int32_t *last;
  bool *any;
  uint64_t purchase_orphans, visit_orphans;
};

// A list per customer of purchases taken so far, for unique.
struct taken {
  int64_t *next; // per purchase
  int64_t *head; // per customer
};

static inline int64_t number_of(const int64_t *number_by_id, int64_t limit, int64_t id) {
  return id < 0 || id >= limit ? -1 : number_by_id[id];
}

static inline void take_purchase(const struct data *data, struct naive *naive, int64_t c,
                                 int64_t i) {
  int32_t day = data->purchase_days[i];
  naive->count[c] += day >= AS_OF - 30;
  naive->sum[c] += data->channels[i] == 1 ? data->amounts[i] * 2 : 0;
  for (uint32_t k = 0; k < MAX_ITEMS && seg_bitmap_test(data->item_known, i); k++)
    if (seg_str_is(data->items[i], item_names[k]))
      naive->items[c] |= 1u << k;
  naive->last[c] = !naive->any[c] || day > naive->last[c] ? day : naive->last[c];
  naive->any[c] = true;
}

static inline void naive_init(struct naive *naive, const struct data *data, bool from_event,
                              bool unique) {
  int64_t limit = data->customers * 3 + 100;
  int64_t *number_by_id = malloc((size_t)limit * sizeof *number_by_id);
  size_t room = (size_t)limit;
  *naive = (struct naive){0};
  naive->ids = calloc(room, sizeof *naive->ids);
  naive->count = calloc(room, sizeof *naive->count);
  naive->sum = calloc(room, sizeof *naive->sum);
  naive->visits = calloc(room, sizeof *naive->visits);
  naive->items = calloc(room, sizeof *naive->items);
  naive->last = calloc(room, sizeof *naive->last);
  naive->any = calloc(room, sizeof *naive->any);
  struct taken taken = {.next = malloc((size_t)(data->purchases + 1) * sizeof(int64_t)),
                        .head = malloc(room * sizeof(int64_t))};
  for (int64_t i = 0; i < limit; i++)
    number_by_id[i] = taken.head[i] = -1;
  for (int64_t i = 0; i < data->customers && !from_event; i++) {
    number_by_id[data->ids[i]] = naive->customers;
    naive->ids[naive->customers++] = data->ids[i];
  }
  for (int64_t i = 0; i < data->purchases; i++) {
    if (!purchase_exists(data, i))
      continue;
    if (!seg_bitmap_test(data->purchase_id_known, i)) {
      naive->purchase_orphans++;
      continue;
    }
    int64_t id = data->purchase_ids[i];
    if (from_event && number_by_id[id] < 0) {
      number_by_id[id] = naive->customers;
      naive->ids[naive->customers++] = id;
    }
    int64_t c = number_of(number_by_id, limit, id);
    if (c < 0) {
      naive->purchase_orphans++;
      continue;
    }
    bool repeated = false;
    for (int64_t t = taken.head[c]; unique && t >= 0 && !repeated; t = taken.next[t])
      repeated = same_purchase(data, t, i);
    if (repeated)
      continue;
    taken.next[i] = taken.head[c];
    taken.head[c] = i;
    take_purchase(data, naive, c, i);
  }
  for (int64_t i = 0; i < data->visits; i++) {
    if (data->visit_days[i] >= AS_OF)
      continue;
    const char *text = data->visit_texts[i];
    int64_t c = text[0] == '0' ? -1 : number_of(number_by_id, limit, atoll(text));
    if (c < 0)
      naive->visit_orphans++;
    else
      naive->visits[c] += data->visit_days[i] >= AS_OF - 30;
  }
  free(number_by_id);
  free(taken.next);
  free(taken.head);
}

static inline void naive_deinit(struct naive *naive) {
  free(naive->ids);
  free(naive->count);
  free(naive->sum);
  free(naive->visits);
  free(naive->items);
  free(naive->last);
  free(naive->any);
}

static inline bool naive_member(const struct naive *naive, const struct data *data, bool from_event,
                                uint32_t segment, int64_t c) {
  switch (segment) {
  case 0: return naive->count[c] >= 2;
  case 1: return naive->sum[c] > 100;
  case 2: return !from_event && seg_bitmap_test(data->age_known, c) && data->ages[c] > 30;
  case 3: return __builtin_popcount(naive->items[c]) >= 2;
  case 4: return !from_event && seg_str_is(data->countries[c], "DE") && naive->visits[c] >= 1;
  default: return naive->any[c] && naive->last[c] < AS_OF - 10;
  }
}

static inline void check_chain(const struct seg_run_result *result, uint32_t chain,
                               const struct naive *naive, const struct data *data, bool from_event,
                               const uint32_t *members, uint32_t member_count) {
  uint64_t won[3] = {0}, unmatched = 0;
  for (int64_t c = 0; c < naive->customers; c++) {
    uint32_t m = 0;
    while (m < member_count && !naive_member(naive, data, from_event, members[m], c))
      m++;
    if (m < member_count)
      won[m]++;
    else
      unmatched++;
    if (result->chains[chain].winners != NULL)
      assert_int_equal(result->chains[chain].winners[c], m < member_count ? m : SEG_NO_WINNER);
  }
  for (uint32_t m = 0; m < member_count; m++)
    assert_int_equal(result->chains[chain].won[m], won[m]);
  assert_int_equal(result->chains[chain].unmatched, unmatched);
}

static inline void check_result(const struct seg_run_result *result, const struct naive *naive,
                                const struct data *data, bool from_event) {
  assert_int_equal(result->customer_count, naive->customers);
  for (int64_t c = 0; c < naive->customers; c++)
    assert_int_equal(((const int64_t *)result->keys.values)[c], naive->ids[c]);
  assert_int_equal(result->events[0].rows, data->purchases);
  assert_int_equal(result->events[1].rows, data->visits);
  assert_int_equal(result->events[0].orphans, naive->purchase_orphans);
  assert_int_equal(result->events[1].orphans, naive->visit_orphans);
  assert_int_equal(result->orphan_events, naive->purchase_orphans + naive->visit_orphans);
  for (uint32_t s = 0; s < SEGMENTS; s++) {
    uint64_t members = 0;
    for (int64_t c = 0; c < naive->customers; c++) {
      bool member = naive_member(naive, data, from_event, s, c);
      members += member;
      if (result->members != NULL)
        assert_int_equal(seg_bitmap_test(result->members[s], c), member);
    }
    assert_int_equal(result->segment_members[s], members);
    for (int64_t c = naive->customers; c % 64 != 0 && result->members != NULL; c++)
      assert_false(seg_bitmap_test(result->members[s], c));
  }
  static const uint32_t first[] = {1, 0, 2}, second[] = {4};
  check_chain(result, 0, naive, data, from_event, first, 3);
  check_chain(result, 1, naive, data, from_event, second, 1);
}

static inline void check_run(int64_t customers, int64_t purchases, int64_t visits, bool from_event,
                             bool unique, struct manner manner, bool counts_only, uint64_t seed) {
  struct fixture f;
  fixture_init(&f, from_event);
  f.events[0].unique_count = unique ? 2 : 0;
  struct data data;
  data_init(&data, customers, purchases, visits, seed);
  struct naive naive;
  naive_init(&naive, &data, from_event, unique);
  struct seg_run_result *result = NULL;
  struct seg_error error = {0};
  enum seg_status status = run(&f, &data, manner, counts_only, &result, &error);
  if (status != SEG_OK)
    print_error("%s\n", error.message);
  assert_int_equal(status, SEG_OK);
  check_result(result, &naive, &data, from_event);
  seg_run_result_free(result);
  naive_deinit(&naive);
  data_deinit(&data);
  fixture_deinit(&f);
}

enum { SEED = 20261101 };

#endif
