// Chains stage by stage; see chain_racer.h.
#include "runtime/filter/chain_racer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/column/bitmap.h"
#include "runtime/column/column.h"
#include "runtime/filter/chain_winners.h"

// Copying a row costs as much as some hundred rules: only one in so many may be left.
enum { FEW = 8 };

/** A stage, and the rows that wait for it, side by side. */
struct seg_chain_room {
  struct seg_mask_runner runner; // made when it is needed
  struct seg_block_frame frame;  // of the rows that wait
  void **input_values, **values;
  uint64_t **input_known, **value_known;
  void **column_values; // per column of the stages
  uint64_t **column_known;
  uint32_t *numbers;
  uint64_t *unassigned;
  uint32_t *copied; // rows of another batch that come here
};

/** Rows of one chain that a stage is about. */
struct field {
  const struct seg_block_frame *frame;
  const uint32_t *numbers; // NULL: they follow each other from `first` on
  uint64_t first;
  uint64_t *unassigned;
  int64_t left; // bits of it
};

static const char what_for[] = "the winners of chains";

// Memory

static uint64_t column_bytes(const struct seg_chain_column *column, int64_t rows) {
  return seg_width_size(column->layout, column->width, rows) + (uint64_t)rows / 8;
}

static uint64_t waiting_bytes(const struct seg_chain_stages *stages, int64_t batch_rows) {
  uint64_t bytes = (uint64_t)batch_rows * 2 * sizeof(uint32_t) + (uint64_t)batch_rows / 8;
  for (uint32_t c = 0; c < stages->column_count; c++)
    bytes += column_bytes(&stages->columns[c], batch_rows);
  return bytes;
}

uint64_t seg_chain_racer_bytes(const struct seg_chain_stages *stages, int64_t batch_rows) {
  uint64_t bytes =
      (uint64_t)batch_rows / 8 + (stages->stage_count - 1) * waiting_bytes(stages, batch_rows);
  for (uint32_t s = 0; s < stages->stage_count; s++)
    bytes += seg_mask_runner_bytes(stages->stages[s].program, batch_rows, false);
  for (uint32_t c = 0; c < stages->chain_count; c++)
    bytes += stages->chains[c].member_count * sizeof(uint64_t);
  return bytes;
}

enum seg_status seg_chain_racer_init(struct seg_chain_racer *racer,
                                     const struct seg_chain_stages *stages, int64_t batch_rows,
                                     struct seg_error *error) {
  *racer = (struct seg_chain_racer){.stages = stages, .batch_rows = batch_rows};
  size_t chains = (size_t)stages->chain_count + 1;
  racer->rooms = calloc(stages->stage_count, sizeof *racer->rooms);
  racer->unassigned = calloc((size_t)batch_rows / 64, sizeof *racer->unassigned);
  racer->winners = calloc(chains, sizeof *racer->winners);
  racer->won = calloc(chains, sizeof *racer->won);
  racer->unmatched = calloc(chains, sizeof *racer->unmatched);
  bool fine = racer->rooms != NULL && racer->unassigned != NULL && racer->winners != NULL &&
              racer->won != NULL && racer->unmatched != NULL;
  for (uint32_t c = 0; fine && c < stages->chain_count; c++) {
    racer->won[c] = calloc((size_t)stages->chains[c].member_count + 1, sizeof *racer->won[c]);
    fine = racer->won[c] != NULL;
  }
  return fine ? SEG_OK : seg_fail_memory(error, what_for);
}

static void free_room(struct seg_chain_room *room, uint32_t column_count) {
  for (uint32_t c = 0; c < column_count; c++) {
    if (room->column_values != NULL)
      free(room->column_values[c]);
    if (room->column_known != NULL)
      free(room->column_known[c]);
  }
  free(room->column_values);
  free(room->column_known);
  free(room->input_values);
  free(room->values);
  free(room->input_known);
  free(room->value_known);
  free(room->numbers);
  free(room->unassigned);
  free(room->copied);
  seg_mask_runner_deinit(&room->runner);
}

void seg_chain_racer_deinit(struct seg_chain_racer *racer) {
  const struct seg_chain_stages *stages = racer->stages;
  for (uint32_t s = 0; racer->rooms != NULL && s < stages->stage_count; s++)
    free_room(&racer->rooms[s], stages->column_count);
  for (uint32_t c = 0; racer->won != NULL && c < stages->chain_count; c++)
    free(racer->won[c]);
  free(racer->rooms);
  free(racer->unassigned);
  free(racer->winners);
  free(racer->won);
  free(racer->unmatched);
  *racer = (struct seg_chain_racer){0};
}

