// Which file holds the customers, which ones events.
#include <string.h>

#include "compiler/starter/starter_parts.h"

static bool is_usable(const struct seg_starter_source *source) {
  return source->reason.size == 0;
}

static bool can_be_key(const struct seg_profile_column *column) {
  return (column->kind == SEG_PROFILE_INT || column->kind == SEG_PROFILE_TEXT) &&
         !column->control && seg_starter_can_write(column->name);
}

static bool is_unique(const struct seg_profile *profile, uint32_t column) {
  const struct seg_profile_column *of = &profile->columns[column];
  return can_be_key(of) && of->missing == 0 && of->exact_distinct && of->distinct == profile->rows;
}

// --- dates ---

// 0: no date in every row; the more, the likelier it says when the event was.
static int time_score(const struct seg_profile_column *column) {
  static const char often[] = " ts timestamp time at date day datetime when datum ";
  static const char late[] = " updated modified changed loaded imported end expires due birth dob ";
  bool time = column->kind == SEG_PROFILE_DATE || column->kind == SEG_PROFILE_CLOCK ||
              column->kind == SEG_PROFILE_INSTANT;
  if (!time || column->missing > 0 || !seg_starter_can_write(column->name))
    return 0;
  return 2 + seg_starter_has_word(column->name, often) - seg_starter_has_word(column->name, late);
}

static bool find_time(const struct seg_profile *profile, uint32_t *time) {
  int best = 0;
  for (uint32_t i = 0; i < profile->column_count; i++)
    if (time_score(&profile->columns[i]) > best) {
      best = time_score(&profile->columns[i]);
      *time = i;
    }
  return best > 0;
}

// --- references ---

// Does a column of another file name the key? `customers.id` is `customer_id` elsewhere.
static bool names_key(const struct seg_starter *starter, const struct seg_starter_source *owner,
                      struct seg_str key, struct seg_str other) {
  if (seg_starter_same_name(key, other))
    return true;
  if (!seg_starter_has_word(key, " id key code nr no number "))
    return false;
  struct seg_str stem = seg_starter_singular(starter->arena, owner->name);
  if (other.size < stem.size ||
      !seg_starter_same_name(stem, (struct seg_str){other.data, stem.size}))
    return false;
  struct seg_str rest = {other.data + stem.size, other.size - stem.size};
  if (rest.size > 0 && rest.data[0] == '_')
    rest = (struct seg_str){rest.data + 1, rest.size - 1};
  return rest.size == 0 || seg_starter_same_name(rest, key);
}

static bool find_reference(const struct seg_starter *starter,
                           const struct seg_starter_source *owner, struct seg_str key,
                           const struct seg_starter_source *other, uint32_t *column) {
  for (uint32_t i = 0; i < other->profile.column_count; i++)
    if (can_be_key(&other->profile.columns[i]) &&
        names_key(starter, owner, key, other->profile.columns[i].name)) {
      *column = i;
      return true;
    }
  return false;
}

static bool is_about_customers(struct seg_str name) {
  return seg_starter_has_word(name, seg_starter_customer_words);
}

// --- the customers' file ---

enum { NAMED = 100, DATED = 10 };

// How well a unique column would do as the key of all customers; 0: not at all.
static int owner_score(const struct seg_starter *starter, const struct seg_starter_source *owner,
                       uint32_t key) {
  const struct seg_profile_column *column = &owner->profile.columns[key];
  struct seg_str wanted = starter->options->key;
  if (!is_unique(&owner->profile, key) ||
      (wanted.size > 0 && !seg_starter_same_name(wanted, column->name)))
    return 0;
  int score = 0;
  for (uint32_t i = 0; i < starter->source_count; i++) {
    const struct seg_starter_source *other = &starter->sources[i];
    uint32_t reference, time;
    if (other == owner || !is_usable(other) ||
        !find_reference(starter, owner, column->name, other, &reference))
      continue;
    score += find_time(&other->profile, &time) ? DATED : 1;
  }
  bool named = is_about_customers(column->name) ||
               (is_about_customers(owner->name) && seg_starter_has_word(column->name, " id key "));
  return score + (named || wanted.size > 0 ? NAMED : 0);
}

static int find_customers(struct seg_starter *starter) {
  int best = 0;
  for (uint32_t i = 0; i < starter->source_count; i++)
    for (uint32_t j = 0;
         is_usable(&starter->sources[i]) && j < starter->sources[i].profile.column_count; j++) {
      int score = owner_score(starter, &starter->sources[i], j);
      if (score <= best)
        continue;
      best = score;
      starter->customers = (int32_t)i;
      starter->sources[i].key = j;
    }
  return best;
}

// --- customers from an event ---

