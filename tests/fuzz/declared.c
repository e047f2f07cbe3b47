// Declarations that stand before an input; see declared.h. phrases.def uses their names.
#include "tests/fuzz/declared.h"

#include <string.h>

#include "tests/fuzz/target.h"

static const char declarations[] =
    "segc 1\n"
    "timezone: \"Europe/Berlin\"\n"
    "currency: EUR\n"
    "customer from \"customers\" key id {\n"
    "  plan: one of (\"free\", \"basic\", \"pro\")?\n  age: int?\n  visits: int\n"
    "  share: number?\n  spent: money(EUR)?\n  city: text?\n  home: text\n  born: date?\n"
    "  joined: date\n  seen: timestamp?\n  vip: bool?\n  opt_in: bool\n  years = age / 2\n}\n"
    "event purchase from \"purchases\" by customer at when zone \"UTC\" {\n"
    "  amount: money(EUR)\n  items: int\n  shop: text?\n  way: one of (\"web\", \"store\")\n"
    "  rate: number?\n  each = amount / items\n}\n"
    "event visit from \"visits\" by customer at when zone \"UTC\" {\n"
    "  pages: int\n  page: text?\n  where pages < 1000\n  unique by pages, page\n}\n"
    "list muted from \"muted\" key id\n"
    "metric orders = count(purchase)\n"
    "metric revenue = sum(purchase.amount)\n"
    "metric basket = avg(purchase.amount) ever\n"
    "metric recency = days_since(last(purchase)) ever\n";

bool declared_is_whole(const uint8_t *data, size_t size) {
  static const char begin[] = "segc";
  return size >= sizeof begin - 1 && memcmp(data, begin, sizeof begin - 1) == 0;
}

struct seg_str declared_text(struct seg_arena *arena, const uint8_t *data, size_t size) {
  size_t before = declared_is_whole(data, size) ? 0 : sizeof declarations - 1;
  char *text = seg_arena_alloc(arena, before + size + 1);
  if (text == NULL)
    fuzz_stop("out of memory");
  memcpy(text, declarations, before);
  if (size > 0)
    memcpy(text + before, data, size);
  text[before + size] = '\0';
  return (struct seg_str){text, before + size};
}
