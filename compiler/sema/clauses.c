/**
 * The clauses of a segment, one checker each; the table is clauses.def. `channel`, `size` and so on
 * are words of the table and not of the grammar, so that they stay free as column names.
 */
#include "compiler/sema/check.h"

enum clause_kind {
#define SEG_CLAUSE(name, word, check, example) CLAUSE_##name,
#include "compiler/sema/clauses.def"
#undef SEG_CLAUSE
  CLAUSE_COUNT
};

static const char *const words[CLAUSE_COUNT] = {
#define SEG_CLAUSE(name, word, check, example) word,
#include "compiler/sema/clauses.def"
#undef SEG_CLAUSE
};

static const char *const examples[CLAUSE_COUNT] = {
#define SEG_CLAUSE(name, word, check, example) example,
#include "compiler/sema/clauses.def"
#undef SEG_CLAUSE
};

static const char *const lenses[] = {"demographic",  "geographic", "psychographic", "behavioural",
                                     "firmographic", "needs",      "value"};
static const char *const rhythms[] = {"hourly",  "daily",     "weekly",
                                      "monthly", "quarterly", "yearly"};

/** A clause being checked. */
struct clause {
  struct seg_check *check;
  struct seg_program_segment *segment;
  const struct seg_clause *syntax;
  enum clause_kind kind;
};

static void report_form(const struct clause *clause, struct seg_span span, const char *what) {
  struct seg_diagnostic *d = seg_report(clause->check->sink, SEG_DIAG_CLAUSE_VALUE, span,
                                        "`%s` takes %s", words[clause->kind], what);
  seg_help(clause->check->sink, d, "for example `%s`", examples[clause->kind]);
}

/** The single value, or NULL after reporting. */
static const struct seg_expr *single(const struct clause *clause, const char *what) {
  if (clause->syntax->value_count == 1)
    return clause->syntax->values[0];
  report_form(clause, clause->syntax->span, what);
  return NULL;
}

static bool is_word(const struct seg_expr *value) {
  return value && ((value->kind == SEG_EXPR_NAME && value->name.text.size > 0) ||
                   (value->kind == SEG_EXPR_STRING && value->text.size > 0));
}

static struct seg_str word_of(const struct seg_expr *value) {
  return value->kind == SEG_EXPR_NAME ? value->name.text : value->text;
}

struct seg_node *seg_check_rule(struct seg_check *check, const struct seg_segment *syntax) {
  const struct seg_clause *when = NULL;
  for (uint32_t i = 0; i < syntax->clause_count && !when; i++)
    if (seg_str_is(syntax->clauses[i].name.text, words[CLAUSE_WHEN]))
      when = &syntax->clauses[i];
  if (!when)
    return NULL;
  struct clause clause = {check, NULL, when, CLAUSE_WHEN};
  const struct seg_expr *value = single(&clause, "one condition; join several with `and`");
  struct seg_scope scope = {.place = SEG_IN_RULE};
  bool in_metric = check->in_metric;
  check->in_metric = false;
  struct seg_node *rule = value ? seg_check_condition(check, &scope, value) : NULL;
  check->in_metric = in_metric;
  return rule && seg_check_missing_in_rule(check, rule) ? rule : NULL;
}

// Another segment may have asked for the rule before. A second segment of one name has its own.
static void check_when(const struct clause *clause) {
  struct seg_check *check = clause->check;
  struct seg_symbol *symbol = seg_find_symbol(check, clause->segment->name.text);
  bool own = symbol && symbol->kind == SEG_SYMBOL_SEGMENT &&
             symbol->declaration->segment == clause->segment->syntax;
  clause->segment->when = own ? seg_segment_rule(check, symbol, clause->syntax->span)
                              : seg_check_rule(check, clause->segment->syntax);
}

static void check_decision(const struct clause *clause) {
  const struct seg_expr *value = single(clause, "one text");
  if (value && value->kind == SEG_EXPR_STRING && value->text.size > 0)
    clause->segment->decision = value->text;
  else if (value)
    report_form(clause, value->span, "a text that says what is done for these customers");
}

static void check_word(const struct clause *clause) {
  const struct seg_expr *value = single(clause, "one name");
  if (value && !is_word(value))
    report_form(clause, value->span, "one name");
}

static void check_words(const struct clause *clause) {
  for (uint32_t i = 0; i < clause->syntax->value_count; i++)
    if (clause->syntax->values[i] && !is_word(clause->syntax->values[i]))
      report_form(clause, clause->syntax->values[i]->span, "names");
}

