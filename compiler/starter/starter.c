// The steps of a starter project, and its text apart from the segments; see starter.h.
#include "compiler/starter/starter.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/sema/text_literal.h"
#include "compiler/starter/starter_parts.h"
#include "runtime/base/text_stream.h"
#include "runtime/base/utf8.h"
#include "runtime/io/io_errors.h"
#include "runtime/time/civil.h"

static const char what_for[] = "the starter project";

// --- looking at the files ---

// What is wrong with one file does not concern the others; lack of memory and interruption do.
static enum seg_status look_at(struct seg_starter *starter, struct seg_starter_source *source,
                               struct seg_error *error) {
  struct seg_binding_options binding_options = {.data_folder = starter->options->data_folder};
  struct seg_binding binding;
  struct seg_error found = {0};
  enum seg_status status =
      seg_binding_resolve(starter->arena, &binding_options, source->name, &binding, &found);
  if (status == SEG_OK)
    status =
        seg_profile_read(starter->arena, &binding, starter->options->io, &source->profile, &found);
  switch (status) {
  case SEG_OK:
    if (source->profile.rows == 0)
      source->reason = seg_str_view("it has no rows");
    return SEG_OK;
  case SEG_IO:
  case SEG_BAD_DATA:
  case SEG_USAGE:
    source->profile = (struct seg_profile){0};
    source->reason = seg_arena_str(starter->arena, seg_str_view(found.message));
    return source->reason.data == NULL ? seg_fail_memory(error, what_for) : SEG_OK;
  case SEG_OUT_OF_MEMORY:
  case SEG_LIMIT:
  case SEG_INTERRUPTED:
  case SEG_INTERNAL: break;
  }
  if (error != NULL)
    *error = found;
  return status;
}

static enum seg_status look_at_all(struct seg_starter *starter, struct seg_error *error) {
  struct seg_str *names;
  enum seg_status status = seg_profile_sources(starter->arena, starter->options->data_folder,
                                               &names, &starter->source_count, error);
  if (status != SEG_OK)
    return status;
  if (starter->source_count == 0) {
    SEG_IO_FAIL(error, SEG_USAGE, NO_SOURCE,
                "the folder %.*s has no .csv, .csv.gz or .parquet files",
                SEG_STR(starter->options->data_folder));
    seg_error_help(error, "name the folder that holds the data");
    return SEG_USAGE;
  }
  starter->sources =
      SEG_NEW_ARRAY(starter->arena, struct seg_starter_source, (size_t)starter->source_count + 1);
  if (starter->sources == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t i = 0; status == SEG_OK && i < starter->source_count; i++) {
    struct seg_str composed;
    starter->sources[i].name = names[i];
    // Texts of rules are composed; a file whose name is not would not be found by it.
    status = seg_utf8_nfc(starter->arena, names[i], &composed);
    if (status == SEG_OUT_OF_MEMORY)
      return seg_fail_memory(error, what_for);
    bool writable = status == SEG_OK && seg_str_equal(composed, names[i]);
    if (!writable)
      starter->sources[i].reason = seg_str_view("its name cannot be written in rules; rename it");
    status = writable ? look_at(starter, &starter->sources[i], error) : SEG_OK;
  }
  return status;
}

// --- names of events ---

static bool is_used(const struct seg_starter *starter, struct seg_str name) {
  static const char words[] =
      " customer event metric segment priority let use test overlap exclusive "
      "timezone currency segc ";
  if (seg_starter_has_word(name, words) && memchr(name.data, '_', name.size) == NULL)
    return true;
  for (uint32_t i = 0; i < starter->source_count; i++) {
    const struct seg_starter_source *source = &starter->sources[i];
    if (seg_starter_same_name(source->event, name))
      return true;
    for (uint32_t j = 0; source->role != SEG_STARTER_LEFT_OUT && j < source->profile.column_count;
         j++)
      if (seg_starter_same_name(source->profile.columns[j].name, name))
        return true;
  }
  return false;
}

static enum seg_status name_events(struct seg_starter *starter, struct seg_error *error) {
  for (uint32_t i = 0; i < starter->source_count; i++) {
    struct seg_starter_source *source = &starter->sources[i];
    if (source->role != SEG_STARTER_EVENT)
      continue;
    struct seg_str name = seg_starter_singular(starter->arena, source->name);
    for (int number = 1; name.data != NULL && is_used(starter, name); number++)
      name = number == 1 ? seg_arena_format(starter->arena, "%.*s_event", SEG_STR(name))
                         : seg_arena_format(starter->arena, "%.*s_%d", SEG_STR(name), number);
    if (name.data != NULL)
      name = seg_starter_can_write(name)
                 ? seg_starter_quoted(starter->arena, name)
                 : seg_arena_format(starter->arena, "event_%u", (unsigned)i + 1);
    if (name.data == NULL)
      return seg_fail_memory(error, what_for);
    source->event = name;
  }
  return SEG_OK;
}

// --- the text ---

// In a comment: what would end the line is left out.
static void write_comment_text(struct seg_str text, FILE *out) {
  for (size_t i = 0; i < text.size; i++)
    fputc((unsigned char)text.data[i] < 0x20 ? ' ' : text.data[i], out);
}

