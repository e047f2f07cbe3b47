// From the typed program to the plan; see lower.h. Drafts grow while the rules are lowered; then
// everything gets its final number and moves into the plan's arena.
#include "compiler/lower/lower.h"

#include <string.h>

#include "compiler/lower/context.h"

enum { SOURCE_LIMIT = 120 }; // bytes of rule text kept for a fault message

struct seg_str seg_lower_source(struct seg_lowering *lowering, struct seg_span span) {
  struct seg_str text = seg_source_map_text(lowering->map, span);
  bool cut = text.size > SOURCE_LIMIT;
  if (cut)
    text.size = SOURCE_LIMIT;
  while (cut && text.size > 0 && ((unsigned char)text.data[text.size] & 0xC0) == 0x80)
    text.size--; // not in the middle of a character
  char *copy = seg_arena_alloc(&lowering->plan->arena, text.size + sizeof " ...");
  if (copy == NULL) {
    lowering->failed = true;
    return (struct seg_str){0};
  }
  size_t size = 0;
  for (size_t i = 0; i < text.size; i++) {
    bool blank =
        text.data[i] == ' ' || text.data[i] == '\n' || text.data[i] == '\t' || text.data[i] == '\r';
    if (!blank)
      copy[size++] = text.data[i];
    else if (size > 0 && copy[size - 1] != ' ')
      copy[size++] = ' ';
  }
  if (cut) {
    memcpy(copy + size, " ...", 4);
    size += 4;
  }
  return (struct seg_str){copy, size};
}

static struct seg_str owned(struct seg_lowering *lowering, struct seg_str text) {
  struct seg_str copy = seg_arena_str(&lowering->plan->arena, text);
  if (copy.data == NULL)
    lowering->failed = true;
  return copy;
}

static void *owned_array(struct seg_lowering *lowering, const void *items, size_t count,
                         size_t size) {
  void *copy = seg_arena_array(&lowering->plan->arena, count, size);
  if (copy == NULL)
    lowering->failed = true;
  else if (count > 0)
    memcpy(copy, items, count * size);
  return copy;
}

void seg_lower_finish_inputs(struct seg_lowering *lowering, struct seg_entity_draft *draft,
                             struct seg_plan_entity *entity) {
  uint32_t count = (uint32_t)draft->inputs.count;
  enum seg_layout *layouts = SEG_NEW_ARRAY(&lowering->plan->arena, enum seg_layout, count);
  bool *optional = SEG_NEW_ARRAY(&lowering->plan->arena, bool, count);
  entity->input_count = count;
  entity->inputs = owned_array(lowering, draft->inputs.items, count, sizeof *entity->inputs);
  if (layouts == NULL || optional == NULL || lowering->failed) {
    lowering->failed = true;
    return;
  }
  for (uint32_t i = 0; i < count; i++) {
    layouts[i] = seg_column_type_layout(draft->inputs.items[i].type);
    optional[i] = draft->inputs.items[i].optional;
  }
  entity->scan.input_count = count;
  entity->scan.input_layouts = layouts;
  entity->scan.input_optional = optional;
}

static void finish_steps(struct seg_lowering *lowering, const struct seg_block_builder *builder,
                         struct seg_block *block) {
  lowering->failed = lowering->failed || builder->failed;
  block->step_count = (uint32_t)builder->steps.count;
  block->steps = owned_array(lowering, builder->steps.items, builder->steps.count,
                             sizeof *builder->steps.items);
}

