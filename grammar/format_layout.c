// Declarations, items and records to lines: what begins a line, how far it is indented, and where
// blank lines are.
#include <string.h>

#include "grammar/format_parts.h"
#include "grammar/seg_parser.h"

enum { STEP = 2 }; // columns of a level of braces, and of a broken line

/** Something that begins a line and goes up to the begin of the next. */
struct item {
  uint32_t begin, end; // its tokens
  uint32_t value;      // the first token of what may be broken
  uint32_t level;      // of braces around it
  uint32_t column;     // of its value: 0 for one blank behind what is before
  uint32_t indent;     // of the lines that its value is broken into
  uint32_t nested;     // of those that are broken inside of brackets
  enum seg_format_align align;
};

// --- lines ---------------------------------------------------------------------------------------

/** The comments before the token at the begin of a line; returns whether a blank line belongs
 * between the last of them and the token. */
static bool put_comments(struct seg_format *f, uint32_t index, uint32_t indent, uint32_t level,
                         bool first, bool separate) {
  const struct seg_format_token *token = &f->tokens[index];
  bool kept = !first; // the author's blank lines, but none at the begin of a block
  for (uint32_t i = 0; i < token->comment_count && !f->out_of_memory; i++) {
    const struct seg_format_comment *comment = &f->comments.items[token->comments + i];
    size_t lines = f->lines.count;
    seg_format_put_comment(f, comment, indent, level, (kept && comment->blank_before) || separate);
    if (f->lines.count > lines) {
      kept = true;
      separate = false;
    }
  }
  return (kept && token->blank_before) || separate;
}

static void put_token(struct seg_format *f, uint32_t index) {
  const struct seg_format_token *token = &f->tokens[index];
  seg_format_put(f, token->text);
  if (token->sign != 0)
    seg_format_put(f, (struct seg_str){&token->sign, 1});
}

static void put_blanks(struct seg_format *f, uint32_t count) {
  while (count-- > 0)
    seg_format_put(f, (struct seg_str){" ", 1});
}

/** A token that is not the first of its item: on the same line, or on the next. */
static void put_next(struct seg_format *f, const struct item *item, uint32_t index) {
  const struct seg_format_token *token = &f->tokens[index];
  if (token->column > 0) {
    for (uint32_t i = 0; i < token->comment_count; i++)
      seg_format_put_comment(f, &f->comments.items[token->comments + i], token->column, item->level,
                             false);
    seg_format_new_line(f, token->column, item->level, false);
  } else if (index == item->value && item->column > 0) {
    put_blanks(f, item->column - seg_format_column(f));
  } else if (!seg_format_is_glued(f, index)) {
    put_blanks(f, 1);
  }
  put_token(f, index);
}

/** The lines of an item, with the breaks set; they begin on a new line. */
static void put_item(struct seg_format *f, const struct item *item, bool blank_before) {
  seg_format_new_line(f, item->level * STEP, item->level, blank_before);
  size_t first = f->lines.count - 1, sign = 0;
  for (uint32_t i = item->begin; i < item->end && !f->out_of_memory; i++) {
    if (i + 1 == item->value)
      sign = f->lines.items[f->lines.count - 1].size; // the `=`
    if (i == item->begin)
      put_token(f, i);
    else
      put_next(f, item, i);
  }
  if (f->out_of_memory || f->lines.count != first + 1 || item->align == SEG_ALIGN_NONE)
    return;
  f->lines.items[first].align = item->align;
  f->lines.items[first].align_at = sign;
}

/** Set the breaks of an item that has a value. */
static void break_item(struct seg_format *f, const struct item *item) {
  uint32_t column = item->column;
  seg_format_break_at_comments(f, item->begin + 1, item->value, item->indent);
  if (item->value < item->end && f->tokens[item->value].comment_count > 0)
    f->tokens[item->value].column = column = item->indent;
  else if (column == 0)
    column = seg_format_end_column(f, item->begin, item->value, item->level * STEP) + 1;
  seg_format_break(f, item->value, item->end, column, item->indent, item->nested);
  seg_format_break_at_comments(f, item->value, item->end, item->nested);
}

// --- bodies --------------------------------------------------------------------------------------

static uint32_t find_kind(const struct seg_format *f, uint32_t begin, uint32_t end, int kind) {
  while (begin < end && f->tokens[begin].kind != kind)
    begin++;
  return begin;
}

static bool begins_item(const struct seg_format_token *token) {
  return token->begins_item || token->kind == TOK_LABEL || token->kind == TOK_WHERE ||
         token->kind == TOK_UNIQUE || token->kind == TOK_RIGHT_BRACE;
}

