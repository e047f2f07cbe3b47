// The meaning of every operation in plain C; see block_oracle.h.
#include "tests/support/block_oracle.h"

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/time/civil.h"

typedef struct seg_oracle_value value;

static bool bit(const uint64_t *words, int64_t row) {
  return (words[row / 64] >> (row % 64) & 1) != 0;
}

static int64_t integer(const void *column, enum seg_layout layout, enum seg_width width,
                       int64_t row) {
  if (width == SEG_WIDTH_8)
    return ((const int8_t *)column)[row];
  if (width == SEG_WIDTH_16)
    return ((const int16_t *)column)[row];
  if (width == SEG_WIDTH_32 || layout == SEG_LAYOUT_I32)
    return ((const int32_t *)column)[row];
  return ((const int64_t *)column)[row];
}

static struct seg_str text(const struct seg_block *block, const struct seg_kernel_inputs *inputs,
                           uint32_t slot, int64_t row) {
  const void *column = inputs->values[slot];
  enum seg_width width = seg_block_input_width(block, slot);
  if (width == SEG_WIDTH_FULL)
    return ((const struct seg_str *)column)[row];
  return inputs->dictionaries[slot]->entries[integer(column, SEG_LAYOUT_TEXT, width, row)];
}

static value input(const struct seg_block *block, const struct seg_kernel_inputs *inputs,
                   uint32_t slot, int64_t row) {
  const void *column = inputs->values[slot];
  value out = {.known = !block->input_optional[slot] || bit(inputs->known[slot], row)};
  switch (block->input_layouts[slot]) {
  case SEG_LAYOUT_BIT: out.integer = bit(column, row); break;
  case SEG_LAYOUT_I32:
  case SEG_LAYOUT_I64:
    out.integer =
        integer(column, block->input_layouts[slot], seg_block_input_width(block, slot), row);
    break;
  case SEG_LAYOUT_F64: out.number = ((const double *)column)[row]; break;
  case SEG_LAYOUT_TEXT: out.text = text(block, inputs, slot, row); break;
  }
  return out;
}

/** Exact result of an I64 operation; a fault when it does not fit. */
static value exact(__int128 result, bool known) {
  return (value){.known = known,
                 .fault = known && (result < INT64_MIN || result > INT64_MAX),
                 .integer = (int64_t)(uint64_t)result};
}

static value real(double result, bool known) {
  return (value){.known = known, .fault = known && !isfinite(result), .number = result};
}

static value arithmetic(const struct seg_step *step, value a, value b) {
  bool known = a.known && b.known;
  bool is_real = step->layout == SEG_LAYOUT_F64;
  if (step->layout == SEG_LAYOUT_I32) // days: 32 bits, of which only a few are used
    return (value){.known = known,
                   .integer = (int32_t)(step->op == SEG_OP_ADD ? a.integer + b.integer
                                                               : a.integer - b.integer)};
  volatile double result = 0; // volatile: no fusing of a product into a later sum
  if (step->op == SEG_OP_ADD) {
    result = a.number + b.number;
    return is_real ? real(result, known) : exact((__int128)a.integer + b.integer, known);
  }
  if (step->op == SEG_OP_SUBTRACT) {
    result = a.number - b.number;
    return is_real ? real(result, known) : exact((__int128)a.integer - b.integer, known);
  }
  result = a.number * b.number;
  return is_real ? real(result, known) : exact((__int128)a.integer * b.integer, known);
}

static int sign(__int128 number) {
  return (number > 0) - (number < 0);
}

static bool reaches(const struct seg_plan_constant *cut, enum seg_layout layout, value of) {
  return layout == SEG_LAYOUT_F64 ? cut->number <= of.number : cut->integer <= of.integer;
}

static int order(enum seg_layout layout, value a, value b) {
  if (layout == SEG_LAYOUT_F64)
    return (a.number > b.number) - (a.number < b.number);
  if (layout != SEG_LAYOUT_TEXT)
    return (a.integer > b.integer) - (a.integer < b.integer);
  size_t shorter = a.text.size < b.text.size ? a.text.size : b.text.size;
  int difference = shorter == 0 ? 0 : memcmp(a.text.data, b.text.data, shorter);
  return difference != 0 ? difference : (a.text.size > b.text.size) - (a.text.size < b.text.size);
}

