// Aggregates become cells of their event's fold; the customer block reads the cells as input
// columns.
#include <assert.h>

#include "compiler/lower/context.h"
#include "runtime/time/civil.h"

static uint32_t plan_window(struct seg_lowering *lowering, const struct seg_day_window *window) {
  struct seg_plan_window wanted = {.form = SEG_WINDOW_ALL};
  if (!window->hours && (window->kind == SEG_WINDOW_WITHIN || window->kind == SEG_WINDOW_BETWEEN))
    wanted = (struct seg_plan_window){
        .form = SEG_WINDOW_AGES, .near_age = window->near_age, .far_age = window->far_age};
  if (window->kind == SEG_WINDOW_FROM)
    wanted = (struct seg_plan_window){
        .form = SEG_WINDOW_DAYS, .first_day = window->first_day, .last_day = window->last_day};
  if (window->kind == SEG_WINDOW_THIS || window->kind == SEG_WINDOW_LAST)
    wanted = (struct seg_plan_window){
        .form = SEG_WINDOW_CALENDAR, .unit = window->unit, .count = window->count};
  for (uint32_t i = 0; i < lowering->windows.count; i++) {
    const struct seg_plan_window *old = &lowering->windows.items[i];
    if (old->form == wanted.form && old->near_age == wanted.near_age &&
        old->far_age == wanted.far_age && old->first_day == wanted.first_day &&
        old->last_day == wanted.last_day && old->unit == wanted.unit && old->count == wanted.count)
      return i;
  }
  if (!SEG_VEC_PUSH(&lowering->windows, wanted))
    lowering->failed = true;
  return (uint32_t)lowering->windows.count - 1;
}

// Compares the moment of an event with the one so many hours before the as-of day.
static uint32_t hours_mask(const struct seg_scope *rows, enum seg_plan_comparison comparison,
                           int32_t hours) {
  uint32_t instant = seg_lower_time(rows->draft, SEG_COLUMN_INSTANT);
  uint32_t bound =
      seg_build_step(rows->builder, (struct seg_step){.op = SEG_OP_AS_OF_INSTANT,
                                                      .layout = SEG_LAYOUT_I64,
                                                      .factor = hours * INT64_C(3600) *
                                                                SEG_MICROSECONDS_PER_SECOND});
  return seg_build_step(rows->builder, (struct seg_step){.op = SEG_OP_COMPARE,
                                                         .layout = SEG_LAYOUT_BIT,
                                                         .comparison = comparison,
                                                         .operands = {instant, bound}});
}

// A window in hours is a filter: the scan knows the moment of an event, the fold only its day.
static uint32_t hours_window(const struct seg_scope *rows, const struct seg_day_window *window) {
  uint32_t mask = hours_mask(rows, SEG_IS_GREATER_EQUAL, window->far_age);
  if (window->near_age == 0)
    return mask;
  return seg_build_and(rows->builder, mask, hours_mask(rows, SEG_IS_LESS, window->near_age));
}

uint32_t seg_lower_filter(struct seg_lowering *lowering, struct seg_entity_draft *draft,
                          uint32_t mask) {
  for (uint32_t i = 0; i < draft->filters.count; i++)
    if (draft->filters.items[i] == mask)
      return i;
  if (!SEG_VEC_PUSH(&draft->filters, mask))
    lowering->failed = true;
  return (uint32_t)draft->filters.count - 1;
}

static bool cells_equal(const struct seg_cell_draft *a, const struct seg_cell_draft *b) {
  return a->cell.kind == b->cell.kind && a->cell.layout == b->cell.layout &&
         a->cell.column == b->cell.column && a->cell.window == b->cell.window &&
         a->cell.order == b->cell.order && a->cell.value_flag == b->cell.value_flag &&
         a->cell.known_flag == b->cell.known_flag && a->filters[0] == b->filters[0] &&
         a->filters[1] == b->filters[1] && a->sequence == b->sequence;
}

