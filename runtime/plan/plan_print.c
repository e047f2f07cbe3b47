// The plan as text, for people and for tests (`--dump=plan`). One line a fact; step numbers as
// "%7".
#include <inttypes.h>

#include "runtime/plan/plan.h"

static const char *const layout_names[] = {
    [SEG_LAYOUT_BIT] = "bit", [SEG_LAYOUT_I32] = "i32",   [SEG_LAYOUT_I64] = "i64",
    [SEG_LAYOUT_F64] = "f64", [SEG_LAYOUT_TEXT] = "text",
};
static const char *const column_type_names[] = {
    [SEG_COLUMN_BOOL] = "bool",
    [SEG_COLUMN_INT] = "int",
    [SEG_COLUMN_NUMBER] = "number",
    [SEG_COLUMN_MONEY] = "money",
    [SEG_COLUMN_TEXT] = "text",
    [SEG_COLUMN_DATE] = "date",
    [SEG_COLUMN_TIMESTAMP] = "timestamp",
    [SEG_COLUMN_ENUM] = "one-of",
    [SEG_COLUMN_DAY] = "day",
    [SEG_COLUMN_INSTANT] = "instant",
};
static const char *const comparison_names[] = {
    [SEG_IS_EQUAL] = "=",       [SEG_IS_NOT_EQUAL] = "!=", [SEG_IS_LESS] = "<",
    [SEG_IS_LESS_EQUAL] = "<=", [SEG_IS_GREATER] = ">",    [SEG_IS_GREATER_EQUAL] = ">=",
};
static const char *const text_test_names[] = {
    [SEG_TEXT_STARTS] = "starts-with",
    [SEG_TEXT_ENDS] = "ends-with",
    [SEG_TEXT_CONTAINS] = "contains",
};
static const char *const date_part_names[] = {
    [SEG_PART_YEAR] = "year",       [SEG_PART_MONTH] = "month",
    [SEG_PART_DAY] = "day",         [SEG_PART_WEEKDAY] = "weekday",
    [SEG_PART_WEEK_COUNT] = "week", [SEG_PART_MONTH_COUNT] = "month-count",
};
static const char *const rounding_names[] = {
    [SEG_TO_NEAREST] = "nearest",
    [SEG_TO_FLOOR] = "floor",
    [SEG_TO_CEILING] = "ceiling",
};
static const char *const text_map_names[] = {
    [SEG_TEXT_LOWER] = "lower",
    [SEG_TEXT_UPPER] = "upper",
    [SEG_TEXT_TRIM] = "trim",
};
static const char *const fold_names[] = {
    [SEG_FOLD_COUNT] = "count",
    [SEG_FOLD_SUM] = "sum",
    [SEG_FOLD_MIN] = "min",
    [SEG_FOLD_MAX] = "max",
    [SEG_FOLD_FIRST_DAY] = "first-day",
    [SEG_FOLD_LAST_DAY] = "last-day",
    [SEG_FOLD_DISTINCT] = "distinct",
    [SEG_FOLD_FIRST_VALUE] = "first-value",
    [SEG_FOLD_LAST_VALUE] = "last-value",
};

static void print_text(struct seg_str text, FILE *out) {
  putc('"', out);
  for (size_t i = 0; i < text.size; i++) {
    unsigned char byte = (unsigned char)text.data[i];
    if (byte == '"' || byte == '\\')
      fprintf(out, "\\%c", byte);
    else if (byte < 0x20)
      fprintf(out, "\\x%02x", byte);
    else
      putc(byte, out);
  }
  putc('"', out);
}

static void print_constant(const struct seg_plan_constant *constant, enum seg_layout layout,
                           FILE *out) {
  switch (layout) {
  case SEG_LAYOUT_BIT:
  case SEG_LAYOUT_I32:
  case SEG_LAYOUT_I64: fprintf(out, "%" PRId64, constant->integer); break;
  case SEG_LAYOUT_F64: fprintf(out, "%.17g", constant->number); break;
  case SEG_LAYOUT_TEXT: print_text(constant->text, out); break;
  }
}

/** The layout of a step's list: that of its operand, but the cuts of a fraction are integers. */
static enum seg_layout list_layout(const struct seg_block *block, const struct seg_step *step) {
  if (step->op == SEG_OP_FRACTION_BAND)
    return SEG_LAYOUT_I64;
  return block->steps[step->operands[0]].layout;
}

