// The typed program in English; see english.h. Values here, conditions in english_condition.c.
#include <inttypes.h>
#include <string.h>

#include "compiler/report/english_parts.h"
#include "runtime/base/decimal.h"
#include "runtime/time/civil.h"

// --- texts ---

void seg_english_number(double value, FILE *out) {
  fprintf(out, "%.10g", value);
}

static void print_day(int64_t day, FILE *out) {
  char text[SEG_CIVIL_TEXT];
  seg_civil_format((int32_t)day, text);
  fputs(text, out);
}

void seg_english_literal(const struct seg_type *type, const struct seg_literal *literal,
                         FILE *out) {
  char text[SEG_DECIMAL_TEXT];
  switch (type->kind) {
  case SEG_TYPE_BOOL: fputs(literal->integer ? "true" : "false", out); break;
  case SEG_TYPE_INT: fprintf(out, "%" PRId64, literal->integer); break;
  case SEG_TYPE_TIMESTAMP:
    print_day(seg_civil_day_of(literal->integer), out);
    fprintf(out, " %02d:%02d UTC",
            (int)(((literal->integer % SEG_MICROSECONDS_PER_DAY) + SEG_MICROSECONDS_PER_DAY) %
                  SEG_MICROSECONDS_PER_DAY / (3600 * SEG_MICROSECONDS_PER_SECOND)),
            (int)(((literal->integer % SEG_MICROSECONDS_PER_DAY) + SEG_MICROSECONDS_PER_DAY) %
                  (3600 * SEG_MICROSECONDS_PER_SECOND) / (60 * SEG_MICROSECONDS_PER_SECOND)));
    break;
  case SEG_TYPE_NUMBER: seg_english_number(literal->number, out); break;
  case SEG_TYPE_MONEY:
    seg_decimal_format(literal->integer, type->scale, text);
    fprintf(out, "%s %.*s", text, SEG_STR(type->currency));
    break;
  case SEG_TYPE_AMOUNT:
    seg_english_number(literal->number, out);
    fprintf(out, " %.*s", SEG_STR(type->currency));
    break;
  case SEG_TYPE_TEXT: fprintf(out, "\"%.*s\"", SEG_STR(literal->text)); break;
  case SEG_TYPE_DATE: print_day(literal->integer, out); break;
  case SEG_TYPE_ENUM:
    if (type->enumeration != NULL && literal->integer >= 0 &&
        literal->integer < (int64_t)type->enumeration->count)
      fprintf(out, "\"%.*s\"", SEG_STR(type->enumeration->values[literal->integer]));
    break;
  case SEG_TYPE_KIND_COUNT: break;
  }
}

static bool ends_with(struct seg_str text, const char *end) {
  struct seg_str tail = seg_str_view(end);
  return text.size >= tail.size &&
         seg_str_equal((struct seg_str){text.data + text.size - tail.size, tail.size}, tail);
}

// The regular plural; names of events are singular by convention.
void seg_english_events(struct seg_str name, FILE *out) {
  static const char *const hissing[] = {"s", "x", "z", "ch", "sh"};
  bool hisses = false, vowel = false;
  for (size_t i = 0; i < sizeof hissing / sizeof *hissing; i++)
    hisses = hisses || ends_with(name, hissing[i]);
  static const char *const vowels[] = {"ay", "ey", "oy", "uy"};
  for (size_t i = 0; i < sizeof vowels / sizeof *vowels; i++)
    vowel = vowel || ends_with(name, vowels[i]);
  bool y = ends_with(name, "y") && !vowel;
  for (size_t i = 0; i + (y ? 1 : 0) < name.size; i++)
    fputc(name.data[i] == '_' ? ' ' : name.data[i], out);
  fputs(y ? "ies" : hisses ? "es" : "s", out);
}

