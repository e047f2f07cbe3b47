// Answers that are remembered: day after day events are appended to a store, late ones among them,
// and a run that starts from the last answer must count what a run over everything counts. Then
// answers that were changed, or that are not for these rules, this store or this user.
// SEGC_SEED repeats a run; SEGC_REFRESH_PROGRAMS=N: so many programs (1).
#include <dirent.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "runtime/time/civil.h"
#include "tests/support/damaged_file.h"
#include "tests/support/random.h"
#include "tests/support/rules_folder.h"

enum { CUSTOMERS = 1500, FIRST_EVENTS = 4000, DAYS = 30, SEGMENTS = 8, PATH = 512 };
enum { MANY = 40000, FEW_DAYS = 6 }; // more customers than a worker looks at at a time

/** A store, its rules and what came of the runs. */
struct shop {
  char folder[64];
  struct seg_random random;
  uint32_t customers;
  int32_t today;
  unsigned refreshed, whole;
};

static FILE *create(const struct shop *shop, const char *name) {
  char path[2 * PATH];
  snprintf(path, sizeof path, "%s/%s", shop->folder, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  return file;
}

static void make_folder(const struct shop *shop, const char *name) {
  char path[PATH];
  snprintf(path, sizeof path, "%s/%s", shop->folder, name);
  assert_true(mkdir(path, 0700) == 0);
}

static void run_command(const struct shop *shop, const char *command) {
  char line[PATH];
  snprintf(line, sizeof line, "cd %s && %s", shop->folder, command);
  assert_int_equal(system(line), 0);
}

// --- rules ---

static void write_window(FILE *out, struct seg_random *random) {
  static const char *const fixed[] = {"ever", "in this month", "in last 2 months",
                                      "from 2026-01-20 through 2026-06-10", "in 2026-Q2"};
  unsigned days = 3 + seg_random_below(random, 60);
  if (seg_random_chance(random, 60))
    fprintf(out, " within %ud", days);
  else if (seg_random_chance(random, 40))
    fprintf(out, " between %ud and %ud ago", days, days + 1 + seg_random_below(random, 40));
  else
    fprintf(out, " %s", fixed[seg_random_below(random, 5)]);
}

static void write_test(FILE *out, struct seg_random *random) {
  static const char *const filters[] = {"", "", "[shop = \"a\"]", "[gift]",
                                        "[amount > 40 and shop != \"b\"]"};
  const char *filter = filters[seg_random_below(random, 5)];
  const char *sign = seg_random_chance(random, 60) ? ">=" : "<";
  unsigned some = 1 + seg_random_below(random, 4);
  switch (seg_random_below(random, 10)) {
  case 0: fprintf(out, "score %s %u", sign, some * 10); return;
  case 1: fprintf(out, "plan in (\"pro\", \"free\") and vip is known and vip"); return;
  case 2: fprintf(out, "city is known and starts_with(city, \"t%u\")", some); return;
  case 3:
    fprintf(out, "sum(buy%s.amount)", filter);
    write_window(out, random);
    fprintf(out, " %s %u.50", sign, 40 * some);
    return;
  case 4:
    fprintf(out, "avg(buy.amount)");
    write_window(out, random);
    fprintf(out, " %s %u", sign, 20 * some);
    return;
  case 5:
    fprintf(out, "%s(buy%s.pieces)", seg_random_chance(random, 50) ? "max" : "min", filter);
    write_window(out, random);
    fprintf(out, " %s %u", sign, some);
    return;
  case 6:
    fprintf(out, "distinct(buy.shop)");
    write_window(out, random);
    fprintf(out, " %s %u", sign, some);
    return;
  case 7:
    fprintf(out, "%s(buy.shop)", seg_random_chance(random, 50) ? "first" : "last");
    write_window(out, random);
    fprintf(out, " = \"%c\"", (int)"abc"[some % 3]);
    return;
  case 8:
    fprintf(out, "count(visit)");
    write_window(out, random);
    fprintf(out, " %s %u", sign, some);
    return;
  default:
    fprintf(out, "count(buy%s)", filter);
    write_window(out, random);
    fprintf(out, " %s %u", sign, some);
  }
}

static void write_rules(struct shop *shop, const char *more) {
  struct seg_random *random = &shop->random;
  FILE *out = create(shop, "rules.seg");
  fprintf(out,
          "segc 1\ntimezone: \"Europe/Berlin\"\ncurrency: EUR\n\n"
          "customer from \"customers\" key id {\n  score: int\n"
          "  plan: one of (\"free\", \"basic\", \"pro\")\n  city: text?\n  vip: bool?\n}\n\n"
          "event buy from \"buys\" by customer at day {\n  amount: money(EUR)\n"
          "  pieces: int\n  shop: one of (\"a\", \"b\", \"c\")\n  gift: bool\n%s}\n\n"
          "event visit from \"visits\" by customer at day {\n  pages: int\n}\n\n",
          seg_random_chance(random, 50) ? "  where pieces > 0\n" : "");
  for (int i = 0; i < SEGMENTS; i++) {
    fprintf(out, "segment s%d { when: ((", i);
    write_test(out, random);
    fprintf(out, ") and (");
    write_test(out, random);
    fprintf(out, seg_random_chance(random, 50) ? ")) or (" : ")) and (");
    write_test(out, random);
    fprintf(out, ") }\n");
  }
  fprintf(out, "priority best: s0 > s1 > s2 > s3 otherwise rest\n%s", more);
  assert_int_equal(fclose(out), 0);
}

// --- rows ---

static void write_customers(struct shop *shop, const char *name) {
  struct seg_random *random = &shop->random;
  FILE *out = create(shop, name);
  fprintf(out, "id,score,plan,city,vip\n");
  for (unsigned c = 0; c < shop->customers; c++)
    fprintf(out, "%u,%u,%s,%s%u,%s\n", c, seg_random_below(random, 50),
            c % 3   ? "free"
            : c % 7 ? "pro"
                    : "basic",
            c % 5 ? "t" : "u", seg_random_below(random, 30),
            seg_random_chance(random, 20)   ? ""
            : seg_random_chance(random, 50) ? "true"
                                            : "false");
  assert_int_equal(fclose(out), 0);
}

static void write_day(FILE *out, struct shop *shop, int32_t first, int32_t last) {
  char day[SEG_CIVIL_TEXT];
  seg_civil_format(first + (int32_t)seg_random_below(&shop->random, (uint32_t)(last - first + 1)),
                   day);
  fprintf(out, "%u,%s,", seg_random_below(&shop->random, shop->customers + 20), day);
}

// Events of some days; `late`: in a hundred of them are of earlier ones.
static void write_events(struct shop *shop, const char *folder, unsigned count, int32_t first,
                         int32_t last, unsigned late, bool visits) {
  struct seg_random *random = &shop->random;
  char name[PATH];
  snprintf(name, sizeof name, "%s/buys.csv", folder);
  FILE *out = create(shop, name);
  fprintf(out, "customer,day,amount,pieces,shop,gift\n");
  for (unsigned i = 0; i < count; i++) {
    write_day(out, shop, seg_random_chance(random, late) ? first - 100 : first, last);
    fprintf(out, "%u.%02u,%u,%c,%s\n", seg_random_below(random, 100), seg_random_below(random, 100),
            seg_random_below(random, 6), (int)"abc"[seg_random_below(random, 3)],
            seg_random_chance(random, 30) ? "true" : "false");
  }
  assert_int_equal(fclose(out), 0);
  if (!visits)
    return;
  snprintf(name, sizeof name, "%s/visits.csv", folder);
  out = create(shop, name);
  fprintf(out, "customer,day,pages\n");
  for (unsigned i = 0; i < count; i++) {
    write_day(out, shop, first, last);
    fprintf(out, "%u\n", seg_random_below(random, 9));
  }
  assert_int_equal(fclose(out), 0);
}

// --- runs ---

/** What was counted, as text that the caller frees. */
static char *score(struct shop *shop, bool remember, unsigned threads) {
  char store[PATH], cache[PATH], day[SEG_CIVIL_TEXT];
  snprintf(store, sizeof store, "%s/store", shop->folder);
  snprintf(cache, sizeof cache, "%s/cache", shop->folder);
  seg_civil_format(shop->today, day);
  struct segc_session *session = open_rules(shop->folder, NULL);
  const struct segc_run_options options = {.size = sizeof options,
                                           .as_of = day,
                                           .store = store,
                                           .threads = threads,
                                           .code_cache = cache,
                                           .remember = remember};
  const struct segc_summary *summary = NULL;
  if (segc_run(session, &options, &summary) != SEGC_OK)
    fail_msg("%s", segc_last_error(session).message);
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  fprintf(out, "%" PRIu64 " customers, %" PRIu64 " events, %" PRIu64 " orphans\n",
          summary->customers, summary->events, summary->orphan_events);
  for (size_t i = 0; i < summary->segment_count; i++)
    fprintf(out, "%s %" PRIu64 "\n", summary->segments[i].name, summary->segments[i].members);
  for (size_t i = 0; i < summary->chains[0].winner_count; i++)
    fprintf(out, "wins %" PRIu64 "\n", summary->chains[0].winners[i].members);
  fprintf(out, "rest %" PRIu64 "\n", summary->chains[0].unmatched);
  fclose(out);
  assert_int_equal(summary->remembers, remember);
  if (remember) {
    shop->refreshed += summary->refreshed;
    shop->whole += !summary->refreshed;
    if (!summary->refreshed)
      assert_non_null(summary->whole_reason);
  }
  segc_session_free(session);
  return text;
}

static void agree(struct shop *shop, const char *when) {
  char *got = score(shop, true, 1 + seg_random_below(&shop->random, 2));
  char *wanted = score(shop, false, 2);
  if (strcmp(wanted, got) != 0)
    fail_msg("%s (%s): of everybody\n%sremembered and corrected\n%s", when, shop->folder, wanted,
             got);
  free(wanted);
  free(got);
}

static void open_large_shop(struct shop *shop, uint64_t seed, uint32_t customers, unsigned events) {
  *shop = (struct shop){.folder = "/tmp/segc_refresh_XXXXXX", .customers = customers};
  assert_non_null(mkdtemp(shop->folder));
  seg_random_init(&shop->random, seed);
  make_folder(shop, "first");
  make_folder(shop, "today");
  write_rules(shop, "");
  write_customers(shop, "first/customers.csv");
  int32_t begin = seg_civil_to_day(2026, 1, 5);
  shop->today = seg_civil_to_day(2026, 5, 18);
  write_events(shop, "first", events, begin, shop->today - 1, 0, true);
  prepare(shop->folder, "first", false);
}

static void open_shop(struct shop *shop, uint64_t seed) {
  open_large_shop(shop, seed, CUSTOMERS, FIRST_EVENTS);
}

static void close_shop(struct shop *shop) {
  run_command(shop, "rm -r *");
  assert_int_equal(rmdir(shop->folder), 0);
}

// --- tests ---

static void one_day(struct shop *shop, int day, int32_t *appended) {
  struct seg_random *random = &shop->random;
  run_command(shop, "rm -f today/*");
  unsigned appends = seg_random_chance(random, 10) ? 0 : 1 + seg_random_chance(random, 15);
  for (unsigned i = 0; i < appends; i++) {
    if (day == 20 && i == 0)
      write_customers(shop, "today/customers.csv");
    unsigned late = seg_random_chance(random, 50) ? 0 : seg_random_below(random, 40);
    write_events(shop, "today", 5 + seg_random_below(random, 40), *appended, shop->today - 1, late,
                 seg_random_chance(random, 60));
    prepare(shop->folder, "today", true);
    run_command(shop, "rm -f today/*");
  }
  *appended = shop->today;
}

static void thirty_days(void **state) {
  (void)state;
  const char *programs = getenv("SEGC_REFRESH_PROGRAMS");
  uint64_t seed = seg_random_seed("SEGC_SEED", 20261123);
  unsigned count = programs == NULL ? 1 : (unsigned)strtoul(programs, NULL, 10), refreshed = 0;
  for (unsigned p = 0; p < count; p++) {
    struct shop shop;
    print_message("seed %" PRIu64 "\n", seed + p);
    open_shop(&shop, seed + p);
    int32_t appended = shop.today;
    for (int day = 0; day < DAYS; day++) {
      char when[32];
      snprintf(when, sizeof when, "day %d", day);
      agree(&shop, when);
      shop.today += seg_random_chance(&shop.random, 10) ? 3 : 1;
      one_day(&shop, day, &appended);
    }
    int32_t today = shop.today;
    shop.today -= 40; // a look back, and on with the present
    agree(&shop, "back then");
    shop.today = today;
    agree(&shop, "again");
    print_message("%u refreshed, %u whole\n", shop.refreshed, shop.whole);
    refreshed += shop.refreshed;
    close_shop(&shop);
  }
  assert_true(refreshed >= count * DAYS / 2);
}

static void many_customers(void **state) {
  (void)state;
  struct shop shop;
  open_large_shop(&shop, seg_random_seed("SEGC_SEED", 7), MANY, 2 * MANY);
  for (int day = 0; day < FEW_DAYS; day++) {
    char when[32];
    snprintf(when, sizeof when, "day %d", day);
    agree(&shop, when);
    run_command(&shop, "rm -f today/*");
    write_events(&shop, "today", 1 + seg_random_below(&shop.random, 4000), shop.today, shop.today,
                 day % 2 ? 3 : 0, day % 3 == 0);
    prepare(shop.folder, "today", true);
    shop.today++;
  }
  assert_true(shop.refreshed >= FEW_DAYS / 2);
  close_shop(&shop);
}

// Every other customer is from one of two cities.
// A few customers with more rows than are brought together for both days.
static void heavy_customers(void **state) {
  (void)state;
  enum { EVERYBODY = 600, HEAVY = 110, EVENTS = 150000 };
  struct shop shop;
  open_large_shop(&shop, 12, EVERYBODY, 0);
  for (int day = 0; day < 3; day++) {
    shop.customers = HEAVY;
    write_events(&shop, "today", day == 0 ? EVENTS : 50, shop.today - (day == 0 ? 60 : 1),
                 shop.today - 1, 0, false);
    shop.customers = EVERYBODY;
    prepare(shop.folder, "today", true);
    agree(&shop, "heavy");
    shop.today++;
  }
  assert_int_equal(shop.refreshed, 2);
  close_shop(&shop);
}

static void write_cities(struct shop *shop, const char *name, const char *one, const char *other) {
  FILE *out = create(shop, name);
  fprintf(out, "id,score,plan,city,vip\n");
  for (unsigned c = 0; c < shop->customers; c++)
    fprintf(out, "%u,1,free,%s,\n", c, c % 2 == 0 ? one : other);
  assert_int_equal(fclose(out), 0);
}

// Tables with the same bytes, which are not the same texts.
static void other_cities(void **state) {
  (void)state;
  static const char *const cities[][2] = {{"ab", "c"}, {"a", "bc"}, {"a", "bc"}};
  struct shop shop;
  open_shop(&shop, 4);
  for (size_t i = 0; i < 3; i++) {
    run_command(&shop, "rm -f today/*");
    write_cities(&shop, "today/customers.csv", cities[i][0], cities[i][1]);
    prepare(shop.folder, "today", true);
    shop.refreshed = 0;
    agree(&shop, cities[i][1]);
    assert_int_equal(shop.refreshed, i == 2);
  }
  close_shop(&shop);
}

// The whole customer table every night.
static void customers_again(void **state) {
  (void)state;
  struct shop shop;
  open_shop(&shop, 3);
  agree(&shop, "first");
  for (int day = 0; day < FEW_DAYS; day++) {
    bool is_other = day == FEW_DAYS / 2;
    run_command(&shop, "rm -f today/*; cp first/customers.csv today/customers.csv");
    if (is_other) {
      write_customers(&shop, "today/customers.csv");
      run_command(&shop, "cp today/customers.csv first/customers.csv");
    }
    write_events(&shop, "today", 20, shop.today, shop.today, 0, false);
    prepare(shop.folder, "today", true);
    shop.today++;
    shop.refreshed = 0;
    agree(&shop, is_other ? "another table" : "the same table");
    assert_int_equal(shop.refreshed, !is_other);
  }
  close_shop(&shop);
}

// Do something to every answer that is there.
static void change_answers(const struct shop *shop, void (*change)(const char *path)) {
  char folder[PATH], path[PATH + 300];
  snprintf(folder, sizeof folder, "%s/store/answers", shop->folder);
  DIR *list = opendir(folder);
  unsigned changed = 0;
  for (const struct dirent *entry = list == NULL ? NULL : readdir(list); entry != NULL;
       entry = readdir(list)) {
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    if (entry->d_name[0] == '.')
      continue;
    change(path);
    changed++;
  }
  if (list != NULL)
    closedir(list);
  assert_true(changed > 0);
}

static void change_first(const char *path) {
  change_byte(path, 0);
}
static void change_key(const char *path) {
  change_byte(path, 20);
}
static void change_day(const char *path) {
  change_byte(path, 40);
}
static void change_count(const char *path) {
  change_byte(path, 70);
}
static void change_last(const char *path) {
  change_byte(path, -1);
}
static void cut(const char *path) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs("segcount", file);
  assert_int_equal(fclose(file), 0);
}
static void let_others_write(const char *path) {
  assert_int_equal(chmod(path, 0666), 0);
}

