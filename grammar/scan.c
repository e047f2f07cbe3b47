// The scanner's code: names with Unicode letters, strings with escapes, and what no rule file may
// hold. seg.l calls each function with the longest text that could be such a token; it takes what
// is one, reports what is wrong with it, and still gives a token of that kind, so that one mistake
// is one error.
#include <string.h>
#include <utf8proc.h>

#include "grammar/parser.h"
#include "grammar/seg_parser.h"
#include "runtime/base/utf8.h"
#include "runtime/base/utf8_walk.h"

static struct seg_span span_of(const struct seg_parser *parser, size_t begin, size_t size) {
  return seg_parser_span(parser, parser->offset + (uint32_t)begin,
                         parser->offset + (uint32_t)(begin + size));
}

/** Add a token of `size` bytes and step behind it. */
static size_t add(struct seg_parser *parser, size_t size, struct seg_token token) {
  token.span = span_of(parser, 0, size);
  token.first_in_line = parser->line_start;
  if (token.kind == TOK_IDENT)
    token.word = (uint16_t)(token.quoted ? TOK_IDENT : seg_grammar_word(token.text));
  parser->line_start = false;
  parser->offset += (uint32_t)size;
  seg_parser_push(parser, &parser->raw, token);
  return size;
}

static size_t drop(struct seg_parser *parser, struct seg_str text) {
  for (size_t i = 0; i < text.size; i++)
    if (text.data[i] == '\n')
      parser->line_start = true;
  parser->offset += (uint32_t)text.size;
  return text.size;
}

static struct seg_str copied(struct seg_parser *parser, struct seg_str text) {
  struct seg_str copy = seg_arena_str(&parser->ast->arena, text);
  if (copy.data != NULL)
    return copy;
  parser->out_of_memory = true;
  return (struct seg_str){"", 0};
}

/** Text as it is kept in the tree: in normalization form C, in the arena. */
static struct seg_str keep(struct seg_parser *parser, struct seg_str text) {
  struct seg_str composed = text;
  if (seg_utf8_nfc(&parser->ast->arena, text, &composed) == SEG_OUT_OF_MEMORY)
    parser->out_of_memory = true;
  return composed.data == text.data ? copied(parser, text) : composed;
}

// --- what no text may hold -----------------------------------------------------------------------

/** Characters that reorder or break the shown text: the file would not mean what it looks like. */
static bool is_deceptive(uint32_t c) {
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e ||
         c == 0x200f || c == 0x061c || c == 0x2028 || c == 0x2029 || c == 0x85;
}

