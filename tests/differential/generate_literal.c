// Constants and windows, drawn from the same small ranges as the data, so that comparisons come out
// both ways and equal values are met.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "runtime/base/currency.h"
#include "runtime/time/civil.h"
#include "tests/differential/generate.h"

// Shared beginnings, shared ends, one inside the other, letters of two to four bytes, the empty
// text, capitals, blanks at the ends, a letter that grows with its case, marks that join.
static const char *const words[] = {
    "",
    "a",
    "ab",
    "abc",
    "abcd",
    "b",
    "bc",
    "B",
    "é",
    "éa",
    "aé",
    "日本",
    "日本語",
    "😀",
    "a b",
    "C-17",
    "C-18",
    "C",
    "17",
    "7",
    "longer than a register, abc",
    "longer than a register, abd",
    "%",
    "'quoted'",
    "Ab",
    "É",
    " a",
    "AB\u00a0",
    "Longer Than A Register, Abc",
    "\u0250b",
    "\u0130\u0300",
    "ΟΔΟΣ",
};

const char *generate_word(struct seg_random *random) {
  return words[seg_random_below(random, sizeof words / sizeof *words)];
}

const char *generate_quoted(struct generator *generator, const char *word) {
  return model_text(generator->model, "\"%s\"", word);
}

static struct term *literal(struct generator *generator, struct model_type type, const char *text) {
  struct term *term = model_term(generator->model, TERM_LITERAL, type);
  term->text = text;
  return term;
}

// `minor` units of 10^-scale, written with all decimals, or with none that are zero.
static const char *decimal_text(struct generator *generator, int64_t minor, unsigned scale) {
  int64_t power = 1;
  for (unsigned i = 0; i < scale; i++)
    power *= 10;
  int64_t size = minor < 0 ? -minor : minor;
  const char *sign = minor < 0 ? "-" : "";
  if (scale == 0 || (size % power == 0 && chance(generator, 50)))
    return model_text(generator->model, "%s%" PRId64, sign, size / power);
  return model_text(generator->model, "%s%" PRId64 ".%0*" PRId64, sign, size / power, (int)scale,
                    size % power);
}

static const char *money_text(struct generator *generator, struct model_type type, int64_t minor,
                              unsigned scale) {
  const char *text = decimal_text(generator, minor, scale);
  if (chance(generator, 50))
    return text;
  return model_text(generator->model, "%s %s", text, type.currency);
}

static int32_t some_day(struct generator *generator) {
  struct model *model = generator->model;
  int32_t day = model->as_of - (int32_t)pick(generator, 120);
  if (model->day_count > 0 && chance(generator, 50))
    day = model->days[pick(generator, model->day_count)];
  return day;
}

static void remember_day(struct model *model, int32_t day) {
  if (model->day_count < MODEL_MAX_DAYS)
    model->days[model->day_count++] = day;
}

static const char *day_text(struct generator *generator, int32_t day) {
  char text[SEG_CIVIL_TEXT];
  seg_civil_format(day, text);
  remember_day(generator->model, day);
  return model_text(generator->model, "%s", text);
}

struct term *generate_date(struct generator *generator) {
  return generate_literal(generator, (struct model_type){.kind = SEG_TYPE_DATE});
}

static const char *number_text(struct generator *generator) {
  if (chance(generator, 10))
    return model_text(generator->model, "%u%%", pick(generator, 300));
  unsigned scale = pick(generator, 4);
  return decimal_text(generator, seg_random_between(&generator->random, -2000, 12000), scale);
}

static const char *literal_text(struct generator *generator, struct model_type type) {
  struct seg_random *random = &generator->random;
  bool large = chance(generator, 2);
  int64_t huge = INT64_C(999999999999999999);
  switch (type.kind) {
  case SEG_TYPE_BOOL: return chance(generator, 50) ? "true" : "false";
  case SEG_TYPE_INT:
    return decimal_text(generator, large ? huge : seg_random_between(random, -3, 12), 0);
  case SEG_TYPE_NUMBER: return number_text(generator);
  case SEG_TYPE_MONEY:
    return money_text(generator, type, large ? huge : seg_random_between(random, -300, 3000),
                      type.scale);
  case SEG_TYPE_AMOUNT: // an average has the decimals of its money, and so has what it is compared
                        // with
    return money_text(
        generator, type, seg_random_between(random, -300, 3000),
        pick(generator, 1u + (unsigned)seg_currency_scale(seg_str_view(type.currency))));
  case SEG_TYPE_TEXT: return generate_quoted(generator, generate_word(random));
  case SEG_TYPE_DATE: return day_text(generator, some_day(generator));
  case SEG_TYPE_ENUM:
    return generate_quoted(generator, type.list->values[pick(generator, type.list->count)]);
  case SEG_TYPE_TIMESTAMP:
  case SEG_TYPE_KIND_COUNT: break;
  }
  return NULL;
}

struct term *generate_literal(struct generator *generator, struct model_type type) {
  const char *text = literal_text(generator, type);
  return text == NULL ? NULL : literal(generator, type, text);
}

