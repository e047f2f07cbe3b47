// The customers that verdicts show, against everybody: rules over the days and categories of one
// kind of event. A loop over all customers with fewer events finds none that would do, for the
// last pairs of a project as for the first.
#include "tests/support/random.h"
#include "tests/unit/verdict_case.h"

enum {
  PROJECTS = 10,
  SEGMENTS = 14,
  PARTS = 3,
  CATEGORIES = 3,
  EVER = 0,
  MOST_EVENTS = 16,
  WITNESSES = 1000
};

// Rules look at windows of 7 and 30 days and at recencies of 20: no other days differ.
static const int ages[] = {1, 7, 8, 20, 21, 30, 31};
enum { AGES = sizeof ages / sizeof *ages, KINDS = AGES * CATEGORIES };

struct event {
  int age, category;
};

enum asked { COUNT, COUNT_OF_FIRST, DIFFERENT, RECENCY, ASKED };

struct part {
  enum asked asked;
  int window, value;
  bool at_least;
};

struct rule {
  struct part parts[PARTS]; // joined by `and`
};

// --- what rules mean ---

static int count_of(const struct part *part, const struct event *events, int count) {
  int found = 0;
  bool seen[CATEGORIES] = {false};
  for (int i = 0; i < count; i++) {
    if (part->window != EVER && events[i].age > part->window)
      continue;
    bool counts = part->asked == COUNT ||
                  (part->asked == COUNT_OF_FIRST && events[i].category == 0) ||
                  (part->asked == DIFFERENT && !seen[events[i].category]);
    seen[events[i].category] = true;
    found += counts;
  }
  return found;
}

static bool part_takes(const struct part *part, const struct event *events, int count) {
  int found = count_of(part, events, count);
  if (part->asked == RECENCY) {
    found = INT32_MAX;
    for (int i = 0; i < count; i++)
      found = events[i].age < found ? events[i].age : found;
    if (count == 0)
      return false; // missing
  }
  return part->at_least ? found >= part->value : found <= part->value;
}

static bool takes(const struct rule *rule, const struct event *events, int count) {
  for (int p = 0; p < PARTS; p++)
    if (!part_takes(&rule->parts[p], events, count))
      return false;
  return true;
}

// --- everybody ---

/** Does somebody with so many events, of this kind and later ones, fulfil both? */
static bool somebody(const struct rule *a, const struct rule *b, struct event *events, int count,
                     int left, int kind) {
  if (left == 0)
    return takes(a, events, count) && takes(b, events, count);
  for (; kind < KINDS; kind++) {
    events[count] = (struct event){ages[kind / CATEGORIES], kind % CATEGORIES};
    if (somebody(a, b, events, count + 1, left - 1, kind))
      return true;
  }
  return false;
}

// --- rules as text ---

static struct part draw_part(struct seg_random *random) {
  static const int windows[] = {7, 30, EVER};
  static const int most[] = {[COUNT] = 4, [COUNT_OF_FIRST] = 3, [DIFFERENT] = CATEGORIES};
  struct part part = {.asked = (enum asked)seg_random_below(random, ASKED),
                      .window = windows[seg_random_below(random, 3)],
                      .at_least = seg_random_below(random, 3) > 0};
  if (part.asked == RECENCY)
    part.value = part.at_least ? 21 : 20, part.window = EVER;
  else
    part.value = 1 + (int)seg_random_below(random, (uint32_t)most[part.asked]);
  return part;
}

static void write_part(FILE *out, const struct part *part) {
  static const char *const names[] = {[COUNT] = "count(purchase)",
                                      [COUNT_OF_FIRST] = "count(purchase[category = \"a\"])",
                                      [DIFFERENT] = "distinct(purchase.category)",
                                      [RECENCY] = "days_since(last(purchase))"};
  fprintf(out, "%s %s %d", names[part->asked], part->at_least ? ">=" : "<=", part->value);
  if (part->window != EVER)
    fprintf(out, " within %dd", part->window);
  else if (part->asked != RECENCY)
    fputs(" ever", out);
}

static char *write_project(const struct rule *rules) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  fputs("segc 1\ntimezone: \"UTC\"\ncustomer from \"customers\" key id { age: int }\n"
        "event purchase from \"purchases\" by id at day { category: one of (\"a\", \"b\", \"c\") "
        "}\n",
        out);
  for (int s = 0; s < SEGMENTS; s++) {
    fprintf(out, "segment s%d { when: ", s);
    for (int p = 0; p < PARTS; p++) {
      fputs(p == 0 ? "" : " and ", out);
      write_part(out, &rules[s].parts[p]);
    }
    fputs(" }\n", out);
  }
  fclose(out);
  return text;
}

// --- the customers shown ---

static void check_witness(const struct rule *a, const struct rule *b,
                          const struct seg_witness *witness) {
  struct event events[MOST_EVENTS];
  const struct seg_rows *rows = &witness->dataset.events[0];
  int count = (int)rows->rows.count;
  assert_true(count <= MOST_EVENTS);
  for (int i = 0; i < count; i++)
    events[i] = (struct event){witness->as_of - rows->rows.items[i].day,
                               (int)rows->rows.items[i].values[0].integer};
  assert_true(takes(a, events, count) && takes(b, events, count));
  assert_true(witness->smallest);
  for (int fewer = 0; fewer < count; fewer++)
    assert_false(somebody(a, b, events, 0, fewer, 0));
}

/** How many customers were shown, and how many of them have several events. */
struct shown {
  uint32_t customers, with_events;
};

static void check_project(uint64_t seed, struct shown *shown) {
  struct seg_random random;
  struct rule rules[SEGMENTS];
  struct verdict_case test;
  seg_random_init(&random, seed);
  for (int s = 0; s < SEGMENTS; s++)
    for (int p = 0; p < PARTS; p++)
      rules[s].parts[p] = draw_part(&random);
  char *text = write_project(rules);
  verdict_case_init_text(&test, text, (struct seg_verdict_options){.witnesses = WITNESSES});
  for (size_t i = 0; i < test.verdicts.items.count; i++) {
    const struct seg_verdict *verdict = &test.verdicts.items.items[i];
    assert_int_not_equal(verdict->kind, SEG_VERDICT_UNPROVED);
    if (verdict->kind != SEG_VERDICT_OVERLAP)
      continue;
    assert_non_null(verdict->witness);
    check_witness(&rules[verdict->segment], &rules[verdict->other], verdict->witness);
    shown->customers++;
    shown->with_events += verdict->witness->dataset.events[0].rows.count > 1;
  }
  verdict_case_deinit(&test);
  free(text);
}

static void shown_customers_are_the_smallest(void **state) {
  (void)state;
  uint64_t seed = seg_random_seed("SEGC_SEED", 1);
  struct shown shown = {0};
  print_message("seed %llu\n", (unsigned long long)seed);
  for (uint64_t project = 0; project < PROJECTS; project++)
    check_project(seed + project, &shown);
  print_message("%u customers, %u with several events\n", shown.customers, shown.with_events);
  assert_true(shown.customers > 100 && shown.with_events > 50);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(shown_customers_are_the_smallest)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