bool seg_scan_check(struct seg_parser *parser) {
  struct seg_str text = parser->text;
  if (parser->offset == 0 && text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
    parser->offset = 3; // the byte order mark of some editors
  struct seg_str rest = {text.data + parser->offset, text.size - parser->offset};
  if (seg_utf8_is_ascii(rest) && (rest.size == 0 || memchr(rest.data, 0, rest.size) == NULL))
    return true;
  for (size_t at = parser->offset, size; at < text.size && !parser->too_many; at += size) {
    uint32_t c;
    size = seg_utf8_next(text, at, &c);
    struct seg_span span = seg_parser_span(parser, (uint32_t)at, (uint32_t)(at + size));
    struct seg_diagnostic *d;
    if (c == 0) {
      d = seg_parser_report(parser, SEG_DIAG_BAD_BYTE, span, "a zero byte stands in this file");
      seg_note(parser->sink, d, "a rule file is plain text");
      return false;
    }
    if (c == SEG_UTF8_REPLACEMENT && size == 1) {
      d = seg_parser_report(parser, SEG_DIAG_BAD_BYTE, span, "the byte 0x%02X is no UTF-8 text",
                            (unsigned)(unsigned char)text.data[at]);
      seg_help(parser->sink, d, "save the file in the encoding UTF-8");
      return false;
    }
    if (is_deceptive(c)) {
      d = seg_parser_report(parser, SEG_DIAG_BAD_BYTE, span,
                            "the invisible character U+%04X cannot stand in a rule file", c);
      seg_note(parser->sink, d, "it changes how a line looks without changing what it means");
      seg_help(parser->sink, d, "delete it; in a string, write `\\u{%x}`", c);
    }
  }
  return true;
}

// --- names ---------------------------------------------------------------------------------------

static bool is_name_start(uint32_t c) {
  if (c < 0x80)
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  switch (utf8proc_category((utf8proc_int32_t)c)) {
  case UTF8PROC_CATEGORY_LU:
  case UTF8PROC_CATEGORY_LL:
  case UTF8PROC_CATEGORY_LT:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_LO:
  case UTF8PROC_CATEGORY_NL: return true;
  default: // an enumeration of the library, most of whose members mean no
    return c == '_';
  }
}

static bool is_name_part(uint32_t c) {
  if (c < 0x80)
    return is_name_start(c) || (c >= '0' && c <= '9');
  switch (utf8proc_category((utf8proc_int32_t)c)) {
  case UTF8PROC_CATEGORY_MN:
  case UTF8PROC_CATEGORY_MC:
  case UTF8PROC_CATEGORY_ND:
  case UTF8PROC_CATEGORY_PC: return true;
  default: // as above
    return is_name_start(c);
  }
}

static bool is_format(uint32_t c) {
  return c >= 0x80 && utf8proc_category((utf8proc_int32_t)c) == UTF8PROC_CATEGORY_CF;
}

static void report_format(struct seg_parser *parser, size_t at, size_t size, uint32_t c) {
  if (is_deceptive(c))
    return; // seg_scan_check has said so
  struct seg_diagnostic *d =
      seg_parser_report(parser, SEG_DIAG_BAD_BYTE, span_of(parser, at, size),
                        "the invisible character U+%04X cannot stand in a name", c);
  seg_note(parser->sink, d, "two names could look the same and be different");
  seg_help(parser->sink, d, "delete it");
}

size_t seg_scan_name_size(struct seg_str text) {
  size_t at = 0, size;
  for (uint32_t c; at < text.size; at += size) {
    size = seg_utf8_next(text, at, &c);
    if (!is_name_part(c))
      break;
  }
  return at;
}

bool seg_scan_is_name(struct seg_str text) {
  uint32_t c = 0;
  if (text.size > 0)
    seg_utf8_next(text, 0, &c);
  return is_name_start(c) && seg_scan_name_size(text) == text.size;
}

/** The text of a name: invisible characters reported and left out, then composed. */
static struct seg_str name_text(struct seg_parser *parser, size_t begin, struct seg_str text) {
  if (seg_utf8_is_ascii(text))
    return copied(parser, text);
  char *clean = seg_parser_alloc(parser, text.size + 1);
  struct seg_str result = {clean, 0};
  if (parser->out_of_memory)
    return (struct seg_str){"", 0};
  for (size_t at = 0, size; at < text.size; at += size) {
    uint32_t c;
    size = seg_utf8_next(text, at, &c);
    if (is_format(c)) {
      report_format(parser, begin + at, size, c);
    } else {
      memcpy(clean + result.size, text.data + at, size);
      result.size += size;
    }
  }
  return keep(parser, result);
}

/** Signs that a word processor or another notation would write. */
static const struct {
  uint32_t c;
  int kind; // what it is read as
  const char *help;
} look_alikes[] = {
    {0x2264, TOK_LESS_EQUAL, "`<=`"},
    {0x2265, TOK_GREATER_EQUAL, "`>=`"},
    {0x2260, TOK_NOT_EQUAL, "`!=`"},
    {0x2212, TOK_MINUS, "`-`"},
    {0x2013, TOK_MINUS, "`-`"},
    {0x2014, TOK_MINUS, "`-`"},
    {0x00d7, TOK_TIMES, "`*`"},
    {0x00f7, TOK_DIVIDE, "`/`"},
    {0x2026, TOK_RANGE, "`..`"},
    {0x20ac, TOK_BAD, "amounts as `80 EUR`"},
    {0x00a3, TOK_BAD, "amounts as `80 GBP`"},
    {0x201c, TOK_BAD, "strings in plain quotes: `\"`"},
    {0x201d, TOK_BAD, "strings in plain quotes: `\"`"},
    {0x2018, TOK_BAD, "strings in plain quotes: `\"`"},
    {0x2019, TOK_BAD, "strings in plain quotes: `\"`"},
};

/** A character beyond ASCII that begins no name. */
static size_t scan_stranger(struct seg_parser *parser, struct seg_str text, size_t size,
                            uint32_t c) {
  struct seg_str sign = {text.data, size};
  struct seg_diagnostic *d;
  if (is_format(c)) {
    report_format(parser, 0, size, c);
    return drop(parser, sign);
  }
  if (utf8proc_category((utf8proc_int32_t)c) == UTF8PROC_CATEGORY_ZS) {
    d = seg_parser_report(parser, SEG_DIAG_BAD_BYTE, span_of(parser, 0, size),
                          "this blank is the character U+%04X, not an ordinary space", c);
    seg_help(parser->sink, d, "replace it by an ordinary space");
    return drop(parser, sign);
  }
  if (is_deceptive(c))
    return drop(parser, sign);
  for (size_t i = 0; i < sizeof look_alikes / sizeof *look_alikes; i++)
    if (look_alikes[i].c == c) {
      d = seg_parser_report(parser, SEG_DIAG_BAD_BYTE, span_of(parser, 0, size),
                            "`%.*s` has no meaning in a rule", SEG_STR(sign));
      seg_help(parser->sink, d, "write %s", look_alikes[i].help);
      return add(parser, size, (struct seg_token){.kind = look_alikes[i].kind});
    }
  return seg_scan_bad(parser, sign);
}

size_t seg_scan_word(struct seg_parser *parser, struct seg_str text) {
  uint32_t c;
  size_t at = seg_utf8_next(text, 0, &c);
  if (!is_name_start(c))
    return scan_stranger(parser, text, at, c);
  if (seg_utf8_is_ascii(text)) // letters, digits and `_`, as seg.l says
    at = text.size;
  for (size_t size; at < text.size; at += size) {
    size = seg_utf8_next(text, at, &c);
    if (!is_name_part(c) && !is_format(c))
      break;
  }
  struct seg_token token = {.kind = TOK_IDENT};
  token.text = name_text(parser, 0, (struct seg_str){text.data, at});
  return add(parser, at, token);
}

/** What ends a line and is hardly part of a text whose end is missing: brackets and commas. */
static size_t without_line_end(struct seg_str text) {
  size_t size = text.size;
  while (size > 1 && strchr(" \t\r()[]{},", text.data[size - 1]) != NULL)
    size--;
  return size;
}

size_t seg_scan_quoted_name(struct seg_parser *parser, struct seg_str text) {
  struct seg_token token = {.kind = TOK_IDENT, .quoted = true};
  struct seg_diagnostic *d;
  bool closed = text.size > 1 && text.data[text.size - 1] == '`';
  if (!closed) {
    d = seg_parser_report(parser, SEG_DIAG_BAD_TOKEN, span_of(parser, 0, text.size),
                          "the name in backquotes does not end in its line");
    seg_help(parser->sink, d, "close it with a second backquote");
    token.kind = TOK_BAD;
    return add(parser, without_line_end(text), token);
  }
  if (text.size == 2) {
    d = seg_parser_report(parser, SEG_DIAG_BAD_TOKEN, span_of(parser, 0, 2), "the name is empty");
    seg_note(parser->sink, d, "backquotes hold the name of a column, metric or segment");
  }
  token.text = name_text(parser, 1, (struct seg_str){text.data + 1, text.size - 2});
  return add(parser, text.size, token);
}

// --- strings -------------------------------------------------------------------------------------

struct unescaped {
  char *text;
  size_t size;
};

static int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/** `{...}` behind `\u`; the number of bytes taken, 0 when it names no character. */
static size_t unescape_code_point(struct seg_str text, struct unescaped *to) {
  uint32_t c = 0;
  size_t at = 1;
  if (text.size == 0 || text.data[0] != '{')
    return 0;
  for (; at < text.size && at <= 6 && hex_value(text.data[at]) >= 0; at++)
    c = c * 16 + (uint32_t)hex_value(text.data[at]);
  bool is_character = c > 0 && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
  if (at == 1 || at >= text.size || text.data[at] != '}' || !is_character)
    return 0;
  to->size += seg_utf8_put(c, to->text + to->size);
  return at + 1;
}

static void report_escape(struct seg_parser *parser, size_t at, struct seg_str rest) {
  bool code_point = rest.data[1] == 'u';
  uint32_t c;
  size_t size = 1 + seg_utf8_next(rest, 1, &c);
  struct seg_diagnostic *d = seg_parser_report(
      parser, SEG_DIAG_BAD_TOKEN, span_of(parser, at, size),
      code_point ? "`\\u` names no character" : "`%.*s` means nothing in a string", (int)size,
      rest.data);
  seg_help(parser->sink, d,
           code_point ? "write the number of a character in braces, such as `\\u{e9}`"
                      : "the escapes are `\\\"` `\\\\` `\\n` `\\t` `\\u{...}`; for the sign itself "
                        "write `\\\\`");
}

/** Without the quotes; `begin` is where it stands in the token. */
static struct seg_str unescape(struct seg_parser *parser, size_t begin, struct seg_str text) {
  struct unescaped to = {seg_parser_alloc(parser, text.size + 1), 0};
  if (parser->out_of_memory)
    return (struct seg_str){"", 0};
  for (size_t at = 0; at < text.size;) {
    static const char from[] = "\"\\nt", into[] = "\"\\\n\t";
    char c = text.data[at];
    if (c != '\\' || at + 1 >= text.size) {
      to.text[to.size++] = c;
      at++;
      continue;
    }
    struct seg_str rest = {text.data + at, text.size - at};
    const char *simple = strchr(from, rest.data[1]);
    size_t taken = 0;
    if (simple != NULL) {
      to.text[to.size++] = into[simple - from];
    } else if (rest.data[1] == 'u') {
      taken = unescape_code_point((struct seg_str){rest.data + 2, rest.size - 2}, &to);
    }
    if (simple == NULL && taken == 0)
      report_escape(parser, begin + at, rest);
    at += 2 + taken;
    // A character of several bytes behind a wrong escape is left out whole.
    while (simple == NULL && taken == 0 && at < text.size && (text.data[at] & 0xc0) == 0x80)
      at++;
  }
  return keep(parser, (struct seg_str){to.text, to.size});
}

size_t seg_scan_string(struct seg_parser *parser, struct seg_str text) {
  struct seg_token token = {.kind = TOK_STRING};
  bool closed = text.size > 1 && text.data[text.size - 1] == '"';
  // `\"` at the end is an escape, not the end: seg.l then matched no closing quote.
  size_t backslashes = 0;
  while (closed && backslashes + 2 < text.size && text.data[text.size - 2 - backslashes] == '\\')
    backslashes++;
  if (!closed || backslashes % 2 == 1) {
    struct seg_diagnostic *d =
        seg_parser_report(parser, SEG_DIAG_BAD_TOKEN, span_of(parser, 0, text.size),
                          "the string does not end in its line");
    seg_help(parser->sink, d, "close it with `\"`; a line end inside a string is written `\\n`");
    token.kind = TOK_BAD;
    return add(parser, without_line_end(text), token);
  }
  token.text = unescape(parser, 1, (struct seg_str){text.data + 1, text.size - 2});
  return add(parser, text.size, token);
}

size_t seg_scan_foreign_string(struct seg_parser *parser, struct seg_str text, size_t quote) {
  struct seg_diagnostic *d;
  bool closed = text.size > quote && (quote > 1 || text.data[text.size - 1] == '\'');
  struct seg_token token = {.kind = closed ? TOK_STRING : TOK_BAD};
  d = seg_parser_report(parser, SEG_DIAG_BAD_TOKEN, span_of(parser, 0, text.size),
                        "strings stand in double quotes");
  if (closed) {
    struct seg_str inner = {text.data + quote, text.size - 2 * quote};
    seg_help(parser->sink, d, "write `\"%.*s\"`", SEG_STR(inner));
    token.text = keep(parser, inner);
  } else {
    seg_help(parser->sink, d, "write `\"`");
    text.size = without_line_end(text);
  }
  return add(parser, text.size, token);
}

// --- signs ---------------------------------------------------------------------------------------

size_t seg_scan_sign(struct seg_parser *parser, struct seg_str text, int kind) {
  return add(parser, text.size, (struct seg_token){.kind = kind});
}

size_t seg_scan_foreign(struct seg_parser *parser, struct seg_str text, int kind,
                        const char *reason, const char *help) {
  struct seg_str shown = {text.data, text.size > 3 ? 2 : text.size};
  struct seg_diagnostic *d =
      seg_parser_report(parser, SEG_DIAG_SYNTAX, span_of(parser, 0, shown.size),
                        "`%.*s` has no meaning in a rule", SEG_STR(shown));
  seg_note(parser->sink, d, "%s", reason);
  seg_help(parser->sink, d, "%s", help);
  return kind == 0 ? drop(parser, text) : seg_scan_sign(parser, text, kind);
}

size_t seg_scan_bad(struct seg_parser *parser, struct seg_str text) {
  unsigned char c = (unsigned char)text.data[0];
  struct seg_span span = span_of(parser, 0, text.size);
  struct seg_diagnostic *d;
  if (c < 0x20 || c == 0x7f) {
    d = seg_parser_report(parser, SEG_DIAG_BAD_BYTE, span,
                          "the control character U+%04X cannot stand in a rule file", c);
    seg_help(parser->sink, d, "delete it");
    return drop(parser, text);
  }
  d = seg_parser_report(parser, SEG_DIAG_BAD_BYTE, span, "`%.*s` has no meaning in a rule",
                        SEG_STR(text));
  if (c == '%')
    seg_help(parser->sink, d, "a percentage is written without a blank: `5%%`");
  else if (c == '$')
    seg_help(parser->sink, d, "an amount is written with its currency: `80 USD`");
  return add(parser, text.size, (struct seg_token){.kind = TOK_BAD});
}
