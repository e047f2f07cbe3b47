/**
 * Windows: from the written form to ages in days or periods of the calendar, and to which aggregate
 * one binds.
 *
 * A window stands behind one metric or aggregate, or behind the constant it is compared with; it
 * goes to every aggregate of that metric that has none yet. Anything else is refused with the
 * candidates written out.
 */
#include <ctype.h>
#include <string.h>

#include "compiler/sema/check.h"
#include "runtime/time/civil.h"
#include "runtime/time/period.h"

enum { HOURS_OF_DAY = 24 }; // for messages and the longest window: a day may have 23 or 25

// --- the window itself ---

/** How far back: whole days, or hours. */
struct reach {
  int64_t count;
  bool hours;
};

static void report_no_unit(struct seg_check *check, long long count,
                           const struct seg_window *window) {
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_WINDOW_WITHOUT_UNIT, window->span,
                                        "the window has a number without a unit");
  seg_note(check->sink, d, "%lld could be days, weeks or hours", count);
  seg_help(check->sink, d, "write `%lldd` for days, `%lldw` for weeks or `%lldh` for hours", count,
           count, count);
}

static void report_rolling(struct seg_check *check, struct seg_duration duration,
                           const struct seg_window *window) {
  const char *unit = duration.unit == SEG_UNIT_MONTH ? "months" : "years";
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_ROLLING_MONTH, window->span,
                                        "a rolling window cannot be counted in %s", unit);
  seg_note(check->sink, d, "%s have different lengths, so the number of days would change", unit);
  seg_help(check->sink, d, "count days: `%lldd`",
           (long long)duration.count * (duration.unit == SEG_UNIT_MONTH ? 30 : 365));
  seg_help(check->sink, d, "or take whole %s of the calendar: `in last %lld %s`", unit,
           (long long)duration.count, unit);
}

/** False after reporting. */
static bool read_reach(struct seg_check *check, struct seg_duration duration,
                       const struct seg_window *window, struct reach *out) {
  int64_t factor = 1, most = SEG_MAX_WINDOW_DAYS;
  const char *unit = "days";
  out->hours = false;
  switch (duration.unit) {
  case SEG_UNIT_NONE: report_no_unit(check, (long long)duration.count, window); return false;
  case SEG_UNIT_MONTH:
  case SEG_UNIT_YEAR: report_rolling(check, duration, window); return false;
  case SEG_UNIT_HOUR:
    out->hours = true;
    most = SEG_MAX_WINDOW_DAYS * HOURS_OF_DAY;
    unit = "hours";
    break;
  case SEG_UNIT_WEEK: factor = 7; break;
  case SEG_UNIT_DAY: break;
  }
  out->count = duration.count * factor;
  if (duration.count <= most / factor)
    return true;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, window->span,
                                        "a window reaches back %d %s at most", (int)most, unit);
  seg_help(check->sink, d, "`ever` takes every event");
  return false;
}

/** Hours beside days: both readings, where they make a window. */
static void report_mixed(struct seg_check *check, const struct seg_window *window,
                         const struct reach *near, const struct reach *far) {
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_MIXED_WINDOW, window->span,
                                        "the window mixes hours and days");
  seg_note(check->sink, d,
           "hours are time that has passed; a day is one of the calendar, with 23, 24 or 25 hours");
  long long near_hours = near->count * (near->hours ? 1 : HOURS_OF_DAY);
  long long far_hours = far->count * (far->hours ? 1 : HOURS_OF_DAY);
  long long near_days = near->hours ? (near->count + HOURS_OF_DAY - 1) / HOURS_OF_DAY : near->count;
  long long far_days = far->hours ? (far->count + HOURS_OF_DAY - 1) / HOURS_OF_DAY : far->count;
  if (near_hours < far_hours)
    seg_help(check->sink, d, "in hours: `between %lldh and %lldh ago`", near_hours, far_hours);
  if (near_days >= 1 && near_days <= far_days)
    seg_help(check->sink, d, "in days: `between %lldd and %lldd ago`", near_days, far_days);
}

static bool report_reversed(struct seg_check *check, const struct seg_window *window,
                            const struct reach *near, const struct reach *far) {
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_WINDOW_REVERSED, window->span,
                                        "the window ends before it begins");
  char unit = near->hours ? 'h' : 'd';
  seg_help(check->sink, d, "write the smaller age first: `between %lld%c and %lld%c ago`",
           (long long)far->count, unit, (long long)near->count, unit);
  return false;
}

