// Does a text match a pattern? Straight from the tree: from a set of places in the text to the set
// of places where a part can end. No automaton, so that one can be checked against the other.
#include <stdlib.h>
#include <string.h>

#include "compiler/reference/internal.h"
#include "runtime/base/utf8_walk.h"

struct match {
  uint32_t *letters; // the text
  size_t count;
  bool out_of_memory;
};

static bool *new_places(struct match *match) {
  bool *places = calloc(match->count + 1, sizeof *places);
  match->out_of_memory = match->out_of_memory || places == NULL;
  return places;
}

static bool holds(const struct seg_regex *set, uint32_t letter) {
  for (uint32_t i = 0; i < set->range_count; i++)
    if (letter >= set->ranges[i].first && letter <= set->ranges[i].last)
      return true;
  return false;
}

static bool *ends(struct match *match, const struct seg_regex *regex, const bool *from);

// Adds `more` to `places` and frees it; was there anything new?
static bool unite(struct match *match, bool *places, bool *more) {
  bool grown = false;
  for (size_t i = 0; more != NULL && i <= match->count; i++) {
    grown = grown || (more[i] && !places[i]);
    places[i] = places[i] || more[i];
  }
  free(more);
  return grown;
}

static bool *repeated(struct match *match, const struct seg_regex *regex, const bool *from) {
  bool *places = new_places(match);
  if (places == NULL)
    return NULL;
  memcpy(places, from, match->count + 1);
  bool changed = true;
  for (uint32_t i = 0; changed && i < regex->least && !match->out_of_memory; i++) {
    bool *next = ends(match, regex->parts[0], places);
    changed = next != NULL && memcmp(next, places, match->count + 1) != 0;
    free(places);
    places = next;
  }
  // More times only add places, and once nothing is added, nothing ever will be.
  changed = true;
  for (uint32_t i = regex->least; changed && i < regex->most && places != NULL; i++)
    changed = unite(match, places, ends(match, regex->parts[0], places));
  return places;
}

static bool *joined(struct match *match, const struct seg_regex *regex, const bool *from) {
  bool *places = new_places(match);
  if (places != NULL)
    memcpy(places, from, match->count + 1);
  for (uint32_t i = 0; places != NULL && i < regex->part_count; i++) {
    bool *next = ends(match, regex->parts[i], places);
    free(places);
    places = next;
  }
  return places;
}

static bool *ends(struct match *match, const struct seg_regex *regex, const bool *from) {
  if (regex->kind == SEG_REGEX_JOIN)
    return joined(match, regex, from);
  if (regex->kind == SEG_REGEX_REPEAT)
    return repeated(match, regex, from);
  bool *places = new_places(match);
  for (uint32_t i = 0; regex->kind == SEG_REGEX_EITHER && places != NULL && i < regex->part_count;
       i++)
    (void)unite(match, places, ends(match, regex->parts[i], from));
  for (size_t i = 0; places != NULL && i <= match->count; i++) {
    if (regex->kind == SEG_REGEX_SET && i < match->count)
      places[i + 1] = from[i] && holds(regex, match->letters[i]);
    if (regex->kind == SEG_REGEX_BEGIN)
      places[i] = from[i] && i == 0;
    if (regex->kind == SEG_REGEX_END)
      places[i] = from[i] && i == match->count;
  }
  return places;
}

bool seg_evaluate_matches(const struct seg_subject *subject, const struct seg_regex *pattern,
                          struct seg_str text) {
  struct match match = {.letters = malloc((text.size + 1) * sizeof *match.letters)};
  bool result = false, *from = NULL, *to = NULL;
  for (size_t at = 0; match.letters != NULL && at < text.size;)
    at += seg_utf8_next(text, at, &match.letters[match.count++]);
  if (match.letters != NULL)
    from = new_places(&match);
  if (from != NULL) {
    from[0] = true;
    to = ends(&match, pattern, from);
  }
  if (to == NULL || match.out_of_memory)
    subject->reference->out_of_memory = true;
  else
    result = to[match.count];
  free(match.letters);
  free(from);
  free(to);
  return result;
}
