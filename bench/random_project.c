// See random_project.h.
#include "bench/random_project.h"

#include <string.h>

uint32_t seg_bench_pick(struct seg_bench_random *random, uint32_t limit) {
  // Marsaglia's xorshift with a multiplication behind it (Vigna 2016).
  uint64_t x = random->state;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  random->state = x;
  return (uint32_t)(((x * 2685821657736338717u) >> 32) % (limit > 0 ? limit : 1));
}

static const char declarations[] =
    "segc 1\n\ntimezone: \"Europe/Berlin\"\ncurrency: EUR\n\n"
    "customer from \"customers\" key customer_id {\n"
    "  plan:       one of (\"free\", \"basic\", \"pro\")\n"
    "  device:     one of (\"phone\", \"tablet\", \"desktop\", \"other\")\n"
    "  origin:     one of (\"search\", \"social\", \"mail\", \"friend\", \"shop\")\n"
    "  tier:       one of (\"bronze\", \"silver\", \"gold\")\n"
    "  language:   one of (\"de\", \"en\", \"fr\", \"it\", \"es\", \"nl\")\n"
    "  age:        int?\n"
    "  children:   int\n"
    "  points:     int\n"
    "  tickets:    int\n"
    "  score:      int\n"
    "  credit:     money\n"
    "  limit_left: money\n"
    "  income:     money?\n"
    "  country:    text\n"
    "  city:       text\n"
    "  opt_in:     bool\n"
    "  verified:   bool\n"
    "  joined:     date\n"
    "  born:       date?\n"
    "  affinity:   number\n"
    "}\n\n"
    "event purchase from \"purchases\" by customer_id at day {\n"
    "  amount:   money\n"
    "  channel:  one of (\"web\", \"store\", \"app\")\n"
    "  category: one of (\"food\", \"home\", \"garden\", \"books\", \"toys\", \"music\")\n"
    "}\n\n"
    "event visit from \"visits\" by customer_id at day {\n"
    "  pages:  int\n"
    "  device: one of (\"phone\", \"tablet\", \"desktop\", \"other\")\n"
    "}\n\n"
    "metric purchases       = count(purchase)\n"
    "metric revenue         = sum(purchase.amount)\n"
    "metric aov             = avg(purchase.amount)\n"
    "metric categories      = distinct(purchase.category)\n"
    "metric recency         = days_since(last(purchase))\n"
    "metric web_purchases   = count(purchase[channel = \"web\"])\n"
    "metric large_purchases = count(purchase[amount >= 100])\n"
    "metric food_revenue    = sum(purchase[category = \"food\"].amount)\n"
    "metric visits          = count(visit)\n"
    "metric phone_visits    = count(visit[device = \"phone\"])\n\n";

enum kind { CHOICE, NUMBER, MONEY, TEXT, TRUTH, AGE, FRACTION };

struct attribute {
  const char *name;
  enum kind kind;
  uint32_t low, high; // of the values that rules compare with
  const char *values[7];
};

static const struct attribute attributes[] = {
    {"plan", CHOICE, 0, 3, {"free", "basic", "pro"}},
    {"device", CHOICE, 0, 4, {"phone", "tablet", "desktop", "other"}},
    {"origin", CHOICE, 0, 5, {"search", "social", "mail", "friend", "shop"}},
    {"tier", CHOICE, 0, 3, {"bronze", "silver", "gold"}},
    {"language", CHOICE, 0, 6, {"de", "en", "fr", "it", "es", "nl"}},
    {"age", NUMBER, 18, 80, {NULL}},
    {"children", NUMBER, 0, 5, {NULL}},
    {"points", NUMBER, 0, 1000, {NULL}},
    {"tickets", NUMBER, 0, 20, {NULL}},
    {"score", NUMBER, 0, 100, {NULL}},
    {"credit", MONEY, 0, 500, {NULL}},
    {"limit_left", MONEY, 0, 5000, {NULL}},
    {"income", MONEY, 1000, 9000, {NULL}},
    {"country", TEXT, 0, 5, {"DE", "AT", "CH", "FR", "US"}},
    {"city", TEXT, 0, 5, {"Berlin", "Bern", "Bremen", "Paris", "Wien"}},
    {"opt_in", TRUTH, 0, 0, {NULL}},
    {"verified", TRUTH, 0, 0, {NULL}},
    {"joined", AGE, 0, 1500, {NULL}},
    {"born", AGE, 6500, 29000, {NULL}},
    {"affinity", FRACTION, 0, 99, {NULL}},
};

struct metric {
  const char *name;
  uint32_t high;
  bool windowed;
};

