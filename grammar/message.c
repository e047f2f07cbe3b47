// Syntax errors in words. First the frequent mistakes, each with its own sentence and help; what is
// left says which two things do not fit together, or what is missing between them, and what could
// stand there, from the list of tokens that the grammar would take.
#include <string.h>

#include "grammar/parser.h"
#include "grammar/seg_parser.h"

/** The token that does not fit, its neighbours, and what could stand in its place. */
struct mistake {
  struct seg_parser *parser;
  const struct seg_token *found, *before, *earlier, *next; // before, earlier: NULL at the begin
  const bool *expected;
  int declaration;
};

enum { SHOWN = 40 }; // bytes of a token that a message repeats

struct shown {
  char text[64];
};

/** A token in backquotes as the file has it, cut when it is long. */
static struct shown show(const struct mistake *m, const struct seg_token *token) {
  struct shown shown;
  struct seg_str text = seg_parser_text(m->parser, token->span);
  bool cut = text.size > SHOWN;
  if (token->kind == TOK_END) {
    snprintf(shown.text, sizeof shown.text, "the end of the file");
    return shown;
  }
  if (text.size == 0) // put in by settle.c, with its own error
    text = seg_str_view(seg_grammar_token_name(token->kind));
  size_t size = cut ? SHOWN : text.size;
  while (cut && size > 0 && ((unsigned char)text.data[size] & 0xc0) == 0x80)
    size--;
  snprintf(shown.text, sizeof shown.text, "`%.*s%s%s`", (int)size, text.data, cut ? "..." : "",
           token->kind == TOK_LABEL ? ":" : "");
  return shown;
}

static struct seg_diagnostic *report(const struct mistake *m, const char *message) {
  return seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->found->span, "%s", message);
}

static bool is_name_like(const struct seg_token *token) {
  return token->kind == TOK_IDENT || (token->kind >= TOK_AND && token->kind <= TOK_THROUGH);
}

static bool in_entity(const struct mistake *m) {
  return m->declaration == TOK_CUSTOMER || m->declaration == TOK_EVENT;
}

static bool value_expected(const struct mistake *m) {
  return m->expected[TOK_NUMBER] && m->expected[TOK_STRING];
}

// --- frequent mistakes: each returns whether it was the one --------------------------------------

static bool clause_without_value(const struct mistake *m) {
  if (m->before == NULL || m->before->kind != TOK_LABEL || !value_expected(m) ||
      (m->found->kind != TOK_LABEL && m->found->kind != TOK_RIGHT_BRACE &&
       m->found->kind != TOK_END))
    return false;
  struct seg_diagnostic *d = seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->before->span,
                                               "%s has no value", show(m, m->before).text);
  seg_note_at(m->parser->sink, d, m->found->span, "the next thing is %s already",
              show(m, m->found).text);
  return true;
}

/** A name alone, where `=` would make it computed. settle.c has looked for the missing colon. */
static bool lone_column(const struct mistake *m) {
  if (!in_entity(m) || m->found->depth != 1 || m->before == NULL || !is_name_like(m->before) ||
      !m->expected[TOK_EQUAL] || value_expected(m) || m->expected[TOK_PLUS])
    return false;
  struct seg_diagnostic *d =
      seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->before->span, "%s is no column by itself",
                        show(m, m->before).text);
  struct seg_str words[] = {seg_str_view("where"), seg_str_view("unique")};
  struct seg_str near = seg_suggest(seg_parser_text(m->parser, m->before->span), words, 2);
  seg_note(m->parser->sink, d, "a column is `name: type` or `name = value`");
  if (near.data != NULL)
    seg_help(m->parser->sink, d, "write `%.*s`", SEG_STR(near));
  return true;
}

static bool closes_nothing(const struct mistake *m) {
  if (!m->found->surplus)
    return false;
  struct seg_diagnostic *d = seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->found->span,
                                               "%s closes nothing", show(m, m->found).text);
  int opening = m->found->kind - 1; // seg.y declares each pair side by side
  seg_help(m->parser->sink, d, "delete it, or write the `%s` it belongs to",
           seg_grammar_token_name(opening));
  return true;
}