static uint32_t carry_instant(struct seg_lowering *lowering, struct seg_entity_draft *draft) {
  return seg_lower_carry(lowering, draft, seg_lower_time(draft, SEG_COLUMN_INSTANT));
}

// The number of a sequence among those of the counted event, new or old.
static uint32_t sequence_number(struct seg_lowering *lowering, const struct seg_node *node) {
  const struct seg_sequence *sequence = node->sequence;
  struct seg_entity_draft *draft = &lowering->events[node->event];
  struct seg_entity_draft *next = &lowering->events[sequence->event];
  struct seg_scope rows = {lowering, SEG_SCOPE_SCAN, next, &next->scan};
  struct seg_plan_sequence wanted = {
      .instant = carry_instant(lowering, draft),
      .next = sequence->event,
      .next_instant = carry_instant(lowering, next),
      .next_flag = SEG_NO_FLAG,
      .without = sequence->without,
      .in_days = sequence->in_days,
      .limit = sequence->in_days ? sequence->limit : sequence->limit * SEG_MICROSECONDS_PER_HOUR,
  };
  next->is_followed = true;
  if (sequence->filter != NULL)
    wanted.next_flag =
        seg_lower_filter(lowering, next, seg_lower_condition(&rows, sequence->filter));
  for (uint32_t i = 0; i < draft->sequences.count; i++) {
    const struct seg_plan_sequence *old = &draft->sequences.items[i];
    if (old->next == wanted.next && old->next_flag == wanted.next_flag &&
        old->without == wanted.without && old->in_days == wanted.in_days &&
        old->limit == wanted.limit)
      return i;
  }
  if (!SEG_VEC_PUSH(&draft->sequences, wanted))
    lowering->failed = true;
  return (uint32_t)draft->sequences.count - 1;
}

static bool may_be_unknown(enum seg_fold_kind kind) {
  return kind != SEG_FOLD_COUNT && kind != SEG_FOLD_SUM && kind != SEG_FOLD_DISTINCT;
}

// The customer-block input of a cell, new or old.
static uint32_t cell_input(const struct seg_scope *scope, uint32_t event,
                           struct seg_cell_draft draft) {
  struct seg_lowering *lowering = scope->lowering;
  struct seg_entity_draft *events = &lowering->events[event];
  uint32_t number = 0;
  while (number < events->cells.count && !cells_equal(&events->cells.items[number], &draft))
    number++;
  if (number == events->cells.count && !SEG_VEC_PUSH(&events->cells, draft)) {
    lowering->failed = true;
    return 0;
  }
  bool first = scope->builder == &lowering->first;
  events->cells.items[number].passes[first ? SEG_FIRST_PASS : SEG_FINAL_PASS] = true;
  struct seg_slot_draft slot = {.kind = SEG_SLOT_CELL,
                                .event = event,
                                .index = number,
                                .layout = draft.cell.layout,
                                .optional = may_be_unknown(draft.cell.kind)};
  return seg_lower_slot(scope, slot);
}

// What an aggregate folds: the argument's scan step (when it has one) and the cell without its
// kind.
struct fold_input {
  bool has_argument;
  uint32_t step;
  enum seg_layout layout;
  bool optional;
  struct seg_cell_draft draft;
};

