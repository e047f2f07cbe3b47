/**
 * The typed program as indented text, for `--dump=types` and tests. One node a line: its kind, what
 * it holds, its type with `?` when it may be missing.
 */
#include <inttypes.h>

#include "compiler/sema/program_printer.h"
#include "runtime/base/decimal.h"
#include "runtime/time/civil.h"

enum { TYPE_SIZE = 400 };

static const char *const node_words[SEG_NODE_KIND_COUNT] = {
#define SEG_NODE(name, printed) printed,
#include "compiler/sema/program_nodes.def"
#undef SEG_NODE
};

const char *seg_node_word(enum seg_node_kind kind) {
  return node_words[kind];
}

static const char *const aggregate_words[SEG_AGGREGATE_KIND_COUNT] = {
#define SEG_AGGREGATE(name, word) word,
#include "compiler/sema/aggregates.def"
#undef SEG_AGGREGATE
};

static const char *const rank_words[SEG_RANK_KIND_COUNT] = {
#define SEG_RANK(name, word) word,
#include "compiler/sema/ranks.def"
#undef SEG_RANK
};

void seg_print_indent(const struct seg_printer *printer, int depth) {
  fprintf(printer->out, "%*s", depth * 2, "");
}

static void print_day(FILE *out, int64_t day) {
  char text[SEG_CIVIL_TEXT];
  seg_civil_format((int32_t)day, text);
  fputs(text, out);
}

static void print_literal(FILE *out, const struct seg_type *type,
                          const struct seg_literal *literal) {
  char text[SEG_DECIMAL_TEXT];
  switch (type->kind) {
  case SEG_TYPE_BOOL: fputs(literal->integer ? "true" : "false", out); break;
  case SEG_TYPE_INT:
  case SEG_TYPE_TIMESTAMP: fprintf(out, "%" PRId64, literal->integer); break;
  case SEG_TYPE_NUMBER: fprintf(out, "%.17g", literal->number); break;
  case SEG_TYPE_MONEY:
    seg_decimal_format(literal->integer, type->scale, text);
    fprintf(out, "%s %.*s", text, SEG_STR(type->currency));
    break;
  case SEG_TYPE_AMOUNT: fprintf(out, "%.17g %.*s", literal->number, SEG_STR(type->currency)); break;
  case SEG_TYPE_TEXT: fprintf(out, "\"%.*s\"", SEG_STR(literal->text)); break;
  case SEG_TYPE_DATE: print_day(out, literal->integer); break;
  case SEG_TYPE_ENUM: {
    bool listed = type->enumeration && literal->integer >= 0 &&
                  literal->integer < (int64_t)type->enumeration->count;
    if (listed)
      fprintf(out, "\"%.*s\"", SEG_STR(type->enumeration->values[literal->integer]));
    else
      fprintf(out, "code %" PRId64, literal->integer);
    break;
  }
  case SEG_TYPE_KIND_COUNT: break;
  }
}

/** Type of a node or column; lists are long and printed at their column only. */
void seg_print_type(FILE *out, const struct seg_type *type, bool optional, bool full) {
  char text[TYPE_SIZE];
  if (type->kind == SEG_TYPE_ENUM && !full)
    fputs("one of", out);
  else
    fputs(seg_type_describe(type, text, sizeof text), out);
  if (optional)
    fputc('?', out);
}

static const char *text_test_word(enum seg_text_test test) {
  switch (test) {
  case SEG_STARTS_WITH: return "starts_with";
  case SEG_ENDS_WITH: return "ends_with";
  case SEG_CONTAINS: return "contains";
  }
  return "?";
}

static const char *const date_words[] = {
#define SEG_DATE_FUNCTION(name, word, english) word,
#include "compiler/sema/date_functions.def"
#undef SEG_DATE_FUNCTION
};

static const char *rounding_word(enum seg_rounding rounding) {
  switch (rounding) {
  case SEG_ROUND: return "to nearest";
  case SEG_FLOOR: return "down";
  case SEG_CEIL: return "up";
  }
  return "?";
}

