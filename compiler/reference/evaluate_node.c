// One node at a time: the meaning of every kind of node but the aggregates.
#include <assert.h>
#include <math.h>

#include "compiler/reference/internal.h"
#include "runtime/base/draw.h"

static struct seg_value missing(void) {
  return (struct seg_value){.known = false};
}

static struct seg_value integer(int64_t value) {
  return (struct seg_value){.known = true, .integer = value};
}

static struct seg_value truth(bool value) {
  return integer(value);
}

// An overflow is a data error of the run; the value itself no longer matters.
static struct seg_value overflow(const struct seg_subject *subject) {
  subject->reference->overflow = true;
  return missing();
}

static struct seg_value number(const struct seg_subject *subject, double value) {
  if (!isfinite(value))
    return overflow(subject);
  return (struct seg_value){.known = true, .number = value};
}

static bool is_integer(const struct seg_type *type) {
  return type->kind != SEG_TYPE_NUMBER && type->kind != SEG_TYPE_AMOUNT &&
         type->kind != SEG_TYPE_TEXT;
}

int seg_value_compare(const struct seg_type *type, const struct seg_value *a,
                      const struct seg_value *b) {
  if (type->kind == SEG_TYPE_TEXT)
    return seg_str_compare(a->text, b->text);
  if (is_integer(type))
    return (a->integer > b->integer) - (a->integer < b->integer);
  return (a->number > b->number) - (a->number < b->number);
}

bool seg_value_equal(const struct seg_type *type, const struct seg_value *a,
                     const struct seg_value *b) {
  return a->known == b->known && (!a->known || seg_value_compare(type, a, b) == 0);
}

static bool order_holds(enum seg_comparison comparison, int order) {
  switch (comparison) {
  case SEG_EQUAL: return order == 0;
  case SEG_NOT_EQUAL: return order != 0;
  case SEG_LESS: return order < 0;
  case SEG_LESS_EQUAL: return order <= 0;
  case SEG_GREATER: return order > 0;
  case SEG_GREATER_EQUAL: return order >= 0;
  }
  return false;
}

static struct seg_value literal_value(const struct seg_literal *literal,
                                      const struct seg_type *type) {
  struct seg_value value = {.known = true, .text = literal->text};
  if (is_integer(type))
    value.integer = literal->integer;
  else
    value.number = literal->number;
  return value;
}

static struct seg_value column_value(const struct seg_subject *subject, uint32_t index) {
  const struct seg_program_column *column = &subject->entity->columns[index];
  if (column->computed != NULL)
    return seg_evaluate(subject, column->computed);
  return subject->row->values[index];
}

static struct seg_value integer_arithmetic(const struct seg_subject *subject,
                                           enum seg_node_kind kind, int64_t a, int64_t b) {
  int64_t result;
  bool wrapped = kind == SEG_NODE_ADD        ? __builtin_add_overflow(a, b, &result)
                 : kind == SEG_NODE_SUBTRACT ? __builtin_sub_overflow(a, b, &result)
                                             : __builtin_mul_overflow(a, b, &result);
  return wrapped ? overflow(subject) : integer(result);
}

static struct seg_value number_arithmetic(const struct seg_subject *subject,
                                          enum seg_node_kind kind, double a, double b) {
  if (kind == SEG_NODE_DIVIDE)
    return b == 0 ? missing() : number(subject, a / b);
  return number(subject, kind == SEG_NODE_ADD ? a + b : kind == SEG_NODE_SUBTRACT ? a - b : a * b);
}

static struct seg_value arithmetic(const struct seg_subject *subject, const struct seg_node *node,
                                   const struct seg_value *a, const struct seg_value *b) {
  if (!a->known || !b->known)
    return missing();
  return is_integer(&node->type) ? integer_arithmetic(subject, node->kind, a->integer, b->integer)
                                 : number_arithmetic(subject, node->kind, a->number, b->number);
}

static int64_t power_of_ten(unsigned exponent) {
  int64_t power = 1;
  while (exponent-- > 0)
    power *= 10;
  return power;
}

