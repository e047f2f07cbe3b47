// Declarations that stand before an input; see declared.h. phrases.def uses their names.
#include "tests/fuzz/declared.h"

#include <ctype.h>
#include <string.h>

#include "runtime/base/hash.h"
#include "tests/fuzz/target.h"

// Of all inputs one in so many stands behind all declarations, the others behind those they name.
enum { ALL = 16 };

/** A part goes before the texts that hold its word. */
struct part {
  const char *word; // NULL: before all
  const char *text;
};

// What a part names stands before it.
static const struct part parts[] = {
    {NULL, "segc 1\n"
           "timezone: \"Europe/Berlin\"\n"
           "currency: EUR\n"
           "customer from \"customers\" key id {\n  visits: int\n"},
    {"plan", "  plan: one of (\"free\", \"basic\", \"pro\")?\n"},
    {"age", "  age: int?\n"},
    {"share", "  share: number?\n"},
    {"spent", "  spent: money(EUR)?\n"},
    {"city", "  city: text?\n"},
    {"home", "  home: text\n"},
    {"born", "  born: date?\n"},
    {"joined", "  joined: date\n"},
    {"seen", "  seen: timestamp?\n"},
    {"vip", "  vip: bool?\n"},
    {"opt_in", "  opt_in: bool\n"},
    {"years", "  years = age / 2\n"},
    {NULL, "}\n"},
    {"purchase",
     "event purchase from \"purchases\" by customer at when zone \"UTC\" {\n"
     "  amount: money(EUR)\n  items: int\n  shop: text?\n  way: one of (\"web\", \"store\")\n"
     "  rate: number?\n  each = amount / items\n}\n"},
    {"visit", "event visit from \"visits\" by customer at when zone \"UTC\" {\n"
              "  pages: int\n  page: text?\n  where pages < 1000\n  unique by pages, page\n}\n"},
    {"muted", "list muted from \"muted\" key id\n"},
    {"orders", "metric orders = count(purchase)\n"},
    {"revenue", "metric revenue = sum(purchase.amount)\n"},
    {"basket", "metric basket = avg(purchase.amount) ever\n"},
    {"recency", "metric recency = days_since(last(purchase)) ever\n"},
};
enum { PART_COUNT = sizeof parts / sizeof *parts };

bool declared_is_whole(const uint8_t *data, size_t size) {
  static const char begin[] = "segc";
  return size >= sizeof begin - 1 && memcmp(data, begin, sizeof begin - 1) == 0;
}

static bool in_word(int byte) {
  return isalnum(byte) || byte == '_';
}

static bool holds(const void *text, size_t size, const char *word) {
  const uint8_t *begin = text, *end = begin + size, *at = begin;
  size_t length = strlen(word);
  while (size > 0 && (at = memmem(at, (size_t)(end - at), word, length)) != NULL) {
    if ((at == begin || !in_word(at[-1])) && (at + length == end || !in_word(at[length])))
      return true;
    at++;
  }
  return false;
}

/** The parts that a text, or a part behind them, names. Returns how long they are. */
static size_t choose(const uint8_t *data, size_t size, bool chosen[PART_COUNT]) {
  bool all = seg_hash_bytes(data, size) % ALL == 0;
  size_t length = 0;
  for (size_t i = PART_COUNT; i-- > 0;) {
    const char *word = parts[i].word;
    chosen[i] = all || word == NULL || holds(data, size, word);
    for (size_t j = i + 1; j < PART_COUNT && !chosen[i]; j++)
      chosen[i] = chosen[j] && holds(parts[j].text, strlen(parts[j].text), word);
    length += chosen[i] ? strlen(parts[i].text) : 0;
  }
  return length;
}

struct seg_str declared_text(struct seg_arena *arena, const uint8_t *data, size_t size) {
  bool chosen[PART_COUNT] = {false};
  size_t before = declared_is_whole(data, size) ? 0 : choose(data, size, chosen);
  char *text = seg_arena_alloc(arena, before + size + 1);
  if (text == NULL)
    fuzz_stop("out of memory");
  size_t at = 0;
  for (size_t i = 0; i < PART_COUNT; i++)
    if (chosen[i]) {
      memcpy(text + at, parts[i].text, strlen(parts[i].text));
      at += strlen(parts[i].text);
    }
  if (size > 0)
    memcpy(text + before, data, size);
  text[before + size] = '\0';
  return (struct seg_str){text, before + size};
}
