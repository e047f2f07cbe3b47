/**
 * What the files of this room share while a difference is being built; private to it.
 */
#ifndef SEG_COMPILER_DIFF_DIFF_BUILDER_H
#define SEG_COMPILER_DIFF_DIFF_BUILDER_H

#include "compiler/diff/project_diff.h"

/** Everything that a version's segments stand on, and their normal forms. */
struct seg_diff_meaning {
  struct seg_str text; // the rule and all behind it
  struct seg_str rule; // the rule alone
  struct seg_touched touched;
};

struct seg_diff_builder {
  struct seg_project_diff *diff;
  const struct seg_diff_version *before, *after;
  struct seg_diff_meaning *meanings_before, *meanings_after; // per segment
  int32_t *item_of; // per later segment: its item among the differing ones, or -1
  bool failed;      // memory is out
};

/** Zeroed, in the arena of the difference. NULL after `failed` was set. */
void *seg_diff_array(struct seg_diff_builder *builder, size_t count, size_t size);

struct seg_str seg_diff_keep(struct seg_diff_builder *builder, struct seg_str text);

SEG_PRINTF(2, 3)
struct seg_str seg_diff_format(struct seg_diff_builder *builder, const char *format, ...);

/** The source text at a span in one line; texts in quotes are kept as they are. */
struct seg_str seg_diff_source(struct seg_diff_builder *builder,
                               const struct seg_diff_version *version, struct seg_span span);

/** "rules/vip.seg:12". */
struct seg_str seg_diff_place(struct seg_diff_builder *builder,
                              const struct seg_diff_version *version, struct seg_span span);

/** Source text and place. */
struct seg_diff_side seg_diff_side(struct seg_diff_builder *builder,
                                   const struct seg_diff_version *version, struct seg_span span);

/** The normal form of an expression over an entity; of the customers when `node` is NULL. */
struct seg_str seg_diff_normal(struct seg_diff_builder *builder,
                               const struct seg_diff_version *version,
                               const struct seg_program_entity *entity, const struct seg_node *node,
                               enum seg_normal_form form, struct seg_touched *touched);

/** The lists grow; pointers to their items hold until the next one is added. */
struct seg_diff_item *seg_diff_add_item(struct seg_diff_builder *builder,
                                        struct seg_diff_list *list, struct seg_diff_item item);
void seg_diff_add_part(struct seg_diff_builder *builder, struct seg_diff_item *item,
                       struct seg_diff_part part);

/** Unless it is there already. */
void seg_diff_add_text(struct seg_diff_builder *builder, struct seg_diff_texts *texts,
                       struct seg_str text);

/**
 * The parts of two conditions, joined by `and` or `or` at the top, that stand in one of them only;
 * a removed and an added one about the same thing become one changed part.
 */
void seg_diff_conditions(struct seg_diff_builder *builder, const struct seg_program_entity *before,
                         const struct seg_node *old_condition,
                         const struct seg_program_entity *after,
                         const struct seg_node *new_condition, const char *what,
                         struct seg_diff_item *item);

/** Does the meaning of a later segment differ from that of the earlier one it continues? */
bool seg_diff_means_other(const struct seg_diff_builder *builder, uint32_t segment);

/** A declaration differs, and this segment stands on it: each names the other. */
void seg_diff_acts(struct seg_diff_builder *builder, struct seg_diff_item *declaration,
                   uint32_t segment, struct seg_str words);

/** In this order. */
void seg_diff_meanings(struct seg_diff_builder *builder);
void seg_diff_segments(struct seg_diff_builder *builder);
void seg_diff_declarations(struct seg_diff_builder *builder);
void seg_diff_chains(struct seg_diff_builder *builder);

#endif
