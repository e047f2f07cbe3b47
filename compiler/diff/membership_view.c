// The moved customers as a result for the sink; see membership_diff.h.
#include "compiler/diff/membership_diff.h"

#include <string.h>

#include "runtime/column/bitmap.h"
#include "runtime/entity/key_table.h"

static const char what_for[] = "the list of customers that move";

// The key of a moved customer, from the run that knows it.
static struct seg_str key_text(struct seg_arena *arena, const struct seg_column_view *keys,
                               uint32_t row) {
  char digits[SEG_KEY_INTEGER_TEXT];
  if (keys->layout == SEG_LAYOUT_TEXT)
    return ((const struct seg_str *)keys->values)[row];
  return seg_arena_str(arena, seg_key_format_integer(((const int64_t *)keys->values)[row], digits));
}

static enum seg_status fill_keys(struct seg_membership_diff *diff,
                                 const struct seg_membership_side *before,
                                 const struct seg_membership_side *after,
                                 struct seg_column_view *keys, struct seg_error *error) {
  const struct seg_column_view *olds = &before->result->keys, *news = &after->result->keys;
  bool integers = olds->layout == SEG_LAYOUT_I64 && news->layout == SEG_LAYOUT_I64;
  int64_t *numbers = SEG_NEW_ARRAY(&diff->arena, int64_t, diff->row_count + 1);
  struct seg_str *texts = SEG_NEW_ARRAY(&diff->arena, struct seg_str, diff->row_count + 1);
  if (numbers == NULL || texts == NULL)
    return seg_fail_memory(error, what_for);
  for (uint64_t i = 0; i < diff->row_count; i++) {
    bool later = diff->rows[i].after != SEG_NO_NUMBER;
    const struct seg_column_view *from = later ? news : olds;
    uint32_t row = later ? diff->rows[i].after : diff->rows[i].before;
    if (integers)
      numbers[i] = ((const int64_t *)from->values)[row];
    else
      texts[i] = key_text(&diff->arena, from, row);
    if (!integers && texts[i].data == NULL)
      return seg_fail_memory(error, what_for);
  }
  *keys = (struct seg_column_view){.layout = integers ? SEG_LAYOUT_I64 : SEG_LAYOUT_TEXT,
                                   .count = (int64_t)diff->row_count,
                                   .values = integers ? (void *)numbers : (void *)texts};
  return SEG_OK;
}

static enum seg_status fill_segment(struct seg_membership_diff *diff,
                                    const struct seg_membership_segment *segment, bool earlier,
                                    const struct seg_run_result *result, struct seg_str *name,
                                    const uint64_t **members, struct seg_error *error) {
  uint64_t *mask =
      SEG_NEW_ARRAY(&diff->arena, uint64_t, seg_bitmap_words((int64_t)diff->row_count) + 1);
  *name = seg_arena_format(&diff->arena, "%.*s%s", SEG_STR(segment->name),
                           earlier ? "_before" : "_after");
  if (mask == NULL || name->data == NULL)
    return seg_fail_memory(error, what_for);
  int32_t index = earlier ? segment->before : segment->after;
  for (uint64_t i = 0; index >= 0 && i < diff->row_count; i++) {
    uint32_t row = earlier ? diff->rows[i].before : diff->rows[i].after;
    if (row != SEG_NO_NUMBER && seg_bitmap_test(result->members[index], row))
      seg_bitmap_set(mask, (int64_t)i);
  }
  *members = mask;
  return SEG_OK;
}

static enum seg_status fill_chain(struct seg_membership_diff *diff,
                                  const struct seg_membership_chain *chain, bool earlier,
                                  const struct seg_membership_side *side,
                                  struct seg_result_chain *out, struct seg_error *error) {
  int32_t index = earlier ? chain->before : chain->after;
  uint16_t *winners = SEG_NEW_ARRAY(&diff->arena, uint16_t, diff->row_count + 1);
  struct seg_str name = seg_arena_format(&diff->arena, "%.*s%s", SEG_STR(chain->name),
                                         earlier ? "_before" : "_after");
  if (winners == NULL || name.data == NULL)
    return seg_fail_memory(error, what_for);
  *out = (struct seg_result_chain){.name = name, .winners = winners};
  for (uint64_t i = 0; i < diff->row_count; i++)
    winners[i] = SEG_NO_WINNER;
  if (index < 0)
    return SEG_OK;
  const struct seg_program_chain *declared = &side->program->chains[index];
  // One name more than the chain has members: whom no segment takes. A customer that does not exist
  // has no winner at all.
  struct seg_str *names = SEG_NEW_ARRAY(&diff->arena, struct seg_str, declared->member_count + 1);
  if (names == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t i = 0; i < declared->member_count; i++)
    names[i] = side->program->segments[declared->members[i]].name.text;
  names[declared->member_count] = declared->otherwise;
  for (uint64_t i = 0; i < diff->row_count; i++) {
    uint32_t row = earlier ? diff->rows[i].before : diff->rows[i].after;
    if (row == SEG_NO_NUMBER)
      continue;
    winners[i] = side->result->chains[index].winners[row];
    if (winners[i] == SEG_NO_WINNER && declared->otherwise.size > 0)
      winners[i] = (uint16_t)declared->member_count;
  }
  out->members = names;
  out->member_count = declared->member_count + 1;
  return SEG_OK;
}

enum seg_status seg_membership_diff_view(struct seg_membership_diff *diff,
                                         const struct seg_membership_side *before,
                                         const struct seg_membership_side *after,
                                         struct seg_result_view *view, struct seg_error *error) {
  size_t segments = (size_t)diff->segment_count * 2, chains = (size_t)diff->chain_count * 2;
  struct seg_str *names = SEG_NEW_ARRAY(&diff->arena, struct seg_str, segments + 1);
  const uint64_t **members = SEG_NEW_ARRAY(&diff->arena, const uint64_t *, segments + 1);
  struct seg_result_chain *winners =
      SEG_NEW_ARRAY(&diff->arena, struct seg_result_chain, chains + 1);
  if (names == NULL || members == NULL || winners == NULL)
    return seg_fail_memory(error, what_for);
  const struct seg_program *program = after->program;
  *view = (struct seg_result_view){
      .customer_count = (int64_t)diff->row_count,
      .key_name = program->customer_from_event >= 0
                      ? program->events[program->customer_from_event].key
                      : program->customer.key,
      .segment_count = (uint32_t)segments,
      .segments = names,
      .members = members,
      .chain_count = (uint32_t)chains,
      .chains = winners,
  };
  enum seg_status status = fill_keys(diff, before, after, &view->keys, error);
  for (uint32_t i = 0; status == SEG_OK && i < segments; i++)
    status =
        fill_segment(diff, &diff->segments[i / 2], i % 2 == 0,
                     i % 2 == 0 ? before->result : after->result, &names[i], &members[i], error);
  for (uint32_t i = 0; status == SEG_OK && i < chains; i++)
    status = fill_chain(diff, &diff->chains[i / 2], i % 2 == 0, i % 2 == 0 ? before : after,
                        &winners[i], error);
  return status;
}
