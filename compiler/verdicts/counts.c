// What values of events say about each other; see boxes.h.
#include <string.h>

#include "compiler/verdicts/boxes.h"

/** Ages of the days of a window, on every as-of day; false when they depend on it. */
static bool ages_of(const struct seg_day_window *window, int32_t *near, int32_t *far) {
  *near = 1;
  *far = INT32_MAX;
  if (window->kind == SEG_WINDOW_EVER)
    return true;
  if ((window->kind != SEG_WINDOW_WITHIN && window->kind != SEG_WINDOW_BETWEEN) || window->hours)
    return false;
  *near = window->near_age;
  *far = window->far_age;
  return true;
}

static bool same_literal(const struct seg_node *a, const struct seg_node *b) {
  return a->type.kind == b->type.kind && a->type.scale == b->type.scale &&
         (a->type.kind == SEG_TYPE_TEXT ? seg_str_equal(a->literal.text, b->literal.text)
                                        : a->literal.integer == b->literal.integer);
}

/** Are two expressions over an event built alike? No says nothing. */
static bool same(const struct seg_node *a, const struct seg_node *b) {
  if (a == b)
    return true;
  if (a == NULL || b == NULL || a->kind != b->kind || a->operand_count != b->operand_count)
    return false;
  switch (a->kind) {
  case SEG_NODE_LITERAL: return same_literal(a, b);
  case SEG_NODE_COLUMN: return a->column == b->column;
  case SEG_NODE_COMPARE:
    if (a->comparison != b->comparison)
      return false;
    break;
  case SEG_NODE_AND:
  case SEG_NODE_OR:
  case SEG_NODE_NOT:
  case SEG_NODE_IS_KNOWN: break;
  default: return false;
  }
  for (uint32_t i = 0; i < a->operand_count; i++)
    if (!same(a->operands[i], b->operands[i]))
      return false;
  return true;
}

static bool counts(const struct seg_node *node) {
  return node->kind == SEG_NODE_AGGREGATE && seg_aggregate_counts(node->aggregate);
}

/** Are the events of filter `inner` among those of filter `outer`? */
static bool among(const struct seg_node *inner, const struct seg_node *outer) {
  return outer == NULL || same(inner, outer);
}

bool seg_value_not_above(const struct seg_node *a, const struct seg_node *b) {
  int32_t near_a, far_a, near_b, far_b;
  if (!counts(a) || !counts(b) || a->event != b->event || b->sequence != NULL ||
      !among(a->filter, b->filter) || !ages_of(&a->window, &near_a, &far_a) ||
      !ages_of(&b->window, &near_b, &far_b) || near_a < near_b || far_a > far_b)
    return false;
  if (b->aggregate == SEG_AGGREGATE_COUNT && b->argument == NULL)
    return true;
  return a->aggregate == b->aggregate && same(a->argument, b->argument);
}

/** Events of one kind that pass a filter, at some ages. */
struct events {
  uint32_t event;
  const struct seg_node *filter;
  int32_t near, far;
};

static bool events_of(const struct seg_node *aggregate, struct events *events) {
  events->event = aggregate->event;
  events->filter = aggregate->filter;
  return ages_of(&aggregate->window, &events->near, &events->far);
}

static void at_least_one(const struct seg_boxes *boxes, struct seg_range *ranges,
                         const struct events *events) {
  for (uint32_t v = 0; v < boxes->values.count; v++) {
    const struct seg_node *node = boxes->values.items[v].node;
    struct events counted;
    if (boxes->values.items[v].divisor == NULL && counts(node) && node->sequence == NULL &&
        node->argument == NULL && node->event == events->event &&
        among(events->filter, node->filter) && events_of(node, &counted) &&
        counted.near <= events->near && counted.far >= events->far && ranges[v].low < 1)
      ranges[v].low = 1;
  }
}

static void none(const struct seg_boxes *boxes, struct seg_range *ranges,
                 const struct events *events) {
  for (uint32_t v = 0; v < boxes->values.count; v++) {
    const struct seg_node *node = boxes->values.items[v].node;
    struct events counted;
    if (boxes->values.items[v].divisor == NULL && counts(node) && node->event == events->event &&
        among(node->filter, events->filter) && events_of(node, &counted) &&
        counted.near >= events->near && counted.far <= events->far && ranges[v].high > 0)
      ranges[v].high = 0;
  }
}

/** The aggregate that a value is made of, through what keeps it missing. */
static const struct seg_node *aggregate_behind(const struct seg_node *node) {
  while (node->kind == SEG_NODE_DAYS_SINCE || node->kind == SEG_NODE_TO_NUMBER ||
         node->kind == SEG_NODE_RESCALE)
    node = node->operands[0];
  return node->kind == SEG_NODE_AGGREGATE ? node : NULL;
}

/** Days since the last event of a kind. */
static void relate_recency(const struct seg_boxes *boxes, struct seg_range *ranges,
                           const struct seg_range *range, const struct seg_node *last) {
  struct events events;
  if (last->argument != NULL || !events_of(last, &events))
    return;
  if (range->low > events.near) { // also when there is no such event at all
    struct events nearer = events;
    nearer.far = range->low - 1 < events.far ? (int32_t)(range->low - 1) : events.far;
    none(boxes, ranges, &nearer);
  }
  if (!range->missing && range->high < events.far) {
    events.far = (int32_t)(range->high < 0 ? 0 : range->high);
    at_least_one(boxes, ranges, &events);
  }
}

/** What one value says about counts of events. */
static void relate_value(const struct seg_boxes *boxes, struct seg_range *ranges, uint32_t v) {
  const struct seg_boxed_value *value = &boxes->values.items[v];
  const struct seg_range range = ranges[v];
  const struct seg_node *aggregate =
      value->divisor != NULL ? aggregate_behind(value->divisor) : aggregate_behind(value->node);
  struct events events;
  if (aggregate == NULL || !events_of(aggregate, &events))
    return;
  bool sum = value->divisor == NULL && aggregate->aggregate == SEG_AGGREGATE_SUM;
  bool nothing_is_missing =
      value->divisor != NULL || !seg_aggregate_is_always_known(aggregate->aggregate);
  bool integers =
      value->node->type.kind == SEG_TYPE_INT || value->node->type.kind == SEG_TYPE_MONEY;
  if (nothing_is_missing && !range.missing)
    at_least_one(boxes, ranges, &events);
  if (sum && integers && (range.low > 0 || range.high < 0))
    at_least_one(boxes, ranges, &events);
  if (value->divisor == NULL && counts(aggregate) && aggregate->argument != NULL && range.low > 0)
    at_least_one(boxes, ranges, &events);
  bool counts_all = aggregate->argument == NULL || !aggregate->argument->optional;
  if (value->divisor == NULL && counts(aggregate) && aggregate->sequence == NULL && counts_all &&
      range.high < 1)
    none(boxes, ranges, &events);
  if (value->divisor == NULL && value->node->kind == SEG_NODE_DAYS_SINCE &&
      aggregate->aggregate == SEG_AGGREGATE_LAST)
    relate_recency(boxes, ranges, &range, aggregate);
}

void seg_ranges_relate(const struct seg_boxes *boxes, struct seg_range *ranges) {
  for (uint32_t v = 0; v < boxes->values.count; v++)
    relate_value(boxes, ranges, v);
  for (size_t i = 0; i < boxes->orders.count; i++) {
    struct seg_range *less = &ranges[boxes->orders.items[i].less];
    struct seg_range *more = &ranges[boxes->orders.items[i].more];
    if (more->low < less->low)
      more->low = less->low;
    if (less->high > more->high)
      less->high = more->high;
  }
}
