// Chains, and what is said about pairs of segments; names of earlier segments are those they have
// now.
#include <stdlib.h>

#include "compiler/diff/diff_builder.h"

// An earlier segment as it is called now.
static struct seg_str current_name(const struct seg_diff_builder *builder, uint32_t segment) {
  for (uint32_t j = 0; j < builder->after->program->segment_count; j++)
    if (builder->diff->segment_before[j] == (int32_t)segment)
      return builder->after->program->segments[j].name.text;
  return builder->before->program->segments[segment].name.text;
}

static struct seg_str member_name(const struct seg_diff_builder *builder, bool earlier,
                                  uint32_t segment) {
  return earlier ? current_name(builder, segment)
                 : builder->after->program->segments[segment].name.text;
}

// "a > b > c"
static struct seg_str members_text(struct seg_diff_builder *builder, bool earlier,
                                   const struct seg_program_chain *chain) {
  struct seg_str text = {"", 0};
  for (uint32_t i = 0; i < chain->member_count; i++)
    text = seg_diff_format(builder, "%.*s%s%.*s", SEG_STR(text), i == 0 ? "" : " > ",
                           SEG_STR(member_name(builder, earlier, chain->members[i])));
  return text;
}

static bool has_member(const struct seg_diff_builder *builder, bool earlier,
                       const struct seg_program_chain *chain, struct seg_str name) {
  for (uint32_t i = 0; i < chain->member_count; i++)
    if (seg_str_equal(member_name(builder, earlier, chain->members[i]), name))
      return true;
  return false;
}

static bool same_set(const struct seg_diff_builder *builder, const struct seg_program_chain *before,
                     const struct seg_program_chain *after) {
  bool same = before->member_count == after->member_count;
  for (uint32_t i = 0; same && i < before->member_count; i++)
    same = has_member(builder, false, after, member_name(builder, true, before->members[i]));
  return same;
}

static bool same_chain(struct seg_diff_builder *builder, const struct seg_program_chain *before,
                       const struct seg_program_chain *after) {
  return seg_str_equal(members_text(builder, true, before), members_text(builder, false, after)) &&
         seg_str_equal(before->otherwise, after->otherwise);
}

static void compare_chain(struct seg_diff_builder *builder, const struct seg_program_chain *before,
                          const struct seg_program_chain *after) {
  bool renamed = !seg_str_equal(before->name.text, after->name.text);
  struct seg_diff_item item = {
      .kind = renamed ? SEG_DIFF_RENAMED : SEG_DIFF_CHANGED,
      .name = after->name.text,
      .old_name = renamed ? before->name.text : (struct seg_str){0},
      .place_before = seg_diff_place(builder, builder->before, before->name.span),
      .place_after = seg_diff_place(builder, builder->after, after->name.span),
  };
  struct seg_diff_part members = {
      .what = seg_str_view(same_set(builder, before, after) ? "order" : "segments"),
      .before = {.text = members_text(builder, true, before), .place = item.place_before},
      .after = {.text = members_text(builder, false, after), .place = item.place_after}};
  if (!seg_str_equal(members.before.text, members.after.text))
    seg_diff_add_part(builder, &item, members);
  struct seg_diff_part otherwise = {
      .what = seg_str_view("otherwise"),
      .before = {.text = before->otherwise, .place = item.place_before},
      .after = {.text = after->otherwise, .place = item.place_after}};
  if (!seg_str_equal(before->otherwise, after->otherwise))
    seg_diff_add_part(builder, &item, otherwise);
  if (renamed || item.part_count > 0)
    seg_diff_add_item(builder, &builder->diff->chains, item);
}

