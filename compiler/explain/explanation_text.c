// An explanation for people.
#include "compiler/explain/explanation.h"
#include "runtime/time/civil.h"

enum { STEP = 2, MARK = 4 };

static void indent(int depth, FILE *out) {
  fprintf(out, "%*s", depth * STEP, "");
}

static void day(int32_t number, FILE *out) {
  char text[SEG_CIVIL_TEXT];
  seg_civil_format(number, text);
  fputs(text, out);
}

static void window(const struct seg_explained_value *value, FILE *out) {
  if (value->has_first_day && value->first_day > value->last_day) {
    fputs("no day before the as-of date", out);
    return;
  }
  if (value->has_first_day) {
    day(value->first_day, out);
    fputs(" to ", out);
  } else {
    fputs("until ", out);
  }
  day(value->last_day, out);
}

static void event(const struct seg_explained_event *found, int depth, FILE *out) {
  indent(depth, out);
  day(found->day, out);
  fprintf(out, "  %6d day%s ago", (int)found->age, found->age == 1 ? " " : "s");
  if (found->value.size > 0)
    fprintf(out, "  %.*s", SEG_STR(found->value));
  fputc('\n', out);
}

static const char *reason(enum seg_row_fate fate) {
  switch (fate) {
  case SEG_ROW_FILTERED: return "kept out by the filter";
  case SEG_ROW_OUTSIDE_WINDOW: return "outside the window";
  case SEG_ROW_NOT_FOLLOWED: return "not followed in time";
  case SEG_ROW_FOLLOWED: return "followed in time";
  case SEG_ROW_OPEN: return "whose time is not over";
  case SEG_ROW_LATER: return "on or after the as-of date";
  case SEG_ROW_DROPPED: return "refused by `where`";
  case SEG_ROW_REPEATED: return "repeated";
  case SEG_ROW_COUNTS:
  case SEG_ROW_FATE_COUNT: break;
  }
  return NULL;
}

static void events(const struct seg_explained_value *value, int depth, FILE *out) {
  for (uint32_t i = 0; i < value->event_count; i++)
    event(&value->events[i], depth, out);
  uint32_t more = value->fates[SEG_ROW_COUNTS] - value->event_count;
  if (more > 0) {
    indent(depth, out);
    fprintf(out, "and %u more\n", (unsigned)more);
  }
  uint32_t others = 0;
  for (int i = 0; i < SEG_ROW_FATE_COUNT; i++)
    others += i == SEG_ROW_COUNTS ? 0 : value->fates[i];
  if (others == 0)
    return;
  indent(depth, out);
  fprintf(out, "%u did not count:", (unsigned)others);
  const char *between = " ";
  for (int i = 0; i < SEG_ROW_FATE_COUNT; i++) {
    const char *why = reason((enum seg_row_fate)i);
    if (why == NULL || value->fates[i] == 0)
      continue;
    fprintf(out, "%s%u %s", between, (unsigned)value->fates[i], why);
    between = ", ";
  }
  fputc('\n', out);
}

static void value_lines(const struct seg_explained_value *value, int depth, FILE *out) {
  indent(depth, out);
  fprintf(out, "%.*s = %.*s", SEG_STR(value->name), SEG_STR(value->value));
  if (value->is_aggregate) {
    fprintf(out, "  (%.*s: ", SEG_STR(value->meaning));
    window(value, out);
    fputc(')', out);
  } else if (value->meaning.size > 0) {
    fprintf(out, "  (%.*s)", SEG_STR(value->meaning));
  }
  fputc('\n', out);
  if (value->is_aggregate)
    events(value, depth + 1, out);
  for (uint32_t i = 0; i < value->part_count; i++)
    value_lines(&value->parts[i], depth + 1, out);
}

void seg_finding_write_text(const struct seg_finding *found, int depth, FILE *out) {
  static const char *const joins[] = {[SEG_FINDING_ALL] = "all of: ",
                                      [SEG_FINDING_ANY] = "any of: ",
                                      [SEG_FINDING_NOT] = "not: ",
                                      [SEG_FINDING_TEST] = ""};
  indent(depth, out);
  fprintf(out, "%-*s%s%.*s\n", MARK, found->holds ? "yes" : "no", joins[found->kind],
          SEG_STR(found->text));
  for (uint32_t i = 0; i < found->part_count; i++)
    seg_finding_write_text(&found->parts[i], depth + MARK / STEP, out);
  for (uint32_t i = 0; i < found->value_count; i++)
    value_lines(&found->values[i], depth + MARK / STEP, out);
}

static void chain(const struct seg_explanation *explanation,
                  const struct seg_explained_chain *found, FILE *out) {
  fprintf(out, "\nchain %.*s: ", SEG_STR(found->name));
  if (found->winner >= 0)
    fprintf(out, "%.*s wins", SEG_STR(found->matches[found->winner].segment));
  else if (found->otherwise.size > 0)
    fprintf(out, "no segment matches, so %.*s", SEG_STR(found->otherwise));
  else
    fputs("no segment matches", out);
  bool beaten = explanation->member && found->winner >= 0 &&
                !seg_str_equal(found->matches[found->winner].segment, explanation->segment);
  if (beaten)
    fprintf(out, ": it stands before %.*s", SEG_STR(explanation->segment));
  fputc('\n', out);
  for (uint32_t i = 0; i < found->match_count; i++)
    fprintf(out, "  %-*s%.*s\n", MARK, found->matches[i].matches ? "yes" : "no",
            SEG_STR(found->matches[i].segment));
}

void seg_explanation_write_text(const struct seg_explanation *explanation, FILE *out) {
  fprintf(out, "customer %.*s is %sin the segment %.*s", SEG_STR(explanation->customer),
          explanation->member ? "" : "not ", SEG_STR(explanation->segment));
  if (explanation->title.size > 0)
    fprintf(out, " (%.*s)", SEG_STR(explanation->title));
  fputs(", as of ", out);
  day(explanation->as_of, out);
  fputs("\n", out);
  if (explanation->has_holdout && explanation->member)
    fprintf(out, "%s the control group of the segment\n",
            explanation->held_out ? "held out: in" : "not in");
  fputs("\n", out);
  seg_finding_write_text(&explanation->rule, 0, out);
  for (uint32_t i = 0; i < explanation->chain_count; i++)
    chain(explanation, &explanation->chains[i], out);
}