static const char *text_map_word(enum seg_text_map map) {
  switch (map) {
  case SEG_LOWER: return "lower";
  case SEG_UPPER: return "upper";
  case SEG_TRIM: return "trim";
  }
  return "?";
}

static void print_window(FILE *out, const struct seg_day_window *window) {
  if (window->kind == SEG_WINDOW_EVER) {
    fputs("ever", out);
  } else if (window->kind == SEG_WINDOW_FROM) {
    fputs("from ", out);
    print_day(out, window->first_day);
    fputs(" through ", out);
    print_day(out, window->last_day);
  } else if (window->kind == SEG_WINDOW_THIS) {
    fprintf(out, "in this %s", seg_period_word(window->unit));
  } else if (window->kind == SEG_WINDOW_LAST) {
    fprintf(out, "in last %" PRId32 " %ss", window->count, seg_period_word(window->unit));
  } else {
    fprintf(out, "%" PRId32 "..%" PRId32 " %s ago", window->near_age, window->far_age,
            window->hours ? "hours" : "days");
  }
}

void seg_print_part(const struct seg_printer *printer, const char *word,
                    const struct seg_program_entity *entity, const struct seg_node *node,
                    int depth) {
  struct seg_printer inner = {printer->program, entity, printer->out, printer->normal};
  seg_print_indent(printer, depth);
  fprintf(printer->out, "%s\n", word);
  seg_print_node(&inner, node, depth + 1);
}

static void print_literals(const struct seg_printer *printer, const struct seg_node *node) {
  // The cuts of a fraction are integers in units that are not money's.
  static const struct seg_type integer = {.kind = SEG_TYPE_INT};
  const struct seg_type *type =
      node->kind == SEG_NODE_BAND_FRACTION ? &integer : &node->operands[0]->type;
  for (uint32_t i = 0; i < node->literal_count; i++) {
    fputs(i ? ", " : " ", printer->out);
    print_literal(printer->out, type, &node->literals[i]);
  }
}

// A meaning does not depend on what a list is called, but on where its keys are from.
static void print_listed(const struct seg_printer *printer, const struct seg_program_list *list) {
  if (printer->normal == NULL || printer->normal->form != SEG_NORMAL_MEANING)
    fprintf(printer->out, " %.*s", SEG_STR(list->name.text));
  fprintf(printer->out, " from \"%.*s\" key %.*s", SEG_STR(list->source), SEG_STR(list->key));
}

// A meaning does not depend on what an event is called.
static struct seg_str event_name(const struct seg_printer *printer, uint32_t event) {
  bool unnamed = printer->normal != NULL && printer->normal->form == SEG_NORMAL_MEANING;
  return unnamed ? (struct seg_str){"", 0} : printer->program->events[event].name.text;
}

static void print_rank(FILE *out, const struct seg_node *node) {
  char text[SEG_DECIMAL_TEXT];
  fprintf(out, " %s", rank_words[node->rank]);
  if (node->rank_count > 0)
    fprintf(out, " %" PRId64, node->rank_count);
  if (node->rank_share.digits == 0)
    return;
  seg_decimal_format(node->rank_share.digits, node->rank_share.scale, text);
  fprintf(out, " share %s", text);
}