static void match_chains(struct seg_diff_builder *builder, bool *continued) {
  const struct seg_program *olds = builder->before->program, *news = builder->after->program;
  int32_t *before = builder->diff->chain_before;
  for (int pass = 0; pass < 2; pass++)
    for (uint32_t j = 0; j < news->chain_count; j++)
      for (uint32_t i = 0; i < olds->chain_count && before[j] < 0; i++) {
        const struct seg_program_chain *a = &olds->chains[i], *b = &news->chains[j];
        if (continued[i] ||
            !(pass == 0 ? seg_str_equal(a->name.text, b->name.text) : same_chain(builder, a, b)))
          continue;
        before[j] = (int32_t)i;
        continued[i] = true;
      }
}

static void compare_chains(struct seg_diff_builder *builder) {
  const struct seg_program *olds = builder->before->program, *news = builder->after->program;
  struct seg_project_diff *diff = builder->diff;
  diff->chain_before = seg_diff_array(builder, news->chain_count, sizeof *diff->chain_before);
  bool *continued = seg_diff_array(builder, olds->chain_count, sizeof *continued);
  if (builder->failed)
    return;
  for (uint32_t j = 0; j < news->chain_count; j++)
    diff->chain_before[j] = -1;
  match_chains(builder, continued);
  for (uint32_t i = 0; i < olds->chain_count; i++)
    if (!continued[i])
      seg_diff_add_item(
          builder, &diff->chains,
          (struct seg_diff_item){
              .kind = SEG_DIFF_REMOVED,
              .name = olds->chains[i].name.text,
              .place_before = seg_diff_place(builder, builder->before, olds->chains[i].name.span),
              .sentence = members_text(builder, true, &olds->chains[i])});
  for (uint32_t j = 0; j < news->chain_count; j++)
    if (diff->chain_before[j] >= 0)
      compare_chain(builder, &olds->chains[diff->chain_before[j]], &news->chains[j]);
    else
      seg_diff_add_item(
          builder, &diff->chains,
          (struct seg_diff_item){
              .kind = SEG_DIFF_ADDED,
              .name = news->chains[j].name.text,
              .place_after = seg_diff_place(builder, builder->after, news->chains[j].name.span),
              .sentence = members_text(builder, false, &news->chains[j])});
}

// --- overlap and exclusive ---

/** One statement about segments: "overlap: a with b". */
struct statement {
  struct seg_str text;
  struct seg_str place;
  uint32_t together;      // the first of several pairs that a chain's name states: how many; else 0
  struct seg_str written; // those as written: "overlap: lifecycle with b"
};

struct statements {
  uint32_t count;
  struct statement *items;
};

static int compare_str(const void *a, const void *b) {
  return seg_str_compare(*(const struct seg_str *)a, *(const struct seg_str *)b);
}

// `exclusive: a, b, c` has no order.
static struct seg_str exclusive_text(struct seg_diff_builder *builder, bool earlier,
                                     const struct seg_program_exclusive *exclusive) {
  struct seg_str text = seg_str_view("exclusive: ");
  struct seg_str *names = seg_diff_array(builder, exclusive->member_count, sizeof *names);
  if (builder->failed)
    return text;
  for (uint32_t i = 0; i < exclusive->member_count; i++)
    names[i] = member_name(builder, earlier, exclusive->members[i]);
  qsort(names, exclusive->member_count, sizeof *names, compare_str);
  for (uint32_t i = 0; i < exclusive->member_count; i++)
    text = seg_diff_format(builder, "%.*s%s%.*s", SEG_STR(text), i == 0 ? "" : ", ",
                           SEG_STR(names[i]));
  return text;
}

// `overlap` has no order either.
static struct seg_str pair_text(struct seg_diff_builder *builder, bool earlier,
                                const struct seg_program_overlap *pair) {
  struct seg_str one = member_name(builder, earlier, pair->segment);
  struct seg_str other = member_name(builder, earlier, pair->other);
  bool turned = seg_str_compare(one, other) > 0;
  return seg_diff_format(builder, "overlap: %.*s with %.*s", SEG_STR(turned ? other : one),
                         SEG_STR(turned ? one : other));
}