static bool comparison_holds(enum seg_plan_comparison comparison, int sign_of_order) {
  switch (comparison) {
  case SEG_IS_EQUAL: return sign_of_order == 0;
  case SEG_IS_NOT_EQUAL: return sign_of_order != 0;
  case SEG_IS_LESS: return sign_of_order < 0;
  case SEG_IS_LESS_EQUAL: return sign_of_order <= 0;
  case SEG_IS_GREATER: return sign_of_order > 0;
  case SEG_IS_GREATER_EQUAL: return sign_of_order >= 0;
  }
  return false;
}

static bool text_test_holds(const struct seg_step *step, struct seg_str text) {
  struct seg_str part = step->list[0].text;
  for (size_t at = 0; at + part.size <= text.size; at++) {
    bool fits = step->text_test == SEG_TEXT_CONTAINS ||
                (step->text_test == SEG_TEXT_STARTS && at == 0) ||
                (step->text_test == SEG_TEXT_ENDS && at + part.size == text.size);
    size_t same = 0;
    while (same < part.size && text.data[at + same] == part.data[same])
      same++;
    if (fits && same == part.size)
      return true;
  }
  return false;
}

/** The patterns of the tests mean the same to POSIX, in bytes. */
static bool text_match_holds(const struct seg_step *step, struct seg_str text) {
  char pattern[100], copy[100];
  regex_t regex;
  snprintf(pattern, sizeof pattern, "^(%.*s)$", SEG_STR(step->list[0].text));
  snprintf(copy, sizeof copy, "%.*s", SEG_STR(text));
  if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
    abort();
  bool holds = regexec(&regex, copy, 0, NULL, 0) == 0;
  regfree(&regex);
  return holds;
}

/** The words of the tests in small and in capital letters, by hand; what is not here has no
 * letters. */
static struct seg_str in_letters(struct seg_str text, bool upper) {
  static const char *const words[][3] = {
      {"a", "A"},
      {"ab", "AB", "Ab"},
      {"abc", "ABC"},
      {"abd", "ABD"},
      {"b", "B"},
      {"ba", "BA"},
      {"z", "Z"},
      {"abcabc", "ABCABC"},
      {"abcdefg", "ABCDEFG"},
      {"abcdefgh", "ABCDEFGH"},
      {" ab", " AB", " Ab"},
      {"\xc3\xa4", "\xc3\x84"},
      {"\xc3\xa4\t", "\xc3\x84\t"},
  };
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    for (size_t form = 0; form < 3; form++)
      if (words[i][form] != NULL && seg_str_is(text, words[i][form]))
        return seg_str_view(words[i][upper]);
  return text;
}

static value text_map(const struct seg_step *step, value of) {
  value out = {.known = of.known, .text = of.text};
  if (step->text_map != SEG_TEXT_TRIM) {
    out.text = in_letters(of.text, step->text_map == SEG_TEXT_UPPER);
    return out;
  }
  while (out.text.size > 0 && strchr(" \t", out.text.data[0]) != NULL)
    out.text.data++, out.text.size--;
  while (out.text.size > 0 && strchr(" \t", out.text.data[out.text.size - 1]) != NULL)
    out.text.size--;
  return out;
}

static value text_length(value of) {
  value out = {.known = of.known, .integer = (int64_t)of.text.size};
  for (size_t i = 0; i < of.text.size; i++) // every character of the tests takes one byte or two
    out.integer -= (unsigned char)of.text.data[i] == 0xc3;
  return out;
}

static bool in_list(const struct seg_step *step, enum seg_layout layout, value of) {
  for (uint32_t i = 0; i < step->list_count; i++) {
    value item = {.integer = step->list[i].integer, .text = step->list[i].text};
    if (order(layout, of, item) == 0)
      return true;
  }
  return false;
}

static value mask(bool holds) {
  return (value){.known = true, .integer = holds};
}

static double power_of_ten(unsigned exponent) {
  double power = 1;
  while (exponent-- > 0)
    power *= 10;
  return power;
}

