// Verification of a plan: every invariant that plan.h writes down. The lowering calls it on each
// plan, so that the code generator and the runtime may trust what they are given.
#include <inttypes.h>
#include <stdlib.h>

#include "runtime/plan/plan.h"
#include "runtime/plan/plan_verify_block.h"

SEG_PRINTF(3, 4)
static enum seg_status broken(struct seg_error *error, struct seg_str place, const char *format,
                              ...) {
  char what[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  return seg_fail(error, SEG_INTERNAL, NULL, "plan: %.*s: %s", SEG_STR(place), what);
}

#define REQUIRE(condition, ...)                                                                    \
  do {                                                                                             \
    if (!(condition))                                                                              \
      return broken(error, place, __VA_ARGS__);                                                    \
  } while (0)

static enum seg_status check_inputs(const struct seg_plan_entity *entity, bool is_event,
                                    struct seg_error *error) {
  struct seg_str place = entity->name;
  const struct seg_block *scan = &entity->scan;
  REQUIRE(scan->input_count == entity->input_count,
          "the scan has %" PRIu32 " input slots for %" PRIu32 " inputs", scan->input_count,
          entity->input_count);
  for (uint32_t i = 0; i < entity->input_count; i++) {
    const struct seg_plan_input *input = &entity->inputs[i];
    REQUIRE(input->name.size > 0, "input %" PRIu32 " has no name", i);
    REQUIRE(scan->input_layouts[i] == seg_column_type_layout(input->type),
            "input %" PRIu32 " has a layout that does not fit its type", i);
    REQUIRE(scan->input_optional[i] == input->optional,
            "input %" PRIu32 " and its slot differ in being optional", i);
    REQUIRE((input->type == SEG_COLUMN_ENUM) == (input->value_count > 0),
            "input %" PRIu32 ": a list of values belongs to one-of columns, and only to them", i);
    REQUIRE(input->type != SEG_COLUMN_MONEY || input->scale <= 18,
            "input %" PRIu32 " has a money scale above 18", i);
    REQUIRE(is_event || (input->type != SEG_COLUMN_DAY && input->type != SEG_COLUMN_INSTANT),
            "input %" PRIu32 ": a customer has no day of its own", i);
  }
  return SEG_OK;
}

/** Flag numbers: filters first, then one known bit for each optional carried column, in order. */
static enum seg_status check_flags(const struct seg_plan_entity *entity, bool is_event,
                                   struct seg_error *error) {
  struct seg_str place = entity->name;
  uint32_t next = entity->filter_count;
  for (uint32_t i = 0; i < entity->carried_count; i++) {
    const struct seg_step *step = &entity->scan.steps[entity->scan.value_roots[i]];
    REQUIRE(entity->carried_layout[i] == step->layout,
            "carried column %" PRIu32 " has another layout than its step", i);
    uint32_t expected = is_event && step->optional ? next++ : UINT32_MAX;
    uint32_t flag = entity->carried_flag == NULL ? UINT32_MAX : entity->carried_flag[i];
    REQUIRE(flag == expected, "the known flag of carried column %" PRIu32 " is wrong", i);
  }
  REQUIRE(entity->flag_count == next, "has %" PRIu32 " flags instead of %" PRIu32,
          entity->flag_count, next);
  return SEG_OK;
}

/** What a scan hands on is as wide as the input that it is, or full. */
static enum seg_status check_carried_widths(const struct seg_plan_entity *entity,
                                            struct seg_error *error) {
  struct seg_str place = entity->name;
  const struct seg_block *scan = &entity->scan;
  for (uint32_t i = 0; i < entity->carried_count; i++) {
    const struct seg_step *step = &scan->steps[scan->value_roots[i]];
    enum seg_width expected =
        step->op == SEG_OP_INPUT ? seg_block_input_width(scan, step->slot) : SEG_WIDTH_FULL;
    REQUIRE(seg_plan_carried_width(entity, i) == expected,
            "carried column %" PRIu32 " has another width than its step", i);
  }
  return SEG_OK;
}

static enum seg_status check_entity(const struct seg_plan_entity *entity, bool is_event,
                                    bool is_read, struct seg_error *error) {
  struct seg_str place = entity->name;
  const struct seg_block *scan = &entity->scan;
  REQUIRE(entity->name.size > 0, "an entity has no name");
  char scan_name[128];
  snprintf(scan_name, sizeof scan_name, "scan of %.*s", SEG_STR(entity->name));
  enum seg_status status = seg_plan_verify_block(scan, scan_name, error);
  if (status != SEG_OK)
    return status;
  status = check_inputs(entity, is_event, error);
  if (status != SEG_OK)
    return status;
  REQUIRE(scan->value_root_count == entity->carried_count,
          "the scan has %" PRIu32 " value roots for %" PRIu32 " carried columns",
          scan->value_root_count, entity->carried_count);
  bool is_empty = scan->mask_root_count == 0 && entity->filter_count == 0 && !is_read;
  REQUIRE(is_empty || scan->mask_root_count == 1 + entity->filter_count,
          "the scan has %" PRIu32 " mask roots for keep and %" PRIu32 " filters",
          scan->mask_root_count, entity->filter_count);
  REQUIRE(is_event || entity->filter_count == 0, "a customer has no filters");
  REQUIRE(is_event || entity->unique_count + entity->unique_flag_count == 0,
          "a customer has no columns to be unique by");
  for (uint32_t i = 0; i < entity->unique_flag_count; i++)
    REQUIRE(entity->unique_flags[i] < entity->flag_count,
            "is unique by a flag that does not exist");
  for (uint32_t i = 0; i < entity->unique_count; i++)
    REQUIRE(entity->unique[i] < entity->carried_count, "is unique by a column that is not carried");
  if (is_read) {
    REQUIRE(entity->source.size > 0, "has no source");
    REQUIRE(entity->key.size > 0, "has no key");
    REQUIRE(!is_event || entity->time.size > 0, "has no time column");
  }
  status = check_flags(entity, is_event, error);
  return status == SEG_OK ? check_carried_widths(entity, error) : status;
}

/** The value of the first or last event: a carried column, or a flag bit. */
static enum seg_status check_edge_cell(const struct seg_plan_entity *event,
                                       const struct seg_fold_cell *cell, struct seg_error *error) {
  struct seg_str place = event->name;
  REQUIRE(cell->order < event->carried_count &&
              event->carried_layout[cell->order] == SEG_LAYOUT_I64 &&
              event->carried_flag[cell->order] == UINT32_MAX,
          "a cell is ordered by what is no instant");
  REQUIRE(cell->known_flag == UINT32_MAX || cell->known_flag < event->flag_count,
          "a cell's value is known by no flag");
  if (cell->column == SEG_NO_COLUMN) {
    REQUIRE(cell->value_flag < event->flag_count, "a cell's value is no flag");
    REQUIRE(cell->layout == SEG_LAYOUT_I32, "a flag as a value is I32");
    return SEG_OK;
  }
  REQUIRE(cell->column < event->carried_count, "a cell takes a column that it cannot take");
  REQUIRE(cell->layout == event->carried_layout[cell->column],
          "a first or last value has the layout of its column");
  REQUIRE(cell->known_flag == event->carried_flag[cell->column],
          "a first or last value is known by another flag than its column");
  return SEG_OK;
}

static enum seg_status check_cell_types(const struct seg_plan_entity *event,
                                        const struct seg_fold_cell *cell, struct seg_error *error) {
  struct seg_str place = event->name;
  REQUIRE(cell->width == SEG_WIDTH_FULL ||
              (cell->width == SEG_WIDTH_32 && cell->layout == SEG_LAYOUT_I64 &&
               !seg_fold_is_edge_value(cell->kind)),
          "a cell has a width that it cannot have");
  if (seg_fold_is_edge_value(cell->kind))
    return check_edge_cell(event, cell, error);
  bool takes_column = cell->kind == SEG_FOLD_SUM || cell->kind == SEG_FOLD_MIN ||
                      cell->kind == SEG_FOLD_MAX || cell->kind == SEG_FOLD_DISTINCT;
  REQUIRE(takes_column ? cell->column < event->carried_count : cell->column == SEG_NO_COLUMN,
          "a cell takes a column that it cannot take");
  enum seg_layout of = takes_column ? event->carried_layout[cell->column] : SEG_LAYOUT_I32;
  switch (cell->kind) {
  case SEG_FOLD_COUNT: REQUIRE(cell->layout == SEG_LAYOUT_I64, "a count is I64"); break;
  case SEG_FOLD_SUM:
    REQUIRE(of == SEG_LAYOUT_I64 || of == SEG_LAYOUT_F64, "only I64 and F64 can be summed");
    REQUIRE(cell->layout == of, "a sum has the layout of its column");
    break;
  case SEG_FOLD_MIN:
  case SEG_FOLD_MAX:
    REQUIRE(of == SEG_LAYOUT_I32 || of == SEG_LAYOUT_I64 || of == SEG_LAYOUT_F64,
            "only I32, I64 and F64 have a least and a greatest value");
    REQUIRE(cell->layout == of, "a least or greatest value has the layout of its column");
    break;
  case SEG_FOLD_FIRST_DAY:
  case SEG_FOLD_LAST_DAY: REQUIRE(cell->layout == SEG_LAYOUT_I32, "a day is I32"); break;
  case SEG_FOLD_FIRST_VALUE:
  case SEG_FOLD_LAST_VALUE: break;
  case SEG_FOLD_DISTINCT:
    REQUIRE(of == SEG_LAYOUT_I32 || of == SEG_LAYOUT_I64 || of == SEG_LAYOUT_TEXT,
            "only I32, I64 and TEXT values can be told apart");
    REQUIRE(cell->layout == SEG_LAYOUT_I64, "a number of different values is I64");
    break;
  }
  return SEG_OK;
}

static bool is_instant(const struct seg_plan_entity *event, uint32_t column) {
  return column < event->carried_count && event->carried_layout[column] == SEG_LAYOUT_I64 &&
         event->carried_flag[column] == UINT32_MAX;
}

static enum seg_status check_sequences(const struct seg_plan *plan, uint32_t number,
                                       struct seg_error *error) {
  const struct seg_plan_entity *event = &plan->events[number];
  struct seg_str place = event->name;
  for (uint32_t i = 0; i < plan->folds[number].sequence_count; i++) {
    const struct seg_plan_sequence *sequence = &plan->folds[number].sequences[i];
    REQUIRE(sequence->next < plan->event_count, "sequence %" PRIu32 " names no event", i);
    const struct seg_plan_entity *next = &plan->events[sequence->next];
    REQUIRE(plan->folds[sequence->next].is_followed,
            "sequence %" PRIu32 " looks for an event that is not read for it", i);
    REQUIRE(is_instant(event, sequence->instant) && is_instant(next, sequence->next_instant),
            "sequence %" PRIu32 " does not carry the instants", i);
    REQUIRE(sequence->next_flag == SEG_NO_FLAG || sequence->next_flag < next->filter_count,
            "sequence %" PRIu32 " tests no filter", i);
    REQUIRE(sequence->limit > 0, "sequence %" PRIu32 " allows no time", i);
  }
  return SEG_OK;
}

static enum seg_status check_fold(const struct seg_plan *plan, uint32_t number,
                                  struct seg_error *error) {
  const struct seg_plan_entity *event = &plan->events[number];
  const struct seg_fold *fold = &plan->folds[number];
  struct seg_str place = event->name;
  REQUIRE(fold->first_end <= fold->cell_count && fold->final_begin <= fold->cell_count &&
              fold->final_begin <= fold->first_end,
          "cells are in no pass");
  REQUIRE(fold->flag_width == SEG_WIDTH_FULL ||
              event->flag_count + fold->sequence_count <=
                  8 * seg_width_bytes(SEG_LAYOUT_I64, fold->flag_width),
          "has more flags than a word of them has bits");
  for (uint32_t i = 0; i < fold->cell_count; i++) {
    const struct seg_fold_cell *cell = &fold->cells[i];
    enum seg_status status = check_cell_types(event, cell, error);
    if (status != SEG_OK)
      return status;
    REQUIRE(cell->window < plan->window_count, "cell %" PRIu32 " names no window", i);
    REQUIRE(cell->flag_count <= SEG_MAX_CELL_FLAGS, "cell %" PRIu32 " has too many flags", i);
    uint32_t known = cell->column == SEG_NO_COLUMN ? UINT32_MAX : event->carried_flag[cell->column];
    bool tests_known = known == UINT32_MAX || seg_fold_is_edge_value(cell->kind);
    for (uint32_t flag = 0; flag < cell->flag_count; flag++) {
      REQUIRE(cell->flags[flag] < event->flag_count + fold->sequence_count,
              "cell %" PRIu32 " tests no flag", i);
      tests_known = tests_known || cell->flags[flag] == known;
    }
    REQUIRE(tests_known, "cell %" PRIu32 " does not test that its column is known", i);
  }
  return check_sequences(plan, number, error);
}

static enum seg_status check_windows(const struct seg_plan *plan, struct seg_error *error) {
  for (uint32_t i = 0; i < plan->window_count; i++) {
    const struct seg_plan_window *window = &plan->windows[i];
    struct seg_str place = seg_str_view("windows");
    switch (window->form) {
    case SEG_WINDOW_ALL: break;
    case SEG_WINDOW_AGES:
      REQUIRE(window->near_age >= 1 && window->near_age <= window->far_age,
              "window %" PRIu32 " has ages in the wrong order", i);
      break;
    case SEG_WINDOW_DAYS:
      REQUIRE(window->first_day <= window->last_day, "window %" PRIu32 " ends before it begins", i);
      break;
    case SEG_WINDOW_CALENDAR:
      REQUIRE((uint32_t)window->unit <= SEG_PERIOD_UNIT_YEAR && window->count >= 0,
              "window %" PRIu32 " has no such period", i);
      break;
    }
  }
  return SEG_OK;
}

static bool cell_is_optional(const struct seg_fold_cell *cell) {
  switch (cell->kind) {
  case SEG_FOLD_COUNT:
  case SEG_FOLD_SUM:
  case SEG_FOLD_DISTINCT: return false;
  case SEG_FOLD_MIN:
  case SEG_FOLD_MAX:
  case SEG_FOLD_FIRST_DAY:
  case SEG_FOLD_LAST_DAY:
  case SEG_FOLD_FIRST_VALUE:
  case SEG_FOLD_LAST_VALUE: return true;
  }
  return true;
}

static enum seg_status check_derived(const struct seg_plan *plan,
                                     const struct seg_plan_derived *derived,
                                     struct seg_error *error) {
  struct seg_str place = seg_str_view("derived columns");
  switch (derived->kind) {
  case SEG_DERIVED_BUCKET:
    REQUIRE(derived->layout == SEG_LAYOUT_I64 && !derived->optional, "a bucket is I64 and known");
    REQUIRE(derived->buckets >= 1, "there are no buckets");
    break;
  case SEG_DERIVED_RANK:
    REQUIRE(derived->rank < plan->rank_count, "there is no such rank");
    enum seg_plan_rank_kind kind = plan->ranks[derived->rank].kind;
    REQUIRE(derived->layout == seg_plan_rank_layout(kind) &&
                derived->optional == (kind == SEG_PLAN_QUANTILE_BAND),
            "what comes of a rank has another form");
    break;
  case SEG_DERIVED_LISTED:
    REQUIRE(derived->layout == SEG_LAYOUT_I32 && !derived->optional,
            "a list's bit is I32 and known");
    REQUIRE(derived->list < plan->list_count, "a derived column names no list");
    REQUIRE(plan->lists[derived->list].source.size > 0 && plan->lists[derived->list].key.size > 0,
            "a list has no source or no key");
    break;
  }
  return SEG_OK;
}

/** Slots of a block over customers. */
static enum seg_status check_customer_slots(const struct seg_plan *plan,
                                            const struct seg_block *block, const char *name,
                                            struct seg_error *error) {
  struct seg_str place = seg_str_view(name);
  uint64_t expected = (uint64_t)plan->customer.carried_count + plan->derived_count;
  for (uint32_t event = 0; event < plan->event_count; event++)
    expected += plan->folds[event].cell_count;
  REQUIRE(block->input_count == expected, "has %" PRIu32 " input slots instead of %" PRIu64,
          block->input_count, expected);
  uint32_t slot = 0;
  for (; slot < plan->customer.carried_count; slot++) {
    const struct seg_block *scan = &plan->customer.scan;
    const struct seg_step *step = &scan->steps[scan->value_roots[slot]];
    REQUIRE(block->input_layouts[slot] == step->layout &&
                block->input_optional[slot] == step->optional,
            "slot %" PRIu32 " does not fit the customer's carried column", slot);
    REQUIRE(seg_block_input_width(block, slot) == seg_plan_carried_width(&plan->customer, slot),
            "slot %" PRIu32 " has another width than the customer's carried column", slot);
  }
  for (uint32_t event = 0; event < plan->event_count; event++) {
    for (uint32_t i = 0; i < plan->folds[event].cell_count; i++, slot++) {
      const struct seg_fold_cell *cell = &plan->folds[event].cells[i];
      REQUIRE(block->input_layouts[slot] == cell->layout &&
                  seg_block_input_width(block, slot) == cell->width &&
                  block->input_optional[slot] == cell_is_optional(cell),
              "slot %" PRIu32 " does not fit its cell", slot);
    }
  }
  for (uint32_t i = 0; i < plan->derived_count; i++, slot++)
    REQUIRE(block->input_layouts[slot] == plan->derived[i].layout &&
                block->input_optional[slot] == plan->derived[i].optional,
            "slot %" PRIu32 " does not fit its derived column", slot);
  return SEG_OK;
}

static enum seg_status check_ranks(const struct seg_plan *plan, struct seg_error *error) {
  const struct seg_block *block = &plan->first_block;
  struct seg_str place = seg_str_view("first block");
  if (plan->rank_count == 0) {
    REQUIRE(block->step_count == 0, "nothing is ranked, and it has steps");
    return SEG_OK;
  }
  enum seg_status status = seg_plan_verify_block(block, "first block", error);
  if (status == SEG_OK)
    status = check_customer_slots(plan, block, "first block", error);
  if (status != SEG_OK)
    return status;
  REQUIRE(block->mask_root_count == 0, "has mask roots");
  uint32_t first_derived = block->input_count - plan->derived_count;
  for (uint32_t i = 0; i < block->step_count; i++) {
    const struct seg_step *step = &block->steps[i];
    REQUIRE(step->op != SEG_OP_INPUT || step->slot < first_derived ||
                plan->derived[step->slot - first_derived].kind != SEG_DERIVED_RANK,
            "what comes of a rank is ranked");
  }
  for (uint32_t i = 0; i < plan->rank_count; i++) {
    const struct seg_plan_rank *rank = &plan->ranks[i];
    REQUIRE(rank->value < block->value_root_count, "rank %" PRIu32 " orders no value", i);
    enum seg_layout layout = block->steps[block->value_roots[rank->value]].layout;
    bool ordered = layout == SEG_LAYOUT_I32 || layout == SEG_LAYOUT_I64 || layout == SEG_LAYOUT_F64;
    REQUIRE(ordered, "rank %" PRIu32 " orders what has no order", i);
    bool fraction = rank->denominator != SEG_NO_COLUMN;
    REQUIRE(!fraction ||
                (rank->denominator < block->value_root_count && layout == SEG_LAYOUT_I64 &&
                 block->steps[block->value_roots[rank->denominator]].layout == SEG_LAYOUT_I64),
            "rank %" PRIu32 " has a fraction that is none", i);
    bool parts = rank->kind == SEG_PLAN_NTILE || rank->kind == SEG_PLAN_QUANTILE_BAND;
    REQUIRE(!parts || (rank->count >= 2 && rank->count <= SEG_MAX_PARTS),
            "rank %" PRIu32 " has a wrong number of parts", i);
    REQUIRE(rank->kind != SEG_PLAN_TOP || rank->count > 0 ||
                (rank->share > 0 && rank->share < rank->whole),
            "rank %" PRIu32 " takes a wrong share", i);
    REQUIRE(rank->kind != SEG_PLAN_TOP_SHARE ||
                (rank->share > 0 && rank->share < rank->whole && rank->whole <= 1000000 &&
                 layout == SEG_LAYOUT_I64 && !fraction),
            "rank %" PRIu32 " takes a wrong share of a sum", i);
  }
  return SEG_OK;
}

static enum seg_status check_customer_block(const struct seg_plan *plan, struct seg_error *error) {
  const struct seg_block *block = &plan->customer_block;
  struct seg_str place = seg_str_view("customer block");
  enum seg_status status = seg_plan_verify_block(block, "customer block", error);
  if (status != SEG_OK)
    return status;
  status = check_customer_slots(plan, block, "customer block", error);
  for (uint32_t i = 0; i < plan->derived_count && status == SEG_OK; i++)
    status = check_derived(plan, &plan->derived[i], error);
  if (status != SEG_OK)
    return status;
  REQUIRE(block->value_root_count == 0, "has value roots");
  REQUIRE(block->mask_root_count == plan->segment_count,
          "has %" PRIu32 " mask roots for %" PRIu32 " segments", block->mask_root_count,
          plan->segment_count);
  return SEG_OK;
}

/** `last_chain[s]`: 1 + the last chain that segment s was seen in. */
static enum seg_status check_members(const struct seg_plan *plan, uint32_t *last_chain,
                                     struct seg_error *error) {
  for (uint32_t i = 0; i < plan->chain_count; i++) {
    const struct seg_plan_chain *chain = &plan->chains[i];
    struct seg_str place = chain->name;
    REQUIRE(chain->name.size > 0, "chain %" PRIu32 " has no name", i);
    REQUIRE(chain->member_count > 0, "a chain has no members");
    for (uint32_t m = 0; m < chain->member_count; m++) {
      uint32_t segment = chain->members[m];
      REQUIRE(segment < plan->segment_count, "a member names no segment");
      REQUIRE(last_chain[segment] != i + 1, "a member stands twice");
      last_chain[segment] = i + 1;
    }
  }
  return SEG_OK;
}

static enum seg_status check_chains(const struct seg_plan *plan, struct seg_error *error) {
  uint32_t *last_chain = calloc((size_t)plan->segment_count + 1, sizeof *last_chain);
  if (last_chain == NULL)
    return seg_fail_memory(error, "checking the plan");
  enum seg_status status = check_members(plan, last_chain, error);
  free(last_chain);
  return status;
}

static enum seg_status check_holdouts(const struct seg_plan *plan, struct seg_error *error) {
  struct seg_str place = seg_str_view("holdouts");
  for (uint32_t i = 0; i < plan->holdout_count; i++) {
    const struct seg_plan_holdout *holdout = &plan->holdouts[i];
    REQUIRE(holdout->segment < plan->segment_count, "a holdout names no segment");
    REQUIRE(i == 0 || plan->holdouts[i - 1].segment < holdout->segment,
            "the holdouts are not in the order of the segments");
    REQUIRE(holdout->limit > 0, "a holdout takes nobody");
  }
  return SEG_OK;
}

static enum seg_status check_events(const struct seg_plan *plan, struct seg_error *error) {
  for (uint32_t i = 0; i < plan->event_count; i++) {
    bool is_read = seg_plan_gathers_event(plan, i) || plan->customer_from_event == (int32_t)i;
    enum seg_status status = check_entity(&plan->events[i], true, is_read, error);
    if (status == SEG_OK)
      status = check_fold(plan, i, error);
    if (status != SEG_OK)
      return status;
  }
  return SEG_OK;
}

static enum seg_status check_entity_widths(const struct seg_plan_entity *entity,
                                           struct seg_error *error) {
  enum seg_status status = seg_plan_verify_block_widths(&entity->scan, "scan", error);
  return status == SEG_OK ? check_carried_widths(entity, error) : status;
}

static enum seg_status check_block_widths(const struct seg_plan *plan,
                                          const struct seg_block *block, const char *name,
                                          struct seg_error *error) {
  enum seg_status status = seg_plan_verify_block_widths(block, name, error);
  return status == SEG_OK ? check_customer_slots(plan, block, name, error) : status;
}

enum seg_status seg_plan_verify_widths(const struct seg_plan *plan, struct seg_error *error) {
  enum seg_status status = check_entity_widths(&plan->customer, error);
  for (uint32_t i = 0; status == SEG_OK && i < plan->event_count; i++) {
    status = check_entity_widths(&plan->events[i], error);
    if (status == SEG_OK)
      status = check_fold(plan, i, error);
  }
  if (status == SEG_OK && plan->rank_count > 0)
    status = check_block_widths(plan, &plan->first_block, "first block", error);
  return status == SEG_OK ? check_block_widths(plan, &plan->customer_block, "customer block", error)
                          : status;
}

enum seg_status seg_plan_verify(const struct seg_plan *plan, struct seg_error *error) {
  struct seg_str place = seg_str_view("customer");
  REQUIRE(plan->customer_from_event >= -1 &&
              (plan->customer_from_event < 0 ||
               (uint32_t)plan->customer_from_event < plan->event_count),
          "the customers come from an event that does not exist");
  REQUIRE(plan->customer_from_event < 0 || plan->customer.carried_count == 0,
          "customers without a source cannot have columns");
  enum seg_status status =
      check_entity(&plan->customer, false, plan->customer_from_event < 0, error);
  if (status == SEG_OK)
    status = check_windows(plan, error);
  if (status == SEG_OK)
    status = check_events(plan, error);
  if (status == SEG_OK)
    status = check_ranks(plan, error);
  if (status == SEG_OK)
    status = check_customer_block(plan, error);
  if (status == SEG_OK)
    status = check_chains(plan, error);
  if (status == SEG_OK)
    status = check_holdouts(plan, error);
  return status;
}