static bool type_behind_equal(const struct mistake *m) {
  bool optional =
      m->found->kind == TOK_QUESTION && m->earlier != NULL && m->earlier->kind == TOK_EQUAL;
  bool one_of = m->found->kind == TOK_ONE && m->before != NULL && m->before->kind == TOK_EQUAL;
  if (!in_entity(m) || (!optional && !one_of))
    return false;
  struct seg_diagnostic *d = report(m, "a type cannot follow `=`");
  seg_note(m->parser->sink, d, "`name: type` is a column of the data, `name = value` is computed");
  seg_help(m->parser->sink, d, "write `:` in place of `=`");
  return true;
}

static bool computed_behind_colon(const struct mistake *m) {
  bool sign = m->found->kind >= TOK_EQUAL && m->found->kind <= TOK_DIVIDE;
  if (!in_entity(m) || !sign || m->earlier == NULL || m->earlier->kind != TOK_LABEL)
    return false;
  struct seg_diagnostic *d = seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->found->span,
                                               "%s cannot follow a type", show(m, m->found).text);
  struct seg_str name = seg_parser_text(m->parser, m->earlier->span);
  seg_help(m->parser->sink, d, "a computed column is written with `=`: `%.*s = ...`",
           SEG_STR(name));
  return true;
}

static bool metric_with_colon(const struct mistake *m) {
  if (m->found->kind != TOK_LABEL || m->before == NULL ||
      (m->before->kind != TOK_METRIC && m->before->kind != TOK_LET))
    return false;
  struct seg_str name = seg_parser_text(m->parser, m->found->span);
  struct seg_diagnostic *d = seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->found->span,
                                               "`:` cannot follow the name of a %s",
                                               seg_grammar_token_name(m->before->kind));
  seg_help(m->parser->sink, d, "write `%s %.*s = ...`", seg_grammar_token_name(m->before->kind),
           SEG_STR(name));
  return true;
}

static bool chain_without_colon(const struct mistake *m) {
  if (m->before == NULL || m->before->kind != TOK_PRIORITY || !is_name_like(m->found))
    return false;
  struct seg_diagnostic *d =
      seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->found->span, "a colon is missing behind %s",
                        show(m, m->found).text);
  seg_help(m->parser->sink, d, "write `priority %.*s: ...`",
           SEG_STR(seg_parser_text(m->parser, m->found->span)));
  return true;
}

static bool chain_with_comma(const struct mistake *m) {
  if (m->declaration != TOK_PRIORITY || m->found->kind != TOK_COMMA || !m->expected[TOK_GREATER])
    return false;
  struct seg_diagnostic *d = report(m, "the segments of a chain are not separated by commas");
  seg_note(m->parser->sink, d, "a customer belongs to the first that matches: the order counts");
  seg_help(m->parser->sink, d, "write `>` in place of `,`");
  return true;
}

static bool setting_with_more(const struct mistake *m) {
  if (m->declaration != TOK_LABEL || m->found->depth > 0 || !m->expected[TOK_SEGMENT] ||
      m->found->first_in_line)
    return false;
  struct seg_diagnostic *d =
      seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->found->span, "%s cannot follow %s",
                        show(m, m->found).text, show(m, m->before).text);
  seg_note(m->parser->sink, d,
           "a setting is a name, a colon and one value; clauses stand inside the braces of a "
           "segment");
  return true;
}

static bool enumeration_without_quotes(const struct mistake *m) {
  if (!m->expected[TOK_STRING] || value_expected(m) || m->expected[TOK_IDENT] ||
      !is_name_like(m->found))
    return false;
  struct shown found = show(m, m->found);
  struct seg_diagnostic *d =
      seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->found->span,
                        "%s stands where a text in quotes must stand", found.text);
  seg_help(m->parser->sink, d, "write `\"%.*s\"`",
           SEG_STR(seg_parser_text(m->parser, m->found->span)));
  return true;
}