static value band(const struct seg_step *step, enum seg_layout layout, value of) {
  value out = {.known = of.known, .integer = 1};
  for (uint32_t i = 0; i < step->list_count; i++)
    out.integer += reaches(&step->list[i], layout, of);
  return out;
}

static value fraction_band(const struct seg_step *step, value a, value b) {
  value out = {.known = a.known && b.known && b.integer != 0, .integer = 1};
  for (uint32_t i = 0; i < step->list_count; i++)
    out.integer +=
        (__int128)step->list[i].integer * b.integer <= (__int128)a.integer * step->factor;
  return out;
}

static int64_t date_part(enum seg_date_part part, int32_t day) {
  int year = 0, month = 0, day_of_month = 0;
  seg_civil_from_day(day, &year, &month, &day_of_month);
  int64_t since_monday = (int64_t)day + 3; // 1970-01-01 was a Thursday
  switch (part) {
  case SEG_PART_YEAR: return year;
  case SEG_PART_MONTH: return month;
  case SEG_PART_DAY: return day_of_month;
  case SEG_PART_WEEKDAY: return seg_civil_weekday(day);
  case SEG_PART_WEEK_COUNT: return since_monday / 7 - (since_monday % 7 < 0);
  case SEG_PART_MONTH_COUNT: return (int64_t)year * 12 + month - 1;
  }
  return 0;
}

/** The first day from `as_of` on with the month and day of `day`, or the 28th for a 29 February. */
static int64_t days_to_anniversary(int32_t day, int32_t as_of) {
  int month, day_of_month;
  seg_civil_from_day(day, NULL, &month, &day_of_month);
  for (int32_t next = as_of;; next++) {
    int year, its_month, its_day;
    seg_civil_from_day(next, &year, &its_month, &its_day);
    bool stands_in =
        month == 2 && day_of_month == 29 && its_day == 28 && seg_civil_month_days(year, 2) == 28;
    if (its_month == month && (its_day == day_of_month || stands_in))
      return next - as_of;
  }
}

static value rounded(const struct seg_step *step, value of) {
  double number = step->rounding == SEG_TO_NEAREST ? round(of.number)
                  : step->rounding == SEG_TO_FLOOR ? floor(of.number)
                                                   : ceil(of.number);
  bool fits = of.known && number < 0x1p63 && number > -0x1p63;
  return (value){.known = of.known, .fault = !fits, .integer = fits ? (int64_t)number : 0};
}

/** The multiple of the factor, found on a rounded-up copy of the size. */
static value rounded_units(const struct seg_step *step, value of) {
  __int128 size = of.integer < 0 ? -(__int128)of.integer : of.integer;
  bool outwards = step->rounding == SEG_TO_NEAREST ? 2 * (size % step->factor) >= step->factor
                  : size % step->factor == 0       ? false
                                             : (step->rounding == SEG_TO_FLOOR) == (of.integer < 0);
  __int128 multiple = (size / step->factor + outwards) * step->factor;
  return exact(of.integer < 0 ? -multiple : multiple, of.known);
}

/** The next whole number below and the next above, added. */
static value fraction_halves(value a, value b) {
  if (!a.known || !b.known || b.integer <= 0)
    return (value){0};
  __int128 whole = a.integer / b.integer, left = a.integer % b.integer;
  __int128 sum = (left < 0 ? whole - 1 : whole) + (left > 0 ? whole + 1 : whole);
  int64_t halves = sum < INT64_MIN ? INT64_MIN : sum > INT64_MAX ? INT64_MAX : (int64_t)sum;
  return (value){.known = true, .integer = halves};
}