// What the name behind `with` states, as written.
static struct seg_str written_text(struct seg_diff_builder *builder,
                                   const struct seg_diff_version *version,
                                   const struct seg_program_overlap *pair) {
  for (const struct seg_declaration *d = version->ast->first; d != NULL; d = d->next)
    if (d->kind == SEG_DECLARE_RELATION && d->span.file == pair->span.file &&
        d->span.begin == pair->span.begin)
      return seg_diff_format(builder, "overlap: %.*s with %.*s",
                             SEG_STR(d->relation->members[0].text),
                             SEG_STR(seg_diff_source(builder, version, pair->other_span)));
  return pair_text(builder, version == builder->before, pair);
}

static bool same_name(const struct seg_program_overlap *a, const struct seg_program_overlap *b) {
  return a->other_span.file == b->other_span.file && a->other_span.begin == b->other_span.begin;
}

static void add_overlaps(struct seg_diff_builder *builder, bool earlier, struct statements *out) {
  const struct seg_diff_version *version = earlier ? builder->before : builder->after;
  const struct seg_program *program = version->program;
  for (uint32_t begin = 0, end = 0; !builder->failed && begin < program->overlap_count;
       begin = end) {
    uint32_t first = out->count;
    const struct seg_program_overlap *pairs = &program->overlaps[begin];
    for (; end < program->overlap_count && same_name(pairs, &program->overlaps[end]); end++)
      out->items[out->count++] =
          (struct statement){.text = pair_text(builder, earlier, &program->overlaps[end]),
                             .place = seg_diff_place(builder, version, pairs->other_span)};
    if (end - begin < 2)
      continue;
    out->items[first].together = end - begin;
    out->items[first].written = written_text(builder, version, pairs);
  }
}

static struct statements statements_of(struct seg_diff_builder *builder, bool earlier) {
  const struct seg_diff_version *version = earlier ? builder->before : builder->after;
  const struct seg_program *program = version->program;
  struct statements out = {0};
  out.items =
      seg_diff_array(builder, program->exclusive_count + program->overlap_count, sizeof *out.items);
  for (uint32_t i = 0; !builder->failed && i < program->exclusive_count; i++)
    out.items[out.count++] =
        (struct statement){.text = exclusive_text(builder, earlier, &program->exclusives[i]),
                           .place = seg_diff_place(builder, version, program->exclusives[i].span)};
  add_overlaps(builder, earlier, &out);
  return out;
}

static bool states(const struct statements *statements, struct seg_str text) {
  for (uint32_t i = 0; i < statements->count; i++)
    if (seg_str_equal(statements->items[i].text, text))
      return true;
  return false;
}

// What one version says and the other does not. Pairs of chains are told in one line when all of
// them are new, or gone.
static void add_unsaid(struct seg_diff_builder *builder, enum seg_diff_kind kind,
                       const struct statements *said, const struct statements *other) {
  for (uint32_t i = 0, step = 1; !builder->failed && i < said->count; i += step) {
    const struct statement *statement = &said->items[i];
    bool whole = statement->together > 0;
    for (uint32_t j = 0; j < statement->together; j++)
      whole = whole && !states(other, said->items[i + j].text);
    step = whole ? statement->together : 1;
    if (!whole && states(other, statement->text))
      continue;
    struct seg_diff_item item = {.kind = kind,
                                 .name = whole ? statement->written : statement->text};
    if (kind == SEG_DIFF_REMOVED)
      item.place_before = statement->place;
    else
      item.place_after = statement->place;
    seg_diff_add_item(builder, &builder->diff->relations, item);
  }
}

static void compare_relations(struct seg_diff_builder *builder) {
  struct statements olds = statements_of(builder, true), news = statements_of(builder, false);
  if (builder->failed)
    return;
  add_unsaid(builder, SEG_DIFF_REMOVED, &olds, &news);
  add_unsaid(builder, SEG_DIFF_ADDED, &news, &olds);
}

void seg_diff_chains(struct seg_diff_builder *builder) {
  compare_chains(builder);
  if (!builder->failed)
    compare_relations(builder);
}