static void print_step(const struct seg_block *block, uint32_t number, FILE *out) {
  const struct seg_step *step = &block->steps[number];
  const struct seg_op_info *info = &seg_op_info[step->op];
  fprintf(out, "    %%%" PRIu32 " = %s", number, info->name);
  if (info->stage == SEG_STAGE_VALUE)
    fprintf(out, " %s%s", layout_names[step->layout], step->optional ? "?" : "");
  if (step->op == SEG_OP_INPUT)
    fprintf(out, " slot %" PRIu32, step->slot);
  if (step->op == SEG_OP_CONSTANT) {
    putc(' ', out);
    print_constant(&step->constant, step->layout, out);
  }
  if (step->op == SEG_OP_COMPARE)
    fprintf(out, " %s", comparison_names[step->comparison]);
  if (step->op == SEG_OP_DATE_PART)
    fprintf(out, " %s", date_part_names[step->date_part]);
  if (step->op == SEG_OP_TEXT_TEST)
    fprintf(out, " %s", text_test_names[step->text_test]);
  if (step->op == SEG_OP_NUMBER_TO_INTEGER || step->op == SEG_OP_ROUND)
    fprintf(out, " %s", rounding_names[step->rounding]);
  if (step->op == SEG_OP_TEXT_MAP)
    fprintf(out, " %s", text_map_names[step->text_map]);
  for (uint32_t i = 0; i < info->operand_count; i++)
    fprintf(out, " %%%" PRIu32, step->operands[i]);
  if (step->op == SEG_OP_INTEGER_TO_NUMBER)
    fprintf(out, " scale %u", step->scale);
  if (step->op == SEG_OP_AS_OF_INSTANT)
    fprintf(out, " minus %" PRId64, step->factor);
  if (step->op == SEG_OP_FRACTION_BAND || step->op == SEG_OP_ROUND)
    fprintf(out, " factor %" PRId64, step->factor);
  for (uint32_t i = 0; i < step->list_count; i++) {
    fputs(i == 0 ? " (" : ", ", out);
    print_constant(&step->list[i], list_layout(block, step), out);
  }
  if (step->list_count > 0)
    putc(')', out);
  if (step->source.size > 0) {
    fputs("  # ", out);
    print_text(step->source, out);
  }
  putc('\n', out);
}

static void print_steps(const struct seg_block *block, FILE *out) {
  for (uint32_t i = 0; i < block->step_count; i++)
    print_step(block, i, out);
}

static void print_named(const char *word, struct seg_str text, FILE *out) {
  if (text.size == 0)
    return;
  fprintf(out, " %s ", word);
  print_text(text, out);
}

static void print_input(const struct seg_plan_input *input, uint32_t slot, enum seg_width width,
                        FILE *out) {
  fprintf(out, "  input %" PRIu32 ": ", slot);
  print_text(input->name, out);
  fprintf(out, " %s", column_type_names[input->type]);
  if (input->type == SEG_COLUMN_MONEY)
    fprintf(out, " scale %u", input->scale);
  for (uint32_t i = 0; i < input->value_count; i++) {
    fputs(i == 0 ? " (" : ", ", out);
    print_text(input->values[i], out);
  }
  fprintf(out, "%s%s%s", input->value_count > 0 ? ")" : "", input->optional ? " optional" : "",
          input->personal ? " personal" : "");
  if (width != SEG_WIDTH_FULL)
    fprintf(out, " in %zu bits", 8 * seg_width_bytes(SEG_LAYOUT_I64, width));
  putc('\n', out);
}

static void print_scan_roots(const struct seg_plan_entity *entity, FILE *out) {
  const struct seg_block *scan = &entity->scan;
  for (uint32_t i = 0; i < scan->mask_root_count; i++) {
    if (i == 0)
      fprintf(out, "    keep %%%" PRIu32 "\n", scan->mask_roots[i]);
    else
      fprintf(out, "    flag %" PRIu32 ": %%%" PRIu32 "\n", i - 1, scan->mask_roots[i]);
  }
  for (uint32_t i = 0; i < entity->carried_count; i++) {
    fprintf(out, "    carry %" PRIu32 ": %%%" PRIu32, i, scan->value_roots[i]);
    if (entity->carried_flag != NULL && entity->carried_flag[i] != UINT32_MAX)
      fprintf(out, " known by flag %" PRIu32, entity->carried_flag[i]);
    putc('\n', out);
  }
  for (uint32_t i = 0; i < entity->unique_count; i++)
    fprintf(out, "%s%" PRIu32 "%s", i == 0 ? "    unique by carried " : ", ", entity->unique[i],
            i + 1 == entity->unique_count ? "\n" : "");
  for (uint32_t i = 0; i < entity->unique_flag_count; i++)
    fprintf(out, "%s%" PRIu32 "%s", i == 0 ? "    unique by flag " : ", ", entity->unique_flags[i],
            i + 1 == entity->unique_flag_count ? "\n" : "");
}

