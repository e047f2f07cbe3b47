// A pattern as text to its tree: recursive descent; see regex.h for the syntax.
#include <stdio.h>
#include <string.h>

#include "runtime/base/utf8_walk.h"
#include "runtime/base/vec.h"
#include "runtime/regex/regex_set.h"

struct parser {
  struct seg_arena *arena;
  struct seg_str pattern;
  struct seg_regex_fault *fault;
  size_t at;
  unsigned nesting;
  enum seg_status status;
};

struct parts {
  SEG_VEC(struct seg_regex *) list;
};

enum seg_status seg_regex_refuse(struct seg_regex_fault *fault, size_t begin, size_t end,
                                 const char *message, const char *help) {
  fault->begin = begin;
  fault->end = end;
  snprintf(fault->message, sizeof fault->message, "%s", message);
  snprintf(fault->help, sizeof fault->help, "%s", help == NULL ? "" : help);
  return SEG_USAGE;
}

static void refuse(struct parser *parser, size_t begin, size_t end, const char *message,
                   const char *help) {
  if (end > parser->pattern.size) // what should follow is not there
    end = parser->pattern.size;
  if (parser->status == SEG_OK)
    parser->status = seg_regex_refuse(parser->fault, begin, end, message, help);
}

static void *no_memory(struct parser *parser) {
  if (parser->status == SEG_OK)
    parser->status = SEG_OUT_OF_MEMORY;
  return NULL;
}

static bool is_done(const struct parser *parser) {
  return parser->status != SEG_OK || parser->at >= parser->pattern.size;
}

/** The byte `ahead` of the place, 0 behind the end. Signs are ASCII, so bytes tell them apart. */
static char peek(const struct parser *parser, size_t ahead) {
  size_t at = parser->at + ahead;
  return at < parser->pattern.size ? parser->pattern.data[at] : '\0';
}

static bool take(struct parser *parser, const char *sign) {
  size_t size = strlen(sign);
  if (parser->pattern.size - parser->at < size ||
      memcmp(parser->pattern.data + parser->at, sign, size) != 0)
    return false;
  parser->at += size;
  return true;
}

static bool is_one_of(char byte, const char *signs) {
  return byte != '\0' && strchr(signs, byte) != NULL;
}

static struct seg_regex *new_node(struct parser *parser, enum seg_regex_kind kind) {
  struct seg_regex *node = SEG_NEW(parser->arena, struct seg_regex);
  if (node == NULL)
    return no_memory(parser);
  node->kind = kind;
  return node;
}

static struct seg_regex *new_set(struct parser *parser, struct seg_letter_set *set, bool negated) {
  struct seg_regex *node = new_node(parser, SEG_REGEX_SET);
  if (node != NULL && !seg_letter_set_finish(set, negated, parser->arena, node))
    return no_memory(parser);
  return node;
}

static void add(struct parser *parser, struct seg_letter_set *set, uint32_t first, uint32_t last) {
  if (!seg_letter_set_add(set, first, last))
    no_memory(parser);
}

// --- escapes ---

static bool is_sign(char byte) {
  return is_one_of(byte, "!\"#$%&'()*+,-./:;=?@[\\]^`{|}~");
}

static void refuse_escape(struct parser *parser, size_t begin, char letter) {
  static const char linear[] =
      "what a group held would have to be remembered; texts are matched in linear time: in one "
      "pass, without going back";
  if (letter >= '1' && letter <= '9')
    refuse(parser, begin, parser->at, "a group cannot be referred to again", linear);
  else if (letter == 'b' || letter == 'B' || letter == '<' || letter == '>')
    refuse(parser, begin, parser->at, "ends of words cannot be asked for",
           "name what stands there: `(^|.*\\s)word(\\s.*|$)`");
  else if (letter == 'p' || letter == 'P')
    refuse(parser, begin, parser->at, "classes of Unicode cannot be named here",
           "write a range, such as `[a-zà-ÿ]`");
  else if (letter == 'A' || letter == 'z' || letter == 'Z')
    refuse(parser, begin, parser->at, "the ends of the text are written `^` and `$`", NULL);
  else
    refuse(parser, begin, parser->at, "no such escape",
           "there are `\\d \\w \\s \\D \\W \\S \\n \\r \\t`, and `\\` before a sign");
}

