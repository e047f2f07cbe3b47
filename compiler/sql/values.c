// Values: every node that is no condition.
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/sql/internal.h"
#include "runtime/base/decimal.h"
#include "runtime/time/civil.h"

struct seg_sql_text seg_sql_units(struct seg_sql *sql, unsigned scale) {
  return seg_sql_number(sql, seg_decimal_power(scale));
}

// --- literals ---

// The shortest decimal that is this double again.
static struct seg_sql_text number_literal(struct seg_sql *sql, double value,
                                          const struct seg_node *node) {
  char text[64];
  for (int digits = 1; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) == value)
      break;
  }
  // Without an exponent where that is readable.
  bool readable = fabs(value) >= 1e-6 && fabs(value) < 1e17;
  for (int decimals = 0; readable && strchr(text, 'e') != NULL && decimals < 24; decimals++) {
    char plain[64];
    snprintf(plain, sizeof plain, "%.*f", decimals, value);
    if (strtod(plain, NULL) == value)
      snprintf(text, sizeof text, "%s", plain);
  }
  // DuckDB takes a number for a double when it has an exponent, SQLite when it has a point.
  if (strchr(text, 'e') != NULL) {
    struct seg_sql_text plain = seg_sql_atom(seg_sql_format(sql, "%s", text));
    if (sql->request->dialect == SEG_SQL_POSTGRES)
      return SEG_SQL_FORM(sql, AS_NUMBER, node, plain);
    plain.level = SEG_SQL_OTHER;
    return plain;
  }
  const char *point = strchr(text, '.') == NULL ? ".0" : "";
  struct seg_sql_text plain = seg_sql_atom(seg_sql_format(sql, "%s%s", text, point));
  struct seg_sql_text literal = SEG_SQL_FORM(sql, NUMBER_LITERAL, node, plain);
  if (value < 0 && sql->request->dialect != SEG_SQL_POSTGRES)
    literal.level = SEG_SQL_OTHER;
  return literal;
}

static struct seg_sql_text instant_literal(struct seg_sql *sql, int64_t instant,
                                           const struct seg_node *node) {
  char day[SEG_CIVIL_TEXT];
  int64_t rest = instant % SEG_MICROSECONDS_PER_DAY;
  rest += rest < 0 ? SEG_MICROSECONDS_PER_DAY : 0;
  seg_civil_format(seg_civil_day_of(instant), day);
  int64_t seconds = rest / SEG_MICROSECONDS_PER_SECOND;
  struct seg_str text = seg_sql_format(sql, "%s %02d:%02d:%02d.%06d+00", day, (int)(seconds / 3600),
                                       (int)(seconds / 60 % 60), (int)(seconds % 60),
                                       (int)(rest % SEG_MICROSECONDS_PER_SECOND));
  return SEG_SQL_FORM(sql, INSTANT_LITERAL, node, seg_sql_atom(text), seg_sql_number(sql, instant));
}

struct seg_sql_text seg_sql_literal_value(struct seg_sql *sql, const struct seg_type *type,
                                          const struct seg_literal *literal,
                                          const struct seg_node *node) {
  switch (type->kind) {
  case SEG_TYPE_BOOL: return seg_sql_atom(seg_str_view(literal->integer ? "TRUE" : "FALSE"));
  case SEG_TYPE_INT:
  case SEG_TYPE_MONEY: return seg_sql_number(sql, literal->integer);
  case SEG_TYPE_NUMBER:
  case SEG_TYPE_AMOUNT: return number_literal(sql, literal->number, node);
  case SEG_TYPE_TEXT: return seg_sql_atom(seg_sql_literal(sql, literal->text));
  case SEG_TYPE_DATE: return seg_sql_day(sql, (int32_t)literal->integer, node);
  case SEG_TYPE_TIMESTAMP: return instant_literal(sql, literal->integer, node);
  case SEG_TYPE_ENUM:
    return seg_sql_atom(seg_sql_literal(sql, type->enumeration->values[literal->integer]));
  case SEG_TYPE_KIND_COUNT: break;
  }
  assert(!"unknown type");
  return seg_sql_atom(seg_str_view("NULL"));
}

