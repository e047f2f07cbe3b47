// Two runs joined by key; see membership_diff.h.
#include "compiler/diff/membership_diff.h"

#include <stdlib.h>

#include "runtime/column/bitmap.h"
#include "runtime/entity/key_table.h"

static const char what_for[] = "the customers that move";

/** What is at hand while the difference is built. */
struct join {
  struct seg_membership_diff *diff;
  const struct seg_project_diff *project;
  const struct seg_membership_side *before, *after;
  uint32_t *partner; // per later customer: the earlier number, or SEG_NO_NUMBER
  uint64_t *paired;  // earlier customers that are somebody's partner
};

// --- customers ---

static enum seg_status find_partners(struct join *join, struct seg_error *error) {
  enum { PIECE = 4096 };
  const struct seg_run_result *olds = join->before->result, *news = join->after->result;
  uint32_t rows[PIECE];
  join->partner = calloc(news->customer_count + 1, sizeof *join->partner);
  join->paired = calloc(seg_bitmap_words((int64_t)olds->customer_count) + 1, sizeof *join->paired);
  if (join->partner == NULL || join->paired == NULL)
    return seg_fail_memory(error, what_for);
  for (uint64_t first = 0; first < news->customer_count; first += PIECE) {
    uint64_t left = news->customer_count - first;
    uint32_t count = left < PIECE ? (uint32_t)left : PIECE;
    for (uint32_t i = 0; i < count; i++)
      rows[i] = (uint32_t)(first + i);
    seg_key_table_find(olds->key_table, &news->keys, rows, count, join->partner + first);
    for (uint32_t i = 0; i < count; i++)
      if (join->partner[first + i] != SEG_NO_NUMBER)
        seg_bitmap_set(join->paired, join->partner[first + i]);
  }
  return SEG_OK;
}

static bool is_member(const struct seg_run_result *result, int32_t segment, uint32_t customer) {
  return segment >= 0 && customer != SEG_NO_NUMBER &&
         seg_bitmap_test(result->members[segment], customer);
}

// --- segments and chains of both versions ---

static int32_t successor(const int32_t *predecessors, uint32_t count, uint32_t old) {
  for (uint32_t j = 0; j < count; j++)
    if (predecessors[j] == (int32_t)old)
      return (int32_t)j;
  return -1;
}

static enum seg_status list_segments(struct join *join, struct seg_error *error) {
  struct seg_membership_diff *diff = join->diff;
  const struct seg_program *olds = join->before->program, *news = join->after->program;
  diff->segments = SEG_NEW_ARRAY(&diff->arena, struct seg_membership_segment,
                                 (size_t)olds->segment_count + news->segment_count + 1);
  if (diff->segments == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t j = 0; j < news->segment_count; j++)
    diff->segments[diff->segment_count++] =
        (struct seg_membership_segment){.name = news->segments[j].name.text,
                                        .before = join->project->segment_before[j],
                                        .after = (int32_t)j};
  for (uint32_t i = 0; i < olds->segment_count; i++)
    if (successor(join->project->segment_before, news->segment_count, i) < 0)
      diff->segments[diff->segment_count++] = (struct seg_membership_segment){
          .name = olds->segments[i].name.text, .before = (int32_t)i, .after = -1};
  for (uint32_t s = 0; s < diff->segment_count; s++) {
    struct seg_membership_segment *segment = &diff->segments[s];
    if (segment->before >= 0)
      segment->members_before = join->before->result->segment_members[segment->before];
    if (segment->after >= 0)
      segment->members_after = join->after->result->segment_members[segment->after];
  }
  return SEG_OK;
}