void seg_english_source(const struct seg_source_map *map, struct seg_span span, FILE *out) {
  struct seg_str text = seg_source_map_text(map, span);
  bool quoted = false, comment = false, blank = false, begun = false;
  for (size_t i = 0; i < text.size; i++) {
    char c = text.data[i];
    if (c == '\n')
      comment = false;
    else if (c == '#' && !quoted)
      comment = true;
    if (comment)
      continue;
    if (c == '"' && (i == 0 || text.data[i - 1] != '\\'))
      quoted = !quoted;
    if (!quoted && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
      blank = true;
      continue;
    }
    if (blank && begun)
      fputc(' ', out);
    blank = false;
    begun = true;
    fputc(c, out);
  }
}

// --- windows ---

static void print_ages(const struct seg_day_window *window, FILE *out) {
  bool within = window->kind == SEG_WINDOW_WITHIN;
  if (window->hours && within && window->far_age == 1)
    fputs("in the hour before the as-of date", out);
  else if (window->hours && within)
    fprintf(out, "in the %" PRId32 " hours before the as-of date", window->far_age);
  else if (window->hours)
    fprintf(out, "between %" PRId32 " and %" PRId32 " hours before the as-of date",
            window->near_age, window->far_age);
  else if (within && window->far_age == 1)
    fputs("on the last complete day", out);
  else if (within)
    fprintf(out, "in the last %" PRId32 " complete days", window->far_age);
  else
    fprintf(out, "between %" PRId32 " and %" PRId32 " days ago", window->near_age, window->far_age);
}

void seg_english_window(const struct seg_day_window *window, FILE *out) {
  switch (window->kind) {
  case SEG_WINDOW_EVER: fputs("over all time", out); break;
  case SEG_WINDOW_WITHIN:
  case SEG_WINDOW_BETWEEN: print_ages(window, out); break;
  case SEG_WINDOW_FROM:
  case SEG_WINDOW_IN:
    fputs("from ", out);
    print_day(window->first_day, out);
    fputs(" through ", out);
    print_day(window->last_day, out);
    break;
  case SEG_WINDOW_THIS: fprintf(out, "so far this %s", seg_period_word(window->unit)); break;
  case SEG_WINDOW_LAST:
    if (window->count == 1)
      fprintf(out, "in the last complete %s", seg_period_word(window->unit));
    else
      fprintf(out, "in the last %" PRId32 " complete %ss", window->count,
              seg_period_word(window->unit));
    break;
  }
}

// --- values ---

static bool in_name(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (unsigned char)c >= 0x80;
}

// What may stand behind a name without making it a larger expression: filters in brackets, a
// window.
static bool is_filter_or_window(struct seg_str text) {
  size_t blanks = 0;
  while (blanks < text.size && (text.data[blanks] == ' ' || text.data[blanks] == '\n'))
    blanks++;
  struct seg_str rest = {text.data + blanks, text.size - blanks};
  if (rest.size > 4 && seg_str_is((struct seg_str){rest.data, 4}, "else") && !in_name(rest.data[4]))
    return false;
  int depth = 0;
  for (size_t i = 0; i < text.size; i++) {
    char c = text.data[i];
    depth += (c == '[') - (c == ']');
    bool in_date = c == '-' && i > 0 && text.data[i - 1] >= '0' && text.data[i - 1] <= '9';
    if (depth == 0 && strchr("+-*/<>=!(),.", c) != NULL && !in_date)
      return false;
  }
  return text.size == 0 || !in_name(text.data[0]);
}

bool seg_english_names(const struct seg_english *english, const struct seg_node *node,
                       const struct seg_program_metric *metric) {
  struct seg_str text = seg_source_map_text(english->map, node->span);
  struct seg_str name = metric->name.text;
  return text.size >= name.size && seg_str_equal((struct seg_str){text.data, name.size}, name) &&
         is_filter_or_window((struct seg_str){text.data + name.size, text.size - name.size});
}

static const struct seg_program_metric *named_metric(const struct seg_english *english,
                                                     const struct seg_node *node) {
  for (uint32_t i = 0; i < english->program->metric_count; i++)
    if (seg_english_names(english, node, &english->program->metrics[i]))
      return &english->program->metrics[i];
  return NULL;
}