/**
 * Behind a backslash at `begin`: the set of a class letter, or one character (then `*letter` is set
 * and true comes back).
 */
static bool parse_escape(struct parser *parser, size_t begin, struct seg_letter_set *set,
                         uint32_t *letter) {
  static const char single[] = "nrt", meant[] = "\n\r\t";
  if (is_done(parser)) {
    refuse(parser, begin, parser->at, "a `\\` stands at the end",
           "for the sign itself write `\\\\`");
    return false;
  }
  uint32_t found;
  parser->at += seg_utf8_next(parser->pattern, parser->at, &found);
  char byte = found < 0x80 ? (char)found : '\0';
  const char *place = byte == '\0' ? NULL : strchr(single, byte);
  *letter = place != NULL ? (uint32_t)meant[place - single] : found;
  if (place != NULL || is_sign(byte))
    return true;
  if (!seg_letter_set_add_class(set, byte)) {
    if (set->out_of_memory)
      no_memory(parser);
    else
      refuse_escape(parser, begin, byte);
  }
  return false;
}

// --- sets ---

/** One item of a list: a character (true, `*letter`), or a class that went into the set. */
static bool parse_item(struct parser *parser, struct seg_letter_set *set, uint32_t *letter) {
  size_t begin = parser->at;
  if (take(parser, "\\"))
    return parse_escape(parser, begin, set, letter);
  if (peek(parser, 0) == '[' && is_one_of(peek(parser, 1), ":.="))
    refuse(parser, begin, begin + 2, "named classes are not known here",
           "write the range, such as `a-z`, or `\\d`, `\\w`, `\\s`");
  parser->at += seg_utf8_next(parser->pattern, parser->at, letter);
  return true;
}

static void parse_range(struct parser *parser, struct seg_letter_set *set) {
  size_t begin = parser->at;
  uint32_t first, last;
  bool single = parse_item(parser, set, &first);
  bool range = peek(parser, 0) == '-' && peek(parser, 1) != ']' && peek(parser, 1) != '\0';
  if (!range) {
    if (single)
      add(parser, set, first, first);
    return;
  }
  parser->at++;
  if (!parse_item(parser, set, &last) || !single)
    refuse(parser, begin, parser->at, "a range goes from one character to another",
           "for the sign `-` itself write `\\-`");
  else if (last < first)
    refuse(parser, begin, parser->at, "the range ends before it begins", NULL);
  else
    add(parser, set, first, last);
}

static struct seg_regex *parse_set(struct parser *parser, size_t begin) {
  struct seg_letter_set set = {0};
  struct seg_regex *node = NULL;
  bool negated = take(parser, "^");
  size_t inside = parser->at;
  while (!is_done(parser) && peek(parser, 0) != ']')
    parse_range(parser, &set);
  if (parser->status == SEG_OK && parser->at >= parser->pattern.size)
    refuse(parser, begin, begin + 1, "the list is not closed",
           "write `]` behind it; for the sign itself write `\\[`");
  else if (parser->status == SEG_OK && parser->at == inside)
    refuse(parser, begin, parser->at + 1, "the list is empty",
           "for the sign `]` itself write `\\]`");
  parser->at++;
  if (parser->status == SEG_OK)
    node = new_set(parser, &set, negated);
  SEG_VEC_FREE(&set.ranges);
  return node;
}

// --- atoms and repeats ---

static struct seg_regex *parse_either(struct parser *parser);

static void refuse_group(struct parser *parser, size_t begin) {
  char sign = peek(parser, 0), next = peek(parser, 1);
  size_t end = parser->at + 1;
  if (sign == '=' || sign == '!' || (sign == '<' && (next == '=' || next == '!')))
    refuse(
        parser, begin, end + (sign == '<'),
        "looking ahead or back is not possible, because texts are matched in linear time: in one "
        "pass, without going back",
        "join two tests: `matches(...) and not matches(...)`");
  else if (sign == 'P' || sign == '<' || sign == '\'')
    refuse(parser, begin, end, "groups have no names here, because nothing refers to them",
           "write `(...)`");
  else
    refuse(parser, begin, end, "no such group",
           "there are `(...)` and `(?:...)`; for capitals and small letters alike match "
           "`lower(...)`");
}