static value compute(const struct seg_block *block, const struct seg_kernel_inputs *inputs,
                     uint32_t number, int64_t row, const value *done) {
  const struct seg_step *step = &block->steps[number];
  value a = {0}, b = {0}, c = {0}, d = {0};
  enum seg_layout of = SEG_LAYOUT_I64;
  uint32_t operands = seg_op_info[step->op].operand_count;
  if (operands > 0) {
    a = done[step->operands[0]];
    of = block->steps[step->operands[0]].layout;
  }
  if (operands > 1)
    b = done[step->operands[1]];
  if (operands > 3) {
    c = done[step->operands[2]];
    d = done[step->operands[3]];
  }
  switch (step->op) {
  case SEG_OP_INPUT: return input(block, inputs, step->slot, row);
  case SEG_OP_CONSTANT: {
    value out = {.known = true, .text = step->constant.text};
    if (step->layout == SEG_LAYOUT_F64)
      out.number = step->constant.number;
    else
      out.integer = step->constant.integer;
    return out;
  }
  case SEG_OP_AS_OF: return (value){.known = true, .integer = inputs->as_of};
  case SEG_OP_AS_OF_INSTANT:
    return (value){.known = true, .integer = inputs->as_of_instant - step->factor};
  case SEG_OP_ANNIVERSARY:
    return a.known && b.known
               ? (value){.known = true,
                         .integer = days_to_anniversary((int32_t)a.integer, (int32_t)b.integer)}
               : (value){0};
  case SEG_OP_NUMBER_TO_INTEGER: return rounded(step, a);
  case SEG_OP_ROUND: return rounded_units(step, a);
  case SEG_OP_ABS:
    if (step->layout == SEG_LAYOUT_F64)
      return (value){.known = a.known, .number = fabs(a.number)};
    return exact(a.integer < 0 ? -(__int128)a.integer : a.integer, a.known);
  case SEG_OP_DATE_PART:
    return (value){.known = a.known, .integer = date_part(step->date_part, (int32_t)a.integer)};
  case SEG_OP_DAY_TO_INTEGER:
  case SEG_OP_BIT_TO_CODE: return a;
  case SEG_OP_INTEGER_TO_NUMBER:
    return (value){.known = a.known, .number = (double)a.integer / power_of_ten(step->scale)};
  case SEG_OP_ADD:
  case SEG_OP_SUBTRACT:
  case SEG_OP_MULTIPLY: return arithmetic(step, a, b);
  case SEG_OP_NEGATE:
    if (step->layout == SEG_LAYOUT_F64)
      return (value){.known = a.known, .number = -a.number};
    return exact(-(__int128)a.integer, a.known);
  case SEG_OP_DIVIDE: return real(a.number / b.number, a.known && b.known && b.number != 0);
  case SEG_OP_ELSE: return a.known ? a : b;
  case SEG_OP_BAND: return band(step, of, a);
  case SEG_OP_TEXT_MAP: return text_map(step, a);
  case SEG_OP_TEXT_LENGTH: return text_length(a);
  case SEG_OP_FRACTION_BAND: return fraction_band(step, a, b);
  case SEG_OP_FRACTION_HALVES: return fraction_halves(a, b);
  case SEG_OP_FRACTION_ORDER:
    return (value){
        .known = a.known && b.known && c.known && d.known && b.integer != 0 && d.integer != 0,
        .integer = sign((__int128)a.integer * d.integer - (__int128)c.integer * b.integer)};
  case SEG_OP_COMPARE:
    return mask(a.known && b.known && comparison_holds(step->comparison, order(of, a, b)));
  case SEG_OP_IS_TRUE: return mask(a.known && a.integer == 1);
  case SEG_OP_IS_FALSE: return mask(a.known && a.integer == 0);
  case SEG_OP_IN_LIST: return mask(a.known && in_list(step, of, a));
  case SEG_OP_TEXT_TEST: return mask(a.known && text_test_holds(step, a.text));
  case SEG_OP_TEXT_MATCH: return mask(a.known && text_match_holds(step, a.text));
  case SEG_OP_IS_KNOWN: return mask(a.known);
  case SEG_OP_ALL: return mask(true);
  case SEG_OP_NONE: return mask(false);
  case SEG_OP_NOT: return mask(!a.integer);
  case SEG_OP_AND: return mask(a.integer && b.integer);
  case SEG_OP_OR: return mask(a.integer || b.integer);
  case SEG_OP_COUNT: break;
  }
  return (value){0};
}

void seg_block_oracle(const struct seg_block *block, const struct seg_kernel_inputs *inputs,
                      int64_t row, struct seg_oracle_value *out) {
  for (uint32_t number = 0; number < block->step_count; number++) {
    out[number] = compute(block, inputs, number, row, out);
    out[number].fault = out[number].fault && out[number].known;
  }
}