static void print_one_event(struct seg_str name, FILE *out) {
  for (size_t i = 0; i < name.size; i++)
    fputc(name.data[i] == '_' ? ' ' : name.data[i], out);
}

static void print_filter(const struct seg_english *english, const struct seg_program_entity *event,
                         const struct seg_node *filter, bool group) {
  if (filter == NULL)
    return;
  struct seg_english inner = *english;
  inner.entity = event;
  group = group || filter->kind == SEG_NODE_AND || filter->kind == SEG_NODE_OR ||
          filter->kind == SEG_NODE_TALLY;
  fputs(group ? " (" : " ", english->out);
  seg_english_condition(&inner, filter);
  fputs(group ? ")" : "", english->out);
}

// "followed within 24 hours by a purchase,"
static void print_sequence(const struct seg_english *english, const struct seg_node *node) {
  const struct seg_sequence *sequence = node->sequence;
  const struct seg_program_entity *event = &english->program->events[sequence->event];
  struct seg_str name = event->name.text;
  bool vowel = name.size > 0 && strchr("aeiouAEIOU", name.data[0]) != NULL;
  const char *article = vowel ? "an" : "a";
  if (sequence->event == node->event)
    article = "another";
  fprintf(english->out, " %sfollowed within %" PRId64 " %s%s by %s ",
          sequence->without ? "not " : "", sequence->limit, sequence->in_days ? "day" : "hour",
          sequence->limit == 1 ? "" : "s", article);
  print_one_event(name, english->out);
  print_filter(english, event, sequence->filter, true);
  fputc(',', english->out);
}

static void print_events(const struct seg_english *english, const struct seg_node *node,
                         bool plural) {
  const struct seg_program_entity *event = &english->program->events[node->event];
  if (plural)
    seg_english_events(event->name.text, english->out);
  else
    print_one_event(event->name.text, english->out);
  print_filter(english, event, node->filter, node->sequence != NULL);
  if (node->sequence != NULL)
    print_sequence(english, node);
}

void seg_english_counted(const struct seg_english *english, const struct seg_node *node,
                         bool plural) {
  print_events(english, node, plural);
  fputc(' ', english->out);
  seg_english_window(&node->window, english->out);
}

// Before the argument and behind it, up to the events.
static void aggregate_words(enum seg_aggregate_kind kind, const char **before,
                            const char **behind) {
  *before = "";
  *behind = "";
  switch (kind) {
  case SEG_AGGREGATE_COUNT: *before = "number of "; break;
  case SEG_AGGREGATE_SUM: *before = "total ", *behind = " of "; break;
  case SEG_AGGREGATE_AVERAGE: *before = "average ", *behind = " of "; break;
  case SEG_AGGREGATE_MIN: *before = "smallest ", *behind = " of "; break;
  case SEG_AGGREGATE_MAX: *before = "largest ", *behind = " of "; break;
  case SEG_AGGREGATE_DISTINCT: *before = "number of different ", *behind = " values of "; break;
  case SEG_AGGREGATE_ACTIVE_DAYS: *before = "number of days with "; break;
  case SEG_AGGREGATE_ACTIVE_WEEKS: *before = "number of weeks with "; break;
  case SEG_AGGREGATE_ACTIVE_MONTHS: *before = "number of calendar months with "; break;
  case SEG_AGGREGATE_FIRST: *before = "first "; break;
  case SEG_AGGREGATE_LAST: *before = "last "; break;
  case SEG_AGGREGATE_KIND_COUNT: break;
  }
}

static void print_argument(const struct seg_english *english, const struct seg_node *node) {
  struct seg_english inner = *english;
  inner.entity = &english->program->events[node->event];
  seg_english_value(&inner, node->argument);
}

