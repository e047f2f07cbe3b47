// Three segments over what there is: by when and how much, or by what customers are.
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "compiler/sema/text_literal.h"
#include "compiler/starter/starter_parts.h"

// --- names that nothing else has ---

static bool is_taken(const struct seg_starter *starter, struct seg_str name) {
  for (uint32_t i = 0; i < starter->source_count; i++) {
    const struct seg_starter_source *source = &starter->sources[i];
    if (source->role == SEG_STARTER_LEFT_OUT)
      continue;
    if (source->event.size > 0 && seg_starter_same_name(source->event, name))
      return true;
    for (uint32_t j = 0; j < source->profile.column_count; j++)
      if (seg_starter_same_name(source->profile.columns[j].name, name))
        return true;
  }
  return false;
}

// The first of the two that is free; the second one is made to be.
static const char *free_name(const struct seg_starter *starter, const char *name,
                             const char *other) {
  return is_taken(starter, seg_str_view(name)) ? other : name;
}

// --- thresholds ---

// Two digits that matter, for people to read.
static double rounded(double value) {
  double unit = pow(10, floor(log10(value)) - 1);
  return round(value / unit) * unit;
}

static void write_number(double value, FILE *out) {
  if (value >= 1)
    fprintf(out, "%.0f", value);
  else
    fprintf(out, "%.2f", value);
}

// --- events ---

static const struct seg_starter_source *main_event(const struct seg_starter *starter) {
  static const char bought[] =
      " order orders purchase purchases sale sales transaction transactions payment payments "
      "invoice invoices line lines receipt receipts booking bookings ";
  const struct seg_starter_source *best = NULL;
  uint64_t best_score = 0;
  for (uint32_t i = 0; i < starter->source_count; i++) {
    const struct seg_starter_source *source = &starter->sources[i];
    if (source->role != SEG_STARTER_EVENT)
      continue;
    bool money = false;
    for (uint32_t j = 0; j < source->profile.column_count; j++)
      money = money || source->columns[j].money;
    uint64_t score = 1 + source->profile.rows;
    score += seg_starter_has_word(source->name, bought) ? UINT64_C(1) << 60 : 0;
    score += money ? UINT64_C(1) << 59 : 0;
    score += starter->customer_event == (int32_t)i ? UINT64_C(1) << 58 : 0;
    if (score > best_score) {
      best_score = score;
      best = source;
    }
  }
  return best;
}

// A quarter of the time that the data spans, as people would say it.
static int window_days(const struct seg_profile_column *time) {
  static const int spoken[] = {7, 14, 30, 60, 90, 180, 365};
  int days = spoken[0];
  for (size_t i = 0; i < sizeof spoken / sizeof *spoken; i++)
    if ((time->last_day - time->first_day) / 4 >= spoken[i])
      days = spoken[i];
  return days;
}

// What a customer brings on average, times one and a half; 0 where that says nothing.
static double best_amount(const struct seg_starter_source *event, uint32_t column) {
  uint64_t customers = event->profile.columns[event->key].distinct;
  double average = customers == 0 ? 0 : event->profile.columns[column].sum / (double)customers;
  return average > 0.01 && average < 1e12 ? rounded(1.5 * average) : 0;
}

static int32_t money_column(const struct seg_starter_source *event) {
  for (int wanted = 0; wanted < 2; wanted++) // money before other numbers
    for (uint32_t j = 0; j < event->profile.column_count; j++) {
      const struct seg_starter_column *column = &event->columns[j];
      bool fits = wanted == 0 ? column->money : column->number;
      if (fits && column->type.size > 0 && !column->personal && best_amount(event, j) > 0)
        return (int32_t)j;
    }
  return -1;
}

// "orders", as the file is called, where that is a name.
static struct seg_str count_name(const struct seg_starter *starter,
                                 const struct seg_starter_source *event) {
  struct seg_str name = event->name;
  bool fits = seg_starter_can_write(name) && seg_starter_is_plain(name) && !is_taken(starter, name);
  for (uint32_t i = 0; fits && i < starter->source_count; i++)
    fits = !seg_starter_same_name(starter->sources[i].event, name);
  if (fits)
    return name;
  return seg_str_view(free_name(starter, "event_count", "segc_event_count"));
}

static void write_event_segments(const struct seg_starter *starter,
                                 const struct seg_starter_source *event, FILE *out) {
  struct seg_str count = count_name(starter, event);
  const char *recency = free_name(starter, "recency", "segc_recency");
  const char *total = free_name(starter, "total_amount", "segc_total_amount");
  const char *best = free_name(starter, "best_customers", "segc_best_customers");
  const char *active = free_name(starter, "active_customers", "segc_active_customers");
  const char *lapsed = free_name(starter, "lapsed_customers", "segc_lapsed_customers");
  const char *chain = free_name(starter, "next_action", "segc_next_action");
  const char *nobody = free_name(starter, "nothing", "segc_nothing");
  int days = window_days(&event->profile.columns[event->time]);
  int32_t money = money_column(event);
  fprintf(out,
          "\nmetric %.*s = count(%.*s)  # no window: every use gives one\n"
          "metric %s = days_since(last(%.*s))\n",
          SEG_STR(count), SEG_STR(event->event), recency, SEG_STR(event->event));
  if (money >= 0)
    fprintf(out, "metric %s = sum(%.*s.%.*s) ever\n", total, SEG_STR(event->event),
            SEG_STR(event->columns[money].name));
  fprintf(out,
          "\n# Above one and a half times the average.\n"
          "segment %s \"Best customers\" {\n  when: ",
          best);
  if (money >= 0) {
    fprintf(out, "%s >= ", total);
    write_number(best_amount(event, (uint32_t)money), out);
  } else {
    double average =
        (double)event->profile.rows / (double)(event->profile.columns[event->key].distinct + 1);
    fprintf(out, "%.*s >= %.0f ever", SEG_STR(count), ceil(1.5 * average) + 1);
  }
  fputs("\n  decision: \"say thank you\"\n}\n", out);
  fprintf(out,
          "\nsegment %s \"Active lately\" {\n  when: %.*s >= 1 within %dd\n"
          "  decision: \"show what is new\"\n}\n",
          active, SEG_STR(count), days);
  fprintf(out,
          "\n# Had events, but none in these days.\n"
          "segment %s \"Lapsed\" {\n  when: %s > %d\n  decision: \"win back\"\n}\n",
          lapsed, recency, days);
  fprintf(out,
          "\n# The first segment that matches wins.\n"
          "priority %s: %s > %s > %s otherwise %s\n",
          chain, best, active, lapsed, nobody);
}