// Carried columns: layouts and the flag bit of each optional one, behind the filters' bits.
static void finish_carried(struct seg_lowering *lowering, struct seg_entity_draft *draft,
                           struct seg_plan_entity *entity) {
  uint32_t count = (uint32_t)draft->carried.count;
  entity->carried_count = count;
  entity->carried_flag = SEG_NEW_ARRAY(&lowering->plan->arena, uint32_t, count);
  enum seg_layout *layouts = SEG_NEW_ARRAY(&lowering->plan->arena, enum seg_layout, count);
  if (entity->carried_flag == NULL || layouts == NULL || draft->scan.failed) {
    lowering->failed = true;
    return;
  }
  entity->filter_count = (uint32_t)draft->filters.count;
  entity->flag_count = entity->filter_count;
  bool is_event = draft != &lowering->customer;
  for (uint32_t i = 0; i < count; i++) {
    const struct seg_step *step = &draft->scan.steps.items[draft->carried.items[i]];
    layouts[i] = step->layout;
    entity->carried_flag[i] = step->optional && is_event ? entity->flag_count++ : UINT32_MAX;
  }
  entity->carried_layout = layouts;
}

// Before everything else that looks at the rows: of a row with several faults the first one is
// reported, and whether the row exists must be known before other faults count.
static void lower_keep(struct seg_lowering *lowering, struct seg_entity_draft *draft) {
  struct seg_scope rows = {lowering, SEG_SCOPE_SCAN, draft, &draft->scan};
  const struct seg_node *where = draft->entity->where;
  draft->keep =
      where == NULL ? seg_build_truth(&draft->scan, true) : seg_lower_condition(&rows, where);
}

static void finish_entity(struct seg_lowering *lowering, struct seg_entity_draft *draft,
                          struct seg_plan_entity *entity) {
  seg_lower_finish_inputs(lowering, draft, entity);
  finish_steps(lowering, &draft->scan, &entity->scan);
  finish_carried(lowering, draft, entity);
  entity->scan.value_root_count = entity->carried_count;
  entity->scan.value_roots =
      owned_array(lowering, draft->carried.items, draft->carried.count, sizeof(uint32_t));
  uint32_t mask_count = 1 + (uint32_t)draft->filters.count;
  uint32_t *masks = SEG_NEW_ARRAY(&lowering->plan->arena, uint32_t, mask_count);
  if (masks == NULL) {
    lowering->failed = true;
    return;
  }
  masks[0] = draft->keep;
  for (uint32_t i = 1; i < mask_count; i++)
    masks[i] = draft->filters.items[i - 1];
  entity->scan.mask_root_count = mask_count;
  entity->scan.mask_roots = masks;
}

// The condition that a column of `unique by` stands for, or NULL.
static const struct seg_node *computed_condition(const struct seg_program_entity *source,
                                                 int32_t column) {
  if (column == SEG_UNIQUE_TIME || source->columns[column].type.kind != SEG_TYPE_BOOL)
    return NULL;
  return source->columns[column].computed;
}

// A condition is compared by the flag that says whether it holds, and by that whether it is known.
static void flag_unique(struct seg_lowering *lowering, struct seg_entity_draft *draft,
                        const struct seg_node *condition, struct seg_plan_entity *entity) {
  struct seg_scope rows = {lowering, SEG_SCOPE_SCAN, draft, &draft->scan};
  entity->unique_flags[entity->unique_flag_count++] =
      seg_lower_filter(lowering, draft, seg_lower_condition(&rows, condition));
  if (condition->optional)
    entity->unique_flags[entity->unique_flag_count++] =
        seg_lower_filter(lowering, draft, seg_lower_known(&rows, condition));
}

