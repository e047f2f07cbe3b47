// Names: what their parts say, and how they are written in rules.
#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "compiler/starter/starter_parts.h"

const char seg_starter_customer_words[] =
    " customer customers cust client clients user users member members account accounts contact "
    "contacts household households person persons people subscriber subscribers buyer buyers "
    "shopper shoppers visitor visitors kunde kunden ";
const char seg_starter_personal_words[] =
    " email emails mail phone mobile tel telephone telefon fax name names firstname lastname "
    "surname "
    "fullname forename nickname username vorname nachname address addresses adresse street strasse "
    "iban bic ssn passport birth birthday birthdate dob geburtsdatum straße ip ";
// What has a name without being a person.
const char seg_starter_public_words[] =
    " product item sku article store shop brand category department campaign channel event page "
    "segment plan city country region company file coupon course feature team ";
const char seg_starter_money_words[] =
    " amount amounts price prices revenue cost costs total sales spend spent spending value "
    "payment "
    "paid fee fees discount disc credit debt balance refund turnover gmv mrr arr ltv tax preis "
    "betrag umsatz ";
const char seg_starter_measure_words[] =
    " weight height width length depth size rate ratio score rating share percent pct km kg cm mm "
    "lat latitude lon lng longitude temperature age hours minutes seconds duration quantity qty "
    "probability index größe groesse gewicht menge ";
const char seg_starter_code_words[] =
    " id ids key code codes no nr number zip zipcode postcode plz "
    "upc ean isbn sku ref uuid guid invoice basket ";

static bool is_listed(const char *part, size_t size, const char *words) {
  char padded[64];
  if (size == 0 || size + 3 > sizeof padded)
    return false;
  padded[0] = ' ';
  for (size_t i = 0; i < size; i++)
    padded[i + 1] = (char)tolower((unsigned char)part[i]);
  padded[size + 1] = ' ';
  padded[size + 2] = '\0';
  return strstr(words, padded) != NULL;
}

bool seg_starter_has_word(struct seg_str name, const char *words) {
  size_t begin = 0;
  for (size_t i = 0; i <= name.size; i++) {
    bool ends = i == name.size ||
                (!isalpha((unsigned char)name.data[i]) && (unsigned char)name.data[i] < 0x80);
    bool hump = i > begin && i < name.size && isupper((unsigned char)name.data[i]) &&
                islower((unsigned char)name.data[i - 1]);
    if (!ends && !hump)
      continue;
    if (is_listed(name.data + begin, i - begin, words))
      return true;
    begin = ends ? i + 1 : i;
  }
  return is_listed(name.data, name.size, words);
}

static bool ends_with(const char *text, size_t size, const char *end) {
  size_t length = strlen(end);
  return size > length && strncasecmp(text + size - length, end, length) == 0;
}

struct seg_str seg_starter_singular(struct seg_arena *arena, struct seg_str name) {
  struct seg_str copy = seg_arena_str(arena, name);
  if (copy.data == NULL)
    return copy;
  char *text = (char *)copy.data;
  for (size_t i = 0; i < copy.size; i++)
    if (!isalnum((unsigned char)text[i]) && (unsigned char)text[i] < 0x80)
      text[i] = '_';
  if (copy.size > 0 && isdigit((unsigned char)text[0]))
    text[0] = '_';
  static const char *const kept[] = {"ss", "us", "is", "news", "series"};
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
    if (ends_with(text, copy.size, kept[i]))
      return copy;
  static const char *const hissing[] = {"ches", "shes", "xes", "sses"};
  size_t cut = ends_with(text, copy.size, "s") ? 1 : 0;
  for (size_t i = 0; i < sizeof hissing / sizeof *hissing; i++)
    if (ends_with(text, copy.size, hissing[i]))
      cut = 2;
  if (ends_with(text, copy.size, "ies") && copy.size > 4) {
    text[copy.size - 3] = 'y';
    cut = 2;
  }
  copy.size -= cut;
  text[copy.size] = '\0';
  return copy;
}

bool seg_starter_can_write(struct seg_str name) {
  for (size_t i = 0; i < name.size; i++) {
    unsigned char c = (unsigned char)name.data[i];
    if (c < 0x20 || c == 0x7f || c == '`')
      return false;
  }
  return name.size > 0;
}

bool seg_starter_is_plain(struct seg_str name) {
  // Words that have a meaning inside of an expression.
  static const char reserved[] =
      " and or not in is between within ever from else true false ago through then without ";
  bool plain = !isdigit((unsigned char)name.data[0]) && !is_listed(name.data, name.size, reserved);
  for (size_t i = 0; i < name.size; i++) {
    unsigned char c = (unsigned char)name.data[i];
    plain = plain && (isalnum(c) || c == '_') && c < 0x80;
  }
  return plain;
}

struct seg_str seg_starter_quoted(struct seg_arena *arena, struct seg_str name) {
  assert(seg_starter_can_write(name));
  return seg_arena_format(arena, seg_starter_is_plain(name) ? "%.*s" : "`%.*s`", SEG_STR(name));
}

bool seg_starter_same_name(struct seg_str a, struct seg_str b) {
  return a.size == b.size && strncasecmp(a.data, b.data, a.size) == 0;
}