static void write_head(const struct seg_starter *starter, FILE *out) {
  const struct seg_starter_options *options = starter->options;
  char day[SEG_CIVIL_TEXT];
  seg_civil_format(starter->as_of, day);
  fputs(
      "segc 1\n\n"
      "# A first project, written by `segc init` from a look at the data. Types, `?` (values may "
      "be\n"
      "# missing) and the lists of `one of` are what the files show today: a value that does not\n"
      "# fit stops a run and is named. Correct here what you know better.\n#\n#   ",
      out);
  write_comment_text(options->command, out);
  fprintf(out, " %s\n\ntimezone: ", day);
  seg_write_text_literal(options->timezone.size > 0 ? options->timezone : seg_str_view("UTC"), out);
  fputs("  # decides which day an event falls on", out);
  fputs(options->timezone.size > 0 ? "\n" : "; assumed: --timezone says another one\n", out);
  if (starter->has_money && options->currency.size > 0)
    fprintf(out, "currency: %.*s\n", SEG_STR(options->currency));
  else if (starter->has_money)
    fputs("currency: EUR  # assumed: --currency says another one\n", out);
}

static void write_columns(const struct seg_starter_source *source, FILE *out) {
  for (uint32_t i = 0; i < source->profile.column_count; i++) {
    const struct seg_starter_column *column = &source->columns[i];
    if (column->type.size > 0) {
      fprintf(out, "  %.*s: %.*s\n", SEG_STR(column->name), SEG_STR(column->type));
    } else if (column->note.size > 0) {
      fputs("  # ", out);
      write_comment_text(source->profile.columns[i].name, out);
      fprintf(out, ": not declared, %.*s\n", SEG_STR(column->note));
    }
  }
}

static void write_customers(const struct seg_starter *starter, FILE *out) {
  if (starter->customers < 0) {
    const struct seg_starter_source *event = &starter->sources[starter->customer_event];
    fprintf(out,
            "\n# No file has one row a customer: whoever has such an event is one.\n"
            "customer from %.*s\n",
            SEG_STR(event->event));
    return;
  }
  const struct seg_starter_source *source = &starter->sources[starter->customers];
  fprintf(out, "\n# One row a customer: %" PRIu64 " rows.\ncustomer from ", source->profile.rows);
  seg_write_text_literal(source->name, out);
  fprintf(out, " key %.*s {\n", SEG_STR(source->columns[source->key].name));
  write_columns(source, out);
  fputs("}\n", out);
}

static void write_event(const struct seg_starter *starter, const struct seg_starter_source *source,
                        FILE *out) {
  char first[SEG_CIVIL_TEXT], last[SEG_CIVIL_TEXT];
  const struct seg_profile_column *time = &source->profile.columns[source->time];
  seg_civil_format(time->first_day, first);
  seg_civil_format(time->last_day, last);
  fprintf(out, "\n# %" PRIu64 " rows from %s to %s.\nevent %.*s from ", source->profile.rows, first,
          last, SEG_STR(source->event));
  seg_write_text_literal(source->name, out);
  fprintf(out, " by %.*s at %.*s", SEG_STR(source->columns[source->key].name),
          SEG_STR(source->columns[source->time].name));
  if (source->needs_zone) {
    fputs(" zone ", out);
    seg_write_text_literal(starter->options->timezone.size > 0 ? starter->options->timezone
                                                               : seg_str_view("UTC"),
                           out);
  }
  fputs(" {", out);
  fputs(source->needs_zone ? "  # of times without an offset\n" : "\n", out);
  write_columns(source, out);
  fputs("}\n", out);
}

static void write_left_out(const struct seg_starter *starter, FILE *out) {
  bool first = true;
  for (uint32_t i = 0; i < starter->source_count; i++) {
    const struct seg_starter_source *source = &starter->sources[i];
    if (source->role != SEG_STARTER_LEFT_OUT)
      continue;
    fputs(first ? "\n# Left out:\n#   " : "#   ", out);
    write_comment_text(source->name, out);
    fputs(": ", out);
    write_comment_text(source->reason, out);
    fputc('\n', out);
    first = false;
  }
}

static enum seg_status fail_nothing(const struct seg_starter *starter, struct seg_error *error) {
  seg_fail(error, SEG_USAGE, "", "the data in %.*s gives no rule anything to ask about",
           SEG_STR(starter->options->data_folder));
  seg_error_help(error,
                 "add files with dates, or columns of customers such as a plan or a country");
  return SEG_USAGE;
}

enum seg_status seg_starter_write(struct seg_starter *starter, struct seg_error *error) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = seg_text_stream(&text, &size);
  if (out == NULL)
    return seg_fail_memory(error, what_for);
  write_head(starter, out);
  write_customers(starter, out);
  for (uint32_t i = 0; i < starter->source_count; i++)
    if (starter->sources[i].role == SEG_STARTER_EVENT)
      write_event(starter, &starter->sources[i], out);
  write_left_out(starter, out);
  bool asks = seg_starter_write_segments(starter, out);
  if (fclose(out) == 0)
    starter->text = seg_arena_str(starter->arena, (struct seg_str){text, size});
  free(text);
  if (starter->text.data == NULL)
    return seg_fail_memory(error, what_for);
  return asks ? SEG_OK : fail_nothing(starter, error);
}

enum seg_status seg_starter_init(struct seg_starter *starter, struct seg_arena *arena,
                                 const struct seg_starter_options *options,
                                 struct seg_error *error) {
  *starter = (struct seg_starter){.arena = arena, .options = options};
  enum seg_status status = look_at_all(starter, error);
  if (status == SEG_OK)
    status = seg_starter_roles(starter, error);
  if (status == SEG_OK)
    status = seg_starter_types(starter, error);
  if (status == SEG_OK)
    status = name_events(starter, error);
  return status == SEG_OK ? seg_starter_write(starter, error) : status;
}