// `unique by` columns travel with the rows. An event that nothing gathers is not read, so carries
// nothing.
static void carry_unique(struct seg_lowering *lowering, struct seg_entity_draft *draft,
                         struct seg_plan_entity *entity) {
  const struct seg_program_entity *source = draft->entity;
  if (source->unique_count == 0 || (draft->cells.count == 0 && !draft->is_followed))
    return;
  struct seg_scope rows = {lowering, SEG_SCOPE_SCAN, draft, &draft->scan};
  entity->unique = SEG_NEW_ARRAY(&lowering->plan->arena, uint32_t, source->unique_count);
  entity->unique_flags = SEG_NEW_ARRAY(&lowering->plan->arena, uint32_t, 2u * source->unique_count);
  if (entity->unique == NULL || entity->unique_flags == NULL) {
    lowering->failed = true;
    return;
  }
  for (uint32_t i = 0; i < source->unique_count; i++) {
    const struct seg_node *condition = computed_condition(source, source->unique[i]);
    if (condition != NULL) {
      flag_unique(lowering, draft, condition, entity);
      continue;
    }
    uint32_t step = source->unique[i] == SEG_UNIQUE_TIME
                        ? seg_lower_time(draft, SEG_COLUMN_INSTANT)
                        : seg_lower_column(&rows, (uint32_t)source->unique[i]);
    entity->unique[entity->unique_count++] =
        seg_lower_carry(lowering, draft, seg_lower_carriable(draft, step));
  }
}

void seg_lower_describe(struct seg_lowering *lowering, const struct seg_program_entity *source,
                        struct seg_plan_entity *entity) {
  entity->name = owned(lowering, source->name.text);
  entity->source = owned(lowering, source->source);
  entity->key = owned(lowering, source->key);
  entity->time = owned(lowering, source->time);
  entity->zone = owned(lowering, source->zone);
  struct seg_str *declared =
      SEG_NEW_ARRAY(&lowering->plan->arena, struct seg_str, source->column_count);
  if (declared == NULL) {
    lowering->failed = true;
    return;
  }
  for (uint32_t i = 0; i < source->column_count; i++) {
    const struct seg_program_column *column = &source->columns[i];
    if (column->computed != NULL)
      continue;
    declared[entity->declared_count++] = owned(lowering, column->name.text);
    entity->key_personal =
        entity->key_personal || (column->personal && seg_str_equal(column->name.text, source->key));
  }
  entity->declared = declared;
}

// Cells that only the first pass reads, then those that both do, then the rest.
static void number_cells(struct seg_entity_draft *draft, struct seg_fold *fold) {
  static const bool order[3][2] = {{true, false}, {true, true}, {false, true}};
  uint32_t next = 0;
  for (size_t group = 0; group < 3; group++) {
    for (uint32_t i = 0; i < draft->cells.count; i++) {
      struct seg_cell_draft *cell = &draft->cells.items[i];
      if (cell->passes[SEG_FIRST_PASS] == order[group][0] &&
          cell->passes[SEG_FINAL_PASS] == order[group][1])
        cell->number = next++;
    }
    if (group == 0)
      fold->final_begin = next;
    if (group == 1)
      fold->first_end = next;
  }
}

static void finish_fold(struct seg_lowering *lowering, struct seg_entity_draft *draft,
                        const struct seg_plan_entity *entity, struct seg_fold *fold) {
  number_cells(draft, fold);
  fold->cells = SEG_NEW_ARRAY(&lowering->plan->arena, struct seg_fold_cell, draft->cells.count);
  if (fold->cells == NULL || entity->carried_flag == NULL) {
    lowering->failed = true;
    return;
  }
  fold->sequence_count = (uint32_t)draft->sequences.count;
  fold->sequences = owned_array(lowering, draft->sequences.items, draft->sequences.count,
                                sizeof *fold->sequences);
  fold->is_followed = draft->is_followed;
  fold->cell_count = (uint32_t)draft->cells.count;
  for (uint32_t i = 0; i < fold->cell_count; i++) {
    const struct seg_cell_draft *cell = &draft->cells.items[i];
    struct seg_fold_cell *out = &fold->cells[cell->number];
    *out = cell->cell;
    uint32_t *flags = out->flags, *count = &out->flag_count;
    for (size_t j = 0; j < 2; j++)
      if (cell->filters[j] != SEG_NO_FILTER)
        flags[(*count)++] = cell->filters[j];
    if (cell->sequence != SEG_NO_SEQUENCE)
      flags[(*count)++] = entity->flag_count + cell->sequence;
    if (cell->cell.column == SEG_NO_COLUMN)
      continue;
    uint32_t known = entity->carried_flag[cell->cell.column];
    // The first event counts also when its value is missing: then so is the first value.
    if (seg_fold_is_edge_value(cell->cell.kind))
      out->known_flag = known;
    else if (known != UINT32_MAX)
      flags[(*count)++] = known;
  }
}