void seg_english_aggregate(const struct seg_english *english, const struct seg_node *node,
                           enum seg_aggregate_kind kind) {
  const char *before, *behind;
  aggregate_words(kind, &before, &behind);
  if (node->argument != NULL && (kind == SEG_AGGREGATE_FIRST || kind == SEG_AGGREGATE_LAST)) {
    print_argument(english, node);
    fputs(" of the ", english->out); // amount of the first purchase
  }
  fputs(before, english->out);
  bool edge = kind == SEG_AGGREGATE_FIRST || kind == SEG_AGGREGATE_LAST;
  if (!edge && node->argument != NULL && kind != SEG_AGGREGATE_COUNT) {
    print_argument(english, node);
    fputs(behind, english->out);
  }
  print_events(english, node, !edge);
  if (edge && node->window.kind == SEG_WINDOW_EVER)
    return;
  fputc(' ', english->out);
  seg_english_window(&node->window, english->out);
}

static void print_column(const struct seg_english *english, const struct seg_node *node) {
  struct seg_str name = english->entity->columns[node->column].name.text;
  fprintf(english->out, "%.*s", SEG_STR(name));
}

static void print_list(const struct seg_english *english, const struct seg_node *node,
                       const char *last) {
  static const struct seg_type integer = {.kind = SEG_TYPE_INT};
  const struct seg_type *type =
      node->kind == SEG_NODE_BAND_FRACTION ? &integer : &node->operands[0]->type;
  for (uint32_t i = 0; i < node->literal_count; i++) {
    fputs(i == 0 ? "" : i + 1 < node->literal_count ? ", " : last, english->out);
    seg_english_literal(type, &node->literals[i], english->out);
  }
}

// The cuts of a fraction band are stored as integers over the third operand.
static void print_cuts(const struct seg_english *english, const struct seg_node *node) {
  if (node->kind == SEG_NODE_BAND) {
    print_list(english, node, " and ");
    return;
  }
  double unit = (double)node->operands[2]->literal.integer;
  double scale = (double)seg_decimal_power(node->operands[0]->type.scale);
  for (uint32_t i = 0; i < node->literal_count; i++) {
    fputs(i == 0 ? "" : i + 1 < node->literal_count ? ", " : " and ", english->out);
    seg_english_number((double)node->literals[i].integer / unit / scale, english->out);
  }
}

/**
 * The words of each kind of value: {0} .. {2} are operands, {cuts} the cuts of a band, {map}
 * what becomes of a text, {date}, {days}, {rounded} the parts of dates and roundings, {itself} what
 * code prints. Conditions have their words in english_condition.c.
 */
static const char *words_of(enum seg_node_kind kind) {
  switch (kind) {
  case SEG_NODE_LITERAL:
  case SEG_NODE_ATTRIBUTE:
  case SEG_NODE_COLUMN:
  case SEG_NODE_BUCKET:
  case SEG_NODE_AGGREGATE: return "{itself}";
  case SEG_NODE_EVENT_DATE: return "date";
  case SEG_NODE_DAYS_SINCE: return "days since {0}";
  case SEG_NODE_BAND: return "band (1 below, then one more at each of {cuts}) of {0}";
  case SEG_NODE_BAND_FRACTION: return "band (1 below, then one more at each of {cuts}) of {f}";
  case SEG_NODE_RANK: return "{rank}";
  case SEG_NODE_TO_NUMBER:
  case SEG_NODE_RESCALE: return "{0}";
  case SEG_NODE_ADD: return "({0} plus {1})";
  case SEG_NODE_SUBTRACT: return "({0} minus {1})";
  case SEG_NODE_MULTIPLY: return "({0} times {1})";
  case SEG_NODE_DIVIDE: return "({0} divided by {1})";
  case SEG_NODE_NEGATE: return "minus {0}";
  case SEG_NODE_DATE_FUNCTION: return "{date} {0}";
  case SEG_NODE_ADD_DAYS: return "({0} {days})";
  case SEG_NODE_DAYS_BETWEEN: return "number of days from {1} to {0}";
  case SEG_NODE_ABS: return "size of {0}";
  case SEG_NODE_ROUND: return "{0} {rounded}";
  case SEG_NODE_TEXT_MAP: return "{0} {map}";
  case SEG_NODE_TEXT_LENGTH: return "number of characters of {0}";
  case SEG_NODE_ELSE: return "{0} ({1} when it is missing)";
  case SEG_NODE_COMPARE:
  case SEG_NODE_COMPARE_FRACTIONS:
  case SEG_NODE_IN:
  case SEG_NODE_TEXT_TEST:
  case SEG_NODE_MEMBER:
  case SEG_NODE_MATCHES:
  case SEG_NODE_LISTED:
  case SEG_NODE_IS_KNOWN:
  case SEG_NODE_NOT:
  case SEG_NODE_AND:
  case SEG_NODE_OR:
  case SEG_NODE_TALLY: return "{condition}";
  case SEG_NODE_KIND_COUNT: break;
  }
  return "";
}

