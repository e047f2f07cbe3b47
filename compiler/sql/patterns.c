// Regular expressions, written again from their tree: every set of characters is spelled out, so
// that no dialect's idea of a letter or a line end comes in.
#include <stdio.h>
#include <stdlib.h>

#include "compiler/sql/internal.h"
#include "runtime/base/text_stream.h"
#include "runtime/regex/regex.h"

/** What a dialect's regular expressions look like and how far they go. */
struct flavour {
  const char *begin, *end; // of the text
  const char *anything;    // any one character
  const char *short_code;  // a character by its number, below 0x10000 and above
  const char *long_code;
  uint32_t most_repeats;               // in braces
  uint32_t most_product;               // of those inside one another; 0: no limit
  const char *frame_begin, *frame_end; // around the whole
};

// RE2 in DuckDB; the advanced regular expressions of PostgreSQL.
static const struct flavour flavours[SEG_SQL_DIALECT_COUNT] = {
    [SEG_SQL_DUCKDB] = {"\\A", "\\z", "(?s:.)", "\\x{%x}", "\\x{%x}", 1000, 1000, "", ""},
    [SEG_SQL_POSTGRES] = {"\\A", "\\Z", ".", "\\u%04x", "\\U%08x", 255, 0, "\\A(?:", ")\\Z"},
};

struct pattern {
  const struct flavour *flavour;
  FILE *out;
  bool too_often;
};

static void write_letter(struct pattern *pattern, uint32_t letter) {
  bool plain = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
               (letter >= 'A' && letter <= 'Z') || letter == ' ' || letter == '_' || letter == '@';
  if (plain)
    fputc((int)letter, pattern->out);
  else // NUL is in no text
    fprintf(pattern->out,
            letter < 0x10000 ? pattern->flavour->short_code : pattern->flavour->long_code,
            letter == 0 ? 1 : letter);
}

static void write_set(struct pattern *pattern, const struct seg_regex *regex) {
  const struct seg_letter_range *first = &regex->ranges[0];
  if (regex->range_count == 1 && first->first == 0 && first->last == SEG_REGEX_LAST_LETTER) {
    fputs(pattern->flavour->anything, pattern->out);
    return;
  }
  bool single = regex->range_count == 1 && first->first == first->last;
  if (!single)
    fputc('[', pattern->out);
  for (uint32_t i = 0; i < regex->range_count; i++) {
    write_letter(pattern, regex->ranges[i].first);
    if (regex->ranges[i].first == regex->ranges[i].last)
      continue;
    fputc('-', pattern->out);
    write_letter(pattern, regex->ranges[i].last);
  }
  if (!single)
    fputc(']', pattern->out);
}

static void write_times(struct pattern *pattern, const struct seg_regex *regex, uint32_t largest,
                        uint64_t product) {
  uint32_t least = regex->least, most = regex->most;
  pattern->too_often =
      pattern->too_often || largest > pattern->flavour->most_repeats ||
      (pattern->flavour->most_product > 0 && product > pattern->flavour->most_product);
  if (least == 0 && most == SEG_REGEX_UNLIMITED)
    fputc('*', pattern->out);
  else if (least == 1 && most == SEG_REGEX_UNLIMITED)
    fputc('+', pattern->out);
  else if (least == 0 && most == 1)
    fputc('?', pattern->out);
  else if (most == SEG_REGEX_UNLIMITED)
    fprintf(pattern->out, "{%u,}", least);
  else if (least == most)
    fprintf(pattern->out, "{%u}", least);
  else
    fprintf(pattern->out, "{%u,%u}", least, most);
}

// `product`: how often what stands here is repeated by what stands around it.
static void write_regex(struct pattern *pattern, const struct seg_regex *regex, uint64_t product) {
  switch (regex->kind) {
  case SEG_REGEX_SET: write_set(pattern, regex); return;
  case SEG_REGEX_BEGIN: fputs(pattern->flavour->begin, pattern->out); return;
  case SEG_REGEX_END: fputs(pattern->flavour->end, pattern->out); return;
  case SEG_REGEX_JOIN:
    for (uint32_t i = 0; i < regex->part_count; i++)
      write_regex(pattern, regex->parts[i], product);
    return;
  case SEG_REGEX_EITHER:
    fputs("(?:", pattern->out);
    for (uint32_t i = 0; i < regex->part_count; i++) {
      fputs(i > 0 ? "|" : "", pattern->out);
      write_regex(pattern, regex->parts[i], product);
    }
    fputc(')', pattern->out);
    return;
  case SEG_REGEX_REPEAT: {
    bool bare = regex->parts[0]->kind == SEG_REGEX_SET;
    uint32_t largest = regex->most == SEG_REGEX_UNLIMITED ? regex->least : regex->most;
    uint64_t inner = product * (largest > 0 ? largest : 1);
    fputs(bare ? "" : "(?:", pattern->out);
    write_regex(pattern, regex->parts[0], inner);
    fputs(bare ? "" : ")", pattern->out);
    write_times(pattern, regex, largest, inner);
    return;
  }
  }
}

struct seg_sql_text seg_sql_pattern(struct seg_sql *sql, const struct seg_node *node,
                                    const struct seg_sql_text *text) {
  char *data = NULL;
  size_t size = 0;
  struct pattern pattern = {.flavour = &flavours[sql->request->dialect]};
  struct seg_sql_text operands[2] = {*text, seg_sql_atom(seg_str_view("''"))};
  if (pattern.flavour->begin == NULL)
    return seg_sql_form(sql, SEG_SQL_FORM_MATCHES, node, 2, operands);
  pattern.out = seg_text_stream(&data, &size);
  if (pattern.out != NULL) {
    fputs(pattern.flavour->frame_begin, pattern.out);
    write_regex(&pattern, node->pattern, 1);
    fputs(pattern.flavour->frame_end, pattern.out);
  }
  if (pattern.out == NULL || fclose(pattern.out) != 0)
    sql->out_of_memory = true;
  else
    operands[1] = seg_sql_atom(seg_sql_literal(sql, (struct seg_str){data, size}));
  free(data);
  if (pattern.too_often)
    seg_sql_refuse(sql, node->span, "its regular expressions do not repeat a part that often");
  return seg_sql_form(sql, SEG_SQL_FORM_MATCHES, node, 2, operands);
}