struct term *generate_step(struct generator *generator, struct model_type type, uint32_t step) {
  struct seg_random *random = &generator->random;
  // The range is cut into as many pieces as there are steps: a draw from each rises strictly.
  int64_t least = type.kind == SEG_TYPE_INT ? -5 : -500,
          width = type.kind == SEG_TYPE_INT ? 5 : 800;
  int64_t value = least + step * width + seg_random_between(random, 0, width - 1);
  if (type.kind == SEG_TYPE_INT)
    return literal(generator, type, decimal_text(generator, value, 0));
  if (type.kind == SEG_TYPE_DATE)
    return literal(generator, type,
                   day_text(generator, generator->model->as_of - 120 + (int32_t)step * 40 +
                                           (int32_t)pick(generator, 39)));
  unsigned scale = type.kind == SEG_TYPE_MONEY ? type.scale : 2;
  if (type.kind == SEG_TYPE_AMOUNT)
    scale = (unsigned)seg_currency_scale(seg_str_view(type.currency));
  return literal(generator, type, decimal_text(generator, value, scale));
}

// The edges here are only days worth having data on.
static struct model_window calendar_window(struct generator *generator) {
  static const enum seg_window_kind kinds[] = {SEG_WINDOW_IN, SEG_WINDOW_THIS, SEG_WINDOW_LAST};
  static const int parts[] = {52, 12, 4, 0};
  struct model *model = generator->model;
  struct model_window window = {.kind = kinds[pick(generator, 3)],
                                .unit = (enum seg_period_unit)pick(generator, 4)};
  int32_t first = seg_period_first_day(window.unit, model->as_of, 0), end = first;
  if (window.kind == SEG_WINDOW_LAST) {
    window.first = (int32_t)pick(generator, 5);
    first = seg_period_first_day(window.unit, model->as_of, window.first == 0 ? -1 : -window.first);
  } else if (window.kind == SEG_WINDOW_IN) {
    int year;
    seg_civil_from_day(model->as_of - (int32_t)pick(generator, 300), &year, NULL, NULL);
    window.first = year;
    window.second =
        parts[window.unit] > 0 ? 1 + (int)pick(generator, (uint32_t)parts[window.unit]) : 0;
    seg_period_days(window.unit, window.first, window.second, &first, &end);
  }
  remember_day(model, first);
  remember_day(model, first - 1);
  remember_day(model, end);
  return window;
}

static int32_t some_hours(struct generator *generator) {
  static const int32_t hours[] = {1, 2, 12, 23, 24, 25, 48, 100, 720};
  struct model *model = generator->model;
  int32_t some = hours[pick(generator, sizeof hours / sizeof *hours)];
  if (model->hour_count < MODEL_MAX_HOURS)
    model->hours[model->hour_count++] = some;
  return some;
}

static struct model_window hours_window(struct generator *generator) {
  int32_t a = some_hours(generator), b = chance(generator, 20) ? 0 : some_hours(generator);
  if (a == b || chance(generator, 50))
    return (struct model_window){.kind = SEG_WINDOW_WITHIN, .first = a, .hours = true};
  return (struct model_window){
      .kind = SEG_WINDOW_BETWEEN, .first = a < b ? a : b, .second = a < b ? b : a, .hours = true};
}

struct model_window generate_window(struct generator *generator) {
  struct model *model = generator->model;
  static const int32_t ages[] = {1, 2, 3, 7, 14, 30, 31, 60, 90, 365};
  int32_t age = ages[pick(generator, sizeof ages / sizeof *ages)];
  int32_t more = age + (int32_t)pick(generator, 40);
  struct model_window window = {.kind = SEG_WINDOW_EVER};
  switch (pick(generator, 6)) {
  case 0: break;
  case 4: return calendar_window(generator);
  case 5: return hours_window(generator);
  case 1:
    window.kind = SEG_WINDOW_WITHIN;
    window.weeks = chance(generator, 30);
    window.first = window.weeks ? 1 + (int32_t)pick(generator, 8) : age;
    remember_day(model, model->as_of - (window.weeks ? 7 * window.first : age));
    break;
  case 2:
    window = (struct model_window){.kind = SEG_WINDOW_BETWEEN, .first = age, .second = more};
    remember_day(model, model->as_of - age);
    remember_day(model, model->as_of - more);
    break;
  default:
    window = (struct model_window){.kind = SEG_WINDOW_FROM,
                                   .first = model->as_of - more,
                                   .second = model->as_of - more + (int32_t)pick(generator, 60)};
    remember_day(model, window.first);
    remember_day(model, window.second);
    break;
  }
  return window;
}

// Short and long against the gaps in the data. The day from which the time is just over is worth
// events: whole days in hours end at the first moment of the as-of day.
void generate_limit(struct generator *generator, struct model_sequence *sequence) {
  static const int32_t hours[] = {1, 2, 12, 23, 24, 25, 48, 168, 720};
  static const int32_t days[] = {1, 2, 7, 14, 30, 60};
  int32_t reach = 0;
  switch (pick(generator, 5)) {
  case 0:
  case 1:
    sequence->unit = 'h';
    sequence->limit = hours[pick(generator, sizeof hours / sizeof *hours)];
    reach = sequence->limit / 24;
    if (generator->model->hour_count < MODEL_MAX_HOURS)
      generator->model->hours[generator->model->hour_count++] = sequence->limit;
    break;
  case 2:
    sequence->unit = 'w';
    sequence->limit = 1 + (int32_t)pick(generator, 6);
    reach = sequence->limit * 7;
    break;
  default:
    sequence->unit = 'd';
    sequence->limit = days[pick(generator, sizeof days / sizeof *days)];
    reach = sequence->limit;
    break;
  }
  remember_day(generator->model, generator->model->as_of - reach);
}