// --- columns ---

static struct seg_sql_text column(struct seg_sql *sql, const struct seg_node *node) {
  const struct seg_program_column *own = &sql->entity->columns[node->column];
  if (own->computed == NULL || !sql->expanded)
    return seg_sql_column(sql, own->name.text, own->optional);
  struct seg_sql_text text = seg_sql_value(sql, own->computed);
  text.nullable = own->optional;
  return text;
}

// --- calculating ---

static struct seg_sql_text band(struct seg_sql *sql, const struct seg_node *node,
                                const struct seg_sql_text *values) {
  struct seg_str text = seg_str_view("CASE");
  const struct seg_type *type = &node->operands[0]->type;
  struct seg_str value = seg_sql_parens(sql, values[0]);
  if (values[0].nullable)
    text = seg_sql_format(sql, "CASE WHEN %.*s IS NULL THEN NULL", SEG_STR(value));
  for (uint32_t i = node->literal_count; i-- > 0;) {
    struct seg_sql_text cut = seg_sql_literal_value(sql, type, &node->literals[i], node);
    text = seg_sql_format(sql, "%.*s WHEN %.*s >= %.*s THEN %" PRIu32, SEG_STR(text),
                          SEG_STR(value), SEG_STR(cut.text), i + 2);
  }
  struct seg_sql_text result = seg_sql_atom(seg_sql_format(sql, "%.*s ELSE 1 END", SEG_STR(text)));
  result.nullable = values[0].nullable;
  return result;
}

// Cut c begins its band when c * denominator <= numerator * factor.
static struct seg_sql_text fraction_band(struct seg_sql *sql, const struct seg_node *node,
                                         const struct seg_sql_text *values) {
  struct seg_sql_text wide = SEG_SQL_FORM(sql, AS_WIDE, node, values[0]);
  struct seg_str bottom = seg_sql_parens(sql, values[1]);
  struct seg_str text = seg_sql_format(
      sql, "CASE WHEN COALESCE(%.*s, 0) = 0%s%.*s%s THEN NULL", SEG_STR(values[1].text),
      values[0].nullable ? " OR " : "",
      SEG_STR((values[0].nullable ? seg_sql_parens(sql, values[0]) : (struct seg_str){"", 0})),
      values[0].nullable ? " IS NULL" : "");
  for (uint32_t i = node->literal_count; i-- > 0;)
    text = seg_sql_format(sql, "%.*s WHEN %.*s * %.*s >= %.*s * %" PRId64 " THEN %" PRIu32,
                          SEG_STR(text), SEG_STR(wide.text), SEG_STR(values[2].text),
                          SEG_STR((SEG_SQL_FORM(sql, AS_WIDE, node, seg_sql_atom(bottom)).text)),
                          node->literals[i].integer, i + 2);
  struct seg_sql_text result = seg_sql_atom(seg_sql_format(sql, "%.*s ELSE 1 END", SEG_STR(text)));
  result.nullable = true;
  return result;
}

static struct seg_sql_text rounded(struct seg_sql *sql, const struct seg_node *node,
                                   const struct seg_sql_text *value) {
  static const enum seg_sql_form of_money[] = {[SEG_ROUND] = SEG_SQL_FORM_ROUND_MONEY,
                                               [SEG_FLOOR] = SEG_SQL_FORM_FLOOR_MONEY,
                                               [SEG_CEIL] = SEG_SQL_FORM_CEIL_MONEY};
  static const enum seg_sql_form of_numbers[] = {[SEG_ROUND] = SEG_SQL_FORM_ROUND,
                                                 [SEG_FLOOR] = SEG_SQL_FORM_FLOOR,
                                                 [SEG_CEIL] = SEG_SQL_FORM_CEIL};
  struct seg_sql_text units = seg_sql_units(sql, node->type.scale);
  struct seg_sql_text operands[] = {*value, units};
  if (node->operands[0]->type.kind == SEG_TYPE_MONEY)
    return node->type.scale == 0 ? *value
                                 : seg_sql_form(sql, of_money[node->rounding], node, 2, operands);
  struct seg_sql_text whole = seg_sql_form(sql, of_numbers[node->rounding], node, 1, operands);
  whole = SEG_SQL_FORM(sql, AS_INT, node, whole);
  return node->type.scale == 0 ? whole : SEG_SQL_FORM(sql, MULTIPLY, node, whole, units);
}