static bool check_between_window(struct seg_check *check, const struct seg_window *window,
                                 struct seg_day_window *out) {
  struct reach near, far;
  if (!read_reach(check, window->first, window, &near) ||
      !read_reach(check, window->second, window, &far))
    return false;
  if (near.hours != far.hours) {
    report_mixed(check, window, &near, &far);
    return false;
  }
  if (!near.hours && near.count < 1) {
    struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_WINDOW_REVERSED, window->span,
                                          "the nearest day a window can reach is 1 day ago");
    seg_note(check->sink, d, "the as-of day itself is not over, so its events do not count");
    return false;
  }
  if (near.count > far.count)
    return report_reversed(check, window, &near, &far);
  if (near.hours && near.count == far.count) {
    seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, window->span,
               "a window of no hours holds no event");
    return false;
  }
  out->hours = near.hours;
  out->near_age = (int32_t)near.count;
  out->far_age = (int32_t)far.count;
  return true;
}

static bool check_within_window(struct seg_check *check, const struct seg_window *window,
                                struct seg_day_window *out) {
  struct reach reach;
  if (!read_reach(check, window->first, window, &reach))
    return false;
  if (reach.count == 0) {
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, window->span,
                   "a window of no %s holds no event", reach.hours ? "hours" : "days");
    if (!reach.hours)
      seg_help(check->sink, d, "`within 1d` is yesterday");
    return false;
  }
  out->hours = reach.hours;
  out->near_age = reach.hours ? 0 : 1;
  out->far_age = (int32_t)reach.count;
  return true;
}

static enum seg_period_unit period_unit(enum seg_period_kind kind) {
  switch (kind) {
  case SEG_PERIOD_YEAR: return SEG_PERIOD_UNIT_YEAR;
  case SEG_PERIOD_QUARTER: return SEG_PERIOD_UNIT_QUARTER;
  case SEG_PERIOD_MONTH: return SEG_PERIOD_UNIT_MONTH;
  case SEG_PERIOD_WEEK: return SEG_PERIOD_UNIT_WEEK;
  }
  return SEG_PERIOD_UNIT_YEAR;
}

/** `in 2026-Q3` is `from ... through ...`; `this` and `last` wait for the as-of day. */
static bool check_calendar_window(struct seg_check *check, const struct seg_window *window,
                                  struct seg_day_window *out) {
  static const int32_t most[] = {[SEG_PERIOD_UNIT_WEEK] = 5200,
                                 [SEG_PERIOD_UNIT_MONTH] = 1200,
                                 [SEG_PERIOD_UNIT_QUARTER] = 400,
                                 [SEG_PERIOD_UNIT_YEAR] = 100};
  enum seg_period_unit unit = period_unit(window->period.kind);
  if (window->kind == SEG_WINDOW_IN) {
    if (window->period.year < 1)
      return false; // no year, which is reported
    out->kind = SEG_WINDOW_FROM;
    seg_period_days(unit, window->period.year, window->period.part, &out->first_day,
                    &out->last_day);
    return true;
  }
  out->unit = unit;
  out->count = 0;
  if (window->kind == SEG_WINDOW_THIS)
    return true;
  struct seg_diagnostic *d = NULL;
  if (window->first.count < 1) {
    d = seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, window->span,
                   "a window of no %ss holds no event", seg_period_word(unit));
    seg_help(check->sink, d, "`in this %s` is the %s so far", seg_period_word(unit),
             seg_period_word(unit));
  } else if (window->first.count > most[unit]) {
    d = seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, window->span,
                   "a window reaches back %d %ss at most", (int)most[unit], seg_period_word(unit));
    seg_help(check->sink, d, "`ever` takes every event");
  }
  out->count = (int32_t)window->first.count;
  return d == NULL;
}

bool seg_check_window(struct seg_check *check, const struct seg_window *window,
                      struct seg_day_window *out) {
  *out = (struct seg_day_window){.kind = window->kind};
  switch (window->kind) {
  case SEG_WINDOW_EVER: return true;
  case SEG_WINDOW_WITHIN: return check_within_window(check, window, out);
  case SEG_WINDOW_BETWEEN: return check_between_window(check, window, out);
  case SEG_WINDOW_FROM:
    out->first_day = window->first_day;
    out->last_day = window->second_day;
    if (window->first_day <= window->second_day)
      return true;
    seg_help(check->sink,
             seg_report(check->sink, SEG_DIAG_WINDOW_REVERSED, window->span,
                        "the window ends before it begins"),
             "write the earlier date first");
    return false;
  case SEG_WINDOW_IN:
  case SEG_WINDOW_THIS:
  case SEG_WINDOW_LAST: return check_calendar_window(check, window, out);
  }
  return false;
}

