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

const char *seg_expr_kind_name(enum seg_expr_kind kind) {
  static const char *const names[] = {
#define SEG_EXPR(name, printed) [SEG_EXPR_##name] = (printed),
#include "grammar/ast_nodes.def"
#undef SEG_EXPR
  };
  return kind < SEG_EXPR_KIND_COUNT ? names[kind] : "?";
}