void seg_print_content(const struct seg_printer *printer, const struct seg_node *node) {
  FILE *out = printer->out;
  switch (node->kind) {
  case SEG_NODE_LITERAL:
    fputc(' ', out);
    print_literal(out, &node->type, &node->literal);
    break;
  case SEG_NODE_ATTRIBUTE:
  case SEG_NODE_COLUMN:
    if (printer->entity && node->column < printer->entity->column_count)
      fprintf(out, " %.*s", SEG_STR(printer->entity->columns[node->column].name.text));
    break;
  case SEG_NODE_COMPARE:
  case SEG_NODE_COMPARE_FRACTIONS:
    fprintf(out, " %s", seg_comparison_sign(node->comparison));
    break;
  case SEG_NODE_LISTED: print_listed(printer, &printer->program->lists[node->list]); break;
  case SEG_NODE_MEMBER:
    fprintf(out, " %.*s", SEG_STR(printer->program->segments[node->segment].name.text));
    break;
  case SEG_NODE_BUCKET:
    fprintf(out, " of %" PRId64 " for \"%.*s\"", node->buckets, SEG_STR(node->salt));
    break;
  case SEG_NODE_DATE_FUNCTION: fprintf(out, " %s", date_words[node->date_function]); break;
  case SEG_NODE_ROUND: fprintf(out, " %s", rounding_word(node->rounding)); break;
  case SEG_NODE_TEXT_MAP: fprintf(out, " %s", text_map_word(node->text_map)); break;
  case SEG_NODE_TEXT_TEST: fprintf(out, " %s", text_test_word(node->text_test)); break;
  case SEG_NODE_IN:
  case SEG_NODE_BAND:
  case SEG_NODE_BAND_FRACTION: print_literals(printer, node); break;
  case SEG_NODE_AGGREGATE:
    fprintf(out, " %s %.*s ", aggregate_words[node->aggregate],
            SEG_STR(event_name(printer, node->event)));
    print_window(out, &node->window);
    break;
  case SEG_NODE_TALLY:
    fprintf(out, " %" PRIu32 "..%" PRIu32 " of %" PRIu32, node->least, node->most,
            node->operand_count);
    break;
  case SEG_NODE_RANK: print_rank(out, node); break;
  case SEG_NODE_EVENT_DATE:
  case SEG_NODE_DAYS_SINCE:
  case SEG_NODE_ADD_DAYS:
  case SEG_NODE_DAYS_BETWEEN:
  case SEG_NODE_ABS:
  case SEG_NODE_TO_NUMBER:
  case SEG_NODE_RESCALE:
  case SEG_NODE_ADD:
  case SEG_NODE_SUBTRACT:
  case SEG_NODE_MULTIPLY:
  case SEG_NODE_DIVIDE:
  case SEG_NODE_NEGATE:
  case SEG_NODE_TEXT_LENGTH:
  case SEG_NODE_MATCHES:
  case SEG_NODE_IS_KNOWN:
  case SEG_NODE_NOT:
  case SEG_NODE_AND:
  case SEG_NODE_OR:
  case SEG_NODE_ELSE:
  case SEG_NODE_KIND_COUNT: break;
  }
}

static void print_sequence(const struct seg_printer *printer, const struct seg_sequence *sequence,
                           int depth) {
  const struct seg_program_entity *event = &printer->program->events[sequence->event];
  seg_print_indent(printer, depth);
  fprintf(printer->out, "%s %.*s within %" PRId64 " %s\n", sequence->without ? "without" : "then",
          SEG_STR(event_name(printer, sequence->event)), sequence->limit,
          sequence->in_days ? "days" : "hours");
  if (sequence->filter)
    seg_print_part(printer, "where", event, sequence->filter, depth + 1);
  seg_print_event_behind(printer, sequence->event, depth + 1);
}

void seg_print_node(const struct seg_printer *printer, const struct seg_node *node, int depth) {
  if (printer->normal != NULL && seg_print_normal(printer, node, depth))
    return;
  seg_print_indent(printer, depth);
  fputs(seg_node_word(node->kind), printer->out);
  seg_print_content(printer, node);
  if (printer->normal == NULL || printer->normal->form == SEG_NORMAL_MEANING) {
    fputs(" : ", printer->out);
    seg_print_type(printer->out, &node->type, node->optional, false);
  }
  fputc('\n', printer->out);
  for (uint32_t i = 0; i < node->operand_count; i++)
    seg_print_node(printer, node->operands[i], depth + 1);
  if (node->kind != SEG_NODE_AGGREGATE)
    return;
  const struct seg_program_entity *event = &printer->program->events[node->event];
  if (node->argument)
    seg_print_part(printer, "of", event, node->argument, depth + 1);
  if (node->filter)
    seg_print_part(printer, "where", event, node->filter, depth + 1);
  seg_print_event_behind(printer, node->event, depth + 1);
  if (node->sequence)
    print_sequence(printer, node->sequence, depth + 1);
}

