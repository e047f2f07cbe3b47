// compiler/verdicts about chains, against everybody there is: rules over three columns look at few
// values, so that a loop over all customers tells who is hidden, by whom, and who is the smallest
// that a chain leaves. Chains of every length, also with the limit of long ones forced down.
#include <unistd.h>

#include "tests/support/random.h"
#include "tests/unit/verdict_case.h"

enum { MEMBERS = 90, LEAST = -2, MOST = 6, ALL = (MOST - LEAST + 1) * (MOST - LEAST + 2) * 3 };

/** A customer: whole numbers `a` and `b`, where `b` may be missing, and one of three names. */
struct customer {
  int a, b, c;
  bool b_known;
};

struct comparison {
  char column, sign; // sign: < for below, > for at least, = for equal
  int with;
};

/** first and (second or third) */
struct rule {
  struct comparison parts[3];
};

struct chain {
  uint32_t count;
  struct rule rules[MEMBERS];
};

// --- everybody ---

/** The number-th customer, the smallest first. */
static struct customer customer_of(int number) {
  const int values = MOST - LEAST + 1;
  struct customer customer;
  int a = number / (3 * (values + 1)), b = number / 3 % (values + 1);
  customer.a = a <= MOST ? a : MOST - a; // 0, 1, ..., MOST, -1, ..., LEAST
  customer.b = b <= MOST ? b : MOST - b;
  customer.b_known = b < values; // a missing one comes last
  customer.c = number % 3;
  return customer;
}

static bool compare(const struct comparison *part, const struct customer *customer) {
  if (part->column == 'b' && !customer->b_known)
    return false;
  int value = part->column == 'a' ? customer->a : part->column == 'b' ? customer->b : customer->c;
  return part->sign == '<'   ? value < part->with
         : part->sign == '>' ? value >= part->with
                             : value == part->with;
}

static bool takes(const struct rule *rule, int number) {
  struct customer customer = customer_of(number);
  return compare(&rule->parts[0], &customer) &&
         (compare(&rule->parts[1], &customer) || compare(&rule->parts[2], &customer));
}

// --- rules ---

static struct comparison draw_comparison(struct seg_random *random) {
  struct comparison part = {(char)('a' + seg_random_below(random, 3)),
                            "<>>="[seg_random_below(random, 4)], (int)seg_random_below(random, 5)};
  if (part.column == 'c') {
    part.sign = '=';
    part.with %= 3;
  }
  return part;
}

static void write_comparison(const struct comparison *part, FILE *out) {
  if (part->column == 'c')
    fprintf(out, "c = \"n%d\"", part->with);
  else
    fprintf(out, "%c %s %d", part->column,
            part->sign == '>'   ? ">="
            : part->sign == '<' ? "<"
                                : "=",
            part->with);
}

static char *write_project(const struct chain *chain) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  fputs("segc 1\ntimezone: \"UTC\"\ncustomer from \"customers\" key id {\n"
        "  a: int\n  b: int?\n  c: one of (\"n0\", \"n1\", \"n2\")\n}\n",
        out);
  for (uint32_t r = 0; r < chain->count; r++) {
    fprintf(out, "segment s%u { when: ", r);
    for (int p = 0; p < 3; p++) {
      fputs(p == 1 ? " and (" : p == 2 ? " or " : "", out);
      write_comparison(&chain->rules[r].parts[p], out);
    }
    fputs(") }\n", out);
  }
  fputs("priority all: ", out);
  for (uint32_t r = 0; r < chain->count; r++)
    fprintf(out, "%ss%u", r == 0 ? "" : " > ", r);
  fputs("\n", out);
  fclose(out);
  return text;
}

// --- verdicts against everybody ---

/** Do these members take all whom the rule takes? */
static bool hide(const struct chain *chain, const uint32_t *others, uint32_t count, uint32_t except,
                 uint32_t segment) {
  for (int n = 0; n < ALL; n++) {
    bool taken = !takes(&chain->rules[segment], n);
    for (uint32_t i = 0; i < count && !taken; i++)
      taken = i != except && takes(&chain->rules[others[i]], n);
    if (!taken)
      return false;
  }
  return true;
}

static void check_hidden(const struct chain *chain, const struct seg_verdict *verdict) {
  assert_false(verdict->fewer);
  assert_true(hide(chain, verdict->others, verdict->other_count, SEG_ABSENT, verdict->segment));
  for (uint32_t i = 0; i < verdict->other_count; i++)
    assert_false(hide(chain, verdict->others, verdict->other_count, i, verdict->segment));
}

/** Does a rule that can match speak of `b`? */
static bool speaks_of_b(const struct chain *chain) {
  bool found = false;
  for (uint32_t r = 0; r < chain->count && !found; r++)
    for (int p = 0; p < 3 && !hide(chain, NULL, 0, SEG_ABSENT, r); p++)
      found = found || chain->rules[r].parts[p].column == 'b';
  return found;
}

/** Of a chain that is not asked about as a whole, somebody is shown who may not be the
 * plainest. */