/** The runner of a stage, made when it is not there yet. */
static enum seg_status need_runner(const struct seg_chain_racer *racer, uint32_t number,
                                   struct seg_error *error) {
  struct seg_mask_runner *runner = &racer->rooms[number].runner;
  if (runner->program != NULL)
    return SEG_OK;
  return seg_mask_runner_init(runner, racer->stages->stages[number].program, racer->batch_rows,
                              false, error);
}

static bool add_columns(const struct seg_chain_racer *racer, struct seg_chain_room *room) {
  const struct seg_chain_stages *stages = racer->stages;
  bool fine = true;
  for (uint32_t c = 0; fine && c < stages->column_count; c++) {
    const struct seg_chain_column *column = &stages->columns[c];
    room->column_values[c] =
        seg_column_memory(seg_width_size(column->layout, column->width, racer->batch_rows));
    room->column_known[c] = seg_column_memory((size_t)racer->batch_rows / 8);
    fine = room->column_values[c] != NULL && room->column_known[c] != NULL;
    (column->is_input ? room->input_values : room->values)[column->slot] = room->column_values[c];
    if (column->optional)
      (column->is_input ? room->input_known : room->value_known)[column->slot] =
          room->column_known[c];
  }
  return fine;
}

/** Room for rows that wait, made when it is not there yet. */
static enum seg_status need_room(const struct seg_chain_racer *racer, uint32_t number,
                                 struct seg_error *error) {
  struct seg_chain_room *room = &racer->rooms[number];
  const struct seg_chain_stages *stages = racer->stages;
  size_t inputs = (size_t)stages->block->input_count + 1;
  size_t values = (size_t)stages->kernel->value_slot_count + 1;
  size_t columns = (size_t)stages->column_count + 1;
  if (room->copied != NULL)
    return SEG_OK;
  room->input_values = calloc(inputs, sizeof *room->input_values);
  room->input_known = calloc(inputs, sizeof *room->input_known);
  room->values = calloc(values, sizeof *room->values);
  room->value_known = calloc(values, sizeof *room->value_known);
  room->column_values = calloc(columns, sizeof *room->column_values);
  room->column_known = calloc(columns, sizeof *room->column_known);
  room->unassigned = calloc((size_t)racer->batch_rows / 64, sizeof *room->unassigned);
  room->numbers = calloc((size_t)racer->batch_rows, sizeof *room->numbers);
  room->copied = calloc((size_t)racer->batch_rows, sizeof *room->copied);
  if (room->input_values == NULL || room->input_known == NULL || room->values == NULL ||
      room->value_known == NULL || room->column_values == NULL || room->column_known == NULL ||
      room->unassigned == NULL || room->copied == NULL || room->numbers == NULL ||
      !add_columns(racer, room))
    return seg_fail_memory(error, what_for);
  return SEG_OK;
}

// Rows that go on

// NOLINTBEGIN(bugprone-macro-parentheses): Type is a type
#define COPY(Type)                                                                                 \
  do {                                                                                             \
    Type *restrict to_ = (Type *)to + at;                                                          \
    const Type *restrict from_ = from;                                                             \
    for (int64_t i_ = 0; i_ < count; i_++)                                                         \
      to_[i_] = from_[rows[i_]];                                                                   \
  } while (0)
// NOLINTEND(bugprone-macro-parentheses)

static void copy_bits(const uint64_t *from, const uint32_t *rows, int64_t count, uint64_t *to,
                      int64_t at) {
  for (int64_t i = 0; i < count; i++)
    seg_bitmap_put(to, at + i, seg_bitmap_test(from, rows[i]));
}

static void copy_values(const struct seg_chain_column *column, const void *from,
                        const uint32_t *rows, int64_t count, void *to, int64_t at) {
  if (column->layout == SEG_LAYOUT_BIT) {
    copy_bits(from, rows, count, to, at);
    return;
  }
  switch (seg_width_bytes(column->layout, column->width)) {
  case 1: COPY(int8_t); break;
  case 2: COPY(int16_t); break;
  case 4: COPY(int32_t); break;
  case 8: COPY(int64_t); break;
  default: COPY(struct seg_str); break;
  }
}

