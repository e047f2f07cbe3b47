// The tree as text: one node a line, two blanks a level. Stable, because tests compare it.
// Recursion is as deep as an expression, at most SEG_MAX_NESTING.
#include "grammar/parse.h"
#include "grammar/parser.h"

static void indent(FILE *out, int level) {
  fprintf(out, "%*s", level * 2, "");
}

static void print_text(FILE *out, struct seg_str text) {
  fputc('"', out);
  for (size_t i = 0; i < text.size; i++) {
    unsigned char c = (unsigned char)text.data[i];
    if (c == '"' || c == '\\')
      fprintf(out, "\\%c", c);
    else if (c < 0x20 || c == 0x7f)
      fprintf(out, "\\u{%x}", c);
    else
      fputc(c, out);
  }
  fputc('"', out);
}

static void print_decimal(FILE *out, struct seg_decimal decimal) {
  char digits[32];
  int size =
      snprintf(digits, sizeof digits, "%0*lld", decimal.scale + 1, (long long)decimal.digits);
  fprintf(out, "%.*s", size - decimal.scale, digits);
  if (decimal.scale > 0)
    fprintf(out, ".%s", digits + size - decimal.scale);
}

static void print_duration(FILE *out, struct seg_duration duration) {
  static const char *const units[] = {
      [SEG_UNIT_NONE] = " without a unit",
      [SEG_UNIT_HOUR] = "h",
      [SEG_UNIT_DAY] = "d",
      [SEG_UNIT_WEEK] = "w",
      [SEG_UNIT_MONTH] = "m",
      [SEG_UNIT_YEAR] = "y",
  };
  fprintf(out, "%lld%s", (long long)duration.count, units[duration.unit]);
}

static void print_day(FILE *out, int32_t days) {
  int year, month, day;
  seg_date_from_day(days, &year, &month, &day);
  fprintf(out, "%04d-%02d-%02d", year, month, day);
}

static const char *period_name(enum seg_period_kind kind) {
  static const char *const names[] = {
      [SEG_PERIOD_YEAR] = "year",
      [SEG_PERIOD_QUARTER] = "quarter",
      [SEG_PERIOD_MONTH] = "month",
      [SEG_PERIOD_WEEK] = "week",
  };
  return names[kind];
}

static void print_period(FILE *out, struct seg_period period) {
  static const char *const forms[] = {
      [SEG_PERIOD_YEAR] = "",
      [SEG_PERIOD_QUARTER] = "-Q",
      [SEG_PERIOD_MONTH] = "-",
      [SEG_PERIOD_WEEK] = "-W",
  };
  fprintf(out, "%04d", period.year);
  if (period.kind != SEG_PERIOD_YEAR)
    fprintf(out, "%s%0*d", forms[period.kind], period.kind == SEG_PERIOD_QUARTER ? 1 : 2,
            period.part);
}

static void print_window(FILE *out, const struct seg_window *window) {
  switch (window->kind) {
  case SEG_WINDOW_EVER: fputs("ever", out); break;
  case SEG_WINDOW_WITHIN:
    fputs("within ", out);
    print_duration(out, window->first);
    break;
  case SEG_WINDOW_BETWEEN:
    fputs("between ", out);
    print_duration(out, window->first);
    fputs(" and ", out);
    print_duration(out, window->second);
    fputs(" ago", out);
    break;
  case SEG_WINDOW_FROM:
    fputs("from ", out);
    print_day(out, window->first_day);
    fputs(" through ", out);
    print_day(out, window->second_day);
    break;
  case SEG_WINDOW_IN:
    fputs("in ", out);
    print_period(out, window->period);
    break;
  case SEG_WINDOW_THIS: fprintf(out, "in this %s", period_name(window->period.kind)); break;
  case SEG_WINDOW_LAST:
    fprintf(out, "in last %lld %s", (long long)window->first.count,
            period_name(window->period.kind));
    break;
  }
}

