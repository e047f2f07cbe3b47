/**
 * The order of the checks: names, entities, constants, metrics, segments, chains, relations, tests;
 * then what only makes sense to say about rules without mistakes.
 */
#include "compiler/sema/sema.h"

#include "compiler/sema/check.h"
#include "compiler/sema/types.h"
#include "runtime/time/zone.h"

// --- settings ---

struct settings {
  const struct seg_setting *timezone, *currency;
};

static void check_timezone(struct seg_check *check, struct seg_name value) {
  struct seg_zone *zone = NULL;
  struct seg_error error = {0};
  // Only a wrong name is a mistake of the rules; a machine without zones is found out at the run.
  enum seg_status status = seg_zone_load(value.text, &zone, &error);
  check->out_of_memory = check->out_of_memory || status == SEG_OUT_OF_MEMORY;
  if (status == SEG_USAGE) {
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_SETTING, value.span, "%s", error.message);
    if (error.help[0])
      seg_help(check->sink, d, "%s", error.help);
  }
  seg_zone_free(zone);
}

static void report_unknown_setting(struct seg_check *check, struct seg_name name) {
  struct seg_str known[] = {{"timezone", 8}, {"currency", 8}};
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_SETTING, name.span,
                                        "there is no setting `%.*s`", SEG_STR(name.text));
  struct seg_str nearest = seg_suggest(name.text, known, 2);
  if (nearest.data)
    seg_help(check->sink, d, "`%.*s` is spelt like it", SEG_STR(nearest));
  else
    seg_help(check->sink, d, "the settings are `timezone` and `currency`");
}

static void check_setting(struct seg_check *check, const struct seg_setting *setting,
                          struct settings *seen) {
  bool timezone = seg_str_is(setting->name.text, "timezone");
  if (!timezone && !seg_str_is(setting->name.text, "currency")) {
    report_unknown_setting(check, setting->name);
    return;
  }
  const struct seg_setting **slot = timezone ? &seen->timezone : &seen->currency;
  if (*slot) {
    struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_SETTING, setting->name.span,
                                          "`%.*s` is set twice", SEG_STR(setting->name.text));
    seg_note_at(check->sink, d, (*slot)->span, "first here");
    return;
  }
  *slot = setting;
  if (timezone) {
    check->program->timezone = setting->value.text;
    check_timezone(check, setting->value);
  } else if (seg_check_currency(check, setting->value)) {
    check->program->currency = setting->value.text;
  }
}

static void check_settings(struct seg_check *check) {
  struct settings seen = {0};
  for (const struct seg_declaration *d = check->ast->first; d; d = d->next)
    if (d->kind == SEG_DECLARE_SETTING)
      check_setting(check, d->setting, &seen);
  if (seen.timezone || check->incomplete)
    return;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_SETTING, SEG_NO_PLACE,
                                        "the project does not set its time zone");
  seg_note(check->sink, d, "the time zone decides which day an event falls on");
  seg_help(check->sink, d, "add, for example, `timezone: \"Europe/Berlin\"`");
}

// --- declarations ---

/** How many declarations of each kind there are: room for the program's arrays. */
static void count_declarations(struct seg_check *check, uint32_t *symbols) {
  struct seg_program *program = check->program;
  for (const struct seg_declaration *d = check->ast->first; d; d = d->next) {
    switch (d->kind) {
    case SEG_DECLARE_EVENT: program->event_count++; break;
    case SEG_DECLARE_METRIC: program->metric_count++; break;
    case SEG_DECLARE_LIST: program->list_count++; break;
    case SEG_DECLARE_SEGMENT: program->segment_count++; break;
    case SEG_DECLARE_PRIORITY: program->chain_count++; break;
    case SEG_DECLARE_RELATION:
      program->exclusive_count += d->relation->kind == SEG_STATED_EXCLUSIVE;
      break;
    case SEG_DECLARE_CONSTANT: program->constant_count++; break;
    case SEG_DECLARE_TEST: program->test_count++; break;
    case SEG_DECLARE_NEED:
      // Without its source an event of the project is not declared; its uses are no second mistake.
      check->incomplete = check->incomplete || d->need->use == NULL;
      break;
    case SEG_DECLARE_USE:
    case SEG_DECLARE_SETTING:
    case SEG_DECLARE_CUSTOMER: break;
    }
    (*symbols)++;
  }
}

