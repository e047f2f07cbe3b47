// The declaration of every column: its type, `?`, `personal`, and a comment where there is doubt.
#include <stdlib.h>
#include <string.h>

#include "compiler/sema/names.h"
#include "compiler/sema/text_literal.h"
#include "compiler/starter/starter_parts.h"
#include "runtime/base/currency.h"
#include "runtime/base/text_stream.h"

enum {
  MOST_VALUES = 12,
  LONGEST_VALUE = 40,
  FEWEST_ROWS = 10,
  ROWS_A_VALUE = 3,
  MOST_DECIMALS = 9
};

static const char what_for[] = "the starter project";

/** A column of a source under way. */
struct typing {
  struct seg_starter *starter;
  struct seg_starter_source *source;
  const struct seg_profile_column *from;
  uint32_t number;
  struct seg_starter_column *to;
};

static struct seg_str currency_of(const struct seg_starter *starter) {
  return starter->options->currency.size > 0 ? starter->options->currency : seg_str_view("EUR");
}

static bool is_personal(struct seg_str name) {
  return seg_starter_has_word(name, seg_starter_personal_words) &&
         !seg_starter_has_word(name, seg_starter_public_words);
}

static bool is_code(struct seg_str name) {
  return seg_starter_has_word(name, seg_starter_code_words);
}

// --- lists of few values ---

static int compare_values(const void *a, const void *b) {
  return seg_str_compare(*(const struct seg_str *)a, *(const struct seg_str *)b);
}

static bool could_be_list(const struct typing *typing) {
  const struct seg_profile_column *from = typing->from;
  return from->kind == SEG_PROFILE_TEXT && !typing->to->personal && !is_code(from->name) &&
         from->exact_distinct && from->distinct >= 2 && from->distinct <= MOST_VALUES &&
         !from->control && from->max_size <= LONGEST_VALUE && from->known >= FEWEST_ROWS &&
         from->known >= ROWS_A_VALUE * from->distinct;
}

static enum seg_status list_type(struct typing *typing, struct seg_str *type,
                                 struct seg_error *error) {
  struct seg_starter_column *to = typing->to;
  struct seg_arena *arena = typing->starter->arena;
  enum seg_status status =
      seg_profile_values(arena, &typing->source->profile, typing->number, MOST_VALUES + 1,
                         typing->starter->options->io, &to->values, &to->value_count, error);
  if (status != SEG_OK)
    return status;
  struct seg_str *sorted = SEG_NEW_ARRAY(arena, struct seg_str, (size_t)to->value_count + 1);
  char *text = NULL;
  size_t size = 0;
  FILE *out = sorted == NULL ? NULL : seg_text_stream(&text, &size);
  if (out == NULL)
    return seg_fail_memory(error, what_for);
  bool fine = to->value_count <= MOST_VALUES;
  memcpy(sorted, to->values, to->value_count * sizeof *sorted);
  qsort(sorted, to->value_count, sizeof *sorted, compare_values);
  fputs("one of (", out);
  for (uint32_t i = 0; i < to->value_count; i++) {
    fputs(i == 0 ? "" : ", ", out);
    seg_write_text_literal(sorted[i], out);
    fine = fine && sorted[i].size > 0;
  }
  fputc(')', out);
  bool failed = fclose(out) != 0;
  *type =
      failed || !fine ? seg_str_view("text") : seg_arena_str(arena, (struct seg_str){text, size});
  free(text);
  if (!fine)
    to->value_count = 0;
  return failed || type->data == NULL ? seg_fail_memory(error, what_for) : SEG_OK;
}

// --- numbers ---

static bool could_be_money(const struct typing *typing) {
  const struct seg_profile_column *from = typing->from;
  if (from->kind == SEG_PROFILE_NUMBER && (!from->exact || from->decimals > MOST_DECIMALS))
    return false;
  if (seg_starter_has_word(from->name, seg_starter_measure_words) || is_code(from->name))
    return false;
  return seg_starter_has_word(from->name, seg_starter_money_words) ||
         (from->kind == SEG_PROFILE_NUMBER && from->decimals == 2);
}

static struct seg_str number_type(struct typing *typing) {
  const struct seg_profile_column *from = typing->from;
  struct seg_str currency = currency_of(typing->starter);
  typing->to->number = true;
  if (!could_be_money(typing))
    return seg_str_view(from->kind == SEG_PROFILE_INT ? "int" : "number");
  typing->to->money = typing->starter->has_money = true;
  if (from->kind == SEG_PROFILE_INT || from->decimals <= seg_currency_scale(currency))
    return seg_str_view("money");
  return seg_arena_format(typing->starter->arena, "money(%.*s, %u)", SEG_STR(currency),
                          (unsigned)from->decimals);
}