static struct fold_input fold_input(const struct seg_scope *scope, const struct seg_node *node) {
  struct seg_lowering *lowering = scope->lowering;
  struct seg_entity_draft *draft = &lowering->events[node->event];
  struct seg_scope rows = {lowering, SEG_SCOPE_SCAN, draft, &draft->scan};
  struct fold_input input = {.draft = {.cell = {.layout = SEG_LAYOUT_I64,
                                                .column = SEG_NO_COLUMN,
                                                .window = plan_window(lowering, &node->window),
                                                .source = seg_lower_source(lowering, node->span)},
                                       .filters = {SEG_NO_FILTER, SEG_NO_FILTER},
                                       .sequence = SEG_NO_SEQUENCE}};
  uint32_t filter = node->filter != NULL ? seg_lower_condition(&rows, node->filter) : 0;
  if (node->window.hours) {
    uint32_t hours = hours_window(&rows, &node->window);
    filter = node->filter != NULL ? seg_build_and(&draft->scan, filter, hours) : hours;
  }
  if (node->filter != NULL || node->window.hours)
    input.draft.filters[0] = seg_lower_filter(lowering, draft, filter);
  if (node->sequence != NULL)
    input.draft.sequence = sequence_number(lowering, node);
  // A condition has no value that could be carried; it becomes a flag.
  if (node->argument != NULL && node->argument->type.kind != SEG_TYPE_BOOL) {
    input.has_argument = true;
    input.step = seg_lower_carriable(draft, seg_lower_value(&rows, node->argument));
    input.layout = seg_lower_layout(&node->argument->type);
    input.optional = node->argument->optional;
  }
  return input;
}

// Cells of values carry the argument; the known bit of an optional argument becomes a flag when the
// fold is finished.
static uint32_t value_cell(const struct seg_scope *scope, const struct seg_node *node,
                           struct fold_input input, enum seg_fold_kind kind,
                           enum seg_layout layout) {
  struct seg_entity_draft *draft = &scope->lowering->events[node->event];
  input.draft.cell.kind = kind;
  input.draft.cell.layout = layout;
  input.draft.cell.column = seg_lower_carry(scope->lowering, draft, input.step);
  return cell_input(scope, node->event, input.draft);
}

// Counting events with a known argument needs no argument: "it is known" is a filter of its own.
static uint32_t count_cell(const struct seg_scope *scope, const struct seg_node *node,
                           struct fold_input input) {
  struct seg_entity_draft *draft = &scope->lowering->events[node->event];
  input.draft.cell.kind = SEG_FOLD_COUNT;
  if (input.has_argument && input.optional)
    input.draft.filters[1] = seg_lower_filter(
        scope->lowering, draft, seg_build_unary(&draft->scan, SEG_OP_IS_KNOWN, input.step));
  return cell_input(scope, node->event, input.draft);
}

// An average as a number: the exact sum, as a double in whole units, divided by the count of known
// values.
static uint32_t average(const struct seg_scope *scope, const struct seg_node *node,
                        struct fold_input input) {
  uint32_t sum = value_cell(scope, node, input, SEG_FOLD_SUM, input.layout);
  if (input.layout == SEG_LAYOUT_I64)
    sum = seg_build_step(scope->builder, (struct seg_step){.op = SEG_OP_INTEGER_TO_NUMBER,
                                                           .layout = SEG_LAYOUT_F64,
                                                           .operands = {sum},
                                                           .scale = node->argument->type.scale});
  uint32_t count = seg_build_step(scope->builder,
                                  (struct seg_step){.op = SEG_OP_INTEGER_TO_NUMBER,
                                                    .layout = SEG_LAYOUT_F64,
                                                    .operands = {count_cell(scope, node, input)}});
  return seg_build_step(scope->builder, (struct seg_step){.op = SEG_OP_DIVIDE,
                                                          .layout = SEG_LAYOUT_F64,
                                                          .optional = true,
                                                          .operands = {sum, count},
                                                          .source = input.draft.cell.source});
}

// Dates of events lie beside every row already: they need no argument.
static uint32_t day_cell(const struct seg_scope *scope, const struct seg_node *node,
                         struct fold_input input, enum seg_fold_kind kind) {
  input.draft.cell.kind = kind;
  input.draft.cell.layout = SEG_LAYOUT_I32;
  return cell_input(scope, node->event, input.draft);
}