static bool list_without_parentheses(const struct mistake *m) {
  if (m->before == NULL || m->before->kind != TOK_IN)
    return false;
  struct seg_diagnostic *d = seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->found->span,
                                               "%s cannot follow `in`", show(m, m->found).text);
  if (m->found->kind == TOK_DATE) {
    struct seg_str day = seg_parser_text(m->parser, m->found->span);
    seg_note(m->parser->sink, d,
             "behind `in` stands a list or a period of the calendar; a day is a window from itself "
             "through itself");
    seg_help(m->parser->sink, d, "events of that day: `from %.*s through %.*s`", SEG_STR(day),
             SEG_STR(day));
    seg_help(m->parser->sink, d, "a date that is that day: `= %.*s`", SEG_STR(day));
    return true;
  }
  seg_note(m->parser->sink, d,
           "behind `in` stands a list in parentheses or a period of the calendar");
  seg_help(m->parser->sink, d,
           "write `in (\"a\", \"b\")`, `in 2026-Q3`, `in this month` or `in last quarter`");
  return true;
}

/** `within 90 fortnights`: settle.c knows the units. */
static bool unknown_unit(const struct mistake *m) {
  if (m->found->kind != TOK_IDENT || m->found->first_in_line || m->before == NULL ||
      m->before->kind != TOK_NUMBER || m->earlier == NULL || m->earlier->kind != TOK_WITHIN)
    return false;
  static const char *const words[] = {"days", "weeks", "hours"};
  struct seg_str units[] = {seg_str_view(words[0]), seg_str_view(words[1]), seg_str_view(words[2])};
  struct seg_diagnostic *d = seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->found->span,
                                               "%s is no unit of a window", show(m, m->found).text);
  struct seg_str near = seg_suggest(m->found->text, units, 3);
  struct seg_str count = seg_parser_text(m->parser, m->before->span);
  seg_note(m->parser->sink, d, "a window counts days, weeks or hours");
  if (near.data != NULL)
    seg_help(m->parser->sink, d, "write `within %.*s %.*s`", SEG_STR(count), SEG_STR(near));
  else
    seg_help(m->parser->sink, d,
             "say it in one of these: `within %.*s days` or `within %.*s weeks`", SEG_STR(count),
             SEG_STR(count));
  return true;
}

static bool is_something_else(const struct mistake *m) {
  if (m->before == NULL || m->before->kind != TOK_IS)
    return false;
  struct seg_diagnostic *d = seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->found->span,
                                               "%s cannot follow `is`", show(m, m->found).text);
  static const char *const nothing[] = {"null", "NULL", "none", "None", "nil", "empty", "unknown"};
  bool missing = false;
  for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
    missing = missing || (m->found->kind == TOK_IDENT && seg_str_is(m->found->text, nothing[i]));
  seg_note(m->parser->sink, d, "behind `is` stands `known` or `missing`");
  seg_help(m->parser->sink, d, missing ? "write `is missing`" : "compare values with `=`");
  return true;
}

static bool negation_as_operand(const struct mistake *m) {
  if (m->found->kind != TOK_NOT || !value_expected(m))
    return false;
  struct seg_diagnostic *d = seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->found->span,
                                               "`not` cannot follow %s", show(m, m->before).text);
  seg_help(m->parser->sink, d, "put the negation into parentheses: `(not ...)`");
  return true;
}

static bool operator_word_as_name(const struct mistake *m) {
  if (!seg_grammar_is_operator_word(m->found->kind) || !m->expected[TOK_IDENT] || value_expected(m))
    return false;
  struct shown word = show(m, m->found);
  struct seg_diagnostic *d =
      seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->found->span,
                        "%s is a word of the language, not a plain name", word.text);
  seg_help(m->parser->sink, d, "choose another name, or write it in backquotes everywhere: %s",
           word.text);
  return true;
}

static bool number_behind_dot(const struct mistake *m) {
  if (m->found->kind != TOK_DOT || m->next->kind != TOK_NUMBER ||
      m->next->span.begin != m->found->span.end)
    return false;
  struct seg_diagnostic *d = report(m, "a number cannot begin with a dot");
  seg_help(m->parser->sink, d, "write `0.%.*s`",
           SEG_STR(seg_parser_text(m->parser, m->next->span)));
  return true;
}