static enum seg_status list_chains(struct join *join, struct seg_error *error) {
  struct seg_membership_diff *diff = join->diff;
  const struct seg_program *olds = join->before->program, *news = join->after->program;
  diff->chains = SEG_NEW_ARRAY(&diff->arena, struct seg_membership_chain,
                               (size_t)olds->chain_count + news->chain_count + 1);
  if (diff->chains == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t j = 0; j < news->chain_count; j++)
    diff->chains[diff->chain_count++] =
        (struct seg_membership_chain){.name = news->chains[j].name.text,
                                      .before = join->project->chain_before[j],
                                      .after = (int32_t)j};
  for (uint32_t i = 0; i < olds->chain_count; i++)
    if (successor(join->project->chain_before, news->chain_count, i) < 0)
      diff->chains[diff->chain_count++] = (struct seg_membership_chain){
          .name = olds->chains[i].name.text, .before = (int32_t)i, .after = -1};
  return SEG_OK;
}

// --- where a customer stands in a chain ---

// States of a chain: its members by position, then nobody's, then no customer (or no such chain).
static uint32_t state_count(const struct seg_membership_side *side, int32_t chain) {
  return chain < 0 ? 2 : side->program->chains[chain].member_count + 2;
}

static uint32_t state_of(const struct seg_membership_side *side, int32_t chain, uint32_t customer) {
  uint32_t count = state_count(side, chain);
  if (chain < 0 || customer == SEG_NO_NUMBER)
    return count - 1;
  uint16_t winner = side->result->chains[chain].winners[customer];
  return winner == SEG_NO_WINNER ? count - 2 : winner;
}

static struct seg_str state_name(const struct join *join, bool earlier, int32_t chain,
                                 uint32_t state) {
  const struct seg_membership_side *side = earlier ? join->before : join->after;
  uint32_t count = state_count(side, chain);
  if (chain < 0)
    return seg_str_view("(no chain)");
  if (state == count - 1)
    return seg_str_view("(no customer)");
  const struct seg_program_chain *declared = &side->program->chains[chain];
  if (state == count - 2)
    return declared->otherwise.size > 0 ? declared->otherwise : seg_str_view("(no segment)");
  uint32_t segment = declared->members[state];
  int32_t now = earlier ? successor(join->project->segment_before,
                                    join->after->program->segment_count, segment)
                        : -1;
  return now >= 0 ? join->after->program->segments[now].name.text
                  : side->program->segments[segment].name.text;
}

/** Counts of moves of one chain: a table of earlier by later states. */
struct tally {
  uint32_t olds, news;
  uint64_t *counts;
  bool *moves; // is this cell a change?
};

static enum seg_status tallies_init(struct join *join, struct tally *tallies,
                                    struct seg_error *error) {
  struct seg_membership_diff *diff = join->diff;
  for (uint32_t c = 0; c < diff->chain_count; c++) {
    const struct seg_membership_chain *chain = &diff->chains[c];
    struct tally *tally = &tallies[c];
    tally->olds = state_count(join->before, chain->before);
    tally->news = state_count(join->after, chain->after);
    size_t cells = (size_t)tally->olds * tally->news;
    tally->counts = SEG_NEW_ARRAY(&diff->arena, uint64_t, cells);
    tally->moves = SEG_NEW_ARRAY(&diff->arena, bool, cells);
    if (tally->counts == NULL || tally->moves == NULL)
      return seg_fail_memory(error, what_for);
    bool both = chain->before >= 0 && chain->after >= 0; // a new chain moves nobody
    for (uint32_t i = 0; both && i < tally->olds; i++)
      for (uint32_t j = 0; j < tally->news; j++)
        tally->moves[(size_t)i * tally->news + j] = !seg_str_equal(
            state_name(join, true, chain->before, i), state_name(join, false, chain->after, j));
  }
  return SEG_OK;
}

static enum seg_status take_moves(struct join *join, const struct tally *tally,
                                  struct seg_membership_chain *chain, struct seg_error *error) {
  size_t cells = (size_t)tally->olds * tally->news;
  chain->moves = SEG_NEW_ARRAY(&join->diff->arena, struct seg_membership_move, cells + 1);
  if (chain->moves == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t i = 0; i < tally->olds; i++)
    for (uint32_t j = 0; j < tally->news; j++) {
      size_t cell = (size_t)i * tally->news + j;
      if (tally->moves[cell] && tally->counts[cell] > 0)
        chain->moves[chain->move_count++] =
            (struct seg_membership_move){.from = state_name(join, true, chain->before, i),
                                         .to = state_name(join, false, chain->after, j),
                                         .customers = tally->counts[cell]};
    }
  return SEG_OK;
}