/** Where the kinds of input slots begin. */
struct slot_order {
  uint32_t *first_cell; // per event
  uint32_t first_derived, count;
};

static uint32_t final_slot(const struct seg_lowering *lowering, const struct slot_order *order,
                           const struct seg_slot_draft *slot) {
  if (slot->kind == SEG_SLOT_CARRIED)
    return slot->index;
  if (slot->kind == SEG_SLOT_DERIVED)
    return order->first_derived + slot->index;
  return order->first_cell[slot->event] +
         lowering->events[slot->event].cells.items[slot->index].number;
}

// Inputs in their final order. All blocks over customers number their slots alike.
static void finish_customer_inputs(struct seg_lowering *lowering, const struct slot_order *order,
                                   struct seg_block *block) {
  struct seg_plan *plan = lowering->plan;
  enum seg_layout *layouts = SEG_NEW_ARRAY(&plan->arena, enum seg_layout, order->count);
  bool *optional = SEG_NEW_ARRAY(&plan->arena, bool, order->count);
  if (layouts == NULL || optional == NULL || lowering->failed) {
    lowering->failed = true;
    return;
  }
  for (uint32_t i = 0; i < lowering->slots.count; i++) {
    const struct seg_slot_draft *slot = &lowering->slots.items[i];
    uint32_t number = final_slot(lowering, order, slot);
    layouts[number] = slot->layout;
    optional[number] = slot->optional;
  }
  for (uint32_t i = 0; i < block->step_count; i++)
    if (block->steps[i].op == SEG_OP_INPUT)
      block->steps[i].slot =
          final_slot(lowering, order, &lowering->slots.items[block->steps[i].slot]);
  block->input_count = order->count;
  block->input_layouts = layouts;
  block->input_optional = optional;
}

// The customer's carried columns, then every fold's cells, then what the run derives.
static void finish_customer_blocks(struct seg_lowering *lowering, const uint32_t *rules) {
  struct seg_plan *plan = lowering->plan;
  struct slot_order order = {.count = plan->customer.carried_count};
  order.first_cell = SEG_NEW_ARRAY(&plan->arena, uint32_t, plan->event_count);
  if (order.first_cell == NULL) {
    lowering->failed = true;
    return;
  }
  for (uint32_t i = 0; i < plan->event_count; i++) {
    order.first_cell[i] = order.count;
    order.count += plan->folds[i].cell_count;
  }
  order.first_derived = order.count;
  order.count += (uint32_t)lowering->derived.count;
  finish_steps(lowering, &lowering->block, &plan->customer_block);
  finish_customer_inputs(lowering, &order, &plan->customer_block);
  plan->customer_block.mask_root_count = plan->segment_count;
  plan->customer_block.mask_roots =
      owned_array(lowering, rules, plan->segment_count, sizeof *rules);
  plan->derived_count = (uint32_t)lowering->derived.count;
  plan->derived = owned_array(lowering, lowering->derived.items, lowering->derived.count,
                              sizeof *plan->derived);
  plan->rank_count = (uint32_t)lowering->ranks.count;
  plan->ranks =
      owned_array(lowering, lowering->ranks.items, lowering->ranks.count, sizeof *plan->ranks);
  if (plan->rank_count == 0)
    return;
  finish_steps(lowering, &lowering->first, &plan->first_block);
  finish_customer_inputs(lowering, &order, &plan->first_block);
  plan->first_block.value_root_count = (uint32_t)lowering->first_roots.count;
  plan->first_block.value_roots = owned_array(lowering, lowering->first_roots.items,
                                              lowering->first_roots.count, sizeof(uint32_t));
}

