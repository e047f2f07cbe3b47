// Making nodes of the tree: numbering, depth, lists and balanced chains.
#include <string.h>

#include "grammar/parse.h"
#include "grammar/parser.h"

static void report_depth(struct seg_parser *parser, struct seg_span span) {
  if (parser->too_deep_reported)
    return;
  parser->too_deep_reported = true;
  struct seg_diagnostic *d =
      seg_parser_report(parser, SEG_DIAG_TOO_DEEP, span,
                        "this expression is nested more than %d levels deep", SEG_MAX_NESTING);
  seg_note(parser->sink, d,
           "each bracket and each further `+`, `-`, `*`, `/`, `else` or comparison adds a level");
  seg_help(parser->sink, d, "give parts of it a name with `metric`");
}

struct seg_expr *seg_build(struct seg_parser *parser, enum seg_expr_kind kind, struct seg_span span,
                           uint32_t operand_count, struct seg_expr *const *operands) {
  uint32_t depth = 0;
  for (uint32_t i = 0; i < operand_count; i++)
    if (operands[i]->depth > depth)
      depth = operands[i]->depth;
  if (depth >= SEG_MAX_NESTING) {
    report_depth(parser, span);
    return operands[0]; // the tree is not used after an error
  }
  struct seg_expr *expr = seg_parser_alloc(parser, sizeof *expr);
  expr->kind = kind;
  expr->id = parser->ast->expression_count++;
  if (parser->goes_on && !SEG_VEC_PUSH(&parser->made, expr))
    parser->out_of_memory = true;
  expr->span = span;
  expr->depth = depth + 1;
  if (operand_count > 0) {
    expr->operands = seg_parser_alloc(parser, operand_count * sizeof(struct seg_expr *));
    if (!parser->out_of_memory) {
      memcpy(expr->operands, operands, operand_count * sizeof *operands);
      expr->operand_count = operand_count;
    }
  }
  return expr;
}

void seg_list_push(struct seg_parser *parser, struct seg_list *list, const void *item,
                   size_t size) {
  if (list->count == list->capacity) {
    uint32_t capacity = list->capacity == 0 ? 4 : list->capacity * 2;
    void *items = seg_parser_alloc(parser, capacity * size);
    if (parser->out_of_memory)
      return;
    if (list->count > 0)
      memcpy(items, list->items, list->count * size);
    list->items = items;
    list->capacity = capacity;
  }
  memcpy((char *)list->items + list->count++ * size, item, size);
}

static struct seg_expr *build_balanced(struct seg_parser *parser, enum seg_expr_kind kind,
                                       struct seg_expr *const *operands, uint32_t count) {
  if (count == 1)
    return operands[0];
  uint32_t left = 1; // the largest power of two below count: the same shape for every length
  while (left * 2 < count)
    left *= 2;
  struct seg_expr *sides[2] = {build_balanced(parser, kind, operands, left),
                               build_balanced(parser, kind, operands + left, count - left)};
  struct seg_span span = {sides[0]->span.file, sides[0]->span.begin, sides[1]->span.end};
  return seg_build(parser, kind, span, 2, sides);
}

struct seg_expr *seg_build_chain(struct seg_parser *parser, enum seg_expr_kind kind,
                                 const struct seg_list *operands) {
  if (operands->count == 0) // only without memory
    return seg_parser_alloc(parser, sizeof(struct seg_expr));
  return build_balanced(parser, kind, operands->items, operands->count);
}

struct seg_declaration *seg_build_declaration(struct seg_parser *parser,
                                              enum seg_declaration_kind kind,
                                              struct seg_span span) {
  struct seg_declaration *declaration = seg_parser_alloc(parser, sizeof *declaration);
  struct seg_ast *ast = parser->ast;
  declaration->kind = kind;
  declaration->span = span;
  if (parser->out_of_memory)
    return declaration;
  if (ast->last == NULL)
    ast->first = declaration;
  else
    ast->last->next = declaration;
  ast->last = declaration;
  return declaration;
}

// --- expressions ---------------------------------------------------------------------------------

struct seg_span seg_span_join(struct seg_span first, struct seg_span last) {
  return (struct seg_span){first.file, first.begin, last.end};
}

struct seg_expr *seg_build_between(struct seg_parser *parser, struct seg_span span, bool negated,
                                   struct seg_expr *value, struct seg_expr *low,
                                   struct seg_expr *high) {
  struct seg_expr *operands[] = {value, low, high};
  struct seg_expr *expr = seg_build(parser, SEG_EXPR_BETWEEN, span, 3, operands);
  if (expr != value)
    expr->negated = negated;
  return expr;
}

struct seg_expr *seg_build_in(struct seg_parser *parser, struct seg_span span, bool negated,
                              struct seg_expr *value, struct seg_list list) {
  struct seg_list operands = {0};
  seg_list_push(parser, &operands, &value, sizeof(struct seg_expr *));
  for (uint32_t i = 0; i < list.count; i++)
    seg_list_push(parser, &operands, &((struct seg_expr **)list.items)[i],
                  sizeof(struct seg_expr *));
  struct seg_expr *expr = seg_build(parser, SEG_EXPR_IN, span, operands.count, operands.items);
  if (expr != value)
    expr->negated = negated;
  return expr;
}

struct seg_expr *seg_build_windowed(struct seg_parser *parser, struct seg_span span,
                                    struct seg_expr *operand, const struct seg_window *window) {
  struct seg_expr *expr = seg_build(parser, SEG_EXPR_WINDOWED, span, 1, &operand);
  if (expr != operand)
    expr->window = window;
  return expr;
}

