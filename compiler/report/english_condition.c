// Conditions in English: relative clauses that begin with "who", "whose" or, of events, "that".
#include <inttypes.h>

#include "compiler/report/english_parts.h"
#include "runtime/base/decimal.h"

static bool about_customer(const struct seg_english *english) {
  return english->entity == &english->program->customer;
}

static const char *signs(enum seg_comparison comparison) {
  switch (comparison) {
  case SEG_EQUAL: return "is ";
  case SEG_NOT_EQUAL: return "is not ";
  case SEG_LESS: return "is below ";
  case SEG_LESS_EQUAL: return "is at most ";
  case SEG_GREATER: return "is above ";
  case SEG_GREATER_EQUAL: return "is at least ";
  }
  return "";
}

static const char *date_signs(enum seg_comparison comparison) {
  switch (comparison) {
  case SEG_EQUAL: return "is ";
  case SEG_NOT_EQUAL: return "is not ";
  case SEG_LESS: return "is before ";
  case SEG_LESS_EQUAL: return "is on or before ";
  case SEG_GREATER: return "is after ";
  case SEG_GREATER_EQUAL: return "is on or after ";
  }
  return "";
}

static const char *count_signs(enum seg_comparison comparison) {
  switch (comparison) {
  case SEG_EQUAL: return "exactly ";
  case SEG_NOT_EQUAL: return "any number but ";
  case SEG_LESS: return "fewer than ";
  case SEG_LESS_EQUAL: return "at most ";
  case SEG_GREATER: return "more than ";
  case SEG_GREATER_EQUAL: return "at least ";
  }
  return "";
}

static bool is_count(const struct seg_node *node) {
  return node->kind == SEG_NODE_AGGREGATE && node->aggregate == SEG_AGGREGATE_COUNT &&
         node->argument == NULL;
}

static bool is_whole(const struct seg_node *node) {
  return node->kind == SEG_NODE_LITERAL && node->type.kind == SEG_TYPE_INT;
}

// "who have at least 2 purchases in the last 90 complete days"
static void print_count(const struct seg_english *english, enum seg_comparison comparison,
                        const struct seg_node *count, int64_t number) {
  bool none = (comparison == SEG_EQUAL && number == 0) || (comparison == SEG_LESS && number == 1) ||
              (comparison == SEG_LESS_EQUAL && number == 0);
  bool some = (comparison == SEG_GREATER_EQUAL && number == 1) ||
              (comparison == SEG_GREATER && number == 0) ||
              (comparison == SEG_NOT_EQUAL && number == 0);
  if (none)
    fputs("who have no ", english->out);
  else if (some)
    fputs("who have one or more ", english->out);
  else
    fprintf(english->out, "who have %s%" PRId64 " ", count_signs(comparison), number);
  seg_english_counted(english, count, none || some || number != 1);
}

// "whose last purchase is at least 90 days ago"
static void print_days(const struct seg_english *english, enum seg_comparison comparison,
                       const struct seg_node *days, int64_t number) {
  static const char *const words[] = {
      [SEG_EQUAL] = "exactly ",     [SEG_NOT_EQUAL] = "not exactly ",
      [SEG_LESS] = "less than ",    [SEG_LESS_EQUAL] = "at most ",
      [SEG_GREATER] = "more than ", [SEG_GREATER_EQUAL] = "at least ",
  };
  fputs("whose ", english->out);
  seg_english_value(english, days->operands[0]);
  fprintf(english->out, " is %s%" PRId64 " day%s ago", words[comparison], number,
          number == 1 ? "" : "s");
}

static void print_compare(const struct seg_english *english, const struct seg_node *node) {
  const struct seg_node *left = node->operands[0], *right = node->operands[1];
  enum seg_comparison comparison = node->comparison;
  if (left->kind == SEG_NODE_LITERAL && right->kind != SEG_NODE_LITERAL) {
    left = node->operands[1], right = node->operands[0];
    comparison = seg_comparison_turned(comparison);
  }
  if (is_count(left) && is_whole(right)) {
    print_count(english, comparison, left, right->literal.integer);
    return;
  }
  if (left->kind == SEG_NODE_DAYS_SINCE && is_whole(right)) {
    print_days(english, comparison, left, right->literal.integer);
    return;
  }
  fputs("whose ", english->out);
  seg_english_value(english, left);
  fputc(' ', english->out);
  fputs(left->type.kind == SEG_TYPE_DATE ? date_signs(comparison) : signs(comparison),
        english->out);
  seg_english_value(english, right);
}

static void print_fractions(const struct seg_english *english, const struct seg_node *node) {
  bool turn = node->operands[0]->kind == SEG_NODE_LITERAL &&
              node->operands[2]->kind != SEG_NODE_LITERAL; // 80 <= aov
  uint32_t left = turn ? 2 : 0, right = turn ? 0 : 2;
  fputs("whose ", english->out);
  seg_english_fraction(english, node->operands[left], node->operands[left + 1]);
  fprintf(english->out, " %s",
          signs(turn ? seg_comparison_turned(node->comparison) : node->comparison));
  seg_english_fraction(english, node->operands[right], node->operands[right + 1]);
}