static void copy_rows(const struct seg_chain_stages *stages, const struct field *field,
                      const uint32_t *rows, int64_t count, struct seg_chain_room *room) {
  const struct seg_block_frame *frame = field->frame;
  int64_t at = room->frame.row_count;
  for (uint32_t c = 0; c < stages->column_count; c++) {
    const struct seg_chain_column *column = &stages->columns[c];
    uint32_t slot = column->slot;
    copy_values(column, column->is_input ? frame->input_values[slot] : frame->values[slot], rows,
                count, room->column_values[c], at);
    if (column->optional)
      copy_bits(column->is_input ? frame->input_known[slot] : frame->value_known[slot], rows, count,
                room->column_known[c], at);
  }
  for (int64_t i = 0; i < count; i++)
    room->numbers[at + i] =
        field->numbers == NULL ? (uint32_t)(field->first + rows[i]) : field->numbers[rows[i]];
  room->frame.row_count += count;
}

/** The numbers of the bits that are 1. */
static void list_rows(const uint64_t *words, size_t count, uint32_t *rows) {
  for (size_t w = 0; w < count; w++)
    for (uint64_t left = words[w]; left != 0; left &= left - 1)
      *rows++ = (uint32_t)(64 * w) + (uint32_t)__builtin_ctzll(left);
}

// Stages

static void note_winner(const struct field *field, size_t word, uint64_t rows, uint16_t winner,
                        uint16_t *winners) {
  for (uint64_t left = rows; left != 0; left &= left - 1) {
    uint64_t row = 64 * word + (uint64_t)__builtin_ctzll(left);
    winners[field->numbers == NULL ? field->first + row : field->numbers[row]] = winner;
  }
}

static int64_t claim(const struct seg_mask_kernels *kernels, const uint64_t *mask, uint32_t member,
                     struct field *field, uint16_t *winners) {
  size_t words = seg_bitmap_words(field->frame->row_count);
  if (winners == NULL)
    return (int64_t)kernels->claim(mask, words, field->unassigned, member, NULL, 0);
  int64_t count = 0;
  for (size_t w = 0; w < words; w++) {
    uint64_t win = mask[w] & field->unassigned[w];
    field->unassigned[w] ^= win;
    count += __builtin_popcountll(win);
    note_winner(field, w, win, (uint16_t)member, winners);
  }
  return count;
}

/** The members of a stage, whose masks are roots of the runner from `root` on. */
static void claim_all(const struct seg_chain_racer *racer, const struct seg_chain_stage *stage,
                      const struct seg_mask_runner *runner, uint32_t root, struct field *field) {
  uint64_t *won = racer->won[stage->chain];
  for (uint32_t m = stage->first; field->left > 0 && m < stage->end; m++) {
    int64_t count = claim(runner->kernels, seg_mask_runner_root(runner, root + m - stage->first), m,
                          field, racer->winners[stage->chain]);
    won[m] += (uint64_t)count;
    field->left -= count;
  }
}

static void give_up(const struct seg_chain_racer *racer, uint32_t chain,
                    const struct field *field) {
  uint16_t *winners = racer->winners[chain];
  racer->unmatched[chain] += (uint64_t)field->left;
  for (size_t w = 0; winners != NULL && w < seg_bitmap_words(field->frame->row_count); w++)
    note_winner(field, w, field->unassigned[w], SEG_CHAIN_NO_WINNER, winners);
}

static enum seg_status wait_for(struct seg_chain_racer *racer, uint32_t number,
                                const struct field *field, struct seg_error *error);

/** What comes after a stage for those whom nobody has won yet. */
static enum seg_status go_on(struct seg_chain_racer *racer, const struct seg_chain_stage *stage,
                             struct field *field, struct seg_error *error) {
  while (field->left > 0 && stage->next != 0) {
    uint32_t number = stage->next;
    if (field->left * FEW <= field->frame->row_count)
      return wait_for(racer, number, field, error);
    enum seg_status status = need_runner(racer, number, error);
    if (status != SEG_OK)
      return status;
    struct seg_mask_runner *runner = &racer->rooms[number].runner;
    stage = &racer->stages->stages[number];
    seg_mask_runner_run(runner, field->frame);
    claim_all(racer, stage, runner, 0, field);
  }
  give_up(racer, stage->chain, field);
  return SEG_OK;
}

// Texts behind the last row, up to a whole word, must be empty.
static void empty_tails(const struct seg_chain_stages *stages, struct seg_chain_room *room) {
  int64_t rows = room->frame.row_count, tail = (64 - rows % 64) % 64;
  for (uint32_t c = 0; c < stages->column_count; c++)
    if (stages->columns[c].layout == SEG_LAYOUT_TEXT && stages->columns[c].width == SEG_WIDTH_FULL)
      memset((struct seg_str *)room->column_values[c] + rows, 0,
             (size_t)tail * sizeof(struct seg_str));
}

