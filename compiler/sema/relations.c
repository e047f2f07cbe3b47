/**
 * What is said about segments outside of chains: `exclusive` and `overlap`.
 */
#include <stdlib.h>

#include "compiler/sema/check.h"

/** A pair that `overlap` states, and the names that state it. */
struct stated {
  struct seg_program_overlap pair;
  const struct seg_name *one, *other;
  uint32_t first; // the number of the pair that says the same first
};

/** A stated pair by its segments, to find those that say the same. */
struct sorted {
  uint32_t low, high; // segments
  uint32_t number;
};

/** A segment and one number of its ties. */
struct tie {
  uint32_t segment;
  enum seg_relation kind;
  uint32_t number;
};

struct relations {
  struct seg_check *check;
  SEG_VEC(struct stated) stated; // in source order: the pairs of one name stand together
  SEG_VEC(struct tie) ties;
};

// --- exclusive ---

static bool check_exclusive(struct seg_check *check, const struct seg_stated_relation *syntax,
                            struct seg_program_exclusive *exclusive) {
  struct seg_arena *arena = &check->program->arena;
  exclusive->span = syntax->span;
  exclusive->members = SEG_NEW_ARRAY(arena, uint32_t, syntax->member_count + 1u);
  exclusive->member_spans = SEG_NEW_ARRAY(arena, struct seg_span, syntax->member_count + 1u);
  if (!exclusive->members || !exclusive->member_spans)
    return false;
  exclusive->member_count = seg_find_members(check, syntax->members, syntax->member_count,
                                             exclusive->members, exclusive->member_spans);
  if (syntax->member_count != 1 || exclusive->member_count == 0)
    return true;
  struct seg_name name = syntax->members[0];
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_LONE_EXCLUSIVE, syntax->span,
                                        "`%.*s` stands alone", SEG_STR(name.text));
  seg_note(check->sink, d, "`exclusive` says that no customer is in two of its segments");
  seg_help(check->sink, d, "name another segment: `exclusive: %.*s, OTHER`", SEG_STR(name.text));
  return true;
}

// --- overlap ---

/** One side of `overlap`: a segment, or the segments of a chain. False after reporting. */
static bool find_side(struct seg_check *check, const struct seg_name *name,
                      const uint32_t **segments, uint32_t *count) {
  struct seg_symbol *symbol = seg_find_symbol(check, name->text);
  if (!symbol) {
    seg_unknown_side(check, *name);
    return false;
  }
  if (symbol->kind == SEG_SYMBOL_SEGMENT) {
    *segments = &symbol->index;
    *count = 1;
    return true;
  }
  if (symbol->kind == SEG_SYMBOL_CHAIN) {
    const struct seg_program_chain *chain = &check->program->chains[symbol->index];
    *segments = chain->members;
    *count = chain->member_count;
    return true;
  }
  if (symbol->excused)
    return false;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_WRONG_KIND, name->span,
                                        "`%.*s` is no segment and no chain", SEG_STR(name->text));
  seg_note_at(check->sink, d, symbol->name.span, "it is %s", seg_symbol_word(symbol->kind));
  return false;
}

/** Was the name written before, on either side? Reported when so. */
static bool is_repeated(struct seg_check *check, const struct seg_stated_relation *syntax,
                        uint32_t number, struct seg_names *seen) {
  const struct seg_name *name = &syntax->members[number];
  uint32_t first = 0;
  enum seg_name_added added = seg_names_add(seen, name->text, number, &first);
  check->out_of_memory = check->out_of_memory || added == SEG_NAME_NO_MEMORY;
  if (added != SEG_NAME_SAME)
    return false;
  if (first > 0) {
    seg_report_repeated(check, *name, syntax->members[first].span);
    return true;
  }
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_CHAIN_MEMBER_TWICE, name->span,
                 "`%.*s` stands on both sides of `with`", SEG_STR(name->text));
  seg_note_at(check->sink, d, syntax->members[0].span, "first here");
  return true;
}

static void check_overlap(struct relations *relations, const struct seg_stated_relation *syntax) {
  struct seg_check *check = relations->check;
  const uint32_t *ones = NULL, *others = NULL;
  uint32_t one_count = 0, other_count = 0;
  struct seg_names seen;
  if (!seg_names_init(&seen, &check->scratch, syntax->member_count)) {
    check->out_of_memory = true;
    return;
  }
  bool right = find_side(check, &syntax->members[0], &ones, &one_count);
  is_repeated(check, syntax, 0, &seen);
  for (uint32_t i = 1; i < syntax->member_count; i++) {
    bool repeated = is_repeated(check, syntax, i, &seen);
    if (repeated || !find_side(check, &syntax->members[i], &others, &other_count) || !right)
      continue;
    for (size_t j = 0; j < (size_t)one_count * other_count && !check->out_of_memory; j++) {
      struct stated stated = {.pair = {.segment = ones[j / other_count],
                                       .other = others[j % other_count],
                                       .span = syntax->span,
                                       .other_span = syntax->members[i].span},
                              .one = &syntax->members[0],
                              .other = &syntax->members[i]};
      // Two chains may share a segment, and a chain may be named with one of its own.
      if (stated.pair.segment != stated.pair.other && !SEG_VEC_PUSH(&relations->stated, stated))
        check->out_of_memory = true;
    }
  }
}