bool seg_english_is_between(const struct seg_node *node) {
  if (node->kind != SEG_NODE_AND || node->operand_count != 2)
    return false;
  const struct seg_node *low = node->operands[0], *high = node->operands[1];
  return low->kind == SEG_NODE_COMPARE && high->kind == SEG_NODE_COMPARE &&
         low->comparison == SEG_GREATER_EQUAL && high->comparison == SEG_LESS_EQUAL &&
         low->operands[0]->span.file == high->operands[0]->span.file &&
         low->operands[0]->span.begin == high->operands[0]->span.begin &&
         low->operands[0]->span.end == high->operands[0]->span.end;
}

static void print_between(const struct seg_english *english, const struct seg_node *node) {
  const struct seg_node *low = node->operands[0], *high = node->operands[1];
  bool counts = is_count(low->operands[0]) && is_whole(low->operands[1]);
  fputs(counts ? "who have " : "whose ", english->out);
  if (!counts) {
    seg_english_value(english, low->operands[0]);
    fputs(" is ", english->out);
  }
  fputs("between ", english->out);
  seg_english_value(english, low->operands[1]);
  fputs(" and ", english->out);
  seg_english_value(english, high->operands[1]);
  if (!counts)
    return;
  fputc(' ', english->out);
  seg_english_counted(english, low->operands[0], true);
}

static void print_in(const struct seg_english *english, const struct seg_node *node, bool negated) {
  fputs("whose ", english->out);
  seg_english_value(english, node->operands[0]);
  fputs(negated ? " is not " : " is ", english->out);
  for (uint32_t i = 0; i < node->literal_count; i++) {
    fputs(i == 0 ? "" : i + 1 < node->literal_count ? ", " : " or ", english->out);
    seg_english_literal(&node->operands[0]->type, &node->literals[i], english->out);
  }
}

static const char *text_words(enum seg_text_test test, bool negated) {
  switch (test) {
  case SEG_STARTS_WITH: return negated ? "does not start with" : "starts with";
  case SEG_ENDS_WITH: return negated ? "does not end with" : "ends with";
  case SEG_CONTAINS: return negated ? "does not contain" : "contains";
  }
  return "";
}

static bool is_text_test(const struct seg_node *node) {
  return node->kind == SEG_NODE_TEXT_TEST || node->kind == SEG_NODE_MATCHES;
}

static void print_text_test(const struct seg_english *english, const struct seg_node *node,
                            bool negated) {
  fputs("whose ", english->out);
  seg_english_value(english, node->operands[0]);
  if (node->kind == SEG_NODE_MATCHES)
    fputs(negated ? " does not match " : " matches ", english->out);
  else
    fprintf(english->out, " %s ", text_words(node->text_test, negated));
  seg_english_value(english, node->operands[1]);
}

static void print_state(const struct seg_english *english, const struct seg_node *value,
                        const char *state) {
  fputs("whose ", english->out);
  seg_english_value(english, value);
  fprintf(english->out, " is %s", state);
}

static void print_member(const struct seg_english *english, const struct seg_node *node,
                         const char *words) {
  struct seg_str name = english->program->segments[node->segment].name.text;
  fprintf(english->out, "%s`%.*s`", words, SEG_STR(name));
  if (!english->expanded)
    return;
  fputs(" (", english->out);
  seg_english_condition(english, node->operands[0]);
  fputc(')', english->out);
}

static void print_share(const struct seg_english *english, const struct seg_node *rank) {
  double whole = (double)seg_decimal_power(rank->rank_share.scale);
  seg_english_number(100 * (double)rank->rank_share.digits / whole, english->out);
  fputc('%', english->out);
}

// "who are among the 10% with the highest total amount of purchases over all time"
static void print_top(const struct seg_english *english, const struct seg_node *node,
                      bool negated) {
  enum seg_type_kind type = node->operands[0]->type.kind;
  bool date = type == SEG_TYPE_DATE || type == SEG_TYPE_TIMESTAMP;
  if (node->rank == SEG_RANK_TOP_SHARE) {
    fprintf(english->out, "who are %samong those with the highest ", negated ? "not " : "");
    seg_english_ordered(english, node);
    fputs(" who together hold ", english->out);
    print_share(english, node);
    fputs(" of it", english->out);
    return;
  }
  fprintf(english->out, "who are %samong the ", negated ? "not " : "");
  if (node->rank_count > 0) {
    fprintf(english->out, "%" PRId64, node->rank_count);
  } else {
    print_share(english, node);
  }
  fprintf(english->out, " with the %s ", date ? "latest" : "highest");
  seg_english_ordered(english, node);
}

static void print_listed(const struct seg_english *english, const struct seg_node *node,
                         const char *words) {
  fprintf(english->out, "%s`%.*s`", words, SEG_STR(english->program->lists[node->list].name.text));
}

