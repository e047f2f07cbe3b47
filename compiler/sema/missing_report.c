/**
 * Negations over what may be missing, in words: as errors, or as doubts that wait for a proof.
 */
#include "compiler/sema/missing.h"
#include "compiler/sema/types.h"

/** The window that was written behind the constant that the value is compared with, or NULL. */
static const struct seg_span *moved_window(const struct seg_check *check,
                                           const struct seg_node *node) {
  for (size_t i = 0; i < check->moved.count; i++) {
    const struct seg_span *span = &check->moved.items[i].node->span;
    if (span->file == node->span.file && span->begin == node->span.begin &&
        span->end == node->span.end)
      return &check->moved.items[i].span;
  }
  return NULL;
}

static struct seg_str default_code(struct seg_check *check, const struct seg_type *type) {
  switch (type->kind) {
  case SEG_TYPE_BOOL: return seg_str_view("false");
  case SEG_TYPE_INT:
  case SEG_TYPE_NUMBER: return seg_str_view("0");
  case SEG_TYPE_MONEY:
  case SEG_TYPE_AMOUNT: return seg_words(check, "0 %.*s", SEG_STR(type->currency));
  case SEG_TYPE_TEXT: return seg_str_view("\"unknown\"");
  case SEG_TYPE_DATE: return seg_str_view("1970-01-01");
  case SEG_TYPE_ENUM:
    if (type->enumeration->count > 0)
      return seg_words(check, "\"%.*s\"", SEG_STR(type->enumeration->values[0]));
    break;
  case SEG_TYPE_TIMESTAMP:
  case SEG_TYPE_KIND_COUNT: break;
  }
  return (struct seg_str){0};
}

/**
 * The condition at `span` with `(term else default)` in place of the value; empty when the value
 * has no default to offer or does not stand there itself. A moved window leaves its old place.
 */
static struct seg_str with_default(struct seg_check *check, struct seg_span span,
                                   const struct seg_node *value, struct seg_str term) {
  struct seg_str fallback = default_code(check, &value->type);
  const struct seg_span *moved = moved_window(check, value);
  struct seg_span head = span, tail = span, rest = span;
  if (fallback.size == 0 || value->span.file != span.file || value->span.begin < span.begin ||
      value->span.end > span.end)
    return (struct seg_str){0};
  head.end = value->span.begin;
  tail.begin = value->span.end;
  rest.begin = span.end;
  if (moved && moved->begin > tail.begin && moved->end <= span.end) {
    tail.end = moved->begin;
    rest.begin = moved->end;
  }
  struct seg_str middle = seg_code(check, tail);
  while (moved && middle.size > 0 && middle.data[middle.size - 1] == ' ')
    middle.size--;
  return seg_words(check, "%.*s(%.*s else %.*s)%.*s%.*s", SEG_STR(seg_code(check, head)),
                   SEG_STR(term), SEG_STR(fallback), SEG_STR(middle),
                   SEG_STR(seg_code(check, rest)));
}

static void help_counted(struct seg_diagnostics *sink, struct seg_diagnostic *d,
                         struct seg_str term, struct seg_str code) {
  seg_help(sink, d, "if it does not hold then: `(%.*s is known and %.*s)`", SEG_STR(term),
           SEG_STR(code));
  seg_help(sink, d, "if it holds then: `(%.*s is missing or %.*s)`", SEG_STR(term), SEG_STR(code));
}

static void help_negated(struct seg_diagnostics *sink, struct seg_diagnostic *d, bool inverted,
                         struct seg_str term, struct seg_str code) {
  seg_help(sink, d, "%s: `(%.*s is known and %.*s)`",
           inverted ? "to take them in" : "to leave them out", SEG_STR(term), SEG_STR(code));
  seg_help(sink, d, "%s: `(%.*s is missing or %.*s)`",
           inverted ? "to leave them out" : "to take them in", SEG_STR(term), SEG_STR(code));
}

static void write_help(struct seg_check *check, struct seg_diagnostics *sink,
                       struct seg_diagnostic *d, const struct seg_missing_position *at,
                       struct seg_str term, const struct seg_node *value) {
  struct seg_str code = seg_code(check, at->shown->span);
  if (at->counted)
    help_counted(sink, d, term, code);
  else
    help_negated(sink, d, at->shown_inverted, term, code);
  struct seg_str fixed = with_default(check, at->shown->span, value, term);
  if (fixed.size > 0)
    seg_help(sink, d, "to put a value in its place: `%.*s`", SEG_STR(fixed));
}