static int compare_sorted(const void *a, const void *b) {
  const struct sorted *one = a, *other = b;
  if (one->low != other->low)
    return one->low < other->low ? -1 : 1;
  if (one->high != other->high)
    return one->high < other->high ? -1 : 1;
  return one->number < other->number ? -1 : one->number > other->number;
}

/** Find which pairs are stated first, and keep those in the program. */
static bool keep_overlaps(struct relations *relations) {
  struct seg_program *program = relations->check->program;
  struct stated *stated = relations->stated.items;
  uint32_t count = (uint32_t)relations->stated.count;
  struct sorted *sorted = SEG_NEW_ARRAY(&relations->check->scratch, struct sorted, count + 1u);
  program->overlaps = SEG_NEW_ARRAY(&program->arena, struct seg_program_overlap, count + 1u);
  if (!sorted || !program->overlaps)
    return false;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t one = stated[i].pair.segment, other = stated[i].pair.other;
    sorted[i] = (struct sorted){one < other ? one : other, one < other ? other : one, i};
  }
  if (count > 0)
    qsort(sorted, count, sizeof *sorted, compare_sorted);
  for (uint32_t i = 0, first = 0; i < count; i++) {
    if (sorted[i].low != sorted[first].low || sorted[i].high != sorted[first].high)
      first = i;
    stated[sorted[i].number].first = sorted[first].number;
  }
  for (uint32_t i = 0; i < count; i++)
    if (stated[i].first == i)
      program->overlaps[program->overlap_count++] = stated[i].pair;
  return true;
}

// --- ties ---

static void add_tie(struct relations *relations, uint32_t segment, enum seg_relation kind,
                    uint32_t number) {
  if (!SEG_VEC_PUSH(&relations->ties, (struct tie){segment, kind, number}))
    relations->check->out_of_memory = true;
}

static void add_ties(struct relations *relations) {
  const struct seg_program *program = relations->check->program;
  for (uint32_t i = 0; i < program->chain_count; i++)
    for (uint32_t j = 0; j < program->chains[i].member_count; j++)
      add_tie(relations, program->chains[i].members[j], SEG_IN_CHAIN, i);
  for (uint32_t i = 0; i < program->exclusive_count; i++)
    for (uint32_t j = 0; j < program->exclusives[i].member_count; j++)
      add_tie(relations, program->exclusives[i].members[j], SEG_EXCLUSIVE, i);
  for (uint32_t i = 0; i < program->overlap_count; i++) {
    add_tie(relations, program->overlaps[i].segment, SEG_MAY_OVERLAP, program->overlaps[i].other);
    add_tie(relations, program->overlaps[i].other, SEG_MAY_OVERLAP, program->overlaps[i].segment);
  }
}

static int compare_ties(const void *a, const void *b) {
  const struct tie *one = a, *other = b;
  if (one->segment != other->segment)
    return one->segment < other->segment ? -1 : 1;
  if (one->kind != other->kind)
    return one->kind < other->kind ? -1 : 1;
  return one->number < other->number ? -1 : one->number > other->number;
}

/** All lists stand in one array: those of a segment together, each in rising order. */
static bool tie_segments(struct relations *relations) {
  struct seg_program *program = relations->check->program;
  add_ties(relations);
  size_t count = relations->ties.count;
  uint32_t *numbers = SEG_NEW_ARRAY(&program->arena, uint32_t, count + 1u);
  program->ties =
      SEG_NEW_ARRAY(&program->arena, struct seg_program_ties, program->segment_count + 1u);
  if (!numbers || !program->ties)
    return false;
  if (count > 0)
    qsort(relations->ties.items, count, sizeof *relations->ties.items, compare_ties);
  for (size_t i = 0; i < count; i++) {
    const struct tie *tie = &relations->ties.items[i];
    struct seg_program_ties *ties = &program->ties[tie->segment];
    numbers[i] = tie->number;
    uint32_t **list = tie->kind == SEG_IN_CHAIN    ? &ties->chains
                      : tie->kind == SEG_EXCLUSIVE ? &ties->exclusives
                                                   : &ties->overlaps;
    uint32_t *length = tie->kind == SEG_IN_CHAIN    ? &ties->chain_count
                       : tie->kind == SEG_EXCLUSIVE ? &ties->exclusive_count
                                                    : &ties->overlap_count;
    if ((*length)++ == 0)
      *list = &numbers[i];
  }
  return true;
}

// --- contradictions, and what says nothing new ---

static struct seg_str segment_name(const struct seg_check *check, uint32_t segment) {
  return check->program->segments[segment].name.text;
}

static struct seg_span exclusive_span(const struct seg_program_exclusive *exclusive,
                                      uint32_t segment) {
  for (uint32_t i = 0; i < exclusive->member_count; i++)
    if (exclusive->members[i] == segment)
      return exclusive->member_spans[i];
  return exclusive->span;
}