/** What a node says besides its operands. */
static void print_value(FILE *out, const struct seg_expr *expr) {
  static const char arithmetic[] = {
      [SEG_ADD] = '+', [SEG_SUBTRACT] = '-', [SEG_MULTIPLY] = '*', [SEG_DIVIDE] = '/'};
  switch (expr->kind) {
  case SEG_EXPR_NUMBER:
  case SEG_EXPR_PERCENT: print_decimal(out, expr->decimal); break;
  case SEG_EXPR_MONEY:
    print_decimal(out, expr->decimal);
    fprintf(out, " %.*s", SEG_STR(expr->name.text));
    break;
  case SEG_EXPR_DURATION: print_duration(out, expr->duration); break;
  case SEG_EXPR_DATE: print_day(out, expr->day); break;
  case SEG_EXPR_PERIOD: print_period(out, expr->period); break;
  case SEG_EXPR_STRING: print_text(out, expr->text); break;
  case SEG_EXPR_TRUTH: fputs(expr->truth ? "true" : "false", out); break;
  case SEG_EXPR_NAME:
  case SEG_EXPR_FIELD:
  case SEG_EXPR_CALL: fprintf(out, "%.*s", SEG_STR(expr->name.text)); break;
  case SEG_EXPR_WINDOWED: print_window(out, expr->window); break;
  case SEG_EXPR_SEQUENCE:
    fputs(expr->without ? "without, " : "then, ", out);
    print_window(out, expr->window);
    break;
  case SEG_EXPR_COMPARE: fputs(seg_comparison_sign(expr->comparison), out); break;
  case SEG_EXPR_BETWEEN:
  case SEG_EXPR_IN: fputs(expr->negated ? "negated" : "", out); break;
  case SEG_EXPR_IS: fputs(expr->known ? "known" : "missing", out); break;
  case SEG_EXPR_ARITHMETIC: fputc(arithmetic[expr->arithmetic], out); break;
  case SEG_EXPR_FILTER:
  case SEG_EXPR_NOT:
  case SEG_EXPR_AND:
  case SEG_EXPR_OR:
  case SEG_EXPR_ELSE:
  case SEG_EXPR_NEGATE:
  case SEG_EXPR_PAREN:
  case SEG_EXPR_RANGE:
  case SEG_EXPR_EVERY:
  case SEG_EXPR_LAST_ON:
  case SEG_EXPR_KIND_COUNT: break;
  }
}

static bool says_nothing(const struct seg_expr *expr) {
  return expr->kind == SEG_EXPR_FILTER || expr->kind == SEG_EXPR_NOT ||
         expr->kind == SEG_EXPR_AND || expr->kind == SEG_EXPR_OR || expr->kind == SEG_EXPR_ELSE ||
         expr->kind >= SEG_EXPR_NEGATE ||
         ((expr->kind == SEG_EXPR_BETWEEN || expr->kind == SEG_EXPR_IN) && !expr->negated);
}

static void print_expr(FILE *out, int level, const struct seg_expr *expr) {
  indent(out, level);
  fputs(seg_expr_kind_name(expr->kind), out);
  if (!says_nothing(expr)) {
    fputc(' ', out);
    print_value(out, expr);
  }
  fputc('\n', out);
  for (uint32_t i = 0; i < expr->operand_count; i++)
    print_expr(out, level + 1, expr->operands[i]);
}

static void print_names(FILE *out, const struct seg_name *names, uint32_t count,
                        const char *separator) {
  for (uint32_t i = 0; i < count; i++)
    fprintf(out, "%s%.*s", i > 0 ? separator : "", SEG_STR(names[i].text));
}

static void print_type(FILE *out, const struct seg_type_syntax *type) {
  fprintf(out, "%.*s", SEG_STR(type->name.text));
  if (type->currency.text.size > 0) {
    fprintf(out, "(%.*s", SEG_STR(type->currency.text));
    if (type->scale >= 0)
      fprintf(out, ", %d", type->scale);
    fputc(')', out);
  }
  for (uint32_t i = 0; i < type->value_count; i++) {
    fputs(i == 0 ? " (" : ", ", out);
    print_text(out, type->values[i].text);
  }
  if (type->value_count > 0)
    fputc(')', out);
  if (type->optional)
    fputc('?', out);
}

static void print_column(FILE *out, const struct seg_column_syntax *column) {
  indent(out, 1);
  if (column->computed != NULL) {
    fprintf(out, "computed %.*s\n", SEG_STR(column->name.text));
    print_expr(out, 2, column->computed);
    return;
  }
  fprintf(out, "column %.*s ", SEG_STR(column->name.text));
  print_type(out, &column->type);
  fputs(column->personal ? " personal\n" : "\n", out);
}

static void print_entity(FILE *out, enum seg_declaration_kind kind,
                         const struct seg_entity *entity) {
  fputs(kind == SEG_DECLARE_CUSTOMER ? "customer" : "event", out);
  if (kind != SEG_DECLARE_CUSTOMER)
    fprintf(out, " %.*s", SEG_STR(entity->name.text));
  if (kind == SEG_DECLARE_NEED)
    fputs(" needed", out);
  else if (entity->event.text.size > 0)
    fprintf(out, " from event %.*s", SEG_STR(entity->event.text));
  else {
    fputs(" from ", out);
    print_text(out, entity->source.text);
    fprintf(out, kind == SEG_DECLARE_CUSTOMER ? " key %.*s" : " by %.*s",
            SEG_STR(entity->key.text));
  }
  if (entity->time.text.size > 0)
    fprintf(out, " at %.*s", SEG_STR(entity->time.text));
  if (entity->zone.text.size > 0) {
    fputs(" zone ", out);
    print_text(out, entity->zone.text);
  }
  fputc('\n', out);
  for (uint32_t i = 0; i < entity->column_count; i++)
    print_column(out, &entity->columns[i]);
  for (uint32_t i = 0; i < entity->where_count; i++) {
    fputs("  where\n", out);
    print_expr(out, 2, entity->wheres[i]);
  }
  if (entity->unique_count > 0) {
    fputs("  unique by ", out);
    print_names(out, entity->unique, entity->unique_count, ", ");
    fputc('\n', out);
  }
}