static bool make_room(struct seg_check *check) {
  struct seg_program *program = check->program;
  struct seg_arena *arena = &program->arena;
  uint32_t symbols = 0;
  count_declarations(check, &symbols);
  program->events = SEG_NEW_ARRAY(arena, struct seg_program_entity, program->event_count + 1u);
  program->constants =
      SEG_NEW_ARRAY(arena, struct seg_program_constant, program->constant_count + 1u);
  program->metrics = SEG_NEW_ARRAY(arena, struct seg_program_metric, program->metric_count + 1u);
  program->lists = SEG_NEW_ARRAY(arena, struct seg_program_list, program->list_count + 1u);
  program->segments = SEG_NEW_ARRAY(arena, struct seg_program_segment, program->segment_count + 1u);
  program->chains = SEG_NEW_ARRAY(arena, struct seg_program_chain, program->chain_count + 1u);
  program->exclusives =
      SEG_NEW_ARRAY(arena, struct seg_program_exclusive, program->exclusive_count + 1u);
  program->tests = SEG_NEW_ARRAY(arena, struct seg_program_test, program->test_count + 1u);
  check->events = SEG_NEW_ARRAY(&check->scratch, struct seg_table, program->event_count + 1u);
  check->symbols = SEG_NEW_ARRAY(&check->scratch, struct seg_symbol, symbols + 1u);
  return program->events && program->constants && program->metrics && program->segments &&
         program->lists && program->chains && program->exclusives && program->tests &&
         check->events && check->symbols && seg_names_init(&check->names, &check->scratch, symbols);
}

static void declare(struct seg_check *check, struct seg_symbol symbol) {
  uint32_t index = check->names.count, other = 0;
  if (symbol.name.text.size == 0)
    return; // the parser has reported it
  enum seg_name_added added = seg_names_add(&check->names, symbol.name.text, index, &other);
  if (added == SEG_NAME_NO_MEMORY)
    check->out_of_memory = true;
  if (added == SEG_NAME_NEW || added == SEG_NAME_ALIKE)
    check->symbols[index] = symbol;
  if (added == SEG_NAME_NEW || added == SEG_NAME_NO_MEMORY)
    return;
  bool same = added == SEG_NAME_SAME;
  if (same)
    check->symbols[other].excused = true;
  struct seg_diagnostic *d = seg_report(
      check->sink, same ? SEG_DIAG_DUPLICATE_NAME : SEG_DIAG_CONFUSABLE_NAME, symbol.name.span,
      same ? "`%.*s` is declared twice" : "`%.*s` can be mistaken for another name",
      SEG_STR(symbol.name.text));
  seg_note_at(check->sink, d, check->symbols[other].name.span,
              same ? "first here" : "it looks like this one");
  if (same)
    seg_note(check->sink, d, "all names of a project share one list");
}

static void declare_customer(struct seg_check *check, const struct seg_declaration *declaration) {
  if (check->customer.syntax) {
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_NO_CUSTOMER, declaration->entity->name.span,
                   "the customer is declared twice");
    seg_note_at(check->sink, d, check->customer.syntax->name.span, "first here");
    return;
  }
  check->customer.syntax = declaration->entity;
  check->customer.entity = &check->program->customer;
}

static void report_sourceless(struct seg_check *check, const struct seg_need *need) {
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_SYNTAX, need->event.span,
                                        "the event `%.*s` does not say where its rows come from",
                                        SEG_STR(need->event.text));
  seg_help(check->sink, d,
           "write `event %.*s from \"SOURCE\" by KEY_COLUMN at TIME_COLUMN { ... }`",
           SEG_STR(need->event.text));
}

