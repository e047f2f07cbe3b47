// The life of a tree, and the names of what it holds.
#include "grammar/ast.h"

void seg_ast_init(struct seg_ast *ast) {
  *ast = (struct seg_ast){0};
  seg_arena_init(&ast->arena);
}

void seg_ast_deinit(struct seg_ast *ast) {
  seg_arena_deinit(&ast->arena);
  *ast = (struct seg_ast){0};
}

const char *seg_comparison_sign(enum seg_comparison comparison) {
  switch (comparison) {
  case SEG_EQUAL: return "=";
  case SEG_NOT_EQUAL: return "!=";
  case SEG_LESS: return "<";
  case SEG_LESS_EQUAL: return "<=";
  case SEG_GREATER: return ">";
  case SEG_GREATER_EQUAL: return ">=";
  }
  return "?";
}

enum seg_comparison seg_comparison_turned(enum seg_comparison comparison) {
  static const enum seg_comparison turned[] = {
      [SEG_EQUAL] = SEG_EQUAL,  [SEG_NOT_EQUAL] = SEG_NOT_EQUAL,
      [SEG_LESS] = SEG_GREATER, [SEG_LESS_EQUAL] = SEG_GREATER_EQUAL,
      [SEG_GREATER] = SEG_LESS, [SEG_GREATER_EQUAL] = SEG_LESS_EQUAL};
  return turned[comparison];
}

enum seg_comparison seg_comparison_opposite(enum seg_comparison comparison) {
  static const enum seg_comparison opposites[] = {
      [SEG_EQUAL] = SEG_NOT_EQUAL,    [SEG_NOT_EQUAL] = SEG_EQUAL,
      [SEG_LESS] = SEG_GREATER_EQUAL, [SEG_LESS_EQUAL] = SEG_GREATER,
      [SEG_GREATER] = SEG_LESS_EQUAL, [SEG_GREATER_EQUAL] = SEG_LESS};
  return opposites[comparison];
}

const char *seg_expr_kind_name(enum seg_expr_kind kind) {
  static const char *const names[] = {
#define SEG_EXPR(name, printed) [SEG_EXPR_##name] = (printed),
#include "grammar/ast_nodes.def"
#undef SEG_EXPR
  };
  return kind < SEG_EXPR_KIND_COUNT ? names[kind] : "?";
}
