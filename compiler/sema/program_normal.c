/**
 * The normal form of expressions; see seg_program_print_normal. It is the dump of the typed program
 * where the order of operands is settled, in its longer form with all that stands behind names.
 */
#include <stdlib.h>
#include <string.h>

#include "compiler/sema/program_printer.h"
#include "runtime/base/decimal.h"
#include "runtime/base/text_stream.h"

static uint32_t entity_number(const struct seg_printer *printer) {
  return printer->entity == &printer->program->customer
             ? 0
             : (uint32_t)(printer->entity - printer->program->events) + 1;
}

static void touch_column(const struct seg_printer *printer, uint32_t column) {
  struct seg_touched *touched = printer->normal->touched;
  if (touched != NULL)
    touched->columns[entity_number(printer)][column] = true;
}

// A column that is computed stands for what it is computed from.
static void print_column_behind(const struct seg_printer *printer, uint32_t column, int depth) {
  const struct seg_program_column *declared = &printer->entity->columns[column];
  touch_column(printer, column);
  if (declared->computed != NULL) {
    seg_print_node(printer, declared->computed, depth);
    return;
  }
  seg_print_indent(printer, depth);
  fprintf(printer->out, "column %.*s : ", SEG_STR(declared->name.text));
  seg_print_type(printer->out, &declared->type, declared->optional, false);
  fputc('\n', printer->out);
}

// Which rows exist, and when.
static void print_entity_behind(const struct seg_printer *printer, int depth) {
  const struct seg_program_entity *entity = printer->entity;
  if (printer->normal->touched != NULL)
    printer->normal->touched->entities[entity_number(printer)] = true;
  seg_print_indent(printer, depth);
  fprintf(printer->out, "source \"%.*s\" key %.*s at %.*s zone %.*s\n", SEG_STR(entity->source),
          SEG_STR(entity->key), SEG_STR(entity->time), SEG_STR(entity->zone));
  if (entity != &printer->program->customer) {
    seg_print_indent(printer, depth);
    fprintf(printer->out, "days of %.*s\n", SEG_STR(printer->program->timezone));
  }
  if (entity->where != NULL)
    seg_print_part(printer, "where", entity, entity->where, depth);
  for (uint32_t i = 0; i < entity->unique_count; i++) {
    seg_print_indent(printer, depth);
    fputs("unique by\n", printer->out);
    if (entity->unique[i] != SEG_UNIQUE_TIME)
      print_column_behind(printer, (uint32_t)entity->unique[i], depth + 1);
  }
}

void seg_print_event_behind(const struct seg_printer *printer, uint32_t event, int depth) {
  if (printer->normal == NULL || printer->normal->form != SEG_NORMAL_MEANING)
    return;
  struct seg_printer inner = *printer;
  inner.entity = &printer->program->events[event];
  print_entity_behind(&inner, depth);
}

/** Texts of operands, to be sorted. */
struct operand_texts {
  char **items;
  uint32_t count, room;
  bool failed;
};

static void add_text(const struct seg_printer *printer, const struct seg_node *node, int depth,
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
  struct seg_printer inner = *printer;
  inner.out = seg_text_stream(&text, &size);
  texts->failed = texts->failed || inner.out == NULL;
  if (inner.out == NULL)
    return;
  seg_print_node(&inner, node, depth);
  texts->failed = fclose(inner.out) != 0 || texts->failed;
  if (text != NULL)
    texts->items[texts->count++] = text;
}

