// Literals that begin with a digit: numbers, percentages, durations, dates and calendar periods.
// A literal with a mistake in it is reported and still gives a token of its kind.
#include <string.h>

#include "grammar/parser.h"
#include "grammar/seg_parser.h"

enum { MAX_DIGITS = 18 }; // any 18 digits fit into 63 bits

static size_t add(struct seg_parser *parser, size_t size, struct seg_token token) {
  token.span = seg_parser_span(parser, parser->offset, parser->offset + (uint32_t)size);
  token.first_in_line = parser->line_start;
  parser->line_start = false;
  parser->offset += (uint32_t)size;
  seg_parser_push(parser, &parser->raw, token);
  return size;
}

static struct seg_diagnostic *report(struct seg_parser *parser, struct seg_str text,
                                     const char *what) {
  struct seg_span span =
      seg_parser_span(parser, parser->offset, parser->offset + (uint32_t)text.size);
  struct seg_str shown = text.size <= 60 ? text : (struct seg_str){text.data, 60};
  return seg_parser_report(parser, SEG_DIAG_BAD_TOKEN, span, "`%.*s%s` %s", SEG_STR(shown),
                           text.size > 60 ? "..." : "", what);
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/** `_` only between digits. */
static bool underscores_fit(struct seg_str text) {
  for (size_t i = 0; i < text.size; i++)
    if (text.data[i] == '_' && (i == 0 || !is_digit(text.data[i - 1]) || i + 1 >= text.size ||
                                !is_digit(text.data[i + 1])))
      return false;
  return true;
}

/** Digits, `_` and at most one dot. False when there are too many digits. */
static bool read_decimal(struct seg_str text, struct seg_decimal *result) {
  int digits = 0, scale = 0;
  bool behind_dot = false;
  *result = (struct seg_decimal){0};
  for (size_t i = 0; i < text.size; i++) {
    char c = text.data[i];
    if (c == '.')
      behind_dot = true;
    if (!is_digit(c))
      continue;
    if (result->digits > 0 || c != '0')
      digits++;
    scale += behind_dot;
    if (digits > MAX_DIGITS || scale > MAX_DIGITS)
      return false;
    result->digits = result->digits * 10 + (c - '0');
  }
  result->scale = (uint8_t)scale;
  return true;
}

/** What stands directly behind the digits: nothing, `%`, a unit, or a mistake. */
static void read_suffix(struct seg_parser *parser, struct seg_str whole, struct seg_str digits,
                        struct seg_str suffix, struct seg_token *token) {
  enum seg_unit unit;
  struct seg_diagnostic *d;
  if (seg_unit_find(suffix, &unit)) {
    struct seg_decimal number = token->decimal;
    if (number.scale > 0) {
      d = report(parser, whole, "is no whole number of a unit");
      seg_help(parser->sink, d, "use a smaller unit, such as `36h` for one and a half days");
    }
    token->kind = TOK_DURATION;
    token->duration = (struct seg_duration){number.digits, unit};
    return;
  }
  d = report(parser, whole, "is no number and no name");
  bool currency = suffix.size == 3;
  for (size_t i = 0; i < suffix.size; i++)
    currency = currency && suffix.data[i] >= 'A' && suffix.data[i] <= 'Z';
  if (currency) {
    seg_help(parser->sink, d, "write a blank between amount and currency: `%.*s %.*s`",
             SEG_STR(digits), SEG_STR(suffix));
  } else {
    seg_note(parser->sink, d,
             "a name begins with a letter; the units behind a number are `h`, `d` and `w`");
    seg_help(parser->sink, d, "put a name of this form into backquotes: `` `%.*s` ``",
             SEG_STR(whole));
  }
}

size_t seg_scan_number(struct seg_parser *parser, struct seg_str text) {
  struct seg_token token = {.kind = TOK_NUMBER};
  size_t dots = 0, end = 0;
  while (end < text.size &&
         (is_digit(text.data[end]) || text.data[end] == '_' || text.data[end] == '.'))
    dots += text.data[end++] == '.';
  struct seg_str digits = {text.data, end};
  struct seg_str suffix = {text.data + end, text.size - end};
  suffix.size = seg_scan_name_size(suffix);
  struct seg_str whole = {text.data, end + suffix.size};

  struct seg_diagnostic *d;
  if (dots > 1) {
    d = report(parser, digits, "is no number");
    seg_help(parser->sink, d,
             "a date is written `2026-11-01`, thousands are grouped as in `1_000_000`");
  } else if (!underscores_fit(digits)) {
    d = report(parser, digits, "is no number");
    seg_help(parser->sink, d, "`_` stands between two digits, as in `1_000`");
  } else if (!read_decimal(digits, &token.decimal)) {
    d = report(parser, digits, "has too many digits");
    seg_note(parser->sink, d, "a number has at most %d digits, before and after the dot together",
             MAX_DIGITS);
  } else if (suffix.size > 0) {
    read_suffix(parser, whole, digits, suffix, &token);
  }
  size_t size = whole.size;
  if (suffix.size == 0 && end < text.size && text.data[end] == '%') {
    token.kind = TOK_PERCENT;
    size++;
  }
  return add(parser, size, token);
}

// --- dates and periods ---------------------------------------------------------------------------

/** Up to `max` digits at `*at`; -1 when there is none or there are more. */
static int read_part(struct seg_str text, size_t *at, int max) {
  int value = 0, digits = 0;
  for (; *at < text.size && is_digit(text.data[*at]); ++*at, ++digits)
    if (digits < max)
      value = value * 10 + (text.data[*at] - '0');
  return digits == 0 || digits > max ? -1 : value;
}

static size_t scan_day(struct seg_parser *parser, struct seg_str text) {
  struct seg_token token = {.kind = TOK_DATE};
  struct seg_diagnostic *d;
  size_t at = 0;
  int year = read_part(text, &at, 4);
  at++;
  int month = read_part(text, &at, 2);
  at++;
  int day = at < text.size ? read_part(text, &at, 2) : -1;
  bool exact = month >= 0 && day >= 0 && at == text.size;
  if (!exact && at < text.size && text.data[at] == 'T') {
    d = report(parser, text, "is no date");
    seg_note(parser->sink, d, "rules count in days; a time of day cannot be written");
  } else if (!exact) {
    d = report(parser, text, "is no date");
    seg_help(parser->sink, d,
             "write year, month and day as in `2026-11-01`; to subtract, put "
             "blanks around `-`");
  } else if (text.size != 10) {
    d = report(parser, text, "is no date in the one form that dates have");
    seg_help(parser->sink, d, "write `%04d-%02d-%02d`", year, month, day);
  } else if (!seg_day_from_date(year, month, day, &token.day)) {
    d = report(parser, text, "is no day of the calendar");
    if (year < 1)
      seg_note(parser->sink, d, "years go from 0001 to 9999");
    else if (month < 1 || month > 12)
      seg_note(parser->sink, d, "months go from 01 to 12");
    else {
      int last = 31;
      int32_t ignored;
      while (!seg_day_from_date(year, month, last, &ignored))
        last--;
      seg_note(parser->sink, d, "the days of month %04d-%02d go from 01 to %02d", year, month,
               last);
    }
  }
  return add(parser, text.size, token);
}

static size_t scan_period(struct seg_parser *parser, struct seg_str text, char letter) {
  struct seg_token token = {.kind = TOK_PERIOD};
  size_t at = 0;
  token.period.year = read_part(text, &at, 4);
  at += letter == 0 ? 1 : 2; // `-` or `-Q`
  token.period.part = read_part(text, &at, 2);
  int last = letter == 0 ? 12 : letter == 'Q' ? 4 : 53;
  const char *form = "a month is written as in `2026-03`";
  token.period.kind = SEG_PERIOD_MONTH;
  if (letter == 'Q') {
    token.period.kind = SEG_PERIOD_QUARTER;
    form = "a quarter is written as in `2026-Q3`, from Q1 to Q4";
  } else if (letter == 'W') {
    token.period.kind = SEG_PERIOD_WEEK;
    form = "an ISO week is written as in `2026-W07`, from W01 to W52 or, in some years, W53";
    if (token.period.year > 0)
      last = seg_weeks_of_year(token.period.year);
  }
  bool capital = letter == 0 || text.data[5] == letter;
  if (!capital || at != text.size || token.period.part < 1 || token.period.part > last ||
      token.period.year < 1 ||
      text.size != (letter == 'Q'   ? 7u
                    : letter == 'W' ? 8u
                                    : 7u)) {
    struct seg_diagnostic *d = report(parser, text, "is no period of the calendar");
    seg_note(parser->sink, d, "%s", form);
  }
  return add(parser, text.size, token);
}

size_t seg_scan_date(struct seg_parser *parser, struct seg_str text) {
  size_t digits = strcspn(text.data, "-"); // seg.l matched one
  bool plain = digits == 4 && memchr(text.data, '_', 4) == NULL;
  size_t second = digits + 1;
  while (second < text.size && (is_digit(text.data[second]) || text.data[second] == '_'))
    second++;
  size_t size =
      second + seg_scan_name_size((struct seg_str){text.data + second, text.size - second});
  char written = text.data[digits + 1];
  char letter = written == 'q' ? 'Q' : written == 'w' ? 'W' : written;
  if (plain && second + 1 < text.size && text.data[second] == '-' && second > digits + 1)
    return scan_day(parser, text);
  if (plain && (letter == 'Q' || letter == 'W'))
    return scan_period(parser, (struct seg_str){text.data, size}, letter);
  if (plain && is_digit(letter) && size == 7)
    return scan_period(parser, (struct seg_str){text.data, size}, 0);
  return seg_scan_number(parser, (struct seg_str){text.data, digits}); // a subtraction
}