static void print_bucket(const struct seg_english *english, const struct seg_node *node) {
  fprintf(english->out, "bucket out of %" PRId64 " (drawn by the key", node->buckets);
  if (node->salt.size > 0)
    fprintf(english->out, " for \"%.*s\"", SEG_STR(node->salt));
  fputc(')', english->out);
}

void seg_english_ordered(const struct seg_english *english, const struct seg_node *rank) {
  if (rank->operand_count == 2)
    seg_english_fraction(english, rank->operands[0], rank->operands[1]);
  else
    seg_english_value(english, rank->operands[0]);
}

static void print_rank(const struct seg_english *english, const struct seg_node *node) {
  switch (node->rank) {
  case SEG_RANK_NTILE:
    fprintf(english->out, "group among all customers (1 to %" PRId64 ", equal in size, by rising ",
            node->rank_count);
    break;
  case SEG_RANK_QUANTILE_BAND:
    fprintf(english->out, "quantile band among all customers (1 to %" PRId64 ", by rising ",
            node->rank_count);
    break;
  case SEG_RANK_PERCENTILE:
    fputs("percentile rank among all customers (0 to 1, by rising ", english->out);
    break;
  case SEG_RANK_TOP:
  case SEG_RANK_TOP_SHARE: seg_english_condition(english, node); return;
  case SEG_RANK_KIND_COUNT: return;
  }
  seg_english_ordered(english, node);
  fputc(')', english->out);
}

static void print_itself(const struct seg_english *english, const struct seg_node *node) {
  if (node->kind == SEG_NODE_LITERAL)
    seg_english_literal(&node->type, &node->literal, english->out);
  else if (node->kind == SEG_NODE_AGGREGATE)
    seg_english_aggregate(english, node, node->aggregate);
  else if (node->kind == SEG_NODE_BUCKET)
    print_bucket(english, node);
  else
    print_column(english, node);
}

static const char *map_words(enum seg_text_map map) {
  switch (map) {
  case SEG_LOWER: return "in small letters";
  case SEG_UPPER: return "in capital letters";
  case SEG_TRIM: return "without blanks at its ends";
  }
  return "";
}

static const char *const date_words[] = {
#define SEG_DATE_FUNCTION(name, word, english) english,
#include "compiler/sema/date_functions.def"
#undef SEG_DATE_FUNCTION
};

static void print_shift(int64_t days, FILE *out) {
  int64_t size = days < 0 ? -days : days;
  fprintf(out, "%s %" PRId64 " day%s", days < 0 ? "minus" : "plus", size, size == 1 ? "" : "s");
}

static const char *rounding_words(enum seg_rounding rounding) {
  switch (rounding) {
  case SEG_ROUND: return "rounded to a whole number";
  case SEG_FLOOR: return "rounded down";
  case SEG_CEIL: return "rounded up";
  }
  return "";
}