static void print_text(FILE *out, const char *word, struct seg_str text) {
  if (text.size > 0)
    fprintf(out, " %s %.*s", word, SEG_STR(text));
}

static void print_unique(const struct seg_printer *printer,
                         const struct seg_program_entity *entity) {
  if (entity->unique_count == 0)
    return;
  fputs("  unique by", printer->out);
  for (uint32_t i = 0; i < entity->unique_count; i++) {
    struct seg_str name = entity->unique[i] == SEG_UNIQUE_TIME
                              ? entity->time
                              : entity->columns[entity->unique[i]].name.text;
    fprintf(printer->out, "%s %.*s", i ? "," : "", SEG_STR(name));
  }
  fputc('\n', printer->out);
}

static void print_entity(const struct seg_program *program, const struct seg_program_entity *entity,
                         const char *head, FILE *out) {
  struct seg_printer printer = {program, entity, out, NULL};
  fprintf(out, "%s", head);
  if (entity->source.size > 0)
    fprintf(out, " \"%.*s\"", SEG_STR(entity->source));
  print_text(out, "key", entity->key);
  print_text(out, "at", entity->time);
  print_text(out, "zone", entity->zone);
  fputc('\n', out);
  for (uint32_t i = 0; i < entity->column_count; i++) {
    const struct seg_program_column *column = &entity->columns[i];
    fprintf(out, "  %.*s: ", SEG_STR(column->name.text));
    seg_print_type(out, &column->type, column->optional, true);
    fprintf(out, "%s\n", column->personal ? " personal" : "");
    if (column->computed)
      seg_print_node(&printer, column->computed, 2);
  }
  if (entity->where)
    seg_print_part(&printer, "where", entity, entity->where, 1);
  print_unique(&printer, entity);
}

static void print_chain(const struct seg_program *program, const struct seg_program_chain *chain,
                        FILE *out) {
  fprintf(out, "priority %.*s:", SEG_STR(chain->name.text));
  for (uint32_t i = 0; i < chain->member_count; i++)
    fprintf(out, "%s %.*s", i ? " >" : "", SEG_STR(program->segments[chain->members[i]].name.text));
  print_text(out, "otherwise", chain->otherwise);
  fputc('\n', out);
}

static void print_relations(const struct seg_program *program, FILE *out) {
  for (uint32_t i = 0; i < program->exclusive_count; i++) {
    const struct seg_program_exclusive *exclusive = &program->exclusives[i];
    fputs("exclusive:", out);
    for (uint32_t j = 0; j < exclusive->member_count; j++)
      fprintf(out, "%s %.*s", j ? "," : "",
              SEG_STR(program->segments[exclusive->members[j]].name.text));
    fputc('\n', out);
  }
  for (uint32_t i = 0; i < program->overlap_count; i++)
    fprintf(out, "overlap: %.*s with %.*s\n",
            SEG_STR(program->segments[program->overlaps[i].segment].name.text),
            SEG_STR(program->segments[program->overlaps[i].other].name.text));
}

