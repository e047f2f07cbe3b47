/**
 * Types of columns. `ratio` and `percent` are other words for number: 5% is 0.05. `money` alone is
 * money in the project's currency; its decimals are those of ISO 4217 unless written.
 */
#include "compiler/sema/types.h"

#include <stdio.h>
#include <string.h>

#include "runtime/base/currency.h"

static const char *const type_words[SEG_TYPE_KIND_COUNT] = {
#define SEG_TYPE(name, printed) printed,
#include "compiler/sema/types.def"
#undef SEG_TYPE
};

struct type_word {
  const char *word;
  enum seg_type_kind kind;
};

static const struct type_word plain_words[] = {
    {"bool", SEG_TYPE_BOOL},      {"int", SEG_TYPE_INT},
    {"number", SEG_TYPE_NUMBER},  {"ratio", SEG_TYPE_NUMBER},
    {"percent", SEG_TYPE_NUMBER}, {"text", SEG_TYPE_TEXT},
    {"date", SEG_TYPE_DATE},      {"timestamp", SEG_TYPE_TIMESTAMP},
    {"money", SEG_TYPE_MONEY},    {"one of", SEG_TYPE_ENUM},
};
enum { PLAIN_WORDS = sizeof plain_words / sizeof *plain_words };

bool seg_type_word(struct seg_str word, enum seg_type_kind *kind) {
  for (size_t i = 0; i < PLAIN_WORDS; i++)
    if (seg_str_is(word, plain_words[i].word)) {
      *kind = plain_words[i].kind;
      return true;
    }
  return false;
}

bool seg_enumeration_same(const struct seg_enumeration *a, const struct seg_enumeration *b) {
  if (a == b)
    return true;
  if (!a || !b || a->count != b->count)
    return false;
  for (uint32_t i = 0; i < a->count; i++)
    if (!seg_str_equal(a->values[i], b->values[i]))
      return false;
  return true;
}

bool seg_type_same(const struct seg_type *a, const struct seg_type *b) {
  if (a->kind != b->kind)
    return false;
  if (a->kind == SEG_TYPE_MONEY)
    return a->scale == b->scale && seg_str_equal(a->currency, b->currency);
  if (a->kind == SEG_TYPE_AMOUNT)
    return seg_str_equal(a->currency, b->currency);
  return a->kind != SEG_TYPE_ENUM || seg_enumeration_same(a->enumeration, b->enumeration);
}

bool seg_check_currency(struct seg_check *check, struct seg_name name) {
  if (seg_currency_scale(name.text) >= 0)
    return true;
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_UNKNOWN_TYPE, name.span,
                 "`%.*s` is not a currency with minor units", SEG_STR(name.text));
  seg_note(check->sink, d, "currencies are the three-letter codes of ISO 4217, in capitals");
  struct seg_str nearest = seg_currency_nearest(name.text);
  if (nearest.size > 0)
    seg_help(check->sink, d, "`%.*s` is spelt like it", SEG_STR(nearest));
  return false;
}

static bool resolve_money(struct seg_check *check, const struct seg_type_syntax *syntax,
                          struct seg_type *type) {
  struct seg_name currency = syntax->currency;
  if (currency.text.size == 0) {
    currency.text = check->program->currency;
    if (currency.text.size == 0) {
      struct seg_diagnostic *d =
          seg_report(check->sink, SEG_DIAG_UNKNOWN_TYPE, syntax->span, "`money` needs a currency");
      seg_note(check->sink, d, "the project sets no `currency:` that could be meant");
      seg_help(check->sink, d, "write `money(EUR)`, or set `currency: EUR` for the project");
      return false;
    }
  } else if (!seg_check_currency(check, currency)) {
    return false;
  }
  if (syntax->scale > 9) {
    seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, syntax->span,
               "money has 0 to 9 decimals, not %d", (int)syntax->scale);
    return false;
  }
  int scale = syntax->scale >= 0 ? (int)syntax->scale : seg_currency_scale(currency.text);
  type->currency = currency.text;
  type->scale = (uint8_t)(scale < 0 ? 0 : scale);
  return true;
}

static bool resolve_enumeration(struct seg_check *check, const struct seg_type_syntax *syntax,
                                struct seg_type *type) {
  struct seg_enumeration *list = SEG_NEW(&check->program->arena, struct seg_enumeration);
  struct seg_str *values =
      SEG_NEW_ARRAY(&check->program->arena, struct seg_str, syntax->value_count + 1u);
  struct seg_names seen;
  if (!list || !values || !seg_names_init(&seen, &check->scratch, syntax->value_count)) {
    check->out_of_memory = true;
    return false;
  }
  bool right = true;
  for (uint32_t i = 0; i < syntax->value_count; i++) {
    uint32_t other = 0;
    values[i] = syntax->values[i].text;
    // Case matters in data ("A" and "a" may be two codes), so values that look alike are fine.
    if (seg_names_add(&seen, values[i], i, &other) == SEG_NAME_SAME) {
      seg_report(check->sink, SEG_DIAG_DUPLICATE_NAME, syntax->values[i].span,
                 "\"%.*s\" stands twice in the list", SEG_STR(values[i]));
      right = false;
    }
  }
  *list = (struct seg_enumeration){syntax->value_count, values};
  type->enumeration = list;
  return right;
}