static void check_metric_value(const struct clause *clause, bool condition_allowed) {
  const struct seg_expr *value = single(clause, "one metric");
  struct seg_scope scope = {.place = SEG_IN_RULE};
  struct seg_node *node = NULL;
  if (value)
    node = condition_allowed ? seg_check_expr(clause->check, &scope, value)
                             : seg_check_value(clause->check, &scope, value);
  if (!node || !seg_check_missing(clause->check, node))
    return;
  bool measure = seg_is_numeric(node) && !seg_is_literal(node);
  if (!measure && !(condition_allowed && seg_is_condition(node)))
    report_form(clause, value->span, "a metric");
}

static void check_goal(const struct clause *clause) {
  check_metric_value(clause, true);
}

static void check_share(const struct clause *clause) {
  check_metric_value(clause, false);
}

/** A share (0% to 100%) or a whole number of customers, in units of 10^-4; -1 when it is neither.
 */
static int64_t size_of_end(const struct seg_expr *end) {
  if (!end || end->decimal.digits < 0)
    return -1;
  if (end->kind == SEG_EXPR_NUMBER)
    return end->decimal.scale == 0 && end->decimal.digits < INT64_MAX / 10000
               ? end->decimal.digits * 10000
               : -1;
  if (end->kind != SEG_EXPR_PERCENT || end->decimal.scale > 2)
    return -1;
  int64_t share = end->decimal.digits;
  if (share > 10000)
    return -1;
  for (unsigned scale = end->decimal.scale; scale < 2; scale++)
    share *= 10;
  return share <= 10000 ? share : -1;
}

static void check_size(const struct clause *clause) {
  static const char *const what = "a range of shares (0% to 100%) or of whole numbers";
  const struct seg_expr *value = single(clause, what);
  if (!value)
    return;
  bool range = value->kind == SEG_EXPR_RANGE && value->operands[0] && value->operands[1] &&
               value->operands[0]->kind == value->operands[1]->kind;
  int64_t low = range ? size_of_end(value->operands[0]) : -1;
  int64_t high = range ? size_of_end(value->operands[1]) : -1;
  if (low < 0 || high < 0)
    report_form(clause, value->span, what);
  else if (low > high)
    report_form(clause, value->span, "the smaller end first");
}

/** Days of `every ...`; 0 after reporting. */
static int64_t every_days(const struct clause *clause, const struct seg_expr *every) {
  const struct seg_expr *value = every->operands[0];
  if (!value || value->kind != SEG_EXPR_DURATION)
    return 0;
  bool days = value->duration.unit == SEG_UNIT_DAY, weeks = value->duration.unit == SEG_UNIT_WEEK;
  int64_t factor = weeks ? 7 : 1;
  if ((days || weeks) && value->duration.count >= 1 &&
      value->duration.count <= SEG_MAX_WINDOW_DAYS / factor)
    return value->duration.count * factor;
  report_form(clause, value->span, "a period in days or weeks");
  return 0;
}

static bool is_listed(struct seg_str word, const char *const *list, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (seg_str_is(word, list[i]))
      return true;
  return false;
}

static void report_unlisted(const struct clause *clause, const struct seg_expr *value,
                            const char *const *list, size_t count) {
  struct seg_str candidates[16];
  for (size_t i = 0; i < count; i++)
    candidates[i] = seg_str_view(list[i]);
  struct seg_diagnostic *d =
      seg_report(clause->check->sink, SEG_DIAG_CLAUSE_VALUE, value->span,
                 "`%s` does not know `%.*s`", words[clause->kind], SEG_STR(word_of(value)));
  struct seg_str nearest = seg_suggest(word_of(value), candidates, count);
  if (nearest.data)
    seg_help(clause->check->sink, d, "`%.*s` is spelt like it", SEG_STR(nearest));
  else
    seg_help(clause->check->sink, d, "for example `%s`", examples[clause->kind]);
}

static void check_refresh(const struct clause *clause) {
  enum { COUNT = sizeof rhythms / sizeof *rhythms };
  const struct seg_expr *value = single(clause, "one rhythm");
  if (!value)
    return;
  if (value->kind == SEG_EXPR_EVERY)
    every_days(clause, value);
  else if (!is_word(value))
    report_form(clause, value->span, "a rhythm");
  else if (!is_listed(word_of(value), rhythms, COUNT))
    report_unlisted(clause, value, rhythms, COUNT);
}

static void check_lens(const struct clause *clause) {
  enum { COUNT = sizeof lenses / sizeof *lenses };
  for (uint32_t i = 0; i < clause->syntax->value_count; i++) {
    const struct seg_expr *value = clause->syntax->values[i];
    if (!value)
      continue;
    if (!is_word(value))
      report_form(clause, value->span, "names of lenses");
    else if (!is_listed(word_of(value), lenses, COUNT))
      report_unlisted(clause, value, lenses, COUNT);
  }
}