// --- candidates ---

/** Ends of the metrics and aggregates that wait for a window, left to right. */
typedef SEG_VEC(uint32_t) site_list;

/** What counts as waiting: what needs a window, or also first and last, which can take one. */
enum waiting { NEEDS_WINDOW, TAKES_WINDOW };

static bool is_site(struct seg_check *check, const struct seg_expr *expr, enum waiting waiting) {
  enum seg_aggregate_kind kind;
  if (expr->kind == SEG_EXPR_CALL)
    return seg_is_aggregate_word(expr->name.text, &kind) &&
           (waiting == TAKES_WINDOW || (kind != SEG_AGGREGATE_FIRST && kind != SEG_AGGREGATE_LAST));
  while (expr && expr->kind == SEG_EXPR_FILTER)
    expr = expr->operands[0];
  struct seg_symbol *symbol =
      expr && expr->kind == SEG_EXPR_NAME ? seg_find_symbol(check, expr->name.text) : NULL;
  if (!symbol || symbol->kind != SEG_SYMBOL_METRIC || !seg_metric_value(check, symbol))
    return false;
  return symbol->shape.open > 0 || (waiting == TAKES_WINDOW && symbol->shape.open_ends > 0);
}

/** `removed`: a window that is to be taken away, so what stands below it waits again. */
static bool find_sites(struct seg_check *check, const struct seg_expr *expr, enum waiting waiting,
                       const struct seg_window *removed, site_list *sites) {
  SEG_VEC(const struct seg_expr *) open = {0};
  bool kept = SEG_VEC_PUSH(&open, expr);
  while (kept && open.count > 0) {
    const struct seg_expr *next = open.items[--open.count];
    if (!next || (next->kind == SEG_EXPR_WINDOWED && next->window != removed))
      continue;
    enum seg_aggregate_kind kind;
    if (is_site(check, next, waiting)) {
      kept = SEG_VEC_PUSH(sites, next->span.end);
      continue;
    }
    if (next->kind == SEG_EXPR_FILTER ||
        (next->kind == SEG_EXPR_CALL && seg_is_aggregate_word(next->name.text, &kind)))
      continue;
    for (uint32_t i = next->operand_count; kept && i > 0; i--)
      kept = SEG_VEC_PUSH(&open, next->operands[i - 1]);
  }
  SEG_VEC_FREE(&open);
  if (!kept)
    check->out_of_memory = true;
  return kept;
}

bool seg_waits_for_window(struct seg_check *check, const struct seg_expr *expr) {
  site_list sites = {0};
  bool waits = expr && find_sites(check, expr, NEEDS_WINDOW, NULL, &sites) && sites.count > 0;
  SEG_VEC_FREE(&sites);
  return waits;
}

enum { CANDIDATE_SIZE = 300 };

struct candidate {
  char text[CANDIDATE_SIZE];
  size_t size;
  bool fits;
};

static void append(struct candidate *candidate, struct seg_str text) {
  for (size_t i = 0; i < text.size; i++) {
    char c = text.data[i];
    bool blank = isspace((unsigned char)c) != 0;
    bool after_blank = candidate->size == 0 || candidate->text[candidate->size - 1] == ' ';
    if (blank && after_blank)
      continue;
    if (candidate->size + 1 >= CANDIDATE_SIZE || c == '#') {
      candidate->fits = false; // too long for a line, or with a comment inside
      return;
    }
    candidate->text[candidate->size++] = blank ? ' ' : c;
  }
}

/** The text of `whole` without the window, which is put behind the sites from `first` on, `ever`
 * before. */
static struct candidate write_candidate(struct seg_check *check, struct seg_span whole,
                                        struct seg_span window, const site_list *sites,
                                        size_t first) {
  struct candidate candidate = {.fits = true};
  struct seg_str text = seg_code(check, window);
  uint32_t at = whole.begin;
  for (size_t i = 0; i <= sites->count; i++) {
    uint32_t end = i < sites->count ? sites->items[i] : whole.end;
    struct seg_span piece = {whole.file, at, end};
    if (window.begin >= at && window.begin < end)
      piece.end = window.begin;
    append(&candidate, seg_code(check, piece));
    if (window.begin >= at && window.end <= end && window.end < end)
      append(&candidate, seg_code(check, (struct seg_span){whole.file, window.end, end}));
    while (candidate.size > 0 && candidate.text[candidate.size - 1] == ' ' && i < sites->count)
      candidate.size--;
    if (i < sites->count) {
      append(&candidate, seg_str_view(" "));
      append(&candidate, i < first ? seg_str_view("ever") : text);
    }
    at = end > at ? end : at;
  }
  while (candidate.size > 0 && candidate.text[candidate.size - 1] == ' ')
    candidate.size--;
  return candidate;
}