static void check_gap(const struct chain *chain, const struct seg_verdict *verdict, bool whole) {
  const struct seg_value *values = verdict->witness->dataset.customers.rows.items[0].values;
  int smallest = 0;
  for (bool taken = true; taken && smallest < ALL; smallest += taken) {
    taken = false;
    for (uint32_t r = 0; r < chain->count && !taken; r++)
      taken = takes(&chain->rules[r], smallest);
  }
  assert_int_not_equal(smallest, ALL);
  struct customer customer = customer_of(smallest);
  assert_true(verdict->witness->smallest); // nobody here has an event
  if (!whole)
    return;
  assert_int_equal(values[0].integer, customer.a);
  if (speaks_of_b(chain))
    assert_int_equal(values[1].known, customer.b_known);
  if (values[1].known)
    assert_int_equal(values[1].integer, customer.b);
  assert_int_equal(values[2].integer, customer.c);
}

/** How many members have nobody left by those before them. */
static uint32_t count_hidden(const struct chain *chain) {
  uint32_t earlier[MEMBERS], hidden = 0;
  for (uint32_t r = 0; r < chain->count; r++) {
    hidden += hide(chain, earlier, r, SEG_ABSENT, r) && !hide(chain, NULL, 0, SEG_ABSENT, r);
    earlier[r] = r;
  }
  return hidden;
}

static char *check(const struct chain *chain, const char *text,
                   struct seg_verdict_options options) {
  struct verdict_case test;
  uint32_t hidden = 0;
  verdict_case_init_text(&test, text, options);
  for (size_t i = 0; i < test.verdicts.items.count; i++) {
    const struct seg_verdict *verdict = &test.verdicts.items.items[i];
    assert_int_not_equal(verdict->kind, SEG_VERDICT_UNPROVED);
    hidden += verdict->kind == SEG_VERDICT_HIDDEN;
    if (verdict->kind == SEG_VERDICT_HIDDEN)
      check_hidden(chain, verdict);
    if (verdict->kind == SEG_VERDICT_GAP)
      check_gap(chain, verdict, options.whole_chain == 0);
  }
  assert_int_equal(hidden, count_hidden(chain));
  char *lines = verdict_lines(&test);
  verdict_case_deinit(&test);
  return lines;
}

static void check_in_all_ways(uint32_t members, uint64_t seed) {
  struct seg_random random;
  struct chain chain = {.count = members};
  char *lines[4];
  seg_random_init(&random, seed);
  for (uint32_t r = 0; r < members; r++)
    for (int p = 0; p < 3; p++)
      chain.rules[r].parts[p] = draw_comparison(&random);
  char *text = write_project(&chain);
  for (int way = 0; way < 4; way++)
    lines[way] = check(&chain, text,
                       (struct seg_verdict_options){.unpruned = way % 2 != 0,
                                                    .whole_chain = way / 2 == 0 ? 0 : 1});
  for (int way = 0; way < 4; way++) {
    if (strcmp(lines[way & ~1], lines[way]) != 0)
      print_message("%s\n", text);
    assert_string_equal(lines[way & ~1], lines[way]);
  }
  for (int way = 0; way < 4; way++)
    free(lines[way]);
  free(text);
}

static void short_chains(void **state) {
  (void)state;
  uint64_t seed = seg_random_seed("SEGC_SEED", 1);
  print_message("seed %llu\n", (unsigned long long)seed);
  for (uint64_t i = 0; i < 20; i++)
    check_in_all_ways(4 + (uint32_t)(i % 5), seed + i);
}

static void long_chains(void **state) {
  (void)state;
  check_in_all_ways(MEMBERS, seg_random_seed("SEGC_SEED", 1));
}

/** Again and again with what was kept, while one rule after the other changes. */
static void remembered_chains(void **state) {
  (void)state;
  enum { CHANGES = 6, COUNT = 30 };
  char folder[] = "/tmp/segc-chains-XXXXXX", path[64];
  struct seg_random random;
  struct chain chain = {.count = COUNT};
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/proofs", folder);
  seg_random_init(&random, seg_random_seed("SEGC_SEED", 1));
  for (uint32_t r = 0; r < COUNT; r++)
    for (int p = 0; p < 3; p++)
      chain.rules[r].parts[p] = draw_comparison(&random);
  for (int change = 0; change < CHANGES; change++) {
    char *text = write_project(&chain),
         *fresh = check(&chain, text, (struct seg_verdict_options){0});
    for (int again = 0; again < 2; again++) {
      struct seg_proof_cache *cache = seg_proof_cache_open(folder, "test");
      assert_non_null(cache);
      char *lines = check(&chain, text, (struct seg_verdict_options){.cache = cache});
      seg_proof_cache_write(cache);
      seg_proof_cache_close(cache);
      assert_string_equal(lines, fresh);
      free(lines);
    }
    free(fresh);
    free(text);
    chain.rules[seg_random_below(&random, COUNT)].parts[0] = draw_comparison(&random);
  }
  assert_int_equal(unlink(path), 0);
  assert_int_equal(rmdir(folder), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(short_chains), cmocka_unit_test(long_chains),
                                     cmocka_unit_test(remembered_chains)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