static const char *print_part(const struct seg_english *english, const struct seg_node *node,
                              const char *words) {
  const char *end = words;
  while (*end != '}')
    end++;
  struct seg_str part = {words + 1, (size_t)(end - words - 1)};
  if (seg_str_is(part, "itself"))
    print_itself(english, node);
  else if (seg_str_is(part, "map"))
    fputs(map_words(node->text_map), english->out);
  else if (seg_str_is(part, "date"))
    fputs(date_words[node->date_function], english->out);
  else if (seg_str_is(part, "days"))
    print_shift(node->operands[1]->literal.integer, english->out);
  else if (seg_str_is(part, "rounded"))
    fputs(rounding_words(node->rounding), english->out);
  else if (seg_str_is(part, "rank"))
    print_rank(english, node);
  else if (seg_str_is(part, "cuts"))
    print_cuts(english, node);
  else if (seg_str_is(part, "f"))
    seg_english_fraction(english, node->operands[0], node->operands[1]);
  else if (seg_str_is(part, "condition"))
    seg_english_condition(english, node);
  else
    seg_english_value(english, node->operands[part.data[0] - '0']);
  return end + 1;
}

void seg_english_definition(const struct seg_english *english, const struct seg_node *node) {
  for (const char *words = words_of(node->kind); *words != '\0';)
    if (*words == '{')
      words = print_part(english, node, words);
    else
      fputc(*words++, english->out);
}

// Conversions are invisible; behind them a name may stand.
static const struct seg_node *behind_conversions(const struct seg_node *node) {
  while (node->kind == SEG_NODE_TO_NUMBER || node->kind == SEG_NODE_RESCALE)
    node = node->operands[0];
  return node;
}

static const struct seg_node *some_aggregate(const struct seg_node *node) {
  if (node->kind == SEG_NODE_AGGREGATE)
    return node;
  const struct seg_node *found = NULL;
  for (uint32_t i = 0; found == NULL && i < node->operand_count; i++)
    found = some_aggregate(node->operands[i]);
  return found;
}

// A metric whose definition is longer than an aggregate is better called by its name.
static bool print_metric(const struct seg_english *english, const struct seg_node *node) {
  bool simple = english->expanded || node->operand_count == 0 || node->kind == SEG_NODE_DAYS_SINCE;
  const struct seg_program_metric *metric = simple ? NULL : named_metric(english, node);
  if (metric == NULL)
    return false;
  fprintf(english->out, "%.*s", SEG_STR(metric->name.text));
  struct seg_str text = seg_source_map_text(english->map, node->span);
  const struct seg_node *aggregate = some_aggregate(node);
  if (text.size > metric->name.text.size && text.data[metric->name.text.size] == '[') {
    fputs(" ", english->out);
    seg_english_source(english->map,
                       (struct seg_span){node->span.file,
                                         node->span.begin + (uint32_t)metric->name.text.size,
                                         node->span.end},
                       english->out);
  }
  if (metric->value == NULL && aggregate != NULL) {
    fputc(' ', english->out);
    seg_english_window(&aggregate->window, english->out);
  }
  return true;
}

void seg_english_value(const struct seg_english *english, const struct seg_node *node) {
  node = behind_conversions(node);
  if (!print_metric(english, node))
    seg_english_definition(english, node);
}

void seg_english_fraction(const struct seg_english *english, const struct seg_node *numerator,
                          const struct seg_node *denominator) {
  const struct seg_node *top = behind_conversions(numerator);
  bool average = top->kind == SEG_NODE_AGGREGATE && top->aggregate == SEG_AGGREGATE_SUM &&
                 denominator->kind == SEG_NODE_AGGREGATE;
  bool literal = denominator->kind == SEG_NODE_LITERAL;
  if (average) {
    seg_english_aggregate(english, top, SEG_AGGREGATE_AVERAGE);
  } else if (literal && denominator->literal.integer == 1) {
    seg_english_value(english, numerator);
  } else if (literal && numerator->kind == SEG_NODE_LITERAL) {
    double units = (double)seg_decimal_power(numerator->type.scale);
    seg_english_number((double)numerator->literal.integer / units /
                           (double)denominator->literal.integer,
                       english->out);
    if (numerator->type.currency.size > 0)
      fprintf(english->out, " %.*s", SEG_STR(numerator->type.currency));
  } else {
    fputc('(', english->out);
    seg_english_value(english, numerator);
    fputs(" divided by ", english->out);
    seg_english_value(english, denominator);
    fputc(')', english->out);
  }
}
