/**
 * Dates: functions of them, and moving them by days.
 *
 * A date is moved by a duration that is written out in days or weeks; between two dates there is a
 * number of days. Both are bounded, so day numbers cannot overflow: a result beyond the calendar of
 * the data (years 1 to 9999) is simply later, or earlier, than every date in it.
 */
#include "compiler/sema/check.h"
#include "compiler/sema/types.h"
#include "runtime/time/civil.h"

static void help_to_a_date(struct seg_check *check, struct seg_diagnostic *d,
                           const struct seg_node *value) {
  if (value->type.kind == SEG_TYPE_TIMESTAMP)
    seg_help(check->sink, d, "declare the column as `date`: only the day counts");
  else if (value->type.kind == SEG_TYPE_TEXT)
    seg_help(check->sink, d, "declare the column as `date`, or write a date without quotes");
}

// --- functions ---

/** The date that a function is called with; NULL after reporting. */
static struct seg_node *date_argument(struct seg_check *check, const struct seg_scope *scope,
                                      const struct seg_expr *expr) {
  struct seg_node *date = seg_check_value(check, scope, expr->operands[0]);
  if (!date || date->type.kind == SEG_TYPE_DATE)
    return date;
  char text[SEG_TYPE_TEXT_SIZE];
  struct seg_diagnostic *d = seg_report(
      check->sink, SEG_DIAG_TYPE_MISMATCH, expr->operands[0]->span, "`%.*s` takes a date, not %s",
      SEG_STR(expr->name.text), seg_type_phrase(date, text, sizeof text));
  help_to_a_date(check, d, date);
  return NULL;
}

struct seg_node *seg_check_days_since(struct seg_check *check, const struct seg_scope *scope,
                                      const struct seg_expr *expr) {
  return seg_node_unary(check, SEG_NODE_DAYS_SINCE, seg_type_of(SEG_TYPE_INT), expr->span,
                        date_argument(check, scope, expr));
}

struct seg_node *seg_check_date_function(struct seg_check *check, const struct seg_scope *scope,
                                         const struct seg_expr *expr) {
  static const char *const words[] = {
#define SEG_DATE_FUNCTION(name, word, english) word,
#include "compiler/sema/date_functions.def"
#undef SEG_DATE_FUNCTION
  };
  struct seg_node *node = seg_node_unary(check, SEG_NODE_DATE_FUNCTION, seg_type_of(SEG_TYPE_INT),
                                         expr->span, date_argument(check, scope, expr));
  for (size_t i = 0; node && i < sizeof words / sizeof *words; i++)
    if (seg_str_is(expr->name.text, words[i]))
      node->date_function = (enum seg_date_function)i;
  return node;
}

// --- arithmetic ---

static const struct seg_expr *inside(const struct seg_expr *expr) {
  while (expr && expr->kind == SEG_EXPR_PAREN)
    expr = expr->operands[0];
  return expr;
}

bool seg_is_duration(const struct seg_expr *expr) {
  const struct seg_expr *body = inside(expr);
  return body && body->kind == SEG_EXPR_DURATION;
}

/** A duration in days, or -1 after reporting. */
static int64_t shift_days(struct seg_check *check, const struct seg_expr *expr) {
  const struct seg_expr *body = inside(expr);
  int64_t count = body->duration.count;
  struct seg_diagnostic *d;
  switch (body->duration.unit) {
  case SEG_UNIT_HOUR:
    d = seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, expr->span,
                   "a date cannot be moved by hours");
    seg_note(check->sink, d, "it is a whole day, without a time of day");
    seg_help(check->sink, d, "count days: `%lldd`", (long long)((count + 23) / 24));
    return -1;
  case SEG_UNIT_MONTH:
  case SEG_UNIT_YEAR:
    d = seg_report(check->sink, SEG_DIAG_ROLLING_MONTH, expr->span, "a date cannot be moved by %s",
                   body->duration.unit == SEG_UNIT_MONTH ? "months" : "years");
    seg_note(check->sink, d,
             "they have different lengths: a month after 31 January is no day of the "
             "calendar");
    seg_help(check->sink, d, "count days: `%lldd`",
             (long long)count * (body->duration.unit == SEG_UNIT_MONTH ? 30 : 365));
    return -1;
  case SEG_UNIT_NONE:
  case SEG_UNIT_DAY:
  case SEG_UNIT_WEEK: break;
  }
  int64_t factor = body->duration.unit == SEG_UNIT_WEEK ? 7 : 1;
  if (count <= SEG_MAX_WINDOW_DAYS / factor)
    return count * factor;
  seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, expr->span, "a date is moved by %d days at most",
             (int)SEG_MAX_WINDOW_DAYS);
  return -1;
}