static void print_entity(const char *what, const struct seg_plan_entity *entity, FILE *out) {
  fputs(what, out);
  putc(' ', out);
  print_text(entity->name, out);
  print_named("from", entity->source, out);
  print_named("key", entity->key, out);
  if (entity->key_personal)
    fputs(" personal", out);
  print_named("time", entity->time, out);
  print_named("zone", entity->zone, out);
  putc('\n', out);
  for (uint32_t i = 0; i < entity->input_count; i++)
    print_input(&entity->inputs[i], i, seg_block_input_width(&entity->scan, i), out);
  if (entity->scan.step_count > 0)
    fputs("  scan\n", out);
  print_steps(&entity->scan, out);
  print_scan_roots(entity, out);
}

static void print_cell(const struct seg_fold_cell *cell, uint32_t number, FILE *out) {
  fprintf(out, "  cell %" PRIu32 ": %s %s", number, fold_names[cell->kind],
          layout_names[cell->layout]);
  if (cell->column != SEG_NO_COLUMN)
    fprintf(out, " carried %" PRIu32, cell->column);
  if (seg_fold_is_edge_value(cell->kind)) {
    if (cell->column == SEG_NO_COLUMN)
      fprintf(out, " flag %" PRIu32, cell->value_flag);
    if (cell->known_flag != UINT32_MAX)
      fprintf(out, " known by flag %" PRIu32, cell->known_flag);
    fprintf(out, " by carried %" PRIu32, cell->order);
  }
  fprintf(out, " window %" PRIu32, cell->window);
  for (uint32_t i = 0; i < cell->flag_count; i++)
    fprintf(out, "%s%" PRIu32, i == 0 ? " flags " : ",", cell->flags[i]);
  if (cell->source.size > 0) {
    fputs("  # ", out);
    print_text(cell->source, out);
  }
  putc('\n', out);
}

static void print_sequence(const struct seg_plan_sequence *sequence, uint32_t flag, FILE *out) {
  fprintf(out, "  flag %" PRIu32 ": carried %" PRIu32 " %s event %" PRIu32 " carried %" PRIu32,
          flag, sequence->instant, sequence->without ? "without" : "then", sequence->next,
          sequence->next_instant);
  if (sequence->next_flag != SEG_NO_FLAG)
    fprintf(out, " flag %" PRIu32, sequence->next_flag);
  fprintf(out, " within %" PRId64 " %s\n", sequence->limit,
          sequence->in_days ? "days" : "microseconds");
}

static void print_fold(const struct seg_plan *plan, uint32_t event, FILE *out) {
  const struct seg_fold *fold = &plan->folds[event];
  for (uint32_t i = 0; i < fold->sequence_count; i++)
    print_sequence(&fold->sequences[i], plan->events[event].flag_count + i, out);
  for (uint32_t i = 0; i < fold->cell_count; i++)
    print_cell(&fold->cells[i], i, out);
}

static void print_window(const struct seg_plan_window *window, uint32_t number, FILE *out) {
  fprintf(out, "window %" PRIu32 ": ", number);
  switch (window->form) {
  case SEG_WINDOW_ALL: fputs("all\n", out); break;
  case SEG_WINDOW_AGES:
    fprintf(out, "ages %" PRId32 " .. %" PRId32 "\n", window->near_age, window->far_age);
    break;
  case SEG_WINDOW_DAYS:
    fprintf(out, "days %" PRId32 " .. %" PRId32 "\n", window->first_day, window->last_day);
    break;
  case SEG_WINDOW_CALENDAR:
    if (window->count == 0)
      fprintf(out, "this %s\n", seg_period_word(window->unit));
    else
      fprintf(out, "last %" PRId32 " %ss\n", window->count, seg_period_word(window->unit));
    break;
  }
}

static void print_chain(const struct seg_plan *plan, const struct seg_plan_chain *chain,
                        FILE *out) {
  fputs("chain ", out);
  print_text(chain->name, out);
  for (uint32_t i = 0; i < chain->member_count; i++) {
    fputs(i == 0 ? ": " : " > ", out);
    print_text(plan->segments[chain->members[i]], out);
  }
  print_named("otherwise", chain->otherwise, out);
  putc('\n', out);
}

static void print_derived(const struct seg_plan_derived *derived, uint32_t slot, FILE *out) {
  fprintf(out, "  slot %" PRIu32 ": ", slot);
  switch (derived->kind) {
  case SEG_DERIVED_BUCKET:
    fprintf(out, "bucket of %" PRId64, derived->buckets);
    print_named("salt", derived->salt, out);
    break;
  case SEG_DERIVED_RANK: fprintf(out, "rank %" PRIu32, derived->rank); break;
  case SEG_DERIVED_LISTED: fprintf(out, "in list %" PRIu32, derived->list); break;
  }
  putc('\n', out);
}