static void check_review(const struct clause *clause) {
  int64_t period = -1, last = -1;
  bool has_last = false;
  for (uint32_t i = 0; i < clause->syntax->value_count; i++) {
    const struct seg_expr *value = clause->syntax->values[i];
    if (!value)
      continue;
    if (value->kind == SEG_EXPR_EVERY && period < 0) {
      period = every_days(clause, value);
    } else if (value->kind == SEG_EXPR_LAST_ON && !has_last && value->operands[0] &&
               value->operands[0]->kind == SEG_EXPR_DATE) {
      has_last = true;
      last = value->operands[0]->day;
    } else {
      report_form(clause, value->span, "a period and the day of the last review");
      return;
    }
  }
  if (period < 0)
    report_form(clause, clause->syntax->span, "a period and the day of the last review");
  else if (period > 0 && has_last && last + period < INT32_MAX)
    clause->segment->review_day = (int32_t)(last + period);
}

static void check_holdout(const struct clause *clause) {
  static const char *const what = "one share above 0% and below 100%, with at most 4 decimals";
  enum { MOST_DECIMALS = 4 };
  const struct seg_expr *value = single(clause, what);
  if (!value)
    return;
  int64_t part = value->kind == SEG_EXPR_PERCENT ? value->decimal.digits : 0, whole = 100;
  bool fine = part > 0 && value->decimal.scale <= MOST_DECIMALS;
  for (uint8_t i = 0; fine && i < value->decimal.scale; i++)
    whole *= 10;
  if (!fine || part >= whole) {
    report_form(clause, value->span, what);
    return;
  }
  struct seg_str salt =
      seg_words(clause->check, "holdout:%.*s", SEG_STR(clause->segment->name.text));
  clause->segment->holdout = (struct seg_share){part, whole};
  clause->segment->holdout_salt = seg_arena_str(&clause->check->program->arena, salt);
  if (!clause->segment->holdout_salt.data)
    clause->check->out_of_memory = true;
}

typedef void (*clause_function)(const struct clause *);

static const clause_function checkers[CLAUSE_COUNT] = {
#define SEG_CLAUSE(name, word, check, example) check,
#include "compiler/sema/clauses.def"
#undef SEG_CLAUSE
};

static void report_unknown(struct seg_check *check, const struct seg_clause *clause) {
  struct seg_str known[CLAUSE_COUNT];
  for (int i = 0; i < CLAUSE_COUNT; i++)
    known[i] = seg_str_view(words[i]);
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_UNKNOWN_CLAUSE, clause->name.span,
                 "segments have no clause `%.*s`", SEG_STR(clause->name.text));
  struct seg_str nearest = seg_suggest(clause->name.text, known, CLAUSE_COUNT);
  if (nearest.data)
    seg_help(check->sink, d, "`%.*s` is spelt like it", SEG_STR(nearest));
}

static void report_missing_clause(struct seg_check *check, const struct seg_segment *syntax,
                                  enum clause_kind kind) {
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_CLAUSE_MISSING, syntax->name.span,
                 "the segment `%.*s` has no `%s`", SEG_STR(syntax->name.text), words[kind]);
  seg_note(check->sink, d,
           kind == CLAUSE_WHEN ? "`when` is the rule that customers match"
                               : "a segment that changes no decision is not worth having");
  seg_help(check->sink, d, "add, for example, `%s`", examples[kind]);
  if (kind == CLAUSE_DECISION)
    seg_help(check->sink, d, "or explore without decisions: `--allow-no-decision`");
}

void seg_check_clauses(struct seg_check *check, struct seg_program_segment *segment) {
  const struct seg_segment *syntax = segment->syntax;
  const struct seg_clause *seen[CLAUSE_COUNT] = {0};
  bool unknown = check->incomplete;
  for (uint32_t i = 0; i < syntax->clause_count; i++) {
    const struct seg_clause *clause = &syntax->clauses[i];
    int kind = 0;
    while (kind < CLAUSE_COUNT && !seg_str_is(clause->name.text, words[kind]))
      kind++;
    if (kind == CLAUSE_COUNT) {
      unknown = true;
      report_unknown(check, clause);
      continue;
    }
    if (seen[kind]) {
      struct seg_diagnostic *d =
          seg_report(check->sink, SEG_DIAG_CLAUSE_TWICE, clause->name.span,
                     "the clause `%s` stands twice in this segment", words[kind]);
      seg_note_at(check->sink, d, seen[kind]->name.span, "first here");
      continue;
    }
    seen[kind] = clause;
    checkers[kind](&(struct clause){check, segment, clause, (enum clause_kind)kind});
  }
  // A misspelt `when` is one mistake, not two.
  if (!seen[CLAUSE_WHEN] && !unknown)
    report_missing_clause(check, syntax, CLAUSE_WHEN);
  if (!seen[CLAUSE_DECISION] && !unknown && !check->options->allow_no_decision)
    report_missing_clause(check, syntax, CLAUSE_DECISION);
}