static struct seg_regex *parse_group(struct parser *parser, size_t begin) {
  if (take(parser, "?") && !take(parser, ":")) {
    refuse_group(parser, begin);
    return NULL;
  }
  if (++parser->nesting > SEG_REGEX_MOST_NESTING)
    refuse(parser, begin, begin + 1, "the groups are nested too deeply (100 at most)", NULL);
  struct seg_regex *node = parser->status == SEG_OK ? parse_either(parser) : NULL;
  parser->nesting--;
  if (parser->status == SEG_OK && !take(parser, ")"))
    refuse(parser, begin, begin + 1, "the group is not closed",
           "write `)` behind it; for the sign itself write `\\(`");
  return node;
}

static struct seg_regex *parse_atom(struct parser *parser) {
  size_t begin = parser->at;
  struct seg_letter_set set = {0};
  uint32_t letter = 0;
  if (take(parser, "("))
    return parse_group(parser, begin);
  if (take(parser, "["))
    return parse_set(parser, begin);
  if (take(parser, "^"))
    return new_node(parser, SEG_REGEX_BEGIN);
  if (take(parser, "$"))
    return new_node(parser, SEG_REGEX_END);
  if (is_one_of(peek(parser, 0), "*+?{"))
    refuse(parser, begin, begin + 1, "nothing stands before it that could be repeated",
           "for the sign itself write `\\` before it");
  else if (peek(parser, 0) == ']' || peek(parser, 0) == '}')
    refuse(parser, begin, begin + 1, "nothing was opened that it could close",
           "for the sign itself write `\\` before it");
  if (take(parser, ".")) {
    add(parser, &set, 0, SEG_REGEX_LAST_LETTER);
  } else if (take(parser, "\\")) {
    if (parse_escape(parser, begin, &set, &letter))
      add(parser, &set, letter, letter);
  } else {
    parser->at += seg_utf8_next(parser->pattern, parser->at, &letter);
    add(parser, &set, letter, letter);
  }
  struct seg_regex *node = parser->status == SEG_OK ? new_set(parser, &set, false) : NULL;
  SEG_VEC_FREE(&set.ranges);
  return node;
}

/** Digits at the place; false when there are none. */
static bool parse_number(struct parser *parser, uint32_t *number) {
  size_t begin = parser->at;
  *number = 0;
  for (; peek(parser, 0) >= '0' && peek(parser, 0) <= '9'; parser->at++)
    if (*number <= SEG_REGEX_MOST_REPEATS)
      *number = *number * 10 + (uint32_t)(peek(parser, 0) - '0');
  return parser->at > begin;
}

static void parse_braces(struct parser *parser, size_t begin, uint32_t *least, uint32_t *most) {
  static const char help[] = "it is written `{3}`, `{3,}` or `{3,5}`; for the sign itself `\\{`";
  bool right = parse_number(parser, least);
  *most = *least;
  if (right && take(parser, ",") && !parse_number(parser, most))
    *most = SEG_REGEX_UNLIMITED;
  if (!right || !take(parser, "}"))
    refuse(parser, begin, begin + 1, "the number of times is not well formed", help);
  else if (*least > SEG_REGEX_MOST_REPEATS ||
           (*most != SEG_REGEX_UNLIMITED && *most > SEG_REGEX_MOST_REPEATS))
    refuse(parser, begin, parser->at, "a part is repeated 1000 times at most", NULL);
  else if (*most < *least)
    refuse(parser, begin, parser->at, "the larger number stands first",
           "write the smaller one first");
}

static bool parse_repeat(struct parser *parser, uint32_t *least, uint32_t *most) {
  size_t begin = parser->at;
  *least = 0;
  *most = SEG_REGEX_UNLIMITED;
  if (take(parser, "*"))
    return true;
  if (take(parser, "+")) {
    *least = 1;
    return true;
  }
  if (take(parser, "?")) {
    *most = 1;
    return true;
  }
  if (!take(parser, "{"))
    return false;
  parse_braces(parser, begin, least, most);
  return true;
}