// `a and (b and c)` has three operands.
static void add_operands(const struct seg_printer *printer, const struct seg_node *node,
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

static void free_texts(const struct seg_printer *printer, struct operand_texts *texts) {
  for (uint32_t i = 0; i < texts->count; i++)
    free(texts->items[i]);
  free(texts->items);
  printer->normal->failed = printer->normal->failed || texts->failed;
}

// The order of operands means nothing; neither does saying one thing twice in `and` and `or`.
static void print_sorted(const struct seg_printer *printer, const struct seg_node *node,
                         int depth) {
  struct operand_texts texts = {0};
  add_operands(printer, node, node->kind, depth + 1, &texts);
  bool logic = node->kind == SEG_NODE_AND || node->kind == SEG_NODE_OR;
  if (texts.count > 0)
    qsort(texts.items, texts.count, sizeof *texts.items, compare_texts);
  if (logic && texts.count > 0 && strcmp(texts.items[0], texts.items[texts.count - 1]) == 0) {
    seg_print_node(printer, node->operands[0], depth);
  } else {
    seg_print_indent(printer, depth);
    fputs(seg_node_word(node->kind), printer->out);
    seg_print_content(printer, node);
    fputc('\n', printer->out);
    for (uint32_t i = 0; i < texts.count; i++)
      if (!logic || i == 0 || strcmp(texts.items[i - 1], texts.items[i]) != 0)
        fputs(texts.items[i], printer->out);
  }
  free_texts(printer, &texts);
}

// `80 < x` is `x > 80`: only `<`, `<=`, `=` and `!=` are left. A fraction has two operands.
static void print_comparison(const struct seg_printer *printer, const struct seg_node *node,
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
  if (!texts.failed && half > 0 && texts.count == 2 * half) {
    turned = turned || (even && strcmp(texts.items[0], texts.items[half]) > 0);
    seg_print_indent(printer, depth);
    fprintf(printer->out, "%s %s\n", seg_node_word(node->kind), seg_comparison_sign(sign));
    for (uint32_t i = 0; i < texts.count; i++)
      fputs(texts.items[turned ? (i + half) % texts.count : i], printer->out);
  }
  free_texts(printer, &texts);
}

static void print_list(const struct seg_printer *printer, const struct seg_node *node, int depth) {
  struct operand_texts texts = {0};
  for (uint32_t i = 0; i < node->literal_count; i++) {
    struct seg_node literal = {
        .kind = SEG_NODE_LITERAL, .type = node->operands[0]->type, .literal = node->literals[i]};
    add_text(printer, &literal, depth + 1, &texts);
  }
  if (texts.count > 0)
    qsort(texts.items, texts.count, sizeof *texts.items, compare_texts);
  seg_print_indent(printer, depth);
  fprintf(printer->out, "%s\n", seg_node_word(node->kind));
  seg_print_node(printer, node->operands[0], depth + 1);
  for (uint32_t i = 0; i < texts.count; i++)
    if (i == 0 || strcmp(texts.items[i - 1], texts.items[i]) != 0)
      fputs(texts.items[i], printer->out);
  free_texts(printer, &texts);
}

// Amounts are equal whatever decimals their column has.
static void print_amount(const struct seg_printer *printer, const struct seg_node *node,
                         int depth) {
  char text[SEG_DECIMAL_TEXT];
  int64_t digits = node->literal.integer;
  uint8_t scale = node->type.scale;
  for (; scale > 0 && digits % 10 == 0; scale--)
    digits /= 10;
  seg_decimal_format(digits, scale, text);
  seg_print_indent(printer, depth);
  fprintf(printer->out, "amount %s %.*s\n", text, SEG_STR(node->type.currency));
}

// Another segment by its name, or by what that stands for.
static void print_member(const struct seg_printer *printer, const struct seg_node *node,
                         int depth) {
  if (printer->normal->touched != NULL)
    printer->normal->touched->segments[node->segment] = true;
  if (printer->normal->form == SEG_NORMAL_MEANING) {
    seg_print_node(printer, node->operands[0], depth);
    return;
  }
  seg_print_indent(printer, depth);
  fprintf(printer->out, "member %.*s\n",
          SEG_STR(printer->program->segments[node->segment].name.text));
}

/** The kinds of nodes whose normal form is not what was built; false for all others. */
bool seg_print_normal(const struct seg_printer *printer, const struct seg_node *node, int depth) {
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
    seg_print_node(printer, node->operands[0], depth);
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
  struct seg_printer printer = {program, entity, out, &normal};
  if (node != NULL) {
    seg_print_node(&printer, node, 0);
  } else {
    bool from_event = entity == &program->customer && program->customer_from_event >= 0;
    printer.entity = from_event ? &program->events[program->customer_from_event] : entity;
    print_entity_behind(&printer, 0);
  }
  return !normal.failed && !ferror(out);
}