static void print_segment(FILE *out, const struct seg_segment *segment) {
  fprintf(out, "segment %.*s", SEG_STR(segment->name.text));
  if (segment->title.text.size > 0) {
    fputc(' ', out);
    print_text(out, segment->title.text);
  }
  fputc('\n', out);
  for (uint32_t i = 0; i < segment->clause_count; i++) {
    const struct seg_clause *clause = &segment->clauses[i];
    fprintf(out, "  clause %.*s\n", SEG_STR(clause->name.text));
    for (uint32_t j = 0; j < clause->value_count; j++)
      print_expr(out, 2, clause->values[j]);
  }
}

static void print_test(FILE *out, const struct seg_test *test) {
  fputs("test ", out);
  print_text(out, test->title.text);
  fputs(" as of ", out);
  print_day(out, test->as_of);
  fputc('\n', out);
  for (uint32_t i = 0; i < test->record_count; i++) {
    const struct seg_test_record *record = &test->records[i];
    fprintf(out, "  record %.*s\n", SEG_STR(record->entity.text));
    for (uint32_t j = 0; j < record->value_count; j++) {
      fprintf(out, "    value %.*s\n", SEG_STR(record->values[j].name.text));
      print_expr(out, 3, record->values[j].value);
    }
  }
  for (uint32_t i = 0; i < test->claim_count; i++)
    fprintf(out, "  %s %.*s\n", test->claims[i].expected ? "expect" : "reject",
            SEG_STR(test->claims[i].segment.text));
}

static void print_relation(FILE *out, const struct seg_stated_relation *relation) {
  uint32_t first = 0;
  if (relation->kind == SEG_STATED_OVERLAP && relation->member_count > 0) {
    fprintf(out, "overlap: %.*s with ", SEG_STR(relation->members[0].text));
    first = 1;
  } else {
    fputs("exclusive: ", out);
  }
  print_names(out, relation->members + first, relation->member_count - first, ", ");
  fputc('\n', out);
}

static void print_use(FILE *out, const struct seg_use *use) {
  fprintf(out, "use %.*s\n", SEG_STR(use->module.text));
  for (uint32_t i = 0; i < use->rename_count; i++)
    fprintf(out, "  with %.*s = %.*s\n", SEG_STR(use->renames[i].needed.text),
            SEG_STR(use->renames[i].given.text));
}

static void print_key_list(FILE *out, const struct seg_key_list *list) {
  fprintf(out, "list %.*s from ", SEG_STR(list->name.text));
  print_text(out, list->source.text);
  fprintf(out, " key %.*s\n", SEG_STR(list->key.text));
}

static void print_declaration(FILE *out, const struct seg_declaration *declaration) {
  switch (declaration->kind) {
  case SEG_DECLARE_SETTING:
    fprintf(out, "setting %.*s ", SEG_STR(declaration->setting->name.text));
    print_text(out, declaration->setting->value.text);
    fputc('\n', out);
    break;
  case SEG_DECLARE_CUSTOMER:
  case SEG_DECLARE_EVENT: print_entity(out, declaration->kind, declaration->entity); break;
  case SEG_DECLARE_METRIC:
    fprintf(out, "metric %.*s\n", SEG_STR(declaration->metric->name.text));
    print_expr(out, 1, declaration->metric->value);
    break;
  case SEG_DECLARE_CONSTANT:
    fprintf(out, "let %.*s\n", SEG_STR(declaration->constant->name.text));
    print_expr(out, 1, declaration->constant->value);
    break;
  case SEG_DECLARE_SEGMENT: print_segment(out, declaration->segment); break;
  case SEG_DECLARE_PRIORITY:
    fprintf(out, "priority %.*s: ", SEG_STR(declaration->priority->name.text));
    print_names(out, declaration->priority->members, declaration->priority->member_count, " > ");
    if (declaration->priority->otherwise.text.size > 0)
      fprintf(out, " otherwise %.*s", SEG_STR(declaration->priority->otherwise.text));
    fputc('\n', out);
    break;
  case SEG_DECLARE_RELATION: print_relation(out, declaration->relation); break;
  case SEG_DECLARE_USE: print_use(out, declaration->use); break;
  case SEG_DECLARE_NEED: print_entity(out, declaration->kind, declaration->need->entity); break;
  case SEG_DECLARE_LIST: print_key_list(out, declaration->list); break;
  case SEG_DECLARE_TEST: print_test(out, declaration->test); break;
  }
}

void seg_ast_print(const struct seg_ast *ast, FILE *out) {
  for (const struct seg_declaration *d = ast->first; d != NULL; d = d->next)
    print_declaration(out, d);
}