static struct seg_sql_text to_number(struct seg_sql *sql, const struct seg_node *node,
                                     const struct seg_sql_text *value) {
  uint8_t scale = node->operands[0]->type.scale;
  if (scale == 0)
    return SEG_SQL_FORM(sql, TO_NUMBER, node, *value);
  return SEG_SQL_FORM(sql, MONEY_TO_NUMBER, node, *value,
                      number_literal(sql, (double)seg_decimal_power(scale), node));
}

static struct seg_sql_text quotient(struct seg_sql *sql, const struct seg_node *node,
                                    const struct seg_sql_text *values) {
  struct seg_sql_text result = SEG_SQL_FORM(sql, DIVIDE, node, values[0], values[1]);
  result.nullable = true;
  return result;
}

static struct seg_sql_text otherwise(struct seg_sql *sql, const struct seg_sql_text *values) {
  if (!values[0].nullable)
    return values[0];
  struct seg_sql_text result = seg_sql_atom(seg_sql_format(
      sql, "COALESCE(%.*s, %.*s)", SEG_STR(values[0].text), SEG_STR(values[1].text)));
  result.nullable = values[1].nullable;
  return result;
}

// --- dates and texts ---

static struct seg_sql_text anniversary(struct seg_sql *sql, const struct seg_node *node,
                                       const struct seg_sql_text *value) {
  struct seg_sql_text now = SEG_SQL_FORM(sql, RETURN_IN, node, *value, seg_sql_number(sql, 0));
  struct seg_sql_text next = SEG_SQL_FORM(sql, RETURN_IN, node, *value, seg_sql_number(sql, 1));
  struct seg_sql_text text = seg_sql_atom(
      seg_sql_format(sql, "CASE WHEN %.*s >= %.*s THEN %.*s ELSE %.*s END", SEG_STR(now.text),
                     SEG_STR(sql->day.text), SEG_STR(now.text), SEG_STR(next.text)));
  text.nullable = value->nullable;
  return SEG_SQL_FORM(sql, DATE_DAYS_UNTIL, node, text);
}

static bool is_calculated_day(const struct seg_node *node) {
  bool found = node->kind == SEG_NODE_ADD_DAYS;
  for (uint32_t i = 0; !found && i < node->operand_count; i++)
    found = is_calculated_day(node->operands[i]);
  return found;
}

static struct seg_sql_text date_number(struct seg_sql *sql, const struct seg_node *node,
                                       const struct seg_sql_text *value) {
  static const enum seg_sql_form forms[] = {
      [SEG_DATE_YEAR] = SEG_SQL_FORM_DATE_YEAR,
      [SEG_DATE_MONTH] = SEG_SQL_FORM_DATE_MONTH,
      [SEG_DATE_DAY] = SEG_SQL_FORM_DATE_DAY,
      [SEG_DATE_WEEKDAY] = SEG_SQL_FORM_DATE_WEEKDAY,
      [SEG_DATE_DAYS_UNTIL] = SEG_SQL_FORM_DATE_DAYS_UNTIL,
  };
  if (sql->request->dialect == SEG_SQL_SQLITE && node->date_function != SEG_DATE_DAYS_UNTIL &&
      node->date_function != SEG_DATE_WEEKDAY && is_calculated_day(node->operands[0]))
    seg_sql_refuse(sql, node->span, "its calendar ends with the year 9999");
  if (node->date_function == SEG_DATE_ANNIVERSARY)
    return anniversary(sql, node, value);
  return seg_sql_form(sql, forms[node->date_function], node, 1, value);
}

static struct seg_sql_text mapped(struct seg_sql *sql, const struct seg_node *node,
                                  const struct seg_sql_text *value) {
  static const enum seg_sql_form forms[] = {[SEG_LOWER] = SEG_SQL_FORM_LOWER,
                                            [SEG_UPPER] = SEG_SQL_FORM_UPPER,
                                            [SEG_TRIM] = SEG_SQL_FORM_TRIM};
  return seg_sql_form(sql, forms[node->text_map], node, 1, value);
}

