// Pieces of SQL: forms of the dialect, names, literals, comments.
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "compiler/report/english.h"
#include "compiler/sql/internal.h"
#include "runtime/base/text_stream.h"

// PostgreSQL cuts names behind 63 bytes; others only have to be read.
static size_t most_name_bytes(const struct seg_sql *sql) {
  return sql->request->dialect == SEG_SQL_POSTGRES ? 60 : 100;
}

struct seg_str seg_sql_format(struct seg_sql *sql, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int size = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  char *text = size < 0 ? NULL : seg_arena_alloc(&sql->arena, (size_t)size + 1);
  if (text != NULL)
    vsnprintf(text, (size_t)size + 1, format, again);
  va_end(again);
  if (text == NULL) {
    sql->out_of_memory = true;
    return (struct seg_str){"", 0};
  }
  return (struct seg_str){text, (size_t)size};
}

struct seg_sql_text seg_sql_atom(struct seg_str text) {
  return (struct seg_sql_text){.text = text, .level = SEG_SQL_ATOM};
}

struct seg_sql_text seg_sql_number(struct seg_sql *sql, int64_t number) {
  struct seg_sql_text text = seg_sql_atom(seg_sql_format(sql, "%" PRId64, number));
  text.level = number < 0 ? SEG_SQL_OTHER : SEG_SQL_ATOM;
  return text;
}

struct seg_str seg_sql_parens(struct seg_sql *sql, struct seg_sql_text text) {
  return text.level == SEG_SQL_ATOM ? text.text : seg_sql_format(sql, "(%.*s)", SEG_STR(text.text));
}

static struct seg_str doubled(struct seg_sql *sql, struct seg_str text, char quote) {
  char *copy = seg_arena_alloc(&sql->arena, text.size * 2 + 3);
  if (copy == NULL) {
    sql->out_of_memory = true;
    return (struct seg_str){"", 0};
  }
  size_t size = 0;
  copy[size++] = quote;
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] == quote)
      copy[size++] = quote;
    copy[size++] = text.data[i];
  }
  copy[size++] = quote;
  return (struct seg_str){copy, size};
}

struct seg_str seg_sql_quoted(struct seg_sql *sql, struct seg_str name) {
  return doubled(sql, name, '"');
}

struct seg_str seg_sql_literal(struct seg_sql *sql, struct seg_str text) {
  return doubled(sql, text, '\'');
}

struct seg_sql_text seg_sql_column(struct seg_sql *sql, struct seg_str name, bool nullable) {
  struct seg_str quoted = seg_sql_quoted(sql, name);
  struct seg_sql_text text =
      seg_sql_atom(seg_sql_format(sql, "%s%.*s", sql->qualifier, SEG_STR(quoted)));
  text.nullable = nullable;
  return text;
}

// At most so many bytes, and no character cut in two.
static struct seg_str shortened(struct seg_str text, size_t most) {
  if (text.size <= most)
    return text;
  while (most > 0 && ((unsigned char)text.data[most] & 0xc0) == 0x80)
    most--;
  return (struct seg_str){text.data, most};
}

struct seg_str seg_sql_source(struct seg_sql *sql, struct seg_span span) {
  char *data = NULL;
  size_t size = 0;
  FILE *out = seg_text_stream(&data, &size);
  if (out != NULL)
    seg_english_source(sql->request->map, span, out);
  if (out == NULL || fclose(out) != 0) {
    sql->out_of_memory = true;
    free(data);
    return seg_str_view("");
  }
  for (size_t i = 0; i < size; i++)
    data[i] = (char)(data[i] == '"' || data[i] == '`' ? '\'' : data[i]);
  struct seg_str words = seg_sql_format(sql, "%.*s", (int)size, data);
  free(data);
  return words;
}

void seg_sql_refuse(struct seg_sql *sql, struct seg_span span, const char *reason) {
  const char *title = seg_sql_dialect_title(sql->request->dialect);
  struct seg_str words = seg_sql_source(sql, span);
  struct seg_str shown = shortened(words, 60);
  sql->refused = true;
  struct seg_diagnostic *diagnostic =
      seg_report(sql->sink, SEG_DIAG_NOT_IN_SQL, span, "%s cannot say `%.*s%s`", title,
                 SEG_STR(shown), shown.size < words.size ? " ..." : "");
  seg_note(sql->sink, diagnostic, "what is not exactly the same is not written: %s", reason);
  seg_help(
      sql->sink, diagnostic,
      "choose another dialect, leave it out of a project that is to be SQL, or use `segc run`");
}