static void declare_list(struct seg_check *check, const struct seg_declaration *d, uint32_t index) {
  check->program->lists[index] = (struct seg_program_list){.name = d->list->name,
                                                           .source = d->list->source.text,
                                                           .key = d->list->key.text,
                                                           .span = d->span};
  declare(check,
          (struct seg_symbol){
              .kind = SEG_SYMBOL_LIST, .name = d->list->name, .index = index, .declaration = d});
}

static void declare_all(struct seg_check *check) {
  uint32_t events = 0, metrics = 0, segments = 0, chains = 0, constants = 0, lists = 0;
  for (const struct seg_declaration *d = check->ast->first; d; d = d->next) {
    switch (d->kind) {
    case SEG_DECLARE_CUSTOMER: declare_customer(check, d); break;
    case SEG_DECLARE_EVENT:
      check->events[events] = (struct seg_table){
          .syntax = d->entity, .entity = &check->program->events[events], .is_event = true};
      declare(check, (struct seg_symbol){.kind = SEG_SYMBOL_EVENT,
                                         .name = d->entity->name,
                                         .index = events++,
                                         .declaration = d});
      break;
    case SEG_DECLARE_METRIC:
      declare(check, (struct seg_symbol){.kind = SEG_SYMBOL_METRIC,
                                         .name = d->metric->name,
                                         .index = metrics++,
                                         .declaration = d});
      break;
    case SEG_DECLARE_SEGMENT:
      declare(check, (struct seg_symbol){.kind = SEG_SYMBOL_SEGMENT,
                                         .name = d->segment->name,
                                         .index = segments++,
                                         .declaration = d});
      break;
    case SEG_DECLARE_PRIORITY:
      declare(check, (struct seg_symbol){.kind = SEG_SYMBOL_CHAIN,
                                         .name = d->priority->name,
                                         .index = chains++,
                                         .declaration = d});
      break;
    case SEG_DECLARE_CONSTANT:
      declare(check, (struct seg_symbol){.kind = SEG_SYMBOL_CONSTANT,
                                         .name = d->constant->name,
                                         .index = constants++,
                                         .declaration = d});
      break;
    case SEG_DECLARE_LIST: declare_list(check, d, lists++); break;
    case SEG_DECLARE_NEED:
      if (d->need->use == NULL)
        report_sourceless(check, d->need);
      break;
    case SEG_DECLARE_TEST:
    case SEG_DECLARE_SETTING:
    case SEG_DECLARE_USE: // followed before the check
    case SEG_DECLARE_RELATION: break;
    }
  }
  if (check->customer.syntax || check->incomplete)
    return;
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_NO_CUSTOMER, SEG_NO_PLACE, "no customer is declared");
  seg_help(check->sink, d,
           "add `customer from \"customers\" key customer_id { ... }`, or `customer "
           "from EVENT` when there is no table of customers");
}

// --- after all else ---

static bool same_column(struct seg_check *check, struct seg_str a, struct seg_str b) {
  struct seg_str one = seg_name_skeleton(&check->scratch, a);
  struct seg_str other = seg_name_skeleton(&check->scratch, b);
  if (!one.data || !other.data)
    check->out_of_memory = true;
  return one.data && other.data && seg_str_equal(one, other);
}

/** A control group has a column as well: NAME_holdout. */
static void check_holdout_names(struct seg_check *check) {
  for (uint32_t i = 0; i < check->program->segment_count; i++) {
    const struct seg_program_segment *segment = &check->program->segments[i];
    if (segment->holdout.whole == 0)
      continue;
    struct seg_str name = seg_words(check, "%.*s_holdout", SEG_STR(segment->name.text));
    int64_t found = seg_names_find_alike(&check->names, name);
    const struct seg_symbol *symbol = found == SEG_NO_NAME ? NULL : &check->symbols[found];
    bool column =
        symbol && (symbol->kind == SEG_SYMBOL_SEGMENT || symbol->kind == SEG_SYMBOL_CHAIN);
    if (!column && !same_column(check, check->program->customer.key, name))
      continue;
    struct seg_diagnostic *d = seg_report(
        check->sink, SEG_DIAG_DUPLICATE_NAME, column ? symbol->name.span : segment->name.span,
        "the results would have two columns called `%.*s`", SEG_STR(name));
    seg_note(check->sink, d, "the control group of `%.*s` has a column of this name",
             SEG_STR(segment->name.text));
  }
}