static void report_contradiction(struct seg_check *check, const struct stated *stated,
                                 const struct seg_program_exclusive *exclusive) {
  struct seg_str one = segment_name(check, stated->pair.segment);
  struct seg_str other = segment_name(check, stated->pair.other);
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_CONTRADICTION, stated->other->span,
                                        "`%.*s` and `%.*s` may overlap here, and are exclusive",
                                        SEG_STR(one), SEG_STR(other));
  seg_note_at(check->sink, d, exclusive_span(exclusive, stated->pair.segment),
              "`%.*s` is exclusive here", SEG_STR(one));
  seg_note_at(check->sink, d, exclusive_span(exclusive, stated->pair.other), "and so is `%.*s`",
              SEG_STR(other));
  seg_note(check->sink, d,
           "`exclusive` says that no customer is in both, `overlap` that some may be");
  seg_help(check->sink, d, "keep the one that is meant");
}

static void warn_repeated(struct seg_check *check, const struct stated *stated,
                          const struct stated *first) {
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_SAID_BEFORE, stated->other->span,
                                        "that `%.*s` and `%.*s` may overlap is said before",
                                        SEG_STR(stated->one->text), SEG_STR(stated->other->text));
  seg_note_at(check->sink, d, first->other->span, "first here");
  seg_help(check->sink, d, "take the name out of one of the two");
}

static void warn_ordered(struct seg_check *check, const struct stated *stated, uint32_t chain) {
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_SAID_BEFORE, stated->other->span,
                                        "a chain says who wins between `%.*s` and `%.*s`",
                                        SEG_STR(stated->one->text), SEG_STR(stated->other->text));
  seg_note_at(check->sink, d, check->program->chains[chain].name.span, "this chain");
  seg_note(check->sink, d, "segments of one chain may share customers: the first one gets them");
  seg_help(check->sink, d, "take the name out of this `overlap`");
}

/** The pairs [begin, end) that one name behind `with` states. */
static void check_stated(struct relations *relations, size_t begin, size_t end) {
  struct seg_check *check = relations->check;
  const struct stated *repeated = NULL, *items = relations->stated.items;
  uint32_t chain = SEG_NO_DECLARATION;
  bool says_something = false;
  for (size_t i = begin; i < end; i++) {
    const struct seg_program_overlap *pair = &items[i].pair;
    uint32_t exclusive = seg_program_common_exclusive(check->program, pair->segment, pair->other);
    if (exclusive != SEG_NO_DECLARATION) {
      report_contradiction(check, &items[i], &check->program->exclusives[exclusive]);
      return;
    }
    uint32_t ordered = seg_program_common_chain(check->program, pair->segment, pair->other);
    if (ordered != SEG_NO_DECLARATION)
      chain = ordered;
    else if (items[i].first < begin)
      repeated = &items[items[i].first];
    else
      says_something = true;
  }
  if (says_something || seg_in_library(check, items[begin].pair.span))
    return;
  if (repeated)
    warn_repeated(check, &items[begin], repeated);
  else if (chain != SEG_NO_DECLARATION)
    warn_ordered(check, &items[begin], chain);
}

/** Does an earlier `exclusive` say this of each two of its segments? */
static void check_repeated_exclusive(struct seg_check *check, uint32_t number) {
  const struct seg_program_exclusive *exclusive = &check->program->exclusives[number];
  uint32_t earlier = SEG_NO_DECLARATION;
  for (uint32_t i = 1; i < exclusive->member_count; i++)
    for (uint32_t j = 0; j < i; j++) {
      earlier = seg_program_common_exclusive(check->program, exclusive->members[i],
                                             exclusive->members[j]);
      if (earlier >= number)
        return;
    }
  if (earlier == SEG_NO_DECLARATION || seg_in_library(check, exclusive->span))
    return;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_SAID_BEFORE, exclusive->span,
                                        "that these segments are exclusive is said before");
  seg_note_at(check->sink, d, check->program->exclusives[earlier].span, "here");
  seg_help(check->sink, d, "remove one of the two");
}

void seg_check_relations(struct seg_check *check) {
  struct relations relations = {.check = check};
  struct seg_program *program = check->program;
  uint32_t index = 0;
  for (const struct seg_declaration *d = check->ast->first; d; d = d->next) {
    if (d->kind != SEG_DECLARE_RELATION)
      continue;
    if (d->relation->kind == SEG_STATED_OVERLAP)
      check_overlap(&relations, d->relation);
    else if (!check_exclusive(check, d->relation, &program->exclusives[index++]))
      check->out_of_memory = true;
  }
  if (check->out_of_memory || !keep_overlaps(&relations) || !tie_segments(&relations)) {
    check->out_of_memory = true;
    goto cleanup;
  }
  for (size_t begin = 0, end = 0; begin < relations.stated.count; begin = end) {
    while (end < relations.stated.count &&
           relations.stated.items[end].other == relations.stated.items[begin].other)
      end++;
    check_stated(&relations, begin, end);
  }
  for (uint32_t i = 0; i < program->exclusive_count; i++)
    check_repeated_exclusive(check, i);
cleanup:
  SEG_VEC_FREE(&relations.stated);
  SEG_VEC_FREE(&relations.ties);
}