static struct seg_node *literal_date(struct seg_check *check, struct seg_span span, int64_t day) {
  if (day < SEG_CIVIL_FIRST_DAY || day > SEG_CIVIL_LAST_DAY) {
    struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, span,
                                          "this date lies outside of the calendar");
    seg_note(check->sink, d, "dates have the years 0001 to 9999");
    return NULL;
  }
  struct seg_node *node =
      seg_node_new(check, SEG_NODE_LITERAL, seg_type_of(SEG_TYPE_DATE), span, 0);
  if (node)
    node->literal.integer = day;
  return node;
}

static struct seg_node *report_moved(struct seg_check *check, const struct seg_expr *expr,
                                     const struct seg_node *value) {
  char text[SEG_TYPE_TEXT_SIZE];
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, expr->span,
                                        "a duration moves a date, and this is %s",
                                        seg_type_phrase(value, text, sizeof text));
  if (seg_is_numeric(value))
    seg_help(check->sink, d, "numbers of days are added without a unit: `days_since(...) + 30`");
  help_to_a_date(check, d, value);
  return NULL;
}

struct seg_node *seg_check_shift(struct seg_check *check, const struct seg_scope *scope,
                                 const struct seg_expr *expr) {
  const struct seg_expr *left = expr->operands[0], *right = expr->operands[1];
  bool forward = expr->arithmetic == SEG_ADD;
  bool reads = forward || (expr->arithmetic == SEG_SUBTRACT && seg_is_duration(right));
  if (!reads || (seg_is_duration(left) && seg_is_duration(right))) {
    struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, expr->span,
                                          "a duration can only be added to a date, or taken off");
    seg_help(check->sink, d,
             "numbers of days are written without a unit: "
             "`days_since(...) >= 2 * 30`");
    return NULL;
  }
  struct seg_node *date = seg_check_value(check, scope, seg_is_duration(left) ? right : left);
  int64_t days = shift_days(check, seg_is_duration(left) ? left : right);
  if (!date || days < 0)
    return NULL;
  if (date->type.kind != SEG_TYPE_DATE)
    return report_moved(check, expr, date);
  days = forward ? days : -days;
  if (seg_is_literal(date))
    return literal_date(check, expr->span, date->literal.integer + days);
  return seg_node_binary(check, SEG_NODE_ADD_DAYS, seg_type_of(SEG_TYPE_DATE), expr->span, date,
                         seg_literal_int(check, expr->span, days));
}

static bool is_time(const struct seg_node *node) {
  return node->type.kind == SEG_TYPE_DATE || node->type.kind == SEG_TYPE_TIMESTAMP;
}

static struct seg_node *report_dates(struct seg_check *check, const struct seg_expr *expr,
                                     const struct seg_node *a, const struct seg_node *b) {
  static const char *const verbs[] = {"added", "subtracted", "multiplied", "divided"};
  char left[SEG_TYPE_TEXT_SIZE], right[SEG_TYPE_TEXT_SIZE];
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, expr->span, "%s and %s cannot be %s",
                 seg_type_phrase(a, left, sizeof left), seg_type_phrase(b, right, sizeof right),
                 verbs[expr->arithmetic]);
  bool sum = expr->arithmetic == SEG_ADD || expr->arithmetic == SEG_SUBTRACT;
  if (a->type.kind == SEG_TYPE_TIMESTAMP || b->type.kind == SEG_TYPE_TIMESTAMP)
    seg_help(check->sink, d, "declare the column as `date`: only the day counts");
  else if (sum && seg_is_literal(b) && b->type.kind == SEG_TYPE_INT && b->literal.integer >= 0)
    seg_help(check->sink, d, "write the unit: `%.*s %c %lldd`",
             SEG_STR(seg_code(check, expr->operands[0]->span)),
             expr->arithmetic == SEG_ADD ? '+' : '-', (long long)b->literal.integer);
  else if (sum && is_time(a) && seg_is_numeric(b))
    seg_help(check->sink, d, "compare numbers of days instead: `days_since(%.*s) >= ...`",
             SEG_STR(seg_code(check, expr->operands[0]->span)));
  return NULL;
}

struct seg_node *seg_check_days(struct seg_check *check, const struct seg_expr *expr,
                                struct seg_node *a, struct seg_node *b, bool *dates) {
  *dates = is_time(a) || is_time(b);
  if (!*dates)
    return NULL;
  if (expr->arithmetic != SEG_SUBTRACT || a->type.kind != SEG_TYPE_DATE ||
      b->type.kind != SEG_TYPE_DATE)
    return report_dates(check, expr, a, b);
  if (seg_is_literal(a) && seg_is_literal(b))
    return seg_literal_int(check, expr->span, a->literal.integer - b->literal.integer);
  return seg_node_binary(check, SEG_NODE_DAYS_BETWEEN, seg_type_of(SEG_TYPE_INT), expr->span, a, b);
}