static struct seg_str int_type(struct typing *typing) {
  const struct seg_profile_column *from = typing->from;
  return from->leading_zeros || is_code(from->name) ? seg_str_view("text") : number_type(typing);
}

// --- one column ---

static struct seg_str clock_type(struct typing *typing) {
  if (typing->source->role == SEG_STARTER_EVENT) {
    typing->source->needs_zone = true;
    return seg_str_view("timestamp");
  }
  typing->to->note = seg_str_view("points in time of customers need an offset, such as +01:00");
  return (struct seg_str){0};
}

static enum seg_status choose_type(struct typing *typing, struct seg_str *type,
                                   struct seg_error *error) {
  *type = (struct seg_str){0};
  switch (typing->from->kind) {
  case SEG_PROFILE_EMPTY: typing->to->note = seg_str_view("no row has a value"); break;
  case SEG_PROFILE_UNREADABLE:
    typing->to->note = seg_str_view("values of this type cannot be read");
    break;
  case SEG_PROFILE_BOOL: *type = seg_str_view("bool"); break;
  case SEG_PROFILE_INT: *type = int_type(typing); break;
  case SEG_PROFILE_NUMBER: // large numbers that name something, as some tools write them
    *type = is_code(typing->from->name) ? seg_str_view("text") : number_type(typing);
    break;
  case SEG_PROFILE_DATE: *type = seg_str_view("date"); break;
  case SEG_PROFILE_CLOCK: *type = clock_type(typing); break;
  case SEG_PROFILE_INSTANT: *type = seg_str_view("timestamp"); break;
  case SEG_PROFILE_TEXT:
    if (could_be_list(typing))
      return list_type(typing, type, error);
    *type = seg_str_view("text");
    break;
  }
  return SEG_OK;
}

// The key and the time stand in the first line of a declaration; a personal key also below.
static bool is_in_the_head(const struct typing *typing) {
  bool key = typing->number == typing->source->key && !typing->to->personal;
  bool time = typing->source->role == SEG_STARTER_EVENT && typing->number == typing->source->time;
  if (time && typing->from->kind == SEG_PROFILE_CLOCK)
    typing->source->needs_zone = true;
  return key || time;
}

static enum seg_status declare_column(struct typing *typing, struct seg_names *names,
                                      struct seg_error *error) {
  struct seg_starter_column *to = typing->to;
  struct seg_arena *arena = typing->starter->arena;
  uint32_t other;
  if (!seg_starter_can_write(typing->from->name)) {
    to->note = seg_str_view("a column whose name cannot be written");
    return SEG_OK;
  }
  to->name = seg_starter_quoted(arena, typing->from->name);
  if (to->name.data == NULL)
    return seg_fail_memory(error, what_for);
  to->personal = is_personal(typing->from->name);
  to->optional = typing->from->missing > 0 && typing->number != typing->source->key;
  enum seg_name_added added = seg_names_add(names, typing->from->name, typing->number, &other);
  if (added == SEG_NAME_NO_MEMORY)
    return seg_fail_memory(error, what_for);
  if (added != SEG_NAME_NEW) {
    to->note = seg_str_view("its name looks like that of another column");
    return SEG_OK;
  }
  if (is_in_the_head(typing))
    return SEG_OK;
  struct seg_str type;
  enum seg_status status = choose_type(typing, &type, error);
  if (status != SEG_OK || type.size == 0)
    return status;
  to->type = seg_arena_format(arena, "%.*s%s%s", SEG_STR(type), to->optional ? "?" : "",
                              to->personal ? " personal" : "");
  return to->type.data == NULL ? seg_fail_memory(error, what_for) : SEG_OK;
}

enum seg_status seg_starter_types(struct seg_starter *starter, struct seg_error *error) {
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; status == SEG_OK && i < starter->source_count; i++) {
    struct seg_starter_source *source = &starter->sources[i];
    uint32_t count = source->profile.column_count;
    struct seg_names names;
    if (source->role == SEG_STARTER_LEFT_OUT)
      continue;
    source->columns = SEG_NEW_ARRAY(starter->arena, struct seg_starter_column, (size_t)count + 1);
    if (source->columns == NULL || !seg_names_init(&names, starter->arena, count))
      return seg_fail_memory(error, what_for);
    for (uint32_t j = 0; status == SEG_OK && j < count; j++) {
      struct typing typing = {starter, source, &source->profile.columns[j], j, &source->columns[j]};
      status = declare_column(&typing, &names, error);
    }
  }
  return status;
}
