/**
 * Sequences: `count(cart then purchase within 24h)` and `count(cart without purchase within 24h)`.
 * The events before the word are counted, and may be windowed and filtered like those of any other
 * count; what stands behind it decides which of them.
 */
#include "compiler/sema/check.h"

enum { HOURS_PER_DAY = 24 };

static const char *word_of(const struct seg_expr *expr) {
  return expr->without ? "without" : "then";
}

/** What stands behind the word `within`: one sentence for each unit that will not do. */
static bool report_unit(struct seg_check *check, const struct seg_expr *expr) {
  long long count = (long long)expr->window->first.count;
  struct seg_span span = expr->window->span;
  struct seg_diagnostic *d;
  if (expr->window->first.unit == SEG_UNIT_NONE) {
    d = seg_report(check->sink, SEG_DIAG_WINDOW_WITHOUT_UNIT, span,
                   "the time between the two events has no unit");
    seg_note(check->sink, d, "%lld could be hours, days or weeks", count);
    seg_help(check->sink, d, "write `within %lldh`, `within %lldd` or `within %lldw`", count, count,
             count);
    return false;
  }
  bool month = expr->window->first.unit == SEG_UNIT_MONTH;
  d = seg_report(check->sink, SEG_DIAG_ROLLING_MONTH, span,
                 "the time between two events cannot be counted in %s", month ? "months" : "years");
  seg_note(check->sink, d, "%s have different lengths", month ? "months" : "years");
  seg_help(check->sink, d, "count days: `within %lldd`", count * (month ? 30 : 365));
  return false;
}

static bool check_limit(struct seg_check *check, const struct seg_expr *expr,
                        struct seg_sequence *sequence) {
  struct seg_duration time = expr->window->first;
  int64_t factor = 1, most = SEG_MAX_WINDOW_DAYS;
  switch (time.unit) {
  case SEG_UNIT_NONE:
  case SEG_UNIT_MONTH:
  case SEG_UNIT_YEAR: return report_unit(check, expr);
  case SEG_UNIT_HOUR: most *= HOURS_PER_DAY; break;
  case SEG_UNIT_DAY: break;
  case SEG_UNIT_WEEK: factor = 7; break;
  }
  sequence->in_days = time.unit != SEG_UNIT_HOUR;
  if (time.count >= 1 && time.count <= most / factor) {
    sequence->limit = time.count * factor;
    return true;
  }
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, expr->window->span,
                 time.count < 1 ? "no time between the two events: nothing could follow"
                                : "the time between two events is at most %d days",
                 (int)SEG_MAX_WINDOW_DAYS);
  if (time.count < 1)
    seg_help(check->sink, d, "`within 1h` is the least");
  return false;
}

/** A window on the first event is the window of the count, and stands behind it. */
static bool report_inner_window(struct seg_check *check, const struct seg_expr *expr) {
  const struct seg_expr *first = expr->operands[0];
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_WINDOW_OVER_GROUP, first->window->span,
                 "the window of the counted events stands behind the count");
  seg_help(check->sink, d, "write `count(%.*s %s %.*s %.*s) %.*s`",
           SEG_STR(seg_code(check, first->operands[0]->span)), word_of(expr),
           SEG_STR(seg_code(check, expr->operands[1]->span)),
           SEG_STR(seg_code(check, expr->window->span)),
           SEG_STR(seg_code(check, first->window->span)));
  return false;
}

/**
 * `cart then purchase within 24h within 30d`: the second window is that of the count. Any other
 * window behind the second event is about events that are not counted.
 */
static bool report_second_window(struct seg_check *check, const struct seg_expr *expr) {
  const struct seg_expr *second = expr->operands[1];
  struct seg_diagnostic *d;
  if (second->window->kind != SEG_WINDOW_WITHIN) {
    d = seg_report(check->sink, SEG_DIAG_WINDOW_OVER_GROUP, second->window->span,
                   "the event behind `%s` takes no window of its own", word_of(expr));
    seg_help(check->sink, d, "drop `%.*s`, or filter the event in brackets by its date",
             SEG_STR(seg_code(check, second->window->span)));
    return false;
  }
  d = seg_report(check->sink, SEG_DIAG_WINDOW_OVER_GROUP, expr->window->span,
                 "the window of the counted events stands behind the count");
  seg_help(check->sink, d, "write `count(%.*s %s %.*s) %.*s`",
           SEG_STR(seg_code(check, expr->operands[0]->span)), word_of(expr),
           SEG_STR(seg_code(check, second->span)), SEG_STR(seg_code(check, expr->window->span)));
  return false;
}

bool seg_check_sequence(struct seg_check *check, const struct seg_expr *expr,
                        struct seg_event_source *source, const struct seg_sequence **sequence) {
  const struct seg_expr *first = expr->operands[0];
  if (first && first->kind == SEG_EXPR_WINDOWED && first->operands[0])
    return report_inner_window(check, expr);
  const struct seg_expr *second = expr->operands[1];
  if (first && second && second->kind == SEG_EXPR_WINDOWED)
    return report_second_window(check, expr);
  struct seg_event_source next = {0};
  struct seg_sequence *found = SEG_NEW(&check->program->arena, struct seg_sequence);
  if (!found) {
    check->out_of_memory = true;
    return false;
  }
  found->without = expr->without;
  bool right = seg_check_event_source(check, first, SEG_AGGREGATE_COUNT, source);
  right = seg_check_event_source(check, expr->operands[1], SEG_AGGREGATE_COUNT, &next) && right;
  right = check_limit(check, expr, found) && right;
  found->event = next.event;
  found->filter = next.filter;
  *sequence = found;
  return right;
}

void seg_report_sequence(struct seg_check *check, const struct seg_expr *expr, const char *word) {
  struct seg_str code = seg_code(check, expr->span);
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_ARGUMENTS, expr->span,
                                        "`%s` does not take a sequence of events", word);
  seg_help(check->sink, d, "only `count` does: `count(%.*s)`", SEG_STR(code));
}

struct seg_node *seg_check_lone_sequence(struct seg_check *check, const struct seg_scope *scope,
                                         const struct seg_expr *expr) {
  (void)scope;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_ARGUMENTS, expr->span,
                                        "a sequence of events is no value by itself");
  seg_help(check->sink, d, "count it: `count(%.*s)`", SEG_STR(seg_code(check, expr->span)));
  return NULL;
}