void seg_report_group_window(struct seg_check *check, const struct seg_expr *whole,
                             const struct seg_expr *body, const struct seg_window *window) {
  site_list sites = {0};
  struct seg_str text = seg_code(check, window->span);
  if (!find_sites(check, body, NEEDS_WINDOW, window, &sites) ||
      (sites.count == 0 && !find_sites(check, body, TAKES_WINDOW, window, &sites)))
    goto cleanup;
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_WINDOW_OVER_GROUP, window->span,
                 "`%.*s` does not stand behind one metric or aggregate", SEG_STR(text));
  seg_note(check->sink, d,
           "a window belongs to one metric or aggregate, or follows the constant "
           "that it is compared with");
  if (sites.count == 0)
    seg_help(check->sink, d, "drop it: nothing here waits for a window");
  // Everything over one window, or all but the last over `ever`: the same when the window is
  // `ever`.
  size_t forms = window->kind == SEG_WINDOW_EVER ? 1 : 2;
  for (size_t first = 0; first < sites.count && first < forms; first++) {
    struct candidate candidate =
        write_candidate(check, whole->span, window->span, &sites, first == 0 ? 0 : sites.count - 1);
    if (candidate.fits)
      seg_help(check->sink, d, "%s`%.*s`", first == 0 ? "write " : "or ", (int)candidate.size,
               candidate.text);
    else if (first == 0)
      seg_help(check->sink, d, "put a window behind each metric");
  }
cleanup:
  SEG_VEC_FREE(&sites);
}

// --- binding ---

static bool is_constant(struct seg_check *check, const struct seg_expr *expr) {
  if (expr && expr->kind == SEG_EXPR_NAME) {
    const struct seg_symbol *symbol = seg_find_symbol(check, expr->name.text);
    return symbol && symbol->kind == SEG_SYMBOL_CONSTANT;
  }
  return expr && (expr->kind == SEG_EXPR_NUMBER || expr->kind == SEG_EXPR_PERCENT ||
                  expr->kind == SEG_EXPR_MONEY || expr->kind == SEG_EXPR_DATE ||
                  expr->kind == SEG_EXPR_STRING || expr->kind == SEG_EXPR_TRUTH ||
                  expr->kind == SEG_EXPR_DURATION);
}

const struct seg_window *seg_constant_window(struct seg_check *check, const struct seg_expr *expr,
                                             const struct seg_expr **constant) {
  *constant = expr;
  bool negative = expr && expr->kind == SEG_EXPR_NEGATE;
  const struct seg_expr *windowed = negative ? expr->operands[0] : expr;
  if (!windowed || windowed->kind != SEG_EXPR_WINDOWED ||
      !is_constant(check, windowed->operands[0]))
    return NULL;
  *constant = windowed->operands[0];
  if (!negative)
    return windowed->window;
  // `-2 within 90d` is parsed as -(2 within 90d): the same without the window stands in for it.
  struct seg_expr *minus = SEG_NEW(&check->scratch, struct seg_expr);
  struct seg_expr **operands = SEG_NEW(&check->scratch, struct seg_expr *);
  if (!minus || !operands) {
    check->out_of_memory = true;
    return NULL;
  }
  *minus = *expr;
  minus->operands = operands;
  operands[0] = windowed->operands[0];
  minus->span.end = operands[0]->span.end;
  *constant = minus;
  return windowed->window;
}

/** Only these take a window; everything else in front of one is a group. */
static bool takes_window(const struct seg_expr *expr) {
  if (expr->kind == SEG_EXPR_CALL && seg_is_tally_word(expr->name.text))
    return false; // conditions, of which none is meant more than the others
  return expr->kind == SEG_EXPR_NAME || expr->kind == SEG_EXPR_CALL ||
         expr->kind == SEG_EXPR_FILTER || expr->kind == SEG_EXPR_FIELD;
}