static void report_unknown_type(struct seg_check *check, struct seg_name name) {
  struct seg_str words[PLAIN_WORDS];
  for (size_t i = 0; i < PLAIN_WORDS; i++)
    words[i] = seg_str_view(plain_words[i].word);
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_UNKNOWN_TYPE, name.span,
                                        "there is no type `%.*s`", SEG_STR(name.text));
  struct seg_str nearest = seg_suggest(name.text, words, PLAIN_WORDS);
  if (nearest.data)
    seg_help(check->sink, d, "`%.*s` is spelt like it", SEG_STR(nearest));
  else
    seg_help(check->sink, d,
             "types are bool, int, number, ratio, percent, money(EUR), text, date, timestamp and "
             "one of (\"a\", \"b\")");
}

/** Lengths of time are no values: one in hours and one in days could not be compared. */
static bool report_duration(struct seg_check *check, const struct seg_type_syntax *syntax) {
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_UNKNOWN_TYPE, syntax->span,
                                        "`duration` is no type of a column");
  seg_note(check->sink, d,
           "data holds a length of time as a number whose unit only its owner knows, and a day is "
           "not 24 hours");
  seg_help(check->sink, d, "declare it `int` and name the unit: `minutes: int`");
  return false;
}

bool seg_type_resolve(struct seg_check *check, const struct seg_type_syntax *syntax,
                      struct seg_type *type) {
  *type = (struct seg_type){0};
  if (syntax->name.text.size == 0)
    return false; // the parser has reported it
  if (seg_str_is(syntax->name.text, "duration")) {
    return report_duration(check, syntax);
  }
  for (size_t i = 0; i < PLAIN_WORDS; i++) {
    if (!seg_str_is(syntax->name.text, plain_words[i].word))
      continue;
    type->kind = plain_words[i].kind;
    if (type->kind == SEG_TYPE_MONEY)
      return resolve_money(check, syntax, type);
    if (type->kind == SEG_TYPE_ENUM)
      return resolve_enumeration(check, syntax, type);
    if (syntax->currency.text.size > 0 || syntax->scale >= 0) {
      seg_report(check->sink, SEG_DIAG_UNKNOWN_TYPE, syntax->span,
                 "`%s` takes nothing in parentheses", plain_words[i].word);
      return false;
    }
    return true;
  }
  report_unknown_type(check, syntax->name);
  return false;
}

const char *seg_type_describe(const struct seg_type *type, char *text, size_t size) {
  if (size == 0)
    return text;
  const char *word = type_words[type->kind];
  if (type->kind == SEG_TYPE_AMOUNT) {
    snprintf(text, size, "%s(%.*s)", word, SEG_STR(type->currency));
  } else if (type->kind == SEG_TYPE_MONEY) {
    if (seg_currency_scale(type->currency) == type->scale)
      snprintf(text, size, "%s(%.*s)", word, SEG_STR(type->currency));
    else
      snprintf(text, size, "%s(%.*s, %u)", word, SEG_STR(type->currency), (unsigned)type->scale);
  } else if (type->kind == SEG_TYPE_ENUM && type->enumeration) {
    size_t used = (size_t)snprintf(text, size, "%s (", word);
    for (uint32_t i = 0; i < type->enumeration->count && used < size; i++)
      used += (size_t)snprintf(text + used, size - used, "%s\"%.*s\"", i ? ", " : "",
                               SEG_STR(type->enumeration->values[i]));
    if (used < size)
      used += (size_t)snprintf(text + used, size - used, ")");
    if (used >= size && size > 4) {
      size_t end = size - 4;
      while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--; // never cut a character in two
      memcpy(text + end, "...", 4);
    }
  } else {
    snprintf(text, size, "%s", word);
  }
  return text;
}

const char *seg_type_phrase(const struct seg_node *node, char *text, size_t size) {
  char type[SEG_TYPE_TEXT_SIZE];
  if (seg_is_bare_decimal(node))
    snprintf(text, size, "a number");
  else if (seg_is_condition(node))
    snprintf(text, size, "a condition");
  else if (node->type.kind == SEG_TYPE_ENUM)
    snprintf(text, size, "a value of a list");
  else
    snprintf(text, size, "%s %s",
             node->type.kind == SEG_TYPE_INT || node->type.kind == SEG_TYPE_AMOUNT ? "an" : "a",
             seg_type_describe(&node->type, type, sizeof type));
  return text;
}