static void print_rules(const struct seg_program *program, FILE *out) {
  struct seg_printer printer = {program, &program->customer, out, NULL};
  for (uint32_t i = 0; i < program->constant_count; i++) {
    fprintf(out, "constant %.*s\n", SEG_STR(program->constants[i].name.text));
    if (program->constants[i].value)
      seg_print_node(&printer, program->constants[i].value, 1);
  }
  for (uint32_t i = 0; i < program->metric_count; i++) {
    const struct seg_program_metric *metric = &program->metrics[i];
    fprintf(out, "metric %.*s%s\n", SEG_STR(metric->name.text),
            metric->value ? "" : ": takes a window where it is used");
    if (metric->value)
      seg_print_node(&printer, metric->value, 1);
  }
  for (uint32_t i = 0; i < program->segment_count; i++) {
    const struct seg_program_segment *segment = &program->segments[i];
    fprintf(out, "segment %.*s\n", SEG_STR(segment->name.text));
    if (segment->title.size > 0)
      fprintf(out, "  title \"%.*s\"\n", SEG_STR(segment->title));
    if (segment->decision.size > 0)
      fprintf(out, "  decision \"%.*s\"\n", SEG_STR(segment->decision));
    if (segment->review_day != INT32_MAX) {
      fputs("  review due ", out);
      print_day(out, segment->review_day);
      fputc('\n', out);
    }
    if (segment->holdout.whole > 0)
      fprintf(out, "  holdout %" PRId64 "/%" PRId64 "\n", segment->holdout.part,
              segment->holdout.whole);
    if (segment->when)
      seg_print_part(&printer, "when", &program->customer, segment->when, 1);
  }
  for (uint32_t i = 0; i < program->chain_count; i++)
    print_chain(program, &program->chains[i], out);
  print_relations(program, out);
}

/** Moments as they are written: which zone they are read in is not known here. */
static void print_stated(FILE *out, const struct seg_stated_value *value) {
  if (value->type.kind != SEG_TYPE_TIMESTAMP) {
    print_literal(out, &value->type, &value->literal);
    return;
  }
  print_day(out, value->time.day);
  if (value->time.kind != SEG_TIMESTAMP_DATE_ONLY)
    fprintf(out, ", %" PRId64 " microseconds %s", value->time.microseconds,
            value->time.kind == SEG_TIMESTAMP_NAIVE ? "local" : "UTC");
}

static void print_record(const struct seg_program *program, const struct seg_program_record *record,
                         FILE *out) {
  const struct seg_program_entity *entity =
      record->event < 0 ? &program->customer : &program->events[record->event];
  fprintf(out, "  %.*s", SEG_STR(entity->name.text));
  if (record->key.known) {
    fputs(" key ", out);
    print_stated(out, &record->key);
  }
  if (record->time.known) {
    fputs(" at ", out);
    print_stated(out, &record->time);
  }
  fputc('\n', out);
  for (uint32_t i = 0; i < entity->column_count; i++) {
    if (!record->values[i].known)
      continue;
    fprintf(out, "    %.*s = ", SEG_STR(entity->columns[i].name.text));
    print_stated(out, &record->values[i]);
    fputc('\n', out);
  }
}

static void print_test(const struct seg_program *program, const struct seg_program_test *test,
                       FILE *out) {
  fprintf(out, "test \"%.*s\" as of ", SEG_STR(test->title.text));
  print_day(out, test->as_of);
  fputc('\n', out);
  for (uint32_t i = 0; i < test->record_count; i++)
    print_record(program, &test->records[i], out);
  for (uint32_t i = 0; i < test->listing_count; i++)
    fprintf(out, "  in %.*s\n", SEG_STR(program->lists[test->listings[i].list].name.text));
  for (uint32_t i = 0; i < test->claim_count; i++)
    fprintf(out, "  %s %.*s\n", test->claims[i].expected ? "expect" : "reject",
            SEG_STR(program->segments[test->claims[i].segment].name.text));
}

void seg_program_print(const struct seg_program *program, FILE *out) {
  fprintf(out, "timezone \"%.*s\"\n", SEG_STR(program->timezone));
  if (program->currency.size > 0)
    fprintf(out, "currency %.*s\n", SEG_STR(program->currency));
  char head[TYPE_SIZE] = "customer";
  if (program->customer_from_event >= 0)
    snprintf(head, sizeof head, "customer from %.*s",
             SEG_STR(program->events[program->customer_from_event].name.text));
  print_entity(program, &program->customer, head, out);
  for (uint32_t i = 0; i < program->event_count; i++) {
    snprintf(head, sizeof head, "event %.*s", SEG_STR(program->events[i].name.text));
    print_entity(program, &program->events[i], head, out);
  }
  print_rules(program, out);
  for (uint32_t i = 0; i < program->test_count; i++)
    print_test(program, &program->tests[i], out);
}