static struct seg_node *report_no_window(struct seg_check *check, const struct seg_scope *scope,
                                         const struct seg_expr *operand, bool is_date,
                                         const struct seg_window *window,
                                         const struct seg_day_window *days) {
  struct seg_str code = seg_code(check, operand->span);
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_WINDOW_OVER_GROUP, window->span,
                 "`%.*s` is no aggregate over events, so it takes no window", SEG_STR(code));
  struct seg_str text = seg_code(check, window->span);
  if (is_date && days->kind == SEG_WINDOW_FROM) {
    char first[SEG_CIVIL_TEXT], last[SEG_CIVIL_TEXT];
    seg_civil_format(days->first_day, first);
    seg_civil_format(days->last_day, last);
    seg_help(check->sink, d, "write `%.*s between %s and %s`", SEG_STR(code), first, last);
  } else if (scope->place == SEG_IN_EVENT)
    seg_help(check->sink, d, "put `%.*s` behind the aggregate, outside of the brackets",
             SEG_STR(text));
  else
    seg_help(check->sink, d, "drop `%.*s`", SEG_STR(text));
  return NULL;
}

static struct seg_node *report_second_window(struct seg_check *check,
                                             const struct seg_expr *operand,
                                             const struct seg_window *window) {
  struct seg_str code = seg_code(check, operand->span);
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_WINDOW_TWICE, window->span,
                                        "`%.*s` carries a window already", SEG_STR(code));
  struct seg_symbol *symbol =
      operand->kind == SEG_EXPR_NAME ? seg_find_symbol(check, operand->name.text) : NULL;
  if (symbol && symbol->kind == SEG_SYMBOL_METRIC)
    seg_note_at(check->sink, d, symbol->name.span, "it is declared with its window");
  seg_help(check->sink, d, "drop `%.*s`, or declare the metric without a window",
           SEG_STR(seg_code(check, window->span)));
  return NULL;
}

struct seg_node *seg_bind_window(struct seg_check *check, const struct seg_scope *scope,
                                 const struct seg_expr *whole, const struct seg_expr *operand,
                                 const struct seg_window *window) {
  if (!operand)
    return NULL;
  if (operand->kind == SEG_EXPR_WINDOWED)
    return report_second_window(check, operand, window);
  if (!takes_window(operand)) {
    seg_report_group_window(check, whole, operand, window);
    return NULL;
  }
  struct seg_scope open = *scope;
  open.open = true;
  struct seg_day_window days;
  bool right = seg_check_window(check, window, &days);
  struct seg_node *node = seg_check_expr(check, &open, operand);
  if (!node)
    return NULL;
  struct seg_shape shape = seg_shape_of(node);
  if (shape.aggregates == 0)
    return report_no_window(check, scope, operand, right && node->type.kind == SEG_TYPE_DATE,
                            window, &days);
  if (shape.open + shape.open_ends == 0)
    return report_second_window(check, operand, window);
  site_list sites = {0};
  bool found = find_sites(check, operand, TAKES_WINDOW, window, &sites);
  bool is_group = sites.count > 1; // band(revenue / purchases, ...)
  SEG_VEC_FREE(&sites);
  if (!found)
    return NULL;
  if (is_group) {
    seg_report_group_window(check, whole, operand, window);
    return NULL;
  }
  if (!right)
    return NULL;
  struct seg_span span = operand->span;
  if (whole->kind == SEG_EXPR_WINDOWED && whole->operands[0] == operand)
    span = whole->span;
  struct seg_node *bound = seg_expand_use(check, node, &days, NULL, span);
  if (bound && span.end == operand->span.end &&
      !SEG_VEC_PUSH(&check->moved, (struct seg_moved_window){bound, window->span}))
    check->out_of_memory = true;
  return bound;
}

struct seg_node *seg_check_windowed(struct seg_check *check, const struct seg_scope *scope,
                                    const struct seg_expr *expr) {
  const struct seg_expr *operand = expr->operands[0];
  if (operand && operand->kind == SEG_EXPR_IN)
    return seg_check_in(check, scope, operand, expr->window);
  return seg_bind_window(check, scope, expr, operand, expr->window);
}

struct seg_node *seg_close_windows(struct seg_check *check, const struct seg_scope *scope,
                                   const struct seg_expr *expr, struct seg_node *node) {
  static const struct seg_day_window ever = {.kind = SEG_WINDOW_EVER};
  if (!node || scope->open)
    return node;
  struct seg_shape shape = seg_shape_of(node);
  if (shape.open == 0)
    return shape.open_ends == 0 ? node : seg_expand_use(check, node, &ever, NULL, node->span);
  struct seg_str code = seg_code(check, expr->span);
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_WINDOW_MISSING, expr->span,
                 "`%.*s` does not say which days it looks at", SEG_STR(code));
  seg_help(check->sink, d, "write `%.*s within 90d` or `%.*s ever`", SEG_STR(code), SEG_STR(code));
  return NULL;
}