// --- one customer after the other ---

static bool count_customer(struct join *join, struct tally *tallies,
                           struct seg_membership_customer customer) {
  struct seg_membership_diff *diff = join->diff;
  bool moved = false;
  for (uint32_t s = 0; s < diff->segment_count; s++) {
    struct seg_membership_segment *segment = &diff->segments[s];
    bool was = is_member(join->before->result, segment->before, customer.before);
    bool is = is_member(join->after->result, segment->after, customer.after);
    segment->entered += is && !was;
    segment->left += was && !is;
    moved = moved || was != is;
  }
  for (uint32_t c = 0; c < diff->chain_count; c++) {
    const struct seg_membership_chain *chain = &diff->chains[c];
    size_t cell = (size_t)state_of(join->before, chain->before, customer.before) * tallies[c].news +
                  state_of(join->after, chain->after, customer.after);
    tallies[c].counts[cell]++;
    moved = moved || tallies[c].moves[cell];
  }
  diff->moved += moved;
  return moved;
}

static enum seg_status count_customers(struct join *join, struct tally *tallies,
                                       struct seg_error *error) {
  struct seg_membership_diff *diff = join->diff;
  SEG_VEC(struct seg_membership_customer) rows = {0};
  uint64_t olds = join->before->result->customer_count;
  uint64_t news = join->after->result->customer_count;
  bool fine = true;
  for (uint64_t j = 0; fine && j < news; j++) {
    struct seg_membership_customer customer = {join->partner[j], (uint32_t)j};
    diff->appeared += customer.before == SEG_NO_NUMBER;
    if (count_customer(join, tallies, customer))
      fine = SEG_VEC_PUSH(&rows, customer);
  }
  for (uint64_t i = 0; fine && i < olds; i++) {
    struct seg_membership_customer customer = {(uint32_t)i, SEG_NO_NUMBER};
    if (seg_bitmap_test(join->paired, (int64_t)i))
      continue;
    diff->disappeared++;
    if (count_customer(join, tallies, customer))
      fine = SEG_VEC_PUSH(&rows, customer);
  }
  diff->rows = rows.items;
  diff->row_count = rows.count;
  return fine ? SEG_OK : seg_fail_memory(error, what_for);
}

enum seg_status seg_membership_diff_init(struct seg_membership_diff *diff,
                                         const struct seg_project_diff *project,
                                         const struct seg_membership_side *before,
                                         const struct seg_membership_side *after,
                                         struct seg_error *error) {
  *diff = (struct seg_membership_diff){.customers_before = before->result->customer_count,
                                       .customers_after = after->result->customer_count};
  seg_arena_init(&diff->arena);
  struct join join = {.diff = diff, .project = project, .before = before, .after = after};
  struct tally *tallies = NULL;
  enum seg_status status = find_partners(&join, error);
  if (status == SEG_OK)
    status = list_segments(&join, error);
  if (status == SEG_OK)
    status = list_chains(&join, error);
  if (status == SEG_OK) {
    tallies = SEG_NEW_ARRAY(&diff->arena, struct tally, diff->chain_count + 1);
    status =
        tallies == NULL ? seg_fail_memory(error, what_for) : tallies_init(&join, tallies, error);
  }
  if (status == SEG_OK)
    status = count_customers(&join, tallies, error);
  for (uint32_t c = 0; status == SEG_OK && c < diff->chain_count; c++)
    status = take_moves(&join, &tallies[c], &diff->chains[c], error);
  free(join.partner);
  free(join.paired);
  return status;
}

void seg_membership_diff_deinit(struct seg_membership_diff *diff) {
  free(diff->rows);
  seg_arena_deinit(&diff->arena);
}