// How well a column of dated files would do as the key; files that lack it count for nothing.
static int event_key_score(const struct seg_starter *starter, struct seg_str name) {
  int files = 0;
  bool repeats = false, few = false;
  for (uint32_t i = 0; i < starter->source_count; i++) {
    const struct seg_profile *profile = &starter->sources[i].profile;
    uint32_t time;
    if (!is_usable(&starter->sources[i]) || !find_time(profile, &time))
      continue;
    for (uint32_t j = 0; j < profile->column_count; j++) {
      const struct seg_profile_column *column = &profile->columns[j];
      if (!seg_starter_same_name(column->name, name) || !can_be_key(column))
        continue;
      files++;
      repeats = repeats || column->distinct < column->known;
      few = few || column->distinct * 20 < column->known;
    }
  }
  struct seg_str wanted = starter->options->key;
  if (files == 0 || (wanted.size > 0 && !seg_starter_same_name(wanted, name)))
    return 0;
  bool named = is_about_customers(name) || wanted.size > 0;
  if (!named && (!repeats || few || !seg_starter_has_word(name, seg_starter_code_words)))
    return 0;
  return files * DATED + (named ? NAMED : 0) + (repeats ? 1 : 0);
}

static int find_event_key(const struct seg_starter *starter, struct seg_str *key) {
  int best = 0;
  for (uint32_t i = 0; i < starter->source_count; i++)
    for (uint32_t j = 0;
         is_usable(&starter->sources[i]) && j < starter->sources[i].profile.column_count; j++) {
      struct seg_str name = starter->sources[i].profile.columns[j].name;
      int score = event_key_score(starter, name);
      if (score > best) {
        best = score;
        *key = name;
      }
    }
  return best;
}

// --- roles ---

static void take_events(struct seg_starter *starter, struct seg_str key) {
  const struct seg_starter_source *owner =
      starter->customers < 0 ? NULL : &starter->sources[starter->customers];
  for (uint32_t i = 0; i < starter->source_count; i++) {
    struct seg_starter_source *source = &starter->sources[i];
    struct seg_starter_source nobody = {.name = {"", 0}};
    if (source == owner || !is_usable(source))
      continue;
    if (!find_reference(starter, owner == NULL ? &nobody : owner, key, source, &source->key))
      source->reason = seg_str_view("no column names the customer");
    else if (!find_time(&source->profile, &source->time))
      source->reason = seg_str_view("no column has a date in every row");
    else
      source->role = SEG_STARTER_EVENT;
  }
}

static void choose_customer_event(struct seg_starter *starter) {
  uint64_t most = 0;
  for (uint32_t i = 0; i < starter->source_count; i++) {
    const struct seg_starter_source *source = &starter->sources[i];
    if (source->role != SEG_STARTER_EVENT || source->profile.columns[source->key].distinct <= most)
      continue;
    most = source->profile.columns[source->key].distinct;
    starter->customer_event = (int32_t)i;
  }
}

static void find_as_of(struct seg_starter *starter) {
  bool found = false;
  for (uint32_t i = 0; i < starter->source_count; i++) {
    const struct seg_starter_source *source = &starter->sources[i];
    if (source->role != SEG_STARTER_EVENT)
      continue;
    int32_t last = source->profile.columns[source->time].last_day;
    if (!found || last + 1 > starter->as_of)
      starter->as_of = last + 1;
    found = true;
  }
  if (!found)
    starter->as_of = starter->options->today;
}

static enum seg_status fail_nobody(const struct seg_starter *starter, struct seg_error *error) {
  seg_fail(error, SEG_USAGE, "", "no customers can be found in %.*s%s%.*s",
           SEG_STR(starter->options->data_folder),
           starter->options->key.size > 0 ? " by the column " : "", SEG_STR(starter->options->key));
  seg_error_help(error,
                 "segc looks for a file with a unique column such as `customer_id`, or for files "
                 "with dates and such a column; name the column with --key COLUMN");
  return SEG_USAGE;
}

enum seg_status seg_starter_roles(struct seg_starter *starter, struct seg_error *error) {
  struct seg_str event_key = {0};
  starter->customers = starter->customer_event = -1;
  int owner = find_customers(starter);
  int event = find_event_key(starter, &event_key);
  // A unique column is not enough: a catalogue has one too. What is called a customer goes first.
  bool prefers_event = event > 0 && (owner == 0 || (owner < NAMED && event >= NAMED));
  if (owner == 0 && event == 0)
    return fail_nobody(starter, error);
  if (prefers_event)
    starter->customers = -1;
  if (!prefers_event && starter->customers >= 0) {
    struct seg_starter_source *source = &starter->sources[starter->customers];
    source->role = SEG_STARTER_CUSTOMERS;
    take_events(starter, source->profile.columns[source->key].name);
  } else {
    take_events(starter, event_key);
    choose_customer_event(starter);
  }
  if (starter->customers < 0 && starter->customer_event < 0)
    return fail_nobody(starter, error);
  find_as_of(starter);
  return SEG_OK;
}