static const struct metric metrics[] = {
    {"purchases", 8, true},       {"revenue", 1000, true},     {"aov", 150, true},
    {"categories", 5, true},      {"recency", 365, false},     {"web_purchases", 4, true},
    {"large_purchases", 4, true}, {"food_revenue", 300, true}, {"visits", 30, true},
    {"phone_visits", 10, true},
};

static uint32_t between(struct seg_bench_random *random, uint32_t low, uint32_t high) {
  return low + seg_bench_pick(random, high - low + 1);
}

static const char *compared(struct seg_bench_random *random) {
  static const char *const signs[] = {">=", "<", ">", "<="};
  return signs[seg_bench_pick(random, 4)];
}

static void write_text_test(FILE *out, struct seg_bench_random *random,
                            const struct attribute *attribute) {
  const char *value = attribute->values[seg_bench_pick(random, attribute->high)];
  switch (seg_bench_pick(random, 4)) {
  case 0: fprintf(out, "starts_with(%s, \"%.1s\")", attribute->name, value); break;
  case 1: fprintf(out, "contains(%s, \"%s\")", attribute->name, value + strlen(value) - 1); break;
  default: fprintf(out, "%s = \"%s\"", attribute->name, value); break;
  }
}

static void write_attribute(FILE *out, struct seg_bench_random *random) {
  const struct attribute *attribute =
      &attributes[seg_bench_pick(random, sizeof attributes / sizeof *attributes)];
  const char *name = attribute->name;
  uint32_t value = between(random, attribute->low, attribute->high);
  uint32_t place = seg_bench_pick(random, attribute->high == 0 ? 1 : attribute->high);
  switch (attribute->kind) {
  case CHOICE:
    if (seg_bench_pick(random, 3) == 0)
      fprintf(out, "%s in (\"%s\", \"%s\")", name, attribute->values[place],
              attribute->values[(place + 1) % (attribute->high > 0 ? attribute->high : 1)]);
    else
      fprintf(out, "%s = \"%s\"", name, attribute->values[place]);
    break;
  case NUMBER:
    if (seg_bench_pick(random, 4) == 0)
      fprintf(out, "%s between %u and %u", name, value, value + 1 + value / 4);
    else
      fprintf(out, "%s %s %u", name, compared(random), value);
    break;
  case MONEY: fprintf(out, "%s %s %u", name, compared(random), value); break;
  case TEXT: write_text_test(out, random, attribute); break;
  case TRUTH: fprintf(out, seg_bench_pick(random, 2) ? "%s" : "(not %s)", name); break;
  case AGE: fprintf(out, "days_since(%s) %s %u", name, compared(random), value); break;
  case FRACTION: fprintf(out, "%s %s 0.%02u", name, compared(random), value); break;
  }
}

static void write_metric(FILE *out, struct seg_bench_random *random) {
  static const int days[] = {7, 30, 90, 365};
  const struct metric *metric = &metrics[seg_bench_pick(random, sizeof metrics / sizeof *metrics)];
  fprintf(out, "%s %s %u", metric->name, compared(random), between(random, 1, metric->high));
  if (metric->windowed)
    fprintf(out, " within %dd", days[seg_bench_pick(random, 4)]);
}

static void write_clause(FILE *out, struct seg_bench_random *random) {
  if (seg_bench_pick(random, 5) < 2)
    write_attribute(out, random);
  else
    write_metric(out, random);
}

void seg_bench_project(FILE *out, uint64_t seed, uint32_t segments) {
  struct seg_bench_random random = {seed * 2 + 0x9e3779b97f4a7c15u};
  fputs(declarations, out);
  for (uint32_t i = 1; i <= segments; i++) {
    uint32_t clauses = between(&random, 2, 5);
    fprintf(out, "segment s%05u {\n  when:     ", i);
    for (uint32_t c = 0; c < clauses; c++) {
      bool group = seg_bench_pick(&random, 7) == 0;
      fprintf(out, "%s%s", c == 0 ? "" : " and ", group ? "(" : "");
      write_clause(out, &random);
      if (group) {
        fputs(" or ", out);
        write_clause(out, &random);
        fputc(')', out);
      }
    }
    fprintf(out, "\n  decision: \"d%05u\"\n}\n\n", i);
  }
}

void seg_bench_chains(FILE *out, uint32_t segments, uint32_t length) {
  for (uint32_t first = 1; length > 1 && first + length - 1 <= segments; first += length) {
    fprintf(out, "priority p%05u: ", first);
    for (uint32_t i = 0; i < length; i++)
      fprintf(out, "%ss%05u", i == 0 ? "" : " > ", first + i);
    fputs("\n\n", out);
  }
}