static struct seg_regex *parse_repeated(struct parser *parser) {
  struct seg_regex *atom = parse_atom(parser);
  size_t begin = parser->at;
  uint32_t least, most;
  if (parser->status != SEG_OK || !parse_repeat(parser, &least, &most))
    return atom;
  if (atom != NULL && (atom->kind == SEG_REGEX_BEGIN || atom->kind == SEG_REGEX_END))
    refuse(parser, begin, parser->at, "an end of the text cannot be repeated",
           "for the sign itself write `\\^` or `\\$`");
  size_t again = parser->at;
  if (parser->status == SEG_OK && is_one_of(peek(parser, 0), "*+?{"))
    refuse(parser, again, again + 1, "it is repeated twice",
           "leave one out: short or long matches are not told apart, because the whole text is "
           "matched");
  struct seg_regex *node = new_node(parser, SEG_REGEX_REPEAT);
  struct seg_regex **parts = SEG_NEW_ARRAY(parser->arena, struct seg_regex *, 1);
  if (node == NULL || parts == NULL)
    return no_memory(parser);
  parts[0] = atom;
  node->parts = parts;
  node->part_count = 1;
  node->least = least;
  node->most = most;
  return node;
}

// --- joining ---

static struct seg_regex *joined(struct parser *parser, enum seg_regex_kind kind,
                                struct parts *parts) {
  if (parser->status == SEG_OK && parts->list.count == 1)
    return parts->list.items[0];
  struct seg_regex *node = new_node(parser, kind);
  if (node == NULL)
    return NULL;
  node->part_count = (uint32_t)parts->list.count;
  node->parts = SEG_NEW_ARRAY(parser->arena, struct seg_regex *, parts->list.count + 1);
  if (node->parts == NULL)
    return no_memory(parser);
  if (parts->list.count > 0)
    memcpy(node->parts, parts->list.items, parts->list.count * sizeof *parts->list.items);
  return node;
}

static struct seg_regex *parse_join(struct parser *parser) {
  struct parts parts = {0};
  while (!is_done(parser) && peek(parser, 0) != '|' && peek(parser, 0) != ')') {
    struct seg_regex *part = parse_repeated(parser);
    if (parser->status == SEG_OK && !SEG_VEC_PUSH(&parts.list, part))
      no_memory(parser);
  }
  struct seg_regex *node = joined(parser, SEG_REGEX_JOIN, &parts);
  SEG_VEC_FREE(&parts.list);
  return node;
}

static struct seg_regex *parse_either(struct parser *parser) {
  struct parts parts = {0};
  do {
    struct seg_regex *part = parse_join(parser);
    if (parser->status == SEG_OK && !SEG_VEC_PUSH(&parts.list, part))
      no_memory(parser);
  } while (parser->status == SEG_OK && take(parser, "|"));
  struct seg_regex *node = joined(parser, SEG_REGEX_EITHER, &parts);
  SEG_VEC_FREE(&parts.list);
  return node;
}

enum seg_status seg_regex_parse(struct seg_arena *arena, struct seg_str pattern,
                                struct seg_regex **out, struct seg_regex_fault *fault) {
  struct parser parser = {.arena = arena, .pattern = pattern, .fault = fault};
  *out = NULL;
  if (pattern.size > SEG_REGEX_MOST_BYTES)
    return seg_regex_refuse(fault, 0, pattern.size, "the pattern is longer than 1000 bytes", NULL);
  struct seg_regex *regex = parse_either(&parser);
  if (parser.status == SEG_OK && parser.at < pattern.size)
    refuse(&parser, parser.at, parser.at + 1, "nothing was opened that it could close",
           "for the sign itself write `\\` before it");
  if (parser.status == SEG_OK)
    *out = regex;
  return parser.status;
}

bool seg_regex_is_plain(const struct seg_regex *regex) {
  if (regex->kind == SEG_REGEX_SET)
    return regex->range_count == 1 && regex->ranges[0].first == regex->ranges[0].last;
  for (uint32_t i = 0; regex->kind == SEG_REGEX_JOIN && i < regex->part_count; i++)
    if (!seg_regex_is_plain(regex->parts[i]))
      return false;
  return regex->kind == SEG_REGEX_JOIN;
}