// What stands behind a sign of a form: an operand, the as-of day, its first moment.
static const struct seg_sql_text *operand_of(struct seg_sql *sql, char sign, uint32_t count,
                                             const struct seg_sql_text *operands) {
  if (sign == 'D')
    return &sql->day;
  if (sign == 'M')
    return &sql->midnight;
  if (sign >= '1' && sign <= '9' && (uint32_t)(sign - '1') < count)
    return &operands[sign - '1'];
  return NULL;
}

struct seg_sql_text seg_sql_form(struct seg_sql *sql, enum seg_sql_form form,
                                 const struct seg_node *node, uint32_t count,
                                 const struct seg_sql_text *operands) {
  const char *reason = "";
  const char *text = seg_sql_form_text(sql->request->dialect, form, &reason);
  struct seg_sql_text result = {.text = {"NULL", 4}, .level = SEG_SQL_ATOM};
  if (text == NULL) {
    seg_sql_refuse(sql, node != NULL ? node->span : SEG_NO_PLACE, reason);
    return result;
  }
  char *data = NULL;
  size_t size = 0;
  FILE *out = seg_text_stream(&data, &size);
  for (const char *at = text; out != NULL && *at != '\0'; at++) {
    const struct seg_sql_text *operand =
        *at == '$' || *at == '@' ? operand_of(sql, at[1], count, operands) : NULL;
    if (operand == NULL) {
      fputc(*at, out);
      continue;
    }
    struct seg_str inserted = *at == '@' ? seg_sql_parens(sql, *operand) : operand->text;
    fwrite(inserted.data, 1, inserted.size, out);
    at++;
  }
  if (out == NULL || fclose(out) != 0)
    sql->out_of_memory = true;
  else
    result.text = seg_sql_format(sql, "%s", data);
  free(data);
  result.level = seg_sql_form_level(form);
  for (uint32_t i = 0; operands != NULL && i < count; i++)
    result.nullable = result.nullable || operands[i].nullable;
  return result;
}

struct seg_str seg_sql_remark(struct seg_sql *sql, struct seg_str text) {
  struct seg_str copy = seg_arena_str(&sql->arena, text);
  if (copy.data == NULL) {
    sql->out_of_memory = true;
    return (struct seg_str){"", 0};
  }
  char *letters = (char *)copy.data;
  for (size_t i = 0; i < copy.size; i++)
    if ((unsigned char)letters[i] < ' ')
      letters[i] = ' ';
  return copy;
}

struct seg_str seg_sql_place(struct seg_sql *sql, struct seg_span span) {
  struct seg_place place = seg_source_map_place(sql->request->map, span.file, span.begin);
  struct seg_str file = seg_sql_remark(sql, place.file);
  const char *slash = file.size > 0 ? memrchr(file.data, '/', file.size) : NULL;
  if (slash != NULL)
    file = (struct seg_str){slash + 1, file.size - (size_t)(slash + 1 - file.data)};
  return seg_sql_format(sql, "%.*s:%u", SEG_STR(file), place.line);
}

static bool is_taken(const struct seg_sql *sql, struct seg_str name) {
  for (size_t i = 0; i < sql->names.count; i++)
    if (sql->names.items[i].size == name.size &&
        strncasecmp(sql->names.items[i].data, name.data, name.size) == 0)
      return true;
  return false;
}

struct seg_str seg_sql_new_name(struct seg_sql *sql, struct seg_str wanted) {
  struct seg_str name = shortened(wanted, most_name_bytes(sql));
  for (unsigned number = 2; is_taken(sql, name) && !sql->out_of_memory; number++)
    name = seg_sql_format(sql, "%.*s %u", SEG_STR(shortened(wanted, most_name_bytes(sql) - 6)),
                          number);
  if (!SEG_VEC_PUSH(&sql->names, name))
    sql->out_of_memory = true;
  return name;
}
