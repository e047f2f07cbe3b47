/**
 * Small helpers of the checker: building nodes and asking what a node is.
 */
#include <stdarg.h>
#include <stdio.h>

#include "compiler/sema/check.h"

struct seg_str seg_lost(struct seg_check *check) {
  check->out_of_memory = true;
  return (struct seg_str){"", 0};
}

struct seg_str seg_words(struct seg_check *check, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int size = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  char *text = size < 0 ? NULL : seg_arena_alloc(&check->scratch, (size_t)size + 1u);
  if (text)
    vsnprintf(text, (size_t)size + 1u, format, again);
  va_end(again);
  return text ? (struct seg_str){text, (size_t)size} : seg_lost(check);
}

struct seg_node *seg_node_new(struct seg_check *check, enum seg_node_kind kind,
                              struct seg_type type, struct seg_span span, uint32_t operand_count) {
  struct seg_node *node = SEG_NEW(&check->program->arena, struct seg_node);
  if (node && operand_count > 0)
    node->operands = SEG_NEW_ARRAY(&check->program->arena, struct seg_node *, operand_count);
  if (!node || (operand_count > 0 && !node->operands)) {
    check->out_of_memory = true;
    return NULL;
  }
  node->kind = kind;
  node->type = type;
  node->span = span;
  node->operand_count = operand_count;
  return node;
}

struct seg_node *seg_node_unary(struct seg_check *check, enum seg_node_kind kind,
                                struct seg_type type, struct seg_span span, struct seg_node *a) {
  struct seg_node *node = a ? seg_node_new(check, kind, type, span, 1) : NULL;
  if (!node)
    return NULL;
  node->operands[0] = a;
  node->optional = type.kind != SEG_TYPE_BOOL && a->optional;
  return node;
}

struct seg_node *seg_node_binary(struct seg_check *check, enum seg_node_kind kind,
                                 struct seg_type type, struct seg_span span, struct seg_node *a,
                                 struct seg_node *b) {
  struct seg_node *node = a && b ? seg_node_new(check, kind, type, span, 2) : NULL;
  if (!node)
    return NULL;
  node->operands[0] = a;
  node->operands[1] = b;
  node->optional = type.kind != SEG_TYPE_BOOL && (a->optional || b->optional);
  return node;
}

bool seg_in_library(const struct seg_check *check, struct seg_span span) {
  return span.file < check->map->files.count && check->map->files.items[span.file].bundled;
}

struct seg_type seg_type_of(enum seg_type_kind kind) {
  return (struct seg_type){.kind = kind};
}

bool seg_is_condition(const struct seg_node *node) {
  return node->type.kind == SEG_TYPE_BOOL && node->kind != SEG_NODE_ATTRIBUTE &&
         node->kind != SEG_NODE_COLUMN && node->kind != SEG_NODE_AGGREGATE &&
         node->kind != SEG_NODE_LITERAL && node->kind != SEG_NODE_ELSE;
}

bool seg_is_literal(const struct seg_node *node) {
  return node->kind == SEG_NODE_LITERAL;
}

bool seg_is_bare_decimal(const struct seg_node *node) {
  return node->kind == SEG_NODE_LITERAL && node->type.kind == SEG_TYPE_MONEY &&
         node->type.currency.size == 0;
}

bool seg_is_exact_average(const struct seg_node *node) {
  return node->kind == SEG_NODE_AGGREGATE && node->aggregate == SEG_AGGREGATE_AVERAGE &&
         (node->argument->type.kind == SEG_TYPE_INT || node->argument->type.kind == SEG_TYPE_MONEY);
}

struct seg_str seg_code(const struct seg_check *check, struct seg_span span) {
  return seg_source_map_text(check->map, span);
}