// --- customers without events ---

/** Three names with their decisions; a rule is found for as many as the columns give. */
struct attribute_segments {
  const struct seg_starter *starter;
  FILE *out;
  uint32_t count;
  const char *names[3];
};

static void begin_rule(struct attribute_segments *segments) {
  static const char *const names[] = {"first_group", "second_group", "third_group"};
  static const char *const others[] = {"segc_first_group", "segc_second_group", "segc_third_group"};
  const char *name = free_name(segments->starter, names[segments->count], others[segments->count]);
  fprintf(segments->out, "\nsegment %s {\n  when: ", name);
  segments->names[segments->count] = name;
}

static void end_rule(struct attribute_segments *segments) {
  static const char *const decisions[] = {"first offer", "second offer", "third offer"};
  fprintf(segments->out, "\n  decision: \"%s\"\n}\n", decisions[segments->count++]);
}

// The values from `first` up to `end`, without it.
static void value_rules(struct attribute_segments *segments,
                        const struct seg_starter_column *column, uint32_t first, uint32_t end) {
  for (uint32_t i = first; i < end && segments->count < 3; i++) {
    begin_rule(segments);
    fprintf(segments->out, "%.*s = ", SEG_STR(column->name));
    seg_write_text_literal(column->values[i], segments->out);
    end_rule(segments);
  }
}

// Two digits of it, never above it: some value is at least the average.
static void write_average(double average, const struct seg_starter_column *column, bool whole,
                          FILE *out) {
  double unit = pow(10, floor(log10(average)) - 1);
  if (whole && unit <= 1) {
    fprintf(out, "%.0f", ceil(average));
    return;
  }
  if (column->money)
    unit = average >= 1 ? fmax(unit, 1) : 0.01;
  double value = floor(average / unit + 1e-9) * unit;
  if (value >= 10 || (column->money && value >= 1))
    fprintf(out, "%.0f", value);
  else if (column->money)
    fprintf(out, "%.2f", value);
  else
    fprintf(out, "%.2g", value);
}

static void other_rule(struct attribute_segments *segments, const struct seg_starter_column *column,
                       const struct seg_profile_column *profile) {
  double average = profile->known == 0 ? 0 : profile->sum / (double)profile->known;
  bool number = column->number && average > 0.01 && average < 1e12;
  bool choice = profile->kind == SEG_PROFILE_BOOL;
  if (segments->count >= 3 || (!number && !choice && !column->optional))
    return;
  begin_rule(segments);
  fprintf(segments->out, "%.*s", SEG_STR(column->name));
  if (number) {
    fputs(" >= ", segments->out);
    write_average(average, column, profile->kind == SEG_PROFILE_INT, segments->out);
  } else if (!choice) {
    fputs(" is known", segments->out);
  }
  end_rule(segments);
}

static bool write_attribute_segments(const struct seg_starter *starter, FILE *out) {
  const struct seg_starter_source *source = &starter->sources[starter->customers];
  struct attribute_segments segments = {.starter = starter, .out = out};
  uint32_t count = source->profile.column_count;
  // The values of a list but its last one, so that they leave somebody for the others; then other
  // columns; then what is left of the lists.
  for (int pass = 0; pass < 3; pass++)
    for (uint32_t j = 0; j < count; j++) {
      const struct seg_starter_column *column = &source->columns[j];
      uint32_t values = column->value_count;
      if (column->type.size == 0 || column->personal || j == source->key)
        continue;
      if (values == 0 && pass == 1)
        other_rule(&segments, column, &source->profile.columns[j]);
      else if (values > 0 && pass == 0)
        value_rules(&segments, column, 0, values - 1);
      else if (values > 0 && pass == 2)
        value_rules(&segments, column, values - 1, values);
    }
  if (segments.count == 0)
    return false;
  fprintf(out, "\n# The first segment that matches wins.\npriority %s: ",
          free_name(starter, "next_action", "segc_next_action"));
  for (uint32_t i = 0; i < segments.count; i++)
    fprintf(out, "%s%s", i == 0 ? "" : " > ", segments.names[i]);
  fprintf(out, " otherwise %s\n", free_name(starter, "nothing", "segc_nothing"));
  return true;
}

bool seg_starter_write_segments(const struct seg_starter *starter, FILE *out) {
  const struct seg_starter_source *event = main_event(starter);
  if (event == NULL)
    return write_attribute_segments(starter, out);
  write_event_segments(starter, event, out);
  return true;
}