struct seg_expr *seg_build_sequence(struct seg_parser *parser, struct seg_span span,
                                    struct seg_span word, bool without, struct seg_expr *first,
                                    struct seg_expr *second) {
  if (second->kind != SEG_EXPR_WINDOWED || second->window->kind != SEG_WINDOW_WITHIN) {
    struct seg_diagnostic *d = seg_parser_report(parser, SEG_DIAG_SYNTAX, span,
                                                 "the time between the two events is missing");
    struct seg_str text = seg_parser_text(parser, span);
    seg_note(parser->sink, d, "`%.*s` says how long after the first event the second counts",
             SEG_STR(seg_parser_text(parser, word)));
    if (second->kind == SEG_EXPR_WINDOWED)
      text = seg_parser_text(
          parser, (struct seg_span){span.file, span.begin, second->operands[0]->span.end});
    seg_help(parser->sink, d, "write `%.*s within 24h`", SEG_STR(text));
    return first;
  }
  if (first->depth >= SEG_MAX_NESTING) {
    report_depth(parser, span);
    return first;
  }
  // The node of the window becomes the sequence, so that every number keeps its node.
  struct seg_expr **operands = seg_parser_alloc(parser, 2 * sizeof *operands);
  operands[0] = first;
  operands[1] = second->operands[0];
  second->kind = SEG_EXPR_SEQUENCE;
  second->span = span;
  second->operands = operands;
  second->operand_count = 2;
  second->without = without;
  second->depth = second->depth > first->depth ? second->depth : first->depth + 1;
  return second;
}

struct seg_window *seg_build_window(struct seg_parser *parser, struct seg_span span,
                                    enum seg_window_kind kind) {
  struct seg_window *window = seg_parser_alloc(parser, sizeof *window);
  window->kind = kind;
  window->span = span;
  return window;
}

struct seg_type_syntax *seg_build_type(struct seg_parser *parser, struct seg_span span,
                                       struct seg_name name) {
  struct seg_type_syntax *type = seg_parser_alloc(parser, sizeof *type);
  type->name = name;
  type->currency = (struct seg_name){{"", 0}, {span.file, span.end, span.end}};
  type->scale = -1;
  type->span = span;
  return type;
}

struct seg_type_syntax *seg_build_one_of(struct seg_parser *parser, struct seg_span span,
                                         struct seg_span one, struct seg_span of,
                                         struct seg_list texts) {
  struct seg_name name = {{"one of", 6}, seg_span_join(one, of)};
  struct seg_type_syntax *type = seg_build_type(parser, span, name);
  type->values = texts.items;
  type->value_count = texts.count;
  return type;
}

// --- small literals whose meaning depends on their place -----------------------------------------

int64_t seg_whole_number(struct seg_parser *parser, struct seg_span span,
                         struct seg_decimal number) {
  if (number.scale > 0) {
    struct seg_diagnostic *d =
        seg_parser_report(parser, SEG_DIAG_BAD_TOKEN, span, "`%.*s` is no whole number",
                          SEG_STR(seg_parser_text(parser, span)));
    seg_note(parser->sink, d, "a window has a whole number of units");
  }
  return number.digits;
}

struct seg_period seg_year_of(struct seg_parser *parser, struct seg_span span,
                              struct seg_decimal number) {
  struct seg_period period = {.kind = SEG_PERIOD_YEAR};
  if (number.scale > 0 || span.end - span.begin != 4 || number.digits < 1) {
    struct seg_diagnostic *d =
        seg_parser_report(parser, SEG_DIAG_BAD_TOKEN, span, "`%.*s` is no year",
                          SEG_STR(seg_parser_text(parser, span)));
    seg_note(parser->sink, d, "behind `in` stands a period of the calendar");
    seg_help(parser->sink, d,
             "write `in 2026`, `in 2026-Q3` or `in 2026-10`; a list of values "
             "stands in parentheses: `in (1, 2)`");
    return period;
  }
  period.year = (int32_t)number.digits;
  return period;
}

enum seg_period_kind seg_period_of(struct seg_parser *parser, struct seg_name word) {
  enum seg_period_kind kind = SEG_PERIOD_YEAR;
  if (!seg_period_find(word.text, &kind)) {
    struct seg_diagnostic *d =
        seg_parser_report(parser, SEG_DIAG_SYNTAX, word.span, "`%.*s` is no period of the calendar",
                          SEG_STR(word.text));
    seg_note(parser->sink, d, "the periods are `week`, `month`, `quarter` and `year`");
    seg_help(parser->sink, d, "write `in last month`; the last 90 days are `within 90d`");
  }
  return kind;
}

enum seg_unit seg_unit_of(struct seg_name word) {
  enum seg_unit unit = SEG_UNIT_NONE;
  (void)seg_unit_find(word.text, &unit); // settle.c has looked
  return unit;
}

int32_t seg_scale_of(struct seg_parser *parser, struct seg_span span, struct seg_decimal number) {
  if (number.scale > 0 || number.digits > 18) {
    struct seg_diagnostic *d =
        seg_parser_report(parser, SEG_DIAG_BAD_TOKEN, span, "`%.*s` is no number of decimals",
                          SEG_STR(seg_parser_text(parser, span)));
    seg_note(parser->sink, d, "amounts are kept with 0 to 18 decimals");
    return 0;
  }
  return (int32_t)number.digits;
}