/** How each declaration looks, for a word that stands alone. */
static const char *const declaration_forms[] = {
    [0] = "customer from \"customers\" key customer_id { ... }",
    [TOK_EVENT - TOK_CUSTOMER] = "event purchase from \"purchases\" by customer_id at ts { ... }",
    [TOK_METRIC - TOK_CUSTOMER] = "metric orders = count(purchase)",
    [TOK_LET - TOK_CUSTOMER] = "let high = 80",
    [TOK_SEGMENT - TOK_CUSTOMER] = "segment vip { ... }",
    [TOK_PRIORITY - TOK_CUSTOMER] = "priority lifecycle: vip > lapsing",
    [TOK_USE - TOK_CUSTOMER] = "use std.rfm",
    [TOK_TEST - TOK_CUSTOMER] = "test \"a title\" as of 2026-11-01 { ... }",
    [TOK_LIST - TOK_CUSTOMER] = "list do_not_contact from \"optouts\" key customer_id",
    [TOK_EXCLUSIVE - TOK_CUSTOMER] = "exclusive: vip, lapsing",
    [TOK_OVERLAP - TOK_CUSTOMER] = "overlap: vip with lapsing",
};

/** A word where a line begins, outside of braces, that begins no declaration. */
static bool no_declaration(const struct mistake *m) {
  if (!m->expected[TOK_SEGMENT] || m->found->depth > 0 || !is_name_like(m->found) ||
      !(m->found->first_in_line || m->before == NULL || m->before->kind == TOK_RIGHT_BRACE))
    return false;
  struct seg_str words[TOK_OVERLAP - TOK_CUSTOMER + 1];
  size_t count = 0;
  for (int kind = TOK_CUSTOMER; kind <= TOK_OVERLAP; kind++)
    words[count++] = seg_str_view(seg_grammar_token_name(kind));
  struct seg_diagnostic *d;
  struct seg_str name = m->found->text;
  for (size_t i = 0; i < count; i++)
    if (seg_str_equal(name, words[i])) {
      d = seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->found->span,
                            "%s is not followed by what a declaration needs",
                            show(m, m->found).text);
      seg_help(m->parser->sink, d, "write it as in `%s`", declaration_forms[i]);
      return true;
    }
  if (seg_str_is(name, "segc")) {
    d = report(m, "`segc` stands only in the first line");
    seg_help(m->parser->sink, d, "delete this line");
    return true;
  }
  d = seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->found->span, "%s begins no declaration",
                        show(m, m->found).text);
  struct seg_str near = seg_suggest(name, words, count);
  if (near.data != NULL)
    seg_help(m->parser->sink, d, "write `%.*s`", SEG_STR(near));
  else
    seg_note(m->parser->sink, d,
             "a file holds `customer`, `event`, `metric`, `segment`, `priority`, `exclusive:`, "
             "`overlap:`, `let`, `use`, `list`, `test` and settings such as `currency: EUR`");
  return true;
}

static bool (*const frequent[])(const struct mistake *) = {
    closes_nothing,
    operator_word_as_name,
    clause_without_value,
    lone_column,
    type_behind_equal,
    computed_behind_colon,
    metric_with_colon,
    number_behind_dot,
    negation_as_operand,
    chain_without_colon,
    chain_with_comma,
    setting_with_more,
    enumeration_without_quotes,
    is_something_else,
    unknown_unit,
    list_without_parentheses,
    no_declaration,
};

// --- everything else -----------------------------------------------------------------------------

/** A list in words: "a value, `(` or a name". */
struct phrase {
  char text[400];
  char last[64];
  int count;
};

static void add(struct phrase *phrase, const char *what) {
  size_t used = strlen(phrase->text);
  if (phrase->count > 0)
    snprintf(phrase->text + used, sizeof phrase->text - used, "%s%s", phrase->count > 1 ? ", " : "",
             phrase->last);
  snprintf(phrase->last, sizeof phrase->last, "%s", what);
  phrase->count++;
}

