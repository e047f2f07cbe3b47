/**
 * Functions over texts: parts, small and capital letters, length, patterns.
 */
#include <string.h>

#include "compiler/sema/check.h"
#include "compiler/sema/types.h"
#include "runtime/base/utf8_walk.h"
#include "runtime/regex/automaton.h"

/** A text value as argument `index` of a call; NULL after reporting. */
static struct seg_node *text_argument(struct seg_check *check, const struct seg_scope *scope,
                                      const struct seg_expr *expr, uint32_t index,
                                      const char *does) {
  struct seg_node *text = seg_check_value(check, scope, expr->operands[index]);
  if (!text || text->type.kind == SEG_TYPE_TEXT)
    return text;
  char words[SEG_TYPE_TEXT_SIZE];
  struct seg_diagnostic *d = seg_report(
      check->sink, SEG_DIAG_TYPE_MISMATCH, expr->operands[index]->span, "`%.*s` %s, and this is %s",
      SEG_STR(expr->name.text), does, seg_type_phrase(text, words, sizeof words));
  if (text->type.kind == SEG_TYPE_ENUM)
    seg_help(check->sink, d,
             "its values are listed: compare it with them, or declare the column as `text`");
  return NULL;
}

// --- parts ---

static struct seg_node *check_text_test(struct seg_check *check, const struct seg_scope *scope,
                                        const struct seg_expr *expr, enum seg_text_test test) {
  static const char does[] = "looks into texts";
  struct seg_node *text = text_argument(check, scope, expr, 0, does);
  struct seg_node *part = text_argument(check, scope, expr, 1, does);
  if (!text || !part)
    return NULL;
  if (!seg_is_literal(part)) {
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_NOT_CONSTANT, expr->operands[1]->span,
                   "the text to look for must be written out");
    seg_help(check->sink, d, "write it in quotes: `%.*s(%.*s, \"...\")`", SEG_STR(expr->name.text),
             SEG_STR(seg_code(check, expr->operands[0]->span)));
    return NULL;
  }
  struct seg_node *node = seg_node_binary(check, SEG_NODE_TEXT_TEST, seg_type_of(SEG_TYPE_BOOL),
                                          expr->span, text, part);
  if (node)
    node->text_test = test;
  return node;
}

struct seg_node *seg_check_starts_with(struct seg_check *check, const struct seg_scope *scope,
                                       const struct seg_expr *expr) {
  return check_text_test(check, scope, expr, SEG_STARTS_WITH);
}

struct seg_node *seg_check_ends_with(struct seg_check *check, const struct seg_scope *scope,
                                     const struct seg_expr *expr) {
  return check_text_test(check, scope, expr, SEG_ENDS_WITH);
}

struct seg_node *seg_check_contains(struct seg_check *check, const struct seg_scope *scope,
                                    const struct seg_expr *expr) {
  return check_text_test(check, scope, expr, SEG_CONTAINS);
}

// --- other texts ---

static struct seg_node *check_text_map(struct seg_check *check, const struct seg_scope *scope,
                                       const struct seg_expr *expr, enum seg_text_map map,
                                       const char *does) {
  struct seg_node *text = text_argument(check, scope, expr, 0, does);
  if (!text)
    return NULL;
  struct seg_node *node =
      seg_node_unary(check, SEG_NODE_TEXT_MAP, seg_type_of(SEG_TYPE_TEXT), expr->span, text);
  if (node)
    node->text_map = map;
  return node;
}

struct seg_node *seg_check_lower(struct seg_check *check, const struct seg_scope *scope,
                                 const struct seg_expr *expr) {
  return check_text_map(check, scope, expr, SEG_LOWER, "gives texts in small letters");
}

struct seg_node *seg_check_upper(struct seg_check *check, const struct seg_scope *scope,
                                 const struct seg_expr *expr) {
  return check_text_map(check, scope, expr, SEG_UPPER, "gives texts in capital letters");
}

struct seg_node *seg_check_trim(struct seg_check *check, const struct seg_scope *scope,
                                const struct seg_expr *expr) {
  return check_text_map(check, scope, expr, SEG_TRIM, "cuts blanks off texts");
}

struct seg_node *seg_check_length(struct seg_check *check, const struct seg_scope *scope,
                                  const struct seg_expr *expr) {
  struct seg_node *text = text_argument(check, scope, expr, 0, "counts the characters of texts");
  return text ? seg_node_unary(check, SEG_NODE_TEXT_LENGTH, seg_type_of(SEG_TYPE_INT), expr->span,
                               text)
              : NULL;
}

// --- patterns ---

/** The bytes of a text literal in the rule file that `begin` .. `end` of its value came from. */
static struct seg_span span_in_text(const struct seg_check *check, const struct seg_node *literal,
                                    size_t begin, size_t end) {
  struct seg_span span = literal->span;
  struct seg_str code = seg_code(check, span);
  size_t size = literal->literal.text.size, value = 0, at = 1;
  if (code.size < 2 || code.data[0] != '"' || end <= begin)
    return span;
  for (; at + 1 < code.size; at++) {
    if (value == begin)
      span.begin = literal->span.begin + (uint32_t)at;
    if (code.data[at] == '\\' && code.data[at + 1] == 'u')
      return literal->span; // how many bytes it stands for does not matter for a sign
    at += code.data[at] == '\\';
    value++;
    if (value == end)
      span.end = literal->span.begin + (uint32_t)at + 1;
  }
  return value == size ? span : literal->span; // otherwise composing has moved the bytes
}