static void lower_names(struct seg_lowering *lowering) {
  const struct seg_program *program = lowering->program;
  struct seg_plan *plan = lowering->plan;
  plan->timezone = owned(lowering, program->timezone);
  plan->segment_count = program->segment_count;
  plan->segments = SEG_NEW_ARRAY(&plan->arena, struct seg_str, program->segment_count);
  plan->chain_count = program->chain_count;
  plan->chains = SEG_NEW_ARRAY(&plan->arena, struct seg_plan_chain, program->chain_count);
  if (plan->segments == NULL || plan->chains == NULL) {
    lowering->failed = true;
    return;
  }
  for (uint32_t i = 0; i < plan->segment_count; i++)
    plan->segments[i] = owned(lowering, program->segments[i].name.text);
  for (uint32_t i = 0; i < plan->chain_count; i++) {
    const struct seg_program_chain *chain = &program->chains[i];
    plan->chains[i].name = owned(lowering, chain->name.text);
    plan->chains[i].otherwise = owned(lowering, chain->otherwise);
    plan->chains[i].member_count = chain->member_count;
    plan->chains[i].members =
        owned_array(lowering, chain->members, chain->member_count, sizeof *chain->members);
  }
}

static void lower_holdouts(struct seg_lowering *lowering) {
  const struct seg_program *program = lowering->program;
  struct seg_plan *plan = lowering->plan;
  plan->holdouts = SEG_NEW_ARRAY(&plan->arena, struct seg_plan_holdout, program->segment_count);
  if (plan->holdouts == NULL) {
    lowering->failed = true;
    return;
  }
  for (uint32_t i = 0; i < program->segment_count; i++) {
    struct seg_share share = program->segments[i].holdout;
    if (share.whole == 0)
      continue;
    unsigned __int128 range = (unsigned __int128)share.part << 64;
    plan->holdouts[plan->holdout_count++] = (struct seg_plan_holdout){
        .segment = i,
        .limit = (uint64_t)((range + (uint64_t)share.whole - 1) / (uint64_t)share.whole),
        .salt = owned(lowering, program->segments[i].holdout_salt)};
  }
}

void seg_lower_lists(struct seg_lowering *lowering) {
  const struct seg_program *program = lowering->program;
  struct seg_plan *plan = lowering->plan;
  plan->list_count = program->list_count;
  plan->lists = SEG_NEW_ARRAY(&plan->arena, struct seg_plan_entity, program->list_count);
  if (plan->lists == NULL) {
    lowering->failed = true;
    return;
  }
  for (uint32_t i = 0; i < program->list_count; i++)
    plan->lists[i] = (struct seg_plan_entity){.name = owned(lowering, program->lists[i].name.text),
                                              .source = owned(lowering, program->lists[i].source),
                                              .key = owned(lowering, program->lists[i].key)};
}

static void lower_rules(struct seg_lowering *lowering, uint32_t *rules) {
  struct seg_scope customers = {lowering, SEG_SCOPE_CUSTOMER, &lowering->customer,
                                &lowering->block};
  for (uint32_t i = 0; i < lowering->program->segment_count; i++)
    rules[i] = seg_lower_condition(&customers, lowering->program->segments[i].when);
}

static void lower_entities(struct seg_lowering *lowering) {
  const struct seg_program *program = lowering->program;
  struct seg_plan *plan = lowering->plan;
  seg_lower_describe(lowering, &program->customer, &plan->customer);
  finish_entity(lowering, &lowering->customer, &plan->customer);
  plan->customer_from_event = program->customer_from_event;
  for (uint32_t i = 0; i < program->event_count && !lowering->failed; i++) {
    seg_lower_describe(lowering, &program->events[i], &plan->events[i]);
    // `personal` may be said of the key in either declaration.
    plan->events[i].key_personal = plan->events[i].key_personal || plan->customer.key_personal;
    carry_unique(lowering, &lowering->events[i], &plan->events[i]);
    finish_entity(lowering, &lowering->events[i], &plan->events[i]);
    finish_fold(lowering, &lowering->events[i], &plan->events[i], &plan->folds[i]);
  }
}