static void add_token(struct phrase *phrase, int kind) {
  char spelled[64];
  bool has_spelling = kind > TOK_PERIOD;
  snprintf(spelled, sizeof spelled, has_spelling ? "`%s`" : "%s", seg_grammar_token_name(kind));
  add(phrase, spelled);
}

static void finish(struct phrase *phrase) {
  size_t used = strlen(phrase->text);
  snprintf(phrase->text + used, sizeof phrase->text - used, "%s%s", phrase->count > 1 ? " or " : "",
           phrase->last);
}

/** A range of tokens that one expression in words covers when several of them are expected. */
struct group {
  int first, last;
  const char *words;
};

static const struct group groups[] = {
    {TOK_EQUAL, TOK_GREATER_EQUAL, "a comparison"},
    {TOK_PLUS, TOK_DIVIDE, "an operator"},
    {TOK_CUSTOMER, TOK_OVERLAP, "a new declaration"},
    {TOK_KNOWN, TOK_MISSING, "`known` or `missing`"},
};

static const char *label_words(const struct mistake *m) {
  if (m->found->depth == 0)
    return m->before != NULL && m->before->kind == TOK_PRIORITY ? "a name and a colon"
                                                                : "a setting";
  return in_entity(m)                 ? "a column such as `amount: int`"
         : m->declaration == TOK_TEST ? "a value such as `amount: 120 EUR`"
                                      : "a clause such as `owner: crm`";
}

static bool is_window_word(int kind) {
  return kind == TOK_WITHIN || kind == TOK_EVER || kind == TOK_FROM || kind == TOK_IN ||
         kind == TOK_BETWEEN_AGO;
}

/** Tokens that need no mention beside the group that is there anyway. */
static bool goes_without_saying(const struct mistake *m, int kind) {
  bool operators = m->expected[TOK_TIMES], names = m->expected[TOK_IDENT];
  if (kind == TOK_END || (kind == TOK_LEFT_BRACE && m->expected[TOK_FROM]))
    return true; // an event without a source is for modules
  if (kind == TOK_IDENT || (kind >= TOK_KEY && kind <= TOK_THROUGH))
    return value_expected(m) || (names && kind != TOK_IDENT);
  if (kind == TOK_AND && operators && !m->expected[TOK_OR])
    return false; // `between 1 and 2`
  if (operators && (is_window_word(kind) || (kind >= TOK_AND && kind <= TOK_ELSE) ||
                    kind == TOK_THEN || kind == TOK_WITHOUT))
    return true;
  if (kind == TOK_CURRENCY || kind == TOK_UNIT)
    return true;
  if (kind == TOK_LABEL && m->expected[TOK_SEGMENT])
    return true;
  if (names && kind >= TOK_AND && kind <= TOK_FALSE)
    return true;
  if (m->expected[TOK_DURATION] && (kind == TOK_NUMBER || kind == TOK_DURATION))
    return true;
  if (kind == TOK_WHERE || kind == TOK_UNIQUE || kind == TOK_SYNC)
    return true;
  if (operators && (kind == TOK_DOT || kind == TOK_LEFT_BRACKET || kind == TOK_IN_LIST ||
                    kind == TOK_LEFT_PAREN || kind == TOK_RANGE || kind == TOK_EQUAL))
    return true;
  if (value_expected(m) &&
      ((kind >= TOK_STRING && kind <= TOK_PERIOD) || kind == TOK_LEFT_PAREN || kind == TOK_MINUS ||
       kind == TOK_NOT || kind == TOK_TRUE || kind == TOK_FALSE))
    return true;
  return kind > TOK_THROUGH;
}