static struct seg_value band(const struct seg_node *node, const struct seg_value *value) {
  if (!value->known)
    return missing();
  int64_t result = 1;
  for (uint32_t i = 0; i < node->literal_count; i++) {
    struct seg_value cut = literal_value(&node->literals[i], &node->operands[0]->type);
    result += seg_value_compare(&node->operands[0]->type, value, &cut) >= 0;
  }
  return integer(result);
}

static bool is_listed(const struct seg_subject *subject, uint32_t list) {
  const struct seg_rows *lists = subject->reference->dataset->lists;
  bool found = false;
  for (size_t i = 0; lists != NULL && i < lists[list].rows.count; i++)
    found = found || seg_str_equal(lists[list].rows.items[i].key, subject->customer->key);
  return found;
}

static struct seg_value bucket(const struct seg_subject *subject, const struct seg_node *node) {
  struct seg_draw draw;
  seg_draw_init(&draw, node->salt);
  return integer(seg_draw_bucket(seg_draw_of(&draw, subject->customer->key), node->buckets));
}

static struct seg_value fraction_band(const struct seg_node *node, const struct seg_value *values) {
  if (!values[0].known || !values[1].known || values[1].integer == 0)
    return missing();
  int64_t result = 1;
  for (uint32_t i = 0; i < node->literal_count; i++)
    result += (__int128)node->literals[i].integer * values[1].integer <=
              (__int128)values[0].integer * values[2].integer;
  return integer(result);
}

static bool compare_fractions(const struct seg_node *node, const struct seg_value *values) {
  for (int i = 0; i < 4; i++)
    if (!values[i].known)
      return false;
  if (values[1].integer == 0 || values[3].integer == 0)
    return false;
  __int128 left = (__int128)values[0].integer * values[3].integer;
  __int128 right = (__int128)values[2].integer * values[1].integer;
  return order_holds(node->comparison, (left > right) - (left < right));
}

static bool in_list(const struct seg_node *node, const struct seg_value *value) {
  bool found = false;
  for (uint32_t i = 0; value->known && i < node->literal_count; i++) {
    struct seg_value item = literal_value(&node->literals[i], &node->operands[0]->type);
    found = found || seg_value_compare(&node->operands[0]->type, value, &item) == 0;
  }
  return found;
}

static struct seg_value conversion(const struct seg_subject *subject, const struct seg_node *node,
                                   const struct seg_value *value) {
  const struct seg_type *from = &node->operands[0]->type;
  if (!value->known)
    return missing();
  if (node->kind == SEG_NODE_TO_NUMBER)
    return number(subject, (double)value->integer / (double)power_of_ten(from->scale));
  if (node->kind == SEG_NODE_RESCALE)
    return integer_arithmetic(subject, SEG_NODE_MULTIPLY, value->integer,
                              power_of_ten((unsigned)(node->type.scale - from->scale)));
  bool negative = is_integer(&node->type) ? value->integer < 0 : value->number < 0;
  if (node->kind == SEG_NODE_ABS && !negative)
    return *value;
  assert(node->kind == SEG_NODE_NEGATE || node->kind == SEG_NODE_ABS);
  return is_integer(&node->type) ? integer_arithmetic(subject, SEG_NODE_SUBTRACT, 0, value->integer)
                                 : number(subject, -value->number);
}

static struct seg_value joined(const struct seg_subject *subject, const struct seg_node *node) {
  bool all = true, any = false;
  for (uint32_t i = 0; i < node->operand_count; i++) {
    bool holds = seg_evaluate_condition(subject, node->operands[i]);
    all = all && holds;
    any = any || holds;
  }
  return truth(node->kind == SEG_NODE_AND ? all : any);
}

static struct seg_value tally(const struct seg_subject *subject, const struct seg_node *node) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < node->operand_count; i++)
    count += seg_evaluate_condition(subject, node->operands[i]);
  return truth(node->least <= count && count <= node->most);
}

bool seg_evaluate_condition(const struct seg_subject *subject, const struct seg_node *node) {
  struct seg_value value = seg_evaluate(subject, node);
  return value.known && value.integer != 0;
}