static struct seg_diagnostic *write_report(struct seg_check *check, struct seg_diagnostics *sink,
                                           const struct seg_missing_position *at,
                                           const struct seg_node *value) {
  struct seg_str term = seg_code(check, value->span);
  const struct seg_span *moved = moved_window(check, value);
  if (moved)
    term = seg_words(check, "%.*s %.*s", SEG_STR(term), SEG_STR(seg_code(check, *moved)));
  struct seg_diagnostic *d =
      seg_report(sink, SEG_DIAG_NEGATED_MISSING, at->shown->span,
                 "`%.*s` may be missing, and the %s does not say what happens then", SEG_STR(term),
                 at->counted ? "number of conditions" : "negation");
  seg_note(sink, d,
           "a comparison with a missing value is false, so %s can take "
           "customers in, or leave them out, that nobody thought of",
           at->counted ? "fewer conditions that hold" : "a negation");
  write_help(check, sink, d, at, term, value);
  return d;
}

// --- doubts ---

/** `one or other`; either may be NULL. */
static struct seg_node *either(struct seg_check *check, struct seg_node *one,
                               struct seg_node *other) {
  if (!one || !other)
    return one ? one : other;
  return seg_node_binary(check, SEG_NODE_OR, seg_type_of(SEG_TYPE_BOOL), one->span, one, other);
}

/** The condition that a value is missing; NULL when it never is. */
static struct seg_node *is_missing(struct seg_check *check, struct seg_node *value) {
  struct seg_type truth = seg_type_of(SEG_TYPE_BOOL);
  if (!value->optional)
    return NULL;
  struct seg_node *known = seg_node_unary(check, SEG_NODE_IS_KNOWN, truth, value->span, value);
  return known ? seg_node_unary(check, SEG_NODE_NOT, truth, value->span, known) : NULL;
}

/** The condition that there is no fraction over this denominator; NULL when there always is. */
static struct seg_node *is_no_denominator(struct seg_check *check, struct seg_node *over) {
  if (seg_is_literal(over))
    return NULL;
  struct seg_node *zero = seg_literal_int(check, over->span, 0);
  struct seg_node *equal = zero
                               ? seg_node_binary(check, SEG_NODE_COMPARE,
                                                 seg_type_of(SEG_TYPE_BOOL), over->span, over, zero)
                               : NULL;
  if (equal)
    equal->comparison = SEG_EQUAL;
  return either(check, is_missing(check, over), equal);
}

/** The condition that some value which `node` asks for is missing. */
static struct seg_node *asks_in_vain(struct seg_check *check, struct seg_node *node) {
  struct seg_node *missing = NULL;
  if (!seg_is_condition(node))
    return is_missing(check, node);
  bool rank = node->kind == SEG_NODE_RANK && node->operand_count == 2;
  for (uint32_t i = 0; i < node->operand_count; i++) {
    bool denominator = i % 2 == 1 && (rank || node->kind == SEG_NODE_COMPARE_FRACTIONS);
    missing = either(check, missing,
                     denominator ? is_no_denominator(check, node->operands[i])
                                 : is_missing(check, node->operands[i]));
  }
  return missing;
}

/** What is said already: conditions of one rule that are shown at one place are one mistake. */
static const struct seg_diagnostic *
said_before(const struct seg_check *check, const struct seg_node *rule, struct seg_span shown) {
  for (size_t i = check->doubts.count; i > 0; i--) {
    const struct seg_program_doubt *other = &check->doubts.items[i - 1u];
    const struct seg_span *span = &other->diagnostic->span;
    if (other->rule != rule)
      return NULL;
    if (span->file == shown.file && span->begin == shown.begin && span->end == shown.end)
      return other->diagnostic;
  }
  return NULL;
}

/** Another value that the same condition asks for: one doubt about both. */
static bool join_doubt(struct seg_check *check, const struct seg_program_doubt *doubt) {
  for (size_t i = check->doubts.count; i > 0; i--) {
    struct seg_program_doubt *other = &check->doubts.items[i - 1u];
    if (other->rule != doubt->rule)
      return false;
    if (other->atom != doubt->atom)
      continue;
    other->missing = either(check, other->missing, doubt->missing);
    return true;
  }
  return false;
}

void seg_report_missing(struct seg_missing_walk *walk, const struct seg_missing_position *at,
                        struct seg_node *node, const struct seg_node *value) {
  struct seg_check *check = walk->check;
  struct seg_diagnostics *doubtful = &check->program->doubtful;
  struct seg_node *missing = walk->rule ? asks_in_vain(check, node) : NULL;
  if (!missing || doubtful->list.count >= SEG_DIAG_LIMIT) {
    walk->right = false;
    write_report(check, check->sink, at, value);
    return;
  }
  struct seg_program_doubt doubt = {
      .rule = walk->rule, .atom = at->atom ? at->atom : node, .missing = missing};
  if (join_doubt(check, &doubt))
    return;
  doubt.diagnostic = said_before(check, walk->rule, at->shown->span);
  if (!doubt.diagnostic)
    doubt.diagnostic = write_report(check, doubtful, at, value);
  if (!SEG_VEC_PUSH(&check->doubts, doubt))
    check->out_of_memory = true;
}