/** In a rule a backslash is written twice. */
static struct seg_str as_written(struct seg_check *check, const char *text) {
  size_t size = strlen(text);
  char *out = seg_arena_alloc(&check->scratch, 2 * size + 1);
  if (!out)
    return seg_lost(check);
  struct seg_str written = {out, 0};
  for (size_t i = 0; i < size; i++) {
    out[written.size++] = text[i];
    if (text[i] == '\\')
      out[written.size++] = '\\';
  }
  return written;
}

static void report_pattern(struct seg_check *check, const struct seg_node *pattern,
                           const struct seg_regex_fault *fault) {
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_PATTERN,
                                        span_in_text(check, pattern, fault->begin, fault->end),
                                        "%.*s", SEG_STR(as_written(check, fault->message)));
  if (fault->help[0])
    seg_help(check->sink, d, "%.*s", SEG_STR(as_written(check, fault->help)));
}

static void append_plain(const struct seg_regex *regex, char *out, size_t *size) {
  for (uint32_t i = 0; i < regex->part_count; i++)
    append_plain(regex->parts[i], out, size);
  if (regex->kind != SEG_REGEX_SET)
    return;
  uint32_t letter = regex->ranges[0].first;
  const char *place = letter < 0x80 && letter > 0 ? strchr("\"\\\n\t", (int)letter) : NULL;
  if (place)
    out[(*size)++] = '\\';
  *size += seg_utf8_put(place && letter == '\n'   ? 'n'
                        : place && letter == '\t' ? 't'
                                                  : letter,
                        out + *size);
}

/** The text that a plain pattern describes, as a rule writes it. */
static struct seg_str plain_text(struct seg_check *check, const struct seg_regex *regex) {
  char *out = seg_arena_alloc(&check->scratch, SEG_REGEX_MOST_BYTES * 2 + SEG_UTF8_MAX + 2);
  if (!out)
    return seg_lost(check);
  size_t size = 0;
  out[size++] = '"';
  append_plain(regex, out, &size);
  out[size++] = '"';
  return (struct seg_str){out, size};
}

/** A pattern without any sign: the whole text, or a part of it? */
static void report_plain(struct seg_check *check, const struct seg_expr *expr,
                         const struct seg_regex *regex) {
  struct seg_str text = seg_code(check, expr->operands[0]->span);
  struct seg_str part = plain_text(check, regex);
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_PLAIN_PATTERN, expr->operands[1]->span,
                 "the pattern has no special sign: is it the whole text, or a part of it?");
  seg_note(check->sink, d, "`matches` asks whether the pattern describes the whole text");
  seg_help(check->sink, d, "the whole text: `%.*s = %.*s`", SEG_STR(text), SEG_STR(part));
  seg_help(check->sink, d, "a part of it: `contains(%.*s, %.*s)`", SEG_STR(text), SEG_STR(part));
}

static bool check_pattern(struct seg_check *check, const struct seg_expr *expr,
                          struct seg_node *pattern, struct seg_regex **out) {
  struct seg_regex_fault fault;
  struct seg_automaton *automaton = NULL;
  enum seg_status status =
      seg_regex_parse(&check->program->arena, pattern->literal.text, out, &fault);
  if (status == SEG_OK && seg_regex_is_plain(*out)) {
    report_plain(check, expr, *out);
    return false;
  }
  if (status == SEG_OK) // only to know that it can be built: the plan makes its own
    status = seg_automaton_build(&check->scratch, *out, &automaton, &fault);
  if (status == SEG_OK && automaton->start == SEG_AUTOMATON_DEAD)
    status = seg_regex_refuse(&fault, 0, 0, "no text can match this pattern", NULL);
  if (status == SEG_USAGE)
    report_pattern(check, pattern, &fault);
  check->out_of_memory = check->out_of_memory || status == SEG_OUT_OF_MEMORY;
  return status == SEG_OK;
}

struct seg_node *seg_check_matches(struct seg_check *check, const struct seg_scope *scope,
                                   const struct seg_expr *expr) {
  static const char does[] = "looks at texts";
  struct seg_regex *regex;
  struct seg_node *text = text_argument(check, scope, expr, 0, does);
  struct seg_node *pattern = text_argument(check, scope, expr, 1, does);
  if (!text || !pattern)
    return NULL;
  if (!seg_is_literal(pattern)) {
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_NOT_CONSTANT, expr->operands[1]->span,
                   "the pattern must be written out");
    seg_help(check->sink, d, "write it in quotes: `matches(%.*s, \"A-[0-9]+\")`",
             SEG_STR(seg_code(check, expr->operands[0]->span)));
    return NULL;
  }
  if (!check_pattern(check, expr, pattern, &regex))
    return NULL;
  struct seg_node *node = seg_node_binary(check, SEG_NODE_MATCHES, seg_type_of(SEG_TYPE_BOOL),
                                          expr->span, text, pattern);
  if (node)
    node->pattern = regex;
  return node;
}