// The value of the first or last event. A condition and whether it is known are flags of the event;
// everything else is carried, and its known flag found when the fold is finished.
static uint32_t edge_value(const struct seg_scope *scope, const struct seg_node *node,
                           struct fold_input input, enum seg_fold_kind kind) {
  struct seg_entity_draft *draft = &scope->lowering->events[node->event];
  struct seg_scope rows = {scope->lowering, SEG_SCOPE_SCAN, draft, &draft->scan};
  struct seg_fold_cell *cell = &input.draft.cell;
  cell->kind = kind;
  cell->order = seg_lower_carry(scope->lowering, draft, seg_lower_time(draft, SEG_COLUMN_INSTANT));
  cell->known_flag = UINT32_MAX;
  if (node->argument->type.kind != SEG_TYPE_BOOL)
    return value_cell(scope, node, input, kind, input.layout);
  cell->layout = SEG_LAYOUT_I32;
  cell->value_flag =
      seg_lower_filter(scope->lowering, draft, seg_lower_condition(&rows, node->argument));
  if (node->argument->optional)
    cell->known_flag =
        seg_lower_filter(scope->lowering, draft, seg_lower_known(&rows, node->argument));
  return cell_input(scope, node->event, input.draft);
}

static uint32_t edge(const struct seg_scope *scope, const struct seg_node *node,
                     struct fold_input input) {
  bool first = node->aggregate == SEG_AGGREGATE_FIRST;
  if (node->argument == NULL)
    return day_cell(scope, node, input, first ? SEG_FOLD_FIRST_DAY : SEG_FOLD_LAST_DAY);
  return edge_value(scope, node, input, first ? SEG_FOLD_FIRST_VALUE : SEG_FOLD_LAST_VALUE);
}

// How many different days, weeks or months: numbers of the event's day, told apart.
static uint32_t periods(const struct seg_scope *scope, const struct seg_node *node,
                        struct fold_input input) {
  struct seg_entity_draft *draft = &scope->lowering->events[node->event];
  input.step = seg_lower_time(draft, SEG_COLUMN_DAY);
  if (node->aggregate != SEG_AGGREGATE_ACTIVE_DAYS)
    input.step = seg_build_step(
        &draft->scan, (struct seg_step){.op = SEG_OP_DATE_PART,
                                        .layout = SEG_LAYOUT_I32,
                                        .date_part = node->aggregate == SEG_AGGREGATE_ACTIVE_WEEKS
                                                         ? SEG_PART_WEEK_COUNT
                                                         : SEG_PART_MONTH_COUNT,
                                        .operands = {input.step}});
  return value_cell(scope, node, input, SEG_FOLD_DISTINCT, SEG_LAYOUT_I64);
}

uint32_t seg_lower_aggregate(const struct seg_scope *scope, const struct seg_node *node) {
  assert(scope->kind == SEG_SCOPE_CUSTOMER);
  struct fold_input input = fold_input(scope, node);
  switch (node->aggregate) {
  case SEG_AGGREGATE_COUNT: return count_cell(scope, node, input);
  case SEG_AGGREGATE_SUM: return value_cell(scope, node, input, SEG_FOLD_SUM, input.layout);
  case SEG_AGGREGATE_AVERAGE: return average(scope, node, input);
  case SEG_AGGREGATE_MIN: return value_cell(scope, node, input, SEG_FOLD_MIN, input.layout);
  case SEG_AGGREGATE_MAX: return value_cell(scope, node, input, SEG_FOLD_MAX, input.layout);
  case SEG_AGGREGATE_DISTINCT:
    return value_cell(scope, node, input, SEG_FOLD_DISTINCT, SEG_LAYOUT_I64);
  case SEG_AGGREGATE_ACTIVE_DAYS:
  case SEG_AGGREGATE_ACTIVE_WEEKS:
  case SEG_AGGREGATE_ACTIVE_MONTHS: return periods(scope, node, input);
  case SEG_AGGREGATE_FIRST:
  case SEG_AGGREGATE_LAST: return edge(scope, node, input);
  case SEG_AGGREGATE_KIND_COUNT: break;
  }
  assert(!"unknown aggregate");
  return 0;
}