/** The rows that wait for a stage. */
static enum seg_status run_waiting(struct seg_chain_racer *racer, uint32_t number,
                                   struct seg_error *error) {
  struct seg_chain_room *room = &racer->rooms[number];
  const struct seg_chain_stage *stage = &racer->stages->stages[number];
  enum seg_status status = need_runner(racer, number, error);
  if (status != SEG_OK)
    return status;
  empty_tails(racer->stages, room);
  struct field field = {.frame = &room->frame,
                        .numbers = room->numbers,
                        .unassigned = room->unassigned,
                        .left = room->frame.row_count};
  seg_bitmap_fill(field.unassigned, field.left);
  seg_mask_runner_run(&room->runner, field.frame);
  claim_all(racer, stage, &room->runner, 0, &field);
  status = go_on(racer, stage, &field, error);
  room->frame.row_count = 0;
  return status;
}

/** Rows that nobody has won wait for a stage, which runs whenever there are enough of them. */
static enum seg_status wait_for(struct seg_chain_racer *racer, uint32_t number,
                                const struct field *field, struct seg_error *error) {
  struct seg_chain_room *room = &racer->rooms[number];
  const struct seg_block_frame *frame = field->frame;
  enum seg_status status = need_room(racer, number, error);
  if (status != SEG_OK)
    return status;
  assert(room->copied != NULL);
  room->frame = (struct seg_block_frame){.input_values = (const void *const *)room->input_values,
                                         .input_known = (const uint64_t *const *)room->input_known,
                                         .values = room->values,
                                         .value_known = room->value_known,
                                         .row_count = room->frame.row_count,
                                         .as_of = frame->as_of,
                                         .as_of_instant = frame->as_of_instant,
                                         .steps = frame->steps,
                                         .dictionaries = frame->dictionaries};
  list_rows(field->unassigned, seg_bitmap_words(frame->row_count), room->copied);
  for (int64_t done = 0; status == SEG_OK && done < field->left;) {
    int64_t free_rows = racer->batch_rows - room->frame.row_count;
    int64_t count = field->left - done < free_rows ? field->left - done : free_rows;
    copy_rows(racer->stages, field, room->copied + done, count, room);
    done += count;
    if (room->frame.row_count == racer->batch_rows)
      status = run_waiting(racer, number, error);
  }
  return status;
}

static bool has_passing_texts(const struct seg_chain_racer *racer) {
  const struct seg_chain_stages *stages = racer->stages;
  bool passing = false;
  for (uint32_t c = 0; c < stages->column_count; c++) {
    const struct seg_chain_column *column = &stages->columns[c];
    bool stays = column->is_input && column->slot < racer->staying_inputs;
    passing |= column->layout == SEG_LAYOUT_TEXT && column->width == SEG_WIDTH_FULL && !stays;
  }
  return passing;
}

enum seg_status seg_chain_racer_run(struct seg_chain_racer *racer,
                                    const struct seg_block_frame *frame, uint64_t first,
                                    struct seg_error *error) {
  const struct seg_chain_stages *stages = racer->stages;
  assert(frame->row_count <= racer->batch_rows);
  enum seg_status status = need_runner(racer, 0, error);
  if (status != SEG_OK)
    return status;
  struct seg_mask_runner *runner = &racer->rooms[0].runner;
  seg_mask_runner_run(runner, frame);
  for (uint32_t c = 0, root = 0; status == SEG_OK && c < stages->chain_count; c++) {
    const struct seg_chain_stage *opening = &stages->openings[c];
    struct field field = {
        .frame = frame, .first = first, .unassigned = racer->unassigned, .left = frame->row_count};
    seg_bitmap_fill(field.unassigned, field.left);
    claim_all(racer, opening, runner, root, &field);
    root += opening->end;
    status = go_on(racer, opening, &field, error);
  }
  return status == SEG_OK && has_passing_texts(racer) ? seg_chain_racer_finish(racer, error)
                                                      : status;
}

enum seg_status seg_chain_racer_finish(struct seg_chain_racer *racer, struct seg_error *error) {
  enum seg_status status = SEG_OK;
  for (uint32_t s = 1; status == SEG_OK && s < racer->stages->stage_count; s++)
    if (racer->rooms[s].frame.row_count > 0)
      status = run_waiting(racer, s, error);
  return status;
}
