// Two conditions, clause by clause.
#include <stdlib.h>
#include <string.h>

#include "compiler/diff/diff_builder.h"
#include "compiler/report/english.h"
#include "runtime/base/text_stream.h"

// Beyond this many clauses, what was removed and what was added is listed without being paired.
enum { MOST_PAIRS = 100000 };

/** A condition in clauses: what `and`, or else `or`, joins at the top. */
struct clauses {
  const struct seg_diff_version *version;
  const struct seg_program_entity *entity;
  enum seg_node_kind joined; // AND or OR; AND for a single clause
  uint32_t count;
  const struct seg_node **nodes;
  struct seg_str *normals, *meanings;
  bool *paired;
};

static bool is_joined(const struct seg_node *node, enum seg_node_kind kind) {
  return node->kind == kind && !seg_english_is_between(node);
}

static uint32_t count_clauses(const struct seg_node *node, enum seg_node_kind kind) {
  uint32_t count = 0;
  if (!is_joined(node, kind))
    return 1;
  for (uint32_t i = 0; i < node->operand_count; i++)
    count += count_clauses(node->operands[i], kind);
  return count;
}

static void collect(struct clauses *clauses, const struct seg_node *node) {
  if (!is_joined(node, clauses->joined)) {
    clauses->nodes[clauses->count++] = node;
    return;
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    collect(clauses, node->operands[i]);
}

static bool split(struct seg_diff_builder *builder, struct clauses *clauses,
                  const struct seg_node *condition) {
  if (condition == NULL)
    return true;
  clauses->joined = condition->kind == SEG_NODE_OR ? SEG_NODE_OR : SEG_NODE_AND;
  uint32_t room = count_clauses(condition, clauses->joined);
  clauses->nodes = seg_diff_array(builder, room, sizeof *clauses->nodes);
  clauses->normals = seg_diff_array(builder, room, sizeof *clauses->normals);
  clauses->meanings = seg_diff_array(builder, room, sizeof *clauses->meanings);
  clauses->paired = seg_diff_array(builder, room, sizeof *clauses->paired);
  if (builder->failed)
    return false;
  collect(clauses, condition);
  for (uint32_t i = 0; i < clauses->count; i++) {
    clauses->normals[i] = seg_diff_normal(builder, clauses->version, clauses->entity,
                                          clauses->nodes[i], SEG_NORMAL_RULE, NULL);
    clauses->meanings[i] = seg_diff_normal(builder, clauses->version, clauses->entity,
                                           clauses->nodes[i], SEG_NORMAL_MEANING, NULL);
  }
  return !builder->failed;
}

static struct seg_diff_side side_of(struct seg_diff_builder *builder, const struct clauses *clauses,
                                    uint32_t index) {
  const struct seg_node *node = clauses->nodes[index];
  struct seg_diff_side side = seg_diff_side(builder, clauses->version, node->span);
  char *buffer = NULL;
  size_t size = 0;
  FILE *out = seg_text_stream(&buffer, &size);
  if (out == NULL) {
    builder->failed = true;
    return side;
  }
  struct seg_english english = {.program = clauses->version->program,
                                .map = clauses->version->map,
                                .entity = clauses->entity,
                                .out = out,
                                .expanded = true};
  seg_english_condition(&english, node);
  builder->failed = fclose(out) != 0 || builder->failed;
  if (!builder->failed)
    side.meaning = seg_diff_keep(builder, (struct seg_str){buffer, size});
  free(buffer);
  return side;
}

// --- which removed clause became which added one ---

typedef bool (*same_subject)(struct seg_diff_builder *builder, const struct clauses *before,
                             uint32_t i, const struct clauses *after, uint32_t j);

static bool is_equal(struct seg_diff_builder *builder, const struct clauses *before, uint32_t i,
                     const struct clauses *after, uint32_t j) {
  (void)builder;
  return seg_str_equal(before->normals[i], after->normals[j]) ||
         seg_str_equal(before->meanings[i], after->meanings[j]);
}

static const struct seg_node *subject_of(const struct seg_node *node) {
  while (node->operand_count > 0 &&
         (node->kind == SEG_NODE_NOT || node->kind == SEG_NODE_COMPARE ||
          node->kind == SEG_NODE_COMPARE_FRACTIONS || node->kind == SEG_NODE_IN ||
          node->kind == SEG_NODE_IS_KNOWN || node->kind == SEG_NODE_TEXT_TEST ||
          node->kind == SEG_NODE_MATCHES || seg_english_is_between(node)))
    node = node->operands[0];
  return node;
}

static bool is_about_the_same(struct seg_diff_builder *builder, const struct clauses *before,
                              uint32_t i, const struct clauses *after, uint32_t j) {
  struct seg_str old_subject = seg_diff_normal(builder, before->version, before->entity,
                                               subject_of(before->nodes[i]), SEG_NORMAL_RULE, NULL);
  struct seg_str new_subject = seg_diff_normal(builder, after->version, after->entity,
                                               subject_of(after->nodes[j]), SEG_NORMAL_RULE, NULL);
  return seg_str_equal(old_subject, new_subject);
}

static struct seg_str next_word(struct seg_str *text) {
  while (text->size > 0 && text->data[0] == ' ')
    text->data++, text->size--;
  struct seg_str word = {text->data, 0};
  while (word.size < text->size && text->data[word.size] != ' ')
    word.size++;
  text->data += word.size;
  text->size -= word.size;
  return word;
}

// How many words of `text` stand in `other`, out of how many.
static uint32_t common_words(struct seg_str text, struct seg_str other, uint32_t *all) {
  uint32_t common = 0;
  for (struct seg_str word = next_word(&text); word.size > 0; word = next_word(&text)) {
    struct seg_str rest = other;
    bool found = false;
    for (struct seg_str seen = next_word(&rest); seen.size > 0 && !found; seen = next_word(&rest))
      found = seg_str_equal(seen, word);
    common += found;
    (*all)++;
  }
  return common;
}

static bool is_worded_alike(struct seg_diff_builder *builder, const struct clauses *before,
                            uint32_t i, const struct clauses *after, uint32_t j) {
  struct seg_str a = seg_diff_source(builder, before->version, before->nodes[i]->span);
  struct seg_str b = seg_diff_source(builder, after->version, after->nodes[j]->span);
  uint32_t all = 0;
  uint32_t common = common_words(a, b, &all);
  common += common_words(b, a, &all);
  return 2 * common > all;
}

static void pair(struct seg_diff_builder *builder, struct clauses *before, struct clauses *after,
                 same_subject same, int32_t *partners) {
  for (uint32_t i = 0; i < before->count; i++)
    for (uint32_t j = 0; j < after->count && !before->paired[i]; j++)
      if (!after->paired[j] && same(builder, before, i, after, j)) {
        before->paired[i] = after->paired[j] = true;
        if (partners != NULL)
          partners[i] = (int32_t)j;
      }
}

// A clause that is said twice means nothing more: both copies have the partner of one.
static void pair_copies(struct clauses *clauses, const struct clauses *other) {
  for (uint32_t i = 0; i < clauses->count; i++)
    for (uint32_t j = 0; j < other->count && !clauses->paired[i]; j++)
      clauses->paired[i] = seg_str_equal(clauses->normals[i], other->normals[j]);
}

static const char *joined_words(enum seg_node_kind kind) {
  return kind == SEG_NODE_OR ? "any of them" : "all of them";
}

static void add_parts(struct seg_diff_builder *builder, struct clauses *before,
                      struct clauses *after, const int32_t *partners, const char *what,
                      struct seg_diff_item *item) {
  if (before->joined != after->joined && before->count > 0 && after->count > 0) {
    struct seg_diff_part joined = {
        .what = seg_diff_format(builder, "%ss joined by", what),
        .before.text = seg_str_view(joined_words(before->joined)),
        .after.text = seg_str_view(joined_words(after->joined)),
    };
    seg_diff_add_part(builder, item, joined);
  }
  for (uint32_t i = 0; i < before->count; i++) {
    if (before->paired[i] && partners[i] < 0)
      continue;
    struct seg_diff_part part = {.what = seg_str_view(what), .before = side_of(builder, before, i)};
    if (partners[i] >= 0)
      part.after = side_of(builder, after, (uint32_t)partners[i]);
    seg_diff_add_part(builder, item, part);
  }
  for (uint32_t j = 0; j < after->count; j++)
    if (!after->paired[j])
      seg_diff_add_part(
          builder, item,
          (struct seg_diff_part){.what = seg_str_view(what), .after = side_of(builder, after, j)});
}

void seg_diff_conditions(struct seg_diff_builder *builder, const struct seg_program_entity *before,
                         const struct seg_node *old_condition,
                         const struct seg_program_entity *after,
                         const struct seg_node *new_condition, const char *what,
                         struct seg_diff_item *item) {
  struct clauses olds = {.version = builder->before, .entity = before, .joined = SEG_NODE_AND};
  struct clauses news = {.version = builder->after, .entity = after, .joined = SEG_NODE_AND};
  if (!split(builder, &olds, old_condition) || !split(builder, &news, new_condition))
    return;
  // One clause alone is joined by whatever joins the others.
  if (olds.count == 1)
    olds.joined = news.joined;
  if (news.count == 1)
    news.joined = olds.joined;
  int32_t *partners = seg_diff_array(builder, olds.count, sizeof *partners);
  if (partners == NULL || builder->failed)
    return;
  for (uint32_t i = 0; i < olds.count; i++)
    partners[i] = -1;
  pair(builder, &olds, &news, is_equal, NULL);
  pair_copies(&olds, &news);
  pair_copies(&news, &olds);
  if ((uint64_t)olds.count * news.count <= MOST_PAIRS) {
    pair(builder, &olds, &news, is_about_the_same, partners);
    pair(builder, &olds, &news, is_worded_alike, partners);
  }
  add_parts(builder, &olds, &news, partners, what, item);
}