// --- all of them ---

struct seg_sql_text seg_sql_value(struct seg_sql *sql, const struct seg_node *node) {
  struct seg_sql_text values[4] = {0};
  if (seg_sql_is_condition(node))
    return seg_sql_truth(sql, node);
  bool aggregated = node->kind == SEG_NODE_AGGREGATE || node->kind == SEG_NODE_RANK;
  for (uint32_t i = 0; !aggregated && i < node->operand_count; i++)
    values[i] = seg_sql_value(sql, node->operands[i]);
  switch (node->kind) {
  case SEG_NODE_LITERAL: return seg_sql_literal_value(sql, &node->type, &node->literal, node);
  case SEG_NODE_ATTRIBUTE:
  case SEG_NODE_COLUMN: return column(sql, node);
  case SEG_NODE_EVENT_DATE: return seg_sql_column(sql, seg_str_view("#day"), false);
  case SEG_NODE_AGGREGATE: return seg_sql_aggregate(sql, node);
  case SEG_NODE_RANK: return seg_sql_rank(sql, node);
  case SEG_NODE_BUCKET: return seg_sql_bucket(sql, node);
  case SEG_NODE_DAYS_SINCE: return SEG_SQL_FORM(sql, DAYS_BETWEEN, node, sql->day, values[0]);
  case SEG_NODE_DATE_FUNCTION: return date_number(sql, node, &values[0]);
  case SEG_NODE_ADD_DAYS: return SEG_SQL_FORM(sql, ADD, node, values[0], values[1]);
  case SEG_NODE_DAYS_BETWEEN: return SEG_SQL_FORM(sql, DAYS_BETWEEN, node, values[0], values[1]);
  case SEG_NODE_BAND: return band(sql, node, values);
  case SEG_NODE_BAND_FRACTION: return fraction_band(sql, node, values);
  case SEG_NODE_TO_NUMBER: return to_number(sql, node, &values[0]);
  case SEG_NODE_RESCALE:
    return SEG_SQL_FORM(
        sql, MULTIPLY, node, values[0],
        seg_sql_units(sql, (unsigned)(node->type.scale - node->operands[0]->type.scale)));
  case SEG_NODE_ADD: return SEG_SQL_FORM(sql, ADD, node, values[0], values[1]);
  case SEG_NODE_SUBTRACT: return SEG_SQL_FORM(sql, SUBTRACT, node, values[0], values[1]);
  case SEG_NODE_MULTIPLY: return SEG_SQL_FORM(sql, MULTIPLY, node, values[0], values[1]);
  case SEG_NODE_DIVIDE: return quotient(sql, node, values);
  case SEG_NODE_NEGATE: return SEG_SQL_FORM(sql, NEGATE, node, values[0]);
  case SEG_NODE_ABS: return SEG_SQL_FORM(sql, ABS, node, values[0]);
  case SEG_NODE_ROUND: return rounded(sql, node, &values[0]);
  case SEG_NODE_TEXT_MAP: return mapped(sql, node, &values[0]);
  case SEG_NODE_TEXT_LENGTH: return SEG_SQL_FORM(sql, LENGTH, node, values[0]);
  case SEG_NODE_ELSE: return otherwise(sql, values);
  case SEG_NODE_COMPARE:
  case SEG_NODE_COMPARE_FRACTIONS:
  case SEG_NODE_IN:
  case SEG_NODE_TEXT_TEST:
  case SEG_NODE_MATCHES:
  case SEG_NODE_IS_KNOWN:
  case SEG_NODE_MEMBER:
  case SEG_NODE_LISTED:
  case SEG_NODE_NOT:
  case SEG_NODE_AND:
  case SEG_NODE_OR:
  case SEG_NODE_TALLY:
  case SEG_NODE_KIND_COUNT: break;
  }
  assert(!"unknown value");
  return seg_sql_atom(seg_str_view("NULL"));
}