/** Where the longest `name:` of the labels in a body ends, so that all values begin behind it. */
static uint32_t value_column(const struct seg_format *f, uint32_t begin, uint32_t end,
                             uint32_t level) {
  uint32_t widest = 0;
  for (uint32_t i = begin; i < end; i++) {
    uint32_t width = seg_format_width(f->tokens[i].text) + 1;
    if (f->tokens[i].kind == TOK_LABEL && width > widest)
      widest = width;
  }
  return level * STEP + widest + 1;
}

/** The item that begins at `begin` in the body of a customer, an event or a segment. */
static struct item item_at(const struct seg_format *f, uint32_t begin, uint32_t column) {
  const struct seg_format_token *token = &f->tokens[begin];
  struct item item = {.begin = begin,
                      .end = begin + 1,
                      .value = begin + 1,
                      .level = 1,
                      .indent = 2 * STEP,
                      .nested = 2 * STEP};
  while (!begins_item(&f->tokens[item.end]))
    item.end++;
  if (token->kind == TOK_LABEL) {
    item.column = item.indent = column;
    item.nested = column + STEP;
  } else if (token->kind != TOK_WHERE) { // `name = value`, `unique by names`
    item.value = begin + 2;
    item.align = token->kind == TOK_UNIQUE ? SEG_ALIGN_NONE : SEG_ALIGN_COLUMN;
  }
  return item;
}

static void put_items(struct seg_format *f, uint32_t begin, uint32_t end) {
  uint32_t column = value_column(f, begin, end, 1);
  for (uint32_t i = begin; i < end && !f->out_of_memory;) {
    struct item item = item_at(f, i, column);
    bool blank = put_comments(f, i, STEP, 1, i == begin, false);
    break_item(f, &item);
    put_item(f, &item, blank);
    i = item.end;
  }
}

// --- tests ---------------------------------------------------------------------------------------

/** A comma behind each value of a record but the last; behind that too when they have a line each.
 */
static void separate_values(struct seg_format *f, uint32_t begin, uint32_t end, bool last) {
  for (uint32_t i = begin; i < end; i++) {
    bool value_end = f->tokens[i + 1].kind == TOK_LABEL || i + 1 == end;
    if (value_end)
      f->tokens[i].sign = i + 1 < end || last ? ',' : 0;
  }
}

/** The values of a record, a line each. */
static void put_values(struct seg_format *f, uint32_t begin, uint32_t end) {
  uint32_t column = value_column(f, begin, end, 2);
  for (uint32_t i = begin, next; i < end && !f->out_of_memory; i = next) {
    next = find_kind(f, i + 1, end, TOK_LABEL);
    struct item item = {i, next, i + 1, 2, column, column, column + STEP, SEG_ALIGN_NONE};
    bool blank = put_comments(f, i, 2 * STEP, 2, i == begin, false);
    break_item(f, &item);
    put_item(f, &item, blank);
  }
}

/** Header, `{` ... `}`: closes the block that `put_...` has filled. */
static void put_closing(struct seg_format *f, uint32_t index, uint32_t level, bool first) {
  put_comments(f, index, (level + 1) * STEP, level + 1, first, false);
  seg_format_new_line(f, level * STEP, level, false);
  put_token(f, index);
}

/** From the name of a record to behind its `}`. */
static uint32_t put_record(struct seg_format *f, uint32_t begin, bool first) {
  uint32_t close = find_kind(f, begin, f->token_count, TOK_RIGHT_BRACE), values = begin + 2;
  bool blank = put_comments(f, begin, STEP, 1, first, false);
  struct item item = {.begin = begin, .end = close + 1, .value = close + 1, .level = 1};
  item.indent = item.nested = 2 * STEP;
  if (values < close)
    separate_values(f, values, close, false);
  if (STEP + seg_format_flat_width(f, begin, close + 1) > SEG_FORMAT_COLUMNS) {
    item.end = item.value = values;
    if (values < close)
      separate_values(f, values, close, true);
  }
  seg_format_break_at_comments(f, begin + 1, item.end, item.indent);
  put_item(f, &item, blank);
  if (item.end == values) {
    put_values(f, values, close);
    put_closing(f, close, 1, values == close);
  }
  return close + 1;
}

static void put_test_items(struct seg_format *f, uint32_t begin, uint32_t end) {
  for (uint32_t i = begin; i < end && !f->out_of_memory;) {
    if (f->tokens[i + 1].kind == TOK_LEFT_BRACE) {
      i = put_record(f, i, i == begin);
      continue;
    }
    struct item claim = {i, i + 2, i + 2, 1, 0, 2 * STEP, 2 * STEP, SEG_ALIGN_NONE};
    bool blank = put_comments(f, i, STEP, 1, i == begin, false);
    seg_format_break_at_comments(f, i + 1, i + 2, claim.indent);
    put_item(f, &claim, blank);
    i += 2;
  }
}