/** The output has a column for the key and one for each segment and chain. */
static void check_output_names(struct seg_check *check) {
  check_holdout_names(check);
  struct seg_str key = check->program->customer.key;
  int64_t found = key.size > 0 ? seg_names_find_alike(&check->names, key) : SEG_NO_NAME;
  if (found == SEG_NO_NAME)
    return;
  const struct seg_symbol *symbol = &check->symbols[found];
  if (symbol->kind != SEG_SYMBOL_SEGMENT && symbol->kind != SEG_SYMBOL_CHAIN)
    return;
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_DUPLICATE_NAME, symbol->name.span,
                 "`%.*s` is also the name of the customer's key", SEG_STR(symbol->name.text));
  seg_note(check->sink, d,
           "the results have one column for the key and one for each segment and "
           "chain");
}

static void warn_unused(struct seg_check *check) {
  for (uint32_t i = 0; i < check->names.count; i++) {
    const struct seg_symbol *symbol = &check->symbols[check->names.entries[i].value];
    bool metric = symbol->kind == SEG_SYMBOL_METRIC, list = symbol->kind == SEG_SYMBOL_LIST;
    if ((!metric && !list && symbol->kind != SEG_SYMBOL_CONSTANT) || symbol->used ||
        seg_in_library(check, symbol->name.span))
      continue;
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_UNUSED, symbol->name.span, "nothing uses the %s `%.*s`",
                   metric ? "metric"
                   : list ? "list"
                          : "constant",
                   SEG_STR(symbol->name.text));
    seg_help(check->sink, d,
             metric ? "use it in a segment, or remove it" : "use it in a rule, or remove it");
  }
}

static void keep_doubts(struct seg_check *check) {
  struct seg_program *program = check->program;
  program->doubts =
      SEG_NEW_ARRAY(&program->arena, struct seg_program_doubt, check->doubts.count + 1u);
  if (!program->doubts) {
    check->out_of_memory = true;
    return;
  }
  for (; program->doubt_count < check->doubts.count; program->doubt_count++)
    program->doubts[program->doubt_count] = check->doubts.items[program->doubt_count];
}

enum seg_status seg_sema(const struct seg_ast *ast, const struct seg_source_map *map,
                         const struct seg_sema_options *options, struct seg_diagnostics *sink,
                         struct seg_program *program, struct seg_error *error) {
  static const struct seg_sema_options defaults = {0};
  struct seg_check check = {.ast = ast,
                            .map = map,
                            .options = options ? options : &defaults,
                            .sink = sink,
                            .program = program,
                            .incomplete = sink->errors > 0};
  seg_arena_init(&check.scratch);
  check.out_of_memory = !make_room(&check);
  if (check.out_of_memory)
    goto cleanup;
  check_settings(&check);
  declare_all(&check);
  seg_check_entities(&check);
  if (!check.out_of_memory)
    seg_check_constants(&check);
  if (check.out_of_memory)
    goto cleanup;
  seg_check_metrics(&check);
  program->declared_right = sink->errors == 0;
  seg_check_segments(&check);
  seg_check_chains(&check);
  seg_check_relations(&check);
  seg_check_tests(&check);
  keep_doubts(&check);
  seg_keep_used_metrics(&check);
  check_output_names(&check);
  if (sink->errors == 0) { // a rule that is not understood uses more than is seen
    seg_check_decisions(&check);
    warn_unused(&check);
  }
cleanup:
  SEG_VEC_FREE(&check.moved);
  SEG_VEC_FREE(&check.rules);
  SEG_VEC_FREE(&check.unmet);
  SEG_VEC_FREE(&check.doubts);
  seg_arena_deinit(&check.scratch);
  if (check.out_of_memory || sink->out_of_memory || program->doubtful.out_of_memory)
    return seg_fail_memory(error, "the check of the rules");
  return SEG_OK;
}