static void answers_that_are_not_believed(void **state) {
  (void)state;
  static void (*const changes[])(const char *) = {
      change_first, change_key, change_day, change_count, change_last, cut, let_others_write};
  struct shop shop;
  open_shop(&shop, 1);
  agree(&shop, "first");
  assert_int_equal(shop.refreshed, 0);
  agree(&shop, "again");
  assert_int_equal(shop.refreshed, 1);
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    change_answers(&shop, changes[i]);
    shop.refreshed = 0;
    agree(&shop, "changed");
    assert_int_equal(shop.refreshed, 0);
    agree(&shop, "whole again");
    assert_int_equal(shop.refreshed, 1);
  }
  run_command(&shop, "chmod 0777 store/answers");
  agree(&shop, "a folder of everybody's");
  assert_int_equal(shop.refreshed, 1);
  run_command(&shop, "chmod 0700 store/answers");
  close_shop(&shop);
}

static void other_rules(void **state) {
  (void)state;
  struct shop shop;
  open_shop(&shop, 2);
  agree(&shop, "first");
  struct seg_random random = shop.random;
  write_rules(&shop, "");
  agree(&shop, "other rules");
  assert_int_equal(shop.refreshed, 0);
  shop.random = random;
  static const char *const refused[] = {
      "segment recent { when: days_since(last(buy) ever) >= 20 }\n",
      "segment best_of { when: top(10%, sum(buy.amount) ever) }\n",
      "segment drawn { when: score > 10  holdout: 20% }\n",
      "segment follows { when: count(visit then buy within 3d) within 30d >= 1 }\n",
  };
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    write_rules(&shop, refused[i]);
    agree(&shop, refused[i]);
    agree(&shop, refused[i]);
    assert_int_equal(shop.refreshed, 0);
  }
  close_shop(&shop);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(thirty_days),     cmocka_unit_test(many_customers),
      cmocka_unit_test(heavy_customers), cmocka_unit_test(customers_again),
      cmocka_unit_test(other_cities),    cmocka_unit_test(answers_that_are_not_believed),
      cmocka_unit_test(other_rules),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