// --- declarations --------------------------------------------------------------------------------

/** `name {` ... `}`; without values the braces stand on one line. */
static void put_block(struct seg_format *f, uint32_t begin, uint32_t open, uint32_t end,
                      bool blank_before) {
  uint32_t close = end - 1;
  bool empty = open + 1 == close && f->tokens[close].comment_count == 0;
  struct item head = {begin, empty ? end : open + 1, 0, 0, 0, 2 * STEP, 2 * STEP, SEG_ALIGN_NONE};
  head.value = head.end;
  seg_format_break_at_comments(f, begin + 1, head.end, head.indent);
  put_item(f, &head, blank_before);
  if (empty)
    return;
  if (f->tokens[begin].kind == TOK_TEST)
    put_test_items(f, open + 1, close);
  else
    put_items(f, open + 1, close);
  put_closing(f, close, 0, open + 1 == close);
}

/** `priority name: a > b otherwise c`: the members fill lines of their own when there are many. */
static void break_priority(struct seg_format *f, const struct item *item) {
  uint32_t members = item->value, otherwise = members + 1;
  if (seg_format_flat_width(f, item->begin, item->end) <= SEG_FORMAT_COLUMNS)
    return;
  while (otherwise < item->end && f->tokens[otherwise].kind != TOK_OTHERWISE)
    otherwise += f->tokens[otherwise].kind == TOK_GREATER ? 2 : 1;
  for (uint32_t i = members + 1; i < otherwise; i++)
    if (f->tokens[i].kind == TOK_GREATER)
      f->tokens[i].can = SEG_BREAK_LIST;
  f->tokens[members].column = STEP;
  seg_format_fill(f, members, otherwise, STEP, STEP, 0, SEG_BREAK_LIST);
  if (otherwise < item->end)
    f->tokens[otherwise].column = STEP;
}

/** A declaration without braces. */
static void put_plain(struct seg_format *f, uint32_t begin, uint32_t end, bool blank_before) {
  struct item item = {begin, end, begin + 1, 0, 0, STEP, STEP, SEG_ALIGN_NONE};
  int kind = f->tokens[begin].kind;
  if (kind == TOK_METRIC || kind == TOK_LET) {
    item.value = begin + 3;
    item.align = kind == TOK_METRIC ? SEG_ALIGN_METRIC : SEG_ALIGN_CONSTANT;
  } else if (kind == TOK_PRIORITY) {
    item.value = begin + 2;
    break_priority(f, &item);
  }
  if (kind == TOK_PRIORITY)
    seg_format_break_at_comments(f, begin + 1, end, STEP);
  else
    break_item(f, &item);
  put_item(f, &item, blank_before);
}

/** Declarations of one line: those of one kind may stand together. 0 for the others. */
static int kind_of_line(const struct seg_format *f, uint32_t index) {
  switch (f->tokens[index].kind) {
  case TOK_LABEL:
  case TOK_METRIC:
  case TOK_LET:
  case TOK_USE:
  case TOK_LIST:
  case TOK_PRIORITY:
  case TOK_OVERLAP: return f->tokens[index].kind;
  case TOK_EXCLUSIVE: return TOK_OVERLAP;
  default: return 0; // declarations with braces, and the header
  }
}

static void put_declaration(struct seg_format *f, uint32_t begin, uint32_t end, int before) {
  bool separate = before == 0 || before != kind_of_line(f, begin);
  bool blank = put_comments(f, begin, 0, 0, false, separate);
  uint32_t open = find_kind(f, begin, end, TOK_LEFT_BRACE);
  if (open < end)
    put_block(f, begin, open, end, blank);
  else
    put_plain(f, begin, end, blank);
}

void seg_format_layout(struct seg_format *f) {
  uint32_t last = f->token_count - 1, begin = 2;
  bool blank = put_comments(f, 0, 0, 0, true, false);
  put_item(f, &(struct item){.end = 2, .value = 2}, blank); // `segc 1`
  int before = 0;
  for (uint32_t end; begin < last && !f->out_of_memory; begin = end) {
    end = begin + 1;
    while (end < last && !f->tokens[end].begins_declaration)
      end++;
    put_declaration(f, begin, end, before);
    before = kind_of_line(f, begin);
  }
  put_comments(f, last, 0, 0, false, false);
}