static struct phrase describe_expected(const struct mistake *m) {
  struct phrase phrase = {.count = 0};
  if (value_expected(m))
    add(&phrase, "a value");
  else if (m->expected[TOK_DURATION])
    add(&phrase, "a length of time such as `90d`");
  for (int kind = 1; kind <= TOK_THROUGH; kind++) {
    if (kind > 0 && kind < TOK_IDENT)
      kind = TOK_IDENT;
    if (!m->expected[kind] || goes_without_saying(m, kind))
      continue;
    if (kind == TOK_LABEL) {
      add(&phrase, label_words(m));
      continue;
    }
    bool grouped = false;
    for (size_t g = 0; g < sizeof groups / sizeof *groups && !grouped; g++) {
      int others = 0;
      for (int k = groups[g].first; k <= groups[g].last; k++)
        others += m->expected[k];
      if (kind >= groups[g].first && kind <= groups[g].last && others > 1) {
        add(&phrase, groups[g].words);
        kind = groups[g].last;
        grouped = true;
      }
    }
    if (!grouped)
      add_token(&phrase, kind);
  }
  finish(&phrase);
  return phrase;
}

/** A name that is nearly a word that could stand there: `form`, `EVER`. */
static void suggest_word(const struct mistake *m, struct seg_diagnostic *diagnostic) {
  struct seg_str words[TOK_THROUGH - TOK_AND + 1];
  size_t count = 0;
  if (m->found->kind != TOK_IDENT || m->found->quoted)
    return;
  for (int kind = TOK_AND; kind <= TOK_THROUGH; kind++)
    if (m->expected[kind])
      words[count++] = seg_str_view(seg_grammar_token_name(kind));
  struct seg_str near = seg_suggest(m->found->text, words, count);
  if (near.data != NULL)
    seg_help(m->parser->sink, diagnostic, "write `%.*s`", SEG_STR(near));
}

static void report_other(const struct mistake *m) {
  struct phrase phrase = describe_expected(m);
  struct shown found = show(m, m->found);
  struct seg_diagnostic *d;
  if (m->before == NULL) {
    seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->found->span,
                      "%s cannot stand at the beginning of the file", found.text);
    return;
  }
  struct shown before = show(m, m->before);
  if (phrase.count == 1 && (m->found->first_in_line || m->found->kind == TOK_END)) {
    d = seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->before->span, "%s is missing behind %s",
                          phrase.text, before.text);
    seg_note_at(m->parser->sink, d, m->found->span, "the next thing is %s already", found.text);
    return;
  }
  if (phrase.count == 1) {
    d = seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->found->span,
                          "%s is missing between %s and %s", phrase.text, before.text, found.text);
    suggest_word(m, d);
    return;
  }
  d = seg_parser_report(m->parser, SEG_DIAG_SYNTAX, m->found->span, "%s cannot follow %s",
                        found.text, before.text);
  if (phrase.count > 0)
    seg_note(m->parser->sink, d, "here can stand %s", phrase.text);
  suggest_word(m, d);
}

void seg_report_mistake(struct seg_parser *parser, const bool *expected) {
  const struct seg_token *tokens = parser->tokens.items;
  size_t index = parser->mistake;
  size_t last = parser->tokens.count - 1;
  if (seg_parser_stopped(parser) || tokens[index].kind == TOK_BAD)
    return; // said already
  for (size_t i = index + 1; i < last && !tokens[i].first_in_line; i++)
    if (tokens[i].kind == TOK_BAD)
      return; // the same line holds something unreadable, which explains this
  struct mistake m = {.parser = parser,
                      .found = &tokens[index],
                      .before = index > 0 ? &tokens[index - 1] : NULL,
                      .earlier = index > 1 ? &tokens[index - 2] : NULL,
                      .next = &tokens[index < last ? index + 1 : last],
                      .expected = expected,
                      .declaration = parser->declaration};
  for (size_t i = 0; i < sizeof frequent / sizeof *frequent; i++)
    if (frequent[i](&m))
      return;
  report_other(&m);
}

void seg_report_is_not(struct seg_parser *parser, struct seg_span span, const char *word) {
  struct seg_diagnostic *d =
      seg_parser_report(parser, SEG_DIAG_SYNTAX, span, "`%.*s` is not part of the language",
                        SEG_STR(seg_parser_text(parser, span)));
  seg_help(parser->sink, d, "write `is %s`", word);
}