static void print_not(const struct seg_english *english, const struct seg_node *node) {
  const struct seg_node *inner = node->operands[0];
  if (inner->kind == SEG_NODE_IS_KNOWN)
    print_state(english, inner->operands[0], "missing");
  else if (inner->kind == SEG_NODE_IN)
    print_in(english, inner, true);
  else if (inner->kind == SEG_NODE_LISTED)
    print_listed(english, inner, "who are not in the list ");
  else if (inner->kind == SEG_NODE_MEMBER)
    print_member(english, inner, "who are not in ");
  else if (is_text_test(inner))
    print_text_test(english, inner, true);
  else if (inner->kind == SEG_NODE_RANK)
    print_top(english, inner, true);
  else if (inner->kind == SEG_NODE_ATTRIBUTE || inner->kind == SEG_NODE_COLUMN ||
           inner->kind == SEG_NODE_AGGREGATE)
    print_state(english, inner, "false");
  else {
    fputs(about_customer(english) ? "who are not among those " : "that are not among those ",
          english->out);
    seg_english_condition(english, inner);
  }
}

// Commas join; a group inside another one stands in parentheses, so that no reader has to guess.
static void print_joined(const struct seg_english *english, const struct seg_node *node,
                         const char *word) {
  for (uint32_t i = 0; i < node->operand_count; i++) {
    const struct seg_node *part = node->operands[i];
    bool group = (part->kind == SEG_NODE_AND && !seg_english_is_between(part)) ||
                 part->kind == SEG_NODE_OR || part->kind == SEG_NODE_TALLY;
    fputs(i == 0 ? "" : word, english->out);
    fputs(group ? "(" : "", english->out);
    seg_english_condition(english, part);
    fputs(group ? ")" : "", english->out);
  }
}

// "for whom at least 2 of these 3 hold: (whose visits is above 9), (...), (...)"
static void print_tally(const struct seg_english *english, const struct seg_node *node) {
  const char *word = node->least == node->most          ? "exactly"
                     : node->most < node->operand_count ? "at most"
                                                        : "at least";
  uint32_t number = node->most < node->operand_count ? node->most : node->least;
  fprintf(english->out, "for %s %s %" PRIu32 " of these %" PRIu32 " hold%s:",
          about_customer(english) ? "whom" : "which", word, number, node->operand_count,
          number == 1 ? "s" : "");
  for (uint32_t i = 0; i < node->operand_count; i++) {
    fputs(i == 0 ? " (" : ", (", english->out);
    seg_english_condition(english, node->operands[i]);
    fputc(')', english->out);
  }
}

void seg_english_condition(const struct seg_english *english, const struct seg_node *node) {
  switch (node->kind) {
  case SEG_NODE_COMPARE: print_compare(english, node); return;
  case SEG_NODE_COMPARE_FRACTIONS: print_fractions(english, node); return;
  case SEG_NODE_IN: print_in(english, node, false); return;
  case SEG_NODE_TEXT_TEST:
  case SEG_NODE_MATCHES: print_text_test(english, node, false); return;
  case SEG_NODE_LISTED: print_listed(english, node, "who are in the list "); return;
  case SEG_NODE_MEMBER: print_member(english, node, "who are in "); return;
  case SEG_NODE_RANK: print_top(english, node, false); return;
  case SEG_NODE_IS_KNOWN: print_state(english, node->operands[0], "known"); return;
  case SEG_NODE_NOT: print_not(english, node); return;
  case SEG_NODE_AND:
    if (seg_english_is_between(node))
      print_between(english, node);
    else
      print_joined(english, node, ", and ");
    return;
  case SEG_NODE_OR: print_joined(english, node, ", or "); return;
  case SEG_NODE_TALLY: print_tally(english, node); return;
  case SEG_NODE_LITERAL:
    fputs(node->literal.integer != 0 ? "without any condition" : "of which there are none",
          english->out);
    return;
  case SEG_NODE_ATTRIBUTE:
  case SEG_NODE_COLUMN:
  case SEG_NODE_EVENT_DATE:
  case SEG_NODE_AGGREGATE:
  case SEG_NODE_BUCKET:
  case SEG_NODE_DAYS_SINCE:
  case SEG_NODE_DATE_FUNCTION:
  case SEG_NODE_ADD_DAYS:
  case SEG_NODE_DAYS_BETWEEN:
  case SEG_NODE_ABS:
  case SEG_NODE_ROUND:
  case SEG_NODE_BAND:
  case SEG_NODE_BAND_FRACTION:
  case SEG_NODE_TO_NUMBER:
  case SEG_NODE_RESCALE:
  case SEG_NODE_ADD:
  case SEG_NODE_SUBTRACT:
  case SEG_NODE_MULTIPLY:
  case SEG_NODE_DIVIDE:
  case SEG_NODE_NEGATE:
  case SEG_NODE_TEXT_MAP:
  case SEG_NODE_TEXT_LENGTH:
  case SEG_NODE_ELSE: print_state(english, node, "true"); return;
  case SEG_NODE_KIND_COUNT: return;
  }
}