static const char *const rank_names[] = {
    [SEG_PLAN_NTILE] = "ntile",
    [SEG_PLAN_QUANTILE_BAND] = "quantile-band",
    [SEG_PLAN_TOP] = "top",
    [SEG_PLAN_TOP_SHARE] = "top-share",
    [SEG_PLAN_PERCENTILE] = "percentile",
};

static void print_ranks(const struct seg_plan *plan, FILE *out) {
  const struct seg_block *block = &plan->first_block;
  if (plan->rank_count == 0)
    return;
  fputs("first block\n", out);
  print_steps(block, out);
  for (uint32_t i = 0; i < plan->rank_count; i++) {
    const struct seg_plan_rank *rank = &plan->ranks[i];
    fprintf(out, "  rank %" PRIu32 ": %s", i, rank_names[rank->kind]);
    if (rank->count > 0)
      fprintf(out, " %" PRIu64, rank->count);
    if (rank->share > 0)
      fprintf(out, " share %" PRId64 " / %" PRId64, rank->share, rank->whole);
    fprintf(out, " of %%%" PRIu32, block->value_roots[rank->value]);
    if (rank->denominator != SEG_NO_COLUMN)
      fprintf(out, " / %%%" PRIu32, block->value_roots[rank->denominator]);
    putc('\n', out);
  }
  for (uint32_t i = 0; i < plan->event_count; i++)
    fprintf(out, "  event %" PRIu32 ": cells up to %" PRIu32 ", finally from %" PRIu32 "\n", i,
            plan->folds[i].first_end, plan->folds[i].final_begin);
}

static void print_customer_block(const struct seg_plan *plan, FILE *out) {
  const struct seg_block *block = &plan->customer_block;
  fputs("customer block\n", out);
  uint32_t slot = 0;
  for (; slot < plan->customer.carried_count; slot++)
    fprintf(out, "  slot %" PRIu32 ": customer carried %" PRIu32 "\n", slot, slot);
  for (uint32_t event = 0; event < plan->event_count; event++) {
    for (uint32_t cell = 0; cell < plan->folds[event].cell_count; cell++)
      fprintf(out, "  slot %" PRIu32 ": event %" PRIu32 " cell %" PRIu32 "\n", slot++, event, cell);
  }
  for (uint32_t i = 0; i < plan->derived_count; i++)
    print_derived(&plan->derived[i], slot++, out);
  print_steps(block, out);
  for (uint32_t i = 0; i < plan->segment_count && i < block->mask_root_count; i++) {
    fprintf(out, "  segment %" PRIu32 " ", i);
    print_text(plan->segments[i], out);
    fprintf(out, ": %%%" PRIu32 "\n", block->mask_roots[i]);
  }
}

static void print_holdout(const struct seg_plan *plan, const struct seg_plan_holdout *holdout,
                          FILE *out) {
  fputs("holdout of ", out);
  print_text(plan->segments[holdout->segment], out);
  fprintf(out, " below %" PRIu64, holdout->limit);
  print_named("salt", holdout->salt, out);
  putc('\n', out);
}

void seg_plan_print(const struct seg_plan *plan, FILE *out) {
  fputs("plan", out);
  print_named("timezone", plan->timezone, out);
  putc('\n', out);
  print_entity("customer", &plan->customer, out);
  if (plan->customer_from_event >= 0)
    fprintf(out, "  customers of event %" PRId32 "\n", plan->customer_from_event);
  for (uint32_t i = 0; i < plan->event_count; i++) {
    char what[32];
    snprintf(what, sizeof what, "event %" PRIu32, i);
    print_entity(what, &plan->events[i], out);
    print_fold(plan, i, out);
  }
  for (uint32_t i = 0; i < plan->window_count; i++)
    print_window(&plan->windows[i], i, out);
  print_ranks(plan, out);
  for (uint32_t i = 0; i < plan->list_count; i++) {
    char what[32];
    snprintf(what, sizeof what, "list %" PRIu32, i);
    print_entity(what, &plan->lists[i], out);
  }
  print_customer_block(plan, out);
  for (uint32_t i = 0; i < plan->holdout_count; i++)
    print_holdout(plan, &plan->holdouts[i], out);
  for (uint32_t i = 0; i < plan->chain_count; i++)
    print_chain(plan, &plan->chains[i], out);
}
