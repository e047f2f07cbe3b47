/**
 * The typed program as indented text, for `--dump=types` and tests. One node a line: its kind, what
 * it holds, its type with `?` when it may be missing.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/sema/program.h"
#include "runtime/base/decimal.h"
#include "runtime/time/civil.h"

enum { TYPE_SIZE = 400 };

static const char *const node_words[SEG_NODE_KIND_COUNT] = {
#define SEG_NODE(name, printed) printed,
#include "compiler/sema/program_nodes.def"
#undef SEG_NODE
};

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

/** A normal form under way. */
struct seg_normal {
  enum seg_normal_form form;
  struct seg_touched *touched; // NULL: nobody asks
  bool failed;                 // memory is out
};

/** The program and the entity whose columns the node at hand reads. */
struct printer {
  const struct seg_program *program;
  const struct seg_program_entity *entity;
  FILE *out;
  struct seg_normal *normal; // NULL: as it was built
};

static void indent(const struct printer *printer, int depth) {
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
static void print_type(FILE *out, const struct seg_type *type, bool optional, bool full) {
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

static void print_node(const struct printer *printer, const struct seg_node *node, int depth);
static bool print_normal(const struct printer *printer, const struct seg_node *node, int depth);
static void print_event_behind(const struct printer *printer, uint32_t event, int depth);

static void print_part(const struct printer *printer, const char *word,
                       const struct seg_program_entity *entity, const struct seg_node *node,
                       int depth) {
  struct printer inner = {printer->program, entity, printer->out, printer->normal};
  indent(printer, depth);
  fprintf(printer->out, "%s\n", word);
  print_node(&inner, node, depth + 1);
}

static void print_literals(const struct printer *printer, const struct seg_node *node) {
  // The cuts of a fraction are integers in units that are not money's.
  static const struct seg_type integer = {.kind = SEG_TYPE_INT};
  const struct seg_type *type =
      node->kind == SEG_NODE_BAND_FRACTION ? &integer : &node->operands[0]->type;
  for (uint32_t i = 0; i < node->literal_count; i++) {
    fputs(i ? ", " : " ", printer->out);
    print_literal(printer->out, type, &node->literals[i]);
  }
}

// A meaning does not depend on what an event is called.
static struct seg_str event_name(const struct printer *printer, uint32_t event) {
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

static void print_content(const struct printer *printer, const struct seg_node *node) {
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

static void print_sequence(const struct printer *printer, const struct seg_sequence *sequence,
                           int depth) {
  const struct seg_program_entity *event = &printer->program->events[sequence->event];
  indent(printer, depth);
  fprintf(printer->out, "%s %.*s within %" PRId64 " %s\n", sequence->without ? "without" : "then",
          SEG_STR(event_name(printer, sequence->event)), sequence->limit,
          sequence->in_days ? "days" : "hours");
  if (sequence->filter)
    print_part(printer, "where", event, sequence->filter, depth + 1);
  print_event_behind(printer, sequence->event, depth + 1);
}

static void print_node(const struct printer *printer, const struct seg_node *node, int depth) {
  if (printer->normal != NULL && print_normal(printer, node, depth))
    return;
  indent(printer, depth);
  fputs(node_words[node->kind], printer->out);
  print_content(printer, node);
  if (printer->normal == NULL || printer->normal->form == SEG_NORMAL_MEANING) {
    fputs(" : ", printer->out);
    print_type(printer->out, &node->type, node->optional, false);
  }
  fputc('\n', printer->out);
  for (uint32_t i = 0; i < node->operand_count; i++)
    print_node(printer, node->operands[i], depth + 1);
  if (node->kind != SEG_NODE_AGGREGATE)
    return;
  const struct seg_program_entity *event = &printer->program->events[node->event];
  if (node->argument)
    print_part(printer, "of", event, node->argument, depth + 1);
  if (node->filter)
    print_part(printer, "where", event, node->filter, depth + 1);
  print_event_behind(printer, node->event, depth + 1);
  if (node->sequence)
    print_sequence(printer, node->sequence, depth + 1);
}

static void print_text(FILE *out, const char *word, struct seg_str text) {
  if (text.size > 0)
    fprintf(out, " %s %.*s", word, SEG_STR(text));
}

static void print_unique(const struct printer *printer, const struct seg_program_entity *entity) {
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
  struct printer printer = {program, entity, out, NULL};
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
    print_type(out, &column->type, column->optional, true);
    fprintf(out, "%s\n", column->personal ? " personal" : "");
    if (column->computed)
      print_node(&printer, column->computed, 2);
  }
  if (entity->where)
    print_part(&printer, "where", entity, entity->where, 1);
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

static void print_rules(const struct seg_program *program, FILE *out) {
  struct printer printer = {program, &program->customer, out, NULL};
  for (uint32_t i = 0; i < program->constant_count; i++) {
    fprintf(out, "constant %.*s\n", SEG_STR(program->constants[i].name.text));
    if (program->constants[i].value)
      print_node(&printer, program->constants[i].value, 1);
  }
  for (uint32_t i = 0; i < program->metric_count; i++) {
    const struct seg_program_metric *metric = &program->metrics[i];
    fprintf(out, "metric %.*s%s\n", SEG_STR(metric->name.text),
            metric->value ? "" : ": takes a window where it is used");
    if (metric->value)
      print_node(&printer, metric->value, 1);
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
      print_part(&printer, "when", &program->customer, segment->when, 1);
  }
  for (uint32_t i = 0; i < program->chain_count; i++)
    print_chain(program, &program->chains[i], out);
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

// --- the normal form ---

static uint32_t entity_number(const struct printer *printer) {
  return printer->entity == &printer->program->customer
             ? 0
             : (uint32_t)(printer->entity - printer->program->events) + 1;
}

static void touch_column(const struct printer *printer, uint32_t column) {
  struct seg_touched *touched = printer->normal->touched;
  if (touched != NULL)
    touched->columns[entity_number(printer)][column] = true;
}

// A column that is computed stands for what it is computed from.
static void print_column_behind(const struct printer *printer, uint32_t column, int depth) {
  const struct seg_program_column *declared = &printer->entity->columns[column];
  touch_column(printer, column);
  if (declared->computed != NULL) {
    print_node(printer, declared->computed, depth);
    return;
  }
  indent(printer, depth);
  fprintf(printer->out, "column %.*s : ", SEG_STR(declared->name.text));
  print_type(printer->out, &declared->type, declared->optional, false);
  fputc('\n', printer->out);
}

// Which rows exist, and when.
static void print_entity_behind(const struct printer *printer, int depth) {
  const struct seg_program_entity *entity = printer->entity;
  if (printer->normal->touched != NULL)
    printer->normal->touched->entities[entity_number(printer)] = true;
  indent(printer, depth);
  fprintf(printer->out, "source \"%.*s\" key %.*s at %.*s zone %.*s\n", SEG_STR(entity->source),
          SEG_STR(entity->key), SEG_STR(entity->time), SEG_STR(entity->zone));
  if (entity != &printer->program->customer) {
    indent(printer, depth);
    fprintf(printer->out, "days of %.*s\n", SEG_STR(printer->program->timezone));
  }
  if (entity->where != NULL)
    print_part(printer, "where", entity, entity->where, depth);
  for (uint32_t i = 0; i < entity->unique_count; i++) {
    indent(printer, depth);
    fputs("unique by\n", printer->out);
    if (entity->unique[i] != SEG_UNIQUE_TIME)
      print_column_behind(printer, (uint32_t)entity->unique[i], depth + 1);
  }
}

static void print_event_behind(const struct printer *printer, uint32_t event, int depth) {
  if (printer->normal == NULL || printer->normal->form != SEG_NORMAL_MEANING)
    return;
  struct printer inner = *printer;
  inner.entity = &printer->program->events[event];
  print_entity_behind(&inner, depth);
}

/** Texts of operands, to be sorted. */
struct operand_texts {
  char **items;
  uint32_t count, room;
  bool failed;
};

static void add_text(const struct printer *printer, const struct seg_node *node, int depth,
                     struct operand_texts *texts) {
  size_t size = 0;
  char *text = NULL;
  if (texts->count == texts->room) {
    uint32_t room = texts->room * 2 + 8;
    char **items = realloc(texts->items, room * sizeof *items);
    texts->failed = texts->failed || items == NULL;
    if (items == NULL)
      return;
    texts->items = items;
    texts->room = room;
  }
  struct printer inner = *printer;
  inner.out = open_memstream(&text, &size);
  texts->failed = texts->failed || inner.out == NULL;
  if (inner.out == NULL)
    return;
  print_node(&inner, node, depth);
  texts->failed = fclose(inner.out) != 0 || texts->failed;
  if (text != NULL)
    texts->items[texts->count++] = text;
}

// `a and (b and c)` has three operands.
static void add_operands(const struct printer *printer, const struct seg_node *node,
                         enum seg_node_kind joined, int depth, struct operand_texts *texts) {
  bool flat = joined == SEG_NODE_AND || joined == SEG_NODE_OR;
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (flat && node->operands[i]->kind == joined)
      add_operands(printer, node->operands[i], joined, depth, texts);
    else
      add_text(printer, node->operands[i], depth, texts);
}

static int compare_texts(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_texts(const struct printer *printer, struct operand_texts *texts) {
  for (uint32_t i = 0; i < texts->count; i++)
    free(texts->items[i]);
  free(texts->items);
  printer->normal->failed = printer->normal->failed || texts->failed;
}

// The order of operands means nothing; neither does saying one thing twice in `and` and `or`.
static void print_sorted(const struct printer *printer, const struct seg_node *node, int depth) {
  struct operand_texts texts = {0};
  add_operands(printer, node, node->kind, depth + 1, &texts);
  bool logic = node->kind == SEG_NODE_AND || node->kind == SEG_NODE_OR;
  if (texts.count > 0)
    qsort(texts.items, texts.count, sizeof *texts.items, compare_texts);
  if (logic && texts.count > 0 && strcmp(texts.items[0], texts.items[texts.count - 1]) == 0) {
    print_node(printer, node->operands[0], depth);
  } else {
    indent(printer, depth);
    fputs(node_words[node->kind], printer->out);
    print_content(printer, node);
    fputc('\n', printer->out);
    for (uint32_t i = 0; i < texts.count; i++)
      if (!logic || i == 0 || strcmp(texts.items[i - 1], texts.items[i]) != 0)
        fputs(texts.items[i], printer->out);
  }
  free_texts(printer, &texts);
}

// `80 < x` is `x > 80`: only `<`, `<=`, `=` and `!=` are left. A fraction has two operands.
static void print_comparison(const struct printer *printer, const struct seg_node *node,
                             int depth) {
  bool turned = node->comparison == SEG_GREATER || node->comparison == SEG_GREATER_EQUAL;
  bool even = node->comparison == SEG_EQUAL || node->comparison == SEG_NOT_EQUAL;
  enum seg_comparison sign = node->comparison;
  if (turned)
    sign = node->comparison == SEG_GREATER ? SEG_LESS : SEG_LESS_EQUAL;
  uint32_t half = node->operand_count / 2;
  struct operand_texts texts = {0};
  for (uint32_t i = 0; i < node->operand_count; i++)
    add_text(printer, node->operands[i], depth + 1, &texts);
  if (!texts.failed) {
    turned = turned || (even && strcmp(texts.items[0], texts.items[half]) > 0);
    indent(printer, depth);
    fprintf(printer->out, "%s %s\n", node_words[node->kind], seg_comparison_sign(sign));
    for (uint32_t i = 0; i < texts.count; i++)
      fputs(texts.items[turned ? (i + half) % texts.count : i], printer->out);
  }
  free_texts(printer, &texts);
}

static void print_list(const struct printer *printer, const struct seg_node *node, int depth) {
  struct operand_texts texts = {0};
  for (uint32_t i = 0; i < node->literal_count; i++) {
    struct seg_node literal = {
        .kind = SEG_NODE_LITERAL, .type = node->operands[0]->type, .literal = node->literals[i]};
    add_text(printer, &literal, depth + 1, &texts);
  }
  if (texts.count > 0)
    qsort(texts.items, texts.count, sizeof *texts.items, compare_texts);
  indent(printer, depth);
  fprintf(printer->out, "%s\n", node_words[node->kind]);
  print_node(printer, node->operands[0], depth + 1);
  for (uint32_t i = 0; i < texts.count; i++)
    if (i == 0 || strcmp(texts.items[i - 1], texts.items[i]) != 0)
      fputs(texts.items[i], printer->out);
  free_texts(printer, &texts);
}

// Amounts are equal whatever decimals their column has.
static void print_amount(const struct printer *printer, const struct seg_node *node, int depth) {
  char text[SEG_DECIMAL_TEXT];
  int64_t digits = node->literal.integer;
  uint8_t scale = node->type.scale;
  for (; scale > 0 && digits % 10 == 0; scale--)
    digits /= 10;
  seg_decimal_format(digits, scale, text);
  indent(printer, depth);
  fprintf(printer->out, "amount %s %.*s\n", text, SEG_STR(node->type.currency));
}

// Another segment by its name, or by what that stands for.
static void print_member(const struct printer *printer, const struct seg_node *node, int depth) {
  if (printer->normal->touched != NULL)
    printer->normal->touched->segments[node->segment] = true;
  if (printer->normal->form == SEG_NORMAL_MEANING) {
    print_node(printer, node->operands[0], depth);
    return;
  }
  indent(printer, depth);
  fprintf(printer->out, "member %.*s\n",
          SEG_STR(printer->program->segments[node->segment].name.text));
}

/** The kinds of nodes whose normal form is not what was built; false for all others. */
static bool print_normal(const struct printer *printer, const struct seg_node *node, int depth) {
  enum seg_node_kind kind = node->kind;
  bool meaning = printer->normal->form == SEG_NORMAL_MEANING;
  bool column = kind == SEG_NODE_ATTRIBUTE || kind == SEG_NODE_COLUMN;
  if (kind == SEG_NODE_AND || kind == SEG_NODE_OR || kind == SEG_NODE_TALLY ||
      kind == SEG_NODE_ADD || kind == SEG_NODE_MULTIPLY)
    print_sorted(printer, node, depth);
  else if (kind == SEG_NODE_COMPARE || kind == SEG_NODE_COMPARE_FRACTIONS)
    print_comparison(printer, node, depth);
  else if (kind == SEG_NODE_IN)
    print_list(printer, node, depth);
  else if (kind == SEG_NODE_MEMBER)
    print_member(printer, node, depth);
  else if (!meaning && (kind == SEG_NODE_TO_NUMBER || kind == SEG_NODE_RESCALE))
    print_node(printer, node->operands[0], depth);
  else if (!meaning && kind == SEG_NODE_LITERAL && node->type.kind == SEG_TYPE_MONEY)
    print_amount(printer, node, depth);
  else if (meaning && column)
    print_column_behind(printer, node->column, depth);
  else
    return false;
  return true;
}

bool seg_program_print_normal(const struct seg_program *program,
                              const struct seg_program_entity *entity, const struct seg_node *node,
                              enum seg_normal_form form, struct seg_touched *touched, FILE *out) {
  struct seg_normal normal = {form, touched, false};
  struct printer printer = {program, entity, out, &normal};
  if (node != NULL) {
    print_node(&printer, node, 0);
  } else {
    bool from_event = entity == &program->customer && program->customer_from_event >= 0;
    printer.entity = from_event ? &program->events[program->customer_from_event] : entity;
    print_entity_behind(&printer, 0);
  }
  return !normal.failed && !ferror(out);
}