struct seg_value seg_evaluate(const struct seg_subject *subject, const struct seg_node *node) {
  if (node->kind == SEG_NODE_LITERAL)
    return literal_value(&node->literal, &node->type);
  if (node->kind == SEG_NODE_ATTRIBUTE || node->kind == SEG_NODE_COLUMN)
    return column_value(subject, node->column);
  struct seg_value values[4] = {0};
  bool joins =
      node->kind == SEG_NODE_AND || node->kind == SEG_NODE_OR || node->kind == SEG_NODE_TALLY;
  for (uint32_t i = 0; !joins && i < node->operand_count; i++)
    values[i] = seg_evaluate(subject, node->operands[i]);
  switch (node->kind) {
  case SEG_NODE_LITERAL:
  case SEG_NODE_ATTRIBUTE:
  case SEG_NODE_COLUMN: break;
  case SEG_NODE_EVENT_DATE: return integer(subject->row->day);
  case SEG_NODE_AGGREGATE: return seg_evaluate_aggregate(subject, node);
  case SEG_NODE_BUCKET: return bucket(subject, node);
  case SEG_NODE_RANK: return seg_evaluate_rank(subject, node);
  case SEG_NODE_DAYS_SINCE:
    return values[0].known ? integer(subject->reference->as_of - values[0].integer) : missing();
  case SEG_NODE_DATE_FUNCTION:
    return values[0].known
               ? integer(seg_evaluate_date(node->date_function, (int32_t)values[0].integer,
                                           subject->reference->as_of))
               : missing();
  case SEG_NODE_ADD_DAYS:
    return values[0].known ? integer(values[0].integer + values[1].integer) : missing();
  case SEG_NODE_DAYS_BETWEEN:
    return values[0].known && values[1].known ? integer(values[0].integer - values[1].integer)
                                              : missing();
  case SEG_NODE_BAND: return band(node, &values[0]);
  case SEG_NODE_BAND_FRACTION: return fraction_band(node, values);
  case SEG_NODE_TO_NUMBER:
  case SEG_NODE_RESCALE:
  case SEG_NODE_ABS:
  case SEG_NODE_NEGATE: return conversion(subject, node, &values[0]);
  case SEG_NODE_ADD:
  case SEG_NODE_SUBTRACT:
  case SEG_NODE_MULTIPLY:
  case SEG_NODE_DIVIDE: return arithmetic(subject, node, &values[0], &values[1]);
  case SEG_NODE_ROUND: return seg_evaluate_round(subject, node, &values[0]);
  case SEG_NODE_TEXT_MAP:
    return values[0].known ? seg_evaluate_map(subject, node->text_map, values[0].text) : missing();
  case SEG_NODE_TEXT_LENGTH:
    return values[0].known ? integer(seg_evaluate_length(values[0].text)) : missing();
  case SEG_NODE_COMPARE:
    return truth(values[0].known && values[1].known &&
                 order_holds(node->comparison,
                             seg_value_compare(&node->operands[0]->type, &values[0], &values[1])));
  case SEG_NODE_COMPARE_FRACTIONS: return truth(compare_fractions(node, values));
  case SEG_NODE_IN: return truth(in_list(node, &values[0]));
  case SEG_NODE_TEXT_TEST:
    return truth(values[0].known &&
                 seg_evaluate_text_test(node->text_test, values[0].text, values[1].text));
  case SEG_NODE_LISTED: return truth(is_listed(subject, node->list));
  case SEG_NODE_MEMBER: return truth(values[0].known && values[0].integer != 0);
  case SEG_NODE_MATCHES:
    return truth(values[0].known && seg_evaluate_matches(subject, node->pattern, values[0].text));
  case SEG_NODE_IS_KNOWN: return truth(values[0].known);
  case SEG_NODE_NOT: return truth(!(values[0].known && values[0].integer != 0));
  case SEG_NODE_AND:
  case SEG_NODE_OR: return joined(subject, node);
  case SEG_NODE_TALLY: return tally(subject, node);
  case SEG_NODE_ELSE: return values[0].known ? values[0] : values[1];
  case SEG_NODE_KIND_COUNT: break;
  }
  assert(!"unknown node");
  return missing();
}