static void draft_deinit(struct seg_entity_draft *draft) {
  seg_block_builder_deinit(&draft->scan);
  SEG_VEC_FREE(&draft->inputs);
  SEG_VEC_FREE(&draft->carried);
  SEG_VEC_FREE(&draft->filters);
  SEG_VEC_FREE(&draft->cells);
  SEG_VEC_FREE(&draft->sequences);
  free(draft->lowered);
}

static bool begin(struct seg_lowering *lowering) {
  const struct seg_program *program = lowering->program;
  struct seg_plan *plan = lowering->plan;
  lowering->customer.entity = &program->customer;
  seg_block_builder_init(&lowering->customer.scan, &plan->arena);
  seg_block_builder_init(&lowering->block, &plan->arena);
  seg_block_builder_init(&lowering->first, &plan->arena);
  lowering->customer.lowered =
      calloc(program->customer.column_count + 1, sizeof *lowering->customer.lowered);
  lowering->events = calloc(program->event_count + 1, sizeof *lowering->events);
  plan->event_count = program->event_count;
  plan->events = SEG_NEW_ARRAY(&plan->arena, struct seg_plan_entity, program->event_count);
  plan->folds = SEG_NEW_ARRAY(&plan->arena, struct seg_fold, program->event_count);
  if (lowering->customer.lowered == NULL || lowering->events == NULL || plan->events == NULL ||
      plan->folds == NULL)
    return false;
  for (uint32_t i = 0; i < program->event_count; i++) {
    lowering->events[i].entity = &program->events[i];
    seg_block_builder_init(&lowering->events[i].scan, &plan->arena);
  }
  return true;
}

enum seg_status seg_lower(const struct seg_program *program, const struct seg_source_map *map,
                          struct seg_plan *plan, struct seg_error *error) {
  struct seg_lowering lowering = {.program = program, .map = map, .plan = plan};
  enum seg_status status = SEG_OK;
  uint32_t *rules = calloc(program->segment_count + 1, sizeof *rules);
  if (rules == NULL || !begin(&lowering)) {
    status = seg_fail_memory(error, "the plan");
    goto cleanup;
  }
  lower_names(&lowering);
  lower_holdouts(&lowering);
  seg_lower_lists(&lowering);
  lower_keep(&lowering, &lowering.customer);
  for (uint32_t i = 0; i < program->event_count; i++)
    lower_keep(&lowering, &lowering.events[i]);
  lower_rules(&lowering, rules);
  if (!lowering.failed)
    lower_entities(&lowering);
  if (!lowering.failed)
    finish_customer_blocks(&lowering, rules);
  plan->window_count = (uint32_t)lowering.windows.count;
  plan->windows =
      owned_array(&lowering, lowering.windows.items, lowering.windows.count, sizeof *plan->windows);
  if (lowering.failed) {
    status = seg_fail_memory(error, "the plan");
    goto cleanup;
  }
  status = seg_plan_verify(plan, error);
cleanup:
  free(rules);
  draft_deinit(&lowering.customer);
  for (uint32_t i = 0; lowering.events != NULL && i < program->event_count; i++)
    draft_deinit(&lowering.events[i]);
  free(lowering.events);
  seg_block_builder_deinit(&lowering.block);
  seg_block_builder_deinit(&lowering.first);
  SEG_VEC_FREE(&lowering.first_roots);
  SEG_VEC_FREE(&lowering.ranks);
  SEG_VEC_FREE(&lowering.slots);
  SEG_VEC_FREE(&lowering.windows);
  SEG_VEC_FREE(&lowering.derived);
  return status;
}
